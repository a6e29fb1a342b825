//! A book as a workbook, ready to be printed and bound.
//!
//! Knows: sheets, formats, print settings. Must not know: SQL.
//!
//! Same entries, same bytes: the creation time in the file is the last entry's date, not the clock.

use std::io::Write;

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use super::{Cell, Job, Line, cannot_write};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::text;

/// Paper size A4 in the format's numbering.
const A4: u8 = 9;
/// Whole numbers up to here are exact in a sheet.
const EXACT: u64 = 1 << 53;

pub(super) fn write(job: &Job<'_>, out: &mut dyn Write) -> Result<u64> {
    let mut book = Workbook::new();
    book.set_properties(&properties(job).map_err(|e| cannot(job, &e, None))?);
    let sheet = book.add_worksheet();
    let first = head(job, sheet).map_err(|e| cannot(job, &e, None))?;
    let mut row = first;
    let formats = Formats::new();
    let count = job.rows(&mut |line| {
        cells(sheet, row, &line.cells, &formats).map_err(|e| cannot(job, &e, Some(line)))?;
        row = row.saturating_add(1);
        Ok(())
    })?;
    let last_column = u16::try_from(job.form.columns.len().saturating_sub(1)).unwrap_or(0);
    let bytes = sheet
        .autofilter(first.saturating_sub(1), 0, row.saturating_sub(1).max(first), last_column)
        .map(|_| ())
        .and_then(|()| book.save_to_buffer())
        .map_err(|e| cannot(job, &e, None))?;
    out.write_all(&bytes).map_err(|e| cannot_write(&e))?;
    Ok(count)
}

fn properties(job: &Job<'_>) -> std::result::Result<DocProperties, XlsxError> {
    let day = job.summary.dates.map(|d| d.1);
    let created = match day.and_then(excel_day) {
        Some(day) => day,
        None => ExcelDateTime::from_ymd(2020, 3, 5)?,
    };
    Ok(DocProperties::new()
        .set_title(&job.form.title)
        .set_company(&job.cover.organ)
        .set_author(&job.cover.organ)
        .set_creation_datetime(&created))
}

/// Title page, column titles and their numbers; returns the first row of entries.
fn head(job: &Job<'_>, sheet: &mut Worksheet) -> std::result::Result<u32, XlsxError> {
    let columns = &job.form.columns;
    let last = u16::try_from(columns.len().saturating_sub(1)).unwrap_or(0);
    sheet
        .set_name(&job.form.sheet)?
        .set_landscape()
        .set_paper_size(A4)
        .set_print_fit_to_pages(1, 0);
    for (at, column) in (0..).zip(columns) {
        sheet.set_column_width(at, column.sheet)?;
    }
    let base = font();
    let title = base.clone().set_bold().set_align(FormatAlign::Center).set_text_wrap();
    let plain = base.clone().set_align(FormatAlign::Center).set_text_wrap();
    let mut row = 0;
    let named = [&job.cover.parent, &job.cover.organ].iter().filter(|s| !s.is_empty()).count();
    for (at, text) in job.title_page().iter().enumerate() {
        let format = if at <= named { &title } else { &plain };
        sheet.merge_range(row, 0, row, last, text, format)?;
        row += 1;
    }
    row += 1;
    let grid = title.clone().set_border(FormatBorder::Thin).set_align(FormatAlign::VerticalCenter);
    let number = plain.clone().set_border(FormatBorder::Thin).set_italic();
    for (at, column) in (0..).zip(columns) {
        sheet.write_string_with_format(row, at, column.title(job.options.lang), &grid)?;
        let count = at.saturating_add(1);
        sheet.write_string_with_format(row + 1, at, format!("({count})"), &number)?;
    }
    sheet.set_freeze_panes(row + 2, 0)?;
    sheet.set_repeat_rows(row, row + 1)?;
    Ok(row + 2)
}

struct Formats {
    text: Format,
    date: Format,
    number: Format,
}

impl Formats {
    fn new() -> Self {
        let text =
            font().set_border(FormatBorder::Thin).set_text_wrap().set_align(FormatAlign::Top);
        Self {
            date: text.clone().set_num_format("dd/mm/yyyy").set_align(FormatAlign::Center),
            number: text.clone().set_num_format("0").set_align(FormatAlign::Center),
            text,
        }
    }
}

fn cells(
    sheet: &mut Worksheet,
    row: u32,
    cells: &[Cell],
    formats: &Formats,
) -> std::result::Result<(), XlsxError> {
    for (at, cell) in (0..).zip(cells) {
        let day = cell.date().and_then(excel_day);
        match (cell, day) {
            (Cell::Date(_), Some(day)) => {
                sheet.write_datetime_with_format(row, at, &day, &formats.date)?
            }
            (Cell::Number(n), _) if *n <= EXACT => {
                sheet.write_number_with_format(row, at, *n as f64, &formats.number)?
            }
            // Always a string: a cell that begins with = is no formula.
            _ => sheet.write_string_with_format(row, at, cell.text(), &formats.text)?,
        };
    }
    Ok(())
}

fn font() -> Format {
    Format::new().set_font_name("Times New Roman").set_font_size(12)
}

fn excel_day(date: jiff::civil::Date) -> Option<ExcelDateTime> {
    let year = u16::try_from(date.year()).ok()?;
    let (month, day) = (u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?);
    ExcelDateTime::from_ymd(year, month, day).ok()
}

fn cannot(job: &Job<'_>, error: &XlsxError, line: Option<&Line<'_>>) -> Failure {
    let mut place = Place::default();
    if let Some(line) = line {
        place = place.item(line.item());
    }
    let count = job.summary.count;
    let (message, hint) = match error {
        XlsxError::RowColumnLimitError => (
            text!(
                "sổ có {count} dòng, quá số dòng của một trang tính",
                "the book has {count} rows, more than a sheet can hold"
            ),
            text!("xuất từng năm, hoặc dùng dạng csv", "export a year at a time, or use csv"),
        ),
        XlsxError::MaxStringLengthExceeded => (
            text!(
                "có ô dài quá 32.767 ký tự, bảng tính không chứa được",
                "a cell is longer than 32,767 characters, which a sheet cannot hold"
            ),
            text!("dùng dạng csv hoặc json", "use csv or json"),
        ),
        other => (
            text!("không lập được bảng tính: {other}", "cannot make the workbook: {other}"),
            text!("dùng dạng csv", "use csv"),
        ),
    };
    Failure::new(FailureKind::Output, place, message).hint(hint)
}
