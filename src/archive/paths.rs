//! Names in the archive: folders, bags, files, and which paths are safe.
//!
//! Knows: the layout on disk. Must not know: what is in the files.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{ArchivePath, Digest, sha256};
use crate::diagnostic::Text;
use crate::text;

pub(super) const GUIDE: &str = "DOC-TOI.txt";
pub(super) const GUIDE_TEXT: &str = include_str!("../../templates/archive/DOC-TOI.txt");
pub(super) const KEYS: &str = "keys";
pub(super) const LOG: &str = "log";
pub(super) const BAGS: &str = "bags";
pub(super) const OPEN: &str = "open";
pub(super) const STAGING: &str = "staging";
pub(super) const QUARANTINE: &str = "quarantine";
pub(super) const REPORTS: &str = "reports";
pub(super) const JOURNAL: &str = "journal";
/// Every folder of an archive.
pub(super) const FOLDERS: [&str; 8] =
    [KEYS, LOG, BAGS, OPEN, JOURNAL, STAGING, QUARANTINE, REPORTS];

pub(super) const DATA: &str = "data";
pub(super) const MANIFEST: &str = "manifest-sha256.txt";
pub(super) const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
pub(super) const BAGIT: &str = "bagit.txt";
pub(super) const BAG_INFO: &str = "bag-info.txt";
pub(super) const ROWS: &str = "so-dang-ky.csv";
/// The files that sealing adds to a bag and the tag manifest lists, in its order.
pub(super) const TAG_FILES: [&str; 4] = [BAG_INFO, BAGIT, MANIFEST, ROWS];

/// Longest path inside a bag, in bytes.
pub(super) const MAX_PATH: usize = 4096;

/// One bag: a year and its number in the year, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BagId {
    /// Year of the documents.
    pub year: i16,
    /// Number in the year, from 1.
    pub number: u32,
}

impl fmt::Display for BagId {
    /// `2026/000001`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}/{:06}", self.year, self.number)
    }
}

impl std::str::FromStr for BagId {
    type Err = ();

    /// `2026/000001`, exactly as it prints.
    fn from_str(s: &str) -> Result<Self, ()> {
        let (year, number) = s.split_once('/').ok_or(())?;
        Ok(Self { year: year_of(year).ok_or(())?, number: bag_of(number).ok_or(())? })
    }
}

impl BagId {
    /// The folder of the bag below `bags/` or `open/`.
    pub(super) fn under(self, root: &Path, side: &str) -> PathBuf {
        root.join(side).join(format!("{:04}", self.year)).join(format!("{:06}", self.number))
    }
}

/// What a file in a bag is named after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileName<'a> {
    /// Series key: `SNV:ke-hoach`.
    pub series: &'a str,
    /// Số in the series and year.
    pub number: u32,
    /// `docx`; ASCII letters and digits only, others are dropped.
    pub extension: &'a str,
}

impl FileName<'_> {
    /// The place in a bag: `data/snv.ke-hoach/000005-1a2b3c4d.docx`, the last part being the
    /// beginning of the digest. ASCII, lower case, safe on every file system.
    pub fn place(&self, bag: BagId, digest: &Digest) -> ArchivePath {
        let [a, b, c, d, ..] = digest.0;
        let hash = u32::from_be_bytes([a, b, c, d]);
        let extension: String = self
            .extension
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .take(8)
            .collect();
        let dot = if extension.is_empty() { "" } else { "." };
        let series = series_folder(self.series);
        let path = format!("{DATA}/{series}/{:06}-{hash:08x}{dot}{extension}", self.number);
        ArchivePath { year: bag.year, bag: bag.number, path }
    }
}

/// ASCII folder of a series: `SNV:ke-hoach` → `snv.ke-hoach`. Where the spelling loses more than
/// case, four digits of the key's digest keep two series apart.
pub(super) fn series_folder(series: &str) -> String {
    if is_folder_but_for_case(series) {
        return series.replace(':', ".").to_ascii_lowercase();
    }
    folder_by_words(series)
}

/// The same for any series.
fn folder_by_words(series: &str) -> String {
    let parts: Vec<String> = series.split(':').map(crate::text::slug).collect();
    let mut name = parts.join(".");
    name.truncate(48);
    let same = name.replace('.', ":") == series.to_ascii_lowercase()
        && !parts.iter().any(String::is_empty);
    if same {
        return name;
    }
    let hash: String = sha256(series.as_bytes()).to_hex().chars().take(4).collect();
    format!("{}-{hash}", name.trim_matches('.'))
}

/// True for what nearly every series is: words of letters and digits with one hyphen or colon between.
fn is_folder_but_for_case(series: &str) -> bool {
    let mut was_word = false;
    series.len() <= 48
        && series.bytes().all(|byte| {
            let is_word = byte.is_ascii_alphanumeric();
            let may_stand = is_word || (was_word && matches!(byte, b':' | b'-'));
            was_word = is_word;
            may_stand
        })
        && was_word
}

/// The year of a folder name, if it is one.
pub(super) fn year_of(name: &str) -> Option<i16> {
    (name.len() == 4 && name.bytes().all(|b| b.is_ascii_digit())).then(|| name.parse().ok())?
}

/// The bag number of a folder name, if it is one.
pub(super) fn bag_of(name: &str) -> Option<u32> {
    let digits = name.len() >= 6 && name.bytes().all(|b| b.is_ascii_digit());
    let number = digits.then(|| name.parse().ok())?;
    number.filter(|&n| n > 0 && format!("{n:06}") == name)
}

/// Why a path inside a bag must not be used: it would lead out of the bag, or no other system could hold it.
/// `None` if it is safe: relative, `/`-separated, ASCII without control characters, below `data/`.
pub fn check_path(path: &str) -> Option<Text> {
    if path.len() > MAX_PATH {
        let length = path.len();
        return Some(text!("dài {length} byte, quá {MAX_PATH}", "{length} bytes, over {MAX_PATH}"));
    }
    if !path.is_ascii() || path.bytes().any(|b| b.is_ascii_control()) {
        return Some(text!(
            "có ký tự ngoài ASCII hoặc ký tự điều khiển",
            "has characters outside ASCII or control characters"
        ));
    }
    if path.starts_with('/') || path.starts_with('~') || path.contains(['\\', ':']) {
        return Some(text!("không phải đường dẫn tương đối", "is not a relative path"));
    }
    let mut parts = path.split('/');
    if parts.next() != Some(DATA) {
        return Some(text!("không nằm trong data/", "is not below data/"));
    }
    let mut depth = 0;
    for part in parts {
        depth += 1;
        if part.is_empty() || part == "." || part == ".." || part.starts_with('~') {
            return Some(text!("có thành phần “{part}”", "has the component “{part}”"));
        }
    }
    (depth == 0).then(|| text!("không có tên tệp", "has no file name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_get_folders_of_their_own() {
        assert_eq!(series_folder("SNV:ke-hoach"), "snv.ke-hoach");
        assert_eq!(series_folder("SNV:chung"), "snv.chung");
        let odd = ["HĐTĐ:ke-hoach", "HDTD:ke-hoach", "A:B:", ":A:B", "A B", "A-B", "..", "", "Ạ"];
        let folders: std::collections::BTreeSet<_> = odd.iter().map(|s| series_folder(s)).collect();
        assert_eq!(folders.len(), odd.len(), "{folders:?}");
        for series in odd {
            let name = FileName { series, number: 5, extension: "docx" };
            let at = name.place(BagId { year: 2026, number: 1 }, &sha256(b"x"));
            assert_eq!(check_path(&at.path), None, "{series}: {at}");
        }
    }

    #[test]
    fn what_is_a_folder_but_for_case_is_the_same_by_its_words() {
        let long = "A".repeat(48);
        for usual in ["SNV:ke-hoach", "a", "A1:B-2:c", "x-y-z", long.as_str()] {
            assert!(is_folder_but_for_case(usual), "{usual}");
            assert_eq!(series_folder(usual), folder_by_words(usual));
        }
        for other in ["", "-a", "a-", "a--b", "a:-b", "a::b", ":a", "a:", "a.b", "á", "a b"] {
            assert!(!is_folder_but_for_case(other), "{other}");
        }
        assert!(!is_folder_but_for_case(&"A".repeat(49)));
    }

    #[test]
    fn unsafe_paths_are_refused() {
        for bad in [
            "/etc/passwd",
            "data/../x",
            "../data/x",
            "data/./x",
            "~/x",
            "data/~x",
            "C:/data/x",
            "data\\x",
            "data",
            "data/",
            "data//x",
            "x/y",
            "data/é",
            "data/a\nb",
        ] {
            assert!(check_path(bad).is_some(), "{bad}");
        }
        assert!(check_path(&format!("data/{}", "x".repeat(MAX_PATH))).is_some());
        assert_eq!(check_path("data/snv.kh/000001-aabbccdd.docx"), None);
    }

    #[test]
    fn folder_names_are_exact() {
        assert_eq!(bag_of("000012"), Some(12));
        assert_eq!(bag_of("1000000"), Some(1_000_000));
        for bad in ["12", "000000", "0000012", "00001x", "+00012", ""] {
            assert_eq!(bag_of(bad), None, "{bad}");
        }
        assert_eq!(year_of("2026"), Some(2026));
        assert_eq!(year_of("+202"), None);
    }
}
