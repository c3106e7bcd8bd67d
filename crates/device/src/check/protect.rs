//! Controls, checked.

use ward_model::claim::ClaimId;
use ward_model::device::{Control, Cut, Enforcer};
use ward_model::ids::{ControlId, ElementId, LinkId, ZoneId};
use ward_policy::STEPS;

use super::element::{id, name};
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
    let control = Control {
        id: id::<ControlId>(&raw.id)?,
        name: name(&raw.name, &raw.id)?,
        category: value(&raw.category)?,
        cuts,
        enforcer: enforcer?,
        performed_by: value(&raw.performed_by)?,
        hazard_added: value(&raw.hazard_added).filter(|hazard| hazard != "none"),
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
