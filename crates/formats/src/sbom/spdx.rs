//! SPDX 2.3, JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use ward_model::Digest;
use ward_model::component::{Component, ComponentKind, Sbom, SbomFormat};
use ward_model::ids::ComponentRef;

use super::collect::{NO_COMPONENT, References, Remarks, add_cpe, add_purl, meaningful, remark_contradiction};
use super::error::SbomError;
use super::loose::{List, Loose, Text};

#[derive(Deserialize)]
struct RawDocument<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    packages: Option<Vec<RawPackage<'a>>>,
    #[serde(default)]
    files: Option<Vec<IgnoredAny>>,
    #[serde(borrow, default, rename = "documentDescribes")]
    document_describes: Option<Vec<Cow<'a, str>>>,
    #[serde(borrow, default)]
    relationships: Option<Vec<RawRelationship<'a>>>,
}

#[derive(Deserialize)]
struct RawPackage<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default, rename = "SPDXID")]
    id: Text<'a>,
    #[serde(borrow, default, rename = "versionInfo")]
    version: Text<'a>,
    #[serde(borrow, default)]
    supplier: Text<'a>,
    #[serde(borrow, default)]
    originator: Text<'a>,
    #[serde(borrow, default, rename = "primaryPackagePurpose")]
    purpose: Text<'a>,
    #[serde(borrow, default, rename = "externalRefs")]
    external_refs: Loose<List<RawExternalRef<'a>>>,
}

#[derive(Deserialize)]
struct RawExternalRef<'a> {
    #[serde(borrow, default, rename = "referenceType")]
    kind: Text<'a>,
    #[serde(borrow, default, rename = "referenceLocator")]
    locator: Text<'a>,
}

#[derive(Deserialize)]
struct RawRelationship<'a> {
    #[serde(borrow, default, rename = "spdxElementId")]
    element: Text<'a>,
    #[serde(borrow, default, rename = "relationshipType")]
    kind: Text<'a>,
    #[serde(borrow, default, rename = "relatedSpdxElement")]
    related: Text<'a>,
}

pub(super) fn read(body: &str, spec_version: String) -> Result<Sbom, SbomError> {
    let document: RawDocument<'_> = serde_json::from_str(body)?;
    let mut reader = Reader::default();
    for package in document.packages.unwrap_or_default() {
        reader.take(package);
    }
    if reader.components.is_empty() {
        reader.remarks.add(NO_COMPONENT, "");
    }
    let files = document.files.map_or(0, |files| files.len());
    if files > 0 {
        reader.remarks.add(format!("lists {files} files, which are not packages and are not read as components"), "");
    }
    let relationships = document.relationships.unwrap_or_default();
    let described = described(&document.document_describes.unwrap_or_default(), &relationships);
    reader.nest(&relationships, &described);
    let whole = match &described[..] {
        [only] => reader.by_id.get(only.as_str()).map(|index| &reader.components[*index]),
        _ => None,
    };
    let name = whole.map(|component| component.name.clone()).or_else(|| match &document.name {
        Loose::Good(name) => meaningful(name).map(str::to_owned),
        _ => None,
    });
    Ok(Sbom {
        format: SbomFormat::Spdx,
        spec_version,
        name,
        version: whole.and_then(|component| component.version.clone()),
        digest: Digest::of(body.as_bytes()),
        components: reader.components,
        remarks: reader.remarks.into_texts(),
    })
}

/// What the document says that it describes, without repetition, in order.
fn described(listed: &[Cow<'_, str>], relationships: &[RawRelationship<'_>]) -> Vec<String> {
    let mut all: Vec<String> = listed.iter().map(|id| id.clone().into_owned()).collect();
    for relationship in relationships {
        if let (Loose::Good(from), Loose::Good(kind), Loose::Good(to)) =
            (&relationship.element, &relationship.kind, &relationship.related)
        {
            match &**kind {
                "DESCRIBES" if from == "SPDXRef-DOCUMENT" => all.push(to.clone().into_owned()),
                "DESCRIBED_BY" if to == "SPDXRef-DOCUMENT" => all.push(from.clone().into_owned()),
                _ => {}
            }
        }
    }
    all.sort();
    all.dedup();
    all
}

#[derive(Default)]
struct Reader {
    components: Vec<Component>,
    /// First package of each `SPDXID` as written.
    by_id: BTreeMap<String, usize>,
    references: References,
    remarks: Remarks,
}

impl Reader {
    fn take(&mut self, raw: RawPackage<'_>) {
        let name = raw.name.trim().to_owned();
        if name.is_empty() {
            self.remarks.add("a package has an empty name", "");
        }
        let remarks = &mut self.remarks;
        let text = |field: &str, value: Text<'_>, remarks: &mut Remarks| {
            value
                .or_remark(|found| {
                    remarks.add(format!("`{field}` of a package is {found} and not text; left out"), &name)
                })
                .and_then(|text| meaningful(&text).map(str::to_owned))
        };
        let version = text("versionInfo", raw.version, remarks);
        let supplier = text("supplier", raw.supplier, remarks).and_then(|text| agent(&text));
        let originator = text("originator", raw.originator, remarks).and_then(|text| agent(&text));
        let purpose = text("primaryPackagePurpose", raw.purpose, remarks);
        let kind = purpose.as_deref().map_or(ComponentKind::Other, |word| {
            kind_of(word).unwrap_or_else(|| {
                remarks.add(format!("package purpose `{word}` is not known"), &name);
                ComponentKind::Other
            })
        });
        let id = text("SPDXID", raw.id, remarks);
        let wanted = id.clone().unwrap_or_else(|| {
            remarks.add("a package has no SPDXID", &name);
            version.as_ref().map_or_else(|| name.clone(), |version| format!("{name}@{version}"))
        });
        let reference = self.references.unique(wanted, remarks, id.is_some());
        if let Some(id) = id {
            self.by_id.entry(id).or_insert(self.components.len());
        }
        let mut component = Component {
            reference,
            kind,
            group: None,
            name,
            version,
            supplier: supplier.or(originator),
            purl: None,
            cpes: Vec::new(),
            unreadable_identities: Vec::new(),
            parent: None,
        };
        let references = raw.external_refs.or_remark(|found| {
            remarks.add(format!("`externalRefs` of a package is {found}; left out"), component.reference.as_str());
        });
        for reference in references.into_iter().flat_map(|List(references)| references) {
            if let (Loose::Good(kind), Loose::Good(locator)) = (reference.kind, reference.locator) {
                // The type is a word, or an address that ends with it. The category is spelled in several ways and adds nothing.
                match kind.rsplit('/').next().unwrap_or("") {
                    "purl" => add_purl(&mut component, &locator, remarks),
                    "cpe22Type" | "cpe23Type" => add_cpe(&mut component, &locator),
                    _ => {}
                }
            }
        }
        remark_contradiction(&component, remarks);
        self.components.push(component);
    }

    /// Sets parents from what contains what. What the document describes contains everything and is nobody's part.
    fn nest(&mut self, relationships: &[RawRelationship<'_>], described: &[String]) {
        for relationship in relationships {
            let (Loose::Good(from), Loose::Good(kind), Loose::Good(to)) =
                (&relationship.element, &relationship.kind, &relationship.related)
            else {
                continue;
            };
            let (outer, inner) = match &**kind {
                "CONTAINS" => (from, to),
                "CONTAINED_BY" => (to, from),
                _ => continue,
            };
            if described.iter().any(|id| id == inner) {
                continue;
            }
            if let (Some(&outer), Some(&inner)) = (self.by_id.get(&**outer), self.by_id.get(&**inner))
                && outer != inner
                && self.components[inner].parent.is_none()
            {
                let reference: ComponentRef = self.components[outer].reference.clone();
                self.components[inner].parent = Some(reference);
            }
        }
    }
}

/// `Organization: Example (mail@example.org)` is Example.
fn agent(text: &str) -> Option<String> {
    let name = ["Organization:", "Person:", "Tool:"]
        .iter()
        .find_map(|word| {
            text.get(..word.len()).filter(|start| start.eq_ignore_ascii_case(word)).map(|_| &text[word.len()..])
        })
        .unwrap_or(text);
    let name = match name.rsplit_once('(') {
        Some((before, address))
            if address.trim_end().ends_with(')') && (address.contains('@') || address.trim() == ")") =>
        {
            before
        }
        _ => name,
    };
    meaningful(name).map(str::to_owned)
}

fn kind_of(word: &str) -> Option<ComponentKind> {
    Some(match word.to_ascii_uppercase().replace('_', "-").as_str() {
        "APPLICATION" | "INSTALL" => ComponentKind::Application,
        "FRAMEWORK" | "LIBRARY" => ComponentKind::Library,
        "CONTAINER" => ComponentKind::Container,
        "OPERATING-SYSTEM" => ComponentKind::OperatingSystem,
        "DEVICE" => ComponentKind::Hardware,
        "FIRMWARE" => ComponentKind::Firmware,
        "FILE" => ComponentKind::File,
        "SOURCE" | "ARCHIVE" | "OTHER" => ComponentKind::Other,
        _ => return None,
    })
}
