//! What is different from an earlier answer, in words.

use std::collections::BTreeMap;

use ward_model::assessment::Assessment;
use ward_model::hazard::HazardOutcome;
use ward_model::since::{ActionTurned, Cause, HazardTurned, InputChanged, Since, Turned};
use ward_model::verdict::{Basis, Outcome};

use super::paper::{Ink, Paper};
use crate::words;

/// How many entries of a kind are told by default.
const NAMED: usize = 12;

/// How many steps of a way to harm are told by default.
const STEPS: usize = 4;

/// How many causes of one kind of turning are told by default.
const CAUSES: usize = 4;

/// How many changes are told by default.
const CHANGES: usize = 8;

pub fn print(paper: &mut Paper, assessment: &Assessment, since: &Since, all: bool) {
    let most = if all { usize::MAX } else { NAMED };
    let changes = if all { usize::MAX } else { CHANGES };
    paper.heading(&format!("Since {}", since.as_of));
    let inputs: Vec<&str> = since.inputs_changed.iter().map(|input| InputChanged::word(*input)).collect();
    let inputs = if inputs.is_empty() { "nothing".to_owned() } else { inputs.join(", ") };
    paper.field(2, "Changed", &inputs);
    since.changes.iter().take(changes).for_each(|change| paper.item(5, "- ", &words::clean(&change.text)));
    more(paper, since.changes.len(), changes, "changes");
    actions(paper, &since.actions_turned, all);
    let quiet = since.became_live.is_empty() && since.left_the_list.is_empty() && since.turned.is_empty();
    if quiet {
        let but = if since.actions_turned.is_empty() { "" } else { " Single actions did." };
        paper.line(2, Ink::Plain, &format!("No verdict turned, and nothing on the watch list became live.{but}"));
    }
    for one in since.became_live.iter().take(most) {
        let item = &one.item;
        let title = format!("{} at {} in version {} became live", item.event, item.element, item.fielded_version);
        let verdict = assessment.verdicts.iter().find(|verdict| verdict.id == one.verdict);
        let ink = match verdict.map(|verdict| verdict.verdict) {
            Some(Outcome::Controlled) => Ink::Controlled,
            _ => Ink::Confirmed,
        };
        paper.line(2, ink, &title);
        paper.item(5, "then: ", &words::clean(&format!("it touched nobody: {}", item.failed_predicate)));
        if let Some(verdict) = verdict {
            let harm = verdict
                .harm
                .as_ref()
                .map_or_else(String::new, |harm| format!("it reaches {} ({}), ", harm.id, harm.severity));
            paper.item(5, "now: ", &words::clean(&format!("{harm}{}", verdict.verdict)));
        }
        one.causes.iter().for_each(|cause| paper.item(5, "why: ", &words::clean(&cause.text)));
        let steps = if all { usize::MAX } else { STEPS };
        one.by.iter().take(steps).for_each(|fact| paper.item(7, "-> ", &words::clean(fact)));
        more(paper, one.by.len(), steps, "steps on its way");
    }
    more(paper, since.became_live.len(), most, "events that became live");
    // Verdicts that turned alike for the same reasons are told together.
    type How = (u8, String);
    let mut alike: BTreeMap<(How, Vec<Cause>), Vec<&Turned>> = BTreeMap::new();
    for turned in &since.turned {
        alike.entry((how(turned), turned.causes.clone())).or_default().push(turned);
    }
    let groups = alike.len();
    for (((_, how), causes), turned) in alike.into_iter().take(most) {
        let named: Vec<String> = turned
            .iter()
            .take(3)
            .map(|one| format!("{} at {} {}", one.subject, one.element, one.fielded_version))
            .collect();
        let rest = turned.len().saturating_sub(named.len());
        let rest = if rest == 0 { String::new() } else { format!(" and {} more", words::number(rest as u64)) };
        paper.line(2, Ink::Plain, &words::clean(&format!("{how}: {}{rest}", named.join(", "))));
        let named = if all { usize::MAX } else { CAUSES };
        causes.iter().take(named).for_each(|cause| paper.item(5, "why: ", &words::clean(&cause.text)));
        more(paper, causes.len(), named, "causes");
    }
    more(paper, groups, most, "kinds of turned verdicts");
    for one in since.left_the_list.iter().take(most) {
        let item = &one.item;
        let causes: Vec<&str> = one.causes.iter().map(|cause| cause.text.as_str()).collect();
        let why = if causes.is_empty() { String::new() } else { format!(" ({})", causes.join("; ")) };
        let text = format!("{} at {} {}: {}{why}", item.event, item.element, item.fielded_version, one.now);
        paper.item(2, "off the list: ", &words::clean(&text));
    }
    more(paper, since.left_the_list.len(), most, "events off the list");
    hazards(paper, &since.hazards_turned, all);
}

/// The single actions that turned, each once for the policies and versions in which it turned alike.
fn actions(paper: &mut Paper, turned: &[ActionTurned], all: bool) {
    let mut alike: Vec<(&ActionTurned, Vec<String>)> = Vec::new();
    for one in turned {
        let place = format!("{}, {}", one.fielded_version, one.policy);
        let same = |other: &ActionTurned| {
            (&other.at, &other.text, other.before, other.now, &other.causes)
                == (&one.at, &one.text, one.before, one.now, &one.causes)
        };
        match alike.iter_mut().find(|(other, _)| same(other)) {
            Some((_, places)) => places.push(place),
            None => alike.push((one, vec![place])),
        }
    }
    let most = if all { usize::MAX } else { NAMED };
    for (one, places) in alike.iter().take(most) {
        let (ink, how) = match (one.before, one.now) {
            (None, Some(Outcome::Uncontrolled)) => (Ink::Confirmed, "new and uncontrolled"),
            (_, Some(Outcome::Uncontrolled)) => (Ink::Confirmed, "controlled before, uncontrolled now"),
            (_, Some(Outcome::Controlled)) => (Ink::Plain, "uncontrolled before, controlled now"),
            (_, None) => (Ink::Plain, "uncontrolled before, gone now"),
        };
        let text = format!("{how}: one action at once: {} ({})", one.text, places.join("; "));
        paper.line(2, ink, &words::clean(&text));
        let named = if all { usize::MAX } else { CAUSES };
        one.causes.iter().take(named).for_each(|cause| paper.item(5, "why: ", &words::clean(&cause.text)));
        more(paper, one.causes.len(), named, "causes");
    }
    more(paper, alike.len(), most, "single actions that turned");
}

/// The hazards of controls that turned, each once for the policies by which it turned alike.
fn hazards(paper: &mut Paper, turned: &[HazardTurned], all: bool) {
    let mut alike: Vec<(&HazardTurned, Vec<&str>)> = Vec::new();
    for one in turned {
        let same = |other: &HazardTurned| {
            let what = |one: &HazardTurned| (one.control.clone(), one.hazard.clone(), one.before, one.now);
            what(other) == what(one) && other.causes == one.causes
        };
        match alike.iter_mut().find(|(other, _)| same(other)) {
            Some((_, policies)) => policies.push(one.policy.as_str()),
            None => alike.push((one, vec![one.policy.as_str()])),
        }
    }
    let most = if all { usize::MAX } else { NAMED };
    for (one, policies) in alike.iter().take(most) {
        let word = |outcome: Option<HazardOutcome>, none: &'static str| outcome.map_or(none, HazardOutcome::word);
        let hazard = one.hazard.as_ref().map_or_else(String::new, |hazard| format!(", {hazard}"));
        let text = format!(
            "what {} does to people itself{hazard}: {} before, {} now ({})",
            one.control,
            word(one.before, "not there"),
            word(one.now, "gone"),
            policies.join(", ")
        );
        let ink = if one.now.is_some_and(HazardOutcome::is_open) { Ink::Presumed } else { Ink::Plain };
        paper.line(2, ink, &words::clean(&text));
        one.causes.iter().take(CAUSES).for_each(|cause| paper.item(5, "why: ", &words::clean(&cause.text)));
        more(paper, one.causes.len(), CAUSES, "causes");
    }
    more(paper, alike.len(), most, "hazards of controls that turned");
}

fn more(paper: &mut Paper, total: usize, most: usize, noun: &str) {
    let more = total.saturating_sub(most);
    if more > 0 {
        paper.line(2, Ink::Dim, &format!("… and {} more {noun}; -v shows all.", words::number(more as u64)));
    }
}

/// How a verdict turned; the uncontrolled sort first.
fn how(turned: &Turned) -> (u8, String) {
    let presumed = if turned.basis == Basis::Presumed { ", presumed" } else { "" };
    let (rank, words) = match (turned.before, turned.now) {
        (None, Some(Outcome::Uncontrolled)) => (0, "new and uncontrolled"),
        (Some(Outcome::Controlled), Some(Outcome::Uncontrolled)) => (1, "controlled before, uncontrolled now"),
        (Some(Outcome::Uncontrolled), Some(Outcome::Controlled)) => (2, "uncontrolled before, controlled now"),
        (Some(Outcome::Uncontrolled), None) => (3, "uncontrolled before, gone now"),
        (None, _) => (4, "new and controlled"),
        (Some(Outcome::Controlled), None) => (5, "controlled before, gone now"),
        (Some(_), Some(_)) => (6, "on another basis"),
    };
    (rank, format!("{words}{presumed}"))
}
