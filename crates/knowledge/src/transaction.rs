//! One receipt of something: when it was, what was held then, and what it rests on.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use ward_model::digest::Digest;

use crate::identity::Part;
use crate::moment::Moment;
use crate::source::SourceState;

/// A transaction as it stands in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Transaction {
    /// When it was; never before the one before it.
    pub(crate) moment: Moment,
    /// When it was by the clock of whoever published it.
    pub(crate) stated: Moment,
    /// The identity of what was held after it.
    pub(crate) identity: Digest,
    /// A digest over all that it changed.
    pub(crate) changes: Digest,
    /// A digest over this transaction and, through the one before it, over all before.
    pub(crate) chain: Digest,
    /// Where its state ends in the section of states.
    pub(crate) state_end: u64,
}

/// What was known after a transaction besides records and facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    /// The day of the column of EPSS.
    pub(crate) epss_date: Option<Date>,
    /// The sources, by name.
    pub(crate) sources: Vec<SourceState>,
    /// A digest for each part of what is held.
    pub(crate) parts: BTreeMap<Part, Digest>,
}

impl Transaction {
    pub(crate) const SIZE: usize = 2 * Moment::SIZE + 3 * 32 + 8;

    pub(crate) fn to_bytes(self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        let parts = [
            &self.moment.to_bytes()[..],
            &self.stated.to_bytes(),
            self.identity.as_bytes(),
            self.changes.as_bytes(),
            self.chain.as_bytes(),
            &self.state_end.to_le_bytes(),
        ];
        // Together they are as long as the array.
        bytes.copy_from_slice(&parts.concat());
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8; Self::SIZE]) -> Result<Self, String> {
        let mut rest = bytes.as_slice();
        let early = || "a transaction ends early".to_owned();
        let mut moment = || -> Result<Moment, String> {
            let (taken, left) = rest.split_first_chunk().ok_or_else(early)?;
            rest = left;
            Moment::from_bytes(*taken)
        };
        let (moment, stated) = (moment()?, moment()?);
        let mut digest = || -> Result<Digest, String> {
            let (taken, left) = rest.split_first_chunk().ok_or_else(early)?;
            rest = left;
            Ok(Digest::from_bytes(*taken))
        };
        let (identity, changes, chain) = (digest()?, digest()?, digest()?);
        let state_end = u64::from_le_bytes(*rest.first_chunk().ok_or_else(early)?);
        Ok(Self { moment, stated, identity, changes, chain, state_end })
    }

    /// What the chain must be, after the chain before it.
    pub(crate) fn chained(&self, before: Option<Digest>, state: &[u8]) -> Digest {
        Digest::of_parts([
            b"transaction".as_slice(),
            before.as_ref().map_or(&[], |digest| digest.as_bytes().as_slice()),
            &self.moment.to_bytes(),
            &self.stated.to_bytes(),
            self.identity.as_bytes(),
            self.changes.as_bytes(),
            state,
        ])
    }
}
