//! One interval of versions.

use crate::key::{VersionOrder, key};
use crate::plain::{is_plain, plain_order};
use crate::scheme::{Scheme, generic};
use crate::truth::Truth;
use std::fmt;

/// One end of an interval.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Bound {
    /// The version at the end.
    pub version: String,
    /// Whether that version itself belongs to the interval.
    pub inclusive: bool,
}

/// All versions between two ends, either of which may be missing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
pub struct Interval {
    /// The lower end; `None` means from the first version on.
    pub lower: Option<Bound>,
    /// The upper end; `None` means without end.
    pub upper: Option<Bound>,
}

impl Interval {
    /// Whether the version lies in the interval.
    ///
    /// Unknown where the version and an end have no order and the other end does not rule it out. A lower end of `0`
    /// that is included means "from the beginning", as OSV writes it, and holds for everything.
    ///
    /// An included end in the generic scheme covers its release as a whole as far as anybody can tell: whether
    /// "through 8.3" means 8.3p1 too, or 8.3-2, or "from 1.0.1" its beta, the text does not say, so it is unknown.
    #[must_use]
    pub fn contains(&self, scheme: Scheme, version: &str, update: Option<&str>) -> Truth {
        let end = |bound: &Bound, wanted: VersionOrder| {
            let truth = side(order(scheme, version, update, &bound.version), wanted, bound.inclusive);
            let blurred = truth.is_false()
                && bound.inclusive
                && scheme == Scheme::Generic
                // Of nothing but numbers more is never said.
                && !(update.is_none() && is_plain(version))
                && generic::is_same_release(version, update, &bound.version);
            if blurred { Truth::Unknown } else { truth }
        };
        let from_the_beginning = |bound: &Bound| bound.inclusive && bound.version.trim() == "0";
        let lower = match &self.lower {
            Some(bound) if !from_the_beginning(bound) => end(bound, VersionOrder::Greater),
            _ => Truth::True,
        };
        let upper = self.upper.as_ref().map_or(Truth::True, |bound| end(bound, VersionOrder::Less));
        lower.and(upper)
    }
}

fn order(scheme: Scheme, version: &str, update: Option<&str>, bound: &str) -> VersionOrder {
    if scheme == Scheme::Generic && update.is_none() && is_plain(version) && is_plain(bound) {
        return plain_order(version, bound);
    }
    match (key(scheme, version, update), key(scheme, bound, None)) {
        (Some(version), Some(bound)) => version.compare(&bound),
        // The same text is the same version, whatever it means; an update field would make it another one.
        _ if matches!(update, None | Some("" | "*" | "-")) && version.trim() == bound.trim() => VersionOrder::Equal,
        _ => VersionOrder::Unknown,
    }
}

fn side(order: VersionOrder, wanted: VersionOrder, inclusive: bool) -> Truth {
    match order {
        VersionOrder::Unknown => Truth::Unknown,
        VersionOrder::Equal => inclusive.into(),
        order => (order == wanted).into(),
    }
}

impl fmt::Display for Interval {
    /// As `>=1.0.1 <1.0.1g`; `*` without any end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut gap = "";
        for (bound, sign) in [(&self.lower, '>'), (&self.upper, '<')] {
            if let Some(bound) = bound {
                write!(f, "{gap}{sign}{}{}", if bound.inclusive { "=" } else { "" }, bound.version)?;
                gap = " ";
            }
        }
        if gap.is_empty() { f.write_str("*") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
