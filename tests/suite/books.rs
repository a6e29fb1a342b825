//! The books through the program: several clerks at once, a year's end, bad input of acts.
//!
//! Knows: the commands. Must not know: how they are done.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use super::running::{on, said};

/// How many documents each process receives and issues at a time, and how often.
/// `VANTHU_EACH=100 VANTHU_ROUNDS=10` is the long run.
fn load(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

const OFFICE: &str = include_str!("office.toml");

const PLAN: &str = "---
loai: ke-hoach
trich-yeu: Kiểm tra phòng cháy
noi-nhan: [Các phòng thuộc Sở]
---
Sở Nội vụ kiểm tra phòng cháy năm 2026./.
";

const LETTER: &str = "---
loai: cong-van
trich-yeu: mời dự họp tổng kết năm 2026
kinh-gui: \"{{don_vi}}\"
noi-nhan: [Như trên]
---
Sở Nội vụ mời {{don_vi}} dự họp tổng kết công tác năm 2026./.
";

fn office() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("temp");
    for (name, text) in [("vanthu.toml", OFFICE), ("ke-hoach.md", PLAN), ("thu.md", LETTER)] {
        fs::write(dir.path().join(name), text).expect("write");
    }
    dir
}

fn ok(office: &Path, args: &[&str]) -> Output {
    let output = on(office, "2026-11-23", args);
    assert!(output.status.success(), "{args:?} {:?}: {}", output.status, said(&output));
    output
}

fn json(office: &Path, args: &[&str]) -> Value {
    let output = on(office, "2026-11-23", args);
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{args:?}: {e}: {}", said(&output)))
}

fn numbers(office: &Path, book: &str) -> Vec<u64> {
    let value = json(office, &["book", book, "--format", "json"]);
    let entries = value["entries"].as_array().expect("entries");
    entries.iter().map(|e| e["number"].as_u64().expect("number")).collect()
}

#[test]
fn eight_clerks_receive_and_issue_at_once() {
    let (each, rounds) = (load("VANTHU_EACH", 3), load("VANTHU_ROUNDS", 2));
    let dir = office();
    let threads: Vec<_> = (0..8)
        .map(|clerk| {
            let office = dir.path().to_path_buf();
            std::thread::spawn(move || {
                for round in 0..rounds {
                    let name = |kind: &str| format!("{kind}-{clerk}-{round}");
                    let rows: String = (0..each)
                        .map(|n| format!("Sở {clerk},{round}{n}/S{clerk},2026-11-20,báo cáo {n}\n"))
                        .collect();
                    let sheet = format!("{}.csv", name("den"));
                    let head = "Cơ quan ban hành,Số ký hiệu,Ngày văn bản,Trích yếu\n";
                    fs::write(office.join(&sheet), format!("{head}{rows}")).expect("write");
                    let rows: String = (0..each).map(|n| format!("Phòng {clerk}.{n}\n")).collect();
                    let data = format!("{}.csv", name("di"));
                    fs::write(office.join(&data), format!("Đơn vị\n{rows}")).expect("write");
                    let job = format!("{}.toml", name("job"));
                    let text = format!(
                        "title = \"x\"\n[[steps]]\nsource = \"thu.md\"\ndata = \"{data}\"\n"
                    );
                    fs::write(office.join(&job), text).expect("write");
                    let (incoming, outgoing) =
                        (["receive", "--sheet", sheet.as_str()], ["run", job.as_str()]);
                    let both: [&[&str]; 2] = match clerk % 2 {
                        0 => [&incoming, &outgoing],
                        _ => [&outgoing, &incoming],
                    };
                    for args in both {
                        ok(&office, args);
                    }
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("a clerk");
    }
    let all: Vec<u64> = (1..=(8 * each * rounds) as u64).collect();
    assert_eq!(numbers(dir.path(), "incoming"), all);
    assert_eq!(numbers(dir.path(), "outgoing"), all);
    ok(dir.path(), &["verify"]);
}

#[test]
fn eight_clerks_give_up_one_number_once() {
    let dir = office();
    ok(dir.path(), &["issue", "ke-hoach.md"]);
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let office = dir.path().to_path_buf();
            std::thread::spawn(move || {
                let args = ["void", "01/KH-SNV", "--reason", "lấy nhầm số"];
                on(&office, "2026-11-23", &args).status.code()
            })
        })
        .collect();
    let codes: Vec<_> = threads.into_iter().map(|t| t.join().expect("a clerk")).collect();
    assert_eq!(codes.iter().filter(|c| **c == Some(0)).count(), 1, "{codes:?}");
    assert_eq!(codes.iter().filter(|c| **c == Some(1)).count(), 7, "{codes:?}");
    ok(dir.path(), &["verify"]);
}

#[test]
fn at_the_year_s_end_every_series_begins_again() {
    let dir = office();
    let paper = |today: &str| {
        let args = ["receive", "--paper", "--from", "Sở A", "--subject", "báo cáo"];
        let output = on(dir.path(), today, &args);
        assert!(output.status.success(), "{}", said(&output));
        assert!(on(dir.path(), today, &["issue", "ke-hoach.md"]).status.success());
    };
    paper("2026-12-31");
    paper("2026-12-31");
    paper("2027-01-01");
    for (year, count) in [("2026", 2), ("2027", 1)] {
        for book in ["outgoing", "incoming"] {
            let value = json(dir.path(), &["book", book, "--year", year, "--format", "json"]);
            let numbers: Vec<_> = value["entries"]
                .as_array()
                .expect("entries")
                .iter()
                .map(|e| e["number"].as_u64())
                .collect();
            assert_eq!(numbers, (1..=count).map(Some).collect::<Vec<_>>(), "{book} {year}");
        }
    }
    // The same code in two years is not guessed.
    let value = json(dir.path(), &["void", "01/KH-SNV", "--reason", "x", "--json"]);
    assert_eq!(value["findings"][0]["code"], "S0402");
    let related = value["findings"][0]["related"].as_array().expect("candidates");
    let spellings: BTreeSet<_> =
        related.iter().filter_map(|r| r["place"]["item"].as_str()).collect();
    assert_eq!(spellings, BTreeSet::from(["di:01/KH-SNV@2026", "di:01/KH-SNV@2027"]));
    let shown = on(dir.path(), "2027-01-01", &["show", "01/KH-SNV"]);
    assert_eq!(shown.status.code(), Some(1), "{}", said(&shown));
    let shown = on(dir.path(), "2027-01-01", &["xem", "di:01/KH-SNV@2027"]);
    assert_eq!(shown.status.code(), Some(0), "{}", said(&shown));
}

#[test]
fn acts_that_cannot_be_say_why_and_change_nothing() {
    let dir = office();
    let early = on(dir.path(), "2026-11-23", &["void", "01/KH-SNV", "--reason", "x"]);
    assert_eq!(early.status.code(), Some(2), "{}", said(&early));
    assert!(!dir.path().join("register.db").exists());
    ok(dir.path(), &["issue", "ke-hoach.md"]);
    let refused: [(&[&str], i32, &str); 8] = [
        (&["void", "99/KH-SNV", "--reason", "x"], 1, "S0401"),
        (&["void", "01/KH-SNV"], 1, "S0407"),
        (&["void", "01/KH-SNV", "--reason", "x", "--date", "2026-02-30"], 2, "2026-02-30"),
        (&["void", "01/KH-SNV", "--reason", "x", "--date", "2026-11-22"], 1, "S0404"),
        (&["assign", "01/KH-SNV", "--unit", "Phòng A"], 1, "S0408"),
        (&["deliver", "01/KH-SNV", "--receipt"], 1, "S0414"),
        (&["attach", "01/KH-SNV", "khong-co.pdf"], 2, "khong-co.pdf"),
        (&["lend", "01/KH-SNV", "--returned"], 1, "S0414"),
    ];
    for (args, code, word) in refused {
        let output = on(dir.path(), "2026-11-23", args);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
        assert!(said.contains(word), "{args:?}: {said}");
    }
    let dry = json(dir.path(), &["deliver", "01/KH-SNV", "--dry-run", "--json"]);
    assert_eq!(
        (&dry["acts"][0]["kind"], &dry["acts"][0]["seq"]),
        (&"deliver".into(), &Value::Null)
    );
    let shown = json(dir.path(), &["show", "01/KH-SNV", "--format", "json"]);
    assert_eq!(shown["documents"][0]["acts"], Value::Array(Vec::new()), "nothing was entered");
    assert_eq!(shown["documents"][0]["metadata"][0]["name"], "TypeName");
}

#[test]
fn a_copy_takes_a_number_of_its_own_series() {
    let dir = office();
    let copy = "---\nloai: sao-y\nnoi-nhan: [Các phòng]\n---\n";
    fs::write(dir.path().join("sao-y.md"), copy).expect("write");
    ok(dir.path(), &["issue", "ke-hoach.md", "sao-y.md"]);
    let codes = |book: &str| {
        let value = json(dir.path(), &["book", book, "--format", "json"]);
        let entries = value["entries"].as_array().cloned().expect("entries");
        entries.iter().map(|e| e["code"].as_str().unwrap_or("").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        (codes("outgoing"), codes("copies")),
        (vec!["01/KH-SNV".into()], vec!["01/SY-SNV".into()])
    );
    ok(dir.path(), &["verify"]);
}

#[test]
fn a_list_of_awards_is_entered_whole_once_and_its_delivery_is_told() {
    let dir = office();
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).expect("write");
    ok(dir.path(), &["issue", "ke-hoach.md"]);
    write("sai.csv", "Họ và tên,Tiền thưởng,Màu\n,abc,x\n");
    let args = ["award", "sai.csv", "--decision", "01/KH-SNV", "--json"];
    let codes = |value: &Value| -> Vec<String> {
        let findings = value["findings"].as_array().expect("findings");
        findings.iter().filter_map(|f| f["code"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(codes(&json(dir.path(), &args)), ["S0741", "S0742", "S0308", "S0308"]);
    write("khong-ten.csv", "STT,Tiền\n1,5\n");
    assert_eq!(codes(&json(dir.path(), &["award", "khong-ten.csv", "--json"])), ["S0741"]);
    write(
        "khen.csv",
        "STT,Name,Unit,Hình thức,Thành tích,Money\n1,Lê Thị Hoa,Thôn 1,Giấy khen,xuất sắc,702.000\n2,Tổ 2,,Giấy khen,,\n",
    );
    let args = ["award", "khen.csv", "--decision", "01/KH-SNV"];
    let dry = ok(dir.path(), &[args.as_slice(), &["--dry-run"]].concat());
    assert!(
        said(&dry).contains("01  Lê Thị Hoa  Giấy khen  01/KH-SNV, 23/11/2026"),
        "{}",
        said(&dry)
    );
    assert!(numbers(dir.path(), "awards").is_empty());
    ok(dir.path(), &args);
    let again = json(dir.path(), &[args.as_slice(), &["--json"]].concat());
    assert_eq!(codes(&again), ["S0743"]);
    let handed = ok(dir.path(), &["deliver", "vang:1", "--receiver", "Lê Thị Hoa"]);
    assert!(!said(&handed).contains("S0417"), "{}", said(&handed));
    let printed = ok(dir.path(), &["book", "awards", "--format", "csv"]);
    let line =
        "01,Lê Thị Hoa,Thôn 1,Giấy khen,\"01/KH-SNV, 23/11/2026\",xuất sắc,702000,Lê Thị Hoa,";
    assert!(said(&printed).contains(line), "{}", said(&printed));
    ok(dir.path(), &["verify"]);
}

#[test]
fn labels_slips_and_stamped_copies_are_printed_again() {
    let dir = office();
    let paper = ["receive", "--paper", "--from", "Sở Y", "--subject", "báo cáo", "--code", "5/SY"];
    ok(dir.path(), &paper);
    let assigned = ["assign", "den:1", "--unit", "Văn phòng", "--opinion", "làm ngay", "--slip"];
    assert!(said(&ok(dir.path(), &assigned)).contains("den/2026/phieu-01-5-sy.docx"));
    let slip = dir.path().join("den/2026/phieu-01-5-sy.docx");
    let label = dir.path().join("den/2026/nhan-den-01.docx");
    let first = fs::read(&label).expect("a label");
    for path in [&slip, &label] {
        fs::remove_file(path).expect("removes");
    }
    ok(dir.path(), &["reprint", "den:1", "--slip"]);
    assert_eq!(fs::read(&label).expect("a label"), first);
    assert!(slip.exists());
    let other = on(dir.path(), "2026-11-23", &["reprint", "den:2"]);
    assert_eq!(other.status.code(), Some(1), "{}", said(&other));
}
