//! Any octets as a calendar.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| postlunch_fuzz::holds::calendar(octets));
