//! Dark squares as a PNG, one bit a pixel.
//!
//! Knows: the chunks of a PNG. Must not know: what the squares mean, where the picture stands.

use std::cell::RefCell;

use flate2::{Compress, Compression, FlushCompress, Status};

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
    squares(width, dark, SCALE, 0)
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
    let mut header = Vec::with_capacity(13);
    header.extend_from_slice(&side.to_be_bytes());
    header.extend_from_slice(&side.to_be_bytes());
    // One bit, grey; deflate, no filter, not interlaced.
    header.extend_from_slice(&[1, 0, 0, 0, 0]);
    let mut out = Vec::with_capacity(data.len() + 64);
    out.extend_from_slice(SIGNATURE);
    for (kind, content) in [(b"IHDR", header.as_slice()), (b"IDAT", &data), (b"IEND", &[])] {
        out.extend_from_slice(&u32::try_from(content.len()).ok()?.to_be_bytes());
        let from = out.len();
        out.extend_from_slice(kind);
        out.extend_from_slice(content);
        let sum = crc32fast::hash(out.get(from..)?);
        out.extend_from_slice(&sum.to_be_bytes());
    }
    Some(out)
}
