//! A new office folder, with the key that will sign its log.
//!
//! Knows: which files it begins with. Must not know: terminals.

use std::path::Path;

use crate::archive::log::keys;
use crate::diagnostic::Result;
use crate::source::scaffold::office_files;
use crate::world::{World, parent_of};

use super::workspace::write_failure;

/// Writes the files of a new office and makes its key; never over a file that is there. Gives the paths written.
///
/// # Errors
/// `Output` naming the path.
pub fn create_office(world: &dyn World, dir: &Path) -> Result<Vec<String>> {
    let mut written = Vec::new();
    for (name, content) in office_files() {
        let path = dir.join(name);
        let parent = parent_of(&path);
        world.create_dir(&parent).map_err(|e| write_failure(&parent, &e))?;
        match world.create(&path, content.as_bytes()) {
            Ok(()) => {
                world.sync(&path).map_err(|e| write_failure(&path, &e))?;
                written.push(path.display().to_string());
            }
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(write_failure(&path, &e)),
        }
    }
    world.sync(dir).map_err(|e| write_failure(dir, &e))?;
    // The log of the office is named after its folder; what vanthu.toml says is still an example.
    let absolute = std::path::absolute(dir).unwrap_or_else(|_| dir.to_path_buf());
    let name = absolute.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    keys::make(world, dir, &name)?;
    written.push(dir.join(keys::KEY_FILE).display().to_string());
    Ok(written)
}
