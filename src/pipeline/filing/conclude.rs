//! What follows every commit: seals, the log, the journal, the checkpoint.
//!
//! Knows: the order in which they become durable. Must not know: SQL, tiles, BagIt.
//!
//! 1. Tag files of full bags are written, unsynced.
//! 2. An act `seal` for each of them, with the digest of its tag manifest: a bag that is opened and
//!    sealed again later, however consistently, no longer fits the log. Of bags that one batch fills
//!    from the first file to the last the tag files are known before its commit: then their acts are
//!    committed together with its rows, and 1 follows.
//! 3. The new leaves become tiles of the log and lines of the journal, unsynced; the next checkpoint is
//!    signed and written under another name.
//! 4. One sync of the file system, for all of this. Meanwhile the register tidies up, which nothing waits for.
//! 5. The bags are moved to their place and the checkpoint is put into its own: only now does anything
//!    say that these entries are in the log.
//!
//! A kill in between is finished by the next opening. A bag that has its act but did not reach its
//! place is sealed with the day that the act names, so that it comes out the same.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use serde_json::Value;

use rayon::prelude::*;

use super::batch::salts;
use super::found::log_name;
use super::growing::Growing;
use super::{Filing, journal, rows};
use crate::archive::log::{self, Fault, Log, PublicKey, keys};
use crate::archive::{Archive, BagId, Digest, Prepared, ReadyBag, SealContents, SealDraft};
use crate::diagnostic::{Failure, Result};
use crate::model::Office;
use crate::pipeline::ledger::{HeldLeaves, RegisterLeaves};
use crate::register::{ActFilter, CommitError, Kind, NewAct, Register};
use crate::world::World;

/// What concluding did.
#[derive(Debug, Default)]
pub(super) struct Concluded {
    /// Bags that were sealed.
    pub sealed: usize,
    /// Bags that could not be; they stay open.
    pub unsealed: Vec<Failure>,
    /// Leaves that the checkpoint now covers and did not before.
    pub logged: u64,
}

/// Opens the log of an office, making its keys where it has none yet and finishing a change of keys
/// that was cut short; writes nothing else.
pub(super) fn open_log<'w>(
    world: &'w dyn World,
    dir: &Path,
    office: &Office,
    archive: &Archive<'w>,
    register: &dyn Register,
) -> Result<Log<'w>> {
    let name = log_name(office);
    let mut old = None;
    if let Some(rotation) = keys::unfinished_rotation(world, dir)? {
        if is_entered(register, &rotation.next.public().vkey())? {
            old = keys::private(world, dir).ok().flatten();
            keys::publish(world, archive.root(), rotation.next.public())?;
            let count = keys::public(world, archive.root())?.keys.len();
            rotation.finish(world, count.saturating_sub(1))?;
        } else {
            rotation.abandon(world)?;
        }
    }
    let (key, known) = keys::open(world, dir, archive.root(), name)?;
    let mut log = Log::open(world, archive.root(), key, &known, &RegisterLeaves(register))?;
    if let Some(old) = old.filter(|old| known.contains(old.public())) {
        log.also_sign(old);
    }
    Ok(log)
}

/// True if a public key has its act.
fn is_entered(register: &dyn Register, vkey: &str) -> Result<bool> {
    let mut found = false;
    let filter = ActFilter { kinds: vec![Kind::Key], ..ActFilter::default() };
    register.acts(&filter, &mut |acted| {
        found |= acted.act.data.get("vkey").and_then(Value::as_str) == Some(vkey);
        Ok(())
    })?;
    Ok(found)
}

/// Enters the next key of a log: an act, before the key is used. Opening the office finishes it.
pub(super) fn enter_key(
    world: &dyn World,
    register: &mut dyn Register,
    old: Option<&PublicKey>,
    next: &PublicKey,
) -> Result<()> {
    let mut data = serde_json::Map::new();
    data.insert("vkey".into(), next.vkey().into());
    if let Some(old) = old {
        data.insert("before".into(), old.vkey().into());
    }
    let salt = salts(world, 1)?.into_iter().next().unwrap_or_default();
    let act = NewAct {
        kind: Kind::Key,
        about: None,
        date: world.today(),
        data,
        fields: serde_json::Map::new(),
        files: Vec::new(),
        salt,
    };
    match register.commit_acts(&world.timestamp(), &[act]) {
        Ok(_) => Ok(()),
        Err(CommitError::Undone(failure) | CommitError::Unknown(failure)) => Err(failure),
    }
}

/// Seals full bags, brings the log up to date and signs it.
pub(super) fn conclude(filing: &mut Filing<'_>, full: &[BagId]) -> Result<Concluded> {
    let prepared = prepare(filing, full)?;
    finish(filing, prepared, &[], false)
}

/// What is made of a batch before its commit and written after it.
#[derive(Default)]
pub(super) struct Ahead {
    /// The seals that are entered with it.
    pub(super) drafts: Vec<SealDraft>,
    made: Option<Made>,
}

/// Tiles and lines of a batch's entries, made of the texts that are entered.
struct Made {
    log: log::Composed,
    journal: Growing,
}

/// What the log and the journal take of an entry: made where the entry is made, so that nothing has to be read
/// back from the open transaction.
pub(super) struct Fresh {
    /// Its leaf.
    pub(super) leaf: String,
    /// The journal's line of it.
    pub(super) line: Vec<u8>,
}

impl Ahead {
    /// For entries from the position `first` on. Where log or journal end elsewhere nothing is made ahead.
    pub(super) fn begin(
        log: &Log<'_>,
        tail: &journal::Tail,
        first: u64,
        jobs: &[(usize, Arc<str>)],
        staging: &str,
    ) -> Self {
        let of = |(index, job): &(usize, Arc<str>)| (first + *index as u64, Arc::clone(job));
        let made = || {
            let journal = Growing::new(tail, first, jobs.iter().map(of).collect(), staging)?;
            // Position 1 is leaf 0.
            Some(Made { log: log.compose(first.checked_sub(1)?)?, journal })
        };
        Self { drafts: Vec::new(), made: made() }
    }

    /// Tiles and lines of the next entries, which stand or are to stand in the open transaction.
    pub(super) fn push(
        &mut self,
        register: &dyn Register,
        archive: &Archive<'_>,
        rows: Vec<Fresh>,
    ) -> Result<()> {
        let Some(made) = &mut self.made else { return Ok(()) };
        for fresh in rows {
            made.journal.push(register, archive, &fresh.line)?;
            made.log.push(fresh.leaf.as_bytes())?;
        }
        Ok(())
    }
}

/// The same after a commit, with the journal.
pub(super) fn conclude_commit(
    filing: &mut Filing<'_>,
    full: &[BagId],
    ahead: Ahead,
) -> Result<Concluded> {
    let prepared = prepare(filing, full)?;
    let Ahead { drafts, made } = ahead;
    match made {
        Some(made) => finish_made(filing, prepared, &drafts, made),
        None => finish(filing, prepared, &drafts, true),
    }
}

/// Where everything is at hand: the register tidies up from the beginning on.
fn finish_made(
    filing: &mut Filing<'_>,
    prepared: Prepared,
    drafts: &[SealDraft],
    made: Made,
) -> Result<Concluded> {
    let archive = &filing.archive;
    let (register, log, tail) = (filing.register.as_mut(), &mut filing.log, &mut filing.tail);
    let leaves = HeldLeaves::read(register, made.log.size())?;
    let lines = made.journal.finish(register)?;
    std::thread::scope(|scope| {
        // Nothing waits for it but the end.
        scope.spawn(|| register.tidy());
        let (tags, (logged, full)) = rayon::join(
            || drafts.par_iter().try_for_each(|draft| archive.write_tags(draft)),
            || {
                let extended = || {
                    let logged = log.extend_by(Some(made.log), &leaves)?;
                    log.sign()?;
                    Ok::<_, Failure>(logged)
                };
                rayon::join(extended, || lines.write(archive, tail))
            },
        );
        tags?;
        let (logged, full) = (logged?, full?);
        archive.sync_open()?;
        archive.list_segments(&full)?;
        publish(archive, log, prepared, drafts, logged)
    })
}

fn finish(
    filing: &mut Filing<'_>,
    prepared: Prepared,
    drafts: &[SealDraft],
    has_journal: bool,
) -> Result<Concluded> {
    let archive = &filing.archive;
    let (register, log, tail) = (filing.register.as_mut(), &mut filing.log, &mut filing.tail);
    let (written, logged) = rayon::join(
        || drafts.par_iter().try_for_each(|draft| archive.write_tags(draft)),
        || {
            let register = &mut *register;
            let logged = log.extend(&RegisterLeaves(register))?;
            if has_journal {
                journal::keep_rows(register, archive, tail)?;
            }
            log.sign()?;
            Ok::<_, Failure>(logged)
        },
    );
    written?;
    let logged = logged?;
    if logged > 0 || !prepared.ready.is_empty() || !drafts.is_empty() {
        rayon::join(|| archive.sync_open(), || register.tidy()).0?;
    }
    publish(archive, log, prepared, drafts, logged)
}

/// What follows the sync: bags and checkpoint get their places.
fn publish(
    archive: &Archive<'_>,
    log: &mut Log<'_>,
    prepared: Prepared,
    drafts: &[SealDraft],
    logged: u64,
) -> Result<Concluded> {
    let mut ready = prepared.ready;
    ready.extend(drafts.iter().map(SealDraft::ready));
    archive.move_sealed(&ready)?;
    let sync_moved = || if ready.is_empty() { Ok(()) } else { archive.sync_open() };
    let (moved, published) = rayon::join(sync_moved, || log.publish());
    moved?;
    published?;
    // What was drafted is without the right to write from the start.
    archive.protect(ready.get(..ready.len() - drafts.len()).unwrap_or_default());
    Ok(Concluded {
        sealed: ready.len(),
        unsealed: prepared.refused.into_iter().map(|(_, failure)| failure).collect(),
        logged,
    })
}

/// Writes the tag files of full bags and enters their seals.
fn prepare(filing: &mut Filing<'_>, full: &[BagId]) -> Result<Prepared> {
    if full.is_empty() {
        return Ok(Prepared::default());
    }
    let today = filing.world.today();
    let register = filing.register.as_ref();
    let entered = seals(register)?;
    let day = |bag: BagId| entered.get(&bag.to_string()).map_or(today, |(day, _)| *day);
    let prepared = filing.archive.prepare_seals(full, &mut |bag| {
        let files = register.bag_files(bag.year, bag.number)?;
        let rows = rows::of_bag(register, bag)?;
        Ok(SealContents { files, rows, day: day(bag) })
    })?;
    enter(filing, &prepared.ready, &entered)?;
    Ok(prepared)
}

/// The bags that have an act: its day, and the digest that it names.
pub(in crate::pipeline) fn seals(
    register: &dyn Register,
) -> Result<HashMap<String, (Date, Digest)>> {
    let mut out = HashMap::new();
    let filter = ActFilter { kinds: vec![Kind::Seal], ..ActFilter::default() };
    register.acts(&filter, &mut |acted| {
        let text = |key: &str| acted.act.data.get(key).and_then(Value::as_str);
        if let (Some(bag), Some(Ok(tags))) = (text("bag"), text("tags").map(str::parse)) {
            out.insert(bag.to_owned(), (acted.act.date, tags));
        }
        Ok(())
    })?;
    Ok(out)
}

fn enter(
    filing: &mut Filing<'_>,
    ready: &[ReadyBag],
    entered: &HashMap<String, (Date, Digest)>,
) -> Result<()> {
    let known = |bag: &ReadyBag| entered.get(&bag.id.to_string()).map(|(_, tags)| *tags);
    let new: Vec<ReadyBag> =
        ready.iter().filter(|bag| known(bag) != Some(bag.tags)).copied().collect();
    if new.is_empty() {
        return Ok(());
    }
    let acts = acts_of(filing.world, new)?;
    let at = filing.world.timestamp();
    match filing.register.commit_acts(&at, &acts) {
        Ok(_) => Ok(()),
        Err(CommitError::Undone(failure) | CommitError::Unknown(failure)) => Err(failure),
    }
}

/// The acts that enter the seals of bags.
pub(super) fn acts_of(world: &dyn World, bags: Vec<ReadyBag>) -> Result<Vec<NewAct>> {
    let salts = salts(world, bags.len())?;
    let act = |(bag, salt): (ReadyBag, [u8; 16])| {
        let mut data = serde_json::Map::new();
        data.insert("bag".into(), bag.id.to_string().into());
        data.insert("tags".into(), bag.tags.to_hex().into());
        NewAct {
            kind: Kind::Seal,
            about: None,
            date: world.today(),
            data,
            fields: serde_json::Map::new(),
            files: Vec::new(),
            salt,
        }
    };
    Ok(bags.into_iter().zip(salts).map(act).collect())
}

/// True if the archive has a log: then its register is not new.
pub(super) fn has_log(world: &dyn World, root: &Path) -> bool {
    world.stat(&root.join("log/checkpoint")).is_ok()
}

/// The register is gone, but the log is not.
pub(super) fn lost_register(register: &Path) -> Failure {
    Fault::RolledBack.tampered(register)
}
