//! How far vulnerabilities of one fielded version reach in one reading, whichever group of units is hit the worst: what a question
//! about a supposed vulnerability asks. It says the same as the verdicts.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::device::FieldedVersion;
use ward_model::ids::{HarmId, VulnerabilityId};
use ward_model::lifecycle::Reached;
use ward_model::verdict::{Outcome, Witness};

use crate::context::Situation;
use crate::effects::Effects;
use crate::judge::each_reading;
use crate::run::{Run, Standing};
use crate::subject::SubjectKey;

/// How far a vulnerability reaches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HowFar {
    /// Whether that is acceptable to every policy; `None` only where it was not found.
    pub reached: Option<Reached>,
    /// The worst harm that it reaches.
    pub harm: Option<HarmId>,
    /// A derivation of that harm.
    pub witness: Witness,
}

/// How far these vulnerabilities of a version reach as if just these claims had effect: the worst over policies and groups of units.
pub fn reach(
    situation: Situation<'_>,
    version: &FieldedVersion,
    effects: &Effects,
    asked: &BTreeSet<VulnerabilityId>,
) -> BTreeMap<VulnerabilityId, HowFar> {
    let mut found: BTreeMap<VulnerabilityId, HowFar> = BTreeMap::new();
    each_reading(situation, version, effects, |context| {
        let run = Run::new(context);
        for (key, standing) in run.outcomes().subjects() {
            let SubjectKey::Vulnerability(id, _) = &key.subject else { continue };
            if !asked.contains(id) {
                continue;
            }
            let reached = match &standing {
                Standing::Judged(judged) if judged.outcome == Outcome::Uncontrolled => Reached::Uncontrolled,
                Standing::Judged(_) => Reached::Controlled,
                // What is not known of elements on the way decides.
                Standing::Covered(_) => Reached::Unknown,
            };
            let known = found.entry(id.clone()).or_default();
            if known.reached.is_some_and(|known| known >= reached) {
                continue;
            }
            known.reached = Some(reached);
            if let (Standing::Judged(judged), Reached::Uncontrolled) = (&standing, reached) {
                known.harm = judged.cell.as_ref().map(|cell| cell.harm.clone());
                if judged.cell.is_some() {
                    let (mut witness, own) = run.witness(&key);
                    run.name_own_steps(&key, &mut witness, &own);
                    known.witness = witness;
                }
            }
        }
    });
    found
}
