//! The versions that a criterion means, as keys: enough to rule most criteria out without reading all that they say.
//!
//! The keys follow from the criterion alone, so that they can be made once and kept beside it. What they say of a component's
//! version is decided in `match`.

use ward_version::{Bound, Key, KeyRef, Scheme, key};

use crate::cpe::{Attribute, Cpe, Part, ProductKey, has_wildcard, literal};
use crate::vulnerability::Criterion;

impl ProductKey {
    /// The scheme in which the feeds write versions of this product.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        scheme(self.part, &self.vendor, &self.product)
    }
}

fn scheme(part: Part, vendor: &str, product: &str) -> Scheme {
    match (part, vendor, product) {
        (Part::Application, "openssl", "openssl") => Scheme::Openssl,
        _ => Scheme::Generic,
    }
}

/// The keys of the versions that a criterion names, where they have any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CriterionKeys {
    /// Of the one version that is meant, without what is said of its update.
    pub version: Option<Key>,
    /// Of the lower end.
    pub lower: Option<Key>,
    /// Of the upper end.
    pub upper: Option<Key>,
}

/// The versions that a criterion means, as far as its keys say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meant<'a> {
    /// One version.
    One {
        /// Its key, without what is said of its update.
        key: KeyRef<'a>,
        /// What is said of its update.
        update: UpdateMeant,
    },
    /// All between two ends; an end without a key says nothing.
    Between {
        /// The lower end.
        lower: Option<EndMeant<'a>>,
        /// The upper end.
        upper: Option<EndMeant<'a>>,
        /// Whether a word about an update stands beside it, which may belong to an end.
        update: bool,
    },
    /// Nothing that keys could rule out.
    Open,
}

/// What a criterion says of the update of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdateMeant {
    /// Any will do.
    Any,
    /// There is none.
    Na,
    /// A certain one.
    Value,
}

impl UpdateMeant {
    /// What an attribute says.
    #[must_use]
    pub fn of(attribute: &Attribute) -> Self {
        match attribute {
            Attribute::Any => Self::Any,
            Attribute::Na => Self::Na,
            Attribute::Value(_) => Self::Value,
        }
    }
}

/// An end of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndMeant<'a> {
    /// Its key.
    pub key: KeyRef<'a>,
    /// Whether the version itself is meant.
    pub inclusive: bool,
}

impl Criterion {
    /// The keys of the versions that it names.
    #[must_use]
    pub fn keys(&self) -> CriterionKeys {
        let Cpe { part, vendor, product, .. } = &self.cpe;
        let scheme = scheme(*part, vendor.value().unwrap_or_default(), product.value().unwrap_or_default());
        let end = |bound: &Bound| key(scheme, &bound.version, None);
        match (&self.range, &self.cpe.version) {
            (Some(range), _) => CriterionKeys {
                version: None,
                // From the beginning on: every version is behind that.
                lower: range
                    .lower
                    .as_ref()
                    .filter(|bound| !(bound.inclusive && bound.version.trim() == "0"))
                    .and_then(end),
                upper: range.upper.as_ref().and_then(end),
            },
            (None, Attribute::Value(version)) if !has_wildcard(version) => {
                CriterionKeys { version: key(scheme, &literal(version), None), ..CriterionKeys::default() }
            }
            (None, _) => CriterionKeys::default(),
        }
    }

    /// What it means, with the keys that [`Criterion::keys`] gives.
    #[must_use]
    pub fn meant<'a>(&'a self, keys: &'a CriterionKeys) -> Meant<'a> {
        let end = |bound: &Option<Bound>, key: &'a Option<Key>| {
            let inclusive = bound.as_ref().is_some_and(|bound| bound.inclusive);
            key.as_ref().map(|key| EndMeant { key: key.borrowed(), inclusive })
        };
        match (&self.range, &self.cpe.version, &keys.version) {
            (Some(range), ..) => Meant::Between {
                lower: end(&range.lower, &keys.lower),
                upper: end(&range.upper, &keys.upper),
                update: self.cpe.update.value().is_some(),
            },
            (None, Attribute::Value(_), Some(key)) => {
                Meant::One { key: key.borrowed(), update: UpdateMeant::of(&self.cpe.update) }
            }
            (None, ..) => Meant::Open,
        }
    }
}
