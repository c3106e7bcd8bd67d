//! One reading: every subject judged, for one policy, one fielded version, one group of units, one set of claims in effect.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use ward_model::ids::ElementId;
use ward_model::scale::{Exploitability, Persons, Reach};
use ward_model::verdict::{Basis, Outcome, PresumedBecause, Witness};

use crate::attribute::through;
use crate::cells::{Cell, worst_of_each};
use crate::context::Context;
use crate::fixpoint::{Solution, solve};
use crate::ground::ground;
use crate::ground::{Grounded, Group, Presuming, presuming};
use crate::keyed::Keyed;
use crate::labels::{Begun, Labels, Leads, Questions, worst_harms};
use crate::levels::Bounds;
pub(crate) use crate::outcomes::{Judged, Key, Outcomes, Standing};
use crate::outcomes::{elements, objectionable};
use crate::presume::{Presumption, missing, presumptions};
use crate::program::{DerivationId, FactId, Program};
use crate::standings::Standings;
use crate::subject::SubjectKey;
use crate::texts::Texts;
use crate::vocabulary::Table;
use crate::witness::{self, OwnSteps};

mod lacking;

pub(crate) use lacking::MissingSet;

/// A program with elements presumed, and its fixpoint.
struct Presumed {
    presuming: Presuming,
    solution: Solution,
    questions: Questions,
}

impl Presumed {
    fn new(context: &Context<'_>, grounded: &Grounded, elements: &[ElementId]) -> Self {
        if elements.is_empty() {
            return Self::nothing(grounded);
        }
        let presuming = presuming(context, grounded, elements);
        let solution = solve(&presuming.program);
        let questions = Questions::new(&presuming.program, &solution);
        Self { presuming, solution, questions }
    }

    /// Nothing is presumed, and nothing is asked of what would be.
    fn nothing(grounded: &Grounded) -> Self {
        let presuming = Presuming { program: Arc::clone(&grounded.program), steps: BTreeMap::new() };
        let solution = Solution::default();
        let questions = Questions::new(&grounded.program, &solution);
        Self { presuming, solution, questions }
    }
}

/// One reading, solved.
pub(crate) struct Run<'a> {
    context: Context<'a>,
    grounded: Grounded,
    /// Without anything presumed.
    known: Solution,
    questions: Questions,
    labels: Labels,
    /// With everything presumed at once: what combines two unknowns is found too.
    presumed: Arc<Presumed>,
    presumed_labels: Labels,
    /// With every element presumed that is not known to be described completely: what may lead on from a subject.
    undescribed: Arc<Presumed>,
    /// From where on facts then lead to what makes a subject uncontrolled; none where everything is described.
    open: Option<Vec<Bounds>>,
    presumptions: Vec<Presumption>,
    /// The same where everything is described, once that is asked for.
    onward: OnceLock<Vec<Bounds>>,
    texts: Texts,
    /// Whether of each subject more is told than how it comes out.
    told: bool,
}

impl<'a> Run<'a> {
    /// Solves a reading.
    pub fn new(context: Context<'a>) -> Self {
        let grounded = ground(&context);
        Self::of(context, grounded)
    }

    /// Solves a reading of which the program has been built.
    pub fn of(context: Context<'a>, grounded: Grounded) -> Self {
        let known = solve(&grounded.program);
        let questions = Questions::new(&grounded.program, &known);
        let labels = Labels::new(&context, &questions);
        Self::presuming(context, grounded, (known, questions), labels, true)
    }

    /// Solves a reading of which is told how each subject comes out, and nothing else: no harms, and no ways to them.
    pub fn briefly(context: Context<'a>, grounded: Grounded) -> Self {
        let questions = Questions::solve(&grounded.program);
        let labels = Labels::unacceptable(&context, &questions);
        Self::presuming(context, grounded, (Solution::default(), questions), labels, false)
    }

    fn presuming(
        context: Context<'a>,
        grounded: Grounded,
        (known, questions): (Solution, Questions),
        labels: Labels,
        told: bool,
    ) -> Self {
        let presumptions = presumptions(&context);
        let all = elements(&presumptions, |_| true);
        let undescribed = elements(&presumptions, |one| one.because == PresumedBecause::Unmodelled);
        let presumed = Arc::new(Presumed::new(&context, &grounded, &all));
        let presumed_labels =
            if all.is_empty() { Labels::default() } else { Labels::new(&context, &presumed.questions) };
        let undescribed = if undescribed == all {
            Arc::clone(&presumed)
        } else {
            Arc::new(Presumed::new(&context, &grounded, &undescribed))
        };
        let Presumed { presuming: Presuming { program, steps }, questions: asking, .. } = &*undescribed;
        let open = (!steps.is_empty()).then(|| {
            let these: Vec<ElementId> = steps.keys().cloned().collect();
            asking.lead_to(objectionable(&context, program, &these))
        });
        Self {
            context,
            grounded,
            known,
            questions,
            labels,
            presumed,
            presumed_labels,
            undescribed,
            open,
            presumptions,
            onward: OnceLock::new(),
            texts: Texts::default(),
            told,
        }
    }

    /// Solves a reading in which nothing is asked of what is presumed: it tells what is [`Run::uncontrolled`], and draws it.
    pub fn confirmed(context: Context<'a>) -> Self {
        let grounded = ground(&context);
        let known = solve(&grounded.program);
        let questions = Questions::new(&grounded.program, &known);
        let labels = Labels::unacceptable(&context, &questions);
        let presumed = Arc::new(Presumed::nothing(&grounded));
        Self {
            context,
            grounded,
            known,
            questions,
            labels,
            undescribed: Arc::clone(&presumed),
            presumed,
            presumed_labels: Labels::default(),
            open: None,
            presumptions: Vec::new(),
            onward: OnceLock::new(),
            texts: Texts::default(),
            told: true,
        }
    }

    /// The subjects that are uncontrolled by a derivation, and no others; of each only the worst is told.
    pub fn uncontrolled(&self) -> Outcomes<'a> {
        let groups: Keyed<Group, Standing> = self
            .grounded
            .groups
            .iter()
            .filter_map(|(group, steps)| {
                let steps: Vec<DerivationId> = steps.iter().flat_map(|(_, steps)| steps.iter().copied()).collect();
                let goal = self.labels.nearest(&self.questions.begin(&steps))?;
                let cell = self.labels.goal(goal).filter(|cell| cell.outcome == Outcome::Uncontrolled)?;
                let judged = Judged { cell: Some(cell.clone()), ..Judged::briefly(Outcome::Uncontrolled) };
                Some((group.clone(), Standing::Judged(Arc::new(judged))))
            })
            .collect();
        Outcomes {
            context: self.context,
            groups: Standings::of(&groups, |_, standing| standing.clone()),
            presumed: BTreeMap::new(),
            undescribed: BTreeSet::new(),
        }
    }

    /// Judges every subject.
    pub fn outcomes(&self) -> Outcomes<'a> {
        let presumed = self.judge_presumptions();
        // Groups whose steps begin alike leave the same open; an element's own gaps still tell them apart.
        let mut alike: BTreeMap<(ElementId, Begun), Arc<BTreeSet<ElementId>>> = BTreeMap::new();
        let begun: Keyed<Group, (Vec<DerivationId>, Begun)> = self.grounded.groups.map(|_, steps| {
            let steps: Vec<DerivationId> = steps.iter().flat_map(|(_, steps)| steps.iter().copied()).collect();
            let begun = self.questions.begin(&steps);
            (steps, begun)
        });
        // What begins alike leads to the same.
        let harms = self.harms(&self.questions, begun.iter().map(|(_, (_, begun))| begun));
        let harms = harms.into_iter().map(|(begun, harms)| {
            let Leads { worst: cell, threats, privacy } = self.labels.leads(begun);
            let outcome = cell.as_ref().map_or(Outcome::Controlled, |cell| cell.outcome);
            (begun, Arc::new(Judged { outcome, cell, harms, threats, privacy }))
        });
        let judgements: BTreeMap<&Begun, Arc<Judged>> = harms.collect();
        // Every beginning has one.
        let none = Arc::new(Judged::briefly(Outcome::Uncontrolled));
        let groups = Standings::of(&begun, |group, (steps, begun)| {
            let judged = judgements.get(begun).unwrap_or(&none);
            if judged.outcome == Outcome::Controlled {
                let begun = self.undescribed.questions.begin(steps);
                if self.leaves_open(group.element(), &begun) {
                    let open = alike
                        .entry((group.element().clone(), begun))
                        .or_insert_with(|| Arc::new(self.open_questions(group.element(), steps)));
                    return Standing::Covered(Arc::clone(open));
                }
            }
            Standing::Judged(Arc::clone(judged))
        });
        let undescribed = self.undescribed.presuming.steps.keys().cloned().collect();
        Outcomes { context: self.context, groups, presumed, undescribed }
    }

    /// One verdict for each element and reason that can reach harm, or of which nobody can say what it can reach.
    fn judge_presumptions(&self) -> BTreeMap<Presumption, Arc<Judged>> {
        let mut all = BTreeMap::new();
        let Presumed { presuming, questions, .. } = &*self.presumed;
        let begin =
            |presumption: &Presumption| questions.begin(presuming.steps.get(&presumption.element).copied().as_slice());
        let begun: Vec<Begun> = self.presumptions.iter().map(begin).collect();
        let reached = self.harms(questions, begun.iter());
        let anywhere = self.harms_anywhere();
        for (presumption, begun) in self.presumptions.iter().zip(&begun) {
            let Leads { worst, threats, privacy } = self.presumed_labels.leads(begun);
            let unmodelled = presumption.because == PresumedBecause::Unmodelled;
            if worst.is_none() && !unmodelled {
                continue;
            }
            // An element that is not described completely may take part in any function, and in some that nobody has named: every
            // harm of the device counts, and none of them is known to be the worst.
            let anywhere = if unmodelled { &anywhere[..] } else { &[] };
            let harms = worst_of_each(reached.get(begun).into_iter().flatten().chain(anywhere));
            let cell = worst.into_iter().chain(anywhere.iter().cloned()).max();
            let described = !self.undescribed.presuming.steps.contains_key(&presumption.element);
            let outcome = cell.as_ref().filter(|_| described).map(|cell| cell.outcome);
            let outcome = outcome.unwrap_or(Outcome::Uncontrolled);
            all.insert(presumption.clone(), Arc::new(Judged { outcome, cell, harms, threats, privacy }));
        }
        all
    }

    /// The harms that each of these leads to, where they are told.
    fn harms<'b>(
        &self,
        questions: &Questions,
        begun: impl Iterator<Item = &'b Begun>,
    ) -> BTreeMap<&'b Begun, Vec<Cell>> {
        if self.told {
            worst_harms(&self.context, questions, begun)
        } else {
            begun.map(|begun| (begun, Vec::new())).collect()
        }
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
                reach: Reach::Fleet,
            })
            .collect()
    }

    /// Whether elements that are not known to be described completely could turn a subject that looks controlled.
    fn leaves_open(&self, element: &ElementId, begun: &Begun) -> bool {
        self.open.as_ref().is_some_and(|open| {
            self.undescribed.presuming.steps.contains_key(element)
                || begun.iter().any(|(fact, ways)| open[fact.index()].met_by(*ways))
        })
    }

    /// The elements, not known to be described completely, that could turn a subject of which it is known that some do.
    fn open_questions(&self, element: &ElementId, steps: &[DerivationId]) -> BTreeSet<ElementId> {
        let Presumed { presuming: Presuming { program, steps: open }, solution, .. } = &*self.undescribed;
        let onward = through(program, solution, steps);
        let mut touched: BTreeSet<&ElementId> =
            onward.facts().flat_map(|id| self.context.elements_of(program.at(id))).collect();
        touched.insert(element);
        let touched: BTreeSet<ElementId> =
            touched.into_iter().filter(|element| open.contains_key(*element)).cloned().collect();
        // Where it touches none of them it leads to harm with what they give away: any of them may have.
        if touched.is_empty() { open.keys().cloned().collect() } else { touched }
    }

    /// The steps of a subject, each with what it is said to follow by.
    fn steps(&self, key: &Key) -> Vec<(DerivationId, Arc<str>)> {
        match &key.subject {
            SubjectKey::Presumed(element) => {
                let step = self.presumed.presuming.steps.get(element);
                step.map(|step| (*step, self.presumed.presuming.program.by(*step).into())).into_iter().collect()
            }
            SubjectKey::Weakness(..) => {
                let steps = self.grounded_group(key).into_iter().flatten().flat_map(|(_, steps)| steps);
                steps.map(|step| (*step, self.grounded.program.by(*step).into())).collect()
            }
            SubjectKey::Vulnerability(id, element) => {
                let Some(known) = self.context.inventory(element).find(id) else { return Vec::new() };
                let Some(taken) = self.grounded_group(key) else { return Vec::new() };
                known
                    .profiles(self.context.effects)
                    .iter()
                    .flat_map(|(profile, by)| {
                        let own = taken.iter().filter(move |(other, _)| other == profile);
                        own.flat_map(|(_, steps)| steps.iter().copied()).map(move |step| (step, Arc::clone(by)))
                    })
                    .collect()
            }
        }
    }

    /// The same once no claims are taken away any more: nobody asks what belongs to which part.
    #[must_use]
    pub fn once_tried(self) -> Self {
        Self { grounded: Grounded { parts: Arc::default(), logins: Table::default(), ..self.grounded }, ..self }
    }

    /// The same once every verdict is told: nobody asks for ways any more, only for what is not reached and where that would lead.
    #[must_use]
    pub fn once_told(self) -> Self {
        // Where everything leads is asked now, and how from each to the next no more.
        self.onward();
        let program = &self.grounded.program;
        let questions = self.questions.without_ways_back(program);
        let nothing = Arc::new(Presumed::nothing(&self.grounded));
        drop(self.presumed);
        let undescribed = match Arc::try_unwrap(self.undescribed) {
            Ok(Presumed { presuming: Presuming { steps, .. }, questions, .. }) => {
                let presuming = Presuming { program: Arc::clone(program), steps };
                let questions = questions.without_ways_back(program);
                Arc::new(Presumed { presuming, solution: Solution::default(), questions })
            }
            Err(shared) => shared,
        };
        Self {
            known: Solution::default(),
            questions,
            labels: Labels::default(),
            presumed: nothing,
            presumed_labels: Labels::default(),
            undescribed,
            ..self
        }
    }

    /// The one copy of a sentence that a verdict says.
    pub fn keep(&self, text: &str) -> Arc<str> {
        self.texts.keep(text)
    }

    /// A derivation of the worst harm that is reached through a subject, in as few steps as any, and which of its nodes are the
    /// subject's own steps.
    pub fn witness(&self, key: &Key) -> (Witness, OwnSteps) {
        let (program, solution, questions, labels) = match key.basis() {
            Basis::Confirmed => (&self.grounded.program, &self.known, &self.questions, &self.labels),
            Basis::Presumed => {
                let Presumed { presuming, solution, questions } = &*self.presumed;
                (&presuming.program, solution, questions, &self.presumed_labels)
            }
        };
        let steps: Vec<DerivationId> = self.steps(key).into_iter().map(|(step, _)| step).collect();
        let way = witness::way_to(program, solution, (questions, labels), &steps);
        way.map_or_else(Default::default, |(_, way)| {
            witness::draw(&self.context, program, solution, &way.onward, way.entry, &steps, &self.texts)
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
                node.by = Arc::clone(by);
            }
        }
    }

    /// In words, what is not known where a verdict is presumed.
    pub fn missing(&self, key: &Key) -> Vec<String> {
        let Some(because) = key.because else { return Vec::new() };
        missing(&self.context, &Presumption { element: key.subject.element().clone(), because })
    }

    /// The vulnerabilities of which it cannot be told whether they touch an element.
    pub fn untold(&self, element: &ElementId) -> Vec<String> {
        let ids: BTreeSet<String> =
            self.context.inventory(element).untold(self.context.effects).map(|(id, _)| id.to_string()).collect();
        ids.into_iter().collect()
    }

    /// The program, and which derivations belong to which subjects.
    pub fn grounded(&self) -> &Grounded {
        &self.grounded
    }

    /// The program with every element presumed of which anything is not known, those elements, and the step that presumes each.
    pub fn presumed(&self) -> (&Arc<Program>, &BTreeMap<ElementId, DerivationId>) {
        (&self.presumed.presuming.program, &self.presumed.presuming.steps)
    }

    /// The program with every element presumed that is not known to be described completely, likewise.
    pub fn undescribed(&self) -> (&Arc<Program>, &BTreeMap<ElementId, DerivationId>) {
        (&self.undescribed.presuming.program, &self.undescribed.presuming.steps)
    }

    /// What can be reached without anything presumed.
    pub fn known(&self) -> &Solution {
        &self.known
    }

    /// The same, to be asked where its facts lead.
    pub fn questions(&self) -> &Questions {
        &self.questions
    }

    /// What this reading looks at.
    pub fn context(&self) -> &Context<'a> {
        &self.context
    }

    fn grounded_group(&self, key: &Key) -> Option<&crate::ground::Steps> {
        self.grounded.groups.get(&self.context.group_for(&key.subject)?)
    }
}
