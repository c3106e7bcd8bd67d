//! SPDX 2.2 and 2.3, JSON and tag-value.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ward_model::Digest;
use ward_model::component::{CompiledFiles, Component, ComponentKind, Origin, Parties, Sbom, SbomFormat};
use ward_model::ids::ComponentRef;

use super::collect::{
    Graph, NO_COMPONENT, References, Remarks, add_cpe, add_purl, hash_of, meaningful, remark_contradiction,
};
use super::completeness::Completeness;
use super::error::SbomError;
use super::loose::{List, Loose, Object, Text, Texts};
use super::support::SupportNotes;
use raw::{RawCreation, RawDocument, RawFile, RawPackage, RawRelationship};

mod raw;
mod tag_value;

/// Reads JSON.
pub(super) fn read(body: &str, spec_version: String) -> Result<Sbom, SbomError> {
    let document: RawDocument<'_> = serde_json::from_str(body)?;
    Ok(whole(document, spec_version, Digest::of(body.as_bytes()), Remarks::default()))
}

/// Reads tag-value.
pub(super) fn read_tag_value(body: &str, spec_version: String) -> Result<Sbom, SbomError> {
    let mut remarks = Remarks::default();
    let document = tag_value::read(body, &mut remarks)?;
    Ok(whole(document, spec_version, Digest::of(body.as_bytes()), remarks))
}

fn whole(document: RawDocument<'_>, spec_version: String, digest: Digest, remarks: Remarks) -> Sbom {
    let mut reader = Reader { remarks, ..Reader::default() };
    let mut sbom = Sbom::empty(SbomFormat::Spdx, spec_version, digest);
    sbom.origin = reader.origin(document.creation);
    if let Loose::Good(namespace) = &document.namespace {
        sbom.origin.serial = meaningful(namespace).map(str::to_owned);
    }
    for package in document.packages.unwrap_or_default() {
        reader.take(package);
    }
    if reader.components.is_empty() {
        reader.remarks.add(NO_COMPONENT, "");
    }
    let files = document.files.unwrap_or_default();
    if !files.is_empty() {
        let count = files.len();
        reader.remarks.add(format!("lists {count} files, which are not packages and are not read as components"), "");
    }
    let relationships = document.relationships.unwrap_or_default();
    let described = described(&document.document_describes.unwrap_or_default(), &relationships);
    reader.nest(&relationships, &described);
    for (from, kind, to) in relationships.iter().filter_map(RawRelationship::parts) {
        let lists = kind == "CONTAINS" || kind == "CONTAINED_BY" || needs(kind).is_some();
        if lists && [from, to].contains(&"NOASSERTION") {
            let example = if to == "NOASSERTION" { from } else { to };
            Completeness::does_not_know("NOASSERTION", example, &mut reader.remarks);
        }
    }
    reader.compiled(&relationships, &files);
    let whole = match &described[..] {
        [only] => reader.by_id.get(only.as_str()).map(|index| &reader.components[*index]),
        _ => None,
    };
    sbom.name = whole.map(|component| component.name.clone()).or_else(|| match &document.name {
        Loose::Good(name) => meaningful(name).map(str::to_owned),
        _ => None,
    });
    sbom.version = whole.and_then(|component| component.version.clone());
    sbom.described = whole.map(|component| component.reference.clone());
    sbom.dependencies = reader.dependencies(&relationships, &files);
    sbom.components = reader.components;
    sbom.remarks = reader.remarks.into_texts();
    sbom
}

/// What the document says that it describes, without repetition, in order.
fn described(listed: &[Cow<'_, str>], relationships: &[RawRelationship<'_>]) -> Vec<String> {
    let mut all: Vec<String> = listed.iter().map(|id| id.trim().to_owned()).collect();
    for (from, kind, to) in relationships.iter().filter_map(RawRelationship::parts) {
        match kind {
            "DESCRIBES" if from == "SPDXRef-DOCUMENT" => all.push(to.to_owned()),
            "DESCRIBED_BY" if to == "SPDXRef-DOCUMENT" => all.push(from.to_owned()),
            _ => {}
        }
    }
    all.sort();
    all.dedup();
    all
}

/// Which end of a relationship needs the other: `Some(true)` where the first needs the second.
fn needs(kind: &str) -> Option<bool> {
    match kind {
        "DEPENDS_ON" | "DYNAMIC_LINK" | "STATIC_LINK" | "HAS_PREREQUISITE" => Some(true),
        "DEPENDENCY_OF" | "PREREQUISITE_FOR" => Some(false),
        // Build, development, optional, provided, runtime and test dependencies.
        _ => kind.ends_with("_DEPENDENCY_OF").then_some(false),
    }
}

#[derive(Default)]
struct Reader {
    components: Vec<Component>,
    /// First package of each `SPDXID` as written.
    by_id: BTreeMap<String, usize>,
    /// The files of each package as its own field lists them.
    files: BTreeMap<usize, Vec<String>>,
    references: References,
    remarks: Remarks,
}

impl Reader {
    fn origin(&mut self, creation: Loose<Object<RawCreation<'_>>>) -> Origin {
        let remarks = &mut self.remarks;
        let Some(Object(creation)) =
            creation.or_remark(|found| remarks.add(format!("`creationInfo` is {found}; left out"), ""))
        else {
            return Origin::default();
        };
        let mut origin = Origin::default();
        let creators = creation.creators.or_remark(|found| remarks.add(format!("`creators` is {found}; left out"), ""));
        for creator in creators.into_iter().flat_map(|Texts(creators)| creators) {
            let tool = creator.trim().get(..5).is_some_and(|start| start.eq_ignore_ascii_case("tool:"));
            if let Some(name) = agent(creator.trim()) {
                if tool { &mut origin.tools } else { &mut origin.authors }.push(name);
            }
        }
        origin.created = creation
            .created
            .or_remark(|found| remarks.add(format!("`created` is {found}; left out"), ""))
            .and_then(|text| meaningful(&text).map(str::to_owned));
        origin
    }

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
        let concluded = text("licenseConcluded", raw.concluded, remarks);
        let licence = concluded.or_else(|| text("licenseDeclared", raw.declared, remarks));
        let mut support = SupportNotes::default();
        if let Some(end) = text("validUntilDate", raw.valid_until, remarks) {
            support.end(&end);
        }
        let id = text("SPDXID", raw.id, remarks);
        let wanted = id.clone().unwrap_or_else(|| {
            remarks.add("a package has no SPDXID", &name);
            version.as_ref().map_or_else(|| name.clone(), |version| format!("{name}@{version}"))
        });
        let reference = self.references.unique(wanted, remarks, id.is_some());
        if let Some(id) = id {
            self.by_id.entry(id).or_insert(self.components.len());
        }
        if let Loose::Good(Texts(files)) = raw.files {
            self.files.insert(self.components.len(), files.into_iter().map(|id| id.trim().to_owned()).collect());
        }
        let mut component = Component {
            kind,
            version,
            supplier: supplier.clone().or(originator.clone()),
            parties: Parties { supplier, manufacturer: originator, ..Parties::default() },
            licence,
            support: support.into_statement(),
            ..Component::named(reference, name)
        };
        let checksums = raw.checksums.or_remark(|found| {
            remarks.add(format!("`checksums` of a package is {found}; left out"), component.reference.as_str());
        });
        for checksum in checksums.into_iter().flat_map(|List(checksums)| checksums) {
            if let (Loose::Good(algorithm), Loose::Good(value)) = (checksum.algorithm, checksum.value) {
                component.hashes.extend(hash_of(&algorithm, &value, &component.name, remarks));
            }
        }
        let references = raw.external_refs.or_remark(|found| {
            remarks.add(format!("`externalRefs` of a package is {found}; left out"), component.reference.as_str());
        });
        for reference in references.into_iter().flat_map(|List(references)| references) {
            if let (Loose::Good(kind), Loose::Good(locator)) = (reference.kind, reference.locator) {
                // The type is a word, or an address that ends with it. The category is spelled in several ways and adds nothing.
                match kind.rsplit('/').next().unwrap_or("") {
                    "purl" => add_purl(&mut component, &locator, remarks),
                    "cpe22Type" | "cpe23Type" => add_cpe(&mut component, &locator),
                    "swid" if component.swid.is_none() => component.swid = meaningful(&locator).map(str::to_owned),
                    _ => {}
                }
            }
        }
        remark_contradiction(&component, remarks);
        self.components.push(component);
    }

    /// Sets parents from what contains what. What the document describes contains everything and is nobody's part.
    fn nest(&mut self, relationships: &[RawRelationship<'_>], described: &[String]) {
        for (from, kind, to) in relationships.iter().filter_map(RawRelationship::parts) {
            let (outer, inner) = match kind {
                "CONTAINS" => (from, to),
                "CONTAINED_BY" => (to, from),
                _ => continue,
            };
            if described.binary_search_by(|id| id.as_str().cmp(inner)).is_ok() {
                continue;
            }
            if let (Some(&outer), Some(&inner)) = (self.by_id.get(outer), self.by_id.get(inner))
                && outer != inner
                && self.components[inner].parent.is_none()
            {
                let reference: ComponentRef = self.components[outer].reference.clone();
                self.components[inner].parent = Some(reference);
            }
        }
    }

    fn dependencies(
        &mut self,
        relationships: &[RawRelationship<'_>],
        files: &[RawFile<'_>],
    ) -> ward_model::component::Dependencies {
        let files: BTreeSet<&str> = files.iter().filter_map(file_id).collect();
        // What stands in another document is not missing here.
        let other = |id: &str| files.contains(id) || id == "SPDXRef-DOCUMENT" || id.starts_with("DocumentRef-");
        let mut graph = Graph::new(|id| self.references.given(id), other);
        for (from, kind, to) in relationships.iter().filter_map(RawRelationship::parts) {
            let Some(first_needs) = needs(kind) else { continue };
            match (from, to) {
                (_, "NOASSERTION") | ("NOASSERTION", _) => {}
                (node, "NONE") if first_needs => graph.node(node),
                (_, "NONE") | ("NONE", _) => {}
                (from, to) if first_needs => graph.edge(from, to),
                (from, to) => graph.edge(to, from),
            }
        }
        graph.into_dependencies(&mut self.remarks)
    }

    /// The sources from which the files of a package, or the package itself, were generated.
    fn compiled(&mut self, relationships: &[RawRelationship<'_>], files: &[RawFile<'_>]) {
        let mut generated_from: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut contained: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        for (package, files) in std::mem::take(&mut self.files) {
            contained.entry(package).or_default().extend(files);
        }
        for (from, kind, to) in relationships.iter().filter_map(RawRelationship::parts) {
            match kind {
                "GENERATED_FROM" => generated_from.entry(from).or_default().push(to),
                "GENERATES" => generated_from.entry(to).or_default().push(from),
                "CONTAINS" => {
                    if let Some(&package) = self.by_id.get(from) {
                        contained.entry(package).or_default().insert(to.to_owned());
                    }
                }
                _ => {}
            }
        }
        if generated_from.is_empty() {
            return;
        }
        let names: BTreeMap<&str, &str> =
            files.iter().filter_map(|file| Some((file_id(file)?, file.name.good()?))).collect();
        let mut found: BTreeMap<usize, (Vec<String>, usize)> = BTreeMap::new();
        let mut add = |package: usize, sources: &[&str]| {
            let (paths, unresolved) = found.entry(package).or_default();
            for source in sources {
                match names.get(source) {
                    Some(name) => paths.push((*name).to_owned()),
                    None => *unresolved += 1,
                }
            }
        };
        for (id, &package) in &self.by_id {
            if let Some(sources) = generated_from.get(id.as_str()) {
                add(package, sources);
            }
        }
        for (package, files) in contained {
            for sources in files.iter().filter_map(|file| generated_from.get(file.as_str())) {
                add(package, sources);
            }
        }
        for (package, (paths, unresolved)) in found {
            self.components[package].compiled_files = Some(Arc::new(CompiledFiles::new(paths, unresolved)));
        }
    }
}

fn file_id<'a>(file: &'a RawFile<'_>) -> Option<&'a str> {
    file.id.good().map(str::trim)
}

/// `Organization: Example (mail@example.org)` is Example.
pub(super) fn agent(text: &str) -> Option<String> {
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

/// What a package is for, as any version of SPDX spells it.
pub(super) fn kind_of(word: &str) -> Option<ComponentKind> {
    let plain: String = word.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    Some(match plain.as_str() {
        "APPLICATION" | "INSTALL" | "EXECUTABLE" => ComponentKind::Application,
        "FRAMEWORK" | "LIBRARY" | "MODULE" => ComponentKind::Library,
        "CONTAINER" => ComponentKind::Container,
        "OPERATINGSYSTEM" => ComponentKind::OperatingSystem,
        "DEVICE" => ComponentKind::Hardware,
        "FIRMWARE" => ComponentKind::Firmware,
        "FILE" => ComponentKind::File,
        "DATA" | "MODEL" => ComponentKind::Asset,
        "SOURCE" | "ARCHIVE" | "OTHER" | "BOM" | "CONFIGURATION" | "DEVICEDRIVER" | "DISKIMAGE" | "DOCUMENTATION"
        | "EVIDENCE" | "FILESYSTEMIMAGE" | "MANIFEST" | "PATCH" | "PLATFORM" | "REQUIREMENT" | "SPECIFICATION"
        | "TEST" => ComponentKind::Other,
        _ => return None,
    })
}
