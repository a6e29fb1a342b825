//! Workbooks made by other people's programs, and the first files of an office.
//!
//! Knows: fixtures, LibreOffice where it is installed. Must not know: how a workbook is read.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use vanthu::diagnostic::{Diagnostic, Lang};
use vanthu::ruleset::Ruleset;
use vanthu::source::data::{self, Options, Row};
use vanthu::source::{self, job, office, scaffold};
use vanthu::template::Template;
use vanthu::world::System;

fn rows(path: &Path) -> (Vec<Row>, Vec<String>) {
    let world = System::new(None);
    let mut rows = data::open(&world, path, &Options::default()).expect("open");
    let all: Vec<Row> = rows.by_ref().map(|row| row.expect("row")).collect();
    let said = rows.findings().iter().map(|d| format!("{} {}", d.code, d.message.en)).collect();
    (all, said)
}

fn said(findings: &[Diagnostic]) -> Vec<String> {
    findings.iter().map(|d| format!("{} {}", d.code, d.place.describe(Lang::En))).collect()
}

/// Made with openpyxl, which writes formulas without results.
#[test]
fn a_workbook_written_by_openpyxl() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/data");
    let (rows, notes) = rows(&fixtures.join("openpyxl.xlsx"));
    assert_eq!(notes, Vec::<String>::new());
    assert_eq!(rows.len(), 3);
    let (first, second, last) = (&rows[0], &rows[1], &rows[2]);
    assert_eq!(first.values["ten_don_vi"], "Xã Vĩnh Lạc");
    assert_eq!(first.values["ma"], "0123");
    assert_eq!(first.values["ngay_hop"], "15/12/2026");
    assert_eq!(first.values["so_dai_bieu"], 3);
    assert_eq!(first.values["ghi_chu"], Value::Null);
    let found = said(&first.findings);
    assert!(
        found.len() == 1 && found[0].starts_with("D0207") && found[0].contains("row 2"),
        "{found:?}"
    );
    assert_eq!(second.values["ma"], "007");
    assert_eq!(second.values["ngay_hop"], "15/12/2026 08:30");
    assert_eq!(second.values["so_dai_bieu"].to_string(), "2.5");
    assert_eq!(last.place.row, Some(5));
    assert_eq!(last.values["ma"], "040990192429");
    assert_eq!(last.values["so_dai_bieu"], true);
}

#[test]
fn a_workbook_written_by_libreoffice() {
    let folder = tempfile::tempdir().expect("folder");
    let csv = folder.path().join("bang.csv");
    let text =
        "Họ và tên,Mã số,Số tiền\nLê Thị Đào,0123,1500000\n\"Ngô, Văn \"\"Tí\"\"\",0007,2.5\n";
    fs::write(&csv, text).expect("write");
    let profile = format!("-env:UserInstallation=file://{}/profile", folder.path().display());
    // Second column as text, UTF-8, comma.
    let filter = "--infilter=CSV:44,34,76,1,1/1/2/2/3/1";
    let run = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", "xlsx", filter, "--outdir"])
        .arg(folder.path())
        .arg(&csv)
        .env("HOME", folder.path())
        .output();
    let made = folder.path().join("bang.xlsx");
    if run.is_err() || !made.exists() {
        println!("skipped: LibreOffice Calc is not installed here");
        return;
    }
    let (rows, _) = rows(&made);
    assert_eq!(rows[0].values["ho_va_ten"], "Lê Thị Đào");
    assert_eq!(rows[0].values["ma_so"], "0123");
    assert_eq!(rows[0].values["so_tien"], 1_500_000);
    assert_eq!(rows[1].values["ho_va_ten"], "Ngô, Văn \"Tí\"");
    assert_eq!(rows[1].values["so_tien"].to_string(), "2.5");
}

/// What `vanthu init` writes is read by the program's own readers without a finding.
#[test]
fn the_first_files_of_an_office_are_whole() {
    let folder = tempfile::tempdir().expect("folder");
    for (path, content) in scaffold::office_files() {
        fs::write(folder.path().join(path), content).expect("write");
    }
    let read = |path: &Path| fs::read_to_string(path).expect("read");
    let at = |name: &str| folder.path().join(name);

    let rules = Ruleset::builtin().expect("ruleset");
    let types: Vec<&str> =
        rules.types.iter().chain(&rules.copies).map(|rule| rule.id.as_str()).collect();
    let known = office::Known { layout: &[], types: &types };
    let text = read(&at("vanthu.toml"));
    let (whole, findings) = office::parse(&text, "vanthu.toml", &known);
    assert_eq!(findings, []);
    assert_eq!(whole.defaults.signer.as_deref(), Some("giam-doc"));
    // What stands there as a comment is right too when somebody needs it.
    let shown = text
        .replace("# da-dung-den", "da-dung-den")
        .replace("# ma-dinh-danh", "ma-dinh-danh")
        .replace("# so-van-ban", "so-van-ban")
        .replace("# [so.nhom]", "[so.nhom]")
        .replace("# giay-to", "giay-to");
    assert_eq!(office::parse(&shown, "vanthu.toml", &known).1, []);

    let plan = source::parse(&read(&at("ke-hoach.md")), "ke-hoach.md");
    assert_eq!(plan.1, []);

    let file: PathBuf = at("thu-moi.toml");
    let job = job::parse(&read(&file), &file.display().to_string()).expect("job");
    let step = &job.steps[0];
    let (rows, notes) = rows(step.data.as_deref().expect("data"));
    assert_eq!((rows.len(), notes.len()), (3, 0));
    let template = Template::compile(&read(&step.source), "thu-moi.md").expect("template");
    for row in rows {
        let mut values = step.with.clone();
        values.extend(row.values);
        let text = template.render(&Value::Object(values)).expect("filled");
        assert_eq!(source::parse(&text, "thu-moi.md").1, []);
    }
}
