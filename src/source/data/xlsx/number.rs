//! Numbers of a workbook: what the number format makes of them.
//!
//! Knows: number formats, the two calendars of Excel. Must not know: XML, rows.
//!
//! A clerk means what the sheet shows: `007` where the format is `000`, `15%` for 0.15, a day
//! where the format is a day. Everything else stays a plain number; thousands marks are the template's.

use jiff::Span;
use jiff::civil::Date;
use serde_json::{Number, Value};

use super::super::code;
use super::super::table::Content;
use crate::diagnostic::Code;
use crate::model::DateLine;
use crate::text;

const LONG_NUMBER: Code = code(9);
const NOT_A_DAY: Code = code(17);
/// 31 December 9999.
const LAST_DAY: f64 = 2_958_466.0;
/// From here on a workbook has already dropped digits.
const EXACT: f64 = 1e15;

/// What a number format shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A plain number.
    General,
    /// `000`: zeros in front up to this length.
    Padded(usize),
    /// `0%`, `0.00%`: with this many decimals.
    Percent(usize),
    /// Day.
    Date,
    /// Day and time.
    DateTime,
    /// Time of day.
    Time,
    /// `[h]:mm`: a length of time.
    Elapsed,
}

impl Format {
    /// A format that workbooks know by number only.
    pub fn builtin(id: u32) -> Self {
        match id {
            9 => Format::Percent(0),
            10 => Format::Percent(2),
            14..=17 | 27..=31 | 34..=36 | 50..=54 | 57..=58 => Format::Date,
            22 => Format::DateTime,
            18..=21 | 32..=33 | 45 | 47 | 55..=56 => Format::Time,
            46 => Format::Elapsed,
            _ => Format::General,
        }
    }

    /// A format by its code; only the part for positive numbers counts.
    pub fn from_code(code: &str) -> Self {
        let (mut plain, mut literal, mut elapsed) = (String::new(), false, false);
        let mut chars = code.chars();
        while let Some(c) = chars.next() {
            match c {
                ';' => break,
                '"' => {
                    literal = true;
                    chars.by_ref().take_while(|c| *c != '"').for_each(drop);
                }
                '\\' | '_' | '*' => {
                    literal = true;
                    chars.next();
                }
                '[' => {
                    let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                    let unit = inside.to_ascii_lowercase();
                    elapsed |= matches!(unit.as_str(), "h" | "hh" | "m" | "mm" | "s" | "ss");
                }
                c => plain.extend(c.to_lowercase()),
            }
        }
        let plain = plain.trim();
        if plain == "general" {
            return Format::General;
        }
        if elapsed {
            return Format::Elapsed;
        }
        let any = |letters: &[char]| plain.contains(letters);
        let (clock, day) = (any(&['h', 's']), any(&['y', 'd']));
        match (day || (any(&['m']) && !clock), clock) {
            (true, true) => return Format::DateTime,
            (true, false) => return Format::Date,
            (false, true) => return Format::Time,
            (false, false) => {}
        }
        if any(&['%']) {
            let decimals = plain.split('.').nth(1).map_or(0, |d| d.matches('0').count());
            return Format::Percent(decimals.min(15));
        }
        let zeros = plain.len();
        if !literal && (2..=64).contains(&zeros) && plain.bytes().all(|b| b == b'0') {
            return Format::Padded(zeros);
        }
        Format::General
    }
}

/// The value of a number cell as its sheet shows it.
pub fn read(raw: &str, format: Format, from_1904: bool) -> Content {
    let Some(number) = raw.trim().parse::<f64>().ok().filter(|n| n.is_finite()) else {
        return Content::Wrong(
            super::UNREADABLE,
            text!("ô ghi là số nhưng không đọc được", "a number cell that cannot be read"),
            text!("gõ lại ô này", "type this cell again"),
        );
    };
    match format {
        Format::General => plain(number),
        Format::Padded(width) => {
            if (0.0..EXACT).contains(&number) && number.fract() == 0.0 {
                Content::Value(Value::String(format!("{number:0width$.0}")))
            } else {
                plain(number)
            }
        }
        Format::Percent(decimals) => {
            let shown = format!("{:.decimals$}", rounded(number * 100.0));
            Content::Value(Value::String(format!("{}%", shown.replace('.', ","))))
        }
        _ => moment(number, format, from_1904),
    }
}

/// Fifteen digits, as many as a workbook shows: 0.1 + 0.2 is 0.3.
fn rounded(number: f64) -> f64 {
    format!("{number:.14e}").parse().unwrap_or(number)
}

fn plain(number: f64) -> Content {
    let number = rounded(number);
    if number.abs() >= EXACT {
        let digits = format!("{number:.0}");
        return Content::Doubtful(
            Value::String(digits),
            LONG_NUMBER,
            text!(
                "số có hơn 15 chữ số: Excel đã bỏ các chữ số cuối",
                "a number of more than 15 digits: Excel has dropped the last ones"
            ),
            text!(
                "định dạng cột là Văn bản (Text) rồi gõ lại số",
                "format the column as Text and type the number again"
            ),
        );
    }
    if number.fract() == 0.0 {
        // Below 10^15 the conversion is exact.
        return Content::Value(Value::from(number as i64));
    }
    Content::Value(Number::from_f64(number).map_or(Value::Null, Value::Number))
}

fn moment(serial: f64, format: Format, from_1904: bool) -> Content {
    let wrong = || {
        Content::Wrong(
            NOT_A_DAY,
            text!(
                "ô định dạng ngày giờ nhưng số không phải là một ngày",
                "formatted as a date, but the number is no day"
            ),
            text!(
                "gõ lại ngày, hoặc đổi định dạng của ô",
                "type the date again or change the cell's format"
            ),
        )
    };
    if !(0.0..LAST_DAY).contains(&serial) {
        return wrong();
    }
    // Both fit: serial is below three million.
    let seconds = (serial * 86_400.0).round() as i64;
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let clock = |hours: i64| {
        let (minutes, seconds) = (rest / 60 % 60, rest % 60);
        if seconds == 0 {
            format!("{hours:02}:{minutes:02}")
        } else {
            format!("{hours:02}:{minutes:02}:{seconds:02}")
        }
    };
    let text = match format {
        Format::Elapsed => clock(seconds / 3600),
        Format::Time => clock(rest / 3600),
        _ => {
            let Some(day) = day(days, from_1904) else { return wrong() };
            if format == Format::DateTime && rest > 0 {
                format!("{} {}", written(day), clock(rest / 3600))
            } else {
                written(day)
            }
        }
    };
    Content::Value(Value::String(text))
}

/// A day as the decree writes it (PL I, Phần I, Mục II.4.b), since it may go into a sentence as it is: `05/3/2026`.
fn written(day: Date) -> String {
    let (d, m) = (DateLine::day_text(day.day()), DateLine::month_text(day.month()));
    format!("{d}/{m}/{}", day.year())
}

/// The day of a serial number. Excel's 1900 calendar holds a 29 February that never was (60).
fn day(days: i64, from_1904: bool) -> Option<Date> {
    let (epoch, days) = match (from_1904, days) {
        (true, _) => (Date::constant(1904, 1, 1), days),
        (false, 1..=59) => (Date::constant(1899, 12, 31), days),
        (false, 61..) => (Date::constant(1899, 12, 30), days),
        _ => return None,
    };
    epoch.checked_add(Span::new().try_days(days).ok()?).ok()
}

/// An ISO moment as some programs write it, in the decree's spelling; midnight is a day. What is no
/// moment stays as it is.
pub fn iso(raw: &str) -> String {
    let (day, time) = raw.split_once('T').unwrap_or((raw, ""));
    let Ok(day) = day.parse::<Date>() else { return raw.to_owned() };
    let time = time.split(['.', 'Z', '+']).next().unwrap_or("");
    let time = time.strip_suffix(":00").unwrap_or(time);
    if time.is_empty() || time == "00:00" {
        written(day)
    } else {
        format!("{} {time}", written(day))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(raw: &str, code: &str) -> Value {
        match read(raw, Format::from_code(code), false) {
            Content::Value(value) | Content::Doubtful(value, ..) => value,
            _ => Value::Null,
        }
    }

    #[test]
    fn formats_are_told_apart() {
        for (code, format) in [
            ("General", Format::General),
            ("#,##0", Format::General),
            ("0.00E+00", Format::General),
            ("@", Format::General),
            ("000", Format::Padded(3)),
            ("\"KH\"000", Format::General),
            ("0.0%", Format::Percent(1)),
            ("dd/mm/yyyy", Format::Date),
            ("[$-42A]dd \"tháng\" mm yyyy", Format::Date),
            ("mm/yyyy;@", Format::Date),
            ("dd/mm/yyyy hh:mm", Format::DateTime),
            ("h:mm AM/PM", Format::Time),
            ("[h]:mm", Format::Elapsed),
            ("#,##0 [$₫-42A];[Red]-#,##0", Format::General),
        ] {
            assert_eq!(Format::from_code(code), format, "{code}");
        }
    }

    #[test]
    fn numbers_are_what_the_sheet_shows() {
        assert_eq!(shown("7", "General"), 7);
        assert_eq!(shown("7.0", "General").to_string(), "7");
        assert_eq!(shown("0.30000000000000004", "General").to_string(), "0.3");
        assert_eq!(shown("-1.5E-3", "General").to_string(), "-0.0015");
        assert_eq!(shown("7", "000"), "007");
        assert_eq!(shown("0.15", "0%"), "15%");
        assert_eq!(shown("0.1255", "0.0%"), "12,6%");
        assert_eq!(shown("123456789012345678", "General"), "123456789012346000");
        assert_eq!(shown("NaN", "General"), Value::Null);
    }

    #[test]
    fn days_of_both_calendars() {
        assert_eq!(shown("46086", "dd/mm/yyyy"), "05/3/2026");
        assert_eq!(shown("46086.5", "dd/mm/yyyy"), "05/3/2026");
        assert_eq!(shown("46086.354166666664", "dd/mm/yyyy hh:mm"), "05/3/2026 08:30");
        assert_eq!(shown("0.3541666666", "h:mm"), "08:30");
        assert_eq!(shown("1.25", "[h]:mm"), "30:00");
        assert_eq!(shown("1", "d"), "01/01/1900");
        assert_eq!(shown("61", "d"), "01/3/1900");
        for nothing in ["0", "60", "-1", "2958466", "1e300"] {
            assert_eq!(shown(nothing, "dd/mm/yyyy"), Value::Null, "{nothing}");
        }
        assert_eq!(day(0, true).map(|d| d.to_string()).as_deref(), Some("1904-01-01"));
        assert_eq!(iso("2026-03-05T00:00:00"), "05/3/2026");
        assert_eq!(iso("2026-03-05T08:30:00"), "05/3/2026 08:30");
    }
}
