//! Which subjects turn when claims lose their effect, without solving the whole anew for each.
//!
//! The reading of what is decided is kept as a [`Network`]. Taking claims away builds anew the parts of the device that they decide
//! about, follows the difference, looks at the subjects that it touches, and goes back. What comes out is what a reading of its own
//! would find; the tests compare the two over random systems.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ward_model::claim::{ClaimId, ElementClaim, FunctionClaim, LinkClaim};
use ward_model::design::DesignOf;
use ward_model::device::Cut;
use ward_model::ids::{ControlId, ElementId, FunctionId, LinkId};
use ward_model::verdict::PresumedBecause;
use ward_policy::Privilege;

use crate::catalogue::Profile;
use crate::cells::{harmful, unacceptable};
use crate::context::Context;
use crate::effects::Effects;
use crate::fact::Fact;
use crate::graph::Step;
use crate::ground::weaknesses::{by_a_secret, may_be_weak};
use crate::ground::{Grounded, Group, Like, Login, Part, login, reground};
use crate::keyed::Keyed;
use crate::levels::{Bounds, Levels};
use crate::lists::Lists;
use crate::network::Network;
use crate::outcomes::{Outcomes, objectionable, touches};
use crate::parallel::parts;
use crate::presume::{Presumption, presumptions, presumptions_of};
use crate::program::{DerivationId, FactId, Program};
use crate::run::Run;
use crate::texts::exactly;
use crate::vocabulary::Table;

mod turns;

pub(crate) use turns::Turns;
use turns::{FoundAnew, numbered};

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
                    touched.checks(context, control);
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
                ClaimId::Function(function, FunctionClaim::Redundancy | FunctionClaim::FedBy) => {
                    touched.function(context, function);
                }
                ClaimId::Design(of, _) => {
                    touched.parts.insert(Part::Weaknesses(of.clone()));
                }
                ClaimId::Function(function, FunctionClaim::Fallback) => {
                    touched.unrelieved.insert(function);
                }
                // Whoever asks for this one reads anew.
                ClaimId::FindingVersions(_) | ClaimId::Statements(_) | ClaimId::Compiled(..) => {}
                // Judged apart: no verdict turns with it.
                ClaimId::ControlHazard(..) => {}
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

    /// What passes a check that a control makes by a secret, if it is sent again, is found where the control has effect.
    fn checks(&mut self, context: &Context<'_>, control: &ControlId) {
        let Some(control) = context.device().controls.get(control).filter(|control| by_a_secret(control)) else {
            return;
        };
        for cut in &control.cuts {
            if let Cut::Step { at, .. } = cut {
                let links = context.links_of(at).iter().cloned();
                self.parts.extend(links.map(|link| Part::Weaknesses(DesignOf::Link(link))));
            }
        }
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
#[derive(Debug, Clone)]
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
        let each = |asked: fn(&Context<'_>, &Fact) -> Bounds| -> Vec<Bounds> {
            (0..program.len()).map(|place| asked(context, program.at(FactId::at(place)))).collect()
        };
        let bounds = match asked {
            Asked::HarmOrTouch => objectionable(context, program, &presumed.iter().cloned().collect::<Vec<_>>()),
            Asked::Harm => each(unacceptable),
            Asked::AnyHarm => each(harmful),
        };
        Self { network: Network::new(Arc::clone(program), &bounds), presumed, asked }
    }

    /// Takes claims away. Gives what was built anew, and which of the derivations that are watched may lead elsewhere now.
    fn take_away(
        &mut self,
        context: &Context<'_>,
        (decided, like): (&Grounded, &Like),
        touched: &Touched<'_>,
        presumed: &[ElementId],
        watched: impl Fn(DerivationId) -> bool,
    ) -> (Grounded, Vec<DerivationId>) {
        let network = &mut self.network;
        let parts: Vec<Part> = touched.parts.iter().cloned().collect();
        let (program, grounded, built) = reground(context, network.lend(), &parts, presumed, like);
        let asked = self.asked;
        network.add(program);
        for part in &parts {
            replace(network, decided.parts.get(part), built.get(part));
        }
        network.take_up(|program, fact| asked.of(context, program.at(fact), &|element| presumed.contains(element)));
        for key in &touched.logins {
            for (step, profile) in decided.logins.get(key).into_iter().flatten() {
                let class = profile.class(profile.always.saturating_add(login(context, key, profile.login)));
                if network.stands(*step) && network.step(*step).class < class {
                    network.strengthen(*step, |derivation| derivation.class = class);
                }
            }
        }
        for control in &touched.controls {
            let Some(defeated) = network.program().find(&Fact::Defeated((*control).clone())) else { continue };
            for step in network.uses(defeated).collect::<Vec<_>>() {
                // What a control cuts has a premise before those that say it is defeated.
                if network.stands(step) && network.step(step).premises.contains(&defeated) {
                    network.strengthen(step, |derivation| {
                        let left = derivation.premises.iter().filter(|premise| **premise != defeated);
                        derivation.premises = left.copied().collect();
                    });
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
        (grounded, network.settle(watched))
    }
}

/// Takes away the derivations of a part as it was, and keeps of those built anew only what is not there already.
fn replace(network: &mut Network, before: Option<&std::ops::Range<u32>>, now: Option<&std::ops::Range<u32>>) {
    let range = |range: Option<&std::ops::Range<u32>>| range.cloned().unwrap_or_default();
    let like = |network: &Network, id: DerivationId| {
        let Step { premises, conclusion, class, reach } = network.step(id);
        (premises.to_vec(), conclusion, class, reach)
    };
    let alike = |network: &Network, one: u32, other: u32| {
        let (one, other) = (network.step(DerivationId(one)), network.step(DerivationId(other)));
        (one.premises, one.conclusion, one.class, one.reach)
            == (other.premises, other.conclusion, other.class, other.reach)
    };
    // Parts are built in the same order each time: before what differs and after it nothing needs to be looked for.
    let (mut before, mut now) = (range(before), range(now));
    while !before.is_empty() && !now.is_empty() && alike(network, before.start, now.start) {
        network.remove(DerivationId(now.start));
        (before.start, now.start) = (before.start + 1, now.start + 1);
    }
    while !before.is_empty() && !now.is_empty() && alike(network, before.end - 1, now.end - 1) {
        (before.end, now.end) = (before.end - 1, now.end - 1);
        network.remove(DerivationId(now.end));
    }
    let mut there: BTreeMap<_, Vec<DerivationId>> = BTreeMap::new();
    for id in before.map(DerivationId) {
        there.entry(like(network, id)).or_default().push(id);
    }
    for id in now.map(DerivationId) {
        if !there.is_empty() && there.get_mut(&like(network, id)).and_then(Vec::pop).is_some() {
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
#[derive(Clone)]
pub(crate) struct Without<'a> {
    context: Context<'a>,
    decided: &'a Grounded,
    like: Like,
    undescribed: Side,
    /// Only where a presumption is controlled, and so could turn.
    presumed: Option<Side>,
    /// The same, asked about any harm: where there is none, there is no such subject.
    harmed: Option<Side>,
    /// What is presumed as decided.
    today: Arc<BTreeSet<Presumption>>,
    watched: Arc<Watched<'a>>,
    turns: Turns,
}

/// What may turn, and where it is looked for.
struct Watched<'a> {
    /// The groups that are controlled.
    groups: Vec<&'a Group>,
    /// By the number of a step.
    by_step: Lists<u32>,
    by_element: Table<&'a ElementId, Vec<u32>>,
    presumptions: BTreeMap<DerivationId, Vec<&'a Presumption>>,
    /// Presumptions that lead nowhere, so that they are no subjects.
    silent: BTreeMap<DerivationId, Vec<Presumption>>,
}

/// A thread takes so many removals in one go.
const PORTION: usize = 64;

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
        // Without the review of a component more may be presumed than is.
        let reviewed = context.effects.claims().any(|claim| matches!(claim, ClaimId::ComponentReviewed(..)));
        let side = |asked| Side::new(&context, run.presumed(), asked);
        let today: BTreeSet<Presumption> = self::presumptions(&context).into_iter().collect();
        let mut silent: BTreeMap<DerivationId, Vec<Presumption>> = BTreeMap::new();
        for presumption in today.iter().filter(|one| !outcomes.presumed.contains_key(*one)) {
            if let Some(step) = run.presumed().1.get(&presumption.element) {
                silent.entry(*step).or_default().push(presumption.clone());
            }
        }
        let presumed = (reviewed || !presumptions.is_empty() || !silent.is_empty()).then(|| side(Asked::Harm));
        let harmed = (!presumptions.is_empty()).then(|| side(Asked::AnyHarm));
        let today = Arc::new(today);
        let groups: Vec<&Group> = outcomes.controlled_groups().collect();
        let steps: Vec<&[(Profile, Vec<DerivationId>)]> =
            groups.iter().map(|group| decided.groups.get(group).map_or(&[][..], Vec::as_slice)).collect();
        let by_step = Lists::of(decided.program.next().index(), |found| {
            for (number, steps) in (0_u32..).zip(&steps) {
                steps.iter().flat_map(|(_, steps)| steps).for_each(|step| found(step.index(), number));
            }
        });
        let mut by_element: Table<&ElementId, Vec<u32>> = Table::default();
        for (number, group) in (0_u32..).zip(&groups) {
            by_element.entry(group.element()).or_default().push(number);
        }
        let watched = Arc::new(Watched { groups, by_step, by_element, presumptions, silent });
        let like = decided.like();
        let turns = Turns { groups: Keyed::over(Arc::clone(context.catalogue.weaknesses())), ..Turns::default() };
        Self { context, decided, like, undescribed, presumed, harmed, today, watched, turns }
    }

    /// Takes these claims away, each time from what is decided, and notes what turns: removals are numbered as they stand there.
    /// On all processors: no removal knows of another.
    pub fn remove_each(mut self, removals: &[Cow<'_, [ClaimId]>]) -> Turns {
        let next = AtomicUsize::new(0);
        let work = |without: &mut Self| {
            loop {
                let from = next.fetch_add(PORTION, Ordering::Relaxed);
                let portion = removals.iter().enumerate().skip(from).take(PORTION);
                if portion.len() == 0 {
                    return;
                }
                for (number, claims) in portion {
                    without.remove_as(number, claims, &without.context.effects.without(claims.iter()));
                }
            }
        };
        let others = parts(removals.len(), PORTION) - 1;
        let others: Vec<Self> = (0..others).map(|_| self.clone()).collect();
        let others = std::thread::scope(|scope| {
            let work = &work;
            let working = others.into_iter().map(|mut other| {
                scope.spawn(move || {
                    work(&mut other);
                    other.turns
                })
            });
            let working: Vec<_> = working.collect();
            work(&mut self);
            let done = working.into_iter();
            done.map(|work| work.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect::<Vec<_>>()
        });
        others.into_iter().for_each(|turns| self.turns.join(turns));
        self.turns
    }

    /// Takes these claims away, with what is left in effect, and notes what turns. Removals are numbered as they come.
    #[cfg(test)]
    pub fn remove(&mut self, claims: &[ClaimId], effects: &Effects) -> usize {
        let number = self.turns.tried;
        self.turns.tried += 1;
        self.remove_as(number, claims, effects);
        number
    }

    fn remove_as(&mut self, number: usize, claims: &[ClaimId], effects: &Effects) {
        let context = Context { effects, ..self.context };
        let touched = Touched::by(&context, claims);
        let now: Vec<Presumption> =
            touched.elements.iter().flat_map(|element| presumptions_of(&context, element)).collect();
        self.remove_from_groups(number, &context, &touched, &now);
        self.remove_from_presumptions(number, &context, &touched, &now);
    }

    /// What has turned in all removals.
    #[cfg(test)]
    pub fn turns(self) -> Turns {
        self.turns
    }

    fn remove_from_groups(&mut self, number: usize, context: &Context<'_>, touched: &Touched<'_>, now: &[Presumption]) {
        let side = &mut self.undescribed;
        let undescribed = now.iter().filter(|one| one.because == PresumedBecause::Unmodelled);
        let more = undescribed.map(|one| &one.element).filter(|element| !side.presumed.contains(*element));
        let more: Vec<ElementId> = more.cloned().collect();
        let watched = |step: DerivationId| !self.watched.by_step.at(step.index()).is_empty();
        let (grounded, leading) = side.take_away(context, (self.decided, &self.like), touched, &more, watched);
        let network = &side.network;
        let mut turning: BTreeSet<u32> = leading
            .iter()
            .filter(|step| network.stands(**step) && network.leads(**step))
            .flat_map(|step| self.watched.by_step.at(step.index()).iter().copied())
            .collect();
        // Whatever is at an element that is not described completely is left to the presumption about it.
        turning.extend(more.iter().filter_map(|element| self.watched.by_element.get(element)).flatten());
        for group in turning {
            let group = self.watched.groups[group as usize];
            let anew =
                matches!(group, Group::Weakness(_, of, _) if touched.parts.contains(&Part::Weaknesses(of.clone())));
            if !anew {
                self.turns.groups.at(group.clone()).push(numbered(number));
            }
        }
        for element in &more {
            self.turns.undescribed.entry(element.clone()).or_default().insert(number);
        }
        for element in &touched.inventories {
            self.turns.open.entry((*element).clone()).or_default().push(number);
        }
        // What had weaknesses may have none any more.
        let anew = touched.parts.iter().filter_map(|part| match part {
            Part::Weaknesses(of) => Some((of, FoundAnew::new())),
            _ => None,
        });
        let mut anew: BTreeMap<&DesignOf, FoundAnew> = anew.collect();
        for (group, steps) in grounded.groups.iter() {
            let element = group.element();
            let undescribed = side.presumed.contains(element) || more.contains(element);
            let bad = undescribed || steps.iter().flat_map(|(_, steps)| steps).any(|step| network.leads(*step));
            match group {
                Group::Weakness(_, of, _) => {
                    let number = numbered(self.turns.groups.number(group.clone()));
                    anew.entry(of).or_default().push((number, bad));
                }
                // What is found is the same as long as the inventory is; answers change what it demands and gives.
                Group::Vulnerabilities { .. } if bad => self.turns.groups.at(group.clone()).push(numbered(number)),
                Group::Vulnerabilities { .. } => {}
            }
        }
        for (of, found) in anew {
            self.turns.weaknesses.at(of.clone()).push((numbered(number), exactly(found)));
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
        let Watched { presumptions, silent, .. } = &*self.watched;
        let watched = |step: DerivationId| presumptions.contains_key(&step) || silent.contains_key(&step);
        let (_, leading) = side.take_away(context, (self.decided, &self.like), touched, &more, watched);
        // Of an element that is described completely it decides whether it leads to harm; of any other too much is presumed anyway.
        let is_described = |element: &ElementId| {
            let one = Presumption { element: element.clone(), because: PresumedBecause::Unmodelled };
            !now.contains(&one) && !self.today.contains(&one)
        };
        let leading_now = |step: &&DerivationId| leading.binary_search(*step).is_ok() && side.network.leads(**step);
        for one in silent.keys().filter(leading_now).flat_map(|step| &silent[step]) {
            if !touched.elements.contains(&one.element) || now.contains(one) {
                self.turns.presuming.entry(one.clone()).or_default().insert(number);
            }
        }
        for one in now.iter().filter(|one| !self.today.contains(*one) && is_described(&one.element)) {
            let held = side.network.program().find(&Fact::Gain(one.element.clone(), Privilege::Execute));
            if held.is_some_and(|held| side.network.bounds(held).met_by(Levels::ALL)) {
                self.turns.presuming.entry(one.clone()).or_default().insert(number);
            }
        }
        // What may take part in functions that nobody has named is not controlled for any reason, if it does any harm at all.
        let opened = |presumption: &Presumption| {
            let undescribed =
                |one: &Presumption| one.element == presumption.element && one.because == PresumedBecause::Unmodelled;
            now.contains(presumption) && now.iter().any(undescribed)
        };
        if let Some(harmed) =
            self.harmed.as_mut().filter(|_| self.watched.presumptions.values().flatten().any(|one| opened(one)))
        {
            harmed.take_away(context, (self.decided, &self.like), touched, &more, |_| false);
            for (step, presumptions) in &self.watched.presumptions {
                let does_harm =
                    |one: &&&Presumption| one.because == PresumedBecause::Unmodelled || harmed.network.leads(*step);
                for presumption in presumptions.iter().filter(|one| opened(one)).filter(does_harm) {
                    self.turns.presumed.entry((*presumption).clone()).or_default().push(number);
                }
            }
            harmed.network.undo();
        }
        for (step, presumptions) in &self.watched.presumptions {
            if leading.binary_search(step).is_ok() && side.network.leads(*step) {
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
