//! What a document tells the register.
//!
//! Knows: which slot is which column (Annex IV form I, Annex VI). Must not know: SQL, files.

use crate::model::{Document, Side, Urgency, plain};
use crate::register::Fields;
use crate::ruleset::Ruleset;

/// The recipients as the book lists them: “Như trên” means whom the letter is addressed to.
fn recipients_of(document: &Document) -> Vec<String> {
    let above = |text: &str| text.trim().to_lowercase().starts_with("như trên");
    let mut list = Vec::with_capacity(document.recipients.len());
    for recipient in &document.recipients {
        match &document.addressees {
            Some(addressees) if above(recipient) => list.extend(addressees.names.iter().cloned()),
            _ => list.push(recipient.clone()),
        }
    }
    list
}

/// The fields of the book for a document.
pub fn fields_of(document: &Document, rules: &Ruleset, organ_id: Option<&str>) -> Fields {
    let type_name = rules
        .type_rule(&document.type_id)
        .map_or_else(|| document.type_name.clone(), |t| t.name.clone());
    let signer = document
        .signatures
        .iter()
        .rev()
        .find(|s| s.side == Side::Right)
        .or_else(|| document.signatures.last());
    Fields {
        type_id: document.type_id.clone(),
        type_name,
        notation: document.code.notation.0.clone(),
        organ_name: document.organ.in_text.clone(),
        organ_id: organ_id.map(str::to_owned),
        subject: plain(&document.subject).replace('\n', " "),
        signer_position: signer.map(|s| s.position.clone()).unwrap_or_default(),
        signer_name: signer.map(|s| s.name.clone()).unwrap_or_default(),
        recipients: recipients_of(document),
        archive_copy: document.archive_copy.clone().unwrap_or_default(),
        copies: document.copies,
        priority: match document.urgency {
            None => 0,
            Some(Urgency::Khan) => 1,
            Some(Urgency::ThuongKhan) => 2,
            Some(Urgency::HoaToc) => 3,
        },
        extra: document.extra.clone(),
    }
}
