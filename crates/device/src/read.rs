//! Reading a folder: files to a [`Device`], or everything that is wrong with them.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::claim::{ClaimId, FunctionClaim, LinkClaim};
use ward_model::component::Component;
use ward_model::device::{Configurations, Consideration, Decisions, Device, FieldedVersion, OwnFinding, UseCases};
use ward_model::digest::Digest;
use ward_model::ids::{FunctionId, LinkId};

use crate::check::{
    Kind, Names, Pending, build, considerations, decisions, device, element, fielded, function, protect, trust,
    use_cases, vulnerabilities,
};
use crate::claims::{self, Around};
use crate::configurations::{self, Scoped};
use crate::diagnostic::{At, Diagnostic, Diagnostics, Location, Place, Severity, Sink, sort};
use crate::evidence::Cited;
use crate::files::Files;
use crate::load::Loader;
use crate::nearest::nearest;
use crate::raw::considerations::ConsiderationsFile;
use crate::raw::decisions::DecisionsFile;
use crate::raw::device::DeviceFile;
use crate::raw::fielded::FieldedFile;
use crate::raw::scalar::{FilePath, checked_path};
use crate::raw::system::SystemFile;
use crate::raw::trust::TrustFile;
use crate::raw::use_cases::UseCasesFile;
use crate::raw::variants::VariantsFile;
use crate::raw::vulnerabilities::VulnerabilitiesFile;
use crate::raw::{items, shorten};
use crate::record::Records;

/// The only file that every folder has.
pub const DEVICE: &str = "device.toml";
/// The system that the device works in.
pub const SYSTEM: &str = "system.toml";
/// The variants of a family, and in what each differs.
pub const VARIANTS: &str = "variants.toml";
/// The versions in the field.
pub const FIELDED: &str = "fielded.toml";
/// What the maker has considered, in five groups.
pub const CONSIDERATIONS: &str = "considerations.toml";
/// The states that the device can be in, and what follows in them.
pub const USE_CASES: &str = "use-cases.toml";
/// What the maker knows by itself.
pub const VULNERABILITIES: &str = "vulnerabilities.toml";
/// Whose statements on vulnerabilities the maker believes.
pub const TRUST: &str = "trust.toml";
/// What people have decided: not part of [`Device::digest`].
pub const DECISIONS: &str = "decisions.toml";

/// How the name of a policy ends that is a file of the folder.
const POLICY: &str = ".toml";

/// A folder that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The device.
    pub device: Device,
    /// What people have decided, but for some variants or sites alone.
    pub decisions: Decisions,
    /// Its variants, and the sites whose surroundings are laid over it.
    pub configurations: Configurations,
    /// What is odd, missing or without effect; none is an error.
    pub warnings: Vec<Diagnostic>,
    /// What the folder says for authorities; nothing is reasoned from it.
    pub regulatory: Regulatory,
    /// The texts of the folder's own policies, by path: what they mean is not read here.
    pub policy_files: BTreeMap<String, String>,
    /// What the maker has considered, in the order of the file; nothing is reasoned from it.
    pub considerations: Vec<Consideration>,
    /// The states that the device can be in, and what follows in them when a function degrades; nothing is reasoned from it.
    pub use_cases: UseCases,
    /// What is stated of links and secrets for documents; nothing is reasoned from it.
    pub records: Records,
    /// What the model does not keep and [`crate::lint`] needs.
    pub(crate) about: About,
}

/// What a folder says for authorities.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Regulatory {
    /// The UDI device identifier.
    pub udi_di: Option<String>,
    /// The device's class by market (`us`, `eu`, `au`).
    pub classes: BTreeMap<String, String>,
}

/// Where things stand, and which fields were written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct About {
    pub places: BTreeMap<(Kind, String), Location>,
    pub claim_places: BTreeMap<ClaimId, Location>,
    /// The same for every configuration but the first.
    pub of_configurations: Vec<BTreeMap<ClaimId, Location>>,
    pub stated: BTreeMap<LinkId, BTreeSet<&'static str>>,
    pub unstated_severity: BTreeSet<String>,
    pub without_sbom: BTreeSet<String>,
}

/// Reads a folder.
///
/// # Errors
/// Everything that is wrong with the folder, in one go. A name that another file should give is not reported where that file
/// could not be parsed.
pub fn read(folder: &dyn Files) -> Result<Reading, Diagnostics> {
    let mut sink = Sink::default();
    let reading = reading(folder, &mut sink);
    let mut found = sink.found;
    sort(&mut found);
    match reading {
        Some(reading) if found.iter().all(|diagnostic| diagnostic.severity == Severity::Warning) => {
            Ok(Reading { warnings: found, ..reading })
        }
        _ => Err(Diagnostics(found)),
    }
}

/// The files as written.
#[derive(Clone)]
pub(crate) struct Raw {
    pub device: Option<DeviceFile>,
    pub system: Option<SystemFile>,
    pub variants: Option<VariantsFile>,
    pub fielded: Option<FieldedFile>,
    pub considerations: Option<ConsiderationsFile>,
    pub use_cases: Option<UseCasesFile>,
    pub vulnerabilities: Option<VulnerabilitiesFile>,
    pub trust: Option<TrustFile>,
    pub decisions: Option<DecisionsFile>,
}

fn reading(folder: &dyn Files, sink: &mut Sink) -> Option<Reading> {
    let mut loader = Loader::new(folder);
    let raw = Raw {
        device: loader.parse(DEVICE, sink),
        system: loader.parse(SYSTEM, sink),
        variants: loader.parse(VARIANTS, sink),
        fielded: loader.parse(FIELDED, sink),
        considerations: loader.parse(CONSIDERATIONS, sink),
        use_cases: loader.parse(USE_CASES, sink),
        vulnerabilities: loader.parse(VULNERABILITIES, sink),
        trust: loader.parse(TRUST, sink),
        decisions: loader.parse(DECISIONS, sink),
    };
    missing_files(&loader, sink);
    let sites = configurations::sites(&mut loader, sink);
    let mut names = names(&raw, &loader, sink);
    configurations::check_names(&raw, &names, sink);
    let (mut device, pending) = built(&raw, &names, &mut loader, sink);
    let policy_files = policy_files(&raw, &mut loader, sink);
    let considerations = raw
        .considerations
        .as_ref()
        .map(|raw| considerations::considerations(raw, &mut loader, sink))
        .unwrap_or_default();
    let function = |id: &FunctionId| device.as_ref().and_then(|device| device.functions.get(id));
    let use_cases = raw
        .use_cases
        .as_ref()
        .map(|raw| use_cases::use_cases(raw, &mut names, function, &mut loader, sink))
        .unwrap_or_default();
    let drafts = configurations::drafts(&raw, &names, &sites, &mut loader, sink);
    loader.look_around(sink);
    // Everything has been read: what any configuration needs belongs to the one folder.
    let all_pending = pending.iter().chain(drafts.iter().flat_map(|draft| &draft.pending));
    let cited = loader.contents(all_pending.filter_map(|one| one.evidence.as_ref()).map(|cited| &cited.value));
    let make = |device: &mut Device, pending: &[Pending], records: &Records, sink: &mut Sink| {
        device.files = loader.digests(is_decisions);
        device.digest = loader.digest(is_decisions);
        make_claims(device, pending, (&cited, records), sink);
    };
    let records = Records::of(raw.system.as_ref());
    if let Some(device) = &mut device {
        make(device, &pending, &records, sink);
    }
    let scoped = scoped(&raw, device.as_ref(), sink);
    let own = loader.bytes(DECISIONS).unwrap_or_default();
    let digest = match sites.is_empty() {
        true => Digest::of(own),
        false => loader.digest(|path| !is_decisions(path)),
    };
    let mut about = about(&raw, &names, &pending, sink);
    for draft in &drafts {
        let places = draft.pending.iter().map(|pending| (pending.id.clone(), sink.locate(pending.place)));
        about.of_configurations.push(places.collect());
    }
    let configurations = match &device {
        Some(device) => {
            let common = configurations::Common { raw: &raw, device, entered: &scoped, sites: &sites, digest };
            configurations::finish(&common, drafts, make, sink)
        }
        None => Configurations::default(),
    };
    let Some(device) = device else {
        if !sink.has_errors() {
            sink.found.push(Location::start_of(DEVICE).diagnostic(
                Severity::Error,
                "incomplete",
                "the device is not complete",
            ));
        }
        return None;
    };
    let regulatory = raw.device.as_ref().map(device::regulatory).unwrap_or_default();
    let entered = scoped.into_iter().filter(|one| one.is_for(None, None)).map(|one| one.decision).collect();
    let decisions = Decisions { entered, digest };
    let warnings = Vec::new();
    Some(Reading {
        device,
        decisions,
        configurations,
        warnings,
        regulatory,
        considerations,
        use_cases,
        policy_files,
        records,
        about,
    })
}

/// Whether a path is that of decisions: of the folder, or of a site.
fn is_decisions(path: &str) -> bool {
    let of_site = |path: &str| {
        path.strip_prefix("sites/").and_then(|path| path.split_once('/')).map(|(_, file)| file == DECISIONS)
    };
    path == DECISIONS || of_site(path).unwrap_or(false)
}

/// A device without its claims, and the claims that it makes.
fn built(raw: &Raw, names: &Names, loader: &mut Loader<'_>, sink: &mut Sink) -> (Option<Device>, Vec<Pending>) {
    let mut pending = Vec::new();
    let device = device(raw, names, loader, &mut pending, sink);
    if let (Some(device), Some(system)) = (&device, &raw.system) {
        link_claims(device, system, &mut pending, sink);
        feed_claims(device, system, &mut pending, sink);
    }
    for pending in &pending {
        loader.evidence(pending.evidence.as_ref(), sink);
    }
    let links = raw.system.as_ref().map_or(&[][..], |system| items(&system.link));
    for test in links.iter().flat_map(|link| items(&link.value.tests)) {
        loader.evidence_for(Some(test), "until there is, nothing shows that the link was tested", sink);
    }
    let secrets = raw.system.as_ref().map_or(&[][..], |system| items(&system.secret));
    if let Some(device) = &device {
        element::acceptors(secrets, device.links.values(), names, sink);
    }
    (device, pending)
}

/// The device of files that were put together from a folder's.
pub(crate) fn draft(raw: &Raw, loader: &mut Loader<'_>, sink: &mut Sink) -> Option<(Device, Vec<Pending>)> {
    let names = names(raw, loader, sink);
    let (device, pending) = built(raw, &names, loader, sink);
    device.map(|device| (device, pending))
}

fn make_claims(device: &mut Device, pending: &[Pending], (cited, records): (&Cited, &Records), sink: &mut Sink) {
    let around = Around::of(device);
    let mut made = Vec::with_capacity(pending.len());
    for pending in pending {
        let file = sink.name(pending.place.file).to_owned();
        let citation = pending.evidence.as_ref().map(|evidence| &evidence.value);
        reviewed_exists(device, pending, sink);
        made.push(claims::claim(pending.id.clone(), citation, &file, &around, &device.files, (cited, records)));
    }
    for (claim, pending) in made.into_iter().zip(pending) {
        if device.claims.insert(claim.id.clone(), claim).is_some() {
            sink.error(pending.place, "duplicate-name", format!("`{}` is claimed twice", pending.id));
        }
    }
}

/// The decisions as entered, each with what it is made for.
fn scoped(raw: &Raw, device: Option<&Device>, sink: &mut Sink) -> Vec<Scoped> {
    let mut number = 0;
    build(raw.decisions.as_ref().map_or(&[][..], |raw| items(&raw.decision)), sink, |raw, sink| {
        number += 1;
        let (variants, sites) = (configurations::names(&raw.value.variants), configurations::names(&raw.value.sites));
        // What is decided for some variants or sites alone need not be claimed in general.
        let said = device.filter(|_| variants.is_empty() && sites.is_empty());
        let decision = decisions::decision(number, raw, said, sink)?;
        Some(Scoped { decision, variants, sites })
    })
}

/// The policies that stand in the folder: their texts belong to what is hashed.
fn policy_files(raw: &Raw, loader: &mut Loader<'_>, sink: &mut Sink) -> BTreeMap<String, String> {
    let policies = raw.device.as_ref().map_or(&[][..], |device| items(&device.policies));
    let mut texts = BTreeMap::new();
    for policy in policies.iter().filter(|policy| policy.value.ends_with(POLICY)) {
        let Some(path) = checked_path(&policy.value, policy.place, sink) else { continue };
        if let Some(text) =
            loader.text(&At { value: FilePath(path.clone()), place: policy.place }, "a policy in this folder", sink)
        {
            texts.insert(path, text);
        }
    }
    texts
}

fn missing_files(loader: &Loader<'_>, sink: &mut Sink) {
    for (file, severity, message, help) in [
        (DEVICE, Severity::Error, "there is no device.toml here", "`ward new` writes a folder to start from"),
        (
            SYSTEM,
            Severity::Warning,
            "there is no system.toml: nothing is modelled",
            "every element that it names is one gap less",
        ),
        (
            FIELDED,
            Severity::Warning,
            "there is no fielded.toml: nothing is known of units in the field",
            "one version, as designed, is judged",
        ),
    ] {
        if loader.is_missing(file) {
            sink.found.push(Location::start_of(file).diagnostic(severity, "missing-file", message).helping(help));
        }
    }
}

/// Every name of the folder. Of a file that could not be parsed or read, only some names are known.
fn names(raw: &Raw, loader: &Loader<'_>, sink: &mut Sink) -> Names {
    let mut names = Names::default();
    if loader.is_unclear(SYSTEM, sink) {
        names.partial.extend([
            Kind::Zone,
            Kind::Element,
            Kind::Link,
            Kind::Secret,
            Kind::Function,
            Kind::PersonGroup,
            Kind::Harm,
            Kind::Control,
        ]);
    }
    if loader.is_unclear(FIELDED, sink) {
        names.partial.insert(Kind::Version);
    }
    if let Some(system) = &raw.system {
        items(&system.zone).iter().for_each(|table| names.define(Kind::Zone, &table.value.id, sink));
        items(&system.element).iter().for_each(|table| names.define(Kind::Element, &table.value.id, sink));
        items(&system.link).iter().for_each(|table| names.define(Kind::Link, &table.value.id, sink));
        items(&system.secret).iter().for_each(|table| names.define(Kind::Secret, &table.value.id, sink));
        items(&system.function).iter().for_each(|table| names.define(Kind::Function, &table.value.id, sink));
        items(&system.person_group).iter().for_each(|table| names.define(Kind::PersonGroup, &table.value.id, sink));
        items(&system.harm).iter().for_each(|table| names.define(Kind::Harm, &table.value.id, sink));
        items(&system.control).iter().for_each(|table| names.define(Kind::Control, &table.value.id, sink));
    }
    let variants = raw.variants.as_ref().map_or(&[][..], |file| items(&file.variant));
    variants.iter().for_each(|table| names.define(Kind::Variant, &table.value.id, sink));
    if loader.is_unclear(VARIANTS, sink) {
        names.partial.insert(Kind::Variant);
    }
    let versions = raw.fielded.as_ref().map_or(&[][..], |fielded| items(&fielded.version));
    versions.iter().for_each(|table| names.define(Kind::Version, &table.value.id, sink));
    if versions.is_empty() {
        let place = Place { file: usize::MAX, start: 0, end: 0 };
        names.define(Kind::Version, &Some(At { value: fielded::AS_DESIGNED, place }), sink);
    }
    if let Some(vulnerabilities) = &raw.vulnerabilities {
        items(&vulnerabilities.finding).iter().for_each(|table| names.define(Kind::Finding, &table.value.id, sink));
    }
    names
}

/// Everything but the claims and the digests. Every part is checked, whatever is wrong with the others.
fn device(
    raw: &Raw,
    names: &Names,
    loader: &mut Loader<'_>,
    pending: &mut Vec<Pending>,
    sink: &mut Sink,
) -> Option<Device> {
    let identity = raw.device.as_ref().and_then(|raw| device::identity(raw, sink));
    let system = raw.system.as_ref();
    let zones = build(system.map_or(&[], |raw| items(&raw.zone)), sink, |raw, _| element::zone(raw));
    let raw_elements = system.map_or(&[][..], |raw| items(&raw.element));
    let elements = build(raw_elements, sink, |raw, sink| element::element(raw, names, pending, sink));
    let links = build(system.map_or(&[], |raw| items(&raw.link)), sink, |raw, sink| element::link(raw, names, sink));
    let secrets = build(system.map_or(&[], |raw| items(&raw.secret)), sink, |raw, sink| {
        element::secret(raw, names, pending, sink)
    });
    let functions = build(system.map_or(&[], |raw| items(&raw.function)), sink, |raw, sink| {
        function::function(raw, names, pending, sink)
    });
    let person_groups =
        build(system.map_or(&[], |raw| items(&raw.person_group)), sink, |raw, _| function::person_group(raw));
    let harms = build(system.map_or(&[], |raw| items(&raw.harm)), sink, |raw, _| function::harm(raw));
    let raw_controls = system.map_or(&[][..], |raw| items(&raw.control));
    let mut controls = build(raw_controls, sink, |raw, sink| protect::control(raw, names, pending, sink));
    protect::performers(raw_controls, &mut controls, &elements, sink);
    let controls: BTreeMap<_, _> = controls.into_iter().map(|control| (control.id.clone(), control)).collect();
    element::holders(system.map_or(&[], |raw| items(&raw.secret)), &secrets, &links, controls.values(), sink);
    let raw_versions = raw.fielded.as_ref().map_or(&[][..], |raw| items(&raw.version));
    let mut versions = fielded::versions(raw_versions, names, &controls, sink);
    for element in raw_elements {
        inventories(&element.value, names, &mut versions, loader, sink);
    }
    let (own_findings, known_since, rubrics) = match &raw.vulnerabilities {
        None => (Vec::new(), Vec::new(), Vec::new()),
        Some(raw) => (
            build(items(&raw.finding), sink, |raw, sink| vulnerabilities::finding(raw, names, pending, sink)),
            build(items(&raw.known), sink, |raw, sink| {
                let model_since = identity.as_ref().map(|identity| identity.model_since);
                vulnerabilities::known(raw, model_since, names, sink)
            }),
            build(items(&raw.rubric), sink, |raw, sink| vulnerabilities::rubric(raw, names, pending, sink)),
        ),
    };
    let issuers = trust::issuers(raw.trust.as_ref(), loader, sink);
    let statements = trust::statements(&issuers, loader, pending, sink);
    let compiled =
        raw_elements.iter().flat_map(|raw| trust::compiled(&raw.value, names, loader, pending, sink)).collect();
    let designs = system.map(|raw| crate::check::design::designs(raw, pending, sink)).unwrap_or_default();
    let identity = identity?;
    Some(Device {
        id: identity.id,
        name: identity.name,
        maker: identity.maker,
        intended_use: identity.intended_use,
        environments: identity.environments,
        policies: identity.policies,
        lifecycle: identity.lifecycle,
        model_since: identity.model_since,
        zones: zones.into_iter().map(|zone| (zone.id.clone(), zone)).collect(),
        elements: elements.into_iter().map(|element| (element.id.clone(), element)).collect(),
        links: links.into_iter().map(|link| (link.id.clone(), link)).collect(),
        secrets: secrets.into_iter().map(|secret| (secret.id.clone(), secret)).collect(),
        functions: functions.into_iter().map(|function| (function.id.clone(), function)).collect(),
        person_groups: person_groups.into_iter().map(|group| (group.id.clone(), group)).collect(),
        harms: harms.into_iter().map(|harm| (harm.id.clone(), harm)).collect(),
        controls,
        versions,
        own_findings: sorted(own_findings),
        known_since,
        rubrics: rubrics.into_iter().collect(),
        designs,
        statements,
        compiled,
        claims: BTreeMap::new(),
        // Set once every file has been read.
        digest: Digest::of(&[]),
        files: BTreeMap::new(),
    })
}

/// By the maker's number: the order of the file means nothing.
fn sorted(mut findings: Vec<OwnFinding>) -> Vec<OwnFinding> {
    findings.sort_by(|a, b| a.id.cmp(&b.id));
    findings
}

fn inventories(
    raw: &crate::raw::system::Element,
    names: &Names,
    versions: &mut [FieldedVersion],
    loader: &mut Loader<'_>,
    sink: &mut Sink,
) {
    let paths = fielded::sboms(raw, names, versions, sink);
    let Some(id) = &raw.id else { return };
    for (version, path) in paths {
        let Some(sbom) = loader.sbom(&path, sink) else { continue };
        if let Some(version) = versions.iter_mut().find(|candidate| candidate.id == version) {
            version.inventories.insert(id.value.0.as_str().into(), sbom);
        }
    }
}

fn link_claims(device: &Device, system: &SystemFile, pending: &mut Vec<Pending>, sink: &mut Sink) {
    let positions = device.positions();
    for raw in items(&system.link) {
        let link = raw.value.id.as_ref().and_then(|id| device.links.get(&LinkId::from(id.value.0.as_str())));
        if let Some(link) = link {
            element::link_claims(&raw.value, link, &positions, pending, sink);
        }
    }
}

/// What feeds a function, or what a link passes on: a claim where it leaves out a link that could.
fn feed_claims(device: &Device, system: &SystemFile, pending: &mut Vec<Pending>, sink: &mut Sink) {
    for raw in items(&system.function).iter().map(|at| &at.value) {
        let id = raw.id.as_ref().map(|id| FunctionId::from(id.value.0.as_str()));
        let Some(function) = id.and_then(|id| device.functions.get(&id)) else { continue };
        let elements = function.realised_by.elements();
        let feeding = device.links.values().filter(|link| elements.contains(&link.to)).map(|link| link.id.clone());
        let claim = ClaimId::Function(function.id.clone(), FunctionClaim::FedBy);
        let evidence = raw.claims.as_ref().and_then(|claims| claims.value.fed_by.clone());
        let place = raw.fed_by.as_ref().map(|fed_by| fed_by.place);
        element::feed_claim((claim, place), evidence, function.fed_by.as_deref(), feeding, pending, sink);
    }
    for raw in items(&system.link).iter().map(|at| &at.value) {
        let id = raw.id.as_ref().map(|id| LinkId::from(id.value.0.as_str()));
        let Some(link) = id.and_then(|id| device.links.get(&id)) else { continue };
        let feeding = device.links.values().filter(|other| other.to == link.from).map(|other| other.id.clone());
        let claim = ClaimId::Link(link.id.clone(), LinkClaim::FedBy);
        let evidence = raw.claims.as_ref().and_then(|claims| claims.value.fed_by.clone());
        let place = raw.fed_by.as_ref().map(|fed_by| fed_by.place);
        element::feed_claim((claim, place), evidence, link.fed_by.as_deref(), feeding, pending, sink);
    }
}

/// A reviewed component stands in an SBOM of its element.
fn reviewed_exists(device: &Device, pending: &Pending, sink: &mut Sink) {
    let (ClaimId::ComponentReviewed(element, component) | ClaimId::Compiled(element, component, _)) = &pending.id
    else {
        return;
    };
    let known: BTreeSet<&str> = device
        .versions
        .iter()
        .filter_map(|version| version.inventories.get(element))
        .flat_map(|sbom| sbom.components.iter().map(|component| component.reference.as_str()))
        .collect();
    // Where an SBOM could not be read, that is the error.
    let unread = known.is_empty() && sink.has_errors();
    let beside: Vec<String> = device
        .elements
        .get(element)
        .into_iter()
        .flat_map(|element| &element.hardware)
        .map(|cpe| Component::beside_sbom(cpe).reference.to_string())
        .collect();
    let known: BTreeSet<&str> = known.into_iter().chain(beside.iter().map(String::as_str)).collect();
    if !known.contains(component.as_str()) && !unread {
        let message = format!("no SBOM of `{element}` has a component `{}`", shorten(component.as_str()));
        sink.error(pending.place, "dangling-name", message)
            .did_you_mean(nearest(component.as_str(), known.iter().copied()));
    }
}

fn about(raw: &Raw, names: &Names, pending: &[Pending], sink: &Sink) -> About {
    let mut about = About::default();
    for (kind, names) in &names.defined {
        for (name, place) in names {
            about.places.insert((*kind, name.clone()), sink.locate(*place));
        }
    }
    about.claim_places = pending.iter().map(|pending| (pending.id.clone(), sink.locate(pending.place))).collect();
    let Some(system) = &raw.system else { return about };
    for link in items(&system.link) {
        let link = &link.value;
        let Some(id) = &link.id else { continue };
        let stated = [
            ("medium", link.medium.is_some()),
            ("protocol", link.protocol.is_some()),
            ("exposed_to", link.exposed_to.is_some()),
            ("carries", link.carries.is_some()),
            ("authentication", link.authentication.is_some()),
            ("encryption", link.encryption.is_some()),
            ("integrity", link.integrity.is_some()),
            ("anti_replay", link.anti_replay.is_some()),
        ];
        let stated = stated.into_iter().filter_map(|(field, is_stated)| is_stated.then_some(field)).collect();
        about.stated.insert(LinkId::from(id.value.0.as_str()), stated);
    }
    for harm in items(&system.harm) {
        if let (Some(id), None) = (&harm.value.id, &harm.value.severity) {
            about.unstated_severity.insert(id.value.0.clone());
        }
    }
    for element in items(&system.element) {
        if let (Some(id), None) = (&element.value.id, &element.value.sbom) {
            about.without_sbom.insert(id.value.0.clone());
        }
    }
    about
}

#[cfg(test)]
pub(crate) mod tests;
