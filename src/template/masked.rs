//! A template's text for the Handlebars reader, without the lines that hold no tag.
//!
//! Knows: lines. Must not know: tags.
//!
//! The reader tries its grammar at every letter, which for the text between tags is most of the work of reading a
//! template. A line without braces is one letter to it, and is put back when the tree is made. Lines and
//! columns of the tags stay where they are.

/// The letter that stands for the first line that was taken out; those after it follow.
const FIRST: u32 = 0xF_0000;
/// As many lines as there are such letters.
const MOST: usize = 0xFFFD;

/// The text for the reader, and what was taken out of it.
pub(super) struct Masked<'t> {
    pub text: String,
    lines: Vec<&'t str>,
}

impl<'t> Masked<'t> {
    pub fn new(text: &'t str) -> Self {
        let mut out = Self { text: String::with_capacity(text.len() / 2), lines: Vec::new() };
        // All letters from there on are four bytes that begin with one of these.
        if text.bytes().any(|b| b >= 0xF3) {
            out.text.push_str(text);
            return out;
        }
        for line in text.split_inclusive('\n') {
            let inner = line.trim();
            let letter = Some(out.lines.len()).filter(|n| *n < MOST);
            let letter = letter.and_then(|n| char::from_u32(FIRST + u32::try_from(n).ok()?));
            match letter.filter(|_| !inner.is_empty() && !line.contains(['{', '}', '\\'])) {
                Some(letter) => {
                    let start = line.len() - line.trim_start().len();
                    out.text.push_str(line.get(..start).unwrap_or_default());
                    out.text.push(letter);
                    out.text.push_str(line.get(start + inner.len()..).unwrap_or_default());
                    out.lines.push(inner);
                }
                None => out.text.push_str(line),
            }
        }
        out
    }

    /// Gives the pieces of a text that the reader passed on, with the lines put back.
    pub fn each(&self, raw: &str, mut piece: impl FnMut(&str)) {
        let line = |c: char| {
            let index = u32::from(c).checked_sub(FIRST)?;
            self.lines.get(usize::try_from(index).ok()?)
        };
        let mut rest = raw;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| line(*c).is_some()) {
            piece(rest.get(..at).unwrap_or_default());
            piece(line(c).copied().unwrap_or_default());
            rest = rest.get(at + c.len_utf8()..).unwrap_or_default();
        }
        piece(rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(text: &str) -> String {
        let masked = Masked::new(text);
        let mut out = String::new();
        masked.each(&masked.text, |piece| out.push_str(piece));
        out
    }

    #[test]
    fn what_was_taken_out_comes_back() {
        for text in
            ["", "a", "một\n  hai \n\n{{x}} ba\n\u{a0}bốn\u{a0}", "{\n}\n\\\n", "\u{F0001}\nx\n"]
        {
            assert_eq!(back(text), text);
        }
        let masked = Masked::new("một\n  hai {{x}}\n ba \n");
        assert_eq!(masked.text, "\u{F0000}\n  hai {{x}}\n \u{F0001} \n");
    }

    #[test]
    fn there_may_be_more_lines_than_letters() {
        let text = "dòng\n".repeat(MOST + 10);
        assert_eq!(back(&text), text);
    }
}
