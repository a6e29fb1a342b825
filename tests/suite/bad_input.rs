//! Bad input through the program: each gets a message with its place and the way out, exit code 1
//! or 2, and nothing is half-written, half-numbered or lost.
//!
//! Knows: files as users hand them in, disks as they fail. Must not know: how the program reads.
//! Row limits are tested at the readers (`bad_data`): a million rows would take the tests minutes.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use vanthu::world::{System, World};

use crate::program::{CONFIG, JOB, LETTER, Office, PLAN, Said, files, fill, program, run};

/// An office that has issued one document, so that a number lost or doubled is seen.
fn office() -> Office {
    let office = Office::new();
    let said = office.run(&["issue", "ke-hoach.md", "-q"]);
    assert_eq!(said.code, 0, "{}", said.err);
    office
}

/// The message says where and how to go on.
fn told(said: &Said, code: i32, place: &str, words: &str) {
    let err = &said.err;
    assert_eq!(said.code, code, "{words}: {err}");
    let at = err.lines().any(|l| l.trim_start().starts_with("--> ") && l.contains(place));
    assert!(at, "no place “{place}”: {err}");
    assert!(err.contains("cách sửa: "), "no way out: {err}");
    assert!(err.contains(words), "not “{words}”: {err}");
}

/// Runs with a file changed, and asserts that nothing else changed; then puts the file back.
fn refused(office: &Office, file: &str, bytes: impl AsRef<[u8]>, expected: (i32, &str, &str)) {
    let path = office.path().join(file);
    let old = fs::read(&path).ok();
    fs::create_dir_all(path.parent().expect("folder")).expect("folder");
    fs::write(&path, bytes).expect("written");
    let before = files(office.path());
    let arguments: &[&str] = match file {
        "ke-hoach.md" => &["issue", "ke-hoach.md"],
        _ => &["run", "dot.toml"],
    };
    told(&office.run(arguments), expected.0, expected.1, expected.2);
    assert!(before == files(office.path()), "{file} ({}): something was written", expected.2);
    match old {
        Some(old) => fs::write(&path, old).expect("put back"),
        None => fs::remove_file(&path).expect("removed"),
    }
}

/// The office still works: the next number is the next, and the archive is whole.
fn goes_on(office: &Office, next: &str) {
    let said = office.run(&["issue", "ke-hoach.md"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains(next), "not {next}: {}", said.out);
    let said = office.run(&["verify"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[test]
fn missing_files() {
    let office = office();
    let before = files(office.path());
    for (arguments, place) in [
        (&["run", "khong-co.toml"][..], "khong-co.toml"),
        (&["issue", "khong-co.md"], "khong-co.md"),
        (&["issue", "thu.md", "--data", "khong-co.xlsx"], "khong-co.xlsx"),
        (&["check", "ke-hoach.md", "--office", "khong-co"], "khong-co"),
        (&["issue", "archive"], "archive"),
        (&["issue", "thu.md", "--data", "archive"], "archive"),
        (&["run", "archive"], "archive"),
    ] {
        told(&office.run(arguments), 2, place, "không");
    }
    assert!(before == files(office.path()));
    let empty = tempfile::tempdir().expect("folder");
    told(&run(empty.path(), &["verify"]), 2, ".", "không thấy vanthu.toml");
    refused(
        &office,
        "dot.toml",
        JOB.replace("thu.md", "thu-x.md"),
        (2, "thu-x.md", "không có tệp"),
    );
    refused(&office, "dot.toml", JOB.replace("don-vi.csv", "x.csv"), (2, "x.csv", "không có tệp"));
    goes_on(&office, "02/KH-SNV");
}

#[test]
#[cfg(unix)]
fn files_that_cannot_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let office = office();
    let pipe = office.path().join("ong.csv");
    if Command::new("mkfifo").arg(&pipe).status().is_ok_and(|s| s.success()) {
        let said = office.run(&["issue", "thu.md", "--data", "ong.csv"]);
        told(&said, 2, "ong.csv", "không phải tệp thường");
        fs::remove_file(&pipe).expect("removed");
    }
    if is_root() {
        println!("skipped: rights are not asked of root");
        return;
    }
    for (file, arguments) in [
        ("ke-hoach.md", &["issue", "ke-hoach.md"][..]),
        ("don-vi.csv", &["run", "dot.toml"]),
        ("dot.toml", &["run", "dot.toml"]),
        ("vanthu.toml", &["run", "dot.toml"]),
    ] {
        let path = office.path().join(file);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("rights");
        told(&office.run(arguments), 2, file, "không được phép đọc");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("rights");
    }
    goes_on(&office, "02/KH-SNV");
}

#[test]
fn wrong_encodings() {
    let office = office();
    let utf16 = |t: &str| t.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let utf16 = |t: &str| [vec![0xff, 0xfe], utf16(t)].concat();
    let old = |t: &str| [t.as_bytes(), b"Ph\xf2ng\n"].concat();
    for (file, text) in [("ke-hoach.md", PLAN), ("don-vi.csv", "Đơn vị\n"), ("thu.md", LETTER)]
    {
        // A table that Excel saved as “Unicode text” is read.
        if file != "don-vi.csv" {
            refused(&office, file, utf16(text), (2, file, "UTF-16"));
        }
        refused(&office, file, old(text), (2, file, "không phải mã UTF-8 (byte 0xF2)"));
    }
    for (file, text) in [("vanthu.toml", CONFIG), ("dot.toml", JOB)] {
        refused(&office, file, utf16(text), (2, file, "UTF-16"));
        refused(&office, file, old(text), (2, file, "UTF-8"));
    }
    goes_on(&office, "02/KH-SNV");
}

#[test]
fn unknown_keys() {
    let office = office();
    let config = format!("{CONFIG}dau = \"x\"\n");
    refused(&office, "vanthu.toml", config, (2, "vanthu.toml:14", "không có khóa `dau`"));
    let job = format!("{JOB}datta = \"x\"\n");
    refused(&office, "dot.toml", job, (2, "dot.toml:5", "có phải là `data`"));
    let plan = PLAN.replace("loai:", "laoi: x\nloai:");
    refused(&office, "ke-hoach.md", plan, (1, "ke-hoach.md:2", "không có khóa `laoi`"));
    let rules = vanthu::ruleset::ND30_2020.replacen("valid_from", "valid_form", 1);
    let file = "templates/rulesets/nd30-2020.toml";
    refused(&office, file, rules, (2, "nd30-2020.toml", "valid_form"));
    goes_on(&office, "02/KH-SNV");
}

#[test]
fn files_that_are_not_what_they_should_be() {
    let office = office();
    refused(&office, "vanthu.toml", "[organ\n", (2, "vanthu.toml:1", "TOML"));
    refused(&office, "dot.toml", "title = \"Thư\n", (2, "dot.toml:1", "TOML"));
    refused(&office, "dot.toml", "", (2, "dot.toml", "không có bước nào"));
    refused(&office, "ke-hoach.md", "", (1, "ke-hoach.md", "D0101"));
    let open = PLAN.replacen("\n---\nSở", "\nSở", 1);
    refused(&office, "ke-hoach.md", open, (1, "ke-hoach.md", "D0102"));
    let yaml = PLAN.replace("loai: ke-hoach", "loai: [ke-hoach");
    refused(&office, "ke-hoach.md", yaml, (1, "ke-hoach.md:", "D0103"));
    let bomb = PLAN.replace("loai: ke-hoach", "a: &a [x, x]\nb: [*a, *a]\nloai: ke-hoach");
    refused(&office, "ke-hoach.md", bomb, (1, "ke-hoach.md:", "D01"));
    for (file, text) in [
        ("a.json", "[{\"Đơn vị\": \"A\"}, {\"Đơn vị\": "),
        ("a.yaml", "- Đơn vị: A\n- Đơn vị: [\n"),
        ("a.xlsx", "Đơn vị\nA\n"),
        ("a.ods", "x"),
    ] {
        office.write(file, text);
        refused(&office, "dot.toml", JOB.replace("don-vi.csv", file), (2, file, ""));
    }
    goes_on(&office, "02/KH-SNV");
}

#[test]
fn templates_with_errors_and_missing_fields() {
    let office = office();
    let open = LETTER.replace("{{don_vi}} cử", "{{#if don_vi}} cử");
    refused(&office, "thu.md", open, (1, "thu.md:9", "không đóng"));
    let helper = LETTER.replace("{{don_vi}} cử", "{{lookup don_vi}} cử");
    refused(&office, "thu.md", helper, (1, "thu.md:9", "M0"));
    let field = LETTER.replace("{{don_vi}} cử", "{{chuc_vu}} cử");
    refused(&office, "thu.md", field, (1, "don-vi.csv, hàng 2", "không có trường `chuc_vu`"));
    let rows = "Đơn vị,Ghi chú\nPhòng A,x\n,y\n";
    refused(&office, "don-vi.csv", rows, (1, "don-vi.csv, hàng 3", "M0202"));
    goes_on(&office, "02/KH-SNV");
}

#[test]
fn control_characters() {
    let office = office();
    let rows = "Đơn vị\nPhòng \u{1}A\nPhòng \u{1b}[31mB\n";
    refused(&office, "don-vi.csv", rows, (1, "don-vi.csv, hàng 2, cột A", "U+0001"));
    refused(&office, "don-vi.csv", rows, (1, "don-vi.csv, hàng 3, cột A", "U+001B"));
    let plan = PLAN.replace("kiểm tra công tác", "kiểm tra \u{1b}[2J công tác");
    refused(&office, "ke-hoach.md", plan, (1, "ke-hoach.md:6", "U+001B"));
    let plan = PLAN.replace("Kiểm tra", "Kiểm \u{7}tra");
    refused(&office, "ke-hoach.md", plan, (1, "ke-hoach.md:3", "U+0007"));
    let config = CONFIG.replace("Lê Thị", "Lê\\u0007 Thị");
    refused(&office, "vanthu.toml", config, (2, "vanthu.toml:9", "U+0007"));
    let said = office.run(&["check", "\u{1b}[31m.md"]);
    assert_eq!(said.code, 2);
    assert!(!said.err.contains('\u{1b}'), "a name must not drive the terminal");
    goes_on(&office, "02/KH-SNV");
}

/// A workbook whose only sheet has this XML.
fn workbook(sheet: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in [
        (
            "xl/workbook.xml",
            r#"<workbook><sheets><sheet name="DS" r:id="r1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<Relationships><Relationship Id="r1" Type="/worksheet" Target="sheet1.xml"/></Relationships>"#,
        ),
        ("xl/sheet1.xml", sheet),
    ] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("part");
        zip.write_all(text.as_bytes()).expect("part");
    }
    zip.finish().expect("zip").into_inner()
}

fn sheet(rows: &str) -> String {
    format!(
        "<worksheet><sheetData><row r=\"1\"><c t=\"str\"><v>Đơn vị</v></c></row>{rows}</sheetData></worksheet>"
    )
}

#[test]
fn bad_cells_and_bombs_in_workbooks() {
    let office = office();
    office.write("dot.toml", JOB.replace("don-vi.csv", "don-vi.xlsx"));
    let formula = sheet("<row r=\"2\"><c><f>B9&amp;C9</f></c></row>");
    let place = "don-vi.xlsx, trang tính “DS”, hàng 2, cột A";
    refused(&office, "don-vi.xlsx", workbook(&formula), (1, place, "D0207"));
    let error = sheet("<row r=\"2\"><c t=\"e\"><f>1/0</f><v>#DIV/0!</v></c></row>");
    refused(&office, "don-vi.xlsx", workbook(&error), (1, place, "D0206"));
    // Letters that do not pack too well: a long cell, not a bomb.
    let long: String = (0..(10_u32 << 20))
        .map(|i| char::from(b'a' + (i.wrapping_mul(i) >> 7) as u8 % 26))
        .collect();
    let cell = sheet(&format!("<row r=\"2\"><c t=\"str\"><v>{long}</v></c></row>"));
    refused(&office, "don-vi.xlsx", workbook(&cell), (1, place, "D0202"));
    let blanks = sheet(&" ".repeat(64 << 20));
    refused(&office, "don-vi.xlsx", workbook(&blanks), (2, "don-vi.xlsx", ""));
    let entities = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><worksheet/>";
    refused(&office, "don-vi.xlsx", workbook(entities), (2, "don-vi.xlsx", "DOCTYPE"));
    refused(&office, "don-vi.xlsx", workbook(&"<a>".repeat(5000)), (2, "don-vi.xlsx", ""));
    let whole = workbook(&sheet("<row r=\"2\"><c t=\"str\"><v>A</v></c></row>"));
    refused(&office, "don-vi.xlsx", &whole[..whole.len() / 2], (2, "don-vi.xlsx", ""));
    office.write("dot.toml", JOB);
    let csv = format!("Đơn vị\nPhòng A\n{long}\n");
    refused(&office, "don-vi.csv", csv, (1, "don-vi.csv, hàng 3, cột A", "D0202"));
    goes_on(&office, "02/KH-SNV");
}

#[test]
fn names_that_lead_out_of_the_folder() {
    let office = office();
    for out in ["../ra", "/tmp/ra", "a/../../b", "C:/ra", "..", "//may/ra"] {
        let job = format!("{JOB}out = \"{out}\"\n");
        refused(&office, "dot.toml", job, (2, "dot.toml:5", "D0411"));
    }
    let job = format!("{JOB}out = \"ra\"\nname = \"../{{{{so}}}}\"\n");
    refused(&office, "dot.toml", job, (2, "dot.toml:6", "D0411"));
    // A value from the data cannot lead out either: it becomes part of a name.
    let outside = office.path().join("ra").join("..").join("x.docx");
    office.write("dot.toml", format!("{JOB}out = \"ra\"\nname = \"{{{{don_vi}}}}\"\n"));
    office.write("don-vi.csv", "Đơn vị\n../x\n/etc/passwd\n");
    let said = office.run(&["run", "dot.toml"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(!outside.exists());
    assert_eq!(fs::read_dir(office.path().join("ra")).expect("folder").count(), 2);
    goes_on(&office, "02/KH-SNV");
}

/// A file system in memory that the test may fill and freeze.
struct Disk {
    folder: tempfile::TempDir,
}

impl Disk {
    /// `None` with a printed reason where the machine does not let us mount.
    fn mount(size: &str) -> Option<Self> {
        let disk = Self { folder: tempfile::tempdir().expect("folder") };
        let mounted = is_root() && disk.call("mount", &["-t", "tmpfs", "-o", size, "tmpfs"]);
        if !mounted {
            println!("skipped: mounting a small disk needs root");
            return None;
        }
        Some(disk)
    }

    fn call(&self, command: &str, arguments: &[&str]) -> bool {
        let mut command = Command::new(command);
        command.args(arguments).arg(self.folder.path()).stderr(Stdio::null());
        command.status().is_ok_and(|s| s.success())
    }

    fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        assert!(self.call("mount", &["-o", &options]), "{options}");
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.call("umount", &[]);
    }
}

/// The numbers in the book of the year.
fn numbers(folder: &Path) -> Vec<u64> {
    let said = run(folder, &["book", "outgoing", "--format", "json"]);
    let book: serde_json::Value = serde_json::from_str(&said.out).unwrap_or_default();
    let entries = book["entries"].as_array().cloned().unwrap_or_default();
    entries.iter().filter_map(|e| e["number"].as_u64()).collect()
}

#[test]
fn a_full_disk() {
    // Full at the register, in the archive's folders, among the documents, at the end.
    for size in [60, 120, 200, 300, 400] {
        let Some(disk) = Disk::mount(&format!("size={size}k")) else { return };
        fill(disk.path());
        let rows: String = (1..=60).map(|n| format!("Phòng {n}\n")).collect();
        fs::write(disk.path().join("don-vi.csv"), format!("Đơn vị\n{rows}")).expect("written");
        let said = run(disk.path(), &["run", "dot.toml", "-q"]);
        told(&said, 2, &disk.path().display().to_string(), "đĩa");
        assert_eq!(numbers(disk.path()), [0; 0], "{size}: a number was taken");
        disk.remount("size=16m");
        let said = run(disk.path(), &["verify"]);
        assert!(said.code == 0 || said.err.contains("chưa ban hành"), "{size}: {}", said.err);
        let said = run(disk.path(), &["run", "dot.toml", "-q"]);
        assert_eq!(said.code, 0, "{size}: {}", said.err);
        assert_eq!(numbers(disk.path()), (1..=60).collect::<Vec<u64>>(), "{size}");
        let said = run(disk.path(), &["verify"]);
        assert_eq!(said.code, 0, "{size}: {}{}", said.out, said.err);
    }
}

#[test]
fn a_full_disk_leaves_no_half_draft() {
    let Some(disk) = Disk::mount("size=24k") else { return };
    fill(disk.path());
    let before = files(disk.path());
    let said = run(disk.path(), &["draft", "ke-hoach.md"]);
    told(&said, 2, "ke-hoach.docx", "hết chỗ trên đĩa");
    assert!(before == files(disk.path()), "something was left");
}

#[test]
fn a_read_only_folder() {
    let Some(disk) = Disk::mount("size=16m") else { return };
    fill(disk.path());
    assert_eq!(run(disk.path(), &["run", "dot.toml"]).code, 0);
    let before = files(disk.path());
    disk.remount("ro");
    for (arguments, place) in [
        (&["issue", "ke-hoach.md"][..], ".vanthu.lock"),
        (&["draft", "ke-hoach.md"], "ke-hoach.docx"),
        (&["new", "cong-van"], "cong-van.md"),
        (&["init", "phong"], "phong"),
        (&["book", "outgoing", "--format", "csv", "--out", "so.csv"], "so.csv"),
    ] {
        told(&run(disk.path(), arguments), 2, place, "không được phép ghi");
    }
    // What only reads still works.
    assert_eq!(run(disk.path(), &["verify"]).code, 0);
    assert_eq!(numbers(disk.path()), [1, 2]);
    assert!(before == files(disk.path()));
}

#[test]
fn a_second_process() {
    let office = office();
    let before = files(office.path());
    let world = System::new(None);
    let lock = world.lock(&office.path().join(".vanthu.lock"), Duration::ZERO).expect("the lock");
    for arguments in
        [&["issue", "ke-hoach.md", "--wait", "1"][..], &["run", "dot.toml", "--wait", "0"]]
    {
        told(&office.run(arguments), 2, ".vanthu.lock", "lệnh vanthu khác");
    }
    assert!(before == files(office.path()));
    for arguments in [&["draft", "ke-hoach.md"][..], &["book", "outgoing"]] {
        let said = office.run(arguments);
        assert_eq!(said.code, 0, "{arguments:?} needs no lock: {}", said.err);
    }
    drop(lock);
    goes_on(&office, "02/KH-SNV");
}

#[test]
#[cfg(target_os = "linux")]
fn a_result_that_nobody_can_read_is_no_success() {
    let office = office();
    let full = PathBuf::from("/dev/full");
    if !full.exists() {
        println!("skipped: no /dev/full");
        return;
    }
    for arguments in [&["book", "outgoing"][..], &["verify"], &["explain"], &["--help"]] {
        let out = fs::OpenOptions::new().write(true).open(&full).expect("/dev/full");
        let status =
            program(office.path()).args(arguments).stdout(out).stderr(Stdio::null()).status();
        assert_eq!(status.expect("ran").code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn an_object_of_json_keeps_a_list_of_its_own_that_is_called_hang() {
    let office = crate::program::Office::new();
    office.write(
        "ds.md",
        "---\nloai: bao-cao\ntrich-yeu: Danh sách năm {{nam}}\nnoi-nhan: [Lưu]\n---\nCó {{so}} người:\n\n{{#each hang}}\n- {{ten}};\n{{/each}}\n",
    );
    office.write(
        "ds.json",
        r#"{"nam": 2026, "so": 2, "hang": [{"ten": "Lê An"}, {"ten": "Lê Bình"}]}"#,
    );
    let said = office.run(&["draft", "ds.md", "--data", "ds.json"]);
    assert!(!said.err.contains("M0201"), "{}", said.err);
    let bytes = std::fs::read(office.path().join("ds.docx")).expect("a draft");
    let sheet = vanthu::docx::read(&bytes, "ds.docx").expect("readable");
    let text = format!("{sheet:?}");
    assert!(text.contains("Lê An") && text.contains("Lê Bình"), "{text}");
    // A list of records is the rows, as before.
    office.write("ds.json", r#"[{"nam": 2026, "so": 2, "ten": "Lê An"}, {"ten": "Lê Bình"}]"#);
    office.write("hai.md", "---\nloai: bao-cao\ntrich-yeu: Danh sách\nnoi-nhan: [Lưu]\n---\n{{#each hang}}\n- {{ten}};\n{{/each}}\n");
    let said = office.run(&["draft", "hai.md", "--data", "ds.json"]);
    assert!(!said.err.contains("M0201"), "{}", said.err);
    office.write("ds.json", r#"{"nam": 2026, "hang": [{"ten": "Lê An"}, {"ten": "Lê Bình"}]}"#);
    let said = office.run(&["draft", "hai.md", "--data", "ds.json"]);
    assert!(!said.err.contains("M0201"), "{}", said.err);
}

#[test]
fn one_fault_is_told_once() {
    let office = crate::program::Office::new();
    office.write("trong.csv", "Đơn vị\n");
    let said = office.run(&["draft", "thu.md", "--data", "trong.csv"]);
    assert!(said.err.contains("D0506") && !said.err.contains("D0216"), "{}", said.err);
    // A letter that nobody sees is told where it was typed, and not of the finished file once more.
    office.write("an.csv", "Đơn vị\nPhòng A\n");
    office.write(
        "an.md",
        "---\nloai: cong-van\ntrich-yeu: mời họp\nkinh-gui: Phòng A\nnoi-nhan: [Như trên]\n---\nMời dự họp\u{200b} ngay./.\n",
    );
    let said = office.run(&["draft", "an.md"]);
    assert_eq!(said.err.matches("U+200B").count(), 1, "{}", said.err);
}
