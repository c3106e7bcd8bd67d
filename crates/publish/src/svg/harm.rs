//! A harm, and what it follows from: hazardous situations, functions, the elements that realise them, and the steps that were found.

use std::collections::BTreeSet;

use ward_model::assessment::Assessment;
use ward_model::claim::{ClaimId, FunctionClaim};
use ward_model::device::{Device, Effect, Function, Harm, HowDegraded, RealisedBy};
use ward_model::ids::ElementId;
use ward_model::scale::Axis;
use ward_model::verdict::{Place, ReachedHarm, Verdict, Witness, WitnessNode};

use super::named::{named, subject};
use super::tree::{Frame, Gate, Node, Tree, sheets};
use crate::words::{self, count};

const COLUMNS: [(&str, i32); 5] = [
    ("Harm", 170),
    ("Hazardous situation", 200),
    ("Function, and how it degrades", 190),
    ("Element that realises it", 170),
    ("Steps of the worst way that is told", 330),
];
/// So many elements that nothing told leads to stand alone; more are counted together.
const APART: usize = 6;

/// The sheets of the tree of one harm.
pub fn tree(assessment: &Assessment, device: &Device, harm: &Harm, decided: &BTreeSet<&ClaimId>) -> Vec<String> {
    let effects = effects(device, harm);
    let reached = reached(assessment, harm);
    let mut lines = vec![format!("{}; {} axis", harm.severity, harm.axis)];
    let worst = reached
        .iter()
        .map(|(_, harm)| *harm)
        .max_by_key(|harm| (harm.verdict, harm.escalated_severity, harm.exploitability, harm.persons_at_once));
    match worst {
        Some(worst) => {
            lines.push(format!("reached through {}", count(reached.len(), "verdict", "verdicts")));
            lines.push(format!(
                "worst: {}, severity {}, exploitability {}, {}",
                worst.verdict,
                worst.escalated_severity,
                worst.exploitability,
                words::persons(worst.persons_at_once)
            ));
        }
        None => lines.push(untold(assessment, harm)),
    }
    let from: Vec<Node> =
        effects.iter().map(|(function, effect)| situation(device, function, effect, &reached, decided)).collect();
    let told = from.iter().any(|situation| situation.frame == Frame::Reached);
    if worst.is_some() && !told {
        lines.push("by ways that are not told: those of its verdicts lead to a worse harm".to_owned());
    }
    let root = Node {
        heading: harm.text.clone(),
        lines,
        frame: match (worst, harm.axis) {
            (Some(_), _) if told => Frame::Reached,
            (None, Axis::Person) => Frame::Apart,
            // What is reached by other ways than those that are told, or on an axis to which none are, is neither.
            (Some(_), _) | (None, Axis::Privacy | Axis::Reputation) => Frame::Plain,
        },
        gate: (effects.len() > 1).then_some(Gate::Or),
        from,
    };
    let notes = vec![
        "From the harm on the left to what it follows from on the right. OR: any one is enough; AND: all are needed; a number: so many of \
         them. Thick: a way that is told leads here. Dashed: none that is told does; of each verdict one way is told, the worst, and there \
         may be others, by what was found or by what was not looked at. A thin frame of the harm: it is reached, and by no way that is told."
            .to_owned(),
    ];
    sheets(&Tree {
        title: format!("Harm tree: {}", harm.text),
        notes,
        columns: &COLUMNS,
        onward: false,
        roots: vec![root],
    })
}

/// What is to be said of a harm that no verdict tells a way to: that alone never means that there is none.
fn untold(assessment: &Assessment, harm: &Harm) -> String {
    match harm.axis {
        Axis::Person => {
            "in no verdict: these count the people that the policy counts, by what was looked at".to_owned()
        }
        Axis::Privacy => {
            let known = assessment.verdicts.iter().filter(|verdict| verdict.privacy).count();
            let verdicts = count(known, "verdict", "verdicts");
            format!(
                "an axis of its own, to which no ways are told; through {verdicts} some personal data can become known"
            )
        }
        Axis::Reputation => "an axis of its own, to which no ways are told".to_owned(),
    }
}

/// Every effect of a function that leads to a harm.
pub fn effects<'a>(device: &'a Device, harm: &Harm) -> Vec<(&'a Function, &'a Effect)> {
    let all =
        device.functions.values().flat_map(|function| function.effects.iter().map(move |effect| (function, effect)));
    all.filter(|(_, effect)| effect.harm == harm.id).collect()
}

/// The verdicts through which a harm is reached, in the order of the assessment, with how.
fn reached<'a>(assessment: &'a Assessment, harm: &Harm) -> Vec<(&'a Verdict, &'a ReachedHarm)> {
    let verdicts = assessment.verdicts.iter();
    verdicts
        .filter_map(|verdict| Some((verdict, verdict.harms.iter().find(|reached| reached.id == harm.id)?)))
        .collect()
}

fn situation(
    device: &Device,
    function: &Function,
    effect: &Effect,
    reached: &[(&Verdict, &ReachedHarm)],
    decided: &BTreeSet<&ClaimId>,
) -> Node {
    let told: Vec<&Verdict> = reached
        .iter()
        .map(|(verdict, _)| *verdict)
        .filter(|verdict| leads_through(&verdict.witness, function, effect))
        .collect();
    let mut lines = Vec::new();
    lines.push(match effect.onset_seconds {
        Some(seconds) => format!("begins after {}", duration(seconds)),
        None => "begins at once".to_owned(),
    });
    if let Some(fallback) = &effect.fallback {
        let name = |id| device.functions.get(id).map_or_else(|| id.to_string(), |function| function.name.clone());
        let known = decided.contains(&ClaimId::Function(function.id.clone(), FunctionClaim::Fallback));
        lines.push(format!(
            "fallback{}: {}, noticed by {} within {}, takes over in {}",
            if known { ", decided" } else { " claimed, not decided" },
            name(&fallback.function),
            name(&fallback.detection),
            duration(fallback.detection_seconds),
            duration(fallback.switch_over_seconds)
        ));
    }
    let frame = if told.is_empty() { Frame::Apart } else { Frame::Reached };
    let node = degraded(device, function, effect.on, &told, decided);
    Node { heading: effect.hazardous_situation.clone(), lines, frame, gate: None, from: vec![node] }
}

fn degraded(
    device: &Device,
    function: &Function,
    on: HowDegraded,
    told: &[&Verdict],
    decided: &BTreeSet<&ClaimId>,
) -> Node {
    let known = decided.contains(&ClaimId::Function(function.id.clone(), FunctionClaim::Redundancy));
    let of = function.realised_by.elements().len();
    let (gate, realised) = gate(&function.realised_by, on, known);
    let word = match on {
        HowDegraded::Loss => "it stops",
        HowDegraded::Alteration => "it does something else",
        HowDegraded::Disclosure => "what it keeps becomes known",
    };
    let mut lines = vec![word.to_owned(), realised];
    if function.essential {
        lines.push("essential performance".to_owned());
    }
    let mut elements: Vec<ElementId> = function.realised_by.elements().to_vec();
    // People act on what elements show, and false data comes over links: what the ways end at is among them.
    for id in told.iter().flat_map(|verdict| ends(&verdict.witness, function, device)) {
        if !elements.contains(&id) {
            elements.push(id);
        }
    }
    let (mut near, mut apart) = (Vec::new(), Vec::new());
    for id in elements {
        let way = told.iter().find_map(|verdict| Some((*verdict, end(&verdict.witness, function, device, &id)?)));
        let ways = told.iter().filter(|verdict| end(&verdict.witness, function, device, &id).is_some()).count();
        match way {
            Some((verdict, end)) => near.push(element(device, &id, Some((verdict, end, ways)))),
            None => apart.push(id),
        }
    }
    let more = if apart.len() > APART { apart.split_off(APART - 1) } else { Vec::new() };
    near.extend(apart.iter().map(|id| element(device, id, None)));
    if !more.is_empty() {
        near.push(Node {
            heading: format!("{} more", words::number(more.len() as u64)),
            lines: vec!["no way that is told leads to them".to_owned()],
            frame: Frame::Apart,
            gate: None,
            from: Vec::new(),
        });
    }
    let frame = if told.is_empty() { Frame::Apart } else { Frame::Reached };
    let gate = (of > 1 || near.len() > 1).then_some(gate);
    Node { heading: function.name.clone(), lines, frame, gate, from: near }
}

/// What must come together for a function to degrade, and how it is realised, in words. What nobody answers for protects nothing.
fn gate(realised: &RealisedBy, on: HowDegraded, known: bool) -> (Gate, String) {
    let stands = if known { "" } else { " (claimed, not decided: any one is taken to be enough)" };
    match (realised, on) {
        (RealisedBy::All(_), _) => (Gate::Or, "realised by all of its elements".to_owned()),
        (RealisedBy::Any(of), on) => {
            let together = known && on == HowDegraded::Loss && of.len() > 1;
            (if together { Gate::And } else { Gate::Or }, format!("realised by any of its elements{stands}"))
        }
        (RealisedBy::Voted { of, required }, on) => {
            let needed = match on {
                HowDegraded::Loss => of.len().saturating_sub(*required) + 1,
                HowDegraded::Alteration => *required,
                HowDegraded::Disclosure => 1,
            };
            let gate = if known && needed > 1 { Gate::Voted(needed, of.len()) } else { Gate::Or };
            (gate, format!("{required} of {} must agree{stands}", of.len()))
        }
        (RealisedBy::People, _) => (Gate::Or, "done by people, who act on what elements show".to_owned()),
    }
}

fn element(device: &Device, id: &ElementId, way: Option<(&Verdict, &WitnessNode, usize)>) -> Node {
    let heading = device.elements.get(id).map_or_else(|| id.to_string(), |element| element.name.clone());
    let Some((verdict, end, ways)) = way else {
        let lines = vec!["no way that is told leads here".to_owned()];
        return Node { heading, lines, frame: Frame::Apart, gate: None, from: Vec::new() };
    };
    let steps = Node {
        heading: subject(verdict, device),
        lines: steps(&verdict.witness, end, device),
        frame: Frame::Reached,
        gate: None,
        from: Vec::new(),
    };
    let lines = vec![
        format!("ways of {} end here", count(ways, "verdict", "verdicts")),
        format!("exploitability {}", end.class),
    ];
    Node { heading, lines, frame: Frame::Reached, gate: None, from: vec![steps] }
}

/// The steps that lead to a node, each with what it needs where that is more than the step before.
fn steps(witness: &Witness, end: &WitnessNode, device: &Device) -> Vec<String> {
    let mut needed: BTreeSet<&str> = BTreeSet::from([&*end.id]);
    // Premises stand before conclusions.
    for node in witness.nodes.iter().rev() {
        if needed.contains(&*node.id) {
            needed.extend(premises(witness, &node.id));
        }
    }
    let number = |id: &str| witness.nodes.iter().position(|node| *node.id == *id).map_or(0, |place| place + 1);
    let mut lines = Vec::new();
    let mut before = 0;
    for node in witness.nodes.iter().filter(|node| needed.contains(&*node.id)) {
        let mut of: Vec<usize> = premises(witness, &node.id).map(number).collect();
        of.sort_unstable();
        let own = number(&node.id);
        let joined = match of.as_slice() {
            [] => String::new(),
            [one] if *one == before => String::new(),
            [one] => format!(" (from {one})"),
            several => {
                let several: Vec<String> = several.iter().map(ToString::to_string).collect();
                format!(" (needs {})", several.join(" AND "))
            }
        };
        lines.push(format!("{own}. {}{joined}", named(&node.fact, &node.at, device)));
        before = own;
    }
    lines
}

fn premises<'a>(witness: &'a Witness, id: &'a str) -> impl Iterator<Item = &'a str> {
    witness.edges.iter().filter(move |(_, to)| **to == *id).map(|(from, _)| &**from)
}

/// The node at which a derivation ends in a harm by an effect of a function, if it does.
fn last<'a>(witness: &'a Witness, effect: &Effect) -> Option<&'a WitnessNode> {
    let harm = |node: &&WitnessNode| matches!(&node.at, Place::Harm(id) if id == effect.harm.as_str());
    witness.nodes.iter().rev().find(harm)
}

fn at_function(node: &WitnessNode, function: &Function) -> bool {
    matches!(&node.at, Place::Function(id) if id == function.id.as_str())
}

fn leads_through(witness: &Witness, function: &Function, effect: &Effect) -> bool {
    let Some(last) = last(witness, effect) else { return false };
    let by_function = |id: &str| witness.nodes.iter().any(|node| *node.id == *id && at_function(node, function));
    *last.by == *effect.hazardous_situation && premises(witness, &last.id).any(by_function)
}

/// What a degraded function follows from in a derivation.
fn before_function<'a>(witness: &'a Witness, function: &Function) -> impl Iterator<Item = &'a WitnessNode> {
    let of: BTreeSet<&str> =
        witness.nodes.iter().filter(|node| at_function(node, function)).map(|node| &*node.id).collect();
    let ids: BTreeSet<&str> = of.iter().flat_map(|id| premises(witness, id)).collect();
    witness.nodes.iter().filter(move |node| ids.contains(&*node.id) && !of.contains(&*node.id))
}

/// The element that a fact is about: itself, or the one that acts on what a link brings.
fn about(node: &WitnessNode, device: &Device) -> Option<ElementId> {
    match &node.at {
        Place::Element(id) => Some(ElementId::from(id.as_str())),
        Place::Link(id) => device.links.get(&ward_model::ids::LinkId::from(id.as_str())).map(|link| link.to.clone()),
        _ => None,
    }
}

fn ends(witness: &Witness, function: &Function, device: &Device) -> Vec<ElementId> {
    before_function(witness, function).filter_map(|node| about(node, device)).collect()
}

fn end<'a>(witness: &'a Witness, function: &Function, device: &Device, id: &ElementId) -> Option<&'a WitnessNode> {
    before_function(witness, function).find(|node| about(node, device).as_ref() == Some(id))
}

/// Seconds as people say them.
fn duration(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
}
