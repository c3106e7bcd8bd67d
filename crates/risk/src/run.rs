//! One reading: every subject judged, for one policy, one fielded version, one group of units, one set of claims in effect.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ward_model::ids::{ElementId, LinkId, RuleId};
use ward_model::scale::{Exploitability, Persons};
use ward_model::verdict::{Basis, Outcome, PresumedBecause, Witness};

use crate::attribute::{Through, through};
use crate::cells::{Cell, Reached, reached, worst_of_each};
use crate::context::Context;
use crate::fixpoint::{Solution, conclusions, solve};
use crate::ground::{Grounded, Group, Presuming, ground, presuming};
use crate::presume::{Presumption, missing, presumptions};
use crate::program::{DerivationId, FactId, Program};
use crate::subject::SubjectKey;
use crate::value::{Front, Value};
use crate::witness::{self, OwnSteps};

/// What a verdict is about: a subject, and for a presumed one the reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub subject: SubjectKey,
    pub because: Option<PresumedBecause>,
}

impl Key {
    pub fn basis(&self) -> Basis {
        if self.because.is_some() { Basis::Presumed } else { Basis::Confirmed }
    }
}

/// How a subject comes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Judged {
    pub outcome: Outcome,
    /// The worst that is reached.
    pub cell: Option<Cell>,
    /// The worst of every harm that is reached, worst first.
    pub harms: Vec<Cell>,
    pub threats: BTreeSet<ward_model::scale::Threat>,
    pub privacy: bool,
}

/// How the subjects of a group come out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// They have verdicts of their own.
    Judged(Arc<Judged>),
    /// They have none: what is not known of these elements decides, and the verdicts on those speak for them.
    Covered(Arc<BTreeSet<ElementId>>),
}

impl Standing {
    /// What is left to a presumption is not controlled.
    fn outcome(&self) -> Outcome {
        match self {
            Self::Judged(judged) => judged.outcome,
            Self::Covered(_) => Outcome::Uncontrolled,
        }
    }
}

/// Every subject of one reading.
pub(crate) struct Outcomes<'a> {
    context: Context<'a>,
    groups: BTreeMap<Group, Standing>,
    presumed: BTreeMap<Presumption, Arc<Judged>>,
    /// The elements that are not known to be described completely.
    undescribed: BTreeSet<ElementId>,
}

impl<'a> Outcomes<'a> {
    /// How a subject stands, if it arises in this reading.
    pub fn standing(&self, key: &Key) -> Option<Standing> {
        if let SubjectKey::Presumed(element) = &key.subject {
            let presumption = Presumption { element: element.clone(), because: key.because? };
            return self.presumed.get(&presumption).cloned().map(Standing::Judged);
        }
        self.groups.get(&self.context.group_for(&key.subject)?).cloned()
    }

    /// How a verdict comes out in this reading. What does not arise is controlled, unless another weakness of the same link has
    /// taken its place (a link that verifies nobody has no replayed messages to speak of), or where it would be is not known to be
    /// described completely.
    pub fn outcome(&self, key: &Key) -> Outcome {
        if let Some(standing) = self.standing(key) {
            return standing.outcome();
        }
        if let SubjectKey::Weakness(rule, link, element) = &key.subject {
            let in_its_place = self.in_its_place(rule, link, element).filter_map(|group| self.groups.get(group));
            if let Some(outcome) = in_its_place.map(Standing::outcome).max() {
                return outcome;
            }
        }
        if self.left_open(key).next().is_some() { Outcome::Uncontrolled } else { Outcome::Controlled }
    }

    /// The elements, not known to be described completely, on which it rests that a subject does not arise.
    pub fn left_open(&self, key: &Key) -> impl Iterator<Item = &'a ElementId> {
        let places = if key.because.is_some() { Vec::new() } else { self.context.places(&key.subject) };
        places.into_iter().filter(|element| self.undescribed.contains(*element))
    }

    /// The groups whose subjects are controlled.
    pub fn controlled_groups(&self) -> impl Iterator<Item = &Group> {
        let controlled = |standing: &Standing| standing.outcome() == Outcome::Controlled;
        self.groups.iter().filter(move |(_, standing)| controlled(standing)).map(|(group, _)| group)
    }

    /// The presumptions that are controlled.
    pub fn controlled_presumptions(&self) -> impl Iterator<Item = &Presumption> {
        let controlled = self.presumed.iter().filter(|(_, judged)| judged.outcome == Outcome::Controlled);
        controlled.map(|(presumption, _)| presumption)
    }

    /// The groups of weaknesses that have to do with the same link, element and content as this one, itself among them.
    pub fn in_its_place(&self, rule: &RuleId, link: &LinkId, element: &ElementId) -> impl Iterator<Item = &Group> {
        let wanted = self.context.carries_of(rule);
        let groups =
            self.context.situation.rulebook.rules.iter().filter(move |other| Some(other.link.carries) == wanted);
        let groups = groups.map(|other| Group::Weakness(other.id.clone(), link.clone(), element.clone()));
        groups.filter_map(|group| self.groups.get_key_value(&group)).map(|(group, _)| group)
    }

    /// Every subject that arises, presumed ones included, with how it stands.
    pub fn subjects(&self) -> Vec<(Key, Standing)> {
        let mut subjects = Vec::new();
        for element in self.context.device().elements.keys() {
            for known in &self.context.inventory(element).known {
                if let Some(standing) = self.groups.get(&self.context.group_of(known, element)) {
                    let subject = SubjectKey::Vulnerability(known.id.clone(), element.clone());
                    subjects.push((Key { subject, because: None }, standing.clone()));
                }
            }
        }
        for (group, standing) in &self.groups {
            if let Group::Weakness(rule, link, element) = group {
                let subject = SubjectKey::Weakness(rule.clone(), link.clone(), element.clone());
                subjects.push((Key { subject, because: None }, standing.clone()));
            }
        }
        for (presumption, judged) in &self.presumed {
            let subject = SubjectKey::Presumed(presumption.element.clone());
            subjects.push((Key { subject, because: Some(presumption.because) }, Standing::Judged(Arc::clone(judged))));
        }
        subjects
    }
}

/// Where steps begin: the facts that they give, each with the value given.
type Beginnings = Vec<(FactId, Value)>;

fn beginnings(program: &Program, solution: &Solution, steps: &[DerivationId]) -> Beginnings {
    let mut begins = Beginnings::new();
    for id in steps {
        let derivation = program.derivation(*id);
        conclusions(
            derivation,
            Front::default(),
            |_, fact| solution.front(fact),
            |value, _| {
                begins.push((derivation.conclusion, value));
            },
        );
    }
    begins.sort_unstable();
    begins.dedup();
    begins
}

/// A program with elements presumed, and its fixpoint.
struct Presumed {
    elements: Vec<ElementId>,
    presuming: Presuming,
    solution: Solution,
}

impl Presumed {
    fn new(context: &Context<'_>, grounded: &Grounded, elements: Vec<ElementId>) -> Self {
        let presuming = presuming(context, grounded, &elements);
        let solution = solve(&presuming.program);
        Self { elements, presuming, solution }
    }
}

/// One reading, solved.
pub(crate) struct Run<'a> {
    context: Context<'a>,
    grounded: Grounded,
    /// Without anything presumed.
    known: Solution,
    /// With everything presumed at once: what combines two unknowns is found too.
    presumed: Arc<Presumed>,
    /// With every element presumed that is not known to be described completely: what may lead on from a subject.
    undescribed: Arc<Presumed>,
    presumptions: Vec<Presumption>,
}

impl<'a> Run<'a> {
    pub fn new(context: Context<'a>) -> Self {
        let presumptions = presumptions(&context);
        let elements = |wanted: &dyn Fn(&Presumption) -> bool| -> Vec<ElementId> {
            let mut elements: Vec<ElementId> =
                presumptions.iter().filter(|one| wanted(one)).map(|one| one.element.clone()).collect();
            elements.dedup();
            elements
        };
        let all = elements(&|_| true);
        let undescribed = elements(&|one| one.because == PresumedBecause::Unmodelled);
        let grounded = ground(&context);
        let presumed = Arc::new(Presumed::new(&context, &grounded, all));
        let undescribed = if undescribed == presumed.elements {
            Arc::clone(&presumed)
        } else {
            Arc::new(Presumed::new(&context, &grounded, undescribed))
        };
        Self { known: solve(&grounded.program), grounded, context, presumed, undescribed, presumptions }
    }

    /// Judges every subject.
    pub fn outcomes(&self) -> Outcomes<'a> {
        let presumed = self.judge_presumptions();
        let mut groups = BTreeMap::new();
        // Groups whose steps begin alike come out alike; an element's own gaps still tell them apart.
        let mut alike: BTreeMap<(ElementId, Beginnings, Beginnings), Standing> = BTreeMap::new();
        for (group, steps) in &self.grounded.groups {
            let steps: Vec<DerivationId> = steps.iter().flat_map(|(_, steps)| steps.iter().copied()).collect();
            let known = beginnings(&self.grounded.program, &self.known, &steps);
            let undescribed = beginnings(&self.undescribed.presuming.program, &self.undescribed.solution, &steps);
            let standing = alike
                .entry((group.element().clone(), known, undescribed))
                .or_insert_with(|| self.judge_steps(group.element(), &steps))
                .clone();
            groups.insert(group.clone(), standing);
        }
        let undescribed = self.undescribed.elements.iter().cloned().collect();
        Outcomes { context: self.context, groups, presumed, undescribed }
    }

    fn judge_steps(&self, element: &ElementId, steps: &[DerivationId]) -> Standing {
        let reached = self.reach(&self.grounded.program, &self.known, steps);
        if !reached.uncontrolled() {
            let open = self.open_questions(element, steps);
            if !open.is_empty() {
                return Standing::Covered(Arc::new(open));
            }
        }
        Standing::Judged(Arc::new(Judged {
            outcome: if reached.uncontrolled() { Outcome::Uncontrolled } else { Outcome::Controlled },
            cell: reached.worst().cloned(),
            harms: reached.worst_of_each(),
            threats: reached.threats,
            privacy: reached.privacy,
        }))
    }

    /// One verdict for each element and reason that can reach harm, or of which nobody can say what it can reach.
    fn judge_presumptions(&self) -> BTreeMap<Presumption, Arc<Judged>> {
        let mut all = BTreeMap::new();
        let Presumed { presuming, solution, .. } = &*self.presumed;
        let anywhere = self.harms_anywhere();
        for presumption in &self.presumptions {
            let step = presuming.steps.get(&presumption.element).copied();
            let reached = self.reach(&presuming.program, solution, step.as_slice());
            let unmodelled = presumption.because == PresumedBecause::Unmodelled;
            if reached.cells.is_empty() && !unmodelled {
                continue;
            }
            // An element that is not described completely may take part in any function, and in some that nobody has named: every
            // harm of the device counts, and none of them is known to be the worst.
            let anywhere = if unmodelled { &anywhere[..] } else { &[] };
            let cells = || reached.cells.iter().chain(anywhere);
            let (harms, cell) = (worst_of_each(cells()), cells().max().cloned());
            let described = !self.undescribed.elements.contains(&presumption.element);
            let outcome = cell.as_ref().filter(|_| described).map(|cell| cell.outcome);
            let outcome = outcome.unwrap_or(Outcome::Uncontrolled);
            let judged = Judged { outcome, cell, harms, threats: reached.threats, privacy: reached.privacy };
            all.insert(presumption.clone(), Arc::new(judged));
        }
        all
    }

    /// Every harm to a person that the device names, for as many people as can be.
    fn harms_anywhere(&self) -> Vec<Cell> {
        let device = self.context.device();
        let harms = device.harms.keys().filter_map(|harm| Some((device.person_severity(harm)?, harm)));
        harms
            .map(|(severity, harm)| Cell {
                outcome: self.context.policy.cell(Exploitability::High, severity, Persons::Many),
                escalated: self.context.policy.escalate(severity, Persons::Many),
                class: Exploitability::High,
                severity,
                persons: Persons::Many,
                harm: harm.clone(),
                fact: FactId(u32::MAX),
                entry: u32::MAX,
            })
            .collect()
    }

    /// The elements, not known to be described completely, that could turn a subject which looks controlled; none where it is.
    fn open_questions(&self, element: &ElementId, steps: &[DerivationId]) -> BTreeSet<ElementId> {
        let Presumed { elements, presuming, solution } = &*self.undescribed;
        if elements.is_empty() {
            return BTreeSet::new();
        }
        let onward = through(&presuming.program, solution, steps);
        let mut touched: BTreeSet<&ElementId> =
            onward.facts().flat_map(|id| self.context.elements_of(presuming.program.at(id))).collect();
        touched.insert(element);
        let open: BTreeSet<ElementId> = elements.iter().filter(|element| touched.contains(element)).cloned().collect();
        if !open.is_empty() {
            return open;
        }
        if self.harms(&presuming.program, &onward).uncontrolled() { elements.iter().cloned().collect() } else { open }
    }

    fn reach(&self, program: &Program, solution: &Solution, steps: &[DerivationId]) -> Reached {
        self.harms(program, &through(program, solution, steps))
    }

    fn harms(&self, program: &Program, onward: &Through) -> Reached {
        reached(&self.context, program, onward.facts().map(|id| (id, onward.front(id))))
    }

    /// The steps of a subject, each with what it is said to follow by.
    fn steps(&self, key: &Key) -> Vec<(DerivationId, Arc<str>)> {
        match &key.subject {
            SubjectKey::Presumed(element) => {
                let step = self.presumed.presuming.steps.get(element);
                step.map(|step| (*step, self.presumed.presuming.program.derivation(*step).by.as_str().into()))
                    .into_iter()
                    .collect()
            }
            SubjectKey::Weakness(..) => {
                let steps = self.grounded_group(key).into_iter().flatten().flat_map(|(_, steps)| steps);
                steps.map(|step| (*step, self.grounded.program.derivation(*step).by.as_str().into())).collect()
            }
            SubjectKey::Vulnerability(id, element) => {
                let Some(known) = self.context.inventory(element).find(id) else { return Vec::new() };
                let Some(taken) = self.grounded_group(key) else { return Vec::new() };
                known
                    .profiles
                    .iter()
                    .flat_map(|(profile, by)| {
                        let own = taken.iter().filter(move |(other, _)| other == profile);
                        own.flat_map(|(_, steps)| steps.iter().copied()).map(move |step| (step, Arc::clone(by)))
                    })
                    .collect()
            }
        }
    }

    /// A derivation of the worst harm that is reached through a subject, and which of its nodes are the subject's own steps.
    pub fn witness(&self, key: &Key) -> (Witness, OwnSteps) {
        let (program, solution) = match key.basis() {
            Basis::Confirmed => (&self.grounded.program, &self.known),
            Basis::Presumed => (&self.presumed.presuming.program, &self.presumed.solution),
        };
        let steps: Vec<DerivationId> = self.steps(key).into_iter().map(|(step, _)| step).collect();
        let onward = through(program, solution, &steps);
        let reached = self.harms(program, &onward);
        reached.worst().map_or_else(Default::default, |cell| {
            witness::draw(&self.context, program, solution, &onward, cell.entry, &steps)
        })
    }

    /// Says of a subject's own steps that they follow by it.
    pub fn name_own_steps(&self, key: &Key, witness: &mut Witness, own: &OwnSteps) {
        if own.is_empty() {
            return;
        }
        let steps = self.steps(key);
        for (place, derivation) in own {
            let by = steps.iter().find(|(step, _)| step == derivation);
            if let (Some(node), Some((_, by))) = (witness.nodes.get_mut(*place), by) {
                node.by = by.to_string();
            }
        }
    }

    /// Why a subject that is controlled reaches nothing: the facts that its steps lack, none where they can be taken.
    /// Nothing where the subject does not arise.
    pub fn lacking(&self, key: &Key) -> Option<Vec<String>> {
        let mut lacking = BTreeSet::new();
        for id in self.grounded_group(key)?.iter().flat_map(|(_, steps)| steps) {
            let premises = &self.grounded.program.derivation(*id).premises;
            let missing: Vec<&FactId> = premises.iter().filter(|fact| !self.known.reaches(**fact)).collect();
            if missing.is_empty() {
                return Some(Vec::new());
            }
            lacking.extend(missing.into_iter().map(|fact| self.grounded.program.at(*fact).words()));
        }
        Some(lacking.into_iter().collect())
    }

    /// In words, what is not known where a verdict is presumed.
    pub fn missing(&self, key: &Key) -> Vec<String> {
        let Some(because) = key.because else { return Vec::new() };
        missing(&self.context, &Presumption { element: key.subject.element().clone(), because })
    }

    /// The vulnerabilities of which it cannot be told whether they touch an element.
    pub fn untold(&self, element: &ElementId) -> Vec<String> {
        let ids: BTreeSet<String> =
            self.context.inventory(element).untold.iter().map(|(id, _)| id.to_string()).collect();
        ids.into_iter().collect()
    }

    /// The program, and which derivations belong to which subjects.
    pub fn grounded(&self) -> &Grounded {
        &self.grounded
    }

    /// The program with every element presumed of which anything is not known, those elements, and the step that presumes each.
    pub fn presumed(&self) -> (&Program, &BTreeMap<ElementId, DerivationId>) {
        (&self.presumed.presuming.program, &self.presumed.presuming.steps)
    }

    /// The program with every element presumed that is not known to be described completely, likewise.
    pub fn undescribed(&self) -> (&Program, &BTreeMap<ElementId, DerivationId>) {
        (&self.undescribed.presuming.program, &self.undescribed.presuming.steps)
    }

    /// What this reading looks at.
    pub fn context(&self) -> &Context<'a> {
        &self.context
    }

    fn grounded_group(&self, key: &Key) -> Option<&crate::ground::Steps> {
        self.grounded.groups.get(&self.context.group_for(&key.subject)?)
    }
}
