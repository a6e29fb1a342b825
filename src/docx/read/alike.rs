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
    fn read<T>(&mut self, bytes: &[u8], name: &str, look: impl FnOnce(&Sheet) -> T) -> Result<T> {
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
                let is_title = title == self.sheet.properties.title.as_bytes() || is_clean(title);
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
                && let Some(RunContent::Text(text)) =
                    para.runs.get_mut(*run).map(|r| &mut r.content)
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

/// True for a text that means itself and holds nothing that XML does not allow, if it is UTF-8: of what is not allowed two
/// characters begin with 0xEF, the others are control characters.
fn is_clean(text: &[u8]) -> bool {
    is_plain(text) && !text.contains(&0xEF)
}

/// The length of a text that begins here and means itself.
fn new_text(rest: &[u8]) -> Option<usize> {
    let text = rest.get(..memchr2(b'<', b'&', rest)?)?;
    (is_clean(text) && simdutf8::basic::from_utf8(text).is_ok()).then_some(text.len())
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
            let Some(number) = (0..texts.len()).find(|number| *found == probe(*number)) else {
                continue;
            };
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::docx::names::W;
    use crate::docx::pack::{Effort, Part, pack};
    use crate::docx::read;

    fn file(blocks: &[String], title: &str, header: &str) -> Vec<u8> {
        let part = |name: &str, text: &str, effort| {
            Part::new(name, format!("{DECLARATION}{text}").as_bytes(), effort).expect("small")
        };
        let of = "http://schemas.openxmlformats.org/package/2006/relationships";
        let list = |all: &str| format!("<Relationships xmlns=\"{of}\">{all}</Relationships>");
        let to = |id: u8, kind: &str, target: &str| {
            format!("<Relationship Id=\"r{id}\" Type=\"x/{kind}\" Target=\"{target}\"/>")
        };
        let roots =
            to(1, "officeDocument", "word/document.xml") + &to(2, "core-properties", "core.xml");
        let edge = "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"r1\"/></w:sectPr>";
        let text = format!(
            "<w:document xmlns:w=\"{W}\" xmlns:r=\"r\"><w:body>{}{edge}</w:body></w:document>",
            blocks.concat()
        );
        let parts = [
            part("_rels/.rels", &list(&roots), Effort::Once),
            part("word/document.xml", &text, Effort::EachTime),
            part("word/_rels/document.xml.rels", &list(&to(1, "header", "h.xml")), Effort::Once),
            part("word/styles.xml", &format!("<w:styles xmlns:w=\"{W}\"/>"), Effort::Once),
            part("word/h.xml", &format!("<w:hdr xmlns:w=\"{W}\">{header}</w:hdr>"), Effort::Once),
            part("core.xml", &format!("<c><dc:title>{title}</dc:title><a/></c>"), Effort::Stored),
        ];
        pack(&parts.iter().collect::<Vec<_>>()).expect("small")
    }

    /// What somebody reads who has not read anything yet.
    fn anew(bytes: &[u8]) -> Option<Sheet> {
        let bytes = bytes.to_vec();
        let reader = std::thread::spawn(move || read(&bytes, "a.docx").ok());
        reader.join().expect("a thread")
    }

    fn next(likes: &mut Likes, bytes: &[u8]) -> Option<Sheet> {
        likes.read(bytes, "a.docx", Sheet::clone).ok()
    }

    fn text() -> impl Strategy<Value = String> {
        let text = |of: &'static str| Just(of.to_owned());
        prop_oneof![
            8 => "[a-zđA-Zà-ỹ0-9.,!?-]{1,12}",
            1 => text("a b"), 1 => text(" a"), 1 => text("a "), 1 => text(""), 1 => text("a &amp; b"),
            1 => text("a&#9;b"), 1 => text("a\nb"), 1 => text("a\tb"), 1 => text("a]]>b"), 1 => text("a\u{FFFF}"),
            1 => text("a<!-- -->b"), 1 => text("0chữ0"), 1 => text("\u{2011}"), 1 => text("a</w:t><w:tab/><w:t>b"),
        ]
    }

    /// Paragraphs with a place for a text, some of which make something else of it.
    fn around() -> impl Strategy<Value = String> {
        let of = |of: &'static str| Just(of.to_owned());
        prop_oneof![
            9 => of("<w:p><w:pPr><w:jc w:val=\"center\"/></w:pPr><w:r><w:t>@</w:t></w:r></w:p>"),
            2 => of("<w:p><w:r><w:t>@</w:t><w:br/><w:t>@</w:t></w:r></w:p>"),
            1 => of("<w:p><w:r><w:t>@</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>@</w:t></w:r></w:p>"),
            1 => of("<w:p><w:r><w:t>@</w:t></w:r><w:r><w:t>@</w:t></w:r></w:p>"),
            1 => of("<w:p><w:r><w:t xml:space=\"preserve\">@</w:t></w:r></w:p>"),
            1 => of("<w:p><w:r><w:noBreakHyphen/></w:r><w:del><w:r><w:t>@</w:t></w:r></w:del></w:p>"),
            1 => of("<!-- <w:t>@</w:t> -->"),
            1 => of("<?a <w:t>@</w:t>?>"),
            1 => of("<w:t>@</w:t>"),
            1 => of("<w:p><w:fldSimple w:instr=\"PAGE\"><w:r><w:t>@</w:t></w:r></w:fldSimple></w:p>"),
            1 => of("<w:tbl><w:tr><w:tc><w:p><w:r><w:t>@</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"),
            1 => of("<w:p><w:pPr><w:sectPr/></w:pPr><w:r><w:t>@</w:t></w:r></w:p>"),
        ]
    }

    fn filled(around: &[String], texts: &[String], other: usize) -> Vec<String> {
        let mut texts = texts.iter().cycle().skip(other);
        let fill = |of: &String| {
            let pieces: Vec<&str> = of.split('@').collect();
            let mut out = String::new();
            for (at, piece) in pieces.iter().enumerate() {
                if at > 0 {
                    out.push_str(texts.next().map_or("", String::as_str));
                }
                out.push_str(piece);
            }
            out
        };
        around.iter().map(fill).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn whatever_was_read_before_the_file_says_the_same(
            forms in proptest::collection::vec(proptest::collection::vec(around(), 1..6), 1..4),
            files in proptest::collection::vec(
                (0..4_usize, proptest::collection::vec(text(), 8), text(), 0..9_u8), 2..10),
        ) {
            let mut likes = Likes::default();
            for (form, texts, title, header) in files {
                // Files one after the other are mostly of one form.
                let form = &forms[form % forms.len()];
                for shift in 0..3 {
                    let header = format!("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", header / 8);
                    let bytes = file(&filled(form, &texts, shift), &title, &header);
                    likes.wait = 0;
                    prop_assert_eq!(next(&mut likes, &bytes), anew(&bytes));
                }
            }
        }
    }

    fn paras(texts: [&str; 3]) -> Vec<String> {
        let para = |text: &str| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>");
        texts.iter().map(|text| para(text)).collect()
    }

    #[test]
    fn of_a_file_like_one_before_only_the_texts_are_read() {
        let mut likes = Likes::default();
        let first = file(&paras(["Bà Lan", "Sở Nội vụ", "số 1"]), "Bà Lan", "");
        assert!(next(&mut likes, &first).is_some() && likes.find(&first).is_some());
        let second = file(
            &paras(["Ông Vũ Quang Hải", "Sở Nội vụ", "số 10"]),
            "Hải & Lan".split(' ').next().unwrap_or(""),
            "",
        );
        assert_eq!(likes.find(&second).map(|like| like.sheet.clone()), anew(&second));
        assert_eq!(likes.find(&first).map(|like| like.sheet.clone()), anew(&first));
        for other in [
            file(&paras(["Bà Lan", "Sở", "a &amp; b"]), "a", ""),
            file(&paras(["Bà Lan", "Sở", " b"]), "a", ""),
            file(&paras(["Bà Lan", "Sở", "b"])[..2], "a", ""),
            file(&paras(["Bà Lan", "Sở", "b"]), "a", "<w:p/>"),
            file(&paras(["Bà Lan", "Sở", "b"]), "a &lt; b", ""),
            file(&paras(["Bà Lan", "Sở", "b"]), "a\u{FFFF}", ""),
            file(&paras(["Bà Lan", "Sở", "b\u{FFFE}"]), "a", ""),
        ] {
            assert!(likes.find(&other).is_none());
            assert_eq!(next(&mut likes, &other), anew(&other));
        }
        assert!(likes.find(&first).is_some());
    }

    #[test]
    fn a_damaged_file_is_refused_however_much_it_is_like_one_before() {
        let mut likes = Likes::default();
        let good = file(&paras(["Bà Lan", "Sở Nội vụ", "số 1"]), "Bà Lan", "<w:p/>");
        assert!(next(&mut likes, &good).is_some());
        let (mut refused, mut followed) = (0, 0);
        for at in 0..good.len() {
            for change in [1, 0x80] {
                let mut bytes = good.clone();
                bytes[at] ^= change;
                let said = read(&bytes, "a.docx");
                refused += usize::from(said.is_err());
                if let Some(like) = likes.find(&bytes) {
                    followed += 1;
                    assert_eq!(Some(&like.sheet), said.as_ref().ok(), "byte {at}");
                }
                let again = likes.read(&bytes, "a.docx", Sheet::clone);
                assert_eq!(again.map_err(|e| e.message), said.map_err(|e| e.message), "byte {at}");
                assert!(next(&mut likes, &good).is_some());
            }
        }
        assert!(refused > 1000 && followed > 20, "{refused} {followed}");
    }
}
