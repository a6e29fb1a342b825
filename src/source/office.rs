//! `vanthu.toml` → [`Office`].
//!
//! Knows: the keys of the file in both languages, what they default to, what makes an office wrong.
//! Must not know: where the file is, the ruleset (its names are handed in), the register.
//!
//! What is left out: `[organ] parent` none · `in_text` the printed name in one line (a warning) ·
//! a council's `parent` the agency's name, its `place` the agency's · `[series] mode` per type,
//! no groups, nothing used before · no signers · `[options]` no titles before names, the ruleset
//! in force on the day, bags of 1000 documents.

use std::collections::BTreeMap;

use toml::de::DeTable;

use super::keyed::{Field, Fields, Key, Reader, Wrong, join};
use crate::diagnostic::{Code, Diagnostic, Family};
use crate::model::{
    Contents, DateLine, Office, OrganConfig, SeriesConfig, SeriesMode, SignerConfig, organ_id_form,
};
use crate::text;

const BASE: u16 = 300;
/// An abbreviation that cannot stand in a ký hiệu.
const BAD_CODE: u16 = 11;
/// Two organs with one abbreviation.
const SAME_CODE: u16 = 12;
/// A name that nothing in the file or the ruleset carries.
const UNKNOWN_NAME: u16 = 13;
/// A type in two groups.
const TWO_GROUPS: u16 = 14;
/// A day off that is no day.
const BAD_DAY: u16 = 16;
/// An identifier of neither form.
const BAD_ORGAN_ID: u16 = 17;
/// No name inside a sentence.
const NO_IN_TEXT: u16 = 15;

const TOP: &[Key] = &[
    ("organ", "co-quan"),
    ("councils", "hoi-dong"),
    ("series", "so"),
    ("signers", "nguoi-ky"),
    ("defaults", "mac-dinh"),
    ("options", "tuy-chon"),
    ("layout", "trinh-bay"),
];
const NAME: Key = ("name", "ten");
const CODE: Key = ("code", "ky-hieu");
const PLACE: Key = ("place", "dia-danh");
const ORGAN: &[Key] = &[
    NAME,
    ("parent", "chu-quan"),
    ("in_text", "ten-trong-cau"),
    CODE,
    ("id", "ma-dinh-danh"),
    PLACE,
];
const SERIES: &[Key] = &[("mode", "kieu"), ("start_after", "da-dung-den"), ("groups", "nhom")];
const POSITION: Key = ("position", "chuc-vu");
const SIGNER_NAME: Key = ("name", "ho-ten");
const SIGNER: &[Key] =
    &[POSITION, SIGNER_NAME, ("authority", "quyen-han"), ("other_position", "chuc-vu-khac")];
const DEFAULTS: &[Key] = &[
    ("signer", "nguoi-ky"),
    ("archive_copy", "luu"),
    ("unit", "don-vi-soan"),
    ("recipients", "noi-nhan"),
    ("contact", "lien-he"),
];
const OPTIONS: &[Key] = &[
    ("allow_titles_before_name", "hoc-ham-truoc-ten"),
    ("ruleset", "bo-quy-tac"),
    ("bag_size", "so-van-ban-mot-tui"),
    ("days_off", "ngay-nghi"),
    ("units", "don-vi"),
];

/// The names that the ruleset gives and an office may use.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// Keys of `[layout]`.
    pub layout: &'a [&'a str],
    /// Keys of the types and copy forms.
    pub types: &'a [&'a str],
}

/// Reads an office. The findings are everything that is wrong, in the order of the file; the
/// office is usable when none of them [blocks](crate::diagnostic::blocks).
pub fn parse(toml_text: &str, file: &str, known: &Known<'_>) -> (Office, Vec<Diagnostic>) {
    let toml_text = toml_text.strip_prefix('\u{feff}').unwrap_or(toml_text);
    let mut reader = Reader::new(toml_text, file, BASE);
    let document = reader.document();
    let office = Builder { reader: &mut reader, known }.office(document.get_ref());
    (office, reader.finish())
}

struct Builder<'r, 'a, 'k> {
    reader: &'r mut Reader<'a>,
    known: &'k Known<'k>,
}

impl<'a> Builder<'_, 'a, '_> {
    fn office(&mut self, document: &DeTable<'a>) -> Office {
        let top = self.reader.fields("", 0, document, TOP);
        let organ = self.agency(&top);
        let councils = self.councils(&top, &organ);
        self.codes_differ(&top, &organ, &councils);
        let mut office = Office {
            organ,
            councils,
            series: SeriesConfig::default(),
            signers: self.signers(&top),
            defaults: Contents::default(),
            allow_titles_before_name: false,
            ruleset: None,
            bag_size: 1000,
            days_off: Vec::new(),
            units: Vec::new(),
            layout: self.layout(&top),
        };
        self.series(&top, &mut office);
        self.defaults(&top, &mut office);
        self.options(&top, &mut office);
        office
    }

    fn agency(&mut self, top: &Fields<'_, 'a>) -> OrganConfig {
        match self.reader.table(top, "organ", ORGAN) {
            Some(fields) => self.organ("", &fields, None),
            None => {
                if !top.has("organ") {
                    self.reader.missing(top, ("[organ]", "[co-quan]"));
                }
                self.nobody("")
            }
        }
    }

    fn nobody(&self, key: &str) -> OrganConfig {
        OrganConfig {
            key: key.to_owned(),
            parent: Vec::new(),
            name: Vec::new(),
            in_text: String::new(),
            code: String::new(),
            id: None,
            place: String::new(),
        }
    }

    /// One organ; `agency` is what a council falls back on.
    fn organ(
        &mut self,
        key: &str,
        fields: &Fields<'_, 'a>,
        agency: Option<&OrganConfig>,
    ) -> OrganConfig {
        let name = fields.get("name").map(|f| self.reader.lines(f)).unwrap_or_default();
        if name.is_empty() {
            self.reader.missing(fields, NAME);
        }
        let parent = match fields.get("parent") {
            Some(field) => self.reader.lines(field),
            None => agency.map(|a| a.name.clone()).unwrap_or_default(),
        };
        let place = match agency {
            Some(agency) if !fields.has("place") => agency.place.clone(),
            _ => self.reader.filled(fields, PLACE).unwrap_or_default(),
        };
        OrganConfig {
            key: key.to_owned(),
            parent,
            in_text: self.in_text(fields, &name),
            name,
            code: self.code(fields),
            id: self.organ_id(fields),
            place,
        }
    }

    /// Mã định danh: kept as typed, with a warning where it has neither form.
    fn organ_id(&mut self, fields: &Fields<'_, 'a>) -> Option<String> {
        let id = self.optional(fields, "id")?;
        if let (None, Some(field)) = (organ_id_form(&id), fields.get("id")) {
            let item = join(&fields.path, field.typed);
            let place = self.reader.place(field.value.span().start).item(item);
            self.reader.push(
                Diagnostic::warning(
                    Code::new(Family::D, BASE + BAD_ORGAN_ID),
                    place,
                    text!(
                        "mã định danh “{id}” không đúng dạng cũ (000.00.18.G12) hay dạng mới (G09.01)",
                        "the identifier “{id}” is of neither form, the old (000.00.18.G12) or the new (G09.01)"
                    ),
                )
                .hint(text!("xem lại mã của cơ quan", "check the organ's identifier")),
            );
        }
        Some(id)
    }

    fn in_text(&mut self, fields: &Fields<'_, 'a>, name: &[String]) -> String {
        if let Some(text) = self.optional(fields, "in_text") {
            return text.replace('\n', " ");
        }
        let joined = name.join(" ");
        if !joined.is_empty() {
            let head = fields.path.clone();
            self.reader.push(
                Diagnostic::warning(
                    Code::new(Family::D, BASE + NO_IN_TEXT),
                    self.reader.place(fields.at).item(join(&head, "ten-trong-cau")),
                    text!(
                        "[{head}] chưa có tên viết trong câu; tạm dùng “{joined}”",
                        "[{head}] has no name for use inside a sentence; “{joined}” is used"
                    ),
                )
                .hint(text!(
                    "thêm `ten-trong-cau = \"Sở Nội vụ tỉnh …\"`",
                    "add `in_text = \"Sở Nội vụ tỉnh …\"`"
                )),
            );
        }
        joined
    }

    fn code(&mut self, fields: &Fields<'_, 'a>) -> String {
        let Some(code) = self.reader.filled(fields, CODE) else { return String::new() };
        let bad = code.chars().any(|c| c.is_whitespace() || matches!(c, '/' | ':' | '\\'));
        if let (true, Some(field)) = (bad, fields.get("code")) {
            let typed = field.typed;
            self.reader.error(
                BAD_CODE,
                field.value.span().start,
                Some(&join(&fields.path, typed)),
                text!(
                    "chữ viết tắt “{code}” có khoảng trắng hoặc dấu `/`, `:`, `\\`",
                    "the abbreviation “{code}” holds a space or one of `/`, `:`, `\\`"
                ),
                Some(text!(
                    "viết liền như trong ký hiệu, ví dụ \"SNV\"",
                    "write it as in the notation, for example \"SNV\""
                )),
            );
        }
        code
    }

    fn councils(
        &mut self,
        top: &Fields<'_, 'a>,
        agency: &OrganConfig,
    ) -> BTreeMap<String, OrganConfig> {
        let mut councils = BTreeMap::new();
        for (key, fields) in self.named(top, "councils", ORGAN) {
            let organ = self.organ(&key, &fields, Some(agency));
            councils.insert(key, organ);
        }
        councils
    }

    /// The tables of `[name.…]` with their keys as slugs.
    fn named<'t>(
        &mut self,
        top: &Fields<'t, 'a>,
        name: &str,
        keys: &[Key],
    ) -> Vec<(String, Fields<'t, 'a>)> {
        let Some(field) = top.get(name) else { return Vec::new() };
        let Some(table) = self.reader.as_table(field) else { return Vec::new() };
        let mut out = Vec::new();
        for (key, value) in table {
            let typed = key.get_ref().as_ref();
            let inner = Field { typed, at: key.span().start, value };
            let slug = text::slug(typed);
            if let Some((_, first)) =
                out.iter().find(|(key, _): &&(String, Fields<'t, 'a>)| *key == slug)
            {
                let first = Field { typed: typed_before(table, &slug), at: first.at, value };
                self.reader.twice(first, typed, inner.at);
                continue;
            }
            let Some(table) = self.reader.as_table(inner) else { continue };
            let path = join(field.typed, typed);
            let fields = self.reader.fields(&path, inner.at, table, keys);
            out.push((slug, fields));
        }
        out
    }

    fn codes_differ(
        &mut self,
        top: &Fields<'_, 'a>,
        agency: &OrganConfig,
        councils: &BTreeMap<String, OrganConfig>,
    ) {
        let mut seen: Vec<(&str, &str)> = vec![(agency.code.as_str(), "co-quan")];
        for (key, council) in councils {
            let code = council.code.as_str();
            match seen.iter().find(|(other, _)| *other == code && !code.is_empty()) {
                Some((_, other)) => {
                    let at = self.council_at(top, key);
                    self.reader.error(
                        SAME_CODE,
                        at,
                        Some(&join("hoi-dong", key)),
                        text!(
                            "“{key}” và “{other}” cùng viết tắt là “{code}”: số của hai bên sẽ lẫn vào nhau",
                            "“{key}” and “{other}” are both abbreviated “{code}”: their numbers would mix"
                        ),
                        Some(text!(
                            "mỗi hội đồng một chữ viết tắt riêng",
                            "give each council an abbreviation of its own"
                        )),
                    );
                }
                None => seen.push((code, key)),
            }
        }
    }

    fn council_at(&self, top: &Fields<'_, 'a>, slug: &str) -> usize {
        let Some(field) = top.get("councils") else { return 0 };
        let toml::de::DeValue::Table(table) = field.value.get_ref() else { return field.at };
        let key = table.keys().find(|k| text::slug(k.get_ref()) == slug);
        key.map_or(field.at, |k| k.span().start)
    }

    fn signers(&mut self, top: &Fields<'_, 'a>) -> BTreeMap<String, SignerConfig> {
        let mut signers = BTreeMap::new();
        for (key, fields) in self.named(top, "signers", SIGNER) {
            let authority = fields.get("authority").map(|f| self.reader.lines(f));
            let signer = SignerConfig {
                authority: authority.unwrap_or_default(),
                position: self.reader.filled(&fields, POSITION).unwrap_or_default(),
                other_position: self.optional(&fields, "other_position"),
                name: self.reader.filled(&fields, SIGNER_NAME).unwrap_or_default(),
            };
            signers.insert(key, signer);
        }
        signers
    }

    fn series(&mut self, top: &Fields<'_, 'a>, office: &mut Office) {
        let Some(fields) = self.reader.table(top, "series", SERIES) else { return };
        if let Some(field) = fields.get("mode")
            && let Some(mode) = self.reader.string(field)
        {
            office.series.mode = match text::slug(&mode).as_str() {
                "common" | "chung" => SeriesMode::Common,
                "per-type" | "theo-loai" => SeriesMode::PerType,
                _ => {
                    let choices = ["theo-loai", "chung", "per-type", "common"];
                    self.unknown_name(field, &mode, &choices);
                    SeriesMode::PerType
                }
            };
        }
        self.groups(&fields, office);
        self.start_after(&fields, office);
    }

    fn groups(&mut self, series: &Fields<'_, 'a>, office: &mut Office) {
        let Some(field) = series.get("groups") else { return };
        let Some(table) = self.reader.as_table(field) else { return };
        let mut taken: BTreeMap<String, String> = BTreeMap::new();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let group = Field { typed: name, at: key.span().start, value };
            let mut types = Vec::new();
            for typed in self.reader.lines(group) {
                let id = text::slug(&typed);
                if !self.known.types.contains(&id.as_str()) {
                    self.unknown_name(group, &typed, self.known.types);
                } else if let Some(other) = taken.insert(id.clone(), name.to_owned()) {
                    self.reader.error(
                        TWO_GROUPS,
                        group.at,
                        Some(name),
                        text!(
                            "loại “{id}” vừa ở nhóm “{other}” vừa ở nhóm “{name}”",
                            "type “{id}” is in group “{other}” and in group “{name}”"
                        ),
                        Some(text!(
                            "mỗi loại văn bản chỉ để trong một nhóm",
                            "put each type into one group only"
                        )),
                    );
                } else {
                    types.push(id);
                }
            }
            office.series.groups.insert(text::slug(name), types);
        }
    }

    fn start_after(&mut self, series: &Fields<'_, 'a>, office: &mut Office) {
        let Some(field) = series.get("start_after") else { return };
        let Some(table) = self.reader.as_table(field) else { return };
        let names = self.series_names(office);
        let choices: Vec<&str> = names.iter().map(String::as_str).collect();
        for (key, value) in table {
            let typed = key.get_ref().as_ref();
            let entry = Field { typed, at: key.span().start, value };
            if !names.iter().any(|name| name == typed) {
                self.unknown_name(entry, typed, &choices);
                continue;
            }
            let Some(years) = self.reader.as_table(entry) else { continue };
            let mut used = BTreeMap::new();
            for (year, number) in years {
                let (typed, at) = (year.get_ref().as_ref(), year.span().start);
                let of_year = Field { typed, at, value: number };
                let plain = typed.len() == 4 && typed.bytes().all(|b| b.is_ascii_digit());
                if !plain || !(1945..3000).contains(&typed.parse().unwrap_or(0)) {
                    self.reader.wrong(
                        Wrong::Range,
                        at,
                        Some(typed),
                        text!("`{typed}` không phải là năm", "`{typed}` is not a year"),
                        Some(text!("viết {{ 2026 = 41 }}", "write {{ 2026 = 41 }}")),
                    );
                } else if let Some(n) = self.reader.integer(of_year, 0, 999_999) {
                    used.insert(typed.to_owned(), n);
                }
            }
            office.series.start_after.insert(typed.to_owned(), used);
        }
    }

    /// Every series that this office can use: a misspelt one would number from 01 again.
    fn series_names(&self, office: &Office) -> Vec<String> {
        let councils = || office.councils.keys().map(String::as_str);
        let keys = std::iter::once("").chain(councils());
        let mut names: Vec<String> = keys
            .flat_map(|key| self.known.types.iter().map(move |id| office.series_of(key, id)))
            .collect();
        names.push(office.incoming_series());
        names.extend(std::iter::once("").chain(councils()).map(|key| office.awards_series(key)));
        names.sort();
        names.dedup();
        names
    }

    fn defaults(&mut self, top: &Fields<'_, 'a>, office: &mut Office) {
        let Some(fields) = self.reader.table(top, "defaults", DEFAULTS) else { return };
        if let Some(field) = fields.get("signer")
            && let Some(typed) = self.reader.string(field)
        {
            let key = text::slug(&typed);
            if office.signers.contains_key(&key) {
                office.defaults.signer = Some(key);
            } else {
                let choices: Vec<&str> = office.signers.keys().map(String::as_str).collect();
                self.unknown_name(field, &typed, &choices);
            }
        }
        let copy = self.optional(&fields, "archive_copy");
        office.defaults.archive_copy =
            copy.filter(|copy| !matches!(text::slug(copy).as_str(), "none" | "khong"));
        office.defaults.unit = self.optional(&fields, "unit");
        office.defaults.recipients =
            fields.get("recipients").map(|f| self.reader.lines(f)).unwrap_or_default();
        office.defaults.contact =
            fields.get("contact").map(|f| self.reader.lines(f)).unwrap_or_default();
    }

    fn options(&mut self, top: &Fields<'_, 'a>, office: &mut Office) {
        let Some(fields) = self.reader.table(top, "options", OPTIONS) else { return };
        if let Some(field) = fields.get("allow_titles_before_name") {
            office.allow_titles_before_name = self.reader.boolean(field).unwrap_or(false);
        }
        office.ruleset = self.optional(&fields, "ruleset");
        if let Some(field) = fields.get("bag_size") {
            office.bag_size = self.reader.integer(field, 1, 1000).unwrap_or(1000);
        }
        if let Some(field) = fields.get("units") {
            office.units = self.reader.lines(field);
        }
        if let Some(field) = fields.get("days_off") {
            for typed in self.reader.lines(field) {
                match DateLine::parse(&typed).and_then(DateLine::date) {
                    Some(day) => office.days_off.push(day),
                    None => self.reader.error(
                        BAD_DAY,
                        field.value.span().start,
                        Some(&join(&fields.path, field.typed)),
                        text!("“{typed}” không phải là một ngày", "“{typed}” is not a day"),
                        Some(text!(
                            "viết \"2026-09-02\" hoặc \"02/9/2026\"",
                            "write \"2026-09-02\""
                        )),
                    ),
                }
            }
        }
    }

    fn layout(&mut self, top: &Fields<'_, 'a>) -> BTreeMap<String, f64> {
        let mut out = BTreeMap::new();
        let Some(field) = top.get("layout") else { return out };
        let Some(table) = self.reader.as_table(field) else { return out };
        for (key, value) in table {
            let (typed, at) = (key.get_ref().as_ref(), key.span().start);
            let slug = text::slug(typed);
            match self.known.layout.iter().find(|known| text::slug(known) == slug) {
                None => {
                    let known = self.known.layout.iter().copied();
                    self.reader.unknown_key(field.typed, typed, at, known);
                }
                Some(known) => {
                    let number = self.reader.number(Field { typed, at, value }, 500.0);
                    out.extend(number.map(|n| ((*known).to_owned(), n)));
                }
            }
        }
        out
    }

    fn optional(&mut self, fields: &Fields<'_, 'a>, name: &str) -> Option<String> {
        let field = fields.get(name)?;
        self.reader.string(field).filter(|text| !text.is_empty())
    }

    fn unknown_name(&mut self, field: Field<'_, '_>, typed: &str, choices: &[&str]) {
        let near = text::nearest(typed, choices.iter().copied());
        let all = choices.join(", ");
        self.reader.error(
            UNKNOWN_NAME,
            field.value.span().start,
            Some(field.typed),
            text!("không có “{typed}”", "there is no “{typed}”"),
            Some(match near {
                Some(near) => text!("có phải là “{near}”?", "did you mean “{near}”?"),
                None if all.is_empty() => {
                    text!("khai báo tên này trước khi dùng", "declare this name before using it")
                }
                None => text!("dùng được: {all}", "can be used: {all}"),
            }),
        );
    }
}

/// The first key of a table with this slug, as typed.
fn typed_before<'t>(table: &'t DeTable<'_>, slug: &str) -> &'t str {
    let key = table.keys().find(|key| text::slug(key.get_ref()) == slug);
    key.map_or("", |key| key.get_ref().as_ref())
}

#[cfg(test)]
mod tests;
