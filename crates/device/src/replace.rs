//! Writing a file so that a reader, or a crash, sees either the old one or the new one whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Replaces a file, or creates it: written beside it, synchronised, then renamed over it.
///
/// A symbolic link is followed, so that the link stays; permissions of an existing file are kept. What is there and is no file, such as
/// a device or a pipe, is written to and never replaced.
pub fn replace_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        return OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    let target = match path.canonicalize() {
        Ok(real) => real,
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(error),
    };
    let folder = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let (temporary, file) = create_beside(&folder, &target)?;
    let result = fill(file, bytes, &target, &temporary).and_then(|()| fs::rename(&temporary, &target));
    if let Err(error) = result {
        // The first error is the one to tell; the left-over is at worst a hidden file.
        let _ = fs::remove_file(&temporary);
        return Err(error);
    }
    // Makes the rename itself durable where folders can be synchronised.
    if let Ok(folder) = File::open(&folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Creates a new file next to the target; the process number and a count make its name free.
fn create_beside(folder: &Path, target: &Path) -> io::Result<(PathBuf, File)> {
    let name = target
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?
        .to_string_lossy();
    let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
    for count in 0..100_u32 {
        let temporary = folder.join(format!(".{name}.{}.{count}.new", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&temporary) {
            Ok(file) => return Ok((temporary, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

fn fill(mut file: File, bytes: &[u8], target: &Path, temporary: &Path) -> io::Result<()> {
    file.write_all(bytes)?;
    if let Ok(existing) = fs::metadata(target) {
        fs::set_permissions(temporary, existing.permissions())?;
    }
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::replace_file;

    #[test]
    fn replaces_whole_and_leaves_nothing_behind() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("decisions.toml");
        replace_file(&path, b"first")?;
        replace_file(&path, b"second")?;
        assert_eq!(std::fs::read(&path)?, b"second");
        assert_eq!(std::fs::read_dir(folder.path())?.count(), 1);
        assert!(replace_file(&folder.path().join("missing/decisions.toml"), b"x").is_err());
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_not_replaced() -> std::io::Result<()> {
        use std::os::unix::fs::FileTypeExt as _;
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&path)?;
        assert!(replace_file(&path, b"x").is_err(), "nothing can be written to it by its name");
        assert!(std::fs::symlink_metadata(&path)?.file_type().is_socket());
        assert!(replace_file(folder.path(), b"x").is_err());
        Ok(())
    }
}
