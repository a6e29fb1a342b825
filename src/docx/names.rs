//! Names that writer and reader share: namespaces, parts, the separator style, where slots are kept.
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

/// Word allows no comma in a style's name (it divides a name from its aliases): it is written as
/// the low quotation mark, which looks the same.
const COMMA: char = '\u{201A}';

/// Name of a style as it stands in the file.
pub(super) fn to_style_name(name: &str) -> String {
    name.replace(',', &COMMA.to_string())
}

/// Name of a style as it stands in a sheet.
pub(super) fn from_style_name(name: &str) -> String {
    name.replace(COMMA, ",")
}

/// Place of a style in Word's list of recommended styles: in the order of the slots. It also tells
/// the reader which slot a style stands for; Word takes 0 to 99 and keeps it when a person saves.
const FIRST_SLOT: usize = 30;

/// The place in the list of a style that stands for a slot, or for none.
pub(super) fn to_priority(slot: Option<Slot>) -> i32 {
    let at = slot.and_then(|slot| Slot::ALL.iter().position(|s| *s == slot));
    i32::try_from(at.map_or(FIRST_SLOT - 1, |at| FIRST_SLOT + at)).unwrap_or(99)
}

/// The slot that a style of our own stands for.
pub(super) fn from_priority(id: &str, priority: i32) -> Option<Slot> {
    let at = usize::try_from(priority).ok()?.checked_sub(FIRST_SLOT)?;
    Slot::ALL.get(at).copied().filter(|_| is_own_id(id))
}

/// True for the ids of styles that stand for slots and levels: they begin with `Vt`.
pub(super) fn is_own_id(id: &str) -> bool {
    id.starts_with("Vt")
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
            assert!((0..=99).contains(&to_priority(Some(slot))));
            assert_eq!(from_priority("VtA", to_priority(Some(slot))), Some(slot));
            assert_eq!(from_priority("Heading1", to_priority(Some(slot))), None);
        }
        assert_eq!(from_priority("VtA", to_priority(None)), None);
        assert_eq!(from_priority("VtA", 99), None);
        assert!(is_built_in("heading 3") && !is_built_in("heading 10"));
    }
}
