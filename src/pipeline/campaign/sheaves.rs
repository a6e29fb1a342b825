//! The files of many certificates: each is bound as soon as its last page is there.
//!
//! Knows: which certificate goes into which file. Must not know: how pages look, where files are written.
//!
//! The pages come from several threads while the certificates are made one by one, so that none is laid
//! out twice; a file waits in memory, compressed, until the awards are entered.

use std::sync::{Mutex, PoisonError};

use crate::diagnostic::Result;
use crate::docx::Page;
use crate::pipeline::certificate::Certificate;

/// All files of a campaign.
#[derive(Default)]
pub(super) struct Sheaves {
    /// In the order of forms and pages.
    pub all: Vec<Sheaf>,
    /// For each certificate its file and its page; none where it is printed by itself.
    places: Vec<Option<(usize, usize)>>,
}

/// One file.
pub(super) struct Sheaf {
    /// Id of the form.
    pub form: String,
    /// Its certificates in order.
    pub indices: Vec<usize>,
    /// Whom the first page is for.
    first: Certificate,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    pages: Vec<Option<Page>>,
    /// Pages that are still to come.
    left: usize,
    file: Option<Vec<u8>>,
}

impl Sheaves {
    /// The files of the forms that are `wanted`, of `size` pages each.
    pub fn of<'f>(
        certificates: &[Certificate],
        forms: &[String],
        wanted: impl Iterator<Item = &'f str>,
        size: usize,
    ) -> Self {
        let mut out = Self { all: Vec::new(), places: vec![None; certificates.len()] };
        for form in wanted {
            let of = certificates.iter().zip(forms).enumerate().filter(|(_, (_, f))| *f == form);
            let of: Vec<(usize, &Certificate)> = of.map(|(index, (c, _))| (index, c)).collect();
            for part in of.chunks(size.max(1)) {
                let Some((_, first)) = part.first() else { continue };
                for (page, (index, _)) in part.iter().enumerate() {
                    if let Some(place) = out.places.get_mut(*index) {
                        *place = Some((out.all.len(), page));
                    }
                }
                let left = part.len();
                let pages = (0..left).map(|_| None).collect();
                let state = State { pages, left, file: None };
                out.all.push(Sheaf {
                    form: form.to_owned(),
                    indices: part.iter().map(|(index, _)| *index).collect(),
                    first: (*first).clone(),
                    state: Mutex::new(state),
                });
            }
        }
        out
    }

    /// Takes the page of a certificate. Whoever brings the last page of a file binds it.
    ///
    /// # Errors
    /// What `bind` says.
    pub fn put(
        &self,
        index: usize,
        page: Page,
        bind: impl Fn(&Certificate, Vec<Page>) -> Result<Vec<u8>>,
    ) -> Result<()> {
        let Some((nth, at)) = self.places.get(index).copied().flatten() else { return Ok(()) };
        let Some(sheaf) = self.all.get(nth) else { return Ok(()) };
        let pages = {
            let mut state = sheaf.state.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(place @ None) = state.pages.get_mut(at) {
                *place = Some(page);
                state.left = state.left.saturating_sub(1);
            }
            if state.left > 0 {
                return Ok(());
            }
            std::mem::take(&mut state.pages)
        };
        let file = bind(&sheaf.first, pages.into_iter().flatten().collect())?;
        sheaf.state.lock().unwrap_or_else(PoisonError::into_inner).file = Some(file);
        Ok(())
    }
}

impl Sheaf {
    /// The file, if all its pages came.
    pub fn take(&self) -> Option<Vec<u8>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).file.take()
    }
}
