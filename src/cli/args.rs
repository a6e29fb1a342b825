//! Arguments as typed. The words of the help are in `templates/help.toml`, in both languages.
//!
//! Knows: names of commands and options (fixed, with Vietnamese aliases). Must not know: what they do.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use crate::diagnostic::Lang;

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "vanthu", version, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    #[arg(long, global = true, value_name = "DIR", env = "VANTHU_OFFICE", hide_env = true)]
    pub office: Option<PathBuf>,
    #[arg(long, global = true, value_name = "vi|en", env = "VANTHU_LANG", hide_env = true, value_parser = lang)]
    pub lang: Option<Lang>,
    #[arg(long, global = true, value_name = "YYYY-MM-DD", value_parser = day)]
    pub today: Option<Date>,
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

/// Output of `check` and `verify`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Shape {
    #[default]
    Text,
    Json,
}

/// Output of `book`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum BookShape {
    #[default]
    Text,
    Json,
    Csv,
    Xlsx,
    #[value(hide = true)]
    Docx,
}

/// Which book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BookKind {
    #[value(alias = "di")]
    Outgoing,
    #[value(alias = "den")]
    Incoming,
    #[value(alias = "khen-thuong")]
    Awards,
    #[value(alias = "ban-sao")]
    Copies,
    #[value(alias = "theo-doi")]
    FollowUp,
    #[value(alias = "ban-luu")]
    KeptCopies,
    #[value(alias = "buu-dien")]
    Post,
}

/// What to do with a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TemplateAction {
    #[value(alias = "kiem-tra")]
    Check,
    #[value(alias = "truong")]
    Fields,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    #[command(alias = "khoi-tao")]
    Init { dir: PathBuf },
    #[command(alias = "moi")]
    New {
        #[arg(value_name = "TYPE")]
        kind: Option<String>,
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    #[command(alias = "du-thao")]
    Draft {
        #[arg(required = true, value_name = "SOURCE")]
        sources: Vec<PathBuf>,
        #[command(flatten)]
        data: Data,
        #[arg(long, short, value_name = "DIR")]
        out: Option<PathBuf>,
        #[arg(long, value_enum, default_value_t)]
        format: Shape,
    },
    #[command(alias = "ban-hanh")]
    Issue {
        #[arg(required = true, value_name = "SOURCE")]
        sources: Vec<PathBuf>,
        #[command(flatten)]
        data: Data,
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
        date: Option<Date>,
        #[arg(long, short, value_name = "DIR")]
        out: Option<PathBuf>,
        #[arg(long)]
        dry_run: bool,
        #[arg(long, value_name = "SECONDS", default_value_t = 120)]
        wait: u64,
        #[arg(long)]
        json: bool,
    },
    #[command(alias = "chay")]
    Run {
        #[arg(value_name = "JOB.toml")]
        job: PathBuf,
        #[arg(long)]
        dry_run: bool,
        #[arg(long)]
        keep_going: bool,
        #[arg(long)]
        again: bool,
        #[arg(long, value_name = "SECONDS", default_value_t = 120)]
        wait: u64,
        #[arg(long)]
        json: bool,
    },
    #[command(alias = "so")]
    Book {
        #[arg(value_enum)]
        kind: BookKind,
        #[arg(long, value_name = "YYYY")]
        year: Option<i16>,
        #[arg(long, value_enum, default_value_t)]
        format: BookShape,
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    #[command(alias = "doi-chieu")]
    Verify {
        #[arg(long, value_enum, default_value_t)]
        format: Shape,
        #[arg(long, value_name = "YYYY")]
        year: Option<i16>,
        #[arg(long, value_name = "N")]
        threads: Option<usize>,
    },
    #[command(alias = "kiem-tra")]
    Check {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        #[command(flatten)]
        data: Data,
        #[arg(long, value_enum, default_value_t)]
        format: Shape,
    },
    #[command(alias = "mau")]
    Template {
        #[arg(value_enum, value_name = "ACTION")]
        action: TemplateAction,
        #[arg(value_name = "FILE")]
        template: PathBuf,
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
        #[arg(long, value_enum, default_value_t)]
        format: Shape,
    },
    #[command(alias = "giai-thich")]
    Explain {
        #[arg(value_name = "CODE")]
        code: Option<String>,
    },
}

impl Command {
    /// True if a program reads the result, and so a failure too.
    pub fn wants_json(&self) -> bool {
        match self {
            Self::Draft { format, .. }
            | Self::Verify { format, .. }
            | Self::Check { format, .. }
            | Self::Template { format, .. } => *format == Shape::Json,
            Self::Issue { json, .. } | Self::Run { json, .. } => *json,
            Self::Book { format, out, .. } => *format == BookShape::Json && out.is_none(),
            Self::Init { .. } | Self::New { .. } | Self::Explain { .. } => false,
        }
    }
}

/// Data for a template.
#[derive(Debug, Clone, Default, Args)]
pub struct Data {
    #[arg(long = "data", value_name = "FILE")]
    pub file: Option<PathBuf>,
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
}

fn lang(text: &str) -> Result<Lang, String> {
    match text {
        "vi" => Ok(Lang::Vi),
        "en" => Ok(Lang::En),
        _ => Err("vi | en".to_owned()),
    }
}

fn day(text: &str) -> Result<Date, String> {
    text.parse::<Date>().map_err(|_| "YYYY-MM-DD".to_owned())
}
