//! `cargo fuzz run tile fuzz/seeds/tile`

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vanthu_fuzz::tile(bytes));
