//! Up to when the changes of a source were seen.
//!
//! A file of changes names what changed in some time before it was made. Where what came before is older than that, what lies between
//! was seen by nobody: corrections and new records of it are missing, and everything looks fresh. Moments are compared, never days: of
//! two on one day it matters which was first.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{DateTime, Time};
use serde::{Deserialize, Serialize};
use ward_formats::feed::cve5;
use ward_model::coverage::UnseenChanges;

use crate::fact::{self, Held, Kind};
use crate::source::{NVD, runs_of_years};

mod line;
mod pages;
mod says;

use line::Line;
pub(crate) use pages::Page;
use pages::Pages;
use says::Says;

/// Whether a file of a source says by its name what it saw of changes.
pub(crate) fn says_something(source: &str, file: &str) -> bool {
    source == cve5::SOURCE && says::of_list(file, DateTime::MAX).is_some()
}

/// Whether a file of a source says by its name that it is of a day that has not come.
pub(crate) fn is_ahead(source: &str, file: &str, received: DateTime) -> bool {
    says_something(source, file) && says::of_list(file, received).is_none()
}

/// The answer that a file of a source is a page of, where it is one.
pub(crate) fn answer_of<'a>(source: &str, file: &'a str) -> Option<&'a str> {
    says::answer_of_file(file).filter(|_| source == NVD)
}

/// The sources of which files of changes come.
pub(crate) const WITH_CHANGES: [&str; 2] = [NVD, cve5::SOURCE];

/// Up to when changes were seen, and which before that were not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reach {
    /// Up to when changes were seen; where that is not the same of every year, of those of which it is the latest.
    pub(crate) until: Option<DateTime>,
    /// What was not seen before that, of all years together.
    unseen: Option<Unseen>,
    /// Pages of answers that are not there whole.
    pages: Pages,
    /// The same of each year whose file came. What follows stands last, where earlier programs do not look.
    years: BTreeMap<i16, Line>,
    /// Up to when the file of each year shows it by itself, or what was said of it: one that was taken as of the newest may lag behind
    /// it, and shall not be taken so a second time.
    shown: BTreeMap<i16, DateTime>,
}

/// As it was kept before what years show by themselves was.
#[derive(Deserialize)]
struct WithoutShown {
    until: Option<DateTime>,
    unseen: Option<Unseen>,
    pages: Pages,
    years: BTreeMap<i16, Line>,
}

/// As it was kept before years were.
#[derive(Deserialize)]
struct WithoutYears {
    until: Option<DateTime>,
    unseen: Option<Unseen>,
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
    /// The years that did not come anew since; all, where none is known.
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

/// What is known of a receipt besides its files.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Receipt<'a> {
    /// The years whose files had come before.
    pub(crate) known: &'a BTreeSet<i16>,
    /// Those, and the years whose files came now.
    pub(crate) years: &'a BTreeSet<i16>,
    /// When that was.
    pub(crate) received: DateTime,
    /// So many days the files of the years may lie apart: one in which nothing changed is not made anew.
    pub(crate) days_apart: u16,
    /// When the file of each year was last seen to be what its publisher has, where it comes from there.
    pub(crate) compared: &'a BTreeMap<i16, DateTime>,
}

impl Receipt<'_> {
    /// Whether a file that was made at one moment lies near one of another.
    fn is_near(&self, made: DateTime, newest: DateTime) -> bool {
        newest.date().duration_since(made.date()).as_hours() <= i64::from(self.days_apart) * 24
    }
}

impl Reach {
    /// All changes up to a moment were seen, where one is known.
    pub(crate) fn until(until: Option<DateTime>) -> Self {
        Self { until, ..Self::default() }
    }

    /// After these files of a source came.
    pub(crate) fn after<'a>(&self, source: &str, files: impl Iterator<Item = Came<'a>>, receipt: &Receipt<'_>) -> Self {
        let mut after = self.clone();
        let mut said = says::all(source, files, &mut after.pages, receipt.received);
        let compared = receipt.compared.iter().filter(|(year, _)| receipt.years.contains(year));
        said.extend(compared.map(|(year, moment)| (Says::All(Some(*year)), (*moment).min(receipt.received))));
        if said.is_empty() {
            return after;
        }
        after.begin_with_years(receipt.known);
        after.take_whole(&said, receipt);
        // What lacks a year, or a page, tells it of itself; of the CVE list nothing else would.
        let from_nothing = (source == cve5::SOURCE).then_some(NEVER);
        let mut changes: Vec<(DateTime, DateTime, Option<DateTime>)> = Vec::new();
        let mut looked: Option<DateTime> = None;
        for (says, until) in said {
            match says {
                Says::All(_) => {}
                Says::New => looked = looked.max(Some(until)),
                Says::ChangesSince(since) => changes.push((until, since, from_nothing)),
                Says::NotWhole => changes.push((until, until, Some(NEVER))),
            }
        }
        changes.sort_unstable();
        let mut all = Line { until: after.until, unseen: after.unseen.as_ref().map(Unseen::span) };
        for (until, since, nothing) in changes {
            let lines = after.years.values_mut().chain(std::iter::once(&mut all));
            lines.for_each(|line| line.changed(since, until, nothing));
            for year in after.years.keys() {
                let shown = after.shown.entry(*year).or_insert(until);
                *shown = until.max(*shown);
            }
        }
        after.sum_up(all, looked, receipt);
        if after.unseen.is_none() {
            after.pages.forget_windows();
        }
        after
    }

    /// A home from before the years were kept has one moment for all of them.
    fn begin_with_years(&mut self, known: &BTreeSet<i16>) {
        if self.until.is_none() || !self.years.is_empty() {
            return;
        }
        let unseen = |year: &i16| {
            let unseen = self.unseen.as_ref().filter(|unseen| unseen.years.is_empty() || unseen.years.contains(year));
            unseen.map(Unseen::span)
        };
        self.years = known.iter().map(|year| (*year, Line { until: self.until, unseen: unseen(year) })).collect();
    }

    /// Takes what came whole: all of the source, or the files of years.
    fn take_whole(&mut self, said: &[(Says, DateTime)], receipt: &Receipt<'_>) {
        let mut made: BTreeMap<i16, DateTime> = BTreeMap::new();
        for (says, moment) in said {
            match says {
                Says::All(None) => {
                    self.until = self.until.max(Some(*moment));
                    self.unseen.take_if(|unseen| *moment >= unseen.before);
                    for (year, line) in &mut self.years {
                        line.came(*moment, *moment);
                        let shown = self.shown.entry(*year).or_insert(*moment);
                        *shown = (*moment).max(*shown);
                    }
                }
                Says::All(Some(year)) => {
                    let newest = made.entry(*year).or_insert(*moment);
                    *newest = (*newest).max(*moment);
                }
                Says::ChangesSince(_) | Says::New | Says::NotWhole => {}
            }
        }
        let newest = made.values().copied().chain(self.years.values().filter_map(|line| line.until)).max();
        for (year, moment) in made {
            // A year in which nothing changed is not made anew: one that lies near the newest says as much.
            let seen = newest.filter(|newest| receipt.is_near(moment, *newest)).unwrap_or(moment);
            self.years.entry(year).or_default().came(moment, seen);
            let shown = self.shown.entry(year).or_insert(moment);
            *shown = moment.max(*shown);
        }
        // A file that does not say when it was made is taken as of the others.
        for year in receipt.years {
            let line = self.years.entry(*year).or_default();
            line.until = line.until.or(newest).or(self.until);
        }
    }

    /// Tells of the years that lie far behind the others, or behind the day on which somebody looked for what is new, and puts together what
    /// is said of all.
    fn sum_up(&mut self, all: Line, looked: Option<DateTime>, receipt: &Receipt<'_>) {
        let Some(newest) = self.years.values().filter_map(|line| line.until).max() else {
            self.until = all.until;
            self.unseen = all.unseen.map(|(after, before)| Unseen { after, before, years: BTreeSet::new() });
            return;
        };
        // A file of that day closes what is told so.
        let looked = looked.map(|looked| looked.date().to_datetime(Time::midnight()));
        let last = looked.map_or(newest, |looked| looked.max(newest));
        for (year, line) in &mut self.years {
            let shown = self.shown.get(year).copied().or(line.until);
            if let Some(shown) = shown.filter(|shown| !receipt.is_near(*shown, last)) {
                line.miss(shown, last);
            }
        }
        self.until = Some(newest);
        let open = self.years.iter().filter_map(|(year, line)| Some((*year, line.unseen?)));
        self.unseen = open.fold(None, |unseen: Option<Unseen>, (year, (after, before))| {
            let mut unseen = unseen.unwrap_or(Unseen { after, before, years: BTreeSet::new() });
            unseen.after = unseen.after.min(after);
            unseen.before = unseen.before.max(before);
            unseen.years.insert(year);
            Some(unseen)
        });
    }

    /// Somebody says that nothing is missing.
    pub(crate) fn accept(&mut self) {
        self.unseen = None;
        for (year, line) in &mut self.years {
            *line = Line { until: line.until.max(self.until), unseen: None };
            self.shown.extend(line.until.map(|until| (*year, until)));
        }
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
        let ends = |error: &postcard::Error| *error == postcard::Error::DeserializeUnexpectedEnd;
        let reach = match postcard::from_bytes(value) {
            Err(error) if ends(&error) => match postcard::from_bytes::<WithoutShown>(value) {
                Err(error) if ends(&error) => match postcard::from_bytes::<WithoutYears>(value) {
                    Err(error) if ends(&error) => postcard::from_bytes::<Earlier>(value).map(Self::from),
                    other => other.map(Self::from),
                },
                other => other.map(Self::from),
            },
            other => other,
        };
        Ok((source.to_owned(), reach.map_err(|error| error.to_string())?))
    }
}

impl Unseen {
    fn span(&self) -> (DateTime, DateTime) {
        (self.after, self.before)
    }
}

impl From<WithoutShown> for Reach {
    fn from(WithoutShown { until, unseen, pages, years }: WithoutShown) -> Self {
        Self { until, unseen, pages, years, shown: BTreeMap::new() }
    }
}

impl From<WithoutYears> for Reach {
    fn from(WithoutYears { until, unseen, pages }: WithoutYears) -> Self {
        Self { until, unseen, pages, ..Self::default() }
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
