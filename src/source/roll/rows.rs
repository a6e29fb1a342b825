//! What the words of a row say: a section, a total.
//!
//! Knows: the words for it. Must not know: columns, lines, files.

use std::sync::LazyLock;

use super::words::{without_brackets, words};
use crate::model::HonoureeKind;
use crate::text;
use crate::text::collate::same_key;
use crate::text::from_roman;

/// `I`, `A`, `1`, `-` with or without its full stop.
pub(super) fn is_enumerator(text: &str) -> bool {
    let plain = text.trim_matches(['(', ')', '.', '/', ':', '-', ' ', '*']);
    let letter = plain.chars().count() == 1 && plain.chars().all(char::is_uppercase);
    plain.is_empty() || letter || from_roman(plain).is_some()
}

/// The text after `I. `, `A) `, `1/ `.
pub(super) fn without_enumerator(text: &str) -> &str {
    let cut = text.find(['.', ')', '/', ':', '-']);
    let Some((lead, rest)) = cut.map(|at| text.split_at(at)) else { return text };
    let digits = !lead.is_empty() && lead.len() <= 3 && lead.bytes().all(|b| b.is_ascii_digit());
    if !(digits || is_enumerator(lead)) {
        return text;
    }
    rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ')' | '/' | ':' | '-'))
}

/// The kind that a heading of a section names.
pub(super) fn section_kind(text: &str) -> Option<HonoureeKind> {
    let bare = without_brackets(without_enumerator(text));
    let slug = text::slug(&bare);
    let slug = slug.trim_matches(|c: char| c.is_ascii_digit() || c == '-');
    let rows = &words().rows;
    let any = |words: &[String]| words.iter().any(|w| w == slug);
    if any(&rows.collective) {
        Some(HonoureeKind::Collective)
    } else if any(&rows.household) {
        Some(HonoureeKind::Household)
    } else {
        any(&rows.individual).then_some(HonoureeKind::Individual)
    }
}

/// The award that a heading of a section names, and whom it says it is for.
pub(super) fn section_form(text: &str) -> Option<(Option<HonoureeKind>, String)> {
    let bare = without_brackets(text);
    let leads = |text: &str| begins(text, &FORMS);
    let trimmed = bare.trim().trim_end_matches([':', '.']).trim();
    if leads(&bare) {
        // “Danh hiệu Lao động tiên tiến: 25 cá nhân”
        let name = trimmed.split([':', ';']).next().unwrap_or(trimmed).trim();
        return Some((None, name.to_owned()));
    }
    // “Tập thể đề nghị tặng Giấy khen”
    let at = bare.to_lowercase().find("đề nghị")?;
    let (who, what) = (bare.get(..at)?, bare.get(at..)?);
    let kind = section_kind(who)?;
    leads(what).then(|| (Some(kind), what.trim().to_owned()))
}

pub(super) fn is_total(text: &str) -> bool {
    let counted = !text.is_ascii() || text.bytes().any(|b| b.is_ascii_digit());
    counted && begins(text, &TOTALS) || is_short_total(text)
}

/// `Cộng: 5`, `Tổng`: one syllable, alone or with a count. “Tổng biên tập” and “Cộng Hòa” are none.
fn is_short_total(text: &str) -> bool {
    let Some((first, rest)) = words().rows.short_totals.iter().find_map(|word| {
        let folded = same_key(text);
        let rest = folded.strip_prefix(same_key(word).as_str())?;
        Some((word, rest.trim_matches([' ', ':', '.', '-', '–', '=', '(']).to_owned()))
    }) else {
        return false;
    };
    let part = |w: &str| {
        matches!(text::slug(w).as_str(), "muc" | "phan") || is_enumerator(&w.to_uppercase())
    };
    let follows = rest.split([' ', ':', '.', ')']).find(|w| !w.is_empty());
    !first.is_empty()
        && follows.is_none_or(|w| w.starts_with(|c: char| c.is_ascii_digit()) || part(w))
}

/// True for a remark about the list: `Ghi chú: …`, `* …`.
pub(super) fn is_note(text: &str) -> bool {
    let slug = text::slug(text);
    let word = words().rows.notes.iter().any(|w| slug.starts_with(w.as_str()));
    let sentence = text.chars().count() > 60 && text.ends_with(['.', ';']);
    word || sentence || text.trim_start_matches('(').starts_with('*') || text.chars().count() > 150
}

/// Words as they are compared: with accents, and without.
type Compared = Vec<(String, String)>;

static FORMS: LazyLock<Compared> = LazyLock::new(|| compared(&words().rows.form));
static TOTALS: LazyLock<Compared> = LazyLock::new(|| compared(&words().rows.totals));

fn compared(list: &[String]) -> Compared {
    list.iter().map(|word| (same_key(word), text::fold(word))).collect()
}

/// True if a text begins with one of the words, accents and all. A text without any accent is compared without,
/// with words of two syllables and more.
fn begins(text: &str, list: &Compared) -> bool {
    let (whole, plain) = (same_key(text), text.is_ascii());
    list.iter().any(|(accented, bare)| {
        let word = if plain { bare } else { accented };
        let rest = whole.strip_prefix(word.as_str());
        rest.is_some_and(|r| r.is_empty() || r.starts_with(' ')) && (!plain || word.contains(' '))
    })
}

/// The numbers of a total with the kind that each one counts.
pub(super) fn counts(text: &str) -> Vec<(usize, Option<HonoureeKind>)> {
    let slug = text::slug(text);
    let parts: Vec<&str> = slug.split('-').collect();
    let mut out = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let Ok(count) = part.parse::<usize>() else { continue };
        let after = |n: usize| parts.get(at + n).copied().unwrap_or("");
        let kind = match (after(1), after(2)) {
            ("tap", "the") => Some(HonoureeKind::Collective),
            ("ca", "nhan") => Some(HonoureeKind::Individual),
            ("ho", _) => Some(HonoureeKind::Household),
            // “ngày 20 tháng 11 năm 2026” counts nothing.
            ("thang" | "nam", _) => continue,
            _ => None,
        };
        if at > 0
            && matches!(parts.get(at - 1), Some(&("ngay" | "thang" | "nam" | "so")))
            && kind.is_none()
        {
            continue;
        }
        out.push((count, kind));
    }
    // A total and its parts: “25 (05 tập thể, 20 cá nhân)”.
    out.dedup();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use HonoureeKind::{Collective, Household, Individual};

    #[test]
    fn sections_are_told_from_names() {
        for (text, kind) in [
            ("I. TẬP THỂ", Some(Collective)),
            ("II. Cá nhân (20 người)", Some(Individual)),
            ("A/ Đối với tập thể:", Some(Collective)),
            ("CÁ NHÂN: 05", Some(Individual)),
            ("III- Hộ gia đình", Some(Household)),
            ("Tập thể Phòng Tổng hợp", None),
            ("Tập thể lao động tiên tiến", None),
            ("Hồ Cá Nhân", None),
        ] {
            assert_eq!(section_kind(text), kind, "{text}");
        }
        assert_eq!(
            section_form("Danh hiệu Lao động tiên tiến: 25 cá nhân"),
            Some((None, "Danh hiệu Lao động tiên tiến".to_owned()))
        );
        assert_eq!(
            section_form("Tập thể đề nghị tặng Giấy khen"),
            Some((Some(Collective), "đề nghị tặng Giấy khen".to_owned()))
        );
        assert_eq!(section_form("Phòng Tổng hợp"), None);
    }

    #[test]
    fn totals_are_read() {
        assert!(is_total("Tổng cộng: 25") && is_total("Cộng") && !is_total("Công Tôn Nữ"));
        assert!(is_total("Tong cong: 25") && !is_total("Tong Van An") && !is_total("Tống Văn 2"));
        assert_eq!(section_form("Tăng Thị Hoa"), None);
        assert!(is_total("Danh sách này có 25 người./."));
        assert!(is_total("Cộng: 5") && is_total("Tổng 25 người") && is_total("Cộng mục II"));
        assert!(!is_total("Tổng biên tập") && !is_total("Tổng công ty B") && !is_total("Cộng Hòa"));
        assert!(is_note("Ghi chú: xếp theo ABC") && is_note("(*) Đã nghỉ hưu"));
        assert!(!is_note("Khối trường học") && !is_note("II. Khối Đảng - Đoàn thể"));
        assert_eq!(counts("Tổng cộng: 25"), [(25, None)]);
        assert_eq!(
            counts("Danh sách này có 02 tập thể và 08 cá nhân./."),
            [(2, Some(Collective)), (8, Some(Individual))]
        );
        assert_eq!(counts("Tổng cộng đến ngày 20 tháng 11 năm 2026: 7 người"), [(7, None)]);
    }
}
