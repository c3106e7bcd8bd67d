//! The fixpoint and the attribution against a slow evaluator that keeps every value and prunes nothing.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use ward_model::scale::{Exploitability, Reach, Threat};

use super::system::{no_decisions, rulebook, system};
use crate::attribute::through;
use crate::catalogue::Catalogue;
use crate::cells::{Cell, Effects, Harms, worst_of_each};
use crate::fixpoint::{Entry, EntryRef, Solution, conclusions, solve};
use crate::graph::Step;
use crate::ground::{ground, presuming};
use crate::labels::{Labels, Questions, worst_harms};
use crate::program::{DerivationId, FactId, Program, ReachRule};
use crate::value::{Front, Value};
use crate::witness::way_to;

type Values = BTreeMap<FactId, BTreeSet<(Value, bool)>>;

/// The value of a conclusion for these values of its premises, as the words say it.
fn value(derivation: Step<'_>, premises: &[Value]) -> Value {
    let class = premises.iter().map(|value| value.class).fold(derivation.class, Exploitability::min);
    let reach = match derivation.reach {
        ReachRule::First(at_least) => premises.first().map_or(at_least, |value| value.reach.max(at_least)),
        ReachRule::Least => premises.iter().map(|value| value.reach).min().unwrap_or(Reach::Fleet),
        ReachRule::Exactly(reach) => reach,
    };
    Value { class, reach }
}

/// Every value of every fact, each with whether a derivation of it uses one of the steps; by repetition until nothing changes.
fn everything(program: &Program, steps: &BTreeSet<DerivationId>) -> Values {
    let mut values = Values::new();
    loop {
        let mut grown = false;
        for id in (0..program.next().index()).map(DerivationId::at) {
            let derivation = program.step(id);
            let mut chosen: Vec<(Vec<Value>, bool)> = vec![(Vec::new(), steps.contains(&id))];
            for premise in derivation.premises {
                let ways = values.get(premise).cloned().unwrap_or_default();
                chosen = chosen
                    .into_iter()
                    .flat_map(|(sofar, uses)| {
                        ways.iter()
                            .map(|(value, through)| {
                                let mut longer = sofar.clone();
                                longer.push(*value);
                                (longer, uses || *through)
                            })
                            .collect::<Vec<_>>()
                    })
                    .collect();
            }
            for (premises, uses) in chosen {
                grown |= values.entry(derivation.conclusion).or_default().insert((value(derivation, &premises), uses));
            }
        }
        if !grown {
            return values;
        }
    }
}

/// The values that no other beats.
fn best(values: impl Iterator<Item = Value>) -> BTreeSet<Value> {
    let all: BTreeSet<Value> = values.collect();
    let beats = |a: &Value, b: &Value| a != b && a.class >= b.class && a.reach >= b.reach;
    all.iter().copied().filter(|b| !all.iter().any(|a| beats(a, b))).collect()
}

fn ways(front: Front) -> BTreeSet<Value> {
    front.ways().map(|(value, _)| value).collect()
}

proptest! {
    #![proptest_config(super::system::cases(200))]

    #[test]
    fn the_fixpoint_and_the_attribution_are_what_brute_force_finds(system in system(), picks in any::<u32>(), presume in any::<bool>()) {
        let rulebook = rulebook();
        let decisions = no_decisions();
        let claims = system.claims().into_iter().enumerate().filter(|(place, _)| picks >> (place % 32) & 1 == 1);
        let effects = crate::effects::Effects::of(claims.map(|(_, claim)| claim));
        let situation = system.situation(&rulebook, &decisions);
        let catalogue = Catalogue::new(situation, &rulebook.policies[0], &system.device.versions[0]);
        let context = system.context(situation, &effects, &catalogue);
        let presumed: Vec<_> = if presume { vec!["a".into()] } else { Vec::new() };
        let grounded = ground(&context);
        let presuming = presuming(&context, &grounded, &presumed);
        let program = &presuming.program;
        let whole = solve(program);
        let questions = Questions::new(program, &whole);
        let labels = Labels::new(&context, &questions);
        let harms = Harms::of(&context, program, |_| true);
        let cells = harms.cells(&context);
        let groups = grounded.groups.iter().map(|(group, steps)| {
            let steps: Vec<DerivationId> = steps.iter().flat_map(|(_, steps)| steps.iter().copied()).collect();
            (format!("{group:?}"), steps)
        });
        let presumed = presuming.steps.iter().map(|(element, step)| (format!("presumed {element}"), vec![*step]));
        for (subject, steps) in &groups.chain(presumed).collect::<Vec<_>>() {
            let all = everything(program, &steps.iter().copied().collect());
            let onward = through(program, &whole, steps);
            for number in 0..program.len() {
                let fact = FactId(u32::try_from(number).unwrap());
                let values = all.get(&fact).cloned().unwrap_or_default();
                prop_assert_eq!(ways(whole.front(fact)), best(values.iter().map(|(value, _)| *value)), "{:?}", program.at(fact));
                let used = best(values.iter().filter(|(_, uses)| *uses).map(|(value, _)| *value));
                prop_assert_eq!(ways(onward.front(fact)), used, "{:?} through {:?}", program.at(fact), subject);
            }
            // Asked once for all subjects, the worst harm is the same, and so is everything else that people are touched by.
            let leads = labels.leads(&questions.begin(steps));
            let is_reached = |cell: &Cell| onward.front(cell.fact).beats(Value { class: cell.class, reach: cell.reach });
            let worst = cells.iter().find(|cell| is_reached(cell));
            let as_bad = matches!((&leads.worst, worst), (Some(told), Some(worst)) if told.is_as_bad_as(worst));
            prop_assert!(as_bad || (leads.worst.is_none() && worst.is_none()), "{:?}, not {:?}: through {:?}", leads.worst, worst, subject);
            // The way that is told ends in something as bad, and has done nothing as bad before.
            let way = way_to(program, &whole, (&questions, &labels), steps);
            prop_assert_eq!(way.is_some(), worst.is_some(), "through {:?}", subject);
            if let (Some((end, way)), Some(worst)) = (way, worst) {
                prop_assert!(end.is_as_bad_as(worst) && is_reached(end), "{:?}, not {:?}: through {:?}", end, worst, subject);
                let mut behind = way.onward.entry(way.entry);
                let mut passed = Vec::new();
                while let Some(before) = behind.premises.iter().find_map(|premise| match premise {
                    EntryRef::Through(number) => Some(way.onward.entry(*number)),
                    EntryRef::Whole(_) => None,
                }) {
                    passed.push(before);
                    behind = before;
                }
                // The last fact before the end is what does the harm.
                for entry in passed.into_iter().skip(1) {
                    let done = onward_of(program, &whole, entry);
                    let as_bad = cells.iter().find(|cell| {
                        cell.is_as_bad_as(worst) && done.iter().any(|(fact, value)| {
                            *fact == cell.fact && *value == Value { class: cell.class, reach: cell.reach }
                        })
                    });
                    prop_assert_eq!(as_bad, None, "passed by {:?} through {:?}", program.at(entry.fact), subject);
                }
            }
            // Nor does it hide any other harm: each is told at its worst, with the most people that it touches at once.
            let reached = worst_of_each(cells.iter().filter(|cell| is_reached(cell)));
            let begun = questions.begin(steps);
            let told = worst_harms(&context, &questions, std::iter::once(&begun)).remove(&begun);
            // By which effect it comes is not told.
            let untold = |cell: Cell| Cell { fact: FactId(u32::MAX), reach: Reach::Fleet, ..cell };
            let reached = reached.into_iter().map(untold).collect::<Vec<_>>();
            prop_assert_eq!(told, Some(reached), "through {:?}", subject);
            let meets = |wanted: &dyn Fn(&Effects) -> bool| {
                let asked = harms.asked(program.len(), wanted).unwrap_or_default();
                onward.facts().any(|fact| asked.get(fact.index()).is_some_and(|bounds| bounds.met_by(onward.front(fact).into())))
            };
            prop_assert_eq!(leads.privacy, meets(&|effects| effects.privacy));
            for threat in Threat::ALL {
                prop_assert_eq!(leads.threats.contains(threat), meets(&|effects| effects.threat == *threat));
            }
        }
    }
}

/// What follows from an entry in one step, all else taken at its best.
fn onward_of(program: &Program, whole: &Solution, entry: &Entry) -> Vec<(FactId, Value)> {
    let graph = program.graph();
    let mut found = Vec::new();
    let mut own = Front::default();
    own.insert(entry.value, 0);
    for &id in graph.uses(entry.fact) {
        let step = graph.step(id);
        for place in (0..step.premises.len()).filter(|place| step.premises[*place] == entry.fact) {
            let front = |other: usize, premise| if other == place { own } else { whole.front(premise) };
            conclusions(step, Front::default(), front, |value, _| found.push((step.conclusion, value)));
        }
    }
    found
}
