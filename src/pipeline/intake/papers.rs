//! The papers of a received document: its stamped copy, its label, its slip.
//!
//! Knows: how they are made and where copies for people go. Must not know: terminals.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::{Looked, Looks, StampSpot, limits, short_date};
use crate::archive::{Archive, FileRef};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::model::{ArrivalStamp, DateLine, HandlingSlip, Number, OrganName};
use crate::pipeline::filing::{ARCHIVE, Attachment};
use crate::pipeline::receive::{Arrived, Papers, Receipt};
use crate::pipeline::workspace::{Workspace, read_failure, write_failure, write_file};
use crate::register::{Incoming, book};
use crate::source::pdf::Pdf;
use crate::text;
use crate::world::parent_of;

/// Folder of the office for copies of what came in, one folder a year.
pub const INCOMING_FOLDER: &str = "den";

/// The stamp of a document.
pub fn stamp_of(
    workspace: &Workspace<'_>,
    number: Number,
    date: Date,
    to: &[String],
    dossier: &str,
) -> ArrivalStamp {
    let organ = &workspace.office.organ;
    let agency =
        if organ.in_text.trim().is_empty() { organ.name.join(" ") } else { organ.in_text.clone() };
    ArrivalStamp {
        agency,
        number: number.to_string(),
        date: short_date(date),
        forward: to.join(", "),
        dossier: dossier.to_owned(),
    }
}

/// The files of a document for its number.
pub(super) fn bring(
    workspace: &Workspace<'_>,
    looks: &Looks,
    index: usize,
    arrived: Arrived,
    limit: Option<u64>,
) -> Result<Papers> {
    let gone = || {
        Failure::new(
            FailureKind::Input,
            Place::default(),
            text!("không còn tệp", "the file is gone"),
        )
    };
    let document = looks.documents.get(index).ok_or_else(gone)?;
    let path = document.path.as_deref().ok_or_else(gone)?;
    let limits = limits(limit);
    let bytes = workspace.world.read(path, limits.file).map_err(|e| read_failure(path, &e))?;
    let extension = document.kind.map_or("", |k| k.extension());
    let further = match document.spot {
        None => Vec::new(),
        Some(at) => {
            let stamp = stamp_of(
                workspace,
                arrived.number,
                arrived.date,
                &document.fields.to,
                &document.fields.dossier,
            );
            let beneath = beneath(document);
            vec![stamped(path, &bytes, limits, &stamp, (at, &beneath))?]
        }
    };
    Ok(Papers { original: Attachment { bytes, extension, parts: None }, further })
}

/// What a sheet with the stamp says of the document behind it.
fn beneath(document: &Looked) -> Vec<String> {
    let incoming = document.arrival().incoming;
    vec![
        "Tờ đóng dấu ĐẾN, kèm trước văn bản:".to_owned(),
        description(&incoming),
        "Trang đầu của văn bản không còn chỗ trống cho dấu.".to_owned(),
    ]
}

fn stamped(
    path: &Path,
    bytes: &[u8],
    limits: crate::source::pdf::Limits,
    stamp: &ArrivalStamp,
    (spot, beneath): (StampSpot, &[String]),
) -> Result<Attachment> {
    let made = Pdf::open(bytes, limits).and_then(|pdf| match spot {
        StampSpot::OnPage(x, y) => pdf.stamp(stamp, Some((x, y))),
        StampSpot::OwnSheet => pdf.stamp_on_sheet(stamp, beneath),
    });
    let made = made.map_err(|_| {
        Failure::new(
            FailureKind::Input,
            Place::file(path.display().to_string()),
            text!(
                "không đóng được dấu ĐẾN lên bản sao của tệp này",
                "no ĐẾN stamp can be put on a copy of this file"
            ),
        )
        .hint(text!(
            "chạy lại với --no-stamp, hoặc để riêng tệp này",
            "run again with --no-stamp, or leave this file out"
        ))
    })?;
    Ok(Attachment { bytes: made.bytes, extension: "pdf", parts: None })
}

/// Copies for people.
#[derive(Debug, Default)]
pub struct Copied {
    /// By receipt: the stamped copy.
    pub copies: Vec<Option<PathBuf>>,
    /// Sheets of labels and slips.
    pub papers: Vec<PathBuf>,
    /// The first that could not be written; the numbers are given all the same.
    pub failed: Option<Failure>,
}

/// What people want beside the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Slips of handling.
    pub slips: bool,
    /// Places of the first label sheet that are used up.
    pub skip: usize,
}

/// Writes the stamped copies to a folder, a sheet of labels for what has no stamped copy, and slips.
pub fn copy_out(
    workspace: &Workspace<'_>,
    looks: &Looks,
    receipts: &[Receipt],
    folder: &Path,
    wanted: Wanted,
) -> Copied {
    let mut copied = Copied::default();
    let mut labels = Vec::new();
    let archive = match Archive::open(workspace.world, &workspace.dir.join(ARCHIVE)) {
        Ok(archive) => archive,
        Err(failure) => return Copied { failed: Some(failure), ..copied },
    };
    for receipt in receipts {
        let document = looks.documents.get(receipt.index);
        let fields = document.map(|d| &d.fields);
        let code = fields.map_or("", |f| f.code.as_str());
        let stem = stem(receipt.number, code);
        let year = folder.join(receipt.date.year().to_string());
        let mut keep = |result: Result<PathBuf>| match result {
            Ok(path) => Some(path),
            Err(failure) => {
                copied.failed.get_or_insert(failure);
                None
            }
        };
        let copy = receipt.further.first().and_then(|file| {
            keep(copy(workspace, &archive, file, &year.join(format!("{stem}.pdf"))))
        });
        let slip = document.filter(|_| wanted.slips).and_then(|d| {
            let slip = slip_of(workspace, &d.arrival().incoming, receipt.number, receipt.date);
            keep(write_sheet(
                workspace,
                &workspace.composer.slip(&slip),
                &year.join(format!("phieu-{stem}.docx")),
            ))
        });
        if copy.is_none() && fields.is_some_and(|f| !f.secret) && !receipt.earlier {
            let (to, dossier) =
                fields.map(|f| (f.to.clone(), f.dossier.clone())).unwrap_or_default();
            labels
                .push((receipt, stamp_of(workspace, receipt.number, receipt.date, &to, &dossier)));
        }
        copied.papers.extend(slip);
        copied.copies.push(copy);
    }
    if let Some((first, _)) = labels.first() {
        let name = format!("nhan-den-{}.docx", first.number);
        let path = folder.join(first.date.year().to_string()).join(name);
        let stamps: Vec<ArrivalStamp> = labels.into_iter().map(|(_, stamp)| stamp).collect();
        match label_sheet(workspace, &stamps, wanted.skip, &path) {
            Ok(path) => copied.papers.push(path),
            Err(failure) => {
                copied.failed.get_or_insert(failure);
            }
        }
    }
    copied
}

/// What files for people are named after: `3630-04-kh-hdtdkt`.
pub(super) fn stem(number: Number, code: &str) -> String {
    let stem = [number.to_string(), text::slug(code)].join("-");
    stem.trim_end_matches('-').chars().take(80).collect()
}

/// A copy of a file of the archive. It is no record and is not synced: a power cut may cost it, and
/// it is copied again from the archive.
pub(super) fn copy(
    workspace: &Workspace<'_>,
    archive: &Archive<'_>,
    file: &FileRef,
    to: &Path,
) -> Result<PathBuf> {
    let (world, from) = (workspace.world, archive.resolve(&file.at));
    let bytes = world.read(&from, file.size).map_err(|e| read_failure(&from, &e))?;
    let parent = parent_of(to);
    world.create_dir(&parent).map_err(|e| write_failure(&parent, &e))?;
    let temporary = to.with_extension(format!("{}.tmp", std::process::id()));
    let moved = world.create(&temporary, &bytes).and_then(|()| world.rename(&temporary, to));
    if moved.is_err() {
        // A file of that name is there: it gives way.
        let _ = world.remove(&temporary);
        write_file(world, to, &bytes)?;
    }
    Ok(to.to_owned())
}

/// Writes a sheet of stamps to be cut out; the first `skip` places stay empty.
///
/// # Errors
/// `Output` where it cannot be written.
pub fn label_sheet(
    workspace: &Workspace<'_>,
    stamps: &[ArrivalStamp],
    skip: usize,
    path: &Path,
) -> Result<PathBuf> {
    write_sheet(workspace, &workspace.composer.labels(stamps, skip), path)
}

pub(super) fn write_sheet(
    workspace: &Workspace<'_>,
    sheet: &crate::layout::Sheet,
    path: &Path,
) -> Result<PathBuf> {
    let written = workspace.writer.write(sheet)?;
    write_file(workspace.world, path, &written.bytes)?;
    Ok(path.to_owned())
}

/// The slip of a document's handling, with what is known.
pub fn slip_of(
    workspace: &Workspace<'_>,
    incoming: &Incoming,
    number: Number,
    date: Date,
) -> HandlingSlip {
    let organ = &workspace.office.organ;
    let mut to = incoming.to.iter();
    HandlingSlip {
        organ: OrganName {
            parent: organ.parent.clone(),
            name: organ.name.clone(),
            in_text: organ.in_text.clone(),
        },
        place: organ.place.clone(),
        date: Some(DateLine::from(date)),
        number: number.to_string(),
        arrived: book::day(date),
        description: description(incoming),
        lead: to.next().cloned().unwrap_or_default(),
        support: to.cloned().collect(),
        due: incoming.due.map(book::day).unwrap_or_default(),
        person: String::new(),
        opinion: String::new(),
    }
}

/// `Kế hoạch số 04/KH-UBND ngày 17/3/2022 của UBND tỉnh: tổ chức …`.
fn description(incoming: &Incoming) -> String {
    let type_name = if incoming.type_name.is_empty() { "Văn bản" } else { &incoming.type_name };
    let mut out = type_name.to_owned();
    if !incoming.code.is_empty() {
        out += &format!(" số {}", incoming.code);
    }
    if let Some(issued) = incoming.issued {
        out += &format!(" ngày {}", book::day(issued));
    }
    if !incoming.organ_name.is_empty() {
        out += &format!(" của {}", incoming.organ_name);
    }
    if !incoming.subject.is_empty() {
        out += &format!(": {}", incoming.subject);
    }
    out
}
