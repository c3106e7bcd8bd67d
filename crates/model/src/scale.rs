//! The ordinal scales: exploitability, severity, how many people at once, and where an attacker may stand.
//!
//! None of them is a probability (FDA postmarket guidance 2016, VI.A and VI.B).

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($name:ident: $($variant:ident = $word:literal),+ $(,)?) => {
        impl $name {
            /// Every value, lowest first.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word used in files, JSON and text.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The value of a word, if it is one.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.word() == word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}
pub(crate) use words;

/// How easily a step, or a whole path, can be exploited. Ordinal: the class of the hardest step at the victim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Exploitability {
    /// Two or more real demands stand in the attacker's way.
    Low,
    /// One real demand stands in the attacker's way.
    Medium,
    /// Nothing but reaching the place stands in the attacker's way, or nothing is known.
    High,
}
words!(Exploitability: Low = "low", Medium = "medium", High = "high");

impl Exploitability {
    /// The class that is `steps` classes easier, never beyond [`Exploitability::High`].
    #[must_use]
    pub fn raised_by(self, steps: u8) -> Self {
        let place = (self as usize).saturating_add(usize::from(steps));
        Self::ALL[place.min(Self::ALL.len() - 1)]
    }

    /// The class that is left when `demands` hurdles stand in the way (domain: no demand High, one Medium, more Low).
    pub fn after_demands(demands: u8) -> Self {
        match demands {
            0 => Self::High,
            1 => Self::Medium,
            _ => Self::Low,
        }
    }
}

/// Severity of patient harm (FDA postmarket guidance 2016, VI.B).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Inconvenience or passing discomfort.
    Negligible,
    /// Passing injury that needs no professional help.
    Minor,
    /// Injury that needs professional help.
    Serious,
    /// Lasting impairment or danger to life.
    Critical,
    /// Death.
    Catastrophic,
}
words!(Severity: Negligible = "negligible", Minor = "minor", Serious = "serious", Critical = "critical", Catastrophic = "catastrophic");

/// Where an attacker may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Position {
    /// Anywhere that routed packets come from.
    Internet,
    /// A foothold in the hospital's network.
    HospitalNetwork,
    /// A foothold in the home's network.
    HomeNetwork,
    /// Within range of a radio or inductive link.
    Radio,
    /// At the device: its ports, its sockets, its buttons.
    Physical,
    /// A supplier of parts, code or service.
    SupplyChain,
    /// A person with legitimate access.
    Insider,
    /// By deceiving a person with access: phishing, impersonation, baited media.
    Deception,
    /// Owner of a bought, found or stolen unit of the same kind.
    Specimen,
}
words!(Position: Internet = "internet", HospitalNetwork = "hospital-network", HomeNetwork = "home-network", Radio = "radio",
    Physical = "physical", SupplyChain = "supply-chain", Insider = "insider", Deception = "deception", Specimen = "specimen");

/// How many instances of an element one attacker action reaches at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// One instance.
    One,
    /// Every instance at one site.
    Site,
    /// Instances at more than one site: an unknown number.
    Fleet,
}
words!(Reach: One = "one", Site = "site", Fleet = "fleet");

/// A number of people; an unknown number counts as many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Persons {
    /// This many, known.
    Count(u64),
    /// More than one, the number unknown.
    Many,
}

impl Persons {
    /// `count × per_instance`, where either may be unknown.
    pub fn times(count: Option<u64>, per_instance: Option<u64>) -> Self {
        match (count, per_instance) {
            (Some(count), Some(per)) => Self::Count(count.saturating_mul(per)),
            _ => Self::Many,
        }
    }

    /// These and others.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        match (self, others) {
            (Self::Count(some), Self::Count(others)) => Self::Count(some.saturating_add(others)),
            _ => Self::Many,
        }
    }

    /// Whether more than one person may be meant.
    pub fn several(self) -> bool {
        self > Self::Count(1)
    }
}

impl fmt::Display for Persons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Many => f.write_str("many"),
        }
    }
}

impl Serialize for Persons {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(count) => serializer.serialize_u64(*count),
            Self::Many => serializer.serialize_str("many"),
        }
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Persons {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Persons".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "oneOf": [{ "type": "integer", "minimum": 0 }, { "const": "many" }] })
    }
}

/// The axis on which a harm counts. Only [`Axis::Person`] enters the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Axis {
    /// Illness, injury or death.
    Person,
    /// Disclosure of personal data.
    Privacy,
    /// Standing of the maker or the hospital.
    Reputation,
}
words!(Axis: Person = "person", Privacy = "privacy", Reputation = "reputation");

/// The four ways in which a threat touches a patient (domain: threat class map).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Threat {
    /// A therapy or service is denied.
    Denial,
    /// What the device does is altered.
    Alteration,
    /// Health data are altered.
    DataAlteration,
    /// Privacy is lost.
    Privacy,
}
words!(Threat: Denial = "denial", Alteration = "alteration", DataAlteration = "data-alteration", Privacy = "privacy");

#[cfg(test)]
mod tests {
    use super::{Exploitability, Persons};

    #[test]
    fn raising_stops_at_high() {
        assert_eq!(Exploitability::Low.raised_by(1), Exploitability::Medium);
        assert_eq!(Exploitability::Medium.raised_by(7), Exploitability::High);
        assert_eq!(Exploitability::after_demands(3), Exploitability::Low);
    }

    #[test]
    fn an_unknown_number_is_many_and_many_is_several() {
        assert_eq!(Persons::times(None, Some(1)), Persons::Many);
        assert!(Persons::Many.several());
        assert!(!Persons::times(Some(1), Some(1)).several());
        assert!(Persons::Many > Persons::Count(u64::MAX));
    }
}
