//! Lists of people and collectives to be honoured, as units send them.
//!
//! Knows: what the rows of such a list mean, how its text is repaired. Must not know: which awards
//! there are, who decides, certificates, books.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Diagnostic, Place, Result};
use crate::model::Honouree;
use crate::source::data::Limits;
use crate::world::World;

/// What a column of a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// Số thứ tự.
    Ordinal,
    /// Ông/Bà, cấp bậc.
    Address,
    /// Họ và tên, tên tập thể, hộ.
    Name,
    /// Họ, where the given name has a column of its own.
    Surname,
    /// Giới tính.
    Gender,
    /// Năm sinh, ngày sinh.
    Born,
    /// Chức vụ.
    Position,
    /// Đơn vị công tác.
    Unit,
    /// Chức vụ and đơn vị in one column.
    Post,
    /// Cá nhân, tập thể, hộ.
    Kind,
    /// Danh hiệu, hình thức khen thưởng.
    Form,
    /// Thành tích.
    Achievement,
    /// Ghi chú.
    Note,
}

/// What the user said about a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Only this sheet; none: every visible sheet with a row of headings.
    pub sheet: Option<String>,
    /// Row of the headings, from 1; none: found by meaning.
    pub header_row: Option<u32>,
    /// Field → letter of its column (`C`) or its heading; wins over what is found.
    pub map: Vec<(Field, String)>,
    /// Limits of the file.
    pub limits: Limits,
}

/// Where the fields of a line stand: field → letter of the column.
pub type Columns = Vec<(Field, String)>;

/// One line of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Who, with what, for what. `form` is the text of the list until the table of awards gave its id.
    pub honouree: Honouree,
    /// File, sheet, row.
    pub place: Place,
    /// The award as the list writes it.
    pub form_written: String,
    /// Ngày or năm sinh as written: tells people of one name apart.
    pub born: String,
    /// Letters of the columns.
    pub columns: Arc<Columns>,
}

impl Listed {
    /// The place of one field of the line.
    pub fn at(&self, field: Field) -> Place {
        match self.columns.iter().find(|(f, _)| *f == field) {
            Some((_, letter)) => self.place.clone().cell(letter.clone()),
            None => self.place.clone(),
        }
    }
}

/// One file as read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Roll {
    /// The file as the user named it.
    pub file: String,
    /// Its lines in their order.
    pub lines: Vec<Listed>,
    /// What stands above the headings (“DANH SÁCH ĐỀ NGHỊ TẶNG GIẤY KHEN”).
    pub titles: Vec<String>,
    /// What was repaired and what is wrong.
    pub findings: Vec<Diagnostic>,
    /// The file is a report that this program wrote: it holds no list.
    pub is_report: bool,
}

/// Reads a list.
///
/// # Errors
/// `Input` where the file cannot be read at all.
pub fn read(_world: &dyn World, path: &Path, _options: &Options) -> Result<Roll> {
    Ok(Roll { file: path.display().to_string(), ..Roll::default() })
}
