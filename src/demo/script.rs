//! The script: the story of Ana, Ben and Cara over a few months, told as a transcript.
