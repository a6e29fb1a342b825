//! Số, ký hiệu: its shape and its abbreviations (PL I, Phần I, Mục II.3; PL III, Mục I).
//!
//! Knows: how a notation is built. Must not know: any abbreviation; the ruleset and the office do.

use crate::diagnostic::Text;
use crate::model::{Form, Slot};
use crate::text;

use super::{Context, Head};

fn notation<'a>(context: &Context<'a>) -> Option<&'a str> {
    let text = context.doc.code.notation.0.as_str();
    (!text.trim().is_empty()).then_some(text)
}

/// Groups joined by a hyphen, no white space, no slash, no empty group.
pub(crate) fn shape(head: &Head, context: &mut Context) {
    let Some(text) = notation(context) else { return };
    let fault = if text.contains(char::is_whitespace) {
        Some(text!("ký hiệu “{text}” có khoảng trắng", "the notation “{text}” has white space"))
    } else if text.contains('/') {
        Some(text!(
            "ký hiệu “{text}” có dấu “/”: năm và số không thuộc ký hiệu",
            "the notation “{text}” has a “/”: neither year nor number belong to it"
        ))
    } else if text.contains(['–', '—', '_']) || text.split('-').any(str::is_empty) {
        Some(text!(
            "các nhóm chữ của ký hiệu “{text}” không nối bằng một dấu “-”",
            "the groups of the notation “{text}” are not joined by one “-”"
        ))
    } else {
        None
    };
    if let Some(message) = fault {
        let good = text
            .split(['-', '–', '—', '_', '/'])
            .map(str::trim)
            .filter(|g| !g.is_empty() && !g.bytes().all(|b| b.is_ascii_digit()))
            .collect::<Vec<_>>()
            .join("-");
        let place = context.field("notation", Some(Slot::S3));
        context.find_hint(head, place, message, text!("viết “{good}”", "write “{good}”"));
    }
}

/// The first group is the type's abbreviation, letter by letter, where the decree gives one.
pub(crate) fn type_abbreviation(head: &Head, context: &mut Context) {
    let Some(text) = notation(context) else { return };
    let Some(rule) = context.rules.type_rule(&context.doc.type_id) else { return };
    let first = text.split('-').next().unwrap_or("").trim();
    if rule.abbr.is_empty() || first == rule.abbr {
        return;
    }
    let (abbr, name) = (&rule.abbr, &rule.name);
    let same = first.to_lowercase() == abbr.to_lowercase();
    let message: Text = if same {
        text!(
            "chữ viết tắt “{first}” của {name} sai chữ hoa, chữ thường",
            "the abbreviation “{first}” has the wrong case"
        )
    } else {
        text!(
            "ký hiệu “{text}” không bắt đầu bằng chữ viết tắt của {name}",
            "the notation “{text}” does not begin with the abbreviation of its type"
        )
    };
    let place = context.field("notation", Some(Slot::S3));
    context.find_hint(head, place, message, text!("dùng “{abbr}”", "use “{abbr}”"));
}

/// One of the groups is the organ's abbreviation.
pub(crate) fn organ_abbreviation(head: &Head, context: &mut Context) {
    let Some(text) = notation(context) else { return };
    let office = context.office;
    let organs = || std::iter::once(&office.organ).chain(office.councils.values());
    let doc = context.doc;
    let Some(organ) = organs().find(|o| o.name == doc.organ.name) else { return };
    let code = organ.code.as_str();
    let named = context.rules.type_rule(&doc.type_id).is_some_and(|r| !r.abbr.is_empty());
    let rest = if named { text.split_once('-').map_or("", |(_, rest)| rest) } else { text };
    // A code may hold hyphens itself; a công văn adds the drafting unit behind it.
    let matches = rest.trim() == code
        || (doc.form == Form::Letter || !named) && rest.trim().starts_with(&format!("{code}-"));
    if code.is_empty() || matches {
        return;
    }
    let place = context.field("notation", Some(Slot::S3));
    context.find_hint(
        head,
        place,
        text!(
            "ký hiệu “{text}” không có chữ viết tắt “{code}” của cơ quan ban hành ở đúng chỗ",
            "the notation “{text}” does not have the issuing organ's abbreviation “{code}” in its place"
        ),
        text!(
            "sửa ky-hieu của văn bản, hoặc ky-hieu của cơ quan trong vanthu.toml",
            "mend `notation` of the document, or `code` of the organ in vanthu.toml"
        ),
    );
}

/// A group that must not stand in the notation of these forms (`CV` in a công văn).
pub(crate) fn forbidden_group(groups: &[String], head: &Head, context: &mut Context) {
    let Some(text) = notation(context) else { return };
    let Some(bad) = text.split('-').map(str::trim).find(|g| groups.iter().any(|b| b == g)) else {
        return;
    };
    let good: Vec<&str> = text.split('-').map(str::trim).filter(|g| *g != bad).collect();
    let good = good.join("-");
    let place = context.field("notation", Some(Slot::S3));
    context.find_hint(
        head,
        place,
        text!("ký hiệu “{text}” có “{bad}”", "the notation “{text}” has “{bad}”"),
        text!("viết “{good}”", "write “{good}”"),
    );
}

/// Trích yếu that repeats the type name printed above it.
pub(crate) fn subject_repeats_type(head: &Head, context: &mut Context) {
    let doc = context.doc;
    if matches!(doc.form, Form::Letter | Form::OpenLetter) || doc.type_name.is_empty() {
        return;
    }
    let subject = super::view::joined(&doc.subject);
    let mut rest = subject.trim().chars().flat_map(char::to_lowercase);
    let mut name = doc.type_name.chars().flat_map(char::to_lowercase);
    let starts = name.all(|c| rest.next() == Some(c));
    if !starts || rest.next().is_some_and(char::is_alphanumeric) {
        return;
    }
    let type_name = &doc.type_name;
    let place = context.field("subject", Some(context.subject_slot()));
    context.find(
        head,
        place,
        text!(
            "trích yếu lặp lại tên loại “{type_name}” đã in ở dòng trên",
            "the subject repeats the type name “{type_name}” printed above it"
        ),
    );
}
