//! Who is hit at once: each single action of an attacker, as the table and the JSON tell it, what joins the people, who is reached, by
//! what staff they are served then, and the worst that follows.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::assessment::Assessment;
use ward_model::device::Device;
use ward_model::ids::{FunctionId, PersonGroupId};
use ward_model::many::{FallbackStaff, HarmAtOnce, Shared, SingleAction};
use ward_model::scale::{Exploitability, Persons, Reach};
use ward_model::verdict::Outcome;

use super::tree::{Frame, Node, Tree, sheets};
use crate::many::{self, Row};
use crate::words::{self, count};

const COLUMNS: [(&str, i32); 4] = [
    ("One action of an attacker", 250),
    ("What joins the people", 260),
    ("Who is reached at once, and staff", 280),
    ("Harm, with its severity for so many", 240),
];
/// So many actions stand in one box: a page has no room for more.
const IN_ONE: usize = 8;

/// What actions come to: those that come to the same stand in one box, each by name.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Alike<'a> {
    versions: Vec<String>,
    exploitability: Exploitability,
    reach: Reach,
    verdict: Outcome,
    shared: &'a [Shared],
    harms: &'a [HarmAtOnce],
    fallbacks: &'a [FallbackStaff],
}

/// The sheets of the view, none where no action harms several.
pub fn view(assessment: &Assessment, device: &Device) -> Vec<String> {
    let rows = many::rows(assessment);
    let mut places: BTreeMap<Alike<'_>, usize> = BTreeMap::new();
    let mut alike: Vec<(&SingleAction, Vec<String>, Vec<String>)> = Vec::new();
    for Row { action, versions } in &rows {
        let key = Alike {
            versions: versions.clone(),
            exploitability: action.exploitability,
            reach: action.reach,
            verdict: action.verdict,
            shared: &action.shared,
            harms: &action.harms,
            fallbacks: &action.fallbacks,
        };
        let place = *places.entry(key).or_insert(alike.len());
        if place == alike.len() {
            alike.push((action, versions.clone(), Vec::new()));
        }
        alike[place].2.push(many::title(action));
    }
    if alike.is_empty() {
        return Vec::new();
    }
    let notes = vec![
        "Each action is one thing that an attacker does once and that can harm several people at the same time; where actions come to the \
         same, one box names them all. A number that is not known counts as many."
            .to_owned(),
    ];
    let title = format!("Several people at once: {}", assessment.device.name);
    let roots = alike.iter().flat_map(|(action, versions, titles)| {
        titles.chunks(IN_ONE).map(move |titles| root(action, versions, titles, device))
    });
    sheets(&Tree { title, notes, columns: &COLUMNS, onward: true, roots: roots.collect() })
}

fn root(action: &SingleAction, versions: &[String], titles: &[String], device: &Device) -> Node {
    let (heading, mut lines) = match titles {
        [one] => (one.clone(), Vec::new()),
        several => (format!("any of {}", count(several.len(), "action", "actions")), several.to_vec()),
    };
    lines.push(format!("{} exploitability, reach: {}", action.exploitability, action.reach));
    let together = many::together(action);
    let outcome = if together { format!("{} together", action.verdict) } else { action.verdict.to_string() };
    lines.push(format!("{outcome}, in version {}", versions.join(", ")));
    if together {
        lines.push(format!("{} of several groups at once", words::persons(action.persons_at_once)));
    }
    let alone = action.harms.iter().filter(|harm| !harm.persons_at_once.several()).count();
    if alone > 0 && !together {
        lines.push(format!("besides, {} to one person alone", count(alone, "harm", "harms")));
    }
    let mut joins = action.shared.iter().map(|one| format!("{}: {}", one.kind, one.text));
    let first = joins.next().unwrap_or_else(|| "it is not told what joins them".to_owned());
    node(heading, lines, vec![node(first, joins.collect(), reached(action, device))])
}

/// The people that an action reaches, by how many they are and what they depend on, each with the harms and the staff for them.
fn reached(action: &SingleAction, device: &Device) -> Vec<Node> {
    type Who<'a> = (Persons, Option<&'a FunctionId>, Option<&'a PersonGroupId>);
    let mut who: Vec<(Who<'_>, Vec<&HarmAtOnce>)> = Vec::new();
    // What comes to one of each group comes to several together.
    let told = |harm: &&HarmAtOnce| harm.persons_at_once.several() || many::together(action);
    for harm in action.harms.iter().filter(told) {
        let key = (harm.persons_at_once, harm.function.as_ref(), harm.persons.as_ref());
        match who.iter_mut().find(|(other, _)| *other == key) {
            Some((_, harms)) => harms.push(harm),
            None => who.push((key, vec![harm])),
        }
    }
    let mut told: BTreeSet<&FallbackStaff> = BTreeSet::new();
    let mut nodes: Vec<Node> = Vec::new();
    for ((persons, function, group), harms) in who {
        let group = group.and_then(|id| device.person_groups.get(id)).map(|group| group.name.as_str());
        let by = function.map(|id| device.functions.get(id).map_or(id.as_str(), |function| &function.name));
        let mut lines = vec![match (group, by) {
            (Some(group), Some(by)) => format!("{group}, by: {by}"),
            (None, Some(by)) => format!("who depends on: {by}"),
            (Some(group), None) => group.to_owned(),
            (None, None) => "who is not stated".to_owned(),
        }];
        for fallback in action.fallbacks.iter().filter(|one| Some(&one.function) == function) {
            lines.push(format!("staff: {}", many::fallback(fallback)));
            told.insert(fallback);
        }
        let harms = harms.into_iter().map(|one| harm(one, action, device)).collect();
        nodes.push(node(words::persons(persons), lines, harms));
    }
    let rest: Vec<String> = action
        .fallbacks
        .iter()
        .filter(|one| !told.contains(one))
        .map(|one| format!("staff: {}", many::fallback(one)))
        .collect();
    if !rest.is_empty() {
        nodes.push(node("functions that stop besides".to_owned(), rest, Vec::new()));
    }
    nodes
}

fn harm(reached: &HarmAtOnce, action: &SingleAction, device: &Device) -> Node {
    let text = device.harms.get(&reached.harm).map_or_else(|| reached.harm.to_string(), |harm| harm.text.clone());
    let severity = if reached.escalated_severity > reached.severity {
        format!("▲ {}, escalated from {}", reached.escalated_severity, reached.severity)
    } else {
        reached.escalated_severity.to_string()
    };
    let alone = if many::together(action) { "alone " } else { "" };
    let outcome = format!("{alone}{}, exploitability {}", reached.verdict, reached.exploitability);
    Node { frame: Frame::Reached, ..node(text, vec![severity, outcome], Vec::new()) }
}

fn node(heading: String, lines: Vec<String>, from: Vec<Node>) -> Node {
    Node { heading, lines, frame: Frame::Plain, gate: None, from }
}
