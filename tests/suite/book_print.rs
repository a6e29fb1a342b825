//! Books ready to bind: volumes, pages as LibreOffice makes them, what the certificate says.

use std::fs;
use std::path::Path;
use std::process::Command;

use vanthu::layout::paper::Point;
use vanthu::pipeline::Workspace;
use vanthu::pipeline::print::{BookPrint, PrintedVolume, book};
use vanthu::register::book::View;
use vanthu::register::{Book, Fields, Filter};
use vanthu::world::System;

use super::clerk;

fn print(
    dir: &Path,
    pages: u32,
    count: usize,
    fields: &dyn Fn(usize) -> Fields,
) -> Vec<PrintedVolume> {
    let register = clerk::register(dir, count, fields);
    let world = System::new(Some(jiff::civil::date(2026, 12, 31)));
    let workspace = Workspace::open(&world, dir, jiff::civil::date(2026, 12, 31)).expect("opens");
    let out = dir.join("so-di.docx");
    let filter = Filter { book: Some(Book::Outgoing), year: Some(2026), ..Filter::default() };
    let wanted = BookPrint {
        view: View::Outgoing,
        filter,
        pages,
        first: 1,
        out: &out,
        checkpoint: Some(point()),
    };
    book(&workspace, &register, &wanted).expect("prints")
}

/// A checkpoint with a picture of squares like those of a code.
fn point() -> Point {
    let dark = (0..57 * 57).map(|n| (n * 7919 + n / 57 * 31) % 5 < 2).collect();
    let lines = ["snv.anhai", "330", "cYX8hPPHhMsEv7bl2kiOnxBVsVxpAcO8Kp2ZcAAnRB0="];
    Point { lines: lines.map(str::to_owned).to_vec(), code: Some((57, dark)) }
}

/// Pages that LibreOffice makes of a file; `None` where it is not installed.
fn pages_of(file: &Path) -> Option<u32> {
    let dir = file.parent().expect("a folder");
    let profile = format!("-env:UserInstallation=file://{}/profile", dir.display());
    let run = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", "pdf", "--outdir"])
        .arg(dir)
        .arg(file)
        .output();
    let Ok(run) = run else {
        eprintln!("skipped: soffice is not installed");
        return None;
    };
    assert!(run.status.success());
    let pdf = fs::read(file.with_extension("pdf")).expect("a PDF");
    if let Ok(keep) = std::env::var("VANTHU_KEEP") {
        let name = file.with_extension("pdf");
        fs::copy(&name, Path::new(&keep).join(name.file_name().expect("name"))).expect("copies");
    }
    let text = String::from_utf8_lossy(&pdf);
    let count = text.split("/Type/Page").skip(1).filter(|rest| !rest.starts_with('s')).count();
    u32::try_from(count).ok()
}

/// Cover, first page, closing certificate.
const UNNUMBERED: u32 = 3;

#[test]
fn a_volume_has_the_pages_that_it_says() {
    let dir = tempfile::tempdir().expect("a folder");
    let volumes = print(dir.path(), 12, 330, &clerk::fields);
    let rows: u64 = volumes.iter().map(|v| v.rows).sum();
    assert_eq!(rows, 330);
    assert!(volumes.len() >= 2, "{volumes:?}");
    for (at, volume) in volumes.iter().enumerate() {
        let last = at + 1 == volumes.len();
        assert!(volume.pages == 12 || (last && volume.pages <= 12), "{volumes:?}");
        assert_eq!(volume.volume as usize, at + 1);
        let Some(pages) = pages_of(&volume.path) else { return };
        assert_eq!(pages, volume.pages + UNNUMBERED, "{volume:?}");
    }
    assert!(volumes[1].path.ends_with("so-di-quyen-02.docx"));
}

#[test]
fn long_words_and_long_rows_take_the_pages_that_were_counted() {
    let dir = tempfile::tempdir().expect("a folder");
    let odd = |n: usize| {
        let mut f = clerk::fields(n);
        match n % 9 {
            1 => f.recipients = (1..90).map(|i| format!("Ủy ban nhân dân xã số {i}")).collect(),
            2 => f.subject = "NGHIÊNGNGHIÊNGNGHIÊNG".repeat(6),
            3 => f.subject = "hỗ trợ người dân khuyết-tật-nặng-đặc-biệt https://snv.anhai.gov.vn/van-ban/2026/chi-tiet?id=0123456789".into(),
            4 => f.signer_name = "Tôn Nữ Nguyễn Phước Quỳnh Hương Giang".into(),
            5 => f.subject = "ẤẦẨẪẬ Ế Ề Ể ỄỆ ".repeat(30),
            6 if n == 6 => f.recipients = (1..700).map(|i| format!("Trường tiểu học số {i}")).collect(),
            _ => {}
        }
        f
    };
    for volume in print(dir.path(), 250, 120, &odd) {
        let Some(pages) = pages_of(&volume.path) else { return };
        assert_eq!(pages, volume.pages + UNNUMBERED, "{volume:?}");
    }
}

#[test]
fn a_volume_reads_back_and_an_empty_book_is_still_a_book() {
    let dir = tempfile::tempdir().expect("a folder");
    let volumes = print(dir.path(), 250, 40, &clerk::fields);
    let bytes = fs::read(&volumes[0].path).expect("written");
    let sheet = vanthu::docx::read(&bytes, "so-di.docx").expect("reads");
    let all = format!("{sheet:?}");
    for said in [
        "SỔ ĐĂNG KÝ VĂN BẢN ĐI",
        "Năm 2026",
        "Quyển số 1",
        "Ký nhận",
        "(10)",
        "đăng ký 40 văn bản (bằng chữ: bốn mươi văn bản)",
    ] {
        assert!(all.contains(said), "{said}");
    }
    let empty = tempfile::tempdir().expect("a folder");
    let volumes = print(empty.path(), 250, 0, &clerk::fields);
    assert_eq!((volumes.len(), volumes[0].pages, volumes[0].rows), (1, 1, 0));
    if let Some(pages) = pages_of(&volumes[0].path) {
        assert_eq!(pages, 1 + UNNUMBERED);
    }
}
