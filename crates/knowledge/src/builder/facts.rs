//! What came besides records against what is held: KEV, EPSS, support, names of weaknesses, records set aside, files.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime, Time};
use ward_formats::feed::{IN_PART, csaf, cve5, cwe, eol};
use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;
use ward_model::vulnerability::Epss;

use super::parts::is_shrunk;
use super::publish::Sources;
use super::records::Read;
use super::{Builder, as_read, beyond, older, support};
use crate::error::HomeError;
use crate::fact::{self, Fact, Held, Input, Kind};
use crate::file::unreadable;
use crate::generation::Generation;
use crate::identity;
use crate::lost::Lost;
use crate::reach::{self, Came, Reach, Receipt};
use crate::source::{Behind, Changes, EPSS, KEV, NVD, SetAsideRecord, SourceState};
use crate::{column, part, span, stamp};

/// What is held of a kind.
pub(super) fn held(builder: &Builder, kind: Kind) -> Result<Vec<Held>, HomeError> {
    Ok(builder.held.as_ref().map(|held| held.facts(kind)).transpose()?.unwrap_or_default())
}

pub(super) fn written<T>(what: &str, result: Result<T, postcard::Error>) -> Result<T, HomeError> {
    result.map_err(|error| HomeError::Record { id: what.to_owned(), reason: error.to_string() })
}

/// What changes of a source that is replaced as a whole, counted. Where it says to `keep` them, entries that did not come stay: a list
/// that was cut short must not take back what it said.
pub(super) fn replace(held: &[Held], wanted: &[Held], keep: bool, changes: &mut Changes) -> Vec<Fact> {
    let mut facts = fact::difference(held, wanted);
    if keep {
        let all = facts.len();
        facts.retain(|(_, value)| value.is_some());
        changes.absent += (all - facts.len()) as u64;
    }
    let wanted = wanted.len() + changes.absent as usize;
    let gone = facts.iter().filter(|(_, value)| value.is_none()).count();
    let added = (wanted + gone).saturating_sub(held.len());
    changes.removed += gone as u64;
    changes.added += added as u64;
    changes.changed += (facts.len() - gone - added) as u64;
    let taken = facts.len() + gone + changes.absent as usize;
    changes.unchanged += (held.len() + added + gone).saturating_sub(taken) as u64;
    facts
}

/// Takes note of the file that a whole source is held from now on from.
pub(super) fn taken(builder: &Builder, sources: &mut Sources, source: &str) {
    // One that is dated ahead is read again, so that it is told again.
    let file = builder.inputs.iter().find(|((name, _), _)| name == source && !builder.dated_ahead.contains(source));
    if let Some((state, _)) = sources.get_mut(source) {
        state.whole = file.map(|((_, file), input)| (file.clone(), input.digest));
    }
}

/// Takes note of a source that is dated after the day of receipt.
pub(super) fn tell_beyond(builder: &mut Builder, source: &str, date: Date, came: &str) {
    builder.dated_ahead.insert(source.to_owned());
    let (date, received) = (date.to_string(), stamp::day_of(came).unwrap_or(builder.received.day()));
    let file = builder.first_file_of(source);
    let told = beyond(source, file, None, &date, received, Digest::of(date.as_bytes()));
    builder.set_aside.push(told);
}

/// EPSS, and its day where another column is taken; and of when that is.
///
/// A column replaces one that it is known to be later than, where it came whole. One that may be of any moment is not taken over one that
/// says its own: scores of two days cannot stand in one column. Of two of one moment the higher score counts.
pub(super) fn epss(builder: &mut Builder, sources: &mut Sources) -> Result<(Vec<Fact>, bool, Option<Fact>), HomeError> {
    let nothing = || Ok((Vec::new(), false, None));
    let Some(mut scores) = builder.scores.take() else { return nothing() };
    let (held, packed) = builder.held.as_ref().map(Generation::column).transpose()?.unwrap_or((Vec::new(), true));
    let received = builder.received.day();
    let moment = if scores.moment.is_empty() { scores.date.to_string() } else { scores.moment.clone() };
    let ahead = builder.list_ahead(EPSS, scores.date, &moment)?;
    let is_believed = ahead.is_none();
    if let Some(came) = ahead {
        tell_beyond(builder, EPSS, scores.date, &came);
    }
    let came = scores.scores.len() as u64;
    if came == 0 && held.is_empty() {
        older::nothing_came(sources, EPSS);
        return nothing();
    }
    let before = builder.held.as_ref().map(|held| held.document(EPSS, "")).transpose()?.flatten();
    let day = builder.held.as_ref().and_then(|held| held.state().epss_date);
    // Homes from before kept the day alone. What says no moment that can be believed, or could not be read whole, has none.
    let last = match &before {
        Some(kept) => Some(kept.clone()).filter(|kept| !kept.is_empty()),
        None => stamp::believed_day(day, received).map(|day| day.to_string()),
    };
    let accepted = builder.accepts(EPSS);
    let is_whole = is_believed && (accepted || !builder.unread.contains(EPSS));
    let behind = match &last {
        Some(last) if is_whole => span::is_before(&moment, last).then(|| match day {
            Some(day) if day != scores.date => Behind::new(scores.date, day),
            _ => Behind::new(&moment, last),
        }),
        Some(last) if !is_believed && !accepted => {
            Some(Behind::new(format!("{}, which has not come", scores.date), last))
        }
        Some(last) if !accepted => Some(Behind::new(format!("{}, not whole", scores.date), last)),
        _ => None,
    };
    if let Some(behind) = behind {
        older::not_taken(builder, sources, EPSS, behind);
        return nothing();
    }
    // Where far fewer come, the column that is held stays.
    let far_fewer = is_shrunk(builder, sources, EPSS, came)?;
    let Some((state, changes)) = sources.get_mut(EPSS) else { return nothing() };
    (changes.came, changes.far_fewer) = (Some(came), far_fewer);
    if far_fewer {
        changes.absent = state.records;
        return nothing();
    }
    let is_later = accepted
        || match &last {
            Some(last) => span::is_before(last, &moment),
            None => is_whole,
        };
    let now = if is_whole { moment.clone() } else { String::new() };
    let mut kept = now.clone();
    if !is_later && !held.is_empty() {
        // Nobody knows which of the two is the later.
        let wrong = |reason| unreadable("EPSS", reason);
        for (key, value) in held.iter().filter(|(key, _)| column::is_piece(key)) {
            for (id, column::Score { score, percentile, .. }) in column::named(key, value).map_err(wrong)? {
                scores.scores.push((VulnerabilityId::new(id), Epss { score, percentile, date: scores.date }));
            }
        }
        scores.date = scores.date.max(day.unwrap_or(scores.date));
        scores.model_version = state.edition.take().unwrap_or_default().max(scores.model_version);
        kept = last.unwrap_or_default().max(kept);
    }
    state.edition = Some(scores.model_version.clone());
    state.released = Some(scores.date);
    state.newest = stamp::believed_day(state.released, received);
    let scores = identity::scores_in_order(scores);
    state.records = scores.len() as u64;
    fn named((id, epss): &(VulnerabilityId, Epss)) -> (&str, u32, u32) {
        (id.as_str(), epss.score, epss.percentile)
    }
    let wanted = column::pack(scores.iter().map(named));
    let kept = (before.as_ref() != Some(&kept)).then(|| (fact::document_key(EPSS, ""), Some(kept.as_bytes().into())));
    let counts = column::compare(&held, &wanted).map_err(|reason| unreadable("EPSS", reason))?;
    changes.added += counts.added;
    changes.changed += counts.changed;
    changes.unchanged += counts.unchanged;
    changes.removed += counts.removed;
    #[cfg(test)]
    if builder.writes_single_scores {
        let single: Vec<Held> = scores.iter().map(named).map(|(id, a, b)| fact::of_epss(id, a, b)).collect();
        let facts = fact::difference(&self::held(builder, Kind::Epss)?, &single);
        let column = wanted.iter().map(|(key, value)| (&**key, &**value));
        let date = sources.get(EPSS).and_then(|(state, _)| state.released);
        builder.single_scores = crate::generation::part_of(Kind::Scores, column, date)?;
        taken(builder, sources, EPSS);
        return Ok((facts, true, kept));
    }
    drop(scores);
    // What a home holds from before scores were packed stays as it is, as its past.
    let facts = fact::difference(if packed { &held } else { &[] }, &wanted);
    taken(builder, sources, EPSS);
    Ok((facts, true, kept))
}

/// Names of weaknesses.
pub(super) fn weaknesses(builder: &mut Builder, sources: &mut Sources) -> Result<Vec<Fact>, HomeError> {
    let Some(names) = builder.weaknesses.take() else { return Ok(Vec::new()) };
    let held = held(builder, Kind::Weakness)?;
    let wanted = fact::of_weaknesses(&names);
    if held != wanted
        && !builder.accepts(cwe::SOURCE)
        && let Some(behind) = older::weaknesses(builder, names.version.as_deref())
    {
        older::not_taken(builder, sources, cwe::SOURCE, behind);
        return Ok(Vec::new());
    }
    let facts = whole(builder, sources, cwe::SOURCE, &held, &wanted)?;
    if let Some((state, _)) = sources.get_mut(cwe::SOURCE) {
        state.edition = names.version;
    }
    Ok(facts)
}

fn whole(
    builder: &Builder,
    sources: &mut Sources,
    source: &str,
    held: &[Held],
    wanted: &[Held],
) -> Result<Vec<Fact>, HomeError> {
    let came = wanted.len() as u64;
    let far_fewer = is_shrunk(builder, sources, source, came)?;
    let Some((state, changes)) = sources.get_mut(source) else { return Ok(Vec::new()) };
    (changes.came, changes.far_fewer) = (Some(came), far_fewer);
    let facts = replace(held, wanted, far_fewer, changes);
    state.records = came + changes.absent;
    taken(builder, sources, source);
    Ok(facts)
}

/// Records that could not be read: those of now, and those of before that nothing has replaced. Also all there will be.
///
/// Only a version that could be read and is no older replaces one that could not, or another that could not. That a file no longer
/// has it replaces nothing: a list of changes names a record for some days, and what it said is not known afterwards either.
pub(super) fn set_aside(
    builder: &mut Builder,
    sources: &mut Sources,
    came: &BTreeMap<(String, Box<str>), Read>,
) -> Result<(Vec<Fact>, Vec<SetAsideRecord>), HomeError> {
    let mut records = std::mem::take(&mut builder.set_aside);
    // What was kept as a whole is kept with what was set aside of it.
    let kept = |source: &str| sources.get(source).is_some_and(|(_, changes)| changes.keeps_the_whole(source));
    records.retain(|record| {
        let file = (record.source.clone(), record.file.clone());
        !kept(&record.source) && !builder.unchanged.contains(&file)
    });
    if let Some(held) = &builder.held {
        let replaced = |source: &str| {
            crate::source::WHOLE.contains(&source) && builder.files.iter().any(|(name, _)| name == source)
        };
        let mut now: BTreeMap<(&str, &str), Vec<&SetAsideRecord>> = BTreeMap::new();
        for one in &records {
            if let Some(id) = &one.id {
                now.entry((&one.source, id.as_str())).or_default().push(one);
            }
        }
        let superseded = |record: &SetAsideRecord, id: &str, read_again: bool| {
            let key = (record.source.clone(), Box::from(id));
            let document = builder.documents.get(&key).map(|stamp| Read { stamp: stamp.as_str().into(), new: true });
            let others = now.get(&(record.source.as_str(), id)).into_iter().flatten();
            let mut others = others.filter(|other| other.digest == record.digest || !record.stamp.is_empty());
            came.get(&key).is_some_and(|read| read.replaces(&record.stamp))
                || document.is_some_and(|read| read.replaces(&record.stamp))
                || others.any(|other| match other.digest == record.digest {
                    true => read_again,
                    false => record.stamp <= other.stamp,
                })
        };
        let before: Vec<SetAsideRecord> = held
            .set_aside()?
            .into_iter()
            .filter(|record| {
                let file = (record.source.clone(), record.file.clone());
                let read_again = builder.files.contains(&file) && !builder.unchanged.contains(&file);
                let of_kev = record.source == KEV && replaced(KEV);
                let gone = of_kev && is_replaced(builder, record)
                    || !of_kev && replaced(&record.source) && !support::stands(builder, record)
                    || match document_of(record) {
                        // Versions are compared below; of one without a date its file tells.
                        _ if of_kev || record.source == eol::SOURCE => false,
                        Some(label) => {
                            let same = now.get(&(record.source.as_str(), label)).into_iter().flatten();
                            read_again
                                && (!stamp::is_dated(&record.stamp)
                                    || same.into_iter().any(|one| one.digest == record.digest))
                        }
                        None => match record.id.as_ref().map(VulnerabilityId::as_str) {
                            // Documents were once named without their publisher, under which no record can be found.
                            Some(id) if record.source != csaf::SOURCE || id.contains('@') => {
                                superseded(record, id, read_again)
                            }
                            _ => read_again && !is_of_changes(&record.source, &record.file),
                        },
                    };
                kept(&record.source) || !gone
            })
            .collect();
        // A list that says no day is of the day on which it came first.
        let same = |one: &SetAsideRecord, other: &SetAsideRecord| {
            SetAsideRecord { stamp: one.stamp.clone(), ..other.clone() } == *one
        };
        let of_kev: Vec<&SetAsideRecord> = before.iter().filter(|record| record.source == KEV).collect();
        records.retain(|record| record.source != KEV || !of_kev.iter().any(|known| same(known, record)));
        records.extend(before);
    }
    settle_documents(builder, &mut records)?;
    records.sort_unstable();
    records.dedup();
    for (_, (state, _)) in sources.iter_mut() {
        state.set_aside = 0;
    }
    for record in &records {
        if let Some((state, _)) = sources.get_mut(&record.source) {
            state.set_aside += 1;
        }
    }
    let mut wanted =
        written("a record set aside", records.iter().map(fact::of_set_aside).collect::<Result<Vec<_>, _>>())?;
    wanted.sort_unstable();
    Ok((fact::difference(&held(builder, Kind::SetAside)?, &wanted), records))
}

/// Whether nothing that a list of KEV could not say stands any more: it is told until a whole list of a later moment comes. What is told
/// of what stands beside is told anew.
fn is_replaced(builder: &Builder, record: &SetAsideRecord) -> bool {
    record.stamp.is_empty() || builder.wholes.iter().any(|whole| span::is_before(&record.stamp, whole))
}

/// The document of which a version, or a part of one, could not be read.
fn document_of(record: &SetAsideRecord) -> Option<&str> {
    let label = record.id.as_ref().map(VulnerabilityId::as_str).filter(|_| record.source == csaf::SOURCE)?;
    (!record.file.is_empty() && label.contains('@') && !label.contains('/')).then_some(label)
}

/// Of each document only versions are told that are shown to be older neither than the last whole one, nor than another that could not be
/// read; in whatever order they came.
fn settle_documents(builder: &Builder, records: &mut Vec<SetAsideRecord>) -> Result<(), HomeError> {
    let mut last: BTreeMap<String, [Option<String>; 2]> = BTreeMap::new();
    for record in records.iter().filter(|record| stamp::is_dated(&record.stamp)) {
        let Some(label) = document_of(record) else { continue };
        let [_, unread] = last.entry(label.to_owned()).or_default();
        *unread = std::mem::take(unread).max(Some(record.stamp.clone()));
    }
    for record in records.iter() {
        let Some(label) = document_of(record) else { continue };
        let now = builder.documents.get(&(record.source.clone(), label.into())).cloned();
        let held = builder.held.as_ref().map(|held| held.document(&record.source, label)).transpose()?.flatten();
        last.entry(label.to_owned()).or_default()[0] = now.max(held).filter(|whole| stamp::is_dated(whole));
    }
    records.retain(|record| {
        let Some([whole, unread]) = document_of(record).and_then(|label| last.get(label)) else { return true };
        let older = |than: &Option<String>| than.as_ref().is_some_and(|than| stamp::is_before(&record.stamp, than));
        !(older(whole) || older(unread) || whole.as_ref() == Some(&record.stamp))
    });
    Ok(())
}

/// Whether a file names what has changed lately, and not all that there is.
fn is_of_changes(source: &str, file: &str) -> bool {
    let lists = match source {
        NVD => file.starts_with("nvdcve-2.0-"),
        cve5::SOURCE => true,
        _ => false,
    };
    lists && part::of_file(source, file).is_none()
}

/// Receipts that are found to be lost, and those of which somebody accepts it.
pub(super) fn lost(builder: &Builder) -> Result<Vec<Fact>, HomeError> {
    let mut lost: Vec<Lost> = builder.lost.iter().cloned().collect();
    if builder.accepts_lost {
        let accepted = |lost: &Lost| {
            let mut lost = lost.clone();
            lost.receipts.accepted = Some(builder.received.day());
            lost
        };
        lost.extend(builder.held.iter().flat_map(Generation::lost).filter(|lost| lost.is_open()).map(accepted));
    }
    let write = |lost: &Lost| {
        let (key, value) = written("receipts that were lost", lost.to_fact())?;
        Ok((key, Some(value)))
    };
    lost.iter().map(write).collect()
}

/// Of when documents are that came whole, later than before.
pub(super) fn documents(builder: &Builder) -> Result<Vec<Fact>, HomeError> {
    let mut facts = Vec::new();
    for ((source, label), stamp) in builder.documents.iter().filter(|(_, stamp)| stamp::is_dated(stamp)) {
        let held = builder.held.as_ref().map(|held| held.document(source, label)).transpose()?.flatten();
        if held.is_none_or(|held| stamp::is_before(&held, stamp)) {
            facts.push((fact::document_key(source, label), Some(stamp.as_bytes().into())));
        }
    }
    Ok(facts)
}

/// The bundle that all that came is from.
pub(super) fn bundle(builder: &Builder) -> Result<Option<Fact>, HomeError> {
    let Some(taken) = builder.bundle else { return Ok(None) };
    if builder.held.as_ref().map(Generation::bundle).transpose()?.flatten() == Some(taken) {
        return Ok(None);
    }
    let (key, value) = written("the bundle that was taken", taken.to_fact())?;
    Ok(Some((key, Some(value))))
}

/// Up to when the changes of each source were seen, where files of it came that say something of that.
pub(super) fn reach(builder: &Builder, sources: &Sources) -> Result<Vec<Fact>, HomeError> {
    let mut facts = Vec::new();
    let mut reaches = builder.held.as_ref().map(Generation::reaches).transpose()?.unwrap_or_default();
    for source in reach::WITH_CHANGES {
        let Some((state, _)) = sources.get(source) else { continue };
        let held = reaches.remove(source);
        let before = match &held {
            Some(held) => held.clone(),
            None => reach_of_before(builder, source)?,
        };
        // What is found now nobody can have accepted yet.
        let mut known = before.clone();
        if builder.accepts(source) {
            known.accept();
        }
        let files = builder.files.difference(&builder.unchanged).filter(|(of, _)| of == source);
        let files = files.map(|key| Came { file: &key.1, page: builder.made.get(key).copied() });
        let nothing = BTreeSet::new();
        let compared = state.years.iter().filter_map(|year| {
            let moment = builder.compared.get(&(source.to_owned(), year.to_string()));
            let of_all = builder.compared.get(&(source.to_owned(), String::new()));
            Some((*year, moment.max(of_all)?.time()))
        });
        let compared: BTreeMap<i16, DateTime> = compared.collect();
        let receipt = Receipt {
            known: held_state(builder, source).map_or(&nothing, |held| &held.years),
            years: &state.years,
            received: builder.received.time(),
            days_apart: builder.days_apart,
            compared: &compared,
        };
        let after = known.after(source, files, &receipt);
        // One that is of a day to come is known by its name later: that it said nothing when it came is kept.
        let mut files = builder.files.difference(&builder.unchanged).filter(|(of, _)| of == source);
        let is_ahead = files.any(|(of, file)| reach::is_ahead(of, file, builder.received.time()));
        if held.as_ref() == Some(&after) || held.is_none() && after == before && !is_ahead {
            continue;
        }
        let (key, value) = written("changes that were seen", after.to_fact(source))?;
        facts.push((key, Some(value)));
    }
    Ok(facts)
}

/// Counts a record that stands on several pages of one answer, or several times on one, with the first alone: the others bring less than
/// they count.
pub(super) fn count_once(builder: &mut Builder) {
    let mut pages: BTreeMap<(&str, &str), BTreeMap<&str, u64>> = BTreeMap::new();
    for batch in &builder.batches {
        for one in &batch.pending {
            let Some((source, file)) = one.file.and_then(|file| batch.files.get(file)) else { continue };
            if let Some(answer) = reach::answer_of(source, file) {
                let id = one.id.strip_suffix(IN_PART).unwrap_or(&one.id);
                *pages.entry((answer, id)).or_default().entry(file).or_default() += 1;
            }
        }
    }
    let mut more: BTreeMap<String, u64> = BTreeMap::new();
    for files in pages.into_values() {
        for (place, (file, times)) in files.into_iter().enumerate() {
            let again = if place == 0 { times - 1 } else { times };
            if again > 0 {
                *more.entry(file.to_owned()).or_default() += again;
            }
        }
    }
    for (file, again) in more {
        if let Some(page) = builder.made.get_mut(&(NVD.to_owned(), file)) {
            page.extent.held = page.extent.held.saturating_sub(again);
        }
    }
}

/// What is held of a source.
pub(super) fn held_state<'a>(builder: &'a Builder, source: &str) -> Option<&'a SourceState> {
    builder.held.as_ref()?.sources().iter().find(|state| state.name == source)
}

/// Up to when a home saw the changes of a source that is from before that was kept.
fn reach_of_before(builder: &Builder, source: &str) -> Result<Reach, HomeError> {
    let Some(held) = &builder.held else { return Ok(Reach::default()) };
    if source != NVD {
        // Its files say by their names what they saw.
        let is_news = |(of, file): &(String, String)| of == source && reach::says_something(source, file);
        if !builder.files.difference(&builder.unchanged).any(is_news) {
            return Ok(Reach::default());
        }
        let names = held.input_names(source)?;
        let files = names.iter().map(|file| Came { file, page: None });
        let (years, received) = (BTreeSet::new(), builder.received.time());
        let receipt = Receipt {
            known: &years,
            years: &years,
            received,
            days_apart: builder.days_apart,
            compared: &BTreeMap::new(),
        };
        return Ok(Reach::default().after(source, files, &receipt));
    }
    // It has seen what it holds, to the beginning of the newest day of that.
    let newest = held_state(builder, source).and_then(|state| state.newest);
    let day = stamp::believed_day(newest, builder.received.day());
    Ok(Reach::until(day.map(|day| day.to_datetime(Time::midnight()))))
}

/// Files that were read.
pub(super) fn inputs(builder: &Builder, sources: &Sources) -> Result<Vec<Fact>, HomeError> {
    let mut facts = Vec::new();
    for ((source, file), input) in &builder.inputs {
        let not_taken = sources.get(source).is_some_and(|(_, changes)| changes.keeps_the_whole(source));
        let held = builder.held.as_ref().map(|held: &Generation| held.input(source, file)).transpose()?.flatten();
        let input = Input { digest: as_read(source, input.digest), ..input.clone() };
        if !not_taken && held.as_ref() != Some(&input) {
            let (key, value) = written("a file that was read", fact::of_input(source, file, &input))?;
            facts.push((key, Some(value)));
        }
    }
    facts.sort_unstable();
    Ok(facts)
}

impl Builder {
    /// Whether this source is part of the sync.
    pub(super) fn looked_at(&self, source: &str) -> bool {
        self.files.iter().chain(&self.unchanged).any(|(name, _)| name == source)
    }

    /// How many records stand in the files of this source that are there and were not read again.
    pub(super) fn passed_over(&self, source: &str) -> Result<u64, HomeError> {
        let Some(held) = &self.held else { return Ok(0) };
        let mut records = 0;
        for (name, file) in self.unchanged.union(&self.from_before).filter(|(name, _)| name == source) {
            records += held.input(name, file)?.map_or(0, |input| input.records);
        }
        Ok(records)
    }
}

#[cfg(test)]
mod tests;
