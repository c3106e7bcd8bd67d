//! Functions: how they degrade when elements do, and what follows for people.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::device::{Function, HowDegraded, Link, RealisedBy};
use ward_model::ids::{ElementId, LinkId};
use ward_model::scale::{Exploitability, Reach};
use ward_policy::Privilege;

use super::{Builder, helpers, weaknesses};
use crate::context::Context;
use crate::fact::Fact;
use crate::program::{By, ReachRule};

/// More ways than this for voters to agree are not listed: the function is then taken to fall with any of them.
const MOST_COALITIONS: usize = 256;

const WAYS: [(HowDegraded, Privilege); 3] = [
    (HowDegraded::Loss, Privilege::Stop),
    (HowDegraded::Alteration, Privilege::Alter),
    (HowDegraded::Disclosure, Privilege::Read),
];

pub(super) fn ground(builder: &mut Builder<'_>, function: &Function) {
    let realised = builder.context.realised_by(function);
    let mut known = BTreeSet::new();
    for (how, privilege) in WAYS {
        let (needed, of) = match (&realised, how) {
            (RealisedBy::Any(elements), HowDegraded::Loss) => (elements.len(), elements),
            (RealisedBy::Voted { of, required }, HowDegraded::Loss) => (of.len().saturating_sub(*required) + 1, of),
            (RealisedBy::Voted { of, required }, HowDegraded::Alteration) => (*required, of),
            (RealisedBy::All(elements) | RealisedBy::Any(elements) | RealisedBy::Voted { of: elements, .. }, _) => {
                (1, elements)
            }
            (RealisedBy::People, _) => {
                by_people(builder, &mut known, function, how, privilege);
                continue;
            }
        };
        degrade(builder, &mut known, function, (how, privilege), needed, of);
    }
    helpers::ground(builder, function, &known);
}

/// People act on what the system shows them. What that is, `fed_by` says; where nobody answers for it, it may be anything: any
/// element, as it is altered, stopped or told something false.
fn by_people(
    builder: &mut Builder<'_>,
    known: &mut BTreeSet<Fact>,
    function: &Function,
    how: HowDegraded,
    privilege: Privilege,
) {
    if !function.effects.iter().any(|effect| effect.on == how) {
        return;
    }
    let context = builder.context;
    let device = context.device();
    let feeding = device.functions.get(&function.id).and_then(|function| context.feeding_function(function));
    let links = |ids: &'_ [LinkId]| ids.iter().filter_map(|id| device.links.get(id)).collect::<Vec<_>>();
    let shown: BTreeSet<&ElementId> = match feeding {
        Some(ids) => links(ids).into_iter().map(|link| &link.to).collect(),
        None => device.elements.keys().collect(),
    };
    for element in shown {
        let mut premises = vec![Fact::Gain(element.clone(), privilege)];
        if how == HowDegraded::Alteration {
            premises.push(Fact::Misled(element.clone()));
            match feeding {
                None => premises.push(Fact::Misinformed(element.clone())),
                Some(ids) => {
                    let here = links(ids).into_iter().filter(|link| link.to == *element);
                    premises.extend(here.map(|link| Fact::FalseData(link.id.clone())));
                }
            }
        }
        if how == HowDegraded::Loss {
            match feeding {
                None => premises.push(Fact::Uninformed(element.clone())),
                Some(ids) => {
                    let here = links(ids).into_iter().filter(|link| link.to == *element);
                    premises.extend(here.map(|link| Fact::Quiet(link.id.clone())));
                }
            }
        }
        for premise in premises {
            let by = builder.say(|| format!("people act on what {element} shows them"));
            let reach = ReachRule::First(Reach::One);
            degraded(builder, known, function, how, vec![premise], reach, Some(element), by);
        }
    }
}

fn degrade(
    builder: &mut Builder<'_>,
    known: &mut BTreeSet<Fact>,
    function: &Function,
    (how, privilege): (HowDegraded, Privilege),
    needed: usize,
    of: &[ElementId],
) {
    let coalitions = if needed > 1 { coalitions(of, needed) } else { None };
    match coalitions {
        Some(coalitions) => {
            let mut falls: BTreeMap<&ElementId, Fact> = BTreeMap::new();
            for element in of {
                let gain = Fact::Gain(element.clone(), privilege);
                let falls_by = match how {
                    HowDegraded::Alteration => sway(builder, function, element, gain),
                    HowDegraded::Loss => mute(builder, function, element, gain),
                    HowDegraded::Disclosure => gain,
                };
                falls.insert(element, falls_by);
            }
            for together in coalitions {
                let premises = together.iter().filter_map(|element| falls.get(element).cloned()).collect();
                let by = builder.say(|| {
                    let words = together.iter().map(ElementId::as_str).collect::<Vec<_>>().join(" and ");
                    format!("{words} together realise it")
                });
                degraded(builder, known, function, how, premises, ReachRule::Least, None, by);
            }
        }
        None => {
            for element in of {
                let premises = vec![Fact::Gain(element.clone(), privilege)];
                let by = builder.say(|| format!("{element} realises it"));
                // What is read without its secrets is disclosed all the same.
                let looked_at = |context: &Context<'_>| {
                    context.catalogue.looked_at(element) || weaknesses::is_looked_at(context, element)
                };
                if privilege == Privilege::Read && looked_at(builder.context) {
                    let look = vec![Fact::Gain(element.clone(), Privilege::Look)];
                    degraded(
                        builder,
                        known,
                        function,
                        how,
                        look,
                        ReachRule::First(Reach::One),
                        Some(element),
                        by.clone(),
                    );
                }
                degraded(builder, known, function, how, premises, ReachRule::First(Reach::One), Some(element), by);
                if how == HowDegraded::Loss {
                    for unheard in untold(builder.context, function, element) {
                        let by = builder.say(|| format!("{element} realises it, and needs what it is told"));
                        let reach = ReachRule::First(Reach::One);
                        degraded(builder, known, function, how, vec![unheard], reach, Some(element), by);
                    }
                }
                if how == HowDegraded::Alteration {
                    for told in told_wrong(builder.context, function, element) {
                        let by = builder.say(|| format!("{element} realises it, and rests on what it is told"));
                        let reach = ReachRule::First(Reach::One);
                        degraded(builder, known, function, how, vec![told], reach, Some(element), by);
                    }
                }
            }
        }
    }
}

/// The facts by which an element works for a function with false data.
pub(super) fn told_wrong(context: &Context<'_>, function: &Function, element: &ElementId) -> Vec<Fact> {
    // Which data it rests on says nothing of what it is commanded to do.
    match fed_at(context, function, element) {
        None => vec![Fact::Misinformed(element.clone())],
        Some(links) => {
            links.map(|link| Fact::FalseData(link.id.clone())).chain([Fact::Misled(element.clone())]).collect()
        }
    }
}

/// The facts by which an element is not told what it works with for a function.
pub(super) fn untold(context: &Context<'_>, function: &Function, element: &ElementId) -> Vec<Fact> {
    match fed_at(context, function, element) {
        None => vec![Fact::Uninformed(element.clone())],
        Some(links) => links.map(|link| Fact::Quiet(link.id.clone())).collect(),
    }
}

/// The links by which an element is told what a function rests on; none where nobody answers for which these are.
fn fed_at<'a>(
    context: &Context<'a>,
    function: &Function,
    element: &ElementId,
) -> Option<impl Iterator<Item = &'a Link>> {
    let device = context.device();
    let feeding = device.functions.get(&function.id).and_then(|function| context.feeding_function(function))?;
    let links = feeding.iter().filter_map(|id| device.links.get(id));
    Some(links.filter(move |link| link.to == *element))
}

/// The fact that an element contributes nothing, whether it is stopped or hears nothing.
fn mute(builder: &mut Builder<'_>, function: &Function, element: &ElementId, stopped: Fact) -> Fact {
    let unheard = untold(builder.context, function, element);
    if unheard.is_empty() {
        return stopped;
    }
    let mute = Fact::Mute(function.id.clone(), element.clone());
    for premise in unheard.into_iter().chain([stopped]) {
        builder.derive(
            vec![premise],
            mute.clone(),
            Exploitability::High,
            ReachRule::First(Reach::One),
            "what it contributes needs it",
        );
    }
    mute
}

/// The fact that what an element contributes is false, whether it is altered or told so.
fn sway(builder: &mut Builder<'_>, function: &Function, element: &ElementId, altered: Fact) -> Fact {
    let swayed = Fact::Swayed(function.id.clone(), element.clone());
    for premise in told_wrong(builder.context, function, element).into_iter().chain([altered]) {
        builder.derive(
            vec![premise],
            swayed.clone(),
            Exploitability::High,
            ReachRule::First(Reach::One),
            "what it contributes rests on it",
        );
    }
    swayed
}

#[expect(clippy::too_many_arguments)]
fn degraded(
    builder: &mut Builder<'_>,
    known: &mut BTreeSet<Fact>,
    function: &Function,
    how: HowDegraded,
    premises: Vec<Fact>,
    reach: ReachRule,
    via: Option<&ElementId>,
    by: By,
) {
    let fact = Fact::Degraded(function.id.clone(), how, via.cloned());
    builder.derive(premises, fact.clone(), Exploitability::High, reach, by);
    if known.insert(fact) {
        follows(builder, function, how, via);
    }
}

/// What follows for people when a function has degraded by way of an element.
pub(super) fn follows(builder: &mut Builder<'_>, function: &Function, how: HowDegraded, via: Option<&ElementId>) {
    let fact = Fact::Degraded(function.id.clone(), how, via.cloned());
    for (number, effect) in function.effects.iter().enumerate().filter(|(_, effect)| effect.on == how) {
        let situation = builder.say(|| effect.hazardous_situation.clone());
        builder.derive(
            vec![fact.clone()],
            Fact::Harmed(function.id.clone(), number, via.cloned()),
            Exploitability::High,
            ReachRule::First(Reach::One),
            situation,
        );
        helpers::unrelieved(builder, effect, &fact, &Fact::Unrelieved(function.id.clone(), number, via.cloned()));
    }
}

/// Every choice of so many elements, or nothing where there are too many choices, or too few elements.
pub(super) fn coalitions(of: &[ElementId], size: usize) -> Option<Vec<Vec<ElementId>>> {
    let mut found: Vec<Vec<ElementId>> = vec![Vec::new()];
    let mut growing: Vec<(usize, Vec<ElementId>)> = vec![(0, Vec::new())];
    if size > of.len() {
        return None;
    }
    found.clear();
    while let Some((next, chosen)) = growing.pop() {
        if chosen.len() == size {
            found.push(chosen);
            if found.len() > MOST_COALITIONS {
                return None;
            }
            continue;
        }
        // Pushed last to first, so that choices come out in the order of the folder.
        for place in (next..of.len()).rev() {
            let mut longer = chosen.clone();
            longer.push(of[place].clone());
            growing.push((place + 1, longer));
        }
    }
    Some(found)
}
