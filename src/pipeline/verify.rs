//! Is the office whole? The register's own pages and rows, then every file of the archive.
//!
//! Knows: what has to be checked together. Must not know: terminals, SQL.

use crate::archive::verify::{self as archive_verify, Options, Report};
use crate::diagnostic::{Diagnostic, Failure, FailureKind, Place, Result};
use crate::register::audit;
use crate::text;

use super::filing::{ARCHIVE, REGISTER, read_register};
use super::ledger::Ledger;
use super::workspace::Workspace;

/// Changed rows that are told one by one.
const ROWS_TOLD: usize = 10_000;

/// What was found beside the archive's report.
pub struct Verified {
    /// The archive against the register.
    pub report: Report,
    /// What SQLite says of its own pages; empty if sound.
    pub pages: Vec<String>,
    /// Rows of the register that no longer are what was committed to: somebody changed it from outside.
    pub rows: Vec<Diagnostic>,
    /// Rows of the register that were read.
    pub audited: u64,
}

impl Verified {
    /// True only if nothing at all was found and everything was checked.
    pub fn is_clean(&self) -> bool {
        self.pages.is_empty()
            && self.rows.is_empty()
            && self.report.exit_status() == archive_verify::ExitStatus::Clean
    }
}

/// Verifies the office's archive against its register.
///
/// # Errors
/// It could not be done at all: no archive, a register that cannot be read.
pub fn verify(workspace: &Workspace<'_>, options: Options<'_>) -> Result<Verified> {
    let root = workspace.dir.join(ARCHIVE);
    let has_archive = workspace.world.stat(&root).is_ok();
    let Some(register) = read_register(&workspace.dir)? else {
        let path = workspace.dir.join(REGISTER);
        let place = Place::file(path.display().to_string());
        if has_archive {
            return Err(Failure::new(
                FailureKind::Tampered,
                place,
                text!("có kho mà không có sổ đăng ký", "there is an archive but no register"),
            )
            .hint(text!(
                "khôi phục {REGISTER} từ bản sao lưu",
                "restore {REGISTER} from a backup"
            )));
        }
        return Err(Failure::new(
            FailureKind::Input,
            place,
            text!(
                "cơ quan này chưa ban hành văn bản nào, chưa có gì để kiểm tra",
                "this office has issued nothing yet: there is nothing to verify"
            ),
        ));
    };
    let pages = register.check_pages()?;
    register.snapshot()?;
    let mut rows = Vec::new();
    let audited = audit(&register, &mut |finding| {
        if rows.len() < ROWS_TOLD {
            rows.push(finding);
        }
    })?;
    let report = archive_verify::verify(workspace.world, &root, &Ledger(&register), options)?;
    Ok(Verified { report, pages, rows, audited })
}
