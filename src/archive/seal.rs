//! Sealing: an open bag that is full becomes a valid BagIt 1.0 bag.
//!
//! Knows: RFC 8493. Must not know: what the rows of the register mean, documents.

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

/// The tag files of a bag as they are to be, and the digest that stands for them.
#[derive(Debug)]
pub struct SealDraft {
    ready: ReadyBag,
    /// Names and contents, the tag manifest last.
    files: Vec<(&'static str, Vec<u8>)>,
}

impl SealDraft {
    /// The tag files of a bag with these contents; nothing is written. Same contents, same bytes.
    pub fn new(id: BagId, contents: SealContents) -> Self {
        let SealContents { files, rows, day } = contents;
        let bytes: u64 = files.iter().map(|f| f.size).sum();
        let info = bag_info(id, day, files.len(), bytes).into_bytes();
        let contents = [info, BAGIT_TEXT.as_bytes().to_vec(), complete_manifest(&files), rows];
        debug_assert_eq!(TAG_FILES, [BAG_INFO, BAGIT, MANIFEST, ROWS]);
        let mut files: Vec<_> = TAG_FILES.into_iter().zip(contents).collect();
        let lines = files.iter().map(|(name, content)| manifest::line(&sha256(content), name));
        let tags = lines.collect::<String>().into_bytes();
        let ready = ReadyBag { id, tags: sha256(&tags) };
        files.push((TAG_MANIFEST, tags));
        Self { ready, files }
    }

    /// The bag, once its tag files are written.
    pub fn ready(&self) -> ReadyBag {
        self.ready
    }
}

/// The manifest that lists exactly these files. Sorted, so that it can be made again from the register
/// and still be what was sealed.
fn complete_manifest(files: &[FileRef]) -> Vec<u8> {
    let mut sorted: Vec<&FileRef> = files.iter().collect();
    sorted.sort_by(|a, b| a.at.path.cmp(&b.at.path));
    let lines = sorted.iter().map(|f| manifest::line(&f.sha256, &f.at.path));
    lines.collect::<String>().into_bytes()
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
            self.sync_open()?;
            self.protect(&prepared.ready);
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
                .into_par_iter()
                .map(|(bag, contents)| (bag, self.prepare(bag, contents)))
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

    /// The second half of sealing: moves bags whose tag files are durable, unsynced. If a power cut takes
    /// the move back, they are sealed once more, and come out the same.
    pub fn move_sealed(&self, ready: &[ReadyBag]) -> Result<()> {
        for bag in ready {
            let (open, sealed) = (bag.id.under(&self.root, OPEN), bag.id.under(&self.root, BAGS));
            self.make_dir(&paths_parent(&sealed))?;
            self.world.rename(&open, &sealed).at(Doing::Move, &open)?;
            self.forget(&open);
        }
        Ok(())
    }

    /// Takes the right to write away from the files of sealed bags. Best effort: it guards against slips only.
    pub fn protect(&self, ready: &[ReadyBag]) {
        ready.par_iter().for_each(|bag| self.protect_below(&bag.id.under(&self.root, BAGS)));
    }

    /// Writes the tag files of a bag that is whole, unsynced; the digest of its tag manifest.
    fn prepare(&self, bag: BagId, contents: SealContents) -> Result<Digest> {
        let files = &contents.files;
        let open = bag.under(&self.root, OPEN);
        self.sweep(bag)?;
        self.put_orphans_aside(bag, files)?;
        self.drop_empty(bag)?;
        self.refuse_damaged(bag, &open, files)?;
        self.whole_manifest(bag, &open, files)?;
        let draft = SealDraft::new(bag, contents);
        for (name, content) in draft.files.iter().filter(|(name, _)| *name != MANIFEST) {
            let path = open.join(name);
            self.world.create(&path, content).at(Doing::Write, &path)?;
        }
        Ok(draft.ready.tags)
    }

    /// Makes the bag's manifest list exactly `files` where it does not.
    fn whole_manifest(&self, bag: BagId, open: &Path, files: &[FileRef]) -> Result<()> {
        let complete = complete_manifest(files);
        let path = open.join(MANIFEST);
        if self.world.stat(&path).is_err() {
            return self.world.create(&path, &complete).at(Doing::Write, &path);
        }
        if self.repair_manifest(bag, files)?.foreign > 0 {
            return Err(differs(bag, open));
        }
        let bytes = self.world.read(&path, manifest::MAX_BYTES).at(Doing::Read, &path)?;
        if bytes == complete {
            return Ok(());
        }
        self.world.replace(&path, &complete).at(Doing::Write, &path)
    }

    /// Writes the tag files of a bag that was moved to its place whole and has none, unsynced.
    pub fn write_tags(&self, draft: &SealDraft) -> Result<()> {
        let open = draft.ready.id.under(&self.root, OPEN);
        for (name, content) in &draft.files {
            let path = open.join(name);
            self.world.create_kept(&path, content).at(Doing::Write, &path)?;
        }
        Ok(())
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

    fn protect_below(&self, dir: &Path) {
        let Ok(names) = self.world.list(dir) else { return };
        for (name, kind) in names {
            let path = dir.join(name);
            match kind {
                crate::world::EntryKind::Dir => self.protect_below(&path),
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
