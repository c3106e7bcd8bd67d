//! Vulnerabilities: the ways in which a profile can be used at an element.

use std::collections::BTreeMap;
use std::sync::Arc;

use ward_model::cvss::AttackVector;
use ward_model::device::Cut;
use ward_model::ids::{ControlId, ElementId, LinkId};
use ward_model::scale::Reach;

use super::links::secret_of;
use super::{Builder, Group};
use crate::catalogue::{Known, Profile};
use crate::context::Unknowns;
use crate::fact::{Fact, Nearness};
use crate::program::{DerivationId, ReachRule};

pub(super) fn ground(builder: &mut Builder<'_>) {
    let context = builder.context;
    for element in context.device().elements.keys() {
        let inventory = context.inventory(element);
        // Which groups there are: one of every kind that nothing of its own cuts, and those that a control names.
        let mut groups: BTreeMap<Group, &Known> = BTreeMap::new();
        for known in inventory.one_of_each_kind() {
            groups.insert(context.group_uncut(known, element), known);
        }
        for (_, cut) in &builder.cuts {
            if let Cut::Vulnerability { id, at } = cut
                && at == element
                && let Some(known) = inventory.find(id)
            {
                groups.insert(context.group_of(known, element), known);
            }
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
            builder.grounded.groups.insert(group, steps);
        }
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
    let mut ways: Vec<(Fact, u8)> = Vec::new();
    let login_here = if context.local_login(element) { profile.login } else { 0 };
    ways.push((Fact::Present(element.clone()), profile.always.saturating_add(login_here)));
    if profile.vector != AttackVector::Physical {
        // What a link brings is parsed: that satisfies a local vector too.
        let near = if profile.vector == AttackVector::Adjacent { Nearness::Near } else { Nearness::Far };
        for link in context.device().links.values().filter(|link| link.from == *element || link.to == *element) {
            let login = login_on(builder, &link.id, profile.login);
            ways.push((Fact::Inject(link.id.clone(), near), profile.always.saturating_add(login)));
            ways.push((Fact::Speak(link.id.clone()), profile.always));
        }
    }
    let mut steps = Vec::new();
    for (premise, demands) in ways {
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
    }
    steps
}

/// What demand a login is on a link: none where nobody answers for it, or the secret may be shared.
fn login_on(builder: &Builder<'_>, link: &LinkId, demand: u8) -> u8 {
    let secret = builder.context.device().links.get(link).and_then(|link| secret_of(builder, link));
    if matches!(secret, Some((_, true))) { demand } else { 0 }
}
