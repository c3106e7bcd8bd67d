//! What a fallback rests on: that somebody notices, and that somebody takes over. When neither is done any more.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::device::{Effect, Function, HowDegraded, RealisedBy};
use ward_model::ids::{ElementId, LinkId};
use ward_model::scale::{Exploitability, Reach};
use ward_policy::Privilege;

use super::Builder;
use super::functions::{coalitions, told_wrong, untold};
use crate::context::Context;
use crate::fact::{Aid, Fact};
use crate::program::ReachRule;

/// When a function does not help any more where others rely on it; `degraded` are the facts by which it degrades.
pub(super) fn ground(builder: &mut Builder<'_>, function: &Function, degraded: &BTreeSet<Fact>) {
    let aids = builder.context.catalogue.aids(&function.id);
    if aids.is_empty() {
        return;
    }
    let realised = builder.context.realised_by(function);
    let is_altered = |fact: &&Fact| matches!(fact, Fact::Degraded(_, HowDegraded::Alteration, _));
    for aid in aids {
        let helpless = || Fact::Helpless(function.id.clone(), *aid);
        let (needed, of) = match &realised {
            RealisedBy::All(elements) => (1, elements.as_slice()),
            RealisedBy::Any(elements) => (elements.len(), elements.as_slice()),
            RealisedBy::Voted { of, required } => (of.len().saturating_sub(*required) + 1, of.as_slice()),
            RealisedBy::People => {
                for told in told_people(builder.context, function, *aid) {
                    lost(
                        builder,
                        vec![told],
                        helpless(),
                        ReachRule::First(Reach::One),
                        "people act on what they are shown",
                    );
                }
                continue;
            }
        };
        match if needed > 1 { coalitions(of, needed) } else { None } {
            None => {
                for falls in of.iter().flat_map(|element| falls(builder.context, function, element, *aid)) {
                    lost(builder, vec![falls], helpless(), ReachRule::First(Reach::One), "it is needed for that");
                }
            }
            Some(coalitions) => {
                let mut idle: BTreeMap<&ElementId, Fact> = BTreeMap::new();
                for element in of {
                    let fact = Fact::Idle(function.id.clone(), *aid, element.clone());
                    for falls in falls(builder.context, function, element, *aid) {
                        lost(builder, vec![falls], fact.clone(), ReachRule::First(Reach::One), "it is needed for that");
                    }
                    idle.insert(element, fact);
                }
                for together in coalitions {
                    let premises = together.iter().filter_map(|element| idle.get(element).cloned()).collect();
                    lost(builder, premises, helpless(), ReachRule::Least, "no others are left");
                }
            }
        }
        // One of several that is wrong takes over wrongly; of several that notice another one still does, unless they vote.
        if *aid == Aid::TakesOver || !matches!(realised, RealisedBy::Any(_)) {
            for fact in degraded.iter().filter(is_altered) {
                let fact = vec![fact.clone()];
                lost(builder, fact, helpless(), ReachRule::First(Reach::One), "it does something else");
            }
        }
    }
}

fn lost(builder: &mut Builder<'_>, premises: Vec<Fact>, conclusion: Fact, reach: ReachRule, by: &'static str) {
    builder.derive(premises, conclusion, Exploitability::High, reach, by);
}

/// What leads to an effect although there is a fallback: that it is not noticed, or that nobody takes over.
pub(super) fn unrelieved(builder: &mut Builder<'_>, effect: &Effect, degraded: &Fact, unrelieved: &Fact) {
    let Some(fallback) = &effect.fallback else { return };
    for (helper, aid) in [(&fallback.detection, Aid::Notices), (&fallback.function, Aid::TakesOver)] {
        let fails = match aid {
            Aid::Notices => "does not notice it",
            Aid::TakesOver => "does not take over",
        };
        let by = builder.say(|| format!("{}, and {helper} {fails}", effect.hazardous_situation));
        let premises = vec![degraded.clone(), Fact::Helpless(helper.clone(), aid)];
        builder.derive(premises, unrelieved.clone(), Exploitability::High, ReachRule::First(Reach::One), by);
    }
}

/// The facts by which an element is of no help: it is stopped, works with false data, or hears nothing and does not notice that. That it
/// hears nothing of what has stopped is how it notices. What takes over stops itself where it is not told what it rests on, noticed or not.
fn falls(context: &Context<'_>, function: &Function, element: &ElementId, aid: Aid) -> BTreeSet<Fact> {
    let mut falls = BTreeSet::from([Fact::Gain(element.clone(), Privilege::Stop)]);
    falls.extend(told_wrong(context, function, element));
    falls.extend(silenced(context, function, element));
    if aid == Aid::TakesOver {
        falls.extend(untold(context, function, element));
    }
    falls
}

/// The links whose unnoticed silence takes an element out of a function, as facts.
fn silenced(context: &Context<'_>, function: &Function, element: &ElementId) -> Vec<Fact> {
    let device = context.device();
    let feeding = device.functions.get(&function.id).and_then(|function| context.feeding_function(function));
    let links = context.links_of(element).iter().filter_map(|id| device.links.get(id));
    let links = links.filter(|link| link.to == *element && feeding.is_none_or(|feeding| feeding.contains(&link.id)));
    can_be_silenced(context, links.map(|link| &link.id))
}

fn can_be_silenced<'d>(context: &Context<'_>, links: impl Iterator<Item = &'d LinkId>) -> Vec<Fact> {
    links.filter(|link| context.catalogue.may_be_silenced(link)).map(|link| Fact::Silenced(link.clone())).collect()
}

/// The same of people who help: what they are said to rest on counts, whether or not anybody answers for its being all.
fn told_people(context: &Context<'_>, function: &Function, aid: Aid) -> BTreeSet<Fact> {
    let shown = || function.fed_by.iter().flatten();
    let mut told: BTreeSet<Fact> = shown().map(|link| Fact::FalseData(link.clone())).collect();
    told.extend(can_be_silenced(context, shown()));
    if aid == Aid::TakesOver {
        told.extend(shown().map(|link| Fact::Quiet(link.clone())));
    }
    told
}
