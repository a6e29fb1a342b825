//! Receiving files of all kinds into a scratch office.

use std::fs;
use std::path::Path;
use std::time::Duration;

use jiff::civil::date;

use super::*;
use crate::diagnostic::{Severity, blocks};
use crate::pipeline::filing::{ARCHIVE, read_register};
use crate::register::{Book, Entry, Filter, Register};
use crate::source::pdf::{Limits, Pdf};
use crate::world::System;

const PLAN: &[u8] = include_bytes!("../../../tests/fixtures/pdf/ke-hoach.pdf");
const LETTER: &[u8] = include_bytes!("../../../tests/fixtures/pdf/cong-van.pdf");
const OFFICE: &str = r#"
[organ]
name = "SỞ NỘI VỤ"
parent = "UBND TỈNH LAM GIANG"
in_text = "Sở Nội vụ tỉnh Lam Giang"
code = "SNV"
place = "Lam Giang"

[series]
start_after = { "SNV:den" = { 2022 = 3629 } }
"#;

fn with_office(run: impl FnOnce(&Workspace<'_>, &Path)) {
    let dir = tempfile::tempdir().expect("a folder");
    let (world, on) = (System::new(Some(date(2022, 3, 30))), date(2022, 3, 30));
    let office = dir.path().join("office");
    fs::create_dir(&office).expect("a folder");
    let workspace = Workspace::from_texts(&world, &office, OFFICE.into(), on).expect("an office");
    assert!(workspace.findings.is_empty(), "{:?}", workspace.findings);
    run(&workspace, dir.path());
}

fn named(paths: &[PathBuf]) -> Intake {
    Intake { paths: paths.to_vec(), accept: true, stamp: true, ..Intake::default() }
}

fn put(dir: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = dir.join(name);
    fs::write(&path, bytes).expect("written");
    path
}

fn looked(workspace: &Workspace<'_>, intake: &Intake) -> Looks {
    look(workspace, intake, &|_, _| {}).expect("looks")
}

fn taken(workspace: &Workspace<'_>, looks: &Looks) -> Received {
    let ticket = Ticket { job: "a".into(), title: "a".into(), wait: Duration::ZERO };
    take_in(workspace, looks, &ticket, None, &|_| {}).expect("received")
}

fn entries(workspace: &Workspace<'_>) -> Vec<Entry> {
    let mut found = Vec::new();
    let Some(register) = read_register(&workspace.dir).expect("register") else { return found };
    let filter = Filter { book: Some(Book::Incoming), ..Filter::default() };
    register
        .entries(&filter, &mut |entry| {
            found.push(entry);
            Ok(())
        })
        .expect("entries");
    found
}

fn codes_of(looks: &Looks) -> Vec<String> {
    looks.findings.iter().map(|d| d.code.to_string()).collect()
}

#[test]
fn number_3630_is_entered_and_stamped_and_the_original_stays() {
    with_office(|workspace, dir| {
        let intake = named(&[put(dir, "04.pdf", PLAN)]);
        let looks = looked(workspace, &intake);
        assert!(!blocks(&looks.findings), "{:?}", looks.findings);
        let received = taken(workspace, &looks);
        assert!(received.findings.is_empty(), "{:?}", received.findings);
        let receipt = &received.receipts[0];
        assert_eq!((receipt.number.get(), receipt.date), (3630, date(2022, 3, 30)));
        let entry = entries(workspace).remove(0);
        assert_eq!(entry.fields.subject, "Tổ chức hoạt động cụm, khối thi đua năm 2022");
        assert_eq!(entry.fields.extra.get("code").map(String::as_str), Some("04/KH-HĐTĐKT"));
        assert_eq!(entry.fields.extra.get("page_amount").map(String::as_str), Some("2"));
        let copied =
            copy_out(workspace, &looks, &received.receipts, dir, Wanted { slips: true, skip: 0 });
        assert!(copied.failed.is_none(), "{:?}", copied.failed);
        let copy = fs::read(copied.copies[0].as_ref().expect("a copy")).expect("read");
        assert!(copy.starts_with(PLAN) && copy.len() > PLAN.len());
        // Its first page is full: the stamp has a sheet of its own.
        assert_eq!(codes_of(&looks), ["D0606"]);
        assert_eq!(looks.documents[0].spot, Some(StampSpot::OwnSheet));
        assert_eq!(Pdf::open(&copy, Limits::default()).map(|p| p.page_count()), Ok(3));
        let touching = looked(workspace, &Intake { on_page: true, ..intake });
        assert!(matches!(touching.documents[0].spot, Some(StampSpot::OnPage(..))));
        assert!(
            copied.papers[0].ends_with("2022/phieu-3630-04-kh-hdtdkt.docx"),
            "{:?}",
            copied.papers
        );
        let archive = crate::archive::Archive::open(workspace.world, &workspace.dir.join(ARCHIVE));
        let at = archive.expect("archive").resolve(&entry.files[0].at);
        assert_eq!(fs::read(at).expect("the original"), PLAN);
    });
}

#[test]
fn what_a_file_offers_is_only_offered() {
    with_office(|workspace, dir| {
        let path = put(dir, "01.pdf", LETTER);
        let intake = Intake { accept: false, ..named(&[path]) };
        let looks = looked(workspace, &intake);
        let document = &looks.documents[0];
        assert_eq!(document.offer.code, "01/SNV-VP");
        assert!(document.fields.code.is_empty() && document.fields.subject.is_empty());
        let received = taken(workspace, &looks);
        assert!(blocks(&received.findings) && received.receipts.is_empty());
        assert!(entries(workspace).is_empty());
    });
}

#[test]
fn a_word_file_offers_its_fields_too() {
    with_office(|workspace, dir| {
        let looks = looked(workspace, &named(&[put(dir, "01.pdf", LETTER)]));
        // The program's own letter as a Word file.
        let sheet = {
            let slip = slip_of(
                workspace,
                &looks.documents[0].arrival().incoming,
                crate::model::Number::new(1).expect("one"),
                date(2022, 3, 21),
            );
            workspace.composer.slip(&slip)
        };
        let bytes = workspace.writer.write(&sheet).expect("written").bytes;
        let looks = looked(workspace, &named(&[put(dir, "a.docx", &bytes)]));
        assert_eq!(looks.documents[0].kind, Some(FileKind::Docx));
        let offer = &looks.documents[0].offer;
        assert_eq!((offer.from.as_str(), offer.issued), ("SỞ NỘI VỤ", Some(date(2022, 3, 21))));
        assert!(looks.documents[0].spot.is_none());
    });
}

#[test]
fn a_folder_with_its_sheet_is_received_at_once() {
    with_office(|workspace, dir| {
        let folder = dir.join("in");
        fs::create_dir(&folder).expect("folder");
        put(&folder, "a.pdf", PLAN);
        put(&folder, "b.pdf", LETTER);
        put(&folder, "anh.png", b"\x89PNG\r\n\x1a\n....");
        let sheet = put(
            &folder,
            "bang.csv",
            "Tệp,Cơ quan ban hành,Trích yếu,Độ mật\n\
             b.pdf,Sở Nội vụ,đăng ký,\n\
             ,Sở Y tế,họp,\n\
             anh.png,Ông Trần Văn Bình,đơn xin xác nhận,\n\
             ,,,mật\n"
                .as_bytes(),
        );
        let intake = Intake { sheet: Some(sheet), ..named(&[folder]) };
        let looks = looked(workspace, &intake);
        // The picture's fields are in the sheet: nobody need be told that it does not say them.
        assert_eq!(codes_of(&looks), ["D0622"]);
        let received = taken(workspace, &looks);
        assert!(!blocks(&received.findings), "{:?}", received.findings);
        let found = entries(workspace);
        let subjects: Vec<&str> = found.iter().map(|e| e.fields.subject.as_str()).collect();
        assert_eq!(subjects, ["đăng ký", "họp", "đơn xin xác nhận", ""]);
        let files: Vec<usize> = found.iter().map(|e| e.files.len()).collect();
        assert_eq!(files, [2, 0, 1, 0]);
        let copied = copy_out(workspace, &looks, &received.receipts, dir, Wanted::default());
        assert_eq!(copied.papers.len(), 1, "one sheet of labels for paper and picture");
    });
}

#[test]
fn bad_files_are_told_one_by_one_and_nothing_is_entered() {
    with_office(|workspace, dir| {
        let paths = [
            put(dir, "cu.doc", &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1]),
            put(dir, "cut.pdf", &PLAN[..2000]),
            put(dir, "rong.pdf", b""),
            put(dir, "lon.pdf", &[b"%PDF-1.4\n".as_slice(), &vec![b' '; 2 << 20]].concat()),
            put(dir, "hong.docx", b"PK\x03\x04 word/document.xml"),
            put(dir, "tot.pdf", LETTER),
        ];
        let intake = Intake { limit: Some(1 << 20), ..named(&paths) };
        let looks = looked(workspace, &intake);
        let told: Vec<(String, String)> = looks
            .findings
            .iter()
            .filter(|d| d.severity == Severity::Error)
            .map(|d| (d.code.to_string(), d.place.file.clone().unwrap_or_default()))
            .collect();
        for (code, name) in [
            ("D0601", "cu.doc"),
            ("D0602", "cut.pdf"),
            ("D0601", "rong.pdf"),
            ("D0604", "lon.pdf"),
            ("D0602", "hong.docx"),
        ] {
            assert!(
                told.iter().any(|(c, f)| c == code && f.ends_with(name)),
                "{code} {name}: {told:?}"
            );
        }
        assert_eq!(told.len(), 5);
        assert!(entries(workspace).is_empty());
    });
}

#[test]
fn the_same_bytes_and_secret_marks_are_refused() {
    with_office(|workspace, dir| {
        let path = put(dir, "a.pdf", PLAN);
        let intake = named(std::slice::from_ref(&path));
        let looks = looked(workspace, &intake);
        assert_eq!(taken(workspace, &looks).receipts.len(), 1);
        let ticket = Ticket { job: "b".into(), title: "b".into(), wait: Duration::ZERO };
        let again = take_in(workspace, &looks, &ticket, None, &|_| {}).expect("looked at");
        assert!(
            again.findings.iter().any(|d| d.code.to_string() == "S0305"),
            "{:?}",
            again.findings
        );
        let secret = Intake {
            given: Given { secret: true, ..Given::default() },
            ..named(&[put(dir, "b.pdf", LETTER)])
        };
        let looks = looked(workspace, &secret);
        assert!(looks.documents[0].spot.is_none());
        let refused = take_in(workspace, &looks, &ticket, None, &|_| {}).expect("looked at");
        assert!(
            refused.findings.iter().any(|d| d.code.to_string() == "S0303"),
            "{:?}",
            refused.findings
        );
        assert_eq!(entries(workspace).len(), 1);
    });
}

#[test]
fn an_arrival_after_today_and_a_stamp_off_the_page_are_refused() {
    with_office(|workspace, dir| {
        let given = Given { arrived: Some(date(2022, 4, 1)), ..Given::default() };
        let intake =
            Intake { given, at: Some((180.0, 40.0)), ..named(&[put(dir, "a.pdf", LETTER)]) };
        assert_eq!(codes_of(&looked(workspace, &intake)), ["D0607", "D0621"]);
    });
}
