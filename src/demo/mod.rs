//! The demo: the whole practice on an embedded sandbox, without a server, an account or a file.
//!
//! `stage` puts sandbox and daemon up and speaks for the people; `client` writes mail as mail
//! clients do; `script` plays the story of a few months and tells it as a transcript.

pub mod client;
pub mod script;
pub mod stage;
