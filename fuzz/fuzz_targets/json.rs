//! `cargo fuzz run json fuzz/seeds/json`

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vanthu_fuzz::json(bytes));
