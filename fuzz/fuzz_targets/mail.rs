//! Any octets as a mail.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| postlunch_fuzz::holds::mail(octets));
