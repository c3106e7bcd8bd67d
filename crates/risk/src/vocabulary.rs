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
    places: Places,
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
        let digest = digest(&fact);
        if let Some(id) = self.find_by(&fact, digest) {
            return id;
        }
        let id = FactId::at(self.len());
        self.places.add(digest, self.facts.len());
        self.facts.push(fact);
        id
    }

    /// Gives back the room that nothing stands in.
    pub fn shrink(&mut self) {
        self.facts.shrink_to_fit();
    }

    fn find_by(&self, fact: &Fact, digest: u64) -> Option<FactId> {
        // Most facts stand at the bottom.
        let under = self.under.as_deref().and_then(|under| under.find_by(fact, digest));
        under.or_else(|| {
            let place = self.places.find(digest, |place| self.facts[place] == *fact)?;
            Some(FactId::at(self.first + place))
        })
    }
}

/// Where things stand in a list, by their digests. What has the digest of another stands at the next one that is free.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places(HashMap<u64, u32, BuildHasherDefault<Taken>>);

impl Places {
    /// Room for so many.
    pub fn for_so_many(things: usize) -> Self {
        Self(HashMap::with_capacity_and_hasher(things, BuildHasherDefault::default()))
    }

    /// The place of what has a digest, and is what is looked for.
    pub fn find(&self, mut digest: u64, is: impl Fn(usize) -> bool) -> Option<usize> {
        loop {
            let place = *self.0.get(&digest)? as usize;
            if is(place) {
                return Some(place);
            }
            digest = next(digest);
        }
    }

    /// Adds what is not there yet.
    pub fn add(&mut self, mut digest: u64, place: usize) {
        while self.0.contains_key(&digest) {
            digest = next(digest);
        }
        // More than four thousand million do not fit into memory.
        self.0.insert(digest, u32::try_from(place).unwrap_or(u32::MAX));
    }
}

/// Where a thing stands of which another has the digest.
fn next(digest: u64) -> u64 {
    digest.wrapping_add(0x9E37_79B9_7F4A_7C15)
}

/// The digest by which a thing is looked up.
pub(crate) fn digest(thing: &impl Hash) -> u64 {
    let mut quick = Quick::default();
    thing.hash(&mut quick);
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
        first.places.add(super::digest(&fact(200)), 7);
        let mut second = Vocabulary::over(Arc::new(first));
        assert_eq!(second.find(&fact(7)), Some(FactId::at(7)));
        assert_eq!(second.number(fact(200)), FactId::at(100));
        assert_eq!(second.number(fact(3)), FactId::at(3));
        second.places.add(super::digest(&fact(300)), 0);
        assert_eq!(second.number(fact(300)), FactId::at(101));
        assert_eq!(second.number(fact(300)), FactId::at(101));
        assert_eq!(second.at(FactId::at(101)), &fact(300));
        assert_eq!(second.find(&fact(400)), None);
        assert_eq!(second.len(), 102);
    }
}
