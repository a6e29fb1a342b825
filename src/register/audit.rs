//! Whether the rows are still those that were committed to.
//!
//! Knows: leaves, commitments. Must not know: SQL, archive files.
//!
//! SQLite's own check does not see a row whose date was changed; this does. It cannot see that the
//! newest rows were taken away together with their leaves: the bags tell that (their files are
//! then unknown), and a log kept outside would.

use super::leaf::{Leaf, LeafFile, Row, commitment};
use super::{Act, Kind, Record, Register};
use crate::diagnostic::{Code, Diagnostic, Family, Place, Result, Text};
use crate::model::{DocumentCode, Notation};
use crate::text;

const POSITION_MISSING: Code = Code::new(Family::S, 201);
const ROW_CHANGED: Code = Code::new(Family::S, 202);
const LEAF_DAMAGED: Code = Code::new(Family::S, 203);
const FILES_CHANGED: Code = Code::new(Family::S, 204);

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
    Ok(count)
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
