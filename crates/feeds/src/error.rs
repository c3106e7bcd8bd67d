//! Why a sync did not happen. Whatever it is, the home holds what it held before.

use std::io;
use std::path::PathBuf;

use ward_formats::feed::FeedError;
use ward_knowledge::HomeError;

/// Why a sync did not happen.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The mirror is an address: it is brought into a folder first.
    #[error("`{address}` is no folder; what is at an address is fetched into a folder laid out as a mirror first")]
    Network {
        /// What was given.
        address: String,
    },
    /// The mirror cannot be read.
    #[error("{path}")]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What the file system said.
        #[source]
        source: io::Error,
    },
    /// A source was asked for by name and is not there, or its folder holds none of its files.
    #[error("{path} holds no {wanted}")]
    Absent {
        /// The folder.
        path: PathBuf,
        /// What should be there.
        wanted: String,
    },
    /// A file of a feed is broken, cut off or something else.
    #[error("{path} cannot be read; nothing was changed")]
    Feed {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        source: FeedError,
    },
    /// A file does not have the digest or length that its `.meta` file says it has.
    #[error(
        "{path} is not the file that its .meta describes: {what} is {found} where {expected} is announced; nothing was changed"
    )]
    Meta {
        /// Which file.
        path: PathBuf,
        /// Digest or length.
        what: &'static str,
        /// What was announced.
        expected: String,
        /// What it is.
        found: String,
    },
    /// A `.meta` file says no digest.
    #[error("{path} announces no sha256 digest; nothing was changed")]
    NoDigest {
        /// Which file.
        path: PathBuf,
    },
    /// What shall be accepted of a source that is neither held nor comes.
    #[error("`{source_name}` is no source that is held or comes: nothing of it can be accepted as shrunk")]
    NotHeld {
        /// What was given.
        source_name: String,
    },
    /// Two mirrors that are read together hold one file, and it is not the same.
    #[error("{first} and {second} are not the same: which of them counts cannot be known")]
    Differs {
        /// In the mirror that was named first.
        first: PathBuf,
        /// In the other.
        second: PathBuf,
    },
    /// A delta stands on all that came before it, and some of that was lost.
    #[error("receipts of this home were lost, and a delta stands on all that was received: {lost}")]
    Lost {
        /// Which.
        lost: String,
    },
    /// A loss shall be accepted where there is none.
    #[error("no receipts of this home are known to be lost: nothing of it can be accepted")]
    NothingLost,
    /// A delta leaves out a file that the home has never read.
    #[error("this delta leaves out `{name}`, and the home has never read it")]
    NotTaken {
        /// Its name in the mirror.
        name: String,
    },
    /// A delta leaves out a file of which the home has read something else since.
    #[error(
        "this delta leaves out `{name}` as it was in the bundle before, and the home has read another file by that name"
    )]
    OtherTaken {
        /// Its name in the mirror.
        name: String,
    },
    /// A delta leaves out some files of a source whose files count together.
    #[error(
        "this delta holds some files of `{source_name}` and leaves out others (`{left_out}`), and they count together"
    )]
    Incomplete {
        /// The source.
        source_name: &'static str,
        /// A file that is left out.
        left_out: String,
    },
    /// The home cannot be read or written.
    #[error(transparent)]
    Home(#[from] HomeError),
}

/// Names the file in an error of the file system.
pub(crate) fn at(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> SyncError {
    let path = path.into();
    move |source| SyncError::Io { path, source }
}
