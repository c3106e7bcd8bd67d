//! What contradicts itself, what is not recognised and what could not be read never excuses anything.

use ward_model::affected::SubjectKey;
use ward_model::alias::Aliases;
use ward_model::component::{Component, ComponentKind};
use ward_model::cpe::Cpe;
use ward_model::finding::{State, UnassessedReason};
use ward_model::vulnerability::{Configuration, Node, Operator};

use super::world::*;

const AFFECTED: Option<State> = Some(State::Affected);
const UNKNOWN: Option<State> = Some(State::Unknown);
const NOT_AFFECTED: Option<State> = Some(State::NotAffected);

fn heartbleed() -> World {
    World::new(vec![about("CVE-2014-0160", "a:openssl:openssl", &[">=1.0.1 <1.0.1g"])])
}

fn openssl(version: &str, cpe: &str, purl: &str) -> Component {
    let mut component = plain("openssl", version);
    if !cpe.is_empty() {
        component = with_cpe(component, &format!("cpe:2.3:a:openssl:openssl:{cpe}:*:*:*:*:*:*"));
    }
    if purl.is_empty() { component } else { with_purl(component, purl) }
}

#[test]
fn versions_that_contradict_each_other_exclude_nothing() {
    let world = heartbleed();
    let table = [
        ("1.0.1f", "1.0.1g:*", "", UNKNOWN),
        ("1.0.1g", "1.0.1f:*", "", AFFECTED),
        ("1.0.1g", "", "pkg:generic/openssl@1.0.1f", UNKNOWN),
        ("1.0.1f", "", "pkg:generic/openssl@1.0.1g", AFFECTED),
        ("", "1.0.1g:*", "pkg:generic/openssl@1.0.1f", UNKNOWN),
        ("1.0.1g", "*:*", "pkg:generic/openssl@1.0.1f", UNKNOWN),
        ("1.0.1g", "1.0.1g:*", "pkg:generic/openssl@1.0.1g", None),
        ("9.9", "", "pkg:github/openssl/openssl@OpenSSL_1_0_1f", UNKNOWN),
        ("9.9", "", "pkg:generic/openssl@openssl-1.0.1f", UNKNOWN),
        ("1.0.1g", "", "pkg:github/openssl/openssl@OpenSSL_1_0_1g", None),
        ("1.0.1g", "1.0.1h:*", "", None),
        ("1.0.1g", "1.0.1:g", "", None),
        ("3.0.2+really1.0.1f-1", "", "pkg:deb/debian/openssl@3.0.2%2Breally1.0.1f-1", UNKNOWN),
        ("3.0.2+really1.0.1f-1", "3.0.2:*", "", UNKNOWN),
        ("3.0.2+really1.0.1g-1", "", "pkg:deb/debian/openssl@3.0.2%2Breally1.0.1g-1", None),
    ];
    for (version, cpe, purl, expected) in table {
        let component = openssl(version, cpe, purl);
        let contradicts = purl.is_empty() && component.version.as_deref() == Some("1.0.1f");
        let report = scan(&world, &[component], true);
        assert_eq!(state_of(&report, "openssl", "CVE-2014-0160"), expected, "{version} {cpe} {purl}");
        if contradicts {
            let environment = &report.findings[0].proof.environment;
            assert!(
                environment.iter().any(|text| text.contains("contradicts itself") && text.contains("1.0.1f")),
                "{environment:?}"
            );
        }
    }
}

#[test]
fn a_word_for_released_and_a_name_without_versions_contradict_nothing() {
    let world = World::new(vec![
        about("CVE-1", "a:vmware:spring_framework", &["<5.1.9"]),
        about("CVE-2", "o:microsoft:windows_10_1607", &["<10.0.14393"]),
    ]);
    let spring =
        with_cpe(plain("spring-core", "5.1.9.RELEASE"), "cpe:2.3:a:vmware:spring_framework:5.1.9:*:*:*:*:*:*:*");
    let windows = with_cpe(plain("windows", "10.0.14393"), "cpe:2.3:o:microsoft:windows_10_1607:-:*:*:*:*:*:*:*");
    let report = scan(&world, &[spring, windows], true);
    assert!(report.findings.is_empty() && report.unassessed.is_empty(), "{report:?}");
}

#[test]
fn a_contradiction_is_unknown_in_surroundings_and_under_negation() {
    let guard = |version: &str, cpe: &str| {
        with_cpe(plain("guard", version), &format!("cpe:2.3:a:acme:guard:{cpe}:*:*:*:*:*:*:*"))
    };
    let with = |negate| {
        World::new(vec![record(
            "CVE-1",
            vec![all_of(vec![
                any_of(vec![criterion(true, "a:acme:tool", "<2")]),
                Node { operator: Operator::Or, negate, criteria: vec![criterion(false, "a:acme:guard", "<2")] },
            ])],
        )])
    };
    for negate in [false, true] {
        for guard in [guard("1", "3"), guard("3", "1")] {
            let report = scan(&with(negate), &[exact("a:acme:tool", "1"), guard], true);
            assert_eq!(state_of(&report, "tool", "CVE-1"), UNKNOWN, "negated: {negate}");
        }
    }
    let negated = World::new(vec![record(
        "CVE-1",
        vec![Configuration { negate: true, ..only(vec![criterion(true, "a:acme:guard", "<2")]) }],
    )]);
    let report = scan(&negated, &[guard("3", "1")], true);
    assert_eq!(state_of(&report, "guard", "CVE-1"), UNKNOWN);
}

#[test]
fn only_a_target_that_the_name_itself_states_excludes() {
    let world = World::new(vec![record(
        "CVE-1",
        vec![only(vec![named(true, "cpe:2.3:a:lodash:lodash:*:*:*:*:*:node.js:*:*", "<4.17.12")])],
    )]);
    let lodash = |target: &str, purl: &str| {
        let component = plain("lodash", "4.17.4");
        let component = if target.is_empty() {
            component
        } else {
            with_cpe(component, &format!("cpe:2.3:a:lodash:lodash:4.17.4:*:*:*:*:{target}:*:*"))
        };
        if purl.is_empty() { component } else { with_purl(component, purl) }
    };
    let table = [
        ("", "pkg:npm/lodash@4.17.4", AFFECTED),
        ("", "pkg:maven/org.webjars.npm/lodash@4.17.4", UNKNOWN),
        ("", "pkg:nuget/lodash@4.17.4", UNKNOWN),
        ("*", "pkg:npm/lodash@4.17.4", AFFECTED),
        ("*", "pkg:maven/org.webjars.npm/lodash@4.17.4", UNKNOWN),
        ("*", "pkg:deb/debian/node-lodash@4.17.4", UNKNOWN),
        ("node.js", "pkg:nuget/lodash@4.17.4", AFFECTED),
        ("python", "pkg:npm/lodash@4.17.4", None),
    ];
    for (target, purl, expected) in table {
        let report = scan(&world, &[lodash(target, purl)], true);
        assert_eq!(state_of(&report, "lodash", "CVE-1"), expected, "{target} {purl}");
    }
}

#[test]
fn a_platform_is_absent_only_where_everything_says_what_it_is() {
    let world = World::new(vec![
        record(
            "CVE-1",
            vec![all_of(vec![
                any_of(vec![criterion(true, "a:acme:tool", "<2")]),
                any_of(vec![criterion(false, "o:microsoft:windows", "-")]),
            ])],
        ),
        record(
            "CVE-2",
            vec![all_of(vec![
                any_of(vec![criterion(true, "a:acme:tool", "<2")]),
                any_of(vec![criterion(false, "a:acme:server", "*")]),
            ])],
        ),
    ]);
    use ComponentKind::*;
    let table = [
        (OperatingSystem, plain("our os", "1"), UNKNOWN, UNKNOWN),
        (Firmware, plain("our os", "1"), UNKNOWN, UNKNOWN),
        (Application, plain("our app", "1"), UNKNOWN, UNKNOWN),
        (Other, plain("untold", "1"), UNKNOWN, UNKNOWN),
        (Library, plain("our library", "1"), NOT_AFFECTED, UNKNOWN),
        (Asset, plain("data", "1"), NOT_AFFECTED, NOT_AFFECTED),
        (OperatingSystem, exact("o:acme:os", "1"), NOT_AFFECTED, NOT_AFFECTED),
        (Application, with_purl(plain("p", "1"), "pkg:npm/p@1"), NOT_AFFECTED, NOT_AFFECTED),
    ];
    for (kind, mut other, platform, application) in table {
        other.kind = kind;
        let name = other.name.clone();
        let report = scan(&world, &[exact("a:acme:tool", "1"), other], true);
        assert_eq!(state_of(&report, "tool", "CVE-1"), platform, "{kind:?} {name}");
        assert_eq!(state_of(&report, "tool", "CVE-2"), application, "{kind:?} {name}");
        if platform == UNKNOWN {
            assert!(
                report.findings[0].proof.environment[0].contains(&format!("`{name}`")),
                "{:?}",
                report.findings[0].proof
            );
        }
    }
    let anything = [Cpe::parse("cpe:2.3:h:*:*:*:*:*:*:*:*:*:*").expect("a CPE name")];
    let report = scan_with(&world, &Aliases::default(), &[exact("a:acme:tool", "1")], &anything, true);
    assert_eq!(state_of(&report, "tool", "CVE-1"), UNKNOWN, "hardware that may be any");
}

#[test]
fn a_record_that_could_not_be_read_leaves_its_products_unassessed() {
    let mut world = World::new(vec![about("CVE-1", "a:acme:tool", &["<2"])]);
    world.set_aside = vec!["a:acme:tool".parse().expect("a product"), "a:acme:unread".parse().expect("a product")];
    let both = with_cpe(exact("a:acme:tool", "3"), "cpe:2.3:a:acme:unread:3:*:*:*:*:*:*:*");
    let report = scan(&world, &[exact("a:acme:tool", "1")], true);
    assert_eq!(state_of(&report, "tool", "CVE-1"), AFFECTED, "besides its findings");
    assert_eq!(report.unassessed[0].reason, UnassessedReason::SetAsideRecord);
    world.set_aside.remove(0);
    let report = scan(&world, &[both], true);
    assert_eq!(report.unassessed.len(), 1, "also a product that no record that was read names");
    assert_eq!(report.unassessed[0].reason, UnassessedReason::SetAsideRecord);
    assert!(scan(&world, &[exact("a:acme:tool", "1")], true).unassessed.is_empty());
    // Also where it names them in words alone, and no others.
    world.set_aside.clear();
    let in_words = |product: &str| vec![SubjectKey::Named { vendor: "acme".into(), product: product.into() }];
    world.set_aside_subjects = in_words("tool");
    let report = scan(&world, &[exact("a:acme:tool", "3")], true);
    assert_eq!(report.unassessed.len(), 1, "{:?}", report.unassessed);
    assert_eq!(report.unassessed[0].reason, UnassessedReason::SetAsideRecord);
    world.set_aside_subjects = in_words("other");
    assert!(scan(&world, &[exact("a:acme:tool", "3")], true).unassessed.is_empty());
}
