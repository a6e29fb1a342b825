//! A text as a QR code (ISO/IEC 18004).
//!
//! Knows: which parts make a code. Must not know: who reads the code, how it is drawn.
//!
//! The library could make it all, but its search for a mask looks at every square of eight pictures one by one, which
//! would be most of the time a certificate takes. Here a row of squares is one number, and the frame of a version, that is
//! all squares but those of the data, is made once. Bits, correction and mask are those of the library.

mod correction;
mod frame;
mod segments;

use std::sync::OnceLock;

use qrcode::ec::construct_codewords;
use qrcode::{Color, EcLevel, QrCode, Version};

use self::correction::Correction;
use self::frame::{BEHIND, Frame, Line};

/// How much of a code may be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// 7 %.
    Low,
    /// 15 %.
    Medium,
}

/// A code: squares row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Squares in a row, and rows; without the white around them.
    pub width: usize,
    /// True where a square is dark.
    pub dark: Vec<bool>,
}

/// Versions whose rows are one number.
const FRAMED: usize = 27;

/// Lines as short as may be: most codes are of the narrow kind.
enum AnyFrame {
    Narrow(Frame<u64>),
    Wide(Frame<u128>),
}

/// What is made once for a version and level.
type Prepared = (AnyFrame, Option<Correction>);

/// A code as far as it is known how wide it is.
enum Made {
    Narrow(Vec<u64>),
    Wide(Vec<u128>),
}

/// The code of a text; `None` if it is too long for any.
pub fn code(text: &str, level: Level) -> Option<Code> {
    match made(text, level) {
        Some(Made::Narrow(rows)) => Some(squares(&rows)),
        Some(Made::Wide(rows)) => Some(squares(&rows)),
        None => of_the_library(text, level),
    }
}

/// The rows of the code of a text, the first square of each in the lowest bit; there are as many as squares in a row.
/// `None` if it is too long for that: for a code of at most 64 squares ([`code`]).
pub fn rows(text: &str, level: Level) -> Option<Vec<u64>> {
    match made(text, level)? {
        Made::Narrow(rows) => Some(rows),
        Made::Wide(_) => None,
    }
}

fn squares<L: Line>(rows: &[L]) -> Code {
    let width = rows.len();
    let mut dark = Vec::with_capacity(width * width);
    for row in rows {
        dark.extend((0..width as u32).map(|at| *row & L::at(at) != L::NONE));
    }
    Code { width, dark }
}

/// `None` for what is left to the library.
fn made(text: &str, level: Level) -> Option<Made> {
    static FRAMES: [[OnceLock<Prepared>; FRAMED]; 2] =
        [const { [const { OnceLock::new() }; FRAMED] }; 2];
    let (ec, at) = match level {
        Level::Low => (EcLevel::L, 0),
        Level::Medium => (EcLevel::M, 1),
    };
    let (number, bytes) = segments::encoded(text.as_bytes(), ec)?;
    let version = Version::Normal(number);
    let index = usize::try_from(number).ok()?.checked_sub(1)?;
    let frame = FRAMES.get(at).and_then(|of| of.get(index))?;
    let make = || {
        let frame = match version.width() {
            ..=64 => AnyFrame::Narrow(Frame::new(version, ec)),
            _ => AnyFrame::Wide(Frame::new(version, ec)),
        };
        (frame, Correction::new(version, ec, bytes.len()))
    };
    let (frame, correction) = frame.get_or_init(make);
    let words = match correction {
        Some(correction) => correction.codewords(&bytes, BEHIND),
        None => {
            let (data, correction) = construct_codewords(&bytes, version, ec).ok()?;
            [data, correction, vec![0; BEHIND]].concat()
        }
    };
    Some(match frame {
        AnyFrame::Narrow(frame) => Made::Narrow(frame.filled(&words)),
        AnyFrame::Wide(frame) => Made::Wide(frame.filled(&words)),
    })
}

fn of_the_library(text: &str, level: Level) -> Option<Code> {
    let ec = match level {
        Level::Low => EcLevel::L,
        Level::Medium => EcLevel::M,
    };
    let code = QrCode::with_error_correction_level(text, ec).ok()?;
    let (width, colors) = (code.width(), code.into_colors());
    Some(Code { width, dark: colors.into_iter().map(|c| c == Color::Dark).collect() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of_the_library(text: &str, level: EcLevel) -> Option<Code> {
        let code = QrCode::with_error_correction_level(text, level).ok()?;
        let dark = code.to_colors().into_iter().map(|c| c == Color::Dark).collect();
        Some(Code { width: code.width(), dark })
    }

    #[test]
    fn every_version_is_as_the_library_makes_it() {
        let line = "VT1|12/QĐ-SNV|2026-11-22|0001|Lê Thị Hoa ".repeat(80);
        let mut widths = std::collections::BTreeSet::new();
        for length in (0..1500).step_by(23).chain([2331]) {
            let text: String = line.chars().filter(char::is_ascii).take(length).collect();
            let code = code(&text, Level::Medium);
            assert_eq!(code, of_the_library(&text, EcLevel::M), "{length}");
            widths.extend(code.map(|c| c.width));
        }
        assert!(widths.len() > 25, "{widths:?}");
        assert_eq!(code(&"x".repeat(3000), Level::Low), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn any_text_is_as_the_library_makes_it(text in "[ -~À-ỹ]{0,160}") {
            prop_assert_eq!(code(&text, Level::Medium), of_the_library(&text, EcLevel::M));
            prop_assert_eq!(code(&text, Level::Low), of_the_library(&text, EcLevel::L));
        }
    }
}
