//! Whether a source that came is older than what is held of it: it would take back what is known.
//!
//! What a source says of itself tells, where it says anything. Otherwise it is as old as it was received from its publisher: by this home,
//! or by whoever handed it over. A folder does not say when that was, and counts as of its receipt.

use jiff::civil::{Date, DateTime};
use ward_formats::feed::{cwe, eol};

use super::Builder;
use super::facts::held_state;
use super::publish::Sources;
use crate::error::HomeError;
use crate::fact::Fact;
use crate::generation::Generation;
use crate::moment::Moment;
use crate::reach::Reach;
use crate::source::Behind;

/// Nothing of a source is taken: it stays as it was, and nobody has looked at it now.
pub(super) fn not_taken(builder: &Builder, sources: &mut Sources, source: &str, behind: Behind) {
    let received = held_state(builder, source).and_then(|held| held.received);
    if let Some((state, changes)) = sources.get_mut(source) {
        changes.older_as_a_whole = true;
        changes.behind = Some(behind);
        state.received = received.or(state.received);
    }
}

/// A list without any entry came into a home that holds none: nobody has received anything of that source.
pub(super) fn nothing_came(sources: &mut Sources, source: &str) {
    if let Some((state, changes)) = sources.get_mut(source) {
        changes.older_as_a_whole = true;
        changes.behind = Some(Behind::new("an empty list", "nothing"));
        state.received = None;
    }
}

/// Whether somebody handed a source over who last received it on a day before the one on which this home did.
pub(super) fn by_receipt(builder: &Builder, source: &str) -> Option<Behind> {
    let came = builder.handed_over_of(source)?;
    let held = held_state(builder, source)?.received.filter(|held| came.day() < *held)?;
    Some(Behind::new(format!("received {}", came.day()), format!("received {held}")))
}

/// Whether a list of weaknesses is of an earlier version.
pub(super) fn weaknesses(builder: &Builder, version: Option<&str>) -> Option<Behind> {
    let held = held_state(builder, cwe::SOURCE)?.edition.as_deref();
    let numbers = |version: &str| version.split('.').map(|part| part.parse().ok()).collect::<Option<Vec<u32>>>();
    match version.and_then(numbers).zip(held.and_then(numbers)) {
        Some((came, known)) if came != known => {
            let words = |version: Option<&str>| format!("version {}", version.unwrap_or_default());
            (came < known).then(|| Behind::new(words(version), words(held)))
        }
        _ => by_receipt(builder, cwe::SOURCE),
    }
}

/// Whether support dates were handed over as of an earlier moment.
pub(super) fn support(builder: &Builder) -> Result<Option<Behind>, HomeError> {
    let came = builder.handed_over_of(eol::SOURCE).map(Moment::time);
    let Some(came) = came else { return Ok(None) };
    let held = support_as_of(builder)?.filter(|held| came < *held);
    Ok(held.map(|held| Behind::new(words(came), words(held))))
}

/// A moment as it is told: to the second.
fn words(moment: DateTime) -> String {
    moment.strftime("received %Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Of when the support dates are that are held. A home from before this was kept knows the day.
fn support_as_of(builder: &Builder) -> Result<Option<DateTime>, HomeError> {
    let reaches = builder.held.as_ref().map(Generation::reaches).transpose()?.unwrap_or_default();
    let kept = reaches.get(eol::SOURCE).and_then(|reach| reach.until);
    let day = || held_state(builder, eol::SOURCE).and_then(|held| held.received);
    Ok(kept.or_else(|| day().map(|day: Date| Moment::from(day).time())))
}

/// That they are of now, where they came, or somebody looked again on another day.
pub(super) fn support_seen(builder: &Builder, sources: &Sources) -> Result<Option<Fact>, HomeError> {
    let Some((_, changes)) = sources.get(eol::SOURCE).filter(|_| builder.looked_at(eol::SOURCE)) else {
        return Ok(None);
    };
    let now = builder.received_of(eol::SOURCE).time();
    let before = support_as_of(builder)?;
    let is_later = before.is_none_or(|before| now.date() > before.date() || changes.came.is_some() && now > before);
    if changes.behind.is_some() || !is_later {
        return Ok(None);
    }
    let (key, value) = super::facts::written("when support dates came", Reach::until(Some(now)).to_fact(eol::SOURCE))?;
    Ok(Some((key, Some(value))))
}
