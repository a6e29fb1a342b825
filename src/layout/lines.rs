//! The lines that a text takes, and how to break one well.
//!
//! Knows: where a line may break and which ways of breaking are better. Must not know: the decree,
//! slots, pages, the phrases themselves.

use std::cell::RefCell;

use super::metrics::Type;
use super::phrases::{DASHED, Phrases, Seen, TORN};
use crate::text::recent::Recent;

/// A stretch of text of one type. A `\n` is a line break.
pub type Piece<'a> = (&'a str, Type);

/// The lines that a text takes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lines {
    /// Width of each, without the space at its end, in twips.
    pub widths: Vec<f64>,
    /// Least distance of a line from breaking otherwise: how much narrower or wider the column
    /// may turn out to be, in twips, before a word moves.
    pub slack: f64,
    /// What the places of the breaks cost: 0 for the best, 1 for each in the midst of a phrase.
    pub torn: f64,
}

impl Lines {
    /// How many; an empty text takes one line.
    pub fn count(&self) -> usize {
        self.widths.len().max(1)
    }

    /// Width of the last line.
    pub fn last(&self) -> f64 {
        self.widths.last().copied().unwrap_or(0.0)
    }

    /// Width of the widest.
    pub fn widest(&self) -> f64 {
        self.widths.iter().copied().fold(0.0, f64::max)
    }
}

/// Something unbreakable with the space after it.
#[derive(Clone, Copy, Default)]
struct Word {
    ink: f64,
    space: f64,
    /// A line break follows.
    breaks: bool,
    /// Where it begins: piece and byte.
    start: (usize, usize),
    /// What it costs to end a line after it.
    cost: f64,
}

/// Cuts text into words: after spaces and after hyphens and dashes inside words, as word
/// processors do; a non-breaking space joins.
fn words(pieces: &[Piece<'_>]) -> Vec<Word> {
    let letters: usize = pieces.iter().map(|(text, _)| text.len()).sum();
    let mut out = Vec::with_capacity(letters / 4 + 1);
    let mut word = Word::default();
    let mut open = false;
    let mut before = ' ';
    for (piece, (text, face)) in pieces.iter().enumerate() {
        let width = face.letters();
        for (at, c) in text.char_indices() {
            let advance = width(c);
            if c == '\n' {
                word.breaks = true;
                out.push(std::mem::take(&mut word));
                open = false;
            } else if c == ' ' || c == '\t' {
                word.space += advance;
                open = true;
            } else {
                let after_dash = matches!(before, '-' | '\u{2013}' | '\u{2014}')
                    && !c.is_ascii_digit()
                    && word.ink > 0.0
                    && c.is_alphanumeric();
                if word.space > 0.0 || after_dash {
                    out.push(std::mem::take(&mut word));
                }
                if word.ink == 0.0 {
                    word.start = (piece, at);
                }
                word.ink += advance;
                open = true;
            }
            before = c;
        }
    }
    if open {
        out.push(word);
    }
    out
}

/// Words with what it costs to end a line after each.
fn weighed(pieces: &[Piece<'_>], phrases: &Phrases) -> Vec<Word> {
    let mut out = words(pieces);
    let end = (pieces.len(), 0);
    let starts = out.iter().map(|w| w.start);
    let ends = out.iter().skip(1).map(|w| w.start).chain([end]);
    let seen: Vec<Seen> = starts.zip(ends).map(|(a, b)| Seen::new(between(pieces, a, b))).collect();
    for (word, cost) in out.iter_mut().zip(phrases.costs(&seen)) {
        word.cost = cost;
    }
    out
}

/// The letters from one place to another.
fn between<'a>(
    pieces: &'a [Piece<'a>],
    (first, from): (usize, usize),
    (last, to): (usize, usize),
) -> impl Iterator<Item = char> + 'a {
    let count = (last + 1).saturating_sub(first);
    pieces.iter().enumerate().skip(first).take(count).flat_map(move |(i, (text, _))| {
        let start = if i == first { from } else { 0 };
        let end = if i == last { to } else { text.len() };
        text.get(start..end).unwrap_or("").chars()
    })
}

/// Widths of the widest stretch that cannot be broken and of the widest line if only line breaks
/// break it, in twips.
pub fn extremes(pieces: &[Piece<'_>]) -> (f64, f64) {
    let words = words(pieces);
    let widest = words.iter().map(|w| w.ink).fold(0.0, f64::max);
    (widest, fill(&words, f64::INFINITY, 0.0).widest())
}

/// The one line of a text that plainly fits: the common case, without cutting it into words.
fn one_line(pieces: &[Piece<'_>], measure: f64) -> Option<Lines> {
    if pieces.iter().any(|(text, _)| text.contains(['\n', '\t']) || text.ends_with(' ')) {
        return None;
    }
    let width: f64 = pieces.iter().map(|(text, face)| face.width(text)).sum();
    let fits = width <= measure;
    fits.then(|| Lines { widths: vec![width], slack: measure - width, torn: 0.0 })
}

/// Breaks a text into lines no wider than `measure`, the first one shorter by `first`.
pub fn lines(pieces: &[Piece<'_>], measure: f64, first: f64) -> Lines {
    if let Some(line) = one_line(pieces, measure - first) {
        return line;
    }
    fill(&words(pieces), measure, first)
}

fn fill(words: &[Word], measure: f64, first: f64) -> Lines {
    let mut out = Lines { widths: Vec::new(), slack: f64::INFINITY, torn: 0.0 };
    let mut cost = 0.0;
    let mut room = measure - first;
    let (mut ink, mut pending, mut empty) = (0.0, 0.0, true);
    for word in words {
        let wanted = ink + pending + word.ink;
        if !empty && wanted > room {
            out.slack = out.slack.min(wanted - room).min((room - ink).max(0.0));
            out.widths.push(ink);
            out.torn += cost;
            room = measure;
            ink = word.ink;
        } else {
            ink = wanted;
        }
        pending = word.space;
        cost = word.cost;
        empty = false;
        if word.breaks {
            out.slack = out.slack.min((room - ink).abs());
            out.widths.push(ink);
            room = measure;
            (ink, pending, empty) = (0.0, 0.0, true);
        }
    }
    if !empty || out.widths.is_empty() {
        out.slack = out.slack.min((room - ink).abs());
        out.widths.push(ink);
    }
    out
}

/// A measure at which a text takes no more lines than at `measure`, for centred lines: of about
/// one length, broken between phrases where that costs little, and so that no word is about to
/// move. Returns measure and lines.
pub(super) fn balance(pieces: &[Piece<'_>], measure: f64, phrases: &Phrases) -> (f64, Lines) {
    if let Some(line) = one_line(pieces, measure) {
        return (measure, line);
    }
    // Names of organs and subjects come again in every document of a batch.
    thread_local! {
        static BALANCED: RefCell<Recent<(f64, Lines)>> = const { RefCell::new(Recent::new()) };
    }
    let mut key = measure.to_bits().to_be_bytes().to_vec();
    for (text, face) in pieces {
        let [high, low] = face.size.to_be_bytes();
        key.extend([high, low, u8::from(face.bold), u8::from(face.italic)]);
        key.extend_from_slice(text.as_bytes());
        // No text holds this byte.
        key.push(0xFF);
    }
    BALANCED.with_borrow_mut(|known| {
        let known = known.of(phrases.id());
        if let Some(found) = known.get(&key) {
            return found.clone();
        }
        let found = best_measure(pieces, measure, phrases);
        known.tell(&key, || found.clone());
        found
    })
}

fn best_measure(pieces: &[Piece<'_>], measure: f64, phrases: &Phrases) -> (f64, Lines) {
    let words = weighed(pieces, phrases);
    let full = fill(&words, measure, 0.0);
    let broken = words.iter().filter(|w| w.breaks).count() + 1;
    if full.count() <= broken || full.widest() > measure {
        return (measure, full);
    }
    let (mut low, mut high) = (words.iter().map(|w| w.ink).fold(0.0, f64::max), measure);
    while high - low > 4.0 {
        let middle = (low + high) / 2.0;
        let fits = fill(&words, middle, 0.0).count() <= full.count();
        if fits { high = middle } else { low = middle }
    }
    let tries = 24;
    let step = (measure - high) / f64::from(tries);
    let near = (0..6).map(|i| high + f64::from(i) * 30.0);
    let wide = (1..=tries).map(|i| high + f64::from(i) * step);
    let mut best = (measure, full);
    let mut least = cost(&best.1, 1.0);
    for tried in near.chain(wide).take_while(|m| *m <= measure) {
        let lines = fill(&words, tried, 0.0);
        let cost = cost(&lines, (tried - high) / measure);
        if cost < least - 1e-6 {
            least = cost;
            best = (tried, lines);
        }
    }
    best
}

/// What a way of breaking costs: wider than need be, in the midst of phrases, about to break
/// otherwise.
fn cost(lines: &Lines, wider: f64) -> f64 {
    let unsure = (1.0 - lines.slack / 60.0).clamp(0.0, 1.0);
    let breaks = lines.count().saturating_sub(1).max(1) as f64;
    wider + lines.torn / breaks + 0.2 * unsure
}

/// Where to put line breaks into a name that would otherwise end a line in the midst of a phrase,
/// or whose first line must be shorter by `first`: the places (piece and byte) that new lines begin
/// at. `None` where the text has breaks of its own or cannot do better than `found`.
pub(super) fn breaks(
    pieces: &[Piece<'_>],
    (measure, first): (f64, f64),
    phrases: &Phrases,
    found: &Lines,
) -> Option<Vec<(usize, usize)>> {
    let long = found.widths.first().is_some_and(|w| *w > measure - first);
    if found.torn < DASHED && !long {
        return None;
    }
    let words = weighed(pieces, phrases);
    let forced = words.iter().rev().skip(1).filter(|w| w.breaks).count();
    if forced > 0 {
        return None;
    }
    let all: f64 = words.iter().map(|w| w.ink + w.space).sum();
    let least = found.count();
    let way =
        |count: usize| Ways { words: &words, measure, first, mean: all / count as f64 }.best(count);
    // A line more is better than a phrase torn.
    let (torn, starts) = match (way(least), least) {
        (Some(way), _) if way.0 < TORN => way,
        (Some(few), 2..) => way(least + 1).filter(|w| w.0 <= few.0 - 0.9).unwrap_or(few),
        (found, _) => found.or_else(|| way(least + 1))?,
    };
    (long || torn < found.torn - 1e-6).then_some(starts)
}

/// Where new lines begin (piece and byte) when a text takes at most `most` lines of a measure, none of
/// which is wider: as few lines as can be, phrases whole, lines of about one length. `None` where it
/// does not fit.
pub(super) fn broken(
    pieces: &[Piece<'_>],
    measure: f64,
    most: usize,
    phrases: &Phrases,
) -> Option<Vec<(usize, usize)>> {
    if one_line(pieces, measure).is_some() {
        return Some(Vec::new());
    }
    let words = weighed(pieces, phrases);
    let found = fill(&words, measure, 0.0);
    if found.widest() > measure || found.count() > most {
        return None;
    }
    let all: f64 = words.iter().map(|w| w.ink + w.space).sum();
    let mean = all / found.count() as f64;
    Ways { words: &words, measure, first: 0.0, mean }.best(found.count()).map(|way| way.1)
}

/// All ways of breaking words into a number of lines.
struct Ways<'a> {
    words: &'a [Word],
    measure: f64,
    /// How much shorter the first line is.
    first: f64,
    mean: f64,
}

/// The best way to break the words up to one: its cost, what its breaks tear, where its last line
/// begins.
type Way = Option<(f64, f64, usize)>;

impl Ways<'_> {
    /// What the breaks tear and where the lines after the first begin.
    fn best(&self, lines: usize) -> Option<(f64, Vec<(usize, usize)>)> {
        let count = self.words.len();
        let mut table: Vec<Vec<Way>> = Vec::with_capacity(lines + 1);
        let mut first: Vec<Way> = vec![None; count + 1];
        if let Some(start) = first.first_mut() {
            *start = Some((0.0, 0.0, 0));
        }
        table.push(first);
        for _ in 0..lines {
            let before = table.last()?;
            let row = (0..=count).map(|end| self.line_to(before, end)).collect();
            table.push(row);
        }
        let torn = table.last()?.last().copied()??.1;
        let mut starts = Vec::with_capacity(lines);
        let mut at = count;
        for row in table.iter().skip(1).rev() {
            at = row.get(at).copied()??.2;
            if at > 0 {
                starts.push(self.words.get(at)?.start);
            }
        }
        starts.reverse();
        Some((torn, starts))
    }

    /// The best last line that ends before word `end`.
    fn line_to(&self, before: &[Way], end: usize) -> Way {
        let mut best: Way = None;
        let mut width = 0.0;
        for begin in (0..end).rev() {
            let word = self.words.get(begin)?;
            // The space after the last word of a line does not count.
            width += word.ink + if begin + 1 < end { word.space } else { 0.0 };
            if width > self.measure {
                break;
            }
            let Some((cost, torn, _)) = before.get(begin).copied().flatten() else { continue };
            let broken = if end < self.words.len() {
                self.words.get(end - 1).map_or(0.0, |w| w.cost)
            } else {
                0.0
            };
            if begin == 0 && width > self.measure - self.first {
                continue;
            }
            let ragged = (width - self.mean) / self.measure;
            let cost = cost + broken + ragged * ragged;
            if best.is_none_or(|b| cost < b.0) {
                best = Some((cost, torn + broken, begin));
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PLAIN: Type = Type { size: 28, bold: false, italic: false };

    fn phrases(list: &[&str]) -> Phrases {
        let list = list.iter().map(|p| (*p).to_owned()).collect();
        Phrases::new(&[("phrases".to_owned(), list)].into())
    }

    #[test]
    fn breaks_at_spaces_and_hyphens_only() {
        let text = "Thi đua - Khen thưởng tỉnh";
        let all = PLAIN.width(text);
        let one = lines(&[(text, PLAIN)], all + 1.0, 0.0);
        assert_eq!(one.count(), 1);
        assert!((one.last() - all).abs() < 0.01);
        let two = lines(&[(text, PLAIN)], all - 1.0, 0.0);
        assert_eq!(two.count(), 2);
        assert!((two.last() - PLAIN.width("tỉnh")).abs() < 0.01);
        let joined = lines(&[("Khen\u{a0}thưởng", PLAIN)], 10.0, 0.0);
        assert_eq!(joined.count(), 1);
        let hyphen = lines(&[("KHEN-THƯỞNG", PLAIN)], PLAIN.width("KHEN-THƯỞN"), 0.0);
        assert_eq!(hyphen.count(), 2);
    }

    #[test]
    fn a_hard_break_ends_a_line() {
        let lines = lines(&[("ỦY BAN NHÂN DÂN\nTỈNH AN HẢI", PLAIN)], 9000.0, 0.0);
        assert_eq!(lines.count(), 2);
        assert!((lines.last() - PLAIN.width("TỈNH AN HẢI")).abs() < 0.01);
    }

    #[test]
    fn a_name_that_no_measure_breaks_well_gets_a_break_of_its_own() {
        let text = "TM. HỘI ĐỒNG THI ĐUA - KHEN THƯỞNG";
        let pieces = [("TM. HỘI ", PLAIN), ("ĐỒNG THI ĐUA - KHEN THƯỞNG", PLAIN)];
        let table = phrases(&["hội đồng", "thi đua", "khen thưởng"]);
        let measure = PLAIN.width(text) - 10.0;
        let (_, even) = balance(&pieces, measure, &table);
        assert_eq!(even.count(), 2);
        let found = breaks(&pieces, (measure, 0.0), &table, &even).expect("a better way");
        assert_eq!(found, [(1, "ĐỒNG ".len())]);
        // What balance does well needs none.
        let good = [("ỦY BAN NHÂN DÂN TỈNH AN HẢI", PLAIN)];
        let (_, even) = balance(&good, PLAIN.width(good[0].0) - 10.0, &table);
        assert_eq!(breaks(&good, (measure, 0.0), &table, &even), None);
    }

    #[test]
    fn a_shorter_first_line_takes_fewer_words() {
        let text = "SỞ KHOA HỌC VÀ CÔNG NGHỆ TỈNH AN HẢI";
        let pieces = [(text, PLAIN)];
        let table = phrases(&["khoa học", "công nghệ"]);
        let measure = PLAIN.width(text) + 10.0;
        let (_, one) = balance(&pieces, measure, &table);
        assert_eq!(one.count(), 1);
        let found = breaks(&pieces, (measure, 100.0), &table, &one);
        assert_eq!(found, Some(vec![(0, "SỞ KHOA HỌC ".len())]));
        let narrow = PLAIN.width("KHOA HỌC VÀ CÔNG") + 10.0;
        let (_, many) = balance(&pieces, narrow, &table);
        let found = breaks(&pieces, (narrow, 0.0), &table, &many).unwrap_or_default();
        assert!(found.is_sorted());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn lines_hold_what_they_were_given(text in "[A-Za-zĐđƯư -]{0,80}", measure in 500f64..9000.0) {
            let got = lines(&[(&text, PLAIN)], measure, 0.0);
            let widest = text.split(' ').map(|w| PLAIN.width(w) + 1.0).fold(0.0, f64::max);
            prop_assert!(got.widest() <= measure.max(widest));
            let table = phrases(&["A B", "c d e"]);
            let (narrow, even) = balance(&[(&text, PLAIN)], measure, &table);
            prop_assert!(narrow <= measure);
            prop_assert!(even.count() <= got.count());
            for (piece, at) in breaks(&[(&text, PLAIN)], (measure, 40.0), &table, &even).unwrap_or_default() {
                prop_assert!(piece == 0 && text.is_char_boundary(at));
            }
        }
    }
}
