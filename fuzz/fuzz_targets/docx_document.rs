//! `cargo fuzz run docx_document fuzz/seeds/docx_document`

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vanthu_fuzz::docx_document(bytes));
