//! Alias groups: which names mean one vulnerability, and who says so.

use std::collections::BTreeSet;

use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::{AliasAssertion, AliasGroup};

/// Follows every assertion, in both directions, from one name. `touching` gives the assertions that name a name. The result is
/// the same in whatever order they come.
pub(crate) fn group<E>(
    id: &VulnerabilityId,
    mut touching: impl FnMut(&VulnerabilityId) -> Result<Vec<AliasAssertion>, E>,
) -> Result<AliasGroup, E> {
    let mut ids = BTreeSet::from([id.clone()]);
    let mut assertions = BTreeSet::new();
    let mut waiting = vec![id.clone()];
    while let Some(next) = waiting.pop() {
        for assertion in touching(&next)? {
            for name in [&assertion.record, &assertion.alias] {
                if ids.insert(name.clone()) {
                    waiting.push(name.clone());
                }
            }
            assertions.insert(assertion);
        }
    }
    Ok(AliasGroup { ids: ids.into_iter().collect(), assertions: assertions.into_iter().collect() })
}
