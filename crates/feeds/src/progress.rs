//! What a sync tells while it runs.

use crate::source::Source;

/// A part of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// What is held is checked before anything is built upon it.
    Checking,
    /// The files of a source are read. Several sources may be read at once.
    Reading {
        /// The source.
        source: Source,
        /// How many files there are.
        files: usize,
        /// How many bytes they have together, as they stand on disk.
        bytes: u64,
    },
    /// The next generation is written.
    Writing,
}

/// Is told how far a sync is. All calls come from the thread that called `sync`.
pub trait Progress {
    /// A step begins.
    fn step(&mut self, step: Step);

    /// So many more bytes of the files of this source were read.
    fn bytes(&mut self, source: Source, more: u64);

    /// So many more records were read, or written.
    fn records(&mut self, more: u64);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn step(&mut self, _: Step) {}

    fn bytes(&mut self, _: Source, _: u64) {}

    fn records(&mut self, _: u64) {}
}
