//! Chuyển phát: a document was handed over or sent, and the other side confirmed it.
//!
//! Knows: what a delivery, a parcel of the post and a receipt ask for. Must not know: terminals.

use serde::Serialize;

use crate::diagnostic::Result;
use crate::pipeline::codes::NOTHING_BEFORE;
use crate::pipeline::workspace::Workspace;
use crate::register::{Book, Kind};
use crate::text;

use super::{Call, Outcome, perform};

/// How a document went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Trực tiếp.
    #[default]
    Hand,
    /// Bưu điện.
    Post,
    /// Trên hệ thống, trục liên thông.
    Online,
    /// Thư điện tử.
    Email,
    /// Fax.
    Fax,
}

/// A delivery.
#[derive(Debug, Clone, Default)]
pub struct Delivery {
    /// To whom; those of the document if not said.
    pub to: Vec<String>,
    /// How.
    pub how: How,
    /// Who signed for it.
    pub receiver: String,
    /// Số lượng bì, by post.
    pub envelopes: Option<u32>,
    /// Ghi chú; what tells two parcels of a day apart.
    pub note: String,
    /// It is not sent: the other side confirms that it came.
    pub receipt: bool,
}

impl Delivery {
    fn kind(&self) -> Kind {
        match (self.receipt, self.how) {
            (true, _) => Kind::Receipt,
            (false, How::Post) => Kind::Post,
            (false, _) => Kind::Deliver,
        }
    }
}

/// Enters that documents were sent, or that they came to the other side.
///
/// # Errors
/// The work could not be done; then nothing was entered.
pub fn deliver(
    workspace: &Workspace<'_>,
    codes: &[String],
    delivery: &Delivery,
    call: &Call,
) -> Result<Outcome> {
    let kind = delivery.kind();
    let outgoing = [Book::Outgoing, Book::Copies, Book::Awards];
    // An incoming document is handed over to the unit that deals with it; it does not go by post.
    let books: &[Book] = if kind == Kind::Post { &outgoing } else { &Book::ALL };
    perform(workspace, call, &mut |desk| {
        for (entry, life) in desk.entries(codes, kind, books)? {
            let label = entry.label();
            if kind == Kind::Receipt && life.sent().is_none() {
                desk.refuse(
                    NOTHING_BEFORE,
                    &entry,
                    text!("{label} chưa ghi chuyển đi", "{label} was not sent yet"),
                    text!(
                        "ghi chuyển trước: vanthu deliver",
                        "enter the delivery first: `vanthu deliver`"
                    ),
                );
                continue;
            }
            let mut to = delivery.to.clone();
            if to.is_empty() && kind != Kind::Receipt {
                to.clone_from(&entry.fields.recipients);
            }
            if kind != Kind::Receipt
                && !desk.need("--to", &to.join(""), &text!("nơi nhận", "the recipient"))
            {
                continue;
            }
            // An award is handed over when it is: on the day of the ceremony.
            if kind != Kind::Receipt && entry.book != Book::Awards {
                desk.in_time(&entry, &life);
            }
            let how = serde_json::to_value(delivery.how).unwrap_or_default();
            let act = desk.act(
                kind,
                &entry,
                [
                    ("to", to.into()),
                    ("how", if kind == Kind::Receipt { "".into() } else { how }),
                    ("receiver", delivery.receiver.trim().into()),
                    ("envelopes", delivery.envelopes.into()),
                    ("note", delivery.note.trim().into()),
                ],
            );
            desk.add(&entry, &life, act);
        }
        Ok(())
    })
}
