//! The program as other programs see it: killed at any moment, run eight at a time, run as the README says.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::running;

/// How often the kill test kills; `VANTHU_KILLS=200` for the long run.
fn kills() -> u64 {
    std::env::var("VANTHU_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(15)
}

/// How many documents each of the eight processes issues; `VANTHU_EACH=100` for the long run.
fn each() -> u32 {
    std::env::var("VANTHU_EACH").ok().and_then(|n| n.parse().ok()).unwrap_or(6)
}

fn vanthu(office: &Path) -> Command {
    running::command(office, "2026-11-22")
}

fn ok(command: &mut Command) -> Output {
    let output = command.output().expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{:?}: {said}", output.status);
    output
}

const OFFICE: &str = include_str!("office.toml");

const LETTER: &str = "---
loai: cong-van
trich-yeu: mời dự họp tổng kết năm 2026
kinh-gui: \"{{don_vi}}\"
noi-nhan: [Như trên]
---
Sở Nội vụ mời {{don_vi}} dự họp tổng kết công tác năm 2026.

Đề nghị {{don_vi}} cử đại diện tham dự./.
";

const JOB: &str = "title = \"Thư mời\"\n[[steps]]\nsource = \"thu.md\"\ndata = \"don-vi.csv\"\n";

fn office(rows: usize) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("temp");
    fs::write(dir.path().join("vanthu.toml"), OFFICE).expect("write");
    fs::write(dir.path().join("thu.md"), LETTER).expect("write");
    fs::write(dir.path().join("job.toml"), JOB).expect("write");
    let rows: String = (1..=rows).map(|n| format!("Phòng số {n}\n")).collect();
    fs::write(dir.path().join("don-vi.csv"), format!("Đơn vị\n{rows}")).expect("write");
    dir
}

fn book(office: &Path) -> Vec<Value> {
    let output = ok(vanthu(office).args(["book", "outgoing", "--format", "json"]));
    let value: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    value["entries"].as_array().cloned().expect("entries")
}

/// Numbers run 1, 2, 3 … and the archive agrees with the book.
fn assert_whole(office: &Path, expected: usize) {
    let numbers: Vec<u64> =
        book(office).iter().map(|e| e["number"].as_u64().expect("number")).collect();
    let expected: Vec<u64> = (1..=expected as u64).collect();
    assert_eq!(numbers, expected);
    ok(vanthu(office).arg("verify"));
}

#[test]
fn killed_at_any_moment_a_batch_is_finished_by_running_it_again() {
    const ROWS: usize = 60;
    let dir = office(ROWS);
    // How long a whole run takes, to spread the kills over it.
    let whole = office(ROWS);
    let start = Instant::now();
    ok(vanthu(whole.path()).args(["run", "job.toml"]));
    let span = start.elapsed().as_micros() as u64;
    let mut acknowledged: usize = 0;
    let mut jobs = 1;
    for n in 0..kills() {
        let job = format!("job-{jobs}.toml");
        fs::write(dir.path().join(&job), JOB).expect("write");
        let mut child = vanthu(dir.path())
            .args(["run", &job, "-q"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("runs");
        std::thread::sleep(Duration::from_micros(span * (n * 7919 % 97) / 90));
        let _ = child.kill();
        let status = child.wait().expect("ended");
        if status.success() {
            acknowledged += ROWS;
            jobs += 1;
        }
        // Whatever happened, a batch is there whole or not at all.
        let known = match vanthu(dir.path()).args(["book", "outgoing", "--format", "json"]).output()
        {
            Ok(out) if out.status.success() => {
                let value: Value = serde_json::from_slice(&out.stdout).expect("JSON");
                value["entries"].as_array().map_or(0, Vec::len)
            }
            _ => 0,
        };
        assert_eq!(known % ROWS, 0, "after kill {n}: half a batch");
        assert!(known >= acknowledged, "after kill {n}: an acknowledged batch is gone");
        // The check finds nothing: what the kill left is mended and told.
        let verified = vanthu(dir.path()).arg("verify").output().expect("runs");
        let nothing_yet = known == 0 && verified.status.code() == Some(2);
        assert!(
            verified.status.success() || nothing_yet,
            "after kill {n}: {}{}",
            String::from_utf8_lossy(&verified.stdout),
            String::from_utf8_lossy(&verified.stderr)
        );
        if known > acknowledged && !status.success() {
            // Committed but killed before it could say so: running it again must not issue it twice.
            ok(vanthu(dir.path()).args(["run", &job]));
            acknowledged = known;
            jobs += 1;
            assert_whole(dir.path(), acknowledged);
        }
    }
    let job = format!("job-{jobs}.toml");
    fs::write(dir.path().join(&job), JOB).expect("write");
    ok(vanthu(dir.path()).args(["run", &job]));
    ok(vanthu(dir.path()).args(["run", &job]));
    assert_whole(dir.path(), acknowledged + ROWS);
}

#[test]
fn eight_processes_at_once_leave_no_gap_and_no_double() {
    let dir = office(1);
    fs::write(
        dir.path().join("ke-hoach.md"),
        "---\nloai: ke-hoach\ntrich-yeu: Kiểm tra phòng cháy\nnoi-nhan: [Các phòng thuộc Sở]\n---\nSở Nội vụ kiểm tra phòng cháy năm 2026./.\n",
    )
    .expect("write");
    let path: PathBuf = dir.path().to_path_buf();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let path = path.clone();
            std::thread::spawn(move || {
                let mut codes = Vec::new();
                for _ in 0..each() {
                    let output = ok(vanthu(&path).args(["issue", "ke-hoach.md", "--json"]));
                    let value: Value = serde_json::from_slice(&output.stdout).expect("JSON");
                    codes.push(value["issued"][0]["code"].as_str().expect("code").to_owned());
                }
                codes
            })
        })
        .collect();
    let codes: Vec<String> = threads.into_iter().flat_map(|t| t.join().expect("thread")).collect();
    let different: BTreeSet<&String> = codes.iter().collect();
    assert_eq!(different.len(), codes.len(), "a number was given twice");
    assert_eq!(codes.len(), 8 * each() as usize);
    assert_whole(dir.path(), codes.len());
}

#[test]
fn a_batch_with_a_bad_row_takes_no_number_and_says_which_row() {
    let dir = office(3);
    fs::write(dir.path().join("don-vi.csv"), "Đơn vị\nPhòng A\n,\nPhòng C\n").expect("write");
    fs::write(dir.path().join("don-vi.csv"), "Đơn vị,Ghi chú\nPhòng A,\n,thiếu tên\nPhòng C,\n")
        .expect("write");
    let output = vanthu(dir.path()).args(["run", "job.toml"]).output().expect("runs");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("hàng 3"), "{said}");
    assert!(!dir.path().join("register.db").exists(), "nothing was touched");
    let output =
        vanthu(dir.path()).args(["run", "job.toml", "--keep-going"]).output().expect("runs");
    assert_eq!(output.status.code(), Some(1));
    assert_whole(dir.path(), 2);
    let report = fs::read_to_string(dir.path().join("don-vi.csv.loi.csv")).expect("report");
    assert!(report.contains(",3,"), "{report}");
    // The row is mended; the two others are not issued again.
    fs::write(
        dir.path().join("don-vi.csv"),
        "Đơn vị,Ghi chú\nPhòng A,\nPhòng B,thiếu tên\nPhòng C,\n",
    )
    .expect("write");
    ok(vanthu(dir.path()).args(["run", "job.toml"]));
    assert_whole(dir.path(), 3);
    // The book says to whom a letter went, not “Như trên”.
    assert_eq!(book(dir.path())[0]["recipients"][0], "Phòng A");
}

#[test]
fn a_dry_run_changes_nothing_and_tells_the_numbers() {
    let dir = office(3);
    let before: Vec<_> =
        fs::read_dir(dir.path()).expect("dir").flatten().map(|e| e.path()).collect();
    let output = ok(vanthu(dir.path()).args(["run", "job.toml", "--dry-run"]));
    let said = String::from_utf8_lossy(&output.stdout);
    for code in ["01/SNV-VP", "02/SNV-VP", "03/SNV-VP"] {
        assert!(said.contains(code), "{said}");
    }
    let after: Vec<_> =
        fs::read_dir(dir.path()).expect("dir").flatten().map(|e| e.path()).collect();
    assert_eq!(before.len(), after.len());
}

#[test]
fn the_same_input_and_day_give_the_same_bytes() {
    let (one, two) = (office(2), office(2));
    for dir in [&one, &two] {
        ok(vanthu(dir.path()).args(["draft", "thu.md", "--data", "don-vi.csv", "--out", "ra"]));
    }
    for name in ["thu-0002.docx", "thu-0003.docx"] {
        let read =
            |dir: &tempfile::TempDir| fs::read(dir.path().join("ra").join(name)).expect(name);
        assert_eq!(read(&one), read(&two));
    }
}

#[test]
fn a_changed_archive_is_found_and_named() {
    let dir = office(3);
    ok(vanthu(dir.path()).args(["run", "job.toml"]));
    let data = dir.path().join("archive/open/2026/000001/data");
    let file = walkdir::WalkDir::new(data)
        .sort_by_file_name()
        .into_iter()
        .flatten()
        .find(|e| e.file_type().is_file())
        .expect("a file")
        .into_path();
    let mut bytes = fs::read(&file).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::remove_file(&file).expect("remove");
    fs::write(&file, bytes).expect("write");
    let output = vanthu(dir.path()).args(["verify", "--format", "json"]).output().expect("runs");
    assert_eq!(output.status.code(), Some(1));
    let value: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(value["clean"], Value::Bool(false));
    assert_eq!(value["findings"][0]["code"], "K0102");
    assert_eq!(value["findings"][0]["document"]["code"], "01/SNV-VP");
}

#[test]
fn a_dry_run_says_that_a_number_is_taken_after_the_series_were_divided_anew() {
    let dir = office(2);
    ok(vanthu(dir.path()).args(["run", "job.toml"]));
    // Letters were numbered by type; now all types share one series, which would begin with 01 again.
    let common = format!("{OFFICE}\n[series]\nmode = \"common\"\n");
    fs::write(dir.path().join("vanthu.toml"), common).expect("write");
    fs::write(dir.path().join("don-vi.csv"), "Đơn vị\nPhòng mới\n").expect("write");
    for dry in [&["run", "job.toml", "--dry-run"][..], &["run", "job.toml"]] {
        let output = vanthu(dir.path()).args(dry).output().expect("runs");
        assert_ne!(output.status.code(), Some(0), "{dry:?}");
    }
    let output = vanthu(dir.path()).args(["run", "job.toml", "--dry-run"]).output().expect("runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("S0105") && said.contains("01/SNV-VP"), "{said}");
    assert_whole(dir.path(), 2);
}

#[test]
fn an_error_in_the_configuration_does_not_hide_the_book_or_the_archive() {
    let dir = office(2);
    ok(vanthu(dir.path()).args(["run", "job.toml"]));
    fs::write(dir.path().join("vanthu.toml"), format!("{OFFICE}\n[tham-so-la]\nx = 1\n"))
        .expect("write");
    assert_whole(dir.path(), 2);
    let output = vanthu(dir.path()).args(["run", "job.toml"]).output().expect("runs");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_copy_that_cannot_be_made_does_not_hide_the_number_that_was_given() {
    let dir = office(1);
    let plan = "---\nloai: ke-hoach\ntrich-yeu: Kiểm tra phòng cháy\nnoi-nhan: [Các phòng thuộc Sở]\n---\nSở Nội vụ kiểm tra phòng cháy năm 2026./.\n";
    fs::write(dir.path().join("ke-hoach.md"), plan).expect("write");
    // A file stands where the folder of the copies should be.
    fs::write(dir.path().join("ban-hanh"), "").expect("write");
    let output = vanthu(dir.path()).args(["issue", "ke-hoach.md"]).output().expect("runs");
    assert_eq!(output.status.code(), Some(2));
    let (told, said) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("01/KH-SNV"), "{told}{said}");
    assert!(said.contains("ban-hanh") && said.contains("đừng “issue” lần nữa"), "{said}");
    assert_whole(dir.path(), 1);
}
