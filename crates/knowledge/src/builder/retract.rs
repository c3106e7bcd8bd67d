//! What a document no longer says.
//!
//! An advisory is one document and several records. Where a newer version of it leaves out a vulnerability, its record would stay as
//! the older version said; the publisher has taken it back, so that it becomes withdrawn. The version before stays in the history.
//! In which order versions of a document come, or whether they come together, makes no difference: a record of an older version that
//! comes after a newer one without it comes withdrawn. What is withdrawn says no more than what it was called and since when, for
//! versions may have said different things of it.
//!
//! Homes from before the publisher was part of the name of every document hold records under names that two documents may have in
//! common. Such a record is replaced by that of its document which has a name of its own, and becomes withdrawn as well.

use std::collections::{BTreeMap, BTreeSet};

use ward_formats::feed::csaf::{self, Document};
use ward_model::vulnerability::VulnerabilityRecord;

use super::Builder;
use crate::error::HomeError;
use crate::generation::Generation;
use crate::source::SetAsideRecord;
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
                if document.whole {
                    let moment = stamp::believed(&document.last_modified, received);
                    let last = self.documents.entry((source.clone(), document.label.as_str().into())).or_default();
                    *last = moment.max(std::mem::take(last));
                }
                let latest = documents.entry((source, document.label.clone())).or_insert_with(|| document.clone());
                let key = |one: &Document| (stamp::believed(&one.last_modified, received), one.whole);
                if key(latest) < key(&document) {
                    *latest = document;
                }
            }
        }
        let Some(held) = self.held.as_ref().filter(|_| !documents.is_empty()) else { return Ok(()) };
        let sources: BTreeSet<&str> = documents.keys().map(|(source, _)| source.as_str()).collect();
        let mut there = Names::new();
        for batch in &self.batches {
            for one in &batch.pending {
                let Some(source) = batch.sources.get(one.source).filter(|source| sources.contains(source.as_str()))
                else {
                    continue;
                };
                // What an older version says, the newer one may have left out.
                if self.last_whole(source, &one.id).is_none_or(|last| !stamp::is_before(&one.stamp, last)) {
                    there.insert((source.as_str(), &*one.id));
                }
            }
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
            batch.record(&taken_back(record), stamp)?;
        }
        self.add(batch);
        Ok(())
    }

    /// Of when the last version is that came whole now of the document of this record.
    fn last_whole(&self, source: &str, id: &str) -> Option<&str> {
        let (label, _) = id.split_once('/')?;
        self.documents.get(&(source.to_owned(), label.into())).map(String::as_str)
    }

    /// Of when the version of a document is, which came whole now or before, that left a record out of which this is the last version
    /// that came; none where it stands in the last one.
    pub(super) fn left_out_by(&self, source: &str, id: &str, stamp: &str) -> Result<Option<String>, HomeError> {
        let Some((label, _)) = id.split_once('/').filter(|_| source == csaf::SOURCE) else { return Ok(None) };
        let aside = |one: &SetAsideRecord| {
            let known = one.id.as_ref().map(|id| id.as_str());
            one.source == source && (known == Some(label) || known == Some(id))
        };
        let now = self.last_whole(source, id).filter(|_| !self.set_aside.iter().any(aside)).map(str::to_owned);
        let before = self.held.as_ref().map(|held| held.document(source, label)).transpose()?.flatten();
        Ok(now.max(before).filter(|last| stamp::is_before(stamp, last)))
    }
}

/// A record that is no longer said.
pub(super) fn taken_back(record: &VulnerabilityRecord) -> VulnerabilityRecord {
    VulnerabilityRecord {
        aliases: record.aliases.clone(),
        published: record.published,
        withdrawn: true,
        ..VulnerabilityRecord::new(record.id.clone(), &record.source)
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
