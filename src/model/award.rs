//! Who is to be honoured, with what and for what: one line of a list of awards.
//!
//! Knows: the words of a list. Must not know: spreadsheets, money, who decides, certificates.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Whom an award is for; the law names these three (Luật Thi đua, khen thưởng Đ19, Đ20).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum HonoureeKind {
    /// Tập thể.
    Collective,
    /// Hộ gia đình.
    Household,
    /// Cá nhân.
    #[default]
    Individual,
}

/// One line of a checked list: the only source of a name for every paper of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Honouree {
    /// Cá nhân, tập thể or hộ gia đình.
    pub kind: HonoureeKind,
    /// `Ông`, `Bà`, or a rank (`Thượng tá`); empty for a collective and where the list does not say.
    pub address: String,
    /// The name as it is written by its bearer, in normal form C.
    pub name: String,
    /// Chức vụ.
    pub position: String,
    /// Đơn vị công tác; for a household its address.
    pub unit: String,
    /// Danh hiệu or hình thức: an id of the table of awards (`giay-khen`).
    pub form: String,
    /// Thành tích, as it follows “Đã có thành tích”.
    pub achievement: String,
    /// True if the award is given after death (truy tặng).
    pub posthumous: bool,
    /// Ghi chú.
    pub note: String,
    /// Further columns of the list, by key.
    pub extra: BTreeMap<String, String>,
}

impl Honouree {
    /// The same without the further columns, which are not copied to be thrown away.
    pub fn without_extra(&self) -> Self {
        Self {
            kind: self.kind,
            address: self.address.clone(),
            name: self.name.clone(),
            position: self.position.clone(),
            unit: self.unit.clone(),
            form: self.form.clone(),
            achievement: self.achievement.clone(),
            posthumous: self.posthumous,
            note: self.note.clone(),
            extra: BTreeMap::new(),
        }
    }

    /// Address and name as every paper names them: `Ông Lê Văn An`, `Ông (Bà) Lê An`, `Phòng Tổng hợp`,
    /// `Hộ gia đình ông Lê An`, `Hộ bà Lê An` where the name says so itself.
    pub fn addressed(&self) -> String {
        match (self.kind, self.address.as_str()) {
            (HonoureeKind::Individual, "") => format!("Ông (Bà) {}", self.name),
            (HonoureeKind::Individual, address) => format!("{address} {}", self.name),
            (HonoureeKind::Household, _) if self.says_household() => self.name.clone(),
            (HonoureeKind::Household, "") => format!("Hộ gia đình ông (bà) {}", self.name),
            (HonoureeKind::Household, address) => {
                format!("Hộ gia đình {} {}", address.to_lowercase(), self.name)
            }
            (HonoureeKind::Collective, _) => self.name.clone(),
        }
    }

    /// The name as the book of awards and the code of the certificate have it: a person's without an address, a
    /// household's as in every paper.
    pub fn entered(&self) -> String {
        if self.kind == HonoureeKind::Household { self.addressed() } else { self.name.clone() }
    }

    /// The name begins with a word for a household. “Hồ Văn Tám” does not.
    fn says_household(&self) -> bool {
        let begins = |word: &str| {
            let mut letters = self.name.chars().flat_map(char::to_lowercase);
            word.chars().all(|c| letters.next() == Some(c))
        };
        begins("hộ ") || begins("gia đình ")
    }

    /// Chức vụ and đơn vị in one line: `Chuyên viên, Phòng Tổng hợp`.
    pub fn post(&self) -> String {
        [self.position.as_str(), self.unit.as_str()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_given_a_gender_that_the_list_does_not_say() {
        let mut person = Honouree { name: "Lê An".into(), ..Honouree::default() };
        assert_eq!(person.addressed(), "Ông (Bà) Lê An");
        person.address = "Bà".into();
        person.unit = "Phòng Tổng hợp".into();
        assert_eq!(
            (person.addressed().as_str(), person.post().as_str()),
            ("Bà Lê An", "Phòng Tổng hợp")
        );
        person.kind = HonoureeKind::Collective;
        assert_eq!(person.addressed(), "Lê An");
    }

    #[test]
    fn a_household_is_named_as_one() {
        let named = |address: &str, name: &str| {
            let (kind, address, name) = (HonoureeKind::Household, address.into(), name.into());
            Honouree { kind, address, name, ..Honouree::default() }.addressed()
        };
        assert_eq!(named("", "Lê An"), "Hộ gia đình ông (bà) Lê An");
        let mut who =
            Honouree { name: "Lê An".into(), address: "Bà".into(), ..Honouree::default() };
        assert_eq!(who.entered(), "Lê An");
        who.kind = HonoureeKind::Household;
        assert_eq!(who.entered(), "Hộ gia đình bà Lê An");
        assert_eq!(named("Bà", "Lê An"), "Hộ gia đình bà Lê An");
        // A family name, not the word.
        assert_eq!(named("Ông", "Hồ Văn Tám"), "Hộ gia đình ông Hồ Văn Tám");
        for whole in ["Hộ gia đình bà Lê An", "Hộ ông Lê An", "Gia đình bà Lê An"] {
            assert_eq!(named("", whole), whole);
        }
    }
}
