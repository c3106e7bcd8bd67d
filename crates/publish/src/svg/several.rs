//! Who is hit at once: one action of an attacker, what many share and it goes through, who is reached, and the worst that follows.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::assessment::Assessment;
use ward_model::device::Device;
use ward_model::ids::{ElementId, FunctionId, HarmId, LinkId, SecretId};
use ward_model::scale::{Persons, Severity};
use ward_model::verdict::{Place, Verdict};

use super::tree::{Frame, Node, Tree, sheets};
use crate::words::{self, count};

const COLUMNS: [(&str, i32); 4] = [
    ("One action of an attacker", 230),
    ("Through what is shared", 280),
    ("Who is reached at once", 260),
    ("Harm, with its severity for so many", 260),
];
/// So many subjects stand by name; more are counted.
const NAMED: usize = 3;

/// What one action does: told in words, which are the same for ways that differ in nothing that is shown.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    start: String,
    shared: Vec<String>,
    who: String,
    harm: HarmId,
}

/// What is known of it at its worst.
struct Hit<'a> {
    persons: Persons,
    severity: Severity,
    escalated: Severity,
    subjects: BTreeSet<String>,
    verdict: &'a Verdict,
}

/// The sheets of the view, none where nobody is hit together with others.
pub fn view(assessment: &Assessment, device: &Device) -> Vec<String> {
    let wanted: BTreeSet<&str> =
        assessment.multi_patient.iter().flat_map(|row| &row.verdicts).map(String::as_str).collect();
    let mut hits: BTreeMap<Key, Hit<'_>> = BTreeMap::new();
    for verdict in assessment.verdicts.iter().filter(|verdict| wanted.contains(verdict.id.as_str())) {
        let Some(harm) = verdict.harm.as_ref().filter(|_| !verdict.witness.nodes.is_empty()) else { continue };
        if !verdict.persons_at_once.several() {
            continue;
        }
        let key = Key {
            start: start(verdict),
            shared: shared(verdict, device),
            who: who(verdict, device),
            harm: harm.id.clone(),
        };
        let hit = hits.entry(key).or_insert_with(|| Hit {
            persons: verdict.persons_at_once,
            severity: harm.severity,
            escalated: harm.escalated_severity,
            subjects: BTreeSet::new(),
            verdict,
        });
        hit.persons = hit.persons.max(verdict.persons_at_once);
        hit.escalated = hit.escalated.max(harm.escalated_severity);
        hit.subjects.insert(words::subject(verdict));
    }
    if hits.is_empty() {
        return Vec::new();
    }
    let notes = vec![
        "Each row is one action of an attacker that can harm several people at the same time, by the ways that are told. A number that is not \
         known counts as many."
            .to_owned(),
    ];
    let title = format!("Several people at once: {}", assessment.device.name);
    sheets(&Tree { title, notes, columns: &COLUMNS, onward: true, roots: nest(&hits, device) })
}

/// Rows that begin alike share their first boxes.
fn nest(hits: &BTreeMap<Key, Hit<'_>>, device: &Device) -> Vec<Node> {
    let mut roots: Vec<Node> = Vec::new();
    for (key, hit) in hits {
        let root = child(&mut roots, &key.start, &[]);
        let (first, more) =
            key.shared.split_first().map_or(("nothing that is shared", &[][..]), |(first, more)| (first, more));
        let through = child(&mut root.from, first, more);
        let mut subjects: Vec<String> = hit.subjects.iter().take(NAMED).cloned().collect();
        if hit.subjects.len() > NAMED {
            subjects.push(format!("and {} more", words::number((hit.subjects.len() - NAMED) as u64)));
        }
        let by = format!("by {}: {}", count(hit.subjects.len(), "subject", "subjects"), subjects.join(", "));
        let who = child(&mut through.from, &words::persons(hit.persons), &[key.who.clone(), by]);
        let text = device.harms.get(&key.harm).map_or_else(|| key.harm.to_string(), |harm| harm.text.clone());
        let severity = if hit.escalated > hit.severity {
            format!("▲ {}, escalated from {}", hit.escalated, hit.severity)
        } else {
            hit.escalated.to_string()
        };
        let outcome = format!("{}, exploitability {}", hit.verdict.verdict, hit.verdict.exploitability);
        child(&mut who.from, &text, &[severity, outcome]).frame = Frame::Reached;
    }
    roots
}

/// The node with these words among some, made where it is not there.
fn child<'n>(nodes: &'n mut Vec<Node>, heading: &str, lines: &[String]) -> &'n mut Node {
    let place = nodes.iter().position(|node| node.heading == heading && node.lines == lines).unwrap_or_else(|| {
        nodes.push(Node {
            heading: heading.to_owned(),
            lines: lines.to_vec(),
            frame: Frame::Plain,
            gate: None,
            from: Vec::new(),
        });
        nodes.len() - 1
    });
    // The place was found, or made in the lines before.
    &mut nodes[place]
}

/// Where the attacker begins.
fn start(verdict: &Verdict) -> String {
    let starts: BTreeSet<&str> = verdict
        .witness
        .nodes
        .iter()
        .filter_map(|node| match &node.at {
            Place::Position(_) => Some(&*node.fact),
            _ => None,
        })
        .collect();
    if starts.is_empty() {
        "an attacker, from where is not known".to_owned()
    } else {
        starts.into_iter().collect::<Vec<_>>().join("; ")
    }
}

/// What the way goes through that many have in common: secrets, then the network or the link that the action begins on.
fn shared(verdict: &Verdict, device: &Device) -> Vec<String> {
    let mut secrets = Vec::new();
    let mut links = Vec::new();
    let mut elements = Vec::new();
    for node in &verdict.witness.nodes {
        match &node.at {
            Place::Secret(id) => {
                let known = device.secrets.contains_key(&SecretId::from(id.as_str()));
                secrets.push(format!("{} {id}", if known { "shared secret" } else { "secret" }));
            }
            Place::Link(id) => {
                let name = device.links.get(&LinkId::from(id.as_str())).map_or(id, |link| &link.name);
                links.push(format!("over {name}"));
            }
            Place::Element(id) => {
                let name = device.elements.get(&ElementId::from(id.as_str())).map_or(id, |element| &element.name);
                elements.push(format!("at {name}"));
            }
            _ => {}
        }
    }
    secrets.dedup();
    links.dedup();
    elements.dedup();
    let mut out = secrets;
    out.extend(links);
    out.extend(elements.last().cloned());
    out
}

/// Who depends on the function that degrades.
fn who(verdict: &Verdict, device: &Device) -> String {
    let mut functions = verdict.witness.nodes.iter().filter_map(|node| match &node.at {
        Place::Function(id) => device.functions.get(&FunctionId::from(id.as_str())),
        _ => None,
    });
    let Some(function) = functions.next_back() else { return "who is not stated".to_owned() };
    let group = function.persons.as_ref().and_then(|id| device.person_groups.get(id));
    group.map_or_else(
        || format!("who depends on: {}", function.name),
        |group| format!("{}, by: {}", group.name, function.name),
    )
}
