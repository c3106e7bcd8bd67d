//! What is joined by an internal bus: one box to whatever stands in front of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ward_model::device::{Device, Medium};
use ward_model::ids::ElementId;

/// By element, all that is in one box with it; of what stands alone nothing is kept.
#[derive(Debug, Clone, Default)]
pub(super) struct Boxes(BTreeMap<ElementId, Arc<BTreeSet<ElementId>>>);

impl Boxes {
    pub fn of(device: &Device) -> Self {
        let mut joined: BTreeMap<&ElementId, BTreeSet<&ElementId>> = BTreeMap::new();
        let inside = |id: &ElementId| device.elements.contains_key(id);
        for link in device.links.values().filter(|link| link.medium == Medium::InternalBus) {
            if inside(&link.from) && inside(&link.to) {
                joined.entry(&link.from).or_default().insert(&link.to);
                joined.entry(&link.to).or_default().insert(&link.from);
            }
        }
        let mut boxes = Self::default();
        for start in joined.keys() {
            if boxes.0.contains_key(*start) {
                continue;
            }
            let (mut inside, mut waiting) = (BTreeSet::from([*start]), vec![*start]);
            while let Some(one) = waiting.pop() {
                waiting.extend(joined[one].iter().filter(|other| inside.insert(**other)));
            }
            let inside: Arc<BTreeSet<ElementId>> = Arc::new(inside.into_iter().cloned().collect());
            boxes.0.extend(inside.iter().map(|one| (one.clone(), inside.clone())));
        }
        boxes
    }

    /// All that is in one box with an element, itself included.
    pub fn around<'a>(&'a self, element: &'a ElementId) -> impl Iterator<Item = &'a ElementId> {
        let boxed = self.0.get(element);
        boxed.into_iter().flat_map(|all| all.iter()).chain(boxed.is_none().then_some(element))
    }
}
