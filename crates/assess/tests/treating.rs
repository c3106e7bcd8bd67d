//! What a treatment may not count as one, and what it has to say of what it asks for: small folders, each one a false answer once.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by them")]

use jiff::civil::date;
use ward_assess::{Treating, treat};
use ward_device::{DECISIONS, MemoryFiles, Reading, read};
use ward_knowledge::Contents;
use ward_model::claim::{Claim, joint_premise};
use ward_model::cpe::Cpe;
use ward_model::ids::VulnerabilityId;
use ward_model::treatment::{TreatmentOutcome, VersionTreatment};
use ward_model::vulnerability::{Configuration, Criterion, Node, Operator, VulnerabilityRecord};
use ward_version::{Bound, Interval};

#[path = "support/small.rs"]
mod small;

use small::{DEVICE, TODAY, accepted, asked};

/// A hospital's server with one library that commands a pump, over a link that nobody else reaches. All claims are decided, unless said
/// otherwise; `more` stands at the end of the model.
struct Folder {
    path: &'static str,
    more: &'static str,
    own: &'static str,
    decided: bool,
    library: &'static str,
    severity: &'static str,
    /// Groups of units.
    cohorts: &'static str,
}

impl Default for Folder {
    fn default() -> Self {
        Self {
            path: "technician",
            more: "",
            own: "",
            decided: true,
            library: "1.0",
            severity: "catastrophic",
            cohorts: "",
        }
    }
}

impl Folder {
    fn reading(&self) -> Reading {
        let described = |id: &str, kind: &str, owner: &str, sbom: &str| {
            format!(
                "[[element]]\nid = \"{id}\"\nkind = \"{kind}\"\nowner = \"{owner}\"\nsbom = \"{sbom}\"\ninstances_per_site = 1\n\
                 claims = {{ interfaces_listed = \"evidence/e.md\", software_listed = \"evidence/e.md\", functions_listed = \"evidence/e.md\" }}\n"
            )
        };
        let system = [
            described("pump", "bedside-device", "maker", "none"),
            described("server", "server", "hospital", "sbom/server.cdx.json"),
            described("lock", "other", "maker", "none"),
            "[[link]]\nid = \"orders\"\nfrom = \"server\"\nto = \"pump\"\nmedium = \"ip\"\nexposed_to = [\"hospital-network\"]\n\
             carries = [\"command\", \"data\"]\nanti_replay = true\n\
             authentication = { mechanism = \"tls\", secret = \"k\", evidence = \"evidence/e.md\" }\n\
             claims = { exposed_to = \"evidence/e.md\", carries = \"evidence/e.md\", anti_replay = \"evidence/e.md\" }\n\
             [[secret]]\nid = \"k\"\nheld_by = [\"server\", \"pump\"]\nper_unit = true\nevidence = \"evidence/e.md\"\n"
                .to_owned(),
            // Nobody touches either, so that software and links are what there is.
            "[[control]]\nid = \"locked\"\ncategory = \"compensating\"\ncuts = [{ presence_at = \"pump\" }, { presence_at = \"server\" }]\n\
             enforcer = { element = \"lock\" }\nperformed_by = \"design\"\nhazard_added = \"none\"\ncost = 1\n\
             claimed = { effective = true, evidence = \"evidence/e.md\" }\n"
                .to_owned(),
            "[[person_group]]\nid = \"patient\"\nrole = \"patient\"\n".to_owned(),
            "[[function]]\nid = \"infuse\"\nessential = true\nrealised_by = { all = [\"pump\"] }\nfed_by = []\n\
             claims = { fed_by = \"evidence/e.md\" }\npersons = { group = \"patient\", at_once_per_instance = 1 }\n\
             [[function.effect]]\non = \"alteration\"\nhazardous_situation = \"too much\"\nharm = \"death\"\n"
                .to_owned(),
            format!("[[harm]]\nid = \"death\"\naxis = \"person\"\nseverity = \"{}\"\ntext = \"Death\"\n", self.severity),
            self.more.to_owned(),
        ]
        .concat();
        let fielded =
            format!("[[version]]\nid = \"1\"\nunits = 500\nupdate_path = \"{}\"\n{}", self.path, self.cohorts);
        let sbom = format!(
            r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[{{"type":"library","bom-ref":"lib","name":"lib","version":"{0}","cpe":"cpe:2.3:a:acme:lib:{0}:*:*:*:*:*:*:*"}}]}}"#,
            self.library
        );
        let mut folder = vec![
            ("device.toml", DEVICE),
            ("system.toml", system.as_str()),
            ("fielded.toml", fielded.as_str()),
            ("sbom/server.cdx.json", sbom.as_str()),
            ("evidence/e.md", "looked at"),
        ];
        if !self.own.is_empty() {
            folder.push(("vulnerabilities.toml", self.own));
        }
        let undecided = read(&MemoryFiles::from_iter(folder.clone())).unwrap_or_else(|error| panic!("{error:#?}"));
        if !self.decided {
            return undecided;
        }
        let claims: Vec<&Claim> = undecided.device.claims.values().collect();
        let decisions = accepted(&claims);
        folder.push((DECISIONS, decisions.as_str()));
        read(&MemoryFiles::from_iter(folder)).unwrap_or_else(|error| panic!("{error:#?}"))
    }

    fn treated(&self, records: &[(Option<&str>, &str)]) -> VersionTreatment {
        let reading = self.reading();
        let ask = |inputs: &ward_assess::Inputs<'_>| treat(inputs, Treating::default()).expect("knowledge in memory");
        asked(&reading.device, &reading.decisions, knowledge(records), ask).versions.remove(0)
    }

    fn confirmed(&self, records: &[(Option<&str>, &str)]) -> usize {
        let reading = self.reading();
        let assessment = small::assessed_with(&reading.device, &reading.decisions, knowledge(records));
        assessment.summary.uncontrolled.confirmed
    }
}

/// Records of the library, each from one version on and before another, with no score: everything is taken at its worst.
fn knowledge(records: &[(Option<&str>, &str)]) -> Contents {
    let record = |(place, (from, before)): (usize, &(Option<&str>, &str))| {
        let criterion = Criterion {
            vulnerable: true,
            cpe: Cpe::parse("cpe:2.3:a:acme:lib:*:*:*:*:*:*:*:*").expect("a CPE name"),
            range: Some(Interval {
                lower: from.map(|version| Bound { version: version.to_owned(), inclusive: true }),
                upper: Some(Bound { version: (*before).to_owned(), inclusive: false }),
            }),
        };
        let node = Node { operator: Operator::Or, negate: false, criteria: vec![criterion] };
        VulnerabilityRecord {
            configurations: vec![Configuration { operator: Operator::Or, negate: false, nodes: vec![node] }],
            received: Some(date(2026, 3, 1)),
            ..VulnerabilityRecord::new(VulnerabilityId::from(format!("CVE-2026-000{place}").as_str()), "nvd")
        }
    };
    let records = records.iter().enumerate().map(record).collect();
    Contents { records, years: (1999..=2026).collect(), ..Contents::empty(TODAY) }
}

const OWN: &str = "[[finding]]\nid = \"EX-1\"\ntitle = \"anyone on the network doses\"\nelement = \"pump\"\n\
    vectors = [\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"]\nknown_since = 2026-02-01\nsource = \"own test\"\n";

fn changes(version: &VersionTreatment) -> Vec<String> {
    version.changes.iter().map(|change| change.change.to_string()).collect()
}

#[test]
fn a_version_of_which_it_cannot_be_told_what_touches_it_is_no_treatment() {
    let folder = Folder::default();
    let told = folder.treated(&[(None, "1.1")]);
    assert_eq!(changes(&told), ["update:server/lib@1.1"], "{told:#?}");
    // The version at which the first ends cannot be compared with where the second begins.
    let untold = folder.treated(&[(None, "1.1rc1"), (Some("1.1test2"), "1.1test9")]);
    assert_ne!(changes(&untold), ["update:server/lib@1.1rc1"], "{untold:#?}");
    assert_eq!(untold.before.uncontrolled.presumed, untold.after.uncontrolled.presumed, "{untold:#?}");
}

#[test]
fn what_the_hospital_owns_is_patched_by_the_hospital_whatever_reaches_the_pump() {
    for (path, cost) in [("none", 20), ("surgery", 20), ("technician", 20)] {
        let treated = Folder { path, ..Folder::default() }.treated(&[(None, "1.1")]);
        assert_eq!((changes(&treated), treated.cost), (vec!["update:server/lib@1.1".to_owned()], cost), "{path}");
        let remarks = &treated.changes[0].remarks;
        assert!(remarks.iter().any(|remark| remark.contains("its owner brings it there: hospital")), "{remarks:?}");
    }
}

/// Who is written as its owner makes no patch reach what stands in or at a patient.
#[test]
fn what_stands_at_a_patient_is_patched_by_the_path_of_the_version_whoever_owns_it() {
    const AT_PATIENT: &str = "[[element]]\nid = \"implant\"\nkind = \"implant\"\nowner = \"OWNER\"\nsbom = \"sbom/server.cdx.json\"\n\
        claims = { interfaces_listed = \"evidence/e.md\", software_listed = \"evidence/e.md\", functions_listed = \"evidence/e.md\" }\n\
        [[link]]\nid = \"radio\"\nfrom = \"lock\"\nto = \"implant\"\nmedium = \"radio\"\nexposed_to = [\"radio\"]\ncarries = [\"data\"]\n\
        authentication = \"none\"\nclaims = { exposed_to = \"evidence/e.md\", carries = \"evidence/e.md\" }\n\
        [[function]]\nid = \"pace\"\nessential = true\nrealised_by = { all = [\"implant\"] }\n\
        persons = { group = \"patient\", at_once_per_instance = 1 }\n\
        [[function.effect]]\non = \"alteration\"\nhazardous_situation = \"no pulse\"\nharm = \"death\"\n";
    for owner in ["maker", "patient", "hospital"] {
        let more: &'static str = AT_PATIENT.replace("OWNER", owner).leak();
        let treated = Folder { path: "none", more, ..Folder::default() }.treated(&[(None, "1.1")]);
        let patched = |change: &String| change.starts_with("update:implant");
        assert!(!changes(&treated).iter().any(patched), "{owner}: {treated:#?}");
        assert!(
            treated.not_offered.iter().any(|one| one.reason.contains("cannot be updated")),
            "{owner}: {treated:#?}"
        );
        let operated = Folder { path: "surgery", more, ..Folder::default() }.treated(&[(None, "1.1")]);
        let patch = operated.changes.iter().find(|change| patched(&change.change.to_string()));
        assert!(patch.is_none_or(|patch| patch.cost == 1000), "{owner}: {operated:#?}");
    }
}

#[test]
fn a_finding_of_the_makers_own_is_treated_by_a_release_where_one_reaches_the_units() {
    let folder = |path| Folder { path, own: OWN, library: "2.0", ..Folder::default() };
    let treated = folder("automatic").treated(&[]);
    assert_eq!(changes(&treated), ["fix:EX-1"], "{treated:#?}");
    assert!(treated.changes[0].remarks.iter().any(|remark| remark.contains("to be made")), "{treated:#?}");
    let never = folder("none").treated(&[]);
    assert_ne!(changes(&never), ["fix:EX-1"], "{never:#?}");
    assert!(never.not_offered.iter().any(|one| one.reason.contains("cannot be updated")), "{never:#?}");
}

#[test]
fn a_control_that_comes_as_an_update_reaches_no_unit_that_gets_none() {
    const UPDATE: &str = "[[control]]\nid = \"fw-2\"\ncategory = \"firmware-and-software-updates\"\n\
        cuts = [{ vulnerability = \"EX-1\", at = \"pump\" }]\nenforcer = { element = \"pump\" }\nperformed_by = \"maker\"\n\
        hazard_added = \"none\"\ncost = 3\nclaimed = { effective = true, evidence = \"evidence/e.md\" }\n";
    let folder = |path| {
        let mut reading = Folder { path, own: OWN, more: UPDATE, library: "2.0", ..Folder::default() }.reading();
        // Somebody has yet to decide that it works.
        reading.decisions.entered[0].claims.retain(|claim| claim != "control:fw-2");
        let claims: Vec<&Claim> =
            reading.device.claims.values().filter(|one| one.id.to_string() != "control:fw-2").collect();
        reading.decisions.entered[0].premise = Some(joint_premise(claims.iter().copied()));
        asked(&reading.device, &reading.decisions, knowledge(&[]), |inputs| {
            treat(inputs, Treating::default()).expect("knowledge in memory")
        })
        .versions
        .remove(0)
    };
    assert_eq!(changes(&folder("technician")), ["+fw-2"]);
    let never = folder("none");
    assert!(changes(&never).iter().all(|change| change != "+fw-2"), "{never:#?}");
    assert!(never.not_offered.iter().any(|one| one.what == "control fw-2" && one.reason.contains("as an update")));
}

/// What is built into a new version is no treatment for units that get none, whether for want of a path or of support; whether they
/// have it already is for somebody to say.
#[test]
fn a_control_of_the_design_reaches_no_unit_that_gets_no_new_one() {
    const BUILT_IN: &str = "[[control]]\nid = \"built-in\"\ncategory = \"compensating\"\n\
        cuts = [{ vulnerability = \"EX-1\", at = \"pump\" }]\nenforcer = { element = \"AT\" }\nperformed_by = \"design\"\n\
        hazard_added = \"none\"\ncost = 3\nclaimed = { effective = true, evidence = \"evidence/e.md\" }\n";
    let treated = |path, at: &str| {
        let more: &'static str = BUILT_IN.replace("AT", at).leak();
        let mut reading = Folder { path, own: OWN, more, library: "2.0", ..Folder::default() }.reading();
        let open = |one: &Claim| one.id.to_string() == "control:built-in";
        reading.decisions.entered[0].claims.retain(|claim| claim != "control:built-in");
        let claims: Vec<&Claim> = reading.device.claims.values().filter(|one| !open(one)).collect();
        reading.decisions.entered[0].premise = Some(joint_premise(claims.iter().copied()));
        asked(&reading.device, &reading.decisions, knowledge(&[]), |inputs| {
            treat(inputs, Treating::default()).expect("knowledge in memory")
        })
        .versions
        .remove(0)
    };
    assert_eq!(changes(&treated("technician", "pump")), ["+built-in"]);
    // The hospital gives its server what it likes.
    assert_eq!(changes(&treated("none", "server")), ["+built-in"]);
    for (path, why) in [
        ("none", "cannot be updated"),
        ("technician\"\nend_of_support = 2026-01-01 # \"", "has had no support since 2026-01-01"),
    ] {
        let never = treated(path, "pump");
        assert!(changes(&never).iter().all(|change| change != "+built-in"), "{never:#?}");
        let refused = never.not_offered.iter().find(|one| one.what == "control built-in");
        let refused = refused.unwrap_or_else(|| panic!("{never:#?}"));
        assert!(refused.reason.contains("part of the design") && refused.reason.contains(why), "{refused:?}");
    }
}

/// Rests on what the server says: without its links it stops, and that harms as much.
const FED: &str = "[[function]]\nid = \"dose\"\nessential = true\nrealised_by = { all = [\"pump\"] }\nfed_by = [\"orders\"]\npersons = { group = \"patient\", at_once_per_instance = 1 }\n\
    [[function.effect]]\non = \"loss\"\nhazardous_situation = \"nothing\"\nharm = \"death\"\n";

#[test]
fn off_the_network_is_advised_only_where_that_is_no_worse() {
    let advice = |more: &'static str| {
        let treated = Folder { path: "none", own: OWN, more, library: "2.0", ..Folder::default() }.treated(&[]);
        assert_eq!(treated.outcome, TreatmentOutcome::NoTreatment, "{treated:#?}");
        treated.advice.join("\n")
    };
    let named = Folder { path: "none", own: OWN, more: FED, library: "2.0", ..Folder::default() }.treated(&[]);
    assert!(!named.off_the_network, "{named:#?}");
    assert_eq!(
        named.untreated.iter().map(|one| one.subject.as_str()).collect::<Vec<_>>(),
        ["EX-1"],
        "what is there today"
    );
    let stated = advice(FED);
    assert!(!stated.contains("until then take it off"), "{stated}");
    // Where nobody has said what it rests on, that is what to find out.
    let unsaid = FED.replace("fed_by = [\"orders\"]\n", "");
    let unsaid = advice(unsaid.leak());
    assert!(!unsaid.contains("until then take it off the network:"), "{unsaid}");
}

/// Nobody has said what it does when it is not there: that is no reason to take it for harmless.
#[test]
fn an_essential_function_that_stops_is_not_harmless_because_nobody_says_what_its_loss_does() {
    const FED: &str = "[[function]]\nid = \"dose\"\nessential = true\nrealised_by = { all = [\"pump\"] }\nfed_by = [\"orders\"]\n\
        persons = { group = \"patient\", at_once_per_instance = 1 }\n\
        [[function.effect]]\non = \"alteration\"\nhazardous_situation = \"too much\"\nharm = \"death\"\n";
    let mut contents = knowledge(&[(None, "9")]);
    contents.records[0].configurations[0].nodes[0].criteria[0].range = None;
    let folder = Folder { more: FED, ..Folder::default() }.reading();
    let treated = asked(&folder.device, &folder.decisions, contents, |inputs| {
        treat(inputs, Treating::default()).expect("knowledge in memory")
    })
    .versions
    .remove(0);
    assert_ne!(treated.outcome, TreatmentOutcome::Treated, "{treated:#?}");
    assert!(!treated.off_the_network, "{treated:#?}");
}

#[test]
fn without_a_known_version_the_device_is_not_to_be_replaced_but_a_version_to_be_named() {
    // Every version is touched, whatever there is.
    let reading = Folder { severity: "catastrophic", ..Folder::default() };
    let treated = reading.treated(&[(None, "9")]);
    assert_eq!(changes(&treated), ["update:server/lib@9"]);
    // The server can be taken off, and what the pump then does without harms nobody.
    let off = untouchable("");
    assert!(changes(&off).iter().all(|change| change.starts_with("isolate:")), "{off:#?}");
    // It cannot: nobody knows whether there is a version that would do.
    let unknown = untouchable(FED);
    assert_eq!(unknown.outcome, TreatmentOutcome::NoTreatment, "{unknown:#?}");
    let advice = unknown.advice.join("\n");
    assert!(advice.contains("no fixed version of lib 1.0 at server is known"), "{advice}");
    assert!(advice.contains("update:server/lib@VERSION"), "{advice}");
    let instead = unknown.instead.unwrap_or_default();
    assert!(
        instead.starts_with("no treatment is known, for nobody says which version of lib 1.0 at server would do: ask"),
        "{instead}"
    );
    assert!(!instead.contains("no treatment exists"), "{instead}");
}

/// A treatment where every version of the library is touched; `more` stands at the end of the model.
fn untouchable(more: &'static str) -> VersionTreatment {
    let mut contents = knowledge(&[(None, "9")]);
    contents.records[0].configurations[0].nodes[0].criteria[0].range = None;
    let folder = Folder { more, ..Folder::default() }.reading();
    asked(&folder.device, &folder.decisions, contents, |inputs| {
        treat(inputs, Treating::default()).expect("knowledge in memory")
    })
    .versions
    .remove(0)
}

#[test]
fn what_is_shown_and_not_decided_is_to_be_answered_for_before_anything_is_rebuilt() {
    let folder = Folder { decided: false, library: "2.0", ..Folder::default() };
    let treated = folder.treated(&[]);
    let first = treated.answer_first.as_ref().unwrap_or_else(|| panic!("{treated:#?}"));
    assert!(first.claims.iter().any(|claim| claim.to_string() == "link:orders.authentication"), "{first:#?}");
    assert!(first.uncontrolled < treated.before.uncontrolled.confirmed, "{first:#?}");
    let decided = Folder { library: "2.0", ..Folder::default() };
    assert_eq!(decided.treated(&[]).answer_first, None);
}

/// The changes of a proposal are made in the folder, by hand: what lapses is what was told.
#[test]
fn what_has_to_be_decided_again_is_what_lapses_when_it_is_done() {
    let records: &[(Option<&str>, &str)] = &[(None, "1.1")];
    let before = Folder::default();
    let treated = before.treated(records);
    assert_eq!(changes(&treated), ["update:server/lib@1.1"]);
    let told: Vec<String> = treated.decide_again.iter().map(ToString::to_string).collect();
    assert_eq!(told, lapsed(&before, &Folder { library: "1.1", ..Folder::default() }));
    assert!(before.confirmed(records) > 0);
}

/// What a release without a finding of the maker's own consists of nobody knows yet; that it is another one than was looked at is certain.
#[test]
fn what_a_release_voids_is_what_lapses_when_there_is_one() {
    let own: &'static str = OWN.replace("element = \"pump\"", "element = \"server\"").leak();
    let before = Folder { path: "automatic", own, library: "2.0", ..Folder::default() };
    let treated = before.treated(&[]);
    assert_eq!(changes(&treated), ["fix:EX-1"], "{treated:#?}");
    let released = Folder { path: "automatic", library: "2.1", ..Folder::default() };
    let told: Vec<String> = treated.decide_again.iter().map(ToString::to_string).collect();
    assert_eq!(told, lapsed(&before, &released));
}

/// The claims that have effect in one folder, and none in another by the decisions of the first.
fn lapsed(before: &Folder, after: &Folder) -> Vec<String> {
    let (held, changed) = (before.reading(), after.reading());
    let effects = |device| ward_risk::Effects::decided(device, &held.decisions, TODAY).0;
    let (was, is) = (effects(&held.device), effects(&changed.device));
    let lapsed: Vec<String> = was.claims().filter(|claim| !is.holds(claim)).map(ToString::to_string).collect();
    assert!(!lapsed.is_empty());
    lapsed
}

#[test]
fn of_a_control_that_is_decided_only_the_confirmation_is_asked_for() {
    const UNPLUGGED: &str = "[[control]]\nid = \"unplugged\"\ncategory = \"compensating\"\n\
        cuts = [{ link = \"orders\" }]\nenforcer = { element = \"lock\" }\nperformed_by = \"site\"\n\
        hazard_added = \"none\"\ncost = 3\nclaimed = { effective = true, evidence = \"evidence/e.md\" }\n";
    let treated = Folder { more: UNPLUGGED, path: "none", ..Folder::default() }.treated(&[(None, "1.1")]);
    let change = treated.changes.iter().find(|change| change.change.to_string() == "+unplugged");
    let remarks = &change.unwrap_or_else(|| panic!("{treated:#?}")).remarks;
    assert!(remarks.iter().any(|remark| remark.contains("confirm it per site")), "{remarks:?}");
    assert!(!remarks.iter().any(|remark| remark.contains("ward decide")), "{remarks:?}");
    // Who decided it looked at those who had confirmed it then.
    let cohort = |confirmed: &str| {
        format!("[[version.cohort]]\nid = \"all\"\nunits = 500\nsites = 5\nconfirmed = [{confirmed}]\n").leak() as &str
    };
    let folder = |cohorts| Folder { more: UNPLUGGED, path: "none", cohorts, ..Folder::default() };
    let (before, after) = (folder(cohort("")), folder(cohort("\"unplugged\"")));
    let treated = before.treated(&[(None, "1.1")]);
    let told: Vec<String> = treated.decide_again.iter().map(ToString::to_string).collect();
    assert!(changes(&treated).contains(&"+unplugged".to_owned()), "{treated:#?}");
    assert_eq!(told, lapsed(&before, &after));
}

/// What is presumed because it is not described is no ground to replace anything; what treats the confirmed is told.
#[test]
fn nothing_is_replaced_for_what_is_not_described() {
    const UNDESCRIBED: &str = "[[element]]\nid = \"helper\"\nkind = \"bedside-device\"\nowner = \"maker\"\nsbom = \"none\"\n\
        [[function]]\nid = \"help\"\nessential = true\nrealised_by = { all = [\"helper\"] }\n\
        persons = { group = \"patient\", at_once_per_instance = 1 }\n\
        [[function.effect]]\non = \"alteration\"\nhazardous_situation = \"wrong\"\nharm = \"death\"\n";
    let told = |own: &'static str, path: &'static str, library: &'static str| {
        let reading = Folder { more: UNDESCRIBED, own, path, library, ..Folder::default() }.reading();
        let treating = Treating { presumed_too: true, ..Treating::default() };
        let ask = |inputs: &ward_assess::Inputs<'_>| treat(inputs, treating).expect("knowledge in memory");
        let ask = asked(&reading.device, &reading.decisions, knowledge(&[(None, "1.1")]), ask);
        let options = ward_publish::text::TextOptions { width: 300, colour: false, verbose: false };
        (ask.versions[0].clone(), ward_publish::treatment::text(&ask, "d", &options))
    };
    let (treated, text) = told("", "technician", "1.0");
    assert_eq!(treated.outcome, TreatmentOutcome::NoTreatment, "{treated:#?}");
    assert_eq!(changes(&treated), ["update:server/lib@1.1"], "{treated:#?}");
    let instead = treated.instead.clone().expect("what to do");
    assert!(instead.contains("treats all that is confirmed") && instead.contains("helper"), "{instead}");
    assert!(!instead.contains("replace it") && !instead.contains("No treatment exists"), "{instead}");
    assert!(treated.untreated.iter().all(|one| one.presumed_because.is_some()), "{treated:#?}");
    assert!(text.contains("update:server/lib@1.1") && !text.contains("(by: -)"), "{text}");
    assert_eq!(treated.after.uncontrolled.confirmed, 0);
    // Nothing is confirmed at all.
    let (nothing, text) = told("", "technician", "2.0");
    assert!(nothing.changes.is_empty() && !text.contains("eplace it"), "{text}");
    // What is confirmed has another: that is told.
    let (isolated, text) = told(OWN, "none", "2.0");
    assert_eq!(changes(&isolated), ["isolate:pump"], "{text}");
    assert!(!text.contains("eplace it"), "{text}");
}

/// A known date of which nothing that was found is called so moves no clock: it is noted.
#[test]
fn a_known_date_of_nothing_is_noted() {
    let noted = |subject: &str| {
        let own = format!("[[known]]\nsubject = \"{subject}\"\nsince = 2026-01-01\nsource = \"a letter\"\n").leak();
        let reading = Folder { own, ..Folder::default() }.reading();
        let assessment = small::assessed_with(&reading.device, &reading.decisions, knowledge(&[(None, "1.1")]));
        assessment.coverage.notes.iter().any(|note| note.contains("[[known]]") && note.contains(subject))
    };
    assert!(!noted("CVE-2026-0000") && !noted("WR-001@orders"));
    assert!(noted("CVE-2026-00000") && noted("CVE-2026-4585"));
}
