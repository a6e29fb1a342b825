//! A sheet of fields: one received document a row.
//!
//! Knows: its columns and what their cells may hold. Must not know: how a workbook is read, whether
//! the files are there.

use std::path::Path;

use jiff::civil::Date;
use serde_json::Value;

use super::words::{self, Column, words};
use super::{Given, codes};
use crate::diagnostic::{Diagnostic, Place, Result};
use crate::model::DateLine;
use crate::source::data::{self, Row};
use crate::text;
use crate::world::World;

/// A row of the sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Where it stands.
    pub place: Place,
    /// The file that it names; empty for a paper document.
    pub file: String,
    /// Its fields.
    pub given: Given,
}

/// A column of the sheet that is understood: heading as typed, letter, what it is.
struct Known {
    heading: String,
    letter: String,
    column: &'static Column,
}

/// Reads a sheet. The findings say everything that is wrong with it, row by row; `types` are the
/// names of types beside those that the table knows.
///
/// # Errors
/// `Input` where the file cannot be read at all.
pub fn read_sheet(
    world: &dyn World,
    path: &Path,
    types: &[String],
) -> Result<(Vec<Listed>, Vec<Diagnostic>)> {
    let is_known = |c: &data::Column| {
        let slug = text::slug(&c.heading);
        words().columns.iter().any(|known| known.names.contains(&slug))
    };
    let fits = |columns: &[data::Column]| columns.iter().filter(|c| is_known(c)).count() > 1;
    let mut rows = data::open_under_title(world, path, &data::Options::default(), &fits)?;
    let file = path.display().to_string();
    let mut found = Vec::new();
    let known = columns(rows.columns(), &file, &mut found);
    let mut listed = Vec::new();
    for row in &mut rows {
        let mut row = row?;
        found.append(&mut row.findings);
        if row.values.values().all(Value::is_null) {
            continue;
        }
        listed.push(read_row(&row, &known, types, &mut found));
    }
    found.extend(rows.findings());
    Ok((listed, found))
}

fn columns(columns: &[data::Column], file: &str, found: &mut Vec<Diagnostic>) -> Vec<Known> {
    let mut known: Vec<Known> = Vec::new();
    for column in columns {
        let slug = text::slug(&column.heading);
        let place = || Place::file(file).cell(column.letter.clone());
        let heading = &column.heading;
        let Some(field) = words().columns.iter().find(|c| c.names.contains(&slug)) else {
            if !words().ignored.names.contains(&slug) {
                found.push(unknown(heading, place()));
            }
            continue;
        };
        if let Some(other) = known.iter().find(|k| k.column.field == field.field) {
            let first = &other.heading;
            found.push(
                Diagnostic::error(
                    codes::NO_COLUMN,
                    place(),
                    text!(
                        "cột “{heading}” cùng nghĩa với cột “{first}”",
                        "the column “{heading}” means the same as “{first}”"
                    ),
                )
                .hint(text!("bỏ bớt một cột", "remove one of them")),
            );
            continue;
        }
        known.push(Known {
            heading: heading.clone(),
            letter: column.letter.clone(),
            column: field,
        });
    }
    let list = words::headings().collect::<Vec<_>>().join(", ");
    if known.is_empty() && !columns.is_empty() {
        found.push(
            Diagnostic::error(
                codes::NO_COLUMN,
                Place::file(file),
                text!(
                    "bảng không có cột nào dùng được",
                    "the sheet has no column that can be used"
                ),
            )
            .hint(text!("các cột nhận được: {list}", "columns that are known: {list}")),
        );
    }
    known
}

fn unknown(heading: &str, place: Place) -> Diagnostic {
    let names = words().columns.iter().flat_map(|c| c.names.iter().map(String::as_str));
    let meant = text::nearest(heading, names)
        .and_then(|name| words().columns.iter().find(|c| c.names.iter().any(|n| n == name)));
    let finding = Diagnostic::warning(
        codes::COLUMN,
        place,
        text!("cột “{heading}” không dùng đến", "the column “{heading}” is not used"),
    );
    match meant {
        Some(column) => {
            let name = &column.heading;
            finding.hint(text!("có phải “{name}”?", "did you mean “{name}”?"))
        }
        None => finding,
    }
}

fn read_row(row: &Row, known: &[Known], types: &[String], found: &mut Vec<Diagnostic>) -> Listed {
    let mut listed =
        Listed { place: row.place.clone(), file: String::new(), given: Given::default() };
    for known in known {
        let value = match row.values.get(&known.heading) {
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            _ => continue,
        };
        if value.is_empty() {
            continue;
        }
        let place = row.place.clone().cell(known.letter.clone());
        cell(&mut listed, known, value, types, place, found);
    }
    listed
}

fn cell(
    listed: &mut Listed,
    known: &Known,
    value: String,
    types: &[String],
    place: Place,
    found: &mut Vec<Diagnostic>,
) {
    let given = &mut listed.given;
    let mut date = |into: &mut Option<Date>| match date_of(&value) {
        Some(date) => *into = Some(date),
        None => found.push(bad_date(&value, place.clone())),
    };
    match known.column.field.as_str() {
        "file" => listed.file = value,
        "from" => given.from = value,
        "organ_id" => given.organ_id = value,
        "code" => given.code = value,
        "issued" => date(&mut given.issued),
        "arrived" => date(&mut given.arrived),
        "due" => date(&mut given.due),
        "subject" => given.subject = value,
        "position" => given.signer_position = value,
        "signer" => given.signer_name = value,
        "dossier" => given.dossier = value,
        "note" => given.note = value,
        "to" => given.to = people(&value),
        "type" => {
            found.extend(unknown_type(&value, types, place));
            given.type_name = known_type(&value, types).map_or(value.clone(), str::to_owned);
        }
        "priority" => match words::priority_of(&value) {
            Some(priority) => given.priority = priority,
            None => found.push(bad_word(&value, "thường, khẩn, thượng khẩn, hỏa tốc", place)),
        },
        "secrecy" => match words::secrecy_of(&value) {
            Some(secret) => given.secret = secret,
            None => found.push(bad_word(&value, "thường, mật, tối mật, tuyệt mật", place)),
        },
        _ => {}
    }
}

/// `Văn phòng; Phòng Nội vụ` → two entries; line breaks divide too.
fn people(value: &str) -> Vec<String> {
    value.split([';', '\n']).map(str::trim).filter(|p| !p.is_empty()).map(str::to_owned).collect()
}

/// A whole date that exists, as people write it (`30/3/2022`, `2022-03-30`).
pub fn date_of(value: &str) -> Option<Date> {
    DateLine::parse(value).and_then(DateLine::date)
}

fn bad_date(value: &str, place: Place) -> Diagnostic {
    Diagnostic::error(
        codes::DATE,
        place,
        text!("“{value}” không phải ngày có thật", "“{value}” is not a date that exists"),
    )
    .hint(text!(
        "ghi đủ ngày/tháng/năm, ví dụ 30/3/2022",
        "write day/month/year in full, such as 30/3/2022"
    ))
}

/// A type that is known as it is written in the book: `ke hoach`, `KẾ HOẠCH` are `Kế hoạch`. `None` for any
/// other, also where an accent was slipped: what was meant is not guessed.
pub fn known_type<'t>(value: &str, types: &'t [String]) -> Option<&'t str> {
    let slug = text::slug(value);
    let lower = text::nfc(value.trim()).to_lowercase();
    let mut all = types.iter().chain(&words().offer.types).map(String::as_str);
    all.find(|t| text::slug(t) == slug && (lower.is_ascii() || t.to_lowercase() == lower))
}

/// A finding where a type is none that is known.
pub fn unknown_type(value: &str, types: &[String], place: Place) -> Option<Diagnostic> {
    let all = || types.iter().chain(&words().offer.types).map(String::as_str);
    if known_type(value, types).is_some() {
        return None;
    }
    let finding = Diagnostic::warning(
        codes::TYPE,
        place,
        text!("không biết loại văn bản “{value}”", "the type “{value}” is not known"),
    );
    Some(match text::nearest(value, all()) {
        Some(meant) => finding.hint(text!("có phải “{meant}”?", "did you mean “{meant}”?")),
        None => finding.hint(text!(
            "vẫn ghi vào sổ như đã gõ; nếu gõ nhầm thì sửa lại",
            "it is entered as typed; mend it if it was a slip"
        )),
    })
}

fn bad_word(value: &str, words: &str, place: Place) -> Diagnostic {
    Diagnostic::error(
        codes::WORD,
        place,
        text!("“{value}” không phải mức nào trong: {words}", "“{value}” is none of: {words}"),
    )
    .hint(text!(
        "dùng một trong các từ đó, hoặc để trống",
        "use one of these words, or leave it empty"
    ))
}
