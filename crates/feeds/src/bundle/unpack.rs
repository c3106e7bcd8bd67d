//! A bundle into a mirror folder.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;

use sha2::{Digest as _, Sha256};
use ward_model::digest::Digest;

use super::frames::{Item, read_all};
use super::head::{Head, HeadFile};
use super::key::Trusted;
use super::{BundleError, altered};
use crate::source::Source;

/// The head of a bundle, where somebody who is trusted signed it.
///
/// # Errors
/// It cannot be read, is no bundle, or is signed by nobody trusted.
pub fn head(bundle: &Path, trusted: &[Trusted]) -> Result<(Head, Trusted), BundleError> {
    Head::read(BufReader::new(File::open(bundle)?), trusted)
}

/// Unpacks a bundle into an empty folder. What is in the folder counts only if this succeeds.
///
/// # Errors
/// It cannot be read, is signed by nobody trusted, was altered, or names a file that no mirror holds.
pub fn unpack(bundle: &Path, trusted: &[Trusted], into: &Path) -> Result<Head, BundleError> {
    let mut from = BufReader::with_capacity(256 << 10, File::open(bundle)?);
    let (head, _) = Head::read(&mut from, trusted)?;
    let mut open: Option<Open<'_>> = None;
    let mut next = 0_usize;
    read_all(&head, from, |item: Item| {
        let number = item.file as usize;
        if open.as_ref().is_none_or(|open| open.number != number) {
            if let Some(done) = open.take() {
                done.close()?;
            }
            let file = head.files.get(number).filter(|file| file.included && number >= next);
            let file = file.ok_or_else(|| altered("content of a file that it does not list, or lists earlier"))?;
            next = number + 1;
            open = Some(Open::new(number, file, into)?);
        }
        match &mut open {
            Some(open) => open.write(&item.bytes),
            None => Ok(()),
        }
    })?;
    if let Some(done) = open.take() {
        done.close()?;
    }
    // Files without a byte have no item, and no file may be missing.
    for file in head.files.iter().filter(|file| file.included) {
        let path = into.join(checked(file)?);
        if file.bytes == 0 {
            create(&path)?;
        } else if !path.is_file() {
            return Err(altered(format!("`{}` is listed and not in it", file.path)));
        }
    }
    Ok(head)
}

struct Open<'a> {
    number: usize,
    file: &'a HeadFile,
    to: BufWriter<File>,
    hasher: Sha256,
    length: u64,
}

impl<'a> Open<'a> {
    fn new(number: usize, file: &'a HeadFile, into: &Path) -> Result<Self, BundleError> {
        let to = BufWriter::new(create(&into.join(checked(file)?))?);
        Ok(Self { number, file, to, hasher: Sha256::new(), length: 0 })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), BundleError> {
        self.length += bytes.len() as u64;
        if self.length > self.file.bytes {
            return Err(altered(format!("`{}` is longer than listed", self.file.path)));
        }
        self.hasher.update(bytes);
        Ok(self.to.write_all(bytes)?)
    }

    fn close(mut self) -> Result<(), BundleError> {
        self.to.flush()?;
        let sha256 = Digest::from_bytes(self.hasher.finalize().into());
        if self.length != self.file.bytes || sha256 != self.file.sha256 {
            return Err(altered(format!("`{}` is not what was listed", self.file.path)));
        }
        Ok(())
    }
}

fn create(path: &Path) -> Result<File, BundleError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(File::create(path)?)
}

/// The path of a file, where it leads into the folder of a source and nowhere else. Whoever signs is trusted to say what the world
/// says, and not to write to other places of this machine.
fn checked(file: &HeadFile) -> Result<&Path, BundleError> {
    let parts: Vec<&str> = file.path.split('/').collect();
    let plain = |part: &&str| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':', '\0']);
    let known = parts.first().is_some_and(|first| Source::ALL.iter().any(|source| source.name() == *first));
    if parts.len() < 2 || !known || !parts.iter().all(plain) {
        return Err(altered("it names a file that no mirror holds"));
    }
    Ok(Path::new(&file.path))
}
