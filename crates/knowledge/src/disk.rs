//! Everything that a writer does to the disk goes through here, so that a test can let the power fail before any step.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
#[cfg(test)]
use std::sync::Arc;
#[cfg(test)]
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::NamedTempFile;

use crate::error::{HomeError, at};

/// Names of files that nobody needs once their writer is gone.
pub(crate) const TEMPORARY: &str = "part-";

/// The disk, as a writer of a home uses it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disk {
    #[cfg(test)]
    failing: Option<Arc<Failing>>,
}

/// After so many steps the power is gone: nothing more is done.
#[cfg(test)]
#[derive(Debug)]
struct Failing {
    steps: AtomicU64,
    at: u64,
}

impl PartialEq for Disk {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Disk {}

impl Disk {
    /// A disk that fails at this step and at every one after it.
    #[cfg(test)]
    pub(crate) fn failing(at: u64) -> Self {
        Self { failing: Some(Arc::new(Failing { steps: AtomicU64::new(0), at })) }
    }

    /// How many steps were tried.
    #[cfg(test)]
    pub(crate) fn steps(&self) -> u64 {
        self.failing.as_ref().map_or(0, |failing| failing.steps.load(Ordering::SeqCst))
    }

    #[cfg_attr(not(test), expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "it fails in tests only"))]
    fn step(&self) -> io::Result<()> {
        #[cfg(test)]
        if let Some(failing) = &self.failing
            && failing.steps.fetch_add(1, Ordering::SeqCst) >= failing.at
        {
            return Err(io::Error::other("the power failed"));
        }
        Ok(())
    }

    /// A file that is swept up if its writer is killed.
    pub(crate) fn temporary(&self, folder: &Path) -> Result<NamedTempFile, HomeError> {
        self.step().map_err(at(folder))?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY);
        // Knowledge is no secret, and other users of the machine may share a home.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
        builder.tempfile_in(folder).map_err(at(folder))
    }

    /// Writes; where the power fails, half of it is written.
    pub(crate) fn write(&self, file: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
        if let Err(error) = self.step() {
            file.write_all(&bytes[..bytes.len() / 2])?;
            return Err(error);
        }
        file.write_all(bytes)
    }

    /// Brings a file to the disk.
    pub(crate) fn sync(&self, file: &File) -> io::Result<()> {
        self.step()?;
        file.sync_all()
    }

    /// Gives a finished file its name.
    pub(crate) fn rename(&self, file: NamedTempFile, path: &Path) -> Result<(), HomeError> {
        self.step().map_err(at(path))?;
        file.persist(path).map(drop).map_err(|error| at(path)(error.error))
    }

    /// Brings the names in a folder to the disk, where the system has such a thing.
    pub(crate) fn sync_folder(&self, folder: &Path) -> Result<(), HomeError> {
        self.step().map_err(at(folder))?;
        if cfg!(unix) {
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))?;
        }
        Ok(())
    }

    /// Removes a file.
    pub(crate) fn remove(&self, path: &Path) -> io::Result<()> {
        self.step()?;
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
