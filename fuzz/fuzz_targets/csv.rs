//! `cargo fuzz run csv fuzz/seeds/csv`

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vanthu_fuzz::csv(bytes));
