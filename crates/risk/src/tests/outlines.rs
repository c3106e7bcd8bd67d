//! What a treatment is compared by, against the verdicts; and what stops by design, against following it link by link.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use ward_model::claim::{ClaimId, FunctionClaim, LinkClaim};
use ward_model::device::{Carries, Device, Function, Link, RealisedBy};
use ward_model::ids::{ElementId, FunctionId, LinkId};

use super::system::{cases, no_decisions, rulebook, system};
use crate::effects::Effects;
use crate::judge::{judge_supposing, outline};
use crate::loss::lost;

/// Some of these, by the bits of a number.
fn some<T: Clone>(all: &[T], picks: u64) -> Vec<T> {
    let picked = all.iter().enumerate().filter(|(place, _)| picks >> (place % 64) & 1 == 1);
    picked.map(|(_, one)| one.clone()).collect()
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn an_outline_says_what_the_verdicts_say(system in system(), picks in any::<u64>()) {
        let rulebook = rulebook();
        let decisions = no_decisions();
        let effects = Effects::of(some(&system.claims(), picks));
        let situation = system.situation(&rulebook, &decisions);
        let verdicts = judge_supposing(situation, &effects).verdicts;
        let mut expected: Vec<_> = verdicts
            .into_iter()
            .map(|verdict| {
                let of = (verdict.policy, verdict.subject.id, verdict.units.cohort);
                let place = (of, verdict.fielded_version, verdict.element, verdict.presumed_because);
                (place, verdict.verdict, verdict.provisional, verdict.undetermined, verdict.covers.len())
            })
            .collect();
        expected.sort();
        let mut outlined = Vec::new();
        for outline in outline(situation, &effects) {
            for cohort in outline.cohorts {
                let of = (outline.policy.clone(), outline.subject.clone(), cohort);
                let place = (of, outline.fielded_version.clone(), outline.element.clone(), outline.because);
                outlined.push((place, outline.verdict, outline.provisional, outline.undetermined, outline.covers));
            }
        }
        outlined.sort();
        prop_assert_eq!(outlined, expected);
    }

    #[test]
    fn what_stops_is_what_following_link_by_link_finds(
        system in system(),
        picks in any::<u64>(),
        isolated in any::<u64>(),
    ) {
        let elements: Vec<ElementId> = system.device.elements.keys().cloned().collect();
        let isolated: BTreeSet<ElementId> = some(&elements, isolated & isolated.rotate_left(7)).into_iter().collect();
        let effects = Effects::of(some(&system.claims(), picks));
        let told = lost(&system.device, &effects, &isolated);
        for (function, due) in by_links(&system.device, &effects, &isolated) {
            let told = told.get(&function);
            prop_assert!(told.is_some_and(|told| due.is_subset(told)), "{:?}: {:?} and not {:?}", function, told, due);
            // Whatever is told besides has lost those that it works with.
            let parted = told.into_iter().flatten().filter(|one| !due.contains(*one));
            let of: Vec<ElementId> = system.device.functions[&function].realised_by.elements().to_vec();
            prop_assert!(parted.into_iter().all(|one| of.contains(one) && isolated.contains(one)));
        }
    }
}

/// The functions that stop because data do, in rounds over every pair of links.
fn by_links(
    device: &Device,
    effects: &Effects,
    isolated: &BTreeSet<ElementId>,
) -> BTreeMap<FunctionId, BTreeSet<ElementId>> {
    let brings = |id: &LinkId| {
        [Carries::Data, Carries::Command].into_iter().any(|one| device.links[id].may_carry(one))
            || !effects.holds(&ClaimId::Link(id.clone(), LinkClaim::Carries))
    };
    let feeds = |other: &LinkId, id: &LinkId| {
        let answered = effects.holds(&ClaimId::Link(id.clone(), LinkClaim::FedBy));
        match device.links[id].fed_by.as_ref().filter(|_| answered) {
            Some(feeding) => feeding.contains(other),
            None => device.links[other].to == device.links[id].from,
        }
    };
    let mut stopped: BTreeMap<LinkId, BTreeSet<ElementId>> = BTreeMap::new();
    for (id, link) in device.links.iter().filter(|(id, _)| brings(id)) {
        let ends: BTreeSet<ElementId> =
            [&link.from, &link.to].into_iter().filter(|end| isolated.contains(*end)).cloned().collect();
        if !ends.is_empty() {
            stopped.insert(id.clone(), ends);
        }
    }
    loop {
        let others = device.links.keys().filter(|id| !stopped.contains_key(*id) && brings(id));
        let due = |id: &LinkId| -> BTreeSet<ElementId> {
            stopped.iter().filter(|(other, _)| feeds(other, id)).flat_map(|(_, due)| due.iter().cloned()).collect()
        };
        let next: Vec<(LinkId, BTreeSet<ElementId>)> =
            others.map(|id| (id.clone(), due(id))).filter(|(_, due)| !due.is_empty()).collect();
        if next.is_empty() {
            break;
        }
        stopped.extend(next);
    }
    let rests = |function: &Function, id: &LinkId| {
        let elements = function.realised_by.elements();
        // People act on what any element shows them.
        let shows = |link: &Link| function.realised_by == RealisedBy::People || elements.contains(&link.to);
        let arrives = |id: &LinkId| device.links.get(id).is_some_and(shows);
        let answered = effects.holds(&ClaimId::Function(function.id.clone(), FunctionClaim::FedBy));
        match function.fed_by.as_ref().filter(|links| answered && links.iter().all(arrives)) {
            Some(links) => links.contains(id),
            None => shows(&device.links[id]),
        }
    };
    let mut lost: BTreeMap<FunctionId, BTreeSet<ElementId>> = BTreeMap::new();
    for function in device.functions.values() {
        for (_, due) in stopped.iter().filter(|(id, _)| rests(function, id)) {
            lost.entry(function.id.clone()).or_default().extend(due.iter().cloned());
        }
    }
    lost
}
