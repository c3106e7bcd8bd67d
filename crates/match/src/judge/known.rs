//! What is looked up in knowledge about records, statements and vulnerabilities, once for everybody who asks.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ward_model::affected::SubjectKey;
use ward_model::finding::VulnerabilitySummary;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::{KnowledgeError, RecordNumber, StatementCandidate};
use ward_model::vulnerability::VulnerabilityRecord;

use super::Judge;
use crate::shelf::Shelf;

/// What one body of knowledge says, as far as it was asked for.
#[derive(Default)]
pub struct Known {
    records: Shelf<RecordNumber, VulnerabilityRecord>,
    /// Records without what only words are made of.
    outlines: Shelf<RecordNumber, VulnerabilityRecord>,
    statements: Shelf<SubjectKey, Vec<StatementCandidate>>,
    groups: Shelf<VulnerabilityId, Group>,
    names: Shelf<RecordNumber, Names>,
    /// Under which names each vulnerability is known, and the records of each name.
    aliases: Shelf<VulnerabilityId, Named>,
    /// What is shown of a vulnerability by the records that all its components share.
    pub(super) summaries: Shelf<VulnerabilityId, VulnerabilitySummary>,
    /// How many records and statements it holds.
    held: AtomicUsize,
}

impl Known {
    /// How many records and statements it holds.
    pub(crate) fn size(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// Counts what is taken in.
    fn hold<T>(&self, value: T, size: impl FnOnce(&T) -> usize) -> T {
        self.held.fetch_add(size(&value), Ordering::Relaxed);
        value
    }
}

/// The vulnerabilities that a record is about.
pub(crate) struct Names {
    ids: Vec<VulnerabilityId>,
    /// It is an advisory that names vulnerabilities as those of upstream, so that it may be about them.
    pub(super) advisory: bool,
}

impl std::ops::Deref for Names {
    type Target = [VulnerabilityId];

    fn deref(&self) -> &Self::Target {
        &self.ids
    }
}

/// The names of a vulnerability, each with the records of that name.
struct Named {
    now: WithRecords,
    /// The names that it has by withdrawn records alone.
    former: WithRecords,
}

/// Names with the records of each.
type WithRecords = Vec<(VulnerabilityId, Vec<RecordNumber>)>;

/// The records about one vulnerability.
pub(crate) struct Group {
    /// All names.
    pub(super) ids: Vec<VulnerabilityId>,
    pub(crate) records: Vec<RecordNumber>,
    /// The names that it has by withdrawn records alone.
    pub(super) former: Vec<VulnerabilityId>,
    /// What is held under those names. It says nothing of the vulnerability any more but since when somebody could know of it.
    pub(crate) former_records: Vec<RecordNumber>,
}

impl Judge<'_> {
    pub(crate) fn record(&self, number: RecordNumber) -> Result<Arc<VulnerabilityRecord>, KnowledgeError> {
        let read = || self.knowledge.record(number).map(|record| self.known.hold(record, |_| 1));
        self.known.records.get_or(&number, read)
    }

    /// A record as far as states and names follow from it, where nobody wants words; else all of it.
    pub(crate) fn outline(&self, number: RecordNumber) -> Result<Arc<VulnerabilityRecord>, KnowledgeError> {
        if !self.without_words {
            return self.record(number);
        }
        let read = || self.knowledge.outline(number).map(|record| self.known.hold(record, |_| 1));
        self.known.outlines.get_or(&number, read)
    }

    pub(crate) fn statements_of(&self, key: &SubjectKey) -> Result<Arc<Vec<StatementCandidate>>, KnowledgeError> {
        let read = || self.knowledge.statements(key).map(|list| self.known.hold(list, |list| 1 + list.len()));
        self.known.statements.get_or(key, read)
    }

    /// Reads records in the order in which they are kept: neighbours share what has to be unpacked.
    pub(crate) fn read_ahead(&self, numbers: &BTreeSet<RecordNumber>) -> Result<(), KnowledgeError> {
        for number in numbers {
            self.outline(*number)?;
        }
        Ok(())
    }

    /// The vulnerabilities that a record is about, by the names under which findings are counted: its CVE where there is one.
    /// A record of several vulnerabilities speaks of each of them.
    pub(crate) fn names(&self, number: RecordNumber) -> Result<Arc<Names>, KnowledgeError> {
        self.known.names.get_or(&number, || {
            let record = self.outline(number)?;
            let advisory = !is_cve(&record.id) && record.upstream.iter().any(is_cve);
            Ok(Names { ids: self.read_names(&record)?, advisory })
        })
    }

    fn read_names(&self, record: &VulnerabilityRecord) -> Result<Vec<VulnerabilityId>, KnowledgeError> {
        if is_cve(&record.id) {
            return Ok(vec![record.id.clone()]);
        }
        let cves =
            |ids: &[VulnerabilityId]| -> Vec<VulnerabilityId> { ids.iter().filter(|id| is_cve(id)).cloned().collect() };
        let own = cves(&record.aliases);
        if !own.is_empty() {
            return Ok(own);
        }
        let group = self.knowledge.alias_group(&record.id)?.ids;
        let shared = cves(&group);
        if !shared.is_empty() {
            return Ok(shared);
        }
        let upstream = cves(&record.upstream);
        if !upstream.is_empty() {
            return Ok(upstream);
        }
        Ok(vec![group.into_iter().min().unwrap_or_else(|| record.id.clone())])
    }

    /// All records about a vulnerability.
    pub(crate) fn group(&self, id: &VulnerabilityId) -> Result<Arc<Group>, KnowledgeError> {
        self.known.groups.get_or(id, || self.read_group(id))
    }

    fn read_group(&self, id: &VulnerabilityId) -> Result<Group, KnowledgeError> {
        let mut ids = Vec::new();
        let mut records = BTreeSet::new();
        let named = self.aliases(id)?;
        for (alias, numbers) in &named.now {
            let mut about = numbers.is_empty() && !(is_cve(alias) && alias != id);
            for number in numbers.iter().copied() {
                if self.names(number)?.contains(id) {
                    records.insert(number);
                    about = true;
                }
            }
            // Another vulnerability of a record that names both is no name of this one.
            if about {
                ids.push(alias.clone());
            }
        }
        if !ids.contains(id) {
            ids.push(id.clone());
        }
        ids.sort_unstable();
        let (mut former, mut former_records) = (Vec::new(), BTreeSet::new());
        for (name, numbers) in named.former.iter().filter(|(name, _)| !is_cve(name)) {
            let mut of_others = false;
            for number in numbers.iter().copied() {
                let names = self.names(number)?;
                if names.contains(id) || !names.iter().any(is_cve) {
                    former_records.insert(number);
                } else {
                    of_others = true;
                }
            }
            if !of_others {
                former.push(name.clone());
            }
        }
        let former_records = former_records.into_iter().collect();
        Ok(Group { ids, records: records.into_iter().collect(), former, former_records })
    }

    /// The groups of many vulnerabilities, their records read in the order in which they are kept.
    pub(crate) fn read_groups(&self, ids: &BTreeSet<&VulnerabilityId>) -> Result<(), KnowledgeError> {
        let mut numbers = BTreeSet::new();
        for id in ids {
            let named = self.aliases(id)?;
            numbers.extend(named.now.iter().chain(&named.former).flat_map(|(_, numbers)| numbers.iter().copied()));
        }
        self.read_ahead(&numbers)
    }

    fn aliases(&self, id: &VulnerabilityId) -> Result<Arc<Named>, KnowledgeError> {
        self.known.aliases.get_or(id, || {
            let group = self.knowledge.alias_group(id)?;
            let with_records = |alias: VulnerabilityId| self.knowledge.find_all(&alias).map(|numbers| (alias, numbers));
            let all = |names: Vec<VulnerabilityId>| names.into_iter().map(with_records).collect::<Result<_, _>>();
            Ok(Named { now: all(group.ids)?, former: all(group.former)? })
        })
    }
}

/// Whether a name is one of a CVE: not that of an advisory which is called as one, nor of what stands beside a record.
pub(super) fn is_cve(id: &VulnerabilityId) -> bool {
    id.as_str().get(..4).is_some_and(|head| head.eq_ignore_ascii_case("cve-")) && !id.as_str().contains(['@', '/', '~'])
}

#[cfg(test)]
mod tests {
    use super::is_cve;

    #[test]
    fn what_begins_like_a_cve_need_not_be_one() {
        for (name, is) in [
            ("CVE-2024-1111", true),
            ("cve-2024-1111", true),
            ("GHSA-x", false),
            ("CVE-2024-1111~undated", false),
            ("CVE-2024-1111@acme.example/CVE-2024-1111", false),
        ] {
            assert_eq!(is_cve(&name.into()), is, "{name}");
        }
    }
}
