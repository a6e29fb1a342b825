//! The rows of one sheet as a list wants them: their texts repaired.
//!
//! Knows: cells, old encodings. Must not know: which row is what.

use std::collections::VecDeque;

use serde_json::Value;

use super::body::encoding_name;
use super::repair::{Done, Doubt, Repaired, Repairer, tidy};
use super::{Options, Texts, codes};
use crate::diagnostic::{Diagnostic, Place, Result, Severity};
use crate::source::data::sheet::{Cells, Filled};
use crate::source::data::table::{Content, letter, wrong_text};
use crate::text;
use crate::text::legacy::{Encoding, Face, decode, has_unicode_letters};

/// Rows that are fetched at a time.
const ROWS: usize = 128;

/// Fetches rows and repairs them.
pub(super) struct Fetcher<'a> {
    options: &'a Options,
    /// File and sheet.
    place: Place,
    pub cells: &'a mut dyn Cells,
    /// What there is to say of the row that is being fetched.
    found: Vec<Diagnostic>,
    /// Cells decoded from each old encoding, and cells with letters of Unicode alone.
    pub tcvn3: u32,
    pub vni: u32,
    pub unicode: u32,
    repairer: Repairer,
}

impl<'a> Fetcher<'a> {
    /// Of the rows of a sheet.
    pub fn new(options: &'a Options, place: Place, cells: &'a mut dyn Cells) -> Self {
        let (tcvn3, vni, unicode) = (0, 0, 0);
        let (found, repairer) = (Vec::new(), Repairer::default());
        Self { options, place, cells, found, tcvn3, vni, unicode, repairer }
    }

    /// Adds the next rows. When there are no more it says so, or why they cannot be read.
    pub fn fetch(&mut self, rows: &mut VecDeque<Texts>) -> Option<Result<()>> {
        for _ in 0..ROWS {
            match self.next() {
                Ok(Some(row)) => rows.push_back(row),
                Ok(None) => return Some(Ok(())),
                Err(failure) => return Some(Err(failure)),
            }
        }
        None
    }

    /// The next row with its texts repaired.
    fn next(&mut self) -> Result<Option<Texts>> {
        let Some(filled) = self.cells.next()? else { return Ok(None) };
        let Filled { number, line, hidden, cells, faces, mixed } = filled;
        let mut row = Texts { number, line, hidden, ..Texts::default() };
        let base = self.place.clone().row(number);
        for (position, content) in cells {
            let place = || base.clone().cell(letter(position));
            let raw = match content {
                Content::Value(Value::String(text)) => text,
                Content::Value(Value::Bool(true)) => "x".to_owned(),
                Content::Value(Value::Number(number)) => number.to_string(),
                Content::Doubtful(value, code, message, hint) => {
                    self.found.push(Diagnostic::warning(code, place(), message).hint(hint));
                    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
                }
                Content::Wrong(code, message, hint) => {
                    self.found.push(Diagnostic::error(code, place(), message).hint(hint));
                    continue;
                }
                Content::Empty | Content::Value(_) => continue,
            };
            let face = faces.iter().find(|(p, _)| *p == position).map(|(_, f)| *f);
            let runs = mixed.iter().find(|(p, _)| *p == position).map(|(_, runs)| runs);
            let (raw, repaired) = match runs.and_then(|runs| self.by_runs(&raw, runs, &place)) {
                Some(decoded) => {
                    let tidied = tidy(&decoded);
                    (decoded, tidied)
                }
                None => {
                    let repaired = self.repairer.repair(&raw, face.unwrap_or_default());
                    (raw, repaired)
                }
            };
            let face = face.unwrap_or_default();
            let Some((text, doubt)) = self.noted(&raw, repaired, face, &place) else {
                continue;
            };
            if let Some((above, _)) = raw.trim().split_once(['\n', '\r']) {
                row.breaks.push((position, above.split_whitespace().count()));
            }
            if text.is_empty() {
                continue;
            }
            if let Some(doubt) = doubt {
                row.doubts.push((position, doubt));
            }
            row.cells.push((position, text));
        }
        // Told once it is clear that the row is a line of the list and no title or heading.
        row.told = std::mem::take(&mut self.found);
        Ok(Some(row))
    }

    /// A text whose pieces are in fonts of several encodings, each piece decoded by its own; none where nothing was
    /// to be decoded.
    fn by_runs(
        &mut self,
        raw: &str,
        runs: &[(usize, Face)],
        place: &dyn Fn() -> Place,
    ) -> Option<String> {
        let mut out = String::with_capacity(raw.len());
        let mut told = None;
        for (at, (start, face)) in runs.iter().enumerate() {
            let end = runs.get(at + 1).map_or(raw.len(), |(next, _)| *next);
            // Places that do not fit the text: it is left to the whole cell.
            let piece = raw.get(*start..end)?;
            let encoding = face.encoding();
            if encoding == Encoding::Unicode || has_unicode_letters(piece) {
                out.push_str(piece);
                continue;
            }
            let text = decode(piece, encoding);
            let capitals = *face == Face::Tcvn3Capitals;
            out.push_str(&if capitals { text.to_uppercase() } else { text.into_owned() });
            told = Some(encoding);
        }
        let encoding = told.filter(|_| out != raw)?;
        let count = if encoding == Encoding::Vni { &mut self.vni } else { &mut self.tcvn3 };
        *count = count.saturating_add(1);
        self.found.push(decoded(encoding, raw, &out, true, place()));
        Some(out)
    }

    /// Counts and tells what was repaired; none for a text that cannot be taken.
    fn noted(
        &mut self,
        raw: &str,
        mut out: Repaired,
        face: Face,
        place: &dyn Fn() -> Place,
    ) -> Option<(String, Option<Doubt>)> {
        if let Some((code, message, hint)) = wrong_text(&out.text, self.options.limits.cell) {
            self.found.push(Diagnostic::error(code, place(), message).hint(hint));
            return None;
        }
        match out.decoded {
            Some(encoding) => {
                let count = if encoding == Encoding::Vni { &mut self.vni } else { &mut self.tcvn3 };
                *count = count.saturating_add(1);
                self.found.push(decoded(encoding, raw, &out.text, face != Face::Plain, place()));
            }
            None if out.is_unicode => self.unicode = self.unicode.saturating_add(1),
            None => {}
        }
        tell_letters(&out.done, &out.text, place, &mut self.found);
        Some((std::mem::take(&mut out.text), out.doubt))
    }
}

fn decoded(encoding: Encoding, raw: &str, text: &str, by_font: bool, place: Place) -> Diagnostic {
    let name = encoding_name(encoding);
    let (vi, en) = if by_font {
        ("theo phông chữ", "by its font")
    } else {
        ("theo âm tiết", "by its syllables")
    };
    let raw: String = raw.chars().take(60).filter(|c| !c.is_control()).collect();
    let shown: String = text.chars().take(60).collect();
    Diagnostic::new(
        codes::DECODED,
        Severity::Info,
        place,
        text!(
            "chữ {name} đã chuyển sang Unicode ({vi}): “{raw}” → “{shown}”",
            "{name} text was decoded ({en}): “{raw}” → “{shown}”"
        ),
    )
}

fn tell_letters(done: &Done, text: &str, place: &dyn Fn() -> Place, found: &mut Vec<Diagnostic>) {
    if done.is_none() {
        return;
    }
    let (vi, en) = done.words();
    let shown: String = text.chars().take(60).collect();
    let message = text!("“{shown}”: {vi}", "“{shown}”: {en}");
    found.push(Diagnostic::new(codes::LETTERS, Severity::Info, place(), message));
}
