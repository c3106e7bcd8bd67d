//! What is lost by design when elements are taken off their links: no attacker is needed for it, and it counts as what it harms.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::claim::{ClaimId, FunctionClaim, LinkClaim};
use ward_model::device::{Carries, Device, Function, HowDegraded, Link, RealisedBy};
use ward_model::ids::{CohortId, ElementId, FunctionId, LinkId};
use ward_model::scale::{Axis, Exploitability, Persons, Reach, Threat};
use ward_model::verdict::{
    Basis, HarmReached, Outcome, Place, ReachedHarm, Subject, SubjectKind, Units, Verdict, Witness, WitnessNode,
};
use ward_policy::Policy;

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
    let mut lost: BTreeMap<FunctionId, BTreeSet<ElementId>> = BTreeMap::new();
    for function in device.functions.values() {
        let mut due: BTreeSet<ElementId> = BTreeSet::new();
        for (link, causes) in &stopped {
            if device.links.get(link).is_some_and(|link| rests_on(device, effects, function, link)) {
                due.extend(causes.iter().cloned());
            }
        }
        due.extend(parted(device, effects, function, isolated));
        if !due.is_empty() {
            lost.insert(function.id.clone(), due);
        }
    }
    lost
}

/// The links on which no data come any more: those that are gone, and those whose sender has nothing left to pass on.
fn stopped<'d>(
    device: &'d Device,
    effects: &Effects,
    isolated: &BTreeSet<ElementId>,
) -> BTreeMap<&'d LinkId, BTreeSet<ElementId>> {
    let brings = |link: &Link| {
        link.may_carry(Carries::Data) || !effects.holds(&ClaimId::Link(link.id.clone(), LinkClaim::Carries))
    };
    let mut stopped: BTreeMap<&LinkId, BTreeSet<ElementId>> = BTreeMap::new();
    for (id, link) in &device.links {
        let ends = [&link.from, &link.to].into_iter().filter(|end| isolated.contains(*end));
        let ends: BTreeSet<ElementId> = ends.cloned().collect();
        if !ends.is_empty() && brings(link) {
            stopped.insert(id, ends);
        }
    }
    // Each round follows data one link further; there are not more rounds than links.
    loop {
        let mut next: Vec<(&LinkId, BTreeSet<ElementId>)> = Vec::new();
        for (id, link) in device.links.iter().filter(|(id, link)| !stopped.contains_key(id) && brings(link)) {
            let answered = effects.holds(&ClaimId::Link(id.clone(), LinkClaim::FedBy));
            let feeds = |other: &LinkId| match link.fed_by.as_ref().filter(|_| answered) {
                Some(feeding) => feeding.contains(other),
                None => device.links.get(other).is_some_and(|other| other.to == link.from),
            };
            let due: BTreeSet<ElementId> =
                stopped.iter().filter(|(other, _)| feeds(other)).flat_map(|(_, due)| due.iter().cloned()).collect();
            if !due.is_empty() {
                next.push((id, due));
            }
        }
        if next.is_empty() {
            return stopped;
        }
        stopped.extend(next);
    }
}

fn rests_on(device: &Device, effects: &Effects, function: &Function, link: &Link) -> bool {
    let elements = function.realised_by.elements();
    let answered = effects.holds(&ClaimId::Function(function.id.clone(), FunctionClaim::FedBy));
    let arrives = |id: &LinkId| device.links.get(id).is_some_and(|link| elements.contains(&link.to));
    match function.fed_by.as_ref().filter(|links| answered && links.iter().all(arrives)) {
        Some(links) => links.contains(&link.id),
        None => elements.contains(&link.to),
    }
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
    let linked = |element: &ElementId| device.links.values().any(|link| link.from == *element || link.to == *element);
    let gone: BTreeSet<ElementId> =
        elements.iter().filter(|element| isolated.contains(*element) && linked(element)).cloned().collect();
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
            let class = Exploitability::High;
            let reached = ReachedHarm {
                id: harm.id.clone(),
                severity: harm.severity,
                escalated_severity: policy.escalate(harm.severity, at_once),
                exploitability: class,
                persons_at_once: at_once,
                verdict: policy.cell(class, harm.severity, at_once),
            };
            harms.push((reached, function));
        }
    }
    harms.sort_by(|(a, _), (b, _)| {
        let bad = |harm: &ReachedHarm| (harm.verdict, harm.escalated_severity, harm.severity, harm.persons_at_once);
        bad(b).cmp(&bad(a)).then_with(|| a.id.cmp(&b.id))
    });
    let worst = harms.first().cloned();
    let outcome = worst.as_ref().map_or(Outcome::Controlled, |(harm, _)| harm.verdict);
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
    } else {
        reasons.push("nothing that stops by it harms a person that the policy counts".to_owned());
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
        sensitivity: Vec::new(),
        valid_until: None,
        reasons,
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
        id: format!("n{number}"),
        fact,
        by: by.to_owned(),
        class: Exploitability::High,
        at,
    };
    Witness {
        nodes: vec![
            node(1, format!("{element} is taken off its links"), "supposed", Place::Element(element.to_string())),
            node(2, format!("{} stops", function.id), "it needs these links", Place::Function(function.id.to_string())),
            node(3, format!("{} leads to harm", function.id), "model", Place::Harm(harm.id.to_string())),
        ],
        edges: vec![("n1".to_owned(), "n2".to_owned()), ("n2".to_owned(), "n3".to_owned())],
    }
}
