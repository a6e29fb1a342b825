//! What a case may do to an office, one word a step.

use std::fs;
use std::path::Path;

use sha2::Digest as _;

use super::office::{Office, copy_tree, ok};

/// Does one step; the first word says what.
pub fn apply(office: &Office, step: &[String]) {
    let words: Vec<String> = step.iter().map(|w| fill(office, w)).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let at = |path: &str| office.at(path);
    match words.as_slice() {
        ["flip", path, place] => edit(&at(path), |bytes| flip(bytes, place)),
        ["cut", path, len] => edit(&at(path), |bytes| {
            let len: i64 = len.parse().expect("a length");
            let keep = if len < 0 { bytes.len() as i64 + len } else { len };
            bytes.truncate(keep as usize);
        }),
        ["append", path, text] => edit(&at(path), |bytes| bytes.extend(unescape(text).bytes())),
        ["prepend", path, text] => edit(&at(path), |bytes| {
            bytes.splice(0..0, unescape(text).bytes());
        }),
        ["replace", path, from, to] => edit(&at(path), |bytes| {
            let text = String::from_utf8(bytes.clone()).expect("text");
            assert!(text.contains(&unescape(from)), "{path} holds {from:?}: {text}");
            *bytes = text.replacen(&unescape(from), &unescape(to), 1).into_bytes();
        }),
        ["upper-star-crlf", path] => edit(&at(path), |bytes| {
            let text = String::from_utf8(bytes.clone()).expect("text");
            let line = |l: &str| format!("{} *{}\r\n", l[..64].to_uppercase(), &l[66..]);
            *bytes = text.lines().map(line).collect::<String>().into_bytes();
        }),
        ["drop-line", path, n] => edit(&at(path), |bytes| lines(bytes, n, |_| String::new())),
        ["double-line", path, n] => edit(&at(path), |bytes| lines(bytes, n, |l| l.repeat(2))),
        ["alter-line", path, n] => edit(&at(path), |bytes| {
            lines(bytes, n, |l| {
                format!("{}{}", if l.starts_with('0') { '1' } else { '0' }, &l[1..])
            });
        }),
        ["remove", path] => {
            let path = at(path);
            let is_dir = fs::symlink_metadata(&path).expect("there").is_dir();
            if is_dir { fs::remove_dir_all(&path) } else { fs::remove_file(&path) }
                .expect("removed");
        }
        ["write", path, text] => {
            let path = at(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            fs::write(path, unescape(text)).expect("written");
        }
        ["mkdir", path] => fs::create_dir_all(at(path)).expect("made"),
        ["move", from, to] => fs::rename(at(from), at(to)).expect("moved"),
        ["copy", from, to] => fs::copy(at(from), at(to)).map(drop).expect("copied"),
        ["swap", a, b] => {
            let (a, b) = (at(a), at(b));
            let aside = office.dir.join("aside");
            fs::rename(&a, &aside).expect("moved");
            fs::rename(&b, &a).expect("moved");
            fs::rename(&aside, &b).expect("moved");
        }
        ["symlink", target, path] => {
            std::os::unix::fs::symlink(target, at(path)).expect("linked");
        }
        ["hardlink", from] => {
            fs::hard_link(at(from), office.dir.join("second")).expect("linked");
        }
        ["fifo", path] => {
            let made = std::process::Command::new("mkfifo").arg(at(path)).status().expect("mkfifo");
            assert!(made.success());
        }
        ["touch", path] => {
            let file = fs::File::options().read(true).open(at(path)).expect("open");
            let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
            file.set_modified(time).expect("set");
        }
        ["keeping-time", rest @ ..] => {
            let path = at(rest.get(1).expect("a path"));
            let time = fs::metadata(&path).and_then(|m| m.modified()).expect("a time");
            apply(office, &rest.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>());
            fs::File::options()
                .read(true)
                .open(&path)
                .expect("open")
                .set_modified(time)
                .expect("set");
        }
        ["beside", name, text] => {
            fs::write(office.dir.join(name), unescape(text).repeat(1000)).expect("written");
        }
        ["sql", statement] => sql(&office.dir.join("register.db"), statement),
        ["page", from, to] => page(&office.dir.join("register.db"), from, to),
        ["reseal", bag] => reseal(&at(bag)),
        ["yesterday", "register"] => {
            for name in ["register.db", "register.db-wal", "register.db-shm"] {
                let _ = fs::remove_file(office.dir.join(name));
            }
            fs::copy(office.yesterday().join("register.db"), office.dir.join("register.db"))
                .map(drop)
                .expect("copied");
        }
        ["yesterday", "log"] => {
            fs::remove_dir_all(at("log")).expect("removed");
            copy_tree(&office.yesterday().join("archive/log"), &at("log"));
        }
        ["yesterday", "office"] => {
            fs::remove_dir_all(&office.dir).expect("removed");
            copy_tree(office.yesterday(), &office.dir);
        }
        ["vanthu", args @ ..] => {
            ok(&office.dir, args);
            let names = fs::read_dir(at("reports")).expect("listed").flatten();
            let names = names.map(|e| e.file_name().to_string_lossy().into_owned());
            fs::write(newest_report(office), names.max().unwrap_or_default()).expect("kept");
        }
        ["build", name] => super::built::build(name, office),
        other => panic!("no such step: {other:?}"),
    }
}

/// Where the name of the newest report is kept, since it may be removed.
fn newest_report(office: &Office) -> std::path::PathBuf {
    office.dir.with_file_name("newest-report")
}

/// `{report}` is the newest report after a `vanthu` step, `{p3}` is the path of document 3, `{c3}` its code, `{bag1}` `{bag2}` `{open}` the bags, `{d3}` the folder of its file.
pub fn fill(office: &Office, text: &str) -> String {
    let mut out = text
        .replace("{bag1}", "bags/2026/000001")
        .replace("{bag2}", "bags/2026/000002")
        .replace("{open}", "open/2026/000003")
        .replace("{office}", &office.dir.display().to_string());
    if let Ok(name) = fs::read_to_string(newest_report(office)) {
        out = out.replace("{report}", &format!("reports/{name}"));
    }
    for (n, document) in office.documents.iter().rev() {
        let folder = document.path.rsplit_once('/').expect("a folder").0;
        out = out
            .replace(&format!("{{p{n}}}"), &document.path)
            .replace(&format!("{{P{n}}}"), &document.path.replace(".docx", ".DOCX"))
            .replace(&format!("{{d{n}}}"), folder)
            .replace(&format!("{{c{n}}}"), &document.code);
    }
    out
}

/// `\n`, `\r`, `\u{feff}` and `\0` inside a literal string of the table.
fn unescape(text: &str) -> String {
    text.replace("\\n", "\n").replace("\\r", "\r").replace("\\bom", "\u{feff}").replace("\\0", "\0")
}

fn flip(bytes: &mut [u8], place: &str) {
    let find = |magic: &[u8]| bytes.windows(4).position(|w| w == magic).expect("a zip");
    let at = match place {
        "header" => 0,
        "data" => bytes.len() / 2,
        "directory" => find(b"PK\x01\x02") + 20,
        "last" => bytes.len() - 1,
        other => panic!("no such place: {other}"),
    };
    bytes[at] ^= 1;
}

/// Rewrites a file, also one that may not be written to.
fn edit(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    change(&mut bytes);
    fs::remove_file(path).expect("removed");
    fs::write(path, bytes).expect("written");
}

fn lines(bytes: &mut Vec<u8>, n: &str, change: impl Fn(&str) -> String) {
    let n: usize = n.parse().expect("a line");
    let text = String::from_utf8(bytes.clone()).expect("text");
    let out = text.split_inclusive('\n').enumerate();
    *bytes = out
        .map(|(i, l)| if i + 1 == n { change(l) } else { l.to_owned() })
        .collect::<String>()
        .into();
}

/// Runs SQL on a register with its guards taken off, as somebody with a database tool would.
pub fn sql(path: &Path, statement: &str) {
    let conn = rusqlite::Connection::open(path).expect("opens");
    conn.execute_batch(
        "DROP TRIGGER IF EXISTS entries_stay; DROP TRIGGER IF EXISTS entries_keep;
         DROP TRIGGER IF EXISTS acts_stay; DROP TRIGGER IF EXISTS acts_keep;
         DROP TRIGGER IF EXISTS leaves_stay; DROP TRIGGER IF EXISTS leaves_keep;",
    )
    .expect("guards are off");
    conn.execute_batch(statement).unwrap_or_else(|e| panic!("{statement}: {e}"));
    conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("in the file");
}

/// Changes bytes in the pages of the database; its own check still says ok.
fn page(path: &Path, from: &str, to: &str) {
    assert_eq!(from.len(), to.len(), "a page keeps its length");
    let mut bytes = fs::read(path).expect("read");
    let found = |bytes: &[u8]| bytes.windows(from.len()).position(|w| w == from.as_bytes());
    assert!(found(&bytes).is_some(), "{from} is in the file");
    // Old copies of a page may lie about in free space.
    while let Some(at) = found(&bytes) {
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    fs::write(path, bytes).expect("written");
    let conn = rusqlite::Connection::open(path).expect("opens");
    let said: String =
        conn.query_row("PRAGMA integrity_check", [], |r| r.get(0)).expect("checks itself");
    assert_eq!(said, "ok", "SQLite itself sees nothing");
}

/// Makes a sealed bag agree with itself again: manifest, Payload-Oxum and tag manifest.
pub fn reseal(bag: &Path) {
    let digest = |path: &Path| {
        let bytes = fs::read(path).expect("read");
        sha2::Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect::<String>()
    };
    let mut files: Vec<_> = walkdir::WalkDir::new(bag.join("data"))
        .into_iter()
        .map(|e| e.expect("an entry"))
        .filter(|e| e.file_type().is_file())
        .map(|e| e.into_path())
        .collect();
    files.sort();
    let manifest: String = files
        .iter()
        .map(|f| format!("{}  {}\n", digest(f), f.strip_prefix(bag).expect("inside").display()))
        .collect();
    let bytes: u64 = files.iter().map(|f| f.metadata().expect("there").len()).sum();
    edit(&bag.join("manifest-sha256.txt"), |b| *b = manifest.into_bytes());
    edit(&bag.join("bag-info.txt"), |b| {
        let text = String::from_utf8(b.clone()).expect("text");
        let line = |l: &str| match l.starts_with("Payload-Oxum") {
            true => format!("Payload-Oxum: {bytes}.{}\n", files.len()),
            false => format!("{l}\n"),
        };
        *b = text.lines().map(line).collect::<String>().into_bytes();
    });
    let tags = fs::read_to_string(bag.join("tagmanifest-sha256.txt")).expect("tags");
    let tags: String = tags
        .lines()
        .map(|l| l.split_once("  ").expect("two parts").1)
        .map(|name| format!("{}  {name}\n", digest(&bag.join(name))))
        .collect();
    edit(&bag.join("tagmanifest-sha256.txt"), |b| *b = tags.into_bytes());
}
