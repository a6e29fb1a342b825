//! Arguments of `list`.
//!
//! Knows: their names. Must not know: how a list is read.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Shape;
use crate::source::roll::{Field, parse_map};

/// Order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ListOrder {
    #[default]
    #[value(alias = "nhu-gui")]
    Given,
    #[value(alias = "ten")]
    Name,
}

/// What `list` takes.
#[derive(Debug, Clone, Args)]
pub struct ListArgs {
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[arg(long, value_name = "FIELD=COLUMN", value_parser = parse_map)]
    pub map: Vec<(Field, String)>,
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub header_row: Option<u32>,
    #[arg(long, value_name = "AWARD")]
    pub form: Option<String>,
    #[arg(long, value_enum, default_value_t)]
    pub order: ListOrder,
    #[arg(long)]
    pub by_unit: bool,
    #[arg(long, short, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[arg(long)]
    pub no_report: bool,
    #[arg(long, value_enum, default_value_t)]
    pub format: Shape,
}
