//! The bundle that a home took last.
//!
//! It is published with what the bundle brought, so that a home that is ended in between never holds the one without the other:
//! which bundles are older than what is held is known as long as that is held.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ward_model::digest::Digest;

use crate::fact::{self, Held, Kind};

/// A bundle that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleTaken {
    /// When it was made.
    pub made: Timestamp,
    /// A digest over the files of the mirror that it was made of.
    pub listing: Digest,
}

impl BundleTaken {
    /// The key under which it is kept.
    pub(crate) fn key() -> Box<[u8]> {
        fact::key(Kind::Bundle, &[])
    }

    pub(crate) fn to_fact(self) -> Result<Held, postcard::Error> {
        Ok((Self::key(), postcard::to_stdvec(&self)?.into()))
    }

    /// What [`BundleTaken::to_fact`] wrote.
    pub(crate) fn from_value(value: &[u8]) -> Result<Self, String> {
        postcard::from_bytes(value).map_err(|error| error.to_string())
    }
}
