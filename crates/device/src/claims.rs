//! The claims of a folder: what each says in words, what it rests on, and the evidence it cites.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::claim::{Claim, ClaimId, ElementClaim, Evidence, FunctionClaim, LinkClaim};
use ward_model::design::{DesignOf, Property};
use ward_model::device::{Control, Cut, Device, Function, Link, Secret};
use ward_model::digest::Digest;
use ward_model::ids::{ComponentRef, ElementId, FunctionId, LinkId, VulnerabilityId};

use crate::canonical::Canonical;
use crate::evidence::{self, Cited};
use crate::raw::scalar::Citation;
use crate::record::Records;
use crate::statements;

/// Builds one claim. `files` holds the digests of the files that were read: evidence that is missing is not among them; `contents`
/// what those of them hold that are of a kind that is read.
pub(crate) fn claim(
    id: ClaimId,
    citation: Option<&Citation>,
    file: &str,
    device: &Device,
    files: &BTreeMap<String, Digest>,
    (contents, records): (&Cited, &Records),
) -> Claim {
    let mut premise = Canonical::new(&id.to_string());
    premise.opt("evidence", citation.map(|citation| &citation.path));
    premise.opt("place", citation.and_then(|citation| citation.place.as_ref()));
    rests_on(&id, device, &mut premise);
    records.rests_on(&id, device, &mut premise);
    Claim {
        statement: statement(&id, device),
        premise: premise.digest(),
        evidence: citation.map(|citation| Evidence {
            path: citation.path.clone(),
            place: citation.place.clone(),
            digest: files.get(&citation.path).copied(),
            reading: match &id {
                ClaimId::Statements(path) => statements::reading(path, device),
                ClaimId::Compiled(..) => statements::of_lists(&id, device),
                _ => evidence::reading(&id, citation, contents, device),
            },
        }),
        file: file.to_owned(),
        id,
    }
}

/// Everything that the claim is about: what it names, and what would give the same words another meaning.
fn rests_on(id: &ClaimId, device: &Device, out: &mut Canonical) {
    match id {
        ClaimId::Control(control) => {
            if let Some(control) = device.controls.get(control) {
                control_premise(control, device, out);
            }
        }
        ClaimId::Element(element, ElementClaim::LocalLogin) => software_premise(element, device, out),
        ClaimId::Element(element, ElementClaim::SoftwareListed) => {
            software_premise(element, device, out);
            out.features(&DesignOf::Element(element.clone()), &device.designs);
        }
        ClaimId::Element(element, ElementClaim::InterfacesListed | ElementClaim::FunctionsListed) => {
            // That nothing is left out is all that it says: of what, stands in its words. Who answered for fewer things than these
            // words name now has not answered for the others.
            out.put("says", statement(id, device));
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
fn design_premise(of: &DesignOf, property: Property, device: &Device, out: &mut Canonical) {
    out.put("property", property.word());
    out.features(of, &device.designs);
    match of {
        DesignOf::Element(element) => software_premise(element, device, out),
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

fn control_premise(control: &Control, device: &Device, out: &mut Canonical) {
    out.control(control);
    let mut elements: BTreeSet<&ElementId> = BTreeSet::new();
    let mut links: BTreeMap<&LinkId, &Link> = BTreeMap::new();
    for cut in &control.cuts {
        match cut {
            // What else installs or commands there was not looked at when the control was accepted.
            Cut::Step { at, .. } => {
                elements.insert(at);
                links.extend(device.links.values().filter(|link| link.to == *at).map(|link| (&link.id, link)));
            }
            Cut::Presence { at } | Cut::Vulnerability { at, .. } => {
                elements.insert(at);
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
            out.secret(secret);
        }
    }
    links.values().for_each(|link| out.link(link));
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

/// A secret, where it is used, and what everyone who holds it runs: a later version may keep it otherwise, or print it in a log.
fn secret_premise(secret: &Secret, device: &Device, out: &mut Canonical) {
    out.secret(secret);
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
fn software_premise(element: &ElementId, device: &Device, out: &mut Canonical) {
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
fn surroundings_premise(element: &ElementId, device: &Device, out: &mut Canonical) {
    let zone = device.elements.get(element).and_then(|found| found.zone.as_ref());
    if let Some(zone) = zone.and_then(|zone| device.zones.get(zone)) {
        out.zone(zone);
    }
    out.set("environments", &device.environments);
    out.features(&DesignOf::Element(element.clone()), &device.designs);
    for link in device.links.values().filter(|link| link.from == *element || link.to == *element) {
        out.link(link);
        out.features(&DesignOf::Link(link.id.clone()), &device.designs);
    }
    let functions: Vec<&Function> =
        device.functions.values().filter(|function| function.realised_by.elements().contains(element)).collect();
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

fn link_premise(link: &Link, claim: LinkClaim, device: &Device, out: &mut Canonical) {
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
        }
        // A link that is added beside those was not looked at.
        LinkClaim::FedBy => {
            device.links.values().filter(|other| other.to == link.from).for_each(|other| out.link(other));
        }
        LinkClaim::Carries => {}
    }
}

fn function_premise(function: &Function, claim: FunctionClaim, device: &Device, out: &mut Canonical) {
    out.function(function);
    let with = |id: &FunctionId, out: &mut Canonical| {
        if let Some(function) = device.functions.get(id) {
            out.function(function);
        }
    };
    if claim == FunctionClaim::FedBy {
        let elements = function.realised_by.elements();
        device.links.values().filter(|link| elements.contains(&link.to)).for_each(|link| out.link(link));
    }
    if claim == FunctionClaim::Fallback {
        let mut helpers: Vec<_> = function.effects.iter().filter_map(|effect| effect.fallback.as_ref()).collect();
        helpers.sort_by_key(|fallback| (&fallback.function, &fallback.detection));
        for fallback in helpers {
            with(&fallback.function, out);
            with(&fallback.detection, out);
        }
    }
}

fn review_premise(element: &ElementId, component: &ComponentRef, device: &Device, out: &mut Canonical) {
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
fn rubric_premise(element: &ElementId, vulnerability: &VulnerabilityId, device: &Device, out: &mut Canonical) {
    out.opt("answers", device.rubrics.get(&(element.clone(), vulnerability.clone())));
    software_premise(element, device, out);
    let links: Vec<&Link> = device.links.values().filter(|link| link.from == *element || link.to == *element).collect();
    for link in &links {
        out.link(link);
    }
    let with = |link: &&Link| link.authentication.as_ref().and_then(|authentication| authentication.secret.clone());
    let of_links: BTreeSet<_> = links.iter().filter_map(with).collect();
    let enforcers = device.controls.values().filter_map(|control| control.enforcer.as_ref());
    let enforced: BTreeSet<_> =
        enforcers.filter(|by| by.element == *element).filter_map(|by| by.secret.as_ref()).collect();
    let held = |secret: &&Secret| {
        secret.held_by.contains(element) || of_links.contains(&secret.id) || enforced.contains(&secret.id)
    };
    for secret in device.secrets.values().filter(held) {
        out.secret(secret);
    }
    // What the vectors of the feeds say is knowledge, not folder; the maker's own stand here.
    for own in device.own_findings.iter().filter(|own| own.id == *vulnerability && own.element == *element) {
        out.set("vectors", &own.vectors);
        out.set("weaknesses", &own.weaknesses);
    }
}

/// The claim in words, for the person who must answer for it.
fn statement(id: &ClaimId, device: &Device) -> String {
    match id {
        ClaimId::Control(control) => match device.controls.get(control) {
            Some(control) => control_statement(control),
            None => format!("control {control} works"),
        },
        ClaimId::Element(element, claim) => match claim {
            ElementClaim::InterfacesListed => {
                format!("every interface of {element} is listed: as a link, or in `has` of it and of its links")
            }
            ElementClaim::SoftwareListed
                if device.elements.get(element).is_some_and(|element| element.without_software) =>
            {
                format!(
                    "{element} runs no software at all, and all of its hardware is listed, in every fielded version"
                )
            }
            ElementClaim::SoftwareListed => {
                format!(
                    "all software, hardware and operating systems of {element} stand in its inventory, in every fielded version"
                )
            }
            ElementClaim::FunctionsListed => {
                format!("every function that {element} takes part in is listed, with all that it has in its `has`")
            }
            ElementClaim::LocalLogin => {
                format!("whoever is at {element} must log in with a credential that is neither default nor shared")
            }
        },
        ClaimId::Link(link, claim) => {
            let Some(link) = device.links.get(link) else { return format!("{id} holds") };
            link_statement(link, *claim)
        }
        ClaimId::SecretPerUnit(secret) => {
            format!("every unit has its own {secret}, so that one extracted copy opens one unit only")
        }
        ClaimId::SecretPublic(secret) => {
            format!("{secret} is a public verification key: whoever reads it gains nothing")
        }
        ClaimId::Function(function, claim) => match claim {
            FunctionClaim::Redundancy => {
                format!("{function} goes on when one of its elements falls, or outvotes it")
            }
            FunctionClaim::Fallback => {
                format!("when {function} is lost, its fallback is noticed, staffed and takes over in the time stated")
            }
            FunctionClaim::FedBy => {
                let links = device.functions.get(function).and_then(|function| function.fed_by.as_deref());
                format!("what {function} shows or decides rests on the data of {} and of no other link", listed(links))
            }
        },
        ClaimId::FindingVersions(finding) => {
            let own = device.own_findings.iter().find(|own| own.id == *finding);
            let versions = own.map_or(&[][..], |own| &own.versions);
            let versions: Vec<&str> = versions.iter().map(|version| version.as_str()).collect();
            format!("of the fielded versions, {} have {finding} and no others", versions.join(", "))
        }
        ClaimId::ComponentReviewed(element, component) => {
            format!("the component {component} of {element} was assessed by other means and has no open vulnerability")
        }
        ClaimId::Rubric(element, vulnerability) => {
            let answers = device.rubrics.get(&(element.clone(), vulnerability.clone()));
            let answers = answers.map_or_else(String::new, ToString::to_string);
            format!("{vulnerability} on {element} is as the rubric's questions are answered: {answers}")
        }
        ClaimId::Design(of, property) => format!("of the {} {}: {}", of.kind(), of.id(), property.text()),
        ClaimId::Statements(path) => statements::statement(path, device),
        ClaimId::Compiled(element, component, _) => statements::lists_statement(id, element, component, device),
    }
}

fn control_statement(control: &Control) -> String {
    let cuts: Vec<String> = control.cuts.iter().map(cut_statement).collect();
    let enforcer = match &control.enforcer {
        Some(enforcer) => match &enforcer.secret {
            Some(secret) => format!("enforced by {} with {secret}", enforcer.element),
            None => format!("enforced by {}", enforcer.element),
        },
        None => "with no enforcer named".to_owned(),
    };
    format!("{} prevents {}; {enforcer}, performed by {}", control.name, cuts.join(" and "), control.performed_by)
}

fn cut_statement(cut: &Cut) -> String {
    let from = |from: &[ward_model::scale::Position]| match from {
        [] => "anywhere".to_owned(),
        some => some.iter().map(|position| position.word()).collect::<Vec<_>>().join(", "),
    };
    match cut {
        Cut::Step { step, at } => format!("the step {step} at {at}"),
        Cut::Link { link, from: positions } => format!("messages on {link} from {}", from(positions)),
        Cut::LinksIntoZone { zone, from: positions } => {
            format!("messages from {} on links into {zone} by IP or Wi-Fi", from(positions))
        }
        Cut::Presence { at } => format!("touching {at}, also by those who work there"),
        Cut::Vulnerability { id, at } => format!("the use of {id} at {at}"),
    }
}

fn listed(links: Option<&[LinkId]>) -> String {
    match links {
        None | Some([]) => "nothing".to_owned(),
        Some(links) => links.iter().map(LinkId::as_str).collect::<Vec<_>>().join(", "),
    }
}

fn link_statement(link: &Link, claim: LinkClaim) -> String {
    let words = |words: Vec<&str>| if words.is_empty() { "nothing".to_owned() } else { words.join(", ") };
    match claim {
        LinkClaim::Authentication => {
            let how = link.authentication.as_ref().map_or("", |authentication| &authentication.mechanism);
            format!(
                "{} verifies who sends on {} ({how}), with a credential that is neither default nor shared",
                link.to, link.id
            )
        }
        LinkClaim::ExposedTo => {
            let exposed = link.exposed_to.iter().flatten().map(|position| position.word()).collect();
            format!("an attacker can put messages on {} from {} and from nowhere else", link.id, words(exposed))
        }
        LinkClaim::Carries => {
            let carries = link.carries.iter().flatten().map(|carries| carries.word()).collect();
            format!("{} carries {} and nothing else", link.id, words(carries))
        }
        LinkClaim::FedBy => {
            format!(
                "what {} passes on by {} comes from {} and from no other link",
                link.from,
                link.id,
                listed(link.fed_by.as_deref())
            )
        }
        LinkClaim::AntiReplay => format!("{} refuses a message captured on {} when it comes again", link.to, link.id),
    }
}
