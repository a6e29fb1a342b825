//! Small Word files, written by hand, and what came of them.

use std::io::{Cursor, Write};

use serde_json::Value;
use vanthu::diagnostic::Diagnostic;
use vanthu::docx::{NoPictures, WordTemplate};
use zip::write::SimpleFileOptions;

pub const SPACES: &str = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" mc:Ignorable="w14""#;

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>MORE</Types>"#;
const ROOTS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#;
const LINKS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">MORE</Relationships>"#;

/// A package of parts in this order.
pub fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    for (name, content) in parts {
        zip.start_file(*name, options).expect("a part");
        zip.write_all(content).expect("content");
    }
    zip.finish().expect("a zip").into_inner()
}

/// A part of a Word file: name, root element, content.
pub type Extra<'a> = (&'a str, &'a str, &'a str);

/// A Word file with this body, and parts such as `("word/header1.xml", "w:hdr", "<w:p/>")`.
pub fn docx_with(body: &str, extra: &[Extra<'_>], links: &str) -> Vec<u8> {
    let head = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
    let document = format!("{head}\n<w:document {SPACES}><w:body>{body}</w:body></w:document>");
    let mut more = String::new();
    let mut contents = Vec::new();
    for (name, root, content) in extra {
        let kind = match *root {
            "w:hdr" => "header",
            "w:ftr" => "footer",
            other => other.trim_start_matches("w:"),
        };
        more.push_str(&format!("<Override PartName=\"/{name}\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml\"/>"));
        contents.push(format!("{head}\n<{root} {SPACES}>{content}</{root}>"));
    }
    let types = TYPES.replace("MORE", &more);
    let links = LINKS.replace("MORE", links);
    let mut parts: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", ROOTS.as_bytes()),
        ("word/document.xml", document.as_bytes()),
        ("word/_rels/document.xml.rels", links.as_bytes()),
    ];
    for ((name, ..), content) in extra.iter().zip(&contents) {
        parts.push((name, content.as_bytes()));
    }
    package(&parts)
}

pub fn docx(body: &str) -> Vec<u8> {
    docx_with(body, &[], "")
}

/// A paragraph with one run.
pub fn p(text: &str) -> String {
    format!("<w:p><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>")
}

/// A row with one paragraph in each cell.
pub fn row(cells: &[&str]) -> String {
    let cells: String = cells
        .iter()
        .map(|c| {
            format!("<w:tc><w:tcPr><w:tcW w:w=\"1000\" w:type=\"dxa\"/></w:tcPr>{}</w:tc>", p(c))
        })
        .collect();
    format!("<w:tr>{cells}</w:tr>")
}

pub fn table(rows: &str) -> String {
    format!("<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w=\"1000\"/></w:tblGrid>{rows}</w:tbl>")
}

pub fn compile(bytes: &[u8]) -> Result<WordTemplate, Vec<Diagnostic>> {
    let (template, found) = WordTemplate::compile(bytes, "mau.docx").expect("a Word file");
    template.ok_or(found)
}

/// What a part of the filled file holds.
pub fn part(bytes: &[u8], name: &str) -> String {
    let content =
        crate::docx_write::parts(bytes).into_iter().find(|(n, _)| n == name).expect(name).1;
    String::from_utf8(content).expect("UTF-8")
}

pub fn filled(bytes: &[u8], data: &Value) -> Vec<u8> {
    let template = compile(bytes).unwrap_or_else(|f| panic!("{:#?}", show(&f)));
    template
        .fill(data, &Value::Null, &NoPictures)
        .unwrap_or_else(|f| panic!("{:#?}", show(&f)))
        .bytes
}

/// The body of a filled file with this body.
pub fn body(template: &str, data: &Value) -> String {
    let document = part(&filled(&docx(template), data), "word/document.xml");
    let (_, rest) = document.split_once("<w:body>").expect("a body");
    rest.strip_suffix("</w:body></w:document>").expect("an end").to_owned()
}

/// The words of a body: `|` between paragraphs, `/` for a break.
pub fn words(xml: &str) -> String {
    let mut out = String::new();
    for piece in xml.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
        match tag {
            "w:t" | "w:t xml:space=\"preserve\"" => out.push_str(text),
            "w:br/" => out.push('/'),
            "w:tab/" => out.push('\t'),
            "/w:p" | "w:p/" => out.push('|'),
            _ => {}
        }
    }
    out
}

pub fn show(found: &[Diagnostic]) -> Vec<String> {
    found
        .iter()
        .map(|d| {
            format!(
                "{} {} --> {}",
                d.code,
                d.message.en,
                d.place.describe(vanthu::diagnostic::Lang::En)
            )
        })
        .collect()
}

/// The findings of a template that is refused.
pub fn refused(body: &str) -> Vec<String> {
    show(&compile(&docx(body)).expect_err("is refused"))
}
