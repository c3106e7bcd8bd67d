//! Small systems: random ones for the laws, and a builder for cases written by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use jiff::civil::{Date, date};
use proptest::prelude::*;
use ward_model::claim::{Claim, ClaimId, ElementClaim, FunctionClaim, HazardClaim, LinkClaim};
use ward_model::cvss::{CvssVersion, Vector};
use ward_model::design::{Design, DesignKind, DesignOf, Designs, Feature, Property};
use ward_model::device::*;
use ward_model::digest::Digest;
use ward_model::finding::*;
use ward_model::ids::*;
use ward_model::scale::{Axis, Position, Severity};
use ward_model::verdict::{Outcome, PresumedBecause};
use ward_policy::{Library, Rulebook};

use crate::catalogue::Catalogue;
use crate::context::{Context, ElementReports, Situation, Unknowns};
use crate::effects::Effects;
use crate::run::{Judged, Key, Run, Standing};
use crate::subject::SubjectKey;

mod joined;

pub(crate) use joined::systems;

pub(crate) const TODAY: Date = date(2026, 11, 22);

/// So many cases, unless the long run asks for more by `PROPTEST_CASES`.
pub(crate) fn cases(usual: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(usual), ..ProptestConfig::default() }
}

/// A policy with the rules that come with the program. They are read once: a law is tried on thousands of systems.
pub(crate) fn rulebook() -> Rulebook {
    static BUILT_IN: LazyLock<Rulebook> =
        LazyLock::new(|| Library::built_in().unwrap().select(&["fda-postmarket-2016".to_owned()], TODAY).unwrap());
    BUILT_IN.clone()
}

/// A device with what was found on it.
#[derive(Debug, Clone)]
pub(crate) struct System {
    pub device: Device,
    pub reports: BTreeMap<(FieldedVersionId, ElementId), ElementReports>,
    pub confirmed: Vec<ControlId>,
}

impl System {
    pub fn empty() -> Self {
        Self {
            device: Device {
                name: "device".into(),
                maker: "maker".into(),
                intended_use: "tests".into(),
                environments: vec![Environment::Hospital],
                policies: vec!["fda-postmarket-2016".into()],
                versions: vec![FieldedVersion {
                    id: "1".into(),
                    units: Some(10),
                    update_path: None,
                    life: Default::default(),
                    cohorts: Vec::new(),
                    inventories: BTreeMap::new(),
                }],
                digest: Digest::of(b"device"),
                ..Device::new("d", date(2026, 1, 1))
            },
            reports: BTreeMap::new(),
            confirmed: Vec::new(),
        }
    }

    pub fn element(&mut self, id: &str) -> &mut Element {
        self.device.elements.entry(id.into()).or_insert(Element {
            id: id.into(),
            name: id.into(),
            kind: ElementKind::BedsideDevice,
            owner: Owner::Maker,
            zone: None,
            hardware: Vec::new(),
            without_software: true,
            instances_per_site: Some(1),
            local_login: false,
        })
    }

    pub fn link(&mut self, id: &str, from: &str, to: &str, medium: Medium) -> &mut Link {
        self.element(from);
        self.element(to);
        self.device.links.entry(id.into()).or_insert(Link {
            id: id.into(),
            name: id.into(),
            from: from.into(),
            to: to.into(),
            medium,
            protocol: None,
            exposed_to: None,
            carries: Some(vec![Carries::Data]),
            authentication: None,
            encryption: None,
            integrity: None,
            anti_replay: None,
            fed_by: None,
        })
    }

    pub fn harm(&mut self, id: &str, severity: Severity) -> &mut Harm {
        self.device.harms.entry(id.into()).or_insert(Harm {
            id: id.into(),
            text: id.into(),
            axis: Axis::Person,
            severity,
        })
    }

    pub fn function(&mut self, id: &str, realised_by: RealisedBy, effects: &[(HowDegraded, &str)]) -> &mut Function {
        let effects = effects.iter().map(|(on, harm)| Effect {
            on: *on,
            hazardous_situation: format!("{id} {on}"),
            harm: (*harm).into(),
            onset_seconds: None,
            fallback: None,
            health_data: false,
        });
        self.device.functions.entry(id.into()).or_insert(Function {
            id: id.into(),
            name: id.into(),
            // What follows from its degrading in other ways is left unsaid in most tests.
            essential: false,
            realised_by,
            fed_by: None,
            persons: None,
            at_once_per_instance: Some(1),
            effects: effects.collect(),
        })
    }

    pub fn control(&mut self, id: &str, cuts: Vec<Cut>, enforcer: &str) -> &mut Control {
        self.device.controls.entry(id.into()).or_insert(Control {
            id: id.into(),
            name: id.into(),
            category: "compensating".into(),
            cuts,
            enforcer: Some(Enforcer { element: enforcer.into(), secret: None }),
            performed_by: Performer::Design,
            hazard_added: None,
            hazards: Default::default(),
            cost: None,
        })
    }

    pub fn finding(&mut self, id: &str, element: &str, vector: Option<&str>, state: State) -> &mut Finding {
        self.element(element);
        let found = finding(id, vector, state);
        let reports = self.reports.entry(("1".into(), element.into())).or_default();
        reports.open.findings.push(found.clone());
        reports.complete.findings.push(found);
        reports.open.findings.last_mut().unwrap()
    }

    /// Changes a finding in both readings of its element.
    pub fn each_finding(&mut self, mut change: impl FnMut(&mut Finding)) {
        for reports in self.reports.values_mut() {
            reports.open.findings.iter_mut().for_each(&mut change);
            reports.complete.findings.iter_mut().for_each(&mut change);
        }
    }

    /// Every claim that the device makes.
    pub fn claims(&self) -> Vec<ClaimId> {
        let device = &self.device;
        let mut claims = Vec::new();
        for id in device.elements.keys() {
            for claim in [ElementClaim::InterfacesListed, ElementClaim::SoftwareListed, ElementClaim::FunctionsListed] {
                claims.push(ClaimId::Element(id.clone(), claim));
            }
            if device.elements[id].local_login {
                claims.push(ClaimId::Element(id.clone(), ElementClaim::LocalLogin));
            }
        }
        for link in device.links.values() {
            let mut claim =
                |claimed: bool, claim| claims.extend(claimed.then(|| ClaimId::Link(link.id.clone(), claim)));
            claim(link.authentication.is_some(), LinkClaim::Authentication);
            claim(link.exposed_to.is_some(), LinkClaim::ExposedTo);
            claim(link.carries.is_some(), LinkClaim::Carries);
            claim(link.anti_replay == Some(true), LinkClaim::AntiReplay);
            claim(link.fed_by.is_some(), LinkClaim::FedBy);
        }
        for secret in device.secrets.values() {
            claims.extend((secret.per_unit == Some(true)).then(|| ClaimId::SecretPerUnit(secret.id.clone())));
            claims.extend(secret.public.then(|| ClaimId::SecretPublic(secret.id.clone())));
        }
        for function in device.functions.values() {
            if !matches!(function.realised_by, RealisedBy::All(_) | RealisedBy::People) {
                claims.push(ClaimId::Function(function.id.clone(), FunctionClaim::Redundancy));
            }
            claims.extend(
                function.fed_by.is_some().then(|| ClaimId::Function(function.id.clone(), FunctionClaim::FedBy)),
            );
            if function.effects.iter().any(|effect| effect.fallback.is_some()) {
                claims.push(ClaimId::Function(function.id.clone(), FunctionClaim::Fallback));
            }
        }
        let limited = device.own_findings.iter().filter(|own| !own.versions.is_empty());
        claims.extend(limited.map(|own| ClaimId::FindingVersions(own.id.clone())));
        claims.extend(device.controls.keys().cloned().map(ClaimId::Control));
        for control in device.controls.values() {
            for hazard in control.hazards.listed() {
                let claim = |claim| ClaimId::ControlHazard(control.id.clone(), hazard.id.clone(), claim);
                claims.extend(hazard.is_estimated().then(|| claim(HazardClaim::Estimate)));
                claims.push(claim(HazardClaim::Residual));
            }
        }
        claims.extend(device.designs.claimed().map(|(of, property)| ClaimId::Design(of.clone(), property)));
        let rubrics = device.rubrics.keys();
        claims.extend(rubrics.map(|(element, vulnerability)| ClaimId::Rubric(element.clone(), vulnerability.clone())));
        claims
    }

    /// Puts every claim into the device, as its folder would.
    pub fn make_claims(&mut self) {
        self.device.claims = self
            .claims()
            .into_iter()
            .map(|id| {
                let claim = Claim {
                    statement: id.to_string(),
                    premise: Digest::of(id.to_string().as_bytes()),
                    evidence: Some(ward_model::claim::Evidence {
                        path: "evidence/e".into(),
                        place: None,
                        digest: Some(Digest::of(b"evidence")),
                        reading: Default::default(),
                    }),
                    file: "system.toml".into(),
                    id: id.clone(),
                };
                (id, claim)
            })
            .collect();
    }

    pub fn situation<'a>(&'a self, rulebook: &'a Rulebook, decisions: &'a Decisions) -> Situation<'a> {
        Situation {
            device: &self.device,
            reports: &self.reports,
            rulebook,
            decisions,
            as_of: TODAY,
            partial_knowledge: None,
        }
    }

    /// How every subject comes out when these claims have effect.
    pub fn outcomes(&self, rulebook: &Rulebook, effects: &Effects) -> All {
        let decisions = no_decisions();
        let situation = self.situation(rulebook, &decisions);
        let catalogue = Catalogue::new(situation, &rulebook.policies[0], &self.device.versions[0]);
        let outcomes = Run::new(self.context(situation, effects, &catalogue)).outcomes();
        let mut all = All::default();
        for (key, standing) in outcomes.subjects() {
            match standing {
                Standing::Judged(judged) => {
                    all.judged.insert(key, Judged::clone(&judged));
                }
                Standing::Covered(_) => {
                    all.covered.insert(key);
                }
            }
        }
        for key in self.possible_keys(rulebook) {
            let outcome = outcomes.outcome(&key);
            all.outcomes.insert(key, outcome);
        }
        all
    }

    pub fn context<'a>(
        &'a self,
        situation: Situation<'a>,
        effects: &'a Effects,
        catalogue: &'a Catalogue,
    ) -> Context<'a> {
        Context {
            situation,
            policy: &situation.rulebook.policies[0],
            version: &self.device.versions[0],
            confirmed: &self.confirmed,
            effects,
            unknowns: Unknowns::Worst,
            catalogue,
        }
    }

    /// Every subject that could arise in any reading.
    pub fn possible_keys(&self, rulebook: &Rulebook) -> Vec<Key> {
        let mut keys = Vec::new();
        for ((_, element), reports) in &self.reports {
            for finding in &reports.open.findings {
                keys.push(SubjectKey::Vulnerability(finding.vulnerability.id.clone(), element.clone()));
            }
        }
        let device = &self.device;
        for rule in &rulebook.rules {
            let mut may_have = |of: DesignOf, element: &ElementId| {
                if !rule.finds.has().is_subset(&device.designs.of(&of).has) {
                    return;
                }
                keys.push(SubjectKey::Weakness(rule.id.clone(), of, element.clone()));
            };
            match rule.finds.kind() {
                DesignKind::Link => {
                    device.links.values().for_each(|link| may_have(DesignOf::Link(link.id.clone()), &link.to));
                }
                DesignKind::Element => {
                    device.elements.keys().for_each(|element| may_have(DesignOf::Element(element.clone()), element));
                }
                DesignKind::Secret => device.secrets.keys().for_each(|secret| {
                    let of = DesignOf::Secret(secret.clone());
                    device.elements.keys().for_each(|element| may_have(of.clone(), element));
                }),
                DesignKind::Function => device.functions.values().for_each(|function| {
                    let of = DesignOf::Function(function.id.clone());
                    function.realised_by.elements().iter().for_each(|element| may_have(of.clone(), element));
                }),
            }
        }
        let known = keys.into_iter().map(|subject| Key { subject, because: None });
        let reasons = [PresumedBecause::Unmodelled, PresumedBecause::Unassessed, PresumedBecause::UnknownRange];
        let presumed = self.device.elements.keys().flat_map(|element| {
            reasons.map(|because| Key { subject: SubjectKey::Presumed(element.clone()), because: Some(because) })
        });
        known.chain(presumed).collect()
    }
}

/// Everything that one reading comes to, spread out.
#[derive(Debug, Clone, Default)]
pub(crate) struct All {
    pub judged: BTreeMap<Key, Judged>,
    pub covered: BTreeSet<Key>,
    outcomes: BTreeMap<Key, Outcome>,
}

impl All {
    /// What is judged, without the numbers that facts happen to have, and so without which of two ways that come out alike is shown.
    pub fn unnumbered(&self) -> BTreeMap<Key, Judged> {
        let mut judged = self.judged.clone();
        for judged in judged.values_mut() {
            for cell in judged.harms.iter_mut().chain(&mut judged.cell) {
                (cell.fact, cell.reach) = (crate::program::FactId(0), ward_model::scale::Reach::One);
            }
        }
        judged
    }

    pub fn outcome(&self, key: &Key) -> Outcome {
        self.outcomes.get(key).copied().unwrap_or(Outcome::Controlled)
    }
}

pub(crate) fn no_decisions() -> Decisions {
    Decisions { entered: Vec::new(), digest: Digest::of(b"") }
}

pub(crate) fn finding(id: &str, vector: Option<&str>, state: State) -> Finding {
    let cvss = vector.map(|text| {
        let vector = Vector::parse(text).unwrap();
        let score = vector.scores().overall;
        CvssSummary { version: CvssVersion::V31.to_string(), vector, score, source: "test".into() }
    });
    Finding {
        conflicts: Vec::new(),
        vulnerability: Arc::new(VulnerabilitySummary {
            id: id.into(),
            aliases: Vec::new(),
            former_names: Vec::new(),
            severity: "high".into(),
            cvss: cvss.into_iter().collect(),
            unreadable_vectors: Vec::new(),
            weaknesses: Vec::new(),
            kev: false,
            ssvc: Vec::new(),
            exploit_references: Vec::new(),
            epss: None,
            withdrawn: false,
            published: None,
            received: None,
            description: String::new(),
        }),
        component: Arc::new(ComponentSummary {
            reference: ComponentRef::new(format!("ref-{id}")),
            name: "component".into(),
            version: Some("1".into()),
            purl: None,
            cpes: Vec::new(),
        }),
        state,
        fixed_in: Vec::new(),
        confidence: Confidence::Exact,
        proof: Arc::new(Proof {
            record: id.into(),
            source: "test".into(),
            criterion: String::new(),
            range: String::new(),
            identity: String::new(),
            environment: Vec::new(),
            voices: Vec::new(),
        }),
    }
}

const ELEMENTS: [&str; 4] = ["a", "b", "c", "d"];
const VECTORS: [&str; 8] = [
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:3.1/AV:N/AC:H/PR:L/UI:N/S:U/C:N/I:H/A:N",
    "CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H",
    "CVSS:3.1/AV:A/AC:H/PR:N/UI:R/S:U/C:N/I:L/A:N",
    "CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:H/I:N/A:N",
    "CVSS:3.1/AV:P/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:3.1/AV:P/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:L",
    "AV:N/AC:M/Au:S/C:P/I:N/A:N",
];
const MEDIA: [Medium; 4] = [Medium::Ip, Medium::Bluetooth, Medium::Usb, Medium::Wifi];

fn a_link() -> impl Strategy<Value = Link> {
    let exposed = prop::option::of(prop::sample::subsequence(Position::ALL.to_vec(), 0..4));
    let carries = prop::option::of(prop::sample::subsequence(Carries::ALL.to_vec(), 0..=3));
    let authentication = prop::option::of(prop::option::of(0..2_usize));
    (0..4_usize, 0..4_usize, 0..4_usize, exposed, carries, authentication, any::<Option<bool>>(), fed_by()).prop_map(
        |(from, to, medium, exposed_to, carries, authentication, anti_replay, fed_by)| Link {
            id: "l".into(),
            name: "link".into(),
            from: ELEMENTS[from].into(),
            to: ELEMENTS[to].into(),
            medium: MEDIA[medium],
            protocol: None,
            exposed_to,
            carries,
            authentication: authentication.map(|secret| Authentication {
                mechanism: "mac".into(),
                secret: secret.map(|number| SecretId::new(format!("s{number}"))),
            }),
            encryption: None,
            integrity: None,
            anti_replay,
            fed_by,
        },
    )
}

fn fed_by() -> impl Strategy<Value = Option<Vec<LinkId>>> {
    prop::option::of(prop::sample::subsequence((0..4_usize).collect::<Vec<_>>(), 0..3))
        .prop_map(|links| links.map(|links| links.iter().map(|number| LinkId::new(format!("l{number}"))).collect()))
}

fn an_element() -> impl Strategy<Value = (usize, Option<usize>, Option<u64>, bool)> {
    (0..4_usize, prop::option::of(0..2_usize), prop::option::of(1..4_u64), any::<bool>())
}

fn a_function() -> impl Strategy<Value = Function> {
    let elements = prop::sample::subsequence(ELEMENTS.to_vec(), 1..=3);
    let effects = prop::collection::vec((0..3_usize, 0..3_usize, prop::option::of(0..2_usize)), 0..3);
    (0..3_usize, elements, effects, prop::option::of(1..3_u64), prop::option::of(0..2_usize), fed_by()).prop_map(
        |(kind, elements, effects, at_once_per_instance, group, fed_by)| {
            let elements: Vec<ElementId> = elements.iter().map(|id| ElementId::from(*id)).collect();
            let effects = effects.into_iter().map(|(how, harm, fallback)| Effect {
                on: HowDegraded::ALL[how],
                hazardous_situation: "situation".into(),
                harm: HarmId::new(format!("h{harm}")),
                onset_seconds: Some(60),
                fallback: fallback.map(|detection| Fallback {
                    function: "f0".into(),
                    detection: FunctionId::new(format!("f{detection}")),
                    detection_seconds: 5,
                    switch_over_seconds: 5,
                    staff_per_site: 3,
                }),
                health_data: false,
            });
            Function {
                id: "f".into(),
                name: "function".into(),
                essential: true,
                realised_by: match kind {
                    0 => RealisedBy::All(elements),
                    1 => RealisedBy::Any(elements),
                    _ => RealisedBy::Voted { required: elements.len().div_ceil(2), of: elements },
                },
                fed_by,
                persons: group.map(|number| PersonGroupId::new(format!("g{number}"))),
                at_once_per_instance,
                effects: effects.collect(),
            }
        },
    )
}

/// What is said of the hazards of a control: nothing, that there is none, or one or two.
fn some_hazards() -> impl Strategy<Value = AddedHazards> {
    let how_often = prop::option::of(prop::sample::select(HowOften::ALL));
    let for_seconds = prop::option::of(prop::sample::select(vec![5_u64, 600]));
    let one = (0..3_usize, 0..3_usize, how_often, for_seconds, any::<bool>());
    let one = one.prop_map(|(function, on, how_often, for_seconds, acting)| AddedHazard {
        id: "hazard".into(),
        function: FunctionId::new(format!("f{function}")),
        on: HowDegraded::ALL[on],
        how_often,
        for_seconds,
        stands: if acting { HazardStands::WhileActing } else { HazardStands::Always },
    });
    let listed = prop::collection::vec(one, 1..3).prop_map(|hazards| {
        let numbered = hazards.into_iter().enumerate();
        let named = numbered.map(|(at, hazard)| AddedHazard { id: HazardId::new(format!("x{at}")), ..hazard });
        AddedHazards::Listed(named.collect())
    });
    prop_oneof![Just(AddedHazards::Unsaid), Just(AddedHazards::None), listed]
}

fn a_control() -> impl Strategy<Value = Control> {
    let from = prop::sample::subsequence(Position::ALL.to_vec(), 0..4);
    let cut = (0..5_usize, 0..4_usize, from, 0..ward_policy::STEPS.len());
    (cut, 0..4_usize, 0..3_usize, any::<bool>(), some_hazards()).prop_map(
        |((kind, at, from, step), enforcer, secret, site, hazards)| {
            let element = ElementId::from(ELEMENTS[at]);
            let cut = match kind {
                0 => Cut::Step { step: ward_policy::STEPS[step].into(), at: element },
                1 => Cut::Link { link: LinkId::new(format!("l{at}")), from },
                2 => Cut::LinksIntoZone { zone: "z0".into(), from },
                3 => Cut::Presence { at: element },
                _ => Cut::Vulnerability { id: VulnerabilityId::new(format!("v{at}")), at: element },
            };
            Control {
                id: "c".into(),
                name: "control".into(),
                category: "compensating".into(),
                cuts: vec![cut],
                enforcer: Some(Enforcer {
                    element: ELEMENTS[enforcer].into(),
                    secret: (secret < 2).then(|| SecretId::new(format!("s{secret}"))),
                }),
                performed_by: if site { Performer::Site } else { Performer::Design },
                hazard_added: None,
                hazards,
                cost: None,
            }
        },
    )
}

/// Designs of a few things, each with some features and some properties that are stated.
fn designs() -> impl Strategy<Value = Designs> {
    let features = prop::collection::vec(any::<prop::sample::Index>(), 0..5);
    let properties = prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 0..5);
    let one = (0..4_usize, 0..4_usize, features, properties).prop_map(|(kind, number, features, properties)| {
        let of = match DesignKind::ALL[kind] {
            DesignKind::Element => DesignOf::Element(ELEMENTS[number].into()),
            DesignKind::Link => DesignOf::Link(LinkId::new(format!("l{number}"))),
            DesignKind::Secret => DesignOf::Secret(SecretId::new(format!("s{}", number % 2))),
            DesignKind::Function => DesignOf::Function(FunctionId::new(format!("f{}", number % 3))),
        };
        let known: Vec<Feature> = Feature::of(of.kind()).collect();
        let has = features.iter().map(|place| *place.get(&known)).collect();
        let known: Vec<Property> = Property::of(of.kind()).collect();
        let stated = properties.iter().map(|(place, is_so)| (*place.get(&known), *is_so)).collect();
        (of, Design { has, stated })
    });
    prop::collection::vec(one, 0..6).prop_map(|all| {
        let mut designs = Designs::default();
        all.into_iter().for_each(|(of, design)| designs.state(of, design));
        designs
    })
}

/// A system of up to four elements, with everything that a folder can say.
pub(crate) fn system() -> impl Strategy<Value = System> {
    let elements = prop::collection::vec(an_element(), 4);
    let links = prop::collection::vec(a_link(), 0..5);
    let secrets =
        prop::collection::vec((prop::sample::subsequence(ELEMENTS.to_vec(), 0..3), any::<bool>(), any::<bool>()), 2);
    let harms = prop::collection::vec((0..3_usize, 0..5_usize), 3);
    let functions = prop::collection::vec(a_function(), 1..4);
    let controls = prop::collection::vec(a_control(), 0..4);
    let findings = prop::collection::vec(
        (0..4_usize, prop::option::of(0..VECTORS.len()), any::<bool>(), any::<bool>(), 0..4_usize),
        0..5,
    );
    let confirmed = prop::sample::subsequence((0..4_usize).collect::<Vec<_>>(), 0..=4);
    (elements, links, secrets, harms, functions, controls, findings, (confirmed, designs())).prop_map(
        |(elements, links, secrets, harms, functions, controls, findings, (confirmed, designs))| {
            let mut system = System::empty();
            for zone in ["z0", "z1"] {
                system
                    .device
                    .zones
                    .insert(zone.into(), Zone { id: zone.into(), name: zone.into(), owner: Owner::Hospital });
            }
            for (id, role) in [("g0", PersonRole::Patient), ("g1", PersonRole::User)] {
                system.device.person_groups.insert(id.into(), PersonGroup { id: id.into(), name: id.into(), role });
            }
            for (number, (axis, severity)) in harms.iter().enumerate() {
                let harm = system.harm(&format!("h{number}"), Severity::ALL[*severity]);
                harm.axis = if *axis == 2 { Axis::Privacy } else { Axis::Person };
            }
            for (id, (kind, zone, instances, login)) in ELEMENTS.iter().zip(&elements) {
                let element = system.element(id);
                element.kind =
                    [ElementKind::BedsideDevice, ElementKind::CloudService, ElementKind::PhoneApp, ElementKind::Server]
                        [*kind];
                element.zone = zone.map(|number| ZoneId::new(format!("z{number}")));
                element.instances_per_site = *instances;
                element.local_login = *login;
            }
            for (number, (holders, per_unit, public)) in secrets.iter().enumerate() {
                let id = SecretId::new(format!("s{number}"));
                let held_by = holders.iter().map(|id| ElementId::from(*id)).collect();
                system
                    .device
                    .secrets
                    .insert(id.clone(), Secret { id, held_by, per_unit: Some(*per_unit), public: *public });
            }
            for (number, link) in links.into_iter().enumerate() {
                let id = LinkId::new(format!("l{number}"));
                system.device.links.insert(id.clone(), Link { id, ..link });
            }
            for (number, function) in functions.into_iter().enumerate() {
                let id = FunctionId::new(format!("f{number}"));
                system.device.functions.insert(id.clone(), Function { id, ..function });
            }
            for (number, control) in controls.into_iter().enumerate() {
                let id = ControlId::new(format!("c{number}"));
                system.device.controls.insert(id.clone(), Control { id, ..control });
            }
            for (number, (element, vector, kev, runs_code, state)) in findings.iter().enumerate() {
                let state = if *state == 0 { State::Unknown } else { State::Affected };
                system.finding(&format!("v{number}"), ELEMENTS[*element], vector.map(|place| VECTORS[place]), state);
                let id = format!("v{number}");
                system.each_finding(|finding| {
                    if finding.vulnerability.id.as_str() == id {
                        finding.vulnerability_mut().kev = *kev;
                        finding.vulnerability_mut().weaknesses = if *runs_code { vec![787] } else { Vec::new() };
                    }
                });
            }
            system.confirmed = confirmed.iter().map(|number| ControlId::new(format!("c{number}"))).collect();
            system.device.designs = designs;
            // What is not there has no design.
            let there = |of: &DesignOf| match of {
                DesignOf::Element(id) => system.device.elements.contains_key(id),
                DesignOf::Link(id) => system.device.links.contains_key(id),
                DesignOf::Secret(id) => system.device.secrets.contains_key(id),
                DesignOf::Function(id) => system.device.functions.contains_key(id),
            };
            let mut kept = Designs::default();
            let designs = system.device.designs.iter().filter(|(of, _)| there(of));
            designs.for_each(|(of, design)| kept.state(of.clone(), design.clone()));
            system.device.designs = kept;
            system.make_claims();
            system
        },
    )
}
