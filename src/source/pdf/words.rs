//! Letters to words to lines of text.
//!
//! Knows: how near letters of one word and words of one line stand. Must not know: PDF operators,
//! what a line means.

use lopdf::{Dictionary, Document, ObjectId};

use super::Limits;
use super::content::{self, Letter, Shown};
use super::geometry::{Area, PageShape};
use crate::text::{self, legacy};

/// Gap inside a word at most, in type sizes.
const LETTER_GAP: f64 = 0.14;
/// Gap between words of one line at most, in type sizes: wider gaps divide columns.
const WORD_GAP: f64 = 1.15;
/// Part of the page from which a picture counts as the page itself.
const SCAN: f64 = 0.5;
/// Part of the page from which a filling is a background.
const BACKGROUND: f64 = 0.3;

/// A line of one column.
#[derive(Debug, Clone, PartialEq)]
pub struct TextLine {
    /// Its text, in normal form C, with single blanks.
    pub text: String,
    /// Its box, mm.
    pub area: Area,
    /// Baseline, mm from the upper edge.
    pub baseline: f64,
    /// Type size, mm.
    pub size: f64,
    /// All of it is bold, as far as the fonts tell.
    pub bold: bool,
}

/// What a page says and where.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PageText {
    /// Lines from top to bottom, then from left to right.
    pub lines: Vec<TextLine>,
    /// Everything else that takes room: lines, fillings, pictures.
    pub marks: Vec<Area>,
    /// A picture covers the page.
    pub scanned: bool,
    /// Letters whose fonts do not say what they are.
    pub unreadable: usize,
    /// Not all of the page was read.
    pub cut: bool,
}

impl PageText {
    /// Nothing can be read here.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

/// Reads a page.
pub(super) fn read(
    document: &Document,
    page: ObjectId,
    dictionary: &Dictionary,
    shape: &PageShape,
    limits: &Limits,
) -> PageText {
    let shown = content::read(document, page, dictionary, shape, limits);
    assemble(shown, shape)
}

fn assemble(shown: Shown, shape: &PageShape) -> PageText {
    let whole = shape.width * shape.height;
    let part = |a: &Area| a.width * a.height / whole;
    let scanned = shown.pictures.iter().any(|p| part(p) > SCAN);
    let sides = Area { x: 0.0, y: 0.0, width: shape.width, height: shape.height };
    let pictures = shown.pictures.into_iter().filter(|p| part(p) <= SCAN);
    let marks = shown.marks.into_iter().filter(|m| part(m) <= BACKGROUND);
    let mut marks: Vec<Area> =
        pictures.chain(marks).filter(|m| m.grown(0.1).meets(&sides)).collect();
    let unreadable = shown.letters.iter().filter(|l| l.text.is_none()).count();
    let mut words: Vec<Word> = Vec::new();
    let mut after_blank = true;
    for letter in shown.letters {
        if !letter.area.meets(&sides) {
            continue;
        }
        if letter.text.as_deref().is_some_and(|t| t.trim().is_empty()) {
            after_blank = true;
            continue;
        }
        if !letter.upright {
            marks.push(letter.area);
            continue;
        }
        match words.last_mut() {
            Some(word) if !after_blank && word.goes_on_with(&letter) => word.add(letter),
            _ => words.push(Word::of(letter)),
        }
        after_blank = false;
    }
    for word in words.iter_mut().filter(|w| w.vni) {
        word.text = legacy::decode_vni(&word.text);
    }
    PageText { lines: lines(words), marks, scanned, unreadable, cut: shown.cut }
}

struct Word {
    text: String,
    area: Area,
    baseline: f64,
    size: f64,
    bold: bool,
    vni: bool,
}

impl Word {
    fn of(letter: Letter) -> Self {
        Self {
            text: letter.text.unwrap_or_else(|| "\u{fffd}".to_owned()),
            area: letter.area,
            baseline: letter.baseline,
            size: letter.size,
            bold: letter.bold,
            vni: letter.vni,
        }
    }

    fn goes_on_with(&self, letter: &Letter) -> bool {
        let gap = letter.area.x - self.area.right();
        self.vni == letter.vni
            && (letter.baseline - self.baseline).abs() < 0.4 * self.size
            && gap < LETTER_GAP * self.size
            && gap > -0.8 * self.size
    }

    fn add(&mut self, letter: Letter) {
        self.text.push_str(letter.text.as_deref().unwrap_or("\u{fffd}"));
        self.area = joined(&self.area, &letter.area);
        self.size = self.size.max(letter.size);
        self.bold &= letter.bold;
    }
}

fn joined(a: &Area, b: &Area) -> Area {
    Area::between(
        (a.x.min(b.x), a.y.min(b.y)),
        (a.right().max(b.right()), a.bottom().max(b.bottom())),
    )
}

fn lines(mut words: Vec<Word>) -> Vec<TextLine> {
    words.sort_by(|a, b| a.baseline.total_cmp(&b.baseline));
    let mut out: Vec<TextLine> = Vec::new();
    let mut rest = words.into_iter().peekable();
    while let Some(first) = rest.next() {
        let (baseline, near) = (first.baseline, 0.4 * first.size);
        let mut row = vec![first];
        while let Some(word) =
            rest.next_if(|w| w.baseline - baseline < near.max(0.4 * w.size).min(2.0))
        {
            row.push(word);
        }
        row.sort_by(|a, b| a.area.x.total_cmp(&b.area.x));
        let begin = out.len();
        for word in row {
            match out.get_mut(begin..).and_then(|r| r.last_mut()) {
                Some(line)
                    if word.area.x - line.area.right() < WORD_GAP * line.size.max(word.size) =>
                {
                    if word.area.x - line.area.right() > LETTER_GAP * word.size {
                        line.text.push(' ');
                    }
                    line.text.push_str(&word.text);
                    line.area = joined(&line.area, &word.area);
                    line.size = line.size.max(word.size);
                    line.bold &= word.bold;
                }
                _ => out.push(TextLine {
                    text: word.text,
                    area: word.area,
                    baseline,
                    size: word.size,
                    bold: word.bold,
                }),
            }
        }
    }
    for line in &mut out {
        line.text = text::nfc(&line.text);
    }
    out
}
