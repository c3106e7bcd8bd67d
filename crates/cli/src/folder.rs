//! Device folders as arguments.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use ward_device::{DirFiles, Files, Reading, WithSites};
use ward_policy::{Library, Rulebook};

use crate::failure::Failure;
use crate::files;
use crate::places;

/// Opens and reads a device folder with the surroundings of sites laid over it that are kept elsewhere.
///
/// # Errors
/// A folder is not there, or everything that is wrong with any of them.
pub fn read_at(path: &Path, sites: &[PathBuf]) -> Result<Reading, Failure> {
    let (folder, sites) = (open(path)?, Sites::open(sites)?);
    ward_device::read(&sites.over(&folder)).map_err(|found| wrong(path, &sites.placed(found.0)))
}

/// Folders of sites that are kept elsewhere, by name.
pub struct Sites(BTreeMap<String, DirFiles>);

impl Sites {
    /// Opens the folders of sites: each is named, or its `site.toml`.
    ///
    /// # Errors
    /// One is not there, or two have one name.
    pub fn open(paths: &[PathBuf]) -> Result<Self, Failure> {
        let mut sites = BTreeMap::new();
        for path in paths {
            let folder = match path.is_file() {
                true => path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")),
                false => path,
            };
            let files = DirFiles::new(folder).map_err(|error| {
                files::unreadable(folder, &error).hint("expected a site's folder, with site.toml in it")
            })?;
            let name = files.root().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if sites.insert(name.clone(), files).is_some() {
                return Err(Failure::input("arguments", format!("two sites are called `{name}`")));
            }
        }
        Ok(Self(sites))
    }

    /// The device folder with these sites in it.
    pub fn over<'a>(&'a self, folder: &'a DirFiles) -> WithSites<'a> {
        let sites = self.0.iter().map(|(name, files)| (name.clone(), files as &dyn Files));
        WithSites::new(folder, sites.collect())
    }

    /// Where a file of the device folder really is, if it is one of a site's.
    pub fn path(&self, file: &str) -> Option<PathBuf> {
        let (name, inside) = file.strip_prefix("sites/")?.split_once('/')?;
        Some(self.0.get(name)?.root().join(inside))
    }

    /// What was found, in the files as they can be opened.
    pub fn placed(&self, mut found: Vec<ward_device::Diagnostic>) -> Vec<ward_device::Diagnostic> {
        for one in &mut found {
            if let Some(path) = self.path(&one.file) {
                one.file = path.display().to_string();
            }
        }
        found
    }
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
