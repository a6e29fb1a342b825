//! Roman numbers of phần, chương, mục.
//!
//! Knows: 1 to 3999. Must not know: where they stand.

const STEPS: [(u32, &str); 13] = [
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
];

/// `4` → `IV`; empty for 0 and above 3999.
pub fn to_roman(mut n: u32) -> String {
    let mut out = String::new();
    if n > 3999 {
        return out;
    }
    for (value, letters) in STEPS {
        while n >= value {
            out.push_str(letters);
            n -= value;
        }
    }
    out
}

/// `IV` → 4; only the canonical upper-case spelling.
pub fn from_roman(text: &str) -> Option<u32> {
    if text.is_empty() || text.len() > 15 {
        return None;
    }
    let mut rest = text;
    let mut n = 0;
    for (value, letters) in STEPS {
        while let Some(r) = rest.strip_prefix(letters) {
            n += value;
            rest = r;
        }
    }
    (rest.is_empty() && to_roman(n) == text).then_some(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for n in 1..4000 {
            assert_eq!(from_roman(&to_roman(n)), Some(n));
        }
        for bad in ["", "IIII", "VX", "iv", "IVI", "MMMM"] {
            assert_eq!(from_roman(bad), None, "{bad}");
        }
    }
}
