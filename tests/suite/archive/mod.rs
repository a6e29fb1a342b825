//! The archive from outside: built by its interface, broken by hand, cut off at every step.

mod broken;
mod crash;
mod fixture;
mod hostile;
mod reading;
mod tools;
mod world;
