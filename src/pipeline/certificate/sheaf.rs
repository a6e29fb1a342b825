//! Many certificates in one file, for printing.
//!
//! Knows: how many pages go into a file unless told otherwise. Must not know: the book.

use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::docx::Page;
use crate::text;

use super::{Certificate, Make, Press};

/// Certificates in one file, unless a campaign says otherwise.
pub const SHEAF: usize = 100;

impl Press<'_> {
    /// A file of these pages, as [`Press::print_page`] gave them. `first` is whom the first page is for. It is
    /// for the printer: what is kept is one file a person.
    ///
    /// # Errors
    /// `Usage` for a Word file, which stays one file a person; as [`Press::print`].
    pub fn sheaf(&self, first: &Certificate, pages: &[Page]) -> Result<Vec<u8>> {
        let Make::Boxes(_) = &self.make else {
            return Err(Failure::new(
                FailureKind::Usage,
                Place::file(&self.file),
                text!(
                    "mẫu Word chỉ in mỗi người một tệp",
                    "a Word template gives one file a person"
                ),
            )
            .hint(text!(
                "in cả thư mục, hoặc dùng mẫu .toml để gộp một trăm giấy một tệp",
                "print the whole folder, or use a .toml form for a hundred in a file"
            )));
        };
        let properties = self.properties(first, pages.len());
        self.workspace.writer.bind(pages, &properties)
    }
}
