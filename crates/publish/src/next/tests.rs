//! Steps say no more than the verdicts do.

#![allow(dead_code, reason = "the fixture serves other tests too")]

#[path = "../../tests/support/lvp.rs"]
pub(crate) mod lvp;

use ward_model::claim::{ClaimId, ElementClaim};
use ward_model::finding::State;

use super::{Context, steps};

#[test]
fn a_fix_for_one_vulnerability_is_not_told_as_a_fix_for_another() {
    let mut assessment = lvp::assessment();
    let mut verdict = assessment.verdicts[2].clone();
    verdict.subject.id = "CVE-2026-9999".into();
    assessment.verdicts.push(verdict);
    let mut at = assessment.findings[0].clone();
    at.finding = lvp::finding("CVE-2026-9999", "high", State::Affected);
    at.finding.fixed_in.clear();
    assessment.findings.push(at);
    let steps = steps(&assessment, &lvp::device());
    let update = steps.iter().find(|step| step.title.starts_with("Update openssl")).unwrap();
    assert!(update.detail.contains("1.0.1g (CVE-2014-0160)"), "{}", update.detail);
    assert!(update.detail.contains("No version is known without CVE-2026-9999"), "{}", update.detail);
}

#[test]
fn a_finding_that_is_not_affected_asks_for_nothing() {
    let mut assessment = lvp::assessment();
    assessment.findings[0].finding.state = State::NotAffected;
    assert!(!steps(&assessment, &lvp::device()).iter().any(|step| step.title.starts_with("Update")));
}

#[test]
fn completeness_is_no_remedy_for_what_is_derived() {
    let (assessment, mut device) = (lvp::assessment(), lvp::device());
    let claim = ClaimId::Element("pump-controller".into(), ElementClaim::SoftwareListed);
    let mut text = device.claims.values().next().unwrap().clone();
    text.id = claim.clone();
    device.claims.insert(claim.clone(), text);
    let context = Context::new(&assessment, &device);
    assert!(!context.claims_on_the_way(&assessment.verdicts[0]).contains(&&claim));
}

#[test]
fn a_claim_that_has_effect_is_not_asked_for_again() {
    let (assessment, device) = (lvp::assessment(), lvp::device());
    let context = Context::new(&assessment, &device);
    let signed = ClaimId::Control("signed-firmware".into());
    assert!(context.in_effect().contains(&signed));
    assert!(!context.claims_on_the_way(&assessment.verdicts[0]).contains(&&signed));
}

#[test]
fn what_is_overdue_comes_first_and_clocks_that_say_the_same_are_told_once() {
    let mut assessment = lvp::assessment();
    let mut again = assessment.clocks[0].clone();
    let first = again.subject.clone();
    again.subject = "another".into();
    assessment.clocks.push(again);
    let steps = steps(&assessment, &lvp::device());
    let title = format!("Overdue since 2026-10-20, for another, {first}: ");
    assert!(steps[0].title.starts_with(&title), "{}", steps[0].title);
    assert!(steps[1].title.starts_with("Overdue since 2026-11-19"), "{}", steps[1].title);
}
