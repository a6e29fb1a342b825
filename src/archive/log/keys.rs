//! The office's keys: the private one beside the archive, the public ones in it.
//!
//! Knows: their files and who may read them. Must not know: what is signed.
//!
//! `vanthu.key` in the office folder holds the private key as one line,
//! `PRIVATE+KEY+<name>+<key id>+<base64>` as Go's package of signed notes writes it, readable by its
//! owner only. It is never in the archive: whoever gets a copy of the archive must not be able to
//! sign. `archive/keys/000001.vkey`, `000002.vkey` … hold the public keys, the oldest first.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::super::fault::{At, Doing, refuse};
use super::super::paths::KEYS;
use super::note::{PrivateKey, PublicKey};
use super::{Fault, tampered};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::text;
use crate::world::{EntryKind, World};

/// The private key's file in the office folder.
pub const KEY_FILE: &str = "vanthu.key";
/// The next private key while the keys are being changed.
const NEXT_FILE: &str = "vanthu.key.next";
/// Most bytes of a key file.
const MAX_BYTES: u64 = 4096;
/// Most public keys that are read.
const MAX_KEYS: usize = 10_000;

/// The public keys of an archive.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct PublicKeys {
    /// The oldest first; the last one is in use.
    pub keys: Vec<PublicKey>,
    /// Names in the folder that are no key of a right name, with the reason.
    pub bad: Vec<(String, Fault)>,
}

/// Name of the `n`th public key's file, from 1.
pub fn file_name(n: usize) -> String {
    format!("{n:06}.vkey")
}

/// Reads the public keys below `root`, the archive's folder.
pub fn public(world: &dyn World, root: &Path) -> Result<PublicKeys> {
    let dir = root.join(KEYS);
    let names = match world.list(&dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(PublicKeys::default()),
        listed => listed.at(Doing::Read, &dir)?,
    };
    let mut out = PublicKeys::default();
    for (name, kind) in names {
        let shown = name.to_string_lossy().chars().flat_map(char::escape_default).collect();
        let expected = out.keys.len() < MAX_KEYS && shown == file_name(out.keys.len() + 1);
        if !expected || kind != EntryKind::File {
            out.bad.push((shown, Fault::KeyFile));
            continue;
        }
        let read = world.read(&dir.join(&name), MAX_BYTES);
        let text = match read {
            Err(error) if error.kind() == ErrorKind::FileTooLarge => Vec::new(),
            read => read.at(Doing::Read, &dir.join(&name))?,
        };
        match std::str::from_utf8(&text).map_err(|_| Fault::Key).and_then(PublicKey::parse) {
            Ok(key) => out.keys.push(key),
            Err(fault) => out.bad.push((shown, fault)),
        }
    }
    Ok(out)
}

/// The private key of an office; `None` where there is no file.
///
/// # Errors
/// `Config`: others may read it, or it is no key.
pub fn private(world: &dyn World, office: &Path) -> Result<Option<PrivateKey>> {
    read_private(world, &office.join(KEY_FILE))
}

fn read_private(world: &dyn World, path: &Path) -> Result<Option<PrivateKey>> {
    let bytes = match world.read(path, MAX_BYTES) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == ErrorKind::FileTooLarge => Vec::new(),
        read => read.at(Doing::Read, path)?,
    };
    if !world.is_private(path).at(Doing::Read, path)? {
        let shown = path.display();
        return Err(config(
            path,
            text!(
                "người khác trong máy đọc được khóa ký này",
                "others on this machine may read this signing key"
            ),
            text!("chạy: chmod 600 {shown}", "run: chmod 600 {shown}"),
        ));
    }
    let key = std::str::from_utf8(&bytes).map_err(|_| Fault::Key).and_then(PrivateKey::parse);
    key.map(Some).map_err(|_| {
        config(
            path,
            text!("tệp này không phải khóa ký", "this file is not a signing key"),
            text!(
                "chép lại tệp khóa từ nơi cất giữ; nếu mất hẳn: vanthu keys rotate --lost",
                "put the key file back from where it is kept; if it is lost for good: vanthu keys rotate --lost"
            ),
        )
    })
}

fn config(path: &Path, message: crate::diagnostic::Text, hint: crate::diagnostic::Text) -> Failure {
    Failure::new(FailureKind::Config, Place::file(path.display().to_string()), message).hint(hint)
}

/// A name for a new log: ASCII, no two alike. `hint` is what people call the office.
fn origin(hint: &str, random: [u8; 6]) -> String {
    let mut name: String = crate::text::slug(hint).chars().take(40).collect();
    if name.is_empty() {
        name.push_str("co-quan");
    }
    let tail: String = random.iter().map(|b| format!("{b:02x}")).collect();
    format!("vanthu/{name}/{tail}")
}

/// A new key of the given name, or of a new name made from `hint`.
fn generate(world: &dyn World, name: Option<&str>, hint: &str) -> Result<PrivateKey> {
    let (mut seed, mut tail) = ([0; 32], [0; 6]);
    world.random(&mut seed).and_then(|()| world.random(&mut tail)).map_err(|error| {
        refuse(
            Path::new(KEY_FILE),
            text!(
                "máy không cho số ngẫu nhiên: {error}",
                "the system gave no random bytes: {error}"
            ),
            text!("chạy lại", "run it again"),
        )
    })?;
    let name = name.map_or_else(|| origin(hint, tail), str::to_owned);
    PrivateKey::new(&name, seed).map_err(|fault| fault.refuse(Path::new(KEY_FILE)))
}

/// Makes the office's key; durable on return. A key that is there is left alone and given back.
/// `hint` is what people call the office; it becomes part of the log's name.
pub fn make(world: &dyn World, office: &Path, hint: &str) -> Result<PrivateKey> {
    if let Some(key) = private(world, office)? {
        return Ok(key);
    }
    let key = generate(world, None, hint)?;
    let next = office.join(NEXT_FILE);
    write_private(world, &next, &key)?;
    move_private(world, &next, &office.join(KEY_FILE))?;
    Ok(key)
}

fn write_private(world: &dyn World, path: &Path, key: &PrivateKey) -> Result<()> {
    lay_private(world, path, key)?;
    world.sync(path).at(Doing::Sync, path)
}

fn lay_private(world: &dyn World, path: &Path, key: &PrivateKey) -> Result<()> {
    let text = format!("{}\n", key.skey());
    match world.create_private(path, text.as_bytes()) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            world.remove(path).at(Doing::Remove, path)?;
            world.create_private(path, text.as_bytes()).at(Doing::Write, path)
        }
        written => written.at(Doing::Write, path),
    }
}

/// Writes the keys of a new office, unsynced: the public one into the archive that is being made at `root`,
/// the private one beside it under another name. A private key that is there (`vanthu init` makes it) is
/// used. After a sync of the file system the private key is to be given its name, if this returns
/// where it lies and where it belongs.
pub fn lay(
    world: &dyn World,
    office: &Path,
    root: &Path,
    hint: &str,
) -> Result<Option<(PathBuf, PathBuf)>> {
    let (next, own) = (office.join(NEXT_FILE), office.join(KEY_FILE));
    let (key, moves) = match private(world, office)? {
        Some(key) => (key, None),
        None => {
            let key = generate(world, None, hint)?;
            lay_private(world, &next, &key)?;
            (key, Some((next, own)))
        }
    };
    let path = root.join(KEYS).join(file_name(1));
    let text = format!("{}\n", key.public().vkey());
    world.create(&path, text.as_bytes()).at(Doing::Write, &path)?;
    Ok(moves)
}

fn move_private(world: &dyn World, from: &Path, to: &Path) -> Result<()> {
    world.rename(from, to).at(Doing::Move, from)?;
    let dir = crate::world::parent_of(to);
    world.sync(&dir).at(Doing::Sync, &dir)
}

/// Adds a public key to the archive; durable on return. One that is there is left alone.
pub fn publish(world: &dyn World, root: &Path, key: &PublicKey) -> Result<()> {
    let known = public(world, root)?.keys;
    if known.contains(key) {
        return Ok(());
    }
    let path = root.join(KEYS).join(file_name(known.len() + 1));
    world.replace(&path, format!("{}\n", key.vkey()).as_bytes()).at(Doing::Write, &path)
}

/// The keys with which an office signs: its private key and all public ones, the own one last.
/// Makes them in an office that has none and whose archive has no log yet.
///
/// # Errors
/// `Config`: the private key is gone, open to others or no key. `Tampered`: it is not the archive's.
pub fn open(
    world: &dyn World,
    office: &Path,
    root: &Path,
    hint: &str,
) -> Result<(PrivateKey, Vec<PublicKey>)> {
    let found = public(world, root)?;
    sweep(world, root)?;
    if let Some((name, fault)) = found.bad.iter().find(|(name, _)| !is_temporary(name)) {
        return Err(fault.tampered(&root.join(KEYS).join(name)));
    }
    let mut keys = found.keys;
    let private = match private(world, office)? {
        Some(key) => key,
        None if keys.is_empty() => make(world, office, hint)?,
        None => return Err(gone(&office.join(KEY_FILE))),
    };
    if keys.is_empty() {
        publish(world, root, private.public())?;
        keys.push(private.public().clone());
    }
    if keys.last() != Some(private.public()) {
        return Err(not_ours(&office.join(KEY_FILE)));
    }
    Ok((private, keys))
}

/// Removes what a write that was cut short has left among the public keys.
fn sweep(world: &dyn World, root: &Path) -> Result<()> {
    let dir = root.join(KEYS);
    for (name, kind) in world.list(&dir).at(Doing::Read, &dir)? {
        if kind == EntryKind::File && name.to_str().is_some_and(is_temporary) {
            let path = dir.join(name);
            world.remove(&path).at(Doing::Remove, &path)?;
        }
    }
    Ok(())
}

/// A name that [`World::replace`] may leave among the public keys.
pub(in super::super) fn is_temporary(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(".tmp")
}

fn gone(path: &Path) -> Failure {
    config(
        path,
        text!("không thấy khóa ký của cơ quan", "the office's signing key is gone"),
        text!(
            "chép lại tệp khóa từ nơi cất giữ; nếu mất hẳn: vanthu keys rotate --lost",
            "put the key file back from where it is kept; if it is lost for good: vanthu keys rotate --lost"
        ),
    )
}

fn not_ours(path: &Path) -> Failure {
    tampered(
        path,
        text!(
            "khóa ký này không phải khóa đang dùng của kho (archive/keys/)",
            "this signing key is not the one that the archive uses (archive/keys/)"
        ),
        text!(
            "chưa ghi gì; chép lại đúng tệp khóa của cơ quan, hoặc khôi phục archive/keys/ từ bản sao lưu",
            "nothing was written; put back the office's own key file, or restore archive/keys/ from a backup"
        ),
    )
}

/// A change of keys under way: the next private key is on disk, the old one still signs.
#[derive(Debug)]
pub struct Rotation {
    /// The next key.
    pub next: PrivateKey,
    office: PathBuf,
}

/// Makes the next key of the log `name` and keeps it beside the one in use; durable on return.
/// To be followed by the entry of the key in the register, [`publish`], and [`Rotation::finish`].
pub fn begin_rotation(world: &dyn World, office: &Path, name: &str) -> Result<Rotation> {
    let next = generate(world, Some(name), "")?;
    write_private(world, &office.join(NEXT_FILE), &next)?;
    world.sync(office).at(Doing::Sync, office)?;
    Ok(Rotation { next, office: office.to_owned() })
}

/// A change of keys that was cut short, if there is one.
pub fn unfinished_rotation(world: &dyn World, office: &Path) -> Result<Option<Rotation>> {
    let path = office.join(NEXT_FILE);
    match world.stat(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        stat => stat.at(Doing::Read, &path)?,
    };
    match read_private(world, &path) {
        Ok(next) => Ok(next.map(|next| Rotation { next, office: office.to_owned() })),
        // Torn while it was being written: nobody knows of it.
        Err(_) => {
            world.remove(&path).at(Doing::Remove, &path)?;
            Ok(None)
        }
    }
}

impl Rotation {
    /// The next key takes the place of the one in use, which is kept as `vanthu.key.000001`
    /// (`old` is its number) until a person removes it.
    pub fn finish(self, world: &dyn World, old: usize) -> Result<PrivateKey> {
        let path = self.office.join(KEY_FILE);
        let aside = self.office.join(format!("{KEY_FILE}.{old:06}"));
        match world.rename(&path, &aside) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            moved => moved.at(Doing::Move, &path)?,
        }
        move_private(world, &self.office.join(NEXT_FILE), &path)?;
        Ok(self.next)
    }

    /// Forgets the next key: it was never entered.
    pub fn abandon(self, world: &dyn World) -> Result<()> {
        let path = self.office.join(NEXT_FILE);
        world.remove(&path).at(Doing::Remove, &path)
    }
}
