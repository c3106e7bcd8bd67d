//! What vulnerabilities demand and give, worked out once for a policy and a fielded version, and shared by every reading.
//!
//! Thousands of vulnerabilities come down to a few dozen profiles. Everything after this works on profiles.

use std::collections::BTreeSet;
use std::sync::Arc;

use ward_model::design::DesignOf;
use ward_model::device::{Carries, Cut, Device, Effect, FieldedVersion, HowDegraded, Link, RealisedBy};
use ward_model::ids::{ControlId, ElementId, FunctionId, LinkId, RuleId, SecretId, VulnerabilityId, ZoneId};
use ward_model::scale::Axis;
use ward_policy::{Policy, WeaknessRule};

use crate::context::{Context, FindingAnswers, Situation, Unknowns};
use crate::effects::Effects;
use crate::fact::Aid;
use crate::ground::Group;
use crate::ground::weaknesses::{possible, speaking};
use crate::keyed::{Keyed, Keys};
use crate::people::{Depending, Staff};
use crate::vocabulary::Table;

mod boxes;
mod cuts;
mod inventory;
mod known;
mod profile;
mod rings;
mod silence;
mod sites;

pub(crate) use cuts::Cuts;
pub(crate) use inventory::Inventory;
pub(crate) use known::Known;
pub(crate) use profile::Profile;
pub(crate) use rings::Rings;
use silence::Silence;
pub(crate) use sites::Sites;

use known::{known, own_findings};
use profile::Vectors;

/// The vulnerabilities of every element, with its inventory taken for complete and without.
#[derive(Debug, Clone, Default)]
pub(crate) struct Catalogue {
    elements: Table<ElementId, Readings>,
    nothing: Inventory,
    links: Table<ElementId, Vec<LinkId>>,
    users: Table<SecretId, Vec<LinkId>>,
    enforcers: Table<SecretId, Vec<ElementId>>,
    inside: Table<ZoneId, Vec<ElementId>>,
    unzoned: Vec<ElementId>,
    told_apart: Table<LinkId, ()>,
    /// What functions do for those that fall back on them.
    aids: Table<FunctionId, Vec<Aid>>,
    silence: Silence,
    /// Who relies on which fallback, what is not known at its worst and at its best.
    staff: [Staff; 2],
    /// The controls that name a vulnerability at an element, in order, whether or not they have effect.
    naming: Table<(VulnerabilityId, ElementId), Vec<ControlId>>,
    cuts: Cuts,
    rings: Rings,
    sites: Sites,
    /// For each rule those of which a weakness may stand in the place of one by it, itself among them, in order.
    in_place_of: Table<RuleId, Vec<RuleId>>,
    /// The elements that take part in an essential function, or in one that harms people when it degrades.
    essential: Table<ElementId, ()>,
    /// The elements that take part in essential functions of which nobody has said what follows when they degrade in some way: those
    /// functions, each with the ways.
    unsaid: Table<ElementId, Vec<(FunctionId, HowDegraded)>>,
    /// Where people of several groups depend on one element: the functions that it takes part in.
    beside: Table<ElementId, Vec<FunctionId>>,
    /// What ships what is signed: where a private half may be that nobody is named to hold.
    shipping: Vec<ElementId>,
    /// Of which things rules speak, and which: as they come, and by thing.
    weak: Keyed<DesignOf, Vec<u32>>,
    /// The weaknesses that these rules may find, whatever is claimed: readings find most of them, and share what they are called.
    weaknesses: Arc<Keys<Group>>,
}

#[derive(Debug, Clone, Default)]
struct Readings {
    open: Inventory,
    complete: Inventory,
}

impl Readings {
    /// Numbers every set of profiles; the same set has the same number in both readings.
    fn number_kinds(&mut self) {
        let all = self.open.known.iter().chain(&self.complete.known);
        let kinds: Vec<_> = all.map(Known::set).collect::<BTreeSet<_>>().into_iter().collect();
        for known in self.open.known.iter_mut().chain(&mut self.complete.known) {
            let own = known.set();
            known.kind = kinds.partition_point(|kind| *kind < own);
        }
    }
}

impl Catalogue {
    /// Works out the profiles of every vulnerability of a version.
    pub fn new(situation: Situation<'_>, policy: &Policy, version: &FieldedVersion) -> Self {
        let mut vectors = Vectors::new();
        let own = own_findings(situation.device);
        let elements = situation
            .device
            .elements
            .keys()
            .map(|element| {
                let reports = situation.reports.get(&(version.id.clone(), element.clone()));
                let own = own.get(element).map_or(&[][..], Vec::as_slice);
                let none = FindingAnswers::default();
                let answers = reports.map_or(&none, |reports| &reports.answers);
                let mut read =
                    |report| known((situation, policy, version), element, own, (report, answers), &mut vectors);
                let mut readings = Readings {
                    open: read(reports.map(|reports| &reports.open)),
                    complete: read(reports.map(|reports| &reports.complete)),
                };
                readings.number_kinds();
                (element.clone(), readings)
            })
            .collect();
        let mut links: Table<ElementId, Vec<LinkId>> = Table::default();
        let mut users: Table<SecretId, Vec<LinkId>> = Table::default();
        for link in situation.device.links.values() {
            links.entry(link.from.clone()).or_default().push(link.id.clone());
            if link.to != link.from {
                links.entry(link.to.clone()).or_default().push(link.id.clone());
            }
            if let Some(secret) = link.authentication.as_ref().and_then(|how| how.secret.clone()) {
                users.entry(secret).or_default().push(link.id.clone());
            }
        }
        let mut enforcers: Table<SecretId, Vec<ElementId>> = Table::default();
        for enforcer in situation.device.controls.values().filter_map(|control| control.enforcer.as_ref()) {
            if let Some(secret) = &enforcer.secret {
                enforcers.entry(secret.clone()).or_default().push(enforcer.element.clone());
            }
        }
        let mut inside: Table<ZoneId, Vec<ElementId>> = Table::default();
        let mut unzoned = Vec::new();
        for element in situation.device.elements.values() {
            match &element.zone {
                Some(zone) => inside.entry(zone.clone()).or_default().push(element.id.clone()),
                None => unzoned.push(element.id.clone()),
            }
        }
        let device = situation.device;
        // A function that a folder calls not essential, and from whose loss it lets people come to harm, is: the word alone takes no
        // weakness away.
        let harms_people =
            |effect: &Effect| device.harms.get(&effect.harm).is_none_or(|harm| harm.axis == Axis::Person);
        let essential = device
            .functions
            .values()
            .filter(|function| function.essential || function.effects.iter().any(harms_people));
        let mut catalogue = Self {
            elements,
            nothing: Inventory::default(),
            links,
            users,
            enforcers,
            inside,
            unzoned,
            told_apart: told_apart(situation.device),
            aids: aids(device),
            silence: Silence::of(device),
            staff: [Unknowns::Worst, Unknowns::Best].map(|unknowns| Staff::new(situation.device, unknowns)),
            naming: naming(situation.device),
            cuts: Cuts::of(situation),
            rings: Rings::of(device),
            sites: Sites::of(device),
            in_place_of: in_place_of(&situation.rulebook.rules),
            essential: essential.flat_map(|one| one.realised_by.elements()).map(|id| (id.clone(), ())).collect(),
            unsaid: unsaid(device),
            beside: beside(device),
            shipping: device.elements.values().filter(|one| device.ships_code(one)).map(|one| one.id.clone()).collect(),
            weak: Keyed::default(),
            weaknesses: Arc::default(),
        };
        let (effects, unknowns, confirmed) = (Effects::none(), Unknowns::Worst, &[][..]);
        let context =
            Context { situation, policy, version, confirmed, effects: &effects, unknowns, catalogue: &catalogue };
        let weak: Keyed<DesignOf, Vec<u32>> = speaking(&context).into_iter().collect();
        let weaknesses = possible(&context, weak.iter());
        (catalogue.weak, catalogue.weaknesses) = (weak, weaknesses);
        catalogue
    }

    /// The things of which rules speak, and every link, in order.
    pub fn weak(&self) -> impl Iterator<Item = &DesignOf> {
        self.weak.iter().map(|(of, _)| of)
    }

    /// The rules that speak of a thing, by their places.
    pub fn speaking_of(&self, of: &DesignOf) -> &[u32] {
        self.weak.get(of).map_or(&[], Vec::as_slice)
    }

    /// The weaknesses that rules may find, whatever is claimed.
    pub fn weaknesses(&self) -> &Arc<Keys<Group>> {
        &self.weaknesses
    }

    /// Whether an element takes part in an essential function, or in one that harms people when it degrades.
    pub fn is_essential(&self, element: &ElementId) -> bool {
        self.essential.contains_key(element)
    }

    /// The essential functions that an element takes part in, or may where people do, and of which nobody has said what follows when they
    /// degrade so.
    pub fn unsaid(&self, element: &ElementId) -> &[(FunctionId, HowDegraded)] {
        self.unsaid.get(element).map_or(&[], Vec::as_slice)
    }

    /// The functions that an element takes part in, where people of several groups depend on them.
    pub fn beside(&self, element: &ElementId) -> &[FunctionId] {
        self.beside.get(element).map_or(&[], Vec::as_slice)
    }

    /// What ships what is signed, in order.
    pub fn shipping(&self) -> &[ElementId] {
        &self.shipping
    }

    /// The rules of which a weakness may stand in the place of one by this rule, itself among them, in order: both look at nothing
    /// but how a link that carries the same knows who sends.
    pub fn in_place_of(&self, rule: &RuleId) -> &[RuleId] {
        self.in_place_of.get(rule).map_or(&[], Vec::as_slice)
    }

    /// Whether in some reading something may be read that an element keeps without the secrets beside it.
    pub fn looked_at(&self, element: &ElementId) -> bool {
        self.elements.get(element).is_some_and(|readings| readings.open.looked_at || readings.complete.looked_at)
    }

    /// Which enforcers keep each other safe.
    pub fn rings(&self) -> &Rings {
        &self.rings
    }

    /// Who goes home and who stays.
    pub fn sites(&self) -> &Sites {
        &self.sites
    }

    /// Where controls cut.
    pub fn cuts(&self) -> &Cuts {
        &self.cuts
    }

    /// The controls that name a vulnerability at an element, in order, whether or not they have effect.
    pub fn naming(&self, id: &VulnerabilityId, element: &ElementId) -> &[ControlId] {
        if self.naming.is_empty() {
            return &[];
        }
        self.naming.get(&(id.clone(), element.clone())).map_or(&[], Vec::as_slice)
    }

    /// The elements inside a zone, in order.
    pub fn inside(&self, zone: &ZoneId) -> &[ElementId] {
        self.inside.get(zone).map_or(&[], Vec::as_slice)
    }

    /// The elements of which nobody has said in which zone they stand, in order.
    pub fn unzoned(&self) -> &[ElementId] {
        &self.unzoned
    }

    /// Whether what arrives at one end of a link may be cut where it enters that end's zone, and what arrives at the other not.
    pub fn tells_ends_apart(&self, link: &LinkId) -> bool {
        self.told_apart.contains_key(link)
    }

    /// The links that end at an element, in order.
    pub fn links_of(&self, element: &ElementId) -> &[LinkId] {
        self.links.get(element).map_or(&[], Vec::as_slice)
    }

    /// The links on which a secret is accepted, in order.
    pub fn users(&self, secret: &SecretId) -> &[LinkId] {
        self.users.get(secret).map_or(&[], Vec::as_slice)
    }

    /// The elements that enforce a control by a secret, whether or not the control has effect.
    pub fn enforcers(&self, secret: &SecretId) -> &[ElementId] {
        self.enforcers.get(secret).map_or(&[], Vec::as_slice)
    }

    /// What a function does for those that fall back on it.
    pub fn aids(&self, helper: &FunctionId) -> &[Aid] {
        self.aids.get(helper).map_or(&[], Vec::as_slice)
    }

    /// Whether a link may fall silent without anybody noticing.
    pub fn may_be_silenced(&self, link: &LinkId) -> bool {
        self.silence.may_go_unnoticed(link)
    }

    /// Who relies on which fallback.
    pub fn staff(&self, unknowns: Unknowns) -> &Staff {
        match unknowns {
            Unknowns::Worst => &self.staff[0],
            Unknowns::Best => &self.staff[1],
        }
    }

    /// The vulnerabilities of an element, by identifier.
    pub fn of(&self, element: &ElementId, complete: bool) -> &Inventory {
        let readings = self.elements.get(element);
        readings.map_or(&self.nothing, |readings| if complete { &readings.complete } else { &readings.open })
    }
}

/// For each rule those of which a weakness may stand in the place of one by it.
fn in_place_of(rules: &[WeaknessRule]) -> Table<RuleId, Vec<RuleId>> {
    let checks: Vec<_> = rules.iter().map(WeaknessRule::sender_check_of).collect();
    let all = || rules.iter().zip(&checks);
    let like = |(rule, check): (&WeaknessRule, &Option<Carries>)| {
        let alike = all().filter(|(other, own)| other.id == rule.id || (check.is_some() && *own == check));
        (rule.id.clone(), alike.map(|(other, _)| other.id.clone()).collect())
    };
    all().map(like).collect()
}

/// The links with one end in a zone that some control, in effect or not, lets nothing enter, and those that end at what enforces such a
/// control and stands in that zone itself.
fn told_apart(device: &Device) -> Table<LinkId, ()> {
    let cuts = device.controls.values().flat_map(|control| &control.cuts);
    let walled: BTreeSet<&ZoneId> = cuts
        .filter_map(|cut| match cut {
            Cut::LinksIntoZone { zone, .. } => Some(zone),
            _ => None,
        })
        .collect();
    if walled.is_empty() {
        return Table::default();
    }
    let guards = device.controls.values().filter_map(|control| {
        let enforcer = &control.enforcer.as_ref()?.element;
        let zone = device.elements.get(enforcer)?.zone.as_ref()?;
        let own = |cut: &Cut| matches!(cut, Cut::LinksIntoZone { zone: guarded, .. } if guarded == zone);
        control.cuts.iter().any(own).then_some(enforcer)
    });
    let guards: BTreeSet<&ElementId> = guards.collect();
    let guarding = |link: &&Link| guards.contains(&link.from) || guards.contains(&link.to);
    let behind = |end: &ElementId| {
        let zone = device.elements.get(end).and_then(|element| element.zone.as_ref());
        zone.filter(|zone| walled.contains(zone))
    };
    device
        .links
        .values()
        .filter(|link| behind(&link.from) != behind(&link.to) || guarding(link))
        .map(|link| (link.id.clone(), ()))
        .collect()
}

/// By element, the functions that it takes part in, where several groups of people depend on them.
fn beside(device: &Device) -> Table<ElementId, Vec<FunctionId>> {
    let mut groups: Table<ElementId, BTreeSet<Depending<'_>>> = Table::default();
    let mut functions: Table<ElementId, Vec<FunctionId>> = Table::default();
    for function in device.functions.values() {
        for element in function.realised_by.elements() {
            groups.entry(element.clone()).or_default().insert(Depending::on(function));
            functions.entry(element.clone()).or_default().push(function.id.clone());
        }
    }
    functions.retain(|element, _| groups.get(element).is_some_and(|groups| groups.len() > 1));
    functions
}

/// By element, what is unsaid of the essential functions that it takes part in. In one of people any element may, by what it shows them.
pub(crate) fn unsaid(device: &Device) -> Table<ElementId, Vec<(FunctionId, HowDegraded)>> {
    let mut unsaid: Table<ElementId, Vec<(FunctionId, HowDegraded)>> = Table::default();
    for function in device.functions.values() {
        for on in device.undescribed_degradations(function) {
            let elements: Vec<&ElementId> = match &function.realised_by {
                RealisedBy::People => device.elements.keys().collect(),
                by => by.elements().iter().collect(),
            };
            for element in elements {
                unsaid.entry(element.clone()).or_default().push((function.id.clone(), on));
            }
        }
    }
    unsaid
}

/// For each function on which others fall back: what it does for them.
fn aids(device: &Device) -> Table<FunctionId, Vec<Aid>> {
    let mut aids: Table<FunctionId, BTreeSet<Aid>> = Table::default();
    for effect in device.functions.values().flat_map(|function| &function.effects) {
        if let Some(fallback) = &effect.fallback {
            aids.entry(fallback.detection.clone()).or_default().insert(Aid::Notices);
            aids.entry(fallback.function.clone()).or_default().insert(Aid::TakesOver);
        }
    }
    aids.into_iter().map(|(helper, aids)| (helper, aids.into_iter().collect())).collect()
}

/// The controls that name a vulnerability at an element, in order.
fn naming(device: &Device) -> Table<(VulnerabilityId, ElementId), Vec<ControlId>> {
    let mut naming: Table<(VulnerabilityId, ElementId), Vec<ControlId>> = Table::default();
    for control in device.controls.values() {
        for cut in &control.cuts {
            if let Cut::Vulnerability { id, at } = cut {
                let controls = naming.entry((id.clone(), at.clone())).or_default();
                if controls.last() != Some(&control.id) {
                    controls.push(control.id.clone());
                }
            }
        }
    }
    naming
}
