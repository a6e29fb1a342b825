//! The log against the register: every leaf, every tile, every checkpoint, the keys, the seals.
//!
//! Knows: leaves as the register holds them, tiles and keys on disk. Must not know: SQL, what a leaf says.
//!
//! The leaves are read once, in order, and the tree is grown over them; each tile that it fills is
//! compared with the one on disk, and at the size of each checkpoint (the current one, those of the
//! days, one that was kept elsewhere) the root is compared. If the root at the signed size is right,
//! the register is what was signed, and whatever differs on disk is damage that can be made good.
//! If it is not, the register was changed, and the bundles tell which entry.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::PathBuf;

use super::super::log::note::MAX_NOTE;
use super::super::log::tile::{self, Content, Tile, WIDTH};
use super::super::log::{CHECKPOINT, Checkpoint, DAYS, Edge, PublicKey, keys};
use super::super::paths::{BAGS, KEYS, LOG, TAG_MANIFEST};
use super::super::{BagId, Digest, manifest, sha256};
use super::finding::{Class, Finding};
use super::view::RegisterView;
use super::{Check, tree};
use crate::diagnostic::Result;
use crate::world::EntryKind;

/// Entries that are named one by one.
const NAMED: usize = 10_000;
/// Names below `log/` that are looked at.
const MAX_NAMES: usize = 4_000_000;

/// What the check of the log came to.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub findings: Vec<Finding>,
    /// Leaves that were compared.
    pub entries: u64,
    /// Things without a verdict.
    pub skipped: u64,
}

/// A checkpoint whose root is compared on the way.
struct Mark {
    path: String,
    checkpoint: Checkpoint,
    ahead: Class,
    differs: Class,
}

struct Run<'a> {
    check: &'a Check<'a>,
    view: &'a dyn RegisterView,
    dir: PathBuf,
    out: Outcome,
    /// Tiles that differ from those of the register's leaves.
    tiles: Vec<Finding>,
    /// Positions whose leaf differs from the entry on disk.
    differing: Vec<u64>,
    /// Paths below `log/` that belong there.
    expected: BTreeSet<String>,
}

/// Checks the log of a register with `head` leaves.
pub(super) fn check(
    check: &Check<'_>,
    view: &dyn RegisterView,
    head: u64,
    anchor: Option<&[u8]>,
) -> Result<Outcome> {
    let mut run = Run {
        check,
        view,
        dir: check.root.join(LOG),
        out: Outcome::default(),
        tiles: Vec::new(),
        differing: Vec::new(),
        expected: BTreeSet::new(),
    };
    let known = run.keys()?;
    let signed = run.checkpoint(&known, head);
    let mut marks = run.days(&known);
    marks.extend(run.anchor(anchor, &known));
    run.leaves(head, signed.as_ref(), &mut marks)?;
    run.extras();
    Ok(run.out)
}

impl Run<'_> {
    fn tell(&mut self, finding: Finding) {
        self.out.findings.push(finding);
    }

    /// Tells that something could not be read.
    fn unread(&mut self, path: String, error: &std::io::Error) {
        self.out.skipped += 1;
        self.tell(Finding::new(Class::Unreadable, path).actual(error.to_string()));
    }

    /// The public keys; each but the first must have been entered.
    fn keys(&mut self) -> Result<Vec<PublicKey>> {
        let found = keys::public(self.check.world, self.check.root)?;
        for (name, fault) in &found.bad {
            let path = format!("{KEYS}/{name}");
            self.tell(Finding::new(Class::KeyInvalid, path).why(fault.text()));
        }
        let entered = self.view.keys()?;
        for (index, key) in found.keys.iter().enumerate().skip(1) {
            if !entered.contains(&key.vkey()) {
                let path = format!("{KEYS}/{}", keys::file_name(index + 1));
                self.tell(Finding::new(Class::KeyUnentered, path).actual(key.vkey()));
            }
        }
        for vkey in entered {
            if !found.keys.iter().any(|key| key.vkey() == vkey) {
                self.tell(Finding::new(Class::KeyLost, KEYS).values(vkey, "–"));
            }
        }
        Ok(found.keys)
    }

    fn read_note(&mut self, inside: &str) -> Option<Vec<u8>> {
        let path = self.dir.join(inside);
        match self.check.world.read(&path, MAX_NOTE as u64) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            // A link or a FIFO is told with the names; what is too long is malformed.
            Err(error)
                if matches!(error.kind(), ErrorKind::FileTooLarge | ErrorKind::InvalidInput) =>
            {
                Some(Vec::new())
            }
            Err(error) => {
                self.unread(format!("{LOG}/{inside}"), &error);
                None
            }
        }
    }

    fn checkpoint(&mut self, known: &[PublicKey], head: u64) -> Option<Checkpoint> {
        let path = format!("{LOG}/{CHECKPOINT}");
        self.expected.insert(CHECKPOINT.to_owned());
        let told = self.out.skipped;
        let Some(bytes) = self.read_note(CHECKPOINT) else {
            // An office that has entered nothing has signed nothing.
            if head > 0 && self.out.skipped == told {
                self.tell(Finding::new(Class::CheckpointMissing, path));
            }
            return None;
        };
        match Checkpoint::open(&bytes, known) {
            Ok((checkpoint, _)) => Some(checkpoint),
            Err(fault) => {
                self.tell(Finding::new(Class::CheckpointInvalid, path).why(fault.text()));
                None
            }
        }
    }

    /// The checkpoints of the days.
    fn days(&mut self, known: &[PublicKey]) -> Vec<Mark> {
        let names = match self.check.world.list(&self.dir.join(DAYS)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                self.unread(format!("{LOG}/{DAYS}"), &error);
                Vec::new()
            }
            Ok(names) => names,
        };
        let mut marks = Vec::new();
        for (name, kind) in names {
            let day =
                name.to_str().filter(|n| n.len() == 10 && n.parse::<jiff::civil::Date>().is_ok());
            let (Some(day), EntryKind::File) = (day, kind) else { continue };
            let inside = format!("{DAYS}/{day}");
            let path = format!("{LOG}/{inside}");
            self.expected.insert(inside.clone());
            let Some(bytes) = self.read_note(&inside) else { continue };
            match Checkpoint::open(&bytes, known) {
                Ok((checkpoint, _)) => marks.push(Mark {
                    path,
                    checkpoint,
                    ahead: Class::RolledBack,
                    differs: Class::DayMismatch,
                }),
                Err(fault) => {
                    self.tell(Finding::new(Class::CheckpointInvalid, path).why(fault.text()));
                }
            }
        }
        marks
    }

    fn anchor(&mut self, anchor: Option<&[u8]>, known: &[PublicKey]) -> Option<Mark> {
        match Checkpoint::kept(anchor?, known) {
            Ok(checkpoint) => Some(Mark {
                path: String::new(),
                checkpoint,
                ahead: Class::AnchorAhead,
                differs: Class::AnchorMismatch,
            }),
            Err(fault) => {
                self.tell(Finding::new(Class::AnchorInvalid, "").why(fault.text()));
                None
            }
        }
    }

    /// Grows the tree over the register's leaves and compares on the way.
    fn leaves(&mut self, head: u64, signed: Option<&Checkpoint>, marks: &mut [Mark]) -> Result<()> {
        // Without a checkpoint the tiles still tell something; they reach at most to the head.
        let size = signed.map_or(head, |c| c.size);
        marks.sort_by_key(|mark| mark.checkpoint.size);
        let (mut edge, mut next_mark, mut right) = (Edge::default(), 0, None);
        let (view, cancel) = (self.view, self.check);
        let mut at = |run: &mut Self, edge: &Edge| {
            while let Some(mark) = marks.get(next_mark).filter(|m| m.checkpoint.size == edge.size())
            {
                next_mark += 1;
                if mark.checkpoint.root != edge.root() {
                    let values = format!("{} ({})", mark.checkpoint.root, mark.checkpoint.size);
                    let finding = Finding::new(mark.differs, mark.path.clone());
                    run.tell(finding.values(values, edge.root().to_hex()));
                }
            }
            if edge.size() == size {
                right = signed.map(|signed| signed.root == edge.root());
                for (tile, bytes) in edge.partials() {
                    run.compare(tile, &bytes);
                }
            }
        };
        at(self, &edge);
        let mut missing = Vec::new();
        view.leaves(&mut |seq, leaf| {
            // Nothing of a log that was not read to its end is believed: see the caller.
            if cancel.is_cancelled() {
                return Ok(());
            }
            // A position that is gone keeps its place, so that the others are compared with theirs.
            while edge.size() + 1 < seq && missing.len() < NAMED {
                missing.push(edge.size() + 1);
                self.push(&mut edge, &[], size)?;
                at(self, &edge);
            }
            self.push(&mut edge, leaf, size)?;
            self.out.entries += 1;
            at(self, &edge);
            Ok(())
        })?;
        for mark in marks.iter().filter(|m| m.checkpoint.size > edge.size()) {
            let (has, kept) = (edge.size(), mark.checkpoint.size);
            let finding = Finding::new(mark.ahead, mark.path.clone());
            self.tell(finding.values(kept.to_string(), has.to_string()));
        }
        match signed {
            Some(signed) if edge.size() < signed.size => self.rolled_back(&edge, signed)?,
            Some(signed) if edge.size() > signed.size => {
                let more = edge.size() - signed.size;
                self.tell(Finding::new(Class::Unsigned, LOG).actual(more.to_string()));
            }
            _ => {}
        }
        self.judge(right, missing)
    }

    /// Adds a leaf; compares the tiles that it fills, as far as a checkpoint covers them.
    fn push(&mut self, edge: &mut Edge, leaf: &[u8], size: u64) -> Result<()> {
        // What no log could hold stands as nothing, and so differs.
        let leaf = if leaf.len() > tile::MAX_LEAF { &[] } else { leaf };
        let covered = edge.size() < size;
        edge.push(leaf, &mut |tile, bytes| {
            // Whatever this leaf fills ends with it.
            if covered {
                self.compare(tile, bytes);
            }
            Ok(())
        })
    }

    /// Compares a tile or bundle with the one on disk.
    fn compare(&mut self, tile: Tile, bytes: &[u8]) {
        let inside = tile.path();
        let path = self.dir.join(&inside);
        let shown = format!("{LOG}/{inside}");
        self.expected.insert(inside);
        match self.check.world.read(&path, tile::MAX_BUNDLE) {
            Ok(found) if found == bytes => {}
            Ok(found) => {
                self.tiles.push(Finding::new(Class::TileChanged, shown));
                if tile.content == Content::Entries {
                    self.differing_entries(tile, bytes, &found);
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.tiles.push(Finding::new(Class::TileMissing, shown));
            }
            Err(error)
                if matches!(error.kind(), ErrorKind::FileTooLarge | ErrorKind::InvalidInput) =>
            {
                self.tiles.push(Finding::new(Class::TileChanged, shown));
            }
            Err(error) => self.unread(shown, &error),
        }
    }

    fn differing_entries(&mut self, tile: Tile, ours: &[u8], found: &[u8]) {
        let (Ok(ours), Ok(found)) =
            (tile::entries(ours, tile.width), tile::entries(found, tile.width))
        else {
            return;
        };
        let pairs = ours.into_iter().zip(found).zip(1..);
        let differing = pairs.filter(|((a, b), _)| a != b).map(|(_, at)| tile.index * WIDTH + at);
        let room = NAMED.saturating_sub(self.differing.len());
        self.differing.extend(differing.take(room));
    }

    /// Tiles that differ are damage if the register leads to the signed root; else the register was changed.
    fn judge(&mut self, right: Option<bool>, missing: Vec<u64>) -> Result<()> {
        let tiles = std::mem::take(&mut self.tiles);
        if right == Some(true) {
            self.out.findings.extend(tiles);
            return Ok(());
        }
        let mut positions: BTreeSet<u64> =
            std::mem::take(&mut self.differing).into_iter().collect();
        positions.extend(missing);
        for seq in &positions {
            let mut finding = Finding::new(Class::LogMismatch, "");
            match self.view.document_at(*seq)? {
                Some(document) => finding = finding.of(&document),
                None => finding = finding.actual(seq.to_string()),
            }
            self.tell(finding);
        }
        if right == Some(false) && positions.is_empty() {
            self.tell(Finding::new(Class::RootMismatch, format!("{LOG}/{CHECKPOINT}")));
        }
        // The register gives no tiles to compare with: what is missing is still missing.
        let gone = tiles.into_iter().filter(|f| f.class == Class::TileMissing || right.is_none());
        self.out.findings.extend(gone);
        Ok(())
    }

    /// The register has fewer leaves than were signed. The entries on disk tell what was in them.
    fn rolled_back(&mut self, edge: &Edge, signed: &Checkpoint) -> Result<()> {
        let finding = Finding::new(Class::RolledBack, format!("{LOG}/{CHECKPOINT}"));
        let lost = self.lost(edge.size(), signed.size);
        let finding = finding.values(signed.size.to_string(), edge.size().to_string());
        self.tell(match lost.is_empty() {
            true => finding,
            false => finding.why(crate::diagnostic::Text::new(lost.clone(), lost)),
        });
        // Tiles beyond the register belong there all the same.
        self.expected.extend(edge.partial_tiles().iter().map(Tile::path));
        for content in tile::levels(signed.size).map(Content::Hashes).chain([Content::Entries]) {
            let from = tile::things(content, edge.size()) / WIDTH;
            let tiles = (from..).map_while(|index| Tile::at(content, index, signed.size));
            self.expected.extend(tiles.map(|tile| tile.path()));
        }
        Ok(())
    }

    /// What the bundles say of the first entries after `from`: series, number, year as in the leaf.
    fn lost(&self, from: u64, to: u64) -> String {
        let Some(tile) = Tile::at(Content::Entries, from / WIDTH, to) else { return String::new() };
        let path = self.dir.join(tile.path());
        let Ok(bytes) = self.check.world.read(&path, tile::MAX_BUNDLE) else {
            return String::new();
        };
        let Ok(entries) = tile::entries(&bytes, tile.width) else { return String::new() };
        let skip = usize::try_from(from % WIDTH).unwrap_or(usize::MAX);
        let words = entries.into_iter().skip(skip).take(5).filter_map(named);
        words.collect::<Vec<_>>().join(", ")
    }

    /// Names below `log/` that belong to nothing.
    fn extras(&mut self) {
        let mut todo = vec![String::new()];
        let mut room = MAX_NAMES;
        while let Some(folder) = todo.pop() {
            let names = match self.check.world.list(&self.dir.join(&folder)) {
                Ok(names) => names,
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => {
                    self.unread(tree::join(LOG, &folder), &error);
                    continue;
                }
            };
            for (name, kind) in names {
                let Some(less) = room.checked_sub(1) else {
                    self.out.skipped = self.out.skipped.saturating_add(1);
                    self.tell(Finding::new(Class::TooMuch, LOG));
                    return;
                };
                room = less;
                let inside = tree::join(&folder, &tree::shown(&name));
                let shown = format!("{LOG}/{inside}");
                let depth = inside.matches('/').count();
                match (kind, tree::odd(kind)) {
                    (EntryKind::Dir, _) if depth < 12 && name.to_str().is_some() => {
                        todo.push(inside)
                    }
                    (EntryKind::File, _) if self.expected.contains(&inside) => {}
                    (EntryKind::File, _) if self.is_outgrown(&inside) => {}
                    (EntryKind::File | EntryKind::Dir, _) => {
                        self.tell(Finding::new(Class::LogExtra, shown));
                    }
                    (_, class) => {
                        self.tell(Finding::new(class.unwrap_or(Class::Special), shown));
                    }
                }
            }
        }
    }
}

impl Run<'_> {
    /// True for a partial tile that a wider one has taken the place of and that says nothing else than that one:
    /// the specification lets a log keep such tiles, and whoever was killed after signing has kept one.
    fn is_outgrown(&self, inside: &str) -> bool {
        let Some(tile) = Tile::parse(inside).filter(|tile| !tile.is_full()) else { return false };
        let wider = (tile.width + 1..=WIDTH as u16)
            .map(|width| Tile { width, ..tile }.path())
            .find(|path| self.expected.contains(path));
        let read = |path: &str| self.check.world.read(&self.dir.join(path), tile::MAX_BUNDLE).ok();
        let (Some(bytes), Some(wider)) = (read(inside), wider.and_then(|path| read(&path))) else {
            return false;
        };
        let is_whole = match tile.content {
            Content::Hashes(_) => tile::hashes(&bytes, tile.width).is_ok(),
            Content::Entries => tile::entries(&bytes, tile.width).is_ok(),
        };
        is_whole && wider.starts_with(&bytes)
    }
}

/// What a leaf says of its entry, for messages.
fn named(leaf: &[u8]) -> Option<String> {
    let leaf: serde_json::Value = serde_json::from_slice(leaf).ok()?;
    let text = |key: &str| match leaf.get(key)? {
        serde_json::Value::String(text) => Some(text.chars().take(80).collect::<String>()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match (text("series"), text("number"), text("year")) {
        (Some(series), Some(number), Some(year)) => Some(format!("{series} {number}/{year}")),
        _ => text("kind"),
    }
}

/// Each sealed bag against the log's entry of its seal. `told` are the findings so far: where the tag
/// files of a bag contradict each other that is damage and has been told; where they agree among
/// themselves and not with the entry, the bag was sealed again.
pub(super) fn seals(
    check: &Check<'_>,
    view: &dyn RegisterView,
    sealed: &[BagId],
    told: &[Finding],
) -> Result<Vec<Finding>> {
    let mut entered = std::collections::BTreeMap::new();
    view.seals(&mut |bag, tags| {
        entered.insert(bag, tags);
        Ok(())
    })?;
    let mut out = Vec::new();
    for bag in sealed {
        let shown = format!("{BAGS}/{bag}/{TAG_MANIFEST}");
        let folder = format!("{BAGS}/{bag}/");
        let damaged = |f: &Finding| {
            f.path.starts_with(&folder)
                && matches!(
                    f.class,
                    Class::TagManifest
                        | Class::TagChanged
                        | Class::TagMissing
                        | Class::BagitTxt
                        | Class::BagInfo
                        | Class::ManifestMissing
                        | Class::Unreadable
                        | Class::TooMuch
                )
                || f.class == Class::LineMalformed && f.path == shown
        };
        if told.iter().any(damaged) {
            continue;
        }
        let path = bag.under(check.root, BAGS).join(TAG_MANIFEST);
        let Ok(bytes) = check.world.read(&path, manifest::MAX_BYTES) else { continue };
        let (expected, actual) = (entered.get(bag), sha256(&bytes));
        if expected != Some(&actual) {
            let expected = expected.map_or_else(|| "–".to_owned(), Digest::to_hex);
            out.push(Finding::new(Class::SealMismatch, shown).values(expected, actual.to_hex()));
        }
    }
    Ok(out)
}
