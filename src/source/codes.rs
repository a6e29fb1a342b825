//! Codes of findings about a document's text. Explained in `templates/codes/d-source.toml`.
//!
//! Knows: the numbers. Must not know: when they are found.

use crate::diagnostic::{Code, Family};

const fn d(number: u16) -> Code {
    Code::new(Family::D, number)
}

/// The file does not begin with front matter.
pub const NO_FRONT: Code = d(101);
/// The second `---` is missing.
pub const OPEN_FRONT: Code = d(102);
/// YAML that cannot be read.
pub const YAML: Code = d(103);
/// A key that does not exist.
pub const UNKNOWN_KEY: Code = d(104);
/// A key given twice.
pub const DUPLICATE_KEY: Code = d(105);
/// A list where a text belongs, and the like.
pub const SHAPE: Code = d(106);
/// A date that is none.
pub const DATE: Code = d(107);
/// A word that is none of the few allowed.
pub const CHOICE: Code = d(108);
/// A number that is none.
pub const NUMBER: Code = d(109);
/// A state secret.
pub const SECRET: Code = d(110);
/// A control character.
pub const CONTROL: Code = d(111);
/// Anchors, aliases and tags of YAML.
pub const YAML_FEATURE: Code = d(113);
/// `**` or `*` that is not closed.
pub const OPEN_MARK: Code = d(120);
/// A table without its delimiter row.
pub const TABLE_DELIMITER: Code = d(121);
/// A table row with too many cells.
pub const TABLE_ROW: Code = d(122);
/// `Nơi nhận` typed in the body.
pub const RECIPIENTS_IN_BODY: Code = d(123);
/// `{…}` after `Phụ lục` that is not known.
pub const FLAG: Code = d(124);
/// `===` without a name, or a second one.
pub const ATTACHED: Code = d(125);
/// A backslash at the end with nothing after it.
pub const CONTINUATION: Code = d(126);
