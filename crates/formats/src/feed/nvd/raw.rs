//! The fields of NVD's JSON that are read, as they stand there. Everything else in it is passed over.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

#[derive(Deserialize)]
pub(super) struct Element<'a> {
    #[serde(borrow)]
    pub cve: Cve<'a>,
}

#[derive(Deserialize)]
pub(super) struct OnlyId {
    pub cve: Id,
}

#[derive(Deserialize)]
pub(super) struct Id {
    pub id: String,
}

#[derive(Deserialize)]
pub(super) struct Cve<'a> {
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    #[serde(borrow)]
    pub published: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "lastModified")]
    pub last_modified: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "vulnStatus")]
    pub status: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub descriptions: Vec<Text<'a>>,
    #[serde(borrow, default)]
    pub metrics: Metrics<'a>,
    #[serde(borrow, default)]
    pub weaknesses: Vec<Weakness<'a>>,
    #[serde(borrow, default)]
    pub configurations: Vec<Configuration<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Text<'a> {
    #[serde(borrow, default)]
    pub lang: Cow<'a, str>,
    #[serde(borrow)]
    pub value: Cow<'a, str>,
}

#[derive(Deserialize)]
pub(super) struct Weakness<'a> {
    #[serde(borrow, default)]
    pub description: Vec<Text<'a>>,
}

/// Every CVSS metric of every version, in the order of the text.
#[derive(Default)]
pub(super) struct Metrics<'a>(pub Vec<Metric<'a>>);

#[derive(Deserialize)]
pub(super) struct Metric<'a> {
    #[serde(borrow, default)]
    pub source: Cow<'a, str>,
    #[serde(borrow, rename = "cvssData")]
    pub data: CvssData<'a>,
}

#[derive(Deserialize)]
pub(super) struct CvssData<'a> {
    #[serde(borrow, rename = "vectorString")]
    pub vector: Cow<'a, str>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Metrics<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Groups<'a>(std::marker::PhantomData<&'a ()>);

        impl<'de: 'a, 'a> Visitor<'de> for Groups<'a> {
            type Value = Metrics<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("lists of metrics by their CVSS version")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(name) = map.next_key::<Cow<'de, str>>()? {
                    // A CVSS version that is yet to come is read as well: it shows as a vector that cannot be read.
                    if name.starts_with("cvssMetric") {
                        all.append(&mut map.next_value::<Vec<Metric<'a>>>()?);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(Metrics(all))
            }
        }

        deserializer.deserialize_map(Groups(std::marker::PhantomData))
    }
}

#[derive(Deserialize)]
pub(super) struct Configuration<'a> {
    #[serde(borrow)]
    pub operator: Option<Cow<'a, str>>,
    pub negate: Option<bool>,
    #[serde(borrow)]
    pub nodes: Vec<Node<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Node<'a> {
    #[serde(borrow)]
    pub operator: Option<Cow<'a, str>>,
    pub negate: Option<bool>,
    #[serde(borrow, rename = "cpeMatch")]
    pub matches: Vec<Match<'a>>,
    #[serde(default)]
    pub children: Vec<IgnoredAny>,
}

#[derive(Deserialize)]
pub(super) struct Match<'a> {
    pub vulnerable: bool,
    #[serde(borrow)]
    pub criteria: Cow<'a, str>,
    #[serde(borrow, rename = "versionStartIncluding")]
    pub start_including: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "versionStartExcluding")]
    pub start_excluding: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "versionEndIncluding")]
    pub end_including: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "versionEndExcluding")]
    pub end_excluding: Option<Cow<'a, str>>,
}
