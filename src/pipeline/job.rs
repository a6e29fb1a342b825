//! Jobs: from a job file, or from the sources of one command, to steps; and the report of rows left out.
//!
//! Knows: job files and their identity. Must not know: the register, terminals.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::archive::sha256;
use crate::diagnostic::{Diagnostic, Failure, FailureKind, Lang, Place, Result, Severity};
use crate::register::book::guarded;
use crate::source::job::{self, Job, JobBook, Mode, Step};
use crate::text;

use super::plan::{Plan, half};
use super::workspace::{Workspace, read_text, write_file};

/// Steps for sources named on the command line, each with the same data.
pub fn single_steps(sources: &[PathBuf], data: Option<&Path>, sheet: Option<&str>) -> Vec<Step> {
    let step = |source: &PathBuf| Step {
        at: 0,
        source: source.clone(),
        data: data.map(Path::to_path_buf),
        sheet: sheet.map(str::to_owned),
        header_row: None,
        mode: if data.is_some() { Mode::PerRow } else { Mode::One },
        date: None,
        out: None,
        name: None,
        dossier: None,
        book: JobBook::Outgoing,
        with: serde_json::Map::new(),
    };
    sources.iter().map(step).collect()
}

/// Reads a job file. The inner `Err` holds everything that is wrong in it.
///
/// # Errors
/// `Input` if the file cannot be read.
pub fn load_job(
    workspace: &Workspace<'_>,
    path: &Path,
) -> Result<std::result::Result<Job, Vec<Diagnostic>>> {
    let text = read_text(workspace.world, path)?;
    Ok(job::parse(&text, &path.display().to_string()))
}

/// Identity of a job: where its file is in the office. `again` makes a new one.
///
/// # Errors
/// `Output` if the machine gives no random bytes for a new one.
pub fn job_identity(workspace: &Workspace<'_>, path: &Path, again: bool) -> Result<String> {
    let absolute = |p: &Path| std::path::absolute(p).unwrap_or_else(|_| p.to_path_buf());
    let (office, file) = (absolute(&workspace.dir), absolute(path));
    let name = file.strip_prefix(&office).unwrap_or(&file).display().to_string();
    let mut identity = format!("run:{:032x}", half(&sha256(name.as_bytes())));
    if again {
        let mut nonce = [0; 8];
        workspace.world.random(&mut nonce).map_err(|e| {
            Failure::new(
                FailureKind::Output,
                Place::default(),
                text!("máy không cho số ngẫu nhiên: {e}", "the machine gave no random bytes: {e}"),
            )
        })?;
        identity.push('#');
        identity.extend(nonce.iter().map(|b| format!("{b:02x}")));
    }
    Ok(identity)
}

/// Writes `<data>.loi.csv` beside each data file with rows that were left out: row, code, message, hint.
///
/// # Errors
/// `Output` if a report cannot be written.
pub fn write_bad_rows(
    workspace: &Workspace<'_>,
    plan: &Plan,
    job: &Path,
    lang: Lang,
) -> Result<Vec<PathBuf>> {
    let mut files: BTreeMap<PathBuf, Vec<&Diagnostic>> = BTreeMap::new();
    for finding in plan.findings.iter().filter(|d| d.severity == Severity::Error) {
        let file = finding.place.row.and(finding.place.file.as_deref());
        let path = file.map_or_else(|| job.to_path_buf(), PathBuf::from);
        files.entry(path).or_default().push(finding);
    }
    let mut written = Vec::with_capacity(files.len());
    for (path, findings) in files {
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(".loi.csv");
        let report = path.with_file_name(name);
        write_file(workspace.world, &report, &bad_rows_csv(&findings, lang))?;
        written.push(report);
    }
    Ok(written)
}

/// UTF-8 with BOM for Excel; cells that begin like a formula get an apostrophe.
fn bad_rows_csv(findings: &[&Diagnostic], lang: Lang) -> Vec<u8> {
    let head = match lang {
        Lang::Vi => ["Trang tính", "Hàng", "Cột", "Mã", "Lỗi", "Cách sửa"],
        Lang::En => ["Sheet", "Row", "Column", "Code", "Error", "How to mend"],
    };
    let mut writer = csv::Writer::from_writer("\u{FEFF}".as_bytes().to_vec());
    // Writing to memory does not fail.
    let _ = writer.write_record(head);
    for d in findings {
        let row = d.place.row.map(|r| r.to_string()).unwrap_or_default();
        let hint = d.hint.as_ref().map_or("", |h| h.get(lang));
        let cells = [
            d.place.sheet.clone().unwrap_or_default(),
            row,
            d.place.cell.clone().or_else(|| d.place.item.clone()).unwrap_or_default(),
            d.code.to_string(),
            d.message.get(lang).to_owned(),
            hint.to_owned(),
        ];
        let _ = writer.write_record(cells.iter().map(|c| guarded(c).into_owned()));
    }
    writer.into_inner().unwrap_or_default()
}
