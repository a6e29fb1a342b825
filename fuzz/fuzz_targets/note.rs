//! `cargo fuzz run note fuzz/seeds/note`

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vanthu_fuzz::note(bytes));
