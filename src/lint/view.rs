//! Every piece of text of a document with its place.
//!
//! Knows: which fields and blocks there are. Must not know: any rule.

use std::borrow::Cow;

use crate::diagnostic::Place;
use crate::model::{Block, BlockKind, Document, Form, Slot, Span};

/// What kind of text a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// A field of the front matter.
    Field,
    /// Căn cứ.
    LegalBasis,
    /// Any other text of a body.
    Body,
    /// A table cell.
    Table,
}

/// Where a piece stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At {
    pub(crate) scope: Scope,
    pub(crate) slot: Slot,
    key: &'static str,
    line: u32,
}

impl At {
    fn field(key: &'static str, slot: Slot) -> Self {
        Self { scope: Scope::Field, slot, key, line: 0 }
    }

    fn block(scope: Scope, line: u32) -> Self {
        Self { scope, slot: Slot::S6, key: "", line }
    }

    /// The place for a finding.
    pub(crate) fn place(&self, doc: &Document) -> Place {
        let place = Place::file(doc.source.clone()).slot(self.slot);
        if self.scope != Scope::Field {
            return place.line(self.line);
        }
        let line = match doc.line_of(self.key) {
            0 => self.key.split('.').next().map_or(0, |k| doc.line_of(k)),
            line => line,
        };
        place.line(line).item(self.key)
    }
}

/// Text of spans, borrowed where there is only one.
pub(crate) fn joined(spans: &[Span]) -> Cow<'_, str> {
    match spans {
        [] => Cow::Borrowed(""),
        [one] => Cow::Borrowed(&one.text),
        more => Cow::Owned(more.iter().map(|s| s.text.as_str()).collect()),
    }
}

/// The bodies of a document: its own, those of its appendices, that of the attached document.
pub(crate) fn bodies(doc: &Document) -> impl Iterator<Item = &[Block]> {
    std::iter::once(doc.body.as_slice())
        .chain(doc.appendices.iter().map(|a| a.body.as_slice()))
        .chain(doc.attached.iter().map(|a| a.body.as_slice()))
}

/// Calls `f` with every piece of text.
pub(crate) fn each(doc: &Document, f: &mut dyn FnMut(&str, At)) {
    fields(doc, f);
    for body in bodies(doc) {
        for block in body {
            each_of_block(block, f);
        }
    }
    for appendix in &doc.appendices {
        f(&joined(&appendix.title), At::block(Scope::Body, appendix.at));
    }
    if let Some(attached) = &doc.attached {
        f(&attached.type_name, At::block(Scope::Body, attached.at));
        f(&joined(&attached.subject), At::block(Scope::Body, attached.at));
    }
}

fn fields(doc: &Document, f: &mut dyn FnMut(&str, At)) {
    let subject = if doc.form == Form::Letter { Slot::S5b } else { Slot::S5a };
    f(&joined(&doc.subject), At::field("subject", subject));
    f(&doc.place, At::field("place", Slot::S4));
    doc.organ.parent.iter().for_each(|l| f(l, At::field("organ.parent", Slot::S2)));
    doc.organ.name.iter().for_each(|l| f(l, At::field("organ.name", Slot::S2)));
    f(&doc.code.notation.0, At::field("notation", Slot::S3));
    if let Some(text) = &doc.issuing_authority {
        f(text, At::field("issuing_authority", Slot::S6));
    }
    if let Some(addressees) = &doc.addressees {
        f(&addressees.lead, At::field("addressee_lead", Slot::S9a));
        addressees.names.iter().for_each(|n| f(n, At::field("addressees", Slot::S9a)));
    }
    for signature in &doc.signatures {
        for line in &signature.authority {
            f(&line.of, At::field("signer.authority", Slot::S7a));
        }
        f(&signature.position, At::field("signer.position", Slot::S7a));
        if let Some(other) = &signature.other_position {
            f(other, At::field("signer.other_position", Slot::S7b));
        }
        f(&signature.name, At::field("signer.name", Slot::S7b));
    }
    doc.recipients.iter().for_each(|r| f(r, At::field("recipients", Slot::S9b)));
    if let Some(text) = &doc.archive_copy {
        f(text, At::field("archive_copy", Slot::S9b));
    }
    if let Some(text) = &doc.circulation {
        f(text, At::field("circulation", Slot::S11));
    }
    if let Some(text) = &doc.drafter {
        f(text, At::field("drafter", Slot::S12));
    }
    if let Some(contact) = &doc.contact {
        contact.lines.iter().for_each(|l| f(l, At::field("contact", Slot::S13)));
    }
}

fn each_of_block(block: &Block, f: &mut dyn FnMut(&str, At)) {
    match &block.kind {
        BlockKind::Table(table) => {
            for row in table.header.iter().chain(&table.rows) {
                for cell in &row.cells {
                    f(&joined(&cell.text), At::block(Scope::Table, row.at));
                }
            }
        }
        BlockKind::LegalBasis(text) => f(&joined(text), At::block(Scope::LegalBasis, block.at)),
        kind => {
            if let Some(text) = kind.text() {
                f(&joined(text), At::block(Scope::Body, block.at));
            }
        }
    }
}

/// The first characters of a text, with `…` where something is left out.
pub(crate) fn short(text: &str) -> String {
    const MOST: usize = 48;
    let text = text.trim();
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    let cut: String = text.chars().take(MOST).collect();
    format!("{}…", cut.trim_end())
}
