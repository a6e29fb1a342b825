//! `cargo fuzz run template fuzz/seeds/template`

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vanthu_fuzz::template(bytes));
