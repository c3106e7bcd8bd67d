//! Sources that disagree about one vulnerability.

use proptest::prelude::*;
use ward_model::conflict::{Conflict, ConflictKind};
use ward_model::cvss::Vector;
use ward_model::finding::State;
use ward_model::vulnerability::{ScoredVector, VulnerabilityRecord};

use super::world::{World, about, exact, finding_of, scan};

const HIGH: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const LOW: &str = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N";
const OLD: &str = "AV:N/AC:L/Au:N/C:P/I:P/A:P";

fn scored(mut record: VulnerabilityRecord, by: &str, vectors: &[&str]) -> VulnerabilityRecord {
    let score = |text: &&str| ScoredVector { vector: Vector::parse(text).expect("a vector"), source: by.to_owned() };
    record.scores = vectors.iter().map(score).collect();
    record
}

fn of(mut record: VulnerabilityRecord, source: &str, alias: &str) -> VulnerabilityRecord {
    record.source = source.to_owned();
    record.aliases = vec![alias.into()];
    record
}

fn conflicts(records: Vec<VulnerabilityRecord>) -> (State, Vec<Conflict>) {
    let world = World::new(records);
    let report = scan(&world, &[exact("a:acme:pump", "1.5")], false);
    let finding = finding_of(&report, "pump", "CVE-2020-1").expect("a finding");
    (finding.state, finding.conflicts.clone())
}

fn disagreeing() -> Vec<VulnerabilityRecord> {
    vec![
        scored(about("CVE-2020-1", "a:acme:pump", &["<2.0"]), "nvd@example", &[HIGH, OLD]),
        of(scored(about("GHSA-1", "a:acme:pump", &["<1.9"]), "maker@example", &[LOW]), "osv", "CVE-2020-1"),
        of(about("ADV-1", "a:acme:pump", &["<1.2"]), "csaf", "CVE-2020-1"),
    ]
}

#[test]
fn different_scores_ranges_and_fixes_are_said_with_who_says_them() {
    let (state, conflicts) = conflicts(disagreeing());
    assert_eq!(state, State::Affected);
    let texts: Vec<String> = conflicts.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            format!("sources differ on the score (CVSS 3.1): nvd@example says 9.8 {HIGH}; maker@example says 1.8 {LOW}. Used: the worst, 9.8"),
            "sources differ on the range: CVE-2020-1 (nvd) says affected: cpe:2.3:a:acme:pump:*:*:*:*:*:*:*:* <2.0; GHSA-1 (osv) says affected: cpe:2.3:a:acme:pump:*:*:*:*:*:*:*:* <1.9; ADV-1 (csaf) says not affected: a:acme:pump <1.2. Used: affected, the worst".to_owned(),
            "sources differ on the fix: CVE-2020-1 (nvd) says fixed in 2.0; GHSA-1 (osv) says fixed in 1.9. Used: a version counts as fixed only where no source means it any more".to_owned(),
        ]
    );
}

#[test]
fn those_who_agree_are_no_conflict() {
    let records = vec![
        scored(about("CVE-2020-1", "a:acme:pump", &["<2.0"]), "nvd@example", &[HIGH, OLD]),
        of(scored(about("GHSA-1", "a:acme:pump", &["<2.0"]), "maker@example", &[HIGH]), "osv", "CVE-2020-1"),
    ];
    assert_eq!(conflicts(records), (State::Affected, Vec::new()));
}

#[test]
fn who_has_withdrawn_a_record_disagrees_with_nobody() {
    let mut records = disagreeing();
    records.iter_mut().skip(1).for_each(|record| record.withdrawn = true);
    assert_eq!(conflicts(records), (State::Affected, Vec::new()));
}

proptest! {
    #[test]
    fn the_order_in_which_records_are_kept_makes_no_difference(records in Just(disagreeing()).prop_shuffle()) {
        prop_assert_eq!(conflicts(records), conflicts(disagreeing()));
    }

    #[test]
    fn the_worst_is_used(worst in any::<bool>(), fixed in 16_u8..30) {
        let mut records = disagreeing();
        records.truncate(2);
        records[0] = scored(about("CVE-2020-1", "a:acme:pump", &[&format!("<1.{fixed}")]), "nvd@example", &[if worst { HIGH } else { LOW }]);
        let (state, conflicts) = conflicts(records);
        prop_assert_eq!(state, State::Affected);
        prop_assert_eq!(conflicts.iter().any(|conflict| conflict.about == ConflictKind::Score), worst);
    }
}
