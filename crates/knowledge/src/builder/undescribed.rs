//! Which entries of KEV no record will describe, once what came is held.

use ward_model::ids::VulnerabilityId;
use ward_model::vulnerability::VulnerabilityRecord;

use super::Builder;
use super::entry::Entry;
use super::publish::{after, each_kept};
use super::records::Came;
use crate::error::{HomeError, at};
use crate::fact::{self, Fact, Kind};
use crate::file::unreadable;
use crate::generation::{Generation, see};
use crate::undescribed::{Search, Seen, to_facts};

/// What changes of the outcome, where the records or the list have changed, or nobody has compared them yet. `changed` are all
/// facts that change, by key.
pub(super) fn compare(builder: &Builder, came: &mut Came, changed: &[Fact]) -> Result<Vec<Fact>, HomeError> {
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
    see_new(builder, came, &mut search)?;
    Ok(fact::difference(&before, &to_facts(count, &search.finish())))
}

/// Takes note of the records that came.
fn see_new(builder: &Builder, came: &mut Came, search: &mut Search) -> Result<(), HomeError> {
    for new in &came.new {
        let id = VulnerabilityId::new(&*new.id);
        if !search.wants(&id) {
            continue;
        }
        let described = new.facts.findable || {
            let reader = came.readers.get_mut(new.batch).ok_or(HomeError::TooLarge("batches"))?;
            let withdrawn = |bytes: &[u8]| -> Result<bool, String> {
                let content = Entry::read(bytes)?.content;
                let record: VulnerabilityRecord = postcard::from_bytes(content).map_err(|error| error.to_string())?;
                Ok(record.withdrawn)
            };
            let read = reader.with(new.place, withdrawn).map_err(at(builder.home.folder()))?;
            read.map_err(|reason| HomeError::Record { id: new.id.to_string(), reason })?
        };
        search.see(&id, if described { Seen::Described } else { Seen::Record });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
