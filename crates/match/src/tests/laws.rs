//! Laws that hold for every inventory and every record.

use proptest::prelude::*;
use ward_model::component::Component;
use ward_model::finding::{MatchReport, State};
use ward_model::ids::ComponentRef;
use ward_model::vulnerability::{Configuration, Criterion, Node, Operator, VulnerabilityRecord};

use super::world::*;

/// So many cases, unless the long run asks for more by `PROPTEST_CASES`.
pub(crate) fn cases(usual: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(usual), ..ProptestConfig::default() }
}

const PRODUCTS: [&str; 5] = ["a:acme:one", "a:acme:two", "o:acme:os", "o:acme:board_firmware", "h:acme:board"];
const VERSIONS: [&str; 7] = ["*", "-", "=1", "=2", "<2", ">=1 <3", "<=1"];

fn operator() -> impl Strategy<Value = Operator> {
    prop_oneof![Just(Operator::And), Just(Operator::Or)]
}

fn criteria() -> impl Strategy<Value = Criterion> {
    (any::<bool>(), prop::sample::select(&PRODUCTS[..]), prop::sample::select(&VERSIONS[..]))
        .prop_map(|(vulnerable, product, versions)| criterion(vulnerable, product, versions))
}

fn configuration(negations: bool) -> impl Strategy<Value = Configuration> {
    let flag = move || any::<bool>().prop_map(move |flag| flag && negations);
    let node = (operator(), flag(), prop::collection::vec(criteria(), 1..4))
        .prop_map(|(operator, negate, criteria)| Node { operator, negate, criteria });
    (operator(), flag(), prop::collection::vec(node, 1..4)).prop_map(|(operator, negate, nodes)| Configuration {
        operator,
        negate,
        nodes,
    })
}

fn records(negations: bool) -> impl Strategy<Value = Vec<VulnerabilityRecord>> {
    prop::collection::vec(prop::collection::vec(configuration(negations), 1..3), 1..4).prop_map(|all| {
        all.into_iter()
            .enumerate()
            .map(|(number, configurations)| record(&format!("CVE-{number}"), configurations))
            .collect()
    })
}

fn component() -> impl Strategy<Value = Component> {
    (prop::sample::select(&PRODUCTS[..]), prop::sample::select(&["1", "2", "3", "", "odd words"][..])).prop_map(
        |(product, version)| {
            let version = version.to_owned();
            with_cpe(plain("c", &version), &format!("cpe:2.3:{product}:*:*:*:*:*:*:*:*"))
        },
    )
}

fn inventory() -> impl Strategy<Value = Vec<Component>> {
    prop::collection::vec(component(), 1..5).prop_map(|mut components| {
        for (number, component) in components.iter_mut().enumerate() {
            component.reference = ComponentRef::new(format!("c{number}"));
        }
        components
    })
}

/// Affected is worst; what is not there is best, and the same as not affected.
fn badness(report: &MatchReport, component: usize, vulnerability: usize) -> u8 {
    match state_of(report, &format!("c{component}"), &format!("CVE-{vulnerability}")) {
        Some(State::Affected) => 2,
        Some(State::Unknown) => 1,
        Some(State::NotAffected) | None => 0,
    }
}

fn is_open(report: &MatchReport, component: usize) -> bool {
    report.unassessed.iter().any(|open| open.component.reference.as_str() == format!("c{component}"))
}

proptest! {
    #![proptest_config(cases(400))]

    /// The claim says that nothing is missing: it settles what was unknown and touches nothing else.
    #[test]
    fn a_claim_of_completeness_only_ever_settles_what_was_unknown(records in records(true), components in inventory()) {
        let world = World::new(records.clone());
        let (open, claimed) = (scan(&world, &components, false), scan(&world, &components, true));
        for (component, vulnerability) in pairs(&components, &records) {
            let (before, after) = (badness(&open, component, vulnerability), badness(&claimed, component, vulnerability));
            prop_assert!(before == after || before == 1, "c{} CVE-{}: {} became {}", component, vulnerability, before, after);
        }
        prop_assert_eq!(open.unassessed, claimed.unassessed);
    }

    /// Law 2: what is not known to be there is never better than its worst case, the thing being there.
    #[test]
    fn unknown_is_never_better_than_what_it_may_turn_out_to_be(records in records(false), components in inventory(), more in component()) {
        let world = World::new(records.clone());
        let open = scan(&world, &components, false);
        let mut with = components.clone();
        with.push(Component { reference: ComponentRef::new("more"), ..more });
        let known = scan(&world, &with, true);
        for (component, vulnerability) in pairs(&components, &records) {
            let (unknown, known) = (badness(&open, component, vulnerability), badness(&known, component, vulnerability));
            prop_assert!(known == 0 || unknown >= 1, "c{} CVE-{}: nothing said, and then {}", component, vulnerability, known);
        }
    }

    /// Law 3: without negation, more on the host never makes it better.
    #[test]
    fn one_more_component_never_improves_another(records in records(false), components in inventory(), more in component(), complete in any::<bool>()) {
        let world = World::new(records.clone());
        let before = scan(&world, &components, complete);
        let mut with = components.clone();
        with.push(Component { reference: ComponentRef::new("more"), ..more });
        let after = scan(&world, &with, complete);
        for (component, vulnerability) in pairs(&components, &records) {
            prop_assert!(badness(&after, component, vulnerability) >= badness(&before, component, vulnerability));
        }
    }

    /// A missing version is never silently good: where a version would be affected, the component is listed or found.
    #[test]
    fn a_version_that_is_left_out_never_hides_anything(records in records(false), components in inventory(), which in any::<prop::sample::Index>()) {
        let world = World::new(records.clone());
        let full = scan(&world, &components, true);
        let index = which.index(components.len());
        let mut without = components.clone();
        without[index].version = None;
        let bare = scan(&world, &without, true);
        for vulnerability in 0..records.len() {
            if badness(&full, index, vulnerability) == 2 {
                prop_assert!(badness(&bare, index, vulnerability) >= 1 || is_open(&bare, index));
            }
        }
    }

    /// Same inputs, same report; findings and lists are sorted, whatever the order of the inventory.
    #[test]
    fn the_order_of_the_inventory_does_not_matter(records in records(true), components in inventory(), complete in any::<bool>()) {
        let world = World::new(records);
        let report = scan(&world, &components, complete);
        let mut turned = components.clone();
        turned.reverse();
        let other = scan(&world, &turned, complete);
        prop_assert_eq!(states(&report), states(&other));
        prop_assert_eq!(report.unassessed, other.unassessed);
        prop_assert!(report.findings.is_sorted_by_key(|finding| (finding.component.reference.clone(), finding.vulnerability.id.clone())));
    }
}

fn pairs(components: &[Component], records: &[VulnerabilityRecord]) -> Vec<(usize, usize)> {
    (0..components.len()).flat_map(|component| (0..records.len()).map(move |record| (component, record))).collect()
}

fn states(report: &MatchReport) -> Vec<(String, String, State)> {
    report
        .findings
        .iter()
        .map(|finding| (finding.component.reference.to_string(), finding.vulnerability.id.to_string(), finding.state))
        .collect()
}
