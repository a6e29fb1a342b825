//! `vanthu book`.

use std::path::Path;

use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::pipeline::Workspace;
use crate::text;

use super::Exit;
use super::args::{BookKind, BookShape};
use super::report::Ui;

pub fn run(
    _workspace: &Workspace<'_>,
    _kind: BookKind,
    _year: Option<i16>,
    _format: BookShape,
    _out: Option<&Path>,
    _ui: &mut Ui<'_>,
) -> Result<Exit> {
    Err(Failure::new(FailureKind::Usage, Place::default(), text!("chưa có", "not yet")))
}
