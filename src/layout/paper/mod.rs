//! Papers of the clerk's office that are lists: a register ready to bind, an index, a report.
//!
//! Knows: pages, columns, what fits on a page. Must not know: the register, acts, XML, files.
//!
//! The pages are broken here, row by row from measured heights, and not left to the word processor:
//! the closing certificate states how many pages a volume has, so that number must be the same on
//! every machine. Each page keeps one line free for what another program measures otherwise.

mod grid;
mod ledger;
mod listing;
mod styles;

pub use grid::{Column, Grid, widest_word};
pub use ledger::{Closing, Cover, Point, Volume};
pub use listing::{Listing, listing};

#[cfg(test)]
mod tests;
