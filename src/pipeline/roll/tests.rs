//! Lists of several units together.

use std::fs;

use jiff::civil::date;
use tempfile::TempDir;

use super::*;
use crate::diagnostic::{Code, Lang};
use crate::world::System;

const OFFICE: &str =
    "[organ]\nname = \"SỞ NỘI VỤ\"\nin_text = \"Sở Nội vụ\"\ncode = \"SNV\"\nplace = \"A\"\n";
const UNITS: &str = "[tuy-chon]\ndon-vi = [\"Phòng Tổng hợp\", \"Văn phòng\"]\n";
const HEAD: &str = "STT;Họ và tên;Giới tính;Năm sinh;Đơn vị;Hình thức;Thành tích\n";

struct Case {
    dir: TempDir,
    units: &'static str,
}

impl Case {
    fn new(units: &'static str) -> Self {
        Self { dir: tempfile::tempdir().expect("a folder"), units }
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        fs::write(&path, text).expect("writes");
        path
    }

    fn check(&self, files: &[PathBuf], change: impl FnOnce(&mut RollRequest)) -> CheckedRoll {
        let world = System::new(Some(date(2026, 11, 22)));
        let office = format!("{OFFICE}{}", self.units);
        let workspace = Workspace::from_texts(&world, self.dir.path(), office, date(2026, 11, 22))
            .expect("an office");
        let mut request = RollRequest { files: files.to_vec(), ..RollRequest::default() };
        change(&mut request);
        read_rolls(&workspace, &request).expect("reads")
    }
}

fn said(checked: &CheckedRoll, code: Code) -> Vec<String> {
    let mine = checked.findings.iter().filter(|d| d.code == code);
    mine.map(|d| {
        let file =
            d.place.file.as_deref().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        let (row, cell) = (d.place.row.unwrap_or(0), d.place.cell.clone().unwrap_or_default());
        format!("{file} {cell}{row} {:?}", d.severity)
    })
    .collect()
}

#[test]
fn the_same_person_is_found_in_one_list_and_in_two() {
    let case = Case::new("");
    let a = case.file(
        "a.csv",
        &format!(
            "{HEAD}\
        1;Lê Văn An;Nam;1980;Phòng Tổng hợp;GK;tốt\n\
        2;Trần Thị Thúy;Nữ;;Phòng Tổng hợp;GK;tốt\n\
        3;Trần Thị Thuý;Nữ;;Phòng Tổng hợp;GK;tốt\n\
        4;Ngô Tí;Nam;1990;Phòng Tổng hợp;GK;cứu người\n\
        5;Ngô Tí;Nam;1990;Phòng Tổng hợp;BK;cứu người\n\
        6;Vũ Tư;Nam;;Phòng Tổng hợp;CSTĐCS;sáng kiến\n\
        7;Vũ Tư;Nam;;Phòng Tổng hợp;GK;cứu hỏa\n"
        ),
    );
    let b = case.file(
        "b.csv",
        &format!(
            "{HEAD}\
        1;Lê Văn An;Nam;1975;Văn phòng;GK;tốt\n\
        2;Trần Thị Thúy;Nữ;;Văn phòng;GK;tốt\n"
        ),
    );
    let checked = case.check(&[a, b], |_| {});
    assert_eq!(said(&checked, codes::TWICE), ["a.csv B4 Error"]);
    assert_eq!(said(&checked, codes::SAME_ACHIEVEMENT), ["a.csv G6 Error"]);
    // Another year of birth is another person; without one somebody is asked.
    assert_eq!(said(&checked, codes::SAME_NAME), ["b.csv B3 Warning"]);
    let finding = checked.findings.iter().find(|d| d.code == codes::SAME_ACHIEVEMENT).expect("one");
    let basis = finding.basis.as_deref().unwrap_or_default();
    assert!(basis.contains("Điều 5") && basis.contains("06/2026"), "{basis}");
    assert_eq!(checked.lines.len(), 9);
}

#[test]
fn awards_are_known_split_taken_from_the_title_or_refused() {
    let case = Case::new("");
    let a = case.file(
        "a.csv",
        &format!(
            "DANH SÁCH ĐỀ NGHỊ TẶNG GIẤY KHEN\n{HEAD}\
        1;Lê Văn An;Nam;;Phòng A;;tốt\n\
        2;Trần Thị Bình;Nữ;;Phòng A;LĐTT, CSTĐCS;tốt\n\
        3;Ngô Văn Tí;Nam;;Phòng A;Giấy khem;tốt\n\
        4;Vũ Văn Tư;Nam;;Phòng A;TTLĐXS;tốt\n"
        ),
    );
    let checked = case.check(&[a], |_| {});
    let forms: Vec<_> = checked.lines.iter().map(|l| l.honouree.form.as_str()).collect();
    assert_eq!(
        forms,
        ["giay-khen", "lao-dong-tien-tien", "cstd-co-so", "Giấy khem", "tap-the-lao-dong-xuat-sac"]
    );
    assert_eq!(said(&checked, codes::FORM_TAKEN).len(), 1);
    assert_eq!(said(&checked, codes::FORM_SPLIT), ["a.csv F4 Info"]);
    assert_eq!(said(&checked, codes::FORM), ["a.csv F5 Error"]);
    assert_eq!(said(&checked, codes::FORM_KIND), ["a.csv F6 Error"]);
    let hint = checked.findings.iter().find(|d| d.code == codes::FORM).and_then(|d| d.hint.clone());
    assert!(hint.is_some_and(|h| h.vi.contains("Giấy khen")));
    let b = case.file("b.csv", &format!("{HEAD}1;Lê Văn An;Nam;;Phòng A;;tốt\n"));
    assert_eq!(
        said(&case.check(std::slice::from_ref(&b), |_| {}), codes::EMPTY),
        ["b.csv F2 Error"]
    );
    let asked = case.check(&[b], |r| r.form = Some("GK".into()));
    assert_eq!(asked.lines[0].honouree.form, "giay-khen");
}

#[test]
fn units_are_checked_where_the_office_lists_them() {
    let text = format!(
        "{HEAD}\
        1;PHÒNG TỔNG HỢP;;;;TTLĐTT;tốt\n\
        2;Lê Văn An;Nam;;Phòng Tổng hơp;GK;tốt\n\
        3;Trần Thị Bình;Nữ;;Phòng tổng hợp, Sở Nội vụ;GK;tốt\n"
    );
    let free = Case::new("");
    let checked = free.check(&[free.file("a.csv", &text)], |_| {});
    assert_eq!(said(&checked, codes::UNITS_UNKNOWN).len(), 1);
    let case = Case::new(UNITS);
    let checked = case.check(&[case.file("a.csv", &text)], |_| {});
    assert_eq!(said(&checked, codes::UNIT), ["a.csv E3 Warning"]);
    assert_eq!(checked.lines[0].honouree.name, "Phòng Tổng hợp");
    assert_eq!(said(&checked, codes::CAPITALS), ["a.csv B2 Info"]);
}

#[test]
fn lines_stand_by_kind_by_unit_and_by_given_name() {
    let case = Case::new("");
    let a = case.file(
        "a.csv",
        &format!(
            "{HEAD}\
        1;Lê Văn Xuân;Nam;;Phòng B;GK;x\n\
        2;Đỗ Thị Ánh;Nữ;;Phòng A;GK;x\n\
        3;Trần An;Nam;;Phòng B;GK;x\n\
        4;Lê An;Nam;;Phòng A;GK;x\n\
        5;Tổ Một cửa;;;Phòng A;GK;x\n"
        ),
    );
    let order = |change: fn(&mut RollRequest)| -> Vec<String> {
        let checked = case.check(std::slice::from_ref(&a), change);
        checked.lines.iter().map(|l| l.honouree.name.clone()).collect()
    };
    assert_eq!(order(|_| {}), ["Tổ Một cửa", "Lê Văn Xuân", "Đỗ Thị Ánh", "Trần An", "Lê An"]);
    let by_name = order(|r| r.order = Order::ByName);
    assert_eq!(by_name, ["Tổ Một cửa", "Lê An", "Trần An", "Đỗ Thị Ánh", "Lê Văn Xuân"]);
    let grouped = order(|r| (r.order, r.by_unit) = (Order::ByName, true));
    assert_eq!(grouped, ["Tổ Một cửa", "Trần An", "Lê Văn Xuân", "Lê An", "Đỗ Thị Ánh"]);
}

#[test]
fn a_report_stands_beside_each_list_and_replaces_no_other_file() {
    let case = Case::new("");
    let a = case
        .file("a.csv", &format!("{HEAD}1;=1+1;Nam;;Phòng A;GK;tốt\n2;LÊ AN;Nam;;Phòng A;?;tốt\n"));
    let bad = case.file("b.xlsx", "no workbook");
    let checked = case.check(&[a.clone(), a.clone(), bad], |_| {});
    assert_eq!(
        checked.files.iter().map(|f| (f.lines, f.is_refused)).collect::<Vec<_>>(),
        [(2, false), (0, false), (0, true),]
    );
    assert_eq!(said(&checked, codes::REFUSED).len(), 1);
    let world = System::new(Some(date(2026, 11, 22)));
    let office = Workspace::from_texts(&world, case.dir.path(), OFFICE.into(), date(2026, 11, 22))
        .expect("an office");
    let (paths, found) = write_reports(&office, &checked, None, Lang::Vi);
    assert_eq!((paths.clone(), found), (vec![case.dir.path().join("a-ket-qua.xlsx")], vec![]));
    let bytes = fs::read(&paths[0]).expect("a report");
    // Again: the older report is replaced with the same bytes, and is no list when it is named.
    assert_eq!(write_reports(&office, &checked, None, Lang::Vi).0, paths);
    assert_eq!(fs::read(&paths[0]).expect("a report"), bytes);
    assert!(case.check(&paths, |_| {}).files[0].is_passed_over);
    let outcomes = checked.outcomes(&a, Lang::Vi);
    let states: Vec<_> = outcomes.iter().map(|o| (o.row, o.status.as_str(), o.line)).collect();
    assert_eq!(states, [(0, "", None), (2, "Cần xem lại", Some(0)), (3, "Lỗi", Some(1))]);
    assert!(outcomes[2].message.contains("D0721") && outcomes[2].message.contains("cột F"));
    fs::write(&paths[0], "somebody's own").expect("writes");
    let (paths, found) = write_reports(&office, &checked, None, Lang::Vi);
    assert!(paths.is_empty() && found.iter().all(|d| d.code == codes::REPORT) && found.len() == 1);
}
