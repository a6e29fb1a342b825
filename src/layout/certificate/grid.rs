//! The test sheet: a grid in millimetres with the boxes of a form, to lay over a pre-printed one.
//!
//! Knows: lines, labels. Must not know: awards, files.

use std::sync::Arc;

use super::border::{figure, rectangle, ring};
use super::{PLAIN, Printer};
use crate::layout::{Figure, Format, Item, LineSpacing, Look, Para, Run, RunContent, mm};
use crate::model::{Align, Area, HonoureeKind};

pub(super) const LABEL_ID: &str = "VtGkLuoi";
const LABEL: Look = Look { size: 12, bold: false, italic: false, color: Some(0x1F_4E79) };
const FINE: u32 = 0xDD_DDDD;
const COARSE: u32 = 0x99_9999;
const BOX: u32 = 0xC0_0000;
/// Height of a label's line in millimetres.
const PITCH: f64 = 2.8;

/// The flow and the header of the sheet.
pub(super) fn page(printer: &Printer, kind: HonoureeKind) -> (Vec<Item>, Vec<Item>) {
    let form = &printer.form;
    let paper = Area { x: 0.0, y: 0.0, width: form.width, height: form.height };
    let mut figures = vec![lines(paper, 5.0, 0.1, FINE), lines(paper, 10.0, 0.2, COARSE)];
    let mut items = Vec::new();
    for (along, is_across) in [(form.width, true), (form.height, false)] {
        for at in (20..along as i32).step_by(20).map(f64::from) {
            let (x, y) = if is_across { (at - 6.0, 1.0) } else { (0.8, at - PITCH / 2.0) };
            let align = if is_across { Align::Center } else { Align::Left };
            items.push(label(&format!("{at}"), align, Area { x, y, width: 12.0, height: PITCH }));
        }
    }
    let mut boxes: Vec<(String, Area)> = Vec::new();
    for of in form.boxes.iter().filter(|of| of.is_for(kind) && of.stack.is_none()) {
        let size = f64::from(of.size) / 2.0;
        let area = of.area();
        let name = format!("{}: x {} y {} rộng {} · cỡ {size}", of.name, of.x, of.y, of.width);
        boxes.push((name, area));
    }
    for stack in &form.stacks {
        let inside: Vec<&_> = form
            .boxes
            .iter()
            .filter(|of| of.stack.as_ref() == Some(&stack.name) && of.is_for(kind))
            .collect();
        let x = inside.iter().map(|of| of.x).fold(f64::INFINITY, f64::min);
        let right = inside.iter().map(|of| of.x + of.width).fold(0.0, f64::max);
        if right > x {
            let area = Area { x, y: stack.y, width: right - x, height: stack.height };
            boxes.push((format!("{}: y {} cao {}", stack.name, stack.y, stack.height), area));
        }
    }
    if let Some(code) = form.code {
        let area = Area { x: code.x, y: code.y, width: code.side, height: code.side };
        boxes.push(("QR".to_owned(), area));
    }
    if let Some(emblem) = &form.emblem {
        boxes.push(("Quốc huy".to_owned(), emblem.area));
    }
    let (right, down) = form.shift;
    for (name, area) in boxes {
        let moved = Area { x: area.x + right, y: area.y + down, ..area };
        let mut shapes = Vec::new();
        ring(&mut shapes, moved, 0.0, 0.35);
        figures.push(figure(&name, moved, BOX, &shapes));
        let place = Area { height: PITCH, x: moved.x + 0.8, y: moved.y + 0.6, ..moved };
        items.push(label(&name, Align::Left, place));
    }
    if let Some((width, height)) = form.preprinted {
        let area = Area { x: 0.0, y: 0.0, width, height };
        let mut shapes = Vec::new();
        ring(&mut shapes, area, 0.0, 0.5);
        figures.push(figure("Mép phôi", area, 0x2E_7D32, &shapes));
    }
    items.push(Item::Para(printer.blank(Vec::new())));
    let drawn = figures.into_iter().map(|f| RunContent::Figure(Arc::new(f))).collect();
    (items, vec![Item::Para(printer.blank(drawn))])
}

fn lines(paper: Area, step: f64, weight: f64, color: u32) -> Figure {
    let mut shapes = Vec::new();
    let count = |length: f64| (length / step).floor().clamp(0.0, 2_000.0) as i32;
    for n in 1..=count(paper.width) {
        let x = f64::from(n) * step - weight / 2.0;
        rectangle(&mut shapes, x, 0.0, weight.min(paper.width - x), paper.height);
    }
    for n in 1..=count(paper.height) {
        let y = f64::from(n) * step - weight / 2.0;
        rectangle(&mut shapes, 0.0, y, paper.width, weight.min(paper.height - y));
    }
    figure("Lưới mi-li-mét", paper, color, &shapes)
}

fn label(text: &str, align: Align, area: Area) -> Item {
    let place = super::Frame {
        x: mm(area.x),
        y: mm(area.y),
        width: mm(area.width),
        height: mm(area.height),
    };
    Item::Para(Para {
        style: LABEL_ID.to_owned(),
        format: Format { align, line: LineSpacing::Exact(mm(PITCH)), ..PLAIN },
        tabs: Vec::new(),
        runs: vec![Run { look: LABEL, content: RunContent::Text(text.to_owned()) }],
        line: None,
        frame: Some(place),
    })
}
