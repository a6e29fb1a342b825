//! The integration tests, one binary.

mod architecture;
mod archive;
mod assembled;
mod bad_data;
mod bad_input;
mod borders;
mod cli_snapshots;
mod codes;
mod data_files;
mod docx_hostile;
mod docx_read;
mod docx_sample;
mod docx_write;
mod fuzz_smoke;
mod layout_dump;
mod layout_forms;
mod layout_sample;
mod lint_cases;
mod lint_samples;
mod processes;
mod program;
mod readme;
mod samples;
mod setbacks;
mod text_format;
mod word_template;
