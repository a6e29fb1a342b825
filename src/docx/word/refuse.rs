//! Files that are no Word template: what they are and what to do.
//!
//! Knows: what other kinds of file look like from outside. Must not know: tags, data.

use crate::diagnostic::{Failure, FailureKind, Place, Result, Text};
use crate::docx::read::package::Package;
use crate::text;

/// The first bytes of old Office files, and of new ones that are encrypted.
const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

fn refusal(file: &str, message: Text, hint: Text) -> Failure {
    Failure::new(FailureKind::Input, Place::file(file), message).hint(hint)
}

/// Refuses what is not even a package.
pub(super) fn foreign(bytes: &[u8], file: &str) -> Result<()> {
    let save = || {
        text!(
            "mở bằng Word hoặc LibreOffice rồi lưu thành .docx",
            "open it in Word or LibreOffice and save it as .docx"
        )
    };
    if bytes.starts_with(OLE) {
        // Names inside are UTF-16.
        let name: Vec<u8> = "EncryptedPackage".bytes().flat_map(|b| [b, 0]).collect();
        let window = bytes.get(..bytes.len().min(1 << 20)).unwrap_or_default();
        if window.windows(name.len()).any(|w| w == name) {
            return Err(refusal(
                file,
                text!("tệp Word có đặt mật khẩu", "the Word file is protected by a password"),
                text!(
                    "mở bằng Word, bỏ mật khẩu (Tệp, Thông tin, Bảo vệ tài liệu) rồi lưu lại",
                    "open it in Word, remove the password (File, Info, Protect Document) and save it again"
                ),
            ));
        }
        return Err(refusal(
            file,
            text!("đây là tệp Word đời cũ (.doc)", "this is an old Word file (.doc)"),
            save(),
        ));
    }
    if bytes.starts_with(b"{\\rtf") {
        return Err(refusal(file, text!("đây là tệp RTF", "this is an RTF file"), save()));
    }
    if bytes.starts_with(b"%PDF") {
        let hint = text!("dùng tệp Word gốc của mẫu", "use the Word file of the form");
        return Err(refusal(file, text!("đây là tệp PDF", "this is a PDF file"), hint));
    }
    Ok(())
}

/// Refuses packages that are not Word files without macros.
pub(super) fn package(package: &Package<'_>, file: &str) -> Result<()> {
    let has = |name: &str| package.size(name).is_some();
    let starts = |with: &str| package.entries().any(|(name, _)| name.starts_with(with));
    let save = || {
        text!(
            "lưu mẫu thành .docx bằng Word hoặc LibreOffice Writer",
            "save the template as .docx in Word or LibreOffice Writer"
        )
    };
    if has("mimetype") && has("content.xml") {
        let message =
            text!("đây là tệp OpenDocument (.odt)", "this is an OpenDocument file (.odt)");
        return Err(refusal(file, message, save()));
    }
    if starts("xl/") || starts("ppt/") {
        let message = text!(
            "đây là bảng tính hoặc trình chiếu, không phải tệp Word",
            "this is a workbook or a presentation, not a Word file"
        );
        return Err(refusal(file, message, save()));
    }
    let types = package.needed(super::TYPES)?;
    let says = |word: &[u8]| types.windows(word.len()).any(|w| w == word);
    if says(b"macroEnabled") || package.entries().any(|(n, _)| n.ends_with("vbaProject.bin")) {
        return Err(refusal(
            file,
            text!(
                "tệp có macro (.docm), không dùng làm mẫu",
                "the file holds macros (.docm) and is not taken as a template"
            ),
            text!(
                "lưu thành .docx (Word sẽ bỏ macro) rồi dùng tệp đó",
                "save it as .docx (Word drops the macros) and use that file"
            ),
        ));
    }
    if !says(super::DOCUMENT_TYPE.as_bytes()) && !says(super::TEMPLATE_TYPE.as_bytes()) {
        let message =
            text!("tệp không có thân văn bản Word", "the file has no body of a Word document");
        return Err(refusal(file, message, save()));
    }
    if starts("_xmlsignatures/") {
        return Err(refusal(
            file,
            text!(
                "mẫu đã ký số: điền vào sẽ làm hỏng chữ ký",
                "the template is digitally signed: filling it would break the signature"
            ),
            text!("dùng bản chưa ký số", "use the file as it was before signing"),
        ));
    }
    Ok(())
}

/// A part beyond 4 GiB.
pub(super) fn too_large(file: &str) -> Failure {
    refusal(
        file,
        text!("tệp quá lớn", "the file is too large"),
        text!("bỏ bớt ảnh trong mẫu", "take pictures out of the template"),
    )
}
