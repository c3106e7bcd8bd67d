//! What support dates say of when they are: the days of the newest releases that they name.

use jiff::civil::Date;
use ward_model::support::SupportCycle;

use super::Products;
use crate::source::Behind;
use crate::stamp;

/// A list that came beside the one that is held.
#[derive(Debug, Default)]
pub(in crate::builder) struct Stated {
    /// The products of which it names an earlier release of a line as the newest, with both.
    pub(super) earlier: Vec<(String, Behind)>,
    /// Whether it names a later release of any.
    later: bool,
}

impl Stated {
    /// Whether all that it says otherwise is earlier.
    pub(super) fn behind(&self) -> Option<Behind> {
        let (product, behind) = self.earlier.first().filter(|_| !self.later)?;
        Some(Behind::new(format!("{product} of {}", behind.came), format!("{product} of {}", behind.held)))
    }

    /// Whether all that it says otherwise is later, and anything is.
    pub(in crate::builder) fn is_newer(&self) -> bool {
        self.later && self.earlier.is_empty()
    }
}

/// Compares them line by line: a line that only one of them has tells nothing, unless it came out after all that is held.
pub(super) fn compare(held: &Products, came: &Products, received: Date) -> Stated {
    let day_of = |line: &SupportCycle| stamp::believed_day(line.latest_released, received);
    let mut stated = Stated::default();
    for (product, support) in came {
        let Some(before) = held.get(product) else { continue };
        let newest = before.cycles.iter().filter_map(day_of).max();
        let mut earlier: Option<Behind> = None;
        for line in &support.cycles {
            let Some(now) = day_of(line) else { continue };
            // The day on which a line began is corrected now and then, and tells nothing.
            match before.cycles.iter().find(|other| other.cycle == line.cycle) {
                Some(other) => match day_of(other) {
                    Some(known) if now < known => earlier = earlier.or(Some(Behind::new(now, known))),
                    known => stated.later |= known.is_some_and(|known| now > known),
                },
                None => stated.later |= newest.is_some_and(|newest| now > newest),
            }
        }
        stated.earlier.extend(earlier.map(|behind| (product.clone(), behind)));
    }
    stated
}
