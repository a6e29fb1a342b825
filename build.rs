//! Turns the tables of `templates/` into JSON for the program to embed.
//!
//! People write TOML. Reading it at every start took a third of the time of a short command; the same
//! table as JSON takes a tenth of that. The TOML stays the source: tests hold the two against each other.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=templates");
    println!("cargo::rerun-if-changed=build.rs");
    let out = env::var_os("OUT_DIR").ok_or("cargo names no folder for the output")?;
    convert(Path::new("templates"), &Path::new(&out).join("templates"))
}

fn convert(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let Some(name) = path.file_stem() else { continue };
        if path.is_dir() {
            convert(&path, &to.join(name))?;
        } else if path.extension().is_some_and(|e| e == "toml") {
            let text = fs::read_to_string(&path)?;
            let table: toml::Table =
                toml::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
            let mut target = to.join(name);
            target.set_extension("json");
            fs::write(target, serde_json::to_string(&table)?)?;
        }
    }
    Ok(())
}
