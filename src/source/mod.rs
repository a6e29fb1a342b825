//! Readers of what users write: a document's text here, and the tables, offices and jobs around it.
//!
//! Knows: files as bytes and text, where each value stands. Must not know: rules of format,
//! numbers, pages. What is wrong in a text is a finding; reading never stops at the first one.

pub mod body;
pub mod campaign;
pub mod certificate;
pub mod codes;
pub mod data;
mod fields;
pub mod front;
pub mod incoming;
pub mod inline;
mod input;
pub mod job;
mod keyed;
mod keys;
mod label;
pub mod name;
pub mod office;
pub mod pdf;
mod plain;
pub mod roll;
pub mod scaffold;
pub mod table;
mod yaml;

pub use front::{Front, SignerEntry};
pub use input::{MAX_TEXT, decode};

use crate::diagnostic::{Diagnostic, Place};
use crate::model::{Appendix, Attached, Block};
use crate::text;

/// A value with the line of the source (of the template, where a template made it); 0 is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Its line, from 1.
    pub at: u32,
}

impl<T> Located<T> {
    /// A value at a line.
    pub fn new(value: T, at: u32) -> Self {
        Self { value, at }
    }
}

/// A document's text as read: what its author said, nothing from the office or the ruleset.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Source {
    /// Front matter.
    pub front: Front,
    /// Body up to the first appendix or attached document.
    pub body: Vec<Block>,
    /// Appendices in order.
    pub appendices: Vec<Appendix>,
    /// The document that an indirect decision issues.
    pub attached: Option<Attached>,
    /// First line that was not in Unicode normal form C. The text here is normalised.
    pub not_nfc: Option<u32>,
    /// Last line that holds anything.
    pub last_line: u32,
}

/// Reads a document's text: front matter between two `---` lines, then the body.
///
/// `rendered` is what a template wrote (sealed values, line markers) or what a person typed.
/// The findings say everything that is wrong; the source holds all that could be read.
pub fn parse(rendered: &str, file: &str) -> (Source, Vec<Diagnostic>) {
    let mut source = Source::default();
    let mut found = Vec::new();
    let normal;
    let mut rendered = rendered.strip_prefix('\u{FEFF}').unwrap_or(rendered);
    if !text::is_nfc(rendered) {
        source.not_nfc = input::first_line(rendered, |line| !text::is_nfc(line));
        normal = text::nfc(rendered);
        rendered = &normal;
    }
    let lines = input::lines(rendered);
    let mut reader = Reader { file, found: &mut found, not_nfc: source.not_nfc };
    let body = front::read(&lines, &mut reader, &mut source.front);
    body::read(body, &mut reader, &mut source);
    source.not_nfc = reader.not_nfc;
    source.last_line = lines.iter().rev().find(|l| !l.text.trim().is_empty()).map_or(0, |l| l.at);
    (source, found)
}

/// What every part of the reader needs: where it is and where findings go.
pub(crate) struct Reader<'a> {
    /// Name of the file for findings.
    pub file: &'a str,
    /// Findings so far.
    pub found: &'a mut Vec<Diagnostic>,
    /// First line with text that is not NFC.
    pub not_nfc: Option<u32>,
}

impl Reader<'_> {
    /// The place of a line.
    pub fn place(&self, at: u32) -> Place {
        Place::file(self.file).line(at)
    }

    /// Adds a finding.
    pub fn find(&mut self, finding: Diagnostic) {
        self.found.push(finding);
    }

    /// The finished text of a piece: values brought back, NFC, line breaks as `\n`, nothing that
    /// a document cannot hold (a finding says what was taken out).
    pub fn finish(&mut self, raw: &str, at: u32) -> String {
        let text = text::seal::unseal(raw);
        if text::is_simple(&text) {
            return text.into_owned();
        }
        let cleaned = input::clean(&text, self, at);
        if text::is_nfc(&cleaned) {
            return cleaned;
        }
        self.not_nfc = Some(self.not_nfc.map_or(at, |n| n.min(at)));
        text::nfc(&cleaned)
    }
}

#[cfg(test)]
mod tests;
