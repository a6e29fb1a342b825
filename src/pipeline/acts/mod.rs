//! Acts of a clerk: what happens to a document after its number was given.
//!
//! Knows: how an act is checked, entered and told; what most acts have in common. Must not know:
//! terminals, SQL. What one kind of act asks for stands in a file of its own.
//!
//! An act is planned on a [`Desk`] against the register as it is under the office's lock, and entered
//! through [`Filing::enter`]: all acts of a command or none. A dry run plans on the register as it can be read.

mod answer;
mod assign;
mod attach;
mod blank;
mod correct;
mod deliver;
mod desk;
mod due;
mod find;
mod lend;
mod recall;
mod reissue;
mod show;
mod void;

use std::time::Duration;

use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::archive::FileRef;
use crate::diagnostic::{Diagnostic, Failure, FailureKind, Place, Result, Text, blocks};
use crate::register::sqlite::Sqlite;
use crate::register::{Entry, Kind};
use crate::text;

use super::filing::{ARCHIVE, Entering, Filing, REGISTER, read_register};
use super::issue::told;
use super::verify::no_register;
use super::workspace::Workspace;

pub use answer::answer;
pub use assign::{Assignment, Step, assign, follow};
pub use attach::{Rendition, attach};
pub use blank::void_blank;
pub use correct::{Linked, Means, correct, replace};
pub use deliver::{Delivery, How, deliver};
pub use desk::Desk;
pub use due::{Due, DueState, Horizon, due};
pub use find::{candidates, exact, one as one_entry};
pub use lend::{Loan, lend};
pub use recall::recall;
pub use reissue::{Reissued, reissue};
pub use show::{Link, Shown, links, show};
pub use void::void;

/// What every act is told.
#[derive(Debug, Clone, Default)]
pub struct Call {
    /// The day of the act; today if not said.
    pub date: Option<Date>,
    /// Only say what would be entered.
    pub dry_run: bool,
    /// How long to wait for another process.
    pub wait: Duration,
}

/// One act that was, or would be, entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActLine {
    /// Its position; `None` in a dry run.
    pub seq: Option<u64>,
    /// Its kind.
    pub kind: Kind,
    /// Position of the document that it is about.
    pub about: u64,
    /// What that is called.
    pub label: String,
    /// Its day.
    pub date: Date,
    /// What it says openly.
    pub data: Map<String, Value>,
    /// What it says besides.
    pub fields: Map<String, Value>,
    /// Its files in the archive.
    pub files: Vec<FileRef>,
}

/// What came of a command.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The acts; none if a finding stopped them.
    pub lines: Vec<ActLine>,
    /// Findings.
    pub findings: Vec<Diagnostic>,
    /// What opening the office had to mend after a run that was killed.
    pub mended: Option<Text>,
    /// The acts are entered, but something is still to be finished by the next run.
    pub unfinished: Option<Failure>,
}

/// The register of an office that must have one.
///
/// # Errors
/// `Input` where nothing was registered yet; `Tampered` where only the archive is left.
pub fn registered(workspace: &Workspace<'_>) -> Result<Sqlite> {
    if let Some(register) = read_register(&workspace.dir)? {
        return Ok(register);
    }
    if workspace.world.stat(&workspace.dir.join(ARCHIVE)).is_ok() {
        return Err(no_register(workspace));
    }
    let path = workspace.dir.join(REGISTER);
    Err(Failure::new(
        FailureKind::Input,
        Place::file(path.display().to_string()),
        text!("cơ quan này chưa đăng ký văn bản nào", "this office has registered nothing yet"),
    )
    .hint(text!(
        "ban hành bằng “vanthu issue” hoặc “vanthu run”, vào sổ đến bằng “vanthu receive”",
        "issue with `vanthu issue` or `vanthu run`, enter what comes in with `vanthu receive`"
    )))
}

/// Plans acts and enters them, unless a finding stops them or the run is dry.
pub(super) fn perform(
    workspace: &Workspace<'_>,
    call: &Call,
    plan: &mut dyn FnMut(&mut Desk<'_>) -> Result<()>,
) -> Result<Outcome> {
    let readable = registered(workspace)?;
    if call.dry_run {
        let mut desk = Desk::new(workspace, &readable, call);
        plan(&mut desk)?;
        let (acts, findings) = desk.done();
        let lines = if blocks(&findings) { Vec::new() } else { lines(&acts) };
        return Ok(Outcome { lines, findings, ..Outcome::default() });
    }
    drop(readable);
    let mut filing = Filing::open(workspace.world, &workspace.dir, &workspace.office, call.wait)?;
    let mended = told(filing.mended());
    let mut desk = Desk::new(workspace, filing.register(), call);
    desk.signer = Some(filing.log().signer());
    plan(&mut desk)?;
    let (acts, findings) = desk.done();
    let mut outcome = Outcome { findings, mended, ..Outcome::default() };
    if acts.is_empty() || blocks(&outcome.findings) {
        return Ok(outcome);
    }
    outcome.lines = lines(&acts);
    let entered = filing.enter(acts.into_iter().map(|(_, act)| act).collect())?;
    for ((line, seq), files) in outcome.lines.iter_mut().zip(entered.seqs).zip(entered.files) {
        line.seq = Some(seq);
        line.files = files;
    }
    outcome.unfinished = entered.unfinished;
    Ok(outcome)
}

fn lines(acts: &[(Entry, Entering)]) -> Vec<ActLine> {
    acts.iter()
        .map(|(entry, act)| ActLine {
            seq: None,
            kind: act.kind,
            about: entry.seq,
            label: entry.label(),
            date: act.date,
            data: act.data.clone(),
            fields: act.fields.clone(),
            files: Vec::new(),
        })
        .collect()
}

/// The act in a sentence: `hủy số`.
pub fn kind_name(kind: Kind) -> Text {
    match kind {
        Kind::Register => text!("đăng ký", "registered"),
        Kind::Void => text!("hủy số", "number voided"),
        Kind::Correct => text!("đính chính", "corrected"),
        Kind::Replace => text!("thay thế", "replaced"),
        Kind::Recall => text!("thu hồi", "recalled"),
        Kind::Reissue => text!("cấp lại", "certificate issued again"),
        Kind::Attach => text!("kèm bản đã ký", "rendition attached"),
        Kind::Deliver => text!("chuyển", "delivered"),
        Kind::Receipt => text!("xác nhận đã nhận", "receipt"),
        Kind::Assign => text!("giao giải quyết", "assigned"),
        Kind::Follow => text!("tiến độ", "progress"),
        Kind::Answer => text!("trả lời", "answered"),
        Kind::Use => text!("sử dụng bản lưu", "use of the kept copy"),
        Kind::Post => text!("gửi bưu điện", "sent by post"),
        Kind::DossierOpen => text!("mở hồ sơ", "dossier opened"),
        Kind::DossierAdd => text!("đưa vào hồ sơ", "put into a dossier"),
        Kind::DossierClose => text!("kết thúc hồ sơ", "dossier closed"),
        Kind::Key => text!("khóa ký", "signing key"),
        Kind::Seal => text!("niêm phong túi", "bag sealed"),
        Kind::Verify => text!("kiểm tra kho", "archive verified"),
        Kind::Repair => text!("sửa kho", "archive repaired"),
        Kind::Rebuild => text!("dựng lại sổ", "register rebuilt"),
        Kind::Backup => text!("sao lưu", "backed up"),
        Kind::Restore => text!("khôi phục", "restored"),
        Kind::Dispose => text!("hủy tài liệu", "disposed of"),
    }
}

#[cfg(test)]
mod tests;
