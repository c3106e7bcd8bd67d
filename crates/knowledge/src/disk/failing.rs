//! A disk whose power fails: what a program that was killed leaves, and what a machine leaves that lost what was not on the disk.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// What is gone when the power is back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// Nothing: the program alone was ended.
    Nothing,
    /// Everything that was not brought to the disk: bytes of files, and names in folders.
    Everything,
    /// Of the names all but the last one that was given: nothing says in which order names come to the disk.
    EarlierNames,
    /// Bytes of files, while their names are there.
    Bytes,
}

impl Loss {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Nothing, Self::Everything, Self::EarlierNames, Self::Bytes];
}

/// After so many steps nothing more is done.
#[derive(Debug, Default)]
pub(super) struct Failing {
    at: u64,
    steps: u64,
    /// What is on the disk of each file that was written, by its number; none where nothing of it is.
    written: BTreeMap<u64, Option<Vec<u8>>>,
    /// Where each was made: it is brought to the disk before it gets another name.
    paths: BTreeMap<u64, PathBuf>,
    /// Names that were given since their folder was brought to the disk.
    named: Vec<Named>,
    /// Names that were taken away since then, with what stood there.
    removed: Vec<(PathBuf, Vec<u8>)>,
}

#[derive(Debug)]
struct Named {
    from: PathBuf,
    path: PathBuf,
    /// What had the name before.
    before: Option<Vec<u8>>,
}

fn number(file: &File) -> io::Result<u64> {
    Ok(file.metadata()?.ino())
}

impl Failing {
    pub(super) fn new(at: u64) -> Self {
        Self { at, ..Self::default() }
    }

    pub(super) fn steps(&self) -> u64 {
        self.steps
    }

    pub(super) fn step(&mut self) -> io::Result<()> {
        self.steps += 1;
        if self.steps > self.at { Err(io::Error::other("the power failed")) } else { Ok(()) }
    }

    /// A file is made: whatever had its number is gone.
    pub(super) fn made(&mut self, file: &File, path: &Path) -> io::Result<()> {
        self.written.insert(number(file)?, None);
        self.paths.insert(number(file)?, path.to_owned());
        Ok(())
    }

    pub(super) fn wrote(&mut self, file: &File) -> io::Result<()> {
        self.written.entry(number(file)?).or_insert(None);
        Ok(())
    }

    pub(super) fn synced(&mut self, file: &File) -> io::Result<()> {
        let number = number(file)?;
        let path = self.paths.get(&number).ok_or_else(|| io::Error::other("nobody made this file"))?;
        self.written.insert(number, Some(fs::read(path)?));
        Ok(())
    }

    pub(super) fn renames(&mut self, from: &Path, path: &Path) {
        self.named.push(Named { from: from.to_owned(), path: path.to_owned(), before: fs::read(path).ok() });
    }

    pub(super) fn removes(&mut self, path: &Path) {
        self.removed.extend(fs::read(path).ok().map(|bytes| (path.to_owned(), bytes)));
    }

    pub(super) fn synced_folder(&mut self, folder: &Path) {
        self.named.retain(|named| named.path.parent() != Some(folder));
        self.removed.retain(|(path, _)| path.parent() != Some(folder));
    }

    /// Takes away what was not brought to the disk.
    pub(super) fn lose(&mut self, folder: &Path, loss: Loss) -> io::Result<()> {
        if loss == Loss::Nothing {
            return Ok(());
        }
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let file = File::open(&path)?;
            let Some(kept) = self.written.get(&number(&file)?) else { continue };
            let bytes = fs::read(&path)?;
            let kept = kept.clone().unwrap_or_else(|| bytes.get(..bytes.len() / 2).unwrap_or_default().to_vec());
            if kept != bytes {
                put(&path, &kept)?;
            }
        }
        if loss == Loss::Bytes {
            return Ok(());
        }
        let kept = usize::from(loss == Loss::EarlierNames);
        let names = self.named.len().saturating_sub(kept);
        let later: BTreeSet<PathBuf> = self.named.iter().skip(names).map(|named| named.path.clone()).collect();
        for named in self.named.iter().take(names).rev().filter(|named| !later.contains(&named.path)) {
            if named.path.exists() {
                fs::rename(&named.path, &named.from)?;
            }
            if let Some(before) = &named.before {
                put(&named.path, before)?;
            }
        }
        for (path, bytes) in self.removed.iter().rev().filter(|(path, _)| !path.exists()) {
            put(path, bytes)?;
        }
        Ok(())
    }
}

/// Another file takes the place of one: somebody may have the old one mapped.
fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let _ = fs::remove_file(path);
    fs::write(path, bytes)
}
