//! What lies on disk: the archive's folders and the inside of one bag, without following anything.
//!
//! Knows: the layout. Must not know: the register, digests.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::Path;

use super::super::paths::{self, BAGS, BagId, GUIDE, KEYS, LOG, OPEN, QUARANTINE, STAGING};
use super::finding::{Class, Finding};
use super::report::Scope;
use crate::world::{EntryKind, World};

/// Most names in one bag; ours have a thousand and a few.
const MAX_ENTRIES: usize = 200_000;
/// Deepest folder in a bag that is looked into; ours have two levels.
const MAX_DEPTH: usize = 16;

/// Where a bag lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Open,
    Sealed,
}

impl Side {
    /// Its folder in the archive.
    pub(super) fn folder(self) -> &'static str {
        match self {
            Self::Open => OPEN,
            Self::Sealed => BAGS,
        }
    }
}

/// The bags on disk, and what is wrong with the folders around them.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// Bags by number with where they lie.
    pub bags: BTreeMap<BagId, Vec<Side>>,
    /// Findings.
    pub findings: Vec<Finding>,
    /// True if some folder could not be read: bags that are not seen may be there.
    pub partial: bool,
}

/// Looks at the archive's folders down to the bags.
/// `has_log`: keys and log are checked elsewhere.
pub(super) fn layout(world: &dyn World, root: &Path, scope: Scope, has_log: bool) -> Layout {
    let mut out = Layout::default();
    if scope == Scope::ALL {
        top(world, root, has_log, &mut out);
    }
    for side in [Side::Open, Side::Sealed] {
        let folder = side.folder();
        for (year, dir) in folders(world, root, folder, &mut out) {
            let Some(year_number) = paths::year_of(&year) else {
                out.findings.push(Finding::new(Class::Foreign, dir));
                continue;
            };
            if scope.year.is_some_and(|y| y != year_number) {
                continue;
            }
            for (bag, path) in folders(world, root, &dir, &mut out) {
                let Some(number) = paths::bag_of(&bag) else {
                    out.findings.push(Finding::new(Class::BagForeign, path));
                    continue;
                };
                let id = BagId { year: year_number, number };
                if scope.has(id) {
                    out.bags.entry(id).or_default().push(side);
                }
            }
        }
    }
    out.partial = out.findings.iter().any(|f| f.class == Class::Unreadable);
    for (bag, sides) in &out.bags {
        if sides.len() > 1 {
            let path = format!("{OPEN}/{bag}");
            out.findings
                .push(Finding::new(Class::BagTwice, path).with(None, format!("{BAGS}/{bag}")));
        }
    }
    out
}

/// Names and paths of the folders in a folder; everything else in it is foreign.
fn folders(world: &dyn World, root: &Path, dir: &str, out: &mut Layout) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (name, kind) in list(world, &root.join(dir), dir, &mut out.findings) {
        let path = format!("{dir}/{}", shown(&name));
        match (name.to_str(), kind) {
            (Some(name), EntryKind::Dir) => found.push((name.to_owned(), path)),
            _ => out.findings.push(Finding::new(Class::Foreign, path)),
        }
    }
    found
}

fn top(world: &dyn World, root: &Path, has_log: bool, out: &mut Layout) {
    let names = list(world, root, "", &mut out.findings);
    for folder in paths::FOLDERS {
        match names.iter().find(|(name, _)| name == folder) {
            Some((_, EntryKind::Dir)) => {}
            Some((_, kind)) => {
                out.findings.push(Finding::new(odd(*kind).unwrap_or(Class::Foreign), folder));
            }
            None => out.findings.push(Finding::new(Class::FolderMissing, folder)),
        }
    }
    if !names.iter().any(|(name, kind)| name == GUIDE && *kind == EntryKind::File) {
        out.findings.push(Finding::new(Class::GuideMissing, GUIDE));
    }
    for (name, _) in &names {
        if name != GUIDE && !paths::FOLDERS.iter().any(|folder| name == folder) {
            out.findings.push(Finding::new(Class::Foreign, shown(name)));
        }
    }
    let inside = [
        (STAGING, Class::StagingLeft),
        (QUARANTINE, Class::Quarantine),
        (KEYS, Class::UnknownContent),
        (LOG, Class::UnknownContent),
    ];
    let inside =
        inside.into_iter().filter(|(_, class)| !has_log || *class != Class::UnknownContent);
    for (folder, class) in inside {
        let count = list(world, &root.join(folder), folder, &mut out.findings).len();
        if count > 0 {
            out.findings.push(Finding::new(class, folder).actual(count.to_string()));
        }
    }
}

/// Lists a folder; one that is missing is empty, one that cannot be read is told.
fn list(
    world: &dyn World,
    dir: &Path,
    shown: &str,
    findings: &mut Vec<Finding>,
) -> Vec<(OsString, EntryKind)> {
    let read = world.stat(dir).and_then(|stat| match stat.kind {
        EntryKind::Dir => world.list(dir),
        // Told by whoever lists the folder above; never followed.
        _ => Ok(Vec::new()),
    });
    match read {
        Ok(names) => names,
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) => {
            findings.push(Finding::new(Class::Unreadable, shown).actual(error.to_string()));
            Vec::new()
        }
    }
}

/// A name for messages: what is not UTF-8 is replaced, control characters are escaped.
pub(super) fn shown(name: &std::ffi::OsStr) -> String {
    let mut out = String::new();
    for c in name.to_string_lossy().chars() {
        if c.is_control() { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}

/// The class of what is there instead of a regular file; `None` for a regular file.
pub(super) fn odd(kind: EntryKind) -> Option<Class> {
    match kind {
        EntryKind::File => None,
        EntryKind::Dir => Some(Class::FolderInPlace),
        EntryKind::Symlink => Some(Class::Symlink),
        EntryKind::Other => Some(Class::Special),
    }
}

/// Everything in a bag by `/`-separated path inside it.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// Files and whatever is not a folder.
    pub entries: BTreeMap<String, EntryKind>,
    /// Folders; true if empty.
    pub folders: BTreeMap<String, bool>,
    /// True if some folder was not read: what is not seen may be there.
    pub partial: bool,
    /// Findings: unsafe names, unreadable folders, limits.
    pub findings: Vec<Finding>,
}

/// Walks a bag. `shown_as` is its path in the archive.
pub(super) fn walk(world: &dyn World, bag: &Path, shown_as: &str) -> Walk {
    let mut out = Walk::default();
    let mut todo = vec![String::new()];
    let mut room = MAX_ENTRIES;
    while let Some(inside) = todo.pop() {
        let dir = if inside.is_empty() { bag.to_path_buf() } else { bag.join(&inside) };
        let prefix = if inside.is_empty() { String::new() } else { format!("{inside}/") };
        let before = out.findings.len();
        let names = list(world, &dir, &join(shown_as, &inside), &mut out.findings);
        let unread = out.findings.len() > before;
        out.partial |= unread;
        if !inside.is_empty() {
            out.folders.insert(inside.clone(), names.is_empty() && !unread);
        }
        for (name, kind) in names {
            let Some(less) = room.checked_sub(1) else {
                out.findings.push(
                    Finding::new(Class::TooMuch, shown_as).actual(format!("> {MAX_ENTRIES}")),
                );
                out.partial = true;
                return out;
            };
            room = less;
            let Some(name) = name.to_str() else {
                let path = join(shown_as, &format!("{prefix}{}", shown(&name)));
                out.findings.push(Finding::new(Class::UnsafePath, path));
                continue;
            };
            let path = format!("{prefix}{name}");
            match kind {
                EntryKind::Dir if path.matches('/').count() >= MAX_DEPTH => {
                    out.partial = true;
                    out.findings.push(Finding::new(Class::TooMuch, join(shown_as, &path)));
                }
                EntryKind::Dir => todo.push(path),
                _ => {
                    out.entries.insert(path, kind);
                }
            }
        }
    }
    out
}

/// `a/b`, or `a` where `b` is empty.
pub(super) fn join(a: &str, b: &str) -> String {
    match (a.is_empty(), b.is_empty()) {
        (_, true) => a.to_owned(),
        (true, false) => b.to_owned(),
        (false, false) => format!("{a}/{b}"),
    }
}
