//! The cheapest treatment of each fielded version: changes by which nothing confirmed is uncontrolled any more.
//!
//! It is exact over what is at hand, by implicit hitting sets. A set of changes is assessed whole; every subject that is uncontrolled
//! with it has a derivation, and a derivation stands unless one of the changes that could touch it is made, or one that it came with
//! is not. That is a clause. The cheapest set that satisfies all clauses found so far is assessed next, until nothing is
//! uncontrolled, or no set is left. Every clause is true of every treatment, so that no treatment is cheaper than the set tried last.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use ward_model::assessment::{DeviceSummary, Summary};
use ward_model::device::{Device, FieldedVersion, UpdatePath};
use ward_model::hazard::ControlHazard;
use ward_model::hypothesis::Change;
use ward_model::ids::{ElementId, FieldedVersionId, FunctionId};
use ward_model::knowledge::KnowledgeError;
use ward_model::lifecycle::UpdateOf;
use ward_model::treatment::{
    ActionsLeft, LeftPresumed, NotOffered, Proposed, TREATMENT_SCHEMA, Treatment, TreatmentOutcome, Untreated,
    VersionTreatment,
};
use ward_model::verdict::{Outcome, Verdict};
use ward_risk::choices::Choices;
use ward_risk::hazards::{Supposed, hazards};
use ward_risk::open::{Open, open};
use ward_risk::{Effects, ElementReports, Outline, Situation, at_once, loss, outline};

use crate::lifecycle::update_of;
use crate::suppose::{Reports, Supposition, suppose};
use crate::{Inputs, Known, digests, lapsing, receipts, reports_of};

mod advice;
mod answering;
mod beyond;
mod brought;
mod candidate;
mod clauses;
mod configurations;
mod hazard;
mod hitting;
mod mending;
mod needs;
mod stating;
mod together;

pub(crate) use advice::none_exists;
use advice::{assessing, say_first};
use answering::answer_first;
use beyond::beyond;
use brought::is_brought;
pub(crate) use candidate::gets_nothing;
use candidate::{Candidate, Offer, Offered};
pub use configurations::treat_configurations;
use hitting::{Clause, Failed, cheapest};
use stating::state_first;

/// How long a search goes on: by counts, never by time, so that the same question has the same answer everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many sets of changes are assessed for one version.
    pub assessed: usize,
    /// How many nodes the search for cheapest sets has for one version.
    pub nodes: u64,
    /// How many derivations are drawn in each assessment.
    pub witnesses: usize,
    /// How often it is looked up which changes derivations ask for, for one version.
    pub looked_up: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { assessed: 400, nodes: 500_000, witnesses: 2_000, looked_up: 10_000 }
    }
}

/// What is asked of a treatment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Treating {
    /// Whether what is presumed must be controlled, too.
    pub presumed_too: bool,
    /// How long to search.
    pub limits: Limits,
}

/// How far a search has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The fielded version that is treated.
    pub version: &'a FieldedVersionId,
    /// How many changes are weighed.
    pub candidates: usize,
    /// How many sets of them were assessed.
    pub assessed: usize,
    /// What every treatment costs at the least, as far as is known.
    pub at_least: u64,
    /// How many subjects the last set leaves uncontrolled.
    pub left: usize,
}

/// Finds the cheapest treatment of every fielded version.
///
/// # Errors
/// The knowledge could not be read.
pub fn treat(inputs: &Inputs<'_>, treating: Treating) -> Result<Treatment, KnowledgeError> {
    treat_telling(inputs, treating, &mut |_| ())
}

/// The same, telling after every set that was assessed how far the search has come. What is told changes nothing.
///
/// # Errors
/// The knowledge could not be read.
pub fn treat_telling(
    inputs: &Inputs<'_>,
    treating: Treating,
    tell: &mut dyn FnMut(Progress<'_>),
) -> Result<Treatment, KnowledgeError> {
    // Claims are judged before the device is taken apart: what was decided is bound to the whole folder.
    let (effects, _) = Effects::decided(inputs.device, inputs.decisions, inputs.as_of);
    treat_deciding(inputs, inputs.device, &effects, treating, tell)
}

/// The same, the claims that have effect being given: of a device with some of the versions, or some groups of their units, of a whole one.
fn treat_deciding(
    inputs: &Inputs<'_>,
    whole: &Device,
    effects: &Effects,
    treating: Treating,
    tell: &mut dyn FnMut(Progress<'_>),
) -> Result<Treatment, KnowledgeError> {
    let mut versions = Vec::with_capacity(inputs.device.versions.len());
    let looked_up = Known::default();
    let mut left = reports_of(inputs, &looked_up, None)?;
    let receipts = receipts(&left);
    for version in &inputs.device.versions {
        let device = &Device { versions: vec![version.clone()], ..inputs.device.clone() };
        let (found, others): (Reports, Reports) = left.into_iter().partition(|((of, _), _)| *of == version.id);
        left = others;
        let inputs = Inputs { device, ..*inputs };
        let of = update_of(whole, version);
        let part = Part { inputs, effects, looked_up: &looked_up, found: Arc::new(found), of };
        versions.push(treated_or_answered(std::slice::from_ref(&part), &version.id, treating, &mut *tell)?);
    }
    Ok(Treatment {
        schema: TREATMENT_SCHEMA,
        device: DeviceSummary { id: inputs.device.id.clone(), name: inputs.device.name.clone() },
        inputs: digests(inputs, receipts),
        presumed_too: treating.presumed_too,
        versions,
    })
}

/// What treats one version of a device, by what was found at it: for answers that must not contradict it.
pub(crate) fn treat_version(
    inputs: &Inputs<'_>,
    effects: &Effects,
    version: &FieldedVersion,
    found: &Reports,
) -> Result<VersionTreatment, KnowledgeError> {
    let device = &Device { versions: vec![version.clone()], ..inputs.device.clone() };
    let found: Reports =
        found.iter().filter(|((of, _), _)| *of == version.id).map(|(at, of)| (at.clone(), of.clone())).collect();
    let of = update_of(inputs.device, version);
    let inputs = Inputs { device, ..*inputs };
    let part = Part { inputs, effects, looked_up: &Known::default(), found: Arc::new(found), of };
    treated_or_answered(std::slice::from_ref(&part), &version.id, Treating::default(), &mut |_| ())
}

/// One version in one configuration that its units are, or may be, of.
#[derive(Clone)]
struct Part<'a> {
    inputs: Inputs<'a>,
    effects: &'a Effects,
    looked_up: &'a Known,
    found: Arc<Reports>,
    /// Of what the update path of the version speaks: told by all versions together.
    of: UpdateOf,
}

/// How things stand.
struct AsIs {
    /// Every verdict.
    outlines: Vec<Outline>,
    /// The single actions that are uncontrolled, by name.
    actions: BTreeSet<String>,
}

impl Part<'_> {
    /// How everything comes out as it is.
    fn as_is(&self) -> AsIs {
        let partial = self.inputs.knowledge.description().partial();
        let situation = self.inputs.situation(&self.found, partial.as_deref());
        AsIs { outlines: outline(situation, self.effects), actions: uncontrolled_actions(situation, self.effects) }
    }
}

/// The single actions that are uncontrolled, by name.
fn uncontrolled_actions(situation: Situation<'_>, effects: &Effects) -> BTreeSet<String> {
    let actions = at_once(situation, effects).into_iter();
    actions.filter(|action| action.verdict == Outcome::Uncontrolled).map(|action| action.id).collect()
}

/// The same configurations where other claims have effect.
fn deciding<'a>(parts: &[Part<'a>], effects: &'a [Effects]) -> Vec<Part<'a>> {
    parts.iter().zip(effects).map(|(part, effects)| Part { effects, ..part.clone() }).collect()
}

/// The cheapest treatment of a version of which the units are, or may be, of these configurations, and what an answer would save.
fn treated_or_answered(
    parts: &[Part<'_>],
    version: &FieldedVersionId,
    treating: Treating,
    tell: &mut dyn FnMut(Progress<'_>),
) -> Result<VersionTreatment, KnowledgeError> {
    let told = treated(parts, version, treating, &mut *tell)?;
    let (mut told, treating) = beyond(told, parts, version, treating, &mut *tell)?;
    if told.outcome != TreatmentOutcome::NotNeeded {
        told.answer_first = answer_first(parts, version, treating, &told, &mut *tell)?;
    }
    if told.outcome == TreatmentOutcome::NoTreatment {
        if told.answer_first.as_ref().is_some_and(|first| first.outcome.is_treated()) {
            say_first(&mut told, "answer first for what is shown and not decided, for that opens a treatment");
        } else if let Some(first) = state_first(parts, version, treating, &told, tell)? {
            say_first(
                &mut told,
                "no treatment is known, for nobody says of some properties whether it has them: state them first, and show them",
            );
            told.state_first = Some(first);
        }
    }
    Ok(told)
}

/// The cheapest treatment by what has effect as it is.
fn treated(
    parts: &[Part<'_>],
    version: &FieldedVersionId,
    treating: Treating,
    tell: &mut dyn FnMut(Progress<'_>),
) -> Result<VersionTreatment, KnowledgeError> {
    let [part] = parts else { return together::treated(parts, version, treating, tell) };
    // How things stand is assessed whole beside the search, which asks less of more sets.
    let (before, searched) = std::thread::scope(|scope| {
        let before = scope.spawn(|| part.as_is());
        let searched = Search::new(part, treating, tell);
        let searched = searched.and_then(|mut search| Ok((search.search(false)?, search)));
        (before.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), searched)
    });
    let (ended, search) = searched?;
    search.conclude(ended, &before)
}

/// The counts of some verdicts, and of those of what stops by design.
fn summary(outlines: &[Outline], stopping: &[Verdict]) -> Summary {
    let mut summary = crate::summary(stopping);
    for outline in outlines {
        let count = match (outline.verdict, outline.because, outline.provisional) {
            (Outcome::Uncontrolled, None, _) => &mut summary.uncontrolled.confirmed,
            (Outcome::Uncontrolled, Some(_), _) => &mut summary.uncontrolled.presumed,
            (Outcome::Controlled, _, true) => &mut summary.controlled.provisional,
            (Outcome::Controlled, _, false) => &mut summary.controlled.confirmed,
        };
        let groups = outline.cohorts.len();
        *count += groups;
        summary.undetermined += if outline.undetermined { groups } else { 0 };
    }
    summary
}

/// One version, and everything that is at hand for it.
struct Search<'a> {
    inputs: &'a Inputs<'a>,
    /// Of what the update path of the version speaks.
    of: UpdateOf,
    effects: &'a Effects,
    treating: Treating,
    found: Arc<Reports>,
    /// What was looked up for it.
    looked_up: &'a Known,
    /// What was found on an element with other versions of its components, by these.
    refound: BTreeMap<Vec<Change>, ElementReports>,
    /// What was uncontrolled with the sets that were assessed: the search asks for some of them again.
    known: BTreeMap<Vec<Change>, Rc<Remaining>>,
    candidates: Vec<Candidate>,
    /// What the candidates take away, once that is asked: by the versions that are in place.
    choices: BTreeMap<Vec<usize>, Choices>,
    /// Of the candidates that were asked about, the functions that each stops, where that by itself is unacceptable.
    stopping: BTreeMap<usize, Vec<FunctionId>>,
    /// The candidates that nothing makes acceptable: what they do to people themselves is not controlled.
    hazardous: BTreeMap<usize, Vec<ControlHazard>>,
    not_offered: Vec<NotOffered>,
    /// How many versions of components are not among the candidates.
    not_weighed: usize,
    assessed: usize,
    nodes: u64,
    /// How often it may still be looked up what derivations ask for.
    lookups: usize,
    /// A set that was assessed in every reading and leaves nothing uncontrolled.
    borne: Option<(Vec<usize>, Outlined)>,
    /// Whether another one did, so that the next is read for what it leaves.
    unborne: bool,
    tell: &'a mut dyn FnMut(Progress<'_>),
}

/// What is uncontrolled with some changes.
struct Remaining {
    open: Vec<Open>,
    /// What was found with the changes.
    found: Arc<Reports>,
    /// The functions that stop and by that do harm that the policy finds unacceptable, each with the elements to which it is due.
    losses: BTreeMap<FunctionId, BTreeSet<ElementId>>,
    /// What the controls among the changes do to people themselves, and is not controlled.
    hazards: Vec<ControlHazard>,
}

/// What is told of a subject that nothing treats.
fn untreated(open: &Open) -> Untreated {
    Untreated {
        subject: open.subject.id.clone(),
        element: open.element.clone(),
        presumed_because: open.because,
        harm: open.harm.clone(),
        by_change: false,
    }
}

/// How everything comes out with a set of candidates, in every reading.
struct Outlined {
    /// The elements of which it cannot be told any more what touches them.
    brought: BTreeSet<ElementId>,
    /// Every verdict.
    outlines: Vec<Outline>,
    /// The verdicts on what stops by design.
    stopping: Vec<Verdict>,
    /// What controls do to people themselves.
    hazards: Vec<ControlHazard>,
}

/// What is told of one set.
enum Asked {
    /// It leaves nothing.
    Holds,
    /// It leaves this, and so every treatment must meet these clauses.
    Leaves(Vec<(Clause, Untreated)>),
    /// It was not asked any more.
    Limit,
}

/// How a search ended.
enum Ended {
    Treated(Vec<usize>),
    /// What no change can touch, or what the last set left; and whether that is so whatever version of a component there is besides those
    /// that are weighed.
    Impossible(Vec<Untreated>, bool),
    Limit(Vec<Untreated>),
}

impl<'a> Search<'a> {
    fn new(
        part: &'a Part<'a>,
        treating: Treating,
        tell: &'a mut dyn FnMut(Progress<'_>),
    ) -> Result<Self, KnowledgeError> {
        let Part { inputs, effects, looked_up, found, of } = part;
        let found = Arc::clone(found);
        let mut search = Self {
            inputs,
            of: *of,
            effects,
            treating,
            found,
            looked_up,
            refound: BTreeMap::new(),
            known: BTreeMap::new(),
            candidates: Vec::new(),
            choices: BTreeMap::new(),
            stopping: BTreeMap::new(),
            hazardous: BTreeMap::new(),
            not_offered: Vec::new(),
            not_weighed: 0,
            assessed: 0,
            nodes: treating.limits.nodes,
            lookups: treating.limits.looked_up,
            borne: None,
            unborne: false,
            tell,
        };
        let untreated = search.remaining(&[])?;
        let offer = Offer {
            device: inputs.device,
            version: &inputs.device.versions[0],
            effects,
            decisions: inputs.decisions,
            rulebook: inputs.rulebook,
            found: &search.found,
            open: &untreated.open,
            presumed_too: treating.presumed_too,
            on: inputs.as_of,
            of: *of,
        };
        let Offered { candidates, not_offered, not_weighed } = offer.candidates();
        (search.candidates, search.not_offered, search.not_weighed) = (candidates, not_offered, not_weighed);
        search.refuse_hazardous();
        Ok(search)
    }

    fn changes(&self, set: &[usize]) -> Vec<Change> {
        set.iter().map(|one| self.candidates[*one].change.clone()).collect()
    }

    fn supposition(&self, changes: &[Change]) -> Supposition {
        match suppose(self.inputs.device, self.effects, &self.found, changes) {
            Ok(supposition) => supposition,
            // Every candidate was made from a name of this device: without its changes nothing is taken for treated.
            Err(_) => Supposition {
                device: self.inputs.device.clone(),
                effects: self.effects.clone(),
                lost: BTreeMap::new(),
                supposed: Vec::new(),
            },
        }
    }

    /// What is uncontrolled with a set of candidates, assessed whole.
    fn remaining(&mut self, set: &[usize]) -> Result<Rc<Remaining>, KnowledgeError> {
        let changes = self.changes(set);
        if let Some(known) = self.known.get(&changes) {
            return Ok(Rc::clone(known));
        }
        self.assessed += 1;
        let Supposition { device, effects, lost, .. } = self.supposition(&changes);
        let inputs = Inputs { device: &device, ..*self.inputs };
        let found = self.found_with(&inputs, &changes)?;
        let partial = inputs.knowledge.description().partial();
        let situation = inputs.situation(&found, partial.as_deref());
        let brought = self.brought(&found, &changes);
        let asked = self.treating.presumed_too;
        // Changing confirmed for unknown treats nothing.
        let mut open = open(situation, &effects, asked || !brought.is_empty(), self.treating.limits.witnesses);
        open.retain(|one| asked || one.because.is_none() || is_brought(&brought, one.because, &one.element));
        let harmful: BTreeSet<ElementId> = loss::verdicts(situation, &lost)
            .into_iter()
            .filter(|verdict| verdict.verdict == Outcome::Uncontrolled)
            .map(|verdict| verdict.element)
            .collect();
        let hazards = self.hazards(set, &lost);
        let losses = lost.into_iter().filter(|(_, due)| due.iter().any(|element| harmful.contains(element))).collect();
        let remaining = Rc::new(Remaining { open, losses, hazards, found });
        self.known.insert(changes, Rc::clone(&remaining));
        Ok(remaining)
    }

    /// What is found with some changes: only elements of which a component is at another version are matched anew, and each of these
    /// once for the same versions.
    fn found_with(&mut self, inputs: &Inputs<'_>, changes: &[Change]) -> Result<Arc<Reports>, KnowledgeError> {
        let mut updates: BTreeMap<&ElementId, Vec<Change>> = BTreeMap::new();
        for change in changes {
            if let Change::Update(element, ..) = change {
                updates.entry(element).or_default().push(change.clone());
            }
        }
        if updates.is_empty() {
            return Ok(Arc::clone(&self.found));
        }
        let mut found = Reports::clone(&self.found);
        for (element, updates) in updates {
            let reports = match self.refound.get(&updates) {
                Some(reports) => reports.clone(),
                None => {
                    let anew = reports_of(inputs, self.looked_up, Some(element))?;
                    let Some(reports) = anew.into_values().next() else { continue };
                    self.refound.insert(updates, reports.clone());
                    reports
                }
            };
            found.insert((inputs.device.versions[0].id.clone(), element.clone()), reports);
        }
        Ok(Arc::new(found))
    }

    /// Searches until nothing is uncontrolled. What stops by design may be overlooked, to tell what would be left then.
    fn search(&mut self, overlooking_losses: bool) -> Result<(Ended, u64), KnowledgeError> {
        let costs: Vec<u64> = self.candidates.iter().map(|candidate| candidate.cost).collect();
        let mut clauses: BTreeMap<Clause, BTreeSet<Untreated>> = BTreeMap::new();
        for one in self.hazardous.keys() {
            clauses.entry(Clause { any: Vec::new(), none_of: vec![*one] }).or_default();
        }
        let mut at_least = 0;
        let mut left: Vec<Untreated> = Vec::new();
        loop {
            let known: Vec<Clause> = clauses.keys().cloned().collect();
            let set = match cheapest(&costs, &known, &mut self.nodes) {
                Ok(set) => set,
                Err(Failed::Impossible) => {
                    let (untreated, certain) = self.untreatable(&clauses, left, overlooking_losses);
                    return Ok((Ended::Impossible(untreated, certain || self.not_weighed == 0), at_least));
                }
                Err(Failed::Limit) => return Ok((Ended::Limit(left), at_least)),
            };
            at_least = set.iter().fold(0, |sum: u64, one| sum.saturating_add(costs[*one]));
            let found = match self.ask(&set, overlooking_losses)? {
                Asked::Leaves(found) => found,
                Asked::Holds => {
                    self.tell(at_least, 0);
                    return Ok((Ended::Treated(set), at_least));
                }
                Asked::Limit => return Ok((Ended::Limit(left), at_least)),
            };
            left = found.iter().map(|(_, subject)| subject.clone()).collect();
            left.sort();
            left.dedup();
            self.tell(at_least, left.len());
            for (clause, subject) in found {
                clauses.entry(clause).or_default().insert(subject);
            }
        }
    }

    /// What a set leaves that every treatment must not, if it leaves anything.
    fn ask(&mut self, set: &[usize], overlooking_losses: bool) -> Result<Asked, KnowledgeError> {
        let reads = self.lookups > 0;
        let mut found = if overlooking_losses { Vec::new() } else { self.stopping(set) };
        if found.is_empty() {
            found = self.needs(set)?;
        }
        if !found.is_empty() {
            return Ok(Asked::Leaves(found));
        }
        if self.assessed >= self.treating.limits.assessed || !reads {
            return Ok(Asked::Limit);
        }
        // What only takes away takes nothing else away than was looked at: it most likely holds, and is assessed in every reading at
        // once. What brings something with it is read for what that is.
        if !overlooking_losses
            && !self.unborne
            && !set.is_empty()
            && set.iter().all(|one| self.candidates[*one].only_cuts())
        {
            let changes = self.changes(set);
            let outline = self.outline(&changes)?;
            self.assessed += 1;
            if !self.leaves_open(&outline, &changes) {
                self.borne = Some((set.to_vec(), outline));
                return Ok(Asked::Holds);
            }
            self.unborne = true;
        }
        let remaining = self.remaining(set)?;
        let found = self.clauses(&remaining, set, overlooking_losses);
        Ok(if found.is_empty() { Asked::Holds } else { Asked::Leaves(found) })
    }

    fn tell(&mut self, at_least: u64, left: usize) {
        let version = &self.inputs.device.versions[0].id;
        let (candidates, assessed) = (self.candidates.len(), self.assessed);
        (self.tell)(Progress { version, candidates, assessed, at_least, left });
    }

    /// What is told of how the search ended, and of how things come out then, assessed whole.
    fn conclude(mut self, (ended, at_least): (Ended, u64), before: &AsIs) -> Result<VersionTreatment, KnowledgeError> {
        let mut advice = Vec::new();
        let (mut headline, mut off_the_network) = (None, false);
        let version = self.inputs.device.versions[0].clone();
        if version.update_path == Some(UpdatePath::None) && !matches!(&ended, Ended::Treated(set) if set.is_empty()) {
            advice.push(format!("no patch: version {} cannot be updated", version.id));
        }
        let (outcome, set, untreated) = match ended {
            Ended::Treated(set) if set.is_empty() => (TreatmentOutcome::NotNeeded, set, Vec::new()),
            Ended::Treated(set) => (TreatmentOutcome::Treated, set, Vec::new()),
            Ended::Limit(left) => {
                advice.push(format!(
                    "the search ended at its limit: no treatment costs less than {at_least}, and whether one costs that is not known"
                ));
                (TreatmentOutcome::LimitReached, Vec::new(), left)
            }
            Ended::Impossible(mut left, certain) => {
                // What only a change would stop is not what is untreated.
                left.retain(|one| !one.by_change);
                if left.is_empty() {
                    left = self.remaining(&[])?.open.iter().map(untreated).collect();
                    left.sort();
                    left.dedup();
                }
                let instead = self.instead(&left)?;
                off_the_network = instead.off_the_network;
                advice.extend(instead.advice);
                if certain {
                    headline = Some(instead.headline);
                    (TreatmentOutcome::NoTreatment, Vec::new(), left)
                } else {
                    advice.push(format!(
                        "{} versions of components were not weighed: whether one of them would do is not known",
                        self.not_weighed
                    ));
                    (TreatmentOutcome::LimitReached, Vec::new(), left)
                }
            }
        };
        let changes = self.changes(&set);
        let outlined = match self.borne.take() {
            Some((borne, outlined)) if borne == set => outlined,
            _ if set.is_empty() => self.as_is(&before.outlines),
            _ => self.outline(&changes)?,
        };
        let failed = self.leaves_open(&outlined, &changes);
        let decide_again = if changes.is_empty() {
            Vec::new()
        } else {
            lapsing::to_decide_again(self.inputs, self.effects, &self.supposition(&changes).device, &changes)
        };
        let Outlined { outlines: after, stopping, hazards, .. } = outlined;
        let left_presumed = self.left_presumed(&after);
        let actions = ActionsLeft {
            uncontrolled_before: before.actions.len(),
            uncontrolled_after: self.actions_left(&changes, before)?.len(),
        };
        let treated = outcome.is_treated();
        // What is proposed is assessed whole once more, in every reading: what does not hold there is not proposed.
        let outcome = if treated && failed {
            advice.push("the whole assessment does not bear the proposal out: take it for none".to_owned());
            TreatmentOutcome::LimitReached
        } else {
            outcome
        };
        advice.extend(hazard::in_effect_already(&hazards, &changes));
        let proposed: Vec<Proposed> =
            set.iter().map(|one| self.proposed(self.candidates[*one].clone(), &hazards)).collect();
        Ok(VersionTreatment {
            variant: None,
            site: None,
            fielded_version: version.id,
            outcome,
            cost: proposed.iter().fold(0, |sum: u64, one| sum.saturating_add(one.cost)),
            changes: proposed,
            at_least,
            untreated,
            instead: headline,
            off_the_network,
            advice,
            not_offered: self.not_offered,
            decide_again,
            answer_first: None,
            state_first: None,
            before: summary(&before.outlines, &[]),
            after: summary(&after, &stopping),
            single_actions: actions,
            left_presumed,
            candidates: self.candidates.len(),
            assessed: self.assessed,
        })
    }

    /// What stays presumed, and what to do about it.
    fn left_presumed(&self, after: &[Outline]) -> Vec<LeftPresumed> {
        let partial = self.inputs.knowledge.description().partial();
        let open = after.iter().filter(|outline| outline.verdict == Outcome::Uncontrolled);
        let left = open.filter_map(|outline| {
            let because = outline.because?;
            let advice = assessing(because, &outline.element, &self.found, partial.as_deref());
            Some(LeftPresumed { element: outline.element.clone(), because, covers: outline.covers, advice })
        });
        let left: BTreeSet<LeftPresumed> = left.collect();
        left.into_iter().collect()
    }

    /// A candidate as it is proposed, with what is said of the hazards that it adds and of what stops by it.
    fn proposed(&self, candidate: Candidate, hazards: &[ControlHazard]) -> Proposed {
        let Candidate { change, title, cost, cost_source, mut remarks, .. } = candidate;
        remarks.extend(hazard::remarks(hazards, &change));
        if matches!(change, Change::Isolate(_)) {
            let stops = self.stops(std::slice::from_ref(&change));
            remarks.extend((!stops.is_empty()).then(|| format!("stops for good: {}", stops.join(", "))));
        }
        Proposed { change, title, cost, cost_source, remarks }
    }

    /// Whether something is uncontrolled with these changes that must not be.
    fn leaves_open(&self, outlined: &Outlined, changes: &[Change]) -> bool {
        let asked = |outline: &Outline| {
            let brought = is_brought(&outlined.brought, outline.because, &outline.element);
            outline.because.is_none() || self.treating.presumed_too || brought
        };
        outlined.outlines.iter().any(|outline| outline.verdict == Outcome::Uncontrolled && asked(outline))
            || outlined.stopping.iter().any(|verdict| verdict.verdict == Outcome::Uncontrolled)
            || self.adds_open(&outlined.hazards, changes)
    }

    /// The single actions that are uncontrolled with some changes.
    fn actions_left(&mut self, changes: &[Change], before: &AsIs) -> Result<BTreeSet<String>, KnowledgeError> {
        if changes.is_empty() {
            return Ok(before.actions.clone());
        }
        let Supposition { device, effects, .. } = self.supposition(changes);
        let inputs = Inputs { device: &device, ..*self.inputs };
        let found = self.found_with(&inputs, changes)?;
        let partial = inputs.knowledge.description().partial();
        Ok(uncontrolled_actions(inputs.situation(&found, partial.as_deref()), &effects))
    }

    /// The device as it is, of which the verdicts are known.
    fn as_is(&self, before: &[Outline]) -> Outlined {
        let hazards = hazards(self.inputs.device, self.inputs.rulebook, self.effects, Supposed::default());
        Outlined { brought: BTreeSet::new(), outlines: before.to_vec(), stopping: Vec::new(), hazards }
    }

    /// Some changes, assessed in every reading.
    fn outline(&mut self, changes: &[Change]) -> Result<Outlined, KnowledgeError> {
        let Supposition { device, effects, lost, .. } = self.supposition(changes);
        let inputs = Inputs { device: &device, ..*self.inputs };
        let found = self.found_with(&inputs, changes)?;
        let partial = inputs.knowledge.description().partial();
        let situation = inputs.situation(&found, partial.as_deref());
        Ok(Outlined {
            brought: self.brought(&found, changes),
            outlines: outline(situation, &effects),
            stopping: loss::verdicts(situation, &lost),
            hazards: hazards(&device, inputs.rulebook, &effects, Supposed { dropped: None, lost: Some(&lost) }),
        })
    }
}

#[cfg(test)]
mod tests;
