//! Zones, elements, links and secrets, checked.

use ward_model::claim::{ClaimId, ElementClaim, LinkClaim};
use ward_model::cpe::Part;
use ward_model::device::{Authentication, Carries, Control, Element, Link, Secret, Zone};
use ward_model::ids::{ElementId, LinkId, SecretId, ZoneId};
use ward_model::scale::Position;

use super::{Kind, Names, Pending, not_empty, value, values};
use crate::diagnostic::{At, Place, Sink};
use crate::raw::scalar::{Citation, Claimed, Id};
use crate::raw::{items, system};

/// An identifier of the model.
pub(super) fn id<I: for<'a> From<&'a str>>(field: &Option<At<Id>>) -> Option<I> {
    field.as_ref().map(|id| I::from(id.value.0.as_str()))
}

/// A name for people: the identifier where none is given.
pub(super) fn name(name: &Option<At<String>>, id: &Option<At<Id>>) -> Option<String> {
    match name {
        Some(name) => Some(name.value.clone()),
        None => id.as_ref().map(|id| id.value.0.clone()),
    }
}

pub(crate) fn zone(raw: &At<system::Zone>) -> Option<Zone> {
    let raw = &raw.value;
    Some(Zone { id: id::<ZoneId>(&raw.id)?, name: name(&raw.name, &raw.id)?, owner: value(&raw.owner)? })
}

pub(crate) fn element(
    at: &At<system::Element>,
    names: &Names,
    pending: &mut Vec<Pending>,
    sink: &mut Sink,
) -> Option<Element> {
    let raw = &at.value;
    let zone = names.resolve_opt(Kind::Zone, &raw.zone, sink);
    let hardware = items(&raw.hardware).iter().map(|hardware| value(&hardware.value.cpe)).collect::<Option<Vec<_>>>();
    let local_login = value(&raw.local_login).unwrap_or(false);
    let element_id = id::<ElementId>(&raw.id)?;
    at_least_one(&raw.instances_per_site, sink);
    let mut login_evidence = None;
    if let Some(claims) = &raw.claims {
        for (claim, field) in [
            (ElementClaim::InterfacesListed, &claims.value.interfaces_listed),
            (ElementClaim::SoftwareListed, &claims.value.software_listed),
            (ElementClaim::FunctionsListed, &claims.value.functions_listed),
        ] {
            if let Some((evidence, place)) = field.as_ref().and_then(|field| claimed(&field.value, field.place)) {
                pending.push(Pending { id: ClaimId::Element(element_id.clone(), claim), evidence, place });
            }
        }
        let login = claims.value.local_login.as_ref();
        if let Some((evidence, place)) = login.and_then(|field| claimed(&field.value, field.place)) {
            if local_login {
                login_evidence = evidence;
            } else {
                sink.error(place, "contradiction", "a local login is claimed, and the element has none")
                    .help("write `local_login = true` on the element, or remove the claim");
            }
        }
    }
    if let Some(login) = raw.local_login.as_ref().filter(|login| login.value) {
        pending.push(Pending {
            id: ClaimId::Element(element_id.clone(), ElementClaim::LocalLogin),
            evidence: login_evidence,
            place: login.place,
        });
    }
    for reviewed in items(&raw.reviewed_components) {
        if let Some(reference) = &reviewed.value.r#ref {
            pending.push(Pending {
                id: ClaimId::ComponentReviewed(element_id.clone(), reference.value.as_str().into()),
                evidence: reviewed.value.evidence.clone(),
                place: reference.place,
            });
        }
    }
    let without_software = matches!(&raw.sbom, Some(At { value: system::Sboms::None, .. }));
    for cpe in items(&raw.hardware).iter().filter_map(|hardware| hardware.value.cpe.as_ref()) {
        if without_software && cpe.value.part != Part::Hardware {
            sink.error(cpe.place, "contradiction", "this is software, and the element is said to run none")
                .help("remove `sbom = \"none\"`, or this name");
        }
    }
    Some(Element {
        id: element_id,
        name: name(&raw.name, &raw.id)?,
        kind: value(&raw.kind)?,
        owner: value(&raw.owner)?,
        zone: zone?,
        hardware: hardware?,
        without_software,
        instances_per_site: value(&raw.instances_per_site),
        local_login,
    })
}

/// Reports a count of none: what there is none of is not part of the system, and where nobody knows, nothing is stated.
pub(super) fn at_least_one(count: &Option<At<u64>>, sink: &mut Sink) {
    if let Some(none) = count.as_ref().filter(|count| count.value == 0) {
        sink.error(none.place, "out-of-range", "there are none of it")
            .expected("at least 1, or nothing where nobody knows");
    }
}

/// The evidence and the place of what is claimed; nothing where it is not.
pub(super) fn claimed(field: &Claimed, place: Place) -> Option<(Option<At<Citation>>, Place)> {
    match field {
        Claimed::Bare(false) => None,
        Claimed::Bare(true) => Some((None, place)),
        Claimed::Cited(citation) => Some((Some(At { value: citation.clone(), place }), place)),
    }
}

pub(crate) fn link(at: &At<system::Link>, names: &Names, sink: &mut Sink) -> Option<Link> {
    let raw = &at.value;
    let from = raw.from.as_ref().and_then(|end| names.resolve(Kind::Element, end, sink)).map(ElementId::from);
    let to = raw.to.as_ref().and_then(|end| names.resolve(Kind::Element, end, sink)).map(ElementId::from);
    let fed_by = resolve_all_opt(&raw.fed_by, names, sink);
    not_empty(&raw.carries, "a link carries something; left out, it carries data, commands and code", sink);
    let authentication = match &raw.authentication {
        None => Some(None),
        Some(At { value: system::Authentication::None, .. }) => Some(None),
        Some(At { value: system::Authentication::By(by), .. }) => {
            let secret = names.resolve_opt(Kind::Secret, &by.secret, sink);
            if let Some(none) = by.mechanism.as_ref().filter(|mechanism| mechanism.value == "none") {
                sink.error(
                    none.place,
                    "contradiction",
                    "a table with `mechanism` says that the receiver knows who sends",
                )
                .help("write `authentication = \"none\"`");
            }
            match (value(&by.mechanism), secret) {
                (Some(mechanism), Some(secret)) => Some(Some(Authentication { mechanism, secret })),
                _ => None,
            }
        }
    };
    Some(Link {
        id: id::<LinkId>(&raw.id)?,
        name: name(&raw.name, &raw.id)?,
        from: from?,
        to: to?,
        medium: value(&raw.medium)?,
        protocol: protocol(&raw.protocol)?,
        exposed_to: values(&raw.exposed_to),
        carries: values(&raw.carries),
        authentication: authentication?,
        encryption: value(&raw.encryption),
        integrity: value(&raw.integrity),
        anti_replay: value(&raw.anti_replay),
        fed_by: fed_by?,
    })
}

/// The links that feed something: `Some(None)` where nothing is said, `None` where one does not resolve.
pub(super) fn resolve_all_opt(
    links: &Option<At<Vec<At<Id>>>>,
    names: &Names,
    sink: &mut Sink,
) -> Option<Option<Vec<LinkId>>> {
    match links {
        None => Some(None),
        Some(links) => names.resolve_all(Kind::Link, &links.value, sink).map(Some),
    }
}

/// The claim that nothing else feeds a link or a function, where there is a link that could.
pub(crate) fn feed_claim(
    (id, place): (ClaimId, Option<Place>),
    evidence: Option<At<Citation>>,
    named: Option<&[LinkId]>,
    feeding: impl Iterator<Item = LinkId>,
    pending: &mut Vec<Pending>,
    sink: &mut Sink,
) {
    let mut feeding = feeding;
    let fewer = named.is_some_and(|named| feeding.any(|link| !named.contains(&link)));
    match place.filter(|_| fewer) {
        Some(place) => pending.push(Pending { id, evidence, place }),
        None => superfluous(evidence, "fed_by", sink),
    }
}

/// The claims of a link, once it is known which positions the device's environments allow.
pub(crate) fn link_claims(
    raw: &system::Link,
    link: &Link,
    device_positions: &[Position],
    pending: &mut Vec<Pending>,
    sink: &mut Sink,
) {
    let evidence = raw.claims.as_ref().map(|claims| &claims.value);
    if let Some(At { value: system::Authentication::By(by), place }) = &raw.authentication {
        pending.push(Pending {
            id: ClaimId::Link(link.id.clone(), LinkClaim::Authentication),
            evidence: by.evidence.clone(),
            place: *place,
        });
    }
    let exposed_evidence = evidence.and_then(|claims| claims.exposed_to.clone());
    // Compared with the widest default, that of a link that carries everything: what it carries may itself be only claimed.
    let widest = Link { carries: None, ..link.clone() }.default_positions(device_positions);
    let narrower =
        link.exposed_to.as_ref().is_some_and(|exposed| widest.iter().any(|position| !exposed.contains(position)));
    match &raw.exposed_to {
        Some(field) if narrower => pending.push(Pending {
            id: ClaimId::Link(link.id.clone(), LinkClaim::ExposedTo),
            evidence: exposed_evidence,
            place: field.place,
        }),
        _ => superfluous(exposed_evidence, "exposed_to", sink),
    }
    let carries_evidence = evidence.and_then(|claims| claims.carries.clone());
    let less = link.carries.as_ref().is_some_and(|carries| Carries::ALL.iter().any(|what| !carries.contains(what)));
    match &raw.carries {
        Some(field) if less => pending.push(Pending {
            id: ClaimId::Link(link.id.clone(), LinkClaim::Carries),
            evidence: carries_evidence,
            place: field.place,
        }),
        _ => superfluous(carries_evidence, "carries", sink),
    }
    let replay_evidence = evidence.and_then(|claims| claims.anti_replay.clone());
    match raw.anti_replay.as_ref().filter(|anti_replay| anti_replay.value) {
        Some(field) => pending.push(Pending {
            id: ClaimId::Link(link.id.clone(), LinkClaim::AntiReplay),
            evidence: replay_evidence,
            place: field.place,
        }),
        None => superfluous(replay_evidence, "anti_replay", sink),
    }
}

pub(super) fn superfluous(evidence: Option<At<Citation>>, what: &str, sink: &mut Sink) {
    if let Some(evidence) = evidence {
        sink.warning(
            evidence.place,
            "nothing-claimed",
            format!("`{what}` claims nothing here, so its evidence has no use"),
        );
    }
}

/// What a link speaks, in one line; `Some(None)` where nothing is said.
fn protocol(raw: &Option<At<system::Protocol>>) -> Option<Option<String>> {
    match raw.as_ref().map(|at| &at.value) {
        None => Some(None),
        Some(system::Protocol::Text(text)) => Some(Some(text.clone())),
        Some(system::Protocol::Parts(parts)) => {
            let mut text = value(&parts.name)?;
            if let Some(version) = &parts.version {
                text = format!("{text} {}", version.value);
            }
            if let Some(port) = &parts.port {
                text = format!("{text}, port {}", port.value);
            }
            Some(Some(text))
        }
    }
}

pub(crate) fn secret(
    at: &At<system::Secret>,
    names: &Names,
    pending: &mut Vec<Pending>,
    sink: &mut Sink,
) -> Option<Secret> {
    let raw = &at.value;
    let held_by = names.resolve_all(Kind::Element, items(&raw.held_by), sink);
    let secret = Secret {
        id: id::<SecretId>(&raw.id)?,
        held_by: held_by?,
        per_unit: value(&raw.per_unit),
        public: value(&raw.public).unwrap_or(false),
    };
    let per_unit = raw.per_unit.as_ref().filter(|per_unit| per_unit.value);
    let public = raw.public.as_ref().filter(|public| public.value);
    let claims =
        [(per_unit, ClaimId::SecretPerUnit(secret.id.clone())), (public, ClaimId::SecretPublic(secret.id.clone()))];
    for (field, id) in claims {
        if let Some(field) = field {
            pending.push(Pending { id, evidence: raw.evidence.clone(), place: field.place });
        }
    }
    if per_unit.is_none() && public.is_none() {
        superfluous(raw.evidence.clone(), "per_unit", sink);
    }
    Some(secret)
}

/// Warns where whoever uses a secret is not among its holders: whoever proves or checks with it has it.
pub(crate) fn holders<'a>(
    raw: &[At<system::Secret>],
    secrets: &[Secret],
    links: &[Link],
    controls: impl Iterator<Item = &'a Control> + Clone,
    sink: &mut Sink,
) {
    // Whoever checks with a public key has nothing that lets it send.
    for secret in secrets.iter().filter(|secret| !secret.public) {
        let same = |raw: &&At<system::Secret>| id::<SecretId>(&raw.value.id).as_ref() == Some(&secret.id);
        let Some(raw) = raw.iter().find(same) else { continue };
        let place = raw.value.held_by.as_ref().map_or(raw.place, |held_by| held_by.place);
        let mut warn = |element: &ElementId, on: &str| {
            if !secret.held_by.contains(element) {
                let message = format!("`{element}` uses `{}` {on} and is not among its holders", secret.id);
                sink.warning(place, "not-held", message).help("it counts as one: name it in `held_by`");
            }
        };
        for link in links {
            let with = link.authentication.as_ref().and_then(|authentication| authentication.secret.as_ref());
            if with == Some(&secret.id) {
                [&link.from, &link.to].into_iter().for_each(|end| warn(end, &format!("on `{}`", link.id)));
            }
        }
        for control in controls.clone() {
            let enforcer = control.enforcer.as_ref().filter(|enforcer| enforcer.secret.as_ref() == Some(&secret.id));
            enforcer.into_iter().for_each(|by| warn(&by.element, &format!("for the control `{}`", control.id)));
        }
    }
}

/// Warns where those who are said to accept a secret are not those at which the links end that are authenticated with it.
pub(crate) fn acceptors<'a>(
    raw: &[At<system::Secret>],
    links: impl Iterator<Item = &'a Link> + Clone,
    names: &Names,
    sink: &mut Sink,
) {
    for secret in raw.iter().map(|at| &at.value) {
        let (Some(id), Some(accepted)) = (id::<SecretId>(&secret.id), &secret.accepted_by) else { continue };
        let Some(named) = names.resolve_all::<_, ElementId>(Kind::Element, &accepted.value, sink) else { continue };
        let with = |link: &&Link| link.authentication.as_ref().and_then(|by| by.secret.as_ref()) == Some(&id);
        let receivers: Vec<&ElementId> = links.clone().filter(with).map(|link| &link.to).collect();
        for element in named.iter().filter(|element| !receivers.contains(element)) {
            let message = format!("no link that is authenticated with `{id}` ends at `{element}`");
            sink.warning(accepted.place, "not-accepted", message)
                .help("a link that is missing here is missing from the model: add it, or take the name out");
        }
        for element in receivers.into_iter().filter(|element| !named.contains(element)) {
            let message = format!("`{element}` accepts `{id}` on a link and is not named here");
            sink.warning(accepted.place, "not-accepted", message).help("it counts as one: name it in `accepted_by`");
        }
    }
}
