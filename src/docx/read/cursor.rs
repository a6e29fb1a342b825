//! A walk through the elements of one XML part, with limits.
//!
//! Knows: well-formedness, depth, the prefix of WordprocessingML. Must not know: what elements mean.

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memmem::Finder;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::diagnostic::{Failure, FailureKind, Place, Result, Text};
use crate::docx::xml::is_legal;
use crate::docx::{limits, names};
use crate::text;

/// An element whose end is farther than so many bytes is read without looking for its end.
const LONGEST_KNOWN: usize = 8192;

/// Elements that are recognised by their bytes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Known {
    Paragraph,
    Table,
    ParagraphProperties,
    CellProperties,
    Row,
    TableProperties,
    Grid,
    Section,
}

impl Known {
    /// The end tag.
    fn end(self) -> &'static Finder<'static> {
        static ENDS: LazyLock<[Finder<'static>; 8]> = LazyLock::new(|| {
            let names = ["</w:p>", "</w:tr>", "</w:tblPr>", "</w:tblGrid>", "</w:sectPr>"];
            let [paragraph, row, of_table, grid, section] = names.map(Finder::new);
            let [format, cell, table] = ["</w:pPr>", "</w:tcPr>", "</w:tbl>"].map(Finder::new);
            [paragraph, row, of_table, grid, section, format, cell, table]
        });
        let [paragraph, row, of_table, grid, section, format, cell, table] = &*ENDS;
        match self {
            Self::Paragraph => paragraph,
            Self::Table => table,
            Self::ParagraphProperties => format,
            Self::CellProperties => cell,
            Self::Row => row,
            Self::TableProperties => of_table,
            Self::Grid => grid,
            Self::Section => section,
        }
    }

    /// The bytes of the end tag.
    pub(super) fn end_tag(self) -> &'static [u8] {
        self.end().needle()
    }
}

/// A part being read. Depth is the number of elements that are open.
pub(super) struct Cursor<'a> {
    reader: Reader<&'a [u8]>,
    content: &'a [u8],
    source: Source<'a>,
    depth: usize,
    /// The element that began last is `<empty/>`: its end comes next.
    empty: bool,
    /// Bytes that were passed over.
    skipped: u64,
    /// `w:`; empty where WordprocessingML is the default namespace.
    prefix: Cow<'static, str>,
}

/// Where we are reading, for messages.
#[derive(Clone, Copy)]
pub(in crate::docx) struct Source<'a> {
    pub(in crate::docx) file: &'a str,
    pub(in crate::docx) part: &'a str,
}

impl Source<'_> {
    /// The failure that says what is wrong with the part.
    pub(in crate::docx) fn broken(&self, what: Text) -> Failure {
        let Text { vi, en } = what;
        Failure::new(
            FailureKind::Input,
            Place::file(self.file).item(self.part),
            text!("không đọc được tệp Word: {vi}", "the Word file cannot be read: {en}"),
        )
        .hint(text!(
            "mở tệp bằng Word hoặc LibreOffice rồi lưu lại thành .docx",
            "open the file in Word or LibreOffice and save it as .docx again"
        ))
    }
}

/// The next thing inside the current element.
pub(super) enum Node<'a> {
    /// An element begins.
    Start(BytesStart<'a>),
    /// The current element ends.
    End,
    /// Text.
    Text(Cow<'a, str>),
    /// The part ends.
    Eof,
}

impl<'a> Cursor<'a> {
    /// Opens a part and walks to its root element.
    pub(super) fn open(content: &'a [u8], source: Source<'a>) -> Result<(Self, BytesStart<'a>)> {
        let content = checked(content, source)?;
        let reader = Reader::from_str(content);
        let mut cursor = Self {
            reader,
            content: content.as_bytes(),
            source,
            depth: 0,
            empty: false,
            skipped: 0,
            prefix: Cow::Borrowed("w:"),
        };
        loop {
            match cursor.next()? {
                Node::Start(root) => {
                    cursor.find_prefix(&root)?;
                    return Ok((cursor, root));
                }
                Node::Text(t) if t.trim().is_empty() => {}
                _ => return Err(cursor.malformed()),
            }
        }
    }

    /// The next node.
    pub(super) fn next(&mut self) -> Result<Node<'a>> {
        if self.empty {
            self.empty = false;
            self.depth = self.depth.saturating_sub(1);
            return Ok(Node::End);
        }
        loop {
            let event = self.reader.read_event().map_err(|_| self.malformed())?;
            match event {
                Event::Start(e) => return self.start(e),
                Event::Empty(e) => {
                    self.empty = true;
                    return self.start(e);
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Node::End);
                }
                Event::Text(t) => return Ok(Node::Text(t.xml10_content())),
                Event::CData(t) => return Ok(Node::Text(t.xml10_content())),
                Event::GeneralRef(r) => {
                    let c = match r.resolve_char_ref() {
                        Ok(Some(c)) => Some(c),
                        Ok(None) => predefined(&r),
                        Err(_) => None,
                    };
                    let c = c.filter(|c| is_legal(*c)).ok_or_else(|| self.malformed())?;
                    return Ok(Node::Text(Cow::Owned(c.to_string())));
                }
                Event::DocType(_) => {
                    return Err(self.source.broken(text!(
                        "phần này có khai báo DOCTYPE, không được phép",
                        "the part has a DOCTYPE, which is not allowed"
                    )));
                }
                Event::Eof if self.depth > 0 => return Err(self.malformed()),
                Event::Eof => return Ok(Node::Eof),
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            }
        }
    }

    fn start(&mut self, e: BytesStart<'a>) -> Result<Node<'a>> {
        self.depth += 1;
        if self.depth > limits::DEPTH {
            return Err(self
                .source
                .broken(text!("các phần tử lồng nhau quá sâu", "elements are nested too deeply")));
        }
        Ok(Node::Start(e))
    }

    /// Calls `each` for every child element of the current one; what it leaves unread is skipped.
    pub(super) fn children(
        &mut self,
        mut each: impl FnMut(&mut Self, &BytesStart<'a>) -> Result<()>,
    ) -> Result<()> {
        let level = self.depth;
        loop {
            match self.next()? {
                Node::Start(e) => {
                    each(self, &e)?;
                    while self.depth > level {
                        self.next()?;
                    }
                }
                Node::Text(_) => {}
                Node::End | Node::Eof => return Ok(()),
            }
        }
    }

    /// The text of the current element without its children.
    pub(super) fn text(&mut self) -> Result<Cow<'a, str>> {
        let level = self.depth;
        let mut out = Cow::Borrowed("");
        loop {
            match self.next()? {
                Node::Text(t) if self.depth == level => {
                    if out.is_empty() {
                        out = t;
                    } else {
                        out.to_mut().push_str(&t);
                    }
                }
                Node::Text(_) | Node::Start(_) => {}
                Node::End | Node::Eof if self.depth < level => return Ok(out),
                Node::End | Node::Eof => {}
            }
        }
    }

    /// What stands between the start of the element that has just begun and the next end tag of its
    /// name, if that is near and the element looks as in most files. `name` is without the prefix.
    pub(super) fn inside(&self, name: Known) -> Option<&'a [u8]> {
        if self.empty || self.prefix != "w:" {
            return None;
        }
        let rest = self.rest();
        let near = rest.get(..rest.len().min(LONGEST_KNOWN))?;
        near.get(..name.end().find(near)?)
    }

    /// What follows the start of the element that has just begun, if that looks as in most files.
    pub(super) fn ahead(&self) -> Option<&'a [u8]> {
        (!self.empty && self.prefix == "w:").then(|| self.rest())
    }

    /// What was not read yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.reader.get_ref()
    }

    /// Passes over what [`Self::inside`] gave and the end of the element.
    pub(super) fn pass(&mut self, inside: &[u8]) -> Result<()> {
        let rest = self.rest();
        *self.reader.get_mut() = rest.get(inside.len()..).unwrap_or(&[]);
        self.skipped += inside.len() as u64;
        self.next().map(drop)
    }

    /// How much will be left to read if the element ends where [`Self::inside`] took it to end.
    pub(super) fn left_after(&self, name: Known, inside: &[u8]) -> usize {
        self.rest().len().saturating_sub(inside.len() + name.end_tag().len())
    }

    /// How much of the part was read, in bytes.
    pub(super) fn position(&self) -> usize {
        self.content.len() - self.rest().len()
    }

    /// True if the element that has just begun looks as in most files and goes on with these bytes and this
    /// end tag.
    pub(super) fn goes_on(&self, inside: &[u8], end: &[u8]) -> bool {
        let rest = self.rest().strip_prefix(inside);
        !self.empty && self.prefix == "w:" && rest.is_some_and(|rest| rest.starts_with(end))
    }

    /// True if these were the last bytes that were read.
    pub(super) fn has_passed(&self, end: &[u8]) -> bool {
        self.content.get(..self.position()).is_some_and(|read| read.ends_with(end))
    }

    /// How many elements are open.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    /// Name of an element: without prefix if it is WordprocessingML, whole if it has another
    /// prefix, empty otherwise.
    pub(super) fn name<'e>(&self, e: &'e BytesStart<'a>) -> &'e str {
        let name = e.name().into_inner();
        match name.strip_prefix(&*self.prefix) {
            Some(local) => local,
            None if name.contains(':') => name,
            None => "",
        }
    }

    /// Calls `each` with the name (without the prefix of WordprocessingML) and value of every attribute.
    pub(super) fn attributes(
        &self,
        e: &BytesStart<'_>,
        mut each: impl FnMut(&str, &str),
    ) -> Result<()> {
        for attribute in e.attributes().with_checks(false) {
            let attribute = attribute.map_err(|_| self.malformed())?;
            let name = attribute.key.into_inner();
            let name = name.strip_prefix(&*self.prefix).unwrap_or(name);
            if attribute.value.contains(['&', '\n', '\t', '\r']) {
                let value = attribute
                    .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                    .map_err(|_| self.malformed())?;
                each(name, &value);
            } else {
                each(name, &attribute.value);
            }
        }
        Ok(())
    }

    /// An attribute; the name without the prefix of WordprocessingML.
    pub(super) fn attribute(&self, e: &BytesStart<'_>, wanted: &str) -> Result<Option<String>> {
        let mut found = None;
        self.attributes(e, |name, value| {
            if name == wanted {
                found = Some(value.to_owned());
            }
        })?;
        Ok(found)
    }

    /// `w:val` as a number.
    pub(super) fn number(&self, e: &BytesStart<'_>) -> Result<Option<i32>> {
        let mut found = None;
        self.attributes(e, |name, value| {
            if name == "val" {
                found = number(value);
            }
        })?;
        Ok(found)
    }

    /// A switch: on unless `w:val` says otherwise.
    pub(super) fn switch(&self, e: &BytesStart<'_>) -> Result<bool> {
        let mut on = true;
        self.attributes(e, |name, value| {
            if name == "val" {
                on = !matches!(value, "0" | "false" | "off");
            }
        })?;
        Ok(on)
    }

    /// The failure for a part that is not well-formed.
    pub(super) fn malformed(&self) -> Failure {
        let at = self.reader.buffer_position() + self.skipped;
        self.source.broken(text!(
            "XML sai cú pháp ở gần byte {at}",
            "the XML is not well-formed near byte {at}"
        ))
    }

    /// The failure for a part that is larger than the limits.
    pub(super) fn too_much(&self, vi: &str, en: &str) -> Failure {
        self.source.broken(text!("có quá nhiều {vi}", "there are too many {en}"))
    }

    fn find_prefix(&mut self, root: &BytesStart<'_>) -> Result<()> {
        let mut prefix = None;
        self.attributes(root, |name, value| {
            if value == names::W || value == names::W_STRICT {
                if name == "xmlns" {
                    prefix = Some(Cow::Borrowed(""));
                } else if let Some(name) = name.strip_prefix("xmlns:") {
                    prefix = Some(match name {
                        "w" => Cow::Borrowed("w:"),
                        _ => Cow::Owned(format!("{name}:")),
                    });
                }
            }
        })?;
        if let Some(prefix) = prefix {
            self.prefix = prefix;
        }
        Ok(())
    }
}

/// The text of a part, which holds nothing that XML does not allow.
pub(super) fn checked<'a>(content: &'a [u8], source: Source<'_>) -> Result<&'a str> {
    let content = content.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(content);
    let content = simdutf8::basic::from_utf8(content)
        .map_err(|_| source.broken(text!("phần này không phải UTF-8", "the part is not UTF-8")))?;
    if has_illegal(content) {
        return Err(source.broken(text!(
            "phần này có ký tự mà XML không cho phép",
            "the part has characters that XML does not allow"
        )));
    }
    Ok(content)
}

/// True if there is a character that XML does not allow: a control character other than tab and
/// line ends, U+FFFE, U+FFFF.
fn has_illegal(content: &str) -> bool {
    // 0xEF begins the last two; nothing else in Vietnamese begins so.
    let rare = |b: u8| (b < b' ' && !matches!(b, b'\t' | b'\n' | b'\r')) || b == 0xEF;
    // Whole blocks without a way out in the middle: the compiler makes vectors of them.
    let blocks = &mut content.as_bytes().chunks(128);
    blocks.any(|block| block.iter().fold(false, |found, b| found | rare(*b)))
        && content.chars().any(|c| !is_legal(c))
}

fn predefined(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

/// A whole number; what follows a decimal point is dropped, as Word does. `None` for anything else.
pub(super) fn number(text: &str) -> Option<i32> {
    let text = text.trim();
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    whole.parse().ok()
}
