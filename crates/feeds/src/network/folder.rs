//! The folder that is brought up to date, file by file.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use ward_knowledge::{Disk, try_lock};

use super::check;
use super::error::{FetchError, at};
use super::state::{FileState, State};

/// Beside the folders of the sources, none of which is called so.
const STATE: &str = "fetched.json";
const LOCK: &str = ".lock";
const PARTS: &str = ".parts";

/// A folder laid out as a mirror, with what it remembers of where its files came from. One process at a time holds it.
#[derive(Debug)]
pub struct MirrorFolder {
    path: PathBuf,
    pub(crate) state: State,
    /// The files that came since it was opened, or were seen not to have changed.
    seen: BTreeSet<String>,
    /// Up to when what changed stands in the yearly files of NVD, where they were compared with those of whoever was asked for them now.
    pub(crate) compared: Option<Timestamp>,
    disk: Disk,
    /// Held as long as this value lives.
    _lock: File,
}

impl MirrorFolder {
    /// Opens the folder, or creates it.
    ///
    /// # Errors
    /// The disk refuses, or another fetch is running.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, FetchError> {
        let path = path.into();
        let parts = path.join(PARTS);
        fs::create_dir_all(&parts).map_err(at(&parts))?;
        let lock_path = path.join(LOCK);
        let lock = try_lock(&lock_path).map_err(at(lock_path))?;
        let Some(lock) = lock else { return Err(FetchError::Locked { path }) };
        let state_path = path.join(STATE);
        let state = match fs::read(&state_path) {
            Ok(bytes) => State::read(&bytes).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => State::default(),
            Err(error) => return Err(at(state_path)(error)),
        };
        Ok(Self { path, state, seen: BTreeSet::new(), compared: None, disk: Disk::default(), _lock: lock })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where parts of files lie until they are whole.
    pub(crate) fn parts(&self) -> PathBuf {
        self.path.join(PARTS)
    }

    /// Whether it has any file of this source that was fetched.
    pub fn has(&self, source: &str) -> bool {
        let inside = |name: &String| name.strip_prefix(source).is_some_and(|rest| rest.starts_with('/'));
        self.state.files.keys().any(|name| inside(name) && self.path_of(name).is_file())
    }

    /// The files that whoever they came from names no more, in order: what they say is old, and they do not count as having come.
    pub fn unlisted(&self) -> impl Iterator<Item = &str> {
        let unlisted = self.state.files.iter().filter(|(_, state)| state.unlisted.is_some());
        unlisted.map(|(name, _)| name.as_str())
    }

    /// The files of a source that neither came since this folder was opened nor were seen not to have changed, in order: of them
    /// nobody knows whether they are still what there is.
    pub fn from_before<'a>(&'a self, source: &'a str) -> impl Iterator<Item = &'a str> {
        let names = self.state.files.keys().map(String::as_str);
        let inside = move |name: &&str| name.strip_prefix(source).is_some_and(|rest| rest.starts_with('/'));
        names.filter(inside).filter(|name| !self.seen.contains(*name))
    }

    /// Up to when what changed stands in the yearly files of NVD, by comparison with those of whoever was asked for them since this folder
    /// was opened.
    pub fn compared(&self) -> Option<Timestamp> {
        self.compared
    }

    /// Takes note that a file was seen to be what there is.
    pub(crate) fn saw(&mut self, name: &str) {
        self.seen.insert(name.to_owned());
    }

    /// The path of a file.
    pub(crate) fn path_of(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// What is remembered of a file, if the file is there and still has the digest that is remembered. A file that was damaged is
    /// as good as none, so that it is fetched again.
    pub(crate) fn held(&self, name: &str) -> Option<&FileState> {
        let state = self.state.files.get(name)?;
        let path = self.path_of(name);
        let same_length = fs::metadata(&path).is_ok_and(|data| data.is_file() && data.len() == state.bytes);
        (same_length && check::sha256(&path).is_ok_and(|digest| digest == state.sha256)).then_some(state)
    }

    /// Puts a whole file in its place, in one step.
    pub(crate) fn place(&mut self, whole: &Path, name: &str, state: FileState) -> Result<(), FetchError> {
        let target = self.target(name)?;
        self.disk.place(whole, &target).map_err(at(&target))?;
        self.saw(name);
        self.state.files.insert(name.to_owned(), state);
        Ok(())
    }

    /// Writes a small file in one step.
    pub(crate) fn write(&mut self, name: &str, bytes: &[u8], state: Option<FileState>) -> Result<(), FetchError> {
        let target = self.target(name)?;
        self.disk.put(&self.parts(), &target, bytes).map_err(at(&target))?;
        if let Some(state) = state {
            self.saw(name);
            self.state.files.insert(name.to_owned(), state);
        }
        Ok(())
    }

    /// Removes a file that a newer one stands for.
    pub(crate) fn remove(&mut self, name: &str) -> Result<(), FetchError> {
        // Nothing is created for it, neither a folder.
        let path = if is_plain(name) { self.path_of(name) } else { self.target(name)? };
        match self.disk.remove(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(path)(error)),
            _ => {}
        }
        self.state.files.remove(name);
        Ok(())
    }

    /// Brings to the disk what is remembered.
    pub(crate) fn save(&self) -> Result<(), FetchError> {
        let path = self.path.join(STATE);
        self.disk.put(&self.parts(), &path, &self.state.bytes()).map_err(at(path))
    }

    /// Removes parts of files that nobody will go on with. Where that fails, they are in nobody's way.
    pub(crate) fn sweep(&self) {
        for entry in fs::read_dir(self.parts()).into_iter().flatten().flatten() {
            let _ = fs::remove_file(entry.path());
        }
    }

    /// Where a file of this name belongs; its folder is created.
    fn target(&self, name: &str) -> Result<PathBuf, FetchError> {
        if !is_plain(name) {
            let reason = format!("`{}` is no file name that is taken", name.chars().take(120).collect::<String>());
            return Err(FetchError::Missing { address: self.path.display().to_string(), reason });
        }
        let target = self.path_of(name);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).map_err(at(folder))?;
        }
        Ok(target)
    }
}

/// Whether a name, which may come from a server, stays inside the folder on every system, and is no file of our own.
pub(crate) fn is_plain(name: &str) -> bool {
    let segment = |text: &str| {
        !text.is_empty()
            && !text.starts_with('.')
            && !text.ends_with(['.', ' '])
            && text.len() <= 200
            && text.chars().all(|c| !c.is_control() && !matches!(c, '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|'))
    };
    name.len() <= 1000 && name.contains('/') && name.split('/').all(segment)
}

#[cfg(test)]
mod tests {
    use ward_knowledge::Disk;
    #[cfg(unix)]
    use ward_knowledge::Loss;
    use ward_model::digest::Digest;

    use super::{MirrorFolder, is_plain};
    use crate::network::FetchError;
    use crate::network::state::{FileState, Validators};

    #[test]
    fn names_stay_inside() {
        for good in ["nvd/a.json.gz", "osv/Rocky Linux/all.zip", "csaf/a.example/white/2024/x.json"] {
            assert!(is_plain(good), "{good}");
        }
        for bad in ["", "a", "/a/b", "../a", "a/../b", "a//b", "a/.b", "a\\b/c", "c:/x", "a/b.", "a/\n", "a/b\0"] {
            assert!(!is_plain(bad), "{bad:?}");
        }
    }

    #[test]
    fn one_at_a_time() {
        let place = tempfile::tempdir().unwrap();
        let first = MirrorFolder::open(place.path()).unwrap();
        assert!(matches!(MirrorFolder::open(place.path()), Err(FetchError::Locked { .. })));
        drop(first);
        let mut folder = MirrorFolder::open(place.path()).unwrap();
        assert!(folder.write("../x", b"", None).is_err());
    }

    #[test]
    fn a_file_of_state_that_cannot_be_read_is_none() {
        let place = tempfile::tempdir().unwrap();
        std::fs::write(place.path().join("fetched.json"), "{").unwrap();
        assert!(MirrorFolder::open(place.path()).unwrap().state.files.is_empty());
    }

    /// What was fetched and is not there whole is fetched again: nothing that is half there may pass for whole.
    #[cfg(unix)]
    #[test]
    fn a_mirror_is_whole_wherever_the_power_fails() {
        let fetched = |text: &str| FileState {
            address: "https://a.example/x".to_owned(),
            validators: Validators::default(),
            sha256: Digest::of(text.as_bytes()),
            bytes: text.len() as u64,
            entries: None,
            announced: None,
            fetched: jiff::Timestamp::UNIX_EPOCH,
            listed_by: None,
            unlisted: None,
        };
        let fetch = |folder: &mut MirrorFolder, text: &str| -> Result<(), FetchError> {
            folder.write("nvd/a.json", text.as_bytes(), Some(fetched(text)))?;
            let whole = folder.parts().join("whole");
            std::fs::write(&whole, text).unwrap();
            folder.place(&whole, "nvd/b.json", fetched(text))?;
            folder.remove("nvd/c.json")?;
            folder.save()
        };
        for loss in Loss::ALL {
            let mut at = 0;
            loop {
                let place = tempfile::tempdir().unwrap();
                let mut folder = MirrorFolder::open(place.path()).unwrap();
                folder.write("nvd/c.json", b"gone soon", Some(fetched("gone soon"))).unwrap();
                fetch(&mut folder, "the first").unwrap();
                folder.disk = Disk::failing(at);
                let done = fetch(&mut folder, "the second one").is_ok();
                let steps = folder.disk.steps();
                folder.disk.lose(&place.path().join("nvd"), loss).unwrap();
                drop(folder);
                let folder = MirrorFolder::open(place.path()).unwrap();
                assert!(folder.state.files.contains_key("nvd/a.json"), "{loss:?} at {at}: the state is lost");
                for name in ["nvd/a.json", "nvd/b.json"] {
                    let text = std::fs::read_to_string(folder.path_of(name)).unwrap_or_default();
                    let is_whole = ["the first", "the second one"].contains(&text.as_str());
                    let held = folder.held(name).map(|state| state.sha256 == Digest::of(text.as_bytes()));
                    assert_ne!(held, Some(false));
                    assert!(held.is_none() || is_whole, "{loss:?} at {at}: {name} passes for whole");
                }
                if done {
                    assert!(steps >= 10, "{steps}");
                    break;
                }
                at += 1;
            }
        }
    }
}
