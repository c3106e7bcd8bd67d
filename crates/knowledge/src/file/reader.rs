//! Reads the file of a generation through a memory map. A block is verified the first time it is touched.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::ops::Deref;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use memmap2::Mmap;
use ward_model::digest::Digest;
use ward_model::knowledge::KnowledgeError;

use super::fences::Fences;
use super::{
    BLOCK_ENTRY, FORMAT, FORMATS, HEADER, HEADER_COVERED, LARGEST_BLOCK, MAGIC, SECTION_ENTRY, Section, block,
    unreadable,
};
use crate::error::OpenError;

/// How many uncompressed blocks of records are kept: 4 MiB. Whoever asks for many records asks in their order.
const CACHED: usize = 512;

/// A file that can be read from.
pub(crate) struct Reader {
    /// The name of the file, for saying where something is wrong.
    name: String,
    map: Mmap,
    root: Digest,
    sections: Vec<Extent>,
    /// Where the block entries begin in the map, and how many there are.
    entries: usize,
    verified: Vec<AtomicBool>,
    /// By section, the blocks that were touched, uncompressed: of all but the records, which are most of a file and are asked for once.
    kept: Vec<OnceLock<Slots>>,
    records: Mutex<Cache>,
    /// By section, what is known of the texts that stand in it or that it numbers.
    fences: Vec<Fences>,
}

/// One for each block of a section.
type Slots = Box<[OnceLock<Box<[u8]>>]>;

#[derive(Debug, Clone, Copy)]
struct Extent {
    first: u32,
    blocks: u32,
    length: u64,
    /// How many bytes a block holds: a power of two.
    block: usize,
}

impl Extent {
    /// In which block a place of the section lies, and where in it.
    fn place(&self, offset: u64) -> (u64, usize) {
        // What is masked is below the size of a block.
        (offset >> self.block.trailing_zeros(), (offset & (self.block as u64 - 1)) as usize)
    }
}

#[derive(Default)]
struct Cache {
    blocks: HashMap<u32, Arc<Vec<u8>>>,
    /// The oldest first.
    order: VecDeque<u32>,
}

/// A block, uncompressed.
enum Block<'a> {
    Kept(&'a [u8]),
    Shared(Arc<Vec<u8>>),
}

impl Deref for Block<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Kept(bytes) => bytes,
            Self::Shared(bytes) => bytes,
        }
    }
}

struct Entry {
    offset: u64,
    stored: usize,
    length: usize,
    digest: Digest,
}

impl Reader {
    /// Opens a file and checks its length, its header and its directory.
    pub(crate) fn open(path: &Path) -> Result<Self, OpenError> {
        let io = |source| OpenError::Io { path: path.to_owned(), source };
        let file = File::open(path).map_err(io)?;
        let found = file.metadata().map_err(io)?.len();
        if found < HEADER as u64 {
            return Err(OpenError::NotAGeneration { path: path.to_owned() });
        }
        let map = map(&file).map_err(io)?;
        if map.get(..8) != Some(&MAGIC) {
            return Err(OpenError::NotAGeneration { path: path.to_owned() });
        }
        let format = number32(&map, 8).unwrap_or(0);
        if !FORMATS.contains(&format) {
            return Err(OpenError::OtherFormat { path: path.to_owned(), found: format, known: FORMAT });
        }
        let damaged = |part: &str| KnowledgeError::Damaged { part: format!("{part} of {}", path.display()) };
        let root = map.get(..HEADER_COVERED).map(Digest::of).ok_or_else(|| damaged("header"))?;
        if map.get(HEADER_COVERED..HEADER) != Some(root.as_bytes()) {
            return Err(damaged("header").into());
        }
        // The header is what was written from here on.
        let expected = number64(&map, 16).unwrap_or(0);
        if expected != map.len() as u64 {
            return Err(OpenError::Length { path: path.to_owned(), expected, found: map.len() as u64 });
        }
        let (sections, entries, count) = directory(&map, format).map_err(|error| of_file(error, path))?;
        let verified = (0..count).map(|_| AtomicBool::new(false)).collect();
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let kept = Section::ALL.iter().map(|_| OnceLock::new()).collect();
        let fences = Section::ALL.iter().map(|_| Fences::default()).collect();
        Ok(Self { name, map, root, sections, entries, verified, kept, records: Mutex::default(), fences })
    }

    /// The digest that covers every byte of the file.
    pub(crate) fn root(&self) -> Digest {
        self.root
    }

    /// How many bytes the file has.
    pub(crate) fn size(&self) -> u64 {
        self.map.len() as u64
    }

    /// How many bytes a section has.
    pub(crate) fn length(&self, section: Section) -> u64 {
        self.extent(section).length
    }

    fn extent(&self, section: Section) -> Extent {
        let none = Extent { first: 0, blocks: 0, length: 0, block: LARGEST_BLOCK };
        self.sections.get(section.index()).copied().unwrap_or(none)
    }

    /// What is known of the sorted texts that stand in a section, or whose numbers do.
    pub(crate) fn fences(&self, section: Section) -> &Fences {
        // There is one for each section.
        &self.fences[section.index()]
    }

    /// Appends bytes of a section to `out`.
    pub(crate) fn read(
        &self,
        section: Section,
        offset: u64,
        length: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), KnowledgeError> {
        self.walk(section, offset, length, |bytes| out.extend_from_slice(bytes))
    }

    /// As [`Reader::read`], for whoever goes through a whole section once: no block is kept for it.
    pub(crate) fn pass(
        &self,
        section: Section,
        offset: u64,
        length: u64,
        out: &mut Vec<u8>,
    ) -> Result<(), KnowledgeError> {
        let length = usize::try_from(length).map_err(|_| unreadable(section.word(), "too long"))?;
        self.walk_blocks(
            section,
            offset,
            length,
            |bytes| out.extend_from_slice(bytes),
            |extent, number| {
                let slot =
                    self.kept.get(section.index()).and_then(OnceLock::get).and_then(|slots| slots.get(number as usize));
                match slot.and_then(OnceLock::get) {
                    Some(block) => Ok(Block::Kept(block)),
                    None => Ok(Block::Shared(Arc::new(self.load(section, extent, number)?))),
                }
            },
        )
    }

    /// Bytes of a section, where they lie if that is one block.
    pub(crate) fn bytes(&self, section: Section, offset: u64, length: usize) -> Result<Cow<'_, [u8]>, KnowledgeError> {
        if let Some((Block::Kept(block), from)) = self.within_a_block(section, offset, length)?
            && let Some(bytes) = block.get(from..from + length)
        {
            return Ok(Cow::Borrowed(bytes));
        }
        let mut out = room(length);
        self.read(section, offset, length, &mut out)?;
        Ok(Cow::Owned(out))
    }

    /// Hands bytes of a section over, where they lie if that is one block.
    pub(crate) fn with<R>(
        &self,
        section: Section,
        offset: u64,
        length: usize,
        read: impl FnOnce(&[u8]) -> R,
    ) -> Result<R, KnowledgeError> {
        if let Some((block, from)) = self.within_a_block(section, offset, length)?
            && let Some(bytes) = block.get(from..from + length)
        {
            return Ok(read(bytes));
        }
        let mut bytes = room(length);
        self.read(section, offset, length, &mut bytes)?;
        Ok(read(&bytes))
    }

    /// The block that holds all of these bytes, if one does, and where in it they begin.
    fn within_a_block(
        &self,
        section: Section,
        offset: u64,
        length: usize,
    ) -> Result<Option<(Block<'_>, usize)>, KnowledgeError> {
        let extent = self.extent(section);
        let (number, from) = extent.place(offset);
        match u32::try_from(number) {
            Ok(number) if number < extent.blocks && length <= extent.block - from => {
                Ok(Some((self.block(section, extent, number)?, from)))
            }
            _ => Ok(None),
        }
    }

    /// Bytes of a section, of a fixed number.
    pub(crate) fn array<const N: usize>(&self, section: Section, offset: u64) -> Result<[u8; N], KnowledgeError> {
        if let Some((block, from)) = self.within_a_block(section, offset, N)?
            && let Some(bytes) = block.get(from..).and_then(<[u8]>::first_chunk)
        {
            return Ok(*bytes);
        }
        let mut array = [0; N];
        let mut filled = 0;
        self.walk(section, offset, N, |bytes| {
            // Together the pieces have N bytes.
            array[filled..filled + bytes.len()].copy_from_slice(bytes);
            filled += bytes.len();
        })?;
        Ok(array)
    }

    /// A whole section.
    pub(crate) fn whole(&self, section: Section) -> Result<Vec<u8>, KnowledgeError> {
        let length = usize::try_from(self.length(section)).map_err(|_| unreadable(section.word(), "too long"))?;
        let mut out = Vec::with_capacity(length);
        self.read(section, 0, length, &mut out)?;
        Ok(out)
    }

    /// A whole section of numbers.
    pub(crate) fn numbers(&self, section: Section) -> Result<Vec<u32>, KnowledgeError> {
        Ok(self.whole(section)?.as_chunks::<4>().0.iter().map(|four| u32::from_le_bytes(*four)).collect())
    }

    fn walk(
        &self,
        section: Section,
        offset: u64,
        length: usize,
        each: impl FnMut(&[u8]),
    ) -> Result<(), KnowledgeError> {
        self.walk_blocks(section, offset, length, each, |extent, number| self.block(section, extent, number))
    }

    fn walk_blocks<'a>(
        &'a self,
        section: Section,
        offset: u64,
        length: usize,
        mut each: impl FnMut(&[u8]),
        block: impl Fn(Extent, u32) -> Result<Block<'a>, KnowledgeError>,
    ) -> Result<(), KnowledgeError> {
        let extent = self.extent(section);
        let beyond = || unreadable(section.word(), format!("{length} bytes at {offset} lie outside of it"));
        let end = offset.checked_add(length as u64).filter(|end| *end <= extent.length).ok_or_else(beyond)?;
        let mut at = offset;
        while at < end {
            let (number, from) = extent.place(at);
            let bytes = block(extent, u32::try_from(number).map_err(|_| beyond())?)?;
            let to = usize::try_from(end - at).map_or(bytes.len(), |left| bytes.len().min(from.saturating_add(left)));
            let piece = bytes.get(from..to).filter(|piece| !piece.is_empty()).ok_or_else(beyond)?;
            each(piece);
            at += piece.len() as u64;
        }
        Ok(())
    }

    /// A block of a section, uncompressed: from what is kept where it is there.
    fn block(&self, section: Section, extent: Extent, number: u32) -> Result<Block<'_>, KnowledgeError> {
        if section != Section::Records
            && let Some(slots) = self.kept.get(section.index())
            && let Some(slot) =
                slots.get_or_init(|| (0..extent.blocks).map(|_| OnceLock::new()).collect()).get(number as usize)
        {
            let block = match slot.get() {
                Some(block) => block,
                None => {
                    let block = self.load(section, extent, number)?.into_boxed_slice();
                    slot.get_or_init(|| block)
                }
            };
            return Ok(Block::Kept(block));
        }
        // A panic while the lock was held leaves at worst a block out of the queue.
        let lock = || self.records.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(block) = lock().blocks.get(&number) {
            return Ok(Block::Shared(Arc::clone(block)));
        }
        let block = Arc::new(self.load(section, extent, number)?);
        let mut cache = lock();
        if cache.blocks.insert(number, Arc::clone(&block)).is_none() {
            cache.order.push_back(number);
            if cache.order.len() > CACHED
                && let Some(oldest) = cache.order.pop_front()
            {
                cache.blocks.remove(&oldest);
            }
        }
        Ok(Block::Shared(block))
    }

    /// A block of a section as it stands in the map, verified.
    fn stored(&self, section: Section, extent: Extent, number: u32) -> Result<(Entry, &[u8]), KnowledgeError> {
        let part = || format!("block {number} of {} in {}", section.word(), self.name);
        let index = (extent.first + number) as usize;
        let entry = entry(&self.map, self.entries, index).ok_or_else(|| unreadable(part(), "not in the directory"))?;
        let start = usize::try_from(entry.offset).map_err(|_| unreadable(part(), "outside of the file"))?;
        let stored = start
            .checked_add(entry.stored)
            .and_then(|end| self.map.get(start..end))
            .ok_or_else(|| unreadable(part(), "outside of the file"))?;
        let verified = self.verified.get(index);
        if !verified.is_some_and(|verified| verified.load(Ordering::Acquire)) {
            if Digest::of(stored) != entry.digest {
                return Err(KnowledgeError::Damaged { part: part() });
            }
            if let Some(verified) = verified {
                verified.store(true, Ordering::Release);
            }
        }
        Ok((entry, stored))
    }

    /// A block of a section from the map: verified, then uncompressed.
    fn load(&self, section: Section, extent: Extent, number: u32) -> Result<Vec<u8>, KnowledgeError> {
        let part = || format!("block {number} of {} in {}", section.word(), self.name);
        let (entry, stored) = self.stored(section, extent, number)?;
        if entry.length > extent.block {
            return Err(unreadable(part(), "longer than a block"));
        }
        let bytes = if entry.stored == entry.length {
            stored.to_vec()
        } else {
            lz4_flex::block::decompress(stored, entry.length).map_err(|error| unreadable(part(), error.to_string()))?
        };
        if bytes.len() != entry.length {
            return Err(unreadable(part(), "not as long as the directory says"));
        }
        Ok(bytes)
    }

    /// Compares every stored block with its digest, without looking into it.
    pub(crate) fn check(&self) -> Result<(), KnowledgeError> {
        for section in Section::ALL {
            let extent = self.extent(*section);
            (0..extent.blocks).try_for_each(|number| self.stored(*section, extent, number).map(drop))?;
        }
        Ok(())
    }

    /// Reads every block again from the file, whether it was verified before or not.
    pub(crate) fn verify(&self) -> Result<(), KnowledgeError> {
        for verified in &self.verified {
            verified.store(false, Ordering::Release);
        }
        for section in Section::ALL {
            let extent = self.extent(*section);
            let mut length = 0;
            for number in 0..extent.blocks {
                length += self.load(*section, extent, number)?.len() as u64;
            }
            if length != extent.length {
                return Err(unreadable(section.word(), "not as long as the directory says"));
            }
        }
        Ok(())
    }
}

#[expect(
    unsafe_code,
    reason = "a memory map is the one thing that the standard library cannot give: it lets a scan of \
    one SBOM touch a few hundred KiB of a file of a hundred MiB, and lets programs that read at the same time share them"
)]
fn map(file: &File) -> std::io::Result<Mmap> {
    // SAFETY: The map is sound as long as nobody changes or truncates the file while it is mapped. A generation is written under
    // another name, renamed when it is whole, and from then on only ever unlinked, which leaves the bytes to whoever has them
    // mapped. Somebody else who writes into the folder can break that, as they can break any file of a running program: changed
    // bytes are found by their digest when a block is loaded, and no reference into the map outlives that load.
    unsafe { Mmap::map(file) }
}

/// Room for so many bytes. Of many it grows with what is there, not with what a file says of itself.
fn room(length: usize) -> Vec<u8> {
    const MOST: usize = 1 << 20;
    Vec::with_capacity(length.min(MOST))
}

/// Says of which file a part is.
fn of_file(error: KnowledgeError, path: &Path) -> KnowledgeError {
    let of = |part: String| format!("{part} of {}", path.display());
    match error {
        KnowledgeError::Damaged { part } => KnowledgeError::Damaged { part: of(part) },
        KnowledgeError::Unreadable { part, reason } => KnowledgeError::Unreadable { part: of(part), reason },
    }
}

type Directory = (Vec<Extent>, usize, usize);

fn directory(map: &[u8], format: u32) -> Result<Directory, KnowledgeError> {
    let wrong = || unreadable("directory", "malformed");
    let block_size = number32(map, 12).ok_or_else(wrong)?;
    if block_size as usize != LARGEST_BLOCK {
        return Err(unreadable("header", format!("blocks of {block_size} bytes")));
    }
    let start = number64(map, 24).and_then(|start| usize::try_from(start).ok()).ok_or_else(wrong)?;
    let length = number64(map, 32).and_then(|length| usize::try_from(length).ok()).ok_or_else(wrong)?;
    let bytes = start.checked_add(length).and_then(|end| map.get(start..end)).ok_or_else(wrong)?;
    if map.get(40..72) != Some(Digest::of(bytes).as_bytes()) {
        return Err(KnowledgeError::Damaged { part: "directory".to_owned() });
    }
    let section_count = number32(bytes, 0).ok_or_else(wrong)? as usize;
    let block_count = number32(bytes, 4).ok_or_else(wrong)? as usize;
    let sizes = section_count.checked_mul(SECTION_ENTRY).zip(block_count.checked_mul(BLOCK_ENTRY));
    let whole = sizes.and_then(|(sections, blocks)| 8_usize.checked_add(sections)?.checked_add(blocks));
    if whole != Some(bytes.len()) || section_count != Section::ALL.len() {
        return Err(wrong());
    }
    let mut sections = Vec::with_capacity(section_count);
    for (index, section) in Section::ALL.iter().enumerate() {
        let at = 8 + index * SECTION_ENTRY;
        let extent = Extent {
            first: number32(bytes, at + 4).ok_or_else(wrong)?,
            blocks: number32(bytes, at + 8).ok_or_else(wrong)?,
            length: number64(bytes, at + 16).ok_or_else(wrong)?,
            block: block(format, *section),
        };
        let inside = extent.first.checked_add(extent.blocks).is_some_and(|end| end as usize <= block_count);
        if number32(bytes, at) != Some(*section as u32)
            || !inside
            || extent.length.div_ceil(extent.block as u64) != u64::from(extent.blocks)
        {
            return Err(wrong());
        }
        sections.push(extent);
    }
    Ok((sections, start + 8 + section_count * SECTION_ENTRY, block_count))
}

fn entry(map: &[u8], entries: usize, index: usize) -> Option<Entry> {
    let at = index.checked_mul(BLOCK_ENTRY)?.checked_add(entries)?;
    let digest = map.get(at + 16..at + BLOCK_ENTRY)?.try_into().ok()?;
    Some(Entry {
        offset: number64(map, at)?,
        stored: number32(map, at + 8)? as usize,
        length: number32(map, at + 12)? as usize,
        digest: Digest::from_bytes(digest),
    })
}

pub(crate) fn number32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

pub(crate) fn number64(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?))
}
