//! What is known about a source as a whole, and what of it could not be read.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use ward_formats::feed::SetAside;
use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::SourceDescription;

/// The name of CISA's catalogue as a source.
pub const KEV: &str = "kev";
/// The name of EPSS as a source.
pub const EPSS: &str = "epss";

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
        }
    }

    /// The part that assessments show.
    pub fn description(&self) -> SourceDescription {
        SourceDescription {
            name: self.name.clone(),
            newest: self.newest,
            records: self.records,
            without_product: self.without_product,
            set_aside: self.set_aside,
        }
    }
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
        }
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
    /// Whether the whole source is older than what is held, so that the held one is kept (KEV, EPSS).
    pub older_as_a_whole: bool,
    /// Entries that were held and are gone (KEV, EPSS, which are replaced as a whole).
    pub removed: u64,
}
