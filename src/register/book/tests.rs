//! Books of a small register, read back by other readers than the writer.

use std::io::Cursor;

use calamine::{Data, Reader};
use jiff::civil::date;

use super::*;
use crate::archive::{ArchivePath, FileRef, sha256};
use crate::register::sqlite::Sqlite;
use crate::register::{Batch, Fields, Order, Registration, Want};

/// Subject, series, notation, number of copies.
type Given<'a> = (&'a str, &'a str, &'a str, Option<u32>);

const GIVEN: [Given<'static>; 3] = [
    ("tổ chức phong trào thi đua, \"giai đoạn 2\"", "SNV:ke-hoach", "KH-SNV", Some(12)),
    ("=HYPERLINK(\"http://x\")", "SNV:bao-cao", "BC-SNV", None),
    ("xét tặng\u{1b}[31m danh hiệu\nnăm 2026 漢字", "SNV:ke-hoach", "KH-SNV", Some(3)),
];

fn register(dir: &tempfile::TempDir) -> Sqlite {
    let mut register = Sqlite::open(&dir.path().join("r.db")).expect("opens");
    let batch = Batch { job: "j".into(), title: "t".into(), book: Book::Outgoing };
    let wants: Vec<Want> = GIVEN
        .iter()
        .enumerate()
        .map(|(i, g)| Want {
            series: g.1.into(),
            date: date(2026, 2, 5).saturating_add(jiff::Span::new().days(i as i64)),
            row_key: i.to_string(),
            input: "{}".into(),
        })
        .collect();
    let numbers = register.reserve(&batch, &wants, &|_, _| 0, "t").expect("reserves");
    let mut chunk = Some(
        GIVEN.iter().zip(&wants).zip(numbers).map(|((g, w), n)| registration(g, w, n)).collect(),
    );
    register
        .commit(&batch, "2026-02-07T08:00:00+07:00", &mut |_| Ok(chunk.take()))
        .expect("commits");
    register
}

fn registration(given: &Given<'_>, want: &Want, number: crate::model::Number) -> Registration {
    let path = format!("data/{}/{number}.docx", want.row_key);
    Registration {
        job: None,
        row_key: want.row_key.clone(),
        input: want.input.clone(),
        book: Book::Outgoing,
        series: want.series.clone(),
        number,
        date: want.date,
        fields: Fields {
            type_id: "x".into(),
            type_name: if given.0.starts_with('=') { "" } else { "Kế hoạch" }.into(),
            notation: given.2.into(),
            organ_name: "Sở Nội vụ".into(),
            organ_id: None,
            subject: given.0.into(),
            signer_position: "GIÁM ĐỐC".into(),
            signer_name: "Lê Minh Tuấn".into(),
            recipients: vec!["- UBND tỉnh (để b/c)".into(), "Các phòng".into()],
            archive_copy: "VT, VP".into(),
            copies: given.3,
            priority: 0,
            extra: [("note".to_owned(), "ghi chú".to_owned())].into_iter().collect(),
        },
        files: vec![FileRef {
            at: ArchivePath { year: 2026, bag: 1, path },
            sha256: sha256(b"x"),
            size: 1,
            parts: None,
        }],
        salt: [7; 16],
        written: None,
    }
}

fn cover() -> Cover {
    Cover { parent: "UBND TỈNH A".into(), organ: "SỞ NỘI VỤ".into(), volume: Some(1) }
}

fn written(filter: &Filter, format: Format, options: Options) -> Vec<u8> {
    let dir = tempfile::tempdir().expect("a folder");
    let mut out = Vec::new();
    write(&register(&dir), filter, &cover(), format, options, &mut out).expect("writes");
    out
}

#[test]
fn the_columns_are_those_of_the_decree() {
    let titles = |view| -> Vec<&str> {
        let form = super::view::form(view).expect("reads");
        form.columns.iter().map(|c| c.vi.as_str()).collect()
    };
    let counts = View::ALL.map(|view| titles(view).len());
    assert_eq!(counts, [10, 10, 9, 10, 7, 9, 6]);
    assert_eq!(
        titles(View::Incoming),
        [
            "Ngày đến",
            "Số đến",
            "Tác giả",
            "Số, ký hiệu văn bản",
            "Ngày tháng văn bản",
            "Tên loại và trích yếu nội dung văn bản",
            "Đơn vị hoặc người nhận",
            "Ngày chuyển",
            "Ký nhận",
            "Ghi chú",
        ]
    );
    assert_eq!(
        titles(View::FollowUp),
        [
            "Số đến",
            "Tên loại, số, ký hiệu, ngày, tháng và tên cơ quan ban hành",
            "Đơn vị hoặc người nhận",
            "Thời hạn giải quyết",
            "Tiến độ giải quyết",
            "Số, ký hiệu văn bản trả lời",
            "Ghi chú",
        ]
    );
    assert_eq!(
        titles(View::KeptCopies),
        [
            "Ngày tháng",
            "Họ tên người sử dụng",
            "Số, ký hiệu ngày tháng văn bản",
            "Tên loại và trích yếu nội dung văn bản",
            "Số và ký hiệu HS",
            "Ký nhận",
            "Ngày trả",
            "Người cho phép sử dụng",
            "Ghi chú",
        ]
    );
    assert_eq!(
        titles(View::Post),
        [
            "Ngày chuyển",
            "Số, ký hiệu văn bản",
            "Nơi nhận văn bản",
            "Số lượng bì",
            "Ký nhận và dấu bưu điện",
            "Ghi chú",
        ]
    );
    assert_eq!(
        titles(View::Outgoing),
        [
            "Số, ký hiệu văn bản",
            "Ngày tháng văn bản",
            "Tên loại và trích yếu nội dung văn bản",
            "Người ký",
            "Nơi nhận văn bản",
            "Đơn vị, người nhận bản lưu",
            "Số lượng bản",
            "Ngày chuyển",
            "Ký nhận",
            "Ghi chú",
        ]
    );
}

#[test]
fn text_is_aligned_and_harmless() {
    for width in [None, Some(120)] {
        let options = Options { width, ..Options::default() };
        let text =
            String::from_utf8(written(&Filter::default(), Format::Text, options)).expect("UTF-8");
        assert!(
            text.contains("Từ số 01/BC-SNV đến số 01/BC-SNV; từ số 01/KH-SNV đến số 02/KH-SNV"),
            "{text}"
        );
        assert!(text.contains("Từ ngày 05/02/2026 đến ngày 07/02/2026"), "{text}");
        assert!(!text.contains('\u{1b}'));
        let rows: Vec<&str> = text.lines().filter(|l| l.contains('│')).collect();
        let column = |l: &str| l.split('│').next().map(|c| c.chars().count());
        assert!(rows.iter().all(|l| column(l) == column(rows[0])), "{text}");
        if width.is_some() {
            assert!(rows.iter().all(|l| l.chars().count() <= 120), "{text}");
        }
    }
}

#[test]
fn csv_reads_back_and_runs_no_formula() {
    let bytes = written(&Filter::default(), Format::Csv, Options::default());
    let body = bytes.strip_prefix("\u{feff}".as_bytes()).expect("a byte order mark");
    assert!(body.windows(2).any(|w| w == b"\r\n"));
    let mut reader = csv_reader(body);
    let rows: Vec<Vec<String>> =
        reader.records().map(|r| r.expect("a row").iter().map(str::to_owned).collect()).collect();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0][2], "'=HYPERLINK(\"http://x\")");
    assert_eq!(rows[1][..2], ["01/KH-SNV", "05/02/2026"]);
    assert_eq!(rows[1][2], "Kế hoạch tổ chức phong trào thi đua, \"giai đoạn 2\"");
    assert!(rows[1][4].starts_with("'- UBND"));
    assert_eq!(rows[1][6..], ["12", "", "", "ghi chú"]);
}

fn csv_reader(body: &[u8]) -> ::csv::Reader<&[u8]> {
    ::csv::Reader::from_reader(body)
}

#[test]
fn json_has_every_field() {
    let filter = Filter { order: Order::Registration, ..Filter::default() };
    let json: serde_json::Value =
        serde_json::from_slice(&written(&filter, Format::Json, Options::default())).expect("JSON");
    assert_eq!(json["count"], 3);
    assert_eq!(json["entries"][1]["code"], "01/BC-SNV");
    assert_eq!(json["entries"][2]["number"], 2);
    assert_eq!(json["entries"][0]["files"][0]["sha256"], sha256(b"x").to_hex());
    assert_eq!(json["ranges"][0]["last"], "01/BC-SNV");
}

#[test]
fn workbook_holds_real_dates_and_repeats_exactly() {
    let bytes = written(&Filter::default(), Format::Xlsx, Options::default());
    assert_eq!(bytes, written(&Filter::default(), Format::Xlsx, Options::default()));
    let mut book = calamine::Xlsx::new(Cursor::new(bytes)).expect("opens");
    let sheet = book.worksheet_range("Văn bản đi").expect("a sheet");
    let rows: Vec<&[Data]> = sheet.rows().collect();
    let text = |d: &Data| d.to_string();
    assert_eq!(text(&rows[0][0]), "UBND TỈNH A");
    assert!(rows.iter().any(|r| text(&r[0]) == "Quyển số 1"));
    let numbers = rows.iter().position(|r| text(&r[0]) == "(1)").expect("the row of numbers");
    assert_eq!(text(&rows[numbers - 1][9]), "Ghi chú");
    assert_eq!(text(&rows[numbers + 1][2]), "=HYPERLINK(\"http://x\")");
    let Data::DateTime(day) = &rows[numbers + 2][1] else { panic!("{:?}", rows[numbers + 2]) };
    assert_eq!(day.as_f64(), 46058.0);
    assert_eq!(rows[numbers + 2][6], Data::Float(12.0));
}

#[test]
fn filters_narrow_a_book() {
    let dir = tempfile::tempdir().expect("a folder");
    let register = register(&dir);
    let count = |filter: Filter| register.entries(&filter, &mut |_| Ok(())).expect("reads");
    let all = Filter::default;
    assert_eq!(count(Filter { series: Some("SNV:ke-hoach".into()), ..all() }), 2);
    assert_eq!(count(Filter { numbers: Some(2..=9), ..all() }), 1);
    assert_eq!(count(Filter { dates: Some((date(2026, 2, 6), date(2026, 2, 7))), ..all() }), 2);
    assert_eq!(count(Filter { text: Some("TO CHUC le minh".into()), ..all() }), 1);
    assert_eq!(count(Filter { text: Some("01/kh-snv".into()), ..all() }), 1);
    assert_eq!(count(Filter { year: Some(2025), ..all() }), 0);
    assert_eq!(count(Filter { bag: Some((2026, 1)), book: Some(Book::Outgoing), ..all() }), 3);
    assert_eq!(count(Filter { book: Some(Book::Awards), ..all() }), 0);
}

#[test]
fn an_empty_book_is_still_a_book() {
    let filter = Filter { year: Some(2030), ..Filter::default() };
    for format in [Format::Text, Format::Json, Format::Csv, Format::Xlsx] {
        assert!(!written(&filter, format, Options::default()).is_empty(), "{format:?}");
    }
    let text =
        String::from_utf8(written(&filter, Format::Text, Options::default())).expect("UTF-8");
    assert!(text.contains("Năm 2030"), "{text}");
}

#[test]
fn a_type_that_the_subject_says_is_not_said_twice() {
    let said = |name: &str, subject: &str| {
        let mut fields = crate::register::Incoming::default().fields();
        (fields.type_name, fields.subject) = (name.into(), subject.into());
        type_and_subject(&fields)
    };
    assert_eq!(said("Biên bản", "Biên bản họp"), "Biên bản họp");
    assert_eq!(said("Giấy giới thiệu", "GIẤY GIỚI THIỆU"), "Giấy giới thiệu");
    assert_eq!(said("Kế hoạch", "kế hoạch hóa gia đình"), "Kế hoạch kế hoạch hóa gia đình");
    assert_eq!(said("Quyết định", "Về việc khen thưởng"), "Quyết định về việc khen thưởng");
    assert_eq!(said("", "x"), "x");
}
