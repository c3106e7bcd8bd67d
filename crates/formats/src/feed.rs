//! Vulnerability feeds: NVD API 2.0, CVE list 5, OSV, CSAF, CISA KEV, EPSS; support dates; the names of weaknesses.
//!
//! Readers take bytes as they come and hand over one record after the other. A record that cannot be read is handed over too,
//! as [`SetAside`], with its name and the reason: nothing is dropped or thinned silently. A file that is not whole is an error.
//! What is deliberately absent: files, compression, and any opinion on which of two records is the newer one.

use std::io;

use jiff::civil::Date;
use ward_model::cpe::ProductKey;
use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;
use ward_model::vulnerability::VulnerabilityRecord;

pub mod csaf;
pub mod cve5;
pub mod cwe;
pub mod eol;
pub mod epss;
pub mod kev;
pub mod nvd;
pub mod osv;

mod affected;
mod elements;
mod lenient;
mod packages;
mod version_text;

/// More than any single record has: a longer one is refused and not collected.
pub const LONGEST_RECORD: usize = 64 << 20;

/// What one element of a feed gave. An element of which a part could not be read gives both.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A record.
    Record(Box<Dated>),
    /// An element that could not be read, or a part of one.
    SetAside(SetAside),
}

/// A record with the moment of its last change, which tells two versions of it apart more finely than a day can.
#[derive(Debug, Clone, PartialEq)]
pub struct Dated {
    /// The record.
    pub record: VulnerabilityRecord,
    /// The moment as written; such texts sort like the moments that they name. Empty where none can be read.
    pub last_modified: String,
}

/// The day at the start of a date or time. Feeds write a day before the age of computers where they know none.
fn day(text: &str) -> Option<Date> {
    kev::day(text).filter(|day| day.year() >= 1970)
}

/// A record that could not be read, kept so that somebody can see it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SetAside {
    /// Its identifier, where at least that could be read.
    pub id: Option<VulnerabilityId>,
    /// Its place among the records of its file, from 1.
    pub place: u64,
    /// Why it could not be read.
    pub reason: String,
    /// The digest of its bytes, so that the same record is the same whatever the reason reads like.
    pub digest: Digest,
    /// The products that it names, as far as they can be read, in order: what it says of them is not known.
    pub products: Vec<ProductKey>,
}

/// Why a feed file as a whole cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The bytes could not be had, or their compression is broken.
    #[error("cannot be read")]
    Io(#[from] io::Error),
    /// The text is not what the format says.
    #[error("{reason} (byte {offset})")]
    Syntax {
        /// Where, counted from 0 in the uncompressed text.
        offset: u64,
        /// What is wrong.
        reason: String,
    },
    /// It is well formed and is not this feed.
    #[error("expected {expected}, found {found}")]
    WrongFeed {
        /// What the reader is for.
        expected: &'static str,
        /// What the file says that it is.
        found: String,
    },
    /// It ends early, or announces more than it holds.
    #[error("incomplete: announces {announced} records and holds {held}")]
    Incomplete {
        /// How many it announces.
        announced: u64,
        /// How many it holds.
        held: u64,
    },
}
