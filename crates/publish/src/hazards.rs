//! The hazards that controls add, as every form of an assessment tells them: apart from the verdicts, and each once for all policies.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::assessment::Assessment;
use ward_model::claim::{ClaimId, HazardClaim};
use ward_model::hazard::{ControlHazard, Degrades, HazardOutcome, HazardUnknown};
use ward_model::ids::{ControlId, HazardId, PolicyId};

use crate::next::Step;
use crate::words::{count, persons_short};

/// What the section says before its rows.
pub const INTRODUCTION: &str = "What controls themselves do to people while they are in force (ISO 14971, 7.5). No attacker takes part in it: \
                                it is judged apart and changes no verdict. What nobody has said, shown or answered for is presumed.";

/// A hazard of a control, by all policies.
pub struct Row<'a> {
    /// As the worst policy has it.
    pub worst: &'a ControlHazard,
    /// The policies with another outcome.
    others: BTreeSet<(&'a PolicyId, HazardOutcome)>,
}

/// The hazards, the worst first; those that are stated to be none left out.
pub fn rows(assessment: &Assessment) -> Vec<Row<'_>> {
    let mut same: BTreeMap<(&ControlId, Option<&HazardId>, Vec<&String>), Row<'_>> = BTreeMap::new();
    let told = assessment.control_hazards.iter().filter(|one| one.outcome != HazardOutcome::NoneStated);
    for one in told {
        // Where configurations differ, each has a row of its own.
        let apart = one.reasons.iter().filter(|reason| reason.starts_with("so it is judged")).collect();
        let key = (&one.control, one.hazard.as_ref(), apart);
        let row = same.entry(key).or_insert_with(|| Row { worst: one, others: BTreeSet::new() });
        if one.outcome > row.worst.outcome {
            row.others.insert((&row.worst.policy, row.worst.outcome));
            row.worst = one;
        } else if one.outcome < row.worst.outcome {
            row.others.insert((&one.policy, one.outcome));
        }
    }
    let mut rows: Vec<Row<'_>> = same.into_values().collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.worst.outcome));
    rows
}

/// The columns of [`cells`].
pub const COLUMNS: [&str; 6] = ["control", "hazard", "what it does", "outcome", "worst harm", "why"];

/// A row as text.
pub fn cells(row: &Row<'_>) -> [String; 6] {
    let worst = row.worst;
    let hazard = worst.hazard.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
    let harm = worst.harms.first().map_or_else(
        || "-".to_owned(),
        |harm| format!("{}, {}, at once {}", harm.id, harm.escalated_severity, persons_short(harm.persons_at_once)),
    );
    [worst.control.to_string(), hazard, what(worst), outcome(row), harm, why(worst)]
}

fn what(hazard: &ControlHazard) -> String {
    let words = hazard.words.clone();
    let Some(Degrades { function, on, how_often, for_seconds, stands }) = &hazard.degrades else {
        return words.unwrap_or_else(|| "nobody says".to_owned());
    };
    let often = how_often.map_or("how often not said".to_owned(), |often| often.to_string());
    let lasts = for_seconds.map_or_else(String::new, |seconds| format!(", {seconds} s"));
    format!("{on} of {function} ({often}{lasts}, {stands})")
}

fn outcome(row: &Row<'_>) -> String {
    let worst = row.worst;
    let mut text = worst.outcome.to_string();
    if worst.accepted {
        text.push_str(", accepted");
    }
    if !row.others.is_empty() {
        let others = row.others.iter().map(|(policy, outcome)| format!("{outcome} in {policy}"));
        text = format!("{text} in {} ({})", worst.policy, others.collect::<Vec<_>>().join(", "));
    }
    text
}

fn why(hazard: &ControlHazard) -> String {
    let mut parts = hazard.reasons.clone();
    if hazard.in_effect_in.is_empty() {
        parts.push("the control has no effect yet".to_owned());
    }
    if let Some(until) = hazard.valid_until {
        parts.push(format!("holds until {until}"));
    }
    parts.join("; ")
}

/// A line for the headline, on what is added by controls that have effect; nothing where none of it is open.
pub fn headline(assessment: &Assessment) -> Option<String> {
    let open = in_effect_and_open(assessment);
    let number = |outcome: HazardOutcome| open.iter().filter(|hazard| hazard.outcome == outcome).count();
    let (uncontrolled, presumed) = (number(HazardOutcome::Uncontrolled), number(HazardOutcome::Presumed));
    (!open.is_empty()).then(|| {
        let hazards = count(open.len(), "hazard", "hazards");
        format!(
            "Judged apart: of what controls in effect add, {hazards} not controlled ({uncontrolled} uncontrolled, {presumed} presumed)."
        )
    })
}

fn in_effect_and_open(assessment: &Assessment) -> Vec<&ControlHazard> {
    let worst = rows(assessment).into_iter().map(|row| row.worst);
    worst.filter(|hazard| hazard.outcome.is_open() && !hazard.in_effect_in.is_empty()).collect()
}

/// What to do about those that are open and there.
pub fn steps(assessment: &Assessment) -> Vec<Step> {
    let open = in_effect_and_open(assessment);
    let mut steps: Vec<Step> = open.iter().filter_map(|hazard| step(hazard)).collect();
    let is_unsaid = |hazard: &&&ControlHazard| {
        matches!(hazard.presumed_because, Some(HazardUnknown::Unsaid | HazardUnknown::WordsOnly))
    };
    let unsaid: BTreeSet<String> = open.iter().filter(is_unsaid).map(|hazard| hazard.control.to_string()).collect();
    if !unsaid.is_empty() {
        steps.push(Step {
            title: format!("Say what {} to functions", count(unsaid.len(), "control does", "controls do")),
            detail:
                "Hazards that stand in words alone are not judged: add `[[control.hazard]]` with a function, or state \
                     `hazard_added = \"none\"`."
                    .to_owned(),
            about: unsaid.into_iter().collect(),
            command: None,
            due: None,
        });
    }
    steps
}

fn step(hazard: &ControlHazard) -> Option<Step> {
    let (control, id) = (&hazard.control, hazard.hazard.as_ref()?);
    let claim = |kind| vec![ClaimId::ControlHazard(control.clone(), id.clone(), kind).to_string()];
    let (title, detail, about) = match hazard.presumed_because {
        None => (
            format!("Reduce the hazard {id} of {control}, or decide on what remains of it"),
            "The policy finds what it does unacceptable. That what remains is accepted can be claimed, shown and decided on.",
            claim(HazardClaim::Residual),
        ),
        Some(HazardUnknown::Unanswered) => (
            format!("Decide whether the hazard {id} of {control} is as stated"),
            "As stated it would be acceptable, and nobody answers for that.",
            claim(HazardClaim::Estimate),
        ),
        Some(HazardUnknown::Harm) => (
            format!("Say which harm follows from the hazard {id} of {control}"),
            "The function that it degrades has no such effect, so that the worst is presumed.",
            Vec::new(),
        ),
        Some(HazardUnknown::HowOften) => (
            format!("Say how often the hazard {id} of {control} comes about"),
            "Nobody has said, so that it counts as certain.",
            Vec::new(),
        ),
        Some(HazardUnknown::Unsaid | HazardUnknown::WordsOnly) => return None,
    };
    Some(Step { title, detail: detail.to_owned(), about, command: None, due: None })
}
