//! What was read of the document before: where the next one says the same, it is taken over.
//!
//! Knows: where blocks and rows lie in a part, and what they came to. Must not know: what they are.
//!
//! The letters of a batch have most blocks in common, each in its place. An element that has the same
//! bytes as the one in its place before, and begins where nothing is left open, means the same.

use std::ops::Range;

use super::cursor::{Cursor, Known};
use super::flow::Flow;
use crate::diagnostic::Result;
use crate::docx::limits;
use crate::layout::{Item, Row, Sheet};

/// Longer parts are not kept, in bytes: a list of thousands is read once.
const LONGEST: usize = 64 << 10;

/// The part that was read before, and what stood in it.
#[derive(Default)]
pub(super) struct Before {
    content: Vec<u8>,
    marks: Vec<Mark>,
    items: Vec<Item>,
}

/// An element and what it came to.
#[derive(Debug, Clone, Default)]
pub(super) struct Mark {
    /// Where it lies in the part, without its tags; `None` if it means nothing by itself.
    inside: Option<Range<usize>>,
    /// What was counted in it.
    runs: usize,
    blocks: usize,
    /// How many values it came to.
    values: usize,
    /// The rows of a table.
    rows: Vec<Mark>,
}

/// The elements of the document before, each with its value, and those of this one.
pub(super) struct Again<T> {
    marks: std::vec::IntoIter<Mark>,
    values: std::vec::IntoIter<T>,
    pub(super) made: Vec<Mark>,
}

/// Where an element began, and what had been counted before it.
pub(super) struct Begun {
    at: usize,
    runs: usize,
    blocks: usize,
    is_alone: bool,
}

impl Before {
    /// What can be taken over from a document of one section; nothing from any other.
    pub(super) fn of(content: Vec<u8>, marks: Vec<Mark>, mut sheet: Sheet) -> Self {
        let section = sheet.sections.pop().filter(|_| sheet.sections.is_empty());
        let items = section.map_or_else(Vec::new, |section| section.items);
        let all: usize = marks.iter().map(|mark| mark.values).sum();
        // Places are told from the first letter on, not from a mark before it.
        if content.len() > LONGEST || content.first() != Some(&b'<') || all != items.len() {
            return Self::default();
        }
        Self { content, marks, items }
    }

    /// The bytes, and its blocks.
    pub(super) fn parts(self) -> (Vec<u8>, Again<Item>) {
        (self.content, Again::new(self.marks, self.items))
    }
}

impl<T> Again<T> {
    fn new(marks: Vec<Mark>, values: Vec<T>) -> Self {
        let made = Vec::with_capacity(marks.len());
        Self { marks: marks.into_iter(), values: values.into_iter(), made }
    }

    /// The next element of the document before, with its value if it came to one.
    pub(super) fn next(&mut self) -> (Mark, Option<T>) {
        let mark = self.marks.next().unwrap_or_default();
        let value = self.values.by_ref().take(mark.values).last();
        (mark, value)
    }
}

impl Again<Row> {
    /// The rows of a table of the document before; none of anything else.
    pub(super) fn rows(mark: Mark, item: Option<Item>) -> Self {
        match item {
            Some(Item::Table(table)) => Self::new(mark.rows, table.rows),
            _ => Self::new(Vec::new(), Vec::new()),
        }
    }
}

impl Flow<'_> {
    /// Notes where the element that has just begun begins.
    pub(super) fn begin(&self, c: &Cursor<'_>) -> Begun {
        let is_alone = self.is_alone();
        Begun { at: c.position(), runs: self.runs, blocks: self.blocks, is_alone }
    }

    /// What was begun and has just ended, with the number of its values; an element without a name is
    /// never the same.
    pub(super) fn mark(
        &self,
        c: &Cursor<'_>,
        name: Option<Known>,
        begun: &Begun,
        values: usize,
    ) -> Mark {
        let end = name.map(Known::end_tag).filter(|end| c.has_passed(end));
        let end = end.and_then(|end| c.position().checked_sub(end.len()));
        let is_alone = begun.is_alone && self.is_alone();
        Mark {
            inside: end.map(|end| begun.at..end).filter(|i| is_alone && i.start <= i.end),
            runs: self.runs - begun.runs,
            blocks: self.blocks - begun.blocks,
            values,
            rows: Vec::new(),
        }
    }

    /// Passes over the element that has just begun if it has the bytes that were marked before; gives its
    /// mark in this part.
    pub(super) fn pass_same(
        &mut self,
        c: &mut Cursor<'_>,
        name: Known,
        mark: &Mark,
    ) -> Result<Option<Mark>> {
        let inside = mark.inside.clone().and_then(|inside| self.before.get(inside));
        let is_same = |inside: &&[u8]| self.is_alone() && c.goes_on(inside, name.end_tag());
        let Some(inside) = inside.filter(is_same) else { return Ok(None) };
        if self.runs + mark.runs > limits::RUNS || self.blocks + mark.blocks > limits::BLOCKS {
            return Ok(None);
        }
        self.runs += mark.runs;
        self.blocks += mark.blocks;
        #[cfg(test)]
        tests::TAKEN.set(tests::TAKEN.get() + 1);
        let from = c.position();
        c.pass(inside)?;
        Ok(Some(mark.moved(from)))
    }
}

impl Mark {
    /// The same element at another place.
    fn moved(&self, to: usize) -> Self {
        let mut same = self.clone();
        let from = self.inside.as_ref().map_or(to, |inside| inside.start);
        let shift = |inside: &mut Option<Range<usize>>| {
            if let Some(inside) = inside {
                *inside = inside.start + to - from..inside.end + to - from;
            }
        };
        shift(&mut same.inside);
        same.rows.iter_mut().for_each(|row| shift(&mut row.inside));
        same
    }

    /// A table with its rows.
    pub(super) fn with_rows(self, rows: Vec<Mark>) -> Self {
        Self { rows, ..self }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;

    use crate::docx::pack::{Effort, Part, pack};
    use crate::docx::{read, read_next};
    use crate::layout::Sheet;

    fn file(blocks: &[String]) -> Vec<u8> {
        let w = crate::docx::names::W;
        let blocks = blocks.concat();
        let text = format!("<w:document xmlns:w=\"{w}\"><w:body>{blocks}</w:body></w:document>");
        let part = |name: &str, text: &str| {
            Part::new(name, text.as_bytes(), Effort::EachTime).expect("small")
        };
        let styles = part("word/styles.xml", &format!("<w:styles xmlns:w=\"{w}\"/>"));
        pack(&[&part("word/document.xml", &text), &styles]).expect("small")
    }

    fn next(blocks: &[String]) -> Option<Sheet> {
        read_next(&file(blocks), "a.docx", Sheet::clone).ok()
    }

    /// What somebody reads who has not read anything yet.
    fn anew(blocks: &[String]) -> Option<Sheet> {
        let bytes = file(blocks);
        let reader = std::thread::spawn(move || read(&bytes, "a.docx").ok());
        reader.join().expect("a thread")
    }

    fn para(n: u8) -> String {
        format!("<w:p><w:pPr><w:jc w:val=\"center\"/></w:pPr><w:r><w:t>chữ {n}</w:t></w:r></w:p>")
    }

    /// Paragraphs that differ by a text, in surroundings of which some make it mean something else.
    fn worded() -> impl Strategy<Value = String> {
        let run = |text: &str| format!("<w:r><w:t>{text}</w:t></w:r>");
        let text = prop_oneof![
            3 => Just("Bà Lan"), 3 => Just("Ông Hải"), 1 => Just(" Lan "), 1 => Just("a &amp; b"),
            1 => Just("a\nb"), 1 => Just("a<!-- x -->b"), 1 => Just(""), 1 => Just("a > b"),
        ];
        (text, 0..11u8).prop_map(move |(text, around)| {
            let run = run(text);
            let inside = match around {
                0 => format!("<w:pPr><w:pStyle w:val=\"Vt\"/></w:pPr>{run}"),
                1 => format!("<w:r><w:noBreakHyphen/></w:r>{run}"),
                2 => format!("<!-- {run} --><w:r><w:t xml:space=\"preserve\">Bà Lan</w:t></w:r>"),
                3 => format!("<w:fldSimple w:instr=\"PAGE\">{run}</w:fldSimple>"),
                4 => format!("<w:del>{run}</w:del>"),
                5 => format!("{run}<w:r><w:tab/></w:r>"),
                6 => format!(
                    "<w:r><w:t xml:space=\"preserve\">Bà Lan</w:t></w:r><w:del>{run}</w:del>"
                ),
                7 => format!("{run}{run}"),
                8 => format!("<w:r><w:rPr><w:b/></w:rPr><w:t>{text}</w:t></w:r>"),
                9 => format!("<w:pPr><w:sectPr/></w:pPr>{run}"),
                _ => format!("{run}</w:x>"),
            };
            format!("<w:p>{inside}</w:p>")
        })
    }

    fn block() -> impl Strategy<Value = String> {
        let field = |kind: &str| {
            format!(
                "<w:p><w:r><w:fldChar w:fldCharType=\"{kind}\"/><w:instrText> PAGE </w:instrText></w:r></w:p>"
            )
        };
        let plain = prop_oneof![
            4 => (0..4u8).prop_map(para),
            1 => (0..4u8).prop_map(|n| para(n).replace("<w:p>", "<w:p a=\"1\">").replace("</w:p>", "</w:p >")),
            1 => Just("<w:p/>".to_owned()),
            1 => Just("<w:p></w:p>".to_owned()),
            1 => Just("<w:bookmarkStart w:id=\"1\"/> <!-- x -->".to_owned()),
            1 => Just("<w:p><w:r><w:t>a</w:p>".to_owned()),
        ];
        let cells = prop_oneof![
            5 => proptest::collection::vec(plain, 1..3).prop_map(|b| b.concat()),
            1 => Just(field("begin")),
        ];
        let row = cells.prop_map(|cell| format!("<w:tr><w:tc>{cell}</w:tc></w:tr>"));
        let table = proptest::collection::vec(row, 0..4)
            .prop_map(|rows| format!("<w:tbl><w:tblGrid/>{}</w:tbl>", rows.concat()));
        let nested = table.clone().prop_map(|t| {
            format!("<w:tbl><w:tr><w:tc>{t}<w:p/></w:tc></w:tr><w:sdt>{t}</w:sdt></w:tbl>")
        });
        prop_oneof![
            6 => (0..4u8).prop_map(para),
            8 => worded(),
            4 => table,
            1 => nested,
            1 => Just("<w:p/>".to_owned()),
            1 => Just("<w:p><w:pPr><w:sectPr><w:titlePg/></w:sectPr></w:pPr></w:p>".to_owned()),
            1 => Just("<w:sectPr><w:pgSz w:w=\"100\"/></w:sectPr>".to_owned()),
            1 => Just(field("begin")),
            1 => Just(field("end")),
            1 => (0..4u8).prop_map(|n| format!("<w:sdt>{}{}</w:sdt>", para(n), para(0))),
            1 => Just("<w:bookmarkStart w:id=\"1\"/> chữ <!-- x -->".to_owned()),
        ]
    }

    /// Blocks of a document, and what becomes of some of them from one to the next.
    fn batch() -> impl Strategy<Value = (Vec<String>, Vec<(usize, u8, String)>)> {
        let blocks = proptest::collection::vec(block(), 1..7);
        (blocks, proptest::collection::vec((0..8usize, 0..4u8, block()), 1..8))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_was_read_before_makes_no_difference((mut blocks, edits) in batch()) {
            prop_assert_eq!(next(&blocks), anew(&blocks));
            for (at, kind, block) in edits {
                let at = at.min(blocks.len());
                match kind {
                    0 => blocks.insert(at, block),
                    1 if at < blocks.len() => drop(blocks.remove(at)),
                    2 if at < blocks.len() => blocks[at] = block,
                    _ => {}
                }
                prop_assert_eq!(next(&blocks), anew(&blocks));
            }
        }
    }

    #[test]
    fn properties_are_those_of_the_file_whatever_the_one_before_said() {
        let writer = crate::docx::Writer::new().expect("writer");
        let titles =
            ["Công văn số 1", "Công văn số 2", "a & b", "", " a ", "title", "a\tb", "số 3"];
        for subject in ["kính mời", "title", "dc:title"] {
            for title in titles {
                let mut sheet = Sheet::default();
                sheet.properties.title = title.to_owned();
                sheet.properties.subject = subject.to_owned();
                let bytes = writer.write(&sheet).expect("written").bytes;
                let read = read(&bytes, "a.docx").expect("reads");
                let found = (read.properties.title.as_str(), read.properties.subject.as_str());
                assert_eq!(found, (title, subject));
            }
        }
    }

    thread_local! {
        /// How many elements were taken over.
        pub(super) static TAKEN: Cell<usize> = const { Cell::new(0) };
    }

    #[test]
    fn blocks_and_rows_that_stay_in_their_place_are_taken_over() {
        let table = |n: u8| {
            let row = |n: u8| format!("<w:tr><w:tc>{}</w:tc></w:tr>", para(n));
            format!("<w:tbl>{}{}</w:tbl>", row(n), row(9))
        };
        let taken = |blocks: &[String]| {
            TAKEN.set(0);
            assert!(next(blocks).is_some());
            TAKEN.get()
        };
        assert_eq!(taken(&[para(0), para(1), table(2), table(3)]), 0);
        // Two blocks, and the last row of a table.
        let second = [para(0), para(10), table(20), table(3)];
        assert_eq!(taken(&second), 3);
        assert_eq!(taken(&second), 4);
        assert_eq!(taken(&[para(0), para(10)]), 2);
        assert_eq!(taken(&[]), 0);
        assert_eq!(taken(&second), 0);
    }
}
