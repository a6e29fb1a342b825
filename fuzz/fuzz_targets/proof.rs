//! `cargo fuzz run proof fuzz/seeds/proof`

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vanthu_fuzz::proof(bytes));
