//! Records of versions that stand beside what whole and dated versions say: those that do not say of when they are, and those that did not
//! come whole. They take nothing back, and are withdrawn by a whole version that is known to be later than they came.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use ward_formats::feed::{IN_PART, UNDATED, csaf};
use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;
use ward_model::vulnerability::VulnerabilityRecord;

use super::entry::Entry;
use super::records::{self, Came, Held, New, Waiting};
use super::retract::taken_back;
use super::spill::SpillReader;
use super::{Builder, Pending, merge};
use crate::error::{HomeError, at};
use crate::fact::{self, Fact, Kind};
use crate::generation::Generation;
use crate::moment::Moment;
use crate::source::SetAsideRecord;
use crate::{day, stamp};

/// The name of what a record stands beside. Versions of advisories are known by their document: when they came is kept of none of them,
/// so that homes that received them on different days are the same.
pub(super) fn plain<'a>(source: &str, id: &'a str) -> Option<&'a str> {
    if source == csaf::SOURCE {
        return None;
    }
    id.strip_suffix(UNDATED).or_else(|| id.strip_suffix(IN_PART))
}

/// Whether versions of a record that say no moment are to stand beside it: it is of no document, and stands beside none itself.
pub(super) fn is_plain(source: &str, id: &str) -> bool {
    source != csaf::SOURCE && plain(source, id).is_none()
}

/// Whether a whole version with this stamp replaces a record that stands beside, of which it is kept when it is, or when it came.
pub(super) fn replaces(whole: &str, id: &str, kept: &str) -> bool {
    let whole = stamp::without_number(whole);
    !whole.is_empty() && if id.ends_with(UNDATED) { kept < whole } else { kept <= whole }
}

/// A record that stands beside, by source and name, with what is kept of it.
type Standing = BTreeMap<(String, String), String>;

/// Those that are held.
fn standing(held: &Generation) -> Result<Standing, HomeError> {
    let mut standing = Standing::new();
    for (key, kept) in held.facts(Kind::Document)? {
        let key = String::from_utf8_lossy(key.get(1..).unwrap_or_default()).into_owned();
        if let Some((source, id)) = key.split_once('\0').filter(|(source, id)| plain(source, id).is_some()) {
            standing.insert((source.to_owned(), id.to_owned()), String::from_utf8_lossy(&kept).into_owned());
        }
    }
    Ok(standing)
}

impl Builder {
    /// Adds a withdrawn version of every held record that stands beside and is replaced by what is held or comes now.
    pub(super) fn withdraw_beside(&mut self) -> Result<(), HomeError> {
        let Some(held) = &self.held else { return Ok(()) };
        let standing = standing(held)?;
        if standing.is_empty() {
            return Ok(());
        }
        // Those that name products, or withdraw them.
        let mut whole: BTreeMap<(&str, &str), Box<str>> = BTreeMap::new();
        for (source, id) in standing.keys() {
            whole.extend(plain(source, id).map(|plain| ((source.as_str(), plain), "".into())));
        }
        let mut comes_again = BTreeSet::new();
        for batch in &self.batches {
            for one in &batch.pending {
                let Some(source) = batch.sources.get(one.source) else { continue };
                if let Some(last) = whole.get_mut(&(source.as_str(), &*one.id)) {
                    if one.facts.speaks() {
                        *last = one.stamp.clone().max(std::mem::take(last));
                    }
                } else if plain(source, &one.id).is_some() {
                    comes_again.insert((source.clone(), one.id.to_string()));
                }
            }
        }
        let mut gone: Vec<(VulnerabilityRecord, String)> = Vec::new();
        for ((source, id), kept) in &standing {
            let Some(plain) = plain(source, id).filter(|_| !comes_again.contains(&(source.clone(), id.clone()))) else {
                continue;
            };
            let mut last = whole.get(&(source.as_str(), plain)).map(ToString::to_string).unwrap_or_default();
            if let Some(version) = Held::of(self).find(plain, source)?.1
                && version.speaks()?
            {
                last = last.max(version.stamp(self.received.day())?);
            }
            if !replaces(&last, id, kept) {
                continue;
            }
            if let Some(version) = Held::of(self).find(id, source)?.1 {
                let record = version.layer.content(&version.entry)?;
                if !record.withdrawn {
                    gone.push((taken_back(&record), last));
                }
            }
        }
        if gone.is_empty() {
            return Ok(());
        }
        let mut batch = self.batch()?;
        for (record, stamp) in &gone {
            batch.record(record, stamp)?;
        }
        self.taken_back.extend(gone.into_iter().map(|(record, _)| (record.source, record.id.as_str().into())));
        self.add(batch);
        Ok(())
    }

    /// When what stands beside came; of what says of when it is, that.
    fn kept_of(&self, source: &str, stamp: &str) -> String {
        // To the day, as it is known of what was held before: the order in which versions come makes no difference.
        let received = || Moment::from(self.received_of(source).day()).time().to_string();
        Some(stamp::without_number(stamp)).filter(|stamp| !stamp.is_empty()).map_or_else(received, str::to_owned)
    }
}

/// A record under the name of what stands beside.
fn beside(record: &VulnerabilityRecord) -> VulnerabilityRecord {
    let mut beside = record.clone();
    beside.id = VulnerabilityId::new(format!("{}{UNDATED}", record.id));
    if !beside.aliases.contains(&record.id) {
        beside.aliases.insert(0, record.id.clone());
    }
    beside
}

/// Whether two versions say the same, but for the day of it.
fn is_same(one: &VulnerabilityRecord, other: &VulnerabilityRecord) -> bool {
    let says = |record: &VulnerabilityRecord| VulnerabilityRecord { modified: None, received: None, ..record.clone() };
    says(one) == says(other)
}

/// What is told of a record that stands beside, whichever file it came in.
fn remark(record: &VulnerabilityRecord) -> SetAsideRecord {
    let reason = "it does not say, so that it can be believed, of when it is: it stands beside what does, and takes nothing back".to_owned();
    let id = record.id.as_str();
    SetAsideRecord::remark(&record.source, &record.source, Some(id), reason, Digest::of(id.as_bytes()))
}

/// Gives those that wait and say no moment a name of their own, where a version that says one waits too or is held. What says the same as
/// that is passed over.
pub(super) fn rename(
    waiting: &mut Waiting,
    readers: &mut Vec<SpillReader>,
    builder: &mut Builder,
) -> Result<(), HomeError> {
    let folder = builder.home.folder().to_owned();
    let (mut batch, mut renamed, mut same) = (builder.batch()?, Vec::new(), BTreeSet::new());
    let (mut remarks, mut told) = (Vec::new(), BTreeSet::new());
    let mut first: Option<usize> = None;
    let mut came_first: BTreeMap<(String, Box<str>), String> = BTreeMap::new();
    let mut search = Held::of(builder);
    for place in 0..waiting.len() {
        let (index, source, pending) = &waiting[place];
        let before = first.and_then(|first| waiting.get(first));
        if before.is_none_or(|(_, of, one)| one.id != pending.id || of != source) {
            first = Some(place);
        }
        if !is_plain(source, &pending.id) || !pending.stamp.is_empty() {
            continue;
        }
        let dated = first.and_then(|first| waiting.get(first)).filter(|(.., one)| !one.stamp.is_empty());
        let other = match dated {
            Some((of, _, one)) => {
                let record = merge::read(readers.get_mut(*of).ok_or(HomeError::TooLarge("batches"))?, one, &folder)?;
                Some((record, one.stamp.to_string(), one.facts.speaks()))
            }
            None => match search.find(&pending.id, source)?.1 {
                Some(last) => {
                    let stamp = last.stamp(builder.received.day())?;
                    let is_dated = !stamp.is_empty();
                    is_dated
                        .then(|| Ok::<_, HomeError>((last.layer.content(&last.entry)?, stamp, last.speaks()?)))
                        .transpose()?
                }
                None => None,
            },
        };
        let Some((other, last, speaks)) = other else { continue };
        // When it came first is known of what says a moment that was ahead then.
        let since = pending.ahead_on.map(|day| Moment::from(day).time().to_string());
        let record = merge::read(readers.get_mut(*index).ok_or(HomeError::TooLarge("batches"))?, pending, &folder)?;
        // What stands beside takes nothing back, so that one that only withdraws says nothing there.
        let is_replaced =
            speaks && since.as_ref().is_some_and(|since| replaces(&last, &format!("{}{UNDATED}", record.id), since));
        if is_replaced {
            // Nor is it told again what was told of it when it came first.
            told.insert((source.clone(), record.id.clone()));
        }
        if is_same(&record, &other) || record.withdrawn || is_replaced {
            same.insert(place);
            continue;
        }
        // That it is dated ahead is told with the name that it has now.
        let (id, of) = (record.id.clone(), source.clone());
        told.insert((of, id));
        let record = beside(&record);
        batch.record(&record, "")?;
        if let Some(since) = since {
            came_first.insert((source.clone(), record.id.as_str().into()), since);
        }
        remarks.push(remark(&record));
        renamed.push(place);
    }
    builder.stood_since.append(&mut came_first);
    if renamed.is_empty() && same.is_empty() {
        return Ok(());
    }
    let number = readers.len();
    readers.push(batch.spill.into_reader().map_err(at(&folder))?);
    let mut all = renamed.into_iter().zip(batch.pending).collect::<BTreeMap<usize, _>>();
    for (place, one) in std::mem::take(waiting).into_iter().enumerate() {
        match all.remove(&place) {
            Some(beside) => waiting.push((number, one.1, Pending { file: None, ..beside })),
            None if same.contains(&place) => {}
            None => waiting.push(one),
        }
    }
    records::sort(waiting);
    let is_told = |one: &SetAsideRecord| {
        let id = one.id.clone().filter(|_| super::is_beyond(one));
        id.is_some_and(|id| told.contains(&(one.source.clone(), id)))
    };
    builder.set_aside.retain(|one| !is_told(one));
    builder.set_aside.extend(remarks);
    Ok(())
}

/// Keeps what was held and says no moment beside the versions that replace it and are not known to be later: of each, which of the news
/// that is, what was held, when that came, and when the first of it came.
pub(super) fn keep(
    builder: &mut Builder,
    came: &mut Came,
    undated: Vec<(usize, VulnerabilityRecord, Option<Date>, i32)>,
) -> Result<(), HomeError> {
    if undated.is_empty() {
        return Ok(());
    }
    let folder = builder.home.folder().to_owned();
    let (mut batch, mut kept) = (builder.batch()?, Vec::new());
    let mut remarks = Vec::new();
    for (place, held, received, first) in undated {
        let Some(new) = came.new.get(place) else { continue };
        let reader = came.readers.get_mut(new.batch).ok_or(HomeError::TooLarge("batches"))?;
        let now = reader.with(new.place, |entry| {
            let content = Entry::read(entry)?.content;
            postcard::from_bytes::<VulnerabilityRecord>(content).map_err(|error| error.to_string())
        });
        let wrong = |reason| HomeError::Record { id: new.id.to_string(), reason };
        let now = now.map_err(at(&folder))?.map_err(wrong)?;
        if is_same(&held, &now) || held.withdrawn {
            continue;
        }
        let record = beside(&held);
        batch.record(&record, "")?;
        let since = Moment::from(received.unwrap_or(builder.received.day())).time().to_string();
        builder.stood_since.insert((new.source.clone(), record.id.as_str().into()), since);
        remarks.push(remark(&record));
        kept.push((new.source.clone(), first, day::pack(received)));
    }
    let number = came.readers.len();
    came.readers.push(batch.spill.into_reader().map_err(at(&folder))?);
    for ((source, first, received), one) in kept.into_iter().zip(batch.pending) {
        let (position, last) = Held::of(builder).find(&one.id, &source)?;
        came.replaced.extend(last.map(|last| (last.in_delta, last.version)));
        let Pending { id, stamp, facts, place, .. } = one;
        came.new.push(New { id, source, stamp, facts, batch: number, place, received: (first, received), position });
    }
    came.new.sort_by(|a, b| (&a.id, &a.source).cmp(&(&b.id, &b.source)));
    builder.set_aside.extend(remarks);
    Ok(())
}

/// What is kept of the records that stand beside, where they came or were withdrawn.
pub(super) fn facts(builder: &Builder, came: &Came) -> Result<Vec<Fact>, HomeError> {
    let mut facts = Vec::new();
    for new in came.new.iter().filter(|new| plain(&new.source, &new.id).is_some()) {
        let before = builder.held.as_ref().map(|held| held.document(&new.source, &new.id)).transpose()?.flatten();
        let is_gone = builder.taken_back.contains(&(new.source.clone(), new.id.clone()));
        let since = builder.stood_since.get(&(new.source.clone(), new.id.clone()));
        let now = (!is_gone).then(|| since.cloned().unwrap_or_else(|| builder.kept_of(&new.source, &new.stamp)));
        if before != now {
            facts.push((fact::document_key(&new.source, &new.id), now.map(|now| now.as_bytes().into())));
        }
    }
    Ok(facts)
}

#[cfg(test)]
mod tests;
