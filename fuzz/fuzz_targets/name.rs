//! `cargo fuzz run name fuzz/seeds/name`

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vanthu_fuzz::name(bytes));
