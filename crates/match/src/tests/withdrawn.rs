//! What was withdrawn: it is not heard, and since when it was known goes on counting.

use jiff::civil::date;
use ward_model::affected::VersionOrderKind;
use ward_model::alias::Aliases;
use ward_model::finding::State;
use ward_model::ids::VulnerabilityId;
use ward_model::vulnerability::VulnerabilityRecord;

use super::statements::{events, package, saying, with};
use super::world::*;
use crate::{Inventory, explain};

#[test]
fn withdrawn_records_are_not_heard() {
    let said = || vec![with(package("pypi:a"), vec![events(VersionOrderKind::Ecosystem, "+0")])];
    let withdrawn = VulnerabilityRecord { withdrawn: true, ..saying("PYSEC-1", "osv", &["CVE-1"], said()) };
    let a = with_purl(plain("a", ""), "pkg:pypi/a@1");
    assert!(scan(&World::new(vec![withdrawn.clone()]), std::slice::from_ref(&a), true).findings.is_empty());
    let rejected = VulnerabilityRecord { withdrawn: true, ..saying("CVE-1", "nvd", &[], Vec::new()) };
    let still = World::new(vec![withdrawn, rejected, saying("GHSA-1", "osv", &["CVE-1"], said())]);
    let report = scan(&still, &[a], true);
    assert_eq!(state_of(&report, "a", "CVE-1"), Some(State::Affected), "one record still speaks");
    assert!(report.findings[0].proof.environment.iter().any(|text| text.contains("CVE-1 was withdrawn by nvd")));
}

/// Who withdraws a duplicate does not make anybody learn of the vulnerability later.
#[test]
fn withdrawn_records_show_since_when_a_vulnerability_was_known() {
    let said = || vec![with(package("pypi:a"), vec![events(VersionOrderKind::Ecosystem, "+0")])];
    let on = |record: VulnerabilityRecord, published: i8, received: i8, withdrawn: bool| VulnerabilityRecord {
        published: Some(date(2026, 9, published)),
        received: Some(date(2026, 10, received)),
        withdrawn,
        ..record
    };
    let named = |id, aliases: &[&str]| saying(id, "osv", aliases, said());
    let a = with_purl(plain("a", ""), "pkg:pypi/a@1");
    let shown = |records: Vec<VulnerabilityRecord>| {
        let report = scan(&World::new(records), std::slice::from_ref(&a), true);
        let found: Vec<_> =
            report.findings.iter().filter(|finding| finding.vulnerability.id.as_str() == "CVE-1").collect();
        assert_eq!(found.len(), 1);
        let vulnerability = found[0].vulnerability.clone();
        let names = |ids: &[VulnerabilityId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let days = (vulnerability.published.unwrap().day(), vulnerability.received.unwrap().day());
        (names(&vulnerability.aliases), names(&vulnerability.former_names), days)
    };
    let cve = || on(saying("CVE-1", "nvd", &[], said()), 18, 5, false);
    let duplicate = |withdrawn| on(named("PYSEC-1", &["CVE-1"]), 2, 20, withdrawn);
    assert_eq!(shown(vec![cve(), duplicate(false)]), ("PYSEC-1".into(), String::new(), (2, 5)));
    assert_eq!(shown(vec![cve(), duplicate(true)]), (String::new(), "PYSEC-1".into(), (2, 5)));
    // A record that it led to, and one of its own name that was rejected.
    let led_to = || on(named("GHSA-1", &[]), 1, 7, false);
    let leading = || on(named("PYSEC-1", &["CVE-1", "GHSA-1"]), 2, 20, true);
    assert_eq!(shown(vec![cve(), leading(), led_to()]), (String::new(), "GHSA-1 PYSEC-1".into(), (1, 5)));
    let rejected = on(saying("CVE-1", "nvd", &[], Vec::new()), 3, 1, true);
    assert_eq!(
        shown(vec![rejected, on(named("GHSA-1", &["CVE-1"]), 9, 9, false)]),
        ("GHSA-1".into(), String::new(), (3, 1))
    );
    // What is about another vulnerability says nothing of this one, whoever once took the two for one.
    let other = || on(saying("CVE-2", "nvd", &[], said()), 1, 1, false);
    let mistaken = || on(named("PYSEC-1", &["CVE-1", "CVE-2"]), 2, 20, true);
    assert_eq!(shown(vec![cve(), mistaken(), other()]), (String::new(), "PYSEC-1".into(), (2, 5)));
    let advisory = || on(named("GHSA-2", &["CVE-2"]), 1, 1, false);
    assert_eq!(shown(vec![cve(), mistaken(), other(), advisory()]), (String::new(), "PYSEC-1".into(), (2, 5)));
}

/// Who asks about what was withdrawn hears that, by which name ever, and that nothing else is known of it.
#[test]
fn what_was_withdrawn_is_explained() {
    let said = || vec![with(package("pypi:a"), vec![events(VersionOrderKind::Ecosystem, "+0")])];
    let withdrawn =
        |id, source, aliases: &[&str]| VulnerabilityRecord { withdrawn: true, ..saying(id, source, aliases, said()) };
    let records = vec![
        withdrawn("SA-1@acme/CVE-1", "csaf", &["CVE-1"]),
        withdrawn("PYSEC-1", "osv", &["CVE-2"]),
        withdrawn("PYSEC-3", "osv", &[]),
        withdrawn("CVE-4", "nvd", &[]),
    ];
    let mut world = World::new(records);
    world.covered = vec![("pypi", None)];
    let a = with_purl(plain("a", ""), "pkg:pypi/a@1");
    let inventory = Inventory { components: std::slice::from_ref(&a), hardware: &[], complete: false };
    for (asked, record, source) in [
        ("CVE-1", "SA-1@acme/CVE-1", "csaf"),
        ("SA-1@acme/CVE-1", "SA-1@acme/CVE-1", "csaf"),
        ("CVE-2", "PYSEC-1", "osv"),
        ("PYSEC-1", "PYSEC-1", "osv"),
        ("PYSEC-3", "PYSEC-3", "osv"),
        ("CVE-4", "CVE-4", "nvd"),
    ] {
        let why = explain(&inventory, &Aliases::default(), &world, &a.reference, &asked.into()).unwrap();
        assert_eq!(why.reasons, [format!("{record} was withdrawn by its feed ({source})")], "{asked}");
        assert_eq!(why.state, State::NotAffected, "{asked}");
    }
}

/// That a feed once said something of a product, and took it back, does not show that it follows the product.
#[test]
fn what_only_withdrawn_records_name_is_not_assessed_by_them() {
    let tool = exact("a:acme:tool", "1.0");
    let unassessed = |withdrawn: bool| {
        let record = VulnerabilityRecord { withdrawn, ..about("CVE-1", "a:acme:tool", &["<0.5"]) };
        let report = scan(&World::new(vec![record]), std::slice::from_ref(&tool), true);
        assert!(report.findings.is_empty());
        report.unassessed.len()
    };
    assert_eq!((unassessed(false), unassessed(true)), (0, 1));
}
