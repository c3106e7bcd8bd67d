//! Writes the file of a generation from front to back; the header last, so that an unfinished file has none.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};

use ward_model::digest::Digest;

use super::{BLOCK, BLOCK_ENTRY, FORMAT, HEADER, HEADER_COVERED, MAGIC, SECTION_ENTRY, Section};

/// A file that is being written.
pub(crate) struct Writer {
    file: BufWriter<File>,
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
    pub(crate) fn new(file: File) -> io::Result<Self> {
        let mut file = BufWriter::with_capacity(1 << 20, file);
        file.write_all(&[0; HEADER])?;
        Ok(Self {
            file,
            position: HEADER as u64,
            blocks: Vec::new(),
            block_count: 0,
            sections: Vec::new(),
            open: None,
            pending: Vec::with_capacity(BLOCK),
            compressed: vec![0; lz4_flex::block::get_maximum_output_size(BLOCK)],
        })
    }

    /// Closes the section that is open and opens the next one.
    pub(crate) fn begin(&mut self, section: Section) -> io::Result<()> {
        self.close()?;
        self.open = Some((section, self.block_count, 0));
        Ok(())
    }

    /// Appends to the open section; returns where in it the bytes begin.
    pub(crate) fn write(&mut self, mut bytes: &[u8]) -> io::Result<u64> {
        let Some((_, _, length)) = &mut self.open else { return Err(io::Error::other("no section is open")) };
        let start = *length;
        *length += bytes.len() as u64;
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(BLOCK - self.pending.len()));
            self.pending.extend_from_slice(now);
            bytes = later;
            if self.pending.len() == BLOCK {
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
        self.file.write_all(stored)?;
        self.blocks.extend_from_slice(&self.position.to_le_bytes());
        self.blocks.extend_from_slice(&small(stored.len())?.to_le_bytes());
        self.blocks.extend_from_slice(&small(self.pending.len())?.to_le_bytes());
        self.blocks.extend_from_slice(Digest::of(stored).as_bytes());
        self.position += stored.len() as u64;
        self.block_count = self.block_count.checked_add(1).ok_or_else(|| io::Error::other("too many blocks"))?;
        self.pending.clear();
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
        self.file.write_all(&directory)?;

        let mut header = Vec::with_capacity(HEADER);
        header.extend_from_slice(&MAGIC);
        header.extend_from_slice(&FORMAT.to_le_bytes());
        header.extend_from_slice(&small(BLOCK)?.to_le_bytes());
        header.extend_from_slice(&(self.position + directory.len() as u64).to_le_bytes());
        header.extend_from_slice(&self.position.to_le_bytes());
        header.extend_from_slice(&(directory.len() as u64).to_le_bytes());
        header.extend_from_slice(Digest::of(&directory).as_bytes());
        debug_assert_eq!(header.len(), HEADER_COVERED);
        let root = Digest::of(&header);
        header.extend_from_slice(root.as_bytes());

        self.file.flush()?;
        // All else must be on the disk before the header says that it is.
        self.file.get_ref().sync_data()?;
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&header)?;
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        Ok(root)
    }
}

fn small(number: usize) -> io::Result<u32> {
    u32::try_from(number).map_err(|_| io::Error::other("too large for one generation"))
}
