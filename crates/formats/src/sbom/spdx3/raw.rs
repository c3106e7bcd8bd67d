//! The fields of SPDX 3 that are read. A document is a flat list of elements of many types that name each other.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, SeqAccess};

use crate::sbom::loose::{FromLoose, List, Loose, Object, Text, Texts};

#[derive(Deserialize)]
pub(super) struct RawGraph<'a> {
    #[serde(borrow, default, rename = "@context")]
    pub(super) context: Loose<Texts<'a>>,
    #[serde(borrow, default, rename = "@graph")]
    pub(super) graph: Option<Vec<Loose<Object<RawElement<'a>>>>>,
}

/// An element of any type: only the fields of its type are there.
#[derive(Deserialize)]
pub(super) struct RawElement<'a> {
    #[serde(borrow, default, rename = "type", alias = "@type")]
    pub(super) kind: Loose<Texts<'a>>,
    #[serde(borrow, default, rename = "spdxId", alias = "@id")]
    pub(super) id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) name: Text<'a>,
    // The creation of the document.
    #[serde(borrow, default, rename = "specVersion")]
    pub(super) spec_version: Text<'a>,
    #[serde(borrow, default)]
    pub(super) created: Text<'a>,
    #[serde(borrow, default, rename = "createdBy")]
    pub(super) created_by: Loose<Links<'a>>,
    #[serde(borrow, default, rename = "createdUsing")]
    pub(super) created_using: Loose<Links<'a>>,
    #[serde(borrow, default, rename = "creationInfo")]
    pub(super) creation: Loose<Links<'a>>,
    #[serde(borrow, default, rename = "rootElement")]
    pub(super) roots: Loose<Links<'a>>,
    #[serde(borrow, default)]
    pub(super) element: Loose<Links<'a>>,
    // Packages and files.
    #[serde(borrow, default, rename = "software_packageVersion", alias = "packageVersion")]
    pub(super) version: Text<'a>,
    #[serde(borrow, default, rename = "software_packageUrl", alias = "packageUrl")]
    pub(super) purl: Text<'a>,
    #[serde(borrow, default, rename = "software_primaryPurpose", alias = "primaryPurpose")]
    pub(super) purpose: Text<'a>,
    #[serde(borrow, default, rename = "software_additionalPurpose", alias = "additionalPurpose")]
    pub(super) other_purposes: Loose<Texts<'a>>,
    #[serde(borrow, default, rename = "suppliedBy")]
    pub(super) supplied_by: Loose<Links<'a>>,
    #[serde(borrow, default, rename = "originatedBy")]
    pub(super) originated_by: Loose<Links<'a>>,
    #[serde(borrow, default, rename = "supportLevel")]
    pub(super) support_level: Loose<Texts<'a>>,
    #[serde(borrow, default, rename = "validUntilTime")]
    pub(super) valid_until: Text<'a>,
    // The specification has one name for it, and tools write the other, too.
    #[serde(borrow, default, rename = "externalIdentifier", alias = "externalIdentifiers")]
    pub(super) identifiers: Loose<List<RawIdentifier<'a>>>,
    #[serde(borrow, default, rename = "verifiedUsing")]
    pub(super) verified_using: Loose<List<RawHash<'a>>>,
    // Licences.
    #[serde(borrow, default, rename = "simplelicensing_licenseExpression", alias = "licenseExpression")]
    pub(super) expression: Text<'a>,
    // Relationships.
    #[serde(borrow, default)]
    from: Loose<Links<'a>>,
    #[serde(borrow, default)]
    pub(super) to: Loose<Links<'a>>,
    #[serde(borrow, default, rename = "relationshipType")]
    pub(super) relationship: Text<'a>,
    #[serde(borrow, default)]
    pub(super) completeness: Text<'a>,
}

impl RawElement<'_> {
    /// The name of its type without the profile before it: `Package` for `software_Package`. Empty where none is given.
    pub(super) fn kind(&self) -> &str {
        let Loose::Good(Texts(kinds)) = &self.kind else { return "" };
        kinds.first().map_or("", |kind| short(kind))
    }

    /// Where a relationship comes from: one element, by the specification. What is listed behind a first one is not looked at, since
    /// every pair of two long lists would be a relationship.
    pub(super) fn from(&self) -> Option<&str> {
        ids(&self.from).next()
    }

    /// Whether it comes from several elements all the same.
    pub(super) fn has_more_origins(&self) -> bool {
        ids(&self.from).nth(1).is_some()
    }

    /// Links in whose place an element stands, of these kinds.
    pub(super) fn inlined<'s>(&'s self, kinds: &'s [&str]) -> impl Iterator<Item = &'s str> {
        [&self.roots, &self.element, &self.from, &self.to]
            .into_iter()
            .filter_map(|links| match links {
                Loose::Good(Links(list)) => Some(list),
                _ => None,
            })
            .flatten()
            .filter(|link| link.kind.good().is_some_and(|kind| kinds.contains(&short(kind))))
            .map(|link| link.name.good().unwrap_or(""))
    }
}

/// The last part of a name or an address.
pub(super) fn short(name: &str) -> &str {
    name.rsplit(['_', '/', '#', ':']).next().unwrap_or("")
}

#[derive(Deserialize)]
pub(super) struct RawIdentifier<'a> {
    #[serde(borrow, default, rename = "externalIdentifierType")]
    pub(super) kind: Text<'a>,
    #[serde(borrow, default)]
    pub(super) identifier: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct RawHash<'a> {
    #[serde(borrow, default)]
    pub(super) algorithm: Text<'a>,
    #[serde(borrow, default, rename = "hashValue")]
    pub(super) value: Text<'a>,
}

/// A link to another element, by its identifier; or that element itself, written in the place of the link.
#[derive(Deserialize)]
pub(super) struct Link<'a> {
    #[serde(borrow, default, rename = "spdxId", alias = "@id")]
    pub(super) id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) name: Text<'a>,
    #[serde(borrow, default, rename = "type", alias = "@type")]
    pub(super) kind: Text<'a>,
}

/// Links; a single one is a list of one.
pub(super) struct Links<'a>(pub(super) Vec<Link<'a>>);

impl<'a> Links<'a> {
    fn to(text: Cow<'a, str>) -> Link<'a> {
        Link { id: Loose::Good(text), name: Loose::Absent, kind: Loose::Absent }
    }
}

impl<'de: 'a, 'a> FromLoose<'de> for Link<'a> {
    fn from_text(text: Cow<'de, str>) -> Result<Self, &'static str> {
        Ok(Links::to(text))
    }

    fn from_map<A: MapAccess<'de>>(map: A) -> Result<Loose<Self>, A::Error> {
        Link::deserialize(MapAccessDeserializer::new(map)).map(Loose::Good)
    }
}

impl<'de: 'a, 'a> FromLoose<'de> for Links<'a> {
    fn from_text(text: Cow<'de, str>) -> Result<Self, &'static str> {
        Ok(Self(vec![Self::to(text)]))
    }

    fn from_map<A: MapAccess<'de>>(map: A) -> Result<Loose<Self>, A::Error> {
        Link::deserialize(MapAccessDeserializer::new(map)).map(|link| Loose::Good(Self(vec![link])))
    }

    fn from_seq<A: SeqAccess<'de>>(mut seq: A) -> Result<Loose<Self>, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = seq.next_element::<Loose<Link<'a>>>()? {
            if let Loose::Good(link) = element {
                list.push(link);
            }
        }
        Ok(Loose::Good(Self(list)))
    }
}

/// The identifiers that links name.
pub(super) fn ids<'s>(links: &'s Loose<Links<'_>>) -> impl Iterator<Item = &'s str> {
    let list: &[Link<'_>] = match links {
        Loose::Good(Links(list)) => list,
        _ => &[],
    };
    list.iter().filter_map(|link| link.id.good().map(str::trim))
}
