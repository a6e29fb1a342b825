//! Pages: paper, margins, page numbers, the signature block.
//!
//! Knows: sections. Must not know: looks of parts.

use crate::layout::{Item, Row, RunContent, mm};
use crate::model::Align;
use crate::text;

use super::super::Head;
use super::{Piece, View, Zone, in_mm, margins_of, plain};

/// Two twips of room for rounding.
fn near(a: i32, b: i32) -> bool {
    (a - b).abs() <= 3
}

/// A4, upright or on its side (PL I, Phần I, Mục I.1–2).
pub(super) fn paper(head: &Head, view: &mut View) {
    let (short, long) = (mm(view.rules.page.width), mm(view.rules.page.height));
    for section in &view.sheet.sections {
        let page = section.page;
        let (width, height) = if page.landscape { (long, short) } else { (short, long) };
        if !near(page.width, width) || !near(page.height, height) {
            let (w, h) = (in_mm(page.width), in_mm(page.height));
            let message = text!("khổ giấy là {w} × {h} mm", "the paper is {w} × {h} mm");
            view.find(head, message);
        }
    }
}

/// Margins (PL I, Phần I, Mục I.3).
pub(super) fn margins(head: &Head, view: &mut View) {
    let rule = &view.rules.page;
    let ranges = [rule.top, rule.bottom, rule.left, rule.right];
    for section in &view.sheet.sections {
        for ((twips, vi, en), range) in margins_of(&section.page).into_iter().zip(ranges) {
            if range.holds(f64::from(twips) / crate::layout::TWIPS_PER_MM) {
                continue;
            }
            let (value, min, max) = (in_mm(twips), plain(range.min), plain(range.max));
            let message = text!(
                "{vi} là {value} mm, phải từ {min} đến {max} mm",
                "the {en} is {value} mm, it has to be {min} to {max} mm"
            );
            view.find(head, message);
        }
    }
}

fn numbers(piece: &Piece) -> bool {
    piece.para.runs.iter().any(|r| r.content == RunContent::PageNumber)
}

/// Page number (PL I, Phần I, Mục I.7).
pub(super) fn page_number(head: &Head, view: &mut View) {
    let Some(part) = view.rules.part("page_number") else { return };
    for section in 0..view.sheet.sections.len() {
        let of_section = || view.pieces.iter().filter(|p| p.section == section);
        let first = of_section().any(|p| p.zone == Zone::FirstHeader && numbers(p));
        let header = of_section().find(|p| p.zone == Zone::Header && numbers(p));
        let mut messages = Vec::new();
        if first {
            messages.push(text!("trang đầu có số trang", "the first page has a page number"));
        }
        match header {
            None => messages.push(text!(
                "đầu các trang sau trang đầu không có số trang",
                "the pages after the first have no page number in their top margin"
            )),
            Some(piece) => {
                if piece.para.format.align != Align::Center {
                    messages.push(text!(
                        "số trang không đặt ở giữa",
                        "the page number is not in the middle"
                    ));
                }
                for run in piece.para.runs.iter().filter(|r| r.content == RunContent::PageNumber) {
                    let size = f64::from(run.look.size) / 2.0;
                    if !part.size.holds(size) || run.look.bold || run.look.italic {
                        messages.push(text!(
                            "số trang không phải cỡ 13–14, kiểu đứng, không đậm",
                            "the page number is not 13–14 pt, upright and regular"
                        ));
                    }
                }
            }
        }
        for message in messages {
            view.find(head, message);
        }
    }
}

/// Each appendix and attached document is numbered apart (PL I, Phần I, Mục III.1.đ).
pub(super) fn restart(head: &Head, view: &mut View) {
    let late = view.sheet.sections.iter().enumerate().skip(1);
    let wrong: Vec<usize> =
        late.filter(|(_, s)| s.restart != Some(1)).map(|(i, _)| i + 1).collect();
    for number in wrong {
        let message = text!(
            "phần thứ {number} của tệp không đánh số trang lại từ 1",
            "section {number} of the file does not number its pages from 1 again"
        );
        view.find(head, message);
    }
}

fn row_signs(row: &Row, names: &[&str]) -> bool {
    row.cells.iter().flat_map(|c| &c.items).any(|item| match item {
        Item::Para(para) => names.contains(&para.style.as_str()),
        Item::Table(_) => false,
    })
}

/// The signature block is never split and takes some lines of the text with it.
pub(super) fn signature(head: &Head, view: &mut View) {
    let styles: Vec<&str> = crate::layout::style_parts()
        .filter(|(_, part)| matches!(*part, "signer" | "position"))
        .map(|(style, _)| style)
        .collect();
    let mut messages = Vec::new();
    for section in &view.sheet.sections {
        for (index, item) in section.items.iter().enumerate() {
            let Item::Table(table) = item else { continue };
            if !table.rows.iter().any(|r| row_signs(r, &styles)) {
                continue;
            }
            if table.rows.iter().any(|r| !r.cant_split) {
                messages.push(text!(
                    "khối chữ ký có thể bị ngắt giữa hai trang",
                    "the signature block may be split over two pages"
                ));
            }
            let before = index.checked_sub(1).and_then(|i| section.items.get(i));
            let alone = matches!(before, Some(Item::Para(p)) if !p.format.keep_next);
            if alone {
                messages.push(text!(
                    "khối chữ ký có thể đứng một mình ở trang sau",
                    "the signature block may stand alone on a page"
                ));
            }
        }
    }
    for message in messages {
        view.find(head, message);
    }
}
