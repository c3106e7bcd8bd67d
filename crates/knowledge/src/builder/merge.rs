//! Versions of one record that came at once, with one stamp, and say different things, put together into one.

use std::collections::BTreeMap;
use std::path::Path;

use ward_formats::feed::{UNDATED, csaf};
use ward_model::digest::Digest;
use ward_model::vulnerability::VulnerabilityRecord;

use super::entry::Entry;
use super::records::{Held, Waiting};
use super::spill::SpillReader;
use super::{Builder, Pending};
use crate::contradiction;
use crate::error::{HomeError, at};
use crate::source::SetAsideRecord;

/// Puts such versions together, which stand side by side in `waiting`, and gives what is to be told of them. One that was put together
/// before, as `aside` tells, is one of them: that a single one of its versions comes again takes back nothing of what the others say.
pub(super) fn contradictions(
    waiting: &mut Waiting,
    readers: &mut Vec<SpillReader>,
    builder: &Builder,
    aside: &[SetAsideRecord],
) -> Result<Vec<SetAsideRecord>, HomeError> {
    let same = |(_, a_source, a): &(usize, String, Pending), (_, b_source, b): &(usize, String, Pending)| {
        a.id == b.id && a_source == b_source
    };
    let told = told(aside);
    // Of versions without a date nobody knows the order, wherever and whenever they come.
    let undated =
        |source: &str, one: &Pending| one.stamp.is_empty() && (source == csaf::SOURCE || one.id.ends_with(UNDATED));
    if told.is_empty()
        && !waiting.iter().any(|(_, source, one)| undated(source, one))
        && waiting.windows(2).all(|pair| !same(&pair[0], &pair[1]))
    {
        return Ok(Vec::new());
    }
    let folder = builder.home.folder();
    let mut search = Held::of(builder);
    let mut batch = builder.batch()?;
    let mut remarks = Vec::new();
    // Which of those that wait are replaced by which of the batch.
    let mut replaced = Vec::new();
    let mut first = 0;
    for group in waiting.chunk_by(same) {
        let range = first..first + group.len();
        first = range.end;
        let [(_, source, one), ..] = group else { continue };
        let before = match told.get(&(source.as_str(), &*one.id)) {
            Some(stamp) if **stamp == *one.stamp => search.find(&one.id, source)?.1,
            _ if undated(source, one) => match search.find(&one.id, source)?.1 {
                Some(last) if last.stamp(builder.received.day())?.is_empty() => {
                    let digest = last.layer.digest(last.version)?;
                    group.iter().all(|(_, _, pending)| pending.facts.digest != digest).then_some(last)
                }
                _ => None,
            },
            _ => None,
        };
        if group.len() < 2 && before.is_none() {
            continue;
        }
        let mut records = Vec::with_capacity(group.len() + 1);
        for (index, _, pending) in group {
            let reader = readers.get_mut(*index).ok_or(HomeError::TooLarge("batches"))?;
            records.push(read(reader, pending, folder)?);
        }
        let mut digests: Vec<Digest> = group.iter().map(|(_, _, pending)| pending.facts.digest).collect();
        if let Some(last) = before {
            records.push(last.layer.content(&last.entry)?);
            digests.push(last.layer.digest(last.version)?);
        }
        let in_any_order = undated(source, one);
        let whole = if in_any_order { contradiction::in_any_order(records) } else { contradiction::together(records) };
        let Some(whole) = whole else { continue };
        let remark = match in_any_order {
            true => contradiction::remark_of_undated(source, &one.id),
            false => contradiction::remark(source, &one.id, &digests),
        };
        remarks.push(SetAsideRecord { stamp: one.stamp.to_string(), ..remark });
        batch.record(&whole, &one.stamp)?;
        replaced.push(range);
    }
    let number = readers.len();
    readers.push(batch.spill.into_reader().map_err(at(folder))?);
    let mut merged: BTreeMap<usize, (usize, Pending)> =
        replaced.into_iter().zip(batch.pending).map(|(range, pending)| (range.start, (range.end, pending))).collect();
    let mut end = 0;
    for (place, (index, source, pending)) in std::mem::take(waiting).into_iter().enumerate() {
        if let Some((behind, whole)) = merged.remove(&place) {
            end = behind;
            waiting.push((number, source, whole));
        } else if place >= end {
            waiting.push((index, source, pending));
        }
    }
    Ok(remarks)
}

/// A record that waits.
pub(super) fn read(
    reader: &mut SpillReader,
    pending: &Pending,
    folder: &Path,
) -> Result<VulnerabilityRecord, HomeError> {
    let read = reader.with(pending.place, |entry| {
        let entry = Entry::read(entry)?;
        postcard::from_bytes::<VulnerabilityRecord>(entry.content).map_err(|error| error.to_string())
    });
    let wrong = |reason| HomeError::Record { id: pending.id.to_string(), reason };
    read.map_err(at(folder))?.map_err(wrong)
}

/// The records that are held as put together, by source and identifier, with the stamp of all their versions.
fn told(aside: &[SetAsideRecord]) -> BTreeMap<(&str, &str), &str> {
    let remarks = aside.iter().filter(|told| contradiction::is_remark(told));
    remarks.filter_map(|told| Some(((told.source.as_str(), told.id.as_ref()?.as_str()), told.stamp.as_str()))).collect()
}

#[cfg(test)]
mod tests;
