//! Up to when the changes of a source were seen.
//!
//! A file of changes names what changed in some time before it was made. Where what came before is older than that, what lies between
//! was seen by nobody: corrections and new records of it are missing, and everything looks fresh. Moments are compared, never days: of
//! two on one day it matters which was first.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use ward_formats::feed::cve5;
use ward_model::coverage::UnseenChanges;

use crate::fact::{self, Held, Kind};
use crate::source::{NVD, runs_of_years};

mod pages;
mod says;

pub(crate) use pages::Page;
use pages::Pages;
use says::Says;

/// Whether a file of a source says by its name what it saw of changes.
pub(crate) fn says_something(source: &str, file: &str) -> bool {
    source == cve5::SOURCE && says::of_list(file, DateTime::MAX).is_some()
}

/// The sources of which files of changes come.
pub(crate) const WITH_CHANGES: [&str; 2] = [NVD, cve5::SOURCE];

/// Up to when changes were seen, and which before that were not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reach {
    /// Up to when changes were seen.
    pub(crate) until: Option<DateTime>,
    /// What was not seen before that.
    unseen: Option<Unseen>,
    /// Pages of answers that are not there whole. They stand last, where earlier programs do not look.
    pages: Pages,
}

/// As it was kept before pages were, with days.
#[derive(Deserialize)]
struct Earlier {
    until: Option<DateTime>,
    unseen: Option<Unseen>,
}

/// From when on nothing is known to have been seen.
const NEVER: DateTime = DateTime::MIN;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Unseen {
    after: DateTime,
    before: DateTime,
    /// The years that did not come anew since.
    years: BTreeSet<i16>,
}

/// A file that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Came<'a> {
    /// Its name.
    pub(crate) file: &'a str,
    /// What it says of itself.
    pub(crate) page: Option<Page>,
}

impl Unseen {
    /// What is left of it after a year, or all of them, came as of this moment.
    fn without(mut self, year: Option<i16>, until: DateTime) -> Option<Self> {
        if until < self.before {
            return Some(self);
        }
        let known = self.years.remove(&year?);
        (!known || !self.years.is_empty()).then_some(self)
    }

    /// What is left of it after all that changed from one moment to another was seen.
    fn between(mut self, since: DateTime, until: DateTime) -> Option<Self> {
        if since <= self.after {
            self.after = self.after.max(until);
        } else if until >= self.before {
            self.before = self.before.min(since);
        }
        (self.after < self.before).then_some(self)
    }
}

impl Reach {
    /// All changes up to a moment were seen, where one is known.
    pub(crate) fn until(until: Option<DateTime>) -> Self {
        Self { until, ..Self::default() }
    }

    /// After these files of a source came, which were received at this moment. `years` are all that are known.
    pub(crate) fn after<'a>(
        &self,
        source: &str,
        files: impl Iterator<Item = Came<'a>>,
        years: &BTreeSet<i16>,
        received: DateTime,
    ) -> Self {
        let mut after = self.clone();
        let said = says::all(source, files, &mut after.pages, received);
        for (says, until) in &said {
            if let Says::All(year) = says {
                after.until = after.until.max(Some(*until));
                after.unseen = after.unseen.and_then(|unseen| unseen.without(*year, *until));
            }
        }
        // What lacks a year, or a page, tells it of itself; of the CVE list nothing else would.
        let from_nothing = (source == cve5::SOURCE).then_some(NEVER);
        let mut changes: Vec<(DateTime, DateTime, Option<DateTime>)> = Vec::new();
        for (says, until) in said {
            match says {
                Says::All(_) => {}
                Says::ChangesSince(since) => changes.push((until, since, from_nothing)),
                Says::NotWhole => changes.push((until, until, Some(NEVER))),
            }
        }
        changes.sort_unstable();
        for (until, since, nothing) in changes {
            if let Some(seen) = after.until.or(nothing).filter(|seen| since > *seen) {
                let before = after.unseen.take();
                after.unseen = Some(Unseen {
                    after: before.as_ref().map_or(seen, |before| before.after.min(seen)),
                    before: before.as_ref().map_or(since, |before| before.before.max(since)),
                    years: years.clone(),
                });
            }
            if since < until {
                after.unseen = after.unseen.and_then(|unseen| unseen.between(since, until));
            }
            after.until = after.until.max(Some(until));
        }
        if after.unseen.is_none() {
            after.pages.forget_windows();
        }
        after
    }

    /// Somebody says that nothing is missing.
    pub(crate) fn accept(&mut self) {
        self.unseen = None;
    }

    /// What was not seen.
    pub(crate) fn unseen(&self) -> Option<UnseenChanges> {
        let unseen = self.unseen.as_ref()?;
        let parts = runs_of_years(unseen.years.iter().copied());
        let after = Some(unseen.after).filter(|after| *after != NEVER);
        Some(UnseenChanges { after, before: unseen.before, parts })
    }

    /// As a fact.
    pub(crate) fn to_fact(&self, source: &str) -> Result<Held, postcard::Error> {
        Ok((fact::key(Kind::Reach, source.as_bytes()), postcard::to_stdvec(self)?.into()))
    }

    /// The source, and what [`Reach::to_fact`] wrote of it.
    pub(crate) fn from_fact((key, value): &Held) -> Result<(String, Self), String> {
        let source = std::str::from_utf8(key.get(1..).unwrap_or_default()).map_err(|_| "not UTF-8".to_owned())?;
        let reach = match postcard::from_bytes(value) {
            Err(postcard::Error::DeserializeUnexpectedEnd) => postcard::from_bytes::<Earlier>(value).map(Self::from),
            other => other,
        };
        Ok((source.to_owned(), reach.map_err(|error| error.to_string())?))
    }
}

impl From<Earlier> for Reach {
    fn from(Earlier { until, unseen }: Earlier) -> Self {
        Self { until, unseen, ..Self::default() }
    }
}

/// What is known of each source of which files of changes come, by name.
pub(crate) type Reaches = BTreeMap<String, Reach>;

#[cfg(test)]
mod tests;
