//! What one action of an attacker brings on several people at once: one secret learned, one message on a link, one element held.
//!
//! An action is judged as a subject is: by what leads on from the facts that it gives. By what it reaches several is read from a
//! way to the harm that touches most people: wherever the reach grows on it, something is shared.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::claim::{ClaimId, FunctionClaim};
use ward_model::device::{Fallback, Function, HowDegraded, Link};
use ward_model::digest::Digest;
use ward_model::ids::{ElementId, FunctionId, LinkId, PersonGroupId};
use ward_model::many::{ActionKind, FallbackStaff, HarmAtOnce, Shared, SharedKind, SingleAction};
use ward_model::scale::{Persons, Reach};
use ward_model::verdict::{Outcome, Place};
use ward_policy::Privilege;

use crate::attribute::through_only;
use crate::cells::Cell;
use crate::context::Context;
use crate::fact::{Fact, SecretRef};
use crate::fixpoint::{Entry, EntryRef, Solution};
use crate::labels::{Begun, Labels, Questions, harms_told, lead_to_several, worst_together};
use crate::levels::Bounds;
use crate::people::{Depending, persons};
use crate::program::{DerivationId, FactId, Program};
use crate::run::Run;

/// Facts that one action gives: the strongest first, and the order of kinds that are told together.
type Given = (u8, Place);

/// Every action that is possible as things stand and harms several people at once, the worst first. Their cohorts are left open.
pub(crate) fn single_actions(run: &Run<'_>) -> Vec<SingleAction> {
    let context = run.context();
    let program = &*run.grounded().program;
    let (known, questions) = (run.known(), run.questions());
    // Where several groups depend on the device, people of several may each come to harm alone.
    let groups: BTreeSet<_> = context.device().functions.values().map(Depending::on).collect();
    let several = lead_to_several(context, questions);
    if several.is_none() && groups.len() < 2 {
        return Vec::new();
    }
    let mut given: BTreeMap<Given, Vec<FactId>> = BTreeMap::new();
    for fact in (0..program.len()).map(FactId::at).filter(|fact| known.reaches(*fact)) {
        if let Some(key) = given_by(program.at(fact)) {
            given.entry(key).or_default().push(fact);
        }
    }
    let begin =
        |facts: &Vec<FactId>| -> Begun { facts.iter().map(|fact| (*fact, known.front(*fact).into())).collect() };
    // What harms one alone at most, of which there may be very much, is asked nothing further.
    let begun: Vec<(&Place, &Vec<FactId>, Begun)> = given
        .iter()
        .map(|((_, place), facts)| (place, facts, begin(facts)))
        .filter(|(.., begun)| {
            let lead = |bounds: &Vec<Bounds>| begun.iter().any(|(fact, ways)| bounds[fact.index()].met_by(*ways));
            groups.len() > 1 || several.as_ref().is_some_and(lead)
        })
        .collect();
    if begun.is_empty() {
        return Vec::new();
    }
    let harms = harms_told(context, questions, begun.iter().map(|(_, _, begun)| begun));
    let asking = Asking {
        context,
        program,
        known,
        labels: Labels::most_people(context, questions),
        stops: stops(context, program, questions),
    };
    let together = worst_together(context, questions, begun.iter().map(|(_, _, begun)| begun));
    let mut actions: Vec<SingleAction> = begun
        .iter()
        .zip(together)
        .map(|((place, facts, begun), together)| {
            let action = asking.action(place, facts, begun, harms.get(begun).map_or(&[][..], Vec::as_slice));
            let Some(together) = together else { return action };
            let mut shared = action.shared;
            if shared.iter().all(|one| one.kind == SharedKind::NotTold) {
                let text = "people of several groups come to harm by it".to_owned();
                shared = vec![Shared { kind: SharedKind::Component, at: (*place).clone(), text }];
            }
            SingleAction {
                persons_at_once: together.persons.max(action.persons_at_once),
                verdict: together.outcome.max(action.verdict),
                shared,
                ..action
            }
        })
        .filter(|action| action.persons_at_once.several())
        .collect();
    actions.sort_by(order);
    actions
}

/// The worst first, then by name.
pub fn order(a: &SingleAction, b: &SingleAction) -> std::cmp::Ordering {
    let worst = |action: &SingleAction| action.harms.iter().map(|harm| (harm.escalated_severity, harm.severity)).max();
    (b.verdict, worst(b), b.persons_at_once, b.exploitability)
        .cmp(&(a.verdict, worst(a), a.persons_at_once, a.exploitability))
        .then_with(|| {
            (a.kind, &a.at, &a.policy, &a.fielded_version).cmp(&(b.kind, &b.at, &b.policy, &b.fielded_version))
        })
        .then_with(|| a.cmp(b))
}

/// Actions of several groups of units: what is the same for some is told once. Then each has its name.
pub(crate) fn joined(all: Vec<SingleAction>) -> Vec<SingleAction> {
    let mut alike: BTreeMap<SingleAction, BTreeSet<ward_model::ids::CohortId>> = BTreeMap::new();
    for action in all {
        let cohorts = action.cohorts.clone();
        alike.entry(SingleAction { cohorts: Vec::new(), ..action }).or_default().extend(cohorts);
    }
    let mut joined: Vec<SingleAction> = alike
        .into_iter()
        .map(|(action, cohorts)| {
            let cohorts: Vec<_> = cohorts.into_iter().collect();
            let at = format!("{:?}", action.at);
            let mut parts =
                vec![action.policy.as_str(), action.fielded_version.as_str(), action.kind.word(), at.as_str()];
            parts.extend(cohorts.iter().map(ward_model::ids::CohortId::as_str));
            let digest = Digest::of_parts(parts.into_iter().map(str::as_bytes)).to_string();
            SingleAction { id: format!("A-{}", &digest[..12]), cohorts, ..action }
        })
        .collect();
    joined.sort_by(order);
    joined
}

/// What an action gives, if a fact is one that an attacker brings about by an action: facts of one place are one action, for whoever
/// runs code alters and stops besides.
fn given_by(fact: &Fact) -> Option<Given> {
    let order = match fact {
        Fact::Know(_) => 0,
        Fact::Inside(_) | Fact::InsideUnnamed | Fact::InsideSome => 1,
        Fact::Inject(..) | Fact::Speak(_) | Fact::FalseData(_) | Fact::Silenced(_) | Fact::Quiet(_) => 2,
        Fact::Gain(_, Privilege::Execute | Privilege::Alter | Privilege::Stop) => 3,
        _ => return None,
    };
    Some((order, fact.place()))
}

/// How strong a fact is among those of its action, and what the action is called by it.
fn strength(fact: &Fact) -> (u8, ActionKind) {
    match fact {
        Fact::Know(_) => (0, ActionKind::LearnSecret),
        Fact::Inside(_) | Fact::InsideUnnamed | Fact::InsideSome => (0, ActionKind::EnterNetwork),
        Fact::Gain(_, Privilege::Execute) => (3, ActionKind::RunCode),
        Fact::Gain(_, Privilege::Alter) => (2, ActionKind::Alter),
        Fact::Gain(..) => (1, ActionKind::Stop),
        Fact::Speak(_) => (3, ActionKind::SendMessage),
        Fact::FalseData(_) => (2, ActionKind::SendMessage),
        Fact::Silenced(_) | Fact::Quiet(_) => (0, ActionKind::SendMessage),
        _ => (1, ActionKind::SendMessage),
    }
}

/// The functions whose loss a fallback may take over.
fn relieved<'a>(context: &Context<'a>) -> impl Iterator<Item = (&'a Function, &'a Fallback, Option<u64>)> {
    context.device().functions.values().flat_map(|function| {
        let lost = function.effects.iter().filter(|effect| effect.on == HowDegraded::Loss);
        lost.filter_map(move |effect| Some((function, effect.fallback.as_ref()?, effect.onset_seconds)))
    })
}

/// From where on facts stop each function whose loss a fallback may take over: once, at a site, at many.
fn stops(context: &Context<'_>, program: &Program, questions: &Questions) -> BTreeMap<FunctionId, [Vec<Bounds>; 3]> {
    let functions: BTreeSet<&FunctionId> = relieved(context).map(|(function, ..)| &function.id).collect();
    let lost = |function: &FunctionId, reach: Reach| {
        let bounds = (0..program.len()).map(|place| match program.at(FactId::at(place)) {
            Fact::Degraded(other, HowDegraded::Loss, _) if other == function => {
                Bounds::of(|value| value.reach >= reach)
            }
            _ => Bounds::NONE,
        });
        questions.lead_to(bounds.collect())
    };
    functions
        .into_iter()
        .map(|id| (id.clone(), [Reach::One, Reach::Site, Reach::Fleet].map(|reach| lost(id, reach))))
        .collect()
}

/// Who is served by a function. Those of one group whom the same elements serve are the same people, by whatever function: each of them
/// needs help once.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Served<'a> {
    Group(&'a PersonGroupId, BTreeSet<&'a ElementId>),
    Own(&'a FunctionId),
}

impl<'a> Served<'a> {
    fn by(function: &'a Function) -> Self {
        let elements = function.realised_by.elements();
        match &function.persons {
            Some(group) if !elements.is_empty() => Self::Group(group, elements.iter().collect()),
            _ => Self::Own(&function.id),
        }
    }
}

/// What actions are asked about.
struct Asking<'a> {
    context: &'a Context<'a>,
    program: &'a Program,
    known: &'a Solution,
    labels: Labels,
    stops: BTreeMap<FunctionId, [Vec<Bounds>; 3]>,
}

impl Asking<'_> {
    fn action(&self, place: &Place, facts: &[FactId], begun: &Begun, harms: &[Cell]) -> SingleAction {
        let strongest = facts.iter().map(|fact| self.program.at(*fact)).max_by_key(|fact| strength(fact).0);
        let values = || begun.iter().flat_map(|(_, ways)| ways.values());
        SingleAction {
            id: String::new(),
            policy: self.context.policy.id.clone(),
            fielded_version: self.context.version.id.clone(),
            cohorts: Vec::new(),
            kind: strongest.map_or(ActionKind::SendMessage, |fact| strength(fact).1),
            at: place.clone(),
            text: strongest.map(Fact::words).unwrap_or_default(),
            exploitability: values().map(|value| value.class).max().unwrap_or(ward_model::scale::Exploitability::Low),
            reach: values().map(|value| value.reach).max().unwrap_or(Reach::One),
            persons_at_once: harms.iter().map(|cell| cell.persons).max().unwrap_or(Persons::Count(0)),
            verdict: harms.iter().map(|cell| cell.outcome).max().unwrap_or(Outcome::Controlled),
            shared: self.joined(place, facts, begun),
            harms: harms.iter().map(|cell| self.harm(cell)).collect(),
            fallbacks: self.fallbacks(begun),
        }
    }

    fn harm(&self, cell: &Cell) -> HarmAtOnce {
        let (function, element) = match self.program.at(cell.fact) {
            Fact::Harmed(function, _, via) | Fact::Unrelieved(function, _, via) => {
                (Some(function.clone()), via.clone())
            }
            _ => (None, None),
        };
        let known = function.as_ref().and_then(|id| self.context.device().functions.get(id));
        HarmAtOnce {
            harm: cell.harm.clone(),
            persons: known.and_then(|function| function.persons.clone()),
            function,
            element,
            persons_at_once: cell.persons,
            severity: cell.severity,
            escalated_severity: cell.escalated,
            exploitability: cell.class,
            verdict: cell.outcome,
        }
    }

    /// What joins those whom an action reaches: what is told of the ways to it and from it, or that nothing is.
    fn joined(&self, place: &Place, facts: &[FactId], begun: &Begun) -> Vec<Shared> {
        let shared = self.shared(facts, begun);
        if !shared.is_empty() {
            return shared;
        }
        let before: BTreeSet<Shared> = facts.iter().flat_map(|fact| self.before(*fact)).collect();
        if !before.is_empty() {
            return before.into_iter().collect();
        }
        // What sends on a link may be one for all, although no way grows by it.
        if let Place::Link(id) = place {
            let device = self.context.device();
            let from = device.links.get(&LinkId::from(id.as_str())).and_then(|link| device.elements.get(&link.from));
            if let Some(sender) =
                from.filter(|from| from.kind.serves_many_sites()).and_then(|from| self.alike(&from.id))
            {
                return vec![sender];
            }
        }
        let text = "no way to it or from it tells by what several are reached".to_owned();
        vec![Shared { kind: SharedKind::NotTold, at: place.clone(), text }]
    }

    /// What a fact has in common that comes about in several places at once: what stands where, on the way to it, its reach has grown,
    /// and where that is where the attacker stands from the start, the element or link on the way that is nearest to it.
    fn before(&self, fact: FactId) -> BTreeSet<Shared> {
        let mut shared = BTreeSet::new();
        let Some((_, number)) = self.known.front(fact).ways().max_by_key(|(value, _)| value.reach) else {
            return shared;
        };
        let joining = |fact: &Fact| -> Option<Shared> {
            match fact {
                Fact::Gain(element, _) => self.alike(element),
                other => self.leading(other),
            }
        };
        let mut nearest = None;
        let mut entry = self.known.entry(number);
        while entry.value.reach > Reach::One {
            let premises = || {
                entry.premises.iter().filter_map(|premise| match premise {
                    EntryRef::Whole(number) => Some(self.known.entry(*number)),
                    EntryRef::Through(_) => None,
                })
            };
            shared.extend(premises().filter_map(|premise| self.secret(self.program.at(premise.fact))));
            // Premises were found before what follows from them, so that this ends.
            let Some(wide) = premises().find(|premise| premise.value.reach >= entry.value.reach) else {
                let facts = premises().map(|premise| premise.fact).chain([entry.fact]);
                shared.extend(facts.filter_map(|fact| joining(self.program.at(fact))));
                break;
            };
            entry = wide;
            nearest = nearest.or_else(|| joining(self.program.at(entry.fact)));
        }
        if shared.is_empty() {
            shared.extend(nearest);
        }
        shared
    }

    /// What is shared on a way from an action to the harm that touches most people.
    fn shared(&self, facts: &[FactId], begun: &Begun) -> Vec<Shared> {
        let Some(goal) = self.labels.nearest(begun) else { return Vec::new() };
        let graph = self.program.graph();
        let steps: Vec<DerivationId> = facts.iter().flat_map(|fact| graph.concluding(*fact)).copied().collect();
        let onward = through_only(self.program, self.known, &steps, |before, entry| {
            let expected = match before {
                None => Some(goal),
                Some(before) => self.labels.label(before.fact, before.value).next(),
            };
            Some(self.labels.label(entry.fact, entry.value)) == expected
        });
        let Some((cell, last)) = self.labels.reached(goal, &onward) else { return Vec::new() };
        let mut shared = BTreeSet::new();
        let mut entry = onward.entry(last);
        if entry.value.reach == Reach::One && cell.persons.several() {
            shared.extend(self.serving(entry));
        }
        loop {
            let before = entry.premises.iter().find_map(|premise| match premise {
                EntryRef::Through(number) => Some(onward.entry(*number)),
                EntryRef::Whole(_) => None,
            });
            let facts = || self.program.step(entry.derivation).premises.iter().map(|fact| self.program.at(*fact));
            shared.extend(facts().filter_map(|fact| self.secret(fact)));
            if entry.value.reach > before.map_or(Reach::One, |before| before.value.reach) {
                let conclusion = self.program.at(entry.fact);
                shared.extend(facts().chain([conclusion]).flat_map(|fact| self.leading(fact)));
                if let Fact::Gain(element, _) = conclusion {
                    shared.extend(self.alike(element));
                }
            }
            match before {
                Some(before) => entry = before,
                None => break,
            }
        }
        shared.extend(self.secret(self.program.at(entry.fact)));
        shared.into_iter().collect()
    }

    /// A secret that is not known to differ from unit to unit.
    fn secret(&self, fact: &Fact) -> Option<Shared> {
        let Fact::Know(secret) = fact else { return None };
        let text = match secret {
            SecretRef::Named(id) => {
                let secret = self.context.device().secrets.get(id)?;
                if self.context.per_unit(secret) {
                    return None;
                }
                format!("one {id} is good for every unit")
            }
            SecretRef::OfLink(link) => format!("the secret of {link} is not known to differ from unit to unit"),
        };
        Some(Shared { kind: SharedKind::Secret, at: fact.place(), text })
    }

    /// A link or network that leads to several.
    fn leading(&self, fact: &Fact) -> Option<Shared> {
        let network = |at: Place, text: String| Some(Shared { kind: SharedKind::Network, at, text });
        match fact {
            Fact::Inside(zone) => network(fact.place(), format!("all that stands in {zone} is within reach")),
            Fact::InsideUnnamed | Fact::InsideSome => {
                network(fact.place(), "nobody says which network it is: it may lead to any".to_owned())
            }
            Fact::Inject(id, ..) | Fact::Speak(id) | Fact::Plugged(id, _) => {
                let link = self.context.device().links.get(id)?;
                network(fact.place(), self.over(link))
            }
            _ => None,
        }
    }

    /// What a link leads over.
    fn over(&self, link: &Link) -> String {
        let device = self.context.device();
        let zone = |end: &ElementId| device.elements.get(end).and_then(|element| element.zone.clone());
        let zones: BTreeSet<String> =
            [&link.from, &link.to].into_iter().filter_map(zone).map(|zone| zone.to_string()).collect();
        let zones: Vec<String> = zones.into_iter().collect();
        let over = if zones.is_empty() { String::new() } else { format!(" in {}", zones.join(", ")) };
        format!("{} over {}{over} leads to every {}", link.id, link.medium.word(), link.to)
    }

    /// An element of which a site has several that are alike, or that serves several sites.
    fn alike(&self, id: &ElementId) -> Option<Shared> {
        let device = self.context.device();
        let element = device.elements.get(id)?;
        let links = self.context.links_of(id).iter().filter_map(|link| device.links.get(link));
        let text = match element.instances_per_site {
            _ if element.kind.serves_many_sites() => format!("one {id} serves many sites"),
            _ if links.map(|link| link.other_end(id)).any(|other| device.goes_home(other, id)) => {
                format!("one {id} has to do with all who go home from there")
            }
            Some(1) => format!("one {id} serves a whole site"),
            Some(count) => format!("the {count} of {id} at a site are alike"),
            None => format!("how many of {id} a site has is not known: all are alike"),
        };
        Some(Shared { kind: SharedKind::Component, at: Place::Element(id.to_string()), text })
    }

    /// The element by one of which several people are served.
    fn serving(&self, entry: &Entry) -> Option<Shared> {
        let (Fact::Harmed(function, _, via) | Fact::Unrelieved(function, _, via)) = self.program.at(entry.fact) else {
            return None;
        };
        let at = match via {
            Some(element) => Place::Element(element.to_string()),
            None => Place::Function(function.to_string()),
        };
        let text = match via {
            Some(element) => format!("one {element} serves several people by {function}"),
            None => format!("{function} serves several people"),
        };
        Some(Shared { kind: SharedKind::Component, at, text })
    }

    /// The fallbacks of the functions that an action stops.
    fn fallbacks(&self, begun: &Begun) -> Vec<FallbackStaff> {
        let (context, device) = (self.context, self.context.device());
        let stopped = |function: &Function| -> Option<Reach> {
            let by_reach = self.stops.get(&function.id)?;
            let meets = |bounds: &Vec<Bounds>| begun.iter().any(|(fact, ways)| bounds[fact.index()].met_by(*ways));
            Reach::ALL.iter().rev().copied().find(|reach| meets(&by_reach[*reach as usize]))
        };
        let waiting = |function: &Function, reach: Reach| {
            let elements = function.realised_by.elements().iter().map(Some).chain([None]);
            let through = elements.map(|via| persons(device, context.unknowns, function, via, reach));
            through.max().unwrap_or(Persons::Many)
        };
        let mut needing: BTreeMap<&FunctionId, BTreeMap<Served<'_>, Persons>> = BTreeMap::new();
        let mut rows = Vec::new();
        for (function, fallback, onset) in relieved(context) {
            let Some(reach) = stopped(function) else { continue };
            let served = needing.entry(&fallback.function).or_default().entry(Served::by(function));
            let (served, waiting) = (served.or_insert(Persons::Count(0)), waiting(function, reach));
            *served = waiting.max(*served);
            rows.push((function, fallback, onset));
        }
        let mut found: Vec<FallbackStaff> = rows
            .into_iter()
            .map(|(function, fallback, onset)| {
                let all = needing.get(&fallback.function).into_iter().flat_map(BTreeMap::values);
                let persons_at_once = all.fold(Persons::Count(0), |sum, one| sum.and(*one));
                FallbackStaff {
                    function: function.id.clone(),
                    fallback: fallback.function.clone(),
                    staff_per_site: fallback.staff_per_site,
                    persons_at_once,
                    in_time: onset.is_some_and(|onset| fallback.seconds() < onset),
                    answered: context.effects.holds(&ClaimId::Function(function.id.clone(), FunctionClaim::Fallback)),
                    staff_suffices: persons_at_once <= Persons::Count(fallback.staff_per_site),
                }
            })
            .collect();
        found.sort();
        found.dedup();
        found
    }
}
