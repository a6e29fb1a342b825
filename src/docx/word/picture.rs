//! Pictures that go into a template's placeholders.
//!
//! Knows: what a PNG and a JPEG look like from outside, how a QR code becomes a PNG. Must not know:
//! where pictures come from, what a document says.

use crate::diagnostic::Text;
use crate::docx::png::{self, SIGNATURE as PNG};
pub(super) use crate::layout::PictureFormat as Format;
use crate::text;
use crate::text::qr::{self, Level};

/// Pixels on a side of one square of a QR code, and squares of white around it.
const SCALE: usize = 6;
const QUIET: usize = 4;
/// Largest side of a picture in pixels.
const MAX_SIDE: u32 = 30_000;

/// The kind of a picture, its width and height in pixels.
pub fn look(bytes: &[u8]) -> Result<(Format, (u32, u32)), Text> {
    let found = if bytes.starts_with(PNG) {
        png_size(bytes).map(|size| (Format::Png, size))
    } else if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        jpeg_size(bytes).map(|size| (Format::Jpeg, size))
    } else {
        return Err(text!(
            "tệp không phải ảnh PNG hay JPEG",
            "the file is not a PNG or JPEG picture"
        ));
    };
    found
        .filter(|(_, (w, h))| (1..=MAX_SIDE).contains(w) && (1..=MAX_SIDE).contains(h))
        .ok_or_else(|| text!("ảnh bị hỏng hoặc bị cắt cụt", "the picture is damaged or cut off"))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// Walks over the chunks to the last one.
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    if bytes.get(12..16)? != b"IHDR" {
        return None;
    }
    let size = (be32(bytes, 16)?, be32(bytes, 20)?);
    let (mut at, mut has_data) = (PNG.len(), false);
    loop {
        let length = usize::try_from(be32(bytes, at)?).ok()?;
        let kind = bytes.get(at + 4..at + 8)?;
        let end = at.checked_add(8)?.checked_add(length)?;
        if be32(bytes, end)? != crc32fast::hash(bytes.get(at + 4..end)?) {
            return None;
        }
        has_data |= kind == b"IDAT";
        if kind == b"IEND" {
            return has_data.then_some(size);
        }
        at = end + 4;
    }
}

/// Walks over the segments to the frame; the picture must go on to its end mark.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let tail = bytes.get(bytes.len().saturating_sub(64)..)?;
    tail.windows(2).any(|w| w == [0xFF, 0xD9]).then_some(())?;
    let mut at = 2;
    loop {
        let marker = bytes.get(at..at + 2)?;
        let [0xFF, kind] = *marker else { return None };
        if kind == 0xFF {
            at += 1;
            continue;
        }
        let length = usize::from(u16::from_be_bytes(bytes.get(at + 2..at + 4)?.try_into().ok()?));
        if matches!(kind, 0xC0..=0xCF) && !matches!(kind, 0xC4 | 0xC8 | 0xCC) {
            let side = |from: usize| {
                Some(u32::from(u16::from_be_bytes(bytes.get(from..from + 2)?.try_into().ok()?)))
            };
            return Some((side(at + 7)?, side(at + 5)?));
        }
        if kind == 0xDA || length < 2 {
            return None;
        }
        at += 2 + length;
    }
}

/// A QR code as a PNG, one bit a pixel.
pub(super) fn qr(text: &str) -> Result<Vec<u8>, Text> {
    let length = text.len();
    let code = qr::code(text, Level::Medium).ok_or_else(|| {
        text!(
            "quá dài cho một mã QR ({length} byte, nhiều nhất khoảng 2.300)",
            "too long for a QR code ({length} bytes, at most about 2,300)"
        )
    })?;
    png::squares(code.width, &code.dark, SCALE, QUIET)
        .ok_or_else(|| text!("không vẽ được mã QR", "the QR code cannot be drawn"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_qr_code_is_a_picture_and_always_the_same() {
        let one = qr("Số 12/QĐ-SNV").expect("drawn");
        assert_eq!(one, qr("Số 12/QĐ-SNV").expect("drawn"));
        let (format, (w, h)) = look(&one).expect("a picture");
        assert_eq!((format, w), (Format::Png, h));
        assert!(qr(&"x".repeat(3000)).is_err());
        for end in 0..one.len() {
            assert!(look(&one[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        for bytes in [
            &b""[..],
            b"GIF89a",
            b"\xFF\xD8\xFF",
            b"\xFF\xD8\xFF\xC0\0\x11\x08\0\x02\0\x03\x01",
            PNG,
        ] {
            assert!(look(bytes).is_err(), "{bytes:?}");
        }
        let jpeg = b"\xFF\xD8\xFF\xE0\0\x04ab\xFF\xC0\0\x0B\x08\0\x02\0\x03\x01\x01\x11\0\xFF\xD9";
        assert_eq!(look(jpeg).ok(), Some((Format::Jpeg, (3, 2))));
    }
}
