//! What turns without claims, against a reading of its own for every removal.

use std::collections::BTreeSet;

use jiff::ToSpan;
use proptest::prelude::*;
use ward_model::claim::{Claim, ClaimId, Decision, joint_evidence, joint_premise};
use ward_model::device::Decisions;
use ward_model::verdict::{Basis, Outcome, Place, Verdict};

use super::system::{TODAY, no_decisions, rulebook, system};
use crate::catalogue::Catalogue;
use crate::effects::Effects;
use crate::judge::judge;
use crate::run::{Outcomes, Run};
use crate::without::Without;

proptest! {
    #![proptest_config(super::system::cases(400))]

    #[test]
    fn what_turns_is_what_a_reading_of_its_own_finds(
        system in system(),
        picks in any::<u64>(),
        sets in prop::collection::vec(any::<u64>(), 0..4),
    ) {
        let rulebook = rulebook();
        let decisions = no_decisions();
        // Most claims hold: what is controlled is what is asked about.
        let claims: Vec<ClaimId> = system.claims();
        let decided: Vec<ClaimId> = chosen(&claims, !(picks & picks.rotate_left(17) & picks.rotate_left(31)));
        let effects = Effects::of(decided.iter().cloned());
        let situation = system.situation(&rulebook, &decisions);
        let catalogue = Catalogue::new(situation, &rulebook.policies[0], &system.device.versions[0]);
        let run = Run::new(system.context(situation, &effects, &catalogue));
        let outcomes = run.outcomes();
        let mut without = Without::new(&run, &outcomes);
        let mut removals: Vec<Vec<ClaimId>> = decided.iter().map(|claim| vec![claim.clone()]).collect();
        removals.extend(sets.iter().map(|set| chosen(&decided, set & set.rotate_left(13))));
        // What was taken away once may be taken away again: several decisions lapse together.
        removals.extend(decided.iter().map(|claim| vec![claim.clone()]));
        for removal in &removals {
            without.remove(removal, &effects.without(removal));
        }
        let turns = without.turns();
        let keys = system.possible_keys(&rulebook);
        let controlled: Vec<_> = keys.iter().filter(|key| outcomes.outcome(key) == Outcome::Controlled).collect();
        let turning: Vec<BTreeSet<usize>> =
            controlled.iter().map(|key| turns.of(&outcomes, run.context(), key).into_iter().collect()).collect();
        for (number, removal) in removals.iter().enumerate() {
            let fewer = effects.without(removal);
            let other = Run::new(system.context(situation, &fewer, &catalogue)).outcomes();
            let asked = Outcomes::of(system.context(situation, &fewer, &catalogue));
            for key in &keys {
                prop_assert_eq!(asked.outcome(key), other.outcome(key), "{:?} without {:?}", key, removal);
            }
            for (key, turning) in controlled.iter().zip(&turning) {
                // A presumption that is not there has nothing that could turn.
                if key.because.is_some() && outcomes.standing(key).is_none() {
                    continue;
                }
                let turned = other.outcome(key) == Outcome::Uncontrolled;
                prop_assert_eq!(turning.contains(&number), turned, "{:?} without {:?}", key, removal);
            }
        }
    }
}

fn chosen(claims: &[ClaimId], picks: u64) -> Vec<ClaimId> {
    let picked = claims.iter().enumerate().filter(|(place, _)| picks >> (place % 64) & 1 == 1);
    picked.map(|(_, claim)| claim.clone()).collect()
}

proptest! {
    #![proptest_config(super::system::cases(100))]

    /// What a verdict is said to turn on, and until when, is what readings of their own find: one for every claim, and one for every
    /// day on which decisions lapse.
    #[test]
    fn a_verdict_turns_on_what_it_says_and_lasts_as_long(system in system(), picks in any::<u64>(), ends in any::<u64>()) {
        let rulebook = rulebook();
        let claims: Vec<&Claim> = system.device.claims.values().collect();
        let decided = claims.iter().enumerate().filter(|(place, _)| picks >> (place % 61) & 7 != 0);
        let entered = decided.map(|(place, claim)| Decision {
            number: place + 1,
            claims: vec![claim.id.to_string()],
            files: Vec::new(),
            accepted: true,
            by: "somebody".into(),
            on: TODAY,
            evidence: joint_evidence([*claim]),
            premise: Some(joint_premise([*claim])),
            expires: if ends >> (place % 63) & 3 == 0 { TODAY } else { TODAY.saturating_add(i64::try_from(place % 3).unwrap().days()) },
            rationale: "tests".into(),
        });
        let decisions = Decisions { entered: entered.collect(), ..no_decisions() };
        let situation = system.situation(&rulebook, &decisions);
        let (effects, _) = Effects::decided(&system.device, &decisions, TODAY);
        let verdicts = judge(situation).verdicts;
        let unconfirmed = super::system::System { confirmed: Vec::new(), ..system.clone() };
        let catalogue = Catalogue::new(situation, &rulebook.policies[0], &system.device.versions[0]);
        let decided = effects.claims().cloned().collect::<Vec<_>>();
        let days: BTreeSet<_> = decided.iter().filter_map(|claim| effects.until(claim)).collect();
        let turned = |claims: &[ClaimId]| {
            let fewer = effects.without(claims);
            let outcomes = Run::new(unconfirmed.context(situation, &fewer, &catalogue)).outcomes();
            let keys = system.possible_keys(&rulebook);
            keys.into_iter().filter(|key| outcomes.outcome(key) == Outcome::Uncontrolled).collect::<BTreeSet<_>>()
        };
        let without: Vec<_> = decided.iter().map(|claim| turned(std::slice::from_ref(claim))).collect();
        let lapsed: Vec<_> = days.iter().map(|day| turned(&effects.lapsed(*day).cloned().collect::<Vec<_>>())).collect();
        for key in system.possible_keys(&rulebook) {
            let of_key = |verdict: &&Verdict| {
                verdict.subject == key.subject.subject() && verdict.element == *key.subject.element() && verdict.presumed_because == key.because
            };
            let Some(verdict) = verdicts.iter().find(of_key).filter(|verdict| verdict.verdict == Outcome::Controlled) else { continue };
            let turning = decided.iter().zip(&without).filter(|(_, turned)| turned.contains(&key)).map(|(claim, _)| claim.clone());
            let said: BTreeSet<ClaimId> = verdict.sensitivity.iter().map(|point| point.claim.clone()).collect();
            // Two claims of which one is as good as the other are named together; each of them is in effect or it is not asked.
            prop_assert_eq!(said, turning.collect::<BTreeSet<_>>(), "{:?}", key);
            let until = days.iter().zip(&lapsed).find(|(_, turned)| turned.contains(&key)).map(|(day, _)| *day);
            prop_assert_eq!(verdict.valid_until, until, "{:?}", key);
        }
        // Whoever is told of a harm is shown the way to it, in the class that is told.
        for verdict in verdicts.iter().filter(|verdict| verdict.basis == Basis::Confirmed) {
            let last = verdict.witness.nodes.last().map(|node| (node.at.clone(), node.class));
            let told = verdict.harm.as_ref().map(|harm| (Place::Harm(harm.id.to_string()), verdict.exploitability));
            prop_assert_eq!(last, told, "{:?}", verdict);
        }
    }
}
