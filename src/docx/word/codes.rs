//! Codes of findings about Word templates. Explained in `templates/codes/m-word.toml`.
//!
//! Knows: the numbers. Must not know: when they are found.

use crate::diagnostic::{Code, Family};

const fn m(number: u16) -> Code {
    Code::new(Family::M, number)
}

/// A block that opens in one structure and closes in another.
pub const CROSSING: Code = m(301);
/// A note inside a loop.
pub const NOTE_IN_LOOP: Code = m(302);
/// A tag inside a field code, or broken by a field.
pub const IN_FIELD: Code = m(303);
/// Something that looks like a tag and is not filled.
pub const NOT_FILLED: Code = m(304);
/// A picture tag whose placeholder holds no picture.
pub const NO_PICTURE: Code = m(305);
