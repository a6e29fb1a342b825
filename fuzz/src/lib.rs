//! What each fuzz target does with its bytes, shared with a test that runs the seeds.
//!
//! Knows: the readers' entry functions and what must hold whatever they are fed.
//! Must not know: where the bytes come from.

use std::io::{Cursor, Write};

use vanthu::archive;
use vanthu::diagnostic::{Diagnostic, Failure};
use vanthu::docx::WordTemplate;
use vanthu::model::ArrivalStamp;
use vanthu::source::data::{self, Limits, Options};
use vanthu::source::name::NamePattern;
use vanthu::source::pdf::{Limits as PdfLimits, Pdf};
use vanthu::source::{self, incoming, job, office};
use vanthu::template::Template;
use vanthu::{docx, ruleset::Ruleset};

/// A finding speaks both languages and names a file.
fn sound(findings: &[Diagnostic]) {
    for finding in findings {
        assert!(!finding.message.vi.is_empty() && !finding.message.en.is_empty(), "{finding:?}");
        assert!(finding.place.file.is_some(), "{finding:?}");
        assert_ne!(finding.place.line, Some(0), "{finding:?}");
    }
}

/// A refusal speaks both languages, names a file and a way out.
fn refusal(failure: &Failure) {
    assert!(!failure.message.vi.is_empty() && !failure.message.en.is_empty(), "{failure:?}");
    assert!(failure.place.file.is_some() && failure.hint.is_some(), "{failure:?}");
}

fn text(bytes: &[u8], file: &str) -> Option<String> {
    source::decode(bytes, file).inspect_err(refusal).ok()
}

/// Front matter and body. Reading twice gives the same.
pub fn source(bytes: &[u8]) {
    let Some(text) = text(bytes, "a.md") else { return };
    let (one, findings) = source::parse(&text, "a.md");
    sound(&findings);
    let lines = text.lines().count() as u32 + 1;
    assert!(one.last_line <= lines);
    assert!(findings.iter().all(|f| f.place.line.unwrap_or(1) <= lines), "{findings:?}");
    let (_, again) = source::parse(&text, "a.md");
    assert_eq!(findings, again);
}

/// A template, a NUL, and its data as JSON; what comes out is read as a source.
pub fn template(bytes: &[u8]) {
    let (template, values) = match bytes.iter().position(|b| *b == 0) {
        Some(at) => (&bytes[..at], &bytes[at + 1..]),
        None => (bytes, &b"{}"[..]),
    };
    let Some(text) = text(template, "a.md") else { return };
    let template = match Template::compile(&text, "a.md") {
        Ok(template) => template,
        Err(findings) => {
            assert!(!findings.is_empty());
            return sound(&findings);
        }
    };
    let values = serde_json::from_slice(values).unwrap_or_else(|_| serde_json::json!({}));
    match template.render(&values) {
        Ok(rendered) => sound(&source::parse(&rendered, "a.md").1),
        Err(findings) => assert!(!findings.is_empty()),
    }
}

/// `vanthu.toml`.
pub fn office(bytes: &[u8]) {
    let Some(text) = text(bytes, "vanthu.toml") else { return };
    let known = office::Known { layout: &["body_pt"], types: &["cong-van", "ke-hoach"] };
    sound(&office::parse(&text, "vanthu.toml", &known).1);
}

/// A job file.
pub fn job(bytes: &[u8]) {
    let Some(text) = text(bytes, "dot.toml") else { return };
    if let Err(findings) = job::parse(&text, "dot.toml") {
        assert!(!findings.is_empty());
        sound(&findings);
    }
}

/// A ruleset.
pub fn ruleset(bytes: &[u8]) {
    let Some(text) = text(bytes, "r.toml") else { return };
    if let Err(failure) = Ruleset::parse(&text, "r.toml") {
        refusal(&failure);
    }
}

fn rows(bytes: &[u8], file: &str) {
    let limits = Limits { rows: 2_000, unpacked: 8 << 20, shared: 1 << 20, ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    let mut rows = match data::read(bytes.to_vec(), file, &options) {
        Ok(rows) => rows,
        Err(failure) => return refusal(&failure),
    };
    let mut count = 0;
    for row in rows.by_ref() {
        match row {
            Ok(row) => sound(&row.findings),
            Err(failure) => {
                refusal(&failure);
                break;
            }
        }
        count += 1;
        assert!(count <= 2_000, "more rows than the limit");
    }
    sound(&rows.findings());
}

/// CSV.
pub fn csv(bytes: &[u8]) {
    rows(bytes, "a.csv");
}

/// JSON rows.
pub fn json(bytes: &[u8]) {
    rows(bytes, "a.json");
}

/// YAML rows.
pub fn yaml(bytes: &[u8]) {
    rows(bytes, "a.yaml");
}

/// A workbook as a file.
pub fn xlsx(bytes: &[u8]) {
    rows(bytes, "a.xlsx");
}

/// A workbook's sheet: the bytes are its XML, past the zip's checksum.
pub fn xlsx_sheet(bytes: &[u8]) {
    let parts: [(&str, &[u8]); 3] = [
        ("xl/workbook.xml", br#"<workbook><sheets><sheet name="S" r:id="r1"/></sheets></workbook>"#),
        (
            "xl/_rels/workbook.xml.rels",
            br#"<Relationships><Relationship Id="r1" Type="/worksheet" Target="sheet1.xml"/></Relationships>"#,
        ),
        ("xl/sheet1.xml", bytes),
    ];
    if let Some(file) = packed(&parts) {
        rows(&file, "a.xlsx");
    }
}

/// A Word file.
pub fn docx(bytes: &[u8]) {
    if let Err(failure) = docx::read(bytes, "a.docx") {
        refusal(&failure);
    }
}

/// A Word file's main part: the bytes are its XML, past the zip's checksum.
pub fn docx_document(bytes: &[u8]) {
    let parts: [(&str, &[u8]); 2] = [
        (
            "_rels/.rels",
            br#"<Relationships><Relationship Id="r1" Type="/officeDocument" Target="word/document.xml"/></Relationships>"#,
        ),
        ("word/document.xml", bytes),
    ];
    if let Some(file) = packed(&parts) {
        docx(&file);
    }
}

/// The body of a Word file with tags: the bytes are the XML of its main part. What it makes of the
/// data is XML again.
pub fn word_template(bytes: &[u8]) {
    let parts: [(&str, &[u8]); 2] = [
        (
            "[Content_Types].xml",
            br#"<Types><Override ContentType="wordprocessingml.document.main+xml"/></Types>"#,
        ),
        ("word/document.xml", bytes),
    ];
    let Some(file) = packed(&parts) else { return };
    let template = match WordTemplate::compile(&file, "a.docx") {
        Ok((template, findings)) => {
            assert!(template.is_some() || !findings.is_empty());
            sound(&findings);
            template
        }
        Err(failure) => return refusal(&failure),
    };
    let Some(template) = template else { return };
    let rows = serde_json::json!([{"ten": "A & <b>", "ds": ["x", "y"]}, {"ten": "A", "ds": []}]);
    let data = serde_json::json!({"ten": "{{x}}", "ngay": "2026-03-05", "co": true, "ds": rows});
    match template.fill(&data, &serde_json::Value::Null, &docx::NoPictures) {
        Ok(made) => {
            if let Err(failure) = docx::read(&made.bytes, "a.docx") {
                refusal(&failure);
            }
            let (again, findings) =
                WordTemplate::compile(&made.bytes, "a.docx").expect("a Word file");
            assert!(again.is_some() || !findings.is_empty());
        }
        Err(findings) => {
            assert!(!findings.is_empty());
            sound(&findings);
        }
    }
}

/// A bag's manifest.
pub fn manifest(bytes: &[u8]) {
    assert!(archive::fuzzing::manifest(bytes) <= bytes.len());
}

/// A signed note, and a key.
pub fn note(bytes: &[u8]) {
    archive::fuzzing::note(bytes);
}

/// The text of a checkpoint.
pub fn checkpoint(bytes: &[u8]) {
    archive::fuzzing::checkpoint(bytes);
}

/// A proof to take away.
pub fn proof(bytes: &[u8]) {
    archive::fuzzing::proof(bytes);
}

/// A tile, an entry bundle, and the path of one.
pub fn tile(bytes: &[u8]) {
    archive::fuzzing::tile(bytes);
}

/// An entry of the log. What is read says the same when it is written.
pub fn leaf(bytes: &[u8]) {
    use vanthu::register::leaf::Leaf;
    let Ok(leaf) = serde_json::from_slice::<Leaf>(bytes) else { return };
    let text = serde_json::to_vec(&leaf).expect("written");
    assert_eq!(serde_json::from_slice::<Leaf>(&text).ok(), Some(leaf));
}

/// The name of a copy: a pattern, a NUL, a value. No name leads out of its folder.
pub fn name(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (pattern, value) = text.split_once('\0').unwrap_or((&text, "../x"));
    let Ok(pattern) = NamePattern::parse(pattern) else { return };
    if let Ok(name) = pattern.render(|_| Some(value.to_owned())) {
        assert!(!name.contains(['/', '\\', ':', '\0']) && name != "..", "{name:?}");
    }
}

fn packed(parts: &[(&str, &[u8])]) -> Option<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in parts {
        zip.start_file(*name, options).ok()?;
        zip.write_all(bytes).ok()?;
    }
    Some(zip.finish().ok()?.into_inner())
}

/// A received PDF: text, offer and stamp. What was stamped can be read again.
pub fn pdf(bytes: &[u8]) {
    let small =
        PdfLimits { file: 4 << 20, stream: 1 << 20, objects: 8 << 20, ..PdfLimits::default() };
    let Ok(pdf) = Pdf::open(bytes, small) else { return };
    let Ok(text) = pdf.text(0) else { return };
    let Ok(shape) = pdf.shape(0) else { return };
    let _ = incoming::offer(&text.lines, &text.lines, (shape.width, shape.height), &[]);
    let stamp = ArrivalStamp { number: "3630".into(), ..ArrivalStamp::default() };
    let Ok(stamped) = pdf.stamp_beside(&stamp, None, Some(&text)) else { return };
    let area = stamped.spot.area;
    assert!(area.x >= 0.0 && area.y >= 0.0, "{area:?}");
    assert!(area.right() <= shape.width + 0.1 && area.bottom() <= shape.height + 0.1, "{area:?}");
    assert!(!stamped.appended || stamped.bytes.starts_with(bytes));
    let copy = Pdf::open(&stamped.bytes, PdfLimits::default());
    assert!(copy.is_ok_and(|copy| copy.page_count() >= 1));
}
