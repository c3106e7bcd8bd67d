//! What is told beforehand of a set of candidates, without reading it whole: what derivations ask for that it does not take away, and
//! whether what it takes off its links does harm by that.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::hypothesis::Change;
use ward_model::ids::{ElementId, FunctionId};
use ward_model::knowledge::KnowledgeError;
use ward_model::treatment::Untreated;
use ward_model::verdict::Outcome;
use ward_risk::choices::{Choice, Choices, Need};
use ward_risk::loss;

use super::candidate::Candidate;
use super::hitting::Clause;
use super::mending::Mending;
use super::{Search, Supposition};
use crate::Inputs;

/// Of how many isolations it is asked whether each does harm by itself, to tell what cannot be treated.
const MOST_ASKED: usize = 100;

/// For how many sets of versions it is kept what the candidates take away: each is as large as the device.
const MOST_KEPT: usize = 8;

impl Search<'_> {
    /// What certainly stays uncontrolled with a set, and what would have to be chosen besides. Where that is nothing by what is found as
    /// things are, it is asked by what the versions in the set bring: those of one element after the other, and then all of them.
    pub(super) fn needs(&mut self, set: &[usize]) -> Result<Vec<(Clause, Untreated)>, KnowledgeError> {
        let mut found = self.needs_beside(&[], set)?;
        if !found.is_empty() {
            return Ok(found);
        }
        let mut updated: BTreeMap<&ElementId, Vec<usize>> = BTreeMap::new();
        for one in set {
            if let Change::Update(element, ..) = &self.candidates[*one].change {
                updated.entry(element).or_default().push(*one);
            }
        }
        let by_element: Vec<Vec<usize>> = updated.into_values().collect();
        for updated in &by_element {
            found.extend(self.needs_beside(updated, set)?);
        }
        if found.is_empty() && by_element.len() > 1 {
            let mut all = by_element.concat();
            all.sort_unstable();
            found = self.needs_beside(&all, set)?;
        }
        Ok(found)
    }

    /// The same by what is found with these versions in place, so that it holds unless one of them is not chosen. All that is asked for
    /// is then taken for chosen, and it is looked what else is: so one set tells of many.
    pub(super) fn needs_beside(
        &mut self,
        updated: &[usize],
        set: &[usize],
    ) -> Result<Vec<(Clause, Untreated)>, KnowledgeError> {
        let choices = match self.choices.remove(updated) {
            Some(choices) => choices,
            None => self.choices_beside(updated)?,
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
            found.extend(needs.into_iter().flat_map(|need| asked_for(need, updated)));
            if !goes_on {
                break;
            }
        }
        if self.choices.len() >= MOST_KEPT {
            self.choices.retain(|updated, _| updated.is_empty());
        }
        self.choices.insert(updated.to_vec(), choices);
        Ok(found)
    }

    /// What no change at hand controls, where there is no treatment: all that stays uncontrolled with everything chosen that does no harm
    /// by itself, as far as derivations tell; else what the clauses say. Of the first it is certain that no version of a component ends it,
    /// weighed or not: any is taken to end all that is found at that component.
    pub(super) fn untreatable(
        &mut self,
        clauses: &BTreeMap<Clause, BTreeSet<Untreated>>,
        left: Vec<Untreated>,
        overlooking_losses: bool,
    ) -> (Vec<Untreated>, bool) {
        let isolates = |one: &usize| matches!(self.candidates[*one].change, Change::Isolate(_));
        let asked: Vec<usize> = (0..self.candidates.len()).filter(isolates).take(MOST_ASKED).collect();
        if !overlooking_losses {
            self.stopping(&asked);
        }
        let refused = |one: usize| !overlooking_losses && self.stopping.get(&one).is_some_and(|lost| !lost.is_empty());
        let chosen: Vec<bool> = (0..self.candidates.len()).map(|one| !refused(one)).collect();
        let needs = self.choices.get(&[][..]).map_or_else(Vec::new, |choices| choices.needs(&chosen));
        let stays = needs.into_iter().filter(|need| need.or_not.is_empty()).flat_map(|need| asked_for(need, &[]));
        let stays: BTreeSet<Untreated> = stays.map(|(_, untreated)| untreated).collect();
        if stays.is_empty() { (hopeless(clauses, left), false) } else { (stays.into_iter().collect(), true) }
    }

    /// What the candidates take away, for the device with every control among them relied on, and with these versions in place. What is
    /// found with them does not end by them.
    fn choices_beside(&mut self, updated: &[usize]) -> Result<Choices, KnowledgeError> {
        let updates = self.changes(updated);
        let of_controls = self.candidates.iter().map(|candidate| &candidate.change);
        let of_controls = of_controls.filter(|change| matches!(change, Change::Rely(_))).cloned();
        let supposed: Vec<Change> = of_controls.chain(updates.iter().cloned()).collect();
        let Supposition { device, effects, .. } = self.supposition(&supposed);
        let inputs = Inputs { device: &device, ..*self.inputs };
        let found = self.found_with(&inputs, &updates)?;
        let mending = Mending::new(&found);
        let choice = |(number, candidate): (usize, &Candidate)| match &candidate.change {
            Change::Rely(control) => Some(Choice::Rely(control.clone())),
            Change::Isolate(element) => Some(Choice::Isolate(element.clone())),
            Change::Secure(link) => Some(Choice::Secure(link.clone())),
            Change::Update(..) if updated.contains(&number) => Some(Choice::Mend(BTreeMap::new())),
            Change::Update(element, component, _) => {
                Some(Choice::Mend(BTreeMap::from([(element.clone(), mending.of(element, component))])))
            }
            // Only findings of the maker's own are mended so.
            Change::Fix(id) => {
                let own = device.own_findings.iter().filter(|own| own.id == *id);
                Some(Choice::Mend(own.map(|own| (own.element.clone(), BTreeSet::from([id.clone()]))).collect()))
            }
            Change::Drop(_) => None,
        };
        let choices: Option<Vec<Choice>> = self.candidates.iter().enumerate().map(choice).collect();
        // Nobody offers other changes. If somebody did, nothing would be told beforehand.
        let Some(choices) = choices else { return Ok(Choices::default()) };
        let partial = inputs.knowledge.description().partial();
        let situation = inputs.situation(&found, partial.as_deref());
        Ok(Choices::new(situation, &effects, (self.inputs.device, self.effects), &choices))
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
        by_change: true,
    }
}

/// A need as a clause, for each of its subjects; it was asked for with these versions in place.
fn asked_for(need: Need, updated: &[usize]) -> impl Iterator<Item = (Clause, Untreated)> + use<> {
    let Need { subjects, harm, any, or_not } = need;
    let or_not: BTreeSet<usize> = or_not.into_iter().chain(updated.iter().copied()).collect();
    let or_not: Vec<usize> = or_not.into_iter().collect();
    subjects.into_iter().map(move |(subject, element)| {
        let harm = Some(harm.clone());
        let untreated = Untreated { subject: subject.id, element, presumed_because: None, harm, by_change: false };
        (Clause { any: any.clone(), none_of: or_not.clone() }, untreated)
    })
}
