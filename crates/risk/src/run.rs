//! One reading: every subject judged, for one policy, one fielded version, one group of units, one set of claims in effect.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ward_model::design::DesignOf;
use ward_model::ids::{ElementId, RuleId};
use ward_model::scale::{Exploitability, Persons, Reach};
use ward_model::verdict::{Basis, Outcome, PresumedBecause, Witness};

use crate::attribute::{Through, through, through_only};
use crate::cells::{Cell, harmful, unacceptable, worst_of_each};
use crate::context::Context;
use crate::fact::Fact;
use crate::fixpoint::{Solution, solve};
use crate::ground::{Grounded, Group, Presuming, ground, presuming};
use crate::labels::{Begun, Labels, Leads, Questions, worst_harms};
use crate::levels::Bounds;
use crate::presume::{Presumption, missing, presumptions};
use crate::program::{DerivationId, FactId, Program};
use crate::subject::SubjectKey;
use crate::value::Value;
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
    /// How every subject comes out in a reading that others are compared with: only whether it is controlled, by what is asked of
    /// it in one go. Harm without the undescribed elements is harm with them too, so that these alone decide.
    pub fn of(context: Context<'a>) -> Self {
        let presumptions = presumptions(&context);
        let grounded = ground(&context);
        let undescribed = elements(&presumptions, |one| one.because == PresumedBecause::Unmodelled);
        let all = elements(&presumptions, |_| true);
        let [controlled, uncontrolled] =
            [Outcome::Controlled, Outcome::Uncontrolled].map(|outcome| Arc::new(Judged::briefly(outcome)));
        let judged = |bad: bool| Arc::clone(if bad { &uncontrolled } else { &controlled });
        let Presuming { program, steps } = presuming(&context, &grounded, &undescribed);
        let questions = Questions::solve(&program);
        let facts = (0..program.len()).map(FactId::at);
        let is_open = |element: &ElementId| steps.contains_key(element);
        let bounds = questions.lead_to(facts.map(|fact| objectionable(&context, &program, fact, &is_open)).collect());
        let groups = grounded.groups.iter().map(|(group, steps)| {
            let steps: Vec<DerivationId> = steps.iter().flat_map(|(_, steps)| steps.iter().copied()).collect();
            let leads = || questions.begin(&steps).iter().any(|(fact, ways)| bounds[fact.index()].met_by(*ways));
            (group.clone(), Standing::Judged(judged(is_open(group.element()) || leads())))
        });
        let groups = groups.collect();
        drop((program, questions, bounds));
        let Presuming { program, steps } = presuming(&context, &grounded, &all);
        let questions = Questions::solve(&program);
        let facts = (0..program.len()).map(FactId::at);
        let lead_to = |asked: fn(&Context<'_>, &Fact) -> Bounds| {
            questions.lead_to(facts.clone().map(|fact| asked(&context, program.at(fact))).collect())
        };
        let (bad, any) = (lead_to(unacceptable), lead_to(harmful));
        let presumed = presumptions.into_iter().map(|presumption| {
            let begun = questions.begin(steps.get(&presumption.element).copied().as_slice());
            let leads = |bounds: &[Bounds]| begun.iter().any(|(fact, ways)| bounds[fact.index()].met_by(*ways));
            // What nobody has described may do harm that nobody has named; what is not assessed there is not told to do none.
            let unmodelled = presumption.because == PresumedBecause::Unmodelled;
            let open = unmodelled || (undescribed.contains(&presumption.element) && leads(&any));
            (presumption, judged(open || leads(&bad)))
        });
        Self { context, groups, presumed: presumed.collect(), undescribed: undescribed.into_iter().collect() }
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
        let rules = self.context.situation.rulebook.rules.iter();
        let groups = rules.filter(|other| self.context.takes_place_of(&other.id, rule));
        let groups = groups.map(|other| Group::Weakness(other.id.clone(), of.clone(), element.clone()));
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
            if let Group::Weakness(rule, of, element) = group {
                let subject = SubjectKey::Weakness(rule.clone(), of.clone(), element.clone());
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

/// A program with elements presumed, and its fixpoint.
struct Presumed {
    presuming: Presuming,
    solution: Solution,
    questions: Questions,
}

impl Presumed {
    fn new(context: &Context<'_>, grounded: &Grounded, elements: &[ElementId]) -> Self {
        let presuming = presuming(context, grounded, elements);
        let solution = solve(&presuming.program);
        let questions = Questions::new(&presuming.program, &solution);
        Self { presuming, solution, questions }
    }
}

/// From where on a fact is what makes a subject uncontrolled: harm that the policy finds unacceptable, or touching one of these
/// elements, of which nobody knows what they lead to.
pub(crate) fn objectionable(
    context: &Context<'_>,
    program: &Program,
    fact: FactId,
    undescribed: &impl Fn(&ElementId) -> bool,
) -> Bounds {
    let fact = program.at(fact);
    if touches(context, fact, undescribed) { Bounds::ANY } else { unacceptable(context, fact) }
}

/// Whether a fact is touching one of these elements.
pub(crate) fn touches(context: &Context<'_>, fact: &Fact, these: &impl Fn(&ElementId) -> bool) -> bool {
    context.elements_of(fact).into_iter().any(these)
}

/// The elements of which some things are not known, in order.
fn elements(presumptions: &[Presumption], wanted: impl Fn(&Presumption) -> bool) -> Vec<ElementId> {
    let mut elements: Vec<ElementId> =
        presumptions.iter().filter(|one| wanted(one)).map(|one| one.element.clone()).collect();
    elements.dedup();
    elements
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
}

impl<'a> Run<'a> {
    /// Solves a reading.
    pub fn new(context: Context<'a>) -> Self {
        let presumptions = presumptions(&context);
        let all = elements(&presumptions, |_| true);
        let undescribed = elements(&presumptions, |one| one.because == PresumedBecause::Unmodelled);
        let grounded = ground(&context);
        let known = solve(&grounded.program);
        let questions = Questions::new(&grounded.program, &known);
        let labels = Labels::new(&context, &questions);
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
            let is_open = |element: &ElementId| steps.contains_key(element);
            let facts = (0..program.len()).map(FactId::at);
            asking.lead_to(facts.map(|fact| objectionable(&context, program, fact, &is_open)).collect())
        });
        Self { context, grounded, known, questions, labels, presumed, presumed_labels, undescribed, open, presumptions }
    }

    /// Judges every subject.
    pub fn outcomes(&self) -> Outcomes<'a> {
        let presumed = self.judge_presumptions();
        // Groups whose steps begin alike leave the same open; an element's own gaps still tell them apart.
        let mut alike: BTreeMap<(&ElementId, Begun), Arc<BTreeSet<ElementId>>> = BTreeMap::new();
        let begun = self.grounded.groups.iter().map(|(group, steps)| {
            let steps: Vec<DerivationId> = steps.iter().flat_map(|(_, steps)| steps.iter().copied()).collect();
            let begun = self.questions.begin(&steps);
            (group, steps, begun)
        });
        let begun: Vec<(&Group, Vec<DerivationId>, Begun)> = begun.collect();
        let harms = worst_harms(&self.context, &self.questions, begun.iter().map(|(_, _, begun)| begun));
        let judged = begun.iter().map(|(group, steps, begun)| {
            let group: &Group = group;
            let leads = self.labels.leads(begun);
            let outcome = leads.worst.as_ref().map_or(Outcome::Controlled, |cell| cell.outcome);
            if outcome == Outcome::Controlled {
                let begun = self.undescribed.questions.begin(steps);
                if self.leaves_open(group.element(), &begun) {
                    let open = alike
                        .entry((group.element(), begun))
                        .or_insert_with(|| Arc::new(self.open_questions(group.element(), steps)));
                    return (group.clone(), Standing::Covered(Arc::clone(open)));
                }
            }
            let Leads { worst: cell, threats, privacy } = leads;
            let harms = harms.get(begun).cloned().unwrap_or_default();
            (group.clone(), Standing::Judged(Arc::new(Judged { outcome, cell, harms, threats, privacy })))
        });
        let groups = judged.collect();
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
        let reached = worst_harms(&self.context, questions, begun.iter());
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
        let goal = labels.nearest(&questions.begin(&steps));
        let Some((goal, cell)) = goal.and_then(|goal| Some((goal, labels.goal(goal)?))) else {
            return Default::default();
        };
        let onward = through_only(program, solution, &steps, |before, entry| {
            let expected = match before {
                None => Some(goal),
                Some(before) => labels.label(before.fact, before.value).next(),
            };
            Some(labels.label(entry.fact, entry.value)) == expected
        });
        let wanted = Value { class: cell.class, reach: cell.reach };
        let shown = |onward: &Through| {
            let entry = onward.front(cell.fact).ways().find(|(value, _)| *value == wanted)?.1;
            Some(witness::draw(&self.context, program, solution, onward, entry, &steps))
        };
        // Where the shortest way is one of several that are told alike, all of them are looked at.
        shown(&onward).or_else(|| shown(&through(program, solution, &steps))).unwrap_or_default()
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
        if let SubjectKey::Vulnerability(id, element) = &key.subject
            && self.context.inventory(element).find(id)?.is_elsewhere(self.context.effects)
        {
            return None;
        }
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
    pub fn presumed(&self) -> (&Arc<Program>, &BTreeMap<ElementId, DerivationId>) {
        (&self.presumed.presuming.program, &self.presumed.presuming.steps)
    }

    /// The program with every element presumed that is not known to be described completely, likewise.
    pub fn undescribed(&self) -> (&Arc<Program>, &BTreeMap<ElementId, DerivationId>) {
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
