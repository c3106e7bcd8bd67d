//! What a document no longer says.
//!
//! An advisory is one document and several records. Where a newer version of it leaves out a vulnerability, its record would stay as
//! the older version said; the publisher has taken it back, so that it becomes withdrawn. The version before stays in the history.
//!
//! Homes from before the publisher was part of the name of every document hold records under names that two documents may have in
//! common. Such a record is replaced by that of its document which has a name of its own, and becomes withdrawn as well.

use std::collections::{BTreeMap, BTreeSet};

use ward_formats::feed::csaf::Document;
use ward_model::vulnerability::VulnerabilityRecord;

use super::Builder;
use crate::error::HomeError;
use crate::generation::Generation;
use crate::{day, stamp};

/// Names by source.
type Names<'a> = BTreeSet<(&'a str, &'a str)>;

/// A record that is to be withdrawn, and the stamp of the document that takes it back.
type Gone = (VulnerabilityRecord, String);

impl Builder {
    /// Adds a withdrawn version of every held record of a document that came whole and without it, and of every record that is held
    /// under a name from before.
    pub(super) fn retract(&mut self) -> Result<(), HomeError> {
        let received = self.received.day();
        let mut documents: BTreeMap<(String, String), Document> = BTreeMap::new();
        for batch in &mut self.batches {
            for (source, document) in batch.documents.drain(..) {
                let latest = documents.entry((source, document.label.clone())).or_insert_with(|| document.clone());
                let key = |one: &Document| (stamp::believed(&one.last_modified, received), one.whole);
                if key(latest) < key(&document) {
                    *latest = document;
                }
            }
        }
        for ((source, label), document) in documents.iter().filter(|(_, document)| document.whole) {
            let moment = stamp::believed(&document.last_modified, received);
            self.documents.insert((source.clone(), label.as_str().into()), moment);
        }
        let Some(held) = self.held.as_ref().filter(|_| !documents.is_empty()) else { return Ok(()) };
        let sources: BTreeSet<&str> = documents.keys().map(|(source, _)| source.as_str()).collect();
        let mut there = Names::new();
        for batch in &self.batches {
            let names =
                batch.pending.iter().filter_map(|one| Some((batch.sources.get(one.source)?.as_str(), &*one.id)));
            there.extend(names.filter(|(source, _)| sources.contains(source)));
        }
        // Of what could not be read nobody knows whether it was left out.
        let aside: Vec<(&str, &str)> =
            self.set_aside.iter().filter_map(|one| Some((one.source.as_str(), one.id.as_ref()?.as_str()))).collect();
        let unread = |source: &str, name: &str| aside.contains(&(source, name));
        let (mut gone, mut renamed) = (Vec::<Gone>::new(), BTreeMap::new());
        for ((source, label), document) in &documents {
            let whole = document.whole && !unread(source, label);
            let left_out = |record: &VulnerabilityRecord| {
                let name = record.id.as_str();
                whole && !there.contains(&(source.as_str(), name)) && !unread(source, name)
            };
            for record in standing(held, source, label)? {
                if left_out(&record) {
                    gone.push((record, document.last_modified.clone()));
                }
            }
            if document.former == *label {
                continue;
            }
            for record in standing(held, source, &document.former)?.into_iter().filter(|one| is_of(one, document)) {
                let name = record.id.as_str().get(document.former.len()..).unwrap_or_default();
                let now = [label.as_str(), name].concat();
                let comes = there.contains(&(source.as_str(), &*now));
                if comes {
                    renamed.insert((source.clone(), Box::from(now)), day::pack(record.received));
                }
                if comes || left_out(&record) {
                    gone.push((record, document.last_modified.clone()));
                }
            }
        }
        renamed.retain(|_, received| *received != day::NONE);
        self.renamed = renamed;
        if gone.is_empty() {
            return Ok(());
        }
        let mut batch = self.batch()?;
        for (record, stamp) in &gone {
            batch.record(&VulnerabilityRecord { withdrawn: true, ..record.clone() }, stamp)?;
        }
        self.add(batch);
        Ok(())
    }
}

/// The records of a source that are held, not withdrawn, and whose names begin so.
fn standing(held: &Generation, source: &str, label: &str) -> Result<Vec<VulnerabilityRecord>, HomeError> {
    let mut records = held.beginning(&format!("{label}/"))?;
    records.retain(|record| record.source == source && !record.withdrawn);
    Ok(records)
}

/// Whether a record that is held under a former name is of this document: what it says is said by its publisher, and it is named by
/// this document, and not by one whose name goes on after a `/`.
fn is_of(record: &VulnerabilityRecord, document: &Document) -> bool {
    let name = record.id.as_str().get(document.former.len() + 1..).unwrap_or_default();
    let named = match record.aliases.first() {
        Some(cve) => name.strip_prefix(cve.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('#')),
        None => !name.contains('/'),
    };
    let statements = record.affected.iter().map(|product| &product.asserter);
    let remedies = record.remediations.iter().map(|remedy| &remedy.asserter);
    let mut voices = statements.chain(remedies).chain(record.scores.iter().map(|score| &score.source));
    named && voices.all(|voice| *voice == document.publisher)
}

#[cfg(test)]
mod tests;
