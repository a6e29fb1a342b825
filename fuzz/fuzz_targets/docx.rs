//! `cargo fuzz run docx fuzz/seeds/docx`

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vanthu_fuzz::docx(bytes));
