//! What records ask of a host, and what a component on it has to do with that.

use std::collections::BTreeSet;

use ward_model::component::Component;
use ward_model::cpe::{Part, ProductKey};
use ward_model::family::Families;
use ward_model::vulnerability::Criterion;

use crate::host::FIRMWARE;
use crate::identity::Resolution;

/// What a host was asked for. What shows none of it could not have changed any answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Products, under which something may be listed or show that it is there.
    pub products: BTreeSet<ProductKey>,
    /// Families of operating systems, by their place in the table, with those that they include.
    pub families: BTreeSet<usize>,
}

/// What a component shows to others on its host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// The products that it is or may be.
    pub products: BTreeSet<ProductKey>,
    /// The families of operating systems that it is, or may be, one of.
    pub families: BTreeSet<usize>,
    /// The families on whose systems alone it is installed. Of several such components the first one counts.
    pub installs: BTreeSet<usize>,
}

impl Asked {
    /// Whether nothing was asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.products.is_empty() && self.families.is_empty()
    }

    /// Takes note of a criterion that the host was asked for. It must name everything by which [`Host::has`](crate::host::Host::has)
    /// may find an answer.
    pub(crate) fn criterion(&mut self, criterion: &Criterion, families: &Families) {
        let Some(product) = criterion.cpe.product_key() else { return };
        match product.part {
            Part::Any => {
                let parts = [Part::Application, Part::OperatingSystem, Part::Hardware];
                self.products.extend(parts.map(|part| ProductKey { part, ..product.clone() }));
                return;
            }
            Part::Hardware => {
                for suffix in FIRMWARE {
                    let name: Box<str> = format!("{}{suffix}", product.product).into();
                    let of = |part| ProductKey { part, vendor: product.vendor.clone(), product: name.clone() };
                    self.products.extend([Part::OperatingSystem, Part::Application].map(of));
                }
            }
            Part::OperatingSystem => {
                if let Some(family) = families.of_general(&product) {
                    self.family(family, families);
                }
                let vague = |(number, family): (usize, &ward_model::family::Family)| {
                    (family.vague && family.holds(&product)).then_some(number)
                };
                let vague: Vec<usize> = families.list().iter().enumerate().filter_map(vague).collect();
                vague.into_iter().for_each(|family| self.family(family, families));
            }
            Part::Application => {}
        }
        self.products.insert(product);
    }

    /// Takes note of a family that the host was asked for.
    pub(crate) fn family(&mut self, family: usize, families: &Families) {
        let mut waiting = vec![family];
        while let Some(number) = waiting.pop() {
            if !self.families.insert(number) {
                continue;
            }
            let Some(family) = families.list().get(number) else { continue };
            let of = |name: &String| families.list().iter().position(|other| other.name == *name);
            waiting.extend(family.includes.iter().filter_map(of));
        }
    }
}

impl Shown {
    /// What a component shows.
    pub(crate) fn of(component: &Component, resolution: &Resolution, families: &Families) -> Self {
        let identities = resolution.identities.iter().chain(&resolution.possible).chain(&resolution.unnamed);
        let products: BTreeSet<ProductKey> = identities.map(|identity| identity.product.clone()).collect();
        let mut shown = Self { products, ..Self::default() };
        for (number, family) in families.list().iter().enumerate() {
            let may_be = |product: &ProductKey| {
                family.holds(product) || family.may_hold(product) || family.general.contains(product)
            };
            if shown.products.iter().any(may_be) {
                shown.families.insert(number);
            }
            if component.purl.as_ref().is_some_and(|purl| family.installs(&purl.kind, purl.namespace.as_deref())) {
                shown.installs.insert(number);
            }
        }
        shown
    }

    /// Whether what was asked for is among it.
    #[must_use]
    pub fn answers(&self, asked: &Asked) -> bool {
        !self.products.is_disjoint(&asked.products)
            || !self.families.is_disjoint(&asked.families)
            || !self.installs.is_disjoint(&asked.families)
    }
}
