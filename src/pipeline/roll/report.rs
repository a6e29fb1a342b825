//! The report beside a list: what became of each of its rows, as a workbook.
//!
//! Knows: its columns, when an older file may be replaced. Must not know: how lines were checked, how certificates are made.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, XlsxError,
};

use super::CheckedRoll;
use crate::diagnostic::{Diagnostic, Failure, FailureKind, Lang, Place, Result, Severity};
use crate::pipeline::{Workspace, write_file};
use crate::source::roll::{REPORT_SHEET, codes, is_report};
use crate::text;
use crate::world::World;

/// What became of one line, for the report beside its list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Which line of the checked lists; none: a row that gave no line, or the file as a whole.
    pub line: Option<usize>,
    /// Sheet of the line.
    pub sheet: String,
    /// Row of the line; 0: the file as a whole.
    pub row: u32,
    /// Name as it will be printed.
    pub name: String,
    /// `Đạt`, `Cần xem lại`, `Lỗi`, `Đã cấp`.
    pub status: String,
    /// Number in the awards book.
    pub number: String,
    /// File of the certificate.
    pub certificate: String,
    /// What is to be said.
    pub message: String,
}

/// The word for a state.
fn status(worst: Option<Severity>, lang: Lang) -> &'static str {
    match (worst, lang) {
        (Some(Severity::Error), Lang::Vi) => "Lỗi",
        (Some(Severity::Error), Lang::En) => "Error",
        (Some(Severity::Warning), Lang::Vi) => "Cần xem lại",
        (Some(Severity::Warning), Lang::En) => "To be looked at",
        (_, Lang::Vi) => "Đạt",
        (_, Lang::En) => "Good",
    }
}

impl CheckedRoll {
    /// The outcomes of one file's rows in the order of its sheets: what checking them said. Whoever issues
    /// certificates fills in numbers and files, and the state `Đã cấp`.
    pub fn outcomes(&self, path: &Path, lang: Lang) -> Vec<Outcome> {
        let file = path.display().to_string();
        let mine = |place: &Place| place.file.as_deref() == Some(file.as_str());
        let key = |place: &Place| (place.sheet.clone().unwrap_or_default(), place.row.unwrap_or(0));
        let mut said: HashMap<(String, u32), Vec<&Diagnostic>> = HashMap::new();
        let mut sheets: Vec<String> = Vec::new();
        let found = self.findings.iter().filter(|d| mine(&d.place));
        for finding in found {
            said.entry(key(&finding.place)).or_default().push(finding);
        }
        let lines = self.lines.iter().enumerate().filter(|(_, l)| mine(&l.place));
        let mut out: Vec<Outcome> = Vec::new();
        for (at, line) in lines {
            let (sheet, row) = key(&line.place);
            let findings = said.get(&(sheet.clone(), row)).map(Vec::as_slice).unwrap_or_default();
            let name = line.honouree.name.clone();
            out.push(Outcome { line: Some(at), name, ..outcome(sheet, row, findings, lang) });
        }
        for (sheet, row) in out.iter().map(|o| (o.sheet.clone(), o.row)).collect::<Vec<_>>() {
            said.remove(&(sheet, row));
        }
        out.extend(said.into_iter().map(|((sheet, row), d)| outcome(sheet, row, &d, lang)));
        for line in self.lines.iter().filter(|l| mine(&l.place)) {
            let sheet = line.place.sheet.clone().unwrap_or_default();
            if !sheets.contains(&sheet) {
                sheets.push(sheet);
            }
        }
        let order = |sheet: &String| sheets.iter().position(|s| s == sheet);
        out.sort_by(|a, b| {
            (order(&a.sheet), &a.sheet, a.row, a.line).cmp(&(
                order(&b.sheet),
                &b.sheet,
                b.row,
                b.line,
            ))
        });
        out
    }
}

fn outcome(sheet: String, row: u32, findings: &[&Diagnostic], lang: Lang) -> Outcome {
    let worst = findings.iter().map(|d| d.severity).max();
    let told = findings.iter().map(|d| {
        let at = d.place.cell.as_ref().map(|c| match lang {
            Lang::Vi => format!("cột {c}: "),
            Lang::En => format!("column {c}: "),
        });
        format!("{} {}{}", d.code, at.unwrap_or_default(), d.message.get(lang))
    });
    let message = told.collect::<Vec<_>>().join("\n");
    // The file as a whole has a state only where something is wrong with it.
    let silent = row == 0 && worst.is_none_or(|w| w == Severity::Info);
    let status = if silent { "" } else { status(worst, lang) };
    Outcome { sheet, row, status: status.to_owned(), message, ..Outcome::default() }
}

/// Where the report of a list goes: `DANH-SACH-ket-qua.xlsx`, beside it or in a folder.
pub fn report_path(input: &Path, out: Option<&Path>) -> PathBuf {
    let stem = input.file_stem().and_then(|s| s.to_str()).unwrap_or("danh-sach");
    let name = format!("{stem}-ket-qua.xlsx");
    match out {
        Some(folder) => folder.join(name),
        None => input.with_file_name(name),
    }
}

/// A report that is not written yet.
pub struct MadeReport {
    path: PathBuf,
    bytes: Vec<u8>,
}

/// Makes the report of one list.
///
/// # Errors
/// `Output` if it cannot be made.
pub fn make_report(
    input: &Path,
    out: Option<&Path>,
    day: Date,
    lang: Lang,
    outcomes: &[Outcome],
) -> Result<MadeReport> {
    made(report_path(input, out), input, day, lang, outcomes)
}

fn made(
    path: PathBuf,
    input: &Path,
    day: Date,
    lang: Lang,
    outcomes: &[Outcome],
) -> Result<MadeReport> {
    let title = input.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let bytes = workbook(title, day, lang, outcomes).map_err(|e| {
        let place = Place::file(path.display().to_string());
        let what = text!("không lập được báo cáo: {e}", "the report cannot be made: {e}");
        Failure::new(FailureKind::Output, place, what)
    })?;
    Ok(MadeReport { path, bytes })
}

impl MadeReport {
    /// Writes it and gives its path. An older report is replaced, any other file is not.
    ///
    /// # Errors
    /// `Output` where a file stands there that is no report, or nothing can be written.
    pub fn write(self, world: &dyn World) -> Result<PathBuf> {
        let Self { path, bytes } = self;
        if world.stat(&path).is_ok() && !is_report(world, &path) {
            let shown = path.display().to_string();
            return Err(Failure::new(
                FailureKind::Output,
                Place::file(shown),
                text!(
                    "tệp này không phải báo cáo của vanthu nên không bị ghi đè",
                    "this file is no report of vanthu and is not overwritten"
                ),
            )
            .hint(text!(
                "dời tệp đi, hoặc ghi báo cáo vào thư mục khác bằng --out",
                "move it away, or write reports to another folder with --out"
            )));
        }
        write_file(world, &path, &bytes)?;
        Ok(path)
    }
}

/// Writes the report of every list that was read, and gives their paths. A report that could not be written
/// is a finding: the others are written all the same.
pub fn write_reports(
    workspace: &Workspace<'_>,
    checked: &CheckedRoll,
    out: Option<&Path>,
    lang: Lang,
) -> (Vec<PathBuf>, Vec<Diagnostic>) {
    let (mut written, mut found): (Vec<PathBuf>, Vec<Diagnostic>) = Default::default();
    for file in checked.files.iter().filter(|f| !f.is_passed_over && !f.is_refused) {
        let mut path = report_path(&file.path, out);
        let mut count = 1;
        // `a.csv` and `a.xlsx` in one run.
        while written.contains(&path) {
            count += 1;
            let stem = file.path.file_stem().and_then(|s| s.to_str()).unwrap_or("danh-sach");
            path.set_file_name(format!("{stem}-ket-qua-{count}.xlsx"));
        }
        let outcomes = checked.outcomes(&file.path, lang);
        let made = made(path, &file.path, workspace.world.today(), lang, &outcomes);
        match made.and_then(|made| made.write(workspace.world)) {
            Ok(path) => written.push(path),
            Err(failure) => {
                let finding = Diagnostic::error(codes::REPORT, *failure.place, failure.message);
                found.push(match failure.hint {
                    Some(hint) => finding.hint(hint),
                    None => finding,
                });
            }
        }
    }
    (written, found)
}

const COLUMNS: [(&str, &str, f64); 7] = [
    ("Trang", "Sheet", 14.0),
    ("Hàng", "Row", 7.0),
    ("Tên", "Name", 28.0),
    ("Trạng thái", "State", 14.0),
    ("Số", "Number", 10.0),
    ("Giấy chứng nhận", "Certificate", 24.0),
    ("Nội dung", "Message", 80.0),
];

fn workbook(
    title: &str,
    day: Date,
    lang: Lang,
    outcomes: &[Outcome],
) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The clerk waits for it, and looks at it once.
    book.set_zip_compression_level(2);
    let (year, month, day) = (day.year(), day.month(), day.day());
    let mut properties = DocProperties::new().set_title(title);
    if let (Ok(y), Ok(m), Ok(d)) = (u16::try_from(year), u8::try_from(month), u8::try_from(day))
        && let Ok(made) = ExcelDateTime::from_ymd(y, m, d)
    {
        properties = properties.set_creation_datetime(&made);
    }
    book.set_properties(&properties);
    // Formats stand on the columns: looked up once, not for every cell. Grid lines are printed instead of borders.
    let text = Format::new()
        .set_font_name("Times New Roman")
        .set_font_size(12)
        .set_text_wrap()
        .set_align(FormatAlign::Top);
    let head =
        text.clone().set_bold().set_align(FormatAlign::Center).set_border(FormatBorder::Thin);
    let red = text.clone().set_background_color(Color::RGB(0x00F8_D7DA));
    let yellow = text.clone().set_background_color(Color::RGB(0x00FF_F3CD));
    let sheet = book.add_worksheet();
    sheet.set_name(REPORT_SHEET)?.set_print_gridlines(true);
    for (at, (vi, en, width)) in (0u16..).zip(COLUMNS) {
        sheet.set_column_width(at, width)?.set_column_format(at, &text)?;
        sheet.write_string_with_format(0, at, if lang == Lang::Vi { vi } else { en }, &head)?;
    }
    let bad = [status(Some(Severity::Error), Lang::Vi), status(Some(Severity::Error), Lang::En)];
    let doubtful =
        [status(Some(Severity::Warning), Lang::Vi), status(Some(Severity::Warning), Lang::En)];
    for (row, one) in (1u32..).zip(outcomes) {
        // Always strings: a name that begins with = is no formula.
        sheet.write_string(row, 0, one.sheet.as_str())?;
        if one.row > 0 {
            sheet.write_number(row, 1, f64::from(one.row))?;
        }
        let state = one.status.as_str();
        match state {
            s if bad.contains(&s) => sheet.write_string_with_format(row, 3, state, &red)?,
            s if doubtful.contains(&s) => sheet.write_string_with_format(row, 3, state, &yellow)?,
            _ => sheet.write_string(row, 3, state)?,
        };
        let cells = [(2, &one.name), (4, &one.number), (5, &one.certificate), (6, &one.message)];
        for (at, cell) in cells {
            sheet.write_string(row, at, cut(cell))?;
        }
    }
    let last = u32::try_from(outcomes.len()).unwrap_or(u32::MAX).max(1);
    sheet.set_freeze_panes(1, 0)?.set_repeat_rows(0, 0)?.autofilter(0, 0, last, 6)?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    book.save_to_buffer()
}

/// A cell holds no more than some 32,000 characters.
fn cut(text: &str) -> &str {
    // No text of so few bytes has more.
    if text.len() <= 32_000 {
        return text;
    }
    let end = text.char_indices().nth(32_000).map_or(text.len(), |(end, _)| end);
    text.get(..end).unwrap_or_default()
}
