//! SPDX 3.0, JSON-LD: a flat graph of elements that name each other by identifier.
//!
//! Packages are components; files are not, but the sources that builds took in are evidence of what was compiled into the packages
//! that the builds put out.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use ward_model::Digest;
use ward_model::component::{Component, ComponentKind, Origin, Parties, Sbom, SbomFormat};

use super::collect::{
    Graph, NO_COMPONENT, References, Remarks, add_cpe, add_purl, hash_of, joined_licence, meaningful,
    remark_contradiction,
};
use super::completeness::Completeness;
use super::error::SbomError;
use super::loose::{List, Loose, Object, Text, Texts};
use super::spdx::kind_of;
use super::support::SupportNotes;
use raw::{Link, Links, RawElement, RawGraph, ids, short};

mod builds;
mod raw;

/// Types that are packages. Models and data sets are packages of their own kinds.
const PACKAGES: &[&str] = &["Package", "AIPackage", "DatasetPackage"];
/// Types that only SPDX 3 has: a graph without any of them is something else.
const DOCUMENTS: &[&str] = &["CreationInfo", "SpdxDocument", "Sbom", "Bom"];
/// Types that hold a document's or a collection's root elements.
const COLLECTIONS: &[&str] = &["SpdxDocument", "Sbom", "Bom", "Bundle"];

/// Relationships by which one package needs another.
const NEEDS: &[&str] = &[
    "dependsOn",
    "hasDynamicLink",
    "hasStaticLink",
    "hasPrerequisite",
    "hasOptionalDependency",
    "hasProvidedDependency",
];

/// Reads JSON-LD.
pub(super) fn read(body: &str) -> Result<Sbom, SbomError> {
    let RawGraph { context, graph } = serde_json::from_str(body)?;
    let mut remarks = Remarks::default();
    let mut elements: Vec<RawElement<'_>> = Vec::new();
    match graph {
        Some(graph) => {
            for element in graph {
                match element {
                    Loose::Good(Object(element)) => elements.push(element),
                    Loose::Absent => {}
                    Loose::Wrong(found) => {
                        remarks.add(format!("an element of the graph is {found} and not an object; left out"), "")
                    }
                }
            }
        }
        // A document of one element needs no graph.
        None => elements.push(RawElement::deserialize(&mut serde_json::Deserializer::from_str(body))?),
    }
    let known = |element: &RawElement<'_>| DOCUMENTS.contains(&element.kind()) || PACKAGES.contains(&element.kind());
    if !elements.iter().any(known) {
        return Err(SbomError::NotAnSbom { reason: "JSON-LD without a document or a package of SPDX 3".to_owned() });
    }
    let spec_version = spec_version(&elements, &context);
    let digest = Digest::of(body.as_bytes());
    Ok(Reader::new(&elements, remarks).whole(Sbom::empty(SbomFormat::Spdx, spec_version, digest)))
}

fn spec_version(elements: &[RawElement<'_>], context: &Loose<Texts<'_>>) -> String {
    let stated = elements.iter().find_map(|element| element.spec_version.good().and_then(meaningful));
    let from_context = || match context {
        Loose::Good(Texts(contexts)) => contexts.iter().find_map(|address| {
            address
                .split('/')
                .find(|part| part.starts_with("3.") && part.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
        }),
        _ => None,
    };
    stated.or_else(from_context).unwrap_or("3.0").to_owned()
}

struct Reader<'e, 'a> {
    elements: &'e [RawElement<'a>],
    /// The first element of each identifier.
    by_id: BTreeMap<&'e str, &'e RawElement<'a>>,
    components: Vec<Component>,
    references: References,
    remarks: Remarks,
    /// Licence expressions by what they are concluded or declared for.
    concluded: BTreeMap<&'e str, Vec<String>>,
    declared: BTreeMap<&'e str, Vec<String>>,
}

impl<'e, 'a> Reader<'e, 'a> {
    fn new(elements: &'e [RawElement<'a>], remarks: Remarks) -> Self {
        let mut by_id = BTreeMap::new();
        for element in elements {
            if let Some(id) = element.id.good() {
                by_id.entry(id.trim()).or_insert(element);
            }
        }
        Self {
            elements,
            by_id,
            components: Vec::new(),
            references: References::default(),
            remarks,
            concluded: BTreeMap::new(),
            declared: BTreeMap::new(),
        }
    }

    fn whole(mut self, mut sbom: Sbom) -> Sbom {
        sbom.origin = self.origin();
        self.licences();
        let elements = self.elements;
        for element in elements {
            if PACKAGES.contains(&element.kind()) {
                self.take(element);
            }
            if element.has_more_origins() {
                self.remarks.add("a relationship comes from several elements; the first is used", "");
            }
            for name in element.inlined(PACKAGES) {
                self.remarks.add("a package is written inside another element; left out", name);
            }
        }
        if self.components.is_empty() {
            self.remarks.add(NO_COMPONENT, "");
        }
        let files = elements.iter().filter(|element| element.kind() == "File").count();
        if files > 0 {
            let remark = format!("lists {files} files, which are not packages and are not read as components");
            self.remarks.add(remark, "");
        }
        sbom.incomplete = self.incomplete();
        let described = self.described();
        self.nest(&described);
        if let [only] = &described[..]
            && let Some(whole) = self.components.iter().find(|component| component.reference.as_str() == *only)
        {
            sbom.name = Some(whole.name.clone());
            sbom.version = whole.version.clone();
            sbom.described = Some(whole.reference.clone());
        }
        if sbom.name.is_none() {
            let document = elements.iter().find(|element| element.kind() == "SpdxDocument");
            sbom.name = document.and_then(|document| document.name.good()).and_then(meaningful).map(str::to_owned);
        }
        builds::compiled(elements, &self.by_id, &mut self.components, &mut self.remarks);
        sbom.dependencies = self.dependencies();
        sbom.statements =
            elements.iter().filter(|element| element.kind().ends_with("VulnAssessmentRelationship")).count();
        sbom.components = self.components;
        sbom.remarks = self.remarks.into_texts();
        sbom
    }

    /// The names of the elements that links lead to, or that stand in their place.
    fn names(&self, links: &Loose<Links<'_>>) -> Vec<String> {
        let list: &[Link<'_>] = match links {
            Loose::Good(Links(list)) => list,
            _ => &[],
        };
        let mut names: Vec<String> = Vec::new();
        for link in list {
            let there = link.id.good().and_then(|id| self.by_id.get(id.trim())).and_then(|element| element.name.good());
            if let Some(name) = link.name.good().or(there).and_then(meaningful)
                && !names.iter().any(|known| known == name)
            {
                names.push(name.to_owned());
            }
        }
        names
    }

    fn origin(&self) -> Origin {
        let document = self.elements.iter().find(|element| COLLECTIONS.contains(&element.kind()));
        // The document's own creation; the first one where the document names none that is there.
        let named = document.and_then(|document| ids(&document.creation).find_map(|id| self.by_id.get(id).copied()));
        let creation = named.or_else(|| self.elements.iter().find(|element| element.kind() == "CreationInfo"));
        let serial = document.and_then(|document| document.id.good()).and_then(meaningful).map(str::to_owned);
        let Some(creation) = creation else { return Origin { serial, ..Origin::default() } };
        Origin {
            serial,
            authors: self.names(&creation.created_by),
            tools: self.names(&creation.created_using),
            created: creation.created.good().and_then(meaningful).map(str::to_owned),
            ..Origin::default()
        }
    }

    fn licences(&mut self) {
        for element in self.elements {
            let to = match element.relationship.good() {
                Some("hasConcludedLicense") => &mut self.concluded,
                Some("hasDeclaredLicense") => &mut self.declared,
                _ => continue,
            };
            let mut licences = Vec::new();
            for id in ids(&element.to) {
                let there = self.by_id.get(id);
                let text = there
                    .and_then(|licence| licence.expression.good().or(licence.name.good()))
                    // A licence of the SPDX list is named by its address.
                    .or_else(|| {
                        id.strip_prefix("https://spdx.org/licenses/").or(id.strip_prefix("http://spdx.org/licenses/"))
                    });
                if let Some(text) = text.and_then(meaningful)
                    && !matches!(short(text), "NoAssertionLicense" | "NoneLicense")
                {
                    licences.push(text.to_owned());
                }
            }
            if let Some(from) = element.from() {
                to.entry(from).or_default().extend(licences);
            }
        }
    }

    fn take(&mut self, raw: &'e RawElement<'a>) {
        let id = self.text("spdxId", &raw.id, "");
        let example = raw.name.good().or(id.as_deref()).unwrap_or("").to_owned();
        let name = self.text("name", &raw.name, &example).or_else(|| {
            self.remarks.add("a package has no name", &example);
            id.clone()
        });
        let name = name.unwrap_or_default();
        let version = self.text("software_packageVersion", &raw.version, &name);
        let kind = match (raw.kind(), self.text("software_primaryPurpose", &raw.purpose, &name)) {
            ("AIPackage" | "DatasetPackage", _) => ComponentKind::Asset,
            (_, None) => ComponentKind::Other,
            (_, Some(word)) => kind_of(short(&word)).unwrap_or_else(|| {
                self.remarks.add(format!("package purpose `{word}` is not known"), &name);
                ComponentKind::Other
            }),
        };
        let joined = |names: Vec<String>| (!names.is_empty()).then(|| names.join(", "));
        let supplier = joined(self.names(&raw.supplied_by));
        let originator = joined(self.names(&raw.originated_by));
        let mut support = SupportNotes::default();
        if let Loose::Good(Texts(levels)) = &raw.support_level
            && !levels.is_empty()
        {
            support.level(&levels.join(", "));
        }
        if let Some(end) = self.text("validUntilTime", &raw.valid_until, &name) {
            support.end(&end);
        }
        let licences = id.as_deref().and_then(|id| self.concluded.get(id).or(self.declared.get(id)));
        let licence = joined_licence(licences.cloned().unwrap_or_default());
        let wanted = id.clone().unwrap_or_else(|| {
            self.remarks.add("a package has no identifier", &name);
            version.as_ref().map_or_else(|| name.clone(), |version| format!("{name}@{version}"))
        });
        let reference = self.references.unique(wanted, &mut self.remarks, id.is_some());
        let mut component = Component {
            kind,
            version,
            supplier: supplier.clone().or(originator.clone()),
            parties: Parties { supplier, manufacturer: originator, ..Parties::default() },
            licence,
            support: support.into_statement(),
            ..Component::named(reference, name)
        };
        if let Some(purl) = self.text("software_packageUrl", &raw.purl, &component.name) {
            add_purl(&mut component, &purl, &mut self.remarks);
        }
        self.identities(&mut component, raw);
        remark_contradiction(&component, &mut self.remarks);
        self.components.push(component);
    }

    fn identities(&mut self, component: &mut Component, raw: &RawElement<'_>) {
        let mut wrong = |field: &str, found: &str| {
            self.remarks.add(format!("`{field}` of a package is {found}; left out"), component.reference.as_str());
        };
        let identifiers: &[raw::RawIdentifier<'_>] = match &raw.identifiers {
            Loose::Good(List(identifiers)) => identifiers,
            Loose::Wrong(found) => {
                wrong("externalIdentifier", found);
                &[]
            }
            Loose::Absent => &[],
        };
        let hashes: &[raw::RawHash<'_>] = match &raw.verified_using {
            Loose::Good(List(hashes)) => hashes,
            Loose::Wrong(found) => {
                wrong("verifiedUsing", found);
                &[]
            }
            Loose::Absent => &[],
        };
        for identifier in identifiers {
            let (Some(kind), Some(text)) = (identifier.kind.good(), identifier.identifier.good()) else { continue };
            match short(kind) {
                "packageUrl" | "packageURL" | "purl" => add_purl(component, text, &mut self.remarks),
                "cpe22" | "cpe23" => add_cpe(component, text),
                "swid" if component.swid.is_none() => component.swid = meaningful(text).map(str::to_owned),
                _ => {}
            }
        }
        for hash in hashes {
            if let (Some(algorithm), Some(value)) = (hash.algorithm.good(), hash.value.good()) {
                component.hashes.extend(hash_of(short(algorithm), value, &component.name, &mut self.remarks));
            }
        }
    }

    fn text(&mut self, field: &str, value: &Text<'_>, example: &str) -> Option<String> {
        if let Loose::Wrong(found) = value {
            self.remarks.add(format!("`{field}` of a package is {found} and not text; left out"), example);
        }
        value.good().and_then(meaningful).map(str::to_owned)
    }

    /// The identifiers of the packages that the document, or the collections that are its roots, begin with.
    fn described(&self) -> Vec<&'e str> {
        let mut all = BTreeSet::new();
        let is_package = |id: &str| self.by_id.get(id).is_some_and(|element| PACKAGES.contains(&element.kind()));
        for element in self.elements {
            let roots = COLLECTIONS.contains(&element.kind());
            let describes = element.relationship.good() == Some("describes");
            for id in ids(&element.roots).filter(|_| roots).chain(ids(&element.to).filter(|_| describes)) {
                if is_package(id) {
                    all.insert(id);
                }
            }
        }
        all.into_iter().collect()
    }

    fn nest(&mut self, described: &[&str]) {
        let places: BTreeMap<String, usize> = self
            .components
            .iter()
            .enumerate()
            .map(|(place, component)| (component.reference.as_str().to_owned(), place))
            .collect();
        for element in self.elements {
            if element.relationship.good() != Some("contains") {
                continue;
            }
            let Some(&outer) = element.from().and_then(|outer| places.get(outer)) else { continue };
            for inner in ids(&element.to).filter(|inner| described.binary_search(inner).is_err()) {
                if let Some(&inner) = places.get(inner)
                    && outer != inner
                    && self.components[inner].parent.is_none()
                {
                    self.components[inner].parent = Some(self.components[outer].reference.clone());
                }
            }
        }
    }

    /// Whether a relationship that lists parts or needs says that others are left out.
    fn incomplete(&mut self) -> Option<String> {
        let mut completeness = Completeness::default();
        for element in self.elements {
            let kind = element.relationship.good().unwrap_or("");
            if kind != "contains" && !NEEDS.contains(&kind) {
                continue;
            }
            let example = element.from().unwrap_or("");
            let nobody = ids(&element.to).any(|id| short(id) == "NoAssertionElement");
            match element.completeness.good() {
                Some(word) if short(word) == "incomplete" => {
                    completeness.leaves_out("incomplete", example, &mut self.remarks);
                }
                Some(word) if short(word) == "noAssertion" => {
                    Completeness::does_not_know("noAssertion", example, &mut self.remarks);
                }
                _ if nobody => Completeness::does_not_know("NoAssertionElement", example, &mut self.remarks),
                _ => {}
            }
        }
        completeness.incomplete()
    }

    fn dependencies(&mut self) -> ward_model::component::Dependencies {
        let mut graph = Graph::new(|id| self.references.given(id), |id| self.by_id.contains_key(id));
        for element in self.elements {
            if !element.relationship.good().is_some_and(|kind| NEEDS.contains(&kind)) {
                continue;
            }
            let Some(from) = element.from() else { continue };
            let mut to = ids(&element.to).peekable();
            if to.peek().is_none_or(|id| short(id) == "NoneElement") {
                graph.node(from);
            }
            for to in to.filter(|id| !matches!(short(id), "NoneElement" | "NoAssertionElement")) {
                graph.edge(from, to);
            }
        }
        graph.into_dependencies(&mut self.remarks)
    }
}
