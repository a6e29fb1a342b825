//! Sealing: an open bag that is full becomes a valid BagIt 1.0 bag.
//!
//! Knows: RFC 8493. Must not know: what the rows of the register mean, documents.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::civil::Date;
use rayon::prelude::*;

use super::fault::{At, Doing, refuse};
use super::paths::{
    BAG_INFO, BAGIT, BAGS, BagId, DATA, MANIFEST, OPEN, ROWS, TAG_FILES, TAG_MANIFEST,
};
use super::store::{Archive, paths_parent};
use super::{Digest, FileRef, manifest, sha256};
use crate::diagnostic::{Failure, Result};
use crate::text;

/// Bags that are prepared at a time.
const AT_ONCE: usize = 4;

/// `bagit.txt`, whole (RFC 8493 §2.1.1).
pub(super) const BAGIT_TEXT: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// What a bag is sealed with.
#[derive(Debug, Clone)]
pub struct SealContents {
    /// All its registered files.
    pub files: Vec<FileRef>,
    /// The register's rows of it as CSV, kept as the tag file `so-dang-ky.csv`.
    pub rows: Vec<u8>,
    /// The day that `bag-info.txt` names.
    pub day: Date,
}

/// A bag whose tag files are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadyBag {
    /// Which.
    pub id: BagId,
    /// SHA-256 of its `tagmanifest-sha256.txt`, which stands for the whole bag.
    pub tags: Digest,
}

/// What preparing came to.
#[derive(Debug, Default)]
pub struct Prepared {
    /// Bags to be moved.
    pub ready: Vec<ReadyBag>,
    /// Bags that would not be valid; they stay open.
    pub refused: Vec<(BagId, Failure)>,
}

impl Archive<'_> {
    /// True if an open bag is full and is to be sealed.
    pub fn is_full(&self, files: u32) -> bool {
        files >= self.bag_size()
    }

    /// Seals an open bag. `files` are all its registered files, `rows` the register's rows of it as CSV
    /// (kept as the tag file `so-dang-ky.csv`). Refused if the folder does not hold exactly these files:
    /// a bag that would not be valid is left open. May be repeated after a crash; a sealed bag is left alone.
    pub fn seal(&self, bag: BagId, files: &[FileRef], rows: &[u8]) -> Result<()> {
        match self.seal_all(&[bag], &mut |_| Ok((files.to_vec(), rows.to_vec())))?.pop() {
            Some((_, failure)) => Err(failure),
            None => Ok(()),
        }
    }

    /// Seals several open bags; for more than a few with one sync of the file system. `contents` gives the registered files
    /// and rows of each, as for [`Archive::seal`]. Returns the bags that were refused; they stay open.
    pub fn seal_all(
        &self,
        bags: &[BagId],
        contents: &mut dyn FnMut(BagId) -> Result<(Vec<FileRef>, Vec<u8>)>,
    ) -> Result<Vec<(BagId, Failure)>> {
        let today = self.world.today();
        let prepared = self.prepare_seals(bags, &mut |bag| {
            let (files, rows) = contents(bag)?;
            Ok(SealContents { files, rows, day: today })
        })?;
        if !prepared.ready.is_empty() {
            self.sync_open()?;
            self.move_sealed(&prepared.ready)?;
        }
        Ok(prepared.refused)
    }

    /// The first half of sealing: writes the tag files of bags that are whole, unsynced. A sealed bag
    /// is left alone. To be followed by a sync of the file system and [`Archive::move_sealed`]; until
    /// then everything may be swept away and written again. Same contents, same bytes.
    pub fn prepare_seals(
        &self,
        bags: &[BagId],
        contents: &mut dyn FnMut(BagId) -> Result<SealContents>,
    ) -> Result<Prepared> {
        let mut out = Prepared::default();
        let open: Vec<BagId> = bags.iter().copied().filter(|b| !self.is_sealed(*b)).collect();
        // So many at a time that memory stays flat.
        for some in open.chunks(AT_ONCE) {
            let contents: Vec<(BagId, SealContents)> =
                some.iter().map(|bag| Ok((*bag, contents(*bag)?))).collect::<Result<_>>()?;
            let prepared: Vec<_> = contents
                .par_iter()
                .map(|(bag, contents)| (*bag, self.prepare(*bag, contents)))
                .collect();
            for (bag, done) in prepared {
                match done {
                    Ok(tags) => out.ready.push(ReadyBag { id: bag, tags }),
                    Err(failure) => out.refused.push((bag, failure)),
                }
            }
        }
        Ok(out)
    }

    /// One sync of the file system: makes durable whatever was written to it.
    pub fn sync_open(&self) -> Result<()> {
        let open = self.root.join(OPEN);
        self.world.sync_tree(&open).at(Doing::Sync, &open)
    }

    /// The second half of sealing: moves bags whose tag files are durable.
    pub fn move_sealed(&self, ready: &[ReadyBag]) -> Result<()> {
        if ready.is_empty() {
            return Ok(());
        }
        let bags: Vec<BagId> = ready.iter().map(|bag| bag.id).collect();
        self.move_to_sealed(&bags)
    }

    /// Writes the tag files of a bag that is whole, unsynced; the digest of its tag manifest.
    fn prepare(&self, bag: BagId, contents: &SealContents) -> Result<Digest> {
        let SealContents { files, rows, day } = contents;
        let open = bag.under(&self.root, OPEN);
        self.sweep(bag)?;
        self.put_orphans_aside(bag, files)?;
        self.drop_empty(bag)?;
        self.refuse_damaged(bag, &open, files)?;
        let payload = self.whole_manifest(bag, &open, files)?;
        let bytes: u64 = files.iter().map(|f| f.size).sum();
        let info = bag_info(bag, *day, files.len(), bytes);
        let contents: [&[u8]; 4] = [info.as_bytes(), BAGIT_TEXT.as_bytes(), &payload, rows];
        debug_assert_eq!(TAG_FILES, [BAG_INFO, BAGIT, MANIFEST, ROWS]);
        let mut tags = String::new();
        for (name, content) in TAG_FILES.into_iter().zip(contents) {
            if name != MANIFEST {
                self.write_tag(&open, name, content)?;
            }
            tags.push_str(&manifest::line(&sha256(content), name));
        }
        self.write_tag(&open, TAG_MANIFEST, tags.as_bytes())?;
        Ok(sha256(tags.as_bytes()))
    }

    /// The bag's manifest, listing exactly `files`: as it is if it does, else written anew.
    fn whole_manifest(&self, bag: BagId, open: &Path, files: &[FileRef]) -> Result<Vec<u8>> {
        let mut sorted: Vec<&FileRef> = files.iter().collect();
        sorted.sort_by(|a, b| a.at.path.cmp(&b.at.path));
        let lines = sorted.iter().map(|f| manifest::line(&f.sha256, &f.at.path));
        let complete = lines.collect::<String>().into_bytes();
        let path = open.join(MANIFEST);
        if self.world.stat(&path).is_err() {
            self.world.create(&path, &complete).at(Doing::Write, &path)?;
            return Ok(complete);
        }
        if self.repair_manifest(bag, files)?.foreign > 0 {
            return Err(differs(bag, open));
        }
        let bytes = self.world.read(&path, manifest::MAX_BYTES).at(Doing::Read, &path)?;
        // Sorted, so that it can be made again from the register and still be what was sealed.
        if bytes == complete {
            return Ok(bytes);
        }
        self.world.replace(&path, &complete).at(Doing::Write, &path)?;
        Ok(complete)
    }

    fn write_tag(&self, bag: &Path, name: &str, content: &[u8]) -> Result<()> {
        let path = bag.join(name);
        self.world.create(&path, content).at(Doing::Write, &path)
    }

    fn refuse_damaged(&self, bag: BagId, open: &Path, files: &[FileRef]) -> Result<()> {
        let on_disk = self.payload(bag)?;
        let mut known: Vec<&str> = files.iter().map(|f| f.at.path.as_str()).collect();
        known.sort_unstable();
        let same = on_disk.iter().map(String::as_str).eq(known.iter().copied());
        let sizes = same
            && files
                .iter()
                .all(|f| self.world.stat(&open.join(&f.at.path)).is_ok_and(|s| s.len == f.size));
        if sizes { Ok(()) } else { Err(differs(bag, open)) }
    }

    /// Moves bags whose tag files are durable from `open/` to `bags/`.
    fn move_to_sealed(&self, bags: &[BagId]) -> Result<()> {
        let mut years = BTreeSet::new();
        for bag in bags {
            let year = paths_parent(&bag.under(&self.root, BAGS));
            if self.world.stat(&year).is_err() {
                self.world.create_dir(&year).at(Doing::Write, &year)?;
                years.insert(self.root.join(BAGS));
            }
        }
        for bag in bags {
            let (open, sealed) = (bag.under(&self.root, OPEN), bag.under(&self.root, BAGS));
            self.world.rename(&open, &sealed).at(Doing::Move, &open)?;
            self.forget(&open);
            years.extend([paths_parent(&sealed), paths_parent(&open)]);
        }
        for dir in years {
            self.world.sync(&dir).at(Doing::Sync, &dir)?;
        }
        bags.par_iter().for_each(|bag| self.protect(&bag.under(&self.root, BAGS)));
        Ok(())
    }

    /// Takes the right to write away from a sealed bag's files. Best effort: it guards against slips only.
    fn protect(&self, dir: &Path) {
        let Ok(names) = self.world.list(dir) else { return };
        for (name, kind) in names {
            let path = dir.join(name);
            match kind {
                crate::world::EntryKind::Dir => self.protect(&path),
                crate::world::EntryKind::File => {
                    let _ = self.world.set_read_only(&path);
                }
                _ => {}
            }
        }
    }
}

/// `bag-info.txt` of a bag that was sealed on `day`.
pub(super) fn bag_info(bag: BagId, day: Date, files: usize, bytes: u64) -> String {
    format!(
        "Bag-Software-Agent: vanthu\nBagging-Date: {day}\nExternal-Identifier: {bag}\nPayload-Oxum: {bytes}.{files}\n"
    )
}

fn differs(bag: BagId, open: &Path) -> Failure {
    refuse(
        &open.join(DATA),
        text!(
            "túi {bag} không khớp sổ đăng ký nên chưa niêm phong",
            "bag {bag} differs from the register and is not sealed"
        ),
        text!(
            "văn bản vừa ban hành vẫn an toàn; chạy `vanthu verify` để biết tệp nào sai",
            "what was just issued is safe; run `vanthu verify` to see which file is wrong"
        ),
    )
}
