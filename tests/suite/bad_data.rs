//! Bad input in data, office and job files: each gets a message with its place and the way out.
//!
//! Knows: files as a user may hand them in. Must not know: how they are read.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;

use vanthu::diagnostic::{Diagnostic, Failure, FailureKind, Lang};
use vanthu::source::data::{self, Limits, Options, Row};
use vanthu::source::{job, office};
use vanthu::world::System;

fn open(path: &Path, options: &Options) -> Result<Vec<Row>, Failure> {
    data::open(&System::new(None), path, options)?.collect()
}

fn read(bytes: &[u8], name: &str) -> Result<Vec<Row>, Failure> {
    data::read(bytes.to_vec(), name, &Options::default())?.collect()
}

/// A refusal says where, what and what to do, in both languages.
fn refused(result: Result<Vec<Row>, Failure>) -> String {
    let failure = result.expect_err("refused");
    assert_eq!(failure.kind, FailureKind::Input);
    assert!(failure.place.file.is_some());
    let hint = failure.hint.expect("a way out");
    assert!(!failure.message.vi.is_empty() && !hint.vi.is_empty());
    assert_ne!(failure.message.vi, failure.message.en);
    failure.message.en
}

fn found(rows: &[Row]) -> Vec<String> {
    let all = rows.iter().flat_map(|row| &row.findings);
    all.map(|d| format!("{} {}", d.code, d.place.describe(Lang::En))).collect()
}

#[test]
fn missing_and_unreadable_files() {
    let folder = tempfile::tempdir().expect("folder");
    let missing = folder.path().join("don-vi.xlsx");
    assert!(refused(open(&missing, &Options::default())).contains("no such file"));
    assert!(open(folder.path(), &Options::default()).is_err(), "a folder is no file");
    #[cfg(unix)]
    {
        let pipe = folder.path().join("ong.csv");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        if made.is_ok_and(|status| status.success()) {
            assert!(open(&pipe, &Options::default()).is_err(), "a pipe must not make us wait");
        }
    }
}

#[test]
fn wrong_encodings() {
    // With its mark UTF-16 is what Excel writes as “Unicode text”; without, nobody can tell what it is.
    let utf16: Vec<u8> = "\u{feff}Tên\nBảo\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let rows = read(&utf16, "a.csv").expect("read");
    assert_eq!(rows[0].values["Tên"], "Bảo");
    let said = refused(read(&utf16[2..], "a.csv"));
    assert!(said.contains("UTF-16") || said.contains("UTF-8"), "{said}");
    for name in ["a.csv", "a.json", "a.yaml"] {
        let said = refused(read(b"Ten,Ma\nNg\xabc,1\n", name));
        assert!(said.contains("not UTF-8 (byte 0xAB)"), "{said}");
    }
}

#[test]
fn control_characters_formulas_and_error_values() {
    let rows = read(b"A,B\n1,\x07\n2,b\n3,\x00\n", "a.csv").expect("read");
    assert_eq!(
        found(&rows),
        ["D0201 a.csv, row 2, column B “B”", "D0201 a.csv, row 4, column B “B”"]
    );
    assert_eq!(rows.len(), 3, "a bad row hides no other");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "A").expect("write");
    let error = rust_xlsxwriter::Formula::new("=1/0").set_result("#DIV/0!");
    sheet.write(1, 0, error).expect("write");
    let empty = rust_xlsxwriter::Formula::new("=B9").set_result("");
    sheet.write(2, 0, empty).expect("write");
    sheet.write(3, 0, "x").expect("write");
    let rows = read(&book.save_to_buffer().expect("save"), "a.xlsx").expect("read");
    assert!(found(&rows)[0].starts_with("D0206 a.xlsx, sheet “Sheet1”, row 2, column A"));
}

/// A workbook with one sheet of the given XML.
fn workbook(sheet: &str) -> Vec<u8> {
    let parts = [
        ("xl/workbook.xml", r#"<workbook><sheets><sheet name="S" r:id="r1"/></sheets></workbook>"#),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<Relationships><Relationship Id="r1" Type="/worksheet" Target="sheet1.xml"/></Relationships>"#,
        ),
        ("xl/sheet1.xml", sheet),
    ];
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).expect("part");
        writer.write_all(text.as_bytes()).expect("part");
    }
    writer.finish().expect("zip").into_inner()
}

fn sheet(rows: &str) -> String {
    format!(
        "<worksheet><sheetData><row r=\"1\"><c t=\"str\"><v>A</v></c></row>{rows}</sheetData></worksheet>"
    )
}

#[test]
fn a_cell_of_ten_megabytes() {
    // Letters that do not pack too well: this is a long cell, not a bomb.
    let long: String = (0..(10u32 << 20))
        .map(|i| char::from(b'a' + (i.wrapping_mul(i) >> 7) as u8 % 26))
        .collect();
    let text = sheet(&format!(
        "<row r=\"2\"><c t=\"str\"><v>{long}</v></c></row><row r=\"3\"><c t=\"str\"><v>x</v></c></row>"
    ));
    let rows = read(&workbook(&text), "a.xlsx").expect("read");
    assert_eq!(found(&rows), ["D0202 a.xlsx, sheet “S”, row 2, column A “A”"]);
    assert_eq!(rows[1].values["A"], "x");
    let rows = read(format!("A\n{long}\nx\n").as_bytes(), "a.csv").expect("read");
    assert_eq!(found(&rows), ["D0202 a.csv, row 2, column A “A”"]);
}

#[test]
fn too_many_rows() {
    let limits = Limits { rows: 1000, ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    let lines: String = (0..1001).map(|n| format!("{n}\n")).collect();
    let rows: String =
        (2..1003).map(|n| format!("<row r=\"{n}\"><c><v>{n}</v></c></row>")).collect();
    let records: Vec<String> = (0..1001).map(|n| format!("{{\"A\":{n}}}")).collect();
    for (name, bytes) in [
        ("a.csv", format!("A\n{lines}").into_bytes()),
        ("a.xlsx", workbook(&sheet(&rows))),
        ("a.json", format!("[{}]", records.join(",")).into_bytes()),
    ] {
        let mut rows = data::read(bytes, name, &options).expect("open");
        let good = rows.by_ref().take_while(Result::is_ok).count();
        assert_eq!(good, 1000, "{name}");
    }
}

#[test]
fn many_rows_are_read_one_at_a_time() {
    let mut text = String::from("A,B\n");
    for n in 0..100_000 {
        text.push_str(if n % 2 == 0 { "x,1\n" } else { "y,2\n" });
    }
    let rows = data::read(text.into_bytes(), "a.csv", &Options::default()).expect("open");
    assert_eq!(rows.filter(Result::is_ok).count(), 100_000);
}

#[test]
fn zip_and_xml_bombs() {
    let blanks = " ".repeat(64 << 20);
    assert!(refused(read(&workbook(&sheet(&blanks)), "a.xlsx")).contains("unpacks"));
    let entities = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><worksheet/>";
    assert!(refused(read(&workbook(entities), "a.xlsx")).contains("DOCTYPE"));
    assert!(refused(read(&workbook(&"<a>".repeat(1000)), "a.xlsx")).contains("too deep"));
    let small = Options { limits: Limits { parts: 2, ..Limits::default() }, ..Options::default() };
    let result = data::read(workbook(&sheet("")), "a.xlsx", &small).map(|_| Vec::new());
    assert!(refused(result).contains("parts"));
    let small =
        Options { limits: Limits { unpacked: 100, ..Limits::default() }, ..Options::default() };
    let result = data::read(workbook(&sheet("")), "a.xlsx", &small).map(|_| Vec::new());
    assert!(refused(result).contains("unpacked"));
}

#[test]
fn workbooks_that_are_none() {
    let whole = workbook(&sheet(""));
    for length in [5, 40, whole.len() / 2, whole.len() - 1] {
        refused(read(&whole[..length], "a.xlsx"));
    }
    assert!(refused(read(b"Ten,Ma\n", "a.xlsx")).contains("not a workbook"));
    assert!(refused(read(b"", "a.docx")).contains(".docx"));
    let ole = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    assert!(refused(read(&ole, "a.xls")).contains(".xls"));
    // A flipped byte in a packed part is noticed by its checksum.
    let mut torn = workbook(&sheet("<row r=\"2\"><c><v>12345</v></c></row>"));
    let at = torn.len() / 2;
    torn[at] ^= 0x10;
    assert!(read(&torn, "a.xlsx").is_err());
}

#[test]
fn unknown_keys_and_output_names_that_lead_out() {
    let known = office::Known::default();
    let text = "[organ]\nname='A'\nin_text='A'\ncode='A'\nplace='X'\nzip='1'\n[optoins]\n";
    let (_, findings) = office::parse(text, "vanthu.toml", &known);
    let said: Vec<_> = findings.iter().map(|d| (d.code.to_string(), d.place.line)).collect();
    assert_eq!(said, [("D0302".to_owned(), Some(6)), ("D0302".to_owned(), Some(7))]);
    for (out, name) in
        [("/tmp", "{{so}}"), ("..", "{{so}}"), ("C:/x", "{{so}}"), ("a", "../{{so}}")]
    {
        let text = format!("[[steps]]\nsource='a.md'\nout='{out}'\nname='{name}'\n");
        let findings = job::parse(&text, "job.toml").expect_err(out);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].code.to_string(), "D0411");
    }
}

/// Codes as they stand in the code of the readers.
fn emitted() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/source");
    let mut codes = BTreeSet::new();
    let mut folders = vec![root.join("data"), root.join("data/xlsx")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("folder") {
            let path = entry.expect("entry").path();
            if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
                let text = fs::read_to_string(&path).expect("read");
                let consts = text.lines().filter(|line| line.contains(": Code = code("));
                codes.extend(consts.filter_map(|line| number(line, "code(")).map(|n| 200 + n));
            }
        }
    }
    for (file, base) in [("office.rs", 300), ("job.rs", 400)] {
        let text = fs::read_to_string(root.join(file)).expect("read");
        let consts =
            text.lines().filter(|line| line.contains(": u16 = ") && !line.contains("BASE"));
        codes.extend(consts.filter_map(|line| number(line, "u16 = ")).map(|n| base + n));
        codes.extend((1..=7).map(|n| base + n));
    }
    codes.iter().map(|n| format!("D{n:04}")).collect()
}

fn number(line: &str, after: &str) -> Option<u16> {
    let digits: String =
        line.split_once(after)?.1.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[test]
fn every_code_of_the_readers_is_explained_and_no_other() {
    let text = include_str!("../../templates/codes/d-data.toml");
    let table: toml::Table = toml::from_str(text).expect("toml");
    let rows = table["codes"].as_array().expect("codes");
    let explained: BTreeSet<String> =
        rows.iter().map(|row| row["code"].as_str().expect("code").to_owned()).collect();
    assert_eq!(explained.len(), rows.len(), "a code stands twice");
    assert_eq!(explained, emitted());
    for row in rows {
        for key in ["name", "severity", "rule", "rule_en", "bad", "good", "mend", "mend_en"] {
            assert!(row[key].as_str().is_some_and(|text| !text.is_empty()), "{row}");
        }
    }
}

#[test]
fn severities_are_those_that_are_explained() {
    let text = include_str!("../../templates/codes/d-data.toml");
    let table: toml::Table = toml::from_str(text).expect("toml");
    let rows = table["codes"].as_array().expect("codes");
    let check = |d: &Diagnostic| {
        let row = rows.iter().find(|r| r["code"].as_str() == Some(&d.code.to_string()));
        let severity = row.and_then(|r| r["severity"].as_str()).expect("explained").to_owned();
        let said = serde_json::to_value(d.severity).expect("severity");
        assert_eq!(said, severity, "{}", d.code);
    };
    let mut rows =
        data::read(b"A,A\n1,2,3\n x,\x07\n".to_vec(), "a.csv", &Options::default()).expect("open");
    for row in rows.by_ref() {
        row.expect("row").findings.iter().for_each(check);
    }
    rows.findings().iter().for_each(check);
    office::parse("[organ]\nname='A'\nx=1\n", "v", &office::Known::default())
        .1
        .iter()
        .for_each(check);
}
