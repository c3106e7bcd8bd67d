//! One reading: every subject judged, for one policy, one fielded version, one group of units, one set of claims in effect.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use ward_model::ids::ElementId;
use ward_model::scale::{Exploitability, Persons};
use ward_model::verdict::{Basis, Outcome, PresumedBecause, Witness};

use crate::attribute::{Through, through};
use crate::cells::{Cell, Reached, reached};
use crate::context::Context;
use crate::fact::Fact;
use crate::fixpoint::{Solution, conclusions, solve};
use crate::ground::{Grounded, ground};
use crate::presume::{Presumption, presumptions};
use crate::program::{DerivationId, FactId};
use crate::subject::SubjectKey;
use crate::value::Value;
use crate::witness;

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
    pub cell: Option<Cell>,
    pub threats: BTreeSet<ward_model::scale::Threat>,
    pub privacy: bool,
    pub covers: Vec<String>,
    pub missing: Vec<String>,
}

/// Every subject of one reading.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcomes {
    /// The subjects that have a verdict of their own.
    pub judged: BTreeMap<Key, Judged>,
    /// Subjects without a verdict of their own: what is not known of these elements decides, and their verdicts speak for them.
    pub covered: BTreeMap<SubjectKey, BTreeSet<ElementId>>,
}

impl Outcomes {
    /// How a verdict comes out in this reading. What is left to a presumption is not controlled; what does not arise is, unless
    /// another weakness of the same link has taken its place (a link that verifies nobody has no replayed messages to speak of).
    pub fn outcome(&self, key: &Key) -> Outcome {
        if let Some(judged) = self.judged.get(key) {
            return judged.outcome;
        }
        let standing = |subject: &SubjectKey| {
            let key = Key { subject: subject.clone(), because: None };
            self.covered.contains_key(subject)
                || self.judged.get(&key).is_some_and(|judged| judged.outcome == Outcome::Uncontrolled)
        };
        let in_its_place = match &key.subject {
            SubjectKey::Weakness(_, link, element) => {
                let all = self.judged.keys().map(|key| &key.subject).chain(self.covered.keys());
                all.filter(|subject| matches!(subject, SubjectKey::Weakness(_, at, of) if at == link && of == element))
                    .any(standing)
            }
            SubjectKey::Vulnerability(..) | SubjectKey::Presumed(_) => false,
        };
        if self.covered.contains_key(&key.subject) || in_its_place {
            Outcome::Uncontrolled
        } else {
            Outcome::Controlled
        }
    }
}

/// Which harms a program's steps reach, remembered by where the steps begin: many subjects begin alike.
type Remembered = RefCell<BTreeMap<Vec<(FactId, Value)>, Rc<Reached>>>;

/// A program and its fixpoint.
struct Solved {
    grounded: Grounded,
    solution: Solution,
}

impl Solved {
    fn new(context: &Context<'_>, presumed: &[ElementId]) -> Self {
        let grounded = ground(context, presumed);
        let solution = solve(&grounded.program);
        Self { grounded, solution }
    }
}

/// One reading, solved.
pub(crate) struct Run<'a> {
    context: Context<'a>,
    /// Without anything presumed.
    known: Solved,
    /// With everything presumed at once: what combines two unknowns is found too.
    presumed: Solved,
    /// With every element presumed that is not known to be described completely: what may lead on from a subject.
    undescribed: Solved,
    presumptions: Vec<Presumption>,
    known_reach: Remembered,
    presumed_reach: Remembered,
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
        Self {
            known: Solved::new(&context, &[]),
            presumed: Solved::new(&context, &elements(&|_| true)),
            undescribed: Solved::new(&context, &elements(&|one| one.because == PresumedBecause::Unmodelled)),
            context,
            presumptions,
            known_reach: RefCell::default(),
            presumed_reach: RefCell::default(),
        }
    }

    /// Judges every subject.
    pub fn outcomes(&self) -> Outcomes {
        let mut outcomes = Outcomes::default();
        let undescribed = self.judge_presumptions(&mut outcomes);
        for (subject, steps) in &self.known.grounded.steps {
            let reached = self.reach(&self.known, &self.known_reach, steps);
            let decided_by =
                if reached.uncontrolled() { BTreeSet::new() } else { self.open_questions(subject, &undescribed) };
            if decided_by.is_empty() {
                let judged = Judged {
                    outcome: if reached.uncontrolled() { Outcome::Uncontrolled } else { Outcome::Controlled },
                    cell: reached.worst().cloned(),
                    threats: reached.threats.clone(),
                    privacy: reached.privacy,
                    covers: Vec::new(),
                    missing: Vec::new(),
                };
                outcomes.judged.insert(Key { subject: subject.clone(), because: None }, judged);
            } else {
                outcomes.covered.insert(subject.clone(), decided_by);
            }
        }
        for (subject, elements) in &outcomes.covered {
            for (key, judged) in &mut outcomes.judged {
                if key.because == Some(PresumedBecause::Unmodelled) && elements.contains(key.subject.element()) {
                    judged.covers.push(subject.subject().id);
                }
            }
        }
        for judged in outcomes.judged.values_mut() {
            judged.covers.sort();
            judged.covers.dedup();
        }
        outcomes
    }

    /// One verdict for each element and reason that can reach harm, or of which nobody can say what it can reach.
    /// Returns the elements that are not known to be described completely.
    fn judge_presumptions(&self, outcomes: &mut Outcomes) -> BTreeSet<ElementId> {
        let mut undescribed = BTreeSet::new();
        for presumption in &self.presumptions {
            let subject = SubjectKey::Presumed(presumption.element.clone());
            let steps = self.presumed.grounded.steps.get(&subject).map_or(&[][..], Vec::as_slice);
            let reached = self.reach(&self.presumed, &self.presumed_reach, steps);
            let unmodelled = presumption.because == PresumedBecause::Unmodelled;
            if reached.cells.is_empty() && !unmodelled {
                continue;
            }
            if unmodelled {
                undescribed.insert(presumption.element.clone());
            }
            // An element that is not described completely may take part in any function: the worst harm of the device counts.
            let anywhere = if unmodelled { self.worst_anywhere() } else { None };
            let cell = reached.worst().cloned().max(anywhere);
            let outcome = cell.as_ref().map_or(Outcome::Uncontrolled, |cell| cell.outcome);
            outcomes.judged.insert(
                Key { subject, because: Some(presumption.because) },
                Judged {
                    outcome,
                    cell,
                    threats: reached.threats.clone(),
                    privacy: reached.privacy,
                    covers: presumption.covers.clone(),
                    missing: presumption.missing.clone(),
                },
            );
        }
        undescribed
    }

    /// The worst harm to a person that the device names at all, for as many people as can be.
    fn worst_anywhere(&self) -> Option<Cell> {
        let device = self.context.device();
        let (severity, harm) = device
            .harms
            .keys()
            .filter_map(|harm| Some((device.person_severity(harm)?, harm)))
            .max_by_key(|(severity, _)| *severity)?;
        Some(Cell {
            outcome: self.context.policy.cell(Exploitability::High, severity, Persons::Many),
            escalated: self.context.policy.escalate(severity, Persons::Many),
            class: Exploitability::High,
            severity,
            persons: Persons::Many,
            harm: harm.clone(),
            fact: FactId(u32::MAX),
            entry: u32::MAX,
        })
    }

    /// The elements, not known to be described completely, that could turn a subject which looks controlled; none where it is.
    fn open_questions(&self, subject: &SubjectKey, undescribed: &BTreeSet<ElementId>) -> BTreeSet<ElementId> {
        if undescribed.is_empty() {
            return BTreeSet::new();
        }
        let Solved { grounded, solution } = &self.undescribed;
        let steps = grounded.steps.get(subject).map_or(&[][..], Vec::as_slice);
        let onward = through(&grounded.program, solution, steps);
        let mut touched: BTreeSet<ElementId> =
            onward.facts().flat_map(|id| self.elements_of(grounded.program.at(id))).collect();
        touched.insert(subject.element().clone());
        let open: BTreeSet<ElementId> = touched.intersection(undescribed).cloned().collect();
        if !open.is_empty() {
            return open;
        }
        let fronts = onward.facts().map(|id| (id, onward.front(id)));
        if reached(&self.context, &grounded.program, solution, fronts).uncontrolled() {
            undescribed.clone()
        } else {
            open
        }
    }

    /// The elements that a fact speaks of: whoever holds it can try whatever they have.
    fn elements_of(&self, fact: &Fact) -> Vec<ElementId> {
        let device = self.context.device();
        match fact {
            Fact::Present(element) | Fact::Gain(element, _) => vec![element.clone()],
            Fact::Inject(link, _) | Fact::Speak(link) => {
                device.links.get(link).map_or_else(Vec::new, |link| vec![link.from.clone(), link.to.clone()])
            }
            Fact::Inside(zone) => device
                .elements
                .values()
                .filter(|element| element.zone.as_ref() == Some(zone))
                .map(|element| element.id.clone())
                .collect(),
            Fact::At(_) | Fact::Know(_) | Fact::Defeated(_) | Fact::Degraded(..) | Fact::Harmed(..) => Vec::new(),
        }
    }

    fn reach(&self, solved: &Solved, remembered: &Remembered, steps: &[DerivationId]) -> Rc<Reached> {
        let Solved { grounded, solution } = solved;
        let mut begins: Vec<(FactId, Value)> = steps
            .iter()
            .flat_map(|id| {
                let derivation = grounded.program.derivation(*id);
                let ways = conclusions(derivation, |_, fact| solution.front(fact));
                ways.into_iter().map(|(value, _)| (derivation.conclusion, value))
            })
            .collect();
        begins.sort_unstable();
        begins.dedup();
        if let Some(reached) = remembered.borrow().get(&begins) {
            return Rc::clone(reached);
        }
        let onward = through(&grounded.program, solution, steps);
        let reached = Rc::new(self.harms(grounded, solution, &onward));
        remembered.borrow_mut().insert(begins, Rc::clone(&reached));
        reached
    }

    fn harms(&self, grounded: &Grounded, solution: &Solution, onward: &Through) -> Reached {
        reached(&self.context, &grounded.program, solution, onward.facts().map(|id| (id, onward.front(id))))
    }

    /// A derivation of the worst harm of a verdict, drawn anew so that it begins with the subject's own step.
    pub fn witness(&self, key: &Key) -> Witness {
        let Solved { grounded, solution } = match key.basis() {
            Basis::Confirmed => &self.known,
            Basis::Presumed => &self.presumed,
        };
        let steps = grounded.steps.get(&key.subject).map_or(&[][..], Vec::as_slice);
        let onward = through(&grounded.program, solution, steps);
        let reached = self.harms(grounded, solution, &onward);
        reached.worst().map_or_else(Witness::default, |cell| {
            witness::draw(&self.context, &grounded.program, solution, &onward, cell.entry)
        })
    }

    /// Why a subject that is controlled reaches nothing: whether its steps can be taken at all, and the facts that they lack.
    pub fn lacking(&self, subject: &SubjectKey) -> Option<Vec<String>> {
        let Solved { grounded, solution } = &self.known;
        let steps = grounded.steps.get(subject)?;
        let mut lacking = BTreeSet::new();
        for id in steps {
            let missing: Vec<&FactId> =
                grounded.program.derivation(*id).premises.iter().filter(|fact| !solution.reaches(**fact)).collect();
            if missing.is_empty() {
                return Some(Vec::new());
            }
            lacking.extend(missing.into_iter().map(|fact| grounded.program.at(*fact).words()));
        }
        Some(lacking.into_iter().collect())
    }
}
