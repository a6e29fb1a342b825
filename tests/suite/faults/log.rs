//! Faults of the log: what somebody with the archive, and perhaps with the office's key, could do.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sha2::Digest as _;
use vanthu::archive::Digest;
use vanthu::archive::log::{Checkpoint, PrivateKey, PublicKey, note};

use super::office::{Office, copy_tree, ok};
use super::ops::sql;

/// Breaks an office in the way of `name`.
pub fn build(name: &str, office: &Office) {
    let path = office.at("log/checkpoint");
    let current = checkpoint(office);
    let sign = |text: &str, keys: &[&PrivateKey]| {
        fs::write(&path, note::sign(text, keys)).expect("written");
    };
    let key = private(office);
    let stranger = PrivateKey::new(key.public().name(), [7; 32]).expect("a key");
    match name {
        "anchor-on-paper" => fs::write(anchor(office), current.text()).expect("written"),
        "anchor-of-yesterday" => {
            let from = office.yesterday().join("archive/log/checkpoint");
            fs::copy(from, anchor(office)).map(drop).expect("copied");
        }
        "log-before-a-check" => {
            let kept = office.dir.with_file_name("log");
            copy_tree(&office.at("log"), &kept);
            ok(&office.dir, &["verify", "-q"]);
            fs::copy(&path, anchor(office)).map(drop).expect("copied");
            fs::remove_dir_all(office.at("log")).expect("removed");
            copy_tree(&kept, &office.at("log"));
        }
        "fork" => {
            let other = office.dir.with_file_name("other");
            copy_tree(&office.dir, &other);
            for (dir, subject) in [(&office.dir, "một"), (&other, "hai")] {
                let text = fs::read_to_string(dir.join("ke-hoach.md")).expect("read");
                let text = text.replace("Kiểm tra phòng cháy", subject);
                fs::write(dir.join("ke-hoach.md"), text).expect("written");
                ok(dir, &["issue", "ke-hoach.md", "-q"]);
            }
            let theirs = other.join("archive/log/checkpoint");
            fs::copy(theirs, anchor(office)).map(drop).expect("copied");
        }
        "forge-row-and-leaf" => forge(&office.dir.join("register.db")),
        "checkpoint-unknown-key" => sign(&current.text(), &[&stranger]),
        "checkpoint-same-id" => {
            let ours = note::sign(&current.text(), &[&key]);
            let theirs = note::sign("another text\n", &[&key]);
            let line = |note: &str| note.lines().last().expect("a line").to_owned();
            fs::write(&path, ours.replace(&line(&ours), &line(&theirs))).expect("written");
        }
        "checkpoint-sixteen" | "checkpoint-seventeen" => {
            let count = if name.ends_with("seventeen") { 16 } else { 15 };
            let more: Vec<PrivateKey> = (1..=count)
                .map(|n| PrivateKey::new(&format!("witness/{n}"), [n; 32]).expect("a key"))
                .collect();
            let keys: Vec<&PrivateKey> = std::iter::once(&key).chain(&more).collect();
            sign(&current.text(), &keys);
        }
        "checkpoint-leading-zero" => {
            sign(&current.text().replace("\n13\n", "\n013\n"), &[&key]);
        }
        "checkpoint-extension" => sign(&format!("{}a further line\n", current.text()), &[&key]),
        "checkpoint-ahead" => sign(&Checkpoint { size: 99, ..current }.text(), &[&key]),
        "checkpoint-other-root" => {
            sign(&Checkpoint { root: Digest([1; 32]), ..current }.text(), &[&key]);
        }
        "key-wrong" => write_key(office, &stranger.skey(), 0o600),
        "key-open" => write_key(office, &key.skey(), 0o644),
        "key-private" => mode(&office.dir.join("vanthu.key"), 0o600),
        "key-behind" => {
            let vkey = format!("{}\n", stranger.public().vkey());
            fs::write(office.at("keys/000002.vkey"), vkey).expect("written");
            write_key(office, &stranger.skey(), 0o600);
            sign(&current.text(), &[&stranger]);
        }
        other => panic!("no such builder: {other}"),
    }
}

fn anchor(office: &Office) -> PathBuf {
    office.dir.with_file_name("anchor")
}

fn private(office: &Office) -> PrivateKey {
    let text = fs::read_to_string(office.dir.join("vanthu.key")).expect("a key");
    PrivateKey::parse(text.trim_end_matches('x')).expect("a key")
}

fn checkpoint(office: &Office) -> Checkpoint {
    let vkey = fs::read_to_string(office.at("keys/000001.vkey")).expect("a key");
    let known = [PublicKey::parse(&vkey).expect("a key")];
    let bytes = fs::read(office.at("log/checkpoint")).expect("a checkpoint");
    Checkpoint::open(&bytes, &known).expect("signed").0
}

fn write_key(office: &Office, text: &str, rights: u32) {
    let path = office.dir.join("vanthu.key");
    fs::write(&path, format!("{text}\n")).expect("written");
    mode(&path, rights);
}

fn mode(path: &Path, rights: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(rights)).expect("set");
}

/// Back-dates row 4 and makes its leaf agree, as somebody would who knows how rows are committed to.
fn forge(register: &Path) {
    let conn = rusqlite::Connection::open(register).expect("opens");
    let (record, salt, leaf): (String, Vec<u8>, Vec<u8>) = conn
        .query_row(
            "SELECT e.record, l.salt, l.leaf FROM entries e JOIN leaves l USING (seq) WHERE seq = 4",
            [],
            |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)),
        )
        .expect("row 4");
    drop(conn);
    let commit = |record: &str| {
        let digest = sha2::Sha256::new().chain_update(&salt).chain_update(record).finalize();
        digest.iter().map(|b| format!("{b:02x}")).collect::<String>()
    };
    let back = |text: &str| text.replacen("\"date\":\"2026-11-22\"", "\"date\":\"2026-01-05\"", 1);
    let leaf = String::from_utf8(leaf).expect("text");
    assert!(leaf.contains(&commit(&record)), "this is how rows are committed to");
    let forged = back(&leaf).replace(&commit(&record), &commit(&back(&record)));
    assert_ne!(forged, leaf);
    let quote = |text: &str| text.replace('\'', "''");
    sql(
        register,
        &format!(
            "UPDATE entries SET record = '{}' WHERE seq = 4;
             UPDATE leaves SET leaf = CAST('{}' AS BLOB) WHERE seq = 4;",
            quote(&back(&record)),
            quote(&forged)
        ),
    );
}
