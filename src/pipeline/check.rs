//! Checking files without writing anything: sources as they would be drafted, and files this program wrote.
//!
//! Knows: which file is checked how. Must not know: the register, the archive, terminals.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Failure, FailureKind, Place, Result};
use crate::text;
use crate::{docx, layout, lint};

use super::job::single_steps;
use super::plan::{Plan, Purpose, plan};
use super::workspace::{Workspace, read_failure};

/// Largest .docx that is read.
const DOCX_LIMIT: u64 = 64 << 20;

/// Checks sources and .docx files; the findings of all of them.
///
/// # Errors
/// A file that cannot be read.
pub fn check(
    workspace: &Workspace<'_>,
    files: &[PathBuf],
    data: Option<&Path>,
    sheet: Option<&str>,
) -> Result<Plan> {
    let is_docx = |p: &&PathBuf| p.extension().is_some_and(|e| e.eq_ignore_ascii_case("docx"));
    let sources: Vec<PathBuf> = files.iter().filter(|f| !is_docx(f)).cloned().collect();
    let mut planned =
        plan(workspace, single_steps(&sources, data, sheet), Purpose::Draft, &|_| {})?;
    let mut findings = Vec::new();
    for index in 0..planned.documents.len() {
        let document = planned.document(workspace, index)?;
        findings.extend(planned.write(workspace, index, &document)?.1);
    }
    for file in files.iter().filter(is_docx) {
        findings.extend(check_docx(workspace, file)?);
    }
    planned.findings.extend(findings);
    Ok(planned)
}

fn check_docx(workspace: &Workspace<'_>, file: &Path) -> Result<Vec<Diagnostic>> {
    let bytes = workspace.world.read(file, DOCX_LIMIT).map_err(|e| read_failure(file, &e))?;
    let shown = file.display().to_string();
    let sheet = docx::read(&bytes, &shown)?;
    if !sheet.styles.iter().any(|s| s.slot.is_some()) {
        return Err(Failure::new(
            FailureKind::Input,
            Place::file(shown),
            text!(
                "bản này chưa kiểm tra được tệp Word do chương trình khác tạo",
                "this version cannot check Word files made by other programs"
            ),
        )
        .hint(text!(
            "kiểm tra tệp nguồn .md, hoặc tệp .docx do vanthu viết",
            "check the .md source, or a .docx that vanthu wrote"
        )));
    }
    Ok(lint::sheet(&sheet, &workspace.checks, &shown, &layout::metrics::width))
}
