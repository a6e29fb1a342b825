//! The name in a cell: titles before it, capitals, whether it names a person or a unit.
//!
//! Knows: how Vietnamese names are written. Must not know: rows, files.

use std::sync::LazyLock;

use super::words::{without_brackets, words};
use crate::model::HonoureeKind;
use crate::text;
use crate::text::collate::same_key;

/// A name taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Person {
    pub name: String,
    /// `Ông`, `Bà` or a rank that stood before the name.
    pub address: String,
    /// Học hàm, học vị that stood before the name.
    pub degree: String,
    /// What stood before the name or after it, as written.
    pub moved: Vec<String>,
    pub is_dead: bool,
}

/// Takes titles, ranks, degrees, numbers and remarks about death away from a person's name.
pub(super) fn apart(cell: &str) -> Person {
    let mut person = Person::default();
    let mut rest = cell.trim();
    // “(đã mất)” after the name.
    let bare;
    if let Some(note) =
        bracketed(rest).filter(|n| words().names.dead_notes.contains(&text::slug(n)))
    {
        person.moved.push(format!("({note})"));
        person.is_dead = true;
        bare = without_brackets(rest);
        rest = bare.trim();
    }
    let unnumbered = after_number(rest);
    if unnumbered.len() < rest.len() {
        person.moved.push(rest[..rest.len() - unnumbered.len()].trim().to_owned());
        rest = unnumbered;
    }
    while let Some((what, after)) = lead(rest) {
        if after.is_empty() {
            break;
        }
        let written = rest[..rest.len() - after.len()].trim();
        person.moved.push(written.trim_end_matches([':', ',']).to_owned());
        match what {
            Lead::Title(address) if !address.is_empty() => person.address = address.to_owned(),
            Lead::Rank(rank) => person.address = rank,
            Lead::Degree => {
                if !person.degree.is_empty() {
                    person.degree.push(' ');
                }
                person.degree.push_str(written);
            }
            Lead::Dead => person.is_dead = true,
            Lead::Title(_) => {}
        }
        rest = after;
    }
    let ended = rest.trim_end_matches([';', ',', '.', ':']).trim_end();
    if ended.len() < rest.len() {
        person.moved.push(rest[ended.len()..].trim().to_owned());
    }
    person.name = ended.to_owned();
    person
}

/// Takes the word for a household from the beginning of its name: `Hộ`, `Hộ gia đình`, `Gia đình`; and the rest.
pub(super) fn household(cell: &str) -> Option<(String, &str)> {
    let words = words().names.households.iter();
    let (word, rest) =
        words.filter_map(|w| Some((w, after_word(cell, w)?))).max_by_key(|(word, _)| word.len())?;
    Some((sentence_case(word), rest))
}

enum Lead<'a> {
    Title(&'a str),
    Rank(String),
    Degree,
    Dead,
}

/// What stands before a name, and the rest.
fn lead(rest: &str) -> Option<(Lead<'static>, &str)> {
    let names = &words().names;
    let longest = |list: &'static [String]| {
        let hits = list.iter().filter_map(|w| Some((w, after_word(rest, w)?)));
        hits.max_by_key(|(w, _)| w.len())
    };
    let titles = names.titles.iter().filter_map(|t| Some((t, after_word(rest, &t[0])?)));
    if let Some((title, after)) = titles.max_by_key(|(t, _)| t[0].len()) {
        return Some((Lead::Title(&title[1]), after));
    }
    if let Some((rank, after)) = longest(&names.ranks) {
        return Some((Lead::Rank(sentence_case(rank)), after));
    }
    if let Some((_, after)) = longest(&names.dead) {
        return Some((Lead::Dead, after));
    }
    // A degree ends with a full stop; “TS Lê An” without one is taken too, in capitals only.
    let degrees = names.degrees.iter().filter_map(|w| {
        let after = after_word(rest, w)?;
        let written = &rest[..rest.len() - after.len()];
        let dotted = written.trim_end().ends_with('.');
        let shout = written.chars().next().is_some_and(char::is_uppercase);
        (dotted || shout && w.len() > 1).then_some((w, after))
    });
    let (_, after) = degrees.max_by_key(|(w, _)| w.len())?;
    Some((Lead::Degree, after))
}

/// What follows a word at the beginning, whatever its case; none if it goes on with a letter.
fn after_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let mut rest = text.chars();
    for wanted in word.chars() {
        let c = rest.next()?;
        let is_same = match c.is_ascii() {
            true => c == wanted || c.to_ascii_lowercase() == wanted,
            false => c == wanted || c.to_lowercase().eq(std::iter::once(wanted)),
        };
        if !is_same {
            return None;
        }
    }
    let rest = rest.as_str();
    let first = rest.chars().next()?;
    let ends = first.is_whitespace() || matches!(first, '.' | ':' | ',');
    ends.then(|| {
        rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ':' | ','))
    })
}

/// What follows `1. ` or `1) `.
fn after_number(text: &str) -> &str {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &text[digits..];
    match rest.strip_prefix(['.', ')', '/']) {
        Some(after) if (1..=4).contains(&digits) => after.trim_start(),
        _ => text,
    }
}

fn bracketed(text: &str) -> Option<&str> {
    let (_, inside) = text.split_once('(')?;
    inside.split_once(')').map(|(note, _)| note)
}

fn sentence_case(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// True if all letters are capitals, and there are some.
pub(super) fn is_shouted(name: &str) -> bool {
    let mut letters = name.chars().filter(|c| c.is_alphabetic());
    let capitals = || name.chars().filter(|c| c.is_uppercase()).count();
    letters.all(char::is_uppercase) && capitals() >= 2
}

/// A person's name with a capital at the beginning of each word and after an apostrophe or a hyphen.
pub(super) fn proper_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut begins = true;
    for c in name.chars() {
        if begins {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        begins = !c.is_alphanumeric() && !unicode_normalization::char::is_combining_mark(c);
    }
    out
}

/// The same for a householder: of two the second keeps its small words (`NGUYỄN VĂN A VÀ BÀ LÊ THỊ B`).
pub(super) fn householder(name: &str) -> String {
    let words = proper_case(name);
    ["Và", "Ông", "Bà"].iter().fold(words, |name, word| {
        name.replace(&format!(" {word} "), &format!(" {} ", word.to_lowercase()))
    })
}

/// The words of units and households as they are compared.
static KINDS: LazyLock<[Vec<String>; 2]> = LazyLock::new(|| {
    let placed = |list: &[String]| list.iter().map(|w| same_key(w)).collect();
    [placed(&words().names.units), placed(&words().names.households)]
});

/// The kind that the first words of a name tell: a unit or a household; none for a person or where they do not tell.
pub(super) fn kind_of_name(name: &str) -> Option<HonoureeKind> {
    // One spelling for “ủy” and “uỷ”.
    let folded = same_key(name);
    let begins = |list: &[String]| {
        let rest = |w: &String| folded.strip_prefix(w.as_str());
        list.iter().filter_map(rest).any(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    let [units, households] = &*KINDS;
    if begins(households) {
        Some(HonoureeKind::Household)
    } else {
        begins(units).then_some(HonoureeKind::Collective)
    }
}

/// True if a text begins with a word for a unit.
pub(super) fn is_unit(text: &str) -> bool {
    kind_of_name(text) == Some(HonoureeKind::Collective)
}

/// True where a cell holds two people for sure, `Some(false)` where it may; `first` is how many words its first
/// line has. “Nguyễn Thị” above “Hồng Đào” is one.
pub(super) fn several(cell: &str, first: Option<usize>) -> Option<bool> {
    let joints = [";", ",", " và ", " & ", " + ", "/", " - ", " – "];
    // Most names hold none of these: all but one begin a joint, or stand in it, whatever else there is.
    let may_join = |b: &u8| matches!(b, b';' | b',' | b'&' | b'+' | b'/' | b'-' | 0xE2);
    let is_joined = cell.bytes().any(|b| may_join(&b)) || cell.contains(" và ");
    for joint in joints.into_iter().filter(|_| is_joined) {
        let mut parts = cell.split(joint).map(str::trim).filter(|p| !p.is_empty());
        let Some(one) = parts.next() else { continue };
        if one.contains(' ') && parts.any(begins_person) {
            return Some(true);
        }
    }
    let first = first?;
    let words: Vec<&str> = cell.split(' ').collect();
    let (above, below) = words.split_at_checked(first)?;
    (above.len() >= 2 && begins_person(&below.join(" "))).then_some(false)
}

/// True for a whole name with a title or a common family name before it.
fn begins_person(text: &str) -> bool {
    let plain = after_number(text);
    if let Some((Lead::Title(_) | Lead::Rank(_), after)) = lead(plain) {
        return !after.is_empty();
    }
    let mut names = plain.split(' ').filter(|w| !w.is_empty());
    let (Some(first), Some(_)) = (names.next(), names.next()) else { return false };
    words().names.surnames.contains(&first.to_lowercase())
}

/// What looks wrong in a person's name, in both languages.
pub(super) fn odd(name: &str) -> Option<(&'static str, &'static str)> {
    if name.chars().any(|c| c.is_ascii_digit()) {
        return Some(("có chữ số", "has digits"));
    }
    let strange = |c: char| {
        !c.is_alphabetic() && !matches!(c, ' ' | '\'' | '’' | '-' | '.' | '(' | ')' | '·')
    };
    if name.chars().any(strange) {
        return Some(("có ký tự lạ", "has strange signs"));
    }
    if !name.contains(' ') {
        return Some(("chỉ có một tiếng", "is one word only"));
    }
    let small = |w: &str| w.chars().next().is_some_and(char::is_lowercase);
    name.split(' ').any(small).then_some(("có chữ không viết hoa", "has a word without a capital"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_taken_from_the_name() {
        let told = |cell| {
            let p = apart(cell);
            (p.name, p.address, p.degree, p.is_dead)
        };
        let of = |n: &str, a: &str, d: &str, dead| (n.to_owned(), a.to_owned(), d.to_owned(), dead);
        assert_eq!(told("Lê Văn An"), of("Lê Văn An", "", "", false));
        assert_eq!(told("Bà Trần Thị Đào"), of("Trần Thị Đào", "Bà", "", false));
        assert_eq!(told("ÔNG: NGUYỄN VĂN TÍ;"), of("NGUYỄN VĂN TÍ", "Ông", "", false));
        assert_eq!(told("Đ/c Lê Văn An"), of("Lê Văn An", "", "", false));
        assert_eq!(told("Đồng chí Thượng tá Lê Văn An"), of("Lê Văn An", "Thượng tá", "", false));
        assert_eq!(told("PGS.TS. Lê Văn An"), of("Lê Văn An", "", "PGS.TS.", false));
        assert_eq!(told("1. Ông (Bà) Lê An"), of("Lê An", "", "", false));
        assert_eq!(told("Cố Đại úy Lê Văn An"), of("Lê Văn An", "Đại úy", "", true));
        assert_eq!(told("Lê Văn An (đã mất)"), of("Lê Văn An", "", "", true));
        // Not titles: a family name, a given name, words that only begin so.
        assert_eq!(told("Bàn Thị Lan").0, "Bàn Thị Lan");
        assert_eq!(told("Cố").0, "Cố");
        assert_eq!(told("Bà").0, "Bà");
    }

    #[test]
    fn capitals_become_a_name() {
        for (shouted, name) in [
            ("NGUYỄN THỊ HỒNG ĐÀO", "Nguyễn Thị Hồng Đào"),
            ("H'HEN NIÊ", "H'Hen Niê"),
            ("Y THUYÊN Ê BAN", "Y Thuyên Ê Ban"),
            ("K’BRÔNG", "K’Brông"),
            ("LÊ NA-TA", "Lê Na-Ta"),
        ] {
            assert!(is_shouted(shouted));
            assert_eq!(proper_case(shouted), name);
        }
        assert!(!is_shouted("Lê An") && !is_shouted("Y") && !is_shouted(""));
    }

    #[test]
    fn units_are_told_from_people() {
        use HonoureeKind::{Collective, Household};
        for (name, kind) in [
            ("Phòng Tổng hợp", Some(Collective)),
            ("TỔ MỘT CỬA", Some(Collective)),
            ("Uỷ ban nhân dân xã An Phú", Some(Collective)),
            ("Hộ ông Nguyễn Văn Tí", Some(Household)),
            ("Gia đình bà Lê Thị Tư", Some(Household)),
            ("Tô Văn Phòng", None),
            ("Đoàn Văn Hậu", None),
            ("Bàn Thị Lan", None),
            ("Vũ Văn An", None),
            ("To Van An", None),
        ] {
            assert_eq!(kind_of_name(name), kind, "{name}");
        }
    }

    #[test]
    fn two_people_in_one_cell_are_seen() {
        for cell in [
            "Nguyễn Văn An và Trần Thị Bình",
            "Nguyễn Văn Ân, Trần Thị Bê",
            "Lê Văn A; 2. Lê Văn B",
            "Lê Văn C, bà Lê Thị D",
            "Lê Văn C / Lê Thị D",
        ] {
            assert_eq!(several(cell, None), Some(true), "{cell}");
        }
        assert_eq!(several("Nguyễn Văn Ánh Trần Thị Bích", Some(3)), Some(false));
        for (cell, first) in [
            ("Nguyễn Thị Hồng Đào", Some(2)),
            ("Nguyễn Văn An", None),
            ("Lê Văn An, Phó Trưởng phòng", None),
            ("H'Hen Niê - Ê Ban", None),
            ("Lê Na-Ta", None),
            ("Hoàng", Some(1)),
        ] {
            assert_eq!(several(cell, first), None, "{cell}");
        }
    }

    #[test]
    fn odd_names_are_seen() {
        assert!(odd("Lê Văn An").is_none() && odd("H'Hen Niê").is_none());
        for name in ["Lê Văn An 2", "An", "Lê văn An", "Lê @n"] {
            assert!(odd(name).is_some(), "{name}");
        }
    }
}
