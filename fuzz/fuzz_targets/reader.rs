#![no_main]
//! The reader that the variable `WARD_READER` names.

use std::sync::OnceLock;

use ward_exercise::readers::{Reader, named};

static READER: OnceLock<Reader> = OnceLock::new();

libfuzzer_sys::fuzz_target!(
    init: {
        let name = std::env::var("WARD_READER").expect("WARD_READER names the reader");
        let _ = READER.set(named(&name).expect("there is no such reader"));
    },
    |bytes: &[u8]| (READER.wait().read)(bytes)
);
