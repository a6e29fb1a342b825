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
/// A field of a template is there and empty.
pub const EMPTY_FIELD: Code = Code::new(Family::M, 202);
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
/// No document of that code.
pub const UNKNOWN_CODE: Code = Code::new(Family::S, 401);
/// A code that may mean several documents.
pub const AMBIGUOUS: Code = Code::new(Family::S, 402);
/// A document that was recalled, voided or replaced.
pub const FROZEN: Code = Code::new(Family::S, 403);
/// An act before the day of its document.
pub const DATE_BEFORE: Code = Code::new(Family::S, 404);
/// An act on a day to come.
pub const DATE_AHEAD: Code = Code::new(Family::S, 405);
/// An act that is entered already.
pub const REPEATED: Code = Code::new(Family::S, 406);
/// A reason or a name that an act needs.
pub const FIELD_MISSING: Code = Code::new(Family::S, 407);
/// An act that is not for this book.
pub const WRONG_BOOK: Code = Code::new(Family::S, 408);
/// A number voided after it was sent.
pub const VOID_TOO_LATE: Code = Code::new(Family::S, 409);
/// A file that the document has already.
pub const SAME_RENDITION: Code = Code::new(Family::S, 410);
/// An answer issued before the question came.
pub const ANSWER_EARLIER: Code = Code::new(Family::S, 411);
/// A replacement of another form.
pub const OTHER_FORM: Code = Code::new(Family::S, 412);
/// A correction that is no công văn.
pub const NOT_A_LETTER: Code = Code::new(Family::S, 413);
/// A return without a loan, a receipt without a delivery.
pub const NOTHING_BEFORE: Code = Code::new(Family::S, 414);
/// A link that links nothing.
pub const SELF_LINK: Code = Code::new(Family::S, 415);
/// Dealt with already.
pub const FINISHED: Code = Code::new(Family::S, 416);
/// Handed over or sent too late.
pub const LATE_HANDOVER: Code = Code::new(Family::S, 417);
/// A file that cannot be a rendition.
pub const UNFIT_FILE: Code = Code::new(Family::S, 418);
/// A file that another document has too.
pub const SAME_ELSEWHERE: Code = Code::new(Family::S, 419);
/// A kept copy that somebody has.
pub const LENT_OUT: Code = Code::new(Family::S, 420);
/// A number that is said to be in no book and stands in one.
pub const REGISTERED: Code = Code::new(Family::S, 421);
/// A number of which no series can be told.
pub const UNKNOWN_SERIES: Code = Code::new(Family::S, 422);
/// A number that is not the next of its series.
pub const NOT_NEXT: Code = Code::new(Family::S, 423);
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
/// A list of awards without a column that is needed, or with one that is not used.
pub const AWARD_COLUMN: Code = Code::new(Family::S, 741);
/// A cell of a list of awards that is no day or no money.
pub const AWARD_MONEY: Code = Code::new(Family::S, 742);
/// A list of awards that is in the book already.
pub const LIST_ENTERED: Code = Code::new(Family::S, 743);
/// A dossier that is closed.
pub const DOSSIER_CLOSED: Code = Code::new(Family::S, 721);
/// No such dossier.
pub const DOSSIER_UNKNOWN: Code = Code::new(Family::S, 722);
/// A dossier of that code is there already.
pub const DOSSIER_TAKEN: Code = Code::new(Family::S, 723);
/// A code of another form than the decree's.
pub const DOSSIER_CODE: Code = Code::new(Family::S, 724);
/// A retention that is missing or not understood.
pub const DOSSIER_RETENTION: Code = Code::new(Family::S, 725);
/// A document that is in the dossier already.
pub const DOSSIER_ADDED: Code = Code::new(Family::S, 726);
/// A document that is in no book.
pub const DOSSIER_NO_DOCUMENT: Code = Code::new(Family::S, 727);
/// A dossier without code or title.
pub const DOSSIER_INCOMPLETE: Code = Code::new(Family::S, 728);
/// A sheet without a column that is needed.
pub const DOSSIER_COLUMN: Code = Code::new(Family::S, 729);
/// A dossier that is closed without a document.
pub const DOSSIER_EMPTY: Code = Code::new(Family::S, 730);
/// A line of the danh mục hồ sơ that is no dossier.
pub const DOSSIER_LINE: Code = Code::new(Family::S, 731);
