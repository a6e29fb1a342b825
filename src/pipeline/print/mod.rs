//! Printing for the clerk's shelf: books ready to bind.
//!
//! Knows: register, papers of the layout, the Word writer. Must not know: a terminal, SQL.

mod book;

pub use book::{BookPrint, PrintedVolume, book, no_checkpoint, volume_path};
