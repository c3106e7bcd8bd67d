//! A large-volume infusion pump with its surroundings, and an assessment of it, written by hand to show every part of a page.
#![allow(clippy::unwrap_used, reason = "a fixture: what it parses is written in it")]

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::date;
use ward_model::assessment::*;
use ward_model::claim::{Claim, ClaimId, ElementClaim, Evidence, LinkClaim};
use ward_model::component::SbomFormat;
use ward_model::conflict::{Conflict, ConflictKind, Said};
use ward_model::coverage::{Expected, Freshness, KnowledgeCoverage, SourceCoverage, UncoveredEcosystem};
use ward_model::cvss::Vector;
use ward_model::device::*;
use ward_model::digest::Digest;
use ward_model::finding::*;
use ward_model::ids::*;
use ward_model::knowledge::{KnowledgeDescription, SourceDescription};
use ward_model::many::{ActionKind, FallbackStaff, HarmAtOnce, Shared, SharedKind, SingleAction};
use ward_model::scale::{Axis, Exploitability, Persons, Position, Reach, Severity, Threat};
use ward_model::verdict::*;

fn zone(id: &str, name: &str, owner: Owner) -> (ZoneId, Zone) {
    (id.into(), Zone { id: id.into(), name: name.into(), owner })
}

fn element(id: &str, name: &str, kind: ElementKind, owner: Owner, zone: Option<&str>) -> (ElementId, Element) {
    let element = Element {
        id: id.into(),
        name: name.into(),
        kind,
        owner,
        zone: zone.map(ZoneId::from),
        hardware: Vec::new(),
        without_software: false,
        instances_per_site: Some(300),
        local_login: false,
    };
    (id.into(), element)
}

fn link(
    id: &str,
    from: &str,
    to: &str,
    medium: Medium,
    protocol: &str,
    authentication: Option<&str>,
) -> (LinkId, Link) {
    let link = Link {
        id: id.into(),
        name: id.replace('-', " "),
        from: from.into(),
        to: to.into(),
        medium,
        protocol: Some(protocol.into()),
        exposed_to: Some(vec![Position::HospitalNetwork, Position::Physical]),
        carries: Some(vec![Carries::Data, Carries::Command]),
        authentication: authentication
            .map(|mechanism| Authentication { mechanism: mechanism.into(), secret: Some("service-key".into()) }),
        encryption: None,
        integrity: Some("crc32".into()),
        anti_replay: Some(false),
        fed_by: None,
    };
    (id.into(), link)
}

fn claim(id: ClaimId, evidence: Option<&str>) -> (ClaimId, Claim) {
    let claim = Claim {
        id: id.clone(),
        statement: id.to_string(),
        premise: Digest::of(id.to_string().as_bytes()),
        evidence: evidence.map(|path| Evidence {
            path: path.into(),
            place: None,
            digest: Some(Digest::of(path.as_bytes())),
            reading: Default::default(),
        }),
        file: "system.toml".into(),
    };
    (id, claim)
}

pub fn device() -> Device {
    let harm = |id: &str, text: &str, axis, severity| {
        (HarmId::from(id), Harm { id: id.into(), text: text.into(), axis, severity })
    };
    let control = |id: &str, name: &str, cuts, enforcer: &str, performed_by| {
        let control = Control {
            id: id.into(),
            name: name.into(),
            category: "compensating".into(),
            cuts: vec![cuts],
            enforcer: Some(Enforcer { element: enforcer.into(), secret: None }),
            performed_by,
            hazard_added: None,
            hazards: Default::default(),
            cost: Some(40),
        };
        (ControlId::from(id), control)
    };
    Device {
        id: "lvp-200".into(),
        name: "LVP-200 large-volume infusion pump".into(),
        maker: "Example Medical".into(),
        intended_use: "Controlled intravenous infusion at the bedside".into(),
        environments: vec![Environment::Hospital],
        policies: vec!["fda-postmarket-2016".into()],
        lifecycle: Lifecycle {
            stage: Stage::Support,
            end_of_life: None,
            end_of_support: None,
            service_life_years: Some(10),
        },
        model_since: date(2026, 1, 5),
        zones: BTreeMap::from([
            zone("maker-cloud", "Maker's services", Owner::Maker),
            zone("ward-network", "Ward network", Owner::Hospital),
            zone("bedside", "Bedside", Owner::Maker),
        ]),
        elements: BTreeMap::from([
            element("update-service", "Update service", ElementKind::UpdateServer, Owner::Maker, Some("maker-cloud")),
            element(
                "drug-library-server",
                "Drug library server",
                ElementKind::Server,
                Owner::Hospital,
                Some("ward-network"),
            ),
            element(
                "hospital-firewall",
                "Hospital firewall and switches",
                ElementKind::Network,
                Owner::Hospital,
                Some("ward-network"),
            ),
            element(
                "pump-controller",
                "LVP-200 pump controller",
                ElementKind::BedsideDevice,
                Owner::Maker,
                Some("bedside"),
            ),
            element(
                "pressure-sensor",
                "Wearable pressure sensor",
                ElementKind::Wearable,
                Owner::Patient,
                Some("bedside"),
            ),
            element("service-tool", "Service tool", ElementKind::ServiceTool, Owner::Maker, None),
        ]),
        links: BTreeMap::from([
            link("library-download", "drug-library-server", "pump-controller", Medium::Ip, "HTTP/1.1", None),
            link("service-usb", "service-tool", "pump-controller", Medium::Usb, "vendor serial", Some("hmac-sha256")),
            link("firmware-update", "update-service", "drug-library-server", Medium::Ip, "HTTPS", Some("TLS 1.3")),
            link("firewall-uplink", "hospital-firewall", "drug-library-server", Medium::Ip, "Ethernet", None),
            link("sensor-reading", "pressure-sensor", "pump-controller", Medium::Bluetooth, "Bluetooth LE", None),
        ]),
        secrets: BTreeMap::from([(
            SecretId::from("service-key"),
            Secret {
                id: "service-key".into(),
                held_by: vec!["service-tool".into(), "pump-controller".into()],
                per_unit: None,
                public: false,
            },
        )]),
        functions: BTreeMap::from([(
            FunctionId::from("deliver-infusion"),
            Function {
                id: "deliver-infusion".into(),
                name: "Deliver infusion".into(),
                essential: true,
                realised_by: RealisedBy::All(vec!["pump-controller".into()]),
                fed_by: None,
                persons: Some("infusion-patient".into()),
                at_once_per_instance: Some(1),
                effects: vec![Effect {
                    on: HowDegraded::Alteration,
                    hazardous_situation: "over-infusion of a vasoactive drug".into(),
                    harm: "over-infusion".into(),
                    onset_seconds: Some(120),
                    fallback: None,
                    health_data: false,
                }],
            },
        )]),
        person_groups: BTreeMap::from([(
            PersonGroupId::from("infusion-patient"),
            PersonGroup {
                id: "infusion-patient".into(),
                name: "Patient on an infusion".into(),
                role: PersonRole::Patient,
            },
        )]),
        harms: BTreeMap::from([
            harm("over-infusion", "Death by over-infusion", Axis::Person, Severity::Catastrophic),
            harm("interrupted-infusion", "Injury by an interrupted infusion", Axis::Person, Severity::Serious),
            harm(
                "infusion-history-disclosed",
                "The history of infusions becomes known",
                Axis::Privacy,
                Severity::Minor,
            ),
        ]),
        controls: BTreeMap::from([
            control(
                "signed-firmware",
                "Signed firmware",
                Cut::Step { step: "install-code".into(), at: "pump-controller".into() },
                "pump-controller",
                Performer::Design,
            ),
            control(
                "isolate-ward-vlan",
                "Isolated ward VLAN",
                Cut::Link { link: "library-download".into(), from: vec![Position::HospitalNetwork] },
                "hospital-firewall",
                Performer::Site,
            ),
        ]),
        versions: vec![FieldedVersion {
            id: "4.2".into(),
            units: Some(18_400),
            update_path: Some(UpdatePath::Technician),
            life: Default::default(),
            cohorts: vec![Cohort {
                id: "site-017".into(),
                units: Some(310),
                sites: Some(1),
                confirmed: vec!["isolate-ward-vlan".into()],
            }],
            inventories: BTreeMap::new(),
        }],
        statements: Vec::new(),
        compiled: Vec::new(),
        own_findings: Vec::new(),
        known_since: Vec::new(),
        rubrics: std::collections::BTreeMap::new(),
        designs: Default::default(),
        claims: BTreeMap::from([
            claim(ClaimId::Control("signed-firmware".into()), Some("evidence/VT-118.junit.xml")),
            claim(ClaimId::Control("isolate-ward-vlan".into()), None),
            claim(ClaimId::Link("library-download".into(), LinkClaim::ExposedTo), None),
            claim(
                ClaimId::Element("drug-library-server".into(), ElementClaim::SoftwareListed),
                Some("evidence/sbom-review.pdf"),
            ),
        ]),
        digest: Digest::of(b"the folder"),
        files: BTreeMap::new(),
    }
}

fn nodes(facts: &[(&str, &str, Exploitability, Place)]) -> Witness {
    let nodes: Vec<WitnessNode> = facts
        .iter()
        .enumerate()
        .map(|(place, (fact, by, class, at))| WitnessNode {
            id: format!("n{}", place + 1).into(),
            fact: (*fact).into(),
            by: (*by).into(),
            class: *class,
            at: at.clone(),
        })
        .collect();
    let edges = nodes.windows(2).map(|pair| (pair[0].id.clone(), pair[1].id.clone())).collect();
    Witness { nodes, edges }
}

fn library_path() -> Witness {
    use Exploitability::High;
    nodes(&[
        (
            "An attacker has a foothold in the hospital network",
            "position hospital-network",
            High,
            Place::Position("hospital-network".into()),
        ),
        (
            "The attacker can send messages on library-download",
            "the link is exposed to hospital-network",
            High,
            Place::Link("library-download".into()),
        ),
        (
            "pump-controller acts on commands that the attacker sends",
            "rule unauthenticated-command",
            High,
            Place::Element("pump-controller".into()),
        ),
        (
            "deliver-infusion is altered",
            "pump-controller realises it",
            High,
            Place::Function("deliver-infusion".into()),
        ),
        (
            "over-infusion: over-infusion of a vasoactive drug",
            "effect of deliver-infusion",
            High,
            Place::Harm("over-infusion".into()),
        ),
    ])
}

fn server_path() -> Witness {
    use Exploitability::{High, Medium};
    nodes(&[
        (
            "An attacker has a foothold in the hospital network",
            "position hospital-network",
            High,
            Place::Position("hospital-network".into()),
        ),
        (
            "The attacker can send messages on firewall-uplink",
            "the link is exposed to hospital-network",
            High,
            Place::Link("firewall-uplink".into()),
        ),
        (
            "The attacker reads the memory of drug-library-server",
            "CVE-2014-0160",
            Medium,
            Place::Element("drug-library-server".into()),
        ),
        (
            "The attacker sends commands on library-download",
            "who alters an element sends on its links",
            Medium,
            Place::Link("library-download".into()),
        ),
        (
            "pump-controller acts on them",
            "rule unauthenticated-command",
            Medium,
            Place::Element("pump-controller".into()),
        ),
        (
            "deliver-infusion is altered",
            "pump-controller realises it",
            Medium,
            Place::Function("deliver-infusion".into()),
        ),
        (
            "over-infusion: over-infusion of a vasoactive drug",
            "effect of deliver-infusion",
            Medium,
            Place::Harm("over-infusion".into()),
        ),
    ])
}

fn verdict(kind: SubjectKind, subject: &str, element: &str, cohort: &str, count: Option<u64>) -> Verdict {
    Verdict {
        id: format!("fda-postmarket-2016/{subject}/{element}/4.2/{cohort}"),
        policy: "fda-postmarket-2016@2016-12-28".into(),
        outcome: "uncontrolled risk".into(),
        subject: Subject { kind, id: subject.into() },
        element: element.into(),
        fielded_version: "4.2".into(),
        units: Units {
            cohort: cohort.into(),
            count,
            sites: count.filter(|count| *count < 1000).map(|_| 1),
            variant: None,
            site: None,
        },
        exploitability: Exploitability::High,
        exploitability_range: [Exploitability::High, Exploitability::High],
        harm: Some(HarmReached {
            id: "over-infusion".into(),
            severity: Severity::Catastrophic,
            escalated_severity: Severity::Catastrophic,
        }),
        harms: Vec::new(),
        threats: vec![Threat::Alteration],
        verdict: Outcome::Uncontrolled,
        if_claims_hold: Outcome::Uncontrolled,
        provisional: false,
        basis: Basis::Confirmed,
        presumed_because: None,
        undetermined: false,
        privacy: false,
        persons_at_once: Persons::Count(300),
        witness: library_path(),
        controls_relied_on: Vec::new(),
        sensitivity: std::sync::Arc::default(),
        valid_until: None,
        reasons: vec!["exploitability high and severity catastrophic is an uncontrolled cell of the policy".into()],
        covers: Vec::new(),
    }
}

fn conflict() -> Conflict {
    let said = |who: &str, what: &str| Said { who: who.into(), what: what.into() };
    Conflict {
        about: ConflictKind::Score,
        cvss: Some("3.1".into()),
        statements: vec![said("nvd@nist.gov", "7.5"), said("a <maker>", "5.3")],
        used: "the worst, 7.5".into(),
    }
}

pub fn finding(id: &str, severity: &str, state: State) -> Finding {
    let vector = Vector::parse("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N").unwrap();
    Finding {
        conflicts: if state == State::Affected { vec![conflict()] } else { Vec::new() },
        vulnerability: Arc::new(VulnerabilitySummary {
            id: id.into(),
            aliases: Vec::new(),
            former_names: Vec::new(),
            severity: severity.into(),
            cvss: vec![CvssSummary {
                version: "3.1".into(),
                score: vector.scores().overall,
                vector,
                source: "nvd@nist.gov".into(),
            }],
            unreadable_vectors: Vec::new(),
            weaknesses: vec![125],
            kev: state == State::Affected,
            ssvc: Vec::new(),
            exploit_references: Vec::new(),
            epss: Some(EpssSummary { score: 94_464, percentile: 99_980, date: date(2026, 11, 20) }),
            withdrawn: false,
            published: Some(date(2014, 4, 7)),
            received: Some(date(2026, 11, 20)),
            description: "A missing bounds check lets a peer read memory <of the process> & its keys.".into(),
        }),
        component: Arc::new(component("openssl", Some("1.0.1f"))),
        state,
        fixed_in: vec!["1.0.1g".into()],
        confidence: Confidence::Exact,
        proof: Arc::new(Proof {
            record: id.into(),
            source: "nvd".into(),
            criterion: "cpe:2.3:a:openssl:openssl:*:*:*:*:*:*:*:*".into(),
            range: ">=1.0.1 <1.0.1g".into(),
            identity: "cpe:2.3:a:openssl:openssl:1.0.1f:*:*:*:*:*:*:*".into(),
            environment: vec!["no other product has to be present".into()],
            voices: Vec::new(),
        }),
    }
}

fn component(name: &str, version: Option<&str>) -> ComponentSummary {
    ComponentSummary {
        reference: format!("pkg-{name}").as_str().into(),
        name: name.into(),
        version: version.map(str::to_owned),
        purl: None,
        cpes: Vec::new(),
    }
}

pub fn knowledge(seed: bool) -> KnowledgeDescription {
    KnowledgeDescription {
        generation: Digest::of(b"knowledge"),
        as_of: date(2026, 11, 20),
        sources: vec![SourceDescription {
            newest: Some(date(2026, 11, 19)),
            records: 242_548,
            without_product: 9_112,
            ..SourceDescription::new("nvd")
        }],
        seed,
        limited_to: if seed { vec!["a:openssl:openssl".into(), "a:busybox:busybox".into()] } else { Vec::new() },
        lost: Vec::new(),
    }
}

pub fn coverage() -> KnowledgeCoverage {
    let judged = |name: &str, state, newest, records| SourceCoverage {
        name: name.into(),
        state,
        newest,
        days_old: newest.map(|_| 1),
        received: newest,
        expected: Some(Expected { newest_within_days: Some(7), received_within_days: None }),
        records,
        without_product: 0,
        set_aside: 0,
        shrunk: Vec::new(),
        gaps: Vec::new(),
        unseen: None,
    };
    KnowledgeCoverage {
        as_of: date(2026, 11, 20),
        stale: true,
        sources: vec![
            judged("kev", Freshness::Missing, None, 0),
            SourceCoverage {
                without_product: 9_112,
                ..judged("nvd", Freshness::Fresh, Some(date(2026, 11, 19)), 242_548)
            },
        ],
        ecosystems_without_data: vec![UncoveredEcosystem { ecosystem: "npm".into(), components: 3 }],
    }
}

pub fn unassessed(name: &str, reason: UnassessedReason) -> Unassessed {
    Unassessed { component: component(name, None), reason, undescribed: Vec::new() }
}

pub fn scan() -> ScanReport {
    let mut unknown = finding("CVE-2022-48174", "critical", State::Unknown);
    unknown.component = Arc::new(component("busybox", Some("1.35.0")));
    unknown.fixed_in = Vec::new();
    unknown.confidence = Confidence::Name;
    ScanReport {
        schema: SCAN_SCHEMA,
        sbom: SbomSummary {
            format: SbomFormat::CycloneDX,
            spec_version: "1.6".into(),
            name: Some("lvp-200".into()),
            version: Some("4.2".into()),
            sha256: Digest::of(b"sbom"),
            components: 212,
            remarks: vec!["two components share the reference pkg-zlib; the second was renamed".into()],
        },
        knowledge: knowledge(true),
        coverage: coverage(),
        notes: vec!["9,112 records name no product and cannot be found by any matcher".into()],
        findings: vec![
            unknown,
            finding("CVE-2014-0160", "high", State::Affected),
            finding("CVE-2016-2107", "medium", State::NotAffected),
        ],
        unassessed: vec![
            unassessed("motor-firmware", UnassessedReason::NoIdentity),
            unassessed("rtos-port", UnassessedReason::NoIdentity),
            unassessed("acme-gui", UnassessedReason::ProductNotInAnyFeed),
        ],
    }
}

pub fn assessment() -> Assessment {
    let weakness = "unauthenticated-command@library-download";
    let open = verdict(SubjectKind::Weakness, weakness, "pump-controller", "unconfirmed", Some(18_090));
    let mut site = verdict(SubjectKind::Weakness, weakness, "pump-controller", "site-017", Some(310));
    site.if_claims_hold = Outcome::Controlled;

    let mut heartbleed =
        verdict(SubjectKind::Vulnerability, "CVE-2014-0160", "drug-library-server", "unconfirmed", Some(18_090));
    heartbleed.witness = server_path();
    heartbleed.exploitability = Exploitability::Medium;
    heartbleed.exploitability_range = [Exploitability::Low, Exploitability::High];
    heartbleed.undetermined = true;
    heartbleed.persons_at_once = Persons::Many;
    let mut heartbleed_site = heartbleed.clone();
    heartbleed_site.id = "fda-postmarket-2016/CVE-2014-0160/drug-library-server/4.2/site-017".into();
    heartbleed_site.units =
        Units { cohort: "site-017".into(), count: Some(310), sites: Some(1), variant: None, site: None };

    let mut presumed =
        verdict(SubjectKind::Element, "drug-library-server", "drug-library-server", "unconfirmed", Some(18_090));
    presumed.basis = Basis::Presumed;
    presumed.presumed_because = Some(PresumedBecause::Unassessed);
    presumed.witness = Witness::default();
    presumed.if_claims_hold = Outcome::Controlled;
    presumed.reasons = vec!["3 components could not be assessed".into()];
    presumed.covers = vec!["CVE-2022-48174".into()];

    let mut provisional =
        verdict(SubjectKind::Weakness, "unsigned-update@service-usb", "pump-controller", "unconfirmed", Some(18_090));
    provisional.verdict = Outcome::Controlled;
    provisional.if_claims_hold = Outcome::Controlled;
    provisional.outcome = "controlled risk".into();
    provisional.provisional = true;
    provisional.controls_relied_on = vec!["signed-firmware".into()];
    provisional.sensitivity =
        [Sensitivity { claim: ClaimId::Control("signed-firmware".into()), then: Outcome::Uncontrolled }].into();
    provisional.valid_until = Some(date(2027, 4, 2));
    provisional.reasons = vec!["signed-firmware cuts install-code at pump-controller".into()];

    let mut privacy = verdict(SubjectKind::Vulnerability, "CVE-2020-0001", "drug-library-server", "unconfirmed", None);
    privacy.verdict = Outcome::Controlled;
    privacy.if_claims_hold = Outcome::Controlled;
    privacy.outcome = "controlled risk".into();
    privacy.harm = None;
    privacy.privacy = true;
    privacy.threats = vec![Threat::Privacy];
    privacy.persons_at_once = Persons::Count(0);
    privacy.witness = Witness::default();
    privacy.reasons = vec!["no derivation reaches a harm to a person".into()];

    let verdicts = vec![open, site, heartbleed, heartbleed_site, presumed, provisional, privacy];
    let ids = |of: &[usize]| of.iter().map(|&place: &usize| verdicts[place].id.clone()).collect::<Vec<_>>();
    let clock = |due, rule: &str, action: &str, overdue, subject: &str, of: &[usize]| Clock {
        due,
        rule: rule.into(),
        action: action.into(),
        starts: date(2026, 9, 20),
        start_evidence: "the model states it".into(),
        overdue,
        source: "FDA postmarket guidance 2016, VII.B".into(),
        subject: subject.into(),
        verdicts: ids(of),
    };
    Assessment {
        schema: SCHEMA,
        supposed: Vec::new(),
        decide_again: Vec::new(),
        lifecycle: Vec::new(),
        device: DeviceSummary { id: "lvp-200".into(), name: "LVP-200 large-volume infusion pump".into() },
        inputs: Inputs {
            device: Digest::of(b"device"),
            knowledge: Digest::of(b"knowledge"),
            receipts: Digest::of(b"receipts"),
            policies: vec!["fda-postmarket-2016@2016-12-28".into()],
            rules: Digest::of(b"rules"),
            decisions: Digest::of(b"decisions"),
            as_of: date(2026, 11, 22),
            engine: "ward 0.1.0".into(),
            model: Vec::new(),
        },
        summary: Summary {
            uncontrolled: UncontrolledCounts { confirmed: 4, presumed: 1 },
            controlled: ControlledCounts { confirmed: 1, provisional: 1 },
            undetermined: 2,
        },
        multi_patient: vec![MultiPatient {
            harm: "over-infusion".into(),
            fielded_version: "4.2".into(),
            persons_at_once: Persons::Many,
            escalated_severity: Severity::Catastrophic,
            verdicts: ids(&[0, 1, 2, 3]),
            actions: Vec::new(),
        }],
        single_actions: vec![learned_key(Vec::new()), learned_key(vec![by_hand()])],
        watch_list: vec![WatchItem {
            event: "CVE-2016-2107".into(),
            element: "drug-library-server".into(),
            fielded_version: "4.2".into(),
            failed_predicate: "the platform windows is not in the inventory, which is claimed complete".into(),
            becomes_live_if: "the claim of a complete inventory lapses, or windows is added".into(),
            review_by: date(2027, 2, 20),
            predicates: Vec::new(),
        }],
        clocks: vec![
            clock(
                date(2026, 10, 20),
                "communicate",
                "Tell customers and the user community, with interim controls",
                true,
                weakness,
                &[0, 1],
            ),
            clock(date(2026, 11, 19), "remediate", "Distribute a validated change", true, weakness, &[0, 1]),
            clock(
                date(2026, 12, 20),
                "communicate",
                "Tell customers and the user community, with interim controls",
                false,
                "CVE-2014-0160",
                &[2, 3],
            ),
        ],
        coverage: Coverage {
            knowledge: knowledge(true),
            feeds: coverage(),
            notes: vec!["9,112 records name no product and cannot be found by any matcher".into()],
            inventories: vec![
                InventoryCoverage {
                    fielded_version: "4.2".into(),
                    element: "drug-library-server".into(),
                    components: Some(212),
                    assessed: 209,
                },
                InventoryCoverage {
                    fielded_version: "4.2".into(),
                    element: "pressure-sensor".into(),
                    components: None,
                    assessed: 0,
                },
            ],
        },
        unassessed: scan()
            .unassessed
            .into_iter()
            .map(|what| UnassessedAt { fielded_version: "4.2".into(), element: "drug-library-server".into(), what })
            .collect(),
        gaps: vec![
            Gap {
                element: "pressure-sensor".into(),
                fielded_version: None,
                missing: "no inventory of its software".into(),
                closed_by: "an SBOM of the element, and a decision on element:pressure-sensor.software_listed".into(),
            },
            Gap {
                element: "service-tool".into(),
                fielded_version: None,
                missing: "no inventory of its software".into(),
                closed_by: "an SBOM of the element, and a decision on element:pressure-sensor.software_listed".into(),
            },
        ],
        findings: vec![FindingAt {
            fielded_version: "4.2".into(),
            element: "drug-library-server".into(),
            finding: finding("CVE-2014-0160", "high", State::Affected),
        }],
        control_hazards: Vec::new(),
        lapses: vec![Lapse { after: date(2027, 4, 2), claims: vec![ClaimId::Control("signed-firmware".into())] }],
        decisions_without_effect: vec![DecisionWithoutEffect {
            number: 2,
            claim: "control:isolate-ward-vlan".into(),
            reason: "it cites no evidence digest".into(),
        }],
        verdicts,
        since: None,
    }
}

/// The matrix of the policy that the verdicts are judged by.
#[allow(dead_code, reason = "not every test draws it")]
pub fn matrix_cells() -> [[Outcome; 5]; 3] {
    use Outcome::{Controlled as C, Uncontrolled as U};
    [[C, C, C, C, U], [C, C, C, U, U], [C, C, U, U, U]]
}

/// A key is learned that is good for every pump; with somebody who could help, code is run on the server besides.
fn learned_key(fallbacks: Vec<FallbackStaff>) -> SingleAction {
    let (kind, at, text) = if fallbacks.is_empty() {
        (ActionKind::LearnSecret, Place::Secret("service-key".into()), "the attacker knows service-key")
    } else {
        let at = Place::Element("drug-library-server".into());
        (ActionKind::RunCode, at, "the attacker can run code on drug-library-server")
    };
    let shared = |kind, at, text: &str| Shared { kind, at, text: text.to_owned() };
    SingleAction {
        id: "A-0".into(),
        policy: "fda-postmarket-2016@2016-12-28".into(),
        fielded_version: "4.2".into(),
        cohorts: vec!["all".into()],
        kind,
        at,
        text: text.to_owned(),
        exploitability: Exploitability::High,
        reach: Reach::Fleet,
        persons_at_once: Persons::Many,
        verdict: Outcome::Uncontrolled,
        shared: vec![
            shared(SharedKind::Secret, Place::Secret("service-key".into()), "one service-key is good for every unit"),
            shared(
                SharedKind::Network,
                Place::Position("ward-vlan".into()),
                "all that stands in ward-vlan is within reach",
            ),
        ],
        harms: vec![HarmAtOnce {
            harm: "over-infusion".into(),
            function: Some("deliver-infusion".into()),
            element: None,
            persons: None,
            persons_at_once: Persons::Many,
            severity: Severity::Critical,
            escalated_severity: Severity::Catastrophic,
            exploitability: Exploitability::High,
            verdict: Outcome::Uncontrolled,
        }],
        fallbacks,
    }
}

fn by_hand() -> FallbackStaff {
    FallbackStaff {
        function: "deliver-infusion".into(),
        fallback: "manual-infusion".into(),
        staff_per_site: 12,
        persons_at_once: Persons::Count(600),
        in_time: true,
        answered: true,
        staff_suffices: false,
    }
}
