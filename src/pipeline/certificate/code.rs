//! The QR code of a certificate: its squares, and whether a reader can tell them apart.
//!
//! Knows: QR codes of level M. Must not know: what the text says, where it is printed.

use crate::diagnostic::Diagnostic;
use crate::docx::{dark_rows, dark_squares};
use crate::model::CertificateForm;
use crate::text;
use crate::text::qr::{self, Level};

use super::codes::FINE_CODE;
use super::{Certificate, Press};

/// Smallest side of a square that phones read surely, in millimetres.
const FINEST: f64 = 0.35;
/// Bytes of a line of [`crate::register::Voucher`] beside decision, organ and name.
const FIXED: usize = 155;
/// Most bytes of a name in the line.
const NAME: usize = 48;

/// The code as a PNG without white around it; `None` for an empty text, or one that is too long.
pub(super) fn picture(text: &str) -> Option<Vec<u8>> {
    if text.is_empty() {
        return None;
    }
    // All that certificates say is as short as this.
    if let Some(rows) = qr::rows(text, Level::Medium) {
        return dark_rows(&rows);
    }
    let code = qr::code(text, Level::Medium)?;
    dark_squares(code.width, &code.dark)
}

/// Squares in a row of a code for so many bytes.
fn width(bytes: usize) -> Option<usize> {
    // Lengths of the versions 1 to 20 at level M (ISO/IEC 18004, table 7).
    const BYTES: [usize; 20] = [
        14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624,
        666,
    ];
    BYTES.iter().position(|most| bytes <= *most).map(|version| 21 + 4 * version)
}

impl Press<'_> {
    /// The place of the code is too small for what it will say.
    pub(super) fn code_too_fine(
        &self,
        form: &CertificateForm,
        certificate: &Certificate,
    ) -> Option<Diagnostic> {
        let place = form.code?;
        let organ = &self.workspace.office.organ.code;
        let name = certificate.honouree.entered().len().min(NAME);
        let squares = width(FIXED + organ.len() + certificate.decision.len() + name);
        let fine = squares.is_none_or(|n| place.side / n as f64 <= FINEST);
        fine.then(|| {
            let (side, file) = (place.side, &self.file);
            let least = (squares.unwrap_or(97) as f64 * FINEST).ceil();
            Diagnostic::error(
                FINE_CODE,
                certificate.source.clone().item("ma-qr"),
                text!(
                    "mã QR cạnh {side} mm quá nhỏ, máy khó đọc: cần ít nhất {least} mm",
                    "a QR code of {side} mm is too fine to be read surely: {least} mm at least"
                ),
            )
            .hint(text!("tăng canh của [ma-qr] trong {file}", "raise side of [code] in {file}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_widths_is_that_of_the_codes() {
        for bytes in [10, 14, 15, 150, 152, 153, 180, 181, 213, 214, 251, 252, 300, 500, 666] {
            let real = qr::code(&"x".repeat(bytes), Level::Medium).expect("a code").width;
            assert_eq!(width(bytes), Some(real), "{bytes}");
        }
        assert_eq!(picture(""), None);
    }
}
