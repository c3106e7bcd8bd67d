//! A second evaluator of statements, slow and straightforward: versions are places in one list, every statement is spelt out for each
//! place, and nothing is unknown but what is said to be. The matcher must agree with it wherever it is sure.

use std::collections::BTreeSet;

use proptest::prelude::*;
use ward_model::affected::{
    AffectedProduct, RangeEvent, StatusChange, VersionOrderKind, VersionStatement, VersionStatus,
};
use ward_model::finding::State;
use ward_version::{Bound, Interval};

use super::statements::{package, product, saying};
use super::world::*;

/// All versions that there are, in their order.
const VERSIONS: [&str; 9] = ["0.9", "1.0rc1", "1.0", "1.0.1", "1.1", "1.10", "2.0.dev1", "2.0", "3.0"];

fn place(version: &str) -> usize {
    VERSIONS.iter().position(|known| *known == version).expect("one of the versions")
}

/// Which places a statement covers, and with which status.
fn spelt_out(statement: &VersionStatement) -> Vec<Option<VersionStatus>> {
    let mut says = vec![None; VERSIONS.len()];
    match statement {
        VersionStatement::Listed { versions, status } => {
            for version in versions {
                says[place(version)] = Some(*status);
            }
        }
        VersionStatement::Range { interval, status, changes, .. } => {
            for (at, said) in says.iter_mut().enumerate() {
                let from = interval
                    .lower
                    .as_ref()
                    .is_none_or(|bound| at > place(&bound.version) || at == place(&bound.version) && bound.inclusive);
                let to = interval
                    .upper
                    .as_ref()
                    .is_none_or(|bound| at < place(&bound.version) || at == place(&bound.version) && bound.inclusive);
                if from && to {
                    let last =
                        changes.iter().filter(|change| place(&change.at) <= at).max_by_key(|change| place(&change.at));
                    *said = Some(last.map_or(*status, |change| change.status));
                }
            }
        }
        VersionStatement::Events { events, .. } => {
            for (at, said) in says.iter_mut().enumerate() {
                // The last event that the version has reached decides; what begins at a version beats what ends there.
                let reached = events.iter().filter_map(|event| match event {
                    RangeEvent::Introduced(version) if version == "0" => Some((0, 1, true)),
                    RangeEvent::Introduced(version) => {
                        (place(version) <= at).then(|| (2 * place(version) + 2, 1, true))
                    }
                    RangeEvent::Fixed(version) => (place(version) <= at).then(|| (2 * place(version) + 2, 0, false)),
                    RangeEvent::LastAffected(version) => {
                        (place(version) < at).then(|| (2 * place(version) + 2, 0, false))
                    }
                    RangeEvent::Limit(_) => None,
                });
                if reached.max().is_some_and(|(_, _, affected)| affected) {
                    *said = Some(VersionStatus::Affected);
                }
            }
        }
        VersionStatement::Prose { .. } => {}
    }
    says
}

/// What all statements together say of a version: affected (2), unknown (1), or not (0).
fn badness(products: &[AffectedProduct], at: usize) -> u8 {
    let of = |product: &AffectedProduct| {
        let said: BTreeSet<VersionStatus> =
            product.versions.iter().filter_map(|statement| spelt_out(statement)[at]).collect();
        let prose = product.versions.iter().any(|statement| matches!(statement, VersionStatement::Prose { .. }));
        // Words may be about any version that no other statement covers.
        let default = if prose { VersionStatus::Unknown } else { product.default_status };
        let said = if said.is_empty() { [default].into() } else { said };
        let worst = if said.contains(&VersionStatus::Affected) {
            2
        } else if said.contains(&VersionStatus::Unknown) {
            1
        } else {
            0
        };
        // Silence yields to another voice.
        let silent = !prose
            && product.default_status == VersionStatus::Unknown
            && product.versions.iter().all(|statement| spelt_out(statement)[at].is_none());
        (worst.max(u8::from(prose)), silent)
    };
    let spoken = products.iter().map(of).filter(|(_, silent)| !silent).map(|(worst, _)| worst).max();
    spoken.unwrap_or(1)
}

fn status() -> impl Strategy<Value = VersionStatus> {
    prop::sample::select(vec![VersionStatus::Affected, VersionStatus::Unaffected, VersionStatus::Unknown])
}

fn version() -> impl Strategy<Value = String> {
    prop::sample::select(VERSIONS.to_vec()).prop_map(str::to_owned)
}

fn statement() -> impl Strategy<Value = VersionStatement> {
    let bound =
        || prop::option::of((version(), any::<bool>()).prop_map(|(version, inclusive)| Bound { version, inclusive }));
    let change = (version(), status()).prop_map(|(at, status)| StatusChange { at, status });
    let event = (0u8..3, version()).prop_map(|(kind, version)| match kind {
        0 => RangeEvent::Introduced(version),
        1 => RangeEvent::Fixed(version),
        _ => RangeEvent::LastAffected(version),
    });
    prop_oneof![
        (prop::collection::vec(version(), 0..4), status())
            .prop_map(|(versions, status)| VersionStatement::Listed { versions, status }),
        (bound(), bound(), status(), prop::collection::vec(change, 0..3)).prop_map(
            |(lower, upper, status, mut changes)| {
                changes.sort_by_key(|change| place(&change.at));
                changes.dedup_by_key(|change| place(&change.at));
                let order = VersionOrderKind::Named("python".to_owned());
                VersionStatement::Range { order, interval: Interval { lower, upper }, status, changes }
            }
        ),
        prop::collection::vec(event, 0..6).prop_map(|mut events| {
            events.insert(0, RangeEvent::Introduced("0".to_owned()));
            // An end that holds the version and one that does not, at one version, contradict each other.
            let mut seen = BTreeSet::new();
            events.retain(|event| match event {
                RangeEvent::Fixed(version) | RangeEvent::LastAffected(version) => seen.insert(version.clone()),
                _ => true,
            });
            VersionStatement::Events { order: VersionOrderKind::Ecosystem, events }
        }),
        status().prop_map(|status| VersionStatement::Prose { text: "some of them".to_owned(), status }),
    ]
}

fn products() -> impl Strategy<Value = Vec<AffectedProduct>> {
    let one = (status(), prop::collection::vec(statement(), 0..4)).prop_map(|(default_status, versions)| {
        AffectedProduct { default_status, versions, package: package("pypi:a").package, ..product() }
    });
    prop::collection::vec(one, 1..4)
}

proptest! {
    #![proptest_config(super::laws::cases(2000))]

    #[test]
    fn the_matcher_agrees_with_spelling_it_out(products in products(), at in 0..VERSIONS.len(), apart in any::<bool>()) {
        // In one record or in several of one vulnerability: the same voices.
        let records = if apart {
            let one = |(number, product): (usize, &AffectedProduct)| saying(&format!("PYSEC-{number}"), "osv", &["CVE-1"], vec![product.clone()]);
            products.iter().enumerate().map(one).collect()
        } else {
            vec![saying("PYSEC-0", "osv", &["CVE-1"], products.clone())]
        };
        let component = with_purl(plain("a", ""), &format!("pkg:pypi/a@{}", VERSIONS[at]));
        let report = scan(&World::new(records), &[component], true);
        let found = match state_of(&report, "a", "CVE-1") {
            Some(State::Affected) => 2,
            Some(State::Unknown) => 1,
            Some(State::NotAffected) | None => 0,
        };
        prop_assert_eq!(found, badness(&products, at), "{} {:?}", VERSIONS[at], products);
        prop_assert!(report.unassessed.is_empty());
    }

    /// Law 2: without its version a component is never better than in its worst version.
    #[test]
    fn a_version_that_is_left_out_hides_nothing(products in products(), at in 0..VERSIONS.len()) {
        let world = World::new(vec![saying("PYSEC-0", "osv", &[], products.clone())]);
        let bare = scan(&world, &[with_purl(plain("a", ""), "pkg:pypi/a")], true);
        if badness(&products, at) == 2 {
            prop_assert!(state_of(&bare, "a", "PYSEC-0").is_some() || !bare.unassessed.is_empty());
        }
    }

    /// Law 3: one more record about it never improves it.
    #[test]
    fn one_more_voice_never_improves_anything(products in products(), more in products(), at in 0..VERSIONS.len()) {
        let component = with_purl(plain("a", ""), &format!("pkg:pypi/a@{}", VERSIONS[at]));
        let first = saying("PYSEC-0", "osv", &["CVE-1"], products);
        let rank = |world: &World| match state_of(&scan(world, std::slice::from_ref(&component), true), "a", "CVE-1") {
            Some(State::Affected) => 2,
            Some(State::Unknown) => 1,
            Some(State::NotAffected) | None => 0,
        };
        let before = rank(&World::new(vec![first.clone()]));
        let after = rank(&World::new(vec![first.clone(), saying("GHSA-0", "osv", &["CVE-1"], more)]));
        // A voice that speaks may settle what was unknown only because nobody spoke.
        let silent = scan(&World::new(vec![first]), std::slice::from_ref(&component), true).findings.iter().all(|finding| {
            finding.proof.voices.iter().all(|voice| voice.state == ward_model::finding::VoiceState::Silent)
                && !finding.proof.voices.is_empty()
        });
        prop_assert!(after >= before || silent && before == 1);
    }
}
