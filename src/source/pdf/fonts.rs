//! The fonts of a page, as far as its text needs them: code → text and width.
//!
//! Knows: simple and composite fonts, their widths, ToUnicode and base encodings. Must not know:
//! outlines, positions.

use std::collections::HashMap;

use lopdf::{Dictionary, Document, Object, Stream};

use super::cmap::CMap;
use super::{number, value};
use crate::text::legacy::{self, Face};

/// Bytes that a ToUnicode map may inflate to.
const MAP_BYTES: usize = 4 << 20;
/// Entries of a composite font's table of widths.
const WIDTHS: usize = 70_000;
/// Width of a letter that no table tells, in thousandths.
const USUAL: f64 = 500.0;

/// A font.
pub(super) struct Font {
    code_bytes: usize,
    map: Option<CMap>,
    simple: Vec<Option<String>>,
    widths: HashMap<u32, f64>,
    default_width: f64,
    /// Widths to parts of the type size: 0,001 but for Type 3 fonts.
    scale: f64,
    /// The name says bold.
    pub bold: bool,
    /// What the name says of its encoding: a font from before Unicode shows Latin letters as others.
    face: Face,
}

/// A letter of a shown string.
pub(super) struct Glyph {
    /// Its text; `None` if the font does not say.
    pub text: Option<String>,
    /// Its text is in VNI: letters and tones follow each other and are read together.
    pub vni: bool,
    /// Advance in parts of the type size.
    pub width: f64,
    /// A one-byte code 32, to which word spacing applies.
    pub word_space: bool,
}

impl Font {
    /// Reads a font dictionary.
    pub fn read(document: &Document, font: &Dictionary) -> Self {
        let subtype = value(document, font, b"Subtype").and_then(|s| s.as_name().ok());
        let map = value(document, font, b"ToUnicode")
            .and_then(|m| m.as_stream().ok())
            .and_then(|m| plain(m, MAP_BYTES))
            .map(|m| CMap::parse(&m));
        let name = value(document, font, b"BaseFont").and_then(|n| n.as_name().ok()).unwrap_or(b"");
        let mut found = Self {
            code_bytes: 1,
            simple: Vec::new(),
            widths: HashMap::new(),
            default_width: USUAL,
            scale: 0.001,
            bold: String::from_utf8_lossy(name).to_ascii_lowercase().contains("bold"),
            face: face_of(&String::from_utf8_lossy(name)),
            map,
        };
        if subtype == Some(b"Type0") {
            found.composite(document, font);
        } else {
            found.simple(document, font, subtype == Some(b"Type3"));
        }
        found
    }

    fn composite(&mut self, document: &Document, font: &Dictionary) {
        self.code_bytes = 2;
        if value(document, font, b"Encoding").and_then(|e| e.as_name().ok()).is_none() {
            self.code_bytes = self.map.as_ref().and_then(|m| m.code_bytes).unwrap_or(2);
        }
        self.default_width = 1000.0;
        let Some(inner) = value(document, font, b"DescendantFonts")
            .and_then(|d| d.as_array().ok())
            .and_then(|d| d.first())
            .and_then(|d| document.dereference(d).ok())
            .and_then(|(_, d)| d.as_dict().ok())
        else {
            return;
        };
        if let Some(width) = value(document, inner, b"DW").and_then(number) {
            self.default_width = width;
        }
        if let Some(list) = value(document, inner, b"W").and_then(|w| w.as_array().ok()) {
            self.ranges(document, list);
        }
    }

    /// `[first [w w …] first last w …]`.
    fn ranges(&mut self, document: &Document, list: &[Object]) {
        let mut items = list.iter().filter_map(|o| document.dereference(o).ok()).map(|(_, o)| o);
        while let (Some(first), Some(second)) = (items.next().and_then(code), items.next()) {
            if let Ok(each) = second.as_array() {
                for (at, width) in (first..).zip(each.iter().filter_map(number)).take(WIDTHS) {
                    self.widths.insert(at, width);
                }
            } else if let (Some(last), Some(width)) = (code(second), items.next().and_then(number))
            {
                for at in (first..=last).take(WIDTHS) {
                    self.widths.insert(at, width);
                }
            }
            if self.widths.len() > WIDTHS {
                return;
            }
        }
    }

    fn simple(&mut self, document: &Document, font: &Dictionary, type3: bool) {
        if type3 {
            let matrix = value(document, font, b"FontMatrix").and_then(|m| m.as_array().ok());
            self.scale = matrix.and_then(|m| m.first()).and_then(number).unwrap_or(0.001).abs();
        }
        if let Some(descriptor) =
            value(document, font, b"FontDescriptor").and_then(|d| d.as_dict().ok())
            && let Some(width) = value(document, descriptor, b"MissingWidth").and_then(number)
        {
            self.default_width = width;
        }
        let first = value(document, font, b"FirstChar").and_then(code).unwrap_or(0);
        if let Some(list) = value(document, font, b"Widths").and_then(|w| w.as_array().ok()) {
            for (at, width) in (first..256).zip(list) {
                if let Some(width) = document.dereference(width).ok().and_then(|(_, w)| number(w)) {
                    self.widths.insert(at, width);
                }
            }
        }
        // With a ToUnicode map the library would read it, range by range: it is asked only without.
        if font.has(b"ToUnicode") {
            return;
        }
        if self.face != Face::Plain {
            self.simple = (0..=255_u8).map(|b| Some(char::from(b).to_string())).collect();
            return;
        }
        if let Ok(encoding) = font.get_font_encoding_with_limit(document, MAP_BYTES) {
            let letter = |b: u8| encoding.bytes_to_string(&[b]).ok().filter(|t| !t.is_empty());
            self.simple = (0..=255).map(letter).collect();
        }
    }

    /// The letters of a shown string.
    pub fn glyphs<'a>(&'a self, shown: &'a [u8]) -> impl Iterator<Item = Glyph> + 'a {
        shown.chunks(self.code_bytes.max(1)).map(|bytes| {
            let code = bytes.iter().fold(0_u32, |code, b| (code << 8) | u32::from(*b));
            let width = self.widths.get(&code).copied().unwrap_or(self.default_width);
            let text = match &self.map {
                Some(map) => map.text(code),
                None => self.simple.get(code as usize).cloned().flatten(),
            };
            let text = text.map(|t| self.decoded(t));
            let vni = self.face == Face::Vni;
            Glyph { text, vni, width: width * self.scale, word_space: bytes == b" " }
        })
    }

    /// A letter of a font from before Unicode; TCVN3 has one code for each.
    fn decoded(&self, text: String) -> String {
        match self.face {
            Face::Plain | Face::Vni => text,
            Face::Tcvn3 => legacy::decode_tcvn3(&text),
            Face::Tcvn3Capitals => legacy::decode_tcvn3(&text).to_uppercase(),
        }
    }
}

/// The face of a font by its name in the file: `ABCDEF+.VnTimeH,Bold`.
fn face_of(name: &str) -> Face {
    let name = match name.split_once('+') {
        Some((tag, rest)) if tag.len() == 6 => rest,
        _ => name,
    };
    let family = name.split(',').next().unwrap_or(name);
    let family = family.strip_suffix("-Bold").or(family.strip_suffix("-Italic")).unwrap_or(family);
    Face::of_font(family)
}

fn code(object: &Object) -> Option<u32> {
    object.as_i64().ok().and_then(|i| u32::try_from(i).ok())
}

/// A stream's content without its filters, up to a length.
pub(super) fn plain(stream: &Stream, limit: usize) -> Option<Vec<u8>> {
    if stream.dict.has(b"Filter") {
        stream.decompressed_content_with_limit(limit).ok()
    } else {
        stream.content.get(..stream.content.len().min(limit)).map(<[u8]>::to_vec)
    }
}
