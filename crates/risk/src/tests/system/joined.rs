//! Larger random systems: small ones side by side, with links between them.

use proptest::prelude::*;
use ward_model::device::*;
use ward_model::ids::*;

use super::{System, a_link, system};

/// A system has up to so many elements, unless the long run asks for more by `WARD_ELEMENTS`.
const USUAL_ELEMENTS: usize = 8;

/// Systems for the laws. They share zones, harms and groups of people; the first keeps its names.
pub(crate) fn systems() -> BoxedStrategy<System> {
    let asked = std::env::var("WARD_ELEMENTS").ok().and_then(|text| text.parse().ok());
    let parts = asked.unwrap_or(USUAL_ELEMENTS) / 4;
    if parts < 2 {
        return system().boxed();
    }
    let between = prop::collection::vec((a_link(), any::<prop::sample::Index>()), parts);
    let joined = (numbers(parts), between).prop_map(|(systems, between)| {
        let mut systems = systems.into_iter();
        let mut all = systems.next().unwrap_or_else(System::empty);
        for ((number, part), (link, earlier)) in (1..).zip(systems).zip(between) {
            all.join(&Prefix(format!("p{number}-")), part);
            let earlier = earlier.index(number);
            let other = if earlier == 0 { String::new() } else { format!("p{earlier}-") };
            // A link of the part, laid to an element of an earlier one, in either direction.
            let (here, there) = (format!("p{number}-{}", link.from), format!("{other}{}", link.to));
            let back = link.anti_replay == Some(true);
            let (from, to) = if back { (there, here) } else { (here, there) };
            let id = LinkId::new(format!("between-{number}"));
            let (from, to) = (ElementId::new(from), ElementId::new(to));
            all.device.links.insert(id.clone(), Link { id, from, to, ..link });
        }
        all.make_claims();
        all
    });
    // Most of what a law can be broken by is small.
    if asked.is_some() { joined.boxed() } else { prop_oneof![7 => system(), 1 => joined].boxed() }
}

/// So many small systems at most: half of the time one, a quarter of the time two or three, and so on, so that there is time for many.
fn numbers(most: usize) -> BoxedStrategy<Vec<System>> {
    let octaves = (0..=most.ilog2()).map(|octave| (1 << octave, (2 << octave).min(most + 1)));
    let mut weight = 2_u32 << most.ilog2();
    let weighted = octaves.map(|(from, to)| {
        weight /= 2;
        (weight, prop::collection::vec(system(), from..to).boxed())
    });
    prop::strategy::Union::new_weighted(weighted.collect()).boxed()
}

/// What is put before the names of a part.
struct Prefix(String);

impl Prefix {
    fn element(&self, id: &ElementId) -> ElementId {
        ElementId::new(format!("{}{id}", self.0))
    }

    fn elements(&self, ids: &[ElementId]) -> Vec<ElementId> {
        ids.iter().map(|id| self.element(id)).collect()
    }

    fn link(&self, id: &LinkId) -> LinkId {
        LinkId::new(format!("{}{id}", self.0))
    }

    fn links(&self, ids: Option<Vec<LinkId>>) -> Option<Vec<LinkId>> {
        ids.map(|ids| ids.iter().map(|id| self.link(id)).collect())
    }

    fn secret(&self, id: &SecretId) -> SecretId {
        SecretId::new(format!("{}{id}", self.0))
    }

    fn function(&self, id: &FunctionId) -> FunctionId {
        FunctionId::new(format!("{}{id}", self.0))
    }

    fn control(&self, id: &ControlId) -> ControlId {
        ControlId::new(format!("{}{id}", self.0))
    }

    fn cut(&self, cut: Cut) -> Cut {
        match cut {
            Cut::Step { step, at } => Cut::Step { step, at: self.element(&at) },
            Cut::Link { link, from } => Cut::Link { link: self.link(&link), from },
            Cut::Presence { at } => Cut::Presence { at: self.element(&at) },
            Cut::Vulnerability { id, at } => Cut::Vulnerability { id, at: self.element(&at) },
            Cut::LinksIntoZone { zone, from } => Cut::LinksIntoZone { zone, from },
        }
    }

    fn realised_by(&self, realised_by: RealisedBy) -> RealisedBy {
        match realised_by {
            RealisedBy::All(of) => RealisedBy::All(self.elements(&of)),
            RealisedBy::Any(of) => RealisedBy::Any(self.elements(&of)),
            RealisedBy::Voted { required, of } => RealisedBy::Voted { required, of: self.elements(&of) },
            RealisedBy::People => RealisedBy::People,
        }
    }

    fn effect(&self, mut effect: Effect) -> Effect {
        if let Some(fallback) = &mut effect.fallback {
            fallback.function = self.function(&fallback.function);
            fallback.detection = self.function(&fallback.detection);
        }
        effect
    }
}

impl System {
    /// Puts another system beside this one, under other names.
    fn join(&mut self, prefix: &Prefix, other: System) {
        let device = &mut self.device;
        for (id, element) in other.device.elements {
            let id = prefix.element(&id);
            device.elements.insert(id.clone(), Element { id, ..element });
        }
        for (id, link) in other.device.links {
            let id = prefix.link(&id);
            let authentication = link.authentication.clone().map(|authentication| Authentication {
                secret: authentication.secret.as_ref().map(|secret| prefix.secret(secret)),
                ..authentication
            });
            let (from, to) = (prefix.element(&link.from), prefix.element(&link.to));
            let fed_by = prefix.links(link.fed_by.clone());
            device.links.insert(id.clone(), Link { id, from, to, authentication, fed_by, ..link });
        }
        for (id, secret) in other.device.secrets {
            let id = prefix.secret(&id);
            let held_by = prefix.elements(&secret.held_by);
            device.secrets.insert(id.clone(), Secret { id, held_by, ..secret });
        }
        for (id, function) in other.device.functions {
            let id = prefix.function(&id);
            let realised_by = prefix.realised_by(function.realised_by.clone());
            let effects = function.effects.iter().cloned().map(|effect| prefix.effect(effect)).collect();
            let fed_by = prefix.links(function.fed_by.clone());
            device.functions.insert(id.clone(), Function { id, realised_by, effects, fed_by, ..function });
        }
        for (id, control) in other.device.controls {
            let id = prefix.control(&id);
            let cuts = control.cuts.iter().cloned().map(|cut| prefix.cut(cut)).collect();
            let enforcer = control.enforcer.clone().map(|enforcer| Enforcer {
                element: prefix.element(&enforcer.element),
                secret: enforcer.secret.as_ref().map(|secret| prefix.secret(secret)),
            });
            device.controls.insert(id.clone(), Control { id, cuts, enforcer, ..control });
        }
        for ((version, element), reports) in other.reports {
            self.reports.insert((version, prefix.element(&element)), reports);
        }
        self.confirmed.extend(other.confirmed.iter().map(|id| prefix.control(id)));
    }
}
