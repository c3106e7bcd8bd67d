//! Device folders as arguments.

use std::path::Path;

use ward_device::{DirFiles, Reading};

use crate::failure::Failure;
use crate::files;
use crate::places;

/// Opens and reads a device folder.
///
/// # Errors
/// It is not there, or everything that is wrong with it.
pub fn read(path: &Path) -> Result<Reading, Failure> {
    let folder = open(path)?;
    ward_device::read(&folder).map_err(|found| wrong(path, &found.0))
}

/// Opens a device folder.
pub fn open(path: &Path) -> Result<DirFiles, Failure> {
    DirFiles::new(path).map_err(|error| {
        files::unreadable(path, &error).hint("expected a device folder: `ward new DIR` writes one to start from")
    })
}

/// Everything that is wrong with a folder.
pub fn wrong(path: &Path, found: &[ward_device::Diagnostic]) -> Failure {
    let errors = found.iter().filter(|one| one.severity == ward_device::Severity::Error).count();
    let noun = if errors == 1 { "error" } else { "errors" };
    Failure::input("device-folder", format!("{} cannot be read: {errors} {noun}", path.display()))
        .at(places::in_folder(path, found))
}
