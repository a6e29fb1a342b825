//! What an official document is: slots, numbers, dates, organs, signers, body.
//!
//! Knows: the decree's words. Must not know: fonts, XML, files, the register.

mod award;
mod block;
mod certificate;
mod code;
mod date;
mod document;
mod incoming;
mod office;
mod organ_id;
mod slot;

pub use award::{Honouree, HonoureeKind};
pub use block::{
    Align, Block, BlockKind, Cell, Level, Row, Span, Table, TableColumn, plain, spans,
};
pub use certificate::{
    Area, Border, BorderPattern, CERTIFICATE_VALUES, CertificateForm, CodeBox, EmblemBox, Stack,
    TextBox, Upright,
};
pub use code::{DocumentCode, Notation, Number};
pub use date::DateLine;
pub use document::{
    Addressees, Appendix, Attached, AuthorityLine, Contact, Document, Form, Numbered, OrganName,
    Side, Signature, SigningAuthority, Urgency,
};
pub use incoming::{ArrivalStamp, HandlingSlip, STAMP_HEIGHT, STAMP_MARK, STAMP_ROWS, STAMP_WIDTH};
pub use office::{Contents, Office, OrganConfig, SeriesConfig, SeriesMode, SignerConfig, is_copy};
pub use organ_id::{ORGAN_ID_LENGTH, OrganIdForm, organ_id_form};
pub use slot::Slot;
