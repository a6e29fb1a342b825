//! `cargo fuzz run xlsx_sheet fuzz/seeds/xlsx_sheet`

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vanthu_fuzz::xlsx_sheet(bytes));
