//! Whether a word is a syllable that Vietnamese can have.
//!
//! Knows: initials, rimes, tones. Must not know: encodings, dictionaries, what a word is for.

use unicode_normalization::UnicodeNormalization;

/// Initials, longest first.
const INITIALS: [&str; 27] = [
    "ngh", "ng", "nh", "gh", "gi", "kh", "ph", "qu", "th", "tr", "ch", "b", "c", "d", "đ", "g",
    "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "x",
];

/// Rimes without tone.
const RIMES: [&str; 164] = [
    "a", "ac", "ach", "ai", "am", "an", "ang", "anh", "ao", "ap", "at", "au", "ay", "ă", "ăc",
    "ăm", "ăn", "ăng", "ăp", "ăt", "âc", "âm", "ân", "âng", "âp", "ât", "âu", "ây", "e", "ec",
    "em", "en", "eng", "eo", "ep", "et", "ê", "êch", "êm", "ên", "ênh", "êp", "êt", "êu", "i",
    "ia", "ich", "iêc", "iêm", "iên", "iêng", "iêp", "iêt", "iêu", "im", "in", "inh", "ip", "it",
    "iu", "o", "oa", "oac", "oach", "oai", "oam", "oan", "oang", "oanh", "oao", "oap", "oat",
    "oay", "oăc", "oăm", "oăn", "oăng", "oăt", "oc", "oe", "oen", "oeo", "oet", "oi", "om", "on",
    "ong", "ooc", "oong", "op", "ot", "ô", "ôc", "ôi", "ôm", "ôn", "ông", "ôp", "ôt", "ơ", "ơi",
    "ơm", "ơn", "ơp", "ơt", "u", "ua", "uân", "uâng", "uât", "uây", "uc", "uê", "uêch", "uênh",
    "ui", "um", "un", "ung", "uơ", "uôc", "uôi", "uôm", "uôn", "uông", "uôt", "up", "ut", "uy",
    "uya", "uych", "uyên", "uyêt", "uyn", "uynh", "uyp", "uyt", "uyu", "ư", "ưa", "ưc", "ưi", "ưm",
    "ưn", "ưng", "ươc", "ươi", "ươm", "ươn", "ương", "ươp", "ươt", "ươu", "ưt", "ưu", "y", "yêm",
    "yên", "yêt", "yêu", "yn", "ynh", "yt", "yp",
];

/// True for a syllable of standard Vietnamese, whatever its case and wherever its tone is written.
pub fn is_syllable(word: &str) -> bool {
    let Some((letters, tone)) = apart(word) else { return false };
    let initials = INITIALS.iter().filter(|i| letters.starts_with(**i));
    initials.map(|i| i.len()).chain([0]).any(|cut| {
        let (initial, rime) = letters.split_at(cut);
        has_rime(initial, rime) && tone_fits(rime, tone)
    })
}

fn has_rime(initial: &str, rime: &str) -> bool {
    let plain = |rime: &str| RIMES.contains(&rime);
    match initial {
        // “gì”, “giết”: the i is initial and rime at once.
        "gi" => {
            plain(rime) || rime.is_empty() || rime.starts_with('ê') && plain(&format!("i{rime}"))
        }
        // “quốc”, “quân”: the u belongs to the initial or to the rime.
        "qu" => plain(rime) || plain(&format!("u{rime}")) || plain(&format!("o{rime}")),
        "q" => false,
        _ => plain(rime),
    }
}

/// Rimes that end with a stop have only the tones sắc and nặng.
fn tone_fits(rime: &str, tone: Option<char>) -> bool {
    let stopped = rime.ends_with(['c', 'p', 't']) || rime.ends_with("ch");
    !stopped || matches!(tone, Some('\u{301}' | '\u{323}'))
}

/// Lower-case letters without tone, and the tone; none if there are two tones or strange letters.
fn apart(word: &str) -> Option<(String, Option<char>)> {
    // The longest syllable has seven letters (“nghiêng”).
    if word.is_empty() || word.chars().take(12).count() > 10 {
        return None;
    }
    let (mut letters, mut tone) = (String::with_capacity(word.len()), None);
    for c in word.nfd().flat_map(char::to_lowercase) {
        match c {
            '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}'
                if tone.is_none() && ends_in_vowel(&letters) =>
            {
                tone = Some(c);
            }
            '\u{302}' | '\u{306}' | '\u{31b}' | 'đ' | 'a'..='z' => letters.push(c),
            _ => return None,
        }
    }
    Some((letters.nfc().collect(), tone))
}

/// A tone stands on a vowel: Ñ is no N with ngã.
fn ends_in_vowel(letters: &str) -> bool {
    letters.ends_with(['a', 'e', 'i', 'o', 'u', 'y', '\u{302}', '\u{306}', '\u{31b}'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_and_others() {
        for yes in [
            "Nguyễn",
            "thị",
            "Hồng",
            "ĐÀO",
            "quốc",
            "quỳnh",
            "gì",
            "giết",
            "nghiêng",
            "hoà",
            "hòa",
            "Thuý",
            "khuya",
            "ủy",
            "uỷ",
            "Ê",
            "ban",
            "Yến",
            "ước",
            "xoong",
            "quyền",
            "huyện",
            "bức",
            "trường",
            "phường",
            "Ý",
            "quý",
            "gìn",
            "giường",
            "Kỳ",
        ] {
            assert!(is_syllable(yes), "{yes}");
        }
        for no in [
            "nguyÔn", "Hång", "bưc", "btc", "H'Hen", "naøo", "đđ", "ñaøo", "Ðào", "Sở1", "", "Ñôn",
            "bảc",
        ] {
            assert!(!is_syllable(no), "{no}");
        }
    }
}
