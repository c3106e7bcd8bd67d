//! Which changes a treatment cannot do without, read from derivations.
//!
//! Most of what a change does is to take derivations away: a control cuts steps, taking an element off its links takes them and who
//! holds their secrets, a link that verifies its senders takes what nobody verified, another version takes what is found. So there is
//! one program for all changes, in which each derivation knows the changes that may touch it, rather too many than too few. With some of them
//! chosen, what certainly stands still is solved; every subject that is uncontrolled by that stays so unless one more of the changes is
//! made that its derivation knows. Who defeats a control counts only where that is relied on. What else changes bring with them is not looked at here: whoever asks has to read what is chosen
//! whole in the end.
//!
//! But for that, choosing only ever takes away. So what nothing can reach, or leads to nothing unacceptable, before anything is chosen is left out from
//! the beginning.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ward_model::device::Device;
use ward_model::ids::{ControlId, ElementId, HarmId, LinkId, VulnerabilityId};
use ward_model::scale::{Exploitability, Reach};
use ward_model::verdict::{Outcome, Subject};

use crate::cells::{Cell, Harms, unacceptable};
use crate::context::{Context, Situation};
use crate::effects::Effects;
use crate::fact::Fact;
use crate::fixpoint::{EntryRef, solve};
use crate::graph::Step;
use crate::ground::{Grounded, Group, ground};
use crate::judge::each_reading;
use crate::labels::{Labels, Questions};
use crate::levels::Bounds;
use crate::program::{DerivationId, FactId, Program, ReachRule};
use crate::subject::SubjectKey;
use crate::witness::way_to;

mod condition;

use condition::{Condition, Touching};

/// A change that may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// A control works, for all units.
    Rely(ControlId),
    /// An element is taken off its links.
    Isolate(ElementId),
    /// The receiver of a link verifies every sender.
    Secure(LinkId),
    /// Something else runs at these elements, by which these vulnerabilities there may end.
    Mend(BTreeMap<ElementId, BTreeSet<VulnerabilityId>>),
}

/// Subjects that stay uncontrolled unless one of some changes is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The subjects, each with its element.
    pub subjects: Vec<(Subject, ElementId)>,
    /// The worst harm that they reach.
    pub harm: HarmId,
    /// The changes by their numbers, in order; none where no change touches them.
    pub any: Vec<usize>,
    /// Changes that have a part in it, of which not to make one may do instead: whoever defeats a control is in the way only where
    /// somebody relies on it.
    pub or_not: Vec<usize>,
}

/// The changes that may be made to one device, and what each of them may touch: for every version, policy and group of units.
#[derive(Default)]
pub struct Choices {
    readings: Vec<Reading>,
}

impl Choices {
    /// Works out what may be touched. The device and the claims in effect are given as if every control among the choices were relied on,
    /// and besides as they are.
    pub fn new(situation: Situation<'_>, effects: &Effects, before: (&Device, &Effects), choices: &[Choice]) -> Self {
        let mut readings = Vec::new();
        for version in &situation.device.versions {
            each_reading(situation, version, effects, |context| {
                readings.push(Reading::new(&context, before, choices));
            });
        }
        Self { readings }
    }

    /// What certainly stays uncontrolled with these chosen, each unless one of some others is chosen too. Where it is nothing, that
    /// does not say that nothing is uncontrolled.
    pub fn needs(&self, chosen: &[bool]) -> Vec<Need> {
        self.readings.iter().flat_map(|reading| reading.needs(chosen)).collect()
    }
}

/// One policy, version and group of units.
struct Reading {
    /// What may lead to something unacceptable.
    program: Program,
    /// For each derivation, when it stands.
    conditions: Vec<Condition>,
    /// What is unacceptable, worst first.
    goals: Vec<Cell>,
    alike: Vec<Alike>,
}

/// Subjects that take the same steps and that the same changes may end.
struct Alike {
    subjects: Vec<(Subject, ElementId)>,
    steps: Vec<DerivationId>,
    /// The changes after which they may no longer be there.
    unless: Vec<usize>,
}

impl Reading {
    fn new(context: &Context<'_>, before: (&Device, &Effects), choices: &[Choice]) -> Self {
        let grounded = ground(context);
        let (whole, free) = with_controls_undone(context, &grounded, before, choices);
        let whole = Arc::new(whole);
        let questions = Questions::solve(&whole);
        let facts = (0..whole.len()).map(FactId::at);
        let bounds = questions.lead_to(facts.map(|fact| unacceptable(context, whole.at(fact))).collect());
        let touching = Touching::new(context, &grounded, free, choices);
        let mut program = Program::default();
        program.fall_silent();
        let (mut conditions, mut numbers) = (Vec::new(), BTreeMap::new());
        let graph = whole.graph();
        for id in graph.ids() {
            let step = graph.step(id);
            let matters = bounds[step.conclusion.index()] != Bounds::NONE
                && step.premises.iter().all(|fact| questions.reaches(*fact));
            let Some(condition) = matters.then(|| touching.condition(&whole, id)).flatten() else { continue };
            let premises: Vec<FactId> =
                step.premises.iter().map(|fact| program.fact(whole.at(*fact).clone())).collect();
            let conclusion = program.fact(whole.at(step.conclusion).clone());
            numbers.insert(id, program.derive(Step { premises: &premises, conclusion, ..step }, ""));
            conditions.push(condition);
        }
        let here = |steps: &mut dyn Iterator<Item = DerivationId>| -> Vec<DerivationId> {
            let steps: BTreeSet<DerivationId> = steps.filter_map(|step| numbers.get(&step).copied()).collect();
            steps.into_iter().collect()
        };
        let alike = alike(context, &grounded, &touching, here);
        let mut goals = Harms::of(context, &program, |_| true).cells(context);
        goals.retain(|cell| cell.outcome == Outcome::Uncontrolled);
        Self { program, conditions, goals, alike }
    }

    fn needs(&self, chosen: &[bool]) -> Vec<Need> {
        let (program, numbers) = self.program.only(|id| self.conditions[id.index()].stands(chosen));
        let program = Arc::new(program);
        let known = solve(&program);
        let questions = Questions::new(&program, &known);
        let labels = Labels::toward(self.goals.clone(), &questions);
        let mut needs: Vec<Need> = Vec::new();
        let mut places: BTreeMap<(HarmId, Vec<usize>, Vec<usize>), usize> = BTreeMap::new();
        for alike in &self.alike {
            if alike.unless.iter().any(|one| chosen[*one]) {
                continue;
            }
            let steps = alike.steps.iter().filter_map(|step| numbers.binary_search(step).ok());
            let steps: Vec<DerivationId> = steps.map(DerivationId::at).collect();
            let Some((cell, way)) = way_to(&program, &known, (&questions, &labels), &steps) else { continue };
            let own = |entry: EntryRef, derivation: &DerivationId| {
                matches!(entry, EntryRef::Through(_)) && steps.contains(derivation)
            };
            let (mut any, mut or_not): (BTreeSet<usize>, BTreeSet<usize>) = Default::default();
            let mut seen: BTreeSet<EntryRef> = BTreeSet::new();
            let mut open = vec![EntryRef::Through(way.entry)];
            while let Some(reference) = open.pop() {
                if !seen.insert(reference) {
                    continue;
                }
                let entry = way.at(&known, reference);
                open.extend(entry.premises.iter().copied());
                let condition = &self.conditions[numbers[entry.derivation.index()].index()];
                or_not.extend(condition.needed());
                if own(reference, &entry.derivation) {
                    any.extend(condition.always().chain(alike.unless.iter().copied()));
                } else {
                    any.extend(condition.standing(chosen));
                }
            }
            let [any, or_not] = [any, or_not].map(|changes| changes.into_iter().collect::<Vec<usize>>());
            let place = places.entry((cell.harm.clone(), any.clone(), or_not.clone())).or_insert(needs.len());
            match needs.get_mut(*place) {
                Some(need) => need.subjects.extend(alike.subjects.iter().cloned()),
                None => needs.push(Need { subjects: alike.subjects.clone(), harm: cell.harm.clone(), any, or_not }),
            }
        }
        needs
    }
}

/// The program, and that every control that may be chosen, and has no effect as things are, is defeated without further ado: until it is
/// chosen. Tells which derivations say so.
fn with_controls_undone(
    context: &Context<'_>,
    grounded: &Grounded,
    (device, effects): (&Device, &Effects),
    choices: &[Choice],
) -> (Program, BTreeMap<DerivationId, usize>) {
    let before = Context { situation: Situation { device, ..context.situation }, effects, ..*context };
    let mut program = Program::over(Arc::clone(&grounded.program));
    let mut free = BTreeMap::new();
    for (number, choice) in choices.iter().enumerate() {
        let Choice::Rely(control) = choice else { continue };
        let in_effect = device.controls.get(control).is_some_and(|control| before.in_effect(control));
        // A control that no step names is chosen for nothing.
        if let Some(conclusion) = program.find(&Fact::Defeated(control.clone())).filter(|_| !in_effect) {
            let (class, reach) = (Exploitability::High, ReachRule::Exactly(Reach::Fleet));
            free.insert(program.derive(Step { premises: &[], conclusion, class, reach }, ""), number);
        }
    }
    (program, free)
}

/// What makes subjects come out alike: their steps, and the changes that may end them.
type Likeness = (Vec<DerivationId>, Vec<usize>);

/// The subjects by their steps and by what may end them, as far as any of these lead on.
fn alike(
    context: &Context<'_>,
    grounded: &Grounded,
    touching: &Touching<'_>,
    here: impl Fn(&mut dyn Iterator<Item = DerivationId>) -> Vec<DerivationId>,
) -> Vec<Alike> {
    let mut all: BTreeMap<Likeness, Vec<(Subject, ElementId)>> = BTreeMap::new();
    let mut add = |steps: &[DerivationId], unless: Vec<usize>, key: &SubjectKey| {
        all.entry((steps.to_vec(), unless)).or_default().push((key.subject(), key.element().clone()));
    };
    let mut leading: BTreeMap<&Group, Vec<DerivationId>> = BTreeMap::new();
    let mut elements: BTreeSet<&ElementId> = BTreeSet::new();
    for (group, steps) in grounded.groups.iter() {
        let steps = here(&mut steps.iter().flat_map(|(_, steps)| steps.iter().copied()));
        if steps.is_empty() {
            continue;
        }
        match group {
            Group::Weakness(rule, of, element) => {
                let key = SubjectKey::Weakness(rule.clone(), of.clone(), element.clone());
                add(&steps, Vec::new(), &key);
            }
            Group::Vulnerabilities { element, .. } => {
                elements.insert(element);
                leading.insert(group, steps);
            }
        }
    }
    for element in elements {
        for known in &context.inventory(element).known {
            if let Some(steps) = leading.get(&context.group_of(known, element)) {
                let key = SubjectKey::Vulnerability(known.id.clone(), element.clone());
                add(steps, touching.ending(&known.id, element), &key);
            }
        }
    }
    all.into_iter().map(|((steps, unless), subjects)| Alike { subjects, steps, unless }).collect()
}
