//! A horizontal line drawn as a shape: DrawingML for today's programs, VML for older ones.
//!
//! Knows: the markup of one line. Must not know: why it is drawn.

use crate::docx::xml::{Tag, Xml};
use crate::layout::DrawnLine;

/// English metric units in a twip.
pub(in crate::docx) const EMU_PER_TWIP: i64 = 635;

const MC: &str = "http://schemas.openxmlformats.org/markup-compatibility/2006";
const WP: &str = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing";
pub(super) const WPS: &str = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape";
pub(super) const A: &str = "http://schemas.openxmlformats.org/drawingml/2006/main";

/// The namespaces of drawings, on the root of a part that has one.
pub(super) fn namespaces(root: Tag<'_>, wanted: bool) -> Tag<'_> {
    if !wanted {
        return root;
    }
    root.attr("xmlns:mc", MC)
        .attr("xmlns:wp", WP)
        .attr("xmlns:wps", WPS)
        .attr("xmlns:v", "urn:schemas-microsoft-com:vml")
}

/// Thickness in EMU: an eighth of a point is 1587,5.
fn weight_emu(weight: u16) -> i32 {
    (i32::from(weight) * 12_700 + 4) / 8
}

pub(super) fn emu(twips: i32) -> i32 {
    i32::try_from(i64::from(twips) * EMU_PER_TWIP).unwrap_or(i32::MAX)
}

/// Writes the run that anchors the line. `id` is used by no other drawing of the file.
pub(super) fn line(x: &mut Xml, line: &DrawnLine, id: i32) {
    x.tag("w:r").body(|x| {
        x.tag("mc:AlternateContent").body(|x| {
            x.tag("mc:Choice").attr("Requires", "wps").body(|x| {
                x.tag("w:drawing").body(|x| anchor(x, line, id));
            });
            x.tag("mc:Fallback").body(|x| x.tag("w:pict").body(|x| vml(x, line, id)));
        });
    });
}

fn anchor(x: &mut Xml, line: &DrawnLine, id: i32) {
    let length = emu(line.length.max(0));
    x.tag("wp:anchor")
        .attr("distT", "0")
        .attr("distB", "0")
        .attr("distL", "0")
        .attr("distR", "0")
        .attr("simplePos", "0")
        .num("relativeHeight", id)
        .attr("behindDoc", "0")
        .attr("locked", "0")
        .attr("layoutInCell", "1")
        .attr("allowOverlap", "1")
        .body(|x| {
            x.tag("wp:simplePos").num("x", 0).num("y", 0).empty();
            position(x, "wp:positionH", "column", emu(line.x));
            position(x, "wp:positionV", "paragraph", emu(line.y));
            x.tag("wp:extent").num("cx", length).num("cy", 0).empty();
            x.tag("wp:effectExtent").num("l", 0).num("t", 0).num("r", 0).num("b", 0).empty();
            x.tag("wp:wrapNone").empty();
            x.tag("wp:docPr").num("id", id).attr("name", &format!("Đường kẻ {id}")).empty();
            x.tag("wp:cNvGraphicFramePr").empty();
            x.tag("a:graphic").attr("xmlns:a", A).body(|x| {
                x.tag("a:graphicData").attr("uri", WPS).body(|x| shape(x, line, length));
            });
        });
}

fn position(x: &mut Xml, name: &'static str, from: &str, offset: i32) {
    x.tag(name).attr("relativeFrom", from).body(|x| {
        x.tag("wp:posOffset").body(|x| x.text(&offset.to_string()));
    });
}

fn shape(x: &mut Xml, line: &DrawnLine, length: i32) {
    x.tag("wps:wsp").body(|x| {
        x.tag("wps:cNvCnPr").empty();
        x.tag("wps:spPr").body(|x| {
            x.tag("a:xfrm").body(|x| {
                x.tag("a:off").num("x", 0).num("y", 0).empty();
                x.tag("a:ext").num("cx", length).num("cy", 0).empty();
            });
            x.tag("a:prstGeom").attr("prst", "line").body(|x| x.tag("a:avLst").empty());
            x.tag("a:ln").num("w", weight_emu(line.weight)).body(|x| {
                x.tag("a:solidFill").body(|x| x.tag("a:srgbClr").attr("val", "000000").empty());
            });
        });
        x.tag("wps:bodyPr").empty();
    });
}

fn vml(x: &mut Xml, line: &DrawnLine, id: i32) {
    let end = line.x.saturating_add(line.length.max(0));
    x.tag("v:line")
        .attr("id", &format!("DuongKe{id}"))
        .attr(
            "style",
            "position:absolute;z-index:1;mso-position-horizontal-relative:text;\
             mso-position-vertical-relative:text",
        )
        .attr("from", &format!("{},{}", points(line.x), points(line.y)))
        .attr("to", &format!("{},{}", points(end), points(line.y)))
        .attr("strokecolor", "black")
        .attr("strokeweight", &format!("{}pt", f64::from(line.weight) / 8.0))
        .empty();
}

fn points(twips: i32) -> String {
    format!("{}pt", f64::from(twips) / 20.0)
}
