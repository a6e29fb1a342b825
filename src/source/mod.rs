//! Readers: what people write and hand in becomes values that know their place.
//!
//! Knows: files as text and bytes, `model`, findings. Must not know: rulesets, layout, the register.

pub mod job;
mod keyed;
pub mod name;
pub mod office;
