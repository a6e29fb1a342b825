//! The integration tests, one binary.

mod archive;
mod assembled;
mod bad_data;
mod borders;
mod codes;
mod data_files;
mod docx_hostile;
mod docx_read;
mod docx_sample;
mod docx_write;
mod layout_dump;
mod layout_forms;
mod layout_sample;
mod lint_cases;
mod lint_samples;
mod processes;
mod samples;
mod setbacks;
mod text_format;
