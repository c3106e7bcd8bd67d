//! The fields of SPDX 2 that are read, as they stand in its JSON. Its tag-value form is brought into the same shape.

use std::borrow::Cow;

use serde::Deserialize;

use crate::sbom::loose::{List, Loose, Object, Text, Texts};

#[derive(Deserialize, Default)]
pub(super) struct RawDocument<'a> {
    #[serde(borrow, default)]
    pub(super) name: Text<'a>,
    #[serde(borrow, default, rename = "documentNamespace")]
    pub(super) namespace: Text<'a>,
    #[serde(borrow, default, rename = "creationInfo")]
    pub(super) creation: Loose<Object<RawCreation<'a>>>,
    #[serde(borrow, default)]
    pub(super) packages: Option<Vec<RawPackage<'a>>>,
    #[serde(borrow, default)]
    pub(super) files: Option<Vec<RawFile<'a>>>,
    #[serde(borrow, default, rename = "documentDescribes")]
    pub(super) document_describes: Option<Vec<Cow<'a, str>>>,
    #[serde(borrow, default)]
    pub(super) relationships: Option<Vec<RawRelationship<'a>>>,
}

#[derive(Deserialize, Default)]
pub(super) struct RawCreation<'a> {
    #[serde(borrow, default)]
    pub(super) created: Text<'a>,
    #[serde(borrow, default)]
    pub(super) creators: Loose<Texts<'a>>,
}

#[derive(Deserialize, Default)]
pub(super) struct RawPackage<'a> {
    // Drafts of 2.2 said `packageName`, and files like that are about.
    #[serde(borrow, alias = "packageName")]
    pub(super) name: Cow<'a, str>,
    #[serde(borrow, default, rename = "SPDXID")]
    pub(super) id: Text<'a>,
    #[serde(borrow, default, rename = "versionInfo")]
    pub(super) version: Text<'a>,
    #[serde(borrow, default)]
    pub(super) supplier: Text<'a>,
    #[serde(borrow, default)]
    pub(super) originator: Text<'a>,
    #[serde(borrow, default, rename = "primaryPackagePurpose")]
    pub(super) purpose: Text<'a>,
    #[serde(borrow, default, rename = "externalRefs")]
    pub(super) external_refs: Loose<List<RawExternalRef<'a>>>,
    #[serde(borrow, default)]
    pub(super) checksums: Loose<List<RawChecksum<'a>>>,
    #[serde(borrow, default, rename = "licenseConcluded")]
    pub(super) concluded: Text<'a>,
    #[serde(borrow, default, rename = "licenseDeclared")]
    pub(super) declared: Text<'a>,
    #[serde(borrow, default, rename = "validUntilDate")]
    pub(super) valid_until: Text<'a>,
    #[serde(borrow, default, rename = "hasFiles")]
    pub(super) files: Loose<Texts<'a>>,
}

#[derive(Deserialize, Default)]
pub(super) struct RawFile<'a> {
    #[serde(borrow, default, rename = "SPDXID")]
    pub(super) id: Text<'a>,
    #[serde(borrow, default, rename = "fileName")]
    pub(super) name: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct RawExternalRef<'a> {
    #[serde(borrow, default, rename = "referenceType")]
    pub(super) kind: Text<'a>,
    #[serde(borrow, default, rename = "referenceLocator")]
    pub(super) locator: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct RawChecksum<'a> {
    #[serde(borrow, default)]
    pub(super) algorithm: Text<'a>,
    #[serde(borrow, default, rename = "checksumValue")]
    pub(super) value: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct RawRelationship<'a> {
    #[serde(borrow, default, rename = "spdxElementId")]
    pub(super) element: Text<'a>,
    #[serde(borrow, default, rename = "relationshipType")]
    pub(super) kind: Text<'a>,
    #[serde(borrow, default, rename = "relatedSpdxElement")]
    pub(super) related: Text<'a>,
}

impl RawRelationship<'_> {
    /// From, kind and to, where all three are texts.
    pub(super) fn parts(&self) -> Option<(&str, &str, &str)> {
        match (&self.element, &self.kind, &self.related) {
            (Loose::Good(from), Loose::Good(kind), Loose::Good(to)) => Some((from.trim(), kind.trim(), to.trim())),
            _ => None,
        }
    }
}
