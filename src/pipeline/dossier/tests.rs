//! Retention, codes and years of dossiers.

use jiff::civil::date;

use super::*;

#[test]
fn retentions_are_understood_or_not_guessed() {
    for (text, wanted) in [
        ("Vĩnh viễn", Some(Retention::Permanent)),
        ("VĨNH VIỄN", Some(Retention::Permanent)),
        ("20 năm", Some(Retention::Years(20))),
        ("70", Some(Retention::Years(70))),
        ("", None),
        ("lâu dài", None),
        ("0 năm", None),
        ("20 tháng", None),
        ("20 năm rưỡi", None),
    ] {
        assert_eq!(Retention::parse(text), wanted, "{text}");
    }
}

fn dossier(code: &str, year: i16) -> Dossier {
    Dossier {
        seq: 1,
        code: code.into(),
        year,
        title: "t".into(),
        heading: String::new(),
        retention: Some(Retention::Years(20)),
        reason: String::new(),
        creator: String::new(),
        note: String::new(),
        opened: date(year, 1, 5),
        closed: None,
        documents: Vec::new(),
    }
}

#[test]
fn retention_counts_from_the_year_in_which_the_work_ended() {
    let mut d = dossier("01.TCCB", 2026);
    assert_eq!(d.kept_until(), None);
    d.closed = Some((date(2027, 1, 9), date(2026, 12, 30)));
    assert_eq!(d.kept_until(), Some(2046));
    d.retention = Some(Retention::Permanent);
    assert_eq!(d.kept_until(), None);
    assert_eq!(d.file_code(Some("H41.10")), "H41.10.2026.01.TCCB");
    assert_eq!(d.file_code(None), "2026.01.TCCB");
}

#[test]
fn a_code_means_the_dossier_of_its_year_or_the_newest_before() {
    let all = [dossier("01.TCCB", 2024), dossier("01.TCCB", 2026), dossier("02.TCCB", 2025)];
    assert_eq!(owner(&all, "01.tccb", 2026), Some(1));
    assert_eq!(owner(&all, "01.TCCB", 2025), Some(0));
    assert_eq!(owner(&all, "01.TCCB", 2023), None);
    assert_eq!(owner(&all, "1.TCCB", 2026), None);
    assert_eq!(named(&all, "01.TCCB", None).map(|d| d.year), Some(2026));
}
