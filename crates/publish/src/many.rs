//! What one action of an attacker brings on several people at once, in words: for the table of an assessment, and by itself.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::assessment::Assessment;
use ward_model::device::Device;
use ward_model::many::{FallbackStaff, HarmAtOnce, MANY_SCHEMA, Many, SingleAction};
use ward_model::verdict::Outcome;

use crate::text::TextOptions;
use crate::text::paper::{Ink, Paper};
use crate::words;

/// The actions of an assessment by themselves.
pub fn many(assessment: &Assessment) -> Many {
    Many {
        schema: MANY_SCHEMA,
        device: assessment.device.id.clone(),
        single_actions: assessment.single_actions.clone(),
        multi_patient: assessment.multi_patient.clone(),
    }
}

/// One action, told once for all versions and units in which it is the same.
pub(crate) struct Row<'a> {
    pub action: &'a SingleAction,
    /// Versions in which it is so.
    pub versions: Vec<String>,
}

/// Every action once, in the order of the assessment.
pub(crate) fn rows(assessment: &Assessment) -> Vec<Row<'_>> {
    let mut place: BTreeMap<SingleAction, usize> = BTreeMap::new();
    let mut rows: Vec<(&SingleAction, BTreeSet<String>)> = Vec::new();
    for action in &assessment.single_actions {
        let same = SingleAction {
            id: String::new(),
            policy: "".into(),
            fielded_version: "".into(),
            cohorts: Vec::new(),
            ..action.clone()
        };
        let at = *place.entry(same).or_insert(rows.len());
        if at == rows.len() {
            rows.push((action, BTreeSet::new()));
        }
        rows[at].1.insert(action.fielded_version.to_string());
    }
    rows.into_iter().map(|(action, versions)| Row { action, versions: versions.into_iter().collect() }).collect()
}

/// The action in short: what is done, and where.
pub(crate) fn title(action: &SingleAction) -> String {
    action.text.strip_prefix("the attacker can ").map_or_else(|| action.text.clone(), str::to_owned)
}

/// Whether an action is uncontrolled by what it does to people of several groups together, and by no harm alone.
pub(crate) fn together(action: &SingleAction) -> bool {
    action.verdict == Outcome::Uncontrolled && action.harms.iter().all(|harm| harm.verdict == Outcome::Controlled)
}

/// The worst harm that touches several.
pub(crate) fn worst(action: &SingleAction) -> String {
    let several = action.harms.iter().find(|harm| harm.persons_at_once.several());
    several.map_or_else(|| "-".to_owned(), |harm| format!("{} ({})", harm.harm, harm.escalated_severity))
}

/// By what it reaches several.
pub(crate) fn shared(action: &SingleAction) -> String {
    let shared: Vec<String> = action.shared.iter().map(|one| format!("{}: {}", one.kind, one.text)).collect();
    if shared.is_empty() { "-".to_owned() } else { shared.join("; ") }
}

/// Staff against persons, fallback by fallback: the fewest first that do not suffice.
pub(crate) fn staff(action: &SingleAction) -> String {
    let mut told: BTreeSet<String> = BTreeSet::new();
    for one in &action.fallbacks {
        let enough = if takes_over(one) { "" } else { " (not enough)" };
        told.insert(format!(
            "{}: {} for {}{enough}",
            one.fallback,
            one.staff_per_site,
            words::persons_short(one.persons_at_once)
        ));
    }
    let told: Vec<String> = told.into_iter().collect();
    if told.is_empty() { "-".to_owned() } else { told.join("; ") }
}

fn takes_over(one: &FallbackStaff) -> bool {
    one.staff_suffices && one.in_time && one.answered
}

/// Everything about every action as text.
pub fn text(assessment: &Assessment, device: &Device, options: &TextOptions) -> String {
    let mut paper = Paper::new(options.width, options.colour);
    let rows = rows(assessment);
    if rows.is_empty() {
        let nobody = "No single action was found that harms several people at once. That says nothing of what was not looked at: \
                      see `ward assess`.";
        paper.item(0, "", nobody);
    }
    for (place, Row { action, versions }) in rows.iter().enumerate() {
        paper.heading(&format!("{}. {}", place + 1, title(action)));
        let at_once = words::persons(action.persons_at_once);
        paper.line(3, Ink::Bold, &format!("{at_once} at once; {}", action.verdict));
        let reach = format!("{} exploitability, reach: {}", action.exploitability, action.reach);
        paper.field(3, "Done", &format!("{reach}; versions {}", versions.join(", ")));
        for shared in &action.shared {
            paper.item(3, "by ", &format!("{}: {}", shared.kind, shared.text));
        }
        for reached in &action.harms {
            paper.item(3, "-> ", &harm(reached, device));
        }
        for one in &action.fallbacks {
            paper.item(3, "staff ", &fallback(one));
        }
    }
    paper.finish()
}

fn harm(reached: &HarmAtOnce, device: &Device) -> String {
    let text = device.harms.get(&reached.harm).map_or("", |harm| harm.text.as_str());
    let function = reached.function.as_ref().map_or_else(String::new, |function| format!(" by {function}"));
    let element = reached.element.as_ref().map_or_else(String::new, |element| format!(" at {element}"));
    let group = reached.persons.as_ref().map_or_else(String::new, |group| format!(" ({group})"));
    format!(
        "{}: {text}{function}{element}; {}{group}; severity {}, for so many {}; exploitability {}; {}",
        reached.harm,
        words::persons(reached.persons_at_once),
        reached.severity,
        reached.escalated_severity,
        reached.exploitability,
        reached.verdict
    )
}

/// A function that stops, what takes over, and what that lacks.
pub(crate) fn fallback(one: &FallbackStaff) -> String {
    let mut lacks = Vec::new();
    if !one.staff_suffices {
        lacks.push("not enough staff");
    }
    if !one.in_time {
        lacks.push("not in time");
    }
    if !one.answered {
        lacks.push("nobody answers for the numbers");
    }
    let lacks = if lacks.is_empty() { "it takes over unless it is reached too".to_owned() } else { lacks.join(", ") };
    format!(
        "{} stops, {} would take over: staff for {} a site, {} at once; {lacks}",
        one.function,
        one.fallback,
        words::number(one.staff_per_site),
        words::persons_short(one.persons_at_once)
    )
}
