//! Dark squares as a PNG, one bit a pixel.
//!
//! Knows: the chunks of a PNG. Must not know: what the squares mean, where the picture stands.
//!
//! Where a square of a row is a byte the picture is pressed here: each row of squares is once its bytes and then
//! a copy of them, seven times, and both bytes have short codes. A compressor that has to find that out in the
//! finished pixels takes twenty times as long for twice the bytes.

use std::cell::RefCell;
use std::sync::OnceLock;

use flate2::{Compress, Compression, FlushCompress, Status};

use super::squeeze::{Bits, distant};

/// How each PNG begins.
pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Rows of such pictures repeat each other: more effort saves nothing worth its time.
const LEVEL: u32 = 2;

thread_local! {
    static COMPRESS: RefCell<Compress> = RefCell::new(Compress::new(Compression::new(LEVEL), true));
}

/// Pixels on a side of a dark square: so many that its edges are sharp however it is printed, and a
/// square of a row is a byte.
const SCALE: usize = 8;

/// Dark squares, row by row, as a PNG to print. `None` if there are too many.
pub fn dark_squares(width: usize, dark: &[bool]) -> Option<Vec<u8>> {
    if dark.len() != width.checked_mul(width)? {
        return squares(width, dark, SCALE, 0);
    }
    let words = |row: &[bool]| {
        let mut words = [0; 3];
        for (word, part) in words.iter_mut().zip(row.chunks(64)) {
            *word = part.iter().rev().fold(0, |word, dark| word << 1 | u64::from(*dark));
        }
        words
    };
    match pressed(width, dark.chunks(width.max(1)).map(words)) {
        Some(data) => wrapped(u32::try_from(width.checked_mul(SCALE)?).ok()?, &data),
        None => squares(width, dark, SCALE, 0),
    }
}

/// The same of rows that are numbers, the first square of each in the lowest bit: as many as squares in a row.
pub fn dark_rows(rows: &[u64]) -> Option<Vec<u8>> {
    let width = Some(rows.len()).filter(|width| *width <= 64)?;
    wrapped((width * SCALE) as u32, &pressed(width, rows.iter().map(|row| [*row, 0, 0]))?)
}

/// A code and its length in bits, for [`Bits::put`].
type Symbol = (u32, u32);

/// Squares on a side of the largest code.
const WIDEST: usize = 177;
/// Longest copy.
const LONGEST: usize = 258;
/// The order in which lengths of the codes for lengths stand (RFC 1951, 3.2.7), without the last.
const ORDER: [usize; 18] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1];

/// The symbol of a copy's length, and its further bits: 3 to 258.
fn copied(length: usize) -> (usize, u32, u32) {
    if length == LONGEST {
        return (285, 0, 0);
    }
    let from_three = length.saturating_sub(3) as u32;
    if from_three < 8 {
        return (257 + from_three as usize, 0, 0);
    }
    let extra = from_three.ilog2() - 2;
    let symbol = 257 + 4 * extra as usize + (from_three >> extra) as usize;
    (symbol, from_three & ((1 << extra) - 1), extra)
}

/// The lengths of the copies that the repeats of a line come to.
fn copies(mut rest: usize) -> Vec<usize> {
    let mut out = Vec::with_capacity(rest / LONGEST + 2);
    while rest > 0 {
        // None may be left that is too short for a copy.
        let next = if rest > LONGEST && rest - LONGEST < 3 { rest - 3 } else { rest.min(LONGEST) };
        out.push(next);
        rest -= next;
    }
    out
}

/// Codes from lengths (RFC 1951, 3.2.2), each with its bits turned round.
fn codes(lengths: &[u32]) -> Vec<Symbol> {
    let mut code = 0_u32;
    let mut out = vec![(0, 0); lengths.len()];
    for length in 1..=15 {
        code <<= 1;
        for (symbol, _) in out.iter_mut().zip(lengths).filter(|(_, l)| **l == length) {
            *symbol = (code.reverse_bits() >> (32 - length), length);
            code += 1;
        }
    }
    out
}

/// Dark and white squares (and “no filter”, which is as dark): two bits and one.
const DARK: Symbol = (0b01, 2);
const WHITE: Symbol = (0, 1);

/// Eight squares of a row.
#[derive(Clone, Copy)]
struct Eight {
    /// Their codes one after the other.
    bits: u16,
    count: u8,
    /// How many are white, and the sum of their places from 0.
    white: u8,
    places: u8,
}

/// By the number whose bits are the dark squares, the first one the lowest.
static EIGHTS: [Eight; 256] = {
    let none = Eight { bits: 0, count: 0, white: 0, places: 0 };
    let mut table = [none; 256];
    let mut number = 0;
    while number < 256 {
        let mut of = none;
        let mut at = 0;
        while at < 8 {
            let is_dark = number >> at & 1 == 1;
            let (code, length) = if is_dark { DARK } else { WHITE };
            of.bits |= (code as u16) << of.count;
            of.count += length as u8;
            if !is_dark {
                of.white += 1;
                of.places += at;
            }
            at += 1;
        }
        table[number] = of;
        number += 1;
    }
    table
};

/// What all pictures of so many squares have in common.
struct Head {
    /// What comes before the first row.
    bits: Bits,
    /// The copies behind a row, each in one.
    repeat: Vec<Symbol>,
    end: Symbol,
}

impl Head {
    fn new(width: usize) -> Option<Self> {
        let line = width + 1;
        let copies = copies(line * (SCALE - 1));
        // White is one bit, black two; then the copies and the end, which are few.
        let mut lengths = vec![0_u32; 286];
        *lengths.first_mut()? = DARK.1;
        *lengths.get_mut(255)? = WHITE.1;
        let mut rare = vec![256];
        for length in &copies {
            let (symbol, ..) = copied(*length);
            if !rare.contains(&symbol) {
                rare.push(symbol);
            }
        }
        for (at, symbol) in rare.iter().rev().enumerate() {
            *lengths.get_mut(*symbol)? = (at as u32 + 3).min(rare.len() as u32 + 1);
        }
        let all = codes(&lengths);
        let (far, far_bits, far_extra) = distant(line);
        let mut bits = Bits::after(vec![0x78, 0x01]);
        heading(&mut bits, &lengths, far)?;
        let mut repeat = Vec::with_capacity(copies.len());
        for length in &copies {
            let (symbol, extra, count) = copied(*length);
            let (code, size) = *all.get(symbol)?;
            // The only distance has one bit, a zero.
            let before = size + count + 1;
            repeat.push((code | extra << size | far_bits << before, before + far_extra));
        }
        Some(Self { bits, repeat, end: *all.get(256)? })
    }

    /// The head of so many squares; made once.
    fn of(width: usize) -> Option<&'static Self> {
        static HEADS: [OnceLock<Option<Head>>; WIDEST + 1] =
            [const { OnceLock::new() }; WIDEST + 1];
        HEADS.get(width)?.get_or_init(|| Self::new(width)).as_ref()
    }
}

/// The pixels as a zlib stream: 8 of them on a side of a square, nothing around. `rows` are as many as squares in a row,
/// each as numbers with its first square in the lowest bit. `None` for squares of no code.
fn pressed(width: usize, rows: impl Iterator<Item = [u64; 3]>) -> Option<Vec<u8>> {
    if !(4..=WIDEST).contains(&width) {
        return None;
    }
    let (head, line) = (Head::of(width)?, width as u64 + 1);
    let mut bits = head.bits.followed(width * (width / 4 + 4) + 96);
    // Adler-32 over all lines: of each that is copied the same sums are added. The largest picture comes nowhere
    // near the end of the numbers.
    let (mut a, mut b) = (1_u64, 0_u64);
    let copies = SCALE as u64;
    for row in rows {
        bits.put(DARK.0, DARK.1);
        let (mut sum, mut weighted, mut left) = (0_u64, 0_u64, width as u64);
        let numbers = row.iter().flat_map(|word| word.to_le_bytes()).take(width.div_ceil(8));
        for number in numbers {
            // Squares that are not there are taken for dark, which are not counted, and their codes are left out.
            let missing = 8_u64.saturating_sub(left) as u32;
            let of = &EIGHTS[usize::from(number | !(0xFF >> missing))];
            let count = u32::from(of.count) - missing * DARK.1;
            bits.put(u32::from(of.bits) & !(u32::MAX << count), count);
            sum += u64::from(of.white);
            weighted += u64::from(of.white) * left - u64::from(of.places);
            left = left.saturating_sub(8);
        }
        for (code, count) in &head.repeat {
            bits.put(*code, *count);
        }
        // The same for each of the lines: the first sum grows with them.
        let before = copies * a + copies * (copies - 1) / 2 * 255 * sum;
        b += before * line + copies * 255 * weighted;
        a += copies * 255 * sum;
    }
    bits.put(head.end.0, head.end.1);
    let mut out = bits.finish();
    let sum = ((b % 65_521) as u32) << 16 | (a % 65_521) as u32;
    out.extend_from_slice(&sum.to_be_bytes());
    Some(out)
}

/// The head of the only block: its codes. Lengths up to 5 and runs of zeros have three bits each.
fn heading(bits: &mut Bits, lengths: &[u32], far: u32) -> Option<()> {
    let used = [0_usize, 1, 2, 3, 4, 5, 17, 18];
    let of_lengths: Vec<u32> = (0..19).map(|n| if used.contains(&n) { 3 } else { 0 }).collect();
    let codes = codes(&of_lengths);
    // The last block, with codes of its own.
    bits.put(0b101, 3);
    bits.put(lengths.len() as u32 - 257, 5);
    bits.put(far, 5);
    bits.put(ORDER.len() as u32 - 4, 4);
    for at in ORDER {
        bits.put(*of_lengths.get(at)?, 3);
    }
    let distances = (0..=far).map(|n| u32::from(n == far));
    let all: Vec<u32> = lengths.iter().copied().chain(distances).collect();
    for run in all.chunk_by(|a, b| a == b) {
        let (length, mut left) = (*run.first()?, run.len());
        while left > 0 {
            let (symbol, extra, count, taken) = match left {
                11.. if length == 0 => (18, left.min(138) - 11, 7, left.min(138)),
                3.. if length == 0 => (17, left - 3, 3, left),
                _ => (length as usize, 0, 0, 1),
            };
            let (code, size) = *codes.get(symbol)?;
            bits.put(code, size);
            bits.put(extra as u32, count);
            left -= taken;
        }
    }
    Some(())
}

/// The picture: `scale` pixels on a side of a square, `quiet` squares of white around all. `None` if it
/// would be larger than a PNG can be.
pub(super) fn squares(width: usize, dark: &[bool], scale: usize, quiet: usize) -> Option<Vec<u8>> {
    let side = quiet.checked_mul(2)?.checked_add(width)?.checked_mul(scale)?;
    let line = side.div_ceil(8).checked_add(1)?;
    let mut pixels = Vec::with_capacity(line.checked_mul(side)?);
    // A byte that says that no filter is used, then white.
    let mut white = vec![0xFF_u8; line];
    *white.first_mut()? = 0;
    let blank = |out: &mut Vec<u8>| (0..quiet * scale).for_each(|_| out.extend_from_slice(&white));
    blank(&mut pixels);
    for row in dark.chunks(width.max(1)).take(width) {
        let from = pixels.len();
        pixels.extend_from_slice(&white);
        let drawn = pixels.get_mut(from + 1..)?;
        for (at, _) in row.iter().enumerate().filter(|(_, dark)| **dark) {
            let first = (at + quiet) * scale;
            if scale == 8 {
                *drawn.get_mut(first / 8)? = 0;
                continue;
            }
            for x in first..first + scale {
                *drawn.get_mut(x / 8)? &= !(0x80 >> (x % 8));
            }
        }
        (1..scale).for_each(|_| pixels.extend_from_within(from..from + line));
    }
    blank(&mut pixels);
    file(u32::try_from(side).ok()?, &pixels)
}

/// A square picture of one bit a pixel.
fn file(side: u32, pixels: &[u8]) -> Option<Vec<u8>> {
    // Stored blocks cost 5 bytes for each 16 KiB at worst: this always has room in one go.
    let mut data = Vec::with_capacity(pixels.len() + pixels.len() / 1000 * 6 + 64);
    let status = COMPRESS.with_borrow_mut(|compress| {
        compress.reset();
        compress.compress_vec(pixels, &mut data, FlushCompress::Finish)
    });
    if !matches!(status, Ok(Status::StreamEnd)) {
        return None;
    }
    wrapped(side, &data)
}

/// A picture of pixels that are pressed.
fn wrapped(side: u32, data: &[u8]) -> Option<Vec<u8>> {
    let mut header = Vec::with_capacity(13);
    header.extend_from_slice(&side.to_be_bytes());
    header.extend_from_slice(&side.to_be_bytes());
    // One bit, grey; deflate, no filter, not interlaced.
    header.extend_from_slice(&[1, 0, 0, 0, 0]);
    let mut out = Vec::with_capacity(data.len() + 64);
    out.extend_from_slice(SIGNATURE);
    for (kind, content) in [(b"IHDR", header.as_slice()), (b"IDAT", data), (b"IEND", &[])] {
        out.extend_from_slice(&u32::try_from(content.len()).ok()?.to_be_bytes());
        let from = out.len();
        out.extend_from_slice(kind);
        out.extend_from_slice(content);
        let sum = crc32fast::hash(out.get(from..)?);
        out.extend_from_slice(&sum.to_be_bytes());
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    /// What any reader of zlib streams sees, with its checksum.
    fn unpressed(data: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        flate2::read::ZlibDecoder::new(data).read_to_end(&mut out).expect("a sound stream");
        out
    }

    #[test]
    fn rows_pressed_by_hand_are_the_pixels() {
        for width in 4..=177_usize {
            let noise =
                |at: usize| at.wrapping_mul(2_654_435_761).wrapping_add(width) >> 7 & 1 == 0;
            for dark in [(0..width * width).map(noise).collect(), vec![true; width * width]] {
                let mut pixels = Vec::new();
                for row in dark.chunks(width) {
                    let bytes = row.iter().map(|dark| if *dark { 0 } else { 0xFF });
                    let line: Vec<u8> = std::iter::once(0).chain(bytes).collect();
                    (0..SCALE).for_each(|_| pixels.extend_from_slice(&line));
                }
                let png = dark_squares(width, &dark).expect("drawn");
                let at = png.windows(4).position(|w| w == b"IDAT").expect("pixels") + 4;
                assert!(unpressed(&png[at..png.len() - 16]) == pixels, "{width}");
                if width <= 64 {
                    let row =
                        |row: &[bool]| row.iter().rev().fold(0, |r, d| r << 1 | u64::from(*d));
                    let rows: Vec<u64> = dark.chunks(width).map(row).collect();
                    assert_eq!(dark_rows(&rows), Some(png));
                }
            }
        }
        assert_eq!(dark_rows(&[1; 65]), None);
        assert_eq!(pressed(178, std::iter::empty()), None);
    }
}
