//! Whether the reports that the register vouches for still stand in the archive, with their bytes.
//!
//! Knows: the acts of verifications, the folder of reports. Must not know: what a report says, terminals.

use std::collections::{BTreeMap, HashSet};
use std::io::ErrorKind;
use std::path::Path;

use serde_json::Value;

use crate::archive::verify::{Class, Finding};
use crate::archive::{Digest, sha256};
use crate::diagnostic::Result;
use crate::register::{ActFilter, Kind, Register};
use crate::world::{EntryKind, World};

use super::history::{MAX_REPORT, REPORTS};

/// What the register says of a report: its SHA-256 and, since acts name it, its file.
struct Vouched {
    digest: Digest,
    name: Option<String>,
    seq: u64,
}

/// Reports that are gone or no longer what the register vouches for.
pub(super) fn findings(
    world: &dyn World,
    root: &Path,
    register: &dyn Register,
) -> Result<Vec<Finding>> {
    let vouched = vouched(register)?;
    let mut out = Vec::new();
    if vouched.is_empty() {
        return Ok(out);
    }
    let folder = root.join(REPORTS);
    let mut there: BTreeMap<String, Option<Digest>> = BTreeMap::new();
    match world.list(&folder) {
        Ok(names) => {
            for (name, kind) in names {
                let Ok(name) = name.into_string() else { continue };
                let path = format!("{REPORTS}/{name}");
                let digest = match kind {
                    EntryKind::File => world.read(&folder.join(&name), MAX_REPORT),
                    _ => Err(ErrorKind::InvalidInput.into()),
                };
                let digest = match digest {
                    Ok(bytes) => Some(sha256(&bytes)),
                    // Not a report of ours, whatever it is.
                    Err(error) if is_odd(error.kind()) => None,
                    Err(error) if error.kind() == ErrorKind::NotFound => continue,
                    Err(error) => {
                        out.push(Finding::new(Class::Unreadable, path).actual(error.to_string()));
                        continue;
                    }
                };
                there.insert(name, digest);
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => {
            out.push(Finding::new(Class::Unreadable, REPORTS).actual(error.to_string()));
            return Ok(out);
        }
    }
    // What could not be read may be any of them.
    if out.is_empty() {
        out.extend(compare(&vouched, &there));
    }
    Ok(out)
}

fn is_odd(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::FileTooLarge | ErrorKind::InvalidInput)
}

/// A report is there if any file has its bytes: a name alone is no evidence.
fn compare(vouched: &[Vouched], there: &BTreeMap<String, Option<Digest>>) -> Vec<Finding> {
    let bytes: HashSet<Digest> = there.values().flatten().copied().collect();
    let lost = vouched.iter().filter(|v| !bytes.contains(&v.digest));
    let ours: HashSet<Digest> = vouched.iter().map(|v| v.digest).collect();
    // A later report may have taken the name of one that is gone.
    let is_other = |found: &Option<Digest>| found.is_some_and(|digest| ours.contains(&digest));
    let finding = |v: &Vouched| {
        let named = v.name.as_ref().and_then(|name| there.get(name).map(|found| (name, found)));
        let named = named.filter(|(_, found)| !is_other(found));
        let expected = format!("{} (#{})", v.digest.to_hex(), v.seq);
        match (named, &v.name) {
            (Some((name, found)), _) => {
                let actual = found.map_or_else(|| "–".to_owned(), |d| d.to_hex());
                let finding = Finding::new(Class::ReportChanged, format!("{REPORTS}/{name}"));
                finding.values(expected, actual)
            }
            (None, Some(name)) => {
                let finding = Finding::new(Class::ReportMissing, format!("{REPORTS}/{name}"));
                finding.values(expected, "–")
            }
            (None, None) => Finding::new(Class::ReportMissing, REPORTS).values(expected, "–"),
        }
    };
    lost.map(finding).collect()
}

fn vouched(register: &dyn Register) -> Result<Vec<Vouched>> {
    let mut out = Vec::new();
    let filter = ActFilter { kinds: vec![Kind::Verify], ..ActFilter::default() };
    register.acts(&filter, &mut |acted| {
        let text = |key: &str| acted.act.data.get(key).and_then(Value::as_str);
        if let Some(digest) = text("report").and_then(|d| d.parse().ok()) {
            // A name that leads elsewhere is none.
            let name = text("file").filter(|n| !n.contains(['/', '\\'])).map(str::to_owned);
            out.push(Vouched { digest, name, seq: acted.act.seq });
        }
        Ok(())
    })?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_count_and_names_only_tell_which() {
        let of = |text: &str| sha256(text.as_bytes());
        let vouched = [("a", Some("1")), ("b", Some("2")), ("c", None), ("d", Some("4"))];
        let vouched: Vec<Vouched> = (7..)
            .zip(vouched)
            .map(|(seq, (text, name))| Vouched {
                digest: of(text),
                name: name.map(str::to_owned),
                seq,
            })
            .collect();
        let told = |there: &[(&str, Option<&str>)]| {
            let there = there.iter().map(|(name, text)| ((*name).to_owned(), text.map(of)));
            let found = compare(&vouched, &there.collect());
            found.into_iter().map(|f| (f.class, f.path)).collect::<Vec<_>>()
        };
        let all = [("1", Some("a")), ("2", Some("b")), ("3", Some("c")), ("4", Some("d"))];
        assert_eq!(told(&all), []);
        let renamed = [("x", Some("a")), ("y", Some("b")), ("3", Some("c")), ("4", Some("d"))];
        assert_eq!(told(&renamed), [], "another name, the same report");
        let path = |name: &str| format!("reports/{name}");
        assert_eq!(
            told(&[("1", Some("a")), ("2", Some("x")), ("4", None)]),
            [
                (Class::ReportChanged, path("2")),
                (Class::ReportMissing, "reports".to_owned()),
                (Class::ReportChanged, path("4")),
            ]
        );
        assert_eq!(told(&all[1..]), [(Class::ReportMissing, path("1"))]);
        let taken = [("1", Some("d")), ("2", Some("b")), ("3", Some("c"))];
        assert_eq!(
            told(&taken),
            [(Class::ReportMissing, path("1"))],
            "a later report has the name"
        );
    }
}
