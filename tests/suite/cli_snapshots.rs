//! What the program says, word for word: help, usage errors, findings, failures, books, reports.
//!
//! Knows: what users and scripts read. Must not know: how it comes about.
//! What differs from run to run (folders, times, digests, sizes) is replaced by its name.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use regex::Regex;

use crate::program::{LETTER, Office, PLAN, Said};

const COMMANDS: [&str; 10] =
    ["", "init", "new", "draft", "issue", "run", "book", "verify", "check", "explain"];

/// What is the same in every run.
fn plain(text: &str, folder: &Path) -> String {
    let mut text = text.replace(&folder.display().to_string(), "[folder]");
    for (pattern, name) in [
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00", "[time]"),
        (r"verify-\d{8}T\d{6}-\d\d\.jsonl", "[report]"),
        (r"\b[0-9a-f]{64}\b", "[sha256]"),
        (r"-[0-9a-f]{8}\.docx", "-[salt].docx"),
        (r#"("bytes"|"size"|"len"|"length"): ?\d+"#, "$1: [size]"),
        (r"\d+ byte", "[size] byte"),
    ] {
        text = Regex::new(pattern).expect("pattern").replace_all(&text, name).into_owned();
    }
    text
}

fn shown(arguments: &[&str], said: &Said, folder: &Path) -> String {
    let mut text = format!("$ vanthu {}\n", arguments.join(" "));
    for (part, name) in [(&said.out, ""), (&said.err, "[stderr]\n")] {
        if !part.is_empty() {
            text.push_str(name);
            text.push_str(&plain(part, folder));
        }
    }
    let _ = writeln!(text, "[exit {}]\n", said.code);
    text
}

/// Runs a list of command lines in an office, in a language.
fn session(office: &Office, lang: &str, lines: &[&[&str]]) -> String {
    let mut text = String::new();
    for line in lines {
        let arguments: Vec<&str> = line.iter().copied().chain(["--lang", lang]).collect();
        text.push_str(&shown(line, &office.run(&arguments), office.path()));
    }
    text
}

/// The same in both languages, as two snapshots.
fn both(name: &str, office: &Office, lines: &[&[&str]]) {
    for lang in ["vi", "en"] {
        insta::assert_snapshot!(format!("{name}_{lang}"), session(office, lang, lines));
    }
}

#[test]
fn help() {
    let office = Office::new();
    let lines: Vec<Vec<&str>> = COMMANDS
        .iter()
        .map(|c| if c.is_empty() { vec!["--help"] } else { vec![*c, "--help"] })
        .collect();
    let lines: Vec<&[&str]> = lines.iter().map(Vec::as_slice).collect();
    both("help", &office, &lines);
}

#[test]
fn usage_errors() {
    let office = Office::new();
    let lines: &[&[&str]] = &[
        &[],
        &["lam"],
        &["drft", "ke-hoach.md"],
        &["check"],
        &["ban-hanh"],
        &["draft", "ke-hoach.md", "--foo"],
        &["draft", "ke-hoach.md", "--outt", "ra"],
        &["issue", "ke-hoach.md", "--date", "2026-02-30"],
        &["issue", "ke-hoach.md", "--date", "31/4/2026"],
        &["book", "xyz"],
        &["book", "outgoing", "--format", "pdf"],
        &["book", "outgoing", "--year", "abc"],
        &["verify", "--threads", "-1"],
        &["run", "dot.toml", "dot.toml"],
        &["run", "dot.toml", "--wait"],
        &["draft", "ke-hoach.md", "--office"],
        &["new", "thu-ngo"],
    ];
    both("usage", &office, lines);
    let said = office.run(&["check", "ke-hoach.md", "--lang", "fr"]);
    insta::assert_snapshot!(
        "usage_language",
        shown(&["check", "--lang", "fr"], &said, office.path())
    );
}

fn faults() -> Office {
    let office = Office::new();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/loi-thuong-gap");
    for name in ["nhieu-loi.md", "vanthu.toml"] {
        office.write(name, fs::read(sample.join(name)).expect("sample"));
    }
    office
}

#[test]
fn findings() {
    let office = faults();
    both("findings", &office, &[&["check", "nhieu-loi.md"]]);
    let json: &[&[&str]] =
        &[&["check", "nhieu-loi.md", "--format", "json"], &["issue", "nhieu-loi.md", "--json"]];
    insta::assert_snapshot!("findings_json", session(&office, "vi", json));
}

#[test]
fn findings_in_a_batch() {
    let office = Office::new();
    office.write("thu.md", LETTER.replace("{{don_vi}} dự", "{{chuc_danh}} {{don_vi}} dự"));
    office.write("don-vi.csv", "Đơn vị,Ghi chú\nPhòng Tổ chức,\n,thiếu tên\nPhòng\u{7} Văn thư,\n");
    both("batch", &office, &[&["run", "dot.toml"]]);
    insta::assert_snapshot!(
        "batch_json",
        session(&office, "vi", &[&["run", "dot.toml", "--json"]])
    );
}

#[test]
fn a_field_missing_in_a_workbook_row() {
    let office = Office::new();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("Khách mời").expect("name");
    for (row, cells) in [["Đơn vị", "Số ghế"], ["Phòng Tổ chức", "2"], ["", "3"]].iter().enumerate()
    {
        for (column, cell) in cells.iter().enumerate() {
            sheet.write(row as u32, column as u16, *cell).expect("cell");
        }
    }
    office.write("don-vi.xlsx", book.save_to_buffer().expect("saved"));
    both("workbook", &office, &[&["draft", "thu.md", "--data", "don-vi.xlsx"]]);
}

#[test]
fn failures() {
    let office = Office::new();
    office
        .write("dot-sai.toml", "title = \"Thư\"\n[[steps]]\nsource = \"thu.md\"\ndatta = \"x\"\n");
    office.write("dot-hong.toml", "title = \"Thư\n");
    office.write("mau-hong.md", LETTER.replace("{{don_vi}} cử", "{{#if don_vi}} cử"));
    office.write("khoa-la.md", PLAN.replace("loai:", "laoi: x\nloai:"));
    let lines: &[&[&str]] = &[
        &["check", "khong-co.md"],
        &["draft", "thu.md", "--data", "khong-co.csv"],
        &["run", "khong-co.toml"],
        &["run", "dot-sai.toml"],
        &["run", "dot-hong.toml"],
        &["draft", "mau-hong.md", "--data", "don-vi.csv"],
        &["check", "khoa-la.md"],
        &["check", "ke-hoach.md", "--office", "khong-co"],
        &["book", "outgoing"],
        &["book", "outgoing", "--format", "docx"],
        &["verify"],
    ];
    both("failures", &office, lines);
    let json: &[&[&str]] = &[
        &["check", "khong-co.md", "--format", "json"],
        &["run", "dot-sai.toml", "--json"],
        &["verify", "--format", "json"],
    ];
    insta::assert_snapshot!("failures_json", session(&office, "vi", json));
}

#[test]
fn a_configuration_with_errors() {
    let office = Office::new();
    let config = fs::read_to_string(office.path().join("vanthu.toml")).expect("read");
    office.write(
        "vanthu.toml",
        config.replace("code = \"SNV\"", "coda = \"SNV\"\ncode = \"S NV\"")
            + "[signer.x]\nname = \"A\"\n",
    );
    both("configuration", &office, &[&["check", "ke-hoach.md"], &["verify"]]);
}

#[test]
fn explanations() {
    let office = Office::new();
    both(
        "explain",
        &office,
        &[&["explain", "T0301"], &["explain", "d0506"], &["explain", "T9999"], &["explain", "abc"]],
    );
}

#[test]
fn a_batch_from_its_plan_to_the_book() {
    let office = Office::new();
    office.write("ra-sai.md", PLAN.replace("loai: ke-hoach", "loai: ke-hoach\nngay: 05/3/2025"));
    let lines: &[&[&str]] = &[
        &["run", "dot.toml", "--dry-run"],
        &["run", "dot.toml", "--dry-run", "--json"],
        &["draft", "ke-hoach.md"],
        &["run", "dot.toml"],
        &["run", "dot.toml"],
        &["issue", "ke-hoach.md", "--json"],
        &["issue", "ra-sai.md", "--dry-run"],
        &["book", "outgoing"],
        &["book", "di", "--format", "csv"],
        &["book", "outgoing", "--format", "json"],
        &["book", "outgoing", "--year", "2025"],
        &["verify"],
        &["verify", "--format", "json"],
    ];
    insta::assert_snapshot!("batch_to_book_vi", session(&office, "vi", lines));
    let lines: &[&[&str]] = &[
        &["run", "dot.toml", "--dry-run"],
        &["run", "dot.toml"],
        &["book", "outgoing"],
        &["book", "outgoing", "--format", "csv"],
        &["verify"],
    ];
    insta::assert_snapshot!("batch_to_book_en", session(&office, "en", lines));
}

#[test]
fn a_damaged_archive() {
    let office = Office::new();
    assert_eq!(office.run(&["run", "dot.toml"]).code, 0);
    let documents: Vec<_> = walkdir::WalkDir::new(office.path().join("archive/open"))
        .sort_by_file_name()
        .into_iter()
        .flatten()
        .filter(|e| e.path().extension().is_some_and(|x| x == "docx"))
        .map(walkdir::DirEntry::into_path)
        .collect();
    let [first, second] = documents.as_slice() else { panic!("two documents: {documents:?}") };
    let bytes = fs::read(first).expect("read");
    fs::remove_file(first).expect("removed");
    fs::write(first, &bytes[..bytes.len() / 2]).expect("cut");
    fs::remove_file(second).expect("removed");
    both("damaged", &office, &[&["verify"]]);
    insta::assert_snapshot!(
        "damaged_json",
        session(&office, "vi", &[&["verify", "--format", "json"]])
    );
}
