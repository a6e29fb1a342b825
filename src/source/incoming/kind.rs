//! What kind of file something is, told by its first bytes and never by its name.
//!
//! Knows: magic bytes. Must not know: what is in the file.

/// A kind of file that can be received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// PDF.
    Pdf,
    /// Word since 2007.
    Docx,
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// TIFF, the usual form of scans of several pages.
    Tiff,
}

impl FileKind {
    /// The kind of these bytes; `None` for anything that is not received.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let head = bytes.get(..bytes.len().min(1024)).unwrap_or(bytes);
        if head.starts_with(b"PK\x03\x04") {
            let name = b"word/document.xml";
            return bytes.windows(name.len()).any(|w| w == name).then_some(Self::Docx);
        }
        if head.starts_with(b"\xFF\xD8\xFF") {
            return Some(Self::Jpeg);
        }
        if head.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Some(Self::Png);
        }
        if head.starts_with(b"II*\0") || head.starts_with(b"MM\0*") {
            return Some(Self::Tiff);
        }
        head.windows(5).any(|w| w == b"%PDF-").then_some(Self::Pdf)
    }

    /// The ending under which it is kept.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Tiff => "tif",
        }
    }
}
