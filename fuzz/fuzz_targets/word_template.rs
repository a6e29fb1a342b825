//! `cargo fuzz run word_template fuzz/seeds/word_template`

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vanthu_fuzz::word_template(bytes));
