//! `cargo fuzz run yaml fuzz/seeds/yaml`

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vanthu_fuzz::yaml(bytes));
