//! Where every fact leads at its worst, for all subjects at once.
//!
//! Harms are taken worst first, and each is followed back to the facts from which it can be reached; what leads to something worse
//! already is passed over. So every fact is labelled once for each of its values, with the worst harm that it leads to and by how
//! many steps, and a subject only looks up the facts that its own steps give.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, OnceLock};

use ward_model::ids::HarmId;
use ward_model::scale::{Persons, Reach, Threat};
use ward_model::verdict::Outcome;

use crate::attribute::Through;
use crate::cells::{Cell, Effects, Harms, worst_of_each};
use crate::context::Context;
use crate::fixpoint::Solution;
use crate::levels::{Back, Bounds, Levels, onward};
use crate::lists::Lists;
use crate::people::Depending;
use crate::program::{DerivationId, FactId, Program};
use crate::value::Value;

/// Where steps begin: the facts that they give, each with how far.
pub(crate) type Begun = Vec<(FactId, Levels)>;

/// Beginnings by the facts that they give, each with how far.
struct Beginnings {
    by_fact: Lists<(Levels, u32)>,
    count: usize,
}

impl Beginnings {
    fn new<'b>(facts: usize, beginnings: impl Iterator<Item = &'b Begun> + Clone) -> Self {
        let by_fact = Lists::of(facts, |found| {
            for (number, begun) in (0_u32..).zip(beginnings.clone()) {
                begun.iter().for_each(|(fact, ways)| found(fact.index(), (*ways, number)));
            }
        });
        Self { by_fact, count: beginnings.count() }
    }
}

/// No goal.
const NOWHERE: u32 = u32::MAX;

/// A solved program, to be asked where its facts lead.
#[derive(Debug)]
pub(crate) struct Questions {
    program: Arc<Program>,
    ways: Vec<Levels>,
    /// What leads to each fact, once that is asked: premises, and what is sent back to each. What nothing is sent back to is left out.
    leading: OnceLock<Lists<(FactId, Back)>>,
}

impl Questions {
    pub fn new(program: &Arc<Program>, solution: &Solution) -> Self {
        let ways = (0..program.len()).map(|place| solution.front(FactId::at(place)).into()).collect();
        Self { program: Arc::clone(program), ways, leading: OnceLock::new() }
    }

    /// Solves a program, without any history.
    pub fn solve(program: &Arc<Program>) -> Self {
        let graph = program.graph();
        let mut ways = vec![Levels::default(); program.len()];
        let mut open: VecDeque<FactId> = VecDeque::new();
        let mut raise = |id: DerivationId, open: &mut VecDeque<FactId>| {
            let step = graph.step(id);
            let found = onward(step, |fact| ways[fact.index()]);
            let now = &mut ways[step.conclusion.index()];
            if now.and(found) != *now {
                *now = now.and(found);
                open.push_back(step.conclusion);
            }
        };
        for id in graph.ids() {
            if graph.step(id).premises.is_empty() {
                raise(id, &mut open);
            }
        }
        while let Some(fact) = open.pop_front() {
            graph.uses(fact).iter().for_each(|id| raise(*id, &mut open));
        }
        Self { program: Arc::clone(program), ways, leading: OnceLock::new() }
    }

    /// Only how far facts are reached, where nobody asks any more where they lead.
    #[must_use]
    pub fn without_ways_back(self, program: &Arc<Program>) -> Self {
        Self { program: Arc::clone(program), leading: OnceLock::new(), ..self }
    }

    /// How far a fact is reached.
    pub fn ways(&self, fact: FactId) -> Levels {
        self.ways.get(fact.index()).copied().unwrap_or_default()
    }

    /// Whether a fact is reached at all.
    pub fn reaches(&self, fact: FactId) -> bool {
        self.ways[fact.index()].any()
    }

    /// What steps conclude.
    pub fn begin(&self, steps: &[DerivationId]) -> Begun {
        let graph = self.program.graph();
        let begin = |step: &DerivationId| {
            let step = graph.step(*step);
            (step.conclusion, onward(step, |fact| self.ways[fact.index()]))
        };
        let mut begun: Begun = steps.iter().map(begin).filter(|(_, ways)| ways.any()).collect();
        begun.sort_unstable();
        begun.dedup();
        begun
    }

    /// From where on every fact leads to what is asked about.
    pub fn lead_to(&self, asked: Vec<Bounds>) -> Vec<Bounds> {
        let mut bounds = asked;
        let mut open: VecDeque<FactId> =
            (0..bounds.len()).filter(|place| bounds[*place] != Bounds::NONE).map(FactId::at).collect();
        while let Some(fact) = open.pop_front() {
            self.back_from(fact, bounds[fact.index()], |premise, found| {
                let now = &mut bounds[premise.index()];
                if now.or(found) != *now {
                    *now = now.or(found);
                    open.push_back(premise);
                }
            });
        }
        bounds
    }

    /// For each beginning the first of these sets of goals that leads on from it, told by one of them.
    fn first_met<'c>(&self, goals: impl Iterator<Item = &'c [Cell]>, beginnings: &Beginnings) -> Vec<Option<&'c Cell>> {
        let mut first: Vec<Option<&Cell>> = vec![None; beginnings.count];
        let mut bounds = vec![Bounds::NONE; self.program.len()];
        let mut open: VecDeque<FactId> = VecDeque::new();
        let mut lowered: Vec<FactId> = Vec::new();
        for set in goals {
            let Some(told) = set.first() else { continue };
            let mut lower = |fact: FactId, found: Bounds, open: &mut VecDeque<FactId>| {
                let now = &mut bounds[fact.index()];
                if now.or(found) != *now {
                    *now = now.or(found);
                    open.push_back(fact);
                    lowered.push(fact);
                }
                *now
            };
            for goal in set {
                lower(goal.fact, Bounds::from(Value { class: goal.class, reach: goal.reach }), &mut open);
            }
            while let Some(fact) = open.pop_front() {
                let from = lower(fact, Bounds::NONE, &mut open);
                self.back_from(fact, from, |premise, found| {
                    lower(premise, found, &mut open);
                });
            }
            for fact in lowered.drain(..) {
                for (ways, number) in beginnings.by_fact.at(fact.index()) {
                    let first = &mut first[*number as usize];
                    if first.is_none() && bounds[fact.index()].met_by(*ways) {
                        *first = Some(told);
                    }
                }
            }
        }
        first
    }

    /// What leads to a fact from some ways on: premises, and from where on each does.
    fn back_from(&self, fact: FactId, bounds: Bounds, mut found: impl FnMut(FactId, Bounds)) {
        let leading = self.leading.get_or_init(|| self.leading());
        leading.at(fact.index()).iter().for_each(|(premise, back)| found(*premise, back.asked(bounds)));
    }

    fn leading(&self) -> Lists<(FactId, Back)> {
        let graph = self.program.graph();
        Lists::of(self.program.len(), |found| {
            for step in graph.ids().map(|id| graph.step(id)) {
                for (place, premise) in step.premises.iter().enumerate() {
                    let back = Back::of(step, place, |fact| self.ways[fact.index()]);
                    if back.is_open() {
                        found(step.conclusion.index(), (*premise, back));
                    }
                }
            }
        })
    }
}

/// A harm by its number, worst first, and how many steps away it is. What is as bad has the number of the first of it: of several ways to
/// that the shortest is told, for a longer one has done the harm before it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Goal {
    number: u32,
    pub steps: u32,
}

impl Goal {
    const NONE: Self = Self { number: NOWHERE, steps: 0 };

    /// One step further on the way to it.
    pub fn next(self) -> Option<Self> {
        Some(Self { steps: self.steps.checked_sub(1)?, ..self })
    }
}

/// Where facts lead at their worst.
#[derive(Debug, Default)]
pub(crate) struct Labels {
    /// Those that are as bad as each other stand together.
    goals: Vec<Cell>,
    /// For each fact, by reach and class.
    facts: Vec<[[Goal; 3]; 3]>,
    /// The other things that facts may lead to, each with from where on.
    threats: Vec<(Threat, Vec<Bounds>)>,
    privacy: Option<Vec<Bounds>>,
}

/// What a subject leads to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Leads {
    pub worst: Option<Cell>,
    pub threats: BTreeSet<Threat>,
    pub privacy: bool,
}

impl Labels {
    /// Labels every fact of a program with the harm that touches most people of those that it leads to; of these the worst.
    pub fn most_people(context: &Context<'_>, questions: &Questions) -> Self {
        let harms = Harms::of(context, &questions.program, |fact| questions.ways[fact.index()].any());
        let mut cells = harms.cells(context);
        // The sort is stable: of those that touch as many the worst stays first.
        cells.sort_by_key(|cell| std::cmp::Reverse(cell.persons));
        Self::toward(cells, questions)
    }

    /// Labels every fact of a program with the worst harm that it leads to and the policy finds unacceptable; nothing else.
    pub fn unacceptable(context: &Context<'_>, questions: &Questions) -> Self {
        let harms = Harms::of(context, &questions.program, |fact| questions.ways[fact.index()].any());
        let mut cells = harms.cells(context);
        cells.retain(|cell| cell.outcome == Outcome::Uncontrolled);
        Self::toward(cells, questions)
    }

    /// Labels every fact of a program.
    pub fn new(context: &Context<'_>, questions: &Questions) -> Self {
        let harms = Harms::of(context, &questions.program, |fact| questions.ways[fact.index()].any());
        let mut labels = Self::toward(harms.cells(context), questions);
        let lead_to = |wanted: &dyn Fn(&Effects) -> bool| {
            let asked = harms.asked(questions.program.len(), wanted);
            asked.map(|asked| questions.lead_to(asked))
        };
        for &threat in Threat::ALL {
            labels.threats.extend(lead_to(&|effects| effects.threat == threat).map(|bounds| (threat, bounds)));
        }
        labels.privacy = lead_to(&|effects| effects.privacy);
        labels
    }

    /// Labels every fact with the first of these goals that it leads to.
    pub fn toward(goals: Vec<Cell>, questions: &Questions) -> Self {
        let facts = vec![[[Goal::NONE; 3]; 3]; questions.program.len()];
        let mut labels = Self { goals, facts, ..Self::default() };
        labels.follow(questions);
        labels
    }

    fn follow(&mut self, questions: &Questions) {
        let mut bounds = vec![Bounds::NONE; self.facts.len()];
        let mut open: VecDeque<(FactId, u32)> = VecDeque::new();
        let mut next = 0;
        while next < self.goals.len() {
            let number = u32::try_from(next).unwrap_or(NOWHERE);
            let first = next;
            while next < self.goals.len() && self.goals[next].is_as_bad_as(&self.goals[first]) {
                let goal = &self.goals[next];
                let (fact, exactly) = (goal.fact, Bounds::from(Value { class: goal.class, reach: goal.reach }));
                self.lower(&mut bounds, fact, exactly, Goal { number, steps: 0 }, &mut open);
                next += 1;
            }
            while let Some((fact, steps)) = open.pop_front() {
                let from = bounds[fact.index()];
                questions.back_from(fact, from, |premise, found| {
                    self.lower(&mut bounds, premise, found, Goal { number, steps: steps + 1 }, &mut open);
                });
            }
        }
    }

    fn lower(
        &mut self,
        bounds: &mut [Bounds],
        fact: FactId,
        found: Bounds,
        label: Goal,
        open: &mut VecDeque<(FactId, u32)>,
    ) {
        let now = &mut bounds[fact.index()];
        let lower = now.or(found);
        if lower == *now {
            return;
        }
        for reach in 0..3 {
            // Classes are counted from one, and the bound that nothing meets is one above the easiest.
            for class in lower.0[reach]..now.0[reach] {
                self.facts[fact.index()][reach][usize::from(class) - 1] = label;
            }
        }
        *now = lower;
        open.push_back((fact, label.steps));
    }

    /// What leads on from what steps conclude.
    pub fn leads(&self, begun: &[(FactId, Levels)]) -> Leads {
        let mut leads = Leads { worst: self.first(begun).cloned(), ..Leads::default() };
        for (fact, ways) in begun {
            let meets = |bounds: &Vec<Bounds>| bounds[fact.index()].met_by(*ways);
            leads.threats.extend(self.threats.iter().filter(|(_, bounds)| meets(bounds)).map(|(threat, _)| *threat));
            leads.privacy |= self.privacy.as_ref().is_some_and(meets);
        }
        leads
    }

    /// The worst goal that leads on from there, and how many steps away it is.
    pub fn nearest(&self, begun: &[(FactId, Levels)]) -> Option<Goal> {
        let values = begun.iter().flat_map(|(fact, ways)| ways.values().map(|value| self.label(*fact, value)));
        values.min().filter(|goal| goal.number != NOWHERE)
    }

    /// What the worst goal is that leads on from there.
    fn first(&self, begun: &[(FactId, Levels)]) -> Option<&Cell> {
        self.nearest(begun).and_then(|goal| self.goal(goal))
    }

    /// What a goal is: of what is as bad, the first.
    pub fn goal(&self, goal: Goal) -> Option<&Cell> {
        self.goals.get(goal.number as usize)
    }

    /// All that is as bad as a goal, by whichever effect of which function.
    pub fn alike(&self, goal: Goal) -> impl Iterator<Item = &Cell> {
        let from = self.goals.get(goal.number as usize..).unwrap_or_default();
        from.iter().take_while(|cell| cell.is_as_bad_as(&from[0]))
    }

    /// In what a way that was followed to a goal ends, of all that is as bad: what was reached first, with the entry.
    pub fn reached(&self, goal: Goal, onward: &Through) -> Option<(&Cell, u32)> {
        let reached = self.alike(goal).filter_map(|cell| {
            let wanted = Value { class: cell.class, reach: cell.reach };
            let (_, entry) = onward.front(cell.fact).ways().find(|(value, _)| *value == wanted)?;
            Some((cell, entry))
        });
        reached.min_by_key(|(_, entry)| *entry)
    }

    /// The worst goal that a fact leads to when it is reached in one way.
    pub fn label(&self, fact: FactId, value: Value) -> Goal {
        self.facts[fact.index()][value.reach as usize][value.class as usize]
    }
}

/// For each of these beginnings the worst that leads on from it. Of what comes out as badly by class any is as good as another.
pub(crate) fn worst_of_all(context: &Context<'_>, questions: &Questions, beginnings: &[Begun]) -> Vec<Option<Cell>> {
    let harms = Harms::of(context, &questions.program, |fact| questions.ways[fact.index()].any());
    let goals = harms.cells(context);
    let bad = |cell: &Cell| (cell.outcome, cell.escalated, cell.severity, cell.class);
    let beginnings = Beginnings::new(questions.program.len(), beginnings.iter());
    let first = questions.first_met(goals.chunk_by(|a, b| bad(a) == bad(b)), &beginnings);
    first.into_iter().map(Option::<&Cell>::cloned).collect()
}

/// From where on facts lead to harm that touches several people at once; nothing where no harm can.
pub(crate) fn lead_to_several(context: &Context<'_>, questions: &Questions) -> Option<Vec<Bounds>> {
    let harms = Harms::of(context, &questions.program, |fact| questions.ways[fact.index()].any());
    let mut asked = None;
    for cell in harms.cells(context).iter().filter(|cell| cell.persons.several()) {
        let bounds: &mut Bounds =
            &mut asked.get_or_insert_with(|| vec![Bounds::NONE; questions.program.len()])[cell.fact.index()];
        *bounds = bounds.or(Bounds::from(Value { class: cell.class, reach: cell.reach }));
    }
    asked.map(|asked| questions.lead_to(asked))
}

/// So many functions of which nobody says who depends on them are looked at one by one.
const MOST_ONE_BY_ONE: usize = 16;

/// Harms told apart by whom they come to.
struct Apart {
    /// Those of other people each.
    each: Vec<Vec<Cell>>,
    /// Of very many functions of which nobody says who depends on them, halves: any two functions are in two halves of one of the pairs.
    /// How many are harmed where both are met is not counted, and is many.
    halves: Vec<[Vec<Cell>; 2]>,
}

impl Apart {
    fn of(groups: BTreeMap<Depending<'_>, Vec<Cell>>) -> Self {
        let (named, unnamed): (Vec<_>, Vec<_>) =
            groups.into_iter().partition(|(depending, _)| matches!(depending, Depending::Group(_)));
        let cells = |of: Vec<(Depending<'_>, Vec<Cell>)>| of.into_iter().map(|(_, cells)| cells).collect::<Vec<_>>();
        let (mut each, unnamed) = (cells(named), cells(unnamed));
        if unnamed.len() <= MOST_ONE_BY_ONE {
            each.extend(unnamed);
            return Self { each, halves: Vec::new() };
        }
        let bits = usize::BITS - (unnamed.len() - 1).leading_zeros();
        let half = |bit: u32, set: usize| {
            let those = unnamed.iter().enumerate().filter(|(place, _)| place >> bit & 1 == set);
            those.flat_map(|(_, cells)| cells).cloned().collect::<Vec<Cell>>()
        };
        let halves = (0..bits).map(|bit| [half(bit, 0), half(bit, 1)]).collect();
        each.push(unnamed.into_iter().flatten().collect());
        Self { each, halves }
    }
}

/// For each of these beginnings the worst that people of several groups come to at once: of a severity and a class, all whom it touches
/// at least so badly and at least so easily. Those of one group may be the same people by whatever function; groups are added up.
/// Nothing where everybody is of one group.
pub(crate) fn worst_together<'b>(
    context: &Context<'_>,
    questions: &Questions,
    beginnings: impl Iterator<Item = &'b Begun> + Clone,
) -> Vec<Option<Cell>> {
    let harms = Harms::of(context, &questions.program, |fact| questions.ways[fact.index()].any());
    let groups = harms.by_group(context);
    let mut worst: Vec<Option<Cell>> = vec![None; beginnings.clone().count()];
    if groups.is_empty() {
        return worst;
    }
    let by_fact = Beginnings::new(questions.program.len(), beginnings);
    let levels: BTreeSet<_> = groups.values().flatten().map(|cell| (cell.severity, cell.class)).collect();
    let Apart { each, halves } = Apart::of(groups);
    for (severity, class) in levels {
        let meet = |cells: &[Cell]| -> Vec<Option<Cell>> {
            let as_bad = cells.iter().filter(|cell| cell.severity >= severity && cell.class >= class);
            let mut goals: Vec<Cell> = as_bad.cloned().collect();
            goals.sort_by_key(|cell| (std::cmp::Reverse(cell.persons), cell.severity));
            let first = questions.first_met(goals.chunk_by(|a, b| a.persons == b.persons), &by_fact);
            first.into_iter().map(Option::<&Cell>::cloned).collect()
        };
        let mut together: Vec<Vec<Cell>> = vec![Vec::new(); by_fact.count];
        for cells in &each {
            together.iter_mut().zip(meet(cells)).for_each(|(met, first)| met.extend(first));
        }
        for [some, others] in &halves {
            let both = meet(some).into_iter().zip(meet(others));
            for (met, both) in together.iter_mut().zip(both) {
                if let (Some(one), Some(other)) = both {
                    met.extend([one, other].map(|cell| Cell { persons: Persons::Many, ..cell }));
                }
            }
        }
        for (worst, met) in worst.iter_mut().zip(together).filter(|(_, met)| met.len() > 1) {
            let persons = met.iter().map(|cell| cell.persons).fold(Persons::Count(0), Persons::and);
            let told = met.into_iter().min_by_key(|cell| cell.severity).map(|cell| Cell {
                outcome: context.policy.cell(class, severity, persons),
                escalated: context.policy.escalate(severity, persons),
                class,
                persons,
                ..cell
            });
            *worst = told.max(worst.take());
        }
    }
    worst
}

/// What [`harms_told`] finds, without by which effect of which function it comes: of what comes out alike any is as good.
pub(crate) fn worst_harms<'b>(
    context: &Context<'_>,
    questions: &Questions,
    beginnings: impl Iterator<Item = &'b Begun>,
) -> BTreeMap<&'b Begun, Vec<Cell>> {
    let mut told = harms_told(context, questions, beginnings);
    for cell in told.values_mut().flatten() {
        (cell.fact, cell.reach) = (FactId(u32::MAX), Reach::Fleet);
    }
    told
}

/// For each of these beginnings every harm that leads on from it, worst first, each at its worst and with the most people that any
/// way to it touches at once.
///
/// Every harm is followed back by itself, so that no worse one hides it: once by how bad it comes out, and once by how many it touches.
pub(crate) fn harms_told<'b>(
    context: &Context<'_>,
    questions: &Questions,
    beginnings: impl Iterator<Item = &'b Begun>,
) -> BTreeMap<&'b Begun, Vec<Cell>> {
    let beginnings: BTreeSet<&Begun> = beginnings.collect();
    let beginnings: Vec<&Begun> = beginnings.into_iter().collect();
    let mut found: Vec<Vec<Cell>> = vec![Vec::new(); beginnings.len()];
    if beginnings.is_empty() {
        return BTreeMap::new();
    }
    let by_fact = Beginnings::new(questions.program.len(), beginnings.iter().copied());
    let harms = Harms::of(context, &questions.program, |fact| questions.ways[fact.index()].any());
    let mut goals: BTreeMap<HarmId, Vec<Cell>> = BTreeMap::new();
    for cell in harms.cells(context) {
        goals.entry(cell.harm.clone()).or_default().push(cell);
    }
    let bad = |cell: &Cell| (cell.outcome, cell.escalated, cell.severity, cell.class, cell.persons);
    let mut meet = |goals: &[Cell]| {
        let first = questions.first_met(goals.chunk_by(|a, b| bad(a) == bad(b)), &by_fact);
        found.iter_mut().zip(first).for_each(|(cells, first)| cells.extend(first.cloned()));
    };
    for (_, mut goals) in goals {
        meet(&goals);
        let by_most = |cell: &Cell| std::cmp::Reverse(cell.persons);
        if !goals.is_sorted_by_key(by_most) {
            // The sort is stable: of those that touch as many the worst stays first.
            goals.sort_by_key(by_most);
            meet(&goals);
        }
    }
    let harms = found.into_iter().map(|cells| worst_of_each(cells.iter()));
    beginnings.into_iter().zip(harms).collect()
}
