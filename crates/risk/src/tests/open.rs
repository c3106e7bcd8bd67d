//! What is uncontrolled by the quick reading that a search asks for, against the verdicts.

use std::collections::BTreeMap;

use proptest::prelude::*;
use ward_model::claim::ClaimId;
use ward_model::ids::{ElementId, HarmId};
use ward_model::verdict::{Basis, Outcome, Place, Subject};

use super::system::{no_decisions, rulebook, system};
use crate::effects::Effects;
use crate::judge::judge_supposing;
use crate::open::open;

proptest! {
    #![proptest_config(super::system::cases(200))]

    #[test]
    fn what_is_open_is_what_the_verdicts_say(system in system(), picks in any::<u64>()) {
        let rulebook = rulebook();
        let decisions = no_decisions();
        let claims: Vec<ClaimId> = system.claims();
        let chosen = claims.iter().enumerate().filter(|(place, _)| picks >> (place % 64) & 1 == 1);
        let effects = Effects::of(chosen.map(|(_, claim)| claim.clone()));
        let situation = system.situation(&rulebook, &decisions);
        type Told = BTreeMap<(Subject, ElementId, bool), Option<HarmId>>;
        let uncontrolled = |presumed: bool| -> Told {
            let verdicts = judge_supposing(situation, &effects).verdicts.into_iter();
            let verdicts = verdicts.filter(|verdict| {
                verdict.verdict == Outcome::Uncontrolled && (presumed || verdict.basis == Basis::Confirmed)
            });
            let told = verdicts.map(|verdict| {
                let key = (verdict.subject, verdict.element, verdict.basis == Basis::Presumed);
                (key, verdict.harm.map(|harm| harm.id))
            });
            told.collect()
        };
        for presumed in [false, true] {
            let found = open(situation, &effects, presumed, usize::MAX);
            // Each has the way to its harm, whether its own was drawn or that of another which takes the same steps.
            for one in found.iter().filter(|one| one.because.is_none()) {
                let last = one.witness.nodes.last().map(|node| node.at.clone());
                prop_assert_eq!(last, one.harm.as_ref().map(|harm| Place::Harm(harm.to_string())), "{:?}", one);
            }
            let found: Told = found
                .into_iter()
                .map(|one| ((one.subject, one.element, one.because.is_some()), one.harm))
                .collect();
            prop_assert_eq!(found, uncontrolled(presumed));
        }
    }
}
