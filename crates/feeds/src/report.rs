//! What a sync did.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::civil::Date;
use ward_knowledge::{Changes, SetAsideRecord, SourceState};
use ward_model::digest::Digest;
use ward_model::knowledge::KnowledgeDescription;

use crate::source::Source;

/// What a sync did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncReport {
    /// The knowledge that the home holds now.
    pub knowledge: KnowledgeDescription,
    /// The digest of the file that holds it.
    pub root: Digest,
    /// A digest over all that the home ever received.
    pub chain: Digest,
    /// Whether anything is different from before.
    pub new: bool,
    /// The day under which it was received.
    pub received: Date,
    /// Where the clock went back: the day of the receipt before, after which this one counts.
    pub clock_went_back: Option<Date>,
    /// Which mirrors were read together, and what each of them holds.
    pub mirrors: Vec<MirrorPart>,
    /// The sources that were read, in the order of their names.
    pub sources: Vec<SourceReport>,
    /// Sources that the home holds and that were not part of this sync, by name.
    pub untouched: Vec<SourceState>,
    /// Folders of the mirror that this version of the program does not read yet, and what it does not read in those that it does, by name.
    pub not_read: Vec<String>,
    /// Whether the generation that was current was found damaged, and the one before it was built upon.
    pub repaired: bool,
}

/// What a sync did with one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceReport {
    /// The source as it is now.
    pub state: SourceState,
    /// How many files were read.
    pub files: usize,
    /// What that changed.
    pub changes: Changes,
    /// Every record of it that could not be read, by file and place.
    pub set_aside: Vec<SetAsideRecord>,
}

/// One of the mirrors that were read together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirrorPart {
    /// Its folder.
    pub folder: PathBuf,
    /// How many files there are of each source. One that another mirror holds too counts for the first.
    pub files: BTreeMap<Source, usize>,
}
