//! Receiving through the program, as a clerk does it: what is offered, what was entered by mistake, files that lie elsewhere.
//!
//! Knows: the commands. Must not know: how they are done.

use std::fs;
use std::path::Path;

use super::running;

const PLAN: &[u8] = include_bytes!("../fixtures/pdf/ke-hoach.pdf");

fn office() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("temp");
    fs::write(dir.path().join("vanthu.toml"), include_str!("office.toml")).expect("write");
    dir
}

/// Exit code, and all that was said.
fn said(office: &Path, args: &[&str]) -> (Option<i32>, String) {
    let output = running::on(office, "2026-03-05", args);
    (output.status.code(), running::said(&output))
}

fn ok(office: &Path, args: &[&str]) -> String {
    let (code, said) = said(office, args);
    assert_eq!(code, Some(0), "{args:?}: {said}");
    said
}

#[test]
fn files_of_another_office_are_entered_where_the_clerk_stands() {
    let (here, sender) = (office(), office());
    let file = sender.path().join("ke-hoach.pdf");
    fs::write(&file, PLAN).expect("write");
    let file = file.display().to_string();
    ok(here.path(), &["receive", "--yes", &file]);
    assert!(ok(here.path(), &["show", "den:1"]).contains("04/KH-HĐTĐKT"));
    assert!(!sender.path().join("register.db").exists(), "the sender's book stays as it was");
    ok(
        here.path(),
        &["attach", "den:1", &{
            let scan = sender.path().join("quet.png");
            fs::write(&scan, b"\x89PNG\r\n\x1a\nscan").expect("write");
            scan.display().to_string()
        }],
    );
    // Outside of any office the file's own is meant.
    let elsewhere = tempfile::tempdir().expect("temp");
    ok(elsewhere.path(), &["receive", "--yes", &file]);
    assert!(sender.path().join("register.db").exists());
}

#[test]
fn what_was_entered_by_mistake_is_given_up_and_comes_in_again() {
    let dir = office();
    fs::write(dir.path().join("a.pdf"), PLAN).expect("write");
    ok(dir.path(), &["receive", "--yes", "a.pdf", "--subject", "gõ nhầm"]);
    let (code, again) = said(dir.path(), &["receive", "--yes", "a.pdf"]);
    assert_eq!(code, Some(1));
    assert!(again.contains("S0305") && again.contains("vanthu void den:01@2026"), "{again}");
    ok(dir.path(), &["void", "den:01@2026", "--reason", "gõ nhầm trích yếu"]);
    let again = ok(dir.path(), &["receive", "--yes", "a.pdf"]);
    assert!(again.contains("   02  ") && !again.contains("S030"), "{again}");
    // It is one document again: a third time is refused.
    assert_eq!(said(dir.path(), &["receive", "--yes", "a.pdf"]).0, Some(1));
}

#[test]
fn what_a_file_offers_is_shown_and_not_called_missing() {
    let dir = office();
    fs::write(dir.path().join("a.pdf"), PLAN).expect("write");
    let (code, told) = said(dir.path(), &["receive", "a.pdf"]);
    assert_eq!(code, Some(1));
    assert!(told.contains("số, ký hiệu: 04/KH-HĐTĐKT") && told.contains("--yes"), "{told}");
    assert!(!told.contains("S0308"), "{told}");
    // What the file does not offer is missing, and how to give it is said.
    fs::write(dir.path().join("quet.png"), b"\x89PNG\r\n\x1a\nscan").expect("write");
    let (_, told) = said(dir.path(), &["receive", "--yes", "quet.png"]);
    assert!(told.contains("S0308") && told.contains("--subject"), "{told}");
    assert!(!told.contains("thêm --yes"), "{told}");
    // Nor is acceptance proposed where something else stands in the way.
    ok(dir.path(), &["receive", "--yes", "a.pdf"]);
    let (_, told) = said(dir.path(), &["receive", "a.pdf"]);
    assert!(told.contains("S0305") && !told.contains("thêm --yes"), "{told}");
}

#[test]
fn days_are_written_as_people_write_them() {
    let dir = office();
    ok(
        dir.path(),
        &["receive", "--paper", "--from", "Sở A", "--subject", "x", "--date", "3/3/2026"],
    );
    ok(dir.path(), &["assign", "den:1", "--unit", "VP", "--due", "12/3/2026"]);
    let shown = ok(dir.path(), &["show", "den:1"]);
    assert!(shown.contains("Hạn trả lời (DueDate): 12/03/2026"), "{shown}");
    assert!(shown.contains("đơn vị: VP · thời hạn: 12/03/2026"), "{shown}");
    let english = ok(dir.path(), &["--lang", "en", "show", "den:1"]);
    assert!(english.contains("  DueDate: 2026-03-12") && english.contains("unit: VP"), "{english}");
    assert!(
        ok(dir.path(), &["find", "--from", "5/3/2026", "--to", "05/03/2026"]).contains("1 văn bản")
    );
    let (code, told) = said(dir.path(), &["assign", "den:1", "--unit", "VP", "--due", "31/2/2026"]);
    assert_eq!(code, Some(2));
    assert!(told.contains("cần một ngày có thật, viết như 05/3/2026"), "{told}");
}

#[test]
fn who_a_document_was_given_to_is_its_unit_everywhere() {
    let dir = office();
    for subject in ["a", "b"] {
        ok(dir.path(), &["receive", "--paper", "--from", "Sở A", "--subject", subject]);
    }
    ok(dir.path(), &["assign", "den:2", "--unit", "Phòng Tổ chức cán bộ", "--joint", "Thanh tra"]);
    for unit in ["Phòng Tổ chức cán bộ", "tổ chức cán bộ", "thanh tra"] {
        let found = ok(dir.path(), &["find", "--unit", unit]);
        assert!(found.contains("02 (") || found.contains("  02  "), "{unit}: {found}");
        assert!(found.contains("1 văn bản"), "{unit}: {found}");
        let book = ok(dir.path(), &["book", "incoming", "--unit", unit, "--format", "csv"]);
        assert_eq!(book.lines().count(), 2, "{unit}: {book}");
    }
    let report = ok(dir.path(), &["report"]);
    assert!(report.contains("Văn bản đến │ Phòng Tổ chức cán bộ │ 1"), "{report}");
}

#[test]
fn a_list_may_begin_with_its_title_and_end_with_a_signature() {
    let dir = office();
    let list = "DANH MỤC HỒ SƠ NĂM 2026,,\n,,\nSố và ký hiệu hồ sơ,Tên đề mục và tiêu đề hồ sơ,Thời hạn bảo quản\n(1),(2),(3)\nI,VĂN PHÒNG,\n01.VP,Tập lưu công văn,10 năm\nDanh mục này có 01 hồ sơ,,\n";
    fs::write(dir.path().join("dm.csv"), list).expect("write");
    let told = ok(dir.path(), &["dossier", "import", "dm.csv"]);
    assert!(told.contains("đã mở 1 hồ sơ") && told.contains("S0731"), "{told}");
    let sheet =
        "BẢNG KÊ VĂN BẢN ĐẾN,,\nCơ quan ban hành,Trích yếu,Hạn trả lời\nSở A,báo cáo,12/3/2026\n";
    fs::write(dir.path().join("den.csv"), sheet).expect("write");
    ok(dir.path(), &["receive", "--sheet", "den.csv"]);
    assert!(ok(dir.path(), &["show", "den:1"]).contains("12/03/2026"));
    // A dossier takes documents by the spellings of every command.
    ok(dir.path(), &["dossier", "add", "01.VP", "den:1"]);
    assert!(ok(dir.path(), &["find", "--dossier", "01.VP"]).contains("báo cáo"));
    let (code, told) = said(dir.path(), &["dossier", "add", "01.VP", "den:9"]);
    assert!(code == Some(1) && told.contains("S0727"), "{told}");
}

#[test]
fn many_files_that_lack_the_same_are_told_in_a_few_lines() {
    let dir = office();
    fs::create_dir(dir.path().join("vao")).expect("a folder");
    for n in 0..9 {
        let file = dir.path().join("vao").join(format!("{n}.png"));
        fs::write(file, format!("\u{89}PNG\r\n\u{1a}\nscan {n}").as_bytes()).expect("write");
    }
    fs::write(dir.path().join("den.csv"), "Tệp,Cơ quan ban hành,Trích yếu\n,Sở A,x\n")
        .expect("write");
    let told = ok(dir.path(), &["receive", "vao", "--sheet", "den.csv", "--dry-run"]);
    assert_eq!(told.matches("D0622").count(), 1, "{told}");
    assert!(told.contains("8 tệp khác"), "{told}");
    // Of a sheet that is not understood, that alone is said.
    fs::write(dir.path().join("den.csv"), "A,B\n1,2\n").expect("write");
    let (code, told) = said(dir.path(), &["receive", "vao", "--sheet", "den.csv"]);
    assert_eq!(code, Some(1));
    assert!(told.contains("D0612") && !told.contains("D0622"), "{told}");
}

#[test]
fn links_are_told_on_both_sides_in_finding_and_in_books() {
    let dir = office();
    for subject in ["a", "b"] {
        ok(dir.path(), &["receive", "--paper", "--from", "Sở A", "--subject", subject]);
    }
    let letter = "---\nloai: cong-van\ntrich-yeu: trả lời\nkinh-gui: Sở A\nnoi-nhan: [Như trên]\n---\nSở Nội vụ trả lời Sở A như sau: đồng ý./.\n";
    fs::write(dir.path().join("thu.md"), letter).expect("write");
    let issued = ok(dir.path(), &["issue", "thu.md"]);
    let code = issued.split_whitespace().find(|w| w.contains("01/")).expect("a code").to_owned();
    ok(dir.path(), &["answer", "den:1", "--by", &code]);
    ok(dir.path(), &["recall", "den:2", "--reason", "x"]);
    let found = ok(dir.path(), &["find", "--from", "1/3/2026"]);
    for told in
        [format!("· được trả lời bằng {code}"), "· trả lời số đến 01".into(), "· đã thu hồi".into()]
    {
        assert!(found.contains(&told), "{told}: {found}");
    }
    let json = |args: &[&str]| -> serde_json::Value {
        serde_json::from_slice(&running::on(dir.path(), "2026-03-05", args).stdout).expect("JSON")
    };
    let found = json(&["find", "--book", "outgoing", "--year", "2026", "--format", "json"]);
    assert_eq!(found["entries"][0]["links"][0]["kind"], "answer");
    let book = |kind: &str| json(&["book", kind, "--format", "json"])["entries"][0].clone();
    assert_eq!(book("incoming")["acts"][0]["kind"], "answer");
    assert_eq!(book("outgoing")["done"][0]["about"], book("incoming")["seq"]);
}
