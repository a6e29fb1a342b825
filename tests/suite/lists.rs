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
