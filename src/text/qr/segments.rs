//! A text as the bits of a QR code (ISO/IEC 18004, 7.3 and 7.4).
//!
//! Knows: the modes of a code, and which stretches of a text the library puts into which. Must not know: squares.
//!
//! The bits are those of the library's `encode_auto`, which a property test holds them against. It lists the stretches
//! anew for each group of versions and writes bit by bit; here both are done once, in memory that is kept.

use std::sync::OnceLock;

use qrcode::bits::Bits;
use qrcode::{EcLevel, Version};

/// How a stretch is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Numeric,
    Alphanumeric,
    Byte,
    Kanji,
}

/// Bytes of one mode.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    mode: Mode,
    begin: usize,
    end: usize,
}

/// What a byte can be part of. A byte of the last five may be half a kanji of Shift JIS.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Digit,
    Symbol,
    Letter,
    Other,
    /// 0x81 to 0x9F: either half.
    Either,
    /// 0xE0 to 0xEA: either half, but no second one after 0xEB.
    High,
    /// 0xEB, which few second halves follow.
    Highest,
    /// Second halves; those of the upper range do not follow 0xEB.
    Low,
    LowUpper,
}

const CLASSES: [Class; 256] = {
    let mut out = [Class::Other; 256];
    let mut at = 0;
    while at < 256 {
        out[at] = match at as u8 {
            b'0'..=b'9' => Class::Digit,
            b' ' | b'$' | b'%' | b'*' | b'+' | b'-'..=b'/' | b':' => Class::Symbol,
            b'A'..=b'Z' => Class::Letter,
            0x81..=0x9F => Class::Either,
            0xE0..=0xEA => Class::High,
            0xEB => Class::Highest,
            0x40 | 0x5B..=0x7E | 0x80 | 0xA0..=0xBF => Class::Low,
            0xC0..=0xDF | 0xEC..=0xFC => Class::LowUpper,
            _ => Class::Other,
        };
        at += 1;
    }
    out
};

/// The value of each letter and symbol in alphanumeric mode (table 5).
const VALUES: [u8; 256] = {
    let letters = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    let mut out = [0; 256];
    let mut at = 0;
    while at < letters.len() {
        out[letters[at] as usize] = at as u8;
        at += 1;
    }
    out
};

/// Versions that have lengths of as many bits.
const GROUPS: [i16; 3] = [9, 26, 40];

impl Mode {
    /// The least mode that holds what both hold.
    fn with(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::Numeric, Self::Alphanumeric) | (Self::Alphanumeric, Self::Numeric) => {
                Self::Alphanumeric
            }
            _ => Self::Byte,
        }
    }

    /// Bits of the mode, and of the length of what is written.
    fn head(self, version: i16) -> (u32, u32) {
        let at = usize::from(version > 9) + usize::from(version > 26);
        let (mode, lengths) = match self {
            Self::Numeric => (0b0001, [10, 12, 14]),
            Self::Alphanumeric => (0b0010, [9, 11, 13]),
            Self::Byte => (0b0100, [8, 16, 16]),
            Self::Kanji => (0b1000, [8, 10, 12]),
        };
        (mode, lengths[at.min(2)])
    }
}

/// Bits of mode and length in the order of the modes.
type Heads = [usize; 4];

impl Stretch {
    /// Letters, as they are counted in its mode.
    fn count(&self) -> usize {
        let bytes = self.end - self.begin;
        if self.mode == Mode::Kanji { bytes / 2 } else { bytes }
    }

    /// Bits with mode and length, which have so many in each mode.
    fn bits(&self, heads: &Heads) -> usize {
        let count = self.count();
        match self.mode {
            Mode::Numeric => heads[0] + (count * 10).div_ceil(3),
            Mode::Alphanumeric => heads[1] + (count * 11).div_ceil(2),
            Mode::Byte => heads[2] + count * 8,
            Mode::Kanji => heads[3] + count * 13,
        }
    }
}

/// The stretches of a text, none of which holds anything that could be written shorter.
fn stretches(text: &[u8], out: &mut Vec<Stretch>) {
    let class = |at: usize| text.get(at).map(|byte| CLASSES[usize::from(*byte)]);
    let mut begin = 0;
    while let Some(first) = class(begin) {
        let run = |is_same: fn(Class) -> bool| {
            let rest = text.get(begin..).unwrap_or_default();
            begin + rest.iter().take_while(|b| is_same(CLASSES[usize::from(**b)])).count()
        };
        let (mode, end) = match first {
            Class::Digit => (Mode::Numeric, run(|c| c == Class::Digit)),
            Class::Symbol | Class::Letter => {
                (Mode::Alphanumeric, run(|c| matches!(c, Class::Symbol | Class::Letter)))
            }
            Class::Other | Class::Low | Class::LowUpper => {
                (Mode::Byte, run(|c| matches!(c, Class::Other | Class::Low | Class::LowUpper)))
            }
            Class::Either | Class::High | Class::Highest => {
                let mut at = begin;
                let is_half = loop {
                    let is_whole = match (class(at), class(at + 1)) {
                        (Some(Class::Either | Class::High), Some(second)) => {
                            !matches!(second, Class::Digit | Class::Symbol | Class::Other)
                        }
                        (Some(Class::Highest), Some(second)) => {
                            matches!(second, Class::Letter | Class::Either | Class::Low)
                        }
                        (Some(Class::Either | Class::High | Class::Highest), None) => false,
                        _ => break false,
                    };
                    if !is_whole {
                        break true;
                    }
                    at += 2;
                };
                if at > begin {
                    out.push(Stretch { mode: Mode::Kanji, begin, end: at });
                }
                begin = at;
                if !is_half {
                    continue;
                }
                // Half a kanji is a byte by itself.
                (Mode::Byte, at + 1)
            }
        };
        out.push(Stretch { mode, begin, end });
        begin = end;
    }
}

/// Puts neighbours together, from left to right, where that takes no more bits. Gives the sum of bits.
fn join(list: &[Stretch], version: i16, out: &mut Vec<Stretch>) -> usize {
    out.clear();
    let modes = [Mode::Numeric, Mode::Alphanumeric, Mode::Byte, Mode::Kanji];
    let heads: Heads = modes.map(|mode| 4 + mode.head(version).1 as usize);
    let mut all = list.iter().map(|one| (*one, one.bits(&heads)));
    let Some((mut last, mut size)) = all.next() else { return 0 };
    let mut sum = 0;
    for (next, next_size) in all {
        let both = Stretch { mode: last.mode.with(next.mode), begin: last.begin, end: next.end };
        let together = both.bits(&heads);
        if size + next_size >= together {
            (last, size) = (both, together);
        } else {
            out.push(last);
            sum += size;
            (last, size) = (next, next_size);
        }
    }
    out.push(last);
    sum + size
}

/// Bits of data that each version holds; asked of the library once.
fn room(level: EcLevel) -> Option<&'static [usize; 40]> {
    static ROOM: [OnceLock<Option<[usize; 40]>>; 2] = [const { OnceLock::new() }; 2];
    let list = ROOM.get(usize::from(level == EcLevel::M))?;
    let make = || {
        let mut out = [0; 40];
        for (version, room) in (1..).zip(&mut out) {
            *room = Bits::new(Version::Normal(version)).max_len(level).ok()?;
        }
        Some(out)
    };
    list.get_or_init(make).as_ref()
}

/// Bits one after the other, the first one the highest.
struct Writer {
    out: Vec<u8>,
    held: u64,
    count: u32,
}

impl Writer {
    /// At most 32 bits.
    fn put(&mut self, value: u32, count: u32) {
        self.held = self.held << count | u64::from(value);
        self.count += count;
        if self.count >= 32 {
            self.count -= 32;
            self.out.extend_from_slice(&((self.held >> self.count) as u32).to_be_bytes());
        }
    }

    /// `None` for what does not fit its length.
    fn stretch(&mut self, text: &[u8], of: &Stretch, version: i16) -> Option<()> {
        let (mode, bits) = of.mode.head(version);
        let count = u32::try_from(of.count()).ok().filter(|count| count >> bits == 0)?;
        self.put(mode << bits | count, 4 + bits);
        let bytes = text.get(of.begin..of.end)?;
        let value = |b: &u8| u32::from(VALUES[usize::from(*b)]);
        match of.mode {
            Mode::Numeric => {
                for three in bytes.chunks(3) {
                    let number = three.iter().fold(0, |n, b| n * 10 + value(b));
                    self.put(number, three.len() as u32 * 3 + 1);
                }
            }
            Mode::Alphanumeric => {
                for two in bytes.chunks(2) {
                    let number = two.iter().fold(0, |n, b| n * 45 + value(b));
                    self.put(number, two.len() as u32 * 5 + 1);
                }
            }
            Mode::Byte => {
                let (fours, rest) = bytes.as_chunks::<4>();
                fours.iter().for_each(|four| self.put(u32::from_be_bytes(*four), 32));
                rest.iter().for_each(|b| self.put(u32::from(*b), 8));
            }
            Mode::Kanji => {
                let (pairs, _) = bytes.as_chunks::<2>();
                for [high, low] in pairs {
                    let point = u32::from(*high) << 8 | u32::from(*low);
                    let from = if point < 0xE040 { 0x8140 } else { 0xC140 };
                    let point = point.checked_sub(from)?;
                    self.put((point >> 8) * 0xC0 + (point & 0xFF), 13);
                }
            }
        }
        Some(())
    }

    /// Zeros up to a whole byte, then what stands for nothing.
    fn finish(mut self, bits: usize) -> Vec<u8> {
        let used = self.out.len() * 8 + self.count as usize;
        let end = bits.saturating_sub(used).min(4) as u32;
        self.put(0, end);
        let left = self.held << ((64 - self.count) % 64);
        let bytes = self.count.div_ceil(8) as usize;
        self.out.extend(left.to_be_bytes().into_iter().take(bytes));
        for (_, byte) in (self.out.len()..bits / 8).zip([0xEC, 0x11].into_iter().cycle()) {
            self.out.push(byte);
        }
        self.out
    }
}

/// The data of the smallest code that holds a text, and its version. `None` if there is none, and for what only the
/// library can tell.
pub(super) fn encoded(text: &[u8], level: EcLevel) -> Option<(i16, Vec<u8>)> {
    let room = room(level)?;
    let mut list = Vec::with_capacity(text.len());
    stretches(text, &mut list);
    let mut joined = Vec::with_capacity(list.len());
    for group in GROUPS {
        let sum = join(&list, group, &mut joined);
        if sum > *room.get(usize::try_from(group).ok()? - 1)? {
            continue;
        }
        let at = room.iter().position(|most| sum <= *most)?;
        let (version, bits) = (i16::try_from(at + 1).ok()?, *room.get(at)?);
        let mut writer = Writer { out: Vec::with_capacity(bits / 8 + 8), held: 0, count: 0 };
        for of in &joined {
            writer.stretch(text, of, version)?;
        }
        let data = writer.finish(bits);
        return (data.len() * 8 == bits).then_some((version, data));
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use qrcode::bits::encode_auto;

    use super::*;

    fn of_the_library(text: &[u8], level: EcLevel) -> Option<(i16, Vec<u8>)> {
        let bits = encode_auto(text, level).ok()?;
        let Version::Normal(version) = bits.version() else { return None };
        Some((version, bits.into_bytes()))
    }

    /// Pieces of all modes, whole and halved.
    fn texts() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            "[0-9]{1,20}".prop_map(String::into_bytes),
            "[A-Z $%*+./:-]{1,9}".prop_map(String::into_bytes),
            "[a-z|_,]{1,9}".prop_map(String::into_bytes),
            "[À-ỹ]{1,9}".prop_map(String::into_bytes),
            "[ぁ-ん漢字]{1,6}".prop_map(String::into_bytes),
            proptest::collection::vec(any::<u8>(), 1..6),
            proptest::collection::vec(0x80..=0xFF_u8, 1..6),
        ];
        proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn any_text_has_the_bits_of_the_library(text in texts()) {
            for level in [EcLevel::L, EcLevel::M] {
                prop_assert_eq!(encoded(&text, level), of_the_library(&text, level));
            }
        }
    }

    #[test]
    fn any_two_bytes_have_the_bits_of_the_library() {
        for first in 0..=255_u8 {
            for second in 0..=255 {
                let text = [0x93, first, second, b'a', first, b'1', second];
                for text in [&text[..], &text[1..], &text[1..3], &text[..2]] {
                    assert_eq!(
                        encoded(text, EcLevel::M),
                        of_the_library(text, EcLevel::M),
                        "{text:x?}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_length_has_the_bits_of_the_library() {
        for (letters, step) in [("0", 61), ("A", 37), ("x", 23), ("ễ1", 7)] {
            for length in (0..4300).step_by(step) {
                let text = letters.repeat(length);
                let (mine, theirs) = (
                    encoded(text.as_bytes(), EcLevel::M),
                    of_the_library(text.as_bytes(), EcLevel::M),
                );
                assert!(mine == theirs, "{letters} {length}");
            }
        }
    }
}
