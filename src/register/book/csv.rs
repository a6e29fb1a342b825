//! A book as CSV.
//!
//! Knows: RFC 4180, what spreadsheets do with a cell that looks like a formula. Must not know: which columns there are.

use std::io::Write;

use super::{Job, cannot_write};
use crate::diagnostic::Result;

/// Excel takes a CSV without it for the system's code page.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

pub(super) fn write(job: &Job<'_>, out: &mut dyn Write) -> Result<u64> {
    out.write_all(BYTE_ORDER_MARK).map_err(|e| cannot_write(&e))?;
    let mut rows =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(&mut *out);
    let lang = job.options.lang;
    let failed = |e: csv::Error| cannot_write(&e.into());
    rows.write_record(job.form.columns.iter().map(|c| c.title(lang))).map_err(failed)?;
    let count = job.rows(&mut |line| {
        let cells = line.cells.iter().map(|c| guarded(&c.text()).into_owned());
        rows.write_record(cells).map_err(failed)
    })?;
    rows.flush().map_err(|e| cannot_write(&e))?;
    Ok(count)
}

/// The cell with an apostrophe in front if a spreadsheet would run it as a formula.
pub fn guarded(cell: &str) -> std::borrow::Cow<'_, str> {
    match cell.as_bytes().first() {
        Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r') => format!("'{cell}").into(),
        _ => cell.into(),
    }
}
