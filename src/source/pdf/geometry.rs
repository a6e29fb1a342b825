//! A page as it is seen: its visible box turned upright, in millimetres from the upper left corner.
//!
//! Knows: boxes, rotation, units. Must not know: text, stamps.

use lopdf::{Dictionary, Document, Object};

use super::{number, value};

/// Millimetres in a point.
const MM: f64 = 25.4 / 72.0;
/// Levels of a page tree above a page that are looked at for what it inherits.
const LEVELS: usize = 64;

/// A rectangle on the page as it is seen: mm from the left and upper edge.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Area {
    /// Left.
    pub x: f64,
    /// Top.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Area {
    /// Between two corners, in whatever order.
    pub fn between((ax, ay): (f64, f64), (bx, by): (f64, f64)) -> Self {
        Self { x: ax.min(bx), y: ay.min(by), width: (ax - bx).abs(), height: (ay - by).abs() }
    }

    /// Right edge.
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    /// Lower edge.
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    /// The two have points in common.
    pub fn meets(&self, other: &Area) -> bool {
        self.x < other.right()
            && other.x < self.right()
            && self.y < other.bottom()
            && other.y < self.bottom()
    }

    /// Size of the common part, mm².
    pub fn shared(&self, other: &Area) -> f64 {
        let width = self.right().min(other.right()) - self.x.max(other.x);
        let height = self.bottom().min(other.bottom()) - self.y.max(other.y);
        width.max(0.0) * height.max(0.0)
    }

    /// As much larger on each side.
    pub fn grown(&self, by: f64) -> Area {
        Area {
            x: self.x - by,
            y: self.y - by,
            width: self.width + 2.0 * by,
            height: self.height + 2.0 * by,
        }
    }
}

/// Size, rotation and unit of a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PageShape {
    /// Width as seen, mm.
    pub width: f64,
    /// Height as seen, mm.
    pub height: f64,
    /// Degrees clockwise by which the page is turned to be seen: 0, 90, 180, 270.
    pub rotation: u16,
    /// The visible box in user space: left, bottom, right, top.
    corner: [f64; 4],
    /// Millimetres in a unit of user space.
    unit: f64,
}

impl PageShape {
    /// The shape of a page; A4 upright where the file says nothing usable.
    pub(super) fn of(document: &Document, page: &Dictionary) -> Self {
        let media = boxed(document, page, b"MediaBox").unwrap_or([0.0, 0.0, 595.28, 841.89]);
        let crop = boxed(document, page, b"CropBox").and_then(|c| common(c, media));
        let corner = crop.unwrap_or(media);
        let unit = value(document, page, b"UserUnit").and_then(number);
        let unit = MM * unit.filter(|u| (0.01..=100.0).contains(u)).unwrap_or(1.0);
        let turned = inherited(document, page, b"Rotate").and_then(number).unwrap_or(0.0);
        let rotation = ((turned / 90.0).round() as i64).rem_euclid(4) as u16 * 90;
        let [left, bottom, right, top] = corner;
        let (across, up) = ((right - left) * unit, (top - bottom) * unit);
        let (width, height) =
            if rotation.is_multiple_of(180) { (across, up) } else { (up, across) };
        Self { width, height, rotation, corner, unit }
    }

    /// An upright page of a size in millimetres.
    pub(super) fn plain(width: f64, height: f64) -> Self {
        let corner = [0.0, 0.0, width / MM, height / MM];
        Self { width, height, rotation: 0, corner, unit: MM }
    }

    /// A point of user space as it is seen.
    pub(super) fn seen(&self, x: f64, y: f64) -> (f64, f64) {
        let [left, bottom, right, top] = self.corner;
        let (x, y) = match self.rotation {
            90 => (y - bottom, x - left),
            180 => (right - x, y - bottom),
            270 => (top - y, right - x),
            _ => (x - left, top - y),
        };
        (x * self.unit, y * self.unit)
    }

    /// A point as it is seen in user space.
    pub(super) fn user(&self, x: f64, y: f64) -> (f64, f64) {
        let [left, bottom, right, top] = self.corner;
        let (x, y) = (x / self.unit, y / self.unit);
        match self.rotation {
            90 => (y + left, x + bottom),
            180 => (right - x, y + bottom),
            270 => (right - y, top - x),
            _ => (x + left, top - y),
        }
    }

    /// An area in user space: left, bottom, right, top.
    pub(super) fn rectangle(&self, area: &Area) -> [f64; 4] {
        let (ax, ay) = self.user(area.x, area.y);
        let (bx, by) = self.user(area.right(), area.bottom());
        [ax.min(bx), ay.min(by), ax.max(bx), ay.max(by)]
    }

    /// The matrix that turns an upright drawing so that it is seen upright on this page.
    pub(super) fn turn(&self) -> [i8; 4] {
        match self.rotation {
            90 => [0, 1, -1, 0],
            180 => [-1, 0, 0, -1],
            270 => [0, -1, 1, 0],
            _ => [1, 0, 0, 1],
        }
    }
}

/// The value of a key of a page or of what is above it in the page tree.
pub(super) fn inherited<'d>(
    document: &'d Document,
    page: &'d Dictionary,
    key: &[u8],
) -> Option<&'d Object> {
    let mut node = page;
    for _ in 0..LEVELS {
        if let Some(found) = value(document, node, key) {
            return Some(found);
        }
        node = value(document, node, b"Parent")?.as_dict().ok()?;
    }
    None
}

fn boxed(document: &Document, page: &Dictionary, key: &[u8]) -> Option<[f64; 4]> {
    let corners = inherited(document, page, key)?.as_array().ok()?;
    let mut numbers =
        corners.iter().map(|c| document.dereference(c).ok().and_then(|(_, c)| number(c)));
    let mut next = || numbers.next().flatten();
    let (a, b, c, d) = (next()?, next()?, next()?, next()?);
    let found = [a.min(c), b.min(d), a.max(c), b.max(d)];
    sensible(found)
}

/// The common part of two boxes.
fn common(a: [f64; 4], b: [f64; 4]) -> Option<[f64; 4]> {
    let [al, ab, ar, at] = a;
    let [bl, bb, br, bt] = b;
    sensible([al.max(bl), ab.max(bb), ar.min(br), at.min(bt)])
}

/// A box with some room, and no larger than a PDF page may be.
fn sensible(found: [f64; 4]) -> Option<[f64; 4]> {
    let [left, bottom, right, top] = found;
    let fine = |length: f64| (3.0..=1.0e6).contains(&length);
    (fine(right - left) && fine(top - bottom)).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_come_back_whatever_the_rotation() {
        for rotation in [0, 90, 180, 270] {
            let shape = PageShape {
                width: 0.0,
                height: 0.0,
                rotation,
                corner: [10.0, 20.0, 605.0, 862.0],
                unit: MM,
            };
            let (x, y) = shape.seen(100.0, 700.0);
            let (ux, uy) = shape.user(x, y);
            assert!((ux - 100.0).abs() < 1e-9 && (uy - 700.0).abs() < 1e-9, "{rotation}");
        }
    }
}
