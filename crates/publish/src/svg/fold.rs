//! A view of a system that fits on a page: the elements that it is about are drawn one by one, the others of each zone as one box.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::claim::ClaimId;
use ward_model::device::{Device, Element, ElementKind, Link};
use ward_model::ids::{ElementId, LinkId, ZoneId};

use super::{Sender, sender, sender_words};
use crate::words::count;

/// What is said where not everything is drawn.
const NEAR: &str =
    "Only what is linked with these elements is drawn beside them; other zones and other links are left out.";

/// What is drawn of a device.
pub struct View<'a> {
    /// The device as it is.
    pub whole: &'a Device,
    /// The elements that are drawn, and boxes that stand for several.
    pub elements: Vec<Element>,
    /// The links between these; several between the same two boxes are one where one of the ends stands for several.
    pub links: Vec<Link>,
    /// What is written on the links.
    pub notes: BTreeMap<LinkId, String>,
    /// What is written in the boxes that stand for several.
    pub folded: BTreeMap<ElementId, Vec<String>>,
    /// Sentences under the title.
    pub remarks: Vec<String>,
    /// Which box an element is drawn in, where that is not its own.
    inside: BTreeMap<ElementId, ElementId>,
    /// Which line a link is drawn as, where that is not its own; none where it is inside a box.
    merged: BTreeMap<LinkId, Option<LinkId>>,
}

impl<'a> View<'a> {
    /// Everything, one by one.
    pub fn whole(device: &'a Device, decided: &BTreeSet<&ClaimId>) -> Self {
        Self::of(device, &|_| true, decided)
    }

    /// Those that are kept one by one, the rest of each zone as one.
    pub fn of(device: &'a Device, keep: &dyn Fn(&Element) -> bool, decided: &BTreeSet<&ClaimId>) -> Self {
        let mut rest: BTreeMap<Option<&ZoneId>, Vec<&Element>> = BTreeMap::new();
        let mut elements = Vec::new();
        for element in device.elements.values() {
            if keep(element) {
                elements.push(element.clone());
            } else {
                let zone = element.zone.as_ref().filter(|zone| device.zones.contains_key(*zone));
                rest.entry(zone).or_default().push(element);
            }
        }
        let (mut inside, mut folded) = (BTreeMap::new(), BTreeMap::new());
        for (zone, of) in rest {
            let [first, more @ ..] = of.as_slice() else { continue };
            if more.is_empty() {
                elements.push((*first).clone());
                continue;
            }
            // No identifier of a folder holds a space.
            let id = ElementId::new(format!("rest of {}", zone.map_or("", ZoneId::as_str)));
            inside.extend(of.iter().map(|element| (element.id.clone(), id.clone())));
            folded.insert(id.clone(), kinds(&of));
            elements.push(Element { id, name: count(of.len(), "element", "elements"), ..(*first).clone() });
        }
        elements.sort_by(|a, b| a.id.cmp(&b.id));
        let mut view = Self {
            whole: device,
            elements,
            links: Vec::new(),
            notes: BTreeMap::new(),
            folded,
            remarks: Vec::new(),
            inside,
            merged: BTreeMap::new(),
        };
        view.link(decided);
        view
    }

    fn link(&mut self, decided: &BTreeSet<&ClaimId>) {
        let mut groups: BTreeMap<(ElementId, ElementId, Option<&LinkId>), Vec<&Link>> = BTreeMap::new();
        for link in self.whole.links.values() {
            let (from, to) = (self.drawn_in(&link.from).clone(), self.drawn_in(&link.to).clone());
            let several = self.folded.contains_key(&from) || self.folded.contains_key(&to);
            if several && from == to {
                self.merged.insert(link.id.clone(), None);
                continue;
            }
            groups.entry((from, to, (!several).then_some(&link.id))).or_default().push(link);
        }
        for ((from, to, _), of) in groups {
            // The one that is least sure of its sender speaks for all.
            let Some(worst) = of.iter().min_by_key(|link| sender(link, decided) as u8) else { continue };
            let mut drawn = Link { from, to, ..(*worst).clone() };
            let note = if of.len() == 1 {
                sender_words(worst, decided)
            } else {
                drawn.name = count(of.len(), "link", "links");
                let so = |state: Sender| of.iter().filter(|link| sender(link, decided) == state).count();
                let words = [
                    (so(Sender::Unverified), "without authentication"),
                    (so(Sender::Claimed), "claimed"),
                    (so(Sender::Decided), "decided"),
                ];
                words
                    .iter()
                    .filter(|(n, _)| *n > 0)
                    .map(|(n, what)| format!("{n} {what}"))
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            self.notes.insert(drawn.id.clone(), note);
            self.merged.extend(of.iter().map(|link| (link.id.clone(), Some(drawn.id.clone()))));
            self.links.push(drawn);
        }
        self.links.sort_by(|a, b| a.id.cmp(&b.id));
    }

    /// Leaves only what is kept, and what is linked with it.
    pub fn near(mut self, keep: &dyn Fn(&Element) -> bool) -> Self {
        let kept: BTreeSet<ElementId> =
            self.whole.elements.values().filter(|element| keep(element)).map(|element| element.id.clone()).collect();
        self.links.retain(|link| kept.contains(&link.from) || kept.contains(&link.to));
        let ends: BTreeSet<&ElementId> = self.links.iter().flat_map(|link| [&link.from, &link.to]).collect();
        let before = self.elements.len();
        self.elements.retain(|element| kept.contains(&element.id) || ends.contains(&element.id));
        self.folded.retain(|id, _| self.elements.iter().any(|element| element.id == *id));
        if self.elements.len() < before {
            self.remarks.push(NEAR.to_owned());
        }
        self
    }

    /// The box that an element is drawn in.
    pub fn drawn_in<'s>(&'s self, id: &'s ElementId) -> &'s ElementId {
        self.inside.get(id).unwrap_or(id)
    }

    /// The line that a link is drawn as, or the box that it runs inside of.
    pub fn drawn_as(&self, id: &LinkId) -> Result<LinkId, Option<ElementId>> {
        match self.merged.get(id) {
            Some(Some(line)) => Ok(line.clone()),
            _ => Err(self.whole.links.get(id).map(|link| self.drawn_in(&link.from).clone())),
        }
    }
}

/// What kinds of elements stand in a box, counted.
fn kinds(of: &[&Element]) -> Vec<String> {
    let mut counts: BTreeMap<ElementKind, usize> = BTreeMap::new();
    for element in of {
        *counts.entry(element.kind).or_default() += 1;
    }
    counts.iter().map(|(kind, count)| format!("{count} × {}", kind.word().replace('-', " "))).collect()
}
