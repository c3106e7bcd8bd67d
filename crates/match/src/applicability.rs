//! Whether a record applies to a component of a host, in Kleene logic.
//!
//! A configuration says which products, in which surroundings. The criterion that is marked as vulnerable must hit the
//! component itself: beside it in an OR its neighbours speak of other components and do not count. Everything else, be it
//! in other nodes or beside it in an AND, is asked of the whole host. Under a negation nothing is left out.

use ward_model::finding::{Confidence, State, UnassessedReason};
use ward_model::vulnerability::{Configuration, Criterion, Node, Operator, VulnerabilityRecord};
use ward_version::Truth;

use crate::criterion::{Role, Touch, same_product, touch};
use crate::host::Host;
use crate::identity::Identity;

/// One way in which a record applies to a component.
pub(crate) struct Application<'r> {
    pub(crate) criterion: &'r Criterion,
    pub(crate) identity: &'r Identity,
    pub(crate) state: State,
    pub(crate) environment: Vec<String>,
    /// The version is what leaves it open.
    pub(crate) blocked: Option<UnassessedReason>,
}

/// Every way in which the record applies to a component: one for each criterion that hits one of its identities.
pub(crate) fn applications<'r>(
    record: &'r VulnerabilityRecord,
    host: &'r Host,
    component: usize,
) -> Vec<Application<'r>> {
    let mut applications = Vec::new();
    for configuration in &record.configurations {
        for (node_number, node) in configuration.nodes.iter().enumerate() {
            for (number, criterion) in node.criteria.iter().enumerate() {
                if !criterion.vulnerable {
                    continue;
                }
                for identity in &host.resolutions[component].identities {
                    if !same_product(&criterion.cpe, identity) {
                        continue;
                    }
                    let hit = touch(criterion, identity, Role::Vulnerable);
                    if hit.truth.is_false() || is_another_release(criteria(record), identity, &hit) {
                        continue;
                    }
                    let mut environment = hit.notes;
                    // Under a negation the version that hits is the one that would excuse.
                    let open = hit.contradicted && (configuration.negate || node.negate);
                    let truth = if open { Truth::Unknown } else { hit.truth };
                    let place = Hit { node: node_number, criterion: number, truth };
                    let truth = configuration_truth(configuration, place, host, &mut environment);
                    let state = match truth {
                        Truth::True => State::Affected,
                        Truth::Unknown => State::Unknown,
                        Truth::False => State::NotAffected,
                    };
                    if criterion.range.is_none() && criterion.cpe.version == ward_model::cpe::Attribute::Any {
                        environment.insert(
                            0,
                            "the record names the product without any version: all versions are meant".to_owned(),
                        );
                    }
                    applications.push(Application { criterion, identity, state, environment, blocked: hit.blocked });
                }
            }
        }
    }
    applications
}

fn criteria(record: &VulnerabilityRecord) -> impl Iterator<Item = &Criterion> {
    record.configurations.iter().flat_map(|configuration| &configuration.nodes).flat_map(|node| &node.criteria)
}

/// Whether criteria name the product without a version as one release beside others, and the component is one of those that have
/// versions.
pub(crate) fn is_another_release<'c>(
    mut criteria: impl Iterator<Item = &'c Criterion>,
    identity: &Identity,
    hit: &Touch,
) -> bool {
    hit.unversioned
        && identity.is_other_than("-")
        && criteria.any(|criterion| {
            criterion.vulnerable && same_product(&criterion.cpe, identity) && criterion.cpe.version.value().is_some()
        })
}

/// The application that counts: affected before unknown before not affected, then the surest identity, then the record's
/// order. Those that only the version leaves open do not count: the component is listed as not assessed instead.
pub(crate) fn strongest<'a, 'r>(applications: &'a [Application<'r>]) -> Option<&'a Application<'r>> {
    applications
        .iter()
        .filter(|application| application.blocked.is_none())
        .min_by_key(|application| (rank(application.state), application.identity.confidence))
}

/// Affected first. `Confidence` is ordered from the surest on.
const fn rank(state: State) -> u8 {
    match state {
        State::Affected => 0,
        State::Unknown => 1,
        State::NotAffected => 2,
    }
}

const _: () = assert!(
    (Confidence::Exact as u8) < (Confidence::Derived as u8) && (Confidence::Alias as u8) < (Confidence::Name as u8)
);

/// Where the component was hit.
#[derive(Clone, Copy)]
struct Hit {
    node: usize,
    criterion: usize,
    truth: Truth,
}

fn configuration_truth(configuration: &Configuration, hit: Hit, host: &Host, statements: &mut Vec<String>) -> Truth {
    let mut values = Vec::with_capacity(configuration.nodes.len());
    for (number, node) in configuration.nodes.iter().enumerate() {
        let is_hit = number == hit.node;
        let beside = configuration.operator == Operator::Or && !configuration.negate;
        if !is_hit && beside {
            continue;
        }
        values.push(node_truth(node, is_hit.then_some(hit), configuration.negate, host, statements));
    }
    combine(configuration.operator, configuration.negate, values)
}

fn node_truth(
    node: &Node,
    hit: Option<Hit>,
    negated_outside: bool,
    host: &Host,
    statements: &mut Vec<String>,
) -> Truth {
    let negated = node.negate || negated_outside;
    let mut values = Vec::with_capacity(node.criteria.len());
    for (number, criterion) in node.criteria.iter().enumerate() {
        match hit {
            Some(hit) if hit.criterion == number => {
                values.push(hit.truth);
                continue;
            }
            Some(_) if node.operator == Operator::Or && !negated => continue,
            _ => {}
        }
        let (truth, statement) = host.has(criterion);
        statements.push(statement);
        values.push(truth);
    }
    if node.negate {
        statements.push("the record means hosts for which this does not hold".to_owned());
    }
    combine(node.operator, node.negate, values)
}

fn combine(operator: Operator, negate: bool, values: Vec<Truth>) -> Truth {
    let truth = match operator {
        Operator::And => Truth::all(values),
        Operator::Or => Truth::any(values),
    };
    if negate { !truth } else { truth }
}
