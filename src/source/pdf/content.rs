//! A content stream: what it shows, letter by letter, and what else it paints.
//!
//! Knows: the operators of text, state and paths. Must not know: what a word or a line is.

use std::collections::HashMap;
use std::rc::Rc;

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Object, ObjectId};

use super::fonts::{Font, plain};
use super::geometry::{Area, PageShape, inherited};
use super::{Limits, number, value};

/// Saved graphics states.
const STATES: usize = 256;
/// Forms inside forms.
const FORMS: usize = 8;
/// Letters of a page.
const LETTERS: usize = 200_000;
/// Marks of a page beside its letters.
const MARKS: usize = 20_000;

/// A letter as it is seen.
pub(super) struct Letter {
    /// Its text; `None` if the font does not say.
    pub text: Option<String>,
    /// Its box from ascent to descent.
    pub area: Area,
    /// Baseline, mm from the upper edge.
    pub baseline: f64,
    /// Type size, mm.
    pub size: f64,
    /// Bold, as far as the font's name tells.
    pub bold: bool,
    /// Its text is in VNI.
    pub vni: bool,
    /// It runs from left to right.
    pub upright: bool,
}

/// What a page shows.
#[derive(Default)]
pub(super) struct Shown {
    pub letters: Vec<Letter>,
    /// Boxes of lines and fillings.
    pub marks: Vec<Area>,
    /// Boxes of pictures.
    pub pictures: Vec<Area>,
    /// The content was longer than is read, or could not be read to its end.
    pub cut: bool,
}

#[derive(Clone, Copy)]
struct Matrix([f64; 6]);

impl Matrix {
    const ONE: Matrix = Matrix([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// First `self`, then `other`.
    fn then(self, other: Matrix) -> Matrix {
        let Matrix([a, b, c, d, e, f]) = self;
        let Matrix([m, n, o, p, q, r]) = other;
        Matrix([
            a * m + b * o,
            a * n + b * p,
            c * m + d * o,
            c * n + d * p,
            e * m + f * o + q,
            e * n + f * p + r,
        ])
    }

    fn apply(self, x: f64, y: f64) -> (f64, f64) {
        let Matrix([a, b, c, d, e, f]) = self;
        (a * x + c * y + e, b * x + d * y + f)
    }

    fn of(operands: &[Object]) -> Option<Matrix> {
        let mut numbers = operands.iter().map(number);
        let mut next = || numbers.next().flatten();
        Some(Matrix([next()?, next()?, next()?, next()?, next()?, next()?]))
    }
}

#[derive(Clone)]
struct State {
    ctm: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    letter_space: f64,
    word_space: f64,
    stretch: f64,
    leading: f64,
    rise: f64,
    invisible: bool,
}

struct Reader<'d> {
    document: &'d Document,
    shape: &'d PageShape,
    fonts: HashMap<ObjectId, Rc<Font>>,
    shown: Shown,
    operators: usize,
    bytes: usize,
    state: State,
    saved: Vec<State>,
    text: Matrix,
    line: Matrix,
    path: Option<Area>,
}

/// Reads the content of a page.
pub(super) fn read(
    document: &Document,
    page: ObjectId,
    dictionary: &Dictionary,
    shape: &PageShape,
    limits: &Limits,
) -> Shown {
    let mut reader = Reader {
        document,
        shape,
        fonts: HashMap::new(),
        shown: Shown::default(),
        operators: limits.operators,
        bytes: limits.content,
        state: State {
            ctm: Matrix::ONE,
            font: None,
            size: 0.0,
            letter_space: 0.0,
            word_space: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
            invisible: false,
        },
        saved: Vec::new(),
        text: Matrix::ONE,
        line: Matrix::ONE,
        path: None,
    };
    let resources = inherited(document, dictionary, b"Resources").and_then(|r| r.as_dict().ok());
    match document.get_page_content_with_limit(page, limits.content) {
        Ok(content) => reader.run(&content, resources, 0),
        Err(_) => reader.shown.cut = true,
    }
    reader.shown
}

impl Reader<'_> {
    fn run(&mut self, content: &[u8], resources: Option<&Dictionary>, depth: usize) {
        if content.len() > self.bytes {
            self.shown.cut = true;
            return;
        }
        self.bytes -= content.len();
        for operation in Content::decode_iter(content) {
            let Ok(operation) = operation else {
                self.shown.cut = true;
                return;
            };
            self.operators = self.operators.saturating_sub(1);
            if self.operators == 0 || self.shown.letters.len() > LETTERS {
                self.shown.cut = true;
                return;
            }
            self.operate(&operation, resources, depth);
        }
    }

    fn operate(&mut self, operation: &Operation, resources: Option<&Dictionary>, depth: usize) {
        let operands = operation.operands.as_slice();
        let at = |i: usize| operands.get(i).and_then(number);
        match operation.operator.as_str() {
            "q" if self.saved.len() < STATES => self.saved.push(self.state.clone()),
            "Q" => {
                if let Some(state) = self.saved.pop() {
                    self.state = state;
                }
            }
            "cm" => {
                if let Some(matrix) = Matrix::of(operands) {
                    self.state.ctm = matrix.then(self.state.ctm);
                }
            }
            "Do" => self.paint(operands, resources, depth),
            "BI" => self.picture(),
            "BT" => (self.text, self.line) = (Matrix::ONE, Matrix::ONE),
            "Tf" => {
                self.state.size = at(1).unwrap_or(0.0);
                self.state.font = operands.first().and_then(|n| self.font(n, resources));
            }
            "Tc" => self.state.letter_space = at(0).unwrap_or(0.0),
            "Tw" => self.state.word_space = at(0).unwrap_or(0.0),
            "Tz" => self.state.stretch = at(0).unwrap_or(100.0) / 100.0,
            "TL" => self.state.leading = at(0).unwrap_or(0.0),
            "Ts" => self.state.rise = at(0).unwrap_or(0.0),
            "Tr" => self.state.invisible = at(0) == Some(3.0),
            "Td" => self.next_line(at(0).unwrap_or(0.0), at(1).unwrap_or(0.0)),
            "TD" => {
                self.state.leading = -at(1).unwrap_or(0.0);
                self.next_line(at(0).unwrap_or(0.0), at(1).unwrap_or(0.0));
            }
            "Tm" => {
                if let Some(matrix) = Matrix::of(operands) {
                    (self.text, self.line) = (matrix, matrix);
                }
            }
            "T*" => self.next_line(0.0, -self.state.leading),
            "Tj" => self.show(operands.first()),
            "'" => {
                self.next_line(0.0, -self.state.leading);
                self.show(operands.first());
            }
            "\"" => {
                self.state.word_space = at(0).unwrap_or(0.0);
                self.state.letter_space = at(1).unwrap_or(0.0);
                self.next_line(0.0, -self.state.leading);
                self.show(operands.get(2));
            }
            "TJ" => self.show_pieces(operands.first()),
            operator => self.draw(operator, operands),
        }
    }

    fn draw(&mut self, operator: &str, operands: &[Object]) {
        let at = |i: usize| operands.get(i).and_then(number).unwrap_or(0.0);
        match operator {
            "m" | "l" => self.point(at(0), at(1)),
            "c" => {
                for i in [0, 2, 4] {
                    self.point(at(i), at(i + 1));
                }
            }
            "v" | "y" => {
                for i in [0, 2] {
                    self.point(at(i), at(i + 1));
                }
            }
            "re" => {
                self.point(at(0), at(1));
                self.point(at(0) + at(2), at(1) + at(3));
            }
            "S" | "s" | "f" | "F" | "f*" | "B" | "B*" | "b" | "b*" => {
                if let Some(mark) = self.path.take()
                    && self.shown.marks.len() < MARKS
                {
                    self.shown.marks.push(mark);
                }
            }
            "n" => self.path = None,
            _ => {}
        }
    }

    fn point(&mut self, x: f64, y: f64) {
        let (x, y) = self.state.ctm.apply(x, y);
        let (x, y) = self.shape.seen(x, y);
        let point = Area { x, y, width: 0.0, height: 0.0 };
        self.path = Some(match self.path {
            None => point,
            Some(path) => Area::between(
                (path.x.min(x), path.y.min(y)),
                (path.right().max(x), path.bottom().max(y)),
            ),
        });
    }

    /// A picture fills the unit square.
    fn picture(&mut self) {
        let corner = |x, y| {
            let (x, y) = self.state.ctm.apply(x, y);
            self.shape.seen(x, y)
        };
        let corners = [corner(0.0, 0.0), corner(1.0, 0.0), corner(0.0, 1.0), corner(1.0, 1.0)];
        let low = corners.iter().fold((f64::MAX, f64::MAX), |l, c| (l.0.min(c.0), l.1.min(c.1)));
        let high = corners.iter().fold((f64::MIN, f64::MIN), |h, c| (h.0.max(c.0), h.1.max(c.1)));
        if self.shown.pictures.len() < MARKS {
            self.shown.pictures.push(Area::between(low, high));
        }
    }

    fn paint(&mut self, operands: &[Object], resources: Option<&Dictionary>, depth: usize) {
        let document = self.document;
        let Some(stream) = operands
            .first()
            .and_then(|n| n.as_name().ok())
            .and_then(|name| {
                let list = value(document, resources?, b"XObject")?.as_dict().ok()?;
                value(document, list, name)
            })
            .and_then(|o| o.as_stream().ok())
        else {
            return;
        };
        match value(document, &stream.dict, b"Subtype").and_then(|s| s.as_name().ok()) {
            Some(b"Image") => self.picture(),
            Some(b"Form") if depth < FORMS => {
                let Some(content) = plain(stream, self.bytes) else {
                    self.shown.cut = true;
                    return;
                };
                let inner =
                    value(document, &stream.dict, b"Resources").and_then(|r| r.as_dict().ok());
                let matrix =
                    value(document, &stream.dict, b"Matrix").and_then(|m| m.as_array().ok());
                let kept = (self.state.clone(), self.text, self.line);
                let saved = std::mem::take(&mut self.saved);
                if let Some(matrix) = matrix.and_then(|m| Matrix::of(m)) {
                    self.state.ctm = matrix.then(self.state.ctm);
                }
                self.run(&content, inner.or(resources), depth + 1);
                (self.state, self.text, self.line) = kept;
                self.saved = saved;
            }
            _ => {}
        }
    }

    fn font(&mut self, name: &Object, resources: Option<&Dictionary>) -> Option<Rc<Font>> {
        let list = value(self.document, resources?, b"Font")?.as_dict().ok()?;
        let entry = list.get(name.as_name().ok()?).ok()?;
        let (id, font) = self.document.dereference(entry).ok()?;
        if let Some(known) = id.and_then(|id| self.fonts.get(&id)) {
            return Some(Rc::clone(known));
        }
        let font = Rc::new(Font::read(self.document, font.as_dict().ok()?));
        if let Some(id) = id {
            self.fonts.insert(id, Rc::clone(&font));
        }
        Some(font)
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.line = Matrix([1.0, 0.0, 0.0, 1.0, x, y]).then(self.line);
        self.text = self.line;
    }

    fn show_pieces(&mut self, pieces: Option<&Object>) {
        for piece in pieces.and_then(|p| p.as_array().ok()).into_iter().flatten() {
            match number(piece) {
                Some(back) => self.advance(-back / 1000.0 * self.state.size * self.state.stretch),
                None => self.show(Some(piece)),
            }
        }
    }

    fn advance(&mut self, by: f64) {
        self.text = Matrix([1.0, 0.0, 0.0, 1.0, by, 0.0]).then(self.text);
    }

    fn show(&mut self, shown: Option<&Object>) {
        let (Some(Object::String(bytes, _)), Some(font)) = (shown, self.state.font.clone()) else {
            return;
        };
        let State { size, letter_space, word_space, stretch, rise, .. } = self.state;
        for glyph in font.glyphs(bytes) {
            let matrix = self.text.then(self.state.ctm);
            let width = glyph.width * size * stretch;
            let seen = |x: f64, y: f64| {
                let (x, y) = matrix.apply(x, y);
                self.shape.seen(x, y)
            };
            let start = seen(0.0, rise);
            let end = seen(width, rise);
            let (top, bottom) = (seen(0.0, rise + 0.9 * size), seen(width, rise - 0.22 * size));
            let height = (top.0 - start.0).hypot(top.1 - start.1) / 0.9;
            let letter = Letter {
                text: glyph.text,
                area: Area::between(top, bottom),
                baseline: start.1,
                size: height,
                bold: font.bold,
                vni: glyph.vni,
                upright: end.0 > start.0 && (end.1 - start.1).abs() < 0.05 * (end.0 - start.0),
            };
            let drawn = !self.state.invisible || letter.text.is_some();
            if drawn && height.is_finite() && self.shown.letters.len() <= LETTERS {
                self.shown.letters.push(letter);
            }
            let space = letter_space + if glyph.word_space { word_space } else { 0.0 };
            self.advance(width + space * stretch);
        }
    }
}
