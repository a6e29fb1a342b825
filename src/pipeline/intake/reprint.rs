//! Printing again what belongs to documents that are in the book: the stamped copy, the label, the slip.
//!
//! Knows: what of it the archive holds and what is made anew. Must not know: terminals.

use std::path::{Path, PathBuf};

use super::papers::{Copied, Wanted, copy, label_sheet, slip_of, stamp_of, stem, write_sheet};
use crate::archive::Archive;
use crate::diagnostic::Result;
use crate::model::{ArrivalStamp, HandlingSlip};
use crate::pipeline::filing::ARCHIVE;
use crate::pipeline::workspace::Workspace;
use crate::register::book::day;
use crate::register::life::{Life, text_of};
use crate::register::{Entry, Incoming, Kind, Register, Secrecy};

/// The slip of an entry: what was entered on arrival, and what the newest assignment says.
pub fn slip_of_entry(workspace: &Workspace<'_>, entry: &Entry, life: &Life) -> HandlingSlip {
    let incoming = Incoming::of(entry).unwrap_or_default();
    let mut slip = slip_of(workspace, &incoming, entry.number, entry.date);
    slip.due = life.due(entry).map(day).unwrap_or_default();
    let Some(assigned) = life.last(Kind::Assign).map(|a| &a.act) else { return slip };
    let (unit, person) = (text_of(assigned, "unit"), text_of(assigned, "person"));
    (slip.lead, slip.person) =
        if unit.is_empty() { (person, String::new()) } else { (unit, person) };
    let joint = text_of(assigned, "joint");
    slip.support = joint.split("; ").filter(|n| !n.is_empty()).map(str::to_owned).collect();
    slip.opinion = text_of(assigned, "opinion");
    slip.date = Some(assigned.date.into());
    slip
}

/// Writes the slip of an entry to a folder, `NĂM/phieu-SỐ….docx`.
///
/// # Errors
/// As reading the register; `Output` where it cannot be written.
pub fn print_slip(
    workspace: &Workspace<'_>,
    register: &dyn Register,
    entry: &Entry,
    folder: &Path,
) -> Result<PathBuf> {
    let slip = slip_of_entry(workspace, entry, &Life::of(register, entry.seq)?);
    let stem = stem(entry.number, entry.fields.extra.get("code").map_or("", String::as_str));
    let path = folder.join(entry.date.year().to_string()).join(format!("phieu-{stem}.docx"));
    write_sheet(workspace, &workspace.composer.slip(&slip), &path)
}

/// Writes again what was printed for incoming documents: the stamped copy out of the archive, a sheet
/// of labels for those without one, and slips if they are wanted. Nothing is entered.
///
/// # Errors
/// As reading the register; `Output` where something cannot be written.
pub fn reprint(
    workspace: &Workspace<'_>,
    register: &dyn Register,
    entries: &[Entry],
    folder: &Path,
    wanted: Wanted,
) -> Result<Copied> {
    let archive = Archive::open(workspace.world, &workspace.dir.join(ARCHIVE))?;
    let mut copied = Copied::default();
    let mut labels: Vec<ArrivalStamp> = Vec::new();
    let mut first = None;
    for entry in entries {
        let incoming = Incoming::of(entry).unwrap_or_default();
        let year = folder.join(entry.date.year().to_string());
        let path = year.join(format!("{}.pdf", stem(entry.number, &incoming.code)));
        let stamped = entry.files.get(1);
        copied.copies.push(match stamped {
            Some(file) => Some(copy(workspace, &archive, file, &path)?),
            None => None,
        });
        if incoming.secrecy != Secrecy::None {
            continue;
        }
        if stamped.is_none() {
            first.get_or_insert((entry.number, year));
            labels.push(stamp_of(
                workspace,
                entry.number,
                entry.date,
                &incoming.to,
                &incoming.dossier,
            ));
        }
        if wanted.slips {
            copied.papers.push(print_slip(workspace, register, entry, folder)?);
        }
    }
    if let Some((number, year)) = first {
        let path = year.join(format!("nhan-den-{number}.docx"));
        copied.papers.push(label_sheet(workspace, &labels, wanted.skip, &path)?);
    }
    Ok(copied)
}
