//! What falls with an element that is taken off its links, and what nobody may count on: a proposal that overlooks it harms people.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by them")]

use ward_assess::{Inputs, Treating, treat, what_if};
use ward_device::{MemoryFiles, Reading, read};
use ward_knowledge::Contents;
use ward_model::Assessment;
use ward_model::claim::Claim;
use ward_model::device::Decisions;
use ward_model::hypothesis::Change;
use ward_model::treatment::VersionTreatment;
use ward_model::verdict::Outcome;

#[path = "support/small.rs"]
mod small;

use small::{DEVICE, TODAY, decided};

const LISTED: &str = "claims = { interfaces_listed = \"evidence/e.md\", software_listed = \"evidence/e.md\", functions_listed = \"evidence/e.md\" }";

const PEOPLE: &str = "
[[person_group]]
id = \"patient\"
role = \"patient\"
[[harm]]
id = \"missed\"
axis = \"person\"
severity = \"catastrophic\"
text = \"Death after an alarm that was not raised\"
";

/// Twenty monitors and the station that hears them.
fn ward() -> String {
    let element = |id: &str, count: u32| {
        format!(
            "[[element]]\nid = \"{id}\"\nkind = \"bedside-device\"\nowner = \"maker\"\nsbom = \"none\"\ninstances_per_site = {count}\n{LISTED}\n"
        )
    };
    let vitals = "[[link]]\nid = \"vitals\"\nname = \"vitals\"\nfrom = \"monitor\"\nto = \"station\"\nmedium = \"ip\"\ncarries = [\"data\"]\nexposed_to = []
authentication = { mechanism = \"TLS\", secret = \"key\", evidence = \"evidence/e.md\" }\nanti_replay = true
claims = { carries = \"evidence/e.md\", exposed_to = \"evidence/e.md\", anti_replay = \"evidence/e.md\" }
[[secret]]\nid = \"key\"\nheld_by = [\"station\", \"monitor\"]\nper_unit = true\nevidence = \"evidence/e.md\"\n";
    format!("{}{}{vitals}{PEOPLE}", element("monitor", 20), element("station", 1))
}

fn function(id: &str, realised_by: &str, more: &str) -> String {
    format!(
        "[[function]]\nid = \"{id}\"\nname = \"{id}\"\nessential = true\nrealised_by = {realised_by}\npersons = {{ group = \"patient\", at_once_per_instance = 1 }}\n{more}\n"
    )
}

const LOSS: &str = "[[function.effect]]\non = \"alteration\"\nhazardous_situation = \"somebody comes late\"\nharm = \"missed\"\n\
    [[function.effect]]\non = \"loss\"\nhazardous_situation = \"nobody comes\"\nharm = \"missed\"\nonset_seconds = 300\n";

/// Anybody at the bed can stop a monitor.
fn finding(element: &str) -> String {
    format!(
        "[[finding]]\nid = \"X-1\"\nelement = \"{element}\"\ntitle = \"keys that switch it off\"\nsource = \"test\"\nknown_since = 2026-11-01\nvectors = [\"CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H\"]\n"
    )
}

/// A folder in which every claim is decided, but for what is rejected.
fn folder(system: &str, findings: &str, rejected: &[&str]) -> (Reading, Decisions) {
    let files = [
        ("device.toml", DEVICE),
        ("system.toml", system),
        ("vulnerabilities.toml", findings),
        ("evidence/e.md", "looked at"),
        ("evidence/failed.junit.xml", "<testsuite><testcase name=\"door\"><failure/></testcase></testsuite>"),
        ("fielded.toml", "[[version]]\nid = \"1\"\nunits = 10\nupdate_path = \"none\"\n"),
    ];
    let reading = read(&MemoryFiles::from_iter(files)).unwrap_or_else(|wrong| panic!("{wrong}"));
    let accepted = |claim: &Claim| !rejected.contains(&claim.id.to_string().as_str());
    let decisions = decided(reading.device.claims.values().map(|claim| (claim, accepted(claim))));
    (reading, decisions)
}

fn asked<T>((reading, decisions): &(Reading, Decisions), ask: impl FnOnce(&Inputs<'_>) -> T) -> T {
    let contents = Contents { years: (2002..=2026).collect(), ..Contents::empty(TODAY) };
    small::asked(&reading.device, decisions, contents, ask)
}

fn supposing(folder: &(Reading, Decisions), changes: &[&str]) -> Assessment {
    let changes: Vec<Change> = changes.iter().map(|text| Change::parse(text).expect("a change")).collect();
    asked(folder, |inputs| what_if(inputs, &changes).expect("names that are known"))
}

fn treated(folder: &(Reading, Decisions)) -> VersionTreatment {
    let treatment = asked(folder, |inputs| treat(inputs, Treating::default()).expect("knowledge in memory"));
    treatment.versions.into_iter().next().expect("a version")
}

fn uncontrolled(assessment: &Assessment) -> Vec<&str> {
    let bad = assessment.verdicts.iter().filter(|verdict| verdict.verdict == Outcome::Uncontrolled);
    bad.map(|verdict| verdict.subject.id.as_str()).collect()
}

fn says(assessment: &Assessment, text: &str) -> bool {
    assessment.supposed.iter().flat_map(|one| &one.effects).any(|effect| effect.contains(text))
}

/// Nurses treat what the monitors show: with any monitor or the station off the network they see nothing.
#[test]
fn what_people_do_stops_with_what_they_are_shown() {
    let fed = "fed_by = [\"vitals\"]\nclaims = { fed_by = \"evidence/e.md\" }";
    for more in [fed, ""] {
        let treat = function("treat", "\"people\"", &format!("{more}\n{LOSS}"));
        let folder = folder(&format!("{}{treat}", ward()), &finding("station"), &[]);
        for element in ["monitor", "station"] {
            let isolated = supposing(&folder, &[&format!("isolate:{element}")]);
            assert!(says(&isolated, "treat stops for good"), "{more:?} {:?}", isolated.supposed);
            assert!(uncontrolled(&isolated).contains(&element), "{:?}", isolated.summary);
        }
        let proposed = treated(&folder);
        assert!(proposed.changes.is_empty(), "{:?}", proposed.changes);
    }
}

/// Who is only told what to do does nothing when nobody tells it.
#[test]
fn what_is_only_commanded_stops_with_its_commands() {
    let alarm = function("alarm", "{ all = [\"station\"] }", LOSS);
    let commanded = ward().replace("carries = [\"data\"]", "carries = [\"command\"]");
    let isolated = supposing(&folder(&format!("{commanded}{alarm}"), "", &[]), &["isolate:monitor"]);
    assert_eq!(uncontrolled(&isolated), ["monitor"]);
}

/// The station notices that a monitor is silent, and a nurse goes there: without the station nobody notices.
#[test]
fn a_fallback_falls_with_who_notices() {
    let fallback = "claims = { fallback = \"evidence/e.md\" }\n";
    let detected = "fallback = { function = \"nurse\", detection = \"watch\", detection_seconds = 10, switch_over_seconds = 60, staff_per_site = 30 }\n";
    let functions = [
        function("alarm", "{ all = [\"monitor\"] }", &format!("{fallback}{LOSS}{detected}")),
        function("watch", "{ all = [\"station\"] }", "").replace("essential = true", "essential = false"),
        function("nurse", "\"people\"", "fed_by = []\nclaims = { fed_by = \"evidence/e.md\" }\n"),
    ];
    let folder = folder(&format!("{}{}", ward(), functions.concat()), &finding("monitor"), &[]);
    let as_it_is = supposing(&folder, &["isolate:station"]);
    assert!(says(&as_it_is, "the fallback of alarm counts no more, for watch stops"), "{:?}", as_it_is.supposed);
    assert!(uncontrolled(&as_it_is).contains(&"X-1"), "{:?}", as_it_is.verdicts);
    let nothing = supposing(&folder, &[]);
    assert!(!uncontrolled(&nothing).contains(&"X-1"), "{:?}", nothing.verdicts);
    let watch = as_it_is.verdicts.iter().find(|verdict| verdict.subject.id == "station").expect("what stops");
    assert!(watch.reasons.iter().any(|reason| reason.contains("the fallback of alarm rests on it")), "{watch:?}");
}

/// A server in the cellar decides who may speak at the sockets of the ward. Off the network it decides nothing; a lock on a door does.
#[test]
fn a_control_falls_with_what_enforces_it() {
    let limits = "[[link]]\nid = \"limits\"\nname = \"limits\"\nfrom = \"station\"\nto = \"monitor\"\nmedium = \"ip\"\ncarries = [\"command\"]\nexposed_to = [\"insider\"]
authentication = \"none\"\nclaims = { carries = \"evidence/e.md\", exposed_to = \"evidence/e.md\" }\n";
    let server = format!(
        "[[element]]\nid = \"server\"\nkind = \"server\"\nowner = \"maker\"\nsbom = \"none\"\ninstances_per_site = 1\n{LISTED}
[[link]]\nid = \"admission\"\nname = \"admission\"\nfrom = \"station\"\nto = \"server\"\nmedium = \"ip\"\ncarries = [\"data\"]\nexposed_to = []\nauthentication = \"none\"\nclaims = {{ carries = \"evidence/e.md\", exposed_to = \"evidence/e.md\" }}\n"
    );
    let control = |enforcer: &str| {
        format!(
            "[[control]]\nid = \"admitted\"\nname = \"admitted\"\ncategory = \"authorization\"\nperformed_by = \"maker\"\nenforcer = {{ element = \"{enforcer}\" }}\ncuts = {{ link = \"limits\", from = [\"insider\"] }}\nclaimed = {{ effective = true, evidence = \"evidence/e.md\" }}\n"
        )
    };
    let alarm = function("alarm", "{ all = [\"monitor\"] }", &LOSS.replace("loss", "alteration"));
    let of = |enforcer: &str| folder(&format!("{}{limits}{server}{}{alarm}", ward(), control(enforcer)), "", &[]);
    let by_server = of("server");
    assert!(!uncontrolled(&supposing(&by_server, &[])).contains(&"WR-001@limits"));
    let isolated = supposing(&by_server, &["isolate:server"]);
    assert!(says(&isolated, "admitted has no effect any more, for server enforces it"), "{:?}", isolated.supposed);
    assert!(uncontrolled(&isolated).contains(&"WR-001@limits"), "{:?}", isolated.verdicts);
    // The monitor itself goes on refusing what it refused: its link is gone with it.
    let by_monitor = of("monitor");
    assert!(!says(&supposing(&by_monitor, &["isolate:monitor"]), "has no effect any more"));
}

/// A test that failed, and somebody's no, outweigh a low cost; what has not been shown yet is to be shown.
#[test]
fn a_control_that_was_found_not_to_work_is_not_at_hand() {
    let limits = "[[link]]\nid = \"limits\"\nname = \"limits\"\nfrom = \"station\"\nto = \"monitor\"\nmedium = \"ip\"\ncarries = [\"command\"]\nexposed_to = [\"insider\"]
authentication = \"none\"\nclaims = { carries = \"evidence/e.md\", exposed_to = \"evidence/e.md\" }\n";
    let control = |claimed: &str| {
        format!(
            "[[control]]\nid = \"door\"\nname = \"door\"\ncategory = \"authorization\"\nperformed_by = \"maker\"\nenforcer = {{ element = \"station\" }}\ncuts = {{ link = \"limits\", from = [\"insider\"] }}\ncost = 1\nclaimed = {{ effective = true{claimed} }}\n"
        )
    };
    let alarm = function("alarm", "{ all = [\"monitor\"] }", &LOSS.replace("loss", "alteration"));
    let of = |claimed: &str, rejected: &[&str]| {
        folder(&format!("{}{limits}{}{alarm}", ward(), control(claimed)), "", rejected)
    };
    let looked_at = ", evidence = \"evidence/e.md\"";
    for (claimed, rejected, reason) in [
        (", evidence = \"evidence/failed.junit.xml#door\"", &[][..], "does not support it"),
        (looked_at, &["control:door"][..], "rejects it"),
    ] {
        let folder = of(claimed, rejected);
        let proposed = treated(&folder);
        assert!(proposed.changes.iter().all(|one| one.change.to_string() != "+door"), "{:?}", proposed.changes);
        assert!(proposed.not_offered.iter().any(|one| one.reason.contains(reason)), "{:?}", proposed.not_offered);
        assert!(says(&supposing(&folder, &["+door"]), reason));
    }
    let planned = treated(&of("", &[]));
    let door = planned.changes.iter().find(|one| one.change.to_string() == "+door").expect("the cheapest");
    assert!(door.remarks.iter().any(|remark| remark.starts_with("to be made, tried and shown")), "{:?}", door.remarks);
}
