//! Families of operating systems: which products are one kind of system, where records name the kind alone.
//!
//! The data are a reviewed file under `rules/`; this is what it becomes. `match` asks it what an inventory shows.

use std::collections::BTreeMap;

use crate::cpe::ProductKey;

/// A reviewed table of families.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Families {
    list: Vec<Family>,
    general: BTreeMap<ProductKey, usize>,
}

/// One kind of operating system.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Family {
    /// What it is called here.
    pub name: String,
    /// The words by which records name it as a platform, in lower case.
    pub words: Vec<String>,
    /// Products that stand for any system of the family.
    pub general: Vec<ProductKey>,
    /// Further products that are systems of the family.
    pub members: Vec<ProductPattern>,
    /// Products that may count as systems of the family; they are none of it for sure, also where they are members.
    pub perhaps: Vec<ProductPattern>,
    /// Types of package URLs, some with a namespace, whose packages are installed on systems of the family alone.
    pub packages: Vec<(String, Option<String>)>,
    /// Other families that are part of it, by name.
    pub includes: Vec<String>,
    /// Whether inventories name a system of it by a general product only, so that it may be any member.
    pub vague: bool,
}

/// A product, or all products of a vendor whose names begin alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductPattern {
    /// The product, or how it begins.
    pub product: ProductKey,
    /// Whether more may follow.
    pub open: bool,
}

impl ProductPattern {
    /// Whether a product is meant.
    #[must_use]
    pub fn fits(&self, product: &ProductKey) -> bool {
        self.product.part == product.part
            && self.product.vendor == product.vendor
            && if self.open {
                product.product.starts_with(&*self.product.product)
            } else {
                self.product.product == product.product
            }
    }
}

impl Family {
    /// Whether a product is a system of the family for sure.
    #[must_use]
    pub fn holds(&self, product: &ProductKey) -> bool {
        !self.may_hold(product)
            && (self.general.contains(product) || self.members.iter().any(|member| member.fits(product)))
    }

    /// Whether it is left open that a product is a system of the family.
    #[must_use]
    pub fn may_hold(&self, product: &ProductKey) -> bool {
        self.perhaps.iter().any(|member| member.fits(product))
    }

    /// Whether packages of this type and namespace are installed on systems of the family.
    #[must_use]
    pub fn installs(&self, kind: &str, namespace: Option<&str>) -> bool {
        self.packages.iter().any(|(own, of)| own == kind && of.as_deref().is_none_or(|of| namespace == Some(of)))
    }
}

impl Families {
    /// A table of these families. A general product that two of them claim stands for the first.
    #[must_use]
    pub fn new(list: Vec<Family>) -> Self {
        let mut general = BTreeMap::new();
        for (number, family) in list.iter().enumerate() {
            for product in &family.general {
                general.entry(product.clone()).or_insert(number);
            }
        }
        Self { list, general }
    }

    /// Every family, in the order of the file.
    #[must_use]
    pub fn list(&self) -> &[Family] {
        &self.list
    }

    /// The family that a product stands for any system of, by its place in the list.
    #[must_use]
    pub fn of_general(&self, product: &ProductKey) -> Option<usize> {
        self.general.get(product).copied()
    }

    /// The family that a word names, by its place in the list.
    #[must_use]
    pub fn of_word(&self, word: &str) -> Option<usize> {
        self.list.iter().position(|family| family.words.iter().any(|own| own == word))
    }
}
