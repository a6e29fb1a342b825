//! Data files as people make them: what is read, what is found, what is refused.

use std::io::Write;

use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use serde_json::json;

use super::*;

/// All rows, and what is said about the file.
fn read_all(bytes: &[u8], name: &str, options: &Options) -> Result<(Vec<Row>, Vec<String>)> {
    let mut rows = read(bytes.to_vec(), name, options)?;
    let all = rows.by_ref().collect::<Result<Vec<Row>>>()?;
    let findings = rows.findings();
    Ok((all, findings.iter().map(said).collect()))
}

fn said(d: &Diagnostic) -> String {
    format!("{} {}", d.code, d.place.describe(crate::diagnostic::Lang::En))
}

fn good(bytes: &[u8], name: &str) -> Vec<Row> {
    read_all(bytes, name, &Options::default()).expect(name).0
}

fn refused(bytes: &[u8], name: &str) -> String {
    match read_all(bytes, name, &Options::default()) {
        Err(failure) => {
            assert!(!failure.message.vi.is_empty());
            format!("{failure} {}", failure.hint.as_ref().map_or("", |h| h.en.as_str()))
        }
        Ok(_) => panic!("{name} was read"),
    }
}

fn row_findings(row: &Row) -> Vec<String> {
    row.findings.iter().map(said).collect()
}

// CSV

#[test]
fn csv_in_every_dress_gives_the_same_rows() {
    let plain = "Họ và tên,Mã số,Ghi chú\nLê Thị Đào,0123,\n\n\"Ngô, Văn \"\"Tí\"\"\",007,hai\n";
    let expected = good(plain.as_bytes(), "a.csv");
    assert_eq!(expected.len(), 2);
    assert_eq!(expected[0].values["ho_va_ten"], "Lê Thị Đào");
    assert_eq!(expected[0].values["Họ và tên"], "Lê Thị Đào");
    assert_eq!(expected[0].values["ma_so"], "0123");
    assert_eq!(expected[0].values["ghi_chu"], Value::Null);
    assert_eq!(expected[1].values["ho_va_ten"], "Ngô, Văn \"Tí\"");
    assert_eq!(expected[1].place.row, Some(4), "blank lines count as rows");
    let semicolons = plain.replace(",", ";").replace("Ngô;", "Ngô,");
    let tabs = plain.replace(",", "\t").replace("Ngô\t", "Ngô,");
    let crlf = plain.replace('\n', "\r\n");
    for other in [semicolons, tabs, crlf, format!("\u{feff}{plain}")] {
        assert_eq!(good(other.as_bytes(), "a.csv"), expected, "{other:?}");
    }
    let declared = good(b"sep=;\nA;B\n1,5;x\n", "a.csv");
    assert_eq!(declared[0].values["a"], "1,5");
    assert_eq!(declared[0].place.row, Some(3));
}

#[test]
fn rows_hold_what_is_asked_for_and_all_cells_are_looked_at() {
    let text = "Họ tên,Đơn vị,Ghi chú\nLê Đào,Phòng A,\u{7}\n".as_bytes();
    let held = |only: &[&str]| {
        let only = only.iter().map(|name| (*name).to_owned()).collect();
        let options = Options { only: Some(only), ..Options::default() };
        let (rows, _) = read_all(text, "a.csv", &options).expect("read");
        assert_eq!(row_findings(&rows[0]), ["D0201 a.csv, row 2, column C “Ghi chú”"]);
        serde_json::to_string(&rows[0].values).expect("JSON")
    };
    assert_eq!(held(&["don_vi"]), r#"{"don_vi":"Phòng A"}"#);
    assert_eq!(held(&["Họ tên", "don_vi"]), r#"{"Họ tên":"Lê Đào","don_vi":"Phòng A"}"#);
    assert_eq!(held(&["ghi_chu", "Ghi chú"]), r#"{"ghi_chu":null,"Ghi chú":null}"#);
    // A name that is no column is to be told with all those that are.
    assert!(held(&["don_vi", "dia_chi"]).contains("ho_ten"));
    // Names that two columns share.
    let rows = good("Họ tên,ho_ten\nmột,hai\n".as_bytes(), "a.csv");
    assert_eq!(
        serde_json::to_string(&rows[0].values).expect("JSON"),
        r#"{"ho_ten":"hai","Họ tên":"một"}"#
    );
}

#[test]
fn csv_separator_is_told_even_when_headings_hold_the_other_one() {
    let rows = good("Tên;Số tiền, đồng;Ngày\nA;1,5;x\nB;2,5;y\n".as_bytes(), "a.csv");
    assert_eq!(rows[1].values["so_tien_dong"], "2,5");
    let rows = good("Tên,Nơi; địa chỉ\nA,b; c\n".as_bytes(), "a.csv");
    assert_eq!(rows[0].values["ten"], "A");
    let rows = good("Tên\nA, b và c\n".as_bytes(), "a.csv");
    assert_eq!(rows[0].values["ten"], "A");
    assert_eq!(row_findings(&rows[0]), ["D0203 a.csv, row 2, column B"]);
}

#[test]
fn csv_faults_are_found_where_they_stand() {
    let text = "A,B,C\n1,2\n1,2,3,4\n\"x\ny\",2,3\n1,\u{7},3\nz,\"never closed,3\nw,2,3\n";
    let rows = good(text.as_bytes(), "a.csv");
    let found: Vec<_> = rows.iter().map(row_findings).collect();
    assert_eq!(found[0], ["D0203 a.csv, row 2, column C"]);
    assert_eq!(found[1], ["D0203 a.csv, row 3, column D"]);
    assert!(found[2].is_empty());
    assert_eq!(rows[2].values["a"], "x\ny");
    assert_eq!(found[3], ["D0201 a.csv:6, row 5, column B “B”"]);
    assert_eq!(found[4], ["D0203 a.csv:7, row 6, column C", "D0220 a.csv:7"]);
    let (_, findings) =
        read_all(b"A,,C\n1,,3\n1,2,3\n", "a.csv", &Options::default()).expect("read");
    assert_eq!(findings, ["D0205 a.csv, row 3, column B"]);
    let (_, findings) =
        read_all("Tên,Tên,Ten,\n1,2,3,4\n".as_bytes(), "a.csv", &Options::default()).expect("read");
    assert_eq!(findings, ["D0204 a.csv, row 1, column B", "D0204 a.csv, row 1, column C",]);
}

#[test]
fn csv_limits() {
    let long = format!("A\n{}\n{}\n", "x".repeat(32_767), "đ".repeat(32_768));
    let rows = good(long.as_bytes(), "a.csv");
    assert!(rows[0].findings.is_empty());
    assert_eq!(row_findings(&rows[1]), ["D0202 a.csv, row 3, column A “A”"]);
    assert_eq!(rows[1].values["A"], Value::Null);
    let few = Options { limits: Limits { rows: 2, ..Limits::default() }, ..Options::default() };
    assert!(read_all(b"A\n1\n2\n", "a.csv", &few).is_ok());
    assert!(read_all(b"A\n1\n2\n3\n", "a.csv", &few).is_err());
}

#[test]
fn wrong_encodings_are_named_with_the_way_out() {
    let utf16: Vec<u8> = "Tên\nA\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut marked = vec![0xff, 0xfe];
    marked.extend(&utf16);
    // As Excel saves “Unicode Text”, in either order of bytes.
    let big: Vec<u8> = marked.chunks(2).flat_map(|b| [b[1], b[0]]).collect();
    for bytes in [&marked, &big] {
        let mut rows = read(bytes.clone(), "a.txt", &Options::default()).expect("reads");
        assert_eq!(rows.next().expect("a row").expect("read").values["Tên"], "A");
    }
    assert!(refused(&marked[..marked.len() - 1], "a.csv").contains("UTF-16"));
    assert!(refused(b"\xFF\xFE\x00\xD8a\0", "a.csv").contains("UTF-16"));
    let ascii: Vec<u8> = "Ten,Ma\nA,1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(refused(&ascii, "a.csv").contains("UTF-16"));
    let tcvn = refused(b"Ten,Ma\nA,1\nTr\xaa,2\n", "a.csv");
    assert!(
        tcvn.contains("a.csv:3: not UTF-8 (byte 0xAA)") && tcvn.contains("CSV UTF-8"),
        "{tcvn}"
    );
    for name in ["a.json", "a.yaml"] {
        assert!(refused(b"\xff", name).contains("not UTF-8"));
    }
}

#[test]
fn header_row_can_be_named() {
    let text = "DANH SÁCH\n,\nTên,Mã\nA,1\n";
    let at = |n| Options { header_row: Some(n), ..Options::default() };
    let rows = read_all(text.as_bytes(), "a.csv", &at(3)).expect("read").0;
    assert_eq!((rows.len(), rows[0].values["ten"].as_str()), (1, Some("A")));
    assert!(read_all(text.as_bytes(), "a.csv", &at(2)).is_err());
    assert!(read_all(text.as_bytes(), "a.csv", &at(9)).is_err());
    assert!(refused(b"", "a.csv").contains("no row of headings"));
    assert_eq!(read_all(b"A,B\n", "a.csv", &Options::default()).expect("read").1, ["D0216 a.csv"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn csv_values_come_back_as_they_were_written(
        values in proptest::collection::vec(proptest::collection::vec("[ -~à-ỹ\n\"]{0,12}", 3), 1..6),
        separator in prop_oneof![Just(b','), Just(b';'), Just(b'\t')],
        mark in any::<bool>(),
    ) {
        let mut writer = ::csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
        writer.write_record(["A", "B", "C"]).expect("write");
        for row in &values {
            writer.write_record(row).expect("write");
        }
        let mut bytes = if mark { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
        bytes.extend(writer.into_inner().expect("write"));
        let rows = good(&bytes, "a.csv");
        let filled = values.iter().filter(|row| row.iter().any(|v| !v.trim().is_empty()));
        let expected: Vec<Vec<Value>> = filled
            .map(|row| row.iter().map(|v| match v.as_str() {
                "" => Value::Null,
                v => Value::String(crate::text::nfc(v)),
            }).collect())
            .collect();
        let read: Vec<Vec<Value>> = rows.iter().map(|row| row.values.values().cloned()
            .collect::<Vec<_>>().chunks(2).map(|pair| pair[1].clone()).collect()).collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn no_text_brings_a_reader_down(text in ".{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for name in ["a.csv", "a.json", "a.yaml", "a.xlsx", "a"] {
            let _ = read_all(text.as_bytes(), name, &Options::default());
            let _ = read_all(&bytes, name, &Options::default());
            for lead in ["[{", "{\"a\":", "- a: ", "a,\"b\n"] {
                let _ = read_all(format!("{lead}{text}").as_bytes(), name, &Options::default());
            }
        }
    }

    #[test]
    fn damaged_workbooks_are_read_or_refused(at in 0usize..6000, byte in any::<u8>(), cut in 0usize..6000) {
        let whole = typed_workbook();
        let mut changed = whole.clone();
        if let Some(b) = changed.get_mut(at % whole.len()) {
            *b = byte;
        }
        let _ = read_all(&changed, "a.xlsx", &Options::default());
        let _ = read_all(&whole[..cut % whole.len()], "a.xlsx", &Options::default());
        // The same inside the XML, past the checksums.
        let sheet = SHEET_XML.as_bytes();
        let mut sheet = sheet.to_vec();
        let n = sheet.len();
        sheet[at % n] = byte;
        sheet[cut % n] = b'<';
        let _ = read_all(&package(&sheet), "a.xlsx", &Options::default());
    }
}

// JSON and YAML

#[test]
fn json_lists_and_single_records() {
    let text = r#"[ {"Họ tên": "Lê Đào", "so": 3, "le": 1.5, "ds": [{"a": "x"}], "b": null},
  7,
  {"Họ tên": "Ng\u00f4 \u0007", "so": "0123", "so": 4} ]"#;
    let rows = good(text.as_bytes(), "a.json");
    assert_eq!(rows[0].values["ho_ten"], "Lê Đào");
    assert_eq!(rows[0].values["ds"], json!([{"a": "x"}]));
    assert_eq!((rows[0].values["so"].to_string(), rows[0].place.line), ("3".into(), Some(1)));
    assert_eq!(row_findings(&rows[1]), ["D0218 a.json:2, [2]"]);
    assert_eq!(
        row_findings(&rows[2]),
        ["D0215 a.json:3, column so, [3]", "D0201 a.json:3, column Họ tên, [3]"]
    );
    let single = read(br#"{"a": 1}"#.to_vec(), "a.json", &Options::default()).expect("read");
    assert!(single.single());
    assert_eq!(single.count(), 1);
    assert_eq!(good(b"[]", "a.json").len(), 0);
    for bad in
        ["", "1", "[", "[{}", "[{},]", "[{} {}]", "[{}] x", "{} {}", "[{\"a\":01}]", "{\"a\""]
    {
        assert!(read_all(bad.as_bytes(), "a.json", &Options::default()).is_err(), "{bad}");
    }
    let deep = format!("[{}{}]", "{\"a\":".repeat(500), "}".repeat(500));
    assert!(refused(deep.as_bytes(), "a.json").contains("recursion"));
    assert!(refused(b"[\n{\"a\": 1},\n{\"a\": }]", "a.json").starts_with("a.json:3"));
}

#[test]
fn yaml_keeps_what_was_typed() {
    let text = "- Họ tên: Lê Đào\n  ma: 0123\n  cccd: 040990192429\n  co: no\n  dung: true\n  le: 1.10\n  so: 12\n  nghin: 1_000\n  ds: [a, 07]\n- ma: x\n";
    let rows = good(text.as_bytes(), "a.yaml");
    let first = &rows[0].values;
    assert_eq!(first["ho_ten"], "Lê Đào");
    assert_eq!(first["ma"], "0123");
    assert_eq!(first["cccd"], "040990192429");
    assert_eq!(first["co"], "no");
    assert_eq!(first["dung"], true);
    assert_eq!(first["le"], "1.10");
    assert_eq!(first["so"], 12);
    assert_eq!(first["nghin"], "1_000");
    assert_eq!(first["ds"], json!(["a", "07"]));
    assert_eq!(rows[1].place.line, Some(10));
    assert!(read(b"a: 1\n".to_vec(), "a.yml", &Options::default()).expect("read").single());
    for bad in ["a: 1\na: 2\n", "a: [", "a:\n\tb: 1", "just text", "- a\n- b: 1\n\tc"] {
        let result = read_all(bad.as_bytes(), "a.yaml", &Options::default());
        assert!(result.is_err(), "{bad}: {result:?}");
    }
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n";
    assert!(read_all(bomb.as_bytes(), "a.yaml", &Options::default()).is_err());
}

// Workbooks

fn typed_workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("Danh sách").expect("name");
    let (day, pad) =
        (Format::new().set_num_format("dd/mm/yyyy"), Format::new().set_num_format("000"));
    let heads = ["Họ và tên", "Mã số", "Số", "Lẻ", "Ngày", "Đúng", "Tính", "Mã\nhai"];
    for (column, head) in (0u16..).zip(heads) {
        sheet.write(0, column, head).expect("write");
    }
    sheet.write(2, 0, "Lê Thị Đào & <con>").expect("write");
    sheet.write(2, 1, "0123").expect("write");
    sheet.write(2, 2, 42).expect("write");
    sheet.write(2, 3, 0.1 + 0.2).expect("write");
    let date = ExcelDateTime::from_ymd(2026, 3, 5).expect("date");
    sheet.write_with_format(2, 4, &date, &day).expect("write");
    sheet.write(2, 5, true).expect("write");
    sheet.write(2, 6, Formula::new("=1+1").set_result("2")).expect("write");
    sheet.write_with_format(2, 7, 7, &pad).expect("write");
    sheet.write(3, 0, "Ngô Ti\u{301}").expect("write");
    sheet.write(3, 2, Formula::new("=NA()").set_result("#N/A")).expect("write");
    sheet.write(3, 6, Formula::new("=\"a\"&\"b\"").set_result("ab")).expect("write");
    let other = book.add_worksheet();
    other.set_name("Khác").expect("name");
    other.write(0, 0, "X").expect("write");
    other.write(1, 0, "y").expect("write");
    book.save_to_buffer().expect("save")
}

#[test]
fn typed_cells_are_what_the_sheet_shows() {
    let (rows, findings) =
        read_all(&typed_workbook(), "a.xlsx", &Options::default()).expect("read");
    let first = &rows[0];
    assert_eq!(first.place.row, Some(3), "rows are numbered as in the sheet");
    assert_eq!(first.place.sheet.as_deref(), Some("Danh sách"));
    let values = &first.values;
    assert_eq!(values["ho_va_ten"], "Lê Thị Đào & <con>");
    assert_eq!(values["ma_so"], "0123");
    assert_eq!(values["so"], 42);
    assert_eq!(values["le"].to_string(), "0.3");
    assert_eq!(values["ngay"], "05/3/2026");
    assert_eq!(values["dung"], true);
    assert_eq!(values["tinh"], 2);
    assert_eq!(values["ma_hai"], "007");
    assert_eq!(values["Mã hai"], "007");
    assert_eq!(rows[1].values["ho_va_ten"], "Ngô Tí", "composed");
    assert_eq!(rows[1].values["tinh"], "ab");
    assert_eq!(rows[1].values["ngay"], Value::Null);
    assert_eq!(row_findings(&rows[1]), ["D0206 a.xlsx, sheet “Danh sách”, row 4, column C “Số”"]);
    assert_eq!(findings, ["D0210 a.xlsx, sheet “Danh sách”, row 4, column A"]);
}

#[test]
fn a_second_reader_sees_the_same_texts() {
    use calamine::{Data, Reader};
    let bytes = typed_workbook();
    let mut book: calamine::Xlsx<_> =
        calamine::open_workbook_from_rs(std::io::Cursor::new(bytes.clone())).expect("open");
    let range = book.worksheet_range("Danh sách").expect("sheet");
    let ours = good(&bytes, "a.xlsx");
    for (row, number) in ours.iter().zip([2u32, 3]) {
        for (column, key) in (0u32..).zip(["ho_va_ten", "ma_so", "so"]) {
            match range.get_value((number, column)) {
                Some(Data::String(text)) => assert_eq!(row.values[key], crate::text::nfc(text)),
                Some(Data::Float(n)) => assert_eq!(row.values[key].as_f64(), Some(*n)),
                _ => assert_eq!(row.values[key], Value::Null),
            }
        }
    }
}

#[test]
fn sheets_are_chosen_by_name() {
    let bytes = typed_workbook();
    let named = |name: &str| Options { sheet: Some(name.to_owned()), ..Options::default() };
    let rows = read_all(&bytes, "a.xlsx", &named("khác ")).expect("read").0;
    assert_eq!(rows[0].values["X"], "y");
    let failure = read_all(&bytes, "a.xlsx", &named("Sheet9")).expect_err("missing");
    assert!(failure.hint.is_some_and(|h| h.en.contains("“Danh sách”, “Khác”")));
}

#[test]
fn merged_hidden_and_unheaded_cells_are_said() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let plain = Format::new();
    sheet.merge_range(0, 0, 0, 2, "DANH SÁCH", &plain).expect("merge");
    for (column, head) in (0u16..).zip(["Tên", "Đơn vị"]) {
        sheet.write(1, column, head).expect("write");
    }
    for row in 2..6u32 {
        sheet.write(row, 0, format!("Người {row}")).expect("write");
    }
    sheet.merge_range(2, 1, 4, 1, "Phòng A", &plain).expect("merge");
    sheet.write(5, 4, "lạc").expect("write");
    sheet.set_row_hidden(4).expect("hide");
    let bytes = book.save_to_buffer().expect("save");
    let options = Options { header_row: Some(2), ..Options::default() };
    let (rows, findings) = read_all(&bytes, "a.xlsx", &options).expect("read");
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[1].values["don_vi"], Value::Null);
    assert_eq!(
        findings,
        [
            "D0205 a.xlsx, sheet “Sheet1”, row 6, column E",
            "D0208 a.xlsx, sheet “Sheet1”, row 3, column B",
            "D0212 a.xlsx, sheet “Sheet1”, row 5",
        ]
    );
}

const SHEET_XML: &str = r#"<worksheet><sheetData>
<row r="1"><c r="A1" t="inlineStr"><is><t>A</t></is></c><c r="B1" t="inlineStr"><is><r><t>B</t></r><rPh><t>bi</t></rPh></is></c></row>
<row r="2"><c r="A2"><f>1+1</f><v></v></c><c r="B2" t="str"><f>""</f><v></v></c></row>
<row r="3"><c r="A3" t="s"><v>9</v></c><c r="B3" t="zz"><v>9</v></c></row>
<row r="5"><c r="A5" t="str"><v>a_x000D__x005F_b&#10;&amp;<![CDATA[<]]></v></c><c r="B5"/></row>
<row r="6"><c r="A6" t="b"><v>5</v></c><c r="B6" t="d"><v>2026-03-05T00:00:00</v></c></row>
</sheetData></worksheet>"#;

/// A workbook with the given sheet.
fn package(sheet: &[u8]) -> Vec<u8> {
    let parts: [(&str, &[u8]); 3] = [
        ("xl/workbook.xml", br#"<workbook><sheets><sheet name="S" sheetId="1" r:id="r1" xmlns:r="r"/></sheets></workbook>"#),
        ("xl/_rels/workbook.xml.rels", br#"<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    zipped(&parts)
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("start");
        writer.write_all(bytes).expect("write");
    }
    writer.finish().expect("finish").into_inner()
}

#[test]
fn odd_cells_are_found_one_by_one() {
    let rows = good(&package(SHEET_XML.as_bytes()), "a.xlsx");
    let found: Vec<Vec<String>> = rows
        .iter()
        .map(|r| {
            r.findings
                .iter()
                .map(|d| format!("{} {}", d.code, d.place.cell.clone().unwrap_or_default()))
                .collect()
        })
        .collect();
    assert_eq!(found[0], ["D0207 A “A”"]);
    assert_eq!(rows[0].values["B"], Value::Null, "a formula may give nothing");
    assert_eq!(found[1], ["D0219 A “A”", "D0219 B “B”"]);
    assert_eq!(rows[2].values["A"], "a\n_b\n&<", "a carriage return is a line break");
    assert_eq!(rows[2].place.row, Some(5));
    assert_eq!(found[3], ["D0219 A “A”"]);
    assert_eq!(rows[3].values["B"], "05/3/2026");
}

#[test]
fn bombs_and_ruins_are_refused() {
    let refuse = |sheet: &str| refused(&package(sheet.as_bytes()), "a.xlsx");
    assert!(refuse("<!DOCTYPE a [<!ENTITY b \"c\">]><worksheet/>").contains("DOCTYPE"));
    assert!(refuse("<worksheet><sheetData><row r=\"1\"><c t=\"str\"><v>&b;</v></c></row></sheetData></worksheet>").contains("entity"));
    assert!(refuse(&"<a>".repeat(300)).contains("too deep"));
    assert!(refuse("<worksheet><sheetData><row r=\"1\">").contains("EOF"));
    assert!(refuse("<worksheet><sheetData><row r=\"1\"/><row r=\"0\"/>").contains("row"));
    assert!(refuse("<worksheet><sheetData><row r=\"9999999\"/>").contains("row"));
    assert!(refuse("<worksheet><sheetData><row r=\"1\"><c r=\"ZZZ1\"/>").contains("cell"));
    assert!(refuse("<worksheet/>").contains("no headings"));
    let zeros = vec![b' '; 40 << 20];
    assert!(refused(&package(&zeros), "a.xlsx").contains("unpacks"));
    let bytes = typed_workbook();
    assert!(refused(&bytes[..bytes.len() / 2], "a.xlsx").contains("cut short"));
    assert!(refused(b"hello", "a.xlsx").contains("not a workbook"));
    assert!(refused(&zipped(&[("word/document.xml", b"<a/>")]), "a.xlsx").contains("Word"));
    assert!(refused(&zipped(&[("content.xml", b"<a/>")]), "a.ods").contains("OpenDocument"));
    let ole = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    assert!(refused(&ole, "a.xls").contains("damaged"));
    let mut locked = ole.to_vec();
    locked.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert!(refused(&locked, "a.xlsx").contains("password"));
    assert!(refused(b"x", "a.pdf").contains(".xlsx"));
}

#[test]
fn a_huge_cell_is_a_finding() {
    let huge = "đ".repeat(5 << 20);
    let sheet = format!(
        "<worksheet><sheetData><row r=\"1\"><c t=\"str\"><v>A</v></c></row><row r=\"2\"><c t=\"str\"><v>{huge}</v></c></row></sheetData></worksheet>"
    );
    let options =
        Options { limits: Limits { ratio: 5000, ..Limits::default() }, ..Options::default() };
    let (rows, _) = read_all(&package(sheet.as_bytes()), "a.xlsx", &options).expect("read");
    assert_eq!(row_findings(&rows[0]), ["D0202 a.xlsx, sheet “S”, row 2, column A “A”"]);
    assert_eq!(rows[0].values["A"], Value::Null);
}

#[test]
fn missing_files_are_said_so() {
    let world = crate::world::System::new(None);
    let failure = open(&world, Path::new("khong-co.csv"), &Options::default()).err().expect("none");
    assert_eq!(failure.kind, FailureKind::Input);
    assert!(failure.message.en.contains("no such file"));
    let failure = open(&world, Path::new("."), &Options::default()).err().expect("folder");
    assert!(failure.message.en.contains("not a regular file"));
}
