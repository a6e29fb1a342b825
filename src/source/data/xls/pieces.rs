//! Texts of old workbooks: counted, in one or two bytes a letter, cut where a record ends.
//!
//! Knows: how texts are packed. Must not know: cells.

use super::super::sheet::MOST_RUNS;

/// The bodies of a record and of those that continue it.
pub struct Pieces<'a> {
    pieces: Vec<&'a [u8]>,
    piece: usize,
    at: usize,
}

impl<'a> Pieces<'a> {
    pub fn new(pieces: Vec<&'a [u8]>) -> Self {
        Self { pieces, piece: 0, at: 0 }
    }

    fn left(&self) -> &'a [u8] {
        self.pieces.get(self.piece).and_then(|p| p.get(self.at..)).unwrap_or_default()
    }

    /// Goes on with the next piece; false at the end.
    fn turn(&mut self) -> bool {
        self.piece += 1;
        self.at = 0;
        self.piece < self.pieces.len()
    }

    pub fn skip(&mut self, mut count: usize) -> Option<()> {
        while count > 0 {
            let step = self.left().len().min(count);
            self.at += step;
            count -= step;
            if count > 0 && !self.turn() {
                return None;
            }
        }
        Some(())
    }

    pub fn u8(&mut self) -> Option<u8> {
        while self.left().is_empty() {
            if !self.turn() {
                return None;
            }
        }
        let byte = *self.left().first()?;
        self.at += 1;
        Some(byte)
    }

    pub fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.u8()?, self.u8()?]))
    }

    pub fn u32(&mut self) -> Option<u32> {
        Some(u32::from(self.u16()?) | u32::from(self.u16()?) << 16)
    }

    /// A text after its count: flags, letters, and what is said about fonts and pronunciation.
    pub fn text(&mut self, count: usize) -> Option<String> {
        self.rich_text(count).map(|(text, _)| text)
    }

    /// The same, and where pieces with fonts of their own begin, in bytes, with the number of the font.
    pub fn rich_text(&mut self, count: usize) -> Option<(String, Vec<(usize, u16)>)> {
        let flags = self.u8()?;
        let runs = if flags & 8 != 0 { usize::from(self.u16()?) } else { 0 };
        let more = if flags & 4 != 0 { usize::try_from(self.u32()?).ok()? } else { 0 };
        let text = self.letters(count, flags & 1 != 0)?;
        let mut fonts = Vec::new();
        let mut walked = (0usize, text.chars(), 0usize);
        for _ in 0..runs {
            let (at, font) = (usize::from(self.u16()?), self.u16()?);
            // Places are counted in UTF-16 units, in rising order.
            while walked.0 < at {
                let Some(c) = walked.1.next() else { break };
                walked.0 += c.len_utf16();
                walked.2 += c.len_utf8();
            }
            if fonts.len() < MOST_RUNS {
                fonts.push((walked.2, font));
            }
        }
        self.skip(more)?;
        Some((text, fonts))
    }

    /// Letters; where a piece ends among them, the next one begins with its own flag of width.
    fn letters(&mut self, count: usize, mut wide: bool) -> Option<String> {
        let mut units: Vec<u16> = Vec::with_capacity(count.min(32_768));
        while units.len() < count {
            let left = self.left();
            if left.is_empty() {
                if !self.turn() {
                    return None;
                }
                wide = self.u8()? & 1 != 0;
                continue;
            }
            let width = if wide { 2 } else { 1 };
            let take = (left.len() / width).min(count - units.len());
            if take == 0 {
                return None;
            }
            let body = left.get(..take * width)?;
            if wide {
                units.extend(body.chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])));
            } else {
                units.extend(body.iter().map(|b| u16::from(*b)));
            }
            self.at += take * width;
        }
        Some(String::from_utf16_lossy(&units))
    }
}
