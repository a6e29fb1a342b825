//! The typeface of the stamp: two cuts of Vanthu Serif, embedded in the program.
//!
//! Knows: their tables of letters and widths, and the PDF objects of a font. Must not know: stamps.
//!
//! The files hold the letters of Vietnamese and little else (17 KB a cut), so they are embedded whole: 11 KB
//! deflated, made once in a process, where a subset for each stamp would save 7 KB and cost a subsetter.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::LazyLock;

use flate2::{Compression, write::ZlibEncoder};

/// Objects of a cut in a file.
pub(super) const OBJECTS: u32 = 5;

static REGULAR: LazyLock<Face> = LazyLock::new(|| {
    Face::read(include_bytes!("../../../templates/fonts/VanthuSerif-Regular.ttf"), "Regular")
});
static BOLD: LazyLock<Face> = LazyLock::new(|| {
    Face::read(include_bytes!("../../../templates/fonts/VanthuSerif-Bold.ttf"), "Bold")
});

/// A cut.
pub(super) struct Face {
    cut: &'static str,
    glyphs: BTreeMap<char, u16>,
    /// By glyph, in units of the type size.
    advances: Vec<u16>,
    units: f64,
    deflated: Vec<u8>,
    length: usize,
    to_unicode: Vec<u8>,
    widths: String,
}

/// The cut.
pub(super) fn face(bold: bool) -> &'static Face {
    if bold { &BOLD } else { &REGULAR }
}

impl Face {
    /// Reads a cut. What is missing in the file is missing in the face; a test sees that nothing is.
    fn read(file: &'static [u8], cut: &'static str) -> Self {
        let glyphs = table(file, b"cmap").map(letters).unwrap_or_default();
        let advances = advances(file).unwrap_or_default();
        let units = table(file, b"head").and_then(|t| short(t, 18)).map_or(1000.0, f64::from);
        let deflated = deflate(file);
        let mut face = Self {
            cut,
            glyphs,
            advances,
            units,
            deflated,
            length: file.len(),
            to_unicode: Vec::new(),
            widths: String::new(),
        };
        face.to_unicode = deflate(face.map().as_bytes());
        face.widths = face.advances.iter().fold(String::new(), |mut list, advance| {
            let _ = write!(list, "{:.0} ", f64::from(*advance) * 1000.0 / face.units);
            list
        });
        face
    }

    fn glyph(&self, letter: char) -> u16 {
        let known = |c: char| self.glyphs.get(&c).copied();
        known(letter).or_else(|| known('?')).unwrap_or(0)
    }

    /// Width of a text in parts of the type size.
    pub fn width(&self, text: &str) -> f64 {
        let advance = |c| self.advances.get(usize::from(self.glyph(c))).copied().unwrap_or(0);
        text.chars().map(|c| f64::from(advance(c))).sum::<f64>() / self.units
    }

    /// A text as a string of a content stream; letters that the face lacks are shown as `?`.
    pub fn encode(&self, text: &str) -> String {
        text.chars().fold(String::from("<"), |mut hex, c| {
            let _ = write!(hex, "{:04X}", self.glyph(c));
            hex
        }) + ">"
    }

    fn map(&self) -> String {
        let mut by_glyph: BTreeMap<u16, char> = BTreeMap::new();
        for (letter, glyph) in &self.glyphs {
            by_glyph.entry(*glyph).or_insert(*letter);
        }
        let pairs: Vec<_> = by_glyph.into_iter().collect();
        let mut map = String::from(
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n",
        );
        for part in pairs.chunks(100) {
            let _ = writeln!(map, "{} beginbfchar", part.len());
            for (glyph, letter) in part {
                let _ = writeln!(map, "<{glyph:04X}> <{:04X}>", u32::from(*letter));
            }
            map.push_str("endbfchar\n");
        }
        map + "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    }

    /// The objects of the font from number `first` on; the first is the font itself.
    pub fn objects(&self, first: u32) -> [Vec<u8>; OBJECTS as usize] {
        let name = format!("VTHSTP+VanthuSerif-{}", self.cut);
        let (inner, descriptor, file, map) = (first + 1, first + 2, first + 3, first + 4);
        let font = format!(
            "<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H /DescendantFonts [{inner} 0 R] /ToUnicode {map} 0 R >>"
        );
        let inner = format!(
            "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor {descriptor} 0 R /DW 500 /W [0 [{}]] /CIDToGIDMap /Identity >>",
            self.widths.trim_end()
        );
        let weight = if self.cut == "Bold" { 140 } else { 80 };
        let descriptor = format!(
            "<< /Type /FontDescriptor /FontName /{name} /Flags 4 /FontBBox [-180 -300 1100 1010] /ItalicAngle 0 /Ascent 891 /Descent -216 /CapHeight 660 /StemV {weight} /FontFile2 {file} 0 R >>"
        );
        let head = format!(
            "<< /Length {} /Length1 {} /Filter /FlateDecode >>\nstream\n",
            self.deflated.len(),
            self.length
        );
        let file = [head.as_bytes(), &self.deflated, b"\nendstream"].concat();
        let head =
            format!("<< /Length {} /Filter /FlateDecode >>\nstream\n", self.to_unicode.len());
        let map = [head.as_bytes(), &self.to_unicode, b"\nendstream"].concat();
        [font.into_bytes(), inner.into_bytes(), descriptor.into_bytes(), file, map]
    }
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    // Writing to memory does not fail.
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

fn long(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(short(bytes, at)?) << 16 | usize::from(short(bytes, at + 2)?))
}

/// A table of a TrueType file.
fn table<'f>(file: &'f [u8], name: &[u8; 4]) -> Option<&'f [u8]> {
    let count = usize::from(short(file, 4)?);
    let record = (0..count).map(|i| 12 + 16 * i).find(|at| file.get(*at..at + 4) == Some(name))?;
    let (from, length) = (long(file, record + 8)?, long(file, record + 12)?);
    file.get(from..from + length)
}

/// Letters of a `cmap` with one subtable of format 4.
fn letters(table: &[u8]) -> BTreeMap<char, u16> {
    let mut found = BTreeMap::new();
    let Some(map) = long(table, 8).and_then(|at| table.get(at..)) else { return found };
    let segments = short(map, 6).map_or(0, usize::from) / 2;
    for i in 0..segments {
        let at = 2 * i;
        let (end, start) = (short(map, 14 + at), short(map, 16 + 2 * segments + at));
        let (delta, offset) = (16 + 4 * segments + at, 16 + 6 * segments + at);
        let (Some(start), Some(end)) = (start, end) else { continue };
        let (Some(step), Some(range)) = (short(map, delta), short(map, offset)) else { continue };
        for code in start..=end.min(0xFFFE) {
            let glyph = match range {
                0 => Some(code.wrapping_add(step)),
                range => short(map, offset + usize::from(range) + 2 * usize::from(code - start))
                    .map(|g| if g == 0 { 0 } else { g.wrapping_add(step) }),
            };
            if let (Some(glyph @ 1..), Some(letter)) = (glyph, char::from_u32(u32::from(code))) {
                found.insert(letter, glyph);
            }
        }
    }
    found
}

/// Advances of all glyphs: the last of `hmtx` is that of all that follow.
fn advances(file: &[u8]) -> Option<Vec<u16>> {
    let glyphs = usize::from(short(table(file, b"maxp")?, 4)?);
    let metrics = usize::from(short(table(file, b"hhea")?, 34)?);
    let widths = table(file, b"hmtx")?;
    (0..glyphs).map(|g| short(widths, 4 * g.min(metrics.checked_sub(1)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_vietnamese_letter_has_a_glyph_and_a_width() {
        let letters = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệfghiìỉĩíịjklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvwxyỳỷỹýỵz0123456789/.,:;-–()“”";
        for bold in [false, true] {
            let face = face(bold);
            for letter in letters.chars().flat_map(|c| c.to_uppercase().chain(c.to_lowercase())) {
                assert!(face.glyphs.contains_key(&letter), "{letter}");
                assert!(face.width(&letter.to_string()) > 0.1, "{letter}");
            }
            assert!(face.deflated.len() < 12_000, "{}", face.deflated.len());
        }
        // The widths of Times New Roman.
        assert!((face(true).width("SỞ NỘI VỤ") * 13.0 - 67.2).abs() < 0.1);
        assert_eq!(face(false).encode("中"), face(false).encode("?"));
    }
}
