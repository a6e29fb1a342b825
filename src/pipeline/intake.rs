//! Intake: files, folders, sheets of fields and paper become arrivals, and get their ĐẾN stamps.
//!
//! Knows: what is read from a file and offered, which file a row of a sheet means, where the stamp
//! goes. Must not know: terminals, which number comes next (see [`super::receive`]).
//!
//! A file is read twice: once to look at it, once when its number is known. In between only its
//! digest is kept, so that a thousand scans need no more memory than a few; a file that changed in
//! between stops the batch.

mod find;
mod lines;
mod look;
mod papers;
mod reprint;

use std::path::PathBuf;

use jiff::civil::Date;

use super::filing::Progress;
use super::issue::Ticket;
use super::receive::{Arrival, Received, receive};
use super::workspace::Workspace;
use crate::archive::Digest;
use crate::diagnostic::{Diagnostic, Place, Result};
use crate::register::{Incoming, Secrecy};
use crate::source::incoming::{FileKind, Given};
use crate::source::pdf;

pub use papers::{Copied, INCOMING_FOLDER, Wanted, copy_out, label_sheet, slip_of, stamp_of};
pub use reprint::{print_slip, reprint, slip_of_entry};

/// What is to be received.
#[derive(Debug, Clone, Default)]
pub struct Intake {
    /// Files, and folders of which all files are meant.
    pub paths: Vec<PathBuf>,
    /// A sheet of fields.
    pub sheet: Option<PathBuf>,
    /// One document on paper, without a file.
    pub paper: bool,
    /// Fields for every document.
    pub given: Given,
    /// What files offer is accepted where nothing else says it.
    pub accept: bool,
    /// A stamped copy is made of each PDF.
    pub stamp: bool,
    /// Where the stamp goes, mm from the left and the upper edge.
    pub at: Option<(f64, f64)>,
    /// The stamp stands on the first page even if it touches text there.
    pub on_page: bool,
    /// Bytes of a file at most; none: 200 MB.
    pub limit: Option<u64>,
}

/// Where a stamp goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum StampSpot {
    /// On the first page: mm from the left and the upper edge.
    OnPage(f64, f64),
    /// On a sheet of its own before the first page, since that is full.
    OwnSheet,
}

/// A document that was looked at.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Looked {
    /// Where it comes from: the file, or the row of the sheet.
    pub place: Place,
    /// Its file; none for paper.
    pub path: Option<PathBuf>,
    /// What kind of file that is.
    pub kind: Option<FileKind>,
    /// SHA-256 of the file.
    pub sha256: Option<Digest>,
    /// Pages, where the file tells.
    pub pages: Option<u32>,
    /// What was said about it.
    pub given: Given,
    /// What its file offers.
    pub offer: Given,
    /// The fields that it would be registered with.
    pub fields: Given,
    /// Where the stamp goes on a copy; none: no stamped copy is made.
    pub spot: Option<StampSpot>,
}

/// Everything that is to be received, and what is wrong with it.
#[derive(Debug, Default)]
pub struct Looks {
    /// The documents in the order in which they get their numbers.
    pub documents: Vec<Looked>,
    /// Findings about files, sheets and cells.
    pub findings: Vec<Diagnostic>,
}

impl Looked {
    /// The document as the books want it.
    pub fn arrival(&self) -> Arrival {
        let files = usize::from(self.path.is_some()) + usize::from(self.spot.is_some());
        Arrival {
            incoming: incoming(&self.fields, self.pages),
            place: self.place.clone(),
            sha256: self.sha256,
            files,
        }
    }
}

fn incoming(given: &Given, pages: Option<u32>) -> Incoming {
    Incoming {
        arrived: given.arrived,
        organ_name: given.from.trim().to_owned(),
        organ_id: given.organ_id.trim().to_owned(),
        code: given.code.trim().to_owned(),
        issued: given.issued,
        type_name: given.type_name.trim().to_owned(),
        subject: given.subject.trim().to_owned(),
        signer_position: given.signer_position.trim().to_owned(),
        signer_name: given.signer_name.trim().to_owned(),
        to: given.to.clone(),
        priority: given.priority,
        due: given.due,
        pages: pages.filter(|_| !given.secret),
        dossier: given.dossier.trim().to_owned(),
        note: given.note.trim().to_owned(),
        secrecy: if given.secret { Secrecy::Secret } else { Secrecy::None },
        ..Incoming::default()
    }
}

/// Looks at everything that is to be received; changes nothing.
///
/// # Errors
/// A folder or the sheet cannot be read at all. What is wrong with one file or one row is a finding.
pub fn look(
    workspace: &Workspace<'_>,
    intake: &Intake,
    on_file: &(dyn Fn(usize, usize) + Sync),
) -> Result<Looks> {
    let mut looks = find::find(workspace, intake)?;
    look::look(workspace, intake, &mut looks, on_file);
    Ok(looks)
}

/// Registers and files what was looked at, whole or not at all, with a stamped copy of each PDF.
///
/// # Errors
/// The work could not be done; then nothing was numbered, registered or filed.
pub fn take_in(
    workspace: &Workspace<'_>,
    looks: &Looks,
    ticket: &Ticket,
    limit: Option<u64>,
    on_progress: &(dyn Fn(Progress) + Sync),
) -> Result<Received> {
    let arrivals: Vec<Arrival> = looks.documents.iter().map(Looked::arrival).collect();
    let bring = |index: usize, arrived| papers::bring(workspace, looks, index, arrived, limit);
    receive(workspace, &arrivals, ticket, &bring, on_progress)
}

/// Day and month without leading zeros and the year's last two digits, as on a stamp: `30/3/22`.
pub fn short_date(date: Date) -> String {
    format!("{}/{}/{:02}", date.day(), date.month(), date.year().rem_euclid(100))
}

fn limits(limit: Option<u64>) -> pdf::Limits {
    let usual = pdf::Limits::default();
    pdf::Limits { file: limit.unwrap_or(usual.file), ..usual }
}

#[cfg(test)]
mod tests;
