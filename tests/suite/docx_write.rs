//! What the docx writer makes, seen by other people's tools.

use std::path::{Path, PathBuf};
use std::process::Command;

use vanthu::docx::Writer;

use crate::docx_sample;

fn bytes() -> Vec<u8> {
    Writer::new().expect("writer").write(&docx_sample::sheet()).expect("written").bytes
}

/// The parts of a file by name.
pub fn parts(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
    (0..zip.len())
        .map(|i| {
            let mut file = zip.by_index(i).expect("entry");
            let mut content = Vec::new();
            std::io::Read::read_to_end(&mut file, &mut content).expect("content");
            (file.name().expect("name").into_owned(), content)
        })
        .collect()
}

fn scratch() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
}

#[test]
fn libreoffice_opens_what_was_written() {
    let dir = tempfile::tempdir_in(scratch()).expect("folder");
    let docx = scratch().join("sample.docx");
    std::fs::write(&docx, bytes()).expect("written");
    let Some(pdf) = to_pdf(dir.path(), &docx) else {
        eprintln!("skipped: soffice is not installed");
        return;
    };
    assert!(std::fs::read(pdf).expect("a PDF").starts_with(b"%PDF"));
}

/// Converts with LibreOffice; `None` if it is not installed.
fn to_pdf(dir: &Path, docx: &Path) -> Option<PathBuf> {
    let profile = format!("-env:UserInstallation=file://{}", dir.join("profile").display());
    let status = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", "pdf", "--outdir"])
        .args([scratch().as_path(), docx])
        .output()
        .ok()?;
    assert!(status.status.success(), "soffice: {}", String::from_utf8_lossy(&status.stderr));
    Some(scratch().join(docx.with_extension("pdf").file_name()?))
}
