//! What the files of a source say of changes, by their names and by what they say of themselves.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};
use ward_formats::feed::cve5;
use ward_formats::listing::cvelist::{self, Holds};
use ward_model::coverage::latest_meant;

use super::Came;
use super::pages::Pages;
use crate::source::{NVD, year_of};

/// So many days before it was made the file of NVD's changes reaches back.
const CHANGES_REACH: i64 = 8;

/// What files say of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// All of a year, or of all years, as of a moment.
    All(Option<i16>),
    /// What changed since a moment.
    ChangesSince(DateTime),
    /// What is new since a moment, and nothing of what changed: it shows up to when somebody looked, and not that all was seen.
    New,
    /// A part of an answer of which pages lack: newer records, and nothing that shows all of them.
    NotWhole,
}

/// What files of a source that were received at a moment say, and up to when.
pub(super) fn all<'a>(
    source: &str,
    files: impl Iterator<Item = Came<'a>>,
    pages: &mut Pages,
    received: DateTime,
) -> Vec<(Says, DateTime)> {
    match source {
        NVD => nvd(files, pages, received),
        cve5::SOURCE => files.filter_map(|came| of_list(came.file, received)).collect(),
        _ => Vec::new(),
    }
}

/// What a file of the CVE list says by its name. A tree, or a list without a day in its name, shows nothing.
pub(super) fn of_list(file: &str, received: DateTime) -> Option<(Says, DateTime)> {
    let (holds, begin, end) = cvelist::span(file.rsplit('/').next().unwrap_or(file))?;
    // A day that has not come is a slip, and says of no other day that it was seen.
    if begin.date() > latest_meant(received.date()) {
        return None;
    }
    let says = if holds == Holds::Everything { Says::All(None) } else { Says::ChangesSince(begin) };
    Some((says, end.min(received)))
}

fn nvd<'a>(files: impl Iterator<Item = Came<'a>>, pages: &mut Pages, received: DateTime) -> Vec<(Says, DateTime)> {
    let mut said = Vec::new();
    let mut answers: BTreeSet<&str> = BTreeSet::new();
    for Came { file, page } in files {
        // What a file reaches back to that does not say when it was made is not known.
        let Some(page) = page else { continue };
        let until = page.made.min(received);
        if let Some(year) = year_of(file) {
            said.push((Says::All(Some(year)), until));
            continue;
        }
        let Some(name) = file.strip_prefix("nvdcve-2.0-") else { continue };
        if name.starts_with("modified.") {
            said.push((Says::ChangesSince(page.made.saturating_sub(CHANGES_REACH.days())), until));
        } else if name.starts_with("recent.") {
            said.push((Says::New, until));
        } else if let Some(answer) = answer_of(name) {
            pages.add(answer, page);
            answers.insert(answer);
        }
    }
    for answer in answers {
        let Some((made, whole)) = pages.take(answer) else { continue };
        // What had not happened when it was made, or came, nobody saw.
        let made = made.min(received);
        let (says, until) = match answer.split_once('-').and_then(|(_, window)| window.split_once('-')) {
            None => (Says::All(None), made),
            Some((from, until)) => match (moment(from), moment(until)) {
                (Some(from), Some(until)) => (Says::ChangesSince(from), until.min(made)),
                // Nobody knows which window that is.
                _ => (Says::NotWhole, made),
            },
        };
        said.push((if whole { says } else { Says::NotWhole }, until));
    }
    said
}

/// The answer of NVD's interface that a file is a page of.
pub(super) fn answer_of_file(file: &str) -> Option<&str> {
    answer_of(file.strip_prefix("nvdcve-2.0-")?)
}

/// `api` of `api-00002000.json`, `api-FROM-UNTIL` of a page of a window.
fn answer_of(name: &str) -> Option<&str> {
    let stem = name.split('.').next().unwrap_or(name);
    let (answer, _) = stem.rsplit_once('-')?;
    (answer == "api" || answer.strip_prefix("api-")?.split('-').count() == 2).then_some(answer)
}

/// The moment in `20260102T030405Z`; of a day without a time its beginning.
fn moment(text: &str) -> Option<DateTime> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i16>().ok();
    let small = |range| i8::try_from(number(range)?).ok();
    let day = Date::new(number(0..4)?, small(4..6)?, small(6..8)?).ok()?;
    let time = || Time::new(small(9..11)?, small(11..13)?, small(13..15)?, 0).ok();
    Some(day.to_datetime(time().unwrap_or(Time::midnight())))
}
