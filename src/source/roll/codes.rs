//! Codes of findings about lists of awards. Explained in `templates/codes/d-lists.toml`.
//!
//! Knows: the numbers. Must not know: when they are found.

use crate::diagnostic::{Code, Family};

const fn d(number: u16) -> Code {
    Code::new(Family::D, number)
}

/// No row of headings, or no column of names.
pub const NO_HEADINGS: Code = d(701);
/// A column that means the same as another, or that the mapping names and the list does not have.
pub const COLUMN: Code = d(702);
/// A sheet that holds no list.
pub const SHEET: Code = d(703);
/// A total that is not the number of lines.
pub const TOTAL: Code = d(704);
/// Ordinals that jump or repeat.
pub const ORDINAL: Code = d(705);
/// Rows that were not read: a signature, numbered rows without a name.
pub const NOT_READ: Code = d(706);
/// Hidden rows that were read.
pub const HIDDEN: Code = d(707);
/// A kind that was guessed from the name.
pub const KIND_GUESSED: Code = d(708);
/// A word that is none of those known in its column.
pub const WORD: Code = d(709);
/// Merged cells filled down.
pub const MERGED: Code = d(710);
/// Text of an old encoding, decoded.
pub const DECODED: Code = d(711);
/// Text that may be of an old encoding.
pub const UNCLEAR: Code = d(712);
/// Letters and blanks repaired.
pub const LETTERS: Code = d(713);
/// A name in capitals.
pub const CAPITALS: Code = d(714);
/// A title that stood in the name's cell.
pub const TITLE: Code = d(715);
/// A name that looks wrong.
pub const ODD_NAME: Code = d(716);
/// Nobody says Ông or Bà.
pub const GENDER: Code = d(717);
/// Gender and address differ.
pub const GENDER_DIFFERS: Code = d(718);
/// Too long.
pub const TOO_LONG: Code = d(719);
/// A cell that must not be empty.
pub const EMPTY: Code = d(720);
/// An award that the table does not have.
pub const FORM: Code = d(721);
/// An award that is not for this kind.
pub const FORM_KIND: Code = d(722);
/// An award taken from the title of the list or from the request.
pub const FORM_TAKEN: Code = d(723);
/// Several awards in one cell.
pub const FORM_SPLIT: Code = d(724);
/// A row of the table of awards that is not in force, or not sure.
pub const FORM_DOUBTFUL: Code = d(725);
/// A row that opens a part of the list, and what was taken from it.
pub const SECTION: Code = d(726);
/// Two people in one cell.
pub const TWO_PEOPLE: Code = d(727);
/// Cells in a column without a heading.
pub const UNHEADED: Code = d(728);
/// Headings and no lines.
pub const NO_LINES: Code = d(729);
/// The same person, or collective, twice.
pub const TWICE: Code = d(731);
/// The same name from two units.
pub const SAME_NAME: Code = d(732);
/// Several awards for one achievement.
pub const SAME_ACHIEVEMENT: Code = d(733);
/// A unit that the office does not have.
pub const UNIT: Code = d(734);
/// Units were not checked.
pub const UNITS_UNKNOWN: Code = d(735);
/// A file that could not be read.
pub const REFUSED: Code = d(736);
/// A file that was passed over.
pub const PASSED_OVER: Code = d(737);
/// More findings than are kept.
pub const MORE: Code = d(738);
/// A report that could not be written.
pub const REPORT: Code = d(739);
