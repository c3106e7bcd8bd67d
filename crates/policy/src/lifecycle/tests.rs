use jiff::civil::{Date, date};
use ward_model::device::{PersonRole, Stage, UpdatePath};
use ward_model::lifecycle::{Setting, UpdateOf};

use super::{KnownTreatment, LifecycleRules, Mitigation, Told, lifecycle};

const TEXT: &str = include_str!("../../../../rules/lifecycle.toml");
const DAY: Date = date(2026, 11, 28);

fn rules() -> LifecycleRules {
    lifecycle("rules/lifecycle.toml", TEXT).unwrap()
}

/// IMDRF N70, 5.5, row by row; the rows of a stage that the clause does not speak of are marked in the file.
#[test]
fn the_machine_is_that_of_the_clause() {
    use Mitigation::{None as Nothing, WithUnsupportedParts as With, WithoutUnsupportedParts as Without};
    use Stage::{Development, EndOfSupport, LimitedSupport, Support};
    let table = [
        (Support, false, Nothing, Support, true, false),
        (Support, false, With, Support, true, false),
        (Support, false, Without, Support, true, false),
        (Support, true, Without, Support, false, false),
        (Support, true, With, LimitedSupport, true, true),
        (Support, true, Nothing, EndOfSupport, true, true),
        (LimitedSupport, false, Nothing, LimitedSupport, true, false),
        (LimitedSupport, false, With, LimitedSupport, true, false),
        (LimitedSupport, false, Without, LimitedSupport, true, false),
        (LimitedSupport, true, Without, LimitedSupport, true, false),
        (LimitedSupport, true, With, LimitedSupport, true, false),
        (LimitedSupport, true, Nothing, EndOfSupport, true, true),
        (EndOfSupport, false, Nothing, EndOfSupport, false, false),
        (EndOfSupport, false, With, EndOfSupport, false, false),
        (EndOfSupport, false, Without, EndOfSupport, false, false),
        (EndOfSupport, true, Without, EndOfSupport, true, false),
        (EndOfSupport, true, With, EndOfSupport, true, false),
        (EndOfSupport, true, Nothing, EndOfSupport, true, false),
        (Development, false, Nothing, Development, false, false),
        (Development, true, Nothing, Development, false, false),
        (Development, true, With, Development, false, false),
        (Development, true, Without, Development, false, false),
        (Development, false, With, Development, false, false),
        (Development, false, Without, Development, false, false),
    ];
    let rules = rules();
    for (from, reaches, mitigation, to, tell, notice) in table {
        let row = rules.loss(from, reaches, mitigation, DAY).unwrap();
        assert_eq!(
            (row.to(from), row.tell_users, row.public_notice),
            (to, tell, notice),
            "{from}, {reaches}, {mitigation:?}"
        );
    }
}

#[test]
fn what_is_contradictory_or_not_whole_is_refused() {
    let wrong = |from: &str, to: &str| {
        assert!(TEXT.contains(from), "{from}");
        lifecycle("rules/lifecycle.toml", &TEXT.replacen(from, to, 1)).unwrap_err().to_string()
    };
    assert!(wrong("reaches = [false]", "reaches = [true]").contains("expected one"));
    let better = wrong("to = \"end-of-support\"", "to = \"development\"");
    assert!(better.contains("better stage"), "{better}");
    // More mitigation may not lead to a worse stage.
    let worse = wrong(
        "mitigations = [\"without-unsupported-parts\"]\nto = \"stay\"",
        "mitigations = [\"without-unsupported-parts\"]\nto = \"end-of-support\"",
    );
    assert!(worse.contains("better stage"), "{worse}");
    assert!(wrong("name = \"user-error\"", "name = \"user-mistake\"").contains("not known"));
    assert!(wrong("source = \"IMDRF N70, 5.5\"", "source = \"\"").contains("rest on"));
    assert!(wrong("settings = [\"worn\", \"bedside\"]\nrisks", "settings = [\"worn\"]\nrisks").contains("path clinic"));
}

#[test]
fn people_are_told_by_how_they_are_touched() {
    let rules = rules();
    let names = |setting, role, path, stage, given_up: &[_], uncontrolled| {
        let (of, update_known, to_clinic) = (UpdateOf::Person, true, false);
        let (mends_all, treatment, radio_off) = (true, KnownTreatment::None, true);
        let told = Told {
            setting,
            role,
            path,
            stage,
            given_up,
            uncontrolled,
            of,
            update_known,
            mends_all,
            treatment,
            radio_off,
            to_clinic,
        };
        rules.advice(&told, DAY).map(|rule| rule.name.clone()).collect::<Vec<_>>()
    };
    let patient = PersonRole::Patient;
    let none = Some(UpdatePath::None);
    assert_eq!(names(Setting::Worn, patient, none, Stage::Support, &[], true), ["worn-cannot-be-updated"]);
    assert_eq!(names(Setting::Worn, patient, none, Stage::Support, &[], false), [""; 0]);
    assert_eq!(
        names(
            Setting::Implanted,
            patient,
            none,
            Stage::Support,
            &[ward_model::device::GivenUp::RemoteMonitoring],
            true
        ),
        ["implant-cannot-be-updated", "radio-off-trades-monitoring"]
    );
    assert_eq!(
        names(Setting::Bedside, patient, None, Stage::EndOfSupport, &[], false),
        ["path-not-known", "support-has-ended"]
    );
    assert_eq!(
        names(Setting::Bedside, PersonRole::User, none, Stage::Support, &[], true),
        ["bedside-cannot-be-updated"]
    );
}

/// Of an implant nothing is said that is true of a programmer, and no update is named that nobody knows.
#[test]
fn what_is_told_is_true_of_what_they_have() {
    let rules = rules();
    let told = |setting, path, of, update_known, to_clinic| {
        let role = if to_clinic { PersonRole::User } else { PersonRole::Patient };
        let (stage, given_up) = (Stage::Support, &[][..]);
        let (uncontrolled, mends_all, treatment, radio_off) = (true, update_known, KnownTreatment::None, false);
        let told = Told {
            setting,
            role,
            path,
            stage,
            given_up,
            uncontrolled,
            of,
            update_known,
            mends_all,
            treatment,
            radio_off,
            to_clinic,
        };
        rules.advice(&told, DAY).map(|rule| rule.text.clone()).collect::<Vec<_>>().join(" ")
    };
    for path in UpdatePath::ALL.iter().copied() {
        for of in [UpdateOf::Clinic, UpdateOf::NotSaid] {
            let patient = told(Setting::Implanted, Some(path), of, true, false);
            assert!(!patient.contains("This implant cannot be updated"), "{path}: {patient}");
            assert!(!patient.contains("monitor or the phone"), "{path}: {patient}");
        }
        assert!(!told(Setting::Bedside, Some(path), UpdateOf::Clinic, true, true).is_empty(), "{path}");
        for setting in [Setting::Implanted, Setting::Worn, Setting::Bedside] {
            let unknown = told(setting, Some(path), UpdateOf::Person, false, false);
            let named = ["Plan the update", "Install the update", "Have the update", "Have it done"];
            assert!(named.iter().all(|update| !unknown.contains(update)), "{path} {setting}: {unknown}");
        }
    }
}

/// Nobody is told to replace anything where something treats it, or where none is only not known; nor that a radio can be switched off that
/// nothing in the folder switches off.
#[test]
fn what_can_be_protected_is_not_replaced() {
    let rules = rules();
    for setting in [Setting::Implanted, Setting::Worn, Setting::Bedside] {
        for (role, to_clinic) in [(PersonRole::Patient, false), (PersonRole::User, false), (PersonRole::User, true)] {
            for of in [UpdateOf::Person, UpdateOf::Clinic] {
                let told = |treatment| {
                    let told = Told {
                        setting,
                        role,
                        path: Some(UpdatePath::None),
                        stage: Stage::Support,
                        given_up: &[ward_model::device::GivenUp::RemoteMonitoring],
                        uncontrolled: true,
                        of,
                        update_known: false,
                        mends_all: false,
                        treatment,
                        radio_off: false,
                        to_clinic,
                    };
                    rules.advice(&told, DAY).map(|rule| rule.text.clone()).collect::<Vec<_>>().join(" ")
                };
                for treatment in [KnownTreatment::Exists, KnownTreatment::NotKnown] {
                    let text = told(treatment);
                    let replaced = ["replace it", "its replacement", "Use it no more"];
                    assert!(replaced.iter().all(|word| !text.contains(word)), "{setting} {role} {of}: {text}");
                }
                assert!(!told(KnownTreatment::None).contains("radio can be switched off"), "{setting} {role} {of}");
            }
        }
    }
}
