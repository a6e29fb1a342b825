//! What the machine refused, told as a failure with its path and the way out.
//!
//! Knows: kinds of input and output errors. Must not know: bags, documents.

use std::io::{self, ErrorKind};
use std::path::Path;

use crate::diagnostic::{Failure, FailureKind, Place, Text};
use crate::text;

/// What was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    Read,
    Write,
    Sync,
    Move,
    Remove,
}

impl Doing {
    fn text(self) -> Text {
        match self {
            Self::Read => text!("không đọc được", "cannot be read"),
            Self::Write => text!("không ghi được", "cannot be written"),
            Self::Sync => text!("không ghi chắc xuống đĩa được", "cannot be made durable on disk"),
            Self::Move => text!("không chuyển chỗ được", "cannot be moved"),
            Self::Remove => text!("không xóa được", "cannot be removed"),
        }
    }
}

/// The reason of an input or output error in words, and the way out.
pub(super) fn reason(error: &io::Error) -> (Text, Text) {
    match error.kind() {
        ErrorKind::StorageFull => (
            text!("đĩa đã đầy", "the disk is full"),
            text!(
                "giải phóng chỗ trên đĩa rồi chạy lại; không có số nào bị mất",
                "free some space and run again; no number is lost"
            ),
        ),
        ErrorKind::QuotaExceeded => (
            text!("đã hết hạn mức dung lượng", "the disk quota is used up"),
            text!(
                "xin thêm hạn mức hoặc dọn bớt tệp rồi chạy lại",
                "get more quota or remove files, then run again"
            ),
        ),
        ErrorKind::ReadOnlyFilesystem => (
            text!("ổ đĩa chỉ cho đọc", "the file system is read-only"),
            text!(
                "gắn lại ổ đĩa ở chế độ ghi, hoặc chuyển thư mục cơ quan sang ổ khác",
                "mount it writable, or move the office folder to another disk"
            ),
        ),
        ErrorKind::PermissionDenied => (
            text!("không có quyền", "permission denied"),
            text!(
                "cấp quyền đọc và ghi thư mục kho cho người đang chạy chương trình",
                "give the user who runs the program the right to read and write the archive folder"
            ),
        ),
        ErrorKind::NotFound => (
            text!("không tìm thấy", "not found"),
            text!(
                "kiểm tra đường dẫn; nếu tệp của kho bị mất, chạy `vanthu verify`",
                "check the path; if a file of the archive is gone, run `vanthu verify`"
            ),
        ),
        _ => (
            text!("máy báo: {error}", "the system says: {error}"),
            text!(
                "kiểm tra ổ đĩa, rồi chạy lại; lệnh dở dang sẽ được làm nốt",
                "check the disk, then run again; what was left half-way is finished then"
            ),
        ),
    }
}

/// A failure of `doing` with `path`.
pub(super) fn failure(doing: Doing, path: &Path, error: &io::Error) -> Failure {
    let (why, hint) = reason(error);
    let what = doing.text();
    let message = Text::new(format!("{}: {}", what.vi, why.vi), format!("{}: {}", what.en, why.en));
    let kind = if doing == Doing::Read { FailureKind::Input } else { FailureKind::Output };
    Failure::new(kind, Place::file(path.display().to_string()), message).hint(hint)
}

/// Adds path and way out to an input or output result.
pub(super) trait At<T> {
    /// The result, with a [`Failure`] that names `path`.
    fn at(self, doing: Doing, path: &Path) -> Result<T, Failure>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, doing: Doing, path: &Path) -> Result<T, Failure> {
        self.map_err(|error| failure(doing, path, &error))
    }
}

/// A failure that is not the machine's: the archive is not as it must be to go on.
pub(super) fn refuse(path: &Path, message: Text, hint: Text) -> Failure {
    Failure::new(FailureKind::Output, Place::file(path.display().to_string()), message).hint(hint)
}
