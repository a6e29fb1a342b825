//! How the parts look: size, weight, slant, case, alignment, colour, indent, spacing.
//!
//! Knows: the ranges of the parts. Must not know: which part stands where.

use crate::diagnostic::Text;
use crate::layout::mm;
use crate::model::Align;
use crate::ruleset::{Case, PartRule};
use crate::text;

use super::super::texts::{is_stray, may_be_stray};
use super::super::{Head, view::short};
use super::{Piece, View, Zone, in_lines, in_mm, plain};

/// Parts in whose text an author may mark words bold or italic: the decree says nothing of it.
const FREE: [&str; 6] = ["body", "table", "table_head", "legal_basis", "article", "roman"];
/// Parts that are paragraphs of the body with its indent and gaps.
const TEXT: [&str; 3] = ["body", "legal_basis", "article"];

/// Leaves a finding for each part at fault: what a check that looks at one paragraph alone finds.
fn each<'a>(
    head: &Head,
    view: &mut View<'a>,
    check: impl Fn(&Piece<'a>, &PartRule) -> Option<Text>,
) {
    let unknown = std::mem::take(&mut view.unknown);
    each_of(head, view, unknown.iter().copied(), |_, _, piece, part| check(piece, part));
    view.unknown = unknown;
}

/// Collects a message for each part at fault among these pieces, then leaves the findings.
fn each_of<'a>(
    head: &Head,
    view: &mut View<'a>,
    indices: impl Iterator<Item = usize>,
    check: impl Fn(&View<'a>, usize, &Piece<'a>, &PartRule) -> Option<Text>,
) {
    let mut found = Vec::new();
    for index in indices {
        let Some(piece) = view.pieces.get(index) else { continue };
        let Some(part) = piece.part else { continue };
        if let Some(message) = check(view, index, piece, part) {
            found.push((piece.key, part, message));
        }
    }
    for (key, part, message) in found {
        view.find_part(head, key, part, message);
    }
}

/// Sizes of type (PL I, Phần I, Mục V).
pub(super) fn size(head: &Head, view: &mut View) {
    each(head, view, |piece, part| {
        let wrong = |size: u16| !part.size.holds(f64::from(size) / 2.0);
        let (run, words) = piece.written().find(|(r, _)| wrong(r.look.size))?;
        let (size, min, max) =
            (plain(f64::from(run.look.size) / 2.0), plain(part.size.min), plain(part.size.max));
        let (name, name_en, words) = (&part.name, &part.name_en, short(words));
        Some(if part.size.min == part.size.max {
            text!(
                "{name} “{words}” cỡ chữ {size}, phải là {min}",
                "{name_en} “{words}” is set in {size} pt, it has to be {min}"
            )
        } else {
            text!(
                "{name} “{words}” cỡ chữ {size}, phải từ {min} đến {max}",
                "{name_en} “{words}” is set in {size} pt, it has to be {min} to {max}"
            )
        })
    });
}

/// Bold where it must be and only there.
pub(super) fn weight(head: &Head, view: &mut View) {
    each(head, view, |piece, part| {
        let bold = part.bold?;
        let (name, name_en) = (&part.name, &part.name_en);
        if matches!(piece.key, "article" | "roman") {
            // The number is bold; the text behind it may be a sentence.
            let (run, words) = piece.written().next()?;
            let words = short(words);
            return (run.look.bold != bold).then(|| {
                text!("{name} “{words}” không in đậm", "{name_en} “{words}” is not bold")
            });
        }
        if FREE.contains(&piece.key) {
            return None;
        }
        let (_, words) = piece.written().find(|(r, _)| r.look.bold != bold)?;
        let words = short(words);
        Some(if bold {
            text!("{name} “{words}” không in đậm", "{name_en} “{words}” is not bold")
        } else {
            text!("{name} “{words}” in đậm", "{name_en} “{words}” is bold")
        })
    });
}

/// Italic where it must be and only there.
pub(super) fn slant(head: &Head, view: &mut View) {
    each(head, view, |piece, part| {
        let italic = part.italic?;
        if FREE.contains(&piece.key) && piece.key != "legal_basis" {
            return None;
        }
        let (_, words) = piece.written().find(|(r, _)| r.look.italic != italic)?;
        let (name, name_en, words) = (&part.name, &part.name_en, short(words));
        Some(if italic {
            text!("{name} “{words}” không in nghiêng", "{name_en} “{words}” is not italic")
        } else {
            text!("{name} “{words}” in nghiêng", "{name_en} “{words}” is italic")
        })
    });
}

/// IN HOA where it must be.
pub(super) fn case(head: &Head, view: &mut View) {
    each(head, view, |piece, part| {
        if part.case != Case::Upper {
            return None;
        }
        let (_, words) = piece.written().find(|(_, t)| t.chars().any(char::is_lowercase))?;
        let (name, name_en, words) = (&part.name, &part.name_en, short(words));
        Some(text!("{name} “{words}” chưa in hoa", "{name_en} “{words}” is not in capitals"))
    });
}

/// Alignment; where a Roman mục stands is not stated, nor are table cells.
pub(super) fn alignment(head: &Head, view: &mut View) {
    each(head, view, |piece, part| {
        let align = piece.para.format.align;
        let free = matches!(piece.key, "roman" | "table" | "table_head");
        // A justified line before a break would be stretched.
        let broken = part.align == Align::Justify && align == Align::Left && piece.breaks();
        if align == part.align || free || broken || piece.written().next().is_none() {
            return None;
        }
        let (name, name_en) = (&part.name, &part.name_en);
        let words = short(&piece.text());
        let (is, is_en) = words_of(align);
        let (should, should_en) = words_of(part.align);
        Some(text!(
            "{name} “{words}” {is}, phải {should}",
            "{name_en} “{words}” is {is_en}, it has to be {should_en}"
        ))
    });
}

fn words_of(align: Align) -> (&'static str, &'static str) {
    match align {
        Align::Left => ("căn trái", "flush left"),
        Align::Center => ("căn giữa", "centred"),
        Align::Right => ("căn phải", "flush right"),
        Align::Justify => ("căn đều hai lề", "justified"),
    }
}

/// Black.
pub(super) fn color(head: &Head, view: &mut View) {
    let mut found = Vec::new();
    for (_, piece) in view.unknown() {
        let colored = |c: Option<u32>| c.is_some_and(|c| c != 0);
        if let Some((run, words)) = piece.written().find(|(r, _)| colored(r.look.color)) {
            found.push((run.look.color.unwrap_or(0), short(words)));
        }
    }
    for (color, words) in found {
        let message =
            text!("“{words}” có màu #{color:06X}", "“{words}” has the colour #{color:06X}");
        view.find(head, message);
    }
}

fn is_text(piece: &Piece) -> bool {
    TEXT.contains(&piece.key)
        && piece.zone == Zone::Flow
        && piece.row == 0
        && piece.written().next().is_some()
}

/// First line set in by 1 cm or 1,27 cm (PL I, Phần I, Mục II.6.e).
pub(super) fn indent(head: &Head, view: &mut View) {
    let allowed = &view.rules.body.indents;
    each(head, view, |piece, _| {
        let format = &piece.para.format;
        let first = format.left + format.first;
        if !is_text(piece) || format.align == Align::Center {
            return None;
        }
        if allowed.iter().any(|a| (mm(*a) - first).abs() <= 3) {
            return None;
        }
        let names: Vec<String> = allowed.iter().map(|i| plain(*i)).collect();
        let names = names.join(" / ");
        let (words, value) = (short(&piece.text()), in_mm(first));
        Some(text!(
            "đoạn “{words}” lùi đầu dòng {value} mm, phải là {names} mm",
            "the paragraph “{words}” is set in by {value} mm, it has to be {names} mm"
        ))
    });
}

/// At least 6 pt between paragraphs (PL I, Phần I, Mục II.6.e).
pub(super) fn gap(head: &Head, view: &mut View) {
    let least = view.rules.body.gap.min;
    let all = 0..view.pieces.len();
    each_of(head, view, all, |view, index, piece, _| {
        let before = index.checked_sub(1).and_then(|i| view.pieces.get(i))?;
        if !is_text(piece) || !is_text(before) || before.section != piece.section {
            return None;
        }
        let gap = f64::from(before.para.format.after + piece.para.format.before) / 20.0;
        if gap + 0.06 >= least {
            return None;
        }
        let (words, gap, least) = (short(&piece.text()), plain(gap), plain(least));
        Some(text!(
            "đoạn “{words}” cách đoạn trên {gap} pt, tối thiểu {least} pt",
            "the paragraph “{words}” is {gap} pt below the one above, at least {least} pt are needed"
        ))
    });
}

/// Single to 1,5 lines (PL I, Phần I, Mục II.6.e).
pub(super) fn line_spacing(head: &Head, view: &mut View) {
    let range = view.rules.body.line;
    each(head, view, |piece, _| {
        if !is_text(piece) {
            return None;
        }
        let size = piece.written().map(|(r, _)| r.look.size).max()?;
        let lines = in_lines(piece.para.format.line, f64::from(size) / 2.0);
        if lines >= range.min - 0.03 && lines <= range.max + 0.03 {
            return None;
        }
        let words = short(&piece.text());
        let (lines, min, max) = (plain(lines), plain(range.min), plain(range.max));
        Some(text!(
            "đoạn “{words}” giãn dòng {lines}, phải từ {min} đến {max}",
            "the paragraph “{words}” has {lines} lines of spacing, {min} to {max} are allowed"
        ))
    });
}

/// Quốc hiệu 13, Tiêu ngữ 14, địa danh 14; or 12, 13, 13 (footnote 1).
pub(super) fn pairing(head: &Head, view: &mut View) {
    let size = |key: &str| {
        let piece = view.pieces.iter().find(|p| p.key == key)?;
        piece.written().next().map(|(r, _)| r.look.size)
    };
    let (Some(nation), Some(motto)) = (size("nation"), size("motto")) else { return };
    let date = size("place_date");
    if motto == nation + 2 && date.is_none_or(|d| d == motto) {
        return;
    }
    let points = |s: u16| plain(f64::from(s) / 2.0);
    let sizes = [Some(nation), Some(motto), date].into_iter().flatten().map(points);
    let sizes = sizes.collect::<Vec<_>>().join(" / ");
    let message = text!(
        "cỡ chữ Quốc hiệu, Tiêu ngữ, địa danh là {sizes}, không cùng tăng hoặc cùng giảm",
        "the sizes of Quốc hiệu, Tiêu ngữ and place are {sizes}; they do not go up or down together"
    );
    view.find(head, message);
}

/// Characters that have no place in a document.
pub(super) fn stray(head: &Head, view: &mut View) {
    let mut found = Vec::new();
    for (_, piece) in view.unknown() {
        for (_, words) in piece.written().filter(|(_, words)| may_be_stray(words)) {
            if let Some(c) = words.chars().find(|c| is_stray(*c)) {
                found.push((u32::from(c), short(words)));
            }
        }
    }
    for (code, words) in found {
        let words: String = words.chars().filter(|c| !is_stray(*c)).collect();
        let message = text!(
            "có ký tự lạ U+{code:04X} trong “{words}”",
            "there is a stray character U+{code:04X} in “{words}”"
        );
        view.find(head, message);
    }
}
