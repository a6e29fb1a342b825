//! Progress with rate and time left, on a terminal only.
//!
//! Knows: the bar. Must not know: where the figures come from.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::archive::verify::Progress;
use crate::diagnostic::Lang;
use crate::text;

/// A bar over `total` things; hidden when quiet or when standard error is no terminal.
pub fn bar(total: u64, what: &str, lang: Lang, quiet: bool) -> ProgressBar {
    let target = if quiet || !std::io::stderr().is_terminal() {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr()
    };
    let left = if lang == Lang::Vi { "còn" } else { "left" };
    let template = format!("{{msg}} {{wide_bar}} {{pos}}/{{len}} ({{rate}}/s, {left} {{eta}})");
    let bar = ProgressBar::with_draw_target(Some(total), target).with_message(what.to_owned());
    let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        // A bar that cannot be drawn is no reason to stop.
        let _ = write!(out, "{:.0}", state.per_sec());
    };
    match ProgressStyle::with_template(&template) {
        Ok(style) => bar.with_style(style.with_key("rate", rate)),
        Err(_) => bar,
    }
}

/// A bar over bytes with their rate and the time left; what it stands at is given by [`show`].
pub fn bytes(lang: Lang, quiet: bool) -> ProgressBar {
    let bar = bar(0, "", lang, quiet);
    let left = if lang == Lang::Vi { "còn" } else { "left" };
    let template = format!(
        "{{msg}} {{wide_bar}} {{bytes}}/{{total_bytes}} ({{bytes_per_sec}}, {left} {{eta}})"
    );
    match ProgressStyle::with_template(&template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Shows how far a verification is. Where the whole is not known the bar is as long as what was read.
pub fn show(bar: &ProgressBar, p: &Progress, lang: Lang) {
    bar.set_length(p.total_bytes.max(p.bytes));
    bar.set_position(p.bytes);
    let (done, all) = (p.files, p.total_files.max(p.files));
    bar.set_message(text!("{done}/{all} tệp", "{done}/{all} files").get(lang).to_owned());
}
