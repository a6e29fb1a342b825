//! Lists as units send them.
