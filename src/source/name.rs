//! Names of files made from data: nothing in a value can lead out of a folder.
//!
//! Knows: which names every system can hold. Must not know: what is written under them.

use crate::diagnostic::Text;
use crate::text;

/// Longest name without its ending, in bytes: leaves room for an ending and a counter.
const LONGEST: usize = 120;
/// Longest piece that one value gives.
const LONGEST_VALUE: usize = 60;

/// A pattern of a file name: `{{so}}-{{ten}}`, without an ending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Field(String),
}

impl NamePattern {
    /// Reads a pattern. An ending `.docx` is dropped: the program adds it.
    ///
    /// # Errors
    /// The reason why such names are not written.
    pub fn parse(pattern: &str) -> Result<Self, Text> {
        let mut rest = pattern.trim();
        rest = rest.strip_suffix(".docx").unwrap_or(rest);
        let mut pieces = Vec::new();
        while let Some((literal, tail)) = rest.split_once("{{") {
            let Some((field, after)) = tail.split_once("}}") else {
                return Err(text!(
                    "tên tệp “{pattern}” thiếu dấu đóng `}}}}`",
                    "the file name “{pattern}” has no closing `}}}}`"
                ));
            };
            pieces.push(Piece::Literal(literal.to_owned()));
            let field = field.trim();
            if field.is_empty() || field.contains(['{', '}', '#', '/']) {
                return Err(text!(
                    "trong tên tệp chỉ dùng được `{{{{tên trường}}}}`, không dùng được `{{{{{field}}}}}`",
                    "a file name takes only `{{{{field}}}}`, not `{{{{{field}}}}}`"
                ));
            }
            pieces.push(Piece::Field(text::nfc(field)));
            rest = after;
        }
        pieces.push(Piece::Literal(rest.to_owned()));
        pieces.retain(|piece| !matches!(piece, Piece::Literal(text) if text.is_empty()));
        for piece in &pieces {
            if let Piece::Literal(literal) = piece
                && let Some(reason) = unsafe_piece(literal)
            {
                return Err(reason);
            }
        }
        if pieces.is_empty() {
            return Err(text!("tên tệp để trống", "the file name is empty"));
        }
        Ok(Self { pieces })
    }

    /// The fields that the pattern wants, in its order.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Field(name) => Some(name.as_str()),
            Piece::Literal(_) => None,
        })
    }

    /// The name for one document, without an ending: ASCII letters, digits, `-`, `_` and `.` only, so
    /// that no value can name another folder. Two documents may get the same name: the caller counts.
    ///
    /// # Errors
    /// The field that has no value.
    pub fn render(&self, value: impl Fn(&str) -> Option<String>) -> Result<String, String> {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(literal) => out.push_str(&ascii(literal)),
                Piece::Field(name) => {
                    let value = value(name).ok_or_else(|| name.clone())?;
                    let mut slug = text::slug(&value);
                    slug.truncate(LONGEST_VALUE);
                    out.push_str(&slug);
                }
            }
        }
        Ok(safe(&out))
    }
}

/// A name that every system can hold, from letters that are already harmless.
fn safe(name: &str) -> String {
    let mut name: String = name.trim_matches(['-', '.', ' ']).to_owned();
    name.truncate(LONGEST);
    let name = name.trim_end_matches(['-', '.', ' ']);
    if name.is_empty() {
        return "van-ban".to_owned();
    }
    if reserved(name) { format!("_{name}") } else { name.to_owned() }
}

/// Letters of a literal folded to ASCII; everything else a hyphen.
fn ascii(literal: &str) -> String {
    let plain = |c: char| {
        let mut buffer = [0; 4];
        match c {
            'Đ' => "D".to_owned(),
            'đ' => "d".to_owned(),
            c if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') => c.to_string(),
            c if c.is_ascii() => "-".to_owned(),
            c => text::slug(c.encode_utf8(&mut buffer)),
        }
    };
    text::nfc(literal).chars().map(plain).collect()
}

/// Device names of Windows: no file may be called so, whatever its ending.
fn reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).to_ascii_lowercase();
    let numbered = |device: &str| {
        stem.strip_prefix(device)
            .is_some_and(|n| n.len() == 1 && n.bytes().all(|b| (b'1'..=b'9').contains(&b)))
    };
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
}

fn unsafe_piece(piece: &str) -> Option<Text> {
    if piece.contains(['/', '\\']) || piece.contains("..") {
        return Some(text!("“{piece}” dẫn ra ngoài thư mục", "“{piece}” leads out of the folder"));
    }
    if piece.contains([':', '*', '?', '"', '<', '>', '|']) || piece.chars().any(char::is_control) {
        return Some(text!(
            "“{piece}” có ký tự không dùng được trong tên tệp",
            "“{piece}” holds a character that file names cannot have"
        ));
    }
    None
}

/// Why a folder for output is not accepted; `None` if it stays inside the folder it is joined to.
pub fn unsafe_folder(path: &str) -> Option<Text> {
    let absolute = path.starts_with(['/', '\\', '~']) || path.as_bytes().get(1) == Some(&b':');
    if absolute {
        return Some(text!("“{path}” là đường dẫn tuyệt đối", "“{path}” is an absolute path"));
    }
    let mut any = false;
    for step in path.split(['/', '\\']) {
        match step {
            ".." => {
                return Some(text!(
                    "“{path}” dẫn ra ngoài thư mục",
                    "“{path}” leads out of the folder"
                ));
            }
            "" | "." => {}
            _ => {
                any = true;
                if reserved(step) || step.ends_with(['.', ' ']) {
                    return Some(text!(
                        "“{step}” là tên mà Windows không dùng được",
                        "“{step}” is a name that Windows cannot hold"
                    ));
                }
                if let Some(reason) = unsafe_piece(step) {
                    return Some(reason);
                }
            }
        }
    }
    (!any).then(|| text!("tên thư mục để trống", "the folder's name is empty"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(pattern: &str, value: &str) -> String {
        let pattern = NamePattern::parse(pattern).expect("pattern");
        pattern.render(|_| Some(value.to_owned())).expect("value")
    }

    #[test]
    fn values_become_plain_names() {
        assert_eq!(name("{{so}}", "05/KH-SNV"), "05-kh-snv");
        assert_eq!(name("Thư-mời-{{ten}}.docx", "Lê Thị Đào"), "Thu-moi-le-thi-dao");
        assert_eq!(name("{{x}}", "../../etc/passwd"), "etc-passwd");
        assert_eq!(name("{{x}}", "CON"), "_con");
        assert_eq!(name("{{x}}", "!!!"), "van-ban");
        assert_eq!(name("{{x}}", &"a".repeat(500)).len(), LONGEST_VALUE);
        let missing = NamePattern::parse("{{a}}-{{b}}").expect("pattern").render(|_| None);
        assert_eq!(missing, Err("a".to_owned()));
    }

    #[test]
    fn patterns_and_folders_that_lead_out_are_refused() {
        for bad in ["../{{x}}", "a/{{x}}", "a\\b", "{{x", "", "{{}}", "{{#each a}}", "a:b"] {
            assert!(NamePattern::parse(bad).is_err(), "{bad}");
        }
        for bad in ["/tmp", "..", "a/../b", "C:\\x", "~/x", "", ".", "a/nul", "a\\..\\b", "x?"] {
            assert!(unsafe_folder(bad).is_some(), "{bad}");
        }
        for good in ["ra", "ket-qua/2026", "./ra", "Kết quả"] {
            assert!(unsafe_folder(good).is_none(), "{good}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_value_leads_out_of_a_folder(value in ".*", lead in "[a-zĐ -]{0,3}") {
            let out = name(&format!("{lead}{{{{x}}}}"), &value);
            prop_assert!(!out.is_empty() && out.len() <= LONGEST + 1);
            prop_assert!(!out.contains(['/', '\\']) && !out.starts_with('.') && out.is_ascii());
        }
    }
}
