//! Sử dụng bản lưu: who was given a kept copy, and when it came back (PL IV, mẫu IV).
//!
//! Knows: what a loan and a return ask for. Must not know: terminals.

use crate::diagnostic::Result;
use crate::pipeline::codes::{LENT_OUT, NOTHING_BEFORE};
use crate::pipeline::workspace::Workspace;
use crate::register::book::day;
use crate::register::life::{Life, text_of};
use crate::register::{Acted, Book, Kind};
use crate::text;

use super::{Call, Outcome, perform};

/// The use of a kept copy.
#[derive(Debug, Clone, Default)]
pub struct Loan {
    /// Họ tên người sử dụng.
    pub user: String,
    /// Người cho phép sử dụng.
    pub allowed_by: String,
    /// Who signed for it.
    pub receiver: String,
    /// Số và ký hiệu HS; that of the document if not said.
    pub dossier: String,
    /// Ghi chú.
    pub note: String,
    /// It comes back.
    pub returned: bool,
    /// It is read on the spot and does not leave the room: nothing has to come back.
    pub here: bool,
}

/// The loans of a document that did not come back yet.
fn open(life: &Life) -> Vec<&Acted> {
    let uses = || life.of_kinds(&[Kind::Use]);
    let returned =
        |seq: u64| uses().any(|a| a.act.data.get("returns").and_then(|n| n.as_u64()) == Some(seq));
    uses()
        .filter(|a| !a.act.data.contains_key("returns") && !a.act.data.contains_key("here"))
        .filter(|a| !returned(a.act.seq))
        .collect()
}

/// Enters that kept copies were lent, read or given back.
///
/// # Errors
/// The work could not be done; then nothing was entered.
pub fn lend(
    workspace: &Workspace<'_>,
    codes: &[String],
    loan: &Loan,
    call: &Call,
) -> Result<Outcome> {
    perform(workspace, call, &mut |desk| {
        if !loan.returned {
            desk.need("--user", &loan.user, &text!("họ tên người sử dụng", "the name of the user"));
            desk.need("--allowed-by", &loan.allowed_by, &text!("người cho phép", "who permits it"));
        }
        for (entry, life) in desk.entries(codes, Kind::Use, &Book::ALL)? {
            let label = entry.label();
            let out = open(&life);
            if loan.returned {
                let user = loan.user.trim();
                let of_user = |a: &&&Acted| user.is_empty() || text_of(&a.act, "user") == user;
                let Some(lent) = out.iter().find(of_user) else {
                    desk.refuse(
                        NOTHING_BEFORE,
                        &entry,
                        text!(
                            "bản lưu của {label} không có ai đang mượn",
                            "nobody has the kept copy of {label}"
                        ),
                        text!("xem “vanthu show {label}”", "see `vanthu show {label}`"),
                    );
                    continue;
                };
                let mut act = desk.act(Kind::Use, &entry, [("note", loan.note.trim().into())]);
                act.data.insert("returns".to_owned(), lent.act.seq.into());
                desk.add(&entry, &life, act);
                continue;
            }
            if let Some(lent) = out.first().filter(|_| !loan.here) {
                let (user, on) = (text_of(&lent.act, "user"), day(lent.act.date));
                desk.refuse(
                    LENT_OUT,
                    &entry,
                    text!(
                        "{user} đang mượn bản lưu này từ ngày {on}",
                        "{user} has had this kept copy since {on}"
                    ),
                    text!(
                        "ghi trả trước: vanthu lend … --returned",
                        "enter its return first: `vanthu lend … --returned`"
                    ),
                );
                continue;
            }
            let dossier = match loan.dossier.trim() {
                "" => entry.fields.extra.get("dossier").cloned().unwrap_or_default(),
                given => given.to_owned(),
            };
            let mut act = desk.act(
                Kind::Use,
                &entry,
                [
                    ("user", loan.user.trim().into()),
                    ("allowed_by", loan.allowed_by.trim().into()),
                    ("receiver", loan.receiver.trim().into()),
                    ("dossier", dossier.into()),
                    ("note", loan.note.trim().into()),
                ],
            );
            if loan.here {
                act.data.insert("here".to_owned(), true.into());
            }
            desk.add(&entry, &life, act);
        }
        Ok(())
    })
}
