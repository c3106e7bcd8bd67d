//! What is uncontrolled in one reading, each with one derivation: what a search for treatments asks again and again.
//!
//! It says the same as the verdicts and leaves out what they need other readings for: until when, what turns them, what is claimed.

use std::collections::BTreeMap;

use ward_model::ids::{ElementId, FieldedVersionId, HarmId};
use ward_model::verdict::{Outcome, PresumedBecause, Subject, Witness};

use crate::context::Situation;
use crate::effects::Effects;
use crate::ground::Group;
use crate::judge::each_reading;
use crate::run::{Key, Outcomes, Run, Standing};
use crate::witness::OwnSteps;

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
/// subjects. Subjects that take the same steps have the same derivation; the first `witnesses` of these are drawn in each reading.
/// What is presumed is left out unless it is asked for.
pub fn open(situation: Situation<'_>, effects: &Effects, presumed: bool, witnesses: usize) -> Vec<Open> {
    let mut found = Vec::new();
    for version in &situation.device.versions {
        each_reading(situation, version, effects, |context| {
            let run = if presumed { Run::new(context) } else { Run::confirmed(context) };
            let outcomes = if presumed { run.outcomes() } else { run.uncontrolled() };
            found.extend(of_reading(&run, &outcomes, witnesses));
        });
    }
    found
}

/// What is uncontrolled in one reading.
fn of_reading(run: &Run<'_>, outcomes: &Outcomes<'_>, witnesses: usize) -> Vec<Open> {
    let mut found = Vec::new();
    let mut drawn: BTreeMap<Group, (Witness, OwnSteps)> = BTreeMap::new();
    let mut draws = witnesses;
    let mut draw = |key: &Key| {
        draws = draws.checked_sub(1)?;
        Some(run.witness(key))
    };
    for (key, standing) in outcomes.subjects() {
        let Standing::Judged(judged) = standing else { continue };
        if judged.outcome != Outcome::Uncontrolled {
            continue;
        }
        let shown = match (run.context().group_for(&key.subject), &judged.cell) {
            (_, None) => None,
            (None, Some(_)) => draw(&key),
            (Some(group), Some(_)) => match drawn.get(&group) {
                Some(shown) => Some(shown.clone()),
                None => draw(&key).inspect(|shown| drop(drawn.insert(group, shown.clone()))),
            },
        };
        let witness = shown.map(|(mut witness, own)| {
            run.name_own_steps(&key, &mut witness, &own);
            witness
        });
        found.push(Open {
            subject: key.subject.subject(),
            element: key.subject.element().clone(),
            fielded_version: run.context().version.id.clone(),
            because: key.because,
            harm: judged.cell.as_ref().map(|cell| cell.harm.clone()),
            witness: witness.unwrap_or_default(),
        });
    }
    found
}
