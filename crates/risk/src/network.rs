//! A program whose answers are kept up to date while derivations come and go.
//!
//! It holds what [`crate::fixpoint`] finds, without its history, and for every fact from where on it leads to what is asked about.
//! A change is followed from where it is, as far as something changes: what rested on a derivation that went is taken back and
//! found anew, the rest is left alone. Everything can be undone.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::graph::{Graph, Step};
use crate::levels::{Back, Bounds, Levels, onward};
use crate::program::{Derivation, DerivationId, FactId, Program};
use crate::vocabulary::Table;

/// No derivation.
const NOTHING: u32 = u32::MAX;

/// What is known of one fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    /// How far it is reached, and by which derivation each level came about: following these back always ends.
    ways: Levels,
    ways_by: [u32; 3],
    /// From where on it is itself what is asked about.
    asked: Bounds,
    /// From where on it leads there, and by which derivation, likewise.
    bounds: Bounds,
    bounds_by: [u32; 3],
}

impl Place {
    const EMPTY: Self = Self {
        ways: Levels([0; 3]),
        ways_by: [NOTHING; 3],
        asked: Bounds::NONE,
        bounds: Bounds::NONE,
        bounds_by: [NOTHING; 3],
    };
}

/// What has changed since the last [`Network::undo`].
#[derive(Debug, Clone, Default)]
struct Changes {
    places: Vec<(FactId, Place)>,
    removed: Vec<DerivationId>,
    /// Added or changed.
    built: Vec<DerivationId>,
    asked: Vec<FactId>,
    /// Premises that a derivation no longer has.
    dropped: Vec<(DerivationId, FactId)>,
    /// What was added, by premise and by conclusion.
    uses: Table<FactId, Vec<DerivationId>>,
    concluding: Table<FactId, Vec<DerivationId>>,
}

/// A program with its answers.
#[derive(Debug, Clone)]
pub(crate) struct Network {
    program: Program,
    /// The program that it began with.
    graph: Arc<Graph>,
    gone: Vec<bool>,
    /// Derivations that differ from those of the program for now.
    changed: BTreeMap<DerivationId, Derivation>,
    places: Vec<Place>,
    /// In which change a place was kept last, so that it is kept once.
    saved: Vec<u32>,
    change: u32,
    changes: Changes,
    /// The first derivation that is not of the program it began with.
    mark: DerivationId,
    /// The first fact that is not.
    first_new: usize,
}

impl Network {
    /// Solves a program, asking for what `asked` says of each fact.
    pub fn new(program: Arc<Program>, asked: &[Bounds]) -> Self {
        let mut tried = Program::over(Arc::clone(&program));
        tried.fall_silent();
        let mut network = Self {
            mark: program.next(),
            first_new: program.len(),
            graph: Arc::clone(program.graph()),
            program: Program::default(),
            gone: vec![false; program.next().index()],
            changed: BTreeMap::new(),
            places: Vec::new(),
            saved: Vec::new(),
            change: 1,
            changes: Changes::default(),
        };
        network.add(tried);
        for (place, asked) in network.places.iter_mut().zip(asked) {
            place.asked = *asked;
            place.bounds = *asked;
        }
        let all: Vec<DerivationId> = network.graph.ids().collect();
        network.reach(BTreeSet::new(), &all);
        let facts =
            (0..network.places.len()).map(FactId::at).filter(|fact| network.place(*fact).bounds != Bounds::NONE);
        let open = facts.collect();
        network.lead_back(open);
        network.forget();
        network
    }

    /// The program, with what was added.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// A derivation as it is now.
    pub fn step(&self, id: DerivationId) -> Step<'_> {
        if !self.changed.is_empty()
            && let Some(changed) = self.changed.get(&id)
        {
            return changed.step();
        }
        if id < self.mark { self.graph.step(id) } else { self.program.step(id) }
    }

    /// The derivations that have a fact as a premise, or had it before they were changed.
    pub fn uses(&self, fact: FactId) -> impl Iterator<Item = DerivationId> {
        self.graph.uses(fact).iter().chain(self.changes.uses.get(&fact).into_iter().flatten()).copied()
    }

    fn concluding(&self, fact: FactId) -> impl Iterator<Item = DerivationId> {
        self.graph.concluding(fact).iter().chain(self.changes.concluding.get(&fact).into_iter().flatten()).copied()
    }

    /// How far a fact is reached.
    pub fn ways(&self, fact: FactId) -> Levels {
        self.place(fact).ways
    }

    /// From where on a fact leads to what is asked about.
    pub fn bounds(&self, fact: FactId) -> Bounds {
        self.place(fact).bounds
    }

    /// Whether a derivation, taken as a step of a subject's own, leads to what is asked about.
    pub fn leads(&self, step: DerivationId) -> bool {
        let step = self.step(step);
        self.bounds(step.conclusion).met_by(onward(step, |fact| self.ways(fact)))
    }

    /// Whether a derivation has not been taken away.
    pub fn stands(&self, id: DerivationId) -> bool {
        !self.gone[id.index()]
    }

    /// Lends the program to be added to; it comes back by [`Network::add`].
    pub fn lend(&mut self) -> Program {
        std::mem::take(&mut self.program)
    }

    /// Takes a program that has grown back. What was added has no effect before [`Network::take_up`], and can be removed till then.
    pub fn add(&mut self, program: Program) {
        self.program = program;
        self.places.resize(self.program.len(), Place::EMPTY);
        self.saved.resize(self.program.len(), 0);
        self.gone.resize(self.program.next().index(), false);
    }

    /// Takes up what was added and is not removed again. Facts that the program did not begin with are asked about as `asked` says:
    /// what was asked of them in an earlier change is undone with it, and may be another question now.
    pub fn take_up(&mut self, asked: impl Fn(&Program, FactId) -> Bounds) {
        for id in (self.mark.index()..self.gone.len()).map(DerivationId::at) {
            if self.gone[id.index()] {
                continue;
            }
            let Step { premises, conclusion, .. } = self.program.step(id);
            for (place, premise) in premises.iter().enumerate() {
                if !premises[..place].contains(premise) {
                    self.changes.uses.entry(*premise).or_default().push(id);
                }
            }
            self.changes.concluding.entry(conclusion).or_default().push(id);
            if conclusion.index() >= self.first_new {
                let bounds = asked(&self.program, conclusion);
                self.ask(conclusion, bounds);
            }
            self.changes.built.push(id);
        }
    }

    /// Asks about a fact from some ways on, besides what is asked already.
    pub fn ask(&mut self, fact: FactId, bounds: Bounds) {
        let now = self.place(fact).asked;
        if now.or(bounds) != now {
            self.save(fact);
            self.places[fact.index()].asked = now.or(bounds);
            self.changes.asked.push(fact);
        }
    }

    /// Takes a derivation away.
    pub fn remove(&mut self, id: DerivationId) {
        // What was added only now has no answers resting on it.
        if !std::mem::replace(&mut self.gone[id.index()], true) && id < self.mark {
            self.changes.removed.push(id);
        }
    }

    /// Changes a derivation for one that concludes no less from premises that are no more.
    pub fn strengthen(&mut self, id: DerivationId, change: impl FnOnce(&mut Derivation)) {
        let before: Derivation = self.step(id).into();
        let mut derivation = before.clone();
        change(&mut derivation);
        let now = &derivation.premises;
        let dropped =
            before.premises.iter().filter(|fact| !now.contains(fact)).map(|fact| (id, *fact)).collect::<Vec<_>>();
        self.changes.dropped.extend(dropped);
        self.changed.insert(id, derivation);
        self.changes.built.push(id);
    }

    /// Follows what was changed as far as it goes, and says which of the derivations that are watched may lead elsewhere now, in order.
    pub fn settle(&mut self, watched: impl Fn(DerivationId) -> bool) -> Vec<DerivationId> {
        let removed = std::mem::take(&mut self.changes.removed);
        let mut built = std::mem::take(&mut self.changes.built);
        built.retain(|id| !self.gone[id.index()]);
        built.sort_unstable();
        built.dedup();
        let mut lost = BTreeSet::new();
        for id in &removed {
            self.take_back_ways(*id, &mut lost);
        }
        self.reach(lost, &built);
        let moved: Vec<(FactId, bool)> = self
            .changes
            .places
            .iter()
            .filter(|(fact, before)| self.place(*fact).ways != before.ways)
            .map(|(fact, before)| {
                let now = self.place(*fact).ways.0;
                (*fact, now.iter().zip(before.ways.0).any(|(now, before)| *now < before))
            })
            .collect();
        // Backwards: what rested on a derivation that went, or whose other premises are harder now, is taken back.
        let mut lost = BTreeSet::new();
        for id in &removed {
            self.take_back_premises(*id, &mut lost);
        }
        for (id, fact) in std::mem::take(&mut self.changes.dropped) {
            self.take_back_bounds(id, fact, &mut lost);
        }
        let mut through = built;
        for (fact, harder) in moved {
            let first = through.len();
            through.extend(self.uses(fact));
            if harder {
                through[first..].iter().for_each(|id| self.take_back_premises(*id, &mut lost));
            }
        }
        let mut open: VecDeque<FactId> = VecDeque::new();
        for fact in std::mem::take(&mut self.changes.asked).into_iter().chain(lost.iter().copied()) {
            let asked = self.place(fact).asked;
            self.lower(fact, asked, NOTHING, &mut open);
        }
        let mut ids: Vec<DerivationId> = Vec::new();
        for fact in lost {
            ids.clear();
            ids.extend(self.uses(fact));
            ids.iter().for_each(|id| self.lower_premises(*id, &mut open));
        }
        for &id in &through {
            self.lower_premises(id, &mut open);
        }
        self.lead_back(open);
        self.changes.removed = removed;
        through.retain(|id| watched(*id));
        for (fact, before) in &self.changes.places {
            if self.place(*fact).bounds != before.bounds {
                through.extend(self.concluding(*fact).filter(|id| watched(*id)));
            }
        }
        through.sort_unstable();
        through.dedup();
        through
    }

    /// Goes back to the program it began with, and its answers. Facts that were new keep their numbers.
    pub fn undo(&mut self) {
        let changes = self.forget();
        for (fact, before) in changes.places {
            self.places[fact.index()] = before;
        }
        for id in changes.removed {
            self.gone[id.index()] = false;
        }
        self.changed.clear();
        self.gone.truncate(self.mark.index());
        self.program.truncate(self.mark);
    }

    /// Begins another change.
    fn forget(&mut self) -> Changes {
        // After so many changes the numbers begin anew, and nothing is kept yet in any of them.
        self.change = self.change.checked_add(1).unwrap_or_else(|| {
            self.saved.fill(0);
            1
        });
        std::mem::take(&mut self.changes)
    }

    fn place(&self, fact: FactId) -> &Place {
        &self.places[fact.index()]
    }

    fn save(&mut self, fact: FactId) {
        if std::mem::replace(&mut self.saved[fact.index()], self.change) != self.change {
            self.changes.places.push((fact, *self.place(fact)));
        }
    }

    fn take_back_ways(&mut self, id: DerivationId, lost: &mut BTreeSet<FactId>) {
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            let fact = self.step(id).conclusion;
            if !self.place(fact).ways_by.contains(&id.0) {
                continue;
            }
            self.save(fact);
            lost.insert(fact);
            let place = &mut self.places[fact.index()];
            for reach in 0..3 {
                if place.ways_by[reach] == id.0 {
                    (place.ways.0[reach], place.ways_by[reach]) = (0, NOTHING);
                }
            }
            open.extend(self.uses(fact));
        }
    }

    fn take_back_premises(&mut self, id: DerivationId, lost: &mut BTreeSet<FactId>) {
        for place in 0..self.step(id).premises.len() {
            self.take_back_bounds(id, self.step(id).premises[place], lost);
        }
    }

    fn take_back_bounds(&mut self, id: DerivationId, premise: FactId, lost: &mut BTreeSet<FactId>) {
        let mut open = vec![(id, premise)];
        while let Some((id, fact)) = open.pop() {
            if !self.place(fact).bounds_by.contains(&id.0) {
                continue;
            }
            self.save(fact);
            lost.insert(fact);
            let place = &mut self.places[fact.index()];
            for reach in 0..3 {
                if place.bounds_by[reach] == id.0 {
                    (place.bounds.0[reach], place.bounds_by[reach]) = (Bounds::NONE.0[reach], NOTHING);
                }
            }
            for id in self.concluding(fact) {
                open.extend(self.step(id).premises.iter().map(|premise| (id, *premise)));
            }
        }
    }

    /// Finds what is reached, from facts that have lost something and derivations that are new.
    fn reach(&mut self, lost: BTreeSet<FactId>, built: &[DerivationId]) {
        let mut open: VecDeque<FactId> = VecDeque::new();
        let mut ids: Vec<DerivationId> = Vec::new();
        for fact in lost {
            ids.clear();
            ids.extend(self.concluding(fact));
            ids.iter().for_each(|id| self.raise(*id, &mut open));
        }
        for &id in built {
            self.raise(id, &mut open);
        }
        while let Some(fact) = open.pop_front() {
            ids.clear();
            ids.extend(self.uses(fact));
            ids.iter().for_each(|id| self.raise(*id, &mut open));
        }
    }

    fn raise(&mut self, id: DerivationId, open: &mut VecDeque<FactId>) {
        if self.gone[id.index()] {
            return;
        }
        let step = self.step(id);
        let fact = step.conclusion;
        let now = self.place(fact).ways;
        // No way is easier than the step itself: mostly that is reached already.
        if now.0.iter().all(|class| *class > step.class as u8) {
            return;
        }
        let found = onward(step, |fact| self.ways(fact));
        if (0..3).all(|reach| found.0[reach] <= now.0[reach]) {
            return;
        }
        self.save(fact);
        let place = &mut self.places[fact.index()];
        for reach in 0..3 {
            if found.0[reach] > place.ways.0[reach] {
                (place.ways.0[reach], place.ways_by[reach]) = (found.0[reach], id.0);
            }
        }
        open.push_back(fact);
    }

    /// Follows the question back from facts whose bounds have fallen.
    fn lead_back(&mut self, mut open: VecDeque<FactId>) {
        let mut ids: Vec<DerivationId> = Vec::new();
        while let Some(fact) = open.pop_front() {
            ids.clear();
            ids.extend(self.concluding(fact));
            ids.iter().for_each(|id| self.lower_premises(*id, &mut open));
        }
    }

    fn lower_premises(&mut self, id: DerivationId, open: &mut VecDeque<FactId>) {
        if self.gone[id.index()] {
            return;
        }
        for place in 0..self.step(id).premises.len() {
            let step = self.step(id);
            let asked = self.bounds(step.conclusion);
            if asked == Bounds::NONE {
                return;
            }
            let premise = step.premises[place];
            // What is sent back is never more than is asked: mostly the premise is asked that much already.
            let least = asked.0.iter().min();
            if self.bounds(premise).0.iter().all(|class| Some(class) <= least) {
                continue;
            }
            let bounds = Back::of(step, place, |fact| self.ways(fact)).asked(asked);
            self.lower(premise, bounds, id.0, open);
        }
    }

    fn lower(&mut self, fact: FactId, bounds: Bounds, by: u32, open: &mut VecDeque<FactId>) {
        let now = self.place(fact).bounds;
        if now.or(bounds) == now {
            return;
        }
        self.save(fact);
        let place = &mut self.places[fact.index()];
        for reach in 0..3 {
            if bounds.0[reach] < place.bounds.0[reach] {
                (place.bounds.0[reach], place.bounds_by[reach]) = (bounds.0[reach], by);
            }
        }
        open.push_back(fact);
    }
}
