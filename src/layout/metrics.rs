//! How wide text is: advance widths of a typeface with the metrics of Times New Roman.
//!
//! Knows: widths of letters. Must not know: lines, the decree, slots, pages.

use std::sync::LazyLock;

pub use super::lines::{Lines, Piece, extremes, lines};

/// Units in the type size.
const EM: i64 = 2048;
/// Letters below this are looked up at once.
const LOW: usize = 0x250;
/// First letter of the block with the Vietnamese letters of two marks.
const VIET: usize = 0x1EA0;
/// Their number.
const VIET_LEN: usize = 0x60;
/// Width of a letter that the table does not know: half the size.
const UNKNOWN: [u16; 4] = [1024; 4];
/// Width of an ideograph: the whole size.
const WIDE: [u16; 4] = [2048; 4];

struct Table {
    low: Vec<[u16; 4]>,
    viet: Vec<[u16; 4]>,
    rest: Vec<(char, [u16; 4])>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| read_table(include_str!("metrics.txt")));

/// Reads the table; a line that is none is passed over (a test counts them).
fn read_table(source: &str) -> Table {
    let mut table =
        Table { low: vec![UNKNOWN; LOW], viet: vec![UNKNOWN; VIET_LEN], rest: Vec::new() };
    for line in source.lines() {
        if let Some((widths, letters)) = read_line(line) {
            for letter in letters {
                table.put(letter, widths);
            }
        }
    }
    table.rest.sort_unstable_by_key(|(c, _)| *c);
    table
}

/// One line of the table: the widths before the first bar, letters, then code points after the
/// last (the bar itself is a letter of the table).
fn read_line(line: &str) -> Option<([u16; 4], Vec<char>)> {
    if line.starts_with('#') {
        return None;
    }
    let (numbers, rest) = line.split_once(" | ")?;
    let mut widths = [0; 4];
    let mut numbers = numbers.split(' ');
    for width in &mut widths {
        *width = numbers.next()?.parse().ok()?;
    }
    let (shown, codes) = rest.split_once(" | ").unwrap_or((rest, ""));
    let codes = codes.split(' ').filter_map(|c| char::from_u32(u32::from_str_radix(c, 16).ok()?));
    Some((widths, shown.chars().chain(codes).collect()))
}

impl Table {
    fn put(&mut self, letter: char, widths: [u16; 4]) {
        let code = letter as usize;
        let place = if code < LOW {
            self.low.get_mut(code)
        } else {
            code.checked_sub(VIET).and_then(|i| self.viet.get_mut(i))
        };
        match place {
            Some(place) => *place = widths,
            None => self.rest.push((letter, widths)),
        }
    }

    /// Advance of a letter in a cut: regular, bold, italic, bold italic.
    fn advance(&self, letter: char, column: usize) -> u16 {
        self.get(letter).get(column).copied().unwrap_or(0)
    }

    fn get(&self, letter: char) -> [u16; 4] {
        let code = letter as usize;
        if code < LOW {
            return self.low.get(code).copied().unwrap_or(UNKNOWN);
        }
        if let Some(found) = code.checked_sub(VIET).and_then(|i| self.viet.get(i)) {
            return *found;
        }
        match letter {
            '\u{300}'..='\u{36f}' => [0; 4],
            '\u{2011}' => self.get('-'),
            '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{ff01}'..='\u{ff60}' => WIDE,
            _ => match self.rest.binary_search_by_key(&letter, |(c, _)| *c) {
                Ok(i) => self.rest.get(i).map_or(UNKNOWN, |(_, w)| *w),
                Err(_) => UNKNOWN,
            },
        }
    }
}

/// Size and cut of type: what a width depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Type {
    /// Half points.
    pub size: u16,
    /// Đậm.
    pub bold: bool,
    /// Nghiêng.
    pub italic: bool,
}

impl Type {
    fn column(self) -> usize {
        usize::from(self.bold) + 2 * usize::from(self.italic)
    }

    /// Units to twips: a half point is 10 twips.
    /// The width of a letter, in twips.
    pub(super) fn letters(self) -> impl Fn(char) -> f64 {
        let (table, column, scale) = (&*TABLE, self.column(), self.twips(1));
        move |letter| f64::from(table.advance(letter, column)) * scale
    }

    fn twips(self, units: i64) -> f64 {
        units as f64 * f64::from(u32::from(self.size) * 10) / EM as f64
    }

    fn units(self, text: &str) -> i64 {
        let column = self.column();
        let table = &*TABLE;
        text.chars().map(|c| i64::from(table.advance(c, column))).sum()
    }

    /// Width of a text on one line, in twips.
    pub fn width(self, text: &str) -> f64 {
        self.twips(self.units(text))
    }

    /// Distance from the top of a single-spaced line to its baseline, in twips.
    pub fn ascent(self) -> f64 {
        self.twips(1825)
    }

    /// Height of a single-spaced line, in twips.
    pub fn line_height(self) -> f64 {
        self.twips(1825 + 443 + 87)
    }
}

/// Width of a text on one line in twips; `size` in half points.
pub fn width(text: &str, size: u16, bold: bool, italic: bool) -> f64 {
    Type { size, bold, italic }.width(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOLD: fn(u16) -> Type = |size| Type { size, bold: true, italic: false };
    const PLAIN: Type = Type { size: 28, bold: false, italic: false };

    fn points(text: &str, face: Type) -> f64 {
        (face.width(text) / 20.0 * 10.0).round() / 10.0
    }

    #[test]
    fn widths_of_known_lines() {
        assert_eq!(points("Độc lập - Tự do - Hạnh phúc", BOLD(28)), 171.4);
        assert_eq!(points("SỞ NỘI VỤ", BOLD(26)), 67.2);
        assert_eq!(points("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", BOLD(26)), 271.2);
    }

    #[test]
    fn every_vietnamese_letter_is_in_the_table() {
        let table = &*TABLE;
        let letters = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ";
        for letter in letters.chars().flat_map(|c| c.to_uppercase().chain(c.to_lowercase())) {
            let known = read_table(include_str!("metrics.txt"));
            assert_eq!(known.get(letter), table.get(letter));
            assert!(
                include_str!("metrics.txt").contains(letter),
                "{letter} is not in the table of widths"
            );
        }
        // Marks above do not widen a letter; the horn does.
        assert_eq!(table.get('ệ'), table.get('e'));
        assert_eq!(table.get('Ộ'), table.get('O'));
        assert_ne!(table.get('ư'), table.get('u'));
    }

    #[test]
    fn every_line_of_the_table_is_read() {
        let source = include_str!("metrics.txt");
        let data = source.lines().filter(|l| !l.starts_with('#')).count();
        assert_eq!(source.lines().filter_map(read_line).count(), data);
        assert!(data > 100);
        assert_eq!(width("|¦", 2048, false, false), f64::from(2 * 410 * 10));
    }

    #[test]
    fn decomposed_letters_are_as_wide_as_composed_ones() {
        assert_eq!(PLAIN.width("Quye\u{302}\u{301}t"), PLAIN.width("Quyết"));
    }
}
