//! The fields of NVD's JSON that are read, as they stand there. Everything else in it is passed over.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

#[derive(Deserialize)]
pub(super) struct Element<'a> {
    #[serde(borrow)]
    pub cve: Cve<'a>,
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
    #[serde(borrow, default)]
    pub affected: Vec<Affected<'a>>,
    #[serde(borrow, default)]
    pub references: Vec<Reference<'a>>,
    #[serde(borrow, rename = "cisaExploitAdd")]
    pub exploit_added: Option<Cow<'a, str>>,
}

/// What one voice of the CVE list says of products.
#[derive(Deserialize)]
pub(super) struct Affected<'a> {
    #[serde(borrow)]
    pub source: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "affectedData")]
    pub data: Vec<crate::feed::affected::Affected<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Reference<'a> {
    #[serde(borrow)]
    pub url: Cow<'a, str>,
    #[serde(default)]
    pub tags: ExploitTag,
}

/// Whether the tags of a reference call it an exploit. A list of them is not kept: there are millions.
#[derive(Debug, Default, Clone, Copy)]
pub(in crate::feed) struct ExploitTag {
    pub exploit: bool,
}

impl<'de> Deserialize<'de> for ExploitTag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Tags;

        impl<'de> Visitor<'de> for Tags {
            type Value = ExploitTag;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of tags")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut tags: A) -> Result<ExploitTag, A::Error> {
                let mut exploit = false;
                while let Some(Tag(is_exploit)) = tags.next_element()? {
                    exploit |= is_exploit;
                }
                Ok(ExploitTag { exploit })
            }
        }

        deserializer.deserialize_seq(Tags)
    }
}

struct Tag(bool);

impl<'de> Deserialize<'de> for Tag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Tag;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a tag")
            }

            fn visit_str<E>(self, text: &str) -> Result<Tag, E> {
                // The second is what records carry that were taken over from the older format.
                Ok(Tag(text.eq_ignore_ascii_case("exploit") || text.eq_ignore_ascii_case("x_refsource_exploit-db")))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

#[derive(Deserialize)]
pub(in crate::feed) struct Text<'a> {
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

/// Every CVSS metric of every version, in the order of the text, and the decisions that stand among them.
#[derive(Default)]
pub(super) struct Metrics<'a> {
    pub scored: Vec<Metric<'a>>,
    pub ssvc: Vec<Ssvc<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Ssvc<'a> {
    #[serde(borrow, default)]
    pub source: Cow<'a, str>,
    #[serde(default, rename = "ssvcData")]
    pub data: Value,
}

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
                let mut all = Metrics::default();
                while let Some(name) = map.next_key::<Cow<'de, str>>()? {
                    // A CVSS version that is yet to come is read as well: it shows as a vector that cannot be read.
                    if name.starts_with("cvssMetric") {
                        all.scored.append(&mut map.next_value::<Vec<Metric<'a>>>()?);
                    } else if name.starts_with("ssvc") {
                        all.ssvc.append(&mut map.next_value::<Vec<Ssvc<'a>>>()?);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(all)
            }
        }

        deserializer.deserialize_map(Groups(std::marker::PhantomData))
    }
}

#[derive(Deserialize)]
pub(in crate::feed) struct Configuration<'a> {
    #[serde(borrow)]
    pub operator: Option<Cow<'a, str>>,
    pub negate: Option<bool>,
    #[serde(borrow)]
    pub nodes: Vec<Node<'a>>,
}

#[derive(Deserialize)]
pub(in crate::feed) struct Node<'a> {
    #[serde(borrow)]
    pub operator: Option<Cow<'a, str>>,
    pub negate: Option<bool>,
    #[serde(borrow, rename = "cpeMatch")]
    pub matches: Vec<Match<'a>>,
    #[serde(default)]
    pub children: Vec<IgnoredAny>,
}

#[derive(Deserialize)]
pub(in crate::feed) struct Match<'a> {
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
