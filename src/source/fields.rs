//! Values of the front matter: each key's shape, and what is said when it is another.
//!
//! Knows: keys, texts, lists, dates, choices. Must not know: YAML's syntax, what a type needs.

use crate::diagnostic::{Code, Diagnostic, Text};
use crate::model::{DateLine, Side, Span, Urgency};
use crate::text;

use super::front::{Field, Front, SignerEntry};
use super::input::Line;
use super::keys::Key;
use super::yaml::{Kind, Node};
use super::{Located, Reader, codes, inline, keys};

/// Puts values into the front matter's fields.
pub(super) struct Filler<'f, 'r, 'a, 't> {
    pub reader: &'f mut Reader<'r>,
    pub inside: &'a [Line<'t>],
    pub front: &'f mut Front,
}

impl Filler<'_, '_, '_, '_> {
    /// The line of the file for a line of the YAML text.
    fn at(&self, line: u32) -> u32 {
        let index = usize::try_from(line.saturating_sub(1)).unwrap_or(0);
        self.inside.get(index).or_else(|| self.inside.last()).map_or(0, |l| l.at)
    }

    /// Fills the front matter from the whole tree.
    pub fn root(&mut self, root: &Node<'_>) {
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

    fn wrong(&mut self, code: Code, name: &str, at: u32, message: Text, hint: Text) {
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
