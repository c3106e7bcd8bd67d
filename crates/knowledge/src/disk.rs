//! What a writer does to the disk that others will see goes through here, so that a test can let the power fail before any step: of the
//! files of knowledge, of what is written beside them, and (with the feature `failing`) of the mirror that is fetched into a home.
//! What nobody sees does not: the folder itself, the lock, and records that wait in files without a name.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
#[cfg(all(any(test, feature = "failing"), unix))]
use std::sync::{Arc, Mutex};

use tempfile::NamedTempFile;

use crate::error::{HomeError, at};

#[cfg(all(any(test, feature = "failing"), unix))]
pub mod failing;

/// Names of files that nobody needs once their writer is gone.
pub(crate) const TEMPORARY: &str = "part-";

/// The disk, as whoever writes into a home uses it.
#[derive(Debug, Clone, Default)]
pub struct Disk {
    #[cfg(all(any(test, feature = "failing"), unix))]
    failing: Option<Arc<Mutex<failing::Failing>>>,
}

impl PartialEq for Disk {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Disk {}

#[cfg(all(any(test, feature = "failing"), unix))]
impl Disk {
    /// A disk that fails at this step and at every one after it.
    pub fn failing(at: u64) -> Self {
        Self { failing: Some(Arc::new(Mutex::new(failing::Failing::new(at)))) }
    }

    /// How many steps were tried.
    pub fn steps(&self) -> u64 {
        self.log(|log| log.steps()).unwrap_or(0)
    }

    /// The power is back, and this is gone of what was done in this folder.
    ///
    /// # Errors
    /// The folder cannot be read or written.
    pub fn lose(&self, folder: &Path, loss: failing::Loss) -> io::Result<()> {
        self.log(|log| log.lose(folder, loss)).unwrap_or(Ok(()))
    }

    fn log<T>(&self, each: impl FnOnce(&mut failing::Failing) -> T) -> Option<T> {
        let log = self.failing.as_ref()?;
        Some(each(&mut log.lock().unwrap_or_else(std::sync::PoisonError::into_inner)))
    }
}

impl Disk {
    #[cfg_attr(
        not(any(test, feature = "failing")),
        expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "it fails in tests only")
    )]
    fn step(&self) -> io::Result<()> {
        #[cfg(all(any(test, feature = "failing"), unix))]
        self.log(|log| log.step()).transpose()?;
        Ok(())
    }

    /// A file that is swept up if its writer is killed.
    pub(crate) fn temporary(&self, folder: &Path) -> Result<NamedTempFile, HomeError> {
        self.make(folder).map_err(at(folder))
    }

    fn make(&self, folder: &Path) -> io::Result<NamedTempFile> {
        self.step()?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY);
        // Knowledge is no secret, and other users of the machine may share a home.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
        let file = builder.tempfile_in(folder)?;
        #[cfg(all(any(test, feature = "failing"), unix))]
        self.log(|log| log.made(file.as_file(), file.path())).transpose()?;
        Ok(file)
    }

    /// Writes; where the power fails, half of it is written.
    pub(crate) fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        #[cfg(all(any(test, feature = "failing"), unix))]
        self.log(|log| log.wrote(file)).transpose()?;
        if let Err(error) = self.step() {
            file.write_all(&bytes[..bytes.len() / 2])?;
            return Err(error);
        }
        file.write_all(bytes)
    }

    /// Brings a file to the disk.
    pub(crate) fn sync(&self, file: &File) -> io::Result<()> {
        self.step()?;
        // A disk that fails knows what it lost, and need not be waited for.
        #[cfg(all(any(test, feature = "failing"), unix))]
        if let Some(synced) = self.log(|log| log.synced(file)) {
            return synced;
        }
        file.sync_all()
    }

    /// Gives a finished file its name.
    pub(crate) fn rename(&self, file: NamedTempFile, path: &Path) -> Result<(), HomeError> {
        self.name(file, path).map_err(at(path))
    }

    fn name(&self, file: NamedTempFile, path: &Path) -> io::Result<()> {
        self.step()?;
        #[cfg(all(any(test, feature = "failing"), unix))]
        self.log(|log| log.renames(file.path(), path));
        file.persist(path).map(drop).map_err(|error| error.error)
    }

    /// Gives a file that is whole and on the disk its name.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn place(&self, whole: &Path, path: &Path) -> io::Result<()> {
        self.step()?;
        #[cfg(all(any(test, feature = "failing"), unix))]
        self.log(|log| log.renames(whole, path));
        fs::rename(whole, path)
    }

    /// Puts a small file in the place of the one with this name, whole or not at all; until then it is in the folder `parts`. Whether the
    /// name is on the disk is left to the system.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn put(&self, parts: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut next = self.make(parts)?;
        self.write(next.as_file_mut(), bytes)?;
        self.sync(next.as_file())?;
        self.name(next, path)
    }

    /// Brings the names in a folder to the disk, where the system has such a thing.
    pub(crate) fn sync_folder(&self, folder: &Path) -> Result<(), HomeError> {
        self.step().map_err(at(folder))?;
        #[cfg(all(any(test, feature = "failing"), unix))]
        if self.log(|log| log.synced_folder(folder)).is_some() {
            return Ok(());
        }
        if cfg!(unix) {
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))?;
        }
        Ok(())
    }

    /// Removes a file.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn remove(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        #[cfg(all(any(test, feature = "failing"), unix))]
        self.log(|log| log.removes(path));
        fs::remove_file(path)
    }

    /// Puts a small file in the place of the one with this name, whole or not at all.
    pub(crate) fn replace(&self, path: &Path, folder: &Path, text: &str) -> Result<(), HomeError> {
        let mut next = self.temporary(folder)?;
        self.write(next.as_file_mut(), text.as_bytes()).map_err(at(path))?;
        self.sync(next.as_file()).map_err(at(path))?;
        self.rename(next, path)?;
        self.sync_folder(folder)
    }
}
