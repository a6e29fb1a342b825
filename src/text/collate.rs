//! The order of the Vietnamese alphabet, for names.
//!
//! Knows: letters, tones, what is a given name. Must not know: lists, people.
//!
//! Letters first (a ă â b c d đ e ê …), then tones (ngang, huyền, hỏi, ngã, sắc, nặng) once all letters
//! are the same, then small before capital. `ch`, `ng`, `th` and the like are no letters of their own. Where a
//! tone sits in its syllable (hòa, hoà) makes no difference.

use std::sync::atomic::{AtomicU64, Ordering};

use unicode_normalization::UnicodeNormalization;

/// The letters in their order. f, j, w and z stand where the Latin alphabet has them.
const LETTERS: &str = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz";
/// Combining marks of the tones in their order; no mark comes before them all.
const TONES: [char; 5] = ['\u{300}', '\u{309}', '\u{303}', '\u{301}', '\u{323}'];

/// A key of a text: keys in the order of their bytes are texts in the order of the alphabet.
pub fn key(text: &str) -> Vec<u8> {
    let (mut letters, mut tones, mut cases) = (Vec::new(), Vec::new(), Vec::new());
    for word in text.split_whitespace() {
        word_key(word, &mut letters, &mut tones, &mut cases);
        // A blank sorts before every letter: “An Bình” before “Anh”.
        letters.push(1);
    }
    letters.push(0);
    letters.append(&mut tones);
    letters.push(0);
    letters.append(&mut cases);
    letters
}

/// One tone for the whole word, so that its place in the word does not count.
fn word_key(word: &str, letters: &mut Vec<u8>, tones: &mut Vec<u8>, cases: &mut Vec<u8>) {
    let mut tone = 1;
    let mut plain = String::with_capacity(word.len());
    for c in word.nfd() {
        match TONES.iter().position(|t| *t == c) {
            Some(at) => tone = u8::try_from(at + 2).unwrap_or(1),
            None => plain.push(c),
        }
    }
    for c in plain.nfc() {
        let small = c.to_lowercase().next().unwrap_or(c);
        let rank = LETTERS.chars().position(|l| l == small);
        match rank.and_then(|r| u8::try_from(r).ok()) {
            Some(rank) => letters.push(rank.saturating_add(30)),
            None if small.is_ascii_digit() => {
                letters.push((small as u8).saturating_sub(b'0').saturating_add(15));
            }
            // Signs (an apostrophe) do not count; strange letters come last, by their code.
            None if !small.is_alphanumeric() => continue,
            None => {
                letters.push(0xF0);
                letters.extend(u32::from(small).to_be_bytes().into_iter().map(|b| b.max(1)));
            }
        }
        cases.push(1 + u8::from(small != c));
    }
    tones.push(tone);
}

/// A person's name apart: họ, đệm, tên. One word is a given name.
pub fn parts(name: &str) -> (&str, &str, &str) {
    let name = name.trim();
    let Some((rest, given)) = name.rsplit_once(char::is_whitespace) else { return ("", "", name) };
    let rest = rest.trim_end();
    match rest.split_once(char::is_whitespace) {
        Some((family, middle)) => (family, middle.trim_start(), given),
        None => (rest, "", given),
    }
}

/// A key that sorts people as Vietnamese lists do: given name, then họ, then đệm.
pub fn name_key(name: &str) -> Vec<u8> {
    let (family, middle, given) = parts(name);
    let mut out = Vec::new();
    // Letters and tones of one part count before the letters of the next.
    for part in [given, family, middle] {
        out.extend(key(part));
        out.push(0);
    }
    out
}

/// A text for comparing people and units: small letters, one blank, tones wherever they are written.
pub fn same_key(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(|c: char| !c.is_alphanumeric() && !is_mark(c)).filter(|w| !w.is_empty())
    {
        if !out.is_empty() {
            out.push(' ');
        }
        let from = out.len();
        if small_word(word, &mut out).is_none() {
            out.truncate(from);
            let tone = apart(word.chars(), |c| out.push(c));
            out.extend(tone);
        }
    }
    out
}

/// Letters without tones, in lower case, and the last tone of them.
fn apart(letters: impl Iterator<Item = char>, mut put: impl FnMut(char)) -> Option<char> {
    let mut tone = None;
    for c in letters.nfd().flat_map(char::to_lowercase) {
        if TONES.contains(&c) {
            tone = Some(c);
        } else {
            put(c);
        }
    }
    tone
}

/// A word of letters that each come to themselves, without marks on their own; `None` for any other.
fn small_word(word: &str, out: &mut String) -> Option<()> {
    let mut tone = None;
    for c in word.chars() {
        if c.is_ascii() {
            out.push(c.to_ascii_lowercase());
        } else {
            let known = known(c)?;
            let [letter, mark, last] = known.to_chars();
            out.extend(letter.into_iter().chain(mark));
            tone = last.or(tone);
        }
    }
    out.extend(tone);
    Some(())
}

/// What a letter comes to: itself in lower case, its mark, its tone, in 21 bits each; 0 for none.
#[derive(Clone, Copy, PartialEq)]
struct Known(u64);

impl Known {
    /// A letter that comes to more.
    const OTHER: Self = Self(u64::MAX);

    fn of(c: char) -> Self {
        let (mut letters, mut count) = ([0; 2], 0);
        let tone = apart(std::iter::once(c), |c| {
            if let Some(place) = letters.get_mut(count) {
                *place = u64::from(u32::from(c));
            }
            count += 1;
        });
        let [letter, mark] = letters;
        let is_one = (1..=2).contains(&count) && !is_mark(c);
        let tone = tone.map_or(0, |tone| u64::from(u32::from(tone)));
        if is_one { Self(letter | mark << 21 | tone << 42) } else { Self::OTHER }
    }

    fn to_chars(self) -> [Option<char>; 3] {
        [0, 21, 42].map(|from| {
            let code = u32::try_from(self.0 >> from & 0x1F_FFFF).unwrap_or(0);
            char::from_u32(code).filter(|_| code > 0)
        })
    }
}

/// The same of a letter that Vietnamese or its neighbours have, as it came out when it was met first.
fn known(c: char) -> Option<Known> {
    const LATIN: std::ops::Range<u32> = 0xC0..0x250;
    const MARKED: std::ops::Range<u32> = 0x1E00..0x1F00;
    const COUNT: usize = (LATIN.end - LATIN.start + MARKED.end - MARKED.start) as usize;
    static LETTERS: [AtomicU64; COUNT] = [const { AtomicU64::new(0) }; COUNT];
    let code = u32::from(c);
    let at = match code {
        code if LATIN.contains(&code) => code - LATIN.start,
        code if MARKED.contains(&code) => code - MARKED.start + LATIN.end - LATIN.start,
        _ => return None,
    };
    let place = LETTERS.get(at as usize)?;
    let mut known = Known(place.load(Ordering::Relaxed));
    if known == Known(0) {
        known = Known::of(c);
        place.store(known.0, Ordering::Relaxed);
    }
    Some(known).filter(|known| *known != Known::OTHER)
}

fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted<'a>(names: &[&'a str], key: fn(&str) -> Vec<u8>) -> Vec<&'a str> {
        let mut names = names.to_vec();
        names.sort_by_key(|n| key(n));
        names
    }

    #[test]
    fn letters_then_tones_then_case() {
        let order = [
            "An", "Àn", "Ản", "Ãn", "Án", "Ạn", "Ăn", "Ân", "Ba", "Bà", "Cao", "Chi", "Công",
            "Dung", "Đào", "Em", "Ê", "Giang", "Hà", "Khanh", "Lan", "Nga", "Ngọc", "Nhung",
            "Oanh", "Ôn", "Ơn", "Tâm", "Thảo", "Trang", "Tú", "Tư", "Ước", "Vân", "Xuân", "Yến",
        ];
        let mut shuffled = order;
        shuffled.reverse();
        assert_eq!(sorted(&shuffled, key), order);
        // All letters count before any tone.
        assert_eq!(sorted(&["Má b", "Ma c"], key), ["Má b", "Ma c"]);
        assert_eq!(sorted(&["an", "An"], key), ["an", "An"]);
    }

    #[test]
    fn where_the_tone_sits_makes_no_difference() {
        assert_eq!(key("hòa"), key("hoà"));
        assert_eq!(
            sorted(&["Hóa", "Hoà", "Hoa", "Hòa", "Hoá"], key),
            ["Hoa", "Hoà", "Hòa", "Hóa", "Hoá"]
        );
        assert_eq!(same_key("Nguyễn  Thị THÚY"), same_key("nguyễn thị Thuý"));
        assert_ne!(same_key("Nguyễn Thị Thủy"), same_key("Nguyễn Thị Thúy"));
        assert_ne!(same_key("Đào"), same_key("Dào"));
        assert_eq!(same_key("Hòa"), same_key("Ho\u{61}\u{300}"));
    }

    #[test]
    fn people_are_sorted_by_given_name() {
        let order = [
            "Nguyễn Văn An",
            "Trần An",
            "Lê Thị Ánh",
            "Đặng Bình",
            "H'Hen Niê",
            "Y Niê",
            "Phạm Văn Ơn",
        ];
        let mut shuffled = order;
        shuffled.reverse();
        assert_eq!(sorted(&shuffled, name_key), order);
        assert_eq!(parts("Nguyễn Thị Hồng Đào"), ("Nguyễn", "Thị Hồng", "Đào"));
        assert_eq!((parts("Lê An"), parts("An")), (("Lê", "", "An"), ("", "", "An")));
    }

    #[test]
    fn every_letter_comes_to_what_the_tables_say() {
        let slow = |word: &str| {
            let mut out = String::new();
            let tone = apart(word.chars(), |c| out.push(c));
            out.extend(tone);
            out
        };
        for c in ('\u{C0}'..'\u{300}').chain('\u{1E00}'..'\u{1F10}').filter(|c| c.is_alphanumeric())
        {
            for word in [format!("{c}"), format!("A{c}nế"), format!("{c}\u{302}\u{323}b{c}")] {
                assert_eq!(same_key(&word), slow(&word), "{word}");
            }
        }
        assert_eq!(same_key("UỶ  ban, Ủy Ban"), "uy\u{309} ban uy\u{309} ban");
    }
}
