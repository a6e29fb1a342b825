//! The skeletons and the sample offices: they are read, pass their checks and run as their READMEs say.
//!
//! Knows: the folders `templates/` and `samples/`, the commands. Must not know: what the texts say.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde::Deserialize;
use tempfile::TempDir;
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
    // What the archive writes of itself is no skeleton.
    files.retain(|file| !file.starts_with(root().join("templates/archive")));
    // Templates with tags; a campaign fills them.
    files.retain(|file| !file.starts_with(root().join("templates/awards")));
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
    for path in files(&root().join("samples"), "dot-khen.toml") {
        source::campaign::parse(&read(&path), &path.display().to_string()).expect("campaign");
    }
}

/// A copy of a sample office that a test may write into.
fn office(name: &str) -> TempDir {
    let copy = TempDir::new().expect("folder");
    for entry in fs::read_dir(root().join("samples").join(name)).expect("sample") {
        let from = entry.expect("entry").path();
        let file = from.file_name().expect("name");
        fs::copy(&from, copy.path().join(file)).expect("copy");
    }
    copy
}

/// Runs the program in a folder on a fixed day: exit code, standard output, standard error.
fn vanthu(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::cargo_bin("vanthu")
        .expect("program")
        .current_dir(folder)
        .env_remove("VANTHU_OFFICE")
        .args(["--today", "2026-11-22", "--lang", "vi"])
        .args(arguments)
        .output()
        .expect("run");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// The sources of an office that need no data.
fn sources(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for path in files(folder, ".md") {
        let text = read(&path);
        if text.starts_with("---\n") && !text.contains("{{") {
            names.push(path.file_name().expect("name").to_string_lossy().into_owned());
        }
    }
    names
}

#[test]
fn every_sample_passes_its_checks_and_is_drafted() {
    for name in ["so-noi-vu", "so-lao-dong", "hoi-dong", "day-du"] {
        let office = office(name);
        let sources = sources(office.path());
        assert!(!sources.is_empty(), "{name}");
        for command in [&["check"][..], &["draft", "--out", "ra"]] {
            let arguments: Vec<&str> =
                command.iter().copied().chain(sources.iter().map(String::as_str)).collect();
            let (code, out, err) = vanthu(office.path(), &arguments);
            assert_eq!(code, 0, "{name} {command:?}: {out}{err}");
        }
        assert_eq!(files(&office.path().join("ra"), ".docx").len(), sources.len(), "{name}");
    }
}

#[test]
fn every_skeleton_passes_the_checks() {
    let office = office("so-noi-vu");
    let index: Index = toml::from_str(&read(&root().join("templates/index.toml"))).expect("index");
    let mut written = Vec::new();
    for row in &index.templates {
        let file = format!("moi-{}.md", row.name);
        let (code, _, err) = vanthu(office.path(), &["new", &row.name, "--out", &file]);
        assert_eq!(code, 0, "{}: {err}", row.name);
        written.push(file);
    }
    let arguments: Vec<&str> =
        std::iter::once("check").chain(written.iter().map(String::as_str)).collect();
    let (code, _, err) = vanthu(office.path(), &arguments);
    assert_eq!(code, 0, "{err}");
}

#[test]
fn the_common_faults_are_found_and_take_no_number() {
    let office = office("loi-thuong-gap");
    let (code, _, err) = vanthu(office.path(), &["check", "hai-muc-iii.md"]);
    assert_eq!(code, 1);
    assert!(err.contains("T0611") && err.contains(":25") && err.contains(":21"), "{err}");
    let (code, _, err) = vanthu(office.path(), &["check", "nhieu-loi.md"]);
    assert_eq!(code, 1);
    for finding in ["T0601", "T0612", "T0631", "T0641", "T0706", "T0023", "T0031"] {
        assert!(err.contains(finding), "{finding}: {err}");
    }
    let (code, _, _) = vanthu(office.path(), &["issue", "hai-muc-iii.md"]);
    assert_eq!(code, 1);
    assert_eq!(files(office.path(), ".docx"), Vec::<PathBuf>::new());
}

#[test]
fn thirty_letters_are_issued_from_the_workbook() {
    let office = office("thu-moi");
    let (code, _, err) = vanthu(office.path(), &["run", "JOB.toml", "--dry-run"]);
    assert_eq!(code, 0, "{err}");
    assert!(!office.path().join("ra").exists(), "a dry run changes nothing");
    let (code, _, err) = vanthu(office.path(), &["run", "JOB.toml"]);
    assert_eq!(code, 0, "{err}");
    let copies = files(&office.path().join("ra"), ".docx");
    assert_eq!(copies.len(), 30);
    let names: Vec<String> =
        copies.iter().filter_map(|c| Some(c.file_name()?.to_string_lossy().into_owned())).collect();
    assert_eq!(names.first().map(String::as_str), Some("01-so-tai-chinh.docx"));
    assert!(names.contains(&"20-cong-ty-tnhh-giay-in-song-lam.docx".to_owned()), "{names:?}");
    let (code, _, err) = vanthu(office.path(), &["verify"]);
    assert_eq!(code, 0, "{err}");
    let (code, _, err) = vanthu(office.path(), &["run", "JOB.toml"]);
    assert_eq!((code, files(&office.path().join("ra"), ".docx").len()), (0, 30), "{err}");
}

#[test]
fn a_decision_with_its_list_and_a_councils_plan_are_issued() {
    let commune = office("day-du");
    let (code, _, err) = vanthu(commune.path(), &["run", "JOB.toml"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(files(&commune.path().join("ra"), ".docx").len(), 2);
    let council = office("hoi-dong");
    let (code, out, err) = vanthu(council.path(), &["issue", "cum-khoi-2026.md"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("04/KH-HĐTĐKT"), "{out}");
    for office in [&commune, &council] {
        let (code, _, err) = vanthu(office.path(), &["verify"]);
        assert_eq!(code, 0, "{err}");
    }
}

/// The words of a command as a shell takes them apart: what stands in quotes is one word.
fn words(command: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut is_open = false;
    let mut is_new = true;
    for c in command.chars() {
        match c {
            '"' => is_open = !is_open,
            ' ' if !is_open => is_new = true,
            c => {
                if std::mem::take(&mut is_new) {
                    out.push(String::new());
                }
                out.last_mut().expect("a word").push(c);
            }
        }
    }
    out
}

/// The commands in the code blocks of a README, without their remarks.
fn commands(readme: &str) -> Vec<Vec<String>> {
    let mut inside = false;
    let mut out = Vec::new();
    for line in readme.lines() {
        if line.starts_with("```") {
            inside = !inside;
        } else if inside {
            let command = line.split(" #").next().unwrap_or(line);
            out.extend(command.strip_prefix("vanthu ").map(words));
        }
    }
    out
}

#[test]
fn the_commands_of_every_readme_run() {
    let mut count = 0;
    for path in files(&root().join("samples"), "README.md") {
        let folder = path.parent().expect("folder");
        if folder.ends_with("samples") {
            continue;
        }
        let name = folder.file_name().expect("name").to_string_lossy().into_owned();
        let office = office(&name);
        for command in commands(&read(&path)) {
            let arguments: Vec<&str> = command.iter().map(String::as_str).collect();
            let (code, out, err) = vanthu(office.path(), &arguments);
            let expected = i32::from(name == "loi-thuong-gap");
            assert_eq!(code, expected, "{name}: vanthu {}: {out}{err}", command.join(" "));
            count += 1;
        }
    }
    assert!(count >= 20, "only {count} commands found");
}
