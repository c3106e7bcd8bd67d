//! How long and how much is borne.

use std::time::Duration;

/// How long is waited, how often something is tried, and how much is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Until a connection stands, with TLS.
    pub connect: Duration,
    /// Until an answer begins.
    pub answer: Duration,
    /// Between two pieces of an answer.
    pub silence: Duration,
    /// For one answer as a whole.
    pub whole: Duration,
    /// How long an answer may be slower than `least_bytes_per_second`.
    pub grace: Duration,
    /// What an answer has to bring on average once the grace is over.
    pub least_bytes_per_second: u64,
    /// How often something is tried.
    pub attempts: u32,
    /// Before the second attempt; twice as long before every further one.
    pub back_off: Duration,
    /// The longest wait that a server may ask for.
    pub longest_wait: Duration,
    /// How many redirects are followed.
    pub redirects: u32,
    /// How many files of one source may fail one after the other before the rest is left.
    pub failures_in_a_row: u32,
    /// Small files that say something of others: listings, checksums, signatures.
    pub listing: u64,
    /// A single document, and a page of an interface.
    pub document: Caps,
    /// A feed file of a year, a catalogue.
    pub feed: Caps,
    /// A whole archive.
    pub archive: Caps,
}

/// How large something may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// As it comes.
    pub bytes: u64,
    /// Unpacked.
    pub unpacked: u64,
}

const MIB: u64 = 1 << 20;

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(20),
            answer: Duration::from_secs(90),
            silence: Duration::from_secs(60),
            whole: Duration::from_secs(2 * 60 * 60),
            grace: Duration::from_secs(30),
            least_bytes_per_second: 1024,
            attempts: 4,
            back_off: Duration::from_secs(2),
            longest_wait: Duration::from_secs(5 * 60),
            redirects: 5,
            failures_in_a_row: 5,
            listing: 64 * MIB,
            document: Caps { bytes: 64 * MIB, unpacked: 64 * MIB },
            feed: Caps { bytes: 512 * MIB, unpacked: 2048 * MIB },
            archive: Caps { bytes: 4096 * MIB, unpacked: 16_384 * MIB },
        }
    }
}
