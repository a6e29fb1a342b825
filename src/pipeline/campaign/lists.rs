//! The lists of a campaign as checked lines.
//!
//! Knows: which files and settings a campaign names. Must not know: what a heading means, votes, papers.

use crate::diagnostic::{Diagnostic, Place, Result};
use crate::model::{Honouree, HonoureeKind};
use crate::pipeline::Workspace;
use crate::source::campaign::Campaign;
use crate::source::data;
use crate::text;

/// Reads all lists of a campaign.
///
/// # Errors
/// A file cannot be read.
pub(super) fn read(
    workspace: &Workspace<'_>,
    campaign: &Campaign,
) -> Result<(Vec<(Honouree, Place)>, Vec<Diagnostic>)> {
    let (mut lines, mut findings) = (Vec::new(), Vec::new());
    for list in &campaign.lists {
        let mut rows = data::open(workspace.world, list, &data::Options::default())?;
        while let Some(row) = rows.next().transpose()? {
            findings.extend(row.findings);
            let cell = |key: &str| {
                row.values.get(key).and_then(|v| v.as_str()).unwrap_or_default().to_owned()
            };
            let kind = match text::slug(&cell("phan_loai")).as_str() {
                "tap-the" => HonoureeKind::Collective,
                "ho" | "ho-gia-dinh" => HonoureeKind::Household,
                _ => HonoureeKind::Individual,
            };
            let extra = row.values.iter().filter(|(k, _)| k.contains("dong_y"));
            let extra = extra
                .map(|(k, v)| (k.clone(), v.as_str().map_or_else(|| v.to_string(), str::to_owned)))
                .collect();
            lines.push((
                Honouree {
                    kind,
                    address: cell("xung_ho"),
                    name: cell("ho_va_ten"),
                    position: cell("chuc_vu"),
                    unit: cell("don_vi_cong_tac"),
                    form: text::slug(&cell("hinh_thuc")),
                    achievement: cell("thanh_tich"),
                    posthumous: false,
                    note: String::new(),
                    extra,
                },
                row.place,
            ));
        }
        findings.extend(rows.findings());
    }
    Ok((lines, findings))
}
