//! TOML tables with keys in English or Vietnamese, and findings for everything that is wrong in them.
//!
//! Knows: TOML, lines, what to say about a wrong key or value. Must not know: what any key means.

use jiff::civil::Date;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Code, Diagnostic, Family, Place, Text};
use crate::text;

/// One known key: its English and its Vietnamese name, both compared as slugs.
pub(super) type Key = (&'static str, &'static str);

/// What can be wrong in any TOML file; added to the base of the file's codes.
#[derive(Clone, Copy)]
pub(super) enum Wrong {
    /// Not TOML.
    Syntax = 1,
    /// A key that nobody knows.
    UnknownKey = 2,
    /// The same field twice, by two names.
    Twice = 3,
    /// A value of the wrong kind.
    Kind = 4,
    /// A value that must be there.
    Missing = 5,
    /// Letters that must not stand in text.
    Letters = 6,
    /// A number outside its range, a date that does not exist.
    Range = 7,
}

/// A field that stands in the file.
#[derive(Clone, Copy)]
pub(super) struct Field<'t, 'i> {
    /// The key as typed.
    pub typed: &'t str,
    /// Its byte offset.
    pub at: usize,
    /// Its value.
    pub value: &'t Spanned<DeValue<'i>>,
}

/// A table whose keys are known.
pub(super) struct Fields<'t, 'i> {
    /// Path of the table: `organ`, `signers.giam-doc`; empty at the top.
    pub path: String,
    /// Byte offset of its head.
    pub at: usize,
    found: Vec<(&'static str, Field<'t, 'i>)>,
}

impl<'t, 'i> Fields<'t, 'i> {
    /// The field by its English name.
    pub fn get(&self, english: &str) -> Option<Field<'t, 'i>> {
        self.found.iter().find(|(name, _)| *name == english).map(|(_, field)| *field)
    }

    /// True if the field stands in the file.
    pub fn has(&self, english: &str) -> bool {
        self.get(english).is_some()
    }
}

/// A TOML file being read, and what was found wrong in it.
pub(super) struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    base: u16,
    starts: Vec<usize>,
    /// Not TOML throughout: what seems to be missing may only be unreadable.
    broken: bool,
    findings: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    /// A reader whose codes are `D` + `base` + [`Wrong`].
    pub fn new(text: &'a str, file: &'a str, base: u16) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1);
        let starts = std::iter::once(0).chain(newlines).collect();
        Self { file, text, base, starts, broken: false, findings: Vec::new() }
    }

    /// The document; every place where it is not TOML is a finding.
    pub fn document(&mut self) -> Spanned<DeTable<'a>> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        self.broken = !errors.is_empty();
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            let detail = error.message().to_owned();
            self.wrong(
                Wrong::Syntax,
                at,
                None,
                text!("không đúng cú pháp TOML: {detail}", "not TOML: {detail}"),
                Some(text!(
                    "chữ đặt trong dấu nháy kép, mỗi mục một dòng `khóa = giá trị`",
                    "put text in double quotes, one `key = value` on a line"
                )),
            );
        }
        table
    }

    /// True if the file is not TOML throughout, so that what seems to be missing may be there.
    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// Everything found, in the order of the file.
    pub fn finish(mut self) -> Vec<Diagnostic> {
        self.findings.sort_by_key(|d| (d.place.line, d.place.column));
        self.findings
    }

    /// The line of a byte offset, from 1.
    pub fn line(&self, at: usize) -> u32 {
        u32::try_from(self.starts.partition_point(|start| *start <= at)).unwrap_or(u32::MAX)
    }

    /// The place of a byte offset.
    pub fn place(&self, at: usize) -> Place {
        let line = self.line(at);
        let start = self.starts.get(line.saturating_sub(1) as usize).copied().unwrap_or(0);
        let column = self.text.get(start..at).map_or(0, |s| s.chars().count() + 1);
        Place::file(self.file).line(line).column(u32::try_from(column).unwrap_or(0))
    }

    /// Adds a finding with one of the common codes.
    pub fn wrong(
        &mut self,
        what: Wrong,
        at: usize,
        item: Option<&str>,
        message: Text,
        hint: Option<Text>,
    ) {
        self.error(what as u16, at, item, message, hint);
    }

    /// Adds an error with the file's own code `base + number`.
    pub fn error(
        &mut self,
        number: u16,
        at: usize,
        item: Option<&str>,
        message: Text,
        hint: Option<Text>,
    ) {
        let mut place = self.place(at);
        place.item = item.map(str::to_owned);
        let mut finding =
            Diagnostic::error(Code::new(Family::D, self.base + number), place, message);
        finding.hint = hint;
        self.findings.push(finding);
    }

    /// Adds a ready finding.
    pub fn push(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    /// The known fields of a table; unknown and repeated keys are findings.
    pub fn fields<'t>(
        &mut self,
        path: &str,
        at: usize,
        table: &'t DeTable<'a>,
        keys: &[Key],
    ) -> Fields<'t, 'a> {
        let mut found: Vec<(&'static str, Field<'t, 'a>)> = Vec::new();
        for (key, value) in table {
            let (typed, at) = (key.get_ref().as_ref(), key.span().start);
            let slug = text::slug(typed);
            let known =
                keys.iter().find(|(en, vi)| text::slug(en) == slug || text::slug(vi) == slug);
            match known {
                None => self.unknown_key(path, typed, at, keys.iter().flat_map(|k| [k.0, k.1])),
                Some((english, _)) => {
                    if let Some((_, first)) = found.iter().find(|(name, _)| name == english) {
                        self.twice(*first, typed, at);
                    } else {
                        found.push((english, Field { typed, at, value }));
                    }
                }
            }
        }
        Fields { path: path.to_owned(), at, found }
    }

    /// The finding for a key that nobody knows, with the nearest one that somebody does.
    pub fn unknown_key<'k>(
        &mut self,
        path: &str,
        typed: &str,
        at: usize,
        known: impl Iterator<Item = &'k str> + Clone,
    ) {
        let hint = match text::nearest(typed, known.clone()) {
            Some(near) => text!("có phải là `{near}`?", "did you mean `{near}`?"),
            None => {
                let all = known.collect::<Vec<_>>().join(", ");
                text!("các khóa dùng được: {all}", "keys that can be used: {all}")
            }
        };
        let item = join(path, typed);
        self.wrong(
            Wrong::UnknownKey,
            at,
            Some(&item),
            text!("không có khóa `{typed}`", "there is no key `{typed}`"),
            Some(hint),
        );
    }

    /// The finding for a field that stands twice.
    pub fn twice(&mut self, first: Field<'_, '_>, typed: &str, at: usize) {
        let (one, line) = (first.typed, self.line(first.at));
        self.wrong(
            Wrong::Twice,
            at,
            Some(typed),
            text!(
                "`{typed}` và `{one}` (dòng {line}) là cùng một khóa",
                "`{typed}` and `{one}` (line {line}) are the same key"
            ),
            Some(text!("bỏ một trong hai", "remove one of them")),
        );
    }

    /// A table's fields, if the field is a table.
    pub fn table<'t>(
        &mut self,
        parent: &Fields<'t, 'a>,
        name: &str,
        keys: &[Key],
    ) -> Option<Fields<'t, 'a>> {
        let field = parent.get(name)?;
        let table = self.as_table(field)?;
        Some(self.fields(&join(&parent.path, field.typed), field.at, table, keys))
    }

    /// A field that must be a table.
    pub fn as_table<'t>(&mut self, field: Field<'t, 'a>) -> Option<&'t DeTable<'a>> {
        match field.value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => {
                self.kind(field, "một bảng `[…]`", "a table `[…]`");
                None
            }
        }
    }

    fn kind(&mut self, field: Field<'_, '_>, vi: &str, en: &str) {
        let typed = field.typed;
        self.wrong(
            Wrong::Kind,
            field.value.span().start,
            Some(typed),
            text!("`{typed}` phải là {vi}", "`{typed}` must be {en}"),
            None,
        );
    }

    /// The finding for a field that must be there.
    pub fn missing(&mut self, fields: &Fields<'_, '_>, (english, vietnamese): Key) {
        if self.broken {
            return;
        }
        let (head, item) = (fields.path.clone(), join(&fields.path, vietnamese));
        let at = fields.at;
        let whole = if head.is_empty() { self.file.to_owned() } else { format!("[{head}]") };
        self.wrong(
            Wrong::Missing,
            at,
            Some(&item),
            text!("{whole} thiếu `{vietnamese}`", "{whole} has no `{english}`"),
            Some(text!(
                "thêm dòng `{vietnamese} = …` vào {whole}",
                "add a line `{english} = …` to {whole}"
            )),
        );
    }

    /// Text in normal form C without blanks around it; letters that must not stand in text are findings.
    pub fn string(&mut self, field: Field<'_, '_>) -> Option<String> {
        self.string_at(field, field.value)
    }

    fn string_at(&mut self, field: Field<'_, '_>, value: &Spanned<DeValue<'_>>) -> Option<String> {
        let DeValue::String(raw) = value.get_ref() else {
            self.kind(field, "chữ đặt trong dấu nháy kép", "text in double quotes");
            return None;
        };
        let bad = raw
            .chars()
            .find(|c| (c.is_control() && !matches!(c, '\n' | '\r')) || text::seal::is_reserved(*c));
        if let Some(c) = bad {
            let (typed, point) = (field.typed, format!("U+{:04X}", u32::from(c)));
            self.wrong(
                Wrong::Letters,
                value.span().start,
                Some(typed),
                text!(
                    "`{typed}` có ký tự không in được {point}",
                    "`{typed}` holds the unprintable character {point}"
                ),
                Some(text!("gõ lại giá trị này", "type this value again")),
            );
            return None;
        }
        Some(text::nfc(raw.trim()).replace('\r', ""))
    }

    /// Text that must not be empty.
    pub fn filled(&mut self, fields: &Fields<'_, '_>, key: Key) -> Option<String> {
        match fields.get(key.0) {
            None => {
                self.missing(fields, key);
                None
            }
            Some(field) => {
                let value = self.string(field)?;
                if value.is_empty() {
                    self.missing(fields, key);
                    return None;
                }
                Some(value)
            }
        }
    }

    /// Text or a list of texts, one entry a line; empty lines fall away.
    pub fn lines(&mut self, field: Field<'_, '_>) -> Vec<String> {
        let whole: Vec<String> = match field.value.get_ref() {
            DeValue::Array(items) => {
                items.iter().filter_map(|item| self.string_at(field, item)).collect()
            }
            _ => self.string(field).into_iter().collect(),
        };
        let lines = whole.iter().flat_map(|text| text.split('\n'));
        lines.map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, field: Field<'_, '_>) -> Option<bool> {
        match field.value.get_ref() {
            DeValue::Boolean(value) => Some(*value),
            _ => {
                self.kind(field, "true hoặc false", "true or false");
                None
            }
        }
    }

    /// A whole number from `min` to `max`.
    pub fn integer(&mut self, field: Field<'_, '_>, min: u32, max: u32) -> Option<u32> {
        let DeValue::Integer(number) = field.value.get_ref() else {
            self.kind(
                field,
                "số nguyên, không đặt trong dấu nháy",
                "a whole number without quotes",
            );
            return None;
        };
        let value = i64::from_str_radix(number.as_str(), number.radix()).ok();
        let value = value.and_then(|n| u32::try_from(n).ok()).filter(|n| (min..=max).contains(n));
        if value.is_none() {
            self.outside(field, &min.to_string(), &max.to_string());
        }
        value
    }

    /// A number greater than 0 and at most `max`.
    pub fn number(&mut self, field: Field<'_, '_>, max: f64) -> Option<f64> {
        let text = match field.value.get_ref() {
            DeValue::Integer(n) if n.radix() == 10 => n.as_str(),
            DeValue::Float(n) => n.as_str(),
            _ => {
                self.kind(field, "một số, không đặt trong dấu nháy", "a number without quotes");
                return None;
            }
        };
        let value = text.parse::<f64>().ok().filter(|n| n.is_finite() && *n > 0.0 && *n <= max);
        if value.is_none() {
            self.outside(field, "0", &max.to_string());
        }
        value
    }

    fn outside(&mut self, field: Field<'_, '_>, min: &str, max: &str) {
        let typed = field.typed;
        self.wrong(
            Wrong::Range,
            field.value.span().start,
            Some(typed),
            text!("`{typed}` phải từ {min} đến {max}", "`{typed}` must be from {min} to {max}"),
            None,
        );
    }

    /// A day: `2026-03-05`, with or without quotes, or `05/3/2026`.
    pub fn date(&mut self, field: Field<'_, '_>) -> Option<Date> {
        let text = match field.value.get_ref() {
            DeValue::Datetime(d) => d.to_string(),
            _ => self.string(field)?,
        };
        let date = day(&text);
        if date.is_none() {
            let typed = field.typed;
            self.wrong(
                Wrong::Range,
                field.value.span().start,
                Some(typed),
                text!(
                    "`{text}` không phải là một ngày có thật",
                    "`{text}` is not a day that exists"
                ),
                Some(text!("viết `{typed} = \"2026-03-05\"`", "write `{typed} = \"2026-03-05\"`")),
            );
        }
        date
    }

    /// Any TOML value as JSON: numbers and words stay what they are, dates become ISO text.
    pub fn json(&mut self, field: Field<'_, '_>, value: &Spanned<DeValue<'_>>) -> Option<Value> {
        Some(match value.get_ref() {
            DeValue::String(_) => Value::String(self.string_at(field, value)?),
            DeValue::Integer(n) => i64::from_str_radix(n.as_str(), n.radix())
                .map_or_else(|_| Value::String(n.as_str().to_owned()), Value::from),
            DeValue::Float(n) => {
                let number = n.as_str().parse().ok().and_then(serde_json::Number::from_f64);
                number.map_or_else(|| Value::String(n.as_str().to_owned()), Value::Number)
            }
            DeValue::Boolean(b) => Value::Bool(*b),
            DeValue::Datetime(d) => Value::String(d.to_string()),
            DeValue::Array(items) => {
                Value::Array(items.iter().filter_map(|item| self.json(field, item)).collect())
            }
            DeValue::Table(table) => {
                let pairs = table
                    .iter()
                    .filter_map(|(k, v)| Some((text::nfc(k.get_ref()), self.json(field, v)?)));
                Value::Object(pairs.collect())
            }
        })
    }
}

/// `2026-03-05`, `05/3/2026`, `5-3-2026`: a day that exists, in the years 1900 to 2999.
pub(super) fn day(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.trim().split(['-', '/', '.']).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    let all_digits = [a, b, c].iter().all(|p| p.bytes().all(|x| x.is_ascii_digit()));
    let (y, m, d) = if a.len() == 4 { (a, b, c) } else { (c, b, a) };
    if !all_digits || y.len() != 4 || m.len() > 2 || d.len() > 2 {
        return None;
    }
    let year = y.parse().ok().filter(|y| (1900..3000).contains(y))?;
    Date::new(year, m.parse().ok()?, d.parse().ok()?).ok()
}

/// A path with one more step.
pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_in_the_spellings_people_use() {
        let date = Date::new(2026, 3, 5).ok();
        for text in ["2026-03-05", "2026-3-5", "05/3/2026", "5-3-2026", " 05/03/2026 "] {
            assert_eq!(day(text), date, "{text}");
        }
        for text in ["", "2026", "31/02/2026", "05/3/26", "2026-03-05T10:00:00", "-1/3/2026"] {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
