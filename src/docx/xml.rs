//! A small writer of XML: elements that close themselves, text that is escaped.
//!
//! Knows: well-formedness. Must not know: Word, sheets, zip.
//!
//! Every element is written by [`Xml::tag`] and ended by `empty`, `body` or `body_if_any`, so
//! what comes out is balanced by construction. A character that XML 1.0 cannot hold is kept
//! back and remembered: the caller refuses the document instead of losing a letter silently.

/// What every part begins with.
pub(super) const DECLARATION: &str =
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// XML under construction.
#[derive(Default)]
pub(super) struct Xml {
    out: String,
    refused: Option<char>,
}

/// An element whose start tag is open for attributes.
pub(super) struct Tag<'a> {
    xml: &'a mut Xml,
    name: &'static str,
    start: usize,
}

impl Xml {
    /// An empty buffer with room for a page.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { out: String::with_capacity(bytes), refused: None }
    }

    /// Forgets everything but the memory, and writes the declaration.
    pub(super) fn restart(&mut self) {
        self.out.clear();
        self.refused = None;
        self.out.push_str(DECLARATION);
    }

    /// What was written.
    pub(super) fn as_str(&self) -> &str {
        &self.out
    }

    /// The first character that XML cannot hold, if one was met.
    pub(super) fn refused(&self) -> Option<char> {
        self.refused
    }

    /// Opens an element.
    pub(super) fn tag(&mut self, name: &'static str) -> Tag<'_> {
        let start = self.out.len();
        self.out.push('<');
        self.out.push_str(name);
        Tag { xml: self, name, start }
    }

    /// `<name w:val="…"/>`.
    pub(super) fn val(&mut self, name: &'static str, value: &str) {
        self.tag(name).attr("w:val", value).empty();
    }

    /// `<name attribute="…"/>`.
    pub(super) fn val_as(&mut self, name: &'static str, attribute: &'static str, value: &str) {
        self.tag(name).attr(attribute, value).empty();
    }

    /// `<name w:val="5"/>`.
    pub(super) fn num(&mut self, name: &'static str, value: i32) {
        self.tag(name).num("w:val", value).empty();
    }

    /// `<name/>` for on, `<name w:val="0"/>` for off.
    pub(super) fn switch(&mut self, name: &'static str, on: bool) {
        let tag = self.tag(name);
        if on { tag.empty() } else { tag.attr("w:val", "0").empty() }
    }

    /// Text of an element.
    pub(super) fn text(&mut self, text: &str) {
        if has(text, needs_care) {
            for c in text.chars() {
                self.character(c, false);
            }
        } else {
            self.out.push_str(text);
        }
    }

    /// Markup that is known to be right.
    pub(super) fn raw(&mut self, markup: &'static str) {
        self.out.push_str(markup);
    }

    /// Makes room for so many more bytes.
    pub(super) fn reserve(&mut self, bytes: usize) {
        self.out.reserve(bytes);
    }

    /// Markup that was written before.
    pub(super) fn copied(&mut self, markup: &str) {
        self.out.push_str(markup);
    }

    fn character(&mut self, c: char, attribute: bool) {
        match c {
            '&' => self.out.push_str("&amp;"),
            '<' => self.out.push_str("&lt;"),
            '>' => self.out.push_str("&gt;"),
            '"' if attribute => self.out.push_str("&quot;"),
            '\t' if attribute => self.out.push_str("&#9;"),
            '\n' if attribute => self.out.push_str("&#10;"),
            '\r' => self.out.push_str("&#13;"),
            c if is_legal(c) => self.out.push(c),
            c => {
                self.refused.get_or_insert(c);
            }
        }
    }

    fn integer(&mut self, value: i32) {
        let mut digits = [0u8; 10];
        let mut rest = value.unsigned_abs();
        let mut used = 0;
        for slot in digits.iter_mut().rev() {
            *slot = b'0' + (rest % 10) as u8;
            rest /= 10;
            used += 1;
            if rest == 0 {
                break;
            }
        }
        if value < 0 {
            self.out.push('-');
        }
        self.out.extend(digits.iter().skip(digits.len() - used).map(|b| char::from(*b)));
    }
}

impl Tag<'_> {
    /// An attribute.
    pub(super) fn attr(mut self, name: &'static str, value: &str) -> Self {
        self.label(name);
        if has(value, |b| needs_care(b) || matches!(b, b'"' | b'\t' | b'\n')) {
            for c in value.chars() {
                self.xml.character(c, true);
            }
        } else {
            self.xml.out.push_str(value);
        }
        self.xml.out.push('"');
        self
    }

    /// A number as attribute.
    pub(super) fn num(mut self, name: &'static str, value: i32) -> Self {
        self.label(name);
        self.xml.integer(value);
        self.xml.out.push('"');
        self
    }

    /// An attribute, if there is a value.
    pub(super) fn num_if(self, name: &'static str, value: Option<i32>) -> Self {
        match value {
            Some(value) => self.num(name, value),
            None => self,
        }
    }

    /// Ends an element without content.
    pub(super) fn empty(self) {
        self.xml.out.push_str("/>");
    }

    /// Ends an element with content.
    pub(super) fn body(self, content: impl FnOnce(&mut Xml)) {
        self.xml.out.push('>');
        content(self.xml);
        self.close();
    }

    /// Ends an element with content; if the content is nothing, the element is taken back.
    pub(super) fn body_if_any(self, content: impl FnOnce(&mut Xml)) {
        self.xml.out.push('>');
        let inside = self.xml.out.len();
        content(self.xml);
        if self.xml.out.len() == inside {
            self.xml.out.truncate(self.start);
        } else {
            self.close();
        }
    }

    /// Ends an element without content; if it got no attribute, it is taken back.
    pub(super) fn empty_if_any(self) {
        if self.xml.out.len() == self.start + 1 + self.name.len() {
            self.xml.out.truncate(self.start);
        } else {
            self.empty();
        }
    }

    fn label(&mut self, name: &'static str) {
        self.xml.out.push(' ');
        self.xml.out.push_str(name);
        self.xml.out.push_str("=\"");
    }

    fn close(self) {
        self.xml.out.push_str("</");
        self.xml.out.push_str(self.name);
        self.xml.out.push('>');
    }
}

/// True if a byte is met. Whole blocks without a way out in the middle: the compiler makes vectors.
fn has(text: &str, what: impl Fn(u8) -> bool) -> bool {
    text.as_bytes().chunks(64).any(|block| block.iter().fold(false, |found, b| found | what(*b)))
}

/// Bytes that may begin something that cannot be copied as it is.
fn needs_care(b: u8) -> bool {
    b < 0x20 && b != b'\t' && b != b'\n' || matches!(b, b'&' | b'<' | b'>' | 0xEF)
}

/// True for the characters of XML 1.0.
pub(super) fn is_legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{FFFE}' | '\u{FFFF}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_close_and_text_is_escaped() {
        let mut xml = Xml::default();
        xml.tag("a").attr("b", "\"<&>\n").num("c", i32::MIN).body(|x| {
            x.text("x < y & \u{FFFD}");
            x.tag("d").empty();
            x.tag("gone").body_if_any(|_| {});
            x.tag("gone").empty_if_any();
            x.num("n", 0);
        });
        assert_eq!(
            xml.as_str(),
            "<a b=\"&quot;&lt;&amp;&gt;&#10;\" c=\"-2147483648\">x &lt; y &amp; \u{FFFD}<d/>\
             <n w:val=\"0\"/></a>"
        );
        assert_eq!(xml.refused(), None);
    }

    #[test]
    fn what_xml_cannot_hold_is_remembered() {
        for bad in ['\u{0}', '\u{1}', '\u{B}', '\u{1F}', '\u{FFFE}', '\u{FFFF}'] {
            let mut xml = Xml::default();
            xml.text(&format!("a{bad}b\u{2}"));
            assert_eq!((xml.as_str(), xml.refused()), ("ab", Some(bad)));
        }
    }
}
