//! Numbers as people write and say them in Vietnamese.
//!
//! Knows: `1.234.567`, `một triệu hai trăm …`. Must not know: what is counted.

/// The largest number that is said in words: a million tỷ (10^15).
pub const MAX_IN_WORDS: u64 = 1_000_000_000_000_000;

const DIGITS: [&str; 10] = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];

/// Words that differ between regions and offices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WordStyle<'a> {
    /// Before a single digit after a hundred: `linh` or `lẻ`.
    pub odd: &'a str,
    /// Thousand: `nghìn` or `ngàn`.
    pub thousand: &'a str,
}

impl Default for WordStyle<'_> {
    fn default() -> Self {
        Self { odd: "linh", thousand: "nghìn" }
    }
}

/// `1234567` → `1.234.567`.
pub fn group_digits(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3 + 1);
    if n < 0 {
        out.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out
}

/// `1005` → `một nghìn không trăm linh năm`; `None` above [`MAX_IN_WORDS`] either side of 0.
pub fn number_words(n: i64, style: WordStyle<'_>) -> Option<String> {
    let size = n.unsigned_abs();
    if size > MAX_IN_WORDS {
        return None;
    }
    let mut words = Vec::new();
    if n < 0 {
        words.push("âm");
    }
    if size == 0 {
        words.push("không");
    }
    say(size, false, style, &mut words);
    Some(words.join(" "))
}

/// Says a number; `after` tells that a higher group was said, so that empty hundreds are heard.
fn say<'a>(n: u64, after: bool, style: WordStyle<'a>, words: &mut Vec<&'a str>) {
    const BILLION: u64 = 1_000_000_000;
    let (billions, below) = (n / BILLION, n % BILLION);
    if billions > 0 {
        say(billions, after, style, words);
        words.push("tỷ");
    }
    let mut after = after || billions > 0;
    for (size, name) in [(1_000_000, "triệu"), (1_000, style.thousand), (1, "")] {
        let group = below / size % 1_000;
        if group == 0 {
            continue;
        }
        say_group(group, after, style, words);
        if !name.is_empty() {
            words.push(name);
        }
        after = true;
    }
}

/// Says 1 to 999.
fn say_group<'a>(group: u64, after: bool, style: WordStyle<'a>, words: &mut Vec<&'a str>) {
    let digit = |n: u64| usize::try_from(n).ok().and_then(|n| DIGITS.get(n)).copied().unwrap_or("");
    let (hundreds, tens, ones) = (group / 100, group / 10 % 10, group % 10);
    if hundreds > 0 || after {
        words.extend([digit(hundreds), "trăm"]);
    }
    match tens {
        0 if ones > 0 && (hundreds > 0 || after) => words.push(style.odd),
        0 => {}
        1 => words.push("mười"),
        _ => words.extend([digit(tens), "mươi"]),
    }
    match (tens, ones) {
        (_, 0) => {}
        (2.., 1) => words.push("mốt"),
        (2.., 4) => words.push("tư"),
        (1.., 5) => words.push("lăm"),
        _ => words.push(digit(ones)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_said_as_taught() {
        let cases = [
            (0, "không"),
            (4, "bốn"),
            (10, "mười"),
            (15, "mười lăm"),
            (21, "hai mươi mốt"),
            (24, "hai mươi tư"),
            (55, "năm mươi lăm"),
            (101, "một trăm linh một"),
            (104, "một trăm linh bốn"),
            (110, "một trăm mười"),
            (999, "chín trăm chín mươi chín"),
            (1_005, "một nghìn không trăm linh năm"),
            (1_050, "một nghìn không trăm năm mươi"),
            (1_000_000, "một triệu"),
            (1_000_015, "một triệu không trăm mười lăm"),
            (1_234_567, "một triệu hai trăm ba mươi tư nghìn năm trăm sáu mươi bảy"),
            (2_000_000_000, "hai tỷ"),
            (1_000_000_000_000_000, "một triệu tỷ"),
            (5_000_000_001, "năm tỷ không trăm linh một"),
            (-21, "âm hai mươi mốt"),
        ];
        for (n, words) in cases {
            assert_eq!(number_words(n, WordStyle::default()).as_deref(), Some(words));
        }
        let southern = WordStyle { odd: "lẻ", thousand: "ngàn" };
        assert_eq!(number_words(3_205, southern).as_deref(), Some("ba ngàn hai trăm lẻ năm"));
        assert_eq!(number_words(1_000_000_000_000_001, WordStyle::default()), None);
        assert_eq!(number_words(i64::MIN, WordStyle::default()), None);
    }

    #[test]
    fn thousands_have_dots() {
        let shown: Vec<_> = [0, 999, 1_000, -1_234_567].into_iter().map(group_digits).collect();
        assert_eq!(shown, ["0", "999", "1.000", "-1.234.567"]);
        assert_eq!(group_digits(i64::MIN), "-9.223.372.036.854.775.808");
    }
}
