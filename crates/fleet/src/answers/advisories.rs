//! Which advisories name a vulnerability as upstream's: no name of theirs leads from the one to the other.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::{Knowledge, KnowledgeError, RecordNumber};
use ward_model::vulnerability::VulnerabilityRecord;

/// Advisories by the vulnerabilities that they name as upstream's. One too many does no harm.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Advisories(BTreeMap<VulnerabilityId, BTreeSet<VulnerabilityId>>);

impl Advisories {
    /// Takes note of these records.
    pub(super) fn take_in(
        &mut self,
        numbers: &BTreeSet<RecordNumber>,
        knowledge: &dyn Knowledge,
    ) -> Result<(), KnowledgeError> {
        for number in numbers {
            self.take_note(&knowledge.record(*number)?);
        }
        Ok(())
    }

    /// Takes note of a record.
    pub(super) fn take_note(&mut self, record: &VulnerabilityRecord) {
        for name in &record.upstream {
            self.add(name.clone(), record.id.clone());
        }
    }

    /// Takes note that an advisory names a vulnerability so.
    pub(super) fn add(&mut self, name: VulnerabilityId, advisory: VulnerabilityId) {
        self.0.entry(name).or_default().insert(advisory);
    }

    /// All of them: vulnerability and advisory.
    pub(super) fn each(&self) -> impl Iterator<Item = (&VulnerabilityId, &VulnerabilityId)> {
        self.0.iter().flat_map(|(name, advisories)| advisories.iter().map(move |advisory| (name, advisory)))
    }

    /// The advisories that name this vulnerability so.
    pub(super) fn about(&self, name: &VulnerabilityId) -> impl Iterator<Item = &VulnerabilityId> {
        self.0.get(name).into_iter().flatten()
    }
}
