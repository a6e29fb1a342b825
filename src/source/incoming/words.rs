//! The table `templates/incoming.toml`.
//!
//! Knows: its form. Must not know: files.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::text;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub columns: Vec<Column>,
    pub ignored: Ignored,
    pub words: Cells,
    pub offer: OfferWords,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Column {
    pub field: String,
    pub heading: String,
    pub names: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ignored {
    pub names: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cells {
    pub priority: Vec<Vec<String>>,
    pub open: Vec<String>,
    pub secret: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfferWords {
    pub types: Vec<String>,
    pub ends: Vec<String>,
    pub leads: Vec<String>,
    pub nation: Vec<String>,
    pub posts: Vec<String>,
}

// The table is part of the program; a test reads it.
static WORDS: LazyLock<Words> = LazyLock::new(|| parse().unwrap_or_default());

fn parse() -> Result<Words, serde_json::Error> {
    serde_json::from_str(table!("incoming"))
}

pub(super) fn words() -> &'static Words {
    &WORDS
}

/// The headings of a sheet of fields, in their order: what the program writes and proposes.
pub fn headings() -> impl Iterator<Item = &'static str> + Clone {
    words().columns.iter().map(|c| c.heading.as_str())
}

/// The level of urgency that a word means.
pub fn priority_of(word: &str) -> Option<u8> {
    let word = text::slug(word);
    let at = words().words.priority.iter().position(|names| names.contains(&word))?;
    u8::try_from(at).ok()
}

/// Whether a word means that a document is secret.
pub(super) fn secrecy_of(word: &str) -> Option<bool> {
    let (word, cells) = (text::slug(word), &words().words);
    if cells.secret.contains(&word) {
        return Some(true);
    }
    cells.open.contains(&word).then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        assert!(parse().is_ok_and(|w| w.columns.len() > 10 && w.words.priority.len() == 4));
        for column in &words().columns {
            assert!(column.names.contains(&text::slug(&column.heading)), "{}", column.heading);
            assert!(column.names.iter().all(|n| *n == text::slug(n)), "{:?}", column.names);
        }
        assert_eq!(priority_of("Thượng khẩn"), Some(2));
        assert_eq!(priority_of("gấp"), None);
        assert_eq!(secrecy_of("TỐI MẬT"), Some(true));
    }
}
