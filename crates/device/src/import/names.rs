//! Identifiers of the folder for the keys of a model: made of names, each once.

use std::collections::{BTreeMap, BTreeSet};

use crate::starter::identifier;

/// Identifiers by key.
#[derive(Debug, Default)]
pub(super) struct Names {
    by_key: BTreeMap<String, String>,
    taken: BTreeSet<String>,
}

/// A longer one would say nothing more.
const LONGEST: usize = 60;

impl Names {
    /// The identifier of a key; of a name that is there already with a number behind it.
    pub(super) fn add(&mut self, key: &str, name: &str) -> &str {
        if !self.by_key.contains_key(key) {
            let mut stem = identifier(name);
            stem.truncate(LONGEST);
            let stem = stem.trim_end_matches('-').to_owned();
            let mut id = stem.clone();
            let mut number = 1_u32;
            while !self.taken.insert(id.clone()) {
                number += 1;
                id = format!("{stem}-{number}");
            }
            self.by_key.insert(key.to_owned(), id);
        }
        self.by_key.get(key).map_or("", String::as_str)
    }

    /// Every key with its identifier.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.by_key.iter().map(|(key, id)| (key.as_str(), id.as_str()))
    }

    /// The identifier of a key that is there.
    pub(super) fn id(&self, key: &str) -> Option<&str> {
        self.by_key.get(key).map(String::as_str)
    }
}
