//! `cargo fuzz run job fuzz/seeds/job`

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vanthu_fuzz::job(bytes));
