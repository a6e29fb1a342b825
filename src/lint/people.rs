//! Who signs, with which authority (Điều 13; PL I, Phần I, Mục II.7).
//!
//! Knows: how authority and position fit. Must not know: any title; the word lists do.

use crate::model::{AuthorityLine, Form, Signature, SigningAuthority, Slot};
use crate::text;

use super::{Context, Head};

/// Upper case with single spaces.
fn upper(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase()
}

/// True if the text begins with one of the words and ends or goes on with a space there.
fn begins(text: &str, words: &[String]) -> bool {
    words.iter().any(|w| {
        text.strip_prefix(w.as_str())
            .is_some_and(|rest| rest.chars().next().is_none_or(|c| !c.is_alphanumeric()))
    })
}

fn authority_place(context: &Context) -> crate::diagnostic::Place {
    context.field("signer.authority", Some(Slot::S7a))
}

/// What was typed is none of TM., Q., KT., TL., TUQ.
pub(crate) fn unknown(head: &Head, context: &mut Context) {
    let doc = context.doc;
    for line in doc.signatures.iter().flat_map(|s| &s.authority) {
        if line.authority.is_some() {
            continue;
        }
        let typed = line.of.trim();
        let place = authority_place(context);
        let message = text!(
            "“{typed}” không phải một dòng quyền hạn TM., Q., KT., TL., TUQ. viết đúng",
            "“{typed}” is no line of authority TM., Q., KT., TL., TUQ. as it is written"
        );
        match meant(typed) {
            Some((authority, rest)) => {
                let good = format!("{} {}", authority.as_str(), rest);
                let hint = text!(
                    "viết “{good}”: chữ viết tắt, dấu chấm, rồi một khoảng trắng",
                    "write “{good}”: abbreviation, full stop, one space"
                );
                context.find_hint(head, place, message, hint);
            }
            None => context.find(head, place, message),
        }
    }
}

/// The authority that was probably meant: `T/M X`, `K/T X`, `TM X`, `KT.X`.
fn meant(typed: &str) -> Option<(SigningAuthority, &str)> {
    let split = typed.find([' ', '.', ':'])?;
    let (first, rest) = typed.split_at(split);
    let letters: String = first.chars().filter(|c| c.is_alphabetic()).collect();
    let rest = rest.trim_start_matches([' ', '.', ':']);
    let same = |a: &SigningAuthority| a.as_str().trim_end_matches('.') == letters.to_uppercase();
    SigningAuthority::ALL.into_iter().find(same).map(|a| (a, rest))
}

/// KT. needs a deputy's title, and the deputy of that very head.
pub(crate) fn deputy(deputies: &[String], head: &Head, context: &mut Context) {
    each_last(context, SigningAuthority::Deputy, |line, signature, context| {
        let position = upper(&signature.position);
        if position.is_empty() || begins(&position, deputies) {
            return;
        }
        let (of, typed) = (upper(&line.of), signature.position.trim());
        let place = context.field("signer.position", Some(Slot::S7a));
        context.find_hint(
            head,
            place,
            text!(
                "“KT. {of}” nhưng chức vụ “{typed}” không phải cấp phó",
                "“KT. {of}”, but the position “{typed}” is not a deputy's"
            ),
            text!(
                "ghi chức vụ cấp phó (PHÓ {of}), hoặc dùng TL./TUQ. nếu ký thừa lệnh, thừa ủy quyền",
                "give the deputy's title (PHÓ {of}), or use TL./TUQ. for signing by order or authorization"
            ),
        );
    });
}

/// The deputy's title shares no word with the head's.
pub(crate) fn deputy_of_another(deputies: &[String], head: &Head, context: &mut Context) {
    each_last(context, SigningAuthority::Deputy, |line, signature, context| {
        let position = upper(&signature.position);
        if !begins(&position, deputies) {
            return;
        }
        let of = upper(&line.of);
        let words: Vec<&str> = of.split(' ').collect();
        if position.split(' ').any(|w| words.contains(&w)) {
            return;
        }
        let place = context.field("signer.position", Some(Slot::S7a));
        context.find(
            head,
            place,
            text!(
                "“{position}” không phải cấp phó của “{of}”",
                "“{position}” is not the deputy of “{of}”"
            ),
        );
    });
}

/// Runs `f` for signatures whose lowest authority line is `authority`.
fn each_last<'a>(
    context: &mut Context<'a>,
    authority: SigningAuthority,
    mut f: impl FnMut(&'a AuthorityLine, &'a Signature, &mut Context<'a>),
) {
    let doc = context.doc;
    for signature in &doc.signatures {
        let last = signature.authority.last().filter(|l| l.authority == Some(authority));
        if let Some(line) = last {
            f(line, signature, context);
        }
    }
}

/// A deputy who signs without KT.
pub(crate) fn deputy_alone(deputies: &[String], head: &Head, context: &mut Context) {
    let doc = context.doc;
    if matches!(doc.form, Form::Minutes | Form::Agreement) {
        return;
    }
    for signature in &doc.signatures {
        let position = upper(&signature.position);
        let last = signature.authority.last().map(|l| l.authority);
        let bare = matches!(last, None | Some(Some(SigningAuthority::OnBehalf)));
        if !bare || !begins(&position, deputies) {
            continue;
        }
        let place = context.field("signer.position", Some(Slot::S7a));
        context.find(
            head,
            place,
            text!(
                "“{position}” ký mà thiếu dòng KT. của người đứng đầu",
                "“{position}” signs without a KT. line"
            ),
        );
    }
}

/// TL. and TUQ. by the very head on whose order the signer acts.
pub(crate) fn delegate(head: &Head, context: &mut Context) {
    for authority in [SigningAuthority::ByOrder, SigningAuthority::ByAuthorization] {
        each_last(context, authority, |line, signature, context| {
            let (of, position) = (upper(&line.of), upper(&signature.position));
            if of != position || of.is_empty() {
                return;
            }
            let short = authority.as_str();
            let place = context.field("signer.position", Some(Slot::S7a));
            context.find_hint(
                head,
                place,
                text!(
                    "“{short} {of}” nhưng chức vụ người ký cũng là “{position}”",
                    "“{short} {of}”, but the signer's position is “{position}” too"
                ),
                text!(
                    "ghi chức vụ của người được giao ký; người đứng đầu tự ký thì bỏ dòng {short}",
                    "give the position of the delegate; where the head signs, drop the {short} line"
                ),
            );
        });
    }
}

/// An authority over the wrong kind of thing: TM. a person, KT. an organ.
pub(crate) fn of_wrong_kind(
    authorities: &[SigningAuthority],
    wrong: &[String],
    except: &[String],
    head: &Head,
    context: &mut Context,
) {
    let doc = context.doc;
    for line in doc.signatures.iter().flat_map(|s| &s.authority) {
        let Some(authority) = line.authority.filter(|a| authorities.contains(a)) else { continue };
        let of = upper(&line.of);
        if !of.is_empty() && (!begins(&of, wrong) || begins(&of, except)) {
            continue;
        }
        let short = authority.as_str();
        let place = authority_place(context);
        let message = if of.is_empty() {
            text!("sau “{short}” không ghi gì", "nothing stands after “{short}”")
        } else if authority == SigningAuthority::OnBehalf {
            text!(
                "“TM. {of}”: TM. chỉ dùng cho tập thể, cơ quan, không dùng cho chức vụ",
                "“TM. {of}”: TM. goes with a collective, not with a post"
            )
        } else {
            text!(
                "“{short} {of}”: sau {short} là chức vụ người đứng đầu, không phải tên cơ quan",
                "“{short} {of}”: {short} goes with the head's post, not with an organ"
            )
        };
        context.find(head, place, message);
    }
}

/// TM. stands above all other lines.
pub(crate) fn order(head: &Head, context: &mut Context) {
    let doc = context.doc;
    for signature in &doc.signatures {
        let late = signature.authority.iter().skip(1);
        for line in late.filter(|l| l.authority == Some(SigningAuthority::OnBehalf)) {
            let of = line.of.trim();
            let place = authority_place(context);
            context.find(
                head,
                place,
                text!(
                    "dòng “TM. {of}” đứng dưới dòng quyền hạn khác",
                    "the line “TM. {of}” stands below another line of authority"
                ),
            );
        }
    }
}

/// Học hàm, học vị, danh hiệu before the name, unless the office may write them.
pub(crate) fn title_before_name(titles: &[String], head: &Head, context: &mut Context) {
    if context.office.allow_titles_before_name {
        return;
    }
    let doc = context.doc;
    for signature in &doc.signatures {
        let name = signature.name.trim();
        let Some(title) = titles.iter().find(|t| {
            name.get(..t.len()).is_some_and(|n| n == t.as_str())
                && name.get(t.len()..).is_some_and(|rest| rest.starts_with([' ', '.', ',']))
        }) else {
            continue;
        };
        let place = context.field("signer.name", Some(Slot::S7b));
        context.find(
            head,
            place,
            text!(
                "trước họ tên “{name}” có “{title}”",
                "“{title}” stands before the name “{name}”"
            ),
        );
    }
}
