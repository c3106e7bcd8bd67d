//! The records that came against those that are held: which of them are news.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use ward_formats::feed::csaf;
use ward_model::ids::VulnerabilityId;

use super::entry::Facts;
use super::join::{self, Join};
use super::publish::Sources;
use super::spill::{Place, SpillReader};
use super::{Batch, Builder, Pending, beside, merge, older, retract};
use crate::error::{HomeError, at};
use crate::file::unreadable;
use crate::generation::Generation;
use crate::layer::{FINDABLE, Layer, VersionEntry};
use crate::source::{SetAsideRecord, Unread, WHOLE};
use crate::{day, nameless, stamp};

/// A version of a record that is to be written.
pub(super) struct New {
    pub(super) id: Box<str>,
    pub(super) source: String,
    pub(super) stamp: Box<str>,
    pub(super) facts: Facts,
    /// Which batch it is in, and where there.
    pub(super) batch: usize,
    pub(super) place: Place,
    /// The day on which any version was first received, and this one.
    pub(super) received: (i32, i32),
    /// Where it belongs among the versions of the base, and how many the base has of this record.
    pub(super) position: (u32, u32),
}

/// What came of the records.
pub(super) struct Came {
    /// News, by identifier and source.
    pub(super) new: Vec<New>,
    pub(super) readers: Vec<SpillReader>,
    /// What came, by source and identifier, of that which was set aside before; what is older than what is held did not come.
    pub(super) aside: BTreeMap<(String, Box<str>), Read>,
    /// The held versions that the news replace: whether in the delta, and which.
    pub(super) replaced: BTreeSet<(bool, u32)>,
}

/// A version that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Read {
    /// When it was last changed; empty where that is not known.
    pub(super) stamp: Box<str>,
    /// Whether it is another one than was held.
    pub(super) new: bool,
}

impl Read {
    /// Whether it takes the place of a version with this stamp that could not be read: it must be shown to be no older.
    pub(super) fn replaces(&self, stamp: &str) -> bool {
        if stamp.is_empty() { self.new } else { *stamp <= *self.stamp }
    }
}

impl Came {
    /// Nothing came.
    pub(super) fn none() -> Self {
        Self { new: Vec::new(), readers: Vec::new(), aside: BTreeMap::new(), replaced: BTreeSet::new() }
    }
}

/// The last version that is held of a record.
pub(super) struct Last<'a> {
    pub(super) layer: &'a Layer,
    pub(super) version: u32,
    pub(super) entry: VersionEntry,
    pub(super) in_delta: bool,
}

impl Last<'_> {
    /// Whether it says which products are affected, or that none is any more.
    pub(super) fn speaks(&self) -> Result<bool, HomeError> {
        Ok(self.entry.flags & FINDABLE != 0 || self.layer.content(&self.entry)?.withdrawn)
    }

    /// When it was changed, as far as that was believed when it came.
    pub(super) fn stamp(&self, now: Date) -> Result<String, HomeError> {
        let held_since = day::unpack(self.entry.version_received).ok().flatten();
        Ok(stamp::believed(&self.layer.stamp(&self.entry)?, held_since.unwrap_or(now)))
    }
}

/// Finds what is held, in order.
pub(super) struct Held<'a> {
    base: Option<&'a Layer>,
    delta: Option<&'a Layer>,
    at: (u32, u32),
}

impl<'a> Held<'a> {
    pub(super) fn of(builder: &'a Builder) -> Self {
        let held = builder.held.as_ref();
        Self { base: held.map(Generation::base), delta: held.and_then(Generation::delta), at: (0, 0) }
    }

    /// The position of a record in the base, and its last version.
    pub(super) fn find(&mut self, id: &str, source: &str) -> Result<((u32, u32), Option<Last<'a>>), HomeError> {
        let Some(base) = self.base else { return Ok(((0, 0), None)) };
        let position = base.versions_of(id, source, self.at.0)?;
        self.at.0 = position.0;
        let mut last = position.1.checked_sub(1).map(|more| (base, position.0 + more, false));
        if let Some(delta) = self.delta {
            let (first, count) = delta.versions_of(id, source, self.at.1)?;
            self.at.1 = first;
            last = count.checked_sub(1).map(|more| (delta, first + more, true)).or(last);
        }
        let last = last.map(|(layer, version, in_delta)| -> Result<_, HomeError> {
            Ok(Last { layer, version, entry: layer.entry(version)?, in_delta })
        });
        Ok((position, last.transpose()?))
    }
}

/// Compares all that came with what is held.
pub(super) fn compare(builder: &mut Builder, sources: &mut Sources) -> Result<Came, HomeError> {
    let folder = builder.home.folder().to_owned();
    let (mut waiting, mut readers, files, speaking) = in_order(std::mem::take(&mut builder.batches), builder, &folder)?;
    beside::rename(&mut waiting, &mut readers, builder)?;
    let aside = builder.held.as_ref().map(Generation::set_aside).transpose()?.unwrap_or_default();
    let told = join::told(&aside);
    let remarks = merge::contradictions(&mut waiting, &mut readers, builder, &aside)?;
    builder.set_aside.extend(remarks);
    let gone = left_out(&mut waiting, &mut readers, builder)?;
    builder.taken_back.extend(gone);
    let held = builder.held.as_ref();
    let mut search = Held::of(builder);
    let now = day::pack(Some(builder.received.day()));
    // Only these are looked for, so only these are worth remembering.
    let set_aside: BTreeSet<Unread> = aside.iter().cloned().filter_map(SetAsideRecord::known_by).collect();
    let mut unread_since: Option<BTreeMap<(String, Unread), i32>> = None;
    let mut came = Came { readers, ..Came::none() };
    let mut known: BTreeMap<String, u64> = BTreeMap::new();
    let mut undated = Vec::new();
    let (mut joins, mut joined) = (builder.batch()?, Vec::new());
    for (mut batch, source, mut pending) in waiting {
        let (position, last) = search.find(&pending.id, &source)?;
        let Some((_, changes)) = sources.get_mut(&source) else {
            return Err(unreadable("sources", format!("{source} is missing")).into());
        };
        let mut received = (now, now);
        // Mostly nothing came before it, nothing was told, and what is held is the same: then nothing is read of it.
        let before = match speaking.is_empty() {
            true => None,
            false => speaking.get(&(source.clone(), pending.id.clone())),
        };
        let told = told.get(&(source.as_str(), &*pending.id)).copied();
        let is_same = match &last {
            Some(last) => last.layer.digest(last.version)? == pending.facts.digest,
            None => false,
        };
        let may_join = beside::is_plain(&source, &pending.id);
        let join = if may_join && !(is_same && before.is_none() && told.is_none()) {
            let held = last
                .as_ref()
                .map(|last| join::Held::of(last, told, &pending, builder.received.day()))
                .transpose()?
                .flatten();
            Join::of((batch, &pending), before, held.as_ref())
        } else {
            None
        };
        let is_joined = join.is_some();
        if let Some(join) = join {
            joins.record(&join.record(&mut came.readers, &folder)?, &join.stamp)?;
            joined.push(nameless::remark(&source, &pending.id, &join.products_of));
            let Some(record) = joins.pending.last().cloned() else { continue };
            (batch, pending) = (came.readers.len(), Pending { file: pending.file, ..record });
        }
        // What names no product is no reading of what could not be read, and may name some.
        let is_read = pending.facts.speaks() || is_joined || !beside::is_plain(&source, &pending.id);
        let mut read = |pending: &Pending, new: bool| {
            if is_read && set_aside.contains(&Unread::Record(VulnerabilityId::new(&*pending.id))) {
                let read = Read { stamp: pending.stamp.clone(), new };
                came.aside.insert((source.clone(), pending.id.clone()), read);
            }
        };
        if let Some(last) = last {
            *known.entry(source.clone()).or_default() += 1;
            let stamp = last.stamp(builder.received.day())?;
            if last.layer.digest(last.version)? == pending.facts.digest {
                changes.unchanged += 1;
                read(&pending, *pending.stamp > *stamp);
                // It is said later than before, or that was not believed or not said: from now on an older version is known as one.
                if *pending.stamp <= *stamp {
                    continue;
                }
            } else if *pending.stamp < *stamp && (!pending.stamp.is_empty() || source == csaf::SOURCE) {
                changes.older += 1;
                continue;
            } else {
                changes.changed += 1;
                read(&pending, true);
                if beside::is_plain(&source, &pending.id) && stamp.is_empty() && !pending.stamp.is_empty() {
                    let received = day::unpack(last.entry.version_received).ok().flatten();
                    let is_later = received.is_some_and(|on| stamp::day_of(&pending.stamp).is_some_and(|day| day > on));
                    if !is_later || !pending.facts.speaks() && last.speaks()? {
                        undated.push((came.new.len(), last.layer.content(&last.entry)?, received, last.entry.received));
                    }
                }
            }
            // A clock that went back must not make the first receipt a later one; none sorts first and says nothing.
            received.0 = if last.entry.received == day::NONE { now } else { last.entry.received.min(now) };
            came.replaced.insert((last.in_delta, last.version));
        } else {
            changes.added += 1;
            read(&pending, true);
            // It was known under another name before.
            let before = builder.renamed.get(&(source.clone(), pending.id.clone()));
            received.0 = before.map_or(now, |day| now.min(*day));
            // Whoever received it in a form that could not be read had received it.
            let file = pending.file.and_then(|file| files.get(batch)?.get(file));
            let mut unread = unread(&source, &pending.id, file.map(|(_, file)| file.as_str()));
            unread.retain(|known_by| set_aside.contains(known_by));
            if let Some(held) = held.filter(|_| !unread.is_empty()) {
                let since = match unread_since.take() {
                    Some(since) => since,
                    None => held.set_aside_since()?,
                };
                let days = unread.into_iter().filter_map(|known_by| since.get(&(source.clone(), known_by)));
                received.0 = days.fold(received.0, |first, day| first.min(*day));
                unread_since = Some(since);
            }
        }
        let Pending { id, stamp, facts, place, .. } = pending;
        came.new.push(New { id, source, stamp, facts, batch, place, received, position });
    }
    came.readers.push(joins.spill.into_reader().map_err(at(&folder))?);
    builder.set_aside.extend(joined);
    beside::keep(builder, &mut came, undated)?;
    for (name, (state, changes)) in sources.iter_mut() {
        if builder.looked_at(name) && !WHOLE.contains(&name.as_str()) {
            let passed_over: u64 = builder.passed_over(name)?;
            changes.unchanged += passed_over;
            let there = known.get(name).copied().unwrap_or(0) + passed_over;
            changes.absent = state.records.saturating_sub(there);
            if changes.older > 0 && changes.added + changes.changed == 0 {
                changes.behind = older::by_receipt(builder, name);
            }
        }
    }
    Ok(came)
}

/// What stands in older versions of a document alone, and was left out by one that came before or with them, comes withdrawn; and so does
/// what stands beside, where a whole version came that is no older. The latter is given back, by source and name.
fn left_out(
    waiting: &mut Waiting,
    readers: &mut Vec<SpillReader>,
    builder: &Builder,
) -> Result<Vec<(String, Box<str>)>, HomeError> {
    let (mut batch, mut places, mut search) = (None, Vec::new(), Held::of(builder));
    let mut gone = Vec::new();
    let replaced = replaced_beside(waiting, builder)?;
    for (place, (index, source, pending)) in waiting.iter().enumerate() {
        let last = if let Some(last) = replaced.get(&place) {
            gone.push((source.clone(), pending.id.clone()));
            last.clone()
        } else {
            let Some(last) = builder.left_out_by(source, &pending.id, &pending.stamp)? else { continue };
            // What stands in that version is held as it says.
            if let Some(held) = search.find(&pending.id, source)?.1
                && !stamp::is_before(&held.stamp(builder.received.day())?, &last)
            {
                continue;
            }
            last
        };
        let reader = readers.get_mut(*index).ok_or(HomeError::TooLarge("batches"))?;
        let record = merge::read(reader, pending, builder.home.folder())?;
        let batch = match &mut batch {
            Some(batch) => batch,
            None => batch.insert(builder.batch()?),
        };
        batch.record(&retract::taken_back(&record), &last)?;
        places.push(place);
    }
    let Some(batch) = batch else { return Ok(gone) };
    let number = readers.len();
    readers.push(batch.spill.into_reader().map_err(at(builder.home.folder()))?);
    for (place, taken_back) in places.into_iter().zip(batch.pending) {
        if let Some((index, _, pending)) = waiting.get_mut(place) {
            // The file is that in which it stands.
            *pending = Pending { file: None, ..taken_back };
            *index = number;
        }
    }
    Ok(gone)
}

/// Which of those that wait, dated and beside, are replaced by a whole version that waits or is held, and the stamp of that. What says no
/// date comes now, and nothing that is known is later.
fn replaced_beside(waiting: &Waiting, builder: &Builder) -> Result<BTreeMap<usize, String>, HomeError> {
    let mut beside = Vec::new();
    for (place, (_, source, pending)) in waiting.iter().enumerate() {
        let plain = beside::plain(source, &pending.id).filter(|_| stamp::is_dated(&pending.stamp));
        beside.extend(plain.map(|plain| (place, source.as_str(), plain)));
    }
    let mut replaced = BTreeMap::new();
    if beside.is_empty() {
        return Ok(replaced);
    }
    let mut whole: BTreeMap<(&str, &str), &str> =
        beside.iter().map(|(_, source, plain)| ((*source, *plain), "")).collect();
    for (_, source, pending) in waiting.iter().filter(|(.., pending)| pending.facts.speaks()) {
        if let Some(last) = whole.get_mut(&(source.as_str(), &*pending.id)) {
            *last = (*last).max(&pending.stamp);
        }
    }
    for (place, source, plain) in beside {
        let mut last = whole.get(&(source, plain)).copied().unwrap_or_default().to_owned();
        if let Some(version) = Held::of(builder).find(plain, source)?.1
            && version.speaks()?
        {
            last = last.max(version.stamp(builder.received.day())?);
        }
        if waiting.get(place).is_some_and(|(_, _, one)| beside::replaces(&last, &one.id, &one.stamp)) {
            replaced.insert(place, last);
        }
    }
    Ok(replaced)
}

/// Entries with the batch in which they are and their source.
pub(super) type Waiting = Vec<(usize, String, Pending)>;

/// The last versions that name products or withdraw, of records of which a later one came with them that does neither.
type Speaking = BTreeMap<(String, Box<str>), (usize, Pending)>;

/// Source and name of each file of a batch.
type Files = Vec<(String, String)>;

/// All that came, by identifier and source: of each record the version with the latest stamp, or all that have it. Also the files of
/// each batch, and the earlier versions whose products count.
fn in_order(
    batches: Vec<Batch>,
    builder: &Builder,
    folder: &std::path::Path,
) -> Result<(Waiting, Vec<SpillReader>, Vec<Files>, Speaking), HomeError> {
    let mut readers: Vec<SpillReader> = Vec::new();
    let mut all_files: Vec<Files> = Vec::new();
    let mut waiting: Waiting = Vec::new();
    for (index, batch) in batches.into_iter().enumerate() {
        let (sources, files) = (batch.sources, batch.files);
        let read_before = files.iter().map(|file| builder.unchanged.contains(file)).collect::<Vec<bool>>();
        // What stands in a file that was read before is no news, even if somebody read it again.
        let news = |pending: &Pending| pending.file.is_none_or(|file| read_before.get(file) != Some(&true));
        waiting.extend(
            batch
                .pending
                .into_iter()
                .filter(news)
                .filter_map(|pending| Some((index, sources.get(pending.source)?.clone(), pending))),
        );
        readers.push(batch.spill.into_reader().map_err(at(folder))?);
        all_files.push(files);
    }
    sort(&mut waiting);
    let mut speaking = Speaking::new();
    waiting.dedup_by(|(batch, earlier_source, earlier), (_, source, first)| {
        let same = earlier.id == first.id && earlier_source == source;
        // What says no moment may be of any: it is no older version.
        let stands_beside = earlier.stamp.is_empty() && source != csaf::SOURCE;
        let drops = same
            && (!stands_beside || earlier.facts.digest == first.facts.digest)
            && (earlier.stamp != first.stamp || earlier.facts.digest == first.facts.digest);
        let is_of_products = earlier.facts.speaks() && !first.facts.speaks() && !earlier.stamp.is_empty();
        if drops && is_of_products && beside::is_plain(source, &first.id) {
            let key = (source.clone(), earlier.id.clone());
            speaking.entry(key).or_insert_with(|| (*batch, earlier.clone()));
        }
        drops
    });
    Ok((waiting, readers, all_files, speaking))
}

/// Of several versions the latest stands first.
pub(super) fn sort(waiting: &mut Waiting) {
    waiting.sort_unstable_by(|(_, a_source, a), (_, b_source, b)| {
        (&a.id, a_source, &b.stamp, &b.facts.digest).cmp(&(&b.id, b_source, &a.stamp, &a.facts.digest))
    });
}

/// By what a record may have been known when it could not be read: by its own name; that of an advisory is named by its document, of
/// which a part or all may have been lost, or by its file where not even that could be read.
fn unread(source: &str, id: &str, file: Option<&str>) -> Vec<Unread> {
    let mut names = vec![Unread::Record(VulnerabilityId::new(id))];
    if source == csaf::SOURCE {
        names.extend(
            id.match_indices('/').filter_map(|(end, _)| Some(Unread::Record(VulnerabilityId::new(id.get(..end)?)))),
        );
        names.extend(file.map(|file| Unread::File(file.to_owned())));
    }
    names
}
