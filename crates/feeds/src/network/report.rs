//! What a fetch did, and what it tells while it runs.

use std::time::Duration;

use jiff::Timestamp;

use super::error::FetchError;

/// What a fetch did.
#[derive(Debug)]
pub struct FetchReport {
    /// Every source of the plan, in its order.
    pub sources: Vec<SourceFetch>,
    /// Servers whose clocks are far from this machine's. One of the two is wrong; the day of receipt is always this machine's.
    pub clocks: Vec<ClockNote>,
}

impl FetchReport {
    /// The sources that are not as new as they could be.
    pub fn stale(&self) -> impl Iterator<Item = &SourceFetch> {
        self.sources.iter().filter(|source| matches!(source.outcome, Outcome::Partly | Outcome::Failed))
    }
}

/// How a source came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All of it came, or was seen not to have changed.
    Whole,
    /// Some of it did not come.
    Partly,
    /// Nothing came.
    Failed,
    /// The mirror has nothing of it, and nobody asked for it by name.
    Absent,
}

/// What a fetch did with one source.
#[derive(Debug)]
pub struct SourceFetch {
    /// Its name, which is also its folder in the mirror.
    pub name: &'static str,
    /// How it came.
    pub outcome: Outcome,
    /// When all of it last came, by this machine's clock; `None` where it never did.
    pub whole: Option<Timestamp>,
    /// How many files are new.
    pub new: u64,
    /// How many files were seen not to have changed.
    pub unchanged: u64,
    /// How many bytes came.
    pub bytes: u64,
    /// What did not come, and why.
    pub failed: Vec<FailedFile>,
    /// Files that hold less than before, and lists that name fewer files.
    pub shrunk: Vec<Shrunk>,
    /// What was seen of signatures; `None` where the source has none.
    pub signatures: Option<Signatures>,
    /// Anything else that somebody should know.
    pub notes: Vec<String>,
}

impl SourceFetch {
    /// Whether nothing came, and nothing was asked for, because nothing had come before of what it hangs on.
    pub fn was_not_asked(&self) -> bool {
        let not_asked = |failed: &FailedFile| matches!(failed.error, FetchError::NotAskedAgain { .. });
        !self.failed.is_empty() && self.failed.iter().all(not_asked)
    }
}

/// A file that did not come.
#[derive(Debug)]
pub struct FailedFile {
    /// Its name in the mirror, or what was asked for.
    pub name: String,
    /// Why.
    pub error: FetchError,
}

/// A file that holds less than before, or a list that names fewer files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shrunk {
    /// Its name in the mirror; of a list its address.
    pub name: String,
    /// What there is less of: `bytes`, `entries` or `listed files`.
    pub what: &'static str,
    /// How many there were.
    pub before: u64,
    /// How many there are.
    pub now: u64,
}

/// What was seen of checksums and signatures of documents that came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Signatures {
    /// Documents whose checksum was given and is right.
    pub checksum_right: u64,
    /// Documents for which no checksum was given.
    pub without_checksum: u64,
    /// Documents with an OpenPGP signature by a key that the provider names.
    pub signature_right: u64,
    /// Documents with an OpenPGP signature that could not be checked; the notes say why. It is kept beside them.
    pub not_checked: u64,
    /// Documents without a signature.
    pub unsigned: u64,
}

/// A server whose clock is far from this machine's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockNote {
    /// The server.
    pub host: String,
    /// By how many seconds its clock is ahead.
    pub ahead_seconds: i64,
}

/// Is told how far a fetch is.
pub trait FetchProgress {
    /// A source begins.
    fn source(&mut self, name: &str);

    /// A file begins.
    fn file(&mut self, name: &str);

    /// The length of the file, where it is known, and how much of it is there already.
    fn size(&mut self, bytes: Option<u64>, held: u64);

    /// So many more bytes came.
    fn bytes(&mut self, more: u64);

    /// Nothing happens for so long, for this reason.
    fn waiting(&mut self, time: Duration, reason: &FetchError);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl FetchProgress for NoProgress {
    fn source(&mut self, _: &str) {}

    fn file(&mut self, _: &str) {}

    fn size(&mut self, _: Option<u64>, _: u64) {}

    fn bytes(&mut self, _: u64) {}

    fn waiting(&mut self, _: Duration, _: &FetchError) {}
}
