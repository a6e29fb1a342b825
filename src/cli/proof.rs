//! `vanthu proof` and `vanthu prove`: evidence for one document, made and checked.

use std::path::{Path, PathBuf};

use crate::archive::log::PublicKey;
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::pipeline::evidence::{check_proof, facts, prove, public_keys, read_keys};
use crate::pipeline::{Workspace, file_stem, find_office, write_file};
use crate::text;
use crate::world::World;

use super::args::{Global, ProveArgs, Shape};
use super::report::Ui;
use super::{Exit, output_failure};

/// Writes the proof of a document.
pub fn write(
    workspace: &Workspace<'_>,
    code: &str,
    year: Option<i16>,
    out: Option<&Path>,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let year = year.unwrap_or_else(|| workspace.world.today().year());
    let (proof, vkey) = prove(workspace, code, year)?;
    let name = format!("{}.tlog-proof", file_stem(code.trim()));
    let out = out.map_or_else(|| PathBuf::from(name), Path::to_path_buf);
    write_file(workspace.world, &out, &proof.text())?;
    let shown = out.display();
    ui.line(&text!("đã ghi {shown}", "wrote {shown}")).map_err(|e| output_failure(&e))?;
    ui.line(&text!(
        "người nhận kiểm tra: vanthu prove TỆP.docx --proof {shown} --key {vkey}",
        "whoever gets it checks with: vanthu prove FILE.docx --proof {shown} --key {vkey}"
    ))
    .map_err(|e| output_failure(&e))?;
    Ok(Exit::Clean)
}

/// Checks a file with its proof; needs no office where keys are given.
pub fn check(
    world: &dyn World,
    global: &Global,
    request: ProveArgs,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let known = trusted(world, global, &request.keys)?;
    let (file, proof) = request.file.zip(request.proof).unwrap_or_default();
    let checked = check_proof(world, &file, &proof, &known)?;
    let (seq, origin, size) =
        (checked.leaf.seq, &checked.checkpoint.origin, checked.checkpoint.size);
    let shown = file.display();
    let facts = facts(&checked.leaf);
    if request.format == Shape::Json {
        let value = serde_json::json!({
            "matches": checked.matches,
            "file": shown.to_string(),
            "sha256": checked.sha256,
            "log": origin,
            "position": seq,
            "size": size,
            "entry": facts,
        });
        writeln!(ui.out, "{value:#}").map_err(|e| output_failure(&e))?;
    } else {
        let text = if checked.matches {
            text!(
                "{shown}: đúng là tệp đã đăng ký ở mục {seq} của nhật ký {origin} ({size} mục)",
                "{shown}: is the file registered as entry {seq} of the log {origin} ({size} entries)"
            )
        } else {
            text!(
                "{shown}: KHÔNG phải tệp đã đăng ký ở mục {seq}; bằng chứng thì đúng",
                "{shown}: is NOT the file registered as entry {seq}; the proof itself holds"
            )
        };
        ui.line(&text).map_err(|e| output_failure(&e))?;
        for (name, value) in facts {
            writeln!(ui.out, "  {name}: {value}").map_err(|e| output_failure(&e))?;
        }
    }
    Ok(if checked.matches { Exit::Clean } else { Exit::Findings })
}

/// The keys given, or those of the office around.
pub(super) fn trusted(
    world: &dyn World,
    global: &Global,
    given: &[String],
) -> Result<Vec<PublicKey>> {
    let known = match given {
        [] => {
            let dir = find_office(world, global.office.as_deref(), Path::new("."));
            public_keys(world, &dir.map_err(|_| no_key())?)?
        }
        given => read_keys(world, given)?,
    };
    if known.is_empty() { Err(no_key()) } else { Ok(known) }
}

fn no_key() -> Failure {
    Failure::new(
        FailureKind::Usage,
        Place::default(),
        text!("chưa biết khóa công khai của cơ quan", "the office's public key is not known"),
    )
    .hint(text!(
        "hỏi cơ quan (in ở cuối sổ, hoặc “vanthu keys”) rồi thêm --key, hoặc chỉ tệp khóa",
        "ask the office for it (printed at the end of a book, or `vanthu keys`) and give it with --key, or name a file"
    ))
}
