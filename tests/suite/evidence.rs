//! Evidence that leaves the office: proofs, checkpoints, keys; checked by us and by others.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use vanthu::archive::log::Proof;
use vanthu::diagnostic::FailureKind;
use vanthu::pipeline::evidence;
use vanthu::world::System;

use crate::program::{Office, Said, run};

/// An office with two letters and a plan.
fn office() -> Office {
    let office = Office::new();
    assert_eq!(office.run(&["run", "dot.toml", "-q"]).code, 0);
    assert_eq!(office.run(&["issue", "ke-hoach.md", "-q"]).code, 0);
    office
}

fn vkey(office: &Office) -> String {
    let keys = office.run(&["keys"]).out;
    keys.lines().last().expect("a key").to_owned()
}

/// The filed copy of the plan.
fn plan(office: &Office) -> PathBuf {
    let files = walkdir::WalkDir::new(office.path().join("archive/open"));
    let mut files = files.into_iter().flatten().map(walkdir::DirEntry::into_path);
    files.find(|p| p.to_string_lossy().contains("ke-hoach/000001-")).expect("the plan")
}

/// A folder elsewhere with the plan and its proof, as a court would have it.
fn court(office: &Office) -> tempfile::TempDir {
    let court = tempfile::tempdir().expect("a folder");
    let proof = court.path().join("p.tlog-proof");
    let said = office.run(&["proof", "01/KH-SNV", "--out", proof.to_str().expect("UTF-8")]);
    assert_eq!(said.code, 0, "{}", said.err);
    fs::copy(plan(office), court.path().join("kh.docx")).map(drop).expect("copied");
    court
}

fn prove(court: &Path, key: &str) -> Said {
    run(court, &["prove", "kh.docx", "--proof", "p.tlog-proof", "--key", key, "--lang", "en"])
}

#[test]
fn a_document_is_proven_without_the_office() {
    let office = office();
    let (court, key) = (court(&office), vkey(&office));
    let court = court.path();
    assert!(fs::metadata(court.join("p.tlog-proof")).expect("there").len() <= 2048);
    let said = prove(court, &key);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert!(said.out.contains("number: 01") && said.out.contains("SNV:ke-hoach"), "{}", said.out);
    let json = run(
        court,
        &["prove", "kh.docx", "--proof", "p.tlog-proof", "--key", &key, "--format", "json"],
    );
    let json: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!((&json["matches"], &json["position"]), (&true.into(), &3.into()));
    // The key may come from a file; without one nothing is believed.
    fs::write(court.join("keys.txt"), format!("# Sở Nội vụ\n{key}\n")).expect("written");
    assert_eq!(prove(court, "keys.txt").code, 0);
    assert_eq!(run(court, &["prove", "kh.docx", "--proof", "p.tlog-proof"]).code, 2);
    // Another file than the registered one: the proof holds, the file is not it.
    fs::write(court.join("kh.docx"), b"something else").expect("written");
    let said = prove(court, &key);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.out.contains("NOT"), "{}", said.out);
}

#[test]
fn a_proof_that_was_touched_in_any_way_is_refused() {
    let office = office();
    let (court, key) = (court(&office), vkey(&office));
    let (file, path) = (court.path().join("kh.docx"), court.path().join("p.tlog-proof"));
    let world = System::new(None);
    let known = evidence::read_keys(&world, &[key]).expect("a key");
    let good = fs::read(&path).expect("read");
    let check = |bytes: &[u8]| {
        fs::write(&path, bytes).expect("written");
        evidence::check_proof(&world, &file, &path, &known)
    };
    assert!(check(&good).is_ok_and(|c| c.matches));
    let refused = |bytes: &[u8]| match check(bytes) {
        Ok(checked) => panic!("{checked:?} of {}", String::from_utf8_lossy(bytes)),
        Err(failure) => {
            let kinds = [FailureKind::Tampered, FailureKind::Input];
            assert!(kinds.contains(&failure.kind), "{failure:?}");
            failure.kind
        }
    };
    let mut vectors = 0;
    // One bit anywhere.
    for at in 0..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (at % 7);
        refused(&bytes);
        vectors += 1;
    }
    // Lines left out, twice, swapped.
    let text = String::from_utf8(good.clone()).expect("text");
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for at in 0..lines.len() {
        for change in 0..3 {
            let mut lines = lines.clone();
            match change {
                0 => drop(lines.remove(at)),
                1 => lines.insert(at, lines[at]),
                _ if at > 0 && lines[at] != lines[at - 1] => lines.swap(at, at - 1),
                _ => continue,
            }
            // The same signature twice is the same signature.
            if change == 1 && at + 1 == lines.len() - 1 {
                continue;
            }
            refused(lines.concat().as_bytes());
            vectors += 1;
        }
    }
    // Another position, another entry, another log: the proof does not hold.
    let proof = Proof::parse(&good).expect("a proof");
    let other = Proof { index: 0, ..proof.clone() };
    assert_eq!(refused(&other.text()), FailureKind::Tampered);
    let leaf = proof.leaf.clone().expect("a leaf");
    let forged = String::from_utf8(leaf).expect("text").replace("KH", "QD").replace(":3,", ":2,");
    let other = Proof { leaf: Some(forged.into_bytes()), ..proof.clone() };
    assert_eq!(refused(&other.text()), FailureKind::Tampered);
    let strange = Proof { leaf: None, ..proof.clone() };
    assert_eq!(refused(&strange.text()), FailureKind::Input);
    let longer = Proof { hashes: [proof.hashes.clone(), proof.hashes.clone()].concat(), ..proof };
    assert_eq!(refused(&longer.text()), FailureKind::Tampered);
    assert!(vectors > 196, "{vectors}");
    let stranger = vanthu::archive::log::PrivateKey::new(known[0].name(), [9; 32]).expect("a key");
    fs::write(&path, &good).expect("written");
    let known = [stranger.public().clone()];
    let failure = evidence::check_proof(&world, &file, &path, &known).expect_err("unknown key");
    assert_eq!(failure.kind, FailureKind::Tampered);
}

#[test]
fn what_is_no_document_has_no_proof() {
    let office = office();
    for (code, exit) in [("09/KH-SNV", 2), ("1/KH-SNV", 2), ("", 2), ("KH-SNV", 2)] {
        let said = office.run(&["proof", code]);
        assert_eq!(said.code, exit, "{code}: {}", said.err);
        assert!(said.err.contains("05/KH-SNV") || said.err.contains("book"), "{}", said.err);
    }
    assert_eq!(office.run(&["proof", "01/KH-SNV", "--year", "2025"]).code, 2);
    // A register that differs from the log gives no proof.
    let register = office.path().join("register.db");
    let conn = rusqlite::Connection::open(register).expect("opens");
    conn.execute_batch(
        "DROP TRIGGER leaves_keep; UPDATE leaves SET leaf = CAST(replace(leaf, '2026', '2025') AS BLOB) WHERE seq = 3",
    )
    .expect("changed");
    drop(conn);
    assert_eq!(office.run(&["proof", "01/KH-SNV"]).code, 4);
}

#[test]
fn the_checkpoint_is_three_lines_and_a_picture() {
    let office = Office::new();
    assert_eq!(office.run(&["checkpoint"]).code, 2, "nothing is signed yet");
    let office = self::office();
    let said = office.run(&["checkpoint"]);
    let lines: Vec<&str> = said.out.lines().collect();
    assert!(lines[0].starts_with("vanthu/snv/"), "{}", said.out);
    assert_eq!((lines[1], lines[3]), ("3", ""));
    assert!(lines[4].starts_with("\u{2014} vanthu/snv/"), "{}", lines[4]);
    assert!(lines.iter().skip(6).all(|l| l.chars().all(|c| "█▀▄ ".contains(c))), "{}", said.out);
    assert!(office.run(&["diem-kiem-tra", "-q"]).out.lines().count() == 5);
    assert_eq!(office.run(&["checkpoint", "--out", "qr.svg"]).code, 0);
    let svg = fs::read_to_string(office.path().join("qr.svg")).expect("written");
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    // The note that was kept is what `--anchor` takes.
    assert_eq!(office.run(&["checkpoint", "--out", "anchor"]).code, 0);
    assert_eq!(office.run(&["issue", "ke-hoach.md", "-q"]).code, 0);
    let said = office.run(&["verify", "--anchor", "anchor"]);
    assert_eq!(said.code, 0, "{}", said.out);
    assert_eq!(office.run(&["verify", "--anchor", "none"]).code, 2);
}

#[test]
fn two_offices_that_went_on_from_one_copy_are_told_apart() {
    let one = office();
    let two = Office::new();
    let copied = Command::new("cp").arg("-a").arg(one.path().join(".")).arg(two.path()).status();
    assert!(copied.expect("cp").success());
    assert_eq!(two.run(&["verify"]).code, 0, "a copy by itself is whole");
    for (office, subject) in [(&one, "việc một"), (&two, "việc hai")] {
        let text = crate::program::PLAN.replace("Kiểm tra", subject);
        office.write("khac.md", text);
        assert_eq!(office.run(&["issue", "khac.md", "-q"]).code, 0);
        assert_eq!(office.run(&["verify"]).code, 0);
        assert_eq!(office.run(&["checkpoint", "--out", "anchor"]).code, 0);
    }
    let theirs = |office: &Office| office.path().join("anchor").display().to_string();
    for (office, other) in [(&one, &two), (&two, &one)] {
        assert_eq!(office.run(&["verify", "--anchor", &theirs(office)]).code, 0);
        let said = office.run(&["verify", "--anchor", &theirs(other)]);
        assert_eq!(said.code, 4, "{}", said.out);
        assert!(said.out.contains("K0818"), "{}", said.out);
    }
}

#[test]
fn nothing_is_issued_without_the_right_key() {
    use std::os::unix::fs::PermissionsExt;
    let office = office();
    let key = office.path().join("vanthu.key");
    let text = fs::read_to_string(&key).expect("a key");
    assert_eq!(fs::metadata(&key).expect("there").permissions().mode() & 0o777, 0o600);
    let before = office.run(&["book", "outgoing"]).out;
    let refuse = |exit: i32, says: &str| {
        let said = office.run(&["issue", "ke-hoach.md", "--lang", "en"]);
        assert_eq!(said.code, exit, "{}{}", said.out, said.err);
        assert!(said.err.contains(says), "{}", said.err);
        assert_eq!(office.run(&["book", "outgoing"]).out, before, "no number was taken");
    };
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).expect("set");
    refuse(2, "chmod 600");
    fs::remove_file(&key).expect("removed");
    refuse(2, "--lost");
    let other = vanthu::archive::log::PrivateKey::new("vanthu/snv/1", [1; 32]).expect("a key");
    fs::write(&key, other.skey()).expect("written");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("set");
    refuse(4, "vanthu.key");
    assert_eq!(office.run(&["keys", "rotate", "--lost"]).code, 2, "it is not lost");
    fs::write(&key, text).expect("written");
    assert_eq!(office.run(&["issue", "ke-hoach.md", "-q"]).code, 0);
}

#[test]
fn a_proof_outlives_a_change_of_keys() {
    let office = office();
    let (court, old) = (court(&office), vkey(&office));
    assert_eq!(office.run(&["khoa", "doi"]).code, 0);
    let new = vkey(&office);
    assert_ne!(old, new);
    assert_eq!(old.split('+').next(), new.split('+').next(), "the log keeps its name");
    assert_eq!(office.run(&["keys"]).out.lines().count(), 2);
    assert_eq!(prove(court.path(), &old).code, 0, "what the old key signed stays signed");
    assert_eq!(prove(court.path(), &new).code, 4);
    // The checkpoint of the change bears both signatures; later ones that of the new key.
    let at_change = self::court(&office);
    assert_eq!((prove(at_change.path(), &old).code, prove(at_change.path(), &new).code), (0, 0));
    assert_eq!(office.run(&["issue", "ke-hoach.md", "-q"]).code, 0);
    let later = self::court(&office);
    assert_eq!((prove(later.path(), &old).code, prove(later.path(), &new).code), (4, 0));
    assert_eq!(office.run(&["verify"]).code, 0);
}

#[test]
fn an_office_has_its_key_from_the_beginning() {
    let dir = tempfile::tempdir().expect("a folder");
    assert_eq!(run(dir.path(), &["init", "so-noi-vu"]).code, 0);
    let key = fs::read_to_string(dir.path().join("so-noi-vu/vanthu.key")).expect("a key");
    assert!(key.starts_with("PRIVATE+KEY+vanthu/so-noi-vu/"), "{key}");
}

/// Runs the Go program of `tests/interop`; `None` with a printed reason where Go or its packages are missing.
fn go(args: &[&str]) -> Option<(bool, String)> {
    let packages = "/usr/share/gocode";
    if !Path::new(packages).join("src/golang.org/x/mod/sumdb/tlog").is_dir() {
        println!("skipped: golang.org/x/mod is not installed (Debian: golang-golang-x-mod-dev)");
        return None;
    }
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/tlog.go");
    let cache = std::env::temp_dir().join("vanthu-go-cache");
    let output = Command::new("go")
        .arg("run")
        .arg(program)
        .args(args)
        .env("GOPATH", packages)
        .env("GO111MODULE", "off")
        .env("GOFLAGS", "")
        .env("GOCACHE", cache)
        .output();
    match output {
        Ok(output) => {
            let said = [output.stdout, output.stderr].concat();
            Some((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
        }
        Err(error) => {
            println!("skipped: go cannot be run: {error}");
            None
        }
    }
}

#[test]
fn another_program_checks_the_log_and_a_proof() {
    let office = Office::new();
    // More than one tile and bundle.
    let rows: String = (1..=300).map(|n| format!("Phòng {n}\n")).collect();
    office.write("don-vi.csv", format!("Đơn vị\n{rows}"));
    assert_eq!(office.run(&["run", "dot.toml", "-q"]).code, 0);
    assert_eq!(office.run(&["issue", "ke-hoach.md", "-q"]).code, 0);
    let (court, key) = (court(&office), vkey(&office));
    let at = |name: &str| court.path().join(name).display().to_string();
    let log = office.path().join("archive/log").display().to_string();
    let Some((good, said)) = go(&["log", &key, &log]) else { return };
    assert!(good && said.contains("301 entries"), "{said}");
    let (good, said) = go(&["proof", &key, &at("p.tlog-proof"), &at("kh.docx")]).expect("runs");
    assert!(good && said.contains("entry 300 of 301"), "{said}");
    fs::write(court.path().join("kh.docx"), b"another").expect("written");
    let (good, _) = go(&["proof", &key, &at("p.tlog-proof"), &at("kh.docx")]).expect("runs");
    assert!(!good);
    let tile = office.path().join("archive/log/tile/0/000");
    let mut bytes = fs::read(&tile).expect("read");
    bytes[77] ^= 1;
    fs::write(&tile, bytes).expect("written");
    let (good, said) = go(&["log", &key, &log]).expect("runs");
    assert!(!good, "{said}");
}
