//! What pairs rest on: for each thing that knowledge was asked for, by its hash, the pairs that asked.

use std::collections::BTreeSet;

use super::said::{read_step, write_step};

/// More newer ones than this are put together with the older ones.
const MOST_NEW: usize = 1 << 20;

/// Hashes with pairs.
#[derive(Default)]
pub(super) struct Depends {
    pub(super) hashes: Vec<u64>,
    /// Where the pairs of each hash end.
    pub(super) ends: Vec<u64>,
    pub(super) pairs: Vec<u8>,
    /// Those that came later: hash, pair; sorted.
    newer: Vec<(u64, u32)>,
}

impl Depends {
    /// Takes these in. What pairs rested on before stays noted: it makes them be matched again without need, and hides nothing.
    pub(super) fn take_note(&mut self, mut new: Vec<(u64, u32)>) {
        self.newer.append(&mut new);
        self.newer.sort_unstable();
        self.newer.dedup();
        if self.hashes.is_empty() || self.newer.len() > MOST_NEW {
            self.put_together();
        }
    }

    /// Makes one list of all of them.
    pub(super) fn put_together(&mut self) {
        let mut all = Vec::with_capacity(self.newer.len());
        for place in 0..self.hashes.len() {
            all.extend(self.of(place).map(|pair| (self.hashes[place], pair)));
        }
        all.append(&mut self.newer);
        all.sort_unstable();
        all.dedup();
        *self = Self::default();
        for of_hash in all.chunk_by(|(a, _), (b, _)| a == b) {
            self.hashes.extend(of_hash.first().map(|(hash, _)| *hash));
            let mut before = 0;
            of_hash.iter().for_each(|(_, pair)| write_step(&mut before, *pair, &mut self.pairs));
            self.ends.push(self.pairs.len() as u64);
        }
    }

    /// The pairs of the hash at a place.
    fn of(&self, place: usize) -> impl Iterator<Item = u32> + '_ {
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        let mut bytes = self.pairs.get(start as usize..self.ends[place] as usize).unwrap_or_default();
        let mut before = 0;
        std::iter::from_fn(move || read_step(&mut before, &mut bytes))
    }

    /// The pairs that rest on any of these, in order.
    pub(super) fn resting_on(&self, hashes: &BTreeSet<u64>) -> Vec<u32> {
        let mut pairs = Vec::new();
        for hash in hashes {
            if let Ok(place) = self.hashes.binary_search(hash) {
                pairs.extend(self.of(place));
            }
            let start = self.newer.partition_point(|(own, _)| own < hash);
            pairs.extend(self.newer[start..].iter().take_while(|(own, _)| own == hash).map(|(_, pair)| *pair));
        }
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    /// Of a file; `None` where it makes no sense for so many pairs.
    pub(super) fn from_parts(hashes: Vec<u64>, ends: Vec<u64>, pairs: Vec<u8>, count: u32) -> Option<Self> {
        let ordered = |list: &[u64]| list.windows(2).all(|two| two[0] < two[1]);
        let whole = ends.last().copied().unwrap_or(0) == pairs.len() as u64;
        if hashes.len() != ends.len() || !ordered(&hashes) || !ordered(&ends) || !whole {
            return None;
        }
        let depends = Self { hashes, ends, pairs, newer: Vec::new() };
        let mut start = 0;
        for end in &depends.ends {
            let mut bytes = depends.pairs.get(start as usize..*end as usize)?;
            let mut before = 0;
            while !bytes.is_empty() {
                read_step(&mut before, &mut bytes).filter(|pair| *pair < count)?;
            }
            start = *end;
        }
        Some(depends)
    }
}
