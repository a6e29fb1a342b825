//! `cargo fuzz run manifest fuzz/seeds/manifest`

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vanthu_fuzz::manifest(bytes));
