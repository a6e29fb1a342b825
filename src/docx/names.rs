//! Names that writer and reader share: namespaces, parts, the separator style, slots as aliases.
//!
//! Knows: spelling. Must not know: how parts are built or read.

use crate::model::Slot;

/// WordprocessingML, transitional.
pub(super) const W: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
/// WordprocessingML, strict.
pub(super) const W_STRICT: &str = "http://purl.oclc.org/ooxml/wordprocessingml/main";
/// Relationship attributes.
pub(super) const R: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// The only font.
pub(super) const FONT: &str = "Times New Roman";

/// Style of the thin paragraphs that the file format wants after some tables. They are not part
/// of a sheet: the writer puts them in, the reader takes them out.
pub(super) const SEPARATOR_ID: &str = "VtNganCach";
/// Its name in Word.
pub(super) const SEPARATOR_NAME: &str = "Ngăn cách bảng";

/// True for ids of styles that every file has for itself.
pub(super) fn is_reserved_id(id: &str) -> bool {
    matches!(id, SEPARATOR_ID | "DefaultParagraphFont" | "TableNormal" | "NoList")
}

/// Word takes a comma in a style's name for the beginning of an alias: it is written as the low
/// quotation mark, which looks the same.
const COMMA: char = '\u{201A}';

/// Name of a style as it stands in the file.
pub(super) fn to_style_name(name: &str) -> String {
    name.replace(',', &COMMA.to_string())
}

/// Name of a style as it stands in a sheet.
pub(super) fn from_style_name(name: &str) -> String {
    name.replace(COMMA, ",")
}

/// A slot as alias of a style, so that the style pane of Word shows it.
pub(super) fn to_alias(slot: Slot) -> String {
    format!("ô {slot}")
}

/// The slot that the aliases of a style name.
pub(super) fn from_alias(aliases: &str) -> Option<Slot> {
    aliases.split(',').find_map(|a| a.trim().strip_prefix("ô ")?.parse().ok())
}

/// True for names that Word knows itself: a style of such a name is not a custom one.
pub(super) fn is_built_in(name: &str) -> bool {
    matches!(name, "Normal" | "Title" | "Subtitle" | "header" | "footer" | "List Paragraph")
        || name.strip_prefix("heading ").is_some_and(|n| matches!(n.as_bytes(), [b'1'..=b'9']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_slots_come_back() {
        assert_eq!(from_style_name(&to_style_name("Số, ký hiệu")), "Số, ký hiệu");
        for slot in Slot::ALL {
            assert_eq!(from_alias(&format!("khác,{}", to_alias(slot))), Some(slot));
        }
        assert_eq!(from_alias("abc"), None);
        assert!(is_built_in("heading 3") && !is_built_in("heading 10"));
    }
}
