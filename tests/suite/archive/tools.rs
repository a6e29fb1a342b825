//! Other people's tools agree with us about sealed bags.

use std::path::PathBuf;
use std::process::{Command, Output};

use super::fixture::Fixture;

fn run(mut command: Command, what: &str) -> Option<Output> {
    match command.output() {
        Ok(output) => Some(output),
        Err(error) => {
            eprintln!("skipped: {what} is not available ({error})");
            None
        }
    }
}

#[test]
fn sha256sum_agrees() {
    let fixture = Fixture::new();
    for manifest in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
        for bag in ["bags/2026/000001", "bags/2026/000002", "open/2026/000003"] {
            if bag.starts_with("open") && manifest.starts_with("tag") {
                continue;
            }
            let mut command = Command::new("sha256sum");
            command.args(["--strict", "-c", manifest]).current_dir(fixture.at(bag));
            let Some(output) = run(command, "sha256sum") else { return };
            let told = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{bag}: {told}");
            assert!(told.lines().all(|l| l.ends_with(": OK")) && told.lines().count() >= 3);
        }
    }
}

/// `bagit.py` of the Library of Congress: `VANTHU_BAGIT` or on the path.
fn bagit(bag: &PathBuf) -> Option<Output> {
    let program = std::env::var_os("VANTHU_BAGIT").unwrap_or_else(|| "bagit.py".into());
    let mut command = Command::new(program);
    command.arg("--validate").arg(bag);
    run(command, "bagit.py")
}

#[test]
fn bagit_py_agrees() {
    let fixture = Fixture::new();
    for bag in ["bags/2026/000001", "bags/2026/000002"] {
        let Some(output) = bagit(&fixture.at(bag)) else { return };
        assert!(output.status.success(), "{bag}: {output:?}");
    }
    fixture.edit(&fixture.file(2), |bytes| bytes[7] ^= 1);
    let Some(output) = bagit(&fixture.at("bags/2026/000001")) else { return };
    assert!(!output.status.success(), "bagit.py must see the changed bit too");
}
