//! Tests of whole pages.

use proptest::prelude::*;

use super::fit::tests::text_box;
use super::*;
use crate::layout::metrics::Type;
use crate::model::{BorderPattern, CodeBox, EmblemBox, Stack};

fn form() -> CertificateForm {
    let mut name = text_box(200.0, 2);
    name.stack = Some("giữa".into());
    let unit = TextBox { name: "đơn vị".into(), text: "{noi}".into(), ..name.clone() };
    let mut fixed = text_box(200.0, 1);
    fixed.name = "tặng".into();
    fixed.text = "tặng".into();
    fixed.upper = true;
    let area = Area { x: 8.0, y: 8.0, width: 281.0, height: 194.0 };
    CertificateForm {
        width: 297.0,
        height: 210.0,
        border: Some(crate::model::Border {
            area,
            band: 8.0,
            color: 0xB8_860B,
            pattern: BorderPattern::Meander,
        }),
        emblem: Some(EmblemBox {
            area: Area { x: 140.0, y: 20.0, width: 18.0, height: 18.0 },
            file: String::new(),
            line: 1,
        }),
        code: Some(CodeBox { x: 24.0, y: 150.0, side: 24.0, line: 1 }),
        stacks: vec![Stack {
            name: "giữa".into(),
            y: 80.0,
            height: 60.0,
            upright: Upright::Middle,
            line: 1,
        }],
        boxes: vec![fixed, name, unit],
        ..CertificateForm::default()
    }
}

fn values(name: &str) -> Values<'_> {
    let mut values = Values::default();
    values.insert("ten", name);
    values.insert("noi", "Chuyên viên, Phòng Tổng hợp");
    values
}

fn frames(section: &Section) -> Vec<(Frame, String, u16)> {
    let para = |item: &Item| match item {
        Item::Para(para) => Some(para.clone()),
        Item::Table(_) => None,
    };
    let text = |para: &Para| {
        let words = para.runs.iter().filter_map(|r| match &r.content {
            RunContent::Text(text) => Some(text.as_str()),
            _ => None,
        });
        words.collect::<Vec<_>>().join("/")
    };
    let size = |para: &Para| para.runs.first().map_or(0, |r| r.look.size);
    let framed = section.items.iter().filter_map(para).filter_map(|p| {
        let frame = p.frame?;
        Some((frame, text(&p), size(&p)))
    });
    framed.collect()
}

#[test]
fn every_text_stands_in_a_place_of_its_own_on_the_paper() {
    let printer = Printer::new(form(), &Art::default(), &BTreeMap::new());
    let code = Some(vec![1, 2, 3]);
    let kind = HonoureeKind::Individual;
    let section = printer.section(&values("Lê Thị Hoa"), kind, code).expect("fits");
    let framed = frames(&section);
    let texts: Vec<&str> = framed.iter().map(|(_, text, _)| text.as_str()).collect();
    assert_eq!(texts, ["TẶNG", "Lê Thị Hoa", "Chuyên viên, Phòng Tổng hợp", ""]);
    for (frame, text, size) in &framed {
        assert!(frame.x > 0 && frame.x + frame.width < section.page.width, "{text}");
        assert!(frame.y > 0 && frame.y + frame.height < section.page.height, "{text}");
        if !text.is_empty() {
            // Letters of two marks need more than a single line.
            let face = Type { size: *size, bold: true, italic: false };
            assert!(f64::from(frame.height) >= 1.2 * face.line_height() * 0.9, "{text}");
        }
    }
    // The flow itself is one thin paragraph; border and grid stand in the header.
    assert_eq!(section.items.len(), framed.len() + 1);
    assert_eq!((section.first_header.len(), section.header.len()), (1, 0));
}

#[test]
fn a_value_that_is_missing_leaves_nothing_behind_and_a_shift_moves_all() {
    let mut moved = form();
    moved.boxes[1].text = "{truy_tang} {ten}, {cap_lai}".into();
    moved.boxes[2].text = "{khong_co}".into();
    moved.shift = (2.0, -1.5);
    let still = Printer::new(
        CertificateForm { shift: (0.0, 0.0), ..moved.clone() },
        &Art::default(),
        &BTreeMap::new(),
    );
    let moved = Printer::new(moved, &Art::default(), &BTreeMap::new());
    let of = |printer: &Printer| {
        frames(&printer.section(&values("An"), HonoureeKind::Household, None).expect("fits"))
    };
    let (before, after) = (of(&still), of(&moved));
    assert_eq!(before.iter().map(|f| f.1.as_str()).collect::<Vec<_>>(), ["TẶNG", "An"]);
    for (a, b) in before.iter().zip(&after) {
        assert!((b.0.x - a.0.x - mm(2.0)).abs() <= 1 && (b.0.y - a.0.y - mm(-1.5)).abs() <= 1);
    }
}

#[test]
fn what_does_not_fit_is_told_by_name_and_all_at_once() {
    let printer = Printer::new(form(), &Art::default(), &BTreeMap::new());
    let name = "Nguyễn Ngọc Bảo Quỳnh ".repeat(20);
    let mut long = values(&name);
    assert_eq!(printer.check(&values("An"), HonoureeKind::Individual), []);
    let unfit = printer.check(&long, HonoureeKind::Individual);
    assert_eq!(unfit.iter().map(|u| u.name.as_str()).collect::<Vec<_>>(), ["ten"]);
    long.insert("noi", "x".repeat(300));
    assert!(!printer.check(&long, HonoureeKind::Individual).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whose_certificate_came_before_makes_no_difference(
        people in proptest::collection::vec(
            ("[A-ZĐa-zạộữ ,{}-]{0,60}", 0..4_usize, 0..3_usize, any::<bool>()), 1..12),
    ) {
        let of = |(name, unit, repeat, is_alone): &(String, usize, usize, bool)| {
            let mut values = Values::default();
            values.insert("ten", name.repeat(repeat + 1));
            if *unit > 0 {
                values.insert("noi", ["", "Phòng Tổng hợp", "Sở ,  Ban"][unit - 1]);
            }
            let kind = if *is_alone { HonoureeKind::Individual } else { HonoureeKind::Collective };
            (values, kind)
        };
        let mut form = form();
        form.boxes[2].kinds = vec![HonoureeKind::Individual];
        let printer = Printer::new(form, &Art::default(), &BTreeMap::new());
        for person in &people {
            let (values, kind) = of(person);
            let anew = std::thread::scope(|scope| {
                let made = || (printer.check(&values, kind), printer.section(&values, kind, None));
                scope.spawn(made).join().expect("a thread")
            });
            let now = (printer.check(&values, kind), printer.section(&values, kind, None));
            prop_assert_eq!(format!("{now:?}"), format!("{anew:?}"));
        }
    }
}
