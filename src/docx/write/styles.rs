//! `word/styles.xml`: defaults, latent styles, one named style for each slot and level.
//!
//! Knows: how Word lists styles. Must not know: which styles there are.

use super::props;
use crate::docx::names::{self, SEPARATOR_ID, SEPARATOR_NAME};
use crate::docx::normal::usable_styles;
use crate::docx::xml::Xml;
use crate::layout::{Format, LineSpacing, Look, Style};

/// Writes the part for a table of styles.
pub(super) fn styles(x: &mut Xml, styles: &[Style]) {
    x.restart();
    x.tag("w:styles").attr("xmlns:w", names::W).body(|x| {
        let styles = usable_styles(styles);
        let normal = styles.first().copied();
        defaults(x, normal.map_or(props::PLAIN_LOOK, |s| s.look));
        latent(x);
        if normal.is_none() {
            normal_style(x);
        }
        for (i, style) in styles.into_iter().enumerate() {
            paragraph_style(x, style, normal.filter(|_| i > 0));
        }
        separator(x, normal);
        fixed_styles(x);
    });
}

fn defaults(x: &mut Xml, look: Look) {
    x.tag("w:docDefaults").body(|x| {
        x.tag("w:rPrDefault").body(|x| {
            x.tag("w:rPr").body(|x| {
                fonts(x, names::FONT);
                x.num("w:sz", i32::from(look.size));
                x.num("w:szCs", i32::from(look.size));
                x.tag("w:lang")
                    .attr("w:val", "vi-VN")
                    .attr("w:eastAsia", "vi-VN")
                    .attr("w:bidi", "ar-SA")
                    .empty();
            });
        });
        x.tag("w:pPrDefault").empty();
    });
}

fn fonts(x: &mut Xml, font: &str) {
    x.tag("w:rFonts")
        .attr("w:ascii", font)
        .attr("w:hAnsi", font)
        .attr("w:eastAsia", font)
        .attr("w:cs", font)
        .empty();
}

/// What Word shows of its own styles before they are used.
fn latent(x: &mut Xml) {
    x.tag("w:latentStyles")
        .attr("w:defLockedState", "0")
        .attr("w:defUIPriority", "99")
        .attr("w:defSemiHidden", "1")
        .attr("w:defUnhideWhenUsed", "1")
        .attr("w:defQFormat", "0")
        .attr("w:count", "376")
        .body(|x| {
            for (name, priority) in
                [("Normal", "0"), ("Table Grid", "39"), ("List Paragraph", "34")]
            {
                x.tag("w:lsdException")
                    .attr("w:name", name)
                    .attr("w:uiPriority", priority)
                    .attr("w:semiHidden", "0")
                    .attr("w:unhideWhenUsed", "0")
                    .attr("w:qFormat", if priority == "39" { "0" } else { "1" })
                    .empty();
            }
        });
}

fn normal_style(x: &mut Xml) {
    x.tag("w:style")
        .attr("w:type", "paragraph")
        .attr("w:default", "1")
        .attr("w:styleId", "Normal")
        .body(|x| {
            x.val("w:name", "Normal");
            x.tag("w:qFormat").empty();
        });
}

/// A style; `normal` is the base, `None` for the base itself.
fn paragraph_style(x: &mut Xml, style: &Style, normal: Option<&Style>) {
    let tag = x.tag("w:style").attr("w:type", "paragraph");
    let tag = if normal.is_none() { tag.attr("w:default", "1") } else { tag };
    let tag = if names::is_built_in(&style.name) { tag } else { tag.attr("w:customStyle", "1") };
    tag.attr("w:styleId", &style.id).body(|x| {
        x.val("w:name", &names::to_style_name(&style.name));
        if let Some(normal) = normal {
            x.val("w:basedOn", &normal.id);
        }
        x.num("w:uiPriority", if normal.is_some() { names::to_priority(style.slot) } else { 0 });
        x.tag("w:qFormat").empty();
        let format = normal.map_or(props::PLAIN_FORMAT, |n| n.format);
        let look = normal.map_or(Look { size: style.look.size, ..props::PLAIN_LOOK }, |n| n.look);
        x.tag("w:pPr").body_if_any(|x| {
            props::format(x, &format, &style.format, &[], normal.is_none());
            if let Some(level) = style.outline.filter(|_| normal.is_some()) {
                x.num("w:outlineLvl", i32::from(level.min(8)));
            }
        });
        x.tag("w:rPr").body_if_any(|x| {
            if let Some(font) = &style.font {
                fonts(x, font);
            }
            props::look(x, &look, &style.look);
        });
    });
}

/// The thin paragraph that the file format wants after some tables.
fn separator(x: &mut Xml, normal: Option<&Style>) {
    let (id, format, look) = normal
        .map_or(("Normal", props::PLAIN_FORMAT, props::PLAIN_LOOK), |n| {
            (n.id.as_str(), n.format, n.look)
        });
    x.tag("w:style")
        .attr("w:type", "paragraph")
        .attr("w:customStyle", "1")
        .attr("w:styleId", SEPARATOR_ID)
        .body(|x| {
            x.val("w:name", SEPARATOR_NAME);
            x.val("w:basedOn", id);
            x.num("w:uiPriority", 99);
            x.tag("w:semiHidden").empty();
            let thin = Format { line: LineSpacing::Exact(20), ..props::PLAIN_FORMAT };
            x.tag("w:pPr").body_if_any(|x| props::format(x, &format, &thin, &[], false));
            x.tag("w:rPr").body_if_any(|x| props::look(x, &look, &Look { size: 2, ..look }));
        });
}

/// Word's own defaults of the other kinds.
fn fixed_styles(x: &mut Xml) {
    x.raw(concat!(
        "<w:style w:type=\"character\" w:default=\"1\" w:styleId=\"DefaultParagraphFont\">",
        "<w:name w:val=\"Default Paragraph Font\"/><w:uiPriority w:val=\"1\"/><w:semiHidden/>",
        "<w:unhideWhenUsed/></w:style>",
        "<w:style w:type=\"table\" w:default=\"1\" w:styleId=\"TableNormal\">",
        "<w:name w:val=\"Normal Table\"/><w:uiPriority w:val=\"99\"/><w:semiHidden/>",
        "<w:unhideWhenUsed/><w:tblPr><w:tblInd w:w=\"0\" w:type=\"dxa\"/><w:tblCellMar>",
        "<w:top w:w=\"0\" w:type=\"dxa\"/><w:left w:w=\"108\" w:type=\"dxa\"/>",
        "<w:bottom w:w=\"0\" w:type=\"dxa\"/><w:right w:w=\"108\" w:type=\"dxa\"/>",
        "</w:tblCellMar></w:tblPr></w:style>",
        "<w:style w:type=\"numbering\" w:default=\"1\" w:styleId=\"NoList\">",
        "<w:name w:val=\"No List\"/><w:uiPriority w:val=\"99\"/><w:semiHidden/>",
        "<w:unhideWhenUsed/></w:style>",
    ));
}
