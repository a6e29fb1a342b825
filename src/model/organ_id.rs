//! Mã định danh điện tử of an organ.
//!
//! Knows: how the old and the new form are written. Must not know: which organ an identifier names.

/// Longest identifier of the new form, in characters.
pub const ORGAN_ID_LENGTH: usize = 35;

/// Which rule an identifier follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrganIdForm {
    /// QCVN 102:2016/BTTTT: `000.00.18.G12`, four groups, the highest level at the right.
    Old,
    /// QĐ 20/2020/QĐ-TTg: `G09.01`, the highest level at the left.
    New,
}

/// The form of an identifier; `None` if it follows neither. It is opaque otherwise: two levels
/// tell nothing that a program may count with.
pub fn organ_id_form(id: &str) -> Option<OrganIdForm> {
    let groups: Vec<&[u8]> = id.split('.').map(str::as_bytes).collect();
    let digits = |group: &[u8], len| group.len() == len && group.iter().all(u8::is_ascii_digit);
    let level = |group: &[u8], highest| {
        group
            .split_first()
            .is_some_and(|(letter, rest)| (b'A'..=highest).contains(letter) && digits(rest, 2))
    };
    if let [a, b, c, top] = groups.as_slice()
        && digits(a, 3)
        && digits(b, 2)
        && digits(c, 2)
        && level(top, b'Z')
    {
        return Some(OrganIdForm::Old);
    }
    let below = |group: &&[u8]| {
        (2..=3).contains(&group.len())
            && group.iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
    };
    let (top, rest) = groups.split_first()?;
    let fits = id.len() <= ORGAN_ID_LENGTH && level(top, b'K') && rest.iter().all(below);
    fits.then_some(OrganIdForm::New)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_known_and_nothing_else() {
        for id in ["000.00.00.G12", "000.00.18.G12", "000.00.00.H41"] {
            assert_eq!(organ_id_form(id), Some(OrganIdForm::Old), "{id}");
        }
        for id in ["G09.01", "H37.02.02", "H01.151.02", "G22"] {
            assert_eq!(organ_id_form(id), Some(OrganIdForm::New), "{id}");
        }
        let long = format!("G09{}", ".001".repeat(9));
        for id in ["", "SNV", "G9.01", "L01", "G09.", "G09.1", "g09.01", "0.0.0.G12", "Đ01", &long]
        {
            assert_eq!(organ_id_form(id), None, "{id}");
        }
    }
}
