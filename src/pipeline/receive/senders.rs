//! Who sent documents under a code: each code is read once, however many papers of a sheet have it.
//!
//! Knows: the incoming book. Must not know: where papers come from, terminals.
//!
//! A hundred communes number their plans alike: a sheet of 10,000 papers may have one code in all of them, and as many may be there already.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use crate::diagnostic::Result;
use crate::register::{Entry, Register};
use crate::text;

use super::is_over;

/// Documents that are remembered by their codes, about a megabyte. Beyond it what was read is forgotten and read again if need be.
const MOST: usize = 1 << 16;

/// What was read of the incoming book.
#[derive(Default)]
pub(in crate::pipeline) struct Senders {
    /// For each code: a hash of the sender's name and the position, sorted.
    codes: HashMap<String, Vec<(u64, u64)>>,
    kept: usize,
    hasher: RandomState,
}

impl Senders {
    /// The first document that an organ sent under a code and that was neither given up nor called back.
    pub(in crate::pipeline) fn same(
        &mut self,
        register: &dyn Register,
        code: &str,
        organ_name: &str,
    ) -> Result<Option<Entry>> {
        let author = text::slug(organ_name);
        let name = self.hasher.hash_one(&author);
        let known = self.of(register, code)?;
        let from = known.partition_point(|(other, _)| *other < name);
        for (_, seq) in known.iter().skip(from).take_while(|(other, _)| *other == name) {
            let Some(entry) = register.entry(*seq)? else { continue };
            if text::slug(&entry.fields.organ_name) == author && !is_over(register, &entry)? {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    fn of(&mut self, register: &dyn Register, code: &str) -> Result<&[(u64, u64)]> {
        if !self.codes.contains_key(code) {
            if self.kept > MOST {
                self.codes.clear();
                self.kept = 0;
            }
            let mut known = Vec::new();
            register.senders(code, &mut |seq, name| {
                known.push((self.hasher.hash_one(text::slug(name)), seq));
                Ok(())
            })?;
            known.sort_unstable();
            // A code of which nothing is known takes room too.
            self.kept = self.kept.saturating_add(known.len()).saturating_add(4);
            self.codes.insert(code.to_owned(), known);
        }
        Ok(self.codes.get(code).map_or(&[], Vec::as_slice))
    }
}

#[cfg(test)]
impl Senders {
    /// As if much had been read.
    pub(super) fn full(mut self) -> Self {
        self.kept = MOST + 1;
        self
    }

    /// How many codes are remembered.
    pub(super) fn remembered(&self) -> usize {
        self.codes.len()
    }
}
