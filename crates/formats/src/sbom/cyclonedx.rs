//! CycloneDX 1.4 to 1.7, JSON.

use serde::Deserialize;
use ward_model::Digest;
use ward_model::component::{Component, ComponentKind, Sbom, SbomFormat};
use ward_model::ids::ComponentRef;

use super::collect::{NO_COMPONENT, References, Remarks, add_cpe, add_purl, meaningful, remark_contradiction};
use super::error::SbomError;
use super::loose::{List, Loose, Object, Text};

#[derive(Deserialize)]
struct RawBom<'a> {
    #[serde(borrow, default)]
    metadata: Option<RawMetadata<'a>>,
    #[serde(borrow, default)]
    components: Option<Vec<RawComponent<'a>>>,
    #[serde(borrow, default)]
    services: Loose<List<RawService<'a>>>,
}

#[derive(Deserialize)]
struct RawMetadata<'a> {
    #[serde(borrow, default)]
    component: Option<RawDescribed<'a>>,
}

/// What the whole describes. Unlike a component it may lack a name in real files.
#[derive(Deserialize)]
struct RawDescribed<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, default, rename = "bom-ref")]
    bom_ref: Text<'a>,
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    group: Text<'a>,
    #[serde(borrow, default)]
    version: Text<'a>,
    #[serde(borrow, default)]
    supplier: Loose<Object<RawOrganization<'a>>>,
    #[serde(borrow, default)]
    manufacturer: Loose<Object<RawOrganization<'a>>>,
    #[serde(borrow, default)]
    publisher: Text<'a>,
    #[serde(borrow, default)]
    purl: Text<'a>,
    #[serde(borrow, default)]
    cpe: Text<'a>,
    #[serde(borrow, default)]
    properties: Loose<List<RawProperty<'a>>>,
    #[serde(borrow, default)]
    evidence: Loose<Object<RawEvidence<'a>>>,
    #[serde(borrow, default)]
    components: Option<Vec<RawComponent<'a>>>,
}

#[derive(Deserialize)]
struct RawService<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
}

#[derive(Deserialize)]
struct RawComponent<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, default, rename = "bom-ref")]
    bom_ref: Text<'a>,
    // Without a name there is nothing to tell about a component: the one field that must be there.
    #[serde(borrow)]
    name: std::borrow::Cow<'a, str>,
    #[serde(borrow, default)]
    group: Text<'a>,
    #[serde(borrow, default)]
    version: Text<'a>,
    #[serde(borrow, default)]
    supplier: Loose<Object<RawOrganization<'a>>>,
    #[serde(borrow, default)]
    manufacturer: Loose<Object<RawOrganization<'a>>>,
    #[serde(borrow, default)]
    publisher: Text<'a>,
    #[serde(borrow, default)]
    purl: Text<'a>,
    #[serde(borrow, default)]
    cpe: Text<'a>,
    #[serde(borrow, default)]
    swid: Loose<Object<RawSwid<'a>>>,
    #[serde(borrow, default)]
    properties: Loose<List<RawProperty<'a>>>,
    #[serde(borrow, default)]
    evidence: Loose<Object<RawEvidence<'a>>>,
    #[serde(borrow, default)]
    components: Option<Vec<RawComponent<'a>>>,
}

#[derive(Deserialize)]
struct RawOrganization<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
}

#[derive(Deserialize)]
struct RawSwid<'a> {
    #[serde(borrow, default, rename = "tagId")]
    tag_id: Text<'a>,
}

#[derive(Deserialize)]
struct RawProperty<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    value: Text<'a>,
}

#[derive(Deserialize)]
struct RawEvidence<'a> {
    #[serde(borrow, default)]
    identity: Loose<List<RawIdentity<'a>>>,
}

#[derive(Deserialize)]
struct RawIdentity<'a> {
    #[serde(borrow, default)]
    field: Text<'a>,
    #[serde(borrow, default, rename = "concludedValue")]
    concluded_value: Text<'a>,
}

pub(super) fn read(body: &str, spec_version: String) -> Result<Sbom, SbomError> {
    let bom: RawBom<'_> = serde_json::from_str(body)?;
    let mut reader = Reader::default();
    let (mut name, mut version) = (None, None);
    let mut inside = Vec::new();
    if let Some(described) = bom.metadata.and_then(|metadata| metadata.component) {
        let mut text = |field: &str, value: Text<'_>| {
            value
                .or_remark(|found| {
                    reader.remarks.add(format!("`metadata.component.{field}` is {found} and not text"), "")
                })
                .and_then(|text| meaningful(&text).map(str::to_owned))
        };
        (name, version) = (text("name", described.name), text("version", described.version));
        let (cpe, purl) = (text("cpe", described.cpe), text("purl", described.purl));
        let reference = text("bom-ref", described.bom_ref);
        if cpe.is_some() || purl.is_some() || identifies(&described.evidence, &described.properties) {
            // It is matched as its parts are.
            let called = name.as_ref().or(reference.as_ref()).or(purl.as_ref()).or(cpe.as_ref());
            let whole = RawComponent {
                kind: described.kind,
                name: called.cloned().unwrap_or_default().into(),
                bom_ref: loose(reference),
                group: described.group,
                version: loose(version.clone()),
                supplier: described.supplier,
                manufacturer: described.manufacturer,
                publisher: described.publisher,
                purl: loose(purl),
                cpe: loose(cpe),
                swid: Loose::Absent,
                properties: described.properties,
                evidence: described.evidence,
                components: None,
            };
            reader.take(whole, None);
        } else if let Some(reference) = reference {
            // It is taken: nothing in the list may be mistaken for the whole.
            reader.references.unique(reference, &mut reader.remarks, true);
        }
        inside = described.components.unwrap_or_default();
    }
    if inside.is_empty() && bom.components.as_ref().is_none_or(Vec::is_empty) {
        reader.remarks.add(NO_COMPONENT, "");
    }
    for raw in inside.into_iter().chain(bom.components.unwrap_or_default()) {
        reader.take(raw, None);
    }
    match bom.services {
        Loose::Good(List(services)) if !services.is_empty() => {
            let first = services.into_iter().find_map(|service| match service.name {
                Loose::Good(name) => Some(name.into_owned()),
                _ => None,
            });
            reader
                .remarks
                .add("lists services, which are not components and are not read", first.as_deref().unwrap_or(""));
        }
        Loose::Wrong(found) => reader.remarks.add(format!("`services` is {found}; left out"), ""),
        _ => {}
    }
    Ok(Sbom {
        format: SbomFormat::CycloneDX,
        spec_version,
        name,
        version,
        digest: Digest::of(body.as_bytes()),
        components: reader.components,
        remarks: reader.remarks.into_texts(),
    })
}

#[derive(Default)]
struct Reader {
    components: Vec<Component>,
    references: References,
    remarks: Remarks,
}

impl Reader {
    /// Takes a component and those nested in it. The JSON reader has bounded the depth.
    fn take(&mut self, mut raw: RawComponent<'_>, parent: Option<&ComponentRef>) {
        let nested = raw.components.take().unwrap_or_default();
        let component = self.component(raw, parent.cloned());
        let reference = component.reference.clone();
        self.components.push(component);
        for raw in nested {
            self.take(raw, Some(&reference));
        }
    }

    fn component(&mut self, raw: RawComponent<'_>, parent: Option<ComponentRef>) -> Component {
        let name = raw.name.trim().to_owned();
        if name.is_empty() {
            self.remarks.add("a component has an empty name", "");
        }
        let remarks = &mut self.remarks;
        let text = |field: &str, value: Text<'_>, remarks: &mut Remarks| {
            value
                .or_remark(|found| {
                    remarks.add(format!("`{field}` of a component is {found} and not text; left out"), &name)
                })
                .and_then(|text| meaningful(&text).map(str::to_owned))
        };
        let group = text("group", raw.group, remarks);
        let version = text("version", raw.version, remarks);
        let given = text("bom-ref", raw.bom_ref, remarks);
        let publisher = text("publisher", raw.publisher, remarks);
        let organization = |field: &str, value: Loose<Object<RawOrganization<'_>>>, remarks: &mut Remarks| {
            value
                .or_remark(|found| {
                    remarks.add(format!("`{field}` of a component is {found} and not an object; left out"), &name)
                })
                .and_then(|Object(organization)| text("name of an organization", organization.name, remarks))
        };
        let supplier = organization("supplier", raw.supplier, remarks);
        let manufacturer = organization("manufacturer", raw.manufacturer, remarks);
        let kind = text("type", raw.kind, remarks);
        let kind = match kind.as_deref() {
            Some(word) => kind_of(word).unwrap_or_else(|| {
                remarks.add(format!("component type `{word}` is not known"), &name);
                ComponentKind::Other
            }),
            None => {
                remarks.add("a component has no type", &name);
                ComponentKind::Other
            }
        };
        let (purl, cpe) = (text("purl", raw.purl, remarks), text("cpe", raw.cpe, remarks));
        let was_given = given.is_some();
        let reference =
            given.unwrap_or_else(|| made_reference(group.as_deref(), &name, version.as_deref(), parent.as_ref()));
        let reference = self.references.unique(reference, remarks, was_given);
        let mut component = Component {
            reference,
            kind,
            group,
            name,
            version,
            supplier: supplier.or(manufacturer).or(publisher),
            purl: None,
            cpes: Vec::new(),
            unreadable_identities: Vec::new(),
            parent,
        };
        if let Some(text) = purl {
            add_purl(&mut component, &text, remarks);
        }
        if let Some(text) = cpe {
            add_cpe(&mut component, &text);
        }
        self.evidence(&mut component, raw.evidence, raw.properties);
        remark_contradiction(&component, &mut self.remarks);
        if component.purl.is_none()
            && component.cpes.is_empty()
            && let Loose::Good(Object(RawSwid { tag_id })) = raw.swid
        {
            let tag = tag_id.or_remark(|_| {}).unwrap_or_default();
            self.remarks.add("a component has a SWID tag as its only identity, which cannot be looked up", &tag);
        }
        component
    }

    /// Identities beside the two fields: what analysis concluded, and the properties in which tools keep further CPE names.
    fn evidence(
        &mut self,
        component: &mut Component,
        evidence: Loose<Object<RawEvidence<'_>>>,
        properties: Loose<List<RawProperty<'_>>>,
    ) {
        let remarks = &mut self.remarks;
        let reference = component.reference.clone();
        let identities = evidence
            .or_remark(|found| {
                remarks.add(
                    format!("`evidence` of a component is {found} and not an object; left out"),
                    reference.as_str(),
                )
            })
            .and_then(|Object(evidence)| {
                evidence.identity.or_remark(|found| {
                    remarks.add(format!("`evidence.identity` of a component is {found}; left out"), reference.as_str());
                })
            });
        for identity in identities.into_iter().flat_map(|List(identities)| identities) {
            if let (Loose::Good(field), Loose::Good(value)) = (identity.field, identity.concluded_value) {
                match &*field {
                    "cpe" => add_cpe(component, &value),
                    "purl" => add_purl(component, &value, remarks),
                    _ => {}
                }
            }
        }
        let properties = properties.or_remark(|found| {
            remarks.add(format!("`properties` of a component is {found}; left out"), reference.as_str());
        });
        for property in properties.into_iter().flat_map(|List(properties)| properties) {
            if let (Loose::Good(name), Loose::Good(value)) = (property.name, property.value)
                && is_cpe_property(&name, &value)
            {
                add_cpe(component, &value);
            }
        }
    }
}

/// A value that was looked at already.
fn loose(text: Option<String>) -> Text<'static> {
    text.map_or(Loose::Absent, |text| Loose::Good(text.into()))
}

fn is_cpe_property(name: &str, value: &str) -> bool {
    name.to_ascii_lowercase().contains("cpe")
        && value.trim_start().get(..4).is_some_and(|start| start.eq_ignore_ascii_case("cpe:"))
}

/// Whether analysis or a property gives an identity beside the two fields.
fn identifies(evidence: &Loose<Object<RawEvidence<'_>>>, properties: &Loose<List<RawProperty<'_>>>) -> bool {
    let concluded = match evidence {
        Loose::Good(Object(RawEvidence { identity: Loose::Good(List(identities)) })) => {
            identities.iter().any(|identity| match (&identity.field, &identity.concluded_value) {
                (Loose::Good(field), Loose::Good(value)) => {
                    matches!(&**field, "cpe" | "purl") && meaningful(value).is_some()
                }
                _ => false,
            })
        }
        _ => false,
    };
    let said = match properties {
        Loose::Good(List(properties)) => properties.iter().any(|property| match (&property.name, &property.value) {
            (Loose::Good(name), Loose::Good(value)) => is_cpe_property(name, value),
            _ => false,
        }),
        _ => false,
    };
    concluded || said
}

/// A reference for a component without one: what it is and where it stands.
fn made_reference(group: Option<&str>, name: &str, version: Option<&str>, parent: Option<&ComponentRef>) -> String {
    let mut text = String::new();
    for before in parent.map(ComponentRef::as_str).into_iter().chain(group) {
        text.push_str(before);
        text.push('/');
    }
    text.push_str(name);
    if let Some(version) = version {
        text.push('@');
        text.push_str(version);
    }
    text
}

fn kind_of(word: &str) -> Option<ComponentKind> {
    Some(match word {
        "application" | "platform" => ComponentKind::Application,
        "framework" | "library" => ComponentKind::Library,
        "container" => ComponentKind::Container,
        "operating-system" => ComponentKind::OperatingSystem,
        "device" => ComponentKind::Hardware,
        "firmware" => ComponentKind::Firmware,
        "file" => ComponentKind::File,
        "machine-learning-model" | "data" | "cryptographic-asset" => ComponentKind::Asset,
        "device-driver" => ComponentKind::Other,
        _ => return None,
    })
}
