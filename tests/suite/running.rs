//! The program run in an office on a given day, as all tests of commands run it.
//!
//! Knows: how the program is started so that nothing of this machine reaches it. Must not know: any command.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The program in a folder on a day, without an office or a language from outside and with nobody to ask.
pub fn command(office: &Path, today: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vanthu"));
    command
        .current_dir(office)
        .args(["--today", today])
        .env_remove("VANTHU_OFFICE")
        .env_remove("VANTHU_LANG")
        .stdin(Stdio::null());
    command
}

/// Runs it.
pub fn on(office: &Path, today: &str, args: &[&str]) -> Output {
    command(office, today).args(args).output().expect("the program runs")
}

/// All that was said, on either side.
pub fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}
