//! What came and what is held, merged in order and written.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::{Knowledge, KnowledgeError, RecordNumber};
use ward_model::vulnerability::{Epss, Exploited};

use super::entry::{self, Entry, Facts};
use super::products::Products;
use super::spill::SpillReader;
use super::{Batch, Builder, Pending, Published};
use crate::error::{HomeError, at};
use crate::file::strings::StringsBuilder;
use crate::file::writer::Writer;
use crate::file::{Section, unreadable};
use crate::generation::{Generation, Meta, TableEntry};
use crate::source::{Changes, EPSS, KEV, SourceState};
use crate::{day, home, identity};

/// Merges, writes and makes current.
pub(super) fn publish(mut builder: Builder, records: &mut dyn FnMut(u64)) -> Result<Published, HomeError> {
    let folder = builder.folder.clone();
    let io = || at(&folder);
    let temporary = home::temporary(&folder)?;
    let mut writer = Writer::new(temporary.reopen().map_err(io())?).map_err(io())?;

    let mut sources = sources(&builder)?;
    let mut out = Output {
        table: Vec::new(),
        ids: StringsBuilder::default(),
        products: Products::default(),
        digests: Vec::new(),
        count: 0,
    };
    let batches = std::mem::take(&mut builder.batches);
    writer.begin(Section::Records).map_err(io())?;
    let came = merge_records(&builder, batches, &mut sources, &mut writer, &mut out, records)?;
    writer.section(Section::RecordTable, &out.table).map_err(io())?;
    writer.section(Section::IdEnds, &out.ids.ends).map_err(io())?;
    writer.section(Section::IdBytes, &out.ids.bytes).map_err(io())?;
    out.products.write(&mut writer).map_err(io())?;

    let mut digests = out.digests;
    let (exploited, kept_kev) = merge_kev(&mut builder, &mut sources)?;
    digests.extend(exploited.iter().map(identity::of_exploited));
    write_kev(&mut writer, &exploited).map_err(io())?;
    let (scores, epss_date, kept_epss) = merge_epss(&mut builder, &mut sources)?;
    digests.extend(scores.iter().map(|(id, epss)| identity::of_epss(id.as_str(), *epss)));
    write_epss(&mut writer, &scores).map_err(io())?;
    drop((exploited, scores));

    let mut set_aside = std::mem::take(&mut builder.set_aside);
    // What was kept as a whole is kept with what was set aside of it.
    let kept = |source: &str| source == KEV && kept_kev || source == EPSS && kept_epss;
    set_aside.retain(|record| !kept(&record.source));
    if let Some(base) = &builder.base {
        set_aside.extend(base.set_aside()?.into_iter().filter(|record| {
            let read_again = builder.files.contains(&(record.source.clone(), record.file.clone()));
            let replaced = record.source == KEV && !kept_kev || record.source == EPSS && !kept_epss;
            let came = record.id.as_ref().is_some_and(|id| came.contains(&(record.source.clone(), id.as_str().into())));
            kept(&record.source) || !read_again && !came && !replaced
        }));
    }
    set_aside.sort_unstable();
    set_aside.dedup();
    for record in &set_aside {
        digests.push(identity::of_set_aside(record));
        if let Some((state, _)) = sources.get_mut(&record.source) {
            state.set_aside += 1;
        }
    }
    let encode =
        |error: postcard::Error| HomeError::Record { id: "the description".to_owned(), reason: error.to_string() };
    writer.section(Section::SetAside, &postcard::to_stdvec(&set_aside).map_err(encode)?).map_err(io())?;
    let as_of = builder.base.as_ref().map_or(builder.received, |base| base.meta().as_of.max(builder.received));
    let states = sources.values().map(|(state, _)| state.clone()).collect();
    let meta = Meta { identity: identity::of_all(digests), as_of, epss_date, sources: states };
    writer.section(Section::Meta, &postcard::to_stdvec(&meta).map_err(encode)?).map_err(io())?;
    let root = writer.finish().map_err(io())?;

    let before = builder.base.as_ref().map(Generation::root);
    let new = before != Some(root) || builder.repaired;
    if new {
        home::publish(&folder, temporary, root, builder.base.as_ref().map(Generation::path))?;
    }
    let current = Generation::open(home::file_of(&folder, root))?;
    let description = current.description().clone();
    Ok(Published {
        description,
        root,
        new,
        sources: sources.into_values().collect(),
        set_aside,
        repaired: builder.repaired,
    })
}

type Sources = BTreeMap<String, (SourceState, Changes)>;

/// Every source there will be, with what does not depend on its records.
fn sources(builder: &Builder) -> Result<Sources, HomeError> {
    let mut sources = Sources::new();
    for state in builder.base.iter().flat_map(Generation::sources) {
        let kept = SourceState { newest: None, records: 0, without_product: 0, set_aside: 0, ..state.clone() };
        sources.insert(state.name.clone(), (kept, Changes::default()));
    }
    let files = builder.files.iter().map(|(source, _)| source);
    let records = builder.batches.iter().flat_map(|batch| &batch.sources);
    let aside = builder.set_aside.iter().map(|record| &record.source);
    for name in files.chain(records).chain(aside) {
        let (state, _) = sources.entry(name.clone()).or_insert_with(|| (SourceState::new(name), Changes::default()));
        state.received = state.received.max(Some(builder.received));
    }
    for (source, file) in &builder.files {
        if let Some((state, _)) = sources.get_mut(source) {
            state.read(file);
        }
    }
    u32::try_from(sources.len()).map_err(|_| HomeError::TooLarge("sources"))?;
    Ok(sources)
}

/// What is collected while the records are written.
struct Output {
    table: Vec<u8>,
    ids: StringsBuilder,
    products: Products,
    digests: Vec<Digest>,
    count: u32,
}

impl Output {
    /// Writes one record.
    fn push(
        &mut self,
        writer: &mut Writer,
        id: &str,
        source: u32,
        entry: &[u8],
        facts: Facts,
        received: Received,
    ) -> Result<(), String> {
        let entry = Entry::read(entry)?;
        let number = self.count;
        self.count = number.checked_add(1).ok_or("too many records")?;
        let offset = writer.write(entry.content).map_err(|error| error.to_string())?;
        let length = u32::try_from(entry.content.len()).map_err(|error| error.to_string())?;
        let Received { first, version } = received;
        let entry_of =
            TableEntry { offset, length, source, received: first, version_received: version, digest: facts.digest };
        self.table.extend_from_slice(&entry_of.to_bytes());
        self.ids.push(id.as_bytes()).ok_or("too many identifiers")?;
        self.digests.push(facts.digest);
        entry.rows(|key, row| self.products.push(key, number, row).map_err(|error| error.to_string()))
    }
}

/// When any version of a record was first received, and this one.
#[derive(Clone, Copy)]
struct Received {
    first: i32,
    version: i32,
}

/// Goes through the records of the base in order.
struct Cursor<'a> {
    base: Option<&'a Generation>,
    next: u32,
    /// Identifier, source and entry of the record at `next`.
    at: Option<(String, String, TableEntry)>,
}

impl<'a> Cursor<'a> {
    fn new(base: Option<&'a Generation>) -> Result<Self, KnowledgeError> {
        let mut cursor = Self { base, next: 0, at: None };
        cursor.load()?;
        Ok(cursor)
    }

    fn load(&mut self) -> Result<(), KnowledgeError> {
        self.at = match self.base {
            Some(base) if self.next < base.record_count() => {
                let entry = base.entry(RecordNumber(self.next))?;
                let source = base.sources().get(entry.source as usize);
                let source = source.ok_or_else(|| unreadable("record table", "a source that is not described"))?;
                Some((base.ids().text(self.next)?, source.name.clone(), entry))
            }
            _ => None,
        };
        Ok(())
    }

    fn advance(&mut self) -> Result<(), KnowledgeError> {
        self.next += 1;
        self.load()
    }
}

/// Identifiers that came, with their source.
type Came = BTreeSet<(String, Box<str>)>;

fn merge_records(
    builder: &Builder,
    batches: Vec<Batch>,
    sources: &mut Sources,
    writer: &mut Writer,
    out: &mut Output,
    progress: &mut dyn FnMut(u64),
) -> Result<Came, HomeError> {
    let folder = &builder.folder;
    let numbers: BTreeMap<String, u32> = sources.keys().cloned().zip(0..).collect();
    let synced: BTreeSet<String> = builder.files.iter().map(|(source, _)| source.clone()).collect();
    let mut readers: Vec<SpillReader> = Vec::new();
    let mut waiting: Vec<(usize, String, Pending)> = Vec::new();
    for (index, batch) in batches.into_iter().enumerate() {
        let names = batch.sources;
        waiting.extend(
            batch.pending.into_iter().filter_map(|pending| Some((index, names.get(pending.source)?.clone(), pending))),
        );
        readers.push(batch.spill.into_reader().map_err(at(folder))?);
    }
    // Of several versions the latest stands first; where even the moment is the same, any rule will do that is always the same.
    waiting.sort_unstable_by(|(_, a_source, a), (_, b_source, b)| {
        (&a.id, a_source, &b.stamp, &b.facts.digest).cmp(&(&b.id, b_source, &a.stamp, &a.facts.digest))
    });
    waiting.dedup_by(|(_, later_source, later), (_, source, first)| later.id == first.id && later_source == source);

    let mut run = Run { numbers, sources, writer, out, progress, buffer: Vec::new() };
    let mut held = Cursor::new(builder.base.as_ref())?;
    let now = day::pack(Some(builder.received));
    // Only these are looked for, so only these are worth remembering.
    let aside: BTreeSet<VulnerabilityId> = match &builder.base {
        Some(base) => base.set_aside()?.into_iter().filter_map(|record| record.id).collect(),
        None => BTreeSet::new(),
    };
    let mut came = Came::new();
    for (batch, source, pending) in waiting {
        while let Some((id, held_source, entry)) = &held.at
            && (id.as_str(), held_source) < (&*pending.id, &source)
        {
            run.keep(held.base, id, held_source, *entry, synced.contains(held_source))?;
            held.advance()?;
        }
        if aside.contains(&VulnerabilityId::new(&*pending.id)) {
            came.insert((source.clone(), pending.id.clone()));
        }
        let mut received = Received { first: now, version: now };
        let change = |changes: &mut Changes| changes.added += 1;
        let mut count: fn(&mut Changes) = change;
        if let Some((id, held_source, entry)) = &held.at
            && (id.as_str(), held_source) == (&*pending.id, &source)
        {
            received.first = entry.received;
            let mut older = false;
            if entry.digest == pending.facts.digest {
                received.version = entry.version_received;
                count = |changes| changes.unchanged += 1;
            } else {
                count = |changes| changes.changed += 1;
                if let Some(base) = held.base {
                    let modified = day::pack(base.content(*entry)?.modified);
                    older = pending.facts.modified != day::NONE && modified > pending.facts.modified;
                }
            }
            if older {
                run.keep(held.base, id, held_source, *entry, false)?;
                run.changes(&source, |changes| changes.older += 1);
                held.advance()?;
                continue;
            }
            held.advance()?;
        }
        run.changes(&source, count);
        let reader = readers.get_mut(batch).ok_or(HomeError::TooLarge("batches"))?;
        reader
            .with(pending.place, |entry| run.push(&pending.id, &source, entry, pending.facts, received))
            .map_err(at(folder))??;
    }
    while let Some((id, source, entry)) = &held.at {
        run.keep(held.base, id, source, *entry, synced.contains(source))?;
        held.advance()?;
    }
    Ok(came)
}

struct Run<'a> {
    numbers: BTreeMap<String, u32>,
    sources: &'a mut Sources,
    writer: &'a mut Writer,
    out: &'a mut Output,
    progress: &'a mut dyn FnMut(u64),
    buffer: Vec<u8>,
}

impl Run<'_> {
    fn changes(&mut self, source: &str, change: impl FnOnce(&mut Changes)) {
        if let Some((_, changes)) = self.sources.get_mut(source) {
            change(changes);
        }
    }

    fn push(
        &mut self,
        id: &str,
        source: &str,
        entry: &[u8],
        facts: Facts,
        received: Received,
    ) -> Result<(), HomeError> {
        let number = self.numbers.get(source).copied().unwrap_or(u32::MAX);
        self.out
            .push(self.writer, id, number, entry, facts, received)
            .map_err(|reason| HomeError::Record { id: id.to_owned(), reason })?;
        if let Some((state, _)) = self.sources.get_mut(source) {
            state.records += 1;
            state.without_product += u64::from(!facts.findable);
            let newest = day::unpack(facts.newest).map_err(|reason| HomeError::Record { id: id.to_owned(), reason })?;
            state.newest = state.newest.max(newest);
        }
        (self.progress)(1);
        Ok(())
    }

    /// Writes a record of the base as it is.
    fn keep(
        &mut self,
        base: Option<&Generation>,
        id: &str,
        source: &str,
        entry: TableEntry,
        absent: bool,
    ) -> Result<(), HomeError> {
        let Some(base) = base else { return Ok(()) };
        let record = base.content(entry)?;
        let mut buffer = std::mem::take(&mut self.buffer);
        let facts =
            entry::encode(&record, &mut buffer).map_err(|reason| HomeError::Record { id: id.to_owned(), reason })?;
        let received = Received { first: entry.received, version: entry.version_received };
        self.push(id, source, &buffer, facts, received)?;
        self.buffer = buffer;
        if absent {
            self.changes(source, |changes| changes.absent += 1);
        }
        Ok(())
    }
}

/// KEV as it will be, and whether that is what is held: because nothing came, or nothing newer.
fn merge_kev(builder: &mut Builder, sources: &mut Sources) -> Result<(Vec<Exploited>, bool), HomeError> {
    let held = builder.base.as_ref().map(Generation::all_exploited).transpose()?.unwrap_or_default();
    let Some((state, changes)) = sources.get_mut(KEV) else { return Ok((held, false)) };
    let (mut entries, mut kept) = (held, builder.catalogue.is_none());
    if let Some(catalogue) = builder.catalogue.take() {
        kept = state.released.is_some() && state.released > catalogue.released;
        changes.older_as_a_whole = kept;
        if !kept {
            state.edition.clone_from(&catalogue.version);
            state.released = catalogue.released;
            let new = identity::catalogue_in_order(catalogue);
            compare(&entries, &new, |entry| &entry.id, |a, b| a == b, changes);
            entries = new;
        }
    }
    state.records = entries.len() as u64;
    state.newest = entries.iter().filter_map(|entry| entry.added).max();
    Ok((entries, kept))
}

type Column = (Vec<(VulnerabilityId, Epss)>, Option<jiff::civil::Date>, bool);

/// EPSS as it will be, its day, and whether that is what is held.
fn merge_epss(builder: &mut Builder, sources: &mut Sources) -> Result<Column, HomeError> {
    let held = builder.base.as_ref().map(Generation::all_epss).transpose()?.unwrap_or_default();
    let mut date = builder.base.as_ref().and_then(|base| base.meta().epss_date);
    let Some((state, changes)) = sources.get_mut(EPSS) else { return Ok((held, date, false)) };
    let (mut scores, mut kept) = (held, builder.scores.is_none());
    if let Some(file) = builder.scores.take() {
        kept = date.is_some_and(|date| date > file.date);
        changes.older_as_a_whole = kept;
        if !kept {
            state.edition = Some(file.model_version.clone());
            state.released = Some(file.date);
            date = Some(file.date);
            let new = identity::scores_in_order(file);
            let same = |a: &(_, Epss), b: &(_, Epss)| (a.1.score, a.1.percentile) == (b.1.score, b.1.percentile);
            compare(&scores, &new, |(id, _)| id, same, changes);
            scores = new;
        }
    }
    state.records = scores.len() as u64;
    state.newest = date;
    Ok((scores, date, kept))
}

/// Counts what differs between two sorted lists.
fn compare<T>(
    before: &[T],
    after: &[T],
    id: impl Fn(&T) -> &VulnerabilityId,
    same: impl Fn(&T, &T) -> bool,
    changes: &mut Changes,
) {
    let mut before = before.iter().peekable();
    for entry in after {
        while before.next_if(|old| id(old) < id(entry)).is_some() {
            changes.removed += 1;
        }
        match before.next_if(|old| id(old) == id(entry)) {
            Some(old) if same(old, entry) => changes.unchanged += 1,
            Some(_) => changes.changed += 1,
            None => changes.added += 1,
        }
    }
    changes.removed += before.count() as u64;
}

fn write_list<'a>(
    writer: &mut Writer,
    [ends, bytes, values]: [Section; 3],
    entries: impl Iterator<Item = (&'a VulnerabilityId, Vec<u8>)>,
) -> io::Result<()> {
    let mut strings = StringsBuilder::default();
    let mut all = Vec::new();
    for (id, value) in entries {
        strings.push(id.as_str().as_bytes()).ok_or_else(|| io::Error::other("too large for one generation"))?;
        all.extend_from_slice(&value);
    }
    writer.section(ends, &strings.ends)?;
    writer.section(bytes, &strings.bytes)?;
    writer.section(values, &all)
}

fn write_kev(writer: &mut Writer, entries: &[Exploited]) -> io::Result<()> {
    let value = |entry: &Exploited| [&day::pack(entry.added).to_le_bytes()[..], &[u8::from(entry.ransomware)]].concat();
    let sections = [Section::KevEnds, Section::KevBytes, Section::KevValues];
    write_list(writer, sections, entries.iter().map(|entry| (&entry.id, value(entry))))
}

fn write_epss(writer: &mut Writer, scores: &[(VulnerabilityId, Epss)]) -> io::Result<()> {
    let value = |epss: &Epss| [epss.score.to_le_bytes(), epss.percentile.to_le_bytes()].concat();
    let sections = [Section::EpssEnds, Section::EpssBytes, Section::EpssValues];
    write_list(writer, sections, scores.iter().map(|(id, epss)| (id, value(epss))))
}
