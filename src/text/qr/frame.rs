//! The squares of a QR code: where bits of data stand, and which mask leaves the fewest odd patterns.
//!
//! Knows: the layout of a version (ISO/IEC 18004, 7.7 and 7.8). Must not know: texts, correction.
//!
//! A row of squares is one number. All eight masks are looked at together, line by line, and what is found
//! is counted in columns of bits, so that the compiler can do several masks with one instruction.

use std::ops::{BitAnd, BitOr, BitXor, Not, Shl, Shr};

use qrcode::canvas::{Canvas, MaskPattern, Module};
use qrcode::{EcLevel, Version};

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
pub(super) trait Line:
    Copy
    + PartialEq
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + BitXor<Output = Self>
    + Not<Output = Self>
    + Shl<u32, Output = Self>
    + Shr<u32, Output = Self>
    + From<u32>
{
    /// Squares that it has room for.
    const ROOM: u32;
    const NONE: Self;
    /// How many are dark.
    fn count(self) -> u32;

    fn at(index: u32) -> Self {
        Self::from(1) << index
    }
}

macro_rules! line {
    ($number:ty) => {
        impl Line for $number {
            const ROOM: u32 = Self::BITS;
            const NONE: Self = 0;

            fn count(self) -> u32 {
                self.count_ones()
            }
        }
    };
}
line!(u64);
line!(u128);

/// The same line under each mask.
type Masked<L> = [L; 8];

/// Squares one above the other that bits of data follow: in both of two columns, or in one.
struct Run {
    /// Which bit comes first.
    bit: u32,
    /// The right one of two columns, or the only one.
    column: u8,
    /// The uppermost square.
    row: u8,
    rows: u8,
    is_double: bool,
    goes_up: bool,
}

/// Bytes behind the codewords, which are looked at together with the last.
pub(super) const BEHIND: usize = 8;

/// Most squares of a run above each other: two columns are 32 bits.
const TALLEST: u8 = 16;

/// What all codes of a version and level have in common.
pub(super) struct Frame<L> {
    runs: Vec<Run>,
    /// For each mask the code whose bits are all 0: to see one, turn over the squares of its ones.
    rows: Vec<Masked<L>>,
    columns: Vec<Masked<L>>,
}

impl<L: Line> Frame<L> {
    pub(super) fn new(version: Version, level: EcLevel) -> Self {
        let mut canvas = Canvas::new(version, level);
        canvas.draw_all_functional_patterns();
        let width = version.width();
        let free = |x: i16, y: i16| canvas.get(x, y) == Module::Empty;
        let mut runs = Vec::new();
        let mut bit = 0;
        // Two columns at a time from the right, up and down in turn; the column of the timing pattern is
        // passed over.
        let (mut right, mut up) = (width - 1, true);
        while right > 0 {
            if right == 6 {
                right -= 1;
            }
            let mut last: Option<Run> = None;
            for step in 0..width {
                let y = if up { width - 1 - step } else { step };
                let (is_right, is_left) = (free(right, y), free(right - 1, y));
                let column = (if is_right { right } else { right - 1 }) as u8;
                let is_double = is_right && is_left;
                let goes_on = |run: &Run| {
                    run.column == column && run.is_double == is_double && run.rows < TALLEST
                };
                if !is_right && !is_left {
                    runs.extend(last.take());
                    continue;
                }
                match last.as_mut().filter(|run| goes_on(run)) {
                    Some(run) => {
                        run.rows += 1;
                        run.row = run.row.min(y as u8);
                    }
                    None => {
                        runs.extend(last.take());
                        let (row, rows) = (y as u8, 1);
                        last = Some(Run { bit, column, row, rows, is_double, goes_up: up });
                    }
                }
                bit += 1 + u32::from(is_double);
            }
            runs.extend(last);
            up = !up;
            right -= 2;
        }
        let mut out = Self { runs, rows: Vec::new(), columns: Vec::new() };
        let width = usize::try_from(width).unwrap_or(0);
        out.rows.resize(width, [L::NONE; 8]);
        out.columns.resize(width, [L::NONE; 8]);
        for (at, mask) in MASKS.iter().enumerate() {
            let mut canvas = canvas.clone();
            canvas.apply_mask(*mask);
            for (y, row) in (0..).zip(&mut out.rows) {
                for (x, column) in (0..).zip(&mut out.columns) {
                    if canvas.get(x, y).is_dark() {
                        row[at] = row[at] | L::at(u32::from(x.unsigned_abs()));
                        column[at] = column[at] | L::at(u32::from(y.unsigned_abs()));
                    }
                }
            }
        }
        out
    }

    /// The rows of the code of these codewords under the best mask. Behind the last come [`BEHIND`] more bytes.
    pub(super) fn filled(&self, words: &[u8]) -> Vec<L> {
        let columns = self.ones(words);
        let mut rows = columns.clone();
        turn_over_the_diagonal(&mut rows);
        let oddness = self.oddness(&rows, &columns);
        // The first of the best.
        let best = (0..8).min_by_key(|at| oddness[*at]).unwrap_or(0);
        self.rows.iter().zip(&rows).map(|(blank, ones)| blank[best] ^ *ones).collect()
    }

    /// The columns of the bits that are set.
    fn ones(&self, words: &[u8]) -> Vec<L> {
        let mut columns = vec![L::NONE; L::ROOM as usize];
        for run in &self.runs {
            let rest =
                words.get(run.bit as usize / 8..).and_then(|rest| rest.first_chunk::<BEHIND>());
            let count = u32::from(run.rows) * if run.is_double { 2 } else { 1 };
            // The first bit is the highest.
            let bits = u64::from_be_bytes(rest.copied().unwrap_or_default()) << (run.bit % 8);
            // The lowest bit is to be the upmost square.
            let bits = if run.goes_up { bits >> (64 - count) } else { bits.reverse_bits() };
            let bits = bits & (u64::MAX >> (64 - count));
            let column = usize::from(run.column);
            let mut add = |column: usize, bits: u32| {
                if let Some(column) = columns.get_mut(column) {
                    *column = *column | L::from(bits) << u32::from(run.row);
                }
            };
            if !run.is_double {
                add(column, bits as u32);
                continue;
            }
            let (even, odd) = (every_other(bits), every_other(bits >> 1));
            let (right, left) = if run.goes_up { (odd, even) } else { (even, odd) };
            add(column, right);
            add(column - 1, left);
        }
        columns
    }

    /// The penalty of the standard (7.8.3) for each mask; the share of dark squares in steps of half a percent.
    fn oddness(&self, ones: &[L], ones_across: &[L]) -> [u32; 8] {
        let width = self.rows.len() as u32;
        let inner = !(!L::NONE << width.clamp(1, L::ROOM).saturating_sub(1));
        let mut sums = [0; 8];
        in_lines(&self.columns, ones_across, inner, &mut sums);
        in_lines(&self.rows, ones, inner, &mut sums);
        let (blocks, dark) = in_areas(&self.rows, ones, inner);
        for ((sum, blocks), dark) in sums.iter_mut().zip(blocks).zip(dark) {
            *sum += 3 * blocks + (dark * 200 / (width * width).max(1)).abs_diff(100);
        }
        sums
    }
}

/// The bits at even places, close together: of 32 bits.
fn every_other(bits: u64) -> u32 {
    let mut bits = bits as u32 & 0x5555_5555;
    bits = (bits | bits >> 1) & 0x3333_3333;
    bits = (bits | bits >> 2) & 0x0F0F_0F0F;
    bits = (bits | bits >> 4) & 0x00FF_00FF;
    (bits | bits >> 8) & 0x0000_FFFF
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

/// Counts bits of numbers: each column of bits for itself, in as many numbers as the count has digits.
struct Counts<L>([Masked<L>; 8]);

/// Three bits added up: their sum and what is carried.
fn added<L: Line>(a: L, b: L, c: L) -> (L, L) {
    let half = a ^ b;
    (half ^ c, a & b | half & c)
}

impl<L: Line> Counts<L> {
    const NONE: Self = Self([[L::NONE; 8]; 8]);

    /// Adds the bits of two numbers of one mask; what is carried in twos.
    fn two(&mut self, mask: usize, a: L, b: L) -> L {
        let (sum, twos) = added(self.0[0][mask], a, b);
        self.0[0][mask] = sum;
        twos
    }

    /// Adds the bits of four numbers of one mask.
    fn four(&mut self, mask: usize, [a, b, c, d]: [L; 4]) {
        let (first, second) = (self.two(mask, a, b), self.two(mask, c, d));
        let (sum, mut carried) = added(self.0[1][mask], first, second);
        self.0[1][mask] = sum;
        for digit in &mut self.0[2..] {
            let sum = digit[mask] ^ carried;
            carried = digit[mask] & carried;
            digit[mask] = sum;
        }
    }

    /// How many there were.
    fn sum(&self, mask: usize) -> u32 {
        self.0.iter().enumerate().map(|(digit, masks)| masks[mask].count() << digit).sum()
    }
}

/// Bit n: square n is as the next one.
fn alike<L: Line>(line: L) -> L {
    !(line ^ line >> 1)
}

/// Five and more squares in a row that are alike: one bit each for the fifth and each further one, and one for each row;
/// and 1011101 with four light squares before or after.
fn in_line<L: Line>(line: L, inner: L) -> [L; 3] {
    let same = alike(line) & inner;
    // Five squares in a row are four that are as the next one.
    let three = same & same >> 1;
    let five = three & three >> 2;
    let edge = line & !(line >> 1);
    let eye = edge & edge >> 4 & line >> 2 & line >> 3 & line >> 6;
    let before = line << 1 | line << 2;
    let after = line >> 7 | line >> 8;
    let closed = (before | before << 2) & (after | after >> 2);
    [five, five & !(five << 1), eye & !closed]
}

/// Four lines and the one after: under each mask without the ones, and the ones. Lines that are not there are light.
struct Few<'a, L> {
    blank: [&'a Masked<L>; 5],
    ones: [L; 5],
    /// How many are there.
    count: usize,
}

impl<'a, L: Line> Few<'a, L> {
    fn of(lines: &'a [Masked<L>], ones: &[L], from: usize, none: &'a Masked<L>) -> Self {
        let blank = std::array::from_fn(|at| lines.get(from + at).unwrap_or(none));
        let is_there = |at: &usize| from + at < lines.len();
        let one = |at| ones.get(from + at).copied().filter(|_| is_there(&at)).unwrap_or(L::NONE);
        Self { blank, ones: std::array::from_fn(one), count: lines.len().saturating_sub(from) }
    }

    /// Nothing is found in a line that is not there.
    fn inner(&self, at: usize, inner: L) -> L {
        if at < self.count { inner } else { L::NONE }
    }

    fn line(&self, at: usize, mask: usize) -> L {
        self.blank[at][mask] ^ self.ones[at]
    }
}

/// What is found in lines: squares from the fifth alike on, rows of such, and eyes.
struct Found<L>([Counts<L>; 3]);

impl<L: Line> Found<L> {
    /// Looks at four lines under each mask. A function of its own, so that the compiler sees that nothing overlaps.
    #[inline(never)]
    fn look(&mut self, few: &Few<'_, L>, inner: L) {
        let Self([five, rows, eyes]) = self;
        let [in_a, in_b, in_c, in_d] = std::array::from_fn(|at| few.inner(at, inner));
        for mask in 0..8 {
            let a = in_line(few.line(0, mask), in_a);
            let b = in_line(few.line(1, mask), in_b);
            let c = in_line(few.line(2, mask), in_c);
            let d = in_line(few.line(3, mask), in_d);
            five.four(mask, [a[0], b[0], c[0], d[0]]);
            rows.four(mask, [a[1], b[1], c[1], d[1]]);
            eyes.four(mask, [a[2], b[2], c[2], d[2]]);
        }
    }
}

/// Adds the penalty of rows or columns.
fn in_lines<L: Line>(lines: &[Masked<L>], ones: &[L], inner: L, sums: &mut [u32; 8]) {
    let mut found = Found([Counts::NONE, Counts::NONE, Counts::NONE]);
    let none = [L::NONE; 8];
    for from in (0..lines.len()).step_by(4) {
        found.look(&Few::of(lines, ones, from, &none), inner);
    }
    let [five, rows, eyes] = &found.0;
    for (mask, sum) in sums.iter_mut().enumerate() {
        *sum += five.sum(mask) + 2 * rows.sum(mask) + 40 * eyes.sum(mask);
    }
}

/// Squares of two by two that are alike, and dark squares.
struct Areas<L>([Counts<L>; 2]);

impl<L: Line> Areas<L> {
    /// As [`Found::look`].
    #[inline(never)]
    fn look(&mut self, few: &Few<'_, L>, inner: L) {
        let Self([blocks, dark]) = self;
        // The last row has none below it.
        let [_, in_b, in_c, in_d, in_e] = std::array::from_fn(|at| few.inner(at, inner));
        let block = |a: L, b: L, inner: L| alike(a) & alike(b) & !(a ^ b) & inner;
        for mask in 0..8 {
            let (a, b, c) = (few.line(0, mask), few.line(1, mask), few.line(2, mask));
            let (d, e) = (few.line(3, mask), few.line(4, mask));
            let of = [block(a, b, in_b), block(b, c, in_c), block(c, d, in_d), block(d, e, in_e)];
            blocks.four(mask, of);
            dark.four(mask, [a, b, c, d]);
        }
    }
}

fn in_areas<L: Line>(rows: &[Masked<L>], ones: &[L], inner: L) -> ([u32; 8], [u32; 8]) {
    let mut areas = Areas([Counts::NONE, Counts::NONE]);
    let none = [L::NONE; 8];
    for from in (0..rows.len()).step_by(4) {
        areas.look(&Few::of(rows, ones, from, &none), inner);
    }
    let [blocks, dark] = &areas.0;
    (std::array::from_fn(|mask| blocks.sum(mask)), std::array::from_fn(|mask| dark.sum(mask)))
}
