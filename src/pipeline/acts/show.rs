//! The whole life of one document: fields, files, leaf, acts, links, dossiers.
//!
//! Knows: where each of them is kept. Must not know: terminals.

use serde::Serialize;

use crate::archive::{Digest, FileRef, sha256};
use crate::diagnostic::Result;
use crate::pipeline::workspace::Workspace;
use crate::register::book::day;
use crate::register::life::{LINKS, Life, Standing, by_of, text_of};
use crate::register::{Acted, Book, Entry, Kind, Register, annex};

use super::{exact, find, kind_name, registered};

/// A link to another document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// What it is: correct, replace, answer.
    pub kind: Kind,
    /// True if the other document is what did it: this one was corrected, replaced, answered by it.
    pub by: bool,
    /// Position of the other document.
    pub seq: u64,
    /// What the other document is called.
    pub label: String,
    /// The spelling that means it and no other.
    pub exact: String,
    /// The position of the act.
    pub act: u64,
}

/// A document with everything that is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The entry.
    pub entry: Entry,
    /// What it is called.
    pub label: String,
    /// The spelling that means it and no other.
    pub exact: String,
    /// How it stands.
    pub standing: Standing,
    /// Its acts, and what it did to others.
    pub life: Life,
    /// Links, in both directions.
    pub links: Vec<Link>,
    /// The fields under the names of Annex VI.
    pub metadata: Vec<(&'static str, String)>,
    /// SHA-256 of its leaf as the log takes it (RFC 6962: over a zero byte and the leaf).
    pub leaf: Option<Digest>,
    /// Title of the job that registered it.
    pub job: Option<String>,
    /// Files with the act that brought each; none for those it was registered with.
    pub files: Vec<(FileRef, Option<u64>)>,
    /// Dossiers that it is in.
    pub dossiers: Vec<String>,
}

/// Every document that may be meant.
///
/// # Errors
/// The register cannot be read.
pub fn show(workspace: &Workspace<'_>, typed: &str) -> Result<Vec<Shown>> {
    let register = registered(workspace)?;
    register.snapshot()?;
    let found = find::candidates(&register, typed)?;
    let office = workspace.office.organ.id.clone().unwrap_or_default();
    found.into_iter().map(|entry| shown(&register, entry, &office)).collect()
}

fn shown(register: &dyn Register, entry: Entry, office: &str) -> Result<Shown> {
    let life = Life::of(register, entry.seq)?;
    let links = links(register, &life)?;
    let (mut leaf, mut job) = (None, None);
    register.kept(entry.seq..entry.seq.saturating_add(1), &mut |kept| {
        let mut bytes = vec![0];
        bytes.extend_from_slice(&kept.leaf);
        leaf = Some(sha256(&bytes));
        job = kept.made.map(|made| made.job);
        Ok(())
    })?;
    let job = job.map(|id| register.job(&id)).transpose()?.flatten().map(|state| state.title);
    let mut files: Vec<_> = entry.files.iter().map(|f| (f.clone(), None)).collect();
    for acted in &life.acts {
        files.extend(acted.files.iter().map(|f| (f.clone(), Some(acted.act.seq))));
    }
    let mut dossiers: Vec<String> =
        entry.fields.extra.get("dossier").cloned().into_iter().collect();
    for acted in life.of_kinds(&[Kind::DossierAdd]) {
        let named = ["dossier", "code", "file_code"];
        let of = |key: &&str| acted.act.fields.get(*key).or_else(|| acted.act.data.get(*key));
        dossiers.extend(named.iter().find_map(of).and_then(|v| v.as_str()).map(str::to_owned));
    }
    dossiers.dedup();
    Ok(Shown {
        label: entry.label(),
        exact: exact(&entry),
        standing: life.standing(),
        metadata: annex::metadata(&known(&entry, &life, &dossiers, office)),
        links,
        leaf,
        job,
        files,
        dossiers,
        life,
        entry,
    })
}

/// The entry with what its life tells of Annex VI: the dossier it was put into, the pages of what was
/// signed, who was told to deal with it and until when.
fn known(entry: &Entry, life: &Life, dossiers: &[String], office: &str) -> Entry {
    let due = life.due(entry).map(|d| d.to_string()).unwrap_or_default();
    let trace = trace(life);
    let mut entry = entry.clone();
    let is_incoming = entry.book == Book::Incoming;
    let extra = &mut entry.fields.extra;
    let mut know = |key: &str, value: &str| {
        if !value.is_empty() {
            extra.entry(key.to_owned()).or_insert_with(|| value.to_owned());
        }
    };
    know("dossier", dossiers.first().map_or("", String::as_str));
    if is_incoming {
        know("file_organ_id", office);
        know("trace_header_list", &trace);
        know("due_date", &due);
    } else {
        // What the program lays out is Vietnamese: the forms of the decree are.
        know("language", "Tiếng Việt");
    }
    let pages = life.of_kinds(&[Kind::Attach]).filter_map(|a| a.act.data.get("pages")?.as_u64());
    if let Some(pages) = pages.last() {
        extra.entry("page_amount".to_owned()).or_insert_with(|| pages.to_string());
    }
    entry
}

/// Ý kiến phân phối, chỉ đạo, trạng thái xử lý, as the acts say it.
fn trace(life: &Life) -> String {
    let steps = life.of_kinds(&[Kind::Assign, Kind::Follow, Kind::Answer]).map(|a| {
        let said = ["unit", "person", "joint", "opinion", "progress"].map(|k| text_of(&a.act, k));
        let said: Vec<&str> = said.iter().map(String::as_str).filter(|s| !s.is_empty()).collect();
        let (on, kind) = (day(a.act.date), kind_name(a.act.kind).vi);
        [format!("{on} {kind}"), said.join(", ")].join(": ").trim_end_matches(": ").to_owned()
    });
    steps.collect::<Vec<_>>().join("; ")
}

/// The links of a document to others, in both directions.
///
/// # Errors
/// The register cannot be read.
pub fn links(register: &dyn Register, life: &Life) -> Result<Vec<Link>> {
    let mut links = Vec::new();
    for acted in life.of_kinds(&LINKS) {
        links.extend(link(register, acted, by_of(&acted.act), true)?);
    }
    for acted in &life.done {
        links.extend(link(register, acted, acted.act.about, false)?);
    }
    Ok(links)
}

fn link(
    register: &dyn Register,
    acted: &Acted,
    other: Option<u64>,
    by: bool,
) -> Result<Option<Link>> {
    let other = other.map(|seq| register.entry(seq)).transpose()?.flatten();
    Ok(other.map(|entry| Link {
        kind: acted.act.kind,
        by,
        seq: entry.seq,
        label: entry.label(),
        exact: exact(&entry),
        act: acted.act.seq,
    }))
}
