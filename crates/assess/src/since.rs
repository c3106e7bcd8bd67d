//! What is different from an earlier answer about the same device: what became live, what turned, and by what.
//!
//! A cause is only named where it stands on the way to harm, at the component, in the record or among the decisions of the very
//! subject. Where none of these changed, it says what did and that none of it was found on its way.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::assessment::{Assessment, FindingAt};
use ward_model::device::Device;
use ward_model::ids::{CohortId, ElementId, FieldedVersionId};
use ward_model::since::{
    BecameLive, Cause, Earlier, EarlierComponent, EarlierFound, EarlierVerdict, InputChanged, LeftTheList, Since,
    Turned,
};
use ward_model::verdict::{Basis, Outcome, Place, Verdict};
use ward_model::watching::WatchItem;

mod actions;
mod causes;
mod claims;
mod hazards;
mod parts;

use claims::ClaimsChanged;
use parts::Parts;
pub(crate) use parts::parts;

/// What became live between two assessments of a device, in the order of the earlier watch-list. An event counts once for every
/// verdict that reaches a harm, whether or not that is controlled: it touches something now. The device is that of the later answer.
pub fn became_live(before: &Earlier, after: &Assessment, device: &Device) -> Vec<BecameLive> {
    Comparing::new(before, after, device).became_live()
}

/// What is different from an earlier answer. The device is that of the later one.
pub fn since(before: &Earlier, after: &Assessment, device: &Device) -> Since {
    let comparing = Comparing::new(before, after, device);
    let became_live = comparing.became_live();
    let live: BTreeSet<(&str, &ElementId, &FieldedVersionId)> =
        became_live.iter().map(|one| (one.item.event.as_str(), &one.item.element, &one.item.fielded_version)).collect();
    let left_the_list = comparing.left(&live);
    Since {
        as_of: before.inputs.as_of,
        inputs_changed: comparing.changed.clone(),
        changes: comparing.changes.clone(),
        left_the_list,
        turned: comparing.turned(),
        hazards_turned: comparing.hazards_turned(),
        actions_turned: comparing.actions_turned(),
        became_live,
    }
}

/// An event or subject, by where it is.
type At<'a> = (&'a str, &'a ElementId, &'a FieldedVersionId);

struct Comparing<'a> {
    before: &'a Earlier,
    after: &'a Assessment,
    device: &'a Device,
    changed: Vec<InputChanged>,
    /// What changed in the folder and in decisions, whomever it touches.
    changes: Vec<Cause>,
    parts: Parts<'a>,
    claims: ClaimsChanged,
    findings: BTreeMap<At<'a>, Vec<&'a FindingAt>>,
    found: BTreeMap<At<'a>, Vec<&'a EarlierFound>>,
    /// The components that the earlier answer names, by where they are.
    listed: BTreeMap<(&'a ElementId, &'a FieldedVersionId), BTreeSet<&'a EarlierComponent>>,
    verdicts: BTreeMap<At<'a>, Vec<&'a Verdict>>,
    /// The verdicts of the earlier answer, and what it was waiting for.
    judged_before: BTreeMap<At<'a>, Vec<&'a EarlierVerdict>>,
    watched: BTreeMap<At<'a>, Vec<&'a WatchItem>>,
    /// The elements whose presumed verdict speaks for a subject, now and before.
    covering: Covers<'a>,
    covered: Covers<'a>,
    /// The versions and groups of units that were judged before.
    judged: BTreeSet<(&'a FieldedVersionId, &'a CohortId)>,
}

/// By subject and version, the elements whose presumed verdict speaks for it.
type Covers<'a> = BTreeMap<(&'a str, &'a FieldedVersionId), BTreeSet<&'a ElementId>>;

fn covers<'a>(presumed: impl Iterator<Item = (&'a [String], &'a FieldedVersionId, &'a ElementId)>) -> Covers<'a> {
    let mut covers = Covers::new();
    for (events, version, element) in presumed {
        for event in events {
            covers.entry((event.as_str(), version)).or_default().insert(element);
        }
    }
    covers
}

impl<'a> Comparing<'a> {
    fn new(before: &'a Earlier, after: &'a Assessment, device: &'a Device) -> Self {
        let (old, new) = (&before.inputs, &after.inputs);
        let changed = [
            (InputChanged::Device, old.device != new.device),
            (InputChanged::Knowledge, old.knowledge != new.knowledge),
            (InputChanged::Rules, old.rules != new.rules || old.policies != new.policies),
            (InputChanged::Decisions, old.decisions != new.decisions),
            (InputChanged::Engine, old.engine != new.engine),
            (InputChanged::Day, old.as_of != new.as_of),
        ];
        let changed: Vec<InputChanged> =
            changed.into_iter().filter(|(_, changed)| *changed).map(|(input, _)| input).collect();
        // Another engine may write the same differently.
        let same_engine = !changed.contains(&InputChanged::Engine);
        let parts = Parts::new(&old.model, &new.model, same_engine);
        let claims = ClaimsChanged::new(before, after, device);
        let mut findings: BTreeMap<At<'_>, Vec<&FindingAt>> = BTreeMap::new();
        for at in &after.findings {
            let key = (at.finding.vulnerability.id.as_str(), &at.element, &at.fielded_version);
            findings.entry(key).or_default().push(at);
        }
        let mut found: BTreeMap<At<'_>, Vec<&EarlierFound>> = BTreeMap::new();
        for at in &before.findings {
            let key = (at.finding.vulnerability.id.as_str(), &at.element, &at.fielded_version);
            found.entry(key).or_default().push(&at.finding);
        }
        let mut listed: BTreeMap<_, BTreeSet<&EarlierComponent>> = BTreeMap::new();
        let named = before.findings.iter().map(|at| ((&at.element, &at.fielded_version), &at.finding.component));
        let others = before.unassessed.iter().map(|at| ((&at.element, &at.fielded_version), &at.what.component));
        for (at, component) in named.chain(others) {
            listed.entry(at).or_default().insert(component);
        }
        let mut verdicts: BTreeMap<At<'_>, Vec<&Verdict>> = BTreeMap::new();
        for verdict in &after.verdicts {
            let key = (verdict.subject.id.as_str(), &verdict.element, &verdict.fielded_version);
            verdicts.entry(key).or_default().push(verdict);
        }
        let mut judged_before: BTreeMap<At<'_>, Vec<&EarlierVerdict>> = BTreeMap::new();
        for verdict in &before.verdicts {
            let key = (verdict.subject.id.as_str(), &verdict.element, &verdict.fielded_version);
            judged_before.entry(key).or_default().push(verdict);
        }
        let mut watched: BTreeMap<At<'_>, Vec<&WatchItem>> = BTreeMap::new();
        for item in &before.watch_list {
            watched.entry((item.event.as_str(), &item.element, &item.fielded_version)).or_default().push(item);
        }
        let presumed = after.verdicts.iter().filter(|verdict| verdict.basis == Basis::Presumed);
        let covering = covers(presumed.map(|verdict| (&*verdict.covers, &verdict.fielded_version, &verdict.element)));
        let presumed = before.verdicts.iter().filter(|verdict| verdict.basis == Basis::Presumed);
        let covered = covers(presumed.map(|verdict| (&*verdict.covers, &verdict.fielded_version, &verdict.element)));
        let judged = before.verdicts.iter().map(|verdict| (&verdict.fielded_version, &verdict.units.cohort)).collect();
        let changes = parts.changes(device).into_iter().chain(claims.told(|_| true)).collect();
        Self {
            before,
            after,
            device,
            changed,
            changes,
            parts,
            claims,
            findings,
            found,
            listed,
            verdicts,
            judged_before,
            watched,
            covering,
            covered,
            judged,
        }
    }

    fn has_changed(&self, input: InputChanged) -> bool {
        self.changed.contains(&input)
    }

    /// What was found of a subject before: in the verdict of this name, or where there was none in another.
    fn was(&self, at: At<'_>, id: Option<&str>) -> Option<&'a EarlierVerdict> {
        let verdicts = self.judged_before.get(&at)?;
        verdicts.iter().find(|verdict| Some(verdict.id.as_str()) == id).or_else(|| verdicts.first()).copied()
    }

    fn became_live(&self) -> Vec<BecameLive> {
        let walked = self.before.walked();
        // What waits for some units or one policy may have been live for others.
        let lived: BTreeSet<&str> = self
            .before
            .verdicts
            .iter()
            .filter(|verdict| verdict.harm.is_some())
            .map(|verdict| verdict.id.as_str())
            .collect();
        let mut live = Vec::new();
        for item in &self.before.watch_list {
            let at = (item.event.as_str(), &item.element, &item.fielded_version);
            let verdicts = self.verdicts.get(&at).into_iter().flatten().copied();
            let is_live = |verdict: &&Verdict| {
                // What is presumed of an element that was waiting is live where it is not controlled, whatever it leads to.
                let reaches = match verdict.presumed_because {
                    None => verdict.harm.is_some(),
                    Some(_) => verdict.verdict == Outcome::Uncontrolled,
                };
                reaches && !lived.contains(verdict.id.as_str())
            };
            for verdict in verdicts.filter(is_live) {
                let nodes = &verdict.witness.nodes;
                let new: BTreeSet<&Place> =
                    nodes.iter().map(|node| &node.at).filter(|at| !walked.contains(at)).collect();
                live.push(BecameLive {
                    item: item.clone(),
                    causes: self.causes(at, self.was(at, Some(&verdict.id)), Some(verdict)),
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
        let mut left = Vec::new();
        for item in &self.before.watch_list {
            let at = (item.event.as_str(), &item.element, &item.fielded_version);
            if watched.contains(&at) || live.contains(&at) {
                continue;
            }
            let now = if self.verdicts.contains_key(&at) {
                "it has a verdict, and no derivation of harm stands behind that"
            } else if self.covering.contains_key(&(at.0, at.2)) {
                "what is not known of an element decides: a presumed verdict speaks for it"
            } else if self.findings.contains_key(&at) {
                "it is found, and is not a subject of its own any more"
            } else {
                "it is not found there any more"
            };
            let causes = self.causes(at, self.was(at, None), None);
            left.push(LeftTheList { item: item.clone(), now: now.to_owned(), causes });
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
}
