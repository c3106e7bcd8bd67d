//! How many records came of each part of a source, against how many there were.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use ward_formats::feed::eol;
use ward_model::coverage::Shrinkage;

use super::Builder;
use super::publish::Sources;
use crate::error::HomeError;
use crate::fact::{Fact, Input, Kind};
use crate::file::unreadable;
use crate::generation::Generation;
use crate::part::{self, Part, company};
use crate::source::WHOLE;

/// What is known of parts, by source and name.
type Parts = BTreeMap<(String, String), Part>;
/// How many records came of parts, by source and name.
type Counts = BTreeMap<(String, String), u64>;

/// How many entries came of a part of a source that is replaced as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counted {
    /// How many there were when there were most.
    pub(super) most: u64,
    /// How many came.
    pub(super) now: u64,
    /// Whether these are far fewer.
    pub(super) is_cut_short: bool,
}

/// What is known of the parts.
pub(super) fn held(builder: &Builder) -> Result<Parts, HomeError> {
    let Some(held) = &builder.held else { return Ok(Parts::new()) };
    let known = held.parts_of_sources().iter();
    Ok(known.map(|(source, name, part)| ((source.clone(), name.clone()), part.clone())).collect())
}

/// Whether far fewer entries come of a source that is replaced as a whole than there were, and nobody has said that this is right.
pub(super) fn is_shrunk(builder: &Builder, sources: &Sources, source: &str, came: u64) -> Result<bool, HomeError> {
    if builder.accepts(source) {
        return Ok(false);
    }
    // A home from before this was kept knows how many entries it holds.
    let entries = sources.get(source).map_or(0, |(state, _)| state.records);
    let most = held(builder)?.get(&(source.to_owned(), String::new())).map_or(entries, |part| part.most);
    Ok(part::is_cut_short(builder.far_fewer, most, came))
}

/// Whether a source, or a part of it, is told as shrunk.
pub(super) fn told(held: &Generation, source: &str) -> bool {
    held.parts_of_sources().iter().any(|(of, _, part)| of == source && part.since.is_some())
}

/// Whether as many entries come of a list that was cut short the last time as there were before.
pub(super) fn comes_back(builder: &Builder, source: &str, came: u64) -> Result<bool, HomeError> {
    let parts = held(builder)?;
    let part = parts.get(&(source.to_owned(), String::new()));
    Ok(part.is_some_and(|part| part.since.is_some() && !part::is_cut_short(builder.far_fewer, part.most, came)))
}

/// Somebody may say that fewer are right of a list that came and was taken. Where none was, what is held is of the list before.
///
/// Of records that are kept one by one nothing is given up by that, and nothing has to come.
pub(super) fn refuse_what_did_not_come(builder: &Builder, sources: &Sources) -> Result<(), HomeError> {
    let Some(held) = &builder.held else { return Ok(()) };
    for (name, (_, changes)) in sources {
        let whole = WHOLE.contains(&name.as_str());
        if whole && builder.accepts(name) && changes.came.is_none() && told(held, name) {
            return Err(HomeError::NotTaken { source_name: name.clone(), older: changes.older_as_a_whole });
        }
    }
    Ok(())
}

/// What changes of what is known of the parts, and whether that is more than the days on which they came.
pub(super) fn compare(builder: &Builder, sources: &Sources) -> Result<(Vec<Fact>, bool), HomeError> {
    let before = held(builder)?;
    let mut parts = before.clone();
    let day = builder.received.day();
    let (mut came, from_before) = came(builder)?;
    // How many an older state had says nothing of now.
    came.retain(|(source, _), _| sources.get(source).is_none_or(|(_, changes)| changes.behind.is_none()));
    let seen: BTreeSet<String> = came.keys().map(|(source, _)| source.clone()).collect();
    let known = held_files(builder, &before, &seen)?;
    let newest = newest(builder);
    for (key, most) in known {
        // A home from before this was kept knows how many records its files gave.
        parts.entry(key).or_default().most = most;
    }
    let companies: BTreeSet<(&str, &str)> =
        came.keys().map(|(source, name)| (source.as_str(), company(source, name))).collect();
    for (key @ (source, name), part) in &mut parts {
        let there = came.contains_key(key) || from_before.contains(key);
        if !there && companies.contains(&(source.as_str(), company(source, name))) {
            part.vanished(day);
        }
    }
    for (key, now) in &came {
        let part = parts.entry(key.clone()).or_default();
        part.newest = part.newest.max(newest.get(key).copied());
        let received = part.received;
        part.came(*now, day, builder.far_fewer);
        part.received = received.max(Some(builder.looked_at_on(&key.0)));
    }
    for (source, (state, changes)) in sources.iter().filter(|(source, _)| WHOLE.contains(&source.as_str())) {
        if let Some(now) = changes.came {
            let part = parts
                .entry((source.clone(), String::new()))
                .or_insert_with(|| Part { most: before_of(builder, source), ..Part::default() });
            part.newest = state.newest;
            let received = part.received;
            part.came(now, day, builder.far_fewer);
            part.received = received.max(Some(builder.looked_at_on(source)));
        }
    }
    for (key @ (source, _), counted) in &builder.counted {
        let received = before.get(&(source.clone(), String::new())).and_then(|whole| whole.received);
        let part = parts.entry(key.clone()).or_insert_with(|| Part { received, ..Part::default() });
        // Of a product each line that lacks is known by its name.
        let by_line = source == eol::SOURCE && !key.1.is_empty() && key.1 != eol::IDENTIFIERS;
        part.most = if by_line { counted.most } else { part.most.max(counted.most) };
        let received = part.received;
        match counted.now {
            0 => part.vanished(day),
            now => {
                part.came(now, day, if by_line { Shrinkage::default() } else { builder.far_fewer });
                part.received = received.max(Some(builder.looked_at_on(source)));
            }
        }
    }
    for (_, part) in parts.iter_mut().filter(|((source, _), _)| builder.accepts(source)) {
        part.accept(day);
    }
    let wrong =
        |error: postcard::Error| HomeError::Record { id: "a part of a source".to_owned(), reason: error.to_string() };
    let (mut facts, mut more) = (Vec::new(), false);
    for (key, part) in parts.iter().filter(|(key, part)| before.get(*key) != Some(*part)) {
        more |= before.get(key).is_none_or(|before| Part { received: part.received, ..before.clone() } != *part);
        let (key, value) = part::to_fact(&key.0, &key.1, part).map_err(wrong)?;
        facts.push((key, Some(value)));
    }
    Ok((facts, more))
}

/// How many entries were held before of a source that is replaced as a whole.
fn before_of(builder: &Builder, source: &str) -> u64 {
    let sources = builder.held.as_ref().map_or(&[][..], Generation::sources);
    sources.iter().find(|state| state.name == source).map_or(0, |state| state.records)
}

/// How many records stand in the files of each part of which somebody looked at a file; and the parts that are there, but of which
/// nobody could ask about any file.
fn came(builder: &Builder) -> Result<(Counts, BTreeSet<(String, String)>), HomeError> {
    let mut came = Counts::new();
    let looked_at: BTreeSet<_> = builder.files.iter().chain(&builder.unchanged).collect();
    let mut seen = BTreeSet::new();
    for key @ (source, file) in looked_at.iter().copied().chain(&builder.from_before).collect::<BTreeSet<_>>() {
        let Some(name) = part::of_file(source, file).filter(|_| !WHOLE.contains(&source.as_str())) else { continue };
        let new = builder.inputs.get(key).map(|input| input.records);
        let input = match (new, &builder.held) {
            (Some(records), _) => Some(records),
            (None, Some(held)) => held.input(source, file)?.map(|input| input.records),
            (None, None) => None,
        };
        // The list of what should be there holds no records.
        if let Some(records) = input {
            let part = (source.clone(), name);
            *came.entry(part.clone()).or_default() += records;
            if looked_at.contains(key) {
                seen.insert(part);
            }
        }
    }
    let (came, from_before): (Counts, Counts) = came.into_iter().partition(|(part, _)| seen.contains(part));
    Ok((came, from_before.into_keys().collect()))
}

/// How many records the files of each part gave that are known from before, where nothing else is known of the part.
fn held_files(builder: &Builder, before: &Parts, seen: &BTreeSet<String>) -> Result<Counts, HomeError> {
    let mut known = Counts::new();
    let Some(held) = &builder.held else { return Ok(known) };
    let lacks = |source: &String| !before.keys().any(|(of, _)| of == source);
    if !seen.iter().any(lacks) {
        return Ok(known);
    }
    for (key, value) in held.facts(Kind::Input)? {
        let wrong = |reason: String| unreadable("files that were read", reason);
        let text = std::str::from_utf8(key.get(1..).unwrap_or_default()).map_err(|error| wrong(error.to_string()))?;
        let (source, file) = text.split_once('\0').ok_or_else(|| wrong("names no file".to_owned()))?;
        let input: Input = postcard::from_bytes(&value).map_err(|error| wrong(error.to_string()))?;
        let key = (source.to_owned(), part::of_file(source, file));
        if let (source, Some(name)) = key
            && lacks(&source)
        {
            *known.entry((source, name)).or_default() += input.records;
        }
    }
    Ok(known)
}

/// The newest date in what came of each part, of sources whose parts age by themselves.
fn newest(builder: &Builder) -> BTreeMap<(String, String), Date> {
    let mut newest: BTreeMap<(String, String), Date> = BTreeMap::new();
    for ((source, file), day) in &builder.newest {
        if let Some(name) = part::of_file(source, file) {
            let held = newest.entry((source.clone(), name)).or_insert(*day);
            *held = (*held).max(*day);
        }
    }
    newest
}

#[cfg(test)]
mod tests;
