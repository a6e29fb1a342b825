//! The text of one cell, repaired; what was done is told by the caller.
//!
//! Knows: old encodings, blanks, letters that only look right. Must not know: rows, columns, names.

use crate::text;
use crate::text::legacy::{self, Encoding, Face, Guess};
use crate::text::recent::Recent;

/// A repaired text and what was done to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Repaired {
    pub text: String,
    /// Decoded from this encoding.
    pub decoded: Option<Encoding>,
    /// Only the font or the rest of the sheet can tell: the text as it would be once decoded.
    pub doubt: Option<Doubt>,
    /// It has letters that only Unicode has.
    pub is_unicode: bool,
    /// What was done to letters and blanks.
    pub done: Done,
}

/// A text that reads well in two encodings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Doubt {
    pub encoding: Encoding,
    pub decoded: String,
    /// The font is made for the encoding.
    pub by_font: bool,
}

/// Kinds of repair, as bits of a set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Done(u8);

impl Done {
    pub const NFC: Self = Self(1);
    pub const ETH: Self = Self(2);
    pub const HARD_BLANK: Self = Self(4);
    pub const INVISIBLE: Self = Self(8);
    pub const BLANKS: Self = Self(16);
    pub const LINES: Self = Self(32);

    pub fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    pub fn is_none(self) -> bool {
        self.0 == 0
    }

    /// The repairs in words, in both languages.
    pub fn words(self) -> (String, String) {
        let known = [
            (Self::NFC, "chuyển Unicode tổ hợp sang dựng sẵn", "composed decomposed letters"),
            (Self::ETH, "đổi chữ Ð lạ (U+00D0) thành Đ", "changed the foreign Ð (U+00D0) to Đ"),
            (Self::HARD_BLANK, "đổi khoảng trắng cứng", "replaced hard blanks"),
            (Self::INVISIBLE, "bỏ ký tự không nhìn thấy", "removed invisible characters"),
            (Self::BLANKS, "bỏ khoảng trắng thừa", "removed needless blanks"),
            (Self::LINES, "nối các dòng trong ô", "joined the lines of the cell"),
        ];
        let mine = || known.iter().filter(|(bit, ..)| self.0 & bit.0 != 0);
        let vi: Vec<&str> = mine().map(|(_, vi, _)| *vi).collect();
        let en: Vec<&str> = mine().map(|(_, _, en)| *en).collect();
        (vi.join(", "), en.join(", "))
    }
}

/// Repairs the cells of one sheet. A post or a unit stands in it again and again: what such a text came to is kept.
#[derive(Default)]
pub(super) struct Repairer(Recent<Repaired>);

impl Repairer {
    /// Repairs a text as it stands in the file.
    pub fn repair(&mut self, raw: &str, face: Face) -> Repaired {
        if let Some(done) = nothing_to_repair(raw, face) {
            return done;
        }
        if face != Face::Plain {
            return repair(raw, face);
        }
        if let Some(known) = self.0.get(raw.as_bytes()) {
            return known.clone();
        }
        let done = repair(raw, face);
        self.0.tell(raw.as_bytes(), || done.clone());
        done
    }
}

/// A text that is Unicode for sure and as it should be.
fn nothing_to_repair(raw: &str, face: Face) -> Option<Repaired> {
    let is_sure = raw.is_ascii() || face == Face::Plain && has_only_unicode(raw);
    (is_sure && text::is_simple(raw) && is_plain(raw)).then(|| Repaired {
        text: raw.to_owned(),
        is_unicode: !raw.is_ascii(),
        ..Repaired::default()
    })
}

/// Repairs a text as it stands in the file. Old encodings come first: nothing may be taken away before.
fn repair(raw: &str, face: Face) -> Repaired {
    let mut out = Repaired { is_unicode: legacy::has_unicode_letters(raw), ..Repaired::default() };
    let capitals = face == Face::Tcvn3Capitals;
    let decode = |encoding| {
        let text = legacy::decode(raw, encoding).into_owned();
        if capitals && encoding == Encoding::Tcvn3 { text.to_uppercase() } else { text }
    };
    let source = match legacy::detect(raw, face) {
        Guess::Sure(Encoding::Unicode) => raw.to_owned(),
        Guess::Sure(encoding) => {
            out.decoded = Some(encoding);
            decode(encoding)
        }
        Guess::Likely(encoding) | Guess::Close(encoding) => {
            let by_font = face.encoding() == encoding;
            let decoded = letters(&decode(encoding), &mut Done::default());
            out.doubt = Some(Doubt { encoding, decoded, by_font });
            raw.to_owned()
        }
    };
    out.text = letters(&source, &mut out.done);
    out
}

/// The same for a text that is Unicode for sure.
pub(super) fn tidy(raw: &str) -> Repaired {
    let mut out = Repaired { is_unicode: !raw.is_ascii(), ..Repaired::default() };
    out.text = letters(raw, &mut out.done);
    out
}

/// Nothing at the ends, no double blanks, nothing invisible.
fn is_plain(raw: &str) -> bool {
    let strange =
        |c: char| is_invisible(c) || is_hard_blank(c) || matches!(c, 'Ð' | 'ð' | '\n' | '\t');
    raw.trim().len() == raw.len() && !raw.contains("  ") && !raw.chars().any(strange)
}

fn has_only_unicode(raw: &str) -> bool {
    legacy::has_unicode_letters(raw)
}

fn is_hard_blank(c: char) -> bool {
    matches!(c, '\u{A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}')
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}')
}

/// Letters and blanks of a text that is Unicode by now.
fn letters(source: &str, done: &mut Done) -> String {
    let mut out = String::with_capacity(source.len());
    for c in source.chars() {
        match c {
            'Ð' | 'Ɖ' => {
                done.add(Done::ETH);
                out.push('Đ');
            }
            'ð' => {
                done.add(Done::ETH);
                out.push('đ');
            }
            '\r' | '\n' | '\t' | '\u{B}' | '\u{2028}' | '\u{2029}' => {
                done.add(Done::LINES);
                out.push(' ');
            }
            c if is_hard_blank(c) => {
                done.add(Done::HARD_BLANK);
                out.push(' ');
            }
            c if is_invisible(c) => done.add(Done::INVISIBLE),
            c => out.push(c),
        }
    }
    if out.contains("  ") || out.trim().len() != out.len() {
        done.add(Done::BLANKS);
        out = out.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    if !text::is_nfc(&out) {
        done.add(Done::NFC);
        out = text::nfc(&out);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(raw: &str) -> (String, Done) {
        let out = Repairer::default().repair(raw, Face::Plain);
        (out.text, out.done)
    }

    #[test]
    fn a_text_that_comes_again_is_repaired_as_before_and_by_its_own_font() {
        let mut repairer = Repairer::default();
        for raw in ["Chuyên viên", "Lê An", " Trần  An", "Tr\u{AD}¬ng §×nh H\u{AD}ng", "An"]
        {
            for face in [Face::Plain, Face::Tcvn3, Face::Plain, Face::Plain, Face::Vni] {
                assert_eq!(repairer.repair(raw, face), repair(raw, face), "{raw} {face:?}");
            }
        }
    }

    #[test]
    fn letters_and_blanks_are_repaired_and_told() {
        assert_eq!(repaired("Lê Văn Hùng"), ("Lê Văn Hùng".into(), Done::default()));
        assert_eq!(repaired("Ðỗ Văn Ðạt").0, "Đỗ Văn Đạt");
        assert_eq!(repaired("Nguye\u{302}\u{303}n").0, "Nguyễn");
        let (text, done) = repaired(" Trần\u{A0}Thị\u{200B}  Đào\nLan ");
        assert_eq!(text, "Trần Thị Đào Lan");
        let (vi, _) = done.words();
        for word in ["cứng", "không nhìn thấy", "thừa", "nối"] {
            assert!(vi.contains(word), "{vi}");
        }
    }

    #[test]
    fn old_encodings_are_decoded_before_anything_is_taken_away() {
        let out = repair("Tr\u{AD}¬ng §×nh H\u{AD}ng", Face::Tcvn3);
        assert_eq!((out.text.as_str(), out.decoded), ("Trương Đình Hưng", Some(Encoding::Tcvn3)));
        assert!(out.done.is_none(), "{:?}", out.done);
        let out = repair("Tr\u{AD}¬ng §×nh H\u{AD}ng", Face::Plain);
        assert_eq!(out.text, "Trương Đình Hưng");
        let out = repair("Ph¹m V¨n An", Face::Tcvn3Capitals);
        assert_eq!(out.text, "PHẠM VĂN AN");
        let out = repair("Trương Đình Hưng", Face::Tcvn3);
        assert_eq!((out.text.as_str(), out.decoded), ("Trương Đình Hưng", None));
        // “Lê An” may be “Lờ An”: nobody decides here.
        let out = repair("Lê An", Face::Plain);
        assert_eq!(out.text, "Lê An");
        assert_eq!(out.doubt.map(|d| d.decoded).as_deref(), Some("Lờ An"));
    }
}
