//! Things in the order in which they came, each looked up by what it belongs to.

use std::hash::Hash;

use crate::vocabulary::{Places, digest};

/// Values by their keys, in the order in which the keys came.
#[derive(Debug, Clone)]
pub(crate) struct Keyed<K, V> {
    entries: Vec<(K, V)>,
    places: Places,
}

impl<K, V> Default for Keyed<K, V> {
    fn default() -> Self {
        Self { entries: Vec::new(), places: Places::default() }
    }
}

impl<K: Eq + Hash, V> Keyed<K, V> {
    /// The value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.get_key_value(key).map(|(_, value)| value)
    }

    /// The value of a key, with the key as it stands there.
    pub fn get_key_value(&self, key: &K) -> Option<(&K, &V)> {
        let place = self.places.find(digest(key), |place| self.entries[place].0 == *key)?;
        Some((&self.entries[place].0, &self.entries[place].1))
    }

    /// The value of a key; an empty one if there is none yet.
    pub fn at(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let digest = digest(&key);
        let place = self.places.find(digest, |place| self.entries[place].0 == key).unwrap_or_else(|| {
            self.places.add(digest, self.entries.len());
            self.entries.push((key, V::default()));
            self.entries.len() - 1
        });
        &mut self.entries[place].1
    }

    /// Every key with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }
}

impl<K: Eq + Hash, V> FromIterator<(K, V)> for Keyed<K, V> {
    /// Of one key there must be one value.
    fn from_iter<T: IntoIterator<Item = (K, V)>>(entries: T) -> Self {
        let entries: Vec<(K, V)> = entries.into_iter().collect();
        let mut places = Places::for_so_many(entries.len());
        entries.iter().enumerate().for_each(|(place, (key, _))| places.add(digest(key), place));
        Self { entries, places }
    }
}
