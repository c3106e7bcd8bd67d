//! Offline bundles: knowledge as one signed file, for plants without a network.
//!
//! A bundle is a head, a signature over the head, and frames with the files of a mirror folder, whose digest the head holds. Taking it
//! is a sync from that folder, so that what comes is received when it comes, and every source says what it says in its own files. The head is checked before a
//! frame is read, and nothing of the frames counts before all of them have the announced digest. The bytes are described in `docs/formats/bundle.md`.

pub mod check;
pub mod frames;
pub mod head;
pub mod key;
pub mod pack;
pub mod place;
pub mod unpack;

use std::io;
use std::path::PathBuf;

use crate::error::SyncError;

/// Why a bundle was not written or not taken.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The disk refuses.
    #[error("cannot be read or written")]
    Io(#[from] io::Error),
    /// The disk refuses the bundle itself.
    #[error("{path} cannot be written")]
    Write {
        /// The bundle.
        path: PathBuf,
        /// What the file system said.
        #[source]
        source: io::Error,
    },
    /// The mirror cannot be read as one.
    #[error("the mirror cannot be packed")]
    Mirror(#[from] Box<SyncError>),
    /// A document of the mirror is cut off, or is something else.
    #[error("{file} is broken, and nothing was signed: {reason}")]
    Broken {
        /// The document.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// Another bundle is being taken into this home.
    #[error("another program is taking a bundle into {path}; try again when it is done")]
    Locked {
        /// The home.
        path: PathBuf,
    },
    /// It is no bundle, or one of another format.
    #[error("this is not a bundle: {reason}")]
    NotABundle {
        /// What is wrong.
        reason: String,
    },
    /// Nobody who is trusted has signed it.
    #[error("signed by {key}, and nobody here trusts that key")]
    Untrusted {
        /// The key, by its fingerprint.
        key: String,
    },
    /// The signature is not one over this head.
    #[error("the signature does not fit: the bundle was altered, or was not signed with the key that it names")]
    Signature,
    /// The frames are not those that were signed.
    #[error("the content was altered or cut off: {reason}")]
    Altered {
        /// What does not fit.
        reason: String,
    },
    /// A key file holds no key.
    #[error("{path} holds no {wanted}: {reason}")]
    Key {
        /// Which file.
        path: PathBuf,
        /// Which kind of key should be there.
        wanted: &'static str,
        /// What is wrong.
        reason: String,
    },
}

fn not_a_bundle(reason: impl Into<String>) -> BundleError {
    BundleError::NotABundle { reason: reason.into() }
}

fn altered(reason: impl Into<String>) -> BundleError {
    BundleError::Altered { reason: reason.into() }
}

#[cfg(test)]
mod tests;
