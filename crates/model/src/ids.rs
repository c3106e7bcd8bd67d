//! Identifiers as types of their own, so that an element is never mistaken for a link.
//!
//! What reasons about a device names the same things in millions of places: a copy of an identifier shares its text.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

macro_rules! string_id {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes the text as it stands; whether it names something is checked where the folder is read.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into().into())
            }

            /// The identifier as written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        // Mostly an identifier is compared with a copy of itself, whose text need not be read.
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
            }
        }

        impl Eq for $name {}

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.0.cmp(&other.0) }
            }
        }

        impl Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.0.hash(state);
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }
    )+};
}

string_id! {
    /// A medical device as its folder names it.
    DeviceId;
    /// A part of the system: implant, pump, programmer, app, gateway, cloud service.
    ElementId;
    /// A communication path between two elements.
    LinkId;
    /// A network or place with one owner and one level of trust.
    ZoneId;
    /// A clinical or technical function that elements realise.
    FunctionId;
    /// Illness, injury, death, or a loss of privacy or reputation.
    HarmId;
    /// A measure that cuts attack steps.
    ControlId;
    /// A hazard that a control adds, within that control.
    HazardId;
    /// A key, password or other credential.
    SecretId;
    /// A group of people who depend on a function.
    PersonGroupId;
    /// A variant of a family of devices.
    VariantId;
    /// A place where units of a device stand.
    SiteId;
    /// A released version that is, or was, in the field.
    FieldedVersionId;
    /// Units that share a version and the same confirmed site or user facts.
    CohortId;
    /// A vulnerability: CVE, GHSA, or the maker's own number.
    VulnerabilityId;
    /// A rule that finds weaknesses in a model, without any vulnerability record.
    RuleId;
    /// A component's reference inside its SBOM (`bom-ref`, `SPDXID`).
    ComponentRef;
    /// A policy as `name@version`.
    PolicyId;
}
