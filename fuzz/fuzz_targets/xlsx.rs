//! `cargo fuzz run xlsx fuzz/seeds/xlsx`

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vanthu_fuzz::xlsx(bytes));
