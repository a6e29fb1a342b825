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
    literals: Vec<String>,
    regex: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// A pattern; without literals every text is searched.
    pub(crate) fn new(source: String, literals: Vec<String>) -> Self {
        Self { source, literals, regex: OnceLock::new() }
    }

    /// The compiled pattern; `None` if it is none (a test compiles those of the ruleset).
    pub(crate) fn get(&self) -> Option<&Regex> {
        self.regex.get_or_init(|| Regex::new(&self.source).ok()).as_ref()
    }

    /// True if the text may hold a match.
    pub(crate) fn may_match(&self, text: &str) -> bool {
        self.literals.is_empty() || self.literals.iter().any(|l| text.contains(l.as_str()))
    }

    /// True if it compiles.
    pub(crate) fn compiles(&self) -> bool {
        self.get().is_some()
    }
}
