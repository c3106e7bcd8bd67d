//! Which subjects turn when claims lose their effect, without solving the whole anew for each.
//!
//! The reading of what is decided is kept as a [`Network`]. Taking claims away builds anew the parts of the device that they decide
//! about, follows the difference, looks at the subjects that it touches, and goes back. What comes out is what a reading of its own
//! would find; the tests compare the two over random systems.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ward_model::claim::{ClaimId, ElementClaim, FunctionClaim, LinkClaim};
use ward_model::design::DesignOf;
use ward_model::ids::{ElementId, FunctionId, LinkId, RuleId};
use ward_model::verdict::PresumedBecause;

use crate::cells::{harmful, unacceptable};
use crate::context::Context;
use crate::effects::Effects;
use crate::fact::Fact;
use crate::ground::weaknesses::may_be_weak;
use crate::ground::{Grounded, Group, Login, Part, login, reground};
use crate::levels::Bounds;
use crate::network::Network;
use crate::presume::{Presumption, presumptions_of};
use crate::program::{DerivationId, FactId, Program};
use crate::run::{Key, Outcomes, Run, touches};
use crate::subject::SubjectKey;

/// In which of the removals that were tried subjects turn uncontrolled, each by its number.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    tried: usize,
    groups: BTreeMap<Group, Vec<usize>>,
    presumed: BTreeMap<Presumption, Vec<usize>>,
    /// Where an element's inventory is no longer known to be complete: what is then found on it is left to a presumption.
    open: BTreeMap<ElementId, Vec<usize>>,
    /// Where an element is no longer known to be described completely: what does not arise there is left to a presumption.
    undescribed: BTreeMap<ElementId, BTreeSet<usize>>,
    /// Where the weaknesses of something change: those it has then, by element, and whether each is uncontrolled.
    weaknesses: BTreeMap<DesignOf, BTreeMap<usize, BTreeMap<(RuleId, ElementId), bool>>>,
}

impl Turns {
    /// The removals in which a subject turns that is controlled as decided.
    pub fn of(&self, decided: &Outcomes<'_>, context: &Context<'_>, key: &Key) -> Vec<usize> {
        let in_groups = |groups: &mut dyn Iterator<Item = &Group>| -> BTreeSet<usize> {
            groups.filter_map(|group| self.groups.get(group)).flatten().copied().collect()
        };
        let places = context.places(&key.subject);
        let opened = places.into_iter().filter_map(|element| self.undescribed.get(element)).flatten();
        let opened: BTreeSet<usize> = opened.copied().collect();
        let arises = decided.standing(key).is_some();
        let turning: BTreeSet<usize> = match &key.subject {
            SubjectKey::Vulnerability(_, element) => {
                let mut turning = in_groups(&mut context.group_for(&key.subject).as_ref().into_iter());
                // Whether or not it is still found then.
                turning.extend(self.open.get(element).into_iter().flatten());
                turning.extend(opened.iter().filter(|_| !arises));
                turning
            }
            SubjectKey::Weakness(rule, of, element) => {
                let own = Group::Weakness(rule.clone(), of.clone(), element.clone());
                let mut turning = if arises {
                    in_groups(&mut std::iter::once(&own))
                } else {
                    in_groups(&mut decided.in_its_place(rule, of, element))
                };
                if !arises && decided.in_its_place(rule, of, element).next().is_none() {
                    turning.extend(&opened);
                }
                for (number, found) in self.weaknesses.get(of).into_iter().flatten() {
                    let mut in_its_place = found
                        .iter()
                        .filter(|((other, at), _)| at == element && context.takes_place_of(other, rule))
                        .peekable();
                    let bad = match found.get(&(rule.clone(), element.clone())) {
                        Some(bad) => *bad,
                        None if in_its_place.peek().is_some() => in_its_place.any(|(_, bad)| *bad),
                        None => opened.contains(number),
                    };
                    if bad {
                        turning.insert(*number);
                    } else {
                        turning.remove(number);
                    }
                }
                turning
            }
            SubjectKey::Presumed(element) => {
                let presumption = key.because.map(|because| Presumption { element: element.clone(), because });
                let turning = presumption.and_then(|presumption| self.presumed.get(&presumption));
                turning.into_iter().flatten().copied().collect()
            }
        };
        turning.into_iter().collect()
    }
}

/// What taking claims away changes.
#[derive(Debug, Default)]
struct Touched<'c> {
    parts: BTreeSet<Part>,
    logins: BTreeSet<Login>,
    /// Elements of which something may no longer be known.
    elements: BTreeSet<&'c ElementId>,
    /// Elements whose inventory is no longer known to be complete.
    inventories: BTreeSet<&'c ElementId>,
    /// Functions whose fallback nobody answers for.
    unrelieved: BTreeSet<&'c ward_model::ids::FunctionId>,
    controls: BTreeSet<&'c ward_model::ids::ControlId>,
}

impl<'c> Touched<'c> {
    fn by(context: &Context<'_>, claims: &'c [ClaimId]) -> Self {
        let mut touched = Self::default();
        for claim in claims {
            match claim {
                ClaimId::Control(control) => {
                    touched.controls.insert(control);
                }
                ClaimId::Element(element, ElementClaim::LocalLogin) => {
                    touched.logins.insert((element.clone(), None));
                }
                ClaimId::Element(element, claim) => {
                    touched.elements.insert(element);
                    if *claim == ElementClaim::SoftwareListed {
                        touched.inventories.insert(element);
                        touched.parts.insert(Part::Findings(element.clone()));
                    }
                }
                ClaimId::Link(link, claim) => touched.link(context, link, *claim),
                ClaimId::SecretPerUnit(secret) => {
                    touched.parts.insert(Part::Secret(secret.clone()));
                    for link in context.catalogue.users(secret) {
                        touched.parts.insert(Part::Believed(link.clone()));
                        touched.link(context, link, LinkClaim::Authentication);
                    }
                }
                ClaimId::SecretPublic(secret) => {
                    touched.parts.insert(Part::Secret(secret.clone()));
                }
                ClaimId::Function(function, FunctionClaim::Redundancy) => touched.function(context, function),
                ClaimId::Function(function, FunctionClaim::FedBy) => {
                    touched.function(context, function);
                    // What notices the loss of others, or takes over, can be told what is false.
                    for other in context.catalogue.relieved_by(function) {
                        touched.function(context, other);
                    }
                }
                ClaimId::Design(of, _) => {
                    touched.parts.insert(Part::Weaknesses(of.clone()));
                }
                ClaimId::Function(function, FunctionClaim::Fallback) => {
                    touched.unrelieved.insert(function);
                }
                // Whoever asks for this one reads anew.
                ClaimId::FindingVersions(_) => {}
                ClaimId::ComponentReviewed(element, _) => {
                    touched.elements.insert(element);
                }
                ClaimId::Rubric(element, _) => {
                    touched.parts.insert(Part::Findings(element.clone()));
                }
            }
        }
        touched
    }

    /// How a function degrades, and what rules find in it.
    fn function(&mut self, context: &Context<'_>, function: &FunctionId) {
        self.parts.insert(Part::Function(function.clone()));
        let of = DesignOf::Function(function.clone());
        if may_be_weak(context, &of) {
            self.parts.insert(Part::Weaknesses(of));
        }
    }

    fn link(&mut self, context: &Context<'_>, id: &LinkId, claim: LinkClaim) {
        let weaknesses = |id: LinkId| Part::Weaknesses(DesignOf::Link(id));
        let mut part = |part: fn(LinkId) -> Part| self.parts.insert(part(id.clone()));
        match claim {
            LinkClaim::Authentication => {
                part(weaknesses);
                let link = context.device().links.get(id);
                let ends = link.into_iter().flat_map(|link| [&link.from, &link.to]);
                self.logins.extend(ends.map(|end| (end.clone(), Some(id.clone()))));
            }
            LinkClaim::ExposedTo => {
                part(Part::Messages);
            }
            LinkClaim::Carries => {
                part(Part::Messages);
                part(Part::ActedOn);
                part(weaknesses);
            }
            LinkClaim::AntiReplay => {
                part(weaknesses);
            }
            LinkClaim::FedBy => {
                part(Part::ActedOn);
            }
        }
    }
}

/// A program in which elements are presumed, and what is asked of it.
struct Side {
    network: Network,
    presumed: BTreeSet<ElementId>,
    asked: Asked,
}

/// What is asked of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// Harm that the policy finds unacceptable, or touching an element that is presumed.
    HarmOrTouch,
    /// Harm that the policy finds unacceptable.
    Harm,
    /// Any harm to a person that the policy counts.
    AnyHarm,
}

impl Asked {
    /// From where on a fact is what is asked about.
    fn of(self, context: &Context<'_>, fact: &Fact, presumed: &impl Fn(&ElementId) -> bool) -> Bounds {
        match self {
            Self::HarmOrTouch if touches(context, fact, presumed) => Bounds::ANY,
            Self::HarmOrTouch | Self::Harm => unacceptable(context, fact),
            Self::AnyHarm => harmful(context, fact),
        }
    }
}

impl Side {
    fn new(
        context: &Context<'_>,
        (program, steps): (&Arc<Program>, &BTreeMap<ElementId, DerivationId>),
        asked: Asked,
    ) -> Self {
        let presumed: BTreeSet<ElementId> = steps.keys().cloned().collect();
        let bounds = |fact| asked.of(context, program.at(fact), &|element| presumed.contains(element));
        let bounds: Vec<Bounds> = (0..program.len()).map(|place| bounds(FactId::at(place))).collect();
        Self { network: Network::new(Arc::clone(program), &bounds), presumed, asked }
    }

    /// Takes claims away. Gives what was built anew, and the derivations that may lead elsewhere now.
    fn take_away(
        &mut self,
        context: &Context<'_>,
        decided: &Grounded,
        touched: &Touched<'_>,
        presumed: &[ElementId],
    ) -> (Grounded, BTreeSet<DerivationId>) {
        let network = &mut self.network;
        let parts: Vec<Part> = touched.parts.iter().cloned().collect();
        let (program, grounded) = reground(context, network.lend(), &parts, presumed);
        let asked = self.asked;
        network
            .add(program, |program, fact| asked.of(context, program.at(fact), &|element| presumed.contains(element)));
        for part in &parts {
            replace(network, decided.parts.get(part), grounded.parts.get(part));
        }
        for key in &touched.logins {
            for (step, profile) in decided.logins.get(key).into_iter().flatten() {
                let class = profile.class(profile.always.saturating_add(login(context, key, profile.login)));
                if network.stands(*step) && network.derivation(*step).class < class {
                    network.strengthen(*step, |derivation| derivation.class = class);
                }
            }
        }
        for control in &touched.controls {
            let Some(defeated) = network.program().find(&Fact::Defeated((*control).clone())) else { continue };
            for step in network.program().uses(defeated).collect::<Vec<_>>() {
                // What a control cuts has a premise before those that say it is defeated.
                if network.stands(step) && network.derivation(step).premises.contains(&defeated) {
                    network.strengthen(step, |derivation| derivation.premises.retain(|premise| *premise != defeated));
                }
            }
        }
        for function in &touched.unrelieved {
            for fact in effects_of(context, network.program(), function) {
                let bounds = asked.of(context, network.program().at(fact), &|_| false);
                network.ask(fact, bounds);
            }
        }
        if self.asked == Asked::HarmOrTouch {
            for fact in presumed.iter().flat_map(|element| context.facts_of(element)) {
                if let Some(fact) = network.program().find(&fact) {
                    network.ask(fact, Bounds::ANY);
                }
            }
        }
        (grounded, network.settle())
    }
}

/// Takes away the derivations of a part as it was, and keeps of those built anew only what is not there already.
fn replace(network: &mut Network, before: Option<&std::ops::Range<u32>>, now: Option<&std::ops::Range<u32>>) {
    let like = |network: &Network, id: DerivationId| {
        let derivation = network.derivation(id);
        (derivation.premises.clone(), derivation.conclusion, derivation.class, derivation.reach)
    };
    let mut there: BTreeMap<_, Vec<DerivationId>> = BTreeMap::new();
    for id in before.into_iter().flat_map(|range| range.clone()).map(DerivationId) {
        there.entry(like(network, id)).or_default().push(id);
    }
    for id in now.into_iter().flat_map(|range| range.clone()).map(DerivationId) {
        if there.get_mut(&like(network, id)).and_then(Vec::pop).is_some() {
            network.remove(id);
        }
    }
    there.into_values().flatten().for_each(|id| network.remove(id));
}

/// The effects of a function that have come about, as facts.
fn effects_of(context: &Context<'_>, program: &Program, id: &ward_model::ids::FunctionId) -> Vec<FactId> {
    let Some(function) = context.device().functions.get(id) else { return Vec::new() };
    let by: Vec<Option<ElementId>> = function.realised_by.elements().iter().cloned().map(Some).chain([None]).collect();
    let facts = (0..function.effects.len()).flat_map(|number| {
        by.iter().flat_map(move |via| {
            [Fact::Harmed(id.clone(), number, via.clone()), Fact::Unrelieved(id.clone(), number, via.clone())]
        })
    });
    facts.filter_map(|fact| program.find(&fact)).collect()
}

/// The reading of what is decided, made so that claims can be taken away from it.
pub(crate) struct Without<'a> {
    context: Context<'a>,
    decided: &'a Grounded,
    undescribed: Side,
    /// Only where a presumption is controlled, and so could turn.
    presumed: Option<Side>,
    /// The same, asked about any harm: where there is none, there is no such subject.
    harmed: Option<Side>,
    /// The groups that are controlled, with their steps.
    watched: Vec<(&'a Group, Vec<DerivationId>)>,
    by_step: BTreeMap<DerivationId, Vec<usize>>,
    by_element: BTreeMap<&'a ElementId, Vec<usize>>,
    presumptions: BTreeMap<DerivationId, Vec<&'a Presumption>>,
    turns: Turns,
}

impl<'a> Without<'a> {
    /// Makes it so.
    pub fn new(run: &'a Run<'a>, outcomes: &'a Outcomes<'a>) -> Self {
        let context = *run.context();
        let decided = run.grounded();
        let undescribed = Side::new(&context, run.undescribed(), Asked::HarmOrTouch);
        let mut presumptions: BTreeMap<DerivationId, Vec<&Presumption>> = BTreeMap::new();
        for presumption in outcomes.controlled_presumptions() {
            if let Some(step) = run.presumed().1.get(&presumption.element) {
                presumptions.entry(*step).or_default().push(presumption);
            }
        }
        let side = |asked| (!presumptions.is_empty()).then(|| Side::new(&context, run.presumed(), asked));
        let (presumed, harmed) = (side(Asked::Harm), side(Asked::AnyHarm));
        let mut watched = Vec::new();
        let mut by_step: BTreeMap<DerivationId, Vec<usize>> = BTreeMap::new();
        let mut by_element: BTreeMap<&ElementId, Vec<usize>> = BTreeMap::new();
        for group in outcomes.controlled_groups() {
            let steps = decided.groups.get(group).into_iter().flatten();
            let steps: Vec<DerivationId> = steps.flat_map(|(_, steps)| steps.iter().copied()).collect();
            for step in &steps {
                by_step.entry(*step).or_default().push(watched.len());
            }
            by_element.entry(group.element()).or_default().push(watched.len());
            watched.push((group, steps));
        }
        let turns = Turns::default();
        Self { context, decided, undescribed, presumed, harmed, watched, by_step, by_element, presumptions, turns }
    }

    /// Takes these claims away, with what is left in effect, and notes what turns. Removals are numbered as they come.
    pub fn remove(&mut self, claims: &[ClaimId], effects: &Effects) -> usize {
        let number = self.turns.tried;
        self.turns.tried += 1;
        let context = Context { effects, ..self.context };
        let touched = Touched::by(&context, claims);
        let now: Vec<Presumption> =
            touched.elements.iter().flat_map(|element| presumptions_of(&context, element)).collect();
        self.remove_from_groups(number, &context, &touched, &now);
        self.remove_from_presumptions(number, &context, &touched, &now);
        number
    }

    /// What has turned in all removals.
    pub fn turns(self) -> Turns {
        self.turns
    }

    fn remove_from_groups(&mut self, number: usize, context: &Context<'_>, touched: &Touched<'_>, now: &[Presumption]) {
        let side = &mut self.undescribed;
        let undescribed = now.iter().filter(|one| one.because == PresumedBecause::Unmodelled);
        let more = undescribed.map(|one| &one.element).filter(|element| !side.presumed.contains(*element));
        let more: Vec<ElementId> = more.cloned().collect();
        let (grounded, leading) = side.take_away(context, self.decided, touched, &more);
        let network = &side.network;
        let mut turning: BTreeSet<usize> = leading
            .iter()
            .filter_map(|step| self.by_step.get(step).map(|groups| (*step, groups)))
            .filter(|(step, _)| network.stands(*step) && network.leads(*step))
            .flat_map(|(_, groups)| groups.iter().copied())
            .collect();
        // Whatever is at an element that is not described completely is left to the presumption about it.
        turning.extend(more.iter().filter_map(|element| self.by_element.get(element)).flatten());
        for group in turning {
            let group = self.watched[group].0;
            let anew =
                matches!(group, Group::Weakness(_, of, _) if touched.parts.contains(&Part::Weaknesses(of.clone())));
            if !anew {
                self.turns.groups.entry(group.clone()).or_default().push(number);
            }
        }
        for element in &more {
            self.turns.undescribed.entry(element.clone()).or_default().insert(number);
        }
        for element in &touched.inventories {
            self.turns.open.entry((*element).clone()).or_default().push(number);
        }
        for part in &touched.parts {
            if let Part::Weaknesses(of) = part {
                self.turns.weaknesses.entry(of.clone()).or_default().insert(number, BTreeMap::new());
            }
        }
        for (group, steps) in &grounded.groups {
            let element = group.element();
            let undescribed = side.presumed.contains(element) || more.contains(element);
            let bad = undescribed || steps.iter().flat_map(|(_, steps)| steps).any(|step| network.leads(*step));
            match group {
                Group::Weakness(rule, of, element) => {
                    let found = self.turns.weaknesses.entry(of.clone()).or_default().entry(number).or_default();
                    found.insert((rule.clone(), element.clone()), bad);
                }
                // What is found is the same as long as the inventory is; answers change what it demands and gives.
                Group::Vulnerabilities { .. } if bad => {
                    self.turns.groups.entry(group.clone()).or_default().push(number);
                }
                Group::Vulnerabilities { .. } => {}
            }
        }
        side.network.undo();
    }

    fn remove_from_presumptions(
        &mut self,
        number: usize,
        context: &Context<'_>,
        touched: &Touched<'_>,
        now: &[Presumption],
    ) {
        let Some(side) = &mut self.presumed else { return };
        let mut more: Vec<ElementId> = now.iter().map(|one| one.element.clone()).collect();
        more.retain(|element| !side.presumed.contains(element));
        more.dedup();
        let (_, leading) = side.take_away(context, self.decided, touched, &more);
        // What may take part in functions that nobody has named is not controlled for any reason, if it does any harm at all.
        let opened = |presumption: &Presumption| {
            let undescribed =
                |one: &Presumption| one.element == presumption.element && one.because == PresumedBecause::Unmodelled;
            now.contains(presumption) && now.iter().any(undescribed)
        };
        if let Some(harmed) =
            self.harmed.as_mut().filter(|_| self.presumptions.values().flatten().any(|one| opened(one)))
        {
            harmed.take_away(context, self.decided, touched, &more);
            for (step, presumptions) in &self.presumptions {
                let does_harm =
                    |one: &&&Presumption| one.because == PresumedBecause::Unmodelled || harmed.network.leads(*step);
                for presumption in presumptions.iter().filter(|one| opened(one)).filter(does_harm) {
                    self.turns.presumed.entry((*presumption).clone()).or_default().push(number);
                }
            }
            harmed.network.undo();
        }
        for (step, presumptions) in &self.presumptions {
            if leading.contains(step) && side.network.leads(*step) {
                for presumption in presumptions {
                    // What is no longer presumed for this reason is not a subject any more.
                    if !touched.elements.contains(&presumption.element) || now.contains(presumption) {
                        self.turns.presumed.entry((*presumption).clone()).or_default().push(number);
                    }
                }
            }
        }
        side.network.undo();
    }
}
