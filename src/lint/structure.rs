//! Titles, closing mark, appendices (PL I, Phần I, Mục II.6.c–đ, III.1).
//!
//! Knows: what a body is made of. Must not know: its numbers (see `numbering`).

use crate::model::{Block, BlockKind, Document, Form};
use crate::text;
use crate::text::{from_roman, to_roman};

use super::params::Forms;
use super::view::{bodies, joined, short};
use super::{Context, Head};

/// Phần, Chương, Mục, Tiểu mục, and the Roman mục must have a tiêu đề.
pub(crate) fn heading_title(head: &Head, context: &mut Context) {
    let doc = context.doc;
    for block in bodies(doc).flatten() {
        let (label, title) = match &block.kind {
            BlockKind::Heading { level, number, title } => {
                (format!("{} {number}", level.word()), title)
            }
            BlockKind::Roman { number, title } => (format!("{number}."), title),
            _ => continue,
        };
        if !joined(title).trim().is_empty() {
            continue;
        }
        let place = context.line(block.at);
        context.find(head, place, text!("“{label}” không có tiêu đề", "“{label}” has no title"));
    }
}

/// An Điều must have a tiêu đề. Where a decision enacts directly, its điều are whole sentences
/// (mẫu 1.2), so only an empty line is a finding there.
pub(crate) fn article_title(head: &Head, context: &mut Context) {
    let doc = context.doc;
    let direct =
        matches!(doc.form, Form::Decision | Form::Resolution | Form::Agreement | Form::Copy);
    for (index, body) in bodies(doc).enumerate() {
        for block in body {
            let BlockKind::Article { number, text } = &block.kind else { continue };
            let line = joined(text);
            let line = line.trim();
            let sentence = line.ends_with(['.', ';', ':', '/']) && !(direct && index == 0);
            if !line.is_empty() && !sentence {
                continue;
            }
            let place = context.line(block.at);
            context.find(
                head,
                place,
                text!("Điều {number} không có tiêu đề", "Điều {number} has no title"),
            );
        }
    }
}

fn last_text(body: &[Block]) -> Option<(&Block, std::borrow::Cow<'_, str>)> {
    let block = body.last()?;
    block.kind.text().map(|spans| (block, joined(spans)))
}

/// The body ends with `./.`; one that ends with a table has no place for it.
pub(crate) fn closing_mark(forms: &Forms, head: &Head, context: &mut Context) {
    let doc = context.doc;
    if !forms.hold(doc.form) {
        return;
    }
    for body in bodies(doc) {
        let Some((block, line)) = last_text(body) else { continue };
        let line = line.trim_end().trim_end_matches(['”', '"', '’', '\'', ')']);
        if line.ends_with("./.") {
            continue;
        }
        let end: String = {
            let tail: Vec<char> = line.chars().rev().take(24).collect();
            tail.into_iter().rev().collect()
        };
        let end = end.trim_start();
        let place = context.line(block.at);
        context.find(
            head,
            place,
            text!(
                "nội dung kết thúc bằng “{end}”, không có dấu “./.”",
                "the text ends with “{end}”, without the mark “./.”"
            ),
        );
    }
}

/// `./.` before the end.
pub(crate) fn early_closing_mark(head: &Head, context: &mut Context) {
    let doc = context.doc;
    for body in bodies(doc) {
        let inner = body.split_last().map_or(&[][..], |(_, inner)| inner);
        for block in inner {
            let Some(spans) = block.kind.text() else { continue };
            let line = joined(spans);
            if !line.trim_end().ends_with("./.") {
                continue;
            }
            let begin = short(&line);
            let place = context.line(block.at);
            context.find(
                head,
                place,
                text!(
                    "“{begin}” kết thúc bằng “./.” nhưng nội dung còn tiếp",
                    "“{begin}” ends with “./.” but the text goes on"
                ),
            );
        }
    }
}

/// The number in a label: `Phụ lục I` → `I`.
fn label_number(label: &str) -> &str {
    label.split_whitespace().nth(2).unwrap_or("").trim_end_matches(['.', ':'])
}

/// `PHỤ LỤC` in capitals.
pub(crate) fn appendix_capitals(head: &Head, context: &mut Context) {
    let doc = context.doc;
    for appendix in &doc.appendices {
        let label = appendix.label.trim();
        if label.starts_with("Phụ lục") {
            continue;
        }
        let good = format!("Phụ lục {}", label_number(label)).trim_end().to_owned();
        let place = context.line(appendix.at);
        context.find_hint(
            head,
            place,
            text!("“{label}” không viết “Phụ lục”", "“{label}” is not written “Phụ lục”"),
            text!("viết “{good}”", "write “{good}”"),
        );
    }
}

/// Two or more appendices: Roman numbers from I, in order. One: none or I.
pub(crate) fn appendix_numbers(head: &Head, context: &mut Context) {
    let doc = context.doc;
    let several = doc.appendices.len() > 1;
    for (index, appendix) in doc.appendices.iter().enumerate() {
        let label = appendix.label.trim();
        let number = label_number(label);
        let want = to_roman(u32::try_from(index).unwrap_or(0) + 1);
        if number == want || (!several && number.is_empty()) {
            continue;
        }
        let place = context.line(appendix.at);
        let message = if number.is_empty() {
            text!(
                "có nhiều phụ lục mà “{label}” không có số",
                "there are several appendices, but “{label}” has no number"
            )
        } else if from_roman(number).is_none() {
            text!(
                "“{label}” không đánh số bằng chữ số La Mã",
                "“{label}” is not numbered in Roman numerals"
            )
        } else {
            text!(
                "“{label}” không đúng thứ tự, đây phải là Phụ lục {want}",
                "“{label}” is out of order, this is Phụ lục {want}"
            )
        };
        context.find_hint(
            head,
            place,
            message,
            text!("viết “Phụ lục {want}”", "write “Phụ lục {want}”"),
        );
    }
}

/// An appendix that the text does not point to.
pub(crate) fn appendix_unmentioned(head: &Head, context: &mut Context) {
    let doc = context.doc;
    if doc.appendices.is_empty() {
        return;
    }
    let mentioned = mentions(doc);
    for appendix in &doc.appendices {
        let number = label_number(&appendix.label);
        let value = from_roman(number);
        let there = mentioned.iter().any(|m| match (m, value) {
            (Mention::All, _) | (_, None) => true,
            (Mention::Range(from, to), Some(n)) => (*from..=*to).contains(&n),
        });
        if there {
            continue;
        }
        let label = appendix.label.trim();
        let place = context.line(appendix.at);
        context.find_hint(
            head,
            place,
            text!(
                "nội dung văn bản không nhắc đến “{label}”",
                "the text of the document does not mention “{label}”"
            ),
            text!(
                "thêm chỉ dẫn vào nội dung, ví dụ “(chi tiết tại {label} kèm theo)”",
                "point to it in the text, for example “(chi tiết tại {label} kèm theo)”"
            ),
        );
    }
}

enum Mention {
    All,
    Range(u32, u32),
}

/// What the bodies say after the words `phụ lục`.
fn mentions(doc: &Document) -> Vec<Mention> {
    let mut out = Vec::new();
    let texts = doc.body.iter().chain(doc.attached.iter().flat_map(|a| &a.body));
    let mut read = |text: &str| {
        for word in ["Phụ lục", "phụ lục", "PHỤ LỤC"] {
            for (at, _) in text.match_indices(word) {
                let rest = text.get(at + word.len()..).unwrap_or("");
                read_numbers(rest, &mut out);
            }
        }
    };
    for block in texts {
        match &block.kind {
            BlockKind::Table(table) => {
                let rows = table.header.iter().chain(&table.rows);
                rows.flat_map(|r| &r.cells).for_each(|c| read(&joined(&c.text)));
            }
            kind => kind.text().into_iter().for_each(|t| read(&joined(t))),
        }
    }
    out
}

/// `I, II và IV`, `I đến III`, `I - III`; no number means all.
fn read_numbers(rest: &str, out: &mut Vec<Mention>) {
    let mut last: Option<u32> = None;
    let mut ranged = false;
    for word in rest.split([' ', ',', '\u{a0}']).filter(|w| !w.is_empty()) {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '-' && c != '–');
        match (from_roman(bare), last) {
            (Some(n), Some(from)) if ranged => out.push(Mention::Range(from, n)),
            (Some(n), _) => out.push(Mention::Range(n, n)),
            (None, None) => break,
            (None, Some(_)) if bare == "và" => continue,
            (None, Some(_)) if ["đến", "-", "–"].contains(&bare) => {
                ranged = true;
                continue;
            }
            (None, Some(_)) => return,
        }
        last = from_roman(bare).or(last);
        ranged = false;
    }
    if last.is_none() {
        out.push(Mention::All);
    }
}

/// An appendix or attached document without content.
pub(crate) fn appendix_empty(head: &Head, context: &mut Context) {
    let doc = context.doc;
    let attached = doc.attached.iter().map(|a| (a.at, a.type_name.as_str(), a.body.is_empty()));
    let all = doc.appendices.iter().map(|a| (a.at, a.label.as_str(), a.body.is_empty()));
    for (at, label, empty) in all.chain(attached) {
        if empty {
            let place = context.line(at);
            let message = text!("“{label}” không có nội dung", "“{label}” has no content");
            context.find(head, place, message);
        }
    }
}

/// A decision that issues a document without saying `kèm theo`.
pub(crate) fn attached_unmentioned(head: &Head, context: &mut Context) {
    let doc = context.doc;
    let Some(attached) = &doc.attached else { return };
    let says =
        |b: &Block| b.kind.text().is_some_and(|t| joined(t).to_lowercase().contains("kèm theo"));
    if doc.body.iter().any(says) {
        return;
    }
    let type_name = attached.type_name.trim();
    let place = context.line(attached.at);
    context.find(
        head,
        place,
        text!(
            "nội dung không nói ban hành kèm theo “{type_name}”",
            "the text does not say that “{type_name}” is issued with it"
        ),
    );
}
