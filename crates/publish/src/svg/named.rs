//! Names of the folder in place of its identifiers, for who looks at a picture.

use ward_model::device::Device;
use ward_model::ids::{ElementId, FunctionId, HarmId, LinkId};
use ward_model::verdict::{Place, SubjectKind, Verdict};

/// What a verdict speaks of, with the names of the folder in place of its identifiers.
pub fn subject(verdict: &Verdict, device: &Device) -> String {
    let id = verdict.subject.id.as_str();
    let called = match (verdict.subject.kind, id.split_once('@')) {
        (SubjectKind::Weakness, Some((rule, of))) => {
            let places = [Place::Link, Place::Element, Place::Function].map(|kind| kind(of.to_owned()));
            let name = places.iter().find_map(|place| name(place, device));
            return format!("{rule} at {}", name.unwrap_or(of));
        }
        (SubjectKind::Element, _) => name(&Place::Element(id.to_owned()), device).unwrap_or(id),
        _ => id,
    };
    match verdict.presumed_because {
        Some(because) => format!("{called} ({because})"),
        None => called.to_owned(),
    }
}

/// What the folder calls a place, where that is not its identifier.
fn name<'a>(place: &Place, device: &'a Device) -> Option<&'a str> {
    let (id, name) = match place {
        Place::Element(id) => (id, &device.elements.get(&ElementId::from(id.as_str()))?.name),
        Place::Link(id) => (id, &device.links.get(&LinkId::from(id.as_str()))?.name),
        Place::Function(id) => (id, &device.functions.get(&FunctionId::from(id.as_str()))?.name),
        Place::Harm(id) => (id, &device.harms.get(&HarmId::from(id.as_str()))?.text),
        _ => return None,
    };
    (id != name).then_some(name)
}

/// A fact about a place, with the name that the folder has for it where the fact says its identifier, as a word of its own.
pub fn named(fact: &str, at: &Place, device: &Device) -> String {
    let (Some(name), Place::Element(id) | Place::Link(id) | Place::Function(id) | Place::Harm(id)) =
        (name(at, device), at)
    else {
        return fact.to_owned();
    };
    let part = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    // Where an identifier is a word of the sentence, too, the last is the one that was filled in.
    let alone = |place: &usize| {
        let (before, after) = (&fact[..*place], &fact[place + id.len()..]);
        !before.ends_with(part) && !after.trim_start_matches('.').starts_with(part)
    };
    match fact.rmatch_indices(id.as_str()).map(|(place, _)| place).find(alone) {
        Some(place) => format!("{}\u{2018}{name}\u{2019}{}", &fact[..place], &fact[place + id.len()..]),
        None => fact.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use ward_model::device::{Element, ElementKind, Owner};

    use super::*;

    #[test]
    fn an_identifier_is_named_where_it_stands_as_a_word_of_its_own() {
        let mut device = Device::new("d", date(2026, 1, 1));
        let element = Element {
            id: "pump".into(),
            name: "Large pump".into(),
            kind: ElementKind::BedsideDevice,
            owner: Owner::Maker,
            zone: None,
            hardware: Vec::new(),
            without_software: false,
            instances_per_site: None,
            local_login: false,
        };
        device.elements.insert("pump".into(), element);
        let at = Place::Element("pump".to_owned());
        for (fact, expected) in [
            ("the attacker can touch pump", "the attacker can touch \u{2018}Large pump\u{2019}"),
            ("pump works with what pump is told.", "pump works with what \u{2018}Large pump\u{2019} is told."),
            ("the attacker can touch pump-2", "the attacker can touch pump-2"),
            ("nobody is named", "nobody is named"),
        ] {
            assert_eq!(named(fact, &at, &device), expected);
        }
    }
}
