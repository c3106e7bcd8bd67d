//! The facts that programs speak of, each with a number.
//!
//! Readings of one device speak of nearly the same facts: they share them, and each adds what only it speaks of.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::Arc;

use crate::fact::Fact;
use crate::program::FactId;

/// Facts by their numbers, over those of another vocabulary: numbers go on where those beneath end.
#[derive(Debug, Clone, Default)]
pub(crate) struct Vocabulary {
    under: Option<Arc<Vocabulary>>,
    first: usize,
    facts: Vec<Fact>,
    // Only ever looked up in: its order is nobody's. What has the digest of another fact stands at the next one that is free.
    numbers: HashMap<u64, FactId, BuildHasherDefault<Taken>>,
}

impl Vocabulary {
    /// A vocabulary over another, so far the same.
    pub fn over(under: Arc<Self>) -> Self {
        Self { first: under.len(), under: Some(under), ..Self::default() }
    }

    /// How many facts there are.
    pub fn len(&self) -> usize {
        self.first + self.facts.len()
    }

    /// A fact by its number.
    pub fn at(&self, id: FactId) -> &Fact {
        let mut layer = self;
        while let Some(under) = layer.under.as_deref().filter(|_| id.index() < layer.first) {
            layer = under;
        }
        &layer.facts[id.index() - layer.first]
    }

    /// The number of a fact, if it is spoken of.
    pub fn find(&self, fact: &Fact) -> Option<FactId> {
        self.find_by(fact, digest(fact))
    }

    /// The number of a fact, given one if it has none yet.
    pub fn number(&mut self, fact: Fact) -> FactId {
        let mut digest = digest(&fact);
        if let Some(id) = self.find_by(&fact, digest) {
            return id;
        }
        let id = FactId::at(self.len());
        self.facts.push(fact);
        while self.numbers.contains_key(&digest) {
            digest = next(digest);
        }
        self.numbers.insert(digest, id);
        id
    }

    fn find_by(&self, fact: &Fact, digest: u64) -> Option<FactId> {
        let layers = std::iter::successors(Some(self), |layer| layer.under.as_deref());
        layers.into_iter().find_map(|layer| layer.own(fact, digest))
    }

    fn own(&self, fact: &Fact, mut digest: u64) -> Option<FactId> {
        loop {
            let id = *self.numbers.get(&digest)?;
            if self.facts[id.index() - self.first] == *fact {
                return Some(id);
            }
            digest = next(digest);
        }
    }
}

/// Where a fact stands of which another has the digest.
fn next(digest: u64) -> u64 {
    digest.wrapping_add(0x9E37_79B9_7F4A_7C15)
}

fn digest(fact: &Fact) -> u64 {
    let mut quick = Quick::default();
    fact.hash(&mut quick);
    quick.finish()
}

/// A digest that is quick to make, and the same in every run.
#[derive(Debug, Default)]
pub(crate) struct Quick(u64);

impl Quick {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.add(u64::from_le_bytes(*word)));
        if !rest.is_empty() {
            let mut last = [0; 8];
            last[..rest.len()].copy_from_slice(rest);
            self.add(u64::from_le_bytes(last));
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.add(u64::from(number));
    }

    fn write_usize(&mut self, number: usize) {
        self.add(number as u64);
    }

    fn finish(&self) -> u64 {
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        mixed ^ (mixed >> 32)
    }
}

/// A digest that is taken as it is.
#[derive(Debug, Default)]
pub(crate) struct Taken(u64);

impl Hasher for Taken {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// A table to look things up in, never to go through.
pub(crate) type Table<K, V> = HashMap<K, V, BuildHasherDefault<Quick>>;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Vocabulary;
    use crate::fact::Fact;
    use crate::program::FactId;

    /// Facts keep their numbers over every layer, and whatever has the digest of another is told apart from it.
    #[test]
    fn every_fact_has_one_number() {
        let fact = |number: usize| Fact::Present(format!("element-{number}").as_str().into());
        let mut first = Vocabulary::default();
        let numbers: Vec<FactId> = (0..100).map(|number| first.number(fact(number))).collect();
        assert_eq!(numbers, (0..100).map(FactId::at).collect::<Vec<_>>());
        // As if another fact had the digest of this one.
        let digest = super::digest(&fact(200));
        first.numbers.insert(digest, FactId::at(7));
        let mut second = Vocabulary::over(Arc::new(first));
        assert_eq!(second.find(&fact(7)), Some(FactId::at(7)));
        assert_eq!(second.number(fact(200)), FactId::at(100));
        assert_eq!(second.number(fact(3)), FactId::at(3));
        second.numbers.insert(super::digest(&fact(300)), FactId::at(100));
        assert_eq!(second.number(fact(300)), FactId::at(101));
        assert_eq!(second.number(fact(300)), FactId::at(101));
        assert_eq!(second.at(FactId::at(101)), &fact(300));
        assert_eq!(second.find(&fact(400)), None);
        assert_eq!(second.len(), 102);
    }
}
