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
use super::records::Held;
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
        // Of a file of which something could not be read nobody knows what it left out.
        let aside: BTreeSet<(&str, &str, &str)> = self
            .set_aside
            .iter()
            .filter_map(|one| Some((one.source.as_str(), one.file.as_str(), one.id.as_ref()?.as_str())))
            .collect();
        for batch in &mut self.batches {
            for (source, file, document) in batch.documents.drain(..) {
                if document.whole && !aside.contains(&(source.as_str(), file.as_str(), document.label.as_str())) {
                    let moment = stamp::believed(&document.last_modified, received);
                    let last = self.documents.entry((source.clone(), document.label.as_str().into())).or_default();
                    *last = moment.max(std::mem::take(last));
                }
                documents.entry((source, document.label.clone())).or_insert(document);
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
        let (mut gone, mut renamed) = (Vec::<Gone>::new(), BTreeMap::new());
        for ((source, label), document) in &documents {
            // One that does not say of when it is takes nothing back: nobody knows that it is newer.
            let last =
                self.documents.get(&(source.clone(), label.as_str().into())).filter(|last| stamp::is_dated(last));
            let left_out = |record: &VulnerabilityRecord| -> Result<Option<String>, HomeError> {
                let name = record.id.as_str();
                let Some(last) = last.filter(|_| !there.contains(&(source.as_str(), name))) else { return Ok(None) };
                let stamp = match Held::of(self).find(name, source)?.1 {
                    Some(held) => held.stamp(received)?,
                    None => return Ok(None),
                };
                // One that came again under the same date without it counts as the later.
                Ok((stamp::is_before(&stamp, last) || stamp == *last).then(|| last.clone()))
            };
            for record in standing(held, source, label)? {
                if let Some(last) = left_out(&record)? {
                    gone.push((record, last));
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
                let left_out = left_out(&record)?;
                if comes || left_out.is_some() {
                    gone.push((record, left_out.unwrap_or_else(|| document.last_modified.clone())));
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
        let now = self.last_whole(source, id).map(str::to_owned);
        let before = self.held.as_ref().map(|held| held.document(source, label)).transpose()?.flatten();
        // A whole version of the same date says what one says that was read in part.
        let is_older = |last: &str| stamp::is_before(stamp, last) || csaf::is_provisional(id) && stamp == last;
        Ok(now.max(before).filter(|last| stamp::is_dated(last) && is_older(last)))
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
