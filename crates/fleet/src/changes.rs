//! What can have changed between two states of knowledge, as far as answers rest on it.

use std::collections::BTreeSet;

use ward_match::Dependency;
use ward_model::cpe::ProductKey;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::Knowledge;
use ward_model::vulnerability::VulnerabilityRecord;

use crate::error::FleetError;
use crate::hash;

/// What changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    hashes: BTreeSet<u64>,
    everything: bool,
}

impl Changed {
    /// What changed from one state to another, where the records of these names are not the same in both, and of these products other
    /// things are set aside.
    ///
    /// A record touches the products, packages and names that it speaks of, before and after; its own name, and those that it says are
    /// the same. Which products carry a name changes only where one is named for the first time or no longer. Exploited
    /// vulnerabilities that no record describes are compared as a whole. Whether a source speaks for an ecosystem is asked anew when
    /// answers are brought up to date. Nothing else of knowledge is asked for when answers are made.
    ///
    /// # Errors
    /// The knowledge could not be read.
    pub fn between(
        before: &dyn Knowledge,
        after: &dyn Knowledge,
        records: &BTreeSet<VulnerabilityId>,
        set_aside: &BTreeSet<ProductKey>,
    ) -> Result<Self, FleetError> {
        let mut changed = Self::default();
        let mut products: BTreeSet<ProductKey> = BTreeSet::new();
        for id in records {
            changed.add(&Dependency::Vulnerability(id.clone()));
            for knowledge in [before, after] {
                for number in knowledge.find_all(id)? {
                    changed.record(&knowledge.record(number)?, &mut products);
                }
            }
        }
        for product in &products {
            changed.add(&Dependency::Product(product.clone()));
            if before.names_product(product)? != after.names_product(product)? {
                changed.add(&Dependency::Name(product.product.to_string()));
            }
        }
        set_aside.iter().for_each(|product| changed.add(&Dependency::Product(product.clone())));
        let of = |knowledge: &dyn Knowledge| {
            Ok::<_, FleetError>(knowledge.undescribed()?.iter().cloned().collect::<BTreeSet<_>>())
        };
        for undescribed in of(before)?.symmetric_difference(&of(after)?) {
            match Dependency::words(undescribed) {
                Some(words) => words.into_iter().for_each(|word| changed.add(&Dependency::Word(word))),
                None => changed.everything = true,
            }
        }
        Ok(changed)
    }

    fn record(&mut self, record: &VulnerabilityRecord, products: &mut BTreeSet<ProductKey>) {
        for id in std::iter::once(&record.id).chain(&record.aliases) {
            self.add(&Dependency::Vulnerability(id.clone()));
        }
        let nodes = record.configurations.iter().flat_map(|configuration| &configuration.nodes);
        let criteria = nodes.flat_map(|node| &node.criteria).map(|criterion| &criterion.cpe);
        let cpes = record.affected.iter().flat_map(|product| &product.cpes);
        products.extend(criteria.chain(cpes).filter_map(ward_model::cpe::Cpe::product_key));
        for key in record.affected.iter().flat_map(ward_model::affected::AffectedProduct::keys) {
            self.add(&Dependency::Subject(key));
        }
    }

    fn add(&mut self, dependency: &Dependency) {
        self.hashes.insert(hash::of(dependency));
    }

    /// The hashes of what changed.
    pub(crate) fn hashes(&self) -> &BTreeSet<u64> {
        &self.hashes
    }

    /// Whether any answer may have changed.
    pub(crate) fn everything(&self) -> bool {
        self.everything
    }
}
