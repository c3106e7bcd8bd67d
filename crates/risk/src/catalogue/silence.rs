//! Which links may fall silent without anybody noticing.

use std::collections::BTreeMap;

use ward_model::design::DesignOf;
use ward_model::device::{Device, Link};
use ward_model::ids::{ElementId, LinkId};

use crate::vocabulary::Table;

/// Those of which a rule may find it, and those by which whoever does not notice passes on what he is told. Of links of which no feature
/// is listed rules are not asked.
#[derive(Debug, Clone, Default)]
pub(super) struct Silence(Table<LinkId, ()>);

impl Silence {
    pub fn of(device: &Device) -> Self {
        let has_features = |link: &&Link| !device.designs.of(&DesignOf::Link(link.id.clone())).has.is_empty();
        let mut waiting: Vec<&Link> = device.links.values().filter(has_features).collect();
        let mut silence = Self(waiting.iter().map(|link| (link.id.clone(), ())).collect());
        if waiting.is_empty() {
            return silence;
        }
        let mut from: BTreeMap<&ElementId, Vec<&Link>> = BTreeMap::new();
        for link in device.links.values() {
            from.entry(&link.from).or_default().push(link);
        }
        while let Some(link) = waiting.pop() {
            // Each element passes on once.
            for onward in from.remove(&link.to).into_iter().flatten() {
                if silence.0.insert(onward.id.clone(), ()).is_none() {
                    waiting.push(onward);
                }
            }
        }
        silence
    }

    pub fn may_go_unnoticed(&self, link: &LinkId) -> bool {
        self.0.contains_key(link)
    }
}
