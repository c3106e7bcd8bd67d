//! The fields of an advisory that are read, as they stand there. Everything else in it is passed over.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

#[derive(Deserialize)]
pub(super) struct Catalogue {
    pub document: Option<IgnoredAny>,
    pub feed: Option<IgnoredAny>,
    pub aggregator: Option<IgnoredAny>,
    pub canonical_url: Option<IgnoredAny>,
}

#[derive(Deserialize)]
pub(super) struct Advisory<'a> {
    #[serde(borrow)]
    pub document: Document<'a>,
    #[serde(borrow, default, rename = "product_tree")]
    pub tree: Tree<'a>,
    #[serde(borrow, default)]
    pub vulnerabilities: Vec<Vulnerability<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Document<'a> {
    #[serde(borrow, default)]
    pub category: Cow<'a, str>,
    #[serde(borrow, default)]
    pub title: Cow<'a, str>,
    #[serde(borrow, default)]
    pub publisher: Publisher<'a>,
    #[serde(borrow)]
    pub tracking: Tracking<'a>,
}

#[derive(Default, Deserialize)]
pub(super) struct Publisher<'a> {
    #[serde(borrow, default)]
    pub name: Cow<'a, str>,
    #[serde(borrow, default)]
    pub namespace: Cow<'a, str>,
}

#[derive(Deserialize)]
pub(super) struct Tracking<'a> {
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    #[serde(borrow, rename = "initial_release_date")]
    pub initial: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "current_release_date")]
    pub current: Option<Cow<'a, str>>,
    /// Whatever stands there: nothing else hangs on it.
    pub version: Option<Value>,
    pub status: Option<Value>,
}

#[derive(Deserialize)]
pub(super) struct Note<'a> {
    #[serde(borrow, default)]
    pub category: Cow<'a, str>,
    #[serde(borrow, default)]
    pub text: Cow<'a, str>,
}

#[derive(Default, Deserialize)]
pub(super) struct Tree<'a> {
    #[serde(borrow, default)]
    pub branches: Vec<Branch<'a>>,
    #[serde(borrow, default)]
    pub full_product_names: Vec<FullProductName<'a>>,
    #[serde(borrow, default)]
    pub relationships: Vec<Relationship<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Branch<'a> {
    #[serde(borrow, default)]
    pub category: Cow<'a, str>,
    #[serde(borrow, default)]
    pub name: Cow<'a, str>,
    #[serde(borrow)]
    pub product: Option<FullProductName<'a>>,
    #[serde(borrow, default)]
    pub branches: Vec<Branch<'a>>,
}

#[derive(Deserialize)]
pub(super) struct FullProductName<'a> {
    #[serde(borrow)]
    pub product_id: Cow<'a, str>,
    #[serde(borrow, default)]
    pub name: Cow<'a, str>,
    /// Whether it is there is told from whether it says anything.
    #[serde(borrow, default, rename = "product_identification_helper", deserialize_with = "there")]
    pub helper: Option<Option<Helper<'a>>>,
    /// What else stands there. A name that is written otherwise than it should be identifies nothing.
    #[serde(flatten)]
    pub others: BTreeMap<String, IgnoredAny>,
}

/// A field that is there, whatever it holds.
fn there<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

#[derive(Default, Deserialize)]
pub(super) struct Helper<'a> {
    #[serde(borrow)]
    pub cpe: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub purl: Option<Cow<'a, str>>,
    /// Version 2.1 knows several.
    #[serde(default)]
    pub purls: Vec<String>,
    /// By what else products are identified: of that it is only seen whether it is there.
    #[serde(flatten)]
    pub others: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
pub(super) struct Relationship<'a> {
    #[serde(borrow)]
    pub product_reference: Cow<'a, str>,
    #[serde(borrow)]
    pub relates_to_product_reference: Cow<'a, str>,
    #[serde(borrow)]
    pub full_product_name: FullProductName<'a>,
}

#[derive(Deserialize)]
pub(super) struct Vulnerability<'a> {
    #[serde(borrow)]
    pub cve: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub ids: Vec<OtherId<'a>>,
    #[serde(borrow)]
    pub title: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub cwe: Option<Cwe<'a>>,
    #[serde(borrow, default)]
    pub cwes: Vec<Cwe<'a>>,
    #[serde(borrow, default)]
    pub notes: Vec<Note<'a>>,
    #[serde(default, rename = "product_status")]
    pub status: Status,
    #[serde(borrow, default)]
    pub scores: Vec<Score<'a>>,
    #[serde(borrow, default)]
    pub metrics: Vec<Metric<'a>>,
    #[serde(borrow, default)]
    pub remediations: Vec<Remedy<'a>>,
}

#[derive(Deserialize)]
pub(super) struct OtherId<'a> {
    #[serde(borrow, default)]
    pub text: Cow<'a, str>,
}

#[derive(Deserialize)]
pub(super) struct Cwe<'a> {
    #[serde(borrow)]
    pub id: Cow<'a, str>,
}

#[derive(Default)]
pub(super) struct Status {
    known_affected: Vec<String>,
    first_affected: Vec<String>,
    last_affected: Vec<String>,
    fixed: Vec<String>,
    first_fixed: Vec<String>,
    known_not_affected: Vec<String>,
    recommended: Vec<String>,
    under_investigation: Vec<String>,
    unknown: Vec<String>,
    /// The names of lists that are none of these.
    pub others: Vec<String>,
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Lists;
        impl<'de> Visitor<'de> for Lists {
            type Value = Status;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("struct Status")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Status, A::Error> {
                let mut status = Status::default();
                let mut seen = BTreeSet::new();
                while let Some(name) = map.next_key::<String>()? {
                    if !seen.insert(name.clone()) {
                        return Err(A::Error::custom(format!("duplicate field `{name}`")));
                    }
                    match status.list(&name) {
                        Some(list) => *list = map.next_value()?,
                        None => {
                            map.next_value::<IgnoredAny>()?;
                            status.others.push(name);
                        }
                    }
                }
                Ok(status)
            }
        }
        deserializer.deserialize_map(Lists)
    }
}

impl Status {
    /// The list of this name.
    fn list(&mut self, name: &str) -> Option<&mut Vec<String>> {
        Some(match name {
            "known_affected" => &mut self.known_affected,
            "first_affected" => &mut self.first_affected,
            "last_affected" => &mut self.last_affected,
            "fixed" => &mut self.fixed,
            "first_fixed" => &mut self.first_fixed,
            "known_not_affected" => &mut self.known_not_affected,
            "recommended" => &mut self.recommended,
            "under_investigation" => &mut self.under_investigation,
            "unknown" => &mut self.unknown,
            _ => return None,
        })
    }

    /// The lists with their names.
    pub fn lists(&self) -> [(&'static str, &[String]); 9] {
        [
            ("known_affected", &self.known_affected),
            ("first_affected", &self.first_affected),
            ("last_affected", &self.last_affected),
            ("fixed", &self.fixed),
            ("first_fixed", &self.first_fixed),
            ("known_not_affected", &self.known_not_affected),
            ("recommended", &self.recommended),
            ("under_investigation", &self.under_investigation),
            ("unknown", &self.unknown),
        ]
    }
}

#[derive(Deserialize)]
pub(super) struct Score<'a> {
    #[serde(borrow, rename = "cvss_v2")]
    pub v2: Option<Scored<'a>>,
    #[serde(borrow, rename = "cvss_v3")]
    pub v3: Option<Scored<'a>>,
    #[serde(borrow, rename = "cvss_v4")]
    pub v4: Option<Scored<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Scored<'a> {
    #[serde(borrow, rename = "vectorString")]
    pub vector: Cow<'a, str>,
}

/// A score as version 2.1 writes it.
#[derive(Deserialize)]
pub(super) struct Metric<'a> {
    #[serde(borrow)]
    pub content: Score<'a>,
}

#[derive(Deserialize)]
pub(super) struct Remedy<'a> {
    #[serde(borrow, default)]
    pub category: Cow<'a, str>,
    #[serde(borrow, default)]
    pub details: Cow<'a, str>,
    #[serde(borrow)]
    pub url: Option<Cow<'a, str>>,
}
