#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ward_formats::feed::exercise::read_osv(bytes));
