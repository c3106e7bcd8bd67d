//! What is left to do if first somebody answers for what is claimed: a decision costs less than a redesign.

use std::collections::BTreeSet;

use ward_model::claim::ClaimId;
use ward_model::hypothesis::Change;
use ward_model::ids::{ControlId, FieldedVersionId};
use ward_model::knowledge::KnowledgeError;
use ward_model::treatment::{AnswerFirst, TreatmentOutcome, VersionTreatment};
use ward_risk::{Effects, not_shown, rejected, spoken_against};

use super::{Part, Progress, Treating, deciding, treated};

/// What would be left to do for one version if first somebody answered for what is claimed, cites evidence and is not decided.
pub(super) fn answer_first(
    parts: &[Part<'_>],
    version: &FieldedVersionId,
    treating: Treating,
    as_is: &VersionTreatment,
    tell: &mut dyn FnMut(Progress<'_>),
) -> Result<Option<AnswerFirst>, KnowledgeError> {
    let answerable: Vec<Vec<ClaimId>> = parts.iter().map(answerable).collect();
    let claims: BTreeSet<ClaimId> = answerable.iter().flatten().cloned().collect();
    if claims.is_empty() {
        return Ok(None);
    }
    let effects: Vec<Effects> =
        parts.iter().zip(&answerable).map(|(part, claims)| part.effects.supposing(claims)).collect();
    let then = treated(&deciding(parts, &effects), version, treating, tell)?;
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
        parts.iter().any(|part| part.effects.holds(&ClaimId::Control(control.clone())))
            || changes.contains(&Change::Rely(control.clone()))
    };
    let bears = |claim: &ClaimId| !matches!(claim, ClaimId::ControlHazard(control, ..) if !relied_on(control));
    let claims: Vec<ClaimId> = claims.into_iter().filter(bears).collect();
    let expired = parts.iter().flat_map(|part| {
        let entered = part.inputs.decisions.entered.iter();
        entered.filter(|one| one.accepted && one.expires < part.inputs.as_of)
    });
    Ok((helps && !claims.is_empty()).then(|| AnswerFirst {
        claims,
        ran_out: expired.map(|one| one.expires).max(),
        outcome: then.outcome,
        changes,
        cost: then.cost,
        uncontrolled,
    }))
}

/// The claims that somebody could answer for as they stand.
pub(super) fn answerable(part: &Part<'_>) -> Vec<ClaimId> {
    let device = part.inputs.device;
    let rejected = rejected(device, part.inputs.decisions, part.inputs.as_of);
    // Controls are at hand either way, each with what it costs.
    let answerable = |id: &&ClaimId| {
        !matches!(id, ClaimId::Control(_))
            && !part.effects.holds(id)
            && not_shown(device, id).is_none()
            && spoken_against(device, &rejected, id).is_none()
    };
    device.claims.keys().filter(answerable).cloned().collect()
}
