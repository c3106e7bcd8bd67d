//! The fields of a CVE record that are read, as they stand there. Everything else in it is passed over.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::feed::affected::Affected;
use crate::feed::nvd::{ExploitTag, RawConfiguration, RawText};

#[derive(Deserialize)]
pub(super) struct Record<'a> {
    #[serde(borrow, rename = "cveMetadata")]
    pub metadata: Metadata<'a>,
    #[serde(borrow)]
    pub containers: Containers<'a>,
}

#[derive(Deserialize)]
pub(super) struct Metadata<'a> {
    #[serde(borrow, rename = "cveId")]
    pub id: Cow<'a, str>,
    #[serde(borrow)]
    pub state: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "datePublished")]
    pub published: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "dateUpdated")]
    pub updated: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
pub(super) struct Containers<'a> {
    #[serde(borrow)]
    pub cna: Container<'a>,
    #[serde(borrow, default)]
    pub adp: Vec<Container<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Container<'a> {
    #[serde(borrow, default, rename = "providerMetadata")]
    pub provider: Provider<'a>,
    #[serde(borrow, default)]
    pub descriptions: Vec<RawText<'a>>,
    #[serde(borrow, default, rename = "rejectedReasons")]
    pub rejected_reasons: Vec<RawText<'a>>,
    #[serde(borrow, default)]
    pub affected: Vec<Affected<'a>>,
    #[serde(borrow, default, rename = "cpeApplicability")]
    pub applicability: Vec<RawConfiguration<'a>>,
    #[serde(borrow, default)]
    pub metrics: Vec<Metric<'a>>,
    #[serde(borrow, default, rename = "problemTypes")]
    pub problem_types: Vec<ProblemType<'a>>,
    #[serde(borrow, default)]
    pub references: Vec<Reference<'a>>,
    #[serde(borrow, default)]
    pub solutions: Vec<RawText<'a>>,
    #[serde(borrow, default)]
    pub workarounds: Vec<RawText<'a>>,
    #[serde(default, rename = "replacedBy")]
    pub replaced_by: Vec<String>,
}

#[derive(Default, Deserialize)]
pub(super) struct Provider<'a> {
    #[serde(borrow, rename = "shortName")]
    short_name: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "orgId")]
    organisation: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "dateUpdated")]
    pub updated: Option<Cow<'a, str>>,
}

impl Provider<'_> {
    /// What it is called.
    pub fn name(&self) -> String {
        let said =
            |text: &Option<Cow<'_, str>>| text.as_deref().filter(|text| !text.trim().is_empty()).map(str::to_owned);
        said(&self.short_name).or_else(|| said(&self.organisation)).unwrap_or_else(|| super::SOURCE.to_owned())
    }
}

#[derive(Deserialize)]
pub(super) struct ProblemType<'a> {
    #[serde(borrow, default)]
    pub descriptions: Vec<Weakness<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Weakness<'a> {
    #[serde(borrow, rename = "cweId")]
    pub cwe: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub description: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
pub(super) struct Reference<'a> {
    #[serde(borrow)]
    pub url: Cow<'a, str>,
    #[serde(default)]
    pub tags: ExploitTag,
}

/// Every CVSS vector of whatever version, and what is no CVSS.
#[derive(Default)]
pub(super) struct Metric<'a> {
    pub vectors: Vec<Cow<'a, str>>,
    pub other: Option<Other<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Other<'a> {
    #[serde(borrow, rename = "type", default)]
    pub kind: Cow<'a, str>,
    #[serde(default)]
    pub content: Value,
}

#[derive(Deserialize)]
struct Scored<'a> {
    #[serde(borrow, rename = "vectorString")]
    vector: Cow<'a, str>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Metric<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields<'a>(std::marker::PhantomData<&'a ()>);

        impl<'de: 'a, 'a> Visitor<'de> for Fields<'a> {
            type Value = Metric<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a metric")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut metric = Metric::default();
                while let Some(name) = map.next_key::<Cow<'de, str>>()? {
                    if name.starts_with("cvssV") {
                        metric.vectors.push(map.next_value::<Scored<'a>>()?.vector);
                    } else if name == "other" {
                        metric.other = Some(map.next_value()?);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(metric)
            }
        }

        deserializer.deserialize_map(Fields(std::marker::PhantomData))
    }
}
