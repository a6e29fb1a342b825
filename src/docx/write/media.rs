//! Pictures from files and drawn areas: their markup and the parts that hold the files.
//!
//! Knows: DrawingML of pictures and free forms on a page. Must not know: what they show.

use std::sync::Arc;

use super::line::{A, WPS, emu};
use crate::docx::png;
use crate::docx::xml::Xml;
use crate::layout::{Figure, Item, Picture, PictureFormat, RunContent, Sheet, Squares};

const PIC: &str = "http://schemas.openxmlformats.org/drawingml/2006/picture";

impl PictureFormat {
    /// The ending of such a file.
    pub(in crate::docx) const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
        }
    }
}

/// A picture of the flow: a part of the file.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Medium {
    /// A file of somebody's.
    File(Arc<Picture>),
    /// Squares that become a file. A free form of a thousand corners would be ten times as large, and not
    /// every program shows one.
    Squares(Arc<Squares>),
}

impl Medium {
    /// What is in a run; `None` if that is no picture.
    pub(super) fn of(content: &RunContent) -> Option<Self> {
        match content {
            RunContent::Picture(picture) => Some(Self::File(Arc::clone(picture))),
            RunContent::Squares(squares) => Some(Self::Squares(Arc::clone(squares))),
            _ => None,
        }
    }

    pub(super) fn format(&self) -> PictureFormat {
        match self {
            Self::File(picture) => picture.format,
            Self::Squares(_) => PictureFormat::Png,
        }
    }

    /// Width, height and name.
    fn look(&self) -> (i32, i32, &str) {
        match self {
            Self::File(picture) => (picture.width, picture.height, &picture.name),
            Self::Squares(squares) => (squares.side, squares.side, &squares.name),
        }
    }
}

/// Squares as a file. `None` if there are too many.
pub(super) fn drawn(squares: &Squares) -> Option<Vec<u8>> {
    png::dark_squares(squares.width, &squares.dark)
}

/// The pictures of a sheet's flow, each once, in the order in which they first stand.
pub(super) fn pictures(sheet: &Sheet) -> Vec<Medium> {
    let mut found: Vec<Medium> = Vec::new();
    for section in &sheet.sections {
        collect(&section.items, &mut found);
    }
    once(found.into_iter())
}

/// Each once, in their order.
pub(super) fn once(all: impl Iterator<Item = Medium>) -> Vec<Medium> {
    let mut found: Vec<Medium> = Vec::new();
    for medium in all {
        if !found.contains(&medium) {
            found.push(medium);
        }
    }
    found
}

fn collect(items: &[Item], found: &mut Vec<Medium>) {
    for item in items {
        match item {
            Item::Para(para) => {
                found.extend(para.runs.iter().filter_map(|run| Medium::of(&run.content)));
            }
            Item::Table(table) => {
                let cells = table.rows.iter().flat_map(|r| &r.cells);
                cells.for_each(|cell| collect(&cell.items, found));
            }
        }
    }
}

/// The name of a picture's part, by its place in the list of pictures.
pub(super) fn name(index: usize, format: PictureFormat) -> String {
    format!("media/image{}.{}", index + 1, format.extension())
}

/// Writes a run's picture. `id` is used by no other drawing of the file.
pub(super) fn picture(x: &mut Xml, medium: &Medium, link: &str, id: i32) {
    let (width, height, name) = medium.look();
    let (width, height) = (emu(width.max(1)), emu(height.max(1)));
    let number = id.to_string();
    x.tag("w:drawing").body(|x| {
        let tag = x.tag("wp:inline").attr("distT", "0").attr("distB", "0");
        tag.attr("distL", "0").attr("distR", "0").body(|x| {
            x.tag("wp:extent").num("cx", width).num("cy", height).empty();
            x.tag("wp:effectExtent").num("l", 0).num("t", 0).num("r", 0).num("b", 0).empty();
            let tag = x.tag("wp:docPr").num("id", id).attr("name", name);
            tag.attr("descr", name).empty();
            x.tag("wp:cNvGraphicFramePr").empty();
            x.tag("a:graphic").attr("xmlns:a", A).body(|x| {
                x.tag("a:graphicData").attr("uri", PIC).body(|x| {
                    x.tag("pic:pic").attr("xmlns:pic", PIC).body(|x| {
                        x.tag("pic:nvPicPr").body(|x| {
                            x.tag("pic:cNvPr").attr("id", &number).attr("name", name).empty();
                            x.tag("pic:cNvPicPr").empty();
                        });
                        x.tag("pic:blipFill").body(|x| {
                            x.tag("a:blip").attr("r:embed", link).empty();
                            x.tag("a:stretch").body(|x| x.tag("a:fillRect").empty());
                        });
                        x.tag("pic:spPr").body(|x| {
                            transform(x, width, height);
                            let tag = x.tag("a:prstGeom").attr("prst", "rect");
                            tag.body(|x| x.tag("a:avLst").empty());
                        });
                    });
                });
            });
        });
    });
}

fn transform(x: &mut Xml, width: i32, height: i32) {
    x.tag("a:xfrm").body(|x| {
        x.tag("a:off").num("x", 0).num("y", 0).empty();
        x.tag("a:ext").num("cx", width).num("cy", height).empty();
    });
}

/// Writes a run's drawing behind the text. `id` is used by no other drawing of the file.
pub(super) fn figure(x: &mut Xml, figure: &Figure, id: i32) {
    x.tag("mc:AlternateContent").body(|x| {
        x.tag("mc:Choice").attr("Requires", "wps").body(|x| {
            x.tag("w:drawing").body(|x| anchor(x, figure, id));
        });
        x.tag("mc:Fallback").empty();
    });
}

fn anchor(x: &mut Xml, figure: &Figure, id: i32) {
    let frame = figure.frame;
    let (width, height) = (emu(frame.width.max(1)), emu(frame.height.max(1)));
    x.tag("wp:anchor")
        .attr("distT", "0")
        .attr("distB", "0")
        .attr("distL", "0")
        .attr("distR", "0")
        .attr("simplePos", "0")
        .num("relativeHeight", id)
        .attr("behindDoc", "1")
        .attr("locked", "1")
        .attr("layoutInCell", "1")
        .attr("allowOverlap", "1")
        .body(|x| {
            x.tag("wp:simplePos").num("x", 0).num("y", 0).empty();
            for (name, at) in [("wp:positionH", frame.x), ("wp:positionV", frame.y)] {
                x.tag(name).attr("relativeFrom", "page").body(|x| {
                    x.tag("wp:posOffset").body(|x| x.text(&emu(at).to_string()));
                });
            }
            x.tag("wp:extent").num("cx", width).num("cy", height).empty();
            x.tag("wp:effectExtent").num("l", 0).num("t", 0).num("r", 0).num("b", 0).empty();
            x.tag("wp:wrapNone").empty();
            let tag = x.tag("wp:docPr").num("id", id).attr("name", &figure.name);
            tag.attr("descr", &figure.name).empty();
            x.tag("wp:cNvGraphicFramePr").empty();
            x.tag("a:graphic").attr("xmlns:a", A).body(|x| {
                x.tag("a:graphicData").attr("uri", WPS).body(|x| areas(x, figure, width, height));
            });
        });
}

fn areas(x: &mut Xml, figure: &Figure, width: i32, height: i32) {
    let frame = figure.frame;
    x.tag("wps:wsp").body(|x| {
        x.tag("wps:cNvSpPr").empty();
        x.tag("wps:spPr").body(|x| {
            transform(x, width, height);
            x.tag("a:custGeom").body(|x| {
                for name in ["a:avLst", "a:gdLst", "a:ahLst", "a:cxnLst"] {
                    x.tag(name).empty();
                }
                x.tag("a:rect").attr("l", "0").attr("t", "0").attr("r", "r").attr("b", "b").empty();
                x.tag("a:pathLst").body(|x| {
                    let path = x.tag("a:path").num("w", frame.width.max(1));
                    path.num("h", frame.height.max(1)).body(|x| {
                        figure.areas.iter().for_each(|area| corners(x, area));
                    });
                });
            });
            let color = format!("{:06X}", figure.color & 0xFF_FFFF);
            x.tag("a:solidFill").body(|x| x.tag("a:srgbClr").attr("val", &color).empty());
            x.tag("a:ln").body(|x| x.tag("a:noFill").empty());
        });
        x.tag("wps:bodyPr").empty();
    });
}

fn corners(x: &mut Xml, area: &[(i32, i32)]) {
    for (n, (across, down)) in area.iter().enumerate() {
        let name = if n == 0 { "a:moveTo" } else { "a:lnTo" };
        x.tag(name).body(|x| x.tag("a:pt").num("x", *across).num("y", *down).empty());
    }
    if !area.is_empty() {
        x.tag("a:close").empty();
    }
}
