//! When a derivation certainly stands, whatever else is chosen: rather too seldom than too often.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::design::DesignOf;
use ward_model::device::{Control, Cut, HowDegraded, Link, RealisedBy, Secret};
use ward_model::ids::{ControlId, ElementId, FunctionId, LinkId, VulnerabilityId};
use ward_policy::{ACCEPT_DATA, Privilege};

use super::Choice;
use crate::context::Context;
use crate::fact::{Fact, SecretRef};
use crate::graph::Step;
use crate::ground::links::obtainable;
use crate::ground::weaknesses::checking_anew;
use crate::ground::{Grounded, Group, Part};
use crate::program::{DerivationId, Program};

/// More ways to stand than this are not kept: each is enough.
const MOST_WAYS: usize = 32;

/// The changes that a derivation stands without.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Condition {
    /// None of these may be chosen.
    all: BTreeSet<usize>,
    /// All of these must be.
    with: BTreeSet<usize>,
    /// Besides, of one of these sets none may be, where there are any.
    any: Vec<BTreeSet<usize>>,
}

impl Condition {
    fn unless(mut self, changes: impl IntoIterator<Item = usize>) -> Self {
        self.all.extend(changes);
        self
    }

    /// Needs one of these ways, each standing without some changes; nothing where there is none. Of ways that need more than others none
    /// are kept.
    fn by(mut self, ways: Vec<BTreeSet<usize>>) -> Option<Self> {
        let mut ways: Vec<BTreeSet<usize>> = ways.into_iter().map(|way| &way - &self.all).collect();
        ways.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
        let mut kept: Vec<BTreeSet<usize>> = Vec::new();
        for way in ways {
            if kept.len() < MOST_WAYS && !kept.iter().any(|other| other.is_subset(&way)) {
                kept.push(way);
            }
        }
        let free = kept.first()?.is_empty();
        self.any = if free { Vec::new() } else { kept };
        Some(self)
    }

    /// Needs a change to be chosen.
    fn with(mut self, change: Option<usize>) -> Self {
        self.with.extend(change);
        self
    }

    /// The changes without which it does not stand.
    pub fn needed(&self) -> impl Iterator<Item = usize> + '_ {
        self.with.iter().copied()
    }

    /// The changes that it never stands with.
    pub fn always(&self) -> impl Iterator<Item = usize> + '_ {
        self.all.iter().copied()
    }

    /// Whether it stands with these chosen.
    pub fn stands(&self, chosen: &[bool]) -> bool {
        let without = |changes: &BTreeSet<usize>| !changes.iter().any(|one| chosen[*one]);
        let chosen_all = self.with.iter().all(|one| chosen[*one]);
        chosen_all && without(&self.all) && (self.any.is_empty() || self.any.iter().any(without))
    }

    /// The changes without which it stands, those chosen having left it standing.
    pub fn standing(&self, chosen: &[bool]) -> impl Iterator<Item = usize> + '_ {
        let way = self.any.iter().find(|way| !way.iter().any(|one| chosen[*one]));
        self.always().chain(way.into_iter().flatten().copied())
    }
}

/// What each change may touch in the program of one context.
pub(super) struct Touching<'a> {
    context: &'a Context<'a>,
    isolates: BTreeMap<&'a ElementId, usize>,
    secures: BTreeMap<&'a LinkId, usize>,
    updates: BTreeMap<&'a ElementId, Vec<(usize, &'a BTreeSet<VulnerabilityId>)>>,
    /// The derivations that only say what would follow, with those that they are like.
    supposing: &'a BTreeMap<DerivationId, DerivationId>,
    /// The derivations that say that a control is defeated, as long as it is not chosen.
    free: BTreeMap<DerivationId, usize>,
    /// The controls of which that is said: as long as one is not chosen, nobody needs to defeat it.
    undone: BTreeMap<&'a ControlId, usize>,
    /// Where parts end, with where they begin.
    parts: BTreeMap<u32, (u32, Part)>,
    /// The steps of weaknesses of secrets, with who holds them.
    holding: BTreeMap<DerivationId, ElementId>,
    /// The steps by which what is sent again passes checks of the sender, with the controls that check: without them it is another weakness
    /// that nobody is verified.
    again: BTreeMap<DerivationId, Vec<ControlId>>,
    /// The steps that a verified sender makes harder, by the changes that verify one.
    logins: BTreeMap<DerivationId, BTreeSet<usize>>,
    /// The steps by which vulnerabilities are used: for each of these the changes that may end it.
    findings: BTreeMap<DerivationId, BTreeSet<BTreeSet<usize>>>,
    /// Whether somebody answers for what feeds something, and names what does not arrive there: without that link it would narrow.
    misfed: bool,
}

impl<'a> Touching<'a> {
    pub fn new(
        context: &'a Context<'a>,
        grounded: &'a Grounded,
        free: BTreeMap<DerivationId, usize>,
        choices: &'a [Choice],
    ) -> Self {
        let device = context.device();
        let mut touching = Self {
            context,
            supposing: &grounded.supposing,
            isolates: BTreeMap::new(),
            secures: BTreeMap::new(),
            updates: BTreeMap::new(),
            undone: free.values().filter_map(|number| relied_on(&choices[*number]).map(|id| (id, *number))).collect(),
            free,
            parts: BTreeMap::new(),
            holding: BTreeMap::new(),
            again: BTreeMap::new(),
            logins: BTreeMap::new(),
            findings: BTreeMap::new(),
            misfed: misfed(context),
        };
        for (number, choice) in choices.iter().enumerate() {
            match choice {
                // What a control cuts says so itself.
                Choice::Rely(_) => {}
                Choice::Isolate(element) => drop(touching.isolates.insert(element, number)),
                Choice::Secure(link) => drop(touching.secures.insert(link, number)),
                Choice::Mend(mends) => {
                    for (element, mends) in mends {
                        touching.updates.entry(element).or_default().push((number, mends));
                    }
                }
            }
        }
        let links = device
            .links
            .keys()
            .flat_map(|id| [Part::Messages(id.clone()), Part::Believed(id.clone()), Part::ActedOn(id.clone())]);
        let others = context.catalogue.weak().cloned().map(Part::Weaknesses);
        let others = others.chain(device.secrets.keys().cloned().map(Part::Secret));
        let others = others.chain(device.elements.keys().cloned().map(Part::Findings));
        let others = others.chain(device.functions.keys().cloned().map(Part::Function));
        for part in links.chain(others) {
            if let Some(range) = grounded.parts.get(&part).filter(|range| !range.is_empty()) {
                touching.parts.insert(range.end, (range.start, part));
            }
        }
        for (id, number) in &touching.secures {
            let Some(link) = device.links.get(*id) else { continue };
            for end in [&link.from, &link.to] {
                for (step, _) in grounded.logins.get(&(end.clone(), Some(link.id.clone()))).into_iter().flatten() {
                    touching.logins.entry(*step).or_default().insert(*number);
                }
            }
        }
        touching.find(grounded);
        touching
    }

    /// Whose steps are whose: of weaknesses of secrets, and of vulnerabilities that changes may end.
    fn find(&mut self, grounded: &Grounded) {
        let mut ending: BTreeMap<&Group, BTreeSet<BTreeSet<usize>>> = BTreeMap::new();
        let context = self.context;
        let groups = || grounded.groups.iter();
        let changed = groups().filter(|(group, _)| self.updates.contains_key(group.element()));
        let by_name: BTreeMap<&Group, &Group> = changed.map(|(group, _)| (group, group)).collect();
        for element in self.updates.keys() {
            for known in &context.inventory(element).known {
                if let Some(group) = by_name.get(&context.group_of(known, element)) {
                    let by: BTreeSet<usize> = self.ending(&known.id, element).into_iter().collect();
                    ending.entry(group).or_default().insert(by);
                }
            }
        }
        let of_links = context.situation.rulebook.rules.iter().filter_map(|rule| match &rule.finds {
            ward_policy::Condition::Link(condition) => Some((&rule.id, condition)),
            _ => None,
        });
        let links: BTreeMap<_, _> = of_links.collect();
        for (group, steps) in groups() {
            let steps = steps.iter().flat_map(|(_, steps)| steps);
            match group {
                Group::Weakness(_, DesignOf::Secret(_), holder) => {
                    self.holding.extend(steps.map(|step| (*step, holder.clone())));
                }
                Group::Weakness(rule, DesignOf::Link(link), _) => {
                    let of_link = links.get(rule).zip(context.device().links.get(link));
                    let checks = of_link.and_then(|(condition, link)| checking_anew(context, condition, link));
                    if let Some((_, controls)) = checks {
                        let controls: Vec<ControlId> = controls.into_iter().cloned().collect();
                        self.again.extend(steps.map(|step| (*step, controls.clone())));
                    }
                }
                Group::Weakness(..) => {}
                Group::Vulnerabilities { .. } => {
                    for step in steps.filter(|_| ending.contains_key(group)) {
                        self.findings
                            .entry(*step)
                            .or_default()
                            .extend(ending.get(group).into_iter().flatten().cloned());
                    }
                }
            }
        }
    }

    /// The changes that may end a vulnerability at an element.
    pub fn ending(&self, id: &VulnerabilityId, element: &ElementId) -> Vec<usize> {
        let updates = self.updates.get(element).into_iter().flatten();
        updates.filter(|(_, mends)| mends.contains(id)).map(|(number, _)| *number).collect()
    }

    /// When a derivation stands; nothing where that cannot be told.
    pub fn condition(&self, program: &Program, id: DerivationId) -> Option<Condition> {
        // What would follow if enforcers did not keep each other safe follows as long as what it is like.
        let id = self.supposing.get(&id).copied().unwrap_or(id);
        if let Some(control) = self.free.get(&id) {
            return Some(Condition::default().unless([*control]));
        }
        let step = program.step(id);
        let facts = || step.premises.iter().chain([&step.conclusion]).map(|fact| program.at(*fact));
        let links = facts().filter_map(link_of).flat_map(|link| self.cutting_id(link));
        let condition = Condition::default().unless(links);
        let premises = || step.premises.iter().map(|fact| program.at(*fact));
        let conclusion = program.at(step.conclusion);
        let told = premises().any(|fact| matches!(fact, Fact::Misinformed(_) | Fact::Uninformed(_)))
            && !matches!(conclusion, Fact::Gain(..) | Fact::Misinformed(_) | Fact::Uninformed(_));
        if self.misfed && told {
            return None;
        }
        match self.part(id) {
            Some(Part::ActedOn(_)) if !self.passes_anyway(conclusion, premises()) => None,
            Some(Part::Messages(link) | Part::ActedOn(link)) => Some(condition.unless(self.cutting_id(link))),
            Some(Part::Believed(link)) => {
                let by_secret = premises().any(|fact| matches!(fact, Fact::Know(_)));
                let verified = self.secures.get(link).filter(|_| by_secret);
                Some(condition.unless(self.cutting_id(link)).unless(verified.copied()))
            }
            Some(Part::Weaknesses(DesignOf::Link(link))) => {
                let checks = self.again.get(&id).map_or(&[][..], Vec::as_slice);
                let chosen: Vec<usize> =
                    checks.iter().filter_map(|control| self.undone.get(control).copied()).collect();
                let condition = match chosen.as_slice() {
                    // One that is in effect whatever is chosen checks anyway.
                    _ if chosen.len() < checks.len() => condition,
                    [] => condition,
                    [only] => condition.with(Some(*only)),
                    _ => return None,
                };
                Some(condition.unless(self.cutting_id(link)).unless(self.secures.get(link).copied()))
            }
            Some(Part::Weaknesses(DesignOf::Secret(secret))) => {
                let secret = self.context.device().secrets.get(secret)?;
                condition.by(self.held(secret, self.holding.get(&id)?))
            }
            Some(Part::Weaknesses(DesignOf::Element(_) | DesignOf::Function(_))) => Some(condition),
            Some(Part::Secret(secret)) => {
                let secret = self.context.device().secrets.get(secret)?;
                match premises().next() {
                    Some(Fact::Gain(holder, _)) => condition.by(self.sent_by(secret, holder)),
                    _ => condition.by(self.in_specimens(secret)),
                }
            }
            Some(Part::Findings(_)) => {
                let condition = condition.unless(self.logins.get(&id).into_iter().flatten().copied());
                match self.findings.get(&id) {
                    Some(ending) => condition.by(ending.iter().cloned().collect()),
                    None => Some(condition),
                }
            }
            Some(Part::Function(function)) => self.of_function(condition, function, program, step),
            None => self.of_none(condition, program, step),
        }
    }

    /// The part that a derivation stands in.
    fn part(&self, id: DerivationId) -> Option<&Part> {
        let (_, (begin, part)) = self.parts.range(id.0 + 1..).next()?;
        (*begin <= id.0).then_some(part)
    }

    /// A derivation that says how a function degrades.
    fn of_function(
        &self,
        condition: Condition,
        id: &FunctionId,
        program: &Program,
        step: Step<'_>,
    ) -> Option<Condition> {
        let device = self.context.device();
        let first = step.premises.first().map(|fact| program.at(*fact));
        let (Fact::Degraded(_, how, _), Some(first)) = (program.at(step.conclusion), first) else {
            return Some(condition);
        };
        // What may be looked at turns on what is known of an element's links, and of what runs on it.
        if let (HowDegraded::Disclosure, Fact::Gain(element, Privilege::Look)) = (how, first) {
            let links = self.context.links_of(element).iter().flat_map(|link| self.cutting_id(link));
            let updates = self.updates.get(element).into_iter().flatten().map(|(number, _)| *number);
            return Some(condition.unless(links).unless(updates));
        }
        let function = device.functions.get(id)?;
        if function.realised_by != RealisedBy::People {
            return Some(condition);
        }
        if self.misfed {
            return None;
        }
        // What people are shown by an element they are shown as long as one of the links stands by which it comes to know it.
        match (self.context.feeding_function(function), first) {
            (Some(links), Fact::Gain(element, _) | Fact::Misled(element)) => {
                let links = links.iter().filter_map(|id| device.links.get(id)).filter(|link| link.to == *element);
                condition.by(links.map(|link| self.cutting(link).collect()).collect())
            }
            _ => Some(condition),
        }
    }

    /// A derivation that stands in no part.
    fn of_none(&self, condition: Condition, program: &Program, step: Step<'_>) -> Option<Condition> {
        let device = self.context.device();
        match (program.at(step.conclusion), step.premises.first().map(|fact| program.at(*fact))) {
            (Fact::At(position), _) if !device.positions().contains(position) => {
                let exposed = |link: &&Link| link.exposed_to.as_ref().is_some_and(|stated| stated.contains(position));
                let stating = device.links.values().filter(exposed);
                condition.by(stating.map(|link| self.cutting(link).collect()).take(MOST_WAYS).collect())
            }
            (Fact::Inside(_) | Fact::InsideUnnamed, Some(Fact::Gain(element, _))) => {
                if device.elements.get(element)?.kind.is_networked() {
                    return Some(condition);
                }
                let links = self.context.links_of(element).iter().filter_map(|id| device.links.get(id));
                let routed = links.filter(|link| link.medium.routed());
                condition.by(routed.map(|link| self.cutting(link).collect()).collect())
            }
            (Fact::Defeated(control), Some(Fact::Gain(holder, _))) => {
                self.passes(control, holder, condition.with(self.undone.get(control).copied()))
            }
            (Fact::Defeated(control), _) => Some(condition.with(self.undone.get(control).copied())),
            (Fact::Know(SecretRef::OfLink(link)), _) => Some(condition.unless(self.secures.get(link).copied())),
            _ => Some(condition),
        }
    }

    /// When whoever alters an element defeats a control: it enforces it, or passes what it checks, by what it is said to hold or by links.
    fn passes(&self, control: &ControlId, holder: &ElementId, condition: Condition) -> Option<Condition> {
        let device = self.context.device();
        let control = device.controls.get(control)?;
        let by = control.enforcer.as_ref()?;
        let secret = by.secret.as_ref().and_then(|id| device.secrets.get(id));
        if by.element == *holder || secret.is_some_and(|secret| secret.held_by.contains(holder)) {
            return Some(condition);
        }
        let held = self.held(secret?, holder);
        if !held.is_empty() {
            return condition.by(held);
        }
        // Nobody is named, and it sends to where it is asked for.
        let asked = |link: &&Link| {
            control.cuts.iter().any(|cut| matches!(cut, Cut::Step { at, .. } if link.from == *holder && link.to == *at))
        };
        let links = self.context.links_of(holder).iter().filter_map(|id| device.links.get(id)).filter(asked);
        condition.by(links.map(|link| self.cutting(link).collect()).collect())
    }

    /// Whether what passes on false data that a check by a secret would keep off is said to hold the secret, whatever links there are.
    fn passes_anyway<'f>(&self, conclusion: &Fact, premises: impl Iterator<Item = &'f Fact>) -> bool {
        let device = self.context.device();
        let Fact::FalseData(link) = conclusion else { return true };
        let Some(link) = device.links.get(link) else { return true };
        let premises: Vec<&Fact> = premises.collect();
        let asked = |control: &&Control| premises.iter().any(|fact| **fact == Fact::Defeated(control.id.clone()));
        let mut unmet = self.context.cutting_step(ACCEPT_DATA, &link.to).filter(|control| !asked(control));
        unmet.all(|control| {
            let secret =
                control.enforcer.as_ref().and_then(|by| by.secret.as_ref()).and_then(|id| device.secrets.get(id));
            let told = premises.iter().find_map(|fact| match fact {
                Fact::Misinformed(sender) => Some(sender),
                _ => None,
            });
            secret.is_some_and(|secret| secret.held_by.contains(told.unwrap_or(&link.from)))
        })
    }

    /// The changes that take a link.
    fn cutting(&self, link: &'a Link) -> impl Iterator<Item = usize> + use<'_> {
        [&link.from, &link.to].into_iter().filter_map(|end| self.isolates.get(end).copied())
    }

    fn cutting_id(&self, id: &LinkId) -> impl Iterator<Item = usize> + use<'_> {
        self.context.device().links.get(id).into_iter().flat_map(|link| self.cutting(link))
    }

    /// The links that use a secret, each with the changes after which it does so no longer.
    fn using(&self, secret: &Secret) -> impl Iterator<Item = (&'a Link, BTreeSet<usize>)> {
        let links = self.context.catalogue.users(&secret.id).iter();
        let links = links.filter_map(|id| self.context.device().links.get(id));
        links.map(|link| (link, self.cutting(link).chain(self.secures.get(&link.id).copied()).collect()))
    }

    /// Whether whatever links there are somebody holds a secret.
    fn holds_anyway(&self, secret: &Secret, holder: &ElementId) -> bool {
        secret.held_by.contains(holder) || self.context.catalogue.enforcers(&secret.id).contains(holder)
    }

    /// By what somebody holds a secret.
    fn held(&self, secret: &Secret, holder: &ElementId) -> Vec<BTreeSet<usize>> {
        if self.holds_anyway(secret, holder) {
            return vec![BTreeSet::new()];
        }
        let using = self.using(secret).filter(|(link, _)| link.touches(holder));
        using.map(|(_, changes)| changes).collect()
    }

    /// By what somebody holds what lets its holder send by a secret.
    fn sent_by(&self, secret: &Secret, holder: &ElementId) -> Vec<BTreeSet<usize>> {
        if !self.context.public(secret) {
            let held = self.held(secret, holder);
            // Whoever may sign though nobody names it does whatever links there are.
            return if held.is_empty() { vec![BTreeSet::new()] } else { held };
        }
        let sending: Vec<BTreeSet<usize>> =
            self.using(secret).filter(|(link, _)| link.from == *holder).map(|(_, changes)| changes).collect();
        // Whoever has a copy though nothing is verified there has it whatever links there are.
        if sending.is_empty() { vec![BTreeSet::new()] } else { sending }
    }

    /// By what a secret is read from a specimen.
    fn in_specimens(&self, secret: &Secret) -> Vec<BTreeSet<usize>> {
        let elements = &self.context.device().elements;
        let holders = self.context.sending_holders(secret);
        let holders: Vec<&ElementId> =
            holders.iter().filter(|holder| elements.get(*holder).is_none_or(obtainable)).collect();
        if holders.is_empty() {
            return vec![BTreeSet::new()];
        }
        holders.into_iter().flat_map(|holder| self.sent_by(secret, holder)).collect()
    }
}

fn relied_on(choice: &Choice) -> Option<&ControlId> {
    if let Choice::Rely(control) = choice { Some(control) } else { None }
}

/// The link that a fact speaks of.
fn link_of(fact: &Fact) -> Option<&LinkId> {
    match fact {
        Fact::Inject(link, ..)
        | Fact::Plugged(link, _)
        | Fact::Speak(link)
        | Fact::FalseData(link)
        | Fact::Silenced(link)
        | Fact::Quiet(link)
        | Fact::Know(SecretRef::OfLink(link)) => Some(link),
        _ => None,
    }
}

/// Whether somebody answers for what feeds a link or a function, and that narrows nothing: once a link is gone it may.
fn misfed(context: &Context<'_>) -> bool {
    use ward_model::claim::{ClaimId, FunctionClaim, LinkClaim};
    let device = context.device();
    let holds = |claim: ClaimId| context.effects.holds(&claim);
    device.links.values().any(|link| {
        link.fed_by.is_some()
            && context.feeding_link(link).is_none()
            && holds(ClaimId::Link(link.id.clone(), LinkClaim::FedBy))
    }) || device.functions.values().any(|function| {
        function.fed_by.is_some()
            && context.feeding_function(function).is_none()
            && holds(ClaimId::Function(function.id.clone(), FunctionClaim::FedBy))
    })
}
