//! Where tags are filled: headers, notes, boxes, controls, pictures; and what stays as it was.

use serde_json::{Value, json};
use vanthu::diagnostic::Text;
use vanthu::docx::{NoPictures, Pictures};

use super::fixture::{body, compile, docx_with, filled, p, package, part, row, show, table, words};

const IMAGE: &str = r#"<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="media/image1.png"/>"#;

pub fn picture(tag: &str, id: u32) -> String {
    format!(
        r#"<w:p><w:r><w:drawing><wp:inline><wp:extent cx="900000" cy="1200000"/><wp:docPr id="{id}" name="Hình {id}" descr="{tag}"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="0" name="x" descr="{tag}"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="rId9" cstate="print"><a:extLst/></a:blip><a:srcRect l="1"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr/></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"#
    )
}

#[test]
fn tags_are_filled_in_headers_footers_and_notes() {
    let note = format!("<w:footnote w:id=\"2\">{}</w:footnote>", p("{{#if ten}}{{ten}}{{/if}}"));
    let bytes = docx_with(
        &p("không thẻ"),
        &[
            ("word/header1.xml", "w:hdr", &p("H {{ten}}")),
            ("word/footer1.xml", "w:ftr", &(p("{{#each ds}}") + &p("{{this}}") + &p("{{/each}}"))),
            ("word/footnotes.xml", "w:footnotes", &note),
        ],
        "",
    );
    let made = filled(&bytes, &json!({"ten": "Sở & <ban>", "ds": []}));
    assert_eq!(words(&part(&made, "word/header1.xml")), "H Sở &amp; &lt;ban&gt;|");
    assert!(part(&made, "word/footer1.xml").ends_with("<w:p/></w:ftr>"));
    assert_eq!(words(&part(&made, "word/footnotes.xml")), "Sở &amp; &lt;ban&gt;|");
    // The body holds no tag: the same bytes, deflated as they were.
    let raw = |bytes: &[u8]| {
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes.to_vec())).expect("a zip");
        let index = zip.index_for_name("word/document.xml").expect("a body");
        let mut file = zip.by_index_raw(index).expect("a body");
        let mut out = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut out).expect("bytes");
        out
    };
    assert_eq!(raw(&made), raw(&bytes));
}

#[test]
fn both_branches_of_a_text_box_are_filled() {
    let content = |t: &str| format!("<w:txbxContent>{}</w:txbxContent>", p(t));
    let template = format!(
        "<w:p><w:r><w:t>{{{{te</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires=\"wps\"><w:drawing><wps:wsp><wps:txbx>{}</wps:txbx></wps:wsp></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape id=\"s1\"><v:textbox>{}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>n}}}}</w:t></w:r></w:p>",
        content("{{#each ds}}{{this}},{{/each}}"),
        content("{{#each ds}}{{this}},{{/each}}"),
    );
    let made = body(&template, &json!({"ten": "X", "ds": [1, 2]}));
    assert_eq!(words(&made), "X1,2,|1,2,||");
}

#[test]
fn content_controls_show_what_was_filled_in() {
    let control = |inner: &str| {
        format!(
            "<w:sdt><w:sdtPr><w:id w:val=\"77\"/><w:showingPlcHdr/><w:dataBinding w:xpath=\"x\" w:storeItemID=\"y\"/><w:text/></w:sdtPr><w:sdtContent>{inner}</w:sdtContent></w:sdt>"
        )
    };
    let template =
        format!("<w:p>{}</w:p>", control("<w:r><w:t>{{ten}}</w:t></w:r>")) + &control(&p("tĩnh"));
    let made = body(&template, &json!({"ten": "X"}));
    assert_eq!(made.matches("showingPlcHdr").count(), 1);
    assert!(
        made.starts_with("<w:p><w:sdt><w:sdtPr><w:id w:val=\"77\"/><w:text/></w:sdtPr>"),
        "{made}"
    );
    // In a loop every control has an id of its own.
    let looped = p("{{#each ds}}") + &control(&p("{{this}}")) + &p("{{/each}}");
    let made = body(&looped, &json!({"ds": [1, 2, 3]}));
    let mut ids: Vec<&str> =
        made.split("<w:id w:val=\"").skip(1).filter_map(|s| s.split('"').next()).collect();
    assert_eq!(ids.len(), 3);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), ids.contains(&"77")), (3, false));
}

#[test]
fn nothing_is_there_twice_after_a_loop() {
    let item = "<w:p w14:paraId=\"1A2B3C4D\" w14:textId=\"77777777\" w:rsidR=\"00AA\"><w:bookmarkStart w:id=\"5\" w:name=\"b\"/><w:commentRangeStart w:id=\"9\"/><w:r><w:t>{{this}}</w:t></w:r><w:commentRangeEnd w:id=\"9\"/><w:r><w:commentReference w:id=\"9\"/></w:r></w:p>";
    let template = p("{{#each ds}}")
        + item
        + &picture("tĩnh", 4)
        + &p("{{/each}}")
        + "<w:p><w:bookmarkEnd w:id=\"5\"/><w:bookmarkStart w:id=\"6\" w:name=\"c\"/><w:bookmarkEnd w:id=\"6\"/></w:p>"
        + &picture("tĩnh", 1001);
    let made = body(&template, &json!({"ds": ["a", "b"]}));
    assert_eq!(words(&made), "a||b||||", "{made}");
    for gone in ["paraId", "textId", "w:id=\"5\"", "comment"] {
        assert!(!made.contains(gone), "{gone}: {made}");
    }
    assert_eq!(made.matches("w:name=\"c\"").count(), 1);
    let mut ids: Vec<&str> =
        made.split("<wp:docPr id=\"").skip(1).filter_map(|s| s.split('"').next()).collect();
    assert_eq!((ids.len(), ids.contains(&"1001")), (3, true));
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

struct Shelf;

impl Pictures for Shelf {
    fn read(&self, name: &str) -> Result<Vec<u8>, Text> {
        match name {
            "a.jpg" => {
                Ok(b"\xFF\xD8\xFF\xE0\0\x04ab\xFF\xC0\0\x0B\x08\0\x02\0\x03\x01\x01\x11\0\xFF\xD9"
                    .to_vec())
            }
            "b.png" => Ok(b"GIF89a not a picture of this kind".to_vec()),
            _ => Err(Text::new("không có", "there is none")),
        }
    }
}

#[test]
fn pictures_and_codes_take_the_place_of_the_placeholder() {
    let template = p("{{#each ds}}")
        + &picture("{{picture anh}}", 4)
        + &picture("{{qr this.ten}}", 5)
        + &p("{{/each}}");
    let bytes = docx_with(&template, &[], IMAGE);
    let template = compile(&bytes).expect("compiles");
    let kinds: Vec<_> =
        template.fields().iter().map(|f| (f.field.path.as_str(), f.field.kind)).collect();
    assert_eq!(
        kinds,
        [
            ("ds", vanthu::template::FieldKind::List),
            ("ds[].anh", vanthu::template::FieldKind::Picture),
            ("ds[].ten", vanthu::template::FieldKind::Text)
        ]
    );
    let data = json!({"ds": [{"anh": "a.jpg", "ten": "Một"}, {"anh": "a.jpg", "ten": "Hai"}]});
    let made = template.fill(&data, &Value::Null, &Shelf).expect("filled");
    assert_eq!(made, template.fill(&data, &Value::Null, &Shelf).expect("filled again"));
    let document = part(&made.bytes, "word/document.xml");
    // The same picture is stored once; the box keeps its size, the picture its proportions.
    assert_eq!(
        document
            .matches("<a:blip r:embed=\"rIdVt1\"/><a:srcRect t=\"-50000\" b=\"-50000\"/>")
            .count(),
        2,
        "{document}"
    );
    assert_eq!(document.matches("cx=\"900000\" cy=\"1200000\"").count(), 4);
    assert!(document.contains("rIdVt2") && document.contains("rIdVt3") && !document.contains("{{"));
    let links = part(&made.bytes, "word/_rels/document.xml.rels");
    assert!(
        links.contains("Id=\"rIdVt1\"") && links.contains("Target=\"/word/media/vanthu1.jpeg\"")
    );
    let types = part(&made.bytes, "[Content_Types].xml");
    assert!(types.contains("Extension=\"png\"") && types.contains("Extension=\"jpeg\""));
    let names: Vec<String> =
        crate::docx_write::parts(&made.bytes).into_iter().map(|(n, _)| n).collect();
    assert_eq!(names.iter().filter(|n| n.contains("media/")).count(), 3);
    let bad = json!({"ds": [{"anh": "b.png", "ten": "x".repeat(3000)}, {"anh": "c", "ten": ""}]});
    let found = show(&template.fill(&bad, &Value::Null, &Shelf).expect_err("refused"));
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(found[0].starts_with("M0206 the field `anh`: the file is not a PNG or JPEG picture (item 1 of `ds`) --> mau.docx, body, paragraph"), "{}", found[0]);
}

#[test]
fn values_of_the_document_itself_may_be_blank() {
    let template = compile(&super::fixture::docx(
        &(p("{{van_ban.so}}/{{van_ban.ky_hieu}}")
            + &table(&row(&["{{#each ds}}{{van_ban.so}}", "{{this}}{{/each}}"]))),
    ))
    .expect("compiles");
    let own = json!({"so": "     ", "ky_hieu": "QĐ-SNV"});
    let made = template.fill(&json!({"ds": [1]}), &own, &NoPictures).expect("filled");
    assert!(words(&part(&made.bytes, "word/document.xml")).starts_with("     /QĐ-SNV|     |1|"));
    assert_eq!(template.fields().len(), 2, "{:?}", template.fields());
}

#[test]
fn a_word_template_file_becomes_a_document() {
    let bytes = super::fixture::docx(&p("{{ten}}"));
    let parts = crate::docx_write::parts(&bytes);
    let types = String::from_utf8(parts[0].1.clone())
        .expect("UTF-8")
        .replace("document.main+xml", "template.main+xml");
    let mut parts: Vec<(&str, &[u8])> =
        parts.iter().map(|(n, c)| (n.as_str(), c.as_slice())).collect();
    parts[0].1 = types.as_bytes();
    let made = filled(&package(&parts), &json!({"ten": "a"}));
    assert!(part(&made, "[Content_Types].xml").contains("document.main+xml"));
}
