//! vanthu: official Vietnamese documents, numbered, registered and filed.
//!
//! Stages, each a module that knows only what is below it: `source` and `template` make a
//! [`model::Document`]; `lint` checks it; the `register` gives it a number; `layout` makes a
//! sheet of it and `docx` a file; the `archive` keeps the file. `pipeline` is the only module
//! that knows all stages, `cli` the only one that knows a terminal.

/// A table of `templates/` as the build made it: JSON, which is read many times faster than TOML.
macro_rules! table {
    ($name:literal) => {
        include_str!(concat!(env!("OUT_DIR"), "/templates/", $name, ".json"))
    };
}

pub mod archive;
pub mod cli;
pub mod diagnostic;
pub mod docx;
pub mod layout;
pub mod lint;
pub mod model;
pub mod pipeline;
pub mod register;
pub mod ruleset;
pub mod source;
pub mod template;
pub mod text;
pub mod world;
