//! Lists and reports as a workbook: a sheet for each table, real dates and numbers.
//!
//! Knows: sheets, formats, print settings. Must not know: what the tables say.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use super::PlainTable;
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::text;

/// Paper size A4 in the format's numbering.
const A4: u8 = 9;
/// Letters of a sheet's name at most.
const NAME: usize = 31;

/// The bytes of a workbook. `day` is its creation time: same tables, same bytes.
///
/// # Errors
/// `Output` where a table is larger than a sheet.
pub fn workbook(title: &str, day: jiff::civil::Date, tables: &[PlainTable]) -> Result<Vec<u8>> {
    write(title, day, tables).map_err(|e| {
        Failure::new(
            FailureKind::Output,
            Place::default(),
            text!("không lập được bảng tính: {e}", "cannot make the workbook: {e}"),
        )
        .hint(text!("dùng dạng json hoặc docx", "use json or docx"))
    })
}

fn write(
    title: &str,
    day: jiff::civil::Date,
    tables: &[PlainTable],
) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let mut properties = DocProperties::new().set_title(title);
    if let Some(day) = excel_day(day) {
        properties = properties.set_creation_datetime(&day);
    }
    book.set_properties(&properties);
    for (at, table) in tables.iter().enumerate() {
        let sheet = book.add_worksheet();
        let name = if table.title.is_empty() { title } else { &table.title };
        sheet.set_name(name_of(name, at))?;
        fill(sheet, table)?;
    }
    book.save_to_buffer()
}

/// A sheet's name: short, without the signs that a workbook refuses, its own.
fn name_of(title: &str, at: usize) -> String {
    let plain = |c: char| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'');
    let name: String = title.chars().filter(|c| plain(*c)).take(NAME - 4).collect();
    format!("{} {name}", at + 1)
}

fn fill(sheet: &mut Worksheet, table: &PlainTable) -> std::result::Result<(), XlsxError> {
    let text = Format::new()
        .set_font_name("Times New Roman")
        .set_font_size(12)
        .set_border(FormatBorder::Thin)
        .set_text_wrap()
        .set_align(FormatAlign::Top);
    let head = text.clone().set_bold().set_align(FormatAlign::Center);
    let number = text.clone().set_num_format("0").set_align(FormatAlign::Center);
    let date = text.clone().set_num_format("dd/mm/yyyy").set_align(FormatAlign::Center);
    sheet.set_paper_size(A4).set_print_fit_to_pages(1, 0);
    for (at, (title, weight, _)) in (0..).zip(&table.columns) {
        let longest = title.split(' ').map(|w| w.chars().count()).max().unwrap_or(0);
        sheet.set_column_width(at, (weight * 10.0).max(longest as f64 + 3.0))?;
        sheet.write_string_with_format(0, at, title, &head)?;
    }
    for (row, cells) in (1..).zip(&table.rows) {
        for (at, cell) in (0..).zip(cells) {
            if let Some(day) = day_of(cell).and_then(excel_day) {
                sheet.write_datetime_with_format(row, at, &day, &date)?;
            } else if let Some(count) = number_of(cell) {
                sheet.write_number_with_format(row, at, count, &number)?;
            } else {
                // Always a string: a cell that begins with = is no formula.
                sheet.write_string_with_format(row, at, cell, &text)?;
            }
        }
    }
    let last = u32::try_from(table.rows.len()).unwrap_or(u32::MAX).max(1);
    let columns = u16::try_from(table.columns.len().saturating_sub(1)).unwrap_or(0);
    sheet.set_freeze_panes(1, 0)?.set_repeat_rows(0, 0)?.autofilter(0, 0, last, columns)?;
    Ok(())
}

/// A whole number as a table prints it; `05` is a code and stays text.
fn number_of(cell: &str) -> Option<f64> {
    let plain = cell.len() <= 9 && cell.bytes().all(|b| b.is_ascii_digit());
    let counted = plain && (cell == "0" || !cell.starts_with('0'));
    cell.parse().ok().filter(|_| counted)
}

/// A day as a table prints it: `05/02/2026`.
fn day_of(cell: &str) -> Option<jiff::civil::Date> {
    let parts: Vec<&str> = cell.split('/').collect();
    let [day, month, year] = parts.as_slice() else { return None };
    let digits = |s: &str, n| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
    if !digits(day, 2) || !digits(month, 2) || !digits(year, 4) {
        return None;
    }
    jiff::civil::Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn excel_day(date: jiff::civil::Date) -> Option<ExcelDateTime> {
    let year = u16::try_from(date.year()).ok()?;
    let (month, day) = (u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?);
    ExcelDateTime::from_ymd(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_counts_and_days_are_numbers() {
        assert_eq!(number_of("12"), Some(12.0));
        assert_eq!(number_of("05"), None);
        assert_eq!(number_of(""), None);
        assert_eq!(number_of("040990192429"), None);
        assert_eq!(day_of("05/02/2026"), jiff::civil::Date::new(2026, 2, 5).ok());
        assert_eq!(day_of("31/02/2026"), None);
        assert_eq!(day_of("05/KH/2026"), None);
    }

    #[test]
    fn names_of_sheets_are_taken_by_any_workbook() {
        let tables = [
            PlainTable::default(),
            PlainTable { title: "a/b[c]: ".repeat(9), ..PlainTable::default() },
        ];
        let bytes = workbook("Báo cáo", jiff::civil::date(2026, 1, 1), &tables).expect("writes");
        assert_eq!(
            bytes,
            workbook("Báo cáo", jiff::civil::date(2026, 1, 1), &tables).expect("again")
        );
    }
}
