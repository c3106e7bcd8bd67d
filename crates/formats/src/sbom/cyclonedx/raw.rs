//! The fields of CycloneDX that are read, as they stand in its JSON. Its XML is brought into the same shape first.

use std::borrow::Cow;

use serde::Deserialize;

use crate::sbom::loose::{Count, List, Loose, Object, Text, Texts};

#[derive(Deserialize)]
pub(super) struct RawBom<'a> {
    #[serde(borrow, default, rename = "serialNumber")]
    pub(super) serial_number: Text<'a>,
    #[serde(borrow, default)]
    pub(super) metadata: Option<RawMetadata<'a>>,
    #[serde(borrow, default)]
    pub(super) components: Option<Vec<RawComponent<'a>>>,
    #[serde(borrow, default)]
    pub(super) services: Loose<List<RawService<'a>>>,
    #[serde(borrow, default)]
    pub(super) dependencies: Loose<List<RawDependency<'a>>>,
    #[serde(borrow, default)]
    pub(super) compositions: Loose<List<RawComposition<'a>>>,
    #[serde(default)]
    pub(super) vulnerabilities: Loose<Count>,
}

/// How complete the file is, or the parts that it names there.
#[derive(Deserialize)]
pub(super) struct RawComposition<'a> {
    #[serde(borrow, default)]
    pub(super) aggregate: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct RawMetadata<'a> {
    #[serde(borrow, default)]
    pub(super) timestamp: Text<'a>,
    #[serde(borrow, default)]
    pub(super) authors: Loose<List<RawOrganization<'a>>>,
    #[serde(borrow, default)]
    pub(super) tools: Loose<List<RawTool<'a>>>,
    #[serde(borrow, default)]
    pub(super) lifecycles: Loose<List<RawLifecycle<'a>>>,
    #[serde(borrow, default)]
    pub(super) supplier: Loose<Object<RawOrganization<'a>>>,
    #[serde(borrow, default)]
    pub(super) manufacturer: Loose<Object<RawOrganization<'a>>>,
    #[serde(borrow, default)]
    pub(super) manufacture: Loose<Object<RawOrganization<'a>>>,
    #[serde(borrow, default)]
    pub(super) component: Option<RawDescribed<'a>>,
}

/// A tool; since 1.5 all of them may stand as components and services of one object.
#[derive(Deserialize)]
pub(super) struct RawTool<'a> {
    #[serde(borrow, default)]
    pub(super) name: Text<'a>,
    #[serde(borrow, default)]
    pub(super) version: Text<'a>,
    #[serde(borrow, default)]
    pub(super) components: Loose<List<RawTool<'a>>>,
    #[serde(borrow, default)]
    pub(super) services: Loose<List<RawTool<'a>>>,
}

#[derive(Deserialize)]
pub(super) struct RawLifecycle<'a> {
    #[serde(borrow, default)]
    pub(super) phase: Text<'a>,
    #[serde(borrow, default)]
    pub(super) name: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct RawService<'a> {
    #[serde(borrow, default, rename = "bom-ref")]
    pub(super) bom_ref: Text<'a>,
    #[serde(borrow, default)]
    pub(super) name: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct RawDependency<'a> {
    #[serde(borrow, default, rename = "ref")]
    pub(super) reference: Text<'a>,
    #[serde(borrow, default, rename = "dependsOn")]
    pub(super) depends_on: Loose<Texts<'a>>,
}

/// A component. Without a name there is nothing to tell about it: the one field that must be there.
pub(super) type RawComponent<'a> = RawNamed<'a, Cow<'a, str>>;

/// What the whole describes. Unlike a component it may lack a name in real files.
pub(super) type RawDescribed<'a> = RawNamed<'a, Option<Text<'a>>>;

#[derive(Deserialize)]
#[serde(bound(deserialize = "N: Deserialize<'de>, 'de: 'a"))]
pub(super) struct RawNamed<'a, N> {
    pub(super) name: N,
    #[serde(default, rename = "type")]
    pub(super) kind: Text<'a>,
    #[serde(default, rename = "bom-ref")]
    pub(super) bom_ref: Text<'a>,
    #[serde(default)]
    pub(super) group: Text<'a>,
    #[serde(default)]
    pub(super) version: Text<'a>,
    #[serde(default, rename = "versionRange")]
    pub(super) version_range: Text<'a>,
    #[serde(default)]
    pub(super) supplier: Loose<Object<RawOrganization<'a>>>,
    #[serde(default)]
    pub(super) manufacturer: Loose<Object<RawOrganization<'a>>>,
    #[serde(default)]
    pub(super) publisher: Text<'a>,
    #[serde(default)]
    pub(super) author: Text<'a>,
    #[serde(default)]
    pub(super) authors: Loose<List<RawOrganization<'a>>>,
    #[serde(default)]
    pub(super) purl: Text<'a>,
    #[serde(default)]
    pub(super) cpe: Text<'a>,
    #[serde(default)]
    pub(super) swid: Loose<Object<RawSwid<'a>>>,
    #[serde(default)]
    pub(super) hashes: Loose<List<RawHash<'a>>>,
    #[serde(default)]
    pub(super) licenses: Loose<List<RawLicenceChoice<'a>>>,
    #[serde(default)]
    pub(super) pedigree: Loose<Object<RawPedigree<'a>>>,
    #[serde(default)]
    pub(super) properties: Loose<List<RawProperty<'a>>>,
    #[serde(default)]
    pub(super) evidence: Loose<Object<RawEvidence<'a>>>,
    #[serde(default)]
    pub(super) components: Option<Vec<RawComponent<'a>>>,
}

impl<'a, N> RawNamed<'a, N> {
    /// The same under a name, and the name that it had.
    pub(super) fn with_name<M>(self, name: M) -> (RawNamed<'a, M>, N) {
        let renamed = RawNamed {
            name,
            kind: self.kind,
            bom_ref: self.bom_ref,
            group: self.group,
            version: self.version,
            version_range: self.version_range,
            supplier: self.supplier,
            manufacturer: self.manufacturer,
            publisher: self.publisher,
            author: self.author,
            authors: self.authors,
            purl: self.purl,
            cpe: self.cpe,
            swid: self.swid,
            hashes: self.hashes,
            licenses: self.licenses,
            pedigree: self.pedigree,
            properties: self.properties,
            evidence: self.evidence,
            components: self.components,
        };
        (renamed, self.name)
    }
}

#[derive(Deserialize)]
pub(super) struct RawOrganization<'a> {
    #[serde(borrow, default)]
    pub(super) name: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct RawSwid<'a> {
    #[serde(borrow, default, rename = "tagId")]
    pub(super) tag_id: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct RawHash<'a> {
    #[serde(borrow, default)]
    pub(super) alg: Text<'a>,
    #[serde(borrow, default)]
    pub(super) content: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct RawLicenceChoice<'a> {
    #[serde(borrow, default)]
    pub(super) license: Loose<Object<RawLicence<'a>>>,
    #[serde(borrow, default)]
    pub(super) expression: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct RawLicence<'a> {
    #[serde(borrow, default)]
    pub(super) id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) name: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct RawPedigree<'a> {
    #[serde(borrow, default)]
    pub(super) patches: Loose<List<RawPatch<'a>>>,
}

#[derive(Deserialize)]
pub(super) struct RawPatch<'a> {
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Text<'a>,
    #[serde(borrow, default)]
    pub(super) resolves: Loose<List<RawIssue<'a>>>,
}

#[derive(Deserialize)]
pub(super) struct RawIssue<'a> {
    #[serde(borrow, default)]
    pub(super) id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) name: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct RawProperty<'a> {
    #[serde(borrow, default)]
    pub(super) name: Text<'a>,
    #[serde(borrow, default)]
    pub(super) value: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct RawEvidence<'a> {
    #[serde(borrow, default)]
    pub(super) identity: Loose<List<RawIdentity<'a>>>,
}

#[derive(Deserialize)]
pub(super) struct RawIdentity<'a> {
    #[serde(borrow, default)]
    pub(super) field: Text<'a>,
    #[serde(borrow, default, rename = "concludedValue")]
    pub(super) concluded_value: Text<'a>,
}
