//! The front matter: every key a document may carry, in English or Vietnamese, as typed fields.
//!
//! Knows: the keys, the shape of each value, the line of each field. Must not know: which values
//! a type needs, who signs for whom.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::model::{DateLine, Side, Span, Urgency};
use crate::text;

use super::fields::Filler;
use super::input::Line;
use super::yaml::{self, Trouble};
use super::{Located, Reader, codes, plain};

pub use super::keys::Key;

/// A text with its line, where it was given.
pub type Field = Option<Located<String>>;

/// The front matter as typed. What was not given, or given with nothing after it, is `None` or
/// empty.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Front {
    /// `type`: as typed (`ke-hoach`, `Kế hoạch`).
    pub type_name: Field,
    /// `subject`.
    pub subject: Option<Located<Vec<Span>>>,
    /// `organ`: key of a council.
    pub organ: Field,
    /// `place`.
    pub place: Field,
    /// `date`, day and month possibly blank.
    pub date: Option<Located<DateLine>>,
    /// `notation`: the whole ký hiệu.
    pub notation: Field,
    /// `unit`.
    pub unit: Field,
    /// `issuing_authority`.
    pub issuing_authority: Field,
    /// `addressees`.
    pub addressees: Vec<Located<String>>,
    /// `addressee_lead`.
    pub addressee_lead: Field,
    /// `recipients`: `None` if the key is not there (the office's own list may stand in).
    pub recipients: Option<Vec<Located<String>>>,
    /// `archive_copy`: `Some(None)` says that there is to be no such line.
    pub archive_copy: Option<Located<Option<String>>>,
    /// `signer`.
    pub signer: Option<SignerEntry>,
    /// `signers`: where two or more sign.
    pub signers: Vec<SignerEntry>,
    /// `drafter`.
    pub drafter: Field,
    /// `copies`.
    pub copies: Option<Located<u32>>,
    /// `urgency`.
    pub urgency: Option<Located<Urgency>>,
    /// `secrecy`, as typed; anything but ordinary is also a finding.
    pub secrecy: Field,
    /// `circulation`.
    pub circulation: Field,
    /// `contact`.
    pub contact: Vec<Located<String>>,
    /// `electronic`.
    pub electronic: Option<Located<bool>>,
    /// `landscape`.
    pub landscape: Option<Located<bool>>,
    /// `dossier`.
    pub dossier: Field,
    /// `extra`, by slugged key.
    pub extra: BTreeMap<String, Located<String>>,
    /// Line of each key that is there, by its English name (`subject`, `signer.name`).
    pub lines: BTreeMap<String, u32>,
}

/// One who signs: a key of the office's signers, and what the document itself says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SignerEntry {
    /// Line.
    pub at: u32,
    /// Key in the office's `[signers]`.
    pub key: Field,
    /// Left or right, where given.
    pub side: Option<Side>,
    /// `TM. …`, `KT. …` lines.
    pub authority: Vec<Located<String>>,
    /// Chức vụ.
    pub position: Field,
    /// Second post.
    pub other_position: Field,
    /// Họ và tên.
    pub name: Field,
}

/// Reads the front matter into `front` and gives the lines after it.
pub(super) fn read<'l, 't>(
    lines: &'l [Line<'t>],
    reader: &mut Reader<'_>,
    front: &mut Front,
) -> &'l [Line<'t>] {
    let is_rule = |line: &Line<'_>| line.text.trim_end() == "---";
    let Some(first) = lines.iter().position(|l| !l.text.trim().is_empty()) else {
        reader.find(no_front(reader, 1));
        return &[];
    };
    let rest = lines.get(first..).unwrap_or_default();
    if !rest.first().is_some_and(is_rule) {
        reader.find(no_front(reader, rest.first().map_or(1, |l| l.at)));
        return rest;
    }
    let rest = rest.get(1..).unwrap_or_default();
    let end = rest.iter().position(is_rule);
    if end.is_none() {
        let at = lines.get(first).map_or(1, |l| l.at);
        reader.find(
            Diagnostic::error(
                codes::OPEN_FRONT,
                reader.place(at),
                text!(
                    "phần khai báo mở bằng “---” nhưng không đóng",
                    "the front matter opened with “---” is not closed"
                ),
            )
            .hint(text!(
                "thêm một dòng “---” ngay trước nội dung",
                "add a line “---” right before the body"
            )),
        );
    }
    let inside = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
    let mut yaml = String::with_capacity(inside.iter().map(|l| l.text.len() + 1).sum());
    for line in inside {
        yaml.push_str(line.text);
        yaml.push('\n');
    }
    match plain::load(&yaml).map_or_else(|| yaml::load(&yaml), Ok) {
        Ok(root) => Filler { reader, inside, front }.root(&root),
        Err(error) => {
            let finding = syntax(reader, inside, &error);
            reader.find(finding);
        }
    }
    end.and_then(|end| rest.get(end + 1..)).unwrap_or_default()
}

fn no_front(reader: &Reader<'_>, at: u32) -> Diagnostic {
    Diagnostic::error(
        codes::NO_FRONT,
        reader.place(at),
        text!(
            "văn bản không mở đầu bằng phần khai báo",
            "the document does not begin with front matter"
        ),
    )
    .hint(text!(
        "mở đầu tệp bằng một dòng “---”, các khóa như `loai: ke-hoach`, rồi một dòng “---” nữa",
        "begin the file with a line “---”, keys such as `type: ke-hoach`, and another line “---”"
    ))
}

fn syntax(reader: &Reader<'_>, inside: &[Line<'_>], error: &yaml::Error) -> Diagnostic {
    let index = usize::try_from(error.line.saturating_sub(1)).unwrap_or(0);
    let line = inside.get(index.min(inside.len().saturating_sub(1)));
    let place = reader.place(line.map_or(1, |l| l.at)).column(error.column);
    let typed = line.map_or("", |l| l.text);
    match &error.why {
        Trouble::Feature(sign) => Diagnostic::error(
            codes::YAML_FEATURE,
            place,
            text!(
                "phần khai báo không dùng dấu `{sign}` của YAML",
                "the front matter does not take YAML's `{sign}`"
            ),
        )
        .hint(text!(
            "đặt giá trị trong ngoặc kép nếu dấu đó là chữ",
            "put the value in quotes if the sign is text"
        )),
        Trouble::TooLarge => Diagnostic::error(
            codes::YAML,
            place,
            text!(
                "phần khai báo quá lớn hoặc lồng quá sâu",
                "the front matter is too large or nested too deep"
            ),
        ),
        Trouble::KeyIsNotText => Diagnostic::error(
            codes::YAML,
            place,
            text!("khóa không phải là chữ", "a key is not a text"),
        )
        .hint(yaml_hint(typed)),
        Trouble::Syntax(info) => Diagnostic::error(
            codes::YAML,
            place,
            text!("phần khai báo sai cú pháp YAML", "the front matter is not valid YAML ({info})"),
        )
        .hint(yaml_hint(typed)),
    }
}

/// The usual reasons, told from the line that could not be read.
fn yaml_hint(line: &str) -> crate::diagnostic::Text {
    let value = line.split_once(':').map_or(line, |(_, v)| v).trim();
    if line.starts_with('\t') || line.trim_start_matches(' ').starts_with('\t') {
        text!("thụt dòng bằng dấu cách, không dùng phím Tab", "indent with spaces, not with tabs")
    } else if line.contains("{{") {
        text!(
            "đặt thẻ mẫu trong ngoặc kép: \"{{{{ten}}}}\"",
            "put the template tag in quotes: \"{{{{name}}}}\""
        )
    } else if value.contains(": ") || value.ends_with(':') {
        text!(
            "giá trị có dấu hai chấm: đặt cả giá trị trong ngoặc kép",
            "the value holds a colon: put the whole value in quotes"
        )
    } else if value.starts_with(['"', '\'']) {
        text!(
            "kiểm tra ngoặc kép đóng, mở; trong ngoặc kép viết \\\" cho dấu ngoặc kép",
            "check that the quotes are closed; inside quotes write \\\" for a quote"
        )
    } else if value.starts_with(['[', '{']) {
        text!(
            "kiểm tra ngoặc đóng và dấu phẩy giữa các mục",
            "check the closing bracket and the commas"
        )
    } else {
        text!(
            "mỗi dòng là `khóa: giá trị`; đặt giá trị có dấu đặc biệt (: # [ ] {{ }} & * ! @ %) trong ngoặc kép",
            "each line is `key: value`; put values with special signs (: # [ ] {{ }} & * ! @ %) in quotes"
        )
    }
}
