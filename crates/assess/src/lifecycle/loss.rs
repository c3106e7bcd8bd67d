//! What the loss of parts comes to: they are given a weakness that nobody mends and nobody has scored, and the reasoner is asked how
//! far it reaches.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::claim::ClaimId;
use ward_model::device::{Device, FieldedVersion, OwnFinding, Owner, Stage, UpdatePath};
use ward_model::ids::{ControlId, ElementId, FieldedVersionId, VulnerabilityId};
use ward_model::lifecycle::{ComponentLoss, LossOutcome, Reached, Replacement};
use ward_policy::Mitigation;
use ward_risk::reach::{HowFar, reach};
use ward_risk::{Effects, ElementReports};

use super::stage::Reach;
use super::support::Part;
use crate::Inputs;

/// When more controls than this have effect, it is not tried which of them each alone keep a weakness from people.
const MOST_CONTROLS: usize = 32;

/// Which claims are read as having effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reading {
    /// Those decided, but no control.
    WithoutControls,
    /// Those decided.
    Decided,
    /// All.
    AllClaims,
}

/// Asks the reasoner about one version, each question once.
pub(super) struct Asking<'a> {
    inputs: &'a Inputs<'a>,
    reports: &'a BTreeMap<(FieldedVersionId, ElementId), ElementReports>,
    version: &'a FieldedVersion,
    decided: &'a Effects,
    without: Effects,
    all: Effects,
    known: BTreeMap<(Reading, BTreeSet<ElementId>), BTreeMap<ElementId, HowFar>>,
}

impl<'a> Asking<'a> {
    pub fn new(
        inputs: &'a Inputs<'a>,
        reports: &'a BTreeMap<(FieldedVersionId, ElementId), ElementReports>,
        version: &'a FieldedVersion,
        decided: &'a Effects,
    ) -> Self {
        let controls: Vec<ClaimId> =
            decided.claims().filter(|claim| matches!(claim, ClaimId::Control(_))).cloned().collect();
        let without = decided.without(&controls);
        let all = Effects::all(inputs.device);
        Self { inputs, reports, version, decided, without, all, known: BTreeMap::new() }
    }

    /// How far weaknesses of the parts at these elements reach, all of them at once.
    pub fn far(&mut self, reading: Reading, elements: &BTreeSet<ElementId>) -> &BTreeMap<ElementId, HowFar> {
        let key = (reading, elements.clone());
        if !self.known.contains_key(&key) {
            let effects = match reading {
                Reading::WithoutControls => &self.without,
                Reading::Decided => self.decided,
                Reading::AllClaims => &self.all,
            };
            let found = self.ask(effects, elements);
            self.known.insert(key.clone(), found);
        }
        self.known.entry(key).or_default()
    }

    /// The same without controls and with those that have effect, for the stage.
    pub fn reach(&mut self, elements: &BTreeSet<ElementId>) -> BTreeMap<ElementId, Reach> {
        let with: BTreeMap<ElementId, Reached> =
            self.far(Reading::Decided, elements).iter().map(|(element, far)| (element.clone(), reached(far))).collect();
        // What reaches people past the controls reaches them without.
        let open = elements.iter().all(|element| with.get(element) == Some(&Reached::Uncontrolled));
        let without: BTreeMap<ElementId, Reached> = if open {
            with.clone()
        } else {
            let without = self.far(Reading::WithoutControls, elements);
            without.iter().map(|(element, far)| (element.clone(), reached(far))).collect()
        };
        let both = elements.iter().map(|element| {
            let of = |map: &BTreeMap<ElementId, Reached>| map.get(element).copied().unwrap_or(Reached::Unknown);
            (element.clone(), (of(&without), of(&with)))
        });
        both.collect()
    }

    fn ask(&self, effects: &Effects, elements: &BTreeSet<ElementId>) -> BTreeMap<ElementId, HowFar> {
        let supposed: BTreeMap<VulnerabilityId, &ElementId> =
            elements.iter().map(|element| (named(element), element)).collect();
        let mut device: Device = self.inputs.device.clone();
        device.versions = vec![self.version.clone()];
        device.own_findings.extend(supposed.iter().map(|(id, element)| OwnFinding {
            id: id.clone(),
            title: "supposed: a part without support has a weakness that nobody mends".to_owned(),
            element: (*element).clone(),
            versions: Vec::new(),
            weaknesses: Vec::new(),
            // Nobody has scored it: everything is assumed.
            vectors: Vec::new(),
            known_since: self.inputs.as_of,
            source: "supposed".to_owned(),
            demonstrated: false,
            exploited: false,
        }));
        let partial = self.inputs.knowledge.description().partial();
        let inputs = Inputs { device: &device, ..*self.inputs };
        let asked = supposed.keys().cloned().collect();
        let found = reach(inputs.situation(self.reports, partial.as_deref()), self.version, effects, &asked);
        found.into_iter().filter_map(|(id, far)| Some(((*supposed.get(&id)?).clone(), far))).collect()
    }

    /// The controls in effect without each of which alone the weakness is not kept from people.
    fn single_points(&self, element: &ElementId) -> Vec<ControlId> {
        let controls = self.decided.claims().filter_map(|claim| match claim {
            ClaimId::Control(control) => Some((claim, control)),
            _ => None,
        });
        let controls: Vec<(&ClaimId, &ControlId)> = controls.collect();
        if controls.len() > MOST_CONTROLS {
            return Vec::new();
        }
        let elements = BTreeSet::from([element.clone()]);
        let turns = |claim: &ClaimId| {
            let found = self.ask(&self.decided.without([claim]), &elements);
            found.get(element).is_none_or(|far| reached(far) != Reached::Controlled)
        };
        controls.into_iter().filter(|(claim, _)| turns(claim)).map(|(_, control)| control.clone()).collect()
    }
}

/// The name of what is supposed at an element; a folder's own findings have no blank in theirs.
fn named(element: &ElementId) -> VulnerabilityId {
    VulnerabilityId::new(format!("unsupported part of {element}"))
}

/// What was not found is not known.
fn reached(far: &HowFar) -> Reached {
    far.reached.unwrap_or(Reached::Unknown)
}

/// What the loss of a part comes to, from a stage. Nothing where the element has no inventory.
pub(super) fn loss(
    asking: &mut Asking<'_>,
    part: &Part,
    from: Stage,
    path: Option<UpdatePath>,
) -> Option<ComponentLoss> {
    let component = part.component.clone()?;
    let elements = BTreeSet::from([part.element.clone()]);
    let mut at = |reading| asking.far(reading, &elements).get(&part.element).cloned().unwrap_or_default();
    let (without, with, all) = (at(Reading::WithoutControls), at(Reading::Decided), at(Reading::AllClaims));
    let (without_controls, with_controls) = (reached(&without), reached(&with));
    let mitigated = with_controls == Reached::Controlled && without_controls != Reached::Controlled;
    let single_points = if mitigated { asking.single_points(&part.element) } else { Vec::new() };
    let (rules, day) = (&asking.inputs.rulebook.lifecycle, asking.inputs.as_of);
    let outcome = |mitigation: Mitigation| {
        if part.owner != Owner::Maker {
            return LossOutcome {
                rule: None,
                from,
                to: from,
                tell_users: without_controls != Reached::Controlled,
                public_notice: false,
                action: format!(
                    "it is not the maker's own part: whoever answers for it ({}) is to be told",
                    part.owner
                ),
                source: "product default; stages are of the maker's device".to_owned(),
            };
        }
        match rules.loss(from, without_controls != Reached::Controlled, mitigation, day) {
            Some(rule) => LossOutcome {
                rule: Some(rule.name.clone()),
                from,
                to: rule.to(from),
                tell_users: rule.tell_users,
                public_notice: rule.public_notice,
                action: rule.action.clone(),
                source: rule.source.clone(),
            },
            None => LossOutcome {
                rule: None,
                from,
                to: Stage::EndOfSupport,
                tell_users: true,
                public_notice: true,
                action: format!("no rule is in force on {day}: taken at its worst"),
                source: "product default".to_owned(),
            },
        }
    };
    let kept = if with_controls == Reached::Controlled { Mitigation::WithUnsupportedParts } else { Mitigation::None };
    // One that is without support itself on that day replaces nothing.
    let lost = part.until.day();
    let lasting = part.newer.iter().find(|(_, until)| until.is_none_or(|until| lost.is_none_or(|lost| until > lost)));
    let replacement = lasting.map(|(release, until)| Replacement {
        release: release.clone(),
        supported_until: *until,
        blocked_by: blocked(path, part.owner),
        then: outcome(Mitigation::WithoutUnsupportedParts),
    });
    Some(ComponentLoss {
        element: part.element.clone(),
        owner: part.owner,
        component,
        name: part.title(),
        on: part.until.day(),
        without_controls,
        with_controls,
        if_claims_hold: reached(&all),
        single_points,
        harm: with.harm.clone().or_else(|| without.harm.clone()),
        witness: if with_controls == Reached::Uncontrolled { with.witness } else { without.witness },
        if_kept: outcome(kept),
        replacement,
    })
}

/// Why a release cannot be brought to units.
fn blocked(path: Option<UpdatePath>, owner: Owner) -> Option<String> {
    if owner != Owner::Maker {
        return None;
    }
    match path {
        Some(UpdatePath::None) => Some("units in the field cannot be updated".to_owned()),
        None => Some("nobody says how units are updated".to_owned()),
        Some(_) => None,
    }
}
