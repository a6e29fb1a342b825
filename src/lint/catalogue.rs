//! What every code means, for `vanthu explain` and for the table of codes.
//!
//! Knows: the rows of the ruleset and of the code tables, both embedded. Must not know: documents.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Code, Lang, Severity};
use crate::ruleset::Ruleset;

/// The tables of codes, one for each family or part of it.
const TABLES: [&str; 13] = [
    table!("codes/t"),
    table!("codes/d-source"),
    table!("codes/d-data"),
    table!("codes/d-certificate"),
    table!("codes/d-pipeline"),
    table!("codes/d-incoming"),
    table!("codes/d-lists"),
    table!("codes/d-campaign"),
    table!("codes/m"),
    table!("codes/m-word"),
    table!("codes/s"),
    table!("codes/s-clerk"),
    table!("codes/k"),
];

/// What a code means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeRow {
    /// Stable code.
    pub code: Code,
    /// Name of the bad thing, kebab-case English.
    pub name: String,
    /// Severity of its findings.
    pub severity: Severity,
    /// Clause; empty where there is none.
    #[serde(default)]
    pub basis: String,
    /// Rule in Vietnamese.
    pub rule: String,
    /// Rule in English.
    pub rule_en: String,
    /// A bad example.
    #[serde(default)]
    pub bad: String,
    /// A good example.
    #[serde(default)]
    pub good: String,
    /// How to mend it, in Vietnamese.
    #[serde(default)]
    pub mend: String,
    /// How to mend it, in English.
    #[serde(default)]
    pub mend_en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    codes: Vec<CodeRow>,
}

/// The rows of a table, or what is wrong with it.
fn rows(table: &str) -> Result<Vec<CodeRow>, String> {
    serde_json::from_str::<Table>(table).map(|t| t.codes).map_err(|e| e.to_string())
}

static ALL: LazyLock<Vec<CodeRow>> = LazyLock::new(|| {
    let mut all: Vec<CodeRow> =
        TABLES.into_iter().flat_map(|t| rows(t).unwrap_or_default()).collect();
    let checks = Ruleset::builtin().map(|r| r.checks).unwrap_or_default();
    all.extend(checks.into_iter().map(|c| CodeRow {
        code: c.code,
        name: c.name,
        severity: c.severity,
        basis: c.basis,
        rule: c.rule,
        rule_en: c.rule_en,
        bad: c.bad,
        good: c.good,
        mend: c.mend,
        mend_en: c.mend_en,
    }));
    all.sort_by_key(|r| r.code);
    all
});

/// Every code of the program, sorted.
pub fn catalogue() -> &'static [CodeRow] {
    &ALL
}

/// Rule, clause, a bad and a good example and the way out of a code; `None` for an unknown one.
pub fn explain(code: Code, lang: Lang) -> Option<String> {
    let row = ALL.iter().find(|r| r.code == code)?;
    let vi = lang == Lang::Vi;
    let severity = match (row.severity, vi) {
        (Severity::Error, true) => "lỗi: văn bản không được cấp số",
        (Severity::Error, false) => "error: the document takes no number",
        (Severity::Warning, true) => "cảnh báo",
        (Severity::Warning, false) => "warning",
        (Severity::Info, true) => "lưu ý",
        (Severity::Info, false) => "note",
    };
    // Only a finding about a document keeps it from being numbered.
    let severity = match (row.code.family, row.severity, vi) {
        (crate::diagnostic::Family::T, _, _) => severity,
        (_, Severity::Error, true) => "lỗi",
        (_, Severity::Error, false) => "error",
        _ => severity,
    };
    let mut out = format!("{} {} ({severity})\n", row.code, row.name);
    out.push_str(&format!("\n{}\n", if vi { &row.rule } else { &row.rule_en }));
    let mut part = |vi_label: &str, en_label: &str, text: &str| {
        if !text.is_empty() {
            let label = if vi { vi_label } else { en_label };
            let text = text.replace('\n', "\n    ");
            out.push_str(&format!("\n{label}:\n    {text}\n"));
        }
    };
    part("Sai", "Bad", &row.bad);
    part("Đúng", "Good", &row.good);
    part("Cách sửa", "How to mend it", if vi { &row.mend } else { &row.mend_en });
    part("Căn cứ", "Basis", &row.basis);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_reads_and_no_code_is_used_twice() {
        for table in TABLES {
            rows(table).expect("a table of codes");
        }
        Ruleset::builtin().expect("the ruleset");
        let twice: Vec<_> =
            catalogue().windows(2).filter(|w| w[0].code == w[1].code).map(|w| w[0].code).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }

    #[test]
    fn every_code_is_explained_in_both_languages() {
        for row in catalogue() {
            assert!(!row.rule.is_empty() && !row.rule_en.is_empty(), "{}: no rule", row.code);
            assert!(!row.mend.is_empty() && !row.mend_en.is_empty(), "{}: no mend", row.code);
            for lang in [Lang::Vi, Lang::En] {
                let text = explain(row.code, lang).expect("explained");
                assert!(text.starts_with(&row.code.to_string()));
            }
        }
        assert_eq!(explain(Code::new(crate::diagnostic::Family::T, 9999), Lang::Vi), None);
    }
}
