//! Checks that read every piece of text: patterns, days, normal form, stray characters.
//!
//! Knows: how to run many patterns in one pass. Must not know: any pattern; the rows do.

use std::cell::RefCell;

use crate::diagnostic::{Result, Text};
use crate::model::Document;
use crate::text;
use crate::text::recent::Recent;
use crate::text::{is_nfc, nfc};

use super::kinds::Kind;
use super::params::{Params, fill};
use super::pattern::{Bytes, Pattern};
use super::view::{At, Scope, each};
use super::{Check, Checks, Context, Head};

/// Which texts a pattern is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Within {
    All,
    Body,
    LegalBasis,
}

/// A pattern that no text may match.
#[derive(Debug)]
pub(crate) struct TextPattern {
    pattern: Pattern,
    /// Matches that are meant well.
    except: Option<Pattern>,
    within: Within,
    /// Also read on the sheet that was written.
    on_sheet: bool,
    message: Text,
}

impl TextPattern {
    pub(crate) fn new(params: &Params) -> Result<Self> {
        let except = match params.get::<String>("except")? {
            Some(_) => Some(params.pattern("except", Vec::new())?),
            None => None,
        };
        Ok(Self {
            pattern: params.main_pattern()?,
            except,
            within: params.get("within")?.unwrap_or(Within::All),
            on_sheet: params.get("on_sheet")?.unwrap_or(false),
            message: params.message()?,
        })
    }

    pub(crate) fn on_sheet(&self) -> bool {
        self.on_sheet
    }

    pub(crate) fn message(&self, found: &str) -> Text {
        fill(&self.message, found.trim())
    }

    /// Its patterns.
    pub(crate) fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        std::iter::once(&self.pattern).chain(&self.except)
    }

    /// The first match, if it is a finding.
    pub(crate) fn found<'t>(&self, text: &'t str, bytes: Bytes) -> Option<&'t str> {
        let excepted = |m: &regex::Match| {
            let from = text
                .get(..m.start())
                .map_or(0, |b| b.char_indices().rev().nth(3).map_or(0, |(i, _)| i));
            let around = text.get(from..m.end()).unwrap_or("");
            self.except.as_ref().and_then(Pattern::get).is_some_and(|e| e.is_match(around))
        };
        if !self.pattern.may_match(text, bytes) {
            return None;
        }
        self.pattern.get()?.find_iter(text).find(|m| !excepted(m)).map(|m| m.as_str())
    }

    fn run(&self, text: &str, bytes: Bytes, at: At, head: &Head, context: &mut Context) {
        let meant = match self.within {
            Within::All => true,
            Within::Body => at.scope != Scope::Field,
            Within::LegalBasis => at.scope == Scope::LegalBasis,
        };
        if !meant {
            return;
        }
        if let Some(found) = self.found(text, bytes) {
            let message = self.message(found);
            context.find(head, at.place(context.doc), message);
        }
    }
}

thread_local! {
    /// Texts in which nothing was found: where they stand, the document's day, the text.
    static CLEAN: RefCell<Recent<()>> = const { RefCell::new(Recent::new()) };
}

/// Runs the checks that read text, each text once. What they find hangs on the text, on what kind
/// of text it is and on the document's day: a text with all these in common with one in which
/// nothing was found is not gone through again.
pub(crate) fn scan(checks: &Checks, context: &mut Context) {
    let doc = context.doc;
    let scan = Scan::new(checks, doc);
    let mut key = scan.day.clone();
    CLEAN.with_borrow_mut(|clean| {
        let clean = clean.of(checks.id);
        each(doc, &mut |text, at| scan.text(text, at, &mut key, clean, context));
    });
}

/// The checks that read the texts of a document.
struct Scan<'c> {
    checks: &'c Checks,
    in_force: Vec<&'c Check>,
    /// The document's day, as texts that nothing was found in are remembered with it.
    day: Vec<u8>,
}

impl<'c> Scan<'c> {
    fn new(checks: &'c Checks, doc: &Document) -> Self {
        let part = |n: Option<i8>| n.unwrap_or(-1).to_be_bytes();
        let mut day = Vec::with_capacity(512);
        day.extend(doc.date.year.to_be_bytes());
        day.extend(part(doc.date.month).into_iter().chain(part(doc.date.day)));
        let scanned = checks.scanned.iter().filter_map(|i| checks.checks.get(*i));
        let in_force = scanned.filter(|c| c.head.in_force(doc.date)).collect();
        Self { checks, in_force, day }
    }

    fn text(
        &self,
        text: &str,
        at: At,
        key: &mut Vec<u8>,
        clean: &mut Recent<()>,
        context: &mut Context,
    ) {
        if text.is_empty() {
            return;
        }
        key.truncate(self.day.len());
        key.push(at.scope as u8);
        key.extend_from_slice(text.as_bytes());
        if clean.get(key).is_some() {
            return;
        }
        let before = context.out.len();
        let suspect = suspicions(text);
        if suspect.any() {
            characters(self.checks, suspect, text, at, context);
        }
        let bytes = Bytes::of(text);
        // A day is looked at by several checks; most texts have none.
        let dated = text.contains("gày ") || text.contains("gày\u{a0}");
        for check in self.in_force.iter().copied() {
            let head = &check.head;
            match &check.kind {
                Kind::TextPattern(p) => p.run(text, bytes, at, head, context),
                Kind::District(d) => d.run(text, bytes, at, head, context),
                Kind::DateSpelling(holidays) if dated => {
                    super::dates::spelling(holidays, text, at, head, context);
                }
                Kind::DateImpossible if dated => super::dates::impossible(text, at, head, context),
                Kind::CitedLater if dated => super::dates::cited_later(text, at, head, context),
                _ => {}
            }
        }
        if context.out.len() == before {
            clean.tell(key, || ());
        }
    }
}

/// What one pass over the bytes makes suspect.
#[derive(Debug, Clone, Copy, Default)]
struct Suspicions {
    control: bool,
    normal_form: bool,
}

impl Suspicions {
    fn any(self) -> bool {
        self.control || self.normal_form
    }
}

/// Looks at the bytes: Vietnamese letters and the usual marks are in normal form C as they are;
/// anything else is looked at properly.
fn suspicions(text: &str) -> Suspicions {
    let bytes = text.as_bytes();
    if is_usual(bytes) { Suspicions::default() } else { byte_by_byte(bytes) }
}

/// True for ASCII and Vietnamese letters alone, as in most texts: told without a way out in the middle.
fn is_usual(bytes: &[u8]) -> bool {
    let usual = |b: u8| matches!(b, b'\n' | 0x20..=0x7E | 0x80..=0xBF | 0xC3..=0xCB | 0xE1);
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    let is_viet = |a: u8, b: u8| (a != 0xE1) | matches!(b, 0xBA | 0xBB);
    bytes.iter().fold(true, |all, b| all & usual(*b))
        && pairs.fold(true, |all, (a, b)| all & is_viet(*a, *b))
}

/// The same of any bytes.
fn byte_by_byte(bytes: &[u8]) -> Suspicions {
    let mut out = Suspicions::default();
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        at += 1;
        match b {
            b'\n' | 0x20..=0x7E | 0x80..=0xBF => {}
            0xC3..=0xCB => {}
            // Latin Extended Additional, where the Vietnamese letters are.
            0xE1 if matches!(bytes.get(at), Some(0xBA | 0xBB)) => {}
            // Dashes, quotes, the ellipsis.
            0xE2 if matches!(
                (bytes.get(at), bytes.get(at + 1)),
                (Some(0x80), Some(0x90..=0xA7 | 0xB0..=0xBF))
            ) => {}
            0xC2 if matches!(bytes.get(at), Some(0xA0..=0xBF)) => {}
            0x00..=0x1F | 0x7F | 0xC2 | 0xEE | 0xEF | 0xE2 | 0xF3 | 0xF4 => {
                out.control = true;
                out.normal_form = true;
            }
            _ => out.normal_form = true,
        }
    }
    out
}

/// False if no character of a text can be stray: most texts are known by their bytes.
pub(crate) fn may_be_stray(text: &str) -> bool {
    let rare = |b: u8| b < b' ' || matches!(b, 0x7F | 0xC2 | 0xE2 | 0xEE | 0xEF) || b >= 0xF3;
    // Whole blocks without a way out in the middle: the compiler makes vectors of them.
    text.as_bytes().chunks(32).any(|block| block.iter().fold(false, |found, b| found | rare(*b)))
}

/// A character that has no place in a document: control, private use, invisible format, not one.
pub(crate) fn is_stray(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c,
            '\u{E000}'..='\u{F8FF}'
            | '\u{F0000}'..='\u{10FFFD}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{2069}'
            | '\u{FEFF}'
            | '\u{FFF0}'..='\u{FFFF}')
}

fn characters(checks: &Checks, what: Suspicions, text: &str, at: At, context: &mut Context) {
    let stray = if what.control { text.chars().find(|c| is_stray(*c)) } else { None };
    let decomposed = what.normal_form && !is_nfc(text);
    for check in &checks.checks {
        match check.kind {
            Kind::StrayCharacters => {
                if let Some(c) = stray {
                    let code = u32::from(c);
                    let around = around(text, c);
                    context.find(
                        &check.head,
                        at.place(context.doc),
                        text!(
                            "có ký tự lạ U+{code:04X} gần “{around}”",
                            "there is a stray character U+{code:04X} near “{around}”"
                        ),
                    );
                }
            }
            Kind::NormalForm if decomposed => {
                let word = text.split_whitespace().find(|w| !is_nfc(w)).unwrap_or(text);
                let good = nfc(word);
                context.find(
                    &check.head,
                    at.place(context.doc),
                    text!(
                        "“{word}” gõ bằng Unicode tổ hợp, chưa ở dạng dựng sẵn (NFC)",
                        "“{good}” is typed in combining characters, not in normal form C"
                    ),
                );
            }
            _ => {}
        }
    }
}

/// A few letters on both sides of a character, without any stray one.
fn around(text: &str, c: char) -> String {
    let at = text.find(c).unwrap_or(0);
    let before: Vec<char> = text.get(..at).unwrap_or("").chars().rev().take(12).collect();
    let after = text.get(at..).unwrap_or("").chars().skip(1).take(12);
    before.into_iter().rev().chain(after).filter(|c| !is_stray(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_usual_is_not_suspect() {
        let mut usual = 0;
        for c in '\0'..='\u{10FFFF}' {
            for text in [format!("{c}"), format!("ế{c}a")] {
                let is_usual = is_usual(text.as_bytes());
                usual += u32::from(is_usual);
                assert!(!is_usual || !byte_by_byte(text.as_bytes()).any(), "{c:?}");
            }
        }
        assert!(usual > 1000 && is_usual("Nguyễn Thị Đào, Phòng 5".as_bytes()));
        assert!(suspicions("Nguye\u{302}\u{303}n").normal_form && suspicions("a\u{1}").control);
    }
}
