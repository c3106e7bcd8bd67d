//! What the watch list announces of decisions, against what comes about when they are rejected: over the examples and the public cases.
#![allow(
    clippy::expect_used,
    clippy::panic,
    dead_code,
    reason = "a test fails by them; the cases are shared with another test"
)]

use std::collections::BTreeSet;
use std::path::Path;

use jiff::civil::{Date, date};
use ward_assess::{Inputs, assess};
use ward_device::{DirFiles, read};
use ward_knowledge::seed;
use ward_model::Assessment;
use ward_model::claim::{Claim, Decision};
use ward_model::device::Decisions;
use ward_model::verdict::{Outcome, Verdict};
use ward_model::watching::WatchItem;
use ward_policy::Library;

#[path = "history/case.rs"]
mod case;
#[path = "history/expected.rs"]
mod expected;

use case::Case;

const TODAY: Date = date(2026, 11, 22);

/// What is taken back: one claim, or all that one decision speaks of.
struct Rejection {
    name: String,
    /// The number of the decision, where it is one that speaks of several.
    decision: Option<usize>,
    claims: BTreeSet<String>,
    decisions: Decisions,
}

fn rejections(inputs: &Inputs<'_>, now: &Assessment) -> Vec<Rejection> {
    let without: BTreeSet<(usize, &str)> =
        now.decisions_without_effect.iter().map(|one| (one.number, one.claim.as_str())).collect();
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    for decision in inputs.decisions.entered.iter().filter(|decision| decision.accepted) {
        let named = decision.claims.iter().cloned();
        let is_in_one = |claim: &&Claim| decision.files.iter().any(|file| file.path == claim.file);
        let in_files = inputs.device.claims.values().filter(is_in_one).map(|claim| claim.id.to_string());
        let claims: BTreeSet<String> =
            named.chain(in_files).filter(|claim| !without.contains(&(decision.number, claim.as_str()))).collect();
        let rejecting = |claims: &BTreeSet<String>| {
            let no = Decision {
                number: 999,
                claims: claims.iter().cloned().collect(),
                files: Vec::new(),
                accepted: false,
                on: decision.on,
                expires: date(2099, 12, 31),
                ..decision.clone()
            };
            let entered = inputs.decisions.entered.iter().cloned().chain([no]).collect();
            Decisions { entered, digest: inputs.decisions.digest }
        };
        for claim in &claims {
            let one = BTreeSet::from([claim.clone()]);
            if seen.insert(claim.clone()) {
                let decisions = rejecting(&one);
                all.push(Rejection { name: claim.clone(), decision: None, claims: one, decisions });
            }
        }
        if claims.len() > 1 {
            let name = format!("decision {}", decision.number);
            let decisions = rejecting(&claims);
            all.push(Rejection { name, decision: Some(decision.number), claims, decisions });
        }
    }
    all
}

fn uncontrolled(assessment: &Assessment) -> impl Iterator<Item = &Verdict> {
    assessment.verdicts.iter().filter(|verdict| verdict.verdict == Outcome::Uncontrolled)
}

/// Whether an item says that the end of this turns it.
fn names(item: &WatchItem, rejection: &Rejection) -> bool {
    let named = |claims: &[String]| claims.iter().any(|claim| rejection.claims.contains(claim));
    item.predicates.iter().any(|one| match rejection.decision {
        None => one.decision.is_none() && named(&one.claims),
        Some(number) => one.decision == Some(number) || (one.decision.is_none() && named(&one.claims)),
    })
}

/// What is not as it was announced.
fn surprises(of: &str, inputs: &Inputs<'_>) -> Vec<String> {
    let now = assess(inputs).expect("it is in memory");
    let before: BTreeSet<&str> = uncontrolled(&now).map(|verdict| verdict.id.as_str()).collect();
    let mut surprises = Vec::new();
    for rejection in rejections(inputs, &now) {
        let then = assess(&Inputs { decisions: &rejection.decisions, ..*inputs }).expect("it is in memory");
        // What is left to a presumption is uncontrolled already, and spoken for by that.
        let spoken_for = |verdict: &Verdict| {
            let same = |presumed: &Verdict| presumed.fielded_version == verdict.fielded_version;
            uncontrolled(&now).any(|presumed| same(presumed) && presumed.covers.contains(&verdict.subject.id))
        };
        let turned = uncontrolled(&then).filter(|verdict| !before.contains(verdict.id.as_str()));
        for verdict in turned.filter(|verdict| !spoken_for(verdict)) {
            let at = |item: &&WatchItem| {
                item.event == verdict.subject.id
                    && item.element == verdict.element
                    && item.fielded_version == verdict.fielded_version
            };
            let announced = now.watch_list.iter().filter(at).any(|item| names(item, &rejection));
            if !announced {
                let was = now.verdicts.iter().find(|was| was.id == verdict.id);
                let was = was.map(|was| (was.verdict, was.harm.is_some(), was.sensitivity.len()));
                surprises.push(format!(
                    "{of}: without {} {} at {} in {} ({:?}, {}) is uncontrolled; it was {was:?}, on the list {}",
                    rejection.name,
                    verdict.subject.id,
                    verdict.element,
                    verdict.fielded_version,
                    verdict.presumed_because,
                    verdict.units.cohort,
                    now.watch_list.iter().any(|item| at(&item))
                ));
            }
        }
        for item in now.watch_list.iter().filter(|item| names(item, &rejection)) {
            let speaks = |verdict: &Verdict| {
                let of_it = verdict.subject.id == item.event && verdict.element == item.element;
                verdict.fielded_version == item.fielded_version && (of_it || verdict.covers.contains(&item.event))
            };
            // Where another weakness of the same is told in its place, that one is uncontrolled.
            let in_its_place = |verdict: &Verdict| {
                let of = |id: &str| id.split_once('@').map(|(_, of)| of.to_owned());
                of(&item.event).is_some() && of(&verdict.subject.id) == of(&item.event)
            };
            if !uncontrolled(&then).any(|verdict| speaks(verdict) || in_its_place(verdict)) {
                surprises.push(format!(
                    "{of}: without {} {} at {} in {} was to be live, and is not: {:#?}",
                    rejection.name, item.event, item.element, item.fielded_version, item.predicates
                ));
            }
        }
    }
    surprises
}

/// Whatever turns uncontrolled when one decision is rejected, or one of the claims that it speaks of, was announced by the watch list;
/// and what was announced comes about.
#[test]
fn whatever_turns_without_one_decision_was_on_the_watch_list() {
    let knowledge = seed::load().expect("the seed makes sense");
    let mut all = Vec::new();
    for name in ["infusion-pump", "insulin-pump"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name);
        let read = read(&DirFiles::new(&folder).expect("the example is there")).expect("it can be read");
        let library = Library::built_in().expect("built in");
        let rulebook = library.select(&read.device.policies, TODAY).expect("a policy");
        all.extend(surprises(
            name,
            &Inputs {
                device: &read.device,
                decisions: &read.decisions,
                knowledge: &knowledge,
                rulebook: &rulebook,
                as_of: TODAY,
                engine: "wardround test",
                rest_on: ward_device::rest_on,
            },
        ));
    }
    assert!(all.is_empty(), "{}\n{}", all.len(), all.join("\n"));
}

#[test]
fn whatever_turns_without_one_decision_was_on_the_watch_list_of_every_public_case() {
    let mut all = Vec::new();
    for case in Case::all() {
        for day in case.expected.days() {
            all.extend(case.asked(day, |inputs| surprises(&format!("{} on {day}", case.name), inputs)));
        }
    }
    assert!(all.is_empty(), "{}\n{}", all.len(), all.join("\n"));
}
