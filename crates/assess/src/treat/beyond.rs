//! What is presumed beyond what is confirmed: nobody replaces anything because it is not described.

use std::collections::BTreeSet;

use ward_model::hypothesis::Change;
use ward_model::ids::FieldedVersionId;
use ward_model::knowledge::KnowledgeError;
use ward_model::treatment::{TreatmentOutcome, Untreated, VersionTreatment};

use super::{Part, Progress, Treating, treated};
use crate::words::first_of;

/// What is told of a version where what is presumed had to be controlled, too, and nothing does that: what treats the confirmed, and that the
/// rest is to be assessed. With it how to go on asking: where not even the confirmed have a treatment, of these alone.
pub(super) fn beyond(
    all: VersionTreatment,
    parts: &[Part<'_>],
    version: &FieldedVersionId,
    treating: Treating,
    tell: &mut dyn FnMut(Progress<'_>),
) -> Result<(VersionTreatment, Treating), KnowledgeError> {
    if !treating.presumed_too || all.outcome != TreatmentOutcome::NoTreatment {
        return Ok((all, treating));
    }
    let alone = Treating { presumed_too: false, ..treating };
    let confirmed = treated(parts, version, alone, tell)?;
    // What a control does to people is judged as presumed, too: one of which that stands in words alone treats nothing here.
    let refused = |change: &Change| {
        let Change::Rely(control) = change else { return None };
        let what = format!("control {control}");
        all.not_offered.iter().any(|one| one.what == what).then(|| control.to_string())
    };
    let refused: Vec<String> = confirmed.changes.iter().filter_map(|proposed| refused(&proposed.change)).collect();
    if !refused.is_empty() {
        let refused: Vec<&str> = refused.iter().map(String::as_str).collect();
        let instead = format!(
            "no treatment is known, for what {} would do to people is not judged: say it as hazards, and answer for them first",
            first_of(&refused, " or ")
        );
        return Ok((VersionTreatment { instead: Some(instead), ..all }, treating));
    }
    let (candidates, assessed) = (all.candidates.max(confirmed.candidates), all.assessed + confirmed.assessed);
    let counted = VersionTreatment { candidates, assessed, ..confirmed };
    let presumed: BTreeSet<&str> = counted.left_presumed.iter().map(|one| one.element.as_str()).collect();
    let presumed: Vec<&str> = presumed.into_iter().collect();
    let rest = format!("what stays is presumed, for too little is known of {}", first_of(&presumed, ", "));
    if !counted.outcome.is_treated() {
        let nothing = presumed.is_empty();
        let mut told = counted;
        if !nothing {
            told.advice.push(format!("{rest}: that is to be assessed, and no ground to replace anything"));
        }
        return Ok((told, alone));
    }
    let treated = match counted.changes.len() {
        0 => "nothing confirmed is left to treat",
        1 => "this change treats all that is confirmed",
        _ => "these changes treat all that is confirmed",
    };
    let untreated = counted.left_presumed.iter().map(|one| Untreated {
        subject: one.element.to_string(),
        element: one.element.clone(),
        presumed_because: Some(one.because),
        harm: None,
        by_change: false,
    });
    let untreated: BTreeSet<Untreated> = untreated.collect();
    let told = VersionTreatment {
        outcome: TreatmentOutcome::NoTreatment,
        untreated: untreated.into_iter().collect(),
        instead: Some(format!("{treated}; {rest}: assess that first, for it is no ground to replace anything")),
        not_offered: all.not_offered,
        ..counted
    };
    Ok((told, treating))
}
