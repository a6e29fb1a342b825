//! The composer and its small tools: paragraphs of a style, runs, rule lines, boxes.
//!
//! Knows: how a piece of a sheet is made. Must not know: which pieces a form has.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::{Document, OrganName, Span, Urgency};
use crate::ruleset::{LineRule, Ruleset};
use crate::text::recent;

use super::header::{MOTTO, NATION, ROOM};
use super::lines::{Lines, Piece, balance, breaks, lines};
use super::measures::{Choices, Measures};
use super::metrics::Type;
use super::phrases::Phrases;
use super::styles::{self, GAP_HEIGHT, Key};
use super::{
    Cell, Format, Item, LineSpacing, Look, Para, Row, Rule, Run, RunContent, Style, Table,
    VerticalAlign, mm,
};

impl Type {
    /// The type of a look.
    pub(super) fn of(look: Look) -> Type {
        Type { size: look.size, bold: look.bold, italic: look.italic }
    }
}

/// Text of an urgency stamp with its size in twips.
#[derive(Debug, Clone)]
pub(super) struct Stamp {
    pub urgency: Urgency,
    pub text: String,
    pub width: i32,
    pub height: i32,
}

/// Lays documents out by one ruleset and one office's choices. Making one costs as much as a page
/// or two; a batch makes it once.
#[derive(Debug, Clone)]
pub struct Composer {
    /// What is kept from one sheet to the next was made with this composer, or a copy of it.
    pub(super) id: u64,
    pub(super) styles: Arc<[Style]>,
    pub(super) measures: Measures,
    pub(super) title_look: Look,
    phrases: Arc<Phrases>,
    /// `Quốc hiệu` and `Tiêu ngữ`, the same in every document, with their widths.
    pub(super) nation: (Para, f64),
    pub(super) motto: (Para, f64),
    pub(super) type_names: BTreeMap<String, String>,
    pub(super) undated: BTreeSet<String>,
    pub(super) stamps: Vec<Stamp>,
}

impl Composer {
    /// A composer for a ruleset and an office's layout choices; wrong choices are passed over
    /// (see [`super::wrong_choices`]).
    pub fn new(rules: &Ruleset, chosen: &BTreeMap<String, f64>) -> Self {
        let choices = Choices::new(rules, chosen);
        let kinds = || rules.types.iter().chain(&rules.copies);
        let mut composer = Self {
            id: recent::owner(),
            nation: (blank_para(), 0.0),
            motto: (blank_para(), 0.0),
            styles: styles::table(rules, &choices),
            measures: choices.measures(),
            title_look: choices.look("heading_title"),
            phrases: Arc::new(Phrases::new(&rules.words)),
            type_names: kinds().map(|t| (t.id.clone(), t.name.clone())).collect(),
            undated: kinds().filter(|t| t.undated_header).map(|t| t.id.clone()).collect(),
            stamps: rules
                .stamps
                .iter()
                .map(|s| Stamp {
                    urgency: s.urgency,
                    text: s.text.clone(),
                    width: mm(s.width),
                    height: mm(s.height),
                })
                .collect(),
        };
        let measured = |para: Para| {
            let width = natural_width(&para);
            (para, width)
        };
        composer.nation = measured(composer.text(Key::Nation, NATION));
        composer.motto = measured(composer.text(Key::Motto, MOTTO));
        composer
    }

    /// Name of the document's type inside a sentence: `Kế hoạch`.
    pub(super) fn type_name<'a>(&'a self, document: &'a Document) -> &'a str {
        self.type_names.get(&document.type_id).map_or(document.type_name.as_str(), String::as_str)
    }

    /// An empty paragraph of a style.
    pub(super) fn para(&self, key: Key) -> Para {
        match self.styles.get(key as usize) {
            Some(style) => Para { style: style.id.clone(), format: style.format, ..blank_para() },
            None => blank_para(),
        }
    }

    /// The look of a style.
    pub(super) fn look(&self, key: Key) -> Look {
        self.styles.get(key as usize).map_or(NO_LOOK, |s| s.look)
    }

    /// A paragraph of a style with a text in the style's look.
    pub(super) fn text(&self, key: Key, text: &str) -> Para {
        let mut para = self.para(key);
        push_text(&mut para.runs, self.look(key), text);
        para
    }

    /// A paragraph of a style with spans.
    pub(super) fn spans(&self, key: Key, spans: &[Span]) -> Para {
        let mut para = self.para(key);
        push_spans(&mut para.runs, self.look(key), spans);
        para
    }

    /// A paragraph of a style, balanced over its lines if it takes several in `measure`. Returns
    /// it with its lines.
    pub(super) fn balanced(&self, mut para: Para, measure: i32) -> (Para, Lines) {
        let (narrow, lines) = balance(&pieces(&para), f64::from(measure), &self.phrases);
        let side = ((f64::from(measure) - narrow) / 2.0).floor().max(0.0) as i32;
        para.format.left = side;
        para.format.right = side;
        (para, lines)
    }

    /// A name in capitals, balanced; with line breaks where no measure would keep its phrases whole
    /// or its first line shorter by `first`.
    pub(super) fn name(&self, key: Key, name: &str, measure: i32, first: i32) -> (Para, Lines) {
        let para = self.text(key, name);
        let (even, lines) = self.balanced(para.clone(), measure);
        if lines.count() < 2 && first == 0 {
            return (even, lines);
        }
        let room = (f64::from(measure) - ROOM, (f64::from(first) - ROOM).max(0.0));
        let Some(places) = breaks(&pieces(&para), room, &self.phrases, &lines) else {
            return (even, lines);
        };
        let mut broken = para;
        for (run, at) in places.into_iter().rev() {
            break_before(&mut broken.runs, run, at);
        }
        let lines = lines_of(&broken, measure);
        (broken, lines)
    }

    /// The rule line beneath a text: a part of the text's last line, in the middle of `measure`.
    pub(super) fn rule_under(&self, text: f64, rule: LineRule, measure: i32) -> Para {
        let length = (text * rule.value).clamp(0.0, f64::from(measure));
        let side = ((f64::from(measure) - length) / 2.0).round() as i32;
        let mut para = self.para(Key::Line);
        para.format.left = side;
        para.format.right = side;
        para
    }

    /// A paragraph that only separates, so many twips high.
    pub(super) fn gap(&self, height: i32) -> Para {
        let mut para = self.para(Key::Gap);
        para.format.before = (height - GAP_HEIGHT).max(0);
        para
    }

    /// The paragraph that Word wants after a table that ends a section: all but no height, so that a
    /// signature block which fills its page to the last point brings no empty page after it.
    pub(super) fn closing(&self) -> Para {
        let mut para = self.para(Key::Gap);
        para.format.line = LineSpacing::Exact(1);
        para
    }

    /// A box of its own: one cell with a line around it and the text in its middle.
    pub(super) fn stamp_box(
        &self,
        para: Para,
        indent: i32,
        width: i32,
        height: i32,
        rule: Rule,
    ) -> Table {
        let cell = Cell {
            span: 1,
            vertical: VerticalAlign::Center,
            boxed: Some(rule),
            items: vec![Item::Para(para)],
        };
        let row = Row { header: false, cant_split: true, height: Some(height), cells: vec![cell] };
        Table { grid: vec![width], indent, margin: 0, borders: None, rows: vec![row] }
    }
}

/// Puts a line break into a run, in the place of the space before `at`.
fn break_before(runs: &mut Vec<Run>, run: usize, at: usize) {
    let Some(Run { look, content: RunContent::Text(text) }) = runs.get_mut(run) else { return };
    if !text.is_char_boundary(at) {
        return;
    }
    let look = *look;
    let rest = text.split_off(at);
    text.truncate(text.trim_end_matches(' ').len());
    let text_run = |content| Run { look, content };
    let after = [text_run(RunContent::Break), text_run(RunContent::Text(rest))];
    runs.splice(run + 1..run + 1, after);
}

fn blank_para() -> Para {
    Para {
        style: String::new(),
        format: EMPTY,
        tabs: Vec::new(),
        runs: Vec::new(),
        line: None,
        frame: None,
    }
}

const NO_LOOK: Look = Look { size: 28, bold: false, italic: false, color: None };
const EMPTY: Format = Format {
    align: crate::model::Align::Left,
    left: 0,
    right: 0,
    first: 0,
    before: 0,
    after: 0,
    line: LineSpacing::Auto(240),
    keep_next: false,
    keep_lines: false,
    widow_control: true,
    page_break_before: false,
    top: None,
    bottom: None,
};

/// A cell of a layout table.
pub(super) fn cell(paras: Vec<Para>) -> Cell {
    Cell {
        span: 1,
        vertical: VerticalAlign::Top,
        boxed: None,
        items: paras.into_iter().map(Item::Para).collect(),
    }
}

/// A row of a layout table, never split.
pub(super) fn row(cells: Vec<Cell>) -> Row {
    Row { header: false, cant_split: true, height: None, cells }
}

/// A table without lines or cell margins.
pub(super) fn layout_table(grid: Vec<i32>, rows: Vec<Row>) -> Table {
    Table { grid, indent: 0, margin: 0, borders: None, rows }
}

/// Upper case as printed.
pub(super) fn upper(text: &str) -> Cow<'_, str> {
    if text.chars().any(char::is_lowercase) {
        Cow::Owned(text.to_uppercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// Spans in upper case.
pub(super) fn upper_spans(spans: &[Span]) -> Vec<Span> {
    spans.iter().map(|s| Span { text: upper(&s.text).into_owned(), ..s.clone() }).collect()
}

/// Adds a text: line feeds become breaks, tabs tabs; letters that no XML can hold are left out.
pub(super) fn push_text(runs: &mut Vec<Run>, look: Look, text: &str) {
    // All that needs care is a control character or begins with one of these bytes.
    if !text.bytes().any(|b| b < 0x20 || matches!(b, 0x7f | 0xc2 | 0xef)) {
        push_plain(runs, look, text);
        return;
    }
    let odd = |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
    let mut rest = text;
    while let Some((at, c)) = rest.char_indices().find(|(_, c)| odd(*c)) {
        let (before, after) = rest.split_at(at);
        push_plain(runs, look, before);
        match c {
            '\n' => runs.push(Run { look, content: RunContent::Break }),
            '\t' => runs.push(Run { look, content: RunContent::Tab }),
            _ => {}
        }
        rest = after.get(c.len_utf8()..).unwrap_or("");
    }
    push_plain(runs, look, rest);
}

/// Adds text to the last run where the looks agree.
fn push_plain(runs: &mut Vec<Run>, look: Look, text: &str) {
    if text.is_empty() {
        return;
    }
    if let Some(Run { look: last, content: RunContent::Text(before) }) = runs.last_mut()
        && *last == look
    {
        before.push_str(text);
        return;
    }
    if runs.is_empty() {
        // Most paragraphs have one run and no more.
        runs.reserve_exact(1);
    }
    runs.push(Run { look, content: RunContent::Text(text.to_owned()) });
}

/// Adds spans: their marks add to the look.
pub(super) fn push_spans(runs: &mut Vec<Run>, look: Look, spans: &[Span]) {
    for span in spans {
        let look =
            Look { bold: look.bold || span.bold, italic: look.italic || span.italic, ..look };
        push_text(runs, look, &span.text);
    }
}

/// The runs of a paragraph as pieces to measure.
pub(super) fn pieces(para: &Para) -> Vec<Piece<'_>> {
    para.runs
        .iter()
        .map(|run| match &run.content {
            RunContent::Text(text) => (text.as_str(), Type::of(run.look)),
            RunContent::Break => ("\n", Type::of(run.look)),
            RunContent::Tab => ("    ", Type::of(run.look)),
            RunContent::PageNumber => ("0", Type::of(run.look)),
            RunContent::Squares(_) | RunContent::Picture(_) | RunContent::Figure(_) => {
                ("", Type::of(run.look))
            }
        })
        .collect()
}

/// The lines that a paragraph takes in a column.
pub(super) fn lines_of(para: &Para, column: i32) -> Lines {
    let format = &para.format;
    let measure = f64::from((column - format.left - format.right).max(1));
    lines(&pieces(para), measure, f64::from(format.first))
}

/// Width of a paragraph's widest line if nothing breaks it.
pub(super) fn natural_width(para: &Para) -> f64 {
    lines(&pieces(para), f64::INFINITY, 0.0).widest()
}

/// Width that a paragraph needs to stay on one line in any program: LibreOffice draws a no-break
/// space a tenth of the type size wider than the font says, and a draft's blanks are made of them.
pub(super) fn drawn_width(para: &Para) -> f64 {
    let wider = |run: &Run| match &run.content {
        RunContent::Text(text) => text.matches('\u{a0}').count() as f64 * f64::from(run.look.size),
        _ => 0.0,
    };
    // A half point is 10 twips, so a tenth of the size is as many twips as half points.
    natural_width(para) + para.runs.iter().map(wider).sum::<f64>()
}

/// The organ as named inside a sentence; the printed lines where the office gives no such name.
pub(super) fn in_text(organ: &OrganName) -> Cow<'_, str> {
    if organ.in_text.trim().is_empty() {
        Cow::Owned(organ.name.join(" "))
    } else {
        Cow::Borrowed(organ.in_text.trim())
    }
}
