//! Số, ký hiệu (Điều 15; PL I, Phần I, Mục II.3).
//!
//! Knows: how a number and a notation are written and read. Must not know: which number comes next.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Số: a running number in the year of a series, from 1. Printed with a leading 0 below 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Number(u32);

impl Number {
    /// 01.
    pub const FIRST: Self = Self(1);

    /// A number from 1; 0 is none.
    pub const fn new(n: u32) -> Option<Self> {
        if n == 0 { None } else { Some(Self(n)) }
    }

    /// Its value.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

/// Ký hiệu: the groups after the slash, joined by `-` without spaces, case kept (`QyĐ-UBND`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Notation(pub String);

impl fmt::Display for Notation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Số, ký hiệu; a draft has no number yet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DocumentCode {
    /// Số; `None` is the blank of a draft.
    pub number: Option<Number>,
    /// Ký hiệu.
    pub notation: Notation,
}

impl DocumentCode {
    /// A draft's code.
    pub fn blank(notation: Notation) -> Self {
        Self { number: None, notation }
    }
}

impl fmt::Display for DocumentCode {
    /// `05/KH-SNV`; `/KH-SNV` for a draft; `05` where a book numbers without a notation.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            Some(n) if self.notation.0.is_empty() => write!(f, "{n}"),
            Some(n) => write!(f, "{n}/{}", self.notation),
            None => write!(f, "/{}", self.notation),
        }
    }
}

impl FromStr for DocumentCode {
    type Err = ();

    /// Reads `05/KH-SNV`; only the decree's spelling (a 0 below 10 and no other).
    fn from_str(s: &str) -> Result<Self, ()> {
        let (digits, notation) = s.split_once('/').ok_or(())?;
        let well_formed = !digits.is_empty()
            && digits.bytes().all(|b| b.is_ascii_digit())
            && digits.len() >= 2
            && (digits.len() == 2 || !digits.starts_with('0'));
        if notation.is_empty() || notation.contains(char::is_whitespace) || !well_formed {
            return Err(());
        }
        let number = digits.parse().ok().and_then(Number::new).ok_or(())?;
        Ok(Self { number: Some(number), notation: Notation(notation.to_owned()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_and_reads_the_decrees_spelling() {
        for text in ["01/KH-SNV", "10/QyĐ-UBND", "120/SNV-VP"] {
            assert_eq!(text.parse::<DocumentCode>().map(|c| c.to_string()), Ok(text.to_owned()));
        }
        for text in ["1/KH-SNV", "001/KH-SNV", "00/KH-SNV", "/KH", "05/", "05/KH - SNV", "5A/KH"] {
            assert_eq!(text.parse::<DocumentCode>(), Err(()), "{text}");
        }
    }
}
