//! The keys of the front matter in English and Vietnamese.
//!
//! Knows: their names. Must not know: their values.

use std::borrow::Cow;

use crate::text;

macro_rules! keys {
    ($($name:ident $english:literal $vietnamese:literal,)*) => {
        /// A key of the front matter.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Key {
            $(#[doc = concat!("`", $english, "`, `", $vietnamese, "`.")] $name,)*
        }

        impl Key {
            /// All, in the order of the documentation.
            pub const ALL: &'static [Key] = &[$(Key::$name,)*];

            /// English name.
            pub const fn english(self) -> &'static str {
                match self { $(Key::$name => $english,)* }
            }

            /// Vietnamese name without accents.
            pub const fn vietnamese(self) -> &'static str {
                match self { $(Key::$name => $vietnamese,)* }
            }
        }
    };
}

keys! {
    Type "type" "loai",
    Subject "subject" "trich-yeu",
    Organ "organ" "co-quan",
    Place "place" "dia-danh",
    Date "date" "ngay",
    Notation "notation" "ky-hieu",
    Unit "unit" "don-vi-soan",
    IssuingAuthority "issuing_authority" "tham-quyen",
    Addressees "addressees" "kinh-gui",
    AddresseeLead "addressee_lead" "loi-gui",
    Recipients "recipients" "noi-nhan",
    ArchiveCopy "archive_copy" "luu",
    Signer "signer" "nguoi-ky",
    Signers "signers" "nguoi-ky-2-ben",
    Drafter "drafter" "nguoi-soan",
    Copies "copies" "so-ban",
    Urgency "urgency" "do-khan",
    Secrecy "secrecy" "do-mat",
    Circulation "circulation" "luu-hanh",
    Contact "contact" "lien-he",
    Electronic "electronic" "ban-dien-tu",
    Landscape "landscape" "kho-ngang",
    Dossier "dossier" "ho-so",
    Extra "extra" "them",
}

/// Keys inside a signer: English, Vietnamese.
const SIGNER: [(&str, &str); 6] = [
    ("authority", "quyen-han"),
    ("position", "chuc-vu"),
    ("other_position", "chuc-vu-khac"),
    ("name", "ho-ten"),
    ("side", "ben"),
    ("signer", "nguoi-ky"),
];

/// The key in the form in which it is compared: `Trích yếu`, `trich_yeu` → `trich-yeu`.
fn normal(key: &str) -> Cow<'_, str> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if key.bytes().all(plain) { Cow::Borrowed(key) } else { Cow::Owned(text::slug(key)) }
}

fn is(key: &str, english: &str, vietnamese: &str) -> bool {
    key == vietnamese
        || (key.len() == english.len()
            && key.bytes().zip(english.bytes()).all(|(a, b)| a == b || (a == b'-' && b == b'_')))
}

/// The key that was typed.
pub(super) fn find(typed: &str) -> Option<Key> {
    let key = normal(typed);
    Key::ALL.iter().copied().find(|k| is(&key, k.english(), k.vietnamese()))
}

/// The English name of a key inside a signer.
pub(super) fn find_signer(typed: &str) -> Option<&'static str> {
    let key = normal(typed);
    SIGNER.iter().find(|(english, vietnamese)| is(&key, english, vietnamese)).map(|(e, _)| *e)
}

/// All names, for suggestions.
pub(super) fn names() -> impl Iterator<Item = &'static str> + Clone {
    Key::ALL.iter().map(|k| k.vietnamese()).chain(Key::ALL.iter().map(|k| k.english()))
}

/// All names inside a signer.
pub(super) fn signer_names() -> impl Iterator<Item = &'static str> + Clone {
    SIGNER.iter().map(|(_, v)| *v).chain(SIGNER.iter().map(|(e, _)| *e))
}
