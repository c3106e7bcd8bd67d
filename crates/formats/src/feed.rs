//! Vulnerability feeds: NVD API 2.0, CISA KEV, EPSS.
//!
//! Readers take bytes as they come and hand over one record after the other. A record that cannot be read is handed over too,
//! as [`SetAside`], with its name and the reason: nothing is dropped or thinned silently. A file that is not whole is an error.
//! What is deliberately absent: files, compression, and any opinion on which of two records is the newer one.

use std::io;

use ward_model::cpe::ProductKey;
use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;

pub mod cwe;
pub mod eol;
pub mod epss;
pub mod kev;
pub mod nvd;

mod elements;

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
