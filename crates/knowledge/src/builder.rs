//! Puts together the next generation: what came now over what is held already.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::civil::{Date, DateTime};
use ward_formats::feed::csaf;
use ward_formats::feed::cwe::{self, WeaknessNames};
use ward_formats::feed::eol::{self, SupportCatalogue};
use ward_formats::feed::epss::Scores;
use ward_formats::feed::kev::Catalogue;
use ward_formats::feed::nvd::Extent;
use ward_formats::feed::{Dated, SetAside, UNDATED};
use ward_model::coverage::{LostReceipts, Shrinkage};
use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::KnowledgeDescription;
use ward_model::vulnerability::VulnerabilityRecord;

use crate::bundle::BundleTaken;
use crate::error::{HomeError, at};
use crate::fact::Input;
use crate::file::reader::Reader;
use crate::generation::Generation;
use crate::home::Home;
use crate::layer::Layer;
use crate::lost::Lost;
use crate::moment::Moment;
use crate::reach::Page;
use crate::source::{Changes, EPSS, KEV, SetAsideRecord, SourceState, WHOLE};
use crate::{day, stamp};

mod ahead;
mod beside;
mod entry;
mod exploited;
mod facts;
mod index;
mod join;
mod merge;
mod older;
mod parts;
mod publish;
mod records;
mod retract;
mod spill;
mod support;
mod undescribed;
mod write;

use ahead::Ahead;
use entry::Facts;
use spill::{Place, Spill};

/// Collects what a sync brings and publishes it, whole or not at all. There is one at a time for a home.
///
/// Records are kept by identifier: one that comes replaces the one that is held, unless the held one was changed later; one that
/// does not come stays. KEV and EPSS are replaced by a list that came whole and is known to be later; what another list of KEV names counts
/// beside it. A source that nothing was given of stays as it is. The names of weaknesses are replaced as a whole.
///
/// A file whose bytes were read before ([`Builder::already_read`]) brings nothing new: it need not be read again, only named with
/// [`Builder::unchanged`], and its records are passed over if it is.
pub struct Builder {
    home: Home,
    /// Held until the builder is gone.
    _lock: File,
    held: Option<Generation>,
    received: Moment,
    batches: Vec<Batch>,
    catalogue: Option<Catalogue>,
    scores: Option<Scores>,
    support: Option<SupportCatalogue>,
    weaknesses: Option<WeaknessNames>,
    set_aside: Vec<SetAsideRecord>,
    /// Files that were read, of whatever source.
    files: BTreeSet<(String, String)>,
    /// Files that were read before, byte for byte.
    unchanged: BTreeSet<(String, String)>,
    /// Files that were read before, byte for byte, and that nobody could ask about now.
    from_before: BTreeSet<(String, String)>,
    inputs: BTreeMap<(String, String), Input>,
    ecosystems: BTreeSet<(String, String)>,
    /// The newest date in each file, of sources whose parts age by themselves.
    newest: BTreeMap<(String, String), Date>,
    /// What files say of when they were made, and which part of an answer they are.
    made: BTreeMap<(String, String), Page>,
    /// Sources of which somebody says that fewer records are right.
    accepted: BTreeSet<String>,
    /// How many entries came of parts of sources that are replaced as a whole, where fewer came than there were, now or before.
    counted: BTreeMap<(String, String), parts::Counted>,
    /// Documents that came whole, with their source, and of when they are.
    documents: BTreeMap<(String, Box<str>), String>,
    /// When records were first received that were held under other names until now, by source and the name that they have now.
    renamed: BTreeMap<(String, Box<str>), i32>,
    /// When sources last came to whoever hands them over, by name.
    came_on: BTreeMap<String, Moment>,
    /// When the whole file of a part of a source was last seen to be what its publisher has, by source and part; those of all without
    /// a part.
    compared: BTreeMap<(String, String), Moment>,
    far_fewer: Shrinkage,
    /// So many days the yearly files of a source may lie apart.
    days_apart: u16,
    repaired: bool,
    /// What was lost by that.
    lost: Option<Lost>,
    /// Sources that are replaced as a whole and are dated after the day of receipt.
    dated_ahead: BTreeSet<String>,
    /// What is known of moments that lay ahead of their receipt, once somebody asked.
    known_ahead: OnceLock<Arc<Ahead>>,
    /// Those that came now.
    came_ahead: Ahead,
    /// Files that were read before a day in them had come, and are read again, with the last day on which that can have been.
    read_before: ReadBefore,
    /// When records came first that stand beside now, by source and name, where that was before.
    stood_since: BTreeMap<(String, Box<str>), String>,
    /// Records that stood beside and are withdrawn now, by source and name.
    taken_back: BTreeSet<(String, Box<str>)>,
    /// Products of which the support dates that came replace what was held.
    settled: BTreeSet<String>,
    /// The products of which all names are said that are held.
    named: BTreeSet<String>,
    /// Sources that are replaced as a whole, of whose list something could not be read.
    unread: BTreeSet<String>,
    /// Of when the lists of KEV are that came whole and that nothing replaced.
    wholes: BTreeSet<String>,
    /// Whether somebody accepts what was lost before.
    accepts_lost: bool,
    /// The bundle that all of it is from.
    bundle: Option<BundleTaken>,
    /// Whether scores are written as homes from before kept them.
    #[cfg(test)]
    pub(crate) writes_single_scores: bool,
    /// The digest of those.
    #[cfg(test)]
    single_scores: Option<Digest>,
}

/// Days by source and file.
type ReadBefore = Arc<Mutex<BTreeMap<(String, String), Date>>>;

/// Records on their way into a generation. Each thread has its own; in which order they come makes no difference.
pub struct Batch {
    home: Home,
    received: Date,
    /// As what comes is received, in the form of a stamp.
    moment: String,
    known_ahead: Arc<Ahead>,
    came_ahead: Ahead,
    read_before: ReadBefore,
    /// The last day on which the file that is being read was received first, where that is known.
    read_first: Option<Date>,
    spill: Spill,
    pending: Vec<Pending>,
    sources: Vec<String>,
    /// Source and name of each file, in the order in which they were begun.
    files: Vec<(String, String)>,
    inputs: BTreeMap<(String, String), Input>,
    ecosystems: BTreeSet<(String, String)>,
    newest: BTreeMap<(String, String), Date>,
    made: BTreeMap<(String, String), Page>,
    /// Documents that came, with their source and their file.
    documents: Vec<(String, String, csaf::Document)>,
    set_aside: Vec<SetAsideRecord>,
    buffer: Vec<u8>,
}

#[derive(Clone)]
struct Pending {
    id: Box<str>,
    /// The place of its source in the batch's list.
    source: usize,
    /// The place of its file in the batch's list, where it stands in one.
    file: Option<usize>,
    stamp: Box<str>,
    /// When it came first, where it says a moment that was ahead then.
    ahead_on: Option<Date>,
    facts: Facts,
    place: Place,
}

/// What was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The knowledge that the home holds now.
    pub description: KnowledgeDescription,
    /// The digest of the files that hold it.
    pub root: Digest,
    /// A digest over all that was ever received.
    pub chain: Digest,
    /// Whether the home holds anything else than before. That somebody looked again on another day does not count.
    pub new: bool,
    /// When it was received: the moment given, or that of the receipt before where the clock went back.
    pub received: Moment,
    /// The moment given, where it lies before that of the receipt before.
    pub clock_went_back: Option<Moment>,
    /// The sources by name, with what was done to the records of each.
    pub sources: Vec<(SourceState, Changes)>,
    /// What could not be read, of all sources.
    pub set_aside: Vec<SetAsideRecord>,
    /// Whether the generation that was current is damaged, so that the one before it was built upon.
    pub repaired: bool,
}

impl Builder {
    pub(crate) fn new(
        home: Home,
        lock: File,
        held: Option<Generation>,
        repaired: bool,
        lost: Option<Lost>,
        received: Moment,
    ) -> Self {
        Self {
            home,
            _lock: lock,
            held,
            received,
            batches: Vec::new(),
            catalogue: None,
            scores: None,
            support: None,
            weaknesses: None,
            set_aside: Vec::new(),
            files: BTreeSet::new(),
            unchanged: BTreeSet::new(),
            from_before: BTreeSet::new(),
            inputs: BTreeMap::new(),
            ecosystems: BTreeSet::new(),
            newest: BTreeMap::new(),
            made: BTreeMap::new(),
            accepted: BTreeSet::new(),
            counted: BTreeMap::new(),
            documents: BTreeMap::new(),
            renamed: BTreeMap::new(),
            came_on: BTreeMap::new(),
            compared: BTreeMap::new(),
            far_fewer: Shrinkage::default(),
            days_apart: 0,
            repaired,
            lost,
            dated_ahead: BTreeSet::new(),
            known_ahead: OnceLock::new(),
            came_ahead: Ahead::default(),
            read_before: ReadBefore::default(),
            stood_since: BTreeMap::new(),
            taken_back: BTreeSet::new(),
            settled: BTreeSet::new(),
            named: BTreeSet::new(),
            unread: BTreeSet::new(),
            wholes: BTreeSet::new(),
            accepts_lost: false,
            bundle: None,
            #[cfg(test)]
            writes_single_scores: false,
            #[cfg(test)]
            single_scores: None,
        }
    }

    /// An empty batch.
    ///
    /// # Errors
    /// No temporary file can be made in the home.
    pub fn batch(&self) -> Result<Batch, HomeError> {
        let folder = self.home.folder();
        let file = tempfile::tempfile_in(folder).map_err(at(folder))?;
        Ok(Batch {
            home: self.home.clone(),
            received: self.received.day(),
            moment: self.received.time().to_string(),
            known_ahead: self.ahead()?,
            came_ahead: Ahead::default(),
            read_before: self.read_before.clone(),
            read_first: None,
            spill: Spill::new(file),
            pending: Vec::new(),
            sources: Vec::new(),
            files: Vec::new(),
            inputs: BTreeMap::new(),
            ecosystems: BTreeSet::new(),
            newest: BTreeMap::new(),
            made: BTreeMap::new(),
            documents: Vec::new(),
            set_aside: Vec::new(),
            buffer: Vec::new(),
        })
    }

    /// Takes the records of a batch.
    pub fn add(&mut self, mut batch: Batch) {
        self.set_aside.append(&mut batch.set_aside);
        self.files.extend(batch.files.iter().cloned());
        self.inputs.append(&mut batch.inputs);
        self.ecosystems.append(&mut batch.ecosystems);
        self.made.append(&mut batch.made);
        self.came_ahead.join(&batch.came_ahead);
        for (file, day) in std::mem::take(&mut batch.newest) {
            let held = self.newest.entry(file).or_insert(day);
            *held = day.max(*held);
        }
        self.batches.push(batch);
    }

    /// Whether reading this file can bring nothing: its bytes, as they stand on disk, have this digest, the home has read them, and
    /// they are the last that it read of this file (of a source that is replaced as a whole: the last that it took). A file of which
    /// something is withdrawn on a day that had not come counts as not read once that day has come.
    ///
    /// # Errors
    /// What is held cannot be read.
    pub fn already_read(&self, source: &str, file: &str, digest: Digest) -> Result<bool, HomeError> {
        let Some(held) = &self.held else { return Ok(false) };
        if WHOLE.contains(&source) {
            // What was kept against it would stay if it were not read again.
            if self.accepts(source) {
                return Ok(false);
            }
            // Of scores that were cut short nothing was taken: what is held came of the file before, and shall be seen to have come again.
            if source == EPSS && parts::told(held, source) {
                return Ok(false);
            }
            let state = held.sources().iter().find(|state| state.name == source);
            let whole = state.and_then(|state| state.whole.as_ref());
            return Ok(whole.is_some_and(|(name, bytes)| name == file && *bytes == digest));
        }
        let day = self.received.day();
        let input = held.input(source, file)?.filter(|input| input.digest == as_read(source, digest));
        let Some(input) = input else { return Ok(false) };
        if !input.says_more_on(day) {
            return Ok(true);
        }
        if let Some(before) = input.again.and_then(|again| again.yesterday().ok()?.yesterday().ok()) {
            let file = (source.to_owned(), file.to_owned());
            self.read_before.lock().unwrap_or_else(PoisonError::into_inner).insert(file, before);
        }
        Ok(false)
    }

    /// Whether the home has ever read a file of this name, whatever its bytes; of a source that is replaced as a whole, any file of it.
    ///
    /// # Errors
    /// What is held cannot be read.
    pub fn has_read(&self, source: &str, file: &str) -> Result<bool, HomeError> {
        let Some(held) = &self.held else { return Ok(false) };
        if WHOLE.contains(&source) {
            return Ok(held.sources().iter().any(|state| state.name == source));
        }
        Ok(held.input(source, file)?.is_some())
    }

    /// Whether what the home holds of this file is what it read of these bytes. Of a list that was kept because the one that came last
    /// was cut short, nobody knows which that was: it may be these.
    ///
    /// # Errors
    /// What is held cannot be read.
    pub fn stands_by(&self, source: &str, file: &str, digest: Digest) -> Result<bool, HomeError> {
        let Some(held) = &self.held else { return Ok(false) };
        if WHOLE.contains(&source) {
            let state = held.sources().iter().find(|state| state.name == source);
            let taken = state.and_then(|state| state.whole.as_ref());
            let mut parts = held.parts_of_sources().iter().filter(|(of, ..)| of == source);
            // Homes from before it was kept do not know.
            return Ok(taken.is_none_or(|(name, bytes)| name == file && *bytes == digest)
                || parts.any(|(_, _, part)| part.since.is_some()));
        }
        // Earlier homes know an advisory by its bytes alone.
        let as_read = as_read(source, digest);
        Ok(held.input(source, file)?.is_some_and(|input| input.digest == as_read || input.digest == digest))
    }

    /// Takes note that somebody looked at this file again and that its bytes were read before: what came of it stays.
    pub fn unchanged(&mut self, source: &str, file: &str) {
        self.unchanged.insert((source.to_owned(), file.to_owned()));
    }

    /// Takes note that this file, whose bytes were read before, is there, and that whoever it came from could not be asked about it:
    /// what came of it stays, and it does not count as received again.
    pub fn from_before(&mut self, source: &str, file: &str) {
        self.from_before.insert((source.to_owned(), file.to_owned()));
    }

    /// Whether somebody says that fewer records of this source are right.
    fn accepts(&self, source: &str) -> bool {
        let below = |name: &String| source.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('/'));
        self.accepted.contains(source) || self.accepted.iter().any(below)
    }

    /// Somebody says that the records that come of this source (or of all below it: `osv` of `osv/pypi`), now or at the last sync, are all there should be: it is told as
    /// shrunk no longer, and what is replaced as a whole is. To be said before [`Builder::already_read`] is asked. Of what is replaced as a whole a list
    /// has to come with it.
    pub fn accept_shrunk(&mut self, source: &str) {
        self.accepted.insert(source.to_owned());
    }

    /// From when on fewer records are far fewer. Where nobody says so, any that lacks is told.
    pub fn far_fewer(&mut self, rule: Shrinkage) {
        self.far_fewer = rule;
    }

    /// How many days the yearly files of a source may lie apart. Where nobody says so, one that was made on an earlier day than another
    /// is told as not seen since.
    pub fn days_apart(&mut self, days: u16) {
        self.days_apart = days;
    }

    /// The file of this part of a source (a year; without one of all) was seen to be what its publisher has, at this moment: what
    /// changed before that is in it, however old it is.
    pub fn compared(&mut self, source: &str, part: &str, moment: Moment) {
        self.compared.insert((source.to_owned(), part.to_owned()), moment);
    }

    /// A source (and all below it: `osv` of `osv/pypi`) last came at this moment to whoever hands it over now: nobody has looked at it
    /// since, and it is no fresher than that. What of it is new is received now all the same; what is older than what is held is not taken.
    pub fn came_on(&mut self, source: &str, moment: impl Into<Moment>) {
        self.came_on.insert(source.to_owned(), moment.into());
    }

    /// When a source last came to whoever hands it over now, where that is not this home.
    fn handed_over_of(&self, source: &str) -> Option<Moment> {
        let whole = source.split('/').next().unwrap_or(source);
        self.came_on.get(whole).map(|came| self.received.min(*came))
    }

    /// When a source was received: by whoever handed it over, or now.
    fn received_of(&self, source: &str) -> Moment {
        self.handed_over_of(source).unwrap_or(self.received)
    }

    /// The first file of a source that came; empty where none did.
    fn first_file_of(&self, source: &str) -> &str {
        self.files.iter().find(|(name, _)| name == source).map_or("", |(_, file)| file)
    }

    /// The day on which somebody looked at a source for the last time, where it is part of the sync.
    fn looked_at_on(&self, source: &str) -> Date {
        self.received_of(source).day()
    }

    /// The receipts that were lost, found now or before, and that nobody has accepted yet.
    pub fn lost(&self) -> Vec<LostReceipts> {
        let before = self.held.iter().flat_map(Generation::lost).filter(|lost| lost.is_open());
        before.chain(&self.lost).map(|lost| lost.receipts.clone()).collect()
    }

    /// Somebody says that what came with the receipts that were lost has come again, or is not missed. What is found to be lost now
    /// nobody can have seen yet: it is told.
    pub fn accept_lost(&mut self) {
        self.accepts_lost = true;
    }

    /// All that comes is from this bundle: that it was taken is published with it.
    pub fn bundle(&mut self, taken: BundleTaken) {
        self.bundle = Some(taken);
    }

    /// The names of the sources that the home holds.
    pub fn held_sources(&self) -> impl Iterator<Item = &str> {
        self.held.iter().flat_map(Generation::sources).map(|state| state.name.as_str())
    }

    /// Takes note of the bytes of a file, as they stand on disk, that is given with [`Builder::exploited`] or its like.
    pub fn input(&mut self, source: &str, file: &str, length: u64, digest: Digest) {
        self.inputs.insert((source.to_owned(), file.to_owned()), Input::new(length, digest));
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

    /// Takes the support dates of products, read from this file or folder. A product that is not among them, or of which something could
    /// not be read, keeps its release lines.
    pub fn support(&mut self, file: &str, mut catalogue: SupportCatalogue) {
        self.whole_source(eol::SOURCE, file, std::mem::take(&mut catalogue.set_aside));
        self.support = Some(catalogue);
    }

    /// Takes the names of weaknesses, read from this file.
    pub fn weakness_names(&mut self, file: &str, mut names: WeaknessNames) {
        self.whole_source(cwe::SOURCE, file, std::mem::take(&mut names.set_aside));
        self.weaknesses = Some(names);
    }

    fn whole_source(&mut self, source: &str, file: &str, aside: Vec<SetAside>) {
        self.files.insert((source.to_owned(), file.to_owned()));
        if !aside.is_empty() {
            self.unread.insert(source.to_owned());
        }
        self.set_aside.extend(aside.into_iter().map(|aside| SetAsideRecord::new(source, file, aside)));
    }

    /// Writes the next generation and makes it the current one. `records` is told how many records are written, as they are.
    ///
    /// # Errors
    /// The disk refuses, or what is held is damaged. The earlier generation stays current then.
    pub fn publish(self, records: &mut dyn FnMut(u64)) -> Result<Published, HomeError> {
        publish::publish(self, records)
    }
}

/// What is told of a date after the day of receipt, behind the date.
const BEYOND: &str = " lies after the day of receipt, ";

/// Whether that is told of a record.
fn is_beyond(told: &SetAsideRecord) -> bool {
    told.place == 0 && told.reason.contains(BEYOND)
}

/// What is told of a date after the day of receipt.
fn beyond(source: &str, file: &str, id: Option<&str>, date: &str, received: Date, digest: Digest) -> SetAsideRecord {
    let reason = format!("{date}{BEYOND}{received}: it is not believed");
    SetAsideRecord::remark(source, file, id, reason, digest)
}

/// The digest by which a file is known that was read. That of an advisory says as well that its records were named by the document
/// and its publisher: a home from before that reads every advisory once more, so that no record stays under a name that two share.
fn as_read(source: &str, digest: Digest) -> Digest {
    match source {
        csaf::SOURCE => Digest::of_parts([b"named by document and publisher".as_slice(), digest.as_bytes()]),
        _ => digest,
    }
}

/// Compiles the rows of a file by the present rules, into a file without a name.
pub(crate) fn compile_again(layer: &Layer) -> Result<Reader, crate::error::OpenError> {
    write::compile_again(layer)
}

impl Batch {
    /// From here on, what comes stands in this file of this source.
    pub fn file(&mut self, source: &str, file: &str) {
        self.read_first = None;
        self.files.push((source.to_owned(), file.to_owned()));
    }

    /// As [`Batch::file`], with the length and the digest of its bytes as they stand on disk, so that
    /// [`Builder::already_read`] knows them the next time.
    pub fn input(&mut self, source: &str, file: &str, length: u64, digest: Digest) {
        self.file(source, file);
        let file = (source.to_owned(), file.to_owned());
        self.read_first = self.read_before.lock().unwrap_or_else(PoisonError::into_inner).get(&file).copied();
        self.inputs.insert(file, Input::new(length, digest));
    }

    /// The source gives, in this sync, the whole of an ecosystem (in the spelling of packages): from then on a package of it that is
    /// not spoken of counts as one of which nothing is known. A file `<Ecosystem>/all.zip` of OSV says so by its name.
    pub fn ecosystem(&mut self, source: &str, ecosystem: &str) {
        self.ecosystems.insert((source.to_owned(), ecosystem.to_owned()));
    }

    /// Takes note of when a file was made, by what it says itself as a stamp, and of which part it says it is of an answer. One that says
    /// a moment ahead was made when it came first, at the latest.
    pub fn made(&mut self, source: &str, file: &str, stamp: &str, extent: Extent) {
        let Ok(made) = stamp.parse::<DateTime>() else { return };
        let day = self.received_as(source, file, stamp);
        let known = self.known_ahead.came(source, file, &stamp::in_one_form(stamp));
        let first = known.and_then(|came| came.parse().ok());
        let first: DateTime = first.unwrap_or(Moment::from(day).time());
        // Of today it is known when.
        let now = self.moment.parse().unwrap_or(first);
        self.made.insert((source.to_owned(), file.to_owned()), Page { made: made.min(first).min(now), extent });
    }

    /// Takes a record. `stamp` tells versions of it apart, the moments that stamps name in whatever zone: the latest counts, of those
    /// with one stamp the one that came last. A moment after the day of receipt is told and counts as none. Where several come at
    /// once with one stamp and say different things, all that they say counts, and that is told.
    /// [`VulnerabilityRecord::received`] is passed over: the home knows itself what it has received.
    ///
    /// # Errors
    /// The disk refuses, or the record cannot be written down.
    pub fn record(&mut self, record: &VulnerabilityRecord, stamp: &str) -> Result<(), HomeError> {
        let mut facts = entry::encode(record, &mut self.buffer)
            .map_err(|reason| HomeError::Record { id: record.id.to_string(), reason })?;
        let received = self.received_as(&record.source, record.id.as_str(), stamp);
        let dates = [record.published, record.modified];
        let newest = dates.into_iter().filter_map(|date| stamp::believed_day(date, received)).max();
        facts.newest = day::pack(newest);
        let moment = stamp::believed(stamp, received);
        let future = dates.into_iter().flatten().find(|date| stamp::believed_day(Some(*date), received).is_none());
        if let Some(date) = future
            .map(|date| date.to_string())
            .or((moment != stamp && moment.is_empty()).then(|| stamp::without_number(stamp).to_owned()))
        {
            let file = self.files.last().map_or("", |(_, file)| file.as_str());
            self.set_aside.push(beyond(&record.source, file, Some(record.id.as_str()), &date, received, facts.digest));
        }
        let place = self.spill.push(&self.buffer).map_err(at(self.home.folder()))?;
        let known = self.sources.iter().position(|source| *source == record.source);
        let source = known.unwrap_or_else(|| {
            self.sources.push(record.source.clone());
            self.sources.len() - 1
        });
        let file = self.files.len().checked_sub(1);
        if let Some(input) = self.files.last().and_then(|file| self.inputs.get_mut(file)) {
            input.records += 1;
        }
        if let Some(newest) = newest.filter(|_| record.source == csaf::SOURCE)
            && let Some(file) = self.files.last()
        {
            let held = self.newest.entry(file.clone()).or_insert(newest);
            *held = newest.max(*held);
        }
        let ahead_on = Some(received).filter(|_| moment.is_empty() && stamp::is_dated(stamp));
        let (id, stamp) = (record.id.as_str().into(), moment.into());
        self.pending.push(Pending { id, source, file, stamp, ahead_on, facts, place });
        Ok(())
    }

    /// As [`Batch::record`], of what a reader handed over. What is withdrawn on a day after the day of receipt is not. A version of an
    /// advisory that is of a moment to come stands beside those that say one, as one that says none.
    ///
    /// # Errors
    /// As for [`Batch::record`].
    pub fn dated(&mut self, dated: &Dated) -> Result<(), HomeError> {
        let id = dated.record.id.as_str();
        let received = self.received_as(&dated.record.source, id, &dated.last_modified);
        let moment = stamp::believed(&dated.last_modified, received);
        if stamp::is_dated(&moment) || dated.record.source != csaf::SOURCE || csaf::stands_beside(id) {
            return self.named(dated);
        }
        let mut beside = dated.clone();
        beside.record.id = VulnerabilityId::new(format!("{id}{UNDATED}"));
        self.named(&beside)
    }

    fn named(&mut self, dated: &Dated) -> Result<(), HomeError> {
        let on = dated.withdrawn_on.filter(|on| stamp::believed_day(Some(*on), self.received).is_none());
        let Some(on) = on else { return self.record(&dated.record, &dated.last_modified) };
        self.not_believed(Some(on));
        let record = VulnerabilityRecord { withdrawn: false, ..dated.record.clone() };
        let file = self.files.last().map_or("", |(_, file)| file.as_str());
        let (id, on) = (record.id.as_str(), format!("withdrawn on {on}, which"));
        self.set_aside.push(beyond(&record.source, file, Some(id), &on, self.received, Digest::of(on.as_bytes())));
        self.record(&record, &dated.last_modified)
    }

    /// The day on which a version with this stamp was received first, where it was ahead of that; else that of now. Versions of an
    /// advisory are known by their document.
    fn received_as(&mut self, source: &str, id: &str, stamp: &str) -> Date {
        let moment = stamp::in_one_form(stamp);
        let Some(day) = stamp::day_of(&moment) else { return self.received };
        let name = if source == csaf::SOURCE { id.split_once('/').map_or(id, |(label, _)| label) } else { id };
        let known = self.known_ahead.came_on(source, name, &moment);
        let received = [known, self.read_first].into_iter().flatten().fold(self.received, Date::min);
        if known.is_none() && stamp::believed_day(Some(day), received).is_none() {
            let first = Moment::from(received).time().to_string();
            let came = if received == self.received { &self.moment } else { &first };
            self.came_ahead.note(source, name, &moment, came);
        }
        received
    }

    /// The file that is being read has a day in it that lies after the day of receipt.
    fn not_believed(&mut self, day: Option<Date>) {
        if let Some(input) = self.files.last().and_then(|file| self.inputs.get_mut(file)) {
            input.not_believed(day);
        }
    }

    /// A document of this source came. Its records are those whose identifiers are its label, `/` and a name: one that is held and
    /// does not come with a whole one was taken back by its publisher, unless what is held is later than the document.
    pub fn document(&mut self, source: &str, mut document: csaf::Document) {
        let received = self.received_as(source, &document.label, &document.last_modified);
        document.last_modified = stamp::believed(&document.last_modified, received);
        let file = self.files.last().map_or_else(String::new, |(_, file)| file.clone());
        self.documents.push((source.to_owned(), file, document));
    }

    /// Takes note of a record that could not be read.
    pub fn set_aside(&mut self, record: SetAsideRecord) {
        self.set_aside.push(record);
    }
}

#[cfg(test)]
mod tests;
