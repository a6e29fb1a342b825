//! A text as a QR code (ISO/IEC 18004).
//!
//! Knows: squares, and which of the eight masks leaves the fewest odd patterns. Must not know: who reads
//! the code, how it is drawn.
//!
//! The library encodes the text. Its own search for a mask looks at every
//! square of eight pictures one by one, which is most of the time a certificate takes; here a row of
//! squares is one number, and the frame of a version, that is all squares but those of the data, is
//! made once. The mask is the one that the library would choose. The error correction is the library's
//! too, but a block is divided by bytes with a table of multiples that it was asked for once.

use std::ops::{BitAnd, BitOr, BitXor, Not, Shl, Shr};
use std::sync::OnceLock;

use qrcode::bits::encode_auto;
use qrcode::canvas::{Canvas, MaskPattern, Module};
use qrcode::ec::{construct_codewords, create_error_correction_code};
use qrcode::{Color, EcLevel, QrCode, Version};

/// How much of a code may be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// 7 %.
    Low,
    /// 15 %.
    Medium,
}

/// A code: squares row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Squares in a row, and rows; without the white around them.
    pub width: usize,
    /// True where a square is dark.
    pub dark: Vec<bool>,
}

/// Versions whose rows are one number.
const FRAMED: usize = 27;

const MASKS: [MaskPattern; 8] = [
    MaskPattern::Checkerboard,
    MaskPattern::HorizontalLines,
    MaskPattern::VerticalLines,
    MaskPattern::DiagonalLines,
    MaskPattern::LargeCheckerboard,
    MaskPattern::Fields,
    MaskPattern::Diamonds,
    MaskPattern::Meadow,
];

/// A row or a column as one number: its first square is the lowest bit.
trait Line:
    Copy
    + PartialEq
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + BitXor<Output = Self>
    + Not<Output = Self>
    + Shl<u32, Output = Self>
    + Shr<u32, Output = Self>
{
    /// Squares that it has room for.
    const ROOM: u32;
    const NONE: Self;
    const FIRST: Self;
    /// How many are dark.
    fn count(self) -> u32;

    fn at(index: u32) -> Self {
        Self::FIRST << index
    }
}

macro_rules! line {
    ($number:ty) => {
        impl Line for $number {
            const ROOM: u32 = Self::BITS;
            const NONE: Self = 0;
            const FIRST: Self = 1;

            fn count(self) -> u32 {
                self.count_ones()
            }
        }
    };
}
line!(u64);
line!(u128);

/// Rows, and the same columns.
#[derive(Clone)]
struct Squares<L> {
    rows: Vec<L>,
    columns: Vec<L>,
}

/// What all codes of a version and level have in common.
struct Frame<L> {
    /// Column and row of each bit of data in turn.
    places: Vec<(u8, u8)>,
    /// For each mask the code whose bits are all 0: to see one, turn over the squares of its ones.
    blank: Vec<Squares<L>>,
}

/// Lines as short as may be: most codes are of the narrow kind.
enum AnyFrame {
    Narrow(Frame<u64>),
    Wide(Frame<u128>),
}

impl AnyFrame {
    fn new(version: Version, level: EcLevel) -> Self {
        match version.width() {
            ..=64 => Self::Narrow(Frame::new(version, level)),
            _ => Self::Wide(Frame::new(version, level)),
        }
    }

    fn filled(&self, words: &[&[u8]]) -> Code {
        match self {
            Self::Narrow(frame) => frame.filled(words),
            Self::Wide(frame) => frame.filled(words),
        }
    }
}

/// What is made once for a version and level.
type Prepared = (AnyFrame, Option<Correction>);

/// The code of a text; `None` if it is too long for any.
pub fn code(text: &str, level: Level) -> Option<Code> {
    static FRAMES: [[OnceLock<Prepared>; FRAMED]; 2] =
        [const { [const { OnceLock::new() }; FRAMED] }; 2];
    let (ec, at) = match level {
        Level::Low => (EcLevel::L, 0),
        Level::Medium => (EcLevel::M, 1),
    };
    let bits = encode_auto(text.as_bytes(), ec).ok()?;
    let version = bits.version();
    let Version::Normal(number) = version else { return None };
    let index = usize::try_from(number).ok()?.checked_sub(1)?;
    let Some(frame) = FRAMES.get(at).and_then(|of| of.get(index)) else {
        let code = QrCode::with_bits(bits, ec).ok()?;
        let (width, colors) = (code.width(), code.into_colors());
        return Some(Code { width, dark: colors.into_iter().map(|c| c == Color::Dark).collect() });
    };
    let bytes = bits.into_bytes();
    let make = || (AnyFrame::new(version, ec), Correction::new(version, ec, bytes.len()));
    let (frame, correction) = frame.get_or_init(make);
    let (data, correction) = match correction {
        Some(correction) => correction.codewords(&bytes),
        None => construct_codewords(&bytes, version, ec).ok()?,
    };
    Some(frame.filled(&[&data, &correction]))
}

/// A block's correction under construction; its first byte is the highest of the first number.
type Remainder = [u64; 4];

/// How the data of a version and level are divided into blocks, and what each byte of a block adds to its correction.
struct Correction {
    /// Where each block begins, and the end of the last.
    starts: Vec<usize>,
    /// Bytes of correction of a block.
    size: usize,
    /// The generator polynomial times each byte.
    multiples: Vec<Remainder>,
}

impl Correction {
    /// All of it is asked of the library. `None` for what does not come out as expected.
    fn new(version: Version, level: EcLevel, length: usize) -> Option<Self> {
        // Where each byte goes, told by its number: its lower half, then its upper half.
        let byte = |shift: usize| (0..length).map(|at| (at >> shift) as u8).collect::<Vec<u8>>();
        let (lower, correction) = construct_codewords(&byte(0), version, level).ok()?;
        let (upper, _) = construct_codewords(&byte(8), version, level).ok()?;
        let order = lower.iter().zip(&upper).map(|(l, u)| usize::from(*l) | usize::from(*u) << 8);
        // First come the first bytes of all blocks, then the second byte of the first.
        let mut starts: Vec<usize> = order.take_while(|at| *at != 1).collect();
        let size = correction.len().checked_div(starts.len())?;
        starts.push(length);
        if size == 0 || size > size_of::<Remainder>() || !starts.is_sorted() {
            return None;
        }
        let multiple = |of: u8| packed(&create_error_correction_code(&[of], size));
        Some(Self { starts, size, multiples: (0..=u8::MAX).map(multiple).collect() })
    }

    /// Data and correction in the order in which they stand in the code.
    fn codewords(&self, data: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let ends = self.starts.iter().skip(1);
        let blocks = self.starts.iter().zip(ends).map(|(from, to)| data.get(*from..*to));
        let blocks: Vec<&[u8]> = blocks.map(Option::unwrap_or_default).collect();
        let longest = blocks.iter().map(|b| b.len()).max().unwrap_or(0);
        let mut interleaved = Vec::with_capacity(data.len());
        for at in 0..longest {
            interleaved.extend(blocks.iter().filter_map(|block| block.get(at)));
        }
        let made: Vec<[u8; 32]> = blocks.iter().map(|block| self.of_block(block)).collect();
        let mut correction = Vec::with_capacity(made.len() * self.size);
        for at in 0..self.size {
            correction.extend(made.iter().filter_map(|block| block.get(at)));
        }
        (interleaved, correction)
    }

    /// The remainder of a division by the generator, a byte at a time.
    fn of_block(&self, block: &[u8]) -> [u8; 32] {
        let mut rest: Remainder = [0; 4];
        for byte in block {
            let [a, b, c, d] = rest;
            let lead = usize::from(*byte ^ (a >> 56) as u8);
            let [e, f, g, h] = self.multiples.get(lead).copied().unwrap_or_default();
            rest = [a << 8 | b >> 56, b << 8 | c >> 56, c << 8 | d >> 56, d << 8];
            rest = [rest[0] ^ e, rest[1] ^ f, rest[2] ^ g, rest[3] ^ h];
        }
        let mut out = [0; 32];
        let bytes = rest.iter().flat_map(|word| word.to_be_bytes());
        out.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        out
    }
}

/// Bytes as they stand in a remainder.
fn packed(bytes: &[u8]) -> Remainder {
    let mut out: Remainder = [0; 4];
    for (at, byte) in bytes.iter().enumerate() {
        if let Some(word) = out.get_mut(at / 8) {
            *word |= u64::from(*byte) << (56 - at % 8 * 8);
        }
    }
    out
}

impl<L: Line> Frame<L> {
    fn new(version: Version, level: EcLevel) -> Self {
        let mut canvas = Canvas::new(version, level);
        canvas.draw_all_functional_patterns();
        let width = version.width();
        let free = |x: i16, y: i16| canvas.get(x, y) == Module::Empty;
        let mut places = Vec::new();
        // Two columns at a time from the right, up and down in turn; the column of the timing pattern is
        // passed over.
        let (mut right, mut up) = (width - 1, true);
        while right > 0 {
            if right == 6 {
                right -= 1;
            }
            for step in 0..width {
                let y = if up { width - 1 - step } else { step };
                for x in [right, right - 1] {
                    if free(x, y) {
                        places.push((x as u8, y as u8));
                    }
                }
            }
            up = !up;
            right -= 2;
        }
        let blank = MASKS.iter().map(|mask| {
            let mut canvas = canvas.clone();
            canvas.apply_mask(*mask);
            let line = |dark: &dyn Fn(i16) -> bool| {
                let dark = (0..width).filter(|at| dark(*at));
                dark.fold(L::NONE, |line, at| line | L::at(u32::from(at.unsigned_abs())))
            };
            Squares {
                rows: (0..width).map(|y| line(&|x| canvas.get(x, y).is_dark())).collect(),
                columns: (0..width).map(|x| line(&|y| canvas.get(x, y).is_dark())).collect(),
            }
        });
        Self { blank: blank.collect(), places }
    }

    /// The code of these codewords under the best mask.
    fn filled(&self, words: &[&[u8]]) -> Code {
        let width = self.blank.first().map_or(0, |b| b.rows.len());
        let mut rows = vec![L::NONE; L::ROOM as usize];
        for (word, places) in words.iter().copied().flatten().zip(self.places.chunks(8)) {
            // Only the bits that are set.
            let mut left = *word;
            while left != 0 {
                let first = left.leading_zeros();
                left &= !(0x80 >> first);
                let Some((x, y)) = places.get(first as usize) else { break };
                if let Some(row) = rows.get_mut(usize::from(*y)) {
                    *row = *row | L::at(u32::from(*x));
                }
            }
        }
        let mut columns = rows.clone();
        turn_over_the_diagonal(&mut columns);
        let ones = Squares { rows, columns };
        let mut best: Option<(u32, &Squares<L>)> = None;
        for blank in &self.blank {
            let most = best.map_or(u32::MAX, |(least, _)| least);
            if let Some(oddness) = blank.oddness(&ones, most) {
                best = Some((oddness, blank));
            }
        }
        let mut dark = Vec::with_capacity(width * width);
        for row in best.iter().flat_map(|(_, best)| turned(&best.rows, &ones.rows)) {
            dark.extend((0..width as u32).map(|at| row >> at & L::FIRST == L::FIRST));
        }
        Code { width, dark }
    }
}

/// Makes rows columns: swaps halves, then quarters, down to single squares.
fn turn_over_the_diagonal<L: Line>(lines: &mut [L]) {
    let mut half = L::ROOM / 2;
    let mut low = !(!L::NONE << half);
    while half > 0 {
        for both in lines.chunks_mut(2 * half as usize) {
            let (above, below) = both.split_at_mut(half as usize);
            for (a, b) in above.iter_mut().zip(below) {
                let differs = (*a >> half ^ *b) & low;
                *a = *a ^ differs << half;
                *b = *b ^ differs;
            }
        }
        half /= 2;
        low = low ^ low << half;
    }
}

/// Lines with the squares of these ones turned over.
fn turned<'a, L: Line>(blank: &'a [L], ones: &'a [L]) -> impl Iterator<Item = L> + 'a {
    blank.iter().zip(ones).map(|(a, b)| *a ^ *b)
}

impl<L: Line> Squares<L> {
    /// The penalty of the standard (7.8.3) with the squares of these ones turned over; the share of dark
    /// squares in steps of half a percent. `None` if it comes to `most` or more.
    fn oddness(&self, ones: &Self, most: u32) -> Option<u32> {
        let width = self.rows.len() as u32;
        let inner = !(!L::NONE << width.clamp(1, L::ROOM).saturating_sub(1));
        let mut sum: u32 = turned(&self.columns, &ones.columns).map(|c| in_line(c, inner)).sum();
        if sum >= most {
            return None;
        }
        sum += turned(&self.rows, &ones.rows).map(|row| in_line(row, inner)).sum::<u32>();
        if sum >= most {
            return None;
        }
        let dark: u32 = turned(&self.rows, &ones.rows).map(L::count).sum();
        let below = self.rows.get(1..).unwrap_or_default();
        let ones_below = ones.rows.get(1..).unwrap_or_default();
        let pairs = turned(&self.rows, &ones.rows).zip(turned(below, ones_below));
        let blocks = pairs.map(|(a, b)| (alike(a) & alike(b) & inner & !(a ^ b)).count());
        sum += 3 * blocks.sum::<u32>();
        sum += (dark * 200 / (width * width).max(1)).abs_diff(100);
        (sum < most).then_some(sum)
    }
}

/// Bit n: square n is as the next one.
fn alike<L: Line>(line: L) -> L {
    !(line ^ line >> 1)
}

/// The penalty of one row or column. Without a way out in the middle: the compiler does two lines at a time.
fn in_line<L: Line>(line: L, inner: L) -> u32 {
    let same = alike(line) & inner;
    // Five squares in a row are four that are as the next one.
    let three = same & same >> 1;
    let five = three & three >> 2;
    // 1011101 with four light squares before or after.
    let edge = line & !(line >> 1);
    let eye = edge & edge >> 4 & line >> 2 & line >> 3 & line >> 6;
    let before = line << 1 | line << 2;
    let after = line >> 7 | line >> 8;
    let closed = (before | before << 2) & (after | after >> 2);
    five.count() + 2 * (five & !(five << 1)).count() + 40 * (eye & !closed).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of_the_library(text: &str, level: EcLevel) -> Option<Code> {
        let code = QrCode::with_error_correction_level(text, level).ok()?;
        let dark = code.to_colors().into_iter().map(|c| c == Color::Dark).collect();
        Some(Code { width: code.width(), dark })
    }

    #[test]
    fn every_version_is_as_the_library_makes_it() {
        let line = "VT1|12/QĐ-SNV|2026-11-22|0001|Lê Thị Hoa ".repeat(80);
        let mut widths = std::collections::BTreeSet::new();
        for length in (0..1500).step_by(23).chain([2331]) {
            let text: String = line.chars().filter(char::is_ascii).take(length).collect();
            let code = code(&text, Level::Medium);
            assert_eq!(code, of_the_library(&text, EcLevel::M), "{length}");
            widths.extend(code.map(|c| c.width));
        }
        assert!(widths.len() > 25, "{widths:?}");
        assert_eq!(code(&"x".repeat(3000), Level::Low), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn any_text_is_as_the_library_makes_it(text in "[ -~À-ỹ]{0,160}") {
            prop_assert_eq!(code(&text, Level::Medium), of_the_library(&text, EcLevel::M));
            prop_assert_eq!(code(&text, Level::Low), of_the_library(&text, EcLevel::L));
        }
    }
}
