//! Statements without configurations: published algorithms, the records of several feeds about one vulnerability, and what a
//! distribution may say against upstream's ranges.

use ward_model::affected::{
    AffectedProduct, PackageKey, RangeEvent, StatusChange, VersionOrderKind, VersionStatement, VersionStatus,
};
use ward_model::cpe::Cpe;
use ward_model::finding::{Confidence, State, UnassessedReason, VoiceState};
use ward_model::ids::{ComponentRef, VulnerabilityId};
use ward_model::vulnerability::VulnerabilityRecord;
use ward_version::{Bound, Interval};

use super::world::*;
use crate::{Inventory, explain};
use ward_model::alias::Aliases;

const AFFECTED: Option<State> = Some(State::Affected);
const UNKNOWN: Option<State> = Some(State::Unknown);
const NOT_AFFECTED: Option<State> = Some(State::NotAffected);

/// Nothing said yet of a product.
pub(crate) fn product() -> AffectedProduct {
    AffectedProduct {
        asserter: "cna".to_owned(),
        package: None,
        release: None,
        vendor: None,
        product: None,
        cpes: Vec::new(),
        default_status: VersionStatus::Unaffected,
        versions: Vec::new(),
        platforms: Vec::new(),
        program_files: Vec::new(),
    }
}

/// A package: `pypi:trac`, `almalinux:openssl in 8`.
pub(crate) fn package(text: &str) -> AffectedProduct {
    let (key, release) = text.split_once(" in ").map_or((text, None), |(key, release)| (key, Some(release.to_owned())));
    let (ecosystem, name) = key.split_once(':').expect("an ecosystem and a name");
    AffectedProduct {
        package: Some(PackageKey { ecosystem: ecosystem.into(), name: name.into() }),
        release,
        ..product()
    }
}

/// Vendor and product in words.
pub(crate) fn named_product(vendor: &str, name: &str) -> AffectedProduct {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    AffectedProduct { vendor: some(vendor), product: some(name), ..product() }
}

pub(crate) fn of_cpe(cpe: &str) -> AffectedProduct {
    AffectedProduct { cpes: vec![Cpe::parse(cpe).expect("a CPE name")], ..product() }
}

/// Events in words: `+0 -1.2 +2.0 =2.3 !3` is introduced, fixed, introduced, last affected, limit.
pub(crate) fn events(order: VersionOrderKind, text: &str) -> VersionStatement {
    let events = text.split_whitespace().map(|word| {
        let version = word[1..].to_owned();
        match &word[..1] {
            "+" => RangeEvent::Introduced(version),
            "-" => RangeEvent::Fixed(version),
            "=" => RangeEvent::LastAffected(version),
            _ => RangeEvent::Limit(version),
        }
    });
    VersionStatement::Events { order, events: events.collect() }
}

pub(crate) fn listed(versions: &[&str]) -> VersionStatement {
    VersionStatement::Listed {
        versions: versions.iter().map(|version| (*version).to_owned()).collect(),
        status: VersionStatus::Affected,
    }
}

/// A range: `>=1.0 <2.0`, with changes `1.5 unaffected`.
pub(crate) fn range(
    order: &str,
    text: &str,
    status: VersionStatus,
    changes: &[(&str, VersionStatus)],
) -> VersionStatement {
    let mut interval = Interval::default();
    for part in text.split_whitespace() {
        let bound = |text: &str, inclusive| Some(Bound { version: text.to_owned(), inclusive });
        if let Some(version) = part.strip_prefix(">=") {
            interval.lower = bound(version, true);
        } else if let Some(version) = part.strip_prefix("<=") {
            interval.upper = bound(version, true);
        } else if let Some(version) = part.strip_prefix('<') {
            interval.upper = bound(version, false);
        }
    }
    let order = match order {
        "semver" => VersionOrderKind::Semver,
        "git" => VersionOrderKind::Git,
        "ecosystem" => VersionOrderKind::Ecosystem,
        name => VersionOrderKind::Named(name.to_owned()),
    };
    let changes = changes.iter().map(|(at, status)| StatusChange { at: (*at).to_owned(), status: *status }).collect();
    VersionStatement::Range { order, interval, status, changes }
}

pub(crate) fn with(mut product: AffectedProduct, versions: Vec<VersionStatement>) -> AffectedProduct {
    product.versions = versions;
    product
}

pub(crate) fn saying(id: &str, source: &str, aliases: &[&str], affected: Vec<AffectedProduct>) -> VulnerabilityRecord {
    let mut record = VulnerabilityRecord::new(VulnerabilityId::new(id), source);
    record.aliases = aliases.iter().map(|alias| VulnerabilityId::new(*alias)).collect();
    record.affected = affected;
    record
}

#[test]
fn events_of_osv() {
    use VersionOrderKind::{Ecosystem, Semver};
    let table = [
        ("pkg:pypi/trac@0.9.2", "pypi:trac", Ecosystem, "+0 -0.10", AFFECTED),
        ("pkg:pypi/trac@0.10", "pypi:trac", Ecosystem, "+0 -0.10", None),
        ("pkg:pypi/Trac@0.10rc1", "pypi:trac", Ecosystem, "+0 -0.10", AFFECTED),
        ("pkg:pypi/trac@1.5", "pypi:trac", Ecosystem, "-2.0 +1.0 -0.5 +0", AFFECTED),
        ("pkg:pypi/trac@0.7", "pypi:trac", Ecosystem, "-2.0 +1.0 -0.5 +0", None),
        ("pkg:pypi/trac@2.3", "pypi:trac", Ecosystem, "+0 =2.3", AFFECTED),
        ("pkg:pypi/trac@2.3.post1", "pypi:trac", Ecosystem, "+0 =2.3", None),
        ("pkg:pypi/trac@1", "pypi:trac", Ecosystem, "+1 -1", AFFECTED),
        ("pkg:pypi/trac@5", "pypi:trac", Ecosystem, "+0", AFFECTED),
        ("pkg:pypi/trac@5", "pypi:trac", Ecosystem, "+0 !4", None),
        ("pkg:golang/github.com/a/b@v1.2.3", "go:github.com/a/b", Semver, "+1.0.0 -1.2.4", AFFECTED),
        ("pkg:golang/github.com/a/b@v1.2.4", "go:github.com/a/b", Semver, "+1.0.0 -1.2.4", None),
        ("pkg:golang/stdlib@go1.20.7", "go:stdlib", Semver, "+0 -1.20.8 +1.21.0-0 -1.21.1", AFFECTED),
        ("pkg:golang/stdlib@1.21rc2", "go:stdlib", Semver, "+0 -1.20.8 +1.21.0-0 -1.21.1", None),
        ("pkg:maven/a/b@2.0-beta9", "maven:a:b", Ecosystem, "+2.0-beta9 -2.3.1", AFFECTED),
        ("pkg:maven/a/b@2.3.1", "maven:a:b", Ecosystem, "+2.0-beta9 -2.3.1", None),
        ("pkg:gem/rails@7.0.0.rc1", "rubygems:rails", Ecosystem, "+0 -7.0.0", AFFECTED),
        ("pkg:nuget/A.B@1.0.0.1", "nuget:a.b", Ecosystem, "+0 -1.0.1", AFFECTED),
        ("pkg:bitnami/redis@6.2.1-3", "bitnami:redis", Semver, "+0 -6.2.1", None),
        ("pkg:npm/%40a/b@1.2.3", "npm:@a/b", Semver, "+0 -1.2.4", AFFECTED),
        ("pkg:rpm/almalinux/x@1.0-5.el8?distro=almalinux-8", "almalinux:x in 8", Ecosystem, "+0 -1.0-6.el8", AFFECTED),
        ("pkg:rpm/almalinux/x@1.0-6.el8?distro=almalinux-8", "almalinux:x in 8", Ecosystem, "+0 -1.0-6.el8", None),
        ("pkg:rpm/almalinux/x@1.0-5.el9?distro=almalinux-9", "almalinux:x in 8", Ecosystem, "+0 -1.0-6.el8", None),
        ("pkg:rpm/almalinux/x@1.0-5.el8", "almalinux:x in 8", Ecosystem, "+0 -1.0-6.el8", UNKNOWN),
        (
            "pkg:apk/alpine/busybox@1.36.1-r2?distro=alpine-3.18.4",
            "alpine:busybox in v3.18",
            Ecosystem,
            "+0 -1.36.1-r3",
            AFFECTED,
        ),
        (
            "pkg:rpm/almalinux/x@1.0-6.el8?distro=almalinux-8&epoch=1",
            "almalinux:x in 8",
            Ecosystem,
            "+0 -1:1.0-6.el8",
            None,
        ),
        ("pkg:rpm/almalinux/x@1.0-6.el8?distro=almalinux-8", "almalinux:x in 8", Ecosystem, "+0 -1:1.0-6.el8", UNKNOWN),
        (
            "pkg:rpm/almalinux/x@1.0-5.el8?distro=almalinux-8",
            "almalinux:x in 8",
            Ecosystem,
            "+0 -1:1.0-6.el8",
            AFFECTED,
        ),
        (
            "pkg:deb/debian/libssl3@3.0.11-1?distro=debian-12&upstream=openssl",
            "debian:openssl in 12",
            Ecosystem,
            "+0 -3.0.13-1",
            AFFECTED,
        ),
    ];
    for (purl, key, order, text, expected) in table {
        let world = World::new(vec![saying("OSV-1", "osv", &[], vec![with(package(key), vec![events(order, text)])])]);
        let report = scan(&world, &[with_purl(plain("c", ""), purl)], true);
        assert_eq!(state_of(&report, "c", "OSV-1"), expected, "{purl} {text}");
        if let (Some(finding), true) = (finding_of(&report, "c", "OSV-1"), expected == AFFECTED) {
            let exact = if purl.contains("upstream=") { Confidence::Derived } else { Confidence::Exact };
            assert_eq!(finding.confidence, exact, "{purl}");
            assert_eq!((finding.proof.record.as_str(), finding.proof.source.as_str()), ("OSV-1", "osv"));
            assert!(finding.proof.criterion.starts_with(key), "{}", finding.proof.criterion);
        }
    }
    let world = World::new(vec![saying(
        "OSV-1",
        "osv",
        &[],
        vec![with(package("pypi:trac"), vec![events(Ecosystem, "+0 -0.10 +1 -1.2")])],
    )]);
    let report = scan(&world, &[with_purl(plain("c", ""), "pkg:pypi/trac@1.1")], true);
    assert_eq!(report.findings[0].fixed_in, ["1.2"]);
    assert_eq!(report.findings[0].proof.range, ">=0 <0.10 or >=1 <1.2");
}

#[test]
fn commits_are_members_of_lists_and_of_nothing_else() {
    let commits = || events(VersionOrderKind::Git, "+c8ef8f4 -a317154");
    let open = |product: AffectedProduct| AffectedProduct { default_status: VersionStatus::Unknown, ..product };
    let world = World::new(vec![
        saying(
            "OSV-1",
            "osv",
            &[],
            vec![open(with(package("oss-fuzz:file"), vec![commits(), listed(&["FILE5_30", "FILE5_31"])]))],
        ),
        saying("OSV-2", "osv", &[], vec![open(with(package("oss-fuzz:file"), vec![commits()]))]),
        saying(
            "PYSEC-1",
            "osv",
            &[],
            vec![with(package("pypi:a"), vec![commits(), events(VersionOrderKind::Ecosystem, "+0 -2")])],
        ),
    ]);
    for (version, first) in [("5.30", AFFECTED), ("5.3", UNKNOWN), ("15.30", UNKNOWN), ("5.32", UNKNOWN)] {
        let report = scan(&world, &[plain("file", version)], true);
        assert_eq!(state_of(&report, "file", "OSV-1"), first, "{version}");
        assert_eq!(state_of(&report, "file", "OSV-2"), UNKNOWN, "{version}");
        assert_eq!(finding_of(&report, "file", "OSV-1").map(|finding| finding.confidence), Some(Confidence::Name));
    }
    let report = scan(&world, &[with_purl(plain("file", ""), "pkg:npm/file@5.30")], true);
    assert!(report.findings.is_empty(), "the package of a language is another thing");
    let report = scan(&world, &[with_purl(plain("a", ""), "pkg:pypi/a@2")], true);
    assert!(report.findings.is_empty() && report.unassessed.is_empty(), "the range beside the commits decides");
}

#[test]
fn intervals_of_cve5() {
    use VersionStatus::{Affected, Unaffected, Unknown};
    let kernel = || {
        vec![
            listed(&["2.6.12"]),
            range("semver", ">=0 <2.6.12", Unaffected, &[]),
            range("semver", ">=5.10.209 <5.11", Unaffected, &[]),
            range("semver", ">=5.15.148 <5.16", Unaffected, &[]),
            range("original_commit_for_fix", ">=6.8", Unaffected, &[]),
        ]
    };
    let table: [(&str, VersionStatus, Vec<VersionStatement>, Option<State>); 28] = [
        ("5.10.17", Affected, kernel(), AFFECTED),
        ("5.10.210", Affected, kernel(), None),
        ("5.15.100", Affected, kernel(), AFFECTED),
        ("5.16.1", Affected, kernel(), AFFECTED),
        ("6.9", Affected, kernel(), None),
        ("2.6.11", Affected, kernel(), None),
        ("1.5", Unaffected, vec![range("custom", ">=1.0 <2.0", Affected, &[])], AFFECTED),
        ("2.0", Unaffected, vec![range("custom", ">=1.0 <2.0", Affected, &[])], None),
        ("2.0", Unknown, vec![range("custom", ">=1.0 <2.0", Affected, &[])], UNKNOWN),
        ("1.5", Unknown, vec![range("custom", ">=1.0 <2.0", Unaffected, &[])], None),
        ("1.5", Unaffected, vec![range("custom", ">=1.0 <2.0", Unknown, &[])], UNKNOWN),
        ("1.5", Unaffected, vec![range("semver", ">=1.0", Affected, &[("1.4", Unaffected)])], None),
        ("1.3", Unaffected, vec![range("semver", ">=1.0", Affected, &[("1.4", Unaffected)])], AFFECTED),
        (
            "1.7",
            Unaffected,
            vec![range("semver", ">=1.0", Affected, &[("1.6", Affected), ("1.4", Unaffected)])],
            AFFECTED,
        ),
        ("1.5", Unaffected, vec![range("git", ">=abc <def", Affected, &[])], UNKNOWN),
        // Commits that are called versions.
        ("1.5", Unaffected, vec![listed(&["cea750c99d8f", "1424ab4bb386"])], UNKNOWN),
        ("cea750c99d8f", Unaffected, vec![listed(&["cea750c99d8f", "1424ab4bb386"])], AFFECTED),
        ("1.5", Unaffected, vec![range("custom", ">=cea750c99d8f <1424ab4bb386", Affected, &[])], UNKNOWN),
        (
            "1.5",
            Unaffected,
            vec![
                range("custom", ">=cea750c99d8f <1424ab4bb386", Affected, &[]),
                range("custom", "<1.4", Affected, &[]),
            ],
            None,
        ),
        ("1.5", Affected, vec![range("git", ">=abc <def", Affected, &[])], UNKNOWN),
        ("1.5", Unaffected, vec![range("", "", Affected, &[])], AFFECTED),
        ("1.5", Unaffected, vec![listed(&["1.5.0"])], AFFECTED),
        ("1.5", Unaffected, vec![listed(&["R1A"])], UNKNOWN),
        ("1.5", Unaffected, vec![listed(&["1.6"])], None),
        ("1.5", Affected, vec![], AFFECTED),
        // Between the two readings of what may be no Semantic Versioning.
        ("1.2.3-4", Unaffected, vec![range("semver", "<1.2.3", Affected, &[])], UNKNOWN),
        ("1.2.3-rc1", Unaffected, vec![range("semver", "<1.2.3", Affected, &[])], AFFECTED),
        ("1.2.3.4", Unaffected, vec![range("semver", "<1.2.3", Affected, &[])], None),
    ];
    for (version, default, versions, expected) in table {
        let said = AffectedProduct { default_status: default, ..with(named_product("Acme", "Tool Box"), versions) };
        let world = World::new(vec![saying("CVE-1", "cve5", &[], vec![said.clone()])]);
        for component in [with_supplier(plain("Tool  box", version), "ACME"), exact("a:acme:tool_box", version)] {
            let report = scan(&world, std::slice::from_ref(&component), true);
            assert_eq!(state_of(&report, component.reference.as_str(), "CVE-1"), expected, "{version} {said:?}");
            assert!(report.unassessed.is_empty(), "its product is named: {:?}", report.unassessed);
            assert!(report.findings.iter().all(|finding| finding.confidence == Confidence::Name));
        }
    }
}

#[test]
fn words_clear_nothing() {
    for status in [VersionStatus::Affected, VersionStatus::Unaffected, VersionStatus::Unknown] {
        for default_status in [VersionStatus::Unknown, VersionStatus::Unaffected] {
            let prose = VersionStatement::Prose { text: "all versions before Q3".to_owned(), status };
            let said = AffectedProduct {
                default_status,
                ..with(named_product("Acme", "Pump"), vec![prose, listed(&["1.0"])])
            };
            let world = World::new(vec![saying("ICSMA-1", "csaf", &["CVE-1"], vec![said])]);
            let pump = |version| with_supplier(plain("pump", version), "Acme");
            assert_eq!(state_of(&scan(&world, &[pump("1.0")], true), "pump", "CVE-1"), AFFECTED);
            let report = scan(&world, &[pump("2.0")], true);
            assert_eq!(state_of(&report, "pump", "CVE-1"), UNKNOWN, "{status:?} {default_status:?}");
            let note = "all versions before Q3";
            assert!(report.findings[0].proof.environment.iter().any(|text| text.contains(note)), "{report:?}");
        }
    }
}

#[test]
fn without_a_version_or_a_key_a_component_is_listed() {
    let said = with(package("pypi:a"), vec![events(VersionOrderKind::Ecosystem, "+0 -2")]);
    let world = World::new(vec![saying("PYSEC-1", "osv", &[], vec![said])]);
    for (purl, reason) in
        [("pkg:pypi/a", UnassessedReason::NoVersion), ("pkg:pypi/a@dev-build-x", UnassessedReason::UnparsableVersion)]
    {
        let report = scan(&world, &[with_purl(plain("a", ""), purl)], true);
        assert!(report.findings.is_empty(), "{purl}");
        assert_eq!(report.unassessed.iter().map(|open| open.reason).collect::<Vec<_>>(), [reason], "{purl}");
    }
    let world = World::new(vec![saying(
        "PYSEC-1",
        "osv",
        &[],
        vec![with(package("pypi:a"), vec![events(VersionOrderKind::Ecosystem, "+0")])],
    )]);
    let report = scan(&world, &[with_purl(plain("a", ""), "pkg:pypi/a")], true);
    assert_eq!(state_of(&report, "a", "PYSEC-1"), AFFECTED, "all versions are meant");
}

#[test]
fn silence_of_a_feed_that_covers_the_ecosystem_is_an_answer() {
    let mut world = World::new(vec![]);
    let reasons = |world: &World, purl: &str| {
        let report = scan(world, &[with_purl(plain("x", ""), purl)], true);
        report.unassessed.iter().map(|open| open.reason).collect::<Vec<_>>()
    };
    let no_data = [UnassessedReason::NoDataForEcosystem];
    assert_eq!(reasons(&world, "pkg:pypi/x@1"), no_data);
    world.covered = vec![("pypi", None), ("almalinux", Some("8")), ("debian", Some("12"))];
    assert_eq!(reasons(&world, "pkg:pypi/x@1"), []);
    assert_eq!(reasons(&world, "pkg:npm/x@1"), no_data);
    assert_eq!(reasons(&world, "pkg:rpm/almalinux/x@1-1?distro=almalinux-8"), []);
    assert_eq!(reasons(&world, "pkg:rpm/almalinux/x@1-1?distro=almalinux-9"), no_data);
    assert_eq!(reasons(&world, "pkg:rpm/almalinux/x@1-1"), no_data, "nothing says of which release it is");
    assert_eq!(reasons(&world, "pkg:deb/debian/libx1@1-1?distro=debian-12&upstream=x"), []);
    assert_eq!(
        reasons(&world, "pkg:deb/debian/libx1@1-1?distro=debian-12"),
        no_data,
        "which source package it is from is not said"
    );
    assert_eq!(reasons(&world, "pkg:acme/x@1"), [UnassessedReason::UnknownEcosystem]);
}

#[test]
fn several_records_of_one_vulnerability_make_one_finding() {
    use VersionOrderKind::Ecosystem;
    let osv = |id: &str, aliases: &[&str], text: &str| {
        saying(id, "osv/pypi", aliases, vec![with(package("pypi:django"), vec![events(Ecosystem, text)])])
    };
    let mut world = World::new(vec![
        about("CVE-2020-1", "a:djangoproject:django", &["<3.0"]),
        osv("PYSEC-1", &["GHSA-1"], "+0 -2.5"),
        osv("GHSA-1", &["CVE-2020-1"], "+0 -3.1"),
        osv("PYSEC-2", &[], "+0 -3.0"),
        osv("PYSEC-3", &["GHSA-3"], "+0 -3.0"),
        osv("GO-4", &["CVE-2020-4", "CVE-2020-5"], "+0 -3.0"),
    ]);
    world.exploited = vec!["GHSA-1", "GHSA-3"];
    let django = with_cpe(
        with_purl(plain("django", "2.9"), "pkg:pypi/django@2.9"),
        "cpe:2.3:a:djangoproject:django:2.9:*:*:*:*:*:*:*",
    );
    let report = scan(&world, std::slice::from_ref(&django), true);
    let ids: Vec<&str> = report.findings.iter().map(|finding| finding.vulnerability.id.as_str()).collect();
    assert_eq!(ids, ["CVE-2020-1", "CVE-2020-4", "CVE-2020-5", "GHSA-3", "PYSEC-2"]);
    let finding = &report.findings[0];
    assert_eq!((finding.state, finding.confidence), (State::Affected, Confidence::Exact));
    assert_eq!(finding.proof.source, "nvd");
    assert_eq!(finding.fixed_in, ["3.0", "3.1"]);
    assert!(finding.vulnerability.kev, "known to be exploited under another name");
    assert_eq!(
        finding.vulnerability.aliases.iter().map(VulnerabilityId::as_str).collect::<Vec<_>>(),
        ["GHSA-1", "PYSEC-1"]
    );
    let voices: Vec<_> = finding.proof.voices.iter().map(|voice| (voice.record.as_str(), voice.state)).collect();
    assert_eq!(
        voices,
        [("CVE-2020-1", VoiceState::Affected), ("PYSEC-1", VoiceState::NotAffected), ("GHSA-1", VoiceState::Affected)]
    );
    assert!(report.findings[3].vulnerability.kev);
    // The worst voice counts, whoever speaks first.
    let late = with_cpe(
        with_purl(plain("django", "3.0"), "pkg:pypi/django@3.0"),
        "cpe:2.3:a:djangoproject:django:3.0:*:*:*:*:*:*:*",
    );
    let report = scan(&world, &[late], true);
    let finding = finding_of(&report, "django", "CVE-2020-1").expect("one feed says that it is affected");
    assert_eq!((finding.state, finding.proof.record.as_str()), (State::Affected, "GHSA-1"));
    assert_eq!(finding.proof.voices.len(), 3, "those that disagree are shown");
}

#[test]
fn a_voice_that_says_nothing_yields_and_alone_it_is_unknown() {
    let silent = || {
        let said = with(
            of_cpe("cpe:2.3:a:acme:tool:*:*:*:*:*:*:*:*"),
            vec![range("custom", ">=1.0 <2.0", VersionStatus::Affected, &[])],
        );
        saying("CVE-1", "cve5", &[], vec![AffectedProduct { default_status: VersionStatus::Unknown, ..said }])
    };
    let tool = exact("a:acme:tool", "2.5");
    let alone = scan(&World::new(vec![silent()]), std::slice::from_ref(&tool), true);
    assert_eq!(state_of(&alone, "tool", "CVE-1"), UNKNOWN);
    assert_eq!(alone.findings[0].proof.voices[0].state, VoiceState::Silent);
    let with_nvd = World::new(vec![about("CVE-1", "a:acme:tool", &["<2.0"]), silent()]);
    assert_eq!(state_of(&scan(&with_nvd, std::slice::from_ref(&tool), true), "tool", "CVE-1"), None);
    let worse = World::new(vec![about("CVE-1", "a:acme:tool", &["<3.0"]), silent()]);
    assert_eq!(state_of(&scan(&worse, &[tool], true), "tool", "CVE-1"), AFFECTED);
}

#[test]
fn a_platform_limits_a_statement() {
    let said = |platforms: &[&str]| {
        let platforms = platforms.iter().map(|text| (*text).to_owned()).collect();
        AffectedProduct {
            platforms,
            ..with(
                of_cpe("cpe:2.3:a:acme:tool:*:*:*:*:*:*:*:*"),
                vec![range("custom", "<2.0", VersionStatus::Affected, &[])],
            )
        }
    };
    let windows = exact("o:microsoft:windows_10", "1809");
    let linux = exact("o:linux:linux_kernel", "5.10");
    let table = [
        (&["Windows"][..], Some(&windows), true, AFFECTED),
        (&["Windows", "Linux"], Some(&linux), false, AFFECTED),
        (&["Windows"], Some(&linux), true, NOT_AFFECTED),
        (&["Windows"], Some(&linux), false, UNKNOWN),
        (&["Windows"], None, true, UNKNOWN),
        (&["x86"], Some(&linux), true, UNKNOWN),
        (&["Unknown"], Some(&linux), true, AFFECTED),
        (&["Windows 11 only"], Some(&linux), true, UNKNOWN),
    ];
    for (platforms, system, complete, expected) in table {
        let world = World::new(vec![saying("CVE-1", "cve5", &[], vec![said(platforms)])]);
        let components: Vec<_> = [Some(&exact("a:acme:tool", "1.0")), system].into_iter().flatten().cloned().collect();
        let report = scan(&world, &components, complete);
        assert_eq!(state_of(&report, "tool", "CVE-1"), expected, "{platforms:?} complete: {complete}");
    }
}

/// Upstream's range, and what a distribution says of its own package.
fn backported(advisory: AffectedProduct, as_upstream: bool) -> World {
    let mut own = saying("DSA-1", "osv/debian", &[], vec![advisory]);
    let cve = VulnerabilityId::new("CVE-2022-0778");
    if as_upstream {
        own.upstream = vec![cve]
    } else {
        own.related = vec![cve]
    }
    let mut world = World::new(vec![about("CVE-2022-0778", "a:openssl:openssl", &[">=1.1.1 <1.1.1n"]), own]);
    world.covered = vec![("debian", None)];
    world
}

#[test]
fn a_distribution_speaks_for_its_own_package() {
    use VersionOrderKind::Ecosystem;
    let fixed = |release: &str, fix: &str| {
        with(package(&format!("debian:openssl in {release}")), vec![events(Ecosystem, &format!("+0 -{fix}"))])
    };
    let unlisted = |release: &str| {
        with(package(&format!("debian:openssl in {release}")), vec![events(Ecosystem, "+3.0-1 -3.1-1")])
    };
    let openssl = |version: &str, release: &str| {
        let release = if release.is_empty() { String::new() } else { format!("?distro=debian-{release}") };
        with_purl(plain("openssl", version), &format!("pkg:deb/debian/openssl@{version}{release}"))
    };
    let table = [
        // Upstream's ranges alone leave it open, whatever fix was put into the package.
        (openssl("1.1.1k-1+deb11u2", "11"), fixed("11", "1.1.1k-1+deb11u2"), true, NOT_AFFECTED),
        (openssl("1.1.1k-1+deb11u1", "11"), fixed("11", "1.1.1k-1+deb11u2"), true, AFFECTED),
        // Another release, an unnamed release, a range that merely does not list it, and an advisory that is only related.
        (openssl("1.1.1k-1+deb11u2", "12"), fixed("11", "1.1.1k-1+deb11u2"), true, UNKNOWN),
        (openssl("1.1.1k-1+deb11u2", ""), fixed("11", "1.1.1k-1+deb11u2"), true, UNKNOWN),
        (openssl("1.1.1k-1+deb11u2", "11"), unlisted("11"), true, UNKNOWN),
        (openssl("1.1.1k-1+deb11u2", "11"), fixed("11", "1.1.1k-1+deb11u2"), false, UNKNOWN),
    ];
    for (component, advisory, as_upstream, expected) in table {
        let world = backported(advisory, as_upstream);
        let report = scan(&world, std::slice::from_ref(&component), true);
        let purl = component.purl.as_ref().map(ToString::to_string);
        assert_eq!(state_of(&report, "openssl", "CVE-2022-0778"), expected, "{purl:?} {as_upstream}");
        if expected == NOT_AFFECTED {
            let proof = &report.findings[0].proof;
            assert_eq!(proof.record, "DSA-1");
            assert!(
                proof.environment.iter().any(|text| text.contains("its word counts here against theirs")),
                "{proof:?}"
            );
            assert_eq!(proof.voices.len(), 2, "upstream's voice is kept");
        }
    }
    // A package that contradicts itself is not excused.
    let world = backported(fixed("11", "1.1.1k-1+deb11u2"), true);
    let mut component = openssl("1.1.1k-1+deb11u2", "11");
    component.version = Some("1.1.1c-1".to_owned());
    assert_eq!(state_of(&scan(&world, &[component], true), "openssl", "CVE-2022-0778"), UNKNOWN);
}

#[test]
fn a_component_that_contradicts_itself_is_not_cleared_by_a_package() {
    let world = World::new(vec![saying(
        "PYSEC-1",
        "osv",
        &[],
        vec![with(package("pypi:a"), vec![events(VersionOrderKind::Ecosystem, "+0 -2")])],
    )]);
    let of = |version: &str, purl: &str| with_purl(plain("a", version), purl);
    for (component, expected) in [
        (of("1.0", "pkg:pypi/a@2.0"), UNKNOWN),
        (of("2.0", "pkg:pypi/a@1.0"), AFFECTED),
        (of("2.0.0", "pkg:pypi/a@2.0"), None),
    ] {
        assert_eq!(state_of(&scan(&world, &[component], true), "a", "PYSEC-1"), expected);
    }
}

#[test]
fn statements_are_explained_too() {
    let world = World::new(vec![
        saying(
            "PYSEC-1",
            "osv",
            &["CVE-1"],
            vec![with(package("pypi:a"), vec![events(VersionOrderKind::Ecosystem, "+0 -2")])],
        ),
        about("CVE-1", "a:acme:other", &["<9"]),
        saying("CVE-2", "cve5", &[], vec![with(named_product("Acme", "Thing"), vec![listed(&["1"])])]),
        saying("CVE-3", "nvd", &[], Vec::new()),
        saying(
            "BIT-3",
            "osv/bitnami",
            &["CVE-3"],
            vec![with(package("bitnami:node"), vec![events(VersionOrderKind::Semver, "+0 -9")])],
        ),
        saying("CVE-4", "nvd", &[], Vec::new()),
        saying(
            "PYSEC-4",
            "osv",
            &["CVE-4"],
            vec![with(package("pypi:b"), vec![events(VersionOrderKind::Ecosystem, "+0 -2")])],
        ),
    ]);
    let components = [
        with_purl(plain("a", ""), "pkg:pypi/a@1"),
        with_purl(plain("b", ""), "pkg:pypi/a@3"),
        with_purl(plain("c", ""), "pkg:pypi/b@3"),
    ];
    let inventory = Inventory { components: &components, hardware: &[], complete: true };
    let ask = |component: &str, id: &str| {
        explain(&inventory, &Aliases::default(), &world, &ComponentRef::new(component), &VulnerabilityId::new(id))
            .expect("explains")
    };
    let table = [
        ("a", "CVE-1", State::Affected, "pypi:a names it: >=0 <2"),
        ("a", "PYSEC-1", State::Affected, "PYSEC-1 is CVE-1 (osv)"),
        ("b", "CVE-1", State::NotAffected, "means other versions than the component's, pkg:pypi/a@3: >=0 <2"),
        ("b", "CVE-2", State::NotAffected, "it names Thing"),
        ("b", "CVE-3", State::Unknown, "CVE-3 itself names no product"),
        ("c", "CVE-3", State::Unknown, "CVE-3 itself names no product"),
        ("c", "CVE-4", State::NotAffected, "names pypi:b and means other versions"),
    ];
    for (component, id, state, part) in table {
        let explanation = ask(component, id);
        assert_eq!(explanation.state, state, "{component} {id}: {:?}", explanation.reasons);
        assert!(
            explanation.reasons.iter().any(|reason| reason.contains(part)),
            "{component} {id}: {:?}",
            explanation.reasons
        );
    }
}
