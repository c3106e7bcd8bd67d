//! What the watch list announces, against what comes about: over random systems.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use ward_model::claim::{Claim, ClaimId, Decision, joint_evidence, joint_premise};
use ward_model::device::Decisions;
use ward_model::scale::{Exploitability, Reach};
use ward_model::verdict::{Basis, Outcome, Verdict};

use super::system::{TODAY, cases, no_decisions, rulebook, system};
use crate::catalogue::Catalogue;
use crate::effects::Effects;
use crate::graph::Step;
use crate::ground::{Grounded, ground};
use crate::judge::{Judgement, judge_supposing};
use crate::program::{Program, ReachRule};
use crate::run::Run;

/// The subjects that are uncontrolled, or left to a presumption that is.
fn bad(judgement: &Judgement) -> BTreeSet<(String, String)> {
    let bad = judgement.verdicts.iter().filter(|verdict| verdict.verdict == Outcome::Uncontrolled);
    let at = |verdict: &Verdict| (verdict.subject.id.clone(), verdict.element.to_string());
    bad.map(at).collect()
}

fn covered(judgement: &Judgement) -> BTreeSet<&str> {
    let presumed = judgement.verdicts.iter().filter(|verdict| verdict.basis == Basis::Presumed);
    presumed.flat_map(|verdict| &verdict.covers).map(String::as_str).collect()
}

proptest! {
    #![proptest_config(cases(60))]

    /// Whatever turns uncontrolled without one claim, or without one decision on several, was announced.
    #[test]
    fn whatever_turns_without_a_decision_is_announced(
        system in system(),
        picks in any::<u64>(),
        pairs in any::<prop::sample::Index>(),
    ) {
        let rulebook = rulebook();
        let claims: Vec<&Claim> = system.device.claims.values().collect();
        let chosen: Vec<&Claim> =
            claims.iter().enumerate().filter(|(place, _)| picks >> (place % 61) & 7 != 0).map(|(_, claim)| *claim).collect();
        prop_assume!(chosen.len() > 2);
        // One decision speaks of two claims, each of the others of one.
        let first = pairs.index(chosen.len() - 1);
        let decision = |number: usize, of: &[&Claim]| Decision {
            number,
            claims: of.iter().map(|claim| claim.id.to_string()).collect(),
            files: Vec::new(),
            accepted: true,
            by: "somebody".into(),
            on: TODAY,
            evidence: joint_evidence(of.iter().copied()),
            premise: Some(joint_premise(of.iter().copied())),
            expires: TODAY,
            rationale: "tests".into(),
        };
        let sets: Vec<Vec<&Claim>> = (0..chosen.len())
            .filter(|place| *place != first + 1)
            .map(|place| if place == first { chosen[place..place + 2].to_vec() } else { vec![chosen[place]] })
            .collect();
        let entered = sets.iter().zip(1..).map(|(of, number)| decision(number, of));
        let decisions = Decisions { entered: entered.collect(), ..no_decisions() };
        let situation = system.situation(&rulebook, &decisions);
        let (effects, _) = Effects::decided(&system.device, &decisions, TODAY);
        let now = judge_supposing(situation, &effects);
        let (before, left_open) = (bad(&now), covered(&now));
        for (number, lost) in (1..).zip(&sets).flat_map(|(number, of)| {
            let each = of.iter().map(move |claim| (None, vec![claim.id.clone()]));
            each.chain((of.len() > 1).then(|| (Some(number), of.iter().map(|claim| claim.id.clone()).collect())))
        }) {
            let lost: Vec<ClaimId> = lost;
            let then = judge_supposing(situation, &effects.without(&lost));
            for (event, element) in bad(&then).difference(&before).filter(|(event, _)| !left_open.contains(event.as_str())) {
                let named = |claims: &[String]| lost.iter().any(|claim| claims.contains(&claim.to_string()));
                let on_the_list = now.watch_list.iter().any(|item| {
                    item.event == *event
                        && item.element.as_str() == element
                        && item.predicates.iter().any(|one| match one.decision {
                            None => named(&one.claims),
                            Some(decision) => Some(decision) == number,
                        })
                });
                // What reaches a harm today, however acceptable, has a verdict that says on what it turns.
                let in_a_verdict = now.verdicts.iter().any(|verdict| {
                    verdict.subject.id == *event
                        && verdict.element.as_str() == element
                        && (verdict.harm.is_some() || verdict.presumed_because.is_some())
                        && (number.is_some() || verdict.sensitivity.iter().any(|point| lost.contains(&point.claim)))
                });
                prop_assert!(on_the_list || in_a_verdict, "without {:?}: {} at {}\n{:#?}", lost, event, element, now.watch_list);
            }
        }
    }

    /// Whatever is said to be enough for a subject to become live is enough: when just that comes about, it is uncontrolled.
    #[test]
    fn what_is_said_to_make_it_live_does(system in system(), picks in any::<u64>()) {
        let rulebook = rulebook();
        let decisions = no_decisions();
        let claims = system.claims().into_iter().enumerate().filter(|(place, _)| picks >> (place % 61) & 3 != 0);
        let effects = Effects::of(claims.map(|(_, claim)| claim));
        let situation = system.situation(&rulebook, &decisions);
        let catalogue = Catalogue::new(situation, &rulebook.policies[0], &system.device.versions[0]);
        let context = system.context(situation, &effects, &catalogue);
        let run = Run::new(context);
        let outcomes = run.outcomes();
        for key in system.possible_keys(&rulebook) {
            let waits = outcomes.standing(&key).is_some_and(|standing| standing.outcome() == Outcome::Controlled);
            if !waits || key.because.is_some() {
                continue;
            }
            for set in run.missing_sets(&key).unwrap_or_default() {
                prop_assert!(!set.facts.is_empty());
                let grounded = ground(&context);
                let mut program = Program::over(Arc::clone(&grounded.program));
                for fact in &set.facts {
                    let fact = program.fact(run.fact(*fact).clone());
                    let reach = ReachRule::Exactly(Reach::Fleet);
                    program.derive(Step { premises: &[], conclusion: fact, class: Exploitability::High, reach }, "it comes about");
                }
                let supposed = Run::of(context, Grounded { program: Arc::new(program), ..grounded });
                let comes_out = supposed.outcomes().outcome(&key);
                // Where it is not said to be enough, more may be needed, and is named beside it.
                prop_assert!(!set.leads || comes_out == Outcome::Uncontrolled, "{:?} by {:?}", key, set);
            }
        }
    }
}
