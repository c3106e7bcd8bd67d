//! What can have changed between two states of knowledge, as far as answers rest on it.

use std::collections::BTreeSet;

use ward_match::Dependency;
use ward_model::affected::SubjectKey;
use ward_model::cpe::{Cpe, ProductKey};
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::Knowledge;
use ward_model::vulnerability::VulnerabilityRecord;

use crate::error::FleetError;
use ward_match::hash;

/// What changed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Changed {
    /// Of what components are made out by: who asked for any of it may be another thing now.
    whole: BTreeSet<u64>,
    everything: bool,
    /// The names of the records that are not the same.
    records: BTreeSet<VulnerabilityId>,
    /// The records of these names as they were.
    before: Vec<VulnerabilityRecord>,
    /// The vulnerabilities of which something else may be said, by every name.
    names: BTreeSet<VulnerabilityId>,
}

impl Changed {
    /// What changed from one state to another, where the records of these names are not the same in both, and of these products and
    /// packages other things are set aside.
    ///
    /// What a record says may be another thing for the vulnerabilities that it is about, under all names that these have or had, and for
    /// those that it names as upstream's. As what components are made out changes only where a product, or a key of statements, is named
    /// for the first time or no longer. Exploited vulnerabilities that no record describes are compared as a whole. Whether a source
    /// speaks for an ecosystem is asked anew when answers are brought up to date. Nothing else of knowledge is asked for when answers
    /// are made.
    ///
    /// # Errors
    /// The knowledge could not be read.
    pub fn between(
        before: &dyn Knowledge,
        after: &dyn Knowledge,
        records: &BTreeSet<VulnerabilityId>,
        set_aside: &BTreeSet<SubjectKey>,
    ) -> Result<Self, FleetError> {
        let mut changed = Self { records: records.clone(), ..Self::default() };
        let (mut was, mut is) = (Named::default(), Named::default());
        let mut joined: BTreeSet<VulnerabilityId> = BTreeSet::new();
        for id in records {
            joined.insert(id.clone());
            for number in before.find_all(id)? {
                let record = before.record(number)?;
                was.record(&record);
                joined.extend(record.aliases.iter().cloned());
                changed.names.extend(record.upstream.iter().cloned());
                changed.before.push(record);
            }
            for number in after.find_all(id)? {
                let record = after.record(number)?;
                is.record(&record);
                joined.extend(record.aliases.iter().cloned());
                changed.names.extend(record.upstream.iter().cloned());
            }
        }
        changed.groups(before, after, joined)?;
        changed.named(before, after, &was, &is)?;
        for subject in set_aside {
            changed.add(&match subject {
                SubjectKey::Product(product) => Dependency::Product(product.clone()),
                other => Dependency::Subject(other.clone()),
            });
        }
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

    /// Takes note of all groups that these names are or were in. Who joins groups, or parts one, names a member of each.
    fn groups(
        &mut self,
        before: &dyn Knowledge,
        after: &dyn Knowledge,
        joined: BTreeSet<VulnerabilityId>,
    ) -> Result<(), FleetError> {
        let mut all: BTreeSet<VulnerabilityId> = BTreeSet::new();
        for knowledge in [before, after] {
            let mut seen: BTreeSet<VulnerabilityId> = BTreeSet::new();
            for id in &joined {
                if !seen.contains(id) {
                    let group = knowledge.alias_group(id)?;
                    seen.extend(group.ids.into_iter().chain(group.former));
                }
            }
            all.extend(seen);
        }
        // An advisory without a CVE in its group goes by the name of what it names as upstream's.
        for id in all.iter().filter(|id| !self.records.contains(*id)) {
            for number in after.find_all(id)? {
                self.names.extend(after.record(number)?.upstream);
            }
        }
        self.names.extend(all);
        Ok(())
    }

    /// Takes note of what is named for the first time or no longer.
    fn named(
        &mut self,
        before: &dyn Knowledge,
        after: &dyn Knowledge,
        was: &Named,
        is: &Named,
    ) -> Result<(), FleetError> {
        let products: BTreeSet<&ProductKey> = was.all_products().chain(is.all_products()).collect();
        // Named before and after by records that changed: nothing more need be asked for.
        for product in products.into_iter().filter(|product| !(was.by_criteria(product) && is.by_criteria(product))) {
            if before.names_product(product)? != after.names_product(product)? {
                self.add(&Dependency::Product(product.clone()));
                self.add(&Dependency::Name(product.product.to_string()));
            }
        }
        for key in was.subjects.symmetric_difference(&is.subjects) {
            if before.statements(key)?.is_empty() != after.statements(key)?.is_empty() {
                self.add(&Dependency::Subject(key.clone()));
            }
        }
        Ok(())
    }

    fn add(&mut self, dependency: &Dependency) {
        self.whole.insert(hash::of(dependency));
    }

    /// The hashes of that by which components are made out, as far as it changed.
    pub(crate) fn whole(&self) -> &BTreeSet<u64> {
        &self.whole
    }

    /// Whether any answer may have changed.
    pub(crate) fn everything(&self) -> bool {
        self.everything
    }

    /// The names of the records that are not the same.
    pub(crate) fn records(&self) -> &BTreeSet<VulnerabilityId> {
        &self.records
    }

    /// The records of these names as they were.
    pub(crate) fn before(&self) -> &[VulnerabilityRecord] {
        &self.before
    }

    /// The vulnerabilities of which something else may be said, by every name.
    pub(crate) fn names(&self) -> &BTreeSet<VulnerabilityId> {
        &self.names
    }
}

/// What records name.
#[derive(Default)]
struct Named {
    criteria: BTreeSet<ProductKey>,
    cpes: BTreeSet<ProductKey>,
    subjects: BTreeSet<SubjectKey>,
}

impl Named {
    fn record(&mut self, record: &VulnerabilityRecord) {
        // What was withdrawn names nothing.
        if record.withdrawn {
            return;
        }
        let nodes = record.configurations.iter().flat_map(|configuration| &configuration.nodes);
        self.criteria.extend(nodes.flat_map(|node| &node.criteria).filter_map(|criterion| criterion.cpe.product_key()));
        for product in &record.affected {
            self.cpes.extend(product.cpes.iter().filter_map(Cpe::product_key));
            self.subjects.extend(product.keys());
        }
    }

    fn all_products(&self) -> impl Iterator<Item = &ProductKey> {
        self.criteria.iter().chain(&self.cpes)
    }

    fn by_criteria(&self, product: &ProductKey) -> bool {
        self.criteria.contains(product)
    }
}
