//! For how long something holds: whole days, the first and the last included.

use std::fmt;

use jiff::civil::Date;
use serde::Deserialize;

use crate::error::PolicyError;

/// A span of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// The first day.
    pub from: Date,
    /// The last day; `None` while nothing has superseded it.
    pub to: Option<Date>,
}

impl Period {
    /// Whether it covers a day.
    pub fn holds(&self, on: Date) -> bool {
        self.from <= on && self.to.is_none_or(|to| on <= to)
    }

    /// Whether the two have a day in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.holds(other.from) || other.holds(self.from)
    }

    /// The days on which something begins or has just ended: between two of them nothing changes.
    pub(crate) fn edges(&self) -> impl Iterator<Item = Date> + use<> {
        let after = self.to.and_then(|to| to.tomorrow().ok());
        std::iter::once(self.from).chain(after)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to {
            Some(to) => write!(f, "from {} to {to}", self.from),
            None => write!(f, "from {}", self.from),
        }
    }
}

/// A span of days as files write it.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct InForce {
    from: toml::value::Datetime,
    to: Option<toml::value::Datetime>,
}

impl InForce {
    pub(crate) fn period(&self, file: &str) -> Result<Period, PolicyError> {
        let from = date(file, &self.from)?;
        let to = self.to.as_ref().map(|to| date(file, to)).transpose()?;
        if to.is_some_and(|to| to < from) {
            return Err(PolicyError::malformed(
                file,
                format!("a period ends on {} and begins later, on {from}", to.unwrap_or(from)),
            ));
        }
        Ok(Period { from, to })
    }
}

pub(crate) fn date(file: &str, value: &toml::value::Datetime) -> Result<Date, PolicyError> {
    value.to_string().parse().map_err(|_| PolicyError::malformed(file, format!("`{value}` is not a date")))
}
