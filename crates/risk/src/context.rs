//! What one run of the reasoner looks at: one fielded version, one group of units, one reading of claims and unknowns.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use ward_model::claim::{ClaimId, ElementClaim, FunctionClaim, LinkClaim};
use ward_model::design::{DesignOf, Property};
use ward_model::device::{Carries, Control, Cut, Device, FieldedVersion, Function, Link, RealisedBy, Secret};
use ward_model::finding::MatchReport;
use ward_model::ids::{ComponentRef, ControlId, ElementId, FieldedVersionId, LinkId, VulnerabilityId};
use ward_model::scale::Position;
use ward_policy::{Policy, Privilege, Rulebook};

use crate::catalogue::{Catalogue, Inventory, Known};
use crate::effects::Effects;
use crate::fact::{Arrival, Fact, Nearness};
use crate::ground::Group;
use crate::subject::SubjectKey;

/// What `match` found on one element in one fielded version: with its inventory taken for complete, and without.
#[derive(Debug, Clone, Default)]
pub struct ElementReports {
    /// The inventory may lack something.
    pub open: MatchReport,
    /// The inventory is all there is.
    pub complete: MatchReport,
    /// What claims say against what was found.
    pub answers: FindingAnswers,
    /// By component: the vulnerabilities whose records name it and cannot be compared with its version, each with the first day on
    /// which it could be known of. Only of components that somebody claims to have looked at by other means.
    pub uncompared: BTreeMap<ComponentRef, BTreeMap<VulnerabilityId, Option<Date>>>,
}

/// By component and vulnerability: the claims that say that it is not so. A finding is answered where of each of these groups one claim
/// has effect: what several people say to its worse has to be taken back by each of them.
pub type FindingAnswers = BTreeMap<(ComponentRef, VulnerabilityId), Vec<Vec<ClaimId>>>;

/// Everything that the verdicts of one device follow from.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The device.
    pub device: &'a Device,
    /// What was found, by fielded version and element; elements without an inventory have no entry.
    pub reports: &'a BTreeMap<(FieldedVersionId, ElementId), ElementReports>,
    /// The policies and rules.
    pub rulebook: &'a Rulebook,
    /// The decisions of people.
    pub decisions: &'a ward_model::device::Decisions,
    /// The day asked about.
    pub as_of: Date,
    /// Why no component can count as assessed, where the knowledge is known to lack much of what the world says.
    pub partial_knowledge: Option<&'a str>,
}

/// How what is not stated is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unknowns {
    /// At its worst: the reading that verdicts rest on.
    Worst,
    /// At its best: only to tell what turns on the unknown.
    Best,
}

/// How a good property of a design is lacking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lack {
    /// The folder says that it is.
    Stated,
    /// The folder claims that it is not, and nobody has decided that.
    Undecided,
    /// The folder says nothing of it.
    Unstated,
}

impl Lack {
    /// What is to be said of it beside what the weakness is.
    pub fn words(self, property: Property) -> String {
        match self {
            Self::Stated => String::new(),
            Self::Undecided => format!("; that {} is claimed and not decided", property.text()),
            Self::Unstated => format!("; nobody says that {}", property.text()),
        }
    }
}

/// What has come to be known of a component since somebody looked at it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KnownSinceReview<'a> {
    /// The day on which the decision on that was entered.
    pub reviewed: Date,
    /// How many vulnerabilities.
    pub count: usize,
    /// The newest.
    pub newest: &'a VulnerabilityId,
    /// Its day, where it has one.
    pub day: Option<Date>,
}

/// One run: what is looked at, and how it is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'a> {
    pub situation: Situation<'a>,
    pub policy: &'a Policy,
    pub version: &'a FieldedVersion,
    /// The controls that the site or user of these units has confirmed.
    pub confirmed: &'a [ControlId],
    pub effects: &'a Effects,
    pub unknowns: Unknowns,
    pub catalogue: &'a Catalogue,
}

impl<'a> Context<'a> {
    pub fn device(&self) -> &'a Device {
        self.situation.device
    }

    pub fn holds_for_element(&self, element: &ElementId, claim: ElementClaim) -> bool {
        self.effects.holds(&ClaimId::Element(element.clone(), claim))
    }

    fn holds_for_link(&self, link: &Link, claim: LinkClaim) -> bool {
        self.effects.holds(&ClaimId::Link(link.id.clone(), claim))
    }

    /// The vulnerabilities of an element, read by whether its inventory is known to be complete.
    pub fn inventory(&self, element: &ElementId) -> &'a Inventory {
        self.catalogue.of(element, self.holds_for_element(element, ElementClaim::SoftwareListed))
    }

    /// The group that a subject belongs to, if it arises in this reading; a presumption belongs to none.
    pub fn group_for(&self, subject: &SubjectKey) -> Option<Group> {
        match subject {
            SubjectKey::Vulnerability(id, element) => Some(self.group_of(self.inventory(element).find(id)?, element)),
            SubjectKey::Weakness(rule, of, element) => Some(Group::Weakness(rule.clone(), of.clone(), element.clone())),
            SubjectKey::Presumed(_) => None,
        }
    }

    /// Where a subject is, or would be: an element, or both ends of a link.
    pub fn places(&self, subject: &SubjectKey) -> Vec<&'a ElementId> {
        let device = self.device();
        let link = match subject {
            SubjectKey::Weakness(_, DesignOf::Link(link), _) => device.links.get(link),
            SubjectKey::Weakness(..) | SubjectKey::Vulnerability(..) | SubjectKey::Presumed(_) => None,
        };
        match link {
            Some(link) => vec![&link.from, &link.to],
            None => device.elements.get_key_value(subject.element()).map(|(id, _)| id).into_iter().collect(),
        }
    }

    /// The group that a vulnerability belongs to.
    pub fn group_of(&self, known: &Known, element: &ElementId) -> Group {
        let naming = self.catalogue.naming(&known.id, element).iter();
        let own = naming.filter(|id| self.device().controls.get(*id).is_some_and(|control| self.in_effect(control)));
        self.group(known, element, own.cloned().collect())
    }

    /// The group that a vulnerability belongs to where no control names it.
    pub fn group_uncut(&self, known: &Known, element: &ElementId) -> Group {
        self.group(known, element, Vec::new())
    }

    fn group(&self, known: &Known, element: &ElementId, cuts: Vec<ControlId>) -> Group {
        Group::Vulnerabilities {
            element: element.clone(),
            complete: self.holds_for_element(element, ElementClaim::SoftwareListed),
            kind: known.kind,
            cuts,
        }
    }

    /// What was found on an element, read by whether its inventory is known to be complete.
    pub fn report(&self, element: &ElementId) -> Option<&'a MatchReport> {
        let reports = self.situation.reports.get(&(self.version.id.clone(), element.clone()))?;
        Some(if self.holds_for_element(element, ElementClaim::SoftwareListed) {
            &reports.complete
        } else {
            &reports.open
        })
    }

    /// Whether the receiver of a link is known to verify who sends.
    pub fn authenticates(&self, link: &Link) -> bool {
        link.authentication.is_some() && self.holds_for_link(link, LinkClaim::Authentication)
    }

    /// Whether a captured message is known to be refused.
    pub fn refuses_replay(&self, link: &Link) -> bool {
        link.anti_replay == Some(true) && self.holds_for_link(link, LinkClaim::AntiReplay)
    }

    /// The links that end at an element.
    pub fn links_of(&self, element: &ElementId) -> &'a [LinkId] {
        self.catalogue.links_of(element)
    }

    /// The elements that a fact speaks of: whoever holds it can try whatever they have.
    pub fn elements_of(&self, fact: &Fact) -> Vec<&'a ElementId> {
        let device = self.device();
        let known = |id: &ElementId| device.elements.get_key_value(id).map(|(id, _)| id);
        match fact {
            Fact::Present(element)
            | Fact::Plugged(_, element)
            | Fact::Gain(element, _)
            | Fact::Uninformed(element)
            | Fact::Misinformed(element)
            | Fact::Unaware(element)
            | Fact::Misled(element) => known(element).into_iter().collect(),
            Fact::FalseData(link) | Fact::Silenced(link) | Fact::Quiet(link) => {
                device.links.get(link).map(|link| &link.to).into_iter().collect()
            }
            Fact::Inject(link, ..) | Fact::Speak(link) => {
                device.links.get(link).map_or_else(Vec::new, |link| vec![&link.from, &link.to])
            }
            Fact::Inside(zone) => {
                self.catalogue.inside(zone).iter().chain(self.catalogue.unzoned()).filter_map(known).collect()
            }
            Fact::InsideUnnamed | Fact::InsideSome => self.catalogue.unzoned().iter().filter_map(known).collect(),
            Fact::Unguarded(_, fact) => self.elements_of(fact),
            Fact::At(_)
            | Fact::Know(_)
            | Fact::Defeated(_)
            | Fact::Swayed(..)
            | Fact::Mute(..)
            | Fact::Idle(..)
            | Fact::Helpless(..)
            | Fact::Degraded(..)
            | Fact::Harmed(..)
            | Fact::Unrelieved(..) => Vec::new(),
        }
    }

    /// Every fact that speaks of an element.
    pub fn facts_of(&self, element: &ElementId) -> Vec<Fact> {
        let mut facts = vec![
            Fact::Present(element.clone()),
            Fact::Uninformed(element.clone()),
            Fact::Misinformed(element.clone()),
            Fact::Misled(element.clone()),
            Fact::Unaware(element.clone()),
        ];
        facts.extend(Privilege::ALL.iter().map(|privilege| Fact::Gain(element.clone(), *privilege)));
        for link in self.links_of(element) {
            for arrival in self.arrivals(link) {
                facts.extend(
                    [Nearness::Near, Nearness::Far].map(|nearness| Fact::Inject(link.clone(), *arrival, nearness)),
                );
            }
            facts.extend([Fact::Speak(link.clone()), Fact::Plugged(link.clone(), element.clone())]);
            let receives = self.device().links.get(link).is_some_and(|link| link.to == *element);
            if receives {
                facts.extend([Fact::FalseData(link.clone()), Fact::Silenced(link.clone()), Fact::Quiet(link.clone())]);
            }
        }
        match self.device().elements.get(element).map(|element| element.zone.clone()) {
            Some(Some(zone)) => facts.push(Fact::Inside(zone)),
            Some(None) => {
                facts.extend([Fact::InsideUnnamed, Fact::InsideSome]);
                facts.extend(self.device().zones.keys().cloned().map(Fact::Inside));
            }
            None => {}
        }
        facts
    }

    /// The ends of a link that are told apart.
    pub fn arrivals(&self, link: &LinkId) -> &'static [Arrival] {
        if self.catalogue.tells_ends_apart(link) { &[Arrival::From, Arrival::To] } else { &[Arrival::Either] }
    }

    /// At which end of a link an element receives.
    pub fn arriving(&self, link: &LinkId, element: &ElementId) -> Arrival {
        if !self.catalogue.tells_ends_apart(link) {
            return Arrival::Either;
        }
        let receives = self.device().links.get(link).is_some_and(|link| link.to == *element);
        if receives { Arrival::To } else { Arrival::From }
    }

    /// Who holds a secret: whoever verifies or sends with it, or enforces a control by it, does so whether or not the folder says so.
    pub fn holders(&self, secret: &Secret) -> BTreeSet<ElementId> {
        let using = self.catalogue.users(&secret.id).iter().filter_map(|id| self.device().links.get(id));
        let ends = using.flat_map(|link| [&link.from, &link.to]);
        secret.held_by.iter().chain(ends).chain(self.catalogue.enforcers(&secret.id)).cloned().collect()
    }

    /// Who holds what lets its holder send by a secret: of a public key whoever signs with it, and of any other one whoever holds it.
    /// Of a key that is said to be public, and not known to be, both do.
    pub fn sending_holders(&self, secret: &Secret) -> BTreeSet<ElementId> {
        let mut holders = self.signers(secret);
        if !self.public(secret) {
            holders.extend(self.holders(secret));
        }
        holders
    }

    /// Who signs with what is said to be a public key: whoever sends by it holds the private half, and so does whoever is said to hold a
    /// copy, unless it is there to verify: to receive by it, or to enforce a control by it. Where nobody is named, whatever ships what is signed may.
    pub fn signers(&self, secret: &Secret) -> BTreeSet<ElementId> {
        let named = self.named_signers(secret);
        let open = secret.public && named.is_empty() && self.unknowns == Unknowns::Worst;
        if open { self.catalogue.shipping().iter().cloned().collect() } else { named }
    }

    /// Those of them who can be told from the folder.
    pub fn named_signers(&self, secret: &Secret) -> BTreeSet<ElementId> {
        if !secret.public {
            return BTreeSet::new();
        }
        let using = || self.catalogue.users(&secret.id).iter().filter_map(|id| self.device().links.get(id));
        let verifies =
            |id: &ElementId| self.catalogue.enforcers(&secret.id).contains(id) || using().any(|link| link.to == *id);
        let copies = secret.held_by.iter().filter(|id| !verifies(id));
        using().map(|link| &link.from).chain(copies).cloned().collect()
    }

    /// What passes the checks of a control by the secret that it rests on: whoever sends by it, and where nobody but the enforcer is named, whoever
    /// sends to where it is asked for. Of a control that checks no step nobody does.
    pub fn passes(&self, control: &Control) -> BTreeSet<ElementId> {
        let checked = |cut: &Cut| matches!(cut, Cut::Step { .. });
        let by = control.enforcer.as_ref().filter(|_| control.cuts.iter().any(checked));
        let secret = by.and_then(|by| by.secret.as_ref()).and_then(|id| self.device().secrets.get(id));
        let (Some(by), Some(secret)) = (by, secret) else { return BTreeSet::new() };
        let mut passes = self.sending_holders(secret);
        if secret.public {
            // Who only verifies sends nothing by it, even if it is not known to be public.
            passes = self.signers(secret);
        }
        passes.remove(&by.element);
        // Of a public key it is said elsewhere who may sign though nobody names it.
        if passes.is_empty() && !secret.public && self.unknowns == Unknowns::Worst {
            for cut in &control.cuts {
                if let Cut::Step { at, .. } = cut {
                    let links = self.links_of(at).iter().filter_map(|id| self.device().links.get(id));
                    passes.extend(links.filter(|link| link.to == *at).map(|link| link.from.clone()));
                }
            }
        }
        passes
    }

    /// Whether a secret is known to differ from unit to unit.
    pub fn per_unit(&self, secret: &Secret) -> bool {
        secret.per_unit == Some(true) && self.effects.holds(&ClaimId::SecretPerUnit(secret.id.clone()))
    }

    /// Whether reading a secret is known to give nothing.
    pub fn public(&self, secret: &Secret) -> bool {
        secret.public && self.effects.holds(&ClaimId::SecretPublic(secret.id.clone()))
    }

    /// Whether whoever is at an element must log in with a credential of their own.
    pub fn local_login(&self, element: &ElementId) -> bool {
        self.device().elements.get(element).is_some_and(|element| element.local_login)
            && self.holds_for_element(element, ElementClaim::LocalLogin)
    }

    /// How far it is from known that something has a good property; nothing where somebody answers for it.
    ///
    /// A claim that nobody has decided is no better than silence: the unknown at its best is the same for both.
    pub fn lacks(&self, of: &DesignOf, property: Property) -> Option<Lack> {
        let unknown = |lack| (self.unknowns == Unknowns::Worst).then_some(lack);
        match self.device().designs.of(of).stated.get(&property) {
            Some(false) => Some(Lack::Stated),
            Some(true) if self.effects.holds(&ClaimId::Design(of.clone(), property)) => None,
            Some(true) => unknown(Lack::Undecided),
            None => unknown(Lack::Unstated),
        }
    }

    /// What a link must be taken to carry.
    pub fn carries(&self, link: &Link, what: Carries) -> bool {
        match (&link.carries, self.unknowns) {
            (None, Unknowns::Best) => false,
            (None, Unknowns::Worst) => true,
            (Some(_), _) => link.may_carry(what) || !self.holds_for_link(link, LinkClaim::Carries),
        }
    }

    /// The positions from which messages can be put on a link.
    pub fn exposure(&self, link: &Link) -> Vec<Position> {
        // That it is exposed somewhere is a fact, whatever the environments say.
        let declared = link.exposed_to.clone().unwrap_or_default();
        let narrowed = link.exposed_to.is_some() && self.holds_for_link(link, LinkClaim::ExposedTo);
        let unstated = link.exposed_to.is_none() && self.unknowns == Unknowns::Best;
        let mut positions = declared;
        if !narrowed && !unstated {
            let within_reach = self.device().positions();
            positions.extend(link.default_positions(&within_reach));
            // What it carries decides whether suppliers reach it: where nobody answers for that, it carries everything.
            if !self.holds_for_link(link, LinkClaim::Carries) {
                positions.extend(within_reach.into_iter().filter(|position| *position == Position::SupplyChain));
            }
        }
        positions.sort_unstable();
        positions.dedup();
        positions
    }

    /// The links that are known to be all on whose data a function rests; nothing where any that reaches its elements may be one.
    /// Who names a link that ends elsewhere has not said what arrives: that narrows nothing.
    pub fn feeding_function(&self, function: &'a Function) -> Option<&'a [LinkId]> {
        let answered = || self.effects.holds(&ClaimId::Function(function.id.clone(), FunctionClaim::FedBy));
        let elements = function.realised_by.elements();
        let arrives = |id: &LinkId| {
            let link = self.device().links.get(id);
            elements.is_empty() || link.is_some_and(|link| elements.contains(&link.to))
        };
        function.fed_by.as_deref().filter(|links| answered() && links.iter().all(arrives))
    }

    /// The links that are known to be all from which comes what a link passes on, likewise.
    pub fn feeding_link(&self, link: &'a Link) -> Option<&'a [LinkId]> {
        let arrives = |id: &LinkId| self.device().links.get(id).is_some_and(|other| other.to == link.from);
        link.fed_by.as_deref().filter(|links| self.holds_for_link(link, LinkClaim::FedBy) && links.iter().all(arrives))
    }

    /// How a function is known to be realised: redundancy that nobody answers for is none.
    pub fn realised_by(&self, function: &Function) -> RealisedBy {
        let answered = || self.effects.holds(&ClaimId::Function(function.id.clone(), FunctionClaim::Redundancy));
        match &function.realised_by {
            RealisedBy::Any(elements) if !answered() => RealisedBy::All(elements.clone()),
            RealisedBy::Voted { of, .. } if !answered() => RealisedBy::All(of.clone()),
            realised => realised.clone(),
        }
    }

    /// The controls that have effect for these units.
    pub fn controls(&self) -> impl Iterator<Item = &'a Control> + '_ {
        self.device().controls.values().filter(|control| self.in_effect(control))
    }

    /// Whether a control has effect for these units.
    pub fn in_effect(&self, control: &Control) -> bool {
        // Whoever enforces a control is where it falls. Where nobody is named, nobody can tell when it has fallen.
        control.enforcer.is_some()
            && self.effects.holds(&ClaimId::Control(control.id.clone()))
            && (!control.performed_by.must_be_confirmed() || self.confirmed.contains(&control.id))
    }

    /// The controls in effect that cut a step at an element.
    pub fn cutting_step(&self, step: &str, at: &ElementId) -> impl Iterator<Item = &'a Control> {
        let here = self.catalogue.cuts().steps.get(at).into_iter().flatten();
        here.filter_map(move |(id, place)| {
            let control = self.device().controls.get(id)?;
            let cuts = matches!(control.cuts.get(*place), Some(Cut::Step { step: cut, .. }) if cut == step);
            (cuts && self.in_effect(control)).then_some(control)
        })
    }

    /// Whether a component that could not be assessed has been looked at by other means.
    pub fn reviewed(&self, element: &ElementId, component: &ComponentRef) -> bool {
        self.effects.holds(&ClaimId::ComponentReviewed(element.clone(), component.clone()))
    }

    /// What has come to be known of a component since it was looked at by other means, and cannot be compared with it: the day of
    /// that, the newest, and how many they are.
    pub fn known_since_review(&self, element: &ElementId, component: &ComponentRef) -> Option<KnownSinceReview<'a>> {
        let reviewed = self.effects.entered(&ClaimId::ComponentReviewed(element.clone(), component.clone()))?;
        let reports = self.situation.reports.get(&(self.version.id.clone(), element.clone()))?;
        let all = reports.uncompared.get(component)?.iter();
        // Of what has no day it cannot be told.
        let newer = all.filter(|(_, day)| day.is_none_or(|day| day > reviewed)).map(|(id, day)| (*day, id));
        let count = newer.clone().count();
        newer.max().map(|(day, id)| KnownSinceReview { reviewed, count, newest: id, day })
    }
}
