//! What is different from an earlier answer about the same device: what became live, what turned, and by what.
//!
//! A cause is only named where it stands on the way to harm, at the component, in the record or among the decisions of the very
//! subject. Where none of these changed, it says which inputs did and leaves it at that.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::Digest;
use ward_model::assessment::{Assessment, FindingAt};
use ward_model::device::Device;
use ward_model::ids::{ControlId, ElementId, FieldedVersionId};
use ward_model::since::{
    BecameLive, Cause, CauseKind, Earlier, EarlierComponent, EarlierVerdict, InputChanged, LeftTheList, ModelPart,
    Since, Turned,
};
use ward_model::verdict::{Basis, Outcome, Place, Verdict};

/// The parts of a device, each with a digest of how it is described.
pub(crate) fn parts(device: &Device) -> Vec<ModelPart> {
    fn of<'a, K: ToString + 'a, T: std::fmt::Debug + 'a>(
        place: fn(String) -> Place,
        all: impl Iterator<Item = (&'a K, &'a T)>,
    ) -> impl Iterator<Item = ModelPart> {
        all.map(move |(id, part)| ModelPart {
            at: place(id.to_string()),
            inventory_of: None,
            digest: Digest::of(format!("{part:?}").as_bytes()),
        })
    }
    let inventories = device.versions.iter().flat_map(|version| {
        version.inventories.iter().map(|(element, sbom)| ModelPart {
            at: Place::Element(element.to_string()),
            inventory_of: Some(version.id.clone()),
            digest: sbom.digest,
        })
    });
    let mut parts: Vec<ModelPart> = of(Place::Element, device.elements.iter())
        .chain(of(Place::Link, device.links.iter()))
        .chain(of(Place::Secret, device.secrets.iter()))
        .chain(of(Place::Control, device.controls.iter()))
        .chain(of(Place::Function, device.functions.iter()))
        .chain(of(Place::Harm, device.harms.iter()))
        .chain(of(Place::Position, device.zones.iter()))
        .chain(inventories)
        .collect();
    parts.sort();
    parts
}

/// What became live between two assessments of a device, in the order of the earlier watch-list. An event counts once for every
/// verdict that reaches a harm, whether or not that is controlled: it touches something now.
pub fn became_live(before: &Earlier, after: &Assessment) -> Vec<BecameLive> {
    Comparing::new(before, after).became_live()
}

/// What is different from an earlier answer.
pub fn since(before: &Earlier, after: &Assessment) -> Since {
    let comparing = Comparing::new(before, after);
    let became_live = comparing.became_live();
    let live: BTreeSet<(&str, &ElementId, &FieldedVersionId)> =
        became_live.iter().map(|one| (one.item.event.as_str(), &one.item.element, &one.item.fielded_version)).collect();
    let left_the_list = comparing.left(&live);
    Since {
        as_of: before.inputs.as_of,
        inputs_changed: comparing.changed.clone(),
        left_the_list,
        turned: comparing.turned(),
        became_live,
    }
}

/// An event or subject, by where it is.
type At<'a> = (&'a str, &'a ElementId, &'a FieldedVersionId);

struct Comparing<'a> {
    before: &'a Earlier,
    after: &'a Assessment,
    changed: Vec<InputChanged>,
    /// The parts of each model by place: digests of its description, inventories apart.
    parts: [BTreeMap<&'a Place, BTreeSet<&'a Digest>>; 2],
    inventories: [BTreeMap<(&'a Place, &'a FieldedVersionId), &'a Digest>; 2],
    findings: BTreeMap<At<'a>, Vec<&'a FindingAt>>,
    found: BTreeMap<At<'a>, Vec<&'a EarlierComponent>>,
    verdicts: BTreeMap<At<'a>, Vec<&'a Verdict>>,
    relied: BTreeSet<&'a ControlId>,
}

impl<'a> Comparing<'a> {
    fn new(before: &'a Earlier, after: &'a Assessment) -> Self {
        let (old, new) = (&before.inputs, &after.inputs);
        let changed = [
            (InputChanged::Device, old.device != new.device),
            (InputChanged::Knowledge, old.knowledge != new.knowledge),
            (InputChanged::Rules, old.rules != new.rules || old.policies != new.policies),
            (InputChanged::Decisions, old.decisions != new.decisions),
            (InputChanged::Engine, old.engine != new.engine),
            (InputChanged::Day, old.as_of != new.as_of),
        ];
        let changed = changed.into_iter().filter(|(_, changed)| *changed).map(|(input, _)| input).collect();
        let parts = [&old.model, &new.model].map(|model| {
            let mut parts: BTreeMap<&Place, BTreeSet<&Digest>> = BTreeMap::new();
            for part in model.iter().filter(|part| part.inventory_of.is_none()) {
                parts.entry(&part.at).or_default().insert(&part.digest);
            }
            parts
        });
        let inventories = [&old.model, &new.model].map(|model| {
            let inventories =
                model.iter().filter_map(|part| Some(((&part.at, part.inventory_of.as_ref()?), &part.digest)));
            inventories.collect()
        });
        let mut findings: BTreeMap<At<'_>, Vec<&FindingAt>> = BTreeMap::new();
        for at in &after.findings {
            findings
                .entry((at.finding.vulnerability.id.as_str(), &at.element, &at.fielded_version))
                .or_default()
                .push(at);
        }
        let mut found: BTreeMap<At<'_>, Vec<&EarlierComponent>> = BTreeMap::new();
        for at in &before.findings {
            let key = (at.finding.vulnerability.id.as_str(), &at.element, &at.fielded_version);
            found.entry(key).or_default().push(&at.finding.component);
        }
        let mut verdicts: BTreeMap<At<'_>, Vec<&Verdict>> = BTreeMap::new();
        for verdict in &after.verdicts {
            let key = (verdict.subject.id.as_str(), &verdict.element, &verdict.fielded_version);
            verdicts.entry(key).or_default().push(verdict);
        }
        let relied = after.verdicts.iter().flat_map(|verdict| &verdict.controls_relied_on).collect();
        Self { before, after, changed, parts, inventories, findings, found, verdicts, relied }
    }

    fn has_changed(&self, input: InputChanged) -> bool {
        self.changed.contains(&input)
    }

    fn became_live(&self) -> Vec<BecameLive> {
        let walked = self.before.walked();
        let mut live = Vec::new();
        for item in &self.before.watch_list {
            let at = (item.event.as_str(), &item.element, &item.fielded_version);
            let verdicts = self.verdicts.get(&at).into_iter().flatten().copied();
            for verdict in verdicts.filter(|verdict| verdict.presumed_because.is_none() && verdict.harm.is_some()) {
                let nodes = &verdict.witness.nodes;
                let new: BTreeSet<&Place> =
                    nodes.iter().map(|node| &node.at).filter(|at| !walked.contains(at)).collect();
                live.push(BecameLive {
                    item: item.clone(),
                    causes: self.causes(at, None, Some(verdict)),
                    new_on_the_way: new.into_iter().cloned().collect(),
                    by: nodes.iter().map(|node| format!("{} ({})", node.fact, node.by)).collect(),
                    verdict: verdict.id.clone(),
                });
            }
        }
        live
    }

    fn left(&self, live: &BTreeSet<At<'_>>) -> Vec<LeftTheList> {
        let watched: BTreeSet<At<'_>> = self
            .after
            .watch_list
            .iter()
            .map(|item| (item.event.as_str(), &item.element, &item.fielded_version))
            .collect();
        let mut covering: BTreeSet<(&str, &FieldedVersionId)> = BTreeSet::new();
        for verdict in self.after.verdicts.iter().filter(|verdict| verdict.basis == Basis::Presumed) {
            covering.extend(verdict.covers.iter().map(|event| (event.as_str(), &verdict.fielded_version)));
        }
        let mut left = Vec::new();
        for item in &self.before.watch_list {
            let at = (item.event.as_str(), &item.element, &item.fielded_version);
            if watched.contains(&at) || live.contains(&at) {
                continue;
            }
            let now = if self.verdicts.contains_key(&at) {
                "it has a verdict, and no derivation of harm stands behind that"
            } else if covering.contains(&(at.0, at.2)) {
                "what is not known of an element decides: a presumed verdict speaks for it"
            } else if self.findings.contains_key(&at) {
                "it is found, and is not a subject of its own any more"
            } else {
                "it is not found there any more"
            };
            left.push(LeftTheList { item: item.clone(), now: now.to_owned(), causes: self.causes(at, None, None) });
        }
        left
    }

    fn turned(&self) -> Vec<Turned> {
        let before: BTreeMap<&str, &EarlierVerdict> =
            self.before.verdicts.iter().map(|verdict| (verdict.id.as_str(), verdict)).collect();
        let now: BTreeSet<&str> = self.after.verdicts.iter().map(|verdict| verdict.id.as_str()).collect();
        let mut turned: Vec<Turned> = Vec::new();
        for verdict in &self.after.verdicts {
            let was = before.get(verdict.id.as_str()).copied();
            if was.is_some_and(|was| was.verdict == verdict.verdict && was.basis == verdict.basis) {
                continue;
            }
            let at = (verdict.subject.id.as_str(), &verdict.element, &verdict.fielded_version);
            turned.push(Turned {
                verdict: verdict.id.clone(),
                subject: verdict.subject.id.clone(),
                element: verdict.element.clone(),
                fielded_version: verdict.fielded_version.clone(),
                cohort: verdict.units.cohort.clone(),
                basis: verdict.basis,
                before: was.map(|was| was.verdict),
                now: Some(verdict.verdict),
                causes: self.causes(at, was, Some(verdict)),
            });
        }
        for was in self.before.verdicts.iter().filter(|was| !now.contains(was.id.as_str())) {
            let at = (was.subject.id.as_str(), &was.element, &was.fielded_version);
            turned.push(Turned {
                verdict: was.id.clone(),
                subject: was.subject.id.clone(),
                element: was.element.clone(),
                fielded_version: was.fielded_version.clone(),
                cohort: was.units.cohort.clone(),
                basis: was.basis,
                before: Some(was.verdict),
                now: None,
                causes: self.causes(at, Some(was), None),
            });
        }
        // What is uncontrolled now comes first, then what is controlled, then what is gone.
        let rank = |one: &Turned| (one.now.map_or(2, |now| u8::from(now == Outcome::Controlled)), one.basis);
        turned.sort_by_key(rank);
        turned
    }

    /// What changed that has to do with a subject: on its way to harm now and before, at its component, in its record, in decisions.
    fn causes(&self, at: At<'_>, was: Option<&EarlierVerdict>, now: Option<&Verdict>) -> Vec<Cause> {
        let mut causes = BTreeSet::new();
        let mut on_the_way: BTreeSet<Place> = BTreeSet::from([Place::Element(at.1.to_string())]);
        on_the_way.extend(at.0.split_once('@').map(|(_, link)| Place::Link(link.to_owned())));
        on_the_way.extend(now.into_iter().flat_map(|now| &now.witness.nodes).map(|node| node.at.clone()));
        on_the_way.extend(was.into_iter().flat_map(|was| &was.witness.nodes).map(|node| node.at.clone()));
        // An answer from before models were listed says nothing of them.
        if !self.before.inputs.model.is_empty() {
            causes.extend(on_the_way.iter().filter_map(|place| self.part(place)));
        }
        causes.extend(self.components(at));
        causes.extend(self.decisions(was, now));
        if causes.is_empty() && !self.changed.is_empty() {
            let words: Vec<&str> = self.changed.iter().map(|input| input.word()).collect();
            let text = format!("changed since: {}", words.join(", "));
            causes.insert(Cause { kind: CauseKind::Inputs, at: None, text });
        }
        causes.into_iter().collect()
    }

    /// Whether a part of the model is new, gone or described differently.
    fn part(&self, place: &Place) -> Option<Cause> {
        let (kind, said) = match (self.parts[0].get(place), self.parts[1].get(place)) {
            (None, Some(_)) => (CauseKind::Added, "is new"),
            (Some(_), None) => (CauseKind::Removed, "is gone"),
            // Another engine may write the same differently.
            (Some(old), Some(new)) if old != new && !self.has_changed(InputChanged::Engine) => {
                (CauseKind::Changed, "is described differently")
            }
            _ => return None,
        };
        Some(Cause { kind, at: Some(place.clone()), text: format!("{} {said}", named(place)) })
    }

    /// What changed at the component of an event, or in its record.
    fn components(&self, at: At<'_>) -> Vec<Cause> {
        let none = Vec::new();
        let old: BTreeSet<EarlierComponent> =
            self.found.get(&at).into_iter().flatten().map(|component| (*component).clone()).collect();
        let findings = self.findings.get(&at).unwrap_or(&none);
        let new: BTreeSet<EarlierComponent> = findings
            .iter()
            .map(|at| EarlierComponent {
                reference: at.finding.component.reference.clone(),
                name: at.finding.component.name.clone(),
                version: at.finding.component.version.clone(),
            })
            .collect();
        let place = Some(Place::Element(at.1.to_string()));
        let cause = |kind, text: String| Cause { kind, at: place.clone(), text };
        let version =
            |component: &EarlierComponent| component.version.clone().unwrap_or_else(|| "no version".to_owned());
        let mut causes = Vec::new();
        let other_inventory = self.inventory_changed(at.1, at.2);
        for component in new.difference(&old) {
            match old.iter().find(|other| other.reference == component.reference || other.name == component.name) {
                Some(other) => causes.push(cause(
                    CauseKind::Component,
                    format!("{} at {}: {} became {}", component.name, at.1, version(other), version(component)),
                )),
                None if other_inventory => causes.push(cause(
                    CauseKind::Component,
                    format!("the inventory of {} changed: {} {} is in it", at.1, component.name, version(component)),
                )),
                None => {
                    let received = findings.iter().filter_map(|at| at.finding.vulnerability.received).min();
                    let text = match received.filter(|day| *day > self.before.inputs.as_of) {
                        Some(day) => format!("the record {} was received on {day}", at.0),
                        None => format!("what is known of {} in {} changed", at.0, component.name),
                    };
                    if self.has_changed(InputChanged::Knowledge) {
                        causes.push(cause(CauseKind::Record, text));
                    }
                }
            }
        }
        for component in old.difference(&new) {
            let same =
                |other: &&EarlierComponent| other.reference == component.reference || other.name == component.name;
            if new.iter().any(|other| same(&other)) {
                continue;
            }
            if other_inventory {
                let text = format!(
                    "the inventory of {} changed: {} {} is not found in it for {} any more",
                    at.1,
                    component.name,
                    version(component),
                    at.0
                );
                causes.push(cause(CauseKind::Component, text));
            } else if self.has_changed(InputChanged::Knowledge) {
                causes
                    .push(cause(CauseKind::Record, format!("what is known of {} in {} changed", at.0, component.name)));
            }
        }
        causes
    }

    fn inventory_changed(&self, element: &ElementId, version: &FieldedVersionId) -> bool {
        let place = Place::Element(element.to_string());
        let [old, new] = &self.inventories;
        !self.before.inputs.model.is_empty() && old.get(&(&place, version)) != new.get(&(&place, version))
    }

    /// What changed in decisions that a verdict rested on, or rests on.
    fn decisions(&self, was: Option<&EarlierVerdict>, now: Option<&Verdict>) -> Vec<Cause> {
        let mut causes = Vec::new();
        let cause = |at: Option<Place>, text: String| Cause { kind: CauseKind::Decision, at, text };
        let lapsed = was.and_then(|was| was.valid_until).filter(|until| *until < self.after.inputs.as_of);
        causes.extend(lapsed.map(|until| cause(None, format!("a decision that it rested on held until {until}"))));
        if self.has_changed(InputChanged::Decisions) {
            let place = |control: &ControlId| Some(Place::Control(control.to_string()));
            let old: BTreeSet<&ControlId> = was.into_iter().flat_map(|was| &was.controls_relied_on).collect();
            let new: BTreeSet<&ControlId> = now.into_iter().flat_map(|now| &now.controls_relied_on).collect();
            let gone = old.iter().filter(|control| !self.relied.contains(**control));
            causes.extend(gone.map(|control| cause(place(control), format!("nothing rests on {control} any more"))));
            causes.extend(
                new.difference(&old).map(|control| cause(place(control), format!("it rests on {control} now"))),
            );
        }
        causes
    }
}

/// A place in words.
fn named(place: &Place) -> String {
    match place {
        Place::Position(id) => format!("the zone {id}"),
        Place::Element(id) => format!("the element {id}"),
        Place::Link(id) => format!("the link {id}"),
        Place::Secret(id) => format!("the secret {id}"),
        Place::Control(id) => format!("the control {id}"),
        Place::Function(id) => format!("the function {id}"),
        Place::Harm(id) => format!("the harm {id}"),
    }
}
