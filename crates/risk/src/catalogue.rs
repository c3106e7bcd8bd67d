//! What vulnerabilities demand and give, worked out once for a policy and a fielded version, and shared by every reading.
//!
//! Thousands of vulnerabilities come down to a few dozen profiles. Everything after this works on profiles.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ward_model::affected::SsvcStatement;
use ward_model::claim::ClaimId;
use ward_model::cvss::{AttackVector, Demands, Impacts, Privileges, Vector};
use ward_model::design::DesignOf;
use ward_model::device::{Carries, Cut, Device, FieldedVersion, OwnFinding, Stage};
use ward_model::finding::{Finding, MatchReport, State};
use ward_model::ids::{
    ComponentRef, ControlId, ElementId, FunctionId, LinkId, RuleId, SecretId, VulnerabilityId, ZoneId,
};
use ward_model::rubric::{Answers, Reanswered};
use ward_model::scale::Exploitability;
use ward_policy::{Evidence, Policy, Privilege, WeaknessRule};

use crate::answered::Answered;
use crate::context::{Context, FindingAnswers, Situation, Unknowns};
use crate::effects::Effects;
use crate::ground::weaknesses::speaking;
use crate::keyed::Keyed;
use crate::people::Staff;
use crate::vocabulary::Table;

/// What one vector of a vulnerability demands of an attacker and gives in return, with what is known of its exploitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Profile {
    pub vector: AttackVector,
    /// Demands that hold whichever way the attacker comes.
    pub always: u8,
    /// Demands that hold where a login is really enforced.
    pub login: u8,
    /// The privileges gained, by their order.
    gains: [bool; Privilege::ALL.len()],
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
        gains: [false; Privilege::ALL.len()],
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
    profiles: Profiles,
    /// The same as somebody has answered the rubric about this device, which has effect where the claim has.
    answered: Option<(ClaimId, Profiles)>,
    /// What is left of it where somebody answers for an own finding being in other versions alone: as it is told without that one.
    elsewhere: Option<(ClaimId, Box<Told>)>,
    /// The claims that say that it is not there; where none do for all that was found, nothing.
    unless: Option<Answered>,
    /// The place of its set of profiles among all sets at its element: vulnerabilities of one kind come out alike.
    pub kind: usize,
}

/// A vulnerability as somebody tells it.
#[derive(Debug, Clone)]
struct Told {
    profiles: Profiles,
    answered: Option<(ClaimId, Profiles)>,
}

/// What the vectors of a vulnerability come to, each with what a step by it is said to follow by.
type Profiles = Vec<(Profile, Arc<str>)>;

impl Known {
    /// One profile for each vector, as answered on the device where somebody answers for that.
    pub fn profiles(&self, effects: &Effects) -> &[(Profile, Arc<str>)] {
        if self.is_denied(effects) {
            return &[];
        }
        let (profiles, answered) = match &self.elsewhere {
            Some((claim, left)) if effects.holds(claim) => (&left.profiles, &left.answered),
            _ => (&self.profiles, &self.answered),
        };
        match answered {
            Some((claim, answered)) if effects.holds(claim) => answered,
            _ => profiles,
        }
    }

    /// Whether decisions say that it is not there: that it is in other versions alone, or that what was found is none.
    pub fn is_gone(&self, effects: &Effects) -> bool {
        let elsewhere =
            self.elsewhere.as_ref().is_some_and(|(claim, left)| effects.holds(claim) && left.profiles.is_empty());
        elsewhere || self.is_denied(effects)
    }

    /// Whether everything that was found is answered, and an own finding beside it is in other versions alone.
    fn is_denied(&self, effects: &Effects) -> bool {
        let own_is_elsewhere = self.elsewhere.as_ref().is_none_or(|(claim, _)| effects.holds(claim));
        own_is_elsewhere && self.unless.as_ref().is_some_and(|unless| unless.holds(effects))
    }

    /// What makes it come out alike with others: its profiles, those that claims make of them, and the claims that they are true.
    fn set(&self) -> Set {
        let set = |profiles: &Profiles| {
            let set: BTreeSet<Profile> = profiles.iter().map(|(profile, _)| *profile).collect();
            set.into_iter().collect::<Vec<_>>()
        };
        let claimed = |answered: &Option<(ClaimId, Profiles)>| {
            answered.as_ref().map(|(claim, profiles)| (claim.clone(), set(profiles)))
        };
        let elsewhere =
            self.elsewhere.as_ref().map(|(claim, left)| (claim.clone(), set(&left.profiles), claimed(&left.answered)));
        (set(&self.profiles), claimed(&self.answered), elsewhere, self.unless.clone())
    }
}

/// Profiles that hold where a claim does.
type Claimed = Option<(ClaimId, Vec<Profile>)>;

/// What makes vulnerabilities come out alike.
type Set = (Vec<Profile>, Claimed, Option<(ClaimId, Vec<Profile>, Claimed)>, Option<Answered>);

/// The vulnerabilities of an element in one reading.
#[derive(Debug, Clone, Default)]
pub(crate) struct Inventory {
    /// By identifier.
    pub known: Vec<Known>,
    /// Whether something may be read that is kept there without the secrets beside it.
    looked_at: bool,
    /// Whether there is an inventory at all.
    pub given: bool,
    /// Vulnerabilities of which it cannot be told whether they touch a component, with that in words.
    untold: Vec<(VulnerabilityId, String, Option<Answered>)>,
    /// Components that could not be assessed, with the reason in words.
    pub unassessed: Vec<(ComponentRef, String)>,
    /// Those of them that something known to be exploited may touch, which no record describes. A review says nothing of it: it may
    /// have come to be known since.
    pub exploited: BTreeSet<ComponentRef>,
}

impl Inventory {
    fn new(known: Vec<Known>, report: Option<&MatchReport>, answers: &FindingAnswers) -> Self {
        let left = known.iter().filter_map(|known| known.elsewhere.as_ref()?.1.answered.as_ref());
        let answered = known.iter().filter_map(|known| known.answered.as_ref()).chain(left);
        let looked_at =
            answered.flat_map(|(_, profiles)| profiles).any(|(profile, _)| profile.gains[Privilege::Look as usize]);
        let mut inventory = Self { known, looked_at, given: report.is_some(), ..Self::default() };
        let Some(report) = report else { return inventory };
        for finding in report.findings.iter().filter(|finding| finding.state == State::Unknown) {
            let version = finding.component.version.as_deref().unwrap_or("without version");
            let id = &finding.vulnerability.id;
            let text = format!("{id} in {} {version} cannot be told", finding.component.name);
            inventory.untold.push((id.clone(), text, Answered::all([finding], answers)));
        }
        for unassessed in &report.unassessed {
            let component = &unassessed.component;
            let version = component.version.as_deref().unwrap_or("without version");
            let mut text = format!("{} {version}: {}", component.name, unassessed.reason.word());
            if let Some(exploited) = unassessed.undescribed_text() {
                text.push_str(&format!(" ({exploited})"));
            }
            if !unassessed.undescribed.is_empty() {
                inventory.exploited.insert(component.reference.clone());
            }
            inventory.unassessed.push((component.reference.clone(), text));
        }
        inventory
    }

    /// Vulnerabilities of which it cannot be told whether they touch a component, with that in words, but those that somebody answers.
    pub fn untold(&self, effects: &Effects) -> impl Iterator<Item = (&VulnerabilityId, &str)> {
        let open =
            self.untold.iter().filter(|(_, _, unless)| !unless.as_ref().is_some_and(|unless| unless.holds(effects)));
        open.map(|(id, text, _)| (id, text.as_str()))
    }

    /// One vulnerability of every kind, among those that are asked for.
    pub fn one_of_each_kind(&self, among: impl Fn(&Known) -> bool) -> impl Iterator<Item = &Known> {
        let asked = self.known.iter().rev().filter(|known| among(known));
        let ones: BTreeMap<usize, &Known> = asked.map(|known| (known.kind, known)).collect();
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
    elements: Table<ElementId, Readings>,
    nothing: Inventory,
    links: Table<ElementId, Vec<LinkId>>,
    users: Table<SecretId, Vec<LinkId>>,
    enforcers: Table<SecretId, Vec<ElementId>>,
    inside: Table<ZoneId, Vec<ElementId>>,
    unzoned: Vec<ElementId>,
    told_apart: Table<LinkId, ()>,
    relieved_by: Table<FunctionId, BTreeSet<FunctionId>>,
    /// Who relies on which fallback, what is not known at its worst and at its best.
    staff: [Staff; 2],
    /// The controls that name a vulnerability at an element, in order, whether or not they have effect.
    naming: Table<(VulnerabilityId, ElementId), Vec<ControlId>>,
    cuts: Cuts,
    /// For each rule those of which a weakness may stand in the place of one by it, itself among them, in order.
    in_place_of: Table<RuleId, Vec<RuleId>>,
    /// The elements that take part in an essential function.
    essential: Table<ElementId, ()>,
    /// Of which things rules speak, and which: as they come, and by thing.
    weak: Keyed<DesignOf, Vec<u32>>,
}

/// Where the controls of a device cut, whether or not they have effect: each with the place of the cut among its own.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cuts {
    /// Steps at an element.
    pub steps: Table<ElementId, Vec<(ControlId, usize)>>,
    /// Messages on a link.
    pub links: Table<LinkId, Vec<(ControlId, usize)>>,
    /// Messages on every link into a zone.
    pub zones: Table<ZoneId, Vec<(ControlId, usize)>>,
    /// Touching an element.
    pub presence: Table<ElementId, Vec<(ControlId, usize)>>,
    /// Vulnerabilities at an element.
    pub vulnerabilities: Table<ElementId, Vec<(ControlId, usize)>>,
}

impl Cuts {
    fn of(situation: Situation<'_>) -> Self {
        let mut cuts = Self::default();
        for control in situation.device.controls.values() {
            for (place, cut) in control.cuts.iter().enumerate() {
                let here = (control.id.clone(), place);
                match cut {
                    Cut::Step { at, .. } => cuts.steps.entry(at.clone()).or_default().push(here),
                    Cut::Link { link, .. } => cuts.links.entry(link.clone()).or_default().push(here),
                    Cut::LinksIntoZone { zone, .. } => cuts.zones.entry(zone.clone()).or_default().push(here),
                    Cut::Presence { at } => cuts.presence.entry(at.clone()).or_default().push(here),
                    Cut::Vulnerability { at, .. } => cuts.vulnerabilities.entry(at.clone()).or_default().push(here),
                }
            }
        }
        cuts
    }
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
        let essential = situation.device.functions.values().filter(|function| function.essential);
        let mut catalogue = Self {
            elements,
            nothing: Inventory::default(),
            links,
            users,
            enforcers,
            inside,
            unzoned,
            told_apart: told_apart(situation.device),
            relieved_by: relieved_by(situation.device),
            staff: [Unknowns::Worst, Unknowns::Best].map(|unknowns| Staff::new(situation.device, unknowns)),
            naming: naming(situation.device),
            cuts: Cuts::of(situation),
            in_place_of: in_place_of(&situation.rulebook.rules),
            essential: essential.flat_map(|one| one.realised_by.elements()).map(|id| (id.clone(), ())).collect(),
            weak: Keyed::default(),
        };
        let (effects, unknowns, confirmed) = (Effects::none(), Unknowns::Worst, &[][..]);
        let context =
            Context { situation, policy, version, confirmed, effects: &effects, unknowns, catalogue: &catalogue };
        catalogue.weak = speaking(&context).into_iter().collect();
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

    /// Whether an element takes part in an essential function.
    pub fn is_essential(&self, element: &ElementId) -> bool {
        self.essential.contains_key(element)
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

    /// The functions whose loss another notices, or for which it takes over, in order.
    pub fn relieved_by(&self, helper: &FunctionId) -> impl Iterator<Item = &FunctionId> {
        self.relieved_by.get(helper).into_iter().flatten()
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

/// The links with one end in a zone that some control, in effect or not, lets nothing enter.
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
    let behind = |end: &ElementId| {
        let zone = device.elements.get(end).and_then(|element| element.zone.as_ref());
        zone.filter(|zone| walled.contains(zone))
    };
    device
        .links
        .values()
        .filter(|link| behind(&link.from) != behind(&link.to))
        .map(|link| (link.id.clone(), ()))
        .collect()
}

/// For each function that notices the loss of others or takes over for them: which these are.
fn relieved_by(device: &Device) -> Table<FunctionId, BTreeSet<FunctionId>> {
    let mut relieved_by: Table<FunctionId, BTreeSet<FunctionId>> = Table::default();
    for function in device.functions.values() {
        for fallback in function.effects.iter().filter_map(|effect| effect.fallback.as_ref()) {
            for helper in [&fallback.function, &fallback.detection] {
                relieved_by.entry(helper.clone()).or_default().insert(function.id.clone());
            }
        }
    }
    relieved_by
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

/// What is known of one vulnerability at an element, whichever component or finding says so.
#[derive(Debug, Clone, Default)]
struct Gathered<'a> {
    vectors: BTreeMap<&'a str, &'a Vector>,
    /// Whether somebody's vector cannot be read.
    unreadable: bool,
    weaknesses: BTreeSet<u32>,
    exploited: bool,
    demonstrated: bool,
    statements: BTreeSet<&'a SsvcStatement>,
    exploit_references: BTreeSet<&'a str>,
    epss: Option<(u32, u32)>,
    found_in: String,
}

/// What vectors demand and give: few of them are written differently.
type Vectors<'a> = BTreeMap<&'a str, (Demands, Impacts)>;

/// The maker's own findings by element, those that name other versions too: that they are in no more is a claim.
fn own_findings(device: &Device) -> BTreeMap<&ElementId, Vec<&OwnFinding>> {
    let mut found: BTreeMap<&ElementId, Vec<&OwnFinding>> = BTreeMap::new();
    for own in &device.own_findings {
        found.entry(&own.element).or_default().push(own);
    }
    found
}

/// Whether an own finding is said to be in other versions than this one.
fn names_others(own: &OwnFinding, version: &FieldedVersion) -> bool {
    !own.versions.is_empty() && !own.versions.contains(&version.id)
}

fn known<'a>(
    (situation, policy, version): (Situation<'a>, &Policy, &FieldedVersion),
    element: &ElementId,
    own: &[&'a OwnFinding],
    (report, answers): (Option<&'a MatchReport>, &FindingAnswers),
    vectors: &mut Vectors<'a>,
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
        gathered.statements.extend(&vulnerability.ssvc);
        gathered.exploit_references.extend(vulnerability.exploit_references.iter().map(String::as_str));
        gathered.epss = gathered.epss.max(vulnerability.epss.as_ref().map(|epss| (epss.score, epss.percentile)));
        if gathered.found_in.is_empty() {
            let version = finding.component.version.as_deref().unwrap_or("of unknown version");
            gathered.found_in = format!("{} {version}", finding.component.name);
        }
    }
    let (elsewhere, here): (Vec<&'a OwnFinding>, Vec<&'a OwnFinding>) =
        own.iter().copied().partition(|own| names_others(own, version));
    let unless = unless(found, &here, answers);
    for own in here {
        all.entry(&own.id).or_default().found_by(own);
    }
    // What is left where the claims hold that those are in other versions alone; what else is said of the same name stays.
    let mut left: BTreeMap<&VulnerabilityId, Option<Gathered<'_>>> = BTreeMap::new();
    for own in elsewhere {
        left.entry(&own.id).or_insert_with(|| all.get(&own.id).cloned());
        all.entry(&own.id).or_default().found_by(own);
    }
    let mut told = |id: &VulnerabilityId, gathered: &Gathered<'a>| {
        let mut profiles =
            |answers: Option<(&Answers, Answering)>| profiles(situation, policy, id, gathered, vectors, answers);
        let rubric = situation.device.rubrics.get_key_value(&(element.clone(), id.clone()));
        Told {
            profiles: profiles(rubric.map(|(_, answers)| (answers, Answers::claiming as Answering))),
            answered: rubric.map(|((element, vulnerability), answers)| {
                let claim = ClaimId::Rubric(element.clone(), vulnerability.clone());
                (claim, profiles(Some((answers, Answers::answering))))
            }),
        }
    };
    let known = all.iter().map(|(id, gathered)| {
        let Told { mut profiles, mut answered } = told(id, gathered);
        let elsewhere = left.get(id).map(|left| {
            let left = left.as_ref().map(|left| told(id, left));
            let left = left.unwrap_or(Told { profiles: Vec::new(), answered: None });
            // More that is said of it is never better than less: what is taken at its worst without it stays.
            add(&mut profiles, &left.profiles);
            if let (Some((_, answered)), Some((_, left))) = (&mut answered, &left.answered) {
                add(answered, left);
            }
            (ClaimId::FindingVersions((*id).clone()), Box::new(left))
        });
        Known { id: (*id).clone(), profiles, answered, elsewhere, unless: unless.get(id).cloned(), kind: 0 }
    });
    Inventory::new(known.collect(), report, answers)
}

/// What answers each vulnerability as a whole: all that was found of it, and nothing that the maker has found in this version.
fn unless<'a>(
    found: &'a [Finding],
    here: &[&OwnFinding],
    answers: &FindingAnswers,
) -> BTreeMap<&'a VulnerabilityId, Answered> {
    let mut findings: BTreeMap<&VulnerabilityId, Vec<&Finding>> = BTreeMap::new();
    if answers.is_empty() {
        return BTreeMap::new();
    }
    for finding in found.iter().filter(|finding| finding.state == State::Affected) {
        findings.entry(&finding.vulnerability.id).or_default().push(finding);
    }
    findings.retain(|id, _| here.iter().all(|own| own.id != **id));
    findings.into_iter().filter_map(|(id, found)| Some((id, Answered::all(found, answers)?))).collect()
}

fn add(profiles: &mut Profiles, more: &Profiles) {
    for (profile, by) in more {
        if !profiles.iter().any(|(known, _)| known == profile) {
            profiles.push((*profile, Arc::clone(by)));
        }
    }
}

impl<'a> Gathered<'a> {
    fn found_by(&mut self, own: &'a OwnFinding) {
        self.vectors.extend(own.vectors.iter().map(|vector| (vector.as_str(), vector)));
        self.weaknesses.extend(&own.weaknesses);
        self.exploited |= own.exploited;
        self.demonstrated |= own.demonstrated;
        if self.found_in.is_empty() {
            self.found_in.clone_from(&own.title);
        }
    }
}

/// How answers to the rubric change what a vector says.
type Answering = fn(&Answers, Demands, Impacts) -> Reanswered;

/// What is read where nobody has said anything.
const WORST: (Demands, Impacts) = (
    Demands { attack_vector: AttackVector::Network, complexity: 0, privileges: Privileges::None, interaction: 0 },
    Impacts { confidentiality: true, integrity: true, availability: true },
);

/// Every vector is a profile of its own, never mixed with another's.
fn profiles<'a>(
    situation: Situation<'_>,
    policy: &Policy,
    id: &VulnerabilityId,
    gathered: &Gathered<'a>,
    vectors: &mut Vectors<'a>,
    answers: Option<(&Answers, Answering)>,
) -> Profiles {
    let weaknesses: Vec<u32> = gathered.weaknesses.iter().copied().collect();
    let (raised_by, at_least) = raises(situation, policy, gathered);
    let profile = |(demands, impacts): (Demands, Impacts), unscored: bool| {
        let read = match answers {
            Some((answers, answering)) => answering(answers, demands, impacts),
            None => Reanswered::unanswered(demands, impacts),
        };
        let Reanswered { demands, impacts, reads_secrets } = read;
        let only_read = impacts.confidentiality && !impacts.integrity && !impacts.availability;
        let everything = impacts.confidentiality && impacts.integrity && impacts.availability;
        // That weaknesses of a kind always run code is no question of the rubric: no answer takes it back.
        let runs_code = everything || situation.rulebook.code_execution.follows_from(&weaknesses, only_read);
        let mut gains = [false; Privilege::ALL.len()];
        gains[Privilege::Execute as usize] = runs_code;
        gains[Privilege::Read as usize] = !runs_code && impacts.confidentiality && reads_secrets;
        gains[Privilege::Look as usize] = !runs_code && impacts.confidentiality && !reads_secrets;
        gains[Privilege::Alter as usize] = !runs_code && impacts.integrity;
        gains[Privilege::Stop as usize] = !runs_code && impacts.availability;
        Profile {
            vector: demands.attack_vector,
            always: demands.complexity.saturating_add(demands.interaction),
            login: match demands.privileges {
                Privileges::None => 0,
                Privileges::Low => 1,
                Privileges::High => 2,
            },
            gains,
            raised_by,
            at_least,
            unscored,
        }
    };
    let answered = answers.map_or_else(String::new, |(answers, _)| format!(", answered {answers}"));
    let mut profiles: Profiles = gathered
        .vectors
        .iter()
        .map(|(text, vector)| {
            let read = *vectors.entry(text).or_insert_with(|| (vector.demands(), vector.impacts()));
            let by = format!("{id} in {}, {}{answered}", gathered.found_in, vector.as_str());
            (profile(read, false), by.into())
        })
        .collect();
    // What cannot be read, and what nobody has said, is taken at its worst.
    if profiles.is_empty() || gathered.unreadable {
        let by = format!(
            "{id} in {}, which nobody has scored so that it can be read: taken at its worst{answered}",
            gathered.found_in
        );
        profiles.push((profile(WORST, true), by.into()));
    }
    profiles
}

/// By how much what is known of exploitation raises a class, and to what at least. Absent evidence raises nothing.
fn raises(situation: Situation<'_>, policy: &Policy, gathered: &Gathered<'_>) -> (u8, Exploitability) {
    let raised = policy.raised(&Evidence {
        known_exploited: gathered.exploited,
        statements: gathered.statements.iter().map(|statement| (*statement).clone()).collect(),
        exploit_references: gathered.exploit_references.iter().map(|reference| (*reference).to_owned()).collect(),
        demonstrated: gathered.demonstrated,
        epss: gathered.epss,
        before_market: situation.device.lifecycle.stage == Stage::Development,
        ..Evidence::default()
    });
    (raised.by, raised.at_least)
}
