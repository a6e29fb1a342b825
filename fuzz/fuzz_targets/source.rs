//! `cargo fuzz run source fuzz/seeds/source`

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vanthu_fuzz::source(bytes));
