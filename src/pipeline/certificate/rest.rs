//! What of a certificate the other fields of its row do not say, as the row keeps it.
//!
//! Knows: which field of a row says which words of a certificate. Must not know: boxes, files, the book's numbers.
//!
//! A list has thousands of rows, and each stands in the register, in its leaf and in the journal. Whatever a row says
//! once is not said again in the text of its certificate; an older row, whose text says everything, reads the same.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Certificate;
use crate::model::{Honouree, HonoureeKind};
use crate::register::Award;

type Text<'a> = Option<Cow<'a, str>>;

/// Those words of a certificate that differ from what its row says; those without a field of their own where they are
/// not empty.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Rest<'a> {
    honouree: Bearer<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    award: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    giver: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    organ: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Text<'a>,
    /// There is a text where the row's day is another one: empty for none.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "day")]
    decided: Option<Option<Date>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locality: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<Date>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    authority: Cow<'a, [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signer: Text<'a>,
}

/// The same of whom it honours.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Bearer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<HonoureeKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    form: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    achievement: Text<'a>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    posthumous: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Text<'a>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extra: Cow<'a, BTreeMap<String, String>>,
}

/// A day that is there, be it none.
fn day<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Option<Date>>, D::Error> {
    Option::<Date>::deserialize(from).map(Some)
}

/// What is to be said of a text where the row says this.
fn unless<'a>(text: &'a str, said: &str) -> Text<'a> {
    (text != said).then_some(Cow::Borrowed(text))
}

/// What of a certificate its award does not say: JSON.
pub(super) fn of(certificate: &Certificate, award: &Award) -> String {
    let (c, h) = (certificate, &certificate.honouree);
    let honouree = Bearer {
        kind: (h.kind != HonoureeKind::default()).then_some(h.kind),
        address: unless(&h.address, ""),
        name: unless(&h.name, &award.name),
        position: unless(&h.position, ""),
        unit: unless(&h.unit, &award.unit),
        form: unless(&h.form, ""),
        achievement: unless(&h.achievement, &award.achievement),
        posthumous: h.posthumous,
        note: unless(&h.note, ""),
        extra: Cow::Borrowed(&h.extra),
    };
    let rest = Rest {
        honouree,
        award: unless(&c.award, &award.form),
        giver: unless(&c.giver, ""),
        organ: unless(&c.organ, ""),
        decision: unless(&c.decision, &award.decision),
        decided: (c.decided != award.decided).then_some(c.decided),
        locality: unless(&c.locality, ""),
        date: c.date,
        authority: Cow::Borrowed(&c.authority),
        position: unless(&c.position, &award.signer_position),
        signer: unless(&c.signer, &award.signer_name),
    };
    serde_json::to_string(&rest).unwrap_or_default()
}

/// The certificate of an award whose row kept this; `None` if it is no such text.
pub(super) fn with(kept: &str, award: &Award) -> Option<Certificate> {
    let rest: Rest<'_> = serde_json::from_str(kept).ok()?;
    let text = |text: Text<'_>, said: &str| text.map_or_else(|| said.to_owned(), Cow::into_owned);
    let h = rest.honouree;
    let honouree = Honouree {
        kind: h.kind.unwrap_or_default(),
        address: text(h.address, ""),
        name: text(h.name, &award.name),
        position: text(h.position, ""),
        unit: text(h.unit, &award.unit),
        form: text(h.form, ""),
        achievement: text(h.achievement, &award.achievement),
        posthumous: h.posthumous,
        note: text(h.note, ""),
        extra: h.extra.into_owned(),
    };
    Some(Certificate {
        honouree,
        award: text(rest.award, &award.form),
        giver: text(rest.giver, ""),
        organ: text(rest.organ, ""),
        decision: text(rest.decision, &award.decision),
        decided: rest.decided.unwrap_or(award.decided),
        locality: text(rest.locality, ""),
        date: rest.date,
        authority: rest.authority.into_owned(),
        position: text(rest.position, &award.signer_position),
        signer: text(rest.signer, &award.signer_name),
        ..Certificate::default()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_text() -> impl Strategy<Value = String> {
        prop_oneof![Just(String::new()), Just("Giấy khen".to_owned()), "[a-zđ\"\\\\{} ]{0,6}"]
    }

    prop_compose! {
        fn certificate()(
            t in proptest::collection::vec(any_text(), 14),
            kind in 0..3usize,
            posthumous in any::<bool>(),
            days in proptest::collection::vec(proptest::option::of(1..28i8), 2),
            authority in proptest::collection::vec(any_text(), 0..3),
            extra in proptest::collection::btree_map("[a-z]{1,3}", any_text(), 0..3),
        ) -> Certificate {
            let kinds = [HonoureeKind::Individual, HonoureeKind::Collective, HonoureeKind::Household];
            let day = |n: Option<i8>| n.map(|n| jiff::civil::date(2026, 3, n));
            let honouree = Honouree {
                kind: kinds[kind],
                address: t[0].clone(),
                name: t[1].clone(),
                position: t[2].clone(),
                unit: t[3].clone(),
                form: t[4].clone(),
                achievement: t[5].clone(),
                posthumous,
                note: t[6].clone(),
                extra,
            };
            Certificate {
                honouree,
                award: t[7].clone(),
                giver: t[8].clone(),
                organ: t[9].clone(),
                decision: t[10].clone(),
                decided: day(days[0]),
                locality: t[11].clone(),
                date: day(days[1]),
                authority,
                position: t[12].clone(),
                signer: t[13].clone(),
                ..Certificate::default()
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_a_row_keeps_is_the_whole_certificate(one in certificate(), other in certificate()) {
            // With its own row, and with one that says other things.
            for award in [one.award("Bằng khen"), other.award("Bằng khen"), Award::default()] {
                prop_assert_eq!(with(&of(&one, &award), &award), Some(one.clone()));
            }
        }

        #[test]
        fn a_row_that_says_everything_reads_the_same(one in certificate(), other in certificate()) {
            let whole = serde_json::to_string(&one).expect("JSON");
            prop_assert_eq!(with(&whole, &other.award("Bằng khen")), Some(one));
        }
    }

    #[test]
    fn what_the_row_says_is_not_said_twice() {
        let honouree = Honouree {
            name: "Lê Thị Hoa".into(),
            achievement: "xuất sắc".into(),
            ..Honouree::default()
        };
        let certificate = Certificate {
            honouree,
            award: "Giấy khen".into(),
            giver: "Giám đốc".into(),
            decision: "12/QĐ-SNV".into(),
            decided: Some(jiff::civil::date(2026, 3, 5)),
            signer: "Trần Văn An".into(),
            ..Certificate::default()
        };
        let award = certificate.award("");
        assert_eq!(of(&certificate, &award), r#"{"honouree":{},"giver":"Giám đốc"}"#);
        assert_eq!(with("không phải JSON", &award), None);
    }
}
