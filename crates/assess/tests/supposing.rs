//! What is supposed is answered with the same reasons as what is so.
#![allow(
    clippy::expect_used,
    clippy::panic,
    dead_code,
    reason = "a test fails by them; others use the rest of what is shared"
)]

use ward_assess::{Inputs, assess, what_if};
use ward_knowledge::Memory;
use ward_model::Assessment;
use ward_model::claim::{ClaimId, EvidenceReading};
use ward_model::hypothesis::Change;
use ward_model::verdict::Outcome;
use ward_policy::Library;

#[path = "support/sealed.rs"]
mod sealed;
#[path = "support/small.rs"]
mod small;

use small::TODAY;

#[test]
fn evidence_against_an_accepted_claim_is_told_whatever_is_supposed() {
    let mut reading = sealed::folder(sealed::SYSTEM);
    let sealed = ClaimId::Control("sealed".into());
    let evidence = reading.device.claims.get_mut(&sealed).and_then(|claim| claim.evidence.as_mut()).expect("evidence");
    evidence.reading = EvidenceReading::Against("the seal was found broken".to_owned());
    let knowledge =
        Memory::new(sealed::record("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")).expect("knowledge in memory");
    let rulebook = Library::built_in().expect("built in").select(&reading.device.policies, TODAY).expect("a policy");
    let inputs = Inputs {
        device: &reading.device,
        decisions: &reading.decisions,
        knowledge: &knowledge,
        rulebook: &rulebook,
        as_of: TODAY,
        engine: "wardround test",
        rest_on: ward_device::rest_on,
    };
    let told = |answer: &Assessment| {
        let verdict = answer.verdicts.iter().find(|verdict| verdict.subject.id == "CVE-2026-0001").expect("a verdict");
        assert_eq!((verdict.verdict, verdict.if_claims_hold), (Outcome::Uncontrolled, Outcome::Controlled));
        assert!(!answer.decisions_without_effect.is_empty());
        verdict.reasons.iter().any(|reason| reason.contains("the seal was found broken"))
    };
    assert!(told(&assess(&inputs).expect("knowledge in memory")));
    assert!(told(&what_if(&inputs, &[Change::Drop("sealed".into())]).expect("names that are known")));
}
