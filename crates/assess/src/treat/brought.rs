//! What other versions bring that nobody can tell: confirmed is not changed for unknown.

use std::collections::BTreeSet;

use ward_model::finding::State;
use ward_model::hypothesis::Change;
use ward_model::ids::{ElementId, VulnerabilityId};
use ward_model::verdict::PresumedBecause;

use super::Search;
use crate::suppose::{Reports, findings_at};

impl Search<'_> {
    /// The elements at which, with what was found anew, it cannot be told of some vulnerability whether it touches them, and could be told
    /// before: what a version brings may be that nobody knows.
    pub(super) fn brought(&self, found: &Reports, changes: &[Change]) -> BTreeSet<ElementId> {
        let untold = |reports: &Reports, element: &ElementId| -> BTreeSet<VulnerabilityId> {
            let findings = findings_at(reports, &self.inputs.device.versions[0].id, element);
            let unknown = findings.filter(|finding| finding.state == State::Unknown);
            unknown.map(|finding| finding.vulnerability.id.clone()).collect()
        };
        let updated = changes.iter().filter_map(|change| match change {
            Change::Update(element, ..) => Some(element),
            _ => None,
        });
        let updated: BTreeSet<&ElementId> = updated.collect();
        let brings = updated.into_iter().filter(|at| !untold(found, at).is_subset(&untold(&self.found, at)));
        brings.cloned().collect()
    }
}

/// Whether something presumed is so by what versions brought with them.
pub(super) fn is_brought(brought: &BTreeSet<ElementId>, because: Option<PresumedBecause>, element: &ElementId) -> bool {
    because == Some(PresumedBecause::UnknownRange) && brought.contains(element)
}
