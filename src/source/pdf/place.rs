//! Where the stamp goes: the free place nearest beneath số, ký hiệu; else beneath the date, else elsewhere on the page.
//!
//! Knows: what is taken on a page. Must not know: PDF objects, how a stamp is drawn.

use super::geometry::{Area, PageShape};
use super::words::{PageText, TextLine};
use crate::model::{STAMP_HEIGHT, STAMP_WIDTH};
use crate::text;

/// Room around what is printed, mm.
const CLEAR: f64 = 1.0;
/// Nearest that the stamp comes to the page's edge, mm.
const EDGE: f64 = 5.0;
/// Step of the search, mm.
const STEP: f64 = 2.0;
/// How far beneath số, ký hiệu the stamp is looked for first, mm.
const REACH: f64 = 60.0;
/// Part of the page in which số, ký hiệu stands.
const HEAD: f64 = 0.45;
/// Where the stamp goes if nothing tells: left edge and top, mm.
const USUAL: (f64, f64) = (20.0, 48.0);

/// Height of the place for a signature, mm.
const SIGNED: std::ops::RangeInclusive<f64> = 10.0..=60.0;
/// How far to the left of a name's middle its seal may reach, mm.
const SEAL: f64 = 45.0;

/// Where it stands on a sheet of its own: left edge and top, mm.
const SHEET: (f64, f64) = (30.0, 20.0);

/// How the place was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// The caller gave it.
    Given,
    /// Free, beneath số, ký hiệu.
    UnderCode,
    /// Free, beneath the place and date of issue.
    UnderDate,
    /// Free, elsewhere on the page.
    Elsewhere,
    /// The usual place: the page's text cannot be read, so nobody knows whether it is free.
    Usual,
    /// No place is free: the one in the upper half that covers least.
    Covering,
    /// On a sheet of its own before the first page.
    OwnSheet,
}

/// The place of a stamp.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// On the page as it is seen, mm.
    pub area: Area,
    /// How it was found.
    pub found: Found,
}

/// Chooses the place. `None` if the page is too small or the given place is not on it.
pub(super) fn choose(
    shape: &PageShape,
    at: Option<(f64, f64)>,
    page: Option<&PageText>,
) -> Option<Spot> {
    let area = |x: f64, y: f64| Area { x, y, width: STAMP_WIDTH, height: STAMP_HEIGHT };
    let holds = |a: &Area, edge: f64| {
        a.x >= edge
            && a.y >= edge
            && a.right() <= shape.width - edge
            && a.bottom() <= shape.height - edge
    };
    if let Some((x, y)) = at {
        let area = area(x, y);
        return holds(&area, 0.0).then_some(Spot { area, found: Found::Given });
    }
    let fits = |(x, y): (f64, f64)| {
        let right = (shape.width - STAMP_WIDTH).max(0.0);
        let low = (shape.height - STAMP_HEIGHT).max(0.0);
        area(x.min(right), y.min(low))
    };
    let usual = fits(USUAL);
    if !holds(&usual, 0.0) {
        return None;
    }
    let Some(page) = page.filter(|p| !p.is_empty()) else {
        return Some(Spot { area: usual, found: Found::Usual });
    };
    let taken: Vec<Area> = page
        .lines
        .iter()
        .map(|l| l.area)
        .chain(page.marks.iter().copied())
        .chain(signing(page, shape))
        .map(|a| a.grown(CLEAR))
        .collect();
    let free = |a: &Area| holds(a, EDGE) && !taken.iter().any(|t| t.meets(a));
    let code = code_line(page, shape);
    if let Some(code) = code {
        let under = code.area.bottom() + CLEAR;
        let middle = code.area.x + code.area.width / 2.0 - STAMP_WIDTH / 2.0;
        let rows = steps(under, (under + REACH).min(shape.height));
        let left = (shape.width * 0.55 - STAMP_WIDTH).max(EDGE);
        if let Some(area) = nearest(rows, steps(EDGE, left), (middle, under), &area, &free) {
            return Some(Spot { area, found: Found::UnderCode });
        }
    }
    if let Some(date) = date_line(page, shape) {
        let under = date.area.bottom() + CLEAR;
        let middle = date.area.x + date.area.width / 2.0 - STAMP_WIDTH / 2.0;
        let rows = steps(under, (under + REACH).min(shape.height));
        let columns = steps(shape.width / 2.0, shape.width - STAMP_WIDTH - EDGE);
        if let Some(area) = nearest(rows, columns, (middle, under), &area, &free) {
            return Some(Spot { area, found: Found::UnderDate });
        }
    }
    // Full beneath both: whatever is nearest in the upper half, then anywhere.
    let from = code.map_or(USUAL, |c| (c.area.x, c.area.bottom()));
    for low in [shape.height / 2.0, shape.height] {
        let all = steps(EDGE, shape.width);
        if let Some(area) = nearest(steps(EDGE, low), all, from, &area, &free) {
            return Some(Spot { area, found: Found::Elsewhere });
        }
    }
    let printed: Vec<Area> = page.lines.iter().map(|l| l.area).collect();
    Some(Spot {
        area: least(&printed, from, shape, &area).unwrap_or(usual),
        found: Found::Covering,
    })
}

/// The empty places where somebody signs: between a post in capitals on the right half and what stands beneath it.
fn signing<'p>(page: &'p PageText, shape: &'p PageShape) -> impl Iterator<Item = Area> + 'p {
    let middle = |l: &TextLine| l.area.x + l.area.width / 2.0;
    let on_right = move |l: &&TextLine| middle(l) > shape.width * 0.52;
    let capitals = |l: &&TextLine| !l.text.chars().any(char::is_lowercase);
    page.lines.iter().filter(on_right).filter(capitals).filter_map(move |post| {
        let beneath = page.lines.iter().filter(on_right).filter(|l| l.area.y > post.area.bottom());
        let name = beneath.min_by(|a, b| a.area.y.total_cmp(&b.area.y))?;
        let height = name.area.y - post.area.bottom();
        // The seal stands over the left third of the signature.
        let left = (middle(post).min(middle(name)) - SEAL).max(0.0);
        let right = post.area.right().max(name.area.right());
        SIGNED.contains(&height).then_some(Area {
            x: left,
            y: post.area.bottom(),
            width: right - left,
            height,
        })
    })
}

/// The place in the upper half that covers least of what is printed.
fn least(
    printed: &[Area],
    (x, y): (f64, f64),
    shape: &PageShape,
    area: &dyn Fn(f64, f64) -> Area,
) -> Option<Area> {
    let mut best: Option<(f64, Area)> = None;
    for top in steps(y, shape.height / 2.0) {
        for left in steps(EDGE, shape.width - STAMP_WIDTH - EDGE) {
            let place = area(left, top);
            let covered: f64 = printed.iter().map(|p| p.shared(&place)).sum();
            let cost = covered + (top - y).abs() + (left - x).abs();
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, place));
            }
        }
    }
    best.map(|(_, area)| area)
}

/// The line of số, ký hiệu: `Số: 04/KH-HĐTĐKT`, also with a blank for the number.
pub(super) fn code_line<'p>(page: &'p PageText, shape: &PageShape) -> Option<&'p TextLine> {
    page.lines.iter().find(|line| {
        let folded = text::fold(&line.text);
        let rest = folded.trim_start().strip_prefix("so");
        line.area.bottom() < shape.height * HEAD
            && line.area.x < shape.width / 2.0
            && rest.is_some_and(|r| r.trim_start().starts_with(':') || r.contains('/'))
    })
}

/// The line of place and date in the right half: `An Hải, ngày 17 tháng 3 năm 2022`.
fn date_line<'p>(page: &'p PageText, shape: &PageShape) -> Option<&'p TextLine> {
    page.lines.iter().find(|line| {
        let folded = text::fold(&line.text);
        let dated = folded.contains("ngay") && folded.contains("thang") && folded.contains("nam");
        dated && line.area.bottom() < shape.height * HEAD && line.area.right() > shape.width / 2.0
    })
}

/// Where the stamp stands on a sheet of its own. `None` if the sheet is too small.
pub(super) fn on_sheet(shape: &PageShape) -> Option<Spot> {
    let (x, y) = SHEET;
    let area = Area { x, y, width: STAMP_WIDTH, height: STAMP_HEIGHT };
    let fits = area.right() <= shape.width && area.bottom() <= shape.height;
    fits.then_some(Spot { area, found: Found::OwnSheet })
}

fn steps(from: f64, to: f64) -> Vec<f64> {
    let count = ((to - from) / STEP).clamp(0.0, 2000.0) as usize;
    (0..=count).map(|i| from + i as f64 * STEP).collect()
}

fn nearest(
    rows: Vec<f64>,
    columns: Vec<f64>,
    (x, y): (f64, f64),
    area: &dyn Fn(f64, f64) -> Area,
    free: &dyn Fn(&Area) -> bool,
) -> Option<Area> {
    let mut best: Option<(f64, Area)> = None;
    for top in rows {
        for left in &columns {
            // Down costs more than sideways: the stamp belongs right beneath the number.
            let cost = (top - y).abs() * 2.0 + (left - x).abs();
            if best.is_some_and(|(least, _)| cost >= least) {
                continue;
            }
            let place = area(*left, top);
            if free(&place) {
                best = Some((cost, place));
            }
        }
    }
    best.map(|(_, area)| area)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, x: f64, y: f64, width: f64) -> TextLine {
        TextLine {
            text: text.to_owned(),
            area: Area { x, y, width, height: 5.0 },
            baseline: y + 4.0,
            size: 4.6,
            bold: false,
        }
    }

    fn a4() -> PageShape {
        PageShape::plain(210.0, 297.0)
    }

    fn page(lines: Vec<TextLine>) -> PageText {
        PageText { lines, ..PageText::default() }
    }

    #[test]
    fn right_under_the_number_where_it_is_free() {
        let text = page(vec![
            line("UBND TỈNH", 40.0, 20.0, 40.0),
            line("Số: 04/KH-SNV", 40.0, 36.0, 30.0),
            line("Bình Định, ngày 17 tháng 3 năm 2022", 110.0, 36.0, 70.0),
            line("KẾ HOẠCH", 95.0, 56.0, 30.0),
        ]);
        let spot = choose(&a4(), None, Some(&text)).expect("room");
        assert_eq!(spot.found, Found::UnderCode);
        assert!(spot.area.y < 44.0 && spot.area.right() < 95.0, "{spot:?}");
    }

    #[test]
    fn elsewhere_where_the_column_is_full() {
        let mut lines = vec![line("Số: 04/KH-SNV", 40.0, 36.0, 30.0)];
        lines.extend(
            (0..20).map(|i| line("chữ kín cả dòng", 30.0, 44.0 + f64::from(i) * 6.0, 165.0)),
        );
        let spot = choose(&a4(), None, Some(&page(lines.clone()))).expect("room");
        assert_eq!(spot.found, Found::Elsewhere);
        assert!(!lines.iter().any(|l| l.area.meets(&spot.area)), "{spot:?}");
        lines.extend((0..60).map(|i| line("đầy", 5.0, f64::from(i) * 5.0, 200.0)));
        assert_eq!(choose(&a4(), None, Some(&page(lines))).map(|s| s.found), Some(Found::Covering));
    }

    #[test]
    fn under_the_date_where_only_that_is_free() {
        let mut lines = vec![
            line("Số: 04/KH-SNV", 40.0, 36.0, 30.0),
            line("An Hải, ngày 17 tháng 3 năm 2022", 120.0, 36.0, 70.0),
        ];
        lines.extend(
            (0..40).map(|i| line("chữ kín bên trái", 5.0, 44.0 + f64::from(i) * 6.0, 110.0)),
        );
        let spot = choose(&a4(), None, Some(&page(lines))).expect("room");
        assert_eq!(spot.found, Found::UnderDate);
        assert!(spot.area.x > 115.0 && spot.area.y < 45.0, "{spot:?}");
    }

    #[test]
    fn nobodys_signature_is_stamped_over() {
        let mut lines = vec![
            line("UBND TỈNH AN HẢI", 20.0, 8.0, 175.0),
            line("SỞ NỘI VỤ", 20.0, 22.0, 175.0),
            line("Số: 04/KH-SNV", 40.0, 36.0, 30.0),
        ];
        lines.extend(
            (0..26).map(|i| line("chữ kín cả dòng", 10.0, 44.0 + f64::from(i) * 6.0, 190.0)),
        );
        lines.push(line("Nơi nhận: các phòng, đơn vị", 30.0, 204.0, 60.0));
        lines.push(line("TRƯỞNG BAN", 135.0, 204.0, 40.0));
        lines.push(line("Phan Thanh Liêm", 135.0, 250.0, 40.0));
        let spot = choose(&a4(), None, Some(&page(lines.clone()))).expect("room");
        assert_eq!(spot.found, Found::Elsewhere);
        assert!(spot.area.right() < 110.0 || spot.area.y > 250.0, "{spot:?}");
    }

    #[test]
    fn given_and_usual_places() {
        assert_eq!(choose(&a4(), Some((170.0, 40.0)), None), None);
        assert_eq!(choose(&a4(), Some((160.0, 40.0)), None).map(|s| s.found), Some(Found::Given));
        assert_eq!(choose(&a4(), None, Some(&page(vec![]))).map(|s| s.found), Some(Found::Usual));
        assert_eq!(choose(&PageShape::plain(40.0, 60.0), None, None), None);
    }
}
