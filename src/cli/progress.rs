//! Progress with rate and time left, on a terminal only.
//!
//! Knows: the bar. Must not know: what is counted.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::diagnostic::Lang;

/// A bar over `total` things; hidden when quiet or when standard error is no terminal.
pub fn bar(total: u64, what: &str, lang: Lang, quiet: bool) -> ProgressBar {
    let target = if quiet || !std::io::stderr().is_terminal() {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr()
    };
    let left = if lang == Lang::Vi { "còn" } else { "left" };
    let template = format!("{{msg}} {{wide_bar}} {{pos}}/{{len}} ({{per_sec}}, {left} {{eta}})");
    let bar = ProgressBar::with_draw_target(Some(total), target).with_message(what.to_owned());
    match ProgressStyle::with_template(&template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
