//! Bytes to text, text to lines, and the characters that no document may hold.
//!
//! Knows: encodings by their marks, line markers, control characters. Must not know: keys, blocks.

use crate::diagnostic::{Diagnostic, Failure, FailureKind, Place, Result, Text};
use crate::text;
use crate::text::seal;

use super::{Reader, codes};

/// The most bytes that a typed source or template may have.
pub const MAX_TEXT: usize = 16 * 1024 * 1024;

/// A line without its end, and the line of the source or template it stands for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    pub at: u32,
    pub text: &'a str,
}

/// The text of a file in UTF-8, with or without a byte order mark (taken off).
///
/// # Errors
/// Another encoding, another kind of file, or more than [`MAX_TEXT`] bytes; the hint says how to
/// save the file.
pub fn decode(bytes: &[u8], file: &str) -> Result<String> {
    if bytes.len() > MAX_TEXT {
        let limit = MAX_TEXT / (1024 * 1024);
        return Err(refuse(
            Place::file(file),
            text!("tệp văn bản lớn hơn {limit} MiB", "the text file is larger than {limit} MiB"),
            text!(
                "để bảng số liệu dài trong tệp .csv hoặc .xlsx rồi lấy vào bằng --data",
                "keep long tables in a .csv or .xlsx file and bring them in with --data"
            ),
        ));
    }
    if let Some(Text { vi, en }) = other_kind(bytes) {
        return Err(refuse(
            Place::file(file),
            text!("đây là {vi}, không phải văn bản thuần", "this is {en}, not plain text"),
            text!(
                "chép nội dung sang một tệp .md và lưu bằng mã UTF-8",
                "copy the content to an .md file and save it as UTF-8"
            ),
        ));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => Err(legacy(bytes, error.valid_up_to(), file)),
    }
}

fn refuse(place: Place, message: Text, hint: Text) -> Failure {
    Failure::new(FailureKind::Input, place, message).hint(hint)
}

/// What the first bytes say when the file is no UTF-8 text at all.
fn other_kind(bytes: &[u8]) -> Option<Text> {
    let starts = |mark: &[u8]| bytes.starts_with(mark);
    let zeros = |from: usize| bytes.iter().skip(from).step_by(2).take(64).filter(|b| **b == 0);
    let wide = bytes.len() >= 4 && (zeros(0).count() + zeros(1).count()) * 3 > bytes.len().min(128);
    if starts(b"PK\x03\x04") {
        Some(text!(
            "tệp Word, Excel hoặc tệp nén (.docx, .xlsx, .zip)",
            "a Word, Excel or zip file"
        ))
    } else if starts(b"\xD0\xCF\x11\xE0") {
        Some(text!(
            "tệp Word hoặc Excel kiểu cũ (.doc, .xls)",
            "an old Word or Excel file (.doc, .xls)"
        ))
    } else if starts(b"%PDF") {
        Some(text!("tệp PDF", "a PDF file"))
    } else if starts(b"{\\rtf") {
        Some(text!("tệp RTF", "an RTF file"))
    } else if starts(b"\xFF\xFE") || starts(b"\xFE\xFF") || wide {
        Some(text!(
            "văn bản mã UTF-16 (“Unicode” của Notepad)",
            "text in UTF-16 (Notepad's “Unicode”)"
        ))
    } else {
        None
    }
}

fn legacy(bytes: &[u8], at: usize, file: &str) -> Failure {
    let before = bytes.get(..at).unwrap_or_default();
    let line = before.iter().filter(|b| **b == b'\n').count() + 1;
    let byte = bytes.get(at).copied().unwrap_or_default();
    let guess = guess_legacy(bytes);
    refuse(
        Place::file(file).line(u32::try_from(line).unwrap_or(0)),
        text!(
            "tệp không phải mã UTF-8 (byte 0x{byte:02X}), có lẽ là {guess}",
            "the file is not UTF-8 (byte 0x{byte:02X}); it looks like {guess}"
        ),
        text!(
            "mở bằng phần mềm soạn thảo, chuyển mã sang Unicode (UniKey: Ctrl+Shift+F6) rồi lưu với mã UTF-8",
            "open it in an editor, convert it to Unicode and save it as UTF-8"
        ),
    )
}

/// The old Vietnamese encoding that bytes look like. The code tables use different ranges of bytes.
pub(super) fn guess_legacy(bytes: &[u8]) -> &'static str {
    let high: Vec<u8> = bytes.iter().copied().filter(|b| *b >= 0x80).take(4096).collect();
    let share = |of: &dyn Fn(u8) -> bool| high.iter().filter(|b| of(**b)).count() * 4;
    if share(&|b| (0xA1..=0xBF).contains(&b)) > high.len() {
        "TCVN3 (ABC)"
    } else if share(&|b| matches!(b, 0xCC | 0xD2 | 0xDE | 0xEC | 0xF2)) > high.len() {
        "Windows-1258"
    } else {
        "VNI, Windows-1258"
    }
}

fn control(place: Place, c: char) -> Diagnostic {
    let code = u32::from(c);
    Diagnostic::error(
        codes::CONTROL,
        place,
        text!(
            "có ký tự điều khiển U+{code:04X} không in được",
            "there is a control character U+{code:04X} that cannot be printed"
        ),
    )
    .hint(text!(
        "xóa ký tự đó (thường do chép từ phần mềm khác sang)",
        "delete it (it usually comes from copying out of another program)"
    ))
}

/// Line breaks of all kinds as `\n`; what a document cannot hold taken out, with a finding.
pub(super) fn clean(text: &str, reader: &mut Reader<'_>, at: u32) -> String {
    if !text.chars().any(|c| text::odd(c).is_some() || is_break(c)) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut first = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\r' && chars.peek() == Some(&'\n') {
            continue;
        }
        if is_break(c) {
            out.push('\n');
        } else if text::odd(c).is_some() {
            first.get_or_insert(c);
        } else {
            out.push(c);
        }
    }
    if let Some(c) = first {
        let finding = control(reader.place(at), c);
        if !reader.found.contains(&finding) {
            reader.find(finding);
        }
    }
    out
}

/// Line breaks that spreadsheets and word processors put inside one value.
fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\u{0B}' | '\u{0C}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// The lines of a text. Markers say which line of a template a line came from; a line without one
/// takes the number of the line above it. A text without markers is numbered as it stands.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let marked = text.contains(seal::LINE_OPEN);
    let mut at = 0;
    text.split('\n')
        .enumerate()
        .map(|(index, line)| {
            let mut line = line.strip_suffix('\r').unwrap_or(line);
            if marked {
                at = at.max(1);
                while let (Some(n), rest) = seal::take_line_marker(line) {
                    at = n;
                    line = rest;
                }
            } else {
                at = u32::try_from(index + 1).unwrap_or(u32::MAX);
            }
            Line { at, text: line }
        })
        .collect()
}

/// The number of the first line for which `test` holds.
pub(super) fn first_line(text: &str, test: impl Fn(&str) -> bool) -> Option<u32> {
    lines(text).iter().find(|line| test(line.text)).map(|line| line.at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_apart() {
        assert_eq!(decode("\u{FEFF}Điều 1".as_bytes(), "a.md").unwrap(), "Điều 1");
        let english = |bytes: &[u8]| decode(bytes, "a.md").unwrap_err().to_string();
        assert!(english(b"\xFF\xFEa\0").contains("UTF-16"));
        assert!(english(b"a\0b\0c\0d\0e\0f\0").contains("UTF-16"));
        assert!(english(b"PK\x03\x04....").contains("zip"));
        let tcvn = english(b"ok\nQuy\xD5t \xAE\xDEnh c\xF1a \xA7\xB6ng \xB5 \xB8 \xB9");
        assert!(tcvn.starts_with("a.md:2:") && tcvn.contains("TCVN3"), "{tcvn}");
        assert!(english(b"Quye\xE2\xECt \xF0i\xF2nh ba\xCCn v\xE3\xECn").contains("1258"));
    }

    #[test]
    fn lines_know_their_template() {
        let text = format!("{}a\r\nb\n{}c", seal::line_marker(4), seal::line_marker(9));
        let got: Vec<_> = lines(&text).iter().map(|l| (l.at, l.text)).collect();
        assert_eq!(got, [(4, "a"), (4, "b"), (9, "c")]);
        let plain: Vec<_> = lines("x\n\ny").iter().map(|l| (l.at, l.text)).collect();
        assert_eq!(plain, [(1, "x"), (2, ""), (3, "y")]);
    }
}
