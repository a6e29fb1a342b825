//! `cargo fuzz run office fuzz/seeds/office`

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vanthu_fuzz::office(bytes));
