//! Sealed values: text from data that no parser may take for structure.
//!
//! Knows: how to hide a value behind private-use letters and to bring it back.
//! Must not know: templates, YAML, blocks.
//!
//! A template writes every value sealed. The readers of front matter and body see letters
//! without meaning, and unseal the finished pieces; a name that holds `*`, `{{`, `|`, a colon,
//! a line break or `# ` therefore stays a name. Line markers tell which line of the template
//! an output line came from. Text typed by people must not hold these letters: readers refuse it.

use std::borrow::Cow;

const OPEN: char = '\u{E000}';
const CLOSE: char = '\u{E001}';
pub(crate) const LINE_OPEN: char = '\u{E002}';
const LINE_CLOSE: char = '\u{E003}';
const BYTES: u32 = 0xE100;

/// True for the letters that sealing uses: never allowed in what people type.
pub fn is_reserved(c: char) -> bool {
    ('\u{E000}'..='\u{E1FF}').contains(&c)
}

/// The value, sealed. A value of ASCII digits only is left as it is: it may number a khoản.
pub fn seal(value: &str) -> String {
    let mut out = String::new();
    seal_into(value, &mut out);
    out
}

/// Writes the value, sealed, to the end of a text.
pub fn seal_into(value: &str, out: &mut String) {
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        out.push_str(value);
        return;
    }
    out.reserve(value.len() * 3 + 6);
    out.push(OPEN);
    for byte in value.bytes() {
        out.push(char::from_u32(BYTES + u32::from(byte)).unwrap_or(OPEN));
    }
    out.push(CLOSE);
}

/// Text with every sealed value brought back and every line marker taken out.
pub fn unseal(text: &str) -> Cow<'_, str> {
    // All reserved letters are three bytes that begin with this one.
    const LEAD: u8 = 0xEE;
    let bytes = text.as_bytes();
    if !bytes.contains(&LEAD) {
        return Cow::Borrowed(text);
    }
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut in_marker = false;
    let mut rest = bytes;
    while let Some(at) = memchr::memchr(LEAD, rest) {
        let (before, tail) = rest.split_at(at);
        if !in_marker {
            out.extend_from_slice(before);
        }
        let (letter, after) = tail.split_at(tail.len().min(3));
        let [_, high, low] = *letter else { break };
        match (high, low) {
            // OPEN, CLOSE, LINE_OPEN, LINE_CLOSE.
            (0x80, 0x80 | 0x81) => {}
            (0x80, 0x82) => in_marker = true,
            (0x80, 0x83) => in_marker = false,
            (0x80..=0x83, _) => {}
            _ if in_marker => {}
            // The value's byte in the last eight bits, from `BYTES`, and those after it.
            (0x84..=0x87, _) => {
                let (letters, _) = tail.as_chunks::<3>();
                let is_byte =
                    |[lead, high, _]: &&[u8; 3]| *lead == LEAD && (0x84..=0x87).contains(high);
                let count = letters.iter().take_while(is_byte).count();
                let (letters, _) = letters.split_at(count);
                out.extend(letters.iter().map(|[_, high, low]| ((high & 3) << 6) | (low & 0x3F)));
                rest = tail.get(3 * count..).unwrap_or_default();
                continue;
            }
            _ => out.extend_from_slice(letter),
        }
        rest = after;
    }
    if !in_marker {
        out.extend_from_slice(rest);
    }
    let text = String::from_utf8(out);
    Cow::Owned(text.unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()))
}

/// The marker that says: this line came from line `n` of the template.
pub fn line_marker(n: u32) -> String {
    format!("{LINE_OPEN}{n}{LINE_CLOSE}")
}

/// Splits a leading line marker off a line.
pub fn take_line_marker(line: &str) -> (Option<u32>, &str) {
    let Some(rest) = line.strip_prefix(LINE_OPEN) else { return (None, line) };
    match rest.split_once(LINE_CLOSE) {
        Some((n, rest)) => (n.parse().ok(), rest),
        None => (None, line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_whole() {
        for value in ["", "Lê *Văn* {{x}} | # \n- a: b", "\u{E000}\u{E105}", "đ"] {
            assert_eq!(unseal(&format!("a {} b", seal(value))), format!("a {value} b"));
        }
        assert_eq!(unseal(&format!("x{}y \u{E900}", line_marker(12))), "xy \u{E900}");
        assert_eq!(unseal("\u{E002}12"), "");
        assert_eq!(seal("12"), "12");
        assert_eq!(take_line_marker(&format!("{}x", line_marker(7))), (Some(7), "x"));
    }
}
