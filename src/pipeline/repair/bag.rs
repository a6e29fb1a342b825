//! One bag: what is damaged in it, with which bytes it can be mended, and mending it.
//!
//! Knows: registered files, tag files, where good bytes are looked for. Must not know: SQL, terminals.

use std::path::Path;

use crate::archive::{Archive, BagId, FileRef, Home, Tags, WrongTag, sha256};
use crate::diagnostic::{Result, Text};
use crate::register::{ActFilter, Entry, Filter, Order, Register};
use crate::text;

use super::{Mend, Origin, Remains};
use crate::pipeline::filing::{rows, seals};
use crate::pipeline::rerender::{Rerendered, Rerenderer};

/// What is asked for.
pub(super) struct Job<'a> {
    /// Only this entry.
    pub target: Option<&'a Entry>,
    /// The archive folder of a second copy.
    pub second: Option<&'a Path>,
}

/// A registered file with its owner.
struct Owned {
    file: FileRef,
    seq: u64,
    code: String,
    entry: Option<Entry>,
}

/// A file that can be mended.
struct Good {
    owned: Owned,
    bytes: Vec<u8>,
    from: Origin,
}

/// A file that cannot be mended.
pub(super) struct Stuck {
    path: String,
    owned: Owned,
    why: Vec<Text>,
    parts: Option<Vec<u8>>,
}

impl Stuck {
    /// For the report.
    pub(super) fn told(&self) -> Remains {
        Remains {
            path: self.path.clone(),
            code: Some(self.owned.code.clone()),
            why: self.why.clone(),
            has_same_parts: self.parts.is_some(),
        }
    }
}

/// Bytes with the same parts as a lost file, in another packing.
pub(super) struct SameParts {
    pub path: String,
    pub file: FileRef,
    pub seq: u64,
    pub code: Option<String>,
    pub bytes: Vec<u8>,
}

/// What was found in a bag.
pub(super) struct Found {
    pub home: Home,
    good: Vec<Good>,
    pub remains: Vec<Stuck>,
    pub strays: Vec<String>,
    tags: Vec<WrongTag>,
    shown: String,
}

/// Looks at a bag; changes nothing.
pub(super) fn look(
    register: &dyn Register,
    archive: &Archive<'_>,
    job: &Job<'_>,
    bag: BagId,
    renderer: &mut Rerenderer<'_>,
) -> Result<Found> {
    let all = owned(register, bag)?;
    let files: Vec<FileRef> = all.iter().map(|o| o.file.clone()).collect();
    let later = register.newest_bags()?.iter().any(|b| b.year == bag.year && b.bag > bag.number);
    let count = u32::try_from(files.len()).unwrap_or(u32::MAX);
    let home = archive.home(bag, later || archive.is_full(count));
    let mut found = Found {
        home,
        good: Vec::new(),
        remains: Vec::new(),
        strays: Vec::new(),
        tags: Vec::new(),
        shown: archive.shown(home, ""),
    };
    let is_ours = |o: &Owned| job.target.is_none_or(|t| t.seq == o.seq);
    let wrong: Vec<Owned> =
        all.into_iter().filter(|o| is_ours(o) && !archive.is_right(home, &o.file)).collect();
    let wanted: Vec<&FileRef> = wrong.iter().map(|o| &o.file).collect();
    let here =
        if wanted.is_empty() { Default::default() } else { archive.contents(home, &wanted)? };
    for owned in wrong {
        let from_here = here
            .get(&owned.file.sha256)
            .and_then(|inside| archive.bytes_of(home, inside, owned.file.size))
            .filter(|bytes| sha256(bytes) == owned.file.sha256);
        let second = job.second.and_then(|root| archive.good_copy(root, &owned.file));
        let source = from_here
            .map(|bytes| (bytes, Origin::SameBag))
            .or_else(|| second.map(|bytes| (bytes, Origin::SecondCopy)));
        match source {
            Some((bytes, from)) => found.good.push(Good { owned, bytes, from }),
            None => found.render(register, archive, job, owned, renderer)?,
        }
    }
    if job.target.is_none() {
        found.strays = archive.strays(home, &files)?;
        let mut tags = Tags {
            files: &files,
            seal: seals(register)?.get(&bag.to_string()).copied(),
            rows: &mut || rows::of_bag(register, bag),
            second: job.second,
        };
        found.tags = archive.wrong_tags(home, &mut tags)?;
    }
    Ok(found)
}

impl Found {
    fn render(
        &mut self,
        register: &dyn Register,
        archive: &Archive<'_>,
        job: &Job<'_>,
        owned: Owned,
        renderer: &mut Rerenderer<'_>,
    ) -> Result<()> {
        let path = archive.shown(self.home, &owned.file.at.path);
        let mut why = vec![match job.second {
            Some(_) => text!(
                "bản sao cũng không có tệp này đúng như sổ ghi",
                "the second copy does not have this file as the register lists it"
            ),
            None => text!(
                "không có bản sao nào được chỉ ra (--from)",
                "no second copy was named (--from)"
            ),
        }];
        let made = match &owned.entry {
            Some(entry) => renderer.render(register, entry, &owned.file)?,
            None => Rerendered::Not(text!(
                "tệp này không do chương trình soạn ra (bản quét, tệp gửi đến)",
                "this file was not made by the program (a scan, a file that came in)"
            )),
        };
        match made {
            Rerendered::Same(bytes) => {
                self.good.push(Good { owned, bytes, from: Origin::Rendered });
            }
            Rerendered::SameParts(bytes) => {
                why.push(text!(
                    "dựng lại được đúng nội dung nhưng nén khác, nên mã của tệp khác với sổ",
                    "rendering again gives the same content in another packing, so the file's digest differs"
                ));
                self.remains.push(Stuck { path, owned, why, parts: Some(bytes) });
            }
            Rerendered::Not(reason) => {
                why.push(reason);
                self.remains.push(Stuck { path, owned, why, parts: None });
            }
        }
        Ok(())
    }

    /// True if there is nothing to put right.
    pub(super) fn is_empty(&self) -> bool {
        self.good.is_empty() && self.strays.is_empty() && self.tags.is_empty()
    }

    /// What would be put in place.
    pub(super) fn mends(&self) -> Vec<Mend> {
        let files = self.good.iter().map(|g| Mend {
            path: format!("{}{}", self.shown, g.owned.file.at.path),
            code: Some(g.owned.code.clone()),
            seq: Some(g.owned.seq),
            sha256: g.owned.file.sha256,
            from: g.from,
        });
        let tags = self.tags.iter().map(|t| Mend {
            path: format!("{}{}", self.shown, t.name),
            code: None,
            seq: None,
            sha256: sha256(&t.bytes),
            from: Origin::Register,
        });
        files.chain(tags).collect()
    }

    /// What can be had with the same parts only.
    pub(super) fn same_parts(&self) -> Vec<SameParts> {
        let some = |s: &Stuck| {
            Some(SameParts {
                path: s.path.clone(),
                file: s.owned.file.clone(),
                seq: s.owned.seq,
                code: Some(s.owned.code.clone()),
                bytes: s.parts.clone()?,
            })
        };
        self.remains.iter().filter_map(some).collect()
    }

    /// Stages everything, makes it durable, then puts it in place: evidence aside first.
    pub(super) fn apply(self, archive: &Archive<'_>) -> Result<()> {
        let mut staged = Vec::new();
        let files = self.good.iter().map(|g| (g.owned.file.at.path.as_str(), &g.bytes));
        let tags = self.tags.iter().map(|t| (t.name, &t.bytes));
        for (nth, (inside, bytes)) in files.chain(tags).enumerate() {
            staged.push((archive.stage_good(nth, bytes)?, inside));
        }
        archive.sync_staged()?;
        for inside in &self.strays {
            archive.remove_stray(self.home, inside)?;
        }
        for (file, inside) in staged {
            archive.put_back(file, self.home, inside)?;
        }
        archive.sync_bag(self.home)
    }
}

/// The registered files of a bag with their owners.
fn owned(register: &dyn Register, bag: BagId) -> Result<Vec<Owned>> {
    let mut out = Vec::new();
    let filter = Filter {
        bag: Some((bag.year, bag.number)),
        order: Order::Registration,
        ..Filter::default()
    };
    register.entries(&filter, &mut |entry| {
        for file in entry.files.iter().filter(|f| f.at.bag_id() == bag) {
            out.push(Owned {
                file: file.clone(),
                seq: entry.seq,
                code: entry.code().to_string(),
                entry: Some(entry.clone()),
            });
        }
        Ok(())
    })?;
    let filter = ActFilter { bag: Some((bag.year, bag.number)), ..ActFilter::default() };
    register.acts(&filter, &mut |acted| {
        for file in acted.files.iter().filter(|f| f.at.bag_id() == bag) {
            out.push(Owned {
                file: file.clone(),
                seq: acted.act.seq,
                code: acted.act.kind.key(),
                entry: None,
            });
        }
        Ok(())
    })?;
    Ok(out)
}
