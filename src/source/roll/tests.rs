//! Lists as units send them.

use rust_xlsxwriter::{Format, Workbook, Worksheet};

use super::*;
use crate::diagnostic::{Code, Lang};
use crate::model::HonoureeKind::{Collective, Household, Individual};
use crate::world::System;

/// Writes a workbook with the sheets that `fill` makes.
fn workbook(fill: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(&mut book);
    book.save_to_buffer().expect("a workbook")
}

fn table(sheet: &mut Worksheet, rows: &[&[&str]]) {
    for (r, row) in (0u32..).zip(rows) {
        for (c, cell) in (0u16..).zip(*row) {
            if let Ok(number) = cell.parse::<f64>() {
                sheet.write_number(r, c, number).expect("a number");
            } else if !cell.is_empty() {
                sheet.write_string(r, c, *cell).expect("a text");
            }
        }
    }
}

fn sheet(rows: &[&[&str]]) -> Vec<u8> {
    workbook(|book| table(book.add_worksheet(), rows))
}

fn read_bytes(bytes: &[u8], name: &str, options: &Options) -> Result<Roll> {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).expect("writes");
    read(&System::new(None), &path, options)
}

fn roll(bytes: &[u8]) -> Roll {
    read_bytes(bytes, "a.xlsx", &Options::default()).expect("a list")
}

fn names(roll: &Roll) -> Vec<String> {
    roll.lines.iter().map(|l| l.honouree.addressed()).collect()
}

fn said(roll: &Roll, code: Code) -> Vec<String> {
    let mine = roll.findings.iter().filter(|d| d.code == code);
    mine.map(|d| {
        let (row, cell) = (d.place.row.unwrap_or(0), d.place.cell.clone().unwrap_or_default());
        format!("{cell}{row}: {}", d.message.get(Lang::Vi))
    })
    .collect()
}

#[test]
fn a_list_with_titles_sections_totals_and_a_signature() {
    let bytes = sheet(&[
        &["SỞ NỘI VỤ"],
        &["DANH SÁCH ĐỀ NGHỊ TẶNG GIẤY KHEN"],
        &[],
        &["STT", "Tên tập thể, cá nhân", "Ông/Bà", "Chức vụ", "Đơn vị", "Hình thức"],
        &["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
        &["I", "TẬP THỂ"],
        &["1", "Phòng Tổng hợp", "", "", "", "GK"],
        &["II", "CÁ NHÂN"],
        &["1", "Lê Văn An", "Ông", "Giám đốc", "Trung tâm A", "GK"],
        &["2", "Trần Thị Đào", "Bà", "Chuyên viên", "Phòng Tổng hợp", "LĐTT"],
        &["4", "Ngô Tí", "Ông", "Lái xe", "Phòng Tổng hợp", "LĐTT"],
        &["5"],
        &["Tổng cộng: 01 tập thể, 04 cá nhân"],
        &["", "", "", "An Hải, ngày 20 tháng 11 năm 2026"],
        &["", "", "", "GIÁM ĐỐC"],
        &["", "", "", "Phạm Văn Ký"],
    ]);
    let roll = roll(&bytes);
    assert_eq!(names(&roll), ["Phòng Tổng hợp", "Ông Lê Văn An", "Bà Trần Thị Đào", "Ông Ngô Tí"]);
    let kinds: Vec<_> = roll.lines.iter().map(|l| l.honouree.kind).collect();
    assert_eq!(kinds, [Collective, Individual, Individual, Individual]);
    assert_eq!(roll.titles, ["SỞ NỘI VỤ", "DANH SÁCH ĐỀ NGHỊ TẶNG GIẤY KHEN"]);
    assert_eq!(roll.lines[1].at(Field::Unit).describe(Lang::Vi).matches("cột E").count(), 1);
    assert_eq!(
        said(&roll, codes::TOTAL),
        ["A13: “Tổng cộng: 01 tập thể, 04 cá nhân”: ghi 4 cá nhân, đếm được 3"]
    );
    assert_eq!(said(&roll, codes::ORDINAL), ["A11: số thứ tự 4 đứng sau 2"]);
    assert_eq!(said(&roll, codes::NOT_READ).len(), 2);
}

#[test]
fn headings_in_two_rows_with_marks_and_merged_units() {
    let bytes = workbook(|book| {
        let list = book.add_worksheet();
        list.set_name("CÁ NHÂN").expect("a name");
        let rows: &[&[&str]] = &[
            &["TT", "Họ và tên", "Năm sinh", "", "Đơn vị", "Danh hiệu", ""],
            &["", "", "Nam", "Nữ", "", "LĐTT", "CSTĐCS"],
            &["1", "Lê Văn An", "1980", "", "", "x", ""],
            &["2", "Trần Thị Đào", "", "1990", "", "", "x"],
            &["3", "Ngô Tí", "1999", "", "", "x", "x"],
        ];
        table(list, rows);
        let plain = Format::new();
        list.merge_range(2, 4, 4, 4, "Phòng Tổng hợp", &plain).expect("merges");
    });
    let roll = roll(&bytes);
    assert_eq!(names(&roll), ["Ông Lê Văn An", "Bà Trần Thị Đào", "Ông Ngô Tí"]);
    assert!(roll.lines.iter().all(|l| l.honouree.unit == "Phòng Tổng hợp"));
    let forms: Vec<_> = roll.lines.iter().map(|l| l.form_written.as_str()).collect();
    assert_eq!(forms, ["LĐTT", "CSTĐCS", "LĐTT; CSTĐCS"]);
    assert_eq!(roll.lines[1].born, "1990");
    assert_eq!(said(&roll, codes::MERGED), ["E4: 2 ô thuộc vùng gộp được điền giá trị của ô đầu"]);
    assert!(said(&roll, codes::KIND_GUESSED).is_empty());
}

#[test]
fn sheets_are_sections_and_hidden_ones_are_not_read() {
    let head: &[&str] = &["STT", "Tên", "Hình thức"];
    let bytes = workbook(|book| {
        for (name, person) in
            [("TẬP THỂ", "Tổ Một cửa"), ("HỘ GIA ĐÌNH", "Lê Văn Tư"), ("Nháp", "Ai đó")]
        {
            let list = book.add_worksheet();
            list.set_name(name).expect("a name");
            table(list, &[head, &["1", person, "GK"]]);
            if name == "Nháp" {
                list.set_hidden(true);
            }
        }
        let notes = book.add_worksheet();
        notes.set_name("Ghi chú").expect("a name");
        table(notes, &[&["không có bảng nào ở đây"]]);
    });
    let roll = roll(&bytes);
    let kinds: Vec<_> = roll.lines.iter().map(|l| l.honouree.kind).collect();
    assert_eq!(kinds, [Collective, Household]);
    assert_eq!(said(&roll, codes::SHEET).len(), 2);
    let only = Options { sheet: Some("nháp".into()), ..Options::default() };
    assert_eq!(read_bytes(&bytes, "a.xlsx", &only).expect("a list").lines.len(), 1);
}

#[test]
fn households_are_named_by_their_heads() {
    let bytes = sheet(&[
        &["TT", "Hộ gia đình", "Địa chỉ", "Hình thức"],
        &["1", "Hộ ông Nguyễn Văn Lành", "Thôn Đông", "GK"],
        &["2", "gia đình Bà PHẠM THỊ HƯƠNG", "Thôn Đông", "GK"],
        &["3", "HỘ ÔNG LÊ VĂN SÁU VÀ BÀ ĐỖ THỊ TƯ", "Thôn Đông", "GK"],
        &["4", "ông Lê Văn Bảy", "Thôn Đông", "GK"],
        &["5", "TRẦN VĂN TÁM VÀ BÀ LÝ THỊ CHÍN", "Thôn Đông", "GK"],
        &["6", "Hộ ông Lê Văn Mười (đã mất)", "Thôn Đông", "GK"],
    ]);
    let roll = roll(&bytes);
    let who: Vec<(&str, &str)> = roll
        .lines
        .iter()
        .map(|l| (l.honouree.address.as_str(), l.honouree.name.as_str()))
        .collect();
    assert_eq!(
        who,
        [
            ("", "Hộ ông Nguyễn Văn Lành"),
            ("", "Gia đình bà Phạm Thị Hương"),
            ("", "Hộ ông Lê Văn Sáu và bà Đỗ Thị Tư"),
            ("Ông", "Lê Văn Bảy"),
            ("", "Trần Văn Tám và bà Lý Thị Chín"),
            ("", "Hộ ông Lê Văn Mười"),
        ]
    );
    assert!(roll.lines.iter().all(|l| l.honouree.kind == Household));
    let told = said(&roll, codes::CAPITALS);
    assert_eq!(told.len(), 4, "{told:?}");
    let dead: Vec<bool> = roll.lines.iter().map(|l| l.honouree.posthumous).collect();
    assert_eq!(dead, [false, false, false, false, false, true]);
    assert!(
        told[0]
            .contains("“gia đình Bà PHẠM THỊ HƯƠNG” viết lại thành “Gia đình bà Phạm Thị Hương”")
    );
    assert_eq!(said(&roll, codes::TITLE).len(), 1);
    assert!(said(&roll, codes::ODD_NAME).is_empty());
}

#[test]
fn names_are_repaired_and_every_repair_is_told() {
    let bytes = sheet(&[
        &["STT", "Họ và tên", "Giới tính", "Đơn vị", "Hình thức"],
        &["1", "NGUYỄN THỊ  HỒNG\u{A0}ĐÀO", "Nữ", "P. Tổng hợp", "GK"],
        &["2", "Ông Ðỗ Văn Ðạt", "", "P. Tổng hợp", "GK"],
        &["3", "Thượng tá H'HEN NIÊ", "Nữ", "P. Tổng hợp", "GK"],
        &["4", "Bà Lê An", "Nam", "P. Tổng hợp", "GK"],
        &["5", "Lê Văn Bình", "", "P. Tổng hợp", "GK"],
        &["6", "Phòng Kế toán", "", "", "GK"],
        &["7", &"Dài ".repeat(50), "Nam", "P", "GK"],
    ]);
    let roll = roll(&bytes);
    assert_eq!(
        names(&roll)[..6],
        [
            "Bà Nguyễn Thị Hồng Đào",
            "Ông Đỗ Văn Đạt",
            "Thượng tá H'Hen Niê",
            "Bà Lê An",
            "Ông (Bà) Lê Văn Bình",
            "Phòng Kế toán",
        ]
    );
    assert_eq!(said(&roll, codes::CAPITALS).len(), 2);
    assert_eq!(said(&roll, codes::TITLE).len(), 3);
    assert_eq!(
        said(&roll, codes::LETTERS)[0],
        "B2: “NGUYỄN THỊ HỒNG ĐÀO”: đổi khoảng trắng cứng, bỏ khoảng trắng thừa"
    );
    assert_eq!(
        said(&roll, codes::GENDER),
        ["B6: chưa rõ Ông hay Bà: sẽ in “Ông (Bà) Lê Văn Bình”"]
    );
    assert_eq!(said(&roll, codes::GENDER_DIFFERS).len(), 1);
    assert_eq!(
        said(&roll, codes::KIND_GUESSED),
        ["B7: “Phòng Kế toán” được coi là tập thể (đoán theo tên)"]
    );
    assert_eq!(said(&roll, codes::TOO_LONG).len(), 1);
}

#[test]
fn old_encodings_are_decoded_by_font_by_syllables_and_by_the_rest_of_the_sheet() {
    let rows: &[&[&str]] = &[
        &["STT", "Hä vµ tªn", "Giíi tÝnh", "§¬n vÞ", "H×nh thøc"],
        &["1", "Ph¹m V¨n §¹t", "Nam", "Phßng Tæng hîp", "GiÊy khen"],
        &["2", "Lª An", "N÷", "Phßng Tæng hîp", "GiÊy khen"],
        // By itself this is Vietnamese in Unicode as well: “Bé Nam” or “Bộ Nam”.
        &["3", "TrÇn Bé", "Nam", "Phßng Tæng hîp", "GiÊy khen"],
    ];
    let by_syllables = roll(&sheet(rows));
    let expected = ["Ông Phạm Văn Đạt", "Bà Lê An", "Ông Trần Bộ"];
    assert_eq!(names(&by_syllables), expected);
    assert!(by_syllables.lines.iter().all(|l| l.form_written == "Giấy khen"));
    let by_font = roll(&workbook(|book| {
        let font = Format::new().set_font_name(".VnTime");
        let list = book.add_worksheet();
        for (r, row) in (0u32..).zip(rows) {
            for (c, cell) in (0u16..).zip(*row) {
                list.write_string_with_format(r, c, *cell, &font).expect("a text");
            }
        }
    }));
    assert_eq!(names(&by_font), expected);
    assert!(said(&by_font, codes::DECODED)[0].contains("theo phông chữ"));
    // The same short name among Unicode stays as it is, without a word.
    let unicode = roll(&sheet(&[&["STT", "Họ và tên", "Giới tính"], &["1", "Trần Bé", "Nam"]]));
    assert_eq!(names(&unicode), ["Ông Trần Bé"]);
    assert!(said(&unicode, codes::UNCLEAR).is_empty() && said(&unicode, codes::DECODED).is_empty());
    // Where nothing else tells, somebody is asked.
    let asked = roll(&sheet(&[&["STT", "Ho ten", "Gioi tinh"], &["1", "Bé", "Nam"]]));
    assert_eq!(said(&asked, codes::UNCLEAR).len(), 1);
    assert_eq!(names(&asked), ["Ông Bé"]);
}

#[test]
fn vni_is_decoded() {
    let roll = roll(&sheet(&[
        &["STT", "Hoï vaø teân", "Giôùi tính", "Ñôn vò"],
        &["1", "Nguyeãn Thò Hoàng Ñaøo", "Nöõ", "Phoøng Toå chöùc"],
        &["2", "Tröông Vaên Löïc", "Nam", "Phoøng Toå chöùc"],
    ]));
    assert_eq!(names(&roll), ["Bà Nguyễn Thị Hồng Đào", "Ông Trương Văn Lực"]);
    assert_eq!(roll.lines[0].honouree.unit, "Phòng Tổ chức");
}

#[test]
fn csv_the_mapping_and_lists_without_headings() {
    let csv = "stt;ten goi;Ho ten;chuc vu don vi\n1;Ông;Lê Văn An;Chuyên viên, Phòng Tổng hợp\n";
    let list = read_bytes(csv.as_bytes(), "a.csv", &Options::default()).expect("a list");
    assert_eq!(names(&list), ["Ông Lê Văn An"]);
    assert_eq!(list.lines[0].honouree.post(), "Chuyên viên, Phòng Tổng hợp");
    assert_eq!(list.lines[0].place.row, Some(2));
    let bare = sheet(&[&["1", "Ông Lê Văn An", "Phòng A"], &["2", "Bà Lê Thị B", "Phòng A"]]);
    let without = roll(&bare);
    assert_eq!((without.lines.len(), said(&without, codes::NO_HEADINGS).len()), (0, 1));
    let map = vec![parse_map("ten=B").expect("a map"), parse_map("don-vi=C").expect("a map")];
    let options = Options { map, ..Options::default() };
    let mapped = read_bytes(&bare, "a.xlsx", &options).expect("a list");
    assert_eq!(names(&mapped), ["Ông Lê Văn An", "Bà Lê Thị B"]);
    assert_eq!(mapped.lines[1].honouree.unit, "Phòng A");
}

#[test]
fn a_line_with_the_words_of_headings_is_a_line() {
    let csv = "Đối tượng,Họ và tên,Giới tính,Đơn vị công tác,Thành tích\n\
        Tập thể,Phòng Nghiệp vụ,,Sở Nội vụ,Thành tích xuất sắc năm 2026\n\
        Cá nhân,Lê Văn An,Nam,Phòng Nghiệp vụ,Thành tích xuất sắc năm 2026\n\
        Tập thể,Đơn vị Văn thư,,Sở Nội vụ,Thành tích xuất sắc năm 2026\n";
    let list = read_bytes(csv.as_bytes(), "a.csv", &Options::default()).expect("a list");
    assert_eq!(list.lines.len(), 3, "{:?} {:?}", names(&list), list.findings);
    let again = "Họ và tên,Đơn vị\nLê Văn An,Phòng A\nTên tập thể,Đơn vị\nPhòng B,Sở Nội vụ\n";
    let list = read_bytes(again.as_bytes(), "a.csv", &Options::default()).expect("a list");
    assert_eq!(list.lines.len(), 2, "headings in the middle are headings: {:?}", names(&list));
}

#[test]
fn headings_of_two_rows_are_headings_wherever_they_stand() {
    let heading = "STT,Họ và tên,Giới tính,,Đơn vị\n,,Nam,Nữ,\n";
    let person = |n: usize| format!("{n},Lê Văn An,x,,Phòng {n}\n");
    let read = |text: String| {
        let list = read_bytes(text.as_bytes(), "a.csv", &Options::default()).expect("a list");
        let not_read = said(&list, codes::NOT_READ).len();
        (list.lines.len(), list.titles.len(), not_read)
    };
    for rows in (1..6).chain(122..132).chain(250..260) {
        let people: String = (1..=rows).map(person).collect();
        let more: String = (rows + 1..=rows + 3).map(person).collect();
        assert_eq!(read(format!("{heading}{people}{heading}{more}")), (rows + 3, 0, 0), "{rows}");
        let titles: String = (1..=rows).map(|n| format!("Kèm theo Công văn {n}\n")).collect();
        assert_eq!(read(format!("{titles}{heading}{more}")), (3, rows, 0), "{rows}");
    }
}

#[test]
fn units_and_awards_may_stand_above_their_people() {
    let roll = roll(&sheet(&[
        &["STT", "Họ và tên", "Giới tính", "Chức vụ"],
        &["", "Danh hiệu Lao động tiên tiến"],
        &["I", "Phòng Tổng hợp"],
        &["1", "Lê Văn An", "Nam", "Giám đốc"],
        &["II", "Văn phòng"],
        &["1", "Trần Thị Đào", "Nữ", "Văn thư"],
        &["", "Giấy khen"],
        &["1", "Ngô Văn Tí", "Nam", "Lái xe"],
        &["Cộng: 3"],
    ]));
    let told: Vec<_> =
        roll.lines.iter().map(|l| (l.honouree.unit.as_str(), l.form_written.as_str())).collect();
    let title = "Danh hiệu Lao động tiên tiến";
    assert_eq!(told, [("Phòng Tổng hợp", title), ("Văn phòng", title), ("", "Giấy khen")]);
    assert!(said(&roll, codes::TOTAL).is_empty() && said(&roll, codes::KIND_GUESSED).is_empty());
}

#[test]
fn a_report_is_no_list_and_strange_files_are_refused_by_name() {
    let report = workbook(|book| {
        book.add_worksheet().set_name(REPORT_SHEET).expect("a name");
    });
    assert!(roll(&report).is_report);
    for (bytes, name, word) in [
        (&b"PK\x03\x04 cut short"[..], "a.xlsx", "hỏng"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 nothing", "a.xls", "hỏng"),
        (b"{}", "a.json", "không biết đọc danh sách"),
        (b"Ho ten\n\xff\xfe\xfa", "a.csv", "UTF-8"),
    ] {
        let failure = read_bytes(bytes, name, &Options::default()).expect_err(name);
        assert!(failure.message.vi.contains(word), "{name}: {}", failure.message.vi);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]

    #[test]
    fn no_cells_bring_the_reader_down(rows in proptest::collection::vec(
        proptest::collection::vec("[ -~À-ỹ\u{a0}-\u{ff}]{0,12}|Họ và tên|STT|Hình thức|I|1|TẬP THỂ|Cộng: 3|x", 0..6), 0..12)
    ) {
        let text: String = rows
            .iter()
            .map(|row| row.iter().map(|c| c.replace(['"', ';'], "")).collect::<Vec<_>>().join(";") + "\n")
            .collect();
        let _ = read_bytes(text.as_bytes(), "a.csv", &Options::default());
    }
}

#[test]
fn no_line_is_lost_for_the_words_it_holds() {
    // Without ordinals, posts and units that begin like a total, a signature or an award.
    let bytes = sheet(&[
        &["Họ và tên", "Giới tính", "Chức vụ", "Đơn vị", "Hình thức", "Thành tích"],
        &["Nguyễn Văn An", "Nam", "Tổng biên tập", "Báo A", "Giấy khen", "Tốt"],
        &["Trần Văn Bình", "Nam", "Chuyên viên", "Tổng công ty B", "Giấy khen", "Tổng số việc: 20"],
        &["Cộng Hòa", "Nam", "Giám đốc", "Sở C", "Giấy khen", "Danh sách có 20 việc"],
        &["Giám Thị Đốc", "Nữ", "Giám đốc"],
        &["Tổng cộng: 4"],
        &["", "", "", "Giám đốc"],
        &["Lê Văn Em", "Nam", "Chuyên viên", "Phòng A", "Giấy khen", "Tốt"],
    ]);
    let roll = roll(&bytes);
    assert_eq!(roll.lines.len(), 5, "{:?}", names(&roll));
    assert_eq!(names(&roll)[4], "Ông Lê Văn Em");
    assert!(said(&roll, codes::TOTAL).is_empty());
    // Below a signature nothing is told apart for sure: the rows are told.
    let bytes = sheet(&[
        &["Họ và tên", "Giới tính", "Chức vụ", "Đơn vị", "Hình thức"],
        &["Lê Văn An", "Nam", "Chuyên viên", "Phòng A", "Giấy khen"],
        &["", "", "", "Giám đốc"],
        &["Vũ Văn Ký"],
        &["Lê Văn Sót", "Nam", "Chuyên viên"],
    ]);
    let told = said(&self::roll(&bytes), codes::NOT_READ);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1].contains("giống dòng của danh sách"), "{told:?}");
}

#[test]
fn parts_of_a_list_are_told_and_no_people() {
    let head: &[&str] = &["STT", "Họ và tên", "Giới tính", "Đơn vị", "Hình thức", "Thành tích"];
    let bytes = sheet(&[
        head,
        &["I. Khối Đảng - Đoàn thể"],
        &["1", "Lê Văn An", "Nam", "", "Giấy khen", "Tốt"],
        &["II", "Khối trường học"],
        &["2", "Lê Văn Bình", "Nam", "Phòng A", "Giấy khen", "Tốt"],
        &["Ghi chú: danh sách xếp theo vần"],
        &["* Ông Bình nghỉ hưu từ tháng 12"],
        &["3", "Lê Văn Ca", "Nam", "Phòng A", "Giấy khen", "Tốt"],
    ]);
    let roll = roll(&bytes);
    assert_eq!(names(&roll), ["Ông Lê Văn An", "Ông Lê Văn Bình", "Ông Lê Văn Ca"]);
    assert_eq!(roll.lines[0].honouree.unit, "Khối Đảng - Đoàn thể");
    // The first part is printed as a unit, and that is a warning; the second is not.
    let warned = roll.findings.iter().filter(|d| d.code == codes::SECTION);
    let warned: Vec<_> = warned.filter(|d| d.severity == Severity::Warning).collect();
    assert_eq!((warned.len(), warned[0].place.row), (1, Some(2)));
    assert_eq!(said(&roll, codes::NOT_READ).len(), 2);
}

#[test]
fn columns_without_headings_hidden_ones_and_lists_without_lines_are_told() {
    let bytes = workbook(|book| {
        let sheet = book.add_worksheet();
        table(
            sheet,
            &[
                &["STT", "Họ và tên", "Giới tính", "", "Hình thức"],
                &["1", "Lê Văn An", "Nam", "Phòng A", "Giấy khen", "Tốt"],
                &["2", "Lê Văn Bình", "Nam", "Phòng A", "Giấy khen"],
            ],
        );
        sheet.set_column_hidden(4).expect("hidden");
        let empty = book.add_worksheet();
        table(empty, &[&["STT", "Tên tập thể", "Hình thức"]]);
    });
    let roll = roll(&bytes);
    let told = said(&roll, codes::UNHEADED);
    assert!(told.len() == 2 && told[0].contains("cột D") && told[0].contains("2 ô"), "{told:?}");
    assert!(said(&roll, codes::HIDDEN)[0].contains("cột E"));
    let empty = |roll: &Roll| {
        let found = roll.findings.iter().find(|d| d.code == codes::NO_LINES);
        found.map(|d| d.severity)
    };
    // One sheet of two may be empty; a list without any line may not.
    assert_eq!(empty(&roll), Some(Severity::Info));
    let bare = self::roll(&sheet(&[&["STT", "Họ và tên", "Hình thức"]]));
    assert_eq!(empty(&bare), Some(Severity::Warning));
}

#[test]
fn two_people_in_a_cell_and_headings_on_every_page() {
    let first: &[&str] = &["TT", "Họ và tên", "Năm sinh", "", "Hình thức", "", "Thành tích"];
    let second: &[&str] = &["", "", "Nam", "Nữ", "LĐTT", "CSTĐCS"];
    let bytes = sheet(&[
        first,
        second,
        &["1", "Lê Văn An", "1980", "", "x", "", "Tốt"],
        first,
        &["2", "Trần Thị Bình", "", "1981", "", "x", "Tốt"],
        first,
        second,
        &["3", "Lê Văn A; Trần Thị Bê", "1979", "", "x", "", "Tốt"],
        &["4", "Nguyễn Văn Ánh\nTrần Thị Bích", "1979", "", "x", "", "Tốt"],
        &["5", "Nguyễn Thị\nHồng Đào", "", "1979", "x", "", "Tốt"],
    ]);
    let roll = roll(&bytes);
    assert_eq!(roll.lines.len(), 5);
    assert_eq!(roll.lines[1].form_written, "CSTĐCS");
    assert_eq!(names(&roll)[4], "Bà Nguyễn Thị Hồng Đào");
    let told = said(&roll, codes::TWO_PEOPLE);
    assert!(told.len() == 2 && told[0].starts_with("B8") && told[1].starts_with("B9"), "{told:?}");
}
