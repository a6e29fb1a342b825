//! Putting good bytes back into a bag: evidence aside first, nothing overwritten, nothing deleted.
//!
//! Knows: bags, tag files, staging, quarantine. Must not know: where the good bytes come from, SQL.

use std::collections::{BTreeSet, HashMap};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::fault::{At, Doing};
use super::paths::{
    BAG_INFO, BAGIT, BAGS, BagId, JOURNAL, MANIFEST, OPEN, REPORTS, STAGING, TAG_FILES,
    TAG_MANIFEST, check_path,
};
use super::seal::BAGIT_TEXT;
use super::store::{Archive, paths_parent};
use super::{Digest, FileRef, manifest, sha256};
use crate::diagnostic::Result;
use crate::world::EntryKind;

/// The folder in staging of a repair.
const BATCH: &str = "repair";
/// What a repair was about to put in place, until it is registered.
const INTENT: &str = "repair-unfinished.json";
/// Most bytes of a tag file.
const MAX_TAG: u64 = 64 << 20;

/// Where a bag is, or belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Home {
    /// Which.
    pub bag: BagId,
    /// True for `bags/`.
    pub is_sealed: bool,
}

/// A file made durable in staging, to be put into its place.
#[derive(Debug)]
pub struct Staged(PathBuf);

/// A tag file that is not what it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongTag {
    /// Its name.
    pub name: &'static str,
    /// What it must hold.
    pub bytes: Vec<u8>,
}

/// What is known of a bag's tag files.
pub struct Tags<'a> {
    /// Its registered files.
    pub files: &'a [FileRef],
    /// The day of its seal, and the digest of the tag manifest that was sealed.
    pub seal: Option<(Date, Digest)>,
    /// Gives the register's rows of it as CSV.
    pub rows: &'a mut dyn FnMut() -> Result<Vec<u8>>,
    /// The archive folder of a second copy.
    pub second: Option<&'a Path>,
}

impl Archive<'_> {
    /// Where a bag is; where it is gone, `is_full` says where it belongs.
    pub fn home(&self, bag: BagId, is_full: bool) -> Home {
        let there = |side| self.world.stat(&bag.under(&self.root, side)).is_ok();
        let is_sealed = there(BAGS) || (is_full && !there(OPEN));
        Home { bag, is_sealed }
    }

    fn dir_of(&self, home: Home) -> PathBuf {
        home.bag.under(&self.root, if home.is_sealed { BAGS } else { OPEN })
    }

    /// `bags/2026/000001/data/…`: a path as reports show it.
    pub fn shown(&self, home: Home, inside: &str) -> String {
        let side = if home.is_sealed { BAGS } else { OPEN };
        format!("{side}/{}/{inside}", home.bag)
    }

    /// True if the file is there, a file of its own and whole.
    pub fn is_right(&self, home: Home, file: &FileRef) -> bool {
        let path = self.dir_of(home).join(&file.at.path);
        let one = |s: crate::world::Stat| s.kind == EntryKind::File && s.links <= 1;
        check_path(&file.at.path).is_none()
            && self.world.stat(&path).is_ok_and(one)
            && self.is_whole(&path, file)
    }

    /// The bytes of a registered file below another archive's folder, if it holds just these.
    pub fn good_copy(&self, root: &Path, file: &FileRef) -> Option<Vec<u8>> {
        let world = self.world;
        if check_path(&file.at.path).is_some() {
            return None;
        }
        [BAGS, OPEN].into_iter().find_map(|side| {
            let path = file.at.bag_id().under(root, side).join(&file.at.path);
            if world.stat(&path).ok()?.kind != EntryKind::File {
                return None;
            }
            let bytes = world.read(&path, file.size).ok()?;
            (sha256(&bytes) == file.sha256).then_some(bytes)
        })
    }

    /// Files of a bag by their digests, of those sizes that are looked for: a file may only have been
    /// renamed, or have changed places with another.
    pub fn contents(&self, home: Home, wanted: &[&FileRef]) -> Result<HashMap<Digest, String>> {
        let sizes: BTreeSet<u64> = wanted.iter().map(|f| f.size).collect();
        let dir = self.dir_of(home);
        let mut out = HashMap::new();
        for inside in self.inside(home)? {
            let path = dir.join(&inside);
            let fits = |s: crate::world::Stat| s.kind == EntryKind::File && sizes.contains(&s.len);
            if !self.world.stat(&path).is_ok_and(fits) {
                continue;
            }
            if let Ok(bytes) = self.world.read(&path, MAX_TAG) {
                out.insert(sha256(&bytes), inside);
            }
        }
        Ok(out)
    }

    /// The bytes of a file in a bag.
    pub fn bytes_of(&self, home: Home, inside: &str, limit: u64) -> Option<Vec<u8>> {
        self.world.read(&self.dir_of(home).join(inside), limit).ok()
    }

    /// Everything in a bag that is not a folder, tag files too; names that are not UTF-8 are left out.
    fn inside(&self, home: Home) -> Result<Vec<String>> {
        let root = self.dir_of(home);
        let (mut out, mut dirs) = (Vec::new(), vec![String::new()]);
        while let Some(inside) = dirs.pop() {
            let dir = root.join(&inside);
            let names = match self.world.list(&dir) {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                listed => listed.at(Doing::Read, &dir)?,
            };
            for (name, kind) in names {
                let Some(name) = name.to_str() else { continue };
                let path =
                    if inside.is_empty() { name.to_owned() } else { format!("{inside}/{name}") };
                if kind == EntryKind::Dir && path.matches('/').count() < 8 {
                    dirs.push(path);
                } else {
                    out.push(path);
                }
            }
        }
        out.sort_unstable();
        Ok(out)
    }

    /// What lies in a sealed bag and neither the register nor BagIt knows.
    pub fn strays(&self, home: Home, known: &[FileRef]) -> Result<Vec<String>> {
        if !home.is_sealed {
            return Ok(Vec::new());
        }
        let known: BTreeSet<&str> = known.iter().map(|f| f.at.path.as_str()).collect();
        let tag = |p: &str| TAG_FILES.contains(&p) || p == TAG_MANIFEST;
        let mut all = self.inside(home)?;
        all.retain(|path| !known.contains(path.as_str()) && !tag(path));
        Ok(all)
    }

    /// Writes good bytes to staging, unsynced.
    pub fn stage_good(&self, nth: usize, bytes: &[u8]) -> Result<Staged> {
        let dir = self.root.join(STAGING).join(BATCH);
        self.world.create_dir(&dir).at(Doing::Write, &dir)?;
        let path = dir.join(format!("{nth:06}"));
        match self.world.create(&path, bytes) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                self.world.remove(&path).at(Doing::Remove, &path)?;
                self.world.create(&path, bytes).at(Doing::Write, &path)?;
            }
            written => written.at(Doing::Write, &path)?,
        }
        Ok(Staged(path))
    }

    /// Ends the repair's folder in staging.
    pub fn end_repair(&self) -> Result<()> {
        self.end_batch(BATCH)
    }

    /// Puts a staged file into its place in a bag; what stood there goes to quarantine first.
    /// True if something stood there.
    pub fn put_back(&self, staged: Staged, home: Home, inside: &str) -> Result<bool> {
        let path = self.dir_of(home).join(inside);
        let dir = paths_parent(&path);
        self.clear_way(home, &dir)?;
        self.world.create_dir(&dir).at(Doing::Write, &dir)?;
        let was_there = self.world.stat(&path).is_ok();
        if was_there {
            self.put_aside(&path, home.bag, inside)?;
        }
        self.world.rename(&staged.0, &path).at(Doing::Move, &path)?;
        if home.is_sealed {
            let _ = self.world.set_read_only(&path);
        }
        Ok(was_there)
    }

    /// A file or a link in the place of a folder goes to quarantine.
    fn clear_way(&self, home: Home, dir: &Path) -> Result<()> {
        let bag = self.dir_of(home);
        let above: Vec<&Path> = dir.ancestors().take_while(|d| d.starts_with(&bag)).collect();
        for folder in above.into_iter().rev() {
            if self.world.stat(folder).is_ok_and(|s| s.kind != EntryKind::Dir) {
                let inside = folder.strip_prefix(&bag).unwrap_or(folder);
                self.put_aside(folder, home.bag, &inside.to_string_lossy())?;
            }
        }
        Ok(())
    }

    /// Moves something in a bag to quarantine.
    pub fn remove_stray(&self, home: Home, inside: &str) -> Result<()> {
        self.put_aside(&self.dir_of(home).join(inside), home.bag, inside)
    }

    /// Makes the names in a bag, and its own, durable.
    pub fn sync_bag(&self, home: Home) -> Result<()> {
        let dir = self.dir_of(home);
        self.world.sync_tree(&dir).at(Doing::Sync, &dir)
    }

    /// The tag files that are proven wrong, with what they must hold. What has the digest that the
    /// bag's tag manifest lists is left as it is, as long as that is the one that was sealed.
    pub fn wrong_tags(&self, home: Home, of: &mut Tags<'_>) -> Result<Vec<WrongTag>> {
        if of.files.is_empty() {
            return Ok(Vec::new());
        }
        let dir = self.dir_of(home);
        let read = |name: &str| self.world.read(&dir.join(name), MAX_TAG).ok();
        let complete = complete_manifest(of.files);
        if !home.is_sealed {
            let right = read(MANIFEST).is_some_and(|bytes| lists_exactly(&bytes, of.files));
            let tag = WrongTag { name: MANIFEST, bytes: complete };
            return Ok(if right { Vec::new() } else { vec![tag] });
        }
        let tags = read(TAG_MANIFEST);
        let sealed = of.seal.map(|(_, digest)| digest);
        let trusted = tags.as_deref().filter(|b| sealed.is_none_or(|s| s == sha256(b)));
        let listed: HashMap<String, Digest> = trusted
            .map(|bytes| manifest::parse(bytes).lines)
            .unwrap_or_default()
            .into_iter()
            .map(|(_, digest, path)| (path, digest))
            .collect();
        let (mut out, mut list) = (Vec::new(), String::new());
        for name in TAG_FILES {
            let now = read(name);
            let right = |bytes: &[u8]| {
                let proven = listed.get(name) == Some(&sha256(bytes));
                proven && says(name, bytes, of.files)
            };
            let bytes = match now.as_deref().filter(|now| right(now)) {
                Some(now) => now.to_vec(),
                None => {
                    let elsewhere = of.second.and_then(|root| {
                        let path = home.bag.under(root, BAGS).join(name);
                        self.world.read(&path, MAX_TAG).ok().filter(|bytes| right(bytes))
                    });
                    match (elsewhere, name) {
                        (Some(bytes), _) => bytes,
                        (None, MANIFEST) => complete.clone(),
                        (None, BAGIT) => BAGIT_TEXT.as_bytes().to_vec(),
                        (None, BAG_INFO) => self.info(home, now.as_deref(), of).into_bytes(),
                        (None, _) => (of.rows)()?,
                    }
                }
            };
            list.push_str(&manifest::line(&sha256(&bytes), name));
            // Only its line in the tag manifest may be the one that is wrong.
            if now.as_deref() != Some(bytes.as_slice()) {
                out.push(WrongTag { name, bytes });
            }
        }
        let same = tags.as_deref().is_some_and(|now| same_lines(now, list.as_bytes()));
        if !same {
            out.push(WrongTag { name: TAG_MANIFEST, bytes: list.into_bytes() });
        }
        Ok(out)
    }

    /// `bag-info.txt` anew, with the day of sealing: from the seal's act, else from the damaged one.
    fn info(&self, home: Home, now: Option<&[u8]>, of: &Tags<'_>) -> String {
        let told = || {
            let text = std::str::from_utf8(now?).ok()?;
            let line = text.lines().find_map(|l| l.strip_prefix("Bagging-Date:"))?;
            line.trim().parse::<Date>().ok()
        };
        let day = of.seal.map(|(day, _)| day).or_else(told);
        let day = day.unwrap_or_else(|| self.world.today());
        let bytes: u64 = of.files.iter().map(|f| f.size).sum();
        super::seal::bag_info(home.bag, day, of.files.len(), bytes)
    }

    /// Moves a file of the office into quarantine under a name of its own.
    pub fn keep_as_evidence(&self, path: &Path, name: &str) -> Result<()> {
        self.aside(path, name)
    }

    /// Notes what a repair is about to put in place, so that a kill cannot leave it unregistered.
    pub fn note_intent(&self, json: &[u8]) -> Result<()> {
        let path = self.root.join(REPORTS).join(INTENT);
        self.world.replace(&path, json).at(Doing::Write, &path)
    }

    /// What an earlier repair noted and did not register.
    pub fn intent(&self) -> Option<Vec<u8>> {
        self.world.read(&self.root.join(REPORTS).join(INTENT), MAX_TAG).ok()
    }

    /// Forgets the note: what it says is registered.
    pub fn drop_intent(&self) -> Result<()> {
        let path = self.root.join(REPORTS).join(INTENT);
        match self.world.remove(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            removed => removed.at(Doing::Remove, &path),
        }
    }

    /// What lies in the journal's folder and is none of its files goes to quarantine; how many.
    pub fn clear_journal_strays(&self) -> Result<usize> {
        let dir = self.root.join(JOURNAL);
        let known: BTreeSet<String> =
            self.segments()?.into_iter().map(|s| format!("{s:06}.jsonl")).collect();
        let mut count = 0;
        for (name, _) in self.world.list(&dir).at(Doing::Read, &dir)? {
            let Some(name) = name.to_str() else { continue };
            if name != MANIFEST && !known.contains(name) {
                self.aside(&dir.join(name), &format!("{JOURNAL}_{name}"))?;
                count += 1;
            }
        }
        Ok(count)
    }
}

/// True if a tag file says what the register says.
fn says(name: &str, bytes: &[u8], files: &[FileRef]) -> bool {
    match name {
        MANIFEST => lists_exactly(bytes, files),
        BAGIT => bytes == BAGIT_TEXT.as_bytes(),
        BAG_INFO => has_oxum(bytes, files),
        _ => true,
    }
}

/// True if two manifests list the same, and the first is well formed.
fn same_lines(now: &[u8], want: &[u8]) -> bool {
    let pairs = |lines: Vec<(u32, Digest, String)>| -> Vec<(String, Digest)> {
        let mut pairs: Vec<_> = lines.into_iter().map(|(_, d, p)| (p, d)).collect();
        pairs.sort();
        pairs
    };
    let now = manifest::parse(now);
    now.bad.is_empty() && pairs(now.lines) == pairs(manifest::parse(want).lines)
}

/// The bag's manifest, sorted.
fn complete_manifest(files: &[FileRef]) -> Vec<u8> {
    let mut sorted: Vec<&FileRef> = files.iter().collect();
    sorted.sort_by(|a, b| a.at.path.cmp(&b.at.path));
    sorted.iter().map(|f| manifest::line(&f.sha256, &f.at.path)).collect::<String>().into_bytes()
}

/// True if a manifest lists each of `files` once with its digest, and nothing else.
fn lists_exactly(bytes: &[u8], files: &[FileRef]) -> bool {
    let found = manifest::parse(bytes);
    let want: HashMap<&str, &Digest> =
        files.iter().map(|f| (f.at.path.as_str(), &f.sha256)).collect();
    let listed: BTreeSet<&str> = found.lines.iter().map(|(_, _, p)| p.as_str()).collect();
    found.bad.is_empty()
        && found.lines.len() == want.len()
        && listed.len() == want.len()
        && found.lines.iter().all(|(_, digest, path)| want.get(path.as_str()) == Some(&digest))
}

fn has_oxum(bytes: &[u8], files: &[FileRef]) -> bool {
    let sum = files.iter().fold(0u64, |sum, f| sum.saturating_add(f.size));
    let want = format!("Payload-Oxum: {sum}.{}", files.len());
    std::str::from_utf8(bytes).is_ok_and(|text| {
        let mut lines = text.lines().filter(|l| l.starts_with("Payload-Oxum"));
        lines.next() == Some(want.as_str()) && lines.next().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::ArchivePath;

    fn file(path: &str) -> FileRef {
        let at = ArchivePath { year: 2026, bag: 1, path: path.into() };
        FileRef { at, sha256: sha256(path.as_bytes()), size: 3, parts: None }
    }

    #[test]
    fn a_manifest_must_list_each_file_once() {
        let files = [file("data/b"), file("data/a")];
        let good = complete_manifest(&files);
        let text = String::from_utf8(good.clone()).expect("text");
        assert!(text.find("data/a") < text.find("data/b"), "sorted");
        assert!(lists_exactly(&good, &files));
        let first = text.lines().next().expect("a line");
        for bad in [
            format!("{text}{first}\n"),
            format!("{first}\n{first}\n"),
            format!("{first}\n"),
            text.replace("data/b", "data/c"),
            format!("\u{feff}{text}"),
            text.trim_end().to_owned(),
            text.replacen(first.get(..4).expect("digits"), "0000", 1),
        ] {
            assert!(!lists_exactly(bad.as_bytes(), &files), "{bad}");
        }
    }

    #[test]
    fn an_oxum_stands_once() {
        let files = [file("data/b"), file("data/a")];
        assert!(has_oxum(b"Payload-Oxum: 6.2\n", &files));
        for bad in ["Payload-Oxum: 7.2\n", "", "Payload-Oxum: 6.2\nPayload-Oxum: 6.2\n"] {
            assert!(!has_oxum(bad.as_bytes(), &files), "{bad}");
        }
    }
}
