//! Tables of the body: column widths, type size, rows that break well.
//!
//! Knows: cells and widths. Must not know: the decree says nothing about tables, so no slot either.

use crate::model::{self, Align};

use super::build::{Composer, lines_of, push_spans};
use super::lines::{Piece, extremes};
use super::metrics::Type;
use super::styles::Key;
use super::{Cell, Item, Look, Para, Row, Table, VerticalAlign, mm};

/// Rows looked at to share out the columns of a long table.
const SAMPLE: usize = 300;
/// A row of more lines than this may break over two pages.
const WHOLE_ROW: usize = 8;
/// Least size of type in a cell, half points.
const LEAST_SIZE: u16 = 20;
/// Average width of a column in mm below which the type is a point smaller, and again.
const NARROW: [f64; 2] = [24.0, 17.0];

/// What a column asks for.
#[derive(Clone, Copy, Default)]
struct Wish {
    /// Widest word.
    least: f64,
    /// Widest cell on one line.
    natural: f64,
}

impl Composer {
    /// A table over the whole column.
    pub(super) fn body_table(&self, table: &model::Table, measure: i32) -> Table {
        let count = column_count(table);
        let average = f64::from(measure) / count as f64;
        let smaller = NARROW.iter().filter(|w| average < f64::from(mm(**w))).count() as u16;
        let mut size = self.look(Key::Cell).size.saturating_sub(2 * smaller).max(LEAST_SIZE);
        let grid = loop {
            let mut wishes = self.wishes(table, count, size);
            let pad = f64::from(2 * self.measures.cell_margin + 2 * pad_for_rule(self));
            tame(&mut wishes, pad, f64::from(measure));
            let least: f64 = wishes.iter().map(|w| w.least + pad).sum();
            if least <= f64::from(measure) || size <= LEAST_SIZE {
                break share(&weights(table, count), &wishes, pad, measure);
            }
            size = size.saturating_sub(1).max(LEAST_SIZE);
        };
        let mut rows = Vec::with_capacity(table.header.len() + table.rows.len());
        for row in &table.header {
            rows.push(self.table_row(table, row, &grid, size, true));
        }
        for row in &table.rows {
            rows.push(self.table_row(table, row, &grid, size, false));
        }
        Table {
            grid,
            indent: 0,
            margin: self.measures.cell_margin,
            borders: Some(self.measures.table_rule),
            rows,
        }
    }

    fn cell_look(&self, head: bool, size: u16) -> Look {
        let look = self.look(if head { Key::CellHead } else { Key::Cell });
        Look { size: size.min(look.size), ..look }
    }

    fn cell_para(&self, cell: &model::Cell, head: bool, align: Align, size: u16) -> Para {
        let mut para = self.para(if head { Key::CellHead } else { Key::Cell });
        push_spans(&mut para.runs, self.cell_look(head, size), &cell.text);
        if !head {
            para.format.align = align;
        }
        para.format.keep_next = head;
        para
    }

    fn cell_pieces<'a>(&self, cell: &'a model::Cell, head: bool, size: u16) -> Vec<Piece<'a>> {
        let look = Type::of(self.cell_look(head, size));
        let cut = |s: &model::Span| Type {
            bold: look.bold || s.bold,
            italic: look.italic || s.italic,
            ..look
        };
        cell.text.iter().map(|s| (s.text.as_str(), cut(s))).collect()
    }

    fn table_row(
        &self,
        table: &model::Table,
        row: &model::Row,
        grid: &[i32],
        size: u16,
        head: bool,
    ) -> Row {
        let mut cells = Vec::with_capacity(grid.len());
        let (mut at, mut most) = (0, 1);
        for cell in &row.cells {
            let span = (cell.span.max(1) as usize).min(grid.len().saturating_sub(at));
            if span == 0 {
                break;
            }
            let align = table.columns.get(at).map_or(Align::Left, |c| c.align);
            let para = self.cell_para(cell, head, align, size);
            let width: i32 = grid.iter().skip(at).take(span).sum();
            if may_be_long(cell) {
                most = most.max(lines_of(&para, width - 2 * self.measures.cell_margin).count());
            }
            cells.push(table_cell(para, span, head));
            at += span;
        }
        while at < grid.len() {
            let para = self.cell_para(&model::Cell::default(), head, Align::Left, size);
            cells.push(table_cell(para, 1, head));
            at += 1;
        }
        Row { header: head, cant_split: head || most <= WHOLE_ROW, height: None, cells }
    }

    fn wishes(&self, table: &model::Table, count: usize, size: u16) -> Vec<Wish> {
        let mut wishes = vec![Wish::default(); count];
        let step = (table.rows.len() / SAMPLE).max(1);
        let head = table.header.iter().map(|r| (r, true));
        let body = table.rows.iter().step_by(step).map(|r| (r, false));
        for (row, head) in head.chain(body) {
            let mut at = 0;
            for cell in &row.cells {
                let span = cell.span.max(1) as usize;
                if let (1, Some(wish)) = (span, wishes.get_mut(at)) {
                    let (least, natural) = extremes(&self.cell_pieces(cell, head, size));
                    wish.least = wish.least.max(least);
                    wish.natural = wish.natural.max(natural);
                }
                at += span;
            }
        }
        wishes
    }
}

/// False for a cell that has no more words than [`WHOLE_ROW`], and so not more lines: a line breaks after a blank, a
/// hyphen or a dash (which begins with the last byte here), and holds a word at least.
fn may_be_long(cell: &model::Cell) -> bool {
    let ends = |b: &u8| matches!(b, 0..=b' ' | b'-' | 0xE2);
    let count = |text: &str| text.bytes().filter(ends).count();
    cell.text.iter().map(|span| count(&span.text)).sum::<usize>() >= WHOLE_ROW
}

/// Room for the lines of the table themselves, in twips.
fn pad_for_rule(composer: &Composer) -> i32 {
    i32::from(composer.measures.table_rule.weight) * 5 / 2
}

fn column_count(table: &model::Table) -> usize {
    let widest = table
        .header
        .iter()
        .chain(&table.rows)
        .map(|r| r.cells.iter().map(|c| c.span.max(1) as usize).sum::<usize>())
        .max()
        .unwrap_or(0);
    if table.columns.is_empty() { widest.clamp(1, 63) } else { table.columns.len().min(63) }
}

fn table_cell(para: Para, span: usize, head: bool) -> Cell {
    let vertical = if head { VerticalAlign::Center } else { VerticalAlign::Top };
    Cell { span: span as u32, vertical, boxed: None, items: vec![Item::Para(para)] }
}

/// The author's weights, empty where they say nothing and the content decides: all equal, or no more
/// dashes than a table needs at all (`:--:` beside `---` is habit, not a wish).
fn weights(table: &model::Table, count: usize) -> Vec<f64> {
    let weights: Vec<f64> =
        table.columns.iter().take(count).map(|c| f64::from(c.weight.max(1))).collect();
    let equal = weights.iter().all(|w| Some(w) == weights.first());
    let habit = table.columns.iter().take(count).all(|c| c.weight <= 3);
    if equal || habit || weights.len() != count { Vec::new() } else { weights }
}

/// Shares `measure` among the columns; the widths sum to it exactly.
fn share(weights: &[f64], wishes: &[Wish], pad: f64, measure: i32) -> Vec<i32> {
    let total = f64::from(measure);
    let widths = if weights.is_empty() {
        by_content(wishes, pad, total)
    } else {
        by_weight(weights, wishes, pad, total)
    };
    exact(&widths, measure)
}

/// A word that takes more than half of a table that has no room for all words breaks, and its
/// column asks no more than it would for other long text.
fn tame(wishes: &mut [Wish], pad: f64, total: f64) {
    if wishes.iter().map(|w| w.least + pad).sum::<f64>() <= total {
        return;
    }
    for wish in wishes.iter_mut().filter(|w| w.least > total / 2.0) {
        wish.least = total / 4.0;
    }
}

/// Least widths for a table that has no room for them: the widest columns give way, all others
/// stay whole.
fn give_way(least: &[f64], total: f64) -> Vec<f64> {
    let mut sorted = least.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut rest = total;
    let mut level = 0.0;
    for (i, width) in sorted.iter().enumerate() {
        level = rest / (sorted.len() - i) as f64;
        if *width > level {
            break;
        }
        rest -= width;
    }
    least.iter().map(|w| w.min(level)).collect()
}

/// As the author weighed them, but none narrower than its widest word where there is room.
fn by_weight(weights: &[f64], wishes: &[Wish], pad: f64, total: f64) -> Vec<f64> {
    let least: Vec<f64> = wishes.iter().map(|w| w.least + pad).collect();
    if least.iter().sum::<f64>() >= total {
        return give_way(&least, total);
    }
    let mut fixed: Vec<Option<f64>> = vec![None; weights.len()];
    loop {
        let used: f64 = fixed.iter().flatten().sum();
        let open = weights.iter().zip(&fixed).filter(|(_, f)| f.is_none());
        let scale = (total - used) / open.map(|(w, _)| w).sum::<f64>().max(1e-9);
        let narrow = fixed.iter().zip(weights).zip(&least);
        let mut narrow = narrow.map(|((f, w), least)| f.is_none() && w * scale < *least);
        match narrow.position(|n| n) {
            Some(i) => {
                if let (Some(slot), Some(least)) = (fixed.get_mut(i), least.get(i)) {
                    *slot = Some(*least);
                }
            }
            None => {
                let widths = fixed.iter().zip(weights);
                return widths.map(|(f, w)| f.unwrap_or(w * scale)).collect();
            }
        }
    }
}

/// Short columns get what they ask for; long ones share the rest by the root of their length; none
/// gets less than its widest word.
fn by_content(wishes: &[Wish], pad: f64, total: f64) -> Vec<f64> {
    let least: Vec<f64> = wishes.iter().map(|w| w.least + pad).collect();
    let natural: Vec<f64> = wishes.iter().map(|w| w.natural + pad).collect();
    if least.iter().sum::<f64>() >= total {
        return give_way(&least, total);
    }
    if natural.iter().sum::<f64>() <= total {
        return natural;
    }
    let mut fixed: Vec<Option<f64>> = vec![None; wishes.len()];
    loop {
        let used: f64 = fixed.iter().flatten().sum();
        let open = || natural.iter().zip(&fixed).filter(|(_, f)| f.is_none()).map(|(n, _)| n);
        let roots: f64 = open().map(|n| n.sqrt()).sum();
        let part = |n: f64| (total - used) * n.sqrt() / roots.max(1e-9);
        let mut moved = false;
        for ((slot, natural), least) in fixed.iter_mut().zip(&natural).zip(&least) {
            if slot.is_none() && part(*natural) < *least {
                *slot = Some(*least);
                moved = true;
                break;
            }
        }
        if !moved {
            for (slot, natural) in fixed.iter_mut().zip(&natural) {
                if slot.is_none() && part(*natural) >= *natural {
                    *slot = Some(*natural);
                    moved = true;
                    break;
                }
            }
        }
        if !moved {
            let rest = fixed.iter().zip(&natural);
            return rest.map(|(slot, n)| slot.unwrap_or_else(|| part(*n))).collect();
        }
    }
}

/// Widths in proportion that sum to `measure`.
fn exact(widths: &[f64], measure: i32) -> Vec<i32> {
    let total: f64 = widths.iter().sum::<f64>().max(1e-9);
    let mut edge = 0.0;
    let mut before = 0;
    widths
        .iter()
        .map(|w| {
            edge += w;
            let at = (edge / total * f64::from(measure)).round() as i32;
            let width = at - before;
            before = at;
            width
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn widths_fill_the_measure_and_hold_every_word(
            wishes in prop::collection::vec((100f64..1500.0, 1f64..20.0), 1..9),
            weights in prop::collection::vec(1f64..40.0, 9),
            measure in 5000i32..14000,
        ) {
            let wishes: Vec<Wish> = wishes
                .into_iter()
                .map(|(least, times)| Wish { least, natural: least * times })
                .collect();
            let pad = 100.0;
            let least: f64 = wishes.iter().map(|w| w.least + pad).sum();
            for weights in [&[], &weights[..wishes.len()]] {
                let grid = share(weights, &wishes, pad, measure);
                prop_assert_eq!(grid.iter().sum::<i32>(), measure);
                if least <= f64::from(measure) {
                    for (width, wish) in grid.iter().zip(&wishes) {
                        prop_assert!(f64::from(*width) + 2.0 >= wish.least + pad);
                    }
                }
            }
        }
    }

    #[test]
    fn as_few_dashes_as_a_table_needs_are_no_wish_for_widths() {
        let of = |dashes: &[u32]| {
            let column =
                |weight: &u32| model::TableColumn { align: model::Align::Left, weight: *weight };
            let columns = dashes.iter().map(column).collect();
            let table = model::Table { columns, header: Vec::new(), rows: Vec::new() };
            weights(&table, dashes.len())
        };
        assert!(of(&[2, 3, 3, 3]).is_empty());
        assert!(of(&[9, 9]).is_empty());
        assert_eq!(of(&[2, 10]), [2.0, 10.0]);
    }

    #[test]
    fn a_cell_of_few_words_takes_few_lines_however_narrow_it_is() {
        let look = Type { size: 26, bold: false, italic: false };
        for text in [
            "Bà Nguyễn Thị An Bình An",
            "một hai ba bốn năm sáu bảy tám",
            "a-b-c-d-e-f-g-h",
            "a–b—c–d—e–f—g–h",
            "a\nb\n\nc\n\n\n\n",
            " a  b   c",
            "mộthaibabốnnămsáubảytámchínmười",
            "",
        ] {
            let cell = model::Cell { text: model::spans(text.to_owned()), span: 1 };
            assert!(!may_be_long(&cell), "{text}");
            let lines = super::super::lines::lines(&[(text, look)], 1.0, 0.0);
            assert!(lines.count() <= WHOLE_ROW, "{text}: {}", lines.count());
        }
        let long = "một hai ba bốn năm sáu bảy tám chín";
        assert!(may_be_long(&model::Cell { text: model::spans(long.to_owned()), span: 1 }));
    }

    #[test]
    fn only_the_column_of_an_overlong_word_gives_way() {
        let least = [300.0, 9000.0, 1500.0, 400.0];
        let given = give_way(&least, 5000.0);
        assert_eq!(given, [300.0, 2800.0, 1500.0, 400.0]);
        let mut wishes = least.map(|least| Wish { least, natural: least * 3.0 });
        tame(&mut wishes, 100.0, 9000.0);
        for weights in [&[][..], &[2.0, 21.0, 5.0, 5.0]] {
            let grid = share(weights, &wishes, 100.0, 9000);
            for i in [0, 2, 3] {
                assert!(f64::from(grid[i]) + 1.0 >= least[i] + 100.0, "{grid:?}");
            }
        }
        assert_eq!(give_way(&[900.0, 900.0], 1000.0), [500.0, 500.0]);
    }

    #[test]
    fn a_short_column_gets_what_it_asks_for() {
        let wish = |least, natural| Wish { least, natural };
        let grid = share(
            &[],
            &[wish(200.0, 200.0), wish(900.0, 40000.0), wish(900.0, 10000.0)],
            0.0,
            9000,
        );
        assert!((190..=260).contains(&grid[0]), "{grid:?}");
        assert!(grid[1] > grid[2], "{grid:?}");
    }
}
