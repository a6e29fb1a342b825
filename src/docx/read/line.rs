//! A horizontal line drawn as a shape.
//!
//! Knows: the markup of one line. Must not know: other drawings.

use super::cursor::{Cursor, Node};
use crate::diagnostic::Result;
use crate::docx::write::EMU_PER_TWIP;
use crate::layout::DrawnLine;

/// Reads the current `mc:AlternateContent`; `None` if it is not a horizontal line.
pub(super) fn drawn_line(c: &mut Cursor<'_>) -> Result<Option<DrawnLine>> {
    let level = c.depth();
    let mut line = DrawnLine { x: 0, y: 0, length: 0, weight: 6 };
    let (mut is_line, mut flat, mut vertical, mut fallback) = (false, false, false, None);
    while c.depth() >= level {
        let Node::Start(e) = c.next()? else { continue };
        // The fallback says the same again.
        if e.name().into_inner() == "mc:Fallback" {
            fallback = Some(c.depth());
        }
        if fallback.is_some_and(|depth| c.depth() >= depth) {
            continue;
        }
        match e.name().into_inner() {
            "wp:positionH" => vertical = false,
            "wp:positionV" => vertical = true,
            "wp:posOffset" => {
                let offset = twips(&c.text()?);
                *(if vertical { &mut line.y } else { &mut line.x }) = offset;
            }
            "wp:extent" => c.attributes(&e, |name, value| match name {
                "cx" => line.length = twips(value),
                "cy" => flat = value == "0",
                _ => {}
            })?,
            "a:prstGeom" => is_line = c.attribute(&e, "prst")?.as_deref() == Some("line"),
            "a:ln" => c.attributes(&e, |name, value| {
                if name == "w" {
                    line.weight = weight(value).unwrap_or(line.weight);
                }
            })?,
            _ => {}
        }
    }
    Ok((is_line && flat).then_some(line))
}

fn twips(emu: &str) -> i32 {
    let emu: i64 = emu.trim().parse().unwrap_or(0);
    let half = if emu < 0 { -EMU_PER_TWIP / 2 } else { EMU_PER_TWIP / 2 };
    i32::try_from(emu.saturating_add(half) / EMU_PER_TWIP).unwrap_or(0)
}

/// Eighths of a point: 1587,5 EMU.
fn weight(emu: &str) -> Option<u16> {
    let emu: u64 = emu.parse().ok()?;
    u16::try_from(emu.checked_mul(2)?.checked_add(1_587)? / 3_175).ok()
}
