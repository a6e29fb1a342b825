//! A filter: says of a row of a job that a part of the register cannot have it, or that it may.
//!
//! Knows: bits. Must not know: SQL, what a job is.
//!
//! A Bloom filter: each row that went in has set its bits, so that one whose bits are not all set never went in. The other way
//! round proves nothing. It is written once, when its part is full, and the same rows give the same bits.

/// Bits for each position of a part. With [`PROBES`] bits set for each row, one in a thousand that never went in may seem to be there.
const BITS_A_POSITION: u32 = 16;
/// Bits that a row sets.
const PROBES: u64 = 6;

/// Where the bits of a row are, whatever the size of the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key(u64);

impl Key {
    /// Of what the index keeps of a job's name and of a row's.
    pub(super) fn of(job: &[u8], row: &[u8]) -> Self {
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        // 0xff occurs in no text, so that the border between the names counts.
        let hash = job.iter().chain(&[0xff]).chain(row).fold(0xcbf2_9ce4_8422_2325, step);
        Self(stirred(hash))
    }

    /// The places of its bits among so many; the number of bits is a power of two.
    fn places(self, bits: u64) -> impl Iterator<Item = u64> {
        let (first, step) = (self.0 >> 32, self.0 | 1);
        (0..PROBES).map(move |i| first.wrapping_add(i.wrapping_mul(step)) & (bits - 1))
    }
}

/// Each bit of the result hangs on each bit of the number, and no two numbers give the same.
fn stirred(number: u64) -> u64 {
    let once = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let twice = (once ^ once >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    twice ^ twice >> 31
}

/// A filter that is being filled.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Filter {
    bytes: Vec<u8>,
}

impl Filter {
    /// An empty one for a part of `2^part` positions.
    pub(super) fn new(part: u32) -> Self {
        Self { bytes: vec![0; size(part)] }
    }

    /// Puts a row in.
    pub(super) fn add(&mut self, key: Key) {
        for place in key.places(bits_of(&self.bytes)) {
            if let Some(byte) = self.bytes.get_mut(index(place)) {
                *byte |= 1 << (place & 7);
            }
        }
    }

    /// Its bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// A filter as it was stored.
#[derive(Debug)]
pub(super) struct Stored<'a> {
    bytes: &'a [u8],
}

impl<'a> Stored<'a> {
    /// The bytes of a filter for a part of `2^part` positions; `None` if they have another length or another sum
    /// than when they were stored: then they tell nothing.
    pub(super) fn of(part: u32, bytes: &'a [u8], sum: i64, kept_for: i64) -> Option<Self> {
        (bytes.len() == size(part) && self::sum(kept_for, bytes) == sum).then_some(Self { bytes })
    }

    /// False only for what was never put in.
    pub(super) fn may_hold(&self, key: Key) -> bool {
        let is_set = |place: u64| {
            self.bytes.get(index(place)).is_none_or(|byte| byte & 1 << (place & 7) != 0)
        };
        key.places(bits_of(self.bytes)).all(is_set)
    }
}

/// A sum over a filter and the part that it is for, so that damage on the disk is noticed: one word that differs always
/// gives another sum.
pub(super) fn sum(part: i64, bytes: &[u8]) -> i64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let step =
        |sum: u64, word: u64| (sum ^ word).rotate_left(23).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let words = words.iter().map(|word| u64::from_le_bytes(*word));
    let sum =
        words.chain(rest.iter().map(|byte| u64::from(*byte))).fold(part.cast_unsigned(), step);
    stirred(sum).cast_signed()
}

/// Bytes of a filter for a part of `2^part` positions.
fn size(part: u32) -> usize {
    (BITS_A_POSITION as usize / 8) << part
}

fn bits_of(bytes: &[u8]) -> u64 {
    bytes.len() as u64 * 8
}

fn index(place: u64) -> usize {
    usize::try_from(place >> 3).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(n: u32) -> Key {
        Key::of(b"1a2b", format!("{n:08x}").as_bytes())
    }

    #[test]
    fn what_went_in_is_there_and_little_else_seems_to_be() {
        // The size that registers have: 16,384 positions, all of them rows.
        let mut filter = Filter::new(14);
        assert_eq!(filter.bytes().len(), 32 * 1024);
        (0..1 << 14).for_each(|n| filter.add(row(n)));
        let kept = sum(3, filter.bytes());
        let stored = Stored::of(14, filter.bytes(), kept, 3).expect("as it was stored");
        assert!((0..1 << 14).all(|n| stored.may_hold(row(n))));
        let others = (1 << 20..1 << 21).filter(|n| stored.may_hold(row(*n))).count();
        assert!(others < 2 * (1 << 20) / 1000, "{others} of a million seem to be there");
        let jobs: Vec<String> = (0..10_000).map(|n| format!("{n:04x}")).collect();
        let jobs = jobs.iter().filter(|j| stored.may_hold(Key::of(j.as_bytes(), b"00000000")));
        assert!(jobs.count() < 30, "the job counts too");
    }

    #[test]
    fn bits_are_the_same_on_every_machine() {
        let mut filter = Filter::new(4);
        assert_eq!(filter.bytes(), [0; 32]);
        filter.add(Key::of(b"0a1b", b"deadbeef"));
        filter.add(Key::of(b"", b"x"));
        let hex: String = filter.bytes().iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(
            (hex.as_str(), sum(1, filter.bytes())),
            (
                "0000801f00100000080000000000040000020000000000000080000040000000",
                5_208_696_893_381_630_189
            )
        );
    }

    #[test]
    fn a_filter_that_was_touched_tells_nothing() {
        let mut filter = Filter::new(4);
        (0..12).for_each(|n| filter.add(row(n)));
        let (bytes, kept) = (filter.bytes().to_vec(), sum(7, filter.bytes()));
        assert!(Stored::of(4, &bytes, kept, 7).is_some());
        assert!(Stored::of(4, &bytes, kept, 6).is_none(), "of another part");
        assert!(
            Stored::of(5, &bytes, kept, 7).is_none() && Stored::of(3, &bytes, kept, 7).is_none()
        );
        assert!(Stored::of(4, &bytes[1..], sum(7, &bytes[1..]), 7).is_none());
        assert!(Stored::of(4, &[], sum(7, &[]), 7).is_none());
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(Stored::of(4, &changed, kept, 7).is_none(), "bit {bit}");
        }
    }

    #[test]
    fn names_are_told_apart() {
        assert_ne!(Key::of(b"ab", b"c"), Key::of(b"a", b"bc"));
        assert_ne!(Key::of(b"ab", b""), Key::of(b"", b"ab"));
        assert_eq!(row(5), row(5));
    }
}
