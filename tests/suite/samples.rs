//! The skeletons and the sample offices: every text of them is read without a finding.
//!
//! Knows: the folders `templates/` and `samples/`. Must not know: what the texts say.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use vanthu::ruleset::Ruleset;
use vanthu::source::{self, job, office};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    r#type: String,
    file: String,
    about: String,
    about_en: String,
}

#[derive(Deserialize)]
struct Index {
    templates: Vec<Row>,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Files under `folder` whose name ends so, sorted.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            out.extend(files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            out.push(path);
        }
    }
    out.sort();
    out
}

fn assert_clean(path: &Path) {
    let name = path.strip_prefix(root()).unwrap_or(path).display().to_string();
    let (source, findings) = source::parse(&read(path), &name);
    let said: Vec<String> = findings
        .iter()
        .map(|d| format!("{} {} {:?}", d.code, d.message.vi, d.place.line))
        .collect();
    assert!(said.is_empty(), "{name}: {said:#?}");
    assert_eq!(source.not_nfc, None, "{name}");
}

#[test]
fn every_type_has_a_skeleton_that_is_read_without_a_finding() {
    let rules = Ruleset::builtin().expect("ruleset");
    let index: Index = toml::from_str(&read(&root().join("templates/index.toml"))).expect("index");
    for rule in rules.types.iter().chain(&rules.copies) {
        assert!(
            index.templates.iter().any(|row| row.name == rule.id),
            "no skeleton of {}",
            rule.id
        );
    }
    let mut files = files(&root().join("templates"), ".md");
    for row in &index.templates {
        let path = root().join("templates").join(&row.file);
        assert!(!row.about.is_empty() && !row.about_en.is_empty(), "{}", row.name);
        assert_clean(&path);
        let (source, _) = source::parse(&read(&path), &row.file);
        let found = source.front.type_name.map(|t| t.value);
        assert_eq!(found.as_deref(), Some(row.r#type.as_str()), "{}", row.file);
        files.retain(|file| *file != path);
    }
    assert_eq!(files, Vec::<PathBuf>::new(), "skeletons that the index does not name");
}

#[test]
fn every_sample_is_read_without_a_finding() {
    for path in files(&root().join("samples"), ".md") {
        let text = read(&path);
        let is_document = text.starts_with("---\n");
        if is_document && !text.contains("{{") {
            assert_clean(&path);
        }
    }
}

#[test]
fn every_sample_office_and_job_is_read_without_a_finding() {
    let rules = Ruleset::builtin().expect("ruleset");
    let types: Vec<&str> =
        rules.types.iter().chain(&rules.copies).map(|rule| rule.id.as_str()).collect();
    let known = office::Known { layout: &[], types: &types };
    let offices = files(&root().join("samples"), "vanthu.toml");
    assert!(offices.len() >= 6);
    for path in offices {
        let (_, findings) = office::parse(&read(&path), &path.display().to_string(), &known);
        assert_eq!(findings, []);
    }
    for path in files(&root().join("samples"), "JOB.toml") {
        job::parse(&read(&path), &path.display().to_string()).expect("job");
    }
}
