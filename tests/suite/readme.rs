//! What the READMEs say is true: their commands run, their keys, helpers, codes and exit codes are those of the program.
//!
//! Knows: the text of both READMEs, the program, the script of the main job. Must not know: the sample offices one by one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use vanthu::cli::Exit;
use vanthu::diagnostic::{Code, Lang};
use vanthu::lint;
use vanthu::source::{self, front::Key};
use vanthu::template::Template;

use super::running::{self, said};

const BOTH: [&str; 2] = ["README.md", "README.vi.md"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn program() -> PathBuf {
    assert_cmd::cargo::cargo_bin("vanthu")
}

fn vanthu(folder: &Path, arguments: &[&str]) -> Output {
    running::on(folder, "2026-11-22", arguments)
}

/// The rows of all tables, cell by cell; `\|` is no border.
fn rows(text: &str) -> Vec<Vec<String>> {
    text.lines()
        .filter(|line| line.starts_with("| "))
        .map(|line| {
            let line = line.replace("\\|", "\u{0}");
            let cells = line.trim_matches('|').split('|');
            cells.map(|cell| cell.trim().replace('\u{0}', "|")).collect()
        })
        .collect()
}

/// What stands between single backquotes.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The lines inside fences.
fn fenced(text: &str) -> Vec<&str> {
    let mut inside = false;
    let mut out = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            inside = !inside;
        } else if inside {
            out.push(line);
        }
    }
    out
}

/// The two names of each key in the table of the front matter.
fn keys(text: &str) -> Vec<(String, String)> {
    let from = text.find("\n### Front matter").or_else(|| text.find("\n### Phần khai báo"));
    let section = text.get(from.expect("the section")..).expect("text");
    let end = section.get(5..).and_then(|rest| rest.find("\n### ")).expect("the next section");
    let table = rows(section.get(..end + 5).expect("text"));
    let name = |cell: &str| quoted(cell).first().map(|key| (*key).to_owned());
    table.iter().filter_map(|row| Some((name(row.first()?)?, name(row.get(1)?)?))).collect()
}

#[test]
fn every_key_of_the_readme_is_accepted() {
    for file in BOTH {
        let names = keys(&read(file));
        assert!(names.len() > Key::ALL.len(), "{file}: {names:?}");
        for key in names.iter().flat_map(|(a, b)| [a, b]) {
            let front = match key.split_once('.') {
                Some((outer, inner)) => format!("{outer}:\n  {inner}: x\n"),
                None => format!("{key}: x\n"),
            };
            let (_, findings) = source::parse(&format!("---\n{front}---\nx\n"), "x.md");
            let unknown = findings.iter().find(|d| d.code == source::codes::UNKNOWN_KEY);
            assert!(unknown.is_none(), "{file}: {key}: {unknown:?}");
        }
    }
}

#[test]
fn every_key_of_the_program_is_in_the_readme() {
    for file in BOTH {
        let names = keys(&read(file));
        for key in Key::ALL {
            let has = |a: &str, b: &str| names.iter().any(|(x, y)| x == a && y == b);
            let (english, vietnamese) = (key.english(), key.vietnamese());
            assert!(has(english, vietnamese) || has(vietnamese, english), "{file}: {english}");
        }
    }
}

#[test]
fn every_helper_of_the_readme_exists() {
    for file in BOTH {
        let text = read(file);
        let tags: Vec<&str> = rows(&text)
            .iter()
            .filter_map(|row| row.first().cloned())
            .filter(|cell| cell.starts_with("`{{"))
            .flat_map(|cell| quoted(&cell).into_iter().map(str::to_owned).collect::<Vec<_>>())
            .map(|tag| &*tag.leak())
            .collect();
        assert_eq!(tags.len(), 16, "{file}: {tags:?}");
        for tag in tags {
            let condition = tag.starts_with("{{eq") || tag.starts_with("{{not");
            let inner = tag.trim_start_matches("{{").trim_end_matches("}}");
            let typed =
                if condition { format!("{{{{#if ({inner})}}}}x{{{{/if}}}}") } else { tag.into() };
            let template = format!("---\nloai: ke-hoach\n---\n{typed}\n");
            Template::compile(&template, "x.md").unwrap_or_else(|found| panic!("{tag}: {found:?}"));
        }
    }
}

#[test]
fn every_command_of_the_program_is_in_the_readme_and_no_other() {
    let help = said(&vanthu(&root(), &["--lang", "en", "--help"]));
    let listed: BTreeSet<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        // What is indented further goes on from the line above.
        .filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    for file in BOTH {
        let text = read(file);
        let table = rows(&text);
        let commands = table.iter().filter(|row| row.len() == 3 && row[0].starts_with("`vanthu "));
        let mut named = BTreeSet::new();
        for row in commands {
            let name = row[0].split_whitespace().nth(1).expect("command").trim_matches('`');
            let alias = row[1].trim_matches('`');
            for word in [name, alias] {
                let page = vanthu(&root(), &[word, "--help"]);
                assert_eq!(page.status.code(), Some(0), "{file}: {word}");
                let page = said(&page);
                let options = row[2].split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
                for option in options.filter(|o| o.starts_with("--") && o.len() > 2) {
                    assert!(page.contains(option), "{file}: {word} {option}");
                }
            }
            named.insert(name.to_owned());
        }
        assert_eq!(named.iter().map(String::as_str).collect::<BTreeSet<_>>(), listed, "{file}");
    }
}

#[test]
fn exit_codes_are_those_of_the_readme() {
    let all = [Exit::Clean, Exit::Findings, Exit::Failed, Exit::Stopped, Exit::Tampered];
    let expected: Vec<String> = all.iter().map(|exit| (*exit as u8).to_string()).collect();
    for file in BOTH {
        let is_number = |cell: &String| cell.len() == 1 && cell.parse::<u8>().is_ok();
        let text = read(file);
        let told: Vec<String> = rows(&text)
            .into_iter()
            .filter_map(|row| row.into_iter().next())
            .filter(is_number)
            .collect();
        assert_eq!(told, expected, "{file}");
    }
}

#[test]
fn every_code_named_in_the_readme_is_explained() {
    for file in BOTH {
        let text = read(file);
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        let mut count = 0;
        for code in words.filter(|w| w.len() == 5).filter_map(|w| w.parse::<Code>().ok()) {
            assert!(lint::explain(code, Lang::En).is_some(), "{file}: {code}");
            count += 1;
        }
        assert!(count >= 5, "{file}: {count}");
    }
}

#[test]
fn the_guide_of_the_readme_runs_as_it_stands() {
    for file in BOTH {
        let place = TempDir::new().expect("folder");
        let mut folder = place.path().to_path_buf();
        let mut count = 0;
        let text = read(file);
        let lines = fenced(&text);
        let guide = lines.iter().skip_while(|line| !line.starts_with("vanthu init"));
        for line in guide.take_while(|line| !line.starts_with("$ vanthu")) {
            let line = line.split(" #").next().unwrap_or(line).trim();
            if let Some(dir) = line.strip_prefix("cd ") {
                folder.push(dir);
            } else if let Some(command) = line.strip_prefix("vanthu ") {
                let arguments: Vec<&str> = command.split_whitespace().collect();
                let output = vanthu(&folder, &arguments);
                assert_eq!(output.status.code(), Some(0), "{file}: {line}: {}", said(&output));
                count += 1;
            }
        }
        assert_eq!(count, 9, "{file}");
    }
}

#[test]
fn files_that_the_readmes_point_to_exist() {
    for file in BOTH {
        let text = read(file);
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.starts_with("https://")) {
            assert!(root().join(target).is_file(), "{file}: {target}");
        }
        assert!(text.contains("\n```\nsamples/chay-thu.sh\ncargo test\n```\n"), "{file}");
    }
}

#[cfg(unix)]
#[test]
fn the_script_of_the_main_job_runs_to_its_end() {
    let place = TempDir::new().expect("folder");
    let work = place.path().join("thu");
    let script = root().join("samples/chay-thu.sh");
    let run = || {
        Command::new("bash")
            .arg(&script)
            .env("VANTHU_BIN", program())
            .env("CHAY_THU_DIR", &work)
            .env("VANTHU_LANG", "vi")
            .output()
            .expect("bash")
    };
    for _ in 0..2 {
        let output = run();
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let text = said(&output);
        assert!(text.contains("01/KH-SNV") && text.contains("30/TTLTLS-TT"), "{text}");
        assert_eq!(text.matches("kho còn nguyên vẹn").count(), 2, "{text}");
    }
    // A folder that the script did not make is left alone.
    fs::remove_file(work.join(".chay-thu")).expect("mark");
    assert_eq!(run().status.code(), Some(2));
    assert!(work.join("thu-moi").is_dir());
}
