//! A new office folder.
//!
//! Knows: which files it begins with. Must not know: terminals.

use std::path::Path;

use crate::diagnostic::Result;
use crate::source::scaffold::office_files;
use crate::world::{World, parent_of};

use super::workspace::write_failure;

/// Writes the files of a new office; never over a file that is there. Gives the paths written.
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
    Ok(written)
}
