//! The table of a list: widths of its columns, heights of its rows.
//!
//! Knows: how wide words are, where a word processor breaks a line. Must not know: pages.

use super::styles::{Key, PAD, PITCH, face, para};
use crate::layout::metrics::Type;
use crate::layout::{Cell, Item, Row, Rule, Table, VerticalAlign};

/// Left and right of the text of a cell.
const MARGIN: i32 = 50;
/// Lines around the cells, in eighths of a point.
const RULE: Rule = Rule { weight: 4, space: 0 };
/// What a row has beside its lines: space above and below, and its line.
pub(super) const FRAME: i32 = 2 * PAD + 10;
/// No word makes a column wider than this; longer ones are broken.
const WIDEST: f64 = 1700.0;
/// Text is measured against a column a little narrower than it is: other programs round otherwise.
const CAUTION: f64 = 0.985;

/// A column of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The heading.
    pub title: String,
    /// Its share of the room that is left when every word has its place.
    pub weight: f64,
    /// Short values stand in the middle.
    pub center: bool,
    /// Width of the widest word in it, in twips, from [`widest_word`].
    pub word: f64,
}

/// The columns of a list with their widths.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    columns: Vec<Column>,
    widths: Vec<i32>,
    /// A row (1), (2) … below the headings, as the decree's books have it.
    numbered: bool,
}

/// Width of the widest word of a cell, in twips.
pub fn widest_word(text: &str) -> f64 {
    let face = face(Key::Cell);
    text.split_whitespace().map(|w| face.width(w)).fold(0.0, f64::max)
}

impl Grid {
    /// Columns over a width of `measure` twips.
    pub fn new(columns: Vec<Column>, measure: i32, numbered: bool) -> Self {
        let head = face(Key::Head);
        let title = |c: &Column| c.title.split(' ').map(|w| head.width(w)).fold(0.0, f64::max);
        let frame = f64::from(2 * MARGIN) + 10.0;
        let least: Vec<f64> =
            columns.iter().map(|c| title(c).max(c.word.min(WIDEST)) / CAUTION + frame).collect();
        let weights: Vec<f64> = columns.iter().map(|c| c.weight.max(0.1)).collect();
        let widths = share(&least, &weights, f64::from(measure));
        Self { columns, widths, numbered }
    }

    /// Height of the headings.
    pub(super) fn head_height(&self) -> i32 {
        let lines = self.columns.iter().zip(&self.widths);
        let lines = lines.map(|(c, w)| lines_of(&c.title, face(Key::Head), room(*w))).max();
        let numbers = if self.numbered { PITCH + FRAME } else { 0 };
        height(lines.unwrap_or(1)) + numbers
    }

    /// Lines of the tallest cell.
    pub(super) fn lines(&self, cells: &[String]) -> usize {
        let face = face(Key::Cell);
        let lines = cells.iter().zip(&self.widths).map(|(c, w)| lines_of(c, face, room(*w)));
        lines.max().unwrap_or(1)
    }

    /// The cells in rows of at most so many lines each, for what no page can hold.
    pub(super) fn cut(&self, cells: Vec<String>, most: usize) -> Vec<Vec<String>> {
        let face = face(Key::Cell);
        let cut = cells.iter().zip(&self.widths).map(|(c, w)| cut(c, face, room(*w), most));
        let columns: Vec<Vec<String>> = cut.collect();
        let rows = columns.iter().map(Vec::len).max().unwrap_or(1);
        let at = |row: usize| columns.iter().map(move |c| c.get(row).cloned().unwrap_or_default());
        (0..rows).map(|row| at(row).collect()).collect()
    }

    /// A table with its headings and no row yet.
    pub(super) fn table(&self) -> Table {
        let titles = self.columns.iter().map(|c| cell(Key::Head, c.title.clone()));
        let mut rows = vec![head(titles.collect())];
        if self.numbered {
            let numbers =
                (1..=self.columns.len()).map(|n| cell(Key::ColumnNumber, format!("({n})")));
            rows.push(head(numbers.collect()));
        }
        Table { grid: self.widths.clone(), indent: 0, margin: MARGIN, borders: Some(RULE), rows }
    }

    /// A row of values. What a file cannot hold becomes a space.
    pub(super) fn row(&self, cells: Vec<String>) -> Row {
        let key = |c: &Column| if c.center { Key::CellCenter } else { Key::Cell };
        let cells = cells.into_iter().zip(&self.columns).map(|(text, column)| {
            let mut made = cell(key(column), text);
            made.vertical = VerticalAlign::Top;
            made
        });
        Row { header: false, cant_split: true, height: None, cells: cells.collect() }
    }
}

/// The text as a cell can print it: one line of words, no control characters.
pub(super) fn clean(text: String) -> String {
    let odd = |c: char| c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}');
    if text.contains(odd) { text.replace(odd, " ") } else { text }
}

/// Height of a row of so many lines.
pub(super) fn height(lines: usize) -> i32 {
    i32::try_from(lines).unwrap_or(i32::MAX / PITCH).saturating_mul(PITCH).saturating_add(FRAME)
}

fn head(cells: Vec<Cell>) -> Row {
    Row { header: true, cant_split: true, height: None, cells }
}

fn cell(key: Key, text: String) -> Cell {
    let items = vec![Item::Para(para(key, clean(text)))];
    Cell { span: 1, vertical: VerticalAlign::Center, boxed: None, items }
}

fn room(width: i32) -> f64 {
    f64::from(width - 2 * MARGIN - 10) * CAUTION
}

/// Shares `total` by weight, none below its least; if the least are too much, all give way alike.
fn share(least: &[f64], weights: &[f64], total: f64) -> Vec<i32> {
    let all: f64 = least.iter().sum();
    let mut widths: Vec<f64> = if all >= total {
        least.iter().map(|l| l * total / all).collect()
    } else {
        let (mut low, mut high) = (0.0, total);
        let at = |scale: f64| least.iter().zip(weights).map(move |(l, w)| l.max(w * scale));
        for _ in 0..60 {
            let middle = (low + high) / 2.0;
            if at(middle).sum::<f64>() > total { high = middle } else { low = middle }
        }
        at(low).collect()
    };
    // Whole twips, and the last column takes what rounding leaves.
    let rest: f64 = widths.iter().rev().skip(1).map(|w| w.floor()).sum();
    if let Some(last) = widths.last_mut() {
        *last = (total - rest).max(1.0);
    }
    widths.into_iter().map(|w| w.floor() as i32).collect()
}

/// Lines that a text takes in a column: broken after spaces and hyphens, and inside a word that is
/// wider than the column.
struct Filler {
    face: Type,
    room: f64,
    space: f64,
    lines: usize,
    used: f64,
}

impl Filler {
    fn new(face: Type, room: f64) -> Self {
        Self { face, room, space: face.width(" "), lines: 1, used: 0.0 }
    }

    fn word(&mut self, word: &str) {
        let mut before = if self.used > 0.0 { self.space } else { 0.0 };
        for piece in word.split_inclusive(['-', '–', '—']) {
            let wide = self.face.width(piece);
            if self.used > 0.0 && self.used + before + wide > self.room {
                self.lines += 1;
                self.used = 0.0;
                before = 0.0;
            }
            self.used += before + wide;
            before = 0.0;
            if self.used > self.room {
                // Each line of a broken word ends up to a letter early.
                let letter = 1.0 + self.face.width("M") / self.room;
                let whole = (self.used / self.room * letter).ceil().max(1.0);
                self.lines += whole as usize - 1;
                self.used = self.room / 2.0;
            }
        }
    }
}

fn lines_of(text: &str, face: Type, room: f64) -> usize {
    let mut filler = Filler::new(face, room);
    text.split_whitespace().for_each(|word| filler.word(word));
    filler.lines
}

/// A text in pieces of at most so many lines.
fn cut(text: &str, face: Type, room: f64, most: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut filler = Filler::new(face, room);
    for word in text.split_whitespace() {
        filler.word(word);
        let full = filler.lines > most;
        match pieces.last_mut() {
            Some(piece) if !full || piece.is_empty() => {
                if !piece.is_empty() {
                    piece.push(' ');
                }
                piece.push_str(word);
            }
            _ => {
                pieces.push(word.to_owned());
                filler = Filler::new(face, room);
                filler.word(word);
            }
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_break_where_a_word_processor_breaks_them() {
        let face = face(Key::Cell);
        let room = face.width("một hai");
        assert_eq!(lines_of("", face, room), 1);
        assert_eq!(lines_of("một hai", face, room), 1);
        assert_eq!(lines_of("một hai ba", face, room), 2);
        assert_eq!(lines_of("một-hai-ba-bốn", face, face.width("một-hai-")), 2);
        assert!(lines_of(&"ư".repeat(40), face, room) > 5);
    }

    #[test]
    fn a_text_is_cut_by_lines_and_loses_no_word() {
        let face = face(Key::Cell);
        let room = face.width("một hai");
        let text = "một hai ".repeat(9);
        let pieces = cut(&text, face, room, 2);
        assert_eq!(pieces.len(), 5);
        assert!(pieces.iter().all(|p| lines_of(p, face, room) <= 2), "{pieces:?}");
        assert_eq!(pieces.join(" "), text.trim());
        assert_eq!(cut("", face, room, 2), [""]);
        assert_eq!(cut(&"ư".repeat(90), face, room, 2).len(), 1);
    }

    #[test]
    fn columns_share_the_measure_exactly() {
        let column =
            |title: &str, weight, word| Column { title: title.into(), weight, center: false, word };
        let columns =
            vec![column("Số", 1.0, 900.0), column("Trích yếu", 9.0, 300.0), column("x", 2.0, 0.0)];
        let grid = Grid::new(columns.clone(), 14_287, true);
        assert_eq!(grid.widths.iter().sum::<i32>(), 14_287);
        assert!(grid.widths[0] > 900 && grid.widths[1] > grid.widths[2]);
        let tight = Grid::new(columns, 1_000, true);
        assert_eq!(tight.widths.iter().sum::<i32>(), 1_000);
    }
}
