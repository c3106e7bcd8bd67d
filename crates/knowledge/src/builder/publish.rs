//! One publication: what came is compared with what is held, and what is news is written as a transaction.

use std::collections::BTreeMap;

use jiff::civil::Date;
use ward_model::coverage::latest_meant;
use ward_model::digest::Digest;
use ward_model::knowledge::Knowledge;

use super::records::{self, Came};
use super::write::{self, Plan};
use super::{Builder, Published, ahead, beside, exploited, facts, older, parts as source_parts, support, undescribed};
use crate::day;
use crate::error::HomeError;
use crate::fact::{Fact, Kind};
use crate::generation::Generation;
use crate::identity::{self, Part};
use crate::layer::{FINDABLE, Layer};
use crate::moment::Moment;
use crate::source::{Changes, SourceState, WHOLE};
use crate::transaction::{State, Transaction};

/// Every source there will be, with what was done to it.
pub(super) type Sources = BTreeMap<String, (SourceState, Changes)>;

/// Compares, writes and makes current.
pub(super) fn publish(mut builder: Builder, progress: &mut dyn FnMut(u64)) -> Result<Published, HomeError> {
    facts::count_once(&mut builder);
    builder.retract()?;
    builder.withdraw_beside()?;
    let mut sources = sources(&mut builder)?;
    let documents = facts::documents(&builder)?;
    let mut came = records::compare(&mut builder, &mut sources)?;
    let (mut changed, lists) = exploited::merge(&mut builder, &mut sources)?;
    let (scores, other_column, of_scores) = facts::epss(&mut builder, &mut sources)?;
    changed.extend(scores);
    changed.extend(support::merge(&mut builder, &mut sources)?);
    changed.extend(facts::weaknesses(&mut builder, &mut sources)?);
    let (aside, set_aside) = facts::set_aside(&mut builder, &mut sources, &came.aside)?;
    changed.extend(aside);
    changed.extend(facts::inputs(&builder, &sources)?);
    changed.extend(facts::lost(&builder)?);
    changed.extend(facts::reach(&builder, &sources)?);
    source_parts::refuse_what_did_not_come(&builder, &sources)?;
    let (of_parts, more_than_days) = source_parts::compare(&builder, &sources)?;
    changed.sort_unstable();
    changed.extend(undescribed::compare(&builder, &came, &changed)?);
    // That parts came again on another day is written down and is no news.
    let news = !came.new.is_empty() || !changed.is_empty() || more_than_days;
    changed.extend(of_parts);
    // Nor is it that a document came in a later version that says the same, or a bundle without anything new.
    changed.extend(documents.into_iter().chain(lists).chain(of_scores));
    changed.extend(beside::facts(&builder, &came)?);
    changed.extend(ahead::facts(&builder)?);
    changed.extend(facts::bundle(&builder)?);
    changed.extend(older::support_seen(&builder, &sources)?);
    changed.sort_unstable();

    count(&builder, &came, &mut sources)?;
    let held = builder.held.as_ref();
    let epss_date = match sources.get(crate::source::EPSS) {
        Some((state, _)) if other_column => state.released,
        _ => held.and_then(|held| held.state().epss_date),
    };
    let parts = parts(held, &came, &changed, other_column, epss_date)?;
    #[cfg(test)]
    let parts = {
        let mut parts = parts;
        parts.extend(builder.single_scores.map(|digest| (Part::Epss, digest)));
        parts
    };
    let state = State { epss_date, sources: sources.values().map(|(state, _)| state.clone()).collect(), parts };
    let received = held.map_or(builder.received, |held| held.moment().max(builder.received));
    let clock_went_back = Some(builder.received).filter(|stated| *stated < received);
    let nothing = came.new.is_empty() && changed.is_empty();
    let same = held.is_some_and(|held| nothing && *held.state() == state && !held.rows_are_old()) && !builder.repaired;
    if !same {
        let transaction = transaction(held, &state, received, builder.received, &came, &changed)?;
        write_next(&builder, &mut came, &changed, transaction, progress)?;
    }
    let current = builder.home.current()?.ok_or(HomeError::TooLarge("nothing"))?;
    let before = builder.held.as_ref().map(|held| held.description().generation);
    Ok(Published {
        description: current.description().clone(),
        root: current.root(),
        chain: current.chain(),
        new: before != Some(current.description().generation) || news || builder.repaired,
        received,
        clock_went_back,
        sources: sources.into_values().collect(),
        set_aside,
        repaired: builder.repaired,
    })
}

/// Every source there will be, as it is known before its records are counted.
fn sources(builder: &mut Builder) -> Result<Sources, HomeError> {
    // A file that is given again byte for byte is known, whether somebody asked before or not.
    let given: Vec<(String, String, Digest)> =
        builder.inputs.iter().map(|((source, file), input)| (source.clone(), file.clone(), input.digest)).collect();
    for (source, file, digest) in given {
        if !WHOLE.contains(&source.as_str()) && builder.already_read(&source, &file, digest)? {
            builder.unchanged.insert((source.clone(), file.clone()));
            builder.inputs.remove(&(source, file));
        }
    }
    let mut sources = Sources::new();
    for state in builder.held.iter().flat_map(Generation::sources) {
        sources.insert(state.name.clone(), (state.clone(), Changes::default()));
    }
    let files = builder.files.iter().chain(&builder.unchanged).map(|(source, _)| source);
    let records = builder.batches.iter().flat_map(|batch| &batch.sources);
    let aside = builder.set_aside.iter().map(|record| &record.source);
    for name in files.chain(records).chain(aside).chain(builder.ecosystems.iter().map(|(source, _)| source)) {
        let (state, _) = sources.entry(name.clone()).or_insert_with(|| (SourceState::new(name), Changes::default()));
        state.received = state.received.max(Some(builder.looked_at_on(name)));
    }
    for (source, file) in builder.files.iter().chain(&builder.unchanged) {
        if let Some((state, _)) = sources.get_mut(source) {
            state.read(file);
        }
    }
    for (source, ecosystem) in &builder.ecosystems {
        if let Some((state, _)) = sources.get_mut(source) {
            state.ecosystems.insert(ecosystem.clone());
        }
    }
    // Of what came as a whole and was not read again, all is as it was.
    for (source, _) in builder.unchanged.iter().filter(|(source, _)| WHOLE.contains(&source.as_str())) {
        if let Some((state, changes)) = sources.get_mut(source) {
            changes.unchanged = state.records;
        }
    }
    u32::try_from(sources.len()).map_err(|_| HomeError::TooLarge("sources"))?;
    Ok(sources)
}

/// Counts the records of each source anew, where any has changed.
fn count(builder: &Builder, came: &Came, sources: &mut Sources) -> Result<(), HomeError> {
    if came.new.is_empty() {
        return Ok(());
    }
    for (name, (state, _)) in sources.iter_mut().filter(|(name, _)| !WHOLE.contains(&name.as_str())) {
        debug_assert_eq!(*name, state.name);
        (state.records, state.without_product, state.newest) = (0, 0, None);
    }
    let mut newest: BTreeMap<String, i32> = BTreeMap::new();
    // Homes from before hold days that lie after the day of receipt.
    let latest = day::pack(Some(latest_meant(builder.received.day())));
    let mut add = |source: &str, findable: bool, day: i32| {
        let day = if day <= latest { day } else { day::NONE };
        if let Some((state, _)) = sources.get_mut(source) {
            state.records += 1;
            state.without_product += u64::from(!findable);
            match newest.get_mut(source) {
                Some(newest) => *newest = day.max(*newest),
                None => drop(newest.insert(source.to_owned(), day)),
            }
        }
    };
    each_kept(builder.held.as_ref(), came, |layer, _, entry| {
        add(layer.source(entry)?, entry.flags & FINDABLE != 0, entry.newest);
        Ok(())
    })?;
    came.new.iter().for_each(|new| add(&new.source, new.facts.findable, new.facts.newest));
    for (source, newest) in newest {
        let newest = day::unpack(newest).map_err(|reason| HomeError::Record { id: source.clone(), reason })?;
        if let Some((state, _)) = sources.get_mut(&source) {
            state.newest = newest;
        }
    }
    Ok(())
}

/// Hands over every version that is held and stays so.
pub(super) fn each_kept(
    held: Option<&Generation>,
    came: &Came,
    mut each: impl FnMut(&Layer, u32, &crate::layer::VersionEntry) -> Result<(), ward_model::knowledge::KnowledgeError>,
) -> Result<(), HomeError> {
    let Some(held) = held else { return Ok(()) };
    held.each_held(|layer, version, entry| {
        let in_delta = layer.meta.below.is_some();
        if came.replaced.contains(&(in_delta, version)) { Ok(()) } else { each(layer, version, entry) }
    })?;
    Ok(())
}

/// The digest of each part of what will be held. Those that nothing touched are as they were.
fn parts(
    held: Option<&Generation>,
    came: &Came,
    changed: &[Fact],
    other_column: bool,
    epss_date: Option<Date>,
) -> Result<BTreeMap<Part, Digest>, HomeError> {
    let mut parts = held.map(|held| held.state().parts.clone()).unwrap_or_default();
    let mut put = |part: Part, digest: Option<Digest>| match digest {
        Some(digest) => drop(parts.insert(part, digest)),
        None => drop(parts.remove(&part)),
    };
    if !came.new.is_empty() {
        let mut digests: Vec<Digest> = came.new.iter().map(|new| new.facts.digest).collect();
        each_kept(held, came, |layer, version, _| {
            digests.push(layer.digest(version)?);
            Ok(())
        })?;
        put(Part::Records, identity::of_part(digests));
    }
    for (part, kind) in crate::generation::PARTS {
        let begin = changed.partition_point(|(key, _)| key.first() < Some(&(kind as u8)));
        let end = changed.partition_point(|(key, _)| key.first() <= Some(&(kind as u8)));
        let mine = &changed[begin..end];
        if mine.is_empty() && !(kind == Kind::Scores && other_column) {
            continue;
        }
        let before = held.map(|held| held.facts(kind)).transpose()?.unwrap_or_default();
        put(part, crate::generation::part_of(kind, after(&before, mine).into_iter(), epss_date)?);
    }
    Ok(parts)
}

/// What will be held of a kind, after these changes.
pub(super) fn after<'a>(before: &'a [crate::fact::Held], changes: &'a [Fact]) -> Vec<(&'a [u8], &'a [u8])> {
    let mut after = Vec::with_capacity(before.len() + changes.len());
    let mut changes = changes.iter().peekable();
    let put = |(key, value): &'a Fact| value.as_deref().map(|value| (&**key, value));
    for (key, value) in before {
        while let Some(change) = changes.next_if(|(new, _)| new < key) {
            after.extend(put(change));
        }
        match changes.next_if(|(new, _)| new == key) {
            Some(change) => after.extend(put(change)),
            None => after.push((key, value)),
        }
    }
    after.extend(changes.filter_map(put));
    after
}

/// The transaction, and its state as bytes.
fn transaction(
    held: Option<&Generation>,
    state: &State,
    moment: Moment,
    stated: Moment,
    came: &Came,
    changed: &[Fact],
) -> Result<(Transaction, Vec<u8>), HomeError> {
    let bytes = postcard::to_stdvec(state)
        .map_err(|error| HomeError::Record { id: "the description".to_owned(), reason: error.to_string() })?;
    let mut digests: Vec<Digest> = came.new.iter().map(|new| new.change()).collect();
    digests.extend(changed.iter().map(|(key, value)| identity::of_change(key, value.as_deref())));
    let mut transaction = Transaction {
        moment,
        stated,
        identity: identity::of_all(&state.parts),
        changes: identity::of_changes(digests),
        chain: Digest::of(b""),
        state_end: 0,
    };
    transaction.chain = transaction.chained(held.map(Generation::chain), &bytes);
    Ok((transaction, bytes))
}

/// Writes the news into a delta, or all into a new base where the delta would become large, and makes it current.
fn write_next(
    builder: &Builder,
    came: &mut Came,
    changed: &[Fact],
    transaction: (Transaction, Vec<u8>),
    progress: &mut dyn FnMut(u64),
) -> Result<(), HomeError> {
    let home = &builder.home;
    let chain = transaction.0.chain;
    let plan = match &builder.held {
        None => Plan { layers: Vec::new(), below: None, transaction: Some(transaction) },
        Some(held) => {
            let layers = [Some(held.base()), held.delta()].into_iter().flatten().collect::<Vec<&Layer>>();
            let news: u64 =
                came.new.iter().map(|new| new.weight()).sum::<u64>() + changed.iter().map(weight).sum::<u64>();
            let delta = held.delta().map_or(0, |delta| delta.reader.size());
            let limit = home.delta_limit().max(held.base().reader.size() / BASE_SHARE);
            // Where the rows are not those of the present rules, all are written again.
            if delta.saturating_add(news) > limit || held.rows_are_old() {
                Plan { layers, below: None, transaction: Some(transaction) }
            } else {
                let layers = held.delta().into_iter().collect();
                Plan { layers, below: Some(held.base()), transaction: Some(transaction) }
            }
        }
    };
    let below = plan.below;
    let (file, root) = write::write(&plan, home, came, changed, progress)?;
    let transactions = builder.held.as_ref().map_or(0, Generation::transactions).saturating_add(1);
    home.publish(file, root, below, builder.held.as_ref(), (transactions, chain), builder.repaired)
}

/// About how many bytes a fact takes in a file: of a piece of scores the one before it becomes small.
fn weight((_, value): &Fact) -> u64 {
    16 + value.as_ref().map_or(0, |value| value.len() as u64 / 8)
}

/// A delta may have this share of the bytes of its base.
const BASE_SHARE: u64 = 8;
