//! Rows and paragraphs that are as those before them but for their texts.
//!
//! Knows: where texts stand in markup, and what is around them. Must not know: what the markup means.
//!
//! The rows of a list of thousands have the same markup and other words. Of a row that was read the markup is kept,
//! cut at its texts; where the next one goes on with the same pieces, only its texts are read.

use std::cell::RefCell;
use std::sync::LazyLock;

use memchr::memchr;
use memchr::memmem::Finder;

use super::cursor::{Cursor, Known};
use super::cut::{has_word, is_plain, is_strange};
use super::flow::Flow;
use super::styles::Styles;
use crate::diagnostic::Result;
use crate::docx::limits;
use crate::layout::{Cell, Item, Para, Row, Run, RunContent};

/// Shapes that are kept: a list has rows with an empty cell here or there.
const SHAPES: usize = 4;

/// Rows of a table, and paragraphs of a body, before anything is looked at as one of many.
pub(super) const FIRST: usize = 2;
pub(super) const FIRST_PARA: usize = 24;

const OPEN: &[u8] = b"<w:t>";
const CLOSE: &[u8] = b"</w:t>";

/// Something that has texts.
pub(super) trait Worded: Sized {
    /// Its texts in order; `None` if it has anything else to read, or several texts in one paragraph.
    fn texts(&self) -> Option<Vec<&str>>;
    /// The same with other texts, as many as it has.
    fn with<'t>(&self, texts: &mut impl Iterator<Item = &'t str>) -> Self;
}

impl Worded for Para {
    fn texts(&self) -> Option<Vec<&str>> {
        match self.runs.as_slice() {
            [] => Some(Vec::new()),
            [Run { content: RunContent::Text(text), .. }] => Some(vec![text]),
            _ => None,
        }
    }

    fn with<'t>(&self, texts: &mut impl Iterator<Item = &'t str>) -> Self {
        let Self { style, format, tabs, runs, line, frame } = self;
        let worded = |run: &Run| {
            let content = RunContent::Text(texts.next().unwrap_or_default().to_owned());
            Run { look: run.look, content }
        };
        let runs = runs.iter().map(worded).collect();
        let (style, tabs) = (style.clone(), tabs.clone());
        Self { style, format: *format, tabs, runs, line: *line, frame: *frame }
    }
}

impl<T: Worded> Worded for Option<T> {
    fn texts(&self) -> Option<Vec<&str>> {
        self.as_ref()?.texts()
    }

    fn with<'t>(&self, texts: &mut impl Iterator<Item = &'t str>) -> Self {
        self.as_ref().map(|value| value.with(texts))
    }
}

impl Worded for Row {
    fn texts(&self) -> Option<Vec<&str>> {
        let mut all = Vec::with_capacity(self.cells.len());
        for cell in &self.cells {
            let [Item::Para(para)] = cell.items.as_slice() else { return None };
            all.extend(para.texts()?);
        }
        Some(all)
    }

    fn with<'t>(&self, texts: &mut impl Iterator<Item = &'t str>) -> Self {
        let worded = |item: &Item| match item {
            Item::Para(para) => Item::Para(para.with(texts)),
            Item::Table(table) => Item::Table(table.clone()),
        };
        let mut worded = worded;
        let cell = |cell: &Cell| {
            let items = cell.items.iter().map(&mut worded).collect();
            Cell { items, ..*cell }
        };
        let cells = self.cells.iter().map(cell).collect();
        Self { cells, ..*self }
    }
}

/// An element that was read: its markup without its texts, and what it came to.
struct Shape<T> {
    markup: Vec<u8>,
    /// Where the texts stand in it.
    cuts: Vec<usize>,
    value: T,
    /// What was counted in it.
    runs: usize,
    blocks: usize,
}

/// The shapes that were met last.
pub(super) struct Shapes<T> {
    list: Vec<Shape<T>>,
    next: usize,
}

impl<T> Default for Shapes<T> {
    fn default() -> Self {
        Self { list: Vec::new(), next: 0 }
    }
}

impl<T: Worded> Shape<T> {
    /// The shape of an element with this inside, if its texts are all that it says and each means itself.
    fn of(inside: &[u8], value: T, runs: usize, blocks: usize) -> Option<Self> {
        // No other text, and no element that stands for a letter.
        static TEXT: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(OPEN));
        static OTHERS: LazyLock<[Finder<'_>; 3]> =
            LazyLock::new(|| ["</w:t", "w:noBreakHyphen", "w:softHyphen"].map(Finder::new));
        let (mut markup, mut cuts) = (Vec::with_capacity(inside.len()), Vec::new());
        let mut found = value.texts()?.into_iter();
        let mut rest = inside;
        loop {
            let at = TEXT.find(rest);
            let piece = rest.get(..at.unwrap_or(rest.len()))?;
            if is_strange(piece) || OTHERS.iter().any(|other| has_word(piece, other)) {
                return None;
            }
            markup.extend_from_slice(piece);
            let Some(at) = at else { break };
            let after = rest.get(at + OPEN.len()..)?;
            let (text, behind) = after.split_at_checked(memchr(b'<', after)?)?;
            if !is_plain(text) || found.next().map(str::as_bytes) != Some(text) {
                return None;
            }
            markup.extend_from_slice(OPEN);
            cuts.push(markup.len());
            markup.extend_from_slice(CLOSE);
            rest = behind.strip_prefix(CLOSE)?;
        }
        let is_all = found.next().is_none() && !cuts.is_empty();
        is_all.then_some(Self { markup, cuts, value, runs, blocks })
    }

    /// The texts of an element that goes on with this shape, and the length of its inside.
    fn fit<'a>(&self, ahead: &'a [u8], end: &[u8], texts: &mut Vec<&'a str>) -> Option<usize> {
        let (mut rest, mut from) = (ahead, 0);
        texts.clear();
        for cut in &self.cuts {
            rest = rest.strip_prefix(self.markup.get(from..*cut)?)?;
            let (text, behind) = rest.split_at_checked(memchr(b'<', rest)?)?;
            let text = simdutf8::basic::from_utf8(text).ok()?;
            if !is_plain(text.as_bytes()) {
                return None;
            }
            texts.push(text);
            (rest, from) = (behind, *cut);
        }
        rest = rest.strip_prefix(self.markup.get(from..)?)?;
        rest.starts_with(end).then(|| ahead.len() - rest.len())
    }
}

impl Flow<'_> {
    /// What an element came to: of one that differs from one of those before it by its texts alone, these are read,
    /// and the rest is taken over; any other is left to `read`.
    pub(super) fn listed<'c, T: Worded + Clone>(
        &mut self,
        c: &mut Cursor<'c>,
        name: Known,
        memory: fn(&Styles) -> &RefCell<Shapes<T>>,
        read: impl FnOnce(&mut Self, &mut Cursor<'c>) -> Result<T>,
    ) -> Result<T> {
        let Some(ahead) = c.ahead().filter(|_| self.is_alone()) else { return read(self, c) };
        let memory = memory(self.styles);
        let mut texts = Vec::with_capacity(8);
        for shape in &memory.borrow().list {
            let (runs, blocks) = (self.runs + shape.runs, self.blocks + shape.blocks);
            if runs <= limits::RUNS
                && blocks <= limits::BLOCKS
                && let Some(length) = shape.fit(ahead, name.end_tag(), &mut texts)
            {
                (self.runs, self.blocks) = (runs, blocks);
                c.pass(ahead.get(..length).unwrap_or_default())?;
                #[cfg(test)]
                tests::TAKEN.set(tests::TAKEN.get() + 1);
                return Ok(shape.value.with(&mut texts.drain(..)));
            }
        }
        let Some(inside) = c.inside(name) else { return read(self, c) };
        let (runs, blocks, left) = (self.runs, self.blocks, c.left_after(name, inside));
        let value = read(self, c)?;
        // Its end must be where it seemed to be.
        if c.rest().len() == left && self.is_alone() {
            let (runs, blocks) = (self.runs - runs, self.blocks - blocks);
            let shape = Shape::of(inside, value.clone(), runs, blocks);
            if let Some(shape) = shape {
                memory.borrow_mut().keep(shape);
            }
        }
        Ok(value)
    }
}

impl<T> Shapes<T> {
    /// Keeps a shape in the place of the oldest.
    fn keep(&mut self, shape: Shape<T>) {
        let next = self.next;
        self.next = (next + 1) % SHAPES;
        match self.list.get_mut(next) {
            Some(place) => *place = shape,
            None => self.list.push(shape),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;

    use crate::docx::pack::{Effort, Part, pack};
    use crate::docx::read;
    use crate::layout::{Item, Row, Sheet};

    thread_local! {
        /// How many elements were taken over.
        pub(super) static TAKEN: Cell<usize> = const { Cell::new(0) };
    }

    fn sheet(blocks: &str) -> Option<Sheet> {
        let w = crate::docx::names::W;
        let text = format!("<w:document xmlns:w=\"{w}\"><w:body>{blocks}</w:body></w:document>");
        let part = |name: &str, text: &str| {
            Part::new(name, text.as_bytes(), Effort::EachTime).expect("small")
        };
        let styles = part("word/styles.xml", &format!("<w:styles xmlns:w=\"{w}\"/>"));
        let bytes = pack(&[&part("word/document.xml", &text), &styles]).expect("small");
        read(&bytes, "a.docx").ok()
    }

    fn items(blocks: &str) -> Option<Vec<Item>> {
        Some(sheet(blocks)?.sections.into_iter().flat_map(|s| s.items).collect())
    }

    fn rows(rows: &str) -> Option<Vec<Row>> {
        let rows = items(&format!("<w:tbl><w:tblGrid/>{rows}</w:tbl>"))?.pop();
        match rows {
            Some(Item::Table(table)) => Some(table.rows),
            _ => Some(Vec::new()),
        }
    }

    /// A paragraph of a list, in surroundings of which some make its text mean something else.
    fn para() -> impl Strategy<Value = String> {
        let text = prop_oneof![
            6 => Just("Bà Lan"), 6 => Just("Ông Hải"), 6 => Just("3"), 1 => Just(" Lan"), 1 => Just("Lan "),
            1 => Just("a &amp; b"), 1 => Just("a\nb"), 1 => Just("a<!-- x -->b"), 1 => Just(""), 1 => Just("a > b"),
        ];
        (text, 0..28u8).prop_map(|(text, around)| {
            let run = format!("<w:r><w:t>{text}</w:t></w:r>");
            let fixed = "<w:r><w:t xml:space=\"preserve\">Bà Lan</w:t></w:r>";
            let inside = match around {
                0 => format!("<w:r><w:noBreakHyphen/></w:r>{run}"),
                1 => format!("<!-- {run} -->{fixed}"),
                2 => format!("<w:fldSimple w:instr=\"PAGE\">{run}</w:fldSimple>"),
                3 => format!("<w:del>{run}</w:del>"),
                4 => format!("{run}<w:r><w:tab/></w:r>"),
                5 => format!("{fixed}<w:del>{run}</w:del>"),
                6 => format!("{run}{run}"),
                7 => format!("<w:pPr><w:sectPr/></w:pPr>{run}"),
                8 => format!("{run}</w:x>"),
                9 => "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r>".to_owned(),
                10 => "<w:r><w:noBreakHyphen/></w:r>".to_owned(),
                11 => "<w:del><w:r><w:t>\u{2011}</w:t></w:r></w:del>".to_owned(),
                12 => String::new(),
                13..=18 => format!("<w:pPr><w:jc w:val=\"center\"/></w:pPr>{run}"),
                _ => run,
            };
            format!("<w:p>{inside}</w:p>")
        })
    }

    /// Rows of one, two or three cells.
    fn row() -> impl Strategy<Value = String> {
        let cells = (para(), para(), para(), 0..9u8);
        cells.prop_map(|(a, b, c, kind)| {
            let cell = |inside: &str| format!("<w:tc><w:tcPr/>{inside}</w:tc>");
            let inside = match kind {
                0 => cell(&a) + &cell(&format!("{b}{c}")),
                1 => cell(&format!("<w:tbl><w:tr>{}</w:tr></w:tbl>{b}", cell(&a))),
                2 => format!("<w:sdt>{}</w:sdt>{}", cell(&a), cell(&b)),
                3 => cell(&a) + &cell(&b) + &cell(&c),
                _ => cell(&a) + &cell(&b),
            };
            format!("<w:tr>{inside}</w:tr>")
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn rows_of_a_table_say_what_each_says_alone(list in proptest::collection::vec(row(), 1..40)) {
            let alone: Option<Vec<Row>> = list.iter().map(|row| rows(row)).collect::<Option<Vec<_>>>()
                .map(|all| all.concat());
            // A field that a row leaves open goes on in the next ones.
            prop_assume!(!list.concat().contains("fldChar"));
            prop_assert_eq!(rows(&list.concat()), alone);
        }

        #[test]
        fn what_a_row_left_open_is_seen_by_those_after_it(list in proptest::collection::vec(row(), 4..9)) {
            // Nothing is taken over from a table of two rows: the others stand in tables of their own.
            let table = |rows: &[String]| format!("<w:tbl>{}</w:tbl>", rows.concat());
            let apart: String = list.chunks(2).map(table).collect();
            let of = |items: Vec<Item>| -> Vec<Row> {
                let rows = |item| match item {
                    Item::Table(table) => table.rows,
                    Item::Para(_) => Vec::new(),
                };
                items.into_iter().flat_map(rows).collect()
            };
            prop_assert_eq!(rows(&list.concat()), items(&apart).map(of));
        }

        #[test]
        fn paragraphs_of_a_list_say_what_each_says_alone(
            list in proptest::collection::vec(para(), 24..60)
        ) {
            prop_assume!(!list.concat().contains("fldChar"));
            let alone = list.iter().map(|para| items(para)).collect::<Option<Vec<_>>>();
            prop_assert_eq!(items(&list.concat()), alone.map(|all| all.concat()));
        }
    }

    #[test]
    fn rows_and_paragraphs_of_a_list_are_taken_over() {
        let cell = |text: &str| format!("<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>");
        let row = |n: usize| match n % 3 {
            0 => format!("<w:tr>{}<w:tc><w:p/></w:tc></w:tr>", cell(&format!("a{n}"))),
            _ => format!("<w:tr>{}{}</w:tr>", cell(&format!("a{n}")), cell(&format!("b{n}"))),
        };
        let taken = |blocks: String| {
            TAKEN.set(0);
            assert!(items(&blocks).is_some());
            TAKEN.get()
        };
        let list =
            |rows: usize| format!("<w:tbl>{}</w:tbl>", (0..rows).map(row).collect::<String>());
        // Two rows are read, and one of each shape.
        assert_eq!(taken(list(12)), 8);
        let para = |n: usize| format!("<w:p><w:r><w:t>{n}. Bà Lan</w:t></w:r></w:p>");
        assert_eq!(taken((0..40).map(para).collect()), 40 - super::FIRST_PARA - 1);
    }
}
