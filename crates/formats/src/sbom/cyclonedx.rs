//! CycloneDX 1.2 to 1.7 as JSON, 1.0 to 1.7 as XML.

use std::collections::BTreeSet;

use serde::Deserialize;
use ward_model::Digest;
use ward_model::component::{ComponentKind, Origin, Sbom, SbomFormat};

use super::collect::{Graph, NO_COMPONENT, References, Remarks, meaningful};
use super::completeness::Completeness;
use super::error::SbomError;
use super::loose::{Count, List, Loose, Object, Text, Texts};
use component::Reader;
use raw::{RawBom, RawComposition, RawDependency, RawDescribed, RawMetadata, RawOrganization, RawService, RawTool};

mod component;
mod raw;
mod xml;

pub(super) use xml::{NAMESPACE, to_json, version_of};

/// Reads JSON.
pub(super) fn read(body: &str, spec_version: String) -> Result<Sbom, SbomError> {
    let bom: RawBom<'_> = serde_json::from_str(body)?;
    Ok(whole(bom, spec_version, Digest::of(body.as_bytes())))
}

/// Reads XML, which is brought into the shape of the JSON first.
pub(super) fn read_xml(body: &str, document: &crate::xml::Document, spec_version: String) -> Result<Sbom, SbomError> {
    let value = to_json(&document.root, &spec_version);
    let bom = RawBom::deserialize(&value).map_err(|error| SbomError::Shape { reason: error.to_string() })?;
    Ok(whole(bom, spec_version, Digest::of(body.as_bytes())))
}

fn whole(bom: RawBom<'_>, spec_version: String, digest: Digest) -> Sbom {
    let mut reader = Reader::default();
    let mut sbom = Sbom::empty(SbomFormat::CycloneDX, spec_version, digest);
    sbom.origin.serial = text(&mut reader.remarks, "serialNumber", bom.serial_number);
    let mut inside = Vec::new();
    let alone = bom.components.as_ref().is_none_or(Vec::is_empty);
    if let Some(metadata) = bom.metadata {
        let (metadata, described) = (RawMetadata { component: None, ..metadata }, metadata.component);
        let serial = sbom.origin.serial.take();
        sbom.origin = Origin { serial, ..origin(metadata, &mut reader.remarks) };
        if let Some(described) = described {
            inside = take_described(described, alone, &mut reader, &mut sbom);
        }
    }
    if inside.is_empty() && alone {
        reader.remarks.add(NO_COMPONENT, "");
    }
    for raw in inside.into_iter().chain(bom.components.unwrap_or_default()) {
        reader.take(raw, None);
    }
    let services = services(bom.services, &mut reader.remarks);
    sbom.incomplete = incomplete(bom.compositions, &mut reader.remarks);
    sbom.dependencies = dependencies(bom.dependencies, &services, &reader.references, &mut reader.remarks);
    match bom.vulnerabilities {
        Loose::Good(Count(count)) => sbom.statements = count,
        Loose::Absent => {}
        Loose::Wrong(found) => reader.remarks.add(format!("`vulnerabilities` is {found}; left out"), ""),
    }
    sbom.components = reader.components;
    sbom.remarks = reader.remarks.into_texts();
    sbom
}

fn text(remarks: &mut Remarks, field: &str, value: Text<'_>) -> Option<String> {
    value
        .or_remark(|found| remarks.add(format!("`{field}` is {found} and not text"), ""))
        .and_then(|text| meaningful(&text).map(str::to_owned))
}

/// Takes what the SBOM describes: it is a component as its parts are. Where there is nothing but a name, and parts are listed, a
/// product of the maker's own is the likely reading for what can be one: `whole`. An operating system or a library is somebody's.
/// Gives back what is nested in it.
fn take_described<'a>(
    described: RawDescribed<'a>,
    alone: bool,
    reader: &mut Reader,
    sbom: &mut Sbom,
) -> Vec<raw::RawComponent<'a>> {
    let (mut whole, name) = described.with_name(std::borrow::Cow::Borrowed(""));
    let inside = whole.components.take().unwrap_or_default();
    let mut field =
        |name: &str, value: &Text<'_>| text(&mut reader.remarks, &format!("metadata.component.{name}"), value.clone());
    sbom.name = field("name", &name.unwrap_or_default());
    sbom.version = field("version", &whole.version);
    let (cpe, purl) = (field("cpe", &whole.cpe), field("purl", &whole.purl));
    let reference = field("bom-ref", &whole.bom_ref);
    let identified = cpe.is_some() || purl.is_some() || component::identifies(&whole.evidence, &whole.properties);
    if identified || sbom.name.is_some() {
        let called = sbom.name.as_ref().or(reference.as_ref()).or(purl.as_ref()).or(cpe.as_ref());
        whole.name = called.cloned().unwrap_or_default().into();
        // What was wrong with these is said by now.
        for value in [&mut whole.version, &mut whole.cpe, &mut whole.purl, &mut whole.bom_ref] {
            if matches!(value, Loose::Wrong(_)) {
                *value = Loose::Absent;
            }
        }
        reader.take(whole, None);
        if let Some(component) = reader.components.last_mut() {
            let can_be_own = matches!(
                component.kind,
                ComponentKind::Application
                    | ComponentKind::Firmware
                    | ComponentKind::Hardware
                    | ComponentKind::Container
                    | ComponentKind::File
            );
            component.whole = !identified && can_be_own && !(alone && inside.is_empty());
            sbom.described = Some(component.reference.clone());
        }
    } else if let Some(reference) = reference {
        // It is taken: nothing in the list may be mistaken for the whole.
        sbom.described = Some(reader.references.unique(reference, &mut reader.remarks, true));
    }
    inside
}

fn origin(metadata: RawMetadata<'_>, remarks: &mut Remarks) -> Origin {
    let mut organization = |field: &str, value: Loose<Object<RawOrganization<'_>>>| {
        value
            .or_remark(|found| remarks.add(format!("`metadata.{field}` is {found} and not an object; left out"), ""))
            .and_then(|Object(organization)| text(remarks, &format!("metadata.{field}.name"), organization.name))
    };
    let supplier = organization("supplier", metadata.supplier);
    let maker = organization("manufacturer", metadata.manufacturer);
    let maker = maker.or_else(|| organization("manufacture", metadata.manufacture));
    let list = |remarks: &mut Remarks, field: &str, found: &str| {
        remarks.add(format!("`metadata.{field}` is {found}; left out"), "");
    };
    let mut authors = Vec::new();
    let people = metadata.authors.or_remark(|found| list(remarks, "authors", found));
    for author in people.into_iter().flat_map(|List(people)| people) {
        authors.extend(text(remarks, "metadata.authors.name", author.name));
    }
    // Since 1.6 the manufacturer in the metadata is who made the SBOM, since before who made the product: an author either way.
    authors.extend(maker.filter(|maker| !authors.contains(maker)));
    let mut tools = Vec::new();
    let given = metadata.tools.or_remark(|found| list(remarks, "tools", found));
    for tool in given.into_iter().flat_map(|List(tools)| tools) {
        collect_tools(tool, &mut tools);
    }
    let phases = metadata.lifecycles.or_remark(|found| list(remarks, "lifecycles", found));
    let lifecycles = phases
        .into_iter()
        .flat_map(|List(phases)| phases)
        .filter_map(|phase| {
            text(remarks, "metadata.lifecycles.phase", phase.phase)
                .or_else(|| text(remarks, "metadata.lifecycles.name", phase.name))
        })
        .collect();
    let created = text(remarks, "metadata.timestamp", metadata.timestamp);
    Origin { serial: None, authors, tools, created, supplier, lifecycles }
}

/// Depth is bounded by that of the file.
fn collect_tools(tool: RawTool<'_>, tools: &mut Vec<String>) {
    if let Loose::Good(name) = tool.name
        && let Some(name) = meaningful(&name)
    {
        let version = match &tool.version {
            Loose::Good(version) => meaningful(version).map_or_else(String::new, |version| format!(" {version}")),
            _ => String::new(),
        };
        tools.push(format!("{name}{version}"));
    }
    for inner in [tool.components, tool.services] {
        if let Loose::Good(List(inner)) = inner {
            for tool in inner {
                collect_tools(tool, tools);
            }
        }
    }
}

/// Whether any composition says that something is left out. Which parts it is said of makes no difference to whether all is there.
fn incomplete(compositions: Loose<List<RawComposition<'_>>>, remarks: &mut Remarks) -> Option<String> {
    let mut completeness = Completeness::default();
    let given = compositions.or_remark(|found| remarks.add(format!("`compositions` is {found}; left out"), ""));
    for composition in given.into_iter().flat_map(|List(given)| given) {
        let wrong = |found| remarks.add(format!("`compositions.aggregate` is {found} and not text"), "");
        let word = composition.aggregate.or_remark(wrong).unwrap_or_default();
        match word.trim().to_ascii_lowercase().as_str() {
            "complete" => {}
            incomplete if incomplete.starts_with("incomplete") => completeness.leaves_out(incomplete, "", remarks),
            // Left out, it is this by the specification.
            "" => Completeness::does_not_know("not_specified", "", remarks),
            word => Completeness::does_not_know(word, "", remarks),
        }
    }
    completeness.incomplete()
}

/// The references of the services, which are remarked upon and not read.
fn services(services: Loose<List<RawService<'_>>>, remarks: &mut Remarks) -> BTreeSet<String> {
    let mut references = BTreeSet::new();
    match services {
        Loose::Good(List(services)) if !services.is_empty() => {
            let mut first = None;
            for service in services {
                if let (None, Loose::Good(name)) = (&first, &service.name) {
                    first = Some(name.clone().into_owned());
                }
                if let Loose::Good(reference) = service.bom_ref {
                    references.insert(reference.trim().to_owned());
                }
            }
            remarks.add("lists services, which are not components and are not read", first.as_deref().unwrap_or(""));
        }
        Loose::Wrong(found) => remarks.add(format!("`services` is {found}; left out"), ""),
        _ => {}
    }
    references
}

fn dependencies(
    dependencies: Loose<List<RawDependency<'_>>>,
    services: &BTreeSet<String>,
    references: &References,
    remarks: &mut Remarks,
) -> ward_model::component::Dependencies {
    let mut graph = Graph::new(|name| references.given(name), |name| services.contains(name));
    let given = dependencies.or_remark(|found| remarks.add(format!("`dependencies` is {found}; left out"), ""));
    for RawDependency { reference, depends_on } in given.into_iter().flat_map(|List(given)| given) {
        let Some(from) = text(remarks, "dependencies.ref", reference) else { continue };
        let on = depends_on.or_remark(|found| remarks.add(format!("`dependsOn` is {found}; left out"), &from));
        graph.node(&from);
        for to in on.into_iter().flat_map(|Texts(on)| on) {
            graph.edge(&from, &to);
        }
    }
    graph.into_dependencies(remarks)
}
