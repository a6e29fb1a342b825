//! Kính gửi and Nơi nhận (PL I, Phần I, Mục II.9).
//!
//! Knows: which lists there are. Must not know: how they are printed.

use std::collections::HashMap;

use crate::model::{BlockKind, Form, Slot};
use crate::{diagnostic::Result, text};

use super::fields::{name, values};
use super::params::{Forms, Params};
use super::{Context, Head};

/// `Kính gửi` only in công văn, tờ trình, báo cáo; other leads (`… điện:`) are not meant.
pub(crate) fn addressees_allowed(forms: &Forms, head: &Head, context: &mut Context) {
    let doc = context.doc;
    let Some(addressees) = &doc.addressees else { return };
    let lead = addressees.lead.trim();
    let addressed = context.rules.type_rule(&doc.type_id).is_none_or(|r| r.addressed);
    let plain = lead.is_empty() || lead.to_lowercase().starts_with("kính gửi");
    if addressed || !plain || !forms.hold(doc.form) {
        return;
    }
    let type_name = doc.type_name.to_lowercase();
    let place = context.field("addressees", Some(Slot::S9a));
    context.find(
        head,
        place,
        text!("{type_name} không có phần “Kính gửi”", "a {type_name} has no “Kính gửi”"),
    );
}

/// List items typed with the dash or the mark that the program prints.
#[derive(Debug)]
pub(crate) struct ListMarks {
    fields: Vec<&'static str>,
}

impl ListMarks {
    pub(crate) fn new(params: &Params) -> Result<Self> {
        let fields = params.strings("fields")?;
        Ok(Self { fields: fields.iter().map(|f| name(params, f)).collect::<Result<_>>()? })
    }

    pub(crate) fn run(&self, head: &Head, context: &mut Context) {
        for field in &self.fields {
            // The last line of Nơi nhận is the Lưu line, unless there is none.
            let open = *field == "recipients" && context.doc.archive_copy.is_some();
            let list = values(context, field);
            let count = list.len();
            for (index, (slot, key, text)) in list.into_iter().enumerate() {
                let text = text.trim();
                let last = index + 1 == count && !open;
                // A mark that is the right one is printed once; only a wrong one shows.
                let wrong: &[char] = if last { &[';', ',', ':'] } else { &['.', ',', ':'] };
                let good = text.trim_end_matches([';', ',', '.', ':', ' ']);
                if good.is_empty() || !text.ends_with(wrong) || text.ends_with("..") {
                    continue;
                }
                let place = context.field(key, Some(slot));
                context.find_hint(
                    head,
                    place,
                    text!(
                        "“{text}” kết thúc bằng dấu không đúng chỗ",
                        "“{text}” ends with the wrong mark"
                    ),
                    text!(
                        "chỉ ghi “{good}”: dấu “-”, “;” và “.” được in tự động",
                        "write “{good}” only: “-”, “;” and “.” are printed by themselves"
                    ),
                );
            }
        }
    }
}

/// The same item twice.
#[derive(Debug)]
pub(crate) struct RepeatedItem {
    fields: Vec<&'static str>,
}

impl RepeatedItem {
    pub(crate) fn new(params: &Params) -> Result<Self> {
        let fields = params.strings("fields")?;
        Ok(Self { fields: fields.iter().map(|f| name(params, f)).collect::<Result<_>>()? })
    }

    pub(crate) fn run(&self, head: &Head, context: &mut Context) {
        for field in &self.fields {
            let mut seen: HashMap<String, usize> = HashMap::new();
            for (index, (slot, key, text)) in values(context, field).into_iter().enumerate() {
                let plain = text.trim().trim_end_matches([';', '.', ',']).trim_start_matches("- ");
                if plain.is_empty() {
                    continue;
                }
                let Some(first) = seen.insert(plain.to_lowercase(), index) else { continue };
                let (first, second) = (first + 1, index + 1);
                let place = context.field(key, Some(slot));
                context.find(
                    head,
                    place,
                    text!(
                        "“{plain}” được ghi hai lần, ở mục thứ {first} và thứ {second}",
                        "“{plain}” is listed twice, as items {first} and {second}"
                    ),
                );
            }
        }
    }
}

fn is_as_above(text: &str) -> bool {
    let text = text.trim_start_matches(['-', ' ']);
    text.starts_with("Như trên") || text.starts_with("như trên")
}

/// `Như trên` where there is no Kính gửi above.
pub(crate) fn as_above_without_addressees(head: &Head, context: &mut Context) {
    let doc = context.doc;
    // These forms name their addressees in the body (`kính mời:`, `giới thiệu:`, `điện:`).
    let in_body = matches!(doc.form, Form::Invitation | Form::Introduction | Form::Telegram);
    let addressed = doc.addressees.as_ref().is_some_and(|a| !a.names.is_empty());
    if in_body || addressed || !doc.recipients.iter().any(|r| is_as_above(r)) {
        return;
    }
    let place = context.field("recipients", Some(Slot::S9b));
    context.find(
        head,
        place,
        text!(
            "nơi nhận ghi “Như trên” nhưng văn bản không có “Kính gửi”",
            "the recipients say “Như trên” but the document has no “Kính gửi”"
        ),
    );
}

/// A document with Kính gửi whose Nơi nhận does not begin with `Như trên`.
pub(crate) fn as_above_missing(head: &Head, context: &mut Context) {
    let doc = context.doc;
    let addressed = doc.addressees.as_ref().is_some_and(|a| !a.names.is_empty());
    let rule = context.rules.type_rule(&doc.type_id).is_some_and(|r| r.addressed);
    if !addressed || !rule || doc.recipients.first().is_some_and(|r| is_as_above(r)) {
        return;
    }
    let place = context.field("recipients", Some(Slot::S9b));
    context.find(
        head,
        place,
        text!(
            "văn bản có “Kính gửi” nhưng nơi nhận không bắt đầu bằng “Như trên”",
            "the document has “Kính gửi” but its recipients do not begin with “Như trên”"
        ),
    );
}

/// `Như Điều 3` where there is no Điều 3.
pub(crate) fn article_reference(head: &Head, context: &mut Context) {
    let doc = context.doc;
    for recipient in &doc.recipients {
        let Some((_, rest)) = recipient.split_once("Như Điều ") else { continue };
        let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let there = doc.body.iter().any(|b| match &b.kind {
            BlockKind::Article { number: n, .. } => *n == number,
            _ => false,
        });
        if there || number.is_empty() {
            continue;
        }
        let place = context.field("recipients", Some(Slot::S9b));
        context.find(
            head,
            place,
            text!(
                "nơi nhận ghi “Như Điều {number}” nhưng văn bản không có Điều {number}",
                "the recipients say “Như Điều {number}” but there is no Điều {number}"
            ),
        );
    }
}
