//! ToUnicode maps: which text a code of a font stands for.
//!
//! Knows: `bfchar` and `bfrange`. Must not know: fonts, pages. A range is kept as a range, however long.

/// Entries of a map.
const ENTRIES: usize = 70_000;
/// Letters that one code may stand for.
const LETTERS: usize = 16;

/// A map from codes to text.
#[derive(Debug, Clone, Default)]
pub(super) struct CMap {
    /// First code, last code, text of the first; sorted by first code.
    ranges: Vec<(u32, u32, Vec<u16>)>,
    /// Bytes of a code, where the map says.
    pub code_bytes: Option<usize>,
}

enum Token<'a> {
    Hex(&'a [u8]),
    Open,
    Close,
    Word(&'a [u8]),
}

impl CMap {
    /// Reads what can be read; the rest is passed over.
    pub fn parse(source: &[u8]) -> Self {
        let mut map = Self::default();
        let mut tokens = Tokens { rest: source };
        while let Some(token) = tokens.next() {
            match token {
                Token::Word(b"begincodespacerange") => map.spaces(&mut tokens),
                Token::Word(b"beginbfchar") => map.chars(&mut tokens),
                Token::Word(b"beginbfrange") => map.spans(&mut tokens),
                _ => {}
            }
        }
        map.ranges.sort_by_key(|(first, _, _)| *first);
        map
    }

    /// The text of a code; `None` if the map does not know it.
    pub fn text(&self, code: u32) -> Option<String> {
        let end = self.ranges.partition_point(|(first, _, _)| *first <= code);
        let (first, last, text) = self.ranges.get(end.checked_sub(1)?)?;
        if code > *last {
            return None;
        }
        let mut units = text.clone();
        if let Some(unit) = units.last_mut() {
            *unit = unit.wrapping_add((code - first) as u16);
        }
        Some(char::decode_utf16(units).filter_map(Result::ok).collect())
    }

    fn spaces(&mut self, tokens: &mut Tokens<'_>) {
        for token in tokens.by_ref() {
            match token {
                Token::Hex(hex) => self.code_bytes = Some(hex.len().div_ceil(2).clamp(1, 4)),
                Token::Word(_) => return,
                _ => {}
            }
        }
    }

    fn chars(&mut self, tokens: &mut Tokens<'_>) {
        while let (Some(Token::Hex(code)), Some(Token::Hex(text))) = (tokens.next(), tokens.next())
        {
            let code = code_of(code);
            self.put(code, code, units(text));
        }
    }

    fn spans(&mut self, tokens: &mut Tokens<'_>) {
        while let (Some(Token::Hex(first)), Some(Token::Hex(last))) = (tokens.next(), tokens.next())
        {
            let (first, last) = (code_of(first), code_of(last));
            match tokens.next() {
                Some(Token::Hex(text)) => self.put(first, last, units(text)),
                Some(Token::Open) => {
                    let mut code = first;
                    while let Some(Token::Hex(text)) = tokens.next() {
                        self.put(code, code, units(text));
                        code = code.saturating_add(1);
                    }
                }
                _ => return,
            }
        }
    }

    fn put(&mut self, first: u32, last: u32, text: Vec<u16>) {
        if first <= last && !text.is_empty() && self.ranges.len() < ENTRIES {
            self.ranges.push((first, last, text));
        }
    }
}

fn digits(hex: &[u8]) -> impl Iterator<Item = u32> + '_ {
    hex.iter().filter_map(|b| char::from(*b).to_digit(16))
}

fn code_of(hex: &[u8]) -> u32 {
    digits(hex).take(8).fold(0, |code, digit| (code << 4) | digit)
}

fn units(hex: &[u8]) -> Vec<u16> {
    let digits: Vec<u32> = digits(hex).take(4 * LETTERS).collect();
    digits.chunks(4).map(|c| c.iter().fold(0, |unit, digit| (unit << 4) | *digit as u16)).collect()
}

struct Tokens<'a> {
    rest: &'a [u8],
}

impl<'a> Tokens<'a> {
    fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.rest = rest;
        taken
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let blank =
                self.rest.iter().take_while(|b| b.is_ascii_whitespace() || **b == 0).count();
            self.take(blank);
            match self.rest.first()? {
                b'%' => {
                    let line = self.rest.iter().take_while(|b| !matches!(b, b'\n' | b'\r')).count();
                    self.take(line);
                }
                b'<' if self.rest.get(1) != Some(&b'<') => {
                    self.take(1);
                    let length = self.rest.iter().take_while(|b| **b != b'>').count();
                    let hex = self.take(length);
                    self.take(1);
                    return Some(Token::Hex(hex));
                }
                b'[' => {
                    self.take(1);
                    return Some(Token::Open);
                }
                b']' => {
                    self.take(1);
                    return Some(Token::Close);
                }
                _ => {
                    let plain = |b: &&u8| {
                        !b.is_ascii_whitespace() && !matches!(b, b'<' | b'[' | b']' | b'%')
                    };
                    let length = self.rest.iter().take_while(plain).count().max(1);
                    return Some(Token::Word(self.take(length)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_letters_ranges_and_lists() {
        let map = CMap::parse(
            b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n\
              2 beginbfchar <0003> <0020> <01> <1EBE0041> endbfchar\n\
              2 beginbfrange <0010> <0012> <0061> <0020> <0021> [<0110> <01B0>] endbfrange",
        );
        assert_eq!(map.code_bytes, Some(2));
        assert_eq!(map.text(3).as_deref(), Some(" "));
        assert_eq!(map.text(1).as_deref(), Some("ẾA"));
        assert_eq!(map.text(0x12).as_deref(), Some("c"));
        assert_eq!(map.text(0x21).as_deref(), Some("ư"));
        assert_eq!(map.text(0x13), None);
    }

    #[test]
    fn a_range_of_all_codes_costs_nothing() {
        let map = CMap::parse(b"1 beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange");
        assert_eq!(map.text(1).as_deref(), Some("B"));
        assert!(CMap::parse(b"beginbfrange <").text(0).is_none());
    }
}
