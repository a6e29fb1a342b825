//! A text as a QR code (ISO/IEC 18004).
//!
//! Knows: squares, and which of the eight masks leaves the fewest odd patterns. Must not know: who reads
//! the code, how it is drawn.
//!
//! The library encodes the text and its error correction. Its own search for a mask looks at every
//! square of eight pictures one by one, which is most of the time a certificate takes; here a row of
//! squares is one number, and the frame of a version, that is all squares but those of the data, is
//! made once. The mask is the one that the library would choose.

use std::sync::OnceLock;

use qrcode::bits::encode_auto;
use qrcode::canvas::{Canvas, MaskPattern, Module};
use qrcode::ec::construct_codewords;
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

/// Rows, and the same columns: of each the first square is the lowest bit.
#[derive(Clone)]
struct Squares {
    rows: Vec<u128>,
    columns: Vec<u128>,
}

/// What all codes of a version and level have in common.
struct Frame {
    /// Column and row of each bit of data in turn.
    places: Vec<(u8, u8)>,
    /// For each mask the code whose bits are all 0: to see one, turn over the squares of its ones.
    blank: Vec<Squares>,
}

/// The code of a text; `None` if it is too long for any.
pub fn code(text: &str, level: Level) -> Option<Code> {
    static FRAMES: [[OnceLock<Frame>; FRAMED]; 2] =
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
    let frame = frame.get_or_init(|| Frame::new(version, ec));
    let (data, correction) = construct_codewords(&bits.into_bytes(), version, ec).ok()?;
    Some(frame.filled(&[&data, &correction]))
}

impl Frame {
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
                (0..width).filter(|at| dark(*at)).fold(0u128, |line, at| line | 1 << at)
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
        let mut ones = Squares { rows: vec![0; width], columns: vec![0; width] };
        for (word, places) in words.iter().copied().flatten().zip(self.places.chunks(8)) {
            // Only the bits that are set.
            let mut left = *word;
            while left != 0 {
                let first = left.leading_zeros();
                left &= !(0x80 >> first);
                let Some((x, y)) = places.get(first as usize) else { break };
                if let (Some(row), Some(column)) =
                    (ones.rows.get_mut(usize::from(*y)), ones.columns.get_mut(usize::from(*x)))
                {
                    *row |= 1 << x;
                    *column |= 1 << y;
                }
            }
        }
        let mut best: Option<(u32, &Squares)> = None;
        for blank in &self.blank {
            let most = best.map_or(u32::MAX, |(least, _)| least);
            if let Some(oddness) = blank.oddness(&ones, most) {
                best = Some((oddness, blank));
            }
        }
        let mut dark = Vec::with_capacity(width * width);
        for mut row in best.iter().flat_map(|(_, best)| turned(&best.rows, &ones.rows)) {
            for _ in 0..width {
                dark.push(row & 1 == 1);
                row >>= 1;
            }
        }
        Code { width, dark }
    }
}

/// Lines with the squares of these ones turned over.
fn turned<'a>(blank: &'a [u128], ones: &'a [u128]) -> impl Iterator<Item = u128> + 'a {
    blank.iter().zip(ones).map(|(a, b)| a ^ b)
}

impl Squares {
    /// The penalty of the standard (7.8.3) with the squares of these ones turned over; the share of dark
    /// squares in steps of half a percent. `None` if it comes to `most` or more.
    fn oddness(&self, ones: &Self, most: u32) -> Option<u32> {
        let width = self.rows.len() as u32;
        let inner = (1u128 << width.clamp(1, 128).saturating_sub(1)) - 1;
        let (mut sum, mut dark, mut before) = (0, 0, None);
        for line in turned(&self.columns, &ones.columns) {
            sum += in_line(line, alike(line) & inner);
        }
        if sum >= most {
            return None;
        }
        for line in turned(&self.rows, &ones.rows) {
            let same = alike(line) & inner;
            sum += in_line(line, same);
            dark += line.count_ones();
            if let Some((above, above_same)) = before.replace((line, same)) {
                let block: u128 = above_same & same & !(above ^ line);
                sum += 3 * block.count_ones();
            }
        }
        sum += (dark * 200 / (width * width).max(1)).abs_diff(100);
        (sum < most).then_some(sum)
    }
}

/// Bit n: square n is as the next one.
fn alike(line: u128) -> u128 {
    !(line ^ (line >> 1))
}

/// The penalty of one row or column.
fn in_line(line: u128, same: u128) -> u32 {
    // Five squares in a row are four that are as the next one.
    let five = same & same >> 1 & same >> 2 & same >> 3;
    let runs = five.count_ones() + 2 * (five & !(five << 1)).count_ones();
    // 1011101 with four light squares before or after.
    let eye = line & !(line >> 1) & line >> 2 & line >> 3 & line >> 4 & !(line >> 5) & line >> 6;
    if eye == 0 {
        return runs;
    }
    let before = line << 1 | line << 2 | line << 3 | line << 4;
    let after = line >> 7 | line >> 8 | line >> 9 | line >> 10;
    runs + 40 * (eye & !(before & after)).count_ones()
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
