//! vanthu: official Vietnamese documents, numbered, registered and filed.
//!
//! Stages, each a module that knows only what is below it: `source` and `template` make a
//! [`model::Document`]; `lint` checks it; the `register` gives it a number; `layout` makes a
//! sheet of it and `docx` a file; the `archive` keeps the file. `pipeline` is the only module
//! that knows all stages, `cli` the only one that knows a terminal.

pub mod archive;
pub mod diagnostic;
pub mod layout;
pub mod model;
pub mod pipeline;
pub mod register;
pub mod ruleset;
pub mod text;
pub mod world;
