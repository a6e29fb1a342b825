//! Codes of the findings that the pipeline itself makes.
//!
//! Knows: numbers. Must not know: when they are given.

use crate::diagnostic::{Code, Family};

/// No such type in the ruleset.
pub const UNKNOWN_TYPE: Code = Code::new(Family::D, 501);
/// No type given.
pub const NO_TYPE: Code = Code::new(Family::D, 502);
/// No such council in `vanthu.toml`.
pub const UNKNOWN_ORGAN: Code = Code::new(Family::D, 503);
/// No such signer in `vanthu.toml`.
pub const UNKNOWN_SIGNER: Code = Code::new(Family::D, 504);
/// A công văn without the unit that drafts it.
pub const NO_UNIT: Code = Code::new(Family::D, 505);
/// A data file without rows.
pub const NO_ROWS: Code = Code::new(Family::D, 506);
/// A name of a copy that cannot be made from the row.
pub const BAD_NAME: Code = Code::new(Family::D, 507);
/// A field that a template names and the data lack; the template gives it, a step without data mends its hint.
pub const MISSING_FIELD: Code = Code::new(Family::M, 201);
/// A secret document with content or a file.
pub const SECRET: Code = Code::new(Family::S, 303);
/// Số, ký hiệu and organ of a document that is there already.
pub const SAME_CODE: Code = Code::new(Family::S, 304);
/// A file whose bytes are in the book already.
pub const SAME_FILE: Code = Code::new(Family::S, 305);
/// An incoming document dated after its arrival.
pub const DATED_AFTER_ARRIVAL: Code = Code::new(Family::S, 306);
/// A deadline before the arrival.
pub const DUE_BEFORE_ARRIVAL: Code = Code::new(Family::S, 307);
/// A field of the book that must be filled.
pub const NOT_SAID: Code = Code::new(Family::S, 308);
/// A số, ký hiệu that another series gave in the same year.
pub const CODE_TAKEN: Code = Code::new(Family::S, 105);
/// A Word template that is to be issued, without the file that says what it is.
pub const NO_DESCRIPTION: Code = Code::new(Family::M, 306);
/// The search index was damaged and made anew.
pub const INDEX_REMADE: Code = Code::new(Family::S, 701);
/// The search index cannot be written.
pub const INDEX_IN_MEMORY: Code = Code::new(Family::S, 702);
/// A filed document has no text that can be read.
pub const TEXT_NOT_READ: Code = Code::new(Family::S, 703);
/// A book was printed without the archive's checkpoint.
pub const NO_CHECKPOINT: Code = Code::new(Family::S, 711);
