//! What is left to do if first somebody answers for what is claimed: a decision costs less than a redesign.

use std::sync::Arc;

use ward_model::claim::ClaimId;
use ward_model::hypothesis::Change;
use ward_model::ids::ControlId;
use ward_model::knowledge::KnowledgeError;
use ward_model::treatment::{AnswerFirst, TreatmentOutcome, VersionTreatment};
use ward_risk::{Effects, not_shown, outline, rejected, spoken_against};

use super::{Progress, Search, Treating};
use crate::suppose::Reports;
use crate::{Inputs, Known};

/// What would be left to do for one version if first somebody answered for what is claimed, cites evidence and is not decided.
pub(super) fn answer_first(
    inputs: &Inputs<'_>,
    effects: &Effects,
    treating: Treating,
    (looked_up, found): (&Known, Arc<Reports>),
    as_is: &VersionTreatment,
    tell: &mut dyn FnMut(Progress<'_>),
) -> Result<Option<AnswerFirst>, KnowledgeError> {
    let device = inputs.device;
    let rejected = rejected(device, inputs.decisions, inputs.as_of);
    // Controls are at hand either way, each with what it costs.
    let answerable = |id: &&ClaimId| {
        !matches!(id, ClaimId::Control(_))
            && !effects.holds(id)
            && not_shown(device, id).is_none()
            && spoken_against(device, &rejected, id).is_none()
    };
    let claims: Vec<ClaimId> = device.claims.keys().filter(answerable).cloned().collect();
    if claims.is_empty() {
        return Ok(None);
    }
    let answered = effects.supposing(&claims);
    let partial = inputs.knowledge.description().partial();
    let before = outline(inputs.situation(&found, partial.as_deref()), &answered);
    let mut search = Search::new(inputs, &answered, treating, (looked_up, found), tell)?;
    let ended = search.search(false)?;
    let then = search.conclude(ended, &before)?;
    let changes: Vec<Change> = then.changes.iter().map(|change| change.change.clone()).collect();
    let uncontrolled = then.before.uncontrolled.confirmed;
    // Where answers only make confirmed what was presumed, they are no advice.
    let rank = |outcome| match outcome {
        TreatmentOutcome::NotNeeded => 0,
        TreatmentOutcome::Treated => 1,
        TreatmentOutcome::NoTreatment | TreatmentOutcome::LimitReached => 2,
    };
    let helps = rank(then.outcome) < rank(as_is.outcome)
        || (then.outcome == TreatmentOutcome::Treated && then.cost < as_is.cost)
        || uncontrolled < as_is.before.uncontrolled.confirmed;
    // What is said of the hazards of a control that is not relied on bears on nothing that is told.
    let relied_on = |control: &ControlId| {
        effects.holds(&ClaimId::Control(control.clone())) || changes.contains(&Change::Rely(control.clone()))
    };
    let bears = |claim: &ClaimId| !matches!(claim, ClaimId::ControlHazard(control, ..) if !relied_on(control));
    let claims: Vec<ClaimId> = claims.into_iter().filter(bears).collect();
    let expired = inputs.decisions.entered.iter().filter(|one| one.accepted && one.expires < inputs.as_of);
    Ok((helps && !claims.is_empty()).then(|| AnswerFirst {
        claims,
        ran_out: expired.map(|one| one.expires).max(),
        outcome: then.outcome,
        changes,
        cost: then.cost,
        uncontrolled,
    }))
}
