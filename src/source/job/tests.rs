//! The job file: what is read, what is refused.

use super::*;

const WHOLE: &str = r#"
ten = "Thư mời 30 đơn vị"
[[buoc]]
mau = "thu-moi.md"
du-lieu = "don-vi.xlsx"
trang = "Sheet1"
hang-tieu-de = 2
kieu = "moi-hang"
ngay = "05/3/2026"
ra = "ket-qua"
ten-tep = "{{so}}-{{ten}}"
ho-so = "01.TĐ"
so = "van-ban-di"
[buoc.them]
gio = "8 giờ 00"
so-luong = 3
[[buoc]]
mau = "ke-hoach.md"
"#;

fn codes(text: &str) -> Vec<String> {
    match parse(text, "viec/job.toml") {
        Ok(_) => Vec::new(),
        Err(findings) => {
            findings.iter().map(|d| format!("{}:{}", d.code, d.place.line.unwrap_or(0))).collect()
        }
    }
}

#[test]
fn a_whole_job_is_read() {
    let job = parse(WHOLE, "viec/job.toml").expect("job");
    assert_eq!(job.title, "Thư mời 30 đơn vị");
    let [first, second] = job.steps.as_slice() else { panic!("two steps") };
    assert_eq!((first.at, second.at), (3, 17));
    assert_eq!(first.source, Path::new("viec/thu-moi.md"));
    assert_eq!(first.data.as_deref(), Some(Path::new("viec/don-vi.xlsx")));
    assert_eq!((first.sheet.as_deref(), first.header_row), (Some("Sheet1"), Some(2)));
    assert_eq!(first.mode, Mode::PerRow);
    assert_eq!(first.date, Date::new(2026, 3, 5).ok());
    assert_eq!(first.out.as_deref(), Some(Path::new("viec/ket-qua")));
    assert_eq!(first.name.as_ref().map(|n| n.fields().count()), Some(2));
    assert_eq!(first.with["gio"], "8 giờ 00");
    assert_eq!(first.with["so-luong"], 3);
    assert_eq!((second.mode, second.data.is_none()), (Mode::One, true));
}

#[test]
fn english_keys_mean_the_same_and_toml_dates_are_taken() {
    let english = WHOLE
        .replace("[[buoc]]", "[[steps]]")
        .replace("[buoc.them]", "[steps.with]")
        .replace("du-lieu", "data")
        .replace("\"05/3/2026\"", "2026-03-05");
    assert_eq!(parse(&english, "viec/job.toml"), parse(WHOLE, "viec/job.toml"));
}

#[test]
fn everything_wrong_is_said_at_once() {
    let text = r#"
[[steps]]
sourse = "a.md"
sheet = "x"
date = "31/02/2026"
name = "{{so}}"
[[steps]]
source = "b.md"
data = "b.csv"
mode = "each"
out = "../x"
name = "a/b"
book = "incoming"
header_row = 0
"#;
    assert_eq!(
        codes(text),
        [
            "D0405:2", "D0402:3", "D0413:4", "D0407:5", "D0413:6", // first step
            "D0412:10", "D0411:11", "D0411:12", "D0412:13", "D0407:14"
        ]
    );
}

#[test]
fn a_job_needs_a_step() {
    assert_eq!(codes("title = \"x\""), ["D0414:1"]);
    assert_eq!(codes("steps = []"), ["D0414:1"]);
    assert_eq!(codes("steps = [1]"), ["D0404:1"]);
    assert!(codes("[[steps]\n").iter().any(|c| c.starts_with("D0401")));
}

#[test]
fn a_job_in_the_current_folder_has_plain_paths() {
    let job = parse("[[steps]]\nsource = \"a.md\"\n", "job.toml").expect("job");
    assert_eq!(job.title, "job");
    assert!(job.steps[0].source.ends_with("a.md"));
}
