//! `vanthu keys`: the public keys of the log, and changing the key that signs.

use std::time::Duration;

use crate::archive::log::keys::KEY_FILE;
use crate::diagnostic::Result;
use crate::pipeline::Workspace;
use crate::pipeline::evidence::{public_keys, rotate};
use crate::text;

use super::args::KeyAction;
use super::report::Ui;
use super::{Exit, output_failure};

/// Lists the public keys, the one in use last, or changes the key.
pub fn run(
    workspace: &Workspace<'_>,
    action: KeyAction,
    lost: bool,
    wait: u64,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    match action {
        KeyAction::List => {
            for key in public_keys(workspace.world, &workspace.dir)? {
                writeln!(ui.out, "{}", key.vkey()).map_err(|e| output_failure(&e))?;
            }
        }
        KeyAction::Rotate => {
            super::sound(workspace, ui)?;
            let (old, new) = rotate(workspace, lost, Duration::from_secs(wait))?;
            let vkey = new.vkey();
            let old = old.map_or_else(|| "–".to_owned(), |key| key.vkey());
            ui.line(&text!("khóa cũ: {old}", "old key: {old}")).map_err(|e| output_failure(&e))?;
            ui.line(&text!("khóa mới: {vkey}", "new key: {vkey}"))
                .map_err(|e| output_failure(&e))?;
            ui.line(&text!(
                "cất một bản {KEY_FILE} ở nơi an toàn; khóa cũ để riêng thành {KEY_FILE}.000001 …, xóa khi không cần nữa",
                "keep a copy of {KEY_FILE} in a safe place; the old key is set aside as {KEY_FILE}.000001 …, remove it when it is not needed any more"
            ))
            .map_err(|e| output_failure(&e))?;
        }
    }
    Ok(Exit::Clean)
}
