//! Which entries of KEV no record will describe, once what came is held.

use ward_model::ids::VulnerabilityId;

use super::Builder;
use super::publish::{after, each_kept};
use super::records::Came;
use crate::error::HomeError;
use crate::fact::{self, Fact, Kind};
use crate::file::unreadable;
use crate::generation::{Generation, see};
use crate::undescribed::{Search, Seen, to_facts};

/// What changes of the outcome, where the records or the list have changed, or nobody has compared them yet. `changed` are all
/// facts that change, by key.
pub(super) fn compare(builder: &Builder, came: &Came, changed: &[Fact]) -> Result<Vec<Fact>, HomeError> {
    let held = |kind| builder.held.as_ref().map(|held: &Generation| held.facts(kind)).transpose();
    let before = held(Kind::Undescribed)?.unwrap_or_default();
    let list = held(Kind::Exploited)?.unwrap_or_default();
    let of_list = |(key, _): &&Fact| key.first() == Some(&(Kind::Exploited as u8));
    let news: Vec<Fact> = changed.iter().filter(of_list).cloned().collect();
    if came.new.is_empty() && news.is_empty() && (list.is_empty() || !before.is_empty()) {
        return Ok(Vec::new());
    }
    let wrong = |reason: String| unreadable("KEV", reason);
    let read = |(key, value): (&[u8], &[u8])| fact::exploited(fact::id(key)?, value);
    let entries = after(&list, &news).into_iter().map(read).collect::<Result<Vec<_>, _>>();
    let mut search = Search::new(entries.map_err(wrong)?);
    let count = search.len();
    if count == 0 {
        return Ok(fact::difference(&before, &[]));
    }
    each_kept(builder.held.as_ref(), came, |layer, version, entry| see(layer, version, entry, &mut search))?;
    for new in &came.new {
        let id = VulnerabilityId::new(&*new.id);
        if search.wants(&id) {
            search.see(&id, if new.facts.speaks() { Seen::Described } else { Seen::Record });
        }
    }
    Ok(fact::difference(&before, &to_facts(count, &search.finish())))
}

#[cfg(test)]
mod tests;
