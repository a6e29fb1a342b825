//! What a template does while it is filled, beside copying text: values, ids, cells, pictures.
//!
//! Knows: how a value is written in a run, what must be unique or not empty. Must not know: tags.

use std::collections::HashMap;

use super::picture::{self, Format};
use super::tokens::NONE;
use crate::diagnostic::Text;
use crate::template::Host;
use crate::text;

/// Something to do at a point of the output.
#[derive(Debug, Clone)]
pub(super) enum Hook {
    /// A number that nothing else has.
    Fresh,
    /// The end of a container that must end with a paragraph.
    NeedsParagraph,
    /// A place where something must stand between this and a table before.
    NotAfterTable,
    TableStart,
    TableRowsEnd,
    TableEnd,
    /// A row is done; `NONE`: a table begins.
    Row(usize),
    /// Where `w:vMerge` goes.
    MergeHere,
    MergeKey,
    MergeBody,
    /// A cell of a row is done.
    MergeEnd(usize, usize),
    /// The picture of a placeholder of this size.
    Picture {
        is_qr: bool,
        width: u64,
        height: u64,
    },
    /// Margins that keep a picture's proportions.
    Crop,
}

/// The hooks of a part, by number.
#[derive(Debug, Clone, Default)]
pub(super) struct Hooks(Vec<Hook>);

impl Hooks {
    pub fn add(&mut self, hook: Hook) -> u32 {
        self.0.push(hook);
        u32::try_from(self.0.len() - 1).unwrap_or(u32::MAX)
    }

    fn get(&self, id: u32) -> Option<&Hook> {
        self.0.get(usize::try_from(id).ok()?)
    }

    /// True if a picture may be put in.
    pub fn has_pictures(&self) -> bool {
        self.0.iter().any(|h| matches!(h, Hook::Picture { .. }))
    }
}

/// Where pictures come from: the bytes of what a value names, or why there are none.
pub trait Pictures {
    /// Reads the picture that a value of the data names.
    ///
    /// # Errors
    /// Why it cannot be had.
    fn read(&self, name: &str) -> Result<Vec<u8>, Text>;
}

/// For templates without pictures.
pub struct NoPictures;

impl Pictures for NoPictures {
    fn read(&self, _: &str) -> Result<Vec<u8>, Text> {
        Err(text!("không có ảnh nào ở đây", "there are no pictures here"))
    }
}

/// A picture that was put in.
#[derive(Debug)]
pub(super) struct Medium {
    pub bytes: Vec<u8>,
    pub format: Format,
    value: String,
    is_qr: bool,
    size: (u32, u32),
}

/// What filling one document collects over its parts.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub media: Vec<Medium>,
    /// The last number given.
    pub fresh: u64,
}

/// Beginning of the ids of relationships that are added.
pub(super) const RELATIONSHIP: &str = "rIdVt";

/// Fills one part.
pub(super) struct Filler<'a> {
    pub hooks: &'a Hooks,
    pub prefix: &'a str,
    pub pictures: &'a dyn Pictures,
    pub collected: &'a mut Collected,
    /// Media of this part, by index.
    pub used: Vec<usize>,
    tables: Vec<(usize, bool)>,
    row: usize,
    merge: Merge,
    above: HashMap<usize, (usize, String)>,
    crop: Option<((u64, u64), (u32, u32))>,
}

#[derive(Default)]
struct Merge {
    here: usize,
    body: usize,
    key: Option<String>,
}

impl<'a> Filler<'a> {
    pub fn new(
        hooks: &'a Hooks,
        prefix: &'a str,
        pictures: &'a dyn Pictures,
        collected: &'a mut Collected,
    ) -> Self {
        Self {
            hooks,
            prefix,
            pictures,
            collected,
            used: Vec::new(),
            tables: Vec::new(),
            row: NONE,
            merge: Merge::default(),
            above: HashMap::new(),
            crop: None,
        }
    }

    fn ends_with(&self, out: &str, name: &str) -> bool {
        let rest = out.strip_suffix('>').and_then(|o| o.strip_suffix(name));
        rest.and_then(|o| o.strip_suffix(self.prefix)).is_some_and(|o| o.ends_with("</"))
    }

    fn paragraph(&self, out: &mut String) {
        out.push('<');
        out.push_str(self.prefix);
        out.push_str("p/>");
    }

    /// The cell above says the same: the two become one.
    fn merge(&mut self, cell: usize, row: usize, out: &mut String) {
        let Merge { here, body, key } = std::mem::take(&mut self.merge);
        let said = key.unwrap_or_else(|| out.get(body..).unwrap_or_default().to_owned());
        // Nothing but the row of the same loop may stand between.
        let is_same =
            self.row == row && self.above.get(&cell).is_some_and(|(_, before)| *before == said);
        let prefix = self.prefix;
        let mark = if is_same {
            out.truncate(body);
            self.paragraph(out);
            format!("<{prefix}vMerge/>")
        } else {
            self.above.insert(cell, (row, said));
            format!("<{prefix}vMerge {prefix}val=\"restart\"/>")
        };
        if out.is_char_boundary(here) {
            out.insert_str(here, &mark);
        }
    }

    fn crop(&mut self, out: &mut String) {
        let Some(((width, height), (w, h))) = self.crop.take() else { return };
        let (w, h) = (u64::from(w), u64::from(h));
        let (wide, tall) = (width.saturating_mul(h), height.saturating_mul(w));
        if wide == 0 || tall == 0 {
            return;
        }
        // Thousandths of a percent of the picture, on both sides alike; negative is a margin.
        let margin = |more: u64, less: u64| {
            (u128::from(more - less) * 50_000 / u128::from(less)).min(2_000_000)
        };
        if wide > tall && margin(wide, tall) > 0 {
            let m = margin(wide, tall);
            out.push_str(&format!("<a:srcRect l=\"-{m}\" r=\"-{m}\"/>"));
        } else if tall > wide && margin(tall, wide) > 0 {
            let m = margin(tall, wide);
            out.push_str(&format!("<a:srcRect t=\"-{m}\" b=\"-{m}\"/>"));
        }
    }

    fn medium(&mut self, value: &str, is_qr: bool) -> Result<usize, Text> {
        let known = self.collected.media.iter();
        if let Some(index) = known.into_iter().position(|m| m.is_qr == is_qr && m.value == value) {
            return Ok(index);
        }
        let bytes = if is_qr { picture::qr(value)? } else { self.pictures.read(value)? };
        let (format, size) = picture::look(&bytes)?;
        self.collected.media.push(Medium { bytes, format, value: value.to_owned(), is_qr, size });
        Ok(self.collected.media.len() - 1)
    }
}

impl Host for Filler<'_> {
    fn value(&mut self, text: &str, out: &mut String) -> Result<(), char> {
        if text.bytes().any(needs_care) {
            write(text, self.prefix, out)
        } else {
            out.push_str(text);
            Ok(())
        }
    }

    fn point(&mut self, id: u32, out: &mut String) {
        match self.hooks.get(id) {
            Some(Hook::Fresh) => {
                self.collected.fresh += 1;
                out.push_str(&self.collected.fresh.to_string());
            }
            Some(Hook::NeedsParagraph) => {
                let has_empty = out.strip_suffix("p/>").and_then(|o| o.strip_suffix(self.prefix));
                if !self.ends_with(out, "p") && !has_empty.is_some_and(|o| o.ends_with('<')) {
                    self.paragraph(out);
                }
            }
            Some(Hook::NotAfterTable) => {
                if self.ends_with(out, "tbl") {
                    self.paragraph(out);
                }
            }
            Some(Hook::TableStart) => self.tables.push((out.len(), false)),
            Some(Hook::TableRowsEnd) => {
                if let Some((start, is_empty)) = self.tables.last_mut() {
                    let row = format!("<{}tr", self.prefix);
                    let rows = out.get(*start..).unwrap_or_default();
                    *is_empty = !rows.match_indices(&row).any(|(at, _)| {
                        matches!(rows.as_bytes().get(at + row.len()), Some(b'>' | b' ' | b'/'))
                    });
                }
            }
            Some(Hook::TableEnd) => {
                if let Some((start, true)) = self.tables.pop() {
                    out.truncate(start);
                }
            }
            Some(Hook::Row(row)) => self.row = *row,
            Some(Hook::MergeHere) => self.merge = Merge { here: out.len(), ..Merge::default() },
            Some(Hook::MergeBody) => self.merge.body = out.len(),
            Some(Hook::MergeEnd(cell, row)) => self.merge(*cell, *row, out),
            Some(Hook::Crop) => self.crop(out),
            Some(Hook::MergeKey | Hook::Picture { .. }) | None => {}
        }
    }

    fn handed(&mut self, id: u32, text: &str, out: &mut String) -> Result<(), Text> {
        match self.hooks.get(id) {
            Some(Hook::MergeKey) => self.merge.key = Some(text.to_owned()),
            Some(Hook::Picture { is_qr, width, height }) => {
                let index = self.medium(text, *is_qr)?;
                let size = self.collected.media.get(index).map_or((0, 0), |m| m.size);
                self.crop = Some(((*width, *height), size));
                if !self.used.contains(&index) {
                    self.used.push(index);
                }
                out.push_str(RELATIONSHIP);
                out.push_str(&(index + 1).to_string());
            }
            _ => {}
        }
        Ok(())
    }
}

/// Bytes that may begin something that cannot be copied as it is.
fn needs_care(b: u8) -> bool {
    b < 0x20 || matches!(b, b'&' | b'<' | b'>' | 0x7F | 0xC2 | 0xE2 | 0xEF)
}

/// Writes a value into the text of a run: line breaks and tabs are those of Word.
fn write(text: &str, prefix: &str, out: &mut String) -> Result<(), char> {
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\r' | '\u{B}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                between("br", prefix, out)
            }
            '\t' => between("tab", prefix, out),
            // Marks that turn the order of reading around can make a text look like another one.
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => return Err(c),
            c if c.is_control() || (u32::from(c) & 0xFFFE) == 0xFFFE => return Err(c),
            c => out.push(c),
        }
    }
    Ok(())
}

fn between(element: &str, prefix: &str, out: &mut String) {
    out.push_str(&format!("</{prefix}t><{prefix}{element}/><{prefix}t xml:space=\"preserve\">"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Result<String, char> {
        let mut out = String::new();
        let mut collected = Collected::default();
        let hooks = Hooks::default();
        Filler::new(&hooks, "w:", &NoPictures, &mut collected).value(text, &mut out).map(|()| out)
    }

    #[test]
    fn a_value_is_never_structure() {
        assert_eq!(written("</w:t> & {{x}} “Đ”"), Ok("&lt;/w:t&gt; &amp; {{x}} “Đ”".to_owned()));
        let (br, tab) = (
            "</w:t><w:br/><w:t xml:space=\"preserve\">",
            "</w:t><w:tab/><w:t xml:space=\"preserve\">",
        );
        for line_break in ["\n", "\r\n", "\r", "\u{B}", "\u{85}", "\u{2028}"] {
            assert_eq!(written(&format!("a{line_break}b")), Ok(format!("a{br}b")));
        }
        assert_eq!(written("a\tb"), Ok(format!("a{tab}b")));
        assert_eq!(written("\u{200F}a\u{AD}\u{E000}"), Ok("\u{200F}a\u{AD}\u{E000}".to_owned()));
        for c in (0..0x20).chain([0x7F, 0x80, 0x9F, 0x202E, 0x2066, 0xFFFE, 0xFFFF]) {
            let c = char::from_u32(c).unwrap();
            if !matches!(c, '\t' | '\n' | '\r' | '\u{B}') {
                assert_eq!(written(&format!("a{c}")), Err(c));
            }
        }
    }
}
