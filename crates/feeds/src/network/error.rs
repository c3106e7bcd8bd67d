//! Why something could not be fetched.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use ward_formats::listing::ListingError;

/// Why something could not be fetched. What the folder held before it still holds.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The text is no address that can be asked.
    #[error("`{text}` is no address: {reason}")]
    Address {
        /// The text.
        text: String,
        /// What was expected.
        reason: String,
    },
    /// No connection, or it broke.
    #[error("{address}: no answer")]
    Connection {
        /// What was asked.
        address: String,
        /// What happened.
        #[source]
        source: io::Error,
    },
    /// It was asked before in the same fetch, and nothing came.
    #[error("{address}: not asked again, for nothing came of it before")]
    NotAskedAgain {
        /// What was asked.
        address: String,
    },
    /// The server could not show that it is who it should be.
    #[error("{address}: the server's certificate is not trusted: {reason}")]
    Untrusted {
        /// What was asked.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The proxy refused.
    #[error("{address}: the proxy does not connect: {reason}")]
    Proxy {
        /// What was asked.
        address: String,
        /// What it said.
        reason: String,
    },
    /// The server says that it cannot or will not.
    #[error("{address}: the server answers with {status}")]
    Status {
        /// What was asked.
        address: String,
        /// The status code.
        status: u16,
    },
    /// The server asks to come back later than is waited for.
    #[error("{address}: the server asks to wait {} s, longer than the {} s that are waited for", asked.as_secs(), most.as_secs())]
    Busy {
        /// What was asked.
        address: String,
        /// How long it asks to wait.
        asked: Duration,
        /// How long is waited.
        most: Duration,
    },
    /// The answer is too slow, or has stopped.
    #[error("{address}: the answer is too slow: {reason}")]
    Slow {
        /// What was asked.
        address: String,
        /// Which bound it breaks.
        reason: String,
    },
    /// More redirects than are followed, or in a circle.
    #[error("{address}: redirected more than {most} times, or in a circle")]
    Redirects {
        /// What was asked first.
        address: String,
        /// How many are followed.
        most: u32,
    },
    /// A redirect that must not be followed.
    #[error("{address}: redirected to {target}, which is not followed: {reason}")]
    Redirect {
        /// What was asked.
        address: String,
        /// Where it points.
        target: String,
        /// Why it is not followed.
        reason: &'static str,
    },
    /// It is larger than what is taken.
    #[error("{address}: larger than the {most} bytes that are taken")]
    TooLarge {
        /// What was asked.
        address: String,
        /// How much is taken.
        most: u64,
    },
    /// It unpacks to more than what is taken.
    #[error("{address}: unpacks to more than the {most} bytes that are taken")]
    Bomb {
        /// What was asked.
        address: String,
        /// How much is taken.
        most: u64,
    },
    /// It ended early.
    #[error("{address}: cut off after {received} bytes{}", expected.map(|bytes| format!(" of {bytes}")).unwrap_or_default())]
    Truncated {
        /// What was asked.
        address: String,
        /// How much came.
        received: u64,
        /// How much was announced.
        expected: Option<u64>,
    },
    /// It is not what it should be.
    #[error("{address}: expected {expected}, found {found}")]
    Content {
        /// What was asked.
        address: String,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// It does not have the digest or length that was announced for it.
    #[error("{address}: {what} is {found} where {expected} is announced")]
    Announced {
        /// What was asked.
        address: String,
        /// Digest or length.
        what: &'static str,
        /// What was announced.
        expected: String,
        /// What it is.
        found: String,
    },
    /// Its signature is wrong.
    #[error("{address}: its signature is wrong: {reason}")]
    Signature {
        /// What was asked.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A listing cannot be understood.
    #[error("{address} cannot be understood")]
    Listing {
        /// What was asked.
        address: String,
        /// What is wrong.
        #[source]
        source: ListingError,
    },
    /// The source does not hold what was expected.
    #[error("{address}: {reason}")]
    Missing {
        /// What was asked.
        address: String,
        /// What is missing.
        reason: String,
    },
    /// So many files failed that the rest was left.
    #[error("{failed} files failed one after the other; the {left} that remain were left")]
    GaveUp {
        /// How many failed.
        failed: u32,
        /// How many were not tried.
        left: u64,
    },
    /// This machine's clock stands before what is held.
    #[error("this machine's clock says {now}, which is before {held}, up to when changes are held")]
    ClockBehind {
        /// What the clock says.
        now: String,
        /// Up to when changes are held.
        held: String,
    },
    /// Somebody else is fetching.
    #[error("{path}: another fetch is running")]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// The disk refuses.
    #[error("{path}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the file system said.
        #[source]
        source: io::Error,
    },
}

impl FetchError {
    /// Whether trying again may help.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Connection { .. } | Self::Slow { .. } | Self::Truncated { .. } => true,
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504),
            _ => false,
        }
    }

    /// Whether the server says that there is no such thing.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Status { status: 404 | 410, .. })
    }
}

/// Names the file in an error of the file system.
pub(crate) fn at(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> FetchError {
    let path = path.into();
    move |source| FetchError::Io { path, source }
}

/// Names the address in an error of a listing.
pub(crate) fn listing(address: &url::Url) -> impl FnOnce(ListingError) -> FetchError {
    let address = address.to_string();
    move |source| FetchError::Listing { address, source }
}
