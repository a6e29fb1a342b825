//! Certificates as other programs see them: the schemas, LibreOffice's pages, the command line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::docx_write::{fallback_only, parts, validate};

/// The smallest PNG: one white pixel.
const PNG: &[u8] = b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90\x77\x53\xde\x00\x00\x00\x0c\x49\x44\x41\x54\x78\x9c\x63\xf8\xff\xff\x3f\x00\x05\xfe\x02\xfe\x0d\xef\x46\xb8\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";

fn office() -> TempDir {
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    std::fs::write(dir.path().join("vanthu.toml"), include_str!("office.toml")).expect("written");
    std::fs::write(dir.path().join("quoc-huy.png"), PNG).expect("written");
    dir
}

fn vanthu(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vanthu"))
        .current_dir(dir)
        .args(["--lang", "en", "--today", "2026-03-05", "certificate"])
        .args(arguments)
        .output()
        .expect("runs")
}

fn made(dir: &Path, arguments: &[&str]) -> Vec<u8> {
    let mut all = arguments.to_vec();
    all.extend(["--out", "a.docx"]);
    let output = vanthu(dir, &all);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
    std::fs::read(dir.join("a.docx")).expect("a file")
}

#[test]
fn what_is_drawn_and_framed_is_valid_against_the_schemas() {
    let Some(schemas) = std::env::var_os("VANTHU_OOXML_XSD").map(PathBuf::from) else {
        eprintln!("skipped: VANTHU_OOXML_XSD does not name a folder of schemas");
        return;
    };
    let dir = office();
    let mut files: BTreeMap<&str, Vec<PathBuf>> = BTreeMap::new();
    let asked: [&[&str]; 4] = [
        &["preview", "--form", "giay-khen", "--emblem", "quoc-huy.png"],
        &["preview", "--form", "bang-khen", "--for", "collective"],
        &["preview", "--form", "phoi-bang-khen", "--for", "household", "--shift", "-1.5,2"],
        &["grid", "--form", "phoi-giay-khen"],
    ];
    for (at, arguments) in asked.iter().enumerate() {
        for (name, content) in parts(&made(dir.path(), arguments)) {
            let schema = match name.as_str() {
                "[Content_Types].xml" => "opc-contentTypes.xsd",
                n if n.ends_with(".rels") => "opc-relationships.xsd",
                n if n.starts_with("word/") && n.ends_with(".xml") => "wml.xsd",
                _ => continue,
            };
            let file = dir.path().join(format!("{at}-{}", name.replace('/', "-")));
            // With the drawings as today's programs read them, but for shapes the schemas do not know.
            std::fs::write(&file, fallback_only(&content)).expect("written");
            files.entry(schema).or_default().push(file);
        }
    }
    assert!(files.values().map(Vec::len).sum::<usize>() > 20);
    for (schema, files) in &files {
        validate(&schemas, schema, files, dir.path());
    }
}

#[test]
fn libreoffice_makes_one_page_of_each_certificate() {
    if Command::new("soffice").arg("--version").output().is_err()
        || Command::new("pdfinfo").arg("-v").output().is_err()
    {
        eprintln!("skipped: soffice or pdfinfo is not installed");
        return;
    }
    let dir = office();
    let asked: [&[&str]; 4] = [
        &["preview", "--form", "giay-khen", "--emblem", "quoc-huy.png"],
        &["preview", "--form", "bang-khen", "--for", "collective"],
        &["preview", "--form", "bang-khen-400x300", "--for", "collective"],
        &["grid", "--form", "phoi-giay-khen"],
    ];
    let mut names = Vec::new();
    for (at, arguments) in asked.iter().enumerate() {
        let path = dir.path().join(format!("{at}.docx"));
        std::fs::write(&path, made(dir.path(), arguments)).expect("written");
        names.push(path);
    }
    let profile = format!("-env:UserInstallation=file://{}", dir.path().join("lo").display());
    let done = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", "pdf", "--outdir"])
        .arg(dir.path())
        .args(&names)
        .output()
        .expect("runs");
    assert!(done.status.success());
    let sizes = ["841.89 x 595.3", "1190.55 x 841.89", "1133.86 x 850.39", "841.89 x 595.3"];
    for (at, size) in sizes.iter().enumerate() {
        let pdf = dir.path().join(format!("{at}.pdf"));
        let info = Command::new("pdfinfo").arg(&pdf).output().expect("runs");
        let info = String::from_utf8_lossy(&info.stdout).into_owned();
        assert!(info.contains("Pages:           1\n") && info.contains(size), "{at}: {info}");
    }
}

#[test]
fn a_form_is_copied_changed_and_its_faults_are_told() {
    let dir = office();
    let output = vanthu(dir.path(), &["form", "giay-khen"]);
    assert_eq!(output.status.code(), Some(0));
    let path = dir.path().join("templates/certificates/giay-khen.toml");
    assert_eq!(
        vanthu(dir.path(), &["form", "giay-khen"]).status.code(),
        Some(2),
        "never written over"
    );
    let text = std::fs::read_to_string(&path).expect("the form");
    std::fs::write(&path, text.replace("rong = 297", "rong = 280")).expect("written");
    let output = vanthu(dir.path(), &["preview"]);
    assert_eq!(output.status.code(), Some(1), "the office's own form wins");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("D0911"), "{said}");
    assert!(!dir.path().join("xem-thu-giay-khen.docx").exists());
}

#[test]
fn a_row_of_a_list_is_previewed() {
    let dir = office();
    let list = "Họ và tên,Giới tính,Chức vụ,Đơn vị,Thành tích\nLê Thị Hoa,Nữ,Chuyên viên,Phòng Tổng hợp,xuất sắc\n";
    std::fs::write(dir.path().join("ds.csv"), list).expect("written");
    let bytes = made(dir.path(), &["preview", "--data", "ds.csv"]);
    let document =
        parts(&bytes).into_iter().find(|(n, _)| n == "word/document.xml").expect("one").1;
    let text = String::from_utf8(document).expect("UTF-8");
    assert!(text.contains("Bà Lê Thị Hoa") && text.contains("Chuyên viên, Phòng Tổng hợp"));
    let output = vanthu(dir.path(), &["preview", "--data", "ds.csv", "--row", "2"]);
    assert_eq!(output.status.code(), Some(2)); // As a campaign reads it: titles above, a section, a name in capitals.
    let list = "DANH SÁCH ĐỀ NGHỊ,,,\nSTT,Họ và tên,Chức vụ,Thành tích\nI. Văn phòng Sở,,,\n1,BÀ TRẦN THỊ MAI,Chuyên viên,xuất sắc\n";
    std::fs::write(dir.path().join("ds2.csv"), list).expect("written");
    let bytes = made(dir.path(), &["preview", "--data", "ds2.csv"]);
    let document =
        parts(&bytes).into_iter().find(|(n, _)| n == "word/document.xml").expect("one").1;
    let text = String::from_utf8(document).expect("UTF-8");
    assert!(text.contains("Bà Trần Thị Mai") && text.contains("Chuyên viên, Văn phòng Sở"));
}
