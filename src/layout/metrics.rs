//! How wide text is: advance widths of a typeface with the metrics of Times New Roman, and lines.
//!
//! Knows: widths and where a line may break. Must not know: the decree, slots, pages.

use std::sync::LazyLock;

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

/// A stretch of text of one type. A `\n` is a line break.
pub type Piece<'a> = (&'a str, Type);

/// The lines that a text takes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lines {
    /// Width of each, without the space at its end, in twips.
    pub widths: Vec<f64>,
    /// Least distance of a line from breaking otherwise: how much narrower or wider the column
    /// may turn out to be, in twips, before a word moves.
    pub slack: f64,
    /// Breaks in the midst of a phrase, as far as dashes, marks and small words tell.
    pub poor: usize,
}

impl Lines {
    /// How many; an empty text takes one line.
    pub fn count(&self) -> usize {
        self.widths.len().max(1)
    }

    /// Width of the last line.
    pub fn last(&self) -> f64 {
        self.widths.last().copied().unwrap_or(0.0)
    }

    /// Width of the widest.
    pub fn widest(&self) -> f64 {
        self.widths.iter().copied().fold(0.0, f64::max)
    }
}

/// Something unbreakable with the space after it.
#[derive(Clone, Copy, Default)]
struct Word {
    ink: f64,
    space: f64,
    /// A line break follows.
    breaks: bool,
    /// A line ends well after it: a dash or a mark stands at its end.
    closes: bool,
    /// A line begins well with it: `và`, `của`, an opening quotation.
    opens: bool,
}

/// Words that a line of a title begins well with.
const OPENERS: [&str; 9] = ["và", "của", "về", "trong", "cho", "thuộc", "tỉnh", "thành", "năm"];

/// Cuts text into words: after spaces and after hyphens and dashes inside words, as word
/// processors do; a non-breaking space joins.
fn words(pieces: &[Piece<'_>]) -> Vec<Word> {
    let letters: usize = pieces.iter().map(|(text, _)| text.len()).sum();
    let mut out = Vec::with_capacity(letters / 4 + 1);
    let mut word = Word::default();
    let mut open = false;
    let mut before = ' ';
    let table = &*TABLE;
    for (text, face) in pieces {
        let column = face.column();
        let scale = face.twips(1);
        for (at, c) in text.char_indices() {
            let advance = f64::from(table.advance(c, column)) * scale;
            if c == '\n' {
                word.breaks = true;
                out.push(std::mem::take(&mut word));
                open = false;
            } else if c == ' ' || c == '\t' {
                word.space += advance;
                word.closes =
                    matches!(before, '-' | '\u{2013}' | '\u{2014}' | ',' | ';' | ':' | '”');
                open = true;
            } else {
                let after_dash = matches!(before, '-' | '\u{2013}' | '\u{2014}')
                    && !c.is_ascii_digit()
                    && word.ink > 0.0
                    && c.is_alphanumeric();
                if word.space > 0.0 || after_dash {
                    out.push(std::mem::take(&mut word));
                }
                if word.ink == 0.0 {
                    word.opens = opens_well(text.get(at..).unwrap_or(""));
                }
                word.ink += advance;
                open = true;
            }
            before = c;
        }
    }
    if open {
        out.push(word);
    }
    out
}

/// True if a line begins well with what a text begins with.
fn opens_well(text: &str) -> bool {
    if text.starts_with(['“', '(']) {
        return true;
    }
    let end = text.find([' ', '\u{a0}', '\n']).unwrap_or(text.len());
    let word = text.get(..end).unwrap_or("");
    let first = word.bytes().next().map(|b| b.to_ascii_lowercase());
    if !matches!(first, Some(b'v' | b'c' | b't' | b'n')) {
        return false;
    }
    OPENERS
        .iter()
        .any(|o| o.len() == word.len() && o.chars().eq(word.chars().flat_map(char::to_lowercase)))
}

/// Widths of the widest stretch that cannot be broken and of the widest line if only line breaks
/// break it, in twips.
pub fn extremes(pieces: &[Piece<'_>]) -> (f64, f64) {
    let words = words(pieces);
    let widest = words.iter().map(|w| w.ink).fold(0.0, f64::max);
    (widest, fill(&words, f64::INFINITY, 0.0).widest())
}

/// The one line of a text that plainly fits: the common case, without cutting it into words.
fn one_line(pieces: &[Piece<'_>], measure: f64) -> Option<Lines> {
    if pieces.iter().any(|(text, _)| text.contains(['\n', '\t']) || text.ends_with(' ')) {
        return None;
    }
    let width: f64 = pieces.iter().map(|(text, face)| face.width(text)).sum();
    let fits = width <= measure;
    fits.then(|| Lines { widths: vec![width], slack: measure - width, poor: 0 })
}

/// Breaks a text into lines no wider than `measure`, the first one shorter by `first`.
pub fn lines(pieces: &[Piece<'_>], measure: f64, first: f64) -> Lines {
    if let Some(line) = one_line(pieces, measure - first) {
        return line;
    }
    fill(&words(pieces), measure, first)
}

fn fill(words: &[Word], measure: f64, first: f64) -> Lines {
    let mut out = Lines { widths: Vec::new(), slack: f64::INFINITY, poor: 0 };
    let mut closes = false;
    let mut room = measure - first;
    let (mut ink, mut pending, mut empty) = (0.0, 0.0, true);
    for word in words {
        let wanted = ink + pending + word.ink;
        if !empty && wanted > room {
            out.slack = out.slack.min(wanted - room).min((room - ink).max(0.0));
            out.widths.push(ink);
            out.poor += usize::from(!closes && !word.opens);
            room = measure;
            ink = word.ink;
        } else {
            ink = wanted;
        }
        pending = word.space;
        closes = word.closes;
        empty = false;
        if word.breaks {
            out.slack = out.slack.min((room - ink).abs());
            out.widths.push(ink);
            room = measure;
            (ink, pending, empty) = (0.0, 0.0, true);
        }
    }
    if !empty || out.widths.is_empty() {
        out.slack = out.slack.min((room - ink).abs());
        out.widths.push(ink);
    }
    out
}

/// A measure at which a text takes no more lines than at `measure`, for centred lines: of about
/// one length, broken between phrases where that costs little, and so that no word is about to
/// move. Returns measure and lines.
pub fn balance(pieces: &[Piece<'_>], measure: f64) -> (f64, Lines) {
    if let Some(line) = one_line(pieces, measure) {
        return (measure, line);
    }
    let words = words(pieces);
    let full = fill(&words, measure, 0.0);
    let broken = words.iter().filter(|w| w.breaks).count() + 1;
    if full.count() <= broken || full.widest() > measure {
        return (measure, full);
    }
    let (mut low, mut high) = (words.iter().map(|w| w.ink).fold(0.0, f64::max), measure);
    while high - low > 4.0 {
        let middle = (low + high) / 2.0;
        let fits = fill(&words, middle, 0.0).count() <= full.count();
        if fits { high = middle } else { low = middle }
    }
    let tries = 24;
    let step = (measure - high) / f64::from(tries);
    let near = (0..6).map(|i| high + f64::from(i) * 30.0);
    let wide = (1..=tries).map(|i| high + f64::from(i) * step);
    let mut best = (measure, full);
    let mut least = cost(&best.1, 1.0);
    for tried in near.chain(wide).take_while(|m| *m <= measure) {
        let lines = fill(&words, tried, 0.0);
        let cost = cost(&lines, (tried - high) / measure);
        if cost < least - 1e-6 {
            least = cost;
            best = (tried, lines);
        }
    }
    best
}

/// What a way of breaking costs: wider than need be, in the midst of phrases, about to break
/// otherwise.
fn cost(lines: &Lines, wider: f64) -> f64 {
    let unsure = (1.0 - lines.slack / 60.0).clamp(0.0, 1.0);
    let breaks = lines.count().saturating_sub(1).max(1) as f64;
    wider + 0.3 * lines.poor as f64 / breaks + 0.2 * unsure
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    #[test]
    fn breaks_at_spaces_and_hyphens_only() {
        let text = "Thi đua - Khen thưởng tỉnh";
        let all = PLAIN.width(text);
        let one = lines(&[(text, PLAIN)], all + 1.0, 0.0);
        assert_eq!(one.count(), 1);
        assert!((one.last() - all).abs() < 0.01);
        let two = lines(&[(text, PLAIN)], all - 1.0, 0.0);
        assert_eq!(two.count(), 2);
        assert!((two.last() - PLAIN.width("tỉnh")).abs() < 0.01);
        let joined = lines(&[("Khen\u{a0}thưởng", PLAIN)], 10.0, 0.0);
        assert_eq!(joined.count(), 1);
        let hyphen = lines(&[("KHEN-THƯỞNG", PLAIN)], PLAIN.width("KHEN-THƯỞN"), 0.0);
        assert_eq!(hyphen.count(), 2);
    }

    #[test]
    fn a_hard_break_ends_a_line() {
        let lines = lines(&[("ỦY BAN NHÂN DÂN\nTỈNH AN HẢI", PLAIN)], 9000.0, 0.0);
        assert_eq!(lines.count(), 2);
        assert!((lines.last() - PLAIN.width("TỈNH AN HẢI")).abs() < 0.01);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn lines_hold_what_they_were_given(text in "[A-Za-zĐđƯư -]{0,80}", measure in 500f64..9000.0) {
            let got = lines(&[(&text, PLAIN)], measure, 0.0);
            let widest = text.split(' ').map(|w| PLAIN.width(w) + 1.0).fold(0.0, f64::max);
            prop_assert!(got.widest() <= measure.max(widest));
            let (narrow, even) = balance(&[(&text, PLAIN)], measure);
            prop_assert!(narrow <= measure);
            prop_assert!(even.count() <= got.count());
        }
    }
}
