//! What is uncontrolled in one reading, each with one derivation: what a search for treatments asks again and again.
//!
//! It says the same as the verdicts and leaves out what they need other readings for: until when, what turns them, what is claimed.

use std::collections::BTreeSet;

use ward_model::ids::{ControlId, ElementId, FieldedVersionId, HarmId};
use ward_model::verdict::{Outcome, PresumedBecause, Subject, Witness};

use crate::catalogue::Catalogue;
use crate::context::{Context, Situation, Unknowns};
use crate::effects::Effects;
use crate::judge::groups;
use crate::run::{Run, Standing};

/// A subject that is uncontrolled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// What it is.
    pub subject: Subject,
    /// Where.
    pub element: ElementId,
    /// In which fielded version.
    pub fielded_version: FieldedVersionId,
    /// What is not known, where it is presumed.
    pub because: Option<PresumedBecause>,
    /// The worst harm that it reaches.
    pub harm: Option<HarmId>,
    /// A derivation of that harm; empty where it was not asked for, or where none stands behind it.
    pub witness: Witness,
}

/// Everything that is uncontrolled as if just these claims had effect: in the order of versions, policies, groups of units and
/// subjects. The first `witnesses` of every kind have their derivation.
pub fn open(situation: Situation<'_>, effects: &Effects, presumed: bool, witnesses: usize) -> Vec<Open> {
    let mut found = Vec::new();
    for version in &situation.device.versions {
        for policy in &situation.rulebook.policies {
            let catalogue = Catalogue::new(situation, policy, version);
            // Groups that have confirmed the same come to the same.
            let confirmed: BTreeSet<Vec<ControlId>> =
                groups(version).into_iter().map(|(_, confirmed)| confirmed).collect();
            for confirmed in &confirmed {
                let context = Context {
                    situation,
                    policy,
                    version,
                    confirmed,
                    effects,
                    unknowns: Unknowns::Worst,
                    catalogue: &catalogue,
                };
                let run = Run::new(context);
                let mut drawn = 0;
                for (key, standing) in run.outcomes().subjects() {
                    let Standing::Judged(judged) = standing else { continue };
                    if judged.outcome != Outcome::Uncontrolled || (key.because.is_some() && !presumed) {
                        continue;
                    }
                    let witness = if drawn < witnesses && judged.cell.is_some() {
                        drawn += 1;
                        let (mut witness, own) = run.witness(&key);
                        run.name_own_steps(&key, &mut witness, &own);
                        witness
                    } else {
                        Witness::default()
                    };
                    found.push(Open {
                        subject: key.subject.subject(),
                        element: key.subject.element().clone(),
                        fielded_version: version.id.clone(),
                        because: key.because,
                        harm: judged.cell.as_ref().map(|cell| cell.harm.clone()),
                        witness,
                    });
                }
            }
        }
    }
    found
}
