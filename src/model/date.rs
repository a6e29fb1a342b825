//! The date line of a document: day and month may be blank in a draft.
//!
//! Knows: the decree's spelling of days and months (PL I, Phần I, Mục II.4.b). Must not know: the clock.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// `ngày … tháng … năm …`; a blank part is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateLine {
    /// Day 1..=31.
    pub day: Option<i8>,
    /// Month 1..=12.
    pub month: Option<i8>,
    /// Year.
    pub year: i16,
}

impl DateLine {
    /// A draft's line: only the year.
    pub fn blank(year: i16) -> Self {
        Self { day: None, month: None, year }
    }

    /// Reads `2026-03-05`, `05/3/2026`, and with blanks `2026`, `2026-10`, `10/2026`. Hyphens,
    /// slashes and dots divide; a time of day after a full date is dropped.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let day = text.split_once(['T', ' ']).map_or(text, |(day, _)| day);
        let parts: Vec<&str> = day.split(['-', '/', '.']).collect();
        let digits =
            |p: &&str| !p.is_empty() && p.len() <= 4 && p.bytes().all(|b| b.is_ascii_digit());
        if !parts.iter().all(digits) || (day.len() < text.len() && parts.len() < 3) {
            return None;
        }
        let (year, month, day) = match parts.as_slice() {
            [y] if y.len() == 4 => (*y, None, None),
            [y, m] | [m, y] if y.len() == 4 && m.len() <= 2 => (*y, Some(*m), None),
            [y, m, d] | [d, m, y] if y.len() == 4 && d.len() <= 2 => (*y, Some(*m), Some(*d)),
            _ => return None,
        };
        let small = |p: Option<&str>| p.map(|p| p.parse::<i8>()).transpose().ok();
        let line = Self { year: year.parse().ok()?, month: small(month)?, day: small(day)? };
        Date::new(line.year, line.month.unwrap_or(1), line.day.unwrap_or(1)).ok()?;
        (line.year >= 1900).then_some(line)
    }

    /// The whole date, if nothing is blank and it exists.
    pub fn date(self) -> Option<Date> {
        Date::new(self.year, self.month?, self.day?).ok()
    }

    /// Day with its 0 below 10.
    pub fn day_text(day: i8) -> String {
        format!("{day:02}")
    }

    /// Month with a 0 for 1 and 2, and for no other.
    pub fn month_text(month: i8) -> String {
        if month < 3 { format!("{month:02}") } else { month.to_string() }
    }

    /// `ngày 05 tháng 3 năm 2026`, blanks as four spaces.
    pub fn words(self) -> String {
        const BLANK: &str = "    ";
        let day = self.day.map_or(BLANK.to_owned(), Self::day_text);
        let month = self.month.map_or(BLANK.to_owned(), Self::month_text);
        format!("ngày {day} tháng {month} năm {}", self.year)
    }
}

impl From<Date> for DateLine {
    fn from(d: Date) -> Self {
        Self { day: Some(d.day()), month: Some(d.month()), year: d.year() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_only_where_the_decree_wants_it() {
        let line = |d, m| DateLine { day: Some(d), month: Some(m), year: 2026 }.words();
        assert_eq!(line(5, 2), "ngày 05 tháng 02 năm 2026");
        assert_eq!(line(29, 6), "ngày 29 tháng 6 năm 2026");
        assert_eq!(line(10, 12), "ngày 10 tháng 12 năm 2026");
    }

    #[test]
    fn dates_are_read_as_people_write_them() {
        let read = |text| DateLine::parse(text).map(|d| (d.day, d.month, d.year));
        let full = Some((Some(5), Some(3), 2026));
        for text in ["2026-03-05", "05/3/2026", "5.3.2026", "2026-03-05T00:00:00", "5/3/2026 07:30"]
        {
            assert_eq!(read(text), full, "{text}");
        }
        assert_eq!(read("2026"), Some((None, None, 2026)));
        assert_eq!(read("10/2026"), Some((None, Some(10), 2026)));
        assert_eq!(read(" 2026-10 "), Some((None, Some(10), 2026)));
        for text in
            ["", "31/02/2026", "5/3/26", "13/2026", "3", "2026-1-2-3", "0001", "mai", "2026 x"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
