//! Verdicts of which is asked how they come out, and nothing that takes taking each claim away: what a treatment is compared by.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::ids::{CohortId, ControlId, ElementId, FieldedVersionId, PolicyId};
use ward_model::verdict::{Outcome, PresumedBecause};

use super::{Readings, Told, covered, covers, gone, groups};
use crate::catalogue::Catalogue;
use crate::context::{Situation, Unknowns};
use crate::effects::Effects;
use crate::ground::ground;
use crate::parallel::each_beside;
use crate::run::{Key, Run, Standing};

/// How one verdict comes out, for some groups of units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// By which policy.
    pub policy: PolicyId,
    /// Of which subject.
    pub subject: String,
    /// In which fielded version.
    pub fielded_version: FieldedVersionId,
    /// Where.
    pub element: ElementId,
    /// How it comes out.
    pub verdict: Outcome,
    /// What is not known, where it is presumed.
    pub because: Option<PresumedBecause>,
    /// Whether it is controlled by decisions that are not signed.
    pub provisional: bool,
    /// Whether what is not known decides it.
    pub undetermined: bool,
    /// How many subjects a presumed one speaks for.
    pub covers: usize,
    /// The groups of units for which it is the same.
    pub cohorts: Vec<CohortId>,
}

/// How every verdict comes out as if just these claims had effect. The same verdicts as [`super::judge_supposing`] gives, by the same
/// readings but for those that tell which claims they turn on, and until when.
///
/// A verdict is provisional where it turns without some claim, or on some day, or without all of them. Taking more away makes nothing
/// better, so that the last decides.
pub fn outline(situation: Situation<'_>, decided: &Effects) -> Vec<Outline> {
    let mut outlines = Vec::new();
    let none = Effects::none();
    for version in &situation.device.versions {
        let mut confirmed: BTreeMap<Vec<ControlId>, Vec<CohortId>> = BTreeMap::new();
        for (units, controls) in groups(version) {
            confirmed.entry(controls).or_default().push(units.cohort);
        }
        for policy in &situation.rulebook.policies {
            let catalogue = Catalogue::new(situation, policy, version);
            for (confirmed, cohorts) in &confirmed {
                let (catalogue, told) = (&catalogue, Told::Verdicts);
                let spoken = &[][..];
                let readings = Readings { situation, policy, version, confirmed, decided, spoken, catalogue, told };
                outlines.extend(readings.outline(&none, cohorts));
            }
        }
    }
    outlines
}

impl<'a> Readings<'a> {
    fn outline(self, none: &Effects, cohorts: &[CohortId]) -> Vec<Outline> {
        let readings: Readings<'_> = self;
        let grounded = ground(&readings.context(readings.decided, Unknowns::Worst));
        let like = grounded.like();
        let first = || {
            let run = Run::briefly(readings.context(readings.decided, Unknowns::Worst), grounded);
            let outcomes = run.outcomes();
            (run, outcomes)
        };
        let asked = [(readings.decided, Unknowns::Best), (none, Unknowns::Worst)];
        let ((run, outcomes), others) =
            each_beside(&asked, |(effects, unknowns)| readings.outcomes(effects, *unknowns, &like), first);
        let [best, undecided] = &others[..] else { return Vec::new() };
        let subjects = outcomes.subjects();
        let gone = gone(&outcomes, undecided);
        let speaking: BTreeMap<&ElementId, BTreeSet<String>> = covered(&outcomes, &subjects, &gone);
        let outline = |key: &Key, verdict: Outcome| Outline {
            policy: readings.policy.id.clone(),
            subject: key.subject.subject().id,
            fielded_version: readings.version.id.clone(),
            element: key.subject.element().clone(),
            verdict,
            because: key.because,
            provisional: verdict == Outcome::Controlled && undecided.outcome(key) == Outcome::Uncontrolled,
            undetermined: verdict == Outcome::Uncontrolled && best.outcome(key) == Outcome::Controlled,
            covers: covers(&run, key, &speaking).len(),
            cohorts: cohorts.to_vec(),
        };
        let judged = subjects.iter().filter_map(|(key, standing)| match standing {
            Standing::Judged(judged) => Some(outline(key, judged.outcome)),
            Standing::Covered(_) => None,
        });
        let vanished = gone.iter().filter(|key| outcomes.outcome(key) == Outcome::Controlled);
        judged.chain(vanished.map(|key| outline(key, Outcome::Controlled))).collect()
    }
}
