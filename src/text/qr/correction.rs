//! Error correction of a QR code: blocks of data, each with the remainder of a division.
//!
//! Knows: how the data of a version and level are divided into blocks. Must not know: texts, squares.
//!
//! The library says how: it is asked once for the order of the bytes and for the multiples of the generator.

use qrcode::ec::{construct_codewords, create_error_correction_code};
use qrcode::{EcLevel, Version};

/// A block's correction under construction; its first byte is the highest of the first number.
type Remainder = [u64; 4];

/// How the data of a version and level are divided into blocks, and what each byte of a block adds to its correction.
pub(super) struct Correction {
    /// Where each block begins, and the end of the last.
    starts: Vec<usize>,
    /// Bytes of correction of a block.
    size: usize,
    /// The generator polynomial times each byte.
    multiples: Vec<Remainder>,
}

impl Correction {
    /// All of it is asked of the library. `None` for what does not come out as expected.
    pub(super) fn new(version: Version, level: EcLevel, length: usize) -> Option<Self> {
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

    /// Data and correction in the order in which they stand in the code, and so many more bytes of nothing.
    pub(super) fn codewords(&self, data: &[u8], more: usize) -> Vec<u8> {
        let ends = self.starts.iter().skip(1);
        let blocks = self.starts.iter().zip(ends).map(|(from, to)| data.get(*from..*to));
        let blocks: Vec<&[u8]> = blocks.map(Option::unwrap_or_default).collect();
        let longest = blocks.iter().map(|b| b.len()).max().unwrap_or(0);
        let mut out = Vec::with_capacity(data.len() + blocks.len() * self.size + more);
        for at in 0..longest {
            out.extend(blocks.iter().filter_map(|block| block.get(at)));
        }
        let made: Vec<[u8; 32]> = blocks.iter().map(|block| self.of_block(block)).collect();
        for at in 0..self.size {
            out.extend(made.iter().filter_map(|block| block.get(at)));
        }
        out.resize(out.len() + more, 0);
        out
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
