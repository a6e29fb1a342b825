//! `cargo fuzz run checkpoint fuzz/seeds/checkpoint`

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vanthu_fuzz::checkpoint(bytes));
