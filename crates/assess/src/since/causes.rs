//! What changed that has to do with one subject.

use std::collections::BTreeSet;

use ward_model::finding::State;
use ward_model::ids::VulnerabilityId;
use ward_model::since::{
    Cause, CauseKind, EarlierComponent, EarlierFound, EarlierGap, EarlierVerdict, EarlierVulnerability, InputChanged,
};
use ward_model::verdict::{Place, PresumedBecause, Verdict};

use super::parts::inventory;
use super::{At, Comparing};
use crate::words::first_of;

impl Comparing<'_> {
    /// What changed on its way to harm now and before, at its component, in its record, among the decisions that it rests on.
    pub(super) fn causes(&self, at: At<'_>, was: Option<&EarlierVerdict>, now: Option<&Verdict>) -> Vec<Cause> {
        let mut causes = BTreeSet::new();
        let on_the_way = self.on_the_way(at, was, now);
        causes.extend(on_the_way.iter().filter_map(|place| self.parts.at(place, self.device)));
        let element = Place::Element(at.1.to_string());
        causes.extend(self.parts.finding(&element, &VulnerabilityId::from(at.0), self.device));
        causes.extend(self.components(at));
        causes.extend(self.records(at));
        causes.extend(self.units(at, was, now));
        let mut claims: BTreeSet<String> =
            was.into_iter().flat_map(|was| &was.sensitivity).map(|point| point.claim.clone()).collect();
        claims.extend(now.into_iter().flat_map(|now| &*now.sensitivity).map(|point| point.claim.to_string()));
        let waited = self.watched.get(&at).into_iter().flatten().flat_map(|item| &item.predicates);
        claims.extend(waited.flat_map(|predicate| &predicate.claims).cloned());
        causes.extend(self.claims.about(&on_the_way, &claims));
        // What is not known of an element turns with what it holds, whichever component that is.
        let presumed = was.is_some_and(|was| was.presumed_because.is_some())
            || now.is_some_and(|now| now.presumed_because.is_some());
        if presumed {
            causes.extend(self.parts.inventory(&element, at.2, self.device));
            causes.extend(self.not_known(at, was, now));
        }
        if causes.is_empty() && !self.changed.is_empty() {
            causes.insert(self.unexplained());
        }
        causes.into_iter().collect()
    }

    /// The places that a subject speaks of, then and now.
    fn on_the_way(&self, at: At<'_>, was: Option<&EarlierVerdict>, now: Option<&Verdict>) -> BTreeSet<Place> {
        let element = |id: &ward_model::ids::ElementId| Place::Element(id.to_string());
        let mut places = BTreeSet::from([element(at.1)]);
        // A weakness is called by its rule and by what has it, of whatever kind that is.
        if let Some((_, id)) = at.0.split_once('@') {
            let kinds = [Place::Link, Place::Element, Place::Secret, Place::Function];
            places.extend(kinds.map(|kind| kind(id.to_owned())));
        }
        places.extend(now.into_iter().flat_map(|now| &now.witness.nodes).map(|node| node.at.clone()));
        places.extend(was.into_iter().flat_map(|was| &was.witness.nodes).map(|node| node.at.clone()));
        let relied = was.into_iter().flat_map(|was| &was.controls_relied_on);
        let relied = relied.chain(now.into_iter().flat_map(|now| &now.controls_relied_on));
        places.extend(relied.map(|control| Place::Control(control.to_string())));
        // Where a presumed verdict speaks for it, that turns on what is known of other elements.
        if was.is_none() || now.is_none() {
            let speaking = [&self.covering, &self.covered].into_iter().filter_map(|by| by.get(&(at.0, at.2)));
            places.extend(speaking.flatten().map(|id| element(id)));
        }
        places
    }

    /// Where no change was found that has to do with it: what changed at all.
    pub(super) fn unexplained(&self) -> Cause {
        let words: Vec<&str> = self.changed.iter().map(|input| input.word()).collect();
        let changes: Vec<&str> = self.changes.iter().map(|change| change.text.as_str()).collect();
        let text = if changes.is_empty() {
            format!("changed since: {}; nothing of it was found on its way", words.join(", "))
        } else {
            format!(
                "changed since: {}; nothing of it was found on its way ({})",
                words.join(", "),
                first_of(&changes, "; ")
            )
        };
        Cause { kind: CauseKind::Inputs, at: None, text }
    }

    /// What is not known of an element that was, and the other way round.
    fn not_known(&self, at: At<'_>, was: Option<&EarlierVerdict>, now: Option<&Verdict>) -> Vec<Cause> {
        let place = Some(Place::Element(at.1.to_string()));
        let cause = |kind, text: String| Cause { kind, at: place.clone(), text };
        let mut causes = Vec::new();
        let because = |because: PresumedBecause| {
            let was = was.and_then(|was| was.presumed_because);
            was == Some(because) || now.and_then(|now| now.presumed_because) == Some(because)
        };
        if because(PresumedBecause::Unmodelled) {
            let here = |gap: &&EarlierGap| {
                gap.element == *at.1 && gap.fielded_version.as_ref().is_none_or(|version| version == at.2)
            };
            let old: BTreeSet<&EarlierGap> = self.before.gaps.iter().filter(here).collect();
            let now: Vec<EarlierGap> = self.after.gaps.iter().map(EarlierGap::from).collect();
            let new: BTreeSet<&EarlierGap> = now.iter().filter(here).collect();
            let told = |word: &str, gap: &EarlierGap| cause(CauseKind::Changed, format!("{word}: {}", gap.missing));
            causes.extend(new.difference(&old).map(|gap| told("open since", gap)));
            causes.extend(old.difference(&new).map(|gap| told("closed since", gap)));
        }
        if because(PresumedBecause::Unassessed) {
            let old = self.before.unassessed.iter().filter(|one| one.element == *at.1 && one.fielded_version == *at.2);
            let old: BTreeSet<EarlierComponent> = old.map(|one| one.what.component.clone()).collect();
            let new = self.after.unassessed.iter().filter(|one| one.element == *at.1 && one.fielded_version == *at.2);
            let new: BTreeSet<EarlierComponent> = new.map(|one| EarlierComponent::from(&one.what.component)).collect();
            let list = |components: &mut dyn Iterator<Item = &EarlierComponent>| {
                let all: Vec<String> =
                    components.map(|one| format!("{} {}", one.name, version(&one.version))).collect();
                let all: Vec<&str> = all.iter().map(String::as_str).collect();
                (!all.is_empty()).then(|| first_of(&all, ", "))
            };
            let cannot = list(&mut new.difference(&old));
            causes.extend(cannot.map(|all| cause(CauseKind::Component, format!("cannot be assessed since: {all}"))));
            let can = list(&mut old.difference(&new));
            causes.extend(
                can.map(|all| {
                    cause(CauseKind::Component, format!("not among what cannot be assessed any more: {all}"))
                }),
            );
        }
        causes
    }

    /// A version, or a group of units, that was not judged before.
    fn units(&self, at: At<'_>, was: Option<&EarlierVerdict>, now: Option<&Verdict>) -> Option<Cause> {
        let now = now.filter(|_| was.is_none())?;
        let cohort = &now.units.cohort;
        if self.judged.contains(&(at.2, cohort)) {
            return None;
        }
        let text = if self.judged.iter().any(|(version, _)| *version == at.2) {
            format!("the units {cohort} of version {} are told apart since", at.2)
        } else {
            format!("version {} is new", at.2)
        };
        Some(Cause { kind: CauseKind::Added, at: None, text })
    }

    /// What changed at the component of an event.
    fn components(&self, at: At<'_>) -> Vec<Cause> {
        let old: BTreeSet<&EarlierComponent> =
            self.found.get(&at).into_iter().flatten().map(|found| &found.component).collect();
        let findings = self.findings.get(&at).map_or(&[][..], Vec::as_slice);
        let new: BTreeSet<EarlierComponent> =
            findings.iter().map(|at| EarlierComponent::from(&*at.finding.component)).collect();
        let place = Place::Element(at.1.to_string());
        let other_inventory = self.parts.inventory(&place, at.2, self.device).is_some();
        let cause = |text: String| Cause { kind: CauseKind::Component, at: Some(place.clone()), text };
        let alike = |a: &EarlierComponent, b: &EarlierComponent| a.reference == b.reference || a.name == b.name;
        let became = |name: &str, was: &Option<String>, is: &Option<String>| {
            cause(format!("{name} at {}: {} became {}", at.1, version(was), version(is)))
        };
        let mut causes = Vec::new();
        for component in new.iter().filter(|component| !old.contains(component)) {
            // It may have been at another version in which this was not found.
            let listed = || {
                let mut listed = self.listed.get(&(at.1, at.2)).filter(|_| other_inventory).into_iter().flatten();
                listed.find(|other| alike(other, component) && other.version != component.version)
            };
            match old.iter().find(|other| alike(other, component)).or_else(listed) {
                Some(other) => causes.push(became(&component.name, &other.version, &component.version)),
                None if other_inventory => {
                    let name = &component.name;
                    causes.push(cause(format!(
                        "{name} {} is found in another inventory of {}",
                        version(&component.version),
                        at.1
                    )));
                }
                None => {}
            }
        }
        for component in old.iter().filter(|component| !new.iter().any(|other| alike(component, other))) {
            if !other_inventory {
                continue;
            }
            // What the component is now is told by the folder, where nothing is found in it any more.
            let listed = inventory(self.device, at.1, at.2).map_or(&[][..], |sbom| &sbom.components);
            let is = listed
                .iter()
                .find(|one| one.reference == component.reference && one.name == component.name)
                .or_else(|| listed.iter().find(|one| one.name == component.name));
            causes.push(match is {
                Some(is) if is.version != component.version => became(&component.name, &component.version, &is.version),
                Some(_) => cause(format!(
                    "the inventory of {} is another one: {} is described otherwise",
                    at.1, component.name
                )),
                None => cause(format!(
                    "{} {} is not in the inventory of {} any more",
                    component.name,
                    version(&component.version),
                    at.1
                )),
            });
        }
        causes
    }

    /// What the world says otherwise of an event.
    fn records(&self, at: At<'_>) -> Vec<Cause> {
        if !self.has_changed(InputChanged::Knowledge) && !self.has_changed(InputChanged::Rules) {
            return Vec::new();
        }
        let old = self.found.get(&at).map_or(&[][..], Vec::as_slice);
        let new = self.findings.get(&at).map_or(&[][..], Vec::as_slice);
        let place = Place::Element(at.1.to_string());
        let mut texts = BTreeSet::new();
        let same =
            |found: &EarlierFound, reference: &ward_model::ids::ComponentRef| found.component.reference == *reference;
        for finding in new.iter().map(|at| &at.finding) {
            match old.iter().find(|found| same(found, &finding.component.reference)) {
                None if old.is_empty() && self.parts.inventory(&place, at.2, self.device).is_none() => {
                    let received = finding.vulnerability.received.filter(|day| *day > self.before.inputs.as_of);
                    texts.insert(match received {
                        Some(day) => format!("the record {} was received on {day}", at.0),
                        None => format!("the record {} is taken to mean {} since", at.0, finding.component.name),
                    });
                }
                None => {}
                Some(was) => {
                    if was.state != finding.state {
                        texts.insert(format!(
                            "whether {} touches {} was told {} and is told {}",
                            at.0,
                            finding.component.name,
                            state(was.state),
                            state(finding.state)
                        ));
                    }
                    texts.extend(said(at.0, &was.vulnerability, &EarlierVulnerability::from(&*finding.vulnerability)));
                }
            }
        }
        if new.is_empty() && !old.is_empty() && self.parts.inventory(&place, at.2, self.device).is_none() {
            texts.insert(format!("the record {} does not mean {} any more", at.0, old[0].component.name));
        }
        texts.into_iter().map(|text| Cause { kind: CauseKind::Record, at: Some(place.clone()), text }).collect()
    }
}

/// What is said of a vulnerability that was not said before.
fn said(id: &str, was: &EarlierVulnerability, is: &EarlierVulnerability) -> Vec<String> {
    let mut texts = Vec::new();
    match (was.kev, is.kev) {
        (false, true) => texts.push(format!("{id} is known to be exploited since")),
        (true, false) => texts.push(format!("{id} is not listed as exploited any more")),
        _ => {}
    }
    let vectors = |of: &EarlierVulnerability| of.cvss.iter().map(|score| score.vector.clone()).collect::<BTreeSet<_>>();
    let (old, new) = (vectors(was), vectors(is));
    if old != new {
        let list = |vectors: &BTreeSet<String>| {
            let vectors: Vec<&str> = vectors.iter().map(String::as_str).collect();
            if vectors.is_empty() { "not scored".to_owned() } else { vectors.join(" and ") }
        };
        texts.push(format!("{id} was {} and is {}", list(&old), list(&new)));
    }
    if was.exploit_references.is_empty() && !is.exploit_references.is_empty() {
        texts.push(format!("an exploit of {id} is published since"));
    }
    texts
}

/// A version in words.
fn version(version: &Option<String>) -> &str {
    version.as_deref().unwrap_or("no version")
}

fn state(state: State) -> &'static str {
    match state {
        State::Affected => "affected",
        State::NotAffected => "not affected",
        State::Unknown => "unknown",
    }
}
