//! An event of the watch-list becomes live when what it lacks is added, and says why.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by them")]

use std::collections::BTreeSet;

use ward_assess::{became_live, since};
use ward_model::Assessment;
use ward_model::device::Device;
use ward_model::since::{CauseKind, Earlier};
use ward_model::verdict::{Outcome, Place};
use ward_model::watching::{LiveBy, PredicateKind};

#[path = "support/pump.rs"]
mod pump;
#[path = "support/sealed.rs"]
mod sealed;
#[path = "support/small.rs"]
mod small;

use jiff::civil::date;
use sealed::{SYSTEM, folder, record};
use small::{DEVICE, TODAY, asked, assessed_with, decided};
use ward_assess::{Inputs, assess};
use ward_device::{MemoryFiles, Reading, read};
use ward_knowledge::Contents;
use ward_model::watching::WatchItem;

const LINK: &str = r#"
[[link]]
id = "orders"
from = "server"
to = "pump"
medium = "ip"
exposed_to = ["hospital-network"]
carries = ["data"]
authentication = "none"
claims = { exposed_to = "evidence/e.md", carries = "evidence/e.md" }
"#;

fn assessed(system: &str) -> (Assessment, Device) {
    let reading = folder(system);
    // Only over a network.
    let vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    (assessed_with(&reading.device, &reading.decisions, record(vector)), reading.device)
}

#[test]
fn an_event_becomes_live_when_its_missing_link_is_added_and_says_why() {
    let (before, bare) = assessed(SYSTEM);
    // Elements wait, too: something is presumed of them once nobody answers for their being described.
    let elements: BTreeSet<&str> = bare.elements.keys().map(|id| id.as_str()).collect();
    let waiting: Vec<&WatchItem> =
        before.watch_list.iter().filter(|item| !elements.contains(item.event.as_str())).collect();
    assert_eq!(waiting.len(), 1, "{waiting:#?}");
    let item = waiting[0];
    assert_eq!(item.event, CVE, "{:#?}", before.verdicts);
    assert!(!item.failed_predicate.is_empty() && !item.becomes_live_if.is_empty());
    assert!(item.review_by > TODAY);
    let kinds: Vec<(PredicateKind, LiveBy)> = item.predicates.iter().map(|one| (one.kind, one.live_by)).collect();
    assert!(!kinds.is_empty() && !kinds.contains(&(PredicateKind::NoHarmReached, LiveBy::Link)), "{item:#?}");
    assert!(
        item.predicates
            .iter()
            .filter(|one| one.kind != PredicateKind::DescribedCompletely)
            .all(|one| item.failed_predicate.contains(one.text.trim_start_matches("it is not so that ")))
    );
    // As it comes back from its JSON.
    let earlier: Earlier = serde_json::from_str(&serde_json::to_string(&before).expect("JSON")).expect("an answer");
    assert_eq!(became_live(&earlier, &before, &bare), Vec::new());
    let same = since(&earlier, &before, &bare);
    assert!(same.inputs_changed.is_empty() && same.left_the_list.is_empty() && same.turned.is_empty(), "{same:#?}");
    let (after, linked) = assessed(&format!("{SYSTEM}{LINK}"));
    assert!(after.watch_list.iter().all(|item| item.event != "CVE-2026-0001"));
    let live = became_live(&earlier, &after, &linked);
    assert_eq!(live.len(), 1, "{live:#?}");
    assert_eq!(live[0].item, *item);
    assert!(live[0].new_on_the_way.contains(&Place::Link("orders".to_owned())), "{live:#?}");
    assert!(live[0].by.iter().any(|fact| fact.contains("orders")), "{live:#?}");
    let added = |cause: &ward_model::since::Cause| {
        cause.kind == CauseKind::Added && cause.at == Some(Place::Link("orders".to_owned()))
    };
    assert!(live[0].causes.iter().any(added), "{live:#?}");
    let found = since(&earlier, &after, &linked);
    assert_eq!(found.became_live, live);
    let turned = found.turned.iter().find(|one| one.subject == "CVE-2026-0001").expect("it turned");
    assert_eq!((turned.before, turned.now), (Some(Outcome::Controlled), Some(Outcome::Uncontrolled)));
    assert!(turned.causes.iter().any(added), "{turned:#?}");
    // And back: what became live goes with its link.
    let back = since(&Earlier::from(&after), &before, &bare);
    let turned = back.turned.iter().find(|one| one.subject == "CVE-2026-0001").expect("it turned back");
    assert_eq!((turned.before, turned.now), (Some(Outcome::Uncontrolled), Some(Outcome::Controlled)));
    assert!(turned.causes.iter().any(|cause| cause.kind == CauseKind::Removed), "{turned:#?}");
}

const CVE: &str = "CVE-2026-0001";
const TRUST: &str =
    "[[issuer]]\nid = \"acme\"\nname = \"ACME\"\ncomponents = [\"viewer\"]\nuntil = 2027-12-31\nwhy = \"x\"\n";
const STATEMENT: &str = r#"{"@context":"https://openvex.dev/ns/v0.2.0","@id":"urn:a","author":"ACME","version":1,
"timestamp":"2026-11-01T00:00:00Z","statements":[{"vulnerability":{"name":"CVE-2026-0001"},"status":"not_affected",
"justification":"vulnerable_code_not_present","products":[{"@id":"urn:p",
"identifiers":{"cpe23":"cpe:2.3:a:acme:viewer:1.5:*:*:*:*:*:*:*"}}]}]}"#;
const ANSWERS: &str = "[[rubric]]\nvulnerability = \"CVE-2026-0001\"\nelement = \"pump\"\n\
answers = \"XIP:N/XID:N/XIT:N/XIW:N/XIS:N/XIO:N\"\nevidence = \"evidence/e.md\"\n";
const OWN: &str = "[[finding]]\nid = \"EX-1\"\ntitle = \"t\"\nelement = \"pump\"\nversions = [\"2\"]\nevidence = \"evidence/e.md\"\n\
cwe = 787\nvector = \"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"\nknown_since = 2026-10-01\nsource = \"own test\"\n";
const VERSIONS: &str = "[[version]]\nid = \"1\"\nunits = 5\n[[version]]\nid = \"2\"\nunits = 5\n";
const COMPILED: &str = "compiled = [{ component = \"viewer\", version = \"1.5\", sources = \"evidence/sources.txt\", \
files = \"evidence/files.txt\" }]\nclaims = { interfaces_listed";
const SENDER: &str = r#"
[[link]]
id = "orders"
from = "gateway"
to = "pump"
medium = "ip"
exposed_to = ["hospital-network"]
carries = ["data", "command"]
authentication = { mechanism = "tls", secret = "k", evidence = "evidence/e.md" }
anti_replay = true
claims = { exposed_to = "evidence/e.md", carries = "evidence/e.md", anti_replay = "evidence/e.md" }
[[secret]]
id = "k"
held_by = ["gateway", "pump"]
per_unit = true
evidence = "evidence/e.md"
"#;

/// A pump that runs a viewer of which a record says that it is vulnerable, where all is decided until 2027-06-30, and one claim, of
/// which something is asked, until the end of 2026.
struct Kept {
    claim: &'static str,
    reading: Reading,
    viewer: &'static str,
}

fn kept(claim: &'static str, system: &str, viewer: &'static str, more: &[(&str, &str)]) -> Kept {
    let (pump, gateway) = (pump::sbom(&[("a:viewer", viewer)]), pump::sbom(&[("a:viewer", "2.1")]));
    let files = [
        ("device.toml", DEVICE),
        ("system.toml", system),
        ("sbom/pump.cdx.json", &pump),
        ("sbom/gateway.cdx.json", &gateway),
        ("evidence/e.md", "looked at"),
        ("evidence/sources.txt", "viewer-1.5/src/draw.c\nviewer-1.5/src/print.c\nviewer-1.5/include/view.h\n"),
        ("evidence/files.txt", "build/src/draw.c\nbuild/include/view.h\n"),
        ("fielded.toml", VERSIONS),
    ];
    let reading = read(&MemoryFiles::from_iter(files.into_iter().chain(more.iter().copied()))).expect("a folder");
    Kept { claim, reading, viewer }
}

/// What is answered on a day; the claim in question decided or not.
fn answered(kept: &Kept, day: jiff::civil::Date, is_decided: bool) -> Assessment {
    let device = &kept.reading.device;
    let left_out = |claim: &str| claim == "control:viewer-off" || (claim == kept.claim && !is_decided);
    let mut decisions =
        decided(device.claims.values().filter(|claim| !left_out(&claim.id.to_string())).map(|claim| (claim, true)));
    for decision in &mut decisions.entered {
        if decision.claims == [kept.claim] {
            decision.expires = date(2026, 12, 31);
        }
    }
    let known = vec![pump::criterion(true, "a:viewer", Some((None, "2.0")))];
    let in_files = pump::in_files(CVE, &["src/print.c"]);
    let mut records = vec![pump::record("nvd", CVE, vec![known])];
    if kept.claim.starts_with("compiled:") {
        records.push(in_files);
    }
    assert!(!kept.viewer.is_empty());
    let contents = Contents { records, years: (2002..=2026).collect(), ..Contents::empty(TODAY) };
    asked(device, &decisions, contents, |inputs| assess(&Inputs { as_of: day, ..*inputs }).expect("it is in memory"))
}

fn waiting<'a>(assessment: &'a Assessment, event: &str) -> &'a WatchItem {
    let item = assessment.watch_list.iter().find(|item| item.event == event && item.fielded_version.as_str() == "1");
    item.unwrap_or_else(|| panic!("{event} waits: {:#?}", assessment.watch_list))
}

/// What a decision keeps away is said to be kept away by it, and for no longer; nothing is said of a harmlessness that it has not.
#[test]
fn what_a_decision_keeps_away_says_so_and_until_when() {
    // Each version has its own SBOM, of the same components.
    let both = |text: &str, name: &str| {
        let one = format!("\"1\" = \"sbom/{name}.cdx.json\"");
        text.replace(&one, &format!("{one}, \"2\" = \"sbom/{name}.cdx.json\""))
    };
    let system = both(&both(pump::SYSTEM, "pump"), "gateway");
    let compiled = system.replacen("claims = { interfaces_listed", COMPILED, 1);
    let sender = format!("{system}{SENDER}");
    let vex = [("vex/a.json", STATEMENT), ("trust.toml", TRUST)];
    for (event, kept, steps_remain) in [
        (CVE, kept("statements:vex/a.json", &system, "1.5", &vex), false),
        ("EX-1", kept("finding:EX-1.versions", &system, "2.1", &[("vulnerabilities.toml", OWN)]), false),
        (CVE, kept("rubric:pump/CVE-2026-0001", &system, "1.5", &[("vulnerabilities.toml", ANSWERS)]), true),
        (CVE, kept("compiled:pump/viewer@1.5", &compiled, "1.5", &[]), false),
        ("WR-001@orders", kept("link:orders.authentication", &sender, "2.1", &[]), false),
    ] {
        let before = answered(&kept, TODAY, true);
        let item = waiting(&before, event);
        let held = item.predicates.iter().find(|one| one.kind == PredicateKind::DecisionHolds);
        let held = held.unwrap_or_else(|| panic!("{item:#?}"));
        assert_eq!(held.live_by, LiveBy::Decision, "{item:#?}");
        assert!(held.claims.contains(&kept.claim.to_owned()), "{item:#?}");
        assert_eq!(held.until, Some(date(2026, 12, 31)), "{item:#?}");
        assert_eq!(item.review_by, date(2026, 12, 31), "{item:#?}");
        assert!(item.failed_predicate.contains(kept.claim) || held.claims.len() > 3, "{item:#?}");
        assert!(item.failed_predicate.contains("2026-12-31"), "{item:#?}");
        assert!(item.becomes_live_if.contains("ends or is withdrawn"), "{item:#?}");
        // What does not arise at all is not said to lead to nothing.
        let harmless = item.predicates.iter().any(|one| one.kind == PredicateKind::NoHarmReached);
        assert_eq!(harmless, steps_remain, "{item:#?}");
        assert_eq!(item.failed_predicate.contains("lead to no harm"), steps_remain, "{item:#?}");
        // When the day comes, or the decision goes, that is the cause.
        let earlier: Earlier = serde_json::from_str(&serde_json::to_string(&before).expect("JSON")).expect("an answer");
        for (after, why) in [
            (answered(&kept, date(2027, 1, 2), true), "the decision held until 2026-12-31"),
            (answered(&kept, TODAY, false), "the decision was withdrawn"),
        ] {
            let live = became_live(&earlier, &after, &kept.reading.device);
            let live = live.iter().find(|one| one.item.event == event).unwrap_or_else(|| panic!("{event}: {live:#?}"));
            let named = |cause: &ward_model::since::Cause| {
                cause.kind == CauseKind::Decision && cause.text.contains(kept.claim) && cause.text.contains(why)
            };
            assert!(live.causes.iter().any(named), "{why}: {:#?}", live.causes);
            assert!(live.causes.iter().all(|cause| cause.kind != CauseKind::Inputs), "{:#?}", live.causes);
        }
    }
}

/// What waits for a link, and is kept from people's hands by a control, says both; that all is listed stands apart.
#[test]
fn what_a_link_and_a_control_keep_away_names_both() {
    let (before, _) = assessed(SYSTEM);
    let item = before.watch_list.iter().find(|item| item.event == CVE).expect("it waits");
    let of = |kind| item.predicates.iter().filter(move |one| one.kind == kind);
    assert!(item.predicates.iter().any(|one| one.live_by != LiveBy::Decision), "{item:#?}");
    let held: Vec<&[String]> = of(PredicateKind::DecisionHolds).map(|one| &one.claims[..]).collect();
    assert_eq!(held, [["control:sealed".to_owned()]], "{item:#?}");
    let listed: Vec<_> = of(PredicateKind::DescribedCompletely).collect();
    assert_eq!(listed.len(), 1, "{item:#?}");
    assert_eq!(listed[0].until, Some(date(2027, 12, 31)), "{item:#?}");
    assert!(listed[0].claims.iter().all(|claim| claim.starts_with("element:")), "{item:#?}");
}
