//! Any text, read for what it says about the offer.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| postlunch_fuzz::holds::words(text));
