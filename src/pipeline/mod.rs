//! The stages in their order: the only place that knows all of them.
//!
//! Knows: plan, draft, issue, verify. Must not know: terminals, arguments, exit codes.

mod assemble;
mod check;
mod codes;
mod draft;
mod fields;
pub mod filing;
mod issue;
mod job;
mod ledger;
mod plan;
mod planned;
mod recipe;
mod scaffold;
mod skeleton;
mod verify;
mod word;
mod workspace;

pub use assemble::assemble;
pub use check::check;
pub use draft::{Drafted, write_drafts};
pub use fields::fields_of;
pub use issue::{Line, PRINT_FOLDER, Report, Ticket, file_stem, issue, preview};
pub use job::{job_identity, load_job, single_steps, write_bad_rows};
pub use ledger::Ledger;
pub use plan::{Plan, PlannedStep, Purpose, plan};
pub use planned::{Columns, Planned, RowData, RowPlace};
pub use recipe::{IssueDay, Recipe, at_row, write};
pub use scaffold::create_office;
pub use skeleton::{Skeleton, skeleton, skeletons};
pub use verify::{Verified, no_register, verify};
pub use word::{Fields, check_template, kind_word, template_fields};
pub use workspace::{
    OFFICE_FILE, TEXT_LIMIT, Workspace, find_office, read_failure, read_text, write_failure,
    write_file,
};
