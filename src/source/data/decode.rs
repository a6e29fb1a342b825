//! Bytes of a text file → UTF-8, or the reason why they are not.
//!
//! Knows: byte order marks, how wrong encodings look. Must not know: what the text holds.

use super::super::input::guess_legacy;
use super::failure;
use crate::diagnostic::{Failure, Result, Text};
use crate::text;

/// The text, without its byte order mark.
///
/// # Errors
/// An `Input` failure with the line of the first wrong byte, a guess at the encoding, and the way out.
pub fn utf8(mut bytes: Vec<u8>, file: &str) -> Result<String> {
    match bytes.get(..2) {
        Some([0xff, 0xfe]) => return utf16(&bytes, u16::from_le_bytes, file),
        Some([0xfe, 0xff]) => return utf16(&bytes, u16::from_be_bytes, file),
        _ => {}
    }
    if bytes.starts_with(&[0xef, 0xbb, 0xbf]) {
        bytes.drain(..3);
    }
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let zeros = head.iter().filter(|b| **b == 0).count();
    if zeros > 0 && zeros * 3 > head.len() {
        return Err(refused(file, 0, unmarked()));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(at).filter(|b| **b == b'\n').count() + 1;
        let byte = error.as_bytes().get(at).copied().unwrap_or(0);
        let guess = guess_legacy(error.as_bytes());
        let what = text!(
            "tệp không phải mã UTF-8 (byte 0x{byte:02X}), có lẽ là {guess}",
            "not UTF-8 (byte 0x{byte:02X}); it looks like {guess}"
        );
        refused(file, line, what)
    })
}

/// What Excel saves as “Unicode Text”: its mark tells the order of the bytes.
fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16, file: &str) -> Result<String> {
    let pairs = bytes.get(2..).unwrap_or_default().chunks_exact(2);
    let odd = !pairs.remainder().is_empty();
    let units = pairs.filter_map(|pair| Some(unit(pair.try_into().ok()?)));
    let mut out = String::with_capacity(bytes.len());
    for letter in char::decode_utf16(units) {
        let Ok(letter) = letter else {
            let line = out.bytes().filter(|b| *b == b'\n').count() + 1;
            let what = text!("tệp UTF-16 bị hỏng", "damaged UTF-16");
            return Err(refused(file, line, what));
        };
        out.push(letter);
    }
    if odd {
        let line = out.bytes().filter(|b| *b == b'\n').count() + 1;
        return Err(refused(file, line, text!("tệp UTF-16 bị cắt cụt", "UTF-16 cut short")));
    }
    Ok(out)
}

fn unmarked() -> Text {
    text!(
        "tệp lưu bằng UTF-16 không có dấu đầu tệp (BOM)",
        "saved as UTF-16 without its mark at the beginning (BOM)"
    )
}

fn refused(file: &str, line: usize, what: Text) -> Failure {
    let mut failure = failure(file, what).hint(text!(
        "trong Excel chọn Lưu thành › “CSV UTF-8 (Comma delimited)”, hoặc đưa thẳng tệp .xlsx",
        "in Excel choose Save As › “CSV UTF-8 (Comma delimited)”, or hand in the .xlsx itself"
    ));
    *failure.place = failure.place.clone().line(u32::try_from(line).unwrap_or(0));
    failure
}
