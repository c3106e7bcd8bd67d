//! One file of a home: versions of records, facts, transactions, and the compiled rows by which they are found.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use ward_model::digest::Digest;
use ward_model::knowledge::KnowledgeError;
use ward_model::vulnerability::VulnerabilityRecord;

use crate::content;
use crate::error::OpenError;
use crate::file::reader::Reader;
use crate::file::strings::{Strings, partition};
use crate::file::{Section, unreadable};
use crate::index::{self, Index};
use crate::transaction::{State, Transaction};

mod facts;

pub(crate) use facts::FactWalk;

/// The number of the present way to compile rows: raise it whenever any row may change.
const ROWS_VERSION: u32 = 4;
/// By which rules the rows of a file were compiled.
pub(crate) const COMPILED_BY: (u32, u32) = (ROWS_VERSION, ward_version::KEY_VERSION);

/// What a file is part of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Meta {
    /// By which rules its rows were compiled.
    pub(crate) compiled_by: (u32, u32),
    /// For a delta: the root digest of the base that it lies on.
    pub(crate) below: Option<Digest>,
    /// How many transactions there are in the base below.
    pub(crate) first: u32,
    /// The sources of its records, by name.
    pub(crate) sources: Vec<String>,
}

/// Another version of the same record follows.
pub(crate) const FOLLOWED: u32 = 1;
/// Some vulnerable criterion or statement names a product.
pub(crate) const FINDABLE: u32 = 2;

/// An entry of the record table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct VersionEntry {
    /// Where its stamp begins; the content follows.
    pub(crate) offset: u64,
    /// How long the stamp is.
    pub(crate) stamp: u32,
    /// How long the content is.
    pub(crate) length: u32,
    /// The number of its source in this file.
    pub(crate) source: u32,
    /// The day on which any version of the record was first received.
    pub(crate) received: i32,
    /// The day on which this version was received.
    pub(crate) version_received: i32,
    /// The newest date in it.
    pub(crate) newest: i32,
    /// The transaction that brought it.
    pub(crate) transaction: u32,
    /// [`FOLLOWED`], [`FINDABLE`].
    pub(crate) flags: u32,
}

impl VersionEntry {
    pub(crate) const SIZE: usize = 8 + 8 * 4;

    pub(crate) fn to_bytes(self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        bytes[..8].copy_from_slice(&self.offset.to_le_bytes());
        let fields = [
            self.stamp.to_le_bytes(),
            self.length.to_le_bytes(),
            self.source.to_le_bytes(),
            self.received.to_le_bytes(),
            self.version_received.to_le_bytes(),
            self.newest.to_le_bytes(),
            self.transaction.to_le_bytes(),
            self.flags.to_le_bytes(),
        ];
        bytes[8..].copy_from_slice(fields.as_flattened());
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8; Self::SIZE]) -> Self {
        let mut eight = [0; 8];
        eight.copy_from_slice(&bytes[..8]);
        let four = |index: usize| {
            let at = 8 + index * 4;
            [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]
        };
        Self {
            offset: u64::from_le_bytes(eight),
            stamp: u32::from_le_bytes(four(0)),
            length: u32::from_le_bytes(four(1)),
            source: u32::from_le_bytes(four(2)),
            received: i32::from_le_bytes(four(3)),
            version_received: i32::from_le_bytes(four(4)),
            newest: i32::from_le_bytes(four(5)),
            transaction: u32::from_le_bytes(four(6)),
            flags: u32::from_le_bytes(four(7)),
        }
    }
}

/// The bit of a fact's time that says that it is gone from then on.
pub(crate) const GONE: u32 = 1 << 31;
/// How wide an entry of the positions is: the position, and how many versions the base has of the record.
pub(crate) const POSITION: usize = 8;

/// One file, open.
pub(crate) struct Layer {
    path: PathBuf,
    pub(crate) reader: Reader,
    /// The file itself, where what is read was compiled again from it.
    original: Option<Reader>,
    pub(crate) meta: Meta,
    root: Digest,
    transactions: u32,
}

impl Layer {
    /// Opens a file and checks what depends on one another in it.
    pub(crate) fn open(path: &Path) -> Result<Self, OpenError> {
        let reader = Reader::open(path)?;
        let meta: Meta = postcard::from_bytes(&reader.whole(Section::Meta)?)
            .map_err(|error| unreadable(Section::Meta.word(), error.to_string()))?;
        let length = |section| reader.length(section);
        let versions = length(Section::IdEnds) / 4;
        let facts = length(Section::FactEnds) / 4;
        let positions = if meta.below.is_some() { versions * POSITION as u64 } else { 0 };
        let mut wanted = vec![
            (Section::RecordTable, versions * VersionEntry::SIZE as u64),
            (Section::Digests, versions * 32),
            (Section::Positions, positions),
            (Section::ProductNames, length(Section::ProductEnds)),
            (Section::FactTimes, facts * 4),
            (Section::FactValueEnds, facts * 4),
        ];
        wanted.extend(
            [index::PRODUCTS, index::SUBJECTS, index::ALIASES]
                .map(|sections| (sections[2], length(sections[0]) / 4 * index::ENTRY)),
        );
        if let Some((section, wanted)) = wanted.iter().find(|(section, wanted)| length(*section) != *wanted) {
            let found = length(*section);
            return Err(unreadable(section.word(), format!("{found} bytes instead of {wanted}")).into());
        }
        let transactions = u32::try_from(length(Section::Transactions) / Transaction::SIZE as u64);
        let transactions = transactions.ok().filter(|count| *count > 0);
        let transactions = transactions.ok_or_else(|| unreadable(Section::Transactions.word(), "none"))?;
        Ok(Self { path: path.to_owned(), root: reader.root(), reader, original: None, meta, transactions })
    }

    /// The same layer, read from a file whose rows are compiled by the present rules.
    pub(crate) fn with_rows_of(self, other: Reader) -> Self {
        Self { reader: other, original: Some(self.reader), ..self }
    }

    /// The file as it stands on disk.
    pub(crate) fn file(&self) -> &Reader {
        self.original.as_ref().unwrap_or(&self.reader)
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The digest that covers every byte of it.
    pub(crate) fn root(&self) -> Digest {
        self.root
    }

    /// How many transactions there are up to the end of this file.
    pub(crate) fn last(&self) -> u32 {
        self.meta.first.saturating_add(self.transactions)
    }

    /// How many versions of records it has.
    pub(crate) fn versions(&self) -> u32 {
        self.ids().len()
    }

    pub(crate) fn ids(&self) -> Strings<'_> {
        Strings::new(&self.reader, Section::IdEnds, Section::IdBytes)
    }

    pub(crate) fn index(&self, sections: index::Sections) -> Index<'_> {
        Index::new(&self.reader, sections)
    }

    /// The entry of a version.
    pub(crate) fn entry(&self, version: u32) -> Result<VersionEntry, KnowledgeError> {
        let bytes = self.reader.array(Section::RecordTable, u64::from(version) * VersionEntry::SIZE as u64)?;
        Ok(VersionEntry::from_bytes(&bytes))
    }

    /// The entries of all versions.
    pub(crate) fn entries(&self) -> Result<Vec<VersionEntry>, KnowledgeError> {
        let bytes = self.reader.whole(Section::RecordTable)?;
        Ok(bytes.as_chunks().0.iter().map(VersionEntry::from_bytes).collect())
    }

    /// The digest of a version's content.
    pub(crate) fn digest(&self, version: u32) -> Result<Digest, KnowledgeError> {
        Ok(Digest::from_bytes(self.reader.array(Section::Digests, u64::from(version) * 32)?))
    }

    /// The name of a version's source.
    pub(crate) fn source(&self, entry: &VersionEntry) -> Result<&str, KnowledgeError> {
        let source = self.meta.sources.get(entry.source as usize);
        source.map(String::as_str).ok_or_else(|| unreadable(Section::RecordTable.word(), "a source that has no name"))
    }

    /// The stamp of a version.
    pub(crate) fn stamp(&self, entry: &VersionEntry) -> Result<String, KnowledgeError> {
        let mut bytes = Vec::new();
        self.reader.read(Section::Records, entry.offset, entry.stamp as usize, &mut bytes)?;
        String::from_utf8(bytes).map_err(|_| unreadable(Section::Records.word(), "a stamp is not UTF-8"))
    }

    /// Reads some bytes of a version's content.
    pub(crate) fn part<R>(
        &self,
        entry: &VersionEntry,
        offset: u32,
        length: u32,
        read: impl FnOnce(&[u8]) -> R,
    ) -> Result<R, KnowledgeError> {
        if offset.checked_add(length).is_none_or(|end| end > entry.length) {
            return Err(unreadable(Section::Records.word(), "a part lies outside of its record"));
        }
        let start = entry.offset.saturating_add(u64::from(entry.stamp)).saturating_add(u64::from(offset));
        self.reader.with(Section::Records, start, length as usize, read)
    }

    /// A record without the day it was received.
    pub(crate) fn content(&self, entry: &VersionEntry) -> Result<VulnerabilityRecord, KnowledgeError> {
        self.part(entry, 0, entry.length, |bytes| postcard::from_bytes(bytes))?
            .map_err(|error| unreadable(Section::Records.word(), error.to_string()))
    }

    /// A record as far as [`Knowledge::outline`](ward_model::knowledge::Knowledge::outline) needs it.
    pub(crate) fn outline(&self, entry: &VersionEntry) -> Result<VulnerabilityRecord, KnowledgeError> {
        self.part(entry, 0, entry.length, content::outline)?
            .map_err(|error| unreadable(Section::Records.word(), error.to_string()))
    }

    /// Where the versions of this record begin, or would; and how many there are. `from` is a place that is not behind it.
    pub(crate) fn versions_of(&self, id: &str, source: &str, from: u32) -> Result<(u32, u32), KnowledgeError> {
        let count = self.versions();
        let before = |at: u32| -> Result<bool, KnowledgeError> {
            let found = self.ids().bytes(at)?;
            Ok(match (*found).cmp(id.as_bytes()) {
                std::cmp::Ordering::Equal => self.source(&self.entry(at)?)? < source,
                other => other.is_lt(),
            })
        };
        // In growing steps from where the last search ended: whoever asks in order asks for what is near.
        let (mut low, mut step) = (from.min(count), 1_u32);
        while let Some(probe) = low.checked_add(step - 1).filter(|probe| *probe < count)
            && before(probe)?
        {
            low = probe + 1;
            step = step.saturating_mul(2);
        }
        let high = low.saturating_add(step - 1).min(count);
        let first = low + partition(high - low, |at| before(low + at))?;
        let mut end = first;
        while end < count && *self.ids().bytes(end)? == *id.as_bytes() {
            if self.source(&self.entry(end)?)? != source {
                break;
            }
            end += 1;
        }
        Ok((first, end - first))
    }

    /// Where each version belongs among those of the base, and how many the base has of its record.
    pub(crate) fn positions(&self) -> Result<Vec<(u32, u32)>, KnowledgeError> {
        let numbers = self.reader.numbers(Section::Positions)?;
        Ok(numbers.as_chunks().0.iter().map(|[position, count]| (*position, *count)).collect())
    }

    /// A transaction of this file, by its number among all; from 1.
    pub(crate) fn transaction(&self, number: u32) -> Result<(Transaction, State), KnowledgeError> {
        let (entry, bytes) = self.transaction_bytes(number)?;
        let state =
            postcard::from_bytes(&bytes).map_err(|error| unreadable(Section::States.word(), error.to_string()))?;
        Ok((entry, state))
    }

    /// A transaction of this file, and its state as it stands there.
    pub(crate) fn transaction_bytes(&self, number: u32) -> Result<(Transaction, Vec<u8>), KnowledgeError> {
        let entry = self.transaction_entry(number)?;
        let start = if number == self.meta.first + 1 { 0 } else { self.transaction_entry(number - 1)?.state_end };
        let wrong = || unreadable(Section::Transactions.word(), "not in order");
        let length = entry.state_end.checked_sub(start).filter(|length| *length <= self.reader.length(Section::States));
        let length = usize::try_from(length.ok_or_else(wrong)?).map_err(|_| wrong())?;
        let mut bytes = Vec::with_capacity(length);
        self.reader.read(Section::States, start, length, &mut bytes)?;
        Ok((entry, bytes))
    }

    /// A transaction without what was known of the sources.
    pub(crate) fn transaction_entry(&self, number: u32) -> Result<Transaction, KnowledgeError> {
        let index = number.checked_sub(self.meta.first + 1).filter(|index| *index < self.transactions);
        let index = index
            .ok_or_else(|| unreadable(Section::Transactions.word(), format!("there is no transaction {number}")))?;
        let bytes = self.reader.array(Section::Transactions, u64::from(index) * Transaction::SIZE as u64)?;
        Transaction::from_bytes(&bytes).map_err(|reason| unreadable(Section::Transactions.word(), reason))
    }
}

impl std::fmt::Debug for Layer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Layer").field("path", &self.path).field("root", &self.root).finish_non_exhaustive()
    }
}
