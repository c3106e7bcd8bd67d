//! Harms that are reached, and how the policy judges each.

use std::collections::BTreeSet;

use ward_model::claim::{ClaimId, FunctionClaim};
use ward_model::device::{Effect, Fallback, Function, HowDegraded};
use ward_model::ids::{ElementId, HarmId};
use ward_model::scale::{Axis, Exploitability, Persons, Reach, Severity, Threat};
use ward_model::verdict::Outcome;
use ward_policy::Privilege;

use crate::context::{Context, Unknowns};
use crate::fact::Fact;
use crate::fixpoint::Solution;
use crate::program::{FactId, Program};
use crate::value::{Front, Value};

/// One harm, reached in one way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cell {
    // The order of the fields is the order of bad: the worst cell is the greatest.
    pub outcome: Outcome,
    pub escalated: Severity,
    pub class: Exploitability,
    pub severity: Severity,
    pub persons: Persons,
    pub harm: HarmId,
    pub fact: FactId,
    pub entry: u32,
}

/// What is reached on every axis.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reached {
    /// Harm to persons that the policy counts.
    pub cells: Vec<Cell>,
    /// Whether a privacy harm is reached.
    pub privacy: bool,
    /// In which ways people are touched, persons that the policy does not count included.
    pub threats: BTreeSet<Threat>,
}

impl Reached {
    /// The worst cell.
    pub fn worst(&self) -> Option<&Cell> {
        self.cells.iter().max()
    }

    /// Whether the policy finds any of it unacceptable.
    pub fn uncontrolled(&self) -> bool {
        self.cells.iter().any(|cell| cell.outcome == Outcome::Uncontrolled)
    }
}

/// The harms among these facts, each with its ways.
pub(crate) fn reached(
    context: &Context<'_>,
    program: &Program,
    whole: &Solution,
    facts: impl Iterator<Item = (FactId, Front)>,
) -> Reached {
    let mut found = Reached::default();
    for (id, front) in facts {
        let Fact::Harmed(function, number, via) = program.at(id) else { continue };
        let Some(function) = context.device().functions.get(function) else { continue };
        let Some(effect) = function.effects.get(*number) else { continue };
        let Some(harm) = context.device().harms.get(&effect.harm) else { continue };
        for (value, entry) in front.ways() {
            let persons = persons(context, function, via.as_ref(), value);
            if taken_over(context, program, whole, function, effect, persons) {
                continue;
            }
            found.threats.insert(threat(effect, harm.axis));
            match harm.axis {
                Axis::Privacy => found.privacy = true,
                Axis::Reputation => {}
                Axis::Person if counts(context, function) => {
                    let escalated = context.policy.escalate(harm.severity, persons);
                    found.cells.push(Cell {
                        outcome: context.policy.cell(value.class, harm.severity, persons),
                        escalated,
                        class: value.class,
                        severity: harm.severity,
                        persons,
                        harm: harm.id.clone(),
                        fact: id,
                        entry,
                    });
                }
                Axis::Person => {}
            }
        }
    }
    found
}

/// Whether the policy counts the people who depend on a function; where nobody has said who they are, it does.
fn counts(context: &Context<'_>, function: &Function) -> bool {
    let group = function.persons.as_ref().and_then(|id| context.device().person_groups.get(id));
    group.is_none_or(|group| context.policy.counts.contains(&group.role))
}

/// How many people one attacker action touches at once.
fn persons(context: &Context<'_>, function: &Function, via: Option<&ElementId>, value: Value) -> Persons {
    let unknown = match context.unknowns {
        Unknowns::Worst => None,
        Unknowns::Best => Some(1),
    };
    let per_instance = function.at_once_per_instance.or(unknown);
    let elements: Vec<&ElementId> = match via {
        Some(element) => vec![element],
        None => function.realised_by.elements().iter().collect(),
    };
    // Several elements together harm only those whom all of them serve: at most as many as the scarcest of them.
    let counts = elements.iter().filter_map(|id| context.device().elements.get(id)?.instances_per_site.or(unknown));
    let per_site = counts.min();
    match value.reach {
        Reach::One => Persons::times(Some(1), per_instance),
        Reach::Site => Persons::times(per_site, per_instance),
        Reach::Fleet => Persons::Many,
    }
}

/// Whether a fallback takes over in time for everybody, unattacked. Its numbers are a claim that somebody must answer for.
fn taken_over(
    context: &Context<'_>,
    program: &Program,
    whole: &Solution,
    function: &Function,
    effect: &Effect,
    persons: Persons,
) -> bool {
    let Some(fallback) = &effect.fallback else { return false };
    if effect.on != HowDegraded::Loss {
        return false;
    }
    let answered = context.effects.holds(&ClaimId::Function(function.id.clone(), FunctionClaim::Fallback));
    let in_time = effect
        .onset_seconds
        .is_some_and(|onset| fallback.detection_seconds.saturating_add(fallback.switch_over_seconds) < onset);
    let enough = persons <= Persons::Count(fallback.staff_per_site);
    answered && in_time && enough && unattacked(context, program, whole, fallback)
}

/// Whether no element of the fallback or of what detects the loss can be stopped or altered.
fn unattacked(context: &Context<'_>, program: &Program, whole: &Solution, fallback: &Fallback) -> bool {
    [&fallback.function, &fallback.detection].into_iter().all(|id| {
        context.device().functions.get(id).is_some_and(|function| {
            function.realised_by.elements().iter().all(|element| {
                let stopped = program.find(&Fact::Gain(element.clone(), Privilege::Stop));
                stopped.is_none_or(|fact| !whole.reaches(fact))
            })
        })
    })
}

fn threat(effect: &Effect, axis: Axis) -> Threat {
    match (axis, effect.on) {
        (Axis::Privacy, _) | (_, HowDegraded::Disclosure) => Threat::Privacy,
        (_, HowDegraded::Loss) => Threat::Denial,
        (_, HowDegraded::Alteration) if effect.health_data => Threat::DataAlteration,
        (_, HowDegraded::Alteration) => Threat::Alteration,
    }
}
