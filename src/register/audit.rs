//! Whether the rows are still those that were committed to.
//!
//! Knows: leaves, commitments. Must not know: SQL, archive files.
//!
//! SQLite's own check does not see a row whose date was changed; this does. It cannot see that the
//! newest rows were taken away together with their leaves: the bags tell that (their files are
//! then unknown), and a log kept outside would.

use std::ops::RangeInclusive;

use super::leaf::{Leaf, LeafFile, Row, commitment};
use super::{Act, Kind, Record, Register};
use crate::diagnostic::{Code, Diagnostic, Family, Place, Result, Text};
use crate::model::{DocumentCode, Notation};
use crate::text;

const POSITION_MISSING: Code = Code::new(Family::S, 201);
const ROW_CHANGED: Code = Code::new(Family::S, 202);
const LEAF_DAMAGED: Code = Code::new(Family::S, 203);
const FILES_CHANGED: Code = Code::new(Family::S, 204);
const FILTER_WRONG: Code = Code::new(Family::S, 205);

/// Checks every row against its leaf and hands over what is wrong; returns how many rows were
/// read. Any finding means that somebody changed the register behind the program, or that it is damaged.
pub fn audit(register: &dyn Register, each: &mut dyn FnMut(Diagnostic)) -> Result<u64> {
    let (mut count, mut next) = (0, 1);
    register.records(0, &mut |record| {
        if record.seq > next {
            each(missing(next, record.seq - 1));
        }
        next = record.seq.saturating_add(1);
        count += 1;
        if let Some(found) = check(&record) {
            each(found);
        }
        Ok(())
    })?;
    // A row at the end that went while its leaf stayed.
    let head = register.head()?;
    if head >= next {
        each(missing(next, head));
    }
    for positions in register.wrong_filters()? {
        each(filter_wrong(&positions));
    }
    Ok(count)
}

fn filter_wrong(positions: &RangeInclusive<u64>) -> Diagnostic {
    let (first, last) = (positions.start(), positions.end());
    let message = text!(
        "mục tra nhanh của dòng {first} đến {last} không đúng với các dòng ấy",
        "the lookup filter of rows {first} to {last} is not what these rows give"
    );
    finding(FILTER_WRONG, format!("{first}–{last}"), message)
}

fn missing(first: u64, last: u64) -> Diagnostic {
    finding(
        POSITION_MISSING,
        format!("{first}–{last}"),
        text!(
            "thiếu dòng {first} đến {last} trong sổ đăng ký",
            "rows {first} to {last} are missing from the register"
        ),
    )
}

/// What stands in a row: an entry or an act.
enum Stored {
    Entry(Box<Row>),
    Act(Act),
}

impl Stored {
    fn read(json: &str) -> Option<Self> {
        let act = || serde_json::from_str(json).ok().map(Self::Act);
        serde_json::from_str(json).ok().map(|row| Self::Entry(Box::new(row))).or_else(act)
    }

    fn item(&self) -> String {
        match self {
            Self::Entry(r) => {
                let notation = Notation(r.fields.notation.clone());
                DocumentCode { number: Some(r.number), notation }.to_string()
            }
            Self::Act(act) => format!("{} {}", act.seq, act.kind.key()),
        }
    }

    /// True if the leaf says the same in its open fields.
    fn fits(&self, seq: u64, leaf: &Leaf) -> bool {
        match self {
            Self::Entry(r) => {
                r.seq == seq
                    && leaf.kind == Kind::Register
                    && (leaf.seq, leaf.book, leaf.series.as_deref(), leaf.year)
                        == (seq, Some(r.book), Some(r.series.as_str()), Some(r.year))
                    && (leaf.number, leaf.date) == (Some(r.number), r.date)
                    && leaf.registered_at == r.registered_at
            }
            Self::Act(a) => {
                a.seq == seq
                    && (leaf.seq, leaf.kind, leaf.about, leaf.date)
                        == (seq, a.kind, a.about, a.date)
                    && (&leaf.registered_at, &leaf.data) == (&a.registered_at, &a.data)
            }
        }
    }
}

/// What is wrong with one row; `None` if it is what was committed to.
pub fn check(record: &Record) -> Option<Diagnostic> {
    let seq = record.seq;
    let row = Stored::read(&record.row);
    let item = row.as_ref().map_or_else(|| seq.to_string(), Stored::item);
    let Ok(leaf) = serde_json::from_slice::<Leaf>(&record.leaf) else {
        return Some(finding(
            LEAF_DAMAGED,
            item,
            text!(
                "dòng {seq}: bản cam kết mất hoặc không đọc được",
                "row {seq}: its commitment is gone or cannot be read"
            ),
        ));
    };
    // An erased salt leaves the row without proof; its plain fields are still compared.
    let proven = record.salt.as_ref().is_none_or(|s| commitment(s, &record.row) == leaf.row);
    let Some(row) = row.filter(|_| proven) else {
        return Some(finding(
            ROW_CHANGED,
            item,
            text!(
                "dòng {seq}: nội dung khác lúc đăng ký",
                "row {seq}: it differs from what was registered"
            ),
        ));
    };
    if !row.fits(seq, &leaf) {
        return Some(finding(
            LEAF_DAMAGED,
            item,
            text!(
                "dòng {seq}: bản cam kết nói về văn bản khác",
                "row {seq}: its commitment is about another document"
            ),
        ));
    }
    let files: Vec<LeafFile> = record.files.iter().map(LeafFile::from).collect();
    (files != leaf.files).then(|| {
        finding(
            FILES_CHANGED,
            item,
            text!(
                "dòng {seq}: danh sách tệp khác lúc đăng ký",
                "row {seq}: its list of files differs from what was registered"
            ),
        )
    })
}

fn finding(code: Code, item: String, message: Text) -> Diagnostic {
    Diagnostic::error(code, Place::default().item(item), message)
        .basis("Điều 16 khoản 1 NĐ 30/2020/NĐ-CP")
        .hint(text!(
            "khôi phục sổ đăng ký từ bản sao lưu mới nhất rồi chạy vanthu verify",
            "restore the register from the newest backup, then run vanthu verify"
        ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::{ArchivePath, FileRef, sha256};
    use crate::model::Number;
    use crate::register::leaf::{leaf_of_act, write};
    use crate::register::sqlite::Sqlite;
    use crate::register::{Book, Fields, NewAct, Registration};
    use jiff::civil::date;

    const AT: &str = "2026-02-05T09:00:00+07:00";
    const SALT: [u8; 16] = [7; 16];

    fn file() -> FileRef {
        let at = ArchivePath { year: 2026, bag: 1, path: "data/x/1.docx".into() };
        FileRef { at, sha256: sha256(b"x"), size: 1, parts: None }
    }

    fn entry(seq: u64) -> Record {
        let fields = serde_json::json!({
            "type_id": "ke-hoach", "type_name": "Kế hoạch", "notation": "KH-SNV", "organ_name": "Sở",
            "organ_id": null, "subject": "Trích yếu", "signer_position": "GIÁM ĐỐC", "signer_name": "A",
            "recipients": [], "archive_copy": "VT", "copies": null, "priority": 0, "extra": {},
        });
        let fields: Fields = serde_json::from_value(fields).expect("fields");
        let new = Registration {
            book: Book::Outgoing,
            series: "SNV:ke-hoach".into(),
            number: Number::new(5).expect("a number"),
            date: date(2026, 2, 5),
            fields,
            files: vec![file()],
            salt: SALT,
            job: None,
            row_key: String::new(),
            input: String::new(),
            written: None,
        };
        let written = write(&new, seq, AT).expect("JSON");
        let (row, leaf) = (written.record, written.leaf.into_bytes());
        Record { seq, row, leaf, salt: Some(SALT.to_vec()), files: new.files }
    }

    fn act(seq: u64) -> Record {
        let act = Act {
            seq,
            kind: Kind::Void,
            about: Some(3),
            date: date(2026, 2, 5),
            registered_at: AT.to_owned(),
            data: serde_json::Map::from_iter([("by".to_owned(), 4.into())]),
            fields: serde_json::Map::new(),
        };
        let row = serde_json::to_string(&act).expect("JSON");
        let leaf = serde_json::to_vec(&leaf_of_act(&act, &row, &[], &SALT)).expect("JSON");
        Record { seq, row, leaf, salt: Some(SALT.to_vec()), files: Vec::new() }
    }

    fn with_leaf(record: &Record, from: &str, to: &str) -> Record {
        let leaf = String::from_utf8(record.leaf.clone()).expect("text");
        assert!(leaf.contains(from), "{from} in {leaf}");
        Record { leaf: leaf.replacen(from, to, 1).into_bytes(), ..record.clone() }
    }

    fn told(record: &Record) -> Option<(Code, String)> {
        check(record).map(|d| (d.code, d.place.item.unwrap_or_default()))
    }

    #[test]
    fn every_open_field_of_a_leaf_is_compared_with_its_row() {
        let later = ("\"date\":\"2026-02-05\"", "\"date\":\"2026-02-06\"");
        let hour = ("T09:00:00", "T10:00:00");
        let of_entry = [
            ("\"seq\":7", "\"seq\":8"),
            ("\"kind\":\"register\"", "\"kind\":\"void\""),
            ("\"book\":\"outgoing\"", "\"book\":\"copies\""),
            ("SNV:ke-hoach", "SNV:bao-cao"),
            ("\"year\":2026", "\"year\":2025"),
            ("\"number\":5", "\"number\":6"),
            later,
            hour,
        ];
        let of_act = [
            ("\"seq\":7", "\"seq\":8"),
            ("\"kind\":\"void\"", "\"kind\":\"recall\""),
            ("\"about\":3", "\"about\":2"),
            ("\"by\":4", "\"by\":5"),
            later,
            hour,
        ];
        for (sound, item, changes) in
            [(entry(7), "05/KH-SNV", of_entry.as_slice()), (act(7), "7 void", of_act.as_slice())]
        {
            assert_eq!(told(&sound), None);
            for (from, to) in changes {
                let changed = with_leaf(&sound, from, to);
                assert_eq!(told(&changed), Some((LEAF_DAMAGED, item.to_owned())), "{from}");
            }
            // A row and a leaf that belong to another position each.
            let moved = Record { seq: 8, ..with_leaf(&sound, "\"seq\":7", "\"seq\":8") };
            assert_eq!(told(&moved), Some((LEAF_DAMAGED, item.to_owned())));
            let erased = Record { salt: None, ..sound.clone() };
            assert_eq!(told(&erased), None, "without its salt it is not proven");
            let other = Record { salt: Some(vec![8; 16]), ..sound.clone() };
            assert_eq!(told(&other), Some((ROW_CHANGED, item.to_owned())));
            let torn = Record { leaf: b"{".to_vec(), ..sound.clone() };
            assert_eq!(told(&torn), Some((LEAF_DAMAGED, item.to_owned())));
        }
        let without = Record { files: Vec::new(), ..entry(7) };
        assert_eq!(told(&without), Some((FILES_CHANGED, "05/KH-SNV".to_owned())));
    }

    #[test]
    fn positions_that_are_gone_are_told_from_the_first_to_the_last() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("r.db");
        let mut register = Sqlite::open(&path).expect("opens");
        let new = |_| NewAct {
            kind: Kind::Verify,
            about: None,
            date: date(2026, 2, 5),
            data: serde_json::Map::new(),
            fields: serde_json::Map::new(),
            files: Vec::new(),
            salt: SALT,
        };
        let acts: Vec<NewAct> = (0..9).map(new).collect();
        assert!(register.commit_acts(AT, &acts).is_ok());
        let look = || {
            let mut found = Vec::new();
            let register = Sqlite::read(&path).expect("reads").expect("is there");
            let count = audit(&register, &mut |d| found.push((d.code, d.place.item)));
            (count.expect("audits"), found)
        };
        assert_eq!(look(), (9, Vec::new()));
        let other = rusqlite::Connection::open(&path).expect("opens");
        other
            .execute_batch(
                "DROP TRIGGER acts_stay; DROP TRIGGER leaves_stay;
                 DELETE FROM acts WHERE seq IN (2, 3, 6, 8, 9);
                 DELETE FROM leaves WHERE seq IN (2, 3, 6)",
            )
            .expect("deleted");
        let missing = |range: &str| (POSITION_MISSING, Some(range.to_owned()));
        assert_eq!(look(), (4, vec![missing("2–3"), missing("6–6"), missing("8–9")]));
    }
}
