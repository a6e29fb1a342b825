//! Pages that were written each for itself, bound into one file.

use std::sync::Arc;

use proptest::prelude::*;
use vanthu::docx::Writer;
use vanthu::layout::{
    Figure, Frame, Item, Para, Picture, PictureFormat, Run, RunContent, Section, Sheet, Squares,
};

use crate::{docx_read, docx_sample};

/// Something that is drawn: the same for the same number.
fn drawn(kind: u8) -> RunContent {
    let name = format!("hình {kind}");
    let frame = Frame { x: 1, y: 2, width: 300, height: 400 };
    match kind % 4 {
        0 => {
            let (format, bytes) = (PictureFormat::Jpeg, vec![kind; 40]);
            RunContent::Picture(Arc::new(Picture { bytes, format, width: 20, height: 9, name }))
        }
        1 => {
            let dark = (0..441).map(|n| n % (usize::from(kind) + 2) == 0).collect();
            RunContent::Squares(Arc::new(Squares { width: 21, dark, side: 400, name }))
        }
        2 => {
            let areas = vec![vec![(0, 0), (i32::from(kind), 5), (3, 3)]];
            RunContent::Figure(Arc::new(Figure { frame, color: 0, areas, name }))
        }
        _ => RunContent::Text(name),
    }
}

/// A section as pages have it: paragraphs, some with something drawn, and a last one without.
fn page(section: Section, kinds: &[u8]) -> Section {
    let plain = |item: Item| match item {
        Item::Para(para) => Some(Para { line: None, ..para }),
        Item::Table(_) => None,
    };
    let mut items: Vec<Item> = Vec::new();
    for para in section.items.into_iter().filter_map(plain) {
        items.push(Item::Para(para));
    }
    for kind in kinds {
        let mut para = docx_sample::para("VtSoTrang", "trước");
        para.runs.push(Run { look: docx_sample::NORMAL, content: drawn(*kind) });
        para.runs.push(Run { look: docx_sample::NORMAL, content: drawn(kind.wrapping_add(1)) });
        items.push(Item::Para(para));
    }
    items.push(Item::Para(docx_sample::para("VtSoTrang", "cuối")));
    Section { items, ..section }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn bound_pages_are_the_file_of_all_their_sections(
        sheet in docx_read::sheet(),
        kinds in proptest::collection::vec(proptest::collection::vec(0..9u8, 0..3), 4),
    ) {
        let pages = sheet.sections.iter().zip(&kinds);
        let sections: Vec<Section> = pages.map(|(s, kinds)| page(s.clone(), kinds)).collect();
        prop_assume!(!sections.is_empty());
        let whole = Sheet { sections, ..sheet };
        let writer = Writer::new().expect("a writer");
        let mut pages = Vec::new();
        for section in &whole.sections {
            let one = Sheet { sections: vec![section.clone()], ..whole.clone() };
            let (written, page) = writer.write_page(one.clone()).expect("written");
            prop_assert_eq!(&written, &writer.write(&one).expect("written"));
            pages.push(page.expect("a page"));
        }
        let bound = writer.bind(&pages, &whole.properties).expect("bound");
        prop_assert_eq!(bound, writer.write(&whole).expect("written").bytes);
    }
}

#[test]
fn what_is_no_plain_page_is_not_bound() {
    let writer = Writer::new().expect("a writer");
    let sheet = docx_sample::sheet();
    let plain = |items: Vec<Item>| {
        let section = Section { items, ..sheet.sections[0].clone() };
        Sheet { sections: vec![section], ..sheet.clone() }
    };
    let is_page = |sheet: Sheet| writer.write_page(sheet).expect("written").1.is_some();
    let para = || docx_sample::para("VtSoTrang", "một dòng");
    assert!(is_page(plain(vec![Item::Para(para())])));
    assert!(!is_page(plain(Vec::new())), "no last paragraph");
    let twice = plain(vec![Item::Para(para())]);
    let sections = vec![twice.sections[0].clone(), twice.sections[0].clone()];
    assert!(!is_page(Sheet { sections, ..twice }), "two sections");
    let mut picture = para();
    picture.runs.push(Run { look: docx_sample::NORMAL, content: drawn(0) });
    assert!(!is_page(plain(vec![Item::Para(picture)])), "drawn in the last paragraph");
}
