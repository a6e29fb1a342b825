//! A further rendition joins its entry: the signed scan, the digitally signed file.
//!
//! Knows: which files an entry may be given. Must not know: terminals, what is in a PDF.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::archive::sha256;
use crate::diagnostic::{Diagnostic, Place, Result, Text};
use crate::pipeline::codes::{SAME_ELSEWHERE, SAME_RENDITION, UNFIT_FILE};
use crate::pipeline::filing::Attachment;
use crate::pipeline::workspace::{Workspace, read_failure};
use crate::register::{Book, Entry, Kind, Secrecy};
use crate::source::pdf::{Fault, Limits, Pdf};
use crate::text;

use super::desk::Desk;
use super::{Call, Outcome, perform};

/// Largest file that is attached, in bytes.
pub const ATTACHMENT_LIMIT: u64 = 256 << 20;

/// Endings of files that are kept, with how such a file begins where that is certain.
const KINDS: [(&str, &[u8]); 14] = [
    ("pdf", b"%PDF-"),
    ("docx", b"PK\x03\x04"),
    ("xlsx", b"PK\x03\x04"),
    ("odt", b"PK\x03\x04"),
    ("zip", b"PK\x03\x04"),
    ("png", b"\x89PNG"),
    ("jpg", b"\xff\xd8\xff"),
    ("jpeg", b"\xff\xd8\xff"),
    ("tif", b""),
    ("tiff", b""),
    ("xml", b""),
    ("edxml", b""),
    ("p7s", b""),
    ("txt", b""),
];

/// What a rendition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rendition {
    /// Bản quét của bản giấy đã ký, đóng dấu.
    Scan,
    /// Bản điện tử đã ký số.
    Signed,
    /// Another file that belongs to it.
    Other,
}

/// Attaches files to a document, each as an act of its own.
///
/// # Errors
/// A file cannot be read, or the work could not be done; then nothing was entered.
pub fn attach(
    workspace: &Workspace<'_>,
    code: &str,
    files: &[PathBuf],
    rendition: Option<Rendition>,
    note: &str,
    call: &Call,
) -> Result<Outcome> {
    // Read before the lock is taken: a scan may be large, and nobody else should wait for it.
    let mut read = Vec::with_capacity(files.len());
    for path in files {
        let bytes = workspace.world.read(path, ATTACHMENT_LIMIT);
        read.push((path, bytes.map_err(|e| read_failure(path, &e))?));
    }
    perform(workspace, call, &mut |desk| {
        let Some((entry, life)) = desk.entries(&[code.to_owned()], Kind::Attach, &Book::ALL)?.pop()
        else {
            return Ok(());
        };
        if secret(&entry) {
            desk.refuse(
                crate::pipeline::codes::SECRET,
                &entry,
                text!(
                    "tài liệu mật: không lưu tệp ở đây",
                    "a secret document: no file is kept here"
                ),
                text!(
                    "lưu theo quy định về bảo vệ bí mật nhà nước",
                    "keep it by the rules for state secrets"
                ),
            );
            return Ok(());
        }
        let mut known: Vec<_> = entry.files.iter().map(|f| f.sha256).collect();
        known.extend(life.acts.iter().flat_map(|a| a.files.iter().map(|f| f.sha256)));
        for (path, bytes) in &read {
            let Some(extension) = fitting(desk, path, bytes) else { continue };
            let digest = sha256(bytes);
            if known.contains(&digest) {
                desk.tell(same_rendition(path, &entry));
                continue;
            }
            known.push(digest);
            elsewhere(desk, path, &digest, &entry)?;
            let kind = rendition.unwrap_or_else(|| guess(extension, bytes));
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
            let fields = [("name", name.into()), ("note", note.trim().into())];
            let mut act = desk.act(Kind::Attach, &entry, fields);
            let kind = serde_json::to_value(kind).unwrap_or_default();
            act.data.insert("rendition".to_owned(), kind);
            // PageAmount of Annex VI: only what was printed or signed has pages.
            if let ("pdf", Ok(pdf)) = (extension, Pdf::open(bytes, Limits::default())) {
                act.data.insert("pages".to_owned(), pdf.page_count().into());
            }
            act.files.push(Attachment { bytes: bytes.clone(), extension, parts: None });
            desk.add(&entry, &life, act);
        }
        Ok(())
    })
}

fn secret(entry: &Entry) -> bool {
    crate::register::Incoming::of(entry).is_some_and(|i| i.secrecy == Secrecy::Secret)
}

/// A signed PDF says where its signature lies; any other PDF or picture is most likely a scan.
fn guess(extension: &str, bytes: &[u8]) -> Rendition {
    let has = |mark: &[u8]| bytes.windows(mark.len()).any(|w| w == mark);
    match extension {
        "pdf" if has(b"/ByteRange") => Rendition::Signed,
        "pdf" | "png" | "jpg" | "jpeg" | "tif" | "tiff" => Rendition::Scan,
        "p7s" | "edxml" => Rendition::Signed,
        _ => Rendition::Other,
    }
}

/// The ending of a file that may be kept; nothing, and a finding, for another one.
fn fitting(desk: &mut Desk<'_>, path: &Path, bytes: &[u8]) -> Option<&'static str> {
    let place = Place::file(path.display().to_string());
    let ending = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    let ending = ending.unwrap_or_default();
    let known = KINDS.iter().find(|(name, _)| *name == ending);
    let (message, hint) = match known {
        None => {
            let all = KINDS.map(|(name, _)| name).join(", ");
            (
                text!("không nhận tệp “.{ending}”", "a `.{ending}` file is not taken"),
                text!("dùng một trong: {all}", "use one of: {all}"),
            )
        }
        Some(_) if bytes.is_empty() => (
            text!("tệp rỗng", "the file is empty"),
            text!("quét hoặc xuất lại tệp", "scan or export it again"),
        ),
        Some((name, start))
            if !bytes
                .get(..bytes.len().min(1024))
                .unwrap_or_default()
                .windows(start.len().max(1))
                .any(|w| start.is_empty() || w == *start) =>
        {
            (
                text!(
                    "nội dung không phải là tệp {name}",
                    "its content is not that of a {name} file"
                ),
                text!("mở thử tệp, rồi xuất lại", "try to open the file, then export it again"),
            )
        }
        Some((name, _)) => match unreadable(name, bytes) {
            None => return Some(name),
            Some(why) => why,
        },
    };
    desk.tell(
        Diagnostic::error(UNFIT_FILE, place, message).basis("Điều 19 NĐ 30/2020/NĐ-CP").hint(hint),
    );
    None
}

/// Why a PDF would be of no use in the archive, and what to do about it.
fn unreadable(extension: &str, bytes: &[u8]) -> Option<(Text, Text)> {
    if extension != "pdf" {
        return None;
    }
    match Pdf::open(bytes, Limits::default()) {
        Ok(_) | Err(Fault::TooLarge | Fault::OffPage) => None,
        Err(Fault::Encrypted) => Some((
            text!("tệp PDF có mật khẩu", "the PDF has a password"),
            text!("bỏ mật khẩu rồi kèm lại", "take the password off and attach it again"),
        )),
        Err(Fault::Broken | Fault::NotPdf | Fault::NoPages) => Some((
            text!("tệp PDF hỏng hoặc bị cắt cụt", "the PDF is damaged or cut short"),
            text!("quét hoặc xuất lại tệp", "scan or export it again"),
        )),
    }
}

fn same_rendition(path: &Path, entry: &Entry) -> Diagnostic {
    let label = entry.label();
    Diagnostic::error(
        SAME_RENDITION,
        Place::file(path.display().to_string()),
        text!("{label} đã có đúng tệp này", "{label} has this very file already"),
    )
    .basis("Điều 19 NĐ 30/2020/NĐ-CP")
    .hint(text!("bỏ tệp này ra", "leave the file out"))
}

/// The same bytes at another document are told, and taken: one decision may belong to two.
fn elsewhere(
    desk: &mut Desk<'_>,
    path: &Path,
    digest: &crate::archive::Digest,
    entry: &Entry,
) -> Result<()> {
    for seq in desk.register.with_digest(digest)? {
        let Some(other) = desk.register.entry(seq)?.filter(|e| e.seq != entry.seq) else {
            continue;
        };
        let label = other.label();
        desk.tell(
            Diagnostic::warning(
                SAME_ELSEWHERE,
                Place::file(path.display().to_string()),
                text!("tệp này cũng là tệp của {label}", "this is also a file of {label}"),
            )
            .basis("Điều 19 NĐ 30/2020/NĐ-CP")
            .hint(text!("xem có nhầm tệp không", "see whether it is the right file")),
        );
        break;
    }
    Ok(())
}
