//! The hazards that controls add, judged apart: what a control does to functions while it is in force, and what follows for people.
//!
//! No attacker takes part in it and no verdict rests on it: a verdict asks whether an attack is controlled, this asks whether what
//! controls it is itself acceptable (ISO 14971, 7.5). What nobody has said, shown or answered for is read at its worst.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use ward_model::claim::{ClaimId, FunctionClaim, HazardClaim};
use ward_model::device::{
    AddedHazard, AddedHazards, Control, Device, Effect, Function, Harm, HazardStands, HowDegraded, HowOften,
};
use ward_model::hazard::{ControlHazard, Degrades, HazardOutcome, HazardUnknown};
use ward_model::ids::{ControlId, ElementId, FieldedVersionId, FunctionId};
use ward_model::scale::{Axis, Exploitability, Persons, Reach};
use ward_model::verdict::{Outcome, ReachedHarm};
use ward_policy::{Policy, Rulebook};

use crate::cells::{reached, worst_first};
use crate::context::Unknowns;
use crate::effects::Effects;
use crate::people::{Beside, Depending, Staff, counts, persons};

/// What is supposed beside the claims that have effect.
#[derive(Debug, Clone, Copy, Default)]
pub struct Supposed<'a> {
    /// Controls that are not there: they add nothing.
    pub dropped: Option<&'a BTreeSet<ControlId>>,
    /// Functions that have stopped: they take over for none.
    pub lost: Option<&'a BTreeMap<FunctionId, BTreeSet<ElementId>>>,
}

/// The hazards of every control that is claimed to work, by every policy: by policy, control and hazard.
pub fn hazards(device: &Device, rulebook: &Rulebook, effects: &Effects, supposed: Supposed<'_>) -> Vec<ControlHazard> {
    let judging = Judging::new(device, rulebook, effects, supposed);
    let is_dropped = |id: &ControlId| supposed.dropped.is_some_and(|dropped| dropped.contains(id));
    let is_claimed = |control: &&Control| {
        let claim = ClaimId::Control(control.id.clone());
        (device.claims.contains_key(&claim) || effects.holds(&claim)) && !is_dropped(&control.id)
    };
    let mut found = Vec::new();
    for policy in &rulebook.policies {
        for control in device.controls.values().filter(is_claimed) {
            found.extend(judging.control(policy, control));
        }
    }
    found
}

/// The hazards of these controls that are not controlled, whether or not the controls have effect; those that are presumed only where
/// they are asked for.
pub fn open<'c>(
    device: &Device,
    rulebook: &Rulebook,
    effects: &Effects,
    supposed: Supposed<'_>,
    controls: impl IntoIterator<Item = &'c ControlId>,
    presumed_too: bool,
) -> Vec<ControlHazard> {
    let mut controls = controls.into_iter().peekable();
    if controls.peek().is_none() {
        return Vec::new();
    }
    let judging = Judging::new(device, rulebook, effects, supposed);
    let controls = controls.filter_map(|id| device.controls.get(id));
    let found =
        controls.flat_map(|control| rulebook.policies.iter().flat_map(|policy| judging.control(policy, control)));
    found.filter(|hazard| hazard.outcome.is_against(presumed_too)).collect()
}

/// The versions in which a control has effect for some units at least.
fn in_effect_in(device: &Device, effects: &Effects, control: &Control) -> Vec<FieldedVersionId> {
    if control.enforcer.is_none() || !effects.holds(&ClaimId::Control(control.id.clone())) {
        return Vec::new();
    }
    let everywhere = !control.performed_by.must_be_confirmed();
    let versions = device
        .versions
        .iter()
        .filter(|version| everywhere || version.cohorts.iter().any(|cohort| cohort.confirmed.contains(&control.id)));
    versions.map(|version| version.id.clone()).collect()
}

struct Judging<'a> {
    device: &'a Device,
    rulebook: &'a Rulebook,
    effects: &'a Effects,
    /// As if everything that the folder claims were true.
    all: LazyCell<Effects, Box<dyn FnOnce() -> Effects + 'a>>,
    supposed: Supposed<'a>,
    staff: LazyCell<Staff, Box<dyn FnOnce() -> Staff + 'a>>,
    /// The functions that some control degrades: no fallback is relied on that one of them may take away at the same time.
    degraded: BTreeSet<&'a FunctionId>,
}

/// How a hazard is read.
#[derive(Clone, Copy)]
struct Reading<'a> {
    /// How often it comes about.
    how_often: Option<HowOften>,
    /// Whether what is stated of how long it lasts, and when it is there, is taken for so.
    as_stated: bool,
    /// The claims that have effect.
    effects: &'a Effects,
}

/// What came of one reading.
struct Read {
    outcome: Outcome,
    class: Exploitability,
    harms: Vec<ReachedHarm>,
    /// Claims of fallbacks without which it would be worse.
    relies_on: BTreeSet<ClaimId>,
    reasons: Vec<String>,
}

impl<'a> Judging<'a> {
    fn new(device: &'a Device, rulebook: &'a Rulebook, effects: &'a Effects, supposed: Supposed<'a>) -> Self {
        let listed = device.controls.values().flat_map(|control| control.hazards.listed());
        Self {
            device,
            rulebook,
            effects,
            // Most controls list none.
            all: LazyCell::new(Box::new(|| Effects::all(device))),
            supposed,
            staff: LazyCell::new(Box::new(|| Staff::new(device, Unknowns::Worst))),
            degraded: listed.map(|hazard| &hazard.function).collect(),
        }
    }

    fn control(&self, policy: &Policy, control: &Control) -> Vec<ControlHazard> {
        let (outcome, because, reason) = match &control.hazards {
            AddedHazards::Listed(hazards) => {
                return hazards.iter().map(|hazard| self.hazard(policy, control, hazard)).collect();
            }
            AddedHazards::None => (HazardOutcome::NoneStated, None, "the folder states that it adds no hazard"),
            AddedHazards::Unsaid if control.hazard_added.is_some() => (
                HazardOutcome::Presumed,
                Some(HazardUnknown::WordsOnly),
                "it stands in words alone: nothing says which function it degrades, so it is not judged",
            ),
            AddedHazards::Unsaid => (
                HazardOutcome::Presumed,
                Some(HazardUnknown::Unsaid),
                "nothing says which hazard it adds, nor that it adds none",
            ),
        };
        vec![ControlHazard {
            outcome,
            if_claims_hold: outcome,
            presumed_because: because,
            reasons: vec![reason.to_owned()],
            ..self.unjudged(policy, control)
        }]
    }

    fn unjudged(&self, policy: &Policy, control: &Control) -> ControlHazard {
        ControlHazard {
            control: control.id.clone(),
            hazard: None,
            policy: policy.id.clone(),
            outcome: HazardOutcome::Presumed,
            if_claims_hold: HazardOutcome::Presumed,
            presumed_because: None,
            words: control.hazard_added.clone(),
            degrades: None,
            class: Exploitability::High,
            harms: Vec::new(),
            accepted: false,
            in_effect_in: in_effect_in(self.device, self.effects, control),
            relies_on: Vec::new(),
            valid_until: None,
            reasons: Vec::new(),
        }
    }

    fn hazard(&self, policy: &Policy, control: &Control, hazard: &AddedHazard) -> ControlHazard {
        let AddedHazard { id, function, on, how_often, for_seconds, stands } = hazard.clone();
        let told = ControlHazard {
            hazard: Some(id),
            degrades: Some(Degrades { function, on, how_often, for_seconds, stands }),
            ..self.unjudged(policy, control)
        };
        let function = self.device.functions.get(&hazard.function);
        let Some(function) = function.filter(|function| function.effects.iter().any(|effect| effect.on == hazard.on))
        else {
            let reason = format!("which harm follows is not known: {} has no effect on {}", hazard.function, hazard.on);
            return ControlHazard { presumed_because: Some(HazardUnknown::Harm), reasons: vec![reason], ..told };
        };
        let [estimate, residual] = [HazardClaim::Estimate, HazardClaim::Residual]
            .map(|claim| ClaimId::ControlHazard(control.id.clone(), hazard.id.clone(), claim));
        let read = |how_often: Option<HowOften>, as_stated: bool, effects: &Effects| {
            self.read(policy, control, (function, hazard), Reading { how_often, as_stated, effects })
        };
        let answered = !hazard.is_estimated() || self.effects.holds(&estimate);
        let worst = read(None, false, self.effects);
        // What nobody has said, at its best: what is still uncontrolled then is so whatever comes out.
        let best = read(hazard.how_often.or(Some(HowOften::Remote)), true, &self.all);
        let Read { outcome, class, harms, mut relies_on, mut reasons } =
            if answered { read(hazard.how_often, true, self.effects) } else { read(None, false, self.effects) };
        let (mut outcome, because) = match outcome {
            Outcome::Controlled => (HazardOutcome::Controlled, None),
            Outcome::Uncontrolled if best.outcome == Outcome::Uncontrolled => (HazardOutcome::Uncontrolled, None),
            Outcome::Uncontrolled if hazard.how_often.is_none() => {
                reasons.push("nobody has said how often it comes about: it is read as certain".to_owned());
                (HazardOutcome::Presumed, Some(HazardUnknown::HowOften))
            }
            Outcome::Uncontrolled => {
                if answered {
                    reasons.push(format!("nobody answers for the fallback of {}, which would bridge it", function.id));
                }
                (HazardOutcome::Presumed, Some(HazardUnknown::Unanswered))
            }
        };
        if !answered && outcome != HazardOutcome::Controlled {
            reasons.push(format!("`{estimate}` has no effect: nobody answers for it being no worse than stated"));
        }
        if outcome == HazardOutcome::Controlled && worst.outcome == Outcome::Uncontrolled {
            relies_on.insert(estimate.clone());
        } else {
            relies_on.clear();
        }
        // What is not known cannot be accepted.
        let accepted = outcome == HazardOutcome::Uncontrolled && answered && self.effects.holds(&residual);
        if accepted {
            outcome = HazardOutcome::Controlled;
            relies_on.insert(residual.clone());
            relies_on.extend(hazard.is_estimated().then(|| estimate.clone()));
            reasons.push(format!("what remains of it is accepted: `{residual}`"));
        }
        let all_hold = match read(hazard.how_often, true, &self.all).outcome {
            Outcome::Controlled => HazardOutcome::Controlled,
            Outcome::Uncontrolled if best.outcome == Outcome::Controlled => HazardOutcome::Presumed,
            Outcome::Uncontrolled if self.device.claims.contains_key(&residual) => HazardOutcome::Controlled,
            Outcome::Uncontrolled => HazardOutcome::Uncontrolled,
        };
        ControlHazard {
            outcome,
            if_claims_hold: all_hold.min(outcome),
            presumed_because: because,
            class,
            harms,
            accepted,
            valid_until: relies_on.iter().filter_map(|claim| self.effects.until(claim)).min(),
            relies_on: relies_on.into_iter().collect(),
            reasons,
            ..told
        }
    }

    fn read(
        &self,
        policy: &Policy,
        control: &Control,
        (function, hazard): (&Function, &AddedHazard),
        reading: Reading<'_>,
    ) -> Read {
        let device = self.device;
        let class = self.rulebook.transfer.class_of(reading.how_often);
        let at_once = at_site(device, function);
        let (mut harms, mut relies_on, mut reasons) = (Vec::new(), BTreeSet::new(), Vec::new());
        let often = reading.how_often.unwrap_or(HowOften::Certain);
        reasons.push(format!("{} of {}, {often}: read as exploitability {class}", hazard.on, function.id));
        if !counts(device, policy, function) {
            reasons.push(format!("{} counts nobody who depends on {}", policy.id, function.id));
            return Read { outcome: Outcome::Controlled, class, harms, relies_on, reasons };
        }
        for effect in function.effects.iter().filter(|effect| effect.on == hazard.on) {
            let Some(harm) = device.harms.get(&effect.harm) else { continue };
            if harm.axis != Axis::Person {
                reasons.push(format!("{} is no harm to a person: {} is an axis of its own", harm.id, harm.axis));
                continue;
            }
            if reading.as_stated && ends_in_time(hazard, effect) {
                reasons.push(format!("it is over before {} begins", harm.id));
                continue;
            }
            if reading.as_stated && self.taken_over(reading.effects, function, hazard, effect, at_once) {
                relies_on.insert(ClaimId::Function(function.id.clone(), FunctionClaim::Fallback));
                reasons.push(format!("a fallback takes over before {} begins", harm.id));
                continue;
            }
            let beside = self.beside(policy, control, (function, harm, class), reading, &mut relies_on);
            let harm = reached(policy, harm, class, at_once.and(beside));
            reasons.push(format!(
                "{}: severity {}, which makes {} in {}",
                harm.id,
                harm.escalated_severity,
                policy.word(harm.verdict),
                policy.id
            ));
            harms.push(harm);
        }
        harms.sort_by(worst_first);
        harms.dedup_by(|a, b| a.id == b.id);
        let outcome = harms.first().map_or(Outcome::Controlled, |harm| harm.verdict);
        Read { outcome, class, harms, relies_on, reasons }
    }

    /// How many people of other groups another hazard of the same control harms at least as badly, and is as likely to at least: it is there
    /// at the same time. Read as the first is; what keeps others out of it is relied on.
    fn beside(
        &self,
        policy: &Policy,
        control: &Control,
        (function, harm, class): (&Function, &Harm, Exploitability),
        reading: Reading<'_>,
        relies_on: &mut BTreeSet<ClaimId>,
    ) -> Persons {
        let AddedHazards::Listed(hazards) = &control.hazards else { return Persons::Count(0) };
        let mut beside = Beside::default();
        for hazard in hazards {
            let Some(other) = self.device.functions.get(&hazard.function) else { continue };
            let depending = Depending::on(other);
            if depending == Depending::on(function) || !counts(self.device, policy, other) {
                continue;
            }
            let estimate = ClaimId::ControlHazard(control.id.clone(), hazard.id.clone(), HazardClaim::Estimate);
            let as_stated = reading.as_stated && (!hazard.is_estimated() || reading.effects.holds(&estimate));
            let how_often = if as_stated { hazard.how_often } else { None };
            let at_once = at_site(self.device, other);
            let is_as_bad = |effect: &&Effect| {
                let severity = self.device.person_severity(&effect.harm);
                effect.on == hazard.on && severity.is_some_and(|severity| severity >= harm.severity)
            };
            for effect in other.effects.iter().filter(is_as_bad) {
                let rarer = self.rulebook.transfer.class_of(how_often) < class;
                let ended = as_stated && ends_in_time(hazard, effect);
                let taken_over = as_stated && self.taken_over(reading.effects, other, hazard, effect, at_once);
                if !(rarer || ended || taken_over) {
                    beside.touched(depending, at_once);
                } else if rarer || ended {
                    relies_on.extend(hazard.is_estimated().then(|| estimate.clone()));
                } else {
                    relies_on.insert(ClaimId::Function(other.id.clone(), FunctionClaim::Fallback));
                }
            }
        }
        beside.persons()
    }

    /// Whether the fallback of a loss bridges it: in time, answered for, with staff for everybody, and itself degraded by no control
    /// and by nothing that has stopped. It bridges what ends, and what stands as long as the control does it does not.
    fn taken_over(
        &self,
        effects: &Effects,
        function: &Function,
        hazard: &AddedHazard,
        effect: &Effect,
        at_once: Persons,
    ) -> bool {
        let Some(fallback) = &effect.fallback else { return false };
        let device = self.device;
        let ends = hazard.stands == HazardStands::WhileActing && hazard.for_seconds.is_some();
        let stands = |id: &FunctionId| {
            let lost = self.supposed.lost.is_some_and(|lost| lost.contains_key(id));
            device.functions.contains_key(id) && !self.degraded.contains(id) && !lost
        };
        effect.on == HowDegraded::Loss
            && ends
            && fallback.helpers().into_iter().all(stands)
            && effects.holds(&ClaimId::Function(function.id.clone(), FunctionClaim::Fallback))
            && effect.onset_seconds.is_some_and(|onset| fallback.seconds() < onset)
            && at_once > Persons::Count(0)
            && self.staff.suffices((device, Unknowns::Worst), &fallback.function, function, None, Reach::Site)
    }
}

/// Everybody whom a function serves at a site: there a hazard of a control is for all at once.
fn at_site(device: &Device, function: &Function) -> Persons {
    persons(device, Unknowns::Worst, function, None, Reach::Site)
}

/// Whether a loss that ends is over before harm begins.
fn ends_in_time(hazard: &AddedHazard, effect: &Effect) -> bool {
    let lasts = hazard.for_seconds.zip(effect.onset_seconds);
    effect.on == HowDegraded::Loss && lasts.is_some_and(|(lasts, onset)| lasts < onset)
}
