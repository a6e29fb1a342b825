//! What a document tells the register.
//!
//! Knows: which slot is which column (Annex IV form I, Annex VI). Must not know: SQL, files.

use crate::model::{Document, Side, Urgency, plain};
use crate::register::Fields;
use crate::ruleset::Ruleset;
use crate::text;

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
        recipients: recipients(document),
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

/// Nơi nhận as the book wants it: who is addressed stands in the place of “Như trên”.
fn recipients(document: &Document) -> Vec<String> {
    let addressed = document.addressees.iter().flat_map(|a| a.names.iter().cloned());
    let listed = document.recipients.iter();
    match document.addressees {
        Some(_) => addressed.chain(listed.filter(|r| !is_as_above(r)).cloned()).collect(),
        None => listed.cloned().collect(),
    }
}

/// True for “Như trên”, however it is written.
fn is_as_above(line: &str) -> bool {
    let line = line.trim_matches(['-', ';', '.', ' ']);
    // Nearly every letter has it so.
    line == "Như trên" || text::slug(line) == "nhu-tren"
}
