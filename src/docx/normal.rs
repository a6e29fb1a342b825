//! A sheet as a file can hold it.
//!
//! Knows: what the file format cannot tell apart or does not allow. Must not know: XML.

use super::limits;
use super::names::{self, is_reserved_id};
use super::write::{PLAIN_FORMAT, PLAIN_LOOK, clamp_format, is_instant};
use crate::layout::{
    Cell, DrawnLine, Item, Look, Page, Para, Properties, Row, Rule, Run, RunContent, Section,
    Sheet, Style, Table, VerticalAlign,
};

/// The largest measure that Word takes (22 inches).
pub(super) const MEASURE_MAX: i32 = 31_680;
/// The farthest that a rule may be from its text, in points.
pub(super) const RULE_SPACE_MAX: u16 = 31;

/// The sheet that comes back when this one is written and read.
///
/// A sheet made with care is its own normal form. What changes in others: lengths outside the
/// limits of Word are brought inside; neighbouring texts of one look become one, empty texts go,
/// tabs and line breaks inside a text become what they mean; a style that is not there becomes the
/// default one; second styles of one id, tables without rows and malformed dates go; a row
/// without cells gets one; the default style has no outline level, and only styles whose id begins with `Vt` have a slot; the low quotation mark U+201A
/// in a style's name becomes a comma.
pub fn normal(sheet: &Sheet) -> Sheet {
    let usable = usable_styles(&sheet.styles);
    let default = usable.first().map_or("Normal", |s| s.id.as_str());
    let styles = match usable.is_empty() {
        true => vec![plain_style()],
        false => usable.iter().enumerate().map(|(i, s)| style(s, i == 0)).collect(),
    };
    let flow = Flow { styles: &usable, default };
    Sheet {
        properties: properties(&sheet.properties),
        styles: styles.into(),
        sections: sheet.sections.iter().map(|s| flow.section(s)).collect(),
    }
}

/// The styles that are written: the first of each id, and none of an id that files need themselves.
pub(super) fn usable_styles(styles: &[Style]) -> Vec<&Style> {
    let mut seen = std::collections::HashSet::with_capacity(styles.len());
    styles.iter().filter(|s| !is_reserved_id(&s.id) && seen.insert(s.id.as_str())).collect()
}

/// A line within the limits of Word.
pub(super) fn clamp_line(line: DrawnLine) -> DrawnLine {
    DrawnLine {
        x: line.x.clamp(-MEASURE_MAX, MEASURE_MAX),
        y: line.y.clamp(-MEASURE_MAX, MEASURE_MAX),
        length: line.length.clamp(0, MEASURE_MAX),
        weight: line.weight,
    }
}

/// A rule within the limits of Word.
pub(super) fn clamp_rule(rule: Rule) -> Rule {
    Rule { weight: rule.weight, space: rule.space.min(RULE_SPACE_MAX) }
}

fn plain_style() -> Style {
    Style {
        id: "Normal".to_owned(),
        name: "Normal".to_owned(),
        slot: None,
        outline: None,
        look: PLAIN_LOOK,
        format: PLAIN_FORMAT,
        font: None,
    }
}

fn style(s: &Style, default: bool) -> Style {
    Style {
        name: names::from_style_name(&s.name),
        slot: s.slot.filter(|_| !default && names::is_own_id(&s.id)),
        outline: s.outline.filter(|_| !default).map(|level| level.min(8)),
        look: look(s.look),
        format: clamp_format(&s.format),
        font: None,
        ..s.clone()
    }
}

fn look(l: Look) -> Look {
    Look { color: l.color.map(|rgb| rgb & 0xFF_FFFF), ..l }
}

fn properties(p: &Properties) -> Properties {
    let created = if is_instant(&p.created) { p.created.clone() } else { String::new() };
    Properties { created, ..p.clone() }
}

struct Flow<'a> {
    styles: &'a [&'a Style],
    default: &'a str,
}

impl Flow<'_> {
    fn section(&self, s: &Section) -> Section {
        let page = Page {
            width: s.page.width.max(0),
            height: s.page.height.max(0),
            left: s.page.left.max(0),
            right: s.page.right.max(0),
            header: s.page.header.max(0),
            footer: s.page.footer.max(0),
            ..s.page
        };
        Section {
            page,
            restart: s.restart.map(|n| n.min(i32::MAX.unsigned_abs())),
            first_header: self.items(&s.first_header),
            header: self.items(&s.header),
            first_footer: self.items(&s.first_footer),
            items: self.items(&s.items),
        }
    }

    fn items(&self, items: &[Item]) -> Vec<Item> {
        items
            .iter()
            .filter_map(|item| match item {
                Item::Para(p) => Some(Item::Para(self.para(p))),
                Item::Table(t) if t.rows.is_empty() => None,
                Item::Table(t) => Some(Item::Table(self.table(t))),
            })
            .collect()
    }

    fn para(&self, p: &Para) -> Para {
        let known = self.styles.iter().any(|s| s.id == p.style);
        let mut runs = Vec::with_capacity(p.runs.len());
        for run in &p.runs {
            let look = look(run.look);
            match &run.content {
                RunContent::Text(text) => text_runs(&mut runs, look, text),
                // Pictures are written and not read.
                content if content.is_drawn() => {}
                content => runs.push(Run { look, content: content.clone() }),
            }
        }
        Para {
            style: if known { p.style.clone() } else { self.default.to_owned() },
            format: clamp_format(&p.format),
            tabs: p.tabs.clone(),
            runs,
            line: p.line.map(clamp_line),
            frame: None,
        }
    }

    fn table(&self, t: &Table) -> Table {
        Table {
            grid: t.grid.iter().map(|w| (*w).max(0)).collect(),
            indent: t.indent,
            margin: t.margin.max(0),
            borders: t.borders.map(clamp_rule),
            rows: t.rows.iter().map(|r| self.row(r)).collect(),
        }
    }

    fn row(&self, r: &Row) -> Row {
        let mut cells: Vec<Cell> = r.cells.iter().map(|c| self.cell(c)).collect();
        if cells.is_empty() {
            let empty =
                Cell { span: 1, vertical: VerticalAlign::Top, boxed: None, items: Vec::new() };
            cells.push(empty);
        }
        Row { height: r.height.map(|h| h.max(0)), cells, ..*r }
    }

    fn cell(&self, c: &Cell) -> Cell {
        Cell {
            span: c.span.clamp(1, limits::COLUMNS),
            vertical: c.vertical,
            boxed: c.boxed.map(clamp_rule),
            items: self.items(&c.items),
        }
    }
}

/// Adds a text; what it holds of tabs and line breaks becomes runs of its own.
fn text_runs(runs: &mut Vec<Run>, look: Look, text: &str) {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    for piece in text.split_inclusive(['\t', '\n']) {
        let words = piece.trim_end_matches(['\t', '\n']);
        match runs.last_mut() {
            _ if words.is_empty() => {}
            Some(Run { look: before, content: RunContent::Text(text) }) if *before == look => {
                text.push_str(words);
            }
            _ => runs.push(Run { look, content: RunContent::Text(words.to_owned()) }),
        }
        match piece.chars().next_back() {
            Some('\t') => runs.push(Run { look, content: RunContent::Tab }),
            Some('\n') => runs.push(Run { look, content: RunContent::Break }),
            _ => {}
        }
    }
}
