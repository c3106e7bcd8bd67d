//! One CycloneDX component, and those nested in it.

use std::collections::BTreeSet;

use ward_model::component::{Component, ComponentKind, Hash, Parties, Patch};
use ward_model::ids::ComponentRef;

use super::raw::{
    RawComponent, RawEvidence, RawHash, RawLicenceChoice, RawOrganization, RawPedigree, RawProperty, RawSwid,
};
use crate::sbom::collect::{
    References, Remarks, add_cpe, add_purl, hash_of, joined_licence, meaningful, remark_contradiction,
};
use crate::sbom::loose::{List, Loose, Object, Text};
use crate::sbom::support::SupportNotes;

#[derive(Default)]
pub(super) struct Reader {
    pub(super) components: Vec<Component>,
    pub(super) references: References,
    pub(super) remarks: Remarks,
}

impl Reader {
    /// Takes a component and those nested in it. The readers of JSON and XML have bounded the depth.
    pub(super) fn take(&mut self, mut raw: RawComponent<'_>, parent: Option<&ComponentRef>) {
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
        let mut fields = Fields { name: &name, remarks: &mut self.remarks };
        let group = fields.text("group", raw.group);
        let version = fields.text("version", raw.version);
        let given = fields.text("bom-ref", raw.bom_ref);
        let parties = Parties {
            supplier: fields.organization("supplier", raw.supplier),
            manufacturer: fields.organization("manufacturer", raw.manufacturer),
            publisher: fields.text("publisher", raw.publisher),
            author: fields.text("author", raw.author).or_else(|| fields.people("authors", raw.authors)),
        };
        let kind = fields.kind(raw.kind);
        let (purl, cpe) = (fields.text("purl", raw.purl), fields.text("cpe", raw.cpe));
        let swid = fields.object("swid", raw.swid).and_then(|RawSwid { tag_id }| fields.text("swid.tagId", tag_id));
        let hashes = fields.hashes(raw.hashes);
        let licence = fields.licence(raw.licenses);
        let patches = fields.patches(raw.pedigree);
        if let Some(range) = fields.text("versionRange", raw.version_range)
            && version.is_none()
        {
            fields.remarks.add("a component gives a range of versions and no version", &format!("{name}: {range}"));
        }
        let was_given = given.is_some();
        let reference =
            given.unwrap_or_else(|| made_reference(group.as_deref(), &name, version.as_deref(), parent.as_ref()));
        let reference = self.references.unique(reference, &mut self.remarks, was_given);
        let mut component = Component {
            kind,
            group,
            version,
            supplier: parties.supplier.clone().or(parties.manufacturer.clone()).or(parties.publisher.clone()),
            parties,
            swid,
            hashes,
            licence,
            patches,
            parent,
            ..Component::named(reference, name)
        };
        if let Some(text) = purl {
            add_purl(&mut component, &text, &mut self.remarks);
        }
        if let Some(text) = cpe {
            add_cpe(&mut component, &text);
        }
        self.evidence(&mut component, raw.evidence, raw.properties);
        remark_contradiction(&component, &mut self.remarks);
        if component.purl.is_none()
            && component.cpes.is_empty()
            && let Some(tag) = &component.swid
        {
            self.remarks.add("a component has a SWID tag as its only identity, which cannot be looked up", tag);
        }
        component
    }

    /// Identities beside the two fields: what analysis concluded, and the properties in which tools keep further CPE names.
    /// Properties hold what is said of its support, too.
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
                    "swid" if component.swid.is_none() => component.swid = meaningful(&value).map(str::to_owned),
                    _ => {}
                }
            }
        }
        let properties = properties.or_remark(|found| {
            remarks.add(format!("`properties` of a component is {found}; left out"), reference.as_str());
        });
        let mut support = SupportNotes::default();
        for property in properties.into_iter().flat_map(|List(properties)| properties) {
            if let (Loose::Good(name), Loose::Good(value)) = (property.name, property.value) {
                if is_cpe_property(&name, &value) {
                    add_cpe(component, &value);
                }
                support.note(&name, &value);
            }
        }
        component.support = support.into_statement();
    }
}

/// Takes the fields of one component out of what tools write.
struct Fields<'a> {
    name: &'a str,
    remarks: &'a mut Remarks,
}

impl Fields<'_> {
    fn wrong(&mut self, field: &str, found: &str, wanted: &str) {
        self.remarks.add(format!("`{field}` of a component is {found} and not {wanted}; left out"), self.name);
    }

    fn text(&mut self, field: &str, value: Text<'_>) -> Option<String> {
        value.or_remark(|found| self.wrong(field, found, "text")).and_then(|text| meaningful(&text).map(str::to_owned))
    }

    fn object<T>(&mut self, field: &str, value: Loose<Object<T>>) -> Option<T> {
        value.or_remark(|found| self.wrong(field, found, "an object")).map(|Object(value)| value)
    }

    fn list<T>(&mut self, field: &str, value: Loose<List<T>>) -> Vec<T> {
        value.or_remark(|found| self.wrong(field, found, "a list of objects")).map_or_else(Vec::new, |List(list)| list)
    }

    fn organization(&mut self, field: &str, value: Loose<Object<RawOrganization<'_>>>) -> Option<String> {
        self.object(field, value).and_then(|organization| self.text("name of an organization", organization.name))
    }

    fn people(&mut self, field: &str, value: Loose<List<RawOrganization<'_>>>) -> Option<String> {
        let people: Vec<String> = self
            .list(field, value)
            .into_iter()
            .filter_map(|person| self.text("name of a person", person.name))
            .collect();
        (!people.is_empty()).then(|| people.join(", "))
    }

    fn kind(&mut self, value: Text<'_>) -> ComponentKind {
        match self.text("type", value) {
            Some(word) => kind_of(&word).unwrap_or_else(|| {
                self.remarks.add(format!("component type `{word}` is not known"), self.name);
                ComponentKind::Other
            }),
            None => {
                self.remarks.add("a component has no type", self.name);
                ComponentKind::Other
            }
        }
    }

    fn hashes(&mut self, value: Loose<List<RawHash<'_>>>) -> Vec<Hash> {
        let (mut hashes, mut seen) = (Vec::new(), BTreeSet::new());
        for raw in self.list("hashes", value) {
            let (algorithm, content) = (self.text("hashes.alg", raw.alg), self.text("hashes.content", raw.content));
            if let (Some(algorithm), Some(content)) = (algorithm, content)
                && let Some(hash) = hash_of(&algorithm, &content, self.name, self.remarks)
                && seen.insert(hash.clone())
            {
                hashes.push(hash);
            }
        }
        hashes
    }

    fn licence(&mut self, value: Loose<List<RawLicenceChoice<'_>>>) -> Option<String> {
        let mut all = Vec::new();
        for choice in self.list("licenses", value) {
            let named = self.object("license", choice.license).and_then(|licence| {
                self.text("license.id", licence.id).or_else(|| self.text("license.name", licence.name))
            });
            all.extend(self.text("expression", choice.expression).or(named));
        }
        joined_licence(all)
    }

    fn patches(&mut self, value: Loose<Object<RawPedigree<'_>>>) -> Vec<Patch> {
        let Some(pedigree) = self.object("pedigree", value) else { return Vec::new() };
        self.list("pedigree.patches", pedigree.patches)
            .into_iter()
            .map(|patch| Patch {
                kind: self.text("patch.type", patch.kind),
                resolves: self
                    .list("patch.resolves", patch.resolves)
                    .into_iter()
                    .filter_map(|issue| self.text("issue.id", issue.id).or_else(|| self.text("issue.name", issue.name)))
                    .collect(),
            })
            .collect()
    }
}

fn is_cpe_property(name: &str, value: &str) -> bool {
    name.to_ascii_lowercase().contains("cpe")
        && value.trim_start().get(..4).is_some_and(|start| start.eq_ignore_ascii_case("cpe:"))
}

/// Whether analysis or a property gives an identity beside the two fields.
pub(super) fn identifies(evidence: &Loose<Object<RawEvidence<'_>>>, properties: &Loose<List<RawProperty<'_>>>) -> bool {
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
