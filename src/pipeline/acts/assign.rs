//! Giao giải quyết, theo dõi: who deals with an incoming document, until when, and how far it is.
//!
//! Knows: what an assignment and a step ask for. Must not know: terminals.

use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, Place, Result};
use crate::pipeline::codes::{DUE_BEFORE_ARRIVAL, FINISHED};
use crate::pipeline::workspace::Workspace;
use crate::register::book::day;
use crate::register::{Book, Kind};
use crate::text;

use super::{Call, Outcome, perform};

/// An assignment (Điều 24).
#[derive(Debug, Clone, Default)]
pub struct Assignment {
    /// Đơn vị chủ trì.
    pub unit: String,
    /// Cá nhân.
    pub person: String,
    /// Đơn vị, cá nhân phối hợp.
    pub joint: Vec<String>,
    /// Thời hạn giải quyết.
    pub due: Option<Date>,
    /// The same in working days after the day of the act.
    pub days: Option<u32>,
    /// Ý kiến chỉ đạo.
    pub opinion: String,
    /// Ghi chú.
    pub note: String,
}

/// A step in dealing with a document.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// Tiến độ giải quyết.
    pub progress: String,
    /// It is done and needs no answer.
    pub done: bool,
    /// Ghi chú.
    pub note: String,
}

/// Gives incoming documents to somebody to deal with.
///
/// # Errors
/// The work could not be done; then nothing was entered.
pub fn assign(
    workspace: &Workspace<'_>,
    codes: &[String],
    assignment: &Assignment,
    call: &Call,
) -> Result<Outcome> {
    perform(workspace, call, &mut |desk| {
        let who = format!("{}{}", assignment.unit, assignment.person);
        desk.need("--unit", &who, &text!("đơn vị hoặc người giải quyết", "who deals with it"));
        let days = |n| desk.workspace.office.working_day_after(desk.date, n);
        let due = assignment.due.or_else(|| assignment.days.map(days));
        if let Some(due) = due.filter(|due| *due < desk.date) {
            let (due, on) = (day(due), day(desk.date));
            desk.tell(
                Diagnostic::error(
                    DUE_BEFORE_ARRIVAL,
                    Place::default().item("--due"),
                    text!(
                        "thời hạn {due} ở trước ngày giao {on}",
                        "the deadline {due} lies before the day of the assignment, {on}"
                    ),
                )
                .basis("Điều 24 NĐ 30/2020/NĐ-CP")
                .hint(text!("sửa --due hoặc --date", "mend --due or --date")),
            );
        }
        for (entry, life) in desk.entries(codes, Kind::Assign, &[Book::Incoming])? {
            if life.last(Kind::Assign).is_none() {
                desk.in_time(&entry, &life);
            }
            let act = desk.act(
                Kind::Assign,
                &entry,
                [
                    ("unit", assignment.unit.trim().into()),
                    ("person", assignment.person.trim().into()),
                    ("joint", assignment.joint.clone().into()),
                    ("due", due.map(|d| d.to_string()).into()),
                    ("opinion", assignment.opinion.trim().into()),
                    ("note", assignment.note.trim().into()),
                ],
            );
            desk.add(&entry, &life, act);
        }
        Ok(())
    })
}

/// Enters how far dealing with incoming documents has come.
///
/// # Errors
/// The work could not be done; then nothing was entered.
pub fn follow(
    workspace: &Workspace<'_>,
    codes: &[String],
    step: &Step,
    call: &Call,
) -> Result<Outcome> {
    perform(workspace, call, &mut |desk| {
        if !step.done {
            desk.need("--progress", &step.progress, &text!("tiến độ", "the progress"));
        }
        for (entry, life) in desk.entries(codes, Kind::Follow, &[Book::Incoming])? {
            if let (Some(on), true) = (life.finished(), step.done) {
                let (label, on) = (entry.label(), day(on));
                desk.refuse(
                    FINISHED,
                    &entry,
                    text!("{label} đã giải quyết xong ngày {on}", "{label} was dealt with on {on}"),
                    text!("không cần ghi lần nữa", "it need not be entered again"),
                );
                continue;
            }
            let done = if step.done { true.into() } else { serde_json::Value::Null };
            let progress = match step.progress.trim() {
                "" => "đã giải quyết xong",
                said => said,
            };
            let fields =
                [("progress", progress.into()), ("done", done), ("note", step.note.trim().into())];
            let act = desk.act(Kind::Follow, &entry, fields);
            desk.add(&entry, &life, act);
        }
        Ok(())
    })
}
