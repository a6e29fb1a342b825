//! Tables; and lists of thousands, whose rows and paragraphs differ by their words.
//!
//! Knows: rows, cells, what was written of a list last. Must not know: runs, sections.

use super::document::{Flow, ends_in_para, separator};
use super::props;
use crate::docx::limits;
use crate::docx::xml::Xml;
use crate::layout::{Cell, Format, Item, Look, Para, Row, Run, RunContent, Table, VerticalAlign};

/// Rows of a table before any is looked at as one of a list.
const FIRST_ROW: usize = 2;
/// Columns of a list that are remembered.
const COLUMNS: usize = 64;
/// Most bytes that room is made for at once.
const MOST_RESERVED: usize = 16 << 20;

/// What was written last in each column of a list, and of the list of paragraphs first of all.
#[derive(Debug, Default)]
pub(super) struct Listed(Vec<Column>);

/// What was written last in a column.
#[derive(Debug, Default)]
struct Column {
    /// What was said of its cell: of one with this width and of this kind.
    cell: Option<(i32, Cell, String)>,
    para: Option<Shape>,
}

impl Listed {
    /// A column that is remembered; there are few before the first list.
    fn column(&mut self, column: usize) -> Option<&mut Column> {
        if self.0.len() <= column && column < COLUMNS {
            self.0.resize_with(column + 1, Column::default);
        }
        self.0.get_mut(column)
    }
}

/// A paragraph of one text as it was written: what stands before and behind the text.
#[derive(Debug)]
struct Shape {
    style: String,
    format: Format,
    tabs: Vec<i32>,
    look: Look,
    head: String,
    tail: String,
}

impl Shape {
    /// The shape of a paragraph of one text that was written so.
    fn of(para: &Para, look: Look, markup: &str) -> Option<Self> {
        let head = markup.find(OPEN)?.saturating_add(OPEN.len());
        let tail = markup.rfind(CLOSE)?;
        let (head, tail) = (markup.get(..head)?.to_owned(), markup.get(tail..)?.to_owned());
        let (style, tabs) = (para.style.clone(), para.tabs.clone());
        Some(Self { style, format: para.format, tabs, look, head, tail })
    }

    /// True if another paragraph of one text differs from it by that alone.
    fn fits(&self, para: &Para, look: Look) -> bool {
        self.look == look
            && self.format == para.format
            && self.style == para.style
            && self.tabs == para.tabs
    }
}

const OPEN: &str = "<w:t>";
const CLOSE: &str = "</w:t>";

/// The text of a paragraph that has nothing else, and its look; `None` for a text that is more than words.
fn only_text(para: &Para) -> Option<(&str, Look)> {
    let [Run { look, content: RunContent::Text(text) }] = para.runs.as_slice() else { return None };
    let bytes = text.as_bytes();
    let ends = matches!(bytes, [] | [b' ', ..] | [.., b' ']);
    let odd = bytes.iter().fold(false, |found, b| found | (*b < b' '));
    let blanks = bytes.iter().zip(bytes.iter().skip(1));
    let double = blanks.fold(false, |found, (a, b)| found | ((*a == b' ') & (*b == b' ')));
    let is_plain = !ends && !odd && !double && para.line.is_none() && para.frame.is_none();
    is_plain.then_some((text, *look))
}

impl Flow<'_> {
    pub(super) fn table(&mut self, x: &mut Xml, table: &Table) {
        let width: i32 = table.grid.iter().fold(0, |sum, w| sum.saturating_add(*w));
        x.tag("w:tbl").body(|x| {
            x.tag("w:tblPr").body(|x| table_properties(x, table, width));
            x.tag("w:tblGrid").body(|x| {
                for column in &table.grid {
                    x.tag("w:gridCol").num("w:w", (*column).max(0)).empty();
                }
            });
            for (nth, row) in table.rows.iter().enumerate() {
                let from = x.as_str().len();
                self.row(x, &table.grid, row, nth >= FIRST_ROW);
                if nth == FIRST_ROW {
                    // The others are about as long.
                    let more = table.rows.len() - nth;
                    x.reserve((x.as_str().len() - from).saturating_mul(more).min(MOST_RESERVED));
                }
            }
        });
    }

    fn row(&mut self, x: &mut Xml, grid: &[i32], row: &Row, is_listed: bool) {
        let covered: usize = row.cells.iter().map(columns).sum();
        let rest = grid.get(covered..).unwrap_or(&[]);
        x.tag("w:tr").body(|x| {
            x.tag("w:trPr").body_if_any(|x| {
                if !rest.is_empty() && !row.cells.is_empty() {
                    x.num("w:gridAfter", i32::try_from(rest.len()).unwrap_or(i32::MAX));
                    x.tag("w:wAfter").num("w:w", sum(rest)).attr("w:type", "dxa").empty();
                }
                if row.cant_split {
                    x.tag("w:cantSplit").empty();
                }
                if let Some(height) = row.height {
                    let tag = x.tag("w:trHeight").num("w:val", height.max(0));
                    tag.attr("w:hRule", "exact").empty();
                }
                if row.header {
                    x.tag("w:tblHeader").empty();
                }
            });
            let mut at = 0usize;
            for cell in &row.cells {
                let end = at.saturating_add(columns(cell));
                let width = sum(grid.get(at..end.min(grid.len())).unwrap_or(&[]));
                self.cell(x, cell, width, is_listed.then_some(at));
                at = end;
            }
            if row.cells.is_empty() {
                // A row without cells is no row to Word.
                x.tag("w:tc").body(|x| separator(x, |_| {}));
            }
        });
    }

    /// A cell; of one of a list also its column.
    fn cell(&mut self, x: &mut Xml, cell: &Cell, width: i32, listed: Option<usize>) {
        x.tag("w:tc").body(|x| {
            if let (Some(column), [Item::Para(para)]) = (listed, cell.items.as_slice()) {
                let column = column.saturating_add(1);
                self.listed_cell(x, cell, width, column);
                return self.listed_para(x, para, column);
            }
            cell_properties(x, cell, width);
            self.items(x, &cell.items);
            if !ends_in_para(&cell.items) {
                separator(x, |_| {});
            }
        });
    }

    /// What is said of a cell of a list.
    fn listed_cell(&mut self, x: &mut Xml, cell: &Cell, width: i32, column: usize) {
        let Some(known) = self.listed.column(column) else {
            return cell_properties(x, cell, width);
        };
        if let Some((of, like, markup)) = &known.cell
            && (*of, like.span, like.boxed, like.vertical)
                == (width, cell.span, cell.boxed, cell.vertical)
        {
            return x.copied(markup);
        }
        let from = x.as_str().len();
        cell_properties(x, cell, width);
        let markup = x.as_str().get(from..).unwrap_or_default().to_owned();
        known.cell = Some((width, Cell { items: Vec::new(), ..*cell }, markup));
    }

    /// A paragraph of a list: one that differs by its words alone from the one before in its column is written as
    /// that was.
    pub(super) fn listed_para(&mut self, x: &mut Xml, para: &Para, column: usize) {
        let Some((text, look)) = only_text(para) else { return self.known_para(x, para) };
        self.begin_para(x);
        let known = self.listed.column(column).and_then(|column| column.para.as_ref());
        if let Some(shape) = known.filter(|shape| shape.fits(para, look)) {
            x.copied(&shape.head);
            x.text(text);
            x.copied(&shape.tail);
            return;
        }
        let from = x.as_str().len();
        self.para(x, para, |_| {});
        let shape = Shape::of(para, look, x.as_str().get(from..).unwrap_or_default());
        if let Some(column) = self.listed.column(column) {
            column.para = shape;
        }
    }
}

/// Columns that a cell covers, from 1.
fn columns(cell: &Cell) -> usize {
    cell.span.clamp(1, limits::COLUMNS) as usize
}

fn sum(widths: &[i32]) -> i32 {
    widths.iter().fold(0i32, |sum, w| sum.saturating_add((*w).max(0)))
}

fn cell_properties(x: &mut Xml, cell: &Cell, width: i32) {
    x.tag("w:tcPr").body(|x| {
        x.tag("w:tcW").num("w:w", width).attr("w:type", "dxa").empty();
        if cell.span > 1 {
            x.num("w:gridSpan", i32::try_from(columns(cell)).unwrap_or(i32::MAX));
        }
        if let Some(rule) = cell.boxed {
            x.tag("w:tcBorders").body(|x| {
                for edge in ["w:top", "w:left", "w:bottom", "w:right"] {
                    props::single(x, edge, rule);
                }
            });
        }
        if cell.vertical == VerticalAlign::Center {
            x.val("w:vAlign", "center");
        }
    });
}

fn table_properties(x: &mut Xml, table: &Table, width: i32) {
    x.tag("w:tblW").num("w:w", width.max(0)).attr("w:type", "dxa").empty();
    x.tag("w:tblInd").num("w:w", table.indent).attr("w:type", "dxa").empty();
    if let Some(rule) = table.borders {
        x.tag("w:tblBorders").body(|x| {
            for edge in ["w:top", "w:left", "w:bottom", "w:right", "w:insideH", "w:insideV"] {
                props::single(x, edge, rule);
            }
        });
    }
    x.val_as("w:tblLayout", "w:type", "fixed");
    x.tag("w:tblCellMar").body(|x| {
        x.tag("w:left").num("w:w", table.margin.max(0)).attr("w:type", "dxa").empty();
        x.tag("w:right").num("w:w", table.margin.max(0)).attr("w:type", "dxa").empty();
    });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::document::StyleTable;
    use super::*;
    use crate::layout::{DrawnLine, Style};
    use crate::model::Align;

    fn style(id: &str, size: u16) -> Style {
        let look = Look { size, ..props::PLAIN_LOOK };
        let (id, name) = (id.to_owned(), id.to_owned());
        Style { id, name, slot: None, outline: None, look, format: props::PLAIN_FORMAT, font: None }
    }

    fn para() -> impl Strategy<Value = Para> {
        let text = prop_oneof![
            8 => Just("Bà Lan"), 8 => Just("Ông Hải"), 1 => Just(" Lan"), 1 => Just("Lan "), 1 => Just(""),
            1 => Just("a  b"), 1 => Just("a & b <w:t>"), 1 => Just("a\nb"), 1 => Just("a\tb"), 1 => Just("a\u{1}b"),
        ];
        let of = |kind: u8| move |number: u8| number == kind;
        (text, 0..20u8, any::<bool>()).prop_map(move |(text, odd, is_cell)| {
            let look =
                Look { bold: odd == 1, size: if odd == 2 { 20 } else { 26 }, ..props::PLAIN_LOOK };
            let mut runs = vec![Run { look, content: RunContent::Text(text.to_owned()) }];
            if of(3)(odd) {
                runs.push(Run { look, content: RunContent::Tab });
            }
            let align = if of(4)(odd) { Align::Right } else { Align::Left };
            let line = of(5)(odd).then_some(DrawnLine { x: 0, y: 0, length: 100, weight: 6 });
            let tabs = if of(6)(odd) { vec![100] } else { Vec::new() };
            let format = Format { align, ..props::PLAIN_FORMAT };
            let style = if is_cell { "Cell" } else { "Body" }.to_owned();
            Para { style, format, tabs, runs, line, frame: None }
        })
    }

    fn row() -> impl Strategy<Value = Row> {
        (proptest::collection::vec(para(), 0..4), 0..12u8).prop_map(|(paras, odd)| {
            let cell = |para| Cell {
                span: if odd == 0 { 2 } else { 1 },
                vertical: if odd == 1 { VerticalAlign::Center } else { VerticalAlign::Top },
                boxed: (odd == 2).then_some(crate::layout::Rule { weight: 4, space: 0 }),
                items: vec![Item::Para(para)],
            };
            let mut cells: Vec<Cell> = paras.into_iter().map(cell).collect();
            if odd == 3 {
                let moved: Vec<Item> = cells.drain(..).flat_map(|c| c.items).collect();
                cells.push(Cell {
                    span: 1,
                    vertical: VerticalAlign::Top,
                    boxed: None,
                    items: moved,
                });
            }
            Row { header: odd == 4, cant_split: odd > 4, height: None, cells }
        })
    }

    /// What is written; `next_id` is the next free id of a drawing before and after it.
    fn markup(
        next_id: &mut i32,
        write: impl FnOnce(&mut Flow<'_>, &mut Xml),
    ) -> (String, Option<char>) {
        let styles = StyleTable::new(&[style("Body", 28), style("Cell", 26)]);
        let (mut flow, mut x) = (Flow::new(&styles, &[], 0), Xml::default());
        flow.next_id = *next_id;
        write(&mut flow, &mut x);
        *next_id = flow.next_id;
        (x.as_str().to_owned(), x.refused())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn rows_of_a_list_are_written_as_each_is_alone(rows in proptest::collection::vec(row(), 1..40)) {
            let table = |rows: Vec<Row>| Table {
                grid: vec![1000, 2000, 1500],
                indent: 0,
                margin: 0,
                borders: None,
                rows,
            };
            let only_rows = |text: String| {
                let from = text.find("<w:tr>").unwrap_or(text.len());
                text[from..].trim_end_matches("</w:tbl>").to_owned()
            };
            let (mut first, mut next) = (1, 1);
            let (all, refused) = markup(&mut first, |flow, x| flow.table(x, &table(rows.clone())));
            let alone: Vec<_> =
                rows.iter().map(|row| markup(&mut next, |flow, x| flow.table(x, &table(vec![row.clone()])))).collect();
            prop_assert_eq!(refused, alone.iter().find_map(|(_, refused)| *refused));
            let alone: String = alone.into_iter().map(|(text, _)| only_rows(text)).collect();
            prop_assert_eq!(only_rows(all), alone);
        }

        #[test]
        fn paragraphs_of_a_list_are_written_as_each_is_alone(paras in proptest::collection::vec(para(), 20..60)) {
            let items: Vec<Item> = paras.into_iter().map(Item::Para).collect();
            let (mut first, mut next) = (1, 1);
            let (all, _) = markup(&mut first, |flow, x| flow.items(x, &items));
            let alone: String =
                items.iter().map(|item| markup(&mut next, |flow, x| flow.items(x, std::slice::from_ref(item))).0).collect();
            prop_assert_eq!(all, alone);
        }
    }

    #[test]
    fn a_column_remembers_what_was_written_in_it_last() {
        let para = |text: &str| Para {
            style: "Cell".to_owned(),
            format: props::PLAIN_FORMAT,
            tabs: Vec::new(),
            runs: vec![Run { look: props::PLAIN_LOOK, content: RunContent::Text(text.to_owned()) }],
            line: None,
            frame: None,
        };
        let styles = StyleTable::new(&[style("Cell", 26)]);
        let (mut flow, mut x) = (Flow::new(&styles, &[], 0), Xml::default());
        flow.listed_para(&mut x, &para("Bà Lan"), 3);
        let shape = flow.listed.0.get(3).and_then(|column| column.para.as_ref()).expect("a shape");
        assert!(shape.fits(&para("Ông Hải"), props::PLAIN_LOOK));
        assert_eq!(format!("{}Bà Lan{}", shape.head, shape.tail), x.as_str());
        assert!(flow.listed.column(COLUMNS).is_none());
    }
}
