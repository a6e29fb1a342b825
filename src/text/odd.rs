//! Characters that no text may hold: controls, reordering marks, and the letters of sealing.
//!
//! Knows: which they are and where they stand. Must not know: what is said about them.

use super::seal;

/// Why a character may not stand in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Odd {
    /// Cannot be printed, or changes the order in which text is read.
    Control,
    /// A private-use letter that sealing uses.
    Reserved,
}

/// Why `c` may not stand in a text; `None` if it may. Tabs and line feeds may.
pub fn odd(c: char) -> Option<Odd> {
    match c {
        '\n' | '\t' => None,
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => Some(Odd::Control),
        c if seal::is_reserved(c) => Some(Odd::Reserved),
        c if c.is_control() || (u32::from(c) & 0xFFFE) == 0xFFFE => Some(Odd::Control),
        _ => None,
    }
}

/// The first odd character of each line: line and column from 1, the character, and why.
/// A byte order mark at the start and carriage returns at line ends are no fault.
pub fn find_odd(text: &str) -> impl Iterator<Item = (u32, u32, char, Odd)> + '_ {
    let lines = text.strip_prefix('\u{FEFF}').unwrap_or(text).split('\n');
    (1u32..).zip(lines).filter_map(|(number, line)| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.is_ascii() && !line.bytes().any(|b| b < 0x20 || b == 0x7F) {
            return None;
        }
        (1u32..).zip(line.chars()).find_map(|(column, c)| Some((number, column, c, odd(c)?)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_characters_have_a_place() {
        let found: Vec<_> = find_odd("\u{FEFF}một\r\nhai \u{7}ba\tx\n\u{E100}\n\u{202E}").collect();
        assert_eq!(
            found,
            [
                (2, 5, '\u{7}', Odd::Control),
                (3, 1, '\u{E100}', Odd::Reserved),
                (4, 1, '\u{202E}', Odd::Control),
            ]
        );
    }
}
