//! Parts that are the same in every file, and those that only list the others.
//!
//! Knows: packages. Must not know: what stands in the document.

use super::document::Margin;
use super::media;
use crate::docx::names;
use crate::docx::xml::Xml;
use crate::layout::{PictureFormat, Properties};

const PACKAGE_RELS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const WORD_TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.";

/// Relationship number of the first header or footer: the three before it are always there.
pub(super) const FIRST_MARGIN_ID: usize = 4;

/// `word/settings.xml`: mode 15 is what Word calls “no compatibility mode”.
pub(super) const SETTINGS: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
    "<w:settings xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">",
    "<w:zoom w:percent=\"100\"/><w:defaultTabStop w:val=\"720\"/>",
    "<w:characterSpacingControl w:val=\"doNotCompress\"/><w:compat>",
    // A line that ends in a break inside a justified paragraph is not stretched.
    "<w:doNotExpandShiftReturn/>",
    "<w:compatSetting w:name=\"compatibilityMode\" ",
    "w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/>",
    "<w:compatSetting w:name=\"overrideTableStyleFontSizeAndJustification\" ",
    "w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"1\"/>",
    "<w:compatSetting w:name=\"enableOpenTypeFeatures\" ",
    "w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"1\"/>",
    "<w:compatSetting w:name=\"doNotFlipMirrorIndents\" ",
    "w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"1\"/>",
    "<w:compatSetting w:name=\"differentiateMultirowTableHeaders\" ",
    "w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"1\"/>",
    "</w:compat><w:themeFontLang w:val=\"vi-VN\"/>",
    "<w:decimalSymbol w:val=\",\"/><w:listSeparator w:val=\";\"/></w:settings>",
);

/// `word/fontTable.xml`.
pub(super) const FONT_TABLE: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
    "<w:fonts xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">",
    "<w:font w:name=\"Times New Roman\"><w:panose1 w:val=\"02020603050405020304\"/>",
    "<w:charset w:val=\"A3\"/><w:family w:val=\"roman\"/><w:pitch w:val=\"variable\"/>",
    "<w:sig w:usb0=\"E0002EFF\" w:usb1=\"C000785B\" w:usb2=\"00000009\" w:usb3=\"00000000\" ",
    "w:csb0=\"000001FF\" w:csb1=\"00000000\"/></w:font></w:fonts>",
);

/// `docProps/app.xml`.
pub(super) const APP: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
    "<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/",
    "extended-properties\"><DocSecurity>0</DocSecurity>",
    "<Application>vanthu</Application></Properties>",
);

/// `_rels/.rels`.
pub(super) fn package_relationships(x: &mut Xml) {
    relationships(
        x,
        [
            (office("officeDocument"), "word/document.xml".to_owned()),
            (format!("{PACKAGE_RELS}/metadata/core-properties"), "docProps/core.xml".to_owned()),
            (office("extended-properties"), "docProps/app.xml".to_owned()),
        ],
    );
}

/// `word/_rels/document.xml.rels`.
pub(super) fn document_relationships(x: &mut Xml, margins: &[Margin], pictures: &[PictureFormat]) {
    let fixed = ["styles", "settings", "fontTable"];
    let fixed = fixed.into_iter().map(|kind| (office(kind), format!("{kind}.xml")));
    let margins = margin_names(margins).into_iter().zip(margins).map(|(name, kind)| {
        let kind = if *kind == Margin::FirstFooter { "footer" } else { "header" };
        (office(kind), name)
    });
    let pictures = pictures.iter().enumerate();
    let pictures = pictures.map(|(index, format)| (office("image"), media::name(index, *format)));
    relationships(x, fixed.chain(margins).chain(pictures));
}

fn office(kind: &str) -> String {
    format!("{}/{kind}", names::R)
}

fn relationships(x: &mut Xml, list: impl IntoIterator<Item = (String, String)>) {
    x.restart();
    x.tag("Relationships").attr("xmlns", PACKAGE_RELS).body(|x| {
        for (i, (kind, target)) in list.into_iter().enumerate() {
            let id = format!("rId{}", i + 1);
            x.tag("Relationship")
                .attr("Id", &id)
                .attr("Type", &kind)
                .attr("Target", &target)
                .empty();
        }
    });
}

/// File names of headers and footers inside `word/`.
pub(super) fn margin_names(margins: &[Margin]) -> Vec<String> {
    let (mut headers, mut footers) = (0, 0);
    let name = |margin: &Margin| {
        let (word, count) = match margin {
            Margin::FirstFooter => ("footer", &mut footers),
            Margin::Header | Margin::FirstHeader => ("header", &mut headers),
        };
        *count += 1;
        format!("{word}{count}.xml")
    };
    margins.iter().map(name).collect()
}

/// `[Content_Types].xml`.
pub(super) fn content_types(x: &mut Xml, margins: &[Margin], pictures: &[PictureFormat]) {
    x.restart();
    x.tag("Types")
        .attr("xmlns", "http://schemas.openxmlformats.org/package/2006/content-types")
        .body(|x| {
            let package = "application/vnd.openxmlformats-package.";
            let types = [
                ("rels", format!("{package}relationships+xml")),
                ("xml", "application/xml".to_owned()),
            ];
            for (extension, kind) in types {
                x.tag("Default").attr("Extension", extension).attr("ContentType", &kind).empty();
            }
            for format in [PictureFormat::Png, PictureFormat::Jpeg] {
                if pictures.contains(&format) {
                    let extension = format.extension();
                    let kind = format!("image/{extension}");
                    let tag = x.tag("Default").attr("Extension", extension);
                    tag.attr("ContentType", &kind).empty();
                }
            }
            let mut part = |name: &str, kind: &str| {
                x.tag("Override").attr("PartName", name).attr("ContentType", kind).empty();
            };
            part("/word/document.xml", &format!("{WORD_TYPE}document.main+xml"));
            for kind in ["styles", "settings", "fontTable"] {
                part(&format!("/word/{kind}.xml"), &format!("{WORD_TYPE}{kind}+xml"));
            }
            for (name, margin) in margin_names(margins).iter().zip(margins) {
                let kind = if *margin == Margin::FirstFooter { "footer" } else { "header" };
                part(&format!("/word/{name}"), &format!("{WORD_TYPE}{kind}+xml"));
            }
            part("/docProps/core.xml", &format!("{package}core-properties+xml"));
            let office = "application/vnd.openxmlformats-officedocument.";
            part("/docProps/app.xml", &format!("{office}extended-properties+xml"));
        });
}

/// `docProps/core.xml`.
pub(super) fn core(x: &mut Xml, p: &Properties) {
    x.restart();
    x.tag("cp:coreProperties")
        .attr("xmlns:cp", "http://schemas.openxmlformats.org/package/2006/metadata/core-properties")
        .attr("xmlns:dc", "http://purl.org/dc/elements/1.1/")
        .attr("xmlns:dcterms", "http://purl.org/dc/terms/")
        .attr("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
        .body(|x| {
            let texts = [
                ("dc:title", &p.title),
                ("dc:subject", &p.subject),
                ("dc:creator", &p.creator),
                ("cp:category", &p.category),
            ];
            for (name, text) in texts {
                x.tag(name).body_if_any(|x| x.text(text));
            }
            if is_instant(&p.created) {
                for name in ["dcterms:created", "dcterms:modified"] {
                    x.tag(name).attr("xsi:type", "dcterms:W3CDTF").body(|x| x.text(&p.created));
                }
            }
            x.tag("dc:language").body(|x| x.text("vi-VN"));
        });
}

/// True for `2026-03-05T00:00:00Z`. Word calls a file with any other form here damaged.
pub(in crate::docx) fn is_instant(text: &str) -> bool {
    const FORM: &[u8] = b"0000-00-00T00:00:00Z";
    text.len() == FORM.len()
        && text
            .bytes()
            .zip(FORM)
            .all(|(b, f)| if *f == b'0' { b.is_ascii_digit() } else { b == *f })
}
