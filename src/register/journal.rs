//! The lines of the journal: the register as text, complete enough to make it again.
//!
//! Knows: the JSON of a line. Must not know: files, SQL.
//!
//! A line is one of
//! `{"segment":2,"before":14}` (the first of a segment: how many shared texts stand before it),
//! `{"blob":15,"sha256":…,"text":…}` (a text that documents were made from; `hex` where it is no text),
//! `{"series":…,"book":…,"year":…,"start_after":12}` (a series that did not begin with 1),
//! `{"job":…,"title":…,"begun_at":…}` and
//! `{"seq":1,"row":…,"leaf":…,"salt":…,"job":…,"row_key":…,"input":…}` (one position; an act has no job).
//! `row` and `leaf` are strings with the very bytes that were committed to, so that
//! `jq -j .leaf` gives what the log has hashed and SHA-256(salt ‖ row) can be compared with it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::leaf::{Leaf, LeafFile};
use super::{Book, Kept, Made, Register, Shared, Start};
use crate::archive::{ArchivePath, Digest, FileRef};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::text;

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Which segment begins.
    Segment(u64),
    /// A shared text.
    Shared(Shared),
    /// Where a series began.
    Start(Start),
    /// A job: identity, title, when it began.
    Job(String, String, String),
    /// A position.
    Kept(Kept),
}

/// All that may stand in a line.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Raw<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    segment: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blob: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    text: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    hex: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    series: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    book: Option<Book>,
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<i16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_after: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    row: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    leaf: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    salt: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    job: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    title: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    begun_at: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    row_key: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    input: Text<'a>,
}

type Text<'a> = Option<std::borrow::Cow<'a, str>>;

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |n: u8| DIGITS.get(usize::from(n)).copied().map_or('0', char::from);
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|p| Some((digit(*p.first()?)? << 4) | digit(*p.get(1)?)?)).collect()
}

fn push(out: &mut Vec<u8>, raw: &Raw<'_>) -> Result<()> {
    serde_json::to_writer(&mut *out, raw).map_err(|e| cannot(&e.to_string()))?;
    out.push(b'\n');
    Ok(())
}

/// Writes the first line of a segment; `before` is the number of the last shared text before it.
pub fn write_head(out: &mut Vec<u8>, segment: u64, before: u64) -> Result<()> {
    push(out, &Raw { segment: Some(segment), before: Some(before), ..Raw::default() })
}

/// Writes the shared texts of a range of numbers; the last number, if there was one.
pub fn write_shared(
    out: &mut Vec<u8>,
    register: &dyn Register,
    ids: std::ops::Range<u64>,
) -> Result<Option<u64>> {
    let mut last = None;
    register.shared(ids, &mut |shared| {
        let text = std::str::from_utf8(&shared.bytes).ok();
        push(
            out,
            &Raw {
                blob: Some(shared.id),
                sha256: Some(shared.sha256),
                text: text.map(Into::into),
                hex: text.is_none().then(|| hex(&shared.bytes).into()),
                ..Raw::default()
            },
        )?;
        last = Some(shared.id);
        Ok(())
    })?;
    Ok(last)
}

/// Writes where series began that `told` does not hold yet.
pub fn write_starts(
    out: &mut Vec<u8>,
    register: &dyn Register,
    told: &mut BTreeSet<(String, i16)>,
) -> Result<()> {
    for start in register.starts()? {
        if told.insert((format!("{} {}", start.book.key(), start.series), start.year)) {
            let raw = Raw {
                series: Some(start.series.into()),
                book: Some(start.book),
                year: Some(start.year),
                start_after: Some(start.start_after),
                ..Raw::default()
            };
            push(out, &raw)?;
        }
    }
    Ok(())
}

/// Writes the positions of a range, each job before its first entry here.
pub fn write_positions(
    out: &mut Vec<u8>,
    register: &dyn Register,
    seqs: std::ops::Range<u64>,
) -> Result<()> {
    let mut job = String::new();
    register.kept(seqs, &mut |kept| {
        if let Some(made) = &kept.made
            && made.job != job
        {
            job.clone_from(&made.job);
            write_job(out, register, &job)?;
        }
        write_kept(out, &kept)
    })
}

/// Writes what the register knows of a job, before its first entry.
pub fn write_job(out: &mut Vec<u8>, register: &dyn Register, job: &str) -> Result<()> {
    let state = register.job(job)?;
    let (title, begun) = state.map(|s| (s.title, s.begun_at)).unwrap_or_default();
    let raw = Raw {
        job: Some(job.into()),
        title: Some(title.into()),
        begun_at: Some(begun.into()),
        ..Raw::default()
    };
    push(out, &raw)
}

/// Writes one position.
pub fn write_kept(out: &mut Vec<u8>, kept: &Kept) -> Result<()> {
    let leaf = std::str::from_utf8(&kept.leaf).map_err(|e| cannot(&e.to_string()))?;
    let made = kept.made.as_ref();
    write_position(
        out,
        &Position {
            seq: kept.seq,
            row: &kept.row,
            leaf,
            salt: kept.salt.as_deref(),
            made: made.map(|m| (m.job.as_str(), m.row_key.as_str(), m.input.as_str())),
        },
    )
}

/// One position as the register keeps it ([`Kept`]), for who has it in pieces.
pub struct Position<'a> {
    /// Position.
    pub seq: u64,
    /// The row's JSON.
    pub row: &'a str,
    /// The leaf's JSON.
    pub leaf: &'a str,
    /// The salt of the commitment.
    pub salt: Option<&'a [u8]>,
    /// Of an entry: job, key of the row in it, input.
    pub made: Option<(&'a str, &'a str, &'a str)>,
}

/// Writes one position, as `push` would: the texts are JSON already, and nearly each of their bytes is
/// copied or gets a backslash.
pub fn write_position(out: &mut Vec<u8>, position: &Position<'_>) -> Result<()> {
    let begin = format!("{{\"seq\":{}", position.seq);
    out.extend_from_slice(begin.as_bytes());
    let salt = position.salt.map(hex);
    let made = position.made;
    let fields = [
        (",\"row\":\"", Some(position.row)),
        (",\"leaf\":\"", Some(position.leaf)),
        (",\"salt\":\"", salt.as_deref()),
        (",\"job\":\"", made.map(|(job, _, _)| job)),
        (",\"row_key\":\"", made.map(|(_, key, _)| key)),
        (",\"input\":\"", made.map(|(_, _, input)| input)),
    ];
    for (name, text) in fields {
        let Some(text) = text else { continue };
        out.extend_from_slice(name.as_bytes());
        quote(out, text)?;
        out.push(b'"');
    }
    out.extend_from_slice(b"}\n");
    Ok(())
}

/// A text as it stands between the quotation marks of JSON.
fn quote(out: &mut Vec<u8>, text: &str) -> Result<()> {
    out.reserve(2 * text.len());
    let mut rest = text.as_bytes();
    // A row has quotation marks everywhere: eight bytes are copied at once, and what follows one is taken back.
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        let begin = out.len();
        out.extend_from_slice(word);
        let at = first_quoted(u64::from_le_bytes(*word));
        let Some(byte) = word.get(at) else {
            rest = after;
            continue;
        };
        out.truncate(begin + at);
        quote_byte(out, *byte)?;
        rest = rest.get(at + 1..).unwrap_or_default();
    }
    rest.iter().try_for_each(|byte| quote_byte(out, *byte))
}

/// Which of eight bytes is the first that JSON does not take as it is; 8 if there is none.
fn first_quoted(word: u64) -> usize {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    // The high bit of each byte that is less than `than`. A borrow can only set bits above one that is.
    let less = |word: u64, than: u8| {
        word.wrapping_sub(ONES.wrapping_mul(than.into())) & !word & ONES.wrapping_mul(0x80)
    };
    let is = |byte: u8| less(word ^ ONES.wrapping_mul(byte.into()), 1);
    let quoted = less(word, 0x20) | is(b'"') | is(b'\\');
    // 64 where no bit is set.
    (quoted.trailing_zeros() / 8) as usize
}

fn quote_byte(out: &mut Vec<u8>, byte: u8) -> Result<()> {
    match byte {
        b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
        // What is rarer is written as the library writes it.
        0..0x20 => {
            let one = char::from(byte).to_string();
            let quoted = serde_json::to_string(&one).map_err(|e| cannot(&e.to_string()))?;
            out.extend_from_slice(quoted.trim_matches('"').as_bytes());
        }
        _ => out.push(byte),
    }
    Ok(())
}

/// Reads a line; `None` if it is none of the journal's, or holds what is not so by its own digest.
pub fn read(line: &[u8]) -> Option<Line> {
    let raw: Raw<'_> = serde_json::from_slice(line).ok()?;
    let owned = |text: Text<'_>| text.map(std::borrow::Cow::into_owned);
    if let Some(seq) = raw.seq {
        let salt = match raw.salt {
            Some(salt) => Some(unhex(&salt)?),
            None => None,
        };
        let made = match (owned(raw.job), owned(raw.row_key), owned(raw.input)) {
            (Some(job), Some(row_key), Some(input)) => Some(Made { job, row_key, input }),
            (None, None, None) => None,
            _ => return None,
        };
        let (row, leaf) = (owned(raw.row)?, owned(raw.leaf)?.into_bytes());
        return Some(Line::Kept(Kept { seq, row, leaf, salt, made }));
    }
    if let Some(id) = raw.blob {
        let bytes = match (raw.text, raw.hex) {
            (Some(text), None) => text.into_owned().into_bytes(),
            (None, Some(hex)) => unhex(&hex)?,
            _ => return None,
        };
        let sha256 = raw.sha256?;
        let proven = crate::archive::sha256(&bytes) == sha256;
        return proven.then_some(Line::Shared(Shared { id, sha256, bytes }));
    }
    if let Some(segment) = raw.segment {
        return Some(Line::Segment(segment));
    }
    if let Some(series) = owned(raw.series) {
        let (book, year, start_after) = (raw.book?, raw.year?, raw.start_after?);
        return Some(Line::Start(Start { book, series, year, start_after }));
    }
    Some(Line::Job(owned(raw.job)?, owned(raw.title)?, owned(raw.begun_at)?))
}

/// The files of a position as its leaf lists them.
pub fn files_of(leaf: &[u8]) -> Option<Vec<FileRef>> {
    let leaf: Leaf = serde_json::from_slice(leaf).ok()?;
    leaf.files.into_iter().map(file_of).collect()
}

fn file_of(file: LeafFile) -> Option<FileRef> {
    let mut parts = file.path.splitn(3, '/');
    let (year, bag) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let at = ArchivePath { year, bag, path: parts.next()?.to_owned() };
    Some(FileRef { at, sha256: file.sha256, size: file.size, parts: file.parts })
}

fn cannot(detail: &str) -> Failure {
    Failure::new(
        FailureKind::Output,
        Place::default(),
        text!(
            "không ghi được dòng của nhật trình kho: {detail}",
            "a line of the archive's journal cannot be written: {detail}"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::sha256;
    use proptest::prelude::*;

    fn kept(row: &str, act: bool) -> Kept {
        Kept {
            seq: 7,
            row: row.into(),
            leaf: b"{\"seq\":7}".to_vec(),
            salt: (!act).then(|| vec![0, 255, 16]),
            made: (!act).then(|| Made { job: "j".into(), row_key: "k".into(), input: row.into() }),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_row_comes_back_from_one_line(row in "\\PC*|.{0,40}", act in any::<bool>()) {
            let mut out = Vec::new();
            write_kept(&mut out, &kept(&row, act)).expect("written");
            prop_assert_eq!(out.iter().filter(|b| **b == b'\n').count(), 1);
            let begins = out.starts_with(b"{\"seq\":7,");
            prop_assert!(begins);
            // It is what the library writes of it.
            let raw: Raw<'_> = serde_json::from_slice(&out).expect("JSON");
            let mut again = Vec::new();
            push(&mut again, &raw).expect("written");
            prop_assert_eq!(&again, &out);
            prop_assert_eq!(read(&out), Some(Line::Kept(kept(&row, act))));
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }

    #[test]
    fn a_text_that_was_changed_is_no_line() {
        let digest = sha256("Số".as_bytes());
        let line = |text: &str| format!("{{\"blob\":1,\"sha256\":\"{digest}\",{text}}}\n");
        let good = Shared { id: 1, sha256: digest, bytes: "Số".into() };
        assert_eq!(read(line("\"text\":\"Số\"").as_bytes()), Some(Line::Shared(good.clone())));
        assert_eq!(read(line("\"hex\":\"53e1bb91\"").as_bytes()), Some(Line::Shared(good)));
        for bad in [
            "\"text\":\"So\"",
            "\"hex\":\"5\"",
            "\"hex\":\"zz\"",
            "\"text\":\"Số\",\"hex\":\"\"",
            "\"x\":1",
        ] {
            assert_eq!(read(line(bad).as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn files_come_from_the_leaf() {
        let digest = sha256(b"x");
        let leaf = format!(
            r#"{{"seq":1,"kind":"register","date":"2026-03-05","registered_at":"t","files":[{{"path":"2026/000012/data/a/b.docx","sha256":"{digest}","size":3}}],"row":"{digest}"}}"#
        );
        let files = files_of(leaf.as_bytes()).expect("a leaf");
        assert_eq!(files[0].at.to_string(), "2026/000012/data/a/b.docx");
        assert_eq!((files[0].sha256, files[0].size, files[0].parts), (digest, 3, None));
    }
}
