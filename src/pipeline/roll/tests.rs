//! Lists of several units together.
