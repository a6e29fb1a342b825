//! Finding documents by words: opens the index, brings it up to date, asks it.
//!
//! Knows: where the index is, what text a file in the archive has. Must not know: SQL, a terminal.

use std::path::Path;
use std::sync::Arc;

use crate::archive::{Archive, FileRef};
use crate::diagnostic::{Diagnostic, Failure, FailureKind, Place, Result, Severity};
use crate::docx;
use crate::layout::{Item, Run, RunContent, Sheet};
use crate::register::search::{Index, Query, Unusable, Wanted};
use crate::register::sqlite::Sqlite;
use crate::register::{Entry, Filter, Register};
use crate::source::pdf::{self, Pdf};
use crate::text;

use super::Workspace;
use super::codes::{INDEX_IN_MEMORY, INDEX_REMADE, TEXT_NOT_READ};
use super::filing::ARCHIVE;

/// The index's file in the office folder. It may be deleted at any time.
pub const INDEX: &str = "search.db";
/// A file is looked into up to this length.
const FILE_LIMIT: u64 = 64 << 20;
/// Letters of a document that go into the index at most.
const TEXT_LIMIT: usize = 1 << 20;
/// Pages of a PDF that are read.
const PDF_PAGES: usize = 200;
/// What a search found.
#[derive(Debug)]
pub struct Found {
    /// The entries, newest registration first.
    pub entries: Vec<Entry>,
    /// There are more than were asked for.
    pub more: bool,
    /// The folded words that were looked for.
    pub words: Vec<String>,
    /// What was odd on the way: an index made anew, documents that could not be read.
    pub findings: Vec<Diagnostic>,
}

/// Says how far the index is: position, of which.
pub type Progress<'a> = dyn Fn(u64, u64) + 'a;

/// Finds the entries that fit, the newest first, at most `most`.
///
/// # Errors
/// As reading the register; `Output` if the index cannot be made even anew.
pub fn find(
    workspace: &Workspace<'_>,
    register: &Sqlite,
    wanted: &Wanted,
    most: usize,
    progress: &Progress<'_>,
) -> Result<Found> {
    let query = Query::new(wanted);
    let (seqs, findings) =
        positions(workspace, register, &query, most.saturating_add(1), progress)?;
    let more = seqs.len() > most;
    let mut entries = Vec::with_capacity(seqs.len().min(most));
    for seq in seqs.into_iter().take(most) {
        entries.extend(register.entry(seq)?);
    }
    let words = query.words;
    Ok(Found { entries, more, words, findings })
}

/// Narrows a filter to the entries that hold the words of its text, in fields or documents.
///
/// # Errors
/// As [`find`].
pub fn narrow(
    workspace: &Workspace<'_>,
    register: &Sqlite,
    mut filter: Filter,
    progress: &Progress<'_>,
) -> Result<(Filter, Vec<Diagnostic>)> {
    let Some(words) = filter.text.take() else { return Ok((filter, Vec::new())) };
    let query =
        Query::new(&Wanted { words, book: filter.book, year: filter.year, ..Wanted::default() });
    let (mut seqs, findings) = positions(workspace, register, &query, usize::MAX, progress)?;
    seqs.sort_unstable();
    if let Some(only) = &filter.narrow.only {
        seqs.retain(|seq| only.binary_search(seq).is_ok());
    }
    filter.narrow.only = Some(Arc::new(seqs));
    Ok((filter, findings))
}

/// Asks an index that is up to date; makes it anew where it is damaged or of another register.
fn positions(
    workspace: &Workspace<'_>,
    register: &Sqlite,
    query: &Query,
    most: usize,
    progress: &Progress<'_>,
) -> Result<(Vec<u64>, Vec<Diagnostic>)> {
    let path = workspace.dir.join(INDEX);
    let shown = || Place::file(workspace.shown(&path));
    let mut findings = Vec::new();
    let ask = |index: Index, findings: &mut Vec<Diagnostic>| {
        asked(workspace, register, index, query, most, progress, findings)
    };
    let mut first = Index::open(&path).and_then(|index| ask(index, &mut findings));
    if let Err(Unusable::Damaged) = first {
        findings.push(
            Diagnostic::new(
                INDEX_REMADE,
                Severity::Info,
                shown(),
                text!(
                    "chỉ mục tìm kiếm hỏng, của bản chương trình khác hoặc của sổ khác: đã lập lại từ sổ đăng ký",
                    "the search index was damaged, of another version of the program or of another register; it was made anew from the register"
                ),
            ),
        );
        forget(workspace, &path);
        first = Index::open(&path).and_then(|index| ask(index, &mut findings));
    }
    match first {
        Ok(seqs) => Ok((seqs, findings)),
        Err(Unusable::Failed(failure)) => Err(failure),
        Err(Unusable::ReadOnly | Unusable::Damaged) => {
            findings.push(Diagnostic::new(
                INDEX_IN_MEMORY,
                Severity::Info,
                shown(),
                text!(
                    "không ghi được chỉ mục tìm kiếm ở đây nên lập tạm trong bộ nhớ, lần sau phải lập lại",
                    "the search index cannot be written here; it was made in memory and will be made again next time"
                ),
            ));
            let seqs = ask(Index::in_memory()?, &mut findings).map_err(|e| match e {
                Unusable::Failed(failure) => failure,
                _ => cannot_search(&path),
            })?;
            Ok((seqs, findings))
        }
    }
}

fn asked(
    workspace: &Workspace<'_>,
    register: &Sqlite,
    mut index: Index,
    query: &Query,
    most: usize,
    progress: &Progress<'_>,
    findings: &mut Vec<Diagnostic>,
) -> std::result::Result<Vec<u64>, Unusable> {
    let archive = Archive::open(workspace.world, &workspace.dir.join(ARCHIVE)).ok();
    let body = |files: &[FileRef]| text_of(workspace, archive.as_ref()?, files);
    let done = index.catch_up(register, &body, progress)?;
    let unread = done.unread;
    if unread > 0 {
        findings.push(
            Diagnostic::new(
                TEXT_NOT_READ,
                Severity::Info,
                Place::default(),
                text!(
                    "{unread} mục có tệp không đọc được chữ (bản chụp, tệp thiếu hoặc hỏng): chỉ tìm được theo các trường của sổ",
                    "{unread} entries have a file without readable text (a scan, missing or damaged): they are found by the fields of the book only"
                ),
            )
            .hint(text!(
                "kiểm tra kho bằng vanthu verify; muốn đọc lại các tệp thì xóa {INDEX} rồi tìm lại",
                "check the archive with vanthu verify; to read the files again delete {INDEX} and search again"
            )),
        );
    }
    index.search(query, most)
}

fn forget(workspace: &Workspace<'_>, path: &Path) {
    for end in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        // What cannot be removed is said by the opening that follows.
        let _ = workspace.world.remove(Path::new(&name));
    }
}

fn cannot_search(path: &Path) -> Failure {
    Failure::new(
        FailureKind::Output,
        Place::file(path.display().to_string()),
        text!("không lập được chỉ mục tìm kiếm", "the search index cannot be made"),
    )
    .hint(text!("xóa tệp này rồi tìm lại", "delete this file and search again"))
}

/// The text of the files of an entry; `None` if one that should have words has none that can be read.
fn text_of(workspace: &Workspace<'_>, archive: &Archive<'_>, files: &[FileRef]) -> Option<String> {
    let mut out = String::new();
    for file in files {
        let path = archive.resolve(&file.at);
        let read = || workspace.world.read(&path, FILE_LIMIT).ok();
        match path.extension().and_then(|e| e.to_str()).unwrap_or("") {
            "docx" => out.push_str(&words_of(&docx::read(&read()?, &file.at.path).ok()?)),
            "pdf" => out.push_str(&pdf_words(&read()?)?),
            // Pictures, sheets: nothing to read.
            _ => {}
        }
        if out.len() > TEXT_LIMIT {
            break;
        }
    }
    Some(out)
}

/// The words of a PDF; `None` where it cannot be read or has pictures only.
fn pdf_words(bytes: &[u8]) -> Option<String> {
    let pdf = Pdf::open(bytes, pdf::Limits::default()).ok()?;
    let mut out = String::new();
    for page in 0..pdf.page_count().min(PDF_PAGES) {
        for line in pdf.text(page).ok()?.lines {
            out.push_str(&line.text);
            out.push('\n');
        }
    }
    (!out.trim().is_empty()).then_some(out)
}

/// The words of a sheet in the order of its pages.
pub(crate) fn words_of(sheet: &Sheet) -> String {
    let mut out = String::new();
    for section in &sheet.sections {
        items(&section.items, &mut out);
    }
    out
}

fn items(list: &[Item], out: &mut String) {
    for item in list {
        match item {
            Item::Para(para) => {
                para.runs.iter().for_each(|run| said(run, out));
                out.push('\n');
            }
            Item::Table(table) => {
                let cells = table.rows.iter().flat_map(|row| &row.cells);
                cells.for_each(|cell| items(&cell.items, out));
            }
        }
    }
}

fn said(run: &Run, out: &mut String) {
    match &run.content {
        RunContent::Text(text) => out.push_str(text),
        RunContent::Break | RunContent::Tab => out.push(' '),
        RunContent::PageNumber
        | RunContent::Squares(_)
        | RunContent::Picture(_)
        | RunContent::Figure(_) => {}
    }
}

/// The order in which a person reads what was found: newest day first, then book and number.
pub fn by_day(entries: &mut [Entry]) {
    entries.sort_by(|a, b| {
        let key = |e: &Entry| (e.date, e.book.key(), e.series.clone(), e.number);
        key(b).cmp(&key(a))
    });
}
