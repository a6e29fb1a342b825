//! The power is cut on a real file system: a few times here, a hundred by `tests/long/power.sh`.

use std::path::Path;
use std::process::Command;

#[test]
fn a_copy_of_the_disk_at_any_moment_holds_what_was_acknowledged() {
    let cuts = std::env::var("VANTHU_CUTS").unwrap_or_else(|_| "2".into());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/long/power.sh");
    let out = Command::new(script)
        .args([cuts.as_str(), env!("CARGO_BIN_EXE_vanthu")])
        .output()
        .expect("the script runs");
    let said = String::from_utf8_lossy(&out.stdout);
    println!("{said}");
    assert!(out.status.success(), "{said}{}", String::from_utf8_lossy(&out.stderr));
    assert!(said.contains("skipped: ") || said.contains("done: "), "{said}");
}
