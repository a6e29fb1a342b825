//! Which words of a title belong together, so that no line ends between them.
//!
//! Knows: a table of phrases and how words that govern others are written. Must not know: widths,
//! slots, the phrases themselves (they are the ruleset's).

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use crate::text::recent::owner;

/// A line ends in the midst of what belongs together.
pub(super) const TORN: f64 = 1.0;
/// A line ends after a dash or a small word: where nothing better is to be had.
pub(super) const DASHED: f64 = 0.7;
/// A line ends between two phrases that the table knows.
const BETWEEN: f64 = 0.15;
/// A line ends where the table knows nothing.
const UNKNOWN: f64 = 0.35;

/// Words that a line of a title begins well with.
const OPENERS: [&str; 9] = ["và", "của", "về", "trong", "cho", "thuộc", "tỉnh", "thành", "năm"];
/// Those of them that no line ends well with.
const LEADERS: [&str; 6] = ["và", "của", "về", "trong", "cho", "thuộc"];
/// Words that stand with the name after them, mostly of two syllables.
const BEFORE_NAMES: [&str; 6] = ["tỉnh", "xã", "phường", "phố", "khu", "huyện"];
/// Words that stand with the figures or the mark after them.
const BEFORE_FIGURES: [&str; 10] =
    ["số", "ngày", "tháng", "năm", "quý", "điều", "khoản", "chương", "mục", "phần"];

/// The phrases of a ruleset by their first word, longest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Phrases {
    /// As the ruleset has them.
    typed: Vec<String>,
    by_first: OnceLock<HashMap<String, Vec<Vec<String>>>>,
    id: u64,
}

impl Phrases {
    /// Reads phrases, each words with spaces between them, whatever their case.
    pub(super) fn new(words: &BTreeMap<String, Vec<String>>) -> Self {
        let typed = words.get("phrases").cloned().unwrap_or_default();
        Self { typed, by_first: OnceLock::new(), id: owner() }
    }

    /// Most documents have no title that is too long for its line: the table is made for the first that has.
    fn by_first(&self) -> &HashMap<String, Vec<Vec<String>>> {
        self.by_first.get_or_init(|| {
            let mut out: HashMap<String, Vec<Vec<String>>> = HashMap::new();
            for phrase in &self.typed {
                let lower = |word: &str| match word.chars().all(char::is_lowercase) {
                    true => word.to_owned(),
                    false => word.to_lowercase(),
                };
                let mut words = phrase.split_whitespace().map(lower);
                if let Some(first) = words.next() {
                    out.entry(first).or_default().push(words.collect());
                }
            }
            for list in out.values_mut() {
                list.sort_by_key(|p| std::cmp::Reverse(p.len()));
            }
            out
        })
    }

    /// The number of this table: no other one of the process has it.
    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// How many words from `at` on are one phrase; 1 if none begins there.
    fn length(&self, words: &[Seen], at: usize) -> usize {
        let Some(list) = words.get(at).and_then(|w| self.by_first().get(&w.letters)) else {
            return 1;
        };
        let rest = words.get(at + 1..).unwrap_or(&[]);
        let whole = |p: &&Vec<String>| {
            p.len() <= rest.len()
                && p.iter().zip(rest).all(|(a, b)| *a == b.letters)
                && words.iter().skip(at).take(p.len()).all(|w| w.ending.is_alphanumeric())
        };
        list.iter().find(whole).map_or(1, |p| p.len() + 1)
    }

    /// What it costs to end a line after each word.
    pub(super) fn costs(&self, words: &[Seen]) -> Vec<f64> {
        // Number of the phrase that each word is of; 0 for none.
        let mut phrase = vec![0usize; words.len()];
        let (mut at, mut number) = (0, 0);
        while at < words.len() {
            let length = self.length(words, at);
            if length > 1 {
                number += 1;
                phrase.iter_mut().skip(at).take(length).for_each(|p| *p = number);
            }
            at += length;
        }
        let known = |i: usize| phrase.get(i).copied().unwrap_or(0);
        let mut names = 0usize;
        let mut out = Vec::with_capacity(words.len());
        for (i, pair) in words.windows(2).enumerate() {
            let [word, next] = pair else { continue };
            let open = word.ending.is_alphanumeric();
            names = if open && BEFORE_NAMES.contains(&word.letters.as_str()) {
                2
            } else if open && !next.opens() {
                names.saturating_sub(1)
            } else {
                0
            };
            let whole = known(i) > 0 && known(i) == known(i + 1);
            out.push(if names > 0 || whole || torn(word, next) {
                TORN
            } else if is_dash(word.ending) || LEADERS.contains(&word.letters.as_str()) {
                DASHED
            } else if !open || next.opens() {
                0.0
            } else if known(i) > 0 && known(i + 1) > 0 {
                BETWEEN
            } else {
                UNKNOWN
            });
        }
        out.push(0.0);
        out
    }
}

/// A word as these rules see it.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// Letters and digits in lower case.
    letters: String,
    first: char,
    ending: char,
}

impl Seen {
    pub(super) fn new(text: impl Iterator<Item = char>) -> Self {
        let mut out = Self { letters: String::new(), first: ' ', ending: ' ' };
        for c in text.filter(|c| !matches!(c, ' ' | '\t' | '\n')) {
            if out.first == ' ' {
                out.first = c;
            }
            out.ending = c;
            if c.is_alphanumeric() {
                out.letters.extend(c.to_lowercase());
            }
        }
        out
    }

    fn opens(&self) -> bool {
        matches!(self.first, '“' | '(') || OPENERS.contains(&self.letters.as_str())
    }
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2013}' | '\u{2014}')
}

/// True if no line should end between two words, whatever they mean: before a dash, after `KT.`, in
/// `số 5`, `ngày 05 tháng 3 năm 2026`.
fn torn(word: &Seen, next: &Seen) -> bool {
    let figures = |w: &Seen| w.first.is_ascii_digit() || w.first == '/';
    let short = word.letters.chars().count() <= 3 && word.ending == '.';
    let part_of_date = matches!(next.letters.as_str(), "tháng" | "năm");
    let before = word.letters.as_str();
    is_dash(next.first)
        || next.first == '/'
        || short
        || (BEFORE_FIGURES.contains(&before) && (figures(next) || part_of_date))
        || (word.ending.is_ascii_digit() && part_of_date)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with a bar wherever a line may well end.
    fn marked(phrases: &[&str], text: &str) -> String {
        let table = [("phrases".to_owned(), phrases.iter().map(|p| (*p).to_owned()).collect())];
        let words: Vec<&str> = text.split(' ').collect();
        let seen: Vec<Seen> = words.iter().map(|w| Seen::new(w.chars())).collect();
        let costs = Phrases::new(&table.into()).costs(&seen);
        assert_eq!(costs.len(), words.len());
        let mut out = String::new();
        for (i, (word, cost)) in words.iter().zip(costs).enumerate() {
            out += word;
            if i + 1 < words.len() {
                out += if cost < DASHED { "|" } else { " " };
            }
        }
        out
    }

    #[test]
    fn phrases_names_dashes_and_dates_stay_whole() {
        let phrases = ["HỘI ĐỒNG", "thi đua", "khen thưởng", "thành phố", "nội vụ"];
        let shown = |text| marked(&phrases, text);
        assert_eq!(
            shown("TM. HỘI ĐỒNG THI ĐUA - KHEN THƯỞNG"),
            "TM. HỘI ĐỒNG|THI ĐUA - KHEN THƯỞNG"
        );
        assert_eq!(shown("SỞ NỘI VỤ TỈNH AN HẢI"), "SỞ|NỘI VỤ|TỈNH AN HẢI");
        assert_eq!(shown("SỞ THÀNH PHỐ HUẾ VÀ TỈNH"), "SỞ|THÀNH PHỐ HUẾ|VÀ TỈNH");
        assert_eq!(
            shown("số 05/KH-SNV ngày 05 tháng 3 năm 2026 của tôi"),
            "số 05/KH-SNV|ngày 05 tháng 3 năm 2026|của tôi"
        );
        assert_eq!(shown("số / ngày tháng năm của"), "số /|ngày tháng năm|của");
    }

    #[test]
    fn a_mark_ends_a_phrase() {
        assert_eq!(marked(&["thi đua khen"], "thi đua, khen"), "thi|đua,|khen");
        assert_eq!(marked(&["a b", "a b c"], "a b c d"), "a b c|d");
    }
}
