//! Vulnerabilities: the ways in which a profile can be used at an element.

use std::collections::BTreeMap;
use std::sync::Arc;

use ward_model::cvss::AttackVector;
use ward_model::ids::{ControlId, ElementId, LinkId};
use ward_model::scale::Reach;

use super::links::accepted_secret;
use super::{Builder, Group, Login};
use crate::catalogue::{Known, Profile};
use crate::context::{Context, Unknowns};
use crate::fact::{Fact, Nearness};
use crate::program::{DerivationId, ReachRule};

pub(super) fn ground(builder: &mut Builder<'_>, element: &ElementId) {
    let context = builder.context;
    let inventory = context.inventory(element);
    // Which groups there are: of every kind one that nothing of its own cuts, where there is one, and those that a control names.
    let named = builder.named_by_controls(element);
    let mut groups: BTreeMap<Group, &Known> = BTreeMap::new();
    for known in inventory.one_of_each_kind(|known| !named.contains(&known.id)) {
        groups.insert(context.group_uncut(known, element), known);
    }
    for known in named.into_iter().filter_map(|id| inventory.find(id)) {
        groups.insert(context.group_of(known, element), known);
    }
    let mut taken: BTreeMap<(Profile, Vec<ControlId>), Vec<DerivationId>> = BTreeMap::new();
    for (group, known) in groups {
        let Group::Vulnerabilities { cuts, .. } = &group else { continue };
        let mut steps = Vec::new();
        for (profile, by) in known.profiles(context.effects) {
            if !(profile.unscored && context.unknowns == Unknowns::Best) {
                let own = taken
                    .entry((*profile, cuts.clone()))
                    .or_insert_with(|| entries(builder, element, profile, by, cuts));
                steps.push((*profile, own.clone()));
            }
        }
        // A vulnerability without any step is a subject all the same: nothing may vanish.
        *builder.group(group) = steps;
    }
}

fn entries(
    builder: &mut Builder<'_>,
    element: &ElementId,
    profile: &Profile,
    by: &Arc<str>,
    cuts: &[ControlId],
) -> Vec<DerivationId> {
    let context = builder.context;
    // Each with its demands, and the login among them where one counts.
    let mut ways: Vec<(Fact, u8, Option<Login>)> = Vec::new();
    let login_here = login_here(context, element, profile.login);
    let here = (element.clone(), None);
    ways.push((Fact::Present(element.clone()), profile.always.saturating_add(login_here), Some(here)));
    if profile.vector == AttackVector::Physical {
        // What needs a hand at a port is done by what is plugged in, too.
        let links = context.links_of(element).iter().filter_map(|link| context.device().links.get(link));
        for link in links.filter(|link| link.medium.needs_touch()) {
            let plugged = Fact::Plugged(link.id.clone(), element.clone());
            ways.push((plugged, profile.always.saturating_add(login_here), Some((element.clone(), None))));
        }
    } else {
        // What a link brings is parsed: that satisfies a local vector too.
        let near = if profile.vector == AttackVector::Adjacent { Nearness::Near } else { Nearness::Far };
        for link in context.links_of(element) {
            let demands = profile.always.saturating_add(login_on(context, element, link, profile.login));
            let arrives = Fact::Inject(link.clone(), context.arriving(link, element), near);
            ways.push((arrives, demands, Some((element.clone(), Some(link.clone())))));
            ways.push((Fact::Speak(link.clone()), profile.always, None));
        }
    }
    let mut steps = Vec::new();
    for (premise, demands, login) in ways {
        let first = steps.len();
        for gain in profile.gains() {
            let gained = Fact::Gain(element.clone(), gain);
            let class = profile.class(demands);
            steps.push(builder.step(
                vec![premise.clone()],
                gained,
                class,
                ReachRule::First(Reach::One),
                Arc::clone(by),
                cuts,
            ));
        }
        if let Some(login) = login.filter(|_| profile.login > 0) {
            let steps = steps[first..].iter().map(|step| (*step, *profile));
            builder.grounded.logins.entry(login).or_default().extend(steps);
        }
    }
    steps
}

/// What demand a login is for whoever is at an element: none where nobody answers for it.
pub(super) fn login_here(context: &Context<'_>, element: &ElementId, demand: u8) -> u8 {
    if demand > 0 && context.local_login(element) { demand } else { 0 }
}

/// What demand a login is at an element, on a link: none where that is not the end that asks for it, where nobody answers for it, or the
/// secret may be shared.
pub(super) fn login_on(context: &Context<'_>, element: &ElementId, link: &LinkId, demand: u8) -> u8 {
    if demand == 0 {
        return 0;
    }
    let asking = context.device().links.get(link).filter(|link| link.to == *element);
    let secret = asking.filter(|link| context.authenticates(link)).and_then(|link| accepted_secret(context, link));
    if matches!(secret, Some((_, true))) { demand } else { 0 }
}
