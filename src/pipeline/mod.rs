//! The stages joined: draft, plan, issue, verify.
//!
//! Knows: all stages. Must not know: a terminal, SQL, XML.

pub mod filing;
mod ledger;

pub use ledger::Ledger;
