//! The archive from outside: built by its interface, broken by hand, cut off at every step.
//! Links, FIFOs and rights are those of Unix.
#![cfg(unix)]

mod broken;
mod crash;
pub(crate) mod fixture;
mod hostile;
mod keys;
mod logs;
mod many;
mod reading;
mod refused;
mod runs;
mod tools;
pub(crate) mod world;
