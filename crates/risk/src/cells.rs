//! Harms that are reached, and how the policy judges each.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::claim::{ClaimId, FunctionClaim};
use ward_model::device::{Effect, Function, Harm, HowDegraded};
use ward_model::ids::{ElementId, HarmId};
use ward_model::scale::{Axis, Exploitability, Persons, Reach, Severity, Threat};
use ward_model::verdict::Outcome;

use crate::context::Context;
use crate::fact::Fact;
use crate::levels::Bounds;
use crate::people::persons;
use crate::program::{FactId, Program};
use crate::value::{Front, Value};

/// One harm, reached in one way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cell {
    // The order of the fields is the order of bad: the worst cell is the greatest.
    pub outcome: Outcome,
    pub escalated: Severity,
    pub severity: Severity,
    pub class: Exploitability,
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
    /// Every harm at its worst.
    pub fn worst_of_each(&self) -> Vec<Cell> {
        worst_of_each(self.cells.iter())
    }

    /// The worst cell.
    pub fn worst(&self) -> Option<&Cell> {
        self.cells.iter().max()
    }

    /// Whether the policy finds any of it unacceptable.
    pub fn uncontrolled(&self) -> bool {
        self.cells.iter().any(|cell| cell.outcome == Outcome::Uncontrolled)
    }
}

/// The worst cell of every harm, worst first, each with the most people that any way to that harm touches at once.
pub(crate) fn worst_of_each<'a>(cells: impl Iterator<Item = &'a Cell>) -> Vec<Cell> {
    let mut worst: BTreeMap<&HarmId, (&Cell, Persons)> = BTreeMap::new();
    for cell in cells {
        let (known, most) = worst.entry(&cell.harm).or_insert((cell, cell.persons));
        *known = cell.max(*known);
        *most = cell.persons.max(*most);
    }
    let mut worst: Vec<(&Cell, Persons)> = worst.into_values().collect();
    worst.sort_by(|a, b| b.0.cmp(a.0));
    worst.into_iter().map(|(cell, persons)| Cell { persons, ..cell.clone() }).collect()
}

/// A fact that is an effect of a function, with what it leads to.
struct Effected<'a> {
    function: &'a Function,
    effect: &'a Effect,
    harm: &'a Harm,
    via: Option<&'a ElementId>,
    /// Whether a fallback may take over.
    relieved: bool,
}

impl<'a> Effected<'a> {
    fn of(context: &Context<'a>, fact: &'a Fact) -> Option<Self> {
        let (function, number, via, relieved) = match fact {
            Fact::Harmed(function, number, via) => (function, number, via, true),
            Fact::Unrelieved(function, number, via) => (function, number, via, false),
            _ => return None,
        };
        let function = context.device().functions.get(function)?;
        let effect = function.effects.get(*number)?;
        let harm = context.device().harms.get(&effect.harm)?;
        Some(Self { function, effect, harm, via: via.as_ref(), relieved })
    }

    /// How many people it touches, come about in one way; nothing where something takes over.
    fn persons(&self, context: &Context<'_>, value: Value) -> Option<Persons> {
        let taken_over = self.relieved && taken_over(context, self, value.reach);
        (!taken_over).then(|| persons(context.device(), context.unknowns, self.function, self.via, value.reach))
    }
}

/// The harms among these facts, each with its ways.
pub(crate) fn reached(
    context: &Context<'_>,
    program: &Program,
    facts: impl Iterator<Item = (FactId, Front)>,
) -> Reached {
    let mut found = Reached::default();
    for (id, front) in facts {
        let Some(effected) = Effected::of(context, program.at(id)) else { continue };
        let Effected { function, effect, harm, .. } = effected;
        for (value, entry) in front.ways() {
            let Some(persons) = effected.persons(context, value) else { continue };
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

/// From where on the policy finds a fact unacceptable.
pub(crate) fn unacceptable(context: &Context<'_>, fact: &Fact) -> Bounds {
    let Some(effected) = Effected::of(context, fact) else { return Bounds::NONE };
    let Effected { function, harm, .. } = effected;
    if harm.axis != Axis::Person || !counts(context, function) {
        return Bounds::NONE;
    }
    Bounds::of(|value| {
        let persons = effected.persons(context, value);
        persons.is_some_and(|persons| context.policy.cell(value.class, harm.severity, persons) == Outcome::Uncontrolled)
    })
}

/// Whether the policy counts the people who depend on a function; where nobody has said who they are, it does.
fn counts(context: &Context<'_>, function: &Function) -> bool {
    let group = function.persons.as_ref().and_then(|id| context.device().person_groups.get(id));
    group.is_none_or(|group| context.policy.counts.contains(&group.role))
}

/// Whether a fallback takes over in time and for everybody, while what it needs stands. Its numbers are a claim that somebody must
/// answer for; that it is attacked too is a fact of its own.
fn taken_over(context: &Context<'_>, effected: &Effected<'_>, reach: Reach) -> bool {
    let Effected { function, effect, via, .. } = effected;
    let Some(fallback) = &effect.fallback else { return false };
    if effect.on != HowDegraded::Loss {
        return false;
    }
    let device = context.device();
    let stands =
        device.functions.contains_key(&fallback.function) && device.functions.contains_key(&fallback.detection);
    let answered = context.effects.holds(&ClaimId::Function(function.id.clone(), FunctionClaim::Fallback));
    let in_time = effect
        .onset_seconds
        .is_some_and(|onset| fallback.detection_seconds.saturating_add(fallback.switch_over_seconds) < onset);
    let staff = context.catalogue.staff(context.unknowns);
    let enough = || staff.suffices((device, context.unknowns), &fallback.function, function, *via, reach);
    stands && answered && in_time && enough()
}

fn threat(effect: &Effect, axis: Axis) -> Threat {
    match (axis, effect.on) {
        (Axis::Privacy, _) | (_, HowDegraded::Disclosure) => Threat::Privacy,
        (_, HowDegraded::Loss) => Threat::Denial,
        (_, HowDegraded::Alteration) if effect.health_data => Threat::DataAlteration,
        (_, HowDegraded::Alteration) => Threat::Alteration,
    }
}
