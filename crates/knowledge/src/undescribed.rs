//! What is known to be exploited and described by no record: the gap that a home can see by itself, because one of its own sources
//! names what another one lacks.
//!
//! A vulnerability counts as described where a record with its own identifier names a product, or says that it was withdrawn. A
//! record under another name (an advisory, an entry of a package database) speaks of its own products only: it does not say which
//! others there are, so that it does not fill the gap.

use std::collections::BTreeMap;

use ward_model::ids::VulnerabilityId;
use ward_model::vulnerability::{Exploited, Undescribed};

use crate::fact::{self, Held, Kind};

/// How many vulnerabilities are named in words.
const NAMED: usize = 3;

/// Looks which entries of a catalogue the records describe.
pub(crate) struct Search {
    entries: BTreeMap<VulnerabilityId, (Exploited, Seen)>,
}

/// What was seen of a vulnerability; the most of it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Seen {
    /// No record.
    Nothing,
    /// A record without any product.
    Record,
    /// A record that names a product, or that was withdrawn.
    Described,
}

impl Search {
    pub(crate) fn new(entries: impl IntoIterator<Item = Exploited>) -> Self {
        let entry = |entry: Exploited| (entry.id.clone(), (entry, Seen::Nothing));
        Self { entries: entries.into_iter().map(entry).collect() }
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether more has to be known of this vulnerability.
    pub(crate) fn wants(&self, id: &VulnerabilityId) -> bool {
        self.entries.get(id).is_some_and(|(_, seen)| *seen < Seen::Described)
    }

    /// Takes note of a record.
    pub(crate) fn see(&mut self, id: &VulnerabilityId, what: Seen) {
        if let Some((_, seen)) = self.entries.get_mut(id) {
            *seen = what.max(*seen);
        }
    }

    /// What no record describes, by identifier.
    pub(crate) fn finish(self) -> Vec<Undescribed> {
        let lacking = self.entries.into_values().filter(|(_, seen)| *seen < Seen::Described);
        lacking
            .map(|(entry, seen)| Undescribed {
                id: entry.id,
                vendor: entry.vendor,
                product: entry.product,
                recorded: seen == Seen::Record,
            })
            .collect()
    }
}

/// The gaps of the list, in words, one for each kind. `entries` is how many the list has.
pub(crate) fn gaps(entries: u64, undescribed: &[Undescribed]) -> Vec<String> {
    let words = |recorded: bool, what: &str| {
        let ids: Vec<&str> =
            undescribed.iter().filter(|one| one.recorded == recorded).map(|one| one.id.as_str()).collect();
        let more = match ids.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let named = ids.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        (!ids.is_empty()).then(|| format!("{} of {entries} {what} ({named}{more})", ids.len()))
    };
    let none = words(false, "have no record that is held");
    let nothing = words(true, "have only records that name no product");
    none.into_iter().chain(nothing).collect()
}

/// That the list was compared, and with how many entries: without this fact nobody has looked.
fn compared(entries: usize) -> Held {
    (fact::key(Kind::Undescribed, b""), (entries as u64).to_le_bytes().into())
}

/// The facts that stand for the outcome of a comparison of a list with so many entries.
pub(crate) fn to_facts(entries: usize, undescribed: &[Undescribed]) -> Vec<Held> {
    let fact = |one: &Undescribed| {
        let mut value = vec![u8::from(one.recorded)];
        fact::write_names(one.vendor.as_deref(), one.product.as_deref(), &mut value);
        (fact::key(Kind::Undescribed, one.id.as_str().as_bytes()), value.into())
    };
    [compared(entries)].into_iter().chain(undescribed.iter().map(fact)).collect()
}

/// The outcome that [`to_facts`] wrote; `None` where the list was never compared.
pub(crate) fn from_facts(facts: &[Held]) -> Result<Option<Vec<Undescribed>>, String> {
    let Some(((marker, _), rest)) = facts.split_first() else { return Ok(None) };
    if marker.len() != 1 {
        return Err("nothing says that the list was compared".to_owned());
    }
    let read = |(key, value): &Held| -> Result<Undescribed, String> {
        let (recorded, mut names) = value.split_first().ok_or("ends early")?;
        let (vendor, product) = fact::read_names(&mut names)?;
        Ok(Undescribed { id: fact::id(key)?, vendor, product, recorded: *recorded != 0 })
    };
    rest.iter().map(read).collect::<Result<Vec<_>, _>>().map(Some)
}

#[cfg(test)]
mod tests {
    use ward_model::ids::VulnerabilityId;
    use ward_model::vulnerability::{Exploited, Undescribed};

    use super::{Search, Seen, from_facts, gaps, to_facts};

    fn entry(id: &str, vendor: &str, product: &str) -> Exploited {
        let words = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Exploited { vendor: words(vendor), product: words(product), ..Exploited::new(VulnerabilityId::from(id)) }
    }

    #[test]
    fn what_no_record_describes_is_told_with_its_product_and_comes_back_from_facts() {
        let entries = ["CVE-1", "CVE-2", "CVE-3", "CVE-4", "CVE-5", "CVE-6"];
        let mut search =
            Search::new(entries.into_iter().map(|id| entry(id, "Acme", if id == "CVE-5" { "" } else { "Pump" })));
        for (id, seen) in
            [("CVE-1", Seen::Described), ("CVE-1", Seen::Record), ("CVE-2", Seen::Record), ("CVE-9", Seen::Described)]
        {
            search.see(&VulnerabilityId::from(id), seen);
        }
        assert!(search.wants(&"CVE-2".into()) && !search.wants(&"CVE-1".into()) && !search.wants(&"CVE-9".into()));
        let undescribed = search.finish();
        assert_eq!(
            gaps(6, &undescribed),
            [
                "4 of 6 have no record that is held (CVE-3, CVE-4, CVE-5 and 1 more)",
                "1 of 6 have only records that name no product (CVE-2)"
            ]
        );
        assert_eq!(gaps(6, &[]), [""; 0]);
        assert_eq!(from_facts(&to_facts(6, &undescribed)), Ok(Some(undescribed)));
    }

    #[test]
    fn a_list_that_was_never_compared_is_not_one_without_gaps() {
        assert_eq!(from_facts(&[]), Ok(None));
        assert_eq!(from_facts(&to_facts(2, &[])), Ok(Some(Vec::new())));
        let one = Undescribed { id: "CVE-1".into(), vendor: None, product: None, recorded: false };
        assert!(from_facts(&to_facts(2, &[one])[1..]).is_err());
    }
}
