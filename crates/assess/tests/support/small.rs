//! A device of a few elements, assessed by records that a test makes.
#![allow(dead_code, reason = "every test file uses a part of it")]

use jiff::civil::{Date, date};
use ward_assess::{Inputs, assess};
use ward_knowledge::{Contents, Memory};
use ward_model::Assessment;
use ward_model::claim::{Claim, Decision, joint_evidence, joint_premise};
use ward_model::device::{Decisions, Device};
use ward_model::digest::Digest;
use ward_policy::Library;

pub const TODAY: Date = date(2026, 11, 22);

pub const DEVICE: &str = r#"
id = "d"
name = "D"
maker = "M"
intended_use = "x"
environments = ["hospital"]
policies = ["fda-postmarket-2016"]
model_since = 2026-01-01
lifecycle = { stage = "support" }
"#;

/// A decision for each of these claims, with whether it is accepted.
pub fn decided<'c>(claims: impl Iterator<Item = (&'c Claim, bool)>) -> Decisions {
    let entered = claims.enumerate().map(|(place, (claim, accepted))| Decision {
        number: place + 1,
        claims: vec![claim.id.to_string()],
        files: Vec::new(),
        accepted,
        by: "safety officer".into(),
        on: date(2026, 11, 1),
        evidence: joint_evidence([claim]),
        premise: Some(joint_premise([claim])),
        expires: date(2027, 6, 30),
        rationale: "looked at".into(),
    });
    Decisions { entered: entered.collect(), digest: Digest::of(b"decisions") }
}

/// The text of one decision that accepts all of these claims.
pub fn accepted(claims: &[&Claim]) -> String {
    let named: Vec<String> = claims.iter().map(|claim| format!("\"{}\"", claim.id)).collect();
    format!(
        "[[decision]]\nclaims = [{}]\noutcome = \"accepted\"\nby = \"x\"\non = 2026-01-01\nexpires = 2027-12-31\nrationale = \"x\"\n\
         premise_sha256 = \"{}\"\nevidence_sha256 = \"{}\"\n",
        named.join(", "),
        joint_premise(claims.iter().copied()),
        joint_evidence(claims.iter().copied()).expect("the evidence is there"),
    )
}

/// What is answered about a device where this is known.
pub fn asked<T>(device: &Device, decisions: &Decisions, contents: Contents, ask: impl FnOnce(&Inputs<'_>) -> T) -> T {
    let knowledge = Memory::new(contents).expect("knowledge");
    let rulebook = Library::built_in().expect("built in").select(&device.policies, TODAY).expect("a policy");
    ask(&Inputs {
        device,
        decisions,
        knowledge: &knowledge,
        rulebook: &rulebook,
        as_of: TODAY,
        engine: "wardround test",
        rest_on: ward_device::rest_on,
    })
}

/// What comes of a device where this is known.
pub fn assessed_with(device: &Device, decisions: &Decisions, contents: Contents) -> Assessment {
    asked(device, decisions, contents, |inputs| assess(inputs).expect("knowledge in memory can be read"))
}
