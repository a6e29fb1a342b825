//! The borders between modules, read off the `use` lines (ARCHITECTURE.md, “who may use whom”).

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What each module may use of the crate, beside itself.
const MAY_USE: &[(&str, &[&str])] = &[
    ("diagnostic", &["model", "text"]),
    ("world", &[]),
    ("text", &["diagnostic"]),
    ("model", &["text"]),
    ("ruleset", &["diagnostic", "model", "text"]),
    ("source", &["diagnostic", "model", "text", "world"]),
    ("template", &["diagnostic", "model", "text"]),
    ("layout", &["diagnostic", "model", "ruleset", "text"]),
    ("docx", &["diagnostic", "layout", "model", "template", "text"]),
    ("lint", &["diagnostic", "layout", "model", "ruleset", "text"]),
    ("register", &["archive", "diagnostic", "model", "text", "world"]),
    ("archive", &["diagnostic", "model", "text", "world"]),
];

/// Words that must not occur in a module's source: the third-party library that another module owns.
const MAY_NOT_NAME: &[(&str, &[&str])] = &[
    ("quick_xml", &["docx", "source"]),
    ("rusqlite", &["register"]),
    ("handlebars", &["template"]),
    ("calamine", &["source"]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
    ("SystemTime", &["world"]),
    ("std::fs", &["world"]),
];

fn sources(dir: &Path, into: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(dir).expect("src is readable") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let name = path.to_string_lossy().replace('\\', "/");
            into.push((name, fs::read_to_string(&path).expect("UTF-8 source")));
        }
    }
}

fn all() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    let prefix = format!("{}/", root.to_string_lossy());
    found.into_iter().map(|(name, text)| (name.replace(&prefix, ""), text)).collect()
}

fn module_of(name: &str) -> &str {
    name.split(['/', '.']).next().unwrap_or("")
}

fn is_test(name: &str) -> bool {
    name.ends_with("tests.rs") || name.contains("/tests/")
}

/// The code before a file's test module.
fn code(text: &str) -> &str {
    let at = text.find("#[cfg(test)]\nmod tests {");
    let at = at.or_else(|| text.find("#[cfg(test)]\npub(crate) mod tests {"));
    &text[..at.unwrap_or(text.len())]
}

fn used(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in code(text).lines().filter(|l| !l.trim_start().starts_with("//")) {
        for part in line.split("crate::").skip(1) {
            let word: String =
                part.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            if !word.is_empty() && !part[word.len()..].starts_with('!') {
                found.insert(word);
            }
        }
    }
    found
}

#[test]
fn modules_use_only_what_is_below_them() {
    let mut wrong = Vec::new();
    for (name, text) in all() {
        let module = module_of(&name);
        let Some((_, may)) = MAY_USE.iter().find(|(m, _)| *m == module) else { continue };
        if is_test(&name) {
            continue;
        }
        for other in used(&text) {
            if other != module && !may.contains(&other.as_str()) {
                wrong.push(format!("{name} uses {other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn each_library_stays_behind_the_module_that_owns_its_job() {
    let mut wrong = Vec::new();
    for (name, text) in all().iter().filter(|(n, _)| !is_test(n)) {
        for (library, owners) in MAY_NOT_NAME {
            let names_it = code(text)
                .lines()
                .any(|l| !l.trim_start().starts_with("//") && l.contains(library));
            if names_it && !owners.contains(&module_of(name)) {
                wrong.push(format!("{name} names {library}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_file_says_what_it_knows_and_stays_readable() {
    let mut wrong = Vec::new();
    for (name, text) in all() {
        if !text.starts_with("//!") {
            wrong.push(format!("{name} has no //! head"));
        }
        let lines = text.lines().count();
        if lines > 600 {
            wrong.push(format!("{name} has {lines} lines"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
