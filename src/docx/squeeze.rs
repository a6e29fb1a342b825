//! Deflates short texts: one block with the fixed codes, one look back for every word of four bytes.
//!
//! Knows: RFC 1951. Must not know: zip, XML.
//!
//! A letter's text is a few kilobytes. A general compressor clears tables for 64 KiB of history before
//! each, which costs more than pressing the text itself; here a table of 16 KiB is cleared and nothing else.
//! Texts that begin as the one before did are gone on with from where they part: to the same bytes.

use std::cell::RefCell;

/// Longer texts are for a compressor with more than one block: here every distance and every position fits.
pub(super) const LONGEST: usize = 32 << 10;
/// Shortest and longest repetition.
const LEAST: usize = 4;
const MOST: usize = 258;
const TABLE_BITS: u32 = 13;

/// For the hash of a word the place after the one where it was seen last; 0 for none.
type Seen = [u16; 1 << TABLE_BITS];

/// Texts that share less are begun anew: to go on from where they part saves too little.
const SHARED: usize = 1024;
/// So many bytes behind a place may say what was done before it.
const AHEAD: usize = 4;

thread_local! {
    static PRESS: RefCell<Press> = RefCell::new(Press::new());
}

/// The table, and what is remembered from one text to the next: the letters of a batch begin alike.
struct Press {
    seen: Box<Seen>,
    /// The text that was last pressed from its beginning.
    last: Vec<u8>,
    begun: Option<Begun>,
}

/// Where pressing stood when two texts were about to part.
struct Begun {
    /// The text up to there, and what lies directly behind.
    text: Vec<u8>,
    at: usize,
    bits: Bits,
    seen: Box<Seen>,
}

/// The text deflated, as one whole stream; always the same bytes. `None` if it is longer than [`LONGEST`].
pub(super) fn squeeze(text: &[u8]) -> Option<Vec<u8>> {
    if text.len() > LONGEST {
        return None;
    }
    Some(PRESS.with_borrow_mut(|press| press.squeeze(text)))
}

impl Press {
    fn new() -> Self {
        Self { seen: Box::new([0; 1 << TABLE_BITS]), last: Vec::new(), begun: None }
    }

    fn squeeze(&mut self, text: &[u8]) -> Vec<u8> {
        // Without any repetition a byte takes nine bits at most.
        let room = text.len() + text.len() / 8 + 16;
        if let Some(begun) = self.begun.as_ref().filter(|b| text.starts_with(&b.text)) {
            self.seen.copy_from_slice(&*begun.seen);
            let (at, bits) = (begun.at, begun.bits.followed(room));
            return self.block(text, at, bits, usize::MAX);
        }
        let alike = self.last.iter().zip(text).take_while(|(a, b)| a == b).count();
        self.last.clear();
        self.last.extend_from_slice(text);
        // From there on the next repetition may reach to where they part.
        let parting = if alike > SHARED { alike - MOST - AHEAD } else { usize::MAX };
        self.seen.fill(0);
        let mut bits = Bits::after(Vec::with_capacity(room));
        // The last block, and fixed codes.
        bits.put(0b011, 3);
        self.block(text, 0, bits, parting)
    }

    /// The block from a place on; how things stand at `parting` is remembered.
    fn block(&mut self, text: &[u8], from: usize, mut bits: Bits, mut parting: usize) -> Vec<u8> {
        let mut at = from;
        while let Some(&byte) = text.get(at) {
            if at >= parting {
                parting = usize::MAX;
                self.remember(text, at, &bits);
            }
            let Some(word) = word(text, at) else {
                bits.literal(byte);
                at += 1;
                continue;
            };
            let before = std::mem::replace(&mut self.seen[hash(word)], place_after(at));
            let Some(from) = usize::from(before).checked_sub(1) else {
                bits.literal(byte);
                at += 1;
                continue;
            };
            let length = common(text, from, at);
            if length < LEAST {
                bits.literal(byte);
                at += 1;
                continue;
            }
            bits.repetition(length, at - from);
            // Two places inside are remembered: all of them would cost more than they save.
            let end = at + length;
            for inside in [at + 1, end - 2] {
                if let Some(word) = self::word(text, inside) {
                    self.seen[hash(word)] = place_after(inside);
                }
            }
            at = end;
        }
        // The end of the block.
        bits.put(0, 7);
        bits.finish()
    }

    fn remember(&mut self, text: &[u8], at: usize, bits: &Bits) {
        let Some(known) = text.get(..at + AHEAD) else { return };
        let (text, seen) = (known.to_vec(), self.seen.clone());
        self.begun = Some(Begun { text, at, bits: bits.followed(0), seen });
    }
}

fn place_after(at: usize) -> u16 {
    u16::try_from(at + 1).unwrap_or(0)
}

fn word(text: &[u8], at: usize) -> Option<u32> {
    text.get(at..)?.first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes))
}

fn hash(word: u32) -> usize {
    (word.wrapping_mul(0x9E37_79B1) >> (32 - TABLE_BITS)) as usize
}

/// For how many bytes the text reads the same from both places on, at most [`MOST`].
fn common(text: &[u8], from: usize, at: usize) -> usize {
    let (before, here) = (text.get(from..).unwrap_or(&[]), text.get(at..).unwrap_or(&[]));
    let here = here.get(..MOST).unwrap_or(here);
    let (words, _) = here.as_chunks::<8>();
    let (others, _) = before.as_chunks::<8>();
    let mut length = 0;
    for (a, b) in words.iter().zip(others) {
        let differs = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        if differs != 0 {
            return length + differs.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    let rest = here.iter().zip(before).skip(length);
    length + rest.take_while(|(a, b)| a == b).count()
}

/// Bits under construction as deflate wants them: from the lowest of each byte on.
pub(super) struct Bits {
    out: Vec<u8>,
    held: u64,
    count: u32,
}

impl Bits {
    /// Behind the bytes of `out`.
    pub(super) fn after(out: Vec<u8>) -> Self {
        Self { out, held: 0, count: 0 }
    }

    /// A copy to go on from, with room for so many bytes.
    pub(super) fn followed(&self, room: usize) -> Self {
        let mut out = Vec::with_capacity(self.out.len() + room);
        out.extend_from_slice(&self.out);
        Self { out, held: self.held, count: self.count }
    }

    /// At most 32 bits.
    pub(super) fn put(&mut self, bits: u32, count: u32) {
        self.held |= u64::from(bits) << self.count;
        self.count += count;
        if self.count >= 32 {
            self.out.extend_from_slice(&(self.held as u32).to_le_bytes());
            self.held >>= 32;
            self.count -= 32;
        }
    }

    fn literal(&mut self, byte: u8) {
        let code = LITERALS[usize::from(byte)];
        self.put(u32::from(code.bits), u32::from(code.count));
    }

    fn repetition(&mut self, length: usize, distance: usize) {
        let Some(code) = LENGTHS.get(length) else { return };
        let (bits, count) = (u32::from(code.bits), u32::from(code.count));
        let (symbol, lower, more) = distant(distance);
        // The code of a distance is five bits, the highest first; then come its lower bits.
        let symbol = symbol.reverse_bits() >> 27;
        let place = symbol | lower << 5;
        self.put(bits | place << count, count + 5 + more);
    }

    /// All bytes; the last one is filled up with zeros.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let bytes = self.held.to_le_bytes();
        self.out.extend_from_slice(&bytes[..self.count.div_ceil(8) as usize]);
        self.out
    }
}

/// The symbol of a copy's distance, its further bits and their number (RFC 1951, 3.2.5).
pub(super) fn distant(distance: usize) -> (u32, u32, u32) {
    let from_one = u32::try_from(distance.saturating_sub(1)).unwrap_or(0);
    if from_one < 4 {
        return (from_one, 0, 0);
    }
    let more = from_one.ilog2() - 1;
    (2 * more + (from_one >> more), from_one & ((1 << more) - 1), more)
}

/// A code as it is written, with what follows it.
#[derive(Clone, Copy)]
struct Code {
    bits: u16,
    count: u8,
}

/// The fixed code of a symbol (RFC 1951, 3.2.6), turned round: codes are written from their highest bit.
const fn fixed(symbol: u16) -> Code {
    let (code, count) = match symbol {
        0..=143 => (0x30 + symbol, 8),
        144..=255 => (0x190 + symbol - 144, 9),
        256..=279 => (symbol - 256, 7),
        _ => (0xC0 + symbol - 280, 8),
    };
    Code { bits: code.reverse_bits() >> (16 - count), count: count as u8 }
}

static LITERALS: [Code; 256] = {
    let mut table = [Code { bits: 0, count: 0 }; 256];
    let mut symbol = 0;
    while symbol < 256 {
        table[symbol] = fixed(symbol as u16);
        symbol += 1;
    }
    table
};

/// By length: symbols 257 to 284 stand for 3 to 257 with up to five more bits, 285 for 258.
static LENGTHS: [Code; MOST + 1] = {
    let mut table = [Code { bits: 0, count: 0 }; MOST + 1];
    let (mut symbol, mut length) = (257_u16, 3);
    while symbol < 285 {
        let more = if symbol < 265 { 0 } else { (symbol - 261) / 4 };
        let code = fixed(symbol);
        let mut low = 0;
        while low < 1 << more && length < MOST {
            let bits = code.bits | low << code.count;
            table[length] = Code { bits, count: code.count + more as u8 };
            length += 1;
            low += 1;
        }
        symbol += 1;
    }
    table[MOST] = fixed(285);
    table
};

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::DeflateDecoder;
    use proptest::prelude::*;

    use super::*;

    fn back(deflated: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        DeflateDecoder::new(deflated).read_to_end(&mut out).expect("inflates");
        out
    }

    /// Pieces that come again and again, as XML has them, between others that do not.
    fn texts() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            any::<u8>().prop_map(|b| vec![b]),
            Just(b"<w:r><w:t>".to_vec()),
            Just("Sở Nội vụ".as_bytes().to_vec()),
            (any::<u8>(), 1..700_usize).prop_map(|(b, n)| vec![b; n]),
            proptest::collection::vec(any::<u8>(), 0..40),
        ];
        proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_text_comes_back(text in texts()) {
            if let Some(deflated) = squeeze(&text) {
                prop_assert!(deflated.len() <= text.len() + text.len() / 8 + 2);
                prop_assert_eq!(squeeze(&text), Some(deflated.clone()));
                prop_assert_eq!(back(&deflated), text);
            }
        }
    }

    /// Texts that begin alike, as the letters of a batch do.
    fn batches() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let ends = proptest::collection::vec((0..3000_usize, texts()), 2..6);
        (texts(), texts(), ends).prop_map(|(head, more, ends)| {
            let head = [head, more].concat().repeat(3);
            let text = |(cut, end): (usize, Vec<u8>)| {
                [head.get(..head.len().saturating_sub(cut)).unwrap_or_default(), &end].concat()
            };
            ends.into_iter().map(text).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_came_before_makes_no_difference(batch in batches()) {
            let mut press = Press::new();
            for text in batch.iter().chain(&batch).filter(|t| t.len() <= LONGEST) {
                prop_assert_eq!(press.squeeze(text), Press::new().squeeze(text));
            }
        }
    }

    #[test]
    fn texts_that_begin_alike_are_gone_on_with_from_where_they_part() {
        let head = (0..400).map(|n| format!("<w:p>{n}</w:p>")).collect::<String>();
        let mut press = Press::new();
        for n in 0..4_usize {
            let text = format!("{head}{n}{}", &head[..100 * n]);
            assert_eq!(press.squeeze(text.as_bytes()), Press::new().squeeze(text.as_bytes()));
            let at = press.begun.as_ref().map(|b| b.at);
            assert_eq!(at.is_some_and(|at| at + 2 * MOST > head.len()), n > 0, "{at:?}");
        }
    }

    #[test]
    fn every_length_and_distance_comes_back() {
        for length in 1..=600 {
            let text = vec![b'x'; length];
            assert_eq!(back(&squeeze(&text).expect("short")), text, "{length}");
        }
        let noise = |seed: usize, n: usize| -> Vec<u8> {
            let byte = |i: usize| (i.wrapping_mul(0x9E37_79B1) ^ seed).to_le_bytes()[3];
            (0..n).map(byte).collect()
        };
        for distance in [4, 5, 8, 9, 255, 256, 257, 4096, 16_384, 24_577, LONGEST - 300] {
            let mut text = noise(7, distance);
            text.extend_from_within(..distance.min(300));
            assert_eq!(back(&squeeze(&text).expect("short")), text, "{distance}");
        }
    }

    #[test]
    fn longer_texts_are_left_to_others() {
        assert!(squeeze(&vec![b'x'; LONGEST]).is_some_and(|d| back(&d).len() == LONGEST));
        assert_eq!(squeeze(&vec![b'x'; LONGEST + 1]), None);
        let xml = "<w:p><w:r><w:t>Sở Nội vụ</w:t></w:r></w:p>".repeat(100);
        assert!(squeeze(xml.as_bytes()).is_some_and(|d| d.len() * 20 < xml.len()));
    }
}
