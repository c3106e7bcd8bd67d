//! In which stage of IMDRF N70 a version is on a day, by what is declared and by what its parts have lost.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use ward_model::device::Stage;
use ward_model::ids::ElementId;
use ward_model::lifecycle::{Reached, SupportState};
use ward_policy::{LifecycleRules, Mitigation};

use crate::words::first_of;

use super::support::Part;

/// What is declared of a version.
#[derive(Debug, Clone)]
pub(super) struct Life {
    pub declared: Stage,
    pub units: Option<u64>,
    pub last_manufactured: Option<Date>,
    pub end_of_life: Option<Date>,
    pub end_of_support: Option<Date>,
}

/// How far the weakness of a lost part reaches: without controls, and with those that have effect.
pub(super) type Reach = (Reached, Reached);

/// The stage if all that is not known is good, and if all of it is bad; with the reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    pub range: [Stage; 2],
    pub reasons: Vec<String>,
}

/// The stage that the declared dates make: if all that is not known is good, and if all of it is bad.
pub(super) fn by_dates(life: &Life, day: Date) -> ([Stage; 2], Option<String>) {
    let made = life.last_manufactured.is_some_and(|made| made <= day);
    match (life.end_of_life, life.end_of_support) {
        (_, Some(end)) if end <= day => ([Stage::EndOfSupport; 2], Some(format!("its support ended on {end}"))),
        (Some(end), _) if end <= day => {
            ([Stage::LimitedSupport; 2], Some(format!("it is not sold any more since {end}")))
        }
        _ if life.declared == Stage::Development && !made => match life.units {
            Some(0) => ([Stage::Development; 2], Some("the folder declares it, and counts no units".to_owned())),
            // Of units that nobody has counted there may be many.
            None => (
                [Stage::Development, Stage::Support],
                Some("the folder declares development, and nobody says how many units are in the field".to_owned()),
            ),
            Some(_) => ([Stage::Support; 2], None),
        },
        _ => ([Stage::Support; 2], None),
    }
}

/// The stage on a day. `reach` says how far weaknesses of the parts at these elements reach, all of them at once.
pub(super) fn standing(
    life: &Life,
    parts: &[&Part],
    rules: &LifecycleRules,
    day: Date,
    reach: &mut dyn FnMut(&BTreeSet<ElementId>) -> BTreeMap<ElementId, Reach>,
) -> Standing {
    let (dated, reason) = by_dates(life, day);
    let mut reasons: Vec<String> = reason.into_iter().collect();
    if life.declared > dated[1] {
        reasons.push(format!("the folder declares {}", life.declared));
    }
    // Whoever declares a worse stage than the dates make knows why.
    let [best, worst] = dated.map(|dated| dated.max(life.declared));
    let mut standing = after_losses(worst, parts, rules, day, reach);
    if best < worst {
        // If nobody uses it, what is lost is lost to nobody; the reasons that are told are those of the worse.
        let unused = after_losses(best, parts, rules, day, reach);
        standing.range = [standing.range[0].min(unused.range[0]), standing.range[1].max(unused.range[1])];
    }
    Standing { reasons: [reasons, standing.reasons].concat(), ..standing }
}

/// What becomes of a stage by what parts have lost.
fn after_losses(
    base: Stage,
    parts: &[&Part],
    rules: &LifecycleRules,
    day: Date,
    reach: &mut dyn FnMut(&BTreeSet<ElementId>) -> BTreeMap<ElementId, Reach>,
) -> Standing {
    let mut reasons = Vec::new();
    let lost = |states: &[SupportState]| -> BTreeMap<ElementId, Vec<&Part>> {
        let mut lost: BTreeMap<ElementId, Vec<&Part>> = BTreeMap::new();
        for part in parts.iter().filter(|part| states.contains(&part.until.state(day))) {
            lost.entry(part.element.clone()).or_default().push(part);
        }
        lost
    };
    let (ended, all) = (lost(&[SupportState::Ended]), lost(&[SupportState::Ended, SupportState::Unknown]));
    if base == Stage::EndOfSupport || all.is_empty() {
        return Standing { range: [base; 2], reasons };
    }
    let mut best = base;
    if !ended.is_empty() {
        let reached = reach(&ended.keys().cloned().collect());
        for (element, parts) in &ended {
            let (to, why) = after(base, reached.get(element), false, rules, day);
            best = best.max(to);
            reasons.push(format!("support has ended for {} on {element}: {why}", titles(parts)));
        }
    }
    let mut worst = best;
    let reached = reach(&all.keys().cloned().collect());
    for (element, parts) in &all {
        let (to, why) = after(base, reached.get(element), true, rules, day);
        if to > best {
            let unknown: Vec<&Part> =
                parts.iter().filter(|part| part.until.state(day) == SupportState::Unknown).copied().collect();
            let what = if unknown.is_empty() {
                format!("how far the lost parts of {element} reach is not known")
            } else {
                format!("the support of {} on {element} is not known", titles(&unknown))
            };
            reasons.push(format!("{what}: if it is lost, {why}"));
        }
        worst = worst.max(to);
    }
    Standing { range: [best, worst], reasons }
}

/// The stage after the parts of an element are lost, and why.
fn after(base: Stage, reach: Option<&Reach>, at_worst: bool, rules: &LifecycleRules, day: Date) -> (Stage, String) {
    let unknown = if at_worst { Reached::Uncontrolled } else { Reached::Controlled };
    let read = |reached: Reached| if reached == Reached::Unknown { unknown } else { reached };
    let (without, with) = reach.copied().map_or((unknown, unknown), |(without, with)| (read(without), read(with)));
    let mitigation = if with == Reached::Controlled { Mitigation::WithUnsupportedParts } else { Mitigation::None };
    match rules.loss(base, without != Reached::Controlled, mitigation, day) {
        Some(rule) => (rule.to(base), format!("{} ({})", rule.action, rule.source)),
        None => (Stage::EndOfSupport, format!("no rule is in force on {day}: taken at its worst")),
    }
}

fn titles(parts: &[&Part]) -> String {
    let titles: Vec<String> = parts.iter().map(|part| part.title()).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    first_of(&titles, ", ")
}

#[cfg(test)]
mod tests;
