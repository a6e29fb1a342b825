//! A pattern that is compiled when a text first needs it.
//!
//! Knows: regular expressions, and the letters that a text must hold for one to match.
//! Must not know: what a pattern is for.
//!
//! Compiling all patterns costs more than checking a letter, and most texts need none of them.

use std::sync::OnceLock;

use regex::Regex;

/// A pattern with the pieces of text of which one must be there for it to match at all.
#[derive(Debug)]
pub(crate) struct Pattern {
    source: String,
    /// Pieces that may stand anywhere.
    literals: Vec<String>,
    /// Pieces that end the text, blanks aside.
    ends: Vec<String>,
    regex: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// A pattern; without literals every text is searched.
    pub(crate) fn new(source: String, literals: Vec<String>) -> Self {
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

    /// True if the text may hold a match.
    pub(crate) fn may_match(&self, text: &str) -> bool {
        let end = text.trim_end_matches(' ');
        self.literals.is_empty() && self.ends.is_empty()
            || self.literals.iter().any(|l| text.contains(l.as_str()))
            || self.ends.iter().any(|e| end.ends_with(e.as_str()))
    }

    /// True if it compiles.
    pub(crate) fn compiles(&self) -> bool {
        self.get().is_some()
    }
}
