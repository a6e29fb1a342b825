//! `cargo fuzz run ruleset fuzz/seeds/ruleset`

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vanthu_fuzz::ruleset(bytes));
