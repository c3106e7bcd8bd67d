//! Which elements guard each other, so that none of them guards another: whichever stands in front is reached first.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::device::{Cut, Device};
use ward_model::ids::ElementId;

use crate::vocabulary::Table;

/// For each element that enforces a control over messages, and is guarded by another that it guards itself, however far around: which
/// others these are. Whether the controls have effect makes no difference.
pub(super) fn rings(device: &Device) -> Table<ElementId, BTreeSet<ElementId>> {
    let guards = guards(device);
    let reached: BTreeMap<&ElementId, BTreeSet<&ElementId>> =
        guards.keys().map(|from| (*from, reached(&guards, from))).collect();
    let mut rings: Table<ElementId, BTreeSet<ElementId>> = Table::default();
    for (one, others) in &reached {
        let back =
            |other: &&&ElementId| other != &one && reached.get(**other).is_some_and(|of_other| of_other.contains(*one));
        let ring: BTreeSet<ElementId> = others.iter().filter(back).map(|other| (*other).clone()).collect();
        if !ring.is_empty() {
            rings.insert((*one).clone(), ring);
        }
    }
    rings
}

/// By element, whom it guards of those that guard anybody.
type Guards<'a> = BTreeMap<&'a ElementId, BTreeSet<&'a ElementId>>;

fn guards(device: &Device) -> Guards<'_> {
    let cuts =
        device.controls.values().filter_map(|control| Some((&control.enforcer.as_ref()?.element, &control.cuts)));
    let guarding = cuts.flat_map(|(by, cuts)| cuts.iter().map(move |cut| (by, cut)));
    let guarding: Vec<(&ElementId, &Cut)> =
        guarding.filter(|(_, cut)| matches!(cut, Cut::LinksIntoZone { .. } | Cut::Link { .. })).collect();
    let enforcers: BTreeSet<&ElementId> = guarding.iter().map(|(by, _)| *by).collect();
    let mut guards = Guards::new();
    for (by, cut) in guarding {
        let own = guards.entry(by).or_default();
        match cut {
            Cut::LinksIntoZone { zone, .. } => own.extend(enforcers.iter().copied().filter(|other| {
                device.elements.get(*other).is_some_and(|element| element.zone.as_ref() == Some(zone))
            })),
            Cut::Link { link, .. } => {
                let ends = device.links.get(link).into_iter().flat_map(|link| [&link.from, &link.to]);
                own.extend(ends.filter(|end| enforcers.contains(end)));
            }
            _ => {}
        }
    }
    guards
}

fn reached<'a>(guards: &Guards<'a>, from: &'a ElementId) -> BTreeSet<&'a ElementId> {
    let (mut reached, mut waiting) = (BTreeSet::new(), vec![from]);
    while let Some(one) = waiting.pop() {
        waiting.extend(guards.get(one).into_iter().flatten().filter(|other| reached.insert(**other)));
    }
    reached
}
