//! Days and cited documents as they are typed inside a text.
//!
//! Knows: how they are written, blank by blank. Must not know: which of them are right.
//!
//! Nearly every document has a day in it. Reading one by hand costs less than compiling a regular
//! expression does, which is most of what a short run would spend on its checks; the tests hold
//! each reader against the expression that says the same.

/// The word before a day, without its first letter, which may be a capital.
const DAY_TAIL: &str = "gày";
const MONTH: &str = "tháng";
const YEAR: &str = "năm";
const NUMBER: &str = "số";

/// A day as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Typed<'t> {
    /// All of it, as far as it was asked for.
    pub whole: &'t str,
    /// Digits of the day.
    pub day: &'t str,
    /// Digits of the month.
    pub month: &'t str,
    /// Digits of the year, where they are there.
    pub year: Option<&'t str>,
}

/// A place in a text from which on it is read.
#[derive(Clone, Copy)]
struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn since(&self, start: usize) -> &'t str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Goes past a word.
    fn word(&mut self, word: &str) -> Option<()> {
        self.rest().starts_with(word.as_bytes()).then(|| self.at += word.len())
    }

    /// Goes past one blank or more, no-break ones included.
    fn blanks(&mut self) -> Option<()> {
        let start = self.at;
        loop {
            match self.rest() {
                [b' ', ..] => self.at += 1,
                [0xC2, 0xA0, ..] => self.at += 2,
                _ => break,
            }
        }
        (self.at > start).then_some(())
    }

    /// At most so many digits, and at least one.
    fn digits(&mut self, most: usize) -> Option<&'t str> {
        let start = self.at;
        let count = self.rest().iter().take(most).take_while(|b| b.is_ascii_digit()).count();
        self.at += count;
        (count > 0).then(|| self.since(start))
    }

    fn year(&mut self) -> Option<&'t str> {
        self.digits(4).filter(|digits| digits.len() == 4)
    }

    /// ` tháng 3`.
    fn month(&mut self) -> Option<&'t str> {
        self.blanks()?;
        self.word(MONTH)?;
        self.blanks()?;
        self.digits(2)
    }

    /// ` năm 2026`.
    fn year_in_words(&mut self) -> Option<&'t str> {
        self.blanks()?;
        self.word(YEAR)?;
        self.blanks()?;
        self.year()
    }

    /// `/3/2026`.
    fn month_and_year(&mut self) -> Option<(&'t str, &'t str)> {
        self.word("/")?;
        let month = self.digits(2)?;
        self.word("/")?;
        Some((month, self.year()?))
    }
}

/// Places where `ngày` or `Ngày` begins and a reader right behind the word, from `from` on.
fn after_day_word(text: &str, from: usize) -> impl Iterator<Item = (usize, Reader<'_>)> {
    let rest = text.get(from..).unwrap_or_default();
    rest.match_indices(DAY_TAIL).filter_map(move |(at, tail)| {
        let start = (from + at).checked_sub(1).filter(|start| *start >= from)?;
        let first = text.as_bytes().get(start)?;
        matches!(first, b'n' | b'N').then_some((start, Reader { text, at: start + 1 + tail.len() }))
    })
}

/// Goes through a text: `next` gives what it found from a place on, and where to go on.
fn each<'t, T>(
    text: &'t str,
    next: impl Fn(&'t str, usize) -> Option<(T, usize)>,
) -> impl Iterator<Item = T> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let (found, end) = next(text, at)?;
        at = end;
        Some(found)
    })
}

/// Days in words: `ngày 5 tháng 3 năm 2026`, with or without a year.
pub(super) fn in_words(text: &str) -> impl Iterator<Item = Typed<'_>> {
    each(text, |text, from| {
        after_day_word(text, from).find_map(|(start, mut r)| {
            r.blanks()?;
            let day = r.digits(2)?;
            let month = r.month()?;
            let mut further = r;
            let year = further.year_in_words();
            let r = if year.is_some() { further } else { r };
            Some((Typed { whole: r.since(start), day, month, year }, r.at))
        })
    })
}

/// Days in digits after the word: `ngày 5/3/2026`.
pub(super) fn in_digits(text: &str) -> impl Iterator<Item = Typed<'_>> {
    each(text, |text, from| {
        after_day_word(text, from).find_map(|(start, mut r)| {
            r.blanks()?;
            let day = r.digits(2)?;
            let (month, year) = r.month_and_year()?;
            Some((Typed { whole: r.since(start), day, month, year: Some(year) }, r.at))
        })
    })
}

/// All whole days, in digits or in words, whatever stands before them.
pub(super) fn whole(text: &str) -> impl Iterator<Item = Typed<'_>> {
    each(text, |text, from| {
        let bytes = text.as_bytes().get(from..).unwrap_or_default();
        let starts = (from..).zip(bytes).filter(|(_, b)| b.is_ascii_digit());
        starts.map(|(start, _)| start).find_map(|start| {
            let mut r = Reader { text, at: start };
            let day = r.digits(2)?;
            let mut slashed = r;
            let (r, month, year) = match slashed.month_and_year() {
                Some((month, year)) => (slashed, month, year),
                None => {
                    let month = r.month()?;
                    let year = r.year_in_words()?;
                    (r, month, year)
                }
            };
            Some((Typed { whole: r.since(start), day, month, year: Some(year) }, r.at))
        })
    })
}

/// Documents that are cited with number and day: `số 12/KH-SNV ngày 5`. Each with its place.
///
/// For texts without no-break blanks, which may stand inside a number as well as around it.
pub(super) fn cited(text: &str) -> impl Iterator<Item = (usize, &str)> {
    each(text, |text, from| {
        let rest = text.get(from..)?;
        rest.match_indices(NUMBER).find_map(|(at, word)| {
            let start = from + at;
            let mut r = Reader { text, at: start + word.len() };
            r.blanks()?;
            let token = r.rest().iter().take_while(|b| !matches!(b, b' ' | b';' | b',')).count();
            let code = r.rest().get(..token)?;
            let digit = code.iter().position(u8::is_ascii_digit)?;
            let notation = code.get(digit..)?.iter().position(|b| *b == b'/')?;
            // Something follows the stroke.
            code.get(digit + notation + 1)?;
            r.at += token;
            r.blanks()?;
            r.word("n")?;
            r.word(DAY_TAIL)?;
            r.blanks()?;
            r.digits(1)?;
            Some(((start, r.since(start)), r.at))
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    const BLANK: &str = "[ \u{a0}]+";

    /// What the readers stand for.
    fn expressions() -> [Regex; 4] {
        let b = BLANK;
        [
            format!("[Nn]gày{b}([0-9]{{1,2}}){b}tháng{b}([0-9]{{1,2}})(?:{b}năm{b}([0-9]{{4}}))?"),
            format!("[Nn]gày{b}([0-9]{{1,2}})/([0-9]{{1,2}})/([0-9]{{4}})"),
            format!(
                "([0-9]{{1,2}})/([0-9]{{1,2}})/([0-9]{{4}})|([0-9]{{1,2}}){b}tháng{b}([0-9]{{1,2}}){b}năm{b}([0-9]{{4}})"
            ),
            super::super::dates::CITED.to_owned(),
        ]
        .map(|source| Regex::new(&source).expect("a pattern"))
    }

    type Found<'t> = Vec<(&'t str, &'t str, &'t str, Option<&'t str>)>;

    fn of<'t>(found: impl Iterator<Item = Typed<'t>>) -> Found<'t> {
        found.map(|t| (t.whole, t.day, t.month, t.year)).collect()
    }

    fn by<'t>(pattern: &Regex, text: &'t str) -> Found<'t> {
        pattern
            .captures_iter(text)
            .map(|c| {
                let parts: Vec<&str> =
                    (1..c.len()).filter_map(|i| c.get(i)).map(|m| m.as_str()).collect();
                (c.get(0).expect("all").as_str(), parts[0], parts[1], parts.get(2).copied())
            })
            .collect()
    }

    fn agree(text: &str) {
        let [words, digits, any, cites] = expressions();
        assert_eq!(of(in_words(text)), by(&words, text), "{text}");
        assert_eq!(of(in_digits(text)), by(&digits, text), "{text}");
        assert_eq!(of(whole(text)), by(&any, text), "{text}");
        if !text.contains('\u{a0}') {
            let found: Vec<(usize, &str)> = cited(text).collect();
            let wanted: Vec<(usize, &str)> =
                cites.find_iter(text).map(|m| (m.start(), m.as_str())).collect();
            assert_eq!(found, wanted, "{text}");
        }
    }

    #[test]
    fn the_readers_say_what_the_expressions_say() {
        for text in [
            "ngày 05 tháng 3 năm 2026",
            "Ngày  5\u{a0}tháng 12; ngày 123 tháng 4; ngày 1 tháng 234 năm 2026",
            "ngày 1 tháng 2 năm 202; ngày 1 tháng 2 năm 20267",
            "ngày 5/3/2026, ngày 15/03/20267, ngày 5/3/26, 123/4/2026, 1/23/4/2026",
            "số 12/KH-SNV ngày 5 tháng 3 năm 2026; số /KH ngày 5; số 12/ ngày 5; số KH/12/a ngày 6",
            "số 1/2, ngày 5; số 12/KH ngày 5số 12/KH ngày 56 số  1a/b  ngày  7",
            "gày 5/3/2026 ngàyngày 1 tháng 2 tháng 3 năm 2026",
        ] {
            agree(text);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn whatever_the_text(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "ngày", "Ngày", "gày", "tháng", "năm", "số", " ", " ", " ", "  ", "\u{a0}", "/", "/",
                    "1", "12", "123", "2026", "5", "KH-SNV", ";", ",", "ế", "\n",
                ]),
                0..24,
            )
        ) {
            agree(&pieces.concat());
        }
    }
}
