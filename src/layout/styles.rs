//! The named styles: one for each part of the decree's diagram and each level of the body.
//!
//! Knows: identifiers and names of styles, and which part of a ruleset gives each its look.
//! Must not know: documents.

use std::sync::Arc;

use crate::model::{Align, Level, Slot};
use crate::ruleset::Ruleset;

use super::measures::{Choices, pt};
use super::metrics::Type;
use super::{Format, LineSpacing, Look, Rule, Style, mm};

/// A style of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Normal,
    Nation,
    Motto,
    Parent,
    Organ,
    Code,
    PlaceDate,
    Type,
    Subject,
    LetterSubject,
    Addressee,
    AddresseeList,
    Authority,
    Basis,
    Enactment,
    Body,
    Part,
    Chapter,
    Section,
    Subsection,
    Roman,
    Article,
    Clause,
    ClauseTitle,
    Point,
    Dash,
    Cell,
    CellHead,
    Position,
    Signature,
    OtherPosition,
    Signer,
    RecipientsLabel,
    Recipients,
    Drafter,
    Urgency,
    Circulation,
    Contact,
    DigitalLine,
    PageNumber,
    AppendixLabel,
    AppendixTitle,
    Reference,
    CopyForm,
    Line,
    Gap,
}

impl Key {
    /// The style of a heading with a word.
    pub(super) fn heading(level: Level) -> Key {
        match level {
            Level::Part => Key::Part,
            Level::Chapter => Key::Chapter,
            Level::Section => Key::Section,
            Level::Subsection => Key::Subsection,
        }
    }
}

/// How a paragraph of the style is set, beyond the alignment of its part.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    /// A line of its own: no indent; space above by a key of `[layout]`.
    Line(&'static str),
    /// A paragraph of the body: first-line indent, the body's gap and line spacing.
    Text,
    /// A heading of the body at the first-line indent, kept with what follows.
    Head,
    /// A heading in the middle, kept with what follows.
    Middle,
    /// A table cell.
    Cell,
    /// Hanging from a dash.
    List,
}

struct Def {
    key: Key,
    id: &'static str,
    name: &'static str,
    part: &'static str,
    outline: Option<u8>,
    set: Set,
}

const fn def(key: Key, id: &'static str, name: &'static str, part: &'static str, set: Set) -> Def {
    Def { key, id, name, part, outline: None, set }
}

const fn head(mut def: Def, outline: u8) -> Def {
    def.outline = Some(outline);
    def
}

use Set::{Cell, Head, Line, List, Middle, Text};

/// In the order of `Key`.
const DEFS: [Def; 46] = [
    def(Key::Normal, "Normal", "Normal", "body", Line("")),
    def(Key::Nation, "VtQuocHieu", "Quốc hiệu", "nation", Line("")),
    def(Key::Motto, "VtTieuNgu", "Tiêu ngữ", "motto", Line("")),
    def(Key::Parent, "VtCoQuanChuQuan", "Cơ quan chủ quản", "parent", Line("")),
    def(Key::Organ, "VtCoQuanBanHanh", "Cơ quan ban hành", "organ", Line("")),
    def(Key::Code, "VtSoKyHieu", "Số, ký hiệu", "code", Line("before_code")),
    def(Key::PlaceDate, "VtDiaDanhNgay", "Địa danh, thời gian", "place_date", Line("before_code")),
    def(Key::Type, "VtTenLoai", "Tên loại", "type", Line("before_type")),
    def(Key::Subject, "VtTrichYeu", "Trích yếu", "subject", Line("before_subject")),
    def(
        Key::LetterSubject,
        "VtTrichYeuCongVan",
        "Trích yếu công văn",
        "letter_subject",
        Line("before_letter_subject"),
    ),
    def(Key::Addressee, "VtKinhGui", "Kính gửi", "addressee", Line("before_addressee")),
    def(Key::AddresseeList, "VtKinhGuiDong", "Kính gửi: từng nơi", "addressee", Line("")),
    def(
        Key::Authority,
        "VtThamQuyen",
        "Thẩm quyền ban hành",
        "authority_issuing",
        Line("before_issuing"),
    ),
    def(Key::Basis, "VtCanCu", "Căn cứ", "legal_basis", Text),
    def(Key::Enactment, "VtQuyetDinh", "Quyết định, quyết nghị", "enactment", Middle),
    def(Key::Body, "VtNoiDung", "Nội dung", "body", Text),
    head(def(Key::Part, "VtPhan", "Phần", "heading_label", Middle), 0),
    head(def(Key::Chapter, "VtChuong", "Chương", "heading_label", Middle), 1),
    head(def(Key::Section, "VtMuc", "Mục", "heading_label", Middle), 2),
    head(def(Key::Subsection, "VtTieuMuc", "Tiểu mục", "heading_label", Middle), 3),
    head(def(Key::Roman, "VtMucLaMa", "Mục La Mã", "roman", Head), 1),
    head(def(Key::Article, "VtDieu", "Điều", "article", Text), 4),
    def(Key::Clause, "VtKhoan", "Khoản", "body", Text),
    head(def(Key::ClauseTitle, "VtKhoanTieuDe", "Khoản có tiêu đề", "clause_title", Head), 5),
    def(Key::Point, "VtDiem", "Điểm", "body", Text),
    def(Key::Dash, "VtGachDong", "Gạch đầu dòng", "body", Text),
    def(Key::Cell, "VtBang", "Ô bảng", "table", Cell),
    def(Key::CellHead, "VtBangTieuDe", "Tiêu đề cột", "table_head", Cell),
    def(Key::Position, "VtQuyenHan", "Quyền hạn, chức vụ", "position", Line("before_signature")),
    def(Key::Signature, "VtChuKy", "Chữ ký", "signer", Line("")),
    def(Key::OtherPosition, "VtChucVuKhac", "Chức vụ khác", "position", Line("")),
    def(Key::Signer, "VtHoTen", "Họ và tên", "signer", Line("")),
    def(
        Key::RecipientsLabel,
        "VtNoiNhan",
        "Nơi nhận",
        "recipients_label",
        Line("before_signature"),
    ),
    def(Key::Recipients, "VtNoiNhanDong", "Danh sách nơi nhận", "recipients", List),
    def(Key::Drafter, "VtNguoiSoan", "Ký hiệu người soạn thảo", "drafter", Line("before_drafter")),
    def(Key::Urgency, "VtDoKhan", "Mức độ khẩn", "urgency", Line("")),
    def(Key::Circulation, "VtLuuHanh", "Phạm vi lưu hành", "circulation", Line("")),
    def(Key::Contact, "VtLienHe", "Địa chỉ liên hệ", "contact", Line("")),
    def(Key::DigitalLine, "VtChuKySo", "Thông tin chữ ký số", "digital_line", Line("")),
    def(Key::PageNumber, "VtSoTrang", "Số trang", "page_number", Line("")),
    head(def(Key::AppendixLabel, "VtPhuLuc", "Phụ lục", "appendix_label", Middle), 0),
    def(Key::AppendixTitle, "VtPhuLucTieuDe", "Tiêu đề phụ lục", "appendix_title", Middle),
    def(Key::Reference, "VtKemTheo", "Dòng kèm theo", "appendix_reference", Line("")),
    def(Key::CopyForm, "VtHinhThucSao", "Hình thức sao", "copy_form", Line("")),
    def(Key::Line, "VtDongKe", "Đường kẻ", "", Line("before_rule")),
    def(Key::Gap, "VtKhoangCach", "Khoảng cách", "", Line("")),
];

/// Identifier of every style with the part of a ruleset that it stands for; empty for styles that
/// only separate.
pub fn style_parts() -> impl Iterator<Item = (&'static str, &'static str)> {
    DEFS.iter().map(|d| (d.id, d.part))
}

/// Makes the table of a ruleset with an office's choices.
pub(super) fn table(rules: &Ruleset, choices: &Choices<'_>) -> Arc<[Style]> {
    let mut styles: Vec<Style> = DEFS.iter().map(|d| style(rules, choices, d)).collect();
    let ascent = |styles: &[Style], key: Key| {
        styles.get(key as usize).map_or(0.0, |s| Type::of(s.look).ascent())
    };
    // Parts on one line stand on one baseline whatever their sizes: the smaller is set lower.
    for (one, other) in [
        (Key::Nation, Key::Parent),
        (Key::Code, Key::PlaceDate),
        (Key::RecipientsLabel, Key::Position),
    ] {
        let higher = ascent(&styles, one) - ascent(&styles, other);
        let lower = if higher < 0.0 { one } else { other };
        if let Some(style) = styles.get_mut(lower as usize) {
            style.format.before += higher.abs().round() as i32;
        }
    }
    styles.into()
}

fn style(rules: &Ruleset, choices: &Choices<'_>, def: &Def) -> Style {
    let part = rules.part(def.part);
    let slot = match def.key {
        Key::Normal => None,
        Key::Signature => Some(Slot::S7c),
        Key::OtherPosition => Some(Slot::S7b),
        _ => part.map(|p| p.slot),
    };
    let look = match def.key {
        Key::Line | Key::Gap => Look { size: 2, bold: false, italic: false, color: None },
        _ => choices.look(def.part),
    };
    let align = match def.key {
        Key::Normal => Align::Left,
        _ => part.map_or(Align::Left, |p| p.align),
    };
    let format = format(choices, def, align, look);
    Style {
        id: def.id.to_owned(),
        name: def.name.to_owned(),
        slot,
        outline: def.outline,
        look,
        format,
        font: None,
    }
}

/// A format without space or indent.
fn plain(align: Align) -> Format {
    Format {
        align,
        left: 0,
        right: 0,
        first: 0,
        before: 0,
        after: 0,
        line: LineSpacing::Auto(240),
        keep_next: false,
        keep_lines: false,
        widow_control: true,
        page_break_before: false,
        top: None,
        bottom: None,
    }
}

fn format(choices: &Choices<'_>, def: &Def, align: Align, look: Look) -> Format {
    let measures = choices.measures();
    let mut format = plain(align);
    match def.set {
        Line(key) => format.before = pt(choices.layout(key)),
        Text | Head => {
            format.first = measures.indent;
            format.before = measures.gap;
            format.line = LineSpacing::Auto(measures.line);
            format.keep_next = def.set == Head;
        }
        Middle => {
            format.before = measures.gap;
            format.line = LineSpacing::Auto(measures.line);
            format.keep_next = true;
            format.keep_lines = true;
        }
        Cell => {
            format.before = pt(choices.layout("cell_gap"));
            format.after = format.before;
        }
        List => {
            format.left = Type::of(look).width("- ").round() as i32;
            format.first = -format.left;
        }
    }
    match def.key {
        Key::Addressee => format.left = measures.addressee_indent,
        Key::Signature => format.line = LineSpacing::AtLeast(mm(choices.layout("sign_space"))),
        Key::Contact => format.top = Some(Rule { space: 4, ..measures.rule }),
        Key::AppendixLabel => format.before = 0,
        Key::AddresseeList => format.before = pt(choices.layout("before_addressee_line")),
        Key::Line => {
            format.line = LineSpacing::Exact(LINE_HEIGHT);
            format.top = Some(measures.rule);
        }
        Key::Gap => format.line = LineSpacing::Exact(GAP_HEIGHT),
        _ => {}
    }
    format.keep_next |= KEPT.contains(&def.key);
    format
}

/// Lines of their own that never part from what follows: titles from their lines, and all that
/// stands with the signatures.
const KEPT: [Key; 11] = [
    Key::Type,
    Key::Subject,
    Key::Authority,
    Key::Reference,
    Key::Position,
    Key::Signature,
    Key::OtherPosition,
    Key::Signer,
    Key::RecipientsLabel,
    Key::Recipients,
    Key::Drafter,
];

/// Height of the paragraph that carries a rule line on its upper edge.
const LINE_HEIGHT: i32 = 40;
/// Height of the paragraph that only separates: a point.
pub(super) const GAP_HEIGHT: i32 = 20;

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    fn built_in() -> Arc<[Style]> {
        let rules = Ruleset::builtin().expect("embedded");
        table(&rules, &Choices::new(&rules, &BTreeMap::new()))
    }

    #[test]
    fn styles_stand_in_the_order_of_their_keys() {
        for (i, def) in DEFS.iter().enumerate() {
            assert_eq!(def.key as usize, i, "{}", def.id);
        }
    }

    #[test]
    fn ids_are_ascii_and_names_are_unique() {
        let styles = built_in();
        assert!(styles.iter().all(|s| s.id.bytes().all(|b| b.is_ascii_alphanumeric())));
        let ids: BTreeSet<_> = styles.iter().map(|s| &s.id).collect();
        let names: BTreeSet<_> = styles.iter().map(|s| &s.name).collect();
        assert_eq!((ids.len(), names.len()), (styles.len(), styles.len()));
    }

    #[test]
    fn every_part_of_the_ruleset_has_a_style_and_every_style_a_part() {
        let rules = Ruleset::builtin().expect("embedded");
        let used: BTreeSet<&str> = DEFS.iter().map(|d| d.part).filter(|p| !p.is_empty()).collect();
        let known: BTreeSet<&str> = rules.parts.keys().map(String::as_str).collect();
        // The title of a Phần, Chương … is set in the paragraph of its label.
        let inline: BTreeSet<&str> = ["heading_title"].into();
        assert_eq!(used.union(&inline).copied().collect::<BTreeSet<_>>(), known);
    }

    #[test]
    fn every_slot_with_text_has_a_style() {
        let slots: BTreeSet<_> = built_in().iter().filter_map(|s| s.slot).collect();
        let without = [Slot::S8, Slot::S10a];
        assert_eq!(slots, Slot::ALL.into_iter().filter(|s| !without.contains(s)).collect());
    }

    #[test]
    fn number_and_date_stand_on_one_baseline() {
        let styles = built_in();
        let base = |key: Key| {
            let style = &styles[key as usize];
            f64::from(style.format.before) + Type::of(style.look).ascent()
        };
        assert!((base(Key::Code) - base(Key::PlaceDate)).abs() <= 1.0);
        assert!((base(Key::RecipientsLabel) - base(Key::Position)).abs() <= 1.0);
        assert!((base(Key::Nation) - base(Key::Parent)).abs() <= 1.0);
    }
}
