//! What a home held at one moment, read in place from its files.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use jiff::civil::Date;
use ward_model::coverage::LostReceipts;
use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::{KnowledgeDescription, KnowledgeError, RecordNumber};
use ward_model::vulnerability::{Undescribed, VulnerabilityRecord};

use crate::bundle::BundleTaken;
use crate::error::OpenError;
use crate::fact::{self, Input, Kind, Support};
use crate::file::{Section, unreadable};
use crate::layer::{COMPILED_BY, FINDABLE, Layer, VersionEntry};
use crate::lost::Lost;
use crate::moment::Moment;
use crate::part::{self, Part};
use crate::reach::{Reach, Reaches};
use crate::source::{Aside, SetAsideRecord, SourceState, Unread};
use crate::transaction::{State, Transaction};
use crate::undescribed::{self, Search, Seen};
use crate::{builder, column, day};

mod answers;
pub(crate) mod numbers;
mod since;
mod verify;

pub use since::Difference;
pub(crate) use verify::{PARTS, part_of};

#[cfg(test)]
pub(crate) mod tests;

use numbers::{Numbers, Place};

/// What a home held at one moment: a base, where there is one a delta on it, and of both what was received until then. Opening it
/// reads the directories; everything else is read when it is asked for.
pub struct Generation {
    base: Layer,
    delta: Option<Layer>,
    limit: u32,
    numbers: Numbers,
    transaction: Transaction,
    state: State,
    description: KnowledgeDescription,
    /// What is known to be exploited and described by no record, by identifier.
    undescribed: Vec<Undescribed>,
    /// What is known of the parts of the sources: source, name, counts.
    parts: Vec<(String, String, Part)>,
    /// The receipts that were lost, by the receipt before them.
    lost: Vec<Lost>,
    /// The records set aside, by the products that they name; read when it is first asked for.
    aside: OnceLock<Aside>,
    /// The support of products; read when it is first asked for.
    support: OnceLock<Vec<Support>>,
    /// Whether the column of scores is packed; one from before it was is not.
    packed: bool,
}

impl Generation {
    /// Opens what these files hold.
    pub(crate) fn open(base: &Path, delta: Option<&Path>) -> Result<Self, OpenError> {
        let (base, delta) = (Layer::open(base)?, delta.map(Layer::open).transpose()?);
        Self::of_layers(base, delta, u32::MAX)
    }

    /// Of these files what was held after the transaction `limit`, or the last one before it.
    fn of_layers(base: Layer, delta: Option<Layer>, limit: u32) -> Result<Self, OpenError> {
        let not_part = |layer: &Layer, reason: &str| unreadable(layer.path().display().to_string(), reason);
        if base.meta.below.is_some() || base.meta.first != 0 {
            return Err(not_part(&base, "a delta where a base should be").into());
        }
        if let Some(delta) = &delta
            && (delta.meta.below != Some(base.root()) || delta.meta.first != base.last())
        {
            return Err(not_part(delta, "a delta of another base").into());
        }
        let (base, delta) = (compiled(base)?, delta.map(compiled).transpose()?);
        let limit = limit.min(delta.as_ref().unwrap_or(&base).last());
        let numbers = Numbers::new(&base, delta.as_ref(), limit)?;
        let layer = delta.as_ref().filter(|delta| limit > delta.meta.first).unwrap_or(&base);
        let (transaction, state) = layer.transaction(limit)?;
        let description = KnowledgeDescription {
            generation: transaction.identity,
            as_of: transaction.moment.day(),
            sources: Vec::new(),
            seed: false,
            limited_to: Vec::new(),
            lost: Vec::new(),
        };
        let (aside, support) = (OnceLock::new(), OnceLock::new());
        let (undescribed, parts, lost) = (Vec::new(), Vec::new(), Vec::new());
        let mut opened = Self {
            base,
            delta,
            limit,
            numbers,
            transaction,
            state,
            description,
            undescribed,
            parts,
            lost,
            aside,
            support,
            packed: false,
        };
        opened.packed = opened.fact(&column::sign())?.is_some();
        opened.undescribed = opened.read_undescribed()?;
        let read = |fact: &fact::Held| part::from_fact(fact).map_err(|reason| unreadable("parts of sources", reason));
        opened.parts = opened.facts(Kind::Coverage)?.iter().map(read).collect::<Result<_, _>>()?;
        let read =
            |fact: &fact::Held| Lost::from_fact(fact).map_err(|reason| unreadable("receipts that were lost", reason));
        opened.lost = opened.facts(Kind::Lost)?.iter().map(read).collect::<Result<_, _>>()?;
        let open = opened.lost.iter().filter(|lost| lost.is_open());
        opened.description.lost = open.map(|lost| lost.receipts.clone()).collect();
        let reaches = opened.reaches()?;
        let describe = |state: &SourceState| state.description(&opened.undescribed, &opened.parts, &reaches);
        opened.description.sources = opened.state.sources.iter().map(describe).collect();
        Ok(opened)
    }

    /// What is known of the parts of the sources.
    pub(crate) fn parts_of_sources(&self) -> &[(String, String, Part)] {
        &self.parts
    }

    /// What is known to be exploited and described by no record: as it was concluded when it was received, or else by looking now.
    fn read_undescribed(&self) -> Result<Vec<Undescribed>, KnowledgeError> {
        let wrong = |reason: String| unreadable("what is exploited and not described", reason);
        if let Some(known) = undescribed::from_facts(&self.facts(Kind::Undescribed)?).map_err(wrong)? {
            return Ok(known);
        }
        self.look_for_undescribed()
    }

    /// What of the list no record describes, by going through all records.
    pub(crate) fn look_for_undescribed(&self) -> Result<Vec<Undescribed>, KnowledgeError> {
        let wrong = |reason: String| unreadable("what is exploited and not described", reason);
        let read = |(key, value): &fact::Held| fact::exploited(fact::id(key)?, value);
        let entries = self.facts(Kind::Exploited)?.iter().map(read).collect::<Result<Vec<_>, _>>();
        let mut search = Search::new(entries.map_err(wrong)?);
        if search.len() > 0 {
            self.each_held(|layer, version, entry| see(layer, version, entry, &mut search))?;
        }
        Ok(search.finish())
    }

    /// What was held at this moment; `Err` with the moment of the first receipt where that is later.
    pub(crate) fn at(self, moment: Moment) -> Result<Result<Self, Moment>, OpenError> {
        if self.transaction.moment <= moment {
            return Ok(Ok(self));
        }
        // Moments never go back from one transaction to the next.
        let (mut low, mut high) = (0, self.limit);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.transaction_entry(middle + 1)?.moment <= moment { low = middle + 1 } else { high = middle }
        }
        if low == 0 {
            return Ok(Err(self.transaction_entry(1)?.moment));
        }
        // Whoever asks for a moment of which receipts were lost later hears that, whether it was accepted or not.
        let lost = self.lost.into_iter().filter(|lost| lost.after == low && lost.receipts.touch(moment.day()));
        let lost: Vec<LostReceipts> = lost.map(|lost| lost.receipts).collect();
        let mut then = Self::of_layers(self.base, self.delta, low)?;
        then.description.lost.extend(lost);
        Ok(Ok(then))
    }

    /// Up to when the changes of sources were seen; none of a source in a home from before that was kept.
    pub(crate) fn reaches(&self) -> Result<Reaches, KnowledgeError> {
        let read =
            |fact: &fact::Held| Reach::from_fact(fact).map_err(|reason| unreadable("changes that were seen", reason));
        self.facts(Kind::Reach)?.iter().map(read).collect()
    }

    /// The names of the files of a source that were ever read.
    pub(crate) fn input_names(&self, source: &str) -> Result<Vec<String>, KnowledgeError> {
        let begin = fact::input_key(source, "");
        let rest = |(key, _): &fact::Held| Some(String::from_utf8_lossy(key.strip_prefix(&*begin)?).into_owned());
        Ok(self.facts(Kind::Input)?.iter().filter_map(rest).collect())
    }

    /// The receipts that were lost, by the receipt before them.
    pub(crate) fn lost(&self) -> &[Lost] {
        &self.lost
    }

    /// What was held when this was the chain; `None` where it never was.
    pub(crate) fn at_chain(self, chain: Digest) -> Result<Option<Self>, OpenError> {
        match self.receipt_of(chain)? {
            Some(number) if number == self.limit => Ok(Some(self)),
            Some(number) => Self::of_layers(self.base, self.delta, number).map(Some),
            None => Ok(None),
        }
    }

    /// After which receipt up to now this was the chain.
    fn receipt_of(&self, chain: Digest) -> Result<Option<u32>, KnowledgeError> {
        for number in (1..=self.limit).rev() {
            if self.transaction_entry(number)?.chain == chain {
                return Ok(Some(number));
            }
        }
        Ok(None)
    }

    /// A transaction, by its number; from 1.
    pub(crate) fn transaction_entry(&self, number: u32) -> Result<Transaction, KnowledgeError> {
        let delta = self.delta.as_ref().filter(|delta| number > delta.meta.first);
        delta.unwrap_or(&self.base).transaction_entry(number)
    }

    /// The file that was written last.
    pub fn path(&self) -> &Path {
        self.delta.as_ref().unwrap_or(&self.base).path()
    }

    /// The files: the base, then the delta on it.
    pub fn files(&self) -> Vec<&Path> {
        [Some(&self.base), self.delta.as_ref()].into_iter().flatten().map(Layer::path).collect()
    }

    /// A digest that covers every byte of the files: the days of receipt and the index too, which the identity leaves out.
    pub fn root(&self) -> Digest {
        // A delta says which base it lies on.
        self.delta.as_ref().unwrap_or(&self.base).root()
    }

    /// A digest over all that was ever received, in its order: the anchor for finding that something was taken back.
    pub fn chain(&self) -> Digest {
        self.transaction.chain
    }

    /// Whether this was the chain after some receipt up to now.
    ///
    /// # Errors
    /// A block is damaged.
    pub fn has_chain(&self, chain: Digest) -> Result<bool, KnowledgeError> {
        Ok(self.receipt_of(chain)?.is_some())
    }

    /// How many times something was received.
    pub fn transactions(&self) -> u32 {
        self.limit
    }

    /// When something was received last; never before what was received before it.
    pub fn moment(&self) -> Moment {
        self.transaction.moment
    }

    /// The sources, by name.
    pub fn sources(&self) -> &[SourceState] {
        &self.state.sources
    }

    /// How many records there are.
    pub fn record_count(&self) -> u32 {
        self.numbers.len()
    }

    /// What could not be read of the sources, by source, file and place.
    ///
    /// # Errors
    /// A block is damaged.
    pub fn set_aside(&self) -> Result<Vec<SetAsideRecord>, KnowledgeError> {
        let read =
            |(_, value): fact::Held| fact::set_aside(&value).map_err(|reason| unreadable("records set aside", reason));
        let mut records: Vec<SetAsideRecord> =
            self.facts(Kind::SetAside)?.into_iter().map(read).collect::<Result<_, KnowledgeError>>()?;
        records.sort_unstable();
        Ok(records)
    }

    /// The earliest day on which something that could not be read was received, of all that ever was, by source and what it is known
    /// by.
    pub(crate) fn set_aside_since(&self) -> Result<BTreeMap<(String, Unread), i32>, KnowledgeError> {
        let mut since = BTreeMap::new();
        for (layer, _) in self.layers() {
            let mut walk = layer.all_of(Kind::SetAside)?;
            while let Some(row) = walk.row()? {
                if let Some(value) = row.value.filter(|_| row.transaction <= self.limit) {
                    let record = fact::set_aside(value).map_err(|reason| unreadable("records set aside", reason))?;
                    let source = record.source.clone();
                    if let Some(known_by) = record.known_by() {
                        let received = day::pack(Some(self.transaction_entry(row.transaction)?.stated.day()));
                        let held = since.entry((source, known_by)).or_insert(received);
                        *held = received.min(*held);
                    }
                }
                walk.advance()?;
            }
        }
        Ok(since)
    }

    /// The day on which this version of a record was received; [`VulnerabilityRecord::received`] is the day of the first version.
    ///
    /// # Errors
    /// A block is damaged, or there is no such record.
    pub fn version_received(&self, number: RecordNumber) -> Result<Option<Date>, KnowledgeError> {
        let (_, entry) = self.entry(number)?;
        day::unpack(entry.version_received).map_err(|reason| unreadable(Section::RecordTable.word(), reason))
    }

    /// The state that belongs to it.
    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// Whether the rows of a file were compiled by other rules than the present ones.
    pub(crate) fn rows_are_old(&self) -> bool {
        [Some(&self.base), self.delta.as_ref()].into_iter().flatten().any(|layer| layer.meta.compiled_by != COMPILED_BY)
    }

    pub(crate) fn base(&self) -> &Layer {
        &self.base
    }

    pub(crate) fn delta(&self) -> Option<&Layer> {
        self.delta.as_ref()
    }

    /// The files that count at this moment, with what makes a version of each a place.
    fn layers(&self) -> impl Iterator<Item = (&Layer, fn(u32) -> Place)> {
        let base: (&Layer, fn(u32) -> Place) = (&self.base, Place::Base);
        let delta = self.delta.as_ref().filter(|delta| self.limit > delta.meta.first);
        [Some(base), delta.map(|delta| (delta, Place::Delta as fn(u32) -> Place))].into_iter().flatten()
    }

    /// Where a record stands.
    fn locate(&self, number: RecordNumber) -> Result<(&Layer, u32), KnowledgeError> {
        match (self.numbers.place(number.0), &self.delta) {
            (Some(Place::Base(version)), _) => Ok((&self.base, version)),
            (Some(Place::Delta(version)), Some(delta)) => Ok((delta, version)),
            _ => Err(unreadable(Section::RecordTable.word(), format!("there is no record {}", number.0))),
        }
    }

    fn entry(&self, number: RecordNumber) -> Result<(&Layer, VersionEntry), KnowledgeError> {
        let (layer, version) = self.locate(number)?;
        Ok((layer, layer.entry(version)?))
    }

    fn record_of(&self, layer: &Layer, entry: &VersionEntry) -> Result<VulnerabilityRecord, KnowledgeError> {
        let received = day::unpack(entry.received).map_err(|reason| unreadable(Section::RecordTable.word(), reason))?;
        Ok(VulnerabilityRecord { received, ..layer.content(entry)? })
    }

    /// The value of a fact.
    fn fact(&self, key: &[u8]) -> Result<Option<Vec<u8>>, KnowledgeError> {
        if let Some(delta) = self.delta.as_ref().filter(|delta| self.limit > delta.meta.first)
            && let Some(said) = delta.fact(key, self.limit)?
        {
            return Ok(said);
        }
        Ok(self.base.fact(key, self.limit)?.flatten())
    }

    /// Every fact of a kind that is held, by key.
    pub(crate) fn facts(&self, kind: Kind) -> Result<Vec<fact::Held>, KnowledgeError> {
        let mut layers = self.layers().map(|(layer, _)| layer.facts_of(kind, self.limit));
        let (base, delta) = (layers.next().transpose()?.unwrap_or_default(), layers.next().transpose()?);
        let Some(delta) = delta else {
            return Ok(base.into_iter().filter_map(|(key, value)| Some((key, value?))).collect());
        };
        let mut merged: Vec<fact::Held> = Vec::with_capacity(base.len().max(delta.len()));
        let mut delta = delta.into_iter().peekable();
        let mut push = |(key, value): fact::Fact| merged.extend(value.map(|value| (key, value)));
        for old in base {
            while let Some(new) = delta.next_if(|(new, _)| *new < old.0) {
                push(new);
            }
            // What the delta says of a fact counts.
            push(delta.next_if(|(new, _)| *new == old.0).unwrap_or(old));
        }
        delta.for_each(push);
        Ok(merged)
    }

    /// The bundle that was taken last, where any was.
    ///
    /// # Errors
    /// A block is damaged.
    pub fn bundle(&self) -> Result<Option<BundleTaken>, KnowledgeError> {
        let read = |value: Vec<u8>| {
            BundleTaken::from_value(&value).map_err(|reason| unreadable("the bundle that was taken last", reason))
        };
        self.fact(&BundleTaken::key())?.map(read).transpose()
    }

    /// Of when the last version of this document is that came whole; homes from before it was kept do not know.
    pub(crate) fn document(&self, source: &str, label: &str) -> Result<Option<String>, KnowledgeError> {
        let value = self.fact(&fact::document_key(source, label))?;
        let text = |bytes| String::from_utf8(bytes).map_err(|_| unreadable("documents", "a stamp is not UTF-8"));
        value.map(text).transpose()
    }

    /// Score and percentile of a vulnerability.
    pub(crate) fn score(&self, id: &str) -> Result<Option<(u32, u32)>, KnowledgeError> {
        let wrong = |reason: String| unreadable("EPSS", reason);
        if !self.packed {
            let value = self.fact(&fact::key(Kind::Epss, id.as_bytes()))?;
            return value.map(|value| fact::epss(&value).map_err(wrong)).transpose();
        }
        let (key, ending) = column::place(id);
        let Some(piece) = self.fact(&key)? else { return Ok(None) };
        let score = column::find(&piece, ending).map_err(wrong)?;
        Ok(score.map(|score| (score.score, score.percentile)))
    }

    /// The column of scores, packed, and whether it is held so.
    pub(crate) fn column(&self) -> Result<(Vec<fact::Held>, bool), KnowledgeError> {
        if self.packed {
            return Ok((self.facts(Kind::Scores)?, true));
        }
        let wrong = |reason: String| unreadable("EPSS", reason);
        let read = |(key, value): fact::Held| -> Result<(VulnerabilityId, (u32, u32)), String> {
            Ok((fact::id(&key)?, fact::epss(&value)?))
        };
        let scores: Vec<_> = self.facts(Kind::Epss)?.into_iter().map(read).collect::<Result<_, _>>().map_err(wrong)?;
        let scores = scores.iter().map(|(id, (score, percentile))| (id.as_str(), *score, *percentile));
        Ok((column::pack(scores), false))
    }

    /// What is known of a file that was read.
    pub(crate) fn input(&self, source: &str, file: &str) -> Result<Option<Input>, KnowledgeError> {
        let value = self.fact(&fact::input_key(source, file))?;
        let read = |value: Vec<u8>| fact::input(&value).map_err(|reason| unreadable("files that were read", reason));
        value.map(read).transpose()
    }
}

/// Takes note of a record that is held.
pub(crate) fn see(
    layer: &Layer,
    version: u32,
    entry: &VersionEntry,
    search: &mut Search,
) -> Result<(), KnowledgeError> {
    let id = VulnerabilityId::new(layer.ids().text(version)?);
    if search.wants(&id) {
        let described = entry.flags & FINDABLE != 0 || layer.content(entry)?.withdrawn;
        search.see(&id, if described { Seen::Described } else { Seen::Record });
    }
    Ok(())
}

/// A layer whose rows were compiled by the present rules; otherwise they are compiled again, into a file without a name.
fn compiled(layer: Layer) -> Result<Layer, OpenError> {
    if layer.meta.compiled_by == COMPILED_BY {
        return Ok(layer);
    }
    let reader = builder::compile_again(&layer)?;
    Ok(layer.with_rows_of(reader))
}

impl std::fmt::Debug for Generation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Generation")
            .field("base", &self.base)
            .field("delta", &self.delta)
            .field("transactions", &self.limit)
            .finish_non_exhaustive()
    }
}
