//! Sealing: an open bag that is full becomes a valid BagIt 1.0 bag.
//!
//! Knows: RFC 8493. Must not know: what the rows of the register mean, documents.

use std::path::Path;

use super::fault::{At, Doing, refuse};
use super::paths::{
    BAG_INFO, BAGIT, BAGS, BagId, DATA, MANIFEST, OPEN, ROWS, TAG_FILES, TAG_MANIFEST,
};
use super::store::{Archive, paths_parent};
use super::{FileRef, manifest, sha256};
use crate::diagnostic::Result;
use crate::text;

/// `bagit.txt`, whole (RFC 8493 §2.1.1).
pub(super) const BAGIT_TEXT: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

impl Archive<'_> {
    /// True if an open bag is full and is to be sealed.
    pub fn is_full(&self, files: u32) -> bool {
        files >= self.bag_size()
    }

    /// Seals an open bag. `files` are all its registered files, `rows` the register's rows of it as CSV
    /// (kept as the tag file `so-dang-ky.csv`). Refused if the folder does not hold exactly these files:
    /// a bag that would not be valid is left open. May be repeated after a crash; a sealed bag is left alone.
    pub fn seal(&self, bag: BagId, files: &[FileRef], rows: &[u8]) -> Result<()> {
        if self.is_sealed(bag) {
            return Ok(());
        }
        let open = bag.under(&self.root, OPEN);
        self.recover(bag, files)?;
        self.refuse_damaged(bag, &open, files)?;
        let mut sorted: Vec<&FileRef> = files.iter().collect();
        sorted.sort_by(|a, b| a.at.path.cmp(&b.at.path));
        let payload: String =
            sorted.iter().map(|f| manifest::line(&f.sha256, &f.at.path)).collect();
        let bytes: u64 = files.iter().map(|f| f.size).sum();
        let info = self.bag_info(bag, files.len(), bytes);
        let contents: [&[u8]; 4] =
            [info.as_bytes(), BAGIT_TEXT.as_bytes(), payload.as_bytes(), rows];
        debug_assert_eq!(TAG_FILES, [BAG_INFO, BAGIT, MANIFEST, ROWS]);
        let mut tags = String::new();
        for (name, content) in TAG_FILES.into_iter().zip(contents) {
            self.write_tag(&open, name, content)?;
            tags.push_str(&manifest::line(&sha256(content), name));
        }
        self.write_tag(&open, TAG_MANIFEST, tags.as_bytes())?;
        self.move_to_sealed(bag, &open)
    }

    fn bag_info(&self, bag: BagId, files: usize, bytes: u64) -> String {
        let today = self.world.today();
        format!(
            "Bag-Software-Agent: vanthu\nBagging-Date: {today}\nExternal-Identifier: {bag}\nPayload-Oxum: {bytes}.{files}\n"
        )
    }

    fn write_tag(&self, bag: &Path, name: &str, content: &[u8]) -> Result<()> {
        let path = bag.join(name);
        self.world.replace(&path, content).at(Doing::Write, &path)
    }

    fn refuse_damaged(&self, bag: BagId, open: &Path, files: &[FileRef]) -> Result<()> {
        let on_disk = self.payload(bag)?;
        let mut known: Vec<&str> = files.iter().map(|f| f.at.path.as_str()).collect();
        known.sort_unstable();
        let same = on_disk.iter().map(String::as_str).eq(known.iter().copied());
        let foreign = self.repair_manifest(bag, files)?.foreign;
        let sizes = same
            && files
                .iter()
                .all(|f| self.world.stat(&open.join(&f.at.path)).is_ok_and(|s| s.len == f.size));
        if sizes && foreign == 0 {
            return Ok(());
        }
        Err(refuse(
            &open.join(DATA),
            text!(
                "túi {bag} không khớp sổ đăng ký nên chưa niêm phong",
                "bag {bag} differs from the register and is not sealed"
            ),
            text!(
                "văn bản vừa ban hành vẫn an toàn; chạy `vanthu verify` để biết tệp nào sai",
                "what was just issued is safe; run `vanthu verify` to see which file is wrong"
            ),
        ))
    }

    fn move_to_sealed(&self, bag: BagId, open: &Path) -> Result<()> {
        let sealed = bag.under(&self.root, BAGS);
        let year = paths_parent(&sealed);
        self.world.create_dir(&year).at(Doing::Write, &year)?;
        let bags = self.root.join(BAGS);
        self.world.sync(&bags).at(Doing::Sync, &bags)?;
        self.world.rename(open, &sealed).at(Doing::Move, open)?;
        self.forget(open);
        self.world.sync(&year).at(Doing::Sync, &year)?;
        let from = paths_parent(open);
        self.world.sync(&from).at(Doing::Sync, &from)?;
        self.protect(&sealed);
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
