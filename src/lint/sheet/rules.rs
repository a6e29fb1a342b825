//! The header: national words, what stands on one line, rule lines, stamps.
//!
//! Knows: widths of text. Must not know: looks of parts.

use crate::layout::{Item, RunContent, TWIPS_PER_MM, Table};
use crate::text;
use crate::text::nfc;

use super::super::{Head, view::short};
use super::{Piece, View, Width, in_mm, plain};

/// The national words; the decree itself prints both spellings of hòa.
const NATION: [&str; 2] =
    ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM"];
const MOTTO: [&str; 1] = ["Độc lập - Tự do - Hạnh phúc"];
/// Room for the rounding of lengths, as a fraction of the text.
const ROOM: f64 = 0.03;

/// Quốc hiệu and Tiêu ngữ word for word, and there at all (PL I, Phần I, Mục II.1).
pub(super) fn national(head: &Head, view: &mut View) {
    let mut messages = Vec::new();
    for (key, words) in [("nation", NATION.as_slice()), ("motto", MOTTO.as_slice())] {
        let Some(part) = view.rules.part(key) else { continue };
        let (name, name_en) = (&part.name, &part.name_en);
        let mut there = false;
        for piece in view.pieces.iter().filter(|p| p.key == key) {
            there = true;
            let text = nfc(piece.text().trim());
            if !words.contains(&text.as_str()) {
                let good = words.first().copied().unwrap_or("");
                let message = text!(
                    "{name} viết “{text}”, phải là “{good}”",
                    "the {name_en} reads “{text}”, it has to be “{good}”"
                );
                messages.push((key, message));
            }
        }
        // A copy has no Quốc hiệu of its own.
        let copy = view.pieces.iter().any(|p| matches!(p.key, "copy_form" | "digital_line"));
        if !there && !copy {
            messages.push((key, text!("không có {name}", "there is no {name_en}")));
        }
    }
    for (key, message) in messages {
        if let Some(part) = view.rules.part(key) {
            view.find_part(head, key, part, message);
        }
    }
}

/// Lines that a paragraph takes: the widths of its lines, broken at spaces.
fn lines(piece: &Piece, width: Width) -> Vec<f64> {
    let format = &piece.para.format;
    let room = f64::from(piece.measure - format.left - format.right) + 2.0;
    let mut out = vec![0.0];
    for run in &piece.para.runs {
        let look = run.look;
        let measure = |t: &str| width(t, look.size, look.bold, look.italic);
        match &run.content {
            RunContent::Break => out.push(0.0),
            RunContent::Text(text) => {
                for word in text.split_inclusive(' ') {
                    let Some(last) = out.last_mut() else { continue };
                    if *last > 0.0 && *last + measure(word.trim_end_matches(' ')) > room {
                        out.push(measure(word));
                    } else {
                        *last += measure(word);
                    }
                }
            }
            _ => {}
        }
    }
    out
}

/// Quốc hiệu on one line.
pub(super) fn one_line(head: &Head, view: &mut View) {
    let wrapped: Vec<&str> = view
        .pieces
        .iter()
        .filter(|p| matches!(p.key, "nation" | "motto") && lines(p, view.width).len() > 1)
        .map(|p| p.key)
        .collect();
    for key in wrapped {
        let Some(part) = view.rules.part(key) else { continue };
        let (name, name_en) = (&part.name, &part.name_en);
        let message =
            text!("{name} không nằm trên một dòng", "the {name_en} does not stand on one line");
        view.find_part(head, key, part, message);
    }
}

/// Số, ký hiệu level with địa danh, ngày (PL I, Phần I, Mục II.4).
pub(super) fn same_line(head: &Head, view: &mut View) {
    let row = |key: &str| view.pieces.iter().find(|p| p.key == key).map(|p| p.row);
    let (Some(code), Some(date)) = (row("code"), row("place_date")) else { return };
    if code == date && code > 0 {
        return;
    }
    let message = text!(
        "số, ký hiệu và địa danh, thời gian không cùng một dòng",
        "number and place with date do not stand on one line"
    );
    view.find(head, message);
}

/// The rule beneath a piece and its length in twips; the next paragraph of the cell may bear it.
fn rule_under(pieces: &[Piece], index: usize) -> Option<i32> {
    let piece = pieces.get(index)?;
    let inner = |p: &Piece| p.measure - p.para.format.left - p.para.format.right;
    if let Some(line) = piece.para.line {
        return Some(line.length);
    }
    if piece.para.format.bottom.is_some() {
        return Some(inner(piece));
    }
    let next = pieces.get(index + 1)?;
    if next.cell != piece.cell || next.section != piece.section {
        return None;
    }
    if let Some(line) = next.para.line {
        return Some(line.length);
    }
    next.para.format.top.is_some().then(|| inner(next))
}

/// The part that bears the line of a piece: under an attached document's subject stands the
/// reference, which has the line.
fn is_followed_by_reference(pieces: &[Piece], index: usize) -> bool {
    pieces.get(index + 1).is_some_and(|n| n.key == "appendix_reference")
}

/// A rule line that is not there.
pub(super) fn missing(head: &Head, view: &mut View) {
    let mut found = Vec::new();
    for (index, piece) in view.pieces.iter().enumerate() {
        let Some(part) = piece.part.filter(|p| p.line.is_some()) else { continue };
        // Under the reference line only the sample forms print one.
        let free =
            piece.key == "appendix_reference" || is_followed_by_reference(&view.pieces, index);
        if free || piece.written().next().is_none() || rule_under(&view.pieces, index).is_some() {
            continue;
        }
        let (name, name_en) = (&part.name, &part.name_en);
        let words = short(&piece.text());
        let message = text!(
            "dưới {name} “{words}” không có đường kẻ",
            "there is no line under the {name_en} “{words}”"
        );
        found.push((piece.key, part, message));
    }
    for (key, part, message) in found {
        view.find_part(head, key, part, message);
    }
}

/// A rule line too long or too short for the text above it.
pub(super) fn length(head: &Head, view: &mut View) {
    let mut found = Vec::new();
    for (index, piece) in view.pieces.iter().enumerate() {
        let Some((part, rule)) = piece.part.and_then(|p| p.line.map(|l| (p, l))) else { continue };
        let Some(length) = rule_under(&view.pieces, index) else { continue };
        let text = lines(piece, view.width).last().copied().unwrap_or(0.0);
        if text <= 0.0 {
            continue;
        }
        let ratio = f64::from(length) / text;
        if ratio >= rule.min - ROOM && ratio <= rule.max + ROOM {
            continue;
        }
        let (name, name_en) = (&part.name, &part.name_en);
        let (percent, min, max) = (
            plain((ratio * 100.0).round()),
            plain((rule.min * 100.0).round()),
            plain((rule.max * 100.0).round()),
        );
        let message = if rule.min == rule.max {
            text!(
                "đường kẻ dưới {name} dài {percent} % dòng chữ, phải bằng dòng chữ",
                "the line under the {name_en} is {percent} % of the text, it has to be as long"
            )
        } else {
            text!(
                "đường kẻ dưới {name} dài {percent} % dòng chữ, phải từ {min} đến {max} %",
                "the line under the {name_en} is {percent} % of the text, it has to be {min} to {max} %"
            )
        };
        found.push((piece.key, part, message));
    }
    for (key, part, message) in found {
        view.find_part(head, key, part, message);
    }
}

fn stamp_text(table: &Table) -> Option<String> {
    let cell = table.rows.first()?.cells.first()?;
    cell.boxed?;
    let Some(Item::Para(para)) = cell.items.first() else { return None };
    let text = para.runs.iter().filter_map(|r| match &r.content {
        RunContent::Text(t) => Some(t.as_str()),
        _ => None,
    });
    Some(text.collect())
}

/// Boxes of urgency (PL I, Phần I, Mục III.2.b).
pub(super) fn stamp(head: &Head, view: &mut View) {
    let near = |twips: i32, mm: f64| (f64::from(twips) / TWIPS_PER_MM - mm).abs() <= 0.3;
    let mut messages = Vec::new();
    for (_, table) in &view.tables {
        let Some(text) = stamp_text(table) else { continue };
        let Some(rule) = view.rules.stamps.iter().find(|s| s.text == text.trim()) else { continue };
        let width: i32 = table.grid.iter().sum();
        let height = table.rows.first().and_then(|r| r.height).unwrap_or(0);
        if near(width, rule.width) && near(height, rule.height) {
            continue;
        }
        let (w, h) = (in_mm(width), in_mm(height));
        let (rw, rh) = (plain(rule.width), plain(rule.height));
        messages.push(text!(
            "khung “{text}” là {w} × {h} mm, phải là {rw} × {rh} mm",
            "the box “{text}” is {w} × {h} mm, it has to be {rw} × {rh} mm"
        ));
    }
    for message in messages {
        view.find(head, message);
    }
}
