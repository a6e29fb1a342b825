//! The front matter that almost every document has, read without the YAML machinery.
//!
//! Knows: `key: text`, `key: "text"`, lists and groups one level deep, on their own lines or in
//! brackets. Must not know: anything else of YAML; then it gives up, and the full reader reads.
//!
//! A batch reads the same few lines thousands of times, and the full reader costs more than the
//! rest of the document together. Whatever is read here must be what the full reader would say;
//! a property test holds the two together.

use std::borrow::Cow;

use super::yaml::{Key, Kind, Node};

/// The same tree as [`super::yaml::load`], or `None` if the text is not that plain.
pub(super) fn load(text: &str) -> Option<Node<'_>> {
    let mut lines = Lines { rest: text, number: 0 };
    let mut entries = Vec::new();
    while let Some((at, line)) = lines.next_line()? {
        let (key, value) = key_and_value(line)?;
        let value = if value.is_empty() {
            nested(&mut lines)?
        } else {
            Node { at, kind: value_of(value, at)? }
        };
        entries.push((Key { at, text: Cow::Borrowed(key) }, value));
    }
    let first = entries.first().map(|(key, _)| key.at)?;
    Some(Node { at: first, kind: Kind::Map(entries) })
}

struct Lines<'a> {
    rest: &'a str,
    number: u32,
}

impl<'a> Lines<'a> {
    /// The next line that holds something; the outer `None` gives up.
    fn next_line(&mut self) -> Option<Option<(u32, &'a str)>> {
        loop {
            if self.rest.is_empty() {
                return Some(None);
            }
            let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
            self.rest = rest;
            self.number = self.number.checked_add(1)?;
            let line = line.trim_end_matches(' ');
            if !line.is_empty() && !line.starts_with('#') {
                return Some(Some((self.number, line)));
            }
        }
    }

    /// Looks at the next line without taking it.
    fn peek(&self) -> Option<Option<(u32, &'a str)>> {
        Lines { rest: self.rest, number: self.number }.next_line()
    }
}

/// What stands beneath a key: a list, a group, or nothing.
fn nested<'a>(lines: &mut Lines<'a>) -> Option<Node<'a>> {
    let Some((first, line)) = lines.peek()? else { return Some(Node { at: 0, kind: Kind::Null }) };
    let indent = line.len() - line.trim_start_matches(' ').len();
    let is_item = |line: &str| line.get(indent..).is_some_and(|l| l.starts_with("- "));
    if indent == 0 && !is_item(line) {
        return Some(Node { at: 0, kind: Kind::Null });
    }
    let list = is_item(line);
    let (mut items, mut entries) = (Vec::new(), Vec::new());
    while let Some((at, line)) = lines.peek()? {
        let inner = line.trim_start_matches(' ');
        let depth = line.len() - inner.len();
        if depth != indent || (indent == 0 && !is_item(line)) {
            // Back at the keys, or something that is not plain.
            if depth == 0 {
                break;
            }
            return None;
        }
        lines.next_line()?;
        if list {
            let value = inner.strip_prefix("- ")?.trim_start_matches(' ');
            items.push(Node { at, kind: Kind::Text(scalar(value)?) });
        } else {
            let (key, value) = key_and_value(inner)?;
            let key = Key { at, text: Cow::Borrowed(key) };
            entries
                .push((key, Node { at, kind: value_of(value, at).filter(|_| !value.is_empty())? }));
        }
    }
    let kind = if list { Kind::List(items) } else { Kind::Map(entries) };
    Some(Node { at: first, kind })
}

/// `key: value`; the value without the spaces around it.
fn key_and_value(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    let named = key.len() < 100 && key.bytes().all(plain);
    if !named || !key.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    if !value.is_empty() && !value.starts_with(' ') {
        return None;
    }
    Some((key, value.trim_matches(' ')))
}

fn value_of(value: &str, at: u32) -> Option<Kind<'_>> {
    let inside = |open: char, close: char| value.strip_prefix(open)?.strip_suffix(close);
    if let Some(inner) = inside('[', ']') {
        let items = pieces(inner)?;
        let node = |item| Some(Node { at, kind: Kind::Text(flow_scalar(item)?) });
        return Some(Kind::List(items.into_iter().map(node).collect::<Option<_>>()?));
    }
    if let Some(inner) = inside('{', '}') {
        let entry = |item| {
            let (key, value) = key_and_value(item)?;
            let key = Key { at, text: Cow::Borrowed(key) };
            Some((key, Node { at, kind: Kind::Text(flow_scalar(value)?) }))
        };
        return Some(Kind::Map(pieces(inner)?.into_iter().map(entry).collect::<Option<_>>()?));
    }
    scalar(value).map(Kind::Text)
}

/// The pieces between commas that stand outside quotes; at least one.
fn pieces(inner: &str) -> Option<Vec<&str>> {
    let mut out = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => {
                out.push(inner.get(start..at)?.trim_matches(' '));
                start = at + 1;
            }
            b'[' | b']' | b'{' | b'}' if !quoted => return None,
            _ => {}
        }
    }
    out.push(inner.get(start..)?.trim_matches(' '));
    Some(out)
}

fn flow_scalar(text: &str) -> Option<Cow<'_, str>> {
    // A quote inside a text makes the commas uncertain.
    if text.contains('"') && !text.starts_with('"') { None } else { scalar(text) }
}

/// Text that YAML reads as it stands: begins with a letter or digit and holds nothing that YAML
/// knows, or stands in plain double quotes.
fn scalar(text: &str) -> Option<Cow<'_, str>> {
    if let Some(inner) = text.strip_prefix('"') {
        let inner = inner.strip_suffix('"')?;
        let fine = inner.bytes().all(|b| b >= 0x20 && b != 0x7F && b != b'"' && b != b'\\');
        return (fine && !has_odd_blanks(inner)).then_some(Cow::Borrowed(inner));
    }
    let bytes = text.as_bytes();
    let first = *bytes.first()?;
    if !(first.is_ascii_alphanumeric() || matches!(first, 0xC3..=0xCB | 0xE1 | 0xEE)) {
        return None;
    }
    let mut before = 0;
    for &byte in bytes {
        let ends = (before == b':' && byte == b' ') || (before == b' ' && byte == b'#');
        if ends || byte < 0x20 || byte == 0x7F {
            return None;
        }
        before = byte;
    }
    (before != b':' && !has_odd_blanks(text)).then_some(Cow::Borrowed(text))
}

/// Characters that YAML refuses or takes for line breaks or marks.
fn has_odd_blanks(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| {
        let next = |n: usize| bytes.get(at + n).copied().unwrap_or(0);
        match byte {
            0xC2 => next(1) < 0xA0,
            0xE2 => next(1) == 0x80 && matches!(next(2), 0xA8 | 0xA9),
            0xEF => true,
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::yaml;
    use proptest::prelude::*;

    /// The tree in one line; where nothing was typed there is no place.
    fn show(node: &Node<'_>) -> String {
        let list = |items: Vec<String>| items.join(", ");
        match &node.kind {
            Kind::Null => "~".to_owned(),
            Kind::Text(text) => format!("{}:{text:?}", node.at),
            Kind::List(items) => {
                format!("{}:[{}]", node.at, list(items.iter().map(show).collect()))
            }
            Kind::Map(entries) => {
                let entry =
                    |(k, v): &(Key<'_>, Node<'_>)| format!("{}@{:?}={}", k.text, k.at, show(v));
                format!("{}:{{{}}}", node.at, list(entries.iter().map(entry).collect()))
            }
        }
    }

    fn full(text: &str) -> String {
        yaml::load(text).map_or_else(|e| format!("{e:?}"), |n| show(&n))
    }

    #[test]
    fn plain_front_matter_takes_the_short_way() {
        let text = "loai: ke-hoach\n# ghi chú\ntrich-yeu: Về việc (đợt 2), năm 2026\n\nnoi-nhan:\n  - Như trên\n  - \"Sở: A\"\nluu: VT, VP\nkinh-gui:\n- A\n- B\nnguoi-ky: { chuc-vu: GIÁM ĐỐC, ho-ten: \"Lê, A\" }\nnguoi-ky-2:\n  ben: trai\n  ho-ten: B\nlien-he: [a, \"b, c\"]\ncopies: 010\nplace:\n";
        let short = load(text).expect("plain");
        assert_eq!(show(&short), full(text));
    }

    #[test]
    fn everything_else_is_left_to_the_full_reader() {
        for text in [
            "a: b: c",
            "a: |\n  x",
            "a: 'x'",
            "a: &x y",
            "a: b\n  c",
            "a: x # y",
            "a: [b, [c]]",
            "a:\n  - b\n   - c",
            "a: \"x\\n\"",
            "{a: b}",
            "- a",
            "a:b",
            "",
            "a: [",
            "a: [x:, y]",
            "a:\n  b:\n    c: d",
            "a: -",
            "a: b:",
        ] {
            assert!(load(text).is_none(), "{text}");
        }
    }

    /// Short texts of the letters that YAML cares about.
    fn value() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => "[a-zĐà-ỹ0-9][a-zà-ỹ0-9 ,.:#()-]{0,8}",
            1 => "\"[a-z ,:#]{0,5}\"",
            1 => "[a-z\"'\\[\\]{},:#&*!|>%@`~ -]{0,5}",
            1 => "\\PC{0,3}",
            1 => Just("\u{E000}\u{E141}\u{E001}".to_owned()),
        ]
    }

    fn line() -> impl Strategy<Value = String> {
        (0..12, value(), value()).prop_map(|(kind, a, b)| match kind {
            0..=2 => format!("key: {a}"),
            3 => "key:".to_owned(),
            4 => format!("  - {a}"),
            5 => format!("- {a}"),
            6 => format!("  key: {a}"),
            7 => format!("key: [{a}, {b}]"),
            8 => format!("key: {{x: {a}, y: {b}}}"),
            9 => format!("# {a}"),
            10 => format!("key: \"{a}\""),
            _ => String::new(),
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_short_way_says_what_the_full_reader_says(
            lines in proptest::collection::vec(line(), 0..6)
        ) {
            let text = lines.join("\n");
            if let Some(short) = load(&text) {
                prop_assert_eq!(show(&short), full(&text), "{}", text);
            }
        }
    }
}
