//! `cargo fuzz run leaf fuzz/seeds/leaf`

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vanthu_fuzz::leaf(bytes));
