//! What a claim rests on: everything that it names, and what would give the same words another meaning. Where any of it changes, what was
//! decided has no effect any more.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::claim::{ClaimId, ElementClaim, FunctionClaim, LinkClaim};
use ward_model::design::{DesignOf, Property};
use ward_model::device::{Control, Cut, Device, Function, Link, RealisedBy, Secret};
use ward_model::digest::Digest;
use ward_model::ids::{ComponentRef, ElementId, FunctionId, HazardId, LinkId, SecretId, VulnerabilityId};

use crate::canonical::Canonical;
use crate::raw::scalar::Citation;
use crate::record::Records;
use crate::statements;

/// A device, and what stands around each of its elements: that is asked for every claim.
pub(crate) struct Around<'d> {
    device: &'d Device,
    ending: BTreeMap<&'d ElementId, Vec<&'d Link>>,
    taking_part: BTreeMap<&'d ElementId, Vec<&'d Function>>,
}

impl<'d> Around<'d> {
    pub fn of(device: &'d Device) -> Self {
        let mut around = Self { device, ending: BTreeMap::new(), taking_part: BTreeMap::new() };
        for link in device.links.values() {
            let ends = BTreeSet::from([&link.from, &link.to]);
            ends.into_iter().for_each(|end| around.ending.entry(end).or_default().push(link));
        }
        for function in device.functions.values() {
            let elements = taking_part(device, function);
            elements.into_iter().for_each(|one| around.taking_part.entry(one).or_default().push(function));
        }
        around
    }

    /// The links that end at an element.
    fn links_of<'a>(&'a self, element: &ElementId) -> impl Iterator<Item = &'d Link> + use<'a, 'd> {
        self.ending.get(element).into_iter().flatten().copied()
    }
}

/// What of the premises of these claims stands in the model, as digests in their order: they are the same for two models in which the
/// claims rest on the same. What the words of a claim and its evidence are is not among them.
pub fn rest_on(device: &Device, claims: &[&ClaimId]) -> Vec<Digest> {
    let around = Around::of(device);
    let digest = |id: &&ClaimId| {
        let mut premise = Canonical::new(&id.to_string());
        rests_on(id, "", &around, &mut premise);
        premise.digest()
    };
    claims.iter().map(digest).collect()
}

/// The elements that take part in a function: those that realise it, and of what people do those that show them what they act on. Where
/// nobody says which these are, any may.
fn taking_part<'d>(device: &'d Device, function: &'d Function) -> BTreeSet<&'d ElementId> {
    match (&function.realised_by, &function.fed_by) {
        (RealisedBy::People, None) => device.elements.keys().collect(),
        (RealisedBy::People, Some(links)) => {
            links.iter().filter_map(|id| device.links.get(id)).map(|link| &link.to).collect()
        }
        (realised, _) => realised.elements().iter().collect(),
    }
}

impl std::ops::Deref for Around<'_> {
    type Target = Device;

    fn deref(&self) -> &Device {
        self.device
    }
}

/// What a decision on a claim that is said in these words is bound to.
pub(crate) fn premise(
    id: &ClaimId,
    says: &str,
    citation: Option<&Citation>,
    device: &Around<'_>,
    records: &Records,
) -> Digest {
    let mut premise = Canonical::new(&id.to_string());
    premise.opt("evidence", citation.map(|citation| &citation.path));
    premise.opt("place", citation.and_then(|citation| citation.place.as_ref()));
    rests_on(id, says, device, &mut premise);
    records.rests_on(id, device, &mut premise);
    premise.digest()
}

/// Everything that the claim is about: what it names, and what would give the same words another meaning.
fn rests_on(id: &ClaimId, says: &str, device: &Around<'_>, out: &mut Canonical) {
    match id {
        ClaimId::Control(control) => {
            if let Some(control) = device.controls.get(control) {
                control_premise(control, device, out);
            }
        }
        ClaimId::ControlHazard(control, hazard, _) => {
            if let Some(control) = device.controls.get(control) {
                hazard_premise(control, hazard, device, out);
            }
        }
        ClaimId::Element(element, ElementClaim::LocalLogin) => {
            // Who comes by a way in that is added may not be asked.
            software_premise(element, device, out);
            out.features(&DesignOf::Element(element.clone()), &device.designs);
            device.links_of(element).for_each(|link| out.link(link));
        }
        ClaimId::Element(element, ElementClaim::SoftwareListed) => {
            software_premise(element, device, out);
            out.features(&DesignOf::Element(element.clone()), &device.designs);
        }
        ClaimId::Element(element, ElementClaim::InterfacesListed | ElementClaim::FunctionsListed) => {
            // That nothing is left out is all that it says: of what, stands in its words. Who answered for fewer things than these
            // words name now has not answered for the others.
            out.put("says", says);
            software_premise(element, device, out);
            surroundings_premise(element, device, out);
        }
        ClaimId::Link(link, claim) => {
            if let Some(link) = device.links.get(link) {
                link_premise(link, *claim, device, out);
            }
        }
        ClaimId::SecretPerUnit(secret) | ClaimId::SecretPublic(secret) => {
            if let Some(secret) = device.secrets.get(secret) {
                secret_premise(secret, device, out);
            }
        }
        ClaimId::Function(function, claim) => {
            if let Some(function) = device.functions.get(function) {
                function_premise(function, *claim, device, out);
            }
        }
        ClaimId::FindingVersions(finding) => {
            for own in device.own_findings.iter().filter(|own| own.id == *finding) {
                out.own_finding(own);
                software_premise(&own.element, device, out);
            }
        }
        ClaimId::ComponentReviewed(element, component) => review_premise(element, component, device, out),
        ClaimId::Rubric(element, vulnerability) => rubric_premise(element, vulnerability, device, out),
        ClaimId::Design(of, property) => design_premise(of, *property, device, out),
        ClaimId::Statements(path) => {
            if let Some(issuer) =
                device.statements.iter().find(|file| file.path == *path).and_then(|file| file.trusted.as_ref())
            {
                out.trusted_issuer(issuer);
            }
            // What the statements speak of, with all that runs beside it: a later version may call what is not called now.
            statements::cleared(path, device).iter().for_each(|element| software_premise(element, device, out));
        }
        ClaimId::Compiled(element, ..) => {
            for one in statements::lists_of(id, device) {
                out.compiled(one);
            }
            software_premise(element, device, out);
        }
    }
}

/// What the property is claimed of, what that has, and what runs where it must be kept: a later version may not have it.
fn design_premise(of: &DesignOf, property: Property, device: &Around<'_>, out: &mut Canonical) {
    out.put("property", property.word());
    out.features(of, &device.designs);
    match of {
        // A way in that is added may not be built so.
        DesignOf::Element(element) => {
            software_premise(element, device, out);
            device.links_of(element).for_each(|link| out.link(link));
        }
        DesignOf::Link(link) => {
            if let Some(link) = device.links.get(link) {
                out.link(link);
                software_premise(&link.from, device, out);
                software_premise(&link.to, device, out);
            }
        }
        DesignOf::Secret(secret) => {
            if let Some(secret) = device.secrets.get(secret) {
                secret_premise(secret, device, out);
            }
        }
        DesignOf::Function(function) => {
            if let Some(function) = device.functions.get(function) {
                out.function(function);
                let elements = function.realised_by.elements().iter().collect::<BTreeSet<_>>();
                elements.into_iter().for_each(|element| software_premise(element, device, out));
            }
        }
    }
}

fn control_premise(control: &Control, device: &Around<'_>, out: &mut Canonical) {
    out.control(control);
    let mut elements: BTreeSet<&ElementId> = BTreeSet::new();
    let mut links: BTreeMap<&LinkId, &Link> = BTreeMap::new();
    let mut secrets: BTreeMap<&SecretId, &Secret> = BTreeMap::new();
    let mut functions: BTreeSet<&FunctionId> = BTreeSet::new();
    for cut in &control.cuts {
        match cut {
            // What else leads there, is kept there or is done there was not looked at when the control was accepted: it brings
            // weaknesses that the same words would cover, and that nobody thought of.
            Cut::Step { at, .. } | Cut::Presence { at } | Cut::Vulnerability { at, .. } => {
                elements.insert(at);
                out.features(&DesignOf::Element(at.clone()), &device.designs);
                links.extend(device.links_of(at).map(|link| (&link.id, link)));
                secrets.extend(secrets_of(at, device).map(|secret| (&secret.id, secret)));
                functions.extend(functions_of(at, device).map(|function| &function.id));
            }
            // Nor was a link that is added to the zone, or what it has become since.
            Cut::LinksIntoZone { zone, .. } => {
                let stands_there =
                    |end| device.elements.get(end).is_some_and(|element| element.zone.as_ref() == Some(zone));
                let into = device.links.values().filter(|link| stands_there(&link.from) || stands_there(&link.to));
                links.extend(into.map(|link| (&link.id, link)));
            }
            Cut::Link { link, .. } => links.extend(device.links.get_key_value(link)),
        }
    }
    if let Some(enforcer) = &control.enforcer {
        elements.insert(&enforcer.element);
        if let Some(secret) = enforcer.secret.as_ref().and_then(|secret| device.secrets.get(secret)) {
            secrets.insert(&secret.id, secret);
        }
    }
    for link in links.values() {
        out.link(link);
        out.features(&DesignOf::Link(link.id.clone()), &device.designs);
    }
    for secret in secrets.values() {
        out.secret(secret);
        out.features(&DesignOf::Secret(secret.id.clone()), &device.designs);
    }
    for function in functions {
        out.put("takes_part_in", function);
        out.features(&DesignOf::Function(function.clone()), &device.designs);
    }
    elements.into_iter().for_each(|element| software_premise(element, device, out));
    if control.performed_by.must_be_confirmed() {
        // Whoever accepted it looked at those who had confirmed it then. In the order of names, not of the folder.
        let mut confirmed: Vec<_> = device
            .versions
            .iter()
            .flat_map(|version| version.cohorts.iter().map(|cohort| (&version.id, cohort)))
            .filter(|(_, cohort)| cohort.confirmed.contains(&control.id))
            .collect();
        confirmed.sort_by_key(|(version, cohort)| (*version, &cohort.id));
        for (version, cohort) in confirmed {
            out.confirmed_by(version, cohort);
        }
    }
}

/// The control with all of its hazards, and what degrades by this one, with whom that harms and how many there are of it.
fn hazard_premise(control: &Control, hazard: &HazardId, device: &Around<'_>, out: &mut Canonical) {
    out.control(control);
    let listed = control.hazards.listed().iter().find(|listed| listed.id == *hazard);
    let Some(function) = listed.and_then(|listed| device.functions.get(&listed.function)) else { return };
    out.function(function);
    for helper in function.effects.iter().filter_map(|effect| effect.fallback.as_ref()) {
        let helpers = helper.helpers().map(|id| device.functions.get(id));
        helpers.into_iter().flatten().for_each(|helper| out.function(helper));
    }
    if let Some(group) = function.persons.as_ref().and_then(|group| device.person_groups.get(group)) {
        out.person_group(group);
    }
    let harms: BTreeSet<_> = function.effects.iter().map(|effect| &effect.harm).collect();
    harms.into_iter().filter_map(|harm| device.harms.get(harm)).for_each(|harm| out.harm(harm));
    let elements: BTreeSet<_> = function.realised_by.elements().iter().collect();
    elements.into_iter().filter_map(|element| device.elements.get(element)).for_each(|element| out.element(element));
}

/// A secret, where it is used, and what everyone who holds it runs: a later version may keep it otherwise, or print it in a log.
fn secret_premise(secret: &Secret, device: &Around<'_>, out: &mut Canonical) {
    out.secret(secret);
    out.features(&DesignOf::Secret(secret.id.clone()), &device.designs);
    let mut holders: BTreeSet<&ElementId> = secret.held_by.iter().collect();
    for link in device.links.values() {
        let with = link.authentication.as_ref().and_then(|authentication| authentication.secret.as_ref());
        if with == Some(&secret.id) {
            out.link(link);
            holders.extend([&link.from, &link.to]);
        }
    }
    let enforcers = device.controls.values().filter_map(|control| control.enforcer.as_ref());
    holders.extend(enforcers.filter(|by| by.secret.as_ref() == Some(&secret.id)).map(|by| &by.element));
    holders.into_iter().for_each(|holder| software_premise(holder, device, out));
}

/// The element, and what it runs in every fielded version.
fn software_premise(element: &ElementId, device: &Around<'_>, out: &mut Canonical) {
    let Some(found) = device.elements.get(element) else { return };
    out.element(found);
    // In the order of the versions' names: their order in the folder means nothing.
    let inventories: BTreeMap<_, _> = device
        .versions
        .iter()
        .map(|version| (&version.id, version.inventories.get(element).map(|sbom| sbom.digest)))
        .collect();
    for (version, inventory) in inventories {
        out.put("version", version);
        out.opt("sbom", inventory);
    }
}

/// The links and functions of an element, whole, and what they lead to: whoever said that they are all there had them before
/// them as they stood then. One that is bent until it says nothing is no better than one that is left out.
fn surroundings_premise(element: &ElementId, device: &Around<'_>, out: &mut Canonical) {
    let zone = device.elements.get(element).and_then(|found| found.zone.as_ref());
    if let Some(zone) = zone.and_then(|zone| device.zones.get(zone)) {
        out.zone(zone);
    }
    out.set("environments", &device.environments);
    out.features(&DesignOf::Element(element.clone()), &device.designs);
    for link in device.links_of(element) {
        out.link(link);
        out.features(&DesignOf::Link(link.id.clone()), &device.designs);
    }
    for secret in secrets_of(element, device) {
        out.put("holds", &secret.id);
        out.features(&DesignOf::Secret(secret.id.clone()), &device.designs);
    }
    let functions: Vec<&Function> = functions_of(element, device).collect();
    for function in &functions {
        out.function(function);
        out.features(&DesignOf::Function(function.id.clone()), &device.designs);
    }
    let groups: BTreeSet<_> = functions.iter().filter_map(|function| function.persons.as_ref()).collect();
    for group in groups.into_iter().filter_map(|group| device.person_groups.get(group)) {
        out.person_group(group);
    }
    let harms: BTreeSet<_> =
        functions.iter().flat_map(|function| &function.effects).map(|effect| &effect.harm).collect();
    for harm in harms.into_iter().filter_map(|harm| device.harms.get(harm)) {
        out.harm(harm);
    }
}

fn link_premise(link: &Link, claim: LinkClaim, device: &Around<'_>, out: &mut Canonical) {
    out.link(link);
    match claim {
        LinkClaim::Authentication => {
            let secret = link.authentication.as_ref().and_then(|authentication| authentication.secret.as_ref());
            if let Some(secret) = secret.and_then(|secret| device.secrets.get(secret)) {
                out.secret(secret);
            }
            // Whoever verifies does so with what runs there.
            software_premise(&link.to, device, out);
        }
        LinkClaim::AntiReplay => software_premise(&link.to, device, out),
        LinkClaim::ExposedTo => {
            // Who can reach a link depends on where its ends stand and where the device is used.
            for end in [&link.from, &link.to] {
                let Some(element) = device.elements.get(end) else { continue };
                out.element(element);
                if let Some(zone) = element.zone.as_ref().and_then(|zone| device.zones.get(zone)) {
                    out.zone(zone);
                }
            }
            out.set("environments", &device.environments);
            // What listens there, and to whom, is up to what runs there.
            [&link.from, &link.to].into_iter().for_each(|end| software_premise(end, device, out));
        }
        LinkClaim::FedBy => {
            // A link that is added beside those was not looked at, nor what a later version of its sender passes on.
            device.links.values().filter(|other| other.to == link.from).for_each(|other| out.link(other));
            software_premise(&link.from, device, out);
        }
        // A later version of either end may send, or take, what this one does not.
        LinkClaim::Carries => [&link.from, &link.to].into_iter().for_each(|end| software_premise(end, device, out)),
    }
}

/// The function, and what it goes on by: whoever takes part in that with what runs there, and what they hear. A later version may not
/// notice, and a link that is gone tells nothing any more.
fn function_premise(function: &Function, claim: FunctionClaim, device: &Around<'_>, out: &mut Canonical) {
    out.function(function);
    let mut elements: BTreeSet<&ElementId> = function.realised_by.elements().iter().collect();
    let mut links: BTreeMap<&LinkId, &Link> = BTreeMap::new();
    let named = |ids: &'_ Option<Vec<LinkId>>| {
        let found = ids.iter().flatten().filter_map(|id| device.links.get_key_value(id));
        found.collect::<Vec<_>>()
    };
    match claim {
        FunctionClaim::Redundancy => {}
        FunctionClaim::FedBy => {
            links.extend(device.links.iter().filter(|(_, link)| elements.contains(&link.to)));
            // People act on what the far end of these shows them.
            let shown = named(&function.fed_by);
            elements.extend(shown.iter().map(|(_, link)| &link.to));
            links.extend(shown);
        }
        FunctionClaim::Fallback => {
            let mut helpers: Vec<_> = function.effects.iter().filter_map(|effect| effect.fallback.as_ref()).collect();
            helpers.sort_by_key(|fallback| (&fallback.function, &fallback.detection));
            let helpers = helpers.iter().flat_map(|fallback| fallback.helpers());
            for helper in helpers.filter_map(|id| device.functions.get(id)) {
                out.function(helper);
                for element in helper.realised_by.elements() {
                    elements.insert(element);
                    links.extend(device.links_of(element).map(|link| (&link.id, link)));
                }
                let shown = named(&helper.fed_by);
                elements.extend(shown.iter().map(|(_, link)| &link.to));
                links.extend(shown);
            }
        }
    }
    links.values().for_each(|link| out.link(link));
    elements.into_iter().for_each(|element| software_premise(element, device, out));
}

fn review_premise(element: &ElementId, component: &ComponentRef, device: &Around<'_>, out: &mut Canonical) {
    let inventories: BTreeMap<_, _> =
        device.versions.iter().map(|version| (&version.id, version.inventories.get(element))).collect();
    for (version, inventory) in inventories {
        out.put("version", version);
        let found = inventory.and_then(|sbom| sbom.components.iter().find(|found| found.reference == *component));
        match found {
            Some(found) => out.component(found),
            None => out.put("component", "-"),
        }
    }
}

/// The answers, and what they were given before: the element, what it runs, how it is reached and which secrets it holds.
fn rubric_premise(element: &ElementId, vulnerability: &VulnerabilityId, device: &Around<'_>, out: &mut Canonical) {
    out.opt("answers", device.rubrics.get(&(element.clone(), vulnerability.clone())));
    software_premise(element, device, out);
    device.links_of(element).for_each(|link| out.link(link));
    secrets_of(element, device).for_each(|secret| out.secret(secret));
    // What the vectors of the feeds say is knowledge, not folder; the maker's own stand here.
    for own in device.own_findings.iter().filter(|own| own.id == *vulnerability && own.element == *element) {
        out.set("vectors", &own.vectors);
        out.set("weaknesses", &own.weaknesses);
    }
}

/// The secrets that an element has a copy of: those that it is said to hold, those of its links, and those that it enforces with.
fn secrets_of<'a>(element: &'a ElementId, device: &'a Around<'_>) -> impl Iterator<Item = &'a Secret> {
    let of_links = device
        .links_of(element)
        .filter_map(|link| link.authentication.as_ref().and_then(|authentication| authentication.secret.as_ref()));
    let enforcers = device.controls.values().filter_map(|control| control.enforcer.as_ref());
    let enforced = enforcers.filter(|by| by.element == *element).filter_map(|by| by.secret.as_ref());
    let used: BTreeSet<&SecretId> = of_links.chain(enforced).collect();
    device.secrets.values().filter(move |secret| secret.held_by.contains(element) || used.contains(&secret.id))
}

/// The functions that an element takes part in.
fn functions_of<'a>(element: &'a ElementId, device: &'a Around<'_>) -> impl Iterator<Item = &'a Function> {
    device.taking_part.get(element).into_iter().flatten().copied()
}
