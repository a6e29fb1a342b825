//! `vanthu reprint`.

use std::path::PathBuf;

use crate::diagnostic::{Diagnostic, Place, Result, blocks};
use crate::pipeline::Workspace;
use crate::pipeline::acts::{one_entry, registered};
use crate::pipeline::intake::{INCOMING_FOLDER, Wanted, reprint};
use crate::register::{Book, Entry};
use crate::text;

use super::report::Ui;
use super::{Exit, output_failure};

/// Writes again the stamped copies, labels and slips of documents that are in the book.
pub fn run(
    workspace: &Workspace<'_>,
    codes: &[String],
    wanted: Wanted,
    out: Option<PathBuf>,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let register = registered(workspace)?;
    let mut entries: Vec<Entry> = Vec::new();
    let mut findings: Vec<Diagnostic> = Vec::new();
    for code in codes {
        match one_entry(&register, code)? {
            Ok(entry) if entry.book == Book::Incoming => entries.push(entry),
            Ok(entry) => findings.push(not_incoming(&entry.label())),
            Err(finding) => findings.push(finding),
        }
    }
    if blocks(&findings) {
        ui.findings(&findings);
        return Ok(Exit::Findings);
    }
    let folder = out.unwrap_or_else(|| workspace.dir.join(INCOMING_FOLDER));
    let printed = reprint(workspace, &register, &entries, &folder, wanted)?;
    for path in printed.copies.iter().flatten().chain(&printed.papers) {
        writeln!(ui.out, "{}", workspace.shown(path)).map_err(|e| output_failure(&e))?;
    }
    Ok(Exit::Clean)
}

fn not_incoming(label: &str) -> Diagnostic {
    Diagnostic::error(
        crate::pipeline::NOT_FOR_THIS_BOOK,
        Place::default().item(label),
        text!(
            "{label} không phải văn bản đến: không có dấu ĐẾN, không có phiếu",
            "{label} is no incoming document: it has no ĐẾN stamp and no slip"
        ),
    )
    .hint(text!("ghi số đến, ví dụ den:3630", "give the number of arrival, such as den:3630"))
}
