//! Vietnamese text: normal form, folding, Roman numbers, and sealed values.
//!
//! Knows: letters. Must not know: documents, files.

mod nearest;
mod number;
mod odd;
mod roman;
pub mod seal;

pub use nearest::nearest;
pub use number::{MAX_IN_WORDS, WordStyle, group_digits, number_words};
pub use odd::{Odd, find_odd, odd};
pub use roman::{from_roman, to_roman};

use unicode_normalization::{UnicodeNormalization, is_nfc as quick};

/// True if the text is in Unicode normal form C.
pub fn is_nfc(text: &str) -> bool {
    text.is_ascii() || text.chars().all(is_plain) || quick(text)
}

/// Letters that are the same in every normal form C text: no combining mark, no double of another
/// letter. Covers precomposed Vietnamese, common punctuation and sealed values, so that almost no
/// text needs the tables.
fn is_plain(c: char) -> bool {
    matches!(u32::from(c), 0..=0x02FF | 0x1EA0..=0x1EFF | 0x2010..=0x2027 | 0xE000..=0xF8FF)
}

/// The text in Unicode normal form C.
pub fn nfc(text: &str) -> String {
    if is_nfc(text) { text.to_owned() } else { text.nfc().collect() }
}

/// Lower case without accents, đ as d: for finding headings and keys, never for output.
pub fn fold(text: &str) -> String {
    text.nfd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'đ' { 'd' } else { c })
        .collect()
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
    fn folds_and_slugs() {
        assert_eq!(fold("ĐỀ ÁN Quyết"), "de an quyet");
        assert_eq!(slug("Kế hoạch (đợt 2)"), "ke-hoach-dot-2");
        assert_eq!(nfc("Quye\u{302}\u{301}t"), "Quyết");
        assert!(is_nfc("Quyết “định” \u{E100}") && !is_nfc("Quye\u{302}\u{301}t"));
        for c in ('\0'..=char::MAX).filter(|c| is_plain(*c)) {
            assert!(quick(c.encode_utf8(&mut [0; 4])), "{c}");
        }
    }
}
