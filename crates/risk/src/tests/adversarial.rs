//! Ways to a false "controlled", one test for each: a whole small device is uncontrolled or presumed for the reason that is named,
//! turned by exactly the evidence that should turn it, and by nothing that merely looks like it.
//!
//! Those that need components and feeds stand in the tests of `assess`: another element's operating system, a later version that is
//! open, a statement of somebody whom nobody trusts.

mod absence;
mod controls;
mod people;
mod reach;

use jiff::civil::date;
use ward_model::claim::{Claim, ClaimId, Decision, Evidence, joint_premise};
use ward_model::device::{Cut, Decisions};
use ward_model::digest::Digest;
use ward_model::verdict::{Basis, Outcome, Verdict};

use super::cases::{judged_with, of};
use super::system::{System, TODAY};
use crate::judge::Judgement;

/// A decision that is good in every respect.
fn decision(claim: &Claim) -> Decision {
    Decision {
        number: 1,
        claims: vec![claim.id.to_string()],
        files: Vec::new(),
        accepted: true,
        by: "safety officer".into(),
        on: date(2026, 11, 1),
        evidence: Some(Digest::of(b"evidence")),
        premise: Some(joint_premise([claim])),
        expires: date(2027, 6, 30),
        rationale: "looked at".into(),
    }
}

/// What comes of a system in which every claim is decided but one, about which there is this decision at most.
fn judged_but(system: &System, claim: &str, change: Option<&dyn Fn(&mut Decision)>) -> Judgement {
    let claims = system.device.claims.values();
    let mut entered: Vec<Decision> =
        claims.clone().filter(|other| other.id.to_string() != claim).map(decision).collect();
    let one = claims.clone().find(|one| one.id.to_string() == claim);
    assert!(one.is_some(), "nothing claims {claim}");
    entered.extend(one.zip(change).map(|(one, change)| {
        let mut decision = decision(one);
        change(&mut decision);
        decision
    }));
    judged_with(system, &Decisions { entered, digest: Digest::of(b"decisions") })
}

/// The worst verdict of a subject with everything decided.
fn verdict(system: &mut System, subject: &str) -> Verdict {
    system.make_claims();
    let entered = system.device.claims.values().map(decision).collect();
    let judgement = judged_with(system, &Decisions { entered, digest: Digest::of(b"decisions") });
    worst(&judgement, subject).unwrap_or_else(|| panic!("{subject} has no verdict: {:#?}", judgement.verdicts))
}

/// What is done to a decision.
type Change<'a> = &'a dyn Fn(&mut Decision);

fn worst(judgement: &Judgement, subject: &str) -> Option<Verdict> {
    of(judgement, subject).into_iter().max_by_key(|verdict| verdict.verdict).cloned()
}

/// Holds a system to being turned by one claim and by nothing like it: nobody decides, the decision is over or has not begun, it
/// looked at other evidence or at another wording, or it says no. With it the subject is controlled, or not there at all where
/// what is not known was all that there was. Gives the verdict without it.
fn turned_by(system: &mut System, subject: &str, claim: &str) -> Verdict {
    if !system.device.claims.keys().any(|id| id.to_string() == claim) {
        system.make_claims();
    }
    let system = &*system;
    let undecided = judged_but(system, claim, None);
    let without = worst(&undecided, subject).unwrap_or_else(|| panic!("{subject} has no verdict without {claim}"));
    assert_eq!(without.verdict, Outcome::Uncontrolled, "without {claim}: {without:#?}");
    let misses: [(&str, Change); 5] = [
        ("it is over", &|decision| decision.expires = date(2026, 11, 21)),
        ("it has not begun", &|decision| decision.on = date(2026, 11, 23)),
        ("it looked at other evidence", &|decision| decision.evidence = Some(Digest::of(b"another test"))),
        ("it accepted another wording", &|decision| decision.premise = Some(Digest::of(b"as it was before"))),
        ("it says no", &|decision| decision.accepted = false),
    ];
    for (why, change) in misses {
        let judgement = judged_but(system, claim, Some(change));
        let missed = worst(&judgement, subject).map(|verdict| (verdict.verdict, verdict.basis, verdict.reasons));
        let expected = (without.verdict, without.basis, without.reasons.clone());
        assert_eq!(missed, Some(expected), "{subject}: {claim} is decided, but {why}");
    }
    let judgement = judged_but(system, claim, Some(&|_| {}));
    match worst(&judgement, subject) {
        Some(with) => {
            assert_eq!(with.verdict, Outcome::Controlled, "with {claim}: {with:#?}");
            assert!(with.provisional, "{with:#?}");
            assert_eq!(with.valid_until, Some(date(2027, 6, 30)), "{with:#?}");
            assert!(with.sensitivity.iter().any(|point| point.claim.to_string() == claim), "{with:#?}");
        }
        // What is presumed is gone with what was not known; a weakness may be, where no weakness of its kind is left.
        None => {
            let open = |other: &&Verdict| other.verdict == Outcome::Uncontrolled;
            let left = judgement.verdicts.iter().find(open);
            assert!(without.basis == Basis::Presumed || left.is_none(), "{subject} vanished, and left {left:#?}");
        }
    }
    // On its last day it holds, and the day after it does not.
    let until = |expires| worst(&judged_but(system, claim, Some(&|decision| decision.expires = expires)), subject);
    assert!(until(TODAY).is_none_or(|verdict| verdict.verdict == Outcome::Controlled));
    without
}

/// The facts that a verdict's witness goes through.
fn facts(verdict: &Verdict) -> Vec<&str> {
    verdict.witness.nodes.iter().map(|node| &*node.fact).collect()
}

/// Holds a verdict to a witness that goes through these facts.
fn shown(verdict: &Verdict, expected: &[&str]) {
    let facts = facts(verdict);
    for expected in expected {
        assert!(facts.iter().any(|fact| fact.contains(expected)), "`{expected}` is not among {facts:#?}");
    }
}

/// Somebody has mended a vulnerability at an element.
fn mended(system: &mut System, id: &str, at: &str) -> String {
    let name = format!("mend-{id}-{at}");
    system.control(&name, vec![Cut::Vulnerability { id: id.into(), at: at.into() }], at);
    format!("control:{name}")
}

/// A claim that no part of the device makes by itself.
fn claimed(system: &mut System, id: ClaimId) {
    let claim = Claim {
        statement: id.to_string(),
        premise: Digest::of(id.to_string().as_bytes()),
        evidence: Some(Evidence {
            path: "evidence/e".into(),
            place: None,
            digest: Some(Digest::of(b"evidence")),
            reading: Default::default(),
        }),
        file: "system.toml".into(),
        id: id.clone(),
    };
    system.device.claims.insert(id, claim);
}
