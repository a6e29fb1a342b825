//! What was found out about texts lately, so that the same text is not gone through again.
//!
//! Knows: texts as bytes, and how few of them to keep. Must not know: what is found out.
//!
//! The letters of a batch are nearly the same text again and again. A memory holds whole texts and
//! compares them whole, so that what it gives is what the text would give anew. A text is kept when
//! it is met the second time: what comes only once, such as a name, costs nothing and drives out
//! nothing.

use std::sync::atomic::{AtomicU64, Ordering};

/// Sets of a memory; a text belongs to one of them.
const SETS: usize = 256;
/// Texts that a set keeps.
const WAYS: usize = 4;
/// Longer texts are not kept, in bytes: a memory is at most 8 MiB of them.
const LONGEST: usize = 8192;

/// A memory of what texts came to. Belongs to one thread.
pub struct Recent<V> {
    owner: u64,
    sets: Vec<Set<V>>,
}

struct Set<V> {
    /// What was met twice: a short run meets nothing twice, and touches no memory for it.
    ways: Option<Box<[Option<Known<V>>; WAYS]>>,
    /// Marks of the texts that were met once lately, their lower half.
    once: [u32; WAYS],
    next: u8,
}

struct Known<V> {
    mark: u64,
    text: Box<[u8]>,
    value: V,
}

impl<V> Recent<V> {
    /// An empty memory.
    pub const fn new() -> Self {
        Self { owner: 0, sets: Vec::new() }
    }

    /// The memory for an owner (see [`owner`]); forgets what was kept for another.
    pub fn of(&mut self, owner: u64) -> &mut Self {
        if self.owner != owner {
            self.owner = owner;
            self.sets.clear();
        }
        self
    }

    /// What the text came to, if it is kept.
    pub fn get(&self, text: &[u8]) -> Option<&V> {
        let mark = mark(text);
        let set = self.sets.get(index(mark))?;
        let ways = set.ways.as_ref()?;
        let known = ways.iter().flatten().find(|k| k.mark == mark && *k.text == *text)?;
        Some(&known.value)
    }

    /// Tells what a text came to; it is kept if the text was told of before.
    pub fn tell(&mut self, text: &[u8], value: impl FnOnce() -> V) {
        if text.len() > LONGEST {
            return;
        }
        if self.sets.is_empty() {
            self.sets.resize_with(SETS, Set::default);
        }
        let mark = mark(text);
        let Some(set) = self.sets.get_mut(index(mark)) else { return };
        let next = (usize::from(set.next) + 1) % WAYS;
        set.next = next as u8;
        let half = mark as u32;
        if set.once.contains(&half) {
            let known = Known { mark, text: text.into(), value: value() };
            let ways = set.ways.get_or_insert_with(|| Box::new(std::array::from_fn(|_| None)));
            if let Some(way) = ways.get_mut(next) {
                *way = Some(known);
            }
        } else if let Some(once) = set.once.get_mut(next) {
            *once = half;
        }
    }
}

impl<V> Default for Recent<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V> Default for Set<V> {
    fn default() -> Self {
        Self { ways: None, once: [0; WAYS], next: 0 }
    }
}

/// A number that no other owner of this process has.
pub fn owner() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn index(mark: u64) -> usize {
    usize::try_from(mark >> 48).unwrap_or(0) % SETS
}

/// A mark that hardly two texts share; those that do are told apart by their bytes.
fn mark(text: &[u8]) -> u64 {
    const A: u64 = 0x9E37_79B9_7F4A_7C15;
    const B: u64 = 0xD6E8_FEB8_6659_FD93;
    let fold = |a: u64, b: u64| {
        let product = u128::from(a) * u128::from(b);
        (product as u64) ^ ((product >> 64) as u64)
    };
    let mut out = fold(A ^ text.len() as u64, B);
    let (pairs, rest) = text.as_chunks::<16>();
    let mut last = [0; 16];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    for pair in pairs.iter().chain([&last]) {
        let (words, _) = pair.as_chunks::<8>();
        let word = |i: usize| words.get(i).map_or(0, |w| u64::from_le_bytes(*w));
        out = fold(word(0) ^ A ^ out, word(1) ^ B);
    }
    fold(out ^ A, B)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_when_it_is_met_again() {
        let mut recent = Recent::new();
        assert_eq!(recent.get(b"a"), None);
        recent.tell(b"a", || 1);
        assert_eq!(recent.get(b"a"), None);
        recent.tell(b"a", || 1);
        assert_eq!(recent.get(b"a"), Some(&1));
        assert_eq!(recent.get(b"a\0"), None);
        assert_eq!(recent.of(7).get(b"a"), None);
    }

    #[test]
    fn texts_are_told_apart_and_the_memory_stays_small() {
        let mut recent = Recent::new();
        for round in 0..3 {
            for i in 0..20_000u32 {
                let text = format!("đoạn {i} {}", "x".repeat((i % 40) as usize));
                if let Some(known) = recent.get(text.as_bytes()) {
                    assert_eq!(*known, i, "round {round}");
                }
                recent.tell(text.as_bytes(), || i);
                recent.tell(text.as_bytes(), || i);
                assert_eq!(recent.get(text.as_bytes()), Some(&i));
            }
        }
        let ways = recent.sets.iter().filter_map(|s| s.ways.as_ref());
        let kept: usize = ways.map(|ways| ways.iter().flatten().count()).sum();
        assert!(kept <= SETS * WAYS);
        let long = vec![b'x'; LONGEST + 1];
        recent.tell(&long, || 1);
        recent.tell(&long, || 1);
        assert_eq!(recent.get(&long), None);
    }

    #[test]
    fn marks_differ_where_texts_do() {
        let mut seen = std::collections::HashSet::new();
        for length in 0..200 {
            for at in 0..=length {
                let mut text = vec![0u8; length];
                if let Some(b) = text.get_mut(at) {
                    *b = 1;
                }
                seen.insert(mark(&text));
            }
        }
        assert_eq!(seen.len(), (0..200).map(|l| l + 1).sum::<usize>());
    }
}
