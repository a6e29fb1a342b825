//! Codes of what is found about certificates.
//!
//! Knows: numbers. Must not know: when they are given. Those of a form's file are in `source::certificate`.

use crate::diagnostic::{Code, Family};

/// A text that does not fit at its smallest size.
pub const DOES_NOT_FIT: Code = Code::new(Family::D, 921);
/// A value that the form needs.
pub const VALUE_MISSING: Code = Code::new(Family::D, 922);
/// An emblem that is no picture.
pub const BAD_EMBLEM: Code = Code::new(Family::D, 923);
/// An emblem that is too large.
pub const LARGE_EMBLEM: Code = Code::new(Family::D, 924);
/// A QR code whose squares would be too small to be read.
pub const FINE_CODE: Code = Code::new(Family::D, 925);
/// A letter that cannot be printed.
pub const UNPRINTABLE: Code = Code::new(Family::D, 926);
/// No such form.
pub const UNKNOWN_FORM: Code = Code::new(Family::D, 927);
/// A Word file as a form that does not name whom it is for.
pub const NAMELESS_TEMPLATE: Code = Code::new(Family::M, 401);
