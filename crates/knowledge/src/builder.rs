//! Puts together the next generation: what came now over what is held already.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::PathBuf;

use jiff::civil::Date;
use ward_formats::feed::SetAside;
use ward_formats::feed::epss::Scores;
use ward_formats::feed::kev::Catalogue;
use ward_model::digest::Digest;
use ward_model::knowledge::KnowledgeDescription;
use ward_model::vulnerability::VulnerabilityRecord;

use crate::error::{HomeError, at};
use crate::generation::Generation;
use crate::source::{Changes, EPSS, KEV, SetAsideRecord, SourceState};

mod entry;
mod merge;
mod products;
mod spill;

use entry::Facts;
use spill::{Place, Spill};

/// Collects what a sync brings and publishes it, whole or not at all. There is one at a time for a home.
///
/// Records are kept by identifier: one that comes replaces the one that is held, unless the held one was changed later; one that
/// does not come stays. KEV and EPSS are replaced as a whole, unless what is held is of a later day. A source that nothing was
/// given of stays as it is.
pub struct Builder {
    folder: PathBuf,
    /// Held until the builder is gone.
    _lock: File,
    base: Option<Generation>,
    received: Date,
    batches: Vec<Batch>,
    catalogue: Option<Catalogue>,
    scores: Option<Scores>,
    set_aside: Vec<SetAsideRecord>,
    files: BTreeSet<(String, String)>,
    repaired: bool,
}

/// Records on their way into a generation. Each thread has its own; in which order they come makes no difference.
pub struct Batch {
    folder: PathBuf,
    spill: Spill,
    pending: Vec<Pending>,
    sources: Vec<String>,
    files: BTreeSet<(String, String)>,
    set_aside: Vec<SetAsideRecord>,
    buffer: Vec<u8>,
}

struct Pending {
    id: Box<str>,
    /// The place of its source in the batch's list.
    source: usize,
    stamp: Box<str>,
    facts: Facts,
    place: Place,
}

/// What was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The knowledge that the home holds now.
    pub description: KnowledgeDescription,
    /// The digest of the file that holds it.
    pub root: Digest,
    /// Whether it is another file than before.
    pub new: bool,
    /// The sources by name, with what was done to the records of each.
    pub sources: Vec<(SourceState, Changes)>,
    /// What could not be read, of all sources.
    pub set_aside: Vec<SetAsideRecord>,
    /// Whether the generation that was current is damaged, so that the one before it was built upon.
    pub repaired: bool,
}

impl Builder {
    pub(crate) fn new(folder: PathBuf, lock: File, base: Option<Generation>, repaired: bool, received: Date) -> Self {
        Self {
            folder,
            _lock: lock,
            base,
            received,
            batches: Vec::new(),
            catalogue: None,
            scores: None,
            set_aside: Vec::new(),
            files: BTreeSet::new(),
            repaired,
        }
    }

    /// An empty batch.
    ///
    /// # Errors
    /// No temporary file can be made in the home.
    pub fn batch(&self) -> Result<Batch, HomeError> {
        let file = tempfile::tempfile_in(&self.folder).map_err(at(&self.folder))?;
        Ok(Batch {
            folder: self.folder.clone(),
            spill: Spill::new(file),
            pending: Vec::new(),
            sources: Vec::new(),
            files: BTreeSet::new(),
            set_aside: Vec::new(),
            buffer: Vec::new(),
        })
    }

    /// Takes the records of a batch.
    pub fn add(&mut self, mut batch: Batch) {
        self.set_aside.append(&mut batch.set_aside);
        self.files.append(&mut batch.files);
        self.batches.push(batch);
    }

    /// Takes a KEV catalogue, read from this file.
    pub fn exploited(&mut self, file: &str, mut catalogue: Catalogue) {
        self.whole_source(KEV, file, std::mem::take(&mut catalogue.set_aside));
        self.catalogue = Some(catalogue);
    }

    /// Takes a file of EPSS scores, read from this file.
    pub fn epss(&mut self, file: &str, mut scores: Scores) {
        self.whole_source(EPSS, file, std::mem::take(&mut scores.set_aside));
        self.scores = Some(scores);
    }

    /// Takes the support dates, read from these files. They are not kept yet.
    pub fn support(&mut self, file: &str, mut catalogue: ward_formats::feed::eol::SupportCatalogue) {
        self.whole_source(ward_formats::feed::eol::SOURCE, file, std::mem::take(&mut catalogue.set_aside));
    }

    /// Takes the names of weaknesses, read from this file. They are not kept yet.
    pub fn weakness_names(&mut self, file: &str, mut names: ward_formats::feed::cwe::WeaknessNames) {
        self.whole_source(ward_formats::feed::cwe::SOURCE, file, std::mem::take(&mut names.set_aside));
    }

    fn whole_source(&mut self, source: &str, file: &str, aside: Vec<SetAside>) {
        self.files.insert((source.to_owned(), file.to_owned()));
        self.set_aside.extend(aside.into_iter().map(|aside| SetAsideRecord::new(source, file, aside)));
    }

    /// Writes the next generation and makes it the current one. `records` is told how many records are written, as they are.
    ///
    /// # Errors
    /// The disk refuses, or what is held is damaged. The earlier generation stays current then.
    pub fn publish(self, records: &mut dyn FnMut(u64)) -> Result<Published, HomeError> {
        merge::publish(self, records)
    }
}

impl Batch {
    /// From here on, what comes stands in this file of this source.
    pub fn file(&mut self, source: &str, file: &str) {
        self.files.insert((source.to_owned(), file.to_owned()));
    }

    /// Takes a record. `stamp` tells versions of it apart that come in one sync: the one that sorts last counts.
    /// [`VulnerabilityRecord::received`] is passed over: the home knows itself what it has received.
    ///
    /// # Errors
    /// The disk refuses, or the record cannot be written down.
    pub fn record(&mut self, record: &VulnerabilityRecord, stamp: &str) -> Result<(), HomeError> {
        let facts = entry::encode(record, &mut self.buffer)
            .map_err(|reason| HomeError::Record { id: record.id.to_string(), reason })?;
        let place = self.spill.push(&self.buffer).map_err(at(&self.folder))?;
        let known = self.sources.iter().position(|source| *source == record.source);
        let source = known.unwrap_or_else(|| {
            self.sources.push(record.source.clone());
            self.sources.len() - 1
        });
        self.pending.push(Pending { id: record.id.as_str().into(), source, stamp: stamp.into(), facts, place });
        Ok(())
    }

    /// Takes note of a record that could not be read.
    pub fn set_aside(&mut self, record: SetAsideRecord) {
        self.set_aside.push(record);
    }
}

#[cfg(test)]
mod tests;
