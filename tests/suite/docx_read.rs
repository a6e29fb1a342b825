//! What the docx reader gives back, of our own files and of hostile ones.

use proptest::prelude::*;
use vanthu::docx::{Writer, normal, read};
use vanthu::layout::*;
use vanthu::model::{Align, Slot};

use crate::{docx_sample, layout_sample};

fn round_trip(sheet: &Sheet) -> Sheet {
    let written = Writer::new().expect("writer").write(sheet).expect("written");
    read(&written.bytes, "a.docx").expect("read")
}

#[test]
fn a_sheet_made_with_care_comes_back_as_it_was() {
    let sheet = docx_sample::sheet();
    assert_eq!(normal(&sheet), sheet);
    let back = round_trip(&sheet);
    assert_eq!(back.properties, sheet.properties);
    assert_eq!(back.styles, sheet.styles);
    assert_eq!(back, sheet);
}

/// The sheets of all forms, as the layout makes them.
pub fn forms() -> Vec<Sheet> {
    let rules = vanthu::ruleset::Ruleset::builtin().expect("embedded");
    let compose = |document| compose(&document, &rules, &Default::default());
    layout_sample::all().into_iter().map(|(_, document)| compose(document)).collect()
}

#[test]
fn every_form_comes_back_as_the_layout_made_it() {
    for sheet in forms() {
        assert_eq!(normal(&sheet), sheet, "the layout makes sheets that files can hold");
        assert_eq!(round_trip(&sheet), sheet);
    }
}

fn rule() -> BoxedStrategy<Option<Rule>> {
    proptest::option::of((0..200u16, 0..60u16).prop_map(|(weight, space)| Rule { weight, space }))
        .boxed()
}

fn text() -> BoxedStrategy<String> {
    prop_oneof![
        Just(String::new()),
        "[ a-zđếộ]{0,12}",
        "[<>&\"'\u{a0}\u{2028}\u{85}\u{7f}\\]x .]{0,8}",
        "[\t\n\r a]{0,6}",
        Just("]]> <w:t> &amp; {{x}} **".to_owned()),
        any::<String>().prop_map(|s| {
            let legal = |c: &char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
            s.chars().filter(legal).collect()
        }),
    ]
    .boxed()
}

fn look() -> BoxedStrategy<Look> {
    (1..80u16, any::<bool>(), any::<bool>(), proptest::option::of(any::<u32>()))
        .prop_map(|(size, bold, italic, color)| Look { size, bold, italic, color })
        .boxed()
}

fn align() -> BoxedStrategy<Align> {
    prop_oneof![Just(Align::Left), Just(Align::Center), Just(Align::Right), Just(Align::Justify)]
        .boxed()
}

fn length() -> BoxedStrategy<i32> {
    prop_oneof![-2000..4000, Just(0), Just(i32::MAX), Just(i32::MIN)].boxed()
}

fn format() -> BoxedStrategy<Format> {
    let line = prop_oneof![
        length().prop_map(LineSpacing::Auto),
        length().prop_map(LineSpacing::Exact),
        length().prop_map(LineSpacing::AtLeast)
    ];
    let lengths = (length(), length(), length(), length(), length());
    (align(), lengths, line, any::<[bool; 4]>(), rule(), rule())
        .prop_map(|(align, (left, right, first, before, after), line, switches, top, bottom)| {
            let [keep_next, keep_lines, widow_control, page_break_before] = switches;
            Format {
                align,
                left,
                right,
                first,
                before,
                after,
                line,
                keep_next,
                keep_lines,
                widow_control,
                page_break_before,
                top,
                bottom,
            }
        })
        .boxed()
}

const IDS: [&str; 6] = ["Normal", "VtA", "VtB", "VtNganCach", "TableNormal", "none"];

fn style() -> BoxedStrategy<Style> {
    let slot = proptest::option::of((0..Slot::ALL.len()).prop_map(|i| Slot::ALL[i]));
    let id = (0..IDS.len() - 1).prop_map(|i| IDS[i].to_owned());
    (id, text(), slot, proptest::option::of(0..12u8), look(), format())
        .prop_map(|(id, name, slot, outline, look, format)| Style {
            id,
            name,
            slot,
            outline,
            look,
            format,
            font: None,
        })
        .boxed()
}

fn run() -> BoxedStrategy<Run> {
    let content = prop_oneof![
        4 => text().prop_map(RunContent::Text),
        1 => Just(RunContent::Break),
        1 => Just(RunContent::Tab),
        1 => Just(RunContent::PageNumber)
    ];
    let looks = prop_oneof![look(), Just(docx_sample::NORMAL)];
    (looks, content).prop_map(|(look, content)| Run { look, content }).boxed()
}

fn para() -> BoxedStrategy<Para> {
    let line = (length(), length(), length(), any::<u16>())
        .prop_map(|(x, y, length, weight)| DrawnLine { x, y, length, weight });
    (
        (0..IDS.len()).prop_map(|i| IDS[i].to_owned()),
        format(),
        proptest::collection::vec(length(), 0..3),
        proptest::collection::vec(run(), 0..5),
        proptest::option::of(line),
    )
        .prop_map(|(style, format, tabs, runs, line)| Para {
            style,
            format,
            tabs,
            runs,
            line,
            frame: None,
        })
        .boxed()
}

fn table(item: BoxedStrategy<Item>) -> BoxedStrategy<Item> {
    let cell = (0..4u32, any::<bool>(), rule(), proptest::collection::vec(item, 0..3)).prop_map(
        |(span, center, boxed, items)| Cell {
            span,
            vertical: if center { VerticalAlign::Center } else { VerticalAlign::Top },
            boxed,
            items,
        },
    );
    let height = proptest::option::of(length());
    let row = (any::<bool>(), any::<bool>(), height, proptest::collection::vec(cell, 0..3))
        .prop_map(|(header, cant_split, height, cells)| Row { header, cant_split, height, cells });
    let grid = proptest::collection::vec(length(), 0..4);
    (grid, length(), length(), rule(), proptest::collection::vec(row, 0..3))
        .prop_map(|(grid, indent, margin, borders, rows)| {
            Item::Table(Table { grid, indent, margin, borders, rows })
        })
        .boxed()
}

fn items() -> BoxedStrategy<Vec<Item>> {
    let item = para().prop_map(Item::Para).prop_recursive(
        3,
        8,
        3,
        |inner| prop_oneof![1 => table(inner), 1 => para().prop_map(Item::Para)],
    );
    proptest::collection::vec(item.boxed(), 0..4).boxed()
}

fn section() -> BoxedStrategy<Section> {
    let page = (any::<[i16; 8]>(), any::<bool>()).prop_map(|(n, landscape)| Page {
        width: n[0].into(),
        height: n[1].into(),
        landscape,
        top: n[2].into(),
        bottom: n[3].into(),
        left: n[4].into(),
        right: n[5].into(),
        header: n[6].into(),
        footer: n[7].into(),
    });
    // Often nothing, and often the same as in the section before.
    let number = Item::Para(docx_sample::para("VtSoTrang", "a"));
    let margin = || prop_oneof![2 => Just(vec![]), 2 => Just(vec![number.clone()]), 1 => items()];
    (page, proptest::option::of(any::<u32>()), margin(), margin(), margin(), items())
        .prop_map(|(page, restart, first_header, header, first_footer, items)| Section {
            page,
            restart,
            first_header,
            header,
            first_footer,
            items,
        })
        .boxed()
}

/// Any sheet, also one that no layout would make.
pub fn sheet() -> BoxedStrategy<Sheet> {
    let properties =
        (text(), text(), any::<bool>()).prop_map(|(title, creator, good)| Properties {
            subject: format!(" {title}"),
            category: creator.clone(),
            title,
            creator,
            created: if good { "2026-03-05T00:00:00Z".into() } else { "mai".into() },
        });
    (
        properties,
        proptest::collection::vec(style(), 0..4),
        proptest::collection::vec(section(), 0..4),
    )
        .prop_map(|(properties, styles, sections)| Sheet {
            properties,
            styles: styles.into(),
            sections,
        })
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_sheet_comes_back_in_its_normal_form(sheet in sheet()) {
        let normal = normal(&sheet);
        let back = round_trip(&sheet);
        prop_assert_eq!(&back.properties, &normal.properties);
        prop_assert_eq!(&back.styles, &normal.styles);
        prop_assert_eq!(&back, &normal);
        prop_assert_eq!(&round_trip(&normal), &normal);
    }

    #[test]
    fn what_was_written_before_makes_no_difference(sheet in sheet(), other in sheet()) {
        let other = Sheet { styles: sheet.styles.clone(), ..other };
        let sections = sheet.sections.iter().chain(&other.sections).cloned().collect();
        let both = Sheet { sections, ..sheet.clone() };
        let all = [&sheet, &other, &both, &other, &sheet];
        let alone = |one| Writer::new().expect("writer").write(one).expect("written");
        let alone: Vec<_> = all.into_iter().map(alone).collect();
        let writer = Writer::new().expect("writer");
        for (one, alone) in all.into_iter().zip(&alone) {
            prop_assert_eq!(&writer.write(one).expect("written"), alone);
        }
    }
}
