//! What a power cut takes: everything that no sync had made durable.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A change of names that no sync of its folder has covered yet.
#[derive(Debug)]
enum Name {
    Made(PathBuf),
    Moved(PathBuf, PathBuf),
    Gone(PathBuf, Vec<u8>),
}

/// What would be lost now.
#[derive(Debug, Default)]
pub(super) struct Volatile {
    names: Vec<Name>,
    contents: BTreeSet<PathBuf>,
    /// Durable lengths of files that were only added to.
    lengths: BTreeMap<PathBuf, u64>,
}

impl Volatile {
    pub(super) fn created(&mut self, path: &Path) {
        self.names.push(Name::Made(path.into()));
        self.contents.insert(path.into());
    }

    /// A file that is synced itself, in a folder that may not be.
    pub(super) fn appended(&mut self, path: &Path) {
        if !path.exists() {
            self.names.push(Name::Made(path.into()));
        }
    }

    /// A file that is not synced: what it held at the last sync stays.
    pub(super) fn added(&mut self, path: &Path) {
        if path.exists() {
            let durable = fs::metadata(path).map_or(0, |m| m.len());
            if !self.contents.contains(path) {
                self.lengths.entry(path.into()).or_insert(durable);
            }
        } else {
            self.created(path);
        }
    }

    pub(super) fn renamed(&mut self, from: &Path, to: &Path) {
        self.names.push(Name::Moved(from.into(), to.into()));
        let moved: Vec<PathBuf> =
            self.contents.iter().filter(|p| p.starts_with(from)).cloned().collect();
        for old in moved {
            self.contents.remove(&old);
            let inside = old.strip_prefix(from).expect("inside");
            self.contents.insert(if inside.as_os_str().is_empty() {
                to.into()
            } else {
                to.join(inside)
            });
        }
    }

    pub(super) fn removed(&mut self, path: &Path) {
        if let Ok(bytes) = fs::read(path) {
            self.names.push(Name::Gone(path.into(), bytes));
        }
    }

    pub(super) fn removed_tree(&mut self, dir: &Path) {
        self.contents.retain(|p| !p.starts_with(dir));
        self.names.retain(|n| !matches!(n, Name::Made(p) if p.starts_with(dir)));
    }

    pub(super) fn synced(&mut self, path: &Path) {
        self.contents.remove(path);
        self.lengths.remove(path);
        let parent = |p: &PathBuf| p.parent() == Some(path);
        self.names.retain(|n| match n {
            Name::Made(p) | Name::Gone(p, _) => !parent(p),
            Name::Moved(_, to) => !parent(to),
        });
    }

    pub(super) fn all_synced(&mut self) {
        *self = Self::default();
    }

    /// The power fails: what was not durable is gone.
    pub(super) fn cut(&mut self) {
        self.cut_bytes();
        self.cut_names();
    }

    /// The power fails after the file system's journal took the names, before the bytes behind them were written.
    pub(super) fn cut_bytes(&mut self) {
        for path in &self.contents {
            if path.exists() {
                fs::write(path, b"").expect("torn");
            }
        }
        for (path, length) in &self.lengths {
            if let Ok(bytes) = fs::read(path) {
                let kept = usize::try_from(*length).expect("small");
                fs::write(path, &bytes[..kept.min(bytes.len())]).expect("cut");
            }
        }
    }

    fn cut_names(&mut self) {
        for name in self.names.drain(..).rev() {
            // A name may have been taken back by a later change; then there is nothing to undo.
            let _ = match name {
                Name::Made(path) => fs::remove_file(path),
                // Where the old folder is gone too, the file is in neither place.
                Name::Moved(from, to) => fs::rename(&to, from)
                    .or_else(|_| fs::remove_file(&to))
                    .or_else(|_| fs::remove_dir_all(to)),
                Name::Gone(path, bytes) => fs::write(path, bytes),
            };
        }
    }
}
