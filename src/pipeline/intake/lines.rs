//! A Word file's paragraphs as lines on a page, roughly where they would stand.
//!
//! Knows: columns of tables, alignment, the order of paragraphs. Must not know: what a line means.

use crate::layout::{Item, Para, RunContent, Sheet, TWIPS_PER_MM, Table, metrics};
use crate::model::Align;
use crate::source::pdf::{Area, TextLine};
use crate::text;

/// Lines that are looked at.
const LINES: usize = 4_000;

/// The lines of a sheet, and the size of its first page in millimetres. The head is told apart by
/// its height, so the page is as high as the lines need.
pub(super) fn lines(sheet: &Sheet) -> (Vec<TextLine>, (f64, f64)) {
    let Some(section) = sheet.sections.first() else { return (Vec::new(), (210.0, 297.0)) };
    let page = section.page;
    let mut walk = Walk { lines: Vec::new(), y: mm(page.top) };
    for section in &sheet.sections {
        let measure = section.page.text_width();
        walk.items(&section.items, section.page.left, measure);
    }
    (walk.lines, (mm(page.width), mm(page.height)))
}

fn mm(twips: i32) -> f64 {
    f64::from(twips) / TWIPS_PER_MM
}

struct Walk {
    lines: Vec<TextLine>,
    y: f64,
}

impl Walk {
    fn items(&mut self, items: &[Item], left: i32, measure: i32) {
        for item in items {
            match item {
                Item::Para(para) => self.para(para, left, measure),
                Item::Table(table) => self.table(table, left),
            }
            if self.lines.len() > LINES {
                return;
            }
        }
    }

    fn table(&mut self, table: &Table, left: i32) {
        for row in &table.rows {
            let (top, mut bottom) = (self.y, self.y);
            let (mut x, mut columns) = (left.saturating_add(table.indent), table.grid.iter());
            for cell in &row.cells {
                let width = columns
                    .by_ref()
                    .take(cell.span as usize)
                    .fold(0_i32, |sum, w| sum.saturating_add(*w));
                self.y = top;
                self.items(&cell.items, x, width);
                bottom = bottom.max(self.y);
                x = x.saturating_add(width);
            }
            self.y = bottom;
        }
        self.lines.sort_by(|a, b| a.baseline.total_cmp(&b.baseline));
    }

    fn para(&mut self, para: &Para, left: i32, measure: i32) {
        self.y += mm(para.format.before);
        let mut line = String::new();
        let (mut width, mut size, mut bold, mut any) = (0.0_f64, 0, true, false);
        for run in &para.runs {
            match &run.content {
                RunContent::Text(text) => {
                    line.push_str(text);
                    width += metrics::width(text, run.look.size, run.look.bold, run.look.italic);
                    if !text.trim().is_empty() {
                        size = size.max(run.look.size);
                        bold &= run.look.bold;
                        any = true;
                    }
                }
                RunContent::Tab => line.push(' '),
                RunContent::Break => {
                    self.put(para, &line, (width, size, bold && any), left, measure);
                    (line, width) = (String::new(), 0.0);
                }
                RunContent::PageNumber
                | RunContent::Squares(_)
                | RunContent::Picture(_)
                | RunContent::Figure(_) => {}
            }
        }
        self.put(para, &line, (width, size, bold && any), left, measure);
        self.y += mm(para.format.after);
    }

    fn put(
        &mut self,
        para: &Para,
        line: &str,
        (width, size, bold): (f64, u16, bool),
        left: i32,
        measure: i32,
    ) {
        let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if words.is_empty() {
            self.y += 1.0;
            return;
        }
        // Half points to millimetres.
        let size = f64::from(size) / 2.0 * 25.4 / 72.0;
        let format = &para.format;
        let room =
            f64::from(measure.saturating_sub(format.left).saturating_sub(format.right).max(1));
        let rows = (width / room).ceil().clamp(1.0, 200.0);
        let drawn = width.min(room);
        let begin = f64::from(left.saturating_add(format.left));
        let x = match format.align {
            Align::Center => begin + (room - drawn) / 2.0,
            Align::Right => begin + room - drawn,
            _ => begin,
        };
        let baseline = self.y + size;
        self.y += rows * size * 1.2;
        self.lines.push(TextLine {
            text: text::nfc(&words),
            area: Area {
                x: x / TWIPS_PER_MM,
                y: baseline - 0.9 * size,
                width: drawn / TWIPS_PER_MM,
                height: 1.1 * size + (rows - 1.0) * size * 1.2,
            },
            baseline,
            size,
            bold,
        });
    }
}
