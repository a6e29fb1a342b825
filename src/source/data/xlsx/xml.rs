//! XML events of a part: no document types, no deep nesting, no unknown entities.
//!
//! Knows: quick-xml. Must not know: what a tag means.

use std::borrow::Cow;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::super::failure;
use super::package::Guard;
use crate::diagnostic::{Failure, Result};
use crate::text;

const DEEPEST: usize = 100;
/// Bytes of one text.
const LONGEST_TEXT: usize = 32 << 20;

/// A part being read.
pub struct Xml {
    reader: Reader<Guard>,
    depth: usize,
    file: String,
}

impl Xml {
    pub fn new(part: Guard, file: &str) -> Self {
        let mut reader = Reader::from_reader(part);
        reader.config_mut().expand_empty_elements = true;
        Self { reader, depth: 0, file: file.to_owned() }
    }

    /// The next event; `Eof` only outside every tag.
    ///
    /// # Errors
    /// The part is damaged, cut short, or built to exhaust its reader.
    pub fn next<'b>(&mut self, buffer: &'b mut Vec<u8>) -> Result<Event<'b>> {
        buffer.clear();
        self.reader.get_mut().begin_piece();
        let event = match self.reader.read_event_into(buffer) {
            Ok(event) => event,
            Err(error) => return Err(self.broken(&error.to_string())),
        };
        match &event {
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::DocType(_) => return Err(self.broken("DOCTYPE")),
            Event::Eof if self.depth > 0 => return Err(self.broken("EOF")),
            _ => {}
        }
        if self.depth > DEEPEST {
            return Err(self.broken("too deep"));
        }
        Ok(event)
    }

    /// Appends the text up to the end of the tag that was just opened; tags inside are passed over,
    /// and so is the text of those named `skip`.
    ///
    /// # Errors
    /// As [`Xml::next`].
    pub fn text(&mut self, buffer: &mut Vec<u8>, skip: &str, out: &mut String) -> Result<()> {
        self.marked_text(buffer, skip, out, &mut |_, _| {})
    }

    /// The same; `mark` sees each tag that opens, with the bytes of text before it.
    ///
    /// # Errors
    /// As [`Xml::next`].
    pub fn marked_text(
        &mut self,
        buffer: &mut Vec<u8>,
        skip: &str,
        out: &mut String,
        mark: &mut dyn FnMut(&BytesStart<'_>, usize),
    ) -> Result<()> {
        let bottom = self.depth;
        let start = out.len();
        let mut skipping = usize::MAX;
        loop {
            if out.len().saturating_sub(start) > LONGEST_TEXT {
                return Err(self.broken("a text without end"));
            }
            let depth = self.depth;
            match self.next(buffer)? {
                Event::Start(e) if skipping == usize::MAX && e.local_name().as_ref() == skip => {
                    skipping = depth;
                }
                Event::End(_) if depth <= bottom => return Ok(()),
                Event::End(_) if depth <= skipping.saturating_add(1) => skipping = usize::MAX,
                _ if skipping != usize::MAX => {}
                Event::Start(e) => mark(&e, out.len().saturating_sub(start)),
                Event::Text(t) => out.push_str(t.as_ref()),
                Event::CData(t) => out.push_str(t.as_ref()),
                Event::GeneralRef(r) => match r.resolve_char_ref() {
                    Ok(Some(c)) => out.push(c),
                    _ => match quick_xml::escape::resolve_predefined_entity(r.as_ref()) {
                        Some(text) => out.push_str(text),
                        None => return Err(self.broken("entity")),
                    },
                },
                Event::Eof => return Err(self.broken("EOF")),
                _ => {}
            }
        }
    }

    /// Passes over everything up to the end of the tag that was just opened.
    ///
    /// # Errors
    /// As [`Xml::next`].
    pub fn pass(&mut self, buffer: &mut Vec<u8>) -> Result<()> {
        let bottom = self.depth;
        loop {
            let depth = self.depth;
            match self.next(buffer)? {
                Event::End(_) if depth <= bottom => return Ok(()),
                Event::Eof => return Err(self.broken("EOF")),
                _ => {}
            }
        }
    }

    /// The failure for XML that cannot be read.
    pub fn broken(&self, detail: &str) -> Failure {
        failure(
            &self.file,
            text!(
                "sổ tính bị hỏng bên trong ({detail})",
                "the workbook is damaged inside ({detail})"
            ),
        )
        .hint(text!(
            "chép lại tệp từ nơi gửi, hoặc mở bằng Excel để sửa rồi lưu lại",
            "copy it again from where it came, or let Excel repair and save it"
        ))
    }
}

/// An attribute by its local name, unescaped.
pub fn attribute<'e>(e: &'e BytesStart<'_>, name: &str) -> Option<Cow<'e, str>> {
    let mut attributes = e.attributes();
    attributes.with_checks(false).flatten().find(|a| a.key.local_name().as_ref() == name).and_then(
        |a| a.normalized_value(XmlVersion::Explicit1_0).ok().map(|v| Cow::Owned(v.into_owned())),
    )
}
