//! The flow of a part: paragraphs, runs, fields.
//!
//! Knows: `w:p` and what is inside. Must not know: the package.

use std::cell::RefCell;
use std::sync::LazyLock;

use memchr::memmem::Finder;
use quick_xml::events::BytesStart;

use super::again::Again;
use super::cursor::{Cursor, Known, Source};
use super::cut::{Cut, Tags};
use super::line::drawn_line;
use super::listed;
use super::props::{ParaProperties, RunProperties};
use super::section::SectionProperties;
use super::styles::Styles;
use crate::diagnostic::Result;
use crate::docx::limits;
use crate::docx::names::SEPARATOR_ID;
use crate::layout::{Item, Look, Para, Row, Run, RunContent};
use crate::text;
use crate::text::recent::Recent;

/// A reader of flows; counts what it reads.
pub(super) struct Flow<'s> {
    pub(super) styles: &'s Styles,
    /// Sections that ended in the block just read, with the number of items before their end.
    pub(super) ended_sections: Vec<SectionProperties>,
    /// The part of the document before.
    pub(super) before: &'s [u8],
    /// The rows of the next table in the document before.
    pub(super) rows: Option<Again<Row>>,
    fields: Vec<Field>,
    pub(super) blocks: usize,
    pub(super) runs: usize,
    copied: u64,
}

/// Something that was read before, with what was counted in it.
pub(super) struct Remembered<T> {
    value: T,
    runs: usize,
    blocks: usize,
}

/// A field that has begun: its instruction, and whether its result is being read.
#[derive(Default)]
struct Field {
    instruction: String,
    page: bool,
    in_result: bool,
}

impl<'s> Flow<'s> {
    /// For the styles of a file, and the part of the document before.
    pub(super) fn new(styles: &'s Styles, before: &'s [u8]) -> Self {
        Self {
            styles,
            ended_sections: Vec::new(),
            before,
            rows: None,
            fields: Vec::new(),
            blocks: 0,
            runs: 0,
            copied: 0,
        }
    }

    /// Counts a paragraph, table, row or cell.
    pub(super) fn count(&mut self, c: &Cursor<'_>) -> Result<()> {
        self.blocks += 1;
        if self.blocks > limits::BLOCKS {
            return Err(c.too_much("đoạn và ô", "paragraphs and cells"));
        }
        Ok(())
    }

    /// Counts the bytes of a header or footer that one more section has.
    pub(super) fn count_copy(&mut self, bytes: usize, source: Source<'_>) -> Result<()> {
        self.copied = self.copied.saturating_add(bytes as u64);
        if self.copied > limits::PART_BYTES {
            return Err(source.broken(text!(
                "đầu trang và chân trang quá dài",
                "the headers and footers are too long"
            )));
        }
        Ok(())
    }

    /// A new part begins: what the last one left open does not go on.
    pub(super) fn begin_part(&mut self) {
        self.fields.clear();
        self.ended_sections.clear();
    }

    /// True if nothing is left open from what was read before.
    pub(super) fn is_alone(&self) -> bool {
        self.fields.is_empty() && self.ended_sections.is_empty()
    }

    /// Reads a child of the body: from the document before, if it is the same.
    pub(super) fn block_again<'a>(
        &mut self,
        c: &mut Cursor<'a>,
        e: &BytesStart<'a>,
        items: &mut Vec<Item>,
        again: &mut Again<Item>,
    ) -> Result<()> {
        let name = match c.name(e) {
            "tbl" => Some(Known::Table),
            "p" => Some(Known::Paragraph),
            _ => None,
        };
        let (mark, item) = again.next();
        if let Some(name) = name
            && let Some(same) = self.pass_same(c, name, &mark)?
        {
            items.extend(item);
            again.made.push(same);
            return Ok(());
        }
        let (begun, had) = (self.begin(c), items.len());
        self.rows = name.map(|_| Again::rows(mark, item));
        self.block(c, e, items)?;
        let rows = self.rows.take().map_or_else(Vec::new, |rows| rows.made);
        again.made.push(self.mark(c, name, &begun, items.len() - had).with_rows(rows));
        Ok(())
    }

    /// Reads a child of a body, cell, header or footer.
    pub(super) fn block<'a>(
        &mut self,
        c: &mut Cursor<'a>,
        e: &BytesStart<'a>,
        items: &mut Vec<Item>,
    ) -> Result<()> {
        match c.name(e) {
            "p" => {
                self.count(c)?;
                let para = if items.len() < listed::FIRST_PARA {
                    self.known_para(c)?
                } else {
                    let name = Known::Paragraph;
                    self.listed(c, name, |styles| &styles.listed_paras, Self::known_para)?
                };
                items.extend(para.map(Item::Para));
            }
            "tbl" => {
                self.count(c)?;
                let table = self.table(c)?;
                if !table.rows.is_empty() {
                    items.push(Item::Table(table));
                }
            }
            "sdt" | "sdtContent" | "customXml" | "ins" | "moveTo" => {
                c.children(|c, e| self.block(c, e, items))?;
            }
            _ => {}
        }
        Ok(())
    }

    /// As [`Self::para`]; a paragraph of the same bytes that was read with the same styles before
    /// is not read again.
    fn known_para(&mut self, c: &mut Cursor<'_>) -> Result<Option<Para>> {
        self.known(c, Known::Paragraph, |styles| &styles.paras, Self::para_but_text)
    }

    /// As [`Self::para`]; of a paragraph that differs by its text alone from one that was read with the same
    /// styles before, the text alone is read.
    fn para_but_text(&mut self, c: &mut Cursor<'_>) -> Result<Option<Para>> {
        static TEXT: LazyLock<Tags> = LazyLock::new(|| Tags::new("<w:t>", "</w:t>"));
        // No other text, and no element that stands for a letter.
        static OTHERS: LazyLock<[Finder<'_>; 3]> =
            LazyLock::new(|| ["</w:t", "w:noBreakHyphen", "w:softHyphen"].map(Finder::new));
        let inside = c.inside(Known::Paragraph).filter(|_| self.is_alone()).unwrap_or_default();
        let is_only = |cut: &Cut<'_>| !OTHERS.iter().any(|other| cut.has_around(other));
        let cut = Cut::at(inside, &TEXT).filter(is_only);
        let Some((cut, text)) = cut.and_then(|cut| Some((cut, cut.text()?))) else {
            return self.para(c);
        };
        let (around, memory) = (cut.around(), &self.styles.texts);
        if let Some(para) = memory.borrow().get(&around)
            && self.runs < limits::RUNS
        {
            self.runs += 1;
            c.pass(inside)?;
            return Ok(Some(with_text(para, text)));
        }
        let left = c.left_after(Known::Paragraph, inside);
        let para = self.para(c)?;
        // The text must be all that it says.
        if let Some(para) = para.as_ref().filter(|para| only_text(para) == Some(text))
            && c.rest().len() == left
            && self.is_alone()
        {
            memory.borrow_mut().tell(&around, || para.clone());
        }
        Ok(para)
    }

    /// What an element came to, from memory if its bytes were read with the same styles before.
    pub(super) fn known<'c, T: Clone>(
        &mut self,
        c: &mut Cursor<'c>,
        name: Known,
        memory: fn(&Styles) -> &RefCell<Recent<Remembered<T>>>,
        read: fn(&mut Self, &mut Cursor<'c>) -> Result<T>,
    ) -> Result<T> {
        let Some(inside) = c.inside(name).filter(|_| self.fields.is_empty()) else {
            return read(self, c);
        };
        let memory = memory(self.styles);
        if let Some(known) = memory.borrow().get(inside)
            && self.runs + known.runs <= limits::RUNS
            && self.blocks + known.blocks <= limits::BLOCKS
        {
            self.runs += known.runs;
            self.blocks += known.blocks;
            c.pass(inside)?;
            return Ok(known.value.clone());
        }
        let (runs, blocks, sections) = (self.runs, self.blocks, self.ended_sections.len());
        let left = c.left_after(name, inside);
        let value = read(self, c)?;
        // What it said beyond itself is not kept; and its end must be where it seemed to be.
        let whole = c.rest().len() == left;
        if whole && self.fields.is_empty() && self.ended_sections.len() == sections {
            memory.borrow_mut().tell(inside, || Remembered {
                value: value.clone(),
                runs: self.runs - runs,
                blocks: self.blocks - blocks,
            });
        }
        Ok(value)
    }

    /// Reads the current `w:p`; `None` for the thin paragraph that the writer puts after tables.
    fn para(&mut self, c: &mut Cursor<'_>) -> Result<Option<Para>> {
        let styles = self.styles;
        let mut p = ParaProperties::default();
        let mut style = styles.get(None);
        let mut out = Content { base: base_look(style), runs: Vec::new(), line: None };
        c.children(|c, e| {
            if c.name(e) == "pPr" {
                let name = Known::ParagraphProperties;
                p = self.known(c, name, |s| &s.formats, |_, c| ParaProperties::read(c))?;
                style = styles.get(p.style.as_deref());
                out.base = base_look(style);
                return Ok(());
            }
            self.inline(c, e, &mut out)
        })?;
        self.ended_sections.extend(p.section.take().map(|s| *s));
        let format = p.over(style.map_or(crate::docx::write::PLAIN_FORMAT, |s| s.format));
        let mut id = style.map_or("", |s| s.id.as_str());
        if id == SEPARATOR_ID {
            if out.runs.is_empty() && out.line.is_none() {
                return Ok(None);
            }
            // Somebody wrote into it: now it is a paragraph like the others.
            id = styles.list.first().map_or("", |s| s.id.as_str());
        }
        Ok(Some(Para {
            style: id.to_owned(),
            format,
            tabs: p.tabs,
            runs: out.runs,
            line: out.line,
            frame: None,
        }))
    }

    /// Reads a child of a paragraph.
    fn inline<'a>(
        &mut self,
        c: &mut Cursor<'a>,
        e: &BytesStart<'a>,
        out: &mut Content,
    ) -> Result<()> {
        match c.name(e) {
            "r" => self.run(c, out),
            "hyperlink" | "ins" | "moveTo" | "smartTag" | "sdt" | "sdtContent" | "customXml"
            | "dir" | "bdo" => c.children(|c, e| self.inline(c, e, out)),
            "fldSimple" => {
                let instruction = c.attribute(e, "instr")?.unwrap_or_default();
                if !is_page(&instruction) {
                    return c.children(|c, e| self.inline(c, e, out));
                }
                // The look of the number is that of its first run.
                let mut inner = Content { base: out.base, runs: Vec::new(), line: None };
                c.children(|c, e| self.inline(c, e, &mut inner))?;
                let look = inner.runs.first().map_or(out.base, |r| r.look);
                self.push(c, out, look, RunContent::PageNumber)
            }
            _ => Ok(()),
        }
    }

    fn run(&mut self, c: &mut Cursor<'_>, out: &mut Content) -> Result<()> {
        let mut look = out.base;
        c.children(|c, e| {
            match c.name(e) {
                "rPr" => look = self.styles.look(out.base, &RunProperties::read(c)?),
                "t" => {
                    let keep = c.attribute(e, "xml:space")?.as_deref() == Some("preserve");
                    let text = c.text()?;
                    let text = if keep { &*text } else { text.trim_matches([' ', '\t', '\n']) };
                    if !text.is_empty() && !self.in_hidden_field() {
                        let plain = !text.bytes().any(|b| matches!(b, b'\n' | b'\t'));
                        let text =
                            if plain { text.to_owned() } else { text.replace(['\n', '\t'], " ") };
                        self.push(c, out, look, RunContent::Text(text))?;
                    }
                }
                "instrText" => {
                    let text = c.text()?;
                    if let Some(field) = self.fields.last_mut().filter(|f| !f.in_result) {
                        field.instruction.push_str(&text);
                    }
                }
                "fldChar" => {
                    let kind = c.attribute(e, "fldCharType")?;
                    self.field(c, kind.as_deref(), look, out)?;
                }
                "mc:AlternateContent" => {
                    if let Some(line) = drawn_line(c)? {
                        out.line = out.line.or(Some(line));
                    }
                }
                name => {
                    if let Some(content) = special(name).filter(|_| !self.in_hidden_field()) {
                        self.push(c, out, look, content)?;
                    }
                }
            }
            Ok(())
        })
    }

    /// Begin, middle or end of a field of several runs.
    fn field(
        &mut self,
        c: &Cursor<'_>,
        kind: Option<&str>,
        look: Look,
        out: &mut Content,
    ) -> Result<()> {
        match kind {
            Some("begin") if self.fields.len() < limits::DEPTH => {
                self.fields.push(Field::default());
            }
            Some("separate") => {
                let Some(field) = self.fields.last_mut() else { return Ok(()) };
                field.in_result = true;
                field.page = is_page(&field.instruction);
                if field.page {
                    self.push(c, out, look, RunContent::PageNumber)?;
                }
            }
            Some("end") => {
                let Some(field) = self.fields.pop() else { return Ok(()) };
                if !field.in_result && is_page(&field.instruction) {
                    self.push(c, out, look, RunContent::PageNumber)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// True inside an instruction, and inside the last known result of a page number.
    fn in_hidden_field(&self) -> bool {
        self.fields.iter().any(|f| !f.in_result || f.page)
    }

    fn push(
        &mut self,
        c: &Cursor<'_>,
        out: &mut Content,
        look: Look,
        content: RunContent,
    ) -> Result<()> {
        if let (RunContent::Text(more), Some(last)) = (&content, out.runs.last_mut())
            && let RunContent::Text(text) = &mut last.content
            && last.look == look
        {
            text.push_str(more);
            return Ok(());
        }
        self.runs += 1;
        if self.runs > limits::RUNS {
            return Err(c.too_much("đoạn chữ", "runs"));
        }
        out.runs.push(Run { look, content });
        Ok(())
    }
}

/// A paragraph's content under construction.
struct Content {
    base: Look,
    runs: Vec<Run>,
    line: Option<crate::layout::DrawnLine>,
}

/// The text of a paragraph that has nothing else.
fn only_text(para: &Para) -> Option<&str> {
    match para.runs.as_slice() {
        [Run { content: RunContent::Text(text), .. }] => Some(text),
        _ => None,
    }
}

/// The paragraph with another text as its only one.
fn with_text(para: &Para, text: &str) -> Para {
    let look = para.runs.first().map(|run| run.look);
    let content = RunContent::Text(text.to_owned());
    let runs = look.map(|look| Run { look, content }).into_iter().collect();
    let Para { style, format, tabs, line, frame, .. } = para;
    Para {
        style: style.clone(),
        format: *format,
        tabs: tabs.clone(),
        runs,
        line: *line,
        frame: *frame,
    }
}

fn base_look(style: Option<&crate::layout::Style>) -> Look {
    style.map_or(crate::docx::write::PLAIN_LOOK, |s| s.look)
}

/// Elements of a run that stand for a character or a break.
fn special(name: &str) -> Option<RunContent> {
    Some(match name {
        "tab" | "ptab" => RunContent::Tab,
        "br" | "cr" => RunContent::Break,
        "noBreakHyphen" => RunContent::Text("\u{2011}".to_owned()),
        "softHyphen" => RunContent::Text("\u{AD}".to_owned()),
        "pgNum" => RunContent::PageNumber,
        _ => return None,
    })
}

fn is_page(instruction: &str) -> bool {
    instruction.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("PAGE"))
}
