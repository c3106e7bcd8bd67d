//! Which enforcers of controls keep each other safe, so that none of them is known to stand first.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::device::{Control, Cut, Device};
use ward_model::ids::{ControlId, ElementId, LinkId};

use crate::vocabulary::Table;

/// Enforcers of which each keeps another one safe, around to the first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ring {
    pub members: BTreeSet<ElementId>,
    /// Their controls by which they keep each other safe, each with who enforces it.
    pub controls: BTreeMap<ControlId, ElementId>,
}

/// The rings of a device. Whether controls have effect makes no difference.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rings {
    all: Vec<Ring>,
    of: Table<ElementId, Vec<u32>>,
}

impl Rings {
    pub(super) fn of(device: &Device) -> Self {
        let guards = Guards::of(device);
        let mut rings = Self::default();
        for members in guards.rings() {
            let number = u32::try_from(rings.all.len()).unwrap_or(u32::MAX);
            members.iter().for_each(|one| rings.of.entry(one.clone()).or_default().push(number));
            let controls = guards.controls.iter().filter(|(_, (by, of))| {
                members.contains(*by) && of.iter().any(|one| one != by && members.contains(*one))
            });
            let controls = controls.map(|(control, (by, _))| ((*control).clone(), (*by).clone())).collect();
            rings.all.push(Ring { members, controls });
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
    fn of(device: &'a Device) -> Self {
        let enforced = |control: &'a Control| Some((&control.enforcer.as_ref()?.element, control));
        let enforced: Vec<(&ElementId, &Control)> = device.controls.values().filter_map(enforced).collect();
        let enforcers: BTreeSet<&ElementId> = enforced.iter().map(|(by, _)| *by).collect();
        let ends = |link: &LinkId| device.links.get(link).map(|link| [&link.from, &link.to]);
        let mut guards = Self { controls: BTreeMap::new(), onward: BTreeMap::new() };
        for (by, control) in enforced {
            let mut guarded: BTreeSet<&ElementId> = BTreeSet::new();
            for cut in &control.cuts {
                match cut {
                    Cut::LinksIntoZone { zone, .. } => guarded.extend(enforcers.iter().copied().filter(|other| {
                        device.elements.get(*other).is_some_and(|element| element.zone.as_ref() == Some(zone))
                    })),
                    // On a link of its own it does what it does for itself.
                    Cut::Link { link, .. } => {
                        guarded.extend(ends(link).filter(|ends| !ends.contains(&by)).into_iter().flatten())
                    }
                    // What keeps from an element what uses its vulnerability stands in front of it.
                    Cut::Vulnerability { at, .. } => {
                        guarded.insert(at);
                    }
                    // What checks what is done elsewhere, or locks a door, need not: of two such each is there as long as the other is.
                    Cut::Step { .. } | Cut::Presence { .. } => {}
                }
            }
            guarded.retain(|one| enforcers.contains(one));
            guards.onward.entry(by).or_default().extend(guarded.iter().copied().filter(|one| *one != by));
            guards.controls.insert(&control.id, (by, guarded));
        }
        guards
    }

    fn guards(&self, one: &ElementId, other: &ElementId) -> bool {
        self.onward.get(one).is_some_and(|guarded| guarded.contains(other))
    }

    /// Those that guard each other, two and two, and all that do so around several. Larger rings within the latter are not told apart.
    fn rings(&self) -> BTreeSet<BTreeSet<ElementId>> {
        let mut rings = BTreeSet::new();
        for (one, guarded) in &self.onward {
            for other in guarded.iter().filter(|other| self.guards(other, one)) {
                rings.insert(BTreeSet::from([(*one).clone(), (*other).clone()]));
            }
        }
        let reached: BTreeMap<&ElementId, BTreeSet<&ElementId>> =
            self.onward.keys().map(|from| (*from, self.reached(from))).collect();
        for (one, others) in &reached {
            let back = |other: &&&ElementId| reached.get(**other).is_some_and(|of_other| of_other.contains(*one));
            let around: BTreeSet<ElementId> = others.iter().filter(back).map(|other| (*other).clone()).collect();
            if around.len() > 1 {
                rings.insert(around);
            }
        }
        rings
    }

    fn reached(&self, from: &'a ElementId) -> BTreeSet<&'a ElementId> {
        let (mut reached, mut waiting) = (BTreeSet::new(), vec![from]);
        while let Some(one) = waiting.pop() {
            waiting.extend(self.onward.get(one).into_iter().flatten().filter(|other| reached.insert(**other)));
        }
        reached
    }
}
