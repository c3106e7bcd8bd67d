//! The claims of a folder: what each says in words, what it rests on, and the evidence it cites.

mod premise;

use std::collections::BTreeMap;

use ward_model::claim::{Claim, ClaimId, ElementClaim, Evidence, FunctionClaim, HazardClaim, LinkClaim};
use ward_model::device::{AddedHazard, Control, Cut, Device, HazardStands, Link};
use ward_model::digest::Digest;
use ward_model::ids::{ControlId, HazardId, LinkId};

pub use premise::rest_on;
pub(crate) use premise::{Around, premise};

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
    device: &Around<'_>,
    files: &BTreeMap<String, Digest>,
    (contents, records): (&Cited, &Records),
) -> Claim {
    let statement = statement(&id, device);
    Claim {
        premise: premise(&id, &statement, citation, device, records),
        statement,
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

/// The claim in words, for the person who must answer for it.
fn statement(id: &ClaimId, device: &Device) -> String {
    match id {
        ClaimId::Control(control) => match device.controls.get(control) {
            Some(control) => control_statement(control),
            None => format!("control {control} works"),
        },
        ClaimId::ControlHazard(control, hazard, claim) => hazard_statement(control, hazard, *claim, device),
        ClaimId::Element(element, claim) => match claim {
            ElementClaim::InterfacesListed => {
                format!(
                    "every interface of {element} is listed: as a link, or in `has` of it, of its links and of the secrets that it holds"
                )
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

fn hazard_statement(control: &ControlId, id: &HazardId, claim: HazardClaim, device: &Device) -> String {
    let listed = device.controls.get(control).map_or(&[][..], |control| control.hazards.listed());
    let Some(AddedHazard { function, on, how_often, for_seconds, stands, .. }) =
        listed.iter().find(|hazard| hazard.id == *id)
    else {
        return format!("the hazard {id} that {control} adds is as stated");
    };
    let often = how_often.map_or("as often as can be", |often| often.word());
    let lasts = for_seconds.map_or("for as long as it takes".to_owned(), |seconds| format!("for {seconds} s at most"));
    let stands = match stands {
        HazardStands::WhileActing => "only while it acts",
        HazardStands::Always => "as long as it is in force",
    };
    let what = format!("{on} of {function}, {often}, {lasts}, {stands}");
    match claim {
        HazardClaim::Estimate => format!("the hazard {id} that {control} adds is no worse than this: {what}"),
        HazardClaim::Residual => {
            format!("what {control} prevents outweighs what remains of its hazard {id} ({what}), and that is accepted")
        }
    }
}

fn cut_statement(cut: &Cut) -> String {
    let from = |from: &[ward_model::scale::Position], everywhere: &str| match from {
        [] => everywhere.to_owned(),
        some => some.iter().map(|position| position.word()).collect::<Vec<_>>().join(", "),
    };
    match cut {
        Cut::Step { step, at } => format!("the step {step} at {at}"),
        Cut::Link { link, from: positions } => format!("messages on {link} from {}", from(positions, "anywhere")),
        Cut::LinksIntoZone { zone, from: positions } => {
            format!("messages from {} on links into {zone} by IP or Wi-Fi", from(positions, "outside"))
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
