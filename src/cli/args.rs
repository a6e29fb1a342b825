//! Arguments as typed. The words of the help are in `templates/help.toml`, in both languages.
//!
//! Knows: names of commands and options (fixed, with Vietnamese aliases). Must not know: what they do.

mod list;
mod receive;
mod verify;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use crate::diagnostic::Lang;

use super::acts::Deed;
use super::certificate::CertificateAction;
pub use list::{ListArgs, ListOrder};
pub use receive::ReceiveArgs;
pub use verify::{Verify, VerifyShape};

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
    #[arg(long, global = true, value_name = "DATE", value_parser = day)]
    pub today: Option<Date>,
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

/// Output of `check`.
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
    Docx,
}

/// Output of lists and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum PaperShape {
    #[default]
    Text,
    Json,
    Xlsx,
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

/// What is done with the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum KeyAction {
    #[default]
    #[value(alias = "xem")]
    List,
    #[value(alias = "doi")]
    Rotate,
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
        #[arg(long, value_name = "DATE", value_parser = day)]
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
    #[command(alias = "den")]
    Receive(Box<ReceiveArgs>),
    #[command(alias = "in-lai")]
    Reprint {
        #[arg(value_name = "CODE", required = true)]
        codes: Vec<String>,
        #[arg(long)]
        slip: bool,
        #[arg(long, value_name = "N", default_value_t = 0)]
        skip: usize,
        #[arg(long, short, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    #[command(alias = "khen-thuong")]
    Award {
        #[arg(value_name = "LIST")]
        list: PathBuf,
        #[arg(long, value_name = "CODE", default_value = "")]
        decision: String,
        #[arg(long, value_name = "DATE", value_parser = day)]
        date: Option<Date>,
        #[arg(long, value_name = "TEXT", default_value = "")]
        form: String,
        #[arg(long, value_name = "KEY", default_value = "")]
        council: String,
        #[arg(long, value_name = "NAME")]
        sheet: Option<String>,
        #[arg(long)]
        dry_run: bool,
        #[arg(long, value_name = "SECONDS", default_value_t = 120)]
        wait: u64,
        #[arg(long)]
        json: bool,
    },
    #[command(alias = "danh-sach")]
    List(Box<ListArgs>),
    #[command(alias = "chay")]
    Run {
        #[arg(value_name = "JOB.toml")]
        job: PathBuf,
        #[arg(long, value_name = "STEP")]
        step: Vec<String>,
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
    #[command(alias = "dot-khen")]
    Campaign {
        #[command(subcommand)]
        action: CampaignAction,
    },
    #[command(alias = "so")]
    Book {
        #[arg(value_enum)]
        kind: BookKind,
        #[command(flatten)]
        which: Which,
        #[arg(long, value_name = "WORDS")]
        text: Option<String>,
        #[arg(long, value_enum, default_value_t)]
        format: BookShape,
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
        #[arg(long, value_name = "N", default_value_t = 250, value_parser = clap::value_parser!(u32).range(1..=2000))]
        pages_per_volume: u32,
        #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=9999))]
        first_volume: u32,
    },
    #[command(alias = "tim")]
    Find {
        #[arg(value_name = "WORDS")]
        words: Vec<String>,
        #[arg(long, value_enum)]
        book: Option<BookKind>,
        #[command(flatten)]
        which: Which,
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: usize,
        #[arg(long, value_enum, default_value_t)]
        format: Shape,
    },
    #[command(alias = "ho-so")]
    Dossier {
        #[command(subcommand)]
        action: DossierAction,
    },
    #[command(alias = "bao-cao-nam")]
    Report {
        #[arg(long, value_name = "YYYY")]
        year: Option<i16>,
        #[arg(long, value_enum, default_value_t)]
        format: PaperShape,
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    #[command(alias = "doi-chieu")]
    Verify(Verify),
    #[command(alias = "bang-chung")]
    Proof {
        #[arg(value_name = "CODE")]
        code: String,
        #[arg(long, value_name = "YYYY")]
        year: Option<i16>,
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    #[command(alias = "chung-minh")]
    Prove(Box<ProveArgs>),
    #[command(alias = "giay-khen", alias = "bang-khen")]
    Certificate {
        #[command(subcommand)]
        action: CertificateAction,
    },
    #[command(alias = "diem-kiem-tra")]
    Checkpoint {
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    #[command(alias = "khoa")]
    Keys {
        #[arg(value_enum, default_value_t)]
        action: KeyAction,
        #[arg(long)]
        lost: bool,
        #[arg(long, value_name = "SECONDS", default_value_t = 120)]
        wait: u64,
    },
    #[command(alias = "sua-kho")]
    Repair {
        #[arg(long, value_name = "DIR")]
        from: Option<PathBuf>,
        #[arg(long, value_name = "YYYY")]
        year: Option<i16>,
        #[arg(long, value_name = "CODE")]
        number: Option<String>,
        #[arg(long)]
        dry_run: bool,
        #[arg(long)]
        accept_parts: bool,
        #[arg(long, value_name = "SECONDS", default_value_t = 120)]
        wait: u64,
        #[arg(long, value_enum, default_value_t)]
        format: Shape,
    },
    #[command(alias = "lap-lai-so")]
    Rebuild {
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
        #[arg(long, value_name = "SECONDS", default_value_t = 120)]
        wait: u64,
        #[arg(long, value_enum, default_value_t)]
        format: Shape,
    },
    #[command(alias = "sao-luu")]
    Backup {
        #[arg(value_name = "DIR")]
        to: PathBuf,
        #[arg(long)]
        with_key: bool,
        #[arg(long, value_name = "SECONDS", default_value_t = 120)]
        wait: u64,
        #[arg(long, value_enum, default_value_t)]
        format: Shape,
    },
    #[command(alias = "khoi-phuc")]
    Restore {
        #[arg(long)]
        accept: bool,
        #[arg(long, value_name = "SECONDS", default_value_t = 120)]
        wait: u64,
        #[arg(long, value_enum, default_value_t)]
        format: Shape,
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
    #[command(flatten)]
    Deed(Deed),
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
            | Self::Find { format, .. }
            | Self::Repair { format, .. }
            | Self::Rebuild { format, .. }
            | Self::Backup { format, .. }
            | Self::Restore { format, .. }
            | Self::Check { format, .. }
            | Self::Template { format, .. } => *format == Shape::Json,
            Self::Prove(request) => request.format == Shape::Json,
            Self::Certificate { action } => action.wants_json(),
            Self::Verify(verify) => verify.format == VerifyShape::Json,
            Self::Dossier {
                action: DossierAction::List { format, .. } | DossierAction::Show { format, .. },
            }
            | Self::Report { format, .. } => *format == PaperShape::Json,
            Self::Dossier { .. } => false,
            Self::Campaign { action: CampaignAction::Status { format, .. } } => {
                *format == Shape::Json
            }
            Self::Issue { json, .. } | Self::Run { json, .. } => *json,
            Self::Receive(args) => args.json,
            Self::Award { json, .. } => *json,
            Self::List(args) => args.format == Shape::Json,
            Self::Book { format, out, .. } => *format == BookShape::Json && out.is_none(),
            Self::Deed(deed) => deed.wants_json(),
            Self::Init { .. }
            | Self::New { .. }
            | Self::Explain { .. }
            | Self::Reprint { .. }
            | Self::Proof { .. }
            | Self::Checkpoint { .. }
            | Self::Keys { .. } => false,
        }
    }
}

/// What to do with award campaigns.
#[derive(Debug, Subcommand)]
pub enum CampaignAction {
    #[command(alias = "trang-thai")]
    Status {
        #[arg(value_name = "JOB.toml")]
        job: Option<PathBuf>,
        #[arg(long, value_enum, default_value_t)]
        format: Shape,
    },
}

/// What is to be proved: a file with its proof, or the QR code of a certificate.
#[derive(Debug, Clone, Args)]
pub struct ProveArgs {
    #[arg(
        value_name = "FILE",
        required_unless_present = "qr",
        conflicts_with = "qr",
        requires = "proof"
    )]
    pub file: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub proof: Option<PathBuf>,
    #[arg(long, value_name = "TEXT")]
    pub qr: Option<String>,
    #[arg(long, value_name = "NAME", requires = "qr")]
    pub name: Option<String>,
    #[arg(long, value_name = "NAME", requires = "qr")]
    pub unit: Option<String>,
    #[arg(long, value_name = "NAME", requires = "qr")]
    pub award: Option<String>,
    #[arg(long, value_name = "TEXT", requires = "qr")]
    pub achievement: Option<String>,
    #[arg(long = "key", value_name = "VKEY")]
    pub keys: Vec<String>,
    #[arg(long, value_enum, default_value_t)]
    pub format: Shape,
}

/// What to do with dossiers.
#[derive(Debug, Subcommand)]
pub enum DossierAction {
    #[command(alias = "mo")]
    Open {
        #[arg(value_name = "CODE")]
        code: String,
        #[arg(long)]
        title: String,
        #[arg(long, default_value = "")]
        retention: String,
        #[arg(long, default_value = "")]
        reason: String,
        #[arg(long, default_value = "")]
        creator: String,
        #[arg(long, default_value = "")]
        note: String,
        #[arg(long, value_name = "YYYY")]
        year: Option<i16>,
        #[arg(long, value_name = "SECONDS", default_value_t = 120)]
        wait: u64,
    },
    #[command(alias = "them")]
    Add {
        #[arg(value_name = "CODE")]
        code: String,
        #[arg(required = true, value_name = "DOCUMENT")]
        documents: Vec<String>,
        #[arg(long, value_enum, default_value = "outgoing")]
        book: BookKind,
        #[arg(long, value_name = "YYYY")]
        document_year: Option<i16>,
        #[arg(long, default_value = "")]
        note: String,
        #[arg(long, value_name = "YYYY")]
        year: Option<i16>,
        #[arg(long, value_name = "SECONDS", default_value_t = 120)]
        wait: u64,
    },
    #[command(alias = "danh-muc")]
    List {
        #[arg(long, value_name = "YYYY")]
        year: Option<i16>,
        #[arg(long, value_enum, default_value_t)]
        format: PaperShape,
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    #[command(alias = "xem")]
    Show {
        #[arg(value_name = "CODE")]
        code: String,
        #[arg(long, value_name = "YYYY")]
        year: Option<i16>,
        #[arg(long, value_enum, default_value_t)]
        format: PaperShape,
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    #[command(alias = "ket-thuc")]
    Close {
        #[arg(value_name = "CODE")]
        code: String,
        #[arg(long, value_name = "DATE", value_parser = day)]
        end: Option<Date>,
        #[arg(long, value_name = "YYYY")]
        year: Option<i16>,
        #[arg(long, value_name = "SECONDS", default_value_t = 120)]
        wait: u64,
    },
    #[command(alias = "nhap")]
    Import {
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[arg(long, value_name = "NAME")]
        sheet: Option<String>,
        #[arg(long, value_name = "YYYY")]
        year: Option<i16>,
        #[arg(long)]
        dry_run: bool,
        #[arg(long, value_name = "SECONDS", default_value_t = 120)]
        wait: u64,
    },
}

/// Which entries of a book.
#[derive(Debug, Clone, Default, Args)]
pub struct Which {
    #[arg(long, value_name = "YYYY")]
    pub year: Option<i16>,
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub from: Option<Date>,
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub to: Option<Date>,
    #[arg(long = "type", value_name = "TYPE")]
    pub type_of: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub unit: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub signer: Option<String>,
    #[arg(long, value_name = "CODE")]
    pub dossier: Option<String>,
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

/// A day as people write it: `30/3/2022` or `2022-03-30`.
pub fn day(text: &str) -> Result<Date, String> {
    let line = crate::model::DateLine::parse(text);
    line.and_then(crate::model::DateLine::date).ok_or_else(|| "30/3/2022 | 2022-03-30".to_owned())
}
