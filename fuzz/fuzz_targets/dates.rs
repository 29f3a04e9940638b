//! Any text, searched for days and times.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| postlunch_fuzz::holds::dates(text));
