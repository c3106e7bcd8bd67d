//! What controls do to people themselves: judged apart, at its worst where something is not known, and without any verdict resting on it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use ward_model::claim::{ClaimId, FunctionClaim, HazardClaim};
use ward_model::device::*;
use ward_model::hazard::{ControlHazard, HazardOutcome, HazardUnknown};
use ward_model::ids::{ControlId, FunctionId, HazardId};
use ward_model::scale::{Axis, Exploitability, Persons, Severity};

use super::system::{System, cases, rulebook, systems};
use crate::effects::Effects;
use crate::hazards::{Supposed, hazards, open};

const LOSS: HowDegraded = HowDegraded::Loss;

/// A pump that a control slows down.
fn pump(severity: Severity) -> System {
    let mut system = System::empty();
    system.element("pump");
    system.harm("harm", severity);
    system.function("infuse", RealisedBy::All(vec!["pump".into()]), &[(LOSS, "harm")]);
    system.control("c", Vec::new(), "pump");
    system
}

fn hazard(how_often: Option<HowOften>) -> AddedHazard {
    AddedHazard {
        id: "slow".into(),
        function: "infuse".into(),
        on: LOSS,
        how_often,
        for_seconds: None,
        stands: HazardStands::Always,
    }
}

fn adds(system: &mut System, hazard: AddedHazard) {
    system.device.controls.get_mut(&ControlId::from("c")).unwrap().hazards = AddedHazards::Listed(vec![hazard]);
    system.make_claims();
}

fn claim(claim: HazardClaim) -> ClaimId {
    ClaimId::ControlHazard("c".into(), "slow".into(), claim)
}

/// The one hazard of a system, where these claims have effect beside that of the control.
fn judged(system: &System, claims: &[ClaimId]) -> ControlHazard {
    let claims = claims.iter().cloned().chain([ClaimId::Control("c".into())]);
    let found = hazards(&system.device, &rulebook(), &Effects::of(claims), Supposed::default());
    assert_eq!(found.len(), 1, "{found:#?}");
    found[0].clone()
}

#[test]
fn how_often_and_severity_are_looked_up_in_the_cells_of_the_policy() {
    use HazardOutcome::{Controlled, Uncontrolled};
    use HowOften::{Certain, Occasional, Remote};
    for (how_often, severity, outcome, class) in [
        (Remote, Severity::Critical, Controlled, Exploitability::Low),
        (Remote, Severity::Catastrophic, Uncontrolled, Exploitability::Low),
        (Occasional, Severity::Minor, Controlled, Exploitability::Medium),
        (Occasional, Severity::Serious, Uncontrolled, Exploitability::Medium),
        (Certain, Severity::Negligible, Controlled, Exploitability::High),
        (Certain, Severity::Minor, Uncontrolled, Exploitability::High),
    ] {
        let mut system = pump(severity);
        adds(&mut system, hazard(Some(how_often)));
        let judged = judged(&system, &[claim(HazardClaim::Estimate)]);
        assert_eq!((judged.outcome, judged.class), (outcome, class), "{how_often} {severity}: {judged:#?}");
        assert_eq!(judged.harms[0].severity, severity);
        assert_eq!(judged.in_effect_in, ["1".into()]);
        let rests = how_often < Certain && outcome == Controlled;
        assert_eq!(judged.relies_on, if rests { vec![claim(HazardClaim::Estimate)] } else { Vec::new() });
    }
}

/// One control that slows down what treats a patient of one group and what treats one of another: it is there for both.
#[test]
fn hazards_of_one_control_are_for_people_of_all_groups() {
    let judged = |groups: [Option<&str>; 2], second: HowOften, answered: bool| {
        let mut system = pump(Severity::Critical);
        system.element("other-pump");
        let all = RealisedBy::All(vec!["other-pump".into()]);
        system.function("feed", all, &[(LOSS, "harm")]);
        for (function, group) in ["infuse", "feed"].into_iter().zip(groups) {
            let function = system.device.functions.get_mut(&FunctionId::from(function)).unwrap();
            function.persons = group.map(Into::into);
            if let Some(group) = group {
                let of = PersonGroup { id: group.into(), name: group.into(), role: PersonRole::Patient };
                system.device.person_groups.insert(group.into(), of);
            }
        }
        let other = AddedHazard { id: "slow-too".into(), function: "feed".into(), ..hazard(Some(second)) };
        system.device.controls.get_mut(&ControlId::from("c")).unwrap().hazards =
            AddedHazards::Listed(vec![hazard(Some(HowOften::Remote)), other]);
        system.make_claims();
        let of_other = ClaimId::ControlHazard("c".into(), "slow-too".into(), HazardClaim::Estimate);
        let claims = [ClaimId::Control("c".into()), claim(HazardClaim::Estimate)];
        let claims = claims.into_iter().chain(answered.then(|| of_other.clone()));
        let found = hazards(&system.device, &rulebook(), &Effects::of(claims), Supposed::default());
        let first = found.iter().find(|one| one.hazard == Some("slow".into())).unwrap();
        (first.outcome, first.harms[0].persons_at_once, first.relies_on.contains(&of_other))
    };
    use HazardOutcome::{Controlled, Uncontrolled};
    use HowOften::Remote;
    let [one, two] = [1, 2].map(Persons::Count);
    assert_eq!(judged([Some("a"), Some("a")], Remote, true), (Controlled, one, false), "the same people");
    assert_eq!(judged([Some("a"), Some("b")], Remote, true), (Uncontrolled, two, false), "others");
    assert_eq!(judged([None, None], Remote, true), (Uncontrolled, two, false), "nobody says who");
    assert_eq!(judged([Some("a"), Some("b")], Remote, false), (Uncontrolled, two, false), "nobody answers for it");
}

#[test]
fn several_people_at_once_count_as_for_attacks() {
    let mut system = pump(Severity::Serious);
    adds(&mut system, hazard(Some(HowOften::Remote)));
    let claims = [claim(HazardClaim::Estimate)];
    assert_eq!(judged(&system, &claims).outcome, HazardOutcome::Controlled);
    system.element("pump").instances_per_site = Some(2);
    let several = judged(&system, &claims);
    assert_eq!(several.outcome, HazardOutcome::Uncontrolled);
    assert_eq!(several.harms[0].escalated_severity, Severity::Catastrophic);
    system.element("pump").instances_per_site = None;
    assert_eq!(judged(&system, &claims).outcome, HazardOutcome::Uncontrolled, "an unknown number is many");
}

#[test]
fn what_is_not_said_shown_or_answered_for_is_presumed() {
    let mut system = pump(Severity::Critical);
    system.make_claims();
    let outcome = |system: &System, claims: &[ClaimId]| {
        let judged = judged(system, claims);
        (judged.outcome, judged.presumed_because, judged.if_claims_hold)
    };
    let presumed = |because| (HazardOutcome::Presumed, Some(because), HazardOutcome::Presumed);
    assert_eq!(outcome(&system, &[]), presumed(HazardUnknown::Unsaid));
    let control = system.device.controls.get_mut(&ControlId::from("c")).unwrap();
    control.hazard_added = Some("it takes longer".into());
    assert_eq!(outcome(&system, &[]), presumed(HazardUnknown::WordsOnly));
    adds(&mut system, AddedHazard { on: HowDegraded::Alteration, ..hazard(Some(HowOften::Remote)) });
    let all = [HazardClaim::Estimate, HazardClaim::Residual].map(claim);
    assert_eq!(outcome(&system, &all), presumed(HazardUnknown::Harm), "the unknown cannot be accepted");
    adds(&mut system, hazard(None));
    assert_eq!(outcome(&system, &all), presumed(HazardUnknown::HowOften), "the unknown cannot be accepted");
    adds(&mut system, hazard(Some(HowOften::Remote)));
    let unanswered = (HazardOutcome::Presumed, Some(HazardUnknown::Unanswered), HazardOutcome::Controlled);
    assert_eq!(outcome(&system, &[]), unanswered);
    assert_eq!(outcome(&system, &[claim(HazardClaim::Residual)]), unanswered);
    assert_eq!(outcome(&system, &[claim(HazardClaim::Estimate)]).0, HazardOutcome::Controlled);
    system.device.controls.get_mut(&ControlId::from("c")).unwrap().hazards = AddedHazards::None;
    assert_eq!(outcome(&system, &[]).0, HazardOutcome::NoneStated);
}

#[test]
fn what_remains_is_accepted_by_a_decision_of_its_own() {
    let mut system = pump(Severity::Critical);
    adds(&mut system, AddedHazard { stands: HazardStands::WhileActing, ..hazard(Some(HowOften::Certain)) });
    let [estimate, residual] = [HazardClaim::Estimate, HazardClaim::Residual].map(claim);
    let alone = judged(&system, std::slice::from_ref(&estimate));
    assert_eq!((alone.outcome, alone.accepted), (HazardOutcome::Uncontrolled, false));
    let unanswered = judged(&system, std::slice::from_ref(&residual));
    assert_eq!(
        unanswered.outcome,
        HazardOutcome::Uncontrolled,
        "accepted is what is stated, and nobody answers for that"
    );
    let both = judged(&system, &[estimate.clone(), residual.clone()]);
    assert_eq!((both.outcome, both.accepted), (HazardOutcome::Controlled, true));
    assert_eq!(both.relies_on, [estimate, residual]);
}

#[test]
fn a_delay_that_is_over_before_harm_begins_does_none() {
    let mut system = pump(Severity::Catastrophic);
    system.device.functions.get_mut(&FunctionId::from("infuse")).unwrap().effects[0].onset_seconds = Some(60);
    let estimate = [claim(HazardClaim::Estimate)];
    for (lasts, outcome) in [(59, HazardOutcome::Controlled), (60, HazardOutcome::Uncontrolled)] {
        adds(&mut system, AddedHazard { for_seconds: Some(lasts), ..hazard(Some(HowOften::Certain)) });
        assert_eq!(judged(&system, &estimate).outcome, outcome, "{lasts} s");
    }
    adds(&mut system, AddedHazard { for_seconds: Some(59), ..hazard(Some(HowOften::Certain)) });
    assert_eq!(judged(&system, &[]).presumed_because, Some(HazardUnknown::Unanswered));
    // What is altered for a while was altered.
    system.device.functions.get_mut(&FunctionId::from("infuse")).unwrap().effects[0].on = HowDegraded::Alteration;
    let altered = AddedHazard { on: HowDegraded::Alteration, for_seconds: Some(1), ..hazard(Some(HowOften::Certain)) };
    adds(&mut system, altered);
    assert_eq!(judged(&system, &estimate).outcome, HazardOutcome::Uncontrolled);
}

#[test]
fn a_fallback_bridges_what_ends_with_staff_for_all_and_unless_a_control_takes_it_away() {
    let mut system = pump(Severity::Catastrophic);
    system.function("by-hand", RealisedBy::People, &[]);
    system.function("alarm", RealisedBy::All(vec!["pump".into()]), &[]);
    let effect = &mut system.device.functions.get_mut(&FunctionId::from("infuse")).unwrap().effects[0];
    effect.onset_seconds = Some(60);
    effect.fallback = Some(Fallback {
        function: "by-hand".into(),
        detection: "alarm".into(),
        detection_seconds: 5,
        switch_over_seconds: 30,
        staff_per_site: 1,
    });
    let acting =
        AddedHazard { for_seconds: Some(600), stands: HazardStands::WhileActing, ..hazard(Some(HowOften::Certain)) };
    adds(&mut system, acting.clone());
    let fallback = ClaimId::Function("infuse".into(), FunctionClaim::Fallback);
    let claims = [claim(HazardClaim::Estimate), fallback.clone()];
    let bridged = judged(&system, &claims);
    assert_eq!(bridged.outcome, HazardOutcome::Controlled);
    assert!(bridged.relies_on.contains(&fallback));
    assert_eq!(judged(&system, &claims[..1]).presumed_because, Some(HazardUnknown::Unanswered));
    // It has stopped.
    let lost = BTreeMap::from([(FunctionId::from("alarm"), BTreeSet::new())]);
    let supposed = Supposed { dropped: None, lost: Some(&lost) };
    let effects = Effects::of(claims.iter().cloned());
    let control = ControlId::from("c");
    let is_open = |supposed| !open(&system.device, &rulebook(), &effects, supposed, [&control], false).is_empty();
    assert!(!is_open(Supposed::default()));
    assert!(is_open(supposed));
    // What does not end is not bridged.
    adds(&mut system, AddedHazard { stands: HazardStands::Always, ..acting.clone() });
    assert_eq!(judged(&system, &claims).outcome, HazardOutcome::Uncontrolled);
    adds(&mut system, AddedHazard { for_seconds: None, ..acting.clone() });
    assert_eq!(judged(&system, &claims).outcome, HazardOutcome::Uncontrolled);
    // Nor where nobody is there for the second patient.
    adds(&mut system, acting.clone());
    system.element("pump").instances_per_site = Some(2);
    assert_eq!(judged(&system, &claims).outcome, HazardOutcome::Uncontrolled);
    system.element("pump").instances_per_site = Some(1);
    // Nor by what another control degrades.
    system.control("other", Vec::new(), "pump").hazards =
        AddedHazards::Listed(vec![AddedHazard { function: "by-hand".into(), ..hazard(None) }]);
    system.make_claims();
    let found = hazards(&system.device, &rulebook(), &Effects::of(claims), Supposed::default());
    assert_eq!(found[0].outcome, HazardOutcome::Uncontrolled, "{found:#?}");
}

#[test]
fn privacy_and_people_whom_the_policy_does_not_count_are_told_and_do_not_count() {
    let mut system = pump(Severity::Catastrophic);
    adds(&mut system, hazard(Some(HowOften::Certain)));
    system.harm("harm", Severity::Catastrophic).axis = Axis::Privacy;
    let private = judged(&system, &[]);
    assert_eq!(private.outcome, HazardOutcome::Controlled);
    assert!(private.reasons.iter().any(|reason| reason.contains("no harm to a person")), "{:?}", private.reasons);
    system.harm("harm", Severity::Catastrophic).axis = Axis::Person;
    let users = PersonGroup { id: "users".into(), name: "users".into(), role: PersonRole::User };
    system.device.person_groups.insert("users".into(), users);
    system.device.functions.get_mut(&FunctionId::from("infuse")).unwrap().persons = Some("users".into());
    assert_eq!(judged(&system, &[]).outcome, HazardOutcome::Controlled);
}

/// What came of every hazard, by what it is.
fn outcomes(
    system: &System,
    effects: &Effects,
    supposed: Supposed<'_>,
) -> BTreeMap<(ControlId, Option<HazardId>), HazardOutcome> {
    let found = hazards(&system.device, &rulebook(), effects, supposed);
    found.into_iter().map(|hazard| ((hazard.control, hazard.hazard), hazard.outcome)).collect()
}

/// Changes every hazard that is listed.
fn each(system: &mut System, mut change: impl FnMut(&mut AddedHazard)) {
    for control in system.device.controls.values_mut() {
        if let AddedHazards::Listed(hazards) = &mut control.hazards {
            hazards.iter_mut().for_each(&mut change);
        }
    }
}

proptest! {
    #![proptest_config(cases(64))]

    /// Law 3: hazards are judged apart. Whatever is said of them, no verdict is another one.
    #[test]
    fn no_verdict_rests_on_a_hazard(system in systems(), picks in any::<u32>()) {
        let claims = system.claims().into_iter().enumerate();
        let effects = Effects::of(claims.filter(|(at, _)| picks >> (at % 32) & 1 == 1).map(|(_, claim)| claim));
        let mut bare = system.clone();
        bare.device.controls.values_mut().for_each(|control| control.hazards = AddedHazards::Unsaid);
        let of_hazard = |claim: &&ClaimId| matches!(claim, ClaimId::ControlHazard(..));
        let without: Vec<ClaimId> = effects.claims().filter(of_hazard).cloned().collect();
        let [with, bare] = [(&system, &effects), (&bare, &effects.without(&without))]
            .map(|(system, effects)| system.outcomes(&rulebook(), effects));
        prop_assert_eq!(format!("{:?}", with.judged), format!("{:?}", bare.judged));
        prop_assert_eq!(with.covered, bare.covered);
    }

    /// A decision less, something more that has stopped: nothing is better. Nor is anything better than if all claims held.
    #[test]
    fn what_is_taken_away_makes_no_hazard_better(
        system in systems(), picks in any::<u32>(), fewer in any::<u32>(), stops in prop::option::of(0..3_usize),
    ) {
        let some = |picks: u32| {
            let claims = system.claims().into_iter().enumerate();
            Effects::of(claims.filter(|(at, _)| picks >> (at % 32) & 1 == 1).map(|(_, claim)| claim))
        };
        let (more, less) = (some(picks), some(picks & fewer));
        let lost: BTreeMap<_, _> =
            stops.iter().map(|at| (FunctionId::new(format!("f{at}")), BTreeSet::new())).collect();
        let before = outcomes(&system, &more, Supposed::default());
        let after = outcomes(&system, &less, Supposed { dropped: None, lost: Some(&lost) });
        prop_assert_eq!(before.len(), after.len());
        for (which, outcome) in &before {
            prop_assert!(after[which] >= *outcome, "{which:?}: {outcome} became {}", after[which]);
        }
        for hazard in hazards(&system.device, &rulebook(), &more, Supposed::default()) {
            prop_assert!(hazard.if_claims_hold <= hazard.outcome, "{hazard:#?}");
            prop_assert_eq!(hazard.presumed_because.is_some(), hazard.outcome == HazardOutcome::Presumed);
        }
    }

    /// More often, longer, as long as the control is in force, of a worse harm: nothing is better. Nor is what nobody has said. What is
    /// certain now and was unknown can be accepted: that is no better word, but somebody's, for this hazard as it is.
    #[test]
    fn what_is_worse_is_judged_no_better(system in systems(), all in any::<bool>(), way in 0..6_u8) {
        let claims = if all { system.claims() } else { Vec::new() };
        let effects = Effects::of(claims);
        let before = outcomes(&system, &effects, Supposed::default());
        let mut worse = system.clone();
        match way {
            0 => each(&mut worse, |hazard| hazard.how_often = hazard.how_often.map(|_| HowOften::Certain)),
            1 => each(&mut worse, |hazard| hazard.for_seconds = hazard.for_seconds.map(|_| 100_000)),
            2 => each(&mut worse, |hazard| hazard.stands = HazardStands::Always),
            3 => worse.device.harms.values_mut().for_each(|harm| harm.severity = Severity::Catastrophic),
            4 => worse.device.elements.values_mut().for_each(|element| element.instances_per_site = None),
            _ => each(&mut worse, |hazard| hazard.for_seconds = None),
        }
        for found in hazards(&worse.device, &rulebook(), &effects, Supposed::default()) {
            let (which, outcome) = ((found.control, found.hazard), found.outcome);
            let accepted = found.accepted && before[&which] == HazardOutcome::Presumed;
            prop_assert!(accepted || outcome >= before[&which], "{which:?}: {} became {outcome}", before[&which]);
        }
        let mut unsaid = system.clone();
        each(&mut unsaid, |hazard| hazard.how_often = None);
        for (which, outcome) in outcomes(&unsaid, &effects, Supposed::default()) {
            let best = HazardOutcome::Presumed.min(before[&which]);
            prop_assert!(outcome >= best, "{which:?}: {} became {outcome}", before[&which]);
        }
    }

    /// Who takes a control away takes its hazards away, and makes none of the others worse.
    #[test]
    fn a_control_that_is_not_there_adds_nothing(system in systems(), which in any::<prop::sample::Index>()) {
        let controls: Vec<ControlId> = system.device.controls.keys().cloned().collect();
        prop_assume!(!controls.is_empty());
        let gone = which.get(&controls);
        let effects = Effects::of(system.claims());
        let before = outcomes(&system, &effects, Supposed::default());
        let mut without = system.clone();
        without.device.controls.remove(gone);
        without.make_claims();
        let after = outcomes(&without, &Effects::of(without.claims()), Supposed::default());
        let dropped = BTreeSet::from([gone.clone()]);
        let supposed = outcomes(&system, &effects, Supposed { dropped: Some(&dropped), lost: None });
        prop_assert_eq!(after.keys().collect::<Vec<_>>(), supposed.keys().collect::<Vec<_>>());
        for (which, outcome) in before {
            match after.get(&which) {
                None => prop_assert_eq!(&which.0, gone),
                Some(now) => prop_assert!(*now <= outcome, "{:?}: {} became {}", which, outcome, now),
            }
        }
    }
}
