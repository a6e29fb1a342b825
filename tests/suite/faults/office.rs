//! One small office with a register, an archive and eleven documents, made once and copied for each case.
//!
//! Documents 1–9 are letters of one series, 10 and 11 plans of another; four files fill a bag:
//! bags 1 and 2 are sealed, bag 3 is open with three. “Yesterday” is the office before document 11.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use vanthu::pipeline::filing::read_register;
use vanthu::register::{Filter, Order, Register};

const CONFIG: &str = concat!(include_str!("../office.toml"), "[options]\nbag_size = 4\n");

const LETTER: &str = "---
loai: cong-van
trich-yeu: mời dự họp tổng kết năm 2026
kinh-gui: \"{{don_vi}}\"
noi-nhan: [Như trên]
---
Sở Nội vụ mời {{don_vi}} dự họp tổng kết công tác năm 2026.

Đề nghị {{don_vi}} cử đại diện tham dự./.
";

const PLAN: &str = "---
loai: ke-hoach
trich-yeu: Kiểm tra phòng cháy
noi-nhan: [Các phòng thuộc Sở]
---
Sở Nội vụ kiểm tra phòng cháy năm 2026./.
";

const JOB: &str = "title = \"Thư mời\"\n[[steps]]\nsource = \"thu.md\"\ndata = \"don-vi.csv\"\n";

/// The program in an office, on the day of the tests.
pub fn vanthu(office: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vanthu"));
    command.current_dir(office);
    if !args.contains(&"--today") {
        command.args(["--today", "2026-11-22"]);
    }
    command.args(args).env_remove("VANTHU_OFFICE").env_remove("VANTHU_LANG").stdin(Stdio::null());
    command
}

/// Runs the program; it must end well.
pub fn ok(office: &Path, args: &[&str]) -> Output {
    let output = vanthu(office, args).output().expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {:?}: {said}", output.status);
    output
}

/// Copies a folder with everything in it; nothing in an office of ours is a link.
pub fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("listed") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a kind").is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).map(drop).expect("copied");
        }
    }
}

struct Made {
    today: tempfile::TempDir,
    yesterday: tempfile::TempDir,
}

fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let today = tempfile::tempdir().expect("a folder");
        let dir = today.path();
        fs::write(dir.join("vanthu.toml"), CONFIG).expect("written");
        fs::write(dir.join("thu.md"), LETTER).expect("written");
        fs::write(dir.join("ke-hoach.md"), PLAN).expect("written");
        fs::write(dir.join("job.toml"), JOB).expect("written");
        let rows: String = (1..=9).map(|n| format!("Phòng số {n}\n")).collect();
        fs::write(dir.join("don-vi.csv"), format!("Đơn vị\n{rows}")).expect("written");
        ok(dir, &["run", "job.toml", "-q"]);
        ok(dir, &["issue", "ke-hoach.md", "-q"]);
        let yesterday = tempfile::tempdir().expect("a folder");
        copy_tree(dir, yesterday.path());
        ok(dir, &["issue", "ke-hoach.md", "-q"]);
        Made { today, yesterday }
    })
}

/// A document of the office as registered.
#[derive(Debug, Clone)]
pub struct Filed {
    /// `01/SNV-VP`.
    pub code: String,
    /// Path in the archive: `bags/2026/000001/data/…`.
    pub path: String,
}

/// A copy of the office that a case may break.
pub struct Office {
    _dir: tempfile::TempDir,
    /// Its folder.
    pub dir: PathBuf,
    /// Its documents in the order of registration, from 1, as they were before the fault.
    pub documents: BTreeMap<u64, Filed>,
}

impl Office {
    pub fn new() -> Self {
        let parent = tempfile::tempdir().expect("a folder");
        let dir = parent.path().join("office");
        copy_tree(made().today.path(), &dir);
        let documents = documents(&dir);
        assert!(documents.len() >= 11, "{documents:?}");
        Self { _dir: parent, dir, documents }
    }

    /// The office as it was before document 11.
    pub fn yesterday(&self) -> &'static Path {
        made().yesterday.path()
    }

    /// A path in the archive, on disk.
    pub fn at(&self, path: &str) -> PathBuf {
        self.dir.join("archive").join(path)
    }

    /// `vanthu verify --format json` with further arguments: exit code and answer.
    pub fn verify(&self, args: &[String]) -> (i32, Value, String) {
        let mut all = vec!["verify", "--format", "json", "--wait", "1"];
        all.extend(args.iter().map(String::as_str));
        let output = vanthu(&self.dir, &all).output().expect("the program runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let value = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        (output.status.code().unwrap_or(-1), value, said)
    }
}

/// Documents of an office in the order of registration, from 1. Positions 10 and 11 are seals.
pub fn documents(dir: &Path) -> BTreeMap<u64, Filed> {
    let register = read_register(dir).expect("readable").expect("there");
    let mut out = BTreeMap::new();
    let filter = Filter { order: Order::Registration, ..Filter::default() };
    register
        .entries(&filter, &mut |entry| {
            if let Some(file) = entry.files.first() {
                let sealed = dir.join("archive/bags").join(file.at.bag_id().to_string()).is_dir();
                let side = if sealed { "bags" } else { "open" };
                let path = format!("{side}/{}", file.at);
                let n = out.len() as u64 + 1;
                out.insert(n, Filed { code: entry.code().to_string(), path });
            }
            Ok(())
        })
        .expect("entries");
    out
}
