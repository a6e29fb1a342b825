//! Word files: a sheet to bytes, bytes to a sheet.
//!
//! Knows: WordprocessingML and its zip; it is the only module that does. Must not know: the
//! decree, the register, the archive, or what a document is about.

mod digest;
mod limits;
mod names;
mod normal;
mod pack;
mod png;
mod pressed;
mod read;
mod squeeze;
mod word;
mod write;
mod xml;

pub use normal::normal;
pub use png::{dark_rows, dark_squares};
#[cfg(test)]
pub(crate) use pressed::seen_parts_lie_ready;
pub use read::{read, read_alike, read_next};
pub use word::{Compiled, NoPictures, Pictures, WordField, WordTemplate, look_at_picture};
pub use write::{Page, Writer, Written};
