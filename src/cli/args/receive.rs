//! Arguments of `vanthu receive`.
//!
//! Knows: names of its options. Must not know: what they do.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

/// What `receive` takes.
#[derive(Debug, Clone, Args)]
pub struct ReceiveArgs {
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub sheet: Option<PathBuf>,
    #[arg(long)]
    pub paper: bool,
    #[arg(long, value_name = "NAME")]
    pub from: Option<String>,
    #[arg(long, value_name = "NOTATION")]
    pub code: Option<String>,
    #[arg(long, value_name = "DATE", value_parser = super::day)]
    pub date: Option<Date>,
    #[arg(long = "type", value_name = "TYPE")]
    pub type_name: Option<String>,
    #[arg(long, value_name = "TEXT")]
    pub subject: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub signer: Option<String>,
    #[arg(long, value_name = "TEXT")]
    pub position: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub to: Vec<String>,
    #[arg(long, value_name = "DATE", value_parser = super::day)]
    pub arrived: Option<Date>,
    #[arg(long, value_name = "DATE", value_parser = super::day)]
    pub due: Option<Date>,
    #[arg(long, value_name = "WORD", value_parser = priority)]
    pub priority: Option<u8>,
    #[arg(long, value_name = "NOTATION")]
    pub dossier: Option<String>,
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    #[arg(long)]
    pub secret: bool,
    #[arg(long, short)]
    pub yes: bool,
    #[arg(long)]
    pub no_stamp: bool,
    #[arg(long, visible_alias = "stamp-at", value_name = "X,Y", value_parser = place)]
    pub at: Option<(f64, f64)>,
    #[arg(long, conflicts_with = "at")]
    pub on_page: bool,
    #[arg(long)]
    pub slip: bool,
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub skip: usize,
    #[arg(long, short, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[arg(long, value_name = "MB", value_parser = clap::value_parser!(u64).range(1..=2000))]
    pub max_size: Option<u64>,
    #[arg(long)]
    pub dry_run: bool,
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub wait: u64,
    #[arg(long)]
    pub json: bool,
}

/// A place in millimetres: `25,60`.
fn place(text: &str) -> Result<(f64, f64), String> {
    let number = |t: &str| t.trim().parse::<f64>().ok().filter(|n| (0.0..=5000.0).contains(n));
    text.split_once([',', ';', 'x'])
        .and_then(|(x, y)| Some((number(x)?, number(y)?)))
        .ok_or_else(|| "X,Y (mm): 25,60".to_owned())
}

fn priority(text: &str) -> Result<u8, String> {
    crate::source::incoming::priority_of(text)
        .ok_or_else(|| "thuong | khan | thuong-khan | hoa-toc".to_owned())
}
