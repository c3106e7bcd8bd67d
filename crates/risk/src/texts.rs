//! What thousands of verdicts keep, in no more room than it needs.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// Texts, shared by all who say them. Verdicts are worked out on all processors: who asks first keeps the text, and what it says is the
/// same whoever that is.
#[derive(Debug, Default)]
pub(crate) struct Texts(Mutex<BTreeSet<Arc<str>>>);

impl Texts {
    /// The one copy of a text.
    pub fn keep(&self, text: &str) -> Arc<str> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = kept.get(text) {
            return Arc::clone(text);
        }
        let text: Arc<str> = text.into();
        kept.insert(Arc::clone(&text));
        text
    }
}

/// The same list in just the room that it needs: an allocator leaves a list that shrinks where it is.
pub(crate) fn exactly<T>(mut list: Vec<T>) -> Vec<T> {
    let mut exact = Vec::with_capacity(list.len());
    exact.append(&mut list);
    exact
}
