//! The table `templates/awards/lists.toml`.
//!
//! Knows: its form, how a heading or a word is looked up. Must not know: files, rows.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Field;
use crate::model::HonoureeKind;
use crate::text;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub columns: Vec<Heading>,
    pub map: BTreeMap<String, Field>,
    pub rows: RowWords,
    pub kinds: KindWords,
    pub genders: GenderWords,
    pub names: NameWords,
    pub limits: LengthLimits,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Heading {
    pub field: Field,
    #[cfg_attr(not(test), expect(dead_code, reason = "says what the names mean"))]
    pub heading: String,
    #[serde(default)]
    pub kind: Option<HonoureeKind>,
    pub names: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RowWords {
    pub collective: Vec<String>,
    pub household: Vec<String>,
    pub individual: Vec<String>,
    pub form: Vec<String>,
    pub totals: Vec<String>,
    pub short_totals: Vec<String>,
    pub notes: Vec<String>,
    pub tail: Vec<String>,
    pub marks: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KindWords {
    pub collective: Vec<String>,
    pub household: Vec<String>,
    pub individual: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GenderWords {
    pub male: Vec<String>,
    pub female: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NameWords {
    pub units: Vec<String>,
    pub households: Vec<String>,
    pub surnames: Vec<String>,
    pub titles: Vec<[String; 2]>,
    pub ranks: Vec<String>,
    pub degrees: Vec<String>,
    pub dead: Vec<String>,
    pub dead_notes: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LengthLimits {
    pub person: usize,
    pub collective: usize,
    pub post: usize,
    pub achievement: usize,
}

// The table is part of the program; a test reads it.
static WORDS: LazyLock<Words> = LazyLock::new(|| parse().unwrap_or_default());

fn parse() -> Result<Words, serde_json::Error> {
    serde_json::from_str(table!("awards/lists"))
}

pub(super) fn words() -> &'static Words {
    &WORDS
}

/// The field that a key of a mapping names: `ten`, `don-vi`, `achievement`.
pub fn field_of(key: &str) -> Option<Field> {
    let key = text::slug(key);
    let known = words().map.get(&key).copied();
    known.or_else(|| serde_json::from_value(serde_json::Value::String(key)).ok())
}

/// The keys that a mapping may use, for messages.
pub fn map_keys() -> impl Iterator<Item = &'static str> {
    words().map.keys().map(String::as_str)
}

/// True if a cell is a heading and nothing else: a line of the list may begin like one.
pub(super) fn is_heading(typed: &str) -> bool {
    let exact = |slug: String| words().columns.iter().any(|h| h.names.contains(&slug));
    exact(text::slug(typed)) || exact(text::slug(&without_brackets(typed)))
}

/// The heading's row of the table: its whole text, the text without brackets, or a name that it begins with.
pub(super) fn heading(typed: &str) -> Option<&'static Heading> {
    if typed.chars().count() > 120 {
        return None;
    }
    let whole = text::slug(typed);
    let exact = |slug: &str| words().columns.iter().find(|h| h.names.iter().any(|n| n == slug));
    // Most texts have no brackets, and begin like no heading.
    let has_brackets = typed.contains(['(', ')']);
    let begins = whole.as_bytes().first_chunk();
    if !has_brackets && begins.is_some_and(|begins| LEADS.binary_search(begins).is_err()) {
        return None;
    }
    if let Some(found) = exact(&whole) {
        return Some(found);
    }
    let bare = if has_brackets { text::slug(&without_brackets(typed)) } else { whole };
    if let Some(found) = exact(&bare).filter(|_| has_brackets) {
        return Some(found);
    }
    let lead = |name: &str| {
        name.len() >= 5 && bare.strip_prefix(name).is_some_and(|rest| rest.starts_with('-'))
    };
    let longest = |h: &Heading| h.names.iter().filter(|n| lead(n)).map(String::len).max();
    words()
        .columns
        .iter()
        .filter_map(|h| Some((longest(h)?, h)))
        .max_by_key(|(length, _)| *length)
        .map(|(_, h)| h)
}

/// How headings of four letters and more begin.
static LEADS: LazyLock<Vec<[u8; 4]>> = LazyLock::new(|| {
    let names = words().columns.iter().flat_map(|heading| &heading.names);
    let mut leads: Vec<[u8; 4]> =
        names.filter_map(|name| name.as_bytes().first_chunk().copied()).collect();
    leads.sort_unstable();
    leads.dedup();
    leads
});

/// A text without what stands in brackets.
pub(super) fn without_brackets(text: &str) -> String {
    let (mut out, mut depth) = (String::with_capacity(text.len()), 0u32);
    for c in text.chars() {
        match c {
            '(' => depth = depth.saturating_add(1),
            ')' => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

/// The kind that a word of the column Phân loại means.
pub(super) fn kind_of(word: &str) -> Option<HonoureeKind> {
    let (slug, kinds) = (text::slug(word), &words().kinds);
    let any = |words: &[String]| words.contains(&slug);
    if any(&kinds.collective) {
        Some(HonoureeKind::Collective)
    } else if any(&kinds.household) {
        Some(HonoureeKind::Household)
    } else {
        any(&kinds.individual).then_some(HonoureeKind::Individual)
    }
}

/// `Ông` or `Bà` from a word for a gender.
pub(super) fn address_of_gender(word: &str) -> Option<&'static str> {
    let (slug, genders) = (text::slug(word), &words().genders);
    if genders.male.contains(&slug) {
        Some("Ông")
    } else {
        genders.female.contains(&slug).then_some("Bà")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        let words = parse().expect("embedded");
        assert!(words.columns.len() > 10 && words.names.units.len() > 30);
        for heading in &words.columns {
            assert!(heading.names.contains(&text::slug(&heading.heading)), "{}", heading.heading);
            assert!(heading.names.iter().all(|n| *n == text::slug(n)), "{:?}", heading.names);
        }
        let names = &words.names;
        for word in names.units.iter().chain(&names.ranks).chain(&names.dead) {
            assert_eq!(*word, word.to_lowercase(), "{word}");
        }
    }

    #[test]
    fn headings_are_found_by_meaning() {
        let field = |typed| heading(typed).map(|h| (h.field, h.kind));
        let person = Some(HonoureeKind::Individual);
        assert_eq!(field("HỌ VÀ TÊN"), Some((Field::Name, person)));
        assert_eq!(field("Ho ten"), Some((Field::Name, person)));
        assert_eq!(field("Họ và\ntên (Ông/Bà)"), Some((Field::Name, person)));
        assert_eq!(field("Tên tập thể, cá nhân"), Some((Field::Name, None)));
        assert_eq!(field("Tên tập thể"), Some((Field::Name, Some(HonoureeKind::Collective))));
        assert_eq!(field("Chức vụ, đơn vị công tác"), Some((Field::Post, None)));
        assert_eq!(field("Đơn vị công tác hiện nay"), Some((Field::Unit, None)));
        assert_eq!(field("Danh hiệu/Hình thức khen thưởng đề nghị"), Some((Field::Form, None)));
        assert_eq!(field("Tóm tắt thành tích"), Some((Field::Achievement, None)));
        assert_eq!(field("Lĩnh vực"), None);
        assert_eq!(field_of("ten"), Some(Field::Name));
        assert_eq!(field_of("Thành tích"), Some(Field::Achievement));
        assert_eq!(field_of("unit"), Some(Field::Unit));
        assert_eq!(field_of("luong"), None);
    }
}
