//! Writes a file; the header last, so that an unfinished file has none.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

use ward_model::digest::Digest;

use super::{BLOCK, BLOCK_ENTRY, Form, HEADER, HEADER_COVERED, Section};

/// How much is handed to the system at once.
const BUFFER: usize = 1 << 20;

/// A file that is being written.
pub(crate) struct Writer {
    form: &'static Form,
    file: File,
    /// What is not yet handed to the system.
    buffer: Vec<u8>,
    position: u64,
    sections: [Open; Section::ALL.len()],
    compressed: Vec<u8>,
}

#[derive(Default)]
struct Open {
    /// What is not yet in a block.
    pending: Vec<u8>,
    /// Entries of the directory, as they will be written.
    blocks: Vec<u8>,
    length: u64,
}

impl Writer {
    /// Starts at the front of an empty file.
    pub(crate) fn new(file: File, form: &'static Form) -> Self {
        let mut buffer = Vec::with_capacity(BUFFER + BLOCK);
        buffer.extend_from_slice(&[0; HEADER]);
        let compressed = vec![0; lz4_flex::block::get_maximum_output_size(BLOCK)];
        Self { form, file, buffer, position: HEADER as u64, sections: Default::default(), compressed }
    }

    /// How long a section is by now.
    pub(crate) fn length(&self, section: Section) -> u64 {
        self.sections[section.index()].length
    }

    /// Appends to a section.
    pub(crate) fn write(&mut self, section: Section, mut bytes: &[u8]) -> io::Result<()> {
        self.sections[section.index()].length += bytes.len() as u64;
        while !bytes.is_empty() {
            let pending = &mut self.sections[section.index()].pending;
            let (now, later) = bytes.split_at(bytes.len().min(BLOCK - pending.len()));
            pending.extend_from_slice(now);
            bytes = later;
            if pending.len() == BLOCK {
                self.flush(section)?;
            }
        }
        Ok(())
    }

    fn flush(&mut self, section: Section) -> io::Result<()> {
        let open = &mut self.sections[section.index()];
        // The output buffer is as long as the longest output.
        let length = lz4_flex::block::compress_into(&open.pending, &mut self.compressed).map_err(io::Error::other)?;
        // A block that does not become shorter is stored as it is; equal lengths say so.
        let stored = if length < open.pending.len() { &self.compressed[..length] } else { &open.pending[..] };
        self.buffer.extend_from_slice(stored);
        open.blocks.extend_from_slice(&self.position.to_le_bytes());
        open.blocks.extend_from_slice(&small(stored.len())?.to_le_bytes());
        open.blocks.extend_from_slice(&small(open.pending.len())?.to_le_bytes());
        open.blocks.extend_from_slice(Digest::of(stored).as_bytes());
        self.position += stored.len() as u64;
        open.pending.clear();
        if self.buffer.len() >= BUFFER {
            self.file.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }

    /// Writes directory and header and brings everything to the disk. Returns the file and its root digest.
    pub(crate) fn finish(mut self) -> io::Result<(File, Digest)> {
        let mut directory = Vec::new();
        directory.extend_from_slice(&small(self.form.sections.len())?.to_le_bytes());
        for section in self.form.sections.iter().copied() {
            if !self.sections[section.index()].pending.is_empty() {
                self.flush(section)?;
            }
            let open = &self.sections[section.index()];
            directory.extend_from_slice(&(section as u32).to_le_bytes());
            directory.extend_from_slice(&small(open.blocks.len() / BLOCK_ENTRY)?.to_le_bytes());
            directory.extend_from_slice(&open.length.to_le_bytes());
        }
        for open in &mut self.sections {
            directory.append(&mut open.blocks);
        }
        self.buffer.extend_from_slice(&directory);
        let mut header = Vec::with_capacity(HEADER);
        header.extend_from_slice(&self.form.magic);
        header.extend_from_slice(&self.form.number.to_le_bytes());
        header.extend_from_slice(&small(BLOCK)?.to_le_bytes());
        header.extend_from_slice(&(self.position + directory.len() as u64).to_le_bytes());
        header.extend_from_slice(&self.position.to_le_bytes());
        header.extend_from_slice(&(directory.len() as u64).to_le_bytes());
        header.extend_from_slice(Digest::of(&directory).as_bytes());
        debug_assert_eq!(header.len(), HEADER_COVERED);
        let root = Digest::of(&header);
        header.extend_from_slice(root.as_bytes());
        self.file.write_all(&self.buffer)?;
        // All else must be on the disk before the header says that it is.
        self.file.sync_all()?;
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&header)?;
        self.file.sync_all()?;
        Ok((self.file, root))
    }
}

fn small(number: usize) -> io::Result<u32> {
    u32::try_from(number).map_err(|_| io::Error::other("too large for one file"))
}
