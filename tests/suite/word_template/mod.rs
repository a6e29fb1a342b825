//! Word files of the clerk's own, with tags: filled, checked, refused.

mod bad;
mod blocks;
pub mod fixture;
mod office;
mod parts;
mod splits;
