//! One writer at a time, across processes: a file that is held locked for as long as the value lives.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

/// Locks a file, which is made where it is not there; nothing where another process holds it.
///
/// # Errors
/// The disk refuses.
pub fn try_lock(path: &Path) -> io::Result<Option<File>> {
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
