//! `word/document.xml`, headers and footers: paragraphs, runs, tables, sections.
//!
//! Knows: the order in which WordprocessingML wants things. Must not know: zip, styles.xml.

use std::collections::HashMap;

use super::media::{self, Medium};
use super::page::Marks;
use super::table::Listed;
use super::{known, line, props};
use crate::docx::names::{self, SEPARATOR_ID};
use crate::docx::normal::{clamp_line, usable_styles};
use crate::docx::xml::Xml;
use crate::layout::{Item, Look, Para, Run, RunContent, Section, Sheet, Style};
use crate::text::recent;

/// Which header or footer a part is, in the order of references in a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Margin {
    /// Header of the pages after the first.
    Header,
    /// Header of the first page.
    FirstHeader,
    /// Footer of the first page.
    FirstFooter,
}

/// A header or footer that becomes a part of its own.
pub(super) struct MarginPart<'a> {
    pub(super) kind: Margin,
    pub(super) items: &'a [Item],
}

/// References of each section to header and footer parts, by index into the parts.
/// A section that says the same as the one before refers to nothing: Word then goes on with it.
pub(super) struct Margins<'a> {
    pub(super) parts: Vec<MarginPart<'a>>,
    references: Vec<Vec<(Margin, usize)>>,
}

impl<'a> Margins<'a> {
    /// Finds the parts that these sections need.
    pub(super) fn of(sections: impl Iterator<Item = &'a Section>) -> Self {
        let mut parts: Vec<MarginPart<'a>> = Vec::new();
        let mut references = Vec::with_capacity(sections.size_hint().0);
        let mut current: [&[Item]; 3] = [&[], &[], &[]];
        for section in sections {
            let mut refs = Vec::new();
            let wanted = [
                (Margin::Header, &section.header),
                (Margin::FirstHeader, &section.first_header),
                (Margin::FirstFooter, &section.first_footer),
            ];
            for ((kind, items), current) in wanted.into_iter().zip(&mut current) {
                // Without a first page of its own the first header and footer are not looked at.
                if (kind == Margin::Header || has_first_page(section)) && *current != items {
                    *current = items;
                    refs.push((kind, parts.len()));
                    parts.push(MarginPart { kind, items });
                }
            }
            references.push(refs);
        }
        Self { parts, references }
    }

    /// The references of a section.
    pub(super) fn references(&self, section: usize) -> &[(Margin, usize)] {
        self.references.get(section).map_or(&[], Vec::as_slice)
    }
}

fn has_first_page(section: &Section) -> bool {
    !(section.header.is_empty()
        && section.first_header.is_empty()
        && section.first_footer.is_empty())
}

/// Paragraphs of a body before any is looked at as one of a list.
const FIRST_LISTED: usize = 24;

/// What the flow of a part needs to know: the styles, and the next free id of a drawing.
pub(super) struct Flow<'a> {
    pub(super) styles: &'a StyleTable,
    /// The next free id of a drawing.
    pub(super) next_id: i32,
    /// The place of the next paragraph among those of its section.
    pub(super) place: usize,
    pub(super) pictures: &'a [Medium],
    /// Relationship number of the first picture.
    pub(super) first_picture: usize,
    /// What was written where.
    pub(super) marks: Marks,
    /// What was written last of the lists.
    pub(super) listed: Listed,
}

/// The styles of a sheet by their ids.
#[derive(Debug)]
pub(super) struct StyleTable {
    /// What is remembered was written with this table and no other.
    pub(super) owner: u64,
    by_id: HashMap<String, Style>,
    normal: Option<Style>,
}

impl StyleTable {
    /// The table of a sheet's styles.
    pub(super) fn new(styles: &[Style]) -> Self {
        let styles = usable_styles(styles);
        let normal = styles.first().map(|s| (*s).clone());
        let by_id = styles.into_iter().map(|s| (s.id.clone(), s.clone())).collect();
        Self { owner: recent::owner(), by_id, normal }
    }

    /// The style of a paragraph: the one it names, else the default one.
    fn get(&self, id: &str) -> Option<&Style> {
        self.by_id.get(id).or(self.normal.as_ref())
    }
}

impl<'a> Flow<'a> {
    /// For the styles and pictures of a sheet.
    pub(super) fn new(
        styles: &'a StyleTable,
        pictures: &'a [Medium],
        first_picture: usize,
    ) -> Self {
        let (marks, listed) = (Marks::default(), Listed::default());
        Self { styles, next_id: 1, place: 0, pictures, first_picture, marks, listed }
    }

    /// Writes `word/document.xml`. `first_id` numbers the relationship of the first margin part.
    pub(super) fn document(&mut self, x: &mut Xml, sheet: &Sheet, m: &Margins, first_id: usize) {
        body(x, sheet.sections.iter().any(|s| has_lines(&s.items)), |x| {
            let last = sheet.sections.len().saturating_sub(1);
            for (i, section) in sheet.sections.iter().enumerate() {
                let refs = m.references(i);
                let properties = |x: &mut Xml| section_properties(x, section, refs, first_id);
                self.place = 0;
                self.marks.first = x.as_str().len();
                if i == last {
                    self.items(x, &section.items);
                    if !ends_in_para(&section.items) {
                        separator(x, |_| {});
                    }
                    properties(x);
                } else {
                    self.section(x, &section.items, properties);
                }
            }
        });
    }

    /// Writes a header or footer.
    pub(super) fn margin(&mut self, x: &mut Xml, part: &MarginPart) {
        let name = if part.kind == Margin::FirstFooter { "w:ftr" } else { "w:hdr" };
        x.restart();
        let root = x.tag(name).attr("xmlns:w", names::W).attr("xmlns:r", names::R);
        // The links of the document's pictures mean nothing in another part.
        let pictures = std::mem::take(&mut self.pictures);
        // It is written once for all files.
        self.place = known::PLACES;
        line::namespaces(root, has_lines(part.items)).body(|x| {
            self.items(x, part.items);
            if !ends_in_para(part.items) {
                separator(x, |_| {});
            }
        });
        self.pictures = pictures;
    }

    /// A section that another one follows: its properties stand in its last paragraph.
    fn section(&mut self, x: &mut Xml, items: &[Item], properties: impl Fn(&mut Xml)) {
        match items.split_last() {
            Some((Item::Para(last), before)) => {
                self.items(x, before);
                self.para(x, last, properties);
            }
            _ => {
                self.items(x, items);
                separator(x, properties);
            }
        }
    }

    pub(super) fn items(&mut self, x: &mut Xml, items: &[Item]) {
        let mut after_table = false;
        for (nth, item) in items.iter().enumerate() {
            match item {
                Item::Para(para) => {
                    if nth < FIRST_LISTED {
                        self.known_para(x, para);
                    } else {
                        self.listed_para(x, para, 0);
                    }
                    after_table = false;
                }
                Item::Table(table) if table.rows.is_empty() => {}
                Item::Table(table) => {
                    if after_table {
                        separator(x, |_| {});
                    }
                    self.table(x, table);
                    after_table = true;
                }
            }
        }
    }

    /// Notes that a paragraph of the flow begins; its place.
    pub(super) fn begin_para(&mut self, x: &Xml) -> usize {
        let at = self.place;
        self.place = at.saturating_add(1);
        self.marks.last = x.as_str().len();
        at
    }

    pub(super) fn para(&mut self, x: &mut Xml, para: &Para, section: impl Fn(&mut Xml)) {
        let style = self.styles.get(&para.style);
        let format = style.map_or(&props::PLAIN_FORMAT, |s| &s.format);
        let look = style.map_or(props::PLAIN_LOOK, |s| s.look);
        let is_normal = style.map(|s| &s.id) == self.styles.normal.as_ref().map(|s| &s.id);
        x.tag("w:p").body(|x| {
            x.tag("w:pPr").body_if_any(|x| {
                if let Some(style) = style.filter(|_| !is_normal) {
                    x.val("w:pStyle", &style.id);
                }
                let frame = para.frame;
                props::framed_format(x, format, &para.format, &para.tabs, false, frame);
                mark(x, &look, para);
                section(x);
            });
            if let Some(drawn) = &para.line {
                line::line(x, &clamp_line(*drawn), self.next_id);
                self.next_id = self.next_id.saturating_add(1);
            }
            let drawn = |r: &Run| r.content.is_drawn();
            for same in para.runs.chunk_by(|a, b| a.look == b.look && !drawn(a) && !drawn(b)) {
                match same {
                    [only] if drawn(only) => self.drawing(x, &only.content),
                    _ => runs(x, &look, same),
                }
            }
        });
    }

    pub(super) fn drawing(&mut self, x: &mut Xml, content: &RunContent) {
        let (id, from) = (self.next_id, x.as_str().len());
        self.next_id = id.saturating_add(1);
        x.tag("w:r").body(|x| match content {
            RunContent::Figure(figure) => media::figure(x, figure, id),
            content => {
                let Some(medium) = Medium::of(content) else { return };
                // Only pictures of the flow are parts of the file.
                if let Some(at) = self.pictures.iter().position(|known| *known == medium) {
                    let link = format!("rId{}", self.first_picture + at);
                    media::picture(x, &medium, &link, id);
                }
            }
        });
        self.marks.drawn.push((from..x.as_str().len(), content.clone()));
    }
}

/// The frame of `word/document.xml`; with `lines` something is drawn in it.
pub(super) fn body(x: &mut Xml, lines: bool, body: impl FnOnce(&mut Xml)) {
    x.restart();
    let root = x.tag("w:document").attr("xmlns:w", names::W).attr("xmlns:r", names::R);
    line::namespaces(root, lines).body(|x| x.tag("w:body").body(body));
}

pub(super) fn ends_in_para(items: &[Item]) -> bool {
    let real = items.iter().rev().find(|i| !matches!(i, Item::Table(t) if t.rows.is_empty()));
    matches!(real, Some(Item::Para(_)))
}

/// True if anything is drawn in the flow.
fn has_lines(items: &[Item]) -> bool {
    items.iter().any(|item| match item {
        Item::Para(para) => para.line.is_some() || para.runs.iter().any(|r| r.content.is_drawn()),
        Item::Table(table) => table.rows.iter().flat_map(|r| &r.cells).any(|c| has_lines(&c.items)),
    })
}

/// The thin paragraph of [`SEPARATOR_ID`].
pub(super) fn separator(x: &mut Xml, section: impl Fn(&mut Xml)) {
    x.tag("w:p").body(|x| {
        x.tag("w:pPr").body(|x| {
            x.val("w:pStyle", SEPARATOR_ID);
            section(x);
        });
    });
}

/// The paragraph mark is as large as the text before it, so that it does not stretch the line.
fn mark(x: &mut Xml, base: &Look, para: &Para) {
    if let Some(last) = para.runs.last().filter(|r| r.look.size != base.size) {
        x.tag("w:rPr").body_if_any(|x| props::look(x, base, &last.look));
    }
}

/// Runs of one look. A page number is an element beside the runs, not in one.
fn runs(x: &mut Xml, base: &Look, same: &[Run]) {
    let is_number = |r: &Run| r.content == RunContent::PageNumber;
    for group in same.chunk_by(|a, b| !is_number(a) && !is_number(b)) {
        let Some(first) = group.first() else { continue };
        if is_number(first) {
            x.tag("w:fldSimple").attr("w:instr", " PAGE ").body(|x| {
                run(x, base, &first.look, |x| x.tag("w:t").body(|x| x.text("2")));
            });
        } else if group.iter().any(|r| !matches!(&r.content, RunContent::Text(t) if t.is_empty())) {
            run(x, base, &first.look, |x| {
                for run in group {
                    content(x, &run.content);
                }
            });
        }
    }
}

fn run(x: &mut Xml, base: &Look, look: &Look, body: impl FnOnce(&mut Xml)) {
    x.tag("w:r").body(|x| {
        if look != base {
            x.tag("w:rPr").body_if_any(|x| props::look(x, base, look));
        }
        body(x);
    });
}

fn content(x: &mut Xml, content: &RunContent) {
    match content {
        RunContent::Text(text) => text_pieces(x, text),
        RunContent::Break => x.tag("w:br").empty(),
        RunContent::Tab => x.tag("w:tab").empty(),
        // A page number stands beside the runs; what is drawn is written with its paragraph.
        RunContent::PageNumber
        | RunContent::Squares(_)
        | RunContent::Picture(_)
        | RunContent::Figure(_) => {}
    }
}

/// Text; a tab or line break inside becomes the element it means.
fn text_pieces(x: &mut Xml, text: &str) {
    if !text.bytes().any(|b| matches!(b, b'\t' | b'\n' | b'\r')) {
        return words(x, text);
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    for piece in text.split_inclusive(['\t', '\n']) {
        let (piece, end) = match piece.strip_suffix('\t') {
            Some(piece) => (piece, Some("w:tab")),
            None => match piece.strip_suffix('\n') {
                Some(piece) => (piece, Some("w:br")),
                None => (piece, None),
            },
        };
        words(x, piece);
        if let Some(end) = end {
            x.tag(end).empty();
        }
    }
}

fn words(x: &mut Xml, text: &str) {
    if text.is_empty() {
        return;
    }
    let tag = x.tag("w:t");
    let keep = text.starts_with(' ') || text.ends_with(' ') || text.contains("  ");
    let tag = if keep { tag.attr("xml:space", "preserve") } else { tag };
    tag.body(|x| x.text(text));
}

/// What is said of a section.
pub(super) fn section_properties(
    x: &mut Xml,
    s: &Section,
    refs: &[(Margin, usize)],
    first_id: usize,
) {
    x.tag("w:sectPr").body(|x| {
        for (kind, index) in refs {
            let (name, of) = match kind {
                Margin::Header => ("w:headerReference", "default"),
                Margin::FirstHeader => ("w:headerReference", "first"),
                Margin::FirstFooter => ("w:footerReference", "first"),
            };
            let id = format!("rId{}", first_id + index);
            x.tag(name).attr("w:type", of).attr("r:id", &id).empty();
        }
        x.val("w:type", "nextPage");
        let page = &s.page;
        let size = x.tag("w:pgSz").num("w:w", page.width.max(0)).num("w:h", page.height.max(0));
        if page.landscape { size.attr("w:orient", "landscape") } else { size }.empty();
        x.tag("w:pgMar")
            .num("w:top", page.top)
            .num("w:right", page.right.max(0))
            .num("w:bottom", page.bottom)
            .num("w:left", page.left.max(0))
            .num("w:header", page.header.max(0))
            .num("w:footer", page.footer.max(0))
            .num("w:gutter", 0)
            .empty();
        if let Some(start) = s.restart {
            let start = i32::try_from(start).unwrap_or(i32::MAX);
            x.tag("w:pgNumType").num("w:start", start).empty();
        }
        x.tag("w:cols").num("w:space", 720).empty();
        if has_first_page(s) {
            x.tag("w:titlePg").empty();
        }
    });
}
