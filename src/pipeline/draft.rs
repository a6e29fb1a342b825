//! Drafts: documents with number and day left blank, written beside their sources.
//!
//! Knows: names of draft files and what happens to an older one. Must not know: the register, the archive.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Result};

use super::plan::Plan;
use super::planned::Planned;
use super::workspace::{Workspace, write_failure, write_file};

/// What became of one draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drafted {
    /// The file.
    pub path: PathBuf,
    /// Where the file that stood there before went, if it differed.
    pub previous: Option<PathBuf>,
}

/// Writes every planned draft. Findings of the written files are added to the plan.
///
/// # Errors
/// `Output` if a file cannot be written.
pub fn write_drafts(
    workspace: &Workspace<'_>,
    plan: &mut Plan,
    out: Option<&Path>,
) -> Result<Vec<Drafted>> {
    let mut used = HashSet::new();
    let mut drafts = Vec::with_capacity(plan.documents.len());
    let mut findings: Vec<Diagnostic> = Vec::new();
    let mut of_step = vec![0_usize; plan.steps.len()];
    for planned in &plan.documents {
        if let Some(count) = of_step.get_mut(planned.step) {
            *count += 1;
        }
    }
    // A name must not depend on whether the other rows are good.
    for (place, _) in plan.bad.iter().filter(|(place, _)| place.row.is_some()) {
        for (count, step) in of_step.iter_mut().zip(&plan.steps) {
            let data = step.step.data.as_ref().map(|d| d.display().to_string());
            *count += usize::from(data.is_some() && data == place.file);
        }
    }
    for index in 0..plan.documents.len() {
        let document = plan.document(workspace, index)?;
        let (written, more) = plan.write(workspace, index, &document)?;
        findings.extend(more.into_iter().filter(|d| !is_told(&plan.findings, d)));
        let path = free_name(plan, index, &of_step, out, &mut used);
        let previous = keep_previous(workspace, &path, &written.bytes)?;
        if !matches!(previous, Previous::Same) {
            write_file(workspace.world, &path, &written.bytes)?;
        }
        let previous = if let Previous::Aside(aside) = previous { Some(aside) } else { None };
        drafts.push(Drafted { path, previous });
    }
    plan.findings.extend(findings);
    Ok(drafts)
}

/// True for a stray letter of the finished file that was told where it was typed.
fn is_told(told: &[Diagnostic], found: &Diagnostic) -> bool {
    fn letter(d: &Diagnostic) -> Option<&str> {
        let from = d.message.en.find("U+")?;
        d.message.en.get(from..)?.split(' ').next()
    }
    let same = |d: &&Diagnostic| d.code == found.code && letter(d) == letter(found);
    letter(found).is_some() && told.iter().any(|d| same(&d))
}

/// `ke-hoach.docx`; with several documents of one source `ke-hoach-0007.docx` by the data row.
fn free_name(
    plan: &Plan,
    index: usize,
    of_step: &[usize],
    out: Option<&Path>,
    used: &mut HashSet<PathBuf>,
) -> PathBuf {
    let fallback = PathBuf::from("van-ban.md");
    let planned: Option<&Planned> = plan.documents.get(index);
    let source = planned
        .and_then(|p| plan.steps.get(p.step))
        .map_or(fallback.as_path(), |s| s.step.source.as_path());
    let stem = source
        .file_stem()
        .map_or_else(|| "van-ban".to_owned(), |s| s.to_string_lossy().into_owned());
    let beside = || source.parent().map(Path::to_path_buf).unwrap_or_default();
    let folder = out.map_or_else(beside, Path::to_path_buf);
    let many = planned.is_some_and(|p| of_step.get(p.step).is_some_and(|n| *n > 1));
    let row = planned.and_then(|p| p.row.number()).filter(|_| many);
    let base = row.map_or_else(|| stem.clone(), |r| format!("{stem}-{r:04}"));
    let mut path = folder.join(format!("{base}.docx"));
    let mut nth = 2;
    // What is made of a Word file never takes its place.
    while path == source || !used.insert(path.clone()) {
        path = folder.join(format!("{base}-{nth}.docx"));
        nth += 1;
    }
    path
}

/// What stood where a draft goes.
enum Previous {
    None,
    /// The same file: there is nothing to write.
    Same,
    /// Another one, which lies there now.
    Aside(PathBuf),
}

/// An older draft that differs may hold a person's changes: it is moved aside, never overwritten.
fn keep_previous(workspace: &Workspace<'_>, path: &Path, bytes: &[u8]) -> Result<Previous> {
    let world = workspace.world;
    let Ok(stat) = world.stat(path) else { return Ok(Previous::None) };
    let same =
        stat.len == bytes.len() as u64 && world.read(path, stat.len).is_ok_and(|old| old == bytes);
    if same {
        return Ok(Previous::Same);
    }
    for nth in 1..10_000 {
        let aside = path.with_extension(format!("truoc-{nth}.docx"));
        match world.rename(path, &aside) {
            Ok(()) => return Ok(Previous::Aside(aside)),
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(write_failure(&aside, &e)),
        }
    }
    Ok(Previous::None)
}
