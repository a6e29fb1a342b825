//! From a document and a ruleset to a sheet.
//!
//! Knows: where each slot goes and how it looks. Must not know: XML, zip, files.

mod sheet;

pub use sheet::{
    Cell, DrawnLine, Format, Item, LineSpacing, Look, Page, Para, Properties, Row, Rule, Run,
    RunContent, Section, Sheet, Style, TWIPS_PER_MM, Table, VerticalAlign, mm,
};
