//! The stages in their order: the only place that knows all of them.
//!
//! Knows: plan, draft, issue, verify. Must not know: terminals, arguments, exit codes.

pub mod acts;
mod assemble;
mod awards;
mod backup;
pub mod campaign;
pub mod certificate;
mod check;
mod codes;
mod copy;
pub mod dossier;
mod draft;
pub mod evidence;
mod fields;
pub mod filing;
pub mod intake;
mod issue;
mod job;
mod ledger;
mod make;
mod plan;
mod planned;
pub mod print;
mod rebuild;
mod receive;
mod recipe;
mod repair;
mod repeats;
mod rerender;
pub mod roll;
mod scaffold;
pub mod search;
mod skeleton;
mod verify;
mod word;
mod workspace;
pub mod yearly;

pub use assemble::assemble;
pub use awards::{
    AwardDefaults, AwardList, Awarded, Awarding, Certify, Origins, Stamp, award_line, enter_awards,
    preview_awards, read_awards,
};
pub use backup::{BackedUp, BackupRequest, backup};
pub use check::check;
pub use codes::NOT_SAID;
pub use codes::WRONG_BOOK as NOT_FOR_THIS_BOOK;
pub use copy::{MARK, Mark, NextNumber, Restored, restore};
pub use draft::{Drafted, write_drafts};
pub use fields::fields_of;
pub use issue::{Line, PRINT_FOLDER, Report, Ticket, file_stem, issue, preview};
pub use job::{job_identity, load_job, single_steps, write_bad_rows};
pub use ledger::Ledger;
pub use plan::{Plan, PlannedStep, Purpose, plan};
pub use planned::{Columns, Planned, RowData, RowPlace};
pub use rebuild::{Rebuilt, rebuild, recover_config};
pub use receive::{
    Arrival, Arrived, Bring, Papers, Receipt, Received, check_arrivals, preview_arrivals, receive,
};
pub use recipe::{IssueDay, Recipe, at_row, write};
pub use repair::{Mend, Origin, Remains, RepairRequest, Repaired, repair};
pub use rerender::{Rerendered, Rerenderer};
pub use scaffold::create_office;
pub use skeleton::{Skeleton, listed_skeletons, skeleton, skeletons};
pub use verify::{
    Asked, Checked, Kept, Leave, Request, Verdict, Verified, minutes, no_register, verify,
    verify_and_keep,
};
pub use word::{Fields, check_template, kind_word, template_fields};
pub use workspace::{
    OFFICE_FILE, TEXT_LIMIT, Workspace, find_office, read_failure, read_text, write_failure,
    write_file,
};
