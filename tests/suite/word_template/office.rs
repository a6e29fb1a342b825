//! Word files as sources of an office: drafted, issued, checked; and looked at by LibreOffice.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use vanthu::docx::{NoPictures, WordTemplate};

use super::fixture::{docx, docx_with, p, part, row, table, words};
use crate::program::CONFIG;

const BESIDE: &str = "---
loai: quyet-dinh
trich-yeu: \"Khen thưởng {{ho_ten}}\"
noi-nhan: [Như Điều 2]
---
";

struct Office(tempfile::TempDir);

impl Office {
    fn new(template: &[u8], beside: Option<&str>) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        fs::write(dir.path().join("vanthu.toml"), CONFIG).expect("written");
        fs::write(dir.path().join("mau.docx"), template).expect("written");
        if let Some(text) = beside {
            fs::write(dir.path().join("mau.docx.md"), text).expect("written");
        }
        fs::write(
            dir.path().join("ds.csv"),
            "Họ tên,Giới tính\nLê <Bình>,nam\nTrần {{x}} & Hà,nữ\n",
        )
        .expect("written");
        Self(dir)
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_vanthu"))
            .current_dir(self.0.path())
            .args(["--lang", "en", "--today", "2026-11-22"])
            .args(args)
            .env_remove("VANTHU_OFFICE")
            .stdin(Stdio::null())
            .output()
            .expect("the program runs")
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or(-1)
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn letter() -> Vec<u8> {
    docx(
        &(p("Số: {{van_ban.so_ky_hieu}}, {{van_ban.dia_danh}}, {{van_ban.ngay_chu}}")
            + &p("{{honorific gioi_tinh}} {{upper ho_ten}}")
            + &p("{{van_ban.chuc_vu_ky}} {{van_ban.nguoi_ky}}")),
    )
}

fn text_of(path: &Path) -> String {
    words(&part(&fs::read(path).expect("a file"), "word/document.xml"))
}

#[test]
fn a_word_file_is_drafted_without_anything_beside_it() {
    let office = Office::new(&letter(), None);
    let made = office.run(&["draft", "mau.docx", "--data", "ds.csv"]);
    assert_eq!(code(&made), 0, "{}", told(&made));
    let text = text_of(&office.at("mau-0003.docx"));
    assert_eq!(
        text,
        "Số:       /SNV, An Hải, ngày      tháng      năm 2026|Bà TRẦN {{X}} &amp; HÀ| |"
    );
    // The template is still there, and no number was taken.
    assert_eq!(fs::read(office.at("mau.docx")).expect("a file"), letter());
    let refused = office.run(&["issue", "mau.docx", "--data", "ds.csv"]);
    assert!(code(&refused) == 1 && told(&refused).contains("M0306"), "{}", told(&refused));
    assert!(!office.at("register.db").exists());
    // One document: its name is not that of the template.
    fs::write(office.at("mot.csv"), "Họ tên,Giới tính\nLê,nam\n").expect("written");
    let made = office.run(&["draft", "mau.docx", "--data", "mot.csv"]);
    assert_eq!(code(&made), 0, "{}", told(&made));
    assert!(text_of(&office.at("mau-2.docx")).contains("Ông LÊ"));
}

#[test]
fn a_word_file_is_issued_with_its_number_and_day() {
    let office = Office::new(&letter(), Some(BESIDE));
    fs::write(
        office.at("dot.toml"),
        "[[steps]]\nsource = \"mau.docx\"\ndata = \"ds.csv\"\nout = \"ra\"\nname = \"{{so}}\"\n",
    )
    .expect("written");
    let dry = office.run(&["run", "dot.toml", "--dry-run"]);
    assert_eq!(code(&dry), 0, "{}", told(&dry));
    let made = office.run(&["run", "dot.toml"]);
    assert_eq!(code(&made), 0, "{}", told(&made));
    let mut files: Vec<PathBuf> =
        fs::read_dir(office.at("ra")).expect("copies").flatten().map(|e| e.path()).collect();
    files.sort();
    assert_eq!(files.len(), 2);
    assert_eq!(
        text_of(&files[0]),
        "Số: 01/QĐ-SNV, An Hải, ngày 22 tháng 11 năm 2026|Ông LÊ &lt;BÌNH&gt;|GIÁM ĐỐC Lê Thị Minh Châu|"
    );
    let book = told(&office.run(&["book", "outgoing"]));
    assert!(book.contains("Khen thưởng Trần {{x}} & Hà") && book.contains("02/QĐ-SNV"), "{book}");
    let verified = office.run(&["verify"]);
    assert_eq!(code(&verified), 0, "{}", told(&verified));
}

#[test]
fn a_fault_in_file_or_data_takes_no_number() {
    let office = Office::new(
        &docx(&p("{{ho_ten}} {{chuc_vu}}")),
        Some("---\nloai: quyet-dinh\ntrich-yeu: \"{{trich}}\"\n---\n"),
    );
    let refused = office.run(&["issue", "mau.docx", "--data", "ds.csv"]);
    let said = told(&refused);
    assert_eq!(code(&refused), 1, "{said}");
    // What stands beside the file and the file itself, for both rows.
    assert_eq!(
        (said.matches("M0201").count(), said.contains("body, paragraph 1")),
        (4, true),
        "{said}"
    );
    assert!(!office.at("register.db").exists());
    fs::write(office.at("mau.docx"), b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1").expect("written");
    let refused = office.run(&["issue", "mau.docx"]);
    assert!(code(&refused) == 2 && told(&refused).contains("old Word file"), "{}", told(&refused));
}

#[test]
fn a_template_says_what_it_wants() {
    let body = p(
        "{{honorific gioi_tinh}} {{ho_ten}} {{date ngay_sinh}} {{money tien}}{{#if ghi_chu}} {{ghi_chu}}{{/if}}",
    ) + &table(&row(&["{{#each mon}}{{ten}}", "{{merge}}{{diem}}{{/each}}"]));
    let office = Office::new(&docx(&body), None);
    let checked = office.run(&["template", "check", "mau.docx"]);
    let said = told(&checked);
    assert_eq!(code(&checked), 0, "{said}");
    let said = said.split(' ').filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
    for line in [
        "gioi_tinh nam or nữ (mau.docx, body, paragraph 1",
        "ngay_sinh date",
        "mon list",
        "mon[].ten text (mau.docx, body, table 1 row 1 column 1",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    let fields = office.run(&["mau", "truong", "mau.docx"]);
    assert_eq!(code(&fields), 0, "{}", told(&fields));
    let schema: Value = serde_json::from_slice(&fields.stdout).expect("JSON");
    assert_eq!(schema["properties"]["mon"]["items"]["required"], json!(["ten", "diem"]));
    assert_eq!(
        schema["required"],
        json!(["gioi_tinh", "ho_ten", "ngay_sinh", "tien", "ghi_chu", "mon"])
    );
    let book = fs::read(office.at("mau-du-lieu.xlsx")).expect("a workbook");
    let mut book: calamine::Xlsx<_> =
        calamine::Reader::new(std::io::Cursor::new(book)).expect("a workbook");
    let range = calamine::Reader::worksheet_range(&mut book, "Data").expect("a sheet");
    let heads: Vec<String> =
        range.rows().next().expect("a row").iter().map(ToString::to_string).collect();
    assert_eq!(heads, ["gioi_tinh", "ho_ten", "ngay_sinh", "tien", "ghi_chu"]);
    // It never writes over a table that somebody may have filled in.
    assert_eq!(code(&office.run(&["template", "fields", "mau.docx"])), 2);
    let bad = Office::new(&docx(&p("{{uper x}} {{#if")), None);
    let refused = bad.run(&["template", "check", "mau.docx", "--format", "json"]);
    let value: Value = serde_json::from_slice(&refused.stdout).expect("JSON");
    assert_eq!(
        (code(&refused), value["findings"].as_array().map(Vec::len)),
        (1, Some(2)),
        "{value:#}"
    );
    assert_eq!(value["findings"][1]["place"]["word"]["paragraph"], 1, "{value:#}");
}

/// A template that LibreOffice itself wrote: header, two tables, a list, a text box, a picture.
fn from_libreoffice() -> Option<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/word/libreoffice.docx");
    fs::read(path).ok()
}

pub fn award() -> Value {
    json!({
        "ten_don_vi": "Phòng A & <B>", "so": "12", "ngay": "2026-11-22", "tien": 2_500_000, "thuong": true,
        "ds": [
            {"ho_ten": "Nguyễn Văn An", "don_vi": "Phòng A", "gioi": "nam", "tien": 1_000_000},
            {"ho_ten": "Trần Thị Bình", "don_vi": "Phòng A", "gioi": "nữ", "tien": 1_000_000},
            {"ho_ten": "Lê Chi", "don_vi": "Phòng B", "gioi": "nữ", "tien": 500_000},
        ],
        "viec": ["Việc một", "Việc hai"],
    })
}

#[test]
fn a_file_of_libreoffice_is_filled_and_stays_valid() {
    let bytes = from_libreoffice().expect("the file");
    let (template, found) = WordTemplate::compile(&bytes, "mau.docx").expect("a Word file");
    let template = template.unwrap_or_else(|| panic!("{found:#?}"));
    let made =
        template.fill(&award(), &Value::Null, &NoPictures).unwrap_or_else(|f| panic!("{f:#?}"));
    let text = words(&part(&made.bytes, "word/document.xml"));
    for said in [
        "Ông NGUYỄN VĂN AN",
        "Bà LÊ CHI",
        "Phòng A &amp; &lt;B&gt;",
        "Hai triệu năm trăm nghìn đồng",
        "Việc một|Việc hai|",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains("{{") && !text.contains("}}"), "{text}");
    let document = part(&made.bytes, "word/document.xml");
    assert_eq!(document.matches("<w:vMerge/>").count(), 1);
    let again = vanthu::docx::read(&made.bytes, "mau.docx").expect("our reader reads it");
    assert!(!again.sections.is_empty());
}

/// Without what the schemas do not know: which namespaces an older Word may ignore.
fn plain(xml: &str) -> String {
    let ignorable = regex::Regex::new(r#" mc:Ignorable="[^"]*""#).expect("a pattern");
    ignorable.replace(xml, "").into_owned()
}

#[test]
fn filled_files_are_valid_against_the_schemas() {
    let Some(schemas) = std::env::var_os("VANTHU_OOXML_XSD").map(PathBuf::from) else {
        eprintln!("skipped: VANTHU_OOXML_XSD does not name a folder of schemas");
        return;
    };
    if Command::new("xmllint").arg("--version").output().is_err() {
        eprintln!("skipped: xmllint is not installed");
        return;
    }
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let head =
        ("word/header1.xml", "w:hdr", p("{{#each viec}}") + &p("{{this}}") + &p("{{/each}}"));
    let body = p("{{#each ds}}")
        + &p("{{ho_ten}}")
        + &table(&row(&["{{#each ../viec}}{{this}}", "{{merge}}x{{/each}}"]))
        + &p("{{/each}}")
        + &table(&row(&["{{#each rong}}{{this}}", "{{/each}}"]))
        + &table(&format!(
            "<w:tr><w:tc><w:tcPr><w:tcW w:w=\"1\" w:type=\"dxa\"/></w:tcPr>{}{}{}</w:tc></w:tr>",
            p("{{#if rong}}"),
            p("a"),
            p("{{/if}}")
        ))
        + "<w:sectPr><w:pgSz w:w=\"11906\" w:h=\"16838\"/></w:sectPr>";
    let own = docx_with(&body, &[(head.0, head.1, &head.2)], "");
    let mut data = award();
    data["rong"] = json!([]);
    let mut files = Vec::new();
    for (name, bytes) in [("own", own), ("lo", from_libreoffice().expect("the file"))] {
        let (template, _) = WordTemplate::compile(&bytes, "mau.docx").expect("a Word file");
        let made = template
            .expect("compiles")
            .fill(&data, &Value::Null, &NoPictures)
            .unwrap_or_else(|f| panic!("{f:#?}"));
        for (part, content) in crate::docx_write::parts(&made.bytes) {
            // What LibreOffice wrote and nobody touched is its own affair.
            let was = crate::docx_write::parts(&bytes).into_iter().find(|(n, _)| *n == part);
            if was.is_some_and(|(_, c)| c == content)
                || !part.starts_with("word/")
                || !part.ends_with(".xml")
            {
                continue;
            }
            let file = dir.path().join(format!("{name}-{}", part.replace('/', "-")));
            fs::write(&file, plain(&crate::docx_write::fallback_only(&content))).expect("written");
            files.push(file);
        }
    }
    assert!(files.len() >= 3, "{files:?}");
    crate::docx_write::validate(&schemas, "wml.xsd", &files, dir.path());
}

#[test]
fn libreoffice_opens_what_was_filled() {
    let bytes = from_libreoffice().expect("the file");
    let (template, _) = WordTemplate::compile(&bytes, "mau.docx").expect("a Word file");
    let made =
        template.expect("compiles").fill(&award(), &Value::Null, &NoPictures).expect("filled");
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let file = dir.path().join("day.docx");
    fs::write(&file, &made.bytes).expect("written");
    let profile = format!("-env:UserInstallation=file://{}", dir.path().join("profile").display());
    let Ok(out) = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", "txt:Text (encoded):UTF8", "--outdir"])
        .args([dir.path(), &file])
        .output()
    else {
        eprintln!("skipped: soffice is not installed");
        return;
    };
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let text = fs::read_to_string(dir.path().join("day.txt")).expect("a text");
    for said in ["Ông NGUYỄN VĂN AN", "Phòng A & <B>", "Việc hai", "Hai triệu năm trăm nghìn đồng"]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
}
