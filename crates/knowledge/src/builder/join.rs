//! Versions of a record that name no product, joined with the earlier ones that do, whichever came first: the last counts for what it says,
//! and the last that speaks of products for these.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use ward_model::vulnerability::VulnerabilityRecord;

use super::records::Last;
use super::spill::SpillReader;
use super::{Pending, merge};
use crate::error::HomeError;
use crate::nameless;
use crate::source::SetAsideRecord;

/// A version of a record.
#[derive(Clone, Copy)]
enum Version<'a> {
    /// One that waits, and in which batch.
    Waits(usize, &'a Pending),
    /// The one that is held.
    Held(&'a Last<'a>),
}

impl Version<'_> {
    fn read(self, readers: &mut [SpillReader], folder: &Path) -> Result<VulnerabilityRecord, HomeError> {
        match self {
            Self::Waits(batch, pending) => {
                merge::read(readers.get_mut(batch).ok_or(HomeError::TooLarge("batches"))?, pending, folder)
            }
            Self::Held(last) => Ok(last.layer.content(&last.entry)?),
        }
    }
}

/// What is held of a record.
pub(super) struct Held<'a> {
    last: &'a Last<'a>,
    stamp: String,
    /// The stamp of the version whose products it has; none where no version spoke of any.
    products_of: Option<String>,
}

impl<'a> Held<'a> {
    /// With what was told of its products. Nothing where it says no moment and what it is joined with does, or the other way round: such
    /// versions stand beside each other. Where neither does, the one that is received last is the last.
    pub(super) fn of(
        last: &'a Last<'a>,
        told: Option<&str>,
        beside: &Pending,
        now: Date,
    ) -> Result<Option<Self>, HomeError> {
        let stamp = last.stamp(now)?;
        if stamp.is_empty() != beside.stamp.is_empty() {
            return Ok(None);
        }
        let products_of = match told {
            Some(told) => Some(told.to_owned()),
            None => last.speaks()?.then(|| stamp.clone()),
        };
        Ok(Some(Self { last, stamp, products_of }))
    }
}

/// A version with the products of another one.
pub(super) struct Join<'a> {
    newest: Version<'a>,
    /// The stamp of the last version.
    pub(super) stamp: String,
    products: Version<'a>,
    /// The stamp of the version whose products count.
    pub(super) products_of: String,
}

impl<'a> Join<'a> {
    /// Of what waits, an earlier version that speaks of products and came with it, and what is held. Nothing where one of them counts for
    /// all.
    pub(super) fn of(
        (batch, pending): (usize, &'a Pending),
        before: Option<&'a (usize, Pending)>,
        held: Option<&Held<'a>>,
    ) -> Option<Self> {
        let waits = Version::Waits(batch, pending);
        let is_newest = held.is_none_or(|held| *held.stamp <= *pending.stamp);
        let (newest, stamp) = match held.filter(|_| !is_newest) {
            Some(held) => (Version::Held(held.last), held.stamp.as_str()),
            None => (waits, &*pending.stamp),
        };
        let own = pending.facts.speaks().then_some((&*pending.stamp, waits, is_newest));
        let came = own.or_else(|| before.map(|(batch, one)| (&*one.stamp, Version::Waits(*batch, one), false)));
        let known = held.and_then(|held| Some((held.products_of.as_deref()?, Version::Held(held.last), !is_newest)));
        let (products_of, products, is_one) = match (came, known) {
            (Some(came), Some(known)) if came.0 < known.0 => known,
            (Some(came), _) => came,
            (None, known) => known?,
        };
        (!is_one).then(|| Self { newest, stamp: stamp.to_owned(), products, products_of: products_of.to_owned() })
    }

    /// The record that both make.
    pub(super) fn record(&self, readers: &mut [SpillReader], folder: &Path) -> Result<VulnerabilityRecord, HomeError> {
        let (newest, products) = (self.newest.read(readers, folder)?, self.products.read(readers, folder)?);
        Ok(nameless::joined(&newest, &products))
    }
}

/// Of which records the products are those of an earlier version, by source and name, with the stamp of that.
pub(super) fn told(aside: &[SetAsideRecord]) -> BTreeMap<(&str, &str), &str> {
    let mut told = BTreeMap::new();
    for one in aside.iter().filter(|told| nameless::is_remark(told)) {
        if let Some(id) = &one.id {
            let stamp = told.entry((one.source.as_str(), id.as_str())).or_insert("");
            *stamp = one.stamp.as_str().max(*stamp);
        }
    }
    told
}
