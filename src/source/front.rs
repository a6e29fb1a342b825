//! The front matter: every key a document may carry, in English or Vietnamese, as typed fields.
//!
//! Knows: the keys, the shape of each value, the line of each field. Must not know: which values
//! a type needs, who signs for whom.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::model::{DateLine, Side, Span, Urgency};
use crate::text;

use super::input::Line;
use super::yaml::{self, Kind, Node, Trouble};
use super::{Located, Reader, codes, inline, keys, plain};

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
            text!(
                "phần khai báo sai cú pháp YAML ({info})",
                "the front matter is not valid YAML ({info})"
            ),
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

/// Puts values into the front matter's fields.
struct Filler<'f, 'r, 'a, 't> {
    reader: &'f mut Reader<'r>,
    inside: &'a [Line<'t>],
    front: &'f mut Front,
}

impl Filler<'_, '_, '_, '_> {
    /// The line of the file for a line of the YAML text.
    fn at(&self, line: u32) -> u32 {
        let index = usize::try_from(line.saturating_sub(1)).unwrap_or(0);
        self.inside.get(index).or_else(|| self.inside.last()).map_or(0, |l| l.at)
    }

    fn root(&mut self, root: &Node<'_>) {
        match &root.kind {
            Kind::Null => {}
            Kind::Map(entries) => {
                let mut seen = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    let at = self.at(key.at);
                    let Some(known) = keys::find(&key.text) else {
                        self.unknown(&key.text, at, keys::names());
                        continue;
                    };
                    if self.is_repeated(&mut seen, known, known.english(), at) {
                        continue;
                    }
                    self.front.lines.insert(known.english().to_owned(), at);
                    self.fill(known, value);
                }
            }
            _ => self.shape("", self.at(root.at), &SHAPE_MAP),
        }
    }

    fn fill(&mut self, key: Key, value: &Node<'_>) {
        let name = key.english();
        match key {
            Key::Type => self.front.type_name = self.text(name, value),
            Key::Subject => self.front.subject = self.spans(name, value),
            Key::Organ => self.front.organ = self.text(name, value),
            Key::Place => self.front.place = self.text(name, value),
            Key::Date => self.front.date = self.date(name, value),
            Key::Notation => self.front.notation = self.text(name, value),
            Key::Unit => self.front.unit = self.text(name, value),
            Key::IssuingAuthority => self.front.issuing_authority = self.text(name, value),
            Key::Addressees => self.front.addressees = self.list(name, value),
            Key::AddresseeLead => self.front.addressee_lead = self.text(name, value),
            Key::Recipients => self.front.recipients = Some(self.list(name, value)),
            Key::ArchiveCopy => self.front.archive_copy = self.archive_copy(name, value),
            Key::Signer => self.front.signer = self.signer(name, value),
            Key::Signers => self.front.signers = self.signers(name, value),
            Key::Drafter => self.front.drafter = self.text(name, value),
            Key::Copies => self.front.copies = self.number(name, value),
            Key::Urgency => self.front.urgency = self.urgency(name, value),
            Key::Secrecy => self.front.secrecy = self.secrecy(name, value),
            Key::Circulation => self.front.circulation = self.text(name, value),
            Key::Contact => self.front.contact = self.list(name, value),
            Key::Electronic => self.front.electronic = self.yes_no(name, value),
            Key::Landscape => self.front.landscape = self.yes_no(name, value),
            Key::Dossier => self.front.dossier = self.text(name, value),
            Key::Extra => self.extra(name, value),
        }
    }

    fn is_repeated<K: PartialEq>(
        &mut self,
        seen: &mut Vec<(K, u32)>,
        key: K,
        name: &str,
        at: u32,
    ) -> bool {
        let first = seen.iter().find(|(k, _)| *k == key).map(|(_, line)| *line);
        seen.push((key, at));
        let Some(first) = first else { return false };
        let finding = Diagnostic::error(
            codes::DUPLICATE_KEY,
            self.reader.place(at).item(name),
            text!("khóa `{name}` khai báo hai lần", "the key `{name}` is given twice"),
        )
        .related(self.reader.place(first), text!("lần thứ nhất", "the first time"))
        .hint(text!("chỉ giữ một dòng", "keep one of the lines"));
        self.reader.find(finding);
        true
    }

    fn unknown<'k>(&mut self, key: &str, at: u32, known: impl Iterator<Item = &'k str> + Clone) {
        let key = text::seal::unseal(key);
        let hint = match text::nearest(&key, known.clone()) {
            Some(near) => text!("có phải là `{near}`?", "did you mean `{near}`?"),
            None => {
                let all = known.collect::<Vec<_>>().join(", ");
                text!("các khóa dùng được: {all}", "known keys: {all}")
            }
        };
        let place = self.reader.place(at).item(key.as_ref());
        let finding = Diagnostic::error(
            codes::UNKNOWN_KEY,
            place,
            text!("không có khóa `{key}`", "there is no key `{key}`"),
        )
        .hint(hint);
        self.reader.find(finding);
    }

    fn shape(&mut self, name: &str, at: u32, expected: &Shape) {
        let (vi, en) = (expected.vi, expected.en);
        let mut place = self.reader.place(at);
        let mut message = text!("phần khai báo phải gồm {vi}", "the front matter must be {en}");
        if !name.is_empty() {
            place = place.item(name);
            message = text!("khóa `{name}` phải là {vi}", "the key `{name}` must be {en}");
        }
        let example = expected.example;
        let finding = Diagnostic::error(codes::SHAPE, place, message)
            .hint(text!("viết như: {example}", "write it as: {example}"));
        self.reader.find(finding);
    }

    fn text(&mut self, name: &str, value: &Node<'_>) -> Field {
        let at = self.at(value.at);
        match &value.kind {
            Kind::Null => None,
            Kind::Text(raw) => {
                Some(Located::new(self.reader.finish(raw.trim_end_matches('\n'), at), at))
            }
            _ => {
                self.shape(name, at, &SHAPE_TEXT);
                None
            }
        }
    }

    fn spans(&mut self, name: &str, value: &Node<'_>) -> Option<Located<Vec<Span>>> {
        let at = self.at(value.at);
        match &value.kind {
            Kind::Null => None,
            Kind::Text(raw) => {
                let raw = raw.trim_end_matches('\n');
                Some(Located::new(inline::parse(raw, self.reader, at), at))
            }
            _ => {
                self.shape(name, at, &SHAPE_TEXT);
                None
            }
        }
    }

    /// A list of texts, or one text with an entry a line.
    fn list(&mut self, name: &str, value: &Node<'_>) -> Vec<Located<String>> {
        let at = self.at(value.at);
        match &value.kind {
            Kind::Null => Vec::new(),
            Kind::Text(raw) => raw
                .split('\n')
                .filter(|line| !line.trim().is_empty())
                .map(|line| Located::new(self.reader.finish(line.trim(), at), at))
                .collect(),
            Kind::List(items) => items.iter().filter_map(|item| self.text(name, item)).collect(),
            Kind::Map(_) => {
                self.shape(name, at, &SHAPE_LIST);
                Vec::new()
            }
        }
    }

    fn archive_copy(&mut self, name: &str, value: &Node<'_>) -> Option<Located<Option<String>>> {
        let field = self.text(name, value)?;
        let none = matches!(text::slug(&field.value).as_str(), "none" | "khong");
        Some(Located::new((!none).then_some(field.value), field.at))
    }

    fn date(&mut self, name: &str, value: &Node<'_>) -> Option<Located<DateLine>> {
        let field = self.text(name, value)?;
        let date = DateLine::parse(&field.value);
        if date.is_none() {
            let typed = &field.value;
            let message = text!("`{typed}` không phải là ngày", "`{typed}` is not a date");
            let hint = text!(
                "viết 05/3/2026 hoặc 2026-03-05; để trống ngày: 3/2026; để trống ngày, tháng: 2026",
                "write 2026-03-05 or 05/3/2026; with a blank day: 2026-03; with blank day and month: 2026"
            );
            self.wrong(codes::DATE, name, field.at, message, hint);
        }
        date.map(|d| Located::new(d, field.at))
    }

    fn number(&mut self, name: &str, value: &Node<'_>) -> Option<Located<u32>> {
        let field = self.text(name, value)?;
        let number = field.value.trim().parse::<u32>().ok().filter(|n| (1..=1_000_000).contains(n));
        if number.is_none() {
            let typed = &field.value;
            let message =
                text!("`{typed}` không phải là số bản", "`{typed}` is not a number of copies");
            let hint = text!(
                "viết một số nguyên dương, như: 100",
                "write a whole number above 0, such as 100"
            );
            self.wrong(codes::NUMBER, name, field.at, message, hint);
        }
        number.map(|n| Located::new(n, field.at))
    }

    fn urgency(&mut self, name: &str, value: &Node<'_>) -> Option<Located<Urgency>> {
        let field = self.text(name, value)?;
        let urgency = match text::slug(&field.value).as_str() {
            "khan" | "urgent" => Urgency::Khan,
            "thuong-khan" => Urgency::ThuongKhan,
            "hoa-toc" => Urgency::HoaToc,
            "" | "thuong" | "khong" | "none" => return None,
            _ => {
                self.choice(name, &field, "khan, thuong-khan, hoa-toc");
                return None;
            }
        };
        Some(Located::new(urgency, field.at))
    }

    fn yes_no(&mut self, name: &str, value: &Node<'_>) -> Option<Located<bool>> {
        let field = self.text(name, value)?;
        let yes = match text::slug(&field.value).as_str() {
            "true" | "yes" | "co" | "1" => true,
            "false" | "no" | "khong" | "0" => false,
            _ => {
                self.choice(name, &field, "true, false");
                return None;
            }
        };
        Some(Located::new(yes, field.at))
    }

    fn secrecy(&mut self, name: &str, value: &Node<'_>) -> Field {
        let field = self.text(name, value)?;
        if !matches!(text::slug(&field.value).as_str(), "" | "thuong" | "khong" | "none") {
            let level = &field.value;
            let finding = Diagnostic::error(
                codes::SECRET,
                self.reader.place(field.at).item(name),
                text!(
                    "văn bản có độ mật `{level}` không được soạn thảo trên máy tính có kết nối mạng",
                    "a document marked `{level}` may not be drafted on a connected machine"
                ),
            )
            .basis("Luật Bảo vệ bí mật nhà nước số 117/2025/QH15")
            .hint(text!(
                "soạn thảo trên máy tính độc lập theo quy định về bảo vệ bí mật nhà nước; không nhập nội dung vào đây",
                "draft it on a separate machine as the rules on state secrets demand; do not enter its content here"
            ));
            self.reader.find(finding);
        }
        Some(field)
    }

    fn signers(&mut self, name: &str, value: &Node<'_>) -> Vec<SignerEntry> {
        match &value.kind {
            Kind::Null => Vec::new(),
            Kind::List(items) => items.iter().filter_map(|i| self.signer(name, i)).collect(),
            _ => self.signer(name, value).into_iter().collect(),
        }
    }

    fn signer(&mut self, name: &str, value: &Node<'_>) -> Option<SignerEntry> {
        let at = self.at(value.at);
        let mut entry = SignerEntry { at, ..SignerEntry::default() };
        match &value.kind {
            Kind::Null => return None,
            Kind::Text(_) => entry.key = self.text(name, value),
            Kind::List(_) => {
                self.shape(name, at, &SHAPE_SIGNER);
                return None;
            }
            Kind::Map(entries) => {
                let mut seen = Vec::new();
                for (key, value) in entries {
                    let at = self.at(key.at);
                    let Some(known) = keys::find_signer(&key.text) else {
                        self.unknown(&key.text, at, keys::signer_names());
                        continue;
                    };
                    let full = format!("{name}.{known}");
                    if self.is_repeated(&mut seen, known, &full, at) {
                        continue;
                    }
                    match known {
                        "authority" => entry.authority = self.list(&full, value),
                        "position" => entry.position = self.text(&full, value),
                        "other_position" => entry.other_position = self.text(&full, value),
                        "name" => entry.name = self.text(&full, value),
                        "side" => entry.side = self.side(&full, value),
                        _ => entry.key = self.text(&full, value),
                    }
                    self.front.lines.insert(full, at);
                }
            }
        }
        Some(entry)
    }

    fn side(&mut self, name: &str, value: &Node<'_>) -> Option<Side> {
        let field = self.text(name, value)?;
        match text::slug(&field.value).as_str() {
            "left" | "trai" => Some(Side::Left),
            "right" | "phai" => Some(Side::Right),
            _ => {
                self.choice(name, &field, "trai, phai (left, right)");
                None
            }
        }
    }

    fn extra(&mut self, name: &str, value: &Node<'_>) {
        let at = self.at(value.at);
        match &value.kind {
            Kind::Null => {}
            Kind::Map(entries) => {
                let mut seen = Vec::new();
                for (key, value) in entries {
                    let at = self.at(key.at);
                    let slug = text::slug(&text::seal::unseal(&key.text));
                    let full = format!("{name}.{slug}");
                    if slug.is_empty() {
                        self.unknown(&key.text, at, std::iter::empty());
                    } else if !self.is_repeated(&mut seen, slug.clone(), &full, at) {
                        if let Some(field) = self.text(&full, value) {
                            self.front.extra.insert(slug, field);
                        }
                        self.front.lines.insert(full, at);
                    }
                }
            }
            _ => self.shape(name, at, &SHAPE_EXTRA),
        }
    }

    fn choice(&mut self, name: &str, field: &Located<String>, allowed: &str) {
        let typed = &field.value;
        let message = text!(
            "`{typed}` không dùng được cho khóa `{name}`",
            "`{typed}` is not a value for the key `{name}`"
        );
        let hint = text!("chọn một trong: {allowed}", "choose one of: {allowed}");
        self.wrong(codes::CHOICE, name, field.at, message, hint);
    }

    fn wrong(
        &mut self,
        code: crate::diagnostic::Code,
        name: &str,
        at: u32,
        message: crate::diagnostic::Text,
        hint: crate::diagnostic::Text,
    ) {
        let finding = Diagnostic::error(code, self.reader.place(at).item(name), message).hint(hint);
        self.reader.find(finding);
    }
}

/// What a key expects, in words, with an example.
struct Shape {
    vi: &'static str,
    en: &'static str,
    example: &'static str,
}

const SHAPE_MAP: Shape = Shape {
    vi: "các dòng `khóa: giá trị`",
    en: "lines of `key: value`",
    example: "loai: ke-hoach",
};
const SHAPE_TEXT: Shape =
    Shape { vi: "một dòng chữ", en: "one text", example: "dia-danh: An Hải" };
const SHAPE_LIST: Shape = Shape {
    vi: "một dòng chữ hoặc một danh sách",
    en: "a text or a list of texts",
    example: "noi-nhan: [\"Như trên\", \"Văn phòng Sở\"]",
};
const SHAPE_SIGNER: Shape = Shape {
    vi: "tên khóa người ký trong vanthu.toml hoặc một nhóm khóa con",
    en: "the key of a signer in vanthu.toml, or a group of keys",
    example: "nguoi-ky: { chuc-vu: GIÁM ĐỐC, ho-ten: Lê Minh Châu }",
};
const SHAPE_EXTRA: Shape =
    Shape {
        vi: "một nhóm khóa con", en: "a group of keys", example: "them: { linh-vuc: Nội vụ }"
    };
