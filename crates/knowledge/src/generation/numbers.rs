//! Which versions of a base and of the delta on it are held at one moment, and the numbers by which they are asked for.
//!
//! Numbers follow identifier and source without gaps, whatever lies in which file: so a home answers with the same numbers before
//! and after its files are folded, and as a home that never received what came later.

use ward_model::knowledge::KnowledgeError;

use crate::file::{Section, unreadable};
use crate::layer::{FOLLOWED, Layer, VersionEntry};

/// A version of a record: in the base or in the delta.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Base(u32),
    Delta(u32),
}

/// What is held.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    /// How many versions the base has.
    base: u32,
    /// Versions of the base that are not held, in order.
    hidden: Vec<u32>,
    /// Versions of the delta that are held, in order, each with its position among the versions of the base.
    shown: Vec<(u32, u32)>,
}

impl Numbers {
    /// What is held after the transaction `limit`.
    pub(crate) fn new(base: &Layer, delta: Option<&Layer>, limit: u32) -> Result<Self, KnowledgeError> {
        let mut hidden = if limit >= base.last() {
            base.reader.numbers(Section::Superseded)?
        } else {
            let entries = base.entries()?;
            (0..base.versions()).filter(|version| !held(&entries, *version as usize, limit)).collect()
        };
        let (mut shown, mut passed) = (Vec::new(), 0);
        if let Some(delta) = delta.filter(|delta| limit > delta.meta.first) {
            let (entries, positions) = (delta.entries()?, delta.positions()?);
            for ((version, _), (position, count)) in (0_u32..).zip(&entries).zip(positions) {
                if held(&entries, version as usize, limit) {
                    // Records follow one another in the same order in both files, so no range begins before the last one ends.
                    let end = position.checked_add(count).filter(|end| *end <= base.versions() && position >= passed);
                    passed = end.ok_or_else(|| unreadable(Section::Positions.word(), "not in order"))?;
                    shown.push((version, position));
                    hidden.extend(position..passed);
                }
            }
        }
        hidden.sort_unstable();
        hidden.dedup();
        hidden.retain(|version| *version < base.versions());
        Ok(Self { base: base.versions(), hidden, shown })
    }

    /// How many are held.
    pub(crate) fn len(&self) -> u32 {
        // Both lists are no longer than the numbers of versions, which fit; the sum was checked when the files were written.
        (self.base - self.hidden.len() as u32).saturating_add(self.shown.len() as u32)
    }

    /// Whether every version of the base is held.
    pub(crate) fn all_of_base(&self) -> bool {
        self.hidden.is_empty()
    }

    /// How many versions of the base before this one are held.
    fn held_before(&self, version: u32) -> u32 {
        version - self.hidden.partition_point(|hidden| *hidden < version) as u32
    }

    /// How many are held of the versions of base and delta before these.
    pub(crate) fn before(&self, base: u32, delta: u32) -> u32 {
        let shown = self.shown.partition_point(|(version, _)| *version < delta) as u32;
        self.held_before(base.min(self.base)) + shown
    }

    /// The number of a version; none where it is not held.
    pub(crate) fn number(&self, place: Place) -> Option<u32> {
        match place {
            Place::Base(version) => {
                if version >= self.base || self.hidden.binary_search(&version).is_ok() {
                    return None;
                }
                let before = self.shown.partition_point(|(_, position)| *position <= version) as u32;
                Some(self.held_before(version) + before)
            }
            Place::Delta(version) => {
                let index = self.shown.binary_search_by_key(&version, |(version, _)| *version).ok()?;
                Some(self.number_of_shown(index))
            }
        }
    }

    fn number_of_shown(&self, index: usize) -> u32 {
        let position = self.shown.get(index).map_or(self.base, |(_, position)| *position).min(self.base);
        self.held_before(position) + index as u32
    }

    /// The version with this number.
    pub(crate) fn place(&self, number: u32) -> Option<Place> {
        // The numbers of the shown ones ascend.
        let (mut low, mut high) = (0, self.shown.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.number_of_shown(middle) < number { low = middle + 1 } else { high = middle }
        }
        if let Some((version, _)) = self.shown.get(low)
            && self.number_of_shown(low) == number
        {
            return Some(Place::Delta(*version));
        }
        // Of the base, the one with this many held ones before it.
        let rank = number - low as u32;
        let (mut from, mut to) = (0, self.hidden.len());
        while from < to {
            let middle = from + (to - from) / 2;
            // The hidden ones ascend without repetition, so that these differences do not fall.
            if self.hidden[middle] - middle as u32 <= rank { from = middle + 1 } else { to = middle }
        }
        let version = rank.checked_add(from as u32)?;
        (version < self.base).then_some(Place::Base(version))
    }
}

/// Whether a version is the last of its record up to a transaction.
fn held(entries: &[VersionEntry], version: usize, limit: u32) -> bool {
    let Some(entry) = entries.get(version).filter(|entry| entry.transaction <= limit) else { return false };
    let next = entries.get(version + 1).filter(|_| entry.flags & FOLLOWED != 0);
    next.is_none_or(|next| next.transaction > limit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Numbers, Place};

    proptest! {
        #[test]
        fn numbers_follow_the_keys_without_gaps(
            base in prop::collection::vec((0_u32..40, any::<bool>()), 0..30),
            delta in prop::collection::btree_set(0_u32..40, 0..20),
        ) {
            // Keys are numbers; a version of the base is there once for each key and turn.
            let mut keys: Vec<u32> = base.iter().map(|(key, _)| *key).collect();
            keys.sort_unstable();
            let mut numbers = Numbers { base: keys.len() as u32, ..Numbers::default() };
            let mut wanted = Vec::new();
            for (index, key) in keys.iter().enumerate() {
                if delta.contains(key) || keys.get(index + 1) == Some(key) {
                    numbers.hidden.push(index as u32);
                } else {
                    wanted.push((*key, Place::Base(index as u32)));
                }
            }
            for (version, key) in (0..).zip(&delta) {
                numbers.shown.push((version, keys.partition_point(|other| other < key) as u32));
                wanted.push((*key, Place::Delta(version)));
            }
            wanted.sort_unstable();
            prop_assert_eq!(numbers.len() as usize, wanted.len());
            for (number, (_, place)) in (0..).zip(&wanted) {
                prop_assert_eq!(numbers.place(number), Some(*place));
                prop_assert_eq!(numbers.number(*place), Some(number));
            }
            for key in 0..41 {
                let of_base = keys.partition_point(|other| *other < key) as u32;
                let of_delta = delta.range(..key).count() as u32;
                let before = wanted.iter().filter(|(other, _)| *other < key).count() as u32;
                prop_assert_eq!(numbers.before(of_base, of_delta), before);
            }
            prop_assert_eq!(numbers.place(wanted.len() as u32), None);
            for hidden in &numbers.hidden {
                prop_assert_eq!(numbers.number(Place::Base(*hidden)), None);
            }
        }
    }
}
