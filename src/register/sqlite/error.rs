//! What SQLite's errors mean to a clerk.
//!
//! Knows: SQLite's codes. Must not know: what was being done.

use std::path::Path;

use rusqlite::ErrorCode;

use crate::diagnostic::{Failure, FailureKind, Place};
use crate::text;

/// The failure that an error of the database means.
pub(super) fn failure(path: &Path, error: &rusqlite::Error) -> Failure {
    let place = Place::file(path.display().to_string());
    let detail = error.to_string();
    let make = |kind, message| Failure::new(kind, place.clone(), message);
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => make(
            FailureKind::Locked,
            text!(
                "sổ đăng ký đang bị chương trình khác giữ",
                "another program holds the register"
            ),
        )
        .hint(text!(
            "đóng chương trình đang mở tệp này (DB Browser, công cụ sao lưu, cửa sổ vanthu khác) rồi chạy lại",
            "close the program that has the file open (a database browser, a backup tool, another vanthu) and run again"
        )),
        Some(ErrorCode::DatabaseCorrupt) => make(
            FailureKind::Input,
            text!("tệp sổ đăng ký bị hỏng: {detail}", "the register file is damaged: {detail}"),
        )
        .hint(damaged()),
        Some(ErrorCode::NotADatabase) => make(
            FailureKind::Input,
            text!(
                "tệp không phải là sổ đăng ký (không phải tệp SQLite)",
                "the file is no register (not an SQLite file)"
            ),
        )
        .hint(damaged()),
        Some(ErrorCode::DiskFull) => make(
            FailureKind::Output,
            text!(
                "hết chỗ trên đĩa khi ghi sổ đăng ký",
                "no space left on the disk while writing the register"
            ),
        )
        .hint(text!(
            "giải phóng chỗ trên đĩa rồi chạy lại; chưa số nào của lô này được cấp",
            "free some space and run again; no number of this batch was given"
        )),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => make(
            FailureKind::Output,
            text!("không được ghi vào sổ đăng ký", "the register may not be written to"),
        )
        .hint(text!(
            "cấp quyền ghi cho tệp và cho thư mục chứa nó, hoặc chép văn phòng ra khỏi đĩa chỉ đọc",
            "give write permission on the file and its folder, or copy the office off the read-only disk"
        )),
        Some(ErrorCode::CannotOpen) => make(
            FailureKind::Output,
            text!("không mở được sổ đăng ký: {detail}", "cannot open the register: {detail}"),
        )
        .hint(text!(
            "kiểm tra thư mục còn đó và có quyền đọc, ghi",
            "check that the folder is there and may be read and written"
        )),
        Some(ErrorCode::SystemIoFailure) => make(
            FailureKind::Output,
            text!(
                "lỗi đọc ghi đĩa ở sổ đăng ký: {detail}",
                "the disk failed under the register: {detail}"
            ),
        )
        .hint(text!(
            "xem đĩa còn chỗ không; nếu còn, đừng chạy tiếp trước khi biết đĩa còn tốt, rồi chạy vanthu verify",
            "see whether the disk has room; if so, do not go on before it is known to be sound, then run vanthu verify"
        )),
        _ => make(
            FailureKind::Output,
            text!("sổ đăng ký báo lỗi: {detail}", "the register reports: {detail}"),
        )
        .hint(text!(
            "chạy vanthu verify để biết sổ và kho còn nguyên không",
            "run vanthu verify to see whether register and archive are whole"
        )),
    }
}

fn damaged() -> crate::diagnostic::Text {
    text!(
        "giữ nguyên tệp này, khôi phục sổ từ bản sao lưu, rồi chạy vanthu verify để đối chiếu với kho",
        "keep this file as it is, restore the register from a backup, then run vanthu verify to compare it with the archive"
    )
}
