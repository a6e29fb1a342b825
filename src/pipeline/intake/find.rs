//! Which documents are meant: files, folders, rows of a sheet, paper.
//!
//! Knows: names of files, rows. Must not know: what is in a file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{Intake, Looked, Looks};
use crate::diagnostic::{Diagnostic, Place, Result};
use crate::pipeline::workspace::{Workspace, read_failure};
use crate::source::incoming::{Given, Listed, codes, read_sheet};
use crate::text;
use crate::world::{EntryKind, parent_of};

/// Finds them.
pub(super) fn find(workspace: &Workspace<'_>, intake: &Intake) -> Result<Looks> {
    let files = files(workspace, intake)?;
    let mut looks = Looks::default();
    match &intake.sheet {
        Some(sheet) => listed(workspace, intake, sheet, &files, &mut looks)?,
        None => {
            let file = |path: PathBuf| Looked {
                place: Place::file(path.display().to_string()),
                path: Some(path),
                given: intake.given.clone(),
                ..Looked::default()
            };
            looks.documents.extend(files.into_iter().map(file));
        }
    }
    if intake.paper {
        looks.documents.push(Looked { given: intake.given.clone(), ..Looked::default() });
    }
    Ok(looks)
}

/// The files that are named, and those of the folders that are named, by name; hidden ones and the sheet are left out.
fn files(workspace: &Workspace<'_>, intake: &Intake) -> Result<Vec<PathBuf>> {
    let world = workspace.world;
    let is_sheet = |path: &Path| intake.sheet.as_deref().is_some_and(|s| same(s, path));
    let mut found = Vec::new();
    for path in &intake.paths {
        let kind = world.stat(path).map_err(|e| read_failure(path, &e))?.kind;
        if kind != EntryKind::Dir {
            found.push(path.clone());
            continue;
        }
        let mut names: Vec<_> = world
            .list(path)
            .map_err(|e| read_failure(path, &e))?
            .into_iter()
            .filter(|(name, kind)| {
                *kind == EntryKind::File && !name.to_string_lossy().starts_with(['.', '~'])
            })
            .map(|(name, _)| name)
            .collect();
        names.sort();
        found.extend(names.into_iter().map(|name| path.join(name)).filter(|p| !is_sheet(p)));
    }
    Ok(found)
}

fn same(a: &Path, b: &Path) -> bool {
    let whole = |p: &Path| std::path::absolute(p).unwrap_or_else(|_| p.to_path_buf());
    whole(a) == whole(b)
}

/// One document for each row; files that no row names are told and left alone.
fn listed(
    workspace: &Workspace<'_>,
    intake: &Intake,
    sheet: &Path,
    files: &[PathBuf],
    looks: &mut Looks,
) -> Result<()> {
    let types = super::look::types(workspace);
    let (rows, findings) = read_sheet(workspace.world, sheet, &types)?;
    looks.findings = findings;
    let name = |path: &Path| path.file_name().map(|n| text::nfc(&n.to_string_lossy()));
    let by_name: BTreeMap<String, &PathBuf> =
        files.iter().filter_map(|f| Some((name(f)?, f))).collect();
    let mut used: BTreeMap<PathBuf, Place> = BTreeMap::new();
    for row in rows {
        let given = row.given.clone().or(&intake.given);
        let path = match path_of(workspace, sheet, &row, &by_name) {
            Ok(path) => path,
            Err(finding) => {
                looks.findings.push(*finding);
                continue;
            }
        };
        if let Some(path) = &path
            && let Some(first) = used.insert(path.clone(), row.place.clone())
        {
            let file = &row.file;
            looks.findings.push(
                Diagnostic::error(
                    codes::FILE,
                    row.place.clone(),
                    text!("hai hàng cùng nêu tệp “{file}”", "two rows name the file “{file}”"),
                )
                .related(first, text!("hàng kia", "the other row"))
                .hint(text!("mỗi tệp một hàng", "one row for each file")),
            );
            continue;
        }
        looks.documents.push(Looked { place: row.place, path, given, ..Looked::default() });
    }
    // Of a sheet that is not understood no file has a row.
    if !looks.findings.iter().any(|f| f.code == codes::NO_COLUMN) {
        let named: BTreeSet<&PathBuf> = used.keys().collect();
        let left: Vec<&PathBuf> = files.iter().filter(|f| !named.contains(f)).collect();
        looks.findings.extend(unlisted(&left));
    }
    Ok(())
}

/// Files without a row: each by name, or the first few of many.
fn unlisted(left: &[&PathBuf]) -> Vec<Diagnostic> {
    const NAMED: usize = 5;
    let place = |file: &PathBuf| Place::file(file.display().to_string());
    let named = if left.len() > NAMED { 1 } else { left.len() };
    let told = left.iter().take(named).map(|file| {
        let more = left.len().saturating_sub(named);
        let message = if more == 0 {
            text!(
                "bảng không có hàng nào cho tệp này, nên không nhận",
                "no row of the sheet names this file, so it is not received"
            )
        } else {
            text!(
                "bảng không có hàng nào cho tệp này và {more} tệp khác, nên không nhận",
                "no row of the sheet names this file and {more} others, so they are not received"
            )
        };
        let hint = text!("thêm mỗi tệp một hàng", "add a row for each file");
        Diagnostic::warning(codes::UNLISTED, place(file), message).hint(hint)
    });
    let mut told: Vec<Diagnostic> = told.collect();
    if let Some(first) = told.first_mut().filter(|_| left.len() > named) {
        for file in left.iter().skip(named).take(NAMED) {
            first.related.push((place(file), text!("cũng không có hàng", "no row either")));
        }
    }
    told
}

/// The file of a row: among those that were named, else beside the sheet.
fn path_of(
    workspace: &Workspace<'_>,
    sheet: &Path,
    row: &Listed,
    by_name: &BTreeMap<String, &PathBuf>,
) -> Result<Option<PathBuf>, Box<Diagnostic>> {
    if row.file.is_empty() {
        return Ok(None);
    }
    if let Some(path) = by_name.get(&text::nfc(&row.file)) {
        return Ok(Some((*path).clone()));
    }
    let beside = parent_of(sheet).join(&row.file);
    if workspace.world.stat(&beside).is_ok_and(|s| s.kind == EntryKind::File) {
        return Ok(Some(beside));
    }
    let file = &row.file;
    let finding = Diagnostic::error(
        codes::FILE,
        row.place.clone(),
        text!("không có tệp “{file}”", "there is no file “{file}”"),
    );
    Err(Box::new(match text::nearest(file, by_name.keys().map(String::as_str)) {
        Some(near) => finding.hint(text!("có phải “{near}”?", "did you mean “{near}”?")),
        None => finding.hint(text!(
            "ghi tên tệp như trong thư mục; văn bản giấy thì để trống ô này",
            "name the file as in the folder; leave the cell empty for a paper document"
        )),
    }))
}

/// What fields are known of nothing: for a paper document all must be given.
pub(super) fn is_blank(given: &Given) -> bool {
    *given == Given { arrived: given.arrived, secret: given.secret, ..Given::default() }
}
