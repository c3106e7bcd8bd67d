//! Entries that wait on disk, compressed, until all of them are there and can be put in order.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::rc::Rc;

/// How much is compressed at once.
const CHUNK: usize = 128 << 10;
/// How many uncompressed chunks are kept while reading: identifiers in order hop between few places of a file.
const CACHED: usize = 32;

/// Where an entry stands in a spill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    chunk: u32,
    offset: u32,
    length: u32,
}

impl Place {
    /// How long the entry is.
    pub(super) fn length(self) -> u32 {
        self.length
    }
}

struct Chunk {
    offset: u64,
    stored: usize,
    length: usize,
}

/// Entries on disk, in a file without a name that is gone when the program is.
pub(super) struct Spill {
    file: File,
    written: u64,
    chunks: Vec<Chunk>,
    pending: Vec<u8>,
}

impl Spill {
    pub(super) fn new(file: File) -> Self {
        Self { file, written: 0, chunks: Vec::new(), pending: Vec::with_capacity(CHUNK) }
    }

    /// Keeps an entry.
    pub(super) fn push(&mut self, entry: &[u8]) -> io::Result<Place> {
        let large = |_| io::Error::other("too large for one generation");
        let place = Place {
            chunk: u32::try_from(self.chunks.len()).map_err(large)?,
            offset: u32::try_from(self.pending.len()).map_err(large)?,
            length: u32::try_from(entry.len()).map_err(large)?,
        };
        self.pending.extend_from_slice(entry);
        if self.pending.len() >= CHUNK {
            self.flush()?;
        }
        Ok(place)
    }

    fn flush(&mut self) -> io::Result<()> {
        let compressed = lz4_flex::block::compress(&self.pending);
        self.file.write_all(&compressed)?;
        self.chunks.push(Chunk { offset: self.written, stored: compressed.len(), length: self.pending.len() });
        self.written += compressed.len() as u64;
        self.pending.clear();
        Ok(())
    }

    /// No more entries; from here on they are read.
    pub(super) fn into_reader(mut self) -> io::Result<SpillReader> {
        if !self.pending.is_empty() {
            self.flush()?;
        }
        Ok(SpillReader { file: self.file, chunks: self.chunks, cache: VecDeque::new() })
    }
}

/// Entries that are read back.
pub(super) struct SpillReader {
    file: File,
    chunks: Vec<Chunk>,
    /// The one that was used last stands last.
    cache: VecDeque<(u32, Rc<[u8]>)>,
}

impl SpillReader {
    /// Hands an entry to `each`.
    pub(super) fn with<T>(&mut self, place: Place, each: impl FnOnce(&[u8]) -> T) -> io::Result<T> {
        let chunk = self.chunk(place.chunk)?;
        let start = place.offset as usize;
        let entry = chunk
            .get(start..start + place.length as usize)
            .ok_or_else(|| io::Error::other("a spilled entry is gone"))?;
        Ok(each(entry))
    }

    fn chunk(&mut self, number: u32) -> io::Result<Rc<[u8]>> {
        if let Some(at) = self.cache.iter().rposition(|(cached, _)| *cached == number)
            && let Some(hit) = self.cache.remove(at)
        {
            let bytes = Rc::clone(&hit.1);
            self.cache.push_back(hit);
            return Ok(bytes);
        }
        let chunk = self.chunks.get(number as usize).ok_or_else(|| io::Error::other("a spilled chunk is gone"))?;
        let mut stored = vec![0; chunk.stored];
        self.file.seek(SeekFrom::Start(chunk.offset))?;
        self.file.read_exact(&mut stored)?;
        let bytes: Rc<[u8]> = lz4_flex::block::decompress(&stored, chunk.length).map_err(io::Error::other)?.into();
        if self.cache.len() >= CACHED {
            self.cache.pop_front();
        }
        self.cache.push_back((number, Rc::clone(&bytes)));
        Ok(bytes)
    }
}
