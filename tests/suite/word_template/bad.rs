//! Faults of templates, data and files: all told, each in its place.

use serde_json::{Value, json};
use vanthu::docx::{NoPictures, WordTemplate};

use super::fixture::{compile, docx, docx_with, p, package, refused, row, show, table};

#[test]
fn all_faults_of_a_template_are_told_with_part_and_place() {
    let bytes = docx_with(
        &(p("Kính gửi {{uper ten}}")
            + &table(&(row(&["a", "{{#each ds}}"]) + &row(&["{{ten", "c"])))),
        &[("word/header1.xml", "w:hdr", &(p("x") + &p("{{/if}} {{{thô}}}")))],
        "",
    );
    let found = show(&compile(&bytes).expect_err("refused"));
    let expected = [
        "M0101 the tag “{{ten” is not closed with “}}” --> mau.docx, body, table 1 row 2 column 1, at “{{ten”",
        "M0103 the block “{{#each}}” is not closed --> mau.docx, body, table 1 row 1 column 2, at “{{#each ds}}”",
        "M0102 there is no helper “uper” --> mau.docx, body, paragraph 1, at “Kính gửi {{uper ten}}”",
        "M0104 raw tags such as “{{{thô}}}” are refused --> mau.docx, header (header1.xml), paragraph 2, at “{{/if}} {{{thô}}}”",
        "M0103 “{{/if}}” closes no block --> mau.docx, header (header1.xml), paragraph 2, at “{{/if}} {{{thô}}}”",
    ];
    assert_eq!(found, expected);
}

#[test]
fn blocks_that_cross_the_structure_are_refused() {
    let cases = [
        // From one cell to another row, with other text in the row.
        table(&(row(&["a", "{{#each ds}}b"]) + &row(&["{{/each}}c", "d"]))),
        p("{{#each ds}}") + &table(&row(&["{{ten}}", "{{/each}}"])),
        p("a {{#if x}} b") + &p("c {{/if}} d"),
        table(&row(&["{{#if x}}a", "{{else}}b{{/if}}"])),
        "<w:p><w:hyperlink r:id=\"x\"><w:r><w:t>{{#if x}}a</w:t></w:r></w:hyperlink><w:r><w:t>b{{/if}}</w:t></w:r></w:p>".to_owned(),
    ];
    for case in cases {
        let found = refused(&case);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].starts_with("M0301 the block “{{#"), "{found:#?}");
    }
    // A block that crosses hides no other fault.
    let found = refused(&(p("a {{#if x}} b") + &p("c {{/if}} d {{money}}")));
    assert_eq!(found.len(), 2, "{found:#?}");
}

#[test]
fn fields_of_word_and_notes_are_kept_whole() {
    let field = |kind: &str| format!("<w:r><w:fldChar w:fldCharType=\"{kind}\"/></w:r>");
    let code = "<w:r><w:instrText>HYPERLINK \"{{x}}\"</w:instrText></w:r>";
    let text = |t: &str| format!("<w:r><w:t>{t}</w:t></w:r>");
    let cases = [
        format!(
            "<w:p>{}{code}{}{}{}</w:p>",
            field("begin"),
            field("separate"),
            text("a"),
            field("end")
        ),
        format!(
            "<w:p>{}{}{}{}</w:p>",
            text("{{#if x}}"),
            field("begin"),
            text("{{/if}}"),
            field("end")
        ),
        format!("<w:p>{}{}{}{}</w:p>", text("{{te"), field("begin"), field("end"), text("n}}")),
    ];
    for case in cases {
        let found = refused(&case);
        assert!(found.len() == 1 && found[0].starts_with("M0303"), "{found:#?}");
    }
    let note = p("{{#each ds}}")
        + "<w:p><w:r><w:t>{{this}}</w:t><w:footnoteReference w:id=\"2\"/></w:r></w:p>"
        + &p("{{/each}}");
    let found = refused(&note);
    assert!(found.len() == 1 && found[0].starts_with("M0302"), "{found:#?}");
}

#[test]
fn pictures_stand_where_they_can() {
    let found = refused(&(p("{{picture anh}}") + &p("{{merge}}") + &p("{{qr x}}")));
    assert_eq!(found.iter().filter(|f| f.starts_with("M0110")).count(), 3, "{found:#?}");
    let found = refused(&super::parts::picture("{{ten}}", 1));
    assert!(found.len() == 1 && found[0].starts_with("M0305"), "{found:#?}");
    let shape = super::parts::picture("{{picture anh}}", 1).replace("a:blip", "a:other");
    let found = refused(&shape);
    assert!(found.len() == 1 && found[0].starts_with("M0305"), "{found:#?}");
}

#[test]
fn lost_braces_are_noticed() {
    let (template, found) =
        WordTemplate::compile(&docx(&(p("{ten}} và {{ten}}") + &p("a {{x}"))), "mau.docx")
            .expect("a file");
    assert!(template.is_none());
    let found = show(&found);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(
        found[0].starts_with("M0304 “}}” closes no tag") && found[1].starts_with("M0101"),
        "{found:#?}"
    );
    let properties = package_with("docProps/custom.xml", b"<a>{{ten}}</a>");
    let (template, found) = WordTemplate::compile(&properties, "mau.docx").expect("a file");
    assert!(template.is_some_and(|t| t.is_plain()));
    assert!(show(&found)[0].starts_with("M0304"), "{found:#?}");
}

#[test]
fn missing_data_are_told_all_at_once() {
    let template = compile(&docx(
        &(p("{{ten}} {{date ngay}}")
            + &table(
                &(row(&["TT", "Tên"]) + &row(&["{{#each ds}}{{ho_ten}}", "{{dv}}{{/each}}"])),
            )),
    ))
    .expect("compiles");
    let data = json!({"tne": 1, "ngay": "mai", "ds": [{"ho_ten": "A", "dv": ""}, {"ho_ten": "B\u{7}", "dv": "C"}, {"dv": ["x"]}]});
    let found = show(&template.check(&data, &Value::Null, &NoPictures));
    let expected = [
        "M0201 the data have no field `ten` --> mau.docx, body, paragraph 1, at “{{ten}} {{date ngay}}”, ten",
        "M0203 the helper `date` takes a date such as 2026-03-05, but the field `ngay` is “mai” --> mau.docx, body, paragraph 1, at “{{ten}} {{date ngay}}”, ngay",
        "M0205 the field `ho_ten` holds the character U+0007, which cannot be printed (item 2 of `ds`) --> mau.docx, body, table 1 row 2 column 1, at “{{#each ds}}{{ho_ten}}”, ho_ten",
        "M0201 the data have no field `ho_ten` (item 3 of `ds`) --> mau.docx, body, table 1 row 2 column 1, at “{{#each ds}}{{ho_ten}}”, ho_ten",
        "M0203 the field `dv` must be a single value (for a list use {{#each}} or {{join}}) (item 3 of `ds`) --> mau.docx, body, table 1 row 2 column 2, at “{{dv}}{{/each}}”, dv",
    ];
    assert_eq!(found, expected);
}

fn package_with(name: &str, content: &[u8]) -> Vec<u8> {
    let parts = crate::docx_write::parts(&docx(&p("x")));
    let mut parts: Vec<(&str, &[u8])> =
        parts.iter().map(|(n, c)| (n.as_str(), c.as_slice())).collect();
    parts.push((name, content));
    package(&parts)
}

#[test]
fn other_files_are_refused_by_name() {
    let ole = |name: &str| {
        let mut bytes = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
        bytes.resize(1024, 0);
        bytes.extend(name.bytes().flat_map(|b| [b, 0]));
        bytes
    };
    let doctype = docx("<w:p/>");
    let parts = crate::docx_write::parts(&doctype);
    let evil = String::from_utf8(parts[2].1.clone())
        .expect("UTF-8")
        .replacen("?>", "?><!DOCTYPE x [<!ENTITY a \"{\">]>", 1)
        .replace("<w:p/>", "{");
    let bad_xml = |xml: &str| {
        let mut all: Vec<(&str, &[u8])> =
            parts.iter().map(|(n, c)| (n.as_str(), c.as_slice())).collect();
        all[2].1 = xml.as_bytes();
        package(&all)
    };
    let bomb = vec![b' '; 70 << 20];
    let cases: [(Vec<u8>, &str); 11] = [
        (ole("EncryptedPackage"), "protected by a password"),
        (ole("WordDocument"), "old Word file"),
        (b"{\\rtf1 {{x}}}".to_vec(), "RTF"),
        (b"%PDF-1.7".to_vec(), "PDF"),
        (b"{{ten}}".to_vec(), "not a .docx"),
        (
            package(&[
                ("mimetype", b"application/vnd.oasis.opendocument.text"),
                ("content.xml", b"<a/>"),
            ]),
            "OpenDocument",
        ),
        (
            package(&[("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<a/>")]),
            "workbook",
        ),
        (package_with("word/vbaProject.bin", b"x"), "macros"),
        (bad_xml(&evil), "DOCTYPE"),
        (bad_xml("<w:document>{<w:p></w:document>"), "not well-formed"),
        (package_with("word/big.xml", &bomb), "too large"),
    ];
    for (bytes, reason) in cases {
        let failure = WordTemplate::compile(&bytes, "mau.docx").map(drop).expect_err(reason);
        assert!(failure.message.en.contains(reason), "{reason}: {}", failure.message.en);
        assert!(failure.hint.is_some(), "{reason}");
    }
}
