//! What is told beforehand of a set of candidates, without reading it whole: what derivations ask for that it does not take away, and
//! whether what it takes off its links does harm by that.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::hypothesis::Change;
use ward_model::ids::{ElementId, FunctionId};
use ward_model::treatment::Untreated;
use ward_model::verdict::Outcome;
use ward_risk::choices::{Choice, Choices, Need};
use ward_risk::loss;

use super::hitting::Clause;
use super::mending::Mending;
use super::{Search, Supposition};
use crate::Inputs;

/// Of how many isolations it is asked whether each does harm by itself, to tell what cannot be treated.
const MOST_ASKED: usize = 100;

impl Search<'_> {
    /// What certainly stays uncontrolled with a set, and what would have to be chosen besides. All that it asks for is then taken for
    /// chosen, and it is looked what else is: so one set tells of many.
    pub(super) fn needs(&mut self, set: &[usize]) -> Vec<(Clause, Untreated)> {
        let choices = match self.choices.take() {
            Some(choices) => choices,
            None => self.choices(),
        };
        let mut chosen = vec![false; self.candidates.len()];
        set.iter().for_each(|one| chosen[*one] = true);
        let mut found = Vec::new();
        while self.lookups > 0 {
            self.lookups -= 1;
            let needs = choices.needs(&chosen);
            // What is asked for is not chosen yet: where nothing is, nothing more is told.
            let goes_on = needs.iter().any(|need| !need.any.is_empty());
            needs.iter().flat_map(|need| &need.any).for_each(|one| chosen[*one] = true);
            found.extend(needs.into_iter().flat_map(asked_for));
            if !goes_on {
                break;
            }
        }
        self.choices = Some(choices);
        found
    }

    /// What no change at hand controls, where there is no treatment: all that stays uncontrolled with everything chosen that does no harm
    /// by itself, as far as derivations tell; else what the clauses say.
    pub(super) fn untreatable(
        &mut self,
        clauses: &BTreeMap<Clause, BTreeSet<Untreated>>,
        left: Vec<Untreated>,
        overlooking_losses: bool,
    ) -> Vec<Untreated> {
        let isolates = |one: &usize| matches!(self.candidates[*one].change, Change::Isolate(_));
        let asked: Vec<usize> = (0..self.candidates.len()).filter(isolates).take(MOST_ASKED).collect();
        if !overlooking_losses {
            self.stopping(&asked);
        }
        let refused = |one: usize| !overlooking_losses && self.stopping.get(&one).is_some_and(|lost| !lost.is_empty());
        let chosen: Vec<bool> = (0..self.candidates.len()).map(|one| !refused(one)).collect();
        let needs = self.choices.as_ref().map_or_else(Vec::new, |choices| choices.needs(&chosen));
        let stays = needs.into_iter().filter(|need| need.or_not.is_empty()).flat_map(asked_for);
        let stays: BTreeSet<Untreated> = stays.map(|(_, untreated)| untreated).collect();
        if stays.is_empty() { hopeless(clauses, left) } else { stays.into_iter().collect() }
    }

    /// What the candidates take away, for the device with every control among them relied on.
    fn choices(&self) -> Choices {
        let mending = Mending::new(&self.found);
        let choice = |change: &Change| match change {
            Change::Rely(control) => Some(Choice::Rely(control.clone())),
            Change::Isolate(element) => Some(Choice::Isolate(element.clone())),
            Change::Secure(link) => Some(Choice::Secure(link.clone())),
            Change::Update(element, component, _) => {
                Some(Choice::Update(element.clone(), mending.of(element, component)))
            }
            Change::Drop(_) | Change::Fix(_) => None,
        };
        let choices: Option<Vec<Choice>> = self.candidates.iter().map(|candidate| choice(&candidate.change)).collect();
        // Nobody offers other changes. If somebody did, nothing would be told beforehand.
        let Some(choices) = choices else { return Choices::default() };
        let controls = self.candidates.iter().map(|candidate| &candidate.change);
        let controls = controls.filter(|change| matches!(change, Change::Rely(_))).cloned().collect::<Vec<_>>();
        let Supposition { device, effects, .. } = self.supposition(&controls);
        let inputs = Inputs { device: &device, ..*self.inputs };
        let partial = inputs.knowledge.description().partial();
        let situation = inputs.situation(&self.found, partial.as_deref());
        Choices::new(situation, &effects, (self.inputs.device, self.effects), &choices)
    }

    /// Of what a set takes off its links, what does harm by that whatever else is chosen. What one stops by itself, it stops in every
    /// set.
    pub(super) fn stopping(&mut self, set: &[usize]) -> Vec<(Clause, Untreated)> {
        let mut found = Vec::new();
        for one in set {
            let Change::Isolate(element) = &self.candidates[*one].change else { continue };
            if self.stopping.contains_key(one) {
                continue;
            }
            let isolated = BTreeSet::from([element.clone()]);
            let lost = loss::lost(self.inputs.device, self.effects, &isolated);
            let verdicts = loss::verdicts(self.inputs.situation(&self.found, None), &lost);
            let harmful = verdicts.iter().any(|verdict| verdict.verdict == Outcome::Uncontrolled);
            self.stopping.insert(*one, if harmful { lost.into_keys().collect() } else { Vec::new() });
        }
        for one in set {
            let Change::Isolate(element) = &self.candidates[*one].change else { continue };
            for function in self.stopping.get(one).into_iter().flatten() {
                found.push((Clause { any: Vec::new(), none_of: vec![*one] }, stopped(function, element)));
            }
        }
        found
    }
}

/// The subjects that ask for changes of which each does harm by itself, or for none; where that is not how the search ended, what the
/// last set left.
fn hopeless(clauses: &BTreeMap<Clause, BTreeSet<Untreated>>, left: Vec<Untreated>) -> Vec<Untreated> {
    let refused = |one: &usize| clauses.contains_key(&Clause { any: Vec::new(), none_of: vec![*one] });
    let hopeless = clauses.iter().filter(|(clause, _)| clause.none_of.is_empty() && clause.any.iter().all(refused));
    let hopeless: BTreeSet<Untreated> = hopeless.flat_map(|(_, subjects)| subjects.iter().cloned()).collect();
    if hopeless.is_empty() { left } else { hopeless.into_iter().collect() }
}

/// A function that stops for good by what happens to an element.
pub(super) fn stopped(function: &FunctionId, element: &ElementId) -> Untreated {
    Untreated {
        subject: format!("{function} stops for good"),
        element: element.clone(),
        presumed_because: None,
        harm: None,
    }
}

/// A need as a clause, for each of its subjects.
fn asked_for(need: Need) -> impl Iterator<Item = (Clause, Untreated)> {
    let Need { subjects, harm, any, or_not } = need;
    subjects.into_iter().map(move |(subject, element)| {
        let untreated = Untreated { subject: subject.id, element, presumed_because: None, harm: Some(harm.clone()) };
        (Clause { any: any.clone(), none_of: or_not.clone() }, untreated)
    })
}
