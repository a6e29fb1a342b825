//! Which entries of a book, by what a person knows of them: type, signer, unit, a list of positions.
//!
//! Knows: fields of a row. Must not know: SQL, how the list of positions came about.

use std::sync::Arc;

use super::life::{HANDED, handed_to};
use super::{ActFilter, Book, Fields, Register};
use crate::diagnostic::Result;
use crate::text::fold;

/// Conditions on entries. An empty one does not restrict. Case, accents and đ do not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Narrow {
    /// Type by its key or its name: `ke-hoach`, `Kế hoạch`.
    pub kind: Option<String>,
    /// Part of the signer's name.
    pub signer: Option<String>,
    /// A unit: one of those that keep the file copy, or that an incoming document went to.
    pub unit: Option<String>,
    /// Positions, rising, whose acts hand them to the unit: they fit it whatever their fields say.
    pub handed: Option<Arc<Vec<u64>>>,
    /// The dossier that the entry itself names, exactly; empty: any.
    pub dossier: Option<String>,
    /// These positions, rising; from a search or a dossier.
    pub only: Option<Arc<Vec<u64>>>,
}

impl Narrow {
    /// True if the position is one of those asked for.
    pub fn admits(&self, seq: u64) -> bool {
        self.only.as_ref().is_none_or(|only| only.binary_search(&seq).is_ok())
    }

    /// True if the fields are those of an entry asked for.
    pub fn fits(&self, seq: u64, fields: &Fields) -> bool {
        let is_kind = |kind: &str| kind == fields.type_id || fold(kind) == fold(&fields.type_name);
        self.kind.as_deref().is_none_or(is_kind)
            && self.signer.as_deref().is_none_or(|s| has(&fields.signer_name, s))
            && self.unit.as_deref().is_none_or(|u| {
                self.handed.as_ref().is_some_and(|handed| handed.binary_search(&seq).is_ok())
                    || units(fields).any(|unit| is_unit(unit, u))
            })
    }
}

/// The units that an entry has to do with: who keeps the file copy, who an incoming document went to.
pub fn units(fields: &Fields) -> impl Iterator<Item = &str> {
    // An incoming document keeps no file copy; of an outgoing one the recipients are outside.
    let inside = fields.archive_copy.is_empty();
    let to = fields.recipients.iter().filter(move |_| inside).map(String::as_str);
    let kept = fields.archive_copy.split([',', ';']).map(str::trim);
    kept.chain(to).chain(fields.extra.get("unit").map(String::as_str)).filter(|u| !u.is_empty())
}

/// The positions of incoming documents that acts hand to a unit, rising.
///
/// # Errors
/// As reading the register.
pub fn handed(register: &dyn Register, unit: &str) -> Result<Vec<u64>> {
    let filter = ActFilter { kinds: HANDED.to_vec(), ..ActFilter::default() };
    let mut found = Vec::new();
    register.acts(&filter, &mut |acted| {
        if handed_to(&acted.act).iter().any(|name| is_unit(name, unit)) {
            found.extend(acted.act.about);
        }
        Ok(())
    })?;
    found.sort_unstable();
    found.dedup();
    let mut kept = Vec::new();
    // A delivery of an outgoing document names who received it outside.
    for seq in found {
        if register.entry(seq)?.is_some_and(|entry| entry.book == Book::Incoming) {
            kept.push(seq);
        }
    }
    Ok(kept)
}

fn is_unit(unit: &str, wanted: &str) -> bool {
    let (unit, wanted) = (fold(unit), fold(wanted));
    // An abbreviation is meant whole: VP is not part of VPTU.
    unit == wanted || (wanted.contains(' ') && unit.contains(&wanted))
}

fn has(text: &str, words: &str) -> bool {
    fold(text).contains(fold(words).trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> Fields {
        Fields {
            type_id: "ke-hoach".into(),
            type_name: "Kế hoạch".into(),
            notation: "KH-SNV".into(),
            organ_name: "Sở Nội vụ".into(),
            organ_id: None,
            subject: String::new(),
            signer_position: String::new(),
            signer_name: "Đỗ Văn Đức".into(),
            recipients: vec!["UBND tỉnh".into()],
            archive_copy: "VT, VPTU".into(),
            copies: None,
            priority: 0,
            extra: [].into(),
        }
    }

    #[test]
    fn each_condition_narrows_by_its_field() {
        let all = Narrow::default;
        let fits = |n: Narrow| n.fits(7, &fields());
        assert!(fits(all()));
        assert!(fits(Narrow { kind: Some("ke-hoach".into()), ..all() }));
        assert!(fits(Narrow { kind: Some("KE HOACH".into()), ..all() }));
        assert!(!fits(Narrow { kind: Some("ke".into()), ..all() }));
        assert!(fits(Narrow { signer: Some("do van duc".into()), ..all() }));
        assert!(!fits(Narrow { signer: Some("do van duca".into()), ..all() }));
        assert!(fits(Narrow { unit: Some("vptu".into()), ..all() }));
        assert!(!fits(Narrow { unit: Some("VP".into()), ..all() }));
        assert!(!fits(Narrow { unit: Some("UBND tỉnh".into()), ..all() }));
        let handed = |seqs: &[u64]| Some(Arc::new(seqs.to_vec()));
        assert!(fits(Narrow { unit: Some("VP".into()), handed: handed(&[3, 7]), ..all() }));
        assert!(!fits(Narrow { unit: Some("VP".into()), handed: handed(&[3]), ..all() }));
        let only = Narrow { only: Some(Arc::new(vec![2, 5])), ..all() };
        assert!(only.admits(5) && !only.admits(3));
    }
}
