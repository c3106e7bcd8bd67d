//! What a document no longer says.
//!
//! An advisory is one document and several records. Where a newer version of it leaves out a vulnerability, its record would stay as
//! the older version said; the publisher has taken it back, so that it becomes withdrawn. The version before stays in the history.

use std::collections::{BTreeMap, BTreeSet};

use super::Builder;
use crate::error::HomeError;

impl Builder {
    /// Adds a withdrawn version of every held record of a document that came whole and without it.
    pub(super) fn retract(&mut self) -> Result<(), HomeError> {
        let mut documents: BTreeMap<(String, String), String> = BTreeMap::new();
        for batch in &mut self.batches {
            for (source, label, stamp) in batch.documents.drain(..) {
                let latest = documents.entry((source, label)).or_default();
                if *latest < stamp {
                    *latest = stamp;
                }
            }
        }
        let Some(held) = self.held.as_ref().filter(|_| !documents.is_empty()) else { return Ok(()) };
        let sources: BTreeSet<&str> = documents.keys().map(|(source, _)| source.as_str()).collect();
        let mut there: BTreeSet<(&str, &str)> = BTreeSet::new();
        for batch in &self.batches {
            let names =
                batch.pending.iter().filter_map(|one| Some((batch.sources.get(one.source)?.as_str(), &*one.id)));
            there.extend(names.filter(|(source, _)| sources.contains(source)));
        }
        // Of what could not be read nobody knows whether it was left out.
        let aside: Vec<(&str, &str)> =
            self.set_aside.iter().filter_map(|one| Some((one.source.as_str(), one.id.as_ref()?.as_str()))).collect();
        there.extend(aside.iter().copied());
        let mut gone = Vec::new();
        for ((source, label), stamp) in &documents {
            if aside.contains(&(source.as_str(), label.as_str())) {
                continue;
            }
            for mut record in held.beginning(&format!("{label}/"))? {
                if record.source == *source
                    && !record.withdrawn
                    && !there.contains(&(source.as_str(), record.id.as_str()))
                {
                    record.withdrawn = true;
                    gone.push((record, stamp.clone()));
                }
            }
        }
        if gone.is_empty() {
            return Ok(());
        }
        let mut batch = self.batch()?;
        for (record, stamp) in &gone {
            batch.record(record, stamp)?;
        }
        self.add(batch);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
