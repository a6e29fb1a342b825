//! The certificates of a campaign: which form prints each, what it says, the files to print.
//!
//! Knows: presses and the decisions that certificates name. Must not know: boxes, Word files, the register.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::archive::Archive;
use crate::diagnostic::{Diagnostic, Result};
use crate::pipeline::Workspace;
use crate::pipeline::awards::{Origins, Stamp};
use crate::pipeline::certificate::{Certificate, Press, Settings};
use crate::pipeline::filing::{ARCHIVE, Attachment, Issued};
use crate::pipeline::issue::{PRINT_FOLDER, copy_file};
use crate::pipeline::workspace::write_files;
use crate::ruleset::AwardForm;
use crate::source::campaign::Campaign;
use crate::text;

use super::Tables;
use super::awarding::Decided;
use super::cases::{Case, short_name};
use super::sheaves::Sheaves;

/// Presses by the form of the award.
pub(super) struct Presses<'w> {
    by_form: BTreeMap<String, Press<'w>>,
    sheaves: Sheaves,
    /// Places in the book of the certificates that were printed, by index.
    stamps: Mutex<BTreeMap<usize, Stamp>>,
}

/// The forms that the certificates of these awards need. `None`: this campaign prints none.
///
/// # Errors
/// A form that is there cannot be read.
pub(super) fn open<'w>(
    workspace: &'w Workspace<'w>,
    campaign: &Campaign,
    tables: &Tables,
    forms: &[String],
) -> Result<(Option<Presses<'w>>, Vec<Diagnostic>)> {
    let typed = &campaign.certificates.template;
    if matches!(text::slug(typed).as_str(), "khong" | "none") {
        return Ok((None, Vec::new()));
    }
    let (mut by_form, mut findings) = (BTreeMap::new(), Vec::new());
    for id in forms {
        let Some(form) = tables.forms.get(id) else { continue };
        let settings = Settings {
            form: template(workspace, campaign, form),
            emblem: campaign.certificates.emblem.clone(),
            shift: campaign.certificates.shift,
        };
        let (press, more) = Press::open(workspace, &settings)?;
        findings.extend(more);
        if let Some(press) = press {
            by_form.insert(id.clone(), press);
        }
    }
    let presses = Presses { by_form, sheaves: Sheaves::default(), stamps: Mutex::default() };
    Ok((Some(presses), findings))
}

/// The form that was asked for, else the built-in one. A path starts from the campaign's file.
fn template(workspace: &Workspace<'_>, campaign: &Campaign, form: &AwardForm) -> String {
    let typed = campaign.certificates.template.trim();
    if typed.is_empty() {
        let own = if form.name.starts_with("Bằng khen") { "bang-khen" } else { "giay-khen" };
        return own.to_owned();
    }
    let is_path = Path::new(typed).extension().is_some();
    let beside = campaign.folder.join(typed);
    let there = is_path && workspace.world.stat(&beside).is_ok();
    let absolute = std::path::absolute(&beside).ok().filter(|_| there);
    absolute.map_or_else(|| typed.to_owned(), |p| p.display().to_string())
}

/// What the certificate of a case says.
pub(super) fn certificate(
    workspace: &Workspace<'_>,
    campaign: &Campaign,
    tables: &Tables,
    case: &Case,
    decided: &Decided,
) -> Certificate {
    let office = &workspace.office;
    let organ = office.organ(&campaign.decision.organ).unwrap_or(&office.organ);
    let key = campaign.decision.signer.as_ref().or(office.defaults.signer.as_ref());
    let signer = key.and_then(|k| office.signers.get(k)).filter(|s| s.name == decided.signer_name);
    Certificate {
        honouree: case.who.without_extra(),
        source: case.place.clone(),
        award: tables.forms.get(&case.who.form).map(short_name).unwrap_or_default(),
        giver: campaign.decision.giver.clone(),
        organ: organ.in_text.clone(),
        decision: decided.code.clone(),
        decided: Some(decided.date),
        locality: campaign.certificates.locality.clone().unwrap_or_else(|| organ.place.clone()),
        date: None,
        authority: signer.map(|s| s.authority.clone()).unwrap_or_default(),
        position: decided.signer_position.clone(),
        signer: decided.signer_name.clone(),
    }
}

impl Presses<'_> {
    /// Makes room for the files of many pages, so that each is bound while the next certificates are made.
    pub fn bind(&mut self, campaign: &Campaign, certificates: &[Certificate], forms: &[String]) {
        let size = usize::try_from(campaign.certificates.per_file).unwrap_or(usize::MAX);
        let boxes = self.by_form.iter().filter(|(_, press)| press.form().is_some());
        let wanted = boxes.map(|(form, _)| form.as_str()).filter(|_| size > 1);
        self.sheaves = Sheaves::of(certificates, forms, wanted, size);
    }

    /// What the certificates are made from, for the register to keep.
    pub fn origins(&self, forms: &[String]) -> Origins {
        let mut out = Origins::default();
        let mut inputs: BTreeMap<&str, Arc<str>> = BTreeMap::new();
        for (form, press) in &self.by_form {
            let kept = press.kept();
            inputs.insert(form, kept.input.into());
            out.texts.extend(kept.texts);
        }
        let none: Arc<str> = "{}".into();
        let input = |form: &String| inputs.get(form.as_str()).unwrap_or(&none).clone();
        out.inputs = forms.iter().map(input).collect();
        out
    }

    /// Everything that is wrong with the certificates.
    pub fn check(&self, certificates: &[Certificate], forms: &[String]) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        for (form, press) in &self.by_form {
            let of = certificates.iter().zip(forms).filter(|(_, f)| *f == form);
            let of: Vec<&Certificate> = of.map(|(c, _)| c).collect();
            findings.extend(press.check_all(&of));
        }
        findings
    }

    /// One certificate for its place in the book.
    pub fn print(
        &self,
        index: usize,
        certificate: &Certificate,
        form: &str,
        stamp: &Stamp,
    ) -> Result<Attachment> {
        let press = self.by_form.get(form).ok_or_else(crate::register::no_such_want)?;
        let (made, page) = press.print_surely(certificate, stamp)?;
        if let Ok(mut stamps) = self.stamps.lock() {
            stamps.insert(index, stamp.clone());
        }
        if let Some(page) = page {
            self.sheaves.put(index, page, |first, pages| press.sheaf(first, &pages))?;
        }
        Ok(made)
    }

    /// Writes the files of many certificates, in the list's order. They were bound while the certificates were made.
    ///
    /// # Errors
    /// A file cannot be written. The awards are entered all the same.
    pub fn sheaves(&self, run: &Printed<'_, '_>) -> Result<Vec<PathBuf>> {
        let stamps = self.stamps.lock().unwrap_or_else(PoisonError::into_inner);
        let mut files = Vec::new();
        for sheaf in &self.sheaves.all {
            let ends = sheaf.indices.first().zip(sheaf.indices.last());
            let ends = ends.and_then(|(a, b)| Some((stamps.get(a)?, stamps.get(b)?)));
            let (Some((first, last)), Some(bytes)) = (ends, sheaf.take()) else { continue };
            let range = format!("{:04}-{:04}", first.number.get(), last.number.get());
            files.push((run.path(&sheaf.form, &range, first.year), bytes));
        }
        write_files(run.workspace.world, &files)?;
        Ok(files.into_iter().map(|(path, _)| path).collect())
    }

    /// Writes a copy of each certificate whose form is not bound.
    ///
    /// # Errors
    /// As [`Presses::sheaves`].
    pub fn singles(&self, run: &Printed<'_, '_>) -> Result<Vec<PathBuf>> {
        let stamps = self.stamps.lock().unwrap_or_else(PoisonError::into_inner);
        let mut written = Vec::new();
        for form in self.by_form.keys() {
            if self.sheaves.all.iter().any(|s| s.form == *form) {
                continue;
            }
            let of =
                run.forms.iter().enumerate().filter(|(i, f)| *f == form && stamps.contains_key(i));
            written.extend(run.each(of.map(|(i, _)| i), &stamps, form)?);
        }
        Ok(written)
    }
}

/// What was printed and where copies go.
pub(super) struct Printed<'a, 'w> {
    pub workspace: &'a Workspace<'w>,
    pub campaign: &'a Campaign,
    pub forms: &'a [String],
    /// The files as they are archived, by index.
    pub filed: &'a [Issued],
}

impl Printed<'_, '_> {
    fn path(&self, form: &str, range: &str, year: i16) -> PathBuf {
        let folder = self.campaign.out.clone();
        let folder =
            folder.unwrap_or_else(|| self.workspace.dir.join(PRINT_FOLDER).join(year.to_string()));
        // Councils number their awards apart.
        let organ = match self.campaign.decision.organ.as_str() {
            "" => String::new(),
            key => format!("{}-", text::slug(key)),
        };
        folder.join(format!("{organ}{form}-{range}.docx"))
    }

    fn each(
        &self,
        of: impl Iterator<Item = usize>,
        stamps: &BTreeMap<usize, Stamp>,
        form: &str,
    ) -> Result<Vec<PathBuf>> {
        let archive = Archive::open(self.workspace.world, &self.workspace.dir.join(ARCHIVE))?;
        let mut written = Vec::new();
        for index in of {
            let file = self.filed.get(index).and_then(|i| i.file.as_ref());
            let (Some(file), Some(stamp)) = (file, stamps.get(&index)) else { continue };
            let path = self.path(form, &format!("{:04}", stamp.number.get()), stamp.year);
            copy_file(self.workspace, &archive.resolve(&file.at), file.size, &path)?;
            written.push(path);
        }
        Ok(written)
    }
}
