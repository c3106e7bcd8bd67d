//! Device folders as arguments.

use std::path::Path;

use jiff::civil::Date;
use ward_device::{DirFiles, Reading};
use ward_policy::{Library, Rulebook};

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

/// The policies that a folder names, its own among them, as they stand on a day.
///
/// # Errors
/// A name is unknown or not in force then, or a policy of the folder is refused.
pub fn rulebook(reading: &Reading, library: &Library, on: Date) -> Result<Rulebook, Failure> {
    let policies = &reading.device.policies;
    if reading.policy_files.is_empty() {
        return Ok(library.select(policies, on)?);
    }
    Ok(library.with_folder(&reading.policy_files)?.select(policies, on)?)
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
