//! Is the office whole? The register's own pages and rows, then every file of the archive.
//!
//! Knows: what has to be checked together. Must not know: terminals, SQL.

mod history;
mod minutes;
mod part;
mod record;
mod reports;
mod steady;

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use serde_json::{Value, json};

use crate::archive::Archive;
use crate::archive::log::keys;
use crate::archive::verify::{
    self as archive_verify, Class, ExitStatus, Finding, Options, Progress, Report, Scope,
};
use crate::diagnostic::{Diagnostic, Failure, FailureKind, Place, Result, Text};
use crate::register::{Register, audit};
use crate::text;

use super::filing::{ARCHIVE, REGISTER, journal, read_register};
use super::workspace::Workspace;

use history::Past;
use part::Part;
use steady::{Steady, steady};

pub use history::Leave;
pub use minutes::minutes;
pub use part::Asked;
pub use record::Kept;

/// Changed rows that are told one by one.
const ROWS_TOLD: usize = 10_000;

/// What was found beside the archive's report.
pub struct Verified {
    /// The archive against the register.
    pub report: Report,
    /// What SQLite says of its own pages; empty if sound.
    pub pages: Vec<String>,
    /// Rows of the register that no longer are what was committed to: somebody changed it from outside.
    pub rows: Vec<Diagnostic>,
    /// Rows of the register that were read.
    pub audited: u64,
    /// What a run that was killed had left, mended before the check.
    pub mended: Option<Text>,
}

/// What a verification comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Everything in scope was read and nothing is wrong.
    Clean,
    /// Something is wrong.
    Findings,
    /// Something could not be checked, nothing else is wrong.
    CouldNotCheck,
    /// Not everything was checked, nothing is wrong so far.
    Stopped,
    /// Somebody changed the register or put an older one back.
    Tampered,
}

/// How to verify an office.
#[derive(Default)]
pub struct Request<'a> {
    /// What.
    pub asked: Asked,
    /// What may be passed over because an earlier run verified it.
    pub leave: Leave,
    /// Begin no further bag after so long.
    pub max_duration: Option<Duration>,
    /// A checkpoint that was kept elsewhere.
    pub anchor: Option<&'a [u8]>,
    /// Names and sizes only.
    pub quick: bool,
    /// Threads that hash; 0: as many as read.
    pub threads: usize,
    /// Files read at the same time; 0 picks by the machine.
    pub io: usize,
    /// How long to wait for a batch that is being filed.
    pub wait: Duration,
    /// Enter the result in the register.
    pub log: bool,
    /// Called now and then.
    pub on_progress: Option<&'a (dyn Fn(Progress) + Sync)>,
    /// Set it to stop early.
    pub cancel: Option<&'a AtomicBool>,
}

/// An office that was verified, and what was kept of it.
pub struct Checked {
    /// What was asked.
    pub asked: Asked,
    /// What was found.
    pub verified: Verified,
    /// The round that this run goes on with; `None` where it began one.
    pub round: Option<String>,
    /// Earlier reports that nothing vouches for and that were not believed.
    pub unknown_reports: Vec<String>,
    /// The report and the act.
    pub kept: Kept,
}

impl Checked {
    /// What it comes to.
    pub fn verdict(&self) -> Verdict {
        self.verified.verdict()
    }

    /// True if nothing that exists was asked for.
    fn is_empty(&self) -> bool {
        let report = &self.verified.report;
        let covered = &report.covered;
        let looked = covered.bags + covered.earlier_bags + covered.left_bags + covered.numbers;
        self.asked != Asked::default() && looked == 0 && report.findings.is_empty()
    }

    /// What the run comes to: a check whose result could not be kept is not done; that something is
    /// wrong weighs more.
    pub fn outcome(&self) -> Verdict {
        match self.verdict() {
            Verdict::Clean | Verdict::Stopped if self.kept.failure.is_some() => {
                Verdict::CouldNotCheck
            }
            verdict => verdict,
        }
    }

    /// The summary that ends every report.
    pub fn summary(&self) -> Value {
        let report = &self.verified.report;
        let covered = &report.covered;
        let mut runs: Vec<&str> = report.earlier.iter().map(|e| e.report.as_str()).collect();
        runs.sort_unstable();
        runs.dedup();
        let coverage = match (report.quick, report.complete) {
            (true, _) => "metadata-only",
            (false, true) => "complete",
            (false, false) => "partial",
        };
        json!({
            "scope": self.asked,
            "coverage": coverage,
            "complete": report.complete,
            "covered": covered,
            "union": {
                "bags": covered.bags + covered.earlier_bags,
                "files": covered.files + covered.earlier_files,
                "left_bags": covered.left_bags,
                "earlier_reports": runs,
            },
            "skipped": report.skipped,
            "bytes": covered.bytes,
            "rows": self.verified.audited,
            "findings": report.counts.wrong + report.counts.unknown + self.verified.beside(),
            "verdict": self.verdict().key(),
            "started": report.started,
            "ended": report.ended,
        })
    }
}

impl Verified {
    /// Keeps only some findings; rows and pages of the register stay.
    pub(super) fn keep(&mut self, which: &dyn Fn(&Finding) -> bool) {
        self.report.keep(which);
    }

    /// Findings beside those of the archive.
    fn beside(&self) -> u64 {
        (self.rows.len() + self.pages.len()) as u64
    }

    /// What it comes to.
    pub fn verdict(&self) -> Verdict {
        if self.is_clean() {
            return Verdict::Clean;
        }
        if !self.rows.is_empty() || self.report.findings.iter().any(|f| f.class.is_tampering()) {
            return Verdict::Tampered;
        }
        match self.report.exit_status() {
            ExitStatus::CouldNotCheck if self.pages.is_empty() => Verdict::CouldNotCheck,
            ExitStatus::Stopped if self.pages.is_empty() => Verdict::Stopped,
            _ => Verdict::Findings,
        }
    }

    /// True only if nothing at all was found and everything was checked.
    pub fn is_clean(&self) -> bool {
        self.pages.is_empty()
            && self.rows.is_empty()
            && self.report.exit_status() == archive_verify::ExitStatus::Clean
    }
}

/// Verifies the office's archive against its register.
///
/// Open bags are read under the office's lock, so that a batch that is just being filed is no
/// finding. What a run that was killed left behind is mended first and told: it was never
/// acknowledged, or only its bookkeeping is missing. Nothing else is ever changed.
///
/// # Errors
/// It could not be done at all: no archive, a register that cannot be read, an office that stays locked.
pub fn verify(workspace: &Workspace<'_>, options: Options<'_>, wait: Duration) -> Result<Verified> {
    look(workspace, &Asked::default(), None, options, wait).map(|(verified, _)| verified)
}

/// Verifies as asked, keeps a report in the archive and enters the result in the register.
///
/// # Errors
/// As for [`verify`]. That the report could not be kept is told in [`Checked::kept`].
pub fn verify_and_keep(workspace: &Workspace<'_>, request: &Request<'_>) -> Result<Checked> {
    let options = Options {
        anchor: request.anchor,
        threads: request.threads,
        io: request.io,
        on_progress: request.on_progress,
        cancel: request.cancel,
        scope: request.asked.scope(),
        deadline: request.max_duration.map(|d| workspace.world.elapsed().saturating_add(d)),
        quick: request.quick,
        ..Options::default()
    };
    let wait = request.wait;
    let (verified, past) = look(workspace, &request.asked, Some(request.leave), options, wait)?;
    let mut checked = Checked {
        asked: request.asked.clone(),
        verified,
        round: past.round,
        unknown_reports: past.unknown,
        kept: Kept::default(),
    };
    if checked.is_empty() {
        return Err(nothing_there());
    }
    checked.kept = record::keep(workspace, request, &checked);
    Ok(checked)
}

/// Looks at everything that is asked for. With `leave`, earlier reports are read.
fn look(
    workspace: &Workspace<'_>,
    asked: &Asked,
    leave: Option<Leave>,
    mut options: Options<'_>,
    wait: Duration,
) -> Result<(Verified, Past)> {
    let root = workspace.dir.join(ARCHIVE);
    let has_archive = workspace.world.stat(&root).is_ok();
    let register = match read_register(&workspace.dir)? {
        Some(register) if has_archive => register,
        Some(register) => {
            let (entries, _) = register.totals()?;
            return Err(if entries == 0 {
                nothing_yet(workspace)
            } else {
                no_archive(&root, entries)
            });
        }
        None if has_archive => return Err(no_register(workspace)),
        None => return Err(nothing_yet(workspace)),
    };
    let Steady { lock, mended, put_back } =
        steady(workspace, &register, &root, options.anchor, wait)?;
    let pages = register.check_pages()?;
    register.snapshot()?;
    let view = Part::of(&register, asked)?;
    let mut rows = Vec::new();
    let audited = audit(&register, &mut |finding| {
        if rows.len() < ROWS_TOLD {
            rows.push(finding);
        }
    })?;
    let mut past = match leave {
        Some(leave) => history::read(workspace.world, &root, &register, asked, leave)?,
        None => Past::default(),
    };
    options.history = std::mem::take(&mut past.bags);
    let is_all = options.scope == Scope::ALL;
    let archive = Archive::open(workspace.world, &root)?;
    // The newest segment is read while nobody can write.
    let mut beside =
        if is_all { journal::findings(&register, &archive, true)? } else { Vec::new() };
    beside.extend(key_file(workspace, &root)?);
    options.open_done = Some(Box::new(move || drop(lock)));
    let mut report = archive_verify::verify(workspace.world, &root, &view, options)?;
    if is_all {
        beside.extend(journal::findings(&register, &archive, false)?);
        beside.extend(reports::findings(workspace.world, &root, &register)?);
    }
    if put_back.is_some() {
        // It is told for what it is.
        report.keep(&|finding| finding.class != Class::Unsigned);
    }
    beside.extend(put_back);
    beside.into_iter().for_each(|finding| report.add(finding));
    Ok((Verified { report, pages, rows, audited, mended }, past))
}

/// What is to be said of the private key beside the archive.
fn key_file(workspace: &Workspace<'_>, root: &Path) -> Result<Option<Finding>> {
    let known = keys::public(workspace.world, root)?.keys;
    let finding = |class| Finding::new(class, format!("../{}", keys::KEY_FILE));
    Ok(match keys::private(workspace.world, &workspace.dir) {
        Ok(None) if known.is_empty() => None,
        Ok(None) => Some(finding(Class::KeyMissing)),
        Ok(Some(key)) if known.last().is_some_and(|last| last != key.public()) => {
            Some(finding(Class::KeyWrong).actual(key.public().vkey()))
        }
        Ok(Some(_)) => None,
        Err(failure) if failure.kind == FailureKind::Config => {
            Some(finding(Class::KeyOpen).why(failure.message))
        }
        Err(failure) => return Err(failure),
    })
}

fn no_archive(root: &Path, entries: u64) -> Failure {
    Failure::new(
        FailureKind::Tampered,
        Place::file(root.display().to_string()),
        text!(
            "không thấy kho, mà sổ đăng ký ghi {entries} văn bản lưu ở đó",
            "there is no archive, but the register has {entries} documents filed in it"
        ),
    )
    .hint(text!(
        "khôi phục cả thư mục kho từ bản sao lưu rồi kiểm tra lại",
        "restore the whole archive folder from a backup, then verify again"
    ))
}

/// The register is gone although the archive holds documents.
pub fn no_register(workspace: &Workspace<'_>) -> Failure {
    let path = workspace.dir.join(REGISTER);
    Failure::new(
        FailureKind::Tampered,
        Place::file(path.display().to_string()),
        text!("có kho mà không có sổ đăng ký", "there is an archive but no register"),
    )
    .hint(text!("khôi phục {REGISTER} từ bản sao lưu", "restore {REGISTER} from a backup"))
}

fn nothing_there() -> Failure {
    Failure::new(
        FailureKind::Usage,
        Place::default(),
        text!("phạm vi này không có gì để kiểm tra", "there is nothing to check in this scope"),
    )
    .hint(text!(
        "bỏ --year, --bag, --book để kiểm tra tất cả",
        "drop --year, --bag, --book to check everything"
    ))
}

fn nothing_yet(workspace: &Workspace<'_>) -> Failure {
    let path = workspace.dir.join(REGISTER);
    Failure::new(
        FailureKind::Input,
        Place::file(path.display().to_string()),
        text!(
            "cơ quan này chưa ban hành văn bản nào, chưa có gì để kiểm tra",
            "this office has issued nothing yet: there is nothing to verify"
        ),
    )
    .hint(text!(
        "ban hành bằng “vanthu issue” hoặc “vanthu run”, hoặc chỉ ra thư mục khác bằng --office",
        "issue with `vanthu issue` or `vanthu run`, or name another folder with --office"
    ))
}

#[cfg(test)]
mod tests;
