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

#[cfg(test)]
mod tests {
    use ward_model::claim::ClaimId;
    use ward_model::finding::State;

    use super::{Answered, is_answered};
    use crate::context::FindingAnswers;
    use crate::effects::Effects;
    use crate::tests::system::System;

    /// Of each group one claim must have effect, and every finding must be answered.
    #[test]
    fn everybody_who_warns_has_to_take_it_back() {
        let claim = |name: &str| ClaimId::Statements(name.to_owned());
        let groups = vec![vec![claim("a"), claim("b")], vec![claim("b")]];
        for (held, answered) in
            [(&[][..], false), (&["a"], false), (&["b"], true), (&["a", "b"], true), (&["c"], false)]
        {
            let effects = Effects::of(held.iter().map(|name| claim(name)));
            assert_eq!(is_answered(&groups, &effects), answered, "{held:?}");
        }
        assert!(!is_answered(&[], &Effects::none()), "nobody says anything");
        assert!(!is_answered(&[vec![claim("a")], Vec::new()], &Effects::of([claim("a")])), "nobody can take it back");
        let mut system = System::empty();
        let mut found: Vec<_> = ["one", "other"]
            .map(|component| {
                let mut finding = system.finding("CVE-1", "pump", None, State::Affected).clone();
                std::sync::Arc::make_mut(&mut finding.component).reference = component.into();
                finding
            })
            .into();
        let key = |component: &str| (component.into(), "CVE-1".into());
        let mut answers = FindingAnswers::from([(key("one"), vec![vec![claim("a")]])]);
        assert_eq!(Answered::all(&found, &answers), None, "one component stays open whatever is decided");
        answers.insert(key("other"), vec![vec![claim("b")]]);
        let both = Answered::all(&found, &answers).expect("both are answered");
        assert!(both.holds(&Effects::of([claim("a"), claim("b")])));
        assert!(!both.holds(&Effects::of([claim("a")])));
        found.clear();
        assert_eq!(Answered::all(&found, &answers), None);
    }
}
