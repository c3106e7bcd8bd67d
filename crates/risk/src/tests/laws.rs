//! Laws 2 to 6 and 15 of the design, over random systems; 7 and 9 in [`fielded`]. The worst error is a false "controlled".

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use ward_model::claim::{ClaimId, Decision, joint_evidence, joint_premise};
use ward_model::device::{Carries, Cut, Decisions, Fallback, HowDegraded, Medium, RealisedBy};
use ward_model::finding::State;
use ward_model::ids::HarmId;
use ward_model::scale::{Axis, Exploitability, Severity};
use ward_model::verdict::{Basis, Outcome};
use ward_policy::Rulebook;

use super::system::{All, System, TODAY, no_decisions, rulebook, systems};
use crate::attribute::through;
use crate::catalogue::Catalogue;
use crate::cells::Harms;
use crate::effects::Effects;
use crate::fact::Fact;
use crate::fixpoint::solve;
use crate::ground::{ground, presuming};
use crate::judge::judge;
use crate::program::FactId;
use crate::value::Value;

mod fielded;

/// Some of a system's claims.
fn some(system: &System, picks: u32) -> Effects {
    let claims = system.claims().into_iter().enumerate().filter(|(place, _)| picks >> (place % 32) & 1 == 1);
    Effects::of(claims.map(|(_, claim)| claim))
}

/// Whatever is uncontrolled before is uncontrolled after, and the worst class and severity of it are no better.
pub(super) fn never_better(before: &All, after: &All) -> Result<(), TestCaseError> {
    for (key, judged) in &before.judged {
        if judged.outcome == Outcome::Uncontrolled {
            prop_assert_eq!(after.outcome(key), Outcome::Uncontrolled, "{:?} became better", key);
        }
        if let (Some(was), Some(is)) = (&judged.cell, after.judged.get(key).and_then(|judged| judged.cell.as_ref())) {
            prop_assert!(
                is >= was || (is.outcome, is.escalated, is.class) >= (was.outcome, was.escalated, was.class),
                "{:?}: {:?} became {:?}",
                key,
                was,
                is
            );
        }
    }
    for key in &before.covered {
        prop_assert_eq!(
            after.outcome(key),
            Outcome::Uncontrolled,
            "{:?} was left to a presumption and became controlled",
            key
        );
    }
    Ok(())
}

/// The worst cell of every harm that can be reached, by whatever way.
fn worst_by_harm(
    system: &System,
    rulebook: &Rulebook,
    effects: &Effects,
    presumed: bool,
) -> BTreeMap<HarmId, (Outcome, Severity, Exploitability)> {
    let decisions = no_decisions();
    let situation = system.situation(rulebook, &decisions);
    let catalogue = Catalogue::new(situation, &rulebook.policies[0], &system.device.versions[0]);
    let context = system.context(situation, effects, &catalogue);
    let mut unknown: Vec<_> = crate::presume::presumptions(&context).into_iter().map(|one| one.element).collect();
    unknown.dedup();
    let program = presuming(&context, &ground(&context), if presumed { &unknown } else { &[] }).program;
    let whole = solve(&program);
    let mut worst = BTreeMap::new();
    let harms = Harms::of(&context, &program, |fact| whole.reaches(fact));
    for cell in harms.cells(&context) {
        if !whole.front(cell.fact).beats(Value { class: cell.class, reach: cell.reach }) {
            continue;
        }
        let bad = (cell.outcome, cell.escalated, cell.class);
        let place = worst.entry(cell.harm).or_insert(bad);
        *place = bad.max(*place);
    }
    worst
}

fn outcomes(system: &System, rulebook: &Rulebook, effects: &Effects) -> All {
    system.outcomes(rulebook, effects)
}

proptest! {
    #![proptest_config(super::system::cases(1000))]

    /// Law 3: removing the effect of a claim never improves what the device comes to: no harm becomes harder to reach, and where
    /// something was uncontrolled, something still is.
    ///
    /// For single subjects this cannot be asked: a weakness of a firewall matters just as long as somebody relies on the firewall.
    #[test]
    fn without_a_claim_nothing_is_better(system in systems(), picks in any::<u32>(), which in any::<prop::sample::Index>()) {
        let rulebook = rulebook();
        let effects = some(&system, picks);
        let claims: Vec<_> = effects.claims().cloned().collect();
        prop_assume!(!claims.is_empty());
        let fewer = effects.without([which.get(&claims)]);
        for presumed in [false, true] {
            let before = worst_by_harm(&system, &rulebook, &effects, presumed);
            let after = worst_by_harm(&system, &rulebook, &fewer, presumed);
            for (harm, was) in before {
                let is = after.get(&harm).copied();
                prop_assert!(is >= Some(was), "{:?}: {:?} became {:?}", harm, was, is);
            }
        }
        let worst = |outcomes: &All| outcomes.judged.values().map(|judged| judged.outcome).max();
        prop_assert!(worst(&outcomes(&system, &rulebook, &fewer)) >= worst(&outcomes(&system, &rulebook, &effects)));
    }

    /// What a control cuts besides makes no harm easier to reach, whoever keeps whom safe by it.
    #[test]
    fn with_a_cut_more_nothing_is_worse(system in systems(), picks in any::<u32>(), which in any::<prop::sample::Index>()) {
        let rulebook = rulebook();
        let effects = some(&system, picks);
        let mut fewer = system.clone();
        let controls: Vec<_> = system.device.controls.keys().cloned().collect();
        prop_assume!(!controls.is_empty());
        let control = fewer.device.controls.get_mut(which.get(&controls)).unwrap();
        prop_assume!(control.cuts.pop().is_some());
        for presumed in [false, true] {
            let with = worst_by_harm(&system, &rulebook, &effects, presumed);
            let without = worst_by_harm(&fewer, &rulebook, &effects, presumed);
            for (harm, is) in with {
                let was = without.get(&harm).copied();
                prop_assert!(was >= Some(is), "{:?}: {:?} became {:?}", harm, was, is);
            }
        }
    }

    /// Law 3: another finding, link or evidence of exploitation never improves a verdict.
    #[test]
    fn with_more_against_it_nothing_is_better(system in systems(), picks in any::<u32>(), from in 0..4_usize, to in 0..4_usize, kind in 0..5_usize) {
        let rulebook = rulebook();
        let effects = some(&system, picks);
        let mut more = system.clone();
        let name = |place: usize| ["a", "b", "c", "d"][place];
        match kind {
            0 => {
                more.finding("extra", name(from), Some("CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N"), State::Affected);
            }
            1 => {
                more.link("extra", name(from), name(to), Medium::Ip).carries = Some(vec![Carries::Command]);
            }
            2 => {
                more.link("extra", name(from), name(to), Medium::Radio).carries = Some(vec![Carries::Data]);
            }
            3 => {
                let loss = [(HowDegraded::Loss, "h0")];
                let extra = more.function("extra", RealisedBy::All(vec![name(from).into()]), &loss);
                extra.effects[0].onset_seconds = Some(60);
                extra.effects[0].fallback = Some(Fallback {
                    function: "f0".into(),
                    detection: "f1".into(),
                    detection_seconds: 5,
                    switch_over_seconds: 5,
                    staff_per_site: 3,
                });
            }
            _ => more.each_finding(|finding| std::sync::Arc::make_mut(&mut finding.vulnerability).kev = true),
        }
        never_better(&outcomes(&system, &rulebook, &effects), &outcomes(&more, &rulebook, &effects))?;
    }

    /// Law 3: a claim without a decision changes no verdict: stating less of what nobody answers for changes nothing for the better
    /// or, where the statement could only lower, at all.
    #[test]
    fn a_claim_that_nobody_answers_for_changes_nothing(system in systems()) {
        let rulebook = rulebook();
        let none = Effects::none();
        let mut unsaid = system.clone();
        for link in unsaid.device.links.values_mut() {
            // Which secret is accepted is a fact; that it is needed is the claim.
            link.carries = None;
            link.anti_replay = None;
            link.fed_by = None;
        }
        for secret in unsaid.device.secrets.values_mut() {
            // That a key has two halves is a fact; that reading one of them gives nothing is the claim.
            secret.per_unit = Some(false);
        }
        for element in unsaid.device.elements.values_mut() {
            element.local_login = false;
        }
        unsaid.device.functions.values_mut().for_each(|function| function.fed_by = None);
        for control in unsaid.device.controls.values_mut() {
            // Who holds the secret that it rests on is a fact; that it cuts is the claim.
            control.cuts.clear();
        }
        let said = outcomes(&system, &rulebook, &none);
        let silent = outcomes(&unsaid, &rulebook, &none);
        prop_assert_eq!(said.unnumbered(), silent.unnumbered());
        prop_assert_eq!(&said.covered, &silent.covered);
        unsaid.device.secrets.values_mut().for_each(|secret| secret.public = false);
        never_better(&outcomes(&unsaid, &rulebook, &none), &silent)?;
    }

    /// Law 2: what is not known is never better than the worst that it could be.
    #[test]
    fn unknown_is_never_better_than_known(system in systems(), picks in any::<u32>()) {
        let rulebook = rulebook();
        let effects = some(&system, picks);
        let mut unknown = system.clone();
        unknown.each_finding(|finding| std::sync::Arc::make_mut(&mut finding.vulnerability).cvss.clear());
        for element in unknown.device.elements.values_mut() {
            element.instances_per_site = None;
        }
        // Of a single subject it cannot be asked of zones that a control looks at: not to know what it cuts takes its effect away, and
        // what defeats it leads on only while it is relied upon (decision 9).
        let mut cuts = system.device.controls.values().flat_map(|control| &control.cuts);
        if !cuts.any(|cut| matches!(cut, Cut::LinksIntoZone { .. })) {
            unknown.device.elements.values_mut().for_each(|element| element.zone = None);
        }
        for function in unknown.device.functions.values_mut() {
            function.at_once_per_instance = None;
            function.persons = None;
        }
        never_better(&outcomes(&system, &rulebook, &effects), &outcomes(&unknown, &rulebook, &effects))?;
    }

    /// Law 2: a finding that cannot be told is presumed at its element, with a harm no better than if it were known.
    #[test]
    fn a_finding_that_cannot_be_told_is_no_better_than_one_that_is(system in systems(), picks in any::<u32>()) {
        let rulebook = rulebook();
        let effects = some(&system, picks);
        let mut untold = system.clone();
        untold.each_finding(|finding| finding.state = State::Unknown);
        let known = outcomes(&system, &rulebook, &effects);
        let unknown = outcomes(&untold, &rulebook, &effects);
        for (key, judged) in known.judged.iter().filter(|(key, judged)| key.because.is_none() && judged.outcome == Outcome::Uncontrolled) {
            let crate::subject::SubjectKey::Vulnerability(_, element) = &key.subject else { continue };
            let presumed = unknown.judged.iter().filter(|(other, _)| other.because.is_some() && other.subject.element() == element);
            let worst = presumed.map(|(_, judged)| judged.outcome).max();
            prop_assert_eq!(worst, Some(Outcome::Uncontrolled), "{:?} {:?}", key, judged);
        }
    }

    /// What would be if all claims held is never worse than what is decided; and whatever is controlled rests on a decision that is
    /// named, with its last day.
    #[test]
    fn decided_is_never_better_than_claimed(system in systems(), picks in any::<u32>()) {
        let rulebook = rulebook();
        let chosen = some(&system, picks);
        let entered = system.device.claims.values().filter(|claim| chosen.holds(&claim.id)).enumerate().map(|(place, claim)| Decision {
            number: place + 1,
            claims: vec![claim.id.to_string()],
            files: Vec::new(),
            accepted: true,
            by: "somebody".into(),
            on: TODAY,
            evidence: joint_evidence([claim]),
            premise: Some(joint_premise([claim])),
            expires: TODAY,
            rationale: "tests".into(),
        });
        let decisions = Decisions { entered: entered.collect(), ..no_decisions() };
        let judgement = judge(system.situation(&rulebook, &decisions));
        prop_assert!(judgement.decisions_without_effect.is_empty(), "{:?}", judgement.decisions_without_effect);
        // Of a single subject it cannot be asked where a control is claimed and not decided: what defeats it leads on only while it is
        // relied upon (decision 9).
        let controls = system.device.controls.keys().cloned().map(ClaimId::Control);
        let mut controls = controls;
        let relied_upon = controls.all(|claim| chosen.holds(&claim));
        for verdict in &judgement.verdicts {
            prop_assert!(!relied_upon || verdict.if_claims_hold <= verdict.verdict, "{:#?}", verdict);
            if verdict.verdict == Outcome::Controlled && verdict.basis == Basis::Confirmed {
                prop_assert!(verdict.provisional && verdict.valid_until == Some(TODAY), "{:#?}", verdict);
            }
        }
    }

    /// Law 4: a worse severity, or more people at once, never improves a verdict; law 6: several people are never better than one.
    #[test]
    fn worse_harm_to_more_people_is_never_better(system in systems(), picks in any::<u32>(), harm in 0..3_usize) {
        let rulebook = rulebook();
        let effects = some(&system, picks);
        let mut worse = system.clone();
        let harms: Vec<_> = worse.device.harms.keys().cloned().collect();
        if let Some(harm) = worse.device.harms.get_mut(&harms[harm]) {
            harm.severity = Severity::Catastrophic;
        }
        for element in worse.device.elements.values_mut() {
            element.instances_per_site = element.instances_per_site.map(|count| count + 1);
        }
        for function in worse.device.functions.values_mut() {
            function.at_once_per_instance = function.at_once_per_instance.map(|count| count * 2);
        }
        never_better(&outcomes(&system, &rulebook, &effects), &outcomes(&worse, &rulebook, &effects))?;
    }

    /// Law 5: privacy alone never yields uncontrolled.
    #[test]
    fn privacy_alone_is_never_uncontrolled(system in systems(), picks in any::<u32>()) {
        let rulebook = rulebook();
        let effects = some(&system, picks);
        let mut private = system;
        for harm in private.device.harms.values_mut() {
            harm.axis = Axis::Privacy;
        }
        let outcomes = outcomes(&private, &rulebook, &effects);
        let confirmed = outcomes.judged.iter().filter(|(key, _)| key.basis() == Basis::Confirmed);
        for (key, judged) in confirmed {
            prop_assert_eq!(judged.outcome, Outcome::Controlled, "{:?}", key);
        }
    }

    /// Law 15: every harm that can be reached is reached through some subject, so that it appears in a verdict; every element that
    /// nobody answers for is presumed.
    #[test]
    fn every_harm_reached_has_a_subject(system in systems(), picks in any::<u32>()) {
        let rulebook = rulebook();
        let decisions = no_decisions();
        let effects = some(&system, picks);
        let situation = system.situation(&rulebook, &decisions);
    let catalogue = Catalogue::new(situation, &rulebook.policies[0], &system.device.versions[0]);
    let context = system.context(situation, &effects, &catalogue);
        let grounded = ground(&context);
        let whole = solve(&grounded.program);
        let mut explained = BTreeSet::new();
        for steps in grounded.groups.iter().flat_map(|(_, steps)| steps) {
            explained.extend(through(&grounded.program, &whole, &steps.1).facts());
        }
        for number in 0..grounded.program.len() {
            let fact = FactId(u32::try_from(number).unwrap());
            if matches!(grounded.program.at(fact), Fact::Harmed(..) | Fact::Unrelieved(..)) && whole.reaches(fact) {
                prop_assert!(explained.contains(&fact), "{:?} is reached through nothing", grounded.program.at(fact));
            }
        }
        let outcomes = outcomes(&system, &rulebook, &effects);
        for element in system.device.elements.keys() {
            let listed = crate::presume::COMPLETENESS.iter().all(|claim| context.holds_for_element(element, *claim));
            let complete = listed && catalogue.unsaid(element).is_empty();
            let presumed = outcomes.judged.keys().any(|key| {
                key.because == Some(ward_model::verdict::PresumedBecause::Unmodelled) && key.subject.element() == element
            });
            prop_assert_eq!(complete, !presumed, "{:?}", element);
        }
    }
}
