//! Arguments of `vanthu verify`.
//!
//! Knows: names of its options. Must not know: what they do.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

/// Output of `verify`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum VerifyShape {
    #[default]
    Text,
    Json,
    Docx,
}

/// Which book `verify` is to keep to; the others are views of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Registered {
    #[value(alias = "di")]
    Outgoing,
    #[value(alias = "den")]
    Incoming,
    #[value(alias = "khen-thuong")]
    Awards,
    #[value(alias = "ban-sao")]
    Copies,
}

impl From<Registered> for crate::register::Book {
    fn from(book: Registered) -> Self {
        match book {
            Registered::Outgoing => Self::Outgoing,
            Registered::Incoming => Self::Incoming,
            Registered::Awards => Self::Awards,
            Registered::Copies => Self::Copies,
        }
    }
}

/// Options of `verify`.
#[derive(Debug, Clone, Args)]
pub struct Verify {
    #[arg(long, value_enum, default_value_t)]
    pub format: VerifyShape,
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[arg(long, value_name = "YYYY")]
    pub year: Option<i16>,
    #[arg(long, value_name = "N")]
    pub bag: Option<u32>,
    #[arg(long, value_enum)]
    pub book: Option<Registered>,
    #[arg(long, value_name = "CODE", conflicts_with = "bag")]
    pub number: Option<String>,
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub max_duration: Option<Duration>,
    #[arg(long, conflicts_with_all = ["book", "number", "quick"])]
    pub resume: bool,
    #[arg(long, value_name = "DAYS", value_parser = days, conflicts_with_all = ["book", "number", "quick"])]
    pub max_age: Option<u32>,
    #[arg(long)]
    pub quick: bool,
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    #[arg(long, value_name = "N")]
    pub io: Option<usize>,
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub wait: u64,
    #[arg(long)]
    pub no_log: bool,
    #[arg(long, value_name = "FILE")]
    pub anchor: Option<PathBuf>,
}

/// `90`, `90s`, `30m`, `2h`.
fn span(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(['s', 'm', 'h']);
    let unit = match text.strip_prefix(digits) {
        Some("" | "s") => 1,
        Some("m") => 60,
        Some("h") => 3600,
        _ => return Err("90s | 30m | 2h".to_owned()),
    };
    let count: u64 = digits.parse().map_err(|_| "90s | 30m | 2h".to_owned())?;
    Ok(Duration::from_secs(count.saturating_mul(unit)))
}

/// `30` or `30d`.
fn days(text: &str) -> Result<u32, String> {
    text.trim_end_matches('d').parse().map_err(|_| "30 | 30d".to_owned())
}
