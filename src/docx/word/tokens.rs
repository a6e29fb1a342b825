//! A part of a template as a flat list of what stands in it, with the bytes of each.
//!
//! Knows: XML, names of elements, which element stands in which. Must not know: tags, data.
//!
//! Nothing is copied: every event is a piece of the part, and all of them together are the part.

use quick_xml::Reader;
use quick_xml::events::Event as Xml;

use crate::diagnostic::Result;
use crate::docx::read::cursor::Source;
use crate::docx::{limits, names};
use crate::text;

/// No element.
pub(super) const NONE: usize = usize::MAX;

macro_rules! names {
    ($($name:ident $word:literal,)* ; $($elsewhere:ident,)*) => {
        /// Elements that mean something to a template.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Name { $($name,)* $($elsewhere,)* Other }

        /// Elements of WordprocessingML, without prefix.
        fn of_word(local: &str) -> Name {
            match local { $($word => Name::$name,)* _ => Name::Other }
        }
    };
}

names! {
    P "p", R "r", T "t", RPr "rPr", PPr "pPr", SectPr "sectPr",
    Tbl "tbl", Tr "tr", Tc "tc", TcPr "tcPr", VMerge "vMerge",
    TcFirst "cnfStyle", TcW "tcW", GridSpan "gridSpan", HMerge "hMerge",
    Document "document", Body "body", Txbx "txbxContent", Hdr "hdr", Ftr "ftr",
    Notes "footnotes", Endnotes "endnotes", Footnote "footnote", Endnote "endnote",
    Sdt "sdt", SdtPr "sdtPr", SdtContent "sdtContent", Id "id",
    Placeholder "showingPlcHdr", Binding "dataBinding",
    Hyperlink "hyperlink", Ins "ins", Del "del", MoveFrom "moveFrom", MoveTo "moveTo",
    SmartTag "smartTag", FldSimple "fldSimple", FldChar "fldChar", InstrText "instrText",
    NoBreakHyphen "noBreakHyphen", SoftHyphen "softHyphen", Tab "tab", Br "br", Cr "cr",
    Rendered "lastRenderedPageBreak", ProofErr "proofErr",
    BookmarkStart "bookmarkStart", BookmarkEnd "bookmarkEnd",
    CommentStart "commentRangeStart", CommentEnd "commentRangeEnd", CommentRef "commentReference",
    PermStart "permStart", PermEnd "permEnd",
    FootnoteRef "footnoteReference", EndnoteRef "endnoteReference",
    Drawing "drawing",
    ;
    // Of other namespaces.
    DocPr, CNvPr, Blip, SrcRect, Extent, Shape,
}

/// What an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Start,
    End,
    Empty,
    Text,
    /// Declaration, comment, instruction.
    Other,
}

/// A piece of the part.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    pub kind: Kind,
    /// The element that begins or ends here, or in which the text stands.
    pub elem: usize,
    pub start: usize,
    pub end: usize,
}

/// An element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Elem {
    pub name: Name,
    pub parent: usize,
    /// Its first and last event; the same for an empty one.
    pub first: usize,
    pub last: usize,
}

/// A part, taken apart.
pub(super) struct Part<'a> {
    pub src: &'a str,
    pub events: Vec<Event>,
    pub elems: Vec<Elem>,
    /// `w:`; empty where WordprocessingML is the default namespace.
    pub prefix: String,
}

impl<'a> Part<'a> {
    /// Takes a part apart.
    ///
    /// # Errors
    /// `Input` if it is not well-formed, has a DOCTYPE, or is nested too deep.
    pub fn read(content: &'a [u8], source: Source<'_>) -> Result<Self> {
        let src = std::str::from_utf8(content).map_err(|_| {
            source.broken(text!("phần này không phải UTF-8", "the part is not UTF-8"))
        })?;
        let prefix = prefix_of(src);
        let mut part =
            Self { src, events: Vec::with_capacity(src.len() / 24), elems: Vec::new(), prefix };
        let mut reader = Reader::from_str(src);
        let (mut at, mut open) = (0, NONE);
        let mut depth = 0_usize;
        loop {
            let event = reader.read_event();
            let end = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            let malformed = || {
                source.broken(text!(
                    "XML sai cú pháp ở gần byte {end}",
                    "the XML is not well-formed near byte {end}"
                ))
            };
            let kind = match event.map_err(|_| malformed())? {
                Xml::Start(e) => {
                    depth += 1;
                    open = part.begin(e.name().into_inner(), open);
                    Kind::Start
                }
                Xml::Empty(e) => {
                    let parent = open;
                    open = part.begin(e.name().into_inner(), parent);
                    Kind::Empty
                }
                Xml::End(_) => {
                    depth = depth.saturating_sub(1);
                    Kind::End
                }
                Xml::Text(_) | Xml::GeneralRef(_) => Kind::Text,
                Xml::Eof if open == NONE && !part.elems.is_empty() => break,
                Xml::Eof => return Err(malformed()),
                Xml::DocType(_) => {
                    return Err(source.broken(text!(
                        "phần này có khai báo DOCTYPE, không được phép",
                        "the part has a DOCTYPE, which is not allowed"
                    )));
                }
                Xml::CData(_) | Xml::Comment(_) | Xml::PI(_) | Xml::Decl(_) => Kind::Other,
            };
            if depth > limits::DEPTH {
                return Err(source.broken(text!(
                    "các phần tử lồng nhau quá sâu",
                    "elements are nested too deeply"
                )));
            }
            let index = part.events.len();
            part.events.push(Event { kind, elem: open, start: at, end });
            if matches!(kind, Kind::End | Kind::Empty)
                && let Some(elem) = part.elems.get_mut(open)
            {
                elem.last = index;
                open = elem.parent;
            }
            at = end;
        }
        Ok(part)
    }

    fn begin(&mut self, name: &str, parent: usize) -> usize {
        let name = match name.strip_prefix(self.prefix.as_str()) {
            Some(local) if !local.contains(':') => of_word(local),
            _ => match name {
                "wp:docPr" => Name::DocPr,
                "pic:cNvPr" => Name::CNvPr,
                "a:blip" => Name::Blip,
                "a:srcRect" => Name::SrcRect,
                "wp:extent" => Name::Extent,
                "w15:dataBinding" => Name::Binding,
                n if n.starts_with("v:") && n != "v:shapetype" => Name::Shape,
                _ => Name::Other,
            },
        };
        let first = self.events.len();
        self.elems.push(Elem { name, parent, first, last: first });
        self.elems.len() - 1
    }

    /// Name of an element; `Other` for none.
    pub fn name(&self, elem: usize) -> Name {
        self.elems.get(elem).map_or(Name::Other, |e| e.name)
    }

    /// The element around an element.
    pub fn parent(&self, elem: usize) -> usize {
        self.elems.get(elem).map_or(NONE, |e| e.parent)
    }

    /// The element and those around it, from the inside.
    pub fn around(&self, elem: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(elem).filter(|e| *e != NONE), |e| {
            Some(self.parent(*e)).filter(|p| *p != NONE)
        })
    }

    /// The nearest element of a name, itself included.
    pub fn nearest(&self, elem: usize, name: Name) -> Option<usize> {
        self.around(elem).find(|e| self.name(*e) == name)
    }

    /// First and last event of an element.
    pub fn span(&self, elem: usize) -> (usize, usize) {
        self.elems.get(elem).map_or((0, 0), |e| (e.first, e.last))
    }

    /// The bytes of an event.
    pub fn raw(&self, event: usize) -> &'a str {
        self.events.get(event).and_then(|e| self.src.get(e.start..e.end)).unwrap_or_default()
    }

    /// The bytes of an element with everything in it.
    pub fn whole(&self, elem: usize) -> &'a str {
        let (first, last) = self.span(elem);
        let start = self.events.get(first).map_or(0, |e| e.start);
        let end = self.events.get(last).map_or(start, |e| e.end);
        self.src.get(start..end).unwrap_or_default()
    }

    /// The start tag of an element.
    pub fn tag(&self, elem: usize) -> &'a str {
        self.raw(self.span(elem).0)
    }

    /// Elements directly inside an element.
    pub fn children(&self, elem: usize) -> impl Iterator<Item = usize> + '_ {
        let (first, last) = self.span(elem);
        let mut at = first + 1;
        std::iter::from_fn(move || {
            while at < last {
                let event = self.events.get(at)?;
                if matches!(event.kind, Kind::Start | Kind::Empty) {
                    at = self.span(event.elem).1 + 1;
                    return Some(event.elem);
                }
                at += 1;
            }
            None
        })
    }
}

/// The prefix that the root declares for WordprocessingML.
fn prefix_of(src: &str) -> String {
    for space in [names::W, names::W_STRICT] {
        let at = src.find(&format!("=\"{space}\"")).or_else(|| src.find(&format!("='{space}'")));
        let Some(before) = at.and_then(|at| src.get(..at)) else { continue };
        let name = before.rsplit(char::is_whitespace).next().unwrap_or_default();
        return match name.strip_prefix("xmlns:") {
            Some(prefix) => format!("{prefix}:"),
            None => String::new(),
        };
    }
    "w:".to_owned()
}

/// Where the value of an attribute stands in a start tag.
pub(super) fn attribute(tag: &str, name: &str) -> Option<std::ops::Range<usize>> {
    let bytes = tag.as_bytes();
    let mut at = 0;
    loop {
        let found = at + tag.get(at..)?.find(name)?;
        let after = found + name.len();
        at = after;
        let is_whole =
            found.checked_sub(1).and_then(|b| bytes.get(b)).is_some_and(u8::is_ascii_whitespace);
        let rest = tag.get(after..)?;
        let trimmed = rest.trim_start();
        let Some(value) = trimmed.strip_prefix('=').map(str::trim_start) else { continue };
        let Some(quote) = value.chars().next().filter(|q| is_whole && matches!(q, '"' | '\''))
        else {
            continue;
        };
        let start = tag.len() - value.len() + 1;
        let length = tag.get(start..)?.find(quote)?;
        return Some(start..start + length);
    }
}

/// Text of XML as it is meant.
pub(super) fn decode(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, tail)) = rest.split_once('&') {
        out.push_str(before);
        let Some((name, after)) = tail.split_once(';') else {
            out.push('&');
            rest = tail;
            continue;
        };
        let c = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => name
                .strip_prefix("#x")
                .map_or_else(
                    || name.strip_prefix('#').and_then(|n| n.parse().ok()),
                    |n| u32::from_str_radix(n, 16).ok(),
                )
                .and_then(char::from_u32),
        };
        match c {
            Some(c) => out.push(c),
            None => {
                out.push('&');
                rest = tail;
                continue;
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Writes text for XML. Carriage returns and what XML cannot hold do not occur in a part that was read.
pub(super) fn escape(text: &str, out: &mut String) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let name = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\r' => "&#13;",
            _ => continue,
        };
        out.push_str(text.get(from..at).unwrap_or_default());
        out.push_str(name);
        from = at + 1;
    }
    out.push_str(text.get(from..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_found_whole() {
        let tag = r#"<wp:docPr name="id=" pid="1" id = '27' descr="a"/>"#;
        assert_eq!(attribute(tag, "id").map(|r| &tag[r]), Some("27"));
        assert_eq!(attribute(tag, "descr").map(|r| &tag[r]), Some("a"));
        assert_eq!(attribute(tag, "title"), None);
    }

    #[test]
    fn text_comes_back() {
        assert_eq!(decode("a &lt;&#65;&#x1EC7;&amp;lt; & &x; b"), "a <Aệ&lt; & &x; b");
        let mut out = String::new();
        escape("a <b> & \"c\"", &mut out);
        assert_eq!(decode(&out), "a <b> & \"c\"");
    }
}
