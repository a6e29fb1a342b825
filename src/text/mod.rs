//! Vietnamese text: normal form, folding, Roman numbers, and sealed values.
//!
//! Knows: letters. Must not know: documents, files.

pub mod collate;
pub mod legacy;
mod nearest;
mod number;
mod odd;
pub mod qr;
pub mod recent;
mod roman;
pub mod seal;
mod syllable;

pub use nearest::nearest;
pub use number::{MAX_IN_WORDS, WordStyle, group_digits, number_words};
pub use odd::{Odd, find_odd, odd};
pub use roman::{from_roman, to_roman};
pub use syllable::is_syllable;

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

use unicode_normalization::{UnicodeNormalization, is_nfc as quick};

/// True if the text is in Unicode normal form C.
pub fn is_nfc(text: &str) -> bool {
    plain_prefix(text.as_bytes(), true) == text.len() || quick(text)
}

/// True for text that can be taken as it is: printable, in normal form C, nothing reserved.
/// Line feeds are allowed. May say no for rare letters that would be fine.
pub fn is_simple(text: &str) -> bool {
    plain_prefix(text.as_bytes(), false) == text.len()
}

/// The bytes at the beginning that need no tables: ASCII, Latin letters with marks, precomposed
/// Vietnamese, common punctuation. With `nfc_only`, controls and sealed values pass as well,
/// because they say nothing about the normal form.
fn plain_prefix(bytes: &[u8], nfc_only: bool) -> usize {
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let next = |n: usize| bytes.get(at + n).copied().unwrap_or(0);
        at += match byte {
            0x20..=0x7E | b'\n' => 1,
            0x00..=0x7F if nfc_only => 1,
            // U+00A0 to U+02FF.
            0xC2 if next(1) >= 0xA0 => 2,
            0xC3..=0xCB => 2,
            // U+1E80 to U+1EFF.
            0xE1 if matches!(next(1), 0xBA | 0xBB) => 3,
            // U+2010 to U+2027.
            0xE2 if next(1) == 0x80 && (0x90..=0xA7).contains(&next(2)) => 3,
            // U+E000 to U+EFFF.
            0xEE if nfc_only => 3,
            _ => return at,
        };
    }
    at
}

/// The text in Unicode normal form C.
pub fn nfc(text: &str) -> String {
    if is_nfc(text) { text.to_owned() } else { text.nfc().collect() }
}

/// Lower case without accents, đ as d: for finding headings and keys, never for output.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii() => out.push(c.to_ascii_lowercase()),
            c => match known_base(c) {
                Some(base) => out.push(base),
                None => out.extend(bases(c)),
            },
        }
    }
    out
}

/// What a letter comes to without its marks, in lower case; marks are told apart from letters one by one, so that
/// their order makes no difference.
fn bases(c: char) -> impl Iterator<Item = char> {
    std::iter::once(c)
        .nfd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'đ' { 'd' } else { c })
}

/// The same of a letter that Vietnamese or its neighbours have, as it came out when it was met first; `None` for
/// others, and for those that come to several.
fn known_base(c: char) -> Option<char> {
    const LATIN: Range<u32> = 0xC0..0x250;
    const MARKED: Range<u32> = 0x1E00..0x1F00;
    const COUNT: usize = (LATIN.end - LATIN.start + MARKED.end - MARKED.start) as usize;
    /// What stands for a letter that comes to several.
    const SEVERAL: u32 = u32::MAX;
    static BASES: [AtomicU32; COUNT] = [const { AtomicU32::new(0) }; COUNT];
    let code = u32::from(c);
    let at = match code {
        code if LATIN.contains(&code) => code - LATIN.start,
        code if MARKED.contains(&code) => code - MARKED.start + LATIN.end - LATIN.start,
        _ => return None,
    };
    let known = BASES.get(at as usize)?;
    let base = match known.load(Ordering::Relaxed) {
        0 => {
            let mut bases = bases(c);
            let only = bases.next().filter(|_| bases.next().is_none());
            let base = only.map_or(SEVERAL, u32::from);
            known.store(base, Ordering::Relaxed);
            base
        }
        base => base,
    };
    char::from_u32(base)
}

/// ASCII letters and digits of the folded text joined by single hyphens: `Kế hoạch` → `ke-hoach`.
pub fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in fold(text).chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_is_folded_as_the_tables_say() {
        for c in '\u{80}'..='\u{FFFF}' {
            let plain: String = std::iter::once(c)
                .nfd()
                .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
                .flat_map(char::to_lowercase)
                .map(|c| if c == 'đ' { 'd' } else { c })
                .collect();
            assert_eq!(fold(&c.to_string()), plain, "{c:?}");
        }
        // Marks in any order, on letters that have some already.
        assert_eq!(fold("Quye\u{323}\u{302}n \u{1EC7}\u{301}"), "quyen e");
    }

    #[test]
    fn folds_and_slugs() {
        assert_eq!(fold("ĐỀ ÁN Quyết"), "de an quyet");
        assert_eq!(slug("Kế hoạch (đợt 2)"), "ke-hoach-dot-2");
        assert_eq!(nfc("Quye\u{302}\u{301}t"), "Quyết");
        assert!(is_nfc("Quyết “định” \u{E100}") && !is_nfc("Quye\u{302}\u{301}t"));
    }

    #[test]
    fn shortcuts_agree_with_the_tables() {
        for c in '\0'..=char::MAX {
            let text = c.to_string();
            assert_eq!(is_nfc(&text), quick(&text), "{c:?}");
            if is_simple(&text) {
                assert!(quick(&text) && (c == '\n' || odd(c).is_none()) && c != '\t', "{c:?}");
            }
        }
        assert!(is_simple("Quyết định – “số 1”…\n") && !is_simple("a\tb"));
    }
}
