//! What another version of a component may change.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::hypothesis::Change;
use ward_model::ids::{ComponentRef, ElementId, VulnerabilityId};
use ward_risk::open::Open;

use crate::suppose::Reports;

/// The vulnerabilities that a derivation rests on, and its subject. What a step follows by begins with the name of the vulnerability,
/// where it is one.
pub(super) fn names(open: &Open) -> BTreeSet<&str> {
    let by = open.witness.nodes.iter().filter_map(|node| node.by.split_whitespace().next());
    by.chain([open.subject.id.as_str()]).collect()
}

/// Where vulnerabilities are found, so that it can be told what another version of a component may change.
pub(super) struct Mending<'a> {
    /// The components by element and vulnerability, each with whether others beside it have a say.
    found: BTreeMap<(&'a ElementId, &'a str), Vec<(&'a ComponentRef, bool)>>,
}

impl<'a> Mending<'a> {
    pub fn new(reports: &'a Reports) -> Self {
        let mut found: BTreeMap<_, Vec<(&ComponentRef, bool)>> = BTreeMap::new();
        for ((_, element), reports) in reports {
            for finding in reports.open.findings.iter().chain(&reports.complete.findings) {
                let others = !finding.proof.environment.is_empty() || !finding.proof.voices.is_empty();
                let at = found.entry((element, finding.vulnerability.id.as_str())).or_default();
                at.push((&finding.component.reference, others));
            }
        }
        Self { found }
    }

    /// Whether another version of a component could take a derivation away, or have brought it: one that rests on something found at
    /// that component, or found beside it under conditions that the component may be part of. Other changes are told by their places.
    pub fn may_mend(&self, change: &Change, open: &Open, names: &BTreeSet<&str>) -> bool {
        let (element, component) = match change {
            Change::Update(element, component, _) => (element, component),
            Change::Fix(id) => return open.because.is_some() || names.contains(id.as_str()),
            _ => return true,
        };
        open.because.is_some()
            || names
                .iter()
                .filter_map(|name| self.found.get(&(element, *name)))
                .flatten()
                .any(|(reference, others)| *others || *reference == component)
    }

    /// The vulnerabilities at an element that another version of a component may end, or of which it may change what is known.
    pub fn of(&self, element: &ElementId, component: &ComponentRef) -> BTreeSet<VulnerabilityId> {
        let here = self.found.iter().filter(|((at, _), _)| *at == element);
        let mended = here.filter(|(_, by)| by.iter().any(|(reference, others)| *others || *reference == component));
        mended.map(|((_, id), _)| VulnerabilityId::new(*id)).collect()
    }
}
