//! Codes of findings about templates. Explained in `templates/codes/m.toml`.
//!
//! Knows: the numbers. Must not know: when they are found.

use crate::diagnostic::{Code, Family};

const fn m(number: u16) -> Code {
    Code::new(Family::M, number)
}

/// A tag that cannot be read.
pub const SYNTAX: Code = m(101);
/// A helper or block that does not exist.
pub const UNKNOWN_HELPER: Code = m(102);
/// A block that is not closed, or closed by another name.
pub const UNBALANCED: Code = m(103);
/// `{{{raw}}}` and `{{&raw}}`.
pub const RAW: Code = m(104);
/// Partials, decorators, raw blocks.
pub const UNSUPPORTED: Code = m(105);
/// A helper with too few or too many values.
pub const ARGUMENTS: Code = m(106);
/// Too many blocks inside each other, or a tag too long.
pub const TOO_DEEP: Code = m(107);
/// A control character in what was typed.
pub const CONTROL: Code = m(108);
/// A letter in what was typed that the program keeps for itself.
pub const RESERVED: Code = m(109);
/// A tag of pictures or of joined cells where it has no meaning.
pub const OUT_OF_PLACE: Code = m(110);
/// A field that the data do not have.
pub const MISSING: Code = m(201);
/// A field that is empty where something must stand.
pub const EMPTY: Code = m(202);
/// A list where a text belongs, a text where a number belongs.
pub const KIND: Code = m(203);
/// A rendered text beyond all measure.
pub const TOO_LARGE: Code = m(204);
/// A value with a character that cannot be printed.
pub const UNPRINTABLE: Code = m(205);
/// A value that is to become a picture and cannot.
pub const PICTURE: Code = m(206);
