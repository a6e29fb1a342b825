//! The checks on made-up documents: what they must not take for a fault, and what they must see.

use std::collections::BTreeMap;

use super::*;
use crate::diagnostic::Family;
use crate::model::{
    Block, BlockKind, DocumentCode, Level, Notation, OrganConfig, OrganName, Side, Signature, spans,
};

fn checks() -> Checks {
    let rules = Ruleset::builtin().expect("embedded");
    Checks::prepare(&rules).expect("every row")
}

fn office() -> Office {
    Office {
        organ: OrganConfig {
            key: String::new(),
            parent: Vec::new(),
            name: vec!["SỞ NỘI VỤ".into()],
            in_text: "Sở Nội vụ".into(),
            code: "SNV".into(),
            id: None,
            place: "An Hải".into(),
        },
        councils: BTreeMap::new(),
        series: Default::default(),
        signers: BTreeMap::new(),
        defaults: Default::default(),
        allow_titles_before_name: false,
        ruleset: None,
        bag_size: 1000,
        days_off: Vec::new(),
        units: Vec::new(),
        layout: BTreeMap::new(),
    }
}

/// A plan of 2026 with this body, a line of the source for each block.
fn plan(kinds: Vec<BlockKind>) -> Document {
    let body = (1..).zip(kinds).map(|(at, kind)| Block { at, kind }).collect();
    Document {
        source: "bai.md".into(),
        type_id: "ke-hoach".into(),
        type_name: "KẾ HOẠCH".into(),
        form: Form::Named,
        organ: OrganName {
            parent: Vec::new(),
            name: vec!["SỞ NỘI VỤ".into()],
            in_text: "Sở Nội vụ".into(),
        },
        code: DocumentCode::blank(Notation("KH-SNV".into())),
        place: "An Hải".into(),
        date: DateLine { day: Some(5), month: Some(3), year: 2026 },
        subject: spans("Tổ chức thi đua"),
        issuing_authority: None,
        addressees: None,
        body,
        signatures: vec![Signature {
            side: Side::Right,
            authority: Vec::new(),
            position: "GIÁM ĐỐC".into(),
            other_position: None,
            name: "Lê Minh Tuấn".into(),
        }],
        recipients: vec!["Các phòng thuộc Sở".into()],
        archive_copy: Some("VT, VP".into()),
        drafter: None,
        copies: None,
        urgency: None,
        circulation: None,
        contact: None,
        electronic: false,
        appendices: Vec::new(),
        attached: None,
        landscape: false,
        extra: BTreeMap::new(),
        lines: BTreeMap::new(),
    }
}

fn paragraph(text: &str) -> BlockKind {
    BlockKind::Paragraph(spans(text))
}

/// A block from one word: `III.` Roman, `2.` or `2.1.` khoản, `b)` điểm, `Đ3` điều, `C2` chương,
/// `M1` mục, `:` a lead-in, anything else a sentence.
fn block(word: &str) -> BlockKind {
    let text = || spans("Nội dung công việc được giao.");
    if word == ":" {
        return paragraph("Các đơn vị thực hiện những việc sau:");
    }
    if let Some(letter) = word.strip_suffix(')') {
        return BlockKind::Point { letter: letter.into(), titled: false, text: text() };
    }
    if let Some(number) = word.strip_prefix('Đ') {
        return BlockKind::Article { number: number.into(), text: spans("Tiêu đề") };
    }
    for (letter, level) in [('P', Level::Part), ('C', Level::Chapter), ('M', Level::Section)] {
        if let Some(number) = word.strip_prefix(letter) {
            return BlockKind::Heading {
                level, number: number.into(), title: spans("TIÊU ĐỀ")
            };
        }
    }
    match word.strip_suffix('.') {
        Some(n) if n.starts_with(|c: char| c.is_ascii_digit()) => {
            BlockKind::Clause { number: n.into(), titled: false, text: text() }
        }
        Some(n) => BlockKind::Roman { number: n.into(), title: spans("TIÊU ĐỀ") },
        None => paragraph("Nội dung công việc được giao."),
    }
}

/// Code, line and line of the other place of each finding about numbers.
fn numbering(words: &str) -> Vec<(u16, u32, Option<u32>)> {
    let mut document = plan(words.split_whitespace().map(block).collect());
    document.source = "bai.md".into();
    super::document(&document, &checks(), &office())
        .into_iter()
        .filter(|d| d.code.family == Family::T && (611..=617).contains(&d.code.number))
        .map(|d| {
            let other = d.related.first().and_then(|(p, _)| p.line);
            (d.code.number, d.place.line.unwrap_or(0), other)
        })
        .collect()
}

#[test]
fn every_pattern_of_the_ruleset_compiles() {
    checks().verify().expect("every pattern");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    /// What a row says of the pieces without which its pattern matches nothing is true.
    #[test]
    fn no_match_is_missed_for_want_of_a_piece(
        pieces in proptest::collection::vec(
            proptest::sample::select(vec![
                "ngày", "Lưu", "lưu", "VT", "Về việc", "V/v", "v/v.", "TM", "KT.", "T/L", "TUQ ", "[", "...]",
                "…", "....", "x", "xxx", "<", "tên>", "TODO", "{{", "_", "___", "?", "Căn cứ Luật", "số", "12/2022/QH15",
                "huyện", "Quận", "thị xã", " ", " ", "  ", ",", ";", ".", ":", "-", "an", "12", "\u{a0}", "hồ sơ",
            ]),
            0..8,
        )
    ) {
        let text = pieces.concat();
        let checks = checks();
        for check in &checks.checks {
            for pattern in check.kind.patterns() {
                if pattern.get().is_some_and(|regex| regex.is_match(&text)) {
                    let may = pattern.may_match(&text, pattern::Bytes::of(&text));
                    proptest::prop_assert!(may, "{}: {}", check.head.code, text);
                }
            }
        }
    }
}

#[test]
fn a_row_of_an_unknown_kind_or_parameter_is_refused() {
    for change in ["kind = \"no-such\"", "kind = \"required\"\nparameters.no_such = 1"] {
        let row = format!(
            "{change}\ncode = \"T9999\"\nname = \"x\"\nseverity = \"error\"\nbasis = \"\"\nrule = \"x\"\nrule_en = \"x\"\nbad = \"\"\ngood = \"\"\n"
        );
        let mut rules = Ruleset::builtin().expect("embedded");
        rules.checks = vec![toml::from_str(&row).expect("row")];
        let failure = Checks::prepare(&rules).expect_err("refused");
        assert_eq!(failure.place.item.as_deref(), Some("T9999"));
    }
}

#[test]
fn lists_begin_again_where_they_may() {
    for good in [
        "I. 1. 2. a) b) 3. a) b) II. 1. 2. III. 1.",
        "1. a) b) c) d) đ) e) g) h) i) k) 2. a)",
        "CI Đ1 1. 2. Đ2 1. CII M1 Đ3 M2 Đ4 CIII M1 Đ5",
        "PI I. II. PII I. II.",
        "PI CI Đ1 PII CII Đ2",
        "PI CI Đ1 PII CI Đ2",
        "I. : 1. 2. : 1. 2. II. 1.",
        "1. 1.1. 1.2. 2. 2.1. 2.1.1. 2.1.2. 2.2. 3.",
        "II. 2.1. 2.2.".trim_start_matches("II. "),
        "a) b) 1. 2.",
        "1. a) x b) x 2. x 3.",
        "1. : a) b) : a) b) 2.",
    ] {
        assert_eq!(numbering(good), [], "{good}");
    }
}

#[test]
fn faults_of_numbers_are_seen_once_with_both_lines() {
    for (bad, found) in [
        ("I. II. III. 1. III. 1. IV.", vec![(611, 5, Some(3))]),
        ("1. 2. 2. 3.", vec![(611, 3, Some(2))]),
        ("I. III. IV.", vec![(612, 2, Some(1))]),
        ("I. 2. 3.", vec![(612, 2, None)]),
        ("1. 3. 2. 4.", vec![(613, 3, Some(2))]),
        ("1. a) b) b) c)", vec![(611, 4, Some(3))]),
        ("a) b) c) d) e) g)", vec![(617, 5, Some(4))]),
        ("a) b) d)", vec![(612, 3, Some(2))]),
        ("1. 2.1.", vec![(614, 2, Some(1))]),
        ("CI Đ1 Đ2 CII Đ1 Đ2", vec![(616, 5, Some(2))]),
        ("CI Đ1 CII Đ3", vec![(612, 4, Some(2))]),
        ("CI C2", vec![(615, 2, None)]),
        ("01.", vec![(615, 1, None)]),
        ("IIII.", vec![(615, 1, None)]),
        ("a) w)", vec![(615, 2, None)]),
    ] {
        assert_eq!(numbering(bad), found, "{bad}");
    }
}

/// True if a text of 2026 is found to name the district level.
fn district(text: &str) -> bool {
    let document = plan(vec![paragraph(text)]);
    let found = super::document(&document, &checks(), &office());
    found.iter().any(|d| d.code == Code::new(Family::T, 31))
}

#[test]
fn district_names_are_found_where_they_are_meant() {
    for bad in [
        "Ủy ban nhân dân các huyện, thị xã, thành phố thuộc tỉnh thực hiện.",
        "UBND huyện Bến Đá báo cáo.",
        "Công an quận Hải Tân phối hợp.",
        "Trụ sở tại Quận 3, Thành phố Hồ Chí Minh.",
        "Khen thưởng cấp huyện.",
        "Trường học trên địa bàn thị xã.",
        "I. TẠI HUYỆN BẾN ĐÁ",
        "Đoàn làm việc tại TP. Quy Nhơn.",
        "Hội nghị tổ chức ở thành phố Đà Lạt.",
    ] {
        assert!(district(bad), "{bad}");
    }
    for good in [
        "Quân đội, quân nhân, hậu phương quân đội.",
        "Ban Thường vụ Quận ủy, Huyện ủy, huyện uỷ, Thị ủy qua các thời kỳ.",
        "Ông Trần Quận Bảo và bà Nguyễn Thị Huyền.",
        "Xây dựng đô thị xã hội chủ nghĩa văn minh.",
        "Thành phố Hồ Chí Minh, thành phố Huế, thành phố Hải Phòng, TP. Cần Thơ.",
        "Quyết định số 12/QĐ-UBND ngày 05 tháng 3 năm 2024 của Ủy ban nhân dân huyện Bến Đá.",
        "Xã Đông Lạc (trước đây thuộc huyện Bến Đá).",
        "Sau khi kết thúc hoạt động của cấp huyện, hồ sơ được bàn giao.",
        "Kế hoạch “Huyện Bến Đá chung sức xây dựng nông thôn mới” được tổng kết.",
        "Các xã, phường, đặc khu thực hiện.",
        "Tốc độ phát triển thành phố thông minh.",
    ] {
        assert!(!district(good), "{good}");
    }
}

#[test]
fn district_names_rest_before_their_day() {
    let mut document = plan(vec![paragraph("UBND huyện Bến Đá báo cáo.")]);
    let run = |document: &Document| {
        let found = super::document(document, &checks(), &office());
        found.iter().any(|d| d.code == Code::new(Family::T, 31))
    };
    for (day, month, year, found) in [
        (Some(30), Some(6), 2025, false),
        (Some(1), Some(7), 2025, true),
        (None, Some(7), 2025, true),
        (None, None, 2025, false),
        (None, None, 2026, true),
        (None, None, 2024, false),
    ] {
        document.date = DateLine { day, month, year };
        assert_eq!(run(&document), found, "{:?}", document.date);
    }
}

/// Codes of a plan with this one sentence.
fn codes(text: &str) -> Vec<String> {
    let document = plan(vec![paragraph(text)]);
    let found = super::document(&document, &checks(), &office());
    found.iter().map(|d| d.code.to_string()).filter(|c| c != "T0641").collect()
}

#[test]
fn blanks_and_ellipses_are_told_apart() {
    for good in [
        "Hỗ trợ người dân trở về từ vùng dịch...",
        "Lúa, ngô, khoai, sắn, …",
        "Tinh gọn đầu mối (phòng, ban...).",
        "Văn nghệ, thể thao, v.v…",
        "“… không để ai bị bỏ lại phía sau”.",
        "Đại hội lần thứ XXX của ngành, xem [1], 5 < 7 và 8 > 3.",
    ] {
        assert_eq!(codes(good), Vec::<String>::new(), "{good}");
    }
    for bad in [
        "Thực hiện Quyết định số …/QĐ-UBND.",
        "Từ ngày … tháng 10 năm 2026.",
        "Họ và tên: ……",
        "Chức vụ: .........",
    ] {
        assert_eq!(codes(bad), ["T0023"], "{bad}");
    }
    for bad in ["Kính gửi [...].", "Ông xxx phụ trách.", "Gửi <tên cơ quan>.", "Họp tại ???"]
    {
        assert_eq!(codes(bad), ["T0022"], "{bad}");
    }
}

#[test]
fn days_in_the_text() {
    for good in [
        "ngày 05 tháng 8 năm 2026, ngày 15 tháng 02 năm 2026, ngày 20 tháng 12 năm 2026",
        "chào mừng ngày 8 tháng 3, ngày 2 tháng 9, tháng 08",
        "ngày 08/10/2021, ngày 7/4/2014, ngày 29 tháng 02 năm 2024, 03/02/1930",
    ] {
        assert_eq!(codes(good), Vec::<String>::new(), "{good}");
    }
    for bad in [
        "ngày 5 tháng 8 năm 2026",
        "ngày 05 tháng 08 năm 2026",
        "ngày 15 tháng 2 năm 2026",
        "ngày 5 tháng 08",
    ] {
        assert_eq!(codes(bad), ["T0631"], "{bad}");
    }
    for bad in ["ngày 29 tháng 02 năm 2026", "ngày 31/4/2026", "ngày 10 tháng 13 năm 2026"] {
        assert_eq!(codes(bad), ["T0632"], "{bad}");
    }
    assert_eq!(codes("Quyết định số 9/QĐ-UBND ngày 06/3/2026 của tỉnh"), ["T0633"]);
    assert_eq!(codes("Quyết định số 9/QĐ-UBND ngày 05/3/2026 của tỉnh"), Vec::<String>::new());
}
