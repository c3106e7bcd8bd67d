//! Functions, groups of people and harms, checked.

use std::collections::BTreeSet;

use ward_model::claim::{ClaimId, FunctionClaim};
use ward_model::device::{Effect, Fallback, Function, Harm, HowDegraded, PersonGroup, RealisedBy};
use ward_model::ids::{ElementId, FunctionId, HarmId, PersonGroupId};
use ward_model::scale::Severity;

use super::element::{at_least_one, id, name, resolve_all_opt, superfluous};
use super::{Kind, Names, Pending, build, value};
use crate::diagnostic::{At, Sink};
use crate::raw::scalar::Id;
use crate::raw::{items, system};

pub(crate) fn function(
    at: &At<system::Function>,
    names: &Names,
    pending: &mut Vec<Pending>,
    sink: &mut Sink,
) -> Option<Function> {
    let raw = &at.value;
    let realised_by = raw.realised_by.as_ref().and_then(|raw| realised_by(raw, names, sink));
    let persons = match &raw.persons {
        None => Some(None),
        Some(persons) => names.resolve_opt(Kind::PersonGroup, &persons.value.group, sink),
    };
    let fed_by = resolve_all_opt(&raw.fed_by, names, sink);
    if let Some(persons) = &raw.persons {
        at_least_one(&persons.value.at_once_per_instance, sink);
    }
    let own_id = raw.id.as_ref().map(|id| id.value.0.as_str());
    let effects = build(items(&raw.effect), sink, |raw, sink| effect(&raw.value, own_id, names, sink));
    let function = Function {
        id: id::<FunctionId>(&raw.id)?,
        name: name(&raw.name, &raw.id)?,
        essential: value(&raw.essential)?,
        realised_by: realised_by?,
        fed_by: fed_by?,
        persons: persons?,
        at_once_per_instance: raw.persons.as_ref().and_then(|persons| value(&persons.value.at_once_per_instance)),
        effects,
    };
    let evidence = raw.claims.as_ref().map(|claims| &claims.value);
    let redundancy = evidence.and_then(|claims| claims.redundancy.clone());
    match (&function.realised_by, &raw.realised_by) {
        (RealisedBy::Any(_) | RealisedBy::Voted { .. }, Some(field)) => pending.push(Pending {
            id: ClaimId::Function(function.id.clone(), FunctionClaim::Redundancy),
            evidence: redundancy,
            place: field.place,
        }),
        _ => superfluous(redundancy, "redundancy", sink),
    }
    let fallback = evidence.and_then(|claims| claims.fallback.clone());
    match items(&raw.effect).iter().find_map(|effect| effect.value.fallback.as_ref()) {
        Some(first) => pending.push(Pending {
            id: ClaimId::Function(function.id.clone(), FunctionClaim::Fallback),
            evidence: fallback,
            place: first.place,
        }),
        None => superfluous(fallback, "fallback", sink),
    }
    Some(function)
}

fn realised_by(raw: &At<system::RealisedBy>, names: &Names, sink: &mut Sink) -> Option<RealisedBy> {
    let table = match &raw.value {
        system::RealisedBy::People => return Some(RealisedBy::People),
        system::RealisedBy::Elements(table) => table,
    };
    match (&table.all, &table.any, &table.voted) {
        (Some(all), None, None) => elements(all, names, sink).map(RealisedBy::All),
        (None, Some(any), None) => elements(any, names, sink).map(RealisedBy::Any),
        (None, None, Some(vote)) => {
            let of = vote.value.of.as_ref().and_then(|of| elements(of, names, sink))?;
            let required = vote.value.required.as_ref()?;
            let most = of.len() as u64;
            if !(1..=most).contains(&required.value) {
                sink.error(
                    required.place,
                    "out-of-range",
                    format!("{} of {most} elements cannot agree", required.value),
                )
                .expected(format!("a number from 1 to {most}"));
                return None;
            }
            // At most the number of elements.
            Some(RealisedBy::Voted { of, required: usize::try_from(required.value).ok()? })
        }
        // A form that was there and could not be decoded has been reported, and looks absent here.
        (None, None, None) if sink.has_error_in(raw.place) => None,
        _ => {
            sink.error(raw.place, "one-of", "this does not say in one way what realises the function")
                .expected("exactly one of `all`, `any`, `voted`, or the word `people`");
            None
        }
    }
}

/// Elements that together realise a function: at least one, none twice.
fn elements(list: &At<Vec<At<Id>>>, names: &Names, sink: &mut Sink) -> Option<Vec<ElementId>> {
    if list.value.is_empty() && sink.has_error_in(list.place) {
        return None;
    }
    if list.value.is_empty() {
        sink.error(list.place, "empty-list", "no element realises this function")
            .help("write `people` where people alone do");
        return None;
    }
    let mut seen = BTreeSet::new();
    for element in &list.value {
        if !seen.insert(element.value.0.as_str()) {
            sink.error(element.place, "duplicate-name", format!("`{}` stands here twice", element.value.0))
                .help("one element is no redundancy for itself");
        }
    }
    names.resolve_all(Kind::Element, &list.value, sink)
}

fn effect(raw: &system::Effect, own_id: Option<&str>, names: &Names, sink: &mut Sink) -> Option<Effect> {
    let harm = raw.harm.as_ref().and_then(|harm| names.resolve(Kind::Harm, harm, sink)).map(HarmId::from);
    let fallback = match &raw.fallback {
        None => Some(None),
        Some(field) => {
            if value(&raw.on).is_some_and(|on| on != HowDegraded::Loss) {
                sink.error(field.place, "contradiction", "only the loss of a function has a fallback")
                    .help("nothing takes over from a function that does something else");
            }
            fallback(&field.value, own_id, names, sink).map(Some)
        }
    };
    Some(Effect {
        on: value(&raw.on)?,
        hazardous_situation: value(&raw.hazardous_situation)?,
        harm: harm?,
        onset_seconds: value(&raw.onset_seconds),
        fallback: fallback?,
        health_data: value(&raw.health_data).unwrap_or(false),
    })
}

fn fallback(raw: &system::Fallback, own_id: Option<&str>, names: &Names, sink: &mut Sink) -> Option<Fallback> {
    let mut resolve = |field: &Option<At<Id>>, what: &str| {
        let field = field.as_ref()?;
        if own_id == Some(field.value.0.as_str()) {
            sink.error(field.place, "contradiction", format!("a function cannot {what} its own loss"));
            return None;
        }
        names.resolve(Kind::Function, field, sink).map(FunctionId::from)
    };
    let function = resolve(&raw.function, "take over at");
    let detection = resolve(&raw.detection, "notice");
    Some(Fallback {
        function: function?,
        detection: detection?,
        detection_seconds: value(&raw.detection_seconds)?,
        switch_over_seconds: value(&raw.switch_over_seconds)?,
        staff_per_site: value(&raw.staff_per_site)?,
    })
}

pub(crate) fn person_group(at: &At<system::PersonGroup>) -> Option<PersonGroup> {
    let raw = &at.value;
    Some(PersonGroup { id: id::<PersonGroupId>(&raw.id)?, name: name(&raw.name, &raw.id)?, role: value(&raw.role)? })
}

pub(crate) fn harm(at: &At<system::Harm>) -> Option<Harm> {
    let raw = &at.value;
    Some(Harm {
        id: id::<HarmId>(&raw.id)?,
        text: name(&raw.text, &raw.id)?,
        axis: value(&raw.axis)?,
        severity: value(&raw.severity).unwrap_or(Severity::Catastrophic),
    })
}
