//! Days: of the document, and those written inside its text (PL I, Phần I, Mục II.4.b).
//!
//! Knows: how a day is spelled and which exist. Must not know: today.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::{Captures, Regex};

use crate::model::{DateLine, Document};
use crate::text;

use super::view::At;
use super::{Context, Head};

/// Pattern of a day in words.
const WORDS: &str = "[Nn]gày[ \u{a0}]+([0-9]{1,2})[ \u{a0}]+tháng[ \u{a0}]+([0-9]{1,2})(?:[ \u{a0}]+năm[ \u{a0}]+([0-9]{4}))?";
/// Pattern of a day in digits after the word `ngày`.
const DIGITS: &str = "[Nn]gày[ \u{a0}]+([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})";
/// A document that is cited with its number and day.
const CITED: &str = "số[ \u{a0}]+[^ ;,]*[0-9][^ ;,]*/[^ ;,]+[ \u{a0}]+ngày[ \u{a0}]+[0-9]";

fn regex(source: &str) -> Option<Regex> {
    Regex::new(source).ok()
}

static WORDS_RE: LazyLock<Option<Regex>> = LazyLock::new(|| regex(WORDS));
static DIGITS_RE: LazyLock<Option<Regex>> = LazyLock::new(|| regex(DIGITS));
static CITED_RE: LazyLock<Option<Regex>> = LazyLock::new(|| regex(CITED));
static ANY_RE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(
        "([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})|([0-9]{1,2})[ \u{a0}]+tháng[ \u{a0}]+([0-9]{1,2})[ \u{a0}]+năm[ \u{a0}]+([0-9]{4})",
    )
});

/// A day as it was typed.
struct Typed<'t> {
    whole: &'t str,
    day: &'t str,
    month: &'t str,
    year: Option<&'t str>,
}

impl<'t> Typed<'t> {
    fn of(c: &Captures<'t>) -> Option<Self> {
        let part = |i| c.get(i).map(|m| m.as_str());
        Some(Self { whole: part(0)?, day: part(1)?, month: part(2)?, year: part(3) })
    }

    fn numbers(&self) -> Option<(i8, i8, i16)> {
        // Without a year the 29th of February is taken to exist.
        let year = self.year.map_or(Ok(2024), str::parse).ok()?;
        Some((self.day.parse().ok()?, self.month.parse().ok()?, year))
    }

    fn exists(&self) -> bool {
        self.numbers().is_some_and(|(d, m, y)| Date::new(y, m, d).is_ok())
    }
}

/// Days in words with a 0 too many or too few.
pub(crate) fn spelling(holidays: &[String], text: &str, at: At, head: &Head, c: &mut Context) {
    let Some(pattern) = WORDS_RE.as_ref() else { return };
    for found in pattern.captures_iter(text) {
        let Some(typed) = Typed::of(&found) else { continue };
        let Some((day, month, _)) = typed.numbers().filter(|_| typed.exists()) else { continue };
        let (good_day, good_month) = (DateLine::day_text(day), DateLine::month_text(month));
        if typed.day == good_day && typed.month == good_month {
            continue;
        }
        // `ngày 8 tháng 3` without a year is the name of a day of the year.
        let named = format!("{day}/{month}");
        if typed.year.is_none() && typed.day.len() == 1 && holidays.contains(&named) {
            continue;
        }
        let year = typed.year.map_or(String::new(), |y| format!(" năm {y}"));
        let whole = typed.whole;
        c.find_hint(
            head,
            at.place(c.doc),
            text!("“{whole}” thừa hoặc thiếu số 0", "“{whole}” has a 0 too many or too few"),
            text!(
                "viết “ngày {good_day} tháng {good_month}{year}”: thêm số 0 cho ngày dưới 10 và tháng 1, 2, không thêm cho tháng khác",
                "write “ngày {good_day} tháng {good_month}{year}”: a 0 before days below 10 and months 1 and 2, and no other"
            ),
        );
    }
}

/// Days that do not exist.
pub(crate) fn impossible(text: &str, at: At, head: &Head, context: &mut Context) {
    for pattern in [WORDS_RE.as_ref(), DIGITS_RE.as_ref()].into_iter().flatten() {
        for found in pattern.captures_iter(text) {
            let Some(typed) = Typed::of(&found) else { continue };
            if !typed.exists() {
                let whole = typed.whole;
                let message =
                    text!("“{whole}”: không có ngày này", "“{whole}”: there is no such day");
                context.find(head, at.place(context.doc), message);
            }
        }
    }
}

/// A cited document that is younger than the document that cites it.
pub(crate) fn cited_later(text: &str, at: At, head: &Head, context: &mut Context) {
    let Some(pattern) = CITED_RE.as_ref() else { return };
    for found in pattern.find_iter(text) {
        let rest = text.get(found.start()..).unwrap_or("");
        let Some((whole, date)) = first_date(rest) else { continue };
        if !later(date, context.doc) {
            continue;
        }
        let cited = found.as_str().rsplit_once(" ngày").map_or(found.as_str(), |(c, _)| c);
        context.find(
            head,
            at.place(context.doc),
            text!(
                "văn bản {cited} được viện dẫn ghi ngày {whole}, sau ngày của chính văn bản này",
                "the cited document {cited} bears the day {whole}, later than this document"
            ),
        );
    }
}

fn later(date: Date, doc: &Document) -> bool {
    match (doc.date.date(), doc.date.month) {
        (Some(own), _) => date > own,
        (None, Some(month)) => (date.year(), date.month()) > (doc.date.year, month),
        (None, None) => date.year() > doc.date.year,
    }
}

/// The first whole day in a text: what was typed, and the day.
pub(crate) fn first_date(text: &str) -> Option<(&str, Date)> {
    dates(text).next()
}

/// All whole days in a text.
pub(crate) fn dates(text: &str) -> impl Iterator<Item = (&str, Date)> {
    ANY_RE.iter().flat_map(move |pattern| pattern.captures_iter(text)).filter_map(|c| {
        let part = |a, b| c.get(a).or_else(|| c.get(b)).map(|m| m.as_str());
        let (day, month, year) = (part(1, 4)?, part(2, 5)?, part(3, 6)?);
        let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
        Some((c.get(0)?.as_str(), date))
    })
}
