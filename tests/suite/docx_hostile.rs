//! Files that nobody makes with good intentions, and damaged ones: each is refused with a reason.

use std::io::{Cursor, Write};

use proptest::prelude::*;
use vanthu::diagnostic::{FailureKind, Lang};
use vanthu::docx::{Writer, read};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::{docx_sample, docx_write::parts};

const W: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

fn good() -> Vec<u8> {
    Writer::new().expect("writer").write(&docx_sample::sheet()).expect("written").bytes
}

/// A file of the given parts.
fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in parts {
        zip.start_file(*name, options).expect("entry");
        zip.write_all(content).expect("content");
    }
    zip.finish().expect("zip").into_inner()
}

/// A file with this document.xml.
fn document(body: &str) -> Vec<u8> {
    zipped(&[(
        "word/document.xml",
        format!("<w:document xmlns:w=\"{W}\"><w:body>{body}</w:body></w:document>").as_bytes(),
    )])
}

/// The English reason for which the file is refused.
fn reason(bytes: &[u8]) -> String {
    let failure = read(bytes, "a.docx").expect_err("refused");
    assert_eq!(failure.kind, FailureKind::Input);
    assert_eq!(failure.place.file.as_deref(), Some("a.docx"));
    assert!(!failure.message.get(Lang::Vi).is_empty());
    failure.message.en
}

/// Overwrites bytes; as long as what they replace.
fn patched(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let places: Vec<usize> =
        bytes.windows(from.len()).enumerate().filter(|(_, w)| *w == from).map(|(i, _)| i).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

#[test]
fn what_is_no_zip_is_refused() {
    for bytes in [&b""[..], b"PK\x03\x04", b"%PDF-1.4", &[0; 5000]] {
        assert!(reason(bytes).contains("not a .docx"));
    }
    assert!(reason(&zipped(&[("a", b"b")])).contains("missing"));
}

#[test]
fn a_file_cut_off_anywhere_is_refused() {
    let bytes = good();
    for cut in (0..bytes.len()).step_by(97) {
        read(&bytes[..cut], "a.docx").expect_err("cut off");
    }
}

#[test]
fn a_damaged_part_is_refused() {
    let bytes = good();
    // Local header: 30 bytes, name, data. The document is the third part.
    let at = bytes.windows(17).position(|w| w == b"word/document.xml").expect("document") + 17;
    let mut damaged = bytes.clone();
    damaged[at + 200] ^= 0x10;
    assert!(reason(&damaged).contains("damaged"));
    // A wrong checksum in the directory alone.
    let central = bytes.windows(4).rposition(|w| w == b"PK\x01\x02").expect("directory");
    let first = bytes.windows(4).position(|w| w == b"PK\x01\x02").expect("directory");
    assert!(first < central);
    for (i, window) in bytes.windows(4).enumerate().filter(|(_, w)| *w == b"PK\x01\x02") {
        let _ = window;
        let mut damaged = bytes.clone();
        damaged[i + 16] ^= 1;
        let name = &bytes[i + 46..];
        if name.starts_with(b"word/document.xml") || name.starts_with(b"word/styles.xml") {
            assert!(reason(&damaged).contains("damaged"));
        }
    }
}

#[test]
fn bombs_are_refused_unread() {
    let zeros = vec![b' '; 65 << 20];
    assert!(reason(&zipped(&[("word/document.xml", &zeros)])).contains("too large"));
    assert!(reason(&zipped(&[("word/document.xml", &zeros[..40 << 20])])).contains("too large"));
    let many: Vec<String> = (0..2_001).map(|i| format!("p{i}")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|n| (n.as_str(), &b""[..])).collect();
    assert!(reason(&zipped(&many)).contains("too many"));
    let paragraphs = "<w:p/>".repeat(500_001);
    assert!(reason(&document(&paragraphs)).contains("too many"));
    // A part that is longer than it says.
    let bytes = zipped(&[("word/document.xml", &zeros[..5000])]);
    let lying = patched(bytes, &5000u32.to_le_bytes(), &50u32.to_le_bytes());
    assert!(reason(&lying).contains("damaged"));
}

#[test]
fn names_that_play_tricks_are_refused() {
    for name in ["../x", "word/../../x", "/etc/passwd", "a\\b", "c:x"] {
        assert!(reason(&zipped(&[(name, b"x"), ("word/document.xml", b"<a/>")])).contains("name"));
    }
    let twice = zipped(&[("word/document.xml", b"<a/>"), ("Word/document.xml", b"<b/>")]);
    assert!(reason(&twice).contains("same name"));
    assert!(reason(&patched(twice, b"Word/d", b"word/d")).contains("same name"));
}

#[test]
fn xml_that_is_not_plain_xml_is_refused() {
    let xml = |content: &[u8]| reason(&zipped(&[("word/document.xml", content)]));
    assert!(xml(b"<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>").contains("DOCTYPE"));
    for broken in [
        "<a>",
        "<a></b>",
        "<a b=c/>",
        "<a>&nope;</a>",
        "<a>&#1;</a>",
        "<a>&#0;</a>",
        "x",
        "",
        "<a",
        "<a>]]",
        "<a><![CDATA[",
    ] {
        assert!(xml(broken.as_bytes()).contains("well-formed"), "{broken}");
    }
    assert!(xml(b"<a>\xFF</a>").contains("UTF-8"));
    assert!(xml(b"<a>\x01</a>").contains("not allow"));
    assert!(xml("<a>\u{FFFE}</a>".as_bytes()).contains("not allow"));
}

#[test]
fn deep_nesting_is_refused() {
    for (open, close) in [
        ("<w:sdt>", "</w:sdt>"),
        ("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"),
        ("<x>", "</x>"),
    ] {
        let deep = format!("{}{}", open.repeat(5_000), close.repeat(5_000));
        assert!(reason(&document(&deep)).contains("deeply"));
    }
    // Styles based on each other in a ring do no harm.
    let style = |id: &str, on: &str| {
        format!(
            "<w:style w:type=\"paragraph\" w:styleId=\"{id}\"><w:basedOn w:val=\"{on}\"/></w:style>"
        )
    };
    let styles =
        format!("<w:styles xmlns:w=\"{W}\">{}{}</w:styles>", style("A", "B"), style("B", "A"));
    let body = format!(
        "<w:document xmlns:w=\"{W}\"><w:body><w:p><w:pPr><w:pStyle w:val=\"A\"/></w:pPr></w:p></w:body></w:document>"
    );
    let file =
        zipped(&[("word/document.xml", body.as_bytes()), ("word/styles.xml", styles.as_bytes())]);
    assert_eq!(read(&file, "a.docx").expect("read").styles.len(), 3);
}

#[test]
fn a_file_without_the_usual_is_read() {
    let rich = "<w:p><w:pPr><w:sectPr/><w:jc w:val=\"distribute\"/></w:pPr>\
        <w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText> PAGE  \\* MERGEFORMAT</w:instrText></w:r>\
        <w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>7</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r>\
        <w:hyperlink><w:r><w:t xml:space=\"preserve\"> a&amp;b&#x111; </w:t></w:r></w:hyperlink>\
        <w:del><w:r><w:delText>x</w:delText></w:r></w:del><w:ins><w:r><w:t> c </w:t><w:noBreakHyphen/></w:r></w:ins>\
        <w:bookmarkStart w:id=\"1\"/><w:r><w:drawing><a/></w:drawing></w:r></w:p><w:tbl/><w:unknown><w:p/></w:unknown>";
    let sheet = read(&document(rich), "a.docx").expect("read");
    assert_eq!(sheet.sections.len(), 1);
    let [vanthu::layout::Item::Para(para)] = sheet.sections[0].items.as_slice() else {
        panic!("one paragraph: {:?}", sheet.sections[0].items)
    };
    let content: Vec<_> = para.runs.iter().map(|r| &r.content).collect();
    use vanthu::layout::RunContent::{PageNumber, Text};
    assert_eq!(content, [&PageNumber, &Text(" a&bđ c\u{2011}".into())]);
    assert_eq!(para.format.align, vanthu::model::Align::Justify);
    let other = zipped(&[("word/document.xml", b"\xEF\xBB\xBF<x:document xmlns:x='http://purl.oclc.org/ooxml/wordprocessingml/main'><x:body><x:p><x:r><x:t>a</x:t></x:r></x:p></x:body></x:document>")]);
    assert_eq!(read(&other, "a.docx").expect("read").sections[0].items.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_make_the_reader_panic(
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        noise in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut bytes = good();
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let _ = read(&bytes, "a.docx");
        let _ = read(&noise, "a.docx");
    }

    #[test]
    fn no_document_makes_the_reader_panic(
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), "[<>/\"=&;a-z0-9: -]{0,5}"), 1..5),
    ) {
        let file = good();
        let mut all = parts(&file);
        for (name, content) in &mut all {
            if name.starts_with("word/") {
                let mut text = String::from_utf8(content.clone()).expect("UTF-8");
                for (at, what) in &cuts {
                    let at = at.index(text.len());
                    if let Some(end) = (at..text.len().min(at + 6)).rev().find(|i| text.is_char_boundary(*i) && text.is_char_boundary(at)) {
                        text.replace_range(at..end, what);
                    }
                }
                *content = text.into_bytes();
            }
        }
        let borrowed: Vec<(&str, &[u8])> = all.iter().map(|(n, c)| (n.as_str(), c.as_slice())).collect();
        let _ = read(&zipped(&borrowed), "a.docx");
    }
}
