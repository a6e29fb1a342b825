//! The border of a certificate: lines and nested squares, computed and not copied.
//!
//! Knows: geometry. Must not know: the paper, texts, XML.

use crate::layout::{Figure, Frame, mm};
use crate::model::{Area, Border, BorderPattern};

/// A polygon, in millimetres from the border's upper left corner.
type Shape = Vec<(f64, f64)>;

/// The border as one figure.
pub(super) fn border(of: &Border) -> Figure {
    let area = of.area;
    let band = of.band.clamp(1.0, area.width.min(area.height) / 3.0);
    let mut shapes = Vec::new();
    match of.pattern {
        BorderPattern::Lines => {
            ring(&mut shapes, area, 0.0, band * 0.3);
            ring(&mut shapes, area, band * 0.85, band * 0.15);
        }
        BorderPattern::Meander => {
            ring(&mut shapes, area, 0.0, band * 0.12);
            ring(&mut shapes, area, band * 0.94, band * 0.06);
            meander(&mut shapes, area, band);
        }
    }
    figure("Khung giấy", area, of.color, &shapes)
}

/// A figure of shapes that lie in an area.
pub(super) fn figure(name: &str, area: Area, color: u32, shapes: &[Shape]) -> Figure {
    let corner = |(x, y): &(f64, f64)| (mm(*x), mm(*y));
    let frame =
        Frame { x: mm(area.x), y: mm(area.y), width: mm(area.width), height: mm(area.height) };
    let areas = shapes.iter().map(|shape| shape.iter().map(corner).collect()).collect();
    Figure { frame, color, areas, name: name.to_owned() }
}

/// A rectangle.
pub(super) fn rectangle(shapes: &mut Vec<Shape>, x: f64, y: f64, width: f64, height: f64) {
    shapes.push(vec![(x, y), (x + width, y), (x + width, y + height), (x, y + height)]);
}

/// Four edges of a rectangle that lies `inset` within the area.
pub(super) fn ring(shapes: &mut Vec<Shape>, area: Area, inset: f64, weight: f64) {
    let (width, height) = (area.width - 2.0 * inset, area.height - 2.0 * inset);
    rectangle(shapes, inset, inset, width, weight);
    rectangle(shapes, inset, inset + height - weight, width, weight);
    rectangle(shapes, inset, inset + weight, weight, height - 2.0 * weight);
    let right = inset + width - weight;
    rectangle(shapes, right, inset + weight, weight, height - 2.0 * weight);
}

/// Nested squares side by side all around, larger ones in the corners.
fn meander(shapes: &mut Vec<Shape>, area: Area, band: f64) {
    let (from, room) = (band * 0.2, band * 0.66);
    let far = |length: f64| length - from - room;
    for x in [from, far(area.width)] {
        for y in [from, far(area.height)] {
            nested(shapes, x, y, room, room);
        }
    }
    for (length, is_across) in [(area.width, true), (area.height, false)] {
        let between = length - 2.0 * (from + room);
        let pitch = room * 1.35;
        let count = (between / pitch).floor().clamp(1.0, 400.0);
        let step = between / count;
        let (long, gap) = (step * 0.8, step * 0.2);
        for n in 0..count as usize {
            let along = from + room + step * n as f64 + gap / 2.0;
            for near in [from, far(if is_across { area.height } else { area.width })] {
                match is_across {
                    true => nested(shapes, along, near, long, room),
                    false => nested(shapes, near, along, room, long),
                }
            }
        }
    }
}

/// A square line with a filled square in it: a frame that is one polygon, with a seam at its corner.
fn nested(shapes: &mut Vec<Shape>, x: f64, y: f64, width: f64, height: f64) {
    let line = width.min(height) * 0.14;
    let (right, bottom) = (x + width, y + height);
    let (inner_x, inner_y) = (x + line, y + line);
    let (inner_right, inner_bottom) = (right - line, bottom - line);
    shapes.push(vec![
        (x, y),
        (right, y),
        (right, bottom),
        (x, bottom),
        (x, y),
        (inner_x, inner_y),
        (inner_x, inner_bottom),
        (inner_right, inner_bottom),
        (inner_right, inner_y),
        (inner_x, inner_y),
    ]);
    let (inset_x, inset_y) = (width * 0.34, height * 0.34);
    rectangle(shapes, x + inset_x, y + inset_y, width - 2.0 * inset_x, height - 2.0 * inset_y);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_drawn_outside_the_border_or_in_its_middle() {
        for pattern in [BorderPattern::Lines, BorderPattern::Meander] {
            for (width, height) in [(277.0, 190.0), (320.0, 230.0), (60.0, 40.0)] {
                let area = Area { x: 10.0, y: 10.0, width, height };
                let drawn = border(&Border { area, band: 10.0, color: 0xB8_860B, pattern });
                let (right, bottom) = (mm(width), mm(height));
                assert!(drawn.areas.len() >= 8);
                for shape in &drawn.areas {
                    assert!(
                        shape
                            .iter()
                            .all(|(x, y)| (0..=right).contains(x) && (0..=bottom).contains(y))
                    );
                    let inner = mm(10.0) + 2;
                    let crosses = shape.iter().any(|(x, y)| {
                        (inner..right - inner).contains(x) && (inner..bottom - inner).contains(y)
                    });
                    assert!(!crosses, "{pattern:?} {shape:?}");
                }
            }
        }
    }
}
