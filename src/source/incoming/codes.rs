//! Codes of findings about documents that come in. Explained in `templates/codes/d-incoming.toml`.
//!
//! Knows: the numbers. Must not know: when they are found.

use crate::diagnostic::{Code, Family};

const fn d(number: u16) -> Code {
    Code::new(Family::D, number)
}

/// Neither PDF nor Word nor a picture.
pub const KIND: Code = d(601);
/// Cut short or damaged.
pub const BROKEN: Code = d(602);
/// Cannot be opened without a password.
pub const LOCKED: Code = d(603);
/// Too large.
pub const TOO_LARGE: Code = d(604);
/// Nothing can be read from it, so nothing is offered.
pub const NO_TEXT: Code = d(605);
/// The stamp stands where nobody knows whether it covers something, or covers something.
pub const STAMP_PLACE: Code = d(606);
/// No stamp could be put on a copy.
pub const NO_STAMP: Code = d(607);
/// A column that is not known.
pub const COLUMN: Code = d(611);
/// A column that is missing, or given twice.
pub const NO_COLUMN: Code = d(612);
/// A date that does not exist or cannot be read.
pub const DATE: Code = d(613);
/// A type that is not known.
pub const TYPE: Code = d(614);
/// A word that is none of the few allowed.
pub const WORD: Code = d(616);
/// A file that the sheet names and that is not there, or that it names twice.
pub const FILE: Code = d(617);
/// An arrival after today.
pub const NOT_YET: Code = d(621);
/// A file of the folder that the sheet does not name.
pub const UNLISTED: Code = d(622);
