//! Words found and not found, an index that is behind, of another register, or damaged.

use jiff::civil::{Date, date};
use serde_json::{Map, json};

use super::*;
use crate::archive::{ArchivePath, FileRef, sha256};
use crate::register::{Batch, Book, Fields, Kind, NewAct, Register, Registration, Want};

const SUBJECTS: [&str; 4] = [
    "tổ chức phong trào thi đua năm 2026",
    "Về việc đề nghị khen thưởng",
    "họp Đảng ủy; đối thoại với thanh niên",
    "thi tuyển viên chức",
];

fn fields(n: usize) -> Fields {
    Fields {
        type_id: if n.is_multiple_of(2) { "ke-hoach" } else { "cong-van" }.into(),
        type_name: if n.is_multiple_of(2) { "Kế hoạch" } else { "Công văn" }.into(),
        notation: if n.is_multiple_of(2) { "KH-SNV" } else { "SNV-VP" }.into(),
        organ_name: "Sở Nội vụ".into(),
        organ_id: None,
        subject: SUBJECTS[n % 4].into(),
        signer_position: "GIÁM ĐỐC".into(),
        signer_name: if n < 2 { "Lê Minh Tuấn" } else { "Đỗ Thị Đào" }.into(),
        recipients: vec!["UBND tỉnh".into()],
        archive_copy: "VT, TCCB".into(),
        copies: None,
        priority: 0,
        extra: [("dossier".to_owned(), "01.TCCB".to_owned())].into(),
    }
}

fn add(register: &mut Sqlite, job: &str, count: usize) {
    let batch = Batch { job: job.into(), title: "t".into(), book: Book::Outgoing };
    let wants: Vec<Want> = (0..count)
        .map(|n| Want {
            series: "SNV:chung".into(),
            date: date(2026, 1 + n as i8, 5),
            row_key: n.to_string(),
            input: String::new(),
        })
        .collect();
    let numbers = register.reserve(&batch, &wants, &|_, _| 0, "t").expect("reserves");
    let file = |n: usize| FileRef {
        at: ArchivePath { year: 2026, bag: 1, path: format!("data/{job}{n}.docx") },
        sha256: sha256(b"x"),
        size: 1,
        parts: None,
    };
    let made = wants.iter().zip(numbers).enumerate().map(|(n, (want, number))| Registration {
        job: None,
        row_key: want.row_key.clone(),
        input: want.input.clone(),
        book: Book::Outgoing,
        series: want.series.clone(),
        number,
        date: want.date,
        fields: fields(n),
        files: vec![file(n)],
        salt: [7; 16],
        written: None,
    });
    let mut chunk = Some(made.collect());
    register.commit(&batch, "t", &mut |_| Ok(chunk.take())).expect("commits");
}

/// The text of a document is the name of its file and a word of its own.
fn body(files: &[FileRef]) -> Option<String> {
    Some(files.iter().map(|f| format!("{} thân văn bản số hóa ", f.at.path)).collect())
}

fn find(index: &Index, words: &str) -> Vec<u64> {
    ask(index, &Wanted { words: words.into(), ..Wanted::default() })
}

fn ask(index: &Index, wanted: &Wanted) -> Vec<u64> {
    index.search(&Query::new(wanted), 100).expect("searches")
}

struct Office {
    dir: tempfile::TempDir,
    register: Sqlite,
    index: Index,
}

fn office() -> Office {
    let dir = tempfile::tempdir().expect("a folder");
    let mut register = Sqlite::open(&dir.path().join("r.db")).expect("opens");
    add(&mut register, "a", 4);
    let mut index = Index::open(&dir.path().join("s.db")).expect("opens");
    index.catch_up(&register, &body, &|_, _| {}).expect("catches up");
    Office { dir, register, index }
}

#[test]
fn words_are_found_whatever_their_accents_and_no_others() {
    let o = office();
    assert_eq!(find(&o.index, "thi đua"), [1]);
    assert_eq!(find(&o.index, "THI DUA"), [1]);
    assert_eq!(find(&o.index, "thi"), [4, 3, 1], "the name Thị as well");
    assert_eq!(find(&o.index, "dang uy"), [3]);
    assert_eq!(find(&o.index, "de nghi"), [2]);
    // Neither a typing error nor a longer word is guessed.
    assert!(find(&o.index, "thii").is_empty());
    assert!(find(&o.index, "thuon").is_empty());
    assert_eq!(find(&o.index, "thuon*"), [2]);
    assert_eq!(find(&o.index, "“khen thưởng”"), [2]);
    assert!(find(&o.index, "“thưởng khen”").is_empty());
}

#[test]
fn codes_signers_facets_and_the_document_itself_are_found() {
    let o = office();
    assert_eq!(find(&o.index, "01/KH-SNV"), [1]);
    assert_eq!(find(&o.index, "1/kh-snv"), [1]);
    assert_eq!(find(&o.index, "số hóa"), [4, 3, 2, 1]);
    let all = Wanted::default;
    assert_eq!(ask(&o.index, &Wanted { signer: Some("do thi dao".into()), ..all() }), [4, 3]);
    assert_eq!(ask(&o.index, &Wanted { kind: Some("ke-hoach".into()), ..all() }), [3, 1]);
    assert_eq!(ask(&o.index, &Wanted { kind: Some("Công văn".into()), ..all() }), [4, 2]);
    assert_eq!(ask(&o.index, &Wanted { unit: Some("TCCB".into()), ..all() }).len(), 4);
    assert_eq!(ask(&o.index, &Wanted { unit: Some("TCC".into()), ..all() }).len(), 0);
    assert_eq!(ask(&o.index, &Wanted { dossier: Some("01.TCCB".into()), ..all() }).len(), 4);
    assert_eq!(ask(&o.index, &Wanted { year: Some(2025), ..all() }).len(), 0);
    assert_eq!(ask(&o.index, &Wanted { book: Some(Book::Incoming), ..all() }).len(), 0);
    let spring = Some((date(2026, 2, 1), date(2026, 3, 1)));
    assert_eq!(ask(&o.index, &Wanted { dates: spring, ..all() }), [2]);
    let half = Some((date(2026, 2, 28), date(2026, 4, 1)));
    assert_eq!(ask(&o.index, &Wanted { dates: half, ..all() }), [3]);
    let since = Some((date(2026, 2, 5), Date::MAX));
    assert_eq!(ask(&o.index, &Wanted { dates: since, ..all() }), [4, 3, 2]);
}

/// Conditions are facets, so that no entry is looked at which has their words elsewhere; nothing is sorted, so that
/// a search ends with the last entry that is shown.
#[test]
fn a_search_ends_with_the_last_entry_that_is_shown() {
    let o = office();
    let wanted = Wanted {
        book: Some(Book::Outgoing),
        year: Some(2026),
        dates: Some((date(2026, 1, 2), date(2026, 12, 30))),
        kind: Some("Kế hoạch".into()),
        signer: Some("Đỗ Thị Đào".into()),
        unit: Some("TCCB".into()),
        dossier: Some("01.TCCB".into()),
        ..Wanted::default()
    };
    assert_eq!(ask(&o.index, &wanted), [3]);
    let query = Query::new(&wanted).to_match().expect("asks");
    assert!(!query.contains(':'), "one column's words are facets: {query}");
    let plan = format!("EXPLAIN QUERY PLAN {SEARCH}");
    let mut plan = o.index.conn.prepare(&plan).expect("a plan");
    let steps = plan.query_map(rusqlite::params![query, 51], |r| r.get::<_, String>(3));
    let steps: Vec<String> = steps.expect("runs").map(|s| s.expect("a step")).collect();
    assert_eq!(steps.len(), 1, "no step sorts: {steps:?}");
    assert!(steps[0].contains("VIRTUAL TABLE INDEX"), "{steps:?}");
}

#[test]
fn what_is_new_is_taken_in_once_and_acts_change_what_is_found() {
    let mut o = office();
    let up = |o: &mut Office| o.index.catch_up(&o.register, &body, &|_, _| {}).expect("catches up");
    assert_eq!(up(&mut o).positions, 0);
    add(&mut o.register, "b", 1);
    let fields = json!({ "dossier": "07.VP", "reason": "thất lạc" });
    let act = NewAct {
        kind: Kind::DossierAdd,
        about: Some(2),
        date: date(2026, 5, 1),
        data: Map::new(),
        fields: fields.as_object().expect("fields").clone(),
        files: Vec::new(),
        salt: [7; 16],
    };
    o.register.commit_acts("t", &[act]).expect("commits");
    assert!(find(&o.index, "thất lạc").is_empty());
    assert_eq!(up(&mut o).positions, 2);
    assert_eq!(find(&o.index, "thất lạc"), [2]);
    assert_eq!(find(&o.index, "thất lạc khen thưởng số hóa"), [2]);
    assert_eq!(ask(&o.index, &Wanted { dossier: Some("07.vp".into()), ..Wanted::default() }), [2]);
    assert_eq!(find(&o.index, "thi đua"), [5, 1]);
}

#[test]
fn an_index_of_another_register_or_a_damaged_one_is_noticed() {
    let o = office();
    let other = tempfile::tempdir().expect("a folder");
    let mut register = Sqlite::open(&other.path().join("r.db")).expect("opens");
    add(&mut register, "z", 4);
    assert_eq!(o.index.position(&o.register).expect("reads"), Some(4));
    // Same length, other rows.
    assert_eq!(o.index.position(&register).expect("reads"), None);
    let path = o.dir.path().join("s.db");
    drop(o.index);
    std::fs::write(&path, b"not a database at all, but longer than a header ".repeat(90))
        .expect("writes");
    for gone in ["s.db-wal", "s.db-shm"] {
        let _ = std::fs::remove_file(o.dir.path().join(gone));
    }
    assert!(matches!(Index::open(&path), Err(Unusable::Damaged)));
}

#[test]
fn a_file_that_cannot_be_read_costs_its_words_only() {
    let o = office();
    let mut index = Index::in_memory().expect("opens");
    let done = index.catch_up(&o.register, &|_| None, &|_, _| {}).expect("catches up");
    assert_eq!(done, CaughtUp { positions: 4, unread: 4 });
    assert_eq!(find(&index, "thi đua"), [1]);
    assert!(find(&index, "số hóa").is_empty());
}
