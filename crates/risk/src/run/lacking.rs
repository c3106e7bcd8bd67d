//! What the steps of a subject lack to be taken, and whether they lead to harm once it comes about.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::ids::ElementId;
use ward_policy::Privilege;

use super::{Key, Run};
use crate::fact::Fact;
use crate::graph::Step;
use crate::labels::Questions;
use crate::levels::{Bounds, Levels, onward};
use crate::outcomes::objectionable;
use crate::program::FactId;
use crate::subject::SubjectKey;

/// What one step of a subject lacks to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MissingSet {
    pub facts: Vec<FactId>,
    /// Whether it surely leads to harm, or to what is not known, once these facts come about. Where it does not surely, it may if they
    /// lead on besides.
    pub leads: bool,
}

/// From where on facts lead to what makes a subject uncontrolled.
pub(super) struct Onward<'a> {
    questions: &'a Questions,
    bounds: &'a [Bounds],
}

impl Onward<'_> {
    fn bounds(&self, fact: FactId) -> Bounds {
        self.bounds.get(fact.index()).copied().unwrap_or(Bounds::NONE)
    }

    /// Whether a step leads there where some facts come about, as easily and as far as can be.
    fn leads(&self, step: Step<'_>, comes_about: impl Fn(FactId) -> bool) -> bool {
        let ways = |fact| if comes_about(fact) { Levels::ALL } else { self.questions.ways(fact) };
        self.bounds(step.conclusion).met_by(onward(step, ways))
    }
}

impl Run<'_> {
    /// Why a subject that is controlled reaches nothing: the facts that its steps lack, none where they can be taken.
    /// Nothing where the subject does not arise.
    pub fn lacking(&self, key: &Key) -> Option<Vec<String>> {
        let lacking: BTreeSet<FactId> = self.missing_sets(key)?.into_iter().flat_map(|set| set.facts).collect();
        let words: BTreeSet<String> = lacking.into_iter().map(|fact| self.grounded.program.at(fact).words()).collect();
        Some(words.into_iter().collect())
    }

    /// The same facts by step: each set is what one step lacks, and no set holds another. One that is there for several steps leads to
    /// harm if it does by any of them.
    pub fn missing_sets(&self, key: &Key) -> Option<Vec<MissingSet>> {
        if let SubjectKey::Vulnerability(id, element) = &key.subject
            && self.context.inventory(element).find(id)?.is_gone(self.context.effects)
        {
            return None;
        }
        let mut sets: BTreeMap<BTreeSet<FactId>, bool> = BTreeMap::new();
        for id in self.grounded_group(key)?.iter().flat_map(|(_, steps)| steps) {
            let step = self.grounded.program.step(*id);
            let missing: BTreeSet<FactId> =
                step.premises.iter().copied().filter(|fact| !self.questions.reaches(*fact)).collect();
            if missing.is_empty() {
                return Some(Vec::new());
            }
            let leads = || self.onward().leads(step, |fact| missing.contains(&fact));
            let known = sets.entry(missing.clone()).or_default();
            *known = *known || leads();
        }
        // What is enough makes anything more of it needless, unless only that more leads on.
        let smallest = |(set, leads): &(&BTreeSet<FactId>, &bool)| {
            let less = |(other, also): (&BTreeSet<FactId>, &bool)| {
                other.len() < set.len() && other.is_subset(set) && (*also || !**leads)
            };
            !sets.iter().any(less)
        };
        let kept = sets.iter().filter(smallest);
        Some(kept.map(|(facts, leads)| MissingSet { facts: facts.iter().copied().collect(), leads: *leads }).collect())
    }

    /// A fact by its number.
    pub fn fact(&self, id: FactId) -> &Fact {
        self.grounded.program.at(id)
    }

    /// Whether whoever holds an element could do harm by it, or touch what nobody knows.
    pub fn held_leads(&self, element: &ElementId) -> bool {
        let held = self.undescribed.presuming.program.find(&Fact::Gain(element.clone(), Privilege::Execute));
        held.is_some_and(|held| self.onward().bounds(held).met_by(Levels::ALL))
    }

    /// Where everything leads, with what is not known of elements.
    pub(super) fn onward(&self) -> Onward<'_> {
        let described = self.undescribed.presuming.steps.is_empty();
        let questions = if described { &self.questions } else { &self.undescribed.questions };
        let bounds = match &self.open {
            Some(open) => open,
            None => {
                self.onward.get_or_init(|| questions.lead_to(objectionable(&self.context, &self.grounded.program, &[])))
            }
        };
        Onward { questions, bounds }
    }
}
