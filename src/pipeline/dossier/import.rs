//! The danh mục hồ sơ of a year from a sheet.
//!
//! Knows: what its columns mean, which rows are headings. Must not know: how a sheet is read.

use std::path::Path;

use serde_json::Value;

use super::acts::Opening;
use crate::diagnostic::{Diagnostic, Place, Result, Severity};
use crate::pipeline::codes;
use crate::source::data::{self, Column, Options, Row};
use crate::text;
use crate::world::World;

/// What a column means, and words that its heading holds. The first that fits takes it.
const COLUMNS: [(&str, &[&str]); 6] = [
    ("reason", &["ly_do", "can_cu", "reason"]),
    ("retention", &["thoi_han", "retention", "maintenance", "thbq"]),
    ("title", &["tieu_de", "ten_ho_so", "ten_de_muc", "title"]),
    ("code", &["ky_hieu", "ma_ho_so", "so_ho_so", "code"]),
    ("creator", &["nguoi_lap", "don_vi_lap", "creator"]),
    ("note", &["ghi_chu", "note"]),
];

/// What a sheet says.
#[derive(Debug, Default)]
pub struct Imported {
    /// Dossiers to open.
    pub openings: Vec<Opening>,
    /// What is wrong with the sheet.
    pub findings: Vec<Diagnostic>,
}

/// Reads a danh mục hồ sơ.
///
/// # Errors
/// `Input` if the file cannot be read at all.
pub fn import(world: &dyn World, path: &Path, options: &Options, year: i16) -> Result<Imported> {
    let fits = |columns: &[Column]| {
        let found = meanings(columns.iter().map(|c| c.key.as_str()));
        ["code", "title"].iter().all(|name| found.iter().any(|(_, meaning)| meaning == name))
    };
    let mut rows = data::open_under_title(world, path, options, &fits)?;
    let mut out = Imported::default();
    let headings: Vec<String> = rows.columns().iter().map(|c| c.heading.clone()).collect();
    let columns = meanings(rows.columns().iter().map(|c| c.key.as_str()));
    for (name, shown) in [("code", "Số và ký hiệu hồ sơ"), ("title", "Tiêu đề hồ sơ")]
    {
        if !rows.columns().is_empty() && !columns.iter().any(|(_, meaning)| *meaning == name) {
            let all = headings.join(", ");
            out.findings.push(
                Diagnostic::error(
                    codes::DOSSIER_COLUMN,
                    Place::file(path.display().to_string()),
                    text!(
                        "bảng không có cột “{shown}”; các cột: {all}",
                        "the sheet has no column “{shown}”; its columns: {all}"
                    ),
                )
                .hint(text!(
                    "đặt tên cột như mẫu Danh mục hồ sơ: Số và ký hiệu hồ sơ, Tên đề mục và tiêu đề hồ sơ, Thời hạn bảo quản, Người lập hồ sơ, Ghi chú",
                    "name the columns as in the form: Số và ký hiệu hồ sơ, Tên đề mục và tiêu đề hồ sơ, Thời hạn bảo quản, Người lập hồ sơ, Ghi chú"
                )),
            );
        }
    }
    if !out.findings.is_empty() {
        return Ok(out);
    }
    let mut heading = String::new();
    for row in rows.by_ref() {
        let row = row?;
        out.findings.extend(row.findings.iter().cloned());
        let opening = opening(&row, &columns, year);
        if is_column_numbers(&opening) {
            continue;
        }
        if let Some(finding) = no_dossier(&opening) {
            out.findings.push(finding);
        } else if is_heading(&opening) {
            heading = opening.title;
        } else {
            out.openings.push(Opening { heading: heading.clone(), ..opening });
        }
    }
    out.findings.extend(rows.findings());
    Ok(out)
}

/// Columns by their key with what they mean; JSON and YAML name the fields themselves.
fn meanings<'a>(keys: impl Iterator<Item = &'a str>) -> Vec<(String, &'static str)> {
    let mut out: Vec<(String, &'static str)> = Vec::new();
    for key in keys {
        let free = |m: &str| !out.iter().any(|(_, taken)| *taken == m);
        let meaning = COLUMNS
            .iter()
            .find(|(m, words)| free(m) && words.iter().any(|w| key.contains(w)))
            .map(|(m, _)| *m);
        out.extend(meaning.map(|m| (key.to_owned(), m)));
    }
    out
}

fn opening(row: &Row, columns: &[(String, &'static str)], year: i16) -> Opening {
    let text = |meaning: &str| {
        let key = columns.iter().find(|(_, m)| *m == meaning).map_or(meaning, |(key, _)| key);
        match row.values.get(key) {
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    };
    Opening {
        code: text("code"),
        year,
        title: text("title"),
        heading: String::new(),
        retention: text("retention"),
        reason: text("reason"),
        creator: text("creator"),
        note: text("note"),
        place: row.place.clone(),
    }
}

/// `(1)`, `(2)` … under the headings, as forms have them.
fn is_column_numbers(row: &Opening) -> bool {
    let number = |t: &str| !t.is_empty() && t.trim_matches(['(', ')']).parse::<u8>().is_ok();
    [&row.code, &row.title, &row.retention].iter().all(|t| number(t))
}

/// What stands alone in a line beneath the list: its sum, place and day, a signature. It is passed over, aloud.
fn no_dossier(row: &Opening) -> Option<Diagnostic> {
    let alone = [&row.title, &row.retention, &row.reason].iter().all(|t| t.is_empty());
    let said = [&row.code, &row.creator, &row.note].map(String::as_str).join(" ");
    let said = said.trim();
    (alone && (row.code.is_empty() || row.code.contains(char::is_whitespace)) && !said.is_empty())
        .then(|| {
            Diagnostic::new(
                codes::DOSSIER_LINE,
                Severity::Info,
                row.place.clone(),
                text!(
                    "dòng này không phải hồ sơ nên bỏ qua: “{said}”",
                    "this line is no dossier and is passed over: “{said}”"
                ),
            )
        })
}

/// A heading has a Roman or plain number at most, and nobody who makes it nor a term.
fn is_heading(row: &Opening) -> bool {
    let number = row.code.trim_end_matches('.');
    let plain = number.chars().all(|c| c.is_ascii_digit()) || text::from_roman(number).is_some();
    plain && row.retention.is_empty() && row.creator.is_empty() && !row.title.is_empty()
}
