//! The files of a folder, behind a trait: the reader itself opens nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use crate::configurations::SITES;

/// The files of one device folder, by path with `/`, relative to the folder.
pub trait Files {
    /// The bytes of a file; `None` where there is no such file.
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>>;

    /// The names in a sub-folder (`""` is the folder itself), in any order, folders with a `/` at their end; none where there
    /// is no such folder.
    fn list(&self, folder: &str) -> io::Result<Vec<String>>;
}

/// Why a path cannot be used in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// It is empty.
    #[error("the path is empty")]
    Empty,
    /// It starts at the root of the file system or of a drive.
    #[error("the path is absolute")]
    Absolute,
    /// It climbs out.
    #[error("the path leaves the device folder")]
    Leaves,
    /// It is written in a way that gives one file several names.
    #[error("the path has an empty or `.` part")]
    NotPlain,
    /// It holds a character that paths here do not have.
    #[error("the path holds a backslash, a colon or a control character")]
    Character,
}

/// Checks that a path stays inside the folder and is the only way to write that file's name.
pub fn check_path(path: &str) -> Result<(), PathError> {
    if path.is_empty() {
        return Err(PathError::Empty);
    }
    if path.starts_with('/') {
        return Err(PathError::Absolute);
    }
    if path.chars().any(|c| matches!(c, '\\' | ':') || c.is_control()) {
        return Err(PathError::Character);
    }
    for part in path.split('/') {
        match part {
            ".." => return Err(PathError::Leaves),
            "" | "." => return Err(PathError::NotPlain),
            _ => {}
        }
    }
    Ok(())
}

/// A folder on disk. What lies outside it, by path or through a symbolic link, is refused.
#[derive(Debug, Clone)]
pub struct DirFiles {
    root: PathBuf,
}

impl DirFiles {
    /// Opens a folder.
    pub fn new(path: impl AsRef<Path>) -> io::Result<Self> {
        let root = path.as_ref().canonicalize()?;
        if !root.is_dir() {
            return Err(io::Error::new(io::ErrorKind::NotADirectory, "not a folder"));
        }
        Ok(Self { root })
    }

    /// The folder, as an absolute path without symbolic links.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The real path of something in the folder; `None` where there is nothing.
    fn resolve(&self, path: &str) -> io::Result<Option<PathBuf>> {
        let real = match self.root.join(path).canonicalize() {
            Ok(real) => real,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        if real.starts_with(&self.root) {
            Ok(Some(real))
        } else {
            Err(io::Error::new(io::ErrorKind::PermissionDenied, "a symbolic link leads out of the device folder"))
        }
    }
}

impl Files for DirFiles {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        check_path(path).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let Some(real) = self.resolve(path)? else {
            return Ok(None);
        };
        // A pipe or a device file would block for ever.
        if !real.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        std::fs::read(real).map(Some)
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        if !folder.is_empty() {
            check_path(folder).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        }
        let real = match self.resolve(folder) {
            Ok(Some(real)) if real.is_dir() => real,
            Ok(_) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut names = Vec::new();
        for entry in std::fs::read_dir(real)? {
            let entry = entry?;
            // A name that is not UTF-8 cannot be written in the folder's files.
            let Ok(name) = entry.file_name().into_string() else { continue };
            let is_folder = entry.file_type()?.is_dir();
            names.push(if is_folder { name + "/" } else { name });
        }
        names.sort_unstable();
        Ok(names)
    }
}

/// A device folder with sites that are kept elsewhere: each stands in it under `sites/` and its name.
pub struct WithSites<'a> {
    folder: &'a dyn Files,
    sites: BTreeMap<String, &'a dyn Files>,
}

impl<'a> WithSites<'a> {
    /// The folder, and the sites by name.
    pub fn new(folder: &'a dyn Files, sites: BTreeMap<String, &'a dyn Files>) -> Self {
        Self { folder, sites }
    }

    /// The site that a path leads into, and the path in it.
    fn inside<'p>(&self, path: &'p str) -> Option<(&'a dyn Files, &'p str)> {
        let path = path.strip_prefix(SITES)?.strip_prefix('/')?;
        let (name, path) = path.split_once('/').unwrap_or((path, ""));
        self.sites.get(name).map(|site| (*site, path))
    }
}

impl Files for WithSites<'_> {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        check_path(path).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        match self.inside(path) {
            Some((_, "")) => Ok(None),
            Some((site, path)) => site.read(path),
            None => self.folder.read(path),
        }
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        if let Some((site, path)) = self.inside(folder) {
            return site.list(path);
        }
        let mut names = self.folder.list(folder)?;
        if folder == SITES {
            names.extend(self.sites.keys().map(|name| format!("{name}/")));
            names.sort_unstable();
            names.dedup();
        }
        Ok(names)
    }
}

/// A folder in memory: examples, what-if questions and tests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryFiles(pub BTreeMap<String, Vec<u8>>);

impl<P: Into<String>, B: Into<Vec<u8>>> FromIterator<(P, B)> for MemoryFiles {
    fn from_iter<I: IntoIterator<Item = (P, B)>>(files: I) -> Self {
        Self(files.into_iter().map(|(path, bytes)| (path.into(), bytes.into())).collect())
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        check_path(path).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        Ok(self.0.get(path).cloned())
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let names: BTreeSet<String> = self
            .0
            .keys()
            .filter_map(|path| path.strip_prefix(&prefix))
            .map(|rest| match rest.split_once('/') {
                Some((folder, _)) => format!("{folder}/"),
                None => rest.to_owned(),
            })
            .collect();
        Ok(names.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{DirFiles, Files, PathError, check_path};

    #[test]
    fn paths_that_leave_are_refused() {
        for (path, answer) in [
            ("sbom/a.json", Ok(())),
            ("sbom/..a.json", Ok(())),
            ("", Err(PathError::Empty)),
            ("/etc/passwd", Err(PathError::Absolute)),
            ("../a", Err(PathError::Leaves)),
            ("a/../../b", Err(PathError::Leaves)),
            ("./a", Err(PathError::NotPlain)),
            ("a//b", Err(PathError::NotPlain)),
            ("c:\\a", Err(PathError::Character)),
            ("a\0b", Err(PathError::Character)),
        ] {
            assert_eq!(check_path(path), answer, "{path:?}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn symbolic_links_stay_inside() -> std::io::Result<()> {
        let outside = tempfile::tempdir()?;
        std::fs::write(outside.path().join("secret"), "outside")?;
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("inside"), "inside")?;
        std::os::unix::fs::symlink(outside.path().join("secret"), folder.path().join("out"))?;
        std::os::unix::fs::symlink(outside.path(), folder.path().join("evidence"))?;
        std::os::unix::fs::symlink("inside", folder.path().join("alias"))?;
        let files = DirFiles::new(folder.path())?;
        assert_eq!(files.read("alias")?.as_deref(), Some(b"inside".as_slice()));
        assert!(files.read("out").is_err());
        assert!(files.read("evidence/secret").is_err());
        assert!(files.read("../secret").is_err());
        assert!(files.list("evidence").is_err());
        assert_eq!(files.read("nothing")?, None);
        assert_eq!(files.read("inside/nothing")?, None);
        assert_eq!(files.list("nothing")?, Vec::<String>::new());
        Ok(())
    }
}
