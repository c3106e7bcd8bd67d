//! Weaknesses that rules find in the design: of elements, links, secrets and functions.

use std::collections::BTreeSet;
use std::sync::Arc;

use ward_model::design::{Design, DesignOf, Feature};
use ward_model::device::{Carries, Control, Element, Function, HowDegraded, Link, Secret};
use ward_model::ids::{ControlId, ElementId};
use ward_model::scale::{Position, Reach};
use ward_policy::{
    ACCEPT_DATA, Condition, ElementCondition, FunctionCondition, Gives, LinkCondition, Privilege, SEND_COMMAND,
    SecretCondition, SenderCheck, Way, WeaknessRule,
};

use super::links::{accepted_secret, reach};
use super::{Builder, Cuttable, Group, functions};
use crate::catalogue::Profile;
use crate::context::Context;
use crate::fact::{Fact, Nearness, SecretRef};
use crate::keyed::{Keyed, Keys};
use crate::program::{By, DerivationId, ReachRule};

/// The things in which some rule finds a weakness unless something is claimed of them, each with those rules by their places: what is
/// claimed changes none of it. Every link is among them.
pub(crate) fn speaking(context: &Context<'_>) -> Vec<(DesignOf, Vec<u32>)> {
    let device = context.device();
    let links = device.links.keys().cloned().map(DesignOf::Link);
    let others = device.elements.keys().cloned().map(DesignOf::Element);
    let others = others.chain(device.secrets.keys().cloned().map(DesignOf::Secret));
    let others = others.chain(device.functions.keys().cloned().map(DesignOf::Function));
    let rules = &context.situation.rulebook.rules;
    let speaking = links.chain(others).map(|of| {
        let has = &device.designs.of(&of).has;
        let speaks = |rule: &WeaknessRule| {
            rule.finds.kind() == of.kind() && rule.finds.has().is_subset(has) && !found(context, rule, &of).is_empty()
        };
        let speaking: Vec<u32> =
            (0_u32..).zip(rules).filter(|(_, rule)| speaks(rule)).map(|(place, _)| place).collect();
        (of, speaking)
    });
    speaking.filter(|(of, rules)| matches!(of, DesignOf::Link(_)) || !rules.is_empty()).collect()
}

/// The weaknesses that these rules may find in these things, in the order in which they are looked for.
pub(crate) fn possible<'c>(
    context: &Context<'_>,
    speaking: impl Iterator<Item = (&'c DesignOf, &'c Vec<u32>)>,
) -> Arc<Keys<Group>> {
    let rules = &context.situation.rulebook.rules;
    let mut found_by_any: Keyed<Group, ()> = Keyed::default();
    for (of, speaking) in speaking {
        for rule in speaking.iter().filter_map(|place| rules.get(*place as usize)) {
            for found in found(context, rule, of) {
                found_by_any.at(Group::Weakness(rule.id.clone(), of.clone(), found.element().clone()));
            }
        }
    }
    found_by_any.into_keys()
}

/// Whether some rule speaks of a thing.
pub(crate) fn may_be_weak(context: &Context<'_>, of: &DesignOf) -> bool {
    !context.catalogue.speaking_of(of).is_empty()
}

/// The weaknesses of one thing.
pub(super) fn ground(builder: &mut Builder<'_>, of: &DesignOf) {
    let context = builder.context;
    let rules = &context.situation.rulebook.rules;
    for rule in context.catalogue.speaking_of(of).iter().filter_map(|place| rules.get(*place as usize)) {
        for found in found_again(context, rule, of) {
            let lacking = rule.lacks.map(|property| context.lacks(of, property).map(|lack| (lack, property)));
            if lacking == Some(None) {
                continue;
            }
            let by = builder.say(|| {
                let doubt = lacking.flatten().map_or_else(String::new, |(lack, property)| lack.words(property));
                format!("{} {}: {}{doubt}", rule.id, rule.step, rule.title)
            });
            let steps = found.steps(builder, rule, &by);
            if !steps.is_empty() {
                let group = Group::Weakness(rule.id.clone(), of.clone(), found.element().clone());
                let own = builder.group(group);
                // Mostly there is one, and there are hundreds of thousands of these.
                own.reserve_exact(1);
                own.push((Profile::OF_A_RULE, steps));
            }
        }
    }
}

/// Something of which a rule speaks, with the element that has the weakness.
enum Found<'a> {
    Element(&'a Element),
    Link(&'a Link, &'a LinkCondition),
    Secret(&'a Secret, &'a ElementId),
    Function(&'a Function, &'a ElementId),
}

/// Where a rule that speaks of a thing finds what it speaks of. That a link or an element is as it says has been seen already, and
/// nothing that is claimed changes it.
fn found_again<'a>(context: &Context<'a>, rule: &'a WeaknessRule, of: &DesignOf) -> Vec<Found<'a>> {
    let device = context.device();
    match (&rule.finds, of) {
        (Condition::Link(condition), DesignOf::Link(id)) => {
            device.links.get(id).map(|link| Found::Link(link, condition)).into_iter().collect()
        }
        (Condition::Element(_), DesignOf::Element(id)) => {
            device.elements.get(id).map(Found::Element).into_iter().collect()
        }
        _ => found(context, rule, of),
    }
}

/// Where a thing with all the features of which a rule speaks is otherwise as the rule says, at each of the elements that have the
/// weakness then.
fn found<'a>(context: &Context<'a>, rule: &'a WeaknessRule, of: &DesignOf) -> Vec<Found<'a>> {
    let device = context.device();
    match (&rule.finds, of) {
        (Condition::Element(condition), DesignOf::Element(id)) => {
            let element = device.elements.get(id).filter(|element| is(context, element, condition));
            element.map(Found::Element).into_iter().collect()
        }
        (Condition::Link(condition), DesignOf::Link(id)) => {
            let end = |id, condition| is_so(context, id, condition);
            let link = device.links.get(id).filter(|link| {
                (condition.media.is_empty() || condition.media.contains(&link.medium))
                    && end(&link.from, &condition.from)
                    && end(&link.to, &condition.to)
            });
            link.map(|link| Found::Link(link, condition)).into_iter().collect()
        }
        (Condition::Secret(SecretCondition { held_by, has: _ }), DesignOf::Secret(id)) => {
            let Some(secret) = device.secrets.get(id) else { return Vec::new() };
            let holders = context.holders(secret);
            let holders =
                holders.iter().filter_map(|id| device.elements.get(id)).filter(|one| is(context, one, held_by));
            holders.map(|holder| Found::Secret(secret, &holder.id)).collect()
        }
        (Condition::Function(FunctionCondition { realised_by, has: _ }), DesignOf::Function(id)) => {
            let Some(function) = device.functions.get(id) else { return Vec::new() };
            let elements = function.realised_by.elements().iter().filter(|id| is_so(context, id, realised_by));
            elements.map(|element| Found::Function(function, element)).collect()
        }
        _ => Vec::new(),
    }
}

fn is_so(context: &Context<'_>, id: &ElementId, condition: &ElementCondition) -> bool {
    context.device().elements.get(id).is_some_and(|element| is(context, element, condition))
}

fn is(context: &Context<'_>, element: &Element, condition: &ElementCondition) -> bool {
    let ElementCondition { kinds, battery, essential, has } = condition;
    let design = || context.device().designs.of(&DesignOf::Element(element.id.clone()));
    (kinds.is_empty() || kinds.contains(&element.kind))
        && (!battery || element.kind.is_worn() || design().has.contains(&Feature::Battery))
        && (has.is_empty() || has.is_subset(&design().has))
        && (!essential || context.catalogue.is_essential(&element.id))
}

impl Found<'_> {
    fn element(&self) -> &ElementId {
        match self {
            Self::Element(element) => &element.id,
            Self::Link(link, _) => &link.to,
            Self::Secret(_, element) | Self::Function(_, element) => element,
        }
    }

    /// What the attacker has then.
    fn gains(&self, context: &Context<'_>, gives: Gives) -> Vec<Fact> {
        let here = self.element();
        match (gives, self) {
            // What is read as it passes was with both ends.
            (Gives::Privilege(Privilege::Look), Self::Link(link, _)) => {
                let ends = BTreeSet::from([&link.from, &link.to]);
                ends.into_iter().map(|end| Fact::Gain(end.clone(), Privilege::Look)).collect()
            }
            (Gives::Privilege(privilege), _) => vec![Fact::Gain(here.clone(), privilege)],
            (Gives::FalseData, Self::Link(link, _)) => vec![Fact::FalseData(link.id.clone())],
            (Gives::FalseData, _) => vec![Fact::Misinformed(here.clone())],
            (Gives::Presence, _) => vec![Fact::Present(here.clone())],
            (Gives::Silence, Self::Link(link, _)) => vec![Fact::Silenced(link.id.clone())],
            (Gives::Belief, Self::Link(link, _)) => vec![Fact::Speak(link.id.clone())],
            (Gives::Secret, Self::Secret(secret, _)) => vec![Fact::Know(SecretRef::Named(secret.id.clone()))],
            (Gives::Loss | Gives::Alteration, Self::Function(function, via)) => {
                let how = if gives == Gives::Loss { HowDegraded::Loss } else { HowDegraded::Alteration };
                // Nor does it help those that fall back on it.
                let aids = context.catalogue.aids(&function.id).iter();
                let helpless = aids.map(|aid| Fact::Helpless(function.id.clone(), *aid));
                helpless.chain([Fact::Degraded(function.id.clone(), how, Some((*via).clone()))]).collect()
            }
            // The rules are read so that nothing else stands there.
            _ => Vec::new(),
        }
    }

    /// The step that a control checks by a secret where a rule speaks of messages that are taken again, and the link itself verifies nobody.
    fn checked_anew(&self, context: &Context<'_>) -> Option<&'static str> {
        let Self::Link(link, condition) = self else { return None };
        checking_anew(context, condition, link).map(|(step, _)| step)
    }

    /// What each way of the rule needs, and how far what follows reaches.
    fn premises(&self, context: &Context<'_>, rule: &WeaknessRule) -> Vec<(Vec<Fact>, ReachRule)> {
        let wherever = |facts: Vec<Fact>| (facts, ReachRule::First(Reach::One));
        if let Self::Link(link, LinkCondition { sender: Some(check), carries, .. }) = self {
            let carried = carries.is_none_or(|what| context.carries(link, what));
            let again = self.checked_anew(context).filter(|_| !context.refuses_replay(link));
            let again = again.map(|_| vec![sent_again(context, link)]);
            let unchecked = unchecked(context, link, *check).or(again);
            return unchecked.filter(|_| carried).map(wherever).into_iter().collect();
        }
        if let Self::Link(link, LinkCondition { carries: Some(what), .. }) = self
            && !context.carries(link, *what)
        {
            return Vec::new();
        }
        rule.ways.iter().flat_map(|way| self.premises_of(context, rule, *way)).collect()
    }

    fn premises_of(&self, context: &Context<'_>, rule: &WeaknessRule, way: Way) -> Vec<(Vec<Fact>, ReachRule)> {
        let here = self.element();
        let inject = |link: &Link, near| Fact::Inject(link.id.clone(), context.arriving(&link.id, here), near);
        let of_element = || context.links_of(here).iter().filter_map(|id| context.device().links.get(id));
        let facts: Vec<Fact> = match (way, self) {
            (Way::At(position), _) => {
                let reach = rule.reach.unwrap_or_else(|| reach_of(position));
                return vec![(vec![Fact::At(position)], ReachRule::Exactly(reach))];
            }
            (Way::Message, Self::Link(link, _)) => vec![inject(link, Nearness::Far)],
            (Way::NearMessage, Self::Link(link, _)) => vec![inject(link, Nearness::Near)],
            (Way::Believed, Self::Link(link, _)) => {
                let unchecked = (!context.authenticates(link)).then(|| inject(link, Nearness::Far));
                unchecked.into_iter().chain([Fact::Speak(link.id.clone())]).collect()
            }
            (Way::Quiet, Self::Link(link, _)) => vec![Fact::Quiet(link.id.clone())],
            (Way::Plugged, Self::Link(link, _)) => vec![Fact::Plugged(link.id.clone(), here.clone())],
            (Way::Message, Self::Element(_)) => of_element().map(|link| inject(link, Nearness::Far)).collect(),
            (Way::NearMessage, Self::Element(_)) => of_element().map(|link| inject(link, Nearness::Near)).collect(),
            (Way::Touch, Self::Element(_) | Self::Secret(..)) => vec![Fact::Present(here.clone())],
            (Way::NearMessage, Self::Function(..)) => {
                of_element().filter(|link| link.medium.is_radio()).map(|link| inject(link, Nearness::Near)).collect()
            }
            // Where a link verifies nobody, other rules speak of what its receiver does.
            (Way::Believed, Self::Function(..)) => {
                of_element().filter(|link| link.to == *here).map(|link| Fact::Speak(link.id.clone())).collect()
            }
            (Way::Misinformed, Self::Function(function, _)) => functions::told_wrong(context, function, here),
            _ => Vec::new(),
        };
        facts.into_iter().map(|fact| (vec![fact], ReachRule::First(Reach::One))).collect()
    }

    /// Adds the steps.
    fn steps(&self, builder: &mut Builder<'_>, rule: &WeaknessRule, by: &By) -> Vec<DerivationId> {
        let mut cuts = builder.cutting(&Cuttable::Step { step: &rule.step, at: self.element() });
        if let Some(step) = self.checked_anew(builder.context) {
            // What is sent again passes the check of its sender, and no other.
            let cutting = builder.context.cutting_step(step, self.element());
            cuts.extend(cutting.filter(|control| !by_a_secret(control)).map(|control| control.id.clone()));
            cuts.sort();
            cuts.dedup();
        }
        let gains = self.gains(builder.context, rule.gives);
        let mut steps = Vec::new();
        for (premises, reach) in self.premises(builder.context, rule) {
            for gain in &gains {
                steps.push(builder.step(premises.clone(), gain.clone(), rule.class, reach, by.clone(), &cuts));
            }
        }
        if let (Self::Function(function, via), false) = (self, steps.is_empty()) {
            let how = if rule.gives == Gives::Loss { HowDegraded::Loss } else { HowDegraded::Alteration };
            functions::follows(builder, function, how, Some(via));
        }
        steps
    }
}

/// What it takes to be believed where a receiver fails to know who sends in this way; nothing where it does not fail so.
fn unchecked(context: &Context<'_>, link: &Link, check: SenderCheck) -> Option<Vec<Fact>> {
    let inject = |nearness| Fact::Inject(link.id.clone(), context.arriving(&link.id, &link.to), nearness);
    // What is said to be verified and is not known to be fails as it would if it were: that nobody decided it takes no step away.
    match (check, accepted_secret(context, link)) {
        (SenderCheck::Missing, _) => (!context.authenticates(link)).then(|| vec![inject(Nearness::Far)]),
        (SenderCheck::WithoutAntiReplay, Some(_)) if !context.refuses_replay(link) => {
            Some(vec![sent_again(context, link)])
        }
        (SenderCheck::SharedSecret, Some((secret, false))) => Some(vec![inject(Nearness::Far), Fact::Know(secret)]),
        _ => None,
    }
}

/// Where a rule speaks of messages that are taken again, and the link itself verifies nobody: the step that controls in effect check by a
/// secret, and these controls.
pub(crate) fn checking_anew<'a>(
    context: &Context<'a>,
    condition: &LinkCondition,
    link: &Link,
) -> Option<(&'static str, Vec<&'a ControlId>)> {
    let LinkCondition { sender: Some(SenderCheck::WithoutAntiReplay), carries: Some(what), .. } = condition else {
        return None;
    };
    let step = match what {
        Carries::Command => SEND_COMMAND,
        // Of programs that are genuine and old a feature of the element that is updated speaks.
        Carries::Code => return None,
        Carries::Data => ACCEPT_DATA,
    };
    if accepted_secret(context, link).is_some() {
        return None;
    }
    let checks = context.cutting_step(step, &link.to).filter(|control| by_a_secret(control));
    let checks: Vec<&ControlId> = checks.map(|control| &control.id).collect();
    (!checks.is_empty()).then_some((step, checks))
}

/// Sending again needs having listened: nearby, or on the way where it is routed.
fn sent_again(context: &Context<'_>, link: &Link) -> Fact {
    let nearness = if link.medium.routed() { Nearness::Far } else { Nearness::Near };
    Fact::Inject(link.id.clone(), context.arriving(&link.id, &link.to), nearness)
}

/// Whether a control rests on a secret.
pub(crate) fn by_a_secret(control: &Control) -> bool {
    control.enforcer.as_ref().is_some_and(|by| by.secret.is_some())
}

/// How many instances are reached at once from a position that is not on a link.
fn reach_of(position: Position) -> Reach {
    match position {
        Position::Radio => Reach::Site,
        other => reach(other, ward_model::device::Medium::Usb),
    }
}

/// Whether what an element keeps may be looked at as it passes, or where it is kept.
pub(super) fn is_looked_at(context: &Context<'_>, element: &ElementId) -> bool {
    let designs = &context.device().designs;
    let has_any = |of: DesignOf| !Design::is_empty(designs.of(&of));
    has_any(DesignOf::Element(element.clone()))
        || context.links_of(element).iter().any(|link| has_any(DesignOf::Link(link.clone())))
}
