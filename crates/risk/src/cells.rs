//! Harms that are reached, and how the policy judges each.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use ward_model::claim::{ClaimId, FunctionClaim};
use ward_model::device::{Effect, Function, Harm, HowDegraded};
use ward_model::ids::{ElementId, HarmId};
use ward_model::scale::{Axis, Exploitability, Persons, Reach, Severity, Threat};
use ward_model::verdict::{Outcome, ReachedHarm};
use ward_policy::Policy;

use crate::context::{Context, Unknowns};
use crate::fact::Fact;
use crate::levels::Bounds;
use crate::people::{self, Beside, Depending, persons};
use crate::program::{FactId, Program};
use crate::value::Value;

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
    pub reach: Reach,
}

impl Cell {
    /// Whether another one is as bad: the same harm to as many people, as easily, by whichever effect of which function.
    pub fn is_as_bad_as(&self, other: &Self) -> bool {
        let bad = |cell: &Self| (cell.outcome, cell.escalated, cell.severity, cell.class, cell.persons);
        bad(self) == bad(other) && self.harm == other.harm
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
pub(crate) struct Effected<'a> {
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
        let own = self.of_its_group(context, value)?;
        Some(if self.harm.axis == Axis::Person { own.and(self.beside(context, value.reach)) } else { own })
    }

    /// How many people of the group that depends on the function.
    fn of_its_group(&self, context: &Context<'_>, value: Value) -> Option<Persons> {
        let taken_over = self.relieved && taken_over(context, self, value.reach);
        (!taken_over).then(|| persons(context.device(), context.unknowns, self.function, self.via, value.reach))
    }

    /// How many people of other groups the same elements harm at least as badly when they fail so: one action touches them, too. Those of
    /// one group may be the same people by whatever function, and count once.
    fn beside(&self, context: &Context<'_>, reach: Reach) -> Persons {
        if context.unknowns == Unknowns::Best {
            return Persons::Count(0);
        }
        let device = context.device();
        let via = self.via.map_or_else(|| self.function.realised_by.elements(), std::slice::from_ref);
        let mut beside = Beside::default();
        for element in via {
            for function in context.catalogue.beside(element).iter().filter_map(|id| device.functions.get(id)) {
                let is_as_bad = |effect: &Effect| {
                    let severity = device.person_severity(&effect.harm);
                    effect.on == self.effect.on && severity.is_some_and(|severity| severity >= self.harm.severity)
                };
                let depending = Depending::on(function);
                let others = depending != Depending::on(self.function) && counts(context, function);
                if others && function.effects.iter().any(is_as_bad) {
                    beside.touched(depending, persons(device, context.unknowns, function, Some(element), reach));
                }
            }
        }
        beside.persons()
    }
}

/// A harm that comes about with this class, to so many people at once, as a policy finds it.
pub(crate) fn reached(policy: &Policy, harm: &Harm, class: Exploitability, persons: Persons) -> ReachedHarm {
    ReachedHarm {
        id: harm.id.clone(),
        severity: harm.severity,
        escalated_severity: policy.escalate(harm.severity, persons),
        exploitability: class,
        persons_at_once: persons,
        verdict: policy.cell(class, harm.severity, persons),
    }
}

/// Which of two harms is told first: the worse one.
pub(crate) fn worst_first(a: &ReachedHarm, b: &ReachedHarm) -> Ordering {
    let bad = |harm: &ReachedHarm| (harm.verdict, harm.escalated_severity, harm.severity, harm.persons_at_once);
    bad(b).cmp(&bad(a)).then_with(|| a.id.cmp(&b.id))
}

/// In which ways an effect that has come about touches people, persons that the policy does not count included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Effects {
    pub threat: Threat,
    /// Whether it is a harm to privacy.
    pub privacy: bool,
}

/// The effects among the facts of a program.
pub(crate) struct Harms<'a> {
    found: Vec<(FactId, Effected<'a>, Bounds)>,
}

impl<'a> Harms<'a> {
    /// Those that are wanted.
    pub fn of(context: &Context<'a>, program: &'a Program, wanted: impl Fn(FactId) -> bool) -> Self {
        let facts = (0..program.len()).map(FactId::at).filter(|fact| wanted(*fact));
        let found = facts.filter_map(|fact| {
            let effected = Effected::of(context, program.at(fact))?;
            let bounds = Bounds::of(|value| effected.persons(context, value).is_some());
            Some((fact, effected, bounds))
        });
        Self { found: found.collect() }
    }

    /// What the policy says of each, come about in each way; worst first. Only harm to persons that the policy counts is among them.
    pub fn cells(&self, context: &Context<'_>) -> Vec<Cell> {
        self.judged(context, |effected, value| effected.persons(context, value))
    }

    fn judged(&self, context: &Context<'_>, touched: impl Fn(&Effected<'_>, Value) -> Option<Persons>) -> Vec<Cell> {
        let mut cells = Vec::new();
        for (fact, effected, _) in &self.found {
            let Effected { function, harm, .. } = effected;
            if harm.axis != Axis::Person || !counts(context, function) {
                continue;
            }
            for &reach in Reach::ALL {
                for &class in Exploitability::ALL {
                    if let Some(persons) = touched(effected, Value { class, reach }) {
                        cells.push(Cell {
                            outcome: context.policy.cell(class, harm.severity, persons),
                            escalated: context.policy.escalate(harm.severity, persons),
                            class,
                            severity: harm.severity,
                            persons,
                            harm: harm.id.clone(),
                            fact: *fact,
                            reach,
                        });
                    }
                }
            }
        }
        cells.sort_unstable_by(|a, b| b.cmp(a));
        cells.shrink_to_fit();
        cells
    }

    /// Cells by the group of people that each touches, where several groups depend on the device.
    pub fn by_group(&self, context: &Context<'_>) -> BTreeMap<Depending<'a>, Vec<Cell>> {
        let of: BTreeMap<FactId, Depending<'a>> =
            self.found.iter().map(|(fact, effected, _)| (*fact, Depending::on(effected.function))).collect();
        let mut groups: BTreeMap<Depending<'a>, Vec<Cell>> = BTreeMap::new();
        if of.values().any(|group| Some(group) != of.values().next()) {
            for cell in self.judged(context, |effected, value| effected.of_its_group(context, value)) {
                if let Some(group) = of.get(&cell.fact) {
                    groups.entry(*group).or_default().push(cell);
                }
            }
        }
        if groups.len() > 1 { groups } else { BTreeMap::new() }
    }

    /// From where on each of so many facts is an effect of some kind, if any is.
    pub fn asked(&self, facts: usize, wanted: &dyn Fn(&Effects) -> bool) -> Option<Vec<Bounds>> {
        let of_kind = |effected: &Effected<'_>| {
            let axis = effected.harm.axis;
            wanted(&Effects { threat: threat(effected.effect, axis), privacy: axis == Axis::Privacy })
        };
        let mut asked = None;
        for (fact, _, bounds) in self.found.iter().filter(|(_, effected, _)| of_kind(effected)) {
            asked.get_or_insert_with(|| vec![Bounds::NONE; facts])[fact.index()] = *bounds;
        }
        asked
    }
}

/// From where on the policy finds a fact unacceptable.
pub(crate) fn unacceptable(context: &Context<'_>, fact: &Fact) -> Bounds {
    counted(context, fact, |outcome| outcome == Outcome::Uncontrolled)
}

/// From where on a fact is a harm to a person that the policy counts, however it judges it.
pub(crate) fn harmful(context: &Context<'_>, fact: &Fact) -> Bounds {
    counted(context, fact, |_| true)
}

fn counted(context: &Context<'_>, fact: &Fact, wanted: impl Fn(Outcome) -> bool) -> Bounds {
    let Some(effected) = Effected::of(context, fact) else { return Bounds::NONE };
    let Effected { function, harm, .. } = effected;
    if harm.axis != Axis::Person || !counts(context, function) {
        return Bounds::NONE;
    }
    Bounds::of(|value| {
        let persons = effected.persons(context, value);
        persons.is_some_and(|persons| wanted(context.policy.cell(value.class, harm.severity, persons)))
    })
}

/// Whether the policy counts the people who depend on a function; where nobody has said who they are, it does.
fn counts(context: &Context<'_>, function: &Function) -> bool {
    people::counts(context.device(), context.policy, function)
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
    let stands = fallback.helpers().iter().all(|helper| device.functions.contains_key(*helper));
    let answered = context.effects.holds(&ClaimId::Function(function.id.clone(), FunctionClaim::Fallback));
    let in_time = effect.onset_seconds.is_some_and(|onset| fallback.seconds() < onset);
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
