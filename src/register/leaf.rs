//! Leaves: what the register commits to for each position, without a name or a title.
//!
//! Knows: the JSON of a row and of its leaf, SHA-256. Must not know: SQL, how a log or a tree is built.
//!
//! The leaf of an entry is the UTF-8 JSON
//! `{"seq","kind","book","series","year","number","date","registered_at","files":[{"path","sha256","size","parts"}],"row"}`,
//! that of an act `{"seq","kind","about","date","registered_at","data","files","row"}`, in this order, stored verbatim when the row is registered and never made anew. `row` is
//! SHA-256(salt ‖ row JSON): whoever holds the row and its salt can prove that it was not changed,
//! and once the salt is erased the leaf says nothing about persons. A tamper-evident log
//! (tiles of leaf hashes and a signed checkpoint) can be built from the leaves at any later time,
//! because their order and bytes are fixed at the commit; it would be brought up to date after
//! the manifest lines, and its checkpoint signed last.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::act::{Act, Kind};
use super::{Book, Entry, Fields, Registration};
use crate::archive::log::tile::MAX_LEAF;
use crate::archive::{ArchivePath, BagId, Digest, FileName, FileRef, sha256};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::model::Number;
use crate::text;

/// A row as it is stored and committed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Position.
    pub seq: u64,
    /// Book.
    pub book: Book,
    /// Series key.
    pub series: String,
    /// Year of the series.
    pub year: i16,
    /// Số.
    pub number: Number,
    /// Ngày ban hành.
    pub date: Date,
    /// When it was registered.
    pub registered_at: String,
    /// Fields of the book.
    pub fields: Fields,
}

impl Row {
    /// The entry with its files.
    pub fn entry(self, files: Vec<FileRef>) -> Entry {
        Entry {
            seq: self.seq,
            book: self.book,
            series: self.series,
            year: self.year,
            number: self.number,
            date: self.date,
            registered_at: self.registered_at,
            fields: self.fields,
            files,
        }
    }
}

/// A row that is only written; as JSON it is a [`Row`].
#[derive(Serialize)]
struct NewRow<'a> {
    seq: u64,
    book: Book,
    series: &'a str,
    year: i16,
    number: Number,
    date: Date,
    registered_at: &'a str,
    fields: &'a Fields,
}

/// The row of an entry and its leaf as they are to be stored, for one position and time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Position.
    pub seq: u64,
    /// The row's JSON.
    pub record: String,
    /// The leaf's JSON.
    pub leaf: String,
}

/// Writes row and leaf of a registration: pure, so that many threads may do it before the store asks.
///
/// # Errors
/// None in practice: all of it can be JSON.
pub fn write(r: &Registration, seq: u64, registered_at: &str) -> serde_json::Result<Written> {
    let (book, year, number, date) = (r.book, r.date.year(), r.number, r.date);
    let series = r.series.as_str();
    let fields = &r.fields;
    let row = NewRow { seq, book, series, year, number, date, registered_at, fields };
    let record = serde_json::to_string(&row)?;
    let leaf = Leaf {
        seq,
        kind: Kind::Register,
        book: Some(book),
        series: Some(r.series.clone()),
        year: Some(year),
        number: Some(number),
        about: None,
        date,
        registered_at: registered_at.to_owned(),
        data: Map::new(),
        files: r.files.iter().map(LeafFile::from).collect(),
        row: commitment(&r.salt, &record),
    };
    Ok(Written { seq, record, leaf: serde_json::to_string(&leaf)? })
}

/// A file in a leaf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeafFile {
    /// `2026/000001/data/KH/000005-1a2b3c4d.docx`: the same whether the bag is open or sealed.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// Its length.
    pub size: u64,
    /// SHA-256 over its parts.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub parts: Option<Digest>,
}

impl From<&FileRef> for LeafFile {
    fn from(f: &FileRef) -> Self {
        Self { path: path_text(&f.at), sha256: f.sha256, size: f.size, parts: f.parts }
    }
}

/// A leaf. What an entry has and an act lacks, or the other way round, is left out of the JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaf {
    /// Position.
    pub seq: u64,
    /// Kind.
    pub kind: Kind,
    /// Book of an entry.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub book: Option<Book>,
    /// Series key of an entry.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub series: Option<String>,
    /// Year of the series of an entry.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub year: Option<i16>,
    /// Số of an entry.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub number: Option<Number>,
    /// The position of the entry that an act is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub about: Option<u64>,
    /// Ngày ban hành of an entry; the day of an act.
    pub date: Date,
    /// When it was registered.
    pub registered_at: String,
    /// What an act says openly.
    #[serde(skip_serializing_if = "Map::is_empty", default)]
    pub data: Map<String, Value>,
    /// Files.
    pub files: Vec<LeafFile>,
    /// SHA-256(salt ‖ row JSON).
    pub row: Digest,
}

/// The path of a file as a leaf writes it.
pub fn path_text(at: &ArchivePath) -> String {
    format!("{}/{:06}/{}", at.year, at.bag, at.path)
}

/// SHA-256(salt ‖ row JSON).
pub fn commitment(salt: &[u8], row: &str) -> Digest {
    let mut bytes = Vec::with_capacity(salt.len() + row.len());
    bytes.extend_from_slice(salt);
    bytes.extend_from_slice(row.as_bytes());
    sha256(&bytes)
}

/// The leaf of an act whose stored JSON is `json`.
pub fn leaf_of_act(act: &Act, json: &str, files: &[FileRef], salt: &[u8]) -> Leaf {
    Leaf {
        seq: act.seq,
        kind: act.kind,
        book: None,
        series: None,
        year: None,
        number: None,
        about: act.about,
        date: act.date,
        registered_at: act.registered_at.clone(),
        data: act.data.clone(),
        files: files.iter().map(LeafFile::from).collect(),
        row: commitment(salt, json),
    }
}

/// Refuses an entry whose leaf the log could not hold (C2SP: 65,535 bytes), before anything is reserved
/// for it. `files` is how many it will have.
pub fn entry_fits(book: Book, series: &str, date: Date, files: usize) -> Result<()> {
    // Hundreds of files or a series key of kilobytes are rare: no need to spell out the others.
    if files <= 16 && series.len() <= 256 {
        return Ok(());
    }
    let number = Number::new(u32::MAX);
    let leaf = Leaf {
        book: Some(book),
        series: Some(series.to_owned()),
        year: Some(date.year()),
        number,
        ..longest(Kind::Register, None, date, vec![longest_file(series); files])
    };
    within(&leaf, if files > 1 { Long::Files(files) } else { Long::Series })
}

/// The same for an act with its open `data`; its files are named after `series`.
pub fn act_fits(
    kind: Kind,
    about: Option<u64>,
    date: Date,
    data: &Map<String, Value>,
    series: &str,
    files: usize,
) -> Result<()> {
    let files_of = vec![longest_file(series); files];
    let leaf = Leaf { data: data.clone(), ..longest(kind, about, date, files_of) };
    let long = Leaf { data: Map::new(), ..leaf.clone() };
    let of_files = serde_json::to_vec(&long).map_or(0, |bytes| bytes.len());
    let of_all = serde_json::to_vec(&leaf).map_or(0, |bytes| bytes.len());
    let is_data = of_all.saturating_sub(of_files) > of_files;
    within(&leaf, if is_data { Long::Data } else { Long::Files(files) })
}

/// What makes a leaf long.
enum Long {
    Files(usize),
    Series,
    Data,
}

/// A leaf with the widest values that it may come to have.
fn longest(kind: Kind, about: Option<u64>, date: Date, files: Vec<LeafFile>) -> Leaf {
    Leaf {
        seq: u64::MAX,
        kind,
        book: None,
        series: None,
        year: None,
        number: None,
        about,
        date,
        // As wide as any timestamp.
        registered_at: "2026-12-31T23:59:59.999999999+07:00".to_owned(),
        data: Map::new(),
        files,
        row: Digest([0xff; 32]),
    }
}

fn longest_file(series: &str) -> LeafFile {
    let (digest, bag) = (Digest([0xff; 32]), BagId { year: i16::MIN, number: u32::MAX });
    let name = FileName { series, number: u32::MAX, extension: "extension" };
    let at = name.place(bag, &digest);
    LeafFile { path: path_text(&at), sha256: digest, size: u64::MAX, parts: Some(digest) }
}

fn within(leaf: &Leaf, long: Long) -> Result<()> {
    let bytes = serde_json::to_vec(leaf).map_or(usize::MAX, |bytes| bytes.len());
    if bytes <= MAX_LEAF {
        return Ok(());
    }
    let (what, mend) = match long {
        Long::Files(files) => (
            text!("{files} tệp trong một mục", "{files} files in one entry"),
            text!(
                "ghép các tệp thành ít tệp hơn (một PDF nhiều trang), hoặc đính kèm làm nhiều lần",
                "join the files into fewer (one PDF of many pages), or attach them in several steps"
            ),
        ),
        Long::Series => (
            text!("tên hệ thống số", "the name of the series"),
            text!("đặt tên ngắn hơn trong vanthu.toml", "give it a shorter name in vanthu.toml"),
        ),
        Long::Data => (
            text!("danh sách của việc này", "the list of this act"),
            text!("chia danh sách thành nhiều việc", "split the list into several acts"),
        ),
    };
    let (vi, en) = (what.vi, what.en);
    Err(Failure::new(
        FailureKind::Input,
        Place::default(),
        text!(
            "mục này dài {bytes} byte, nhật ký đã ký chỉ nhận {MAX_LEAF} byte một mục: {vi} quá dài hoặc quá nhiều; chưa cấp số, chưa ghi gì",
            "this entry comes to {bytes} bytes, the signed log takes {MAX_LEAF} an entry: too much or too long is {en}; no number was given and nothing was written"
        ),
    )
    .hint(mend))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const DAY: Date = date(2026, 3, 6);

    /// A leaf as it really comes to be, with files of the longest kind that occur.
    fn real(series: &str, files: usize) -> usize {
        let at = |n: usize| {
            FileName { series, number: 999_999, extension: "docx" }
                .place(BagId { year: 2026, number: 99_999 }, &sha256(&n.to_le_bytes()))
        };
        let file = |n| FileRef {
            at: at(n),
            sha256: sha256(b"x"),
            size: 9_999_999_999,
            parts: Some(sha256(b"y")),
        };
        let registration = Registration {
            job: None,
            row_key: String::new(),
            input: String::new(),
            book: Book::Outgoing,
            series: series.to_owned(),
            number: Number::new(999_999).expect("a number"),
            date: DAY,
            fields: fields(),
            files: (0..files).map(file).collect(),
            salt: [7; 16],
            written: None,
        };
        let written = write(&registration, 99_999_999, "2026-03-06T08:00:00+07:00").expect("JSON");
        written.leaf.len()
    }

    fn fields() -> Fields {
        serde_json::from_value(serde_json::json!({
            "type_id": "", "type_name": "", "notation": "", "organ_name": "", "organ_id": null,
            "subject": "", "signer_position": "", "signer_name": "", "recipients": [],
            "archive_copy": "", "copies": null, "priority": 0, "extra": {}
        }))
        .expect("fields")
    }

    #[test]
    fn what_is_written_of_an_entry_is_its_row_and_the_leaf_that_commits_to_it() {
        let registration = Registration {
            job: None,
            row_key: String::new(),
            input: String::new(),
            book: Book::Outgoing,
            series: "SNV:ke-hoach".to_owned(),
            number: Number::new(5).expect("a number"),
            date: DAY,
            fields: fields(),
            files: Vec::new(),
            salt: [7; 16],
            written: None,
        };
        let written = write(&registration, 9, "t").expect("JSON");
        let row: Row = serde_json::from_str(&written.record).expect("a row");
        assert_eq!(serde_json::to_string(&row).expect("JSON"), written.record);
        assert_eq!(
            (row.seq, row.number, row.registered_at.as_str()),
            (9, registration.number, "t")
        );
        let leaf: Leaf = serde_json::from_str(&written.leaf).expect("a leaf");
        assert_eq!((leaf.seq, leaf.row), (9, commitment(&registration.salt, &written.record)));
        assert_eq!(serde_json::to_string(&leaf).expect("JSON"), written.leaf);
    }

    #[test]
    fn what_is_let_through_is_never_too_long_for_the_log() {
        for series in
            ["SNV:ke-hoach", "Hội đồng thi đua – khen thưởng:quyết định", &"Ế".repeat(120)]
        {
            let most =
                (0..1000).take_while(|n| entry_fits(Book::Outgoing, series, DAY, *n).is_ok());
            let most = most.count() - 1;
            assert!(most >= 16, "{series}: {most}");
            assert!(real(series, most) <= MAX_LEAF, "{series}: {most}");
            // The estimate is not so wide that it would refuse what is far from the limit.
            assert!(real(series, most + 1) > MAX_LEAF * 3 / 4, "{series}: {most}");
        }
        assert!(entry_fits(Book::Outgoing, &"s".repeat(40_000), DAY, 1).is_ok());
        let failure = entry_fits(Book::Outgoing, &"s".repeat(70_000), DAY, 1).expect_err("long");
        assert!(failure.message.en.contains("the name of the series"), "{failure}");
        let failure = entry_fits(Book::Outgoing, "SNV", DAY, 900).expect_err("many");
        assert!(failure.message.en.contains("900 files"), "{failure}");
        assert_eq!(failure.kind, FailureKind::Input);
    }

    #[test]
    fn an_act_says_what_is_too_long_about_it() {
        let list = |n: u64| {
            let mut data = Map::new();
            data.insert("positions".into(), (0..n).collect::<Vec<u64>>().into());
            data
        };
        let fits = |data: &Map<String, Value>, files| {
            act_fits(Kind::Attach, Some(1), DAY, data, "SNV:ke-hoach", files)
        };
        assert!(fits(&list(10_000), 1).is_ok());
        let failure = fits(&list(20_000), 1).expect_err("long");
        assert!(failure.message.en.contains("the list"), "{failure}");
        assert!(fits(&list(3), 100).is_ok());
        let failure = fits(&list(3), 900).expect_err("many");
        assert!(failure.message.en.contains("900 files") && failure.hint.is_some(), "{failure}");
    }
}
