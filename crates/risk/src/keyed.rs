//! Things in the order in which they came, each looked up by what it belongs to.

use std::hash::Hash;
use std::sync::Arc;

use crate::vocabulary::{Places, digest};

/// Keys in the order in which they came, each with its place.
#[derive(Debug, Clone)]
pub(crate) struct Keys<K> {
    keys: Vec<K>,
    places: Places,
}

impl<K> Default for Keys<K> {
    fn default() -> Self {
        Self { keys: Vec::new(), places: Places::default() }
    }
}

impl<K: Eq + Hash> Keys<K> {
    fn find(&self, key: &K, digest: u64) -> Option<usize> {
        self.places.find(digest, |place| self.keys[place] == *key)
    }

    fn add(&mut self, key: K, digest: u64) -> usize {
        let place = self.keys.len();
        self.places.add(digest, place);
        self.keys.push(key);
        place
    }
}

/// Values by their keys, in the order in which the keys came.
///
/// Readings of one device have nearly the same keys: they lie over those that are known before, and name only what is not among these.
#[derive(Debug, Clone)]
pub(crate) struct Keyed<K, V> {
    under: Arc<Keys<K>>,
    /// The values of keys beneath, by place: none of those that nothing belongs to here.
    of_under: Vec<Option<V>>,
    /// The place beneath that most likely is asked for next.
    likely: usize,
    keys: Arc<Keys<K>>,
    values: Vec<V>,
}

impl<K, V> Default for Keyed<K, V> {
    fn default() -> Self {
        Self { under: Arc::default(), of_under: Vec::new(), likely: 0, keys: Arc::default(), values: Vec::new() }
    }
}

/// Where a value stands.
#[derive(Clone, Copy)]
enum Place {
    Beneath(usize),
    Here(usize),
}

impl<K: Eq + Hash, V> Keyed<K, V> {
    /// Nothing yet, over the keys of something else.
    pub fn over(under: Arc<Keys<K>>) -> Self {
        let of_under = std::iter::repeat_with(|| None).take(under.keys.len()).collect();
        Self { under, of_under, ..Self::default() }
    }

    /// The keys that are its own, for others to lie over, in no more room than they need.
    pub fn into_keys(mut self) -> Arc<Keys<K>> {
        if let Some(keys) = Arc::get_mut(&mut self.keys) {
            keys.keys.shrink_to_fit();
        }
        self.keys
    }

    fn place(&self, key: &K) -> Option<Place> {
        let digest = digest(key);
        let beneath = if self.of_under.is_empty() { None } else { self.under.find(key, digest) };
        let beneath = beneath.filter(|place| self.of_under[*place].is_some()).map(Place::Beneath);
        beneath.or_else(|| if self.values.is_empty() { None } else { self.keys.find(key, digest).map(Place::Here) })
    }

    fn at_place(&self, place: Place) -> Option<(&K, &V)> {
        match place {
            Place::Beneath(place) => Some((&self.under.keys[place], self.of_under[place].as_ref()?)),
            Place::Here(place) => Some((&self.keys.keys[place], &self.values[place])),
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.get_key_value(key).map(|(_, value)| value)
    }

    /// The value of a key, with the key as it stands there.
    pub fn get_key_value(&self, key: &K) -> Option<(&K, &V)> {
        self.at_place(self.place(key)?)
    }

    /// The value of a key that is its own, which most likely stands at a place, with that place; the next one then is likely.
    pub fn get_likely(&self, key: &K, likely: &mut usize) -> Option<(usize, &V)> {
        let is_there = self.keys.keys.get(*likely) == Some(key);
        let place = if is_there { Some(*likely) } else { self.keys.find(key, digest(key)) }?;
        *likely = place + 1;
        Some((place, self.values.get(place)?))
    }

    /// The number of a key, with an empty value if there is none yet: those beneath come first.
    pub fn number(&mut self, key: K) -> usize
    where
        K: Clone,
        V: Default,
    {
        // What lies over something mostly goes through it in order.
        let is_likely = self.likely < self.of_under.len() && self.under.keys[self.likely] == key;
        let beneath = if is_likely { Some(self.likely) } else { None };
        let digest = if is_likely { 0 } else { digest(&key) };
        let looked_up = || if self.of_under.is_empty() { None } else { self.under.find(&key, digest) };
        if let Some(place) = beneath.or_else(looked_up) {
            self.likely = place + 1;
            self.of_under[place].get_or_insert_default();
            return place;
        }
        let place = self.keys.find(&key, digest).unwrap_or_else(|| {
            self.values.push(V::default());
            // Only what is built, which nothing lies over yet, is given keys: nothing is copied here.
            Arc::make_mut(&mut self.keys).add(key, digest)
        });
        self.of_under.len() + place
    }

    /// The value of a number; an empty one if there is none yet.
    pub fn value(&mut self, number: usize) -> &mut V
    where
        V: Default,
    {
        match number.checked_sub(self.of_under.len()) {
            None => self.of_under[number].get_or_insert_default(),
            Some(place) => &mut self.values[place],
        }
    }

    /// The value of a key; an empty one if there is none yet.
    pub fn at(&mut self, key: K) -> &mut V
    where
        K: Clone,
        V: Default,
    {
        let number = self.number(key);
        self.value(number)
    }

    /// What has a number, if it has a value.
    pub fn at_number(&self, number: usize) -> Option<(&K, &V)> {
        match number.checked_sub(self.of_under.len()) {
            None => self.at_place(Place::Beneath(number)),
            Some(place) => self.at_place(Place::Here(place)),
        }
    }

    /// Every key with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        let beneath = self.under.keys.iter().zip(&self.of_under);
        let beneath = beneath.filter_map(|(key, value)| Some((key, value.as_ref()?)));
        beneath.chain(self.keys.keys.iter().zip(&self.values))
    }

    /// What comes of every value, by the same keys.
    pub fn map<W>(&self, mut each: impl FnMut(&K, &V) -> W) -> Keyed<K, W> {
        let beneath = self.under.keys.iter().zip(&self.of_under);
        Keyed {
            under: Arc::clone(&self.under),
            of_under: beneath.map(|(key, value)| value.as_ref().map(|value| each(key, value))).collect(),
            likely: 0,
            keys: Arc::clone(&self.keys),
            values: self.keys.keys.iter().zip(&self.values).map(|(key, value)| each(key, value)).collect(),
        }
    }
}

impl<K: Eq + Hash, V> FromIterator<(K, V)> for Keyed<K, V> {
    /// Of one key there must be one value.
    fn from_iter<T: IntoIterator<Item = (K, V)>>(entries: T) -> Self {
        let (keys, values): (Vec<K>, Vec<V>) = entries.into_iter().unzip();
        let mut places = Places::for_so_many(keys.len());
        keys.iter().enumerate().for_each(|(place, key)| places.add(digest(key), place));
        Self { keys: Arc::new(Keys { keys, places }), values, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::Keyed;

    proptest! {
        /// Over whatever keys it lies, it holds what a map holds.
        #[test]
        fn it_holds_what_a_map_holds(
            first in prop::collection::vec(0..20_u8, 0..20),
            then in prop::collection::vec((0..20_u8, 0..100_u8), 0..40),
        ) {
            let mut under: Keyed<u8, u8> = Keyed::default();
            first.iter().for_each(|key| *under.at(*key) += 1);
            let under = under.into_keys();
            for mut keyed in [Keyed::over(Arc::clone(&under)), Keyed::default()] {
                let mut map: BTreeMap<u8, u8> = BTreeMap::new();
                for (key, value) in &then {
                    *keyed.at(*key) = *value;
                    map.insert(*key, *value);
                }
                let twice = keyed.map(|key, value| (*key, u16::from(*value) * 2));
                for key in 0..20 {
                    prop_assert_eq!(keyed.get(&key), map.get(&key));
                    if map.contains_key(&key) {
                        let number = keyed.number(key);
                        prop_assert_eq!(keyed.at_number(number), map.get_key_value(&key));
                    }
                    let doubled = map.get(&key).map(|value| (key, u16::from(*value) * 2));
                    prop_assert_eq!(twice.get(&key).copied(), doubled);
                }
                let all: BTreeMap<u8, u8> = keyed.iter().map(|(key, value)| (*key, *value)).collect();
                prop_assert_eq!(all, map);
                prop_assert_eq!(keyed.iter().count(), twice.iter().count());
            }
        }
    }
}
