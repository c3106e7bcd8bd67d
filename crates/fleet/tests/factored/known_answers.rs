//! Small cases by name, in which it matters what else an SBOM holds, and what a change touches in a roundabout way.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use ward_fleet::{Answers, Changed, Said};
use ward_model::finding::{State, UnassessedReason};
use ward_model::ids::VulnerabilityId;
use ward_model::vulnerability::{Configuration, Criterion, Node, Operator, VulnerabilityRecord};

use crate::compare::answers_are_those_of_scans;
use crate::portfolio;
use crate::world::{Told, library};

fn sbom(components: &[Value]) -> Vec<u8> {
    json!({ "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": components })
        .to_string()
        .into_bytes()
}

fn by_cpe(name: &str, cpe: &str) -> Value {
    json!({ "type": "application", "name": name, "version": "1", "cpe": format!("cpe:2.3:{cpe}:1:*:*:*:*:*:*:*") })
}

/// A record that names products: vulnerable ones, then those that have to be there.
fn record(id: &str, vulnerable: &str, there: Option<&str>) -> VulnerabilityRecord {
    let node = |product: &str, vulnerable: bool| Node {
        operator: Operator::Or,
        negate: false,
        criteria: vec![Criterion {
            vulnerable,
            cpe: format!("cpe:2.3:{product}:*:*:*:*:*:*:*:*").parse().unwrap(),
            range: None,
        }],
    };
    let nodes = std::iter::once(node(vulnerable, true)).chain(there.map(|there| node(there, false))).collect();
    let configurations = vec![Configuration { operator: Operator::And, negate: false, nodes }];
    VulnerabilityRecord { configurations, ..VulnerabilityRecord::new(VulnerabilityId::from(id), "nvd") }
}

fn states(said: &Said) -> Vec<State> {
    said.found.iter().map(|found| found.state).collect()
}

#[test]
fn what_stands_beside_a_component_counts_in_its_own_sbom_alone() {
    let (alpha, windows) = (by_cpe("alpha", "a:acme:alpha"), by_cpe("windows", "o:microsoft:windows_10_21h2"));
    let debian = json!({ "type": "library", "name": "zlib", "version": "1", "purl": "pkg:deb/debian/zlib@1" });
    let files =
        [sbom(std::slice::from_ref(&alpha)), sbom(&[alpha.clone(), windows.clone()]), sbom(&[debian, windows, alpha])];
    let told = Told::of(vec![
        record("CVE-2020-0001", "a:acme:alpha", Some("o:microsoft:windows")),
        record("CVE-2020-0002", "a:acme:alpha", Some("o:linux:linux_kernel")),
        record("CVE-2020-0003", "a:acme:alpha", Some("o:microsoft:windows_10_21h2")),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let (portfolio, knowledge) = (portfolio(folder.path(), &files), told.held());
    let answers = Answers::new(&portfolio, library().aliases(), &knowledge).unwrap();
    answers_are_those_of_scans(&answers, &portfolio, &files, &knowledge);
    let of = |sbom: u32| states(&answers.in_sbom(sbom, 0).unwrap());
    assert_eq!(of(0), [State::Unknown; 3]);
    assert_eq!(of(1), [State::Affected, State::Unknown, State::Affected]);
    assert_eq!(of(2), [State::Affected; 3]);
    assert_eq!(answers.among_others(), (2, 2));
}

#[test]
fn a_namesake_that_is_named_for_the_first_time_touches_who_has_the_name() {
    let alpha = json!({ "type": "application", "name": "alpha", "version": "1" });
    let other = json!({ "type": "application", "name": "beta", "version": "1" });
    let files = [sbom(&[alpha]), sbom(&[other])];
    let before = Told::of(vec![record("CVE-2020-0001", "a:alpha:alpha", None)]);
    let mut after = before.clone();
    after.records.push(record("CVE-2020-0002", "a:other:alpha", None));
    let folder = tempfile::tempdir().unwrap();
    let (portfolio, old, new) = (portfolio(folder.path(), &files), before.held(), after.held());
    let mut answers = Answers::new(&portfolio, library().aliases(), &old).unwrap();
    assert_eq!(answers.of_pair(0).unwrap().reason, None);
    let records = BTreeSet::from([VulnerabilityId::from("CVE-2020-0002")]);
    let changed = Changed::between(&old, &new, &records, &BTreeSet::new()).unwrap();
    let updated = answers.update(&portfolio, library().aliases(), &new, &changed).unwrap();
    assert_eq!((updated.matched, updated.whole, updated.changed), (vec![0], 1, vec![0]));
    assert_eq!(answers.of_pair(0).unwrap().reason, Some(UnassessedReason::AmbiguousName));
    answers_are_those_of_scans(&answers, &portfolio, &files, &new);
}

/// What another record says of a component is not looked at again, and the others beside it neither.
#[test]
fn a_record_that_is_corrected_makes_only_its_vulnerability_be_judged_again() {
    let (alpha, windows) = (by_cpe("alpha", "a:acme:alpha"), by_cpe("windows", "o:microsoft:windows_10_21h2"));
    let files = [sbom(std::slice::from_ref(&alpha)), sbom(&[alpha, windows])];
    let before = Told::of(vec![
        record("CVE-2020-0001", "a:acme:alpha", Some("o:microsoft:windows")),
        record("CVE-2020-0002", "a:acme:alpha", None),
        // By this one Windows is named, whatever becomes of the first.
        record("CVE-2020-0003", "a:beta:beta", Some("o:microsoft:windows")),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let (portfolio, old) = (portfolio(folder.path(), &files), before.held());
    let mut answers = Answers::new(&portfolio, library().aliases(), &old).unwrap();
    let records = BTreeSet::from([VulnerabilityId::from("CVE-2020-0001")]);
    let mut held = old;
    let mut now_is = |answers: &mut Answers, corrected: VulnerabilityRecord, states: [&[State]; 2]| {
        let after = Told::of([&[corrected], &before.records[1..]].concat());
        let new = after.held();
        let changed = Changed::between(&held, &new, &records, &BTreeSet::new()).unwrap();
        let updated = answers.update(&portfolio, library().aliases(), &new, &changed).unwrap();
        // Windows is asked for, and not named as vulnerable.
        assert_eq!((updated.matched, updated.whole, updated.changed), (vec![0], 0, vec![0]));
        for (sbom, states) in (0..).zip(states) {
            assert_eq!(self::states(&answers.in_sbom(sbom, 0).unwrap()), states);
        }
        answers_are_those_of_scans(answers, &portfolio, &files, &new);
        held = new;
    };
    let (affected, unknown) = (State::Affected, State::Unknown);
    let again = record("CVE-2020-0001", "a:acme:alpha", Some("o:microsoft:windows"));
    now_is(&mut answers, VulnerabilityRecord { withdrawn: true, ..again.clone() }, [&[affected]; 2]);
    now_is(&mut answers, again.clone(), [&[unknown, affected], &[affected; 2]]);
    let negated = again.configurations.iter().map(|all| Configuration { negate: true, ..all.clone() }).collect();
    now_is(
        &mut answers,
        VulnerabilityRecord { configurations: negated, ..again },
        [&[unknown, affected], &[State::NotAffected, affected]],
    );
}
