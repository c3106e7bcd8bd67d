//! How every subject of one reading comes out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ward_model::design::DesignOf;
use ward_model::ids::{ElementId, RuleId};
use ward_model::scale::Exploitability;
use ward_model::verdict::{Basis, Outcome, PresumedBecause};

use crate::cells::{Cell, harmful, unacceptable};
use crate::context::Context;
use crate::fact::Fact;
use crate::ground::{Group, Like, Presuming, ground_like, presuming};
use crate::labels::{Begun, Questions, worst_of_all};
use crate::levels::Bounds;
use crate::presume::{Presumption, presumptions};
use crate::program::{DerivationId, FactId, Program};
use crate::standings::Standings;
use crate::subject::SubjectKey;

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

impl Judged {
    /// Only whether it is controlled.
    pub const fn briefly(outcome: Outcome) -> Self {
        Self { outcome, cell: None, harms: Vec::new(), threats: BTreeSet::new(), privacy: false }
    }
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
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Judged(judged) => judged.outcome,
            Self::Covered(_) => Outcome::Uncontrolled,
        }
    }
}

/// Every subject of one reading.
pub(crate) struct Outcomes<'a> {
    pub context: Context<'a>,
    pub groups: Standings,
    pub presumed: BTreeMap<Presumption, Arc<Judged>>,
    /// The elements that are not known to be described completely.
    pub undescribed: BTreeSet<ElementId>,
}

impl<'a> Outcomes<'a> {
    /// How every subject comes out in a reading that others are compared with: only whether it is controlled.
    #[cfg(test)]
    pub fn of(context: Context<'a>) -> Self {
        Self::beside(context, &Like::default())
    }

    /// How every subject comes out in a reading that others are compared with: only whether it is controlled, by what is asked of
    /// it in one go, and nothing is solved of which the answer is known without. Harm without the undescribed elements is harm with
    /// them too, so that these alone decide. It is built like another, which speaks of most of the same facts.
    pub fn beside(context: Context<'a>, like: &Like) -> Self {
        let presumptions = presumptions(&context);
        let grounded = ground_like(&context, like);
        let undescribed = elements(&presumptions, |one| one.because == PresumedBecause::Unmodelled);
        let all = elements(&presumptions, |_| true);
        let [controlled, uncontrolled] =
            [Outcome::Controlled, Outcome::Uncontrolled].map(|outcome| Arc::new(Judged::briefly(outcome)));
        let judged = |bad: bool| Arc::clone(if bad { &uncontrolled } else { &controlled });
        let open: BTreeSet<ElementId> = undescribed.iter().cloned().collect();
        // What is at an element that is not described completely, or presumed for that, is uncontrolled wherever it leads.
        let groups_asked = grounded.groups.iter().any(|(group, _)| !open.contains(group.element()));
        let asked = |presumption: &Presumption| presumption.because != PresumedBecause::Unmodelled;
        let presumptions_asked = presumptions.iter().any(asked);
        let presume = |elements: &[ElementId]| {
            let Presuming { program, steps } = presuming(&context, &grounded, elements);
            (Questions::solve(&program), program, steps)
        };
        let mut solved = groups_asked.then(|| presume(&undescribed));
        let bounds = solved
            .as_ref()
            .map(|(questions, program, _)| questions.lead_to(objectionable(&context, program, &undescribed)));
        let leads_somewhere = |steps: &crate::ground::Steps| {
            let (Some((questions, ..)), Some(bounds)) = (&solved, &bounds) else { return true };
            let steps: Vec<DerivationId> = steps.iter().flat_map(|(_, steps)| steps.iter().copied()).collect();
            questions.begin(&steps).iter().any(|(fact, ways)| bounds[fact.index()].met_by(*ways))
        };
        let groups = Standings::of(&grounded.groups, |group, steps| {
            Standing::Judged(judged(open.contains(group.element()) || leads_somewhere(steps)))
        });
        if presumptions_asked && (solved.is_none() || undescribed != all) {
            solved = Some(presume(&all));
        }
        let solved = solved.filter(|_| presumptions_asked).map(|(questions, program, steps)| {
            let lead_to = |asked: fn(&Context<'_>, &Fact) -> Bounds| {
                let facts = (0..program.len()).map(FactId::at);
                questions.lead_to(facts.map(|fact| asked(&context, program.at(fact))).collect())
            };
            let (bad, any) = (lead_to(unacceptable), lead_to(harmful));
            (questions, steps, bad, any)
        });
        let presumed = presumptions.into_iter().map(|presumption| {
            let Some((questions, steps, bad, any)) = solved.as_ref().filter(|_| asked(&presumption)) else {
                return (presumption, judged(true));
            };
            let begun = questions.begin(steps.get(&presumption.element).copied().as_slice());
            let leads = |bounds: &[Bounds]| begun.iter().any(|(fact, ways)| bounds[fact.index()].met_by(*ways));
            // What nobody has described may do harm that nobody has named; what is not assessed there is not told to do none.
            let open = open.contains(&presumption.element) && leads(any);
            (presumption, judged(open || leads(bad)))
        });
        let presumed = presumed.collect();
        Self { context, groups, presumed, undescribed: open }
    }

    /// How every subject comes out where what is not known is read at its best: nothing is presumed, and of what is reached only how
    /// bad the worst is, and its class, are told.
    pub fn at_best(context: Context<'a>, like: &Like) -> Self {
        let grounded = ground_like(&context, like);
        let questions = Questions::solve(&grounded.program);
        let begun: Vec<Begun> = grounded
            .groups
            .iter()
            .map(|(_, steps)| {
                let steps: Vec<DerivationId> = steps.iter().flat_map(|(_, steps)| steps.iter().copied()).collect();
                questions.begin(&steps)
            })
            .collect();
        let mut alike: BTreeMap<Option<(Outcome, Exploitability)>, Arc<Judged>> = BTreeMap::new();
        let worst = worst_of_all(&context, &questions, &begun);
        let mut worst = worst.into_iter();
        let groups = Standings::of(&grounded.groups, |_, _| {
            let cell = worst.next().flatten();
            let judged = alike.entry(cell.as_ref().map(|cell| (cell.outcome, cell.class))).or_insert_with(|| {
                let outcome = cell.as_ref().map_or(Outcome::Controlled, |cell| cell.outcome);
                Arc::new(Judged { cell, ..Judged::briefly(outcome) })
            });
            Standing::Judged(Arc::clone(judged))
        });
        Self { context, groups, presumed: BTreeMap::new(), undescribed: BTreeSet::new() }
    }

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
        if let SubjectKey::Weakness(rule, of, element) = &key.subject {
            let in_its_place = self.in_its_place(rule, of, element).filter_map(|group| self.groups.get(group));
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
    pub fn in_its_place(&self, rule: &RuleId, of: &DesignOf, element: &ElementId) -> impl Iterator<Item = &Group> {
        let rules = self.context.catalogue.in_place_of(rule).iter();
        let groups = rules.map(|other| Group::Weakness(other.clone(), of.clone(), element.clone()));
        groups.filter_map(|group| self.groups.find(&group))
    }

    /// Every subject that arises, presumed ones included, with how it stands.
    pub fn subjects(&self) -> Vec<(Key, Standing)> {
        self.subjects_where(|_| true)
    }

    /// The subjects of which it is wanted how they stand.
    pub fn subjects_where(&self, wanted: impl Fn(&Standing) -> bool) -> Vec<(Key, Standing)> {
        let mut subjects = Vec::new();
        for element in self.context.device().elements.keys() {
            for known in &self.context.inventory(element).known {
                let standing = self.groups.get(&self.context.group_of(known, element));
                if let Some(standing) = standing.filter(|standing| wanted(standing)) {
                    let subject = SubjectKey::Vulnerability(known.id.clone(), element.clone());
                    subjects.push((Key { subject, because: None }, standing.clone()));
                }
            }
        }
        for (group, standing) in self.groups.iter() {
            if let (Group::Weakness(rule, of, element), true) = (group, wanted(standing)) {
                let subject = SubjectKey::Weakness(rule.clone(), of.clone(), element.clone());
                subjects.push((Key { subject, because: None }, standing.clone()));
            }
        }
        for (presumption, judged) in &self.presumed {
            let standing = Standing::Judged(Arc::clone(judged));
            if wanted(&standing) {
                let subject = SubjectKey::Presumed(presumption.element.clone());
                subjects.push((Key { subject, because: Some(presumption.because) }, standing));
            }
        }
        subjects
    }
}

/// From where on facts are what makes a subject uncontrolled: harm that the policy finds unacceptable, or touching one of these
/// elements, of which nobody knows what they lead to.
pub(crate) fn objectionable(context: &Context<'_>, program: &Program, undescribed: &[ElementId]) -> Vec<Bounds> {
    let facts = (0..program.len()).map(FactId::at);
    let mut bounds: Vec<Bounds> = facts.map(|fact| unacceptable(context, program.at(fact))).collect();
    for fact in undescribed.iter().flat_map(|element| context.facts_of(element)) {
        if let Some(fact) = program.find(&fact) {
            bounds[fact.index()] = Bounds::ANY;
        }
    }
    bounds
}

/// Whether a fact is touching one of these elements.
pub(crate) fn touches(context: &Context<'_>, fact: &Fact, these: &impl Fn(&ElementId) -> bool) -> bool {
    context.elements_of(fact).into_iter().any(these)
}

/// The elements of which some things are not known, in order.
pub(crate) fn elements(presumptions: &[Presumption], wanted: impl Fn(&Presumption) -> bool) -> Vec<ElementId> {
    let mut elements: Vec<ElementId> =
        presumptions.iter().filter(|one| wanted(one)).map(|one| one.element.clone()).collect();
    elements.dedup();
    elements
}
