//! Writes a file of a home: versions of records and facts of the files that it replaces, merged with the news.

use std::fs::File;
use std::io;

use tempfile::NamedTempFile;
use ward_model::digest::Digest;
use ward_model::knowledge::KnowledgeError;

use super::entry::{self, Entry, Facts, RowKind};
use super::index::IndexBuilder;
use super::records::{Came, New};
use crate::disk::Disk;
use crate::error::{HomeError, OpenError, at};
use crate::fact::Fact;
use crate::file::reader::Reader;
use crate::file::strings::StringsBuilder;
use crate::file::writer::Writer;
use crate::file::{Section, unreadable};
use crate::home::Home;
use crate::identity;
use crate::index::{ALIASES, PRODUCTS, SUBJECTS};
use crate::layer::{COMPILED_BY, FINDABLE, FOLLOWED, Layer, Meta, VersionEntry};
use crate::transaction::Transaction;

mod facts;

/// What a file is made of.
pub(super) struct Plan<'a> {
    /// The files whose content it takes over, in the order of their transactions.
    pub(super) layers: Vec<&'a Layer>,
    /// The base that it lies on, if it is a delta.
    pub(super) below: Option<&'a Layer>,
    /// The transaction of the news, with its state.
    pub(super) transaction: Option<(Transaction, Vec<u8>)>,
}

impl New {
    /// The digest of this change.
    pub(super) fn change(&self) -> Digest {
        // Only these fields of an entry are looked at.
        let entry = VersionEntry {
            offset: 0,
            stamp: 0,
            length: 0,
            source: 0,
            received: self.received.0,
            version_received: self.received.1,
            newest: 0,
            transaction: 0,
            flags: 0,
        };
        identity::of_version(&self.id, &self.source, &self.stamp, self.facts.digest, &entry)
    }

    /// About how many bytes it takes in a file.
    pub(super) fn weight(&self) -> u64 {
        u64::from(self.place.length()) / 2
    }
}

/// Writes the file under a temporary name; its digest comes with it.
pub(super) fn write(
    plan: &Plan<'_>,
    home: &Home,
    came: &mut Came,
    news: &[Fact],
    progress: &mut dyn FnMut(u64),
) -> Result<(NamedTempFile, Digest), HomeError> {
    let folder = home.folder();
    let temporary = home.disk().temporary(folder)?;
    let file = temporary.reopen().map_err(at(folder))?;
    let mut output = Output::new(plan, &came.new, file, home.disk().clone())?;
    output.records(plan, came, progress)?;
    let root = output.finish(plan, news).map_err(at(folder))?;
    Ok((temporary, root))
}

/// The same content with rows by the present rules, in a file without a name.
pub(super) fn compile_again(layer: &Layer) -> Result<Reader, OpenError> {
    let wrong = |error: HomeError| match error {
        HomeError::Knowledge(error) => OpenError::Knowledge(error),
        HomeError::Open(error) => error,
        other => unreadable(layer.path().display().to_string(), other.to_string()).into(),
    };
    let io = |source| OpenError::Io { path: layer.path().to_owned(), source };
    let temporary = NamedTempFile::new().map_err(io)?;
    let plan = Plan { layers: vec![layer], below: None, transaction: None };
    let mut came = Came::none();
    let file = temporary.reopen().map_err(io)?;
    let mut output = Output::new(&plan, &[], file, Disk::default()).map_err(wrong)?;
    output.records(&plan, &mut came, &mut |_| {}).map_err(wrong)?;
    output.finish(&plan, &[]).map_err(io)?;
    // The map keeps the bytes when the name is gone.
    Reader::open(temporary.path())
}

/// A version that is about to be written.
struct Next<'a> {
    id: &'a str,
    source: &'a str,
    stamp: &'a str,
    facts: Facts,
    received: (i32, i32),
    transaction: u32,
    position: (u32, u32),
}

/// What is collected while the records are written.
struct Output {
    writer: Writer,
    sources: Vec<String>,
    first: u32,
    /// The number of the transaction of the news.
    transaction: u32,
    table: Vec<u8>,
    digests: Vec<u8>,
    ids: StringsBuilder,
    superseded: Vec<u8>,
    positions: Vec<u8>,
    products: IndexBuilder,
    subjects: IndexBuilder,
    aliases: IndexBuilder,
    count: u32,
    /// Identifier and source of the version before.
    before: Option<(String, String)>,
}

/// Goes through the versions of a file in order.
struct Cursor<'a> {
    layer: &'a Layer,
    positions: Vec<(u32, u32)>,
    next: u32,
    /// Identifier, source and entry of the version at `next`.
    at: Option<(String, &'a str, VersionEntry)>,
}

impl<'a> Cursor<'a> {
    fn new(layer: &'a Layer) -> Result<Self, KnowledgeError> {
        let mut cursor = Self { layer, positions: layer.positions()?, next: 0, at: None };
        cursor.load()?;
        Ok(cursor)
    }

    fn load(&mut self) -> Result<(), KnowledgeError> {
        self.at = None;
        if self.next < self.layer.versions() {
            let entry = self.layer.entry(self.next)?;
            self.at = Some((self.layer.ids().text(self.next)?, self.layer.source(&entry)?, entry));
        }
        Ok(())
    }

    fn advance(&mut self) -> Result<(), KnowledgeError> {
        self.next += 1;
        self.load()
    }
}

impl Output {
    fn new(plan: &Plan<'_>, news: &[New], file: File, disk: Disk) -> Result<Self, HomeError> {
        let mut sources: Vec<String> = plan.layers.iter().flat_map(|layer| layer.meta.sources.clone()).collect();
        sources.extend(news.iter().map(|new| new.source.clone()));
        sources.sort_unstable();
        sources.dedup();
        let first = match (plan.below, plan.layers.first()) {
            (Some(below), _) => below.last(),
            (None, Some(layer)) => layer.meta.first,
            (None, None) => 0,
        };
        let last = plan.layers.last().map_or(first, |layer| layer.last());
        Ok(Self {
            writer: Writer::new(file, disk),
            sources,
            first,
            transaction: last.saturating_add(1),
            table: Vec::new(),
            digests: Vec::new(),
            ids: StringsBuilder::default(),
            superseded: Vec::new(),
            positions: Vec::new(),
            products: IndexBuilder::default(),
            subjects: IndexBuilder::default(),
            aliases: IndexBuilder::default(),
            count: 0,
            before: None,
        })
    }

    /// Writes the records of all files and the news, by identifier, source and transaction.
    fn records(&mut self, plan: &Plan<'_>, came: &mut Came, progress: &mut dyn FnMut(u64)) -> Result<(), HomeError> {
        self.writer.begin(Section::Records).map_err(|error| record("records", error))?;
        let mut cursors = plan.layers.iter().map(|layer| Cursor::new(layer)).collect::<Result<Vec<_>, _>>()?;
        let mut buffer = Vec::new();
        let news = std::mem::take(&mut came.new);
        for new in &news {
            let until = (&*new.id, new.source.as_str());
            // A version of the same record that is held is the earlier one.
            self.held(&mut cursors, |key| key <= until, &mut buffer, progress)?;
            let next = Next {
                id: &new.id,
                source: &new.source,
                stamp: &new.stamp,
                facts: new.facts,
                received: new.received,
                transaction: self.transaction,
                position: new.position,
            };
            let reader = came.readers.get_mut(new.batch).ok_or(HomeError::TooLarge("batches"))?;
            let pushed = reader.with(new.place, |entry| self.push(&next, entry));
            pushed.map_err(|error| record(&new.id, error))?.map_err(|error| record(&new.id, error))?;
            progress(1);
        }
        self.held(&mut cursors, |_| true, &mut buffer, progress)?;
        came.new = news;
        Ok(())
    }

    /// Writes what the files hold, as long as its key is wanted.
    fn held(
        &mut self,
        cursors: &mut [Cursor<'_>],
        wanted: impl Fn((&str, &str)) -> bool,
        buffer: &mut Vec<u8>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), HomeError> {
        loop {
            let key =
                |cursor: &Cursor<'_>| cursor.at.as_ref().map(|(id, source, _)| (id.clone(), (*source).to_owned()));
            // Of equal ones the first: its transactions are the earlier ones.
            let first = cursors.iter().enumerate().filter_map(|(index, cursor)| Some((key(cursor)?, index))).min();
            let Some(((id, source), index)) = first.filter(|((id, source), _)| wanted((id, source))) else {
                return Ok(());
            };
            let Some(cursor) = cursors.get_mut(index) else { return Ok(()) };
            let Some((_, _, entry)) = cursor.at else { return Ok(()) };
            let content = cursor.layer.content(&entry)?;
            let facts =
                entry::encode(&content, buffer).map_err(|reason| HomeError::Record { id: id.clone(), reason })?;
            if facts.digest != cursor.layer.digest(cursor.next)? {
                return Err(KnowledgeError::Damaged { part: format!("record {id}") }.into());
            }
            let stamp = cursor.layer.stamp(&entry)?;
            let next = Next {
                id: &id,
                source: &source,
                stamp: &stamp,
                facts,
                received: (entry.received, entry.version_received),
                transaction: entry.transaction,
                position: cursor.positions.get(cursor.next as usize).copied().unwrap_or_default(),
            };
            self.push(&next, buffer).map_err(|error| record(&id, error))?;
            progress(1);
            cursor.advance()?;
        }
    }

    /// Writes one version.
    fn push(&mut self, next: &Next<'_>, bytes: &[u8]) -> io::Result<()> {
        let large = || io::Error::other("too large for one file");
        let entry = Entry::read(bytes).map_err(io::Error::other)?;
        let version = self.count;
        self.count = version.checked_add(1).ok_or_else(large)?;
        let offset = self.writer.write(next.stamp.as_bytes())?;
        self.writer.write(entry.content)?;
        let small = |length: usize| u32::try_from(length).map_err(|_| large());
        let source = self.sources.iter().position(|source| source == next.source).ok_or_else(large)?;
        let same = self.before.as_ref().is_some_and(|(id, source)| id == next.id && source == next.source);
        if same && let Some(before) = version.checked_sub(1) {
            self.superseded.extend_from_slice(&before.to_le_bytes());
            // The flags are the last four bytes of an entry, the lowest first.
            let flags = self.table.len() - 4;
            self.table[flags] |= FOLLOWED as u8;
        }
        let table = VersionEntry {
            offset,
            stamp: small(next.stamp.len())?,
            length: small(entry.content.len())?,
            source: small(source)?,
            received: next.received.0,
            version_received: next.received.1,
            newest: next.facts.newest,
            transaction: next.transaction,
            flags: if next.facts.findable { FINDABLE } else { 0 },
        };
        self.table.extend_from_slice(&table.to_bytes());
        self.digests.extend_from_slice(next.facts.digest.as_bytes());
        self.ids.push(next.id.as_bytes()).ok_or_else(large)?;
        for number in [next.position.0, next.position.1] {
            self.positions.extend_from_slice(&number.to_le_bytes());
        }
        self.before = Some((next.id.to_owned(), next.source.to_owned()));
        let (products, subjects, aliases) = (&mut self.products, &mut self.subjects, &mut self.aliases);
        let pushed = entry.rows(|kind, key, row| {
            let index = match kind {
                RowKind::Product => &mut *products,
                RowKind::Subject => &mut *subjects,
                RowKind::Alias => &mut *aliases,
            };
            index.push(key, version, row).map_err(|error| error.to_string())
        });
        pushed.map_err(io::Error::other)
    }

    /// Writes all but the records.
    fn finish(mut self, plan: &Plan<'_>, news: &[Fact]) -> io::Result<Digest> {
        let below = self.delta_of(plan);
        let writer = &mut self.writer;
        writer.section(Section::RecordTable, &self.table)?;
        writer.section(Section::Digests, &self.digests)?;
        writer.section(Section::IdEnds, &self.ids.ends)?;
        writer.section(Section::IdBytes, &self.ids.bytes)?;
        writer.section(Section::Superseded, &self.superseded)?;
        // A base lies on nothing.
        writer.section(Section::Positions, if below.is_some() { &self.positions } else { &[] })?;
        self.products.write(writer, PRODUCTS, Some(Section::ProductNames))?;
        self.subjects.write(writer, SUBJECTS, None)?;
        self.aliases.write(writer, ALIASES, None)?;
        facts::write(writer, &plan.layers, news, self.transaction)?;
        write_transactions(writer, plan)?;
        let meta = Meta { compiled_by: COMPILED_BY, below, first: self.first, sources: self.sources };
        writer.section(Section::Meta, &postcard::to_stdvec(&meta).map_err(io::Error::other)?)?;
        self.writer.finish()
    }

    /// The root of the base that the file lies on; one that is compiled again lies where it did.
    fn delta_of(&self, plan: &Plan<'_>) -> Option<Digest> {
        match (plan.below, plan.transaction.is_some(), plan.layers.as_slice()) {
            (Some(below), ..) => Some(below.root()),
            (None, false, [layer]) => layer.meta.below,
            _ => None,
        }
    }
}

fn record(id: &str, error: io::Error) -> HomeError {
    HomeError::Record { id: id.to_owned(), reason: error.to_string() }
}

fn write_transactions(writer: &mut Writer, plan: &Plan<'_>) -> io::Result<()> {
    let (mut entries, mut states) = (Vec::new(), Vec::new());
    let mut push = |mut transaction: Transaction, state: &[u8]| {
        states.extend_from_slice(state);
        transaction.state_end = states.len() as u64;
        entries.extend_from_slice(&transaction.to_bytes());
    };
    for layer in &plan.layers {
        for number in layer.meta.first + 1..=layer.last() {
            let (transaction, state) = layer.transaction_bytes(number).map_err(io::Error::other)?;
            push(transaction, &state);
        }
    }
    if let Some((transaction, state)) = &plan.transaction {
        push(*transaction, state);
    }
    writer.section(Section::Transactions, &entries)?;
    writer.section(Section::States, &states)
}
