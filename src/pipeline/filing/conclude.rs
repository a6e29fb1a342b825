//! What follows every commit: seals, the log, its checkpoint.
//!
//! Knows: the order in which they become durable. Must not know: SQL, tiles, BagIt.
//!
//! 1. Tag files of full bags are written, unsynced.
//! 2. An act `seal` for each of them, with the digest of its tag manifest: a bag that is opened and
//!    sealed again later, however consistently, no longer fits the log.
//! 3. The new leaves become tiles of the log, unsynced.
//! 4. One sync of the file system, for all of this.
//! 5. The bags are moved to their place; the checkpoint is signed last.
//!
//! A kill in between is finished by the next opening. A bag that has its act but did not reach its
//! place is sealed with the day that the act names, so that it comes out the same.

use std::collections::HashMap;
use std::path::Path;

use jiff::civil::Date;
use serde_json::Value;

use super::batch::salts;
use super::rows::Contents;
use super::{Filing, journal, rows};
use crate::archive::log::{Fault, Log, PublicKey, keys};
use crate::archive::{Archive, BagId, Digest, Prepared, ReadyBag, SealContents};
use crate::diagnostic::{Failure, Result};
use crate::model::Office;
use crate::pipeline::ledger::RegisterLeaves;
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
    let name = office.organ.id.as_deref().unwrap_or(&office.organ.code);
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
/// `known` are the contents of those bags of which they are in memory.
pub(super) fn conclude(
    filing: &mut Filing<'_>,
    full: &[BagId],
    known: HashMap<BagId, Contents>,
) -> Result<Concluded> {
    let entered = if full.is_empty() { HashMap::new() } else { seals(filing.register.as_ref())? };
    let prepared = prepare(filing, full, known, &entered)?;
    enter(filing, &prepared.ready, &entered)?;
    let logged = filing.log.extend(&RegisterLeaves(filing.register.as_ref()))?;
    if logged > 0 || !prepared.ready.is_empty() {
        filing.archive.sync_open()?;
    }
    filing.archive.move_sealed(&prepared.ready)?;
    filing.log.publish()?;
    Ok(Concluded {
        sealed: prepared.ready.len(),
        unsealed: prepared.refused.into_iter().map(|(_, failure)| failure).collect(),
        logged,
    })
}

fn prepare(
    filing: &mut Filing<'_>,
    full: &[BagId],
    mut known: HashMap<BagId, Contents>,
    entered: &HashMap<String, (Date, Digest)>,
) -> Result<Prepared> {
    let today = filing.world.today();
    let day = |bag: BagId| entered.get(&bag.to_string()).map_or(today, |(day, _)| *day);
    let Filing { register, archive, tail, .. } = filing;
    let archive = &*archive;
    if !full.is_empty() && full.iter().all(|bag| known.contains_key(bag)) {
        // Of these bags the register is asked nothing: meanwhile it can tell the journal its rows.
        let mut contents = |bag| {
            let (files, rows) = known.remove(&bag).unwrap_or_default();
            Ok(SealContents { files, rows, day: day(bag) })
        };
        let (prepared, kept) = rayon::join(
            || archive.prepare_seals(full, &mut contents),
            move || journal::keep_rows(register.as_ref(), archive, tail),
        );
        kept?;
        return prepared;
    }
    archive.prepare_seals(full, &mut |bag| {
        let (files, rows) = match known.remove(&bag) {
            Some(contents) => contents,
            None => {
                (register.bag_files(bag.year, bag.number)?, rows::of_bag(register.as_ref(), bag)?)
            }
        };
        Ok(SealContents { files, rows, day: day(bag) })
    })
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
    let new: Vec<&ReadyBag> = ready.iter().filter(|bag| known(bag) != Some(bag.tags)).collect();
    if new.is_empty() {
        return Ok(());
    }
    let salts = salts(filing.world, new.len())?;
    let acts: Vec<NewAct> = new
        .iter()
        .zip(salts)
        .map(|(bag, salt)| {
            let mut data = serde_json::Map::new();
            data.insert("bag".into(), bag.id.to_string().into());
            data.insert("tags".into(), bag.tags.to_hex().into());
            NewAct {
                kind: Kind::Seal,
                about: None,
                date: filing.world.today(),
                data,
                fields: serde_json::Map::new(),
                files: Vec::new(),
                salt,
            }
        })
        .collect();
    let at = filing.world.timestamp();
    match filing.register.commit_acts(&at, &acts) {
        Ok(_) => Ok(()),
        Err(CommitError::Undone(failure) | CommitError::Unknown(failure)) => Err(failure),
    }
}

/// True if the archive has a log: then its register is not new.
pub(super) fn has_log(world: &dyn World, root: &Path) -> bool {
    world.stat(&root.join("log/checkpoint")).is_ok()
}

/// The register is gone, but the log is not.
pub(super) fn lost_register(register: &Path) -> Failure {
    Fault::RolledBack.tampered(register)
}
