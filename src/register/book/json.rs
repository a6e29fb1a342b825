//! A book as one JSON object.
//!
//! Knows: the names machines read. Must not know: columns, languages.

use std::io::Write;

use serde::Serialize;

use super::{Job, cannot_write};
use crate::diagnostic::Result;
use crate::register::{Act, Acted, Entry};

/// A line of a book of entries.
#[derive(Serialize)]
struct EntryLine<'a> {
    code: String,
    #[serde(flatten)]
    entry: &'a Entry,
    /// What happened to it later.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    acts: Vec<&'a Act>,
    /// What it did to other documents (`about`): the other side of their links.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    done: Vec<&'a Act>,
}

/// A line of a book of acts.
#[derive(Serialize)]
struct ActLine<'a> {
    #[serde(flatten)]
    act: &'a Act,
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<EntryLine<'a>>,
}

fn document<'a>(entry: &'a Entry, line: &super::Line<'a>) -> EntryLine<'a> {
    let acts = |all: &'a [Acted]| all.iter().map(|a| &a.act).collect();
    let code = entry.code().to_string();
    EntryLine { code, entry, acts: acts(line.acts), done: acts(line.done) }
}

pub(super) fn write(job: &Job<'_>, out: &mut dyn Write) -> Result<u64> {
    let summary = job.summary;
    let head = serde_json::json!({
        "book": job.view.key(),
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
    let count = job.rows(&mut |line| {
        put(between)?;
        between = ",\n";
        let document = line.entry.map(|entry| document(entry, line));
        let line = match line.act {
            Some(acted) => serde_json::to_string(&ActLine { act: &acted.act, document }),
            None => serde_json::to_string(&document),
        };
        let line = line.map_err(|e| cannot_write(&e.into()))?;
        put(&line)
    })?;
    put("\n]}\n")?;
    Ok(count)
}
