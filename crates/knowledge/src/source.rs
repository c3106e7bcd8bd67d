//! What is known about a source as a whole, and what of it could not be read.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use ward_formats::feed::SetAside;
use ward_model::affected::SubjectKey;
use ward_model::cpe::ProductKey;
use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::SourceDescription;
use ward_model::vulnerability::Undescribed;

use crate::part::{self, Part};
use crate::reach::{Reach, Reaches};
use crate::undescribed;

/// The name of CISA's catalogue as a source.
pub const KEV: &str = "kev";
/// The name of EPSS as a source.
pub const EPSS: &str = "epss";

/// The name of the National Vulnerability Database as a source.
pub(crate) const NVD: &str = ward_formats::feed::nvd::SOURCE;
/// The name of OSV as a source: by itself, or followed by `/` and an ecosystem.
pub(crate) const OSV: &str = ward_formats::feed::osv::SOURCE;

/// Whether this is OSV, or one of its ecosystems.
pub(crate) fn is_osv(source: &str) -> bool {
    source.strip_prefix(OSV).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
/// Sources that come as one file, which replaces all that is held of them.
pub(crate) const WHOLE: [&str; 4] = [KEV, EPSS, ward_formats::feed::eol::SOURCE, ward_formats::feed::cwe::SOURCE];
/// The first yearly file of NVD; it holds what is older too.
pub const FIRST_YEAR: i16 = 2002;

/// One source inside a generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceState {
    /// `nvd`, `kev`, `epss`, …
    pub name: String,
    /// The last day on which it was received.
    pub received: Option<Date>,
    /// How it names its own state: a catalogue's or a model's version.
    pub edition: Option<String>,
    /// The day of that state, where it says one.
    pub released: Option<Date>,
    /// The newest date inside its records.
    pub newest: Option<Date>,
    /// How many records.
    pub records: u64,
    /// How many records have no vulnerable criterion that names a product, so that no matcher can find them.
    pub without_product: u64,
    /// How many could not be read and were set aside.
    pub set_aside: u64,
    /// For NVD: the years whose yearly file was ever read.
    pub years: BTreeSet<i16>,
    /// For OSV: the ecosystems that were ever read whole, as packages spell them.
    pub ecosystems: BTreeSet<String>,
    /// For a source that is replaced as a whole: the file that is held, and the digest of its bytes.
    pub whole: Option<(String, Digest)>,
}

impl SourceState {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            received: None,
            edition: None,
            released: None,
            newest: None,
            records: 0,
            without_product: 0,
            set_aside: 0,
            years: BTreeSet::new(),
            ecosystems: BTreeSet::new(),
            whole: None,
        }
    }

    /// Takes note that this file was read.
    pub(crate) fn read(&mut self, file: &str) {
        match self.name.as_str() {
            NVD => self.years.extend(year_of(file)),
            name if is_osv(name) => self.ecosystems.extend(ecosystem_of(file)),
            _ => {}
        }
    }

    /// What was never received, in words: yearly files of NVD, one gap for each run of years; and records of what KEV names.
    fn gaps(&self, undescribed: &[Undescribed]) -> Vec<String> {
        if self.name == KEV {
            return undescribed::gaps(self.records, undescribed);
        }
        if self.name != NVD {
            return Vec::new();
        }
        let newest = self.newest.map(Date::year).max(self.years.last().copied());
        let Some(newest) = newest.filter(|_| !self.years.is_empty()) else { return vec!["no yearly file".to_owned()] };
        let lacking = (FIRST_YEAR..=newest).filter(|year| !self.years.contains(year));
        runs_of_years(lacking).into_iter().map(|run| format!("no yearly file for {run}")).collect()
    }

    /// The part that assessments show. The gaps of KEV are what no record describes.
    pub(crate) fn description(
        &self,
        undescribed: &[Undescribed],
        parts: &[(String, String, Part)],
        reaches: &Reaches,
    ) -> SourceDescription {
        SourceDescription {
            name: self.name.clone(),
            newest: self.newest,
            released: self.released,
            received: self.received,
            records: self.records,
            without_product: self.without_product,
            set_aside: self.set_aside,
            gaps: self.gaps(undescribed),
            shrunk: part::shrunk(parts, &self.name),
            providers: part::providers(parts, &self.name),
            unseen: reaches.get(&self.name).and_then(Reach::unseen),
        }
    }
}

/// Years in order as runs, in words: `2014`, `2016 to 2018`.
pub(crate) fn runs_of_years(years: impl Iterator<Item = i16>) -> Vec<String> {
    let mut runs: Vec<(i16, i16)> = Vec::new();
    for year in years {
        match runs.last_mut() {
            Some((_, last)) if *last == year - 1 => *last = year,
            _ => runs.push((year, year)),
        }
    }
    let words =
        |(first, last): (i16, i16)| if first == last { first.to_string() } else { format!("{first} to {last}") };
    runs.into_iter().map(words).collect()
}

/// 2014 of `nvdcve-2.0-2014.json.gz`; `modified` and `recent` are no years.
pub(crate) fn year_of(file: &str) -> Option<i16> {
    let stem = file.strip_suffix(".gz").unwrap_or(file).strip_suffix(".json")?;
    let year = stem.strip_prefix("nvdcve-2.0-")?;
    year.parse().ok().filter(|parsed| year.len() == 4 && *parsed >= FIRST_YEAR)
}

/// `pypi` of `PyPI/all.zip`: the file with the whole of an ecosystem. Its release is left out: `Debian:12` is part of Debian, and
/// which releases are spoken of is seen from the records.
fn ecosystem_of(file: &str) -> Option<String> {
    let folder = file.strip_suffix("/all.zip")?;
    let name = folder.split(':').next().filter(|name| !name.is_empty() && !name.contains('/'))?;
    Some(name.to_lowercase())
}

/// A record that could not be read, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SetAsideRecord {
    /// The source.
    pub source: String,
    /// The file inside the source.
    pub file: String,
    /// Its place among the records of that file, from 1.
    pub place: u64,
    /// Its identifier, where at least that could be read.
    pub id: Option<VulnerabilityId>,
    /// Why it could not be read.
    pub reason: String,
    /// The digest of its bytes.
    pub digest: Digest,
    /// The products that it names, as far as they can be read, in order.
    #[serde(with = "keys")]
    pub products: Vec<ProductKey>,
    /// When it was last changed, in the form of `ward_formats::feed::stamp`; empty where that is not known. It is kept behind the
    /// rest ([`crate::fact::of_set_aside`]), where earlier programs do not look.
    #[serde(skip)]
    pub stamp: String,
    /// The packages, and the products in words, that it names, in order. They are kept behind the stamp.
    #[serde(skip)]
    pub subjects: Vec<SubjectKey>,
}

impl SetAsideRecord {
    /// What a reader handed over, with where it was reading.
    pub fn new(source: &str, file: &str, aside: SetAside) -> Self {
        Self {
            source: source.to_owned(),
            file: file.to_owned(),
            place: aside.place,
            id: aside.id,
            reason: aside.reason,
            digest: aside.digest,
            products: aside.products,
            stamp: aside.last_modified,
            subjects: aside.subjects,
        }
    }

    /// What is to be told of a record that was read all the same.
    pub(crate) fn remark(source: &str, file: &str, id: Option<&str>, reason: String, digest: Digest) -> Self {
        Self {
            source: source.to_owned(),
            file: file.to_owned(),
            place: 0,
            id: id.map(VulnerabilityId::from),
            reason: format!("in part: {reason}"),
            digest,
            products: Vec::new(),
            subjects: Vec::new(),
            stamp: String::new(),
        }
    }

    /// By what it will be known when it can be read; a file of advisories holds a single one.
    pub(crate) fn known_by(self) -> Option<Unread> {
        match self.id {
            Some(id) => Some(Unread::Record(id)),
            None => (self.source == ward_formats::feed::csaf::SOURCE).then_some(Unread::File(self.file)),
        }
    }

    /// Its identifier, or else where it stands.
    pub fn label(&self) -> String {
        match &self.id {
            Some(id) => id.to_string(),
            None => format!("record {} of {}", self.place, self.file),
        }
    }
}

/// By what something is known that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unread {
    /// Its own name, or that of its document.
    Record(VulnerabilityId),
    /// The file, where no name could be read.
    File(String),
}

/// Which records name each product or package, by [`SetAsideRecord::label`].
pub(crate) type Aside = BTreeMap<SubjectKey, BTreeSet<String>>;

/// Which of these records name each product or package.
pub(crate) fn by_subject(records: &[SetAsideRecord]) -> Aside {
    let mut named = Aside::new();
    for record in records {
        let products = record.products.iter().cloned().map(SubjectKey::Product);
        for subject in products.chain(record.subjects.iter().cloned()) {
            named.entry(subject).or_default().insert(record.label());
        }
    }
    named
}

/// Products as the bytes by which the index knows them.
mod keys {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};
    use ward_model::cpe::ProductKey;

    use crate::row;

    pub(super) fn serialize<S: Serializer>(keys: &[ProductKey], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(keys.iter().map(|key| {
            let mut bytes = Vec::new();
            row::key_bytes(key, &mut bytes);
            bytes
        }))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ProductKey>, D::Error> {
        let keys = Vec::<Vec<u8>>::deserialize(deserializer)?;
        keys.iter().map(|bytes| row::read_key(bytes).map_err(D::Error::custom)).collect()
    }
}

/// What a sync did to the records of one source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Records that were not held before.
    pub added: u64,
    /// Records that say something else than before.
    pub changed: u64,
    /// Records that say what was held already.
    pub unchanged: u64,
    /// Records that were held and did not come again: kept.
    pub absent: u64,
    /// Records that are older than what is held: the held ones are kept.
    pub older: u64,
    /// Whether the whole source is older than what is held, so that the held one is kept (of what is replaced as a whole).
    pub older_as_a_whole: bool,
    /// Of when what came is, and what is held, where nothing of it was taken because it is older.
    pub behind: Option<Behind>,
    /// Entries that were held and are gone (KEV, EPSS, which are replaced as a whole).
    pub removed: u64,
    /// How many entries came of a source that is replaced as a whole.
    pub came: Option<u64>,
    /// Whether these are far fewer than there were, so that what did not come is kept.
    pub far_fewer: bool,
}

/// Of when two states of a source are, in words: what the source says of itself where it does, else when each was received from it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Behind {
    /// What came.
    pub came: String,
    /// What is held.
    pub held: String,
}

impl Behind {
    /// The one that came is older than the one that is held.
    pub(crate) fn new(came: impl ToString, held: impl ToString) -> Self {
        Self { came: came.to_string(), held: held.to_string() }
    }
}

impl Changes {
    /// Whether nothing was taken of a source that is replaced as a whole.
    pub(crate) fn keeps_the_whole(&self, source: &str) -> bool {
        self.older_as_a_whole || self.far_fewer && source == EPSS
    }
}
