//! What is lost by design when elements are taken off their links: no attacker is needed for it, and it counts as what it harms.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ward_model::claim::{ClaimId, FunctionClaim, LinkClaim};
use ward_model::device::{Carries, Device, Function, HowDegraded, Link, RealisedBy};
use ward_model::ids::{CohortId, ElementId, FunctionId, LinkId};
use ward_model::scale::{Axis, Exploitability, Persons, Reach, Threat};
use ward_model::verdict::{
    Basis, HarmReached, Outcome, Place, ReachedHarm, Subject, SubjectKind, Units, Verdict, Witness, WitnessNode,
};
use ward_policy::Policy;

use crate::cells::{reached, worst_first};
use crate::context::{Situation, Unknowns};
use crate::effects::Effects;
use crate::judge::for_units;
use crate::people::{counts, persons};

/// The functions that stop when these elements are taken off their links, each with the elements to which that is due.
///
/// A function stops when data stop on which it rests, or when elements that realise it together cannot speak with each other any
/// more. Nobody having said on which data it rests, it rests on all that reach its elements.
pub fn lost(
    device: &Device,
    effects: &Effects,
    isolated: &BTreeSet<ElementId>,
) -> BTreeMap<FunctionId, BTreeSet<ElementId>> {
    let stopped = stopped(device, effects, isolated);
    let mut silent: BTreeMap<&ElementId, Causes<'_>> = BTreeMap::new();
    for (id, causes) in &stopped {
        if let Some(link) = device.links.get(*id) {
            silent.entry(&link.to).or_default().extend(causes);
        }
    }
    let mut lost: BTreeMap<FunctionId, BTreeSet<ElementId>> = BTreeMap::new();
    for function in device.functions.values() {
        let due: Causes<'_> = match known_feeding(device, effects, function) {
            Some(links) => links.iter().filter_map(|link| stopped.get(link)).flatten().copied().collect(),
            // What people do rests on what any element shows them.
            None if function.realised_by == RealisedBy::People => silent.values().flatten().copied().collect(),
            None => function.realised_by.elements().iter().filter_map(|at| silent.get(at)).flatten().copied().collect(),
        };
        let mut due: BTreeSet<ElementId> = due.into_iter().cloned().collect();
        due.extend(parted(device, effects, function, isolated));
        if !due.is_empty() {
            lost.insert(function.id.clone(), due);
        }
    }
    lost
}

/// The elements to which it is due that something stops.
type Causes<'d> = BTreeSet<&'d ElementId>;

/// The links on which no data come any more: those that are gone, and those whose sender has nothing left to pass on.
///
/// Data are followed one link further in each round. What stops in a round is due to all that stopped in the round before and fed it.
fn stopped<'d>(
    device: &'d Device,
    effects: &Effects,
    isolated: &'d BTreeSet<ElementId>,
) -> BTreeMap<&'d LinkId, Causes<'d>> {
    if isolated.is_empty() {
        return BTreeMap::new();
    }
    // A pump that is only told what to do stops, too, when nobody tells it: charged rather too much than too little.
    let brings = |link: &Link| {
        link.may_carry(Carries::Data)
            || link.may_carry(Carries::Command)
            || !effects.holds(&ClaimId::Link(link.id.clone(), LinkClaim::Carries))
    };
    let mut stopped: BTreeMap<&LinkId, Causes<'_>> = BTreeMap::new();
    // Of those that may stop later: who passes on all that comes to its sender, and who what comes by certain links.
    let mut passing: BTreeMap<&ElementId, Vec<&Link>> = BTreeMap::new();
    let mut fed: BTreeMap<&LinkId, Vec<&Link>> = BTreeMap::new();
    let mut last: Vec<&Link> = Vec::new();
    for (id, link) in device.links.iter().filter(|(_, link)| brings(link)) {
        let ends: Causes<'_> = [&link.from, &link.to].into_iter().filter_map(|end| isolated.get(end)).collect();
        if !ends.is_empty() {
            stopped.insert(id, ends);
            last.push(link);
            continue;
        }
        let answered = || effects.holds(&ClaimId::Link(id.clone(), LinkClaim::FedBy));
        match link.fed_by.as_ref().filter(|_| answered()) {
            Some(feeding) => feeding.iter().for_each(|other| fed.entry(other).or_default().push(link)),
            None => passing.entry(&link.from).or_default().push(link),
        }
    }
    while !last.is_empty() {
        let mut next: BTreeMap<&LinkId, (&Link, Causes<'_>)> = BTreeMap::new();
        let mut silent: BTreeMap<&ElementId, Causes<'_>> = BTreeMap::new();
        for link in last {
            let Some(causes) = stopped.get(&link.id) else { continue };
            silent.entry(&link.to).or_default().extend(causes);
            for other in fed.get(&link.id).into_iter().flatten() {
                next.entry(&other.id).or_insert_with(|| (other, Causes::new())).1.extend(causes);
            }
        }
        for (element, causes) in silent {
            // All that it passes on stops now, whatever else stops coming to it later.
            for link in passing.remove(element).into_iter().flatten() {
                next.insert(&link.id, (link, causes.clone()));
            }
        }
        next.retain(|id, _| !stopped.contains_key(id));
        last = next.values().map(|(link, _)| *link).collect();
        stopped.extend(next.into_iter().map(|(id, (_, causes))| (id, causes)));
    }
    stopped
}

/// The links that are known to be all on whose data a function rests.
fn known_feeding<'d>(device: &Device, effects: &Effects, function: &'d Function) -> Option<&'d Vec<LinkId>> {
    let elements = function.realised_by.elements();
    let answered = || effects.holds(&ClaimId::Function(function.id.clone(), FunctionClaim::FedBy));
    // What people do rests on what any element shows them.
    let shows = |link: &Link| function.realised_by == RealisedBy::People || elements.contains(&link.to);
    let arrives = |id: &LinkId| device.links.get(id).is_some_and(shows);
    function.fed_by.as_ref().filter(|links| links.iter().all(arrives) && answered())
}

/// The elements that cannot work with the others of a function any more, where it needs them.
fn parted(
    device: &Device,
    effects: &Effects,
    function: &Function,
    isolated: &BTreeSet<ElementId>,
) -> BTreeSet<ElementId> {
    let elements = function.realised_by.elements();
    // Who had no link before loses none.
    let linked = |element: &&ElementId| device.links_of(element).next().is_some();
    let gone: BTreeSet<ElementId> =
        elements.iter().filter(|element| isolated.contains(*element)).filter(linked).cloned().collect();
    let answered = effects.holds(&ClaimId::Function(function.id.clone(), FunctionClaim::Redundancy));
    let left = elements.len().saturating_sub(gone.len());
    let stops = match &function.realised_by {
        RealisedBy::People => false,
        _ if elements.len() < 2 => false,
        RealisedBy::Any(_) if answered => left == 0,
        RealisedBy::Voted { required, .. } if answered => left < *required,
        RealisedBy::All(_) | RealisedBy::Any(_) | RealisedBy::Voted { .. } => true,
    };
    if stops { gone } else { BTreeSet::new() }
}

/// The verdicts on functions that stop by design: one for each element to which that is due, for every policy and version.
///
/// What stops for certain is judged as what is easiest to bring about, for everybody at a site at once. A fallback does not take it
/// back: it takes over for hours, and this stays.
pub fn verdicts(situation: Situation<'_>, lost: &BTreeMap<FunctionId, BTreeSet<ElementId>>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    let causes: BTreeSet<&ElementId> = lost.values().flatten().collect();
    for version in &situation.device.versions {
        for policy in &situation.rulebook.policies {
            for element in &causes {
                let functions = lost.iter().filter(|(_, due)| due.contains(*element));
                let functions: Vec<&Function> =
                    functions.filter_map(|(id, _)| situation.device.functions.get(id)).collect();
                let units = Units {
                    cohort: CohortId::from(ward_model::device::ALL_UNITS),
                    count: version.units,
                    sites: None,
                    variant: None,
                    site: None,
                };
                let verdict = verdict(situation.device, policy, element, &functions);
                verdicts.push(for_units(Verdict { fielded_version: version.id.clone(), ..verdict }, &units));
            }
        }
    }
    verdicts
}

fn verdict(device: &Device, policy: &Policy, element: &ElementId, functions: &[&Function]) -> Verdict {
    let mut harms: Vec<(ReachedHarm, &Function)> = Vec::new();
    for function in functions {
        if !counts(device, policy, function) {
            continue;
        }
        for effect in function.effects.iter().filter(|effect| effect.on == HowDegraded::Loss) {
            let Some(harm) = device.harms.get(&effect.harm).filter(|harm| harm.axis == Axis::Person) else { continue };
            let at_once = persons(device, Unknowns::Worst, function, None, Reach::Site);
            harms.push((reached(policy, harm, Exploitability::High, at_once), function));
        }
    }
    harms.sort_by(|(a, _), (b, _)| worst_first(a, b));
    let worst = harms.first().cloned();
    let outcome = worst.as_ref().map_or(Outcome::Controlled, |(harm, _)| harm.verdict);
    // An essential function is one whose loss is not acceptable: where nobody has said what it does, it is not harmless.
    let is_unsaid = |function: &Function| device.undescribed_degradations(function).any(|on| on == HowDegraded::Loss);
    let unsaid: BTreeSet<&str> =
        functions.iter().filter(|function| is_unsaid(function)).map(|function| function.id.as_str()).collect();
    let outcome = if unsaid.is_empty() { outcome } else { Outcome::Uncontrolled };
    let mut named: Vec<&FunctionId> = functions.iter().map(|function| &function.id).collect();
    named.dedup();
    let named: Vec<&str> = named.into_iter().map(FunctionId::as_str).collect();
    let mut reasons =
        vec![format!("supposed: {element} has no links any more; by that {} stops for good", named.join(", "))];
    if let Some((harm, _)) = &worst {
        reasons.push(format!(
            "what stops for certain is judged as exploitability high: with severity {} it makes {} in {}",
            harm.escalated_severity,
            policy.word(harm.verdict),
            policy.id
        ));
    } else if unsaid.is_empty() {
        reasons.push("nothing that stops by it harms a person that the policy counts".to_owned());
    }
    if !unsaid.is_empty() {
        let unsaid: Vec<&str> = unsaid.into_iter().collect();
        reasons.push(format!(
            "nobody has said what the loss of {} does, which is essential: describe an effect on = \"loss\"",
            unsaid.join(", ")
        ));
    }
    let rely = |function: &&Function| {
        let mut fallbacks = function.effects.iter().filter_map(|effect| effect.fallback.as_ref());
        fallbacks.any(|fallback| fallback.helpers().iter().any(|helper| named.contains(&helper.as_str())))
    };
    let relying: Vec<&str> = device.functions.values().filter(rely).map(|function| function.id.as_str()).collect();
    if !relying.is_empty() {
        reasons.push(format!(
            "the fallback of {} rests on it, and counts no more: what that comes to is judged apart",
            relying.join(", ")
        ));
    }
    Verdict {
        id: String::new(),
        policy: policy.id.clone(),
        outcome: policy.word(outcome).to_owned(),
        subject: Subject { kind: SubjectKind::Element, id: element.to_string() },
        element: element.clone(),
        fielded_version: "".into(),
        units: Units { cohort: CohortId::from(""), count: None, sites: None, variant: None, site: None },
        exploitability: Exploitability::High,
        exploitability_range: [Exploitability::High; 2],
        harm: worst.as_ref().map(|(harm, _)| HarmReached {
            id: harm.id.clone(),
            severity: harm.severity,
            escalated_severity: harm.escalated_severity,
        }),
        persons_at_once: worst.as_ref().map_or(Persons::Count(0), |(harm, _)| harm.persons_at_once),
        witness: worst.as_ref().map_or_else(Witness::default, |(harm, function)| witness(element, function, harm)),
        harms: worst_of_each(harms),
        threats: if worst.is_some() { vec![Threat::Denial] } else { Vec::new() },
        verdict: outcome,
        if_claims_hold: outcome,
        provisional: false,
        basis: Basis::Confirmed,
        presumed_because: None,
        undetermined: false,
        privacy: false,
        controls_relied_on: Vec::new(),
        sensitivity: Arc::default(),
        valid_until: None,
        reasons: reasons.iter().map(|reason| reason.as_str().into()).collect(),
        covers: Vec::new(),
    }
}

/// Every harm once, at its worst, worst first.
fn worst_of_each(harms: Vec<(ReachedHarm, &Function)>) -> Vec<ReachedHarm> {
    let mut seen = BTreeSet::new();
    harms.into_iter().map(|(harm, _)| harm).filter(|harm| seen.insert(harm.id.clone())).collect()
}

fn witness(element: &ElementId, function: &Function, harm: &ReachedHarm) -> Witness {
    let node = |number: usize, fact: String, by: &str, at: Place| WitnessNode {
        id: format!("n{number}").into(),
        fact: fact.into(),
        by: by.into(),
        class: Exploitability::High,
        at,
    };
    Witness {
        nodes: vec![
            node(1, format!("{element} is taken off its links"), "supposed", Place::Element(element.to_string())),
            node(2, format!("{} stops", function.id), "it needs these links", Place::Function(function.id.to_string())),
            node(3, format!("{} leads to harm", function.id), "model", Place::Harm(harm.id.to_string())),
        ],
        edges: vec![("n1".into(), "n2".into()), ("n2".into(), "n3".into())],
    }
}
