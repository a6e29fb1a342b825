//! A pattern that is compiled when a text first needs it.
//!
//! Knows: regular expressions, and the letters that a text must hold for one to match.
//! Must not know: what a pattern is for.
//!
//! Compiling all patterns costs more than checking a letter, and most texts need none of them.

use std::sync::OnceLock;

use regex::Regex;

/// Which bytes a text holds. Most texts lack a byte of most pieces that are looked for in them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Bytes([u64; 4]);

impl Bytes {
    /// Those of a text.
    pub(crate) fn of(text: &str) -> Self {
        let mut out = Self::default();
        for byte in text.bytes() {
            if let Some(word) = out.0.get_mut(usize::from(byte >> 6)) {
                *word |= 1 << (byte & 63);
            }
        }
        out
    }

    /// True if all of these are among the others.
    fn are_in(self, others: Self) -> bool {
        self.0.iter().zip(others.0).all(|(own, others)| own & !others == 0)
    }
}

/// A pattern with the pieces of text of which one must be there for it to match at all.
#[derive(Debug)]
pub(crate) struct Pattern {
    source: String,
    /// Pieces that may stand anywhere, with their bytes.
    literals: Vec<(String, Bytes)>,
    /// Pieces that end the text, blanks aside.
    ends: Vec<String>,
    regex: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// A pattern; without literals every text is searched.
    pub(crate) fn new(source: String, literals: Vec<String>) -> Self {
        let with_bytes = |literal: String| {
            let bytes = Bytes::of(&literal);
            (literal, bytes)
        };
        let literals = literals.into_iter().map(with_bytes).collect();
        Self { source, literals, ends: Vec::new(), regex: OnceLock::new() }
    }

    /// The same pattern, which also matches texts that end with one of these pieces.
    pub(crate) fn or_ends(self, ends: Vec<String>) -> Self {
        Self { ends, ..self }
    }

    /// The compiled pattern; `None` if it is none (a test compiles those of the ruleset).
    pub(crate) fn get(&self) -> Option<&Regex> {
        self.regex.get_or_init(|| Regex::new(&self.source).ok()).as_ref()
    }

    /// True if the text, which holds these bytes, may hold a match.
    pub(crate) fn may_match(&self, text: &str, bytes: Bytes) -> bool {
        let end = text.trim_end_matches(' ');
        self.literals.is_empty() && self.ends.is_empty()
            || self.literals.iter().any(|(l, own)| own.are_in(bytes) && text.contains(l.as_str()))
            || self.ends.iter().any(|e| end.ends_with(e.as_str()))
    }

    /// True if it compiles.
    pub(crate) fn compiles(&self) -> bool {
        self.get().is_some()
    }
}
