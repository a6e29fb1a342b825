//! Days: of the document, and those written inside its text (PL I, Phần I, Mục II.4.b).
//!
//! Knows: how a day is spelled and which exist. Must not know: today.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use crate::model::{DateLine, Document};
use crate::text;

use super::typed::{self, Typed};
use super::view::At;
use super::{Context, Head};

/// A document that is cited with its number and day.
pub(super) const CITED: &str =
    "số[ \u{a0}]+[^ ;,]*[0-9][^ ;,]*/[^ ;,]+[ \u{a0}]+ngày[ \u{a0}]+[0-9]";

static CITED_RE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(CITED).ok());

impl Typed<'_> {
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
    for typed in typed::in_words(text) {
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
    for typed in typed::in_words(text).chain(typed::in_digits(text)) {
        if !typed.exists() {
            let whole = typed.whole;
            let message = text!("“{whole}”: không có ngày này", "“{whole}”: there is no such day");
            context.find(head, at.place(context.doc), message);
        }
    }
}

/// A cited document that is younger than the document that cites it.
pub(crate) fn cited_later(text: &str, at: At, head: &Head, context: &mut Context) {
    // A no-break blank may be part of a number or stand around it: only there backtracking is wanted.
    let found: Vec<(usize, &str)> = if text.contains('\u{a0}') {
        let all = CITED_RE.iter().flat_map(|pattern| pattern.find_iter(text));
        all.map(|m| (m.start(), m.as_str())).collect()
    } else {
        typed::cited(text).collect()
    };
    for (start, words) in found {
        let rest = text.get(start..).unwrap_or("");
        let Some((whole, date)) = dates(rest).next() else { continue };
        if !later(date, context.doc) {
            continue;
        }
        let cited = words.rsplit_once(" ngày").map_or(words, |(c, _)| c);
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

/// All whole days in a text that exist: what was typed, and the day.
pub(super) fn dates(text: &str) -> impl Iterator<Item = (&str, Date)> {
    typed::whole(text).filter_map(|typed| {
        let (day, month, year) = typed.numbers()?;
        Some((typed.whole, Date::new(year, month, day).ok()?))
    })
}
