//! What ARCHITECTURE.md says is there is there: tests, borders, dependencies.
//!
//! Knows: the page, the sources as text, `Cargo.toml`. Must not know: what the program does.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn sources(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push_str(&fs::read_to_string(&path).expect("source"));
        }
    }
}

fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn the_tests_that_keep_the_invariants_exist() {
    let page = read("ARCHITECTURE.md");
    let from = page.find("\n## Invariants").expect("invariants");
    let end = page.find("\n## The way of one value").expect("the way of one value");
    let mut code = String::new();
    sources(&root().join("src"), &mut code);
    sources(&root().join("tests"), &mut code);
    let named: BTreeSet<&str> = quoted(page.get(from..end).expect("section"))
        .filter(|word| {
            word.contains('_') && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        })
        .collect();
    assert!(named.len() >= 40, "{named:?}");
    let missing: Vec<&&str> =
        named.iter().filter(|name| !code.contains(&format!("fn {name}("))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_borders_on_the_page_are_those_that_are_kept() {
    let page = read("ARCHITECTURE.md");
    let kept = read("tests/suite/borders.rs");
    let table = kept.split("const MAY_USE").nth(1).and_then(|t| t.split("];\n").next());
    let mut count = 0;
    for line in table.expect("table").lines().filter(|line| line.trim_start().starts_with("(\"")) {
        let names: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
        let (module, others) = names.split_first().expect("module");
        let others: Vec<String> = others.iter().map(|name| format!("`{name}`")).collect();
        let may = if others.is_empty() { "nothing".to_owned() } else { others.join(", ") };
        let row = format!("\n| `{module}` | {may} |\n");
        assert!(page.contains(&row), "{row}");
        count += 1;
    }
    assert_eq!(count, 12);
}

#[test]
fn every_dependency_has_its_reason() {
    let page = read("ARCHITECTURE.md");
    let from = page.find("\n## Dependencies").expect("dependencies");
    let words: BTreeSet<&str> = page
        .get(from..)
        .expect("section")
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
        .collect();
    let manifest: toml::Table = read("Cargo.toml").parse().expect("manifest");
    for section in ["dependencies", "dev-dependencies"] {
        for name in manifest.get(section).and_then(toml::Value::as_table).expect("table").keys() {
            assert!(words.contains(name.as_str()), "{name}");
        }
    }
}
