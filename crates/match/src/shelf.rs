//! What several judges look up in the same knowledge, kept so that each of them need not look it up again.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use crate::hash::Stable;

/// Values by key, each of which follows from its key and the knowledge alone: so it does not matter who made it, or when.
pub(crate) struct Shelf<K, V>(Mutex<HashMap<K, Arc<V>, Stable>>);

impl<K, V> Default for Shelf<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash + Clone, V> Shelf<K, V> {
    /// What is kept under a key.
    pub(crate) fn get(&self, key: &K) -> Option<Arc<V>> {
        // Nothing panics while the lock is held but for want of memory, and every state of the map is a good one.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).map(Arc::clone)
    }

    /// What is kept under a key, or else what is made of it now. Where two make the same at once, the first one stays.
    pub(crate) fn get_or<E>(&self, key: &K, make: impl FnOnce() -> Result<V, E>) -> Result<Arc<V>, E> {
        if let Some(value) = self.get(key) {
            return Ok(value);
        }
        // Without the lock: others look up other keys meanwhile, and making one value may take others from the shelf.
        let value = Arc::new(make()?);
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(shelf.entry(key.clone()).or_insert(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::Shelf;

    #[test]
    fn a_value_is_made_once_and_a_failure_is_not_kept() {
        let shelf: Shelf<u8, u8> = Shelf::default();
        assert_eq!(shelf.get_or(&1, || Err("later")), Err("later"));
        assert_eq!(shelf.get_or(&1, || Ok::<_, ()>(7)).map(|value| *value), Ok(7));
        assert_eq!(shelf.get_or(&1, || Ok::<_, ()>(8)).map(|value| *value), Ok(7));
    }
}
