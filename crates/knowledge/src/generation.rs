//! One immutable state of knowledge, read in place.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use ward_model::cpe::ProductKey;
use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::{Candidate, Knowledge, KnowledgeDescription, KnowledgeError, RecordNumber};
use ward_model::vulnerability::{Epss, Exploited, VulnerabilityRecord};

use crate::error::OpenError;
use crate::file::reader::Reader;
use crate::file::strings::{Strings, partition};
use crate::file::{Section, unreadable};
use crate::source::{SetAsideRecord, SourceState, by_product};
use crate::{day, identity, row};

#[cfg(test)]
mod tests;

/// What stands in the last section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Meta {
    pub(crate) identity: Digest,
    pub(crate) as_of: Date,
    pub(crate) epss_date: Option<Date>,
    pub(crate) sources: Vec<SourceState>,
}

/// An entry of the record table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TableEntry {
    /// Where the record begins.
    pub(crate) offset: u64,
    /// How long it is.
    pub(crate) length: u32,
    /// The number of its source.
    pub(crate) source: u32,
    /// When a record with this identifier was first received.
    pub(crate) received: i32,
    /// When this version of it was received.
    pub(crate) version_received: i32,
    /// The digest of its content.
    pub(crate) digest: Digest,
}

impl TableEntry {
    pub(crate) const SIZE: usize = 8 + 4 + 4 + 4 + 4 + 32;

    pub(crate) fn to_bytes(self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        bytes[..8].copy_from_slice(&self.offset.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.length.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.source.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.received.to_le_bytes());
        bytes[20..24].copy_from_slice(&self.version_received.to_le_bytes());
        bytes[24..].copy_from_slice(self.digest.as_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8; Self::SIZE]) -> Self {
        let four = |at: usize| [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        let mut eight = [0; 8];
        eight.copy_from_slice(&bytes[..8]);
        let mut digest = [0; 32];
        digest.copy_from_slice(&bytes[24..]);
        Self {
            offset: u64::from_le_bytes(eight),
            length: u32::from_le_bytes(four(8)),
            source: u32::from_le_bytes(four(12)),
            received: i32::from_le_bytes(four(16)),
            version_received: i32::from_le_bytes(four(20)),
            digest: Digest::from_bytes(digest),
        }
    }
}

/// One state of knowledge in one file. Opening it reads the directory; everything else is read when it is asked for.
pub struct Generation {
    path: PathBuf,
    reader: Reader,
    meta: Meta,
    description: KnowledgeDescription,
    /// The records set aside, by the products that they name; read when it is first asked for.
    aside: OnceLock<BTreeMap<ProductKey, BTreeSet<String>>>,
}

impl Generation {
    /// Opens a file.
    ///
    /// # Errors
    /// The file is not there, is no generation, is not as long as it was written, or its header, directory or description is damaged.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, OpenError> {
        let path = path.into();
        let reader = Reader::open(&path)?;
        let meta: Meta = postcard::from_bytes(&reader.whole(Section::Meta)?)
            .map_err(|error| unreadable(Section::Meta.word(), error.to_string()))?;
        let description = KnowledgeDescription {
            generation: meta.identity,
            as_of: meta.as_of,
            sources: meta.sources.iter().map(SourceState::description).collect(),
            seed: false,
            limited_to: Vec::new(),
        };
        let generation = Self { path, reader, meta, description, aside: OnceLock::new() };
        generation.check_lengths()?;
        Ok(generation)
    }

    /// The lengths that depend on one another.
    fn check_lengths(&self) -> Result<(), KnowledgeError> {
        let length = |section| self.reader.length(section);
        let table = [
            (Section::RecordTable, length(Section::IdEnds) / 4 * TableEntry::SIZE as u64),
            (Section::ProductTable, length(Section::ProductEnds) / 4 * PRODUCT_ENTRY),
            (Section::ProductNames, length(Section::ProductEnds)),
            (Section::KevValues, length(Section::KevEnds) / 4 * KEV_ENTRY),
            (Section::EpssValues, length(Section::EpssEnds) / 4 * EPSS_ENTRY),
        ];
        match table.iter().find(|(section, wanted)| length(*section) != *wanted) {
            Some((section, wanted)) => {
                Err(unreadable(section.word(), format!("{} bytes instead of {wanted}", length(*section))))
            }
            None => Ok(()),
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A digest that covers every byte of the file: the days of receipt and the index too, which the identity leaves out.
    pub fn root(&self) -> Digest {
        self.reader.root()
    }

    /// The sources, by name.
    pub fn sources(&self) -> &[SourceState] {
        &self.meta.sources
    }

    /// How many records there are.
    pub fn record_count(&self) -> u32 {
        self.ids().len()
    }

    /// What could not be read of the sources, by source, file and place.
    ///
    /// # Errors
    /// A block is damaged.
    pub fn set_aside(&self) -> Result<Vec<SetAsideRecord>, KnowledgeError> {
        postcard::from_bytes(&self.reader.whole(Section::SetAside)?)
            .map_err(|error| unreadable(Section::SetAside.word(), error.to_string()))
    }

    /// The day on which this version of a record was received; [`VulnerabilityRecord::received`] is the day of the first version.
    ///
    /// # Errors
    /// A block is damaged, or there is no such record.
    pub fn version_received(&self, number: RecordNumber) -> Result<Option<Date>, KnowledgeError> {
        day::unpack(self.entry(number)?.version_received)
            .map_err(|reason| unreadable(Section::RecordTable.word(), reason))
    }

    /// Checks every byte against its digest and every record against the identity of the whole.
    ///
    /// # Errors
    /// The first place that is damaged, or that makes no sense.
    pub fn verify(&self) -> Result<(), KnowledgeError> {
        self.reader.verify()?;
        let mut digests = Vec::with_capacity(self.record_count() as usize);
        let mut bytes = Vec::new();
        for number in 0..self.record_count() {
            let entry = self.entry(RecordNumber(number))?;
            bytes.clear();
            self.reader.read(Section::Records, entry.offset, entry.length as usize, &mut bytes)?;
            if identity::of_record(&bytes) != entry.digest {
                return Err(KnowledgeError::Damaged { part: format!("record {}", self.ids().text(number)?) });
            }
            digests.push(entry.digest);
        }
        digests.extend(self.all_exploited()?.iter().map(identity::of_exploited));
        digests.extend(self.all_epss()?.iter().map(|(id, epss)| identity::of_epss(id.as_str(), *epss)));
        digests.extend(self.set_aside()?.iter().map(identity::of_set_aside));
        if identity::of_all(digests) != self.meta.identity {
            return Err(KnowledgeError::Damaged { part: "identity of the knowledge".to_owned() });
        }
        Ok(())
    }

    pub(crate) fn meta(&self) -> &Meta {
        &self.meta
    }

    pub(crate) fn ids(&self) -> Strings<'_> {
        Strings::new(&self.reader, Section::IdEnds, Section::IdBytes)
    }

    fn products(&self) -> Strings<'_> {
        Strings::new(&self.reader, Section::ProductEnds, Section::ProductBytes)
    }

    fn kev(&self) -> Strings<'_> {
        Strings::new(&self.reader, Section::KevEnds, Section::KevBytes)
    }

    fn scored(&self) -> Strings<'_> {
        Strings::new(&self.reader, Section::EpssEnds, Section::EpssBytes)
    }

    pub(crate) fn entry(&self, number: RecordNumber) -> Result<TableEntry, KnowledgeError> {
        if number.0 >= self.record_count() {
            return Err(unreadable(Section::RecordTable.word(), format!("there is no record {}", number.0)));
        }
        let bytes = self.reader.array(Section::RecordTable, u64::from(number.0) * TableEntry::SIZE as u64)?;
        Ok(TableEntry::from_bytes(&bytes))
    }

    /// A record without the day it was received.
    pub(crate) fn content(&self, entry: TableEntry) -> Result<VulnerabilityRecord, KnowledgeError> {
        let mut bytes = Vec::with_capacity(entry.length as usize);
        self.reader.read(Section::Records, entry.offset, entry.length as usize, &mut bytes)?;
        postcard::from_bytes(&bytes).map_err(|error| unreadable(Section::Records.word(), error.to_string()))
    }

    fn product_of(&self, index: u32) -> Result<ProductKey, KnowledgeError> {
        row::read_key(&self.products().bytes(index)?).map_err(|reason| unreadable(Section::ProductBytes.word(), reason))
    }

    fn find_product(&self, product: &ProductKey) -> Result<Option<u32>, KnowledgeError> {
        let mut wanted = Vec::with_capacity(product.vendor.len() + product.product.len() + 2);
        row::key_bytes(product, &mut wanted);
        self.products().find(&wanted)
    }

    fn rows_end(&self, index: u32) -> Result<(u64, u32), KnowledgeError> {
        let entry: [u8; PRODUCT_ENTRY as usize] =
            self.reader.array(Section::ProductTable, u64::from(index) * PRODUCT_ENTRY)?;
        let [a, b, c, d, e, f, g, h, rows @ ..] = entry;
        Ok((u64::from_le_bytes([a, b, c, d, e, f, g, h]), u32::from_le_bytes(rows)))
    }

    fn exploited_at(&self, index: u32, id: VulnerabilityId) -> Result<Exploited, KnowledgeError> {
        let entry: [u8; KEV_ENTRY as usize] = self.reader.array(Section::KevValues, u64::from(index) * KEV_ENTRY)?;
        let [a, b, c, d, ransomware] = entry;
        let added = day::unpack(i32::from_le_bytes([a, b, c, d]))
            .map_err(|reason| unreadable(Section::KevValues.word(), reason))?;
        Ok(Exploited { id, added, ransomware: ransomware != 0 })
    }

    fn epss_at(&self, index: u32) -> Result<Epss, KnowledgeError> {
        let date = self.meta.epss_date.ok_or_else(|| unreadable(Section::EpssValues.word(), "without a date"))?;
        let [a, b, c, d, e, f, g, h]: [u8; 8] =
            self.reader.array(Section::EpssValues, u64::from(index) * EPSS_ENTRY)?;
        Ok(Epss { score: u32::from_le_bytes([a, b, c, d]), percentile: u32::from_le_bytes([e, f, g, h]), date })
    }

    /// The whole of KEV, by identifier.
    pub(crate) fn all_exploited(&self) -> Result<Vec<Exploited>, KnowledgeError> {
        let ids = self.kev();
        (0..ids.len()).map(|index| self.exploited_at(index, VulnerabilityId::new(ids.text(index)?))).collect()
    }

    /// The whole of EPSS, by identifier.
    pub(crate) fn all_epss(&self) -> Result<Vec<(VulnerabilityId, Epss)>, KnowledgeError> {
        let ids = self.scored();
        (0..ids.len()).map(|index| Ok((VulnerabilityId::new(ids.text(index)?), self.epss_at(index)?))).collect()
    }
}

/// Where the rows of a product end, and how many they are.
pub(crate) const PRODUCT_ENTRY: u64 = 8 + 4;
/// The day it was added, and whether ransomware uses it.
pub(crate) const KEV_ENTRY: u64 = 4 + 1;
/// Score and percentile.
pub(crate) const EPSS_ENTRY: u64 = 4 + 4;

impl Knowledge for Generation {
    fn description(&self) -> &KnowledgeDescription {
        &self.description
    }

    fn candidates(&self, product: &ProductKey) -> Result<Vec<Candidate>, KnowledgeError> {
        let Some(index) = self.find_product(product)? else { return Ok(Vec::new()) };
        let wrong = |reason: String| unreadable(Section::Rows.word(), reason);
        let start = if index == 0 { 0 } else { self.rows_end(index - 1)?.0 };
        let (end, count) = self.rows_end(index)?;
        let length = end.checked_sub(start).and_then(|length| usize::try_from(length).ok());
        let length = length.filter(|length| *length as u64 <= self.reader.length(Section::Rows));
        let length = length.ok_or_else(|| wrong("not in order".to_owned()))?;
        let mut bytes = Vec::with_capacity(length);
        self.reader.read(Section::Rows, start, length, &mut bytes)?;
        // A row has at least two bytes.
        let mut candidates = Vec::with_capacity((count as usize).min(length / 2));
        let mut rest = bytes.as_slice();
        let mut record = 0_u64;
        while !rest.is_empty() {
            record = record.saturating_add(row::read_number(&mut rest).map_err(wrong)?);
            let number = u32::try_from(record).ok().filter(|number| *number < self.record_count());
            let number = number.ok_or_else(|| wrong(format!("there is no record {record}")))?;
            let criterion = row::read(product, &mut rest).map_err(wrong)?;
            candidates.push(Candidate { record: RecordNumber(number), criterion });
        }
        if candidates.len() != count as usize {
            return Err(wrong(format!("{} rows where {count} were written", candidates.len())));
        }
        Ok(candidates)
    }

    fn names_product(&self, product: &ProductKey) -> Result<bool, KnowledgeError> {
        Ok(self.find_product(product)?.is_some())
    }

    fn products_named(&self, product: &str) -> Result<Vec<ProductKey>, KnowledgeError> {
        let number = |at: u32| Ok(u32::from_le_bytes(self.reader.array(Section::ProductNames, u64::from(at) * 4)?));
        let name = |at: u32| self.products().bytes(number(at)?);
        let count = self.products().len();
        let mut at = partition(count, |at| Ok(row::key_product(&name(at)?) < product.as_bytes()))?;
        let mut found = Vec::new();
        while at < count && row::key_product(&name(at)?) == product.as_bytes() {
            found.push(self.product_of(number(at)?)?);
            at += 1;
        }
        found.sort_unstable();
        Ok(found)
    }

    fn record(&self, number: RecordNumber) -> Result<VulnerabilityRecord, KnowledgeError> {
        let entry = self.entry(number)?;
        let received = day::unpack(entry.received).map_err(|reason| unreadable(Section::RecordTable.word(), reason))?;
        Ok(VulnerabilityRecord { received, ..self.content(entry)? })
    }

    fn find(&self, id: &VulnerabilityId) -> Result<Option<RecordNumber>, KnowledgeError> {
        Ok(self.ids().find(id.as_str().as_bytes())?.map(RecordNumber))
    }

    fn set_aside_for(&self, product: &ProductKey) -> Result<Vec<String>, KnowledgeError> {
        let aside = match self.aside.get() {
            Some(aside) => aside,
            None => {
                let read = by_product(&self.set_aside()?);
                self.aside.get_or_init(|| read)
            }
        };
        Ok(aside.get(product).into_iter().flatten().cloned().collect())
    }

    fn exploited(&self, id: &VulnerabilityId) -> Result<Option<Exploited>, KnowledgeError> {
        let index = self.kev().find(id.as_str().as_bytes())?;
        index.map(|index| self.exploited_at(index, id.clone())).transpose()
    }

    fn epss(&self, id: &VulnerabilityId) -> Result<Option<Epss>, KnowledgeError> {
        let index = self.scored().find(id.as_str().as_bytes())?;
        index.map(|index| self.epss_at(index)).transpose()
    }
}

impl std::fmt::Debug for Generation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Generation").field("path", &self.path).field("root", &self.root()).finish_non_exhaustive()
    }
}
