//! Entering acts: a file or none, one transaction, the same protocol without a reservation.
//!
//! Knows: the order of the steps. Must not know: what an act means.
//!
//! Stage → settle → commit → record, as for a batch. A run that is killed before the commit leaves
//! at most a file in a bag that no row knows: the next opening puts it into quarantine and says so.

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::batch::{finish_files, salts};
use super::conclude::Ahead;
use super::{Filing, broken, recovery};
use crate::archive::{Digest, FileName, FileRef};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::register::{CommitError, Kind, NewAct, leaf};
use crate::text;

/// The folder in staging of acts that are being entered.
const STAGING: &str = "acts";

/// An act that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entering {
    /// Kind; never [`Kind::Register`], which only a batch makes.
    pub kind: Kind,
    /// The position of the entry that it is about.
    pub about: Option<u64>,
    /// The day of the act.
    pub date: Date,
    /// What stands openly in the leaf: no names, no reasons.
    pub data: Map<String, Value>,
    /// The rest.
    pub fields: Map<String, Value>,
    /// Files that join the archive with it.
    pub files: Vec<Attachment>,
}

impl Entering {
    /// An act without data, fields and files.
    pub fn new(kind: Kind, about: Option<u64>, date: Date) -> Self {
        Self { kind, about, date, data: Map::new(), fields: Map::new(), files: Vec::new() }
    }
}

/// A file that an act or an entry brings with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The file.
    pub bytes: Vec<u8>,
    /// What kind of file: `pdf`.
    pub extension: &'static str,
    /// SHA-256 over the sorted names and digests of its parts, where it has such.
    pub parts: Option<Digest>,
}

/// What became of acts that were entered.
#[derive(Debug)]
pub struct Entered {
    /// Position of each act, in their order.
    pub seqs: Vec<u64>,
    /// The files of each act.
    pub files: Vec<Vec<FileRef>>,
    /// The acts are entered, but a manifest or a seal could not be finished; the next opening does it.
    pub unfinished: Option<Failure>,
}

pub(super) fn enter(filing: &mut Filing<'_>, acts: Vec<Entering>) -> Result<Entered> {
    if filing.broken {
        return Err(broken());
    }
    for act in &acts {
        let (series, ..) = home(filing, act)?;
        let files = act.files.len();
        leaf::act_fits(act.kind, act.about, act.date, &act.data, &series, files)?;
    }
    let at = filing.world.timestamp();
    let staged = stage(filing, &acts);
    let (files, committed) = match staged {
        Ok(files) => {
            let salts = salts(filing.world, acts.len())?;
            let parts = acts.into_iter().zip(&files).zip(salts);
            let new: Vec<NewAct> = parts
                .map(|((act, files), salt)| NewAct {
                    kind: act.kind,
                    about: act.about,
                    date: act.date,
                    data: act.data,
                    fields: act.fields,
                    files: files.clone(),
                    salt,
                })
                .collect();
            let committed = filing.register.commit_acts(&at, &new);
            (files, committed)
        }
        Err(failure) => (Vec::new(), Err(CommitError::Undone(failure))),
    };
    let seqs = match committed {
        Ok(seqs) => seqs.collect(),
        Err(CommitError::Unknown(failure)) => {
            filing.broken = true;
            return Err(failure);
        }
        Err(CommitError::Undone(failure)) => {
            let undone = take_back(filing, &files);
            filing.broken = undone.is_err() || failure.kind == FailureKind::Output;
            return Err(failure);
        }
    };
    let all: Vec<&FileRef> = files.iter().flatten().collect();
    let unfinished = finish_files(filing, all, Ahead::default())
        .and_then(|()| filing.archive.end_batch(STAGING))
        .err();
    filing.broken = unfinished.is_some();
    Ok(Entered { seqs, files, unfinished })
}

/// Files that no row will know are taken out of their bags again.
fn take_back(filing: &mut Filing<'_>, files: &[Vec<FileRef>]) -> Result<()> {
    let places: Vec<_> = files.iter().flatten().map(|f| f.at.clone()).collect();
    filing.archive.discard(&places)?;
    recovery::mend(filing).map(drop)
}

/// Stages and settles the files of all acts; the files of each.
fn stage(filing: &Filing<'_>, acts: &[Entering]) -> Result<Vec<Vec<FileRef>>> {
    let newest = filing.register.newest_bags()?;
    let mut out = Vec::with_capacity(acts.len());
    let mut all = Vec::new();
    let mut free = std::collections::HashMap::new();
    for act in acts {
        let (series, number, year) = home(filing, act)?;
        let mut files = Vec::with_capacity(act.files.len());
        for attachment in &act.files {
            let bags = match free.entry(year) {
                std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
                std::collections::hash_map::Entry::Vacant(empty) => {
                    let count = acts.iter().map(|a| a.files.len()).sum();
                    let last = newest.iter().find(|b| b.year == year);
                    let last = last.map(|b| (b.bag, u32::try_from(b.files).unwrap_or(u32::MAX)));
                    empty.insert(filing.archive.allocate(year, count, last)?.into_iter())
                }
            };
            let bag = bags.next().ok_or_else(|| nowhere(act.about))?;
            let name = FileName { series: &series, number, extension: attachment.extension };
            let mut file = filing.archive.stage(STAGING, bag, name, &attachment.bytes)?;
            file.parts = attachment.parts;
            files.push(file);
        }
        all.extend(files.iter().cloned());
        out.push(files);
    }
    if !all.is_empty() {
        filing.archive.settle(STAGING, &all)?;
    }
    Ok(out)
}

/// What the files of an act are named after, and in which year they are kept: those of its entry.
fn home(filing: &Filing<'_>, act: &Entering) -> Result<(String, u32, i16)> {
    let Some(seq) = act.about else {
        return Ok((act.kind.key(), 0, act.date.year()));
    };
    let entry = filing.register.entry(seq)?.ok_or_else(|| nowhere(act.about))?;
    Ok((entry.series, entry.number.get(), entry.year))
}

fn nowhere(about: Option<u64>) -> Failure {
    let seq = about.unwrap_or_default();
    Failure::new(
        FailureKind::Input,
        Place::default(),
        text!("sổ đăng ký không có dòng {seq}", "the register has no row {seq}"),
    )
}
