//! Rows that no checkpoint covers: whether one killed command can have left them so.
//!
//! Knows: what a command enters before it signs. Must not know: tiles, SQL, what a row says.
//!
//! Every command first signs what the one before it left; so at most the rows of one commit, the seals and
//! changes of key that follow a commit, and nothing else can be without a checkpoint. More than that means
//! that the log was put back to an older state: signing the rest again would hide it.

use crate::archive::Archive;
use crate::archive::log::{Checkpoint, Reader, keys};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::register::leaf::Leaf;
use crate::register::{Kind, Register};
use crate::text;
use crate::world::World;

/// True where a batch's folder in staging is as durable as its files before they are registered: where one
/// sync takes the whole file system.
const STAGING_TELLS: bool = cfg!(target_os = "linux");

/// The rows beyond the log's checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pipeline) enum Unsigned {
    /// There are none.
    Nothing,
    /// One killed command can have left them: they are to be signed.
    Left,
    /// It cannot: the log was put back to before this position.
    PutBack(u64),
}

/// Judges the rows beyond `signed`, the log's checkpoint.
pub(in crate::pipeline) fn judge(
    world: &dyn World,
    register: &dyn Register,
    archive: &Archive<'_>,
    signed: Option<&Checkpoint>,
) -> Result<Unsigned> {
    let size = signed.map_or(0, |checkpoint| checkpoint.size);
    let first = size.saturating_add(1);
    if register.head()? < first {
        return Ok(Unsigned::Nothing);
    }
    let known = keys::public(world, archive.root())?.keys;
    let was_signed =
        Reader::days(world, archive.root(), &known)?.into_iter().any(|c| c.size > size);
    // A commit began only after those before it were signed.
    let began_later = register.newest_commit()?.is_some_and(|began| began > first);
    if was_signed || began_later {
        return Ok(Unsigned::PutBack(first));
    }
    let mut commit = Commit::default();
    register.leaves(first, &mut |_, leaf| {
        commit.take(leaf);
        Ok(())
    })?;
    // A batch's folder in staging goes last of all, after the checkpoint.
    let is_staged = !commit.has_files || !STAGING_TELLS || archive.has_unended_batch()?;
    let is_one = !commit.is_more && is_staged;
    Ok(if is_one { Unsigned::Left } else { Unsigned::PutBack(first) })
}

/// Refuses to go on where the log was put back: nothing more may be signed on top of it.
pub(super) fn refuse_older_log(
    world: &dyn World,
    register: &dyn Register,
    archive: &Archive<'_>,
    signed: Option<&Checkpoint>,
) -> Result<()> {
    match judge(world, register, archive, signed)? {
        Unsigned::PutBack(first) => Err(older_log(archive, first, register.head()?)),
        Unsigned::Nothing | Unsigned::Left => Ok(()),
    }
}

fn older_log(archive: &Archive<'_>, first: u64, head: u64) -> Failure {
    let path = archive.root().join("log");
    Failure::new(
        FailureKind::Tampered,
        Place::file(path.display().to_string()),
        text!(
            "nhật ký đã bị đưa về bản cũ: điểm kiểm tra chưa ký dòng {first} đến {head} của sổ đăng ký, mà một lệnh bị ngắt không thể để lại như vậy",
            "the log was put back to an older state: its checkpoint does not cover rows {first} to {head} of the register, and no interrupted command can have left them so"
        ),
    )
    .hint(text!(
        "chưa ghi gì; giữ nguyên sổ và các túi, đưa thư mục log mới nhất về chỗ cũ (bản sao lưu làm sau dòng cuối), rồi chạy vanthu verify --anchor với điểm kiểm tra cất nơi khác",
        "nothing was written; leave register and bags as they are, put the newest log folder back (a backup made after the last row), then run vanthu verify --anchor with a checkpoint kept elsewhere"
    ))
}

/// What the unsigned rows have in common.
#[derive(Default)]
struct Commit {
    /// When the rows of the commit were entered, and whether they are entries.
    one: Option<(String, bool)>,
    has_files: bool,
    /// True if they are of more than one commit, or cannot be read.
    is_more: bool,
}

impl Commit {
    fn take(&mut self, leaf: &[u8]) {
        let Ok(leaf) = serde_json::from_slice::<Leaf>(leaf) else {
            self.is_more = true;
            return;
        };
        // These two follow a commit before the log is signed.
        if matches!(leaf.kind, Kind::Seal | Kind::Key) {
            return;
        }
        self.has_files |= !leaf.files.is_empty();
        let of = (leaf.registered_at, leaf.kind == Kind::Register);
        self.is_more |= self.one.as_ref().is_some_and(|one| *one != of);
        self.one.get_or_insert(of);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A leaf: kind, when it was registered, whether it has a file.
    fn leaf(kind: &str, at: &str, has_file: bool) -> String {
        let digest = "0".repeat(64);
        let file = format!(r#"{{"path":"a","sha256":"{digest}","size":1}}"#);
        let files = if has_file { file.as_str() } else { "" };
        format!(
            r#"{{"seq":1,"kind":"{kind}","date":"2026-03-05","registered_at":"{at}","files":[{files}],"row":"{digest}"}}"#
        )
    }

    fn taken(leaves: &[String]) -> Commit {
        let mut commit = Commit::default();
        leaves.iter().for_each(|leaf| commit.take(leaf.as_bytes()));
        commit
    }

    #[test]
    fn a_commit_is_of_one_time_and_of_entries_or_of_acts() {
        let (one, other) = ("2026-03-05T08:00:00+07:00", "2026-03-05T08:00:01+07:00");
        let is_more = |leaves: &[(&str, &str)]| {
            let leaves: Vec<String> = leaves.iter().map(|(k, at)| leaf(k, at, false)).collect();
            taken(&leaves).is_more
        };
        assert!(!is_more(&[]));
        assert!(!is_more(&[("register", one), ("register", one), ("seal", other)]));
        assert!(!is_more(&[("follow", one), ("attach", one), ("key", other)]));
        assert!(is_more(&[("register", one), ("register", other)]));
        assert!(is_more(&[("register", one), ("follow", one)]));
        assert!(is_more(&[("follow", one), ("seal", one), ("register", one)]));
        assert!(taken(&["no leaf".to_owned()]).is_more);
    }

    #[test]
    fn it_is_told_whether_a_commit_brought_files() {
        let at = "2026-03-05T08:00:00+07:00";
        let has_files = |leaves: &[String]| taken(leaves).has_files;
        assert!(!has_files(&[leaf("follow", at, false)]));
        assert!(has_files(&[leaf("attach", at, true), leaf("follow", at, false)]));
        assert!(!has_files(&[leaf("seal", at, true)]), "what follows a commit is not of it");
    }
}
