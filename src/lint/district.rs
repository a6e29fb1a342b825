//! Names of the district level, which ended on 01/7/2025.
//!
//! Knows: how such a name is written and when a text speaks of the past. Must not know: the
//! words themselves and the names of the cities; the word lists do.

use std::sync::LazyLock;

use jiff::civil::{Date, date};
use regex::Regex;

use crate::diagnostic::Result;
use crate::text;

use super::dates;
use super::params::Params;
use super::pattern::{Bytes, Pattern};
use super::view::At;
use super::{Context, Head};

/// Last day of the district level: a sentence that cites an earlier day speaks of the past.
const END: Date = date(2025, 7, 1);

static YEAR: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new("năm[ \u{a0}]+((?:19|20)[0-9][0-9])").ok());

/// Words of the district level.
#[derive(Debug)]
pub(crate) struct District {
    pattern: Pattern,
    cities: Vec<String>,
    past: Vec<String>,
    not_before: Vec<String>,
    not_after: Vec<String>,
}

impl District {
    pub(crate) fn new(params: &Params) -> Result<Self> {
        let spelled = |words: Vec<String>| {
            let mut all = Vec::new();
            for word in words {
                let mut letters = word.chars();
                let first: String =
                    letters.next().into_iter().flat_map(char::to_uppercase).collect();
                all.push(regex::escape(&format!("{first}{}", letters.as_str())));
                all.push(regex::escape(&word.to_uppercase()));
                all.push(regex::escape(&word));
            }
            all.join("|")
        };
        let (units, cities) = (params.words("units")?, params.words("city_words")?);
        // Small and with a capital share all but the first letter; of a short word that says nothing.
        let tail = |w: &String| {
            let mut letters = w.chars();
            letters.next();
            let shared = if w.chars().count() > 3 { letters.as_str() } else { w.as_str() };
            let capital: String = w.chars().take(1).flat_map(char::to_uppercase).collect();
            let capital = if shared == w { capital + letters.as_str() } else { shared.to_owned() };
            [shared.to_owned(), shared.to_uppercase(), capital]
        };
        let mut literals: Vec<String> = units.iter().chain(&cities).flat_map(tail).collect();
        literals.dedup();
        let (units, cities) = (spelled(units), spelled(cities));
        let source = format!("(?P<unit>{units})|(?P<city>{cities})");
        Ok(Self {
            pattern: Pattern::new(source, literals),
            cities: params.words("cities")?.iter().map(|c| c.to_lowercase()).collect(),
            past: params.words("past")?,
            not_before: params.words("not_before")?,
            not_after: params.words("not_after")?,
        })
    }

    /// Its pattern.
    pub(crate) fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// One finding for a piece of text, with all the words.
    pub(crate) fn run(&self, text: &str, bytes: Bytes, at: At, head: &Head, context: &mut Context) {
        if !self.pattern.may_match(text, bytes) {
            return;
        }
        let Some(pattern) = self.pattern.get() else { return };
        let mut found: Vec<&str> = Vec::new();
        for c in pattern.captures_iter(text) {
            let Some(whole) = c.get(0) else { continue };
            let (start, end) = (whole.start(), whole.end());
            let end = match c.name("unit") {
                Some(_) => self.unit_end(text, start, end),
                None => self.city_end(text, start, end),
            };
            let Some(end) = end else { continue };
            if quoted(text, start) || self.past(sentence(text, start, end)) {
                continue;
            }
            let words = text.get(start..end).unwrap_or("").trim();
            if !found.contains(&words) {
                found.push(words);
            }
        }
        if found.is_empty() {
            return;
        }
        let words = found.join("”, “");
        context.find(
            head,
            at.place(context.doc),
            text!(
                "“{words}”: từ 01/7/2025 không còn cấp huyện",
                "“{words}”: there is no district level since 01/7/2025"
            ),
        );
    }

    /// End of the name that a unit word opens; `None` if the word is another one.
    fn unit_end(&self, text: &str, start: usize, end: usize) -> Option<usize> {
        let (before, after) = (text.get(..start)?, text.get(end..)?);
        if before.ends_with(char::is_alphanumeric) || after.starts_with(char::is_alphanumeric) {
            return None;
        }
        let last = before.split_whitespace().next_back().unwrap_or("");
        let next = after.split_whitespace().next().unwrap_or("");
        let bare = next.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        if self.not_after.contains(&bare) || self.not_before.contains(&last.to_lowercase()) {
            return None;
        }
        let word = text.get(start..end)?;
        let capital = word.starts_with(char::is_uppercase) && word.chars().any(char::is_lowercase);
        // “Trần Quận Bảo” is a person: a capitalised syllable stands right in front.
        if capital && (is_name_syllable(last) || !name_follows(after)) {
            return None;
        }
        Some(end + name_length(after))
    }

    /// End of the name of a provincial city; `None` if it is none of them.
    fn city_end(&self, text: &str, start: usize, end: usize) -> Option<usize> {
        if text.get(..start)?.ends_with(char::is_alphanumeric) {
            return None;
        }
        let after = text.get(end..)?;
        let name = after.trim_start_matches(['.', ' ', '\u{a0}']);
        let lower = name.to_lowercase();
        let city = self.cities.iter().find(|c| {
            lower
                .strip_prefix(c.as_str())
                .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        })?;
        // Of a name that is also a common word, only the capitalised one is meant.
        if !name.starts_with(char::is_uppercase) && city.as_str() != "thuộc tỉnh" {
            return None;
        }
        let skipped = after.len() - name.len();
        Some(end + skipped + city.len().min(name.len()))
    }

    /// True if the sentence speaks of the time before.
    fn past(&self, sentence: &str) -> bool {
        let lower = sentence.to_lowercase();
        let year = |c: regex::Captures| {
            c.get(1).and_then(|y| y.as_str().parse::<i16>().ok()).is_some_and(|y| y < END.year())
        };
        self.past.iter().any(|w| lower.contains(w.as_str()))
            || dates::dates(sentence).any(|(_, day)| day < END)
            || YEAR.iter().any(|re| re.captures_iter(sentence).any(year))
    }
}

/// `Trần`: one capital, the rest small. `UBND` and `nhân` are none.
fn is_name_syllable(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(char::is_uppercase)
        && chars.as_str().chars().next().is_some_and(char::is_lowercase)
        && !word.ends_with([',', ';', ':', '.'])
}

fn name_follows(after: &str) -> bool {
    after
        .strip_prefix([' ', '\u{a0}'])
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()))
}

/// Bytes of the capitalised words that follow.
fn name_length(after: &str) -> usize {
    let mut length = 0;
    let mut rest = after;
    while name_follows(rest) {
        let word = rest.get(1..).unwrap_or("").split([' ', ',', ';', '.', ')', '”', ':']).next();
        let step = 1 + word.map_or(0, str::len);
        length += step;
        rest = match rest.get(step..) {
            Some(rest) if step > 1 => rest,
            _ => break,
        };
    }
    length
}

/// True inside “…” or "…".
fn quoted(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or("");
    let open = before.matches('“').count() > before.matches('”').count();
    open || before.matches('"').count() % 2 == 1
}

/// The sentence around a match.
fn sentence(text: &str, start: usize, end: usize) -> &str {
    let before = text.get(..start).unwrap_or("");
    let from = [". ", "; ", "\n"].iter().filter_map(|m| before.rfind(m)).max().unwrap_or(0);
    let after = text.get(end..).unwrap_or("");
    let to = [". ", ";", "\n"].iter().filter_map(|m| after.find(m)).min().unwrap_or(after.len());
    text.get(from..end + to).unwrap_or(text)
}
