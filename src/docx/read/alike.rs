//! Files that are alike but for some texts: of one that is like a file before only these texts are read.
//!
//! Knows: which parts of a file were asked for, where its texts lie and which runs they came to. Must not know: what
//! elements mean.
//!
//! The certificates of a campaign are one form with other words. A file is unpacked, its sums are checked and every byte
//! that would be read is compared with that of a file that was read whole; where they part there must be a text, from its
//! tag to the next, that means itself. That such a text comes to a run and nothing else was tried when the file was read
//! whole: other words were put into all of its places and it was read once more.

use std::cell::RefCell;
use std::ops::Range;

use memchr::memchr2;
use memchr::memmem::Finder;

use super::again::{Again, Before};
use super::cut::{Cut, is_plain};
use super::directory::{self, Listed, Method};
use super::flow::Flow;
use super::package::{Package, inflated, is_within};
use super::{TITLE, Whole, is_only_title, read_document, read_package, target};
use crate::diagnostic::Result;
use crate::docx::limits;
use crate::docx::xml::DECLARATION;
use crate::layout::{Item, RunContent, Section, Sheet};

/// Kinds of file that are remembered: forms, and texts of one line more.
const KEPT: usize = 4;
/// Of files that are like none only one in so many is remembered: it is read twice.
const SELDOM: u8 = 8;
/// Longer files and parts are not remembered, in bytes.
const LONGEST: usize = 64 << 10;

const OPEN: &[u8] = b"<w:t>";
const CLOSE: &[u8] = b"</w:t>";

thread_local! {
    static LIKES: RefCell<Likes> = RefCell::default();
}

/// As [`super::read`], of one of many files that are alike but for some texts: what `look` sees is what `read` gives.
///
/// # Errors
/// As [`super::read`].
pub fn read_alike<T>(bytes: &[u8], name: &str, look: impl FnOnce(&Sheet) -> T) -> Result<T> {
    let mut likes = LIKES.take();
    let out = likes.read(bytes, name, look);
    LIKES.replace(likes);
    out
}

/// The files that this thread remembers, the last one first.
#[derive(Default)]
struct Likes {
    list: Vec<Like>,
    /// Files to come until another one is remembered.
    wait: u8,
    /// Memory for the next part, and for where its texts lie.
    content: Vec<u8>,
    texts: Vec<Range<usize>>,
}

/// A file that was read.
struct Like {
    parts: Vec<Part>,
    main: usize,
    core: Option<usize>,
    /// The main part, and where its texts lie.
    content: Vec<u8>,
    texts: Vec<Range<usize>>,
    /// Item and run of each.
    places: Vec<(usize, usize)>,
    /// The core properties up to the title and after it.
    properties: (Vec<u8>, Vec<u8>),
    sheet: Sheet,
}

/// A part of it.
struct Part {
    name: String,
    is_deflated: bool,
    crc: u32,
    size: u64,
    /// Its bytes, if the file could say something else with others.
    data: Option<Box<[u8]>>,
}

impl Likes {
    fn read<T>(
        &mut self,
        bytes: &[u8],
        name: &str,
        look: impl FnOnce(&Sheet) -> T,
    ) -> Result<T> {
        if let Some(like) = self.find(bytes) {
            return Ok(look(&like.sheet));
        }
        let package = Package::open(bytes, name)?;
        let whole = read_package(&package, |styles| styles.before.take())?;
        let out = look(&whole.sheet);
        match self.wait.checked_sub(1) {
            Some(wait) => self.wait = wait,
            None => {
                self.wait = SELDOM;
                self.list.truncate(KEPT - 1);
                if let Some(like) = Like::of(&package, bytes.len(), &whole) {
                    self.list.insert(0, like);
                }
            }
        }
        let Whole { sheet, styles, content, marks } = whole;
        styles.before.replace(Before::of(content, marks, sheet));
        Ok(out)
    }

    /// The file, if it is like one that is remembered: that becomes this one.
    fn find(&mut self, bytes: &[u8]) -> Option<&Like> {
        if self.list.is_empty() || bytes.len() > LONGEST {
            return None;
        }
        let listed = directory::list(bytes, limits::ENTRIES).ok()?;
        let Self { list, content, texts, .. } = self;
        let is_followed = |like: &mut Like| like.follow(bytes, &listed, content, texts).is_some();
        let at = list.iter_mut().position(is_followed)?;
        list.get_mut(..=at)?.rotate_right(1);
        list.first()
    }
}

impl Like {
    /// Remembers a file that was read; `None` for one that is not worth it.
    fn of(package: &Package<'_>, length: usize, whole: &Whole) -> Option<Self> {
        let Whole { sheet, content, .. } = whole;
        if length > LONGEST || content.len() > LONGEST {
            return None;
        }
        let [section] = sheet.sections.as_slice() else { return None };
        let mut parts = Vec::new();
        let asked = package.asked()?;
        for (at, (name, entry)) in package.entries().enumerate() {
            let data = package.data(entry).filter(|_| asked >> at & 1 == 1);
            parts.push(Part {
                name: name.to_owned(),
                is_deflated: entry.deflated,
                crc: entry.crc,
                size: entry.size as u64,
                data: data.map(Into::into),
            });
        }
        let roots = package.relationships("").ok()?;
        let place = |kind: &str, usual: Option<&str>| {
            let name = target(&roots, kind).or(usual)?;
            parts.iter().position(|part| part.name == name)
        };
        let main = place("officeDocument", Some("word/document.xml"))?;
        let core = place("core-properties", None);
        // Of these two what differs is looked at.
        for at in [Some(main), core].into_iter().flatten() {
            parts.get_mut(at)?.data = None;
        }
        let properties = match core.and_then(|at| parts.get(at)) {
            Some(core) => around_title(package.part(&core.name).ok()??, &sheet.properties.title)?,
            None => (Vec::new(), Vec::new()),
        };
        let texts = texts_of(content)?;
        let places = places_of(package, whole, parts.get(main)?, &texts, section)?;
        let (content, sheet) = (content.clone(), sheet.clone());
        Some(Self { parts, main, core, content, texts, places, properties, sheet })
    }

    /// Becomes the file that has these parts; `None` if that says anything else than other texts and another title,
    /// or is not sound.
    fn follow(
        &mut self,
        bytes: &[u8],
        listed: &[Listed<'_>],
        content: &mut Vec<u8>,
        texts: &mut Vec<Range<usize>>,
    ) -> Option<()> {
        if listed.len() != self.parts.len() {
            return None;
        }
        let mut total = 0_u64;
        for (part, listed) in self.parts.iter().zip(listed) {
            total = total.saturating_add(listed.size);
            let is_deflated = match listed.method {
                Method::Stored => false,
                Method::Deflated => true,
                Method::Strange => return None,
            };
            let is_same = part.name == *listed.name
                && part.is_deflated == is_deflated
                && is_within(listed.size, listed.compressed, total);
            let is_the_part = |known: &[u8]| {
                (part.crc, part.size) == (listed.crc, listed.size)
                    && listed.data(bytes).is_some_and(|data| data == known)
            };
            if !is_same || !part.data.as_ref().is_none_or(|known| is_the_part(known)) {
                return None;
            }
        }
        unpacked(listed.get(self.main)?, bytes, content)?;
        self.find_texts(content, texts)?;
        let title = match self.core {
            Some(core) => {
                let mut properties = Vec::new();
                unpacked(listed.get(core)?, bytes, &mut properties)?;
                let (before, after) = &self.properties;
                let title = properties.strip_prefix(before.as_slice())?;
                let title = title.strip_suffix(after.as_slice())?;
                let is_title = title == self.sheet.properties.title.as_bytes() || is_plain(title);
                String::from_utf8(title.to_vec()).ok().filter(|_| is_title)?
            }
            None => String::new(),
        };
        // From here on nothing can fail.
        self.sheet.properties.title = title;
        let items = self.sheet.sections.first_mut().map(|section| &mut section.items);
        let items = items.map_or(&mut [][..], Vec::as_mut_slice);
        for ((to, from), (item, run)) in texts.iter().zip(&self.texts).zip(&self.places) {
            let (new, old) = (content.get(to.clone()), self.content.get(from.clone()));
            if new != old
                && let Some(Item::Para(para)) = items.get_mut(*item)
                && let Some(RunContent::Text(text)) = para.runs.get_mut(*run).map(|r| &mut r.content)
            {
                text.clear();
                text.push_str(std::str::from_utf8(new.unwrap_or_default()).unwrap_or_default());
            }
        }
        std::mem::swap(&mut self.content, content);
        std::mem::swap(&mut self.texts, texts);
        Some(())
    }

    /// Where the texts lie in a main part that is the same but for them.
    fn find_texts(&self, content: &[u8], out: &mut Vec<Range<usize>>) -> Option<()> {
        out.clear();
        let (mut at, mut known) = (0, 0);
        for text in &self.texts {
            let markup = self.content.get(known..text.start)?;
            let rest = content.get(at..)?.strip_prefix(markup)?;
            let from = at + markup.len();
            let old = self.content.get(text.clone())?;
            let is_old = rest.strip_prefix(old).is_some_and(|rest| rest.starts_with(CLOSE));
            let length = if is_old { old.len() } else { new_text(rest)? };
            out.push(from..from + length);
            (at, known) = (from + length, text.end);
        }
        (content.get(at..)? == self.content.get(known..)?).then_some(())
    }
}

/// The length of a text that begins here and means itself.
fn new_text(rest: &[u8]) -> Option<usize> {
    let text = rest.get(..memchr2(b'<', b'&', rest)?)?;
    // Two characters that XML does not allow begin with 0xEF.
    let is_text = is_plain(text) && !text.contains(&0xEF);
    (is_text && simdutf8::basic::from_utf8(text).is_ok()).then_some(text.len())
}

/// The content of a part, whole and with the right sum.
fn unpacked(part: &Listed<'_>, bytes: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let size = usize::try_from(part.size).ok().filter(|size| *size <= LONGEST)?;
    let data = part.data(bytes)?;
    out.clear();
    match part.method {
        Method::Deflated => inflated(data, size, out)?,
        _ => out.extend_from_slice(data),
    }
    (out.len() == size && crc32fast::hash(out) == part.crc).then_some(())
}

/// Where the texts of a part lie that mean themselves; `None` if there is anything in it that is no element.
fn texts_of(content: &[u8]) -> Option<Vec<Range<usize>>> {
    let markup = content.strip_prefix(DECLARATION.as_bytes())?;
    let start = content.len() - markup.len();
    let mut out: Vec<Range<usize>> = Vec::new();
    let mut last = start;
    for at in Finder::new(OPEN).find_iter(markup) {
        let from = start + at + OPEN.len();
        let Some(length) = content.get(from..).and_then(new_text) else { continue };
        if content.get(from + length..).is_some_and(|rest| rest.starts_with(CLOSE)) {
            // The text of a comment, of an instruction or of CDATA would look the same.
            if memchr2(b'!', b'?', content.get(last..from)?).is_some() {
                return None;
            }
            out.push(from..from + length);
            last = from + length;
        }
    }
    let is_plain = memchr2(b'!', b'?', content.get(last..)?).is_none();
    is_plain.then_some(out)
}

/// Item and run of each text: other texts are put in, and what comes of them is looked for.
fn places_of(
    package: &Package<'_>,
    whole: &Whole,
    main: &Part,
    texts: &[Range<usize>],
    section: &Section,
) -> Option<Vec<(usize, usize)>> {
    let content = &whole.content;
    let mut other = Vec::with_capacity(content.len());
    let mut at = 0;
    let probe = |number: usize| format!("{number}chữ{number}");
    for (number, text) in texts.iter().enumerate() {
        other.extend_from_slice(content.get(at..text.start)?);
        other.extend_from_slice(probe(number).as_bytes());
        at = text.end;
    }
    other.extend_from_slice(content.get(at..)?);
    let mut flow = Flow::new(&whole.styles, &[]);
    let (_, mut again) = Before::default().parts();
    let again: &mut Again<Item> = &mut again;
    let mut flows = read_document(package, &main.name, &other, &mut flow, again).ok()?;
    let (_, mut items) = flows.pop().filter(|_| flows.is_empty())?;
    let mut places = vec![None; texts.len()];
    for (at, item) in items.iter_mut().enumerate() {
        let Item::Para(para) = item else { continue };
        for (index, run) in para.runs.iter_mut().enumerate() {
            let RunContent::Text(found) = &mut run.content else { continue };
            let Some(number) = (0..texts.len()).find(|number| *found == probe(*number)) else { continue };
            *places.get_mut(number)? = Some((at, index));
            *found = String::from_utf8(content.get(texts.get(number)?.clone())?.to_vec()).ok()?;
        }
    }
    // Nothing else may have become of them.
    if items != section.items {
        return None;
    }
    places.into_iter().collect()
}

/// The core properties around the title; all of them before it where it cannot be told.
fn around_title(content: Vec<u8>, title: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let behind = content.strip_prefix(DECLARATION.as_bytes())?;
    let start = content.len() - behind.len();
    let cut = Cut::at(behind, &TITLE).filter(is_only_title)?;
    if cut.text() != Some(title) {
        return None;
    }
    let at = start + cut.start();
    Some((content.get(..at)?.to_vec(), content.get(at + title.len()..)?.to_vec()))
}
