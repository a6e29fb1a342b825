//! Names what is wrong once the whole archive has been read: lost, moved, swapped, copied, changed.
//!
//! Knows: which digest belongs to which document. Must not know: files, SQL.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::super::{BagId, Digest};
use super::finding::{Class, Finding};
use super::tree::Side;
use super::view::{DocumentId, Known, RegisterView};
use crate::diagnostic::Result;

/// What is in the place of a registered file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Nothing.
    Gone,
    /// Not a file, and that has been told.
    Told,
    /// Other bytes.
    Other { digest: Option<Digest>, len: u64 },
}

/// A registered file that is not as it should be.
#[derive(Debug, Clone)]
pub(super) struct Wrong {
    pub bag: BagId,
    pub side: Side,
    pub known: Known,
    pub content: Content,
}

impl Wrong {
    fn path(&self) -> String {
        format!("{}/{}/{}", self.side.folder(), self.bag, self.known.path)
    }

    fn finding(&self, class: Class) -> Finding {
        Finding::new(class, self.path()).of(&self.known.document)
    }

    fn by_length(&self, len: u64) -> Finding {
        let size = self.known.size;
        let class = match len {
            0 if size > 0 => Class::Zero,
            _ if len < size => Class::Truncated,
            _ if len > size => Class::Longer,
            _ => return self.finding(Class::Modified),
        };
        self.finding(class).values(format!("{size} byte"), format!("{len} byte"))
    }
}

/// A file without a row.
#[derive(Debug, Clone)]
pub(super) struct Stray {
    /// Path in the archive.
    pub path: String,
    pub digest: Option<Digest>,
    /// The class if its content belongs to nobody.
    pub class: Class,
}

/// Whose content a digest is.
struct Owner {
    bag: BagId,
    path: String,
    document: DocumentId,
}

/// Every document whose digest is one of the odd ones. Reads the register once more, but only if there is something odd.
fn owners(
    view: &dyn RegisterView,
    wrong: &[Wrong],
    stray: &[Stray],
) -> Result<HashMap<Digest, Vec<Owner>>> {
    let odd = wrong.iter().filter_map(|w| match w.content {
        Content::Other { digest, .. } => digest,
        _ => None,
    });
    let odd: HashSet<Digest> = odd.chain(stray.iter().filter_map(|s| s.digest)).collect();
    let mut out: HashMap<Digest, Vec<Owner>> = HashMap::new();
    if odd.is_empty() {
        return Ok(out);
    }
    for bag in view.bags()? {
        view.files(bag, &mut |known| {
            if odd.contains(&known.sha256) {
                let owner = Owner { bag, path: known.path, document: known.document };
                out.entry(known.sha256).or_default().push(owner);
            }
            Ok(())
        })?;
    }
    Ok(out)
}

/// Turns what differs into findings.
pub(super) fn sort(
    view: &dyn RegisterView,
    wrong: &[Wrong],
    stray: &[Stray],
    on_disk: &BTreeMap<BagId, Vec<Side>>,
) -> Result<Vec<Finding>> {
    let owners = owners(view, wrong, stray)?;
    let by_path: HashMap<(BagId, &str), &Wrong> =
        wrong.iter().map(|w| ((w.bag, w.known.path.as_str()), w)).collect();
    let mut sorter =
        Sorter { owners, by_path, on_disk, found: BTreeSet::new(), findings: Vec::new() };
    stray.iter().for_each(|s| sorter.stray(s));
    wrong.iter().for_each(|w| sorter.changed(w));
    wrong.iter().for_each(|w| sorter.gone(w));
    Ok(sorter.findings)
}

struct Sorter<'a> {
    owners: HashMap<Digest, Vec<Owner>>,
    by_path: HashMap<(BagId, &'a str), &'a Wrong>,
    on_disk: &'a BTreeMap<BagId, Vec<Side>>,
    /// Lost files that turned up elsewhere.
    found: BTreeSet<(BagId, &'a str)>,
    findings: Vec<Finding>,
}

impl<'a> Sorter<'a> {
    /// The registered file that is lost and whose content has this digest.
    fn lost(&self, digest: Option<Digest>) -> Option<&'a Wrong> {
        let owners = self.owners.get(&digest?)?;
        let lost = owners.iter().filter_map(|o| self.by_path.get(&(o.bag, o.path.as_str())));
        lost.copied().find(|w| {
            matches!(w.content, Content::Gone | Content::Told)
                && !self.found.contains(&(w.bag, w.known.path.as_str()))
        })
    }

    /// Path of another document's file inside the archive, as all paths of findings are told.
    fn place_of(&self, owner: &Owner) -> String {
        let side = self.on_disk.get(&owner.bag).and_then(|s| s.first());
        let side = side.map_or(Side::Sealed.folder(), |s| s.folder());
        format!("{side}/{}/{}", owner.bag, owner.path)
    }

    fn stray(&mut self, stray: &Stray) {
        if let Some(lost) = self.lost(stray.digest) {
            self.found.insert((lost.bag, lost.known.path.as_str()));
            self.findings.push(lost.finding(Class::Renamed).with(None, stray.path.clone()));
            return;
        }
        let owner = stray.digest.and_then(|d| self.owners.get(&d)).and_then(|o| o.first());
        let finding = match owner {
            Some(owner) => Finding::new(Class::Duplicate, stray.path.clone())
                .of(&owner.document)
                .with(Some(&owner.document), self.place_of(owner)),
            None => Finding::new(stray.class, stray.path.clone()),
        };
        self.findings.push(finding);
    }

    fn changed(&mut self, wrong: &'a Wrong) {
        let Content::Other { digest, len } = wrong.content else { return };
        let own = |o: &&Owner| o.bag != wrong.bag || o.path != wrong.known.path;
        let owner = digest.and_then(|d| self.owners.get(&d)).and_then(|o| o.iter().find(own));
        let Some(owner) = owner else {
            self.findings.push(wrong.by_length(len));
            return;
        };
        let there = self.by_path.get(&(owner.bag, owner.path.as_str())).copied();
        let has_ours = there.is_some_and(|t| {
            matches!(t.content, Content::Other { digest, .. } if digest == Some(wrong.known.sha256))
        });
        let class = if has_ours { Class::Swapped } else { Class::Replaced };
        let path = self.place_of(owner);
        self.findings.push(wrong.finding(class).with(Some(&owner.document), path));
        if let Some(lost) = self.lost(digest) {
            self.found.insert((lost.bag, lost.known.path.as_str()));
            let finding = lost.finding(Class::Renamed);
            self.findings.push(finding.with(Some(&wrong.known.document), wrong.path()));
        }
    }

    fn gone(&mut self, wrong: &Wrong) {
        let found = self.found.contains(&(wrong.bag, wrong.known.path.as_str()));
        if wrong.content == Content::Gone && !found {
            self.findings.push(wrong.finding(Class::Missing));
        }
    }
}
