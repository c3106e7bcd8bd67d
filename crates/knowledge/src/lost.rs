//! Receipts that a home lost. Where what is current is damaged, a sync builds upon the latest whole state that is left. What came after
//! that is gone, and nothing that comes later shows it: so it is written down, and told until somebody accepts it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use ward_model::coverage::LostReceipts;

use crate::fact::{self, Held, Kind};
use crate::generation::Generation;
use crate::layer::Layer;

/// Receipts that were lost, and after which receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lost {
    /// The number of the last receipt before them.
    pub(crate) after: u32,
    pub(crate) receipts: LostReceipts,
}

/// As it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    after: Date,
    receipts: Option<u32>,
    days: Vec<Date>,
    found: Date,
    accepted: Option<Date>,
}

impl Lost {
    /// So many receipts, or nobody knows how many, were lost after what is left; these are their days, as far as they are known.
    pub(crate) fn after(left: &Generation, receipts: Option<u32>, days: Vec<Date>, found: Date) -> Self {
        let receipts = LostReceipts { after: left.moment().day(), receipts, days, found, accepted: None };
        Self { after: left.transactions(), receipts }
    }

    /// What a damaged file still tells of receipts that had been lost after this one before; `None` where it does not tell it.
    pub(crate) fn told_by(layer: &Layer, after: u32) -> Option<Vec<Self>> {
        let facts = layer.facts_of(Kind::Lost, layer.last()).ok()?;
        let held = facts.into_iter().filter_map(|(key, value)| Some((key, value?)));
        let lost: Option<Vec<Self>> = held.map(|fact| Self::from_fact(&fact).ok()).collect();
        Some(lost?.into_iter().filter(|lost| lost.after >= after).collect())
    }

    /// Together with those that had been lost before and that are forgotten by this loss; where that is not known, nor is how many there
    /// are.
    pub(crate) fn joined(mut self, before: Option<&[Self]>) -> Self {
        let Some(before) = before else {
            self.receipts.receipts = None;
            return self;
        };
        for lost in before {
            let both = self.receipts.receipts.zip(lost.receipts.receipts);
            self.receipts.receipts = both.map(|(one, other)| one.saturating_add(other));
            self.receipts.days.extend(&lost.receipts.days);
        }
        self.receipts.days.sort_unstable();
        self
    }

    /// As a fact.
    pub(crate) fn to_fact(&self) -> Result<Held, postcard::Error> {
        let LostReceipts { after, receipts, days, found, accepted } = self.receipts.clone();
        let value = postcard::to_stdvec(&Kept { after, receipts, days, found, accepted })?;
        Ok((fact::key(Kind::Lost, &self.after.to_be_bytes()), value.into()))
    }

    /// What [`Lost::to_fact`] wrote.
    pub(crate) fn from_fact((key, value): &Held) -> Result<Self, String> {
        let number = key.get(1..).and_then(|rest| rest.try_into().ok()).ok_or("names no receipt")?;
        let Kept { after, receipts, days, found, accepted } =
            postcard::from_bytes(value).map_err(|error| error.to_string())?;
        let receipts = LostReceipts { after, receipts, days, found, accepted };
        Ok(Self { after: u32::from_be_bytes(number), receipts })
    }

    /// Whether nobody has accepted it yet.
    pub(crate) fn is_open(&self) -> bool {
        self.receipts.accepted.is_none()
    }
}
