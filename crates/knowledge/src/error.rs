//! What can go wrong around a home and its files.

use std::io;
use std::path::PathBuf;

use ward_model::knowledge::KnowledgeError;

use crate::moment::Moment;

/// Why a file cannot be opened as a generation.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file system refused.
    #[error("{path}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What it said.
        #[source]
        source: io::Error,
    },
    /// The file does not begin as a generation does; a write that never finished leaves such a file.
    #[error("{path} is not a generation of knowledge")]
    NotAGeneration {
        /// Which file.
        path: PathBuf,
    },
    /// Another version of the program wrote it.
    #[error(
        "{path} has format {found}, this program reads formats 4 to {known}: move the folder `knowledge` of this home away and sync all sources \
        again, or sync into a new home (`--home DIR`); keep the old one where the days of receipt are evidence"
    )]
    OtherFormat {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The format that this program writes.
        known: u32,
    },
    /// Bytes are missing, or there are more than were written.
    #[error("{path} has {found} bytes where {expected} were written")]
    Length {
        /// Which file.
        path: PathBuf,
        /// How many were written.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// Its directory does not have the digest it should have, or makes no sense.
    #[error(transparent)]
    Knowledge(#[from] KnowledgeError),
}

/// What is held is not what was written.
#[derive(Debug, thiserror::Error)]
#[error("{path} is damaged")]
pub struct Damage {
    /// The file in which it is.
    pub path: PathBuf,
    /// The place in it.
    #[source]
    pub source: KnowledgeError,
}

/// Why a home cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    /// The file system refused.
    #[error("{path}")]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What it said.
        #[source]
        source: io::Error,
    },
    /// Somebody else is writing.
    #[error("another program is writing knowledge in {path}; try again when it is done")]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// The pointer to the current generation names nothing that can be one.
    #[error("{path} names no generation: `{found}`")]
    Pointer {
        /// The pointer.
        path: PathBuf,
        /// What it says.
        found: String,
    },
    /// The file that says what was published last is missing or broken.
    #[error("{path} does not say what was published last")]
    Anchor {
        /// The file.
        path: PathBuf,
    },
    /// What is current is earlier than what was published last.
    #[error(
        "what is held in {path} was taken back: it ends with receipt {held}, and receipt {published} was published"
    )]
    RolledBack {
        /// The folder.
        path: PathBuf,
        /// How many times something was received, by what is current.
        held: u32,
        /// How many times something was published.
        published: u32,
    },
    /// What is current has another history than what was published last.
    #[error("what is held in {path} is not what was published: receipt {transaction} differs")]
    OtherHistory {
        /// The folder.
        path: PathBuf,
        /// The receipt that differs.
        transaction: u32,
    },
    /// Fewer entries were accepted of a list that did not come, or that is older than what is held.
    #[error("fewer entries of {source_name} cannot be accepted: {}", why_not_taken(.older))]
    NotTaken {
        /// The source.
        source_name: String,
        /// Whether an older list came.
        older: bool,
    },
    /// The moment asked about lies before anything was received.
    #[error("nothing was known here at {moment}: this home received its first knowledge at {first}")]
    BeforeFirst {
        /// The moment asked about.
        moment: Moment,
        /// The first receipt.
        first: Moment,
    },
    /// The generation that is held cannot be built upon, and there is none before it.
    #[error("what is held in {path} cannot be built upon, and nothing that was held before is left there")]
    NoBase {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: Box<HomeError>,
    },
    /// The current generation cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The current generation cannot be read.
    #[error(transparent)]
    Knowledge(#[from] KnowledgeError),
    /// A record cannot be written down.
    #[error("{id} cannot be stored: {reason}")]
    Record {
        /// Which record.
        id: String,
        /// Why.
        reason: String,
    },
    /// There is more of something than the format can number.
    #[error("too much for one generation: {0}")]
    TooLarge(&'static str),
}

/// Names the file in an error of the file system.
pub(crate) fn at(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> HomeError {
    let path = path.into();
    move |source| HomeError::Io { path, source }
}

fn why_not_taken(older: &bool) -> &'static str {
    match older {
        true => "the list that came is older than what is held, and was not taken",
        false => "no list of it came with this, and what is held is of the list before",
    }
}
