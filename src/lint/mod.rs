//! The kinds of check, run on a document before it is numbered and on a sheet that was read back.
//!
//! Knows: the model, the ruleset, the sheet. Must not know: files, terminals, the register.
//!
//! A check is a row of the ruleset: code, slot, kind, parameters, severity, clause, words.
//! A rule that an existing kind can express is one more row; only a new kind is Rust.
//! [`Checks::prepare`] compiles the rows once; [`document`] and [`sheet`] then only read them.

mod basis;
mod catalogue;
mod code;
mod dates;
mod district;
mod fields;
mod kinds;
mod numbering;
mod params;
mod pattern;
mod people;
mod recipients;
mod sheet;
mod structure;
mod texts;
mod typed;
mod view;

#[cfg(test)]
mod tests;

use crate::diagnostic::{Code, Diagnostic, Failure, FailureKind, Place, Result, Severity, Text};
use crate::model::{DateLine, Document, Form, Office, Slot};
use crate::ruleset::{CheckRow, Ruleset};
use crate::text;

pub use catalogue::{CodeRow, catalogue, explain};
pub use sheet::{Width, sheet};

use kinds::Kind;

/// What every finding of a check has in common.
#[derive(Debug)]
pub(crate) struct Head {
    code: Code,
    severity: Severity,
    slot: Option<Slot>,
    basis: Option<String>,
    mend: Option<Text>,
    valid_from: Option<jiff::civil::Date>,
}

impl Head {
    fn new(row: &CheckRow) -> Self {
        let mend = !row.mend.is_empty();
        Self {
            code: row.code,
            severity: row.severity,
            slot: row.slot,
            basis: (!row.basis.is_empty()).then(|| row.basis.clone()),
            mend: mend.then(|| Text::new(row.mend.clone(), row.mend_en.clone())),
            valid_from: row.valid_from,
        }
    }

    /// A finding of this check with its clause and its way out.
    fn finding(&self, place: Place, message: Text) -> Diagnostic {
        let place = match (place.slot, self.slot) {
            (None, Some(slot)) => place.slot(slot),
            _ => place,
        };
        let mut finding = Diagnostic::new(self.code, self.severity, place, message);
        finding.basis.clone_from(&self.basis);
        finding.hint.clone_from(&self.mend);
        finding
    }

    /// True if the check is in force on the day of a document. A blank day or month is taken by
    /// what is known: the year alone, when it lies after the first year; else the check rests.
    fn in_force(&self, date: DateLine) -> bool {
        let Some(from) = self.valid_from else { return true };
        if date.year != from.year() {
            return date.year > from.year();
        }
        match (date.month, date.day) {
            (Some(month), Some(day)) => (month, day) >= (from.month(), from.day()),
            (Some(month), None) => {
                month > from.month() || (month == from.month() && from.day() == 1)
            }
            (None, _) => false,
        }
    }
}

/// A row of the ruleset, ready to run.
#[derive(Debug)]
pub(crate) struct Check {
    head: Head,
    kind: Kind,
}

/// The checks of a ruleset, compiled once and used for every document.
#[derive(Debug)]
pub struct Checks {
    /// What is remembered of texts is remembered for these checks.
    id: u64,
    rules: Ruleset,
    checks: Vec<Check>,
    /// Checks that read every piece of text.
    scanned: Vec<usize>,
    parts: sheet::Parts,
}

impl Checks {
    /// Compiles the checks of a ruleset.
    ///
    /// # Errors
    /// A `Config` failure that names the code: unknown kind, unknown or missing parameter, word
    /// list that is not there.
    pub fn prepare(rules: &Ruleset) -> Result<Self> {
        let mut checks = Vec::with_capacity(rules.checks.len());
        for row in &rules.checks {
            checks.push(Check { head: Head::new(row), kind: Kind::compile(row, rules)? });
        }
        let scanned = (0..).zip(&checks).filter(|(_, c)| c.kind.scans()).map(|(i, _)| i).collect();
        let id = text::recent::owner();
        let parts = sheet::Parts::new(rules);
        Ok(Self { id, rules: rules.without_checks(), checks, scanned, parts })
    }

    /// Compiles all patterns now. Without it each is compiled when a text first needs it, and one
    /// that cannot be compiled finds nothing.
    ///
    /// # Errors
    /// A `Config` failure that names the code of a pattern that is none.
    pub fn verify(&self) -> Result<()> {
        for check in &self.checks {
            if check.kind.patterns().iter().any(|p| !p.compiles()) {
                let code = check.head.code.to_string();
                return Err(broken(&self.rules.id, &code, "the pattern does not compile"));
            }
        }
        Ok(())
    }

    /// The ruleset they come from, without its rows of checks.
    pub fn rules(&self) -> &Ruleset {
        &self.rules
    }
}

/// The failure of a row that cannot be compiled.
fn broken(file: &str, code: &str, detail: &str) -> Failure {
    let place = Place::file(file);
    let place = if code.is_empty() { place } else { place.item(code) };
    Failure::new(
        FailureKind::Config,
        place,
        text!("dòng kiểm tra sai: {detail}", "the check is wrong: {detail}"),
    )
}

/// What a check sees and where it leaves its findings.
pub(crate) struct Context<'a> {
    doc: &'a Document,
    office: &'a Office,
    rules: &'a Ruleset,
    out: Vec<Diagnostic>,
}

impl Context<'_> {
    /// Place of a field: the line of `key`, the ô số, the key itself.
    fn field(&self, key: &str, slot: Option<Slot>) -> Place {
        let line = match self.doc.line_of(key) {
            0 => key.split('.').next().map_or(0, |k| self.doc.line_of(k)),
            line => line,
        };
        let place = self.line(line).item(key);
        slot.map_or(place.clone(), |s| place.slot(s))
    }

    /// Place of a line of the source.
    fn line(&self, line: u32) -> Place {
        Place::file(self.doc.source.clone()).line(line)
    }

    /// Leaves a finding.
    fn find(&mut self, head: &Head, place: Place, message: Text) {
        self.out.push(head.finding(place, message));
    }

    /// Leaves a finding with its own way out.
    fn find_hint(&mut self, head: &Head, place: Place, message: Text, hint: Text) {
        self.out.push(head.finding(place, message).hint(hint));
    }

    /// Slot of the subject.
    fn subject_slot(&self) -> Slot {
        if self.doc.form == Form::Letter { Slot::S5b } else { Slot::S5a }
    }
}

/// The finding for a text that was not in Unicode normal form C when it was read; the document
/// that was made of it is. `None` if the ruleset has no such check.
pub fn not_composed(checks: &Checks, file: &str, line: u32) -> Option<Diagnostic> {
    let check = checks.checks.iter().find(|c| matches!(c.kind, Kind::NormalForm))?;
    let message = text!(
        "có chữ gõ bằng Unicode tổ hợp; đã chuyển sang dạng dựng sẵn (NFC)",
        "some letters are typed in combining characters; they were composed (normal form C)"
    );
    Some(check.head.finding(Place::file(file).line(line), message))
}

/// Checks a document before it is numbered. All findings, in the order of their lines.
pub fn document(document: &Document, checks: &Checks, office: &Office) -> Vec<Diagnostic> {
    let mut context = Context { doc: document, office, rules: &checks.rules, out: Vec::new() };
    for check in &checks.checks {
        if check.head.in_force(document.date) {
            check.kind.run(&check.head, &mut context);
        }
    }
    numbering::run(checks, &mut context);
    texts::scan(checks, &mut context);
    let mut out = context.out;
    out.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.place.line.unwrap_or(0), d.code);
        key(a).cmp(&key(b))
    });
    out
}
