//! What the first and the last page of a document offer as fields.
//!
//! Knows: where the parts of an official page stand (PL I, Phần I, Mục IV) and how they begin. Must
//! not know: how the lines were read. An offer may be wrong: a person accepts it.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use super::Given;
use super::words::{priority_of, words};
use crate::source::pdf::TextLine;
use crate::text;

/// Part of the page above which the head stands.
const HEAD: f64 = 0.5;
/// Height of a signature block at most, mm.
const BLOCK: f64 = 75.0;
/// Lines that a subject takes at most.
const SUBJECT: usize = 7;

static CODE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)^\s*số\s*:?\s*(\d[\d\s]*[a-z]?)\s*([/-])\s*(\S.*)$").ok());
static DATE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)ngày\s*(\d{1,2})\s*tháng\s*(\d{1,2})\s*năm\s*(\d{4})").ok());

/// Fields as a page offers them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Offer {
    /// The fields.
    pub given: Given,
    /// Cơ quan chủ quản, as printed above the author.
    pub parent: String,
    /// Địa danh.
    pub place: String,
}

/// Reads the offer of a document. `width` and `height` are those of the first page, mm; `types`
/// are names of types beside those that the table knows.
pub fn offer(
    first: &[TextLine],
    last: &[TextLine],
    (width, height): (f64, f64),
    types: &[String],
) -> Offer {
    let mut found = Offer::default();
    let head: Vec<&TextLine> = first.iter().filter(|l| l.baseline < height * HEAD).collect();
    let code = head.iter().position(|l| middle(l) < width * 0.55 && code_of(&l.text).is_some());
    if let Some(line) = code.and_then(|at| head.get(at)) {
        found.given.code = code_of(&line.text).unwrap_or_default();
    }
    if let Some((place, date)) = head.iter().find_map(|l| date_line(&l.text)) {
        found.place = place;
        found.given.issued = date;
    }
    let code_line = head.iter().find(|l| is_code_line(l, width));
    let top = code_line.map_or(height * 0.2, |l| l.baseline);
    let (parent, organ) = organs(&head, top, width);
    found.parent = parent;
    found.given.from = organ;
    title(&mut found.given, first, top, (width, height), types);
    found.given.priority = head.iter().find_map(|l| urgency(&l.text)).unwrap_or(0);
    signer(&mut found.given, last, width);
    found
}

/// The degree of urgency that a line is (ô 10b): `THƯỢNG KHẨN`, also `HỎA TỐC HẸN GIỜ 08 giờ …`.
fn urgency(line: &str) -> Option<u8> {
    let mark = line.trim().trim_end_matches(['.', ':', '!']);
    if !is_upper(mark.split(|c: char| c.is_ascii_digit()).next().unwrap_or("")) {
        return None;
    }
    let timed = text::slug(mark).starts_with("hoa-toc-hen-gio");
    priority_of(if timed { "hỏa tốc hẹn giờ" } else { mark }).filter(|p| *p > 0)
}

fn middle(line: &TextLine) -> f64 {
    line.area.x + line.area.width / 2.0
}

fn is_code_line(line: &TextLine, width: f64) -> bool {
    let folded = text::fold(&line.text);
    let rest = folded.trim_start().strip_prefix("so");
    middle(line) < width * 0.55
        && rest.is_some_and(|r| r.trim_start().starts_with(':') || r.contains('/'))
}

/// `Số : 04 / KH-HĐTĐKT` → `04/KH-HĐTĐKT`; nothing where the number is blank.
fn code_of(line: &str) -> Option<String> {
    let found = CODE.as_ref()?.captures(line)?;
    let number: String = found.get(1)?.as_str().split_whitespace().collect();
    let mark = found.get(2)?.as_str();
    let notation = found.get(3)?.as_str().replace(['–', '—'], "-");
    let mut words = notation.split_whitespace();
    let mut kept = words.next()?.to_owned();
    for word in words {
        // `KH - HĐTĐKT` is one; a further word beside it is not.
        if kept.ends_with(['-', '/']) || word.starts_with(['-', '/']) {
            kept.push_str(word);
        } else {
            break;
        }
    }
    let kept = kept.trim_end_matches(['.', ',', ';', ':', '-']);
    (!kept.is_empty()).then(|| format!("{number}{mark}{kept}"))
}

/// Place and date of `An Hải, ngày 17 tháng 3 năm 2022`.
fn date_line(line: &str) -> Option<(String, Option<Date>)> {
    let found = DATE.as_ref()?.captures(line)?;
    let whole = found.get(0)?;
    let before = line.get(..whole.start())?.trim();
    // In the middle of a sentence it is the date of something else.
    let place = before.strip_suffix(',').or(before.is_empty().then_some(""))?.trim();
    if place.split_whitespace().count() > 6 {
        return None;
    }
    let part = |i: usize| found.get(i).and_then(|m| m.as_str().parse::<i16>().ok());
    let (day, month) = (i8::try_from(part(1)?).ok()?, i8::try_from(part(2)?).ok()?);
    Some((place.to_owned(), Date::new(part(3)?, month, day).ok()))
}

/// Parent and author: the lines in capitals left of the nation's. Bold ones are the author's;
/// where no font tells, the last line is.
fn organs(head: &[&TextLine], top: f64, width: f64) -> (String, String) {
    let lines: Vec<&&TextLine> = head
        .iter()
        .filter(|l| l.baseline < top && middle(l) < width * 0.5 && is_upper(&l.text))
        .filter(|l| !words().offer.nation.contains(&text::slug(&l.text)))
        .collect();
    let join =
        |lines: &[&&TextLine]| lines.iter().map(|l| l.text.as_str()).collect::<Vec<_>>().join(" ");
    let bold =
        lines.iter().position(|l| l.bold).filter(|at| *at > 0 || lines.iter().any(|l| !l.bold));
    let from = bold.unwrap_or_else(|| {
        if lines.iter().all(|l| l.bold) { 0 } else { lines.len().saturating_sub(1) }
    });
    let (parent, organ) = lines.split_at(from.min(lines.len()));
    (join(parent), join(organ))
}

fn is_upper(line: &str) -> bool {
    let mut letters = line.chars().filter(|c| c.is_alphabetic()).peekable();
    letters.peek().is_some() && letters.all(|c| !c.is_lowercase())
}

/// Type and subject: the type's name in capitals in the middle and what follows it, or the
/// subject of a letter beneath its code.
fn title(
    given: &mut Given,
    lines: &[TextLine],
    top: f64,
    (width, height): (f64, f64),
    types: &[String],
) {
    let table = &words().offer;
    let below =
        lines.iter().enumerate().filter(|(_, l)| l.baseline > top && l.baseline < height * 0.6);
    for (at, line) in below.clone() {
        let slug = text::slug(&line.text);
        let known = types.iter().chain(&table.types).find(|t| text::slug(t) == slug);
        if let Some(known) = known.filter(|_| is_upper(&line.text)) {
            given.type_name.clone_from(known);
            given.subject = block(lines.get(at + 1..).unwrap_or(&[]), line, |next, last| {
                (middle(next) - middle(last)).abs() < width * 0.08
                    && next.area.x > width * 0.14
                    && (!line.bold || next.bold)
            });
            return;
        }
    }
    for (at, line) in below {
        let Some(rest) = table.leads.iter().find_map(|lead| without_lead(&line.text, lead)) else {
            continue;
        };
        if middle(line) < width * 0.5 {
            let more = block(
                &lines
                    .get(at + 1..)
                    .unwrap_or(&[])
                    .iter()
                    .filter(|l| middle(l) < width * 0.5)
                    .cloned()
                    .collect::<Vec<_>>(),
                line,
                |next, last| (next.size - last.size).abs() < 0.25 * last.size,
            );
            given.type_name = "Công văn".to_owned();
            given.subject = [rest, more.as_str()].join(" ").trim().to_owned();
            return;
        }
    }
}

fn without_lead<'l>(line: &'l str, lead: &str) -> Option<&'l str> {
    let begin = line.get(..lead.len())?;
    (text::fold(begin) == text::fold(lead))
        .then(|| line.get(lead.len()..).unwrap_or("").trim_start_matches([':', ' ']))
}

/// The lines that go on from `first` as long as they follow closely and look alike.
fn block(
    lines: &[TextLine],
    first: &TextLine,
    alike: impl Fn(&TextLine, &TextLine) -> bool,
) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut last = first;
    for line in lines {
        let gap = line.baseline - last.baseline;
        let slug = text::slug(&line.text) + "-";
        let ends = words().offer.ends.iter().any(|e| slug.starts_with(e.as_str()) && slug != *e);
        if urgency(&line.text).is_some() {
            break;
        }
        if gap <= 0.1
            || gap > 2.2 * last.size.max(line.size)
            || ends
            || !alike(line, last)
            || kept.len() == SUBJECT
        {
            break;
        }
        kept.push(&line.text);
        last = line;
    }
    kept.join(" ")
}

/// The last name on the right half beneath a post in capitals.
fn signer(given: &mut Given, lines: &[TextLine], width: f64) {
    let right: Vec<&TextLine> = lines.iter().filter(|l| middle(l) > width * 0.45).collect();
    let is_post = |l: &TextLine| {
        let slug = text::slug(&l.text);
        is_upper(&l.text)
            && words()
                .offer
                .posts
                .iter()
                .any(|p| slug.starts_with(p.as_str()) || format!("{slug}-") == *p)
    };
    let Some(last) = right.iter().rposition(|l| is_post(l)) else { return };
    let Some(post) = right.get(last) else { return };
    let name = right.iter().skip(last + 1).find(|l| is_name(&l.text) && l.baseline > post.baseline);
    let Some(name) = name else { return };
    given.signer_name.clone_from(&name.text);
    // Of `KT. CHỦ TỊCH / PHÓ CHỦ TỊCH / (signature) / GIÁM ĐỐC SỞ …` the second is the post.
    let block =
        right.iter().take(last + 1).filter(|l| is_post(l) && l.baseline > name.baseline - BLOCK);
    let acting = |l: &&&TextLine| {
        let slug = text::slug(&l.text);
        ["tm-", "kt-", "tl-", "tuq-", "q-"].iter().any(|a| slug.starts_with(a))
    };
    let position = block.clone().find(|l| !acting(l)).unwrap_or(post);
    given.signer_position.clone_from(&position.text);
}

/// Two to six words, each with a capital first letter; titles before a name are taken for part of it.
fn is_name(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let capital = |w: &&str| w.chars().next().is_some_and(char::is_uppercase);
    (2..=6).contains(&words.len())
        && words.iter().all(capital)
        && !is_upper(line)
        && line.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '-' | '\''))
}
