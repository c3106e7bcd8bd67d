//! What support dates say of when they are: the days of the newest releases that they name.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use ward_model::support::SupportCycle;

use super::Products;
use crate::source::Behind;
use crate::stamp;

/// A list that came beside the one that is held, product by product: a later release of one says nothing of others.
#[derive(Debug, Default)]
pub(in crate::builder) struct Stated {
    /// The products of which it names an earlier release of a line as the newest, and no later one, with both.
    pub(super) earlier: BTreeMap<String, Behind>,
    /// Those of which it names later releases, and no earlier one.
    pub(super) later: BTreeSet<String>,
    /// Those of which it lacks a line with a later release than all that it names.
    pub(super) lacking: BTreeSet<String>,
}

impl Stated {
    /// Where all that it says otherwise is earlier: of which product, and both.
    pub(super) fn behind(&self) -> Option<Behind> {
        let (product, behind) = self.earlier.first_key_value().filter(|_| self.later.is_empty())?;
        Some(Behind::new(format!("{product} of {}", behind.came), format!("{product} of {}", behind.held)))
    }
}

/// Compares them product by product and line by line. The same release with another day was corrected, and is no other moment.
pub(super) fn compare(held: &Products, came: &Products, received: Date) -> Stated {
    let day_of = |line: &SupportCycle| stamp::believed_day(line.latest_released, received);
    let newest = |lines: &[SupportCycle]| lines.iter().filter_map(day_of).max();
    let mut stated = Stated::default();
    for (product, support) in came {
        let Some(before) = held.get(product) else { continue };
        let (newest_held, newest_now) = (newest(&before.cycles), newest(&support.cycles));
        let (mut earlier, mut later): (Option<Behind>, bool) = (None, false);
        for line in &support.cycles {
            let Some(now) = day_of(line) else { continue };
            match before.cycles.iter().find(|other| other.cycle == line.cycle) {
                Some(other) if line.latest.is_some() && line.latest == other.latest => {}
                Some(other) => match day_of(other) {
                    Some(known) if now < known => earlier = earlier.or(Some(Behind::new(now, known))),
                    known => later |= known.is_some_and(|known| now > known),
                },
                None => later |= newest_held.is_some_and(|newest| now > newest),
            }
        }
        let is_there = |line: &SupportCycle| support.cycles.iter().any(|other| other.cycle == line.cycle);
        let lacking = before.cycles.iter().filter(|line| !is_there(line)).filter_map(day_of).max();
        match (earlier, later) {
            (Some(behind), false) => drop(stated.earlier.insert(product.clone(), behind)),
            (None, true) => drop(stated.later.insert(product.clone())),
            (None, false) if lacking > newest_now => drop(stated.lacking.insert(product.clone())),
            _ => {}
        }
    }
    stated
}
