//! Trả lời: an outgoing document answers an incoming one.
//!
//! Knows: what such a link asks for. Must not know: terminals.

use crate::diagnostic::Result;
use crate::pipeline::codes::ANSWER_EARLIER;
use crate::pipeline::workspace::Workspace;
use crate::register::book::day;
use crate::register::{Book, Kind};
use crate::text;

use super::{Call, Outcome, perform};

/// Links incoming documents to the outgoing one that answers them all.
///
/// # Errors
/// The work could not be done; then nothing was entered.
pub fn answer(
    workspace: &Workspace<'_>,
    incoming: &[String],
    outgoing: &str,
    call: &Call,
) -> Result<Outcome> {
    perform(workspace, call, &mut |desk| {
        let reply = match desk.entry(outgoing)? {
            Some((reply, life))
                if desk.allows(&reply, &life, Kind::Answer, &[Book::Outgoing, Book::Copies]) =>
            {
                Some(reply)
            }
            _ => None,
        };
        let asked = desk.entries(incoming, Kind::Answer, &[Book::Incoming])?;
        let Some(reply) = reply else { return Ok(()) };
        for (entry, life) in asked {
            let (label, code) = (entry.label(), reply.label());
            if reply.date < entry.date {
                let (on, came) = (day(reply.date), day(entry.date));
                desk.refuse(
                    ANSWER_EARLIER,
                    &entry,
                    text!(
                        "{code} ban hành ngày {on}, trước khi {label} đến ({came})",
                        "{code} was issued on {on}, before {label} arrived ({came})"
                    ),
                    text!("xem lại số của văn bản trả lời", "check the code of the answer"),
                );
                continue;
            }
            let mut act = desk.act(Kind::Answer, &entry, []);
            act.data.insert("by".to_owned(), reply.seq.into());
            desk.add(&entry, &life, act);
        }
        Ok(())
    })
}
