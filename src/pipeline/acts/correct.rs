//! Đính chính, thay thế: a new document is issued on the ordinary way and linked with the old one.
//!
//! Knows: which document may correct or replace which (Điều 18.3). Must not know: terminals.
//!
//! Issuing comes first and the link second. A run that is killed between the two has issued the new
//! document, whose row names the old one; the same command again finds it issued and enters the link.

use std::path::PathBuf;

use crate::archive::sha256;
use crate::diagnostic::{Code, Diagnostic, Place, Result, Text};
use crate::pipeline::codes::{NOT_A_LETTER, OTHER_FORM, SELF_LINK};
use crate::pipeline::filing::{Progress, read_register};
use crate::pipeline::issue::{Report, Ticket, issue, preview};
use crate::pipeline::job::single_steps;
use crate::pipeline::plan::{Plan, Purpose, plan};
use crate::pipeline::workspace::{Workspace, read_text};
use crate::register::{Book, Entry, Kind};
use crate::text;

use super::desk::Desk;
use super::{Call, Outcome, exact, find, perform};

/// By what a document is corrected or replaced.
#[derive(Debug, Clone)]
pub enum Means {
    /// A document that is issued already.
    Issued(String),
    /// A source to be issued now, with its data and the folder of its copy to print.
    Source {
        /// The source.
        source: PathBuf,
        /// Data for a template.
        data: Option<PathBuf>,
        /// Where the copy to print goes.
        out: Option<PathBuf>,
    },
}

/// What came of it: the issue, if there was one, and the link.
#[derive(Default)]
pub struct Linked {
    /// What was planned and issued.
    pub issued: Option<(Plan, Report)>,
    /// The act and its findings.
    pub outcome: Outcome,
}

/// Corrects a document by a công văn.
///
/// # Errors
/// The work could not be done.
pub fn correct(
    workspace: &Workspace<'_>,
    code: &str,
    means: &Means,
    reason: &str,
    call: &Call,
    on_progress: &(dyn Fn(Progress) + Sync),
) -> Result<Linked> {
    Linking { workspace, code, reason, call, kind: Kind::Correct }.run(means, on_progress)
}

/// Replaces a document by one of equal form.
///
/// # Errors
/// The work could not be done.
pub fn replace(
    workspace: &Workspace<'_>,
    code: &str,
    means: &Means,
    reason: &str,
    call: &Call,
    on_progress: &(dyn Fn(Progress) + Sync),
) -> Result<Linked> {
    Linking { workspace, code, reason, call, kind: Kind::Replace }.run(means, on_progress)
}

/// One correction or replacement.
struct Linking<'a> {
    workspace: &'a Workspace<'a>,
    code: &'a str,
    reason: &'a str,
    call: &'a Call,
    kind: Kind,
}

impl Linking<'_> {
    fn run(&self, means: &Means, on_progress: &(dyn Fn(Progress) + Sync)) -> Result<Linked> {
        match means {
            Means::Issued(by) => {
                let outcome = perform(self.workspace, self.call, &mut |desk| self.link(desk, by))?;
                Ok(Linked { issued: None, outcome })
            }
            Means::Source { source, data, out } => {
                let mut steps = single_steps(std::slice::from_ref(source), data.as_deref(), None);
                for step in &mut steps {
                    step.out.clone_from(out);
                }
                let text = read_text(self.workspace.world, source)?;
                let purpose = Purpose::Issue(self.call.date);
                let plan = plan(self.workspace, steps, purpose, &|_| {})?;
                self.issue(plan, &text, on_progress)
            }
        }
    }

    /// What speaks against it before a number is taken: nothing is entered here.
    fn before(&self, plan: &Plan) -> Result<(Option<Entry>, Outcome)> {
        let look = Call { dry_run: true, ..self.call.clone() };
        let mut old = None;
        let mut outcome = perform(self.workspace, &look, &mut |desk| {
            desk.need("--reason", self.reason, &text!("lý do", "the reason"));
            if let Some((entry, life)) =
                desk.entries(&[self.code.to_owned()], self.kind, &OWN)?.pop()
            {
                if plan.documents.len() != 1 && plan.bad.is_empty() {
                    desk.tell(one_document(plan.documents.len()));
                }
                for planned in &plan.documents {
                    let place = planned.row.place();
                    if let Some(finding) = self.unfit(&entry, &planned.type_id, place) {
                        desk.tell(finding);
                    }
                }
                // The link of an earlier run is no repeat here: that run is finished.
                let _ = life;
                old = Some(entry);
            }
            Ok(())
        })?;
        outcome.lines.clear();
        Ok((old, outcome))
    }

    fn issue(
        &self,
        mut plan: Plan,
        source: &str,
        on_progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Linked> {
        let (old, mut outcome) = self.before(&plan)?;
        let stopped = plan.is_blocked() || crate::diagnostic::blocks(&outcome.findings);
        let Some(old) = old.filter(|_| !stopped) else {
            return Ok(Linked { issued: Some((plan, Report::default())), outcome });
        };
        let word = if self.kind == Kind::Correct { "corrects" } else { "replaces" };
        plan.extra.insert(word.to_owned(), exact(&old));
        // The same source for the same document is the same job: a killed run is finished.
        let job = format!("{word}:{}:{}", old.seq, sha256(source.as_bytes()));
        let ticket = Ticket { job, title: format!("{word} {}", old.code()), wait: self.call.wait };
        if self.call.dry_run {
            let report = preview(self.workspace, &plan, &ticket.job)?;
            return Ok(Linked { issued: Some((plan, report)), outcome });
        }
        let report = issue(self.workspace, &plan, &ticket, on_progress)?;
        let new = report.lines.first().zip(plan.documents.first());
        if let Some((line, planned)) = new {
            let by = match (planned.book, read_register(&self.workspace.dir)?) {
                (book, Some(register)) => {
                    let year = planned.date.year();
                    let found = find::candidates(&register, &format!("{}@{year}", line.code))?;
                    found.iter().find(|e| e.book == book).map(exact)
                }
                (_, None) => None,
            };
            let by = by.unwrap_or_else(|| line.code.clone());
            let linked = perform(self.workspace, self.call, &mut |desk| self.link(desk, &by))?;
            outcome.findings.extend(linked.findings);
            outcome.lines = linked.lines;
            outcome.mended = linked.mended;
            outcome.unfinished = linked.unfinished;
        }
        Ok(Linked { issued: Some((plan, report)), outcome })
    }

    /// Enters the link with a document that is issued.
    fn link(&self, desk: &mut Desk<'_>, by: &str) -> Result<()> {
        desk.need("--reason", self.reason, &text!("lý do", "the reason"));
        let old = desk.entries(&[self.code.to_owned()], self.kind, &OWN)?.pop();
        let new = match desk.entry(by)? {
            Some((new, life)) if desk.allows(&new, &life, self.kind, &OWN) => Some(new),
            _ => None,
        };
        let (Some((old, life)), Some(new)) = (old, new) else { return Ok(()) };
        let place = Place::default().item(new.label());
        if old.seq == new.seq {
            desk.tell(
                Diagnostic::error(
                    SELF_LINK,
                    place,
                    text!(
                        "một văn bản không tự đính chính, thay thế chính nó",
                        "a document does not correct or replace itself"
                    ),
                )
                .basis(BASIS)
                .hint(text!("ghi số của văn bản mới", "give the code of the new document")),
            );
            return Ok(());
        }
        if let Some(finding) = self.unfit(&old, &new.fields.type_id, place) {
            desk.tell(finding);
            return Ok(());
        }
        let mut act = desk.act(self.kind, &old, [("reason", self.reason.trim().into())]);
        act.date = desk.date.max(new.date);
        act.data.insert("by".to_owned(), new.seq.into());
        desk.add(&old, &life, act);
        Ok(())
    }

    /// A correction is a công văn; a replacement has the form of what it replaces.
    fn unfit(&self, old: &Entry, type_id: &str, place: Place) -> Option<Diagnostic> {
        let (code, message, hint): (Code, Text, Text) = match self.kind {
            Kind::Correct if type_id != "cong-van" => (
                NOT_A_LETTER,
                text!("đính chính phải bằng công văn", "a correction is made by a công văn"),
                text!(
                    "soạn công văn đính chính; sai nội dung thì thay thế: vanthu replace",
                    "write a công văn; if the content is wrong, replace it: `vanthu replace`"
                ),
            ),
            Kind::Replace if type_id != old.fields.type_id => {
                let name = &old.fields.type_name;
                (
                    OTHER_FORM,
                    text!(
                        "văn bản thay thế phải có hình thức tương đương: {name}",
                        "the replacement must have the same form: {name}"
                    ),
                    text!(
                        "soạn lại đúng loại văn bản cũ",
                        "write it as the type of the old document"
                    ),
                )
            }
            _ => return None,
        };
        Some(Diagnostic::error(code, place, message).basis(BASIS).hint(hint))
    }
}

const BASIS: &str = "Điều 18 khoản 3 NĐ 30/2020/NĐ-CP";
/// Books of what the office itself issues.
const OWN: [Book; 2] = [Book::Outgoing, Book::Copies];

fn one_document(count: usize) -> Diagnostic {
    Diagnostic::error(
        SELF_LINK,
        Place::default(),
        text!(
            "nguồn này làm ra {count} văn bản; đính chính, thay thế cần đúng một",
            "this source makes {count} documents; exactly one is wanted"
        ),
    )
    .basis(BASIS)
    .hint(text!("dùng một nguồn không có bảng dữ liệu", "use a source without a table of data"))
}
