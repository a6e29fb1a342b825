//! Checks of fields: what must be there, which pattern and case a field must have.
//!
//! Knows: the names of fields. Must not know: which field any rule wants; the rows say that.

use std::borrow::Cow;

use crate::diagnostic::{Result, Text};
use crate::model::{BlockKind, Slot};
use crate::text;

use super::params::{Forms, Params, fill};
use super::pattern::{Bytes, Pattern};
use super::view::joined;
use super::{Context, Head};

/// One value of a field: slot, key for the place, text.
type Value<'a> = (Slot, &'static str, Cow<'a, str>);

/// Names that rows may use.
const NAMES: [&str; 19] = [
    "subject",
    "organ.name",
    "organ.parent",
    "notation",
    "place",
    "issuing_authority",
    "addressees",
    "addressee_lead",
    "recipients",
    "archive_copy",
    "signers",
    "signer.authority",
    "signer.position",
    "signer.other_position",
    "signer.name",
    "circulation",
    "body",
    "legal_basis",
    "type_name",
];

/// A field name of a row, checked.
pub(crate) fn name(params: &Params, field: &str) -> Result<&'static str> {
    let found = NAMES.into_iter().find(|n| *n == field);
    found.ok_or_else(|| params.error(&format!("unknown field `{field}`")))
}

fn names(params: &Params) -> Result<Vec<&'static str>> {
    params.strings("fields")?.iter().map(|f| name(params, f)).collect()
}

/// All values of a field, none for an absent one.
pub(crate) fn values<'a>(context: &Context<'a>, field: &'static str) -> Vec<Value<'a>> {
    let doc = context.doc;
    let one = |slot: Slot, text: &'a str| vec![(slot, field, Cow::Borrowed(text))];
    let many = |slot: Slot, list: &'a [String]| {
        list.iter().map(|t| (slot, field, Cow::Borrowed(t.as_str()))).collect()
    };
    match field {
        "subject" => vec![(context.subject_slot(), field, joined(&doc.subject))],
        "type_name" => one(Slot::S5a, &doc.type_name),
        "organ.name" => many(Slot::S2, &doc.organ.name),
        "organ.parent" => many(Slot::S2, &doc.organ.parent),
        "notation" => one(Slot::S3, &doc.code.notation.0),
        "place" => one(Slot::S4, &doc.place),
        "issuing_authority" => {
            doc.issuing_authority.as_deref().map_or(Vec::new(), |t| one(Slot::S6, t))
        }
        "addressees" => doc.addressees.as_ref().map_or(Vec::new(), |a| many(Slot::S9a, &a.names)),
        "addressee_lead" => doc.addressees.as_ref().map_or(Vec::new(), |a| one(Slot::S9a, &a.lead)),
        "recipients" => many(Slot::S9b, &doc.recipients),
        "archive_copy" => doc.archive_copy.as_deref().map_or(Vec::new(), |t| one(Slot::S9b, t)),
        "circulation" => doc.circulation.as_deref().map_or(Vec::new(), |t| one(Slot::S11, t)),
        _ => signature_values(context, field),
    }
}

fn signature_values<'a>(context: &Context<'a>, field: &'static str) -> Vec<Value<'a>> {
    let mut out = Vec::new();
    for signature in &context.doc.signatures {
        let mut push = |slot, text: &'a str| out.push((slot, field, Cow::Borrowed(text)));
        match field {
            "signer.authority" => {
                signature.authority.iter().for_each(|l| push(Slot::S7a, l.of.as_str()));
            }
            "signer.position" => push(Slot::S7a, &signature.position),
            "signer.other_position" => {
                signature.other_position.iter().for_each(|p| push(Slot::S7b, p));
            }
            "signer.name" => push(Slot::S7b, &signature.name),
            _ => {}
        }
    }
    out
}

/// A field that a form must have.
#[derive(Debug)]
pub(crate) struct Required {
    field: &'static str,
    forms: Forms,
    message: Text,
}

impl Required {
    pub(crate) fn new(params: &Params) -> Result<Self> {
        let field: String = params.need("field")?;
        Ok(Self {
            field: name(params, &field)?,
            forms: params.forms()?,
            message: params.message()?,
        })
    }

    pub(crate) fn run(&self, head: &Head, context: &mut Context) {
        if !self.forms.hold(context.doc.form) || !self.missing(context) {
            return;
        }
        let slot = match self.field {
            "subject" => Some(context.subject_slot()),
            _ => head.slot,
        };
        let place = context.field(self.field, slot);
        context.find(head, place, self.message.clone());
    }

    fn missing(&self, context: &Context) -> bool {
        let doc = context.doc;
        match self.field {
            "body" => doc.body.is_empty(),
            "legal_basis" => !doc.body.iter().any(|b| matches!(b.kind, BlockKind::LegalBasis(_))),
            "signers" => doc.signatures.is_empty(),
            // A form with no signature at all has its own finding; Q. GIÁM ĐỐC is a position.
            "signer.position" => doc.signatures.iter().any(|s| {
                let acting = s.authority.last().and_then(|l| l.authority)
                    == Some(crate::model::SigningAuthority::Acting);
                s.position.trim().is_empty() && !acting
            }),
            "signer.name" => doc.signatures.iter().any(|s| s.name.trim().is_empty()),
            field => values(context, field).iter().all(|(_, _, t)| t.trim().is_empty()),
        }
    }
}

/// A pattern that a field must or must not match.
#[derive(Debug)]
pub(crate) struct FieldPattern {
    fields: Vec<&'static str>,
    forms: Forms,
    pattern: Pattern,
    wanted: bool,
    message: Text,
}

impl FieldPattern {
    pub(crate) fn new(params: &Params) -> Result<Self> {
        Ok(Self {
            fields: names(params)?,
            forms: params.forms()?,
            pattern: params.main_pattern()?,
            wanted: params.get("wanted")?.unwrap_or(false),
            message: params.message()?,
        })
    }

    /// Its pattern.
    pub(crate) fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    pub(crate) fn run(&self, head: &Head, context: &mut Context) {
        if !self.forms.hold(context.doc.form) {
            return;
        }
        for field in &self.fields {
            for (slot, key, text) in values(context, field) {
                if text.trim().is_empty() {
                    continue;
                }
                let search = self.pattern.may_match(&text, Bytes::of(&text));
                let regex = if search { self.pattern.get() } else { None };
                let found = regex.and_then(|r| r.find(&text));
                if found.is_some() == self.wanted {
                    continue;
                }
                let words = found.map_or(text.as_ref(), |m| m.as_str()).trim();
                let message = fill(&self.message, words);
                let place = context.field(key, Some(slot));
                context.find(head, place, message);
            }
        }
    }
}

/// Case that a field must have.
#[derive(Debug)]
pub(crate) struct FieldCase {
    fields: Vec<&'static str>,
    case: WantedCase,
}

/// The cases a row can ask for.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WantedCase {
    /// Not all in capitals.
    Normal,
    /// Every syllable begins with a capital, the rest is small.
    Name,
}

impl FieldCase {
    pub(crate) fn new(params: &Params) -> Result<Self> {
        Ok(Self { fields: names(params)?, case: params.need("case")? })
    }

    pub(crate) fn run(&self, head: &Head, context: &mut Context) {
        for field in &self.fields {
            for (slot, key, text) in values(context, field) {
                let text = text.trim();
                let good = match self.case {
                    WantedCase::Normal => !all_capitals(text),
                    WantedCase::Name => text.split_whitespace().all(is_name_word),
                };
                if text.is_empty() || good {
                    continue;
                }
                let message = self.message(text);
                let place = context.field(key, Some(slot));
                let hint = self.hint(text);
                match hint {
                    Some(hint) => context.find_hint(head, place, message, hint),
                    None => context.find(head, place, message),
                }
            }
        }
    }

    fn message(&self, text: &str) -> Text {
        match self.case {
            WantedCase::Normal => {
                text!("“{text}” viết toàn chữ in hoa", "“{text}” is all in capitals")
            }
            WantedCase::Name => text!(
                "tên “{text}” không viết hoa chữ cái đầu của từng âm tiết",
                "the name “{text}” does not have one capital at each syllable"
            ),
        }
    }

    fn hint(&self, text: &str) -> Option<Text> {
        let good = match self.case {
            WantedCase::Name => name_case(text),
            WantedCase::Normal => return None,
        };
        Some(text!("viết “{good}”", "write “{good}”"))
    }
}

/// True for a text of several letters without a small one; one abbreviation alone is not meant.
fn all_capitals(text: &str) -> bool {
    // Nearly every text has a small letter soon.
    !text.chars().any(char::is_lowercase)
        && text.contains(' ')
        && text.chars().filter(|c| c.is_alphabetic()).count() > 12
}

/// `Minh`, `Y`, `H'Mai`, `K’Linh`, `I-van`; not `MINH`, not `minh`.
fn is_name_word(word: &str) -> bool {
    let mut letters = word.chars().filter(|c| c.is_alphabetic());
    let Some(first) = letters.next() else { return true };
    let mut rest = letters.peekable();
    let is_marked = || word.contains(['\'', '’', '-', '.']);
    first.is_uppercase()
        && (rest.peek().is_none() || rest.any(|c| !c.is_uppercase()) || is_marked())
}

fn name_case(text: &str) -> String {
    let word = |w: &str| {
        let mut chars = w.chars();
        let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
        first + &chars.as_str().to_lowercase()
    };
    text.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

/// A form that needs more than one signature.
#[derive(Debug)]
pub(crate) struct SignatureCount {
    forms: Forms,
    min: usize,
}

impl SignatureCount {
    pub(crate) fn new(params: &Params) -> Result<Self> {
        Ok(Self { forms: params.forms()?, min: params.need("min")? })
    }

    pub(crate) fn run(&self, head: &Head, context: &mut Context) {
        let count = context.doc.signatures.len();
        if !self.forms.hold(context.doc.form) || count >= self.min || count == 0 {
            return;
        }
        let min = self.min;
        let place = context.field("signers", head.slot);
        context.find(
            head,
            place,
            text!(
                "cần {min} người ký, mới có {count}",
                "{min} signatures are needed, there is only {count}"
            ),
        );
    }
}

/// A centred line that a form must have (`QUYẾT ĐỊNH:`).
#[derive(Debug)]
pub(crate) struct RequiredLine {
    forms: Forms,
    line: String,
}

impl RequiredLine {
    pub(crate) fn new(params: &Params) -> Result<Self> {
        Ok(Self { forms: params.forms()?, line: params.need("line")? })
    }

    pub(crate) fn run(&self, head: &Head, context: &mut Context) {
        if !self.forms.hold(context.doc.form) || context.doc.body.is_empty() {
            return;
        }
        let there = context.doc.body.iter().any(|b| match &b.kind {
            BlockKind::Centered(spans) => joined(spans).trim() == self.line,
            _ => false,
        });
        if there {
            return;
        }
        let line = &self.line;
        let place = context.line(context.doc.body.first().map_or(0, |b| b.at));
        context.find(
            head,
            place,
            text!("thiếu dòng “{line}” sau phần căn cứ", "the line “{line}” is missing"),
        );
    }
}
