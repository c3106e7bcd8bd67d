//! Writes the file of a generation from front to back; the header last, so that an unfinished file has none.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};

use ward_model::digest::Digest;

use crate::disk::Disk;

use super::{BLOCK_ENTRY, FORMAT, HEADER, HEADER_COVERED, LARGEST_BLOCK, MAGIC, SECTION_ENTRY, Section, block};

/// How much is handed to the system at once.
const BUFFER: usize = 1 << 20;

/// A file that is being written.
pub(crate) struct Writer {
    disk: Disk,
    format: u32,
    file: File,
    /// What is not yet handed to the system.
    buffer: Vec<u8>,
    position: u64,
    /// Entries of the directory, as they will be written.
    blocks: Vec<u8>,
    block_count: u32,
    sections: Vec<u8>,
    /// The section that is open, its first block and its length so far.
    open: Option<(Section, u32, u64)>,
    /// What is not yet in a block.
    pending: Vec<u8>,
    compressed: Vec<u8>,
}

impl Writer {
    /// Starts at the front of an empty file.
    pub(crate) fn new(file: File, disk: Disk) -> Self {
        Self::of_format(file, disk, FORMAT)
    }

    /// The same in a certain format.
    pub(super) fn of_format(file: File, disk: Disk, format: u32) -> Self {
        let mut buffer = Vec::with_capacity(BUFFER);
        buffer.extend_from_slice(&[0; HEADER]);
        Self {
            disk,
            format,
            file,
            buffer,
            position: HEADER as u64,
            blocks: Vec::new(),
            block_count: 0,
            sections: Vec::new(),
            open: None,
            pending: Vec::with_capacity(LARGEST_BLOCK),
            compressed: vec![0; lz4_flex::block::get_maximum_output_size(LARGEST_BLOCK)],
        }
    }

    /// Hands what is buffered to the system.
    fn drain(&mut self) -> io::Result<()> {
        self.disk.write(&mut self.file, &self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    /// Closes the section that is open and opens the next one.
    pub(crate) fn begin(&mut self, section: Section) -> io::Result<()> {
        self.close()?;
        self.open = Some((section, self.block_count, 0));
        Ok(())
    }

    /// Appends to the open section; returns where in it the bytes begin.
    pub(crate) fn write(&mut self, mut bytes: &[u8]) -> io::Result<u64> {
        let Some((section, _, length)) = &mut self.open else { return Err(io::Error::other("no section is open")) };
        let block = block(self.format, *section);
        let start = *length;
        *length += bytes.len() as u64;
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(block - self.pending.len()));
            self.pending.extend_from_slice(now);
            bytes = later;
            if self.pending.len() == block {
                self.flush_block()?;
            }
        }
        Ok(start)
    }

    /// A whole section at once.
    pub(crate) fn section(&mut self, section: Section, bytes: &[u8]) -> io::Result<()> {
        self.begin(section)?;
        self.write(bytes).map(drop)
    }

    fn flush_block(&mut self) -> io::Result<()> {
        // The output buffer is as long as the longest output.
        let length = lz4_flex::block::compress_into(&self.pending, &mut self.compressed).map_err(io::Error::other)?;
        // A block that does not become shorter is stored as it is; equal lengths say so.
        let stored = if length < self.pending.len() { &self.compressed[..length] } else { &self.pending[..] };
        self.buffer.extend_from_slice(stored);
        self.blocks.extend_from_slice(&self.position.to_le_bytes());
        self.blocks.extend_from_slice(&small(stored.len())?.to_le_bytes());
        self.blocks.extend_from_slice(&small(self.pending.len())?.to_le_bytes());
        self.blocks.extend_from_slice(Digest::of(stored).as_bytes());
        self.position += stored.len() as u64;
        self.block_count = self.block_count.checked_add(1).ok_or_else(|| io::Error::other("too many blocks"))?;
        self.pending.clear();
        if self.buffer.len() >= BUFFER {
            self.drain()?;
        }
        Ok(())
    }

    fn close(&mut self) -> io::Result<()> {
        if !self.pending.is_empty() {
            self.flush_block()?;
        }
        if let Some((section, first, length)) = self.open.take() {
            for number in [section as u32, first, self.block_count - first, 0] {
                self.sections.extend_from_slice(&number.to_le_bytes());
            }
            self.sections.extend_from_slice(&length.to_le_bytes());
        }
        Ok(())
    }

    /// Writes directory and header and brings everything to the disk. Returns the root digest.
    pub(crate) fn finish(mut self) -> io::Result<Digest> {
        self.close()?;
        let mut directory = Vec::with_capacity(8 + self.sections.len() + self.blocks.len());
        directory.extend_from_slice(&small(self.sections.len() / SECTION_ENTRY)?.to_le_bytes());
        directory.extend_from_slice(&small(self.blocks.len() / BLOCK_ENTRY)?.to_le_bytes());
        directory.append(&mut self.sections);
        directory.append(&mut self.blocks);
        self.buffer.extend_from_slice(&directory);

        let mut header = Vec::with_capacity(HEADER);
        header.extend_from_slice(&MAGIC);
        header.extend_from_slice(&self.format.to_le_bytes());
        header.extend_from_slice(&small(LARGEST_BLOCK)?.to_le_bytes());
        header.extend_from_slice(&(self.position + directory.len() as u64).to_le_bytes());
        header.extend_from_slice(&self.position.to_le_bytes());
        header.extend_from_slice(&(directory.len() as u64).to_le_bytes());
        header.extend_from_slice(Digest::of(&directory).as_bytes());
        debug_assert_eq!(header.len(), HEADER_COVERED);
        let root = Digest::of(&header);
        header.extend_from_slice(root.as_bytes());

        self.drain()?;
        // All else must be on the disk before the header says that it is.
        self.disk.sync(&self.file)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.disk.write(&mut self.file, &header)?;
        self.disk.sync(&self.file)?;
        Ok(root)
    }
}

fn small(number: usize) -> io::Result<u32> {
    u32::try_from(number).map_err(|_| io::Error::other("too large for one generation"))
}
