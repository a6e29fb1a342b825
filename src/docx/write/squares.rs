//! A picture of dark squares as a drawn shape: sharp at any size, no picture file in the package.
//!
//! Knows: DrawingML of one free form. Must not know: what the squares mean.

use super::line::{A, WPS, emu};
use crate::docx::xml::Xml;
use crate::layout::Squares;

/// Writes the run's content. `id` is used by no other drawing of the file.
pub(super) fn squares(x: &mut Xml, squares: &Squares, id: i32) {
    x.tag("mc:AlternateContent").body(|x| {
        x.tag("mc:Choice").attr("Requires", "wps").body(|x| {
            x.tag("w:drawing").body(|x| inline(x, squares, id));
        });
        // Programs from before 2010 show the words beside it only.
        x.tag("mc:Fallback").empty();
    });
}

fn inline(x: &mut Xml, s: &Squares, id: i32) {
    let side = emu(s.side.max(1));
    let zero =
        |x: &mut Xml, name| x.tag(name).num("l", 0).num("t", 0).num("r", 0).num("b", 0).empty();
    x.tag("wp:inline")
        .attr("distT", "0")
        .attr("distB", "0")
        .attr("distL", "0")
        .attr("distR", "0")
        .body(|x| {
            x.tag("wp:extent").num("cx", side).num("cy", side).empty();
            zero(x, "wp:effectExtent");
            x.tag("wp:docPr").num("id", id).attr("name", &s.name).attr("descr", &s.name).empty();
            x.tag("wp:cNvGraphicFramePr").empty();
            x.tag("a:graphic").attr("xmlns:a", A).body(|x| {
                x.tag("a:graphicData").attr("uri", WPS).body(|x| shape(x, s, side));
            });
        });
}

fn shape(x: &mut Xml, s: &Squares, side: i32) {
    let width = i32::try_from(s.width).unwrap_or(1).max(1);
    x.tag("wps:wsp").body(|x| {
        x.tag("wps:cNvSpPr").empty();
        x.tag("wps:spPr").body(|x| {
            x.tag("a:xfrm").body(|x| {
                x.tag("a:off").num("x", 0).num("y", 0).empty();
                x.tag("a:ext").num("cx", side).num("cy", side).empty();
            });
            x.tag("a:custGeom").body(|x| {
                for name in ["a:avLst", "a:gdLst", "a:ahLst", "a:cxnLst"] {
                    x.tag(name).empty();
                }
                x.tag("a:rect").attr("l", "0").attr("t", "0").attr("r", "r").attr("b", "b").empty();
                x.tag("a:pathLst").body(|x| {
                    x.tag("a:path").num("w", width).num("h", width).body(|x| path(x, s));
                });
            });
            x.tag("a:solidFill").body(|x| x.tag("a:srgbClr").attr("val", "000000").empty());
            x.tag("a:ln").body(|x| x.tag("a:noFill").empty());
        });
        x.tag("wps:bodyPr").empty();
    });
}

/// Dark squares side by side are one rectangle.
fn path(x: &mut Xml, s: &Squares) {
    let at = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    for (row, line) in s.dark.chunks(s.width.max(1)).take(s.width).enumerate() {
        let mut column = 0;
        for run in line.chunk_by(|a, b| a == b) {
            let end = column + run.len();
            if run.first() == Some(&true) {
                let corners = [(column, row), (end, row), (end, row + 1), (column, row + 1)];
                for (n, (across, down)) in corners.into_iter().enumerate() {
                    let name = if n == 0 { "a:moveTo" } else { "a:lnTo" };
                    x.tag(name)
                        .body(|x| x.tag("a:pt").num("x", at(across)).num("y", at(down)).empty());
                }
                x.tag("a:close").empty();
            }
            column = end;
        }
    }
}
