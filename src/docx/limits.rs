//! What a Word file may be at most before it is refused unread.
//!
//! Knows: numbers. Must not know: how files are read.

/// Length of the file.
pub(super) const FILE_BYTES: usize = 64 << 20;
/// Length of one part, uncompressed.
pub(super) const PART_BYTES: u64 = 64 << 20;
/// Length of all parts together, uncompressed.
pub(super) const TOTAL_BYTES: u64 = 256 << 20;
/// How many times longer than its compressed form a part over [`RATIO_FROM`] may be.
pub(super) const RATIO: u64 = 500;
/// Parts up to this length may be as dense as they like.
pub(super) const RATIO_FROM: u64 = 8 << 20;
/// Entries of the zip.
pub(super) const ENTRIES: usize = 2_000;
/// Elements inside each other.
pub(super) const DEPTH: usize = 128;
/// Paragraphs, tables, rows and cells together.
pub(super) const BLOCKS: usize = 500_000;
/// Pieces of paragraphs.
pub(super) const RUNS: usize = 2_000_000;
/// Styles.
pub(super) const STYLES: usize = 10_000;
/// Sections.
pub(super) const SECTIONS: usize = 10_000;
/// Styles based on styles.
pub(super) const STYLE_CHAIN: usize = 64;
/// Columns that a cell may cover, or a table may have.
pub(super) const COLUMNS: u32 = 1_024;
