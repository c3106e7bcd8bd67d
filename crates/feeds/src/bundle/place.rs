//! Where a bundle is unpacked: a folder in the home that goes away with this value, one at a time.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use super::BundleError;

/// What such a folder begins with.
const PREFIX: &str = "bundle-";
/// Held by whoever takes a bundle.
const LOCK: &str = "bundle.lock";

/// An empty folder for one bundle.
#[derive(Debug)]
pub struct Place {
    // Dropped first: it must be gone when the lock is.
    folder: tempfile::TempDir,
    _lock: File,
}

impl Place {
    /// Makes one in this home, and removes those that were left by imports that were killed.
    ///
    /// # Errors
    /// The disk refuses, or another bundle is being taken.
    pub fn new(home: &Path) -> Result<Self, BundleError> {
        fs::create_dir_all(home)?;
        let lock = File::options().create(true).truncate(false).write(true).open(home.join(LOCK))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(BundleError::Locked { path: home.to_owned() }),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        for left in left(home)? {
            fs::remove_dir_all(left)?;
        }
        Ok(Self { folder: tempfile::Builder::new().prefix(PREFIX).tempdir_in(home)?, _lock: lock })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// The folders that nobody holds: whoever asks has the lock.
fn left(home: &Path) -> Result<Vec<PathBuf>, BundleError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(home)? {
        let entry = entry?;
        // A link is none of ours, wherever it leads.
        if entry.file_name().to_string_lossy().starts_with(PREFIX) && entry.file_type()?.is_dir() {
            found.push(entry.path());
        }
    }
    found.sort_unstable();
    Ok(found)
}
