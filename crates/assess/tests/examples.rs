//! The two complete examples, judged on the seed: what each is there to show, verdict by verdict.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by them")]

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::LazyLock;

use jiff::civil::{Date, date};
use ward_assess::{Inputs, assess};
use ward_device::{Answer, DECISIONS, DirFiles, Files, Reading, decide, read};
use ward_knowledge::{Memory, seed};
use ward_model::Assessment;
use ward_model::claim::Claim;
use ward_model::many::{ActionKind, Shared, SharedKind};
use ward_model::scale::{Exploitability, Persons, Severity};
use ward_model::verdict::{Basis, Outcome, Place, PresumedBecause, SubjectKind, Verdict};
use ward_model::watching::PredicateKind;
use ward_policy::Library;

use Basis::{Confirmed, Presumed};
use Outcome::{Controlled, Uncontrolled};

const TODAY: Date = date(2026, 11, 22);

static SEED: LazyLock<Memory> = LazyLock::new(|| seed::load().expect("the seed makes sense"));
static INFUSION: LazyLock<Assessment> = LazyLock::new(|| judged(&folder("infusion-pump"), None));
static INSULIN: LazyLock<Assessment> = LazyLock::new(|| judged(&folder("insulin-pump"), None));

/// A folder with other decisions than those on the disk.
struct Redecided<'a>(&'a DirFiles, String);

impl Files for Redecided<'_> {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        if path == DECISIONS { Ok(Some(self.1.clone().into_bytes())) } else { self.0.read(path) }
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.0.list(folder)
    }
}

fn folder(name: &str) -> DirFiles {
    DirFiles::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name))
        .expect("the example is there")
}

fn reading(files: &dyn Files) -> Reading {
    let reading = read(files).expect("the example can be read");
    assert_eq!(reading.warnings, Vec::new(), "an example is read without a word");
    reading
}

/// The assessment of a folder on the seed, as it stands or with one more claim accepted.
fn judged(files: &DirFiles, accepted: Option<&str>) -> Assessment {
    let mut read = reading(files);
    if let Some(name) = accepted {
        let claims: Vec<&Claim> = read.device.claims.values().filter(|claim| claim.id.to_string() == name).collect();
        let before = files.read(DECISIONS).expect("readable").expect("there");
        let before = String::from_utf8(before).expect("text");
        let answer = Answer {
            by: "product security lead",
            on: TODAY,
            expires: date(2027, 11, 21),
            rationale: "as the README shows",
            accepted: true,
            scope: Default::default(),
        };
        let after = decide(&before, &claims, &answer).expect("the claim can be decided");
        read = reading(&Redecided(files, after));
    }
    let rulebook =
        Library::built_in().expect("built in").select(&read.device.policies, TODAY).expect("the policies are built in");
    let assessment = assess(&Inputs {
        device: &read.device,
        decisions: &read.decisions,
        knowledge: &*SEED,
        rulebook: &rulebook,
        as_of: TODAY,
        engine: "wardround test",
        rest_on: ward_device::rest_on,
    })
    .expect("the seed can be read");
    assert_eq!(assessment.decisions_without_effect, Vec::new(), "every decision of an example has effect");
    assessment
}

/// What a verdict must be: subject, element, version, cohort; verdict, basis, the same if claims hold, provisional, privacy.
type Row = (&'static str, &'static str, &'static str, &'static str, Outcome, Basis, Outcome, bool, bool);

fn compare(assessment: &Assessment, rows: &[Row]) {
    for (subject, element, version, cohort, verdict, basis, claimed, provisional, privacy) in rows {
        let found = verdict_on(assessment, subject, element, version, cohort, *basis);
        let comes_out = (found.verdict, found.basis, found.if_claims_hold, found.provisional, found.privacy);
        let expected = (*verdict, *basis, *claimed, *provisional, *privacy);
        assert_eq!(comes_out, expected, "{subject} at {element} in {version}, {cohort}");
    }
}

fn verdict_on<'a>(
    assessment: &'a Assessment,
    subject: &str,
    element: &str,
    version: &str,
    cohort: &str,
    basis: Basis,
) -> &'a Verdict {
    let fits = |verdict: &&Verdict| {
        verdict.subject.id == subject
            && verdict.element.as_str() == element
            && verdict.fielded_version.as_str() == version
            && verdict.units.cohort.as_str() == cohort
            && verdict.basis == basis
    };
    let mut found = assessment.verdicts.iter().filter(fits);
    found.next().unwrap_or_else(|| panic!("no verdict on {subject} at {element} in {version}, {cohort}"))
}

const PUMP: &str = "pump-controller";
const REST: &str = "unconfirmed units";
const SITE: &str = "site-017";

#[test]
fn the_infusion_pump_comes_out_as_its_readme_says() {
    compare(
        &INFUSION,
        &[
            // A harm without any CVE. Where the site has closed its ward, what is claimed would control it.
            ("WR-001@library-download", PUMP, "4.1", "all units", Uncontrolled, Confirmed, Uncontrolled, false, true),
            ("WR-001@library-download", PUMP, "4.2", REST, Uncontrolled, Confirmed, Uncontrolled, false, true),
            ("WR-001@library-download", PUMP, "4.2", SITE, Uncontrolled, Confirmed, Controlled, false, true),
            // The maker's own findings; at the site the locked panel is decided, and a pump that is taken over from the network
            // still infects the service tool, which is plugged into others.
            ("EX-2026-004", PUMP, "4.1", "all units", Uncontrolled, Confirmed, Uncontrolled, false, true),
            ("EX-2026-004", PUMP, "4.2", REST, Uncontrolled, Confirmed, Uncontrolled, false, true),
            ("EX-2026-004", PUMP, "4.2", SITE, Uncontrolled, Confirmed, Controlled, false, true),
            ("EX-2026-005", PUMP, "4.1", "all units", Uncontrolled, Confirmed, Uncontrolled, false, true),
            ("EX-2026-006", PUMP, "4.2", REST, Uncontrolled, Confirmed, Uncontrolled, false, false),
            ("EX-2026-006", PUMP, "4.2", SITE, Uncontrolled, Confirmed, Controlled, false, false),
            // The firmware path: cut by the boot ROM, which commands do not defeat.
            ("WR-005@service-usb", PUMP, "4.1", "all units", Controlled, Confirmed, Controlled, true, false),
            ("WR-005@service-usb", PUMP, "4.2", REST, Controlled, Confirmed, Controlled, true, false),
            // The command path of the same port: one key for all pumps, and no replay protection.
            ("WR-004@service-usb", PUMP, "4.2", REST, Uncontrolled, Confirmed, Uncontrolled, false, true),
            ("WR-003@service-usb", PUMP, "4.2", REST, Uncontrolled, Confirmed, Uncontrolled, false, true),
            // An old image is signed too: nothing says of every version that it refuses one.
            ("WR-009@service-usb", PUMP, "4.2", REST, Uncontrolled, Confirmed, Uncontrolled, false, true),
            // False data: limits, histories, and a watchdog that is told that all is well. What feeds nothing harms nobody.
            ("WR-006@library-download", PUMP, "4.2", REST, Uncontrolled, Confirmed, Uncontrolled, false, false),
            ("WR-006@library-download", PUMP, "4.2", SITE, Uncontrolled, Confirmed, Controlled, false, false),
            (
                "WR-006@history-upload",
                "drug-library-server",
                "4.2",
                REST,
                Uncontrolled,
                Confirmed,
                Uncontrolled,
                false,
                false,
            ),
            ("WR-006@record-feed", "record-gateway", "4.2", SITE, Uncontrolled, Confirmed, Uncontrolled, false, false),
            (
                "WR-006@watchdog-line",
                "fixed-hardware",
                "4.2",
                REST,
                Uncontrolled,
                Confirmed,
                Uncontrolled,
                false,
                false,
            ),
            ("WR-006@time-sync", "drug-library-server", "4.2", REST, Controlled, Confirmed, Controlled, true, false),
            ("WR-006@wifi-access", PUMP, "4.2", REST, Controlled, Confirmed, Controlled, true, false),
            // Privacy alone.
            ("EX-2026-009", "record-gateway", "4.2", REST, Controlled, Confirmed, Controlled, true, true),
            ("EX-2026-009", "record-gateway", "4.2", SITE, Controlled, Confirmed, Controlled, true, true),
            // Known vulnerabilities: of the server that feeds the pumps, and of the pump.
            ("CVE-2020-1938", "drug-library-server", "4.2", REST, Uncontrolled, Confirmed, Uncontrolled, false, true),
            ("CVE-2020-1938", "drug-library-server", "4.2", SITE, Uncontrolled, Confirmed, Controlled, false, true),
            ("CVE-2021-22555", PUMP, "4.2", REST, Uncontrolled, Confirmed, Uncontrolled, false, true),
            // Nobody claims to know the record system.
            ("record-system", "record-system", "4.2", SITE, Uncontrolled, Presumed, Uncontrolled, false, true),
        ],
    );
    let unmodelled: BTreeSet<&str> = INFUSION
        .verdicts
        .iter()
        .filter(|verdict| verdict.presumed_because == Some(PresumedBecause::Unmodelled))
        .map(|verdict| verdict.element.as_str())
        .collect();
    assert_eq!(unmodelled, BTreeSet::from(["record-system"]));
}

#[test]
fn the_insulin_pump_comes_out_as_its_readme_says() {
    compare(
        &INSULIN,
        &[
            ("WR-001@glucose-readings", "pump", "2.3", "all units", Uncontrolled, Confirmed, Uncontrolled, false, true),
            ("WR-003@bolus-command", "pump", "2.3", "all units", Uncontrolled, Confirmed, Controlled, false, true),
            (
                "WR-006@glucose-readings",
                "pump",
                "2.3",
                "all units",
                Uncontrolled,
                Confirmed,
                Uncontrolled,
                false,
                false,
            ),
            (
                "WR-006@watchdog-line",
                "fixed-hardware",
                "2.3",
                "all units",
                Uncontrolled,
                Confirmed,
                Uncontrolled,
                false,
                false,
            ),
            // Already decided: images that nobody signed do not start.
            ("WR-002@pump-update", "pump", "2.3", "all units", Controlled, Confirmed, Controlled, true, false),
            ("EX-2026-021", "cloud", "2.3", "all units", Uncontrolled, Confirmed, Uncontrolled, false, true),
            ("EX-2026-022", "pump", "2.3", "all units", Uncontrolled, Confirmed, Uncontrolled, false, true),
            // Found because the chip stands in the model: the record speaks of a program on that chip alone.
            (
                "CVE-2019-17517",
                "glucose-sensor",
                "2.3",
                "all units",
                Uncontrolled,
                Confirmed,
                Uncontrolled,
                false,
                true,
            ),
            ("phone-app", "phone-app", "2.3", "all units", Uncontrolled, Presumed, Uncontrolled, false, true),
        ],
    );
    let low = verdict_on(&INSULIN, "EX-2026-022", "pump", "2.3", "all units", Confirmed);
    assert_eq!(low.exploitability, Exploitability::Low, "low exploitability, and death all the same");
}

/// The drug-library link: a rule and no CVE, easily exploited, for every pump of a hospital at once.
#[test]
fn the_drug_library_link_reaches_three_hundred_patients_without_any_cve() {
    for (version, cohort) in [("4.1", "all units"), ("4.2", REST), ("4.2", SITE)] {
        let verdict = verdict_on(&INFUSION, "WR-001@library-download", PUMP, version, cohort, Confirmed);
        assert_eq!(verdict.subject.kind, SubjectKind::Weakness);
        assert_eq!((verdict.verdict, verdict.exploitability), (Uncontrolled, Exploitability::High));
        assert_eq!(verdict.persons_at_once, Persons::Count(300));
        let harm = verdict.harm.as_ref().expect("a harm is reached");
        assert_eq!((harm.id.as_str(), harm.severity), ("over-infusion", Severity::Catastrophic));
        let by_a_cve = verdict.witness.nodes.iter().filter(|node| node.by.contains("CVE-")).count();
        assert_eq!(by_a_cve, 0, "the path needs no CVE");
        assert!(verdict.witness.nodes.iter().any(|node| node.by.contains("WR-001")));
    }
    assert!(INFUSION.multi_patient.iter().any(|view| {
        view.harm.as_str() == "over-infusion"
            && view.fielded_version.as_str() == "4.2"
            && view.persons_at_once >= Persons::Count(300)
            && !view.actions.is_empty()
    }));
}

/// One message on the ward's network, or the one service key of all pumps, reaches every bed; the answer says by what.
#[test]
fn one_action_reaches_every_bed_and_says_by_what() {
    let actions = || INFUSION.single_actions.iter().filter(|action| action.fielded_version.as_str() == "4.2");
    let by = |kind: ActionKind, at: Place| actions().find(|action| action.kind == kind && action.at == at);
    let library = by(ActionKind::SendMessage, Place::Link("library-download".to_owned())).expect("it can be sent on");
    assert_eq!((library.verdict, library.persons_at_once), (Uncontrolled, Persons::Count(300)));
    assert!(library.shared.iter().any(|one| one.kind == SharedKind::Network), "{library:#?}");
    let over = library.harms.iter().find(|harm| harm.harm.as_str() == "over-infusion").expect("it leads to that");
    assert_eq!(over.severity, Severity::Catastrophic);
    assert!(over.function.is_some() && over.persons.is_some());
    let key = by(ActionKind::LearnSecret, Place::Secret("service-key".to_owned())).expect("it can be learned");
    assert!(key.shared.iter().any(|one| one.kind == SharedKind::Secret && one.text.contains("every unit")), "{key:#?}");
    assert!(INFUSION.single_actions.iter().all(|action| action.persons_at_once.several() && !action.shared.is_empty()));
    assert!(
        INFUSION.single_actions.iter().flat_map(|action| &action.shared).all(|one| one.kind != SharedKind::NotTold)
    );
    // A key of each unit is learned for all of them from what serves them all.
    assert!(!INSULIN.single_actions.is_empty());
    for action in &INSULIN.single_actions {
        let told = |one: &&Shared| one.kind != SharedKind::NotTold;
        assert!(action.shared.iter().filter(told).count() > 0, "{action:#?}");
    }
    let token = INSULIN.single_actions.iter().find(|action| action.at == Place::Secret("account-token".to_owned()));
    let token = token.expect("it can be learned");
    assert!(token.shared.iter().any(|one| one.kind == SharedKind::Component), "{token:#?}");
}

/// What only a decision keeps away is on the watch list with it; what is not there at all is not said to be harmless.
#[test]
fn the_watch_list_says_which_decisions_keep_what_away() {
    let own = INFUSION.watch_list.iter().find(|item| item.event == "EX-2026-005").expect("it is in another version");
    let held = own.predicates.iter().find(|one| one.kind == PredicateKind::DecisionHolds).expect("by a decision");
    assert_eq!(held.claims, ["finding:EX-2026-005.versions"]);
    assert!(!own.failed_predicate.contains("no harm") && own.failed_predicate.contains("finding:EX-2026-005.versions"));
    for item in &INFUSION.watch_list {
        let ends = item.predicates.iter().filter_map(|one| one.until).min();
        assert!(ends.is_none_or(|end| item.review_by <= end), "{item:#?}");
    }
}

/// The service port: whoever stands there, easily; signing firmware does not help, for what is sent is a command and no code.
#[test]
fn the_service_port_needs_presence_and_signed_firmware_does_not_cut_it() {
    let port = verdict_on(&INFUSION, "EX-2026-004", PUMP, "4.2", REST, Confirmed);
    assert_eq!((port.verdict, port.exploitability), (Uncontrolled, Exploitability::High));
    let begins = &port.witness.nodes[0].fact;
    assert!(begins.contains("legitimate access") || begins.contains("at the device"), "{begins}");
    assert!(port.witness.nodes.iter().any(|node| node.fact.contains("can touch pump-controller")));
}

/// The firmware path is controlled by one decision, says which, and for how long.
#[test]
fn the_firmware_path_rests_on_one_decision_until_it_expires() {
    for (version, cohort) in [("4.1", "all units"), ("4.2", REST), ("4.2", SITE)] {
        let verdict = verdict_on(&INFUSION, "WR-005@service-usb", PUMP, version, cohort, Confirmed);
        assert!(verdict.provisional);
        assert_eq!(verdict.valid_until, Some(date(2027, 4, 2)));
        assert!(verdict.sensitivity.iter().any(|point| point.claim.to_string() == "control:signed-firmware"));
        assert_eq!(
            verdict.controls_relied_on.iter().map(|control| control.as_str()).collect::<Vec<_>>(),
            ["signed-firmware"]
        );
    }
}

/// The verdicts that differ, as subject, element and cohort.
fn changed(before: &Assessment, after: &Assessment) -> Vec<(String, String, String, Outcome)> {
    let key = |verdict: &Verdict| (verdict.id.clone(), verdict.verdict);
    let known: BTreeSet<_> = before.verdicts.iter().map(key).collect();
    let differs = |verdict: &&Verdict| !known.contains(&key(verdict));
    let shown = |verdict: &Verdict| {
        let units = verdict.units.cohort.as_str().to_owned();
        (verdict.subject.id.clone(), verdict.element.as_str().to_owned(), units, verdict.verdict)
    };
    after.verdicts.iter().filter(differs).map(shown).collect()
}

/// The README's step: one more decision, and the units at the site that confirmed it are controlled; all others are not.
#[test]
fn isolating_the_ward_controls_the_site_that_confirmed_it_and_no_other() {
    let after = judged(&folder("infusion-pump"), Some("control:isolate-ward-vlan"));
    compare(
        &after,
        &[
            ("WR-001@library-download", PUMP, "4.2", SITE, Controlled, Confirmed, Controlled, true, false),
            ("EX-2026-004", PUMP, "4.2", SITE, Controlled, Confirmed, Controlled, true, false),
            ("EX-2026-004", PUMP, "4.2", REST, Uncontrolled, Confirmed, Uncontrolled, false, true),
            ("WR-001@library-download", PUMP, "4.2", REST, Uncontrolled, Confirmed, Uncontrolled, false, true),
            ("WR-001@library-download", PUMP, "4.1", "all units", Uncontrolled, Confirmed, Uncontrolled, false, true),
        ],
    );
    let library = verdict_on(&after, "WR-001@library-download", PUMP, "4.2", SITE, Confirmed);
    let relied: Vec<&str> = library.controls_relied_on.iter().map(|control| control.as_str()).collect();
    for control in ["isolate-ward-vlan", "cabled-ward", "locked-service-panel", "locked-server-room", "tool-custody"] {
        assert!(relied.contains(&control), "isolation alone would not do: {relied:?}");
    }
    for (subject, element, cohort, verdict) in changed(&INFUSION, &after) {
        assert_eq!((cohort.as_str(), verdict), (SITE, Controlled), "{subject} at {element}");
    }
}

/// The README's step: one control turns the last weakness of a link, and so leaves none in the place of the one that
/// authentication rules out. Where nobody decided the authentication, what it would leave to find counts beside its absence.
#[test]
fn confirming_a_bolus_turns_the_replay_and_nothing_else() {
    let after = judged(&folder("insulin-pump"), Some("control:bolus-confirmation"));
    let turned = |rule: &str| (format!("{rule}@bolus-command"), "pump".to_owned(), "all units".to_owned(), Controlled);
    assert_eq!(changed(&INSULIN, &after), [turned("WR-001"), turned("WR-003"), turned("WR-004")]);
    let replay = verdict_on(&after, "WR-003@bolus-command", "pump", "2.3", "all units", Confirmed);
    assert!(replay.provisional && replay.valid_until.is_some());
}

#[test]
fn twice_the_same_bytes() {
    for (name, first) in [("infusion-pump", &*INFUSION), ("insulin-pump", &*INSULIN)] {
        let again = judged(&folder(name), None);
        let bytes = |assessment: &Assessment| serde_json::to_vec(assessment).expect("an assessment is JSON");
        assert!(bytes(first) == bytes(&again), "{name} came out otherwise");
    }
}

/// Between two editions of the premarket guidance nothing changes but what is cited.
#[test]
fn two_editions_of_a_guidance_change_no_verdict() {
    let read = reading(&folder("infusion-pump"));
    let library = Library::built_in().expect("built in");
    let under = |edition| {
        let rulebook = library.select(&read.device.policies, edition).expect("in force");
        let assessment = assess(&Inputs {
            device: &read.device,
            decisions: &read.decisions,
            knowledge: &*SEED,
            rulebook: &rulebook,
            as_of: TODAY,
            engine: "wardround test",
            rest_on: ward_device::rest_on,
        })
        .expect("the seed can be read");
        let cites = rulebook.policies.iter().flat_map(|policy| &policy.cites);
        let citations = ward_policy::Citations::built_in().expect("built in").of(cites, edition).expect("documents");
        (assessment, citations)
    };
    let (older, cited) = under(date(2025, 12, 1));
    let (newer, cites) = under(date(2026, 3, 1));
    assert_eq!(older, newer);
    assert_ne!(cited, cites);
}

/// The same device under the policies of three authorities: each answers in its own words, for the people that it counts.
#[test]
fn every_authority_is_answered_in_its_own_words() {
    let read = reading(&folder("infusion-pump"));
    let library = Library::built_in().expect("built in");
    let names: Vec<String> = library.policy_names().map(str::to_owned).collect();
    let rulebook = library.select(&names, TODAY).expect("in force");
    let assessment = assess(&Inputs {
        device: &read.device,
        decisions: &read.decisions,
        knowledge: &*SEED,
        rulebook: &rulebook,
        as_of: TODAY,
        engine: "wardround test",
        rest_on: ward_device::rest_on,
    })
    .expect("the seed can be read");
    for policy in &rulebook.policies {
        let own: Vec<&Verdict> = assessment.verdicts.iter().filter(|verdict| verdict.policy == policy.id).collect();
        assert!(!own.is_empty(), "{}", policy.id);
        assert!(own.iter().all(|verdict| verdict.outcome == policy.word(verdict.verdict)));
        let notes = assessment.coverage.notes.iter().filter(|note| note.contains(policy.id.as_str())).count();
        assert_eq!(notes, usize::from(policy.unverified.is_some()), "what is from memory is said");
    }
    // Terms that an event starts are started by no verdict.
    assert!(assessment.clocks.iter().all(|clock| !clock.rule.starts_with("mdr-87")));
}

/// Who is infused and who waits for the alarm of the same pump is one patient, and one nurse is enough.
#[test]
fn people_whom_two_functions_of_one_element_serve_need_staff_once() {
    let staff = INFUSION.single_actions.iter().flat_map(|action| &action.fallbacks);
    let needed: BTreeSet<Persons> = staff.map(|one| one.persons_at_once).collect();
    assert!(needed.contains(&Persons::Count(300)) && !needed.contains(&Persons::Count(600)), "{needed:?}");
}
