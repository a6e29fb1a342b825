//! The checks on the samples and skeletons: no false alarm, and the faults that are there.
//!
//! Knows: the folders `samples/` and `templates/`. Must not know: how a check works.

use std::path::{Path, PathBuf};

use vanthu::diagnostic::Diagnostic;
use vanthu::layout;
use vanthu::lint::{self, Checks};
use vanthu::ruleset::Ruleset;

use crate::assembled;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn texts(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("folder");
    let mut out: Vec<PathBuf> = entries.map(|e| e.expect("entry").path()).collect();
    out.retain(|p| p.extension().is_some_and(|e| e == "md") && !p.ends_with("README.md"));
    out.sort();
    out
}

/// One line for a finding.
fn said(findings: &[Diagnostic]) -> Vec<String> {
    let one =
        |d: &Diagnostic| format!("{} {:?} {}", d.code, d.place.line.unwrap_or(0), d.message.vi);
    findings.iter().map(one).collect()
}

fn check(path: &Path, office_folder: &Path) -> Vec<Diagnostic> {
    let rules = Ruleset::builtin().expect("ruleset");
    let checks = Checks::prepare(&rules).expect("checks");
    let office = assembled::office(office_folder, &rules);
    let text = assembled::read(path);
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    let (document, mut findings) = assembled::document(&text, &file, &checks, &office);
    findings.extend(lint::document(&document, &checks, &office));
    let sheet = layout::compose(&document, &rules, &office.layout);
    findings.extend(lint::sheet(&sheet, &checks, &file, &layout::metrics::width));
    findings
}

#[test]
fn samples_and_skeletons_raise_no_alarm() {
    let mut alarms = Vec::new();
    let samples = root().join("samples");
    for name in ["day-du", "hoi-dong", "so-lao-dong", "so-noi-vu", "thu-moi"] {
        let folder = samples.join(name);
        for path in texts(&folder) {
            if !assembled::read(&path).contains("{{") {
                alarms.extend(said(&check(&path, &folder)).into_iter().map(|s| (path.clone(), s)));
            }
        }
    }
    for path in texts(&root().join("templates")) {
        if !assembled::read(&path).contains("{{") {
            let found = said(&check(&path, &samples.join("so-noi-vu")));
            alarms.extend(found.into_iter().map(|s| (path.clone(), s)));
        }
    }
    assert!(alarms.is_empty(), "{alarms:#?}");
}

#[test]
fn the_sample_of_two_sections_iii_has_this_one_fault() {
    let folder = root().join("samples/loi-thuong-gap");
    let found = check(&folder.join("hai-muc-iii.md"), &folder);
    assert_eq!(said(&found), ["T0611 25 “III.” bị lặp: đã có ở dòng 21"]);
    assert_eq!(found[0].related[0].0.line, Some(21));
}

#[test]
fn the_sample_of_many_faults_has_all_of_them() {
    let folder = root().join("samples/loi-thuong-gap");
    let found = check(&folder.join("nhieu-loi.md"), &folder);
    assert_eq!(
        said(&found),
        [
            "T0031 6 “huyện Bến Đá”: từ 01/7/2025 không còn cấp huyện",
            "T0706 10 “KT. GIÁM ĐỐC” nhưng chức vụ “CHÁNH VĂN PHÒNG” không phải cấp phó",
            "T0601 12 căn cứ “Căn cứ Nghị định số 30/2020/NĐ-CP ngày 5 tháng 0…” không kết thúc bằng dấu chấm phẩy",
            "T0631 12 “ngày 5 tháng 03 năm 2020” thừa hoặc thiếu số 0",
            "T0601 13 căn cứ cuối cùng “Theo đề nghị của Chánh Văn phòng Sở;” không kết thúc bằng dấu chấm",
            "T0023 17 còn chỗ trống “ngày …”",
            "T0031 17 “huyện Bến Đá”: từ 01/7/2025 không còn cấp huyện",
            "T0612 19 “Điều 3” đứng ngay sau “Điều 1”, thiếu “Điều 2”",
            "T0612 22 “d)” đứng ngay sau “b)”, thiếu “c)”",
            "T0641 24 nội dung kết thúc bằng “thi hành Quyết định này.”, không có dấu “./.”",
        ]
    );
}
