//! Exit codes: fixed, so that scripts can rely on them.
//!
//! Knows: which outcome has which code. Must not know: how an outcome is shown.

use crate::diagnostic::FailureKind;

/// The status of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done and clean.
    Clean = 0,
    /// There are findings.
    Findings = 1,
    /// The work could not be done.
    Failed = 2,
    /// Stopped before the end, nothing bad so far.
    Stopped = 3,
    /// Evidence of tampering or roll-back.
    Tampered = 4,
}

impl From<FailureKind> for Exit {
    fn from(kind: FailureKind) -> Self {
        match kind {
            FailureKind::Interrupted => Exit::Stopped,
            FailureKind::Tampered => Exit::Tampered,
            _ => Exit::Failed,
        }
    }
}
