//! A book as volumes of .docx, ready to bind (Điều 16 khoản 2 NĐ 30/2020/NĐ-CP).
//!
//! Knows: when a volume is full, what its cover says. Must not know: how a page looks.
//!
//! One volume is in memory at a time, whatever the book's length.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Place, Result, Severity};
use crate::layout::paper::{Closing, Column, Cover, Grid, Point, Volume, widest_word};
use crate::pipeline::codes::NO_CHECKPOINT;
use crate::pipeline::{Workspace, evidence, write_file};
use crate::register::book::{Print, Run, View};
use crate::register::{Filter, Register};
use crate::text;

/// What to print, and where to.
#[derive(Debug, Clone)]
pub struct BookPrint<'a> {
    /// Which book.
    pub view: View,
    /// Which entries.
    pub filter: Filter,
    /// Numbered pages in a volume at most, from 1.
    pub pages: u32,
    /// Number of the first volume.
    pub first: u32,
    /// The file of the first volume; further ones are named after it.
    pub out: &'a Path,
    /// The archive's checkpoint; none where nothing was signed.
    pub checkpoint: Option<Point>,
}

/// A volume that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedVolume {
    /// Its file.
    pub path: PathBuf,
    /// Quyển số.
    pub volume: u32,
    /// Numbered pages.
    pub pages: u32,
    /// Rows.
    pub rows: u64,
}

/// The file of a volume: the name that was given, and for all but the first with the volume's number.
pub fn volume_path(out: &Path, first: u32, volume: u32) -> PathBuf {
    if volume == first {
        return out.to_path_buf();
    }
    let stem = out.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let ending =
        out.extension().map_or_else(|| "docx".into(), |e| e.to_string_lossy().into_owned());
    out.with_file_name(format!("{stem}-quyen-{volume:02}.{ending}"))
}

/// Prints a book; returns its volumes.
///
/// # Errors
/// As reading the register; `Output` where a file cannot be written.
pub fn book(
    workspace: &Workspace<'_>,
    register: &dyn Register,
    wanted: &BookPrint<'_>,
) -> Result<Vec<PrintedVolume>> {
    let print = Print::new(register, wanted.view, &wanted.filter)?;
    let grid = grid(&print)?;
    let mut volumes = Volumes { workspace, print: &print, wanted, done: Vec::new() };
    let mut volume = Volume::new(&grid);
    let mut run = Run::default();
    print.rows(&mut |line| {
        let cells: Vec<String> = line.cells.iter().map(|c| c.printed().into_owned()).collect();
        if !volume.fits(&cells, wanted.pages.max(1)) {
            let full = std::mem::replace(&mut volume, Volume::new(&grid));
            volumes.write(full, &std::mem::take(&mut run))?;
        }
        run.add(line, wanted.view);
        volume.push(cells);
        Ok(())
    })?;
    volumes.write(volume, &run)?;
    Ok(volumes.done)
}

/// The columns, as wide as the words in them need.
fn grid(print: &Print<'_>) -> Result<Grid> {
    let shown = print.columns();
    let mut words = vec![0.0f64; shown.len()];
    print.rows(&mut |line| {
        for (word, cell) in words.iter_mut().zip(&line.cells) {
            *word = word.max(widest_word(&cell.printed()));
        }
        Ok(())
    })?;
    let columns = shown.into_iter().zip(words).map(|(c, word)| Column {
        title: c.title.to_owned(),
        weight: c.weight,
        center: c.center,
        word,
    });
    Ok(Grid::new(columns.collect(), Volume::measure(), true))
}

/// The archive's checkpoint as it is printed; `None` where nothing was signed yet.
///
/// # Errors
/// `Tampered` if it is not signed by a key of the archive.
pub fn checkpoint(workspace: &Workspace<'_>) -> Result<Option<Point>> {
    let signed = evidence::signed_checkpoint(workspace.world, &workspace.dir)?;
    Ok(signed.map(|signed| Point {
        lines: signed.lines().to_vec(),
        code: signed.qr().map(|qr| (qr.width, qr.dark)),
    }))
}

/// What to say of a book that was printed without a checkpoint.
pub fn no_checkpoint() -> Diagnostic {
    Diagnostic::new(
        NO_CHECKPOINT,
        Severity::Info,
        Place::default(),
        text!(
            "kho chưa có điểm kiểm được ký nên quyển sổ in ra không mang điểm kiểm",
            "the archive has no signed checkpoint, so the printed book bears none"
        ),
    )
}

/// What the lines of a book are.
fn noun(view: View) -> &'static str {
    match view {
        View::Outgoing | View::Incoming | View::FollowUp => "văn bản",
        View::Copies => "bản sao",
        View::Awards => "trường hợp khen thưởng",
        View::KeptCopies => "lượt sử dụng",
        View::Post => "lượt gửi",
    }
}

struct Volumes<'a> {
    workspace: &'a Workspace<'a>,
    print: &'a Print<'a>,
    wanted: &'a BookPrint<'a>,
    done: Vec<PrintedVolume>,
}

impl Volumes<'_> {
    fn write(&mut self, volume: Volume<'_>, run: &Run) -> Result<()> {
        let number = self.wanted.first.saturating_add(u32::try_from(self.done.len()).unwrap_or(0));
        let organ = &self.workspace.office.organ;
        let cover = Cover {
            parent: organ.parent.join(" "),
            organ: organ.name.join(" "),
            title: self.print.title().to_owned(),
            lines: self.print.cover_lines(run, number),
        };
        let closing = Closing {
            noun: noun(self.wanted.view).to_owned(),
            place: organ.place.clone(),
            checkpoint: self.wanted.checkpoint.clone(),
        };
        let (pages, rows) = (volume.pages().max(1), volume.rows());
        let sheet = volume.finish(&cover, &closing, run.created());
        let written = self.workspace.writer.write(&sheet)?;
        drop(sheet);
        let path = volume_path(self.wanted.out, self.wanted.first, number);
        write_file(self.workspace.world, &path, &written.bytes)?;
        self.done.push(PrintedVolume { path, volume: number, pages, rows });
        Ok(())
    }
}
