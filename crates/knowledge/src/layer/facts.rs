//! The facts of a file: looked up in place, and gone through in their order without holding them all.

use ward_model::knowledge::KnowledgeError;

use super::{GONE, Layer};
use crate::column;
use crate::fact::{Fact, Kind};
use crate::file::strings::{Strings, partition};
use crate::file::{Section, unreadable};

/// How many are read at once.
const WINDOW: u32 = 1 << 10;

/// A fact of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FactRow<'a> {
    pub(crate) key: &'a [u8],
    pub(crate) transaction: u32,
    /// As it is stored; none: gone from then on.
    pub(crate) value: Option<&'a [u8]>,
}

fn wrong(reason: String) -> KnowledgeError {
    unreadable(Section::FactValues.word(), reason)
}

impl Layer {
    fn fact_keys(&self) -> Strings<'_> {
        Strings::new(&self.reader, Section::FactEnds, Section::FactKeys)
    }

    fn fact_values(&self) -> Strings<'_> {
        Strings::new(&self.reader, Section::FactValueEnds, Section::FactValues)
    }

    /// The transaction of a fact, and whether it says that it is gone.
    fn fact_time(&self, at: u32) -> Result<(u32, bool), KnowledgeError> {
        let time = u32::from_le_bytes(self.reader.array(Section::FactTimes, u64::from(at) * 4)?);
        Ok((time & !GONE, time & GONE != 0))
    }

    /// What this file says of a fact up to a transaction: nothing, that it is gone, or its value.
    pub(crate) fn fact(&self, key: &[u8], limit: u32) -> Result<Option<Option<Vec<u8>>>, KnowledgeError> {
        let keys = self.fact_keys();
        let after = keys.partition(key, |at| {
            Ok(match (*keys.bytes(at)?).cmp(key) {
                std::cmp::Ordering::Equal => self.fact_time(at)?.0 <= limit,
                other => other.is_lt(),
            })
        })?;
        let Some(at) = after.checked_sub(1) else { return Ok(None) };
        if *keys.bytes(at)? != *key {
            return Ok(None);
        }
        self.value_at(at, key).map(Some)
    }

    /// The value of a fact, whole; none where it is gone. A piece of the column of scores may need the versions after it.
    pub(crate) fn value_at(&self, at: u32, key: &[u8]) -> Result<Option<Vec<u8>>, KnowledgeError> {
        if self.fact_time(at)?.1 {
            return Ok(None);
        }
        let (keys, values) = (self.fact_keys(), self.fact_values());
        let stored = values.bytes(at)?;
        if !column::is_piece(key) || column::is_whole(&stored) {
            return Ok(Some(stored.into_owned()));
        }
        let mut run: Vec<Option<Box<[u8]>>> = vec![Some((*stored).into())];
        let mut next = at;
        while run.last().is_some_and(|last| last.as_ref().is_some_and(|last| !column::is_whole(last))) {
            next =
                next.checked_add(1).filter(|next| *next < keys.len()).ok_or_else(|| wrong("ends early".to_owned()))?;
            if *keys.bytes(next)? != *key || self.fact_time(next)?.1 {
                return Err(wrong("what a version differs from is gone".to_owned()));
            }
            run.push(Some((*values.bytes(next)?).into()));
        }
        let whole = column::restored_run(run).map_err(wrong)?;
        Ok(whole.into_iter().next().flatten().map(Vec::from))
    }

    /// Goes through all facts of this file.
    pub(crate) fn facts(&self) -> Result<FactWalk<'_>, KnowledgeError> {
        FactWalk::new(self, 0, self.fact_keys().len())
    }

    /// Goes through all facts of a kind of this file.
    pub(crate) fn all_of(&self, kind: Kind) -> Result<FactWalk<'_>, KnowledgeError> {
        let keys = self.fact_keys();
        let first = partition(keys.len(), |at| Ok(keys.bytes(at)?.first() < Some(&(kind as u8))))?;
        let end = partition(keys.len(), |at| Ok(keys.bytes(at)?.first() <= Some(&(kind as u8))))?;
        FactWalk::new(self, first, end)
    }

    /// What this file says of every fact of a kind up to a transaction, by key; no value where it is gone.
    pub(crate) fn facts_of(&self, kind: Kind, limit: u32) -> Result<Vec<Fact>, KnowledgeError> {
        let mut walk = self.all_of(kind)?;
        let mut found: Vec<Fact> = Vec::new();
        // Of the last one, what it differs from, as far as that was seen.
        let mut run: Vec<Option<Box<[u8]>>> = Vec::new();
        while let Some(row) = walk.row()? {
            let last = found.last_mut().filter(|(key, _)| **key == *row.key);
            if last.is_none() && !run.is_empty() {
                return Err(wrong("ends early".to_owned()));
            }
            let value: Option<Box<[u8]>> = row.value.map(Box::from);
            let is_reduced = column::is_piece(row.key) && value.as_ref().is_some_and(|value| !column::is_whole(value));
            if row.transaction <= limit {
                run.clear();
                if is_reduced {
                    run.push(value.clone());
                }
                match last {
                    Some((_, held)) => *held = value,
                    None => found.push((row.key.into(), value)),
                }
            } else if let Some((_, held)) = last
                && !run.is_empty()
            {
                run.push(value);
                if !is_reduced {
                    let whole = column::restored_run(std::mem::take(&mut run)).map_err(wrong)?;
                    *held = whole.into_iter().next().flatten();
                }
            }
            walk.advance()?;
        }
        if run.is_empty() { Ok(found) } else { Err(wrong("ends early".to_owned())) }
    }

    /// Hands over every fact of this file with its value whole.
    pub(crate) fn each_fact(
        &self,
        mut each: impl FnMut(FactRow<'_>) -> Result<(), KnowledgeError>,
    ) -> Result<(), KnowledgeError> {
        let mut walk = self.facts()?;
        let mut key: Box<[u8]> = Box::default();
        let (mut run, mut times) = (Vec::new(), Vec::new());
        loop {
            let row = walk.row()?;
            if row.is_none_or(|row| *row.key != *key) && !times.is_empty() {
                let whole = column::restored_run(std::mem::take(&mut run)).map_err(wrong)?;
                for (transaction, value) in std::mem::take(&mut times).into_iter().zip(&whole) {
                    each(FactRow { key: &key, transaction, value: value.as_deref() })?;
                }
            }
            let Some(row) = row else { return Ok(()) };
            if column::is_piece(row.key) {
                key = row.key.into();
                run.push(row.value.map(Box::from));
                times.push(row.transaction);
            } else {
                each(row)?;
            }
            walk.advance()?;
        }
    }

    /// The facts from one place to another. Their blocks are not kept: who goes through all of them does so once.
    fn facts_between(&self, first: u32, end: u32) -> Result<Facts, KnowledgeError> {
        let count = end.saturating_sub(first);
        let numbers = |section: Section, first: u32, count: u32| -> Result<Vec<u32>, KnowledgeError> {
            let mut bytes = Vec::new();
            self.reader.pass(section, u64::from(first) * 4, u64::from(count) * 4, &mut bytes)?;
            Ok(bytes.as_chunks::<4>().0.iter().map(|four| u32::from_le_bytes(*four)).collect())
        };
        // Where a run of texts begins, and where each of it ends.
        let ends = |section: Section| -> Result<(u32, Vec<u32>), KnowledgeError> {
            let before = match first.checked_sub(1) {
                None => 0,
                Some(before) => numbers(section, before, 1)?.first().copied().unwrap_or(0),
            };
            Ok((before, numbers(section, first, count)?))
        };
        let texts = |section: Section, start: u32, ends: &[u32]| -> Result<Vec<u8>, KnowledgeError> {
            let length = ends.last().map_or(Some(0), |end| end.checked_sub(start));
            let length = length.ok_or_else(|| unreadable(section.word(), "not in order"))?;
            let mut bytes = Vec::new();
            self.reader.pass(section, u64::from(start), u64::from(length), &mut bytes)?;
            Ok(bytes)
        };
        let ((start, ends_of_keys), (value_start, value_ends)) =
            (ends(Section::FactEnds)?, ends(Section::FactValueEnds)?);
        Ok(Facts {
            keys: texts(Section::FactKeys, start, &ends_of_keys)?,
            start,
            ends: ends_of_keys,
            times: numbers(Section::FactTimes, first, count)?,
            values: texts(Section::FactValues, value_start, &value_ends)?,
            value_start,
            value_ends,
        })
    }
}

/// Goes through facts of a file in their order.
pub(crate) struct FactWalk<'a> {
    layer: &'a Layer,
    at: u32,
    end: u32,
    /// Where what was read last begins, and that.
    first: u32,
    facts: Facts,
}

impl<'a> FactWalk<'a> {
    fn new(layer: &'a Layer, first: u32, end: u32) -> Result<Self, KnowledgeError> {
        let mut walk = Self { layer, at: first, end, first, facts: Facts::default() };
        walk.load()?;
        Ok(walk)
    }

    fn load(&mut self) -> Result<(), KnowledgeError> {
        self.first = self.at;
        self.facts = self.layer.facts_between(self.at, self.end.min(self.at.saturating_add(WINDOW)))?;
        Ok(())
    }

    /// The fact at which it stands; none at the end.
    pub(crate) fn row(&self) -> Result<Option<FactRow<'_>>, KnowledgeError> {
        if self.at >= self.end {
            return Ok(None);
        }
        self.facts.get((self.at - self.first) as usize).map(Some)
    }

    /// The place of that fact in the file.
    pub(crate) fn place(&self) -> u32 {
        self.at
    }

    /// Goes on to the next one.
    pub(crate) fn advance(&mut self) -> Result<(), KnowledgeError> {
        self.at = self.at.saturating_add(1);
        if self.at < self.end && self.at - self.first >= self.facts.len() {
            self.load()?;
        }
        Ok(())
    }
}

/// Some facts of a file, in memory.
#[derive(Default)]
struct Facts {
    /// Where the first key begins in its section.
    start: u32,
    ends: Vec<u32>,
    keys: Vec<u8>,
    times: Vec<u32>,
    value_start: u32,
    value_ends: Vec<u32>,
    values: Vec<u8>,
}

impl Facts {
    fn len(&self) -> u32 {
        // No more than a window.
        self.ends.len() as u32
    }

    /// One of them.
    fn get(&self, at: usize) -> Result<FactRow<'_>, KnowledgeError> {
        let wrong = || unreadable(Section::FactEnds.word(), "not in order");
        fn slice<'a>(start: u32, ends: &[u32], bytes: &'a [u8], at: usize) -> Option<&'a [u8]> {
            let from = if at == 0 { start } else { *ends.get(at - 1)? };
            bytes.get(from.checked_sub(start)? as usize..ends.get(at)?.checked_sub(start)? as usize)
        }
        let key = slice(self.start, &self.ends, &self.keys, at).ok_or_else(wrong)?;
        let value = slice(self.value_start, &self.value_ends, &self.values, at).ok_or_else(wrong)?;
        let time = *self.times.get(at).ok_or_else(wrong)?;
        Ok(FactRow { key, transaction: time & !GONE, value: (time & GONE == 0).then_some(value) })
    }
}
