//! `cargo fuzz run pdf fuzz/seeds/pdf`

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vanthu_fuzz::pdf(bytes));
