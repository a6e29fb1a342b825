//! Every code that the source names is explained, in both languages, and none is explained twice.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use regex::Regex;
use vanthu::diagnostic::{Code, Family, Lang};
use vanthu::lint;

fn named(dir: &Path, pattern: &Regex, into: &mut BTreeSet<String>) {
    for entry in fs::read_dir(dir).expect("src is readable").flatten() {
        let path = entry.path();
        if path.is_dir() {
            named(&path, pattern, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).expect("UTF-8");
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or("");
            for found in pattern.captures_iter(code) {
                let number: u16 = found[2].parse().expect("digits");
                into.insert(format!("{}{number:04}", &found[1]));
            }
        }
    }
}

#[test]
fn every_code_in_the_source_is_explained() {
    let pattern = Regex::new(r"Code::new\(Family::([TDMSK]), (\d+)\)").expect("pattern");
    let mut codes = BTreeSet::new();
    named(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &pattern, &mut codes);
    assert!(codes.len() > 5, "the pattern still finds the codes");
    let missing: Vec<_> = codes
        .iter()
        .filter(|c| c.parse::<Code>().ok().and_then(|c| lint::explain(c, Lang::Vi)).is_none())
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_catalogue_is_whole() {
    let mut seen = BTreeSet::new();
    for row in lint::catalogue() {
        assert!(seen.insert(row.code), "{} is explained twice", row.code);
        let words = [&row.rule, &row.rule_en];
        assert!(words.iter().all(|w| !w.is_empty()), "{} lacks words", row.code);
        // What an archive finds is a state of a disk: not every one can be shown in a line.
        let examples = !row.bad.is_empty() && !row.good.is_empty();
        assert!(examples || row.code.family == Family::K, "{} lacks an example", row.code);
        for lang in [Lang::Vi, Lang::En] {
            assert!(lint::explain(row.code, lang).is_some_and(|page| page.len() > 40));
        }
    }
}
