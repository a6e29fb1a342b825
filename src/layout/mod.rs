//! From a document and a ruleset to a sheet.
//!
//! Knows: where each slot goes and how it looks. Must not know: XML, zip, files.
//!
//! The parts: `metrics` says how wide text is, `lines` which lines it takes, `phrases` which words
//! belong together, `measures` what a ruleset and an office ask for,
//! `styles` is the table of named styles, `build` makes pieces, `header`, `body`, `table` and
//! `foot` make the parts of a page, and `compose` puts them in the order of the sample forms; `kept` has
//! what one sheet leaves for the next;
//! `incoming` makes the papers for what comes in.
//! `paper` lays out the lists of the office: registers, indexes, reports.

mod body;
mod build;
mod certificate;
mod compose;
mod foot;
mod header;
mod incoming;
mod kept;
mod lines;
mod measures;
pub mod metrics;
pub mod paper;
mod phrases;
mod sheet;
mod styles;
mod table;

pub use build::Composer;
pub use certificate::{Art, Printer, Unfit, Values};
pub use compose::compose;
pub use incoming::LABELS;
pub use measures::{choice_keys, wrong_choices};
pub use sheet::{
    Cell, DrawnLine, Figure, Format, Frame, Item, LineSpacing, Look, Page, Para, Picture,
    PictureFormat, Properties, Row, Rule, Run, RunContent, Section, Sheet, Squares, Style,
    TWIPS_PER_MM, Table, VerticalAlign, mm,
};
pub use styles::style_parts;
