//! Support dates: what came, over what is held.
//!
//! They come as many small files, one a product. A file replaces what is held of its product where it names a later release, and otherwise
//! stands beside it. One that does not come, or that cannot be read, takes nothing back: without the day on which its support ended a
//! product would look as if nobody knew one.

use std::collections::{BTreeMap, BTreeSet};

use ward_formats::feed::eol::{IDENTIFIERS, SOURCE, own_name};
use ward_model::digest::Digest;
use ward_model::support::SupportCycle;

use super::facts::{held, taken, written};
use super::parts::{self, Counted};
use super::publish::Sources;
use super::{Builder, older};
use crate::error::HomeError;
use crate::fact::{self, Fact, Kind, Support};
use crate::file::unreadable;
use crate::part;
use crate::source::{Behind, SetAsideRecord};

pub(super) mod stated;

use stated::Stated;

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
        Ok((product.to_owned(), Support::from_bytes(value).map_err(wrong)?))
    };
    let before: Products = facts.iter().map(read).collect::<Result<_, HomeError>>()?;
    let mut news = News {
        unread: catalogue.unread.clone(),
        identified: catalogue.identified.clone(),
        products: fact::support_by_product(catalogue),
    };
    if builder.accepts(SOURCE) {
        builder.settled.extend(news.products.keys().cloned());
    } else {
        let stated = stated::compare(&before, &news.products, builder.received.day());
        let by_receipt = older::support(builder)?;
        settle(builder, &before, &mut news, &stated, by_receipt.is_some());
        let is_held = |(name, now): (&String, &Support)| before.get(name).is_some_and(|held| held.says_all_of(now));
        let behind = match stated.later.is_empty() {
            true => by_receipt.or(stated.behind().filter(|_| news.products.iter().all(is_held))),
            false => None,
        };
        if let Some(behind) = behind {
            older::not_taken(builder, sources, SOURCE, behind);
            return Ok(Vec::new());
        }
    }
    let came = lines(&news.products);
    // Homes from before release lines were counted know how many products there were.
    let most = lines(&before);
    let is_cut_short = !builder.accepts(SOURCE) && part::is_cut_short(builder.far_fewer, most, came);
    let far_fewer = is_cut_short || parts::is_shrunk(builder, sources, SOURCE, came)?;
    let counted = news.count(builder, &before, far_fewer)?;
    let after = if builder.accepts(SOURCE) { news.products } else { news.over(&before) };
    let of = |name: &String, of: Counted| ((SOURCE.to_owned(), name.clone()), of);
    builder.counted.extend(counted.iter().map(|(name, counted)| of(name, *counted)));
    builder.counted.extend([of(&String::new(), Counted { most, now: came, is_cut_short: far_fewer })]);

    let Some((state, changes)) = sources.get_mut(SOURCE) else { return Ok(Vec::new()) };
    (changes.came, changes.far_fewer) = (Some(came), far_fewer);
    state.records = lines(&after);
    // The files say of no day of their own: the newest release that they name tells when they were made.
    state.newest = fact::newest_release(after.values().flat_map(|product| &product.cycles), builder.received.day());
    if state.records == 0 {
        // Nobody has received anything of it.
        state.received = None;
    }
    let (old, new) = (by_name(&before), by_name(&after));
    changes.added = new.keys().filter(|name| !old.contains_key(*name)).count() as u64;
    changes.removed = old.keys().filter(|name| !new.contains_key(*name)).count() as u64;
    let says = |line: &SupportCycle| SupportCycle { said_no_longer: false, ..line.clone() };
    let differs = |old: &SupportCycle, new: &SupportCycle| says(old) != says(new);
    changes.changed =
        old.iter().filter(|(name, old)| new.get(*name).is_some_and(|new| differs(old, new))).count() as u64;
    changes.absent = state.records.saturating_sub(came);
    let touched = changes.added + changes.changed + changes.absent;
    changes.unchanged = (new.len() as u64).saturating_sub(touched);
    taken(builder, sources, SOURCE);
    let wanted = written("a catalogue of support", fact::of_support(after))?;
    Ok(fact::difference(&facts, &wanted))
}

/// Brings what came of each product together with what is held of it.
///
/// A product of which a later release is named is replaced; but an end that was said and is not any more is kept, for nobody took it back.
/// One that is earlier stays as it is held: it adds the ends that are not known, and lines. Of one moment the worse holds: the earlier end.
/// Where ends differ that is told, until the product has a later release.
fn settle(builder: &mut Builder, before: &Products, news: &mut News, stated: &Stated, is_older: bool) {
    for (product, held) in before {
        let Some(now) = news.products.get_mut(product) else { continue };
        let mut differ = false;
        if !stated.later.contains(product) && news.identified.contains(product) {
            if keep_names(product, held, now) {
                let reason =
                    "a name by which it is known is not said any more, and nobody shows that this is later: it is kept";
                builder.set_aside.push(remark(product, reason.to_owned(), of_names(product)));
            } else {
                builder.named.insert(product.clone());
            }
        }
        if stated.later.contains(product) {
            builder.settled.insert(product.clone());
            each_held(&held.cycles, &mut now.cycles, |held, now| differ |= fill(now, held));
        } else if let Some(Behind { came, held: known }) = stated.earlier.get(product) {
            let mut lines = held.cycles.clone();
            each_held(&now.cycles, &mut lines, |now, held| differ |= fill(held, now));
            keep(&now.cycles, &mut lines, true);
            now.cycles = lines;
            differ |= within_held(&held.cycles, &mut now.cycles);
            if !differ {
                let reason = format!("its newest release is of {came}, and what is held is of {known}: that is kept");
                let digest = Digest::of(format!("{product} {reason}").as_bytes());
                builder.set_aside.push(remark(product, reason, digest));
            }
        } else if is_older || stated.lacking.contains(product) {
            each_held(&held.cycles, &mut now.cycles, |held, now| {
                let mut known = held.clone();
                differ |= fill(&mut known, now);
                *now = SupportCycle { said_no_longer: false, ..known };
            });
            differ |= within_held(&held.cycles, &mut now.cycles);
        } else {
            each_held(&held.cycles, &mut now.cycles, |held, now| differ |= now.take_worse(held));
            differ |= within_held(&held.cycles, &mut now.cycles);
        }
        if differ {
            let reason =
                "lists differ in an end of support, or one that was said is not any more: the earlier end holds";
            builder.set_aside.push(remark(product, reason.to_owned(), of_ends(product)));
        }
    }
}

/// What is told of a product.
fn remark(product: &str, reason: String, digest: Digest) -> SetAsideRecord {
    SetAsideRecord::remark(SOURCE, &format!("{product}.json"), None, reason, digest)
}

/// Keeps the names of a product that are not said any more, and gives whether there are any.
fn keep_names(product: &str, held: &Support, now: &mut Support) -> bool {
    let own = own_name(product);
    let gone: Vec<_> = held.keys.iter().filter(|key| **key != own && !now.keys.contains(key)).cloned().collect();
    let is_gone = !gone.is_empty();
    now.keys.extend(gone);
    now.keys.sort_unstable();
    is_gone
}

/// By what it is known that ends of support of a product differ.
fn of_ends(product: &str) -> Digest {
    Digest::of_parts([b"ends of support differ".as_slice(), product.as_bytes()])
}

/// By what it is known that a name of a product is not said any more.
fn of_names(product: &str) -> Digest {
    Digest::of_parts([b"names differ".as_slice(), product.as_bytes()])
}

/// Whether it is told that ends of support or names of a product differ, and no later list replaced them.
pub(super) fn stands(builder: &Builder, record: &SetAsideRecord) -> bool {
    let product = record.file.strip_suffix(".json").filter(|_| record.source == SOURCE);
    let of_ends = |product: &str| record.digest == of_ends(product);
    let of_names = |product: &str| record.digest == of_names(product) && !builder.named.contains(product);
    product.is_some_and(|product| (of_ends(product) || of_names(product)) && !builder.settled.contains(product))
}

/// Hands over each line of one list with the same line of another.
fn each_held(
    of: &[SupportCycle],
    in_this: &mut [SupportCycle],
    mut each: impl FnMut(&SupportCycle, &mut SupportCycle),
) {
    for line in in_this {
        if let Some(other) = of.iter().find(|other| other.cycle == line.cycle) {
            each(other, line);
        }
    }
}

/// Lets no line that is new end later than the one that holds it already, and gives whether one would have.
///
/// What is known of `1.1.1` is said of `1.1.1w` too. A line of that name would stand before it, as would one that is only written otherwise,
/// and take back its end though nobody shows that it is later.
fn within_held(held: &[SupportCycle], now: &mut [SupportCycle]) -> bool {
    let mut differ = false;
    for line in now.iter_mut().filter(|line| held.iter().all(|other| other.cycle != line.cycle)) {
        if let Some(around) = SupportCycle::closest(held.iter(), &line.cycle) {
            let said = line.security_until;
            // Of its releases it says what it says: they tell of when the list is.
            line.end_no_later(&around);
            differ |= line.security_until != said;
        }
    }
    differ
}

/// Fills in the ends that a line does not say, and gives whether that of security fixes was one.
fn fill(line: &mut SupportCycle, other: &SupportCycle) -> bool {
    let before = line.security_until;
    line.fill_ends(other);
    line.security_until != before
}

/// What came.
struct News {
    products: Products,
    unread: BTreeSet<String>,
    identified: BTreeSet<String>,
}

impl News {
    /// How many release lines came of the products of which any that is held did not, or of which that is known from before; under the
    /// name of the list of names, of how many products it says one. Where all of it is far too short, that is told and no single product.
    fn count(
        &self,
        builder: &Builder,
        before: &Products,
        far_fewer: bool,
    ) -> Result<BTreeMap<String, Counted>, HomeError> {
        let parts = parts::held(builder)?;
        let known = |name: &str| parts.get(&(SOURCE.to_owned(), name.to_owned()));
        let mut counted = BTreeMap::new();
        let mut count = |name: &str, most: u64, now: u64, is_cut_short: bool| {
            if known(name).is_some() || is_cut_short && !far_fewer {
                counted.insert(name.to_owned(), Counted { most, now, is_cut_short });
            }
        };
        let known_before = parts.keys().filter(|(source, name)| source == SOURCE && !name.is_empty());
        let products: BTreeSet<&String> = before.keys().chain(known_before.map(|(_, name)| name)).collect();
        for product in products.into_iter().filter(|product| *product != IDENTIFIERS) {
            fn lines<'a>(of: &'a Products, product: &str) -> BTreeSet<&'a str> {
                of.get(product).iter().flat_map(|of| &of.cycles).map(|line| line.cycle.as_str()).collect()
            }
            let (held, now) = (lines(before, product), lines(&self.products, product));
            // A file of few lines that lacks some is short, however few these are; names that changed are some that lack.
            let gone = held.difference(&now).count() as u64;
            let now = now.len() as u64;
            count(product, now + gone, now, gone > 0);
        }
        let named = before.iter().filter(|(product, held)| held.keys.iter().any(|key| *key != own_name(product)));
        let named: Vec<&String> = named.map(|(product, _)| product).collect();
        let now = named.iter().filter(|product| self.identified.contains(**product)).count();
        let held = named.len() as u64;
        let most = known(IDENTIFIERS).map_or(held, |part| part.most.max(held));
        count(IDENTIFIERS, most, now as u64, part::is_cut_short(builder.far_fewer, most, now as u64));
        Ok(counted)
    }

    /// What there is afterwards. Lines that did not come stay, as ones that are said no longer; of what could not be read nobody knows.
    fn over(mut self, before: &Products) -> Products {
        for (product, held) in before {
            let now = self.products.entry(product.clone()).or_default();
            keep(&held.cycles, &mut now.cycles, !self.unread.contains(product));
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
fn keep(held: &[SupportCycle], now: &mut Vec<SupportCycle>, is_gone: bool) {
    let mut place = 0;
    for line in held {
        match now.iter().position(|other| other.cycle == line.cycle) {
            Some(found) => place = found + 1,
            None => {
                now.insert(place, SupportCycle { said_no_longer: line.said_no_longer || is_gone, ..line.clone() });
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
