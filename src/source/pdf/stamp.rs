//! The ĐẾN stamp as a drawing (PL IV, mẫu V): a box of 50 × 35 mm, its lines, labels and values.
//!
//! Knows: the measures of the stamp, content streams, annotations. Must not know: where it goes and why.
//!
//! The stamp is a locked, printed annotation with an appearance of its own, not a piece of the page's
//! content: nothing of the original is touched, a digital signature on it stays checkable, and text that is
//! read from the page is the sender's.

use std::fmt::Write as _;

use lopdf::ObjectId;

use super::face::{Face, OBJECTS, face};
use super::geometry::{Area, PageShape};
use crate::model::{ArrivalStamp, STAMP_HEIGHT, STAMP_MARK, STAMP_ROWS, STAMP_WIDTH};

/// Points in a millimetre.
const PT: f64 = 72.0 / 25.4;
/// Stamp ink.
const RED: &str = "0.78 0.09 0.12";
/// Pen ink.
const BLUE: &str = "0.05 0.15 0.55";
/// Distance of text from a line, mm.
const PAD: f64 = 1.6;
/// Locked, its contents too, read-only and printed.
const FLAGS: u32 = 4 + 64 + 128 + 512;

/// A stamp drawn in points from its lower left corner.
pub(super) struct Drawn {
    content: String,
    line: String,
}

/// A stamp on a page.
pub(super) struct Annotation<'a> {
    /// The page.
    pub page: ObjectId,
    /// Where it stands.
    pub area: Area,
    /// The page's shape.
    pub shape: &'a PageShape,
    /// What it shows.
    pub drawn: Drawn,
}

/// Draws a stamp.
pub(super) fn draw(stamp: &ArrivalStamp) -> Drawn {
    let mut pen = Pen { content: String::new() };
    let _ = writeln!(pen.content, "{RED} RG {RED} rg");
    let (width, height) = (STAMP_WIDTH * PT, STAMP_HEIGHT * PT);
    let _ =
        writeln!(pen.content, "1.2 w 0.6 0.6 {:.2} {:.2} re S 0.6 w", width - 1.2, height - 1.2);
    let [head, number, date, forward, dossier] = STAMP_ROWS;
    let [number_at, forward_at] = [STAMP_HEIGHT - head, STAMP_HEIGHT - head - number - date];
    for y in [number_at, forward_at, dossier] {
        pen.rule((0.0, y), (STAMP_WIDTH, y));
    }
    pen.rule((STAMP_MARK, number_at), (STAMP_MARK, forward_at));
    pen.rule((STAMP_MARK, number_at - number), (STAMP_WIDTH, number_at - number));
    pen.agency(&stamp.agency, number_at, head);
    let mark = face(true).width(ArrivalStamp::MARK) * 20.0 / PT;
    let middle = forward_at + (number + date) / 2.0 - 2.4;
    pen.text(face(true), 20.0, ((STAMP_MARK - mark) / 2.0, middle), ArrivalStamp::MARK);
    let places = [
        (STAMP_MARK, number_at - number),
        (STAMP_MARK, forward_at),
        (0.0, forward_at - forward),
        (0.0, 0.0),
    ];
    for ((label, value), place) in ArrivalStamp::LABELS.iter().zip(stamp.values()).zip(places) {
        pen.field(label, value, place);
    }
    Drawn { content: pen.content, line: stamp.line() }
}

struct Pen {
    content: String,
}

impl Pen {
    fn rule(&mut self, (ax, ay): (f64, f64), (bx, by): (f64, f64)) {
        let [ax, ay, bx, by] = [ax, ay, bx, by].map(|v| v * PT);
        let _ = writeln!(self.content, "{ax:.2} {ay:.2} m {bx:.2} {by:.2} l S");
    }

    /// A text at a place in millimetres, the size in points.
    fn text(&mut self, face: &Face, size: f64, (x, y): (f64, f64), text: &str) {
        let font = if std::ptr::eq(face, super::face::face(true)) { "B" } else { "R" };
        let (x, y) = (x * PT, y * PT);
        let shown = face.encode(text);
        let _ = writeln!(self.content, "BT /{font} {size:.2} Tf {x:.2} {y:.2} Td {shown} Tj ET");
    }

    /// The agency's name in capitals on one line or two, as large as the room allows.
    fn agency(&mut self, name: &str, bottom: f64, height: f64) {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase();
        let room = (STAMP_WIDTH - 2.0 * PAD) * PT;
        let bold = face(true);
        let one = (room / bold.width(&name).max(0.1)).min(10.0);
        let (lines, size) = if one >= 8.0 || !name.contains(' ') {
            (vec![name.as_str()], one)
        } else {
            let (a, b) = halves(&name, bold);
            let widest = bold.width(a).max(bold.width(b)).max(0.1);
            (vec![a, b], (room / widest).min(9.5))
        };
        let step = size * 1.15 / PT;
        let block = step * lines.len() as f64;
        let mut y = bottom + (height + block) / 2.0 - step * 0.82;
        for line in lines {
            let x = (STAMP_WIDTH - bold.width(line) * size / PT) / 2.0;
            self.text(bold, size, (x, y), line);
            y -= step;
        }
    }

    /// A label and its value, or dots to write on; the corner is the lower left one of its room, which
    /// ends at the right side of the stamp.
    fn field(&mut self, label: &str, value: &str, (x, y): (f64, f64)) {
        let plain = face(false);
        let (from, base) = (x + PAD, y + 1.9);
        self.text(plain, 10.0, (from, base), label);
        let begin = from + (plain.width(label) * 10.0 + 3.0) / PT;
        let room = (STAMP_WIDTH - PAD - begin) * PT;
        if value.is_empty() {
            let dots = (room / (plain.width(".") * 10.0)).max(0.0) as usize;
            self.text(plain, 10.0, (begin, base), &".".repeat(dots.min(100)));
            return;
        }
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        let size = (room / plain.width(&value).max(0.1)).clamp(4.0, 12.0);
        let _ = writeln!(self.content, "{BLUE} rg");
        self.text(plain, size, (begin, base), &shortened(&value, plain, room / size));
        let _ = writeln!(self.content, "{RED} rg");
    }
}

/// The two parts of a name that are most alike in width.
fn halves<'n>(name: &'n str, face: &Face) -> (&'n str, &'n str) {
    let parts =
        name.match_indices(' ').filter_map(|(at, _)| name.get(..at).zip(name.get(at + 1..)));
    let widest = |(a, b): &(&str, &str)| face.width(a).max(face.width(b));
    parts.min_by(|a, b| widest(a).total_cmp(&widest(b))).unwrap_or((name, ""))
}

/// As much of a text as fits, with an ellipsis where something is left out.
fn shortened(text: &str, face: &Face, room: f64) -> String {
    if face.width(text) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    for letter in text.chars() {
        kept.push(letter);
        if face.width(&kept) + face.width("…") > room {
            kept.pop();
            break;
        }
    }
    kept + "…"
}

/// What stands on a sheet of its own beneath the stamp: lines of text, wrapped to the width that is left.
pub(super) fn words_beneath(lines: &[String], shape: &PageShape, area: &Area) -> String {
    let mut pen = Pen { content: String::from("0 0 0 rg\n") };
    let size = 13.0;
    let step = size * 1.35 / PT;
    let room = (shape.width - 2.0 * area.x).max(STAMP_WIDTH) * PT;
    let mut y = area.bottom() + 12.0;
    for (nth, line) in lines.iter().enumerate() {
        let face = face(nth == 0);
        for part in wrapped(line, face, room / size) {
            if y + 10.0 > shape.height {
                return pen.content;
            }
            pen.text(face, size, (area.x, shape.height - y), &part);
            y += step;
        }
    }
    pen.content
}

fn wrapped(text: &str, face: &Face, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if face.width(line) + face.width(" ") + face.width(word) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(shortened(word, face, room)),
        }
    }
    lines
}

impl Annotation<'_> {
    /// The names of the stamp's fonts for another drawing of the file, where the annotation's objects are
    /// numbered from `first` on.
    pub fn fonts(&self, first: u32) -> String {
        let regular = first + 2;
        format!("/R {regular} 0 R /B {} 0 R", regular + OBJECTS)
    }

    /// Objects that the annotation needs, itself first, numbered from `first` on.
    pub fn objects(&self, first: u32) -> Vec<Vec<u8>> {
        let (form, regular) = (first + 1, first + 2);
        let bold = regular + OBJECTS;
        let [left, bottom, right, top] = self.shape.rectangle(&self.area);
        let [a, b, c, d] = self.shape.turn();
        let (page, generation) = self.page;
        let annotation = format!(
            "<< /Type /Annot /Subtype /Stamp /Rect [{left:.3} {bottom:.3} {right:.3} {top:.3}] /F {FLAGS} /P {page} {generation} R /NM (vanthu-den) /Contents {} /AP << /N {form} 0 R >> >>",
            text_string(&self.drawn.line)
        );
        let content = &self.drawn.content;
        let form = format!(
            "<< /Type /XObject /Subtype /Form /BBox [0 0 {:.3} {:.3}] /Matrix [{a} {b} {c} {d} 0 0] /Resources << /Font << /R {regular} 0 R /B {bold} 0 R >> >> /Length {} >>\nstream\n{content}\nendstream",
            STAMP_WIDTH * PT,
            STAMP_HEIGHT * PT,
            content.len() + 1
        );
        let mut objects = vec![annotation.into_bytes(), form.into_bytes()];
        objects.extend(face(false).objects(regular));
        objects.extend(face(true).objects(bold));
        objects
    }
}

/// A text string of PDF in UTF-16.
fn text_string(text: &str) -> String {
    text.encode_utf16().fold(String::from("<FEFF"), |mut hex, unit| {
        let _ = write!(hex, "{unit:04X}");
        hex
    }) + ">"
}
