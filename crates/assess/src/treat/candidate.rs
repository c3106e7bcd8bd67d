//! The changes that a treatment may be made of, what each costs, and where in a derivation it could tell.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use ward_model::claim::ClaimId;
use ward_model::device::{
    Control, Cut, Decisions, Device, Element, ElementKind, Fallback, FieldedVersion, Link, Owner, Performer, Stage,
    UpdatePath,
};
use ward_model::finding::{Finding, State};
use ward_model::hypothesis::Change;
use ward_model::ids::{ComponentRef, ElementId, LinkId, VulnerabilityId};
use ward_model::lifecycle::UpdateOf;
use ward_model::treatment::NotOffered;
use ward_model::verdict::{Place, SubjectKind};
use ward_policy::{Rulebook, TreatmentCosts};
use ward_risk::open::Open;
use ward_risk::{Effects, loss, not_shown, rejected, spoken_against};
use ward_version::key;

use crate::lifecycle::{of_clinics, of_people};
use crate::suppose::{BY_UPDATE, Reports, enforced_elsewhere, mended, relied_on, scheme_of_finding};

/// A change that a treatment may contain.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub change: Change,
    pub title: String,
    pub cost: u64,
    pub cost_source: String,
    pub remarks: Vec<String>,
    /// A derivation that speaks of none of these is the same with the change and without, unless it opens.
    pub touches: BTreeSet<Place>,
    /// Whether a way may be open only because of it, wherever that is: an isolation by which a fallback or a control falls.
    pub opens: bool,
    /// Whether it leaves copies of a public key where nothing is verified with it any more, which then count as the private half.
    pub leaves_keys: bool,
}

impl Candidate {
    /// Whether it only ever closes ways: what it opens is judged apart.
    pub fn only_cuts(&self) -> bool {
        matches!(self.change, Change::Rely(_) | Change::Isolate(_) | Change::Fix(_)) && !self.opens && !self.leaves_keys
    }
}

/// How another version of what runs on an element reaches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Path {
    /// As the fielded version says.
    By(UpdatePath),
    /// Its owner brings it.
    ByOwner(Owner),
    /// Nobody says.
    NotSaid,
    /// Not at all.
    Never,
}

impl Path {
    /// What costs are looked up by.
    fn word(self) -> Option<&'static str> {
        if let Self::By(path) = self { Some(path.word()) } else { None }
    }

    fn remark(self) -> String {
        match self {
            Self::By(path) => format!("reaches units by: {path}"),
            Self::ByOwner(owner) => format!("its owner brings it there: {owner}"),
            Self::NotSaid => "nobody says how units are updated".to_owned(),
            Self::Never => "it does not reach these units".to_owned(),
        }
    }
}

/// A change that brings something else to run, and how that reaches units.
type Reaching = (Path, Candidate);

/// Everything at hand for one version, in the order of changes; and what is not, with the reason.
pub(crate) struct Offer<'a> {
    pub device: &'a Device,
    pub version: &'a FieldedVersion,
    pub effects: &'a Effects,
    pub decisions: &'a Decisions,
    pub rulebook: &'a Rulebook,
    pub found: &'a Reports,
    pub open: &'a [Open],
    pub presumed_too: bool,
    pub on: Date,
    /// Of what the update path of the version speaks.
    pub of: UpdateOf,
}

/// How many versions of one component are offered. Of a component with thousands of findings hundreds of versions are named as the
/// ends of some, and each would be assessed whole.
const MOST_VERSIONS: usize = 8;

/// Why others are not.
const FEW_VERSIONS: &str = "eight versions of a component are weighed: those at which most of what is uncontrolled there is said to have ended";

/// What there is to choose from.
pub(crate) struct Offered {
    pub candidates: Vec<Candidate>,
    pub not_offered: Vec<NotOffered>,
    /// How many versions of components are not among the candidates.
    pub not_weighed: usize,
}

/// Why nothing new is brought to units of a version on a day, if it is not: there is no path, or nobody supports it any more.
pub(crate) fn gets_nothing(device: &Device, version: &FieldedVersion, on: Date) -> Option<String> {
    if version.update_path == Some(UpdatePath::None) {
        return Some(format!("version {} cannot be updated", version.id));
    }
    let end = version.life.end_of_support.or(device.lifecycle.end_of_support).filter(|end| *end <= on);
    match end {
        Some(end) => Some(format!("version {} has had no support since {end}", version.id)),
        None if device.lifecycle.stage == Stage::EndOfSupport => {
            Some(format!("version {} has reached the end of its support", version.id))
        }
        None => None,
    }
}

impl Offer<'_> {
    pub fn candidates(&self) -> Offered {
        let mut not_offered = Vec::new();
        let mut candidates = self.controls(&mut not_offered);
        let mut not_weighed = 0;
        let (updates, few) = self.updates();
        let patches = updates.into_iter().chain(self.releases());
        let (reached, unreached): (Vec<_>, Vec<_>) = patches.partition(|(path, _)| *path != Path::Never);
        candidates.extend(reached.into_iter().map(|(_, candidate)| candidate));
        candidates.extend(self.weak_links());
        for (what, others) in few {
            not_weighed += others;
            not_offered.push(NotOffered {
                what: format!("{others} more {} of {what}", if others == 1 { "version" } else { "versions" }),
                reason: FEW_VERSIONS.to_owned(),
            });
        }
        if let Some(reason) = self.gets_nothing() {
            let what = if unreached.is_empty() { "changes of the design" } else { "patches and changes of the design" };
            not_offered.push(NotOffered { what: what.to_owned(), reason: format!("{reason}: no patch reaches it") });
        }
        candidates.extend(self.isolations());
        candidates.sort_by(|a, b| a.change.cmp(&b.change));
        candidates.dedup_by(|a, b| a.change == b.change);
        Offered { candidates, not_offered, not_weighed }
    }

    /// Why nothing new is brought to units of this version, if it is not.
    fn gets_nothing(&self) -> Option<String> {
        gets_nothing(self.device, self.version, self.on)
    }

    /// How another version reaches an element. What the fielded version says holds for what the maker owns, for what patients have, and for
    /// what stands in or at them, whoever owns it: a patient brings no firmware to an implant, nor a hospital to a pump. Hospitals and others
    /// bring new versions to their own servers, gateways and networks.
    fn path_to(&self, element: &ElementId) -> Path {
        let own = |owner: &Owner| matches!(owner, Owner::Hospital | Owner::ThirdParty);
        let others = self.device.elements.get(element).filter(|element| own(&element.owner));
        let with_patients = |kind| {
            use ElementKind::{BedsideDevice, Implant, Programmer, RemoteControl, ServiceTool, Wearable};
            matches!(kind, Implant | Wearable | BedsideDevice | Programmer | RemoteControl | ServiceTool)
        };
        match (others.filter(|element| !with_patients(element.kind)), self.version.update_path) {
            (Some(element), _) => Path::ByOwner(element.owner),
            (None, _) if self.gets_nothing().is_some() => Path::Never,
            (None, Some(path)) if self.is_meant(element) => Path::By(path),
            (None, _) => Path::NotSaid,
        }
    }

    /// Whether the path of the version speaks of an element: where there is both what people have and what clinics set that up by, it is the
    /// path of one of them. A technician brings nothing to an implant.
    fn is_meant(&self, element: &ElementId) -> bool {
        let here = |mut all: Box<dyn Iterator<Item = &Element> + '_>| all.any(|one| one.id == *element);
        let theirs = here(Box::new(of_people(self.device)));
        let clinics = here(Box::new(of_clinics(self.device)));
        match self.of {
            UpdateOf::Person => !clinics || of_people(self.device).next().is_none(),
            UpdateOf::Clinic => !theirs,
            UpdateOf::NotSaid => !theirs && !clinics,
        }
    }

    fn costs(&self) -> &TreatmentCosts {
        &self.rulebook.costs
    }

    fn controls(&self, not_offered: &mut Vec<NotOffered>) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        let rejected = rejected(self.device, self.decisions, self.on);
        for control in self.device.controls.values() {
            if relied_on(self.device, self.effects, control) {
                continue;
            }
            let mut refuse = |reason: String| {
                not_offered.push(NotOffered { what: format!("control {}", control.id), reason });
            };
            if control.enforcer.is_none() {
                refuse("nobody has said what enforces it, so that it has no effect".to_owned());
                continue;
            }
            let claim = ClaimId::Control(control.id.clone());
            if let Some(reason) = spoken_against(self.device, &rejected, &claim) {
                refuse(reason);
                continue;
            }
            if let Some(reason) = self.gets_nothing() {
                if control.category == BY_UPDATE {
                    refuse(format!("it comes as an update, and {reason}"));
                    continue;
                }
                // What is built in comes with a new version of what enforces it, if these units have it not already.
                let enforcer = control.enforcer.as_ref().map(|enforcer| self.path_to(&enforcer.element));
                if control.performed_by == Performer::Design && enforcer == Some(Path::Never) {
                    refuse(format!(
                        "it is part of the design, and {reason}: only where these units have it already does it count, once \
                         `ward decide DIR --claim {claim}` answers for it"
                    ));
                    continue;
                }
            }
            let (cost, cost_source) = match control.cost {
                Some(cost) => (cost, "the folder".to_owned()),
                None => self.costs().of("control", None, self.on),
            };
            let mut remarks = Vec::new();
            if control.performed_by.must_be_confirmed() {
                remarks.push(format!("holds only where it is confirmed: confirm it per {}", control.performed_by));
            }
            // Of a control that is decided only the confirmation is missing.
            if !self.effects.holds(&claim) {
                let decide =
                    || format!("`ward decide DIR --claim control:{}` after looking at its evidence", control.id);
                remarks.push(not_shown(self.device, &claim).map_or_else(decide, |reason| {
                    format!("to be made, tried and shown: {reason}, so that no decision gives it effect yet")
                }));
            }
            remarks.extend(control.hazard_added.iter().map(|hazard| format!("trades: {hazard}")));
            candidates.push(Candidate {
                change: Change::Rely(control.id.clone()),
                title: control.name.clone(),
                cost,
                cost_source,
                remarks,
                touches: self.touched_by(control),
                opens: false,
                leaves_keys: false,
            });
        }
        candidates
    }

    fn touched_by(&self, control: &Control) -> BTreeSet<Place> {
        let mut touched = BTreeSet::new();
        let links = || self.device.links.values();
        for cut in &control.cuts {
            match cut {
                Cut::Step { at, .. } => {
                    touched.insert(element(at));
                    links().filter(|link| link.to == *at).for_each(|link| touched.extend(around(link)));
                }
                Cut::Presence { at } | Cut::Vulnerability { at, .. } => drop(touched.insert(element(at))),
                Cut::Link { link, .. } => touched.extend(self.device.links.get(link).into_iter().flat_map(around)),
                Cut::LinksIntoZone { zone, .. } => {
                    let inside = |end: &ElementId| {
                        self.device.elements.get(end).is_some_and(|element| element.zone.as_ref() == Some(zone))
                    };
                    let into = links().filter(|link| inside(&link.from) || inside(&link.to));
                    into.for_each(|link| touched.extend(around(link)));
                }
            }
        }
        touched
    }

    /// One candidate for every version of a component at which something uncontrolled that is found there is said to end, of many
    /// those at which most ends; and of which components there are how many others.
    fn updates(&self) -> (Vec<Reaching>, Vec<(String, usize)>) {
        let open: BTreeSet<(&ElementId, &str)> =
            self.open.iter().map(|open| (&open.element, open.subject.id.as_str())).collect();
        let (mut candidates, mut few) = (Vec::new(), Vec::new());
        for ((_, at), reports) in self.found.iter().filter(|((version, _), _)| *version == self.version.id) {
            // Where what is presumed counts, whatever is found may have a part in it.
            let wanted = |finding: &&Finding| {
                finding.state == State::Affected
                    && (self.presumed_too || open.contains(&(at, finding.vulnerability.id.as_str())))
            };
            let mut ends: BTreeMap<&ComponentRef, (&Finding, Vec<Vec<String>>)> = BTreeMap::new();
            for finding in reports.open.findings.iter().filter(wanted) {
                let (_, ends) = ends.entry(&finding.component.reference).or_insert_with(|| (finding, Vec::new()));
                ends.push(mended(finding));
            }
            for (reference, (finding, ends)) in ends {
                let component = &finding.component;
                let (targets, others) = most_ending(finding, &ends);
                let path = self.path_to(at);
                if others > 0 && path != Path::Never {
                    few.push((format!("{} at {at}", component.name), others));
                }
                for target in targets {
                    let (cost, cost_source) = self.costs().of("update", path.word(), self.on);
                    let was = component.version.as_deref().unwrap_or("no version");
                    let brings = "re-assessed whole at that version; what it brings with it is not known".to_owned();
                    let remarks = vec![brings, path.remark()];
                    let candidate = Candidate {
                        title: format!("{} at {at}: {was} becomes {target}", component.name),
                        change: Change::Update(at.clone(), reference.clone(), target),
                        cost,
                        cost_source,
                        remarks,
                        touches: BTreeSet::from([element(at)]),
                        opens: false,
                        leaves_keys: false,
                    };
                    candidates.push((path, candidate));
                }
            }
        }
        (candidates, few)
    }

    /// One candidate for every finding of the maker's own that is uncontrolled and in no feed: a release without it, which nobody has made.
    fn releases(&self) -> Vec<Reaching> {
        let open: BTreeSet<&str> = self.open.iter().map(|open| open.subject.id.as_str()).collect();
        let in_feeds: BTreeSet<&VulnerabilityId> = self
            .found
            .values()
            .flat_map(|reports| &reports.open.findings)
            .flat_map(|finding| std::iter::once(&finding.vulnerability.id).chain(&finding.vulnerability.aliases))
            .collect();
        let mut releases: BTreeMap<&VulnerabilityId, BTreeSet<&ElementId>> = BTreeMap::new();
        for own in &self.device.own_findings {
            let here = own.versions.is_empty() || own.versions.contains(&self.version.id);
            if here && open.contains(own.id.as_str()) && !in_feeds.contains(&own.id) {
                releases.entry(&own.id).or_default().insert(&own.element);
            }
        }
        let releases = releases.into_iter().map(|(id, elements)| {
            // The path that costs most, or none where one of them cannot be reached.
            let paths = elements.iter().map(|at| self.path_to(at));
            let path = paths.max_by_key(|path| match path {
                Path::Never => u64::MAX,
                path => self.costs().of("release", path.word(), self.on).0,
            });
            let path = path.unwrap_or(Path::NotSaid);
            let (cost, cost_source) = self.costs().of("release", path.word(), self.on);
            let named: Vec<&str> = elements.iter().map(|at| at.as_str()).collect();
            let candidate = Candidate {
                change: Change::Fix(id.clone()),
                title: format!("a release of {} without {id}", named.join(" and ")),
                cost,
                cost_source,
                remarks: vec![
                    "to be made, tried and shown: nobody says that there is one, nor what else it brings".to_owned(),
                    path.remark(),
                ],
                touches: elements.into_iter().map(element).collect(),
                opens: false,
                leaves_keys: false,
            };
            (path, candidate)
        });
        releases.collect()
    }

    /// One candidate for every link on which a rule finds a weakness that is uncontrolled.
    fn weak_links(&self) -> Vec<Candidate> {
        let weaknesses = self.open.iter().filter(|open| open.subject.kind == SubjectKind::Weakness);
        let named: BTreeSet<(&str, &str)> = weaknesses.filter_map(|open| open.subject.id.split_once('@')).collect();
        let links: BTreeSet<LinkId> = named.iter().map(|(_, link)| LinkId::from(*link)).collect();
        let mut candidates = Vec::new();
        for id in &links {
            let Some(link) = self.device.links.get(id) else { continue };
            // Both ends get another version: where one of them cannot, it is not at hand.
            let paths = [&link.from, &link.to].map(|end| self.path_to(end));
            if paths.contains(&Path::Never) {
                continue;
            }
            let cost_of = |path: &Path| self.costs().of("secure", path.word(), self.on);
            let [(a, because_a), (b, because_b)] = paths.each_ref().map(cost_of);
            let (cost, cost_source) = if a >= b { (a, because_a) } else { (b, because_b) };
            let mitigations: BTreeSet<String> = named
                .iter()
                .filter(|(_, other)| *other == id.as_str())
                .filter_map(|(rule, _)| self.rulebook.rules.iter().find(|one| one.id.as_str() == *rule))
                .map(|rule| format!("{}: {}", rule.id, rule.mitigation))
                .collect();
            let mut remarks: Vec<String> = mitigations.into_iter().collect();
            remarks.push("a change of the design: to be verified, and brought to both ends".to_owned());
            candidates.push(Candidate {
                change: Change::Secure(id.clone()),
                title: format!("verify every sender on {}, and refuse what was seen before", link.name),
                cost,
                cost_source,
                remarks,
                touches: self.with_secrets(link),
                opens: false,
                leaves_keys: false,
            });
        }
        candidates
    }

    /// One candidate for every element that has links and stands where something is uncontrolled, or on the way.
    fn isolations(&self) -> Vec<Candidate> {
        let mut near: BTreeSet<ElementId> = self.open.iter().map(|open| open.element.clone()).collect();
        for node in self.open.iter().flat_map(|open| &open.witness.nodes) {
            match &node.at {
                Place::Element(id) => drop(near.insert(id.as_str().into())),
                Place::Link(id) => {
                    let link = self.device.links.get(&LinkId::from(id.as_str()));
                    near.extend(link.into_iter().flat_map(|link| [link.from.clone(), link.to.clone()]));
                }
                _ => {}
            }
        }
        // If no function that others fall back on stops with all of them, none stops with some.
        let stopped = loss::lost(self.device, self.effects, &near);
        let helpers_stop = self.device.functions.values().flat_map(|function| &function.effects).any(|effect| {
            effect.fallback.iter().flat_map(Fallback::helpers).any(|helper| stopped.contains_key(helper))
        });
        let elsewhere = self.device.controls.values().filter(|control| enforced_elsewhere(self.device, control));
        let enforcers: BTreeSet<&ElementId> =
            elsewhere.filter_map(|control| control.enforcer.as_ref()).map(|enforcer| &enforcer.element).collect();
        let mut ending: BTreeMap<&ElementId, Vec<&Link>> = BTreeMap::new();
        for link in self.device.links.values() {
            let ends = BTreeSet::from([&link.from, &link.to]);
            ends.into_iter().for_each(|end| ending.entry(end).or_default().push(link));
        }
        let mut candidates = Vec::new();
        for id in near.iter().cloned() {
            let Some(links) = ending.get(&id) else { continue };
            let (cost, cost_source) = self.costs().of("isolate", None, self.on);
            let named: Vec<&str> = links.iter().map(|link| link.id.as_str()).collect();
            candidates.push(Candidate {
                title: format!("take {id} off its links"),
                cost,
                cost_source,
                remarks: vec![format!("trades: everything that {} is good for", named.join(", "))],
                touches: links.iter().flat_map(|link| self.with_secrets(link)).collect(),
                opens: helpers_stop || enforcers.contains(&id),
                leaves_keys: links.iter().any(|link| self.by_public_key(link)),
                change: Change::Isolate(id),
            });
        }
        candidates
    }

    fn by_public_key(&self, link: &Link) -> bool {
        let secret = link.authentication.as_ref().and_then(|authentication| authentication.secret.as_ref());
        secret.and_then(|id| self.device.secrets.get(id)).is_some_and(|secret| secret.public)
    }

    /// A link, its ends, and the secret that it uses: who holds that follows from the links that use it.
    fn with_secrets(&self, link: &Link) -> BTreeSet<Place> {
        let secret = link.authentication.as_ref().and_then(|authentication| authentication.secret.as_ref());
        let secret = secret.map(|secret| Place::Secret(secret.to_string()));
        around(link).into_iter().chain(secret).collect()
    }
}

/// Of the versions at which some of these findings of one component end, those at which most have ended, in their order; and how many
/// others there are.
fn most_ending(finding: &Finding, ends: &[Vec<String>]) -> (Vec<String>, usize) {
    let all: BTreeSet<&String> = ends.iter().flatten().collect();
    if all.len() <= MOST_VERSIONS {
        return (all.into_iter().cloned().collect(), 0);
    }
    let scheme = scheme_of_finding(finding);
    let keyed = |version: &String| match key(scheme, version, None) {
        Some(key) => (Ok(key.class().code()), key.as_bytes().to_vec()),
        None => (Err(version.clone()), Vec::new()),
    };
    // Within a class the order of keys is that of versions; what has no key is compared with nothing but itself.
    let first_ends: Vec<BTreeMap<_, _>> = ends
        .iter()
        .map(|ends| {
            let mut first = BTreeMap::new();
            for end in ends {
                let (class, bytes) = keyed(end);
                let known = first.entry(class).or_insert_with(|| bytes.clone());
                *known = bytes.min(std::mem::take(known));
            }
            first
        })
        .collect();
    let mut counted: Vec<(usize, &String)> = all
        .into_iter()
        .map(|version| {
            let (class, bytes) = keyed(version);
            let ended = first_ends.iter().filter(|ends| ends.get(&class).is_some_and(|end| *end <= bytes)).count();
            (ended, version)
        })
        .collect();
    counted.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let others = counted.len() - MOST_VERSIONS;
    let mut kept: Vec<String> = counted.into_iter().take(MOST_VERSIONS).map(|(_, version)| version.clone()).collect();
    kept.sort();
    (kept, others)
}

/// An element, as a place.
pub(crate) fn element(id: &ElementId) -> Place {
    Place::Element(id.to_string())
}

/// A link and its ends.
fn around(link: &Link) -> Vec<Place> {
    vec![Place::Link(link.id.to_string()), element(&link.from), element(&link.to)]
}

/// The places that a subject and its derivation speak of.
pub(crate) fn places(device: &Device, open: &Open) -> BTreeSet<Place> {
    let mut places: BTreeSet<Place> = open.witness.nodes.iter().map(|node| node.at.clone()).collect();
    places.insert(element(&open.element));
    if open.subject.kind == SubjectKind::Weakness
        && let Some((_, link)) = open.subject.id.split_once('@')
    {
        places.insert(Place::Link(link.to_owned()));
        places.extend(device.links.get(&LinkId::from(link)).into_iter().flat_map(around));
    }
    places
}
