//! The integration tests, one binary.

mod docx_sample;
mod docx_write;
mod samples;
