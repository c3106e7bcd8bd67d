//! Host elements drawn from what the records name: with a fixed seed, always the same ones.

use std::collections::BTreeMap;

use crate::feed::{Attribute, Feed, Match, Name, PART, Product, UPDATE, VERSION};
use crate::order;

/// A stream of numbers that is the same everywhere.
pub struct Draw(u64);

impl Draw {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below a bound.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // The upper bits are the better ones; the bound of a list in memory fits.
        ((self.0 >> 33) as usize) % bound.max(1)
    }

    /// Whether something of this share, in percent, comes up.
    pub fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    fn one<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        if list.is_empty() { None } else { list.get(self.below(list.len())) }
    }
}

/// A host element.
pub struct Element {
    pub names: Vec<Name>,
    pub complete: bool,
}

/// The versions that the records name of each product, with their updates.
pub type Versions<'a> = BTreeMap<Product, Vec<(&'a str, Attribute)>>;

pub fn versions(feed: &Feed) -> Versions<'_> {
    let mut versions: Versions<'_> = BTreeMap::new();
    let matches = feed.records.iter().flat_map(|record| &record.configurations).flat_map(|all| &all.nodes);
    for criterion in matches.flat_map(|node| &node.matches) {
        let list = versions.entry(criterion.name.product()).or_default();
        let own = criterion.name.text(VERSION).map(|version| (version, criterion.name.0[UPDATE].clone()));
        let ends = [&criterion.from, &criterion.to].into_iter().flatten();
        for (version, update) in own.into_iter().chain(ends.map(|(version, _)| (&**version, Attribute::Any))) {
            // A mark of a distribution in a version says who built it, which is another matter.
            let plain = version.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'));
            let update_text = match &update {
                Attribute::Text(text) => Some(&**text),
                Attribute::Any | Attribute::Na => None,
            };
            let openssl = criterion.name.text(1) == Some("openssl");
            let judged =
                if openssl { order::is_openssl(version, update_text) } else { order::is_judged(version, update_text) };
            let words = order::has_no_order(version) && update_text.is_none();
            if plain && (judged || words) && list.len() < 4096 {
                list.push((version, update));
            }
        }
    }
    versions
}

/// An element that has some of what a record names, and some of what others name.
pub fn element(feed: &Feed, versions: &Versions<'_>, draw: &mut Draw) -> Element {
    let mut names = Vec::new();
    for _ in 0..1 + draw.below(3) {
        let Some(record) = draw.one(&feed.records) else { break };
        let Some(configuration) = draw.one(&record.configurations) else { continue };
        for node in &configuration.nodes {
            // What has to be there as well is there more often than not.
            if draw.percent(75)
                && let Some(criterion) = draw.one(&node.matches)
            {
                names.extend(thing(criterion, versions, draw));
            }
        }
    }
    Element { names, complete: draw.percent(50) }
}

/// A thing that a criterion may mean.
fn thing(criterion: &Match, versions: &Versions<'_>, draw: &mut Draw) -> Option<Name> {
    let mut name = criterion.name.clone();
    if (0..3).any(|place| name.text(place).is_none_or(|text| text.contains('\\'))) {
        return None;
    }
    let known = versions.get(&name.product()).map_or(&[][..], Vec::as_slice);
    let none = draw.below(20);
    (name.0[VERSION], name.0[UPDATE]) = match draw.one(known) {
        _ if none == 0 => (Attribute::Any, Attribute::Any),
        _ if none == 1 || name.text(PART) == Some("h") => (Attribute::Na, Attribute::Any),
        Some((version, update)) => {
            let update = if draw.percent(70) { update.clone() } else { Attribute::Any };
            (Attribute::Text((*version).into()), update)
        }
        None => (Attribute::Any, Attribute::Any),
    };
    for place in UPDATE + 1..11 {
        let keep = draw.percent(70) && name.text(place).is_none_or(|text| !text.contains(['*', '?', '\\']));
        if !keep {
            name.0[place] = Attribute::Any;
        }
    }
    Some(name)
}
