//! The device becomes a program: facts, and the derivations between them.
//!
//! A control that has effect adds "it is defeated" to the premises of every step it cuts, and takes nothing away. So controls only
//! cut, and adding anything to a device only adds derivations.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use ward_model::design::DesignOf;
use ward_model::device::{Cut, Device, Link, Owner};
use ward_model::ids::{ControlId, ElementId, FunctionId, LinkId, RuleId, SecretId, VulnerabilityId, ZoneId};
use ward_model::scale::{Exploitability, Position, Reach};
use ward_policy::Privilege;

use crate::catalogue::Profile;
use crate::context::{Context, Unknowns};
use crate::fact::{Fact, Nearness};
use crate::graph::Step;
use crate::keyed::Keyed;
use crate::program::{By, DerivationId, FactId, Premises, Program, ReachRule};
use crate::vocabulary::Table;

mod controls;
mod copied;
mod findings;
mod functions;
mod helpers;
pub(crate) mod links;
mod supposed;
pub(crate) mod weaknesses;

use copied::{Built, Noting, Source};

/// Subjects that take the same steps, and so come out alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Group {
    /// Vulnerabilities of one kind at one element, cut by the same controls.
    Vulnerabilities { element: ElementId, complete: bool, kind: usize, cuts: Vec<ControlId> },
    /// A weakness that a rule finds in a design, at the element that has it: of a link the one that receives on it.
    Weakness(RuleId, DesignOf, ElementId),
}

impl Group {
    pub fn element(&self) -> &ElementId {
        match self {
            Self::Vulnerabilities { element, .. } | Self::Weakness(_, _, element) => element,
        }
    }
}

/// The steps of a group: for each profile, the derivations. A weakness has one profile, which nobody needs to know.
pub(crate) type Steps = Vec<(Profile, Vec<DerivationId>)>;

/// What a few claims decide about: derivations that can be built anew without the rest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Part {
    /// Who can put messages on a link.
    Messages(LinkId),
    /// Who is believed on a link.
    Believed(LinkId),
    /// What the receiver of a link does with what it believes.
    ActedOn(LinkId),
    /// The weaknesses of something that has a design.
    Weaknesses(DesignOf),
    /// Who comes to know a secret.
    Secret(SecretId),
    /// The vulnerabilities of an element.
    Findings(ElementId),
    /// How a function degrades.
    Function(FunctionId),
}

/// Where a login counts: at an element itself, or on one of its links.
pub(crate) type Login = (ElementId, Option<LinkId>);

/// Where the derivations of parts stand in a program.
pub(crate) type Parts = Keyed<Part, std::ops::Range<u32>>;

/// A program that was built before: what is built again mostly goes as that did, and speaks of the same facts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Like {
    pub program: Arc<Program>,
    pub parts: Arc<Parts>,
    /// What parts are taken over from as they are: that program, where that was noted.
    pub first: Option<Arc<Built>>,
    /// The same of the reading in which nothing claimed has effect, once that is built.
    pub none: OnceLock<Arc<Built>>,
}

/// A program, and which of its derivations belong to which subjects.
#[derive(Debug, Clone, Default)]
pub(crate) struct Grounded {
    pub program: Arc<Program>,
    pub groups: Arc<Keyed<Group, Steps>>,
    /// The derivations of every part, from the first up to another.
    pub parts: Arc<Parts>,
    /// The steps whose class depends on a login, with what they demand.
    pub logins: Table<Login, Vec<(DerivationId, Profile)>>,
    /// The derivations that only say what would follow if enforcers did not keep each other safe, with those that they are like.
    pub supposing: BTreeMap<DerivationId, DerivationId>,
}

impl Grounded {
    /// As what others are built like.
    pub fn like(&self) -> Like {
        Like { program: Arc::clone(&self.program), parts: Arc::clone(&self.parts), ..Like::default() }
    }
}

/// A program in which some elements are taken to be in the attacker's hands, and the derivations that say so.
#[derive(Debug, Clone, Default)]
pub(crate) struct Presuming {
    pub program: Arc<Program>,
    pub steps: BTreeMap<ElementId, DerivationId>,
}

/// Builds the program of a context.
pub(crate) fn ground(context: &Context<'_>) -> Grounded {
    finished(Builder::new(context, Program::default()))
}

/// The same, as what many others are built like: they take parts over from it.
pub(crate) fn ground_for_many(context: &Context<'_>) -> (Grounded, Like) {
    let (effects, noting) = Noting::of(context.effects);
    let heard = Context { effects: &effects, ..*context };
    let mut builder = Builder { noting: Some(noting), ..Builder::new(&heard, Program::default()) };
    build(&mut builder);
    let noting = builder.noting.take();
    let grounded = builder.finish();
    let first = noting.map(|noting| noting.finish(context.effects, &grounded.program, &grounded.groups));
    let like = Like { first, ..grounded.like() };
    (grounded, like)
}

/// Builds the program of a context like that of another, without words, and so that nobody can build parts of it anew. What is the same
/// in a reading that others were built from is taken over.
pub(crate) fn ground_like(context: &Context<'_>, like: &Like) -> Grounded {
    if context.unknowns == Unknowns::Best {
        return finished(Builder::like(context, like, &like.program));
    }
    let Some(first) = &like.first else { return finished(Builder::like(context, like, &like.program)) };
    if like.none.get().is_none() && context.effects.is_empty() && !first.is_of_none() {
        // Where much is taken away, this is what most parts are like.
        let (effects, noting) = Noting::of(context.effects);
        let heard = Context { effects: &effects, ..*context };
        let mut builder = Builder { noting: Some(noting), ..Builder::like(&heard, like, &like.program) };
        build(&mut builder);
        let noting = builder.noting.take();
        let grounded = builder.finish();
        if let Some(noting) = noting {
            like.none.get_or_init(|| noting.finish(context.effects, &grounded.program, &grounded.groups));
        }
        return grounded;
    }
    let sources: Vec<Source> =
        [Some(first), like.none.get()].into_iter().flatten().map(|built| Source::of(built, context.effects)).collect();
    // The last of them speaks of the facts of those before it, and of its own.
    let facts = sources.last().map_or(&like.program, Source::program);
    let builder = Builder::like(context, like, facts);
    finished(Builder { sources, ..builder })
}

fn finished(mut builder: Builder<'_>) -> Grounded {
    build(&mut builder);
    builder.finish()
}

fn build(builder: &mut Builder<'_>) {
    let context = builder.context;
    builder.groups = Keyed::over(Arc::clone(context.catalogue.weaknesses()));
    for position in positions(context.device()) {
        builder.derive(
            Vec::new(),
            Fact::At(position),
            Exploitability::High,
            ReachRule::Exactly(Reach::Fleet),
            "where an attacker may stand",
        );
    }
    elements(builder);
    links::ground(builder);
    for element in context.device().elements.keys() {
        builder.part(Part::Findings(element.clone()));
    }
    for of in context.catalogue.weak() {
        builder.part(Part::Weaknesses(of.clone()));
    }
    controls::ground(builder);
    for function in context.device().functions.keys() {
        builder.part(Part::Function(function.clone()));
    }
}

/// Where an attacker may stand: what the environments put within reach, and whatever a link is stated to be exposed to.
fn positions(device: &Device) -> BTreeSet<Position> {
    let stated = device.links.values().filter_map(|link| link.exposed_to.as_ref()).flatten().copied();
    device.positions().into_iter().chain(stated).collect()
}

/// Builds parts anew for other claims, and takes elements for the attacker's besides, at the end of a program that numbers facts as
/// the first did. Gives the program back, what of it belongs to which subjects, and where the parts stand.
pub(crate) fn reground(
    context: &Context<'_>,
    program: Program,
    parts: &[Part],
    presumed: &[ElementId],
    like: &Like,
) -> (Program, Grounded, Parts) {
    let mut builder = Builder { like: Some(like), ..Builder::new(context, program) };
    for part in parts {
        builder.part(part.clone());
    }
    for element in presumed {
        presume(&mut builder, element);
    }
    (builder.program, Grounded { groups: Arc::new(builder.groups), ..builder.grounded }, builder.parts)
}

/// The demand of a login, where it counts in this context.
pub(crate) fn login(context: &Context<'_>, (element, link): &Login, demand: u8) -> u8 {
    match link {
        None => findings::login_here(context, element, demand),
        Some(link) => findings::login_on(context, element, link, demand),
    }
}

/// The same program with these elements taken for the attacker's, over it.
pub(crate) fn presuming(context: &Context<'_>, grounded: &Grounded, elements: &[ElementId]) -> Presuming {
    if elements.is_empty() {
        return Presuming { program: Arc::clone(&grounded.program), steps: BTreeMap::new() };
    }
    let mut builder = Builder::new(context, Program::over(Arc::clone(&grounded.program)));
    let steps = elements.iter().map(|element| (element.clone(), presume(&mut builder, element))).collect();
    Presuming { program: Arc::new(builder.program), steps }
}

/// Takes an element for the attacker's: outright, and for whoever comes near it, so that what leads to it leads on.
fn presume(builder: &mut Builder<'_>, element: &ElementId) -> DerivationId {
    let by = "presumed: what is not known is taken at its worst";
    let fact = Fact::Gain(element.clone(), Privilege::Execute);
    let id = builder.derive(Vec::new(), fact.clone(), Exploitability::High, ReachRule::Exactly(Reach::Fleet), by);
    let context = builder.context;
    let links = context.links_of(element).iter();
    let near: Vec<Fact> = links
        .map(|link| Fact::Inject(link.clone(), context.arriving(link, element), Nearness::Far))
        .chain([Fact::Present(element.clone()), Fact::Misinformed(element.clone())])
        .collect();
    for premise in near {
        builder.derive(vec![premise], fact.clone(), Exploitability::High, ReachRule::Exactly(Reach::Fleet), by);
    }
    id
}

/// Touching elements, and what one privilege brings with it.
fn elements(builder: &mut Builder<'_>) {
    for element in builder.context.device().elements.values() {
        let cuts = builder.cutting(&Cuttable::Presence(&element.id));
        for (position, reach) in [(Position::Physical, Reach::One), (Position::Insider, Reach::Site)] {
            builder.step(
                vec![Fact::At(position)],
                Fact::Present(element.id.clone()),
                Exploitability::High,
                ReachRule::Exactly(reach),
                "whoever stands there can touch it",
                &cuts,
            );
        }
        builder.derive(
            vec![Fact::Misled(element.id.clone())],
            Fact::Misinformed(element.id.clone()),
            Exploitability::High,
            ReachRule::First(Reach::One),
            "what it is told to do is part of what it works with",
        );
        for &privilege in Privilege::ALL {
            for &implied in privilege.implies() {
                let by = builder.say(|| format!("{} brings {}", privilege.word(), implied.word()));
                builder.derive(
                    vec![Fact::Gain(element.id.clone(), privilege)],
                    Fact::Gain(element.id.clone(), implied),
                    Exploitability::High,
                    ReachRule::First(Reach::One),
                    by,
                );
            }
        }
    }
}

/// Something that a control may cut.
enum Cuttable<'a> {
    Step {
        step: &'a str,
        at: &'a ElementId,
    },
    /// A message that arrives at an end in a zone, if it is known in which.
    Message {
        link: &'a Link,
        /// The end at which it arrives; where the ends are not told apart, either.
        at: &'a ElementId,
        into: Option<&'a ZoneId>,
        from: Origin<'a>,
    },
    Presence(&'a ElementId),
}

/// From where a message comes.
#[derive(Clone, Copy)]
enum Origin<'a> {
    /// From where an attacker stands.
    Position(Position),
    /// From inside a network.
    Zone(&'a ZoneId),
    /// From inside a network of which it is not known which it is.
    SomeZone,
}

impl Origin<'_> {
    /// Whether a cut from these positions, or from everywhere where none is listed, is one from here.
    fn is_among(self, listed: &[Position]) -> bool {
        listed.is_empty() || matches!(self, Self::Position(position) if listed.contains(&position))
    }

    /// Whether a cut at the edge of a network is one from here. Where nobody has said whom it keeps out, that is whoever comes from
    /// elsewhere: at a socket, at work or within radio range one is inside. Whoever holds something in another network of the hospital's, or
    /// of the patient's home, comes from there.
    fn comes_in(self, listed: &[Position], device: &Device) -> bool {
        match self {
            Self::Zone(zone) if !listed.is_empty() => match device.zones.get(zone).map(|zone| zone.owner) {
                Some(Owner::Hospital) => listed.contains(&Position::HospitalNetwork),
                Some(Owner::Patient) => listed.contains(&Position::HomeNetwork),
                Some(Owner::Maker | Owner::ThirdParty) | None => false,
            },
            Self::Position(position) if listed.is_empty() => matches!(
                position,
                Position::Internet
                    | Position::HospitalNetwork
                    | Position::HomeNetwork
                    | Position::SupplyChain
                    | Position::Deception
            ),
            _ => self.is_among(listed),
        }
    }
}

struct Builder<'a> {
    context: &'a Context<'a>,
    program: Program,
    /// What of the program belongs to what; its own program comes last, and so do its groups.
    grounded: Grounded,
    groups: Keyed<Group, Steps>,
    parts: Parts,
    /// Whether anybody will build its parts anew.
    keeps_parts: bool,
    /// What was built before, and the derivation that most likely comes next.
    like: Option<&'a Like>,
    likely: usize,
    /// The part that most likely comes next.
    likely_part: usize,
    /// What is noted of parts, for others to take them over.
    noting: Option<Noting>,
    /// What parts are taken over from.
    sources: Vec<Source>,
}

/// So many derivations may be left out before it is looked for anew how it goes on.
const LOOKED_AHEAD: usize = 4;

impl<'a> Builder<'a> {
    fn new(context: &'a Context<'a>, program: Program) -> Self {
        let (grounded, groups, parts) = Default::default();
        Self {
            context,
            program,
            grounded,
            groups,
            parts,
            keeps_parts: true,
            like: None,
            likely: 0,
            likely_part: 0,
            noting: None,
            sources: Vec::new(),
        }
    }

    /// Nothing yet, to be built like another, with the facts of one that is over it or the same.
    fn like(context: &'a Context<'a>, like: &'a Like, facts: &Program) -> Self {
        Self { like: Some(like), keeps_parts: false, ..Self::new(context, Program::wordless(facts)) }
    }

    fn finish(mut self) -> Grounded {
        self.program.shrink();
        let (program, groups, parts) = (Arc::new(self.program), Arc::new(self.groups), Arc::new(self.parts));
        Grounded { program, groups, parts, ..self.grounded }
    }

    /// Builds one part.
    fn part(&mut self, part: Part) {
        let device = self.context.device();
        match &part {
            Part::Messages(id) | Part::Believed(id) | Part::ActedOn(id) => {
                device.links.get(id).into_iter().for_each(|link| self.part_of_link(part.clone(), link));
            }
            Part::Weaknesses(of) => self.note(part.clone(), |builder| weaknesses::ground(builder, of)),
            Part::Findings(id) => self.note(part.clone(), |builder| findings::ground(builder, id)),
            Part::Secret(id) => {
                let secret = device.secrets.get(id);
                secret.into_iter().for_each(|secret| self.note(part.clone(), |builder| links::secret(builder, secret)));
            }
            Part::Function(id) => {
                let function = device.functions.get(id);
                function
                    .into_iter()
                    .for_each(|function| self.note(part.clone(), |builder| functions::ground(builder, function)));
            }
        }
    }

    /// Builds one part that decides about a link.
    fn part_of_link(&mut self, part: Part, link: &'a Link) {
        let build = match &part {
            Part::Messages(_) => links::messages,
            Part::Believed(_) => links::believed,
            _ => links::acted_on,
        };
        self.note(part, |builder| build(builder, link));
    }

    /// Builds a part, or takes it over, and notes where it stands.
    fn note(&mut self, part: Part, build: impl FnOnce(&mut Self)) {
        let from = self.program.next().0;
        let before = self.like.and_then(|like| like.parts.get_likely(&part, &mut self.likely_part));
        if let Some((number, before)) = before {
            if self.sources.iter().any(|source| source.has(number)) {
                let sources = std::mem::take(&mut self.sources);
                sources
                    .iter()
                    .find(|source| source.has(number))
                    .into_iter()
                    .for_each(|source| source.copy(number, self));
                self.sources = sources;
                self.likely = before.end as usize;
                return;
            }
            self.likely = before.start as usize;
        }
        self.noting.iter_mut().for_each(Noting::begin);
        build(self);
        let place = from..self.program.next().0;
        let number = if self.keeps_parts {
            let number = self.parts.number(part.clone());
            *self.parts.at(part) = place.clone();
            Some(number)
        } else {
            before.map(|(number, _)| number)
        };
        if let (Some(noting), Some(number)) = (&mut self.noting, number) {
            noting.end(number, place);
        }
    }

    /// The steps of a group, which the part that is built fills.
    fn group(&mut self, group: Group) -> &mut Steps {
        let number = self.groups.number(group);
        self.noting.iter_mut().for_each(|noting| noting.fills(number));
        self.groups.value(number)
    }

    /// The cuts listed that controls in effect make.
    fn in_effect<'b>(
        &self,
        listed: Option<&'b Vec<(ControlId, usize)>>,
    ) -> impl Iterator<Item = (&'a ControlId, &'a Cut)> + use<'a, 'b> {
        let context = self.context;
        listed.into_iter().flatten().filter_map(move |(id, place)| {
            let control = context.device().controls.get(id).filter(|control| context.in_effect(control))?;
            Some((&control.id, control.cuts.get(*place)?))
        })
    }

    /// The controls in effect that cut this.
    fn cutting(&self, what: &Cuttable<'_>) -> Vec<ControlId> {
        let cuts = self.context.catalogue.cuts();
        let mut controls: Vec<ControlId> = match what {
            Cuttable::Step { step, at } => {
                self.context.cutting_step(step, at).map(|control| control.id.clone()).collect()
            }
            Cuttable::Message { link, at, into, from: origin } => {
                let on_link = self.in_effect(cuts.links.get(&link.id));
                // Whoever is inside does not enter.
                let entered = into.filter(|zone| !matches!(origin, Origin::Zone(inside) if inside == zone));
                // What guards the edge of a network sees what is routed through it: no port, no radio, no modem.
                let entered = entered.filter(|_| link.medium.enters_by_network());
                let into = entered.into_iter().flat_map(|zone| self.in_effect(cuts.zones.get(zone)));
                // Nor does it keep off what is said to itself.
                let into = into.filter(|(id, _)| {
                    let control = self.context.device().controls.get(*id);
                    control.and_then(|control| control.enforcer.as_ref()).is_none_or(|by| by.element != **at)
                });
                let cutting = on_link.chain(into).filter(|(_, cut)| match cut {
                    Cut::Link { from, .. } => origin.is_among(from),
                    Cut::LinksIntoZone { from, .. } => origin.comes_in(from, self.context.device()),
                    _ => false,
                });
                cutting.map(|(control, _)| control.clone()).collect()
            }
            Cuttable::Presence(place) => {
                self.in_effect(cuts.presence.get(*place)).map(|(control, _)| control.clone()).collect()
            }
        };
        controls.sort();
        controls.dedup();
        controls
    }

    /// The vulnerabilities at an element that controls in effect name.
    fn named_by_controls(&self, element: &ElementId) -> BTreeSet<&'a VulnerabilityId> {
        let here = self.in_effect(self.context.catalogue.cuts().vulnerabilities.get(element));
        here.filter_map(|(_, cut)| if let Cut::Vulnerability { id, .. } = cut { Some(id) } else { None }).collect()
    }

    /// What a derivation follows by, put into words only where somebody may ask.
    fn say(&self, words: impl FnOnce() -> String) -> By {
        if self.program.is_wordless() { By::Fixed("") } else { words().into() }
    }

    /// Adds a derivation that nothing cuts.
    fn derive(
        &mut self,
        premises: Vec<Fact>,
        conclusion: Fact,
        class: Exploitability,
        reach: ReachRule,
        by: impl Into<By>,
    ) -> DerivationId {
        let by = by.into();
        let supposing = self.supposing(&premises, &conclusion);
        let (premises, conclusion) = self.numbers(premises, conclusion);
        let id = self.program.derive(Step { premises: &premises, conclusion, class, reach }, by.clone());
        for (premises, conclusion) in supposing {
            let (premises, conclusion) = self.numbers(premises, conclusion);
            let like = self.program.derive(Step { premises: &premises, conclusion, class, reach }, by.clone());
            self.grounded.supposing.insert(like, id);
        }
        id
    }

    /// The numbers of facts, as they are likely to be where a derivation like it was built before.
    fn numbers(&mut self, premises: Vec<Fact>, conclusion: Fact) -> (Premises, FactId) {
        let program = &mut self.program;
        if let Some(Like { program: before, .. }) = self.like {
            let ahead = self.likely..before.next().index().min(self.likely + LOOKED_AHEAD);
            let is = |id: &FactId, fact: &Fact| before.at(*id) == fact;
            for place in ahead {
                let step = before.step(DerivationId::at(place));
                if is(&step.conclusion, &conclusion)
                    && step.premises.first().is_none_or(|id| Some(before.at(*id)) == premises.first())
                {
                    self.likely = place + 1;
                    let mut likely = step.premises.iter();
                    let number =
                        |fact| likely.next().copied().filter(|id| is(id, &fact)).unwrap_or_else(|| program.fact(fact));
                    return (premises.into_iter().map(number).collect(), step.conclusion);
                }
            }
        }
        let premises = premises.into_iter().map(|fact| program.fact(fact)).collect();
        (premises, program.fact(conclusion))
    }

    /// Adds a derivation that these controls cut: it needs every one of them defeated.
    fn step(
        &mut self,
        mut premises: Vec<Fact>,
        conclusion: Fact,
        class: Exploitability,
        reach: ReachRule,
        by: impl Into<By>,
        cuts: &[ControlId],
    ) -> DerivationId {
        premises.extend(cuts.iter().cloned().map(Fact::Defeated));
        self.derive(premises, conclusion, class, reach, by)
    }
}
