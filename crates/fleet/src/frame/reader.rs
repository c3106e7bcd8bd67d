//! Reads a file, block by block. Each block is compared with its digest whenever it is read.

use std::fs::File;
use std::io::{Read as _, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ward_model::digest::Digest;

use super::{BLOCK, BLOCK_ENTRY, Form, HEADER, HEADER_COVERED, SECTION_ENTRY, Section};
use crate::error::{FleetError, at};

/// A file that can be read from. Several threads may read at once.
pub(crate) struct Reader {
    path: PathBuf,
    file: Mutex<File>,
    root: Digest,
    sections: Vec<Extent>,
    /// Of each section the block that was read last: most readers go on where they stopped.
    last: Mutex<[Option<Numbered>; Section::ALL.len()]>,
}

/// The number of a block, and its bytes.
type Numbered = (usize, Arc<Vec<u8>>);

#[derive(Default)]
struct Extent {
    length: u64,
    blocks: Vec<Entry>,
}

struct Entry {
    place: u64,
    stored: usize,
    length: usize,
    digest: Digest,
}

impl Reader {
    /// Opens a file and checks its length, its header and its directory.
    pub(crate) fn open(path: &Path, form: &Form) -> Result<Self, FleetError> {
        Self::of(File::open(path).map_err(at(path))?, path, form)
    }

    /// The same with a file that is open; `path` is what to call it.
    pub(crate) fn of(mut file: File, path: &Path, form: &Form) -> Result<Self, FleetError> {
        file.rewind().map_err(at(path))?;
        let found = file.metadata().map_err(at(path))?.len();
        let none = || FleetError::NotOfForm { path: path.to_owned(), what: form.what };
        let damaged = |part: &str| FleetError::Damaged { path: path.to_owned(), part: part.to_owned() };
        let mut header = [0; HEADER];
        if found < HEADER as u64 {
            return Err(none());
        }
        file.read_exact(&mut header).map_err(at(path))?;
        if header[..8] != form.magic {
            return Err(none());
        }
        let mut numbers = Numbers(&header[8..HEADER_COVERED - 32]);
        let (number, block) = (numbers.four().unwrap_or(0), numbers.four().unwrap_or(0));
        if number != form.number {
            let (what, known) = (form.what, form.number);
            return Err(FleetError::OtherFormat { path: path.to_owned(), what, found: number, known });
        }
        let root = Digest::of(&header[..HEADER_COVERED]);
        if &header[HEADER_COVERED..] != root.as_bytes() || block as usize != BLOCK {
            return Err(damaged("header"));
        }
        let (length, place, size) = (numbers.eight(), numbers.eight(), numbers.eight());
        let (Some(length), Some(place), Some(size)) = (length, place, size) else { return Err(damaged("header")) };
        if length != found || place.checked_add(size) != Some(length) {
            return Err(damaged("length"));
        }
        // Not larger than the file that is there.
        let mut directory = vec![0; usize::try_from(size).map_err(|_| damaged("directory"))?];
        file.seek(SeekFrom::Start(place)).map_err(at(path))?;
        file.read_exact(&mut directory).map_err(at(path))?;
        if Digest::of(&directory).as_bytes() != &header[HEADER_COVERED - 32..HEADER_COVERED] {
            return Err(damaged("directory"));
        }
        let sections = sections(&directory, place, form).ok_or_else(|| FleetError::Unreadable {
            path: path.to_owned(),
            part: "directory".to_owned(),
            reason: "sections and blocks that do not fit the file".to_owned(),
        })?;
        Ok(Self { path: path.to_owned(), file: Mutex::new(file), root, sections, last: Mutex::default() })
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The digest that covers every byte of the file.
    pub(crate) fn root(&self) -> Digest {
        self.root
    }

    /// How many bytes a section has.
    pub(crate) fn length(&self, section: Section) -> u64 {
        self.sections[section.index()].length
    }

    /// What is wrong with a section.
    pub(crate) fn unreadable(&self, section: Section, reason: impl Into<String>) -> FleetError {
        FleetError::Unreadable { path: self.path.clone(), part: section.word().to_owned(), reason: reason.into() }
    }

    /// Part of a section.
    pub(crate) fn read(&self, section: Section, start: u64, end: u64) -> Result<Vec<u8>, FleetError> {
        if start > end || end > self.length(section) {
            return Err(self.unreadable(section, "a part lies outside of it"));
        }
        let too_large = || self.unreadable(section, "too large for this machine");
        let mut left = usize::try_from(end - start).map_err(|_| too_large())?;
        let mut block = usize::try_from(start / BLOCK as u64).map_err(|_| too_large())?;
        let mut skip = (start % BLOCK as u64) as usize;
        let mut out = Vec::with_capacity(left);
        while left > 0 {
            let bytes = self.block(section, block)?;
            let part = &bytes[skip.min(bytes.len())..];
            let part = &part[..part.len().min(left)];
            if part.is_empty() {
                return Err(self.unreadable(section, "shorter than it says"));
            }
            out.extend_from_slice(part);
            left -= part.len();
            (block, skip) = (block + 1, 0);
        }
        Ok(out)
    }

    /// A whole section.
    pub(crate) fn whole(&self, section: Section) -> Result<Vec<u8>, FleetError> {
        self.read(section, 0, self.length(section))
    }

    /// A whole section of numbers of eight bytes.
    pub(crate) fn numbers(&self, section: Section) -> Result<Vec<u64>, FleetError> {
        let bytes = self.whole(section)?;
        let (numbers, rest) = bytes.as_chunks::<8>();
        if !rest.is_empty() {
            return Err(self.unreadable(section, "no whole numbers"));
        }
        Ok(numbers.iter().map(|number| u64::from_le_bytes(*number)).collect())
    }

    fn block(&self, section: Section, number: usize) -> Result<Arc<Vec<u8>>, FleetError> {
        let held = self.last.lock().unwrap_or_else(PoisonError::into_inner)[section.index()].clone();
        if let Some((_, bytes)) = held.filter(|(held, _)| *held == number) {
            return Ok(bytes);
        }
        let entry = self.sections[section.index()].blocks.get(number);
        let entry = entry.ok_or_else(|| self.unreadable(section, format!("there is no block {number}")))?;
        let mut stored = vec![0; entry.stored];
        {
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(entry.place)).map_err(at(&self.path))?;
            file.read_exact(&mut stored).map_err(at(&self.path))?;
        }
        if Digest::of(&stored) != entry.digest {
            let part = format!("block {number} of the {}", section.word());
            return Err(FleetError::Damaged { path: self.path.clone(), part });
        }
        let bytes = if entry.stored == entry.length {
            stored
        } else {
            // At most a block: the directory was checked for that.
            let bytes = lz4_flex::block::decompress(&stored, entry.length);
            let bytes = bytes.map_err(|error| self.unreadable(section, error.to_string()))?;
            if bytes.len() != entry.length {
                return Err(self.unreadable(section, "a block has another length than it says"));
            }
            bytes
        };
        let bytes = Arc::new(bytes);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last[section.index()] = Some((number, Arc::clone(&bytes)));
        Ok(bytes)
    }
}

/// The sections of a directory; `None` where it contradicts itself.
fn sections(directory: &[u8], end: u64, form: &Form) -> Option<Vec<Extent>> {
    let mut numbers = Numbers(directory);
    let count = numbers.four()? as usize;
    if count != form.sections.len() || directory.len() < 4 + count * SECTION_ENTRY {
        return None;
    }
    let mut counts = Vec::with_capacity(count);
    // Those of other forms are empty.
    let mut sections: Vec<Extent> = Section::ALL.iter().map(|_| Extent::default()).collect();
    for section in form.sections {
        if numbers.four()? != *section as u32 {
            return None;
        }
        counts.push(numbers.four()? as usize);
        sections[section.index()].length = numbers.eight()?;
    }
    if numbers.0.len() != counts.iter().sum::<usize>().checked_mul(BLOCK_ENTRY)? {
        return None;
    }
    for (section, count) in form.sections.iter().zip(counts) {
        let section = &mut sections[section.index()];
        section.blocks.reserve_exact(count);
        let mut length = 0_u64;
        for number in 0..count {
            let (place, stored, size) = (numbers.eight()?, numbers.four()? as usize, numbers.four()? as usize);
            let digest = Digest::from_bytes(numbers.digest()?);
            let full = size == BLOCK || number + 1 == count && (1..BLOCK).contains(&size);
            let inside = place >= HEADER as u64 && place.checked_add(stored as u64)? <= end;
            if !full || !inside || stored > size {
                return None;
            }
            length += size as u64;
            section.blocks.push(Entry { place, stored, length: size, digest });
        }
        if length != section.length {
            return None;
        }
    }
    Some(sections)
}

/// Numbers one after the other.
struct Numbers<'a>(&'a [u8]);

impl Numbers<'_> {
    fn four(&mut self) -> Option<u32> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*number))
    }

    fn eight(&mut self) -> Option<u64> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*number))
    }

    fn digest(&mut self) -> Option<[u8; 32]> {
        let (digest, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*digest)
    }
}
