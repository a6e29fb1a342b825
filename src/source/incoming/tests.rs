//! Offers from real pages, and sheets with everything wrong.

use std::path::Path;

use jiff::civil::date;

use super::*;
use crate::source::pdf::{Limits, Pdf};

fn offered(bytes: &[u8]) -> Offer {
    let pdf = Pdf::open(bytes, Limits::default()).expect("PDF");
    let (first, last) = (pdf.text(0).expect("text"), pdf.text(pdf.page_count() - 1).expect("text"));
    let shape = pdf.shape(0).expect("shape");
    let types = ["Kế hoạch".to_owned(), "Quyết định".to_owned()];
    offer(&first.lines, &last.lines, (shape.width, shape.height), &types)
}

#[test]
fn a_plan_offers_its_fields() {
    let found = offered(include_bytes!("../../../tests/fixtures/pdf/ke-hoach.pdf"));
    assert_eq!(found.given.code, "04/KH-HĐTĐKT");
    assert_eq!(found.given.issued, Some(date(2022, 3, 17)));
    assert_eq!(found.place, "Lam Giang");
    assert_eq!(found.given.from, "HỘI ĐỒNG THI ĐUA - KHEN THƯỞNG");
    assert_eq!(found.parent, "ỦY BAN NHÂN DÂN TỈNH LAM GIANG");
    assert_eq!(found.given.type_name, "Kế hoạch");
    assert_eq!(found.given.subject, "Tổ chức hoạt động cụm, khối thi đua năm 2022");
    assert_eq!(found.given.signer_name, "Võ Đình Khang");
    assert_eq!(found.given.signer_position, "PHÓ CHỦ TỊCH");
}

#[test]
fn a_letter_offers_its_fields() {
    let found = offered(include_bytes!("../../../tests/fixtures/pdf/cong-van.pdf"));
    assert_eq!(found.given.code, "01/SNV-VP");
    assert_eq!(found.given.issued, Some(date(2022, 3, 21)));
    assert_eq!(found.given.from, "SỞ NỘI VỤ");
    assert_eq!(found.given.type_name, "Công văn");
    assert_eq!(found.given.subject, "đăng ký danh hiệu thi đua và hình thức khen thưởng năm 2022");
    assert_eq!(
        (found.given.signer_position.as_str(), found.given.signer_name.as_str()),
        ("GIÁM ĐỐC", "Võ Đình Khang")
    );
}

#[test]
fn an_urgency_mark_is_no_part_of_the_subject() {
    let line = |text: &str, y: f64| crate::source::pdf::TextLine {
        text: text.to_owned(),
        area: crate::source::pdf::Area { x: 30.0, y, width: 50.0, height: 4.0 },
        baseline: y + 4.0,
        size: 4.2,
        bold: false,
    };
    let page = [
        line("Số: 01/UBND-KT", 30.0),
        line("V/v rà soát, di dời hộ dân", 36.0),
        line("trong vùng có nguy cơ sạt lở", 41.0),
        line("THƯỢNG KHẨN", 46.0),
        line("Kính gửi: Trưởng các thôn", 60.0),
    ];
    let found = offer(&page, &page, (210.0, 297.0), &[]);
    assert_eq!(found.given.subject, "rà soát, di dời hộ dân trong vùng có nguy cơ sạt lở");
    assert_eq!(found.given.priority, 2);
    // A word in a sentence is no mark.
    let page = [line("Số: 01/UBND-KT", 30.0), line("Khẩn", 36.0)];
    assert_eq!(offer(&page, &page, (210.0, 297.0), &[]).given.priority, 0);
}

#[test]
fn nothing_is_offered_where_nothing_is_said() {
    assert_eq!(offer(&[], &[], (210.0, 297.0), &[]), Offer::default());
}

fn sheet(text: &str) -> (Vec<Listed>, Vec<crate::diagnostic::Diagnostic>) {
    let dir = tempfile::tempdir().expect("folder");
    let path = dir.path().join("den.csv");
    std::fs::write(&path, text).expect("written");
    read_sheet(&crate::world::System::new(None), Path::new(&path), &["Kế hoạch".to_owned()])
        .expect("read")
}

#[test]
fn a_sheet_is_read_under_names_of_both_languages() {
    let (rows, found) = sheet(
        "STT,Tep,Tác giả,SỐ KÝ HIỆU,date,type,Trich yeu,Độ khẩn,Người nhận\n\
         1,a.pdf,UBND tỉnh,04/KH-UBND,17/3/2022,ke hoach,Tổ chức thi đua,Thượng khẩn,Văn phòng; Phòng Nội vụ\n\
         2,,Sở Y tế,,2022-03-18,,Mời họp,,\n",
    );
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(rows.len(), 2);
    let first = &rows[0].given;
    assert_eq!((rows[0].file.as_str(), first.from.as_str()), ("a.pdf", "UBND tỉnh"));
    assert_eq!((first.issued, first.priority), (Some(date(2022, 3, 17)), 2));
    assert_eq!(first.to, ["Văn phòng", "Phòng Nội vụ"]);
    assert_eq!(rows[1].given.issued, Some(date(2022, 3, 18)));
}

#[test]
fn everything_wrong_in_a_sheet_has_its_place() {
    let (_, found) = sheet(
        "Tệp,Cơ quan,from,Trích yếu,subject,Ngày,Loại,Độ khẩn,Độ mật\n\
         a.pdf,x,UBND,Họp,Họp,31/2/2022,Kế hoạhc,gấp,hơi mật\n",
    );
    let seen: Vec<(String, Option<u32>, Option<&str>)> =
        found.iter().map(|d| (d.code.to_string(), d.place.row, d.place.cell.as_deref())).collect();
    for (code, row, cell) in [
        ("D0611", None, "B"),
        ("D0612", None, "E"),
        ("D0613", Some(2), "F"),
        ("D0614", Some(2), "G"),
        ("D0616", Some(2), "H"),
        ("D0616", Some(2), "I"),
    ] {
        assert!(seen.contains(&(code.to_owned(), row, Some(cell))), "{code}: {seen:?}");
    }
    let (_, found) = sheet("a,b\n1,2\n");
    assert!(found.iter().any(|d| d.code == codes::NO_COLUMN), "{found:?}");
}

#[test]
fn kinds_are_told_by_their_bytes() {
    assert_eq!(FileKind::of(b"%PDF-1.4"), Some(FileKind::Pdf));
    assert_eq!(FileKind::of(b"\xFF\xD8\xFF\xE0"), Some(FileKind::Jpeg));
    assert_eq!(FileKind::of(b"II*\0"), Some(FileKind::Tiff));
    assert_eq!(FileKind::of(b"PK\x03\x04 word/document.xml"), Some(FileKind::Docx));
    assert_eq!(FileKind::of(b"PK\x03\x04 xl/workbook.xml"), None);
    assert_eq!(FileKind::of(b"MZ"), None);
}

#[test]
fn a_type_is_written_as_the_book_has_it_and_a_slip_is_told() {
    let types = ["Kế hoạch".to_owned()];
    for typed in ["ke hoach", "KẾ HOẠCH", " kế hoạch"] {
        assert_eq!(known_type(typed, &types), Some("Kế hoạch"), "{typed}");
    }
    assert_eq!(known_type("Kế hoach", &types), None);
    let told = unknown_type("Kế hoach", &types, crate::diagnostic::Place::default());
    assert!(told.and_then(|d| d.hint).is_some_and(|h| h.vi.contains("Kế hoạch")));
}
