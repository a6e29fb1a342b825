//! What a line of the body begins with: Phần, Điều, khoản, điểm, a dash.
//!
//! Knows: the shapes of labels. Must not know: what stands around the line.

use std::borrow::Cow;

use crate::model::Level;
use crate::text::{from_roman, seal};

use super::inline;

/// A line by its beginning; texts may hold sealed values and inline marks.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Label<'a> {
    Heading { level: Level, number: &'a str, title: &'a str },
    Roman { number: &'a str, title: Cow<'a, str> },
    Article { number: &'a str, text: Cow<'a, str> },
    Clause { number: &'a str, text: Cow<'a, str> },
    Point { letter: &'a str, text: Cow<'a, str> },
    Dash { mark: char, text: &'a str },
    Centered(&'a str),
    Paragraph(&'a str),
}

const ENACTING: [&str; 2] = ["QUYẾT ĐỊNH:", "QUYẾT NGHỊ:"];

const LEVELS: [(Level, &str, &str); 4] = [
    (Level::Part, "Phần", "PHẦN"),
    (Level::Chapter, "Chương", "CHƯƠNG"),
    (Level::Section, "Mục", "MỤC"),
    (Level::Subsection, "Tiểu mục", "TIỂU MỤC"),
];

const ORDINALS: [&str; 10] = [
    "thứ nhất",
    "thứ hai",
    "thứ ba",
    "thứ tư",
    "thứ năm",
    "thứ sáu",
    "thứ bảy",
    "thứ tám",
    "thứ chín",
    "thứ mười",
];

/// Reads the label of a trimmed line.
pub(super) fn read(line: &str) -> Label<'_> {
    if let Some(rest) = line.strip_prefix('\\') {
        let kept = rest.starts_with(['*', '|', '\\']) || rest.is_empty();
        return Label::Paragraph(if kept { line } else { rest });
    }
    let line = without_hashes(line);
    if let Some(text) = line.strip_prefix("->").and_then(|t| t.strip_suffix("<-")) {
        return Label::Centered(text.trim());
    }
    let bare = inline::without_outer_marks(line);
    if ENACTING.contains(&bare) {
        return Label::Centered(bare);
    }
    if let Some(heading) = heading(bare) {
        return heading;
    }
    if let Some((mark, text)) = dash(line) {
        return match marked(text).filter(|l| matches!(l, Label::Point { .. })) {
            Some(point) => point,
            None => Label::Dash { mark, text },
        };
    }
    marked(line).unwrap_or(Label::Paragraph(line))
}

/// `## I. …`: marks of headings in Markdown are dropped.
fn without_hashes(line: &str) -> &str {
    let rest = line.trim_start_matches('#');
    let hashes = line.len() - rest.len();
    if (1..=6).contains(&hashes) && rest.starts_with(' ') { rest.trim() } else { line }
}

/// `Phần I`, `Chương II. Title`, `Mục 1 - TITLE`.
fn heading(line: &str) -> Option<Label<'_>> {
    let (level, rest) = LEVELS.iter().find_map(|(level, word, upper)| {
        let rest = line.strip_prefix(word).or_else(|| line.strip_prefix(upper))?;
        Some((*level, rest.strip_prefix([' ', '\u{A0}'])?.trim_start()))
    })?;
    let end = match ORDINALS.iter().find(|o| level == Level::Part && rest.starts_with(**o)) {
        Some(ordinal) => ordinal.len(),
        None => {
            rest.find(|c: char| c.is_whitespace() || c == '.' || c == ':').unwrap_or(rest.len())
        }
    };
    let (number, rest) = rest.split_at_checked(end)?;
    let ordinal = ORDINALS.contains(&number);
    if !ordinal && from_roman(number).is_none() && !is_small_number(number) {
        return None;
    }
    let title = if rest.is_empty() {
        rest
    } else if let Some(title) = rest.strip_prefix(['.', ':']) {
        // `Mục 1.2` is no heading.
        if title.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        title
    } else {
        rest.trim_start().strip_prefix(['-', '–', '—'])?
    };
    Some(Label::Heading { level, number, title: title.trim() })
}

fn is_small_number(text: &str) -> bool {
    (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn dash(line: &str) -> Option<(char, &str)> {
    let mut chars = line.chars();
    let mark = match chars.next()? {
        '-' | '–' | '•' => '-',
        '+' => '+',
        _ => return None,
    };
    let text = chars.as_str();
    let joins = |c: char| c.is_whitespace() || c.is_alphabetic() || c == '*' || is_value(c);
    text.starts_with(joins).then(|| (mark, text.trim_start()))
}

fn is_value(c: char) -> bool {
    seal::is_reserved(c)
}

/// What stands before the dot or bracket of a label.
enum Head<'a> {
    Article(&'a str),
    Roman(&'a str),
    Clause(&'a str),
    Point(&'a str),
}

/// A label that bold or italic marks may stand around: `**2.** …`, `**I. TITLE**`, `**Điều 3**. …`.
fn marked(line: &str) -> Option<Label<'_>> {
    let stars = line.bytes().take_while(|b| *b == b'*').count();
    if stars == 0 {
        return numbered(line);
    }
    if let Some(label @ Label::Roman { .. }) = numbered(inline::without_outer_marks(line)) {
        return Some(label);
    }
    let marks = "***".get(..stars)?;
    let inner = line.get(stars..)?;
    if let Some((head, tail)) = inner.split_once(marks)
        && let Some(rest) = tail.strip_prefix(['.', ')', ':'])
        && let Some(head) = tail.chars().next().and_then(|sign| head_of(head, sign))
    {
        return label_of(head, rest.trim_start().into());
    }
    let (head, rest) = split(inner)?;
    let text = match rest.strip_prefix(marks) {
        Some(rest) => Cow::Borrowed(rest.trim_start()),
        None => Cow::Owned(format!("{marks}{}", rest.trim_start())),
    };
    label_of(head, text)
}

/// `I. …`, `Điều 1. …`, `1. …`, `1.1. …`, `a) …`.
fn numbered(line: &str) -> Option<Label<'_>> {
    let (head, rest) = split(line)?;
    label_of(head, rest.trim_start().into())
}

/// The head of a label, and what follows its sign.
fn split(line: &str) -> Option<(Head<'_>, &str)> {
    let word = ["Điều ", "ĐIỀU ", "Điều\u{A0}"].iter().find(|w| line.starts_with(**w));
    let start = word.map_or(0, |w| w.len());
    let mut end = start;
    let mut chars = line.get(start..)?.chars().peekable();
    while let Some(c) = chars.next() {
        let inner_dot = c == '.' && chars.peek().is_some_and(char::is_ascii_digit);
        let long = end - start > 24;
        if long || !(c.is_alphanumeric() || (inner_dot && end > start)) {
            break;
        }
        end += c.len_utf8();
    }
    let (head, tail) = line.split_at_checked(end)?;
    let sign = tail.chars().next()?;
    let rest = tail.get(sign.len_utf8()..)?;
    let joins =
        |c: char| c.is_whitespace() || c.is_alphabetic() || is_value(c) || "*“\"".contains(c);
    if !rest.is_empty() && !rest.starts_with(joins) {
        return None;
    }
    Some((head_of(head, sign)?, rest))
}

fn head_of(head: &str, sign: char) -> Option<Head<'_>> {
    let article = head.strip_prefix("Điều").or_else(|| head.strip_prefix("ĐIỀU"));
    if let Some(number) = article {
        let number = number.trim_start();
        let digits = number.trim_end_matches(|c: char| c.is_lowercase());
        let fits = is_small_number(digits) && number.chars().count() <= digits.len() + 1;
        return (fits && matches!(sign, '.' | ':')).then_some(Head::Article(number));
    }
    match sign {
        '.' if from_roman(head).is_some() => Some(Head::Roman(head)),
        '.' if head.split('.').all(is_small_number) => Some(Head::Clause(head)),
        ')' => {
            let mut chars = head.chars();
            let letter = chars.next().is_some_and(|c| c.is_alphabetic() && c.is_lowercase());
            (letter && chars.next().is_none()).then_some(Head::Point(head))
        }
        _ => None,
    }
}

fn label_of<'a>(head: Head<'a>, text: Cow<'a, str>) -> Option<Label<'a>> {
    Some(match head {
        Head::Article(number) => Label::Article { number, text },
        Head::Clause(number) => Label::Clause { number, text },
        Head::Point(letter) => Label::Point { letter, text },
        Head::Roman(number) => {
            // `C. Mác`, `V. I. Lê-nin`: initials of a name.
            let small = from_roman(number).is_some_and(|n| n < 40);
            let initial = text.chars().nth(1) == Some('.');
            if !is_upper(&text) && (!small || initial || text.is_empty()) {
                return None;
            }
            Label::Roman { number, title: text }
        }
    })
}

/// True if a typed text is all upper case. Values count as upper case: what they hold must not
/// decide what a line is.
pub(super) fn is_upper(text: &str) -> bool {
    let mut any = false;
    for c in text.chars() {
        if c.is_lowercase() {
            return false;
        }
        any |= c.is_uppercase() || is_value(c);
    }
    any
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(line: &str) -> String {
        match read(line) {
            Label::Heading { level, number, title } => format!("{} {number}|{title}", level.word()),
            Label::Roman { number, title } => format!("roman {number}|{title}"),
            Label::Article { number, text } => format!("article {number}|{text}"),
            Label::Clause { number, text } => format!("clause {number}|{text}"),
            Label::Point { letter, text } => format!("point {letter}|{text}"),
            Label::Dash { mark, text } => format!("dash {mark}|{text}"),
            Label::Centered(text) => format!("centered {text}"),
            Label::Paragraph(text) => format!("paragraph {text}"),
        }
    }

    #[test]
    fn labels_as_clerks_and_scanners_write_them() {
        let cases = [
            ("I. MỤC ĐÍCH", "roman I|MỤC ĐÍCH"),
            ("#### **III. CHỈ TIÊU**", "roman III|CHỈ TIÊU"),
            ("IV. Tổ chức", "roman IV|Tổ chức"),
            ("1. Mục đích", "clause 1|Mục đích"),
            ("1.Mục đích", "clause 1|Mục đích"),
            ("3.1. Đối với", "clause 3.1|Đối với"),
            ("**2.** Triển khai", "clause 2|Triển khai"),
            ("**2**. Triển khai", "clause 2|Triển khai"),
            ("**2. Yêu cầu**", "clause 2|**Yêu cầu**"),
            ("**2. Yêu cầu:** làm", "clause 2|**Yêu cầu:** làm"),
            ("##### 1. Mục đích", "clause 1|Mục đích"),
            ("a) Một", "point a|Một"),
            ("đ) Năm", "point đ|Năm"),
            ("- a) Bằng khen", "point a|Bằng khen"),
            ("- **Đợt I:** thi đua", "dash -|**Đợt I:** thi đua"),
            ("– Một ý", "dash -|Một ý"),
            ("+ Ý nhỏ", "dash +|Ý nhỏ"),
            ("Điều 1. Phạm vi", "article 1|Phạm vi"),
            ("**Điều 2.** Hiệu lực", "article 2|Hiệu lực"),
            ("**Điều 3**. Thi hành", "article 3|Thi hành"),
            ("Điều 4a: Sửa", "article 4a|Sửa"),
            ("Phần I", "Phần I|"),
            ("Chương II. QUY ĐỊNH", "Chương II|QUY ĐỊNH"),
            ("MỤC 1 - CHUNG", "Mục 1|CHUNG"),
            ("**Tiểu mục 2**", "Tiểu mục 2|"),
            ("Phần thứ nhất", "Phần thứ nhất|"),
            ("QUYẾT ĐỊNH:", "centered QUYẾT ĐỊNH:"),
            ("**QUYẾT NGHỊ:**", "centered QUYẾT NGHỊ:"),
            ("-> trân trọng giới thiệu: <-", "centered trân trọng giới thiệu:"),
        ];
        for (line, shown) in cases {
            assert_eq!(show(line), shown, "{line}");
        }
    }

    #[test]
    fn prose_stays_prose() {
        let lines = [
            "C. Mác và Ph. Ăng-ghen",
            "V. I. Lê-nin",
            "2026. Năm mới",
            "1.500 người dự",
            "Điều 1 của Quyết định này",
            "Mục 1 Chương II quy định",
            "Phần I của đề án",
            "-5 độ",
            "30/4 là ngày nghỉ",
            "1) Không dùng",
            "A) hoa",
            "Phần mềm",
            "Mục 1.2 nêu",
            "I.",
            "* sao",
            "#thẻ",
            "12.5 triệu",
            "abc) không",
        ];
        for line in lines {
            assert_eq!(show(line), format!("paragraph {line}"));
        }
        assert_eq!(show(r"\- gạch"), "paragraph - gạch");
        assert_eq!(show(r"\1. số"), "paragraph 1. số");
        assert_eq!(show(r"\* sao"), r"paragraph \* sao");
    }
}
