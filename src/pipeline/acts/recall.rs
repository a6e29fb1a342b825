//! Thu hồi: an outgoing document is frozen, an incoming one cancelled (Điều 18.4; Annex VI, III.8).
//!
//! Knows: what a recall asks for. Must not know: terminals.

use crate::diagnostic::Result;
use crate::pipeline::workspace::Workspace;
use crate::register::{Book, Kind};
use crate::text;

use super::{Call, Outcome, perform};

/// Recalls documents. Their rows, files and everything entered so far stay; nothing more is taken about
/// them but who sent a copy back, who read the kept one, and their dossier.
///
/// # Errors
/// The work could not be done; then nothing was entered.
pub fn recall(
    workspace: &Workspace<'_>,
    codes: &[String],
    reason: &str,
    decision: &str,
    call: &Call,
) -> Result<Outcome> {
    let books = [Book::Outgoing, Book::Incoming, Book::Copies];
    perform(workspace, call, &mut |desk| {
        desk.need("--reason", reason, &text!("lý do thu hồi", "the reason"));
        for (entry, life) in desk.entries(codes, Kind::Recall, &books)? {
            let fields = [("reason", reason.trim().into()), ("decision", decision.trim().into())];
            let act = desk.act(Kind::Recall, &entry, fields);
            desk.add(&entry, &life, act);
        }
        Ok(())
    })
}
