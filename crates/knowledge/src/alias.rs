//! Alias groups: which names mean one vulnerability, and who says so.

use std::collections::BTreeSet;

use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::{AliasAssertion, AliasGroup};

/// The bit of a row that says that the record of the other name says so, and not that of the name under which the row stands.
pub(crate) const OF_THE_OTHER: u8 = 1;
/// The bit of a row that says that the record was withdrawn.
pub(crate) const WITHDRAWN: u8 = 2;

/// What a record says of two names.
pub(crate) struct Said {
    pub(crate) assertion: AliasAssertion,
    /// Whether the record was withdrawn: then it asserts nothing any more.
    pub(crate) withdrawn: bool,
}

/// Follows every assertion, in both directions, from one name. `touching` gives the assertions that name a name. The result is
/// the same in whatever order they come.
pub(crate) fn group<E>(
    id: &VulnerabilityId,
    mut touching: impl FnMut(&VulnerabilityId) -> Result<Vec<Said>, E>,
) -> Result<AliasGroup, E> {
    let mut ids = BTreeSet::from([id.clone()]);
    let mut assertions = BTreeSet::new();
    let mut waiting = vec![id.clone()];
    // Names that only withdrawn records lead to. What leads on from them counts whoever says it.
    let mut former = BTreeSet::new();
    while let Some(next) = waiting.pop() {
        for Said { assertion, withdrawn } in touching(&next)? {
            for name in [&assertion.record, &assertion.alias] {
                if withdrawn {
                    former.insert(name.clone());
                } else if ids.insert(name.clone()) {
                    waiting.push(name.clone());
                }
            }
            if !withdrawn {
                assertions.insert(assertion);
            }
        }
    }
    former.retain(|name| !ids.contains(name));
    waiting.extend(former.iter().cloned());
    while let Some(next) = waiting.pop() {
        for Said { assertion, .. } in touching(&next)? {
            for name in [assertion.record, assertion.alias] {
                if !ids.contains(&name) && former.insert(name.clone()) {
                    waiting.push(name);
                }
            }
        }
    }
    let (ids, assertions) = (ids.into_iter().collect(), assertions.into_iter().collect());
    Ok(AliasGroup { ids, assertions, former: former.into_iter().collect() })
}
