//! Support dates: what came, over what is held.
//!
//! They come as many small files, one a product, and replace each other together. A file that does not come, or that cannot be read,
//! takes nothing back: without the day on which its support ended a product would look as if nobody knew one.

use std::collections::{BTreeMap, BTreeSet};

use ward_formats::feed::eol::{IDENTIFIERS, SOURCE, own_name};
use ward_model::support::SupportCycle;

use super::Builder;
use super::facts::{held, taken, written};
use super::parts::{self, Counted};
use super::publish::Sources;
use crate::error::HomeError;
use crate::fact::{self, Fact, Kind, Support};
use crate::file::unreadable;
use crate::part;

/// Support by product.
type Products = BTreeMap<String, Support>;

/// What changes of the support dates.
pub(super) fn merge(builder: &mut Builder, sources: &mut Sources) -> Result<Vec<Fact>, HomeError> {
    let Some(catalogue) = builder.support.take() else { return Ok(Vec::new()) };
    let facts = held(builder, Kind::Support)?;
    let read = |(key, value): &fact::Held| {
        let wrong = |reason: String| unreadable("support of products", reason);
        let product =
            std::str::from_utf8(key.get(1..).unwrap_or_default()).map_err(|error| wrong(error.to_string()))?;
        Ok((product.to_owned(), postcard::from_bytes(value).map_err(|error| wrong(error.to_string()))?))
    };
    let before: Products = facts.iter().map(read).collect::<Result<_, HomeError>>()?;
    let news = News {
        unread: catalogue.unread.clone(),
        identified: catalogue.identified.clone(),
        products: fact::support_by_product(catalogue),
    };
    let came = lines(&news.products);
    // Homes from before release lines were counted know how many products there were.
    let most = lines(&before);
    let is_cut_short = !builder.accepts(SOURCE) && part::is_cut_short(builder.far_fewer, most, came);
    let far_fewer = is_cut_short || parts::is_shrunk(builder, sources, SOURCE, came)?;
    let counted = news.count(builder, &before, far_fewer)?;
    let after = match builder.accepts(SOURCE) {
        true => news.products,
        false => news.over(&before, |product| far_fewer || counted.get(product).is_some_and(|of| of.is_cut_short)),
    };
    let of = |name: &String, of: Counted| ((SOURCE.to_owned(), name.clone()), of);
    builder.counted.extend(counted.iter().map(|(name, counted)| of(name, *counted)));
    builder.counted.extend([of(&String::new(), Counted { most, now: came, is_cut_short: far_fewer })]);

    let Some((state, changes)) = sources.get_mut(SOURCE) else { return Ok(Vec::new()) };
    (changes.came, changes.far_fewer) = (Some(came), far_fewer);
    state.records = lines(&after);
    let (old, new) = (by_name(&before), by_name(&after));
    changes.added = new.keys().filter(|name| !old.contains_key(*name)).count() as u64;
    changes.removed = old.keys().filter(|name| !new.contains_key(*name)).count() as u64;
    changes.changed = old.iter().filter(|(name, line)| new.get(*name).is_some_and(|new| new != *line)).count() as u64;
    changes.absent = state.records.saturating_sub(came);
    let touched = changes.added + changes.changed + changes.absent;
    changes.unchanged = (new.len() as u64).saturating_sub(touched);
    taken(builder, sources, SOURCE);
    let wanted = written("a catalogue of support", fact::of_support(after))?;
    Ok(fact::difference(&facts, &wanted))
}

/// What came.
struct News {
    products: Products,
    unread: BTreeSet<String>,
    identified: BTreeSet<String>,
}

impl News {
    /// How many release lines came of the products of which too few did, or of which that is known from before; under the name of the
    /// list of names, of how many products it says one. Where all of it is far too short, that is told and no single product.
    fn count(
        &self,
        builder: &Builder,
        before: &Products,
        far_fewer: bool,
    ) -> Result<BTreeMap<String, Counted>, HomeError> {
        let parts = parts::held(builder)?;
        let known = |name: &str| parts.get(&(SOURCE.to_owned(), name.to_owned()));
        let mut counted = BTreeMap::new();
        let mut count = |name: &str, held: u64, now: u64| {
            let most = known(name).map_or(held, |part| part.most.max(held));
            let is_cut_short = part::is_cut_short(builder.far_fewer, most, now);
            if known(name).is_some() || is_cut_short && !far_fewer {
                counted.insert(name.to_owned(), Counted { most, now, is_cut_short });
            }
        };
        let known_before = parts.keys().filter(|(source, name)| source == SOURCE && !name.is_empty());
        let products: BTreeSet<&String> = before.keys().chain(known_before.map(|(_, name)| name)).collect();
        for product in products.into_iter().filter(|product| *product != IDENTIFIERS) {
            let lines = |of: &Products| of.get(product).map_or(0, |of| of.cycles.len()) as u64;
            count(product, lines(before), lines(&self.products));
        }
        let named = before.iter().filter(|(product, held)| held.keys.iter().any(|key| *key != own_name(product)));
        let named: Vec<&String> = named.map(|(product, _)| product).collect();
        let now = named.iter().filter(|product| self.identified.contains(**product)).count();
        count(IDENTIFIERS, named.len() as u64, now as u64);
        Ok(counted)
    }

    /// What there is afterwards. Of products that are kept, lines that did not come stay.
    fn over(mut self, before: &Products, kept: impl Fn(&str) -> bool) -> Products {
        for (product, held) in before {
            if kept(product) || self.unread.contains(product) || !self.products.contains_key(product) {
                let now = self.products.entry(product.clone()).or_default();
                keep(&held.cycles, &mut now.cycles);
            }
            if !self.identified.contains(product)
                && let Some(now) = self.products.get_mut(product)
            {
                now.keys.extend(held.keys.iter().cloned());
                now.keys.sort_unstable();
                now.keys.dedup();
            }
        }
        self.products
    }
}

/// Puts the lines that are held and did not come where they stood among the others.
fn keep(held: &[SupportCycle], now: &mut Vec<SupportCycle>) {
    let mut place = 0;
    for line in held {
        match now.iter().position(|other| other.cycle == line.cycle) {
            Some(found) => place = found + 1,
            None => {
                now.insert(place, line.clone());
                place += 1;
            }
        }
    }
}

fn lines(products: &Products) -> u64 {
    products.values().map(|product| product.cycles.len() as u64).sum()
}

fn by_name(products: &Products) -> BTreeMap<(&str, &str), &SupportCycle> {
    let lines = products.iter().flat_map(|(product, support)| support.cycles.iter().map(move |line| (product, line)));
    lines.map(|(product, line)| ((product.as_str(), line.cycle.as_str()), line)).collect()
}

#[cfg(test)]
mod tests;
