//! Hủy số: a number that was taken and not used.
//!
//! Knows: when that is too late. Must not know: terminals.

use crate::diagnostic::Result;
use crate::pipeline::codes::VOID_TOO_LATE;
use crate::pipeline::workspace::Workspace;
use crate::register::book::day;
use crate::register::{Book, Kind};
use crate::text;

use super::{Call, Outcome, perform};

/// Gives up the numbers of documents that were never used. The rows stay and say why; the numbers are
/// not given again.
///
/// # Errors
/// The work could not be done; then nothing was entered.
pub fn void(
    workspace: &Workspace<'_>,
    codes: &[String],
    reason: &str,
    call: &Call,
) -> Result<Outcome> {
    perform(workspace, call, &mut |desk| {
        desk.need("--reason", reason, &text!("lý do hủy số", "the reason"));
        for (entry, life) in desk.entries(codes, Kind::Void, &Book::ALL)? {
            let label = entry.label();
            if let Some(sent) = life.sent() {
                let on = day(sent.act.date);
                desk.refuse(
                    VOID_TOO_LATE,
                    &entry,
                    text!(
                        "{label} đã chuyển ngày {on}: số đã dùng thì không hủy",
                        "{label} was sent on {on}: a number that was used is not voided"
                    ),
                    text!(
                        "văn bản đã gửi thì thu hồi (vanthu recall) hoặc thay thế (vanthu replace)",
                        "recall what was sent (`vanthu recall`) or replace it (`vanthu replace`)"
                    ),
                );
                continue;
            }
            let act = desk.act(Kind::Void, &entry, [("reason", reason.trim().into())]);
            desk.add(&entry, &life, act);
        }
        Ok(())
    })
}
