//! What controls of a proposal do to people themselves: one that adds a hazard that is not controlled is no treatment.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::hazard::{ControlHazard, HazardOutcome};
use ward_model::hypothesis::Change;
use ward_model::ids::{ControlId, ElementId, FunctionId};
use ward_model::treatment::{NotOffered, Untreated};
use ward_risk::hazards::{self, Supposed};

use super::Search;
use super::hitting::Clause;

impl Search<'_> {
    /// What the controls of a set add and is not controlled. It gets no better by other changes: of these only what stops by isolation
    /// has a part in it, where a fallback falls away.
    pub(super) fn hazards(
        &self,
        set: &[usize],
        lost: &BTreeMap<FunctionId, BTreeSet<ElementId>>,
    ) -> Vec<ControlHazard> {
        if lost.is_empty() {
            return set.iter().filter_map(|one| self.hazardous.get(one)).flatten().cloned().collect();
        }
        self.open(&self.changes(set), Supposed { dropped: None, lost: Some(lost) })
    }

    fn open(&self, changes: &[Change], supposed: Supposed<'_>) -> Vec<ControlHazard> {
        let (device, rulebook) = (self.inputs.device, self.inputs.rulebook);
        hazards::open(device, rulebook, self.effects, supposed, relied(changes), self.treating.presumed_too)
    }

    /// Finds the controls that are no treatment with whatever else, and says why.
    pub(super) fn refuse_hazardous(&mut self) {
        let all: Vec<usize> = (0..self.candidates.len()).collect();
        for hazard in self.open(&self.changes(&all), Supposed::default()) {
            let adds = Change::Rely(hazard.control.clone());
            let Some(number) = self.candidates.iter().position(|candidate| candidate.change == adds) else { continue };
            let reason = format!("{}: {}", named(&hazard), hazard.reasons.join("; "));
            self.not_offered.push(NotOffered { what: format!("control {}", hazard.control), reason });
            self.hazardous.entry(number).or_default().push(hazard);
        }
    }

    /// What every treatment must leave, seeing what controls of this set add: each of them alone or, where it takes more, together
    /// with what is taken off its links.
    pub(super) fn hazard_clauses(&self, found: &[ControlHazard], set: &[usize]) -> Vec<(Clause, Untreated)> {
        let clause = |hazard: &ControlHazard| {
            let adds = |one: &usize| self.candidates[*one].change == Change::Rely(hazard.control.clone());
            let alone = |one: &usize| adds(one) && self.hazardous.contains_key(one);
            let isolates = |one: &usize| matches!(self.candidates[*one].change, Change::Isolate(_));
            let with = set.iter().any(alone);
            let none_of = set.iter().copied().filter(|one| adds(one) || (!with && isolates(one))).collect();
            let control = self.inputs.device.controls.get(&hazard.control);
            let untreated = Untreated {
                subject: named(hazard),
                element: control?.enforcer.as_ref()?.element.clone(),
                presumed_because: None,
                harm: hazard.harms.first().map(|harm| harm.id.clone()),
                by_change: true,
            };
            Some((Clause { any: Vec::new(), none_of }, untreated))
        };
        found.iter().filter_map(clause).collect()
    }

    /// Whether, assessed whole, a control of the proposal adds what is not controlled.
    pub(super) fn adds_open(&self, after: &[ControlHazard], changes: &[Change]) -> bool {
        let relied: BTreeSet<&ControlId> = relied(changes).collect();
        let against = |hazard: &ControlHazard| hazard.outcome.is_against(self.treating.presumed_too);
        after.iter().filter(|hazard| relied.contains(&hazard.control)).any(against)
    }
}

fn relied(changes: &[Change]) -> impl Iterator<Item = &ControlId> {
    changes.iter().filter_map(|change| if let Change::Rely(id) = change { Some(id) } else { None })
}

fn named(hazard: &ControlHazard) -> String {
    let which = hazard.hazard.as_ref().map_or_else(String::new, |id| format!(" {id}"));
    format!("the hazard{which} that {} adds is {}", hazard.control, hazard.outcome)
}

/// What is said of the hazards of a control that is proposed.
pub(super) fn remarks(after: &[ControlHazard], change: &Change) -> BTreeSet<String> {
    let Change::Rely(id) = change else { return BTreeSet::new() };
    let of_control = after.iter().filter(|hazard| hazard.control == *id);
    let told = of_control.filter(|hazard| hazard.outcome != HazardOutcome::NoneStated);
    told.map(|hazard| format!("{}: {}", named(hazard), hazard.reasons.join("; "))).collect()
}

/// What controls add that have effect without the proposal, and is not controlled: no change that is weighed takes them away.
pub(super) fn in_effect_already(after: &[ControlHazard], changes: &[Change]) -> BTreeSet<String> {
    let relied: BTreeSet<&ControlId> = relied(changes).collect();
    let open = after.iter().filter(|hazard| {
        hazard.outcome == HazardOutcome::Uncontrolled
            && !hazard.in_effect_in.is_empty()
            && !relied.contains(&hazard.control)
    });
    open.map(|hazard| format!("{}, and the control has effect already: reduce it or decide on it", named(hazard)))
        .collect()
}
