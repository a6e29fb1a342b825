//! Dossiers from opening to closing, finding and the yearly report, through the program.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use super::{clerk, running};

fn vanthu(office: &Path, args: &[&str]) -> Output {
    running::on(office, "2026-12-31", args)
}

fn ok(office: &Path, args: &[&str]) -> String {
    let output = vanthu(office, args);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{args:?}: {said}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn refused(office: &Path, args: &[&str], code: &str) -> String {
    let output = vanthu(office, args);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
    assert!(said.contains(code), "{args:?}: {said}");
    said
}

const LETTER: &str = "---
loai: cong-van
trich-yeu: mời dự họp về {{viec}}
kinh-gui: \"{{don_vi}}\"
noi-nhan: [Như trên]
---
Sở Nội vụ mời {{don_vi}} dự họp về đối thoại với đoàn viên Trường Sa.

Đề nghị {{don_vi}} cử đại diện tham dự./.
";

/// An office that has issued four letters.
fn office() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).expect("write");
    write("vanthu.toml", clerk::OFFICE);
    write("thu.md", LETTER);
    write(
        "don-vi.csv",
        "Đơn vị,Việc\nPhòng A,thi đua\nPhòng B,khen thưởng\nPhòng C,thi tuyển\nPhòng Đ,kỷ luật\n",
    );
    write(
        "job.toml",
        "title = \"Thư mời\"\n[[steps]]\nsource = \"thu.md\"\ndata = \"don-vi.csv\"\n",
    );
    ok(dir.path(), &["run", "job.toml"]);
    dir
}

const LIST: &str =
    "Số và ký hiệu hồ sơ,Tên đề mục và tiêu đề hồ sơ,Thời hạn bảo quản,Người lập hồ sơ,Ghi chú
I,TỔ CHỨC CÁN BỘ,,,
01.TCCB,Hồ sơ tuyển dụng viên chức năm 2026,20 năm,Phòng TCCB,
02.TCCB,Hồ sơ thi đua khen thưởng năm 2026,Vĩnh viễn,Phòng TCCB,
II,VĂN PHÒNG,,,
03.VP,Tập lưu công văn đi năm 2026,50 năm,Văn phòng,theo quý
";

#[test]
fn a_dossier_lives_from_the_list_of_the_year_to_its_closing() {
    let dir = office();
    let at = dir.path();
    fs::write(at.join("danh-muc.csv"), LIST).expect("write");
    assert!(ok(at, &["dossier", "import", "danh-muc.csv"]).contains("đã mở 3 hồ sơ"));
    assert!(
        ok(at, &["ho-so", "nhap", "danh-muc.csv"]).contains("đã mở 0 hồ sơ"),
        "again: nothing twice"
    );
    ok(at, &["dossier", "add", "01.tccb", "01/SNV-VP", "03/SNV-VP", "--note", "bản gốc"]);
    ok(at, &["ho-so", "them", "02.TCCB", "01/SNV-VP"]);
    let again = vanthu(at, &["dossier", "add", "01.TCCB", "01/SNV-VP"]);
    assert_eq!(again.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&again.stderr).contains("S0726"));
    refused(at, &["dossier", "add", "01.TCCB", "77/SNV-VP"], "S0727");
    let near = refused(at, &["dossier", "add", "01.TCBC", "01/SNV-VP"], "S0722");
    assert!(near.contains("01.TCCB"), "{near}");
    let json: Value =
        serde_json::from_str(&ok(at, &["dossier", "show", "01.TCCB", "--format", "json"]))
            .expect("JSON");
    assert_eq!(json["heading"], "TỔ CHỨC CÁN BỘ");
    assert_eq!(json["documents"].as_array().map(Vec::len), Some(2));
    assert_eq!(json["file_code"], "2026.01.TCCB");
    ok(at, &["dossier", "close", "01.TCCB", "--end", "2026-12-15"]);
    refused(at, &["dossier", "close", "01.TCCB"], "S0721");
    refused(at, &["dossier", "add", "01.TCCB", "02/SNV-VP"], "S0721");
    let shown = ok(at, &["dossier", "show", "01.TCCB"]);
    for said in ["20 năm, đến hết năm 2046", "Văn bản: 2", "01/SNV-VP", "bản gốc"] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    ok(at, &["dossier", "show", "01.TCCB", "--format", "docx", "--out", "muc-luc.docx"]);
    let sheet = vanthu::docx::read(&fs::read(at.join("muc-luc.docx")).expect("written"), "m")
        .expect("reads");
    let all = format!("{sheet:?}");
    assert!(all.contains("Tờ số/ Trang số") && all.contains("gồm 2 văn bản"), "{all}");
    ok(at, &["dossier", "list", "--format", "docx", "--out", "danh-muc.docx"]);
    ok(at, &["dossier", "list", "--format", "xlsx", "--out", "danh-muc.xlsx"]);
    assert!(ok(at, &["dossier", "list"]).contains("3 hồ sơ"));
    // One document in two dossiers, and the book of a dossier.
    let book = |code: &str| ok(at, &["book", "outgoing", "--dossier", code, "--format", "json"]);
    let count =
        |code: &str| serde_json::from_str::<Value>(&book(code)).expect("JSON")["count"].clone();
    assert_eq!((count("01.TCCB"), count("02.TCCB"), count("09.X")), (2.into(), 1.into(), 0.into()));
    assert_eq!(
        vanthu(at, &["verify"]).status.code(),
        Some(0),
        "the acts are in the log and the archive is whole"
    );
}

#[test]
fn a_faulty_list_opens_nothing() {
    let dir = office();
    let at = dir.path();
    fs::write(at.join("thieu.csv"), "Tên,Năm\nA,2026\n").expect("write");
    refused(at, &["dossier", "import", "thieu.csv"], "S0729");
    let bad = LIST.replace("20 năm", "lâu dài").replace("02.TCCB", "01.TCCB");
    fs::write(at.join("sai.csv"), bad).expect("write");
    let said = refused(at, &["dossier", "import", "sai.csv"], "S0725");
    assert!(said.contains("S0723"), "{said}");
    assert!(ok(at, &["dossier", "list"]).contains("0 hồ sơ"));
    let open = [
        "dossier",
        "open",
        "TCCB01",
        "--title",
        "Hồ sơ",
        "--retention",
        "10 năm",
        "--reason",
        "mục 5",
    ];
    let odd = vanthu(at, &open);
    assert_eq!(odd.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&odd.stderr).contains("S0724"));
}

#[test]
fn words_are_found_in_fields_and_in_the_document_itself() {
    let dir = office();
    let at = dir.path();
    let find = |args: &[&str]| -> Vec<String> {
        let all: Vec<&str> = ["find", "--format", "json"].iter().chain(args).copied().collect();
        let value: Value = serde_json::from_str(&ok(at, &all)).expect("JSON");
        let entries = value["entries"].as_array().expect("entries").clone();
        entries.iter().map(|e| e["code"].as_str().expect("a code").to_owned()).collect()
    };
    assert_eq!(find(&["thi đua"]), ["01/SNV-VP"]);
    assert_eq!(find(&["THI tuyen"]), ["03/SNV-VP"]);
    assert_eq!(find(&["thi"]).len(), 4, "the name of the signer stands in each of them");
    assert_eq!(find(&["truong sa"]).len(), 4, "the body of the letters");
    assert_eq!(find(&["phòng đ"]), ["04/SNV-VP"]);
    assert!(find(&["truong xa"]).is_empty());
    assert_eq!(find(&["2/snv-vp"]), ["02/SNV-VP"]);
    assert_eq!(find(&["mời", "--limit", "1"]).len(), 1);
    assert_eq!(find(&["--signer", "le thi minh chau"]).len(), 4);
    assert_eq!(find(&["mời", "--from", "2027-01-01"]).len(), 0);
    assert_eq!(find(&["--unit", "vp", "--type", "cong-van", "ky luat"]), ["04/SNV-VP"]);
    // Deleted or damaged, the index comes back.
    fs::remove_file(at.join("search.db")).expect("there is an index");
    assert_eq!(find(&["thi đua"]), ["01/SNV-VP"]);
    for end in ["-wal", "-shm"] {
        let _ = fs::remove_file(at.join(format!("search.db{end}")));
    }
    fs::write(at.join("search.db"), "hỏng".repeat(3000)).expect("damages");
    assert_eq!(find(&["thi đua"]), ["01/SNV-VP"]);
    let csv = ok(at, &["book", "outgoing", "--text", "khen thuong", "--format", "csv"]);
    assert!(csv.contains("02/SNV-VP") && !csv.contains("01/SNV-VP"), "{csv}");
    assert_eq!(vanthu(at, &["find"]).status.code(), Some(2));
}

#[test]
fn the_year_is_reported_in_every_form() {
    let dir = office();
    let at = dir.path();
    let json: Value =
        serde_json::from_str(&ok(at, &["bao-cao-nam", "--format", "json"])).expect("JSON");
    assert_eq!(json["books"][0]["total"], 4);
    assert_eq!(json["books"][0]["months"][11], 4);
    assert_eq!(json["books"][0]["types"]["Công văn"], 4);
    assert_eq!(json["series"][0]["gaps"], serde_json::json!([]));
    let text = ok(at, &["report", "--year", "2026"]);
    assert!(text.contains("Số bị trống trong các hệ thống số: không có."), "{text}");
    ok(at, &["report", "--format", "xlsx", "--out", "bao-cao.xlsx"]);
    ok(at, &["report", "--format", "docx", "--out", "bao-cao.docx"]);
    assert_eq!(vanthu(at, &["report", "--format", "docx"]).status.code(), Some(2));
    let sheet = vanthu::docx::read(&fs::read(at.join("bao-cao.docx")).expect("written"), "b")
        .expect("reads");
    assert!(format!("{sheet:?}").contains("Theo đơn vị"));
}
