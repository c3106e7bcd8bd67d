//! Up to when the changes of NVD were seen.
//!
//! A file of changes names what changed in some days before it was made. Where what came before is older than that, the days between
//! were seen by nobody: corrections and new records of them are missing, and everything looks fresh.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use ward_model::coverage::UnseenChanges;

use crate::fact::{self, Held, Kind};
use crate::source::{NVD, runs_of_years, year_of};

/// So many days before it was made the file of NVD's changes reaches back.
const CHANGES_REACH: i64 = 8;

/// Up to when changes were seen, and which before that were not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reach {
    /// The last day whose changes were seen.
    pub(crate) until: Option<Date>,
    /// What was not seen before that.
    unseen: Option<Unseen>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Unseen {
    after: Date,
    before: Date,
    /// The years that did not come anew since.
    years: BTreeSet<i16>,
}

/// What a file says of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// All of a year, or of all years, as of a day.
    All(Option<i16>),
    /// What changed since a day.
    ChangesSince(Date),
}

/// What a file of NVD says of changes that was made on this day, by its name; and up to which day.
fn says(file: &str, made: Date) -> Option<(Says, Date)> {
    if let Some(year) = year_of(file) {
        return Some((Says::All(Some(year)), made));
    }
    let name = file.strip_prefix("nvdcve-2.0-")?;
    if name.starts_with("modified.") {
        let since = made.saturating_sub(CHANGES_REACH.days());
        return Some((Says::ChangesSince(since), made));
    }
    // Pages of the interface: all, or what changed in a window of time.
    let pages: Vec<&str> = name.strip_prefix("api-")?.split('.').next()?.split('-').collect();
    match pages.as_slice() {
        [_] => Some((Says::All(None), made)),
        // What had not happened when it was made, or came, nobody saw.
        [from, until, _] => Some((Says::ChangesSince(day(from)?), day(until)?.min(made))),
        _ => None,
    }
}

/// The day in `20260102T030405Z`.
fn day(text: &str) -> Option<Date> {
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<i16>().ok();
    let (month, day) = (i8::try_from(part(4..6)?).ok()?, i8::try_from(part(6..8)?).ok()?);
    Date::new(part(0..4)?, month, day).ok()
}

impl Unseen {
    /// What is left of it after a year, or all of them, came as of this day.
    fn without(mut self, year: Option<i16>, until: Date) -> Option<Self> {
        if until < self.before {
            return Some(self);
        }
        let known = self.years.remove(&year?);
        (!known || !self.years.is_empty()).then_some(self)
    }
}

impl Reach {
    /// All changes up to a day were seen, where one is known.
    pub(crate) fn until(until: Option<Date>) -> Self {
        Self { until, unseen: None }
    }

    /// After these files came, with the days on which they were made. `years` are all that are known.
    pub(crate) fn after<'a>(&self, files: impl Iterator<Item = (&'a str, Date)>, years: &BTreeSet<i16>) -> Self {
        let (mut after, mut changes) = (self.clone(), Vec::new());
        for (says, until) in files.filter_map(|(file, made)| says(file, made)) {
            match says {
                Says::ChangesSince(since) => changes.push((until, since)),
                Says::All(year) => {
                    after.until = after.until.max(Some(until));
                    after.unseen = after.unseen.and_then(|unseen| unseen.without(year, until));
                }
            }
        }
        changes.sort_unstable();
        for (until, since) in changes {
            if let Some(seen) = after.until.filter(|seen| since > *seen) {
                let before = after.unseen.take();
                after.unseen = Some(Unseen {
                    after: before.as_ref().map_or(seen, |before| before.after.min(seen)),
                    before: before.as_ref().map_or(since, |before| before.before.max(since)),
                    years: years.clone(),
                });
            }
            after.until = after.until.max(Some(until));
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
        Some(UnseenChanges { after: unseen.after, before: unseen.before, parts })
    }

    /// As a fact.
    pub(crate) fn to_fact(&self) -> Result<Held, postcard::Error> {
        Ok((key(), postcard::to_stdvec(self)?.into()))
    }

    /// What [`Reach::to_fact`] wrote.
    pub(crate) fn from_bytes(value: &[u8]) -> Result<Self, String> {
        postcard::from_bytes(value).map_err(|error| error.to_string())
    }
}

/// Under which it is kept.
pub(crate) fn key() -> Box<[u8]> {
    fact::key(Kind::Reach, NVD.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::{Date, date};

    use super::Reach;

    const YEARS: [i16; 3] = [2024, 2025, 2026];

    fn after(reach: &Reach, files: &[(&str, Date)]) -> Reach {
        reach.after(files.iter().copied(), &BTreeSet::from(YEARS))
    }

    fn year(year: i16) -> String {
        format!("nvdcve-2.0-{year}.json.gz")
    }

    fn told(reach: &Reach) -> Option<String> {
        reach.unseen().map(|unseen| unseen.to_string())
    }

    const CHANGES: &str = "nvdcve-2.0-modified.json.gz";

    #[test]
    fn what_nobody_looked_at_is_told_until_it_came() {
        let first = after(&Reach::default(), &[(&year(2024), date(2026, 1, 1)), (&year(2026), date(2026, 1, 2))]);
        // Eight days back is enough, and nine are not.
        let daily = after(&first, &[(CHANGES, date(2026, 1, 10))]);
        assert_eq!((told(&daily), daily.until), (None, Some(date(2026, 1, 10))));
        let late = after(&first, &[(CHANGES, date(2026, 1, 11))]);
        let words = "what changed after 2026-01-02 and before 2026-01-03 was never seen, of 2024 to 2026";
        assert_eq!(told(&late).as_deref(), Some(words));
        // What follows closely closes nothing; a second gap widens it.
        let next = after(&late, &[(CHANGES, date(2026, 1, 12))]);
        assert_eq!(told(&next).as_deref(), Some(words));
        let wider = after(&next, &[(CHANGES, date(2026, 4, 12))]);
        let words = "what changed after 2026-01-02 and before 2026-04-04 was never seen, of ";
        assert_eq!(told(&wider), Some(format!("{words}2024 to 2026")));
        // Years close it one by one, if they were made after it.
        let some = after(&wider, &[(&year(2025), date(2026, 4, 4)), (&year(2026), date(2026, 4, 3))]);
        assert_eq!(told(&some), Some(format!("{words}2024, 2026")));
        let all = after(&some, &[(&year(2024), date(2026, 4, 20)), (&year(2026), date(2026, 4, 20))]);
        assert_eq!(told(&all), None);
        let mut accepted = some;
        accepted.accept();
        assert_eq!(told(&accepted), None);
    }

    #[test]
    fn years_and_changes_that_come_together_are_no_gap() {
        let files = [(CHANGES, date(2026, 4, 12)), (&year(2024), date(2026, 3, 1)), (&year(2026), date(2026, 4, 12))];
        let old = after(&Reach::default(), &[(&year(2024), date(2026, 1, 1))]);
        assert_eq!(told(&after(&old, &files)), None);
        assert_eq!(told(&after(&Reach::default(), &[(CHANGES, date(2026, 4, 12))])), None, "the missing years tell");
    }

    #[test]
    fn pages_say_by_their_names_what_they_cover() {
        let whole = after(&Reach::default(), &[("nvdcve-2.0-api-00000000.json", date(2026, 1, 2))]);
        let window = |from: &str, until: &str| format!("nvdcve-2.0-api-{from}T000000-{until}T120000-000000.json");
        let close = after(&whole, &[(&window("20260102", "20260201"), date(2026, 9, 9))]);
        assert_eq!((told(&close), close.until), (None, Some(date(2026, 2, 1))));
        let open = after(&close, &[(&window("20260301", "20260302"), date(2026, 9, 9))]);
        assert!(told(&open).is_some_and(|told| told.contains("after 2026-02-01 and before 2026-03-01")));
        // A name sees no farther than the day on which its file was made.
        let far = after(&whole, &[(&window("20260102", "20990101"), date(2026, 1, 3))]);
        assert_eq!((told(&far), far.until), (None, Some(date(2026, 1, 3))));
        // Where no year is known, all of them close it.
        let none = BTreeSet::new();
        let open = open.after([(&*window("20260401", "20260402"), date(2026, 9, 9))].into_iter(), &none);
        assert!(told(&open).is_some_and(|told| told.ends_with("before 2026-04-01 was never seen")));
        assert_eq!(open.after([].into_iter(), &none), open);
        let again = after(&open, &[("nvdcve-2.0-api-00000000.json", date(2026, 4, 5))]);
        assert_eq!(told(&again), None);
        assert_eq!(after(&whole, &[("nvdcve-2.0-recent.json", date(2026, 9, 9)), ("x", date(2026, 9, 9))]), whole);
    }
}
