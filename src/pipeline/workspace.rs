//! The office folder as the other stages see it: configuration, ruleset, checks, templates.
//!
//! Knows: which file of the office folder says what. Must not know: terminals, SQL, XML.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, Failure, FailureKind, Place, Result};
use crate::docx::Writer;
use crate::layout::Composer;
use crate::lint::Checks;
use crate::model::Office;
use crate::ruleset::Ruleset;
use crate::source::{self, office::Known};
use crate::text;
use crate::world::{World, parent_of};

/// Name of the office's configuration file; its folder is the office.
pub const OFFICE_FILE: &str = "vanthu.toml";
/// Largest text file that people write for the program, in bytes.
pub const TEXT_LIMIT: u64 = 16 << 20;

/// An office, opened: what every document of it shares.
pub struct Workspace<'w> {
    /// Clock and disk.
    pub world: &'w dyn World,
    /// The office folder.
    pub dir: PathBuf,
    /// Its configuration.
    pub office: Office,
    /// The text of `vanthu.toml`, kept with each job so that a document can be rendered again.
    pub office_text: String,
    /// The decree.
    pub rules: Ruleset,
    /// The text of the ruleset.
    pub rules_text: Cow<'static, str>,
    /// The decree's checks, compiled.
    pub checks: Checks,
    /// The layout of this office: styles and measures, made once.
    pub composer: Composer,
    /// The docx writer with its static parts.
    pub writer: Writer,
    /// Findings about the configuration itself.
    pub findings: Vec<Diagnostic>,
    /// The table of legal bases, once somebody asked for it.
    pub(super) bases: std::sync::OnceLock<Option<crate::ruleset::Bases>>,
}

/// The office folder: the one given, or the nearest parent of `from` with `vanthu.toml`.
///
/// # Errors
/// `Config` where there is none.
pub fn find_office(world: &dyn World, given: Option<&Path>, from: &Path) -> Result<PathBuf> {
    if let Some(dir) = given {
        if world.stat(&dir.join(OFFICE_FILE)).is_ok() {
            return Ok(dir.to_path_buf());
        }
        let shown = dir.display();
        return Err(Failure::new(
            FailureKind::Config,
            Place::file(shown.to_string()),
            text!("thư mục này không có {OFFICE_FILE}", "this folder has no {OFFICE_FILE}"),
        )
        .hint(text!(
            "lập cơ quan bằng “vanthu init {shown}”",
            "set one up with `vanthu init {shown}`"
        )));
    }
    let mut dir = std::path::absolute(from).unwrap_or_else(|_| from.to_path_buf());
    loop {
        if world.stat(&dir.join(OFFICE_FILE)).is_ok() {
            return Ok(dir);
        }
        if !dir.pop() {
            let shown = from.display();
            return Err(Failure::new(
                FailureKind::Config,
                Place::file(shown.to_string()),
                text!(
                    "không thấy {OFFICE_FILE} ở đây hay ở thư mục cha nào",
                    "no {OFFICE_FILE} here or in any parent folder"
                ),
            )
            .hint(text!(
                "chỉ ra thư mục cơ quan bằng --office THƯ_MỤC, hoặc lập bằng “vanthu init THƯ_MỤC”",
                "name the office with --office DIR, or set one up with `vanthu init DIR`"
            )));
        }
    }
}

impl<'w> Workspace<'w> {
    /// Opens the office in `dir`; `on` chooses the ruleset in force.
    ///
    /// # Errors
    /// `Config` if `vanthu.toml` or the ruleset cannot be read or understood.
    pub fn open(world: &'w dyn World, dir: &Path, on: Date) -> Result<Self> {
        let path = dir.join(OFFICE_FILE);
        let office_text = read_text(world, &path)?;
        Self::from_texts(world, dir, office_text, on)
    }

    /// An office from the text of its configuration.
    ///
    /// # Errors
    /// As [`Workspace::open`].
    pub fn from_texts(
        world: &'w dyn World,
        dir: &Path,
        office_text: String,
        on: Date,
    ) -> Result<Self> {
        let file = dir.join(OFFICE_FILE).display().to_string();
        // Which ruleset is a line of the office; which names the office may use, the ruleset says.
        let (office, _) = source::office::parse(&office_text, &file, &Known::default());
        let (rules, rules_text) = choose_ruleset(world, dir, &office, on)?;
        Self::assemble(world, dir, office_text, rules, rules_text)
    }

    /// An office as it was when a document was issued, from the texts that were kept with it.
    ///
    /// # Errors
    /// `Config` if they can no longer be understood.
    pub fn from_kept(
        world: &'w dyn World,
        dir: &Path,
        office_text: String,
        rules_text: String,
    ) -> Result<Self> {
        let rules = Ruleset::parse(&rules_text, "ruleset")?;
        Self::assemble(world, dir, office_text, rules, rules_text.into())
    }

    fn assemble(
        world: &'w dyn World,
        dir: &Path,
        office_text: String,
        rules: Ruleset,
        rules_text: Cow<'static, str>,
    ) -> Result<Self> {
        let file = dir.join(OFFICE_FILE).display().to_string();
        let layout: Vec<&str> = rules.layout.keys().map(String::as_str).collect();
        let types: Vec<&str> =
            rules.types.iter().chain(&rules.copies).map(|t| t.id.as_str()).collect();
        let known = Known { layout: &layout, types: &types };
        let (office, findings) = source::office::parse(&office_text, &file, &known);
        let checks = Checks::prepare(&rules)?;
        let composer = Composer::new(&rules, &office.layout);
        Ok(Self {
            world,
            dir: dir.to_path_buf(),
            composer,
            office,
            office_text,
            rules,
            rules_text,
            checks,
            writer: Writer::new()?,
            findings,
            bases: std::sync::OnceLock::new(),
        })
    }

    /// A path as messages show it: relative to the office where it is inside.
    pub fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.dir).unwrap_or(path).display().to_string()
    }
}

/// The ruleset that the office names, or the built-in one in force on the day.
/// An office's own `templates/rulesets/<id>.toml` wins over the built-in one.
fn choose_ruleset(
    world: &dyn World,
    dir: &Path,
    office: &Office,
    on: Date,
) -> Result<(Ruleset, Cow<'static, str>)> {
    let id = office.ruleset.as_deref().unwrap_or("nd30-2020");
    let own = dir.join("templates").join("rulesets").join(format!("{id}.toml"));
    let (rules, text) = if world.stat(&own).is_ok() {
        let text = read_text(world, &own)?;
        (Ruleset::parse(&text, &own.display().to_string())?, Cow::Owned(text))
    } else if id == "nd30-2020" {
        (Ruleset::builtin()?, Cow::Borrowed(crate::ruleset::ND30_2020))
    } else {
        let shown = own.display();
        return Err(Failure::new(
            FailureKind::Config,
            Place::file(dir.join(OFFICE_FILE).display().to_string()),
            text!("không có bộ quy tắc “{id}”", "there is no ruleset `{id}`"),
        )
        .hint(text!(
            "đặt tệp vào {shown} hoặc bỏ dòng bo-quy-tac",
            "put it at {shown} or drop the line `ruleset`"
        )));
    };
    let ended = rules.valid_to.is_some_and(|end| on > end);
    if on < rules.valid_from || ended {
        let (id, from) = (rules.id.clone(), rules.valid_from);
        return Err(Failure::new(
            FailureKind::Config,
            Place::file(dir.join(OFFICE_FILE).display().to_string()),
            text!(
                "bộ quy tắc {id} không có hiệu lực vào ngày {on} (hiệu lực từ {from})",
                "the ruleset {id} is not in force on {on} (in force from {from})"
            ),
        )
        .hint(text!(
            "sửa ngày, hoặc chọn bộ quy tắc khác ở dòng bo-quy-tac",
            "mend the day, or choose another ruleset with `ruleset`"
        )));
    }
    Ok((rules, text))
}

/// A text file that a person wrote: decoded, with its limit.
///
/// # Errors
/// `Input` naming the path and the way out.
pub fn read_text(world: &dyn World, path: &Path) -> Result<String> {
    let shown = path.display().to_string();
    let bytes = world.read(path, TEXT_LIMIT).map_err(|e| read_failure(path, &e))?;
    source::decode(&bytes, &shown)
}

/// A failure to read a file, with the usual ways out.
pub fn read_failure(path: &Path, error: &std::io::Error) -> Failure {
    use std::io::ErrorKind as K;
    let (message, hint) = match error.kind() {
        K::NotFound => (
            text!("không có tệp này", "there is no such file"),
            text!("kiểm tra lại tên và thư mục", "check the name and the folder"),
        ),
        K::PermissionDenied => (
            text!("không được phép đọc tệp này", "this file may not be read"),
            text!(
                "xin quyền đọc hoặc chép tệp ra chỗ khác",
                "ask for the right to read it or copy it elsewhere"
            ),
        ),
        K::FileTooLarge => (
            text!("tệp quá lớn ({error})", "the file is too large ({error})"),
            text!("chia tệp thành nhiều phần", "split the file"),
        ),
        K::InvalidInput | K::IsADirectory => (
            text!("đây không phải tệp thường", "this is not a regular file"),
            text!("ghi tên một tệp, không phải thư mục", "name a file, not a folder"),
        ),
        _ => (
            text!("không đọc được tệp: {error}", "the file cannot be read: {error}"),
            text!(
                "kiểm tra đĩa, ổ mạng rồi chạy lại",
                "check the disk or the network drive, then run again"
            ),
        ),
    };
    Failure::new(FailureKind::Input, Place::file(path.display().to_string()), message).hint(hint)
}

/// A failure to write a file or folder, with the usual ways out.
pub fn write_failure(path: &Path, error: &std::io::Error) -> Failure {
    use std::io::ErrorKind as K;
    let (message, hint) = match error.kind() {
        K::StorageFull | K::QuotaExceeded => (
            text!("hết chỗ trên đĩa", "the disk is full"),
            text!(
                "dọn bớt đĩa rồi chạy lại; chưa có gì được ghi dở",
                "make room and run again; nothing was left half-written"
            ),
        ),
        K::PermissionDenied | K::ReadOnlyFilesystem => (
            text!("không được phép ghi ở đây", "writing here is not permitted"),
            text!(
                "xin quyền ghi thư mục này hoặc chọn thư mục khác bằng --out",
                "ask for the right to write here or choose another folder with --out"
            ),
        ),
        K::AlreadyExists => (
            text!("tên này đã có", "this name exists already"),
            text!("đổi tên hoặc dời tệp cũ đi chỗ khác", "rename it or move the old file away"),
        ),
        _ => (
            text!("không ghi được: {error}", "cannot write: {error}"),
            text!(
                "kiểm tra đĩa và quyền của thư mục",
                "check the disk and the rights of the folder"
            ),
        ),
    };
    Failure::new(FailureKind::Output, Place::file(path.display().to_string()), message).hint(hint)
}

/// Writes a file that may replace an older one; a power cut leaves the old or the new.
///
/// # Errors
/// `Output` naming the path.
pub fn write_file(world: &dyn World, path: &Path, bytes: &[u8]) -> Result<()> {
    let parent = parent_of(path);
    world.create_dir(&parent).map_err(|e| write_failure(&parent, &e))?;
    world.replace(path, bytes).map_err(|e| write_failure(path, &e))
}

/// Writes many files that may each replace an older one: one sync for all, then each gets its name. A power
/// cut leaves of each the old or the new.
///
/// # Errors
/// `Output` naming the first path that could not be written.
pub fn write_files(world: &dyn World, files: &[(PathBuf, Vec<u8>)]) -> Result<()> {
    let mut ready: Vec<(&Path, PathBuf)> = Vec::with_capacity(files.len());
    let written = (|| {
        for (path, bytes) in files {
            let parent = parent_of(path);
            world.create_dir(&parent).map_err(|e| write_failure(&parent, &e))?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let temporary = parent.join(format!(".{name}.{}.tmp", std::process::id()));
            // What a run that was killed left under this name.
            let _ = world.remove(&temporary);
            ready.push((path, temporary.clone()));
            world.create(&temporary, bytes).map_err(|e| write_failure(path, &e))?;
        }
        let Some((path, _)) = files.first() else { return Ok(()) };
        world.sync_tree(&parent_of(path)).map_err(|e| write_failure(path, &e))?;
        for (path, temporary) in &ready {
            let named = match world.rename(temporary, path) {
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
                    world.replace_by(temporary, path)
                }
                done => done,
            };
            named.map_err(|e| write_failure(path, &e))?;
        }
        let mut folders: Vec<PathBuf> = files.iter().map(|(path, _)| parent_of(path)).collect();
        folders.dedup();
        folders.iter().try_for_each(|f| world.sync(f).map_err(|e| write_failure(f, &e)))
    })();
    if written.is_err() {
        for (_, temporary) in &ready {
            let _ = world.remove(temporary);
        }
    }
    written
}
