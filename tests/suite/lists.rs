//! Lists of awards through the program: the sample office, other readers' eyes, files that mean harm.
//!
//! Knows: the program, the folder `samples/khen-thuong/`. Must not know: how a list is read.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use calamine::{Data, Reader};
use proptest::prelude::*;
use serde_json::Value;
use tempfile::TempDir;
use vanthu::source::data::{self, Options};

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/khen-thuong")
}

/// A copy of the sample office.
fn office() -> TempDir {
    let copy = TempDir::new().expect("a folder");
    for entry in fs::read_dir(samples()).expect("the sample").flatten() {
        fs::copy(entry.path(), copy.path().join(entry.file_name())).expect("copies");
    }
    copy
}

fn list(folder: &Path, arguments: &[&str]) -> Output {
    Command::cargo_bin("vanthu")
        .expect("the program")
        .current_dir(folder)
        .env_remove("VANTHU_OFFICE")
        .env_remove("VANTHU_LANG")
        .args(["--today", "2026-11-22", "list"])
        .args(arguments)
        .output()
        .expect("runs")
}

fn json(folder: &Path, arguments: &[&str]) -> (Value, Option<i32>) {
    let mut all = arguments.to_vec();
    all.extend(["--format", "json"]);
    let output = list(folder, &all);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    (serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}")), output.status.code())
}

const FILES: [&str; 4] =
    ["van-phong.xlsx", "cai-cach-hanh-chinh.csv", "chi-cuc.xls", "thanh-tra-trung-tam.ods"];

#[test]
fn thirty_people_and_eight_collectives_come_from_four_kinds_of_file() {
    let office = office();
    let (value, status) = json(office.path(), &FILES);
    assert_eq!(status, Some(0), "{:#}", value["findings"]);
    let lines = value["lines"].as_array().expect("lines");
    let count = |kind: &str| lines.iter().filter(|l| l["honouree"]["kind"] == kind).count();
    assert_eq!((count("individual"), count("collective"), lines.len()), (30, 8, 38));
    for line in lines {
        let who = &line["honouree"];
        let text = |key: &str| who[key].as_str().unwrap_or_default().to_owned();
        assert!(vanthu::text::is_nfc(&text("name")) && !text("achievement").is_empty(), "{who}");
        // An id of the table, not the words of the list.
        assert!(text("form").bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{who}");
        if who["kind"] == "individual" {
            assert!(matches!(text("address").as_str(), "Ông" | "Bà"), "{who}");
            assert!(!text("unit").is_empty() && !text("position").is_empty(), "{who}");
        }
    }
    let names: Vec<&str> = lines.iter().filter_map(|l| l["honouree"]["name"].as_str()).collect();
    for name in ["Phạm Văn Đạt", "H'Hen Niê", "Y Thuyên Ê Ban", "Hồ Sĩ Hùng", "Bùi Thúy Hằng"]
    {
        assert!(names.contains(&name), "{name}");
    }
    let reports = value["reports"].as_array().expect("reports");
    assert_eq!(reports.len(), 4);
    // The report of one list has a row for each of its lines, and is no list itself.
    let mut book: calamine::Xlsx<_> =
        calamine::open_workbook(office.path().join("chi-cuc-ket-qua.xlsx")).expect("a report");
    let sheet = book.worksheet_range_at(0).expect("a sheet").expect("readable");
    assert_eq!(sheet.height(), 1 + 9);
    assert_eq!(sheet.get_value((3, 2)), Some(&Data::String("Phạm Văn Đạt".into())));
    let (again, status) = json(office.path(), &["chi-cuc-ket-qua.xlsx", "--no-report"]);
    assert_eq!((again["lines"].as_array().map(Vec::len), status), (Some(0), Some(0)));
}

#[test]
fn twenty_lists_at_once_and_people_sent_by_two_units() {
    let office = office();
    let mut names = Vec::new();
    for n in 0..20 {
        let name = format!("don-vi-{n:02}.csv");
        let text = format!(
            "STT,Họ và tên,Giới tính,Đơn vị,Hình thức,Thành tích\n1,Lê Văn An {n},Nam,Tổ Một cửa,GK,tốt\n2,Trần Thị Bình,Nữ,{},GK,tốt\n",
            if n % 2 == 0 { "Văn phòng Sở" } else { "Thanh tra Sở" }
        );
        fs::write(office.path().join(&name), text).expect("writes");
        names.push(name);
    }
    let arguments: Vec<&str> = names.iter().map(String::as_str).collect();
    let (value, status) = json(office.path(), &arguments);
    assert_eq!(status, Some(1));
    let of = |code: &str| {
        let found = value["findings"].as_array().expect("findings");
        found.iter().filter(|d| d["code"] == code).count()
    };
    // Each later list repeats a person of an earlier one; the unit of two lists before is the same.
    assert_eq!((of("D0731"), of("D0732")), (18, 1));
    assert_eq!(value["reports"].as_array().map(Vec::len), Some(20));
    let order: Vec<_> =
        value["lines"].as_array().expect("lines").iter().map(|l| &l["place"]["file"]).collect();
    assert_eq!(order.first().and_then(|f| f.as_str()), Some("don-vi-00.csv"));
    assert_eq!(order.last().and_then(|f| f.as_str()), Some("don-vi-19.csv"));
}

#[test]
fn a_bad_file_among_good_ones_hides_none() {
    let office = office();
    fs::write(office.path().join("hong.xlsx"), b"PK\x03\x04").expect("writes");
    let output = list(office.path(), &["hong.xlsx", "van-phong.xlsx", "khong-co.ods"]);
    assert_eq!(output.status.code(), Some(1));
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(out.contains("CÁ NHÂN (8)") && err.matches("D0736").count() == 2, "{err}");
    assert!(!office.path().join("hong-ket-qua.xlsx").exists());
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a part");
        zip.write_all(bytes).expect("writes");
    }
    zip.finish().expect("a zip").into_inner()
}

const ODS: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";

fn ods(body: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\" xmlns:calcext=\"c\"><office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    );
    zipped(&[("mimetype", ODS), ("content.xml", content.as_bytes())])
}

/// All cells of the first sheet as texts, or why it was refused.
fn read(bytes: &[u8], name: &str) -> Result<Vec<Vec<String>>, String> {
    let mut rows =
        data::read(bytes.to_vec(), name, &Options::default()).map_err(|f| f.message.en)?;
    let mut out = Vec::new();
    for row in &mut rows {
        let row = row.map_err(|f| f.message.en)?;
        let values = row.values.into_iter().map(|(_, v)| match v {
            Value::String(s) => s,
            other => other.to_string(),
        });
        out.push(values.collect());
        if out.len() > 2_000_000 {
            return Err("endless".into());
        }
    }
    Ok(out)
}

#[test]
fn opendocument_cells_are_what_the_sheet_shows() {
    let cell = |kind: &str, value: &str, shown: &str| {
        format!("<table:table-cell office:value-type=\"{kind}\" {value}>{shown}</table:table-cell>")
    };
    let head = ["ma", "so", "ngay", "ty_le", "loi", "ten"]
        .map(|h| cell("string", "", &format!("<text:p>{h}</text:p>")));
    let row = [
        cell("float", "office:value=\"7\"", "<text:p>007</text:p>"),
        cell("float", "office:value=\"1234.5\"", "<text:p>1.234,5</text:p>"),
        cell("date", "office:date-value=\"2026-03-05\"", "<text:p>05/03/26</text:p>"),
        cell("percentage", "office:value=\"0.15\"", "<text:p>15%</text:p>"),
        cell("string", "calcext:value-type=\"error\"", "<text:p>#REF!</text:p>"),
        cell(
            "string",
            "",
            "<office:annotation><text:p>ghi chú</text:p></office:annotation><text:p>Lê<text:s text:c=\"2\"/>An</text:p><text:p>hai &amp; ba</text:p>",
        ),
    ];
    let body = format!(
        "<table:table table:name=\"A\"><table:table-row>{}</table:table-row><table:table-row table:number-rows-repeated=\"5\"><table:table-cell table:number-columns-repeated=\"1024\"/></table:table-row><table:table-row table:number-rows-repeated=\"2\">{}</table:table-row></table:table>",
        head.join(""),
        row.join("")
    );
    let rows = read(&ods(&body), "a.ods").expect("reads");
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0], ["007", "1234.5", "05/3/2026", "15%", "null", "Lê  An\nhai & ba"]);
    assert_eq!(rows[0], rows[1]);
}

#[test]
fn hostile_workbooks_are_refused_by_name() {
    let many = |times: &str| {
        ods(&format!(
            "<table:table table:name=\"A\"><table:table-row table:number-rows-repeated=\"{times}\"><table:table-cell table:number-columns-repeated=\"16384\" office:value-type=\"string\"><text:p>x</text:p></table:table-cell></table:table-row></table:table>"
        ))
    };
    assert!(read(&many("1000000"), "a.ods").expect_err("a bomb").contains("repeated too often"));
    let zeros = vec![b' '; 64 << 20];
    let bomb = zipped(&[("mimetype", ODS), ("content.xml", &zeros)]);
    assert!(read(&bomb, "a.ods").expect_err("a bomb").contains("abnormal"));
    let manifest = b"<manifest:manifest xmlns:manifest=\"m\"><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>";
    let locked = zipped(&[
        ("mimetype", ODS),
        ("META-INF/manifest.xml", manifest),
        ("content.xml", b"\x01\x02"),
    ]);
    assert!(read(&locked, "a.ods").expect_err("locked").contains("password"));
    let binary = zipped(&[("xl/workbook.bin", b"x")]);
    assert!(read(&binary, "a.xlsb").expect_err("binary").contains(".xlsb"));
    let deep = format!("<table:table>{}", "<a>".repeat(100_000));
    assert!(read(&ods(&deep), "a.ods").is_err());
    let xls = fs::read(samples().join("chi-cuc.xls")).expect("the sample");
    // A password of the old kind is a record at the beginning.
    let at = xls.windows(4).position(|w| w == [0x09, 0x08, 0x10, 0x00]).expect("a beginning");
    let mut locked = xls.clone();
    locked[at + 20..at + 22].copy_from_slice(&[0x2F, 0x00]);
    assert!(read(&locked, "a.xls").expect_err("locked").contains("password"));
    let mut old = xls;
    old[at + 4..at + 6].copy_from_slice(&[0x00, 0x05]);
    assert!(read(&old, "a.xls").expect_err("old").contains("Excel 95"));
}

#[test]
fn a_second_reader_sees_the_same_texts_in_old_and_open_workbooks() {
    let xls = samples().join("chi-cuc.xls");
    let mut book: calamine::Xls<_> = calamine::open_workbook(&xls).expect("opens");
    let theirs = book.worksheet_range_at(0).expect("a sheet").expect("readable");
    let options = Options { header_row: Some(3), ..Options::default() };
    let bytes = fs::read(&xls).expect("the sample");
    let ours = data::read(bytes, "chi-cuc.xls", &options).expect("opens");
    let mut compared = 0;
    for row in ours {
        let row = row.expect("a row");
        let number = row.place.row.expect("a number");
        for (column, heading) in (0u32..).zip([
            "Stt",
            "Hä vµ tªn",
            "Giíi tÝnh",
            "Chøc vô, ®¬n vÞ c«ng t¸c",
            "H×nh thøc",
            "Thµnh tÝch",
        ]) {
            let mine = match &row.values[heading] {
                Value::String(s) => s.clone(),
                Value::Null => String::new(),
                other => other.to_string(),
            };
            let other =
                theirs.get_value((number - 1, column)).map(ToString::to_string).unwrap_or_default();
            assert_eq!(mine, vanthu::text::nfc(&other), "{heading} {number}");
            compared += 1;
        }
    }
    assert!(compared > 60, "{compared}");
    let open = samples().join("thanh-tra-trung-tam.ods");
    let mut book: calamine::Ods<_> = calamine::open_workbook(&open).expect("opens");
    let theirs = book.worksheet_range("CÁ NHÂN").expect("readable");
    let options = Options { sheet: Some("CÁ NHÂN".into()), ..Options::default() };
    let bytes = fs::read(&open).expect("the sample");
    for row in data::read(bytes, "a.ods", &options).expect("opens") {
        let row = row.expect("a row");
        let number = row.place.row.expect("a number");
        let Value::String(mine) = &row.values["Họ và tên"] else { continue };
        let other = theirs.get_value((number - 1, 1)).map(ToString::to_string).unwrap_or_default();
        assert_eq!(*mine, other);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a byte becomes and wherever the file is cut: it is read or refused.
    #[test]
    fn damaged_old_and_open_workbooks_are_read_or_refused(
        which in 0usize..2,
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
        cuts in any::<bool>(),
    ) {
        let name = ["chi-cuc.xls", "thanh-tra-trung-tam.ods"][which];
        let mut bytes = fs::read(samples().join(name)).expect("the sample");
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        let _ = read(&bytes, name);
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/lists")
}

/// One list saved by LibreOffice Calc in four formats: titles, headings in two rows and once more in the middle,
/// merged cells, a hidden row and column, a cell in two fonts, a total and two signatures.
#[test]
fn one_list_saved_by_calc_in_four_formats_says_the_same() {
    let office = office();
    let read = |name: &str| {
        fs::copy(fixtures().join(name), office.path().join(name)).expect("copies");
        let (value, status) = json(office.path(), &[name, "--no-report"]);
        assert_eq!(status, Some(1), "{name}");
        value
    };
    let lines = |value: &Value| -> Vec<String> {
        let lines = value["lines"].as_array().expect("lines").iter();
        let of = |l: &Value, k: &str| l["honouree"][k].as_str().unwrap_or_default().to_owned();
        let fields = ["kind", "address", "name", "position", "unit", "form", "achievement"];
        lines
            .map(|l| {
                let words: Vec<String> = fields.iter().map(|k| of(l, k)).collect();
                let (row, code) = (&l["place"]["row"], &l["honouree"]["extra"]["ma"]);
                format!("{row} {} {code}", words.join("|"))
            })
            .collect()
    };
    let expected = [
        "2 collective||Tổ Một cửa|||tap-the-lao-dong-tien-tien|Phục vụ tốt null",
        "8 individual|Ông|Nguyễn Văn Ấn|Chuyên viên|Văn phòng Sở|lao-dong-tien-tien|Hoàn thành tốt nhiệm vụ \"007\"",
        "9 individual|Bà|Trần Thị Bình|Chuyên viên|Văn phòng Sở|cstd-co-so|Có sáng kiến \"012\"",
        "12 individual|Ông|Lê Văn Cường|Phó Trưởng phòng|Thanh tra Sở|lao-dong-tien-tien|Tổng hợp số liệu đúng hạn \"100\"",
        "13 individual|Bà|Lê Thị Dũng|Chuyên viên|Thanh tra Sở|lao-dong-tien-tien|Hoàn thành tốt nhiệm vụ null",
        "14 individual|Bà|H'Hen Niê|Tổng biên tập|Tổ Một cửa|lao-dong-tien-tien|Phối hợp tốt \"5\"",
        "15 individual|Ông|Y Thuyên Ê Ban|Chuyên viên|Tổ Một cửa|lao-dong-tien-tien|Phối hợp tốt \"6\"",
    ];
    for name in ["calc.xlsx", "calc.xls", "calc.ods"] {
        let value = read(name);
        let lines = lines(&value);
        assert_eq!(lines, expected, "{name}");
        let found: Vec<_> = value["findings"].as_array().expect("findings").iter().collect();
        let told = |code: &str| found.iter().filter(|d| d["code"] == code).count();
        // A hidden column and a hidden row; a cell in an old font; what was merged; nothing without a heading.
        assert_eq!((told("D0707"), told("D0711"), told("D0710")), (2, 1, 1), "{name}");
        assert_eq!((told("D0728"), told("D0727"), told("D0704")), (0, 0, 0), "{name}");
    }
    // A CSV has no fonts, no merged cells, and one sheet.
    let csv = lines(&read("calc.csv"));
    let same = |n: usize| csv[n] == expected[n + 1];
    assert!(same(0) && same(1) && same(2) && same(4) && csv.len() == 6, "{csv:#?}");
    assert!(csv[5].contains("Y Thuyên Ê Ban|Chuyên viên|Khối chuyên môn|"), "{csv:#?}");
}

/// What Excel writes and other writers do not: shared and inline texts with runs and pronunciation, kept blanks,
/// days from 1904, macros beside the sheets.
#[test]
fn a_list_in_the_shape_of_excel() {
    let shared = [
        "<t>STT</t>",
        "<r><t xml:space=\"preserve\">Họ và </t></r><r><rPr><b/><rFont val=\"Calibri\"/></rPr><t>tên</t></r>",
        "<t>Giới tính</t>",
        "<t>Ngày sinh</t>",
        "<t>Đơn vị</t>",
        "<t>Hình thức</t>",
        "<t>Thành tích</t>",
        "<t xml:space=\"preserve\">  Lê Văn An </t><rPh sb=\"0\" eb=\"2\"><t>レ</t></rPh><phoneticPr fontId=\"1\"/>",
        "<r><rPr><rFont val=\".VnTime\"/></rPr><t xml:space=\"preserve\">Lª ThÞ </t></r><r><rPr><b/><rFont val=\".VnTimeH\"/></rPr><t>§µo</t></r>",
        "<t>Nam</t>",
        "<t>Thanh tra Sở</t>",
        "<t>Giấy khen</t>",
        "<t>dòng một_x000D_&#10;dòng hai</t>",
    ];
    let items: String = shared.iter().map(|s| format!("<si>{s}</si>")).collect();
    let s = |cell: &str, n: usize| format!("<c r=\"{cell}\" t=\"s\"><v>{n}</v></c>");
    let heads: String = (0..7).map(|n| s(&format!("{}1", char::from(b'A' + n as u8)), n)).collect();
    let rest = |row: u32, from: char| {
        let all = [('C', 9), ('E', 10), ('F', 11), ('G', 12)];
        all.iter()
            .filter(|(c, _)| *c >= from)
            .map(|(c, n)| s(&format!("{c}{row}"), *n))
            .collect::<String>()
    };
    let row = |n: u32, body: String| format!("<row r=\"{n}\" spans=\"1:7\">{body}</row>");
    let c = |cell: &str, n: usize| s(cell, n);
    let sheet = format!(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{}{}{}{}</sheetData><mergeCells count=\"1\"><mergeCell ref=\"E2:E3\"/></mergeCells></worksheet>",
        row(1, heads),
        row(
            2,
            format!(
                "<c r=\"A2\"><v>1</v></c>{}{}<c r=\"D2\" s=\"1\"><v>28194</v></c>{}",
                c("B2", 7),
                s("C2", 9),
                rest(2, 'E')
            )
        ),
        row(
            3,
            format!(
                "<c r=\"A3\"><v>2</v></c>{}<c r=\"C3\" t=\"inlineStr\"><is><r><t>N</t></r><r><t>ữ</t></r></is></c><c r=\"D3\" t=\"d\"><v>1985-03-12T00:00:00</v></c><c r=\"E3\"/>{}",
                c("B3", 8),
                rest(3, 'F')
            )
        ),
        row(
            4,
            format!(
                "<c r=\"A4\"><f>A3+1</f><v>3</v></c><c r=\"B4\" t=\"str\"><f>\"Hồ \"&amp;\"Sĩ Hùng\"</f><v>Hồ Sĩ Hùng</v></c>{}",
                rest(4, 'C')
            )
        ),
    );
    let styles = "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><fonts count=\"1\"><font><name val=\"Calibri\"/></font></fonts><cellXfs count=\"2\"><xf numFmtId=\"0\" fontId=\"0\"/><xf numFmtId=\"14\" fontId=\"0\" applyNumberFormat=\"1\"/></cellXfs></styleSheet>";
    let office_ns = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let relation = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"{office_ns}/{kind}\" Target=\"{target}\"/>")
    };
    let rels = format!(
        "<Relationships xmlns=\"{package}\">{}</Relationships>",
        relation("rId1", "officeDocument", "xl/workbook.xml")
    );
    let inner = format!(
        "<Relationships xmlns=\"{package}\">{}{}{}{}</Relationships>",
        relation("rId1", "worksheet", "worksheets/sheet1.xml"),
        relation("rId2", "styles", "styles.xml"),
        relation("rId3", "sharedStrings", "sharedStrings.xml"),
        relation("rId4", "vbaProject", "vbaProject.bin"),
    );
    let book = format!(
        "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"{office_ns}\"><workbookPr date1904=\"1\" codeName=\"ThisWorkbook\"/><sheets><sheet name=\"Sheet1\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
    );
    let texts = format!(
        "<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">{items}</sst>"
    );
    let bytes = zipped(&[
        ("_rels/.rels", rels.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", inner.as_bytes()),
        ("xl/styles.xml", styles.as_bytes()),
        ("xl/sharedStrings.xml", texts.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
        ("xl/vbaProject.bin", b"\xD0\xCF\x11\xE0 macros"),
    ]);
    let office = office();
    // Macros are passed over: a list is only read, and nothing of its file goes on.
    fs::write(office.path().join("excel.xlsm"), bytes).expect("writes");
    let (value, status) = json(office.path(), &["excel.xlsm", "--no-report"]);
    assert_eq!(status, Some(0), "{:#}", value["findings"]);
    let lines = value["lines"].as_array().expect("lines");
    let told: Vec<String> = lines
        .iter()
        .map(|l| {
            let who = &l["honouree"];
            format!(
                "{} {} {} {} {}",
                who["address"], who["name"], l["born"], who["unit"], who["achievement"]
            )
        })
        .collect();
    let expected = [
        r#""Ông" "Lê Văn An" "11/3/1981" "Thanh tra Sở" "dòng một dòng hai""#,
        r#""Bà" "Lê Thị ĐÀO" "12/3/1985" "Thanh tra Sở" "dòng một dòng hai""#,
        r#""Ông" "Hồ Sĩ Hùng" "" "Thanh tra Sở" "dòng một dòng hai""#,
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_list_saved_as_unicode_text_by_excel_is_read() {
    let office = office();
    let text = "STT\tHọ và tên\tGiới tính\tĐơn vị\tHình thức\tThành tích\r\n1\tLê Văn An\tNam\tThanh tra Sở\tGiấy khen\tTốt\r\n";
    let mut bytes = vec![0xFF, 0xFE];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    fs::write(office.path().join("unicode.txt"), bytes).expect("writes");
    let (value, status) = json(office.path(), &["unicode.txt", "--no-report"]);
    assert_eq!(status, Some(0), "{:#}", value["findings"]);
    assert_eq!(value["lines"][0]["honouree"]["name"], "Lê Văn An");
    // Text of an old encoding is refused with its name and the way out.
    fs::write(office.path().join("abc.csv"), b"STT,H\xE4 v\xB5 t\xAAn\n1,L\xAA V\xA8n An\n")
        .expect("writes");
    let (value, status) = json(office.path(), &["abc.csv", "--no-report"]);
    assert_eq!(status, Some(1));
    let said = value["findings"][0].to_string();
    assert!(said.contains("TCVN3") && said.contains("UTF-8"), "{said}");
}
