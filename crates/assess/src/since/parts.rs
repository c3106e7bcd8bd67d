//! The parts of a model, and which of them are new, gone or described differently.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use ward_model::Digest;
use ward_model::design::DesignOf;
use ward_model::device::{Device, FieldedVersion};
use ward_model::ids::{ElementId, FieldedVersionId, PersonGroupId, VulnerabilityId};
use ward_model::since::{Cause, CauseKind, ModelPart};
use ward_model::verdict::Place;

/// The parts of a device, each with a digest of how it is described.
pub(crate) fn parts(device: &Device) -> Vec<ModelPart> {
    let part = |at: Place, described: &dyn Debug| ModelPart {
        at,
        inventory_of: None,
        finding: None,
        digest: Digest::of(format!("{described:?}").as_bytes()),
    };
    let design = |of: DesignOf| device.designs.of(&of).clone();
    let group = |id: &Option<PersonGroupId>| id.as_ref().and_then(|id| device.person_groups.get(id));
    let mut parts = Vec::new();
    for (id, element) in &device.elements {
        let answers: Vec<_> = device.rubrics.iter().filter(|((at, _), _)| at == id).collect();
        let described = (element, design(DesignOf::Element(id.clone())), answers);
        parts.push(part(Place::Element(id.to_string()), &described));
    }
    for (id, link) in &device.links {
        parts.push(part(Place::Link(id.to_string()), &(link, design(DesignOf::Link(id.clone())))));
    }
    for (id, secret) in &device.secrets {
        parts.push(part(Place::Secret(id.to_string()), &(secret, design(DesignOf::Secret(id.clone())))));
    }
    for (id, function) in &device.functions {
        let described = (function, group(&function.persons), design(DesignOf::Function(id.clone())));
        parts.push(part(Place::Function(id.to_string()), &described));
    }
    parts.extend(device.controls.iter().map(|(id, control)| part(Place::Control(id.to_string()), control)));
    parts.extend(device.harms.iter().map(|(id, harm)| part(Place::Harm(id.to_string()), harm)));
    parts.extend(device.zones.iter().map(|(id, zone)| part(Place::Position(id.to_string()), zone)));
    for own in &device.own_findings {
        let at = Place::Element(own.element.to_string());
        parts.push(ModelPart { finding: Some(own.id.clone()), ..part(at, own) });
    }
    for version in &device.versions {
        let inventories = version.inventories.iter().map(|(element, sbom)| ModelPart {
            at: Place::Element(element.to_string()),
            inventory_of: Some(version.id.clone()),
            finding: None,
            digest: sbom.digest,
        });
        parts.extend(inventories);
    }
    parts.sort();
    parts
}

/// One part, of whatever kind.
type Named<'a> = (&'a Place, Option<&'a FieldedVersionId>, Option<&'a VulnerabilityId>);

/// The parts that are not described as they were.
pub(super) struct Parts<'a> {
    changed: BTreeMap<Named<'a>, CauseKind>,
}

impl<'a> Parts<'a> {
    /// Compares two lists of parts. An answer from before models were listed says nothing of them; only what is new or gone counts
    /// where another engine may have written the same differently.
    pub fn new(old: &'a [ModelPart], new: &'a [ModelPart], same_engine: bool) -> Self {
        if old.is_empty() {
            return Self { changed: BTreeMap::new() };
        }
        // What several devices of a family call alike is compared as one.
        let listed = |parts: &'a [ModelPart]| {
            let mut listed: BTreeMap<Named<'a>, BTreeSet<&Digest>> = BTreeMap::new();
            for part in parts {
                let named = (&part.at, part.inventory_of.as_ref(), part.finding.as_ref());
                listed.entry(named).or_default().insert(&part.digest);
            }
            listed
        };
        let (old, new) = (listed(old), listed(new));
        let mut changed = BTreeMap::new();
        for (named, digests) in &new {
            // What an SBOM holds is told by its bytes, whoever reads them.
            let comparable = same_engine || named.1.is_some();
            match old.get(named) {
                None => drop(changed.insert(*named, CauseKind::Added)),
                Some(before) if before != digests && comparable => drop(changed.insert(*named, CauseKind::Changed)),
                Some(_) => {}
            }
        }
        changed.extend(old.keys().filter(|named| !new.contains_key(*named)).map(|named| (*named, CauseKind::Removed)));
        Self { changed }
    }

    /// Everything that changed, in words.
    pub fn changes(&self, device: &Device) -> Vec<Cause> {
        self.changed.iter().map(|(named, kind)| told(*named, *kind, device)).collect()
    }

    /// Whether a part of the model is new, gone or described differently.
    pub fn at(&self, place: &'a Place, device: &Device) -> Option<Cause> {
        let named = (place, None, None);
        self.changed.get(&named).map(|kind| told(named, *kind, device))
    }

    /// Whether a finding of the maker's own is, at that place.
    pub fn finding(&self, at: &'a Place, id: &'a VulnerabilityId, device: &Device) -> Option<Cause> {
        let named = (at, None, Some(id));
        self.changed.get(&named).map(|kind| told(named, *kind, device))
    }

    /// Whether the inventory of an element is another one.
    pub fn inventory(&self, element: &'a Place, version: &'a FieldedVersionId, device: &Device) -> Option<Cause> {
        let named = (element, Some(version), None);
        self.changed.get(&named).map(|kind| told(named, *kind, device))
    }
}

fn told((at, inventory_of, finding): Named<'_>, kind: CauseKind, device: &Device) -> Cause {
    let said = match kind {
        CauseKind::Added => "is new",
        CauseKind::Removed => "is gone",
        _ => "is described differently",
    };
    if let Some(version) = inventory_of {
        let only = device.versions.len() < 2;
        let of = if only { String::new() } else { format!(" in version {version}") };
        let said = if kind == CauseKind::Changed { "is another one" } else { said };
        let text = format!("the inventory of {}{of} {said}", name(at));
        return Cause { kind: CauseKind::Component, at: Some(at.clone()), text };
    }
    let text = match finding {
        Some(id) => format!("the finding {id} at {} {said}", name(at)),
        None => format!("{} {said}", named(at)),
    };
    Cause { kind, at: Some(at.clone()), text }
}

/// The inventory of an element in a version, as it is now.
pub(super) fn inventory<'d>(
    device: &'d Device,
    element: &ElementId,
    version: &FieldedVersionId,
) -> Option<&'d ward_model::component::Sbom> {
    let version: &FieldedVersion = device.versions.iter().find(|one| one.id == *version)?;
    version.inventories.get(element).map(|sbom| &**sbom)
}

/// The name of a place, without its kind.
fn name(place: &Place) -> &str {
    match place {
        Place::Position(id)
        | Place::Element(id)
        | Place::Link(id)
        | Place::Secret(id)
        | Place::Control(id)
        | Place::Function(id)
        | Place::Harm(id) => id,
    }
}

/// A place in words.
pub(super) fn named(place: &Place) -> String {
    let kind = match place {
        Place::Position(_) => "zone",
        Place::Element(_) => "element",
        Place::Link(_) => "link",
        Place::Secret(_) => "secret",
        Place::Control(_) => "control",
        Place::Function(_) => "function",
        Place::Harm(_) => "harm",
    };
    format!("the {kind} {}", name(place))
}
