//! What is advised for the public cases and the examples, and what suppositions come to.
#![allow(
    clippy::expect_used,
    clippy::panic,
    dead_code,
    reason = "a test fails by them; the cases are shared with another test"
)]

#[path = "history/case.rs"]
mod case;
#[path = "history/expected.rs"]
mod expected;

use case::Case;
use ward_assess::{SupposeError, Treating, since, treat, what_if};
use ward_model::hazard::HazardOutcome;
use ward_model::hypothesis::Change;
use ward_model::since::{CauseKind, Earlier};
use ward_model::treatment::{Treatment, TreatmentOutcome, VersionTreatment};
use ward_model::verdict::Outcome;
use ward_publish::text::TextOptions;

fn treated(name: &str) -> Treatment {
    let case = Case::load(name);
    case.asked(case.expected.as_of[0], |inputs| treat(inputs, Treating::default())).expect("knowledge in memory")
}

fn changes(version: &VersionTreatment) -> Vec<String> {
    version.changes.iter().map(|change| change.change.to_string()).collect()
}

fn advice(version: &VersionTreatment) -> String {
    let remarks = version.changes.iter().flat_map(|change| &change.remarks);
    let not_offered = version.not_offered.iter().map(|one| format!("{}: {}", one.what, one.reason));
    let all: Vec<String> =
        version.instead.iter().chain(&version.advice).chain(remarks).cloned().chain(not_offered).collect();
    all.join("\n")
}

/// What `ward treat` prints about a case, its lines joined as they were before they were wrapped.
fn printed(name: &str) -> String {
    let options = TextOptions { width: 200, colour: false, verbose: true };
    let text = ward_publish::treatment::text(&treated(name), "DIR", &options);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_printed_is_what_a_practitioner_would_advise() {
    let expected: [(&str, &[&str]); 4] = [
        (
            "medtronic-minimed-508",
            &[
                "No treatment exists: replace it",
                "no patch: version MiniMed 508 cannot be updated",
                "take it off the network if it works without",
            ],
        ),
        (
            "ge-mdhex",
            &[
                "+isolated-network",
                "holds only where it is confirmed: confirm it per site",
                "trades: no records from the ward",
            ],
        ),
        (
            "contec-cms8000",
            &["take it off the network", "no patch: version CMS8000 cannot be updated", "isolate:monitor"],
        ),
        (
            "abbott-icd",
            &[
                "no patch: version Current cannot be updated",
                "no patch: version Promote cannot be updated",
                "+radio-off",
                "trades: no remote monitoring",
                "not at hand: control firmware-update: it comes as an update, and version Current cannot be updated",
                "+firmware-update",
            ],
        ),
    ];
    for (name, lines) in expected {
        let text = printed(name);
        for line in lines {
            assert!(text.contains(line), "{name}: {line}\n{text}");
        }
    }
}

#[test]
fn a_recalled_pump_is_replaced() {
    for version in treated("medtronic-minimed-508").versions {
        assert_eq!(version.outcome, TreatmentOutcome::NoTreatment, "{version:#?}");
        let advice = advice(&version);
        assert!(advice.contains("replace it"), "{advice}");
        assert!(advice.contains("no patch"), "{advice}");
        assert!(!version.untreated.is_empty());
    }
}

/// What nobody has stated is not certain to be lacking: the claims that would open a treatment are named, and no others.
#[test]
fn what_nobody_has_stated_is_not_told_as_certain() {
    let pacemaker = treated("abbott-pacemaker");
    for version in &pacemaker.versions {
        let first = version.state_first.as_ref().unwrap_or_else(|| panic!("{version:#?}"));
        let mut claims: Vec<String> = first.claims.iter().map(ToString::to_string).collect();
        claims.sort_unstable();
        assert_eq!(
            claims,
            [
                "element:programmer.lost_units_shut_out",
                "link:telemetry.wake_ups_limited",
                "secret:telemetry-key.per_unit"
            ],
            "{version:#?}"
        );
        assert_eq!(first.answers, []);
        let patched = version.fielded_version.as_str() == "Assurity f14.07.80";
        assert_eq!(first.outcome == TreatmentOutcome::NotNeeded, patched, "{version:#?}");
        assert!(patched || (first.outcome == TreatmentOutcome::Treated && first.cost == 40), "{version:#?}");
        let instead = version.instead.as_ref().expect("what to do instead");
        assert!(instead.starts_with("no treatment is known") && !instead.contains("exists"), "{instead}");
    }
    // What lacks more than what nobody has stated is certain.
    for version in treated("medtronic-minimed-508").versions {
        assert_eq!(version.state_first, None);
        assert!(version.instead.is_some_and(|instead| instead.starts_with("no treatment exists: replace it")));
    }
}

/// Where only a decision that ran out keeps a treatment away, the first sentence says so.
#[test]
fn an_answer_comes_before_a_replacement() {
    let case = Case::load("medtronic-conexus");
    let later = jiff::civil::date(2026, 11, 28);
    let treatment = case.asked(later, |inputs| treat(inputs, Treating::default())).expect("knowledge in memory");
    let opens = |version: &&VersionTreatment| {
        version.outcome == TreatmentOutcome::NoTreatment
            && version.answer_first.as_ref().is_some_and(|first| first.outcome == TreatmentOutcome::Treated)
    };
    let opened: Vec<&VersionTreatment> = treatment.versions.iter().filter(opens).collect();
    assert!(!opened.is_empty(), "{treatment:#?}");
    for version in opened {
        let instead = version.instead.as_ref().expect("what to do instead");
        assert!(instead.starts_with("answer first"), "{instead}");
    }
}

#[test]
fn monitors_are_isolated_and_each_site_confirms_it() {
    for version in treated("ge-mdhex").versions {
        assert_eq!(version.outcome, TreatmentOutcome::Treated, "{version:#?}");
        assert_eq!(changes(&version), ["+isolated-network", "+restricted-access"]);
        assert_eq!(version.cost, 25);
        let advice = advice(&version);
        assert!(advice.contains("confirm it per site"), "{advice}");
        assert!(advice.contains("trades: no records from the ward"), "{advice}");
        assert_eq!(version.after.uncontrolled.confirmed, 0);
    }
}

#[test]
fn a_monitor_without_patch_comes_off_the_network() {
    for version in treated("contec-cms8000").versions {
        let advice = advice(&version);
        assert!(advice.contains("no patch"), "{advice}");
        assert!(
            advice.contains("off the network") || changes(&version).iter().any(|one| one.contains("isolate")),
            "{version:#?}"
        );
        assert_ne!(version.outcome, TreatmentOutcome::NotNeeded);
    }
}

#[test]
fn two_families_cannot_be_updated_and_pay_with_remote_monitoring() {
    for version in treated("abbott-icd").versions {
        assert_eq!(version.outcome, TreatmentOutcome::Treated, "{version:#?}");
        let advice = advice(&version);
        if ["Current", "Promote"].contains(&version.fielded_version.as_str()) {
            assert_eq!(changes(&version), ["+radio-off"]);
            assert!(advice.contains("cannot be updated"), "{advice}");
            assert!(advice.contains("trades: no remote monitoring"), "{advice}");
        } else {
            assert_eq!(changes(&version), ["+firmware-update"]);
            assert!(advice.contains("trades: while it runs"), "{advice}");
        }
    }
}

/// Whatever a case is: what is proposed holds when it is assessed whole, and nothing is proposed where nothing is confirmed.
#[test]
fn every_proposal_holds() {
    for case in Case::all() {
        let day = case.expected.as_of[0];
        let found = case.asked(day, |inputs| treat(inputs, Treating::default())).expect("knowledge in memory");
        for version in found.versions {
            let needed = version.before.uncontrolled.confirmed > 0;
            assert_eq!(needed, version.outcome != TreatmentOutcome::NotNeeded, "{}: {version:#?}", case.name);
            assert_ne!(version.outcome, TreatmentOutcome::LimitReached, "{}", case.name);
            if version.outcome == TreatmentOutcome::Treated {
                assert_eq!(version.after.uncontrolled.confirmed, 0, "{}", case.name);
            }
        }
    }
}

fn supposing(name: &str, texts: &[&str]) -> Result<ward_model::Assessment, SupposeError> {
    let case = Case::load(name);
    let changes: Vec<Change> = texts.iter().map(|text| Change::parse(text).expect("a change")).collect();
    case.asked(case.expected.as_of[0], |inputs| what_if(inputs, &changes))
}

#[test]
fn what_is_supposed_is_said_and_changes_the_answer() {
    let isolated = supposing("ge-mdhex", &["+isolated-network", "+restricted-access"]).expect("known names");
    assert_eq!(isolated.summary.uncontrolled.confirmed, 0);
    assert!(isolated.supposed.iter().all(|one| one.effective));
    // A control that is dropped is one that somebody says no to.
    let case = Case::load("ge-mdhex");
    let rejected = case.assess(case.expected.as_of[0], Some("control:isolated-network"));
    let dropped = supposing("ge-mdhex", &["-isolated-network"]).expect("known names");
    let outcomes = |assessment: &ward_model::Assessment| -> Vec<(String, Outcome)> {
        assessment.verdicts.iter().map(|verdict| (verdict.id.clone(), verdict.verdict)).collect()
    };
    assert_eq!(outcomes(&dropped), outcomes(&rejected));
    assert_ne!(outcomes(&dropped), outcomes(&isolated));
}

#[test]
fn what_stops_with_the_links_counts() {
    let off = supposing("ge-mdhex", &["isolate:monitor"]).expect("known names");
    let lost =
        off.verdicts.iter().find(|verdict| verdict.subject.id == "monitor" && verdict.presumed_because.is_none());
    let lost = lost.expect("a verdict on what stops");
    assert_eq!(lost.verdict, Outcome::Uncontrolled);
    assert!(lost.reasons[0].contains("watch-the-ward"), "{:?}", lost.reasons);
}

#[test]
fn a_vulnerability_without_a_fix_stays_and_a_name_that_is_unknown_is_refused() {
    let stays = supposing("medtronic-minimed-508", &["fix:CVE-2019-10964"]).expect("known names");
    assert!(!stays.supposed[0].effective);
    assert!(stays.supposed[0].effects[0].contains("no fixed version"), "{:?}", stays.supposed);
    for (text, kind) in [
        ("+isolated-netwerk", "control"),
        ("isolate:monitr", "element"),
        ("fix:CVE-1999-1", "vulnerability"),
        ("secure:wires", "link"),
    ] {
        match supposing("ge-mdhex", &[text]) {
            Err(SupposeError::Unknown(unknown)) => assert_eq!(unknown.kind, kind),
            other => panic!("{text}: {other:?}"),
        }
    }
}

/// The hazards of a control, each with what came out.
fn hazards_of(assessment: &ward_model::Assessment, control: &str) -> Vec<(String, HazardOutcome)> {
    let of = assessment.control_hazards.iter().filter(|hazard| hazard.control.as_str() == control);
    of.map(|hazard| (hazard.hazard.as_ref().map(ToString::to_string).unwrap_or_default(), hazard.outcome)).collect()
}

#[test]
fn what_controls_do_to_people_is_told_apart_and_goes_with_them() {
    let case = Case::load("abbott-icd");
    let day = case.expected.as_of[0];
    let decided = case.assess(day, None);
    let accepted = |id: &str| (id.to_owned(), HazardOutcome::Controlled);
    assert_eq!(
        hazards_of(&decided, "firmware-update"),
        [accepted("paused-therapy"), accepted("stuck-in-back-up")],
        "{:#?}",
        decided.control_hazards
    );
    assert!(decided.control_hazards.iter().filter(|hazard| hazard.hazard.is_some()).all(|hazard| hazard.accepted));
    assert_eq!(hazards_of(&decided, "radio-off"), [(String::new(), HazardOutcome::Presumed)], "words are not judged");
    let dropped = supposing("abbott-icd", &["-firmware-update"]).expect("known names");
    assert_eq!(hazards_of(&dropped, "firmware-update"), []);
    // Who does not accept what remains turns the hazard, and no verdict.
    let rejected = case.assess(day, Some("control-hazard:firmware-update/stuck-in-back-up.residual"));
    assert_eq!(hazards_of(&rejected, "firmware-update")[1].1, HazardOutcome::Uncontrolled);
    let outcomes = |assessment: &ward_model::Assessment| -> Vec<(String, Outcome)> {
        assessment.verdicts.iter().map(|verdict| (verdict.id.clone(), verdict.verdict)).collect()
    };
    assert_eq!(outcomes(&decided), outcomes(&rejected));
    // An answer that is compared with the one before says so, and by what.
    let earlier = serde_json::to_string(&decided).expect("JSON");
    let earlier: Earlier = serde_json::from_str(&earlier).expect("an answer");
    assert_eq!(since(&earlier, &decided, &case.device()).hazards_turned, Vec::new());
    let turned = since(&earlier, &rejected, &case.device());
    assert_eq!(turned.turned, Vec::new());
    assert!(!turned.hazards_turned.is_empty());
    for one in &turned.hazards_turned {
        assert_eq!(one.hazard.as_ref().map(ToString::to_string).as_deref(), Some("stuck-in-back-up"));
        assert_eq!((one.before, one.now), (Some(HazardOutcome::Controlled), Some(HazardOutcome::Uncontrolled)));
        assert!(one.causes.iter().all(|cause| cause.kind == CauseKind::Decision), "{one:#?}");
    }
    // What is not claimed any more has no hazard any more.
    let gone = since(&earlier, &dropped, &case.device()).hazards_turned;
    assert!(gone.iter().all(|one| one.now.is_none() && !one.causes.is_empty()), "{gone:#?}");
}

#[test]
fn a_control_whose_own_hazard_is_not_controlled_is_no_treatment() {
    let case = Case::load("abbott-icd");
    let day = case.expected.as_of[0];
    let residual = "control-hazard:firmware-update/stuck-in-back-up.residual";
    let found = case.asked_without(day, Some(residual), |inputs| treat(inputs, Treating::default()));
    for version in found.expect("knowledge in memory").versions {
        assert!(!changes(&version).contains(&"+firmware-update".to_owned()), "{version:#?}");
        if ["Ellipse", "Fortify Assura"].contains(&version.fielded_version.as_str()) {
            let advice = advice(&version);
            let said = "the hazard stuck-in-back-up that firmware-update adds is uncontrolled";
            assert!(advice.contains(said), "{advice}");
        }
    }
    // Words alone are no confirmed hazard; whoever asks for what is presumed gets none of such a control.
    let presumed_too = Treating { presumed_too: true, ..Treating::default() };
    let found = case.asked(day, |inputs| treat(inputs, presumed_too)).expect("knowledge in memory");
    for version in found.versions {
        assert!(!changes(&version).contains(&"+radio-off".to_owned()), "{version:#?}");
    }
}
