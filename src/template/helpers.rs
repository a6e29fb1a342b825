//! The helpers that may stand in a tag.
//!
//! Knows: what each makes of its values. Must not know: tags, places, findings.

use std::borrow::Cow;

use serde_json::{Number, Value as Json};

use crate::diagnostic::Text;
use crate::model::DateLine;
use crate::text;
use crate::text::{WordStyle, group_digits, number_words};

use super::tree::FieldKind;

/// Letters of điểm in order (PL I, Phần I, Mục II.6.d).
const POINTS: &str = "abcdđeghiklmnopqrstuvxy";

macro_rules! helpers {
    ($($name:ident $text:literal $least:literal $most:literal $options:expr,)*) => {
        /// A helper.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Helper { $($name,)* }

        impl Helper {
            const ALL: &'static [Helper] = &[$(Helper::$name,)*];

            pub const fn name(self) -> &'static str {
                match self { $(Helper::$name => $text,)* }
            }

            /// Fewest and most values.
            pub const fn arity(self) -> (usize, usize) {
                match self { $(Helper::$name => ($least, $most),)* }
            }

            /// Names of `key=value`.
            pub const fn options(self) -> &'static [&'static str] {
                match self { $(Helper::$name => &$options,)* }
            }
        }
    };
}

helpers! {
    Upper "upper" 1 1 [],
    Lower "lower" 1 1 [],
    Date "date" 1 1 [],
    DateWords "date_words" 1 1 [],
    Money "money" 1 1 [],
    MoneyWords "money_words" 1 1 ["unit", "odd", "thousand"],
    NumberWords "number_words" 1 1 ["odd", "thousand"],
    Roman "roman" 1 1 [],
    Letter "letter" 1 1 [],
    Ordinal "ordinal" 1 1 [],
    Inc "inc" 1 1 [],
    Join "join" 1 2 [],
    Honorific "honorific" 1 1 [],
    Default "default" 2 2 [],
    Eq "eq" 2 2 [],
    Not "not" 1 1 [],
}

impl Helper {
    /// What the helper wants of its values.
    pub const fn wants(self) -> FieldKind {
        match self {
            Self::Date | Self::DateWords => FieldKind::Date,
            Self::Money
            | Self::MoneyWords
            | Self::NumberWords
            | Self::Roman
            | Self::Letter
            | Self::Ordinal
            | Self::Inc => FieldKind::Number,
            Self::Honorific => FieldKind::Gender,
            Self::Not => FieldKind::Flag,
            Self::Upper | Self::Lower | Self::Join | Self::Default | Self::Eq => FieldKind::Text,
        }
    }

    /// The helper of a name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|h| h.name() == name)
    }
}

/// All names.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    Helper::ALL.iter().map(|h| h.name())
}

/// A value on its way through a tag.
#[derive(Debug, Clone)]
pub(super) enum Val<'d> {
    /// From the data, or typed in the tag.
    Json(&'d Json),
    /// Made by a helper from data.
    Text(String),
    /// Made by the program alone: digits, Roman numbers, letters of điểm. Written as it is.
    Plain(String),
    Bool(bool),
    /// A position in a loop.
    Count(usize),
    /// Not there.
    Missing,
}

impl<'d> Val<'d> {
    /// As text; `None` for lists and groups of fields.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        Some(match self {
            Val::Json(Json::String(s)) => Cow::Borrowed(s),
            Val::Json(Json::Number(n)) => Cow::Owned(number_text(n)),
            Val::Json(Json::Bool(b)) | Val::Bool(b) => {
                Cow::Borrowed(if *b { "true" } else { "false" })
            }
            Val::Json(Json::Null) | Val::Missing => Cow::Borrowed(""),
            Val::Json(Json::Array(_) | Json::Object(_)) => return None,
            Val::Text(s) | Val::Plain(s) => Cow::Borrowed(s),
            Val::Count(n) => Cow::Owned(n.to_string()),
        })
    }

    /// True for what counts as yes: not empty, not zero, not `false`.
    pub fn is_true(&self) -> bool {
        match self {
            Val::Json(Json::Number(n)) => n.as_f64() != Some(0.0),
            Val::Json(Json::Bool(b)) | Val::Bool(b) => *b,
            Val::Json(Json::Array(list)) => !list.is_empty(),
            Val::Json(Json::Object(fields)) => !fields.is_empty(),
            Val::Count(n) => *n > 0,
            other => other.text().is_some_and(|t| !t.trim().is_empty()),
        }
    }

    /// True for nothing at all: `null`, or text without letters.
    pub fn is_empty(&self) -> bool {
        self.text().is_some_and(|t| t.trim().is_empty())
    }
}

/// A number as it is printed: `10.0` is 10, decimals take a comma.
pub(super) fn number_text(n: &Number) -> String {
    match n.as_f64() {
        Some(float) if n.is_f64() => {
            // Beyond 2^53 the digits say nothing.
            if float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0 {
                format!("{float:.0}")
            } else {
                format!("{float}").replace('.', ",")
            }
        }
        _ => n.to_string(),
    }
}

/// What a helper makes of its values, or what it expected of the first one.
pub(super) fn call<'d>(
    helper: Helper,
    args: &[Val<'d>],
    options: &[(&str, Val<'d>)],
) -> Result<Val<'d>, Text> {
    let missing = Val::Missing;
    let first = args.first().unwrap_or(&missing);
    match helper {
        Helper::Default => {
            return Ok(if first.is_empty() { args.get(1) } else { args.first() }
                .cloned()
                .unwrap_or(Val::Missing));
        }
        Helper::Eq => {
            let same = |other: &Val<'_>| first.text().is_some_and(|a| other.text() == Some(a));
            return Ok(Val::Bool(args.get(1).is_some_and(same)));
        }
        Helper::Not => return Ok(Val::Bool(!first.is_true())),
        Helper::Join => return join(first, args.get(1)),
        _ => {}
    }
    let Some(text) = first.text() else {
        return Err(text!("một giá trị đơn", "a single value"));
    };
    // What is empty stays empty: the tag says so with its place.
    if text.trim().is_empty() {
        return Ok(Val::Text(String::new()));
    }
    match helper {
        Helper::Upper => Ok(Val::Text(text.to_uppercase())),
        Helper::Lower => Ok(Val::Text(text.to_lowercase())),
        Helper::Honorific => honorific(&text),
        Helper::Date | Helper::DateWords => date(helper, &text),
        Helper::Money => money(&text),
        Helper::MoneyWords | Helper::NumberWords => words(helper, &text, options),
        _ => counted(helper, &text),
    }
}

fn join<'d>(list: &Val<'d>, separator: Option<&Val<'d>>) -> Result<Val<'d>, Text> {
    let separator = separator.and_then(Val::text).unwrap_or(Cow::Borrowed(", "));
    let expected = || text!("một danh sách chữ", "a list of texts");
    match list {
        Val::Json(Json::Array(items)) => {
            let texts: Option<Vec<String>> =
                items.iter().map(|i| Val::Json(i).text().map(Cow::into_owned)).collect();
            Ok(Val::Text(texts.ok_or_else(expected)?.join(&separator)))
        }
        Val::Json(Json::Object(_)) => Err(expected()),
        single => Ok(Val::Text(single.text().unwrap_or_default().into_owned())),
    }
}

fn date<'d>(helper: Helper, text: &str) -> Result<Val<'d>, Text> {
    let date = DateLine::parse(text).and_then(DateLine::date);
    let date = date.ok_or_else(|| text!("một ngày như 05/3/2026", "a date such as 2026-03-05"))?;
    Ok(Val::Text(if helper == Helper::Date {
        format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year())
    } else {
        DateLine::from(date).words()
    }))
}

/// Ông for a man, Bà for a woman, from what a list calls them.
fn honorific<'d>(text: &str) -> Result<Val<'d>, Text> {
    let word = match text::slug(text).as_str() {
        "nam" | "ong" | "m" | "male" => "Ông",
        "nu" | "ba" | "f" | "female" => "Bà",
        _ => return Err(text!("giới tính nam hoặc nữ", "a gender, nam or nữ")),
    };
    Ok(Val::Text(word.to_owned()))
}

/// A number as typed: whole part, and decimals without their comma.
fn parse_number(text: &str) -> Option<(i64, String)> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (negative, digits) = text.strip_prefix('-').map_or((false, text.as_str()), |t| (true, t));
    let (whole, decimals) = digits.split_once(',').unwrap_or((digits, ""));
    let all_digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    let groups: Vec<&str> = whole.split('.').collect();
    let grouped = groups.len() == 1
        || (groups.first().is_some_and(|g| (1..=3).contains(&g.len()))
            && groups.iter().skip(1).all(|g| g.len() == 3));
    if whole.is_empty()
        || !grouped
        || !groups.iter().all(|g| all_digits(g))
        || !all_digits(decimals)
    {
        return None;
    }
    let whole: i64 = groups.concat().parse().ok()?;
    Some((if negative { -whole } else { whole }, decimals.to_owned()))
}

fn money<'d>(text: &str) -> Result<Val<'d>, Text> {
    let (whole, decimals) = parse_number(text).ok_or_else(|| {
        text!("một số như 1234567 hoặc 1.234.567", "a number such as 1234567 or 1.234.567")
    })?;
    let grouped = group_digits(whole);
    Ok(Val::Text(if decimals.is_empty() { grouped } else { format!("{grouped},{decimals}") }))
}

fn words<'d>(helper: Helper, text: &str, options: &[(&str, Val<'d>)]) -> Result<Val<'d>, Text> {
    let option = |name: &str, usual: &str| {
        let given = options.iter().find(|(key, _)| *key == name);
        given.and_then(|(_, v)| v.text()).map_or_else(|| usual.to_owned(), Cow::into_owned)
    };
    let (odd, thousand) = (option("odd", "linh"), option("thousand", "nghìn"));
    let said = parse_number(text)
        .filter(|(_, decimals)| decimals.bytes().all(|b| b == b'0'))
        .and_then(|(n, _)| number_words(n, WordStyle { odd: &odd, thousand: &thousand }))
        .ok_or_else(|| text!("một số nguyên không quá 10^15", "a whole number up to 10^15"))?;
    if helper == Helper::NumberWords {
        return Ok(Val::Text(said));
    }
    let unit = option("unit", "đồng");
    let mut letters = said.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    Ok(Val::Text(format!("{first}{} {unit}", letters.as_str()).trim_end().to_owned()))
}

/// Helpers that number things.
fn counted<'d>(helper: Helper, text: &str) -> Result<Val<'d>, Text> {
    let n = text.trim().parse::<u32>().ok();
    let made = n.and_then(|n| match helper {
        Helper::Inc => Some(n.checked_add(1)?.to_string()),
        Helper::Ordinal => Some(format!("{n:02}")),
        Helper::Roman => Some(text::to_roman(n)).filter(|r| !r.is_empty()),
        Helper::Letter => {
            let index = usize::try_from(n).ok()?.checked_sub(1)?;
            POINTS.chars().nth(index).map(String::from)
        }
        _ => None,
    });
    made.map(Val::Plain).ok_or_else(|| match helper {
        Helper::Letter => text!("một số từ 1 đến 23", "a number from 1 to 23"),
        Helper::Roman => text!("một số từ 1 đến 3999", "a number from 1 to 3999"),
        _ => text!("một số nguyên không âm", "a whole number"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn one(name: &str, value: &Json) -> String {
        let helper = Helper::find(name).unwrap();
        match call(helper, &[Val::Json(value)], &[]) {
            Ok(made) => made.text().unwrap().into_owned(),
            Err(expected) => format!("! {}", expected.en),
        }
    }

    #[test]
    fn each_helper_does_what_its_name_says() {
        let cases = [
            ("upper", json!("Đỗ Thị Ánh"), "ĐỖ THỊ ÁNH"),
            ("lower", json!("SỞ Y TẾ"), "sở y tế"),
            ("date", json!("2026-03-05"), "05/03/2026"),
            ("date", json!("5/3/2026"), "05/03/2026"),
            ("date", json!("2026"), "! a date such as 2026-03-05"),
            ("date_words", json!("2026-03-05T00:00:00"), "ngày 05 tháng 3 năm 2026"),
            ("money", json!(1234567), "1.234.567"),
            ("money", json!(1234567.0), "1.234.567"),
            ("money", json!(1234.5), "1.234,5"),
            ("money", json!("1.234.567"), "1.234.567"),
            ("money", json!("12.5"), "! a number such as 1234567 or 1.234.567"),
            ("money", json!("1,234,567"), "! a number such as 1234567 or 1.234.567"),
            ("money_words", json!(2_500_000), "Hai triệu năm trăm nghìn đồng"),
            ("number_words", json!("21"), "hai mươi mốt"),
            ("number_words", json!(1.5), "! a whole number up to 10^15"),
            ("roman", json!(4), "IV"),
            ("letter", json!(5), "đ"),
            ("letter", json!(24), "! a number from 1 to 23"),
            ("ordinal", json!("7"), "07"),
            ("inc", json!(0), "1"),
            ("join", json!(["a", 2, "c"]), "a, 2, c"),
            ("date", json!(""), ""),
            ("honorific", json!(" Nữ"), "Bà"),
            ("honorific", json!("nam"), "Ông"),
            ("honorific", json!("khác"), "! a gender, nam or nữ"),
        ];
        for (name, value, shown) in cases {
            assert_eq!(one(name, &value), shown, "{name} {value}");
        }
        let southern = [("odd", Val::Text("lẻ".into())), ("thousand", Val::Text("ngàn".into()))];
        let n = json!(1_005);
        let said = call(Helper::NumberWords, &[Val::Json(&n)], &southern).unwrap();
        assert_eq!(said.text().unwrap(), "một ngàn không trăm lẻ năm");
    }

    #[test]
    fn numbers_print_plainly() {
        let shown = |v: Json| Val::Json(&v).text().unwrap().into_owned();
        assert_eq!(shown(json!(10.0)), "10");
        assert_eq!(shown(json!(-3)), "-3");
        assert_eq!(shown(json!(10.25)), "10,25");
        assert_eq!(shown(json!("10.0")), "10.0");
        assert_eq!(shown(json!(18_446_744_073_709_551_615_u64)), "18446744073709551615");
    }
}
