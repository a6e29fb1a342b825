//! What comes next, and what is odd about it.

use jiff::civil::date;

use super::*;
use crate::model::{Contents, OrganConfig, SeriesConfig};

fn office(start: &[(&str, &str, u32)]) -> Office {
    let mut series = SeriesConfig::default();
    for (name, year, last) in start {
        series.start_after.entry((*name).into()).or_default().insert((*year).into(), *last);
    }
    Office {
        organ: OrganConfig {
            key: String::new(),
            parent: Vec::new(),
            name: Vec::new(),
            in_text: String::new(),
            code: "SNV".into(),
            id: None,
            place: String::new(),
        },
        councils: std::collections::BTreeMap::new(),
        series,
        signers: std::collections::BTreeMap::new(),
        defaults: Contents::default(),
        allow_titles_before_name: false,
        ruleset: None,
        bag_size: 1000,
        days_off: Vec::new(),
        units: Vec::new(),
        layout: std::collections::BTreeMap::new(),
    }
}

fn want(series: &str, date: Date) -> Want {
    Want { series: series.into(), date, row_key: String::new(), input: String::new() }
}

#[test]
fn a_short_name_means_the_agencys_own_series() {
    let office = office(&[("ke-hoach", "2026", 41), ("BTĐKT:ke-hoach", "2026", 3)]);
    assert_eq!(start_after(&office, "SNV:ke-hoach", 2026), 41);
    assert_eq!(start_after(&office, "BTĐKT:ke-hoach", 2026), 3);
    assert_eq!(start_after(&office, "HĐXT:ke-hoach", 2026), 0);
    assert_eq!(start_after(&office, "SNV:ke-hoach", 2027), 0);
}

#[test]
fn odd_dates_are_told_once_for_each_series() {
    let today = date(2027, 1, 4);
    let wants = vec![
        want("SNV:a", date(2026, 12, 31)),
        want("SNV:a", date(2026, 12, 31)),
        want("SNV:b", date(2027, 1, 5)),
        want("SNV:b", date(2027, 1, 6)),
        want("SNV:b", date(2027, 1, 4)),
    ];
    let plan = plan(None, Book::Outgoing, &office(&[]), &wants, today).expect("plans");
    let codes: Vec<_> = plan.findings.iter().map(|(i, d)| (*i, d.code.to_string())).collect();
    let expected = [(0, "S0102"), (2, "S0103"), (4, "S0101")];
    assert_eq!(codes, expected.map(|(i, c)| (i, c.to_owned())));
    assert_eq!(plan.numbers.iter().map(|n| n.get()).collect::<Vec<_>>(), [1, 2, 1, 2, 3]);
    assert!(plan.findings.iter().all(|(_, d)| d.hint.is_some() && d.basis.is_some()));
}

#[test]
fn a_series_without_numbers_left_is_a_failure() {
    let office = office(&[("a", "2026", u32::MAX)]);
    let wants = vec![want("SNV:a", date(2026, 1, 2))];
    assert!(plan(None, Book::Outgoing, &office, &wants, date(2026, 1, 2)).is_err());
}

#[test]
fn every_code_is_explained() {
    let rows: toml::Table =
        include_str!("../../../templates/codes/s.toml").parse().expect("the table reads");
    let rows = rows["codes"].as_array().expect("rows");
    let codes: Vec<&str> = rows.iter().filter_map(|r| r["code"].as_str()).collect();
    for code in [DATE_GOES_BACK, YEAR_IS_OVER, DATE_AHEAD, START_AFTER_CHANGED] {
        assert!(codes.contains(&code.to_string().as_str()), "{code}");
    }
    for row in rows {
        for key in
            ["name", "severity", "basis", "rule", "rule_en", "bad", "good", "mend", "mend_en"]
        {
            assert!(row[key].as_str().is_some_and(|v| !v.is_empty()), "{row:?}");
        }
    }
}
