//! Text in the encodings that came before Unicode: TCVN3 (ABC) and VNI.
//!
//! Knows: their tables, fonts that use them, how likely a text is one. Must not know: files, cells.
//!
//! Such a text reaches us as letters of Latin-1: the bytes of the old encoding taken one by one. Nothing
//! may be folded, normalised or stripped before it is decoded: U+00AD, the soft hyphen, is “ư” in TCVN3, and
//! compatibility forms turn ª, ¹ and µ into other letters.

use std::borrow::Cow;
use std::ops::Range;

use super::syllable::is_syllable;

/// An encoding of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// Unicode, or plain ASCII.
    Unicode,
    /// TCVN3, also called ABC: fonts `.Vn…`.
    Tcvn3,
    /// VNI for Windows: fonts `VNI-…`.
    Vni,
}

/// What the name of a font says about its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Face {
    /// Nothing.
    #[default]
    Plain,
    /// A TCVN3 font.
    Tcvn3,
    /// A TCVN3 font that shows small letters as capitals (`.VnTimeH`).
    Tcvn3Capitals,
    /// A VNI font.
    Vni,
}

impl Face {
    /// The face of a font by its name: `.VnTime`, `.VnArialH`, `VNI-Times`.
    pub fn of_font(name: &str) -> Self {
        let name = name.trim();
        let starts =
            |lead: &str| name.get(..lead.len()).is_some_and(|head| head.eq_ignore_ascii_case(lead));
        if starts(".Vn") {
            let capitals =
                name.len() > 4 && name.split(' ').next().is_some_and(|n| n.ends_with('H'));
            return if capitals { Self::Tcvn3Capitals } else { Self::Tcvn3 };
        }
        if starts("VNI-") || starts("VNI ") { Self::Vni } else { Self::Plain }
    }

    /// The encoding that such a font is made for.
    pub fn encoding(self) -> Encoding {
        match self {
            Self::Plain => Encoding::Unicode,
            Self::Tcvn3 | Self::Tcvn3Capitals => Encoding::Tcvn3,
            Self::Vni => Encoding::Vni,
        }
    }
}

/// U+00A1 to U+00FE in TCVN3; a blank where the encoding has no letter. Capitals with a tone have no code.
const TCVN3: [char; 94] = [
    'Ă', 'Â', 'Ê', 'Ô', 'Ơ', 'Ư', 'Đ', 'ă', 'â', 'ê', 'ô', 'ơ', 'ư', 'đ', ' ', ' ', ' ', ' ', ' ',
    ' ', 'à', 'ả', 'ã', 'á', 'ạ', ' ', 'ằ', 'ẳ', 'ẵ', 'ắ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', 'ặ',
    'ầ', 'ẩ', 'ẫ', 'ấ', 'ậ', 'è', ' ', 'ẻ', 'ẽ', 'é', 'ẹ', 'ề', 'ể', 'ễ', 'ế', 'ệ', 'ì', 'ỉ', ' ',
    ' ', ' ', 'ĩ', 'í', 'ị', 'ò', ' ', 'ỏ', 'õ', 'ó', 'ọ', 'ồ', 'ổ', 'ỗ', 'ố', 'ộ', 'ờ', 'ở', 'ỡ',
    'ớ', 'ợ', 'ù', ' ', 'ủ', 'ũ', 'ú', 'ụ', 'ừ', 'ử', 'ữ', 'ứ', 'ự', 'ỳ', 'ỷ', 'ỹ', 'ý', 'ỵ',
];

fn of_tcvn3(c: char) -> Option<char> {
    if c.is_ascii() {
        return Some(c);
    }
    let at = usize::try_from(u32::from(c).checked_sub(0xA1)?).ok()?;
    TCVN3.get(at).copied().filter(|c| *c != ' ')
}

/// The Unicode text of a TCVN3 one. Letters that the encoding does not have stay as they are.
/// For a font of capitals follow with `to_uppercase`.
pub fn decode_tcvn3(text: &str) -> String {
    text.chars().map(|c| of_tcvn3(c).unwrap_or(c)).collect()
}

/// Letters of VNI that stand alone.
const VNI_SINGLE: [(char, char); 20] = [
    ('Ñ', 'Đ'),
    ('ñ', 'đ'),
    ('Í', 'Í'),
    ('í', 'í'),
    ('Ì', 'Ì'),
    ('ì', 'ì'),
    ('Æ', 'Ỉ'),
    ('æ', 'ỉ'),
    ('Ó', 'Ĩ'),
    ('ó', 'ĩ'),
    ('Ò', 'Ị'),
    ('ò', 'ị'),
    ('Ô', 'Ơ'),
    ('ô', 'ơ'),
    ('Ö', 'Ư'),
    ('ö', 'ư'),
    ('Î', 'Ỵ'),
    ('î', 'ỵ'),
    ('Ÿ', 'Ỵ'),
    ('ÿ', 'ỵ'),
];

/// Marks of VNI (small letters; a capital mark is the same): the combining marks that it stands for.
const VNI_MARKS: [(char, &str, &str); 17] = [
    // Tones on any vowel.
    ('ù', "\u{301}", "aeouyơư"),
    ('ø', "\u{300}", "aeouyơư"),
    ('û', "\u{309}", "aeouyơư"),
    ('õ', "\u{303}", "aeouyơư"),
    ('ï', "\u{323}", "aeouơư"),
    // The hat, alone and with tones.
    ('â', "\u{302}", "aeo"),
    ('á', "\u{302}\u{301}", "aeo"),
    ('à', "\u{302}\u{300}", "aeo"),
    ('å', "\u{302}\u{309}", "aeo"),
    ('ã', "\u{302}\u{303}", "aeo"),
    ('ä', "\u{323}\u{302}", "aeo"),
    // The breve, alone and with tones.
    ('ê', "\u{306}", "a"),
    ('é', "\u{306}\u{301}", "a"),
    ('è', "\u{306}\u{300}", "a"),
    ('ú', "\u{306}\u{309}", "a"),
    ('ü', "\u{306}\u{303}", "a"),
    ('ë', "\u{323}\u{306}", "a"),
];

/// The letter of a base and its mark; none if they do not belong together.
fn of_vni(base: char, mark: char) -> Option<char> {
    let own = VNI_SINGLE.iter().find(|(c, _)| *c == base).map_or(base, |(_, letter)| *letter);
    let small = mark.to_lowercase().next()?;
    let (_, marks, on) = VNI_MARKS.iter().find(|(m, ..)| *m == small)?;
    let lower = own.to_lowercase().next()?;
    if !on.contains(lower) || matches!(base, 'í' | 'Í') {
        return None;
    }
    let mut composed = own;
    for mark in marks.chars() {
        composed = unicode_normalization::char::compose(composed, mark)?;
    }
    Some(composed)
}

/// The Unicode text of a VNI one. Letters that the encoding does not have stay as they are.
pub fn decode_vni(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if let Some(letter) = chars.peek().and_then(|mark| of_vni(c, *mark)) {
            chars.next();
            out.push(letter);
        } else {
            out.push(VNI_SINGLE.iter().find(|(v, _)| *v == c).map_or(c, |(_, letter)| *letter));
        }
    }
    out
}

/// The text in Unicode.
pub fn decode(text: &str, encoding: Encoding) -> Cow<'_, str> {
    match encoding {
        Encoding::Unicode => Cow::Borrowed(text),
        Encoding::Tcvn3 => Cow::Owned(decode_tcvn3(text)),
        Encoding::Vni => Cow::Owned(decode_vni(text)),
    }
}

/// What a text seems to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guess {
    /// One reading is clearly better than the others.
    Sure(Encoding),
    /// Both this encoding and Unicode are possible, and the font is made for this one.
    Likely(Encoding),
    /// It may be the named old encoding, or Unicode as it stands: somebody must look.
    Close(Encoding),
}

/// The encoding of a text by its letters, with what its font says as a hint.
///
/// Only words with letters beyond ASCII count: the others read the same in each encoding. A text with
/// letters that only Unicode has (ă, đ, ơ, ư, U+1EA0 to U+1EF9) is never old, whatever its font.
pub fn detect(text: &str, face: Face) -> Guess {
    if text.is_ascii() || has_unicode_letters(text) {
        return Guess::Sure(Encoding::Unicode);
    }
    let [plain, tcvn3, vni] = [Encoding::Unicode, Encoding::Tcvn3, Encoding::Vni].map(|e| {
        let hint = u32::from(face != Face::Plain && face.encoding() == e);
        (score(text, e), hint, e)
    });
    let old = if (tcvn3.0, tcvn3.1) >= (vni.0, vni.1) { tcvn3 } else { vni };
    // The font decides between readings that are equally good; a clearly better reading decides over it.
    let hinted = old.1 == 1;
    match old.0.cmp(&plain.0) {
        std::cmp::Ordering::Greater => Guess::Sure(old.2),
        std::cmp::Ordering::Equal if hinted && old.0 > 0 => Guess::Likely(old.2),
        std::cmp::Ordering::Equal if old.0 > 0 => Guess::Close(old.2),
        std::cmp::Ordering::Less if hinted => Guess::Close(old.2),
        _ => Guess::Sure(Encoding::Unicode),
    }
}

/// True if a text has letters that only Unicode has: it is of no old encoding, whatever its font.
pub fn has_unicode_letters(text: &str) -> bool {
    text.chars().any(only_unicode)
}

/// Letters of Vietnamese beyond Latin-1, and combining marks.
fn only_unicode(c: char) -> bool {
    matches!(
        c,
        'Ă' | 'ă' | 'Đ' | 'đ' | 'Ĩ' | 'ĩ' | 'Ũ' | 'ũ' | 'Ơ' | 'ơ' | 'Ư' | 'ư' | '\u{300}'..='\u{323}'
            | '\u{1EA0}'..='\u{1EF9}'
    )
}

/// Share of the words with letters beyond ASCII that are syllables once decoded, in a thousand.
fn score(text: &str, encoding: Encoding) -> u32 {
    let (mut words, mut valid) = (0u32, 0u32);
    for word in words_of(text) {
        let word = &text[word];
        if word.is_ascii() {
            continue;
        }
        words = words.saturating_add(1);
        let decoded = decode(word, encoding);
        let left_over = encoding != Encoding::Unicode && decoded.chars().any(|c| c == '\u{ad}');
        valid = valid.saturating_add(u32::from(!left_over && is_syllable(&decoded)));
    }
    valid.saturating_mul(1000).checked_div(words).unwrap_or(0)
}

/// Words between blanks and ASCII punctuation; the signs of Latin-1 may be letters here.
fn words_of(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let ends = |c: char| c.is_whitespace() || c.is_ascii_punctuation() || c.is_ascii_digit();
    text.split(ends).filter(|w| !w.is_empty()).map(|word| {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        start..start + word.len()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tcvn3_is_decoded() {
        assert_eq!(decode_tcvn3("nguyÔn thÞ hång ®µo"), "nguyễn thị hồng đào");
        assert_eq!(decode_tcvn3("Ph¹m"), "Phạm");
        assert_eq!(decode_tcvn3("Uû ban"), "Uỷ ban");
        assert_eq!(decode_tcvn3("Tr\u{ad}¬ng"), "Trương");
        assert_eq!(TCVN3.iter().filter(|c| **c != ' ').count(), 74);
        let letters: std::collections::BTreeSet<_> = TCVN3.iter().collect();
        assert_eq!(letters.len(), 75); // and the blank
    }

    #[test]
    fn vni_is_decoded() {
        assert_eq!(decode_vni("nguyeãn thò hoàng ñaøo"), "nguyễn thị hồng đào");
        assert_eq!(decode_vni("UYÛ BAN NHAÂN DAÂN"), "UỶ BAN NHÂN DÂN");
        assert_eq!(decode_vni("UÛY"), "ỦY");
        assert_eq!(decode_vni("Tröông Vaên Löïc"), "Trương Văn Lực");
        assert_eq!(decode_vni("Ñöôøng Ngoïc Haèng"), "Đường Ngọc Hằng");
    }

    #[test]
    fn every_vni_letter_comes_out_and_no_two_share_a_code() {
        let mut made = std::collections::BTreeSet::new();
        for base in "aeouyôöAEOUYÔÖ".chars() {
            for (mark, ..) in VNI_MARKS {
                made.extend(of_vni(base, mark));
            }
        }
        made.extend(VNI_SINGLE.iter().map(|(_, letter)| *letter));
        // 67 letters with marks, small and capital.
        assert_eq!(made.len(), 134, "{made:?}");
    }

    #[test]
    fn fonts_tell_their_encoding() {
        assert_eq!(Face::of_font(".VnTime"), Face::Tcvn3);
        assert_eq!(Face::of_font(".VnTimeH"), Face::Tcvn3Capitals);
        assert_eq!(Face::of_font(".VnArialH"), Face::Tcvn3Capitals);
        assert_eq!(Face::of_font("VNI-Times"), Face::Vni);
        for plain in ["Times New Roman", "Arial", "Vni", ""] {
            assert_eq!(Face::of_font(plain), Face::Plain, "{plain}");
        }
    }

    #[test]
    fn encodings_are_told_apart() {
        use Encoding::{Tcvn3, Unicode, Vni};
        for (text, face, guess) in [
            ("NguyÔn ThÞ Hång §µo", Face::Plain, Guess::Sure(Tcvn3)),
            ("Nguyeãn Thò Hoàng Ñaøo", Face::Plain, Guess::Sure(Vni)),
            ("Nguyễn Thị Hồng Đào", Face::Tcvn3, Guess::Sure(Unicode)),
            ("Lê Văn Hùng", Face::Tcvn3, Guess::Sure(Unicode)),
            ("Lê An", Face::Plain, Guess::Close(Tcvn3)),
            ("Phßng Tæ chøc", Face::Plain, Guess::Sure(Tcvn3)),
            ("Tran Van An", Face::Tcvn3, Guess::Sure(Unicode)),
            // é is itself in Unicode and ộ in TCVN3: “bé” and “bộ” are both words.
            ("Bé", Face::Plain, Guess::Close(Tcvn3)),
            ("Bé", Face::Tcvn3, Guess::Likely(Tcvn3)),
            // Not Vietnamese at all.
            ("Müller", Face::Plain, Guess::Sure(Unicode)),
        ] {
            assert_eq!(detect(text, face), guess, "{text}");
        }
    }
}
