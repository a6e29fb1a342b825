//! What the docx writer makes, seen by other people's tools.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use quick_xml::Reader;
use quick_xml::events::Event;
use vanthu::diagnostic::FailureKind;
use vanthu::docx::{Writer, read};
use vanthu::layout::{Item, Run, RunContent, Sheet};

use crate::{docx_read, docx_sample};

fn written(sheet: &Sheet) -> Vec<u8> {
    Writer::new().expect("writer").write(sheet).expect("written").bytes
}

/// The parts of a file by name.
pub fn parts(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
    (0..zip.len())
        .map(|i| {
            let mut file = zip.by_index(i).expect("entry");
            let mut content = Vec::new();
            std::io::Read::read_to_end(&mut file, &mut content).expect("content");
            (file.name().expect("name").into_owned(), content)
        })
        .collect()
}

fn part(bytes: &[u8], name: &str) -> String {
    let content = parts(bytes).into_iter().find(|(n, _)| n == name).expect(name).1;
    String::from_utf8(content).expect("UTF-8")
}

fn scratch() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
}

#[test]
fn the_same_sheet_gives_the_same_bytes_on_any_thread() {
    let sheet = docx_sample::sheet();
    let writer = Writer::new().expect("writer");
    let first = writer.write(&sheet).expect("written");
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..4).map(|_| scope.spawn(|| writer.write(&sheet).expect("written"))).collect();
        for thread in threads {
            assert_eq!(thread.join().expect("thread"), first);
        }
    });
    // Also when other sheets came between, and by another writer.
    for i in 0..40 {
        let mut other = sheet.clone();
        let mut styles = other.styles.to_vec();
        styles[1].look.size += i;
        other.styles = styles.into();
        other.sections[0].header.clear();
        other.properties.title.push('x');
        assert_ne!(writer.write(&other).expect("written").parts, first.parts);
    }
    assert_eq!(writer.write(&sheet).expect("written"), first);
    assert_eq!(Writer::new().expect("writer").write(&sheet).expect("written"), first);
}

#[test]
fn the_digest_of_the_parts_can_be_computed_by_anyone() {
    use sha2::{Digest, Sha256};
    let written = Writer::new().expect("writer").write(&docx_sample::sheet()).expect("written");
    let mut all = parts(&written.bytes);
    all.sort();
    let mut whole = Sha256::new();
    for (name, content) in all {
        whole.update(name.as_bytes());
        whole.update([0]);
        whole.update(Sha256::digest(&content));
    }
    assert_eq!(written.parts[..], whole.finalize()[..]);
}

#[test]
fn the_package_is_what_word_wants() {
    let bytes = written(&docx_sample::sheet());
    assert!(bytes.starts_with(b"PK\x03\x04"));
    let names: Vec<String> = parts(&bytes).into_iter().map(|(n, _)| n).collect();
    assert_eq!(names.first().map(String::as_str), Some("[Content_Types].xml"));
    let types = part(&bytes, "[Content_Types].xml");
    for name in &names {
        let known = types.contains(&format!("\"/{name}\"")) || name.ends_with(".rels");
        assert!(known || name == "[Content_Types].xml", "{name} has no content type");
    }
    for override_ in types.split("PartName=\"/").skip(1) {
        let name = override_.split('"').next().expect("name");
        assert!(names.iter().any(|n| n == name), "{name} is not there");
    }
    let settings = part(&bytes, "word/settings.xml");
    assert!(settings.contains(
        "\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\""
    ));
    let core = part(&bytes, "docProps/core.xml");
    assert!(core.contains("<dc:language>vi-VN</dc:language>"));
    assert!(core.contains(">2026-03-05T00:00:00Z</dcterms:created>"));
    assert!(core.contains("năm 2026 &lt;&amp;&gt;</dc:title>"));
    let styles = part(&bytes, "word/styles.xml");
    assert!(styles.contains(
        "<w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" \
         w:eastAsia=\"Times New Roman\" w:cs=\"Times New Roman\"/>"
    ));
    assert_eq!(styles.matches("w:type=\"paragraph\" w:default=\"1\"").count(), 1);
}

#[test]
fn ids_are_unique_and_references_lead_somewhere() {
    let bytes = written(&docx_sample::sheet());
    let relationships = part(&bytes, "word/_rels/document.xml.rels");
    let document = part(&bytes, "word/document.xml");
    for reference in document.split("r:id=\"").skip(1) {
        let id = reference.split('"').next().expect("id");
        assert_eq!(relationships.matches(&format!("Id=\"{id}\"")).count(), 1, "{id}");
    }
    for (list, text) in [
        ("Id=\"", &relationships),
        ("w:styleId=\"", &part(&bytes, "word/styles.xml")),
        ("<wp:docPr id=\"", &document),
    ] {
        let mut ids: Vec<&str> =
            text.split(list).skip(1).filter_map(|s| s.split('"').next()).collect();
        let count = ids.len();
        assert!(count > 0, "{list}");
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{list}");
    }
}

#[test]
fn a_character_that_xml_cannot_hold_is_refused_and_nothing_else() {
    let mut sheet = docx_sample::sheet();
    let with = |sheet: &mut Sheet, text: &str| {
        let Item::Para(p) = &mut sheet.sections[0].items[1] else { panic!("a paragraph") };
        p.runs = vec![Run { look: docx_sample::NORMAL, content: RunContent::Text(text.into()) }];
    };
    let writer = Writer::new().expect("writer");
    with(&mut sheet, "a\u{1}b");
    let failure = writer.write(&sheet).expect_err("refused");
    assert_eq!(failure.kind, FailureKind::Input);
    assert!(failure.message.en.contains("U+0001"), "{failure}");
    with(&mut sheet, "</w:t> & \u{FFFD} \u{1F600} a  b ");
    let bytes = writer.write(&sheet).expect("written").bytes;
    assert_eq!(read(&bytes, "a").expect("read"), sheet);
}

#[test]
fn the_xml_is_valid() {
    let Some(schemas) = std::env::var_os("VANTHU_OOXML_XSD").map(PathBuf::from) else {
        eprintln!("skipped: VANTHU_OOXML_XSD does not name a folder of schemas");
        return;
    };
    if Command::new("xmllint").arg("--version").output().is_err() {
        eprintln!("skipped: xmllint is not installed");
        return;
    }
    let dir = tempfile::tempdir_in(scratch()).expect("folder");
    let mut sheets = vec![docx_sample::sheet(), Sheet::default()];
    let mut runner = TestRunner::deterministic();
    sheets.extend(
        (0..24).map(|_| docx_read::sheet().new_tree(&mut runner).expect("a sheet").current()),
    );
    sheets.extend(docx_read::forms());
    let mut files: BTreeMap<&str, Vec<PathBuf>> = BTreeMap::new();
    for (i, sheet) in sheets.iter().enumerate() {
        for (name, content) in parts(&written(sheet)) {
            let schema = match name.as_str() {
                "[Content_Types].xml" => "opc-contentTypes.xsd",
                "docProps/app.xml" => "shared-documentPropertiesExtended.xsd",
                // The schema of core properties wants those of Dublin Core, which are not there.
                "docProps/core.xml" => continue,
                n if n.ends_with(".rels") => "opc-relationships.xsd",
                _ => "wml.xsd",
            };
            let file = dir.path().join(format!("{i}-{}", name.replace('/', "-")));
            std::fs::write(&file, fallback_only(&content)).expect("written");
            files.entry(schema).or_default().push(file);
        }
    }
    for (schema, files) in &files {
        validate(&schemas, schema, files, dir.path());
    }
    // The schemas do find faults.
    let faulty = dir.path().join("faulty.xml");
    let space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    let content = format!("<w:styles xmlns:w=\"{space}\"><w:style/><w:docDefaults/></w:styles>");
    std::fs::write(&faulty, content).expect("written");
    assert!(!xmllint(&schemas, "wml.xsd", &[faulty], dir.path()).status.success());
}

pub fn validate(schemas: &Path, schema: &str, files: &[PathBuf], dir: &Path) {
    let out = xmllint(schemas, schema, files, dir);
    let lines = String::from_utf8_lossy(&out.stderr).into_owned();
    let faults: Vec<&str> = lines.lines().filter(|l| !l.ends_with(" validates")).take(20).collect();
    assert!(out.status.success(), "{}", faults.join("\n"));
}

/// Runs a schema that first imports the attributes of `xml:`, which the others want.
fn xmllint(schemas: &Path, schema: &str, files: &[PathBuf], dir: &Path) -> Output {
    let text = std::fs::read_to_string(schemas.join(schema)).expect("a schema");
    let target = text.split("targetNamespace=\"").nth(1).and_then(|s| s.split('"').next());
    let driver = dir.join(format!("driver-{schema}"));
    let import = |space: &str, file: &str| {
        let file = schemas.join(file);
        format!("<x:import namespace=\"{space}\" schemaLocation=\"{}\"/>", file.display())
    };
    let content = format!(
        "<x:schema xmlns:x=\"http://www.w3.org/2001/XMLSchema\">{}{}</x:schema>",
        import("http://www.w3.org/XML/1998/namespace", "xml-namespace.xsd"),
        import(target.expect("a namespace"), schema),
    );
    std::fs::write(&driver, content).expect("written");
    Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .arg(&driver)
        .args(files)
        .output()
        .expect("xmllint")
}

/// The XML with every `mc:AlternateContent` replaced by what its fallback holds: the schemas
/// know nothing of alternatives.
pub fn fallback_only(xml: &[u8]) -> String {
    let xml = std::str::from_utf8(xml).expect("UTF-8");
    let mut reader = Reader::from_str(xml);
    let (mut out, mut at, mut in_choice) = (String::new(), 0, false);
    loop {
        let event = reader.read_event().expect("well-formed");
        let end = usize::try_from(reader.buffer_position()).expect("small");
        let name = match &event {
            Event::Start(e) => e.name().into_inner().to_owned(),
            // One without content opens nothing; only alternatives matter here.
            Event::Empty(e) if e.name().into_inner().starts_with("mc:") => "mc:".to_owned(),
            Event::End(e) => format!("/{}", e.name().into_inner()),
            Event::Eof => break,
            _ => String::new(),
        };
        match name.as_str() {
            "mc:Choice" => in_choice = true,
            "/mc:Choice" => in_choice = false,
            n if n.trim_start_matches('/').starts_with("mc:") => {}
            _ if in_choice => {}
            _ => out.write_str(&xml[at..end]).expect("a string"),
        }
        at = end;
    }
    out
}

#[test]
fn docx_rs_reads_the_same_words() {
    let sheet = docx_sample::sheet();
    let document = docx_rs::read_docx(&written(&sheet)).expect("docx-rs reads it").document;
    let json = serde_json::to_string(&document).expect("JSON");
    for words in [
        "KẾ HOẠCH",
        "Độc lập - Tự do - Hạnh phúc",
        "Việc thứ 40 & <rà soát> hồ sơ",
        "Lê Minh Tuấn",
        "Hết phụ lục.",
    ] {
        assert!(json.contains(words), "{words}");
    }
    let tables = document.children.iter().filter(|c| matches!(c, docx_rs::DocumentChild::Table(_)));
    let ours = sheet.sections.iter().flat_map(|s| &s.items).filter(|i| matches!(i, Item::Table(_)));
    assert_eq!(tables.count(), ours.count());
}

#[test]
fn libreoffice_makes_the_pages_that_were_meant() {
    let dir = tempfile::tempdir_in(scratch()).expect("folder");
    let docx = dir.path().join("sample.docx");
    std::fs::write(&docx, written(&docx_sample::sheet())).expect("written");
    let Some(pdf) = to_pdf(dir.path(), &docx) else {
        eprintln!("skipped: soffice is not installed");
        return;
    };
    assert!(std::fs::read(&pdf).expect("a PDF").starts_with(b"%PDF"));
    let Ok(text) = Command::new("pdftotext")
        .args(["-layout".as_ref(), pdf.as_os_str(), "-".as_ref()])
        .output()
    else {
        eprintln!("skipped in part: pdftotext is not installed");
        return;
    };
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    let pages: Vec<&str> = text.trim_end_matches('\u{c}').split('\u{c}').collect();
    assert_eq!(pages.len(), 4, "{text}");
    let first_line = |page: &str| page.trim_start().lines().next().unwrap_or("").trim().to_owned();
    assert_eq!(first_line(pages[0]), "LƯU HÀNH NỘI BỘ");
    assert_eq!([first_line(pages[1]), first_line(pages[3])], ["2", "2"]);
    assert!(first_line(pages[2]).starts_with("SỞ NỘI VỤ"));
    let feet = pages.iter().filter(|p| p.contains("Trần Phú")).count();
    assert_eq!(feet, 1, "the contact line stands on the first page only");
    assert!(pages.iter().all(|p| p.contains("Đơn vị chủ trì")), "the header row is repeated");
}

/// Converts with LibreOffice; `None` if it is not installed.
fn to_pdf(dir: &Path, docx: &Path) -> Option<PathBuf> {
    let profile = format!("-env:UserInstallation=file://{}", dir.join("profile").display());
    let out = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", "pdf", "--outdir"])
        .args([dir, docx])
        .output()
        .ok()?;
    assert!(out.status.success(), "soffice: {}", String::from_utf8_lossy(&out.stderr));
    Some(docx.with_extension("pdf"))
}
