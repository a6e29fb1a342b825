//! The text of each paragraph over its runs, and the tags in it.
//!
//! Knows: which elements make the text of a paragraph. Must not know: what tags mean, data.

use std::collections::HashMap;

use super::codes;
use super::tokens::{Kind, NONE, Name, Part, attribute, decode};
use crate::diagnostic::{Diagnostic, Place, WordPlace};
use crate::template::{self, Tag};
use crate::text;

/// Stands in the text for what may not be inside a tag.
const OBJECT: char = '\u{FFFC}';
/// Letters shown on each side of a place.
const AROUND: usize = 24;

/// A piece of a paragraph's text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seg {
    /// Bytes in the paragraph's text.
    pub start: usize,
    pub end: usize,
    /// The event that holds it.
    pub event: usize,
}

impl Seg {
    /// True if the tag (first byte, byte after) covers something of it.
    pub fn touches(&self, (start, end): (usize, usize)) -> bool {
        if self.start == self.end {
            start < self.start && self.start < end
        } else {
            start < self.end && self.start < end
        }
    }
}

/// A paragraph.
#[derive(Debug)]
pub(super) struct Para {
    pub elem: usize,
    pub text: String,
    pub segs: Vec<Seg>,
    /// Holds something that is no text: a picture, a field, a note, a page break.
    pub has_objects: bool,
    /// From 1, counted outside of tables.
    number: u32,
    /// Bytes that are not printed: backslashes before `{{`.
    pub escapes: Vec<usize>,
    /// Bytes of the tags, in order.
    pub tags: Vec<(usize, usize)>,
}

/// A tag in its place.
#[derive(Debug)]
pub(super) struct Mark {
    pub tag: Tag,
    /// Index of the paragraph; `NONE` for the alternative text of a picture.
    pub para: usize,
    /// The event in which the tag begins.
    pub event: usize,
    /// The run, or the element of the alternative text.
    pub elem: usize,
}

/// The paragraphs and tags of a part.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub paras: Vec<Para>,
    /// In the order of the part.
    pub marks: Vec<Mark>,
    /// Index of the paragraph of an element `w:p`.
    pub by_elem: HashMap<usize, usize>,
}

/// Where tags are, by their number: findings are placed with it.
#[derive(Debug, Clone, Default)]
pub(super) struct Spots(Vec<WordPlace>);

impl Spots {
    pub fn add(&mut self, place: WordPlace) -> u32 {
        self.0.push(place);
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    /// Turns the number of a tag into its place.
    pub fn mend(&self, finding: &mut Diagnostic) {
        self.place(&mut finding.place);
        finding.related.iter_mut().for_each(|(place, _)| self.place(place));
    }

    fn place(&self, place: &mut Place) {
        if let Some(word) = place.line.and_then(|n| self.get(n)) {
            place.line = None;
            place.column = None;
            place.word = Some(Box::new(word.clone()));
        }
    }

    pub fn get(&self, number: u32) -> Option<&WordPlace> {
        self.0.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }
}

/// Reads paragraphs and tags.
pub(super) fn read(
    part: &Part<'_>,
    name: &str,
    file: &str,
    spots: &mut Spots,
    found: &mut Vec<Diagnostic>,
) -> Texts {
    let mut texts = Texts::default();
    gather(part, &mut texts);
    let mut reader = Reader { part, name, file, spots, found };
    for index in 0..texts.paras.len() {
        reader.tags(&mut texts, index);
    }
    reader.odd_places(&mut texts);
    texts.marks.sort_by_key(|m| (m.event, m.tag.start()));
    texts
}

/// Joins the texts of the runs of each paragraph.
fn gather(part: &Part<'_>, texts: &mut Texts) {
    let mut outside = 0;
    // The paragraph around the current run: runs follow each other in their paragraph.
    let mut known = (NONE, NONE);
    for (index, event) in part.events.iter().enumerate() {
        let elem = event.elem;
        let begins = matches!(event.kind, Kind::Start | Kind::Empty);
        if begins && part.name(elem) == Name::P {
            outside += u32::from(part.nearest(elem, Name::Tc).is_none());
            texts.by_elem.insert(elem, texts.paras.len());
            texts.paras.push(Para {
                elem,
                text: String::new(),
                segs: Vec::new(),
                has_objects: false,
                number: outside,
                escapes: Vec::new(),
                tags: Vec::new(),
            });
            continue;
        }
        let run = match event.kind {
            Kind::Text if part.name(elem) == Name::T => part.parent(elem),
            Kind::Start | Kind::Empty => part.parent(elem),
            _ => continue,
        };
        let is_field = begins && part.name(elem) == Name::FldSimple;
        let is_section = begins && part.name(elem) == Name::SectPr;
        if part.name(run) != Name::R && !is_field && !is_section {
            continue;
        }
        if known.0 != run {
            let around = part.nearest(run, Name::P);
            known = (run, around.and_then(|p| texts.by_elem.get(&p)).copied().unwrap_or(NONE));
        }
        let Some(para) = texts.paras.get_mut(known.1) else { continue };
        let start = para.text.len();
        if event.kind == Kind::Text {
            let raw = part.raw(index);
            if raw.contains(['&', '\n', '\t', '\r']) {
                para.text.extend(
                    decode(raw).chars().map(|c| if c.is_ascii_whitespace() { ' ' } else { c }),
                );
            } else {
                para.text.push_str(raw);
            }
        } else {
            match part.name(elem) {
                Name::NoBreakHyphen => para.text.push('-'),
                Name::Tab | Name::Cr => para.text.push(' '),
                Name::Br
                    if attribute(part.tag(elem), &format!("{}type", part.prefix)).is_none() =>
                {
                    para.text.push(' ');
                }
                Name::SoftHyphen => {}
                Name::RPr | Name::T | Name::Rendered | Name::CommentRef | Name::ProofErr => {
                    continue;
                }
                Name::FldChar => {
                    para.has_objects = true;
                    para.text.push(OBJECT);
                }
                _ => {
                    para.has_objects = true;
                    continue;
                }
            }
        }
        para.segs.push(Seg { start, end: para.text.len(), event: index });
    }
}

struct Reader<'a, 'p> {
    part: &'a Part<'p>,
    name: &'a str,
    file: &'a str,
    spots: &'a mut Spots,
    found: &'a mut Vec<Diagnostic>,
}

impl Reader<'_, '_> {
    fn tags(&mut self, texts: &mut Texts, index: usize) {
        let Some(para) = texts.paras.get_mut(index) else { return };
        if !para.text.contains("{{") && !para.text.contains("}}") {
            return;
        }
        let mut wrong = Vec::new();
        let found = template::find(&para.text, self.file, &mut wrong);
        let is_read = wrong.is_empty();
        for mut finding in wrong {
            let at = finding.place.column.take().unwrap_or(1);
            finding.place.line = None;
            let word = self.place(para, byte_of(&para.text, at));
            finding.place.word = Some(Box::new(word));
            self.found.push(finding);
        }
        para.escapes = found.escapes;
        para.tags = found.tags.iter().map(|t| (t.start(), t.end())).collect();
        if is_read {
            self.stray(para);
        }
        for tag in found.tags {
            let seg = para.segs.iter().find(|s| s.start <= tag.start() && tag.start() < s.end);
            let Some(event) = seg.map(|s| s.event) else { continue };
            let word = self.place(para, tag.start());
            if tag.text().contains(OBJECT) {
                self.broken(word);
                continue;
            }
            let elem = self.part.events.get(event).map_or(NONE, |e| e.elem);
            let elem = self.part.nearest(elem, Name::R).unwrap_or(NONE);
            let tag = tag.numbered(self.spots.add(word));
            texts.marks.push(Mark { tag, para: index, event, elem });
        }
    }

    /// `}}` that closes nothing is most often a tag that lost a brace.
    fn stray(&mut self, para: &Para) {
        for (at, _) in para.text.match_indices("}}") {
            let is_inside = para.tags.iter().any(|(start, end)| *start <= at && at < *end);
            let is_known = para.escapes.iter().any(|e| *e < at)
                || at.checked_sub(1).is_some_and(|b| para.text.as_bytes().get(b) == Some(&b'}'));
            if is_inside || is_known {
                continue;
            }
            let mut place = Place::file(self.file);
            place.word = Some(Box::new(self.place(para, at)));
            self.found.push(
                Diagnostic::warning(
                    codes::NOT_FILLED,
                    place,
                    text!("“}}}}” không đóng thẻ nào", "“}}}}” closes no tag"),
                )
                .hint(text!(
                    "mở thẻ bằng hai dấu: {{{{ho_ten}}}}",
                    "open the tag with two braces: {{{{ho_ten}}}}"
                )),
            );
            return;
        }
    }

    fn broken(&mut self, word: WordPlace) {
        let mut place = Place::file(self.file);
        place.word = Some(Box::new(word));
        self.found.push(
            Diagnostic::error(
                codes::IN_FIELD,
                place,
                text!(
                    "một trường của Word (field) nằm giữa thẻ",
                    "a field of Word stands inside the tag"
                ),
            )
            .hint(text!(
                "xóa thẻ rồi gõ lại liền một mạch",
                "delete the tag and type it again in one go"
            )),
        );
    }

    /// Tags in field codes, and in the alternative texts of pictures.
    fn odd_places(&mut self, texts: &mut Texts) {
        for (index, event) in self.part.events.iter().enumerate() {
            let name = self.part.name(event.elem);
            if event.kind == Kind::Text && name == Name::InstrText {
                if self.part.raw(index).contains("{{") {
                    self.in_code(texts, event.elem);
                }
            } else if matches!(event.kind, Kind::Start | Kind::Empty)
                && matches!(name, Name::DocPr | Name::CNvPr)
            {
                self.alternative(texts, index, event.elem);
            }
        }
    }

    fn in_code(&mut self, texts: &Texts, elem: usize) {
        let mut place = Place::file(self.file);
        let para = self.part.nearest(elem, Name::P).and_then(|p| texts.by_elem.get(&p));
        if let Some(para) = para.and_then(|p| texts.paras.get(*p)) {
            place.word = Some(Box::new(self.place(para, 0)));
        }
        self.found.push(
            Diagnostic::error(
                codes::IN_FIELD,
                place,
                text!(
                    "thẻ nằm trong mã trường của Word (field)",
                    "the tag stands in a field code of Word"
                ),
            )
            .hint(text!(
                "đưa thẻ ra ngoài mã trường, vào chữ của văn bản",
                "move the tag out of the field code into the text"
            )),
        );
    }

    fn alternative(&mut self, texts: &mut Texts, event: usize, elem: usize) {
        let raw = self.part.tag(elem);
        let Some(range) = attribute(raw, "descr") else { return };
        let text = decode(raw.get(range).unwrap_or_default());
        if !text.contains("{{") {
            return;
        }
        let mut wrong = Vec::new();
        let found = template::find(&text, self.file, &mut wrong);
        let mut word = WordPlace { near: shortened(&text), ..WordPlace::default() };
        let para = self.part.nearest(elem, Name::P).and_then(|p| texts.by_elem.get(&p));
        if let Some(para) = para.and_then(|p| texts.paras.get(*p)) {
            word = WordPlace { near: word.near, ..self.place(para, 0) };
        }
        for mut finding in wrong {
            finding.place = Place::file(self.file);
            finding.place.word = Some(Box::new(word.clone()));
            self.found.push(finding);
        }
        // Writers repeat the alternative text of the drawing on the picture inside it.
        let drawing = self.part.nearest(elem, Name::Drawing);
        let is_told = |m: &Mark| {
            m.para == NONE
                && drawing.is_some()
                && self.part.nearest(m.elem, Name::Drawing) == drawing
        };
        if texts.marks.iter().any(is_told) {
            return;
        }
        for tag in found.tags {
            let tag = tag.numbered(self.spots.add(word.clone()));
            texts.marks.push(Mark { tag, para: NONE, event, elem });
        }
    }

    fn place(&self, para: &Para, at: usize) -> WordPlace {
        let part = self.part;
        let near = near(&para.text, at);
        let mut word =
            WordPlace { part: self.name.to_owned(), paragraph: para.number, cell: None, near };
        let Some(cell) = part.nearest(para.elem, Name::Tc) else { return word };
        let row = part.nearest(cell, Name::Tr).unwrap_or(NONE);
        let table = part.nearest(row, Name::Tbl).unwrap_or(NONE);
        let nth = |of: usize, what: Name, wanted: usize| {
            let before = part.children(of).take_while(|e| *e != wanted);
            u32::try_from(before.filter(|e| part.name(*e) == what).count() + 1).unwrap_or(u32::MAX)
        };
        let tables = part.elems.iter().take(table + 1).filter(|e| e.name == Name::Tbl).count();
        let tables = u32::try_from(tables).unwrap_or(u32::MAX);
        word.cell = Some([tables, nth(table, Name::Tr, row), nth(row, Name::Tc, cell)]);
        word.paragraph = nth(cell, Name::P, para.elem);
        word
    }
}

/// The byte of a column, in characters from 1.
fn byte_of(text: &str, column: u32) -> usize {
    let nth = usize::try_from(column.saturating_sub(1)).unwrap_or(0);
    text.char_indices().nth(nth).map_or(text.len(), |(at, _)| at)
}

/// The text around a byte.
fn near(text: &str, at: usize) -> String {
    let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at..).unwrap_or_default());
    let skipped = before.chars().count().saturating_sub(AROUND);
    let lead: String = before.chars().skip(skipped).collect();
    let tail: String = after.chars().take(AROUND * 2).collect();
    let (open, close) =
        (if skipped > 0 { "…" } else { "" }, if tail.len() < after.len() { "…" } else { "" });
    format!("{open}{lead}{tail}{close}").replace(OBJECT, "").trim().to_owned()
}

fn shortened(text: &str) -> String {
    text.chars().take(AROUND * 2).collect()
}
