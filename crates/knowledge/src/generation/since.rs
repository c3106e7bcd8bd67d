//! What a home holds otherwise than it did at an earlier moment.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::affected::SubjectKey;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::KnowledgeError;

use super::Generation;
use crate::fact::{self, Kind};
use crate::source::by_subject;

/// What is held otherwise than at an earlier moment. Where answers differ, they differ by this, and by what a home says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// The names of the records of which another version is held, or one for the first time.
    pub records: BTreeSet<VulnerabilityId>,
    /// The products and packages of which other records are set aside.
    pub set_aside: BTreeSet<SubjectKey>,
    /// What came to be listed as exploited, left the list, or stands there in other words.
    pub exploited: BTreeSet<VulnerabilityId>,
}

impl Generation {
    /// What is held otherwise than in an earlier state of the same home; `None` where that is no earlier state of it.
    ///
    /// # Errors
    /// A block is damaged.
    pub fn difference_from(&self, earlier: &Generation) -> Result<Option<Difference>, KnowledgeError> {
        let before = earlier.limit;
        if before > self.limit || self.transaction_entry(before)?.chain != earlier.chain() {
            return Ok(None);
        }
        let mut difference = Difference::default();
        for (layer, _) in self.layers().filter(|(layer, _)| layer.last() > before) {
            for (version, entry) in (0..).zip(layer.entries()?) {
                if entry.transaction > before && entry.transaction <= self.limit {
                    difference.records.insert(VulnerabilityId::new(layer.ids().text(version)?));
                }
            }
        }
        let aside = |generation: &Self| Ok::<_, KnowledgeError>(by_subject(&generation.set_aside()?));
        difference.set_aside = differing(aside(earlier)?, aside(self)?);
        let exploited = |generation: &Self| -> Result<BTreeMap<VulnerabilityId, Box<[u8]>>, KnowledgeError> {
            let read = |(key, value): fact::Held| {
                let id = fact::id(&key).map_err(|reason| crate::file::unreadable("KEV", reason))?;
                Ok((id, value))
            };
            generation.facts(Kind::Exploited)?.into_iter().map(read).collect()
        };
        difference.exploited = differing(exploited(earlier)?, exploited(self)?);
        Ok(Some(difference))
    }
}

/// The keys whose values are not the same in both.
fn differing<K: Ord + Clone, V: PartialEq>(before: BTreeMap<K, V>, after: BTreeMap<K, V>) -> BTreeSet<K> {
    let left = before.keys().filter(|key| !after.contains_key(key));
    let came = after.iter().filter(|(key, value)| before.get(key) != Some(value)).map(|(key, _)| key);
    left.chain(came).cloned().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::{Date, date};
    use proptest::prelude::*;
    use ward_formats::feed::kev::Catalogue;
    use ward_model::ids::VulnerabilityId;
    use ward_model::knowledge::Knowledge;
    use ward_model::vulnerability::VulnerabilityRecord;

    use crate::testing::{aside, catalogue, record, stamp};
    use crate::{Generation, Home};

    type Delivery = (Vec<VulnerabilityRecord>, Option<Catalogue>, u64);

    fn deliver(home: &Home, day: Date, (records, catalogue, odd): &Delivery) {
        let mut builder = home.builder(day).unwrap();
        let mut batch = builder.batch().unwrap();
        batch.file("nvd", "file");
        records.iter().for_each(|record| batch.record(record, &stamp(record)).unwrap());
        (0..*odd).for_each(|place| batch.set_aside(aside("file", place, None)));
        builder.add(batch);
        catalogue.iter().for_each(|catalogue| builder.exploited("k", catalogue.clone()));
        builder.publish(&mut |_| {}).unwrap();
    }

    fn records(generation: &Generation, id: &VulnerabilityId) -> Vec<VulnerabilityRecord> {
        let numbers = generation.find_all(id).unwrap();
        numbers.into_iter().map(|number| generation.record(number).unwrap()).collect()
    }

    fn delivery() -> impl Strategy<Value = Delivery> {
        (prop::collection::vec(record(), 0..5), prop::option::of(catalogue()), 0_u64..2)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn whatever_is_held_otherwise_is_named(first in delivery(), second in delivery(), third in delivery()) {
            let folder = tempfile::tempdir().unwrap();
            let home = Home::open(folder.path());
            deliver(&home, date(2026, 1, 1), &first);
            deliver(&home, date(2026, 1, 2), &second);
            deliver(&home, date(2026, 1, 3), &third);
            let now = home.current().unwrap().unwrap();
            let all: BTreeSet<VulnerabilityId> =
                [&first, &second, &third].into_iter().flat_map(|(records, ..)| records.iter().map(|record| record.id.clone())).collect();
            for day in 1..=3 {
                let Some(earlier) = home.as_of(date(2026, 1, day)).unwrap() else { continue };
                let difference = now.difference_from(&earlier).unwrap().unwrap();
                for id in all.iter().filter(|id| !difference.records.contains(*id)) {
                    prop_assert_eq!(records(&earlier, id), records(&now, id));
                }
                let listed = |generation: &Generation, id: &VulnerabilityId| generation.exploited(id).unwrap();
                let named = [&first, &second, &third].into_iter().flat_map(|(_, catalogue, _)| catalogue).flat_map(|catalogue| &catalogue.entries);
                for entry in named {
                    prop_assert_eq!(difference.exploited.contains(&entry.id), listed(&earlier, &entry.id) != listed(&now, &entry.id));
                }
                if day == 3 {
                    prop_assert_eq!(difference, super::Difference::default());
                } else if earlier.chain() != now.chain() {
                    prop_assert_eq!(earlier.difference_from(&now).unwrap(), None);
                }
            }
        }
    }
}
