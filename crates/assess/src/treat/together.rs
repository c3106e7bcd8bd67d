//! Treatments of units that may be of several configurations: the same changes treat them in each.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use ward_model::claim::ClaimId;
use ward_model::hypothesis::Change;
use ward_model::ids::{ElementId, FieldedVersionId};
use ward_model::knowledge::KnowledgeError;
use ward_model::treatment::{ActionsLeft, LeftPresumed, Proposed, TreatmentOutcome, Untreated, VersionTreatment};
use ward_model::verdict::{Outcome, Verdict};
use ward_risk::Outline;

use super::candidate::Candidate;
use super::hitting::{Clause, Failed, cheapest};
use super::{AsIs, Asked, Ended, Outlined, Part, Progress, Search, Treating, summary};
use crate::lapsing;
use crate::suppose::suppose;

/// A way to say how far a search is.
type Telling<'a> = Box<dyn FnMut(Progress<'_>) + 'a>;

/// The cheapest changes by which a version is treated in each of these configurations; what is counted is the worst of them.
pub(super) fn treated(
    parts: &[Part<'_>],
    version: &FieldedVersionId,
    treating: Treating,
    tell: &mut dyn FnMut(Progress<'_>),
) -> Result<VersionTreatment, KnowledgeError> {
    let before: Vec<AsIs> = parts.iter().map(Part::as_is).collect();
    let shared = RefCell::new(tell);
    let telling = |_: &Part<'_>| -> Telling<'_> { Box::new(|now| (shared.borrow_mut())(now)) };
    let mut telling: Vec<Telling<'_>> = parts.iter().map(telling).collect();
    let searches = parts.iter().zip(&mut telling).map(|(part, tell)| Search::new(part, treating, &mut **tell));
    let each = searches.collect::<Result<Vec<Search<'_>>, KnowledgeError>>()?;
    let mut together = Together::new(version, each, treating);
    let (ended, at_least) = together.search()?;
    match ended {
        Ended::Treated(set) => together.conclude(&set, &before),
        Ended::Impossible(untreated, certain) => together.untreated((untreated, certain), at_least, &before),
        Ended::Limit(untreated) => together.untreated((untreated, false), at_least, &before),
    }
}

/// The searches in each configuration, and all that is at hand in any of them.
struct Together<'v, 'a> {
    version: &'v FieldedVersionId,
    each: Vec<Search<'a>>,
    /// What is at hand in any of them, in the order of changes, at its highest cost.
    candidates: Vec<Candidate>,
    nodes: u64,
}

impl<'v, 'a> Together<'v, 'a> {
    fn new(version: &'v FieldedVersionId, each: Vec<Search<'a>>, treating: Treating) -> Self {
        let mut candidates: BTreeMap<&Change, &Candidate> = BTreeMap::new();
        for candidate in each.iter().flat_map(|search| &search.candidates) {
            let known = candidates.entry(&candidate.change).or_insert(candidate);
            if candidate.cost > known.cost {
                *known = candidate;
            }
        }
        let candidates: Vec<Candidate> = candidates.into_values().cloned().collect();
        Self { version, each, candidates, nodes: treating.limits.nodes }
    }

    /// The cheapest set that meets what every configuration asks for.
    fn search(&mut self) -> Result<(Ended, u64), KnowledgeError> {
        let costs: Vec<u64> = self.candidates.iter().map(|candidate| candidate.cost).collect();
        // Where the candidates of each configuration stand among all: both are in the order of changes.
        let place = |one: &Candidate| self.candidates.binary_search_by(|all| all.change.cmp(&one.change)).unwrap_or(0);
        let places: Vec<Vec<usize>> =
            self.each.iter().map(|search| search.candidates.iter().map(place).collect()).collect();
        let among_all = |clause: Clause, places: &[usize]| Clause {
            any: clause.any.into_iter().map(|one| places[one]).collect(),
            none_of: clause.none_of.into_iter().map(|one| places[one]).collect(),
        };
        let mut clauses: BTreeSet<Clause> = BTreeSet::new();
        for (search, places) in self.each.iter().zip(&places) {
            let alone = search.hazardous.keys().map(|one| Clause { any: Vec::new(), none_of: vec![places[*one]] });
            clauses.extend(alone);
        }
        let (mut at_least, mut left) = (0, Vec::new());
        loop {
            let known: Vec<Clause> = clauses.iter().cloned().collect();
            let set = match cheapest(&costs, &known, &mut self.nodes) {
                Ok(set) => set,
                Err(Failed::Impossible) => {
                    let all_weighed = self.each.iter().all(|search| search.not_weighed == 0);
                    return Ok((Ended::Impossible(left, all_weighed), at_least));
                }
                Err(Failed::Limit) => return Ok((Ended::Limit(left), at_least)),
            };
            at_least = set.iter().fold(0, |sum: u64, one| sum.saturating_add(costs[*one]));
            let mut found: BTreeSet<(Clause, Untreated)> = BTreeSet::new();
            for (search, places) in self.each.iter_mut().zip(&places) {
                let own: Vec<usize> = (0..places.len()).filter(|one| set.contains(&places[*one])).collect();
                match search.ask(&own, false)? {
                    Asked::Holds => {}
                    Asked::Limit => return Ok((Ended::Limit(left), at_least)),
                    Asked::Leaves(leaves) => {
                        found.extend(leaves.into_iter().map(|(clause, of)| (among_all(clause, places), of)));
                    }
                }
            }
            let subjects: BTreeSet<Untreated> = found.iter().map(|(_, untreated)| untreated.clone()).collect();
            self.tell(at_least, subjects.len());
            if found.is_empty() {
                return Ok((Ended::Treated(set), at_least));
            }
            left = subjects.into_iter().collect();
            clauses.extend(found.into_iter().map(|(clause, _)| clause));
        }
    }

    fn tell(&mut self, at_least: u64, left: usize) {
        let (version, candidates, assessed) = (self.version, self.candidates.len(), self.assessed());
        if let Some(first) = self.each.first_mut() {
            (first.tell)(Progress { version, candidates, assessed, at_least, left });
        }
    }

    fn assessed(&self) -> usize {
        self.each.iter().map(|search| search.assessed).sum()
    }

    /// What is told of changes that treat it in each configuration, assessed whole in all that have what they name.
    fn conclude(mut self, set: &[usize], before: &[AsIs]) -> Result<VersionTreatment, KnowledgeError> {
        let changes: Vec<Change> = set.iter().map(|one| self.candidates[*one].change.clone()).collect();
        let mut proposed: Vec<Proposed> = Vec::new();
        let (mut after, mut stopping) = (Vec::new(), BTreeMap::new());
        let mut decide_again: BTreeSet<ClaimId> = BTreeSet::new();
        let mut failed = false;
        let mut actions: BTreeSet<String> = BTreeSet::new();
        for (search, before) in self.each.iter_mut().zip(before) {
            let here = here(search, &changes);
            actions.extend(search.actions_left(&here, before)?);
            let outlined = search.outline(&here)?;
            failed |= search.leaves_open(&outlined, &here);
            if !here.is_empty() {
                let supposed = search.supposition(&here).device;
                decide_again.extend(lapsing::to_decide_again(search.inputs, search.effects, &supposed, &here));
            }
            for candidate in set.iter().map(|one| &self.candidates[*one]) {
                let told = search.proposed(candidate.clone(), &outlined.hazards);
                match proposed.iter_mut().find(|one| one.change == told.change) {
                    None => proposed.push(told),
                    Some(known) => {
                        let new = told.remarks.into_iter().filter(|remark| !known.remarks.contains(remark));
                        let new: Vec<String> = new.collect();
                        known.remarks.extend(new);
                    }
                }
            }
            let Outlined { outlines, stopping: stops, .. } = outlined;
            after.push(outlines);
            for verdict in stops {
                let known: &mut Verdict = stopping.entry(verdict.id.clone()).or_insert_with(|| verdict.clone());
                if verdict.verdict > known.verdict {
                    *known = verdict;
                }
            }
        }
        let stopping: Vec<Verdict> = stopping.into_values().collect();
        let mut told = self.told(before);
        told.after = summary(&worst(&after), &stopping);
        told.single_actions.uncontrolled_after = actions.len();
        told.left_presumed = self.left_presumed(&after);
        told.outcome = if set.is_empty() { TreatmentOutcome::NotNeeded } else { TreatmentOutcome::Treated };
        if failed {
            told.advice.push("the whole assessment does not bear the proposal out: take it for none".to_owned());
            told.outcome = TreatmentOutcome::LimitReached;
        }
        told.cost = proposed.iter().fold(0, |sum: u64, one| sum.saturating_add(one.cost));
        told.at_least = told.cost;
        (told.changes, told.decide_again) = (proposed, decide_again.into_iter().collect());
        Ok(told)
    }

    /// What is told where nothing treats it in all configurations: what is told of the worst of them, by itself.
    fn untreated(
        mut self,
        (left, certain): (Vec<Untreated>, bool),
        at_least: u64,
        before: &[AsIs],
    ) -> Result<VersionTreatment, KnowledgeError> {
        let mut told = self.told(before);
        told.at_least = at_least;
        let each = std::mem::take(&mut self.each);
        let mut alone = Vec::new();
        for (mut search, before) in each.into_iter().zip(before) {
            let ended = search.search(false)?;
            alone.push(search.conclude(ended, before)?);
        }
        told.assessed = alone.iter().map(|one| one.assessed).sum();
        let untreated = |one: &&VersionTreatment| one.outcome == TreatmentOutcome::NoTreatment;
        let unsettled = |one: &&VersionTreatment| one.outcome == TreatmentOutcome::LimitReached;
        let none = alone.iter().find(untreated);
        match none.or_else(|| alone.iter().find(unsettled)) {
            Some(worst) => {
                (told.outcome, told.instead) = (worst.outcome, worst.instead.clone());
                let same: Vec<&VersionTreatment> = alone.iter().filter(|one| one.outcome == worst.outcome).collect();
                told.off_the_network = same.iter().all(|one| one.off_the_network);
                let advice = same.iter().flat_map(|one| &one.advice);
                told.advice = advice.cloned().collect::<BTreeSet<String>>().into_iter().collect();
                let untreated = same.iter().flat_map(|one| &one.untreated);
                told.untreated = untreated.cloned().collect::<BTreeSet<Untreated>>().into_iter().collect();
            }
            // Each has a treatment, and no changes are one of all.
            None if certain => {
                told.outcome = TreatmentOutcome::NoTreatment;
                told.instead = Some(
                    "every variant that is known has a treatment, and no changes treat all of them: say of which variant \
                     these units are"
                        .to_owned(),
                );
                told.untreated = left;
            }
            None => {
                told.outcome = TreatmentOutcome::LimitReached;
                told.advice
                    .push(format!("no changes that treat all variants that are known cost less than {at_least}"));
                told.untreated = left;
            }
        }
        Ok(told)
    }

    /// What is told whatever comes out, as if nothing were proposed.
    fn told(&self, before: &[AsIs]) -> VersionTreatment {
        let mut not_offered = Vec::new();
        for one in self.each.iter().flat_map(|search| &search.not_offered) {
            if !not_offered.contains(one) {
                not_offered.push(one.clone());
            }
        }
        let actions: BTreeSet<&String> = before.iter().flat_map(|one| &one.actions).collect();
        let actions = ActionsLeft { uncontrolled_before: actions.len(), uncontrolled_after: actions.len() };
        let before: Vec<Vec<Outline>> = before.iter().map(|one| one.outlines.clone()).collect();
        let counts = summary(&worst(&before), &[]);
        VersionTreatment {
            fielded_version: self.version.clone(),
            variant: None,
            site: None,
            outcome: TreatmentOutcome::LimitReached,
            changes: Vec::new(),
            cost: 0,
            at_least: 0,
            untreated: Vec::new(),
            instead: None,
            off_the_network: false,
            advice: Vec::new(),
            not_offered,
            decide_again: Vec::new(),
            answer_first: None,
            state_first: None,
            before: counts.clone(),
            after: counts,
            single_actions: actions,
            left_presumed: self.left_presumed(&before),
            candidates: self.candidates.len(),
            assessed: self.assessed(),
        }
    }

    /// What stays presumed in any of them.
    fn left_presumed(&self, after: &[Vec<Outline>]) -> Vec<LeftPresumed> {
        let left = self.each.iter().zip(after).flat_map(|(search, after)| search.left_presumed(after));
        let mut most: BTreeMap<(ElementId, ward_model::verdict::PresumedBecause), LeftPresumed> = BTreeMap::new();
        for one in left {
            let known = most.entry((one.element.clone(), one.because)).or_insert_with(|| one.clone());
            if one.covers > known.covers {
                *known = one;
            }
        }
        most.into_values().collect()
    }
}

/// Which of some changes are made in a configuration: those at hand there, and of the others all that it has what they name of. A
/// control that is not at hand there is none there.
fn here(search: &Search<'_>, changes: &[Change]) -> Vec<Change> {
    let own = |change: &Change| search.candidates.iter().any(|candidate| candidate.change == *change);
    let named = |change: &Change| {
        let one = std::slice::from_ref(change);
        !matches!(change, Change::Rely(_)) && suppose(search.inputs.device, search.effects, &search.found, one).is_ok()
    };
    changes.iter().filter(|change| own(change) || named(change)).cloned().collect()
}

/// The worst of what comes out in several configurations, verdict by verdict, as an assessment joins them.
fn worst(parts: &[Vec<Outline>]) -> Vec<Outline> {
    let mut worst: BTreeMap<_, Outline> = BTreeMap::new();
    for outline in parts.iter().flatten() {
        for cohort in &outline.cohorts {
            let place = (outline.fielded_version.clone(), outline.element.clone(), cohort.clone());
            let same = (outline.policy.clone(), outline.subject.clone(), outline.because, place);
            let one = Outline { cohorts: vec![cohort.clone()], ..outline.clone() };
            let known = match worst.entry(same) {
                std::collections::btree_map::Entry::Vacant(none) => {
                    none.insert(one);
                    continue;
                }
                std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            };
            known.covers = known.covers.max(one.covers);
            match (known.verdict, one.verdict) {
                (Outcome::Controlled, Outcome::Controlled) => known.provisional |= one.provisional,
                (Outcome::Controlled, Outcome::Uncontrolled) => {
                    *known = Outline { covers: known.covers, ..one };
                }
                // What is uncontrolled in one of them whatever is not known is so for all.
                (Outcome::Uncontrolled, Outcome::Uncontrolled) => known.undetermined &= one.undetermined,
                (Outcome::Uncontrolled, Outcome::Controlled) => {}
            }
        }
    }
    worst.into_values().collect()
}
