//! The folder where knowledge is kept: generations, and which of them is the current one.
//!
//! Readers take no lock. A generation is written under another name, brought to the disk, renamed, and only then named as the
//! current one, again by a rename: whoever reads sees the old one or the new one, and a writer that is killed leaves the old one.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use tempfile::NamedTempFile;
use ward_model::digest::Digest;

use crate::builder::Builder;
use crate::error::{HomeError, OpenError, at};
use crate::generation::Generation;

/// Names of files that nobody needs once their writer is gone.
const TEMPORARY: &str = "part-";
const POINTER: &str = "current";
const LOCK: &str = "lock";
const PREFIX: &str = "generation-";
const SUFFIX: &str = ".ward";

/// The home of one user, as far as knowledge goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    folder: PathBuf,
}

impl Home {
    /// The home in this folder. Nothing is read or written yet; the folder need not exist.
    pub fn open(dir: impl AsRef<Path>) -> Self {
        Self { folder: dir.as_ref().join("knowledge") }
    }

    /// The folder of the generations.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The current generation; `None` where nothing has been received yet.
    ///
    /// # Errors
    /// There is one and it cannot be opened.
    pub fn current(&self) -> Result<Option<Generation>, HomeError> {
        let Some(first) = self.pointer()? else { return Ok(None) };
        match Generation::open(&first) {
            // Two writers may have come and gone since the pointer was read, and the second removed the file.
            Err(OpenError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                let second = self.pointer()?.unwrap_or(first);
                Ok(Some(Generation::open(second)?))
            }
            other => Ok(Some(other?)),
        }
    }

    /// Where the pointer points.
    fn pointer(&self) -> Result<Option<PathBuf>, HomeError> {
        let path = self.folder.join(POINTER);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(at(path)(error)),
        };
        let name = text.trim_end();
        if !is_generation(name) {
            return Err(HomeError::Pointer { path, found: name.chars().take(80).collect() });
        }
        Ok(Some(self.folder.join(name)))
    }

    /// Begins the next generation; what is added to it was received on this day. Sweeps up what killed writers left.
    ///
    /// # Errors
    /// Somebody else is writing, the disk refuses, or what is held is damaged and there is nothing before it to build upon.
    pub fn builder(&self, received: Date) -> Result<Builder, HomeError> {
        fs::create_dir_all(&self.folder).map_err(at(&self.folder))?;
        let lock_path = self.folder.join(LOCK);
        let lock = File::options().create(true).truncate(false).write(true).open(&lock_path).map_err(at(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(HomeError::Locked { path: self.folder.clone() }),
            Err(TryLockError::Error(error)) => return Err(at(lock_path)(error)),
        }
        for name in self.names()? {
            if name.starts_with(TEMPORARY) {
                let path = self.folder.join(name);
                fs::remove_file(&path).map_err(at(path))?;
            }
        }
        let (base, repaired) = self.base()?;
        Ok(Builder::new(self.folder.clone(), lock, base, repaired, received))
    }

    /// The generation to build upon, checked whole, and whether it is an older one than the current one.
    ///
    /// Days of receipt are carried over from it, and sources that do not come again: a damaged one must not be built upon,
    /// and must not be passed over in silence either.
    fn base(&self) -> Result<(Option<Generation>, bool), HomeError> {
        let open = |path: PathBuf| -> Result<Generation, HomeError> {
            let generation = Generation::open(path)?;
            generation.verify()?;
            Ok(generation)
        };
        let Some(current) = self.pointer()? else { return Ok((None, false)) };
        let error = match open(current.clone()) {
            Ok(base) => return Ok((Some(base), false)),
            Err(error) => error,
        };
        let mut others = Vec::new();
        for name in self.names()?.into_iter().filter(|name| is_generation(name)) {
            let path = self.folder.join(name);
            if path != current {
                others.extend(open(path).ok());
            }
        }
        match others.into_iter().max_by_key(|generation| generation.meta().as_of) {
            Some(base) => Ok((Some(base), true)),
            None => Err(HomeError::NoBase { path: self.folder.clone(), source: Box::new(error) }),
        }
    }

    /// The names of the files in the folder, in order.
    fn names(&self) -> Result<Vec<String>, HomeError> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(at(&self.folder))? {
            names.extend(entry.map_err(at(&self.folder))?.file_name().into_string().ok());
        }
        names.sort_unstable();
        Ok(names)
    }
}

fn is_generation(name: &str) -> bool {
    let digits = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX));
    digits.is_some_and(|digits| {
        digits.len() == 16 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

fn name_of(root: Digest) -> String {
    let digits: String = root.to_string().chars().take(16).collect();
    format!("{PREFIX}{digits}{SUFFIX}")
}

/// The file that a generation with this root digest is kept in.
pub(crate) fn file_of(folder: &Path, root: Digest) -> PathBuf {
    folder.join(name_of(root))
}

/// A file that is swept up if its writer is killed.
pub(crate) fn temporary(folder: &Path) -> Result<NamedTempFile, HomeError> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY);
    // Knowledge is no secret, and other users of the machine may share a home.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    builder.tempfile_in(folder).map_err(at(folder))
}

/// Gives a finished file its name, makes it the current one, and removes all but it and the one that it was built upon.
pub(crate) fn publish(folder: &Path, file: NamedTempFile, root: Digest, base: Option<&Path>) -> Result<(), HomeError> {
    let pointer = folder.join(POINTER);
    let before = base.and_then(Path::file_name);
    let name = name_of(root);
    let path = folder.join(&name);
    file.persist(&path).map_err(|error| at(&path)(error.error))?;
    sync_folder(folder)?;
    let mut next = temporary(folder)?;
    writeln!(next, "{name}").and_then(|()| next.as_file().sync_all()).map_err(at(next.path()))?;
    next.persist(&pointer).map_err(|error| at(&pointer)(error.error))?;
    sync_folder(folder)?;
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let other = entry.map_err(at(folder))?.file_name();
        // A reader may still have it open, which some systems do not allow to be removed: the next writer tries again.
        if other.to_str().is_some_and(|other| is_generation(other) && other != name) && Some(&*other) != before {
            let _ = fs::remove_file(folder.join(other));
        }
    }
    Ok(())
}

/// Brings the names in a folder to the disk, where the system has such a thing.
fn sync_folder(folder: &Path) -> Result<(), HomeError> {
    if cfg!(unix) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
