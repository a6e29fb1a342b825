//! The end of a document: signatures, Nơi nhận, drafter's mark, contact line; and what keeps the
//! signatures with the end of the body.
//!
//! Knows: ô 7–9b, 12, 13. Must not know: header, how the body is structured.

use crate::model::{AuthorityLine, Contact, Document, Side, Signature};

use super::build::{Composer, cell, layout_table, lines_of, row, upper};
use super::header::{columns, mark_list};
use super::metrics::Type;
use super::styles::Key;
use super::{Item, Para, Row, RunContent, Table};

/// Lines of the body that stay with the signatures.
const WITH_SIGNATURES: usize = 2;
/// A paragraph of up to so many lines is not split when it stays with the signatures.
const SHORT: usize = 3;
/// Brackets of up to so many letters stay on one line.
const SHORT_BRACKET: usize = 16;
/// A table row of more lines than this may be split even as the last of the body.
const WHOLE_ROW: usize = 20;

impl Composer {
    /// Ô 7–9b and 12 as a table that never splits, each row kept with what follows.
    pub(super) fn foot(&self, document: &Document, measure: i32) -> Option<Table> {
        let side = |side: Side| document.signatures.iter().filter(move |s| s.side == side);
        let left: Vec<&Signature> = side(Side::Left).collect();
        let right: Vec<&Signature> = side(Side::Right).collect();
        let halves = if left.is_empty() {
            (self.measures.signature_left, self.measures.signature_right)
        } else {
            (1, 1)
        };
        let grid = columns(measure, halves, (0.0, 0.0));
        let recipients = self.recipients(document, grid.0);
        if left.is_empty() && right.is_empty() && recipients.is_empty() {
            return None;
        }
        let mut rows = Vec::new();
        if left.is_empty() {
            let mut beside = recipients;
            for (i, signature) in right.iter().enumerate() {
                let list = if i == 0 { std::mem::take(&mut beside) } else { Vec::new() };
                rows.push(self.pair(list, self.signature(signature, grid.1)));
            }
            if !beside.is_empty() {
                rows.push(self.pair(beside, Vec::new()));
            }
        } else {
            for i in 0..left.len().max(right.len()) {
                let stack = |list: &[&Signature], column| {
                    list.get(i).map_or_else(Vec::new, |s| self.signature(s, column))
                };
                let mut one = stack(&left, grid.0);
                let mut other = stack(&right, grid.1);
                self.level_names(&mut one, grid.0, &mut other, grid.1);
                rows.push(self.pair(one, other));
            }
            if !recipients.is_empty() {
                rows.push(self.pair(recipients, Vec::new()));
            }
        }
        Some(layout_table(vec![grid.0, grid.1], rows))
    }

    fn pair(&self, left: Vec<Para>, right: Vec<Para>) -> Row {
        let filled = |mut paras: Vec<Para>| {
            if paras.is_empty() {
                paras.push(self.gap(0));
            }
            for para in &mut paras {
                para.format.keep_next = true;
            }
            cell(paras)
        };
        row(vec![filled(left), filled(right)])
    }

    /// Ô 7a, 7c, 7b from the top.
    fn signature(&self, signature: &Signature, column: i32) -> Vec<Para> {
        let mut out: Vec<Para> = Vec::with_capacity(5);
        let lines = signature.authority.iter().map(authority_line);
        for line in lines.chain([signature.position.clone()]) {
            if !line.trim().is_empty() {
                let (mut para, _) = self.name(Key::Position, &upper(line.trim()), column, 0);
                if !out.is_empty() {
                    para.format.before = 0;
                }
                out.push(para);
            }
        }
        out.push(self.para(Key::Signature));
        if let Some(other) = signature.other_position.as_deref().filter(|o| !o.trim().is_empty()) {
            out.push(self.name(Key::OtherPosition, &upper(other.trim()), column, 0).0);
        }
        out.push(self.text(Key::Signer, signature.name.trim()));
        out
    }

    /// Two names stand on one line: the lower stack above one gives the other more room.
    fn level_names(&self, one: &mut [Para], left: i32, other: &mut [Para], right: i32) {
        let line = Type::of(self.look(Key::Position)).line_height();
        let above = |paras: &[Para], column: i32| -> usize {
            let positions = paras.iter().take_while(|p| p.style != self.para(Key::Signature).style);
            positions.map(|p| lines_of(p, column).count()).sum()
        };
        let (a, b) = (above(one, left), above(other, right));
        let lower = if a < b { one } else { other };
        let more = (a.abs_diff(b) as f64 * line).round() as i32;
        let room = self.para(Key::Signature);
        if let Some(para) = lower.iter_mut().find(|p| p.style == room.style) {
            para.format.before = room.format.before + more;
        }
    }

    /// Ô 9b and 12: label, list, `- Lưu: …`, drafter.
    fn recipients(&self, document: &Document, column: i32) -> Vec<Para> {
        let archive = document.archive_copy.as_deref().map(str::trim).filter(|a| !a.is_empty());
        let mut out = Vec::new();
        if !document.recipients.is_empty() || archive.is_some() {
            out.push(self.text(Key::RecipientsLabel, "Nơi nhận:"));
        }
        for line in mark_list(&document.recipients, archive.is_none()) {
            out.push(self.recipient(&line, column));
        }
        let drafter = document.drafter.as_deref().map(str::trim).filter(|d| !d.is_empty());
        if let Some(archive) = archive {
            let copies = if drafter.is_none() { document.copies } else { None };
            out.push(self.text(Key::Recipients, &archive_line(archive, copies)));
        }
        let mark = match (drafter, document.copies) {
            (Some(drafter), Some(copies)) => {
                Some(format!("{}.({copies})", drafter.trim_end_matches('.')))
            }
            (Some(drafter), None) => Some(drafter.to_owned()),
            (None, Some(copies)) if archive.is_none() => Some(format!("({copies}b)")),
            _ => None,
        };
        out.extend(mark.map(|m| self.text(Key::Drafter, &m)));
        out
    }

    /// A line of the list; where it breaks, what stands in short brackets stays whole.
    fn recipient(&self, line: &str, column: i32) -> Para {
        let para = self.text(Key::Recipients, line);
        if lines_of(&para, column).count() < 2 {
            return para;
        }
        self.text(Key::Recipients, &whole_brackets(line))
    }

    /// Ô 13, a paragraph with the line above it.
    pub(super) fn contact(&self, contact: Option<&Contact>) -> Vec<Item> {
        let lines: Vec<&str> = contact
            .iter()
            .flat_map(|c| &c.lines)
            .map(|l| l.trim())
            .filter(|l| !l.is_empty())
            .collect();
        if lines.is_empty() {
            return Vec::new();
        }
        vec![Item::Para(self.text(Key::Contact, &lines.join("\n")))]
    }

    /// Keeps at least two lines of what comes before with what comes next.
    pub(super) fn keep_end(&self, items: &mut [Item], measure: i32) {
        let mut wanted = WITH_SIGNATURES;
        // Counted in a column a little wider, so that a line that another program may do without is
        // not one of the two.
        let wide = measure + measure / 50;
        for item in items.iter_mut().rev() {
            if wanted == 0 {
                break;
            }
            match item {
                Item::Para(para) => {
                    para.format.keep_next = true;
                    let lines = if is_blank(para) { 0 } else { lines_of(para, wide).count() };
                    if lines > 0 && lines <= SHORT {
                        para.format.keep_lines = true;
                    }
                    wanted = wanted.saturating_sub(lines);
                }
                Item::Table(table) => wanted = keep_rows(table, wanted),
            }
        }
    }
}

fn is_blank(para: &Para) -> bool {
    para.runs.iter().all(|r| !matches!(&r.content, RunContent::Text(t) if !t.trim().is_empty()))
}

/// Keeps the last rows of a table with what follows; returns the lines still wanted.
fn keep_rows(table: &mut Table, mut wanted: usize) -> usize {
    let margin = table.margin;
    let grid = table.grid.clone();
    for row in table.rows.iter_mut().rev() {
        if wanted == 0 {
            break;
        }
        let mut at = 0;
        let mut most = 0;
        for cell in &mut row.cells {
            let span = cell.span.max(1) as usize;
            let width: i32 = grid.iter().skip(at).take(span).sum();
            at += span;
            let mut lines = 0;
            for item in &mut cell.items {
                if let Item::Para(para) = item {
                    para.format.keep_next = true;
                    lines += lines_of(para, width - 2 * margin).count();
                }
            }
            most = most.max(lines);
        }
        row.cant_split |= most <= WHOLE_ROW;
        wanted = wanted.saturating_sub(most.max(1));
    }
    wanted
}

/// The text with spaces that do not break inside short brackets: `(để b/c)`.
fn whole_brackets(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text;
    while let Some(at) = rest.find('(') {
        let (before, bracket) = rest.split_at(at);
        out += before;
        let end = bracket.find(')').map_or(bracket.len(), |e| e + 1);
        let (bracket, after) = bracket.split_at(end);
        if bracket.chars().count() <= SHORT_BRACKET {
            out += &bracket.replace(' ', "\u{a0}");
        } else {
            out += bracket;
        }
        rest = after;
    }
    out + rest
}

/// `KT. GIÁM ĐỐC`.
fn authority_line(line: &AuthorityLine) -> String {
    match line.authority {
        Some(authority) => format!("{} {}", authority.as_str(), line.of.trim()),
        None => line.of.clone(),
    }
}

/// `- Lưu: VT, VP.`, `- Lưu: VT, QH (100b).`
fn archive_line(archive: &str, copies: Option<u32>) -> String {
    let archive = archive.trim_end_matches('.').trim_end();
    match copies {
        Some(copies) => format!("- Lưu: {archive} ({copies}b)."),
        None => format!("- Lưu: {archive}."),
    }
}
