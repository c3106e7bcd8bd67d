//! Findings that claims say are none: the code is not in the component, or whoever supplies it says that it is not affected.
//!
//! A vulnerability of an element is answered where every finding of it there is. One that the maker has found is answered by nobody
//! else's word.

use std::collections::BTreeSet;

use ward_model::claim::ClaimId;
use ward_model::finding::Finding;

use crate::context::FindingAnswers;
use crate::effects::Effects;

/// The claims of which of each group one must have effect.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Answered(BTreeSet<BTreeSet<ClaimId>>);

impl Answered {
    /// What answers these findings; nothing where anything stays open whatever is decided.
    pub fn all<'f>(findings: impl IntoIterator<Item = &'f Finding>, answers: &FindingAnswers) -> Option<Self> {
        let mut groups = BTreeSet::new();
        for finding in findings {
            let key = (finding.component.reference.clone(), finding.vulnerability.id.clone());
            let own = answers.get(&key).filter(|groups| !groups.is_empty())?;
            groups.extend(own.iter().map(|group| group.iter().cloned().collect()));
        }
        (!groups.is_empty()).then_some(Self(groups))
    }

    /// Whether they are answered.
    pub fn holds(&self, effects: &Effects) -> bool {
        self.0.iter().all(|group| group.iter().any(|claim| effects.holds(claim)))
    }
}

/// Whether these groups of claims answer a finding: of each one has effect.
pub fn is_answered(groups: &[Vec<ClaimId>], effects: &Effects) -> bool {
    !groups.is_empty() && groups.iter().all(|group| group.iter().any(|claim| effects.holds(claim)))
}
