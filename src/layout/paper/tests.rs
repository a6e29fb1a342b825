//! Volumes: where pages and volumes end, what is never split.

use super::*;
use crate::layout::Item;

fn grid() -> Grid {
    let titles = [
        "Số, ký hiệu văn bản",
        "Ngày tháng văn bản",
        "Tên loại và trích yếu nội dung văn bản",
        "Ghi chú",
    ];
    let column = |(at, t): (usize, &&str)| Column {
        title: (*t).to_owned(),
        weight: if at == 2 { 8.0 } else { 2.0 },
        center: at == 1,
        word: 900.0,
    };
    Grid::new(titles.iter().enumerate().map(column).collect(), Volume::measure(), true)
}

fn cells(n: usize, words: usize) -> Vec<String> {
    let text = "tổ chức phong trào thi đua ".repeat(words);
    vec![format!("{n:02}/KH-SNV"), "05/02/2026".into(), text, String::new()]
}

#[test]
fn a_volume_ends_where_its_pages_end() {
    let grid = grid();
    let mut volume = Volume::new(&grid);
    let mut n = 0;
    while volume.fits(&cells(n, n % 7), 5) {
        volume.push(cells(n, n % 7));
        n += 1;
    }
    assert_eq!((volume.pages(), volume.rows()), (5, n as u64));
    assert!(n > 40, "{n}");
    let closing = Closing { noun: "văn bản".into(), ..Closing::default() };
    let sheet = volume.finish(&Cover::default(), &closing, String::new());
    let tables = sheet.sections[1].items.iter().filter(|i| matches!(i, Item::Table(_))).count();
    assert_eq!((sheet.sections.len(), tables), (3, 5));
    let all = format!("{:?}", sheet.sections[2]);
    assert!(all.contains("gồm 5 trang (bằng chữ: năm trang)"), "{all}");
    assert!(all.contains(&format!("đăng ký {n} văn bản")), "{all}");
}

#[test]
fn every_page_repeats_its_headings_and_no_row_is_split() {
    let grid = grid();
    let mut volume = Volume::new(&grid);
    (0..90).for_each(|n| volume.push(cells(n, 3)));
    let sheet = volume.finish(&Cover::default(), &Closing::default(), String::new());
    for item in &sheet.sections[1].items {
        let Item::Table(table) = item else { continue };
        assert!(table.rows[0].header && table.rows[1].header && !table.rows[2].header);
        assert!(table.rows.iter().all(|r| r.cant_split));
    }
}

#[test]
fn a_row_longer_than_a_page_takes_the_pages_it_needs() {
    let grid = grid();
    let mut volume = Volume::new(&grid);
    volume.push(cells(1, 1));
    volume.push(cells(2, 400));
    let long = volume.pages();
    assert!(long >= 3, "{long}");
    volume.push(cells(3, 1));
    assert_eq!(volume.pages(), long, "a short row goes on below the end of a long one");
}

#[test]
fn an_empty_volume_is_one_page_of_headings() {
    let grid = grid();
    let sheet = Volume::new(&grid).finish(&Cover::default(), &Closing::default(), String::new());
    assert!(sheet.sections[1].items.iter().any(|i| matches!(i, Item::Table(_))));
    assert!(
        format!("{:?}", sheet.sections[2]).contains("không văn bản")
            || format!("{:?}", sheet.sections[2]).contains("đăng ký 0")
    );
}
