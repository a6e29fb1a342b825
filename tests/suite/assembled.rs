//! A document from its text, as the pipeline makes it, without files.
//!
//! Knows: which steps lie before the checks. Must not know: any check.

use std::fs;
use std::path::Path;

use jiff::civil::date;
use vanthu::diagnostic::Diagnostic;
use vanthu::lint::{self, Checks};
use vanthu::model::{Document, Office};
use vanthu::pipeline::assemble;
use vanthu::ruleset::Ruleset;
use vanthu::source::{self, office};

/// Reads a file of the repository.
pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The office of a folder; what is wrong with it is not looked at.
pub fn office(folder: &Path, rules: &Ruleset) -> Office {
    let types: Vec<&str> = rules.types.iter().chain(&rules.copies).map(|t| t.id.as_str()).collect();
    let known = office::Known { layout: &[], types: &types };
    let (office, _) = office::parse(&read(&folder.join("vanthu.toml")), "vanthu.toml", &known);
    office
}

/// A document of an office, made in November 2026, with the findings of its readers.
pub fn document(
    text: &str,
    file: &str,
    checks: &Checks,
    office: &Office,
) -> (Document, Vec<Diagnostic>) {
    let (source, mut findings) = source::parse(text, file);
    findings.extend(source.not_nfc.and_then(|line| lint::not_composed(checks, file, line)));
    let today = date(2026, 11, 22);
    let (document, more) = assemble(source, file, office, checks.rules(), today);
    findings.extend(more);
    (document.expect("a known type"), findings)
}
