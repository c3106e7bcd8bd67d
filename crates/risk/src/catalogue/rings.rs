//! Which enforcers of controls keep each other safe, so that none of them is known to stand first.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::device::{Control, Cut, Device};
use ward_model::ids::{ControlId, ElementId, ZoneId};

use super::boxes::Boxes;
use crate::vocabulary::Table;

/// So many that stand around are told apart in every way; of more, two and two and all together.
const MOST_TOLD_APART: usize = 6;

/// Enforcers of which each keeps another one safe, around to the first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ring {
    pub enforcers: BTreeSet<ElementId>,
    /// They, and what is in one box with them: whoever gets at that stands behind what guards the box.
    pub members: BTreeSet<ElementId>,
    /// Their controls by which they keep each other safe, each with what is in one box with who enforces it.
    pub controls: BTreeMap<ControlId, BTreeSet<ElementId>>,
}

/// The rings of a device. Whether controls have effect makes no difference.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rings {
    all: Vec<Ring>,
    of: Table<ElementId, Vec<u32>>,
}

impl Rings {
    pub(super) fn of(device: &Device) -> Self {
        let boxes = Boxes::of(device);
        let guards = Guards::of(device, &boxes);
        let mut rings = Self::default();
        for around in guards.rings() {
            let number = u32::try_from(rings.all.len()).unwrap_or(u32::MAX);
            let boxed = |one: &&ElementId| boxes.around(one).cloned().collect::<BTreeSet<ElementId>>();
            let members: BTreeSet<ElementId> = around.iter().flat_map(boxed).collect();
            members.iter().for_each(|one| rings.of.entry(one.clone()).or_default().push(number));
            let controls = guards.controls.iter().filter(|(_, (by, of))| {
                around.contains(*by) && of.iter().any(|one| one != by && around.contains(*one))
            });
            let controls = controls.map(|(control, (by, _))| ((*control).clone(), boxed(by))).collect();
            rings.all.push(Ring { enforcers: around.into_iter().cloned().collect(), members, controls });
        }
        rings
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// All of them, each with its number.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Ring)> {
        (0..).zip(&self.all)
    }

    /// A ring by its number.
    pub fn at(&self, number: u32) -> Option<&Ring> {
        self.all.get(number as usize)
    }

    /// The numbers of the rings that an element is in.
    pub fn around(&self, element: &ElementId) -> &[u32] {
        self.of.get(element).map_or(&[], Vec::as_slice)
    }
}

/// Whom the enforcers of controls keep safe.
struct Guards<'a> {
    /// By control, its enforcer and those whom it guards.
    controls: BTreeMap<&'a ControlId, (&'a ElementId, BTreeSet<&'a ElementId>)>,
    /// By enforcer, the other enforcers whom it guards.
    onward: BTreeMap<&'a ElementId, BTreeSet<&'a ElementId>>,
}

impl<'a> Guards<'a> {
    fn of(device: &'a Device, boxes: &Boxes) -> Self {
        let enforced = |control: &'a Control| Some((&control.enforcer.as_ref()?.element, control));
        let enforced: Vec<(&ElementId, &Control)> = device.controls.values().filter_map(enforced).collect();
        // By element, the enforcers in one box with it.
        let mut within: BTreeMap<&ElementId, BTreeSet<&'a ElementId>> = BTreeMap::new();
        let mut standing: BTreeMap<&ZoneId, BTreeSet<&'a ElementId>> = BTreeMap::new();
        let enforcers: BTreeSet<&'a ElementId> = enforced.iter().map(|(by, _)| *by).collect();
        for by in enforcers {
            for (id, inside) in boxes.around(by).filter_map(|id| device.elements.get_key_value(id)) {
                within.entry(id).or_default().insert(by);
                if let Some(zone) = &inside.zone {
                    standing.entry(zone).or_default().insert(by);
                }
            }
        }
        let those = |at: &ElementId| within.get(at).into_iter().flatten().copied();
        let mut guards = Self { controls: BTreeMap::new(), onward: BTreeMap::new() };
        for (by, control) in enforced {
            let mut guarded: BTreeSet<&ElementId> = BTreeSet::new();
            for cut in &control.cuts {
                match cut {
                    Cut::LinksIntoZone { zone, .. } => guarded.extend(standing.get(zone).into_iter().flatten()),
                    // On a link of its own it does what it does for itself.
                    Cut::Link { link, .. } => {
                        let link = device.links.get(link).filter(|link| ![&link.from, &link.to].contains(&by));
                        guarded.extend(link.into_iter().flat_map(|link| those(&link.from).chain(those(&link.to))))
                    }
                    // What keeps from an element what uses its vulnerability stands in front of it.
                    Cut::Vulnerability { at, .. } => guarded.extend(those(at)),
                    // What checks what is done elsewhere, or locks a door, need not: of two such each is there as long as the other is.
                    Cut::Step { .. } | Cut::Presence { .. } => {}
                }
            }
            guards.onward.entry(by).or_default().extend(guarded.iter().copied().filter(|one| *one != by));
            guards.controls.insert(&control.id, (by, guarded));
        }
        guards
    }

    /// Those that keep each other safe, around to the first: of few each set of which that is so, of many those of two and all.
    fn rings(&self) -> BTreeSet<BTreeSet<&'a ElementId>> {
        let mut rings = BTreeSet::new();
        for around in self.around(&self.onward.keys().copied().collect()) {
            if around.len() <= MOST_TOLD_APART {
                let all: Vec<&ElementId> = around.iter().copied().collect();
                let sets = (1_u32..1 << all.len()).map(|set| {
                    let chosen = all.iter().enumerate().filter(|(place, _)| set >> place & 1 == 1);
                    chosen.map(|(_, one)| *one).collect::<BTreeSet<_>>()
                });
                rings.extend(sets.filter(|set| set.len() > 1 && self.around(set) == BTreeSet::from([set.clone()])));
                continue;
            }
            let guards = |one: &ElementId, other: &ElementId| self.onward[one].contains(other);
            for one in &around {
                let back = self.onward[one].iter().filter(|other| around.contains(*other) && guards(other, one));
                rings.extend(back.map(|other| BTreeSet::from([*one, *other])));
            }
            rings.insert(around);
        }
        rings
    }

    /// Of some, the largest sets of which each reaches each other one by whom they keep safe, within these.
    fn around(&self, within: &BTreeSet<&'a ElementId>) -> BTreeSet<BTreeSet<&'a ElementId>> {
        let reached: BTreeMap<&ElementId, BTreeSet<&'a ElementId>> =
            within.iter().map(|from| (*from, self.reached(from, within))).collect();
        let sets = reached.iter().map(|(one, others)| {
            let back = |other: &&&'a ElementId| reached[**other].contains(*one);
            others.iter().filter(back).copied().collect::<BTreeSet<_>>()
        });
        sets.filter(|set| set.len() > 1).collect()
    }

    fn reached(&self, from: &'a ElementId, within: &BTreeSet<&'a ElementId>) -> BTreeSet<&'a ElementId> {
        let (mut reached, mut waiting) = (BTreeSet::new(), vec![from]);
        while let Some(one) = waiting.pop() {
            let onward = self.onward.get(one).into_iter().flatten().filter(|other| within.contains(*other));
            waiting.extend(onward.filter(|other| reached.insert(**other)));
        }
        reached
    }
}
