//! Checks of a sheet that was read back: page, looks, lines, leftovers.
//!
//! Knows: which style stands for which part of the ruleset, and what a part must look like.
//! Must not know: XML, files, how a sheet was made.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::diagnostic::{Diagnostic, Place, Result};
use crate::layout::{Item, LineSpacing, Page, Para, Run, RunContent, Section, Sheet, Table};
use crate::ruleset::{PartRule, Ruleset};

use super::kinds::Kind;
use super::params::Params;
use super::pattern::Bytes;
use super::texts::TextPattern;
use super::{Checks, Head};

use self::parts::Finder;
pub(crate) use self::parts::Parts;

mod known;
mod looks;
mod pages;
mod parts;
mod rules;

/// Width of a text in twips: text, size in half points, bold, italic.
pub type Width<'a> = &'a dyn Fn(&str, u16, bool, bool) -> f64;

/// What can be checked of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SheetKind {
    /// Paper of A4.
    Paper,
    /// Margins within their ranges.
    Margins,
    /// Page number: centred in the header, from page 2, of its size, upright.
    PageNumber,
    /// Every further section begins at page 1.
    Restart,
    /// Size of every part.
    Size,
    /// Weight of every part.
    Weight,
    /// Slant of every part.
    Slant,
    /// Case of every part.
    Case,
    /// Alignment of every part.
    Alignment,
    /// Black.
    Color,
    /// First-line indent of body paragraphs.
    Indent,
    /// Space between body paragraphs.
    Gap,
    /// Line spacing of body paragraphs.
    Line,
    /// Sizes of Quốc hiệu, Tiêu ngữ, địa danh go together.
    Pairing,
    /// Quốc hiệu and Tiêu ngữ, word for word.
    National,
    /// Quốc hiệu on one line.
    OneLine,
    /// Số and địa danh–ngày on one line.
    SameLine,
    /// The rule under a part is there.
    RuleMissing,
    /// It has its length.
    RuleLength,
    /// The signature block holds together and does not stand alone.
    Signature,
    /// The urgency box has its size.
    Stamp,
}

impl SheetKind {
    pub(crate) fn compile(name: &str, params: &Params) -> Result<Self> {
        Ok(match name {
            "sheet-paper" => Self::Paper,
            "sheet-margins" => Self::Margins,
            "sheet-page-number" => Self::PageNumber,
            "sheet-restart" => Self::Restart,
            "sheet-size" => Self::Size,
            "sheet-weight" => Self::Weight,
            "sheet-slant" => Self::Slant,
            "sheet-case" => Self::Case,
            "sheet-alignment" => Self::Alignment,
            "sheet-color" => Self::Color,
            "sheet-indent" => Self::Indent,
            "sheet-gap" => Self::Gap,
            "sheet-line-spacing" => Self::Line,
            "sheet-pairing" => Self::Pairing,
            "sheet-national" => Self::National,
            "sheet-one-line" => Self::OneLine,
            "sheet-same-line" => Self::SameLine,
            "sheet-rule-missing" => Self::RuleMissing,
            "sheet-rule-length" => Self::RuleLength,
            "sheet-signature" => Self::Signature,
            "sheet-stamp" => Self::Stamp,
            other => return Err(params.error(&format!("unknown kind `{other}`"))),
        })
    }
}

/// Where a paragraph stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zone {
    Flow,
    FirstHeader,
    Header,
    FirstFooter,
}

/// A paragraph of the sheet with what is around it.
#[derive(Debug)]
pub(crate) struct Piece<'a> {
    pub(crate) para: &'a Para,
    /// Key of the part in the ruleset, empty for none.
    pub(crate) key: &'a str,
    pub(crate) part: Option<&'a PartRule>,
    pub(crate) section: usize,
    pub(crate) zone: Zone,
    /// Width of the column it stands in.
    pub(crate) measure: i32,
    /// Number of the table row it stands in, counted over the sheet; 0 outside tables.
    pub(crate) row: usize,
    /// Number of the cell, counted over the sheet; 0 outside tables.
    pub(crate) cell: usize,
}

impl Piece<'_> {
    /// Its text without fields.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        if let [Run { content: RunContent::Text(text), .. }] = self.para.runs.as_slice() {
            return Cow::Borrowed(text);
        }
        let mut out = String::new();
        for run in &self.para.runs {
            match &run.content {
                RunContent::Text(t) => out.push_str(t),
                RunContent::Break => out.push('\n'),
                RunContent::Tab => out.push('\t'),
                RunContent::PageNumber
                | RunContent::Squares(_)
                | RunContent::Picture(_)
                | RunContent::Figure(_) => {}
            }
        }
        Cow::Owned(out)
    }

    /// Its runs of visible text.
    pub(crate) fn written(&self) -> impl Iterator<Item = (&Run, &str)> {
        self.para.runs.iter().filter_map(|r| match &r.content {
            // Most texts begin with a letter.
            RunContent::Text(t) if begins_visibly(t) || !t.trim().is_empty() => {
                Some((r, t.as_str()))
            }
            _ => None,
        })
    }

    pub(crate) fn breaks(&self) -> bool {
        self.para.runs.iter().any(|r| r.content == RunContent::Break)
    }
}

fn begins_visibly(text: &str) -> bool {
    text.as_bytes().first().is_some_and(|b| b.is_ascii_graphic())
}

/// The sheet laid out flat, and where findings go.
pub(crate) struct View<'a> {
    pub(crate) sheet: &'a Sheet,
    pub(crate) rules: &'a Ruleset,
    pub(crate) pieces: Vec<Piece<'a>>,
    /// Indices of the pieces in which something may be wrong by itself: nothing was found before in the others.
    pub(crate) unknown: Vec<usize>,
    pub(crate) tables: Vec<(usize, &'a Table)>,
    pub(crate) width: Width<'a>,
    file: &'a str,
    out: Vec<Diagnostic>,
    /// One finding for a check and part; the others of the same kind are not repeated.
    seen: HashMap<(crate::diagnostic::Code, &'a str), usize>,
}

impl<'a> View<'a> {
    /// The pieces in which something may be wrong by itself.
    pub(crate) fn unknown(&self) -> impl Iterator<Item = (usize, &Piece<'a>)> {
        self.unknown.iter().filter_map(|index| Some((*index, self.pieces.get(*index)?)))
    }

    /// Leaves a finding about the whole sheet.
    pub(crate) fn find(&mut self, head: &Head, message: crate::diagnostic::Text) {
        self.out.push(head.finding(Place::file(self.file), message));
    }

    /// Leaves a finding about a part, once for the part.
    pub(crate) fn find_part(
        &mut self,
        head: &Head,
        key: &'a str,
        part: &PartRule,
        message: crate::diagnostic::Text,
    ) {
        let count = self.seen.entry((head.code, key)).or_insert(0);
        *count += 1;
        if *count > 1 {
            return;
        }
        let place = Place::file(self.file).slot(part.slot).item(part.name.clone());
        let mut finding = head.finding(place, message);
        if !part.clause.is_empty() {
            finding.basis = Some(part.clause.clone());
        }
        self.out.push(finding);
    }
}

struct Flattener<'a> {
    parts: Finder<'a>,
    pieces: Vec<Piece<'a>>,
    tables: Vec<(usize, &'a Table)>,
    rows: usize,
    cells: usize,
}

impl<'a> Flattener<'a> {
    fn section(&mut self, index: usize, section: &'a Section) {
        let measure = section.page.text_width();
        for (zone, items) in [
            (Zone::FirstHeader, &section.first_header),
            (Zone::Header, &section.header),
            (Zone::FirstFooter, &section.first_footer),
            (Zone::Flow, &section.items),
        ] {
            self.items(index, zone, items, measure, (0, 0));
        }
    }

    fn items(
        &mut self,
        section: usize,
        zone: Zone,
        items: &'a [Item],
        measure: i32,
        (row, cell): (usize, usize),
    ) {
        for item in items {
            match item {
                Item::Para(para) => {
                    let (key, part) = self.parts.of(self.pieces.len(), &para.style);
                    self.pieces.push(Piece { para, key, part, section, zone, measure, row, cell });
                }
                Item::Table(table) => {
                    self.tables.push((section, table));
                    self.table(section, zone, table);
                }
            }
        }
    }

    fn table(&mut self, section: usize, zone: Zone, table: &'a Table) {
        for row in &table.rows {
            self.rows += 1;
            let mut at = 0;
            for cell in &row.cells {
                self.cells += 1;
                let span = usize::try_from(cell.span.max(1)).unwrap_or(1);
                let width: i32 = table.grid.iter().skip(at).take(span).sum();
                at += span;
                let here = (self.rows, self.cells);
                self.items(section, zone, &cell.items, width - 2 * table.margin, here);
            }
        }
    }
}

/// Checks a sheet that was read back. `file` is its name in findings, `width` measures text.
pub fn sheet(sheet: &Sheet, checks: &Checks, file: &str, width: Width) -> Vec<Diagnostic> {
    let mut flat = Flattener {
        parts: Finder::new(&checks.parts),
        pieces: Vec::with_capacity(48),
        tables: Vec::new(),
        rows: 0,
        cells: 0,
    };
    for (index, section) in sheet.sections.iter().enumerate() {
        flat.section(index, section);
    }
    let mut view = View {
        sheet,
        rules: &checks.rules,
        unknown: known::unknown(checks.id, &flat.pieces),
        pieces: flat.pieces,
        tables: flat.tables,
        width,
        file,
        out: Vec::new(),
        seen: HashMap::new(),
    };
    for check in &checks.checks {
        match &check.kind {
            Kind::Sheet(kind) => run(*kind, &check.head, &mut view),
            Kind::TextPattern(pattern) if pattern.on_sheet() => {
                leftovers(pattern, &check.head, &mut view);
            }
            Kind::StrayCharacters => looks::stray(&check.head, &mut view),
            _ => {}
        }
    }
    if view.out.is_empty() {
        known::found_clean(checks.id, &view.pieces, &view.unknown);
    }
    view.out
}

fn run(kind: SheetKind, head: &Head, view: &mut View) {
    match kind {
        SheetKind::Paper => pages::paper(head, view),
        SheetKind::Margins => pages::margins(head, view),
        SheetKind::PageNumber => pages::page_number(head, view),
        SheetKind::Restart => pages::restart(head, view),
        SheetKind::Size => looks::size(head, view),
        SheetKind::Weight => looks::weight(head, view),
        SheetKind::Slant => looks::slant(head, view),
        SheetKind::Case => looks::case(head, view),
        SheetKind::Alignment => looks::alignment(head, view),
        SheetKind::Color => looks::color(head, view),
        SheetKind::Indent => looks::indent(head, view),
        SheetKind::Gap => looks::gap(head, view),
        SheetKind::Line => looks::line_spacing(head, view),
        SheetKind::Pairing => looks::pairing(head, view),
        SheetKind::National => rules::national(head, view),
        SheetKind::OneLine => rules::one_line(head, view),
        SheetKind::SameLine => rules::same_line(head, view),
        SheetKind::RuleMissing => rules::missing(head, view),
        SheetKind::RuleLength => rules::length(head, view),
        SheetKind::Signature => pages::signature(head, view),
        SheetKind::Stamp => rules::stamp(head, view),
    }
}

fn leftovers(pattern: &TextPattern, head: &Head, view: &mut View) {
    let mut found = Vec::new();
    for (_, piece) in view.unknown() {
        let text = piece.text();
        if let Some(words) = pattern.found(&text, Bytes::of(&text)) {
            found.push(pattern.message(words));
        }
    }
    for message in found {
        view.find(head, message);
    }
}

/// Millimetres of twips with one decimal.
pub(crate) fn in_mm(twips: i32) -> String {
    format!("{:.1}", f64::from(twips) / crate::layout::TWIPS_PER_MM)
}

/// A number without needless zeros.
pub(crate) fn plain(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Line spacing as a multiple of a single line of type of `size` points.
pub(crate) fn in_lines(line: LineSpacing, size: f64) -> f64 {
    // A single line of the typeface is 1,15 of its size.
    let single = 1.15 * size * 20.0;
    match line {
        LineSpacing::Auto(n) => f64::from(n) / 240.0,
        LineSpacing::Exact(t) => f64::from(t) / single,
        LineSpacing::AtLeast(t) => (f64::from(t) / single).max(1.0),
    }
}

/// The four margins by name with their measures.
pub(crate) fn margins_of(page: &Page) -> [(i32, &'static str, &'static str); 4] {
    [
        (page.top, "lề trên", "top margin"),
        (page.bottom, "lề dưới", "bottom margin"),
        (page.left, "lề trái", "left margin"),
        (page.right, "lề phải", "right margin"),
    ]
}
