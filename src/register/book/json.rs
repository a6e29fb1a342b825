//! A book as one JSON object.
//!
//! Knows: the names machines read. Must not know: columns, languages.

use std::io::Write;

use serde::Serialize;

use super::{Job, cannot_write};
use crate::diagnostic::Result;
use crate::register::Entry;

#[derive(Serialize)]
struct Line<'a> {
    code: String,
    #[serde(flatten)]
    entry: &'a Entry,
}

pub(super) fn write(job: &Job<'_>, out: &mut dyn Write) -> Result<u64> {
    let summary = job.summary;
    let head = serde_json::json!({
        "book": job.filter.book,
        "title": job.form.title,
        "basis": job.form.basis,
        "parent": job.cover.parent,
        "organ": job.cover.organ,
        "volume": job.cover.volume,
        "count": summary.count,
        "from": summary.dates.map(|d| d.0),
        "to": summary.dates.map(|d| d.1),
        "ranges": summary.ranges.iter().map(|((series, year), (first, last))| {
            serde_json::json!({ "series": series, "year": year, "first": first, "last": last })
        }).collect::<Vec<_>>(),
    });
    let head = head.to_string();
    let mut put = |text: &str| out.write_all(text.as_bytes()).map_err(|e| cannot_write(&e));
    put(head.strip_suffix('}').unwrap_or("{"))?;
    put(",\"entries\":[")?;
    let mut between = "\n";
    let count = job.rows(&mut |entry, _| {
        put(between)?;
        between = ",\n";
        let line = Line { code: entry.code().to_string(), entry };
        let line = serde_json::to_string(&line).map_err(|e| cannot_write(&e.into()))?;
        put(&line)
    })?;
    put("\n]}\n")?;
    Ok(count)
}
