//! The built-in skeletons of every type; an office's own `templates/` folder wins file by file.
//!
//! Knows: which file stands for which type. Must not know: what is in them.

use std::path::Path;

use serde::Deserialize;

use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::text;
use crate::world::World;

use super::workspace::read_text;

const INDEX: &str = table!("index");

/// The embedded files by name.
const FILES: &[(&str, &str)] = &[
    ("ban-ghi-nho.md", include_str!("../../templates/ban-ghi-nho.md")),
    ("ban-thoa-thuan.md", include_str!("../../templates/ban-thoa-thuan.md")),
    ("bao-cao.md", include_str!("../../templates/bao-cao.md")),
    ("bien-ban.md", include_str!("../../templates/bien-ban.md")),
    ("chi-thi.md", include_str!("../../templates/chi-thi.md")),
    ("chuong-trinh.md", include_str!("../../templates/chuong-trinh.md")),
    ("cong-dien.md", include_str!("../../templates/cong-dien.md")),
    ("cong-van.md", include_str!("../../templates/cong-van.md")),
    ("de-an.md", include_str!("../../templates/de-an.md")),
    ("du-an.md", include_str!("../../templates/du-an.md")),
    ("giay-gioi-thieu.md", include_str!("../../templates/giay-gioi-thieu.md")),
    ("giay-moi.md", include_str!("../../templates/giay-moi.md")),
    ("giay-nghi-phep.md", include_str!("../../templates/giay-nghi-phep.md")),
    ("giay-uy-quyen.md", include_str!("../../templates/giay-uy-quyen.md")),
    ("hop-dong.md", include_str!("../../templates/hop-dong.md")),
    ("huong-dan.md", include_str!("../../templates/huong-dan.md")),
    ("ke-hoach.md", include_str!("../../templates/ke-hoach.md")),
    ("nghi-quyet.md", include_str!("../../templates/nghi-quyet.md")),
    ("phieu-bao.md", include_str!("../../templates/phieu-bao.md")),
    ("phieu-chuyen.md", include_str!("../../templates/phieu-chuyen.md")),
    ("phieu-gui.md", include_str!("../../templates/phieu-gui.md")),
    ("phuong-an.md", include_str!("../../templates/phuong-an.md")),
    ("quy-che.md", include_str!("../../templates/quy-che.md")),
    ("quy-dinh.md", include_str!("../../templates/quy-dinh.md")),
    ("quyet-dinh-ban-hanh.md", include_str!("../../templates/quyet-dinh-ban-hanh.md")),
    ("quyet-dinh.md", include_str!("../../templates/quyet-dinh.md")),
    ("sao-luc.md", include_str!("../../templates/sao-luc.md")),
    ("sao-y.md", include_str!("../../templates/sao-y.md")),
    ("thong-bao.md", include_str!("../../templates/thong-bao.md")),
    ("thong-cao.md", include_str!("../../templates/thong-cao.md")),
    ("thu-cong.md", include_str!("../../templates/thu-cong.md")),
    ("to-trinh.md", include_str!("../../templates/to-trinh.md")),
    ("trich-sao.md", include_str!("../../templates/trich-sao.md")),
];

/// One row of the index: a name that `vanthu new` takes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skeleton {
    /// Name on the command line.
    pub name: String,
    /// Type in the ruleset.
    #[serde(rename = "type")]
    pub type_id: String,
    /// File.
    pub file: String,
    /// What it is, in Vietnamese.
    pub about: String,
    /// What it is, in English.
    pub about_en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    templates: Vec<Skeleton>,
}

/// The skeleton of an award campaign: a job file and no document, so that no type belongs to it.
fn campaign() -> Skeleton {
    Skeleton {
        name: "dot-khen-thuong".to_owned(),
        type_id: String::new(),
        file: "dot-khen.toml".to_owned(),
        about: "Đợt khen thưởng: tệp công việc cho cả đợt (chạy bằng vanthu run)".to_owned(),
        about_en: "award campaign: a job file (run with vanthu run)".to_owned(),
    }
}

/// All skeletons in the order of the index.
///
/// # Errors
/// Never for a released program: a test reads the embedded index.
pub fn skeletons() -> Result<Vec<Skeleton>> {
    let index: Index = serde_json::from_str(INDEX).map_err(|e| {
        Failure::new(
            FailureKind::Config,
            Place::file("templates/index.toml"),
            text!("bảng mẫu sai: {e}", "the index of templates is wrong: {e}"),
        )
    })?;
    Ok(index.templates)
}

/// All skeletons and that of a campaign, as they are listed.
///
/// # Errors
/// As [`skeletons`].
pub fn listed_skeletons() -> Result<Vec<Skeleton>> {
    let mut all = skeletons()?;
    all.push(campaign());
    Ok(all)
}

/// The text of a skeleton by the name on the command line (`Kế hoạch` and `ke-hoach` alike).
///
/// # Errors
/// `Usage` for an unknown name, `Input` if the office's own file cannot be read.
pub fn skeleton(
    world: &dyn World,
    office: Option<&Path>,
    name: &str,
) -> Result<(Skeleton, String)> {
    let wanted = text::slug(name);
    let mut all = skeletons()?;
    all.push(campaign());
    let wanted = if wanted == "campaign" { campaign().name } else { wanted };
    let Some(row) = all.into_iter().find(|s| s.name == wanted) else {
        return Err(Failure::new(
            FailureKind::Usage,
            Place::default(),
            text!("không có mẫu cho loại “{name}”", "there is no skeleton for the type `{name}`"),
        )
        .hint(text!("“vanthu new” liệt kê các loại", "`vanthu new` lists the types")));
    };
    let folder = if row.type_id.is_empty() { "templates/awards" } else { "templates" };
    if let Some(own) = office.map(|d| d.join(folder).join(&row.file))
        && world.stat(&own).is_ok()
    {
        let text = read_text(world, &own)?;
        return Ok((row, text));
    }
    if row.file == campaign().file {
        return Ok((row, crate::source::campaign::SKELETON.to_owned()));
    }
    let text = FILES.iter().find(|(file, _)| *file == row.file).map(|(_, text)| (*text).to_owned());
    match text {
        Some(text) => Ok((row, text)),
        None => Err(Failure::new(
            FailureKind::Config,
            Place::file(row.file.clone()),
            text!("mẫu này không có trong chương trình", "this template is not in the program"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ruleset::Ruleset;

    #[test]
    fn every_type_and_copy_form_has_a_skeleton_and_every_file_is_used() {
        let rules = Ruleset::builtin().expect("embedded");
        let rows = skeletons().expect("index");
        for rule in rules.types.iter().chain(&rules.copies) {
            assert!(rows.iter().any(|r| r.type_id == rule.id), "{} has no skeleton", rule.id);
        }
        for row in &rows {
            assert!(rules.type_rule(&row.type_id).is_some(), "{} names no type", row.name);
            assert!(FILES.iter().any(|(f, _)| *f == row.file), "{} is missing", row.file);
        }
        for (file, _) in FILES {
            assert!(rows.iter().any(|r| r.file == *file), "{file} is in no row");
        }
    }
    #[test]
    fn the_fixed_parts_of_every_skeleton_lie_ready() {
        use crate::pipeline::{IssueDay, Recipe, Workspace, write};
        use crate::world::System;
        let day = jiff::civil::date(2026, 11, 22);
        let world = System::new(Some(day));
        let office = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/so-noi-vu");
        let workspace = Workspace::open(&world, &office, day).expect("a sample");
        for (file, text) in FILES {
            let recipe =
                Recipe::from_text((*text).to_owned(), (*file).to_owned()).expect("a template");
            let nothing = serde_json::Value::Object(serde_json::Map::new());
            let (document, findings) = recipe.document(&workspace, &nothing, IssueDay::Blank, day);
            let document = document.unwrap_or_else(|| panic!("{file}: {findings:?}"));
            write(&workspace, &document).expect("written");
        }
        crate::docx::seen_parts_lie_ready();
    }
}
