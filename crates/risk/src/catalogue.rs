//! What vulnerabilities demand and give, worked out once for a policy and a fielded version, and shared by every reading.
//!
//! Thousands of vulnerabilities come down to a few dozen profiles. Everything after this works on profiles.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ward_model::claim::ClaimId;
use ward_model::cvss::{AttackVector, Privileges, Vector};
use ward_model::device::{Cut, Device, FieldedVersion, Stage};
use ward_model::finding::{MatchReport, State};
use ward_model::ids::{ComponentRef, ElementId, FunctionId, LinkId, SecretId, VulnerabilityId, ZoneId};
use ward_model::scale::Exploitability;
use ward_policy::{Policy, Privilege};

use crate::context::{Situation, Unknowns};
use crate::effects::Effects;
use crate::people::Staff;

/// What one vector of a vulnerability demands of an attacker and gives in return, with what is known of its exploitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Profile {
    pub vector: AttackVector,
    /// Demands that hold whichever way the attacker comes.
    pub always: u8,
    /// Demands that hold where a login is really enforced.
    pub login: u8,
    /// The privileges gained, by their order.
    gains: [bool; 4],
    raised_by: u8,
    at_least: Exploitability,
    /// Whether nobody has scored it, so that all of this is the worst reading of nothing.
    pub unscored: bool,
}

impl Profile {
    /// Stands where a step is a rule's and not a vulnerability's.
    pub const OF_A_RULE: Self = Self {
        vector: AttackVector::Network,
        always: 0,
        login: 0,
        gains: [false; 4],
        raised_by: 0,
        at_least: Exploitability::Low,
        unscored: false,
    };

    /// The privileges gained.
    pub fn gains(&self) -> impl Iterator<Item = Privilege> + use<> {
        let gains = self.gains;
        Privilege::ALL.iter().copied().filter(move |privilege| gains[*privilege as usize])
    }

    /// The class of a step with so many demands, after what is known of exploitation. Nothing lowers it.
    pub fn class(&self, demands: u8) -> Exploitability {
        Exploitability::after_demands(demands).raised_by(self.raised_by).max(self.at_least)
    }
}

/// A vulnerability of an element.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub id: VulnerabilityId,
    /// One for each vector, each with what a step by it is said to follow by.
    pub profiles: Vec<(Profile, Arc<str>)>,
    /// The place of its set of profiles among all sets at its element: vulnerabilities of one kind come out alike.
    pub kind: usize,
}

/// The vulnerabilities of an element in one reading.
#[derive(Debug, Clone, Default)]
pub(crate) struct Inventory {
    /// By identifier.
    pub known: Vec<Known>,
    /// Whether there is an inventory at all.
    pub given: bool,
    /// Vulnerabilities of which it cannot be told whether they touch a component, with that in words.
    pub untold: Vec<(VulnerabilityId, String)>,
    /// Components that could not be assessed, with the reason in words.
    pub unassessed: Vec<(ComponentRef, String)>,
}

impl Inventory {
    fn new(known: Vec<Known>, report: Option<&MatchReport>) -> Self {
        let mut inventory = Self { known, given: report.is_some(), ..Self::default() };
        let Some(report) = report else { return inventory };
        for finding in report.findings.iter().filter(|finding| finding.state == State::Unknown) {
            let version = finding.component.version.as_deref().unwrap_or("without version");
            let id = &finding.vulnerability.id;
            inventory.untold.push((id.clone(), format!("{id} in {} {version} cannot be told", finding.component.name)));
        }
        for unassessed in &report.unassessed {
            let component = &unassessed.component;
            let version = component.version.as_deref().unwrap_or("without version");
            let text = format!("{} {version}: {}", component.name, unassessed.reason.word());
            inventory.unassessed.push((component.reference.clone(), text));
        }
        inventory
    }

    /// One vulnerability of every kind.
    pub fn one_of_each_kind(&self) -> impl Iterator<Item = &Known> {
        let ones: BTreeMap<usize, &Known> = self.known.iter().rev().map(|known| (known.kind, known)).collect();
        ones.into_values()
    }

    /// The vulnerability of this name.
    pub fn find(&self, id: &VulnerabilityId) -> Option<&Known> {
        let place = self.known.binary_search_by(|known| known.id.cmp(id)).ok()?;
        self.known.get(place)
    }
}

/// The vulnerabilities of every element, with its inventory taken for complete and without.
#[derive(Debug, Clone, Default)]
pub(crate) struct Catalogue {
    elements: BTreeMap<ElementId, Readings>,
    nothing: Inventory,
    links: BTreeMap<ElementId, Vec<LinkId>>,
    users: BTreeMap<SecretId, Vec<LinkId>>,
    enforcers: BTreeMap<SecretId, Vec<ElementId>>,
    inside: BTreeMap<ZoneId, Vec<ElementId>>,
    unzoned: Vec<ElementId>,
    told_apart: BTreeSet<LinkId>,
    noticed_by: BTreeMap<FunctionId, BTreeSet<FunctionId>>,
    /// Who relies on which fallback, what is not known at its worst and at its best.
    staff: [Staff; 2],
}

#[derive(Debug, Clone, Default)]
struct Readings {
    open: Inventory,
    complete: Inventory,
}

impl Readings {
    /// Numbers every set of profiles; the same set has the same number in both readings.
    fn number_kinds(&mut self) {
        let set = |known: &Known| {
            let mut set: Vec<Profile> = known.profiles.iter().map(|(profile, _)| *profile).collect();
            set.sort_unstable();
            set.dedup();
            set
        };
        let all = self.open.known.iter().chain(&self.complete.known);
        let kinds: Vec<Vec<Profile>> = all.map(set).collect::<BTreeSet<_>>().into_iter().collect();
        for known in self.open.known.iter_mut().chain(&mut self.complete.known) {
            let own = set(known);
            known.kind = kinds.partition_point(|kind| *kind < own);
        }
    }
}

impl Catalogue {
    /// Works out the profiles of every vulnerability of a version.
    pub fn new(situation: Situation<'_>, policy: &Policy, version: &FieldedVersion) -> Self {
        let answered = versions_answered(situation);
        let elements = situation
            .device
            .elements
            .keys()
            .map(|element| {
                let reports = situation.reports.get(&(version.id.clone(), element.clone()));
                let read = |report: Option<&MatchReport>| known(situation, policy, version, element, &answered, report);
                let mut readings = Readings {
                    open: read(reports.map(|reports| &reports.open)),
                    complete: read(reports.map(|reports| &reports.complete)),
                };
                readings.number_kinds();
                (element.clone(), readings)
            })
            .collect();
        let mut links: BTreeMap<ElementId, Vec<LinkId>> = BTreeMap::new();
        let mut users: BTreeMap<SecretId, Vec<LinkId>> = BTreeMap::new();
        for link in situation.device.links.values() {
            links.entry(link.from.clone()).or_default().push(link.id.clone());
            if link.to != link.from {
                links.entry(link.to.clone()).or_default().push(link.id.clone());
            }
            if let Some(secret) = link.authentication.as_ref().and_then(|how| how.secret.clone()) {
                users.entry(secret).or_default().push(link.id.clone());
            }
        }
        let mut enforcers: BTreeMap<SecretId, Vec<ElementId>> = BTreeMap::new();
        for enforcer in situation.device.controls.values().filter_map(|control| control.enforcer.as_ref()) {
            if let Some(secret) = &enforcer.secret {
                enforcers.entry(secret.clone()).or_default().push(enforcer.element.clone());
            }
        }
        let mut inside: BTreeMap<ZoneId, Vec<ElementId>> = BTreeMap::new();
        let mut unzoned = Vec::new();
        for element in situation.device.elements.values() {
            match &element.zone {
                Some(zone) => inside.entry(zone.clone()).or_default().push(element.id.clone()),
                None => unzoned.push(element.id.clone()),
            }
        }
        let told_apart = told_apart(situation.device);
        let mut noticed_by: BTreeMap<FunctionId, BTreeSet<FunctionId>> = BTreeMap::new();
        for function in situation.device.functions.values() {
            for fallback in function.effects.iter().filter_map(|effect| effect.fallback.as_ref()) {
                noticed_by.entry(fallback.detection.clone()).or_default().insert(function.id.clone());
            }
        }
        let staff = [Unknowns::Worst, Unknowns::Best].map(|unknowns| Staff::new(situation.device, unknowns));
        Self {
            elements,
            nothing: Inventory::default(),
            links,
            users,
            enforcers,
            inside,
            unzoned,
            told_apart,
            noticed_by,
            staff,
        }
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
        self.told_apart.contains(link)
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

    /// The functions whose loss another notices, in order.
    pub fn noticed_by(&self, detection: &FunctionId) -> impl Iterator<Item = &FunctionId> {
        self.noticed_by.get(detection).into_iter().flatten()
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

/// The links with one end in a zone that some control, in effect or not, lets nothing enter.
fn told_apart(device: &Device) -> BTreeSet<LinkId> {
    let cuts = device.controls.values().flat_map(|control| &control.cuts);
    let walled: BTreeSet<&ZoneId> = cuts
        .filter_map(|cut| match cut {
            Cut::LinksIntoZone { zone, .. } => Some(zone),
            _ => None,
        })
        .collect();
    if walled.is_empty() {
        return BTreeSet::new();
    }
    let behind = |end: &ElementId| {
        let zone = device.elements.get(end).and_then(|element| element.zone.as_ref());
        zone.filter(|zone| walled.contains(zone))
    };
    device.links.values().filter(|link| behind(&link.from) != behind(&link.to)).map(|link| link.id.clone()).collect()
}

/// What is known of one vulnerability at an element, whichever component or finding says so.
#[derive(Debug, Clone, Default)]
struct Gathered<'a> {
    vectors: BTreeMap<&'a str, &'a Vector>,
    /// Whether somebody's vector cannot be read.
    unreadable: bool,
    weaknesses: BTreeSet<u32>,
    exploited: bool,
    demonstrated: bool,
    epss: Option<(u32, u32)>,
    found_in: String,
}

fn known(
    situation: Situation<'_>,
    policy: &Policy,
    version: &FieldedVersion,
    element: &ElementId,
    answered: &BTreeSet<VulnerabilityId>,
    report: Option<&MatchReport>,
) -> Inventory {
    let mut all: BTreeMap<&VulnerabilityId, Gathered<'_>> = BTreeMap::new();
    let found = report.map_or(&[][..], |report| &report.findings);
    for finding in found.iter().filter(|finding| finding.state == State::Affected) {
        let vulnerability = &finding.vulnerability;
        let gathered = all.entry(&vulnerability.id).or_default();
        gathered.vectors.extend(vulnerability.cvss.iter().map(|cvss| (cvss.vector.as_str(), &cvss.vector)));
        gathered.unreadable |= !vulnerability.unreadable_vectors.is_empty();
        gathered.weaknesses.extend(&vulnerability.weaknesses);
        gathered.exploited |= vulnerability.kev;
        gathered.epss = gathered.epss.max(vulnerability.epss.as_ref().map(|epss| (epss.score, epss.percentile)));
        if gathered.found_in.is_empty() {
            let version = finding.component.version.as_deref().unwrap_or("of unknown version");
            gathered.found_in = format!("{} {version}", finding.component.name);
        }
    }
    for own in situation.device.own_findings.iter().filter(|own| own.element == *element) {
        if own.versions.is_empty() || own.versions.contains(&version.id) || !answered.contains(&own.id) {
            let gathered = all.entry(&own.id).or_default();
            gathered.vectors.extend(own.vectors.iter().map(|vector| (vector.as_str(), vector)));
            gathered.weaknesses.extend(&own.weaknesses);
            gathered.exploited |= own.exploited;
            gathered.demonstrated |= own.demonstrated;
            if gathered.found_in.is_empty() {
                gathered.found_in.clone_from(&own.title);
            }
        }
    }
    let known = all.into_iter().map(|(id, gathered)| Known {
        id: id.clone(),
        profiles: profiles(situation, policy, id, &gathered),
        kind: 0,
    });
    Inventory::new(known.collect(), report)
}

/// The own findings of which somebody answers for their being in no other versions than those they name.
///
/// Asked of what is decided alone, whatever reading asks: that a version does not have a finding is no verdict that could turn.
fn versions_answered(situation: Situation<'_>) -> BTreeSet<VulnerabilityId> {
    if situation.device.own_findings.iter().all(|own| own.versions.is_empty()) {
        return BTreeSet::new();
    }
    let (decided, _) = Effects::decided(situation.device, situation.decisions, situation.as_of);
    let own = situation.device.own_findings.iter().map(|own| &own.id);
    own.filter(|id| decided.holds(&ClaimId::FindingVersions((*id).clone()))).cloned().collect()
}

/// Every vector is a profile of its own, never mixed with another's.
fn profiles(
    situation: Situation<'_>,
    policy: &Policy,
    id: &VulnerabilityId,
    gathered: &Gathered<'_>,
) -> Vec<(Profile, Arc<str>)> {
    let weaknesses: Vec<u32> = gathered.weaknesses.iter().copied().collect();
    let (raised_by, at_least) = raises(situation, policy, gathered);
    let mut profiles: Vec<(Profile, Arc<str>)> = gathered
        .vectors
        .values()
        .map(|vector| {
            let demands = vector.demands();
            let impacts = vector.impacts();
            let only_read = impacts.confidentiality && !impacts.integrity && !impacts.availability;
            let everything = impacts.confidentiality && impacts.integrity && impacts.availability;
            let runs_code = everything || situation.rulebook.code_execution.follows_from(&weaknesses, only_read);
            // In the order of the privileges: read, stop, alter, execute.
            let gains = [impacts.confidentiality, impacts.availability, impacts.integrity, runs_code];
            let profile = Profile {
                vector: demands.attack_vector,
                always: demands.complexity.saturating_add(demands.interaction),
                login: match demands.privileges {
                    Privileges::None => 0,
                    Privileges::Low => 1,
                    Privileges::High => 2,
                },
                gains: if runs_code { [false, false, false, true] } else { gains },
                raised_by,
                at_least,
                unscored: false,
            };
            (profile, format!("{id} in {}, {}", gathered.found_in, vector.as_str()).into())
        })
        .collect();
    // What cannot be read, and what nobody has said, is taken at its worst.
    if profiles.is_empty() || gathered.unreadable {
        let profile = Profile {
            vector: AttackVector::Network,
            always: 0,
            login: 0,
            gains: [false, false, false, true],
            raised_by,
            at_least,
            unscored: true,
        };
        let by = format!(
            "{id} in {}, which nobody has scored so that it can be read: taken at its worst",
            gathered.found_in
        );
        profiles.push((profile, by.into()));
    }
    profiles
}

/// By how much what is known of exploitation raises a class, and to what at least. Absent evidence raises nothing.
fn raises(situation: Situation<'_>, policy: &Policy, gathered: &Gathered<'_>) -> (u8, Exploitability) {
    let raises = &policy.raises;
    let likely = gathered
        .epss
        .is_some_and(|(score, percentile)| score >= raises.epss_score || percentile >= raises.epss_percentile);
    let before_market = situation.device.lifecycle.stage == Stage::Development;
    let mut by = 0_u8;
    by = by.saturating_add(if likely { raises.epss_by } else { 0 });
    by = by.saturating_add(if before_market { raises.before_market_by } else { 0 });
    let mut at_least = Exploitability::Low;
    if gathered.demonstrated {
        at_least = at_least.max(raises.demonstrated);
    }
    if gathered.exploited {
        at_least = at_least.max(raises.known_exploited);
    }
    (by, at_least)
}
