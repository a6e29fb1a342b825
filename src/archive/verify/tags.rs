//! The tag files of a bag: manifest, tag manifest, `bagit.txt`, `bag-info.txt`, and what else lies in its root.
//!
//! Knows: RFC 8493. Must not know: the payload's bytes, SQL.

use std::collections::HashMap;
use std::path::Path;

use super::super::manifest::{self, Bad, Manifest};
use super::super::paths::{
    BAG_INFO, BAGIT, DATA, MANIFEST, ROWS, TAG_FILES, TAG_MANIFEST, check_path,
};
use super::super::recover::is_temporary;
use super::super::{Digest, sha256};
use super::finding::{Class, Finding};
use super::tree::{Side, Walk, join, odd};
use super::view::Known;
use crate::text;
use crate::world::{EntryKind, World};

/// Most bytes of a tag file other than a manifest.
const MAX_TAG: u64 = 64 << 20;
const FETCH: &str = "fetch.txt";
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// What the check of tag files needs.
pub(super) struct Tags<'a> {
    pub world: &'a dyn World,
    pub dir: &'a Path,
    pub shown: &'a str,
    pub side: Side,
    pub known: &'a [Known],
    pub walk: &'a Walk,
}

impl Tags<'_> {
    /// All findings, and what the manifest lists.
    pub(super) fn check(&self) -> (Vec<Finding>, HashMap<String, Digest>) {
        let mut findings = Vec::new();
        self.root(&mut findings);
        let bytes = self.read(MANIFEST, manifest::MAX_BYTES, &mut findings);
        let listed = match &bytes {
            Some(bytes) => self.manifest(&manifest::parse(bytes), &mut findings),
            None => HashMap::new(),
        };
        if self.side == Side::Sealed {
            self.sealed(bytes.as_deref(), &mut findings);
        }
        (findings, listed)
    }

    fn finding(&self, class: Class, inside: &str) -> Finding {
        Finding::new(class, join(self.shown, inside))
    }

    /// What lies beside `data/`.
    fn root(&self, out: &mut Vec<Finding>) {
        let mut half_sealed = false;
        for (path, kind) in &self.walk.entries {
            if path.strip_prefix(DATA).is_some_and(|rest| rest.starts_with('/')) {
                continue;
            }
            let tag = TAG_FILES.contains(&path.as_str()) || path == TAG_MANIFEST;
            let mine = match self.side {
                Side::Sealed => tag,
                Side::Open => path == MANIFEST,
            };
            if let Some(class) = odd(*kind) {
                out.push(self.finding(class, path));
            } else if path == FETCH {
                out.push(self.finding(Class::Fetch, path));
            } else if self.side == Side::Open && !mine && (tag || is_temporary(path)) {
                half_sealed = true;
            } else if !mine {
                out.push(self.finding(Class::Extra, path));
            }
        }
        if half_sealed {
            out.push(self.finding(Class::SealUnfinished, ""));
        }
    }

    /// A tag file's bytes, if it is a regular file that can be read.
    fn read(&self, name: &str, limit: u64, out: &mut Vec<Finding>) -> Option<Vec<u8>> {
        match self.walk.entries.get(name) {
            Some(EntryKind::File) => {}
            // Something odd has been told by `root`; nothing at all is told here.
            Some(_) => return None,
            None => {
                let class = match name {
                    MANIFEST => Class::ManifestMissing,
                    TAG_MANIFEST => Class::TagManifest,
                    BAGIT => Class::BagitTxt,
                    BAG_INFO => Class::BagInfo,
                    _ => Class::TagMissing,
                };
                // An open bag gets its manifest with its first document.
                if self.side == Side::Sealed || !self.known.is_empty() {
                    out.push(self.finding(class, name));
                }
                return None;
            }
        }
        let path = self.dir.join(name);
        if self.world.stat(&path).is_ok_and(|stat| stat.links > 1) {
            out.push(self.finding(Class::HardLink, name));
        }
        match self.world.read(&path, limit) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                let class = match error.kind() {
                    std::io::ErrorKind::FileTooLarge => Class::TooMuch,
                    _ => Class::Unreadable,
                };
                out.push(self.finding(class, name).actual(error.to_string()));
                None
            }
        }
    }

    fn bad_lines(&self, name: &str, manifest: &Manifest, out: &mut Vec<Finding>) {
        for (line, bad) in &manifest.bad {
            let class = match bad {
                Bad::Bom => Class::ManifestBom,
                Bad::Torn if self.side == Side::Open => Class::LineTorn,
                Bad::TooMany => Class::TooMuch,
                _ => Class::LineMalformed,
            };
            let what = match bad {
                Bad::Torn => text!("không có dấu hết dòng", "no line end"),
                Bad::NotUtf8 => text!("không phải UTF-8", "not UTF-8"),
                Bad::TooLong => text!("dòng quá dài", "too long"),
                Bad::TooMany => text!("quá nhiều dòng", "too many lines"),
                Bad::Bom => text!("BOM", "BOM"),
                Bad::Malformed => {
                    text!("không phải “mã SHA-256, hai dấu cách, đường dẫn”", "not “digest  path”")
                }
            };
            out.push(self.finding(class, name).at_line(*line).why(what));
        }
    }

    /// Compares the manifest with the register.
    fn manifest(&self, manifest: &Manifest, out: &mut Vec<Finding>) -> HashMap<String, Digest> {
        self.bad_lines(MANIFEST, manifest, out);
        let rows: HashMap<&str, &Known> = self.known.iter().map(|k| (k.path.as_str(), k)).collect();
        let mut listed: HashMap<String, Digest> = HashMap::new();
        for (line, digest, path) in &manifest.lines {
            let finding = |class| self.finding(class, MANIFEST).at_line(*line);
            if let Some(why) = check_path(path) {
                let shown: String = path.chars().take(200).collect();
                let shown = shown.escape_debug().to_string();
                out.push(finding(Class::UnsafePath).actual(format!("“{shown}”")).why(why));
                continue;
            }
            let row = rows.get(path.as_str());
            let again = listed.insert(path.clone(), *digest).is_some();
            if again {
                let double = finding(Class::LineTwice).actual(path.clone());
                out.push(match row {
                    Some(known) => double.of(&known.document),
                    None => double,
                });
            }
            match row {
                Some(known) if known.sha256 != *digest => {
                    let altered = finding(Class::LineAltered).of(&known.document);
                    out.push(altered.values(known.sha256.to_hex(), digest.to_hex()));
                }
                Some(_) => {}
                // A file of that name is told as a file without a row.
                None if again || self.walk.entries.contains_key(path) => {}
                None => out.push(finding(Class::LineForeign).actual(path.clone())),
            }
        }
        let class = match self.side {
            Side::Open => Class::LineBehind,
            Side::Sealed => Class::LineMissing,
        };
        for known in self.known.iter().filter(|k| !listed.contains_key(&k.path)) {
            out.push(self.finding(class, MANIFEST).of(&known.document).actual(known.path.clone()));
        }
        listed
    }

    /// What only a sealed bag has.
    fn sealed(&self, manifest: Option<&[u8]>, out: &mut Vec<Finding>) {
        let bagit = self.read(BAGIT, MAX_TAG, out);
        let info = self.read(BAG_INFO, MAX_TAG, out);
        let rows = self.read(ROWS, MAX_TAG, out);
        if bagit.as_deref().is_some_and(|bytes| !is_bagit(bytes)) {
            out.push(self.finding(Class::BagitTxt, BAGIT));
        }
        if let Some(info) = &info {
            self.oxum(info, out);
        }
        let contents = [
            (BAGIT, bagit.as_deref()),
            (BAG_INFO, info.as_deref()),
            (MANIFEST, manifest),
            (ROWS, rows.as_deref()),
        ];
        if let Some(tags) = self.read(TAG_MANIFEST, manifest::MAX_BYTES, out) {
            self.tag_manifest(&manifest::parse(&tags), &contents, out);
        }
    }

    fn tag_manifest(
        &self,
        manifest: &Manifest,
        contents: &[(&str, Option<&[u8]>)],
        out: &mut Vec<Finding>,
    ) {
        self.bad_lines(TAG_MANIFEST, manifest, out);
        let mut listed: HashMap<&str, Digest> = HashMap::new();
        for (line, digest, path) in &manifest.lines {
            let foreign = !TAG_FILES.contains(&path.as_str());
            if foreign || listed.insert(path, *digest).is_some() {
                let shown = path.escape_debug().to_string();
                let finding = self.finding(Class::TagManifest, TAG_MANIFEST).at_line(*line);
                out.push(finding.actual(shown));
            }
        }
        for (name, bytes) in contents {
            match (listed.get(name), bytes) {
                (None, _) => {
                    out.push(self.finding(Class::TagManifest, TAG_MANIFEST).actual(*name));
                }
                (Some(digest), Some(bytes)) if sha256(bytes) != *digest => {
                    out.push(self.finding(Class::TagChanged, name));
                }
                _ => {}
            }
        }
    }

    /// `Payload-Oxum: bytes.files` against the register.
    fn oxum(&self, info: &[u8], out: &mut Vec<Finding>) {
        let text = std::str::from_utf8(info).ok().filter(|_| !info.starts_with(BOM));
        let Some(text) = text else {
            out.push(self.finding(Class::BagInfo, BAG_INFO).actual("not UTF-8, or a BOM"));
            return;
        };
        let bytes = self.known.iter().fold(0u64, |sum, k| sum.saturating_add(k.size));
        let expected = format!("{bytes}.{}", self.known.len());
        let labels = text.lines().filter_map(|line| line.split_once(':'));
        let found: Vec<&str> = labels
            .filter(|(label, _)| label.trim().eq_ignore_ascii_case("Payload-Oxum"))
            .map(|(_, value)| value.trim())
            .collect();
        match found.as_slice() {
            [one] if *one == expected => {}
            [] => out.push(self.finding(Class::Oxum, BAG_INFO).values(expected, "–")),
            all => out.push(self.finding(Class::Oxum, BAG_INFO).values(expected, all.join(", "))),
        }
    }
}

/// `bagit.txt` exactly as RFC 8493 §2.1.1 wants it; the line ends may be of any system.
fn is_bagit(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let lines: Vec<&str> = text.lines().map(|l| l.trim_end_matches('\r')).collect();
    lines == ["BagIt-Version: 1.0", "Tag-File-Character-Encoding: UTF-8"]
}
