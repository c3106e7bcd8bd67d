//! Controls, checked.

use std::collections::BTreeSet;

use ward_model::claim::{ClaimId, HazardClaim};
use ward_model::device::{AddedHazard, AddedHazards, Control, Cut, Element, Enforcer, Owner, Performer};
use ward_model::ids::{ControlId, ElementId, FunctionId, HazardId, LinkId, ZoneId};
use ward_policy::STEPS;

use super::element::{id, name, superfluous};
use super::{Kind, Names, Pending, build, not_empty, value, values};
use crate::diagnostic::{At, Sink};
use crate::nearest::nearest;
use crate::raw::scalar::Id;
use crate::raw::system;

pub(crate) fn control(
    at: &At<system::Control>,
    names: &Names,
    pending: &mut Vec<Pending>,
    sink: &mut Sink,
) -> Option<Control> {
    let raw = &at.value;
    let raw_cuts = raw.cuts.as_ref().map_or(&[][..], |cuts| &cuts.value.0);
    if let Some(field) = raw.cuts.as_ref().filter(|cuts| cuts.value.0.is_empty() && !sink.has_error_in(cuts.place)) {
        sink.error(field.place, "empty-list", "this control cuts nothing");
    }
    let cuts = build(raw_cuts, sink, |raw, sink| cut(raw, names, sink));
    let enforcer = match &raw.enforcer {
        None => Some(None),
        Some(enforcer) => {
            let element =
                enforcer.value.element.as_ref().and_then(|element| names.resolve(Kind::Element, element, sink));
            let secret = names.resolve_opt(Kind::Secret, &enforcer.value.secret, sink);
            match (element, secret) {
                (Some(element), Some(secret)) => Some(Some(Enforcer { element: element.into(), secret })),
                _ => None,
            }
        }
    };
    let hazards = hazards(raw, names, pending, sink);
    let control = Control {
        id: id::<ControlId>(&raw.id)?,
        name: name(&raw.name, &raw.id)?,
        category: value(&raw.category)?,
        cuts,
        enforcer: enforcer?,
        performed_by: value(&raw.performed_by)?,
        hazard_added: value(&raw.hazard_added).filter(|hazard| hazard != NO_HAZARD),
        hazards: hazards?,
        cost: value(&raw.cost),
    };
    match &raw.claimed {
        Some(claimed) if value(&claimed.value.effective) == Some(true) => pending.push(Pending {
            id: ClaimId::Control(control.id.clone()),
            evidence: claimed.value.evidence.clone(),
            place: claimed.place,
        }),
        Some(_) => {}
        None => {
            let place = raw.id.as_ref().map_or(at.place, |id| id.place);
            sink.warning(
                place,
                "not-claimed",
                format!("the control `{}` is not claimed to work, so it has no effect", control.id),
            )
            .help("claimed = { effective = true, evidence = \"evidence/...\" }");
        }
    }
    Some(control)
}

/// What is enforced by something that the hospital or the patient owns holds where they have confirmed it, and is part of no design.
pub(crate) fn performers(raw: &[At<system::Control>], controls: &mut [Control], elements: &[Element], sink: &mut Sink) {
    for control in controls.iter_mut().filter(|control| !control.performed_by.must_be_confirmed()) {
        let by = control.enforcer.as_ref().and_then(|by| elements.iter().find(|element| element.id == by.element));
        let Some(Element { id: element, owner, .. }) = by else { continue };
        let performer = match owner {
            Owner::Hospital => Performer::Site,
            Owner::Patient => Performer::User,
            Owner::Maker | Owner::ThirdParty => continue,
        };
        let same = |raw: &&At<system::Control>| id::<ControlId>(&raw.value.id).as_ref() == Some(&control.id);
        if let Some(place) = raw.iter().find(same).and_then(|raw| raw.value.performed_by.as_ref()).map(|by| by.place) {
            let message = format!(
                "`{element}`, which enforces the control `{}`, is the {owner}'s: the control is read as performed by the {performer}",
                control.id
            );
            sink.warning(place, "performed-by", message)
                .help(format!("performed_by = \"{performer}\", and name it under `confirmed` where it is confirmed"));
        }
        control.performed_by = performer;
    }
}

/// The word for a control that adds no hazard.
const NO_HAZARD: &str = "none";

/// What is said of the hazards that a control adds.
fn hazards(raw: &system::Control, names: &Names, pending: &mut Vec<Pending>, sink: &mut Sink) -> Option<AddedHazards> {
    let none = raw.hazard_added.as_ref().filter(|words| words.value == NO_HAZARD);
    let Some(listed) = &raw.hazard else {
        return Some(if none.is_some() { AddedHazards::None } else { AddedHazards::Unsaid });
    };
    if let Some(none) = none {
        sink.error(none.place, "contradiction", "this control adds no hazard, and lists hazards that it adds")
            .expected("words for people, or no `hazard_added` beside `[[control.hazard]]`");
    }
    if listed.value.is_empty() && !sink.has_error_in(listed.place) {
        sink.error(listed.place, "empty-list", "this control lists no hazard")
            .help("`hazard_added = \"none\"` states that it adds none");
    }
    let mut seen = BTreeSet::new();
    for hazard in &listed.value {
        if let Some(id) = hazard.value.id.as_ref().filter(|id| !seen.insert(id.value.0.as_str())) {
            sink.error(id.place, "duplicate-name", format!("`{}` stands here twice", id.value.0))
                .help("every hazard of a control has a name of its own");
        }
    }
    let control = id::<ControlId>(&raw.id);
    let built = build(&listed.value, sink, |at, sink| {
        let hazard = hazard(&at.value, names, sink)?;
        claim_hazard(control.as_ref()?, &hazard, at, pending, sink);
        Some(hazard)
    });
    (built.len() == listed.value.len()).then_some(AddedHazards::Listed(built))
}

fn hazard(raw: &system::Hazard, names: &Names, sink: &mut Sink) -> Option<AddedHazard> {
    let function = raw.function.as_ref().and_then(|function| names.resolve(Kind::Function, function, sink));
    Some(AddedHazard {
        id: id::<HazardId>(&raw.id)?,
        function: FunctionId::from(function?),
        on: value(&raw.on)?,
        how_often: value(&raw.how_often),
        for_seconds: value(&raw.for_seconds),
        stands: value(&raw.stands).unwrap_or_default(),
    })
}

/// What makes a hazard milder than its worst is a claim, and so is that what remains of it is accepted.
fn claim_hazard(
    control: &ControlId,
    hazard: &AddedHazard,
    at: &At<system::Hazard>,
    pending: &mut Vec<Pending>,
    sink: &mut Sink,
) {
    let claim = |claim| ClaimId::ControlHazard(control.clone(), hazard.id.clone(), claim);
    let evidence = at.value.claims.as_ref().map(|claims| &claims.value);
    let place = at.value.id.as_ref().map_or(at.place, |id| id.place);
    let estimate = evidence.and_then(|claims| claims.estimate.clone());
    if hazard.is_estimated() {
        pending.push(Pending { id: claim(HazardClaim::Estimate), evidence: estimate, place });
    } else {
        superfluous(estimate, "estimate", sink);
    }
    if let Some(residual) = evidence.and_then(|claims| claims.residual.clone()) {
        let place = residual.place;
        pending.push(Pending { id: claim(HazardClaim::Residual), evidence: Some(residual), place });
    }
}

const FORMS: &str =
    "one of { step, at }, { link, from }, { links_into_zone, from }, { presence_at }, { vulnerability, at }";

fn cut(at: &At<system::Cut>, names: &Names, sink: &mut Sink) -> Option<Cut> {
    let raw = &at.value;
    not_empty(&raw.from, "left out, it means all positions; an empty list would cut from nowhere", sink);
    let given = [
        ("step", raw.step.is_some(), raw.at.is_some(), false),
        ("link", raw.link.is_some(), false, raw.from.is_some()),
        ("links_into_zone", raw.links_into_zone.is_some(), false, raw.from.is_some()),
        ("presence_at", raw.presence_at.is_some(), false, false),
        ("vulnerability", raw.vulnerability.is_some(), raw.at.is_some(), false),
    ];
    let mut forms = given.iter().filter(|(_, present, ..)| *present);
    let (Some((_, _, takes_at, takes_from)), None) = (forms.next(), forms.next()) else {
        sink.error(at.place, "one-of", "this does not say in one way what is cut").expected(FORMS);
        return None;
    };
    if raw.at.is_some() != *takes_at || raw.from.is_some() != *takes_from {
        sink.error(at.place, "one-of", "`at` goes with a step or a vulnerability, `from` with links").expected(FORMS);
        return None;
    }
    let mut element = |field: &Option<At<Id>>| {
        let Some(field) = field else {
            sink.error(at.place, "missing-key", "this cut needs `at`: the element where it cuts").expected(FORMS);
            return None;
        };
        names.resolve(Kind::Element, field, sink).map(ElementId::from)
    };
    if let Some(step) = &raw.step {
        // A misspelt step would cut nothing, and its author would believe in a control that is not there.
        if !STEPS.contains(&step.value.0.as_str()) {
            sink.error(step.place, "unknown-word", format!("no rule speaks of a step `{}`", step.value.0))
                .expected(format!("one of {}", STEPS.join(", ")))
                .did_you_mean(nearest(&step.value.0, STEPS));
            return None;
        }
        return Some(Cut::Step { step: step.value.0.clone(), at: element(&raw.at)? });
    }
    if let Some(vulnerability) = &raw.vulnerability {
        return Some(Cut::Vulnerability { id: vulnerability.value.as_str().into(), at: element(&raw.at)? });
    }
    if raw.presence_at.is_some() {
        return Some(Cut::Presence { at: element(&raw.presence_at)? });
    }
    let from = values(&raw.from).unwrap_or_default();
    if let Some(link) = &raw.link {
        return Some(Cut::Link { link: LinkId::from(names.resolve(Kind::Link, link, sink)?), from });
    }
    let zone = raw.links_into_zone.as_ref()?;
    Some(Cut::LinksIntoZone { zone: ZoneId::from(names.resolve(Kind::Zone, zone, sink)?), from })
}
