//! Codes of the findings about award campaigns.
//!
//! Knows: numbers. Must not know: when they are given.

use crate::diagnostic::{Code, Family};

const fn d(number: u16) -> Code {
    Code::new(Family::D, 800 + number)
}

/// A count in a paper that is not that of the list.
pub const COUNT: Code = d(11);
/// A name that does not stand in a paper as it stands in the list.
pub const NAME: Code = d(12);
/// Money in a paper that is not the sum of the list.
pub const SUM: Code = d(13);
/// `Như Điều n` that is not the last Điều.
pub const LAST_ARTICLE: Code = d(14);
/// A Tờ trình that the register does not have.
pub const NO_PROPOSAL: Code = d(15);
/// A paper with more or fewer lines than the list.
pub const ROWS: Code = d(16);
/// A căn cứ that was replaced, ended or is not yet in force.
pub const REPLACED: Code = d(21);
/// A căn cứ that has to be looked up again.
pub const DOUBTFUL: Code = d(22);
/// No factor, or no base, on the day.
pub const NO_FACTOR: Code = d(31);
/// A factor that has to be looked up again.
pub const DOUBTFUL_FACTOR: Code = d(32);
/// A case without votes.
pub const NO_VOTES: Code = d(41);
/// Votes for a case that is in no list.
pub const VOTES_FOR_NOBODY: Code = d(42);
/// Votes that do not add up.
pub const VOTES: Code = d(43);
/// A case that was voted down.
pub const NOT_PASSED: Code = d(44);
/// A setting that a step needs.
pub const NOT_SET: Code = d(45);
/// The list is not the one of an earlier step.
pub const LIST_CHANGED: Code = d(51);
/// A step before the one that it follows from.
pub const TOO_EARLY: Code = d(52);
/// A step dated before the one that it follows from.
pub const DATED_EARLIER: Code = d(53);
/// Nobody in the list.
pub const EMPTY: Code = d(54);
/// A step that cannot be done again yet, or was never done.
pub const NOT_AGAIN: Code = d(57);
/// A step that follows from papers that are no longer in force.
pub const UNDONE: Code = d(58);
/// A paper with two templates of the office.
pub const TWO_TEMPLATES: Code = d(59);
/// A form that the table of awards does not have.
pub const UNKNOWN_FORM: Code = d(55);
/// A form that a higher authority decides.
pub const HIGHER: Code = d(56);
