//! Laws 7 and 9 of the design: what one version has evidence for says nothing of another, and an interim control has an owner and an end.

use std::sync::Arc;

use jiff::ToSpan;
use proptest::prelude::*;
use ward_model::claim::{ClaimId, Decision, joint_evidence, joint_premise};
use ward_model::device::{Decisions, FieldedVersion, OwnFinding};
use ward_model::finding::Finding;
use ward_model::ids::FieldedVersionId;
use ward_model::scale::Exploitability;
use ward_model::verdict::{Outcome, Place, Verdict, Witness};

use super::some;
use crate::judge::{Judgement, judge, judge_supposing};
use crate::tests::system::{System, TODAY, cases, no_decisions, rulebook, systems};

/// The verdicts on one version.
fn on<'j>(judgement: &'j Judgement, version: &str) -> Vec<&'j Verdict> {
    let version = FieldedVersionId::from(version);
    judgement.verdicts.iter().filter(|verdict| verdict.fielded_version == version).collect()
}

/// A verdict without its witness, and what that ends in.
type Told = (Verdict, Option<(Arc<str>, Exploitability, Place)>);

/// The verdicts on one version, each without its witness and with what that ends in.
///
/// Vulnerabilities that demand and give the same take the same step, which is said to follow by the first of them; a claim about one
/// of them changes which is first, and which of several derivations of the same harm is drawn. That there is one, and what it ends in,
/// is the same.
fn told(judgement: &Judgement, version: &str) -> Vec<Told> {
    let told = |verdict: &Verdict| {
        let end = verdict.witness.nodes.last().map(|node| (node.fact.clone(), node.class, node.at.clone()));
        (Verdict { witness: Witness::default(), ..verdict.clone() }, end)
    };
    on(judgement, version).into_iter().map(told).collect()
}

/// The same with a version that came later, in which some findings are fixed.
fn with_a_later_version(system: &System, fixed: u32) -> System {
    let mut both = system.clone();
    both.device.versions.push(FieldedVersion { id: "later".into(), ..system.device.versions[0].clone() });
    let is_fixed = |number: usize| fixed >> (number % 32) & 1 == 1;
    for ((_, element), reports) in &system.reports {
        let mut reports = reports.clone();
        let left = |findings: &mut Vec<Finding>| {
            let mut number = 0;
            findings.retain(|_| {
                number += 1;
                !is_fixed(number - 1)
            });
        };
        left(&mut reports.open.findings);
        left(&mut reports.complete.findings);
        both.reports.insert(("later".into(), element.clone()), reports);
    }
    both
}

proptest! {
    #![proptest_config(cases(1000))]

    /// Law 7: what is fixed in one version stays open in every other that has no evidence of its own.
    #[test]
    fn what_is_fixed_in_one_version_is_open_in_the_others(system in systems(), picks in any::<u32>(), fixed in any::<u32>()) {
        let rulebook = rulebook();
        let decisions = no_decisions();
        let effects = some(&system, picks);
        let both = with_a_later_version(&system, fixed);
        let alone = judge_supposing(system.situation(&rulebook, &decisions), &effects);
        let beside = judge_supposing(both.situation(&rulebook, &decisions), &effects);
        prop_assert_eq!(on(&alone, "1"), on(&beside, "1"));
        // Nor is a version better than its own evidence makes it: with the same findings it comes to the same.
        let unfixed = with_a_later_version(&system, 0);
        let unfixed = judge_supposing(unfixed.situation(&rulebook, &decisions), &effects);
        let told = |verdicts: Vec<&Verdict>| -> Vec<_> {
            verdicts.into_iter().map(|verdict| (verdict.subject.clone(), verdict.presumed_because, verdict.verdict)).collect()
        };
        prop_assert_eq!(told(on(&unfixed, "1")), told(on(&unfixed, "later")));
    }

    /// Law 7: that an own finding is in a later version alone is a claim, and changes nothing for the others until it is decided.
    #[test]
    fn a_finding_said_to_be_in_one_version_is_open_in_the_others(system in systems(), picks in any::<u32>(), at in 0..4_usize) {
        let rulebook = rulebook();
        let decisions = no_decisions();
        let effects = some(&system, picks);
        let found = |versions: Vec<FieldedVersionId>| {
            let mut both = with_a_later_version(&system, 0);
            both.device.own_findings.push(OwnFinding {
                id: "found-here".into(),
                title: "tests".into(),
                element: ["a", "b", "c", "d"][at].into(),
                versions,
                weaknesses: Vec::new(),
                vectors: Vec::new(),
                known_since: TODAY,
                source: "tests".into(),
                demonstrated: false,
                exploited: false,
            });
            judge_supposing(both.situation(&rulebook, &decisions), &effects)
        };
        let (everywhere, later) = (found(Vec::new()), found(vec!["later".into()]));
        for version in ["1", "later"] {
            prop_assert_eq!(told(&everywhere, version), told(&later, version));
        }
    }

    /// Law 9: whatever is controlled by a control has somebody who answers for that, until a day; and it is said until when it lasts.
    #[test]
    fn what_a_control_controls_has_an_owner_and_an_end(system in systems(), picks in any::<u32>()) {
        let rulebook = rulebook();
        let chosen = some(&system, picks);
        let [first, last] = [TODAY + 30.days(), TODAY + 60.days()];
        let entered = system.device.claims.values().filter(|claim| chosen.holds(&claim.id)).enumerate().map(|(place, claim)| Decision {
            number: place + 1,
            claims: vec![claim.id.to_string()],
            files: Vec::new(),
            accepted: true,
            by: "somebody".into(),
            on: TODAY,
            evidence: joint_evidence([claim]),
            premise: Some(joint_premise([claim])),
            expires: if matches!(claim.id, ClaimId::Control(_)) { first } else { last },
            rationale: "tests".into(),
        });
        let decisions = Decisions { entered: entered.collect(), ..no_decisions() };
        let judgement = judge(system.situation(&rulebook, &decisions));
        let controlled = judgement.verdicts.iter().filter(|verdict| verdict.verdict == Outcome::Controlled);
        for verdict in controlled.filter(|verdict| !verdict.controls_relied_on.is_empty()) {
            prop_assert!(verdict.provisional && verdict.valid_until.is_some_and(|until| until <= last), "{:#?}", verdict);
            for control in &verdict.controls_relied_on {
                let claim = ClaimId::Control(control.clone());
                let named = claim.to_string();
                let owned = decisions.entered.iter().any(|one| one.claims.contains(&named) && !one.by.is_empty() && one.expires == first);
                prop_assert!(owned, "nobody answers for {}: {:#?}", control, verdict);
                // Where it is the only control, all that lapses on its last day is that one.
                let turns = verdict.sensitivity.iter().any(|point| point.claim == claim);
                if turns && system.device.controls.len() == 1 {
                    prop_assert_eq!(verdict.valid_until, Some(first), "{:#?}", verdict);
                }
            }
        }
    }
}
