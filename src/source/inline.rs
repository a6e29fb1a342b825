//! Bold and italic inside a line.
//!
//! Knows: `**`, `*`, `***`, `\*`, `\|`, `\\`. Must not know: what kind of line it is.
//!
//! There is no rule about the letters around a mark: `**đậm **tiếp` is bold. Marks pair up in
//! the order in which they stand; one that is left over is printed as it is, with a finding.
//! `(*)`, `(**)` and four stars or more are never marks: they are footnote signs and blanks.

use memchr::memchr2;

use crate::diagnostic::Diagnostic;
use crate::model::Span;
use crate::text;

use super::{Reader, codes};

/// A piece of a line.
enum Token<'a> {
    Text(&'a str),
    /// A character whose backslash was taken off.
    Escaped(&'a str),
    /// 1 italic, 2 bold, 3 both.
    Mark(usize),
}

/// The spans of a line (sealed values inside), with text finished.
pub(crate) fn parse(raw: &str, reader: &mut Reader<'_>, at: u32) -> Vec<Span> {
    if memchr2(b'*', b'\\', raw.as_bytes()).is_none() {
        return crate::model::spans(reader.finish(raw, at));
    }
    let tokens = tokens(raw);
    let toggles =
        |bit: usize| tokens.iter().filter(|t| matches!(t, Token::Mark(n) if n & bit != 0)).count();
    let (mut italic_left, mut bold_left) = (toggles(1) & !1, toggles(2) & !1);
    let mut spans = Spans { done: Vec::new(), raw: String::new(), bold: false, italic: false };
    let mut open = None;
    for token in &tokens {
        match *token {
            Token::Text(text) | Token::Escaped(text) => spans.raw.push_str(text),
            Token::Mark(n) => {
                spans.flush(reader, at);
                if n & 2 != 0 {
                    if bold_left > 0 {
                        bold_left -= 1;
                        spans.bold = !spans.bold;
                    } else {
                        spans.raw.push_str("**");
                        open = Some("**");
                    }
                }
                if n & 1 != 0 {
                    if italic_left > 0 {
                        italic_left -= 1;
                        spans.italic = !spans.italic;
                    } else {
                        spans.raw.push('*');
                        open = open.or(Some("*"));
                    }
                }
            }
        }
    }
    spans.flush(reader, at);
    if let Some(mark) = open {
        let finding = open_mark(reader, at, mark, raw);
        reader.find(finding);
    }
    spans.done
}

fn open_mark(reader: &Reader<'_>, at: u32, mark: &str, raw: &str) -> Diagnostic {
    let hint = if raw.trim_start().starts_with("* ") {
        text!(
            "đầu dòng liệt kê dùng “- ”, không dùng “* ”",
            "begin list items with “- ”, not with “* ”"
        )
    } else {
        text!(
            "thêm “{mark}” ở chỗ kết thúc; nếu là dấu sao của câu chữ thì viết “\\*”",
            "add “{mark}” where it ends; write “\\*” for a star that is text"
        )
    };
    Diagnostic::warning(
        codes::OPEN_MARK,
        reader.place(at),
        text!(
            "dấu “{mark}” mở mà không đóng, in nguyên như vậy",
            "the mark “{mark}” is not closed and is printed as it is"
        ),
    )
    .hint(hint)
}

struct Spans {
    done: Vec<Span>,
    raw: String,
    bold: bool,
    italic: bool,
}

impl Spans {
    /// Finishes the text so far; joins it to the last span where the look is the same.
    fn flush(&mut self, reader: &mut Reader<'_>, at: u32) {
        if self.raw.is_empty() {
            return;
        }
        let text = reader.finish(&std::mem::take(&mut self.raw), at);
        match self.done.last_mut() {
            Some(last) if last.bold == self.bold && last.italic == self.italic => {
                last.text.push_str(&text);
            }
            _ if text.is_empty() => {}
            _ => self.done.push(Span { text, bold: self.bold, italic: self.italic }),
        }
    }
}

fn tokens(raw: &str) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    let mut rest = raw;
    let mut before = None;
    while let Some(at) = rest.find(['*', '\\']) {
        let (text, tail) = rest.split_at(at);
        if !text.is_empty() {
            out.push(Token::Text(text));
            before = text.chars().next_back();
        }
        let used = if let Some(escaped) = tail.strip_prefix('\\') {
            let one = escaped.get(..1).filter(|c| matches!(*c, "*" | "|" | "\\"));
            out.push(one.map_or(Token::Text(tail.get(..1).unwrap_or_default()), Token::Escaped));
            before = Some('\\');
            1 + one.map_or(0, str::len)
        } else {
            let stars = tail.bytes().take_while(|b| *b == b'*').count();
            let after = tail.get(stars..).unwrap_or_default();
            let footnote = before == Some('(') && after.starts_with(')');
            if stars > 3 || footnote {
                out.push(Token::Text(tail.get(..stars).unwrap_or_default()));
            } else {
                out.push(Token::Mark(stars));
            }
            before = Some('*');
            stars
        };
        rest = tail.get(used..).unwrap_or_default();
    }
    if !rest.is_empty() {
        out.push(Token::Text(rest));
    }
    out
}

/// The text inside marks that go around all of it: `**III. KHEN THƯỞNG**`, `***x***`.
pub(crate) fn without_outer_marks(raw: &str) -> &str {
    let stars = raw.bytes().take_while(|b| *b == b'*').count();
    let marks = "***".get(..stars).unwrap_or_default();
    let inner = raw.strip_prefix(marks).and_then(|r| r.strip_suffix(marks));
    match inner {
        Some(inner) if !marks.is_empty() && !inner.contains('*') && !inner.ends_with('\\') => {
            inner.trim()
        }
        _ => raw,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> (String, usize) {
        let mut found = Vec::new();
        let mut reader = Reader { file: "a.md", found: &mut found, not_nfc: None };
        let spans = parse(raw, &mut reader, 1);
        let shown = spans
            .iter()
            .map(|s| match (s.bold, s.italic) {
                (false, false) => s.text.clone(),
                (true, false) => format!("<b>{}</b>", s.text),
                (false, true) => format!("<i>{}</i>", s.text),
                (true, true) => format!("<x>{}</x>", s.text),
            })
            .collect();
        (shown, found.len())
    }

    #[test]
    fn marks_pair_without_regard_to_their_neighbours() {
        let cases = [
            ("thường", "thường", 0),
            ("a **b** c", "a <b>b</b> c", 0),
            ("**“Đậm”**tiếp", "<b>“Đậm”</b>tiếp", 0),
            ("**đậm **", "<b>đậm </b>", 0),
            ("***cả hai***", "<x>cả hai</x>", 0),
            ("**a *b* c**", "<b>a </b><x>b</x><b> c</b>", 0),
            ("**a *b***", "<b>a </b><x>b</x>", 0),
            ("a \\*b\\* \\| \\\\ \\n", "a *b* | \\ \\n", 0),
            ("chú thích (*) và (**)", "chú thích (*) và (**)", 0),
            ("chỗ trống ****", "chỗ trống ****", 0),
            ("a **b", "a **b", 1),
            ("**a** b*", "<b>a</b> b*", 1),
            ("***a* b", "<i>**a</i> b", 1),
            ("****", "****", 0),
        ];
        for (raw, shown, findings) in cases {
            assert_eq!(read(raw), (shown.to_owned(), findings), "{raw}");
        }
    }

    #[test]
    fn a_value_stays_a_value() {
        let value = "*a* **b** \\* | \n c";
        let (shown, findings) = read(&format!("**x** {}", text::seal::seal(value)));
        assert_eq!((shown.as_str(), findings), (&*format!("<b>x</b> {value}"), 0));
    }
}
