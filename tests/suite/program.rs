//! A small office in a folder of its own, and the program run in it as a clerk or a script runs it.
//!
//! Knows: files, arguments, exit codes. Must not know: the library.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A department with one head and one way to sign.
pub const CONFIG: &str = r#"[organ]
name = "SỞ NỘI VỤ"
parent = "ỦY BAN NHÂN DÂN\nTỈNH AN HẢI"
in_text = "Sở Nội vụ tỉnh An Hải"
code = "SNV"
place = "An Hải"
[signers.giam-doc]
position = "GIÁM ĐỐC"
name = "Lê Thị Minh Châu"
[defaults]
signer = "giam-doc"
archive_copy = "VT, VP"
unit = "VP"
"#;

/// A letter to each row of the data.
pub const LETTER: &str = "---
loai: cong-van
trich-yeu: mời dự họp tổng kết năm 2026
kinh-gui: \"{{don_vi}}\"
noi-nhan: [Như trên]
---
Sở Nội vụ mời {{don_vi}} dự họp tổng kết công tác năm 2026.

Đề nghị {{don_vi}} cử đại diện tham dự./.
";

/// The batch of the letters.
pub const JOB: &str =
    "title = \"Thư mời\"\n[[steps]]\nsource = \"thu.md\"\ndata = \"don-vi.csv\"\n";

/// A plan without data.
pub const PLAN: &str = "---
loai: ke-hoach
trich-yeu: Kiểm tra phòng cháy năm 2026
noi-nhan: [Các phòng thuộc Sở]
---
Sở Nội vụ kiểm tra công tác phòng cháy của các phòng trong tháng 12 năm 2026./.
";

/// What a run came to.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// An office that is removed with the test.
pub struct Office {
    folder: tempfile::TempDir,
}

impl Office {
    /// Configuration, letter, job, plan and two rows of data.
    pub fn new() -> Self {
        let office = Self { folder: tempfile::tempdir().expect("a folder") };
        fill(office.path());
        office
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path().join(name), bytes).expect("written");
    }

    /// Runs the program in the office.
    pub fn run(&self, arguments: &[&str]) -> Said {
        run(self.path(), arguments)
    }
}

/// Writes the files of a small office.
pub fn fill(folder: &Path) {
    for (name, text) in [
        ("vanthu.toml", CONFIG),
        ("thu.md", LETTER),
        ("dot.toml", JOB),
        ("ke-hoach.md", PLAN),
        ("don-vi.csv", "Đơn vị\nPhòng Tổ chức\nPhòng Văn thư\n"),
    ] {
        fs::write(folder.join(name), text).expect("written");
    }
}

/// The program in a folder, on a fixed day, speaking Vietnamese unless told otherwise.
pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vanthu"));
    command
        .current_dir(folder)
        .env_remove("VANTHU_OFFICE")
        .env_remove("VANTHU_LANG")
        .env_remove("COLUMNS")
        .stdin(Stdio::null());
    command
}

/// Runs the program on 22 November 2026.
pub fn run(folder: &Path, arguments: &[&str]) -> Said {
    let output = program(folder)
        .args(arguments)
        .args(["--today", "2026-11-22"])
        .output()
        .expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Said {
        code: output.status.code().unwrap_or(-1),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// Every file below a folder with its bytes, but for the lock, which is empty and may stay.
pub fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder).into_iter().flatten() {
        if entry.file_type().is_file() && entry.file_name() != ".vanthu.lock" {
            found.insert(entry.path().to_path_buf(), fs::read(entry.path()).unwrap_or_default());
        }
    }
    found
}
