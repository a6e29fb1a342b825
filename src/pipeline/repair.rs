//! Repair: what verification found missing or damaged is put back, where the very bytes can be had.
//!
//! Knows: the order: gate, look, stage, evidence aside, put in place, register, verify again. Must
//! not know: terminals, SQL.
//!
//! The register rules. Where it is contradicted itself (rows changed, rows that the archive has and
//! it lacks) nothing is repaired: then it is not known which side is right. Good bytes come from a
//! second copy, from another place in the same bag, or from rendering the document again; they are
//! good only if their SHA-256 is the registered one. What was there goes to quarantine, under a name
//! that tells where it stood. What is about to be put in place is noted first, so that a kill cannot
//! leave a repair that is not registered.

mod bag;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use crate::archive::verify::{Class, Finding, Options, Scope};
use crate::archive::{Archive, BagId, Digest, sha256};
use crate::diagnostic::{Failure, FailureKind, Place, Result, Text};
use crate::register::{Entry, Filter, Kind, Register};
use crate::text;

use super::filing::{ARCHIVE, Attachment, Entering, Filing, journal, read_register};
use super::rerender::Rerenderer;
use super::verify::{Verified, verify};
use super::workspace::Workspace;

/// Repaired things that one act names: its leaf must stay small.
const IN_ONE_ACT: usize = 100;
/// Most bytes of a file of the log.
const MAX_TILE: u64 = 64 << 20;

/// What is to be repaired, and from where.
#[derive(Debug, Clone, Default)]
pub struct RepairRequest {
    /// A second copy: an office or an archive folder.
    pub from: Option<PathBuf>,
    /// Only this year.
    pub year: Option<i16>,
    /// Only this document: `05/KH-SNV`.
    pub code: Option<String>,
    /// Only say what would be done.
    pub dry_run: bool,
    /// File what has the same parts in another packing, beside the registered file.
    pub accept_parts: bool,
    /// How long to wait for another process.
    pub wait: Duration,
}

/// Where good bytes came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The second copy.
    SecondCopy,
    /// Another place in the same bag.
    SameBag,
    /// Rendered again from the stored input.
    Rendered,
    /// Written again from the register: manifests, tag files, the journal.
    Register,
    /// Rendered again with the same parts in another packing: filed beside, not in place.
    SameParts,
}

/// One thing that was put right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mend {
    /// Path in the archive.
    pub path: String,
    /// Số, ký hiệu of its document.
    pub code: Option<String>,
    /// Position of its entry or act.
    pub seq: Option<u64>,
    /// What it holds now.
    pub sha256: Digest,
    /// Where the bytes came from.
    pub from: Origin,
}

/// One thing that could not be put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remains {
    /// Path in the archive.
    pub path: String,
    /// Số, ký hiệu of its document.
    pub code: Option<String>,
    /// Why, by each way that was tried.
    pub why: Vec<Text>,
    /// True if the same parts can be had in another packing.
    pub has_same_parts: bool,
}

/// What a repair came to.
pub struct Repaired {
    /// What verification found before.
    pub before: Verified,
    /// True if nothing was tried, because the register itself is contradicted.
    pub is_contradicted: bool,
    /// True if nothing was tried, because the register's file is damaged.
    pub is_register_damaged: bool,
    /// What was put right; with `dry_run` what would be.
    pub mended: Vec<Mend>,
    /// Strays that went to quarantine; with `dry_run` what would go.
    pub aside: Vec<String>,
    /// What remains damaged.
    pub remains: Vec<Remains>,
    /// What verification found afterwards; `None` for a dry run, or where nothing was to be done.
    pub after: Option<Verified>,
    /// Something after the repair is to be finished by the next command that writes.
    pub unfinished: Option<Failure>,
}

impl Repaired {
    fn of(before: Verified) -> Self {
        Self {
            before,
            is_contradicted: false,
            is_register_damaged: false,
            mended: Vec::new(),
            aside: Vec::new(),
            remains: Vec::new(),
            after: None,
            unfinished: None,
        }
    }

    /// True if nothing is left to be done in scope.
    pub fn is_whole(&self) -> bool {
        match &self.after {
            Some(after) => self.remains.is_empty() && after.is_clean(),
            None => self.before.is_clean() && self.remains.is_empty() && self.mended.is_empty(),
        }
    }
}

/// Repairs an office's archive.
///
/// # Errors
/// It could not be done at all: no register, no archive, an office that stays locked, a full disk.
/// What was put in place before an error stays and is registered by the next repair.
pub fn repair(workspace: &Workspace<'_>, request: &RepairRequest) -> Result<Repaired> {
    let target = target(workspace, request)?;
    let scope = Scope { year: target.as_ref().map(|e| e.year).or(request.year), ..Scope::ALL };
    let options = |scope| Options { scope, ..Options::default() };
    let before = verify(workspace, options(scope), request.wait)?;
    let second = request.from.as_deref().map(|dir| second_copy(workspace, dir)).transpose()?;
    let mut out = Repaired::of(before);
    let against = |f: &Finding| f.class.is_tampering() && !is_about_a_bag(f.class);
    out.is_contradicted =
        out.before.report.findings.iter().any(against) || !out.before.rows.is_empty();
    out.is_register_damaged = !out.before.pages.is_empty();
    if out.is_contradicted || out.is_register_damaged {
        return Ok(out);
    }
    let bags = bags_of(&out.before, target.as_ref());
    let job = bag::Job { target: target.as_ref(), second: second.as_deref() };
    if request.dry_run {
        look(workspace, &job, &bags, &mut out)?;
        return Ok(out);
    }
    let mut filing =
        Filing::open(workspace.world, &workspace.dir, &workspace.office, request.wait)?;
    let mut noted = left_over(workspace, filing.archive());
    let mut renderer = Rerenderer::new(workspace.world);
    let mut parts = Vec::new();
    for &bag in &bags {
        let (register, archive) = (filing.register(), filing.archive());
        let found = bag::look(register, archive, &job, bag, &mut renderer)?;
        out.remains.extend(found.remains.iter().map(bag::Stuck::told));
        noted.extend(found.mends());
        parts.extend(found.same_parts());
        out.aside.extend(found.strays.iter().map(|s| archive.shown(found.home, s)));
        if !found.is_empty() {
            archive.note_intent(&serde_json::to_vec(&noted).unwrap_or_default())?;
            found.apply(archive)?;
        }
    }
    if target.is_none() && request.year.is_none() {
        noted.extend(mend_journal(&filing, &mut out.aside)?);
        if out.before.report.findings.iter().any(|f| f.path.starts_with("log/")) {
            noted.extend(mend_log(workspace, &mut filing)?);
        }
    }
    out.unfinished = enter(workspace, &mut filing, &noted)?;
    if request.accept_parts {
        let filed = file_parts(workspace, &mut filing, parts, &mut out.remains)?;
        noted.extend(filed);
    }
    out.mended = noted;
    drop(filing);
    out.after = Some(verify(workspace, options(scope), request.wait)?);
    if let (Some(target), Some(after)) = (&target, &mut out.after) {
        only(after, target);
    }
    Ok(out)
}

/// True if it tells of a bag that was changed and made to look right: the register and the log know better.
fn is_about_a_bag(class: Class) -> bool {
    matches!(class, Class::Resealed | Class::SealMismatch)
}

/// The entry that is named, if one is.
fn target(workspace: &Workspace<'_>, request: &RepairRequest) -> Result<Option<Entry>> {
    let Some(code) = &request.code else { return Ok(None) };
    let unknown = || {
        let place = Place::default().item(code.as_str());
        let message = text!("sổ đăng ký không có {code}", "the register has no {code}");
        Failure::new(FailureKind::Usage, place, message).hint(text!(
            "ghi đúng số, ký hiệu như trong sổ, ví dụ 05/KH-SNV; nhiều năm trùng số thì thêm --year",
            "write số, ký hiệu as in the book, such as 05/KH-SNV; add --year where years share it"
        ))
    };
    let register = read_register(&workspace.dir)?.ok_or_else(unknown)?;
    let number = code.split('/').next().and_then(|n| n.trim().parse::<u32>().ok());
    let number = number.ok_or_else(unknown)?;
    let filter = Filter { year: request.year, numbers: Some(number..=number), ..Filter::default() };
    let mut found = Vec::new();
    register.entries(&filter, &mut |entry| {
        if entry.code().to_string() == *code {
            found.push(entry);
        }
        Ok(())
    })?;
    match found.len() {
        1 => Ok(found.pop()),
        _ => Err(unknown()),
    }
}

/// The archive folder of a second copy.
fn second_copy(workspace: &Workspace<'_>, dir: &Path) -> Result<PathBuf> {
    let own = workspace.dir.join(ARCHIVE);
    let is_dir =
        |p: &Path| workspace.world.stat(p).is_ok_and(|s| s.kind == crate::world::EntryKind::Dir);
    let holds = |root: &Path| is_dir(&root.join("bags")) || is_dir(&root.join("open"));
    let root = [dir.join(ARCHIVE), dir.to_path_buf()].into_iter().find(|root| holds(root));
    let place = Place::file(dir.display().to_string());
    let root = root.ok_or_else(|| {
        Failure::new(
            FailureKind::Usage,
            place.clone(),
            text!("không thấy kho nào ở đây", "there is no archive here"),
        )
        .hint(text!(
            "--from chỉ tới thư mục cơ quan hay thư mục kho của bản sao",
            "--from names the office folder or archive folder of a copy"
        ))
    })?;
    let absolute = |p: &Path| std::path::absolute(p).unwrap_or_else(|_| p.to_path_buf());
    if absolute(&root) == absolute(&own) {
        return Err(Failure::new(
            FailureKind::Usage,
            place,
            text!("đây là chính kho đang sửa", "this is the very archive to be repaired"),
        )
        .hint(text!("chỉ ra một bản sao khác", "name another copy")));
    }
    Ok(root)
}

/// The bags that have findings.
fn bags_of(before: &Verified, target: Option<&Entry>) -> BTreeSet<BagId> {
    if let Some(entry) = target {
        return entry.files.iter().map(|f| f.at.bag_id()).collect();
    }
    let findings = before.report.findings.iter();
    let paths = findings.flat_map(|f| {
        std::iter::once(f.path.as_str()).chain(f.other.as_ref().map(|o| o.path.as_str()))
    });
    paths.filter_map(bag_in).collect()
}

/// `bags/2026/000001/…` → its bag.
fn bag_in(path: &str) -> Option<BagId> {
    let mut parts = path.split('/');
    let side = parts.next()?;
    if side != "bags" && side != "open" {
        return None;
    }
    Some(BagId { year: parts.next()?.parse().ok()?, number: parts.next()?.parse().ok()? })
}

/// What would be done.
fn look(
    workspace: &Workspace<'_>,
    job: &bag::Job<'_>,
    bags: &BTreeSet<BagId>,
    out: &mut Repaired,
) -> Result<()> {
    let Some(register) = read_register(&workspace.dir)? else { return Ok(()) };
    register.snapshot()?;
    let archive = Archive::open(workspace.world, &workspace.dir.join(ARCHIVE))?
        .with_bag_size(workspace.office.bag_size);
    let mut renderer = Rerenderer::new(workspace.world);
    for &bag in bags {
        let found = bag::look(&register, &archive, job, bag, &mut renderer)?;
        out.mended.extend(found.mends());
        out.remains.extend(found.remains.iter().map(bag::Stuck::told));
        out.aside.extend(found.strays.iter().map(|s| archive.shown(found.home, s)));
    }
    if job.target.is_none() {
        for damaged in journal::damaged(&register, &archive)? {
            let bytes = journal::remade(&register, &archive, damaged.segment)?;
            out.mended.push(segment_mend(damaged.segment, &bytes));
        }
    }
    Ok(())
}

/// What an earlier repair put in place and did not come to register.
fn left_over(workspace: &Workspace<'_>, archive: &Archive<'_>) -> Vec<Mend> {
    let noted: Option<Vec<Mend>> = archive.intent().and_then(|b| serde_json::from_slice(&b).ok());
    let mut noted = noted.unwrap_or_default();
    noted.retain(|mend| {
        let path = archive.root().join(&mend.path);
        let limit = workspace.world.stat(&path).map_or(0, |s| s.len);
        workspace.world.read(&path, limit).is_ok_and(|bytes| sha256(&bytes) == mend.sha256)
    });
    noted
}

fn segment_mend(segment: u64, bytes: &[u8]) -> Mend {
    Mend {
        path: format!("journal/{segment:06}.jsonl"),
        code: None,
        seq: None,
        sha256: sha256(bytes),
        from: Origin::Register,
    }
}

/// Writes segments of the journal again that are not what the register says.
fn mend_journal(filing: &Filing<'_>, aside: &mut Vec<String>) -> Result<Vec<Mend>> {
    let (register, archive) = (filing.register(), filing.archive());
    let damaged = journal::damaged(register, archive)?;
    let mut out = Vec::with_capacity(damaged.len());
    for found in &damaged {
        let bytes = journal::remade(register, archive, found.segment)?;
        archive.replace_segment(found.segment, &bytes)?;
        out.push(segment_mend(found.segment, &bytes));
    }
    if !damaged.is_empty() {
        journal::list_again(register, archive)?;
    }
    let strays = archive.clear_journal_strays()?;
    aside.extend((0..strays).map(|_| "journal/".to_owned()));
    Ok(out)
}

/// Makes damaged or missing tiles of the log again.
fn mend_log(workspace: &Workspace<'_>, filing: &mut Filing<'_>) -> Result<Vec<Mend>> {
    let remade = filing.rebuild_log()?;
    let root = filing.archive().root().to_path_buf();
    let digest = |path: &str| {
        let bytes = workspace.world.read(&root.join(path), MAX_TILE).unwrap_or_default();
        sha256(&bytes)
    };
    let mend = |path: String| Mend {
        sha256: digest(&path),
        path,
        code: None,
        seq: None,
        from: Origin::Register,
    };
    Ok(remade.into_iter().map(mend).collect())
}

/// Registers what was done.
fn enter(
    workspace: &Workspace<'_>,
    filing: &mut Filing<'_>,
    done: &[Mend],
) -> Result<Option<Failure>> {
    let mut unfinished = None;
    if !done.is_empty() {
        let acts = done.chunks(IN_ONE_ACT).map(|some| {
            let mut act = Entering::new(Kind::Repair, None, workspace.world.today());
            act.data = data_of(some);
            act
        });
        unfinished = filing.enter(acts.collect())?.unfinished;
    }
    filing.archive().drop_intent()?;
    filing.archive().end_repair()?;
    Ok(unfinished)
}

fn data_of(done: &[Mend]) -> Map<String, serde_json::Value> {
    let files: Vec<_> = done
        .iter()
        .map(|m| json!({ "path": m.path, "sha256": m.sha256, "from": m.from }))
        .collect();
    let positions: BTreeSet<u64> = done.iter().filter_map(|m| m.seq).collect();
    let mut data = Map::new();
    data.insert("files".into(), files.into());
    data.insert("positions".into(), json!(positions));
    data
}

/// Files what has the same parts as a lost file beside it, as a file of the act.
fn file_parts(
    workspace: &Workspace<'_>,
    filing: &mut Filing<'_>,
    parts: Vec<bag::SameParts>,
    remains: &mut [Remains],
) -> Result<Vec<Mend>> {
    let mut out = Vec::new();
    for found in parts {
        let digest = sha256(&found.bytes);
        let mut act = Entering::new(Kind::Repair, Some(found.seq), workspace.world.today());
        act.data.insert("in_place_of".into(), json!(found.file.sha256));
        act.data.insert("same_parts".into(), json!(found.file.parts));
        act.files.push(Attachment {
            bytes: found.bytes,
            extension: "docx",
            parts: found.file.parts,
        });
        let entered = filing.enter(vec![act])?;
        let filed = entered.files.first().and_then(|f| f.first());
        let path = filed.map(|f| f.at.to_string()).unwrap_or_default();
        for left in remains.iter_mut().filter(|r| r.path == found.path) {
            left.why.push(text!(
                "bản có cùng nội dung đã được lưu ở {path}; tệp gốc vẫn mất",
                "a file with the same content was filed at {path}; the original stays lost"
            ));
        }
        out.push(Mend {
            path,
            code: found.code,
            seq: Some(found.seq),
            sha256: digest,
            from: Origin::SameParts,
        });
    }
    Ok(out)
}

/// Keeps only the findings about one document.
fn only(after: &mut Verified, target: &Entry) {
    let seq = target.seq;
    after.keep(&|f| f.document.as_ref().is_some_and(|d| d.seq == seq));
}
