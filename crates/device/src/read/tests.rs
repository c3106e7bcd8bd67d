//! Reading whole folders: the examples, and what does and does not change what is read.

use std::path::Path;

use proptest::prelude::*;
use ward_model::claim::ClaimId;
use ward_model::device::{Device, RealisedBy};

use super::{Reading, read};
use crate::files::{DirFiles, MemoryFiles};

mod configurations;
mod considerations;
mod design;
mod hazards;
mod laws;
mod premise;
mod scoring;
mod statements;
mod wrong;

const SBOM: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[
  {"type":"library","bom-ref":"zlib","name":"zlib","version":"1.2.11"},
  {"type":"library","bom-ref":"motor","name":"motor-control","version":"3"}]}"#;

const DEVICE: &str = r#"
id = "lvp-200"
name = "LVP-200"
maker = "Example Medical"
udi_di = "00860000000017"
class = { us = "II", eu = "IIb" }
intended_use = "Infusion"
environments = ["hospital"]
policies = ["fda-postmarket-2016"]
model_since = 2026-03-01
lifecycle = { stage = "support", end_of_life = 2031-06-30, end_of_support = 2033-06-30, service_life_years = 10 }
"#;

const SYSTEM: &str = r#"
[[zone]]
id = "ward-network"
owner = "hospital"

[[element]]
id = "pump"
kind = "bedside-device"
owner = "maker"
zone = "ward-network"
hardware = [{ cpe = "cpe:2.3:h:example:lvp-200:-:*:*:*:*:*:*:*" }]
sbom = { "4.1" = "sbom/pump.json", "4.2" = "sbom/pump.json" }
instances_per_site = 300
local_login = true
claims = { interfaces_listed = "evidence/list.csv", software_listed = true, local_login = "evidence/list.csv#login" }
reviewed_components = [{ ref = "motor", evidence = "evidence/list.csv" }]

[[element]]
id = "server"
kind = "server"
owner = "hospital"
zone = "ward-network"
sbom = "sbom/pump.json"

[[link]]
id = "library"
from = "server"
to = "pump"
medium = "ip"
protocol = { name = "HTTP", version = "1.1", port = 8080 }
exposed_to = ["hospital-network", "physical"]
carries = ["data", "command"]
authentication = "none"
anti_replay = true

[[link]]
id = "service"
from = "server"
to = "pump"
medium = "usb"
authentication = { mechanism = "hmac-sha256", secret = "service-key", evidence = "evidence/gone.pdf" }

[[secret]]
id = "service-key"
held_by = ["server", "pump"]
per_unit = true

[[function]]
id = "infuse"
essential = true
realised_by = { voted = { of = ["pump", "server"], required = 1 } }
persons = { group = "patient", at_once_per_instance = 1 }
[[function.effect]]
on = "loss"
hazardous_situation = "infusion stops"
harm = "interrupted"
onset_seconds = 60
fallback = { function = "by-hand", detection = "alarm", detection_seconds = 5, switch_over_seconds = 30, staff_per_site = 12 }

[[function]]
id = "by-hand"
essential = false
realised_by = "people"

[[function]]
id = "alarm"
essential = false
realised_by = { any = ["pump"] }

[[person_group]]
id = "patient"
role = "patient"

[[harm]]
id = "interrupted"
axis = "person"

[[control]]
id = "signed-firmware"
category = "code-data-execution-integrity"
cuts = { step = "install-code", at = "pump" }
enforcer = { element = "pump", secret = "service-key" }
performed_by = "design"
claimed = { effective = true, evidence = "evidence/list.csv#VT-118" }
hazard_added = "none"
cost = 0

[[control]]
id = "isolate"
category = "compensating"
cuts = [{ links_into_zone = "ward-network", from = ["internet"] }, { presence_at = "pump" }, { link = "library" }, { vulnerability = "CVE-2014-0160", at = "pump" }]
performed_by = "site"
cost = 40
"#;

const FIELDED: &str = r#"
[[version]]
id = "4.1"
[[version]]
id = "4.2"
units = 18400
update_path = "technician"
[[version.cohort]]
id = "site-017"
units = 310
confirmed = ["isolate"]
"#;

const VULNERABILITIES: &str = r#"
[[finding]]
id = "EX-2026-004"
title = "Service port accepts commands without session binding"
element = "pump"
versions = ["4.1", "4.2"]
cwe = 384
vector = "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:H"
known_since = 2026-03-14
source = "penetration test PT-7"

[[known]]
subject = "unauthenticated-command@library"
since = 2026-03-01
source = "design review"
"#;

const DECISIONS: &str = r#"
[[decision]]
claims = ["control:signed-firmware"]
outcome = "accepted"
by = "product security lead"
on = 2026-04-02
evidence_sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
premise_sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
expires = 2027-04-02
rationale = "VT-118 passed on 4.2"
"#;

const CONSIDERATIONS: &str = r#"
[[consideration]]
group = "technical"
topic = "interfaces"
answer = "Ethernet, and a service port under the cover"
evidence = "evidence/list.csv#interfaces"
[[consideration]]
group = "physical"
topic = "location-of-implant"
not_applicable = "it is not implanted"
"#;

const USE_CASES: &str = r#"
[[state]]
id = "running"
name = "At work"
kind = "operational"
[[use_case]]
function = "infuse"
on = "loss"
states = ["running"]
harm = "interrupted"
evidence = "evidence/list.csv#running"
"#;

/// A folder that uses every table but those of the rubric and of states, which have tests of their own.
fn whole() -> MemoryFiles {
    MemoryFiles::from_iter([
        ("device.toml", DEVICE),
        ("system.toml", SYSTEM),
        ("fielded.toml", FIELDED),
        ("considerations.toml", CONSIDERATIONS),
        ("vulnerabilities.toml", VULNERABILITIES),
        ("decisions.toml", DECISIONS),
        ("sbom/pump.json", SBOM),
        ("evidence/list.csv", "interface,direction\n"),
    ])
}

/// Its TOML files.
pub(crate) fn whole_texts() -> impl Iterator<Item = (&'static str, &'static str)> {
    [
        ("device.toml", DEVICE),
        ("system.toml", SYSTEM),
        ("fielded.toml", FIELDED),
        ("considerations.toml", CONSIDERATIONS),
        ("use-cases.toml", USE_CASES),
        ("vulnerabilities.toml", VULNERABILITIES),
        ("decisions.toml", DECISIONS),
    ]
    .into_iter()
}

/// Files that only a family with variants, and a site, have.
pub(crate) fn configuration_texts() -> impl Iterator<Item = (&'static str, &'static str)> {
    [
        ("variants.toml", configurations::VARIANTS),
        ("variants.toml", ""),
        ("site.toml", configurations::SITE),
        ("site.toml", "name = \"a ward\"\n"),
        ("trust.toml", statements::TRUST),
        ("trust.toml", ""),
    ]
    .into_iter()
}

fn with(mut files: MemoryFiles, path: &str, text: &str) -> MemoryFiles {
    files.0.insert(path.to_owned(), text.as_bytes().to_vec());
    files
}

fn must(files: &MemoryFiles) -> Reading {
    read(files).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// The whole folder after one change of its system.
fn changed(from: &str, to: &str) -> Device {
    assert!(SYSTEM.contains(from), "{from}");
    must(&with(whole(), "system.toml", &SYSTEM.replacen(from, to, 1))).device
}

#[test]
fn a_whole_folder_becomes_a_device() {
    let reading = must(&whole());
    let device = &reading.device;
    assert_eq!(reading.regulatory.udi_di.as_deref(), Some("00860000000017"));
    assert_eq!(reading.regulatory.classes["eu"], "IIb");
    assert_eq!(device.elements.len(), 2);
    assert_eq!(device.versions.iter().map(|version| version.inventories.len()).collect::<Vec<_>>(), [2, 2]);
    assert_eq!(device.versions[0].units, None);
    assert_eq!(device.links[&"library".into()].protocol.as_deref(), Some("HTTP 1.1, port 8080"));
    assert_eq!(device.functions[&"by-hand".into()].realised_by, RealisedBy::People);
    assert_eq!(device.controls[&"isolate".into()].cuts.len(), 4);
    assert_eq!(device.controls[&"signed-firmware".into()].hazard_added, None);
    assert_eq!(device.harms[&"interrupted".into()].severity.word(), "catastrophic");
    assert_eq!(device.own_findings[0].weaknesses, [384]);
    assert_eq!(reading.decisions.entered[0].number, 1);
    assert!(device.files.contains_key("evidence/list.csv"));
    assert!(!device.files.contains_key("decisions.toml"));
}

#[test]
fn every_claim_of_the_whole_folder() {
    let reading = must(&whole());
    let claims: Vec<String> = reading
        .device
        .claims
        .values()
        .map(|claim| {
            let evidence = claim.evidence.as_ref().map_or("-".to_owned(), |evidence| {
                let missing = if evidence.digest.is_none() { " (missing)" } else { "" };
                format!("{}#{}{missing}", evidence.path, evidence.place.as_deref().unwrap_or_default())
            });
            format!("{} | {evidence} | {}", claim.id, claim.statement)
        })
        .collect();
    let said = claims.join("\n");
    insta::assert_snapshot!(said);
}

#[test]
fn warnings_of_the_whole_folder() {
    let warnings: Vec<String> = must(&whole()).warnings.iter().map(ToString::to_string).collect();
    let said = warnings.join("\n");
    insta::assert_snapshot!(said);
}

#[test]
fn what_is_odd_is_said() {
    let warned = |path: &str, text: &str| -> Vec<String> {
        let known: Vec<String> = must(&whole()).warnings.iter().map(|found| found.message.clone()).collect();
        let found = must(&with(whole(), path, text)).warnings;
        found.into_iter().map(|found| found.message).filter(|message| !known.contains(message)).collect()
    };
    let held = |held_by: &str, more: &str| {
        let holders = format!("held_by = [{held_by}]{more}");
        warned("system.toml", &SYSTEM.replace("held_by = [\"server\", \"pump\"]", &holders))
    };
    let not_held = |end: &str| format!("`{end}` uses `service-key` on `service` and is not among its holders");
    // Whoever enforces a control by it checks with it, too.
    let enforcer =
        "`pump` uses `service-key` for the control `signed-firmware` and is not among its holders".to_owned();
    assert_eq!(held("\"server\"", ""), [enforcer.clone(), not_held("pump")]);
    assert_eq!(held("\"pump\"", ""), [not_held("server")]);
    assert_eq!(held("", ""), [enforcer, not_held("pump"), not_held("server")]);
    assert_eq!(held("\"pump\"", "\npublic = true"), [""; 0]);
    // A wall of the hospital's is no part of a design.
    let owned = SYSTEM.replacen("owner = \"maker\"", "owner = \"hospital\"", 1);
    assert_ne!(owned, SYSTEM);
    let found = warned("system.toml", &owned);
    let read_as = "`pump`, which enforces the control `signed-firmware`, is the hospital's: the control is read as performed by the site";
    assert!(found.contains(&read_as.to_owned()), "{found:?}");
    let later = VULNERABILITIES.replace("\nsince = 2026-03-01", "\nsince = 2026-03-02");
    assert_eq!(warned("vulnerabilities.toml", &later), ["this day is later than `model_since`, 2026-03-01"]);
}

/// It would look as if the other units were known not to have it, and they would count as if they had.
#[test]
fn what_nobody_has_to_confirm_is_confirmed_of_no_group() {
    let fielded = FIELDED.replace("confirmed = [\"isolate\"]", "confirmed = [\"isolate\", \"signed-firmware\"]");
    let wrong = read(&with(whole(), "fielded.toml", &fielded)).expect_err("it is refused").to_string();
    assert!(wrong.contains("`signed-firmware` is not performed by a site or a user"), "{wrong}");
}

#[test]
fn lint_of_the_whole_folder() {
    let reading = must(&whole());
    let found: Vec<String> = crate::lint(&reading).iter().map(ToString::to_string).collect();
    let said = found.join("\n");
    insta::assert_snapshot!(said);
    let scores: Vec<_> = crate::completeness(&reading).iter().map(|link| link.score()).collect();
    assert_eq!(scores, [(6, 8), (2, 8)]);
}

/// What is stated for documents changes nothing but the premises of what it is stated of.
#[test]
fn records_of_links_and_secrets_belong_to_what_was_decided_on() {
    let before = must(&whole());
    assert!(before.records.links[&"library".into()].is_empty());
    let system = SYSTEM
        .replace("anti_replay = true", "anti_replay = true\nservices = [\"put a drug library\"]\nroles = [\"pharmacist\"]\ntests = [\"evidence/list.csv\"]\nin_use = true")
        .replace("per_unit = true", "per_unit = true\naccepted_by = [\"pump\"]\nrenewed = \"at every service\"");
    let after = must(&with(whole(), "system.toml", &system));
    let recorded: Vec<&str> = after.records.links[&"library".into()].keys().copied().collect();
    assert_eq!(recorded, ["in_use", "roles", "services", "tests"]);
    assert_eq!(after.records.secrets[&"service-key".into()]["renewed"], "at every service");
    let changed: Vec<String> = before
        .device
        .claims
        .values()
        .filter(|claim| after.device.claims[&claim.id].premise != claim.premise)
        .map(|claim| claim.id.to_string())
        .collect();
    let expected = [
        "link:library.exposed_to",
        "link:library.carries",
        "link:library.anti_replay",
        "link:service.authentication",
        "secret:service-key.per_unit",
    ];
    assert_eq!(changed, expected);
    let unrecorded: Vec<usize> = crate::completeness(&after).iter().map(|link| link.unrecorded.len()).collect();
    assert_eq!(unrecorded, [9, 13]);
    // Who accepts a secret follows from the links, and what is said otherwise is odd.
    let server = SYSTEM.replace("per_unit = true", "per_unit = true\naccepted_by = [\"server\"]");
    let odd = must(&with(whole(), "system.toml", &server)).warnings;
    assert_eq!(odd.iter().filter(|found| found.code == "not-accepted").count(), 2);
    assert!(after.warnings.iter().all(|found| found.code != "not-accepted"));
}

#[test]
fn what_is_not_given_is_not_assumed_good() {
    let bare = MemoryFiles::from_iter([
        ("device.toml", DEVICE),
        (
            "system.toml",
            "[[element]]\nid = \"pump\"\nkind = \"bedside-device\"\nowner = \"maker\"\n[[link]]\nid = \"a\"\nfrom = \"pump\"\nto = \"pump\"\nmedium = \"ip\"\n",
        ),
    ]);
    let device = must(&bare).device;
    let link = &device.links[&"a".into()];
    assert_eq!((&link.exposed_to, &link.carries, &link.authentication), (&None, &None, &None));
    assert_eq!(device.versions.len(), 1);
    assert_eq!(device.versions[0].id.as_str(), "as-designed");
    assert_eq!(device.versions[0].units, None);
    assert!(device.versions[0].inventories.is_empty());
    assert!(device.claims.is_empty());
}

#[test]
fn a_link_claims_only_what_is_narrower() {
    let claims = |system: &str| -> Vec<String> {
        let system = format!(
            "[[element]]\nid = \"p\"\nkind = \"other\"\nowner = \"maker\"\n[[link]]\nid = \"l\"\nfrom = \"p\"\nto = \"p\"\n{system}"
        );
        let files = MemoryFiles::from_iter([("device.toml", DEVICE.to_owned()), ("system.toml", system)]);
        must(&files).device.claims.keys().map(ClaimId::to_string).collect()
    };
    let all = "exposed_to = [\"internet\", \"hospital-network\", \"physical\", \"supply-chain\"]";
    assert_eq!(claims(&format!("medium = \"ip\"\n{all}")), [""; 0]);
    assert_eq!(claims("medium = \"ip\"\ncarries = [\"code\", \"data\", \"command\"]"), [""; 0]);
    // Supply chain is left out: that it carries no code is itself only claimed.
    let less = "exposed_to = [\"internet\", \"hospital-network\", \"physical\"]\ncarries = [\"data\"]";
    assert_eq!(claims(&format!("medium = \"ip\"\n{less}")), ["link:l.exposed_to", "link:l.carries"]);
    assert_eq!(claims("medium = \"usb\"\nexposed_to = [\"physical\", \"supply-chain\"]"), ["link:l.exposed_to"]);
    assert_eq!(claims("medium = \"ip\"\nexposed_to = []"), ["link:l.exposed_to"]);
    assert_eq!(claims("medium = \"ip\"\nanti_replay = false\nauthentication = \"none\""), [""; 0]);
}

/// What a function rests on, and what a link passes on: a claim where it leaves out a link that could bring data.
#[test]
fn what_feeds_is_a_claim_where_it_is_less() {
    let claims = |function: &str, link: &str| -> Vec<String> {
        let system = format!(
            "[[element]]\nid = \"a\"\nkind = \"other\"\nowner = \"maker\"\n[[element]]\nid = \"b\"\nkind = \"other\"\nowner = \"maker\"\n\
             [[link]]\nid = \"in\"\nfrom = \"a\"\nto = \"b\"\nmedium = \"ip\"\n[[link]]\nid = \"more\"\nfrom = \"a\"\nto = \"b\"\nmedium = \"ip\"\n\
             [[link]]\nid = \"out\"\nfrom = \"b\"\nto = \"a\"\nmedium = \"ip\"\n{link}\n\
             [[function]]\nid = \"f\"\nessential = true\nrealised_by = {{ all = [\"b\"] }}\n{function}\n"
        );
        let files = MemoryFiles::from_iter([("device.toml", DEVICE.to_owned()), ("system.toml", system)]);
        must(&files).device.claims.keys().map(ClaimId::to_string).collect()
    };
    assert_eq!(claims("", ""), [""; 0]);
    assert_eq!(claims("fed_by = [\"in\", \"more\"]", "fed_by = [\"more\", \"in\"]"), [""; 0]);
    assert_eq!(claims("fed_by = [\"in\"]", ""), ["function:f.fed_by"]);
    assert_eq!(claims("", "fed_by = []"), ["link:out.fed_by"]);
}

/// That a version does not have a finding is claimed, and shown by something.
#[test]
fn versions_without_a_finding_are_a_claim() {
    let finding = VULNERABILITIES
        .replace("versions = [\"4.1\", \"4.2\"]", "versions = [\"4.1\"]\nevidence = \"evidence/list.csv#fixed\"");
    let device = must(&with(whole(), "vulnerabilities.toml", &finding)).device;
    let claim = &device.claims[&ClaimId::FindingVersions("EX-2026-004".into())];
    assert_eq!(claim.id.to_string(), "finding:EX-2026-004.versions");
    assert_eq!(claim.file, "vulnerabilities.toml");
    assert!(claim.evidence.as_ref().is_some_and(|evidence| evidence.digest.is_some()));
    let all = must(&whole()).device;
    assert!(!all.claims.keys().any(|claim| matches!(claim, ClaimId::FindingVersions(_))));
    // Whoever looked did not look at another vector, or at other software.
    let other = finding.replace("I:H/A:H", "I:H/A:N");
    let other = must(&with(whole(), "vulnerabilities.toml", &other)).device;
    assert_ne!(other.claims[&claim.id].premise, claim.premise);
}

#[test]
fn the_first_example_reads_without_a_word() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/first-pump");
    let reading = read(&DirFiles::new(folder).unwrap()).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert_eq!(reading.warnings, Vec::new());
    let found: Vec<String> = crate::lint(&reading).iter().map(ToString::to_string).collect();
    let said = found.join("\n");
    insta::assert_snapshot!(said);
}

#[test]
fn decisions_change_nothing_in_the_device() {
    let mut without = whole();
    without.0.remove("decisions.toml");
    assert_eq!(must(&whole()).device, must(&without).device);
    assert_ne!(must(&whole()).decisions, must(&without).decisions);
}

#[test]
fn every_other_byte_changes_the_digest() {
    let digest = must(&whole()).device.digest;
    for (path, text) in [
        ("system.toml", format!("# note\n{SYSTEM}")),
        ("evidence/list.csv", "interface\n".to_owned()),
        ("sbom/pump.json", SBOM.replace("1.2.11", "1.2.12")),
    ] {
        assert_ne!(must(&with(whole(), path, &text)).device.digest, digest, "{path}");
    }
}

proptest! {
    /// No folder makes the reader panic, and every place lies in its file.
    #[test]
    fn mutated_folders_are_answered(
        file in 0_usize..6,
        cut in 0.0_f64..1.0,
        length in 0_usize..40,
        put in proptest::collection::vec(any::<u8>(), 0..12),
    ) {
        let paths = ["device.toml", "system.toml", "fielded.toml", "vulnerabilities.toml", "decisions.toml", "sbom/pump.json"];
        let mut files = whole();
        let bytes = files.0.get_mut(paths[file]).unwrap();
        let start = (cut * bytes.len() as f64) as usize;
        let end = (start + length).min(bytes.len());
        bytes.splice(start..end, put);
        check_places(&files);
    }

    #[test]
    fn swapped_lines_are_answered(file in 0_usize..5, a in 0_usize..200, b in 0_usize..200, drop in any::<bool>()) {
        let paths = ["device.toml", "system.toml", "fielded.toml", "vulnerabilities.toml", "decisions.toml"];
        let mut files = whole();
        let text = String::from_utf8(files.0[paths[file]].clone()).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        let (a, b) = (a % lines.len(), b % lines.len());
        if drop { lines.remove(a); } else { lines.swap(a, b); }
        files.0.insert(paths[file].to_owned(), lines.join("\n").into_bytes());
        check_places(&files);
    }
}

fn check_places(files: &MemoryFiles) {
    match read(files) {
        Ok(reading) => {
            crate::lint(&reading);
        }
        Err(wrong) => {
            assert!(wrong.0.iter().any(|found| found.severity == crate::Severity::Error));
            for found in &wrong.0 {
                let length = files.0.get(&found.file).map_or(0, Vec::len);
                assert!(
                    found.byte_span.start <= found.byte_span.end && found.byte_span.end <= length.max(1),
                    "{found}"
                );
                assert!(found.line >= 1 && found.column >= 1, "{found}");
            }
        }
    }
}
