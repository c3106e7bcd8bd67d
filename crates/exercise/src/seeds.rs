//! The bytes that all others come of: small files written here, and where somebody has them, real ones.

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::readers::Reader;

pub mod real;

/// A seed that is longer slows the run down and shows nothing more.
const LONGEST: u64 = 24 << 10;

/// The folder of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Where seeds come from.
#[derive(Debug, Clone, Default)]
pub struct Seeds {
    /// A folder with more seeds, each in a folder of its reader's name.
    pub more: Option<PathBuf>,
}

impl Seeds {
    /// The seeds of a reader, always in the same order.
    ///
    /// # Errors
    /// A folder or a file cannot be read.
    pub fn of(&self, reader: &Reader) -> io::Result<Vec<Vec<u8>>> {
        let mut seeds = Vec::new();
        let written = repository().join("fuzz/seeds").join(reader.name);
        if written.is_dir() {
            folder(&written, &mut seeds)?;
        }
        if let Some(other) = reader.folder {
            folder(&repository().join(other), &mut seeds)?;
        }
        seeds.extend(reader.made.into_iter().flat_map(|make| make(reader.name)));
        if let Some(more) = self.more.as_ref().map(|more| more.join(reader.name)).filter(|more| more.is_dir()) {
            folder(&more, &mut seeds)?;
        }
        Ok(seeds)
    }
}

fn folder(folder: &Path, seeds: &mut Vec<Vec<u8>>) -> io::Result<()> {
    let entries = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths: Vec<PathBuf> = entries.collect::<io::Result<_>>()?;
    paths.sort_unstable();
    for path in paths {
        let data = fs::metadata(&path)?;
        if data.is_file() && data.len() <= LONGEST {
            seeds.push(fs::read(&path)?);
        }
    }
    Ok(())
}
